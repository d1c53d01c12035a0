//! Refusals that several tell of become a draft of a correction: one for a service and a reason.

use chrono::TimeDelta;
use entity::correction;
use entity::enums::{CorrectionKind, CorrectionState, Role};
use serde_json::{Value, json};
use signpost::config::Config;

use super::corrections::World;
use crate::support::TestApp;
use crate::support::accounts::As;

fn refusal(service: &str, reason: &str, key: &str) -> Value {
    json!({ "service": service, "reason": reason, "words": "They said so at the door.", "idempotencyKey": key })
}

/// The drafts among the rows, in the order in which they were made.
async fn drafts(world: &World) -> Vec<correction::Model> {
    let mut rows = world.rows().await;
    rows.retain(|row| row.kind == CorrectionKind::Drafted);
    rows.sort_by_key(|row| (row.made_at, row.id));
    rows
}

#[tokio::test]
async fn three_refusals_by_two_workers_become_a_draft_that_is_answered_for_all_of_them() {
    let mut world = World::new().await;
    let beds = world.service(0);
    let full = |key: &str| refusal(&beds, "NOT_TAKING_NEW_PEOPLE", key);
    let first = world.well(&world.worker, "reportRefusal", full("1")).await;
    let told = (&first["kind"], &first["reason"], &first["about"], &first["happenedOn"], &first["proposed"]);
    let expected = json!(["REFUSAL", "NOT_TAKING_NEW_PEOPLE", "CAPACITY", "2026-11-21", []]);
    assert_eq!(json!([told.0, told.1, told.2, told.3, told.4]), expected);
    world.well(&world.worker, "reportRefusal", full("2")).await;
    world.well(&world.worker, "reportRefusal", full("3")).await;
    world.well(&world.other_editor, "reportRefusal", refusal(&beds, "PETS", "4")).await;
    assert!(drafts(&world).await.is_empty(), "one worker, and another reason");
    // A day back, by somebody else: enough.
    let mut by_another = full("5");
    by_another["on"] = json!("2026-11-19");
    world.well(&world.other_editor, "reportRefusal", by_another.clone()).await;
    world.well(&world.other_editor, "reportRefusal", by_another).await;
    let seen = world.list(&world.editor, "corrections(state: OPEN)").await;
    assert_eq!(seen.len(), 6);
    let draft = seen.iter().find(|one| one["kind"] == "DRAFTED").unwrap();
    assert_eq!(
        draft["words"],
        "2 workers of 1 agency were turned away 4 times since 19 November 2026, because the service takes no new people now."
    );
    assert_eq!(draft["proposed"], json!([{ "field": "capacity.available", "from": 4, "to": 0 }]));
    assert_eq!((&draft["authorName"], &draft["authorAgency"]), (&json!(null), &json!(null)));
    assert_eq!(world.list(&world.worker, "myCorrections").await.len(), 3, "a draft is nobody's");

    world.app.clock.advance(TimeDelta::days(1));
    world.sign_in_again().await;
    world.well(&world.manager, "reportRefusal", full("6")).await;
    let renewed = drafts(&world).await;
    assert_eq!(renewed.len(), 1);
    let words = renewed[0].words.as_deref().unwrap();
    assert!(words.starts_with("3 workers of 2 agencies were turned away 5 times since 19 November 2026"), "{words}");

    let answer = json!({ "id": draft["id"], "verdict": "APPLY", "reply": "We are full.", "expectedVersion": 1 });
    world.well(&world.editor, "answerCorrection", answer).await;
    assert_eq!(world.public().await["capacity"]["available"], 0);
    let mine = world.list(&world.worker, "myCorrections").await;
    for one in &mine {
        assert_eq!((&one["state"], &one["reply"]), (&json!("APPLIED"), &json!("We are full.")));
    }
    let open = world.list(&world.editor, "corrections(state: OPEN)").await;
    assert_eq!(open.iter().map(|one| one["reason"].clone()).collect::<Vec<_>>(), [json!("PETS")]);

    // From now on it takes as many again, and there is nothing more to propose.
    world.well(&world.worker, "reportRefusal", full("7")).await;
    world.well(&world.other_editor, "reportRefusal", full("8")).await;
    assert_eq!(drafts(&world).await.len(), 1);
    world.well(&world.worker, "reportRefusal", full("9")).await;
    let after = drafts(&world).await;
    assert_eq!(
        after.iter().map(|one| one.state).collect::<Vec<_>>(),
        [CorrectionState::Applied, CorrectionState::Open]
    );
    assert_eq!(after[1].proposed, None);
    assert_eq!(world.public().await["capacity"]["available"], 0);
}

#[tokio::test]
async fn what_was_taken_back_declined_or_is_long_ago_does_not_count() {
    let mut world = World::new().await;
    let beds = world.service(0);
    let shut = |key: &str| refusal(&beds, "CLOSED_AT_THE_TIME", key);
    let one = world.well(&world.worker, "reportRefusal", shut("1")).await;
    world.withdraw(&world.worker, &one["id"]).await;
    let two = world.well(&world.other_editor, "reportRefusal", shut("2")).await;
    let declined = json!({ "id": two["id"], "verdict": "DECLINE", "reply": "We were open." });
    world.well(&world.editor, "answerCorrection", declined).await;
    world.well(&world.worker, "reportRefusal", shut("3")).await;
    world.app.clock.advance(TimeDelta::days(60));
    world.sign_in_again().await;
    world.well(&world.worker, "reportRefusal", shut("4")).await;
    world.well(&world.other_editor, "reportRefusal", shut("5")).await;
    assert!(drafts(&world).await.is_empty());
    world.well(&world.other_editor, "reportRefusal", shut("6")).await;
    let draft = drafts(&world).await;
    assert_eq!(draft.len(), 1);
    assert_eq!(draft[0].proposed, None, "a door that was shut says nothing of the hours");
    let told = draft[0].words.as_deref().unwrap();
    assert!(told.starts_with("2 workers of 1 agency were turned away 3 times since 20 January 2027"), "{told}");
}

#[tokio::test]
async fn of_many_at_once_there_is_one_draft_that_counts_them_all() {
    let world = World::new().await;
    let tokens = [&world.worker, &world.other_editor, &world.editor, &world.manager];
    let at_once = (0..8)
        .map(|at| world.well(tokens[at % 4], "reportRefusal", refusal(&world.service(0), "COST", &format!("{at}"))));
    futures_util::future::join_all(at_once).await;
    let draft = drafts(&world).await;
    assert_eq!(draft.len(), 1);
    let told = draft[0].words.as_deref().unwrap();
    assert!(told.starts_with("4 workers of 2 agencies were turned away 8 times since 21 November 2026"), "{told}");
    // Two answers at once: one of them is the answer.
    let answer = |verdict: &str| {
        let id = signpost::api::ids::NodeId::Correction(draft[0].id).encode().0;
        json!({ "id": id, "verdict": verdict, "reply": verdict })
    };
    let (one, two) = tokio::join!(
        world.done(&world.editor, "answerCorrection", answer("DECLINE")),
        world.done(&world.manager, "answerCorrection", answer("DONE_BY_HAND")),
    );
    let well = [&one, &two].into_iter().filter(|payload| payload["errors"] == json!([])).count();
    assert_eq!(well, 1, "{one:#} {two:#}");
    let states: std::collections::BTreeSet<_> =
        world.rows().await.into_iter().map(|row| (row.state, row.reply)).collect();
    assert_eq!(states.len(), 1, "all have the one answer: {states:?}");
}

#[tokio::test]
async fn the_settings_say_how_many_it_takes() {
    let mut config = Config::default();
    (config.corrections.refusals, config.corrections.workers) = (1, 1);
    let app = TestApp::with_config(config).await;
    let listing = crate::support::listings::service("one", "Beds", "housing.emergency");
    app.save(&[listing]).await;
    let coordinator = app.signed_in("co@example.org", Role::Coordinator, None).await;
    let id = signpost::directory::store::service_id(crate::support::source().id(), "one");
    let input = json!({ "service": signpost::api::ids::NodeId::Service(id).encode().0, "reason": "NOT_TAKING_NEW_PEOPLE", "idempotencyKey": "k" });
    let mutation = "mutation($input: ReportRefusalInput!) { reportRefusal(input: $input) { errors { code } } }";
    app.data_as(As::token(&coordinator), mutation, json!({ "input": input })).await;
    let agency = signpost::directory::store::agency_id(crate::support::source().id(), "agency");
    let editor = app.signed_in("ed@example.org", Role::ListingEditor, Some(agency)).await;
    let query = "{ corrections { nodes { kind words proposed { field from to } authorName authorAgency { name } } } }";
    let seen = app.data_as(As::token(&editor), query, json!({})).await;
    let draft = seen["corrections"]["nodes"].as_array().unwrap().iter().find(|one| one["kind"] == "DRAFTED").unwrap();
    assert_eq!(
        draft["words"],
        "1 worker was turned away 1 time since 21 November 2026, because the service takes no new people now."
    );
    assert_eq!(draft["proposed"][0]["field"], "capacity", "nobody had said anything of it");
    assert_eq!(draft["proposed"][0]["to"]["available"], 0);
    assert_eq!(draft["proposed"][0]["to"]["waitingList"], json!(null), "whether one can wait is not known");
}

/// What a draft proposes is held against the listing as it is when somebody is turned away again.
#[tokio::test]
async fn a_draft_that_is_renewed_can_still_be_taken_over() {
    let world = World::new().await;
    let full = |key: &str| refusal(&world.service(0), "NOT_TAKING_NEW_PEOPLE", key);
    world.well(&world.worker, "reportRefusal", full("1")).await;
    world.well(&world.worker, "reportRefusal", full("2")).await;
    world.well(&world.other_editor, "reportRefusal", full("3")).await;
    let set = "mutation($input: SetCapacityInput!) { setCapacity(input: $input) { errors { code } } }";
    let input = json!({ "id": world.service(0), "expectedVersion": 1, "capacity": { "available": 3 } });
    world.app.data_as(As::token(&world.editor), set, json!({ "input": input })).await;
    world.well(&world.other_editor, "reportRefusal", full("4")).await;
    let seen = world.list(&world.editor, "corrections(state: OPEN)").await;
    let draft = seen.iter().find(|one| one["kind"] == "DRAFTED").unwrap();
    assert_eq!(draft["proposed"], json!([{ "field": "capacity.available", "from": 3, "to": 0 }]));
    let answer = json!({ "id": draft["id"], "verdict": "APPLY", "reply": "Full.", "expectedVersion": 2 });
    world.well(&world.editor, "answerCorrection", answer).await;
    assert_eq!(world.public().await["capacity"]["available"], 0);
}
