//! Buildings, and which service is offered where.

use std::ops::RangeInclusive;

use entity::enums::{AccessFeature, LocationKind};

use super::agencies::{self, Scope};
use super::ground::Ground;
use super::hours;
use super::network::Network;
use super::random::{Random, Stream};
use super::{stock, text};
use crate::directory::listing::{Address, Identifier, LocationListing};

/// Barriers that a building may have removed; the first three it may also say are there.
const FEATURES: [AccessFeature; 6] = [
    AccessFeature::StepFree,
    AccessFeature::AccessibleToilet,
    AccessFeature::HearingLoop,
    AccessFeature::QuietSpace,
    AccessFeature::SeveralAgencies,
    AccessFeature::WomenOnlySpace,
];

/// A building that has been found a place.
pub(super) struct Building {
    pub(super) key: String,
    /// The sector in which it stands.
    pub(super) sector: usize,
    pub(super) name: String,
    pub(super) street: String,
    secret: bool,
    random: Random,
}

impl Building {
    /// The place of this number: the first service's that was offered there. It is the same for every service there.
    pub(super) fn new(network: Network, ground: &Ground<'_>, place: u32) -> Self {
        let mut random = Random::new(network.seed, Stream::Place, place);
        let agency = network.agency(place);
        let secret = network.is_refuge(place);
        let home = agencies::home(network, agency, ground);
        let sector = if secret {
            // Not nearer to the agency's own seat than anywhere else in the region of which people are told.
            ground.in_region_of(home, &mut random)
        } else if agency == place {
            home
        } else {
            elsewhere(network, ground, agency, home, &mut random)
        };
        Self::at(format!("place-{place}"), sector, secret, random)
    }

    /// One more place of a service.
    pub(super) fn branch(network: Network, ground: &Ground<'_>, agency: u32, key: String, mut random: Random) -> Self {
        let home = agencies::home(network, agency, ground);
        let sector = elsewhere(network, ground, agency, home, &mut random);
        Self::at(key, sector, false, random)
    }

    fn at(key: String, sector: usize, secret: bool, mut random: Random) -> Self {
        let name = [&text::invented(&mut random), " ", random.word(stock::BUILDINGS)].concat();
        let street = text::street(&mut random);
        Self { key, sector, name, street, secret, random }
    }

    /// As a listing has it.
    pub(super) fn listing(self, ground: &Ground<'_>) -> LocationListing {
        let Self { key, sector, name, street, secret, mut random } = self;
        let row = ground.sector(sector);
        let authority = ground.authority_of(sector).facts;
        let point = row.point(&mut random);
        let postcode = row.postcode(&mut random);
        let mut lines = vec![format!("{} {street}", random.within(1..=199))];
        if random.chance(300) {
            lines.insert(0, name.clone());
        }
        let offered: RangeInclusive<u32> = if random.chance(400) { 0..=0 } else { 1..=4 };
        let offered = random.within(offered) as usize;
        let access_offered = random.several(&FEATURES, offered);
        let missing = FEATURES[..3].iter().find(|feature| !access_offered.contains(feature));
        LocationListing {
            name: random.chance(900).then_some(name),
            alternate_name: None,
            description: random.chance(400).then(|| random.word(stock::DOORS).to_owned()),
            kind: LocationKind::Physical,
            address: Some(Address {
                lines,
                town: Some(authority.name.to_owned()),
                region: authority.counties.first().filter(|_| random.chance(300)).map(|&county| county.to_owned()),
                postcode: random.chance(980).then_some(postcode),
                country: Some("GB".to_owned()),
            }),
            point: random.chance(920).then_some(point),
            confidential: secret,
            public_area: secret.then(|| authority.region.to_owned()),
            transport: random.chance(350).then(|| random.word(stock::TRANSPORT).to_owned()),
            access_missing: missing.filter(|_| random.chance(120)).copied().into_iter().collect(),
            access_offered,
            schedules: if random.chance(100) { hours::of_building(&mut random) } else { Vec::new() },
            phones: if random.chance(40) {
                vec![agencies::plain(agencies::telephone(&mut random, authority.region))]
            } else {
                Vec::new()
            },
            identifiers: if random.chance(100) {
                vec![Identifier { scheme: "synthetic".to_owned(), value: key.clone() }]
            } else {
                Vec::new()
            },
            key,
        }
    }
}

/// A place on the internet, or one for post only, of a service that has no door.
pub(super) fn without_a_door(network: Network, ground: &Ground<'_>, agency: u32, service: u32) -> LocationListing {
    let random = Random::new(network.seed, Stream::Place, service);
    let building = Building::at(format!("desk-{service}"), agencies::home(network, agency, ground), false, random);
    let listing = building.listing(ground);
    if service.is_multiple_of(3) {
        let (address, point, schedules) = (None, None, Vec::new());
        return LocationListing { kind: LocationKind::Virtual, address, point, schedules, transport: None, ..listing };
    }
    LocationListing { kind: LocationKind::Postal, ..listing }
}

/// A sector for one more building of an agency. Each way of choosing keeps to the density of postcodes.
fn elsewhere(network: Network, ground: &Ground<'_>, agency: u32, home: usize, random: &mut Random) -> usize {
    match Scope::of(network, agency) {
        Scope::Local if random.chance(900) => ground.in_authority_of(home, random),
        Scope::Local | Scope::Regional => ground.in_region_of(home, random),
        Scope::National => ground.anywhere(random),
    }
}
