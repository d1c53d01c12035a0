//! Through the gate as clients see it: a day of release makes tasks and moves them, the first contact is watched, somebody
//! covers for who is away; who else sees of it what.

use chrono::{NaiveDate, TimeDelta};
use entity::enums::{EasementKind, TaskKind, TaskState as S, TaskStep as T};
use entity::ids::TaskId;
use entity::instants::Millis;
use entity::{release, task_event};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use signpost::api::ids::NodeId;
use signpost::people::tasks::gate::{
    Contact, GATE_TASKS, check_done, check_due, check_release, check_span, due_on, first_contact, transition, usual_end,
};

use super::graph::Network;
use crate::support::accounts::As;

mod sharing;

const TASK: &str = "id category kind words release easement dueOn state owner { id } coveringFor { id } doneOn agency { id } \
    serviceUser { id name } history { step state words by { id } }";
const RELEASE: &str = "id releaseOn fromPlace endedAt replaces agency { id } serviceUser { id } \
    firstContact { state dueBy madeOn }";

impl Network {
    /// Somebody of Ann's caseload who is in prison.
    async fn eve(&self) -> String {
        self.enter(&self.ann, json!({ "givenNames": "Eve", "familyName": "Gray" })).await
    }

    /// Says a day of release; gives the payload.
    async fn released(&self, token: &str, of: &str, on: &str, more: &str) -> Value {
        let query = format!(
            "mutation {{ setReleaseDate(input: {{ serviceUser: {of:?}, releaseOn: {on:?} {more} }}) \
             {{ release {{ {RELEASE} }} errors {{ code message field }} }} }}"
        );
        self.ask(token, &query, json!({})).await["setReleaseDate"].take()
    }

    /// A step of a task, with what stands in its input beside the id; the payload.
    async fn does(&self, token: &str, step: &str, id: &str, input: &str) -> Value {
        let query = format!(
            "mutation {{ {step}(input: {{ task: {id:?} {input} }}) {{ task {{ {TASK} }} errors {{ code message field }} }} }}"
        );
        self.ask(token, &query, json!({})).await[step].take()
    }

    /// Makes a task; gives the payload.
    async fn adds(&self, token: &str, of: &str, more: Value) -> Value {
        let mut input = json!({ "serviceUser": of, "words": "Ring the hostel.", "dueOn": "2026-11-25" });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let query = format!(
            "mutation($input: AddTaskInput!) {{ addTask(input: $input) {{ task {{ {TASK} }} errors {{ code message field }} }} }}"
        );
        self.ask(token, &query, json!({ "input": input })).await["addTask"].take()
    }

    async fn tasks_of(&self, token: &str, of: &str) -> Vec<Value> {
        let query = format!("query($id: ID!) {{ tasksOf(serviceUser: $id) {{ {TASK} }} }}");
        let mut tasks = self.ask(token, &query, json!({ "id": of })).await;
        tasks["tasksOf"].as_array_mut().unwrap().drain(..).collect()
    }

    async fn releases_of(&self, token: &str, of: &str) -> Value {
        let query = format!("query($id: ID!) {{ releasesOf(serviceUser: $id) {{ {RELEASE} }} }}");
        self.ask(token, &query, json!({ "id": of })).await["releasesOf"].take()
    }

    /// The id of the task of a kind.
    async fn task_of(&self, of: &str, kind: &str) -> String {
        let tasks = self.tasks_of(&self.ann, of).await;
        tasks.iter().find(|task| task["kind"] == kind).unwrap()["id"].as_str().unwrap().to_owned()
    }

    async fn mine(&self, token: &str, covered: bool) -> Value {
        let query = format!(
            "{{ myTasks(until: \"2027-12-31\", includeCovered: {covered}) {{ totalCount nodes {{ {TASK} }} }} }}"
        );
        self.ask(token, &query, json!({})).await["myTasks"].take()
    }

    async fn alerts(&self, token: &str) -> Value {
        self.ask(token, "{ firstContactAlerts { id } }", json!({})).await["firstContactAlerts"].take()
    }
}

/// Kind, day and state of each.
fn days(tasks: &[Value]) -> Vec<(String, String, String)> {
    let text = |task: &Value, field: &str| task[field].as_str().unwrap().to_owned();
    tasks.iter().map(|task| (text(task, "kind"), text(task, "dueOn"), text(task, "state"))).collect()
}

fn told(tasks: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
    tasks.iter().map(|(kind, day, state)| ((*kind).to_owned(), (*day).to_owned(), (*state).to_owned())).collect()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Five tasks on their days; moved, the open ones move, and what was done stays; taken back, the open ones are cancelled.
#[tokio::test]
async fn a_day_of_release_makes_tasks_and_moves_them() {
    let network = Network::new().await;
    let id = network.eve().await;
    let said = network.released(&network.ann, &id, "2027-01-10", ", fromPlace: \"HMP Somewhere\"").await;
    assert_eq!(said["errors"], json!([]));
    let first = said["release"].clone();
    assert_eq!(
        (&first["fromPlace"], &first["firstContact"]["state"]),
        (&json!("HMP Somewhere"), &json!("NOT_YET_DUE"))
    );
    let tasks = network.tasks_of(&network.ann, &id).await;
    let wanted = [
        ("HOUSING_MET", "2026-12-13", "OPEN"),
        ("BENEFIT_CLAIM_STARTED", "2026-12-27", "OPEN"),
        ("PRESCRIBING_CONTINUITY", "2027-01-03", "OPEN"),
        ("MET_AT_THE_GATE", "2027-01-10", "OPEN"),
        ("FIRST_CONTACT", "2027-01-11", "OPEN"),
    ];
    assert_eq!(days(&tasks), told(&wanted));
    let categories: Vec<_> = tasks.iter().map(|task| task["category"].as_str().unwrap()).collect();
    assert_eq!(categories, ["HOUSING", "BENEFITS", "SUBSTANCE_USE", "OFFENDING", "CASE_NOTES"]);
    let ann = network.account(&network.ann).await;
    assert!(tasks.iter().all(|task| task["owner"]["id"] == json!(ann) && task["release"] == first["id"]));
    let housing = network.task_of(&id, "HOUSING_MET").await;
    let done =
        network.does(&network.ann, "completeTask", &housing, ", doneOn: \"2026-11-20\", words: \"In cell.\"").await;
    assert_eq!((&done["task"]["state"], &done["task"]["doneOn"]), (&json!("DONE"), &json!("2026-11-20")));
    let said = network.released(&network.ann, &id, "2027-01-20", "").await["release"].take();
    assert_eq!((&said["replaces"], &said["fromPlace"]), (&first["id"], &Value::Null));
    let moved = [
        ("HOUSING_MET", "2026-12-13", "DONE"),
        ("BENEFIT_CLAIM_STARTED", "2027-01-06", "OPEN"),
        ("PRESCRIBING_CONTINUITY", "2027-01-13", "OPEN"),
        ("MET_AT_THE_GATE", "2027-01-20", "OPEN"),
        ("FIRST_CONTACT", "2027-01-21", "OPEN"),
    ];
    let tasks = network.tasks_of(&network.ann, &id).await;
    assert_eq!(days(&tasks), told(&moved));
    let steps: Vec<_> = tasks[1]["history"].as_array().unwrap().iter().map(|it| it["step"].clone()).collect();
    assert_eq!(steps, ["ADDED", "MOVED"]);
    assert_eq!(network.releases_of(&network.ann, &id).await.as_array().unwrap().len(), 1, "one holds");
    let back = format!("takeBackReleaseDate(id: {})", said["id"]);
    assert_eq!(network.change(&network.ann, &back).await, json!([]));
    let states: Vec<_> =
        days(&network.tasks_of(&network.ann, &id).await).into_iter().map(|(.., state)| state).collect();
    assert_eq!(states, ["DONE", "CANCELLED", "CANCELLED", "CANCELLED", "CANCELLED"]);
    assert_eq!(network.releases_of(&network.ann, &id).await, json!([]));
    assert_eq!(network.change(&network.ann, &back).await[0]["code"], "NOT_FOUND");
    // What was said lies sealed.
    let db = network.app.db().connection();
    let rows = release::Entity::find().all(db).await.unwrap();
    let events = task_event::Entity::find().all(db).await.unwrap();
    assert!(!format!("{rows:?} {events:?}").contains("Somewhere") && !format!("{events:?}").contains("In cell"));
}

/// Another release is told apart from the same on another day; what would be past is due today.
#[tokio::test]
async fn another_release_makes_its_tasks_anew() {
    let network = Network::new().await;
    let id = network.eve().await;
    network.released(&network.ann, &id, "2026-11-20", "").await;
    let due: Vec<_> = days(&network.tasks_of(&network.ann, &id).await).into_iter().map(|(_, day, _)| day).collect();
    assert_eq!(due, ["2026-11-21"; 5], "today at the earliest");
    let contact = network.task_of(&id, "FIRST_CONTACT").await;
    assert_eq!(network.does(&network.ann, "completeTask", &contact, "").await["errors"], json!([]));
    network.released(&network.ann, &id, "2027-06-01", ", anew: true").await;
    let tasks = network.tasks_of(&network.ann, &id).await;
    let count = |state: &str| tasks.iter().filter(|task| task["state"] == state).count();
    assert_eq!((count("DONE"), count("CANCELLED"), count("OPEN")), (1, 4, 5));
}

/// At midnight in London after the day after, and not a millisecond before; an alert until it was made.
#[tokio::test]
async fn the_first_contact_is_watched() {
    let network = Network::new().await;
    let id = network.eve().await;
    let said = network.released(&network.ann, &id, "2026-11-22", "").await["release"].take();
    assert_eq!(said["firstContact"]["dueBy"], "2026-11-24T00:00:00Z");
    network.app.clock.advance(TimeDelta::hours(52) - TimeDelta::milliseconds(1));
    let (ann, cal) = (network.app.token("ann@example.org").await, network.app.token("cal@example.org").await);
    assert_eq!(network.releases_of(&ann, &id).await[0]["firstContact"]["state"], "DUE");
    assert_eq!(network.alerts(&ann).await, json!([]));
    network.app.clock.advance(TimeDelta::milliseconds(1));
    assert_eq!(network.releases_of(&ann, &id).await[0]["firstContact"]["state"], "OVERDUE");
    assert_eq!(network.alerts(&ann).await, json!([{ "id": said["id"] }]));
    assert_eq!(network.alerts(&cal).await, json!([]));
    let tasks = network.tasks_of(&ann, &id).await;
    let contact = tasks.iter().find(|task| task["kind"] == "FIRST_CONTACT").unwrap()["id"].as_str().unwrap();
    // Done before they were released it is no contact after it.
    assert_eq!(network.does(&ann, "completeTask", contact, ", doneOn: \"2026-11-21\"").await["errors"], json!([]));
    assert_eq!(network.alerts(&ann).await, json!([{ "id": said["id"] }]));
    assert_eq!(network.does(&ann, "reopenTask", contact, "").await["errors"], json!([]));
    assert_eq!(network.does(&ann, "completeTask", contact, "").await["errors"], json!([]));
    let made = network.releases_of(&ann, &id).await[0]["firstContact"].take();
    assert_eq!((&made["state"], &made["madeOn"]), (&json!("MADE"), &json!("2026-11-24")));
    assert_eq!(network.alerts(&ann).await, json!([]));
    // An appointment that they came to counts as well.
    let other = network.enter(&ann, json!({ "givenNames": "Flo" })).await;
    network.released(&ann, &other, "2026-11-22", "").await;
    assert_eq!(network.alerts(&ann).await.as_array().unwrap().len(), 1);
    let book = format!(
        "mutation {{ bookAppointment(input: {{ serviceUser: {other:?}, kind: ONE_TO_ONE, delivery: IN_PERSON, \
         startsAt: \"2026-11-23T12:00:00Z\", endsAt: \"2026-11-23T13:00:00Z\" }}) {{ appointment {{ id }} errors {{ code }} }} }}"
    );
    let booked = network.ask(&ann, &book, json!({})).await["bookAppointment"]["appointment"]["id"].clone();
    assert_eq!(network.alerts(&ann).await.as_array().unwrap().len(), 1, "booked is not made");
    let came = format!("recordAttended(input: {{ appointment: {booked} }})");
    assert_eq!(network.change(&ann, &came).await, json!([]));
    assert_eq!(network.alerts(&ann).await, json!([]));
    assert_eq!(network.releases_of(&ann, &other).await[0]["firstContact"]["madeOn"], "2026-11-23");
}

/// Whoever covers is shown the other's tasks of whom they work with themselves, and of nobody else.
#[tokio::test]
async fn cover_shows_and_does_not_widen() {
    let network = Network::new().await;
    let (both, hers) = (network.eve().await, network.eve().await);
    let (ann, bea) = (network.account(&network.ann).await, network.account(&network.bea).await);
    let assign = format!("assignServiceUser(input: {{ serviceUser: {both:?}, to: {{ account: {bea:?} }} }})");
    assert_eq!(network.change(&network.ann, &assign).await, json!([]));
    for id in [&both, &hers] {
        assert_eq!(network.adds(&network.ann, id, json!({})).await["errors"], json!([]));
    }
    assert_eq!(network.mine(&network.ann, true).await["totalCount"], 2);
    assert_eq!(network.mine(&network.bea, true).await["totalCount"], 0, "nobody is away");
    let cover = |away: &str, by: &str| {
        format!(
            "setCover(input: {{ away: {away:?}, coveredBy: {by:?}, beginsOn: \"2026-11-21\", endsOn: \"2026-11-22\" }})"
        )
    };
    let refused = network.change(&network.bea, &cover(&ann, &bea)).await;
    assert_eq!(refused[0]["field"], "input.away", "neither themselves nor a manager");
    assert_eq!(network.change(&network.manager, &cover(&ann, &ann)).await[0]["field"], "input.coveredBy");
    assert_eq!(network.change(&network.manager, &cover(&ann, &bea)).await, json!([]));
    let covered = network.mine(&network.bea, true).await;
    assert_eq!(covered["totalCount"], 1);
    assert_eq!(covered["nodes"][0]["serviceUser"]["id"], json!(both));
    assert_eq!(covered["nodes"][0]["coveringFor"]["id"], json!(ann));
    assert_eq!(network.mine(&network.bea, false).await["totalCount"], 0);
    assert_eq!(network.mine(&network.ann, true).await["nodes"][0]["coveringFor"], Value::Null);
    assert_eq!(network.tasks_of(&network.bea, &hers).await, Vec::<Value>::new());
    let list =
        network.ask(&network.bea, "{ cover { id away { id } coveredBy { id } } }", json!({})).await["cover"].take();
    assert_eq!(list.as_array().unwrap().len(), 1);
    let end = format!("endCover(id: {})", list[0]["id"]);
    assert_eq!(network.change(&network.bea, &end).await[0]["code"], "NOT_FOUND", "who covers does not end it");
    assert_eq!(network.change(&network.ann, &end).await, json!([]));
    assert_eq!(network.mine(&network.bea, true).await["totalCount"], 0);
    // Handed over it is theirs.
    let task = network.task_of(&both, "OTHER").await;
    let to = format!(", to: {bea:?}");
    assert_eq!(network.does(&network.ann, "handOverTask", &task, &to).await["errors"], json!([]));
    let own = network.mine(&network.bea, true).await;
    assert_eq!((&own["totalCount"], &own["nodes"][0]["coveringFor"]), (&json!(1), &Value::Null));
}

#[tokio::test]
async fn what_can_not_be_said_is_told_with_its_field() {
    let network = Network::new().await;
    let id = network.eve().await;
    let cal = network.account(&network.cal).await;
    for (on, more, field) in [
        ("2026-10-21", String::new(), "input.releaseOn"),
        ("2028-11-22", String::new(), "input.releaseOn"),
        ("2027-01-01", ", fromPlace: \"\"".to_owned(), "input.fromPlace"),
        ("2027-01-01", format!(", owner: {cal:?}"), "input.owner"),
    ] {
        assert_eq!(network.released(&network.ann, &id, on, &more).await["errors"][0]["field"], field, "{on} {more}");
    }
    for (more, field) in [
        (json!({ "dueOn": "2026-11-20" }), "input.dueOn"),
        (json!({ "words": " " }), "input.words"),
        (json!({ "owner": cal }), "input.owner"),
    ] {
        assert_eq!(network.adds(&network.ann, &id, more.clone()).await["errors"][0]["field"], field, "{more}");
    }
    let task = network.adds(&network.ann, &id, json!({ "need": "housing.hostel" })).await["task"].take();
    assert_eq!((&task["category"], &task["words"]), (&json!("HOUSING"), &json!("Ring the hostel.")));
    let task = task["id"].as_str().unwrap();
    let refused = network.does(&network.ann, "dropTask", task, ", words: \"\"").await;
    assert_eq!(refused["errors"][0]["field"], "input.words");
    let refused = network.does(&network.ann, "completeTask", task, ", doneOn: \"2026-11-22\"").await;
    assert_eq!(refused["errors"][0]["field"], "input.doneOn");
    let refused = network.does(&network.ann, "handOverTask", task, &format!(", to: {cal:?}")).await;
    assert_eq!(refused["errors"][0]["field"], "input.to");
    let refused = network.does(&network.ann, "reopenTask", task, "").await;
    assert_eq!(refused["errors"][0]["field"], "input.task");
}

/// Of two who say at once that it is done one wins.
#[tokio::test]
async fn of_two_at_once_one_wins() {
    let network = Network::new().await;
    let id = network.eve().await;
    let task = network.adds(&network.ann, &id, json!({})).await["task"]["id"].as_str().unwrap().to_owned();
    let (one, two) = tokio::join!(
        network.does(&network.ann, "completeTask", &task, ""),
        network.does(&network.ann, "dropTask", &task, ", words: \"Not now.\"")
    );
    let refused = [&one, &two].into_iter().filter(|done| done["errors"][0]["code"] == "BAD_VALUE").count();
    assert_eq!(refused, 1, "{one} {two}");
    assert_eq!(network.tasks_of(&network.ann, &id).await[0]["history"].as_array().unwrap().len(), 2);
}

/// An easement makes a task for before it ends; the usual length is a default.
#[tokio::test]
async fn an_easement_makes_a_task() {
    let network = Network::new().await;
    let id = network.eve().await;
    let add = async |more: &str| {
        let query = format!(
            "mutation {{ addEasement(input: {{ serviceUser: {id:?}, beginsOn: \"2026-11-21\" {more} }}) \
             {{ easement {{ id kind endsOn }} errors {{ code field }} }} }}"
        );
        network.ask(&network.ann, &query, json!({})).await["addEasement"].take()
    };
    assert_eq!(add(", kind: HOMELESSNESS").await["errors"][0]["field"], "input.endsOn");
    let usual = add(", kind: DOMESTIC_ABUSE").await["easement"].take();
    assert_eq!(usual["endsOn"], "2027-02-19", "thirteen weeks");
    assert_eq!(add(", kind: HOMELESSNESS, endsOn: \"2026-11-28\"").await["errors"], json!([]));
    let wanted = [("EASEMENT_ENDS", "2026-11-21", "OPEN"), ("EASEMENT_ENDS", "2027-02-05", "OPEN")];
    assert_eq!(days(&network.tasks_of(&network.ann, &id).await), told(&wanted));
    assert_eq!(network.change(&network.ann, &format!("takeBackEasement(id: {})", usual["id"])).await, json!([]));
    assert_eq!(network.tasks_of(&network.ann, &id).await[1]["state"], "CANCELLED");
    let list = "query($id: ID!) { easementsOf(serviceUser: $id) { kind endsOn } }";
    let left = network.ask(&network.ann, list, json!({ "id": id })).await["easementsOf"].take();
    assert_eq!(left, json!([{ "kind": "HOMELESSNESS", "endsOn": "2026-11-28" }]));
}

/// A task of others is not there, in answer and in statements.
#[tokio::test]
async fn a_task_of_others_is_not_there() {
    let network = Network::new().await;
    let id = network.eve().await;
    let task = network.adds(&network.ann, &id, json!({})).await["task"]["id"].as_str().unwrap().to_owned();
    network.released(&network.ann, &id, "2027-01-10", "").await;
    let nobody = NodeId::Task(TaskId(network.app.clock.new_id())).encode().0;
    for token in [&network.bea, &network.cal, &network.sam] {
        let mut counted = Vec::new();
        for of in [&task, &nobody] {
            let before = network.app.db().statements();
            let seen = network.ask(token, "query($id: ID!) { task(id: $id) { id words } }", json!({ "id": of })).await;
            assert_eq!(seen["task"], Value::Null);
            counted.push(network.app.db().statements() - before);
        }
        assert_eq!(counted[0], counted[1]);
        assert_eq!(network.tasks_of(token, &id).await, Vec::<Value>::new());
        assert_eq!(network.releases_of(token, &id).await, json!([]));
    }
    for token in [&network.bea, &network.cal] {
        let mut counted = Vec::new();
        for of in [&task, &nobody] {
            let before = network.app.db().statements();
            let done = network.does(token, "completeTask", of, "").await;
            assert_eq!((&done["errors"][0]["code"], &done["errors"][0]["field"]), (&json!("NOT_FOUND"), &Value::Null));
            counted.push(network.app.db().statements() - before);
        }
        assert_eq!(counted[0], counted[1]);
    }
    let by_sam = network.app.refused(
        As::token(&network.sam),
        "mutation($id: ID!) { completeTask(input: { task: $id }) { errors { code } } }",
        json!({ "id": task }),
    );
    assert_eq!(by_sam.await, "FORBIDDEN", "for who works with them");
}

/// Every step from every state, against the words of the design.
#[test]
fn the_table_of_steps_is_that_of_the_design() {
    for step in T::ALL {
        for from in S::ALL {
            let wanted = match (step, from) {
                (T::Completed, S::Open) => Some(S::Done),
                (T::Dropped, S::Open) => Some(S::NotNeeded),
                (T::Reopened, S::Done | S::NotNeeded) | (T::HandedOver | T::Moved, S::Open) => Some(S::Open),
                (T::Cancelled, S::Open) => Some(S::Cancelled),
                _ => None,
            };
            let found = transition(*step, *from);
            assert_eq!(found.ok().map(|found| found.to), wanted, "{step:?} {from:?}");
            if let Ok(found) = found {
                assert_eq!(found.wants_words, *step == T::Dropped, "{step:?}");
            }
        }
    }
}

/// The end of the day after release is midnight in London, on days of 23 and 25 hours too.
#[test]
fn the_first_contact_is_due_by_midnight_in_london() {
    let at = |text: &str| Millis::from(text.parse::<chrono::DateTime<chrono::Utc>>().unwrap());
    for (released, due_by, begins) in [
        ("2026-11-22", "2026-11-24T00:00:00Z", "2026-11-22T00:00:00Z"),
        // The clocks go forward in the night to the Sunday after.
        ("2027-03-27", "2027-03-28T23:00:00Z", "2027-03-27T00:00:00Z"),
        ("2027-10-30", "2027-11-01T00:00:00Z", "2027-10-29T23:00:00Z"),
    ] {
        let state = |now: i64| first_contact(day(released), &[], &[], Millis(now)).state;
        let (due_by, begins) = (at(due_by).0, at(begins).0);
        assert_eq!((state(begins - 1), state(begins)), (Contact::NotYetDue, Contact::Due), "{released}");
        assert_eq!((state(due_by - 1), state(due_by)), (Contact::Due, Contact::Overdue), "{released}");
        assert_eq!(first_contact(day(released), &[], &[], Millis(begins)).due_by, Millis(due_by));
        let came = |at: i64| first_contact(day(released), &[], &[Millis(at)], Millis(due_by)).state;
        assert_eq!((came(begins - 1), came(begins)), (Contact::Overdue, Contact::Made), "{released}");
    }
    let made =
        first_contact(day("2026-11-22"), &[day("2026-11-25"), day("2026-11-21")], &[], at("2026-11-26T00:00:00Z"));
    assert_eq!((made.state, made.made_on), (Contact::Made, Some(day("2026-11-25"))), "late is made");
}

#[test]
fn days_are_held_to_their_bounds() {
    let today = day("2026-11-21");
    assert_eq!(GATE_TASKS.len(), 5);
    assert_eq!(due_on(day("2026-11-30"), -28, today), today);
    let field = |checked: Result<(), signpost::people::contents::Wrong>| checked.err().map(|wrong| wrong.field);
    assert_eq!(field(check_release(day("2026-10-22"), today)), None);
    assert!(field(check_release(day("2026-10-21"), today)).is_some());
    assert_eq!(field(check_release(day("2028-11-21"), today)), None);
    assert!(field(check_release(day("2028-11-22"), today)).is_some());
    assert_eq!((field(check_due(today, today)), field(check_done(today, today))), (None, None));
    assert!(
        field(check_due(day("2026-11-20"), today)).is_some() && field(check_done(day("2026-11-22"), today)).is_some()
    );
    assert_eq!(field(check_span(day("2026-11-21"), day("2026-11-20"), today)), Some("endsOn".to_owned()));
    assert_eq!(usual_end(EasementKind::DrugAlcoholTreatment, today), Some(day("2027-05-20")));
    assert_eq!(usual_end(EasementKind::Homelessness, today), None);
    assert!(!GATE_TASKS.iter().any(|one| one.kind == TaskKind::Other || one.kind == TaskKind::EasementEnds));
}
