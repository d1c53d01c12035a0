//! Easements of benefits.

use sea_orm::entity::prelude::*;

use crate::enums::EasementKind;
use crate::ids::{AccountId, AgencyId, EasementId, ServiceUserId};
use crate::instants::Millis;

/// That less is asked of a service user for their benefits in a time. A row is never written over: it ends.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "easement")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EasementId,
    /// Whom.
    pub service_user_id: ServiceUserId,
    /// Whom it was recorded for, before double records were joined.
    pub recorded_for: ServiceUserId,
    /// Whose it is: the agency that recorded it.
    pub agency_id: AgencyId,
    /// For what reason less is asked.
    pub kind: EasementKind,
    /// The first day, in London.
    pub begins_on: Date,
    /// The last day, in London.
    pub ends_on: Date,
    /// Who recorded it.
    pub recorded_by: AccountId,
    /// When it was recorded.
    pub recorded_at: Millis,
    /// When it was taken back; absent while it stands.
    pub ended_at: Option<Millis>,
}

impl ActiveModelBehavior for ActiveModel {}
