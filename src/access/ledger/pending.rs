//! The decisions of a request, gathered until all of it is known.

use std::sync::{Arc, Mutex, PoisonError};

use super::entry::Decisions;

/// Decisions that are still to be written: whoever answers the request writes them before the answer leaves. Clones share
/// them.
#[derive(Clone, Debug, Default)]
pub struct Pending(Arc<Mutex<Vec<Decisions>>>);

impl Pending {
    /// Puts decisions to the others.
    pub fn put(&self, decisions: Decisions) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(decisions);
    }

    /// All of them, which are then no longer pending.
    #[must_use]
    pub fn take(&self) -> Vec<Decisions> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
