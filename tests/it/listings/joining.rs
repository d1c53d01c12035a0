//! What coordinators do: making agencies, joining, parting, handing over.

use entity::enums::Role;
use serde_json::{Value, json};

use super::{Two, agency, global_service, update};
use crate::support::accounts::As;

async fn joins(two: &Two, name: &str, kind: &str, input: Value) -> Value {
    let mutation = format!(
        "mutation($input: {kind}!) {{ {name}(input: $input) {{ joining {{ id kind kept duplicate reason partedAt }}
         errors {{ code field }} }} }}"
    );
    let mut data = two.app.data_as(As::token(&two.coordinator), &mutation, json!({ "input": input })).await;
    data[name].take()
}

async fn names_of_agencies(two: &Two) -> Value {
    two.app.data("{ agencies { nodes { name } } }", json!({})).await["agencies"]["nodes"].take()
}

#[tokio::test]
async fn a_service_that_is_handed_over_is_the_other_agencys_with_its_history() {
    let two = Two::new().await;
    two.done(&two.editor, "updateService", "UpdateServiceInput", update(two.beds, 1, json!({ "alert": "Ours." })))
        .await;
    let mut planned = update(two.beds, 2, json!({ "summary": "Planned." }));
    planned["publishAt"] = json!("2026-12-01T00:00:00Z");
    let planned = two.done(&two.editor, "updateService", "UpdateServiceInput", planned).await;
    let mut input = json!({ "service": global_service(two.beds), "to": agency(two.other), "expectedVersion": 1, "reason": "They run it now" });
    let late = two.does(&two.coordinator, "handOverService", "HandOverServiceInput", input.clone()).await;
    assert_eq!(late["errors"][0]["code"], "CHANGED");
    input["expectedVersion"] = json!(2);
    two.done(&two.coordinator, "handOverService", "HandOverServiceInput", input.clone()).await;
    assert_eq!(two.shown(two.beds, "agency { name }").await["agency"]["name"], "The Other");
    let services = two
        .app
        .data("query($id: ID!) { agency(id: $id) { services { totalCount } } }", json!({ "id": agency(two.one) }));
    assert_eq!(services.await["agency"]["services"]["totalCount"], 0);
    // From now on it is theirs alone.
    let id = global_service(two.beds);
    assert_eq!(two.listing(&two.editor, &id, "version").await, Value::Null);
    let seen = two.listing(&two.stranger, &id, "history { action reason }").await;
    assert_eq!(seen["history"][0], json!({ "action": "HANDED_OVER", "reason": "They run it now" }));
    assert_eq!(seen["history"][1]["action"], "EDITED");
    two.done(
        &two.stranger,
        "updateService",
        "UpdateServiceInput",
        update(two.beds, 3, json!({ "alert": "Now ours." })),
    )
    .await;
    // What the old agency had planned is a draft for the new one to look at.
    let version = "query($id: ID!) { listingVersion(id: $id) { state } }";
    let planned = json!({ "id": planned["change"]["id"] });
    let seen = two.app.data_as(As::token(&two.stranger), version, planned.clone()).await;
    assert_eq!(seen["listingVersion"]["state"], "DRAFT");
    two.done(&two.stranger, "dropChange", "DecideChangeInput", planned).await;
    // And its source does not take it back.
    two.app.save(&super::two_listings()).await;
    assert_eq!(
        two.shown(two.beds, "agency { name } alert").await,
        json!({ "agency": { "name": "The Other" }, "alert": "Now ours." })
    );
    input["expectedVersion"] = json!(4);
    let again = two.does(&two.coordinator, "handOverService", "HandOverServiceInput", input).await;
    assert_eq!(again["errors"][0]["code"], "NOTHING_CHANGES");
}

#[tokio::test]
async fn two_agencies_that_are_one_are_joined_and_parted_again_and_nothing_is_lost() {
    let two = Two::new().await;
    let before = two.shown(two.advice, "name agency { name }").await;
    let input = json!({ "keep": agency(two.one), "duplicate": agency(two.other), "reason": "One charity" });
    let joined = joins(&two, "joinListings", "JoinListingsInput", input.clone()).await;
    assert_eq!(joined["errors"], json!([]));
    assert_eq!(joined["joining"]["reason"], "One charity");
    assert_eq!(names_of_agencies(&two).await, json!([{ "name": "The Agency" }]));
    assert_eq!(two.shown(two.advice, "agency { name }").await["agency"]["name"], "The Agency");
    let gone = two.app.data("query($id: ID!) { agency(id: $id) { name } }", json!({ "id": agency(two.other) })).await;
    assert_eq!(gone["agency"], Value::Null);
    // Again, or the other way round, it is refused.
    assert_eq!(joins(&two, "joinListings", "JoinListingsInput", input).await["errors"][0]["code"], "NOT_FOUND");
    // What is changed meanwhile stays changed.
    two.done(
        &two.editor,
        "updateService",
        "UpdateServiceInput",
        update(two.advice, 2, json!({ "alert": "Meanwhile." })),
    )
    .await;
    let part = json!({ "id": joined["joining"]["id"], "reason": "Two after all" });
    let parted = joins(&two, "partListings", "PartListingsInput", part.clone()).await;
    assert_eq!(parted["joining"]["partedAt"], "2026-11-21T20:00:00Z");
    assert_eq!(names_of_agencies(&two).await, json!([{ "name": "The Agency" }, { "name": "The Other" }]));
    let after = two.shown(two.advice, "name agency { name } alert").await;
    assert_eq!((&after["agency"], &after["alert"]), (&before["agency"], &json!("Meanwhile.")));
    assert_eq!(joins(&two, "partListings", "PartListingsInput", part).await["errors"][0]["code"], "DECIDED");
    let provenance = two.listing(&two.coordinator, &agency(two.one), "joinings { reason partedAt }").await;
    assert_eq!(provenance["joinings"][0]["reason"], "One charity");
}

#[tokio::test]
async fn two_services_that_are_one_are_joined_and_parted_again() {
    let two = Two::new().await;
    let input =
        json!({ "keep": global_service(two.beds), "duplicate": global_service(two.advice), "reason": "The same desk" });
    let joined = joins(&two, "joinListings", "JoinListingsInput", input.clone()).await;
    assert_eq!(joined["errors"], json!([]));
    assert_eq!(two.shown(two.advice, "name").await, Value::Null);
    // Its agency does not show it again behind the coordinator's back.
    let show = update(two.advice, 2, json!({ "visibility": "PUBLIC" }));
    let refused = two.refused(&two.stranger, "updateService", "UpdateServiceInput", show).await;
    assert_eq!(refused, super::one("DECIDED", "input.fields.visibility"));
    let found = two.app.data("{ services { nodes { name } } }", json!({})).await;
    assert_eq!(found["services"]["nodes"], json!([{ "name": "Beds" }]));
    let same = json!({ "keep": global_service(two.beds), "duplicate": global_service(two.beds), "reason": "?" });
    assert_eq!(joins(&two, "joinListings", "JoinListingsInput", same).await["errors"][0]["code"], "BAD_VALUE");
    let unsaid = json!({ "keep": global_service(two.beds), "duplicate": global_service(two.advice), "reason": " " });
    assert_eq!(joins(&two, "joinListings", "JoinListingsInput", unsaid).await["errors"][0]["field"], "input.reason");
    let part = json!({ "id": joined["joining"]["id"], "reason": "Two after all" });
    assert_eq!(joins(&two, "partListings", "PartListingsInput", part).await["errors"], json!([]));
    assert_eq!(two.shown(two.advice, "name").await["name"], "Advice");
}

#[tokio::test]
async fn a_coordinator_makes_an_agency_and_its_manager_makes_its_first_service() {
    let two = Two::new().await;
    let input =
        json!({ "fields": { "name": "New Start", "charityNumber": "1234567" }, "reason": "Joined the network" });
    let made = two.done(&two.coordinator, "createAgency", "CreateAgencyInput", input).await;
    let id = made["listing"]["id"].as_str().unwrap().to_owned();
    let invite = "mutation($input: InviteInput!) { invite(input: $input) { letterSent errors { code } } }";
    let who = json!({ "email": "ne@example.org", "name": "Nell", "role": "AGENCY_MANAGER", "agency": id });
    let invited = two.app.data_as(As::token(&two.coordinator), invite, json!({ "input": who })).await;
    assert_eq!(invited["invite"], json!({ "letterSent": true, "errors": [] }));
    let signpost::api::ids::NodeId::Agency(new) = signpost::api::ids::NodeId::decode(&id).unwrap() else { panic!() };
    let manager = two.app.signed_in("nell@example.org", Role::AgencyManager, Some(new)).await;
    let service = json!({ "fields": { "name": "First steps", "needs": ["work.finding-work"] } });
    two.done(&manager, "createService", "CreateServiceInput", service).await;
    let shown =
        two.app.data("query($id: ID!) { agency(id: $id) { name services { nodes { name } } } }", json!({ "id": id }));
    assert_eq!(
        shown.await["agency"],
        json!({ "name": "New Start", "services": { "nodes": [{ "name": "First steps" }] } })
    );
}

#[tokio::test]
async fn whoever_makes_what_is_there_already_is_told() {
    let two = Two::new().await;
    let phones = json!([{ "number": "0161 496 0123" }]);
    let known = json!({ "id": agency(two.one), "expectedVersion": 1, "fields": { "charityNumber": "1234567", "phones": phones } });
    two.done(&two.editor, "updateAgency", "UpdateAgencyInput", known).await;
    two.done(&two.editor, "updateService", "UpdateServiceInput", update(two.beds, 1, json!({ "phones": phones })))
        .await;
    let made = |name: &str, kind: &str, fields: Value| {
        let mutation = format!(
            "mutation($input: {kind}!) {{ {name}(input: $input) {{ errors {{ code }}
             possibleDuplicates {{ likelihood agency {{ name }} service {{ name }} reasons {{ kind shared }} }} }} }}"
        );
        (mutation, json!({ "input": { "fields": fields } }))
    };
    let (mutation, variables) =
        made("createAgency", "CreateAgencyInput", json!({ "name": "Agency, The", "charityNumber": "1234567" }));
    let agency = two.app.data_as(As::token(&two.coordinator), &mutation, variables).await["createAgency"].take();
    assert_eq!(agency["errors"], json!([]));
    let found = &agency["possibleDuplicates"][0];
    assert_eq!((&found["agency"]["name"], &found["service"]), (&json!("The Agency"), &Value::Null));
    assert_eq!(found["reasons"][0], json!({ "kind": "CHARITY_NUMBER", "shared": "1234567" }), "{found:#}");
    let fields = json!({ "name": "Beds", "phones": [{ "number": "+44 161 496 0123" }] });
    let (mutation, variables) = made("createService", "CreateServiceInput", fields);
    let service = two.app.data_as(As::token(&two.stranger), &mutation, variables).await["createService"].take();
    let found: Vec<&Value> =
        service["possibleDuplicates"].as_array().unwrap().iter().map(|one| &one["service"]["name"]).collect();
    assert_eq!(found, [&json!("Beds")], "{service:#}");
    // What looks like nothing that is there is told nothing.
    let (mutation, variables) = made("createService", "CreateServiceInput", json!({ "name": "Quilting circle" }));
    let service = two.app.data_as(As::token(&two.stranger), &mutation, variables).await["createService"].take();
    assert_eq!((&service["errors"], &service["possibleDuplicates"]), (&json!([]), &json!([])));
}
