//! Groups of an agency: who goes through one together is a cohort; who waits for a place stands in line.
//!
//! | module | what |
//! |---|---|
//! | [`terms`] | of what form a group and a cohort must be, and how long somebody waits for a place; no database |
//! | [`making`] | a group is made, a cohort opened and closed |
//! | [`changing`] | a group or a cohort becomes different, and what was booked for its sessions with it |
//! | [`ending`] | a group is closed, a cohort called off: who waits, who has a place, and what was booked for them |
//! | `holding` | what a place rests on, held against other changes: places that are free, who is first in line |
//! | [`joining`] | somebody joins: they get a place that is free, or wait |
//! | [`offering`] | a place is given to who is first in line, or to somebody else for a reason |
//! | [`leaving`] | a place is given up; so it is where a case is closed, or the agency is kept out |
//! | `history` | each step of a place is kept |
//! | [`listing`] | the groups of an agency, counted: no service user is named |
//! | [`reading`] | the one way in which places leave the tables |
//!
//! A place is the row of the agency whose group it is, of the category of appointments, and of those of the needs that the
//! group is for: others see it while all of these are shared with them. With a place come appointments for the sessions that
//! are still to come, in the same transaction.
//!
//! Whoever changes places holds the service user first, then the group, then its cohorts: in this order, so that nobody waits
//! for one who waits for them. So a cohort never has more than its places, and of those who wait none passes another unless
//! it is said why, or the other keeps out whom they would meet or who gives the place away. What changes a group for everybody in it holds them all, in the order of their ids, and looks again whether
//! somebody joined meanwhile.

pub mod changing;
pub mod ending;
mod history;
mod holding;
pub mod joining;
pub mod leaving;
pub mod listing;
pub mod making;
pub mod offering;
pub mod reading;
pub mod terms;

use entity::ids::{GroupPlaceEventId, GroupPlaceId};

use crate::vault::sealed::Place;

/// Most ids that are named, or rows that are written, by one statement: an engine takes only so many values.
const AT_ONCE: usize = 500;

/// Where it stands why somebody passed those who waited longer.
fn place_of_reason(place: GroupPlaceId) -> Place {
    Place { column: "group_place.sealed", row: place.0 }
}

/// Where the same stands beside the step by which they did.
fn place_of_words(event: GroupPlaceEventId) -> Place {
    Place { column: "group_place_event.sealed", row: event.0 }
}
