//! The groups of an agency with their cohorts, how many have a place and how many wait, and how long that takes. These are an
//! agency's whole counts of its own: whoever works for it sees them be they ever so small, and nobody is named by them. But who
//! keeps out whoever asks does not wait for them: they would learn by the count that somebody does.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use entity::enums::{AppointmentDelivery, GroupEndReason, GroupPlaceState, GroupPlaceStep, Purpose};
use entity::ids::{AccountId, AgencyId, CohortId, GroupId, LocationId, ServiceId};
use entity::instants::Millis;
use entity::lists::Words;
use entity::{group_cohort, group_place, group_place_event, group_session, support_group};
use sea_orm::sea_query::{Expr, Func, Query};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};

use super::AT_ONCE;
use super::holding::{ids_of, taken};
use super::terms::{ExpectedWait, WAITING_DAYS, expected_wait};
use crate::access::rule::predicate::{Columns, condition};
use crate::access::rule::{Ask, KEPT_OUT};
use crate::hours::london;
use crate::people::entering::Worker;
use crate::people::teams::names_of;
use crate::people::{People, Trouble};

/// For how many days cohorts that are over or called off are told of, and groups that are closed: 26 weeks.
const TOLD_DAYS: u64 = 26 * 7;
const DAY: i64 = 86_400_000;

/// To whom groups are shown, and how much of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Showing {
    /// Who asks.
    pub(super) ask: Ask,
    /// Whether also when their cohorts meet.
    pub(super) sessions: bool,
}

impl Showing {
    fn to(by: Worker, sessions: bool, at: Millis) -> Self {
        let Worker { account, agency } = by;
        Self { ask: Ask { account, agency: Some(agency), purpose: Purpose::CareCoordination, at }, sessions }
    }
}

/// A group, as far as it tells of nobody.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupSeen {
    /// Id.
    pub id: GroupId,
    /// Whose it is.
    pub agency: AgencyId,
    /// Name.
    pub name: String,
    /// The service that it belongs to.
    pub service: Option<ServiceId>,
    /// The hub.
    pub location: Option<LocationId>,
    /// Keys of the needs that it is for.
    pub needs: Vec<String>,
    /// How it is held.
    pub delivery: AppointmentDelivery,
    /// How many places a cohort has where nothing else is said of it.
    pub places: i32,
    /// Cohorts that run, are to come, or were over or called off within the last 26 weeks: those that begin first first.
    pub cohorts: Vec<CohortSeen>,
    /// How many wait, but for those who keep out whoever asks.
    pub waiting: u64,
    /// How long those waited who got a place from the line in the last 26 weeks; absent where they are too few to tell.
    pub expected_wait: Option<ExpectedWait>,
    /// When it was made.
    pub made_at: Millis,
    /// The how manieth writing of it, from 1.
    pub version: i32,
    /// Since when it is closed.
    pub closed_at: Option<Millis>,
    /// Why it was closed.
    pub closed_for: Option<GroupEndReason>,
}

/// A cohort, as far as it tells of nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CohortSeen {
    /// Id.
    pub id: CohortId,
    /// The first day.
    pub begins_on: NaiveDate,
    /// The last day.
    pub ends_on: NaiveDate,
    /// How many places it has.
    pub places: i32,
    /// How many of them are taken.
    pub taken: i32,
    /// The worker with whom its sessions are, with their name.
    pub with: (AccountId, String),
    /// When it meets: from when until when, exclusive; what is called off is not among them. None where that was not asked for.
    pub sessions: Vec<(Millis, Millis)>,
    /// When it was opened.
    pub opened_at: Millis,
    /// Since when nobody is taken into it any more.
    pub closed_at: Option<Millis>,
    /// The how manieth writing of it, from 1.
    pub version: i32,
    /// Since when it is called off.
    pub called_off_at: Option<Millis>,
    /// Why it was called off.
    pub called_off_for: Option<GroupEndReason>,
}

impl People {
    /// The groups of the worker's agency that are open or were closed within the last 26 weeks, by name; with when their
    /// cohorts meet where that is asked for.
    ///
    /// # Errors
    /// The database failed.
    pub async fn groups(&self, by: Worker, sessions: bool) -> Result<Vec<GroupSeen>, Trouble> {
        let db = self.database.connection();
        let at = Millis::from(self.clock.now());
        let closed = support_group::Column::ClosedAt;
        let rows = support_group::Entity::find()
            .filter(support_group::Column::AgencyId.eq(by.agency))
            .filter(closed.is_null().or(closed.gt(told_since(at))))
            .order_by_asc(support_group::Column::Name)
            .all(db)
            .await?;
        self.seen_groups(db, rows, &BTreeSet::new(), &Showing::to(by, sessions, at)).await
    }

    /// A group of the worker's agency; none where it is another's, and where there is none.
    ///
    /// # Errors
    /// The database failed.
    pub async fn group(&self, by: Worker, id: GroupId, sessions: bool) -> Result<Option<GroupSeen>, Trouble> {
        let db = self.database.connection();
        let this = support_group::Entity::find_by_id(id).filter(support_group::Column::AgencyId.eq(by.agency));
        let rows = this.all(db).await?;
        let showing = Showing::to(by, sessions, self.clock.now().into());
        Ok(self.seen_groups(db, rows, &BTreeSet::new(), &showing).await?.pop())
    }

    /// The group of the worker's agency that has a cohort.
    ///
    /// # Errors
    /// The database failed.
    pub async fn group_of_cohort(
        &self,
        by: Worker,
        id: CohortId,
        sessions: bool,
    ) -> Result<Option<GroupSeen>, Trouble> {
        let this = group_cohort::Entity::find_by_id(id).filter(group_cohort::Column::AgencyId.eq(by.agency));
        match this.one(self.database.connection()).await? {
            Some(cohort) => self.group(by, cohort.group_id, sessions).await,
            None => Ok(None),
        }
    }

    /// Groups with what belongs to them: these cohorts in any case, however long they are over.
    pub(super) async fn seen_groups(
        &self,
        db: &impl ConnectionTrait,
        rows: Vec<support_group::Model>,
        cohorts: &BTreeSet<CohortId>,
        showing: &Showing,
    ) -> Result<Vec<GroupSeen>, Trouble> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<GroupId> = rows.iter().map(|row| row.id).collect();
        let mut of_group = cohorts_of(db, &ids, cohorts, showing).await?;
        let mut waiting = waiting(db, &ids, &showing.ask).await?;
        let mut waits = waits(db, &ids, told_since(showing.ask.at)).await?;
        let seen = rows.into_iter().map(|row| {
            let Words(needs) = row.needs;
            GroupSeen {
                id: row.id,
                agency: row.agency_id,
                name: row.name,
                service: row.service_id,
                location: row.location_id,
                needs,
                delivery: row.delivery,
                places: row.places,
                cohorts: of_group.remove(&row.id).unwrap_or_default(),
                waiting: waiting.remove(&row.id).unwrap_or_default().unsigned_abs(),
                expected_wait: expected_wait(waits.remove(&row.id).unwrap_or_default()),
                made_at: row.made_at,
                version: row.version,
                closed_at: row.closed_at,
                closed_for: row.end_reason,
            }
        });
        Ok(seen.collect())
    }
}

/// Since when groups that were closed are told of at an instant, cohorts that were called off, and how long somebody waited.
pub(super) fn told_since(at: Millis) -> Millis {
    Millis(at.0 - WAITING_DAYS * DAY)
}

/// Which cohorts are told of at an instant: those that run, are to come, or were over or called off within the last 26 weeks.
pub(super) fn is_told(at: Millis) -> Condition {
    let since = london(at.to_utc()).date().checked_sub_days(Days::new(TOLD_DAYS)).unwrap_or(NaiveDate::MIN);
    let lasts =
        Condition::all().add(group_cohort::Column::CalledOffAt.is_null()).add(group_cohort::Column::EndsOn.gte(since));
    Condition::any().add(lasts).add(group_cohort::Column::CalledOffAt.gt(told_since(at)))
}

/// The cohorts of groups that are told of, and these in any case.
async fn cohorts_of(
    db: &impl ConnectionTrait,
    of: &[GroupId],
    named: &BTreeSet<CohortId>,
    showing: &Showing,
) -> Result<BTreeMap<GroupId, Vec<CohortSeen>>, Trouble> {
    let of_groups = || Condition::all().add(group_cohort::Column::GroupId.is_in(of.iter().copied()));
    let mut all = these_cohorts(db, of_groups().add(is_told(showing.ask.at)), showing.sessions).await?;
    let there: BTreeSet<CohortId> = all.iter().map(|(_, seen)| seen.id).collect();
    let left: Vec<CohortId> = named.difference(&there).copied().collect();
    for some in left.chunks(AT_ONCE) {
        let these = of_groups().add(group_cohort::Column::Id.is_in(some.iter().copied()));
        all.extend(these_cohorts(db, these, showing.sessions).await?);
    }
    all.sort_by_key(|(_, seen)| (seen.begins_on, seen.id));
    let mut seen: BTreeMap<GroupId, Vec<CohortSeen>> = BTreeMap::new();
    for (group, cohort) in all {
        seen.entry(group).or_default().push(cohort);
    }
    Ok(seen)
}

/// These cohorts, each with its group. That there may be many of them makes no statement longer.
async fn these_cohorts(
    db: &impl ConnectionTrait,
    which: Condition,
    with_sessions: bool,
) -> Result<Vec<(GroupId, CohortSeen)>, Trouble> {
    let rows = group_cohort::Entity::find().filter(which.clone()).all(db).await?;
    let taken = taken(db, which.clone()).await?;
    let names = names_of(db, rows.iter().map(|row| row.with_id)).await?;
    let mut sessions: BTreeMap<CohortId, Vec<(Millis, Millis)>> = BTreeMap::new();
    if with_sessions {
        let all = group_session::Entity::find()
            .filter(group_session::Column::CohortId.in_subquery(ids_of(which)))
            .filter(group_session::Column::CalledOffAt.is_null())
            .order_by_asc(group_session::Column::StartsAt);
        for session in all.all(db).await? {
            sessions.entry(session.cohort_id).or_default().push((session.starts_at, session.ends_at));
        }
    }
    let seen = rows.into_iter().map(|row| {
        let cohort = CohortSeen {
            id: row.id,
            begins_on: row.begins_on,
            ends_on: row.ends_on,
            places: row.places,
            taken: i32::try_from(taken.get(&row.id).copied().unwrap_or(0)).unwrap_or(i32::MAX),
            with: (row.with_id, names.get(&row.with_id).cloned().unwrap_or_default()),
            sessions: sessions.remove(&row.id).unwrap_or_default(),
            opened_at: row.opened_at,
            closed_at: row.closed_at,
            version: row.version,
            called_off_at: row.called_off_at,
            called_off_for: row.end_reason,
        };
        (row.group_id, cohort)
    });
    Ok(seen.collect())
}

/// How many wait for each group and do not keep out whoever asks; none of which it is none.
async fn waiting(db: &impl ConnectionTrait, of: &[GroupId], ask: &Ask) -> Result<BTreeMap<GroupId, i64>, Trouble> {
    let keeps_out = condition(&KEPT_OUT, ask, &Columns::of_group_places());
    let counts: Vec<(GroupId, i64)> = group_place::Entity::find()
        .select_only()
        .column(group_place::Column::GroupId)
        .column_as(group_place::Column::Id.count(), "waiting")
        .filter(group_place::Column::GroupId.is_in(of.iter().copied()))
        .filter(group_place::Column::State.eq(GroupPlaceState::Waiting))
        .filter(keeps_out.not())
        .group_by(group_place::Column::GroupId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(counts.into_iter().collect())
}

/// How many milliseconds each waited who was given a place from the line of these groups since an instant. Who got a place at
/// once, for one was free, waited for none; and who was put back in the line, for the cohort was called off, waited from then on.
async fn waits(
    db: &impl ConnectionTrait,
    of: &[GroupId],
    since: Millis,
) -> Result<BTreeMap<GroupId, Vec<i64>>, Trouble> {
    let put_back = Query::select()
        .expr(Func::max(group_place_event::Column::At.into_expr()))
        .from(group_place_event::Entity)
        .and_where(group_place_event::Column::PlaceId.into_expr().eq(group_place::Column::Id.into_expr()))
        .and_where(group_place_event::Column::Step.eq(GroupPlaceStep::PutBack))
        .to_owned();
    let begun = Func::coalesce([Expr::expr(put_back), group_place::Column::JoinedAt.into_expr()]);
    let given: Vec<(GroupId, Millis, Millis)> = group_place::Entity::find()
        .select_only()
        .column(group_place::Column::GroupId)
        .expr_as(Expr::expr(begun), "begun")
        .column(group_place::Column::PlacedAt)
        .filter(group_place::Column::GroupId.is_in(of.iter().copied()))
        .filter(group_place::Column::OfferedBy.is_not_null())
        .filter(group_place::Column::PlacedAt.gt(since))
        .into_tuple()
        .all(db)
        .await?;
    let mut waits: BTreeMap<GroupId, Vec<i64>> = BTreeMap::new();
    for (group, begun, placed) in given {
        waits.entry(group).or_default().push(placed.0 - begun.0);
    }
    Ok(waits)
}
