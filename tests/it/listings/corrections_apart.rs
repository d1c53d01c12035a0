//! Corrections are the owner's and the author's, and nobody else's; and they are never lost.

use entity::enums::{Role, Visibility};
use entity::ids::{CorrectionId, ServiceId};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use signpost::api::ids::NodeId;
use signpost::listings::acting::{Actor, Asker};
use uuid::Uuid;

use super::corrections::World;
use crate::support::accounts::As;
use crate::support::listings::service;

async fn suggested(world: &World) -> Value {
    let input = json!({ "service": world.service(0), "words": "The number is wrong.", "proposed": { "name": "Night beds" }, "idempotencyKey": "k" });
    world.well(&world.worker, "suggestCorrection", input).await
}

#[tokio::test]
async fn nobody_elses_people_see_or_answer_a_correction() {
    let world = World::new().await;
    let made = suggested(&world).await;
    let before = world.rows().await;
    let none = json!(NodeId::Correction(CorrectionId(Uuid::from_u128(77))).encode().0);
    let other_manager = world.app.signed_in("om@example.org", Role::AgencyManager, Some(world.agencies[1])).await;
    for token in [&world.other_editor, &other_manager] {
        assert_eq!(world.list(token, "corrections").await, [] as [Value; 0]);
        assert_eq!(world.list(token, "myCorrections").await, [] as [Value; 0]);
        for verdict in ["APPLY", "DONE_BY_HAND", "DECLINE"] {
            let answer = |id: &Value| json!({ "id": id, "verdict": verdict, "reply": "Yes.", "expectedVersion": 1 });
            let theirs = world.done(token, "answerCorrection", answer(&made["id"])).await;
            assert_eq!(theirs, world.done(token, "answerCorrection", answer(&none)).await);
            assert_eq!(theirs["errors"][0]["code"], "NOT_FOUND");
        }
    }
    // Its owner, and a colleague of its author, can't take it back.
    for token in [&world.editor, &world.manager, &world.other_editor] {
        let theirs = world.withdraw(token, &made["id"]).await;
        assert_eq!(theirs, world.withdraw(token, &none).await);
        assert_eq!(theirs["errors"][0]["code"], "NOT_FOUND");
    }
    let wrong_kind = world
        .app
        .refused(
            As::token(&world.worker),
            "mutation($id: ID!) { withdrawCorrection(id: $id) { errors { code } } }",
            json!({ "id": world.service(0) }),
        )
        .await;
    assert_eq!(wrong_kind, "BAD_USER_INPUT");
    let node = world
        .app
        .data_as(As::token(&world.editor), "query($id: ID!) { node(id: $id) { id } }", json!({ "id": made["id"] }))
        .await;
    assert_eq!(node["node"], json!(null));
    assert_eq!(world.rows().await, before);
    assert!(world.versions().await.is_empty());

    let withdrawn = world.withdraw(&world.worker, &made["id"]).await;
    assert_eq!(withdrawn["correction"]["state"], "WITHDRAWN");
    let late = json!({ "id": made["id"], "verdict": "DECLINE", "reply": "No." });
    assert_eq!(world.ill(&world.editor, "answerCorrection", late).await.0, "DECIDED");
    assert_eq!(world.list(&world.editor, "corrections(state: OPEN)").await, [] as [Value; 0]);
    assert_eq!(world.list(&world.editor, "corrections(state: WITHDRAWN)").await.len(), 1);
}

#[tokio::test]
async fn a_service_that_somebody_does_not_see_is_none() {
    let mut hidden = service("one", "Beds", "housing.emergency");
    hidden.visibility = Visibility::Internal;
    let mut other = service("two", "Advice", "money.benefits-advice");
    other.agency.key = "other".to_owned();
    let world = World::of([hidden, other]).await;
    let none = NodeId::Service(ServiceId(Uuid::from_u128(77))).encode().0;
    let suggestion = |id: &str| json!({ "service": id, "words": "Wrong.", "idempotencyKey": "k" });
    let report = |id: &str| json!({ "service": id, "reason": "PETS", "idempotencyKey": "k" });
    let inputs: [(&str, &dyn Fn(&str) -> Value); 2] = [("suggestCorrection", &suggestion), ("reportRefusal", &report)];
    for (mutation, input) in inputs {
        let theirs = world.done(&world.worker, mutation, input(&world.service(0))).await;
        assert_eq!(theirs, world.done(&world.worker, mutation, input(&none)).await);
        assert_eq!(theirs["errors"][0]["code"], "NOT_FOUND");
    }
    assert!(world.rows().await.is_empty());
    // Its own people see it.
    let colleague = world.app.signed_in("wa@example.org", Role::LinkWorker, Some(world.agencies[0])).await;
    world.well(&colleague, "suggestCorrection", suggestion(&world.service(0))).await;
    // A place of another service is none of this one's.
    let place = NodeId::ServiceAtLocation(entity::ids::PlaceId(Uuid::from_u128(5))).encode().0;
    let input = json!({ "service": world.service(1), "place": place, "reason": "PETS", "idempotencyKey": "z" });
    assert_eq!(world.ill(&world.worker, "reportRefusal", input).await, ("NOT_FOUND".into(), "input.place".into()));
}

#[tokio::test]
async fn a_correction_goes_with_its_service_and_outlives_it() {
    let world = World::new().await;
    let made = suggested(&world).await;
    let coordinator = world.app.account("co@example.org", Role::Coordinator, None).await;
    let coordinator = Actor { asker: Asker::Person(coordinator), agency: None, manages: false, coordinates: true };
    let listings = &world.app.app.listings;
    listings.hand_over(&coordinator, world.services[0], world.agencies[1], 1, Some("It moved.")).await.unwrap();
    assert_eq!(world.list(&world.editor, "corrections").await, [] as [Value; 0]);
    let answer =
        |verdict: &str| json!({ "id": made["id"], "verdict": verdict, "reply": "Ours now.", "expectedVersion": 2 });
    assert_eq!(world.ill(&world.editor, "answerCorrection", answer("DECLINE")).await.0, "NOT_FOUND");
    let seen = world.list(&world.other_editor, "corrections").await;
    assert_eq!((&seen[0]["agency"]["name"], &seen[0]["serviceVersion"]), (&json!("The Other"), &json!(2)));
    let answered = world.well(&world.other_editor, "answerCorrection", answer("APPLY")).await;
    assert_eq!(answered["answeredFor"]["name"], "The Other");
    assert_eq!(world.public().await["name"], "Night beds");

    // Joined to another and hidden; then gone altogether.
    listings.join_services(&coordinator, world.services[1], world.services[0], Some("The same.")).await.unwrap();
    let told = |mine: Vec<Value>| {
        let one = &mine[0];
        (mine.len(), one["serviceName"].clone(), one["service"].clone(), one["state"].clone(), one["reply"].clone())
    };
    let expected = (1, json!("Beds"), json!(null), json!("APPLIED"), json!("Ours now."));
    assert_eq!(told(world.list(&world.worker, "myCorrections").await), expected);
    let id = world.services[0];
    entity::service::Entity::delete_by_id(id).exec(world.app.db().connection()).await.unwrap();
    assert_eq!(told(world.list(&world.worker, "myCorrections").await), expected);
    assert_eq!(world.rows().await.len(), 1);
}
