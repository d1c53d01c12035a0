//! What a flow of an agreement covers.

use sea_orm::entity::prelude::*;

use crate::enums::{DataCategory, Purpose};
use crate::ids::{AgreementFlowId, FlowScopeId};

/// One category for one purpose; a flow without any row covers nothing.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "flow_scope")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FlowScopeId,
    /// The flow.
    pub flow_id: AgreementFlowId,
    /// The category.
    pub category: DataCategory,
    /// The purpose.
    pub purpose: Purpose,
}

impl ActiveModelBehavior for ActiveModel {}
