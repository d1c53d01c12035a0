//! Appointments for the sessions of a group: booked together when somebody gets a place, called off together when they give
//! it up. Each is an appointment as any other: moved, called off and recorded by itself. Called off together is also what
//! somebody has with whom they keep out from now on.

use std::collections::BTreeSet;

use entity::enums::{AppointmentDelivery, AppointmentState, AppointmentStep, CancelledBy};
use entity::ids::{AccountId, AgencyId, AppointmentId, LocationId, ServiceUserId};
use entity::instants::Millis;
use entity::{appointment, group_booking};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};

use super::booking::{Booking, Done, booked};
use super::life::check_time;
use crate::access::rule::load::among;
use crate::people::entering::Worker;
use crate::people::wishes::KeptOut;
use crate::people::{People, Trouble};

/// Most ids that are named by one statement.
const AT_ONCE: usize = 500;

/// Who calls appointments off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::people) struct CallsOff {
    /// Their account.
    pub(in crate::people) by: AccountId,
    /// The agency that they act for, where they act for one.
    pub(in crate::people) agency: Option<AgencyId>,
    /// At whose wish.
    pub(in crate::people) side: CancelledBy,
}

/// What becomes different for what was booked for the sessions of a group: from what it was, to what it is. What is absent stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::people) struct Follows {
    /// How they are held.
    pub(in crate::people) delivery: Option<(AppointmentDelivery, AppointmentDelivery)>,
    /// The hub.
    pub(in crate::people) location: Option<(Option<LocationId>, Option<LocationId>)>,
    /// The worker with whom they are.
    pub(in crate::people) with: Option<(AccountId, AccountId)>,
}

impl Follows {
    /// The booking that it makes of an appointment: what was made another by hand since stays so.
    fn of(&self, row: &appointment::Model) -> Booking {
        let location = match self.location {
            // It had none where its hub could be shown to nobody then.
            Some((before, after)) if row.location_id == before || row.location_id.is_none() => after,
            Some(_) | None => row.location_id,
        };
        Booking {
            kind: row.kind,
            delivery: followed(row.delivery, self.delivery),
            location,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            with: followed(row.with_id, self.with),
            referral: row.referral_id,
        }
    }
}

fn followed<T: Copy + PartialEq>(now: T, change: Option<(T, T)>) -> T {
    match change {
        Some((before, after)) if now == before => after,
        Some(_) | None => now,
    }
}

impl People {
    /// Books others in the place of those of a service user's appointments that are still to come and become different. That
    /// they may be so is for who calls this, who holds the service user against other changes.
    ///
    /// # Errors
    /// The database failed.
    pub(in crate::people) async fn follow(
        &self,
        db: &impl ConnectionTrait,
        by: Worker,
        (of, ids): (ServiceUserId, &[AppointmentId]),
        follows: &Follows,
        at: Millis,
    ) -> Result<(), Trouble> {
        for row in to_come(db, of, ids, at).await? {
            let booking = follows.of(&row);
            if booking != Follows::default().of(&row) {
                self.book_instead(db, by, &row, &booking, None, at).await?;
            }
        }
        Ok(())
    }

    /// Books appointments of the worker's agency with a service user, for whom they are recorded; gives their ids in the same
    /// order. That they may be where and with whom they are is for who calls this, who holds the service user against other
    /// changes.
    ///
    /// # Errors
    /// [`Trouble::Wrong`] for a time for which none may be booked; the database failed.
    pub(in crate::people) async fn book_sessions(
        &self,
        db: &impl ConnectionTrait,
        by: Worker,
        (of, recorded_for): (ServiceUserId, ServiceUserId),
        bookings: &[Booking],
        at: Millis,
    ) -> Result<Vec<AppointmentId>, Trouble> {
        let mut made = Vec::with_capacity(bookings.len());
        for booking in bookings {
            check_time(booking.starts_at, booking.ends_at, at)?;
            let id = self.put_appointment(db, by, (of, recorded_for), booking, None, at).await?;
            self.note_appointment(db, of, id, booked(by, at), None).await?;
            made.push(id);
        }
        Ok(made)
    }

    /// Calls off what a service user has still to come with the agencies and the workers whom they keep out from now on, be it
    /// for a session of a group or not: they would be told to come, and who is to meet them could not see it. Whoever calls this
    /// holds the service user against other changes.
    ///
    /// # Errors
    /// The database failed.
    pub(in crate::people) async fn call_off_with(
        &self,
        db: &impl ConnectionTrait,
        of: ServiceUserId,
        whom: &BTreeSet<KeptOut>,
        who: CallsOff,
        at: Millis,
    ) -> Result<(), Trouble> {
        let backend = db.get_database_backend();
        let agencies = whom.iter().filter_map(|one| Some(one.agency()?.0));
        let accounts = whom.iter().filter_map(|one| Some(one.account()?.0));
        let of_agencies = among(backend, appointment::Column::AgencyId, agencies);
        let with_accounts = among(backend, appointment::Column::WithId, accounts);
        let rows = appointment::Entity::find()
            .filter(appointment::Column::ServiceUserId.eq(of))
            .filter(appointment::Column::State.eq(AppointmentState::Booked))
            .filter(appointment::Column::StartsAt.gt(at))
            .filter(Condition::any().add(of_agencies).add(with_accounts))
            .all(db)
            .await?;
        let ids: Vec<AppointmentId> = rows.into_iter().map(|row| row.id).collect();
        self.call_off(db, of, &ids, who, at).await
    }

    /// Calls those of a service user's appointments off that are booked and have not begun; the others stay as they are.
    /// Whoever calls this holds the service user against other changes.
    ///
    /// # Errors
    /// The database failed.
    pub(in crate::people) async fn call_off(
        &self,
        db: &impl ConnectionTrait,
        of: ServiceUserId,
        ids: &[AppointmentId],
        who: CallsOff,
        at: Millis,
    ) -> Result<(), Trouble> {
        let (step, state) = (AppointmentStep::Cancelled, AppointmentState::Cancelled);
        let next = appointment::ActiveModel {
            state: Set(state),
            changed_at: Set(at),
            cancelled_by: Set(Some(who.side)),
            cancelled_at: Set(Some(at)),
            ..Default::default()
        };
        let done = Done { step, state, at, by: who.by, agency: who.agency, said: (None, None, None) };
        for some in to_come(db, of, ids, at).await?.chunks(AT_ONCE) {
            let these = appointment::Column::Id.is_in(some.iter().map(|row| row.id));
            appointment::Entity::update_many().set(next.clone()).filter(these).exec(db).await?;
            self.note_appointments(db, some, done).await?;
        }
        Ok(())
    }
}

/// Those of a service user's appointments that are booked and have not begun, those that begin first first.
async fn to_come(
    db: &impl ConnectionTrait,
    of: ServiceUserId,
    ids: &[AppointmentId],
    at: Millis,
) -> Result<Vec<appointment::Model>, Trouble> {
    let mut rows = Vec::new();
    // Sessions may have been changed ever so often, each time with others booked.
    for some in ids.chunks(AT_ONCE) {
        let these = appointment::Entity::find()
            .filter(appointment::Column::Id.is_in(some.iter().copied()))
            .filter(appointment::Column::ServiceUserId.eq(of))
            .filter(appointment::Column::State.eq(AppointmentState::Booked))
            .filter(appointment::Column::StartsAt.gt(at));
        rows.extend(these.all(db).await?);
    }
    rows.sort_unstable_by_key(|row| (row.starts_at, row.id));
    Ok(rows)
}

/// An appointment stands in the place of another: where that was booked for a session of a group, so is this one now.
pub(super) async fn follow_to(
    db: &impl ConnectionTrait,
    from: AppointmentId,
    to: AppointmentId,
) -> Result<(), Trouble> {
    group_booking::Entity::update_many()
        .col_expr(group_booking::Column::AppointmentId, Expr::value(to))
        .filter(group_booking::Column::AppointmentId.eq(from))
        .exec(db)
        .await?;
    Ok(())
}
