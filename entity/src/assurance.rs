//! Freshness.

use sea_orm::entity::prelude::*;

use crate::enums::{AssuranceEvidence, FieldGroup};
use crate::ids::{AccountId, ApiKeyId, ServiceId};

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
    /// By whom, in words that everybody sees: an agency's or a feed's name, never a person's.
    #[sea_orm(column_type = "Text", nullable)]
    pub assured_by: Option<String>,
    /// On what evidence.
    pub evidence: AssuranceEvidence,
    /// Who confirmed it here; absent where a source said it, or a program. For the agency's own people: no copy has it.
    #[serde(skip)]
    pub confirmed_by: Option<AccountId>,
    /// The program's key that confirmed it here. As above.
    #[serde(skip)]
    pub confirmed_by_key: Option<ApiKeyId>,
    /// What was looked at, in words. As above.
    #[sea_orm(column_type = "Text", nullable)]
    #[serde(skip)]
    pub note: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
