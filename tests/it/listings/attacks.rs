//! What somebody hostile, or only unlucky, tried with listings, and what must not come of it.

use chrono::TimeDelta;
use entity::enums::{Role, VersionState};
use entity::ids::ListingVersionId;
use entity::{listing_version, service as service_table};
use sea_orm::ActiveValue::{Set, Unchanged};
use sea_orm::{ActiveModelTrait, EntityTrait};
use serde_json::{Value, json};
use signpost::api::ids::NodeId;
use signpost::directory::store::service_id;

use super::{Two, agency, global_location, global_service, one, update};
use crate::import::contents::{assert_same, everything};
use crate::support::accounts::As;
use crate::support::listings::{at, location, service};
use crate::support::source;

/// A change that is to hold from tomorrow on.
fn tomorrow(mut input: Value) -> Value {
    input["publishAt"] = json!("2026-11-22T20:00:00Z");
    input
}

/// Lets the hour come for which changes were planned; says how many were made. Whoever signed in does so again.
async fn the_hour_comes(two: &mut Two) -> u64 {
    two.app.clock.advance(TimeDelta::hours(24));
    let made = two.app.app.listings.publish_due().await.unwrap();
    for (token, email) in [
        (&mut two.editor, "ed@example.org"),
        (&mut two.manager, "mo@example.org"),
        (&mut two.stranger, "st@example.org"),
        (&mut two.coordinator, "co@example.org"),
    ] {
        *token = two.app.token(email).await;
    }
    made
}

/// How a planned change stands, and the word beside it.
async fn planned(two: &Two, token: &str, change: &Value) -> Value {
    let query = "query($id: ID!) { listingVersion(id: $id) { state decisionNote } }";
    two.app.data_as(As::token(token), query, json!({ "id": change["id"] })).await["listingVersion"].take()
}

async fn coordinated(two: &Two, name: &str, kind: &str, input: Value) -> Value {
    let mutation =
        format!("mutation($input: {kind}!) {{ {name}(input: $input) {{ joining {{ id }} errors {{ code field }} }} }}");
    let mut data = two.app.data_as(As::token(&two.coordinator), &mutation, json!({ "input": input })).await;
    data[name].take()
}

async fn joins(two: &Two, keep: String, duplicate: String) -> Value {
    let input = json!({ "keep": keep, "duplicate": duplicate, "reason": "One of them" });
    coordinated(two, "joinListings", "JoinListingsInput", input).await
}

/// What a feed still tells of an agency that was joined is told of the one it was joined to, and nobody makes anything
/// for it: a service of an agency that nobody sees would make every page fail on which it stands.
#[tokio::test]
async fn a_joined_agency_is_given_nothing_that_everybody_sees_and_nobody_can_show() {
    let two = Two::new().await;
    assert_eq!(joins(&two, agency(two.one), agency(two.other)).await["errors"], json!([]));
    let mut new = service("new", "Told later", "housing.emergency");
    new.agency.key = "other".to_owned();
    new.agency.name = "The Other".to_owned();
    two.app.save(&[new]).await;
    let id = service_id(source().id(), "new");
    assert_eq!(
        two.shown(id, "name agency { name }").await,
        json!({ "name": "Told later", "agency": { "name": "The Agency" } })
    );
    let make = json!({ "fields": { "name": "Made", "needs": ["housing.emergency"], "visibility": "PUBLIC" } });
    let refused = two.refused(&two.stranger, "createService", "CreateServiceInput", make).await;
    assert_eq!(refused, one("DECIDED", ""));
    // And should one stand there all the same, it is not shown.
    let stray = service_table::ActiveModel { id: Unchanged(id), agency_id: Set(two.other), ..Default::default() };
    stray.update(two.app.db().connection()).await.unwrap();
    two.app.app.live.set_in_touch(false);
    let page = two.app.data("{ services { nodes { name agency { name } } } }", json!({})).await;
    let names: Vec<&Value> = page["services"]["nodes"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["Advice", "Beds"]);
    assert_eq!(two.shown(id, "name").await, Value::Null);
}

#[tokio::test]
async fn what_was_planned_is_held_against_the_rules_when_its_hour_comes() {
    let mut two = Two::new().await;
    // A place that was open when it was planned, and is a secret by then.
    let there = update(two.advice, 1, json!({ "places": [{ "location": global_location("here") }] }));
    let spied = two.done(&two.stranger, "updateService", "UpdateServiceInput", tomorrow(there)).await;
    let hide = json!({ "id": global_location("here"), "expectedVersion": 1,
        "fields": { "confidential": true, "address": { "lines": ["9 Secret Mews"], "postcode": "M15 5RF" } } });
    two.done(&two.editor, "updateLocation", "UpdateLocationInput", hide).await;
    // An age that no longer fits what was said since.
    let eligibility = |min: i32, max: i32| json!({ "age": { "minimum": min, "maximum": max } });
    let input = json!({ "id": global_service(two.beds), "expectedVersion": 1, "eligibility": eligibility(18, 60) });
    two.done(&two.editor, "setServiceEligibility", "SetServiceEligibilityInput", input).await;
    let input = json!({ "id": global_service(two.beds), "expectedVersion": 2, "eligibility": eligibility(30, 60) });
    let older = two.done(&two.editor, "setServiceEligibility", "SetServiceEligibilityInput", tomorrow(input)).await;
    let input = json!({ "id": global_service(two.beds), "expectedVersion": 2, "eligibility": eligibility(18, 25) });
    two.done(&two.editor, "setServiceEligibility", "SetServiceEligibilityInput", input).await;
    assert_eq!(the_hour_comes(&mut two).await, 0);
    for (token, change, word) in [(&two.stranger, &spied, "no such location"), (&two.editor, &older, "younger")] {
        let stands = planned(&two, token, &change["change"]).await;
        assert_eq!(stands["state"], "DRAFT");
        assert!(stands["decisionNote"].as_str().unwrap().contains(word), "{stands}");
    }
    assert_eq!(
        two.shown(two.beds, "eligibility { age { minimum maximum } }").await["eligibility"]["age"],
        json!({ "minimum": 18.0, "maximum": 25.0 })
    );
    assert_eq!(two.listing(&two.stranger, &global_location("here"), "document").await, Value::Null);
}

#[tokio::test]
async fn what_was_joined_is_not_shown_again_by_what_was_planned_before() {
    let mut two = Two::new().await;
    let hide = update(two.advice, 1, json!({ "visibility": "INTERNAL" }));
    two.done(&two.stranger, "updateService", "UpdateServiceInput", hide).await;
    let show = update(two.advice, 2, json!({ "visibility": "PUBLIC" }));
    let show = two.done(&two.stranger, "updateService", "UpdateServiceInput", tomorrow(show)).await;
    assert_eq!(joins(&two, global_service(two.beds), global_service(two.advice)).await["errors"], json!([]));
    assert_eq!(the_hour_comes(&mut two).await, 0);
    assert_eq!(planned(&two, &two.stranger, &show["change"]).await["state"], "DRAFT");
    assert_eq!(two.shown(two.advice, "name").await, Value::Null);
}

#[tokio::test]
async fn one_planned_change_that_fails_holds_up_no_other() {
    let mut two = Two::new().await;
    let first = tomorrow(update(two.beds, 1, json!({ "alert": "First." })));
    let first = two.done(&two.editor, "updateService", "UpdateServiceInput", first).await;
    let second = tomorrow(update(two.advice, 1, json!({ "alert": "Second." })));
    two.done(&two.stranger, "updateService", "UpdateServiceInput", second).await;
    // Something that can't be read: a broken disk, a bug.
    let id = ListingVersionId(
        first["change"]["id"]
            .as_str()
            .map(|id| match NodeId::decode(id).unwrap() {
                NodeId::ListingVersion(id) => id.0,
                other => panic!("{other:?}"),
            })
            .unwrap(),
    );
    let broken = listing_version::ActiveModel { id: Unchanged(id), changes: Set("[".to_owned()), ..Default::default() };
    broken.update(two.app.db().connection()).await.unwrap();
    assert_eq!(the_hour_comes(&mut two).await, 1);
    assert_eq!(two.shown(two.advice, "alert").await["alert"], "Second.");
    let row = listing_version::Entity::find_by_id(id).one(two.app.db().connection()).await.unwrap().unwrap();
    assert_eq!(row.state, VersionState::Scheduled, "it is tried again");
}

/// Whoever comes to a place of another and stays there alone is not given it, nor what was said of it while it was a
/// secret.
#[tokio::test]
async fn a_place_stays_whose_it_was_when_its_agency_leaves_it() {
    let two = Two::new().await;
    let fields = json!({ "confidential": true, "address": { "lines": ["7 Hidden Lane"], "postcode": "M14 5RQ" } });
    let made = two.done(&two.manager, "createLocation", "CreateLocationInput", json!({ "fields": fields })).await;
    let house = made["listing"]["id"].as_str().unwrap().to_owned();
    let here = json!({ "places": [{ "location": house }] });
    two.done(&two.manager, "updateService", "UpdateServiceInput", update(two.beds, 1, here.clone())).await;
    let open = json!({ "confidential": false, "address": { "lines": ["1 Open Street"], "postcode": "M1 1AE" } });
    let open = json!({ "id": house, "expectedVersion": 1, "fields": open });
    two.done(&two.manager, "updateLocation", "UpdateLocationInput", open).await;
    two.done(&two.stranger, "updateService", "UpdateServiceInput", update(two.advice, 1, here)).await;
    two.done(&two.manager, "updateService", "UpdateServiceInput", update(two.beds, 2, json!({ "places": [] }))).await;
    for who in [&two.stranger, &two.coordinator] {
        assert_eq!(two.listing(who, &house, "document history { version }").await, Value::Null);
    }
    let rename = json!({ "id": house, "expectedVersion": 2, "fields": { "name": "Mine" } });
    let refused = two.refused(&two.stranger, "updateLocation", "UpdateLocationInput", rename.clone()).await;
    assert_eq!(refused, one("SHARED", "input.id"));
    two.done(&two.editor, "updateLocation", "UpdateLocationInput", rename).await;
    assert_eq!(two.listing(&two.editor, &house, "version").await["version"], 3);
}

/// A place goes with the service that is handed over, where nobody of the old agency is left there.
#[tokio::test]
async fn a_place_goes_with_the_service_that_was_alone_there() {
    let two = Two::new().await;
    let made = json!({ "fields": { "name": "Hall", "address": { "postcode": "M1 1AE" } } });
    let made = two.done(&two.editor, "createLocation", "CreateLocationInput", made).await;
    let hall = made["listing"]["id"].as_str().unwrap().to_owned();
    two.done(
        &two.editor,
        "updateService",
        "UpdateServiceInput",
        update(two.beds, 1, json!({ "places": [{ "location": hall }] })),
    )
    .await;
    let over = json!({ "service": global_service(two.beds), "to": agency(two.other), "expectedVersion": 2, "reason": "Theirs" });
    two.done(&two.coordinator, "handOverService", "HandOverServiceInput", over).await;
    assert_eq!(two.listing(&two.editor, &hall, "version").await, Value::Null);
    assert_eq!(two.listing(&two.stranger, &hall, "version").await["version"], 1);
}

/// A coordinator sees what services say, but not what is said at their places: one may be a refuge.
#[tokio::test]
async fn a_coordinator_is_not_told_what_is_said_at_a_place() {
    let two = Two::new().await;
    let mut told = super::two_listings();
    told[0].key = "refuge".to_owned();
    let mut house = at(location("house", "M16 0AA", None));
    house.location.confidential = true;
    house.description = Some("Blue door of 7 Hidden Lane".to_owned());
    told[0].places = vec![house];
    two.app.save(&told[..1]).await;
    let id = service_id(source().id(), "refuge");
    let say = |version: i32, words: &str| {
        update(
            id,
            version,
            json!({ "alert": words, "places": [{ "location": global_location("house"), "description": words }] }),
        )
    };
    let said = two.done(&two.editor, "updateService", "UpdateServiceInput", say(1, "Green door")).await;
    two.done(&two.editor, "updateService", "UpdateServiceInput", say(2, "Red door")).await;
    let fields =
        "document history { changes { field from to } } difference(from: 1, to: 3) { changes { field from to } }";
    let by_editor = two.listing(&two.editor, &global_service(id), fields).await.to_string();
    assert!(by_editor.contains("7 Hidden Lane") && by_editor.contains("Green door"));
    let seen = two.listing(&two.coordinator, &global_service(id), fields).await;
    assert_eq!(seen["history"][0]["changes"], json!([{ "field": "alert", "from": "Green door", "to": "Red door" }]));
    assert!(!seen.to_string().contains("7 Hidden Lane") && !seen.to_string().contains("places"), "{seen}");
    let version = "query($id: ID!) { listingVersion(id: $id) { changes { field from to } } }";
    let change = json!({ "id": said["change"]["id"] });
    let change = two.app.data_as(As::token(&two.coordinator), version, change).await;
    assert_eq!(change["listingVersion"]["changes"], json!([{ "field": "alert", "from": null, "to": "Green door" }]));
    let over = json!({ "service": global_service(id), "to": agency(two.other), "expectedVersion": 1, "reason": "?" });
    let late = two.does(&two.coordinator, "handOverService", "HandOverServiceInput", over).await;
    assert_eq!(late["errors"][0]["code"], "CHANGED");
    assert!(!late.to_string().contains("door\"}}") && !late.to_string().contains("7 Hidden Lane"), "{late}");
}

/// Where a manager is to look at changes, nobody sees a service before one has.
#[tokio::test]
async fn an_editor_shows_no_new_service_past_the_manager() {
    let two = Two::new().await;
    let mutation = "mutation($agency: ID!) { requireApproval(agency: $agency, required: true) { errors { code } } }";
    two.app.data_as(As::token(&two.manager), mutation, json!({ "agency": agency(two.one) })).await;
    let fields = json!({ "name": "Made", "needs": ["housing.emergency"], "visibility": "PUBLIC" });
    let made = two.done(&two.editor, "createService", "CreateServiceInput", json!({ "fields": fields })).await;
    let id = json!({ "id": made["listing"]["id"] });
    let shown = "query($id: ID!) { service(id: $id) { name } }";
    assert_eq!(two.app.data(shown, id.clone()).await["service"], Value::Null);
    let waits = "{ waitingChanges { id state changes { field from to } } }";
    let waits = two.app.data_as(As::token(&two.manager), waits, json!({})).await["waitingChanges"].take();
    let change = json!([{ "field": "visibility", "from": "internal", "to": "public" }]);
    assert_eq!((&waits[0]["state"], &waits[0]["changes"]), (&json!("AWAITING_APPROVAL"), &change));
    let approve = json!({ "id": waits[0]["id"] });
    assert_eq!(
        two.refused(&two.editor, "publishChange", "DecideChangeInput", approve.clone()).await,
        one("FOR_MANAGERS", "")
    );
    two.done(&two.manager, "publishChange", "DecideChangeInput", approve).await;
    assert_eq!(two.app.data(shown, id).await["service"]["name"], "Made");
    // A manager's own is seen at once.
    let fields = json!({ "name": "Now", "needs": ["housing.emergency"], "visibility": "PUBLIC" });
    let made = two.done(&two.manager, "createService", "CreateServiceInput", json!({ "fields": fields })).await;
    assert_eq!(two.app.data(shown, json!({ "id": made["listing"]["id"] })).await["service"]["name"], "Now");
}

#[tokio::test]
async fn what_waits_goes_with_the_services_of_agencies_that_are_joined() {
    let two = Two::new().await;
    let change = tomorrow(update(two.advice, 1, json!({ "alert": "Planned." })));
    two.done(&two.stranger, "updateService", "UpdateServiceInput", change).await;
    assert_eq!(joins(&two, agency(two.one), agency(two.other)).await["errors"], json!([]));
    let waits = "{ waitingChanges { state publishAt decisionNote } }";
    let waits = two.app.data_as(As::token(&two.editor), waits, json!({})).await["waitingChanges"].take();
    let note = "It was begun before two agencies were joined or parted.";
    assert_eq!(waits, json!([{ "state": "DRAFT", "publishAt": null, "decisionNote": note }]));
}

/// Of agencies that were joined one after another the last are parted first: else a service would be left behind.
#[tokio::test]
async fn agencies_are_parted_in_the_order_in_which_nothing_is_lost() {
    let two = Two::new().await;
    let make = json!({ "fields": { "name": "The Third" }, "reason": "New" });
    let third = two.done(&two.coordinator, "createAgency", "CreateAgencyInput", make).await;
    let third = third["listing"]["id"].as_str().unwrap().to_owned();
    let first = joins(&two, agency(two.other), agency(two.one)).await;
    let second = joins(&two, third, agency(two.other)).await;
    let of = async || two.shown(two.beds, "agency { name }").await["agency"]["name"].take();
    assert_eq!(of().await, "The Third");
    let part = async |joined: &Value| {
        let input = json!({ "id": joined["joining"]["id"], "reason": "Two" });
        coordinated(&two, "partListings", "PartListingsInput", input).await["errors"].take()
    };
    assert_eq!(part(&first).await, json!([{ "code": "DECIDED", "field": "input.id" }]));
    assert_eq!(part(&second).await, json!([]));
    assert_eq!(of().await, "The Other");
    assert_eq!(part(&first).await, json!([]));
    assert_eq!(of().await, "The Agency");
}

/// What no text and no calendar of ours holds is refused by its name, the same on every engine, and changes nothing.
#[tokio::test]
async fn what_databases_do_not_hold_is_refused_by_its_name() {
    let two = Two::new().await;
    let before = everything(two.app.db()).await;
    let mutation = "mutation($input: UpdateServiceInput!) { updateService(input: $input) { errors { code } } }";
    let mut with_reason = update(two.beds, 1, json!({ "alert": "!" }));
    with_reason["reason"] = json!("be\0cause");
    for input in [with_reason, update(two.beds, 1, json!({ "areas": [{ "kind": "TEXT", "value": "Leeds\0" }] }))] {
        let (status, answer) = two.app.ask(As::token(&two.editor), mutation, json!({ "input": input })).await;
        assert_eq!(status, 422, "{answer}");
        assert_eq!(answer["errors"][0]["extensions"]["field"], "input");
    }
    let (_, answer) = two.app.ask(As::token(&two.editor), "{ node(id: \"\\u0000\") { id } }", json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["field"], "query");
    for date in ["-262143-01-01", "1899-12-31", "2201-01-01", "+262142-12-31"] {
        let lines = json!([{ "days": "DATES", "effect": "CLOSES", "validFrom": date }]);
        let input = update(two.beds, 1, json!({ "schedules": lines }));
        let (_, answer) = two.app.ask(As::token(&two.editor), mutation, json!({ "input": input })).await;
        let message = answer["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains("1900 and 2200"), "{date}: {answer}");
        let told = &answer["errors"][0]["extensions"];
        assert_eq!(told["code"], "BAD_USER_INPUT", "{date}: {answer}");
        assert!(told["field"].as_str().unwrap().ends_with(".schedules.0.validFrom"), "{date}: {answer}");
    }
    assert_same(&before, &everything(two.app.db()).await);
}

/// A key stands for what was asked with it for one agency.
#[tokio::test]
async fn a_key_says_nothing_for_another_agency() {
    let two = Two::new().await;
    let both = two.app.signed_in("both@example.org", Role::ListingEditor, Some(two.one)).await;
    two.app.account("both@example.org", Role::ListingEditor, Some(two.other)).await;
    let mutation =
        "mutation($input: CreateServiceInput!) { createService(input: $input) { listing { id } errors { code } } }";
    let input =
        json!({ "input": { "idempotencyKey": "k", "fields": { "name": "Made", "needs": ["housing.emergency"] } } });
    let made = async |agency| {
        two.app.data_as(As { token: Some(&both), agency: Some(agency) }, mutation, input.clone()).await["createService"]
            .take()
    };
    let first = made(two.one).await;
    assert_eq!(first["errors"], json!([]));
    assert_eq!(made(two.one).await, first);
    assert_eq!(made(two.other).await, json!({ "listing": null, "errors": [{ "code": "KEY_USED" }] }));
}

#[tokio::test]
async fn what_is_taken_back_is_what_was_said_and_not_when() {
    let two = Two::new().await;
    let id = global_service(two.beds);
    let set = |version: i32, capacity: Value| json!({ "id": id, "expectedVersion": version, "capacity": capacity });
    two.done(&two.editor, "setCapacity", "SetCapacityInput", set(1, json!({ "available": 3 }))).await;
    let slip = two.done(&two.editor, "setCapacity", "SetCapacityInput", set(2, json!({ "available": 9 }))).await;
    two.app.clock.advance(TimeDelta::minutes(5));
    let more = set(3, json!({ "available": 9, "waitDays": 7 }));
    two.done(&two.editor, "setCapacity", "SetCapacityInput", more).await;
    two.app.clock.advance(TimeDelta::minutes(5));
    let undo = json!({ "id": slip["change"]["id"], "expectedVersion": 4 });
    two.done(&two.editor, "undoChange", "UndoChangeInput", undo).await;
    let shown = two.shown(two.beds, "capacity { available waitDays updatedAt }").await;
    let wanted = json!({ "available": 3, "waitDays": 7, "updatedAt": "2026-11-21T20:10:00Z" });
    assert_eq!(shown["capacity"], wanted);
}

/// What is urgent waits for nobody, nor does taking it back; and what is open is not opened.
#[tokio::test]
async fn a_door_that_was_shut_by_mistake_is_open_again_at_once() {
    let two = Two::new().await;
    let mutation = "mutation($agency: ID!) { requireApproval(agency: $agency, required: true) { errors { code } } }";
    let which = |version: i32| json!({ "id": global_service(two.beds), "expectedVersion": version });
    let shut = json!({ "id": global_service(two.beds), "expectedVersion": 1, "alert": "Ring twice." });
    two.done(&two.editor, "closeTemporarily", "CloseTemporarilyInput", shut).await;
    let open = json!({ "id": global_service(two.beds), "expectedVersion": 2, "keepAlert": true });
    two.done(&two.editor, "reopen", "ReopenInput", open).await;
    two.app.data_as(As::token(&two.manager), mutation, json!({ "agency": agency(two.one) })).await;
    assert_eq!(two.refused(&two.editor, "reopen", "ReopenInput", which(3)).await, one("NOTHING_CHANGES", ""));
    let closed = two.done(&two.editor, "closeTemporarily", "CloseTemporarilyInput", which(3)).await;
    let undo = json!({ "id": closed["change"]["id"], "expectedVersion": 4 });
    two.done(&two.editor, "undoChange", "UndoChangeInput", undo).await;
    let shown = two.shown(two.beds, "status alert").await;
    assert_eq!(shown, json!({ "status": "ACTIVE", "alert": "Ring twice." }));
}
