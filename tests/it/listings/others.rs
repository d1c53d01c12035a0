//! Nobody touches what is another's: every mutation with another agency's ids, each answered as an id that there is not,
//! and nothing changed by it.

use entity::enums::Role;
use serde_json::{Value, json};
use signpost::api::ids::NodeId;
use signpost::directory::store::{agency_id, location_id, service_id};

use super::{Two, agency, global_location, global_service, update};
use crate::import::contents::{assert_same, everything};
use crate::support::accounts::As;
use crate::support::listings::{at, location, service};
use crate::support::source;

/// Mutations of whoever keeps a listing, with the ids of a service, an agency, a location and a change.
fn all(service: &str, of: &str, location: &str, change: &str) -> Vec<(&'static str, &'static str, Value)> {
    let lines = json!([{ "days": "WEEKLY", "effect": "CLOSES", "byDay": "MO" }]);
    vec![
        (
            "updateService",
            "UpdateServiceInput",
            json!({ "id": service, "expectedVersion": 1, "fields": { "alert": "!" } }),
        ),
        ("setServiceHours", "SetServiceHoursInput", json!({ "id": service, "expectedVersion": 1, "schedules": lines })),
        (
            "setServiceEligibility",
            "SetServiceEligibilityInput",
            json!({ "id": service, "expectedVersion": 1, "eligibility": { "other": "!" } }),
        ),
        (
            "setCapacity",
            "SetCapacityInput",
            json!({ "id": service, "expectedVersion": 1, "capacity": { "available": 0 } }),
        ),
        ("closeTemporarily", "CloseTemporarilyInput", json!({ "id": service, "expectedVersion": 1 })),
        ("reopen", "ReopenInput", json!({ "id": service, "expectedVersion": 1 })),
        ("endService", "EndServiceInput", json!({ "id": service, "expectedVersion": 1 })),
        ("updateAgency", "UpdateAgencyInput", json!({ "id": of, "expectedVersion": 1, "fields": { "name": "!" } })),
        (
            "updateLocation",
            "UpdateLocationInput",
            json!({ "id": location, "expectedVersion": 1, "fields": { "name": "!" } }),
        ),
        ("publishChange", "DecideChangeInput", json!({ "id": change })),
        ("declineChange", "DecideChangeInput", json!({ "id": change })),
        ("dropChange", "DecideChangeInput", json!({ "id": change })),
        ("undoChange", "UndoChangeInput", json!({ "id": change, "expectedVersion": 1 })),
    ]
}

#[tokio::test]
async fn every_mutation_with_anothers_ids_is_answered_as_with_ids_that_there_are_not() {
    let two = Two::new().await;
    // A change of theirs that waits, to try to decide about.
    let mut input = update(two.advice, 1, json!({ "alert": "Ours." }));
    input["draft"] = json!(true);
    let draft = two.done(&two.stranger, "updateService", "UpdateServiceInput", input).await;
    let draft = draft["change"]["id"].as_str().unwrap().to_owned();
    let none = uuid::Uuid::from_u128(77);
    let nothing = [
        NodeId::Service(entity::ids::ServiceId(none)).encode().0,
        NodeId::Agency(entity::ids::AgencyId(none)).encode().0,
        NodeId::Location(entity::ids::LocationId(none)).encode().0,
        NodeId::ListingVersion(entity::ids::ListingVersionId(none)).encode().0,
    ];
    let theirs = all(&global_service(two.advice), &agency(two.other), &global_location("there"), &draft);
    let absent = all(&nothing[0], &nothing[1], &nothing[2], &nothing[3]);
    let before = everything(two.app.db()).await;
    for ((name, kind, of_others), (_, _, of_none)) in theirs.into_iter().zip(absent) {
        for who in [&two.editor, &two.manager] {
            let tried = two.does(who, name, kind, of_others.clone()).await;
            assert_eq!(tried["errors"][0]["code"], "NOT_FOUND", "{name}");
            assert_eq!(tried, two.does(who, name, kind, of_none.clone()).await, "{name}");
        }
    }
    for id in [global_service(two.advice), agency(two.other), global_location("there")] {
        assert_eq!(two.listing(&two.manager, &id, "version").await, Value::Null);
    }
    let query = "query($id: ID!) { listingVersion(id: $id) { state } }";
    let seen = two.app.data_as(As::token(&two.manager), query, json!({ "id": draft })).await;
    assert_eq!(seen["listingVersion"], Value::Null);
    assert_same(&before, &everything(two.app.db()).await);
    // Its own people can, so it was not for another reason.
    two.done(&two.stranger, "dropChange", "DecideChangeInput", json!({ "id": draft })).await;
}

#[tokio::test]
async fn whoever_keeps_no_listings_is_turned_away_at_the_door() {
    let two = Two::new().await;
    let worker = two.app.signed_in("wo@example.org", Role::LinkWorker, Some(two.one)).await;
    let admin = two.app.signed_in("ad@example.org", Role::Administrator, None).await;
    let before = everything(two.app.db()).await;
    let id = NodeId::ListingVersion(entity::ids::ListingVersionId(uuid::Uuid::nil())).encode().0;
    for (name, kind, input) in all(&global_service(two.beds), &agency(two.one), &global_location("here"), &id) {
        let mutation = format!("mutation($input: {kind}!) {{ {name}(input: $input) {{ errors {{ code }} }} }}");
        let variables = json!({ "input": input });
        for token in [&worker, &admin] {
            let code = two.app.refused(As::token(token), &mutation, variables.clone()).await;
            assert_eq!(code, "FORBIDDEN", "{name}");
        }
        assert_eq!(two.app.refused(As::default(), &mutation, variables).await, "UNAUTHENTICATED", "{name}");
    }
    assert_same(&before, &everything(two.app.db()).await);
}

/// Whoever could name another's refuge as a place of their own would share in its address.
#[tokio::test]
async fn a_secret_place_of_another_is_no_place_to_put_a_service() {
    let two = Two::new().await;
    let mut refuge = service("refuge", "Refuge", "safety.domestic-abuse");
    refuge.agency.key = "other".to_owned();
    refuge.agency.name = "The Other".to_owned();
    let mut house = location("house", "M16 0AA", None);
    house.confidential = true;
    refuge.places = vec![at(house)];
    two.app.save(&[refuge]).await;
    let secret = NodeId::Location(location_id(source().id(), "house")).encode().0;
    let put = |at: &str| update(two.beds, 1, json!({ "places": [{ "location": at }] }));
    let tried = two.does(&two.manager, "updateService", "UpdateServiceInput", put(&secret)).await;
    let unknown = NodeId::Location(entity::ids::LocationId(uuid::Uuid::from_u128(5))).encode().0;
    assert_eq!(tried, two.does(&two.manager, "updateService", "UpdateServiceInput", put(&unknown)).await);
    assert_eq!(tried["errors"][0]["field"], "input.fields.places[0].location");
    let made = json!({ "fields": { "name": "Spy", "places": [{ "location": secret }] } });
    let made = two.does(&two.manager, "createService", "CreateServiceInput", made).await;
    assert_eq!(made["errors"][0]["code"], "NOT_FOUND");
    // A coordinator, who may see what agencies and services say, is not shown where it is.
    assert_eq!(two.listing(&two.coordinator, &secret, "document").await, Value::Null);
    let seen = two.listing(&two.coordinator, &global_service(service_id(source().id(), "refuge")), "document").await;
    assert!(!seen.to_string().contains("M16"), "{seen}");
    assert_ne!(seen, Value::Null);
}

#[tokio::test]
async fn a_place_of_several_agencies_is_the_first_ones_or_a_coordinators_to_change() {
    let two = Two::new().await;
    let share = update(two.advice, 1, json!({ "places": [{ "location": global_location("here") }] }));
    two.done(&two.stranger, "updateService", "UpdateServiceInput", share).await;
    let rename = json!({ "id": global_location("here"), "expectedVersion": 1, "fields": { "name": "The Hub" } });
    let refused = two.refused(&two.stranger, "updateLocation", "UpdateLocationInput", rename.clone()).await;
    assert_eq!(refused, super::one("SHARED", "input.id"));
    // Whoever was there first keeps it: nobody takes it from them by coming too.
    two.done(&two.editor, "updateLocation", "UpdateLocationInput", rename.clone()).await;
    let shown = two.shown(two.beds, "places { location { name } }").await;
    assert_eq!(shown["places"][0]["location"]["name"], "The Hub");
    // What a feed put two agencies into from the beginning is nobody's: it is for a coordinator.
    let mut both = super::two_listings();
    for (listing, key) in both.iter_mut().zip(["c", "d"]) {
        listing.key = key.to_owned();
        listing.places = vec![at(location("common", "M14 5RQ", None))];
    }
    two.app.save(&both).await;
    let rename = json!({ "id": global_location("common"), "expectedVersion": 1, "fields": { "name": "Commons" } });
    for who in [&two.editor, &two.stranger] {
        let refused = two.refused(who, "updateLocation", "UpdateLocationInput", rename.clone()).await;
        assert_eq!(refused, super::one("SHARED", "input.id"));
    }
    two.done(&two.coordinator, "updateLocation", "UpdateLocationInput", rename.clone()).await;
    // A place that nobody sees yet is nobody else's to show.
    let hidden = json!({ "fields": { "name": "Plans", "address": { "postcode": "M1 1AE" } } });
    let hidden = two.done(&two.editor, "createLocation", "CreateLocationInput", hidden).await;
    let share = update(two.advice, 2, json!({ "places": [{ "location": hidden["listing"]["id"] }] }));
    let refused = two.refused(&two.stranger, "updateService", "UpdateServiceInput", share).await;
    assert_eq!(refused, super::one("NOT_FOUND", "input.fields.places[0].location"));
    // What is one agency's is not the coordinator's.
    let own = update(two.beds, 1, json!({ "alert": "!" }));
    let mutation = "mutation($input: UpdateServiceInput!) { updateService(input: $input) { errors { code } } }";
    let code = two.app.refused(As::token(&two.coordinator), mutation, json!({ "input": own })).await;
    assert_eq!(code, "FORBIDDEN");
    assert_eq!(agency_id(source().id(), "agency"), two.one);
}

/// A refuge that two agencies have in common is nobody's alone; that makes its address no coordinator's to see.
#[tokio::test]
async fn a_secret_place_of_several_agencies_is_their_managers_and_no_coordinators() {
    let two = Two::new().await;
    let mut house = location("house", "M16 0AA", None);
    house.confidential = true;
    let mut both = super::two_listings();
    for (listing, key) in both.iter_mut().zip(["c", "d"]) {
        listing.key = key.to_owned();
        listing.places = vec![at(house.clone())];
    }
    two.app.save(&both).await;
    let id = global_location("house");
    assert_eq!(two.listing(&two.coordinator, &id, "document").await, Value::Null);
    let rename = |id: &str| json!({ "id": id, "expectedVersion": 1, "fields": { "publicArea": "South" } });
    let none = NodeId::Location(entity::ids::LocationId(uuid::Uuid::from_u128(5))).encode().0;
    let before = everything(two.app.db()).await;
    let tried = two.does(&two.coordinator, "updateLocation", "UpdateLocationInput", rename(&id)).await;
    assert_eq!(tried, two.does(&two.coordinator, "updateLocation", "UpdateLocationInput", rename(&none)).await);
    for who in [&two.editor, &two.stranger] {
        let refused = two.refused(who, "updateLocation", "UpdateLocationInput", rename(&id)).await;
        assert_eq!(refused, super::one("SHARED", "input.id"));
        assert_eq!(two.listing(who, &id, "document").await, Value::Null);
    }
    let show = json!({ "id": id, "expectedVersion": 1, "fields": { "confidential": false } });
    let refused = two.refused(&two.manager, "updateLocation", "UpdateLocationInput", show).await;
    assert_eq!(refused, super::one("SHARED", "input.fields.confidential"), "one of them alone does not show it");
    assert_same(&before, &everything(two.app.db()).await);
    let done = two.done(&two.manager, "updateLocation", "UpdateLocationInput", rename(&id)).await;
    assert_eq!(done["listing"]["document"]["publicArea"], "South");
}
