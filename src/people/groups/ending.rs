//! A group is closed, or a cohort of it called off, for a reason of the closed list: in one transaction for everybody who waits
//! or has a place. Done again, nothing becomes of it.

use entity::enums::{GroupEndReason, GroupPlaceState, GroupPlaceStep};
use entity::ids::{CohortId, GroupId, GroupPlaceId};
use entity::instants::Millis;
use entity::{group_cohort, group_place, group_session, support_group};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};

use super::holding::{Everybody, TURNS, ids_of};
use super::leaving::{Ends, calls_off};
use crate::people::acting::Stands;
use crate::people::contents::Wrong;
use crate::people::entering::Worker;
use crate::people::{People, Trouble};

impl People {
    /// Closes a group: who waits for it waits no longer, who has a place in one of its cohorts has it no longer, and what is still
    /// to come of their appointments is called off. What was is kept. For those who work for the agency, be they shown whom it
    /// is about or not: the operations table lets link workers and managers. One that is closed stays as it is.
    ///
    /// # Errors
    /// [`Trouble::Wrong`] for a group of another agency, which is the same as none; [`Trouble::Changing`] where others join all
    /// the time; the database failed, and nothing is done.
    pub async fn close_group(&self, by: Worker, id: GroupId, reason: GroupEndReason) -> Result<GroupId, Trouble> {
        for _ in 0..TURNS {
            if self.try_to_close_group(by, id, reason).await? {
                return Ok(id);
            }
        }
        Err(Trouble::Changing)
    }

    async fn try_to_close_group(&self, by: Worker, id: GroupId, reason: GroupEndReason) -> Result<bool, Trouble> {
        let Some(everybody) = self.hold_everybody(by.agency, id).await? else { return Ok(false) };
        let Everybody { transaction, group, places, at, today: _ } = everybody;
        if group.closed_at.is_some() {
            return Ok(true);
        }
        let next = support_group::ActiveModel {
            version: Set(group.version + 1),
            closed_at: Set(Some(at)),
            closed_by: Set(Some(by.account)),
            end_reason: Set(Some(reason)),
            ..Default::default()
        };
        let this = support_group::Column::Id.eq(id);
        support_group::Entity::update_many().set(next).filter(this).exec(&transaction).await?;
        group_cohort::Entity::update_many()
            .col_expr(group_cohort::Column::ClosedAt, Expr::value(at))
            .filter(group_cohort::Column::GroupId.eq(id))
            .filter(group_cohort::Column::ClosedAt.is_null())
            .exec(&transaction)
            .await?;
        call_sessions_off(&transaction, group_cohort::Column::GroupId.eq(id), at).await?;
        let who = calls_off(by.into(), Stands::Worker(by.agency));
        let ends = Ends { who, step: GroupPlaceStep::Ended, reason: Some(reason) };
        self.end_places(&transaction, &places, ends, at).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Calls a cohort off: whoever has a place in it waits again for another one, where they stood in line by when they joined,
    /// and what is still to come of their appointments is called off. Gives the group. The same holds of who may, and of one that
    /// is called off already.
    ///
    /// # Errors
    /// [`Trouble::Wrong`] for a cohort of another agency, which is the same as none, and for one that is over;
    /// [`Trouble::Changing`] as above; the database failed, and nothing is done.
    pub async fn call_off_cohort(&self, by: Worker, id: CohortId, reason: GroupEndReason) -> Result<GroupId, Trouble> {
        let found = group_cohort::Entity::find_by_id(id).filter(group_cohort::Column::AgencyId.eq(by.agency));
        let found = found.one(self.database.connection()).await?.ok_or_else(no_such_cohort)?;
        for _ in 0..TURNS {
            if self.try_to_call_off_cohort(by, (found.group_id, id), reason).await? {
                return Ok(found.group_id);
            }
        }
        Err(Trouble::Changing)
    }

    async fn try_to_call_off_cohort(
        &self,
        by: Worker,
        (group, id): (GroupId, CohortId),
        reason: GroupEndReason,
    ) -> Result<bool, Trouble> {
        let Some(everybody) = self.hold_everybody(by.agency, group).await? else { return Ok(false) };
        let Everybody { transaction, group: _, places, at, today } = everybody;
        let cohort = group_cohort::Entity::find_by_id(id).one(&transaction).await?.ok_or_else(no_such_cohort)?;
        if cohort.called_off_at.is_some() {
            return Ok(true);
        }
        if cohort.ends_on < today {
            return Err(Wrong::new("cohort", "It is over: nothing of it is to come.").into());
        }
        let next = group_cohort::ActiveModel {
            version: Set(cohort.version + 1),
            closed_at: Set(Some(cohort.closed_at.unwrap_or(at))),
            called_off_at: Set(Some(at)),
            called_off_by: Set(Some(by.account)),
            end_reason: Set(Some(reason)),
            ..Default::default()
        };
        let this = group_cohort::Column::Id.eq(id);
        group_cohort::Entity::update_many().set(next).filter(this).exec(&transaction).await?;
        call_sessions_off(&transaction, group_cohort::Column::Id.eq(id), at).await?;
        let theirs = in_cohort(places, id);
        if !theirs.is_empty() {
            let next = group_place::ActiveModel {
                cohort_id: Set(None),
                state: Set(GroupPlaceState::Waiting),
                placed_at: Set(None),
                offered_by: Set(None),
                sealed: Set(None),
                ..Default::default()
            };
            let these = group_place::Column::Id.is_in(theirs.iter().map(|place| place.id));
            group_place::Entity::update_many().set(next).filter(these).exec(&transaction).await?;
            let who = calls_off(by.into(), Stands::Worker(by.agency));
            let back = Ends { who, step: GroupPlaceStep::PutBack, reason: Some(reason) };
            let noted: Vec<(GroupPlaceId, Option<CohortId>)> =
                theirs.iter().map(|place| (place.id, place.cohort_id)).collect();
            self.note_places(&transaction, &noted, back.done(at)).await?;
            self.call_off_booked(&transaction, &theirs, None, who, at).await?;
        }
        transaction.commit().await?;
        Ok(true)
    }
}

/// Those of these places that are in a cohort.
pub(super) fn in_cohort(places: Vec<group_place::Model>, cohort: CohortId) -> Vec<group_place::Model> {
    let is_in = |place: &group_place::Model| place.state == GroupPlaceState::Placed && place.cohort_id == Some(cohort);
    places.into_iter().filter(is_in).collect()
}

/// That there is no such cohort, or it is another agency's.
pub(super) fn no_such_cohort() -> Wrong {
    Wrong::new("cohort", "Your agency has no such cohort.")
}

/// Calls the sessions of these cohorts off that are still to come.
async fn call_sessions_off(db: &impl ConnectionTrait, of: Expr, at: Millis) -> Result<(), Trouble> {
    group_session::Entity::update_many()
        .col_expr(group_session::Column::CalledOffAt, Expr::value(at))
        .filter(group_session::Column::CohortId.in_subquery(ids_of(Condition::all().add(of))))
        .filter(group_session::Column::StartsAt.gt(at))
        .filter(group_session::Column::CalledOffAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}
