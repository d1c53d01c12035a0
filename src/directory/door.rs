//! Whether somebody who goes there finds the door open: by the hours that are stated, and only where the service runs at
//! all. Pure.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use entity::enums::ServiceStatus;

use super::opening::{SHOWN_DAYS, shown_until};
use crate::hours::{Hours, NextOpening, State, london, midnight, next_midnight};

/// The door of a service at one of its places.
#[derive(Clone, Debug)]
pub struct Door {
    hours: Arc<Hours>,
    /// Of a service that does not run; whatever its hours say, the door is shut.
    shut: Option<Shut>,
}

/// That a door is shut for more than a night.
#[derive(Clone, Copy, Debug)]
struct Shut {
    /// The first day on which it is expected to be open again.
    reopens_on: Option<NaiveDate>,
}

impl Door {
    /// The door of a service of this state, with these hours.
    #[must_use]
    pub fn of(status: ServiceStatus, reopens_on: Option<NaiveDate>, hours: Arc<Hours>) -> Self {
        let shut = match status {
            ServiceStatus::Active => None,
            ServiceStatus::TemporarilyClosed => Some(Shut { reopens_on }),
            // Nobody says that they will be back.
            ServiceStatus::Inactive | ServiceStatus::Defunct => Some(Shut { reopens_on: None }),
        };
        Self { hours, shut }
    }

    /// A door of which nothing is stated.
    #[must_use]
    pub fn not_stated() -> Self {
        Self { hours: Arc::new(Hours::not_stated()), shut: None }
    }

    /// Whether it is open at an instant.
    #[must_use]
    pub fn state(&self, at: DateTime<Utc>) -> State {
        if self.shut.is_some() { State::Closed } else { self.hours.state(at) }
    }

    /// When it opens next, within [`SHOWN_DAYS`]; of a service that is shut, within so many days of the day on which it
    /// is expected back. Where that day is past, or not stated, nobody knows.
    #[must_use]
    pub fn next_opening(&self, at: DateTime<Utc>) -> NextOpening {
        let Some(shut) = self.shut else { return self.hours.next_opening(at, SHOWN_DAYS) };
        let Some(back) = shut.reopens_on.filter(|back| *back >= london(at).date()) else { return NextOpening::None };
        let back = midnight(back);
        if back <= at {
            return self.hours.next_opening(at, SHOWN_DAYS);
        }
        if matches!(self.hours.state(back), State::Open { .. }) {
            return NextOpening::At(back);
        }
        // What begins with that day is the next.
        self.hours.next_opening(back - TimeDelta::nanoseconds(1), SHOWN_DAYS)
    }

    /// The first instant at which what is shown of it may be different. Never too late.
    #[must_use]
    pub fn shown_until(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        let until = shown_until(&self.hours, at);
        if self.shut.is_some() { until.min(next_midnight(at)) } else { until }
    }
}
