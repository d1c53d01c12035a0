//! Closed sets of what happens to services.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

closed_set! {
    /// What happened to a public service that may matter to somebody who waits for it or counts on it.
    HappeningKind {
        /// It does not run any more, or will not for longer than was said.
        Closed = "closed",
        /// It runs again.
        Reopened = "reopened",
        /// It has places free, where it had none or nobody knew.
        CapacityGained = "capacity_gained",
        /// It has no places free any more.
        CapacityGone = "capacity_gone",
        /// It is open at other times.
        HoursChanged = "hours_changed",
        /// It takes other people.
        EligibilityChanged = "eligibility_changed",
        /// The public sees it no more.
        Withdrawn = "withdrawn",
        /// The public sees it for the first time, or again.
        Listed = "listed",
    }
}
