//! What a place in a group rests on, held against other changes until the end of the transaction. Nothing of it is shown.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use entity::enums::GroupPlaceState;
use entity::ids::{AccountId, AgencyId, CohortId, GroupId, ServiceUserId};
use entity::instants::Millis;
use entity::{exclusion, group_cohort, group_place, service_user, support_group};
use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::hours::london;
use crate::people::contents::Wrong;
use crate::people::{People, Trouble};

/// How often it is looked anew who is in a group or in line, where others join and leave at the same time.
pub(super) const TURNS: usize = 20;

/// A group with everybody who waits for it, or has a place in one of its cohorts that is not over: all held.
pub(super) struct Everybody {
    pub(super) transaction: DatabaseTransaction,
    pub(super) group: support_group::Model,
    pub(super) places: Vec<group_place::Model>,
    /// As of when it is changed: not before anything that was done with any of them.
    pub(super) at: Millis,
    /// The day of it, in London.
    pub(super) today: NaiveDate,
}

impl People {
    /// Holds everybody who is in a group of an agency, and the group; none where somebody joined it until they were held.
    ///
    /// # Errors
    /// [`Trouble::Wrong`] for a group of another agency, which is the same as none; the database failed.
    pub(super) async fn hold_everybody(&self, agency: AgencyId, id: GroupId) -> Result<Option<Everybody>, Trouble> {
        let now = Millis::from(self.clock.now());
        let today = london(now.to_utc()).date();
        let this = support_group::Entity::find_by_id(id).filter(support_group::Column::AgencyId.eq(agency));
        this.one(self.database.connection()).await?.ok_or_else(no_group)?;
        let transaction = self.database.begin_write().await?;
        let whom = Query::select()
            .column(group_place::Column::ServiceUserId)
            .from(group_place::Entity)
            .and_where(group_place::Column::GroupId.eq(id))
            .and_where(is_held(today))
            .to_owned();
        // In the order of their ids, as those who join two records do.
        let held = service_user::Entity::find()
            .filter(service_user::Column::Id.in_subquery(whom))
            .order_by_asc(service_user::Column::Id)
            .lock_exclusive()
            .all(&transaction)
            .await?;
        let whom: BTreeSet<ServiceUserId> = held.iter().map(|row| row.id).collect();
        let group = held_group(&transaction, agency, id).await?;
        // Read now that nobody joins, leaves or is joined to another.
        let places = in_group(&transaction, id, today).await?;
        if places.iter().any(|place| !whom.contains(&place.service_user_id)) {
            return Ok(None);
        }
        let instants = held.iter().map(|row| row.changed_at).chain(places.iter().map(|place| place.joined_at));
        let at = instants.fold(now, Ord::max);
        Ok(Some(Everybody { transaction, group, places, at, today }))
    }
}

/// That there is no such group, or it is another agency's.
fn no_group() -> Wrong {
    Wrong::new("group", "Your agency has no such group.")
}

/// That a group is open.
pub(super) fn is_open(group: &support_group::Model) -> Result<(), Wrong> {
    match group.closed_at {
        None => Ok(()),
        Some(_) => Err(Wrong::new("group", "It is closed: make another one.")),
    }
}

/// A group of an agency, held. One of another agency is none.
pub(super) async fn held_group(
    db: &DatabaseTransaction,
    agency: AgencyId,
    id: GroupId,
) -> Result<support_group::Model, Trouble> {
    let this = support_group::Entity::find_by_id(id).filter(support_group::Column::AgencyId.eq(agency));
    let found = this.lock_exclusive().one(db).await?;
    found.ok_or_else(|| no_group().into())
}

/// Which cohorts of a group are neither closed nor over. Of one that is named, that one.
pub(super) fn open_cohorts(group: GroupId, named: Option<CohortId>, today: NaiveDate) -> Condition {
    Condition::all()
        .add(group_cohort::Column::GroupId.eq(group))
        .add(group_cohort::Column::ClosedAt.is_null())
        .add(group_cohort::Column::EndsOn.gte(today))
        .add_option(named.map(|id| group_cohort::Column::Id.eq(id)))
}

/// The same, held: those that begin first first.
pub(super) async fn held_cohorts(
    db: &DatabaseTransaction,
    group: GroupId,
    named: Option<CohortId>,
    today: NaiveDate,
) -> Result<Vec<group_cohort::Model>, Trouble> {
    let open = group_cohort::Entity::find()
        .filter(open_cohorts(group, named, today))
        .order_by_asc(group_cohort::Column::BeginsOn)
        .order_by_asc(group_cohort::Column::Id);
    Ok(open.lock_exclusive().all(db).await?)
}

/// That there is no such cohort, or nobody is taken into it.
pub(super) fn no_cohort() -> Wrong {
    Wrong::new("cohort", "The group has no such cohort, or it is closed or over: name another one.")
}

/// The ids of these cohorts, be they ever so many: a part of another statement.
pub(super) fn ids_of(which: Condition) -> SelectStatement {
    Query::select().column(group_cohort::Column::Id).from(group_cohort::Entity).cond_where(which).to_owned()
}

/// How many places of each of these cohorts are taken; none of which it is none.
pub(super) async fn taken(db: &impl ConnectionTrait, of: Condition) -> Result<BTreeMap<CohortId, i64>, Trouble> {
    let taken: Vec<(CohortId, i64)> = group_place::Entity::find()
        .select_only()
        .column(group_place::Column::CohortId)
        .column_as(group_place::Column::Id.count(), "taken")
        .filter(group_place::Column::CohortId.in_subquery(ids_of(of)))
        .filter(group_place::Column::State.eq(GroupPlaceState::Placed))
        .group_by(group_place::Column::CohortId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(taken.into_iter().collect())
}

/// Who is first in line for a place in a cohort: the first of those who wait for its group and do not keep out whom they
/// would meet, nor who gives the place away, where somebody does. Whoever keeps them out is passed, and keeps their place in line for
/// another cohort, and for another who gives one away.
pub(super) async fn first_in_line(
    db: &impl ConnectionTrait,
    cohort: &group_cohort::Model,
    giver: Option<AccountId>,
) -> Result<Option<group_place::Model>, Trouble> {
    let accounts = std::iter::once(cohort.with_id).chain(giver);
    let whom = exclusion::Column::AccountId.is_in(accounts).or(exclusion::Column::AgencyId.eq(cohort.agency_id));
    let keeping_out = Query::select()
        .column(exclusion::Column::ServiceUserId)
        .from(exclusion::Entity)
        .and_where(exclusion::Column::EndsAt.is_null())
        .and_where(whom)
        .to_owned();
    // Where double records were joined, one of them may have a place already.
    let there = Query::select()
        .column(group_place::Column::ServiceUserId)
        .from(group_place::Entity)
        .and_where(group_place::Column::CohortId.eq(cohort.id))
        .and_where(group_place::Column::State.eq(GroupPlaceState::Placed))
        .to_owned();
    let first = group_place::Entity::find()
        .filter(group_place::Column::GroupId.eq(cohort.group_id))
        .filter(group_place::Column::State.eq(GroupPlaceState::Waiting))
        .filter(group_place::Column::ServiceUserId.not_in_subquery(keeping_out))
        .filter(group_place::Column::ServiceUserId.not_in_subquery(there))
        .order_by_asc(group_place::Column::Number);
    Ok(first.one(db).await?)
}

/// That somebody waits for a place, or has one in a cohort that is not over.
pub(super) fn is_held(today: NaiveDate) -> Expr {
    let running = Query::select()
        .column(group_cohort::Column::Id)
        .from(group_cohort::Entity)
        .and_where(group_cohort::Column::EndsOn.gte(today))
        .to_owned();
    let waits = group_place::Column::State.eq(GroupPlaceState::Waiting);
    let is_placed =
        group_place::Column::State.eq(GroupPlaceState::Placed).and(group_place::Column::CohortId.in_subquery(running));
    waits.or(is_placed)
}

/// Where a service user waits or has a place, of those that are asked for; not in cohorts that are over, where they had one.
pub(super) async fn held_by(
    db: &impl ConnectionTrait,
    of: ServiceUserId,
    which: Condition,
    today: NaiveDate,
) -> Result<Vec<group_place::Model>, Trouble> {
    let rows = group_place::Entity::find()
        .filter(group_place::Column::ServiceUserId.eq(of))
        .filter(is_held(today))
        .filter(which)
        .order_by_asc(group_place::Column::Id);
    Ok(rows.all(db).await?)
}

/// Who waits for a group or has a place in it, not in cohorts that are over: in the order in which they joined.
async fn in_group(
    db: &impl ConnectionTrait,
    group: GroupId,
    today: NaiveDate,
) -> Result<Vec<group_place::Model>, Trouble> {
    let rows = group_place::Entity::find()
        .filter(group_place::Column::GroupId.eq(group))
        .filter(is_held(today))
        .order_by_asc(group_place::Column::Number);
    Ok(rows.all(db).await?)
}
