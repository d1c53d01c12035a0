//! A day as clients see it: each thing is due until it is done; what is others' is not in it; and it costs the same, however
//! much is due.

use chrono::TimeDelta;
use entity::enums::Role;
use serde_json::{Value, json};
use signpost::directory::store::agency_id;

use super::consents::{agency, terms};
use super::graph::Network;
use crate::support::accounts::As;
use crate::support::listings::service;
use crate::support::source;

const DAY: &str = "on \
    referralsToAnswer { more nodes { waitsFor referral { id serviceUser { id name } } } } \
    consentsRunningOut { more nodes { serviceUser { id } consent { id } } } \
    listingsToConfirm { more nodes { version service { id name } groups { group state } } } \
    firstContacts { more nodes { id serviceUser { id } } } \
    tasks { more nodes { id dueOn coveringFor { id } serviceUser { id } } } \
    appointments { more nodes { id startsAt serviceUser { id } } } \
    reviewsOverdue { agreements { more nodes { agreement { id } version { id reviewOn } } } \
        serviceUsers { more nodes { id name } } } \
    signposts { more nodes { id helped linkUntil } }";

/// The lists of a day, by the path to each.
const LISTS: [&str; 9] = [
    "/referralsToAnswer",
    "/consentsRunningOut",
    "/listingsToConfirm",
    "/firstContacts",
    "/tasks",
    "/appointments",
    "/reviewsOverdue/agreements",
    "/reviewsOverdue/serviceUsers",
    "/signposts",
];

async fn my_day(network: &Network, token: &str) -> Value {
    network.ask(token, &format!("{{ myDay {{ {DAY} }} }}"), json!({})).await["myDay"].take()
}

/// What stands in a list of a day.
fn nodes<'d>(day: &'d Value, list: &str) -> &'d Vec<Value> {
    day.pointer(list).unwrap()["nodes"].as_array().unwrap()
}

/// What something in each entry of a list says.
fn each(day: &Value, list: &str, at: &str) -> Vec<Value> {
    nodes(day, list).iter().map(|node| node.pointer(at).unwrap().clone()).collect()
}

/// How many stand in each list.
fn counts(day: &Value) -> [usize; 9] {
    LISTS.map(|list| nodes(day, list).len())
}

/// Does something; gives the whole payload, which has no errors.
pub(super) async fn done(network: &Network, token: &str, field: &str, shown: &str) -> Value {
    let query = format!("mutation {{ {field} {{ {shown} errors {{ code field message }} }} }}");
    let mut answer = network.ask(token, &query, json!({})).await;
    let payload = answer.as_object_mut().unwrap().values_mut().next().unwrap().take();
    assert_eq!(payload["errors"], json!([]), "{field}");
    payload
}

/// A task that is due on the day; its id.
async fn task(network: &Network, token: &str, of: &str) -> Value {
    let add = format!("addTask(input: {{ serviceUser: {of:?}, words: \"Ring.\", dueOn: \"2026-11-24\" }})");
    done(network, token, &add, "task { id }").await["task"]["id"].clone()
}

/// An appointment that begins at an instant; its id.
async fn appointment(network: &Network, token: &str, of: &str, on: &str) -> Value {
    let book = format!(
        "bookAppointment(input: {{ serviceUser: {of:?}, kind: ONE_TO_ONE, delivery: IN_PERSON, \
         startsAt: \"{on}T22:00:00Z\", endsAt: \"{on}T23:00:00Z\" }})"
    );
    done(network, token, &book, "appointment { id }").await["appointment"]["id"].clone()
}

/// A permit to the second agency; its id.
async fn permit(network: &Network, token: &str, of: &str, until: &str) -> Value {
    let asked = json!({ "serviceUser": of, "kind": "PERMIT", "agencies": [agency(Network::agency(1))],
        "categories": ["IDENTITY"], "purposes": ["REFERRAL"], "until": until });
    let given = network.give(token, &asked, json!({ "method": "SPOKEN" })).await;
    assert_eq!(given["errors"], json!([]));
    given["id"].clone()
}

/// A signpost to the one service there is, with a link for so many days; its id.
async fn signpost(network: &Network, token: &str, of: &str, days: i32) -> Value {
    let listed = network.ask(token, "{ services(first: 1) { nodes { id } } }", json!({})).await;
    let giving = json!({ "serviceUser": of, "linkDays": days,
        "services": [{ "service": listed["services"]["nodes"][0]["id"] }] });
    let query = "mutation($giving: GiveSignpostInput!) { giveSignpost(input: { needs: [\"housing\"] }, giving: $giving) \
        { signpost { id } errors { code field message } } }";
    let given = network.ask(token, query, json!({ "giving": giving })).await["giveSignpost"].take();
    assert_eq!(given["errors"], json!([]));
    given["signpost"]["id"].clone()
}

/// That a service user was released on a day; the id of the release.
async fn released(network: &Network, token: &str, of: &str, on: &str) -> Value {
    let say = format!("setReleaseDate(input: {{ serviceUser: {of:?}, releaseOn: {on:?} }})");
    done(network, token, &say, "release { id }").await["release"]["id"].clone()
}

/// Somebody was assessed.
async fn assessed(network: &Network, token: &str, of: &str) {
    let contents = json!({ "assessment": { "category": "SUBSTANCE_USE", "tool": "initial", "assessedOn": "2026-11-20",
        "summary": "Doing well." } });
    assert_eq!(network.record(token, of, contents).await["errors"], json!([]));
}

async fn assign(network: &Network, token: &str, of: &str, to: &str) {
    let field = format!("assignServiceUser(input: {{ serviceUser: {of:?}, to: {{ account: {to:?} }} }})");
    assert_eq!(network.change(token, &field).await, json!([]));
}

/// Sent, asked back, offered, taken over, told, taken on: it waits each time for whom it waits.
#[tokio::test]
async fn a_referral_is_due_to_whom_it_waits_for() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let referral = network.sent(&id).await;
    let due = async |token: &str| {
        let day = my_day(&network, token).await;
        let which = each(&day, "/referralsToAnswer", "/referral/id");
        assert!(which.iter().all(|id| *id == json!(referral)), "{which:?}");
        each(&day, "/referralsToAnswer", "/waitsFor")
    };
    let nothing = Vec::<Value>::new();
    assert_eq!((due(&network.ann).await, due(&network.bea).await), (nothing.clone(), nothing.clone()));
    assert_eq!(due(&network.cal).await, [json!(["ANSWER"])]);
    let day = my_day(&network, &network.cal).await;
    assert_eq!(each(&day, "/referralsToAnswer", "/referral/serviceUser/name"), [json!("Ida Crow")]);
    let wants = ", words: \"Which hostel was it?\"";
    network.stepped(&network.cal, "requestReferralInformation", &referral, wants).await;
    assert_eq!((due(&network.ann).await, due(&network.cal).await), (vec![json!(["INFORMATION"])], nothing.clone()));
    // Whoever covers for her is told of it too, once they work with Ida.
    let (ann, bea) = (network.account(&network.ann).await, network.account(&network.bea).await);
    let cover = format!(
        "setCover(input: {{ away: {ann:?}, coveredBy: {bea:?}, beginsOn: \"2026-11-21\", endsOn: \"2026-11-21\" }})"
    );
    let cover = done(&network, &network.ann, &cover, "cover { id }").await["cover"][0]["id"].clone();
    assert_eq!(due(&network.bea).await, nothing, "cover widens nothing");
    assign(&network, &network.ann, &id, &bea).await;
    assert_eq!(due(&network.bea).await, [json!(["INFORMATION"])]);
    done(&network, &network.ann, &format!("endCover(id: {cover})"), "cover { id }").await;
    assert_eq!(due(&network.bea).await, nothing, "it is Ann's to answer");
    let offered = network.stepped(&network.ann, "offerReferral", &referral, &format!(", to: {bea:?}")).await;
    assert_eq!(offered["errors"], json!([]));
    assert_eq!(
        (due(&network.ann).await, due(&network.bea).await),
        (vec![json!(["INFORMATION"])], vec![json!(["TAKING_OVER"])])
    );
    done(&network, &network.bea, &format!("takeOverReferral(id: {referral:?})"), "referral { id }").await;
    assert_eq!((due(&network.ann).await, due(&network.bea).await), (nothing.clone(), vec![json!(["INFORMATION"])]));
    let answers = ", words: \"The one by the station.\"";
    network.stepped(&network.bea, "giveReferralInformation", &referral, answers).await;
    assert_eq!((due(&network.bea).await, due(&network.cal).await), (nothing.clone(), vec![json!(["ANSWER"])]));
    let accepted = network.stepped(&network.cal, "acceptReferral", &referral, "").await;
    assert_eq!((&accepted["errors"], due(&network.cal).await), (&json!([]), nothing));
}

/// What nobody answered in time waits for nobody, and what a service user keeps somebody out of is not theirs.
#[tokio::test]
async fn what_has_expired_and_who_is_kept_out() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    network.sent(&id).await;
    let cal = network.account(&network.cal).await;
    let out = format!("keepOut(input: {{ serviceUser: {id:?}, whom: {{ account: {cal:?} }} }})");
    assert_eq!(nodes(&my_day(&network, &network.cal).await, "/referralsToAnswer").len(), 1);
    assert_eq!(network.change(&network.ann, &out).await, json!([]));
    assert_eq!(nodes(&my_day(&network, &network.cal).await, "/referralsToAnswer").len(), 0);
    let other = network.app.signed_in("cyd@example.org", Role::LinkWorker, Some(Network::agency(1))).await;
    assert_eq!(nodes(&my_day(&network, &other).await, "/referralsToAnswer").len(), 1);
    network.app.clock.advance(TimeDelta::days(60));
    let other = network.app.token("cyd@example.org").await;
    assert_eq!(nodes(&my_day(&network, &other).await, "/referralsToAnswer").len(), 0);
}

/// Each thing is made, is due, is done, and is gone.
#[tokio::test]
async fn what_is_due_is_gone_once_it_is_done() {
    let network = Network::new().await;
    network.app.save(&[service("beds", "Beds", "housing.hostel")]).await;
    let other = network.other_manager().await;
    network.agree(&network.manager, &other, terms(Network::agency(0), Network::agency(1))).await;
    let ann = network.ann.as_str();
    let day = my_day(&network, ann).await;
    assert_eq!((counts(&day), &day["on"]), ([0; 9], &json!("2026-11-21")));
    let id = network.enter(ann, json!({ "givenNames": "Eve", "familyName": "Gray" })).await;
    // Care: nobody assessed her.
    assert_eq!(each(&my_day(&network, ann).await, "/reviewsOverdue/serviceUsers", "/name"), [json!("Eve Gray")]);
    assessed(&network, ann, &id).await;
    assert_eq!(counts(&my_day(&network, ann).await), [0; 9]);
    // A permit, to the millisecond of fourteen days.
    let soon = permit(&network, ann, &id, "2026-12-05T20:00:00Z").await;
    permit(&network, ann, &id, "2026-12-05T20:00:01Z").await;
    assert_eq!(each(&my_day(&network, ann).await, "/consentsRunningOut", "/consent/id"), std::slice::from_ref(&soon));
    assert_eq!(network.change(ann, &format!("withdrawConsent(id: {soon})")).await, json!([]));
    assert_eq!(counts(&my_day(&network, ann).await), [0; 9]);
    // A signpost whose link runs out, and one that did not help.
    let given = signpost(&network, ann, &id, 3).await;
    let later = signpost(&network, ann, &id, 4).await;
    assert_eq!(each(&my_day(&network, ann).await, "/signposts", "/id"), std::slice::from_ref(&given));
    let renew = format!("renewSignpostLink(input: {{ signpost: {given}, linkDays: 28 }})");
    done(&network, ann, &renew, "signpost { id }").await;
    assert_eq!(counts(&my_day(&network, ann).await), [0; 9]);
    for helped in ["NOT_TRIED", "PARTLY", "YES", "NO"] {
        let say = format!("saySignpostHelped(input: {{ signpost: {later}, helped: {helped} }})");
        assert_eq!(network.change(ann, &say).await, json!([]));
        let wanted = if helped == "NO" { vec![later.clone()] } else { Vec::new() };
        assert_eq!(each(&my_day(&network, ann).await, "/signposts", "/id"), wanted, "{helped}");
    }
    signpost(&network, ann, &id, 28).await;
    assert_eq!(counts(&my_day(&network, ann).await), [0; 9], "she was told of something else");
    // A task, and an appointment, of the day that is asked about.
    let on = async |on: &str| {
        network.ask(ann, &format!("{{ myDay(on: {on:?}) {{ {DAY} }} }}"), json!({})).await["myDay"].take()
    };
    let (to_do, to_meet) = (task(&network, ann, &id).await, appointment(&network, ann, &id, "2026-11-24").await);
    assert_eq!(counts(&my_day(&network, ann).await), [0; 9]);
    assert_eq!(counts(&on("2026-11-23").await), [0; 9]);
    let there = on("2026-11-24").await;
    assert_eq!(
        (each(&there, "/tasks", "/id"), each(&there, "/appointments", "/id")),
        (vec![to_do.clone()], vec![to_meet.clone()])
    );
    assert_eq!(counts(&on("2026-11-25").await), [0, 0, 0, 0, 1, 0, 0, 0, 0], "a task stays, an appointment does not");
    done(&network, ann, &format!("completeTask(input: {{ task: {to_do} }})"), "task { id }").await;
    done(&network, ann, &format!("cancelAppointment(input: {{ appointment: {to_meet} }})"), "appointment { id }").await;
    assert_eq!(counts(&on("2026-11-24").await), [0; 9]);
    // A first contact that was missed, with the tasks of a release.
    let release = released(&network, ann, &id, "2026-11-19").await;
    let day = my_day(&network, ann).await;
    assert_eq!((each(&day, "/firstContacts", "/id"), nodes(&day, "/tasks").len()), (vec![release], 5));
    let tasks =
        network.ask(ann, "query($id: ID!) { tasksOf(serviceUser: $id) { id state } }", json!({ "id": id })).await;
    for task in tasks["tasksOf"].as_array().unwrap().iter().filter(|task| task["state"] == "OPEN") {
        done(&network, ann, &format!("completeTask(input: {{ task: {} }})", task["id"]), "task { id }").await;
    }
    assert_eq!(counts(&my_day(&network, ann).await), [0; 9]);
    // Twelve weeks after she was assessed her care is to be looked at again, and not a millisecond before.
    network.app.clock.advance(TimeDelta::days(84));
    let ann = network.app.token("ann@example.org").await;
    assert_eq!(nodes(&my_day(&network, &ann).await, "/reviewsOverdue/serviceUsers").len(), 0);
    network.app.clock.advance(TimeDelta::milliseconds(1));
    assert_eq!(each(&my_day(&network, &ann).await, "/reviewsOverdue/serviceUsers", "/id"), [json!(id)]);
    assessed(&network, &ann, &id).await;
    assert_eq!(nodes(&my_day(&network, &ann).await, "/reviewsOverdue/serviceUsers").len(), 0);
}

/// Whoever keeps an agency's listings has these, and who manages it its agreements; neither an error of the rest.
#[tokio::test]
async fn listings_and_agreements_are_due_to_those_whose_they_are() {
    let network = Network::new().await;
    network.app.save(&[service("beds", "Beds", "housing.hostel")]).await;
    let theirs = agency_id(source().id(), "agency");
    let edie = network.app.signed_in("edie@example.org", Role::ListingEditor, Some(theirs)).await;
    let worker = network.app.signed_in("wim@example.org", Role::LinkWorker, Some(theirs)).await;
    let day = my_day(&network, &edie).await;
    assert_eq!(counts(&day), [0, 0, 1, 0, 0, 0, 0, 0, 0]);
    assert_eq!(counts(&my_day(&network, &worker).await), [0; 9], "who confirms none has none to confirm");
    assert_eq!(counts(&my_day(&network, &network.manager).await), [0; 9], "another agency's");
    let listing = &nodes(&day, "/listingsToConfirm")[0];
    let groups: Vec<&str> =
        listing["groups"].as_array().unwrap().iter().map(|it| it["group"].as_str().unwrap()).collect();
    let confirm = format!(
        "confirmListing(input: {{ service: {}, groups: [{}], expectedVersion: {} }})",
        listing["service"]["id"],
        groups.join(", "),
        listing["version"]
    );
    done(&network, &edie, &confirm, "service { id }").await;
    assert_eq!(counts(&my_day(&network, &edie).await), [0; 9]);
    // An agreement, from the day after that of its review on.
    let other = network.other_manager().await;
    let mut until = terms(Network::agency(0), Network::agency(1));
    until["reviewOn"] = json!("2026-11-22");
    let version = network.agree(&network.manager, &other, until.clone()).await;
    network.app.clock.advance(TimeDelta::hours(28) - TimeDelta::milliseconds(1));
    let of = async |email: &str| {
        let token = network.app.token(email).await;
        let day = my_day(&network, &token).await;
        (
            each(&day, "/reviewsOverdue/agreements", "/version/id"),
            each(&day, "/reviewsOverdue/agreements", "/agreement/id"),
        )
    };
    assert_eq!(of("mo@example.org").await.0, Vec::<Value>::new());
    network.app.clock.advance(TimeDelta::milliseconds(1));
    network.third_manager().await;
    network.app.account("cora@example.org", Role::Coordinator, None).await;
    for (email, wanted) in [
        ("mo@example.org", vec![json!(version)]),
        ("max@example.org", vec![json!(version)]),
        ("cora@example.org", vec![json!(version)]),
        ("may@example.org", Vec::new()),
        ("ann@example.org", Vec::new()),
    ] {
        assert_eq!(of(email).await.0, wanted, "{email}");
    }
    let agreement = of("mo@example.org").await.1.remove(0);
    let (mo, max) = (network.app.token("mo@example.org").await, network.app.token("max@example.org").await);
    until["reviewOn"] = json!("2027-05-22");
    let query = "mutation($agreement: ID!, $terms: AgreementTermsInput!) { reviseAgreement(input: { agreement: $agreement, \
        expectedVersion: 1, terms: $terms }) { version { id documentHash } errors { code message } } }";
    let revised =
        network.ask(&mo, query, json!({ "agreement": agreement, "terms": until })).await["reviseAgreement"].take();
    assert_eq!(revised["errors"], json!([]));
    let (next, hash) =
        (revised["version"]["id"].as_str().unwrap(), revised["version"]["documentHash"].as_str().unwrap());
    network.step(&mo, next, "SUBMIT").await;
    network.step(&max, next, "APPROVE").await;
    assert_eq!(of("mo@example.org").await.0, [json!(version)], "until every party has signed");
    for token in [&mo, &max] {
        assert_eq!(network.sign(token, next, hash).await["errors"], json!([]));
    }
    assert_eq!(of("mo@example.org").await.0, Vec::<Value>::new());
}

/// One thing of each sort about somebody, for Ann.
async fn everything(network: &Network, token: &str, of: &str) {
    permit(network, token, of, "2026-11-28T00:00:00Z").await;
    task(network, token, of).await;
    appointment(network, token, of, "2026-11-24").await;
    signpost(network, token, of, 3).await;
    released(network, token, of, "2026-11-19").await;
}

/// Nothing of a day is another's: not another agency's, not a colleague's, not a service user's; and who keeps somebody out is
/// in none of their lists.
#[tokio::test]
async fn what_is_others_is_in_no_day() {
    let network = Network::new().await;
    network.app.save(&[service("beds", "Beds", "housing.hostel")]).await;
    let (id, _) = network.agreed().await;
    everything(&network, &network.ann, &id).await;
    let referral = network.sent(&id).await;
    network.stepped(&network.cal, "requestReferralInformation", &referral, ", words: \"Which?\"").await;
    let day = async |token: &str| {
        let query = format!("{{ myDay(on: \"2026-11-24\") {{ {DAY} }} }}");
        network.ask(token, &query, json!({})).await["myDay"].take()
    };
    let hers = [1, 1, 0, 1, 6, 1, 0, 1, 1];
    assert_eq!(counts(&day(&network.ann).await), hers);
    for token in [&network.bea, &network.cal, &network.manager] {
        assert_eq!(counts(&day(token).await), [0; 9]);
    }
    assert_eq!(network.app.refused(As::token(&network.sam), "{ myDay { on } }", json!({})).await, "FORBIDDEN");
    assert_eq!(network.app.refused(As::default(), "{ myDay { on } }", json!({})).await, "UNAUTHENTICATED");
    // Whoever works with her too has what is hers, and not what is Ann's own.
    let (ann, bea) = (network.account(&network.ann).await, network.account(&network.bea).await);
    assign(&network, &network.ann, &id, &bea).await;
    assert_eq!(counts(&day(&network.bea).await), [0, 1, 0, 1, 0, 0, 0, 1, 0]);
    let cover = format!(
        "setCover(input: {{ away: {ann:?}, coveredBy: {bea:?}, beginsOn: \"2026-11-21\", endsOn: \"2026-11-22\" }})"
    );
    done(&network, &network.ann, &cover, "cover { id }").await;
    let covered = day(&network.bea).await;
    assert_eq!(counts(&covered), [1, 1, 0, 1, 6, 0, 0, 1, 0]);
    assert!(each(&covered, "/tasks", "/coveringFor/id").iter().all(|id| *id == json!(ann)));
    // She keeps Ann out.
    let out = format!("keepOut(input: {{ serviceUser: {id:?}, whom: {{ account: {ann:?} }} }})");
    assert_eq!(network.change(&network.bea, &out).await, json!([]));
    assert_eq!(counts(&day(&network.ann).await), [0; 9]);
    // What Ann was to do is Bea's: nobody else works with her. That they were to meet is called off.
    assert_eq!(counts(&day(&network.bea).await), [1, 1, 0, 1, 6, 0, 0, 1, 0]);
}

/// Whom a team has and no key worker is every member's to look after; whom a colleague has is the colleague's.
#[tokio::test]
async fn care_is_looked_after_by_the_key_worker_and_else_by_the_team() {
    let network = Network::new().await;
    let id = network.enter(&network.ann, json!({ "givenNames": "Eve" })).await;
    let (ann, bea) = (network.account(&network.ann).await, network.account(&network.bea).await);
    let made = done(&network, &network.manager, "createTeam(name: \"Outreach\")", "teams { id }").await;
    let team = made["teams"][0]["id"].clone();
    for account in [&ann, &bea] {
        let add = format!("addToTeam(team: {team}, account: {account:?})");
        done(&network, &network.manager, &add, "teams { id }").await;
    }
    let to = |whose: &str| format!("assignServiceUser(input: {{ serviceUser: {id:?}, to: {{ {whose} }} }})");
    assert_eq!(network.change(&network.ann, &to(&format!("team: {team}"))).await, json!([]));
    let due = async |token: &str| nodes(&my_day(&network, token).await, "/reviewsOverdue/serviceUsers").len();
    assert_eq!((due(&network.ann).await, due(&network.bea).await), (1, 0), "Ann is her key worker");
    let seen = network.see(&network.ann, &id).await;
    let places = seen["caseloads"].as_array().unwrap();
    let place = places.iter().find(|place| place["keyWorker"] != Value::Null).unwrap();
    assert_eq!(network.change(&network.ann, &format!("endAssignment(id: {})", place["id"])).await, json!([]));
    assert_eq!((due(&network.ann).await, due(&network.bea).await), (1, 1), "nobody is");
    assessed(&network, &network.bea, &id).await;
    assert_eq!((due(&network.ann).await, due(&network.bea).await), (0, 0));
}

/// What is not asked for is not read, and all of it is one insert; ten of each cost what one does.
#[tokio::test]
async fn a_day_costs_the_same_however_much_is_due() {
    let network = Network::new().await;
    network.app.save(&[service("beds", "Beds", "housing.hostel")]).await;
    network.agreed().await;
    let theirs = agency_id(source().id(), "agency");
    let edie = network.app.signed_in("edie@example.org", Role::ListingEditor, Some(theirs)).await;
    let query = format!("{{ myDay(on: \"2026-11-24\") {{ {DAY} }} }}");
    let cost = async |token: &str| {
        network.ask(token, "{ myDay { on } }", json!({})).await;
        let before = network.app.db().statements();
        let day = network.ask(token, &query, json!({})).await["myDay"].take();
        (network.app.db().statements() - before, counts(&day))
    };
    let one_more = async || {
        let id = network.enter(&network.ann, json!({ "givenNames": "Joe" })).await;
        network.permits(&id).await;
        everything(&network, &network.ann, &id).await;
        network.sent(&id).await;
        let asked_back = network.sent(&id).await;
        network.stepped(&network.cal, "requestReferralInformation", &asked_back, ", words: \"Which?\"").await;
    };
    one_more().await;
    let one = (cost(&network.ann).await, cost(&network.cal).await, cost(&edie).await);
    assert_eq!(one.0.1, [1, 1, 0, 1, 6, 1, 0, 2, 1], "and Ida, whom nobody assessed");
    assert_eq!((one.1.1[0], one.2.1[2]), (1, 1));
    for _ in 0..9 {
        one_more().await;
    }
    let many: Vec<_> =
        (1..10).map(|number| service(&format!("beds {number}"), &format!("Beds {number}"), "housing.hostel")).collect();
    network.app.save(&many).await;
    let ten = (cost(&network.ann).await, cost(&network.cal).await, cost(&edie).await);
    assert_eq!(ten.0.1, [10, 10, 0, 10, 50, 10, 0, 11, 10]);
    assert_eq!((ten.1.1[0], ten.2.1[2]), (10, 10));
    assert_eq!((ten.0.0, ten.1.0, ten.2.0), (one.0.0, one.1.0, one.2.0));
    // Fifty of sixty, and that there are more.
    let day = network.ask(&network.ann, &query, json!({})).await["myDay"].take();
    assert_eq!((&day["tasks"]["more"], &day["appointments"]["more"]), (&json!(true), &json!(false)));
    // Nothing is written of what is not asked for.
    let before = network.entries().await;
    let bare = "{ myDay(on: \"2026-11-24\") { on reviewsOverdue { __typename } tasks { more } signposts { more } } }";
    let day = network.ask(&network.ann, bare, json!({})).await["myDay"].take();
    assert_eq!((&day["tasks"]["more"], network.entries().await), (&json!(true), before));
    let one = "{ myDay(on: \"2026-11-24\") { appointments { nodes { id } } } }";
    network.ask(&network.ann, one, json!({})).await;
    assert_eq!(network.entries().await, before + 10, "of each that an appointment is with, once");
}

/// As many agreements as there are cost a manager what one does.
#[tokio::test]
async fn ten_agreements_cost_what_one_does() {
    let network = Network::new().await;
    let mut due = terms(Network::agency(0), Network::agency(1));
    due["reviewOn"] = json!("2026-11-21");
    network.other_manager().await;
    let mut costs = Vec::new();
    for (more, wanted) in [(1, 1), (9, 10)] {
        let (mo, max) = (network.app.token("mo@example.org").await, network.app.token("max@example.org").await);
        for _ in 0..more {
            network.agree(&mo, &max, due.clone()).await;
        }
        network.app.clock.advance(TimeDelta::days(1));
        due["reviewOn"] = json!("2026-11-22");
        let mo = network.app.token("mo@example.org").await;
        my_day(&network, &mo).await;
        let before = network.app.db().statements();
        let day = my_day(&network, &mo).await;
        costs.push(network.app.db().statements() - before);
        assert_eq!(nodes(&day, "/reviewsOverdue/agreements").len(), wanted);
    }
    assert_eq!(costs[0], costs[1]);
}
