//! What is asked of a service user, and of what form it must be. Pure.

use std::collections::BTreeSet;

use entity::enums::{ConsentKind, DataCategory, Purpose};
use entity::ids::AgencyId;
use entity::instants::Millis;
use serde::{Deserialize, Serialize};

use crate::access::rule::clause::DAY;
use crate::people::contents::Wrong;

/// Most agencies of one consent: more than that nobody keeps in mind.
const MOST_AGENCIES: usize = 20;
/// Longest that a permit holds, in days of 24 hours: two years. It is asked for anew then.
const LONGEST_DAYS: i64 = 2 * 366;

/// What is asked: who may see, or may not, which categories, what for, until when. Nothing that is not named is covered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// To permit, or to deny.
    pub kind: ConsentKind,
    /// Whom.
    pub agencies: BTreeSet<AgencyId>,
    /// The categories.
    pub categories: BTreeSet<DataCategory>,
    /// The purposes.
    pub purposes: BTreeSet<Purpose>,
    /// Until when, exclusive, in milliseconds since 1970; a permit always says so.
    pub until: Option<i64>,
}

impl Asked {
    /// Whether it would have ended by an instant.
    #[must_use]
    pub fn has_run_out(&self, at: Millis) -> bool {
        self.until.is_some_and(|until| until <= at.0)
    }

    /// Holds it against its form, at an instant.
    ///
    /// # Errors
    /// The first field that is wrong.
    pub fn check(&self, now: Millis) -> Result<(), Wrong> {
        if !(1..=MOST_AGENCIES).contains(&self.agencies.len()) {
            return Err(Wrong::new("agencies", format!("Name from 1 to {MOST_AGENCIES} agencies.")));
        }
        if self.categories.is_empty() {
            return Err(Wrong::new("categories", "It is empty, which would be nothing: say which."));
        }
        if self.purposes.is_empty() {
            return Err(Wrong::new("purposes", "It is empty, which would be for nothing: say what for."));
        }
        match (self.kind, self.until) {
            (ConsentKind::Permit, None) => Err(Wrong::new("until", "Nobody permits for ever: say until when.")),
            (ConsentKind::Permit, Some(until)) if until - now.0 > LONGEST_DAYS * DAY => {
                Err(Wrong::new("until", "It is more than two years ahead: ask again then."))
            }
            (ConsentKind::Permit | ConsentKind::Deny, _) if self.has_run_out(now) => {
                Err(Wrong::new("until", "It lies in the past."))
            }
            (ConsentKind::Permit | ConsentKind::Deny, _) => Ok(()),
        }
    }
}
