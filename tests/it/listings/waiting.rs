//! Changes that wait: drafts, approval, an hour to come.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{Two, agency, global_service, one, update};
use crate::support::accounts::As;

async fn waiting(two: &Two) -> Vec<Value> {
    let query = "{ waitingChanges { id state action reason publishAt decisionNote changes { field to } } }";
    let data = two.app.data_as(As::token(&two.editor), query, json!({})).await;
    data["waitingChanges"].as_array().unwrap().clone()
}

fn draft(two: &Two, version: i32, fields: Value) -> Value {
    let mut input = update(two.beds, version, fields);
    input["draft"] = json!(true);
    input
}

async fn wants_approval(two: &Two, required: bool) {
    let mutation = "mutation($agency: ID!, $required: Boolean!) {
        requireApproval(agency: $agency, required: $required) { agency { name } errors { code } } }";
    let variables = json!({ "agency": agency(two.one), "required": required });
    let data = two.app.data_as(As::token(&two.manager), mutation, variables).await;
    assert_eq!(data["requireApproval"], json!({ "agency": { "name": "The Agency" }, "errors": [] }));
}

#[tokio::test]
async fn a_draft_is_seen_by_nobody_else_until_it_is_published() {
    let two = Two::new().await;
    let payload =
        two.done(&two.editor, "updateService", "UpdateServiceInput", draft(&two, 1, json!({ "alert": "Soon." }))).await;
    assert_eq!((&payload["change"]["state"], &payload["change"]["version"]), (&json!("DRAFT"), &Value::Null));
    assert_eq!(payload["listing"]["version"], 1);
    assert_eq!(two.shown(two.beds, "alert").await["alert"], Value::Null);
    let waits = waiting(&two).await;
    assert_eq!(waits.len(), 1);
    // Others go on changing the listing; what they do stays, and the draft is made in the listing as it is then.
    two.done(&two.manager, "updateService", "UpdateServiceInput", update(two.beds, 1, json!({ "summary": "Beds." })))
        .await;
    let id = json!({ "id": waits[0]["id"] });
    let published = two.done(&two.editor, "publishChange", "DecideChangeInput", id.clone()).await;
    assert_eq!((&published["change"]["state"], &published["change"]["version"]), (&json!("PUBLISHED"), &json!(3)));
    assert_eq!(two.shown(two.beds, "alert summary").await, json!({ "alert": "Soon.", "summary": "Beds." }));
    assert_eq!(waiting(&two).await, Vec::<Value>::new());
    for (name, who) in [("publishChange", &two.editor), ("dropChange", &two.editor), ("declineChange", &two.manager)] {
        assert_eq!(two.refused(who, name, "DecideChangeInput", id.clone()).await, one("DECIDED", "input.id"), "{name}");
    }
}

#[tokio::test]
async fn a_draft_of_what_was_changed_meanwhile_is_not_published_over_it() {
    let two = Two::new().await;
    two.done(&two.editor, "updateService", "UpdateServiceInput", draft(&two, 1, json!({ "alert": "Mine." }))).await;
    two.done(&two.manager, "updateService", "UpdateServiceInput", update(two.beds, 1, json!({ "alert": "Theirs." })))
        .await;
    let id = json!({ "id": waiting(&two).await[0]["id"] });
    let payload = two.does(&two.editor, "publishChange", "DecideChangeInput", id.clone()).await;
    assert_eq!(payload["errors"][0]["code"], "CHANGED");
    assert_eq!(payload["errors"][0]["changed"], json!([{ "field": "alert", "from": null, "to": "Theirs." }]));
    assert_eq!(two.shown(two.beds, "alert").await["alert"], "Theirs.");
    two.done(&two.editor, "dropChange", "DecideChangeInput", id).await;
    assert_eq!(waiting(&two).await, Vec::<Value>::new());
}

#[tokio::test]
async fn where_the_agency_wants_it_a_change_waits_for_a_manager_but_what_is_urgent_does_not() {
    let two = Two::new().await;
    wants_approval(&two, true).await;
    let payload = two
        .done(&two.editor, "updateService", "UpdateServiceInput", update(two.beds, 1, json!({ "summary": "New." })))
        .await;
    assert_eq!(payload["change"]["state"], "AWAITING_APPROVAL");
    assert_eq!(two.shown(two.beds, "summary").await["summary"], Value::Null);
    // A door that is shut is said to be shut at once.
    let close = json!({ "id": global_service(two.beds), "expectedVersion": 1 });
    let closed = two.done(&two.editor, "closeTemporarily", "CloseTemporarilyInput", close).await;
    assert_eq!(closed["change"]["state"], "PUBLISHED");
    assert_eq!(two.shown(two.beds, "status").await["status"], "TEMPORARILY_CLOSED");
    // An editor approves nothing, not even through a draft or by taking something back.
    let id = json!({ "id": payload["change"]["id"], "note": "Good." });
    for name in ["publishChange", "declineChange"] {
        let refused = two.refused(&two.editor, name, "DecideChangeInput", id.clone()).await;
        assert_eq!(refused, one("FOR_MANAGERS", ""), "{name}");
    }
    let drafted =
        two.done(&two.editor, "updateService", "UpdateServiceInput", draft(&two, 2, json!({ "alert": "Hm." }))).await;
    let handed_in =
        two.done(&two.editor, "publishChange", "DecideChangeInput", json!({ "id": drafted["change"]["id"] })).await;
    assert_eq!(handed_in["change"]["state"], "AWAITING_APPROVAL");
    // A manager does.
    let approved = two.done(&two.manager, "publishChange", "DecideChangeInput", id).await;
    assert_eq!(approved["change"]["state"], "PUBLISHED");
    assert_eq!(two.shown(two.beds, "summary").await["summary"], "New.");
    let no = json!({ "id": drafted["change"]["id"], "note": "Say it otherwise." });
    let declined = two.done(&two.manager, "declineChange", "DecideChangeInput", no).await;
    assert_eq!(declined["change"]["state"], "DECLINED");
    assert_eq!(two.shown(two.beds, "alert").await["alert"], Value::Null);
    // What a manager changes waits for nobody.
    let theirs = two
        .done(&two.manager, "updateService", "UpdateServiceInput", update(two.beds, 3, json!({ "alert": "Hm." })))
        .await;
    assert_eq!(theirs["change"]["state"], "PUBLISHED");
    let undo = json!({ "id": theirs["change"]["id"], "expectedVersion": 4 });
    assert_eq!(two.refused(&two.editor, "undoChange", "UndoChangeInput", undo).await, one("FOR_MANAGERS", ""));
}

#[tokio::test]
async fn a_change_with_an_hour_is_made_at_that_hour_and_not_before_and_once() {
    let mut two = Two::new().await;
    let mut input = update(two.beds, 1, json!({ "alert": "New year." }));
    input["publishAt"] = json!("2026-11-22T08:00:00Z");
    let payload = two.done(&two.editor, "updateService", "UpdateServiceInput", input).await;
    assert_eq!(payload["change"]["state"], "SCHEDULED");
    two.app.clock.advance(TimeDelta::hours(12) - TimeDelta::seconds(1));
    assert_eq!(two.app.app.listings.publish_due().await.unwrap(), 0);
    assert_eq!(two.shown(two.beds, "alert").await["alert"], Value::Null);
    two.app.clock.advance(TimeDelta::seconds(1));
    // Two processes at once: one of them makes it.
    let (one, other) = tokio::join!(two.app.app.listings.publish_due(), two.app.app.listings.publish_due());
    assert_eq!(one.unwrap() + other.unwrap(), 1);
    assert_eq!(two.shown(two.beds, "alert").await["alert"], "New year.");
    assert_eq!(two.app.app.listings.publish_due().await.unwrap(), 0);
    two.editor = two.app.token("ed@example.org").await;
    let listing = two.listing(&two.editor, &global_service(two.beds), "version versionCount").await;
    assert_eq!(listing, json!({ "version": 2, "versionCount": 2 }));
}

#[tokio::test]
async fn what_was_missed_is_made_later_and_what_can_not_be_made_any_more_is_a_draft_again() {
    let mut two = Two::new().await;
    for (field, hour) in [("alert", "2026-11-22T08:00:00Z"), ("summary", "2026-11-23T08:00:00Z")] {
        let mut input = update(two.beds, 1, json!({ field: "Planned." }));
        input["publishAt"] = json!(hour);
        two.done(&two.editor, "updateService", "UpdateServiceInput", input).await;
    }
    two.done(&two.editor, "updateService", "UpdateServiceInput", update(two.beds, 1, json!({ "alert": "Meanwhile." })))
        .await;
    // Nobody ran for a week.
    two.app.clock.advance(TimeDelta::days(7));
    assert_eq!(two.app.app.listings.publish_due().await.unwrap(), 1);
    assert_eq!(two.shown(two.beds, "alert summary").await, json!({ "alert": "Meanwhile.", "summary": "Planned." }));
    two.editor = two.app.token("ed@example.org").await;
    let waits = waiting(&two).await;
    assert_eq!((waits.len(), &waits[0]["state"]), (1, &json!("DRAFT")));
    assert!(waits[0]["decisionNote"].as_str().unwrap().contains("`alert` has changed"), "{waits:?}");
    assert_eq!(two.app.app.listings.publish_due().await.unwrap(), 0);
}

#[tokio::test]
async fn an_hour_that_is_past_or_too_far_off_is_refused() {
    let two = Two::new().await;
    for hour in ["2026-11-21T20:00:00Z", "2020-01-01T00:00:00Z", "2031-01-01T00:00:00Z"] {
        let mut input = update(two.beds, 1, json!({ "alert": "!" }));
        input["publishAt"] = json!(hour);
        let refused = two.refused(&two.editor, "updateService", "UpdateServiceInput", input).await;
        assert_eq!(refused, one("BAD_VALUE", "input.publishAt"), "{hour}");
    }
    let mut input = draft(&two, 1, json!({ "alert": "!" }));
    input["publishAt"] = json!("2027-01-01T00:00:00Z");
    let refused = two.refused(&two.editor, "updateService", "UpdateServiceInput", input).await;
    assert_eq!(refused, one("BAD_VALUE", "input.draft"));
    assert_eq!(waiting(&two).await, Vec::<Value>::new());
}
