//! What a place in a group rests on, held against other changes until the end of the transaction. Nothing of it is shown.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use entity::enums::GroupPlaceState;
use entity::ids::{AgencyId, CohortId, GroupId, ServiceUserId};
use entity::{exclusion, group_cohort, group_place, support_group};
use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::people::Trouble;
use crate::people::contents::Wrong;

/// A group of an agency, held. One of another agency is none.
pub(super) async fn held_group(
    db: &DatabaseTransaction,
    agency: AgencyId,
    id: GroupId,
) -> Result<support_group::Model, Trouble> {
    let this = support_group::Entity::find_by_id(id).filter(support_group::Column::AgencyId.eq(agency));
    let found = this.lock_exclusive().one(db).await?;
    found.ok_or_else(|| Wrong::new("group", "Your agency has no such group.").into())
}

/// The cohorts of a group that are neither closed nor over, held: those that begin first first. Of one that is named, that
/// one.
pub(super) async fn held_cohorts(
    db: &DatabaseTransaction,
    group: GroupId,
    named: Option<CohortId>,
    today: NaiveDate,
) -> Result<Vec<group_cohort::Model>, Trouble> {
    let mut open = group_cohort::Entity::find()
        .filter(group_cohort::Column::GroupId.eq(group))
        .filter(group_cohort::Column::ClosedAt.is_null())
        .filter(group_cohort::Column::EndsOn.gte(today));
    if let Some(id) = named {
        open = open.filter(group_cohort::Column::Id.eq(id));
    }
    let open = open.order_by_asc(group_cohort::Column::BeginsOn).order_by_asc(group_cohort::Column::Id);
    Ok(open.lock_exclusive().all(db).await?)
}

/// That there is no such cohort, or nobody is taken into it.
pub(super) fn no_cohort() -> Wrong {
    Wrong::new("cohort", "The group has no such cohort, or it is closed or over: name another one.")
}

/// How many places of each of these cohorts are taken; none of which it is none.
pub(super) async fn taken(db: &impl ConnectionTrait, of: &[CohortId]) -> Result<BTreeMap<CohortId, i64>, Trouble> {
    let taken: Vec<(CohortId, i64)> = group_place::Entity::find()
        .select_only()
        .column(group_place::Column::CohortId)
        .column_as(group_place::Column::Id.count(), "taken")
        .filter(group_place::Column::CohortId.is_in(of.iter().copied()))
        .filter(group_place::Column::State.eq(GroupPlaceState::Placed))
        .group_by(group_place::Column::CohortId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(taken.into_iter().collect())
}

/// Who is first in line for a place in a cohort: the first of those who wait for its group and do not keep out whom they
/// would meet. Whoever keeps them out is passed, and keeps their place in line for another cohort.
pub(super) async fn first_in_line(
    db: &impl ConnectionTrait,
    cohort: &group_cohort::Model,
) -> Result<Option<group_place::Model>, Trouble> {
    let whom = exclusion::Column::AccountId.eq(cohort.with_id).or(exclusion::Column::AgencyId.eq(cohort.agency_id));
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

/// Where a service user waits or has a place, of those that are asked for; not in cohorts that are over, where they had one.
pub(super) async fn held_by(
    db: &impl ConnectionTrait,
    of: ServiceUserId,
    which: Condition,
    today: NaiveDate,
) -> Result<Vec<group_place::Model>, Trouble> {
    let running = Query::select()
        .column(group_cohort::Column::Id)
        .from(group_cohort::Entity)
        .and_where(group_cohort::Column::EndsOn.gte(today))
        .to_owned();
    let waits = group_place::Column::State.eq(GroupPlaceState::Waiting);
    let is_placed =
        group_place::Column::State.eq(GroupPlaceState::Placed).and(group_place::Column::CohortId.in_subquery(running));
    let rows = group_place::Entity::find()
        .filter(group_place::Column::ServiceUserId.eq(of))
        .filter(waits.or(is_placed))
        .filter(which)
        .order_by_asc(group_place::Column::Id);
    Ok(rows.all(db).await?)
}
