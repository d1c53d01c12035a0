//! Somebody joins a group: they get a place that is free, and appointments for the sessions to come with it, or they wait.

use entity::enums::{AppointmentKind, GroupPlaceState, GroupPlaceStep};
use entity::ids::{CohortId, GroupBookingId, GroupId, GroupPlaceId, LocationId, ServiceUserId};
use entity::instants::Millis;
use entity::{group_booking, group_cohort, group_place, group_session, support_group};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::history::Done;
use super::holding::{first_in_line, held_by, held_cohorts, held_group, is_open, no_cohort, open_cohorts, taken};
use super::terms::MOST_WAITING;
use crate::hours::london;
use crate::people::acting::{Begun, Stands, is_link_worker};
use crate::people::appointments::booking::{Booking, may_be_at};
use crate::people::contents::Wrong;
use crate::people::entering::Worker;
use crate::people::referrals::moving::is_kept_out;
use crate::people::{People, Trouble};

/// A place of a service user, in a cohort of a group.
#[derive(Clone, Copy)]
pub(super) struct Seat<'a> {
    pub(super) place: GroupPlaceId,
    pub(super) of: ServiceUserId,
    pub(super) recorded_for: ServiceUserId,
    pub(super) group: &'a support_group::Model,
    pub(super) cohort: &'a group_cohort::Model,
}

impl People {
    /// Puts a service user whom the worker works with into a group of the agency: into the cohort that is named, or else into
    /// the one that begins first, if it has a place that is free and nobody waits who could take it; otherwise they wait,
    /// behind those who do.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for anybody whom the worker does not work with; [`Trouble::Wrong`]; the database failed, and
    /// nothing is done.
    pub async fn join_group(
        &self,
        by: Worker,
        of: ServiceUserId,
        group: GroupId,
        cohort: Option<CohortId>,
    ) -> Result<GroupPlaceId, Trouble> {
        let Begun { transaction, of, at, stands } = self.begin_step(by.into(), of).await?;
        let Stands::Worker(_) = stands else { return Err(Trouble::NotFound) };
        let db = &transaction;
        if let Some(before) = self.made_before(db).await? {
            return Ok(GroupPlaceId(before));
        }
        let group = held_group(db, by.agency, group).await?;
        is_open(&group)?;
        let today = london(at.to_utc()).date();
        let open = held_cohorts(db, group.id, cohort, today).await?;
        if cohort.is_some() && open.is_empty() {
            return Err(no_cohort().into());
        }
        let of_group = Condition::all().add(group_place::Column::GroupId.eq(group.id));
        if !held_by(db, of, of_group, today).await?.is_empty() {
            return Err(Wrong::new("serviceUser", "They wait for a place in it already, or have one.").into());
        }
        let taken = taken(db, open_cohorts(group.id, cohort, today)).await?;
        let mut free = None;
        for one in &open {
            if let Err(wrong) = may_meet(db, of, one, at).await? {
                if cohort.is_some() {
                    return Err(wrong.into());
                }
                continue;
            }
            let is_free = taken.get(&one.id).copied().unwrap_or(0) < i64::from(one.places);
            // Nobody passes those who wait.
            if is_free && first_in_line(db, one, None).await?.is_none() {
                free = Some(one);
                break;
            }
        }
        let (last, waiting) = line_of(db, group.id).await?;
        if free.is_none() && waiting >= MOST_WAITING {
            return Err(Wrong::new("group", format!("{MOST_WAITING} wait for it already: join another one.")).into());
        }
        let place = GroupPlaceId(self.clock.new_id());
        let row = group_place::ActiveModel {
            id: Set(place),
            service_user_id: Set(of),
            recorded_for: Set(of),
            agency_id: Set(by.agency),
            group_id: Set(group.id),
            number: Set(last + 1),
            cohort_id: Set(free.map(|cohort| cohort.id)),
            state: Set(if free.is_some() { GroupPlaceState::Placed } else { GroupPlaceState::Waiting }),
            joined_at: Set(at),
            joined_by: Set(by.account),
            placed_at: Set(free.map(|_| at)),
            offered_by: Set(None),
            sealed: Set(None),
            left_at: Set(None),
            left_by: Set(None),
        };
        group_place::Entity::insert(row).exec_without_returning(db).await?;
        let step = if free.is_some() { GroupPlaceStep::Given } else { GroupPlaceStep::Asked };
        let done = Done::of_worker(step, by, at);
        self.note_place(db, (place, free.map(|cohort| cohort.id)), done, None).await?;
        if let Some(cohort) = free {
            self.book_seat(db, by, Seat { place, of, recorded_for: of, group: &group, cohort }, at).await?;
        }
        self.made(db, &[place.0]).await?;
        transaction.commit().await?;
        Ok(place)
    }

    /// Books appointments for the sessions of a cohort that are still to come.
    pub(super) async fn book_seat(
        &self,
        db: &DatabaseTransaction,
        by: Worker,
        seat: Seat<'_>,
        at: Millis,
    ) -> Result<(), Trouble> {
        let location = hub_of(db, seat.group).await?;
        let sessions = group_session::Entity::find()
            .filter(group_session::Column::CohortId.eq(seat.cohort.id))
            .filter(group_session::Column::StartsAt.gt(at))
            .filter(group_session::Column::CalledOffAt.is_null())
            .order_by_asc(group_session::Column::StartsAt)
            .all(db)
            .await?;
        self.book_sessions_of(db, by, seat, (location, sessions.as_slice()), at).await
    }

    /// Books appointments for these sessions of a cohort, which are to come, at this hub.
    pub(super) async fn book_sessions_of(
        &self,
        db: &DatabaseTransaction,
        by: Worker,
        seat: Seat<'_>,
        (location, sessions): (Option<LocationId>, &[group_session::Model]),
        at: Millis,
    ) -> Result<(), Trouble> {
        let Seat { place, of, recorded_for, group, cohort } = seat;
        if sessions.is_empty() {
            return Ok(());
        }
        let booking = |session: &group_session::Model| Booking {
            kind: AppointmentKind::Group,
            delivery: group.delivery,
            location,
            starts_at: session.starts_at,
            ends_at: session.ends_at,
            with: cohort.with_id,
            referral: None,
        };
        let bookings: Vec<Booking> = sessions.iter().map(booking).collect();
        let appointments = self.book_sessions(db, by, (of, recorded_for), &bookings, at).await?;
        let rows: Vec<group_booking::ActiveModel> = sessions
            .iter()
            .zip(appointments)
            .map(|(session, appointment)| group_booking::ActiveModel {
                id: Set(GroupBookingId(self.clock.new_id())),
                place_id: Set(place),
                session_id: Set(session.id),
                appointment_id: Set(appointment),
            })
            .collect();
        group_booking::Entity::insert_many(rows).exec_without_returning(db).await?;
        Ok(())
    }
}

/// The hub of a group, unless that is shown to nobody any more.
pub(super) async fn hub_of(
    db: &impl ConnectionTrait,
    group: &support_group::Model,
) -> Result<Option<LocationId>, Trouble> {
    let Some(id) = group.location_id else { return Ok(None) };
    match may_be_at(db, id).await {
        Ok(()) => Ok(Some(id)),
        Err(Trouble::Wrong(_)) => Ok(None),
        Err(
            other @ (Trouble::NotFound
            | Trouble::Changed(_)
            | Trouble::NothingChanges
            | Trouble::Changing
            | Trouble::Database(_)
            | Trouble::Vault(_)
            | Trouble::Failed(_)),
        ) => Err(other),
    }
}

/// Whether a service user may meet the worker of a cohort. Whom they keep out is not told.
pub(super) async fn may_meet(
    db: &impl ConnectionTrait,
    of: ServiceUserId,
    cohort: &group_cohort::Model,
    at: Millis,
) -> Result<Result<(), Wrong>, Trouble> {
    if !is_link_worker(db, cohort.with_id, cohort.agency_id, at).await? {
        let message = "Its worker is no link worker of your agency any more: open another one.";
        return Ok(Err(Wrong::new("cohort", message)));
    }
    if is_kept_out(db, of, cohort.with_id).await? {
        return Ok(Err(Wrong::new("cohort", "It can't be this one for them: name another one.")));
    }
    Ok(Ok(()))
}

/// The number of who joined a group last, and how many wait for it.
async fn line_of(db: &impl ConnectionTrait, group: GroupId) -> Result<(i32, usize), Trouble> {
    let of_group = || group_place::Entity::find().filter(group_place::Column::GroupId.eq(group)).select_only();
    let last: Option<Option<i32>> =
        of_group().column_as(group_place::Column::Number.max(), "last").into_tuple().one(db).await?;
    let waiting: Option<i64> = of_group()
        .column_as(group_place::Column::Id.count(), "waiting")
        .filter(group_place::Column::State.eq(GroupPlaceState::Waiting))
        .into_tuple()
        .one(db)
        .await?;
    Ok((last.flatten().unwrap_or(0), usize::try_from(waiting.unwrap_or(0)).unwrap_or(usize::MAX)))
}
