//! An agency changes its listings, and everybody sees it in the next answer.

use chrono::TimeDelta;
use entity::enums::{KeyScope, Role};
use serde_json::{Value, json};
use signpost::accounts::keys::NewKey;

use super::{Two, agency, global_location, global_service, one, update};
use crate::support::accounts::As;
use crate::support::listings::service;

#[tokio::test]
async fn an_agency_fixes_its_hours_sets_its_capacity_closes_and_opens_again() {
    let two = Two::new().await;
    let id = global_service(two.beds);
    let lines =
        json!([{ "days": "WEEKLY", "effect": "OPENS", "byDay": "SA", "opensAt": "19:00", "closesAt": "22:00" }]);
    let input = json!({ "id": id, "expectedVersion": 1, "schedules": lines, "reason": "Saturday evenings now" });
    let payload = two.done(&two.editor, "setServiceHours", "SetServiceHoursInput", input).await;
    assert_eq!(payload["listing"]["version"], 2);
    let change = &payload["change"];
    assert_eq!(
        (&change["version"], &change["state"], &change["action"], &change["reason"], &change["madeBy"]),
        (&json!(2), &json!("PUBLISHED"), &json!("HOURS_SET"), &json!("Saturday evenings now"), &json!("Robin Vale"))
    );
    assert_eq!(change["changes"][0]["field"], "schedules");
    assert_eq!(change["changes"][0]["from"][0]["byDay"], "MO,TU,WE,TH,FR");
    // Whoever asks next sees it, without waiting for anything.
    let shown = two.shown(two.beds, "openingHours { byDay opensAt closesAt }").await;
    assert_eq!(shown["openingHours"], json!([{ "byDay": "SA", "opensAt": "19:00", "closesAt": "22:00" }]));
    let open = two.shown(two.beds, "places { openNow { state until } }").await;
    let until_ten = json!({ "state": "OPEN", "until": "2026-11-21T22:00:00Z" });
    assert_eq!(open["places"][0]["openNow"], until_ten, "on a Saturday at eight it is open now");

    let input = json!({ "id": id, "expectedVersion": 2, "capacity": { "maximum": 12, "available": 3, "waitDays": 4 } });
    two.done(&two.editor, "setCapacity", "SetCapacityInput", input).await;
    let shown = two.shown(two.beds, "capacity { maximum available waitDays updatedAt }").await;
    let wanted = json!({ "maximum": 12, "available": 3, "waitDays": 4, "updatedAt": "2026-11-21T20:00:00Z" });
    assert_eq!(shown["capacity"], wanted);

    let past = json!({ "id": id, "expectedVersion": 3, "reopensOn": "2026-11-20" });
    let refused = two.refused(&two.editor, "closeTemporarily", "CloseTemporarilyInput", past).await;
    assert_eq!(refused, one("BAD_VALUE", "input.reopensOn"));
    let input =
        json!({ "id": id, "expectedVersion": 3, "reopensOn": "2026-12-01", "alert": "Flooded. Ask at the Mission." });
    two.done(&two.editor, "closeTemporarily", "CloseTemporarilyInput", input).await;
    let fields = "status reopensOn alert";
    let closed =
        json!({ "status": "TEMPORARILY_CLOSED", "reopensOn": "2026-12-01", "alert": "Flooded. Ask at the Mission." });
    assert_eq!(two.shown(two.beds, fields).await, closed);
    let input = json!({ "id": id, "expectedVersion": 4 });
    two.done(&two.editor, "reopen", "ReopenInput", input).await;
    assert_eq!(two.shown(two.beds, fields).await, json!({ "status": "ACTIVE", "reopensOn": null, "alert": null }));

    let history =
        "version versionCount history { version action madeBy } difference(from: 1, to: 3) { changes { field } }
        back: difference(from: 3, to: 2) { changes { field from to } } none: difference(from: 1, to: 9) { from }";
    let listing = two.listing(&two.editor, &id, history).await;
    let actions: Vec<&str> =
        listing["history"].as_array().unwrap().iter().map(|one| one["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["REOPENED", "CLOSED_TEMPORARILY", "CAPACITY_SET", "HOURS_SET", "IMPORTED"]);
    assert_eq!(listing["history"][4]["madeBy"], Value::Null, "a source made it");
    assert_eq!((&listing["version"], &listing["versionCount"]), (&json!(5), &json!(5)));
    assert_eq!(listing["difference"]["changes"], json!([{ "field": "capacity" }, { "field": "schedules" }]));
    assert_eq!(
        (&listing["back"]["changes"][0]["field"], &listing["back"]["changes"][0]["to"]),
        (&json!("capacity"), &Value::Null)
    );
    assert_eq!(listing["none"], Value::Null);
}

#[tokio::test]
async fn a_field_that_is_left_out_stays_and_one_that_is_null_goes() {
    let two = Two::new().await;
    let all = json!({ "summary": "Ten beds.", "url": "https://beds.example", "phones": [{ "number": "0161 496 0000" }],
        "languages": ["en", "pl"], "cost": "FREE", "alert": "Ring first.",
        "eligibility": { "age": { "minimum": 18 }, "genders": ["WOMAN"], "substanceUse": { "rule": "NOT_WHEN_INTOXICATED" } } });
    two.done(&two.editor, "updateService", "UpdateServiceInput", update(two.beds, 1, all)).await;
    let fields = "summary url alert languages cost phones { number }
        eligibility { age { minimum evidence } gender { accepts } substanceUse { rule } }";
    let before = two.shown(two.beds, fields).await;
    assert_eq!(before["eligibility"]["age"], json!({ "minimum": 18.0, "evidence": "STATED" }));
    let less = json!({ "summary": "Twelve beds.", "url": null, "phones": null });
    two.done(&two.editor, "updateService", "UpdateServiceInput", update(two.beds, 2, less)).await;
    let after = two.shown(two.beds, fields).await;
    let mut wanted = before.clone();
    wanted["summary"] = json!("Twelve beds.");
    wanted["url"] = Value::Null;
    wanted["phones"] = json!([]);
    assert_eq!(after, wanted);
    // A name is always there.
    let refused =
        two.refused(&two.editor, "updateService", "UpdateServiceInput", update(two.beds, 3, json!({ "name": null })));
    assert_eq!(refused.await, one("BAD_VALUE", "input.fields.name"));
    // To say the same again is to change nothing: that would be confirming.
    let same = update(two.beds, 3, json!({ "summary": "Twelve beds." }));
    assert_eq!(two.refused(&two.editor, "updateService", "UpdateServiceInput", same).await, one("NOTHING_CHANGES", ""));
    assert_eq!(two.listing(&two.editor, &global_service(two.beds), "version").await["version"], 3);
}

#[tokio::test]
async fn all_that_is_wrong_with_a_form_is_told_at_once_and_nothing_is_changed() {
    let two = Two::new().await;
    let before = two.listing(&two.editor, &global_service(two.beds), "version document").await;
    let wrong = json!({ "name": " ", "email": "nobody", "needs": ["housing.castles"], "summary": "Fine.",
        "schedules": [{ "days": "WEEKLY", "effect": "OPENS", "byDay": "FUNDAY", "opensAt": "09:00", "closesAt": "10:00" }] });
    let mut refused = two.refused(&two.editor, "updateService", "UpdateServiceInput", update(two.beds, 1, wrong)).await;
    refused.sort();
    refused.dedup();
    let fields: Vec<&str> = refused.iter().map(|(_, field)| field.as_str()).collect();
    assert_eq!(
        fields,
        ["input.fields.email", "input.fields.name", "input.fields.needs[0]", "input.fields.schedules[0]"]
    );
    assert_eq!(two.listing(&two.editor, &global_service(two.beds), "version document").await, before);
}

#[tokio::test]
async fn what_was_thought_of_for_another_version_is_told_what_has_changed() {
    let two = Two::new().await;
    two.done(&two.editor, "updateService", "UpdateServiceInput", update(two.beds, 1, json!({ "alert": "New door." })))
        .await;
    let late = update(two.beds, 1, json!({ "summary": "Late." }));
    let payload = two.does(&two.manager, "updateService", "UpdateServiceInput", late).await;
    let error = &payload["errors"][0];
    assert_eq!((&error["code"], &error["field"]), (&json!("CHANGED"), &json!("input.expectedVersion")));
    assert_eq!(error["currentVersion"], 2);
    assert_eq!(error["changed"], json!([{ "field": "alert", "from": null, "to": "New door." }]));
    assert_eq!(two.shown(two.beds, "summary").await["summary"], Value::Null);
}

#[tokio::test]
async fn an_agency_changes_itself_and_its_place() {
    let two = Two::new().await;
    let input = json!({ "id": agency(two.one), "expectedVersion": 1,
        "fields": { "website": "https://one.example", "contacts": [{ "name": "Ann Reeve", "role": "Manager", "isNamedContact": true }] } });
    let payload = two.done(&two.editor, "updateAgency", "UpdateAgencyInput", input).await;
    assert_eq!(payload["listing"]["document"]["contacts"][0]["name"], "Ann Reeve", "its own people see the name");
    let query = "query($id: ID!) { agency(id: $id) { website contacts { name role withheld isNamedContact } } }";
    let shown = two.app.data(query, json!({ "id": agency(two.one) })).await;
    let contact = json!({ "name": null, "role": "Manager", "withheld": true, "isNamedContact": true });
    assert_eq!(shown["agency"], json!({ "website": "https://one.example", "contacts": [contact] }));

    // A place that becomes a secret is one in the very next answer.
    let here = global_location("here");
    let place = "places { location { confidential publicArea address { postcode } point { latitude } name } }";
    assert_eq!(two.shown(two.beds, place).await["places"][0]["location"]["address"]["postcode"], "M14 5RQ");
    let hide = json!({ "id": here, "expectedVersion": 1, "fields": { "confidential": true, "publicArea": "South Manchester" } });
    two.done(&two.editor, "updateLocation", "UpdateLocationInput", hide).await;
    let shown = two.shown(two.beds, place).await;
    let hidden =
        json!({ "confidential": true, "publicArea": "South Manchester", "address": null, "point": null, "name": null });
    assert_eq!(shown["places"][0]["location"], hidden);
    // To show it again is for a manager.
    let show = json!({ "id": here, "expectedVersion": 2, "fields": { "confidential": false } });
    let refused = two.refused(&two.editor, "updateLocation", "UpdateLocationInput", show.clone()).await;
    assert_eq!(refused, one("FOR_MANAGERS", "input.fields.confidential"));
    assert_eq!(two.shown(two.beds, place).await["places"][0]["location"], hidden);
    two.done(&two.manager, "updateLocation", "UpdateLocationInput", show).await;
    assert_eq!(two.shown(two.beds, place).await["places"][0]["location"]["confidential"], false);
}

#[tokio::test]
async fn a_service_is_made_with_its_place_and_found_at_once() {
    let two = Two::new().await;
    let place = json!({ "fields": { "name": "The Annexe", "address": { "lines": ["2 Side Street"], "town": "Manchester", "postcode": "M14 5RQ" } } });
    let made = two.done(&two.editor, "createLocation", "CreateLocationInput", place).await;
    let location = made["listing"]["id"].clone();
    let fields = json!({ "name": "Breakfast", "needs": ["essentials.hot-meal"], "delivery": ["IN_PERSON"],
        "places": [{ "location": location, "schedules": [{ "days": "WEEKLY", "effect": "OPENS", "byDay": "SU", "opensAt": "07:30", "closesAt": "10:00" }] }] });
    let input = json!({ "fields": fields, "reason": "New since November", "idempotencyKey": "breakfast" });
    let made = two.done(&two.editor, "createService", "CreateServiceInput", input.clone()).await;
    assert_eq!((&made["listing"]["version"], &made["listing"]["service"]["name"]), (&json!(1), &json!("Breakfast")));
    let query = "{ services(filter: { text: \"breakfast\" }) { nodes { name agency { name } source { key }
        places { location { name address { postcode } } } } } }";
    let found = two.app.data(query, json!({})).await;
    let location = json!({ "name": "The Annexe", "address": { "postcode": "M14 5RQ" } });
    let wanted = json!([{ "name": "Breakfast", "agency": { "name": "The Agency" }, "source": { "key": "agencies" }, "places": [{ "location": location }] }]);
    assert_eq!(found["services"]["nodes"], wanted);
    // Asked for again with the same key it is the same one; with the key and something else it is refused.
    let again = two.done(&two.editor, "createService", "CreateServiceInput", input.clone()).await;
    assert_eq!(again["listing"]["id"], made["listing"]["id"]);
    let mut other = input;
    other["fields"]["name"] = json!("Supper");
    let refused = two.refused(&two.editor, "createService", "CreateServiceInput", other).await;
    assert_eq!(refused, one("KEY_USED", "input.idempotencyKey"));
    let all = two.app.data("{ services { totalCount } }", json!({})).await;
    assert_eq!(all["services"]["totalCount"], 3);
    // Without a name there is none.
    let nameless = json!({ "fields": { "summary": "?" } });
    assert_eq!(
        two.refused(&two.editor, "createService", "CreateServiceInput", nameless).await,
        one("BAD_VALUE", "input.fields.name")
    );
}

#[tokio::test]
async fn a_change_asked_for_again_with_its_key_is_made_once() {
    let two = Two::new().await;
    let mut input = json!({ "id": global_service(two.beds), "expectedVersion": 1, "capacity": { "available": 2 }, "idempotencyKey": "k" });
    let first = two.done(&two.editor, "setCapacity", "SetCapacityInput", input.clone()).await;
    two.app.clock.advance(TimeDelta::minutes(5));
    let second = two.done(&two.editor, "setCapacity", "SetCapacityInput", input.clone()).await;
    assert_eq!(second["change"]["id"], first["change"]["id"]);
    assert_eq!(second["listing"]["version"], 2);
    // Another's key is another key.
    input["expectedVersion"] = json!(2);
    let theirs = two.done(&two.manager, "setCapacity", "SetCapacityInput", input).await;
    assert_eq!(theirs["listing"]["version"], 3);
}

#[tokio::test]
async fn what_an_agency_takes_back_is_as_it_was_and_what_was_changed_since_stays() {
    let two = Two::new().await;
    let hours = json!({ "id": global_service(two.beds), "expectedVersion": 1, "schedules": [] });
    let set = two.done(&two.editor, "setServiceHours", "SetServiceHoursInput", hours).await;
    two.done(&two.editor, "updateService", "UpdateServiceInput", update(two.beds, 2, json!({ "alert": "Stays." })))
        .await;
    let undo = json!({ "id": set["change"]["id"], "expectedVersion": 3, "reason": "A slip", "idempotencyKey": "u" });
    let undone = two.done(&two.editor, "undoChange", "UndoChangeInput", undo.clone()).await;
    assert_eq!(undone["change"]["action"], "UNDONE");
    let shown = two.shown(two.beds, "alert openingHours { byDay }").await;
    assert_eq!(shown, json!({ "alert": "Stays.", "openingHours": [{ "byDay": "MO,TU,WE,TH,FR" }] }));
    let again = two.done(&two.editor, "undoChange", "UndoChangeInput", undo).await;
    assert_eq!(again["change"]["id"], undone["change"]["id"], "with its key it is taken back once");
    // What was changed again since can't be taken back, and the field is named.
    let alert = two.listing(&two.editor, &global_service(two.beds), "history { id version }").await;
    let third = alert["history"].as_array().unwrap().iter().find(|one| one["version"] == 3).unwrap()["id"].clone();
    two.done(&two.editor, "updateService", "UpdateServiceInput", update(two.beds, 4, json!({ "alert": "Newer." })))
        .await;
    let payload =
        two.does(&two.editor, "undoChange", "UndoChangeInput", json!({ "id": third, "expectedVersion": 5 })).await;
    assert_eq!(payload["errors"][0]["code"], "CHANGED");
    assert_eq!(payload["errors"][0]["changed"], json!([{ "field": "alert", "from": "Stays.", "to": "Newer." }]));
    assert_eq!(two.shown(two.beds, "alert").await["alert"], "Newer.");
    // How it began can't be taken back.
    let first = alert["history"].as_array().unwrap().iter().find(|one| one["version"] == 1).unwrap()["id"].clone();
    let refused =
        two.refused(&two.editor, "undoChange", "UndoChangeInput", json!({ "id": first, "expectedVersion": 5 }));
    assert_eq!(refused.await, one("DECIDED", "input.id"));
}

#[tokio::test]
async fn a_program_with_the_scope_keeps_listings_too_and_its_key_stands_with_the_change() {
    let two = Two::new().await;
    let by = two.app.account("key@example.org", Role::AgencyManager, Some(two.one)).await;
    let new = NewKey { agency: two.one, name: "Feed".to_owned(), scopes: vec![KeyScope::Listings], expires_at: None };
    let (key, secret) = two.app.app.accounts.make_key(by, new).await.unwrap();
    let token = secret.expose().to_owned();
    let input = json!({ "id": global_service(two.beds), "expectedVersion": 1, "capacity": { "available": 1 } });
    let payload = two.done(&token, "setCapacity", "SetCapacityInput", input).await;
    assert_eq!(payload["change"]["madeBy"], Value::Null);
    use sea_orm::EntityTrait;
    let rows = entity::listing_version::Entity::find().all(two.app.db().connection()).await.unwrap();
    assert_eq!(rows.iter().filter(|row| row.made_by_key == Some(key.id)).count(), 1);
    let theirs = json!({ "id": global_service(two.advice), "expectedVersion": 1, "capacity": { "available": 1 } });
    assert_eq!(two.refused(&token, "setCapacity", "SetCapacityInput", theirs).await, one("NOT_FOUND", "input.id"));
}

/// Fifty at once, each with the version it saw: each version is won by exactly one, and nothing that was won is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_editors_of_one_listing_exactly_one_wins_each_version() {
    const EDITORS: usize = 50;
    let two = std::sync::Arc::new(Two::new().await);
    let id = global_service(two.beds);
    let tasks: Vec<_> = (0..EDITORS)
        .map(|editor| {
            let (two, id) = (std::sync::Arc::clone(&two), id.clone());
            tokio::spawn(async move {
                let mut lost = 0;
                let mut version = 1;
                loop {
                    // Each adds its own line to what it last saw.
                    let seen = two.listing(&two.editor, &id, "version document").await;
                    version = seen["version"].as_i64().unwrap().max(version);
                    let mut papers = seen["document"]["documents"].as_array().unwrap().clone();
                    papers.push(json!(format!("paper {editor}")));
                    let fields = json!({ "documents": papers });
                    let input = json!({ "id": id, "expectedVersion": seen["version"], "fields": fields });
                    let payload = two.does(&two.editor, "updateService", "UpdateServiceInput", input).await;
                    match payload["errors"][0]["code"].as_str() {
                        None => return lost,
                        Some("CHANGED") => lost += 1,
                        Some(other) => panic!("{other}"),
                    }
                }
            })
        })
        .collect();
    let mut lost = 0;
    for task in tasks {
        lost += task.await.unwrap();
    }
    let listing = two.listing(&two.editor, &id, "version document versionCount").await;
    let mut papers: Vec<&str> =
        listing["document"]["documents"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    papers.sort_unstable();
    papers.dedup();
    assert_eq!(papers.len(), EDITORS, "nobody's line was lost");
    assert_eq!((&listing["version"], &listing["versionCount"]), (&json!(EDITORS + 1), &json!(EDITORS + 1)));
    assert!(lost > 0, "they did meet");
}

#[tokio::test]
async fn a_flaw_that_a_feed_brought_stands_in_nobodys_way() {
    let two = Two::new().await;
    let mut feed = service("feed", "From a feed", "housing.emergency");
    feed.email = Some("no address at all".to_owned());
    feed.name = "x".repeat(400);
    two.app.save(&[feed]).await;
    let id = signpost::directory::store::service_id(crate::support::source().id(), "feed");
    let input = json!({ "id": global_service(id), "expectedVersion": 1, "capacity": { "available": 1 } });
    two.done(&two.editor, "setCapacity", "SetCapacityInput", input).await;
    let who = As::token(&two.editor);
    let shown =
        two.app.data_as(who, "query($id: ID!) { service(id: $id) { email } }", json!({ "id": global_service(id) }));
    assert_eq!(shown.await["service"]["email"], "no address at all");
}
