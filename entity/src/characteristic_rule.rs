//! Rules about characteristics.

use sea_orm::entity::prelude::*;

use crate::enums::{Characteristic, CharacteristicRule, RuleEvidence};
use crate::ids::ServiceId;

/// What a service says about one characteristic.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "characteristic_rule")]
pub struct Model {
    /// The service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub service_id: ServiceId,
    /// The characteristic.
    #[sea_orm(primary_key, auto_increment = false)]
    pub characteristic: Characteristic,
    /// Required, accepted or excluded.
    pub rule: CharacteristicRule,
    /// Where it comes from.
    pub evidence: RuleEvidence,
    /// Words it was read from.
    #[sea_orm(column_type = "Text", nullable)]
    pub quote: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
