//! Closed sets of appointments.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

closed_set! {
    /// What an appointment is for.
    AppointmentKind {
        /// To find out what they need.
        InitialAssessment = "initial_assessment",
        /// Support of one person.
        OneToOne = "one_to_one",
        /// Support of several at once.
        Group = "group",
        /// To look at how it goes.
        Review = "review",
        /// To bring it to an end.
        Exit = "exit",
    }
}

closed_set! {
    /// How an appointment is held.
    AppointmentDelivery {
        /// In one room.
        InPerson = "in_person",
        /// By telephone.
        Telephone = "telephone",
        /// By video.
        Video = "video",
        /// Where the service user is.
        Outreach = "outreach",
        /// In a prison, or at a police station.
        InCustody = "in_custody",
    }
}

closed_set! {
    /// How far an appointment has come.
    AppointmentState {
        /// To come, or nobody has said yet what became of it.
        Booked = "booked",
        /// The service user came.
        Attended = "attended",
        /// The service user did not come.
        DidNotAttend = "did_not_attend",
        /// It was called off before it began.
        Cancelled = "cancelled",
        /// Another appointment stands in its place.
        Superseded = "superseded",
    }
}

closed_set! {
    /// Something that was done with an appointment.
    AppointmentStep {
        /// Booked.
        Booked = "booked",
        /// It was recorded that they came.
        Attended = "attended",
        /// It was recorded that they did not come.
        DidNotAttend = "did_not_attend",
        /// Called off.
        Cancelled = "cancelled",
        /// Another was booked in its place.
        Rescheduled = "rescheduled",
        /// What was recorded of it was put right.
        Amended = "amended",
        /// It is with another worker, on whose caseload the service user is now.
        HandedOver = "handed_over",
    }
}

closed_set! {
    /// Who called an appointment off.
    CancelledBy {
        /// The service user, or who stands for them.
        ServiceUser = "service_user",
        /// The agency.
        Agency = "agency",
    }
}
