//! A place in a cohort is given to who is first in line; or to somebody else who waits, and then it is said why.

use entity::enums::{GroupPlaceState, GroupPlaceStep};
use entity::ids::{CohortId, GroupPlaceEventId, GroupPlaceId, ServiceUserId};
use entity::instants::Millis;
use entity::{group_cohort, group_place, service_user};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, Condition, DatabaseTransaction, EntityTrait, QueryFilter};

use super::history::Done;
use super::holding::{TURNS, first_in_line, held_cohorts, held_group, no_cohort, taken};
use super::joining::{Seat, may_meet};
use super::{place_of_reason, place_of_words};
use crate::hours::london;
use crate::people::acting::{Begun, Stands};
use crate::people::contents::{Wrong, paragraphs};
use crate::people::entering::Worker;
use crate::people::{People, Trouble};

impl People {
    /// Gives a place in a cohort of the agency to who is first in line: for those who work for the agency, who are not shown
    /// whom they do not work with. Or to whom the worker names among those who wait and whom they work with; where they pass
    /// somebody who waits longer, for a reason.
    ///
    /// Whoever keeps out who gives it away is passed, and is first for everybody else: they are in no count and before nobody in
    /// line that this one is told, who would learn by a place that goes elsewhere that somebody keeps them out.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for a place of anybody whom the worker does not work with; [`Trouble::Wrong`];
    /// [`Trouble::Changing`] where others give places away all the time; the database or the vault failed, and nothing is
    /// done.
    pub async fn offer_place(
        &self,
        by: Worker,
        cohort: CohortId,
        to: Option<GroupPlaceId>,
        reason: Option<&str>,
    ) -> Result<GroupPlaceId, Trouble> {
        let reason = reason.map(|reason| paragraphs("reason", reason)).transpose()?;
        let reason = reason.as_deref();
        match to {
            Some(to) => return self.offer_to(by, cohort, to, reason).await,
            None if reason.is_some() => {
                let message = "Name to whom it is given: who is first in line needs no reason.";
                return Err(Wrong::new("to", message).into());
            }
            None => {}
        }
        for _ in 0..TURNS {
            if let Some(given) = self.offer_to_the_first(by, cohort).await? {
                return Ok(given);
            }
        }
        Err(Trouble::Changing)
    }

    async fn offer_to(
        &self,
        by: Worker,
        cohort: CohortId,
        to: GroupPlaceId,
        reason: Option<&str>,
    ) -> Result<GroupPlaceId, Trouble> {
        let found = group_place::Entity::find_by_id(to).one(self.database.connection()).await?;
        let of = found.map_or(ServiceUserId(to.0), |found| found.service_user_id);
        let Begun { transaction, of, at, stands } = self.begin_step(by.into(), of).await?;
        let Stands::Worker(_) = stands else { return Err(Trouble::NotFound) };
        if let Some(before) = self.made_before(&transaction).await? {
            return Ok(GroupPlaceId(before));
        }
        // Read again, now that nobody else changes it.
        let row = group_place::Entity::find_by_id(to).one(&transaction).await?;
        let row = row.filter(|row| row.service_user_id == of && row.agency_id == by.agency);
        let row = row.ok_or(Trouble::NotFound)?;
        if row.state != GroupPlaceState::Waiting {
            return Err(Wrong::new("to", "They do not wait any more.").into());
        }
        let given = self.give_place(&transaction, by, row, cohort, (reason, at)).await?;
        self.made(&transaction, &[given.0]).await?;
        transaction.commit().await?;
        Ok(given)
    }

    /// Gives a place to who is first in line; none where that is somebody else by the time that they are held.
    async fn offer_to_the_first(&self, by: Worker, cohort: CohortId) -> Result<Option<GroupPlaceId>, Trouble> {
        let db = self.database.connection();
        // Who was first in line is so no more: it is told before anybody else is looked for.
        if let Some(before) = self.was_made(db).await? {
            return Ok(Some(GroupPlaceId(before)));
        }
        let found = group_cohort::Entity::find_by_id(cohort).filter(group_cohort::Column::AgencyId.eq(by.agency));
        let found = found.one(db).await?.ok_or_else(no_cohort)?;
        let Some(first) = first_in_line(db, &found, Some(by.account)).await? else {
            // Sent twice at once, the other may have given it to who was last in line meanwhile.
            let before = self.was_made(db).await?.map(GroupPlaceId);
            let nobody = || Wrong::new("cohort", "Nobody waits who could take a place in it.").into();
            return before.map(Some).ok_or_else(nobody);
        };
        let transaction = self.database.begin_write().await?;
        let Some(at) = self.hold(&transaction, first.service_user_id).await? else { return Ok(None) };
        let row = group_place::Entity::find_by_id(first.id).one(&transaction).await?;
        let still = |row: &group_place::Model| row.state == first.state && row.service_user_id == first.service_user_id;
        let Some(row) = row.filter(still) else { return Ok(None) };
        // Before the group, as where it is said whom: of two with the same key neither waits for the other.
        if let Some(before) = self.made_before(&transaction).await? {
            return Ok(Some(GroupPlaceId(before)));
        }
        held_group(&transaction, by.agency, found.group_id).await?;
        let now_first = first_in_line(&transaction, &found, Some(by.account)).await?;
        if now_first.is_none_or(|now| now.id != first.id) {
            return Ok(None);
        }
        let given = self.give_place(&transaction, by, row, cohort, (None, at)).await?;
        self.made(&transaction, &[given.0]).await?;
        transaction.commit().await?;
        Ok(Some(given))
    }

    /// Gives a place to somebody who waits, whom whoever calls this holds.
    async fn give_place(
        &self,
        db: &DatabaseTransaction,
        by: Worker,
        row: group_place::Model,
        cohort: CohortId,
        (reason, at): (Option<&str>, Millis),
    ) -> Result<GroupPlaceId, Trouble> {
        let (of, at) = (row.service_user_id, Ord::max(at, row.joined_at));
        let group = held_group(db, by.agency, row.group_id).await?;
        let open = held_cohorts(db, group.id, Some(cohort), london(at.to_utc()).date()).await?;
        let cohort = open.first().ok_or_else(no_cohort)?;
        may_meet(db, of, cohort, at).await??;
        let this = Condition::all().add(group_cohort::Column::Id.eq(cohort.id));
        let taken = taken(db, this).await?.get(&cohort.id).copied().unwrap_or(0);
        if taken >= i64::from(cohort.places) {
            return Err(Wrong::new("cohort", "Every place in it is taken.").into());
        }
        let first = first_in_line(db, cohort, Some(by.account)).await?;
        let passes = first.is_some_and(|first| first.id != row.id);
        if passes && reason.is_none() {
            return Err(Wrong::new("reason", "Somebody waits longer: say why they do not come first.").into());
        }
        let (sealed, said) = match reason {
            Some(reason) => {
                let person = service_user::Entity::find_by_id(of).one(db).await?.ok_or(Trouble::NotFound)?;
                let key = self.vault.key(db, person.key_id).await?;
                let event = GroupPlaceEventId(self.clock.new_id());
                let beside = self.vault.seal(&key, place_of_words(event), reason)?;
                (Some(self.vault.seal(&key, place_of_reason(row.id), reason)?), Some((event, beside)))
            }
            None => (None, None),
        };
        let next = group_place::ActiveModel {
            cohort_id: Set(Some(cohort.id)),
            state: Set(GroupPlaceState::Placed),
            placed_at: Set(Some(at)),
            offered_by: Set(Some(by.account)),
            sealed: Set(sealed),
            ..Default::default()
        };
        group_place::Entity::update_many().set(next).filter(group_place::Column::Id.eq(row.id)).exec(db).await?;
        let step = if passes { GroupPlaceStep::Preferred } else { GroupPlaceStep::MovedUp };
        let done = Done::of_worker(step, by, at);
        self.note_place(db, (row.id, Some(cohort.id)), done, said).await?;
        let seat = Seat { place: row.id, of, recorded_for: row.recorded_for, group: &group, cohort };
        self.book_seat(db, by, seat, at).await?;
        Ok(row.id)
    }
}
