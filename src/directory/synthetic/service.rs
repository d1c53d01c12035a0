//! One service of the network, put together from its parts.

use entity::enums::{AccessFeature, CostKind, DeliveryMode, ReferralRoute, ServiceStatus, SessionFormat, Visibility};

use super::agencies::{self, Agency};
use super::places::{self, Building};
use super::random::{Random, Stream};
use super::text::{self, Matter, Writer};
use super::{Reach, Synthetic, areas, eligibility, hours, phrases, stock, upkeep};
use crate::directory::listing::{Identifier, LocationListing, ServiceListing, ServicePlace};

/// Barriers removed by services rather than buildings.
const FEATURES: [AccessFeature; 12] = [
    AccessFeature::BritishSignLanguage,
    AccessFeature::Interpreter,
    AccessFeature::Creche,
    AccessFeature::Evening,
    AccessFeature::Weekend,
    AccessFeature::PetsWelcome,
    AccessFeature::NoIdNeeded,
    AccessFeature::NoAddressNeeded,
    AccessFeature::TravelPaid,
    AccessFeature::HelpWithReading,
    AccessFeature::LivedExperience,
    AccessFeature::QuietSpace,
];

impl Synthetic<'_> {
    /// The service of a number, wherever the network ends: the same at whatever number one begins.
    #[must_use]
    pub fn listing(&self, number: u32) -> ServiceListing {
        let network = self.network;
        let stream = |stream| Random::new(network.seed, stream, number);
        let mut random = stream(Stream::Service);
        let refuge = network.is_refuge(number);
        let reach = if refuge { Reach::InPerson } else { Reach::drawn(&mut random) };
        let delivery = delivery(&mut random, reach);
        let agency = Agency::new(network, network.agency(number), &self.ground, &self.subjects);
        let building = Building::new(network, &self.ground, network.place(number));
        let sector = building.sector;
        let authority = self.ground.authority_of(sector).facts;

        let given = if refuge { self.refuge_needs.as_slice() } else { &[] };
        let needs = self.subjects.some(&mut stream(Stream::Needs), agency.theme, given);
        let subjects: Vec<_> = needs.iter().map(|place| self.subjects.get(*place)).collect();
        let rules = &mut stream(Stream::Eligibility);
        let rules = if refuge { eligibility::of_refuge(rules) } else { eligibility::of_service(rules) };

        // What is written about a secret place names neither its house nor its street.
        let hidden = text::street(&mut random);
        let (house, street, town) = if refuge {
            (agency.name.as_str(), hidden.as_str(), authority.region)
        } else {
            (building.name.as_str(), building.street.as_str(), authority.name)
        };
        // Nor does the area it covers tell where it is.
        let (seat, covers_like) = if refuge { (agency.home, Reach::Remote) } else { (sector, reach) };
        let matter = Matter { subjects: &subjects, agency: &agency.name, house, street, town };
        let mut writer = Writer::new(&matter, stream(Stream::Words));
        let (name, summary, description) =
            (writer.name(eligibility::only(&rules)), writer.summary(), writer.description());

        let upkeep = &mut stream(Stream::Upkeep);
        let (status, reopens_on) = upkeep::status(upkeep, self.today);
        let routes = routes(&mut random);
        let gateway = routes.contains(&ReferralRoute::Gateway).then(|| random.word(phrases::GATEWAYS).to_owned());
        let cost = random.weighted(&[
            (66, Some(CostKind::Free)),
            (10, Some(CostKind::Sometimes)),
            (6, Some(CostKind::Paid)),
            (18, None),
        ]);
        let key = format!("service-{number}");
        ServiceListing {
            agency: agency.listing(network, &self.ground),
            name,
            alternate_name: random.chance(40).then(|| [&text::invented(&mut random), text::LABEL].concat()),
            summary: random.chance(970).then_some(summary),
            description: random.chance(950).then_some(description),
            status,
            reopens_on,
            alert: (random.chance(30) && status == ServiceStatus::Active)
                .then(|| random.word(stock::ALERTS).to_owned()),
            visibility: if random.chance(10) { Visibility::Internal } else { Visibility::Public },
            url: random.chance(450).then(|| format!("https://www.{}/{number}", agency.host)),
            email: random.chance(250).then(|| format!("service{number}@{}", agency.host)),
            how_to_apply: random.chance(700).then(|| random.word(phrases::APPLY).to_owned()),
            routes,
            gateway,
            needs: subjects.iter().map(|subject| subject.need.key.clone()).collect(),
            terms: Vec::new(),
            eligibility: rules,
            cost_note: cost.filter(|cost| *cost != CostKind::Free).map(|_| random.word(stock::COST_NOTES).to_owned()),
            cost,
            languages: languages(&mut random),
            formats: formats(&mut random, refuge),
            access_offered: features(&mut random),
            access_missing: Vec::new(),
            capacity: upkeep::capacity(upkeep, self.now),
            areas: areas::of_service(&mut stream(Stream::Areas), &self.ground, seat, covers_like),
            schedules: hours::of_service(&mut stream(Stream::Hours), self.today),
            phones: match random.below(100) {
                0..15 => Vec::new(),
                15..25 => vec![agencies::plain(agencies::freephone(&mut random))],
                _ => vec![agencies::plain(agencies::telephone(&mut random, authority.region))],
            },
            contacts: if random.chance(60) { vec![agency.contact(&mut random, authority.region)] } else { Vec::new() },
            funding: if random.chance(150) { vec![random.word(stock::FUNDERS).to_owned()] } else { Vec::new() },
            documents: documents(&mut random),
            identifiers: if random.chance(100) {
                vec![Identifier { scheme: "synthetic".to_owned(), value: key.clone() }]
            } else {
                Vec::new()
            },
            places: self.places(number, &key, &agency, building, reach, refuge),
            assurances: upkeep::assurances(upkeep, self.now),
            source_changed_at: upkeep::days_before(self.now, upkeep.within(0..=900)),
            delivery,
            key,
        }
    }

    /// Where it is offered: at its building and at up to four more; by phone and online mostly nowhere.
    fn places(
        &self,
        number: u32,
        key: &str,
        agency: &Agency,
        building: Building,
        reach: Reach,
        refuge: bool,
    ) -> Vec<ServicePlace> {
        let network = self.network;
        let mut random = Random::new(network.seed, Stream::Elsewhere, number);
        let here = match reach {
            Reach::InPerson => true,
            Reach::Outreach => random.chance(500),
            Reach::Remote => false,
        };
        if reach == Reach::Remote && random.chance(120) {
            let desk = places::without_a_door(network, &self.ground, agency.number, number);
            return vec![self.pair(&mut random, key, desk, agency.home)];
        }
        if !here {
            return Vec::new();
        }
        let sector = building.sector;
        let mut pairs = vec![self.pair(&mut random, key, building.listing(&self.ground), sector)];
        if !refuge && random.chance(70) {
            for branch in 1..=random.within(1..=4) {
                // The service's own run again would put every branch at the same spot.
                let run = Random::new(network.seed.wrapping_add(u64::from(branch)), Stream::Place, number);
                let name = format!("place-{number}-{branch}");
                let building = Building::branch(network, &self.ground, agency.number, name, run);
                let sector = building.sector;
                pairs.push(self.pair(&mut random, key, building.listing(&self.ground), sector));
            }
        }
        pairs
    }

    fn pair(&self, random: &mut Random, key: &str, location: LocationListing, sector: usize) -> ServicePlace {
        ServicePlace {
            key: format!("{key}@{}", location.key),
            description: random.chance(40).then(|| random.word(stock::DOORS).to_owned()),
            areas: if random.chance(25) && !location.confidential {
                areas::at_a_place(random, &self.ground, sector)
            } else {
                Vec::new()
            },
            schedules: if random.chance(70) { hours::at_a_place(random) } else { Vec::new() },
            phones: if random.chance(40) {
                let region = self.ground.authority_of(sector).facts.region;
                vec![agencies::plain(agencies::telephone(random, region))]
            } else {
                Vec::new()
            },
            contacts: Vec::new(),
            location,
        }
    }
}

fn delivery(random: &mut Random, reach: Reach) -> Vec<DeliveryMode> {
    use DeliveryMode::{InCustody, InPerson, Online, Outreach, Telephone, Video};
    let modes: &[DeliveryMode] = match reach {
        Reach::InPerson => random.weighted(&[
            (66, &[InPerson] as &[_]),
            (18, &[InPerson, Telephone]),
            (6, &[InPerson, Telephone, Video]),
            (6, &[InPerson, Online]),
            (4, &[]),
        ]),
        Reach::Remote => random.weighted(&[
            (40, &[Telephone] as &[_]),
            (25, &[Telephone, Online]),
            (15, &[Online]),
            (12, &[Telephone, Video]),
            (8, &[Video, Online]),
        ]),
        Reach::Outreach => random.weighted(&[
            (60, &[Outreach] as &[_]),
            (18, &[Telephone, Outreach]),
            (15, &[InCustody]),
            (7, &[InCustody, Outreach]),
        ]),
    };
    modes.to_vec()
}

fn routes(random: &mut Random) -> Vec<ReferralRoute> {
    use ReferralRoute::{AgencyReferral, Gateway, SelfReferral};
    let routes: &[ReferralRoute] = random.weighted(&[
        (36, &[SelfReferral] as &[_]),
        (30, &[SelfReferral, AgencyReferral]),
        (14, &[AgencyReferral]),
        (6, &[Gateway]),
        (4, &[AgencyReferral, Gateway]),
        (10, &[]),
    ]);
    routes.to_vec()
}

fn formats(random: &mut Random, refuge: bool) -> Vec<SessionFormat> {
    use SessionFormat::{DropIn, Group, OneToOne, Residential};
    if refuge {
        return vec![Residential];
    }
    let formats: &[SessionFormat] = random.weighted(&[
        (30, &[OneToOne] as &[_]),
        (15, &[Group]),
        (15, &[OneToOne, Group]),
        (12, &[DropIn]),
        (8, &[OneToOne, DropIn]),
        (5, &[Residential]),
        (15, &[]),
    ]);
    formats.to_vec()
}

fn languages(random: &mut Random) -> Vec<String> {
    if random.chance(450) {
        return Vec::new();
    }
    let more = if random.chance(500) { 0 } else { random.within(1..=4) as usize };
    let others = random.several(stock::LANGUAGES, more);
    std::iter::once("en").chain(others).map(str::to_owned).collect()
}

fn features(random: &mut Random) -> Vec<AccessFeature> {
    let offered = random.weighted(&[(40, 0), (20, 1), (18, 2), (12, 3), (7, 4), (3, 6)]);
    random.several(&FEATURES, offered)
}

fn documents(random: &mut Random) -> Vec<String> {
    let named = random.weighted(&[(80, 0), (10, 1), (7, 2), (3, 3)]);
    random.several(stock::DOCUMENTS, named).into_iter().map(str::to_owned).collect()
}
