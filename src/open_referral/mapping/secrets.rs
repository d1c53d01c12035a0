//! Searches a document for what tells where a confidential place is, wherever the original it was
//! written over may have repeated it, and blanks it.

use std::{collections::HashMap, ops::Range};

use serde_json::Value;

use super::{
    facts::is_of_schedule, from_hsds::listing_from, from_place::is_secret_location, read::Object,
    vocabulary::says_confidential, withheld::retain,
};
use crate::{
    directory::listing::{LocationListing, ServiceListing, ServicePlace},
    open_referral::formats::{is_email, is_uri, is_uuid},
};

/// A secret of fewer letters than this is found everywhere and gives nothing away.
const SHORTEST: usize = 4;

/// How many words make a name or a description a secret that is looked for elsewhere: "Refuge"
/// or "Ring the bell" is said of many places.
const FEWEST_WORDS_OF_NAME: usize = 2;
const FEWEST_WORDS_OF_TEXT: usize = 4;

/// What stands where a secret stood.
const BLANK: &str = "[withheld]";

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

/// The document without the secrets of the listing's confidential places.
pub(super) fn scrubbed(mut document: Value, listing: &ServiceListing, original: Option<&Object>) -> Value {
    let secret: Vec<&ServicePlace> = listing.places.iter().filter(|place| place.location.confidential).collect();
    if let Some(agency) = document.get_mut("organization").and_then(Value::as_object_mut) {
        retain(agency, "locations", |location| secret.is_empty() && !is_secret_location(location));
    }
    if secret.is_empty() {
        return document;
    }
    let read = original.map(|members| listing_from(&Value::Object(members.clone())).listing);
    let as_read =
        read.iter().flat_map(|read| &read.places).filter(|place| secret.iter().any(|secret| secret.key == place.key));
    let mut secrets = Secrets { known: known_anyway(listing), ..Secrets::default() };
    secret.iter().copied().chain(as_read).for_each(|place| secrets.add(place));
    secrets.clean(&mut document);
    document
}

/// What the listing tells the public elsewhere: names, the areas that may be told, telephones,
/// and the places that are no secret. Blanking it there would only point to the secret.
fn known_anyway(listing: &ServiceListing) -> Vec<Vec<String>> {
    let agency = &listing.agency;
    let names =
        [Some(&listing.name), listing.alternate_name.as_ref(), Some(&agency.name), agency.alternate_name.as_ref()];
    let areas = listing.places.iter().filter_map(|place| place.location.public_area.as_ref());
    let phones = listing.phones.iter().chain(&agency.phones).map(|phone| &phone.number);
    let open = listing.places.iter().filter(|place| !place.location.confidential);
    let open = open.flat_map(|place| whereabouts(place).map(|(text, _)| text));
    let texts = names.into_iter().flatten().chain(areas).chain(phones).map(|text| plain(text));
    texts.chain(open.map(|text| plain(&text))).collect()
}

/// The texts that tell where a place is, each with how many words it must have to be one.
fn whereabouts(place: &ServicePlace) -> impl Iterator<Item = (String, usize)> {
    let location = &place.location;
    let names = [&location.name, &location.alternate_name]
        .into_iter()
        .flatten()
        .map(|name| (name.clone(), FEWEST_WORDS_OF_NAME));
    // That it is a secret is none.
    let told = [&location.description, &location.transport, &place.description].into_iter().flatten();
    let told = told.filter(|text| !says_confidential(text)).map(|text| (text.clone(), FEWEST_WORDS_OF_TEXT));
    let lines = location.address.iter().flat_map(|address| &address.lines);
    let numbers = location.identifiers.iter().map(|id| &id.value);
    let phones = location.phones.iter().chain(&place.phones).map(|phone| &phone.number);
    let exact = lines.chain(numbers).chain(phones).map(|text| (text.clone(), 1));
    let point = location.point.map(|(latitude, longitude)| [(latitude.to_string(), 1), (longitude.to_string(), 1)]);
    names.chain(told).chain(exact).chain(postcode(location)).chain(point.into_iter().flatten())
}

/// The postcode with and without its space.
fn postcode(location: &LocationListing) -> impl Iterator<Item = (String, usize)> + use<> {
    let written = location.address.as_ref().and_then(|address| address.postcode.as_ref());
    let compact: Option<String> = written.map(|postcode| postcode.chars().filter(|c| c.is_alphanumeric()).collect());
    let apart = compact.as_ref().and_then(|compact| {
        let (outward, inward) = compact.split_at_checked(compact.len().checked_sub(3)?)?;
        Some(format!("{outward} {inward}"))
    });
    compact.into_iter().chain(apart).map(|postcode| (postcode, 1))
}

#[derive(Default)]
struct Secrets {
    /// Words in a row that are none.
    known: Vec<Vec<String>>,
    /// Words in a row, by the first.
    phrases: HashMap<String, Vec<Vec<String>>>,
    numbers: Vec<f64>,
    ids: Vec<String>,
}

impl Secrets {
    fn add(&mut self, place: &ServicePlace) {
        for (text, fewest_words) in whereabouts(place) {
            let words = plain(&text);
            let known = self.known.iter().any(|known| known.windows(words.len().max(1)).any(|part| part == words));
            let long = words.iter().map(String::len).sum::<usize>() >= SHORTEST && words.len() >= fewest_words;
            if let (Some(first), true) = (words.first(), long && !known) {
                let phrases = self.phrases.entry(first.clone()).or_default();
                if !phrases.contains(&words) {
                    phrases.push(words);
                }
            }
        }
        self.ids.push(place.location.key.clone());
        if let Some((latitude, longitude)) = place.location.point {
            let known = |number: &f64| self.known.contains(&plain(&number.to_string()));
            self.numbers.extend([latitude, longitude].into_iter().filter(|number| !known(number)).collect::<Vec<_>>());
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
                let scheduled = is_of_schedule(members);
                for (field, member) in members.iter_mut() {
                    let coded = CODED.contains(&field.as_str()) || (scheduled && field == "value");
                    if !coded {
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
            let begun = self.phrases.get(&words[at].0).into_iter().flatten();
            match begun.filter(here).max_by_key(|phrase| phrase.len()) {
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

fn plain(text: &str) -> Vec<String> {
    words(text).into_iter().map(|(word, _)| word).collect()
}

/// The words of a text in lower case, each with where it stands.
fn words(text: &str) -> Vec<(String, Range<usize>)> {
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
