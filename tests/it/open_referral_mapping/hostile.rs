//! Documents that the standard accepts and that nobody wrote in good faith. Most were found by fuzzing (`fuzz/`).
//!
//! What would take hours if it took a step for every pair has no clock here: such a test would not come to its end.

use serde_json::json;
use signpost::directory::listing::Eligibility;
use signpost::open_referral::from_text;
use signpost::open_referral::mapping::{document_from, listing_from};

use super::documents::{ID, document, listing, located};

#[test]
fn very_many_postcodes_in_one_area_are_read_once_each() {
    let letters = || b'A'..=b'Z';
    let units = letters().flat_map(|one| letters().map(move |two| format!("{}{}", one as char, two as char)));
    let postcodes: Vec<String> =
        units.flat_map(|unit| (0..300).map(move |n| format!("M{} {}{unit}", n / 10, n % 10))).collect();
    let twice = format!("{0},{0}", postcodes.join(","));
    let areas = listing(json!({ "service_areas": [{ "id": ID, "extent": twice, "extent_type": "postcodes" }] })).areas;
    assert_eq!(areas.len(), postcodes.len());
    assert!(areas.iter().zip(&postcodes).all(|(area, postcode)| area.value == *postcode));
}

#[test]
fn very_many_words_beside_an_address_are_looked_at_once_each() {
    let words = "a ".repeat(1_000_000);
    let confidential = |said: String| located(json!({ "description": said })).listing.places[0].location.confidential;
    assert!(!confidential(words.clone()));
    assert!(confidential(format!("{words} address is not {words} given")));
    assert!(confidential(format!("the address {words} confidential")));
}

#[test]
fn a_text_of_very_many_rules_is_left_as_it_is() {
    // Each sentence about ages speaks against the next, and each is held against all the others.
    let text = format!("{}{}", "Men only.\n".repeat(900), "18+\n21+\n".repeat(1_300));
    let reading = from_text::eligibility(&text);
    assert_eq!((reading.eligibility, reading.leftover.as_deref()), (Eligibility::default(), Some(text.trim())));
    assert_eq!(from_text::description(&text), Eligibility::default());
}

#[test]
fn ages_in_facts_are_numbers_of_years() {
    let age = |value: &str| {
        let term =
            json!({ "id": ID, "code": "eligibility.age", "name": "age", "description": "age", "taxonomy": "signpost" });
        let attributes = json!([{ "id": ID, "value": value, "taxonomy_term": term }]);
        listing(json!({ "attributes": attributes })).eligibility.age.map(|age| (age.rule.min, age.rule.max))
    };
    assert_eq!(age("18-25.5"), Some((Some(18.0), Some(25.5))));
    assert_eq!(age("18-"), Some((Some(18.0), None)));
    assert_eq!(age("-"), Some((None, None)));
    for none in ["nan-", "-NaN", "18-inf", "infinity-25", "1e300-", "18-1e3", "-5-10", "18-x", "18"] {
        assert_eq!(age(none), None, "{none}");
    }
}

#[test]
fn a_fact_without_its_code_is_no_term() {
    // Written again as a term it would come back as a fact.
    let term = json!({ "id": ID, "name": "assured", "description": "assured", "taxonomy": "signpost" });
    let original = document(json!({
        "attributes": [{ "id": ID, "taxonomy_term": term }],
        "taxonomy_terms": [term, { "id": ID, "code": "key", "name": "key", "taxonomy": "signpost" }],
    }));
    let read = listing_from(&original).listing;
    assert_eq!((read.key.as_str(), read.terms.as_slice()), (ID, &[][..]));
    assert_eq!(document_from(&read, Some(&original)).unwrap(), original);
}
