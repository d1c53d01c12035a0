//! Keys of programs.

use chrono::TimeDelta;
use entity::enums::Role;
use entity::ids::AgencyId;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use signpost::directory::store::agency_id;

use super::code;
use crate::support::accounts::{As, global};
use crate::support::listings::service;
use crate::support::{TestApp, source};

const CREATE: &str = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) {
    secret apiKey { id name scopes expiresAt } errors { code field message } } }";
const REVOKE: &str = "mutation($id: ID!) { revokeApiKey(id: $id) { apiKey { revokedAt } errors { code field } } }";

/// Two agencies, each with its manager signed in.
async fn two() -> (TestApp, [(AgencyId, String); 2]) {
    let mut listings = [service("one", "Beds", "housing.emergency"), service("two", "Advice", "money.benefits-advice")];
    listings[1].agency.key = "other".to_owned();
    let ids = listings.clone().map(|listing| agency_id(source().id(), &listing.agency.key));
    assert_ne!(ids[0], ids[1]);
    let app = TestApp::of(&listings).await;
    let mut both = Vec::new();
    for (number, id) in ids.into_iter().enumerate() {
        let email = format!("manager{number}@example.org");
        both.push((id, app.signed_in(&email, Role::AgencyManager, Some(id)).await));
    }
    (app, both.try_into().unwrap())
}

async fn asked(app: &TestApp, token: &str, mutation: &str, variables: Value) -> Value {
    let mut data = app.data_as(As::token(token), mutation, variables).await;
    data.as_object_mut().unwrap().values_mut().next().unwrap().take()
}

#[tokio::test]
async fn a_key_is_shown_once_works_until_its_end_and_acts_for_its_agency() {
    let (app, [(agency, manager), (other, _)]) = two().await;
    let input = json!({ "name": "our website", "scopes": ["LISTINGS", "DIRECTORY", "LISTINGS"],
                        "expiresAt": "2026-11-22T20:00:00Z" });
    let made = asked(&app, &manager, CREATE, json!({ "input": input })).await;
    assert_eq!(made["errors"], json!([]));
    assert_eq!(made["apiKey"]["scopes"], json!(["DIRECTORY", "LISTINGS"]));
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("spk_"));
    let rows = format!("{:?}", entity::api_key::Entity::find().all(app.db().connection()).await.unwrap());
    assert!(!rows.contains(&secret[4..]), "kept as a hash");
    let me = "{ viewer { kind account { name } roles actsFor { id } agencies { id } sessions { id } } }";
    let shown = app.data_as(As::token(secret), me, json!({})).await;
    let expected = json!({ "kind": "PROGRAM", "account": null, "roles": ["LISTING_EDITOR"],
        "actsFor": { "id": global(agency) }, "agencies": [{ "id": global(agency) }], "sessions": [] });
    assert_eq!(shown["viewer"], expected);
    let (status, _) = app.ask(As { token: Some(secret), agency: Some(agency) }, me, json!({})).await;
    assert_eq!(status, 200);
    let (status, answer) = app.ask(As { token: Some(secret), agency: Some(other) }, me, json!({})).await;
    assert_eq!((status.as_u16(), &answer["errors"][0]["extensions"]["code"]), (403, &json!("FORBIDDEN")));
    assert_eq!(app.refused(As::token(secret), "mutation { signOut { ended } }", json!({})).await, "FORBIDDEN");

    app.clock.advance(TimeDelta::days(1) - TimeDelta::milliseconds(1));
    assert_eq!(app.ask(As::token(secret), me, json!({})).await.0, 200);
    app.clock.advance(TimeDelta::milliseconds(1));
    assert_eq!(app.ask(As::token(secret), me, json!({})).await.0, 401);
}

#[tokio::test]
async fn a_key_is_revoked_by_its_own_agency_alone() {
    let (app, [(_, manager), (_, other)]) = two().await;
    let input = json!({ "input": { "name": "feed", "scopes": ["DIRECTORY"] } });
    let made = asked(&app, &manager, CREATE, input).await;
    assert_eq!(made["apiKey"]["expiresAt"], "2027-11-21T20:00:00Z", "as long as the settings allow");
    let (id, secret) = (&made["apiKey"]["id"], made["secret"].as_str().unwrap());
    let unknown = signpost::api::ids::NodeId::ApiKey(entity::ids::ApiKeyId(uuid::Uuid::from_u128(7))).encode().0;
    let told = asked(&app, &other, REVOKE, json!({ "id": id })).await;
    assert_eq!((code(&told), &told), ("NOT_FOUND", &asked(&app, &other, REVOKE, json!({ "id": unknown })).await));
    assert_eq!(app.ask(As::token(secret), "{ viewer { kind } }", json!({})).await.0, 200, "nothing changed");
    assert_eq!(app.data_as(As::token(&other), "{ apiKeys { id } }", json!({})).await, json!({ "apiKeys": [] }));
    let revoked = asked(&app, &manager, REVOKE, json!({ "id": id })).await;
    assert_eq!(revoked, json!({ "apiKey": { "revokedAt": "2026-11-21T20:00:00Z" }, "errors": [] }));
    assert_eq!(app.ask(As::token(secret), "{ viewer { kind } }", json!({})).await.0, 401);
    assert_eq!(code(&asked(&app, &manager, REVOKE, json!({ "id": id })).await), "ALREADY");
}

#[tokio::test]
async fn wrong_input_is_named() {
    let (app, [(_, manager), _]) = two().await;
    let table = [
        (json!({ "name": "", "scopes": ["DIRECTORY"] }), "input.name"),
        (json!({ "name": "x\ny", "scopes": ["DIRECTORY"] }), "input.name"),
        (json!({ "name": "x", "scopes": [] }), "input.scopes"),
        (json!({ "name": "x", "scopes": ["DIRECTORY"], "expiresAt": "2026-11-21T20:00:00Z" }), "input.expiresAt"),
        (json!({ "name": "x", "scopes": ["DIRECTORY"], "expiresAt": "2027-11-21T20:00:01Z" }), "input.expiresAt"),
    ];
    for (input, field) in table {
        let refused = asked(&app, &manager, CREATE, json!({ "input": input })).await;
        assert_eq!((code(&refused), refused["errors"][0]["field"].as_str()), ("BAD_VALUE", Some(field)), "{input}");
        assert_eq!((&refused["secret"], &refused["apiKey"]), (&json!(null), &json!(null)));
    }
    assert_eq!(app.data_as(As::token(&manager), "{ apiKeys { id } }", json!({})).await, json!({ "apiKeys": [] }));
}
