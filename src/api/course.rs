//! How far a subscription has come.
//!
//! A subscription is answered in short runs: each is a request of its own, with everything that decides it looked up
//! anew, and goes on where the one before ended. What one run leaves to the next stands here: whoever drives the
//! subscription puts it into each request, and its resolver says how far it has come.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How far a subscription has come. One for its whole life; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Course(Arc<Mutex<Stand>>);

#[derive(Debug, Default)]
struct Stand {
    resumed: Option<String>,
    reached: Option<(i64, String)>,
    more: bool,
    rest: Option<Duration>,
    ended: bool,
}

impl Course {
    /// That of a subscription whose client says how far it came before: its cursor, as it was sent.
    #[must_use]
    pub fn resumed_at(cursor: Option<String>) -> Self {
        Self(Arc::new(Mutex::new(Stand { resumed: cursor, ..Stand::default() })))
    }

    /// The cursor with which it was resumed outside its arguments; not looked at yet by anybody.
    #[must_use]
    pub fn resumed(&self) -> Option<String> {
        self.stand().resumed.clone()
    }

    /// How far the runs before this one came; `None` in the first.
    #[must_use]
    pub fn reached(&self) -> Option<i64> {
        self.stand().reached.as_ref().map(|(number, _)| *number)
    }

    /// The cursor of that.
    #[must_use]
    pub fn cursor(&self) -> Option<String> {
        self.stand().reached.as_ref().map(|(_, cursor)| cursor.clone())
    }

    /// Says how far it has come: a number, and the cursor that stands for it.
    pub fn reach(&self, number: i64, cursor: String) {
        self.stand().reached = Some((number, cursor));
    }

    /// Says that there is more already than this run tells.
    pub fn leave_more(&self) {
        self.stand().more = true;
    }

    /// Whether the run before left more; asked once.
    #[must_use]
    pub fn take_more(&self) -> bool {
        std::mem::take(&mut self.stand().more)
    }

    /// Says that nothing wakes it when there is something new: it is to be asked again after so long.
    pub fn rest(&self, rest: Duration) {
        self.stand().rest = Some(rest);
    }

    /// After how long it is to be asked again; `None` where what is new wakes it.
    #[must_use]
    pub fn rests(&self) -> Option<Duration> {
        self.stand().rest
    }

    /// Says that there will never be more to tell: it ends behind what this run tells.
    pub fn end(&self) {
        self.stand().ended = true;
    }

    /// Whether a run said so.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.stand().ended
    }

    fn stand(&self) -> MutexGuard<'_, Stand> {
        // Whatever panicked, it is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
