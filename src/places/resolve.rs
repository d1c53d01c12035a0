//! From a text recognised to a place: a point, the authorities it may lie in, and how sure both are.

use super::authority::{Authority, AuthorityShare, LadCode, Nation};
use super::fold::fold;
use super::gazetteer::{Gazetteer, Ground, normalise};
use super::geo::{Point, distance_km};
use super::parse::{Parsed, PlaceQuery, crown_dependency_at, unknown_postcode};
use super::postcode::{District, Postcode, PostcodeArea, PostcodeText, Sector};
use super::problem::PlaceProblem;
use super::search::{Chosen, Found, What};

/// A row of the table of all postcodes in use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExactPostcode {
    /// The postcode.
    pub postcode: Postcode,
    /// The middle of its addresses.
    pub point: Point,
    /// Its local authority.
    pub lad_code: LadCode,
}

/// What a place is known by, most exact first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// A full postcode that is in the table of those in use.
    Postcode,
    /// Coordinates, as given.
    Coordinates,
    /// A postcode sector.
    Sector,
    /// A postcode district.
    District,
    /// The name of a town, village or the like.
    PlaceName,
    /// The name of a local authority.
    Authority,
    /// Several districts: all that begin with the same letters, as M, or with the same letters and number, as SW1.
    PostcodeArea,
}

/// A place, and how sure it is.
#[derive(Clone, Debug, PartialEq)]
pub struct ResolvedPlace {
    /// Its name, for people.
    pub label: String,
    /// Where it is, or its middle.
    pub point: Point,
    /// What it is known by.
    pub precision: Precision,
    /// The true place lies within so many km of the point in 95 of 100 cases: for a postcode and for coordinates 0.1;
    /// for sectors, districts, names and areas the distance within which 95% of their live postcodes lie, measured one
    /// by one on the ONS Postcode Directory of November 2025 (over all districts 7.7 km, over all sectors 4.5 km).
    pub error_km: f64,
    /// The true place lies within so many km of the point in every case that can be told: all live postcodes do. For
    /// names, which have no edge, twice `error_km`.
    pub furthest_km: f64,
    /// The full postcode, if that was given and is not known to be out of use.
    pub postcode: Option<Postcode>,
    /// The sector, if that is known.
    pub sector: Option<Sector>,
    /// The district, if that is known.
    pub district: Option<District>,
    /// The postcode area, if that is known.
    pub postcode_area: Option<PostcodeArea>,
    /// Every authority in which the place may lie, likeliest first, with shares that make 1; one when it is certain.
    /// Never empty.
    pub authorities: Vec<AuthorityShare>,
    /// The nation, if all the authorities are in one.
    pub nation: Option<Nation>,
    /// What the asker should know of how the place was found.
    pub notes: Vec<PlaceNote>,
}

impl ResolvedPlace {
    /// The authority, if it is certain.
    #[must_use]
    pub fn authority(&self) -> Option<LadCode> {
        match self.authorities.as_slice() {
            [only] => Some(only.code),
            _ => None,
        }
    }
}

/// Something to know of how a place was found.
#[derive(Clone, Debug, PartialEq)]
pub enum PlaceNote {
    /// The table of full postcodes has not been loaded, so the postcode was placed by its sector or district.
    PostcodesNotLoaded,
    /// The postcode is well-formed and not in the table of those in use; placed by its sector or district.
    NotInUse {
        /// The postcode.
        postcode: Postcode,
    },
    /// There is no such sector; placed by its district.
    UnknownSector {
        /// The sector.
        sector: Sector,
    },
    /// Other places have the same name; the largest was taken, because it dwarfs them.
    SameName {
        /// The one taken.
        taken: String,
        /// What to type to mean another, the larger first; a few of them.
        others: Vec<String>,
    },
    /// The authority of the coordinates is that of a postcode close by.
    NearestPostcode {
        /// The postcode.
        postcode: Postcode,
        /// How far it is, km.
        distance_km: f64,
    },
    /// The coordinates lie away from every known postcode: open country or water.
    FarFromPostcodes,
    /// The postcode table gives an authority that this release does not know; the sector's authorities were taken.
    UnknownAuthority {
        /// Its code.
        code: LadCode,
    },
}

impl PlaceNote {
    /// The note as a word that programs can rely on.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::PostcodesNotLoaded => "POSTCODES_NOT_LOADED",
            Self::NotInUse { .. } => "NOT_IN_USE",
            Self::UnknownSector { .. } => "UNKNOWN_SECTOR",
            Self::SameName { .. } => "SAME_NAME",
            Self::NearestPostcode { .. } => "NEAREST_POSTCODE",
            Self::FarFromPostcodes => "FAR_FROM_POSTCODES",
            Self::UnknownAuthority { .. } => "UNKNOWN_AUTHORITY",
        }
    }

    /// The note in plain words.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::PostcodesNotLoaded => {
                "The table of full postcodes is not loaded here, so this is placed by the first part of the postcode."
                    .to_owned()
            }
            Self::NotInUse { postcode } => {
                format!(
                    "{postcode} is not a postcode in use: retired, very new, or mistyped. Placed by its first part."
                )
            }
            Self::UnknownSector { sector } => {
                format!("No postcodes in {sector} are known, so this is placed by {}.", sector.district())
            }
            Self::SameName { taken, others } => {
                format!("Taken as {taken}. Other places of this name: {}.", others.join("; "))
            }
            Self::NearestPostcode { postcode, distance_km } => {
                format!("The local authority is that of {postcode}, {:.0} m away.", distance_km * 1000.0)
            }
            Self::FarFromPostcodes => "No postcode is known near these coordinates.".to_owned(),
            Self::UnknownAuthority { code } => {
                format!("The local authority {code} is not known to this release; taken from the postcode's sector.")
            }
        }
    }
}

/// 95% figure for a full postcode (the middle of some 15 addresses) and for coordinates as people's phones give them, km.
const EXACT_KM: f64 = 0.1;
/// Coordinates no further than this from a live postcode are taken to lie in its authority. Measured: of 33,114 live
/// postcodes with another so near, 55 (0.17%) had it in another authority.
const SAME_AUTHORITY_KM: f64 = 0.1;
/// The most other places of a name that a note lists.
const MOST_NOTED: usize = 5;

impl Gazetteer {
    /// Places a text that [`super::parse`] has recognised.
    ///
    /// For a full postcode `exact` is its row of the table of those in use, if there is one (a row of another postcode
    /// is ignored); for coordinates, the nearest row the caller has found, if any. `postcodes_loaded` says whether that
    /// table is there at all, so that its silence means something.
    pub fn resolve(
        &self,
        parsed: &Parsed,
        exact: Option<&ExactPostcode>,
        postcodes_loaded: bool,
    ) -> Result<ResolvedPlace, PlaceProblem> {
        match parsed {
            Parsed::Postcode(PostcodeText::Full(postcode)) => self.full_postcode(*postcode, exact, postcodes_loaded),
            Parsed::Postcode(PostcodeText::Sector(sector)) => self.at_sector(*sector),
            Parsed::Postcode(PostcodeText::District(district)) => self.at_district(*district),
            Parsed::Postcode(PostcodeText::Area(area)) => {
                let districts: Vec<Ground<'_>> = self.districts_of(*area).collect();
                self.at_districts(area.as_str(), *area, &districts)
            }
            Parsed::Coordinates(point) => self.at_point(*point, exact),
            Parsed::Name(query) => self.at_name(query),
        }
    }

    fn full_postcode(
        &self,
        postcode: Postcode,
        exact: Option<&ExactPostcode>,
        loaded: bool,
    ) -> Result<ResolvedPlace, PlaceProblem> {
        let exact = exact.filter(|exact| exact.postcode == postcode);
        let mut place = match (self.at_sector(postcode.sector()), exact) {
            (Ok(place), _) => place,
            // A postcode in use in a district that is younger than the embedded tables.
            (Err(_), Some(exact)) => self.at_point(exact.point, Some(exact))?,
            (Err(_), None) => return Err(unknown_postcode(postcode.to_string(), postcode.district().as_str())),
        };
        place.label = postcode.to_string();
        let Some(exact) = exact else {
            if loaded {
                // Not a place anybody lives at, so nothing may be concluded from its last letters.
                place.notes.insert(0, PlaceNote::NotInUse { postcode });
            } else {
                place.postcode = Some(postcode);
                place.notes.insert(0, PlaceNote::PostcodesNotLoaded);
            }
            return Ok(place);
        };
        let mut notes = Vec::new();
        if let Some(authority) = self.authority(exact.lad_code) {
            place.authorities = certain(authority.code);
            place.nation = Some(authority.nation);
        } else {
            notes.push(PlaceNote::UnknownAuthority { code: exact.lad_code });
        }
        Ok(ResolvedPlace {
            point: exact.point,
            precision: Precision::Postcode,
            error_km: EXACT_KM,
            furthest_km: EXACT_KM,
            postcode: Some(postcode),
            sector: Some(postcode.sector()),
            district: Some(postcode.district()),
            postcode_area: Some(postcode.area()),
            notes,
            ..place
        })
    }

    fn at_sector(&self, sector: Sector) -> Result<ResolvedPlace, PlaceProblem> {
        let Some(ground) = self.sector(sector) else {
            let Some(ground) = self.district(sector.district()) else {
                return Err(unknown_postcode(sector.to_string(), sector.district().as_str()));
            };
            let mut place = on_ground(sector.as_str(), Precision::District, ground, sector.district());
            place.notes.push(PlaceNote::UnknownSector { sector });
            return Ok(place);
        };
        let place = on_ground(sector.as_str(), Precision::Sector, ground, sector.district());
        Ok(ResolvedPlace { sector: Some(sector), ..place })
    }

    fn at_district(&self, district: District) -> Result<ResolvedPlace, PlaceProblem> {
        if let Some(ground) = self.district(district) {
            return Ok(on_ground(district.as_str(), Precision::District, ground, district));
        }
        // People write SW1, which is split into SW1A and its like.
        let letter = b'A'..=b'Z';
        let split = letter.filter_map(|letter| District::parse(&format!("{district}{}", char::from(letter))).ok());
        let districts: Vec<Ground<'_>> = split.filter_map(|district| self.district(district)).collect();
        self.at_districts(district.as_str(), district.area(), &districts)
    }

    /// Several districts under one name; unknown if there are none.
    fn at_districts(
        &self,
        label: &str,
        area: PostcodeArea,
        districts: &[Ground<'_>],
    ) -> Result<ResolvedPlace, PlaceProblem> {
        let unknown = || unknown_postcode(label.to_owned(), label);
        let weight = |ground: &Ground<'_>| f64::from(ground.postcodes);
        let total: f64 = districts.iter().map(weight).sum();
        let mean = |of: fn(Point) -> f64| {
            districts.iter().map(|ground| of(ground.point) * weight(ground)).sum::<f64>() / total
        };
        let point = Point::new(mean(Point::lat), mean(Point::lon)).map_err(|_| unknown())?;
        let mut authorities: Vec<AuthorityShare> = Vec::new();
        for (ground, share) in
            districts.iter().flat_map(|ground| ground.authorities.iter().map(move |share| (ground, share)))
        {
            let more = share.share * weight(ground);
            match authorities.iter_mut().find(|known| known.code == share.code) {
                Some(known) => known.share += more,
                None => authorities.push(AuthorityShare { code: share.code, share: more }),
            }
        }
        normalise(&mut authorities);
        // At least 95% of its postcodes lie within the districts that hold 95% of them, each with all it has.
        let reach = |ground: &Ground<'_>| distance_km(point, ground.point) + ground.furthest_km;
        let mut by_reach: Vec<(f64, f64)> = districts.iter().map(|ground| (reach(ground), weight(ground))).collect();
        by_reach.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let mut seen = 0.0;
        let within = by_reach.iter().find(|(_, weight)| {
            seen += weight;
            seen >= 0.95 * total
        });
        let (Some(within), Some(furthest)) = (within, by_reach.last()) else { return Err(unknown()) };
        Ok(ResolvedPlace {
            postcode_area: Some(area),
            ..place(label.to_owned(), point, Precision::PostcodeArea, (within.0, furthest.0), authorities)
        })
    }

    fn at_point(&self, point: Point, nearest: Option<&ExactPostcode>) -> Result<ResolvedPlace, PlaceProblem> {
        let label = format!("{:.5}, {:.5}", point.lat(), point.lon());
        if let Some(which) = crown_dependency_at(point) {
            return Err(PlaceProblem::CrownDependency { which });
        }
        let around = self.near(point);
        let close = nearest.map(|exact| (distance_km(point, exact.point), exact));
        let close = close.filter(|(far, _)| *far <= SAME_AUTHORITY_KM);
        let known = close.and_then(|(far, exact)| Some((far, exact, self.authority(exact.lad_code)?)));
        let (authorities, note) = match (known, around) {
            (Some((distance_km, exact, authority)), _) => {
                (certain(authority.code), Some(PlaceNote::NearestPostcode { postcode: exact.postcode, distance_km }))
            }
            (None, Some(around)) => {
                (around.authorities, around.beyond_postcodes.then_some(PlaceNote::FarFromPostcodes))
            }
            (None, None) => return Err(PlaceProblem::OutsideUk { text: label, suggestion: None }),
        };
        let mut place = place(label, point, Precision::Coordinates, (EXACT_KM, EXACT_KM), authorities);
        place.notes.extend(note);
        Ok(place)
    }

    fn at_name(&self, query: &PlaceQuery) -> Result<ResolvedPlace, PlaceProblem> {
        let chosen = match (self.search(query), query.code) {
            (Ok(chosen), _) => chosen,
            // "Somewhere or other, M14": the code alone will do.
            (Err(_), Some(code)) => return self.resolve(&Parsed::Postcode(code), None, false),
            (Err(problem), None) => return Err(problem),
        };
        let Chosen { found, others } = chosen;
        let mut place = match found.what {
            What::Place(named) => {
                let Some(point) = named.point() else {
                    return Err(PlaceProblem::UnknownPlace { text: query.text.clone(), suggestions: Vec::new() });
                };
                let (label, within) = (self.label(&found), named.within_km());
                place(label, point, Precision::PlaceName, (within, 2.0 * within), named.shares().to_vec())
            }
            What::Authority(authority) => {
                let reach = (authority.within_km, authority.furthest_km);
                place(authority.name.to_owned(), authority.point, Precision::Authority, reach, certain(authority.code))
            }
        };
        if !others.is_empty() {
            let others = others.iter().take(MOST_NOTED).map(|other| self.key_of(other)).collect();
            place.notes.push(PlaceNote::SameName { taken: place.label.clone(), others });
        }
        Ok(place)
    }

    /// Its name and the smallest area that most of it lies in and that has another name.
    fn label(&self, found: &Found<'_>) -> String {
        let What::Place(named) = found.what else { return found.name.to_owned() };
        let first = named.shares().first();
        let authority = first.and_then(|share| self.authority(share.code));
        let name = fold(found.name);
        let areas = |authority: &Authority| {
            let own = first.filter(|share| share.share >= 0.5).map(|_| authority.name);
            let county = authority.counties.first().copied();
            own.into_iter().chain(county).chain([authority.region]).find(|area| fold(area) != name)
        };
        match authority.and_then(areas) {
            Some(area) => format!("{}, {area}", found.name),
            None => found.name.to_owned(),
        }
    }
}

fn certain(code: LadCode) -> Vec<AuthorityShare> {
    vec![AuthorityShare { code, share: 1.0 }]
}

fn on_ground(label: &str, precision: Precision, ground: Ground<'_>, district: District) -> ResolvedPlace {
    let reach = (ground.within_km, ground.furthest_km);
    ResolvedPlace {
        district: Some(district),
        postcode_area: Some(district.area()),
        ..place(label.to_owned(), ground.point, precision, reach, ground.authorities.to_vec())
    }
}

/// A place by its point and authorities alone; `reach` is the error and the furthest it can be, km.
fn place(
    label: String,
    point: Point,
    precision: Precision,
    reach: (f64, f64),
    authorities: Vec<AuthorityShare>,
) -> ResolvedPlace {
    let mut nations = authorities.iter().map(|share| share.code.nation());
    let nation = nations.next().filter(|first| nations.all(|other| other == *first));
    ResolvedPlace {
        label,
        point,
        precision,
        error_km: reach.0,
        furthest_km: reach.1,
        postcode: None,
        sector: None,
        district: None,
        postcode_area: None,
        authorities,
        nation,
        notes: Vec::new(),
    }
}
