//! Services at locations.

use sea_orm::entity::prelude::*;

use crate::ids::{LocationId, PlaceId, ServiceId};

/// A service at a location.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, serde::Serialize, serde::Deserialize)]
#[sea_orm(table_name = "service_place")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PlaceId,
    /// The pair's key at the service's source.
    #[sea_orm(column_type = "Text")]
    pub source_key: String,
    /// The service.
    pub service_id: ServiceId,
    /// The location.
    pub location_id: LocationId,
    /// Order within the service.
    pub position: i32,
    /// What is different here.
    #[sea_orm(column_type = "Text", nullable)]
    pub description: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
