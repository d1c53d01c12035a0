//! An appointment is booked; and another in the place of one that is moved to another time.

use std::collections::{BTreeMap, BTreeSet};

use entity::enums::{AppointmentDelivery, AppointmentKind, AppointmentState, AppointmentStep};
use entity::ids::{AccountId, AgencyId, AppointmentEventId, AppointmentId, LocationId, ReferralId, ServiceUserId};
use entity::instants::Millis;
use entity::{appointment, appointment_event, referral, service_user};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::keeping::{Held, refused};
use super::life::{check_time, in_time, transition};
use super::place;
use super::sessions::follow_to;
use crate::directory::store::edges::locations;
use crate::notices::event::{Event, Happened};
use crate::notices::outbox::{listeners, put, put_each};
use crate::people::acting::{Stands, is_link_worker};
use crate::people::contents::{Wrong, paragraphs};
use crate::people::entering::Worker;
use crate::people::referrals::moving::is_kept_out;
use crate::people::{People, Trouble};

/// What is booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Booking {
    /// What for.
    pub kind: AppointmentKind,
    /// How it is held.
    pub delivery: AppointmentDelivery,
    /// The hub, where it is at one.
    pub location: Option<LocationId>,
    /// When it begins.
    pub starts_at: Millis,
    /// When it ends.
    pub ends_at: Millis,
    /// The worker with whom it is.
    pub with: AccountId,
    /// The referral that it belongs to, where it belongs to one.
    pub referral: Option<ReferralId>,
}

/// To when an appointment is moved, and what else becomes different; what is absent stays as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// When it begins.
    pub starts_at: Millis,
    /// When it ends.
    pub ends_at: Millis,
    /// How it is held.
    pub delivery: Option<AppointmentDelivery>,
    /// The hub.
    pub location: Option<LocationId>,
    /// The worker with whom it is.
    pub with: Option<AccountId>,
}

/// What was done with an appointment, by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Done {
    pub(super) step: AppointmentStep,
    pub(super) state: AppointmentState,
    pub(super) at: Millis,
    pub(super) by: AccountId,
    pub(super) agency: Option<AgencyId>,
    /// What was recorded by it: whether they came late, whether there was a good reason, whether the session was delivered.
    pub(super) said: (Option<bool>, Option<bool>, Option<bool>),
}

/// Words of the form they must have, as they are kept.
pub(super) fn checked_words(words: Option<String>) -> Result<Option<String>, Wrong> {
    words.map(|words| paragraphs("words", &words)).transpose()
}

impl People {
    /// Books an appointment of the worker's agency with somebody whom the worker works with.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for anybody whom the worker does not work with; [`Trouble::Wrong`]; the database or the vault
    /// failed, and nothing is booked.
    pub async fn book_appointment(
        &self,
        by: Worker,
        of: ServiceUserId,
        booking: &Booking,
        words: Option<String>,
    ) -> Result<AppointmentId, Trouble> {
        let words = checked_words(words)?;
        let begun = self.begin_step(by.into(), of).await?;
        let Stands::Worker(_) = begun.stands else { return Err(Trouble::NotFound) };
        let (db, of, at) = (&begun.transaction, begun.of, begun.at);
        if let Some(before) = self.made_before(db).await? {
            return Ok(AppointmentId(before));
        }
        may_be_booked(db, by.agency, of, booking, at).await?;
        if let Some(id) = booking.referral {
            belongs_to(db, by.agency, of, id).await?;
        }
        let id = self.put_appointment(db, by, (of, of), booking, None, at).await?;
        let done = booked(by, at);
        self.note_appointment(db, of, id, done, words.as_deref()).await?;
        self.made(db, &[id.0]).await?;
        begun.transaction.commit().await?;
        Ok(id)
    }

    /// Moves an appointment that has not begun to another time: it stays, and another one is booked in its place.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for an appointment that is not of the worker's agency, or of nobody whom they work with;
    /// [`Trouble::Wrong`]; the database or the vault failed, and nothing is done.
    pub async fn reschedule_appointment(
        &self,
        by: Worker,
        id: AppointmentId,
        moved: &Moved,
        words: Option<String>,
    ) -> Result<AppointmentId, Trouble> {
        let words = checked_words(words)?;
        let Held { transaction, row, side, at } = self.held_appointment(by.into(), id).await?;
        if let Some(before) = self.made_before(&transaction).await? {
            return Ok(AppointmentId(before));
        }
        let (step, state) = (AppointmentStep::Rescheduled, AppointmentState::Superseded);
        let found = transition(side, step, row.state, state).map_err(refused)?;
        in_time(found.when, row.starts_at, at)?;
        let booking = Booking {
            kind: row.kind,
            delivery: moved.delivery.unwrap_or(row.delivery),
            location: moved.location.or(row.location_id),
            starts_at: moved.starts_at,
            ends_at: moved.ends_at,
            with: moved.with.unwrap_or(row.with_id),
            referral: row.referral_id,
        };
        may_be_booked(&transaction, by.agency, row.service_user_id, &booking, at).await?;
        let other = self.book_instead(&transaction, by, &row, &booking, words.as_deref(), at).await?;
        self.made(&transaction, &[other.0]).await?;
        transaction.commit().await?;
        Ok(other)
    }

    /// Books another appointment in the place of one, which is superseded. That it may be is for who calls this, who holds the
    /// service user against other changes.
    ///
    /// # Errors
    /// The database or the vault failed.
    pub(super) async fn book_instead(
        &self,
        db: &impl ConnectionTrait,
        by: Worker,
        row: &appointment::Model,
        booking: &Booking,
        words: Option<&str>,
        at: Millis,
    ) -> Result<AppointmentId, Trouble> {
        let (of, id) = (row.service_user_id, row.id);
        let (step, state) = (AppointmentStep::Rescheduled, AppointmentState::Superseded);
        let next = appointment::ActiveModel { state: Set(state), changed_at: Set(at), ..Default::default() };
        self.change_appointment(db, id, next).await?;
        let done = Done { step, state, at, by: by.account, agency: Some(by.agency), said: (None, None, None) };
        self.note_appointment(db, of, id, done, words).await?;
        let other = self.put_appointment(db, by, (of, row.recorded_for), booking, Some(id), at).await?;
        self.note_appointment(db, of, other, booked(by, at), None).await?;
        follow_to(db, id, other).await?;
        Ok(other)
    }

    pub(super) async fn put_appointment(
        &self,
        db: &impl ConnectionTrait,
        by: Worker,
        (of, recorded_for): (ServiceUserId, ServiceUserId),
        booking: &Booking,
        replaces: Option<AppointmentId>,
        at: Millis,
    ) -> Result<AppointmentId, Trouble> {
        let id = AppointmentId(self.clock.new_id());
        let row = appointment::ActiveModel {
            id: Set(id),
            service_user_id: Set(of),
            recorded_for: Set(recorded_for),
            agency_id: Set(by.agency),
            kind: Set(booking.kind),
            delivery: Set(booking.delivery),
            location_id: Set(booking.location),
            starts_at: Set(booking.starts_at),
            ends_at: Set(booking.ends_at),
            with_id: Set(booking.with),
            referral_id: Set(booking.referral),
            replaces_id: Set(replaces),
            state: Set(AppointmentState::Booked),
            is_late: Set(None),
            is_acceptable: Set(None),
            delivered: Set(None),
            cancelled_by: Set(None),
            cancelled_at: Set(None),
            booked_by: Set(by.account),
            booked_at: Set(at),
            changed_at: Set(at),
        };
        appointment::Entity::insert(row).exec_without_returning(db).await?;
        Ok(id)
    }

    /// Writes a step into the history of an appointment, what was said with it sealed; gives its id and its number. Whoever
    /// calls this holds the service user against other changes, so that no number is given twice.
    pub(super) async fn write_appointment_event(
        &self,
        db: &impl ConnectionTrait,
        of: ServiceUserId,
        appointment: AppointmentId,
        done: Done,
        words: Option<&str>,
    ) -> Result<(AppointmentEventId, i32), Trouble> {
        let last: Option<Option<i32>> = appointment_event::Entity::find()
            .select_only()
            .column_as(appointment_event::Column::Number.max(), "last")
            .filter(appointment_event::Column::AppointmentId.eq(appointment))
            .into_tuple()
            .one(db)
            .await?;
        let id = AppointmentEventId(self.clock.new_id());
        let sealed = match words {
            Some(words) => {
                let person = service_user::Entity::find_by_id(of).one(db).await?.ok_or(Trouble::NotFound)?;
                let key = self.vault.key(db, person.key_id).await?;
                Some(self.vault.seal(&key, place(id), words)?)
            }
            None => None,
        };
        let number = last.flatten().unwrap_or(0) + 1;
        let row = event_row(id, (appointment, number), done, sealed);
        appointment_event::Entity::insert(row).exec_without_returning(db).await?;
        Ok((id, number))
    }

    /// The same, and puts out the notices of it.
    pub(super) async fn note_appointment(
        &self,
        db: &impl ConnectionTrait,
        of: ServiceUserId,
        appointment: AppointmentId,
        done: Done,
        words: Option<&str>,
    ) -> Result<(), Trouble> {
        let (id, number) = self.write_appointment_event(db, of, appointment, done, words).await?;
        // Whose it is is told, be it the service user who did it; whom it is shared with is not.
        let booked = appointment::Entity::find_by_id(appointment).one(db).await?.ok_or(Trouble::NotFound)?;
        let happened = Happened::Appointment { event: id, appointment, step: done.step, state: done.state };
        let event = Event { happened, number, at: done.at };
        let told = listeners(db, &[booked.agency_id], &event.kind()).await?;
        let to: Vec<_> = told.iter().map(|listener| listener.endpoint).collect();
        put(db, &self.clock, &event, &to).await?;
        Ok(())
    }

    /// Writes a step without words into the history of each of these appointments, and puts out the notices of all of them. As
    /// many statements however many they are, up to as many as one statement takes, which is for who calls this; who holds the
    /// service users against other changes too.
    pub(super) async fn note_appointments(
        &self,
        db: &impl ConnectionTrait,
        rows: &[appointment::Model],
        done: Done,
    ) -> Result<(), Trouble> {
        let last: Vec<(AppointmentId, i32)> = appointment_event::Entity::find()
            .select_only()
            .column(appointment_event::Column::AppointmentId)
            .column_as(appointment_event::Column::Number.max(), "last")
            .filter(appointment_event::Column::AppointmentId.is_in(rows.iter().map(|row| row.id)))
            .group_by(appointment_event::Column::AppointmentId)
            .into_tuple()
            .all(db)
            .await?;
        let last: BTreeMap<AppointmentId, i32> = last.into_iter().collect();
        let (mut steps, mut events) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
        for row in rows {
            let (event, appointment) = (AppointmentEventId(self.clock.new_id()), row.id);
            let number = last.get(&appointment).copied().unwrap_or(0) + 1;
            steps.push(event_row(event, (appointment, number), done, None));
            let happened = Happened::Appointment { event, appointment, step: done.step, state: done.state };
            events.push((row.agency_id, Event { happened, number, at: done.at }));
        }
        appointment_event::Entity::insert_many(steps).exec_without_returning(db).await?;
        let Some((_, first)) = events.first() else { return Ok(()) };
        // Of one step there is one kind.
        let agencies: BTreeSet<AgencyId> = events.iter().map(|(agency, _)| *agency).collect();
        let agencies: Vec<AgencyId> = agencies.into_iter().collect();
        let told = listeners(db, &agencies, &first.kind()).await?;
        let mut each = Vec::new();
        for (agency, event) in &events {
            let theirs = told.iter().filter(|listener| listener.agency == *agency);
            each.extend(theirs.map(|listener| (*event, listener.endpoint)));
        }
        put_each(db, &self.clock, &each).await?;
        Ok(())
    }
}

fn event_row(
    id: AppointmentEventId,
    (appointment, number): (AppointmentId, i32),
    done: Done,
    sealed: Option<String>,
) -> appointment_event::ActiveModel {
    appointment_event::ActiveModel {
        id: Set(id),
        appointment_id: Set(appointment),
        number: Set(number),
        step: Set(done.step),
        state: Set(done.state),
        at: Set(done.at),
        by: Set(Some(done.by)),
        agency_id: Set(done.agency),
        is_late: Set(done.said.0),
        is_acceptable: Set(done.said.1),
        delivered: Set(done.said.2),
        sealed: Set(sealed),
    }
}

pub(super) fn booked(by: Worker, at: Millis) -> Done {
    let (step, state) = (AppointmentStep::Booked, AppointmentState::Booked);
    Done { step, state, at, by: by.account, agency: Some(by.agency), said: (None, None, None) }
}

/// That an appointment may be booked for its time, at its place, with its worker.
async fn may_be_booked(
    db: &impl ConnectionTrait,
    agency: AgencyId,
    of: ServiceUserId,
    booking: &Booking,
    at: Millis,
) -> Result<(), Trouble> {
    check_time(booking.starts_at, booking.ends_at, at)?;
    if !is_link_worker(db, booking.with, agency, at).await? {
        return Err(Wrong::new("with", "They are no link worker of your agency.").into());
    }
    // Who is kept out would meet whom they can't see. By whom is not told.
    if is_kept_out(db, of, booking.with).await? {
        return Err(Wrong::new("with", "It can't be with them: name somebody else.").into());
    }
    match booking.location {
        Some(id) => may_be_at(db, id).await,
        None => Ok(()),
    }
}

/// That somebody may be told to come to a place: where nobody could be shown where that is, nobody is.
pub(in crate::people) async fn may_be_at(db: &impl ConnectionTrait, id: LocationId) -> Result<(), Trouble> {
    match locations(db, &[id]).await?.get(&id) {
        Some(location) if location.confidential => {
            let message = "Its address is a secret, and shown to nobody: leave it out, and tell them where to come.";
            Err(Wrong::new("location", message).into())
        }
        Some(_) => Ok(()),
        None => {
            let message = "There is no location of that id that a listed service uses.";
            Err(Wrong::new("location", message).into())
        }
    }
}

/// That a referral is about the service user, and the agency on one side of it.
async fn belongs_to(
    db: &impl ConnectionTrait,
    agency: AgencyId,
    of: ServiceUserId,
    id: ReferralId,
) -> Result<(), Trouble> {
    let found = referral::Entity::find_by_id(id).one(db).await?;
    let found = found.filter(|row| row.service_user_id == of);
    if found.is_none_or(|row| row.agency_id != agency && row.party_id != Some(agency)) {
        return Err(Wrong::new("referral", "Your agency neither sent nor was sent such a referral of them.").into());
    }
    Ok(())
}
