//! The only place that reads the time, makes an id or draws a random number. Everything else is given them, so that a
//! test can stand at any instant; a lint forbids the calls elsewhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Where the time and new ids come from. Cheap to clone; clones share their source.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Set { millis: Arc<AtomicI64> },
    Manual { millis: Arc<AtomicI64>, ids: Arc<AtomicU64> },
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still until it is moved, and counts ids up from one. For tests.
    #[must_use]
    pub fn manual(at: DateTime<Utc>) -> Self {
        Self(Source::Manual { millis: Arc::new(at.timestamp_millis().into()), ids: Arc::new(0.into()) })
    }

    /// Now, in whole milliseconds: what every store of ours can hold.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let millis = match &self.0 {
            Source::System => system_millis(),
            Source::Set { millis } | Source::Manual { millis, .. } => millis.load(Ordering::SeqCst),
        };
        DateTime::from_timestamp_millis(millis).unwrap_or_default()
    }

    /// A clock that is set to an instant and stands still until it is moved; its ids are those of this one. For telling what
    /// was.
    #[must_use]
    pub fn set_to(&self, at: DateTime<Utc>) -> Self {
        let millis = Arc::new(AtomicI64::new(at.timestamp_millis()));
        Self(match &self.0 {
            Source::System | Source::Set { .. } => Source::Set { millis },
            Source::Manual { ids, .. } => Source::Manual { millis, ids: Arc::clone(ids) },
        })
    }

    /// Moves a manual clock; the machine's clock takes no notice.
    pub fn advance(&self, by: TimeDelta) {
        if let Source::Set { millis } | Source::Manual { millis, .. } = &self.0 {
            millis.fetch_add(by.num_milliseconds(), Ordering::SeqCst);
        }
    }

    /// A new id, later ones sorting after earlier ones.
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        match &self.0 {
            Source::System | Source::Set { .. } => new_v7(),
            Source::Manual { ids, .. } => Uuid::from_u128(u128::from(ids.fetch_add(1, Ordering::SeqCst)) + 1),
        }
    }

    /// Bytes that nobody can foretell, from the operating system; from a manual clock, bytes that are the same in each
    /// run and never twice the same in one.
    ///
    /// # Errors
    /// The operating system has none to give, which on a running machine does not happen.
    pub fn random<const N: usize>(&self) -> Result<[u8; N], getrandom::Error> {
        let mut bytes = [0; N];
        match &self.0 {
            Source::System | Source::Set { .. } => getrandom::fill(&mut bytes)?,
            Source::Manual { ids, .. } => {
                let drawn = ids.fetch_add(1, Ordering::SeqCst);
                for (block, chunk) in (0_u64..).zip(bytes.chunks_mut(32)) {
                    let digest = Sha256::digest(format!("{drawn} {block}"));
                    chunk.iter_mut().zip(digest).for_each(|(byte, drawn)| *byte = drawn);
                }
            }
        }
        Ok(bytes)
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place")]
fn system_millis() -> i64 {
    Utc::now().timestamp_millis()
}

#[expect(clippy::disallowed_methods, reason = "this is the one place")]
fn new_v7() -> Uuid {
    Uuid::now_v7()
}
