//! The ways in which a service is offered, from its rows. Pure.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use entity::enums::{AccessFeature, AreaKind, DeliveryMode, ScheduleKind};
use entity::{location, service, service_place};
use foldhash::fast::FixedState;

use super::build::Shared;
use super::facts::{Offer, Way};
use crate::directory::listing::{Area, Schedule};
use crate::directory::opening::{Standing, hours_of};
use crate::directory::store::load::Rows;
use crate::hours::{Hours, Nation};
use crate::places::{self, CoveredArea, Gazetteer, LadCode, Point, Postcode};

fn is_remote(mode: DeliveryMode) -> bool {
    match mode {
        DeliveryMode::Telephone | DeliveryMode::Video | DeliveryMode::Online => true,
        DeliveryMode::InPerson | DeliveryMode::Outreach | DeliveryMode::InCustody => false,
    }
}

fn comes_to_you(mode: DeliveryMode) -> bool {
    match mode {
        DeliveryMode::Outreach | DeliveryMode::InCustody => true,
        DeliveryMode::Telephone | DeliveryMode::Video | DeliveryMode::Online | DeliveryMode::InPerson => false,
    }
}

/// The ways in which a service is offered: one for each place, one from afar, one that comes to
/// the person; where nothing at all is stated, one without a place.
pub(super) fn offers(
    service: &service::Model,
    places: &[service_place::Model],
    rows: &Rows,
    shared: &mut Shared,
) -> Vec<Offer> {
    let stated = &service.delivery.0;
    let own_areas = rows.service_areas.get(&service.id).map_or(&[][..], Vec::as_slice);
    let own_hours = rows.service_hours.get(&service.id).map_or(&[][..], Vec::as_slice);
    let mut offers = Vec::new();

    let in_person = stated.is_empty() || stated.contains(&DeliveryMode::InPerson);
    let at_places = places.iter().filter_map(|place| Some((place, rows.locations.get(&place.location_id)?)));
    // An address of a service that nobody visits (an office) is not a place to send anybody to.
    for (place, location) in at_places.filter(|_| in_person) {
        let place_areas = rows.place_areas.get(&place.id).map_or(own_areas, Vec::as_slice);
        let (areas, told) = shared.areas.compile(place_areas);
        let nation = nation_of_building(location).or_else(|| told.nation());
        // What is known of a building whose address is a secret is not used either: its hours,
        // its fittings and its nation could tell which building it is.
        let (point, offered, missing, building) = if location.confidential {
            (None, &[][..], &[][..], None)
        } else {
            (
                point(location),
                location.access_offered.0.as_slice(),
                location.access_missing.0.as_slice(),
                rows.location_hours.get(&location.id),
            )
        };
        // A pair that tells of nothing but events says nothing of its door: the service's hours hold.
        let place_hours = rows.place_hours.get(&place.id).map(Vec::as_slice).filter(|rows| states_hours(rows));
        offers.push(Offer {
            way: shared.ways.share(Way {
                modes: if stated.is_empty() { Vec::new() } else { vec![DeliveryMode::InPerson] },
                access_offered: union(&service.access_offered.0, offered),
                access_missing: union(&service.access_missing.0, missing),
            }),
            place: Some(place.id),
            location: Some(location.id),
            point,
            areas,
            hours: shared.hours.share(place_opening(place_hours, own_hours, building.map(Vec::as_slice), nation)),
        });
    }
    let (own_areas, told) = shared.areas.compile(own_areas);
    let nation = match told {
        Told::Of(nation) => Some(nation),
        Told::Unclear => None,
        // Who does not say where they work keeps the holidays of where they are.
        Told::Nothing => {
            let buildings = places.iter().filter_map(|place| rows.locations.get(&place.location_id));
            let mut nations = buildings.filter_map(nation_of_building);
            nations.next().filter(|first| nations.all(|nation| nation == *first))
        }
    };
    let mut without_place = |modes: Vec<DeliveryMode>, hours: Hours| Offer {
        way: shared.ways.share(Way {
            modes,
            access_offered: service.access_offered.0.clone(),
            access_missing: service.access_missing.0.clone(),
        }),
        place: None,
        location: None,
        point: None,
        areas: Arc::clone(&own_areas),
        hours: shared.hours.share(hours),
    };
    let own = || hours_of(own_hours, nation, Standing::OfTheService);
    for apart in [is_remote, comes_to_you] {
        let modes: Vec<DeliveryMode> = stated.iter().copied().filter(|mode| apart(*mode)).collect();
        if !modes.is_empty() {
            offers.push(without_place(modes, own()));
        }
    }
    if places.is_empty() && in_person {
        let modes = stated.iter().copied().filter(|mode| *mode == DeliveryMode::InPerson).collect();
        offers.push(without_place(modes, own()));
    }
    if offers.is_empty() {
        // A pair whose location went away between two statements: said to be somewhere, nobody knows where.
        offers.push(without_place(stated.clone(), Hours::not_stated()));
    }
    offers
}

fn states_hours(rows: &[Schedule]) -> bool {
    rows.iter().any(|row| row.kind == ScheduleKind::Hours)
}

/// The pair's own hours, else the service's, else what the building's hours allow.
fn place_opening(
    pair: Option<&[Schedule]>,
    service: &[Schedule],
    building: Option<&[Schedule]>,
    nation: Option<Nation>,
) -> Hours {
    let own = hours_of(pair.unwrap_or(service), nation, Standing::OfTheService);
    match building {
        Some(building) if !own.is_stated() => hours_of(building, nation, Standing::OfTheBuilding),
        Some(_) | None => own,
    }
}

fn union(one: &[AccessFeature], other: &[AccessFeature]) -> Vec<AccessFeature> {
    one.iter().chain(other).copied().collect::<BTreeSet<_>>().into_iter().collect()
}

pub(super) fn point(row: &location::Model) -> Option<Point> {
    row.latitude.zip(row.longitude).and_then(|(lat, lon)| Point::new(lat, lon).ok())
}

pub(super) fn postcode(row: &location::Model) -> Option<Postcode> {
    row.postcode.as_deref().and_then(|text| Postcode::parse(text).ok())
}

/// Whose bank holidays hold in a building: by its authority, or by all in which its postcode may lie. Nobody says of one
/// whose address is a secret.
fn nation_of_building(row: &location::Model) -> Option<Nation> {
    if row.confidential {
        return None;
    }
    let gazetteer = Gazetteer::embedded();
    let authority = row.authority_code.as_deref().and_then(LadCode::parse).and_then(|code| gazetteer.authority(code));
    match authority {
        Some(authority) => Some(holiday_nation(authority.nation)),
        None => {
            let shares = gazetteer.authorities_of_district(postcode(row)?.district());
            in_one(shares.iter().filter_map(|share| gazetteer.authority(share.code)).map(|found| found.nation))
        }
    }
}

/// The one whose holidays all of these keep.
fn in_one(nations: impl IntoIterator<Item = places::Nation>) -> Option<Nation> {
    let mut nations = nations.into_iter().map(holiday_nation);
    let first = nations.next()?;
    nations.all(|nation| nation == first).then_some(first)
}

/// Whose bank holidays areas tell of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    /// All that are known lie where these are kept.
    Of(Nation),
    /// They lie in several, or nobody can tell where.
    Unclear,
    /// There are none, or only words that name no area we know.
    Nothing,
}

impl Told {
    fn by(areas: &[CoveredArea]) -> Self {
        let Some(nations) = areas.iter().map(CoveredArea::nations).collect::<Option<Vec<_>>>() else {
            return Self::Unclear;
        };
        let nations = nations.concat();
        if nations.is_empty() { Self::Nothing } else { in_one(nations).map_or(Self::Unclear, Self::Of) }
    }

    fn nation(self) -> Option<Nation> {
        match self {
            Self::Of(nation) => Some(nation),
            Self::Unclear | Self::Nothing => None,
        }
    }
}

fn holiday_nation(nation: places::Nation) -> Nation {
    match nation {
        places::Nation::England | places::Nation::Wales => Nation::EnglandAndWales,
        places::Nation::Scotland => Nation::Scotland,
        places::Nation::NorthernIreland => Nation::NorthernIreland,
    }
}

/// Areas as they are stated.
type Stated = Vec<(AreaKind, String)>;

/// Areas compiled once each, and sets of them kept once each: many services cover the same few.
#[derive(Debug, Default)]
pub(super) struct AreaCache {
    each: HashMap<(AreaKind, String), Vec<CoveredArea>, FixedState>,
    sets: HashMap<Stated, (Arc<[CoveredArea]>, Told), FixedState>,
}

impl AreaCache {
    /// The areas, and whose holidays they tell of.
    fn compile(&mut self, areas: &[Area]) -> (Arc<[CoveredArea]>, Told) {
        let stated: Stated = areas.iter().map(|area| (area.kind, area.value.clone())).collect();
        if let Some((known, told)) = self.sets.get(&stated) {
            return (Arc::clone(known), *told);
        }
        let each = &mut self.each;
        let compiled: Arc<[CoveredArea]> = stated
            .iter()
            .flat_map(|area| each.entry(area.clone()).or_insert_with(|| compile(area.0, &area.1)).clone())
            .collect();
        let told = Told::by(&compiled);
        self.sets.insert(stated, (Arc::clone(&compiled), told));
        (compiled, told)
    }
}

/// What a stated area means: words that name an area we know count as that area; what can't be
/// understood stays words, so that the answer is "ask", never "no".
fn compile(kind: AreaKind, value: &str) -> Vec<CoveredArea> {
    let as_words = || CoveredArea::compile(AreaKind::Text, value).into_iter().collect();
    match kind {
        AreaKind::Text => places::resolve_words(value).unwrap_or_else(as_words),
        AreaKind::Postcode
        | AreaKind::Sector
        | AreaKind::District
        | AreaKind::LocalAuthority
        | AreaKind::CombinedAuthority
        | AreaKind::Region
        | AreaKind::Nation
        | AreaKind::UnitedKingdom
        | AreaKind::Geojson => CoveredArea::compile(kind, value).map_or_else(|_| as_words(), |area| vec![area]),
    }
}
