//! Groups as clients see them: made, opened, joined and left; who waits, who gets a place, and what comes with it.

use chrono::TimeDelta;
use entity::group_place;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::graph::Network;
use crate::support::accounts::As;
use crate::support::listings::{at, location, service};

mod at_random;
mod attacks;
mod changing;
mod ending;
mod history;
mod sharing;
mod terms;

const PLACE: &str = "id state placeInLine joinedAt placedAt leftAt reason joinedBy { id } offeredBy { id } \
    cohort { id taken free } group { id name waiting } serviceUser { id name }";
const GROUP: &str = "id name placesPerCohort delivery waiting needs { key } service { id } location { id } agency { id } \
    expectedWait { medianDays number } \
    cohorts { id beginsOn endsOn places taken free closedAt with { id } sessions { startsAt endsAt } }";

/// Three sessions: of the day after the next, and of the same day of the two weeks after it.
fn sessions() -> Value {
    let of = |day: &str| json!({ "startsAt": format!("{day}T10:00:00Z"), "endsAt": format!("{day}T12:00:00Z") });
    json!([of("2026-11-23"), of("2026-11-30"), of("2026-12-07")])
}

impl Network {
    /// Somebody of Ann's caseload.
    pub(super) async fn person_called(&self, name: &str) -> String {
        self.enter(&self.ann, json!({ "givenNames": name })).await
    }

    /// Makes a group; gives the payload.
    async fn makes_group(&self, token: &str, more: Value) -> Value {
        let mut input =
            json!({ "name": "Moving on", "delivery": "VIDEO", "placesPerCohort": 2, "needs": ["housing.hostel"] });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let query = format!(
            "mutation($input: MakeGroupInput!) {{ makeGroup(input: $input) {{ group {{ {GROUP} }} errors {{ code message field }} }} }}"
        );
        self.ask(token, &query, json!({ "input": input })).await["makeGroup"].take()
    }

    /// Opens a cohort; gives the payload.
    async fn opens_cohort(&self, token: &str, group: &str, more: Value) -> Value {
        let mut input =
            json!({ "group": group, "beginsOn": "2026-11-23", "endsOn": "2026-12-07", "sessions": sessions() });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let query = format!(
            "mutation($input: OpenCohortInput!) {{ openCohort(input: $input) {{ group {{ {GROUP} }} errors {{ code message field }} }} }}"
        );
        self.ask(token, &query, json!({ "input": input })).await["openCohort"].take()
    }

    /// A group of the first agency with a cohort of so many places, with Ann; both ids.
    pub(super) async fn group_of(&self, places: i32) -> (String, String) {
        let made = self.makes_group(&self.manager, json!({})).await;
        assert_eq!(made["errors"], json!([]));
        let group = made["group"]["id"].as_str().unwrap().to_owned();
        let opened = self.opens_cohort(&self.ann, &group, json!({ "places": places })).await;
        assert_eq!(opened["errors"], json!([]));
        let cohort = opened["group"]["cohorts"][0]["id"].as_str().unwrap().to_owned();
        (group, cohort)
    }

    /// Joins a group, with what stands in its input beside; the payload.
    pub(super) async fn joins_group(&self, token: &str, of: &str, group: &str, more: &str) -> Value {
        let query = format!(
            "mutation {{ joinGroup(input: {{ serviceUser: {of:?}, group: {group:?} {more} }}) \
             {{ groupPlace {{ {PLACE} }} errors {{ code message field }} }} }}"
        );
        self.ask(token, &query, json!({})).await["joinGroup"].take()
    }

    async fn leaves_group(&self, token: &str, place: &str) -> Value {
        let query = format!(
            "mutation {{ leaveGroup(input: {{ groupPlace: {place:?} }}) \
             {{ groupPlace {{ {PLACE} }} errors {{ code message field }} }} }}"
        );
        self.ask(token, &query, json!({})).await["leaveGroup"].take()
    }

    async fn offers_place(&self, token: &str, cohort: &str, more: &str) -> Value {
        let query = format!(
            "mutation {{ offerPlace(input: {{ cohort: {cohort:?} {more} }}) \
             {{ groupPlace {{ {PLACE} }} group {{ waiting cohorts {{ taken }} }} errors {{ code message field }} }} }}"
        );
        self.ask(token, &query, json!({})).await["offerPlace"].take()
    }

    pub(super) async fn group_place(&self, token: &str, id: &str) -> Value {
        let query = format!("query($id: ID!) {{ groupPlace(id: $id) {{ {PLACE} }} }}");
        self.ask(token, &query, json!({ "id": id })).await["groupPlace"].take()
    }

    pub(super) async fn group_places_of(&self, token: &str, of: &str) -> Value {
        let query = format!("query($id: ID!) {{ groupPlacesOf(serviceUser: $id) {{ {PLACE} }} }}");
        self.ask(token, &query, json!({ "id": of })).await["groupPlacesOf"].take()
    }

    async fn group(&self, token: &str, id: &str) -> Value {
        let query = format!("query($id: ID!) {{ group(id: $id) {{ {GROUP} }} }}");
        self.ask(token, &query, json!({ "id": id })).await["group"].take()
    }

    /// The days on which appointments of somebody begin, with their states.
    pub(super) async fn meetings_of(&self, token: &str, of: &str) -> Vec<(String, String)> {
        let query = "query($id: ID!) { appointmentsOf(serviceUser: $id) { kind delivery startsAt state } }";
        let all = self.ask(token, query, json!({ "id": of })).await["appointmentsOf"].take();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let all = all.as_array().unwrap().iter();
        all.map(|it| (text(&it["startsAt"])[5..10].to_owned(), text(&it["state"]))).collect()
    }
}

fn id_of(payload: &Value) -> String {
    assert_eq!(payload["errors"], json!([]));
    payload["groupPlace"]["id"].as_str().unwrap().to_owned()
}

fn told(days: &[(&str, &str)]) -> Vec<(String, String)> {
    days.iter().map(|(day, state)| ((*day).to_owned(), (*state).to_owned())).collect()
}

/// With a place come appointments for the sessions that are still to come; given up, they are called off.
#[tokio::test]
async fn a_place_brings_appointments_and_takes_them_along() {
    let network = Network::new().await;
    let (group, cohort) = network.group_of(2).await;
    let ann = network.account(&network.ann).await;
    let (one, two) = (network.person_called("Una").await, network.person_called("Dot").await);
    let joined = network.joins_group(&network.ann, &one, &group, "").await;
    let place = id_of(&joined);
    let joined = &joined["groupPlace"];
    assert_eq!((&joined["state"], &joined["placeInLine"]), (&json!("PLACED"), &Value::Null));
    assert_eq!(joined["cohort"], json!({ "id": cohort, "taken": 1, "free": 1 }));
    assert_eq!((&joined["serviceUser"]["name"], &joined["joinedBy"]["id"]), (&json!("Una"), &json!(ann)));
    assert_eq!((&joined["offeredBy"], &joined["group"]["waiting"]), (&Value::Null, &json!(0)));
    let query = "query($id: ID!) { appointmentsOf(serviceUser: $id) { kind delivery with { id } endsAt state history { step } } }";
    let first = network.ask(&network.ann, query, json!({ "id": one })).await["appointmentsOf"][0].take();
    assert_eq!(
        first,
        json!({ "kind": "GROUP", "delivery": "VIDEO", "with": { "id": ann }, "endsAt": "2026-11-23T12:00:00Z",
            "state": "BOOKED", "history": [{ "step": "BOOKED" }] })
    );
    let booked = told(&[("11-23", "BOOKED"), ("11-30", "BOOKED"), ("12-07", "BOOKED")]);
    assert_eq!(network.meetings_of(&network.ann, &one).await, booked);
    let again = network.joins_group(&network.ann, &one, &group, "").await;
    assert_eq!((&again["errors"][0]["field"], &again["groupPlace"]), (&json!("input.serviceUser"), &Value::Null));
    // Once the first session has begun, a place brings the two that are left.
    network.app.clock.advance(TimeDelta::hours(38));
    let token = network.app.token("ann@example.org").await;
    let late = network.joins_group(&token, &two, &group, &format!(", cohort: {cohort:?}")).await;
    assert_eq!(late["groupPlace"]["state"], "PLACED");
    assert_eq!(network.meetings_of(&token, &two).await, told(&[("11-30", "BOOKED"), ("12-07", "BOOKED")]));
    // What has begun is recorded as any other; the rest is called off.
    let left = network.leaves_group(&token, &place).await;
    assert_eq!((&left["groupPlace"]["state"], &left["groupPlace"]["cohort"]["taken"]), (&json!("LEFT"), &json!(1)));
    let rest = told(&[("11-23", "BOOKED"), ("11-30", "CANCELLED"), ("12-07", "CANCELLED")]);
    assert_eq!(network.meetings_of(&token, &one).await, rest);
    let again = network.leaves_group(&token, &place).await;
    assert_eq!(again["errors"][0]["field"], "input.groupPlace", "once");
    // They may come back.
    assert_eq!(network.joins_group(&token, &one, &group, "").await["groupPlace"]["state"], "PLACED");
}

/// A session that was moved to another time is called off there.
#[tokio::test]
async fn a_session_that_was_moved_is_still_of_the_place() {
    let network = Network::new().await;
    let (group, _) = network.group_of(1).await;
    let una = network.person_called("Una").await;
    let place = id_of(&network.joins_group(&network.ann, &una, &group, "").await);
    let ids = "query($id: ID!) { appointmentsOf(serviceUser: $id) { id } }";
    let first = network.ask(&network.ann, ids, json!({ "id": una })).await["appointmentsOf"][0]["id"].take();
    let moved = format!(
        "rescheduleAppointment(input: {{ appointment: {first}, startsAt: \"2026-11-24T10:00:00Z\", \
         endsAt: \"2026-11-24T11:00:00Z\" }})"
    );
    assert_eq!(network.change(&network.ann, &moved).await, json!([]));
    id_of(&network.leaves_group(&network.ann, &place).await);
    let all = told(&[("11-23", "SUPERSEDED"), ("11-24", "CANCELLED"), ("11-30", "CANCELLED"), ("12-07", "CANCELLED")]);
    assert_eq!(network.meetings_of(&network.ann, &una).await, all);
}

/// Who waits stands in the order in which they joined; nobody passes them, but for a reason, which lies sealed.
#[tokio::test]
async fn who_waits_stands_in_line() {
    let network = Network::new().await;
    let (group, cohort) = network.group_of(1).await;
    let mut places = Vec::new();
    for name in ["Ada", "Bo", "Cy", "Di", "Ed"] {
        let of = network.person_called(name).await;
        places.push((of.clone(), id_of(&network.joins_group(&network.ann, &of, &group, "").await)));
    }
    let in_line = async || {
        let mut line = Vec::new();
        for (_, place) in &places {
            line.push(network.group_place(&network.ann, place).await["placeInLine"].take());
        }
        json!(line)
    };
    assert_eq!(in_line().await, json!([null, 1, 2, 3, 4]));
    let full = network.offers_place(&network.manager, &cohort, "").await;
    assert_eq!((&full["errors"][0]["field"], &full["group"]), (&json!("input.cohort"), &Value::Null), "it is full");
    // A place is free, and whoever joins now waits all the same.
    id_of(&network.leaves_group(&network.ann, &places[0].1).await);
    let fay = network.person_called("Fay").await;
    let last = network.joins_group(&network.ann, &fay, &group, &format!(", cohort: {cohort:?}")).await;
    assert_eq!((&last["groupPlace"]["state"], &last["groupPlace"]["placeInLine"]), (&json!("WAITING"), &json!(5)));
    let reason = |place: &str, why: &str| format!(", to: {place:?}{why}");
    let without = network.offers_place(&network.ann, &cohort, &reason(&places[2].1, "")).await;
    assert_eq!(without["errors"][0]["field"], "input.reason", "somebody waits longer");
    let nobody = network.offers_place(&network.ann, &cohort, ", reason: \"She is worse off.\"").await;
    assert_eq!(nobody["errors"][0]["field"], "input.to", "a reason for whom?");
    let why = ", reason: \"Her hearing is in a week.\"";
    let passed = network.offers_place(&network.ann, &cohort, &reason(&places[2].1, why)).await;
    assert_eq!(passed["group"], json!({ "waiting": 4, "cohorts": [{ "taken": 1 }] }));
    let passed = &passed["groupPlace"];
    assert_eq!((&passed["state"], &passed["reason"]), (&json!("PLACED"), &json!("Her hearing is in a week.")));
    assert_eq!(passed["offeredBy"]["id"], json!(network.account(&network.ann).await));
    assert_eq!(in_line().await, json!([null, 1, null, 2, 3]));
    let rows = group_place::Entity::find().all(network.app.db().connection()).await.unwrap();
    assert!(!format!("{rows:?}").contains("hearing"), "it lies sealed");
    // The manager gives the next one away, and is not shown to whom.
    id_of(&network.leaves_group(&network.ann, &places[2].1).await);
    let given = network.offers_place(&network.manager, &cohort, "").await;
    assert_eq!((&given["errors"], &given["groupPlace"]), (&json!([]), &Value::Null));
    assert_eq!(given["group"], json!({ "waiting": 3, "cohorts": [{ "taken": 1 }] }));
    assert_eq!(in_line().await, json!([null, null, null, 1, 2]));
    assert_eq!(network.group_place(&network.ann, &places[1].1).await["state"], "PLACED");
    assert_eq!(network.meetings_of(&network.ann, &places[1].0).await.len(), 3);
    // Who is first needs no reason, named or not; who does not wait gets nothing.
    id_of(&network.leaves_group(&network.ann, &places[1].1).await);
    let gone = network.offers_place(&network.ann, &cohort, &reason(&places[1].1, why)).await;
    assert_eq!(gone["errors"][0]["field"], "input.to");
    let named = network.offers_place(&network.ann, &cohort, &reason(&places[3].1, "")).await;
    assert_eq!((&named["groupPlace"]["state"], &named["groupPlace"]["reason"]), (&json!("PLACED"), &Value::Null));
    // The manager, who works with nobody, names nobody; and a link worker not whom they do not work with.
    for token in [&network.manager, &network.bea] {
        let refused = network.offers_place(token, &cohort, &reason(&places[4].1, why)).await;
        assert_eq!(refused["errors"][0]["code"], "NOT_FOUND");
    }
    // Into a cohort that is closed nobody is taken; those in it stay.
    assert_eq!(network.change(&network.ann, &format!("closeCohort(id: {cohort:?})")).await, json!([]));
    let again = network.change(&network.ann, &format!("closeCohort(id: {cohort:?})")).await;
    assert_eq!(again[0]["code"], "NOT_FOUND");
    id_of(&network.leaves_group(&network.ann, &places[3].1).await);
    for more in [String::new(), reason(&places[4].1, why)] {
        let closed = network.offers_place(&network.ann, &cohort, &more).await;
        assert_eq!(closed["errors"][0]["field"], "input.cohort", "{more}");
    }
    let gil = network.person_called("Gil").await;
    let named = network.joins_group(&network.ann, &gil, &group, &format!(", cohort: {cohort:?}")).await;
    assert_eq!(named["errors"][0]["field"], "input.cohort");
    assert_eq!(network.joins_group(&network.ann, &gil, &group, "").await["groupPlace"]["placeInLine"], 3);
}

/// Without a cohort being named, the one that begins first and has a place is joined.
#[tokio::test]
async fn the_cohort_that_begins_first_is_joined() {
    let network = Network::new().await;
    let (group, cohort) = network.group_of(1).await;
    let later = json!({ "places": 1, "beginsOn": "2026-12-01", "endsOn": "2027-01-31",
        "sessions": [{ "startsAt": "2026-12-08T10:00:00Z", "endsAt": "2026-12-08T11:00:00Z" }] });
    let later = network.opens_cohort(&network.ann, &group, later).await["group"]["cohorts"][1]["id"].take();
    let (one, two, three) =
        (network.person_called("Una").await, network.person_called("Dot").await, network.person_called("Tre").await);
    let into = async |of: &str| {
        let joined = network.joins_group(&network.ann, of, &group, "").await;
        (joined["groupPlace"]["state"].clone(), joined["groupPlace"]["cohort"]["id"].clone())
    };
    assert_eq!(into(&one).await, (json!("PLACED"), json!(cohort)));
    assert_eq!(into(&two).await, (json!("PLACED"), later));
    assert_eq!(network.meetings_of(&network.ann, &two).await, told(&[("12-08", "BOOKED")]));
    assert_eq!(into(&three).await, (json!("WAITING"), Value::Null));
}

/// What can't be is told with its field.
#[tokio::test]
async fn what_can_not_be_made_is_told_with_its_field() {
    let network = Network::new().await;
    let cal = network.account(&network.cal).await;
    let mut used = service("hub", "Drop-in", "housing");
    used.places = vec![at(location("hub", "M14 5RQ", None))];
    network.app.save(&[used]).await;
    let listed = "{ services(first: 5) { nodes { id places { location { id } } } } }";
    let listed = network.ask(&network.ann, listed, json!({})).await["services"]["nodes"][0].take();
    for (more, field) in [
        (json!({ "name": " " }), "input.name"),
        (json!({ "placesPerCohort": 0 }), "input.placesPerCohort"),
        (json!({ "placesPerCohort": 201 }), "input.placesPerCohort"),
        (json!({ "service": listed["id"] }), "input.service"),
    ] {
        let refused = network.makes_group(&network.ann, more.clone()).await;
        assert_eq!((&refused["errors"][0]["field"], &refused["group"]), (&json!(field), &Value::Null), "{more}");
    }
    let hub = listed["places"][0]["location"]["id"].clone();
    let made = network.makes_group(&network.ann, json!({ "location": hub, "needs": ["housing.hostel"] })).await;
    assert_eq!((&made["errors"], &made["group"]["location"]["id"]), (&json!([]), &hub));
    assert_eq!(made["group"]["needs"], json!([{ "key": "housing.hostel" }]));
    let group = made["group"]["id"].as_str().unwrap().to_owned();
    let again = network.makes_group(&network.manager, json!({})).await;
    assert_eq!(again["errors"][0]["field"], "input.name", "there is one of this name");
    for (more, field) in [
        (json!({ "places": 0 }), "input.places"),
        (json!({ "with": cal }), "input.with"),
        (json!({ "endsOn": "2026-11-22" }), "input.endsOn"),
        (json!({ "endsOn": "2026-12-06" }), "input.sessions"),
        (json!({ "sessions": [] }), "input.sessions"),
    ] {
        let refused = network.opens_cohort(&network.ann, &group, more.clone()).await;
        assert_eq!((&refused["errors"][0]["field"], &refused["group"]), (&json!(field), &Value::Null), "{more}");
    }
    // The manager, who is no link worker, names one.
    let without = network.opens_cohort(&network.manager, &group, json!({})).await;
    assert_eq!(without["errors"][0]["field"], "input.with");
    let with = json!({ "with": network.account(&network.bea).await });
    let opened = network.opens_cohort(&network.manager, &group, with).await;
    assert_eq!((&opened["errors"], &opened["group"]["cohorts"][0]["places"]), (&json!([]), &json!(2)), "the group's");
    assert_eq!(opened["group"]["cohorts"][0]["sessions"], sessions());
    // At the hub it is, as long as anybody could be told where that is.
    let una = network.person_called("Una").await;
    id_of(&network.joins_group(&network.ann, &una, &group, "").await);
    let at_hub = "query($id: ID!) { appointmentsOf(serviceUser: $id) { location { id } } }";
    let at_hub = network.ask(&network.ann, at_hub, json!({ "id": una })).await;
    assert_eq!(at_hub["appointmentsOf"][0]["location"]["id"], hub);
    let refused = network.app.refused(
        As::token(&network.sam),
        "mutation($id: ID!) { closeCohort(id: $id) { errors { code } } }",
        json!({ "id": opened["group"]["cohorts"][0]["id"] }),
    );
    assert_eq!(refused.await, "FORBIDDEN");
}

/// Who waits and who has a place is read in pages, of those whom the viewer works with.
#[tokio::test]
async fn who_waits_is_read_in_pages() {
    let network = Network::new().await;
    let (group, cohort) = network.group_of(1).await;
    let mut wanted = Vec::new();
    for name in ["Ada", "Bo", "Cy", "Di"] {
        let of = network.person_called(name).await;
        wanted.push(id_of(&network.joins_group(&network.ann, &of, &group, "").await));
    }
    let placed = wanted.remove(0);
    let query = "query($group: ID!, $cohort: ID, $first: Int, $after: String) { groupPlaces(group: $group, cohort: $cohort, \
        first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes { id } } }";
    let (mut after, mut found) = (Value::Null, Vec::new());
    loop {
        let page = json!({ "group": group, "first": 2, "after": after });
        let page = network.ask(&network.ann, query, page).await["groupPlaces"].take();
        assert_eq!(page["totalCount"], 3);
        found.extend(page["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap().to_owned()));
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(found, wanted);
    let within = network.ask(&network.ann, query, json!({ "group": group, "cohort": cohort })).await;
    assert_eq!(within["groupPlaces"]["nodes"], json!([{ "id": placed }]));
    for token in [&network.bea, &network.cal] {
        let none = network.ask(token, query, json!({ "group": group })).await;
        assert_eq!((&none["groupPlaces"]["totalCount"], &none["groupPlaces"]["nodes"]), (&json!(0), &json!([])));
    }
    // Bea, who works for the agency, sees how many they are.
    assert_eq!(network.group(&network.bea, &group).await["waiting"], 3);
}
