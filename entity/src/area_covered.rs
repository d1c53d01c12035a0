//! Areas that services cover.

use sea_orm::entity::prelude::*;

use crate::enums::AreaKind;
use crate::ids::{PlaceId, ServiceId};

/// An area that a service, or a service at one location, covers.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "area_covered")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The service.
    pub service_id: ServiceId,
    /// The pair, where the area is for this pair only.
    pub place_id: Option<PlaceId>,
    /// Order.
    pub position: i32,
    /// What sort of area.
    pub kind: AreaKind,
    /// Code, name, geometry or words.
    #[sea_orm(column_type = "Text")]
    pub value: String,
    /// Name, where that is not the value.
    #[sea_orm(column_type = "Text", nullable)]
    pub name: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
