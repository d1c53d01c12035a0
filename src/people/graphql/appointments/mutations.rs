//! Mutations about appointments: a step each, never a state.

use async_graphql::{Context, ID, InputObject, Object, OneofObject, Result, SimpleObject};
use entity::ids::{AppointmentId, ServiceUserId};

use super::enums::{AppointmentDelivery, AppointmentKind};
use super::{Appointment, PURPOSE, shown};
use crate::api::ids;
use crate::api::scalars::DateTime;
use crate::people::Trouble;
use crate::people::appointments::booking::{Booking, Moved};
use crate::people::appointments::keeping::{Doing, Outcome};
use crate::people::appointments::reading::WhichAppointments;
use crate::people::graphql::caseloads::service_user;
use crate::people::graphql::wishes::actor;
use crate::people::graphql::{ServiceUserError, keyed, parted, people, person, reader, worker};

/// A new appointment.
#[derive(Clone, Debug, InputObject)]
pub struct BookAppointmentInput {
    /// With whom, by their global id.
    pub service_user: ID,
    /// What for.
    pub kind: AppointmentKind,
    /// How it is held.
    pub delivery: AppointmentDelivery,
    /// The hub, where it is at one.
    pub location: Option<ID>,
    /// When it begins: 24 hours ago at the earliest, two years ahead at the latest.
    pub starts_at: DateTime,
    /// When it ends, exclusive: 24 hours after it begins at the latest.
    pub ends_at: DateTime,
    /// The worker with whom it is, a link worker of the agency; the viewer where nothing is said.
    pub with: Option<ID>,
    /// The referral that it belongs to: one of the service user that the agency sent or was sent.
    pub referral: Option<ID>,
    /// What there is to say: whoever works with the service user at the agency sees it, and the service user.
    pub words: Option<String>,
    /// A key of your own, of 1 to 200 characters: with the same key and input it is made once within 30 days.
    pub idempotency_key: Option<String>,
}

/// An appointment is moved to another time. What is left out of it stays as it was.
#[derive(Clone, Debug, InputObject)]
pub struct RescheduleAppointmentInput {
    /// Which, by its global id.
    pub appointment: ID,
    /// When it begins: 24 hours ago at the earliest, two years ahead at the latest.
    pub starts_at: DateTime,
    /// When it ends, exclusive: 24 hours after it begins at the latest.
    pub ends_at: DateTime,
    /// How it is held.
    pub delivery: Option<AppointmentDelivery>,
    /// The hub.
    pub location: Option<ID>,
    /// The worker with whom it is, a link worker of the agency.
    pub with: Option<ID>,
    /// What there is to say.
    pub words: Option<String>,
    /// A key of your own, of 1 to 200 characters: with the same key and input it is made once within 30 days.
    pub idempotency_key: Option<String>,
}

/// An appointment is called off.
#[derive(Clone, Debug, InputObject)]
pub struct CancelAppointmentInput {
    /// Which, by its global id.
    pub appointment: ID,
    /// What there is to say.
    pub words: Option<String>,
}

/// They came.
#[derive(Clone, Debug, InputObject)]
pub struct RecordAttendedInput {
    /// To which appointment, by its global id.
    pub appointment: ID,
    /// Whether they came late.
    #[graphql(default)]
    pub is_late: bool,
    /// Whether the session was delivered.
    #[graphql(default = true)]
    pub delivered: bool,
    /// What there is to say.
    pub words: Option<String>,
}

/// They did not come.
#[derive(Clone, Debug, InputObject)]
pub struct RecordDidNotAttendInput {
    /// To which appointment, by its global id.
    pub appointment: ID,
    /// Whether there was a good reason.
    pub is_acceptable: bool,
    /// Whether the session was delivered all the same: a group goes on without them.
    #[graphql(default)]
    pub delivered: bool,
    /// What there is to say.
    pub words: Option<String>,
}

/// What it is to say now of somebody who came.
#[derive(Clone, Debug, InputObject)]
pub struct AttendedInput {
    /// Whether they came late.
    pub is_late: bool,
    /// Whether the session was delivered.
    pub delivered: bool,
}

/// What it is to say now of somebody who did not come.
#[derive(Clone, Debug, InputObject)]
pub struct DidNotAttendInput {
    /// Whether there was a good reason.
    pub is_acceptable: bool,
    /// Whether the session was delivered all the same.
    pub delivered: bool,
}

/// What became of an appointment: exactly one of these.
#[derive(Clone, Debug, OneofObject)]
pub enum AttendanceInput {
    /// They came.
    Attended(AttendedInput),
    /// They did not come.
    DidNotAttend(DidNotAttendInput),
}

/// What was recorded of an appointment is put right.
#[derive(Clone, Debug, InputObject)]
pub struct AmendAttendanceInput {
    /// Of which appointment, by its global id.
    pub appointment: ID,
    /// What is right.
    pub to: AttendanceInput,
    /// Why it is put right.
    pub words: String,
}

/// What became of a step of an appointment.
#[derive(Clone, Debug, SimpleObject)]
pub struct AppointmentPayload {
    /// The appointment as the viewer now sees it; null where nothing was done. Of one that was moved to another time, the one
    /// that stands in its place.
    pub appointment: Option<Appointment>,
    /// What it was refused for; empty where it was done.
    pub errors: Vec<ServiceUserError>,
}

async fn payload(
    ctx: &Context<'_>,
    done: std::result::Result<AppointmentId, Trouble>,
    operation: &'static str,
) -> Result<AppointmentPayload> {
    let (done, errors) = parted(ctx, done)?;
    let asked = ctx.look_ahead().field("appointment");
    let appointment = match done {
        Some(id) if asked.exists() => {
            let reader = reader(ctx, PURPOSE, operation)?;
            Box::pin(shown(ctx, reader, &WhichAppointments::Of(vec![id]), &[asked])).await?.pop()
        }
        Some(_) | None => None,
    };
    Ok(AppointmentPayload { appointment, errors })
}

/// Does something with an appointment, for whoever may.
async fn step(
    ctx: &Context<'_>,
    appointment: &ID,
    doing: Doing,
    words: Option<String>,
    operation: &'static str,
) -> Result<AppointmentPayload> {
    let id = ids::appointment("input.appointment", appointment)?;
    let done = Box::pin(people(ctx)?.keep_appointment(actor(ctx)?, id, doing, words)).await;
    payload(ctx, done.map(|_: ServiceUserId| id), operation).await
}

/// Mutations about appointments.
#[derive(Clone, Copy, Debug, Default)]
pub struct AppointmentMutation;

/// Mutations about appointments.
#[Object]
impl AppointmentMutation {
    /// Books an appointment with a service user whom the viewer works with. For link workers.
    async fn book_appointment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "With whom, when, what for.")] input: BookAppointmentInput,
    ) -> Result<AppointmentPayload> {
        let of = service_user(&input.service_user)?;
        let booking = Booking {
            kind: input.kind.into(),
            delivery: input.delivery.into(),
            location: input.location.as_ref().map(|id| ids::location("input.location", id)).transpose()?,
            starts_at: input.starts_at.0.into(),
            ends_at: input.ends_at.0.into(),
            with: match &input.with {
                Some(id) => ids::account("input.with", id)?,
                None => person(ctx)?.account,
            },
            referral: input.referral.as_ref().map(|id| ids::referral("input.referral", id)).transpose()?,
        };
        let people = keyed(ctx, input.idempotency_key.as_deref(), "bookAppointment").await?;
        let done = Box::pin(people.book_appointment(worker(ctx)?, of, &booking, input.words)).await;
        payload(ctx, done, "bookAppointment").await
    }

    /// Moves an appointment that has not begun to another time. It is not written over: it stays, and another one stands in
    /// its place. For link workers of its agency who work with the service user.
    async fn reschedule_appointment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and to when.")] input: RescheduleAppointmentInput,
    ) -> Result<AppointmentPayload> {
        let id = ids::appointment("input.appointment", &input.appointment)?;
        let moved = Moved {
            starts_at: input.starts_at.0.into(),
            ends_at: input.ends_at.0.into(),
            delivery: input.delivery.map(Into::into),
            location: input.location.as_ref().map(|id| ids::location("input.location", id)).transpose()?,
            with: input.with.as_ref().map(|id| ids::account("input.with", id)).transpose()?,
        };
        let people = keyed(ctx, input.idempotency_key.as_deref(), "rescheduleAppointment").await?;
        let done = Box::pin(people.reschedule_appointment(worker(ctx)?, id, &moved, input.words)).await;
        payload(ctx, done, "rescheduleAppointment").await
    }

    /// Calls an appointment off that has not begun. Who called it off follows from who does this, and the notice that was
    /// given from when. For link workers of its agency who work with the service user, and for the service user and who
    /// stands for them.
    async fn cancel_appointment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: CancelAppointmentInput,
    ) -> Result<AppointmentPayload> {
        step(ctx, &input.appointment, Doing::Cancel, input.words, "cancelAppointment").await
    }

    /// Records that the service user came: once, and from when it began on. For link workers of its agency who work with
    /// them.
    async fn record_attended(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "To which.")] input: RecordAttendedInput,
    ) -> Result<AppointmentPayload> {
        let outcome = Outcome::Attended { late: input.is_late, delivered: input.delivered };
        step(ctx, &input.appointment, Doing::Record(outcome), input.words, "recordAttended").await
    }

    /// Records that the service user did not come: once, and from when it began on. For link workers of its agency who work
    /// with them.
    async fn record_did_not_attend(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "To which.")] input: RecordDidNotAttendInput,
    ) -> Result<AppointmentPayload> {
        let outcome = Outcome::DidNotAttend { acceptable: input.is_acceptable, delivered: input.delivered };
        step(ctx, &input.appointment, Doing::Record(outcome), input.words, "recordDidNotAttend").await
    }

    /// Puts right what was recorded of an appointment, with the reason; what was recorded before stands in its history. For
    /// link workers of its agency who work with the service user.
    async fn amend_attendance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which, what is right, and why.")] input: AmendAttendanceInput,
    ) -> Result<AppointmentPayload> {
        let outcome = match input.to {
            AttendanceInput::Attended(said) => Outcome::Attended { late: said.is_late, delivered: said.delivered },
            AttendanceInput::DidNotAttend(said) => {
                Outcome::DidNotAttend { acceptable: said.is_acceptable, delivered: said.delivered }
            }
        };
        step(ctx, &input.appointment, Doing::Amend(outcome), Some(input.words), "amendAttendance").await
    }
}
