//! Who may call what, and who may see what.
//!
//! Three rings, each denying by default: the HTTP layer says who is there; the operations table
//! here says which root fields they may call; and, from a later release, one predicate says
//! which rows about people they may see. What is served today is the public directory, so that
//! everybody is [`Viewer::Anyone`].

pub mod operations;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// Somebody who has not signed in.
    Anyone,
}
