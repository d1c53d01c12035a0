//! Through the gate, and what else workers have to do for service users by a day.
//!
//! | module | what |
//! |---|---|
//! | [`gate`] | which tasks a day of release makes, and by when; what may be done with a task; when the first contact is overdue; easements; no database |
//! | [`making`] | a day of release and an easement are recorded, said anew, taken back, and tasks follow from them; free tasks |
//! | [`doing`] | a task is done, need not be done, is to be done after all, is handed over |
//! | [`covering`] | who covers for a worker who is away |
//! | [`reading`], [`dates`] | the one way in which tasks, and in which days of release and easements, leave the tables |
//! | [`listing`] | the tasks of a worker, and alerts: the rule is part of the statements |
//!
//! Each is the row of the agency whose worker recorded it: a day of release of the category that `access::rule::RELEASE`
//! names, an easement of that of `access::rule::EASEMENT`, a task of the one that stands in it. Others see them as they see
//! any row of that category, and no word of them.
//!
//! Where a case is closed its tasks stay as they are: nobody sees them until the service user is assigned anew. What is open
//! goes with a caseload that is handed to a worker; what somebody answers for who does not work with the service user any more
//! is on the list of everybody who does.

pub mod covering;
pub mod dates;
pub mod doing;
pub mod gate;
pub mod listing;
pub mod making;
pub mod reading;

use entity::ids::{ReleaseId, TaskEventId, TaskId};

use crate::vault::sealed::Place;

/// Where it stands from where somebody is released.
fn place_of_release(release: ReleaseId) -> Place {
    Place { column: "release.sealed", row: release.0 }
}

/// Where it stands what is to be done.
fn place_of_task(task: TaskId) -> Place {
    Place { column: "task.sealed", row: task.0 }
}

/// Where what was said with a step stands.
fn place_of_event(event: TaskEventId) -> Place {
    Place { column: "task_event.sealed", row: event.0 }
}
