//! What is there already that looks like something which is about to be entered. A constant number of statements,
//! whatever there is.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use entity::ids::{AgencyId, LocationId, ServiceId};
use sea_orm::{ConnectionTrait, DbErr};

use super::normal::{Key, Name};
use super::score::{Facts, Match, SIMILAR, Spot, What, compare};
use super::sweep::common;
use super::{Keys, facts_of, locations, spots};
use crate::directory::snapshot::{ServiceFacts, Snapshot};
use crate::directory::store::duplicate_keys::{self, Held};
use crate::places::{Gazetteer, Point};

/// Most that are told.
pub const MOST_FOUND: usize = 50;
/// Most services that are compared in the end: those with a number or address in common, then the most similar names.
const MOST_COMPARED: usize = 300;
/// Most services of the agencies found whose names are looked at.
const MOST_OF_AGENCIES: u64 = 2_000;
/// How far around a point names are looked at.
const NEAR_KM: f64 = 1.0;
/// How far around a postcode's sector they are at the most, in the emptiest parts of the country.
const FARTHEST_KM: f64 = 25.0;

/// What is about to be entered.
#[derive(Clone, Debug, Default)]
pub struct Proposed {
    /// The agency it is entered for, where that is there already: its own numbers and addresses then say nothing, and
    /// no agency is looked for.
    pub agency: Option<AgencyId>,
    /// The agency's names.
    pub agency_names: Vec<Name>,
    /// The service's names; services are looked for where there are any.
    pub service_names: Vec<Name>,
    /// Numbers and addresses, the agency's and the service's.
    pub keys: BTreeSet<Key>,
    /// Where it is.
    pub spots: Vec<Spot>,
    /// A service that is not told of: the one that is being changed.
    pub except: Option<ServiceId>,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    /// An agency.
    Agency(AgencyId),
    /// A service, with its agency.
    Service(ServiceId, AgencyId),
}

/// Something that is there and looks the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub thing: Thing,
    /// Its name.
    pub name: String,
    /// How much it looks the same, and why.
    pub found: Match,
}

/// What was there before that looks like a service which was just entered, and is public.
///
/// # Errors
/// The database failed.
pub async fn like_service(db: &impl ConnectionTrait, snapshot: &Snapshot, id: ServiceId) -> Result<Vec<Found>, DbErr> {
    let Some(service) = snapshot.service(id) else { return Ok(Vec::new()) };
    let there = locations(service).collect();
    let held = duplicate_keys::of_these(db, &BTreeSet::new(), &BTreeSet::from([id]), &there).await?;
    let facts = facts_of(service, snapshot, &Keys::of(held));
    let proposed = Proposed {
        agency: Some(service.agency),
        agency_names: Vec::new(),
        service_names: facts.names,
        keys: facts.keys,
        spots: facts.spots,
        except: Some(id),
    };
    guard(db, snapshot, &proposed).await
}

/// The same of an agency.
///
/// # Errors
/// The database failed.
pub async fn like_agency(db: &impl ConnectionTrait, snapshot: &Snapshot, id: AgencyId) -> Result<Vec<Found>, DbErr> {
    let Some(agency) = snapshot.agency(id) else { return Ok(Vec::new()) };
    let held = duplicate_keys::of_these(db, &BTreeSet::from([id]), &BTreeSet::new(), &BTreeSet::new()).await?;
    let proposed = Proposed {
        agency_names: Name::of(&agency.name).into_iter().collect(),
        keys: held.into_iter().map(|held| held.key).collect(),
        ..Proposed::default()
    };
    let mut found = guard(db, snapshot, &proposed).await?;
    found.retain(|found| found.thing != Thing::Agency(id));
    Ok(found)
}

/// What is there already that looks the same, best first and at most [`MOST_FOUND`]. Only what everybody may see is told
/// of, and nothing of confidential places counts.
///
/// # Errors
/// The database failed.
pub async fn guard(db: &impl ConnectionTrait, snapshot: &Snapshot, proposed: &Proposed) -> Result<Vec<Found>, DbErr> {
    let sharing = duplicate_keys::sharing(db, &proposed.keys).await?;
    let common = common(sharing.iter().flat_map(|held| agencies_of(held, snapshot).map(|agency| (&held.key, agency))));
    let keys: BTreeSet<Key> = proposed.keys.difference(&common.into_iter().collect()).cloned().collect();
    let sharing: Vec<Held> = sharing.into_iter().filter(|held| keys.contains(&held.key)).collect();
    let mut agencies: BTreeSet<AgencyId> = sharing.iter().flat_map(|held| agencies_of(held, snapshot)).collect();
    // Best first: whoever has a key in common, then by the similarity of names.
    let mut services: BTreeMap<ServiceId, f64> = BTreeMap::new();
    services.extend(sharing.iter().flat_map(|held| services_of(held, snapshot)).map(|service| (service.id, 2.0)));
    let nearby = nearby(snapshot, &proposed.spots);
    let of_agencies = match proposed.service_names.as_slice() {
        [] => Vec::new(),
        [_, ..] => duplicate_keys::services_of(db, &agencies, MOST_OF_AGENCIES).await?,
    };
    let of_agencies = of_agencies.into_iter().filter_map(|id| snapshot.service(id));
    for service in nearby.iter().copied().chain(of_agencies) {
        let alike = similarity(&proposed.service_names, &service.name);
        if alike >= SIMILAR {
            let known = services.entry(service.id).or_default();
            *known = known.max(alike);
        }
    }
    for service in &nearby {
        let Some(agency) = snapshot.agency(service.agency) else { continue };
        let alike = similarity(&proposed.agency_names, &agency.name);
        if alike >= SIMILAR {
            agencies.insert(agency.id);
            // Where the agency is, is where its services are.
            services.entry(service.id).or_insert(alike - 1.0);
        }
    }
    let mut ranked: Vec<(ServiceId, f64)> = services.into_iter().collect();
    ranked.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    ranked.truncate(MOST_COMPARED);
    let services: Vec<&ServiceFacts> = ranked.iter().filter_map(|(id, _)| snapshot.service(*id)).collect();
    agencies.extend(services.iter().map(|service| service.agency));
    let (ids, places): (BTreeSet<ServiceId>, BTreeSet<LocationId>) =
        (services.iter().map(|service| service.id).collect(), services.iter().copied().flat_map(locations).collect());
    let keys_of = Keys::of(duplicate_keys::of_these(db, &agencies, &ids, &places).await?);
    let sought = |what, names: &[Name]| Facts {
        what,
        agency: proposed.agency,
        names: names.to_vec(),
        keys: keys.clone(),
        spots: proposed.spots.clone(),
    };
    let mut found = Vec::new();
    if !proposed.service_names.is_empty() {
        let sought = sought(What::Service, &proposed.service_names);
        for service in services.iter().filter(|service| Some(service.id) != proposed.except) {
            let thing = Thing::Service(service.id, service.agency);
            let same = compare(&sought, &facts_of(service, snapshot, &keys_of));
            found.extend(same.map(|same| Found { thing, name: service.name.to_string(), found: same }));
        }
    }
    if proposed.agency.is_none() {
        let sought = sought(What::Agency, &proposed.agency_names);
        for agency in agencies.into_iter().filter_map(|id| snapshot.agency(id)) {
            let own = services.iter().filter(|service| service.agency == agency.id);
            let facts = of_agency(agency.id, &agency.name, own.copied(), snapshot, &keys_of);
            let (thing, name) = (Thing::Agency(agency.id), agency.name.to_string());
            found.extend(compare(&sought, &facts).map(|same| Found { thing, name, found: same }));
        }
    }
    found.sort_by(|one, other| {
        (other.found.score, &one.name, one.thing).cmp(&(one.found.score, &other.name, other.thing))
    });
    found.truncate(MOST_FOUND);
    Ok(found)
}

/// What is known of an agency: its own, and what those of its services that may matter say.
fn of_agency<'a>(
    id: AgencyId,
    name: &str,
    services: impl Iterator<Item = &'a ServiceFacts>,
    snapshot: &Snapshot,
    keys: &Keys,
) -> Facts {
    let own = keys.agencies.get(&id).cloned().unwrap_or_default();
    let mut facts = Facts {
        what: What::Agency,
        agency: Some(id),
        names: Name::of(name).into_iter().collect(),
        keys: own,
        spots: vec![],
    };
    for service in services {
        facts.keys.extend(facts_of(service, snapshot, keys).keys);
        facts.spots.extend(spots(service, snapshot));
    }
    facts
}

/// Public services that a key leads to by itself or by its place.
fn services_of<'a>(held: &Held, snapshot: &'a Snapshot) -> impl Iterator<Item = &'a ServiceFacts> {
    let own = held.service.and_then(|id| snapshot.service(id));
    let there = held.location.filter(|_| held.service.is_none());
    own.into_iter().chain(there.into_iter().flat_map(|id| snapshot.services_at(id)))
}

/// Agencies that a key leads to.
fn agencies_of(held: &Held, snapshot: &Snapshot) -> impl Iterator<Item = AgencyId> {
    let own = held.agency.filter(|id| snapshot.agency(*id).is_some());
    own.into_iter().chain(services_of(held, snapshot).map(|service| service.agency))
}

/// The best similarity of a name with any of these.
fn similarity(names: &[Name], name: &str) -> f64 {
    if names.is_empty() {
        return 0.0;
    }
    Name::of(name).map_or(0.0, |name| names.iter().map(|one| one.similarity(&name)).fold(0.0, f64::max))
}

/// Public services with an open place around there, each once.
fn nearby<'a>(snapshot: &'a Snapshot, spots: &[Spot]) -> Vec<&'a ServiceFacts> {
    let mut found: Vec<&ServiceFacts> = Vec::new();
    let mut known: HashSet<ServiceId> = HashSet::new();
    for (centre, km) in spots.iter().flat_map(circles) {
        for view in snapshot.views() {
            let (briefs, mut indexes) = (&view.part.briefs, Vec::new());
            briefs.near(None, centre, km, |row| indexes.extend(briefs.at(row).map(|brief| brief.service)));
            indexes.sort_unstable();
            indexes.dedup();
            let services = indexes.into_iter().filter(|index| view.holds(*index));
            let services = services.filter_map(|index| view.part.services.get(index as usize));
            found.extend(services.filter(|service| known.insert(service.id)));
        }
    }
    found
}

/// Where to look for what is at a spot: around its point, and around the middle of its postcode's sector, where all are
/// that could not be placed better.
fn circles(spot: &Spot) -> impl Iterator<Item = (Point, f64)> + use<> {
    let known = Gazetteer::embedded();
    let ground = spot
        .postcode
        .and_then(|postcode| known.sector(postcode.sector()).or_else(|| known.district(postcode.district())));
    let around = ground.map(|ground| (ground.point, (ground.furthest_km + 0.1).min(FARTHEST_KM)));
    spot.point.map(|point| (point, NEAR_KM)).into_iter().chain(around)
}
