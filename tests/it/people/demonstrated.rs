//! The service users of the demonstration: there once, with whole pathways among them.

use entity::enums::Role;
use entity::service_user;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use signpost::directory::demonstration;
use signpost::people::demonstration::Cast;
use signpost::people::entering::Worker;

use crate::support::TestApp;
use crate::support::accounts::As;

/// The demonstration with its service users, and the tokens of Lena of the advice agency and Hal of the housing agency.
async fn demonstrated() -> (TestApp, String, String, Cast) {
    let app = TestApp::demonstration().await;
    let accounts = &app.app.accounts;
    let agency = demonstration::agency;
    let worker = async |called: &str, key: &str| {
        let done = accounts.demonstrate_one(called, called, Role::LinkWorker, Some(agency(key))).await.unwrap();
        (Worker { account: done.0, agency: agency(key) }, done.1.access.expose().to_owned())
    };
    let (advice, lena) = worker("lena", "gm-brightmoor-advice").await;
    let (housing, hal) = worker("hal", "gm-canalside-homes").await;
    let (treatment, _) = worker("tess", "gm-clearway").await;
    let own = accounts.demonstrate_one("sam", "sam", Role::ServiceUser, None).await.unwrap().0;
    let carer = accounts.demonstrate_one("carla", "carla", Role::ServiceUser, None).await.unwrap().0;
    let cast = Cast { advice, housing, treatment, own, carer };
    app.app.people.demonstrate(&cast).await.unwrap();
    (app, lena, hal, cast)
}

/// Somebody's id, as Lena finds them.
async fn found(app: &TestApp, lena: &str, name: &str) -> String {
    let find = "query($name: String!) { findServiceUsers(purpose: REFERRAL, input: { name: $name }) { id } }";
    let found = app.data_as(As::token(lena), find, json!({ "name": name })).await;
    found["findServiceUsers"][0]["id"].as_str().unwrap().to_owned()
}

async fn pathway(app: &TestApp, token: &str, id: &str) -> Value {
    let query = "query($id: ID!) { pathway(serviceUser: $id, purpose: REFERRAL, first: 100) { isOpen next { kind } owner { account { name } } \
        entries { nodes { kind at item { ... on PathwayReferralStep { event { step reason } } ... on Appointment { state kind } } } } } }";
    app.data_as(As::token(token), query, json!({ "id": id })).await["pathway"].take()
}

/// Maya's way leads from prison to its end: with a refusal, a re-route, a withdrawal.
#[tokio::test]
async fn a_pathway_leads_from_prison_to_its_end() {
    let (app, lena, hal, cast) = demonstrated().await;
    let maya = found(&app, &lena, "Maya Ellis").await;
    let whole = pathway(&app, &lena, &maya).await;
    let nodes = whole["entries"]["nodes"].as_array().unwrap();
    let steps: Vec<String> = nodes
        .iter()
        .rev()
        .filter(|node| node["kind"] == "REFERRAL_STEP")
        .map(|node| node["item"]["event"]["step"].as_str().unwrap().to_owned())
        .collect();
    let wanted = [
        "DRAFTED",
        "SUBMITTED",
        "REJECTED",
        "DRAFTED",
        "SUBMITTED",
        "WITHDRAWN",
        "DRAFTED",
        "SUBMITTED",
        "REROUTED",
        "SUBMITTED",
        "ACCEPTED",
        "STARTED",
        "OUTCOME_RECORDED",
        "CLOSED",
    ];
    for step in wanted {
        assert!(steps.contains(&step.to_owned()), "{step}: {steps:?}");
    }
    assert_eq!(steps.last().map(String::as_str), Some("CLOSED"));
    let instants: Vec<&str> = nodes.iter().map(|node| node["at"].as_str().unwrap()).collect();
    assert!(instants.is_sorted_by(|one, next| one >= next) && instants[0] < "2026-11-21T20:00:00Z", "it is past");
    // Her appointments are the housing agency's, which does not share them.
    assert!(nodes.iter().all(|node| node["kind"] != "APPOINTMENT"));
    let theirs = pathway(&app, &hal, &maya).await;
    let met = theirs["entries"]["nodes"].as_array().unwrap().iter().rev();
    let met: Vec<_> = met.filter(|node| node["kind"] == "APPOINTMENT").map(|node| node["item"].clone()).collect();
    assert_eq!(met.len(), 4);
    assert_eq!((&met[1]["state"], &met[3]["kind"]), (&json!("DID_NOT_ATTEND"), &json!("EXIT")));
    // What was to be done by her release was, and the first contact was made.
    let query = "query($id: ID!) { releasesOf(serviceUser: $id) { fromPlace firstContact { state } } \
        tasksOf(serviceUser: $id) { kind state } firstContactAlerts { id } }";
    let gate = app.data_as(As::token(&lena), query, json!({ "id": maya })).await;
    assert_eq!(gate["releasesOf"], json!([{ "fromPlace": "HMP Ashgate", "firstContact": { "state": "MADE" } }]));
    let tasks = gate["tasksOf"].as_array().unwrap();
    let states = |wanted: &str| tasks.iter().filter(|task| task["state"] == wanted).count();
    assert_eq!((tasks.len(), states("DONE"), states("NOT_NEEDED")), (5, 4, 1), "{tasks:#?}");
    assert_eq!(gate["firstContactAlerts"], json!([]));
    assert!(nodes.iter().any(|node| node["kind"] == "RELEASE"), "it stands on her pathway");
    // Dylan's is under way.
    let waits = pathway(&app, &lena, &found(&app, &lena, "Dylan Price").await).await;
    assert_eq!((&waits["isOpen"], &waits["next"]["kind"]), (&json!(true), &json!("APPOINTMENT")));
    // Made again, nothing is there twice.
    let before = service_user::Entity::find().count(app.db().connection()).await.unwrap();
    app.app.people.demonstrate(&cast).await.unwrap();
    assert_eq!(service_user::Entity::find().count(app.db().connection()).await.unwrap(), before);
}

/// An answer without the fields of a name.
fn without(answer: Value, name: &str) -> Value {
    match answer {
        Value::Object(fields) => {
            let rest = fields.into_iter().filter(|(key, _)| key != name);
            Value::Object(rest.map(|(key, value)| (key, without(value, name))).collect())
        }
        Value::Array(all) => Value::Array(all.into_iter().map(|value| without(value, name)).collect()),
        leaf @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => leaf,
    }
}

/// What somebody wants help with is answered in one go, and as the engine answers it itself: through a fragment it does.
#[tokio::test]
async fn needs_are_answered_as_the_engine_answers_them() {
    let (app, lena, _, _) = demonstrated().await;
    let ask = async |needs: &str| {
        let list = "serviceUsers(purpose: CARE_COORDINATION, first: 50)";
        let query = format!("{{ {list} {{ nodes {{ id name needs {{ {needs} }} }} }} }}");
        app.data_as(As::token(&lena), &query, json!({})).await
    };
    let at_hand = ask("priority remark need { id key name summary }").await;
    assert!(at_hand.to_string().contains("\"summary\""), "somebody wants something: {at_hand:#}");
    let by_engine = "... on PersonNeed { priority remark need { ... on Need { id key name summary } } }";
    assert_eq!(ask(by_engine).await, at_hand);
    // One object that is asked for in two places is one.
    assert_eq!(ask("need { id key } priority remark need { name summary }").await, at_hand);
    // What is none of them takes all beside it the engine's way, within and without.
    let area = ask("priority remark need { id key name summary area { key } }").await;
    assert_eq!(without(area, "area"), at_hand);
    let record = ask("priority record { id } remark need { id key name summary }").await;
    assert_eq!(without(record, "record"), at_hand);
    let renamed = ask("a: priority b: priority its: need { its: key }").await;
    assert_eq!(renamed.to_string().matches("\"its\"").count(), 2 * at_hand.to_string().matches("\"summary\"").count());
}
/// A group has its places taken, and somebody waits.
#[tokio::test]
async fn a_group_has_its_places_taken_and_somebody_waits() {
    let (app, lena, _, _) = demonstrated().await;
    let query = "{ groups { name waiting closedAt cohorts { places taken sessions { startsAt } } } }";
    let groups = app.data_as(As::token(&lena), query, json!({})).await["groups"].take();
    let group = &groups[0];
    assert_eq!((groups.as_array().unwrap().len(), &group["waiting"]), (1, &json!(1)));
    let cohort = &group["cohorts"][0];
    assert_eq!((&cohort["places"], &cohort["taken"]), (&json!(2), &json!(2)));
    assert_eq!(cohort["sessions"].as_array().unwrap().len(), 6);
    let query = "query($id: ID!) { groupPlacesOf(serviceUser: $id) { state placeInLine nextSession { startsAt } } }";
    for (name, wanted) in [
        ("Kwame Boateng", json!({ "state": "PLACED", "placeInLine": null, "nextSession": cohort["sessions"][0] })),
        ("Niamh Doyle", json!({ "state": "WAITING", "placeInLine": 1, "nextSession": null })),
    ] {
        let id = found(&app, &lena, name).await;
        let places = app.data_as(As::token(&lena), query, json!({ "id": id })).await["groupPlacesOf"].take();
        assert_eq!(places, json!([wanted]), "{name}");
        let whole = pathway(&app, &lena, &id).await;
        let mut nodes = whole["entries"]["nodes"].as_array().unwrap().iter();
        assert!(nodes.any(|node| node["kind"] == "GROUP_PLACE"), "{name}");
    }
}
