//! Writes where a service is offered.

use entity::enums::{AccessFeature, LocationKind};
use serde_json::Value;

use super::{
    areas,
    draft::Draft,
    facts::{self, Fact, Group, identify},
    from_place::{self, WITHHELD, is_secret_location, main_address},
    people::{self, Persons},
    read::{Node, Object, Remarks},
    to_hsds::{hours, id_of, number, odd_key, text},
    vocabulary::{missing_sentence, offered_sentence},
};
use crate::directory::listing::{Address, LocationListing, ServiceListing, ServicePlace};

/// What the standard wants in an address and nobody stated.
const NOT_STATED: &str = "Not stated";

/// Writes the places of a service. Those of the original that were never read stay, unless they
/// are secret.
pub(super) fn write(draft: &mut Draft<'_, ServiceListing>, over: Option<(&Object, &ServiceListing)>, service: &str) {
    let now = draft.now();
    let original = match draft.members().remove("service_at_locations") {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    };
    let was = over.map_or(&[] as &[ServicePlace], |(_, was)| was.places.as_slice());
    let keys = |places: &[ServicePlace]| places.iter().map(|place| place.key.clone()).collect::<Vec<_>>();
    let mut kept: Vec<(Option<String>, Value)> = Vec::new();
    for item in original {
        let key = item.as_object().map(|members| from_place::key(&Node::of(members), &facts::Facts::of(members)));
        let read = |place: &&ServicePlace| Some(&place.key) == key.as_ref();
        let taken = kept.iter().any(|(taken, _)| taken.is_some() && *taken == key);
        match (
            was.iter().find(read).filter(|_| !taken && item.get("location").is_some_and(Value::is_object)),
            now.places.iter().find(read),
        ) {
            (Some(was), Some(place)) => {
                let original = item.as_object().filter(|_| !place.location.confidential).map(|members| (members, was));
                kept.push((key, Value::Object(pair(place, original, service))));
            }
            (Some(_), None) => {}
            (None, _) if is_secret(&item, now) => {}
            (None, _) => kept.push((None, item)),
        }
    }
    if keys(&now.places) != keys(was) {
        let mut unread = Vec::new();
        let mut written: Vec<(Option<String>, Value)> = Vec::new();
        for (key, item) in kept {
            if key.is_some() { written.push((key, item)) } else { unread.push((None, item)) }
        }
        kept = now
            .places
            .iter()
            .map(|place| {
                let known =
                    written.iter().find(|(key, _)| key.as_ref() == Some(&place.key)).map(|(_, item)| item.clone());
                (None, known.unwrap_or_else(|| Value::Object(pair(place, None, service))))
            })
            .chain(unread)
            .collect();
    }
    if !kept.is_empty() {
        let written = kept.into_iter().map(|(_, item)| item).collect();
        draft.members().insert("service_at_locations".to_owned(), Value::Array(written));
    }
}

/// Whether a place that was not read must not be told all the same.
fn is_secret(item: &Value, now: &ServiceListing) -> bool {
    let any_secret = now.places.iter().any(|place| place.location.confidential);
    any_secret || item.get("location").is_some_and(is_secret_location)
}

fn pair(now: &ServicePlace, over: Option<(&Object, &ServicePlace)>, service: &str) -> Object {
    let id = id_of("place", &now.key);
    let mut draft = Draft::new(now, over);
    draft.put("id", |p| &p.key, |_| text(&id));
    draft.put("service_id", |p| &p.key, |_| text(service));
    draft.text("description", |p| &p.description);
    draft.list(
        "service_areas",
        |p| &p.areas,
        |row| areas::read_area(row, &mut Remarks::default()),
        |area| areas::write(area, &id),
    );
    hours(&mut draft, |p| &p.schedules, &id);
    draft.list(
        "phones",
        |p| &p.phones,
        |row| people::read_phone(row).into_iter().collect(),
        |phone| people::write_phone(phone, &id),
    );
    let contacts_changed = draft.changed(|p| &p.contacts);
    draft.list(
        "contacts",
        |p| &p.contacts,
        |row| people::read_contact(row).into_iter().collect(),
        |contact| people::write_contact(contact, &id),
    );
    let original = over.and_then(|(members, was)| Some((members.get("location")?.as_object()?, &was.location)));
    let mut written = location(&now.location, original);
    if contacts_changed {
        // Those of the location were read as those of the pair, which now has them all.
        written.remove("contacts");
    }
    draft.members().insert("location".to_owned(), Value::Object(written));
    draft.settle("service_at_location", PLACE_GROUPS, |members| {
        let read = from_place::read_place(&Node::of(members), &Persons::default(), &mut Remarks::default());
        read.unwrap_or_else(|| now.clone())
    })
}

fn location(now: &LocationListing, over: Option<(&Object, &LocationListing)>) -> Object {
    let id = id_of("location", &now.key);
    let mut draft = Draft::new(now, over);
    draft.put("id", |l| &l.key, |_| text(&id));
    draft.put("location_type", |l| l.kind, |kind| text(kind.as_str()));
    draft.text("name", |l| &l.name);
    draft.text("alternate_name", |l| &l.alternate_name);
    draft.put(
        "description",
        |l| (&l.description, l.confidential),
        |(description, confidential)| {
            description.clone().or_else(|| confidential.then(|| WITHHELD.to_owned())).map(Value::String)
        },
    );
    draft.text("transportation", |l| &l.transport);
    draft.put("latitude", |l| l.point, |point| point.and_then(|(latitude, _)| number(latitude)));
    draft.put("longitude", |l| l.point, |point| point.and_then(|(_, longitude)| number(longitude)));
    draft.put("external_identifier", |l| l.identifiers.first(), |first| first.map(|id| id.value.as_str().into()));
    draft.put(
        "external_identifier_type",
        |l| l.identifiers.first(),
        |first| first.map(|id| if id.scheme == "uprn" { "UPRN".into() } else { id.scheme.as_str().into() }),
    );
    if draft.changed(|l| &l.address) {
        address_anew(draft.members(), now, &id);
    }
    draft.put(
        "accessibility",
        |l| (&l.access_offered, &l.access_missing),
        |(offered, missing)| accessibility(&id, offered, missing),
    );
    hours(&mut draft, |l| &l.schedules, &id);
    draft.list(
        "phones",
        |l| &l.phones,
        |row| people::read_phone(row).into_iter().collect(),
        |phone| people::write_phone(phone, &id),
    );
    draft.settle("location", LOCATION_GROUPS, |members| {
        from_place::read_location(&Node::of(members), &Persons::default(), &mut Remarks::default())
    })
}

const PLACE_GROUPS: &[Group<ServicePlace>] = &[Group { name: "key", facts: |p| odd_key(&p.key) }];

const LOCATION_GROUPS: &[Group<LocationListing>] = &[
    Group { name: "key", facts: |l| odd_key(&l.key) },
    Group { name: "confidential", facts: |l| confidential(l.confidential) },
    Group {
        name: "public_area",
        facts: |l| l.public_area.clone().map(|area| ("public_area", area)).into_iter().collect(),
    },
    Group {
        name: "identifier",
        facts: |l| l.identifiers.iter().map(|id| ("identifier", format!("{}={}", id.scheme, id.value))).collect(),
    },
];

fn confidential(confidential: bool) -> Vec<Fact> {
    vec![("confidential", confidential.to_string())]
}

/// Says of each location whether it is confidential, where the document as a whole would have
/// it otherwise (the service's own words may speak of a secret address).
pub(super) fn settle_secrets(members: &mut Object, now: &ServiceListing, read_as: &ServiceListing) {
    let Some(items) = members.get_mut("service_at_locations").and_then(Value::as_array_mut) else { return };
    for item in items.iter_mut() {
        let Some(key) = item.as_object().map(|members| from_place::key(&Node::of(members), &facts::Facts::of(members)))
        else {
            continue;
        };
        let place = |listing: &ServiceListing| {
            listing.places.iter().find(|place| place.key == key).map(|place| place.location.confidential)
        };
        if let (Some(is), Some(seems), Some(location)) =
            (place(now), place(read_as), item.get_mut("location").and_then(Value::as_object_mut))
            && is != seems
        {
            facts::replace(location, "location", "confidential", confidential(is), false);
        }
    }
}

/// One row for each feature: the standard has only words here, the profile a second field.
fn accessibility(owner: &str, offered: &[AccessFeature], missing: &[AccessFeature]) -> Option<Value> {
    let sentences = offered.iter().map(|f| offered_sentence(*f)).chain(missing.iter().map(|f| missing_sentence(*f)));
    let rows: Vec<Value> = sentences
        .map(|sentence| {
            let mut row = Object::new();
            row.insert("description".to_owned(), sentence.into());
            row.insert("accessibility".to_owned(), sentence.into());
            identify(&mut row, owner, "accessibility");
            Value::Object(row)
        })
        .collect();
    (!rows.is_empty()).then_some(Value::Array(rows))
}

/// Puts the address in place of the one that was read; others of the location stay.
fn address_anew(members: &mut Object, now: &LocationListing, owner: &str) {
    let at = main_address(&Node::of(members)).map(|(at, _)| at);
    let mut addresses = match members.remove("addresses") {
        Some(Value::Array(addresses)) => addresses,
        _ => Vec::new(),
    };
    let old = at.filter(|at| *at < addresses.len()).map(|at| addresses.remove(at));
    if let Some(address) = &now.address {
        let mut written = write_address(address, now.kind, owner);
        if let Some(id) = old.and_then(|old| old.get("id").cloned()) {
            written.insert("id".to_owned(), id);
        }
        addresses.insert(at.unwrap_or(0).min(addresses.len()), Value::Object(written));
    }
    if !addresses.is_empty() {
        members.insert("addresses".to_owned(), Value::Array(addresses));
    }
}

fn write_address(address: &Address, kind: LocationKind, owner: &str) -> Object {
    let mut written = Object::new();
    let mut put = |field: &str, value: Option<&str>| {
        if let Some(value) = value {
            written.insert(field.to_owned(), value.into());
        }
    };
    let stated = |value: &Option<String>| Some(value.clone().unwrap_or_else(|| NOT_STATED.to_owned()));
    let (first, rest) =
        address.lines.split_first().map_or((NOT_STATED, &[] as &[String]), |(first, rest)| (first, rest));
    put("address_1", Some(first));
    put("address_2", (!rest.is_empty()).then(|| rest.join(", ")).as_deref());
    put("city", stated(&address.town).as_deref());
    put("region", address.region.as_deref());
    put("state_province", stated(&address.region).as_deref());
    put("postal_code", stated(&address.postcode).as_deref());
    put("country", Some(address.country.as_deref().unwrap_or("GB")));
    put("address_type", Some(kind.as_str()));
    identify(&mut written, owner, "address");
    if from_place::read_address(&Node::of(&written), &mut Remarks::default()).lines != address.lines {
        let lines = address.lines.iter().map(|line| ("line", line.clone())).collect();
        facts::replace(&mut written, "address", "line", lines, true);
    }
    written
}
