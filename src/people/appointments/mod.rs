//! Appointments: a service user and an agency are to meet, and what became of it is written down.
//!
//! | module | what |
//! |---|---|
//! | [`life`] | how far an appointment has come, what may be done with it by whom, and when; no database |
//! | [`booking`] | an appointment is booked, and another in the place of one |
//! | [`keeping`] | it is called off, it is recorded what became of it, and that is put right; it goes with a caseload |
//! | `taking_over` | appointments as another system knew them |
//! | `sessions` | appointments for the sessions of a group: booked together, called off together |
//! | [`reading`] | the one way in which appointments leave the tables; the diary of an agency |
//! | [`figures`] | how many were booked, kept, missed, called off: counted for those who manage the agency |
//!
//! An appointment is the row of the agency that booked it, of the category that `access::rule::APPOINTMENT` names: others see
//! it as they see any row of that category. Nothing of one is written over: what was recorded is amended with a reason, and
//! one that is moved to another time stays, with the other beside it. With whom one to come is changes where it goes with a
//! caseload to another worker, by a step of its own.

pub mod booking;
pub mod figures;
pub mod keeping;
pub mod life;
pub mod reading;
pub(in crate::people) mod sessions;
pub(in crate::people) mod taking_over;

use entity::ids::AppointmentEventId;

use crate::vault::sealed::Place;

/// Where what was said with a step stands.
fn place(event: AppointmentEventId) -> Place {
    Place { column: "appointment_event.sealed", row: event.0 }
}
