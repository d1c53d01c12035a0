//! What is told before something is entered.

use std::collections::BTreeSet;

use entity::enums::Role;
use serde_json::{Value, json};
use signpost::api::ids::NodeId;
use signpost::directory::duplicates::guard::{Proposed, Thing, guard};
use signpost::directory::duplicates::normal::{Key, Name};
use signpost::directory::duplicates::score::Spot;
use signpost::directory::listing::ServiceListing;
use signpost::directory::store::{agency_id, service_id};
use signpost::places::{Point, Postcode};

use super::kept::{phone, uprn};
use crate::support::accounts::As;
use crate::support::listings::{at, location, service};
use crate::support::{TestApp, source};

/// A service of an agency of its own, at a place of its own.
fn listed(key: &str, name: &str, agency: &str, postcode: &str, point: (f64, f64)) -> ServiceListing {
    let mut one = service(key, name, "housing.emergency");
    one.agency.key = agency.to_owned();
    one.agency.name = format!("The {agency} Trust");
    one.places = vec![at(location(&format!("{key} place"), postcode, Some(point)))];
    one
}

fn network() -> Vec<ServiceListing> {
    let mut kettle = listed("kettle", "Kettle on", "Kettle", "M14 5RQ", (53.450, -2.220));
    kettle.agency.charity_number = Some("1089464".to_owned());
    kettle.phones = vec![phone("0161 496 0000")];
    kettle.url = Some("https://kettle.example/on".to_owned());
    kettle.places[0].location.identifiers.push(uprn("10001234567"));
    let mut other = listed("harbour", "Harbour advice", "Harbour", "BL1 1AA", (53.578, -2.429));
    other.agency.company_number = Some("SC123456".to_owned());
    let mut second = listed("second", "Harbour debt advice", "Harbour", "BL1 1AA", (53.578, -2.429));
    second.agency = other.agency.clone();
    vec![kettle, other, second]
}

const ASK: &str =
    "query($input: PossibleDuplicatesInput!, $first: Int) { possibleDuplicates(input: $input, first: $first) {
    agency { id name } service { id name } score likelihood reasons { kind shared } } }";

fn service_of(key: &str) -> Value {
    json!(NodeId::Service(service_id(source().id(), key)).encode().0)
}

fn agency_of(key: &str) -> Value {
    json!(NodeId::Agency(agency_id(source().id(), key)).encode().0)
}

async fn coordinator(app: &TestApp) -> String {
    app.signed_in("coordinator@example.org", Role::Coordinator, None).await
}

async fn ask(app: &TestApp, token: &str, input: Value) -> Vec<Value> {
    let mut data = app.data_as(As::token(token), ASK, json!({ "input": input })).await;
    match data["possibleDuplicates"].take() {
        Value::Array(found) => found,
        other => panic!("{other}"),
    }
}

/// What was found, in a line each: whose, the score, and why.
fn lines(found: &[Value]) -> Vec<String> {
    let line = |one: &Value| {
        let name = one["service"]["name"].as_str().or(one["agency"]["name"].as_str()).unwrap();
        let reasons: Vec<&str> =
            one["reasons"].as_array().unwrap().iter().map(|reason| reason["kind"].as_str().unwrap()).collect();
        format!("{name} {} {}", one["score"], reasons.join(" "))
    };
    found.iter().map(line).collect()
}

#[tokio::test]
async fn what_looks_the_same_is_told_with_its_reasons_best_first() {
    let app = TestApp::of(&network()).await;
    let token = coordinator(&app).await;
    let found = ask(
        &app,
        &token,
        json!({
            "agencyName": "Kettle Trust", "serviceName": "The kettle on!", "charityNumber": "1089464-1",
            "phones": ["+44 (0)161 496 0000", "116 123"], "website": "www.kettle.example", "uprn": "10001234567",
            "postcode": "m14 5rq", "near": "53.4501,-2.2201",
        }),
    )
    .await;
    assert_eq!(
        lines(&found),
        [
            "Kettle on 96 CHARITY_NUMBER UPRN PHONE WEBSITE NAME",
            "The Kettle Trust 100 CHARITY_NUMBER UPRN PHONE WEBSITE NAME"
        ]
        .map(str::to_owned)
        .into_iter()
        .rev()
        .collect::<Vec<_>>()
    );
    assert_eq!((&found[0]["agency"]["id"], &found[0]["service"]), (&agency_of("Kettle"), &Value::Null));
    assert_eq!((&found[1]["agency"]["id"], &found[1]["service"]["id"]), (&agency_of("Kettle"), &service_of("kettle")));
    assert_eq!(found[0]["likelihood"], "LIKELY");
    assert_eq!(
        found[1]["reasons"],
        json!([
            { "kind": "CHARITY_NUMBER", "shared": "1089464" }, { "kind": "UPRN", "shared": "10001234567" },
            { "kind": "PHONE", "shared": "+441614960000" }, { "kind": "WEBSITE", "shared": "kettle.example" },
            { "kind": "NAME", "shared": "one name, in one building" },
        ])
    );

    for (input, expected) in [
        (json!({ "charityNumber": "1089464" }), &["The Kettle Trust 90 CHARITY_NUMBER"][..]),
        (json!({ "companyNumber": "sc 123456" }), &["The Harbour Trust 90 COMPANY_NUMBER"]),
        (json!({ "phones": ["01614960000"] }), &["The Kettle Trust 55 PHONE"]),
        (json!({ "website": "kettle.example" }), &["The Kettle Trust 55 WEBSITE"]),
        (json!({ "uprn": "10001234567" }), &[]),
        (json!({ "phones": ["111"] }), &[]),
        (json!({ "website": "https://www.gov.uk" }), &[]),
        (
            json!({ "serviceName": "Kettle on", "agencyName": "Umbrella", "postcode": "M14 5RQ" }),
            &["Kettle on 80 NAME"],
        ),
        // The postcodes are not loaded: the postcode alone finds what is at it.
        (json!({ "agencyName": "Kettle Trust", "postcode": "M14 5RQ" }), &["The Kettle Trust 80 NAME"]),
        (json!({ "agencyName": "Kettle Trust", "near": "53.451,-2.220" }), &["The Kettle Trust 50 NAME"]),
        (json!({ "agencyName": "Kettle Trust", "near": "53.456,-2.220" }), &[]),
        (json!({ "agencyName": "Kettle Trust" }), &[]),
        (
            json!({ "serviceName": "Kettle on", "phones": ["0161 496 0000"] }),
            &["Kettle on 73 PHONE NAME", "The Kettle Trust 55 PHONE"],
        ),
        // Found by the number of its agency, and by its name among that agency's.
        (
            json!({ "serviceName": "Harbour debt advice", "companyNumber": "SC123456" }),
            &[
                "The Harbour Trust 90 COMPANY_NUMBER",
                "Harbour debt advice 66 COMPANY_NUMBER NAME",
                "Harbour advice 55 COMPANY_NUMBER NAME",
            ],
        ),
        (json!({ "serviceName": "Kettle on", "charityNumber": "SC038731", "postcode": "M14 5RQ" }), &[]),
        (json!({ "agencyName": "Quite Another", "serviceName": "Other", "postcode": "M14 5RQ" }), &[]),
    ] {
        assert_eq!(lines(&ask(&app, &token, input.clone()).await), expected, "{input}");
    }
    let one = app
        .data_as(
            As::token(&token),
            ASK,
            json!({ "input": { "serviceName": "Kettle on", "phones": ["0161 496 0000"] }, "first": 1 }),
        )
        .await;
    assert_eq!(lines(one["possibleDuplicates"].as_array().unwrap()), ["Kettle on 73 PHONE NAME"]);
}

#[tokio::test]
async fn of_an_agency_that_is_there_only_other_services_are_told() {
    let app = TestApp::of(&network()).await;
    let editor = app.account("editor@example.org", Role::ListingEditor, Some(agency_id(source().id(), "Kettle"))).await;
    let token = app.token("editor@example.org").await;
    assert_ne!(editor.0, uuid::Uuid::nil());
    let input = json!({ "agency": agency_of("Kettle"), "serviceName": "Kettle evenings", "charityNumber": "1089464", "phones": ["0161 496 0000"] });
    assert_eq!(ask(&app, &token, input).await, Vec::<Value>::new(), "one agency's services share its numbers");
    let input = json!({ "agency": agency_of("Kettle"), "serviceName": "Kettle on", "postcode": "M14 5RQ" });
    assert_eq!(lines(&ask(&app, &token, input).await), ["Kettle on 80 NAME"]);
    // A thing is not its own duplicate.
    let proposed = Proposed {
        service_names: Name::of("Kettle on").into_iter().collect(),
        agency: Some(agency_id(source().id(), "Kettle")),
        spots: vec![Spot::of(Postcode::parse("M14 5RQ").ok(), Some(Point::new(53.45, -2.22).unwrap()))],
        ..Proposed::default()
    };
    let snapshot = app.app.live.current();
    let itself = service_id(source().id(), "kettle");
    let found = guard(app.db().connection(), &snapshot, &proposed).await.unwrap();
    assert_eq!(
        found.iter().map(|found| found.thing).collect::<Vec<_>>(),
        [Thing::Service(itself, agency_id(source().id(), "Kettle"))]
    );
    let changing = Proposed { except: Some(itself), ..proposed };
    assert_eq!(guard(app.db().connection(), &snapshot, &changing).await.unwrap(), []);
}

#[tokio::test]
async fn only_those_who_may_enter_listings_ask() {
    let app = TestApp::of(&network()).await;
    let home = Some(agency_id(source().id(), "Harbour"));
    let variables = json!({ "input": { "charityNumber": "1089464" } });
    assert_eq!(app.refused(As::default(), ASK, variables.clone()).await, "UNAUTHENTICATED");
    for role in Role::ALL {
        let of_agency = signpost::access::viewer::is_of_an_agency(*role);
        let address = format!("{}@example.org", role.as_str());
        let token = app.signed_in(&address, *role, home.filter(|_| of_agency)).await;
        let may = matches!(role, Role::ListingEditor | Role::AgencyManager | Role::Coordinator | Role::Administrator);
        if may {
            let data = app.data_as(As::token(&token), ASK, variables.clone()).await;
            assert_eq!(data["possibleDuplicates"].as_array().unwrap().len(), 1, "{role:?}");
        } else {
            assert_eq!(app.refused(As::token(&token), ASK, variables.clone()).await, "FORBIDDEN", "{role:?}");
        }
    }
}

#[tokio::test]
async fn what_can_not_be_read_is_refused_with_what_would_be_right() {
    let app = TestApp::of(&network()).await;
    let token = coordinator(&app).await;
    let long = "k".repeat(201);
    let many: Vec<String> = (0..51).map(|_| "0161 496 0000".to_owned()).collect();
    for (input, field, word) in [
        (json!({}), "input", "at least"),
        (json!({ "agencyName": " ", "phones": [""] }), "input", "at least"),
        (json!({ "postcode": "M14 5RQ" }), "input", "at least"),
        (json!({ "agencyName": long }), "input.agencyName", "200"),
        (json!({ "serviceName": "–" }), "input.serviceName", "letter"),
        (json!({ "charityNumber": "12345" }), "input.charityNumber", "SC and six digits"),
        (json!({ "companyNumber": "none" }), "input.companyNumber", "eight"),
        (json!({ "uprn": "1234567890123" }), "input.uprn", "twelve"),
        (json!({ "website": "kettle" }), "input.website", "https://"),
        (json!({ "website": "ftp://kettle.example" }), "input.website", "https://"),
        (json!({ "phones": ["0161 496 0000", "ask inside"] }), "input.phones[1]", "0161 496 0000"),
        (json!({ "phones": many }), "input.phones", "50"),
        (json!({ "agencyName": "Kettle", "postcode": "M14" }), "input.postcode", ""),
        (json!({ "agencyName": "Kettle", "near": "Bolton" }), "input.near", "latitude,longitude"),
        (json!({ "agency": service_of("kettle"), "serviceName": "Kettle" }), "input.agency", "Agency"),
    ] {
        let (_, answer) = app.ask(As::token(&token), ASK, json!({ "input": input })).await;
        let error = &answer["errors"][0];
        assert_eq!(
            (&error["extensions"]["code"], &error["extensions"]["field"]),
            (&json!("BAD_USER_INPUT"), &json!(field)),
            "{input} {answer}"
        );
        assert!(error["message"].as_str().unwrap().contains(word), "{input} {error}");
    }
    for first in [0, -1, 51] {
        let variables = json!({ "input": { "agencyName": "Kettle" }, "first": first });
        let (_, answer) = app.ask(As::token(&token), ASK, variables).await;
        assert_eq!(answer["errors"][0]["extensions"]["field"], "first", "{answer}");
    }
}

#[tokio::test]
async fn nothing_tells_of_a_secret_place_or_of_what_is_not_public() {
    let mut refuge = listed("refuge", "Harebell house", "Harebell", "M14 5RQ", (53.450, -2.220));
    refuge.places[0].location.confidential = true;
    refuge.places[0].location.identifiers.push(uprn("10007654321"));
    refuge.places[0].location.phones.push(phone("0161 496 0100"));
    refuge.places[0].phones.push(phone("0161 496 0101"));
    let mut internal = listed("internal", "Staff kettle", "Internal", "BL1 1AA", (53.578, -2.429));
    internal.visibility = entity::enums::Visibility::Internal;
    internal.phones.push(phone("0161 496 0102"));
    internal.places[0].location.identifiers.push(uprn("10000000123"));
    let app = TestApp::of(&[refuge.clone(), internal]).await;
    let token = coordinator(&app).await;
    let asked = [
        json!({ "serviceName": "Harebell house", "postcode": "M14 5RQ" }),
        json!({ "serviceName": "Harebell house", "near": "53.450,-2.220" }),
        json!({ "agencyName": "Harebell Trust", "serviceName": "Harebell house", "postcode": "M14 5RQ", "near": "53.450,-2.220" }),
        json!({ "serviceName": "Harebell house", "uprn": "10007654321" }),
        json!({ "agencyName": "Harebell Trust", "uprn": "10007654321", "postcode": "M14 5RQ" }),
        json!({ "agencyName": "Harebell Trust", "phones": ["0161 496 0100", "0161 496 0101"] }),
        json!({ "serviceName": "Staff kettle", "phones": ["0161 496 0102"], "uprn": "10000000123", "postcode": "BL1 1AA" }),
    ];
    for input in &asked {
        assert_eq!(ask(&app, &token, input.clone()).await, Vec::<Value>::new(), "{input}");
    }
    // The same place in the open is told of, by each of them: so the silence is for its secret.
    refuge.places[0].location.confidential = false;
    let app = TestApp::of(&[refuge.clone()]).await;
    let token = coordinator(&app).await;
    for input in asked.iter().take(6) {
        assert!(!ask(&app, &token, input.clone()).await.is_empty(), "{input}");
    }
    // Becoming a secret is enough.
    refuge.places[0].location.confidential = true;
    app.save(&[refuge]).await;
    for input in &asked {
        assert_eq!(ask(&app, &token, input.clone()).await, Vec::<Value>::new(), "{input}");
    }
}

/// What is public of a service at a secret place is told, and its place lends it nothing.
#[tokio::test]
async fn a_secret_place_adds_nothing_to_what_is_public() {
    let make = |postcode, point| {
        let mut refuge = listed("refuge", "Harebell house", "Harebell", postcode, point);
        refuge.phones.push(phone("0161 496 0103"));
        refuge.places[0].location.confidential = true;
        refuge
    };
    let input = json!({ "serviceName": "Harebell house", "phones": ["0161 496 0103"], "postcode": "M14 5RQ" });
    let mut answers = BTreeSet::new();
    for (postcode, point) in [("M14 5RQ", (53.450, -2.220)), ("EH1 1AA", (55.95, -3.19))] {
        let app = TestApp::of(&[make(postcode, point)]).await;
        let token = coordinator(&app).await;
        answers.insert(format!("{:?}", ask(&app, &token, input.clone()).await));
        // Nor does a place that was open until a moment ago.
        let mut open = make(postcode, point);
        open.places[0].location.confidential = false;
        let app = TestApp::of(&[open]).await;
        app.save(&[make(postcode, point)]).await;
        let token = coordinator(&app).await;
        answers.insert(format!("{:?}", ask(&app, &token, input.clone()).await));
    }
    assert_eq!(answers.len(), 1, "wherever it is the answer is the same: {answers:?}");
    assert!(answers.first().unwrap().contains("place not known"), "{answers:?}");
}

#[tokio::test]
async fn the_number_of_statements_does_not_grow() {
    let mut counts = BTreeSet::new();
    for services in [1, 40] {
        let listings: Vec<ServiceListing> = (0..services)
            .map(|index| {
                let mut one = listed(
                    &format!("{index}"),
                    "Kettle on",
                    &format!("Agency {}", index % 12),
                    "M14 5RQ",
                    (53.45, -2.22),
                );
                one.phones = vec![phone("0161 496 0000")];
                one
            })
            .collect();
        let app = TestApp::of(&listings).await;
        let proposed = Proposed {
            service_names: Name::of("Kettle on").into_iter().collect(),
            agency_names: Name::of("Agency 1").into_iter().collect(),
            keys: BTreeSet::from([Key::phone("0161 496 0000").unwrap(), Key::uprn("10001234567").unwrap()]),
            spots: vec![Spot::of(Postcode::parse("M14 5RQ").ok(), None)],
            ..Proposed::default()
        };
        let before = app.db().statements();
        let found = guard(app.db().connection(), &app.app.live.current(), &proposed).await.unwrap();
        assert!(found.len() >= services.min(40), "{}", found.len());
        counts.insert(app.db().statements() - before);
    }
    assert_eq!(counts, BTreeSet::from([4]));
}

#[tokio::test]
async fn what_many_agencies_have_tells_nothing() {
    let listings: Vec<ServiceListing> = (0..21)
        .map(|index| {
            let mut one = listed(
                &format!("{index}"),
                &format!("Service {index}"),
                &format!("Agency {index}"),
                "M14 5RQ",
                (53.45, -2.22),
            );
            one.phones = vec![phone("0300 123 1234")];
            one
        })
        .collect();
    for (agencies, told) in [(20, 20), (21, 0)] {
        let app = TestApp::of(&listings[..agencies]).await;
        let token = coordinator(&app).await;
        let variables = json!({ "input": { "phones": ["0300 123 1234"] }, "first": 50 });
        let data = app.data_as(As::token(&token), ASK, variables).await;
        assert_eq!(data["possibleDuplicates"].as_array().unwrap().len(), told);
    }
}
