//! Groups and cohorts become different: by who saw the last version, and what was booked for their sessions with them.

use serde_json::{Value, json};

use super::{GROUP, id_of, sessions, told};
use crate::people::graph::Network;
use crate::support::listings::{at, location, service};

impl Network {
    /// A change of a group or a cohort, by the name of the field and of its input; gives the payload.
    pub(super) async fn makes_different(&self, token: &str, field: &str, input: Value) -> Value {
        let of = field[..1].to_uppercase() + &field[1..];
        let query = format!(
            "mutation($input: {of}Input!) {{ {field}(input: $input) {{ group {{ {GROUP} version closedAt closedFor \
             cohorts {{ version calledOffAt calledOffFor }} }} errors {{ code message field }} }} }}"
        );
        self.ask(token, &query, json!({ "input": input })).await[field].take()
    }

    /// The same of a group, with its version.
    async fn changes_group(&self, group: &str, version: i32, mut more: Value) -> Value {
        let these = more.as_object_mut().unwrap();
        these.insert("group".to_owned(), json!(group));
        these.insert("expectedVersion".to_owned(), json!(version));
        self.makes_different(&self.manager, "changeGroup", more).await
    }

    /// The same of a cohort.
    pub(super) async fn changes_cohort(&self, cohort: &str, version: i32, mut more: Value) -> Value {
        let these = more.as_object_mut().unwrap();
        these.insert("cohort".to_owned(), json!(cohort));
        these.insert("expectedVersion".to_owned(), json!(version));
        self.makes_different(&self.ann, "changeCohort", more).await
    }

    /// How and with whom the appointments of somebody are, and where: those that are still booked.
    async fn booked_sessions(&self, of: &str, what: &str) -> Vec<Value> {
        let query = format!("query($id: ID!) {{ appointmentsOf(serviceUser: $id) {{ state it: {what} }} }}");
        let all = self.ask(&self.ann, &query, json!({ "id": of })).await["appointmentsOf"].take();
        let booked = all.as_array().unwrap().iter().filter(|it| it["state"] == "BOOKED");
        booked.map(|it| it["it"].clone()).collect()
    }
}

fn field_of(payload: &Value) -> &str {
    assert_eq!(payload["group"], Value::Null, "{payload}");
    payload["errors"][0]["field"].as_str().unwrap()
}

/// The one error of what was refused: code and field.
fn error_of(payload: &Value) -> (&str, Option<&str>) {
    assert_eq!((&payload["group"], payload["errors"].as_array().unwrap().len()), (&Value::Null, 1), "{payload}");
    let error = &payload["errors"][0];
    (error["code"].as_str().unwrap(), error["field"].as_str())
}

/// What it is refused for where it is of another version, and where it is all of that already: as listings are.
const CHANGED: (&str, Option<&str>) = ("CHANGED", Some("input.expectedVersion"));
const NOTHING_CHANGES: (&str, Option<&str>) = ("NOTHING_CHANGES", None);

#[tokio::test]
async fn a_group_is_changed_by_who_saw_its_last_version() {
    let network = Network::new().await;
    let (group, _) = network.group_of(2).await;
    let other = network.makes_group(&network.ann, json!({ "name": "Fridays" })).await;
    assert_eq!(other["errors"], json!([]));
    for more in [json!({}), json!({ "name": "Moving on", "placesPerCohort": 2 })] {
        assert_eq!(error_of(&network.changes_group(&group, 1, more.clone()).await), NOTHING_CHANGES, "{more}");
        assert_eq!(error_of(&network.changes_group(&group, 2, more.clone()).await), CHANGED, "{more}");
    }
    for (more, field) in [
        (json!({ "name": "" }), "input.name"),
        (json!({ "name": "Fridays" }), "input.name"),
        (json!({ "placesPerCohort": 201 }), "input.placesPerCohort"),
    ] {
        assert_eq!(field_of(&network.changes_group(&group, 1, more.clone()).await), field, "{more}");
    }
    let changed = network.changes_group(&group, 1, json!({ "name": "Moving in", "placesPerCohort": 5 })).await;
    let now = &changed["group"];
    assert_eq!((&changed["errors"], &now["version"]), (&json!([]), &json!(2)));
    assert_eq!((&now["name"], &now["placesPerCohort"]), (&json!("Moving in"), &json!(5)));
    assert_eq!(
        (&now["needs"], &now["delivery"]),
        (&json!([{ "key": "housing.hostel" }]), &json!("VIDEO")),
        "they stay"
    );
    assert_eq!(now["cohorts"][0]["places"], 2, "what is open has as many as before");
    let late = network.changes_group(&group, 1, json!({ "name": "Moving out" })).await;
    assert_eq!(error_of(&late), CHANGED);
    assert!(late["errors"][0]["message"].as_str().unwrap().contains("version 2"), "{late}");
    // While nobody has ever joined it, it may tell of less.
    let narrower = network.changes_group(&group, 2, json!({ "needs": ["money.benefits-advice"] })).await;
    assert_eq!(narrower["errors"], json!([]));
    let una = network.person_called("Una").await;
    let place = id_of(&network.joins_group(&network.ann, &una, &group, "").await);
    let wider = json!({ "needs": ["money.benefits-advice", "drugs-alcohol.alcohol"] });
    assert_eq!(network.changes_group(&group, 3, wider).await["errors"], json!([]));
    // From then on whoever may see less would be shown that she is in it; and that she was.
    for needs in [json!(["money.benefits-advice"]), json!(["housing.hostel"]), json!([])] {
        let refused = network.changes_group(&group, 4, json!({ "needs": needs })).await;
        assert_eq!(field_of(&refused), "input.needs", "{needs}");
    }
    id_of(&network.leaves_group(&network.ann, &place).await);
    let refused = network.changes_group(&group, 4, json!({ "needs": ["money.benefits-advice"] })).await;
    assert_eq!(field_of(&refused), "input.needs", "she was in it");
    let others = json!({ "needs": ["drugs-alcohol.drug-treatment", "essentials.food-bank"] });
    assert_eq!(network.changes_group(&group, 4, others).await["errors"], json!([]), "of the same categories");
}

/// Whoever is to come is to come where it is, and how it is held.
#[tokio::test]
async fn what_is_booked_goes_with_the_group() {
    let network = Network::new().await;
    let mut used = service("hub", "Drop-in", "housing");
    used.places = vec![at(location("hub", "M14 5RQ", None))];
    network.app.save(&[used]).await;
    let listed = "{ services(first: 5) { nodes { places { location { id } } } } }";
    let listed = network.ask(&network.ann, listed, json!({})).await["services"]["nodes"][0].take();
    let hub = listed["places"][0]["location"]["id"].clone();
    let (group, _) = network.group_of(2).await;
    let una = network.person_called("Una").await;
    let place = id_of(&network.joins_group(&network.ann, &una, &group, "").await);
    let other = json!({ "delivery": "IN_PERSON", "location": hub });
    assert_eq!(network.changes_group(&group, 1, other).await["errors"], json!([]));
    assert_eq!(network.booked_sessions(&una, "delivery").await, vec![json!("IN_PERSON"); 3]);
    assert_eq!(network.booked_sessions(&una, "location { id }").await, vec![json!({ "id": hub }); 3]);
    let meetings = network.meetings_of(&network.ann, &una).await;
    let superseded = meetings.iter().filter(|(_, state)| state == "SUPERSEDED").count();
    assert_eq!((meetings.len(), superseded), (6, 3), "nothing is written over: {meetings:?}");
    // Another name is nothing that was booked.
    assert_eq!(network.changes_group(&group, 2, json!({ "name": "Moving in" })).await["errors"], json!([]));
    assert_eq!(network.meetings_of(&network.ann, &una).await, meetings);
    assert_eq!(network.changes_group(&group, 3, json!({ "location": null })).await["errors"], json!([]));
    assert_eq!(network.booked_sessions(&una, "location { id }").await, vec![Value::Null; 3]);
    // They are still of the place.
    id_of(&network.leaves_group(&network.ann, &place).await);
    assert_eq!(network.booked_sessions(&una, "startsAt").await, Vec::<Value>::new());
}

/// A cohort has as many places as are taken at the least; and who waits gets those that it has more.
#[tokio::test]
async fn a_cohort_never_has_fewer_places_than_are_taken() {
    let network = Network::new().await;
    let (group, cohort) = network.group_of(2).await;
    let mut places = Vec::new();
    for name in ["Una", "Dot", "Tre"] {
        let of = network.person_called(name).await;
        places.push(id_of(&network.joins_group(&network.ann, &of, &group, "").await));
    }
    let fewer = network.changes_cohort(&cohort, 1, json!({ "places": 1 })).await;
    assert_eq!(field_of(&fewer), "input.places");
    assert!(fewer["errors"][0]["message"].as_str().unwrap().contains('2'), "{fewer}");
    for more in [json!({}), json!({ "places": 2 })] {
        assert_eq!(error_of(&network.changes_cohort(&cohort, 1, more.clone()).await), NOTHING_CHANGES, "{more}");
        assert_eq!(error_of(&network.changes_cohort(&cohort, 2, more.clone()).await), CHANGED, "{more}");
    }
    for (more, field) in [
        (json!({ "places": 0 }), "input.places"),
        (json!({ "endsOn": "2026-12-06" }), "input.sessions"),
        (json!({ "endsOn": "2026-11-20" }), "input.endsOn"),
        (json!({ "beginsOn": "2025-11-01" }), "input.beginsOn"),
        (json!({ "beginsOn": "2026-11-24" }), "input.sessions"),
        (json!({ "sessions": [] }), "input.sessions"),
    ] {
        assert_eq!(field_of(&network.changes_cohort(&cohort, 1, more.clone()).await), field, "{more}");
    }
    let more = network.changes_cohort(&cohort, 1, json!({ "places": 3, "endsOn": "2027-01-31" })).await;
    let now = &more["group"]["cohorts"][0];
    assert_eq!((&more["errors"], &now["version"]), (&json!([]), &json!(2)));
    assert_eq!((&now["places"], &now["taken"], &now["endsOn"]), (&json!(3), &json!(2), &json!("2027-01-31")));
    assert_eq!(network.group_place(&network.ann, &places[2]).await["state"], "WAITING", "somebody gives it away");
    id_of(&network.offers_place(&network.ann, &cohort, "").await);
    assert_eq!(network.group_place(&network.ann, &places[2]).await["state"], "PLACED");
    assert_eq!(error_of(&network.changes_cohort(&cohort, 1, json!({ "places": 4 })).await), CHANGED);
    id_of(&network.leaves_group(&network.ann, &places[0]).await);
    assert_eq!(network.changes_cohort(&cohort, 2, json!({ "places": 2 })).await["errors"], json!([]));
}

/// For new sessions appointments are booked, of those that are dropped they are called off; what has begun stays.
#[tokio::test]
async fn sessions_to_come_are_changed_with_what_was_booked_for_them() {
    let network = Network::new().await;
    let (group, cohort) = network.group_of(2).await;
    let una = network.person_called("Una").await;
    id_of(&network.joins_group(&network.ann, &una, &group, "").await);
    let [one, two, three] = [0_usize, 1, 2].map(|place| sessions()[place].clone());
    let new = json!({ "startsAt": "2026-12-01T10:00:00Z", "endsAt": "2026-12-01T11:00:00Z" });
    let changed = network.changes_cohort(&cohort, 1, json!({ "sessions": [one, new, three] })).await;
    assert_eq!(changed["errors"], json!([]));
    assert_eq!(changed["group"]["cohorts"][0]["sessions"], json!([one, new, three]));
    let wanted = [("11-23", "BOOKED"), ("11-30", "CANCELLED"), ("12-01", "BOOKED"), ("12-07", "BOOKED")];
    assert_eq!(network.meetings_of(&network.ann, &una).await, told(&wanted));
    let by = network.ask(
        &network.ann,
        "query($id: ID!) { appointmentsOf(serviceUser: $id) { cancelledBy } }",
        json!({ "id": una }),
    );
    assert_eq!(by.await["appointmentsOf"][1], json!({ "cancelledBy": "AGENCY" }));
    // One that was called off is held after all, and longer.
    let longer = json!({ "startsAt": two["startsAt"], "endsAt": "2026-11-30T13:00:00Z" });
    let changed = network.changes_cohort(&cohort, 2, json!({ "sessions": [one, longer, three] })).await;
    assert_eq!(changed["group"]["cohorts"][0]["sessions"], json!([one, longer, three]));
    let ends = json!([one["endsAt"], longer["endsAt"], three["endsAt"]]);
    assert_eq!(json!(network.booked_sessions(&una, "endsAt").await), ends);
    // Whoever joins now is booked for these.
    let dot = network.person_called("Dot").await;
    id_of(&network.joins_group(&network.ann, &dot, &group, "").await);
    assert_eq!(json!(network.booked_sessions(&dot, "endsAt").await), ends);
    // Once the first has begun it stays, and is named no more.
    network.app.clock.advance(chrono::TimeDelta::hours(38));
    let ann = network.app.token("ann@example.org").await;
    let input = |sessions: Value| json!({ "cohort": cohort, "expectedVersion": 3, "sessions": sessions });
    let past = network.makes_different(&ann, "changeCohort", input(json!([one, three]))).await;
    assert_eq!(field_of(&past), "input.sessions");
    let left = network.makes_different(&ann, "changeCohort", input(json!([three]))).await;
    assert_eq!(left["group"]["cohorts"][0]["sessions"], json!([one, three]));
    let state = |meetings: &[(String, String)], day: &str| {
        meetings.iter().filter(|(on, state)| on == day && state == "BOOKED").count()
    };
    for of in [&una, &dot] {
        let meetings = network.meetings_of(&ann, of).await;
        assert_eq!(["11-23", "11-30", "12-07"].map(|day| state(&meetings, day)), [1, 0, 1], "{meetings:?}");
    }
}

/// Another worker meets them, unless somebody in it keeps that one out; what was moved by hand stays with whom it is.
#[tokio::test]
async fn another_worker_takes_a_cohort_over() {
    let network = Network::new().await;
    let (group, cohort) = network.group_of(2).await;
    let (una, dot) = (network.person_called("Una").await, network.person_called("Dot").await);
    id_of(&network.joins_group(&network.ann, &una, &group, "").await);
    let of_dot = id_of(&network.joins_group(&network.ann, &dot, &group, "").await);
    let (ann, bea) = (network.account(&network.ann).await, network.account(&network.bea).await);
    let cal = network.account(&network.cal).await;
    let keep = format!("keepOut(input: {{ serviceUser: {dot:?}, whom: {{ account: {bea:?} }} }})");
    assert_eq!(network.change(&network.ann, &keep).await, json!([]));
    for whom in [&cal, &bea] {
        let refused = network.changes_cohort(&cohort, 1, json!({ "with": whom })).await;
        assert_eq!(field_of(&refused), "input.with");
    }
    assert_eq!(network.booked_sessions(&una, "with { id }").await, vec![json!({ "id": ann }); 3]);
    id_of(&network.leaves_group(&network.ann, &of_dot).await);
    let changed = network.changes_cohort(&cohort, 1, json!({ "with": bea })).await;
    assert_eq!(changed["group"]["cohorts"][0]["with"]["id"], json!(bea));
    assert_eq!(network.booked_sessions(&una, "with { id }").await, vec![json!({ "id": bea }); 3]);
    assert_eq!(network.booked_sessions(&dot, "with { id }").await, Vec::<Value>::new(), "who left is not booked anew");
    // Dot waits now, for she keeps out whom she would meet.
    let waits = network.joins_group(&network.ann, &dot, &group, "").await;
    assert_eq!(waits["groupPlace"]["state"], "WAITING");
}
