//! Appointments.

use sea_orm::entity::prelude::*;

use crate::enums::{AppointmentDelivery, AppointmentKind, AppointmentState, CancelledBy};
use crate::ids::{AccountId, AgencyId, AppointmentId, LocationId, ReferralId, ServiceUserId};
use crate::instants::Millis;

/// That an agency and a service user are to meet, and what became of it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "appointment")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AppointmentId,
    /// Whom.
    pub service_user_id: ServiceUserId,
    /// Whom it was recorded for, before double records were joined.
    pub recorded_for: ServiceUserId,
    /// Whose it is: the agency that booked it.
    pub agency_id: AgencyId,
    /// What for.
    pub kind: AppointmentKind,
    /// How it is held.
    pub delivery: AppointmentDelivery,
    /// The hub, where it is at one.
    pub location_id: Option<LocationId>,
    /// When it begins.
    pub starts_at: Millis,
    /// When it ends.
    pub ends_at: Millis,
    /// The worker with whom it is.
    pub with_id: AccountId,
    /// The referral that it belongs to.
    pub referral_id: Option<ReferralId>,
    /// The appointment in whose place it stands.
    pub replaces_id: Option<AppointmentId>,
    /// How far it has come.
    pub state: AppointmentState,
    /// Whether they came late, where they came.
    pub is_late: Option<bool>,
    /// Whether there was a good reason, where they did not come.
    pub is_acceptable: Option<bool>,
    /// Whether the session was delivered; absent until somebody said.
    pub delivered: Option<bool>,
    /// Who called it off.
    pub cancelled_by: Option<CancelledBy>,
    /// When it was called off.
    pub cancelled_at: Option<Millis>,
    /// Who booked it.
    pub booked_by: AccountId,
    /// When it was booked.
    pub booked_at: Millis,
    /// When something was last done with it.
    pub changed_at: Millis,
}

impl ActiveModelBehavior for ActiveModel {}
