//! Areas that services say they cover, and whether a place lies within one.
//!
//! Containment, exact and honest: *inside* and *outside* only where every address that the place can mean agrees, else
//! *unknown* with what would settle it. An agency's own address never comes into it.

use std::sync::Arc;

use entity::enums::AreaKind;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use super::authority::{AuthorityShare, LadCode, Nation};
use super::fold::fold;
use super::gazetteer::{Gazetteer, Ground};
use super::geo::{Point, distance_km};
use super::postcode::{District, Postcode, Sector};
use super::region::{Region, RegionProblem};
use super::resolve::{Precision, ResolvedPlace};
use super::words::{Meaning, meaning};

/// An area that a service says it covers, made ready to be asked about places. Clones share it: many services cover
/// the same few, and a nation is some hundred authorities.
#[derive(Clone, Debug, PartialEq)]
pub struct CoveredArea(Arc<Stated>);

impl Serialize for CoveredArea {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for CoveredArea {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Arc::new(Stated::deserialize(deserializer)?)))
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Stated {
    kind: AreaKind,
    value: String,
    label: String,
    extent: Extent,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Extent {
    Everywhere,
    /// All of the `certain` authorities and, as far as can be told from the words, perhaps more of the `possible` ones.
    Authorities(Meaning),
    Code(CodeArea),
    Drawn(Region),
    /// Words that name no area we know.
    Words,
}

/// A postcode or a part of one, and where it lies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct CodeArea {
    postcode: Option<Postcode>,
    sector: Option<Sector>,
    district: District,
    point: Point,
    furthest_km: f64,
    authorities: Vec<LadCode>,
}

/// Why a kind and a value make no area.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum AreaProblem {
    /// There is no value.
    #[error("an area of kind {} needs a value", kind.as_str())]
    Empty {
        /// The kind.
        kind: AreaKind,
    },
    /// The value is not of the kind's form, or names nothing that exists.
    #[error("“{value}” is not {expected}")]
    Unknown {
        /// The kind.
        kind: AreaKind,
        /// The value, cut short if it is long.
        value: String,
        /// What would be right.
        expected: &'static str,
    },
    /// The GeoJSON is not an area.
    #[error(transparent)]
    Drawing(#[from] RegionProblem),
}

impl CoveredArea {
    /// The authorities of which a place must touch one in order not to be outside; none where that does not hang on
    /// authorities alone.
    #[must_use]
    pub fn only_within(&self) -> Option<&[LadCode]> {
        match &self.0.extent {
            Extent::Authorities(meaning) => Some(&meaning.possible),
            Extent::Everywhere | Extent::Code(_) | Extent::Drawn(_) | Extent::Words => None,
        }
    }

    /// Makes an area of a kind and a value ready, as they are stored: codes and names in any case, authorities by code
    /// or by name. For the whole United Kingdom the value is not read.
    pub fn compile(kind: AreaKind, value: &str) -> Result<Self, AreaProblem> {
        let gazetteer = Gazetteer::embedded();
        let value = value.trim();
        if value.is_empty() && kind != AreaKind::UnitedKingdom {
            return Err(AreaProblem::Empty { kind });
        }
        let unknown = |expected| AreaProblem::Unknown { kind, value: value.chars().take(60).collect(), expected };
        let area = |value: &str, label: &str, extent| {
            Self(Arc::new(Stated { kind, value: value.to_owned(), label: label.to_owned(), extent }))
        };
        match kind {
            AreaKind::Postcode => {
                let expected = "a full postcode in an existing district, as M14 5RQ";
                let postcode = Postcode::parse(value).map_err(|_| unknown(expected))?;
                let ground = gazetteer.sector(postcode.sector()).or_else(|| gazetteer.district(postcode.district()));
                let ground = ground.ok_or_else(|| unknown(expected))?;
                let code = CodeArea::new(Some(postcode), Some(postcode.sector()), postcode.district(), ground);
                Ok(area(postcode.as_str(), postcode.as_str(), Extent::Code(code)))
            }
            AreaKind::Sector => {
                let expected = "an existing postcode sector, as M14 5";
                let sector = Sector::parse(value).map_err(|_| unknown(expected))?;
                let ground = gazetteer.sector(sector).ok_or_else(|| unknown(expected))?;
                let code = CodeArea::new(None, Some(sector), sector.district(), ground);
                Ok(area(sector.as_str(), sector.as_str(), Extent::Code(code)))
            }
            AreaKind::District => {
                let expected = "an existing postcode district, as M14";
                let district = District::parse(value).map_err(|_| unknown(expected))?;
                let ground = gazetteer.district(district).ok_or_else(|| unknown(expected))?;
                Ok(area(
                    district.as_str(),
                    district.as_str(),
                    Extent::Code(CodeArea::new(None, None, district, ground)),
                ))
            }
            AreaKind::LocalAuthority => {
                let by_code = LadCode::parse(value).and_then(|code| gazetteer.authority(code));
                let authority = by_code
                    .or_else(|| gazetteer.authority_by_name(value))
                    .ok_or_else(|| unknown("the code or name of a local authority, as E08000003 or Manchester"))?;
                Ok(area(authority.code.as_str(), authority.name, Extent::authorities(vec![authority.code])))
            }
            AreaKind::CombinedAuthority => {
                let name = fold(value);
                let combined = gazetteer
                    .combined()
                    .iter()
                    .find(|combined| {
                        fold(combined.code) == name || combined.names.iter().any(|other| fold(other) == name)
                    })
                    .ok_or_else(|| unknown("the abbreviation of a combined authority, as GMCA"))?;
                let members = gazetteer.codes_where(|authority| authority.combined == Some(combined.code));
                let label = combined.names.first().copied().unwrap_or(combined.code);
                Ok(area(combined.code, label, Extent::authorities(members)))
            }
            AreaKind::Region => {
                let name = fold(value);
                let regions = gazetteer.regions();
                let region = regions.into_iter().find(|region| fold(region) == name);
                let region = region.ok_or_else(|| unknown("the name of a region of England, as North West"))?;
                let members = gazetteer.codes_where(|authority| authority.region == region);
                Ok(area(region, region, Extent::authorities(members)))
            }
            AreaKind::Nation => {
                let expected = "England, Scotland, Wales or Northern Ireland";
                let nation = Nation::parse(value).ok_or_else(|| unknown(expected))?;
                let members = gazetteer.codes_where(|authority| authority.nation == nation);
                Ok(area(nation.name(), nation.name(), Extent::authorities(members)))
            }
            AreaKind::UnitedKingdom => Ok(area("United Kingdom", "the United Kingdom", Extent::Everywhere)),
            // The drawing itself is kept read, not a second time as text.
            AreaKind::Geojson => Ok(area("", "an area on the map", Extent::Drawn(Region::parse(value)?))),
            AreaKind::Text => Ok(area(value, value, meaning(value).map_or(Extent::Words, Extent::Authorities))),
        }
    }

    /// The nations in which it lies: none where its words name no area we know, `None` where nobody can tell.
    #[must_use]
    pub fn nations(&self) -> Option<Vec<Nation>> {
        let mut nations = match &self.0.extent {
            Extent::Everywhere => Nation::ALL.to_vec(),
            Extent::Authorities(meaning) => nations_of(&meaning.possible),
            Extent::Code(code) => nations_of(&code.authorities),
            Extent::Drawn(_) => return None,
            Extent::Words => Vec::new(),
        };
        nations.sort_unstable();
        nations.dedup();
        Some(nations)
    }

    /// Where it is in memory: clones have the same, and no other area.
    #[must_use]
    pub fn address(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    /// What sort of area it is.
    #[must_use]
    pub fn kind(&self) -> AreaKind {
        self.0.kind
    }

    /// The value in the form in which it is stored; empty for a drawing.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.0.value
    }

    /// Its name, for people.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.0.label
    }
}

impl Extent {
    fn authorities(codes: Vec<LadCode>) -> Self {
        Self::Authorities(Meaning { certain: codes.clone(), possible: codes })
    }
}

fn nations_of(authorities: &[LadCode]) -> Vec<Nation> {
    let gazetteer = Gazetteer::embedded();
    authorities.iter().filter_map(|code| Some(gazetteer.authority(*code)?.nation)).collect()
}

impl CodeArea {
    fn new(postcode: Option<Postcode>, sector: Option<Sector>, district: District, ground: Ground<'_>) -> Self {
        let authorities = ground.authorities.iter().map(|share| share.code).collect();
        Self { postcode, sector, district, point: ground.point, furthest_km: ground.furthest_km, authorities }
    }
}

/// Whether a place lies within the areas that a service covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// It does.
    Inside {
        /// Which area holds it: the first that does, by its place in the list.
        by: usize,
    },
    /// It does not, wherever exactly it is.
    Outside,
    /// That cannot be told.
    Unknown {
        /// Why not.
        why: WhyUnknown,
    },
}

/// Why it cannot be told whether a place is covered; the more useful to ask about first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WhyUnknown {
    /// The person's full postcode would settle it.
    NeedFullPostcode,
    /// The place is as exact as it will get, and lies too near an edge.
    Imprecise,
    /// The area is told in words that do not say where it ends.
    TextOnly,
    /// Nobody has said which area is covered.
    NotStated,
}

/// Whether a place lies within the areas that a service covers: inside if within any of them, else unknown if that
/// cannot be told of any, else outside. No areas at all is not stated, not nowhere.
#[must_use]
pub fn covers(areas: &[CoveredArea], place: &ResolvedPlace) -> Coverage {
    if areas.is_empty() {
        return Coverage::Unknown { why: WhyUnknown::NotStated };
    }
    let mut unknown: Option<WhyUnknown> = None;
    for (by, area) in areas.iter().enumerate() {
        match area.0.extent.holds(place) {
            Holds::Yes => return Coverage::Inside { by },
            Holds::No => {}
            Holds::Unknown(why) => unknown = Some(unknown.map_or(why, |known| known.min(why))),
        }
    }
    unknown.map_or(Coverage::Outside, |why| Coverage::Unknown { why })
}

/// Whether one area holds a place.
enum Holds {
    Yes,
    No,
    Unknown(WhyUnknown),
}

impl From<bool> for Holds {
    fn from(inside: bool) -> Self {
        if inside { Self::Yes } else { Self::No }
    }
}

impl Extent {
    fn holds(&self, place: &ResolvedPlace) -> Holds {
        match self {
            Self::Everywhere => Holds::Yes,
            Self::Authorities(meaning) => within_authorities(meaning, place),
            Self::Code(code) => code.holds(place),
            Self::Drawn(region) => within_drawing(region, place),
            Self::Words => Holds::Unknown(WhyUnknown::TextOnly),
        }
    }
}

/// What to ask for when a place is not exact enough.
fn more_exactly(place: &ResolvedPlace) -> Holds {
    // Whoever has given the full postcode is not asked for it again.
    Holds::Unknown(if place.postcode.is_some() { WhyUnknown::Imprecise } else { WhyUnknown::NeedFullPostcode })
}

fn within_authorities(meaning: &Meaning, place: &ResolvedPlace) -> Holds {
    let all_in = |codes: &[LadCode]| place.authorities.iter().all(|share| codes.binary_search(&share.code).is_ok());
    let any_in = |codes: &[LadCode]| place.authorities.iter().any(|share| codes.binary_search(&share.code).is_ok());
    if all_in(&meaning.certain) {
        Holds::Yes
    } else if !any_in(&meaning.possible) {
        Holds::No
    } else if all_in(&meaning.possible) && !any_in(&meaning.certain) {
        // However exact the place, the words leave it open.
        Holds::Unknown(WhyUnknown::TextOnly)
    } else {
        more_exactly(place)
    }
}

fn within_drawing(region: &Region, place: &ResolvedPlace) -> Holds {
    // Distances to edges are good to 2%; allow that much more.
    if region.edge_distance_km(place.point) > place.furthest_km * 1.02 {
        return region.contains(place.point).into();
    }
    match place.precision {
        Precision::Postcode | Precision::Coordinates => Holds::Unknown(WhyUnknown::Imprecise),
        Precision::Sector
        | Precision::District
        | Precision::PlaceName
        | Precision::Authority
        | Precision::PostcodeArea => more_exactly(place),
    }
}

impl CodeArea {
    fn holds(&self, place: &ResolvedPlace) -> Holds {
        // The most exact code of the place that is known, against this area as far as both go.
        if let Some(postcode) = place.postcode {
            return match (self.postcode, self.sector) {
                (Some(own), _) => own == postcode,
                (None, Some(own)) => own == postcode.sector(),
                (None, None) => self.district == postcode.district(),
            }
            .into();
        }
        let fits = match (place.sector, place.district, place.postcode_area) {
            (Some(sector), ..) => match self.sector {
                Some(own) => own == sector,
                None => return (self.district == sector.district()).into(),
            },
            (None, Some(district), _) => self.district == district,
            (None, None, Some(area)) => self.district.area() == area,
            (None, None, None) => !self.is_elsewhere(place),
        };
        if !fits {
            return Holds::No;
        }
        let whole = match place.precision {
            Precision::Sector => self.postcode.is_none(),
            Precision::District => self.sector.is_none() && place.district.is_some(),
            Precision::Postcode
            | Precision::Coordinates
            | Precision::PlaceName
            | Precision::Authority
            | Precision::PostcodeArea => false,
        };
        if whole { Holds::Yes } else { more_exactly(place) }
    }

    /// Whether a place without any code can be told to lie elsewhere: in other authorities, or too far off.
    fn is_elsewhere(&self, place: &ResolvedPlace) -> bool {
        let shares_authority = |share: &AuthorityShare| self.authorities.contains(&share.code);
        !place.authorities.iter().any(shares_authority)
            || distance_km(self.point, place.point) > self.furthest_km + place.furthest_km
    }
}
