//! Reads where a service is offered: `service_at_locations`, their locations and addresses.

use entity::enums::LocationKind;
use serde_json::Value;

use super::{
    areas,
    facts::Facts,
    people::{self, Persons},
    read::{Node, Remarks, is_placeholder, once},
    schedules,
    vocabulary::{features, says_confidential},
};
use crate::directory::listing::{Address, Identifier, LocationListing, ServicePlace};

/// What we write in place of what is known of a confidential location.
pub(super) const WITHHELD: &str = "The address is confidential.";

/// The places of a service; each pair of a service and a location once.
pub(super) fn read_places(service: &Node<'_>, persons: &Persons<'_>, remarks: &mut Remarks) -> Vec<ServicePlace> {
    let fields = ["name", "alternate_name", "description", "alert"];
    let service_says = fields.into_iter().find(|field| service.str(field).is_some_and(says_confidential));
    let mut places: Vec<ServicePlace> = Vec::new();
    for node in service.list("service_at_locations") {
        let mut place = read_place(&node, persons, remarks);
        let stated = node.object("location").is_some_and(|location| location.facts().has("confidential"));
        if let (Some(field), Some(place), false) = (service_says, &mut place, stated) {
            remarks.tell(service.path(field), "says that the address is confidential; it is kept so");
            place.location.confidential = true;
        }
        match place {
            None => remarks.tell(node.path("location"), "is missing; the place is left out"),
            Some(place) if places.iter().any(|known| known.key == place.key) => {
                remarks.tell(node.path("id"), "is the id of an earlier one; the place is left out");
            }
            Some(place) => places.push(place),
        }
    }
    // One location under two of them is a secret in both.
    let secret =
        once(places.iter().filter(|place| place.location.confidential).map(|place| place.location.key.clone()));
    for place in &mut places {
        place.location.confidential |= secret.contains(&place.location.key);
    }
    places
}

/// One service at one location, if the location is there.
pub(super) fn read_place(node: &Node<'_>, persons: &Persons<'_>, remarks: &mut Remarks) -> Option<ServicePlace> {
    let inner = node.object("location")?;
    let mut location = read_location(&inner, persons, remarks);
    let description = node.text("description");
    if !inner.facts().has("confidential")
        && !location.confidential
        && description.as_deref().is_some_and(says_confidential)
    {
        location.confidential = true;
        remarks.tell(node.path("description"), "says that the address is confidential; it is kept so");
    }
    let mut contacts = people::read_contacts(node);
    for contact in people::read_contacts(&inner) {
        if !contacts.contains(&contact) {
            contacts.push(contact);
        }
    }
    Some(ServicePlace {
        key: key(node, &node.facts()),
        location,
        description,
        areas: areas::read(node, remarks),
        schedules: schedules::read(node, remarks),
        phones: people::read_phones(node, persons, remarks),
        contacts,
    })
}

/// The source's key of something: our own, where a directory like ours has written it.
pub(super) fn key(node: &Node<'_>, facts: &Facts<'_>) -> String {
    facts.value("key").map(str::to_owned).or_else(|| node.text("id")).unwrap_or_default()
}

/// A location.
pub(super) fn read_location(node: &Node<'_>, persons: &Persons<'_>, remarks: &mut Remarks) -> LocationListing {
    let facts = node.facts();
    let said = says_so(node);
    let confidential = match facts.value("confidential") {
        Some(stated) => stated == "true",
        None => said.is_some(),
    };
    if let (None, Some(field)) = (facts.value("confidential"), said) {
        remarks.tell(node.path(field), "says that the address is confidential; it is kept so");
    }
    let (mut offered, mut missing) = (Vec::new(), Vec::new());
    for row in node.list("accessibility") {
        let texts = once(["description", "accessibility", "details"].into_iter().filter_map(|field| row.str(field)));
        for text in texts {
            let (has, lacks) = features(text);
            offered.extend(has);
            missing.extend(lacks);
        }
    }
    let mut identifiers = Vec::new();
    if let Some(value) = node.text("external_identifier") {
        let scheme = node.text("external_identifier_type").unwrap_or_else(|| "external".to_owned());
        identifiers.push(Identifier { scheme: plain_scheme(&scheme), value });
    }
    if facts.has("identifier") {
        identifiers = facts.values("identifier").filter_map(identifier).collect();
    }
    LocationListing {
        key: key(node, &facts),
        name: node.text("name"),
        alternate_name: node.text("alternate_name"),
        description: node.text("description").filter(|said| said != WITHHELD),
        kind: node.str("location_type").and_then(LocationKind::parse).unwrap_or(LocationKind::Physical),
        address: main_address(node)
            .map(|(_, address)| read_address(&address, remarks))
            .filter(|a| *a != Address::default()),
        point: point(node, remarks),
        confidential,
        public_area: facts.value("public_area").map(str::to_owned),
        transport: node.text("transportation"),
        access_offered: once(offered),
        access_missing: once(missing),
        schedules: schedules::read(node, remarks),
        phones: people::read_phones(node, persons, remarks),
        identifiers,
    }
}

/// `scheme=value`, as a fact has it.
pub(super) fn identifier(text: &str) -> Option<Identifier> {
    let (scheme, value) = text.split_once('=')?;
    Some(Identifier { scheme: scheme.to_owned(), value: value.to_owned() })
}

/// `UPRN` and `UK UPRN` are one scheme.
fn plain_scheme(scheme: &str) -> String {
    let lower = scheme.to_lowercase();
    if lower == "uk uprn" { "uprn".to_owned() } else { lower }
}

/// The field in whose words a location says that its address is a secret.
pub(super) fn says_so(location: &Node<'_>) -> Option<&'static str> {
    const FIELDS: [&str; 4] = ["name", "alternate_name", "description", "transportation"];
    const LINES: [&str; 5] = ["attention", "address_1", "address_2", "city", "postal_code"];
    let own = FIELDS.into_iter().find(|field| location.str(field).is_some_and(says_confidential));
    own.or_else(|| {
        let line = |address: Node<'_>| LINES.iter().any(|field| address.str(field).is_some_and(line_says_so));
        location.list("addresses").any(line).then_some("addresses")
    })
}

/// An address line may say so in one word.
fn line_says_so(line: &str) -> bool {
    let word = line.trim_matches(|c: char| !c.is_alphanumeric());
    ["confidential", "withheld", "undisclosed"].iter().any(|secret| word.eq_ignore_ascii_case(secret))
        || says_confidential(line)
}

/// The first physical address, or else the first, with its place in the list.
pub(super) fn main_address<'a>(location: &Node<'a>) -> Option<(usize, Node<'a>)> {
    let mut addresses = location.list("addresses").enumerate();
    let first = addresses.next()?;
    let is_physical = |address: &Node<'_>| address.str("address_type") == Some("physical");
    if is_physical(&first.1) {
        return Some(first);
    }
    Some(addresses.find(|(_, address)| is_physical(address)).unwrap_or(first))
}

pub(super) fn read_address(node: &Node<'_>, remarks: &mut Remarks) -> Address {
    let said = |field: &str| node.text(field).filter(|text| !is_placeholder(text));
    let facts = node.facts();
    let country = said("country").and_then(|country| match country.to_ascii_uppercase().as_str() {
        "UK" | "UNITED KINGDOM" | "GREAT BRITAIN" => Some("GB".to_owned()),
        code if code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()) => Some(code.to_owned()),
        _ => {
            remarks.tell(node.path("country"), "is no two-letter code; left out");
            None
        }
    });
    Address {
        lines: facts
            .stated("line", |line| Some(line.to_owned()))
            .unwrap_or_else(|| ["address_1", "address_2"].into_iter().filter_map(said).collect()),
        town: said("city"),
        region: said("region").or_else(|| said("state_province")),
        postcode: said("postal_code"),
        country,
    }
}

/// Latitude and longitude, where both are there and on the globe. 0, 0 is the sea off Ghana and
/// a form left blank.
fn point(node: &Node<'_>, remarks: &mut Remarks) -> Option<(f64, f64)> {
    let (latitude, longitude) = match (node.number("latitude"), node.number("longitude")) {
        (None, None) => return None,
        (Some(latitude), Some(longitude)) => (latitude, longitude),
        (Some(_), None) | (None, Some(_)) => {
            remarks.tell(node.path("latitude"), "and longitude must both be there; the point is left out");
            return None;
        }
    };
    let on_globe = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
    if !on_globe || (latitude == 0.0 && longitude == 0.0) {
        remarks.tell(node.path("latitude"), "and longitude are no point on the globe that anybody meant; left out");
        return None;
    }
    Some((latitude, longitude))
}

/// Whether an object that looks like a location must be kept secret.
pub(super) fn is_secret_location(value: &Value) -> bool {
    let Some(members) = value.as_object() else { return false };
    let node = Node::of(members);
    match node.facts().value("confidential") {
        Some(stated) => stated == "true",
        None => says_so(&node).is_some(),
    }
}
