//! Ids in other registers.

use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, LocationId, ServiceId};

/// An id in somebody else's register; belongs to exactly one of agency, service and location.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, serde::Serialize, serde::Deserialize)]
#[sea_orm(table_name = "external_identifier")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The agency it belongs to.
    pub agency_id: Option<AgencyId>,
    /// The service it belongs to.
    pub service_id: Option<ServiceId>,
    /// The location it belongs to.
    pub location_id: Option<LocationId>,
    /// Whose register.
    #[sea_orm(column_type = "Text")]
    pub scheme: String,
    /// The id there.
    #[sea_orm(column_type = "Text")]
    pub value: String,
}

impl ActiveModelBehavior for ActiveModel {}
