//! The history of appointments.

use sea_orm::entity::prelude::*;

use crate::enums::{AppointmentState, AppointmentStep};
use crate::ids::{AccountId, AgencyId, AppointmentEventId, AppointmentId};
use crate::instants::Millis;

/// Something that was done with an appointment.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "appointment_event")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AppointmentEventId,
    /// The appointment.
    pub appointment_id: AppointmentId,
    /// The how manieth of the appointment, from 1; no two are the same.
    pub number: i32,
    /// What.
    pub step: AppointmentStep,
    /// How far it had come by it.
    pub state: AppointmentState,
    /// When.
    pub at: Millis,
    /// Who.
    pub by: Option<AccountId>,
    /// For which agency; absent for the service user and who stands for them.
    pub agency_id: Option<AgencyId>,
    /// Whether they came late, where that was recorded by it.
    pub is_late: Option<bool>,
    /// Whether there was a good reason not to come, where that was recorded by it.
    pub is_acceptable: Option<bool>,
    /// Whether the session was delivered, where that was recorded by it.
    pub delivered: Option<bool>,
    /// What was said, sealed.
    #[sea_orm(column_type = "Text", nullable)]
    pub sealed: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
