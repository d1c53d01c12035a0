//! Listings written as documents and read again, afresh and over an original.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use signpost::{
    directory::listing::{LocationListing, ServiceListing, ServicePlace},
    open_referral::mapping::{document_from, listing_from},
};

use super::{
    generated::listing,
    leaves::{Schemas, difference, same_keys, what_may_leave},
    real::shared,
};

fn read(document: &Value) -> ServiceListing {
    same_keys(listing_from(document).listing)
}

/// `a` with those fields of `b` whose bit is set.
fn mixed(a: &ServiceListing, b: &ServiceListing, mask: u64) -> ServiceListing {
    let mut mixed = a.clone();
    let mut bit = 0;
    let mut next = || {
        bit += 1;
        mask >> bit & 1 == 1
    };
    macro_rules! take { ($($field:ident).+) => { if next() { mixed.$($field).+ = b.$($field).+.clone(); } } }
    take!(agency.key);
    take!(agency.name);
    take!(agency.description);
    take!(agency.email);
    take!(agency.website);
    take!(agency.charity_number);
    take!(agency.identifiers);
    take!(agency.parent_key);
    take!(agency.phones);
    take!(agency.contacts);
    take!(name);
    take!(alternate_name);
    take!(summary);
    take!(description);
    take!(status);
    take!(reopens_on);
    take!(alert);
    take!(url);
    take!(email);
    take!(how_to_apply);
    take!(routes);
    take!(gateway);
    take!(needs);
    take!(terms);
    take!(eligibility);
    take!(eligibility.age);
    take!(eligibility.genders);
    take!(eligibility.other);
    take!(cost);
    take!(cost_note);
    take!(languages);
    take!(delivery);
    take!(formats);
    take!(access_offered);
    take!(access_missing);
    take!(capacity);
    take!(areas);
    take!(schedules);
    take!(phones);
    take!(contacts);
    take!(funding);
    take!(documents);
    take!(identifiers);
    take!(assurances);
    take!(source_changed_at);
    if next() {
        let known = |place: &ServicePlace| {
            mixed.places.iter().any(|known| known.key == place.key || known.location.key == place.location.key)
        };
        let new: Vec<ServicePlace> = b.places.iter().take(1).filter(|place| !known(place)).cloned().collect();
        mixed.places.extend(new);
    }
    if next() {
        mixed.places.reverse();
    }
    if let (Some(place), Some(other), true) = (mixed.places.first_mut(), b.places.last(), next()) {
        (place.schedules, place.areas, place.phones) =
            (other.schedules.clone(), other.areas.clone(), other.phones.clone());
        place.contacts.clone_from(&other.contacts);
        place.location = LocationListing { key: place.location.key.clone(), ..other.location.clone() };
    }
    if let (Some(place), true) = (mixed.places.last_mut(), next()) {
        place.location.confidential = !place.location.confidential;
    }
    mixed
}

/// A document with a field in every object that no standard knows.
fn with_unknown_fields(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let known = members.into_iter().map(|(field, member)| (field, with_unknown_fields(member)));
            Value::Object(
                known.chain([("x_unknown".to_owned(), json!({ "kept": [1, 2.5, null] }))]).collect::<Map<_, _>>(),
            )
        }
        Value::Array(items) => Value::Array(items.into_iter().map(with_unknown_fields).collect()),
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => plain,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if cfg!(debug_assertions) { 96 } else { 3_000 }, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_listing_written_afresh_reads_back_but_for_what_must_not_leave(listing in listing()) {
        let document = document_from(&listing, None).unwrap();
        prop_assert_eq!(difference(&read(&document), &what_may_leave(&listing)), "");
    }

    #[test]
    fn a_listing_written_over_an_original_reads_back(a in listing(), b in listing(), mask in any::<u64>()) {
        let original = with_unknown_fields(document_from(&a, None).unwrap());
        let edited = mixed(&listing_from(&original).listing, &b, mask);
        let document = document_from(&edited, Some(&original)).unwrap();
        prop_assert_eq!(difference(&read(&document), &what_may_leave(&edited)), "");
        prop_assert_eq!(&document["x_unknown"], &original["x_unknown"]);
    }

    #[test]
    fn what_was_only_read_is_written_as_it_was(mut listing in listing()) {
        // A confidential place is always written anew.
        listing.places.iter_mut().for_each(|place| place.location.confidential = false);
        let original = with_unknown_fields(document_from(&listing, None).unwrap());
        let read = listing_from(&original).listing;
        prop_assert_eq!(difference(&document_from(&read, Some(&original)).unwrap(), &original), "");
    }
}

#[test]
fn written_documents_satisfy_both_schemas() {
    let Some(shared) = shared("schemas of generated documents") else { return };
    let schemas = Schemas::load(&shared);
    let cases = if cfg!(debug_assertions) { 24 } else { 500 };
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let pairs = (listing(), listing(), any::<u64>());
    runner
        .run(&pairs, |(a, b, mask)| {
            let fresh = document_from(&a, None).unwrap();
            schemas.check(&fresh);
            let edited = mixed(&listing_from(&fresh).listing, &b, mask);
            schemas.check(&document_from(&edited, Some(&fresh)).unwrap());
            Ok(())
        })
        .unwrap();
}
