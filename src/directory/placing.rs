//! Where things are: points for locations, and places for the words of a question.

use std::collections::HashMap;

use entity::enums::PlacedBy;
use entity::postcode;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, QuerySelect};

use crate::places::{
    self, ExactPostcode, Gazetteer, Parsed, PlaceProblem, Point, Postcode, PostcodeText, ResolvedPlace,
};

/// Where a location is, as far as can be told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spot {
    /// The point.
    pub point: Option<Point>,
    /// How it was found.
    pub placed_by: Option<PlacedBy>,
    /// ONS code of the local authority, where the full postcode settles it.
    pub authority_code: Option<String>,
}

/// Places a location: the source's own point where it lies in these islands, else its postcode,
/// its sector, its district. Its authority comes from the postcode alone: a sector or a district
/// may straddle a border, and is believed only where it does not.
#[must_use]
pub fn place(stated: Option<(f64, f64)>, postcode: Option<Postcode>, exact: &HashMap<Postcode, ExactPostcode>) -> Spot {
    let gazetteer = Gazetteer::embedded();
    let exact = postcode.and_then(|postcode| exact.get(&postcode));
    let authority_code = exact.map(|exact| exact.lad_code.to_string()).or_else(|| {
        let shares = gazetteer.authorities_of_district(postcode?.district());
        match shares {
            [only] => Some(only.code.to_string()),
            [] | [_, ..] => None,
        }
    });
    let (point, placed_by) = stated
        .and_then(|(lat, lon)| Point::new(lat, lon).ok())
        .filter(|point| point.in_uk_box())
        .map(|point| (point, PlacedBy::Source))
        .or_else(|| exact.map(|exact| (exact.point, PlacedBy::Postcode)))
        .or_else(|| gazetteer.sector(postcode?.sector()).map(|ground| (ground.point, PlacedBy::Sector)))
        .or_else(|| gazetteer.district(postcode?.district()).map(|ground| (ground.point, PlacedBy::District)))
        .unzip();
    Spot { point, placed_by, authority_code }
}

/// Why the words of a question name no place.
#[derive(Debug, thiserror::Error)]
pub enum WhereError {
    /// The words are the matter.
    #[error(transparent)]
    Words(#[from] PlaceProblem),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// The place that words name: a postcode, a part of one, a name, or coordinates.
///
/// # Errors
/// [`WhereError::Words`] with an answer for the caller; [`WhereError::Database`].
pub async fn find(db: &impl ConnectionTrait, words: &str) -> Result<ResolvedPlace, WhereError> {
    let parsed = places::parse(words)?;
    let (exact, loaded) = match parsed {
        Parsed::Postcode(PostcodeText::Full(postcode)) => {
            let exact = super::store::save::exact_postcodes(db, std::iter::once(postcode)).await?.remove(&postcode);
            let loaded = exact.is_some() || postcodes_loaded(db).await?;
            (exact, loaded)
        }
        Parsed::Postcode(PostcodeText::Sector(_) | PostcodeText::District(_) | PostcodeText::Area(_))
        | Parsed::Coordinates(_)
        | Parsed::Name(_) => (None, false),
    };
    Ok(Gazetteer::embedded().resolve(&parsed, exact.as_ref(), loaded)?)
}

/// Whether the postcode table was imported.
///
/// # Errors
/// The database failed.
pub async fn postcodes_loaded(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let one: Option<String> =
        postcode::Entity::find().select_only().column(postcode::Column::Postcode).limit(1).into_tuple().one(db).await?;
    Ok(one.is_some())
}
