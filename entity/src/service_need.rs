//! Needs met.

use sea_orm::entity::prelude::*;

use crate::ids::ServiceId;

/// That a service says it meets a need.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "service_need")]
pub struct Model {
    /// The service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub service_id: ServiceId,
    /// Key of the need.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub need_key: String,
    /// Order.
    pub position: i32,
}

impl ActiveModelBehavior for ActiveModel {}
