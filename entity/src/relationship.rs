//! What makes an agency somebody to a service user.

use sea_orm::entity::prelude::*;

use crate::enums::RelationshipKind;
use crate::ids::{AgencyId, RelationshipId, ServiceUserId};
use crate::instants::Millis;

/// That an agency has to do with a service user: a referral to it, or somebody there who looks after them.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "relationship")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RelationshipId,
    /// Who.
    pub service_user_id: ServiceUserId,
    /// Whom it was recorded for, before double records were joined.
    pub recorded_for: ServiceUserId,
    /// The agency.
    pub agency_id: AgencyId,
    /// What of.
    pub kind: RelationshipKind,
    /// From when.
    pub opened_at: Millis,
    /// When it was closed; absent while it is open.
    pub closed_at: Option<Millis>,
}

impl ActiveModelBehavior for ActiveModel {}
