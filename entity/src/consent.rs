//! What service users permit and deny.

use sea_orm::entity::prelude::*;

use crate::enums::ConsentKind;
use crate::ids::{ConsentId, ServiceUserId};
use crate::instants::Millis;

/// One permit or denial of a service user, as it was given. Only its end is ever added.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consent")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConsentId,
    /// Who.
    pub service_user_id: ServiceUserId,
    /// Whom it was recorded for, before double records were joined.
    pub recorded_for: ServiceUserId,
    /// A permit, or a denial.
    pub kind: ConsentKind,
    /// From when it holds.
    pub begins_at: Millis,
    /// Until when it holds, exclusive; a permit always says so.
    pub expires_at: Option<Millis>,
    /// When it was withdrawn or superseded; absent while it was not.
    pub ended_at: Option<Millis>,
}

impl ActiveModelBehavior for ActiveModel {}
