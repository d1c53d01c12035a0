//! Groups in the graph. Thin: who sees whose place is decided by the rule, in `people::groups::reading`; who gets one, in
//! `people::groups::joining` and `offering`.

pub mod enums;
pub mod inputs;
pub mod mutations;
pub mod queries;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, Lookahead, Object, Result, SimpleObject};
use entity::enums::{self as stored, Purpose};
use entity::ids::AgencyId;
use entity::instants::Millis;

use self::enums::{GroupEndReason, GroupPlaceState, GroupPlaceStep};
use super::appointments::enums::AppointmentDelivery;
use super::caseloads::{NamedAccount, named};
use super::service_user::ServiceUser;
use super::{found, pending, people, wanted};
use crate::api::AskedAt;
use crate::api::ids::NodeId;
use crate::api::scalars::{Date, DateTime};
use crate::connection;
use crate::directory::graphql::agency::Agency;
use crate::directory::graphql::location::Location;
use crate::directory::graphql::need::Need;
use crate::directory::graphql::nullable;
use crate::directory::graphql::service::Service;
use crate::directory::loaders::{AgencyKey, LocationKey, ServiceKey};
use crate::directory::snapshot::refresh::Live;
use crate::people::groups::listing::{CohortSeen, GroupSeen};
use crate::people::groups::reading::{GroupPlaceSeen, PlaceStepSeen, WhichGroupPlaces};
use crate::people::reading::{Reader, Wanted};

/// What places in groups are looked at for: to work with others for the service user.
const PURPOSE: Purpose = Purpose::CareCoordination;

/// A group of an agency. Its counts are for those who work for the agency alone.
#[derive(Clone, Debug)]
pub struct Group {
    seen: Arc<GroupSeen>,
    /// Whether its counts are shown: to the agency whose it is.
    counted: bool,
}

impl Group {
    fn of_agency(seen: GroupSeen) -> Self {
        Self { seen: Arc::new(seen), counted: true }
    }
}

/// Those who go through a group together.
#[derive(Clone, Debug)]
pub struct Cohort {
    seen: CohortSeen,
    counted: bool,
}

/// When a cohort meets.
#[derive(Clone, Debug, SimpleObject)]
pub struct CohortSession {
    /// When it begins.
    pub starts_at: DateTime,
    /// When it ends, exclusive.
    pub ends_at: DateTime,
}

impl From<&(Millis, Millis)> for CohortSession {
    fn from((starts, ends): &(Millis, Millis)) -> Self {
        Self { starts_at: DateTime(starts.to_utc()), ends_at: DateTime(ends.to_utc()) }
    }
}

/// How long one waits for a place in a group, from those who were given one by those who work for the agency in the last 26
/// weeks, from when they joined until they got it. Who got a place at once, for one was free, is not among them.
#[derive(Clone, Debug, SimpleObject)]
pub struct ExpectedWait {
    /// The median, in days of 24 hours, to a tenth: half of them waited as long or longer. In whole weeks, rounded up, to all but
    /// those who work for the agency.
    pub median_days: f64,
    /// Of how many; null to all but those who work for the agency, who see its own counts whole.
    pub number: Option<i32>,
}

fn whole(number: u64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// What an agency offers to several service users at once, cohort by cohort. Shown to its link workers and managers; and, without
/// its counts, with a place in it to whoever is shown that.
#[Object]
impl Group {
    /// Global id.
    async fn id(&self) -> ID {
        NodeId::Group(self.seen.id).encode()
    }

    /// The agency whose it is; null where it is not shown.
    async fn agency(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        nullable(ctx, AgencyKey(self.seen.agency), Agency).await
    }

    /// Name.
    async fn name(&self) -> &str {
        &self.seen.name
    }

    /// The service that it belongs to; null where it belongs to none, or that is not shown.
    async fn service(&self, ctx: &Context<'_>) -> Option<Result<Service>> {
        nullable(ctx, ServiceKey(self.seen.service?), Service).await
    }

    /// The hub; null where it is at none, or that is not shown.
    async fn location(&self, ctx: &Context<'_>) -> Option<Result<Location>> {
        nullable(ctx, LocationKey(self.seen.location?), Location).await
    }

    /// What it is for; empty where nobody said.
    #[graphql(complexity = "crate::api::limits::list_cost(4, child_complexity)")]
    async fn needs(&self, ctx: &Context<'_>) -> Result<Vec<Need>> {
        let list = ctx.data::<Live>()?.needs();
        Ok(self.seen.needs.iter().filter_map(|key| Need::of_key(list, key)).collect())
    }

    /// How it is held.
    async fn delivery(&self) -> AppointmentDelivery {
        self.seen.delivery.into()
    }

    /// How many places a cohort has where nothing else is said of it.
    async fn places_per_cohort(&self) -> i32 {
        self.seen.places
    }

    /// Its cohorts that run, are to come, or were over or called off within the last 26 weeks: those that begin first first.
    #[graphql(complexity = "crate::api::limits::list_cost(8, child_complexity)")]
    async fn cohorts(&self) -> Vec<Cohort> {
        self.seen.cohorts.iter().map(|seen| Cohort { seen: seen.clone(), counted: self.counted }).collect()
    }

    /// How many wait for a place; null to all but those who work for the agency. Whoever keeps the viewer out is not among them:
    /// that somebody does is not told.
    async fn waiting(&self) -> Option<i32> {
        self.counted.then(|| whole(self.seen.waiting))
    }

    /// How long one waits for a place; null where fewer than five were given one in the last 26 weeks, of whom it could tell
    /// too much. That it is five is this service's own choice against small counts.
    async fn expected_wait(&self) -> Option<ExpectedWait> {
        let wait = self.seen.expected_wait?;
        Some(if self.counted {
            let number = i32::try_from(wait.number).unwrap_or(i32::MAX);
            ExpectedWait { median_days: wait.median_days, number: Some(number) }
        } else {
            ExpectedWait { median_days: wait.days_of_weeks(), number: None }
        })
    }

    /// When it was made.
    async fn made_at(&self) -> DateTime {
        DateTime(self.seen.made_at.to_utc())
    }

    /// Its version, from 1, one more with each `changeGroup` and when it is closed: give it back as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.seen.version
    }

    /// Since when it is closed: nobody waits for it any more, and nobody has a place; null while it is open.
    async fn closed_at(&self) -> Option<DateTime> {
        self.seen.closed_at.map(|at| DateTime(at.to_utc()))
    }

    /// Why it was closed; null while it is open.
    async fn closed_for(&self) -> Option<GroupEndReason> {
        self.seen.closed_for.map(Into::into)
    }
}

/// Those who go through a group together, from one day to another. Shown with the group; its counts to those who work for the
/// agency.
#[Object]
impl Cohort {
    /// Global id.
    async fn id(&self) -> ID {
        NodeId::Cohort(self.seen.id).encode()
    }

    /// The first day.
    async fn begins_on(&self) -> Date {
        Date(self.seen.begins_on)
    }

    /// The last day.
    async fn ends_on(&self) -> Date {
        Date(self.seen.ends_on)
    }

    /// The worker with whom its sessions are.
    async fn with(&self) -> NamedAccount {
        named(&self.seen.with)
    }

    /// How many places it has.
    async fn places(&self) -> i32 {
        self.seen.places
    }

    /// How many places are taken; null to all but those who work for the agency.
    async fn taken(&self) -> Option<i32> {
        self.counted.then_some(self.seen.taken)
    }

    /// How many places are free, be it closed or not, and none where it was called off; null to all but those who work for the
    /// agency.
    async fn free(&self) -> Option<i32> {
        let free = if self.seen.called_off_at.is_some() { 0 } else { self.seen.places.saturating_sub(self.seen.taken) };
        self.counted.then(|| free.max(0))
    }

    /// When it meets, the first first; what is called off is not among them.
    #[graphql(complexity = "crate::api::limits::list_cost(20, child_complexity)")]
    async fn sessions(&self) -> Vec<CohortSession> {
        self.seen.sessions.iter().map(CohortSession::from).collect()
    }

    /// When it was opened.
    async fn opened_at(&self) -> DateTime {
        DateTime(self.seen.opened_at.to_utc())
    }

    /// Since when nobody is taken into it any more; null while it is open.
    async fn closed_at(&self) -> Option<DateTime> {
        self.seen.closed_at.map(|at| DateTime(at.to_utc()))
    }

    /// Its version, from 1, one more with each `changeCohort` and when it is called off: give it back as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.seen.version
    }

    /// When it was called off: nobody has a place in it any more; null where it was not.
    async fn called_off_at(&self) -> Option<DateTime> {
        self.seen.called_off_at.map(|at| DateTime(at.to_utc()))
    }

    /// Why it was called off; null where it was not.
    async fn called_off_for(&self) -> Option<GroupEndReason> {
        self.seen.called_off_for.map(Into::into)
    }
}

/// Something that happened to a place in a group.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct GroupPlaceEvent {
    /// What happened.
    pub step: GroupPlaceStep,
    /// The state of the place after it.
    pub state: GroupPlaceState,
    /// When.
    pub at: DateTime,
    /// Who; null to agencies with which it is only shared.
    pub by: Option<NamedAccount>,
    /// Global id of the cohort whose place they got, or lost, in this step; null where there was none.
    pub cohort: Option<ID>,
    /// Why the group was closed, or the cohort called off; null where it was something else.
    pub reason: Option<GroupEndReason>,
    /// Why they came before those who waited longer; null where nothing was said, and to agencies with which it is only shared.
    pub words: Option<String>,
    #[graphql(skip)]
    agency: Option<AgencyId>,
}

#[ComplexObject]
impl GroupPlaceEvent {
    /// For which agency; null for the service user and who stands for them.
    async fn agency(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        nullable(ctx, AgencyKey(self.agency?), Agency).await
    }
}

impl From<&PlaceStepSeen> for GroupPlaceEvent {
    fn from(seen: &PlaceStepSeen) -> Self {
        Self {
            step: seen.step.into(),
            state: seen.state.into(),
            at: DateTime(seen.at.to_utc()),
            by: seen.by.as_ref().map(named),
            cohort: seen.cohort.map(|id| NodeId::Cohort(id).encode()),
            reason: seen.reason.map(Into::into),
            words: seen.words.clone(),
            agency: seen.agency,
        }
    }
}

/// A place in a group, or the waiting for one.
#[derive(Clone, Debug)]
pub struct GroupPlace {
    seen: Arc<GroupPlaceSeen>,
    service_user: Option<ServiceUser>,
}

impl GroupPlace {
    /// A place without whom it is of.
    pub(crate) fn alone(seen: Arc<GroupPlaceSeen>) -> Self {
        Self { seen, service_user: None }
    }
}

/// That a service user waits for a place in a group, has one, or had one. Shown to who works with them at the agency, to the
/// service user and who stands for them; and to agencies with which attendance and what the group is for are shared for the
/// coordination of care.
#[Object]
impl GroupPlace {
    /// Global id.
    async fn id(&self) -> ID {
        NodeId::GroupPlace(self.seen.id).encode()
    }

    /// Whom it is about, as far as the viewer may see them for the coordination of care; null where that is nothing.
    async fn service_user(&self) -> Option<&ServiceUser> {
        self.service_user.as_ref()
    }

    /// The group.
    async fn group(&self) -> Group {
        Group { seen: Arc::clone(&self.seen.group), counted: self.is_counted() }
    }

    /// The cohort in which they have, or had, a place; null while they wait.
    async fn cohort(&self) -> Option<Cohort> {
        let seen = self.seen.cohort.clone()?;
        Some(Cohort { seen, counted: self.is_counted() })
    }

    /// How far it has come.
    async fn state(&self) -> GroupPlaceState {
        self.seen.state.into()
    }

    /// Their place in line, from 1; null unless they wait. To those who work for the agency, in the line of those who wait and do
    /// not keep the viewer out.
    async fn place_in_line(&self) -> Option<i32> {
        self.seen.in_line.map(whole)
    }

    /// When they joined.
    async fn joined_at(&self) -> DateTime {
        DateTime(self.seen.joined_at.to_utc())
    }

    /// Who wrote that down; null to agencies with which it is only shared.
    async fn joined_by(&self) -> Option<NamedAccount> {
        self.seen.joined_by.as_ref().map(named)
    }

    /// When they got a place; null until they did.
    async fn placed_at(&self) -> Option<DateTime> {
        self.seen.placed_at.map(|at| DateTime(at.to_utc()))
    }

    /// Who gave them the place; null where one was free when they joined, and to agencies with which it is only shared.
    async fn offered_by(&self) -> Option<NamedAccount> {
        self.seen.offered_by.as_ref().map(named)
    }

    /// Why they came before those who waited longer; null where nothing was said, and to agencies with which it is only shared.
    async fn reason(&self) -> Option<&str> {
        self.seen.reason.as_deref()
    }

    /// When they left, or it was ended; null until then.
    async fn left_at(&self) -> Option<DateTime> {
        self.seen.left_at.map(|at| DateTime(at.to_utc()))
    }

    /// When their cohort meets next; null where they have no place, and where it meets no more. Appointments tell whether they
    /// are to come then.
    async fn next_session(&self, ctx: &Context<'_>) -> Result<Option<CohortSession>> {
        let now = Millis::from(ctx.data::<AskedAt>()?.0);
        let cohort = self.seen.cohort.as_ref().filter(|_| self.seen.state == stored::GroupPlaceState::Placed);
        let next = cohort.and_then(|cohort| cohort.sessions.iter().find(|(starts, _)| *starts > now));
        Ok(next.map(CohortSession::from))
    }

    /// Everything that happened to it, the first first.
    #[graphql(complexity = "crate::api::limits::list_cost(4, child_complexity)")]
    async fn history(&self) -> Vec<GroupPlaceEvent> {
        self.seen.history.iter().map(GroupPlaceEvent::from).collect()
    }
}

impl GroupPlace {
    fn is_counted(&self) -> bool {
        self.seen.is_of_own_agency()
    }
}

connection!(GroupPlaceConnection, GroupPlaceEdge, GroupPlace, "places in a group");

/// Whether it is asked when the cohorts of a group meet.
fn sessions_asked(group: &Lookahead<'_>) -> bool {
    group.field("cohorts").field("sessions").exists()
}

/// The same of a place in one.
fn place_sessions_asked(place: &Lookahead<'_>) -> bool {
    let of_theirs = place.field("nextSession").exists() || place.field("cohort").field("sessions").exists();
    of_theirs || sessions_asked(&place.field("group"))
}

/// Places as the viewer sees them, with whom they are of where that is asked for: of all of them at once.
async fn shown(
    ctx: &Context<'_>,
    reader: Reader,
    which: &WhichGroupPlaces,
    asked: &[Lookahead<'_>],
) -> Result<Vec<GroupPlace>> {
    let people = people(ctx)?;
    let sessions = asked.iter().any(place_sessions_asked);
    let seen = found(ctx, people.read_group_places(reader, which, sessions, pending(ctx)).await)?;
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
    let place =
        |seen: GroupPlaceSeen| GroupPlace { service_user: of.get(&seen.service_user).cloned(), seen: Arc::new(seen) };
    Ok(seen.into_iter().map(place).collect())
}
