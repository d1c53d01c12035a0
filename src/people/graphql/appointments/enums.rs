//! Closed sets of appointments, as the schema shows them. The compiler holds each against the stored set.

use async_graphql::Enum;
use entity::enums as stored;

/// What an appointment is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::AppointmentKind")]
pub enum AppointmentKind {
    /// To find out what they need.
    InitialAssessment,
    /// Support of one person.
    OneToOne,
    /// Support of several at once.
    Group,
    /// To look at how it goes.
    Review,
    /// To bring it to an end.
    Exit,
}

/// How an appointment is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::AppointmentDelivery")]
pub enum AppointmentDelivery {
    /// In one room.
    InPerson,
    /// By telephone.
    Telephone,
    /// By video.
    Video,
    /// Where the service user is.
    Outreach,
    /// In a prison, or at a police station.
    InCustody,
}

/// How far an appointment has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::AppointmentState")]
pub enum AppointmentState {
    /// To come, or nobody has said yet what became of it.
    Booked,
    /// The service user came.
    Attended,
    /// The service user did not come.
    DidNotAttend,
    /// It was called off before it began.
    Cancelled,
    /// Another appointment stands in its place.
    Superseded,
}

/// Something that was done with an appointment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::AppointmentStep")]
pub enum AppointmentStep {
    /// Booked.
    Booked,
    /// It was recorded that they came.
    Attended,
    /// It was recorded that they did not come.
    DidNotAttend,
    /// Called off.
    Cancelled,
    /// Another was booked in its place.
    Rescheduled,
    /// What was recorded of it was put right.
    Amended,
    /// It is with another worker, on whose caseload the service user is now.
    HandedOver,
}

/// Who called an appointment off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::CancelledBy")]
pub enum CancelledBy {
    /// The service user, or who stands for them.
    ServiceUser,
    /// The agency.
    Agency,
}
