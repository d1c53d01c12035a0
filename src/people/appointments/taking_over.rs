//! Appointments as another system knew them: of any time, and with what became of them. What the other system did not say,
//! whether they came late or who called it off, is not made up. Nobody's system is told of it: it did not happen now.

use entity::appointment;
use entity::enums::{AppointmentState, AppointmentStep};
use entity::ids::{AppointmentId, ServiceUserId};
use entity::instants::Millis;
use sea_orm::ActiveValue::Set;
use sea_orm::{ConnectionTrait, EntityTrait};

use super::booking::{Booking, Done, booked};
use crate::people::entering::Worker;
use crate::people::{People, Trouble};

/// The step that leads from a booked appointment to a state; none for those that none of these leads to.
fn step_to(state: AppointmentState) -> Option<AppointmentStep> {
    match state {
        AppointmentState::Attended => Some(AppointmentStep::Attended),
        AppointmentState::DidNotAttend => Some(AppointmentStep::DidNotAttend),
        AppointmentState::Cancelled => Some(AppointmentStep::Cancelled),
        AppointmentState::Booked | AppointmentState::Superseded => None,
    }
}

impl People {
    /// Writes an appointment with what became of it. That they may, and that it is of the form it must have, is for who calls
    /// this, who holds the service user against other changes.
    ///
    /// # Errors
    /// The database or the vault failed.
    pub(in crate::people) async fn take_over_appointment(
        &self,
        db: &impl ConnectionTrait,
        by: Worker,
        of: ServiceUserId,
        booking: &Booking,
        state: AppointmentState,
        at: Millis,
    ) -> Result<AppointmentId, Trouble> {
        let id = self.put_appointment(db, by, (of, of), booking, None, at).await?;
        self.write_appointment_event(db, of, id, booked(by, at), None).await?;
        self.bring_appointment_to(db, by, of, id, state, at).await?;
        Ok(id)
    }

    /// Writes what became of an appointment that is still booked; says whether it was. The same is for who calls this.
    ///
    /// # Errors
    /// The database or the vault failed.
    pub(in crate::people) async fn bring_appointment_to(
        &self,
        db: &impl ConnectionTrait,
        by: Worker,
        of: ServiceUserId,
        id: AppointmentId,
        state: AppointmentState,
        at: Millis,
    ) -> Result<bool, Trouble> {
        let row = appointment::Entity::find_by_id(id).one(db).await?;
        let is_booked = row.is_some_and(|row| row.state == AppointmentState::Booked);
        let Some(step) = step_to(state).filter(|_| is_booked) else { return Ok(false) };
        let next = appointment::ActiveModel { state: Set(state), changed_at: Set(at), ..Default::default() };
        self.change_appointment(db, id, next).await?;
        let done = Done { step, state, at, by: by.account, agency: Some(by.agency), said: (None, None, None) };
        self.write_appointment_event(db, of, id, done, None).await?;
        Ok(true)
    }
}
