//! The history of places: each step with who and when, read as the place itself is; and of places that were there before it was
//! kept, what they tell of.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use entity::enums::{GroupPlaceState as S, GroupPlaceStep as T};
use entity::group_place_event;
use migration::{Migrator, MigratorTrait};
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};
use signpost::people::groups::terms::{leads_to, tells_less};

use super::id_of;
use crate::people::consents::{agency, terms};
use crate::people::graph::Network;

impl Network {
    /// What happened to a place.
    pub(super) async fn history_of(&self, token: &str, place: &str) -> Value {
        let query = "query($id: ID!) { groupPlace(id: $id) { history { step state at by { id } agency { id } cohort reason words } } }";
        self.ask(token, query, json!({ "id": place })).await["groupPlace"]["history"].take()
    }
}

fn steps(history: &Value) -> Vec<(Value, Value)> {
    history.as_array().unwrap().iter().map(|it| (it["step"].clone(), it["state"].clone())).collect()
}

fn wanted(steps: &[(&str, &str)]) -> Vec<(Value, Value)> {
    steps.iter().map(|(step, state)| (json!(step), json!(state))).collect()
}

#[test]
fn each_step_leads_somewhere() {
    let all: Vec<(T, S)> = T::ALL.iter().map(|step| (*step, leads_to(*step))).collect();
    assert_eq!(
        all,
        [
            (T::Asked, S::Waiting),
            (T::Given, S::Placed),
            (T::MovedUp, S::Placed),
            (T::Preferred, S::Placed),
            (T::PutBack, S::Waiting),
            (T::Left, S::Left),
            (T::Ended, S::Left),
        ]
    );
}

#[test]
fn a_group_tells_less_where_a_category_is_gone() {
    let keys = |all: &[&str]| all.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>();
    for (before, after, less) in [
        (&["housing.hostel"][..], &["housing.emergency"][..], false),
        (&["housing.hostel"], &["housing.hostel", "drugs-alcohol.support"], false),
        (&["housing.hostel", "drugs-alcohol.support"], &["housing.hostel"], true),
        (&["housing.hostel"], &["work.finding-work"], true),
        // What says nothing may tell of anything.
        (&[], &["housing.hostel"], true),
        (&["housing.hostel"], &[], true),
        (&[], &[], false),
    ] {
        assert_eq!(tells_less(&keys(before), &keys(after)), less, "{before:?} {after:?}");
    }
}

/// Whoever works with them sees each step, with who and why; whom it is shared with, that it was.
#[tokio::test]
async fn each_step_is_kept_and_shown_as_the_place_is() {
    let network = Network::new().await;
    let other = network.other_manager().await;
    let mut shares = terms(Network::agency(0), Network::agency(1));
    shares["flows"][0]["categories"] = json!(["ATTENDANCE", "HOUSING"]);
    shares["flows"][0]["purposes"] = json!(["CARE_COORDINATION"]);
    network.agree(&network.manager, &other, shares).await;
    let (group, cohort) = network.group_of(1).await;
    let (ada, una, bo) =
        (network.person_called("Ada").await, network.person_called("Una").await, network.person_called("Bo").await);
    let first = id_of(&network.joins_group(&network.ann, &ada, &group, "").await);
    id_of(&network.joins_group(&network.ann, &bo, &group, "").await);
    network.refer(&una, Network::agency(1)).await;
    let asked = json!({ "serviceUser": una, "kind": "PERMIT", "agencies": [agency(Network::agency(1))],
        "categories": ["ATTENDANCE", "HOUSING"], "purposes": ["CARE_COORDINATION"], "until": "2027-11-01T00:00:00Z" });
    let consent = network.give(&network.ann, &asked, json!({ "method": "SPOKEN" })).await;
    assert_eq!(consent["errors"], json!([]));
    let place = id_of(&network.joins_group(&network.ann, &una, &group, "").await);
    network.app.clock.advance(TimeDelta::minutes(1));
    id_of(&network.leaves_group(&network.ann, &first).await);
    let why = format!(", to: {place:?}, reason: \"Her hearing is in a week.\"");
    id_of(&network.offers_place(&network.ann, &cohort, &why).await);
    network.app.clock.advance(TimeDelta::minutes(1));
    id_of(&network.leaves_group(&network.ann, &place).await);
    let own = network.history_of(&network.ann, &place).await;
    assert_eq!(steps(&own), wanted(&[("ASKED", "WAITING"), ("PREFERRED", "PLACED"), ("LEFT", "LEFT")]));
    let (ann, here) = (network.account(&network.ann).await, agency(Network::agency(0)));
    for step in own.as_array().unwrap() {
        assert_eq!((&step["by"]["id"], &step["agency"]["id"]), (&json!(ann), &json!(here)));
    }
    let of_all = |field: &str| own.as_array().unwrap().iter().map(|it| it[field].clone()).collect::<Vec<_>>();
    assert_eq!(of_all("words"), [Value::Null, json!("Her hearing is in a week."), Value::Null]);
    assert_eq!(of_all("cohort"), [Value::Null, json!(cohort), json!(cohort)]);
    let minutes: Vec<String> = of_all("at").iter().map(|at| at.as_str().unwrap()[..16].to_owned()).collect();
    assert_eq!(minutes, ["2026-11-21T20:00", "2026-11-21T20:01", "2026-11-21T20:02"]);
    let rows = group_place_event::Entity::find().all(network.app.db().connection()).await.unwrap();
    assert!(!format!("{rows:?}").contains("hearing"), "it lies sealed");
    // To the other agency she moved up as anybody does, and nobody is named.
    let shared = network.history_of(&network.cal, &place).await;
    assert_eq!(steps(&shared), wanted(&[("ASKED", "WAITING"), ("MOVED_UP", "PLACED"), ("LEFT", "LEFT")]));
    assert!(shared.as_array().unwrap().iter().all(|it| it["by"].is_null() && it["words"].is_null()), "{shared}");
    // What is taken back is gone with the place, from the next read on.
    let consent = consent["id"].as_str().unwrap();
    assert_eq!(network.change(&network.ann, &format!("withdrawConsent(id: {consent:?})")).await, json!([]));
    assert_eq!(network.history_of(&network.cal, &place).await, Value::Null);
    assert_eq!(network.history_of(&network.bea, &place).await, Value::Null);
}

/// Who closes the case ends it; who keeps out the agency gives it up.
#[tokio::test]
async fn what_ends_a_place_is_told() {
    let network = Network::new().await;
    let (group, _) = network.group_of(1).await;
    let (una, dot) = (network.person_called("Una").await, network.person_called("Dot").await);
    let sam = network.account(&network.sam).await;
    let link = format!("linkAccount(input: {{ serviceUser: {dot:?}, account: {sam:?} }})");
    assert_eq!(network.change(&network.ann, &link).await, json!([]));
    id_of(&network.joins_group(&network.ann, &una, &group, "").await);
    let waits = id_of(&network.joins_group(&network.ann, &dot, &group, "").await);
    let close = format!("closeCase(serviceUser: {dot:?})");
    assert_eq!(network.change(&network.ann, &close).await, json!([]));
    // She sees it herself still.
    let history = network.history_of(&network.sam, &waits).await;
    assert_eq!(steps(&history), wanted(&[("ASKED", "WAITING"), ("ENDED", "LEFT")]));
    assert_eq!(
        (&history[1]["reason"], &history[1]["agency"]["id"]),
        (&Value::Null, &json!(agency(Network::agency(0))))
    );
}

/// The rows of the history, by place: the steps, when, by whom, in which cohort.
async fn told(network: &Network) -> BTreeMap<uuid::Uuid, Vec<String>> {
    let all = group_place_event::Entity::find().order_by_asc(group_place_event::Column::Number);
    let mut told: BTreeMap<uuid::Uuid, Vec<String>> = BTreeMap::new();
    for row in all.all(network.app.db().connection()).await.unwrap() {
        let text = format!("{} {:?} {:?} {:?} {:?}", row.number, row.step, row.at, row.by, row.cohort_id);
        told.entry(row.place_id.0).or_default().push(text);
    }
    told
}

/// Of places that were there before their history was kept it says what they tell of: the same, where nothing else happened.
#[tokio::test]
async fn places_that_were_there_before_have_a_history() {
    let network = Network::new().await;
    let (group, cohort) = network.group_of(1).await;
    let mut places = Vec::new();
    for name in ["Ada", "Bo", "Cy", "Di"] {
        let of = network.person_called(name).await;
        places.push(id_of(&network.joins_group(&network.ann, &of, &group, "").await));
        network.app.clock.advance(TimeDelta::seconds(1));
    }
    id_of(&network.leaves_group(&network.ann, &places[0]).await);
    let why = format!(", to: {:?}, reason: \"Her hearing is in a week.\"", places[2]);
    id_of(&network.offers_place(&network.ann, &cohort, &why).await);
    id_of(&network.leaves_group(&network.ann, &places[2]).await);
    let offered = network.offers_place(&network.manager, &cohort, "").await;
    assert_eq!(offered["errors"], json!([]), "a manager who is not told whose it became");
    let before = told(&network).await;
    assert_eq!(before.values().map(Vec::len).sum::<usize>(), 8, "{before:#?}");
    let migrations = Migrator::migrations();
    let place = migrations.iter().position(|one| one.name().ends_with("place_history")).unwrap();
    let steps = u32::try_from(migrations.len() - place).unwrap();
    network.app.db().migrate_down(Some(steps)).await.unwrap();
    network.app.db().migrate_up().await.unwrap();
    assert_eq!(told(&network).await, before);
    // And it goes on from there.
    id_of(&network.leaves_group(&network.ann, &places[1]).await);
    let history = network.history_of(&network.ann, &places[1]).await;
    assert_eq!(history.as_array().unwrap().len(), 3);
    assert_eq!(network.group_place(&network.ann, &places[2]).await["reason"], "Her hearing is in a week.");
}
