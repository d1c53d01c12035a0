//! Agencies: what they are called, whom to ask, how far they reach.

use entity::enums::ContactVisibility;

use super::needs::Subjects;
use super::network::Network;
use super::random::{Random, Stream};
use super::text::{self, LABEL};
use super::{ground::Ground, stock};
use crate::directory::listing::{AgencyListing, Contact, Phone};

/// Agencies founded by so many first services grow largest: they work everywhere.
const NATIONAL: u32 = 150;
/// And those after them across a region.
const REGIONAL: u32 = 1_500;

/// How far an agency reaches.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    Local,
    Regional,
    National,
}

/// What is needed of an agency for its services and places, cheaper than its listing.
pub(super) struct Agency {
    pub(super) number: u32,
    pub(super) scope: Scope,
    /// The sector of its first place.
    pub(super) home: usize,
    /// The area of needs that it is mostly about.
    pub(super) theme: Option<usize>,
    /// Its own name, without label.
    pub(super) name: String,
    /// The name by which everybody calls it.
    pub(super) short: String,
    /// Its host on the internet.
    pub(super) host: String,
}

impl Scope {
    /// How far the agency of this number reaches.
    pub(super) fn of(network: Network, number: u32) -> Self {
        Self::drawn(&mut Random::new(network.seed, Stream::Agency, number), number)
    }

    fn drawn(random: &mut Random, number: u32) -> Self {
        let drawn = random.weighted(&[(92, Self::Local), (5, Self::Regional), (3, Self::National)]);
        match drawn {
            Self::Local | Self::Regional if number < NATIONAL => Self::National,
            Self::Local if number < REGIONAL => Self::Regional,
            Self::Local | Self::Regional | Self::National => drawn,
        }
    }
}

impl Agency {
    pub(super) fn new(network: Network, number: u32, ground: &Ground<'_>, subjects: &Subjects<'_>) -> Self {
        let mut random = Random::new(network.seed, Stream::Agency, number);
        let scope = Scope::drawn(&mut random, number);
        // One theme for a great many services would tilt the needs of the whole network.
        let theme = (number >= REGIONAL).then(|| subjects.theme(&mut random));
        let short = text::invented(&mut random);
        let name = [&short, " ", random.word(stock::AGENCIES)].concat();
        let host = format!("{}-{number}.example", short.to_ascii_lowercase());
        Self { number, scope, home: home(network, number, ground), theme, name, short, host }
    }

    /// The agency as a listing has it: the same for each of its services.
    pub(super) fn listing(&self, network: Network, ground: &Ground<'_>) -> AgencyListing {
        let mut random = Random::new(network.seed, Stream::AgencyText, self.number);
        let authority = ground.authority_of(self.home).facts;
        let website = format!("https://www.{}", self.host);
        let email = format!("hello@{}", self.host);
        let phone = telephone(&mut random, authority.region);
        AgencyListing {
            key: key(self.number),
            name: [&self.name, LABEL].concat(),
            alternate_name: random.chance(80).then(|| [&self.short, LABEL].concat()),
            description: random.chance(900).then(|| self.description(&mut random, authority.name)),
            email: random.chance(850).then_some(email),
            website: random.chance(800).then_some(website),
            legal_status: random.chance(800).then(|| random.word(stock::LEGAL_FORMS).to_owned()),
            // A letter that no register's numbers begin with.
            charity_number: random.chance(500).then(|| format!("X{:07}", self.number)),
            company_number: random.chance(300).then(|| format!("X{:08}", self.number)),
            parent_key: self.parent(network, &mut random),
            phones: vec![plain(phone)],
            contacts: self.contacts(network, &mut random, authority.region),
            identifiers: Vec::new(),
        }
    }

    fn description(&self, random: &mut Random, town: &str) -> String {
        let reach = match self.scope {
            Scope::Local => format!("in and around {town}"),
            Scope::Regional => format!("from {town} and the towns around it"),
            Scope::National => "in every part of the country".to_owned(),
        };
        let (adjective, staff) = (random.word(super::phrases::ADJECTIVES), random.word(super::phrases::STAFF));
        let (snack, thanks) = (random.word(super::phrases::SNACKS), random.word(super::phrases::PRACTICAL));
        format!(
            "{} is a {adjective} agency {reach}, with {staff} who stay. We began in {} with {snack}. {thanks} This agency is synthetic.",
            self.name,
            text::street(random),
        )
    }

    /// Some agencies are part of one that was there before.
    fn parent(&self, network: Network, random: &mut Random) -> Option<String> {
        (self.number > 0 && random.chance(40)).then(|| key(network.agency(random.below(self.number))))
    }

    fn contacts(&self, network: Network, random: &mut Random, region: &str) -> Vec<Contact> {
        let mut contacts = Vec::new();
        if random.chance(920) {
            contacts.push(Contact { named: true, ..self.contact(random, region) });
            if random.chance(750) {
                contacts.push(Contact { deputy: true, ..self.contact(random, region) });
            }
        }
        if self.number > 0 && random.chance(50) {
            let other = network.agency(random.below(self.number));
            contacts.push(Contact { for_agency_key: Some(key(other)), ..self.contact(random, region) });
        }
        contacts
    }

    /// Somebody of this agency.
    pub(super) fn contact(&self, random: &mut Random, region: &str) -> Contact {
        let name = text::person(random);
        let mailbox = name.to_ascii_lowercase().replace(' ', ".");
        Contact {
            email: random.chance(800).then(|| format!("{mailbox}@{}", self.host)),
            name: Some(name),
            role: Some(random.word(stock::ROLES).to_owned()),
            phone: match random.below(10) {
                0..4 => None,
                4..6 => Some(mobile(random)),
                _ => Some(telephone(random, region)),
            },
            visibility: if random.chance(900) { ContactVisibility::SignedIn } else { ContactVisibility::Public },
            named: false,
            deputy: false,
            for_agency_key: None,
        }
    }
}

/// The sector of an agency's first place.
pub(super) fn home(network: Network, number: u32, ground: &Ground<'_>) -> usize {
    ground.anywhere(&mut Random::new(network.seed, Stream::Seat, number))
}

fn key(number: u32) -> String {
    format!("agency-{number}")
}

/// A number without more words.
pub(super) fn plain(number: String) -> Phone {
    Phone { number, ..Phone::default() }
}

/// A number from the ranges that Ofcom keeps for drama, of a region if it keeps one there.
/// Source: Ofcom, “Telephone numbers for use in TV and radio drama programmes”.
pub(super) fn telephone(random: &mut Random, region: &str) -> String {
    let last = random.below(1000);
    let start = match region {
        "London" => "020 7946 0",
        "North West" => random.word(&["0161 496 0", "0151 496 0"]),
        "North East" => "0191 498 0",
        "Yorkshire and The Humber" => random.word(&["0113 496 0", "0114 496 0"]),
        "East Midlands" => random.word(&["0115 496 0", "0116 496 0"]),
        "West Midlands" => "0121 496 0",
        "South West" => "0117 496 0",
        "South East" => "0118 496 0",
        "Scotland" => random.word(&["0131 496 0", "0141 496 0"]),
        "Wales" => "029 2018 0",
        "Northern Ireland" => "028 9649 6",
        _ => "01632 960",
    };
    format!("{start}{last:03}")
}

/// A free number of the same kind.
pub(super) fn freephone(random: &mut Random) -> String {
    format!("0808 157 0{:03}", random.below(1000))
}

/// A mobile number of the same kind.
fn mobile(random: &mut Random) -> String {
    format!("07700 900{:03}", random.below(1000))
}
