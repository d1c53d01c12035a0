//! What several targets share.

pub mod documents;
pub mod memory;
