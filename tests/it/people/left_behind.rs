//! What workers leave behind who leave, hand people on, or are kept out: it stands in the day of who has them now. And a case
//! that is opened again opens nothing more than there was.

use chrono::TimeDelta;
use entity::enums::{RelationshipKind, Role};
use entity::ids::{AccountId, RelationshipId, ServiceUserId};
use entity::{relationship, service_user};
use migration::{Migrator, MigratorTrait as _};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use signpost::api::ids::NodeId;
use signpost::clock::Clock;
use signpost::people::People;
use signpost::people::caseload::Whose;
use signpost::people::contents::Identity;
use signpost::people::entering::Worker;

use super::consents::agency;
use super::graph::Network;
use super::my_day::done;
use crate::access::stored::insert;

/// A task, an appointment and a referral that was asked back; the global ids.
struct ToDo {
    task: Value,
    appointment: Value,
    referral: String,
}

/// What is still to be done for Ida, who is on Ann's caseload, by Ann.
async fn to_do(network: &Network, id: &str) -> ToDo {
    let add = format!("addTask(input: {{ serviceUser: {id:?}, words: \"Ring.\", dueOn: \"2026-11-24\" }})");
    let task = done(network, &network.ann, &add, "task { id }").await["task"]["id"].take();
    let book = format!(
        "bookAppointment(input: {{ serviceUser: {id:?}, kind: ONE_TO_ONE, delivery: IN_PERSON, \
         startsAt: \"2026-11-24T10:00:00Z\", endsAt: \"2026-11-24T11:00:00Z\" }})"
    );
    let appointment = done(network, &network.ann, &book, "appointment { id }").await["appointment"]["id"].take();
    let referral = network.sent(id).await;
    let asked = network.stepped(&network.cal, "requestReferralInformation", &referral, ", words: \"Which?\"").await;
    assert_eq!(asked["errors"], json!([]));
    ToDo { task, appointment, referral }
}

/// The day of the task and the appointment, as somebody has it: which they are, and whose.
async fn day(network: &Network, token: &str) -> [Vec<(Value, Value)>; 3] {
    let query = "{ myDay(on: \"2026-11-24\") { tasks { nodes { id owner { id } coveringFor { id } } } \
        appointments { nodes { id with { id } } } \
        referralsToAnswer { nodes { waitsFor referral { id owner { account { id } } } } } } }";
    let day = network.ask(token, query, json!({})).await["myDay"].take();
    let of = |list: &str, id: &str, whose: &str| -> Vec<(Value, Value)> {
        let nodes = day[list]["nodes"].as_array().unwrap();
        nodes.iter().map(|node| (node.pointer(id).unwrap().clone(), node.pointer(whose).unwrap().clone())).collect()
    };
    for task in day["tasks"]["nodes"].as_array().unwrap() {
        assert_eq!(task["coveringFor"], Value::Null, "nobody covers for anybody");
    }
    [
        of("tasks", "/id", "/owner/id"),
        of("appointments", "/id", "/with/id"),
        of("referralsToAnswer", "/referral/id", "/referral/owner/account/id"),
    ]
}

/// That all of it is in a day, somebody's.
fn all_of(to_do: &ToDo, whose: &str) -> [Vec<(Value, Value)>; 3] {
    let one = |id: Value| vec![(id, json!(whose))];
    [one(to_do.task.clone()), one(to_do.appointment.clone()), one(json!(to_do.referral))]
}

const NOTHING: [Vec<(Value, Value)>; 3] = [Vec::new(), Vec::new(), Vec::new()];

/// The last step of each, and who took it.
async fn last_steps(network: &Network, token: &str, to_do: &ToDo) -> [(Value, Value); 3] {
    let ToDo { task, appointment, referral } = to_do;
    let query = format!(
        "{{ task(id: {task}) {{ history {{ step by {{ id }} }} }} appointment(id: {appointment}) {{ history {{ step by {{ id }} }} }} \
         referral(id: {referral:?}) {{ history {{ step by {{ id }} }} }} }}"
    );
    let seen = network.ask(token, &query, json!({})).await;
    ["task", "appointment", "referral"].map(|of| {
        let last = seen[of]["history"].as_array().unwrap().last().unwrap();
        (last["step"].clone(), last["by"]["id"].clone())
    })
}

pub(super) async fn assign(network: &Network, by: &str, of: &str, to: &str, alone: bool) -> Value {
    let assign = format!("assignServiceUser(input: {{ serviceUser: {of:?}, to: {{ {to} }}, alone: {alone} }})");
    network.change(by, &assign).await
}

/// Moves a caseload of Ann's; how many were moved, and how many stayed.
async fn moves(network: &Network, to: &str) -> (Value, Value) {
    let ann = network.account(&network.ann).await;
    let all = format!("moveCaseload(input: {{ from: {{ account: {ann:?} }}, to: {{ {to} }} }})");
    let mut moved = done(network, &network.manager, &all, "moved stayed").await;
    (moved["moved"].take(), moved["stayed"].take())
}

/// A team of the first agency, to which these belong; its global id.
pub(super) async fn team(network: &Network, members: &[&str]) -> Value {
    let made = done(network, &network.manager, "createTeam(name: \"South\")", "teams { id }").await;
    let team = made["teams"][0]["id"].clone();
    for member in members {
        done(network, &network.manager, &format!("addToTeam(team: {team}, account: {member:?})"), "teams { id }").await;
    }
    team
}

pub(super) fn account(id: &str) -> AccountId {
    match NodeId::decode(id) {
        Some(NodeId::Account(id)) => id,
        other => panic!("{other:?}"),
    }
}

fn person(id: &str) -> ServiceUserId {
    match NodeId::decode(id) {
        Some(NodeId::ServiceUser(id)) => id,
        other => panic!("{other:?}"),
    }
}

/// They leave the agency, or come back to it.
pub(super) async fn works_there(network: &Network, who: &str, there: bool) {
    let (accounts, home) = (&network.app.app.accounts, Some(Network::agency(0)));
    if there {
        accounts.grant(None, account(who), home, Role::LinkWorker, None).await.unwrap();
    } else {
        assert!(accounts.end_role(account(who), home, Role::LinkWorker).await.unwrap());
    }
}

/// Tasks, appointments and referrals go with a caseload to another worker, each with a step that says so; what is done stays.
#[tokio::test]
async fn what_was_still_to_be_done_goes_with_a_caseload() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let (ann, bea) = (network.account(&network.ann).await, network.account(&network.bea).await);
    let manager = network.account(&network.manager).await;
    let left = to_do(&network, &id).await;
    let over = to_do(&network, &id).await;
    done(&network, &network.ann, &format!("completeTask(input: {{ task: {} }})", over.task), "task { id }").await;
    let cancel = format!("cancelAppointment(input: {{ appointment: {} }})", over.appointment);
    done(&network, &network.ann, &cancel, "appointment { id }").await;
    let withdrawn = network.stepped(&network.ann, "withdrawReferral", &over.referral, "").await;
    assert_eq!(withdrawn["errors"], json!([]));
    assert_eq!(day(&network, &network.ann).await, all_of(&left, &ann));
    assert_eq!(day(&network, &network.bea).await, NOTHING);
    assert_eq!(moves(&network, &format!("account: {bea:?}")).await, (json!(1), json!(0)));
    assert_eq!(day(&network, &network.ann).await, NOTHING);
    assert_eq!(day(&network, &network.bea).await, all_of(&left, &bea));
    let handed = (json!("HANDED_OVER"), json!(manager));
    assert_eq!(last_steps(&network, &network.bea, &left).await, [handed.clone(), handed.clone(), handed]);
    let stays = last_steps(&network, &network.bea, &over).await.map(|(step, _)| step);
    assert_eq!(stays, [json!("COMPLETED"), json!("CANCELLED"), json!("WITHDRAWN")]);
}

/// Whom another process has put on a caseload, by a clock that is ahead, goes with it, and whom it took off does not.
#[tokio::test]
async fn a_caseload_is_moved_as_of_the_last_change_of_each() {
    let network = Network::new().await;
    let (ann, bea) = (network.account(&network.ann).await, network.account(&network.bea).await);
    let ahead = Clock::manual(network.app.clock.now() + TimeDelta::minutes(5));
    let there = People::new(network.app.db().clone(), ahead, network.app.app.vault.clone());
    let worker = |id: &str| Worker { account: account(id), agency: Network::agency(0) };
    let named = Identity { given_names: "Una".to_owned(), ..Identity::default() };
    let una = NodeId::ServiceUser(there.enter(worker(&ann), named).await.unwrap()).encode().0;
    let taken_off = person(&network.person_called("Ida").await);
    there.assign(worker(&ann), taken_off, Whose::Account(account(&bea)), true).await.unwrap();
    assert_eq!(moves(&network, &format!("account: {bea:?}")).await, (json!(1), json!(0)));
    assert_eq!(network.see(&network.bea, &una).await["name"], "Una");
    assert_eq!(network.see(&network.ann, &una).await, Value::Null);
}

/// So they do where somebody is put on one caseload alone; while there is another who sees them they stay whose they are.
#[tokio::test]
async fn what_was_still_to_be_done_goes_to_whose_they_are_alone() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let (ann, bea) = (network.account(&network.ann).await, network.account(&network.bea).await);
    let left = to_do(&network, &id).await;
    let to_bea = format!("account: {bea:?}");
    assert_eq!(assign(&network, &network.ann, &id, &to_bea, false).await, json!([]));
    assert_eq!(day(&network, &network.ann).await, all_of(&left, &ann));
    assert_eq!(day(&network, &network.bea).await, NOTHING, "it is Ann's to do");
    assert_eq!(assign(&network, &network.ann, &id, &to_bea, true).await, json!([]));
    assert_eq!(day(&network, &network.ann).await, NOTHING);
    assert_eq!(day(&network, &network.bea).await, all_of(&left, &bea));
    let handed = (json!("HANDED_OVER"), json!(ann));
    assert_eq!(last_steps(&network, &network.bea, &left).await, [handed.clone(), handed.clone(), handed]);
}

/// A team answers for nothing by itself: what is left goes by everybody who belongs to it, until one takes it.
#[tokio::test]
async fn what_goes_to_a_team_is_left_to_all_of_it() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let (ann, bea) = (network.account(&network.ann).await, network.account(&network.bea).await);
    let jo = network.app.signed_in("jo@example.org", Role::LinkWorker, Some(Network::agency(0))).await;
    let jo_id = network.account(&jo).await;
    let left = to_do(&network, &id).await;
    let team = team(&network, &[&bea, &jo_id]).await;
    assert_eq!(moves(&network, &format!("team: {team}")).await, (json!(1), json!(0)));
    assert_eq!(day(&network, &network.ann).await, NOTHING);
    for token in [&network.bea, &jo] {
        assert_eq!(day(&network, token).await, all_of(&left, &ann), "nobody answers for it who sees her");
    }
    let take = format!("handOverTask(input: {{ task: {}, to: {jo_id:?} }})", left.task);
    done(&network, &network.bea, &take, "task { id }").await;
    assert_eq!(day(&network, &network.bea).await[0], NOTHING[0]);
    assert_eq!(day(&network, &jo).await[0], [(left.task.clone(), json!(jo_id))]);
    // From the team to one of it: what Jo took goes with her, for Jo has her no more.
    let to_bea = format!("moveCaseload(input: {{ from: {{ team: {team} }}, to: {{ account: {bea:?} }} }})");
    done(&network, &network.manager, &to_bea, "moved stayed").await;
    assert_eq!(day(&network, &jo).await, NOTHING);
    assert_eq!(day(&network, &network.bea).await[0], [(left.task.clone(), json!(bea))]);
}

/// What nobody answers for who still works with them is in the day of everybody who does, and of nobody else: somebody was
/// taken off, left the agency, is kept out.
#[tokio::test]
async fn what_nobody_answers_for_any_more_is_in_the_day_of_all_who_work_with_them() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let (ann, bea) = (network.account(&network.ann).await, network.account(&network.bea).await);
    let jo = network.app.signed_in("jo@example.org", Role::LinkWorker, Some(Network::agency(0))).await;
    let left = to_do(&network, &id).await;
    assert_eq!(assign(&network, &network.ann, &id, &format!("account: {bea:?}"), false).await, json!([]));
    let to_ann = format!("account: {ann:?}");
    let is_left = async |why: &str| {
        assert_eq!(day(&network, &network.bea).await, all_of(&left, &ann), "{why}");
        assert_eq!(day(&network, &jo).await, NOTHING, "{why}: she does not work with her");
    };
    let is_anns = async |why: &str| {
        assert_eq!(day(&network, &network.ann).await, all_of(&left, &ann), "{why}");
        assert_eq!(day(&network, &network.bea).await, NOTHING, "{why}");
    };
    is_anns("Ann works with her").await;
    let seen = network.see(&network.bea, &id).await;
    let places = seen["caseloads"].as_array().unwrap();
    let of_ann = places.iter().find(|place| place["keyWorker"]["id"] == json!(ann)).unwrap();
    assert_eq!(network.change(&network.bea, &format!("endAssignment(id: {})", of_ann["id"])).await, json!([]));
    is_left("taken off").await;
    assert_eq!(assign(&network, &network.bea, &id, &to_ann, false).await, json!([]));
    is_anns("put on again").await;
    works_there(&network, &ann, false).await;
    is_left("left the agency").await;
    works_there(&network, &ann, true).await;
    is_anns("came back").await;
    let out = format!("keepOut(input: {{ serviceUser: {id:?}, whom: {{ account: {ann:?} }} }})");
    assert_eq!(network.change(&network.bea, &out).await, json!([]));
    // Whom she keeps out she is not to meet: that was called off.
    let [tasks, _, referrals] = all_of(&left, &ann);
    assert_eq!(day(&network, &network.bea).await, [tasks, Vec::new(), referrals], "kept out");
    assert_eq!(day(&network, &jo).await, NOTHING, "she does not work with her");
}

/// Nobody is given to whom they keep out: they stay where somebody sees them, and only how many is told.
#[tokio::test]
async fn who_keeps_the_other_out_stays_where_they_are() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let other = network.enter(&network.ann, json!({ "givenNames": "Una" })).await;
    let (ann, bea) = (network.account(&network.ann).await, network.account(&network.bea).await);
    let left = to_do(&network, &id).await;
    let out = format!("keepOut(input: {{ serviceUser: {id:?}, whom: {{ account: {bea:?} }} }})");
    assert_eq!(network.change(&network.ann, &out).await, json!([]));
    let to_bea = format!("account: {bea:?}");
    assert_eq!(moves(&network, &to_bea).await, (json!(1), json!(1)));
    assert_eq!(network.see(&network.bea, &other).await["name"], "Una");
    assert_eq!(network.see(&network.ann, &id).await["name"], "Ida Crow");
    assert_eq!(day(&network, &network.ann).await, all_of(&left, &ann));
    let alone = assign(&network, &network.ann, &id, &to_bea, true).await;
    assert_eq!((&alone[0]["code"], &alone[0]["field"]), (&json!("BAD_VALUE"), &json!("input.to.account")));
    let team = team(&network, &[&bea]).await;
    assert_eq!(moves(&network, &format!("team: {team}")).await, (json!(0), json!(1)), "nobody else is in it");
    // Nor is a case opened with whom they keep out: nobody could open it again.
    network.stepped(&network.ann, "withdrawReferral", &left.referral, "").await;
    let cancel = format!("cancelAppointment(input: {{ appointment: {} }})", left.appointment);
    done(&network, &network.ann, &cancel, "appointment { id }").await;
    assert_eq!(network.change(&network.ann, &format!("closeCase(serviceUser: {id:?})")).await, json!([]));
    let reopen = |to: &str| format!("reopenCase(input: {{ serviceUser: {id:?}, to: {{ account: {to:?} }} }})");
    assert_eq!(network.change(&network.manager, &reopen(&bea)).await[0]["field"], "input.to.account");
    assert_eq!(network.change(&network.manager, &reopen(&ann)).await, json!([]));
    assert_eq!(network.see(&network.ann, &id).await["name"], "Ida Crow");
}

/// Nobody is told that it is they who are kept out: the case of who does is not there for them, and how many stayed is not said
/// where they move a caseload to themselves.
#[tokio::test]
async fn nobody_is_told_that_it_is_they_who_are_kept_out() {
    let network = Network::new().await;
    let id = network.enter(&network.ann, json!({ "givenNames": "Ida", "familyName": "Crow" })).await;
    let (ann, manager) = (network.account(&network.ann).await, network.account(&network.manager).await);
    let out = format!("keepOut(input: {{ serviceUser: {id:?}, whom: {{ account: {manager:?} }} }})");
    assert_eq!(network.change(&network.ann, &out).await, json!([]));
    // Whoever runs a small agency works with people as well.
    works_there(&network, &manager, true).await;
    assert_eq!(moves(&network, &format!("account: {manager:?}")).await, (json!(0), Value::Null));
    assert_eq!(network.see(&network.ann, &id).await["name"], "Ida Crow");
    assert_eq!(network.change(&network.ann, &format!("closeCase(serviceUser: {id:?})")).await, json!([]));
    let reopen = |of: &str| format!("reopenCase(input: {{ serviceUser: {of:?}, to: {{ account: {ann:?} }} }})");
    let refused = network.change(&network.manager, &reopen(&id)).await;
    assert_eq!(refused[0]["code"], "NOT_FOUND");
    let nobody = NodeId::ServiceUser(ServiceUserId(uuid::Uuid::from_u128(99))).encode().0;
    assert_eq!(refused, network.change(&network.manager, &reopen(&nobody)).await, "as of nobody");
}

/// Whose key worker left, or is kept out, is the team's to look after.
#[tokio::test]
async fn who_left_is_nobodys_key_worker() {
    let network = Network::new().await;
    let id = network.enter(&network.ann, json!({ "givenNames": "Eve" })).await;
    let (ann, bea) = (network.account(&network.ann).await, network.account(&network.bea).await);
    let team = team(&network, &[&bea]).await;
    assert_eq!(assign(&network, &network.ann, &id, &format!("team: {team}"), false).await, json!([]));
    let due = async || {
        let query = "{ myDay { reviewsOverdue { serviceUsers { nodes { id } } } } }";
        let day = network.ask(&network.bea, query, json!({})).await;
        day["myDay"]["reviewsOverdue"]["serviceUsers"]["nodes"].as_array().unwrap().len()
    };
    assert_eq!(due().await, 0, "Ann is her key worker");
    works_there(&network, &ann, false).await;
    assert_eq!(due().await, 1, "who left looks after nobody");
    works_there(&network, &ann, true).await;
    assert_eq!(due().await, 0);
    let out = format!("keepOut(input: {{ serviceUser: {id:?}, whom: {{ account: {ann:?} }} }})");
    assert_eq!(network.change(&network.bea, &out).await, json!([]));
    assert_eq!(due().await, 1, "nor does who is kept out");
}

/// The receiver of a narrow referral that is over opens the case again: it sees what the referral disclosed while that counts,
/// and nothing more; and later it takes a new referral. Who entered them opens it whenever they come back.
#[tokio::test]
async fn a_case_opened_again_by_the_receiver_opens_nothing_more() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let max = network.app.token("max@example.org").await;
    let assessed = json!({ "assessment": { "category": "OFFENDING", "tool": "OASys", "assessedOn": "2026-11-20", "summary": "Low." } });
    assert_eq!(network.record(&network.ann, &id, assessed).await["errors"], json!([]));
    let asked = json!({ "serviceUser": id, "kind": "PERMIT", "agencies": [agency(Network::agency(1))],
        "categories": ["IDENTITY", "HOUSING", "OFFENDING"], "purposes": ["REFERRAL"], "until": "2027-11-01T00:00:00Z" });
    assert_eq!(network.give(&network.ann, &asked, json!({ "method": "SPOKEN" })).await["errors"], json!([]));
    let referral = network.sent(&id).await;
    for (step, input) in [
        ("acceptReferral", ""),
        ("startReferral", ""),
        ("recordReferralOutcome", ", achieved: FULLY"),
        ("closeReferral", ""),
    ] {
        assert_eq!(network.stepped(&network.cal, step, &referral, input).await["errors"], json!([]), "{step}");
    }
    let cal = network.account(&network.cal).await;
    let close = format!("closeCase(serviceUser: {id:?})");
    let reopen = format!("reopenCase(input: {{ serviceUser: {id:?}, to: {{ account: {cal:?} }} }})");
    let seen = async |token: &str| {
        let query = format!("{{ serviceUser(id: {id:?}, purpose: REFERRAL) {{ name assessments {{ summary }} }} }}");
        network.ask(token, &query, json!({})).await["serviceUser"].take()
    };
    let narrow = json!({ "name": "Ida Crow", "assessments": [] });
    assert_eq!(network.change(&network.cal, &close).await, json!([]));
    assert_eq!(network.change(&max, &reopen).await, json!([]));
    assert_eq!(seen(&network.cal).await, narrow, "what the referral disclosed");
    let note = network.record(&network.cal, &id, json!({ "note": { "text": "Came back." } })).await;
    assert_eq!(note["errors"], json!([]), "their own work goes on");
    // To the millisecond of the ten days for which what is over still counts.
    assert_eq!(network.change(&network.cal, &close).await, json!([]));
    network.app.clock.advance(TimeDelta::days(10) - TimeDelta::milliseconds(1));
    let (cal, max) = (network.app.token("cal@example.org").await, network.app.token("max@example.org").await);
    assert_eq!(network.change(&max, &reopen).await, json!([]));
    assert_eq!(network.change(&cal, &close).await, json!([]));
    network.app.clock.advance(TimeDelta::milliseconds(1));
    let refused = network.change(&max, &reopen).await;
    assert_eq!((&refused[0]["code"], &refused[0]["field"]), (&json!("BAD_VALUE"), &json!("input.serviceUser")));
    assert!(refused[0]["message"].as_str().unwrap().contains("new referral"), "{refused}");
    assert_eq!(seen(&cal).await, Value::Null);
    let (ann, mo) = (network.app.token("ann@example.org").await, network.app.token("mo@example.org").await);
    let back = network.account(&ann).await;
    assert_eq!(network.change(&ann, &close).await, json!([]));
    let reopen = format!("reopenCase(input: {{ serviceUser: {id:?}, to: {{ account: {back:?} }} }})");
    assert_eq!(network.change(&mo, &reopen).await, json!([]));
    assert_eq!(seen(&ann).await["assessments"], json!([{ "summary": "Low." }]));
}

/// Those that were made before are gone with the migration, and nothing else is.
#[tokio::test]
async fn what_cases_of_others_people_opened_is_taken_back() {
    let network = Network::new().await;
    let id = network.enter(&network.ann, json!({ "givenNames": "Sam" })).await;
    network.refer(&id, Network::agency(1)).await;
    let of = person(&id);
    let rows = async || {
        let rows = relationship::Entity::find().all(network.app.db().connection()).await.unwrap();
        let mut rows: Vec<_> = rows.into_iter().map(|row| (row.agency_id, row.kind.as_str())).collect();
        rows.sort_unstable();
        rows
    };
    let epoch = async || {
        let found = service_user::Entity::find_by_id(of).one(network.app.db().connection()).await.unwrap();
        found.unwrap().epoch
    };
    let (before, count) = (rows().await, epoch().await);
    assert_eq!(before.len(), 2, "{before:?}");
    let made = |closed_at| relationship::Model {
        id: RelationshipId(network.app.clock.new_id()),
        service_user_id: of,
        recorded_for: of,
        agency_id: Network::agency(1),
        kind: RelationshipKind::Assignment,
        opened_at: network.app.clock.now().into(),
        closed_at,
    };
    let closed = Some(network.app.clock.now().into());
    insert(network.app.db().connection(), vec![made(None), made(closed)]).await;
    let all = Migrator::migrations();
    let place = all.iter().position(|one| one.name() == "m20261124_000024_reopened").unwrap();
    network.app.db().migrate_down(Some(u32::try_from(all.len() - place).unwrap())).await.unwrap();
    network.app.db().migrate_up().await.unwrap();
    assert_eq!((rows().await, epoch().await), (before, count + 1));
}
