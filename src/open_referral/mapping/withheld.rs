//! What never leaves: where a confidential place is, persons' names and direct lines, internal
//! remarks on who reported what.
//!
//! A document is written from a listing that holds nothing secret ([`public_form`]) over an
//! original without persons ([`without_persons`]); what is left of an original may still repeat
//! a secret in fields that we do not know, so the result is searched for it
//! ([`super::secrets`]).

use std::collections::HashSet;

use entity::enums::AssuranceEvidence;
use serde_json::Value;

use super::{
    facts::derived_id,
    people::{is_public, read_contact},
    read::{Node, Object},
    vocabulary::{is_function, is_function_mailbox},
};
use crate::directory::listing::{Contact, LocationListing, Schedule, ServiceListing, ServicePlace};

/// The part of a listing that may leave.
pub(super) fn public_form(listing: &ServiceListing) -> ServiceListing {
    let mut public = listing.clone();
    let may_leave = |contact: &Contact| is_public(contact) && contact.for_agency_key.is_none();
    public.contacts.retain(may_leave);
    public.agency.contacts.retain(may_leave);
    for place in &mut public.places {
        place.contacts.retain(may_leave);
        if place.location.confidential {
            *place = without_whereabouts(place);
        }
    }
    for assured in &mut public.assurances {
        match assured.evidence {
            AssuranceEvidence::AgencyConfirmed | AssuranceEvidence::Feed => assured.by = assured.by.take().map(assurer),
            AssuranceEvidence::WorkerReported => assured.by = None,
        }
    }
    public
}

/// Who assured something, in words that may be told: of a person's own e-mail address the domain.
pub(super) fn assurer(by: String) -> String {
    match by.split_once('@') {
        Some((_, domain)) if !is_function_mailbox(&by) => domain.to_owned(),
        _ => by,
    }
}

/// A confidential place: what it is, when it is open, whom it serves, which area may be told.
/// Its id is the pair's: the location's own may stand beside the address in another feed.
fn without_whereabouts(place: &ServicePlace) -> ServicePlace {
    let unremarked = |rows: &[Schedule]| rows.iter().map(|row| Schedule { note: None, ..row.clone() }).collect();
    ServicePlace {
        key: place.key.clone(),
        location: LocationListing {
            key: derived_id(&format!("withheld/{}", place.key)),
            name: None,
            alternate_name: None,
            description: None,
            kind: place.location.kind,
            address: None,
            point: None,
            confidential: true,
            public_area: place.location.public_area.clone(),
            transport: None,
            access_offered: place.location.access_offered.clone(),
            access_missing: place.location.access_missing.clone(),
            schedules: unremarked(&place.location.schedules),
            phones: Vec::new(),
            identifiers: Vec::new(),
        },
        description: None,
        areas: place.areas.clone(),
        schedules: unremarked(&place.schedules),
        phones: Vec::new(),
        contacts: Vec::new(),
    }
}

/// An original without contacts that name a person, their telephones, and addresses "for the
/// attention of" somebody.
pub(super) fn without_persons(members: Object) -> Object {
    let persons = personal_ids(&members);
    let mut members = members;
    strip_object(&mut members, &persons);
    members
}

fn is_person(contact: &Value) -> bool {
    contact.as_object().and_then(|members| read_contact(&Node::of(members))).is_some_and(|contact| !is_public(&contact))
}

fn personal_ids(document: &Object) -> HashSet<String> {
    let mut found = HashSet::new();
    let mut left: Vec<&Value> = document.values().collect();
    let mut add = |members: &Object| {
        let contacts = members.get("contacts").and_then(Value::as_array).into_iter().flatten();
        let persons = contacts.filter(|contact| is_person(contact));
        found.extend(persons.filter_map(|contact| contact.get("id")?.as_str().map(str::to_owned)));
    };
    add(document);
    while let Some(value) = left.pop() {
        match value {
            Value::Array(items) => left.extend(items),
            Value::Object(members) => {
                add(members);
                left.extend(members.values());
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    found
}

fn strip(value: &mut Value, persons: &HashSet<String>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| strip(item, persons)),
        Value::Object(members) => strip_object(members, persons),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn strip_object(members: &mut Object, persons: &HashSet<String>) {
    let text = |members: &Object, field: &str| members.get(field).and_then(Value::as_str).map(str::to_owned);
    retain(members, "contacts", |contact| !is_person(contact));
    retain(members, "phones", |phone| {
        let of = phone.get("contact_id").and_then(Value::as_str);
        !of.is_some_and(|of| persons.contains(of))
    });
    if text(members, "attention").is_some_and(|name| !is_function(&name)) {
        members.remove("attention");
    }
    if text(members, "assurer_email").is_some_and(|email| !is_function_mailbox(&email)) {
        members.remove("assurer_email");
    }
    members.values_mut().for_each(|member| strip(member, persons));
}

/// Keeps of a list what `keep` says, and no empty list where something was taken out.
pub(super) fn retain(members: &mut Object, field: &str, keep: impl Fn(&Value) -> bool) {
    let Some(items) = members.get_mut(field).and_then(Value::as_array_mut) else { return };
    let before = items.len();
    items.retain(keep);
    if items.is_empty() && before > 0 {
        members.remove(field);
    }
}
