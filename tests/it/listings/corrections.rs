//! What a worker says of a listing, from their words to the owner's answer.

use chrono::TimeDelta;
use entity::correction;
use entity::enums::{Role, VersionState};
use entity::ids::{AgencyId, ServiceId};
use entity::listing_version;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use signpost::api::ids::NodeId;
use signpost::directory::listing::{Capacity, Phone, ServiceListing};
use signpost::directory::store::{agency_id, service_id};
use signpost::listings::acting::{Actor, Asker};
use signpost::listings::waiting::Verdict;

use crate::support::accounts::As;
use crate::support::listings::{service, weekly};
use crate::support::{TestApp, source};

/// All that is shown of a correction.
pub(super) const SHOWN: &str = "fragment Shown on Correction { id serviceName serviceVersion agency { name } state kind
    authorName authorAgency { name } words proposed { field from to } reason about happenedOn reply answeredAt
    answeredFor { name } answeredByName versionId published viewerCanAnswer viewerCanWithdraw service { name } }";
const ERRORS: &str = "errors { code field message currentVersion changed { field } }";

/// Two agencies with a service each, and people of both.
pub(super) struct World {
    pub(super) app: TestApp,
    pub(super) agencies: [AgencyId; 2],
    pub(super) services: [ServiceId; 2],
    /// An editor and a manager of the first, a link worker and an editor of the second.
    pub(super) editor: String,
    pub(super) manager: String,
    pub(super) worker: String,
    pub(super) other_editor: String,
}

fn listings() -> [ServiceListing; 2] {
    let mut all = [service("one", "Beds", "housing.emergency"), service("two", "Advice", "money.benefits-advice")];
    all[0].phones =
        vec![Phone { number: "0161 496 0100".to_owned(), kind: Some("voice".to_owned()), ..Phone::default() }];
    all[0].schedules = vec![weekly("MO", "09:00", "12:00")];
    all[0].capacity = Some(Capacity { available: Some(4), maximum: Some(9), ..Capacity::default() });
    all[1].agency.key = "other".to_owned();
    all[1].agency.name = "The Other".to_owned();
    all
}

impl World {
    pub(super) async fn new() -> Self {
        Self::of(listings()).await
    }

    pub(super) async fn of(listings: [ServiceListing; 2]) -> Self {
        let id = source().id();
        let agencies = [agency_id(id, &listings[0].agency.key), agency_id(id, &listings[1].agency.key)];
        let services = [service_id(id, "one"), service_id(id, "two")];
        let app = TestApp::of(&listings).await;
        let editor = app.signed_in("ed@example.org", Role::ListingEditor, Some(agencies[0])).await;
        let manager = app.signed_in("mo@example.org", Role::AgencyManager, Some(agencies[0])).await;
        let worker = app.signed_in("wo@example.org", Role::LinkWorker, Some(agencies[1])).await;
        let other_editor = app.signed_in("el@example.org", Role::ListingEditor, Some(agencies[1])).await;
        Self { app, agencies, services, editor, manager, worker, other_editor }
    }

    /// Signs everybody in again: the clock was moved.
    pub(super) async fn sign_in_again(&mut self) {
        self.editor = self.app.token("ed@example.org").await;
        self.manager = self.app.token("mo@example.org").await;
        self.worker = self.app.token("wo@example.org").await;
        self.other_editor = self.app.token("el@example.org").await;
    }

    pub(super) fn service(&self, which: usize) -> String {
        NodeId::Service(self.services[which]).encode().0
    }

    /// The payload of a mutation with one input.
    pub(super) async fn done(&self, token: &str, mutation: &str, input: Value) -> Value {
        let upper = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let query = format!(
            "mutation($input: {upper}!) {{ {mutation}(input: $input) {{ correction {{ ...Shown }} {ERRORS} }} }} {SHOWN}"
        );
        self.app.data_as(As::token(token), &query, json!({ "input": input })).await[mutation].take()
    }

    /// The correction of a payload without errors.
    pub(super) async fn well(&self, token: &str, mutation: &str, input: Value) -> Value {
        let mut payload = self.done(token, mutation, input).await;
        assert_eq!(payload["errors"], json!([]), "{payload:#}");
        payload["correction"].take()
    }

    /// The code and the field of the one error of a payload, which did nothing.
    pub(super) async fn ill(&self, token: &str, mutation: &str, input: Value) -> (String, String) {
        let payload = self.done(token, mutation, input).await;
        assert_eq!(payload["errors"].as_array().map(Vec::len), Some(1), "{payload:#}");
        assert_eq!(payload["correction"], json!(null));
        let word = |name: &str| payload["errors"][0][name].as_str().unwrap_or_default().to_owned();
        (word("code"), word("field"))
    }

    pub(super) async fn withdraw(&self, token: &str, id: &Value) -> Value {
        let query = format!(
            "mutation($id: ID!) {{ withdrawCorrection(id: $id) {{ correction {{ ...Shown }} {ERRORS} }} }} {SHOWN}"
        );
        self.app.data_as(As::token(token), &query, json!({ "id": id })).await["withdrawCorrection"].take()
    }

    /// A list of corrections, whole.
    pub(super) async fn list(&self, token: &str, field: &str) -> Vec<Value> {
        let query = format!("{{ {field} {{ totalCount nodes {{ ...Shown }} }} }} {SHOWN}");
        let answer = self.app.data_as(As::token(token), &query, json!({})).await;
        let name = field.split('(').next().unwrap();
        let nodes = answer[name]["nodes"].as_array().unwrap().clone();
        assert_eq!(answer[name]["totalCount"], json!(nodes.len()));
        nodes
    }

    /// Every row, as it is stored.
    pub(super) async fn rows(&self) -> Vec<correction::Model> {
        correction::Entity::find().all(self.app.db().connection()).await.unwrap()
    }

    pub(super) async fn versions(&self) -> Vec<listing_version::Model> {
        listing_version::Entity::find().all(self.app.db().connection()).await.unwrap()
    }

    /// The public face of the first service.
    pub(super) async fn public(&self) -> Value {
        let query = "query($id: ID!) { service(id: $id) { name summary status phones { number kind }
            openingHours { byDay opensAt closesAt } capacity { available maximum waitDays updatedAt } } }";
        self.app.data(query, json!({ "id": self.service(0) })).await["service"].take()
    }
}

fn suggestion(world: &World, key: &str, proposed: Value) -> Value {
    let words = "They have moved to new hours.";
    json!({ "service": world.service(0), "words": words, "proposed": proposed, "idempotencyKey": key })
}

#[tokio::test]
async fn a_suggestion_is_taken_over_in_one_step_and_its_author_reads_what_came_of_it() {
    let world = World::new().await;
    let proposed = json!({
        "summary": "Beds for a night.",
        "phones": ["0161 496 0100", "0161 496 0199"],
        "hours": [{ "byDay": "MO,TU", "opensAt": "10:00", "closesAt": "16:00" }],
        "available": 2,
    });
    let made = world.well(&world.worker, "suggestCorrection", suggestion(&world, "k", proposed)).await;
    let fields: Vec<&str> =
        made["proposed"].as_array().unwrap().iter().map(|change| change["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["capacity.available", "phones", "schedules", "summary"]);
    let view = |of: &Value| (of["state"].clone(), of["viewerCanAnswer"].clone(), of["viewerCanWithdraw"].clone());
    assert_eq!(view(&made), (json!("OPEN"), json!(false), json!(true)));
    assert_eq!((&made["serviceVersion"], &made["authorName"]), (&json!(null), &json!("Robin Vale")));
    assert_eq!(world.public().await["phones"].as_array().map(Vec::len), Some(1), "nothing is changed yet");

    let seen = world.list(&world.editor, "corrections(state: OPEN)").await;
    assert_eq!(seen.len(), 1);
    assert_eq!(view(&seen[0]), (json!("OPEN"), json!(true), json!(false)));
    assert_eq!((&seen[0]["authorName"], &seen[0]["authorAgency"]["name"]), (&json!("Robin Vale"), &json!("The Other")));
    assert_eq!((&seen[0]["serviceVersion"], &seen[0]["agency"]["name"]), (&json!(1), &json!("The Agency")));

    let answer =
        json!({ "id": made["id"], "verdict": "APPLY", "reply": "Thank you.", "expectedVersion": 1, "reason": "told" });
    let answered = world.well(&world.editor, "answerCorrection", answer.clone()).await;
    assert_eq!((&answered["state"], &answered["published"]), (&json!("APPLIED"), &json!(true)));
    assert_eq!((&answered["answeredByName"], &answered["serviceVersion"]), (&json!("Robin Vale"), &json!(2)));
    let public = world.public().await;
    assert_eq!(public["summary"], "Beds for a night.");
    let phones = json!([{ "number": "0161 496 0100", "kind": "voice" }, { "number": "0161 496 0199", "kind": null }]);
    assert_eq!(public["phones"], phones, "what is known of a number that stays, stays");
    assert_eq!(public["openingHours"], json!([{ "byDay": "MO,TU", "opensAt": "10:00", "closesAt": "16:00" }]));
    assert_eq!(public["capacity"]["available"], 2);
    assert_eq!(public["capacity"]["updatedAt"], "2026-11-21T20:00:00Z");
    let versions = world.versions().await;
    let last = versions.iter().find(|version| version.number == Some(2)).unwrap();
    assert_eq!((last.action.as_str(), last.reason.as_deref()), ("correction_applied", Some("told")));

    let mine = world.list(&world.worker, "myCorrections").await;
    assert_eq!((&mine[0]["state"], &mine[0]["reply"]), (&json!("APPLIED"), &json!("Thank you.")));
    assert_eq!((&mine[0]["answeredFor"]["name"], &mine[0]["answeredByName"]), (&json!("The Agency"), &json!(null)));
    assert_eq!(view(&mine[0]), (json!("APPLIED"), json!(false), json!(false)));

    let before = world.rows().await;
    assert_eq!(world.ill(&world.editor, "answerCorrection", answer).await, ("DECIDED".into(), "input.id".into()));
    assert_eq!(world.withdraw(&world.worker, &made["id"]).await["errors"][0]["code"], "DECIDED");
    assert_eq!(world.rows().await, before);
    assert_eq!(world.versions().await.len(), versions.len());
}

/// A worker was told that it is done: when it is not any more, they read that too.
#[tokio::test]
async fn a_correction_whose_change_is_taken_back_is_open_again() {
    let world = World::new().await;
    let shut = "mutation($input: CloseTemporarilyInput!) { closeTemporarily(input: $input) { errors { code } } }";
    let until = json!({ "id": world.service(0), "expectedVersion": 1, "reopensOn": "2026-12-24", "alert": "Flood." });
    world.app.data_as(As::token(&world.editor), shut, json!({ "input": until })).await;
    let proposed = json!({ "status": "ACTIVE" });
    let made = world.well(&world.worker, "suggestCorrection", suggestion(&world, "k", proposed)).await;
    let answer = json!({ "id": made["id"], "verdict": "APPLY", "reply": "Yes.", "expectedVersion": 2 });
    world.well(&world.editor, "answerCorrection", answer).await;
    // Open is open: neither a day on which it is expected back nor the word why it was shut is left.
    let shown = "query($id: ID!) { service(id: $id) { status reopensOn alert } }";
    let shown = world.app.data(shown, json!({ "id": world.service(0) })).await["service"].take();
    assert_eq!(shown, json!({ "status": "ACTIVE", "reopensOn": null, "alert": null }));
    let versions = "query($id: ID!) { listing(id: $id) { history { id } } }";
    let versions = world.app.data_as(As::token(&world.editor), versions, json!({ "id": world.service(0) })).await;
    let undo = "mutation($input: UndoChangeInput!) { undoChange(input: $input) { errors { code } } }";
    let input = json!({ "id": versions["listing"]["history"][0]["id"], "expectedVersion": 3 });
    let undone = world.app.data_as(As::token(&world.editor), undo, json!({ "input": input })).await;
    assert_eq!(undone["undoChange"]["errors"], json!([]));
    let mine = world.list(&world.worker, "myCorrections").await;
    assert_eq!((&mine[0]["state"], &mine[0]["reply"]), (&json!("OPEN"), &json!(null)));
}

#[tokio::test]
async fn what_has_changed_since_is_not_changed_back() {
    let world = World::new().await;
    let one =
        world.well(&world.worker, "suggestCorrection", suggestion(&world, "a", json!({ "name": "Night beds" }))).await;
    let two =
        world.well(&world.worker, "suggestCorrection", suggestion(&world, "b", json!({ "name": "Warm beds" }))).await;
    let three =
        world.well(&world.worker, "suggestCorrection", suggestion(&world, "c", json!({ "name": "Night beds" }))).await;
    let answer = |of: &Value, version: i32| json!({ "id": of["id"], "verdict": "APPLY", "reply": "Yes.", "expectedVersion": version });
    world.well(&world.editor, "answerCorrection", answer(&one, 1)).await;
    let before = (world.rows().await, world.versions().await);
    let stale = world.done(&world.editor, "answerCorrection", answer(&two, 1)).await;
    assert_eq!((&stale["errors"][0]["code"], &stale["errors"][0]["currentVersion"]), (&json!("CHANGED"), &json!(2)));
    let clash = world.done(&world.editor, "answerCorrection", answer(&two, 2)).await;
    assert_eq!(clash["errors"][0]["code"], "CHANGED");
    assert_eq!(clash["errors"][0]["changed"], json!([{ "field": "name" }]));
    let same = world.ill(&world.editor, "answerCorrection", answer(&three, 2)).await;
    assert_eq!(same.0, "NOTHING_CHANGES");
    let bare = json!({ "id": two["id"], "verdict": "APPLY", "reply": "Yes." });
    let unsaid = world.ill(&world.editor, "answerCorrection", bare).await;
    assert_eq!(unsaid, ("BAD_VALUE".into(), "input.expectedVersion".into()));
    assert_eq!((world.rows().await, world.versions().await), before);

    let by_hand = json!({ "id": three["id"], "verdict": "DONE_BY_HAND", "reply": "It says so now." });
    let done = world.well(&world.editor, "answerCorrection", by_hand).await;
    assert_eq!(
        (&done["state"], &done["versionId"], &done["published"]),
        (&json!("APPLIED"), &json!(null), &json!(false))
    );
    let declined = json!({ "id": two["id"], "verdict": "DECLINE", "reply": "They are cold." });
    assert_eq!(world.well(&world.editor, "answerCorrection", declined).await["state"], "DECLINED");
    assert_eq!(world.versions().await, before.1);
}

#[tokio::test]
async fn what_a_manager_does_not_approve_is_open_again() {
    let world = World::new().await;
    let agency = Some(world.agencies[0]);
    let accounts = entity::account::Entity::find().all(world.app.db().connection()).await.unwrap();
    let manager = accounts.iter().find(|account| account.email.as_deref() == Some("mo@example.org")).unwrap().id;
    let manager = Actor { asker: Asker::Person(manager), agency, manages: true, coordinates: false };
    world.app.app.listings.want_approval(&manager, world.agencies[0], true).await.unwrap();
    let made =
        world.well(&world.worker, "suggestCorrection", suggestion(&world, "k", json!({ "name": "Night beds" }))).await;
    let answer = json!({ "id": made["id"], "verdict": "APPLY", "reply": "Yes.", "expectedVersion": 1 });
    for verdict in [Verdict::Decline, Verdict::Drop, Verdict::Publish] {
        let answered = world.well(&world.editor, "answerCorrection", answer.clone()).await;
        assert_eq!((&answered["state"], &answered["published"]), (&json!("APPLIED"), &json!(false)), "{verdict:?}");
        let waiting = world.versions().await;
        let waiting = waiting.iter().find(|version| version.state == VersionState::AwaitingApproval).unwrap();
        world.app.app.listings.decide(&manager, waiting.id, verdict, None).await.unwrap();
        let mine = world.list(&world.worker, "myCorrections").await;
        let expected = if verdict == Verdict::Publish { ("APPLIED", true, "Yes.") } else { ("OPEN", false, "") };
        let told = (&mine[0]["state"], &mine[0]["published"], mine[0]["reply"].as_str().unwrap_or_default());
        assert_eq!(told, (&json!(expected.0), &json!(expected.1), expected.2), "{verdict:?}");
    }
    assert_eq!(world.public().await["name"], "Night beds");
}

#[tokio::test]
async fn the_same_sent_again_is_said_once() {
    let world = World::new().await;
    let input = suggestion(&world, "k", json!({ "name": "Night beds" }));
    let made = world.well(&world.worker, "suggestCorrection", input.clone()).await;
    assert_eq!(world.well(&world.worker, "suggestCorrection", input.clone()).await["id"], made["id"]);
    let other = suggestion(&world, "k", json!({ "name": "Day beds" }));
    let used = world.ill(&world.worker, "suggestCorrection", other).await;
    assert_eq!(used, ("KEY_USED".into(), "input.idempotencyKey".into()));
    let report = json!({ "service": world.service(0), "reason": "PETS", "idempotencyKey": "k" });
    assert_eq!(world.ill(&world.worker, "reportRefusal", report).await.0, "KEY_USED");
    assert_eq!(world.rows().await.len(), 1);
    // Another's key is another.
    assert_ne!(world.well(&world.other_editor, "suggestCorrection", input).await["id"], made["id"]);
}

#[tokio::test]
async fn what_is_not_of_its_form_is_not_kept() {
    let world = World::new().await;
    let long = "a".repeat(2_001);
    let proposed = [
        (json!({ "name": "a".repeat(201) }), "name"),
        (json!({ "url": "javascript:alert(1)" }), "url"),
        (json!({ "email": "nobody" }), "email"),
        (json!({ "phones": ["0161 496 0100", "ring"] }), "phones[1].number"),
        (json!({ "available": -1 }), "available"),
        (json!({ "available": 10 }), "available"),
        (json!({ "waitDays": 100_001 }), "waitDays"),
        (json!({ "hours": [{ "byDay": "XX", "opensAt": "10:00", "closesAt": "16:00" }] }), "hours[0]"),
    ];
    for (proposed, field) in proposed {
        let input = suggestion(&world, "k", proposed);
        let expected = ("BAD_VALUE".to_owned(), format!("input.proposed.{field}"));
        assert_eq!(world.ill(&world.worker, "suggestCorrection", input).await, expected);
    }
    let same = suggestion(&world, "k", json!({ "name": "Beds", "phones": ["0161 496 0100"] }));
    let expected = ("NOTHING_CHANGES".to_owned(), "input.proposed".to_owned());
    assert_eq!(world.ill(&world.worker, "suggestCorrection", same).await, expected);
    for words in ["  ", long.as_str(), "a\u{7}b", "AB 12 34 56 C was turned away", "born 3 April 1985"] {
        let input = json!({ "service": world.service(0), "words": words, "idempotencyKey": "k" });
        let refused = world.ill(&world.worker, "suggestCorrection", input).await;
        assert_eq!(refused, ("BAD_VALUE".into(), "input.words".into()), "{words}");
    }
    let refused = [
        (json!({ "words": long }), "words"),
        (json!({ "words": "Ask sam@example.org" }), "words"),
        (json!({ "words": "07700 900123" }), "words"),
        (json!({ "on": "2026-11-22" }), "on"),
        (json!({ "on": "2025-11-19" }), "on"),
    ];
    for (more, field) in refused {
        let mut input = json!({ "service": world.service(0), "reason": "AGE", "idempotencyKey": "k" });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let expected = ("BAD_VALUE".to_owned(), format!("input.{field}"));
        assert_eq!(world.ill(&world.worker, "reportRefusal", input).await, expected);
    }
    assert!(world.rows().await.is_empty());
    // A service's own number and address are what is corrected, and a word at its longest is not too long.
    for (key, words) in [("1", "Their number is 0161 496 0199, desk@example.org"), ("2", &long[..2_000])] {
        let input = json!({ "service": world.service(0), "words": words, "idempotencyKey": key });
        world.well(&world.worker, "suggestCorrection", input).await;
    }
    let last = world.list(&world.editor, "corrections").await;
    assert_eq!(last.len(), 2);
    let apply = json!({ "id": last[0]["id"], "verdict": "APPLY", "reply": "Yes.", "expectedVersion": 1 });
    let nothing = world.ill(&world.editor, "answerCorrection", apply).await;
    assert_eq!(nothing, ("BAD_VALUE".into(), "input.verdict".into()), "there is nothing to apply");
    for reply in [" ", long.as_str()] {
        let input = json!({ "id": last[0]["id"], "verdict": "DECLINE", "reply": reply });
        let refused = world.ill(&world.editor, "answerCorrection", input).await;
        assert_eq!(refused, ("BAD_VALUE".into(), "input.reply".into()));
    }
}

#[tokio::test]
async fn a_list_is_read_page_by_page_with_as_many_statements_for_many_as_for_one() {
    let world = World::new().await;
    for at in 0..5 {
        let input =
            json!({ "service": world.service(0), "words": format!("Number {at}"), "idempotencyKey": format!("{at}") });
        world.well(&world.worker, "suggestCorrection", input).await;
        // Two of one instant among them.
        world.app.clock.advance(TimeDelta::seconds(at / 2));
    }
    let query = format!(
        "query($first: Int, $after: String) {{ page: corrections(first: $first, after: $after) {{
            nodes {{ ...Shown }} pageInfo {{ hasNextPage hasPreviousPage endCursor }} }} }} {SHOWN}"
    );
    let (mut after, mut words, mut counted) = (json!(null), Vec::new(), Vec::new());
    for first in [1, 2, 2] {
        let before = world.app.db().statements();
        let page = world.app.data_as(As::token(&world.editor), &query, json!({ "first": first, "after": after })).await
            ["page"]
            .take();
        counted.push(world.app.db().statements() - before);
        words.extend(page["nodes"].as_array().unwrap().iter().map(|node| node["words"].as_str().unwrap().to_owned()));
        assert_eq!(page["pageInfo"]["hasPreviousPage"], json!(after != json!(null)));
        assert_eq!(page["pageInfo"]["hasNextPage"], json!(words.len() < 5));
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(words, ["Number 4", "Number 3", "Number 2", "Number 1", "Number 0"]);
    assert_eq!(counted[0], counted[1], "{counted:?}");
    let code = world
        .app
        .refused(
            As::token(&world.worker),
            "query($a: String) { myCorrections(after: $a) { totalCount } }",
            json!({ "a": after }),
        )
        .await;
    assert_eq!(code, "BAD_USER_INPUT", "a cursor of another list");
}
