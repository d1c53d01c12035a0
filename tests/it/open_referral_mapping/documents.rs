//! Fields of a document, one by one, and what they become in a listing.

use entity::enums::{
    AccessFeature, AreaKind, AssuranceEvidence, ContactVisibility, CostKind, DeliveryMode, FieldGroup, LocationKind,
    ServiceStatus,
};
use serde_json::{Value, json};
use signpost::{
    directory::listing::{Area, ServiceListing, Term},
    open_referral::mapping::{Mapped, listing_from},
};

use super::from_text::summary;

pub(super) const ID: &str = "0b6c5a1e-7d2f-4c8a-9e3b-5f4d2c1b0a99";

/// A service that is all right, with `more` in it.
pub(super) fn document(more: Value) -> Value {
    let mut document = json!({
        "id": ID,
        "name": "Drop-in",
        "status": "active",
        "organization": { "id": "0b6c5a1e-7d2f-4c8a-9e3b-5f4d2c1b0a98", "name": "Harbour", "description": "Harbour" },
    });
    if let (Value::Object(members), Value::Object(more)) = (&mut document, more) {
        members.extend(more);
    }
    document
}

pub(super) fn mapped(more: Value) -> Mapped {
    listing_from(&document(more))
}

pub(super) fn listing(more: Value) -> ServiceListing {
    mapped(more).listing
}

/// A service at one location of which `more` is said.
pub(super) fn located(more: Value) -> Mapped {
    let mut location = json!({ "id": ID, "location_type": "physical" });
    if let (Value::Object(members), Value::Object(more)) = (&mut location, more) {
        members.extend(more);
    }
    mapped(json!({ "service_at_locations": [{ "id": ID, "location": location }] }))
}

#[test]
fn a_bare_service_states_nothing_it_does_not_say() {
    let Mapped { listing, remarks } = mapped(json!({}));
    assert_eq!(remarks, []);
    assert_eq!((listing.key.as_str(), listing.name.as_str(), listing.status), (ID, "Drop-in", ServiceStatus::Active));
    assert_eq!((listing.agency.name.as_str(), &listing.agency.description), ("Harbour", &None));
    assert_eq!(listing.eligibility, signpost::directory::listing::Eligibility::default());
    assert!(listing.cost.is_none() && listing.capacity.is_none() && listing.assurances.is_empty());
    assert!(
        listing.places.is_empty()
            && listing.areas.is_empty()
            && listing.schedules.is_empty()
            && listing.delivery.is_empty()
    );
}

#[test]
fn every_status_has_its_own() {
    for (word, status, remarks) in [
        ("active", ServiceStatus::Active, 0),
        ("inactive", ServiceStatus::Inactive, 0),
        ("defunct", ServiceStatus::Defunct, 0),
        ("temporarily closed", ServiceStatus::TemporarilyClosed, 0),
        ("resting", ServiceStatus::Inactive, 1),
    ] {
        let mapped = mapped(json!({ "status": word }));
        assert_eq!((mapped.listing.status, mapped.remarks.len()), (status, remarks), "{word}");
    }
}

#[test]
fn the_registers_of_an_agency_are_told_apart() {
    let row = |scheme: &str, kind: &str, id: &str| json!({ "id": ID, "identifier_scheme": scheme, "identifier_type": kind, "identifier": id });
    let agency = listing(json!({ "organization": {
        "id": ID, "name": "Harbour", "description": "Helps", "legal_status": "Charity", "website": "https://harbour.example",
        "parent_organization_id": "0b6c5a1e-7d2f-4c8a-9e3b-5f4d2c1b0a97", "tax_id": "GB999",
        "organization_identifiers": [
            row("GB-CHC", "Charity number", "1000001"),
            row("GB-COH", "Company number", "02000001"),
            row("GB-NHS", "ODS code", "RXX"),
            { "id": ID, "identifier_type": "Ofsted URN", "identifier": "123" },
            row("GB-CHC", "Charity number", "1000002"),
        ],
    } }))
    .agency;
    assert_eq!(
        (agency.charity_number.as_deref(), agency.company_number.as_deref()),
        (Some("1000001"), Some("02000001"))
    );
    let others: Vec<(&str, &str)> =
        agency.identifiers.iter().map(|id| (id.scheme.as_str(), id.value.as_str())).collect();
    assert_eq!(others, [("GB-NHS", "RXX"), ("Ofsted URN", "123"), ("GB-CHC", "1000002"), ("tax", "GB999")]);
    assert_eq!(agency.parent_key.as_deref(), Some("0b6c5a1e-7d2f-4c8a-9e3b-5f4d2c1b0a97"));
    assert_eq!((agency.description.as_deref(), agency.legal_status.as_deref()), (Some("Helps"), Some("Charity")));
}

#[test]
fn a_contact_is_public_only_as_a_function() {
    let visibility = |contact: Value| listing(json!({ "contacts": [contact] })).contacts[0].visibility;
    for contact in [
        json!({ "name": "Reception" }),
        json!({ "name": "Housing Options Team", "email": "housing.options@agency.example" }),
        json!({ "title": "Duty manager", "phones": [{ "number": "0161 496 0001" }] }),
        json!({ "department": "Referrals", "email": "info@agency.example" }),
    ] {
        assert_eq!(visibility(contact.clone()), ContactVisibility::Public, "{contact}");
    }
    for contact in [
        json!({ "name": "Ann Person" }),
        json!({ "name": "Ann Person (Reception)" }),
        json!({ "name": "S Young" }),
        json!({ "title": "Manager", "email": "a.day@agency.example" }),
        json!({ "name": "Manager: Ann" }),
        json!({ "title": "Manager", "email": "ann.person@agency.example" }),
        json!({ "title": "Manager", "email": "ann@agency.example" }),
        json!({ "name": "Reception", "email": "aperson@agency.example" }),
    ] {
        assert_eq!(visibility(contact.clone()), ContactVisibility::SignedIn, "{contact}");
    }
    let contact = &listing(json!({ "contacts": [{ "name": "Ann Person", "title": "Manager", "department": "Advice", "phones": [{ "number": "1" }] }] })).contacts[0];
    assert_eq!((contact.role.as_deref(), contact.phone.as_deref()), (Some("Manager, Advice"), Some("1")));
}

#[test]
fn the_telephone_of_a_person_is_no_telephone_of_the_service() {
    let listing = listing(json!({
        "contacts": [{ "id": "0b6c5a1e-7d2f-4c8a-9e3b-5f4d2c1b0a11", "name": "Ann Person" }],
        "phones": [
            { "id": ID, "number": "0161 496 0002", "contact_id": "0b6c5a1e-7d2f-4c8a-9e3b-5f4d2c1b0a11" },
            { "id": ID, "number": "0161 496 0001", "extension": 12, "type": "voice", "description": "Desk" },
            { "id": ID },
        ],
    }));
    assert_eq!(listing.phones.len(), 1);
    let phone = &listing.phones[0];
    assert_eq!(
        (phone.number.as_str(), phone.extension.as_deref(), phone.kind.as_deref()),
        ("0161 496 0001", Some("12"), Some("voice"))
    );
}

#[test]
fn languages_become_tags() {
    for (row, tags) in [
        (json!({ "code": "ur" }), "ur"),
        (json!({ "code": "eng" }), "en"),
        (json!({ "code": "EN-gb" }), "en-GB"),
        (json!({ "code": "zh_hant" }), "zh-Hant"),
        (json!({ "name": "Urdu" }), "ur"),
        (json!({ "name": "polish, Slovak and Romani" }), "pl sk rmy"),
        (json!({ "name": "British Sign Language" }), "bfi"),
        (json!({ "code": "Urdu", "name": "Urdu" }), "ur"),
        (json!({ "name": "Klingon" }), ""),
        (json!({ "id": ID }), ""),
    ] {
        let mapped = mapped(json!({ "languages": [row] }));
        assert_eq!(mapped.listing.languages.join(" "), tags, "{row}");
        assert_eq!(mapped.remarks.is_empty(), !tags.is_empty(), "{row}");
    }
    assert_eq!(
        listing(json!({ "languages": [{ "code": "bfi" }] })).access_offered,
        [AccessFeature::BritishSignLanguage]
    );
    assert_eq!(located(json!({ "languages": [{ "code": "ur" }] })).listing.languages, ["ur"]);
}

#[test]
fn interpreters_are_offered_where_the_text_says_so() {
    for (text, offered) in [
        ("Interpreters can be booked.", true),
        ("Interpretation services are available in Urdu, Polish, and Slovak", true),
        ("LanguageLine on request", true),
        ("None", false),
        ("No interpreters", false),
        ("Please bring your own interpreter", false),
        ("Yes", false),
    ] {
        let found = listing(json!({ "interpretation_services": text })).access_offered;
        assert_eq!(found.contains(&AccessFeature::Interpreter), offered, "{text}");
    }
}

#[test]
fn access_at_a_location_is_read_from_both_profiles_words() {
    let found = |text: &str, field: &str| {
        let location =
            located(json!({ "accessibility": [{ "id": ID, field: text }] })).listing.places.remove(0).location;
        let words =
            |features: &[AccessFeature]| features.iter().map(|feature| feature.as_str()).collect::<Vec<_>>().join(" ");
        format!("{} / {}", words(&location.access_offered), words(&location.access_missing))
    };
    for field in ["description", "accessibility", "details"] {
        assert_eq!(
            found("Wheelchair access on all levels. Induction loops for hearing aids.", field),
            "step_free hearing_loop / "
        );
    }
    for (text, features) in [
        ("Step-free, with an accessible toilet.", "step_free accessible_toilet / "),
        ("No step-free access. Hearing loop.", "hearing_loop / step_free"),
        ("Limited wheelchair access", " / "),
        ("Wheelchair access to parts of the building", " / "),
        ("No wheelchair access and no disabled toilet", " / step_free accessible_toilet"),
        ("BSL interpreters on request", " / "),
        ("Ask us", " / "),
    ] {
        assert_eq!(found(text, "description"), features, "{text}");
    }
}

#[test]
fn areas_stay_words_unless_they_are_codes_or_shapes() {
    let polygon = r#"{"type":"Polygon","coordinates":[[[0,51],[1,51],[1,52],[0,51]]]}"#;
    let area =
        |kind, value: &str, name: Option<&str>| Area { kind, value: value.to_owned(), name: name.map(str::to_owned) };
    let table = [
        (json!({ "name": "Salford" }), vec![area(AreaKind::Text, "Salford", None)]),
        (json!({ "service_area": "Salford" }), vec![area(AreaKind::Text, "Salford", None)]),
        (
            json!({ "name": "Salford", "extent": "Salford", "extent_type": "text" }),
            vec![area(AreaKind::Text, "Salford", None)],
        ),
        (json!({ "name": "M14", "extent_type": "text" }), vec![area(AreaKind::Text, "M14", None)]),
        (json!({ "extent": "m14 5rq", "extent_type": "postcode" }), vec![area(AreaKind::Postcode, "M14 5RQ", None)]),
        (
            json!({ "extent": "M14, M15 4, EC1A", "extent_type": "postcode" }),
            vec![
                area(AreaKind::District, "M14", None),
                area(AreaKind::Sector, "M15 4", None),
                area(AreaKind::District, "EC1A", None),
            ],
        ),
        (
            json!({ "name": "round here", "extent": "round here", "extent_type": "postcode" }),
            vec![area(AreaKind::Text, "round here", None)],
        ),
        (
            json!({ "name": "Manchester", "identifier": "E08000003" }),
            vec![area(AreaKind::LocalAuthority, "E08000003", Some("Manchester"))],
        ),
        (
            json!({ "name": "Manchester", "uri": "http://statistics.data.gov.uk/id/statistical-geography/E08000003" }),
            vec![area(AreaKind::LocalAuthority, "E08000003", Some("Manchester"))],
        ),
        (json!({ "extent": "E12000002" }), vec![area(AreaKind::Region, "North West", None)]),
        (json!({ "name": "Wales", "extent": "W92000004" }), vec![area(AreaKind::Nation, "Wales", None)]),
        (
            json!({ "name": "Lancashire", "uri": "http://x.example/E10000017" }),
            vec![area(AreaKind::Text, "Lancashire", None)],
        ),
        (
            json!({ "name": "Here", "extent": polygon, "extent_type": "geojson" }),
            vec![area(AreaKind::Geojson, polygon, Some("Here"))],
        ),
        (
            json!({ "name": "Here", "extent": "extent", "extent_type": "geojson" }),
            vec![area(AreaKind::Text, "Here", None)],
        ),
        (json!({ "description": "All around" }), vec![area(AreaKind::Text, "All around", None)]),
        (json!({ "id": ID }), vec![]),
    ];
    for (row, areas) in table {
        assert_eq!(listing(json!({ "service_areas": [row] })).areas, areas, "{row}");
    }
}

#[test]
fn cost_is_a_kind_only_when_it_is_said_outright() {
    let table = [
        (json!({ "fees": "Free" }), Some(CostKind::Free), None),
        (json!({ "fees_description": "This service is free of charge." }), Some(CostKind::Free), None),
        (json!({ "fees": "Free. Tea and coffee." }), Some(CostKind::Free), Some("Free. Tea and coffee.")),
        (json!({ "fees": "Free. A charge of £2 for lunch." }), None, Some("Free. A charge of £2 for lunch.")),
        (json!({ "fees": "Free for under 18s" }), None, Some("Free for under 18s")),
        (json!({ "fees": "Ask us" }), None, Some("Ask us")),
        (json!({ "cost_options": [{ "amount": 0 }] }), Some(CostKind::Free), None),
        (
            json!({ "cost_options": [{ "amount": 5, "amount_description": "a session" }] }),
            Some(CostKind::Paid),
            Some("GBP 5 a session"),
        ),
        (
            json!({ "cost_options": [{ "amount": 5, "option": "Employed" }] }),
            Some(CostKind::Sometimes),
            Some("Employed: GBP 5"),
        ),
        (
            json!({ "cost_options": [{ "amount": 5, "currency": "gbp" }, { "amount": 0, "option": "On benefits" }] }),
            Some(CostKind::Sometimes),
            Some("GBP 5; On benefits: free"),
        ),
        (
            json!({ "cost_options": [{ "amount": 5, "valid_to": "2020-12-31" }] }),
            None,
            Some("GBP 5 (until 2020-12-31)"),
        ),
        (json!({ "fees": "Free", "cost_options": [{ "amount": 5 }] }), None, Some("GBP 5")),
    ];
    for (more, cost, note) in table {
        let listing = listing(more.clone());
        assert_eq!((listing.cost, listing.cost_note.as_deref()), (cost, note), "{more}");
    }
}

#[test]
fn a_waiting_time_counts_when_it_is_a_plain_number() {
    for (text, days) in [
        ("6 weeks", Some(42)),
        ("10 days.", Some(10)),
        ("1 week", Some(7)),
        ("about 6 weeks", None),
        ("6-8 weeks", None),
        ("long", None),
    ] {
        assert_eq!(
            listing(json!({ "wait_time": text })).capacity.and_then(|capacity| capacity.wait_days),
            days,
            "{text}"
        );
    }
}

#[test]
fn structured_ages_beat_the_text_and_impossible_ones_are_left_out() {
    for (more, rules, other, remarks) in [
        (json!({ "minimum_age": 18 }), "age 18-", None, 0),
        (json!({ "minimum_age": 17.5, "maximum_age": 25 }), "age 17.5-25", None, 0),
        (json!({ "minimum_age": 18, "eligibility_description": "Women only. 18+." }), "age 18-; woman", None, 0),
        (json!({ "minimum_age": 18, "eligibility_description": "Aged 16+." }), "age 18-", Some("Aged 16+."), 1),
        (json!({ "eligibility_description": "Women only. Bring ID." }), "woman", Some("Bring ID."), 0),
        (json!({ "description": "A hostel. Residents must be 18 or over." }), "age 18-", None, 0),
        (json!({ "minimum_age": 21, "description": "Residents must be 18 or over." }), "age 21-", None, 0),
        (json!({ "minimum_age": 0, "maximum_age": 999 }), "age 0-", None, 1),
        (json!({ "minimum_age": 25, "maximum_age": 18 }), "", None, 1),
        (json!({ "minimum_age": -1 }), "", None, 1),
        (json!({ "minimum_age": 0, "maximum_age": 0 }), "", None, 1),
    ] {
        let mapped = mapped(more.clone());
        let eligibility = &mapped.listing.eligibility;
        assert_eq!((summary(eligibility).as_str(), eligibility.other.as_deref()), (rules, other), "{more}");
        assert_eq!(mapped.remarks.len(), remarks, "{more}: {:?}", mapped.remarks);
    }
}

#[test]
fn terms_are_read_from_every_version_once() {
    let term = |taxonomy: &str, code: &str, name: &str| Term {
        taxonomy: taxonomy.to_owned(),
        code: code.to_owned(),
        name: name.to_owned(),
    };
    let food =
        json!({ "id": ID, "code": "1102", "name": "Food", "description": "Food", "taxonomy": "openEligibility" });
    let listing = listing(json!({
        "attributes": [
            { "id": ID, "taxonomy_term": food },
            { "id": ID, "taxonomy_term": { "id": ID, "name": "Debt", "description": "Debt", "term": "debt-help" } },
            { "id": ID, "taxonomy_term": { "id": ID, "name": "Advice", "description": "Advice", "taxonomy_detail": { "name": "LGSL" }, "code": "12" } },
            { "id": ID, "taxonomy_term_id": ID },
        ],
        "taxonomy_terms": [food],
    }));
    assert_eq!(
        listing.terms,
        [term("openEligibility", "1102", "Food"), term("", "debt-help", "Debt"), term("LGSL", "12", "Advice")]
    );
    assert_eq!(listing.needs, [] as [String; 0]);
}

#[test]
fn a_feed_assures_the_groups_that_it_states() {
    let listing = listing(json!({
        "assured_date": "2026-10-01", "assurer_email": "ann.person@agency.example", "last_modified": "2026-10-15T10:30:45.123Z",
        "phones": [{ "id": ID, "number": "0161 496 0001" }],
        "schedules": [{ "id": ID, "freq": "WEEKLY", "byday": "MO" }],
        "service_areas": [{ "id": ID, "name": "Salford" }],
    }));
    let groups: Vec<FieldGroup> = listing.assurances.iter().map(|assured| assured.group).collect();
    assert_eq!(groups, [FieldGroup::Description, FieldGroup::Contact, FieldGroup::Place], "hours are not stated");
    for assured in &listing.assurances {
        assert_eq!(
            (assured.at.to_rfc3339().as_str(), assured.evidence),
            ("2026-10-01T00:00:00+00:00", AssuranceEvidence::Feed)
        );
        assert_eq!(assured.by.as_deref(), Some("agency.example"), "not the person's own address");
    }
    assert_eq!(listing.source_changed_at.map(|at| at.to_rfc3339()).as_deref(), Some("2026-10-15T10:30:45.123+00:00"));
    let changed = self::listing(json!({ "last_modified": "2026-10-15T10:30:45Z" }));
    assert_eq!(
        changed.assurances[0].at,
        changed.source_changed_at.unwrap(),
        "the day of the feed, where nobody checked"
    );
}

#[test]
fn places_are_read_with_what_is_believable() {
    let address = json!({ "id": ID, "address_1": "1 Harbour Lane", "address_2": "Rusholme", "city": "Not stated", "state_province": "England",
        "postal_code": "", "country": "GB", "address_type": "physical" });
    let postal = json!({ "id": ID, "address_1": "PO Box 1", "city": "Leeds", "state_province": "", "postal_code": "", "country": "GB", "address_type": "postal" });
    let place = located(json!({
        "name": "Hub", "transportation": "Bus 42", "latitude": 53.45, "longitude": -2.22, "addresses": [postal, address],
        "external_identifier": "10001", "external_identifier_type": "UK UPRN", "phones": [{ "id": ID, "number": "1" }],
    }))
    .listing
    .places
    .remove(0);
    let read = place.location.address.unwrap();
    assert_eq!(read.lines, ["1 Harbour Lane", "Rusholme"]);
    assert_eq!(
        (read.town, read.region.as_deref(), read.postcode, read.country.as_deref()),
        (None, Some("England"), None, Some("GB"))
    );
    assert_eq!((place.location.point, place.location.kind), (Some((53.45, -2.22)), LocationKind::Physical));
    assert_eq!((place.location.identifiers[0].scheme.as_str(), place.location.phones.len()), ("uprn", 1));
    for point in [
        json!({ "latitude": 100, "longitude": 101 }),
        json!({ "latitude": 0, "longitude": 0 }),
        json!({ "latitude": 53.1 }),
    ] {
        let mapped = located(point.clone());
        assert_eq!((mapped.listing.places[0].location.point, mapped.remarks.len()), (None, 1), "{point}");
    }
}

#[test]
fn delivery_is_stated_by_how_one_attends_or_not_at_all() {
    let attended =
        |text: &str| listing(json!({ "schedules": [{ "id": ID, "byday": "MO", "attending_type": text }] })).delivery;
    assert_eq!(attended("online"), [DeliveryMode::Online]);
    assert_eq!(
        attended("You can attend in-person or by video conferencing"),
        [DeliveryMode::InPerson, DeliveryMode::Video]
    );
    assert_eq!(attended("Not online"), []);
    assert_eq!(attended("venue"), [DeliveryMode::InPerson]);
    let on_the_web = |kind: &str, url: &str| {
        let location = json!({ "id": ID, "location_type": kind, "url": url });
        listing(json!({ "service_at_locations": [{ "id": ID, "location": location }] })).delivery
    };
    assert_eq!(on_the_web("virtual", "https://chat.example"), [DeliveryMode::Online]);
    assert_eq!(on_the_web("virtual", ""), []);
    assert_eq!(on_the_web("physical", "https://hub.example"), []);
}
