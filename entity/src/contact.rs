//! People to ask.

use sea_orm::entity::prelude::*;

use crate::enums::ContactVisibility;
use crate::ids::{AgencyId, PlaceId, ServiceId};

/// Somebody to ask; belongs to exactly one of agency, service and pair.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, serde::Serialize, serde::Deserialize)]
#[sea_orm(table_name = "contact")]
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
    /// Order.
    pub position: i32,
    /// Name.
    #[sea_orm(column_type = "Text", nullable)]
    pub name: Option<String>,
    /// Role; always public.
    #[sea_orm(column_type = "Text", nullable)]
    pub role: Option<String>,
    /// Direct e-mail address.
    #[sea_orm(column_type = "Text", nullable)]
    pub email: Option<String>,
    /// Direct number.
    #[sea_orm(column_type = "Text", nullable)]
    pub phone: Option<String>,
    /// Who may see name, e-mail and number.
    pub visibility: ContactVisibility,
    /// Whether this is the named contact.
    pub named: bool,
    /// Whether this is the deputy.
    pub deputy: bool,
    /// The agency this contact is for; absent: everybody.
    pub for_agency_id: Option<AgencyId>,
}

impl ActiveModelBehavior for ActiveModel {}
