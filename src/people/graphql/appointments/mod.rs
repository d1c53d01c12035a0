//! Appointments in the graph. Thin: who sees what is decided by the rule, in `people::appointments::reading`; what may be done
//! is in the table of `people::appointments::life`.

pub mod enums;
pub mod figures;
pub mod mutations;
pub mod queries;

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::{ComplexObject, Context, ID, Lookahead, Result, SimpleObject};
use entity::enums::Purpose;
use entity::ids::AgencyId;

use self::enums::{AppointmentDelivery, AppointmentKind, AppointmentState, AppointmentStep, CancelledBy};
use super::caseloads::{NamedAccount, named};
use super::service_user::ServiceUser;
use super::{found, pending, people, wanted};
use crate::api::ids::NodeId;
use crate::api::scalars::DateTime;
use crate::connection;
use crate::directory::graphql::agency::Agency;
use crate::directory::graphql::location::Location;
use crate::directory::graphql::nullable;
use crate::directory::loaders::{AgencyKey, LocationKey};
use crate::people::appointments::reading::{AppointmentSeen, AppointmentStepSeen, WhichAppointments};
use crate::people::reading::{Reader, Wanted};

/// What appointments are looked at for: to work with others for the service user.
const PURPOSE: Purpose = Purpose::CareCoordination;

/// An appointment of an agency with a service user.
#[derive(Clone, Debug)]
pub struct Appointment {
    seen: AppointmentSeen,
    service_user: Option<ServiceUser>,
}

impl Appointment {
    /// An appointment without whom it is with.
    pub(crate) fn alone(seen: AppointmentSeen) -> Self {
        Self { seen, service_user: None }
    }
}

/// A step of an appointment.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct AppointmentEvent {
    /// What was done.
    pub step: AppointmentStep,
    /// How far it had come by it.
    pub state: AppointmentState,
    /// When.
    pub at: DateTime,
    /// Who; null to agencies with which it is only shared.
    pub by: Option<NamedAccount>,
    /// Whether they came late, where that was recorded by it.
    pub is_late: Option<bool>,
    /// Whether there was a good reason not to come, where that was recorded by it.
    pub is_acceptable: Option<bool>,
    /// Whether the session was delivered, where that was recorded by it.
    pub delivered: Option<bool>,
    /// What was said; null where nothing was, and to agencies with which it is only shared.
    pub words: Option<String>,
    #[graphql(skip)]
    agency: Option<AgencyId>,
}

#[ComplexObject]
impl AppointmentEvent {
    /// For which agency; null for the service user and who stands for them.
    async fn agency(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        nullable(ctx, AgencyKey(self.agency?), Agency).await
    }
}

impl From<&AppointmentStepSeen> for AppointmentEvent {
    fn from(seen: &AppointmentStepSeen) -> Self {
        Self {
            step: seen.step.into(),
            state: seen.state.into(),
            at: DateTime(seen.at.to_utc()),
            by: seen.by.as_ref().map(named),
            is_late: seen.is_late,
            is_acceptable: seen.is_acceptable,
            delivered: seen.delivered,
            words: seen.words.clone(),
            agency: seen.agency,
        }
    }
}

/// An appointment of an agency with a service user. Shown to who works with them there, to the service user and who stands
/// for them; and to agencies with which attendance is shared for the coordination of care.
#[async_graphql::Object]
impl Appointment {
    /// Global id.
    async fn id(&self) -> ID {
        NodeId::Appointment(self.seen.id).encode()
    }

    /// Whom it is with, as far as the viewer may see them for the coordination of care; null where that is nothing.
    async fn service_user(&self) -> Option<&ServiceUser> {
        self.service_user.as_ref()
    }

    /// The agency that booked it; null where it is not shown.
    async fn agency(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        nullable(ctx, AgencyKey(self.seen.agency), Agency).await
    }

    /// What it is for.
    async fn kind(&self) -> AppointmentKind {
        self.seen.kind.into()
    }

    /// How it is held.
    async fn delivery(&self) -> AppointmentDelivery {
        self.seen.delivery.into()
    }

    /// The hub; null where it is at none, or it is not shown.
    async fn location(&self, ctx: &Context<'_>) -> Option<Result<Location>> {
        nullable(ctx, LocationKey(self.seen.location?), Location).await
    }

    /// When it begins.
    async fn starts_at(&self) -> DateTime {
        DateTime(self.seen.starts_at.to_utc())
    }

    /// When it ends, exclusive.
    async fn ends_at(&self) -> DateTime {
        DateTime(self.seen.ends_at.to_utc())
    }

    /// The worker with whom it is.
    async fn with(&self) -> NamedAccount {
        named(&self.seen.with)
    }

    /// Global id of the referral that it belongs to; null where it belongs to none, and to agencies with which it is only
    /// shared.
    async fn referral(&self) -> Option<ID> {
        self.seen.referral.map(|id| NodeId::Referral(id).encode())
    }

    /// Global id of the appointment in whose place it stands; null where in none's.
    async fn replaces(&self) -> Option<ID> {
        self.seen.replaces.map(|id| NodeId::Appointment(id).encode())
    }

    /// How far it has come.
    async fn state(&self) -> AppointmentState {
        self.seen.state.into()
    }

    /// Whether they came late; null unless they came.
    async fn is_late(&self) -> Option<bool> {
        self.seen.is_late
    }

    /// Whether there was a good reason not to come; null unless they did not.
    async fn is_acceptable(&self) -> Option<bool> {
        self.seen.is_acceptable
    }

    /// Whether the session was delivered, whoever came; null until somebody said.
    async fn delivered(&self) -> Option<bool> {
        self.seen.delivered
    }

    /// Who called it off; null unless somebody did.
    async fn cancelled_by(&self) -> Option<CancelledBy> {
        self.seen.cancelled_by.map(Into::into)
    }

    /// How much notice was given when it was called off, in whole hours; null unless it was.
    async fn notice_hours(&self) -> Option<i32> {
        self.seen.notice_hours.map(|hours| i32::try_from(hours).unwrap_or(i32::MAX))
    }

    /// When it was booked.
    async fn booked_at(&self) -> DateTime {
        DateTime(self.seen.booked_at.to_utc())
    }

    /// Everything that was done with it, the first first.
    #[graphql(complexity = "crate::api::limits::list_cost(4, child_complexity)")]
    async fn history(&self) -> Vec<AppointmentEvent> {
        self.seen.history.iter().map(AppointmentEvent::from).collect()
    }
}

connection!(AppointmentConnection, AppointmentEdge, Appointment, "appointments");

/// Appointments as the viewer sees them, with whom they are with where that is asked for: of all of them at once.
async fn shown(
    ctx: &Context<'_>,
    reader: Reader,
    which: &WhichAppointments,
    asked: &[Lookahead<'_>],
) -> Result<Vec<Appointment>> {
    let people = people(ctx)?;
    let seen = found(ctx, people.read_appointments(reader, which, pending(ctx)).await)?;
    let wants: Vec<_> = asked.iter().map(|asked| asked.field("serviceUser")).filter(Lookahead::exists).collect();
    let mut of = BTreeMap::new();
    if !wants.is_empty() && !seen.is_empty() {
        let mut kinds = Wanted::default();
        wants.iter().for_each(|asked| kinds.add(wanted(asked)));
        let whom: BTreeSet<_> = seen.iter().map(|seen| seen.service_user).collect();
        let whom: Vec<_> = whom.into_iter().collect();
        for person in found(ctx, people.read(reader, &whom, &kinds, pending(ctx)).await)? {
            of.insert(person.service_user, ServiceUser::of(person, reader));
        }
    }
    let appointment = |seen: AppointmentSeen| Appointment { service_user: of.get(&seen.service_user).cloned(), seen };
    Ok(seen.into_iter().map(appointment).collect())
}
