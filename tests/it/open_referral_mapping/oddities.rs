//! What is no such thing, what never ends, and what is written over an original.

use serde_json::json;
use signpost::open_referral::mapping::{Mapped, document_from, listing_from};

use super::documents::{ID, document, listing, mapped};

#[test]
fn what_is_no_such_thing_is_passed_over_without_harm() {
    // Fields that only one profile knows may hold anything in a document of the other.
    for odd in
        [json!(null), json!("text"), json!(1), json!([1, "x", null, []]), json!({ "x": 1 }), json!([{}]), json!([[{}]])]
    {
        let mut everything = document(json!({}));
        for field in [
            "phones",
            "contacts",
            "schedules",
            "holiday_schedules",
            "service_areas",
            "service_at_locations",
            "languages",
            "funding",
            "cost_options",
            "required_documents",
            "attributes",
            "taxonomy_terms",
            "organization",
            "eligibility_description",
            "minimum_age",
            "assured_date",
            "last_modified",
            "wait_time",
            "fees",
            "interpretation_services",
            "program",
        ] {
            everything[field] = odd.clone();
        }
        let listing = listing_from(&everything).listing;
        assert_eq!(listing.name, "Drop-in");
        assert!(document_from(&listing, Some(&everything)).is_ok());
        assert!(document_from(&listing, Some(&odd)).is_ok());
        let _ = listing_from(&odd);
    }
}

#[test]
fn remarks_and_lists_have_an_end() {
    let rows = vec![json!({ "id": ID, "freq": "WEEKLY", "byday": "MO" }); 5_000];
    let Mapped { listing, remarks } = mapped(json!({ "schedules": rows }));
    assert!(listing.schedules.len() <= 2_000 && remarks.len() <= 101, "{} {}", listing.schedules.len(), remarks.len());
    assert!(remarks.last().unwrap().reason.starts_with("and "));
}

#[test]
fn ids_are_the_keys_where_these_can_be() {
    let mut listing = listing(json!({}));
    let written = document_from(&listing, None).unwrap();
    assert_eq!((written["id"].as_str(), written.get("attributes")), (Some(ID), None));
    listing.key = "evening-drop-in".to_owned();
    listing.agency.key = "evening-drop-in".to_owned();
    let written = document_from(&listing, None).unwrap();
    // Version 5 of the key under the fixed namespace: other directories keep these.
    assert_eq!(written["id"], "16f8edce-4274-5381-a47d-69e9304104f9");
    assert_ne!(written["organization"]["id"], written["id"]);
    assert_eq!(listing_from(&written).listing.key, "evening-drop-in");
}

#[test]
fn over_an_original_only_what_changed_is_written() {
    let original = document(json!({
        "x_ours": { "keep": true },
        "phones": [{ "id": ID, "number": "1", "x_note": "kept" }, { "id": "0b6c5a1e-7d2f-4c8a-9e3b-5f4d2c1b0a55", "number": "2" }],
        "eligibility_description": "Women only. Bring ID.",
        "fees": "Free",
        "cost_options": [{ "id": ID, "amount": 0 }],
        "languages": [{ "id": ID, "name": "Urdu", "note": "on Mondays" }],
        "accreditations": "Matrix",
    }));
    let mut listing = listing_from(&original).listing;
    listing.name = "Evening drop-in".to_owned();
    listing.phones.remove(1);
    let written = document_from(&listing, Some(&original)).unwrap();
    let mut expected = original.clone();
    expected["name"] = json!("Evening drop-in");
    expected["phones"] = json!([{ "id": ID, "number": "1", "x_note": "kept" }]);
    assert_eq!(written, expected);

    // A rule that the agency takes back stays taken back, though the words are still there.
    listing.eligibility.genders = None;
    listing.cost = None;
    let written = document_from(&listing, Some(&original)).unwrap();
    let again = listing_from(&written).listing;
    assert_eq!((again.eligibility.genders, again.cost), (None, None));
    assert_eq!(again.eligibility.other.as_deref(), Some("Bring ID."));
    assert_eq!((&written["x_ours"], &written["accreditations"]), (&original["x_ours"], &original["accreditations"]));
}
