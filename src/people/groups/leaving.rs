//! A place is given up, or the waiting for one; what is still to come of its appointments is called off. So it is where the
//! agency closes the case, and where the service user keeps out the agency or the worker whom they would meet.

use entity::enums::{CancelledBy, GroupPlaceState};
use entity::ids::{AgencyId, AppointmentId, GroupPlaceId, ServiceUserId};
use entity::instants::Millis;
use entity::{group_booking, group_cohort, group_place};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};

use super::holding::held_by;
use crate::hours::london;
use crate::people::acting::{Actor, Begun, Stands};
use crate::people::appointments::sessions::CallsOff;
use crate::people::contents::Wrong;
use crate::people::wishes::KeptOut;
use crate::people::{People, Trouble};

/// On whose side somebody acts who ends something about a service user.
fn calls_off(actor: Actor, stands: Stands) -> CallsOff {
    let by = actor.account;
    match stands {
        Stands::Themselves | Stands::Proxy => CallsOff { by, agency: None, side: CancelledBy::ServiceUser },
        Stands::Worker(agency) => CallsOff { by, agency: Some(agency), side: CancelledBy::Agency },
    }
}

impl People {
    /// Gives up a place in a group, or the waiting for one: for who works with the service user at the agency whose group it
    /// is, for the service user and who stands for them.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for a place of another agency, and of anybody else; [`Trouble::Wrong`] where there is nothing to
    /// give up any more; the database failed, and nothing is done.
    pub async fn leave_group(&self, by: Actor, id: GroupPlaceId) -> Result<ServiceUserId, Trouble> {
        let found = group_place::Entity::find_by_id(id).one(self.database.connection()).await?;
        let of = found.map_or(ServiceUserId(id.0), |found| found.service_user_id);
        let Begun { transaction, of, at, stands } = self.begin_step(by, of).await?;
        // Read again, now that nobody else changes it.
        let row = group_place::Entity::find_by_id(id).one(&transaction).await?;
        let row = row.filter(|row| row.service_user_id == of).ok_or(Trouble::NotFound)?;
        match stands {
            Stands::Worker(agency) if agency != row.agency_id => return Err(Trouble::NotFound),
            Stands::Worker(_) | Stands::Themselves | Stands::Proxy => {}
        }
        let today = london(at.to_utc()).date();
        // Where double records were joined they may be in it twice.
        let of_group = Condition::all().add(group_place::Column::GroupId.eq(row.group_id));
        let held = held_by(&transaction, of, of_group, today).await?;
        if !held.iter().any(|one| one.id == id) {
            return Err(Wrong::new("groupPlace", "They have left it already, or it is over.").into());
        }
        self.end_places(&transaction, of, &held, calls_off(by, stands), at).await?;
        transaction.commit().await?;
        Ok(of)
    }

    /// Ends what a service user waits for and has in groups of an agency that closes their case. Whoever calls this holds
    /// them, and has seen that no appointment with them is still to come.
    ///
    /// # Errors
    /// The database failed.
    pub(in crate::people) async fn leave_groups_of(
        &self,
        db: &impl ConnectionTrait,
        of: ServiceUserId,
        (by, agency): (Actor, AgencyId),
        at: Millis,
    ) -> Result<(), Trouble> {
        let theirs = Condition::all().add(group_place::Column::AgencyId.eq(agency));
        let held = held_by(db, of, theirs, london(at.to_utc()).date()).await?;
        self.end_places(db, of, &held, calls_off(by, Stands::Worker(agency)), at).await
    }

    /// Ends what a service user waits for and has in groups of an agency that they keep out from now on; of a worker whom they
    /// keep out, the places in cohorts that are with them. Whoever calls this holds the service user.
    ///
    /// # Errors
    /// The database failed.
    pub(in crate::people) async fn leave_groups_with(
        &self,
        db: &impl ConnectionTrait,
        of: ServiceUserId,
        whom: KeptOut,
        (by, stands): (Actor, Stands),
        at: Millis,
    ) -> Result<(), Trouble> {
        let which = match whom {
            KeptOut::Agency(agency) => group_place::Column::AgencyId.eq(agency),
            KeptOut::Account(account) => {
                let with = Query::select()
                    .column(group_cohort::Column::Id)
                    .from(group_cohort::Entity)
                    .and_where(group_cohort::Column::WithId.eq(account))
                    .to_owned();
                group_place::Column::CohortId.in_subquery(with)
            }
        };
        let held = held_by(db, of, Condition::all().add(which), london(at.to_utc()).date()).await?;
        // It is the service user's wish, whoever writes it down.
        let who = CallsOff { side: CancelledBy::ServiceUser, ..calls_off(by, stands) };
        self.end_places(db, of, &held, who, at).await
    }

    async fn end_places(
        &self,
        db: &impl ConnectionTrait,
        of: ServiceUserId,
        places: &[group_place::Model],
        who: CallsOff,
        at: Millis,
    ) -> Result<(), Trouble> {
        if places.is_empty() {
            return Ok(());
        }
        let ids: Vec<GroupPlaceId> = places.iter().map(|place| place.id).collect();
        let next = group_place::ActiveModel {
            state: Set(GroupPlaceState::Left),
            left_at: Set(Some(at)),
            left_by: Set(Some(who.by)),
            ..Default::default()
        };
        let these = group_place::Column::Id.is_in(ids.iter().copied());
        group_place::Entity::update_many().set(next).filter(these).exec(db).await?;
        let booked = group_booking::Entity::find().filter(group_booking::Column::PlaceId.is_in(ids)).all(db).await?;
        let booked: Vec<AppointmentId> = booked.into_iter().map(|booking| booking.appointment_id).collect();
        self.call_off(db, of, &booked, who, at).await
    }
}
