//! What never leaves: where a confidential place is, persons' names and direct lines, internal
//! remarks on who reported what.
//!
//! A document is written from a listing that holds nothing secret ([`public_form`]) over an
//! original without persons ([`without_persons`]); what is left of an original may still repeat
//! a secret in fields that we do not know, so the result is searched for it ([`scrubbed`]).

use entity::enums::AssuranceEvidence;
use serde_json::Value;

use super::{
    facts::derived_id,
    from_hsds::listing_from,
    from_place::is_secret_location,
    people::{is_public, read_contact},
    read::{Node, Object},
    vocabulary::{is_function, is_function_mailbox},
};
use crate::{
    directory::listing::{Contact, LocationListing, Phone, Schedule, ServiceListing, ServicePlace},
    open_referral::formats::{is_email, is_uri, is_uuid},
};

/// A secret of fewer letters than this is found everywhere and gives nothing away.
const SHORTEST_SECRET: usize = 4;

/// How many words make a name or a description a secret that is looked for elsewhere: "Refuge"
/// or "Ring the bell" is said of many places.
const FEWEST_WORDS_OF_NAME: usize = 2;
const FEWEST_WORDS_OF_TEXT: usize = 4;

/// Fields whose values are words of the standard, dates or numbers, never told in anybody's own
/// words.
const CODED: &[&str] = &[
    "id",
    "status",
    "last_modified",
    "assured_date",
    "freq",
    "wkst",
    "byday",
    "bymonthday",
    "byweekno",
    "byyearday",
    "dtstart",
    "until",
    "valid_from",
    "valid_to",
    "opens_at",
    "closes_at",
    "location_type",
    "address_type",
    "extent_type",
    "country",
    "currency",
    "identifier_scheme",
    "identifier_type",
    "taxonomy",
    "link_type",
    "link_entity",
];

/// What stands where a secret stood.
const BLANK: &str = "[withheld]";

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
    let document = Value::Object(members);
    let persons: Vec<String> = personal_ids(&document);
    let mut document = document;
    strip(&mut document, &persons);
    match document {
        Value::Object(members) => members,
        _ => Object::new(),
    }
}

fn is_person(contact: &Value) -> bool {
    contact.as_object().and_then(|members| read_contact(&Node::of(members))).is_some_and(|contact| !is_public(&contact))
}

fn personal_ids(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut left = vec![value];
    while let Some(value) = left.pop() {
        match value {
            Value::Array(items) => left.extend(items),
            Value::Object(members) => {
                let contacts = members.get("contacts").and_then(Value::as_array).into_iter().flatten();
                found.extend(
                    contacts
                        .filter(|contact| is_person(contact))
                        .filter_map(|c| c.get("id")?.as_str().map(str::to_owned)),
                );
                left.extend(members.values());
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    found
}

fn strip(value: &mut Value, persons: &[String]) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| strip(item, persons)),
        Value::Object(members) => {
            retain(members, "contacts", |contact| !is_person(contact));
            retain(members, "phones", |phone| {
                let of = phone.get("contact_id").and_then(Value::as_str);
                !of.is_some_and(|of| persons.iter().any(|person| person == of))
            });
            let text = |members: &Object, field: &str| members.get(field).and_then(Value::as_str).map(str::to_owned);
            if text(members, "attention").is_some_and(|name| !is_function(&name)) {
                members.remove("attention");
            }
            if text(members, "assurer_email").is_some_and(|email| !is_function_mailbox(&email)) {
                members.remove("assurer_email");
            }
            members.values_mut().for_each(|member| strip(member, persons));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Keeps of a list what `keep` says, and no empty list where something was taken out.
fn retain(members: &mut Object, field: &str, keep: impl Fn(&Value) -> bool) {
    let Some(items) = members.get_mut(field).and_then(Value::as_array_mut) else { return };
    let before = items.len();
    items.retain(keep);
    if items.is_empty() && before > 0 {
        members.remove(field);
    }
}

/// The document without anything that tells where a confidential place is, wherever the original
/// may have repeated it.
pub(super) fn scrubbed(mut document: Value, listing: &ServiceListing, original: Option<&Object>) -> Value {
    let secret: Vec<&ServicePlace> = listing.places.iter().filter(|place| place.location.confidential).collect();
    if let Some(agency) = document.get_mut("organization").and_then(Value::as_object_mut) {
        let told = |location: &Value| secret.is_empty() && !is_secret_location(location);
        retain(agency, "locations", told);
    }
    if secret.is_empty() {
        return document;
    }
    let read = original.map(|members| listing_from(&Value::Object(members.clone())).listing);
    let as_read =
        read.iter().flat_map(|read| &read.places).filter(|place| secret.iter().any(|secret| secret.key == place.key));
    let mut secrets = Secrets::default();
    for place in secret.iter().copied().chain(as_read) {
        secrets.add(place, listing);
    }
    secrets.clean(&mut document);
    document
}

#[derive(Default)]
struct Secrets {
    /// Words in a row.
    phrases: Vec<Vec<String>>,
    numbers: Vec<f64>,
    ids: Vec<String>,
}

impl Secrets {
    fn add(&mut self, place: &ServicePlace, listing: &ServiceListing) {
        let location = &place.location;
        self.ids.push(location.key.clone());
        let names = [&location.name, &location.alternate_name].into_iter().flatten();
        let told = [&location.description, &location.transport, &place.description].into_iter().flatten();
        let address = location.address.iter().flat_map(|address| address.lines.iter().chain(&address.postcode));
        let numbers = location.identifiers.iter().map(|id| &id.value);
        let public = |phone: &&Phone| {
            !listing.phones.iter().chain(&listing.agency.phones).any(|ours| ours.number == phone.number)
        };
        let phones = location.phones.iter().chain(&place.phones).filter(public).map(|phone| &phone.number);
        names.for_each(|name| self.phrase(name, FEWEST_WORDS_OF_NAME, listing));
        told.for_each(|text| self.phrase(text, FEWEST_WORDS_OF_TEXT, listing));
        address.chain(numbers).chain(phones).for_each(|text| self.phrase(text, 1, listing));
        if let Some(postcode) = location.address.as_ref().and_then(|address| address.postcode.as_ref()) {
            // With and without the space.
            let compact: String = postcode.chars().filter(|c| c.is_alphanumeric()).collect();
            if let Some((outward, inward)) = compact.len().checked_sub(3).and_then(|at| compact.split_at_checked(at)) {
                self.phrase(&format!("{outward} {inward}"), 1, listing);
            }
            self.phrase(&compact, 1, listing);
        }
        if let Some((latitude, longitude)) = location.point {
            self.numbers.extend([latitude, longitude]);
            self.phrase(&latitude.to_string(), 1, listing);
            self.phrase(&longitude.to_string(), 1, listing);
        }
    }

    /// A phrase that the public knows anyway, as a name or as the area it may be told, is none.
    fn phrase(&mut self, text: &str, fewest_words: usize, listing: &ServiceListing) {
        let words: Vec<String> = words(text).into_iter().map(|(word, _)| word).collect();
        let known = [
            Some(&listing.name),
            listing.alternate_name.as_ref(),
            Some(&listing.agency.name),
            listing.agency.alternate_name.as_ref(),
        ];
        let areas = listing.places.iter().filter_map(|place| place.location.public_area.as_ref());
        let is_known = known.into_iter().flatten().chain(areas).any(|name| {
            let name: Vec<String> = self::words(name).into_iter().map(|(word, _)| word).collect();
            name.windows(words.len().max(1)).any(|part| part == words)
        });
        let long = words.iter().map(String::len).sum::<usize>() >= SHORTEST_SECRET;
        if long && words.len() >= fewest_words && !is_known && !self.phrases.contains(&words) {
            self.phrases.push(words);
        }
    }

    fn clean(&self, value: &mut Value) {
        match value {
            Value::Array(items) => {
                items.retain(|item| !self.is_secret(item));
                items.iter_mut().for_each(|item| self.clean(item));
            }
            Value::Object(members) => {
                // A record of changes may hold the address of last year.
                members.remove("metadata");
                members.retain(|field, member| field == "id" || !self.is_secret(member));
                for (field, member) in members.iter_mut() {
                    if !CODED.contains(&field.as_str()) {
                        self.clean(member);
                    }
                }
            }
            Value::String(text) => {
                if !is_uuid(text)
                    && let Some(cleaned) = self.blanked(text)
                {
                    *text = cleaned;
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Whether a value cannot be told at all: a number of the point, the location's id, and texts
    /// that would be broken if a part of them were blanked.
    fn is_secret(&self, value: &Value) -> bool {
        match value {
            Value::Number(number) => number.as_f64().is_some_and(|number| self.numbers.contains(&number)),
            Value::String(text) => {
                let whole = is_uri(text) || is_email(text) || text.trim_start().starts_with(['{', '[']);
                self.ids.contains(text) || (whole && self.blanked(text).is_some())
            }
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => false,
        }
    }

    /// The text without the secret phrases in it, if there are any.
    fn blanked(&self, text: &str) -> Option<String> {
        let words = words(text);
        let mut cleaned = String::new();
        let (mut at, mut copied) = (0, 0);
        while at < words.len() {
            let here = |phrase: &&Vec<String>| {
                words.get(at..at + phrase.len()).is_some_and(|part| part.iter().map(|(word, _)| word).eq(phrase.iter()))
            };
            match self.phrases.iter().filter(here).max_by_key(|phrase| phrase.len()) {
                Some(phrase) => {
                    let (first, last) = (&words[at].1, &words[at + phrase.len() - 1].1);
                    cleaned.push_str(&text[copied..first.start]);
                    cleaned.push_str(BLANK);
                    copied = last.end;
                    at += phrase.len();
                }
                None => at += 1,
            }
        }
        (copied > 0).then(|| cleaned + &text[copied..])
    }
}

/// The words of a text in lower case, each with where it stands.
fn words(text: &str) -> Vec<(String, std::ops::Range<usize>)> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, sign) in text.char_indices().chain([(text.len(), ' ')]) {
        match (sign.is_alphanumeric(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                found.push((text[from..at].to_lowercase(), from..at));
                start = None;
            }
            (true, Some(_)) | (false, None) => {}
        }
    }
    found
}
