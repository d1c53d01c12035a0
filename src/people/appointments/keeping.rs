//! Every step of an appointment after it was booked, but that it is moved: it is called off, it is recorded what became of it,
//! and what was recorded is put right. Each is kept, with who and when; of two that begin from the same state one wins, for
//! the service user is held against other changes meanwhile.

use entity::enums::{AppointmentState, AppointmentStep, CancelledBy, Purpose};
use entity::ids::{AppointmentId, ServiceUserId};
use entity::instants::Millis;
use entity::{appointment, group_booking};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder};

use super::booking::{Done, checked_words};
use super::life::{Refused, Side, in_time, transition};
use crate::access::rule::decide::holds;
use crate::access::rule::facts::Facts;
use crate::access::rule::{APPOINTMENT, Ask, Row, WAYS};
use crate::people::acting::Actor;
use crate::people::caseload::HandsOn;
use crate::people::contents::Wrong;
use crate::people::{People, Trouble};

/// What became of an appointment. Whether the session was delivered is a fact of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// They came.
    Attended {
        /// Late.
        late: bool,
        /// Whether the session was delivered.
        delivered: bool,
    },
    /// They did not come.
    DidNotAttend {
        /// For a good reason.
        acceptable: bool,
        /// Whether the session was delivered all the same: a group goes on without them.
        delivered: bool,
    },
}

impl Outcome {
    fn state(self) -> AppointmentState {
        match self {
            Self::Attended { .. } => AppointmentState::Attended,
            Self::DidNotAttend { .. } => AppointmentState::DidNotAttend,
        }
    }

    fn put(self, next: &mut appointment::ActiveModel) {
        let (late, acceptable, delivered) = self.said();
        next.is_late = Set(late);
        next.is_acceptable = Set(acceptable);
        next.delivered = Set(delivered);
    }

    /// Whether they came late, whether there was a good reason, whether the session was delivered.
    fn said(self) -> (Option<bool>, Option<bool>, Option<bool>) {
        match self {
            Self::Attended { late, delivered } => (Some(late), None, Some(delivered)),
            Self::DidNotAttend { acceptable, delivered } => (None, Some(acceptable), Some(delivered)),
        }
    }
}

/// What is done with an appointment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// It is called off.
    Cancel,
    /// It is recorded what became of it.
    Record(Outcome),
    /// What was recorded of it is put right.
    Amend(Outcome),
}

impl Doing {
    /// The step that it is.
    #[must_use]
    pub fn step(self) -> AppointmentStep {
        match self {
            Self::Cancel => AppointmentStep::Cancelled,
            Self::Record(Outcome::Attended { .. }) => AppointmentStep::Attended,
            Self::Record(Outcome::DidNotAttend { .. }) => AppointmentStep::DidNotAttend,
            Self::Amend(_) => AppointmentStep::Amended,
        }
    }

    fn leads(self) -> AppointmentState {
        match self {
            Self::Cancel => AppointmentState::Cancelled,
            Self::Record(outcome) | Self::Amend(outcome) => outcome.state(),
        }
    }
}

/// An appointment that nobody else changes meanwhile.
pub(super) struct Held {
    pub(super) transaction: DatabaseTransaction,
    pub(super) row: appointment::Model,
    pub(super) side: Side,
    pub(super) at: Millis,
}

impl People {
    /// Does something with an appointment.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for an appointment of another agency, or of nobody whom they work with, and for what is not
    /// theirs to do; [`Trouble::Wrong`] for what it can't be done from, for what it is not the time for, and for what has to
    /// be said with it; the database or the vault failed, and nothing is done.
    pub async fn keep_appointment(
        &self,
        by: Actor,
        id: AppointmentId,
        doing: Doing,
        words: Option<String>,
    ) -> Result<ServiceUserId, Trouble> {
        let words = checked_words(words)?;
        let Held { transaction, row, side, at } = self.held_appointment(by, id).await?;
        let (step, to) = (doing.step(), doing.leads());
        let found = transition(side, step, row.state, to).map_err(refused)?;
        in_time(found.when, row.starts_at, at)?;
        if found.wants_words && words.is_none() {
            return Err(Wrong::new("words", "Say why, in words.").into());
        }
        let mut next = appointment::ActiveModel { state: Set(to), changed_at: Set(at), ..Default::default() };
        match doing {
            Doing::Cancel => {
                next.cancelled_by = Set(Some(match side {
                    Side::Worker => CancelledBy::Agency,
                    Side::ServiceUser => CancelledBy::ServiceUser,
                }));
                next.cancelled_at = Set(Some(at));
            }
            Doing::Record(outcome) | Doing::Amend(outcome) => outcome.put(&mut next),
        }
        self.change_appointment(&transaction, id, next).await?;
        let agency = match side {
            Side::Worker => Some(row.agency_id),
            Side::ServiceUser => None,
        };
        let said = match doing {
            Doing::Cancel => (None, None, None),
            Doing::Record(outcome) | Doing::Amend(outcome) => outcome.said(),
        };
        let (of, done) = (row.service_user_id, Done { step, state: to, at, by: by.account, agency, said });
        self.note_appointment(&transaction, of, id, done, words.as_deref()).await?;
        transaction.commit().await?;
        Ok(of)
    }

    /// Gives the appointments to come of workers who do not have a service user on their caseload any more to the one who has.
    /// A session of a group stays with who leads the group. Whoever calls this holds the service user, and has seen that they
    /// may meet them.
    ///
    /// # Errors
    /// The database failed.
    pub(in crate::people) async fn hand_appointments_on(
        &self,
        db: &impl ConnectionTrait,
        handing: HandsOn<'_>,
    ) -> Result<(), Trouble> {
        let HandsOn { by, of, from, to, at } = handing;
        let of_group = Query::select()
            .expr(Expr::value(1))
            .from(group_booking::Entity)
            .and_where(group_booking::Column::AppointmentId.into_expr().eq(appointment::Column::Id.into_expr()))
            .to_owned();
        let to_come = appointment::Entity::find()
            .filter(appointment::Column::ServiceUserId.eq(of))
            .filter(appointment::Column::AgencyId.eq(by.agency))
            .filter(appointment::Column::State.eq(AppointmentState::Booked))
            .filter(appointment::Column::StartsAt.gt(at))
            .filter(appointment::Column::WithId.is_in(from.iter().copied()))
            .filter(Expr::exists(of_group).not())
            .order_by_asc(appointment::Column::StartsAt)
            .order_by_asc(appointment::Column::Id)
            .all(db)
            .await?;
        for row in to_come {
            let next = appointment::ActiveModel { with_id: Set(to), changed_at: Set(at), ..Default::default() };
            self.change_appointment(db, row.id, next).await?;
            let done = Done {
                step: AppointmentStep::HandedOver,
                state: row.state,
                at,
                by: by.account,
                agency: Some(by.agency),
                said: (None, None, None),
            };
            self.note_appointment(db, of, row.id, done, None).await?;
        }
        Ok(())
    }

    pub(super) async fn change_appointment(
        &self,
        db: &impl ConnectionTrait,
        id: AppointmentId,
        next: appointment::ActiveModel,
    ) -> Result<(), Trouble> {
        appointment::Entity::update_many().set(next).filter(appointment::Column::Id.eq(id)).exec(db).await?;
        Ok(())
    }

    /// Holds an appointment against other changes, for whoever works with the service user at the agency whose it is, and for
    /// the service user and who stands for them; the statements are the same where there is none. Two who hold
    /// it do so one after the other.
    pub(super) async fn held_appointment(&self, by: Actor, id: AppointmentId) -> Result<Held, Trouble> {
        let now = Millis::from(self.clock.now());
        let found = appointment::Entity::find_by_id(id).one(self.database.connection()).await?;
        let of = self.stands_for(found.map_or(ServiceUserId(id.0), |found| found.service_user_id)).await?;
        let transaction = self.database.begin_write().await?;
        let held = self.hold(&transaction, of).await?;
        let at = held.unwrap_or(now);
        let ask = Ask { account: by.account, agency: by.agency, purpose: Purpose::CareCoordination, at };
        let facts = Facts::load(&transaction, &ask, &[of]).await?;
        // Read again, now that nobody else changes it.
        let row = appointment::Entity::find_by_id(id).one(&transaction).await?;
        let row = row.filter(|row| row.service_user_id == of && held.is_some()).ok_or(Trouble::NotFound)?;
        let side = side(&ask, &as_row(&row), &facts).ok_or(Trouble::NotFound)?;
        Ok(Held { transaction, row, side, at })
    }
}

/// What the rule has to know of an appointment.
pub(crate) fn as_row(row: &appointment::Model) -> Row {
    Row::of(row.service_user_id, row.agency_id, APPOINTMENT)
}

/// On whose side somebody acts; none for whom it is not to act, be it shown to them or not.
fn side(ask: &Ask, row: &Row, facts: &Facts) -> Option<Side> {
    let holds = |way| holds(way, ask, row, facts);
    if holds(&WAYS.own_record) || holds(&WAYS.proxy) {
        Some(Side::ServiceUser)
    } else if holds(&WAYS.own_agency) {
        Some(Side::Worker)
    } else {
        None
    }
}

pub(super) fn refused(why: Refused) -> Trouble {
    match why {
        Refused::NotTheirs => Trouble::NotFound,
        Refused::NotNow(state) => {
            let message = format!("It is {}: from there that can't be done.", state.as_str().to_uppercase());
            Wrong::new("appointment", message).into()
        }
    }
}
