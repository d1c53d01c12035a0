//! Confirming that a listing is true.

use chrono::TimeDelta;
use entity::enums::{AssuranceEvidence, FieldGroup, KeyScope, Role};
use entity::ids::{AccountId, ServiceId};
use entity::{assurance, idempotency_key, listing_version};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;
use signpost::accounts::keys::NewKey;
use signpost::api::ids::NodeId;

use super::{agency, all_said, assured, confirm, id_of, input, of_agency, refusal};
use crate::support::TestApp;
use crate::support::accounts::As;

/// An agency with a service and an editor, and another agency with another.
async fn two() -> (TestApp, String, AccountId) {
    let mut listings = [of_agency("one", "a", "Beds"), of_agency("two", "b", "Food")];
    listings[0].assurances = all_said(200);
    let app = TestApp::of(&listings).await;
    let edie = app.account("edie@example.org", Role::ListingEditor, Some(agency("one"))).await;
    let token = app.token("edie@example.org").await;
    (app, token, edie)
}

#[tokio::test]
async fn what_is_named_is_fresh_at_once_and_nothing_else() {
    let (app, token, person) = two().await;
    let mut wanted = input("a", &["HOURS", "CONTACT", "HOURS"], 1);
    wanted["note"] = json!("  Rang the front desk. ");
    let payload = confirm(&app, &token, wanted).await;
    assert_eq!(payload["errors"], json!([]));
    let groups = payload["service"]["freshness"].as_array().unwrap();
    assert_eq!(groups.len(), 6);
    for group in groups {
        let confirmed = ["HOURS", "CONTACT"].contains(&group["group"].as_str().unwrap());
        let (state, by, evidence) = match confirmed {
            true => ("FRESH", "Agency one", "AGENCY_CONFIRMED"),
            false => ("STALE", "a feed", "FEED"),
        };
        assert_eq!((&group["freshness"], &group["confirmedBy"]), (&json!(state), &json!(by)), "{group:#}");
        assert_eq!(group["evidence"], evidence, "{group:#}");
    }
    // Everybody sees the same, and nobody sees who it was.
    let question =
        "query($id: ID!) { service(id: $id) { freshness { group freshness confirmedAt confirmedBy evidence } } }";
    let seen = app.data(question, json!({ "id": payload["service"]["id"] })).await;
    assert_eq!(seen["service"]["freshness"], payload["service"]["freshness"]);
    assert!(!payload.to_string().contains("Robin") && !payload.to_string().contains("front desk"), "{payload}");

    let rows: Vec<assurance::Model> =
        assured(&app).await.into_iter().filter(|row| row.confirmed_by.is_some()).collect();
    assert_eq!(rows.iter().map(|row| row.field_group).collect::<Vec<_>>(), [FieldGroup::Contact, FieldGroup::Hours]);
    for row in rows {
        assert_eq!((row.assured_at, row.evidence), (app.clock.now(), AssuranceEvidence::AgencyConfirmed));
        assert_eq!((row.confirmed_by, row.confirmed_by_key), (Some(person), None));
        assert_eq!(row.note.as_deref(), Some("Rang the front desk."));
    }
    let versions = listing_version::Entity::find().count(app.db().connection()).await.unwrap();
    assert_eq!(versions, 0, "confirming is not editing");
}

#[tokio::test]
async fn what_is_refused_changes_nothing() {
    let (app, token, _) = two().await;
    let before = assured(&app).await;
    let long = |mut of: serde_json::Value| {
        of["note"] = json!("x".repeat(501));
        of
    };
    let key = |mut of: serde_json::Value, key: &str| {
        of["idempotencyKey"] = json!(key);
        of
    };
    let seven = ["HOURS", "CONTACT", "HOURS", "CONTACT", "HOURS", "CONTACT", "HOURS"];
    let mut nowhere = input("a", &["HOURS"], 1);
    nowhere["service"] = json!(NodeId::Service(ServiceId(uuid::Uuid::from_u128(99))).encode().0);
    let table = [
        (input("a", &[], 1), ("BAD_VALUE", "input.groups")),
        (input("a", &seven, 1), ("BAD_VALUE", "input.groups")),
        (long(input("a", &["HOURS"], 1)), ("BAD_VALUE", "input.note")),
        (input("a", &["HOURS"], 0), ("CHANGED", "input.expectedVersion")),
        (input("a", &["HOURS"], 2), ("CHANGED", "input.expectedVersion")),
        (key(input("a", &["HOURS"], 1), ""), ("BAD_VALUE", "input.idempotencyKey")),
        (key(input("a", &["HOURS"], 1), &"k".repeat(201)), ("BAD_VALUE", "input.idempotencyKey")),
        (key(input("a", &["HOURS"], 2), "kept"), ("CHANGED", "input.expectedVersion")),
        (input("b", &["HOURS"], 1), ("NOT_FOUND", "input.service")),
        (nowhere, ("NOT_FOUND", "input.service")),
    ];
    let mut said = Vec::new();
    for (input, wanted) in table {
        let payload = confirm(&app, &token, input.clone()).await;
        assert_eq!((refusal(&payload), &payload["service"]), (wanted, &json!(null)), "{input}");
        let error = &payload["errors"][0];
        assert_eq!(error["currentVersion"], if wanted.0 == "CHANGED" { json!(1) } else { json!(null) });
        said.push(error.clone());
    }
    assert_eq!(said[8], said[9], "another agency's answers as one that does not exist");
    assert_eq!(assured(&app).await, before);
    let keys = idempotency_key::Entity::find().count(app.db().connection()).await.unwrap();
    assert_eq!(keys, 0, "a key is not used up by what was refused");

    // Nobody confirms for an agency who is no keeper of its listings.
    let variables = json!({ "input": input("a", &["HOURS"], 1) });
    let one = Some(agency("one"));
    let worker = app.signed_in("lena@example.org", Role::LinkWorker, one).await;
    let cora = app.signed_in("cora@example.org", Role::Coordinator, None).await;
    for token in [&worker, &cora] {
        assert_eq!(app.refused(As::token(token), super::CONFIRM, variables.clone()).await, "FORBIDDEN");
    }
    assert_eq!(app.refused(As::default(), super::CONFIRM, variables).await, "UNAUTHENTICATED");
    assert_eq!(assured(&app).await, before);
}

#[tokio::test]
async fn nobody_confirms_what_they_have_not_seen() {
    let (app, token, _) = two().await;
    let mut changed = of_agency("one", "a", "Beds and breakfast");
    changed.assurances = all_said(200);
    app.save(&[changed]).await;
    let payload = confirm(&app, &token, input("a", &["HOURS"], 1)).await;
    assert_eq!(refusal(&payload), ("CHANGED", "input.expectedVersion"));
    assert_eq!(payload["errors"][0]["currentVersion"], 2);
    assert!(assured(&app).await.iter().all(|row| row.confirmed_by.is_none()));
    let payload = confirm(&app, &token, input("a", &["HOURS"], 2)).await;
    assert_eq!(payload["errors"], json!([]));
}

#[tokio::test]
async fn asked_for_again_it_is_confirmed_once() {
    let (app, token, _) = two().await;
    let mut wanted = input("a", &["HOURS"], 1);
    wanted["idempotencyKey"] = json!("monday");
    let first = confirm(&app, &token, wanted.clone()).await;
    let at = app.clock.now();
    app.clock.advance(TimeDelta::minutes(5));
    assert_eq!(confirm(&app, &token, wanted.clone()).await, first);
    let hours = super::of_group(&app, "a", FieldGroup::Hours).await;
    assert_eq!(hours, Some((at, AssuranceEvidence::AgencyConfirmed)), "not anew");
    wanted["groups"] = json!(["CONTACT"]);
    assert_eq!(refusal(&confirm(&app, &token, wanted).await), ("KEY_USED", "input.idempotencyKey"));
    // Without a key it is confirmed anew.
    confirm(&app, &token, input("a", &["HOURS"], 1)).await;
    assert_eq!(super::of_group(&app, "a", FieldGroup::Hours).await.unwrap().0, app.clock.now());
}

#[tokio::test]
async fn a_program_of_the_agency_confirms() {
    let (app, ..) = two().await;
    let one = agency("one");
    let manager = app.account("mo@example.org", Role::AgencyManager, Some(one)).await;
    let new = |scope| NewKey { agency: one, name: "feed".to_owned(), scopes: vec![scope], expires_at: None };
    let (row, secret) = app.app.accounts.make_key(manager, new(KeyScope::Listings)).await.unwrap();
    let payload = confirm(&app, secret.expose(), input("a", &["PLACE"], 1)).await;
    assert_eq!(payload["errors"], json!([]));
    let rows = assured(&app).await;
    let place = rows.iter().find(|found| found.service_id == id_of("a") && found.field_group == FieldGroup::Place);
    assert_eq!(place.map(|found| (found.confirmed_by, found.confirmed_by_key)), Some((None, Some(row.id))));
    let (_, reads) = app.app.accounts.make_key(manager, new(KeyScope::Directory)).await.unwrap();
    let variables = json!({ "input": input("a", &["PLACE"], 1) });
    assert_eq!(app.refused(As::token(reads.expose()), super::CONFIRM, variables).await, "FORBIDDEN");
}
