//! A place is given up, or the waiting for one; what is still to come of its appointments is called off. So it is where the
//! agency closes the case, and where the service user keeps out the agency or the worker whom they would meet.

use std::collections::{BTreeMap, BTreeSet};

use entity::enums::{CancelledBy, GroupEndReason, GroupPlaceState, GroupPlaceStep};
use entity::ids::{AgencyId, AppointmentId, CohortId, GroupPlaceId, GroupSessionId, ServiceUserId};
use entity::instants::Millis;
use entity::{group_booking, group_cohort, group_place};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};

use super::AT_ONCE;
use super::history::Done;
use super::holding::held_by;
use crate::access::rule::load::among;
use crate::hours::london;
use crate::people::acting::{Actor, Begun, Stands};
use crate::people::appointments::sessions::CallsOff;
use crate::people::contents::Wrong;
use crate::people::wishes::KeptOut;
use crate::people::{People, Trouble};

/// How places end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ends {
    /// By whom, for whom.
    pub(super) who: CallsOff,
    /// The step that it is.
    pub(super) step: GroupPlaceStep,
    /// Why, where the group is closed.
    pub(super) reason: Option<GroupEndReason>,
}

impl Ends {
    /// They give it up.
    fn left(who: CallsOff) -> Self {
        Self { who, step: GroupPlaceStep::Left, reason: None }
    }

    /// What is done with the places.
    pub(super) fn done(self, at: Millis) -> Done {
        let Self { who, step, reason } = self;
        Done { step, at, by: who.by, agency: who.agency, reason }
    }
}

/// On whose side somebody acts who ends something about a service user.
pub(super) fn calls_off(actor: Actor, stands: Stands) -> CallsOff {
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
        self.end_places(&transaction, &held, Ends::left(calls_off(by, stands)), at).await?;
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
        let who = calls_off(by, Stands::Worker(agency));
        self.end_places(db, &held, Ends { who, step: GroupPlaceStep::Ended, reason: None }, at).await
    }

    /// Ends what a service user waits for and has in groups of agencies that they keep out from now on; of workers whom they
    /// keep out, the places in cohorts that are with them. Whoever calls this holds the service user.
    ///
    /// # Errors
    /// The database failed.
    pub(in crate::people) async fn leave_groups_with(
        &self,
        db: &impl ConnectionTrait,
        of: ServiceUserId,
        whom: &BTreeSet<KeptOut>,
        (by, stands): (Actor, Stands),
        at: Millis,
    ) -> Result<(), Trouble> {
        let backend = db.get_database_backend();
        let agencies = whom.iter().filter_map(|one| Some(one.agency()?.0));
        let accounts = whom.iter().filter_map(|one| Some(one.account()?.0));
        let with = Query::select()
            .column(group_cohort::Column::Id)
            .from(group_cohort::Entity)
            .and_where(among(backend, group_cohort::Column::WithId, accounts))
            .to_owned();
        let which = Condition::any()
            .add(among(backend, group_place::Column::AgencyId, agencies))
            .add(group_place::Column::CohortId.in_subquery(with));
        let held = held_by(db, of, which, london(at.to_utc()).date()).await?;
        // It is the service user's wish, whoever writes it down.
        let who = CallsOff { side: CancelledBy::ServiceUser, ..calls_off(by, stands) };
        self.end_places(db, &held, Ends::left(who), at).await
    }

    /// Ends these places, and calls off what is still to come of what was booked for them. Whoever calls this holds whose they
    /// are.
    ///
    /// # Errors
    /// The database failed.
    pub(super) async fn end_places(
        &self,
        db: &impl ConnectionTrait,
        places: &[group_place::Model],
        ends: Ends,
        at: Millis,
    ) -> Result<(), Trouble> {
        if places.is_empty() {
            return Ok(());
        }
        let next = group_place::ActiveModel {
            state: Set(GroupPlaceState::Left),
            left_at: Set(Some(at)),
            left_by: Set(Some(ends.who.by)),
            ..Default::default()
        };
        for some in places.chunks(AT_ONCE) {
            let these = group_place::Column::Id.is_in(some.iter().map(|place| place.id));
            group_place::Entity::update_many().set(next.clone()).filter(these).exec(db).await?;
        }
        let noted: Vec<(GroupPlaceId, Option<CohortId>)> =
            places.iter().map(|place| (place.id, place.cohort_id)).collect();
        self.note_places(db, &noted, ends.done(at)).await?;
        self.call_off_booked(db, places, None, ends.who, at).await
    }

    /// Calls off what is still to come of what was booked for these places: for these sessions alone, where some are named.
    ///
    /// # Errors
    /// The database failed.
    pub(super) async fn call_off_booked(
        &self,
        db: &impl ConnectionTrait,
        places: &[group_place::Model],
        sessions: Option<&[GroupSessionId]>,
        who: CallsOff,
        at: Millis,
    ) -> Result<(), Trouble> {
        for (of, ids) in booked_for(db, places, sessions).await? {
            self.call_off(db, of, &ids, who, at).await?;
        }
        Ok(())
    }
}

/// The appointments that were booked for these places, for these sessions alone where some are named: of each service user.
pub(super) async fn booked_for(
    db: &impl ConnectionTrait,
    places: &[group_place::Model],
    sessions: Option<&[GroupSessionId]>,
) -> Result<BTreeMap<ServiceUserId, Vec<AppointmentId>>, Trouble> {
    let whose: BTreeMap<GroupPlaceId, ServiceUserId> =
        places.iter().map(|place| (place.id, place.service_user_id)).collect();
    let mut each: BTreeMap<ServiceUserId, Vec<AppointmentId>> = BTreeMap::new();
    for some in places.chunks(AT_ONCE) {
        let these = group_booking::Column::PlaceId.is_in(some.iter().map(|place| place.id));
        let mut booked = group_booking::Entity::find().filter(these);
        if let Some(sessions) = sessions {
            booked = booked.filter(group_booking::Column::SessionId.is_in(sessions.iter().copied()));
        }
        for booking in booked.all(db).await? {
            if let Some(of) = whose.get(&booking.place_id) {
                each.entry(*of).or_default().push(booking.appointment_id);
            }
        }
    }
    Ok(each)
}
