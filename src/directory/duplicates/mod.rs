//! The duplicate guard: what is there already that looks like one and the same, each with its reasons and a score.
//! Found and told, never refused and never merged.
//!
//! - `normal` writes numbers, addresses and names in one way; `score` weighs what two have in common.
//! - `guard` asks before a listing is made; `sweep` finds the pairs of a whole directory.
//! - Keys are kept in a table (`store::duplicate_keys`), names and places are the snapshot's. Both hold nothing of a
//!   confidential place, so no match can tell of one: not even to its own agency, which knows it anyway.
//!
//! To add a reason: a kind of key in `entity`, how it is written in `normal`, its weight in `score`, and where
//! `store::duplicate_keys` reads it.

pub mod guard;
pub mod normal;
pub mod score;
pub mod sweep;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;

use chrono::{DateTime, Utc};
use entity::ids::{AgencyId, LocationId, ServiceId, SourceId};
use sea_orm::{ConnectionTrait, DbErr};

use self::normal::{Key, Name};
use self::score::{Facts, Match, Spot, What};
use self::sweep::Pair;
use super::snapshot::{ServiceFacts, Snapshot};
use super::store::duplicate_keys::{self, Held};
use crate::places::Postcode;

/// Services that look like one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PossibleDuplicate {
    /// How much the two of them that do most look so, and why.
    pub found: Match,
    /// Their ids and names.
    pub services: Vec<(ServiceId, String)>,
}

impl fmt::Display for PossibleDuplicate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.services.first().map_or("", |(_, name)| name);
        write!(out, "{first}, {} services ({})", self.services.len(), self.found)
    }
}

/// A new service that looks like another source's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alike {
    /// The new one.
    pub new: (ServiceId, String),
    /// The one of another source that it looks most like.
    pub other: (ServiceId, String),
    /// How much, and why.
    pub found: Match,
}

/// The services of a source, and which of them are new.
#[derive(Clone, Debug, Default)]
pub struct Newcomers {
    new: HashSet<ServiceId>,
    all: HashSet<ServiceId>,
}

impl Newcomers {
    /// The services of a source, of which those are new that were made at this time or later.
    ///
    /// # Errors
    /// The database failed.
    pub async fn of(db: &impl ConnectionTrait, source: SourceId, since: DateTime<Utc>) -> Result<Self, DbErr> {
        let new: HashSet<_> = duplicate_keys::services_from(db, source, Some(since)).await?.into_iter().collect();
        // Where nothing is new nothing is asked.
        let all = if new.is_empty() { Vec::new() } else { duplicate_keys::services_from(db, source, None).await? };
        Ok(Self { new, all: all.into_iter().collect() })
    }
}

/// All public services with what tells them apart, compared with one another.
#[derive(Debug)]
pub struct Compared {
    services: Vec<(ServiceId, String)>,
    pairs: Vec<Pair>,
}

impl Compared {
    /// Compares all public services.
    ///
    /// # Errors
    /// The database failed.
    pub async fn services(db: &impl ConnectionTrait, snapshot: &Snapshot) -> Result<Self, DbErr> {
        let keys = Keys::of(duplicate_keys::all(db).await?);
        let services = snapshot.services().map(|service| (service.id, service.name.to_string())).collect();
        let facts: Vec<Facts> = snapshot.services().map(|service| facts_of(service, snapshot, &keys)).collect();
        drop(keys);
        Ok(Self { services, pairs: sweep::sweep(&facts, |_, _| true) })
    }

    /// How many pairs look like one.
    #[must_use]
    pub fn pairs(&self) -> impl ExactSizeIterator<Item = ([&str; 2], &Match)> {
        self.pairs.iter().map(|pair| ([pair.one, pair.other].map(|index| self.name(index)), &pair.found))
    }

    fn name(&self, index: usize) -> &str {
        self.services.get(index).map_or("", |(_, name)| name)
    }

    /// Groups of services that look like one, those that do most first.
    #[must_use]
    pub fn groups(&self) -> Vec<PossibleDuplicate> {
        let groups = sweep::groups(&self.pairs);
        let of: HashMap<usize, usize> = groups
            .iter()
            .enumerate()
            .flat_map(|(group, members)| members.iter().map(move |one| (*one, group)))
            .collect();
        let mut best: HashMap<usize, &Match> = HashMap::new();
        for pair in &self.pairs {
            if let Some(group) = of.get(&pair.one) {
                let found = best.entry(*group).or_insert(&pair.found);
                if pair.found.score > found.score {
                    *found = &pair.found;
                }
            }
        }
        let mut told: Vec<PossibleDuplicate> = groups
            .iter()
            .enumerate()
            .filter_map(|(group, members)| {
                let services = members.iter().filter_map(|member| self.services.get(*member).cloned()).collect();
                Some(PossibleDuplicate { found: (*best.get(&group)?).clone(), services })
            })
            .collect();
        told.sort_by_key(|group| std::cmp::Reverse(group.found.score));
        told
    }

    /// New services that look like another source's, those that do most first; each once, with the one it looks most
    /// like.
    #[must_use]
    pub fn alike(&self, newcomers: &Newcomers) -> Vec<Alike> {
        let mut best: HashMap<ServiceId, Alike> = HashMap::new();
        for pair in &self.pairs {
            let Some((one, other)) = self.services.get(pair.one).zip(self.services.get(pair.other)) else { continue };
            let (new, other) = if newcomers.new.contains(&one.0) { (one, other) } else { (other, one) };
            if !newcomers.new.contains(&new.0) || newcomers.all.contains(&other.0) {
                continue;
            }
            if best.get(&new.0).is_none_or(|known| known.found.score < pair.found.score) {
                let alike = Alike { new: new.clone(), other: other.clone(), found: pair.found.clone() };
                best.insert(new.0, alike);
            }
        }
        let mut told: Vec<Alike> = best.into_values().collect();
        told.sort_by(|one, other| (other.found.score, &one.new).cmp(&(one.found.score, &other.new)));
        told
    }
}

/// Keys by whose they are.
#[derive(Debug, Default)]
struct Keys {
    agencies: HashMap<AgencyId, BTreeSet<Key>>,
    services: HashMap<ServiceId, BTreeSet<Key>>,
    locations: HashMap<LocationId, BTreeSet<Key>>,
}

impl Keys {
    fn of(held: Vec<Held>) -> Self {
        let mut keys = Self::default();
        for Held { key, agency, service, location } in held {
            let those = match (agency, service, location) {
                (Some(agency), ..) => keys.agencies.entry(agency).or_default(),
                (None, Some(service), _) => keys.services.entry(service).or_default(),
                (None, None, Some(location)) => keys.locations.entry(location).or_default(),
                (None, None, None) => continue,
            };
            those.insert(key);
        }
        keys
    }
}

/// The open locations of a service; the snapshot holds no other.
fn locations(service: &ServiceFacts) -> impl Iterator<Item = LocationId> {
    service.offers.iter().filter_map(|offer| offer.location)
}

fn spots(service: &ServiceFacts, snapshot: &Snapshot) -> Vec<Spot> {
    let open = locations(service).filter_map(|id| snapshot.open_location(id));
    open.map(|place| Spot::of(place.postcode.as_deref().and_then(|text| Postcode::parse(text).ok()), place.point))
        .collect()
}

/// What is known of a service: its own, its open locations' and its agency's.
fn facts_of(service: &ServiceFacts, snapshot: &Snapshot, keys: &Keys) -> Facts {
    let own = keys.services.get(&service.id).into_iter().flatten();
    let there = locations(service).filter(|id| snapshot.open_location(*id).is_some());
    let there = there.filter_map(|id| keys.locations.get(&id)).flatten();
    let of_agency = keys.agencies.get(&service.agency).into_iter().flatten();
    Facts {
        what: What::Service,
        agency: Some(service.agency),
        names: Name::of(&service.name).into_iter().collect(),
        keys: own.chain(there).chain(of_agency).cloned().collect(),
        spots: spots(service, snapshot),
    }
}
