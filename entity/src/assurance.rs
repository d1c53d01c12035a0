//! Freshness.

use sea_orm::entity::prelude::*;

use crate::enums::{AssuranceEvidence, FieldGroup};
use crate::ids::ServiceId;

/// When a part of a listing was last assured.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, serde::Serialize, serde::Deserialize)]
#[sea_orm(table_name = "assurance")]
pub struct Model {
    /// The service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub service_id: ServiceId,
    /// The part.
    #[sea_orm(primary_key, auto_increment = false)]
    pub field_group: FieldGroup,
    /// When.
    pub assured_at: DateTimeUtc,
    /// By whom, in words.
    #[sea_orm(column_type = "Text", nullable)]
    pub assured_by: Option<String>,
    /// On what evidence.
    pub evidence: AssuranceEvidence,
}

impl ActiveModelBehavior for ActiveModel {}
