//! Appointments that were booked for sessions of cohorts.

use sea_orm::entity::prelude::*;

use crate::ids::{AppointmentId, GroupBookingId, GroupPlaceId, GroupSessionId};

/// That an appointment was booked because somebody has a place in a cohort.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "group_booking")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: GroupBookingId,
    /// The place.
    pub place_id: GroupPlaceId,
    /// The session.
    pub session_id: GroupSessionId,
    /// The appointment; of one that was moved to another time, the one in whose place it stands.
    pub appointment_id: AppointmentId,
}

impl ActiveModelBehavior for ActiveModel {}
