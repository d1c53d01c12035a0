//! Saved searches: what concerns whoever keeps asking a question.

use entity::enums::HappeningKind::{CapacityGone, Closed, EligibilityChanged, HoursChanged, Withdrawn};
use entity::enums::{RuleEvidence, SessionFormat};
use serde_json::{Value, json};
use signpost::directory::listing::{AgeRule, Ruled, ServiceListing};

use super::client::{Events, changed, listing, of, soon};
use crate::support::TestApp;
use crate::support::listings::{at, location};

/// A bed in Manchester for people from this age on.
fn bed(key: &str, youngest: f64) -> ServiceListing {
    let mut listing = listing(key);
    listing.places = vec![at(location("house", "M14 5RQ", Some((53.45, -2.22))))];
    let rule = AgeRule { min: Some(youngest), max: None };
    listing.eligibility.age = Some(Ruled { rule, evidence: RuleEvidence::Stated, quote: None });
    listing
}

/// What somebody is told who asks this, of everything that happens below.
async fn told(app: &TestApp, cursor: &str, search: Value) -> Vec<(String, String)> {
    let variables = json!({ "search": search, "services": null, "after": cursor });
    let mut events =
        Events::open(&app.app.router(), variables, &[]).await.map_err(|wrong| format!("{wrong:?}")).unwrap();
    let mut found = Vec::new();
    // The first sign of life is sent when there is nothing more to tell: its cursor is the last.
    let last = app.data("{ happeningsCursor }", json!({})).await["happeningsCursor"].clone();
    let last = last.as_str().unwrap();
    loop {
        let event = soon(events.event()).await.unwrap();
        if event.event.is_some() {
            found.push(super::client::brief(&event.json()["data"]["serviceHappenings"]));
        }
        if event.id.as_deref() == Some(last) {
            return found;
        }
    }
}

#[tokio::test]
async fn a_search_is_watched_by_what_stays_and_told_of_what_comes_and_goes() {
    let app = TestApp::new().await;
    let mut meal = listing("meal");
    meal.needs = vec!["essentials.hot-meal".to_owned()];
    meal.formats = vec![SessionFormat::DropIn];
    let far = {
        let mut far = bed("far", 18.0);
        far.places = vec![at(location("far house", "EX1 1AA", Some((50.72, -3.53))))];
        far
    };
    let before = [bed("bed", 18.0), bed("old", 55.0), meal, far];
    app.save(&before).await;
    let cursor = app.data("{ happeningsCursor }", json!({})).await["happeningsCursor"].clone();
    let cursor = cursor.as_str().unwrap();
    // One after another, each of all: so the order is of the kinds, and within one of the services' ids.
    let mut listings = before.to_vec();
    for kind in [Closed, HoursChanged, CapacityGone, EligibilityChanged, Withdrawn] {
        let mut now = Vec::new();
        for listing in listings {
            // Of withdrawing only the meal.
            let is_spared = kind == Withdrawn && listing.key != "meal";
            now.push(if is_spared { listing } else { changed(listing, kind) });
        }
        listings = now;
        app.save(&listings).await;
    }
    let gone = of("WITHDRAWN", "meal");
    let every = |key: &str| {
        let kinds = ["CLOSED", "HOURS_CHANGED", "CAPACITY_GONE", "ELIGIBILITY_CHANGED"];
        kinds.map(|kind| of(kind, key)).to_vec()
    };
    let rows = [
        (json!({ "needs": ["housing"], "where": { "place": "53.45,-2.22" }, "circumstances": { "age": 30 } }), {
            // Who is too young for the old ones' beds hears of these only when they take others.
            let mut expected = every("bed");
            expected.push(of("ELIGIBILITY_CHANGED", "old"));
            expected
        }),
        (json!({ "needs": ["housing"], "where": { "place": "53.45,-2.22" }, "circumstances": { "age": 60 } }), {
            [every("bed"), every("old")].concat()
        }),
        (json!({ "needs": ["housing"], "when": [{ "days": ["SUNDAY"] }], "circumstances": { "age": 60 } }), {
            // Nothing is open on Sundays, and nothing runs any more: neither is held against it.
            [every("bed"), every("old"), every("far")].concat()
        }),
        (json!({ "search": "far" }), every("far")),
        (json!({ "search": "nowhere" }), Vec::new()),
        (json!({ "needs": ["essentials.hot-meal"] }), Vec::new()),
        (json!({ "formats": ["GROUP"] }), Vec::new()),
        (json!({ "text": "qwrtz" }), Vec::new()),
        (json!({ "text": "I have nowhere to sleep" }), [every("bed"), every("old"), every("far")].concat()),
        (json!({}), [every("bed"), every("old"), every("far")].concat()),
    ];
    for (search, mut expected) in rows {
        expected.push(gone.clone());
        let mut found = told(&app, cursor, search.clone()).await;
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{search}");
    }
}

#[tokio::test]
async fn a_search_that_makes_no_sense_is_told_where() {
    let app = TestApp::new().await;
    let router = app.app.router();
    let rows = [
        (json!({ "needs": ["no.such"] }), "search.needs"),
        (json!({ "where": { "place": "Atlantis" } }), "search.where.place"),
        (json!({ "at": "2026-11-21T20:00:00Z" }), "search.at"),
        (json!({ "circumstances": { "age": -1 } }), "search.circumstances.age"),
        (json!({ "text": "x".repeat(3_000) }), "search.text"),
    ];
    for (search, field) in rows {
        let (status, answer) = Events::open(&router, json!({ "search": search }), &[]).await.err().unwrap();
        let error = &answer["errors"][0]["extensions"];
        assert_eq!((status.as_u16(), error["code"].as_str()), (422, Some("BAD_USER_INPUT")), "{answer:#}");
        assert!(error["field"].as_str().unwrap().starts_with(field), "{answer:#}");
    }
}
