//! Terms of other taxonomies.

use sea_orm::entity::prelude::*;

use crate::ids::ServiceId;

/// A term of another taxonomy that a source gave a service; needs are derived from it by the needs file.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "service_term")]
pub struct Model {
    /// The service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub service_id: ServiceId,
    /// The taxonomy.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub taxonomy: String,
    /// The code there.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub code: String,
    /// The name there.
    #[sea_orm(column_type = "Text")]
    pub name: String,
}

impl ActiveModelBehavior for ActiveModel {}
