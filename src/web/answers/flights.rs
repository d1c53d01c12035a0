//! One execution for a crowd: whoever asks first is the leader, and those who ask the same
//! meanwhile wait to see what becomes of it.
//!
//! A leader that goes away (its client left, it panicked, it came too late) is noticed at once,
//! and one of those who waited leads in its place.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::super::bounded::Digest;

/// What became of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Course {
    UnderWay,
    Kept,
    NotKept,
}

type Under = HashMap<Digest, watch::Receiver<Course>>;

/// Executions under way.
#[derive(Clone, Debug, Default)]
pub(super) struct Flights(Arc<Mutex<Under>>);

/// What somebody who asks is to do.
pub(super) enum Turn {
    /// Execute, and say what became of it.
    Lead(Lead),
    /// Wait for somebody who does.
    Follow(Follow),
}

impl Flights {
    /// Takes part in answering a question.
    pub(super) fn join(&self, key: Digest) -> Turn {
        let mut under_way = self.lock();
        if let Some(course) = under_way.get(&key) {
            return Turn::Follow(Follow(course.clone()));
        }
        let (course, seen) = watch::channel(Course::UnderWay);
        under_way.insert(key, seen);
        Turn::Lead(Lead { key, flights: self.clone(), course })
    }

    fn lock(&self) -> MutexGuard<'_, Under> {
        // Nothing is done under the lock that could leave the table half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The duty to execute. It ends when this is dropped, however that comes about.
pub(super) struct Lead {
    key: Digest,
    flights: Flights,
    course: watch::Sender<Course>,
}

impl Lead {
    /// Says whether the answer is kept, for those who wait.
    pub(super) fn end(self, kept: bool) {
        self.course.send_replace(if kept { Course::Kept } else { Course::NotKept });
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        // Before the channel closes: whoever wakes must not find this one again.
        self.flights.lock().remove(&self.key);
    }
}

/// Somebody else is at it.
pub(super) struct Follow(watch::Receiver<Course>);

impl Follow {
    /// Waits for the leader's end; says whether it is worth looking again, or leading. If not, the
    /// answer is one that is not kept, and everybody has to execute alone.
    pub(super) async fn ended(mut self) -> bool {
        match self.0.wait_for(|course| *course != Course::UnderWay).await {
            Ok(course) => *course == Course::Kept,
            Err(_) => true,
        }
    }
}
