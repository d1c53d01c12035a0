//! The history of places: each step is written where the place is changed, in the same transaction, and never written over.

use std::collections::BTreeMap;

use entity::enums::{GroupEndReason, GroupPlaceStep};
use entity::group_place_event;
use entity::ids::{AccountId, AgencyId, CohortId, GroupPlaceEventId, GroupPlaceId};
use entity::instants::Millis;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::AT_ONCE;
use crate::people::entering::Worker;
use crate::people::{People, Trouble};

/// What was done with places, by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Done {
    pub(super) step: GroupPlaceStep,
    pub(super) at: Millis,
    pub(super) by: AccountId,
    /// Absent for the service user and who stands for them.
    pub(super) agency: Option<AgencyId>,
    /// Why, where the group was closed or the cohort called off.
    pub(super) reason: Option<GroupEndReason>,
}

impl Done {
    /// Of a worker.
    pub(super) fn of_worker(step: GroupPlaceStep, by: Worker, at: Millis) -> Self {
        Self { step, at, by: by.account, agency: Some(by.agency), reason: None }
    }
}

impl People {
    /// Writes a step of a place into its history, with what was said, sealed for the row of this id. Whoever calls this holds
    /// the service user against other changes, so that no number is given twice.
    ///
    /// # Errors
    /// The database failed.
    pub(super) async fn note_place(
        &self,
        db: &impl ConnectionTrait,
        (place, cohort): (GroupPlaceId, Option<CohortId>),
        done: Done,
        said: Option<(GroupPlaceEventId, String)>,
    ) -> Result<(), Trouble> {
        let last = last_numbers(db, &[place]).await?.get(&place).copied().unwrap_or(0);
        let (id, sealed) = match said {
            Some((id, sealed)) => (id, Some(sealed)),
            None => (GroupPlaceEventId(self.clock.new_id()), None),
        };
        let row = row(id, (place, cohort), last + 1, done, sealed);
        group_place_event::Entity::insert(row).exec_without_returning(db).await?;
        Ok(())
    }

    /// The same of several places at once, each with the cohort in which it is.
    ///
    /// # Errors
    /// The database failed.
    pub(super) async fn note_places(
        &self,
        db: &impl ConnectionTrait,
        places: &[(GroupPlaceId, Option<CohortId>)],
        done: Done,
    ) -> Result<(), Trouble> {
        for some in places.chunks(AT_ONCE) {
            let ids: Vec<GroupPlaceId> = some.iter().map(|(place, _)| *place).collect();
            let last = last_numbers(db, &ids).await?;
            let rows: Vec<group_place_event::ActiveModel> = some
                .iter()
                .map(|(place, cohort)| {
                    let number = last.get(place).copied().unwrap_or(0) + 1;
                    row(GroupPlaceEventId(self.clock.new_id()), (*place, *cohort), number, done, None)
                })
                .collect();
            group_place_event::Entity::insert_many(rows).exec_without_returning(db).await?;
        }
        Ok(())
    }
}

fn row(
    id: GroupPlaceEventId,
    (place, cohort): (GroupPlaceId, Option<CohortId>),
    number: i32,
    done: Done,
    sealed: Option<String>,
) -> group_place_event::ActiveModel {
    group_place_event::ActiveModel {
        id: Set(id),
        place_id: Set(place),
        number: Set(number),
        step: Set(done.step),
        at: Set(done.at),
        by: Set(done.by),
        agency_id: Set(done.agency),
        cohort_id: Set(cohort),
        reason: Set(done.reason),
        sealed: Set(sealed),
    }
}

/// The number of the last step of each of these places; none of which there is none yet.
async fn last_numbers(db: &impl ConnectionTrait, of: &[GroupPlaceId]) -> Result<BTreeMap<GroupPlaceId, i32>, Trouble> {
    let last: Vec<(GroupPlaceId, i32)> = group_place_event::Entity::find()
        .select_only()
        .column(group_place_event::Column::PlaceId)
        .column_as(group_place_event::Column::Number.max(), "last")
        .filter(group_place_event::Column::PlaceId.is_in(of.iter().copied()))
        .group_by(group_place_event::Column::PlaceId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(last.into_iter().collect())
}
