//! Answers that are kept: a popular public question costs no more than its bytes.
//!
//! An answer is kept under the digest of its document, operation name and variables, and given
//! again as long as it holds: while the directory is the one it was made from, and from the
//! instant it was asked at to the first at which something it shows may be different (the
//! request's [`Horizon`](crate::api::horizon::Horizon)). Kept are whole answers without errors to
//! documents that only ask, all of whose root fields the operations table lets be kept, where
//! nobody in particular asks, and which came wholly from one version of the directory.

mod flights;
mod kept;

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_graphql::{Variables, parser::types::ExecutableDocument};
use axum::{body::Bytes, http::HeaderMap};
use sha2::{Digest as _, Sha256};

use self::flights::{Flights, Lead, Turn};
pub(crate) use self::kept::{Coding, Kept, Wanted};
use super::{
    bounded::{Bounded, Digest},
    metrics::Metrics,
};

/// Longest that an answer is kept whatever it shows: a stay against what no version tells of.
const LONGEST_MS: i64 = 60 * 60 * 1000;
/// No answer takes more than this part of all there is room for.
const LARGEST_PART: usize = 8;

/// A version of what is asked about. Two differ when anything changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Edition {
    /// The newest change of the directory, and how many there were.
    pub directory: (i64, i64),
    /// How often touch with the database was lost or found again.
    pub touch: u64,
}

/// What [`Keeper::is_still`] gives.
pub type StillThere<'a> = Pin<Box<dyn Future<Output = bool> + Send + 'a>>;

/// Knows what the keeping of answers turns on: the directory, who asks, and what they ask.
pub trait Keeper: Send + Sync {
    /// The version of the directory that a question is answered from now.
    fn edition(&self) -> Edition;
    /// Whether whoever sends these headers is nobody in particular, so that anybody would be
    /// answered alike.
    fn is_public(&self, headers: &HeaderMap) -> bool;
    /// Whether the answer to a document may be kept at all.
    fn may_keep(&self, document: &ExecutableDocument) -> bool;
    /// Whether this still is the version that questions are answered from, and with `of_rows` also
    /// the one in the database, so that everything which was read meanwhile is of it. Versions
    /// never come back.
    fn is_still(&self, edition: Edition, of_rows: bool) -> StillThere<'_>;
}

/// The answers that are kept.
pub(crate) struct Answers {
    keeper: Arc<dyn Keeper>,
    metrics: Metrics,
    largest: usize,
    shelf: Mutex<Shelf>,
    flights: Flights,
}

/// All of one edition.
struct Shelf {
    edition: Edition,
    kept: Bounded<Arc<Kept>>,
}

/// What is to be done for somebody who asks.
pub(crate) enum Ask {
    /// Nothing: here it is.
    Answered(Arc<Kept>),
    /// Execute it.
    Execute(Trial),
}

/// An execution whose answer may be kept.
pub(crate) struct Trial {
    edition: Edition,
    /// Those who wait for it, where anybody may.
    lead: Option<Lead>,
}

impl Trial {
    /// Says that the answer is not kept.
    pub(crate) fn end(self) {
        if let Some(lead) = self.lead {
            lead.end(false);
        }
    }
}

impl Answers {
    /// Keeps nothing yet, and never more than so many bytes.
    pub(crate) fn new(keeper: Arc<dyn Keeper>, most_bytes: usize, metrics: Metrics) -> Self {
        let kept = Bounded::new(usize::MAX, most_bytes);
        let shelf = Mutex::new(Shelf { edition: keeper.edition(), kept });
        Self { keeper, metrics, largest: most_bytes / LARGEST_PART, shelf, flights: Flights::default() }
    }

    /// Under what an answer is kept; nothing where whoever asks is somebody in particular.
    pub(crate) fn key(
        &self,
        headers: &HeaderMap,
        document: &Digest,
        operation_name: Option<&str>,
        variables: &Variables,
    ) -> Option<Digest> {
        if !self.keeper.is_public(headers) {
            return None;
        }
        let mut hasher = Sha256::new();
        hasher.update(document);
        match operation_name {
            None => hasher.update([0]),
            Some(name) => {
                hasher.update([1]);
                hasher.update(name.len().to_be_bytes());
                hasher.update(name);
            }
        }
        // One spelling for the same values: the keys of every object stand in their order.
        let variables = serde_json::to_value(variables).ok()?;
        let mut canonical = String::new();
        write_canonical(&variables, &mut canonical);
        hasher.update(canonical);
        Some(hasher.finalize().into())
    }

    /// Whether answers to a document are kept.
    pub(crate) fn keeps(&self, document: &ExecutableDocument) -> bool {
        self.keeper.may_keep(document)
    }

    /// The kept answer that holds at this instant.
    pub(crate) fn look(&self, key: &Digest, now: i64) -> Option<Arc<Kept>> {
        let past;
        let found = {
            let mut shelf = self.shelf();
            past = shelf.turn_to(self.keeper.edition());
            let found = shelf.kept.get(key).cloned();
            if found.as_ref().is_some_and(|kept| kept.holds.end <= now) {
                shelf.kept.remove(key);
            }
            self.metrics.answers_hold(shelf.kept.bytes());
            found.filter(|kept| kept.holds.contains(&now))
        };
        // Thousands of answers may go at once: not while others wait.
        drop(past);
        if found.is_some() {
            self.metrics.answer_hit();
        }
        found
    }

    /// Finds the answer, or the right to make it; waits for somebody who is making it already.
    pub(crate) async fn ask(&self, key: Digest, now: impl Fn() -> i64) -> Ask {
        let lead = loop {
            match self.flights.join(key) {
                Turn::Lead(lead) => break Some(lead),
                Turn::Follow(follow) => {
                    if !follow.ended().await {
                        break None;
                    }
                    if let Some(kept) = self.look(&key, now()) {
                        return Ask::Answered(kept);
                    }
                }
            }
        };
        // Somebody may have come to an end between the first look and this turn.
        if let Some(kept) = self.look(&key, now()) {
            return Ask::Answered(kept);
        }
        self.metrics.answer_miss();
        Ask::Execute(Trial { edition: self.keeper.edition(), lead })
    }

    /// Keeps an answer, if it may be: `end` is the first instant at which it may not hold.
    pub(crate) async fn keep(&self, key: Digest, trial: Trial, body: &Bytes, made: Made) -> Option<Arc<Kept>> {
        let end = made.end.min(made.at.saturating_add(LONGEST_MS));
        let fits = made.at < end && body.len() <= self.largest;
        let kept = if fits && self.keeper.is_still(trial.edition, made.of_rows).await {
            let kept = Arc::new(Kept::new(body.clone(), made.at..end, made.over_get));
            self.put(key, trial.edition, Arc::clone(&kept)).then_some(kept)
        } else {
            None
        };
        if let Some(lead) = trial.lead {
            lead.end(kept.is_some());
        }
        kept
    }

    fn put(&self, key: Digest, edition: Edition, kept: Arc<Kept>) -> bool {
        let mut shelf = self.shelf();
        let past = shelf.turn_to(self.keeper.edition());
        let is_of_now = shelf.edition == edition;
        if is_of_now {
            let length = kept.len();
            let gone = shelf.kept.put(key, kept, length);
            self.metrics.answers_evicted(gone);
        }
        self.metrics.answers_hold(shelf.kept.bytes());
        drop(shelf);
        drop(past);
        is_of_now
    }

    /// Compresses a kept answer in the way that is wanted, where nobody wanted it so before.
    pub(crate) fn compress(&self, key: &Digest, kept: &Arc<Kept>, wanted: &Wanted<'_>) {
        let Some((coding, bytes)) = kept.missing(wanted) else { return };
        let mut shelf = self.shelf();
        // One that has gone meanwhile may have the form too: it goes with it, and is not counted.
        let is_here = shelf.kept.get(key).is_some_and(|here| Arc::ptr_eq(here, kept));
        let grown = kept.add(coding, bytes);
        if is_here {
            let gone = shelf.kept.grow(key, grown);
            self.metrics.answers_evicted(gone);
            self.metrics.answers_hold(shelf.kept.bytes());
        }
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        // Whatever panicked, every entry is whole by itself.
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf {
    /// Turns to an edition; gives back what was kept of another.
    fn turn_to(&mut self, edition: Edition) -> Option<Bounded<Arc<Kept>>> {
        if self.edition == edition {
            return None;
        }
        self.edition = edition;
        Some(self.kept.take())
    }
}

/// What is known of an answer that was made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Made {
    /// The instant it was asked at, in milliseconds.
    pub(crate) at: i64,
    /// The first instant at which it may be another.
    pub(crate) end: i64,
    /// Whether anything of it was read from the database.
    pub(crate) of_rows: bool,
    /// Whether it may be given by GET.
    pub(crate) over_get: bool,
}

/// Writes JSON with the keys of every object in order, whatever order they came in.
fn write_canonical(value: &serde_json::Value, out: &mut String) {
    use serde_json::Value;
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_unstable_by_key(|(name, _)| *name);
            out.push('{');
            for (name, value) in entries {
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                write_canonical(value, out);
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for item in items {
                write_canonical(item, out);
                out.push(',');
            }
            out.push(']');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => out.push_str(&value.to_string()),
    }
}
