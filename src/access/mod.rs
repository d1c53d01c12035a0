//! Who may call what, and who may see what.
//!
//! Three rings, each denying by default: the HTTP layer finds out who is there ([`Viewer`]); the operations table here
//! says which root fields they may call; and one rule says which rows about service users they may see ([`rule`]).

pub mod epochs;
pub mod ledger;
pub mod operations;
pub mod rule;
pub mod viewer;

pub use self::viewer::Viewer;
