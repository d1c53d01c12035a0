//! What duplicates are found by: numbers and addresses of listings, each in its one way of writing.

use sea_orm::entity::prelude::*;

use crate::enums::DuplicateKeyKind;
use crate::ids::{AgencyId, LocationId, ServiceId};

/// A key of an agency, of a service, of a location, or of a service at a location (which has both).
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "duplicate_key")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// What it is.
    pub kind: DuplicateKeyKind,
    /// The value.
    #[sea_orm(column_type = "Text")]
    pub value: String,
    /// The agency it belongs to.
    pub agency_id: Option<AgencyId>,
    /// The service it belongs to.
    pub service_id: Option<ServiceId>,
    /// The location it belongs to, or at which it does.
    pub location_id: Option<LocationId>,
}

impl ActiveModelBehavior for ActiveModel {}
