//! How long an answer holds, and where it came from.
//!
//! The instant of a question decides some of what is shown: whether a door is open, how fresh a
//! listing is. Whoever reads [`AskedAt`](super::AskedAt) says here how long what it showed stays
//! true; an answer is kept no longer than its shortest-lived fact. What does not depend on the
//! instant says nothing, and then only a change of the directory ends it. Whoever reads rows says
//! that too: they may be newer than the snapshot, and an answer of two versions is not kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use async_graphql::Context;
use chrono::{DateTime, Utc};

/// How long an answer holds. One for a request; clones share it, and it only ever comes nearer.
///
/// Instants of questions are whole milliseconds, and so is this.
#[derive(Clone, Debug)]
pub struct Horizon(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    end: AtomicI64,
    of_rows: AtomicBool,
}

impl Default for Horizon {
    /// For ever, until somebody says otherwise.
    fn default() -> Self {
        Self(Arc::new(Inner { end: i64::MAX.into(), of_rows: false.into() }))
    }
}

impl Horizon {
    /// The horizon of a request. One that has none is not kept anyway.
    #[must_use]
    pub fn of(ctx: &Context<'_>) -> Self {
        ctx.data_opt::<Self>().cloned().unwrap_or_default()
    }

    /// What is shown may be different from this instant on.
    pub fn until(&self, instant: DateTime<Utc>) {
        let beyond = i64::from(!instant.timestamp_subsec_nanos().is_multiple_of(1_000_000));
        self.lower(instant.timestamp_millis().saturating_add(beyond));
    }

    /// What is shown is still the same at this instant, and perhaps no longer.
    pub fn through(&self, instant: DateTime<Utc>) {
        self.lower(instant.timestamp_millis().saturating_add(1));
    }

    /// What is shown holds at the instant of the question, and nobody knows for how long.
    pub fn now_only(&self) {
        self.lower(i64::MIN);
    }

    /// Something was read from the database, not from the snapshot.
    pub fn rows_were_read(&self) {
        self.0.of_rows.store(true, Ordering::Release);
    }

    /// Whether anything was read from the database.
    #[must_use]
    pub fn is_of_rows(&self) -> bool {
        self.0.of_rows.load(Ordering::Acquire)
    }

    /// The first instant at which the answer may be another, in milliseconds since 1970.
    #[must_use]
    pub fn end_millis(&self) -> i64 {
        self.0.end.load(Ordering::Acquire)
    }

    fn lower(&self, millis: i64) {
        self.0.end.fetch_min(millis, Ordering::AcqRel);
    }
}
