//! What somebody tried against groups: as many rows as a statement takes no more, counts that tell who is kept out, counts that
//! are told to others, names that show nothing.

use chrono::{Days, NaiveDate, TimeDelta};
use entity::enums::{GroupEndReason, Role};
use entity::group_cohort;
use entity::ids::{AccountId, CohortId, GroupId};
use entity::instants::Millis;
use serde_json::{Value, json};
use signpost::api::ids::NodeId;
use signpost::people::groups::terms::{MOST_COHORTS, MOST_COHORTS_TOLD};

use super::id_of;
use crate::access::stored;
use crate::people::graph::Network;

/// More than any statement takes values.
const TOO_MANY: usize = 33_000;
/// Rows of one statement.
const AT_ONCE: usize = 1_000;

impl Network {
    /// Cohorts of a group with a worker, as many as these, which last a month from a day on; called off at an instant.
    async fn has_cohorts(
        &self,
        (group, with): (&str, &str),
        number: usize,
        begins_on: NaiveDate,
        called_off_at: Option<Millis>,
    ) {
        let (group_id, with_id) = ids(group, with);
        let row = |_| group_cohort::Model {
            id: CohortId(self.app.clock.new_id()),
            group_id,
            agency_id: Self::agency(0),
            begins_on,
            ends_on: begins_on.checked_add_days(Days::new(30)).unwrap(),
            places: 1,
            with_id,
            opened_by: with_id,
            opened_at: self.app.clock.now().into(),
            closed_at: called_off_at,
            version: 1,
            called_off_at,
            called_off_by: called_off_at.map(|_| with_id),
            end_reason: called_off_at.map(|_| GroupEndReason::Other),
        };
        let rows: Vec<group_cohort::Model> = (0..number).map(row).collect();
        let transaction = self.app.db().begin_write().await.unwrap();
        for some in rows.chunks(AT_ONCE) {
            stored::insert(&transaction, some.to_vec()).await;
        }
        transaction.commit().await.unwrap();
    }

    /// How many wait for the only group, as somebody is told; and how many of them they are shown.
    async fn told_of(&self, token: &str, group: &str) -> (Value, Value, Value) {
        let query =
            "query($id: ID!) { group(id: $id) { waiting } groups { waiting } groupPlaces(group: $id) { totalCount } }";
        let told = self.ask(token, query, json!({ "id": group })).await;
        (
            told["group"]["waiting"].clone(),
            told["groups"][0]["waiting"].clone(),
            told["groupPlaces"]["totalCount"].clone(),
        )
    }
}

fn ids(group: &str, with: &str) -> (GroupId, AccountId) {
    match (NodeId::decode(group), NodeId::decode(with)) {
        (Some(NodeId::Group(group)), Some(NodeId::Account(account))) => (group, account),
        other => panic!("{other:?}"),
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A group has so many cohorts and no more; one that is over or called off makes room, and not for ever anew.
#[tokio::test]
async fn a_group_has_no_more_cohorts_than_it_may() {
    let network = Network::new().await;
    let (group, cohort) = network.group_of(1).await;
    let ann = network.account(&network.ann).await;
    let opens = async |token: &str| {
        let sessions = json!([{ "startsAt": "2027-01-04T10:00:00Z", "endsAt": "2027-01-04T11:00:00Z" }]);
        let later = json!({ "endsOn": "2027-12-31", "sessions": sessions });
        network.opens_cohort(token, &group, later).await
    };
    network.has_cohorts((&group, &ann), MOST_COHORTS - 2, day("2026-12-01"), None).await;
    assert_eq!(opens(&network.ann).await["errors"], json!([]));
    let refused = opens(&network.ann).await;
    assert_eq!((&refused["errors"][0]["field"], &refused["group"]), (&json!("input.group"), &Value::Null));
    assert!(refused["errors"][0]["message"].as_str().unwrap().contains(&MOST_COHORTS.to_string()), "{refused}");
    let off = json!({ "cohort": cohort, "reason": "OTHER" });
    let off = network.makes_different(&network.ann, "callOffCohort", off).await;
    assert_eq!(off["errors"], json!([]));
    assert_eq!(opens(&network.ann).await["errors"], json!([]), "what is called off runs no more");
    assert_eq!(opens(&network.ann).await["errors"][0]["field"], "input.group");
    // Those of December are over by February: there is room again, up to as many as are told of.
    network.app.clock.advance(TimeDelta::days(70));
    let token = network.app.token("ann@example.org").await;
    assert_eq!(opens(&token).await["errors"], json!([]));
    let now = Millis::from(network.app.clock.now());
    let called_off = MOST_COHORTS_TOLD - MOST_COHORTS - 3;
    network.has_cohorts((&group, &ann), called_off, day("2027-12-01"), Some(now)).await;
    assert_eq!(opens(&token).await["errors"], json!([]));
    let refused = opens(&token).await;
    assert_eq!(refused["errors"][0]["field"], "input.group");
    assert!(refused["errors"][0]["message"].as_str().unwrap().contains(&MOST_COHORTS_TOLD.to_string()), "{refused}");
    // Half a year later what was called off is told of no more, however far ahead it would have ended.
    network.app.clock.advance(TimeDelta::days(26 * 7));
    let token = network.app.token("ann@example.org").await;
    let later = json!({ "beginsOn": "2027-08-01", "endsOn": "2027-12-31",
        "sessions": [{ "startsAt": "2027-11-01T10:00:00Z", "endsAt": "2027-11-01T11:00:00Z" }] });
    let opened = network.opens_cohort(&token, &group, later).await;
    assert_eq!(opened["errors"], json!([]));
    assert!(opened["group"]["cohorts"].as_array().unwrap().len() < 10, "{opened}");
}

/// Where there are more rows than a statement takes values, the group is told of, joined and closed all the same.
#[tokio::test]
async fn a_group_of_ever_so_many_cohorts_is_still_told_of_and_joined() {
    let network = Network::new().await;
    let (group, cohort) = network.group_of(1).await;
    let ann = network.account(&network.ann).await;
    network.has_cohorts((&group, &ann), TOO_MANY, day("2027-01-10"), None).await;
    let (una, dot) = (network.person_called("Una").await, network.person_called("Dot").await);
    let told = network.ask(
        &network.ann,
        "query($id: ID!) { group(id: $id) { id waiting } groups { id } }",
        json!({ "id": group }),
    );
    assert_eq!(told.await, json!({ "group": { "id": group, "waiting": 0 }, "groups": [{ "id": group }] }));
    let joined = network.joins_group(&network.ann, &una, &group, "").await;
    assert_eq!(joined["groupPlace"]["cohort"], json!({ "id": cohort, "taken": 1, "free": 0 }));
    let place = id_of(&joined);
    id_of(&network.joins_group(&network.ann, &dot, &group, "").await);
    id_of(&network.leaves_group(&network.ann, &place).await);
    let rename = format!("changeGroup(input: {{ group: {group:?}, expectedVersion: 1, name: \"Moving in\" }})");
    assert_eq!(network.change(&network.ann, &rename).await, json!([]));
    let close = format!("closeGroup(input: {{ group: {group:?}, reason: DONE }})");
    assert_eq!(network.change(&network.ann, &close).await, json!([]));
    assert_eq!(network.group_places_of(&network.ann, &dot).await[0]["state"], "LEFT");
}

/// When cohorts meet is not read where it is not asked for.
#[tokio::test]
async fn sessions_are_read_where_they_are_asked_for() {
    let network = Network::new().await;
    let (group, _) = network.group_of(1).await;
    let statements = async |what: &str| {
        let before = network.app.db().statements();
        let query = format!("query($id: ID!) {{ group(id: $id) {{ cohorts {{ {what} }} }} }}");
        let told = network.ask(&network.ann, &query, json!({ "id": group })).await;
        assert_eq!(told["group"]["cohorts"].as_array().unwrap().len(), 1);
        network.app.db().statements() - before
    };
    let without = statements("id taken").await;
    assert_eq!(statements("id taken sessions { startsAt }").await, without + 1);
    assert_eq!(statements("id ... on Cohort { sessions { startsAt } }").await, without + 1);
}

/// Whoever is kept out by somebody who waits is told of none who waits: not by a count, not by a place in line, and not by what
/// comes of giving a place away.
#[tokio::test]
async fn who_is_kept_out_does_not_learn_it_from_who_waits() {
    let network = Network::new().await;
    let (group, cohort) = network.group_of(1).await;
    let bea = network.account(&network.bea).await;
    let with_bea = json!({ "places": 1, "with": bea, "beginsOn": "2026-11-22" });
    let opened = network.opens_cohort(&network.ann, &group, with_bea).await;
    let of_bea = opened["group"]["cohorts"][0]["id"].as_str().unwrap().to_owned();
    let (ada, bob) = (network.person_called("Ada").await, network.person_called("Bob").await);
    let (dot, tre) = (network.person_called("Dot").await, network.person_called("Tre").await);
    id_of(&network.joins_group(&network.ann, &ada, &group, &format!(", cohort: {of_bea:?}")).await);
    let of_bob = id_of(&network.joins_group(&network.ann, &bob, &group, &format!(", cohort: {cohort:?}")).await);
    for of in [&dot, &tre] {
        let keep = format!("keepOut(input: {{ serviceUser: {of:?}, whom: {{ account: {bea:?} }} }})");
        assert_eq!(network.change(&network.ann, &keep).await, json!([]));
    }
    let of_dot = id_of(&network.joins_group(&network.ann, &dot, &group, "").await);
    let all = |number: i32| (json!(number), json!(number), json!(number));
    assert_eq!(network.told_of(&network.ann, &group).await, all(1));
    assert_eq!(network.told_of(&network.bea, &group).await, all(0));
    // There is a place with Ann now, and to Bea nobody waits who could take it: as in her own cohort.
    id_of(&network.leaves_group(&network.ann, &of_bob).await);
    let offered = network.offers_place(&network.bea, &cohort, "").await;
    assert_eq!((&offered["errors"][0]["field"], &offered["group"]), (&json!("input.cohort"), &Value::Null));
    assert_eq!(network.offers_place(&network.bea, &of_bea, "").await, offered);
    let waits = network.group_place(&network.ann, &of_dot).await;
    assert_eq!((&waits["state"], &waits["placeInLine"]), (&json!("WAITING"), &json!(1)));
    // Who has no part in it gives it to her; and then it is taken, to Bea too.
    let given = network.offers_place(&network.manager, &cohort, "").await;
    assert_eq!((&given["errors"], &given["group"]["waiting"]), (&json!([]), &json!(0)));
    let seen = network.group(&network.bea, &group).await;
    let free: Vec<&Value> = seen["cohorts"].as_array().unwrap().iter().map(|cohort| &cohort["free"]).collect();
    assert_eq!(free, [&json!(0), &json!(0)]);
    // Whom Bea works with is first in line as far as she is told, and second as far as they are.
    id_of(&network.joins_group(&network.ann, &tre, &group, "").await);
    let eve = network.enter(&network.bea, json!({ "givenNames": "Eve" })).await;
    let sam = network.account(&network.sam).await;
    let link = format!("linkAccount(input: {{ serviceUser: {eve:?}, account: {sam:?} }})");
    assert_eq!(network.change(&network.bea, &link).await, json!([]));
    let joined = network.joins_group(&network.bea, &eve, &group, "").await;
    let of_eve = id_of(&joined);
    let joined = &joined["groupPlace"];
    assert_eq!((&joined["placeInLine"], &joined["group"]["waiting"]), (&json!(1), &json!(1)));
    assert_eq!(network.told_of(&network.bea, &group).await, all(1));
    assert_eq!(network.group_place(&network.sam, &of_eve).await["placeInLine"], 2);
    assert_eq!(network.told_of(&network.ann, &group).await, (json!(2), json!(2), json!(1)));
}

/// Nor do they learn it by whom a place goes to that they give away: it goes by the line as they are told it, without a reason and
/// without a word of one. Who keeps them out is first for everybody else.
#[tokio::test]
async fn who_is_kept_out_gives_places_away_by_the_line_that_they_are_told() {
    for named in [false, true] {
        let network = Network::new().await;
        let (group, cohort) = network.group_of(1).await;
        let bea = network.account(&network.bea).await;
        let (ada, dot) = (network.person_called("Ada").await, network.person_called("Dot").await);
        let of_ada = id_of(&network.joins_group(&network.ann, &ada, &group, "").await);
        let keep = format!("keepOut(input: {{ serviceUser: {dot:?}, whom: {{ account: {bea:?} }} }})");
        assert_eq!(network.change(&network.ann, &keep).await, json!([]));
        let of_dot = id_of(&network.joins_group(&network.ann, &dot, &group, "").await);
        let eve = network.enter(&network.bea, json!({ "givenNames": "Eve" })).await;
        let of_eve = id_of(&network.joins_group(&network.bea, &eve, &group, "").await);
        id_of(&network.leaves_group(&network.ann, &of_ada).await);
        let to = if named { format!(", to: {of_eve:?}") } else { String::new() };
        let given = network.offers_place(&network.bea, &cohort, &to).await;
        assert_eq!((id_of(&given), &given["group"]["waiting"]), (of_eve.clone(), &json!(0)));
        assert_eq!(network.history_of(&network.bea, &of_eve).await[1]["step"], "MOVED_UP");
        let waits = network.group_place(&network.ann, &of_dot).await;
        assert_eq!((&waits["state"], &waits["placeInLine"]), (&json!("WAITING"), &json!(1)));
        id_of(&network.leaves_group(&network.bea, &of_eve).await);
        assert_eq!(network.offers_place(&network.manager, &cohort, "").await["errors"], json!([]));
        assert_eq!(network.group_place(&network.ann, &of_dot).await["state"], "PLACED");
    }
}

/// How many were given a place is the agency's to know; others are told how many weeks they may have to wait.
#[tokio::test]
async fn who_is_told_no_counts_is_told_the_wait_in_weeks() {
    let network = Network::new().await;
    let made = network.makes_group(&network.manager, json!({})).await;
    let group = made["group"]["id"].as_str().unwrap().to_owned();
    let mut places = Vec::new();
    for number in 0..5 {
        let of = network.person_called(&format!("Person {number}")).await;
        if number == 0 {
            let sam = network.account(&network.sam).await;
            let link = format!("linkAccount(input: {{ serviceUser: {of:?}, account: {sam:?} }})");
            assert_eq!(network.change(&network.ann, &link).await, json!([]));
        }
        places.push(id_of(&network.joins_group(&network.ann, &of, &group, "").await));
    }
    network.app.clock.advance(TimeDelta::days(3));
    let ann = network.app.token("ann@example.org").await;
    let sam = network.app.token("sam@example.org").await;
    let opened = network.opens_cohort(&ann, &group, json!({ "places": 5 })).await;
    let cohort = opened["group"]["cohorts"][0]["id"].as_str().unwrap().to_owned();
    for place in &places {
        assert_eq!(&id_of(&network.offers_place(&ann, &cohort, "").await), place);
    }
    let query = "query($id: ID!) { groupPlace(id: $id) { group { waiting expectedWait { medianDays number } } } }";
    let wait = async |token: &str| {
        let seen = network.ask(token, query, json!({ "id": places[0] })).await;
        seen["groupPlace"]["group"].clone()
    };
    assert_eq!(wait(&ann).await, json!({ "waiting": 0, "expectedWait": { "medianDays": 3.0, "number": 5 } }));
    assert_eq!(network.group(&ann, &group).await["expectedWait"], json!({ "medianDays": 3.0, "number": 5 }));
    assert_eq!(wait(&sam).await, json!({ "waiting": null, "expectedWait": { "medianDays": 7.0, "number": null } }));
}

/// A name by which nobody could tell a group from another is none.
#[tokio::test]
async fn a_group_has_a_name_that_can_be_read() {
    let network = Network::new().await;
    let (group, _) = network.group_of(1).await;
    for name in ["\u{200d}\u{200d}", "\u{200c}", "\u{3164}", "\u{ffa0}\u{200d}", "\u{2014}", "!?"] {
        let refused = network.makes_group(&network.ann, json!({ "name": name })).await;
        assert_eq!(
            (&refused["errors"][0]["field"], &refused["group"]),
            (&json!("input.name"), &Value::Null),
            "{name:?}"
        );
        let input = json!({ "group": group, "expectedVersion": 1, "name": name });
        let refused = network.makes_different(&network.ann, "changeGroup", input).await;
        assert_eq!(
            (&refused["errors"][0]["field"], &refused["group"]),
            (&json!("input.name"), &Value::Null),
            "{name:?}"
        );
    }
    for name in ["7", "\u{4e2d}", "\u{645}\u{6cc}\u{200c}\u{62e}\u{648}\u{627}\u{647}\u{645}"] {
        let made = network.makes_group(&network.ann, json!({ "name": name })).await;
        assert_eq!((&made["errors"], &made["group"]["name"]), (&json!([]), &json!(name)));
    }
}

/// No session is booked with a worker who works there no more.
#[tokio::test]
async fn new_sessions_are_with_somebody_who_works_there() {
    let network = Network::new().await;
    let (group, cohort) = network.group_of(1).await;
    let bea = network.account(&network.bea).await;
    let una = network.person_called("Una").await;
    id_of(&network.joins_group(&network.ann, &una, &group, "").await);
    let input = |version: i32, more: Value| {
        let mut input = json!({ "cohort": cohort, "expectedVersion": version });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let changed = network.makes_different(&network.ann, "changeCohort", input(1, json!({ "with": bea }))).await;
    assert_eq!(changed["errors"], json!([]));
    let (_, account) = ids(&group, &bea);
    let ended = network.app.app.accounts.end_role(account, Some(Network::agency(0)), Role::LinkWorker).await;
    assert!(ended.unwrap());
    let sessions = json!([{ "startsAt": "2026-11-25T10:00:00Z", "endsAt": "2026-11-25T11:00:00Z" }]);
    let new = input(2, json!({ "sessions": sessions }));
    let refused = network.makes_different(&network.ann, "changeCohort", new).await;
    assert_eq!((&refused["errors"][0]["field"], &refused["group"]), (&json!("input.with"), &Value::Null));
    let booked = network.meetings_of(&network.ann, &una).await;
    assert!(booked.iter().all(|(day, _)| day != "11-25"), "{booked:?}");
    let ann = network.account(&network.ann).await;
    let new = input(2, json!({ "sessions": sessions, "with": ann }));
    assert_eq!(network.makes_different(&network.ann, "changeCohort", new).await["errors"], json!([]));
}
