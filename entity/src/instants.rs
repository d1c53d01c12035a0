//! Instants as the tables about people hold them: whole milliseconds since 1970, in UTC. A number is compared and added to
//! the same way on every engine, to the millisecond.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

/// An instant, in milliseconds since 1970-01-01T00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType)]
pub struct Millis(pub i64);

impl Millis {
    /// The same as a date and time; one beyond every calendar is the last of them.
    #[must_use]
    pub fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

impl From<DateTime<Utc>> for Millis {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at.timestamp_millis())
    }
}
