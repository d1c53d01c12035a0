//! Days of release from prison.

use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, AgencyId, ReleaseId, ServiceUserId};
use crate::instants::Millis;

/// On which day a service user is released, as an agency knows it. A row is never written over: said anew, another replaces
/// it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "release")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReleaseId,
    /// Whom.
    pub service_user_id: ServiceUserId,
    /// Whom it was recorded for, before double records were joined.
    pub recorded_for: ServiceUserId,
    /// Whose it is: the agency that recorded it.
    pub agency_id: AgencyId,
    /// The day, in London.
    pub release_on: Date,
    /// The first instant of that day, in London: what rows that hold instants are compared with.
    pub day_begins_at: Millis,
    /// From where, sealed.
    #[sea_orm(column_type = "Text", nullable)]
    pub sealed: Option<String>,
    /// Who recorded it.
    pub recorded_by: AccountId,
    /// When it was recorded.
    pub recorded_at: Millis,
    /// Until when it held; absent while it holds.
    pub ended_at: Option<Millis>,
    /// The row that it says anew.
    pub replaces_id: Option<ReleaseId>,
}

impl ActiveModelBehavior for ActiveModel {}
