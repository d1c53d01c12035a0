//! From rows to a snapshot. Pure.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use entity::enums::{AccessFeature, AreaKind, DeliveryMode, ScheduleKind};
use entity::ids::{AgencyId, LocationId};
use entity::{agency, location, service, service_place};

use super::text::{Dictionary, sort_key, words};
use super::{AgencyFacts, Assured, LocationFacts, Offer, ServiceFacts, ServiceIndex, Snapshot};
use crate::directory::listing::{Area, Schedule};
use crate::directory::needs::NeedList;
use crate::directory::opening::{Standing, hours_of};
use crate::directory::store::load::Rows;
use crate::hours::{Hours, Nation};
use crate::places::{self, AuthorityShare, CoveredArea, District, Gazetteer, LadCode, Point, Postcode, Sector};

/// Builds the snapshot of these rows.
#[must_use]
pub fn build(mut rows: Rows, need_list: Arc<NeedList>) -> Snapshot {
    rows.agencies.sort_unstable_by_key(|row| row.id);
    rows.services.sort_unstable_by_key(|row| row.id);
    rows.locations.sort_unstable_by_key(|row| row.id);
    let agencies: HashMap<AgencyId, &agency::Model> = rows.agencies.iter().map(|row| (row.id, row)).collect();
    let locations: HashMap<LocationId, &location::Model> = rows.locations.iter().map(|row| (row.id, row)).collect();

    let needs: Vec<Vec<String>> = rows.services.iter().map(|service| needs_of(service, &rows, &need_list)).collect();
    let texts: Vec<ServiceText<'_>> = rows
        .services
        .iter()
        .zip(&needs)
        .map(|(service, needs)| ServiceText::of(service, agencies.get(&service.agency_id).copied(), needs, &need_list))
        .collect();
    let dictionary = dictionary(&rows, &texts);

    let mut by_need: HashMap<String, Vec<ServiceIndex>> = HashMap::new();
    let mut by_agency: HashMap<AgencyId, Vec<ServiceIndex>> = HashMap::new();
    let mut by_location: HashMap<LocationId, Vec<ServiceIndex>> = HashMap::new();
    let mut areas = AreaCache::default();
    let mut services = Vec::with_capacity(rows.services.len());
    for ((row, needs), text) in rows.services.iter().zip(needs).zip(&texts) {
        let index = ServiceIndex::try_from(services.len()).unwrap_or(ServiceIndex::MAX);
        for need in &needs {
            by_need.entry(need.clone()).or_default().push(index);
        }
        by_agency.entry(row.agency_id).or_default().push(index);
        let places: &[service_place::Model] = rows.places.get(&row.id).map_or(&[], Vec::as_slice);
        for place in places {
            by_location.entry(place.location_id).or_default().push(index);
        }
        services.push(ServiceFacts {
            id: row.id,
            agency: row.agency_id,
            name: row.name.clone(),
            sort_key: sort_key(&row.name),
            status: row.status,
            reopens_on: row.reopens_on,
            needs: needs.into_boxed_slice(),
            eligibility: rows.eligibilities.get(&row.id).cloned().unwrap_or_default(),
            routes: row.routes.0.clone().into_boxed_slice(),
            cost: row.cost,
            languages: row.languages.0.clone().into_boxed_slice(),
            delivery: row.delivery.0.clone().into_boxed_slice(),
            formats: row.formats.0.clone().into_boxed_slice(),
            capacity: rows.capacities.get(&row.id).copied(),
            assured: assured(row, &rows),
            updated_at: row.updated_at,
            offers: offers(row, places, &locations, &rows, &mut areas),
            name_words: dictionary.numbers(text.name.iter().copied()),
            agency_words: dictionary.numbers(text.agency.iter().copied()),
            other_words: dictionary.numbers(text.other.iter().copied()),
        });
    }
    let agency_facts = rows
        .agencies
        .iter()
        .map(|row| AgencyFacts {
            id: row.id,
            sort_key: sort_key(&row.name),
            updated_at: row.updated_at,
            services: by_agency.remove(&row.id).unwrap_or_default(),
            words: dictionary.numbers(agency_text(row)),
        })
        .collect();
    let location_facts = rows
        .locations
        .iter()
        .filter(|row| !row.confidential)
        .filter_map(|row| {
            let mut services = by_location.remove(&row.id)?;
            services.dedup();
            Some(LocationFacts {
                id: row.id,
                sort_key: sort_key(row.name.as_deref().or(row.town.as_deref()).unwrap_or_default()),
                point: point(row),
                authority: row.authority_code.as_deref().and_then(LadCode::parse),
                postcode: postcode(row).map(|postcode| postcode.to_string()),
                services,
                words: dictionary.numbers(location_text(row)),
            })
        })
        .collect();
    Snapshot {
        version: rows.version,
        services,
        agencies: agency_facts,
        locations: location_facts,
        by_need,
        dictionary,
        need_list,
    }
}

/// The needs a service states, then those its terms map to, each once. A stated key that the
/// list no longer has is left out; `doctor` tells of it.
fn needs_of(service: &service::Model, rows: &Rows, list: &NeedList) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let stated = rows.needs.get(&service.id).into_iter().flatten().filter(|key| list.need(key).is_some()).cloned();
    let mapped = rows
        .terms
        .get(&service.id)
        .into_iter()
        .flatten()
        .flat_map(|term| list.needs_for_term(&term.taxonomy, &term.code, &term.name))
        .map(|need| need.key.clone());
    for key in stated.chain(mapped) {
        if !found.contains(&key) {
            found.push(key);
        }
    }
    found
}

/// The public text of a service, by how much a word found there says.
struct ServiceText<'a> {
    name: Vec<&'a str>,
    agency: Vec<&'a str>,
    other: Vec<&'a str>,
}

impl<'a> ServiceText<'a> {
    fn of(
        service: &'a service::Model,
        agency: Option<&'a agency::Model>,
        needs: &[String],
        list: &'a NeedList,
    ) -> Self {
        let mut other: Vec<&str> = Vec::new();
        other.extend(service.summary.as_deref());
        other.extend(service.description.as_deref());
        for need in needs.iter().filter_map(|key| list.need(key)) {
            other.push(&need.name);
            other.extend(need.synonyms.iter().map(String::as_str));
        }
        let mut name = vec![service.name.as_str()];
        name.extend(service.alternate_name.as_deref());
        let mut agency_names = Vec::new();
        agency_names.extend(agency.map(|agency| agency.name.as_str()));
        agency_names.extend(agency.and_then(|agency| agency.alternate_name.as_deref()));
        Self { name, agency: agency_names, other }
    }
}

fn agency_text(row: &agency::Model) -> impl Iterator<Item = &str> {
    [Some(row.name.as_str()), row.alternate_name.as_deref(), row.description.as_deref()].into_iter().flatten()
}

fn location_text(row: &location::Model) -> impl Iterator<Item = &str> {
    [row.name.as_deref(), row.alternate_name.as_deref(), row.town.as_deref(), row.postcode.as_deref()]
        .into_iter()
        .flatten()
        .chain(row.address_lines.0.iter().map(String::as_str))
}

fn dictionary(rows: &Rows, texts: &[ServiceText<'_>]) -> Dictionary {
    let mut all = BTreeSet::new();
    for text in texts {
        for part in text.name.iter().chain(&text.agency).chain(&text.other) {
            all.extend(words(part));
        }
    }
    for row in &rows.agencies {
        agency_text(row).for_each(|part| all.extend(words(part)));
    }
    for row in rows.locations.iter().filter(|row| !row.confidential) {
        location_text(row).for_each(|part| all.extend(words(part)));
    }
    Dictionary::new(all)
}

fn assured(service: &service::Model, rows: &Rows) -> Assured {
    rows.assurances
        .get(&service.id)
        .into_iter()
        .flatten()
        .fold(Assured::default(), |all, row| all.with(row.field_group, row.assured_at))
}

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
fn offers(
    service: &service::Model,
    places: &[service_place::Model],
    locations: &HashMap<LocationId, &location::Model>,
    rows: &Rows,
    areas: &mut AreaCache,
) -> Box<[Offer]> {
    let stated = &service.delivery.0;
    let own_areas = rows.service_areas.get(&service.id).map_or(&[][..], Vec::as_slice);
    let own_hours = rows.service_hours.get(&service.id).map_or(&[][..], Vec::as_slice);
    let mut offers = Vec::new();

    let in_person = stated.is_empty() || stated.contains(&DeliveryMode::InPerson);
    let at_places = places.iter().filter_map(|place| Some((place, *locations.get(&place.location_id)?)));
    // An address of a service that nobody visits (an office) is not a place to send anybody to.
    for (place, location) in at_places.filter(|_| in_person) {
        let place_areas = rows.place_areas.get(&place.id).map_or(own_areas, Vec::as_slice);
        let nation = nation_of(location, place_areas);
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
            modes: if stated.is_empty() { Box::default() } else { [DeliveryMode::InPerson].into() },
            place: Some(place.id),
            location: Some(location.id),
            point,
            areas: areas.compile(place_areas),
            hours: place_opening(place_hours, own_hours, building.map(Vec::as_slice), nation),
            access_offered: union(&service.access_offered.0, offered),
            access_missing: union(&service.access_missing.0, missing),
        });
    }
    let mut without_place = |modes: Vec<DeliveryMode>| {
        offers.push(Offer {
            modes: modes.into(),
            place: None,
            location: None,
            point: None,
            areas: areas.compile(own_areas),
            hours: hours_of(own_hours, nation_of_areas(own_areas), Standing::OfTheService),
            access_offered: service.access_offered.0.clone().into(),
            access_missing: service.access_missing.0.clone().into(),
        });
    };
    let remote: Vec<DeliveryMode> = stated.iter().copied().filter(|mode| is_remote(*mode)).collect();
    if !remote.is_empty() {
        without_place(remote);
    }
    let visiting: Vec<DeliveryMode> = stated.iter().copied().filter(|mode| comes_to_you(*mode)).collect();
    if !visiting.is_empty() {
        without_place(visiting);
    }
    if places.is_empty() && in_person {
        without_place(stated.iter().copied().filter(|mode| *mode == DeliveryMode::InPerson).collect());
    }
    if offers.is_empty() {
        // A pair whose location went away between two statements: said to be somewhere, nobody knows where.
        offers.push(Offer {
            modes: stated.clone().into(),
            place: None,
            location: None,
            point: None,
            areas: areas.compile(own_areas),
            hours: Hours::not_stated(),
            access_offered: service.access_offered.0.clone().into(),
            access_missing: service.access_missing.0.clone().into(),
        });
    }
    offers.into()
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

fn union(one: &[AccessFeature], other: &[AccessFeature]) -> Box<[AccessFeature]> {
    one.iter().chain(other).copied().collect::<BTreeSet<_>>().into_iter().collect()
}

fn point(row: &location::Model) -> Option<Point> {
    row.latitude.zip(row.longitude).and_then(|(lat, lon)| Point::new(lat, lon).ok())
}

fn postcode(row: &location::Model) -> Option<Postcode> {
    row.postcode.as_deref().and_then(|text| Postcode::parse(text).ok())
}

/// Whose bank holidays hold at a place: by its authority, or else by what it covers.
fn nation_of(row: &location::Model, areas: &[Area]) -> Option<Nation> {
    let by_place = if row.confidential { None } else { row.authority_code.as_deref().and_then(holidays_of) };
    by_place.or_else(|| nation_of_areas(areas))
}

fn nation_of_areas(areas: &[Area]) -> Option<Nation> {
    let mut nations = areas.iter().map(nation_of_area);
    let first = nations.next()??;
    nations.all(|nation| nation == Some(first)).then_some(first)
}

/// The nation an area lies in, where it lies in one.
fn nation_of_area(area: &Area) -> Option<Nation> {
    let gazetteer = Gazetteer::embedded();
    let nation_of_shares = |shares: &[AuthorityShare]| {
        let mut nations = shares.iter().map(|share| gazetteer.authority(share.code).map(|found| found.nation));
        let first = nations.next()??;
        nations.all(|nation| nation == Some(first)).then_some(first)
    };
    let nation = match area.kind {
        AreaKind::LocalAuthority => gazetteer.authority(LadCode::parse(&area.value)?)?.nation,
        AreaKind::Nation => places::Nation::parse(&area.value)?,
        // Combined authorities and regions are England's.
        AreaKind::CombinedAuthority | AreaKind::Region => places::Nation::England,
        AreaKind::Postcode => {
            nation_of_shares(gazetteer.authorities_of_district(Postcode::parse(&area.value).ok()?.district()))?
        }
        AreaKind::Sector => nation_of_shares(gazetteer.authorities_of_sector(Sector::parse(&area.value).ok()?))?,
        AreaKind::District => nation_of_shares(gazetteer.authorities_of_district(District::parse(&area.value).ok()?))?,
        AreaKind::UnitedKingdom | AreaKind::Geojson | AreaKind::Text => return None,
    };
    Some(holiday_nation(nation))
}

fn holidays_of(authority: &str) -> Option<Nation> {
    let authority = Gazetteer::embedded().authority(LadCode::parse(authority)?)?;
    Some(holiday_nation(authority.nation))
}

fn holiday_nation(nation: places::Nation) -> Nation {
    match nation {
        places::Nation::England | places::Nation::Wales => Nation::EnglandAndWales,
        places::Nation::Scotland => Nation::Scotland,
        places::Nation::NorthernIreland => Nation::NorthernIreland,
    }
}

/// Areas compiled once each: many services cover the same few.
#[derive(Default)]
struct AreaCache(HashMap<(AreaKind, String), Vec<CoveredArea>>);

impl AreaCache {
    fn compile(&mut self, areas: &[Area]) -> Box<[CoveredArea]> {
        let compiled = areas.iter().flat_map(|stated| {
            self.0.entry((stated.kind, stated.value.clone())).or_insert_with(|| compile(stated)).clone()
        });
        compiled.collect()
    }
}

/// What a stated area means: words that name an area we know count as that area; what can't be
/// understood stays words, so that the answer is "ask", never "no".
fn compile(stated: &Area) -> Vec<CoveredArea> {
    let as_words = || CoveredArea::compile(AreaKind::Text, &stated.value).into_iter().collect();
    match stated.kind {
        AreaKind::Text => places::resolve_words(&stated.value).unwrap_or_else(as_words),
        AreaKind::Postcode
        | AreaKind::Sector
        | AreaKind::District
        | AreaKind::LocalAuthority
        | AreaKind::CombinedAuthority
        | AreaKind::Region
        | AreaKind::Nation
        | AreaKind::UnitedKingdom
        | AreaKind::Geojson => {
            CoveredArea::compile(stated.kind, &stated.value).map_or_else(|_| as_words(), |area| vec![area])
        }
    }
}
