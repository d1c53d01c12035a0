//! What never leaves the directory in a document, however often the original repeats it.

use entity::enums::{ContactVisibility, Visibility};
use proptest::prelude::*;
use serde_json::{Value, json};
use signpost::{
    directory::listing::{ServiceListing, ServicePlace},
    open_referral::mapping::{NotExported, document_from, listing_from},
};

use super::generated::listing;

/// Everything from which one could tell where a place is, as texts.
fn secrets(place: &ServicePlace) -> Vec<String> {
    let location = &place.location;
    let mut found: Vec<String> = Vec::new();
    found.extend(
        [&location.name, &location.alternate_name, &location.description, &location.transport]
            .into_iter()
            .flatten()
            .cloned(),
    );
    found.extend(place.description.clone());
    if let Some(address) = &location.address {
        found.extend(address.lines.iter().cloned());
        found.extend(address.postcode.clone());
        found.extend(address.postcode.as_ref().map(|postcode| postcode.replace(' ', "")));
    }
    found.extend(location.point.iter().flat_map(|(latitude, longitude)| [latitude.to_string(), longitude.to_string()]));
    found.retain(|secret| !secret.contains("kept confidential"));
    found
}

/// The document with every secret told again in places where nobody would look.
fn telltale(document: Value, listing: &ServiceListing) -> Value {
    let mut told = document;
    let all: Vec<String> = listing.places.iter().flat_map(secrets).collect();
    told["description"] = json!(format!("Come to us. {}. All are welcome.", all.join(". ")));
    told["x_notes"] = json!(all);
    told["x_upper"] = json!(all.iter().map(|secret| secret.to_uppercase()).collect::<Vec<_>>());
    told["x_points"] = json!(listing.places.iter().filter_map(|place| place.location.point).collect::<Vec<_>>());
    told["metadata"] = json!([{ "resource_type": "address", "previous_value": all.first() }]);
    told["url"] = json!(format!(
        "https://refuge.example/{}",
        all.first().map_or(String::new(), |secret| secret.replace(' ', "-"))
    ));
    told["organization"]["locations"] = json!(
        listing
            .places
            .iter()
            .map(|place| json!({ "id": place.location.key, "name": place.location.name }))
            .collect::<Vec<_>>()
    );
    let extent = json!({ "type": "Polygon", "coordinates": listing.places.iter().filter_map(|p| p.location.point).collect::<Vec<_>>() });
    told["service_areas"] = json!([{ "id": listing.key, "extent": extent.to_string(), "extent_type": "geojson" }]);
    if let Some(places) = told.get_mut("service_at_locations").and_then(Value::as_array_mut) {
        for place in places {
            place["x_where"] = json!(all);
            place["location"]["x_where"] = json!({ "deep": { "down": all } });
        }
    }
    told
}

/// Whether a text tells the secret, whatever the case and the signs between its words.
fn tells(document: &str, secret: &str) -> bool {
    let squeezed = |text: &str| text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    squeezed(document).contains(&squeezed(secret))
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(debug_assertions) { 48 } else { 1_000 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn nothing_tells_where_a_confidential_place_is(mut listing in listing()) {
        listing.places.iter_mut().for_each(|place| place.location.confidential = false);
        let original = telltale(document_from(&listing, None).unwrap(), &listing);
        listing.places.iter_mut().for_each(|place| place.location.confidential = true);
        // As it was read from the original, and marked by the agency as confidential since.
        let mut reread = listing_from(&original).listing;
        reread.places.iter_mut().for_each(|place| place.location.confidential = true);
        for document in [
            document_from(&listing, None).unwrap(),
            document_from(&listing, Some(&original)).unwrap(),
            document_from(&reread, Some(&original)).unwrap(),
        ] {
            let written = document.to_string();
            let others = |key: &String| [&listing.key, &listing.agency.key].contains(&key) || listing.places.iter().any(|p| p.key == *key);
            let ids = listing.places.iter().map(|place| place.location.key.clone()).filter(|key| !others(key));
            for secret in listing.places.iter().flat_map(secrets).chain(ids) {
                prop_assert!(!tells(&written, &secret), "{secret:?} is told in {document:#}");
            }
        }
    }

    #[test]
    fn no_contact_leaves_that_is_not_for_everyone(mut listing in listing()) {
        let mark = |contacts: &mut Vec<signpost::directory::listing::Contact>| {
            for contact in contacts {
                contact.name = Some("Xanthippe Secretname".to_owned());
                contact.email = Some("xanthippe.secretname@agency.example".to_owned());
                contact.visibility = ContactVisibility::SignedIn;
            }
        };
        mark(&mut listing.contacts);
        mark(&mut listing.agency.contacts);
        listing.places.iter_mut().for_each(|place| mark(&mut place.contacts));
        let mut original = document_from(&listing, None).unwrap();
        original["contacts"] = json!([
            { "id": listing.key, "name": "Xanthippe Secretname", "phones": [{ "id": listing.key, "number": "07700 900123" }] },
        ]);
        original["phones"] = json!([{ "id": listing.key, "number": "07700 900123", "contact_id": listing.key }]);
        original["assurer_email"] = json!("xanthippe.secretname@agency.example");
        for document in [document_from(&listing, None).unwrap(), document_from(&listing, Some(&original)).unwrap()] {
            prop_assert!(!document.to_string().to_lowercase().contains("secretname"), "{document:#}");
            prop_assert!(!document.to_string().contains("07700 900123"), "{document:#}");
        }
    }
}

#[test]
fn an_internal_listing_is_not_written() {
    let document = json!({ "id": "0b6c5a1e-7d2f-4c8a-9e3b-5f4d2c1b0a99", "name": "Drop-in", "status": "active" });
    let mut listing = listing_from(&document).listing;
    assert!(document_from(&listing, Some(&document)).is_ok());
    listing.visibility = Visibility::Internal;
    let refused = document_from(&listing, Some(&document));
    assert_eq!(refused, Err(NotExported::Internal { key: "0b6c5a1e-7d2f-4c8a-9e3b-5f4d2c1b0a99".to_owned() }));
}

#[test]
fn a_location_whose_words_say_so_is_confidential() {
    let read = |field: &str, words: &str| {
        let mut location = json!({ "id": "0b6c5a1e-7d2f-4c8a-9e3b-5f4d2c1b0a98", "location_type": "physical" });
        match field {
            "address_1" => location["addresses"] = json!([{ "address_1": words, "city": "Leeds" }]),
            field => location[field] = json!(words),
        }
        let document = json!({
            "id": "0b6c5a1e-7d2f-4c8a-9e3b-5f4d2c1b0a99", "name": "Refuge", "status": "active",
            "service_at_locations": [{ "id": "0b6c5a1e-7d2f-4c8a-9e3b-5f4d2c1b0a97", "location": location }],
        });
        let mapped = listing_from(&document);
        let told = mapped.remarks.iter().any(|remark| remark.reason.contains("confidential"));
        (mapped.listing.places[0].location.confidential, told)
    };
    for (field, words) in [
        ("name", "Confidential address"),
        ("name", "Refuge (address withheld)"),
        ("description", "The address is confidential."),
        ("description", "The location of the refuge is kept strictly confidential"),
        ("description", "For safety the address is not disclosed."),
        ("description", "At a secret location"),
        ("address_1", "Confidential"),
        ("address_1", "ADDRESS CONFIDENTIAL"),
        ("address_1", "Undisclosed location"),
    ] {
        assert_eq!(read(field, words), (true, true), "{field}: {words}");
    }
    for (field, words) in [
        ("description", "A confidential service."),
        ("description", "First floor. Confidential advice."),
        ("description", "We keep your address confidential."),
        ("description", "Your email address is confidential."),
        ("name", "Secret Garden Centre"),
        ("address_1", "1 Confidential Street"),
    ] {
        assert_eq!(read(field, words), (false, false), "{field}: {words}");
    }
}

#[test]
fn a_service_that_says_its_address_is_a_secret_keeps_every_place() {
    let place = |n: u8| {
        json!({ "id": format!("0b6c5a1e-7d2f-4c8a-9e3b-5f4d2c1b0a1{n}"),
        "location": { "id": format!("0b6c5a1e-7d2f-4c8a-9e3b-5f4d2c1b0a2{n}"), "location_type": "physical", "name": format!("House {n}") } })
    };
    let document = json!({
        "id": "0b6c5a1e-7d2f-4c8a-9e3b-5f4d2c1b0a99", "name": "Refuge", "status": "active",
        "description": "A safe house at a confidential address.",
        "service_at_locations": [place(1), place(2)],
    });
    let listing = listing_from(&document).listing;
    assert!(listing.places.iter().all(|place| place.location.confidential));
    let written = document_from(&listing, Some(&document)).unwrap().to_string();
    assert!(!written.contains("House 1") && !written.contains("House 2"), "{written}");
}
