//! Who may call what, and who may see what.
//!
//! Three rings, each denying by default: the HTTP layer finds out who is there ([`Viewer`]); the operations table here
//! says which root fields they may call; and, from a later release, one predicate says which rows about people they may
//! see.

pub mod operations;
pub mod viewer;

pub use self::viewer::Viewer;
