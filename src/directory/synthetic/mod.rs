//! A synthetic network of any size, for measuring: made by rule from a seed, and plainly labelled.
//!
//! It is real in its shape and in nothing else: services lie as densely as live postcodes do,
//! agencies and buildings have few services or very many, needs and hours and rules are as various
//! as in real feeds. Names of agencies and services end in `(synthetic)`, hosts in `.example`,
//! telephone numbers come from the ranges that Ofcom keeps for drama. Names of houses, streets and people are
//! put together from syllables; only towns, needs and postcode sectors are real.
//!
//! **What a network is.** Service *n* depends on the seed, `today`, `now`, *n*, the list of needs and the tables
//! of places alone, not on how many services there are. So the same [`Spec`] gives the same network everywhere, a
//! smaller network is the beginning of a larger one with the same seed, and parts that are made apart
//! (see [`Synthetic::part`]) make up the whole. Nothing is held but the tables to draw from.
//!
//! `network` is the shape: who offers what where. `random` is the chance. `ground`, `needs` are what is drawn
//! from; `agencies`, `places`, `areas`, `hours`, `eligibility`, `upkeep`, `text` the parts of a listing, `service`
//! puts them together. `stock` and `phrases` are the words.

mod agencies;
mod areas;
mod eligibility;
mod ground;
mod hours;
mod needs;
mod network;
mod phrases;
mod places;
mod random;
mod service;
mod stock;
mod text;
mod upkeep;

use std::ops::Range;

use chrono::{DateTime, NaiveDate, Utc};

use self::ground::Ground;
use self::needs::Subjects;
use self::network::Network;
use self::random::Random;
use super::listing::ServiceListing;
use super::needs::NeedList;
use crate::places::Gazetteer;

/// Needs of a refuge, where the list has them.
const REFUGE_NEEDS: [&str; 2] = ["housing.refuge", "safety.domestic-abuse"];

/// All that a synthetic network depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    /// How many services.
    pub services: u32,
    /// What chance begins from: another seed is another network.
    pub seed: u64,
    /// The day around which closures, fortnights and seasons lie.
    pub today: NaiveDate,
    /// The instant from which confirmations are dated back.
    pub now: DateTime<Utc>,
}

/// Why no network can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotGenerate {
    /// There is nothing for a service to be about.
    #[error("the list of needs is empty; a synthetic service needs one to be about")]
    NoNeeds,
    /// There is nowhere for it to be.
    #[error("the tables of places hold no postcode sector with live postcodes to put services in")]
    NoSectors,
}

/// A synthetic network.
pub struct Synthetic<'a> {
    services: u32,
    today: NaiveDate,
    now: DateTime<Utc>,
    network: Network,
    ground: Ground<'a>,
    subjects: Subjects<'a>,
    refuge_needs: Vec<usize>,
}

impl<'a> Synthetic<'a> {
    /// Makes ready to make a network: reads the needs and weighs the sectors, a matter of milliseconds.
    ///
    /// # Errors
    /// [`CannotGenerate`]: no needs, or no places.
    pub fn new(spec: Spec, needs: &'a NeedList, gazetteer: &'a Gazetteer) -> Result<Self, CannotGenerate> {
        let Spec { services, seed, today, now } = spec;
        let (ground, subjects) = (Ground::new(gazetteer), Subjects::new(needs));
        if subjects.is_empty() {
            return Err(CannotGenerate::NoNeeds);
        }
        if ground.is_empty() {
            return Err(CannotGenerate::NoSectors);
        }
        let refuge_needs = REFUGE_NEEDS.iter().filter_map(|key| subjects.keyed(key)).collect();
        Ok(Self { services, today, now, network: Network { seed }, ground, subjects, refuge_needs })
    }

    /// All listings, one after the other, in the order of their numbers.
    pub fn listings(&self) -> impl ExactSizeIterator<Item = ServiceListing> {
        self.part(0..self.services)
    }

    /// The listings of some numbers, without those before them. Numbers beyond the network's last are left out.
    pub fn part(&self, numbers: Range<u32>) -> impl ExactSizeIterator<Item = ServiceListing> {
        let end = numbers.end.min(self.services);
        (numbers.start.min(end)..end).map(|number| self.listing(number))
    }
}

/// How a service reaches people.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// They come to it.
    InPerson,
    /// By telephone, video or the internet.
    Remote,
    /// It goes to them.
    Outreach,
}

impl Reach {
    fn drawn(random: &mut Random) -> Self {
        random.weighted(&[(75, Self::InPerson), (15, Self::Remote), (10, Self::Outreach)])
    }
}
