//! Locations.

use sea_orm::entity::prelude::*;

use crate::enums::{LocationKind, PlacedBy};
use crate::ids::{AgencyId, LocationId, SourceId};
use crate::lists::{AccessFeatures, Words};

/// A location. Everything but `public_area` is withheld from the public while `confidential` holds.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "location")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LocationId,
    /// Where it came from.
    pub source_id: SourceId,
    /// Its key there.
    #[sea_orm(column_type = "Text")]
    pub source_key: String,
    /// Hash of what the source last said of it; the same hash again changes nothing.
    #[sea_orm(column_type = "Text")]
    pub content_hash: String,
    /// Name.
    #[sea_orm(column_type = "Text", nullable)]
    pub name: Option<String>,
    /// Another name.
    #[sea_orm(column_type = "Text", nullable)]
    pub alternate_name: Option<String>,
    /// How to find it.
    #[sea_orm(column_type = "Text", nullable)]
    pub description: Option<String>,
    /// What sort of place.
    pub kind: LocationKind,
    /// Lines of the address above the town.
    #[sea_orm(column_type = "JsonBinary")]
    pub address_lines: Words,
    /// Town.
    #[sea_orm(column_type = "Text", nullable)]
    pub town: Option<String>,
    /// County, or what the source has there.
    #[sea_orm(column_type = "Text", nullable)]
    pub region: Option<String>,
    /// Postcode as the source writes it.
    #[sea_orm(column_type = "Text", nullable)]
    pub postcode: Option<String>,
    /// Country code.
    #[sea_orm(column_type = "Text", nullable)]
    pub country: Option<String>,
    /// Degrees north, as the source gives them.
    pub stated_latitude: Option<f64>,
    /// Degrees east, as the source gives them.
    pub stated_longitude: Option<f64>,
    /// Degrees north (WGS 84): stated, or else placed by postcode.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// How the point was found; absent: there is none.
    pub placed_by: Option<PlacedBy>,
    /// ONS code of the local authority, where the postcode settles it.
    #[sea_orm(column_type = "Text", nullable)]
    pub authority_code: Option<String>,
    /// Whether the address is a secret.
    pub confidential: bool,
    /// What the public may be told of a confidential place.
    #[sea_orm(column_type = "Text", nullable)]
    pub public_area: Option<String>,
    /// How to get there.
    #[sea_orm(column_type = "Text", nullable)]
    pub transport: Option<String>,
    /// Barriers removed.
    #[sea_orm(column_type = "JsonBinary")]
    pub access_offered: AccessFeatures,
    /// Barriers that are there.
    #[sea_orm(column_type = "JsonBinary")]
    pub access_missing: AccessFeatures,
    /// When it was first stored.
    pub created_at: DateTimeUtc,
    /// When it last changed.
    pub updated_at: DateTimeUtc,
    /// The agency that made it here; absent for what a feed brought.
    pub agency_id: Option<AgencyId>,
    /// Which version of it this is: one more with each change.
    pub version: i32,
    /// Since when its agency keeps it here itself, so that its source changes it no more; absent where the source does.
    pub kept_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
