//! Groups are closed and cohorts called off: who waits waits no longer or again, what was booked is called off, all of it at
//! once; and whoever asks for a place at that moment gets one before, or none.

use std::sync::Arc;

use chrono::TimeDelta;
use entity::enums::{AppointmentState, GroupEndReason, GroupPlaceState};
use entity::ids::{CohortId, GroupId};
use entity::{appointment, group_place, group_place_event};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use signpost::api::ids::NodeId;
use signpost::people::Trouble;
use signpost::people::groups::terms::CohortEdit;

use super::at_random::Ground;
use super::{id_of, told};
use crate::people::graph::Network;

impl Network {
    async fn closes_group(&self, token: &str, group: &str, reason: &str) -> Value {
        self.makes_different(token, "closeGroup", json!({ "group": group, "reason": reason })).await
    }

    async fn calls_off(&self, token: &str, cohort: &str, reason: &str) -> Value {
        self.makes_different(token, "callOffCohort", json!({ "cohort": cohort, "reason": reason })).await
    }
}

/// Who was put back waited for the place that they got from then on, and not since they joined.
#[tokio::test]
async fn who_was_put_back_waits_from_then_on() {
    let network = Network::new().await;
    let (group, cohort) = network.group_of(5).await;
    for number in 0..5 {
        let of = network.person_called(&format!("Person {number}")).await;
        id_of(&network.joins_group(&network.ann, &of, &group, "").await);
    }
    network.app.clock.advance(TimeDelta::days(3));
    let ann = network.app.token("ann@example.org").await;
    let off = network.calls_off(&ann, &cohort, "NO_ROOM").await;
    assert_eq!((&off["errors"], &off["group"]["waiting"]), (&json!([]), &json!(5)));
    network.app.clock.advance(TimeDelta::days(2));
    let ann = network.app.token("ann@example.org").await;
    let opened = network.opens_cohort(&ann, &group, json!({ "places": 5 })).await;
    let cohorts = opened["group"]["cohorts"].as_array().unwrap();
    let another = cohorts.iter().find(|cohort| cohort["closedAt"].is_null()).unwrap();
    for _ in 0..5 {
        id_of(&network.offers_place(&ann, another["id"].as_str().unwrap(), "").await);
    }
    let wait = network.group(&ann, &group).await["expectedWait"].take();
    assert_eq!(wait, json!({ "medianDays": 2.0, "number": 5 }));
}

#[tokio::test]
async fn a_group_that_is_closed_leaves_nobody_waiting() {
    let network = Network::new().await;
    let (group, cohort) = network.group_of(1).await;
    let (una, dot) = (network.person_called("Una").await, network.person_called("Dot").await);
    let mut places = Vec::new();
    for of in [&una, &dot] {
        places.push(id_of(&network.joins_group(&network.ann, of, &group, "").await));
    }
    let closed = network.closes_group(&network.manager, &group, "NO_FUNDING").await;
    let now = &closed["group"];
    assert_eq!((&closed["errors"], &now["closedFor"]), (&json!([]), &json!("NO_FUNDING")));
    assert_eq!((&now["waiting"], &now["version"]), (&json!(0), &json!(2)));
    assert!(now["closedAt"].is_string() && now["cohorts"][0]["closedAt"].is_string(), "{now}");
    assert_eq!((&now["cohorts"][0]["taken"], &now["cohorts"][0]["sessions"]), (&json!(0), &json!([])));
    for (place, of) in places.iter().zip([&una, &dot]) {
        let seen = network.group_place(&network.ann, place).await;
        assert_eq!((&seen["state"], seen["leftAt"].is_string()), (&json!("LEFT"), true));
        let history = network.history_of(&network.ann, place).await;
        let last = history.as_array().unwrap().last().unwrap();
        assert_eq!((&last["step"], &last["reason"]), (&json!("ENDED"), &json!("NO_FUNDING")));
        let meetings = network.meetings_of(&network.ann, of).await;
        assert!(meetings.iter().all(|(_, state)| state == "CANCELLED"), "{meetings:?}");
    }
    assert_eq!(network.meetings_of(&network.ann, &una).await.len(), 3);
    // Closed it stays, with what was said first; and nothing is done to it.
    let rows = async || {
        let db = network.app.db().connection();
        (group_place::Entity::find().all(db).await.unwrap(), group_place_event::Entity::find().all(db).await.unwrap())
    };
    let before = rows().await;
    let again = network.closes_group(&network.ann, &group, "DONE").await;
    assert_eq!((&again["errors"], &again["group"]), (&json!([]), now));
    assert_eq!(rows().await, before);
    let tre = network.person_called("Tre").await;
    assert_eq!(network.joins_group(&network.ann, &tre, &group, "").await["errors"][0]["field"], "input.group");
    assert_eq!(network.opens_cohort(&network.ann, &group, json!({})).await["errors"][0]["field"], "input.group");
    assert_eq!(network.offers_place(&network.ann, &cohort, "").await["errors"][0]["field"], "input.cohort");
    let more = network.changes_cohort(&cohort, 1, json!({ "places": 9 })).await;
    assert_eq!(more["errors"][0]["field"], "input.group");
    let renamed = json!({ "group": group, "expectedVersion": 2, "name": "Once more" });
    let renamed = network.makes_different(&network.ann, "changeGroup", renamed).await;
    assert_eq!(renamed["errors"][0]["field"], "input.group");
    assert_eq!(network.makes_group(&network.ann, json!({})).await["errors"][0]["field"], "input.name");
    // It is told of for half a year.
    let all = async |token: &str| network.ask(token, "{ groups { id } }", json!({})).await["groups"].take();
    assert_eq!(all(&network.ann).await, json!([{ "id": group }]));
    network.app.clock.advance(chrono::TimeDelta::days(26 * 7));
    let ann = network.app.token("ann@example.org").await;
    assert_eq!(all(&ann).await, json!([]));
    assert_eq!(network.group(&ann, &group).await["id"], json!(group), "whoever has its id is shown it");
}

/// Whoever had a place in a cohort that is called off waits again, where they stood.
#[tokio::test]
async fn who_had_a_place_waits_again_where_they_stood() {
    let network = Network::new().await;
    let (group, cohort) = network.group_of(2).await;
    let mut places = Vec::new();
    let mut people = Vec::new();
    for name in ["Ada", "Bo", "Cy", "Di"] {
        people.push(network.person_called(name).await);
        places.push(id_of(&network.joins_group(&network.ann, people.last().unwrap(), &group, "").await));
    }
    let off = network.calls_off(&network.manager, &cohort, "NO_WORKER").await;
    assert_eq!(off["errors"], json!([]));
    let now = &off["group"]["cohorts"][0];
    assert_eq!((&now["calledOffFor"], &now["taken"], &now["sessions"]), (&json!("NO_WORKER"), &json!(0), &json!([])));
    assert_eq!(now["free"], 0, "nobody can have a place in it");
    assert_eq!(off["group"]["waiting"], 4);
    let in_line = async || {
        let mut line = Vec::new();
        for place in &places {
            line.push(network.group_place(&network.ann, place).await["placeInLine"].take());
        }
        json!(line)
    };
    assert_eq!(in_line().await, json!([1, 2, 3, 4]));
    let cancelled = told(&[("11-23", "CANCELLED"), ("11-30", "CANCELLED"), ("12-07", "CANCELLED")]);
    assert_eq!(network.meetings_of(&network.ann, &people[0]).await, cancelled);
    let again = network.calls_off(&network.ann, &cohort, "OTHER").await;
    assert_eq!((&again["errors"], &again["group"]), (&json!([]), &off["group"]), "once");
    assert_eq!(network.changes_cohort(&cohort, 2, json!({ "places": 9 })).await["errors"][0]["field"], "input.cohort");
    assert_eq!(network.offers_place(&network.ann, &cohort, "").await["errors"][0]["field"], "input.cohort");
    // The next cohort is theirs first.
    let next = network.opens_cohort(&network.ann, &group, json!({ "places": 1 })).await;
    let next = next["group"]["cohorts"][1]["id"].as_str().unwrap().to_owned();
    assert_eq!(id_of(&network.offers_place(&network.ann, &next, "").await), places[0]);
    assert_eq!(in_line().await, json!([null, 1, 2, 3]));
    let meetings = network.meetings_of(&network.ann, &people[0]).await;
    assert_eq!(meetings.iter().filter(|(_, state)| state == "BOOKED").count(), 3, "{meetings:?}");
    let steps: Vec<Value> = network.history_of(&network.ann, &places[0]).await.as_array().unwrap().clone();
    let steps: Vec<_> =
        steps.iter().map(|it| (it["step"].clone(), it["cohort"].clone(), it["reason"].clone())).collect();
    assert_eq!(
        steps,
        [
            (json!("GIVEN"), json!(cohort), Value::Null),
            (json!("PUT_BACK"), json!(cohort), json!("NO_WORKER")),
            (json!("MOVED_UP"), json!(next), Value::Null),
        ]
    );
}

/// What is over is not called off.
#[tokio::test]
async fn what_is_over_is_not_called_off() {
    let network = Network::new().await;
    let (group, cohort) = network.group_of(1).await;
    let una = network.person_called("Una").await;
    let place = id_of(&network.joins_group(&network.ann, &una, &group, "").await);
    network.app.clock.advance(chrono::TimeDelta::days(17));
    let ann = network.app.token("ann@example.org").await;
    let off = network.calls_off(&ann, &cohort, "DONE").await;
    assert_eq!(off["errors"][0]["field"], "input.cohort");
    let late = json!({ "cohort": cohort, "expectedVersion": 1, "places": 9 });
    let late = network.makes_different(&ann, "changeCohort", late).await;
    assert_eq!(late["errors"][0]["field"], "input.cohort");
    assert_eq!(network.closes_group(&ann, &group, "DONE").await["errors"], json!([]));
    assert_eq!(network.group_place(&ann, &place).await["state"], "PLACED", "what they had they had");
    assert_eq!(network.history_of(&ann, &place).await.as_array().unwrap().len(), 1);
}

/// A group, a cohort of others is changed and closed as one that is not there, in answer and in statements.
#[tokio::test]
async fn what_is_of_others_is_not_there_to_be_ended() {
    let network = Network::new().await;
    let (group, cohort) = network.group_of(1).await;
    let una = network.person_called("Una").await;
    id_of(&network.joins_group(&network.ann, &una, &group, "").await);
    let new_id = || network.app.clock.new_id();
    let nothing = (NodeId::Group(GroupId(new_id())).encode().0, NodeId::Cohort(CohortId(new_id())).encode().0);
    let mut answers = Vec::new();
    for (group, cohort) in [(&group, &cohort), (&nothing.0, &nothing.1)] {
        let before = network.app.db().statements();
        let answer = [
            network.closes_group(&network.cal, group, "DONE").await,
            network.calls_off(&network.cal, cohort, "DONE").await,
            network
                .makes_different(
                    &network.cal,
                    "changeGroup",
                    json!({ "group": group, "expectedVersion": 1, "name": "Ours" }),
                )
                .await,
            network
                .makes_different(
                    &network.cal,
                    "changeCohort",
                    json!({ "cohort": cohort, "expectedVersion": 1, "places": 9 }),
                )
                .await,
        ];
        answers.push((answer, network.app.db().statements() - before));
    }
    assert_eq!(answers[0], answers[1]);
    let fields: Vec<&Value> = answers[0].0.iter().map(|answer| &answer["errors"][0]["field"]).collect();
    assert_eq!(fields, ["input.group", "input.cohort", "input.group", "input.cohort"]);
}

/// Whoever asks for a place while the group is closed has one before, which ends with the others, or is told that it is closed.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_slips_into_a_group_that_is_closed() {
    const MANY: usize = 6;
    for round in 0..4 {
        let ground = Arc::new(Ground::new(MANY).await);
        let cohort = ground.cohort(2).await;
        let hands = (0..=MANY).map(|number| {
            let ground = Arc::clone(&ground);
            tokio::spawn(async move {
                if number == round {
                    let closed = ground.all().close_group(ground.manager, ground.group, GroupEndReason::Done).await;
                    return closed.map(|_| ());
                }
                let of = ground.people[number % MANY];
                let named = (number % 2 == 0).then_some(cohort);
                ground.all().join_group(ground.ann, of, ground.group, named).await.map(|_| ())
            })
        });
        let mut refused = 0;
        for hand in hands.collect::<Vec<_>>() {
            match hand.await.unwrap() {
                Ok(()) => {}
                Err(Trouble::Wrong(wrong)) => {
                    // The same person may ask twice.
                    assert!(["group", "cohort", "serviceUser"].contains(&wrong.field.as_str()), "{wrong}");
                    refused += 1;
                }
                Err(other) => panic!("{other}"),
            }
        }
        let rows = ground.places().await;
        assert!(rows.iter().all(|row| row.state == GroupPlaceState::Left), "{refused} {rows:#?}");
        let booked = appointment::Entity::find().all(ground.network.app.db().connection()).await.unwrap();
        assert!(booked.iter().all(|row| row.state == AppointmentState::Cancelled), "{booked:#?}");
        let events = group_place_event::Entity::find().all(ground.network.app.db().connection()).await.unwrap();
        assert_eq!(events.len(), 2 * rows.len(), "each joined, and each was ended: {events:#?}");
    }
}

/// Of many who change it at once from the same version one does; and what is closed at the same time is whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_who_change_a_cohort_one_does() {
    let ground = Arc::new(Ground::new(2).await);
    let cohort = ground.cohort(2).await;
    let hands = (0..6).map(|number| {
        let ground = Arc::clone(&ground);
        tokio::spawn(async move {
            let edit = CohortEdit { places: Some(3 + number), ..CohortEdit::default() };
            ground.all().change_cohort(ground.manager, cohort, 1, &edit).await
        })
    });
    let mut done = 0;
    for hand in hands.collect::<Vec<_>>() {
        match hand.await.unwrap() {
            Ok(group) => {
                assert_eq!(group, ground.group);
                done += 1;
            }
            Err(Trouble::Changed(wrong)) => assert_eq!(wrong.field, "expectedVersion"),
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(done, 1);
}
