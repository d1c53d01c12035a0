//! Telephone numbers.

use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, LocationId, PlaceId, ServiceId};

/// A telephone number; belongs to exactly one of agency, service, pair and location.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, serde::Serialize, serde::Deserialize)]
#[sea_orm(table_name = "phone")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The agency it belongs to.
    pub agency_id: Option<AgencyId>,
    /// The service it belongs to.
    pub service_id: Option<ServiceId>,
    /// The pair it belongs to.
    pub place_id: Option<PlaceId>,
    /// The location it belongs to.
    pub location_id: Option<LocationId>,
    /// Order.
    pub position: i32,
    /// As the source writes it.
    #[sea_orm(column_type = "Text")]
    pub number: String,
    /// Extension.
    #[sea_orm(column_type = "Text", nullable)]
    pub extension: Option<String>,
    /// Voice, text, fax…, in words.
    #[sea_orm(column_type = "Text", nullable)]
    pub kind: Option<String>,
    /// What it is for.
    #[sea_orm(column_type = "Text", nullable)]
    pub description: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
