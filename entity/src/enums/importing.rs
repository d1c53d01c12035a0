//! Closed sets of caseloads that are imported.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

closed_set! {
    /// What a row of an imported caseload is about.
    ImportedKind {
        /// A person.
        Person = "person",
        /// A referral of the past, kept as a note.
        Referral = "referral",
        /// An appointment.
        Appointment = "appointment",
    }
}
