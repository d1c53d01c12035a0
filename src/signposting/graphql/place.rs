//! The place of a question, as the schema shows it.

use async_graphql::{Enum, SimpleObject};

use crate::places::{Gazetteer, PlaceNote, ResolvedPlace};

/// The place a question was about, and how exactly it is known.
#[derive(Clone, Debug, SimpleObject)]
pub struct AskedPlace {
    /// Its name.
    pub label: String,
    /// Degrees north (WGS 84).
    pub latitude: f64,
    /// Degrees east (WGS 84).
    pub longitude: f64,
    /// How exactly it is known.
    pub precision: PlacePrecision,
    /// Distances may be off by so many kilometres, in 95 of 100 cases.
    pub error_km: f64,
    /// Local authorities it may lie in, likeliest first; one where that is certain.
    pub local_authorities: Vec<String>,
    /// What to know about how it was understood.
    pub notes: Vec<String>,
}

/// How exactly a place is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::places::Precision")]
pub enum PlacePrecision {
    /// By its full postcode.
    Postcode,
    /// By its postcode sector.
    Sector,
    /// By its postcode district.
    District,
    /// By the name of a town, a village or the like.
    PlaceName,
    /// By coordinates.
    Coordinates,
    /// By the name of a local authority.
    Authority,
    /// By the letters with which its postcodes begin.
    PostcodeArea,
}

impl From<&ResolvedPlace> for AskedPlace {
    fn from(place: &ResolvedPlace) -> Self {
        let gazetteer = Gazetteer::embedded();
        Self {
            label: place.label.clone(),
            latitude: place.point.lat(),
            longitude: place.point.lon(),
            precision: place.precision.into(),
            error_km: place.error_km,
            local_authorities: place
                .authorities
                .iter()
                .filter_map(|share| gazetteer.authority(share.code))
                .map(|authority| authority.name.to_owned())
                .collect(),
            notes: place.notes.iter().map(PlaceNote::message).collect(),
        }
    }
}
