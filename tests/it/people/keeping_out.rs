//! Whom a service user keeps out they are not told to meet: what is booked with them is called off with the wish, however it came
//! about.

use entity::enums::Role;
use serde_json::{Value, json};

use super::consents::agency;
use super::graph::Network;
use super::left_behind::assign;
use super::locked_out::{let_in, link, made};
use super::mergers::{joined, parted};

/// Books an appointment with a worker on a day at ten; its id.
async fn books(network: &Network, of: &str, with: &str, day: &str) -> String {
    let query = "mutation($input: BookAppointmentInput!) { bookAppointment(input: $input) \
        { appointment { id } errors { code message field } } }";
    let input = json!({ "serviceUser": of, "kind": "ONE_TO_ONE", "delivery": "IN_PERSON", "with": with,
        "startsAt": format!("{day}T10:00:00Z"), "endsAt": format!("{day}T11:00:00Z") });
    let done = network.ask(&network.ann, query, json!({ "input": input })).await["bookAppointment"].take();
    assert_eq!(done["errors"], json!([]));
    done["appointment"]["id"].as_str().unwrap().to_owned()
}

/// The appointments of somebody: how each stands, at whose wish it was called off, and who did its last step for whom.
async fn standing(network: &Network, token: &str, of: &str) -> Vec<Value> {
    let query = "query($id: ID!) { appointmentsOf(serviceUser: $id) { startsAt state cancelledBy \
        history { by { id } agency { id } } } }";
    let all = network.ask(token, query, json!({ "id": of })).await["appointmentsOf"].take();
    let of = |one: &Value| {
        let last = one["history"].as_array().unwrap().last().unwrap();
        let day = &one["startsAt"].as_str().unwrap()[..10];
        json!([day, one["state"], one["cancelledBy"], last["by"]["id"], last["agency"]["id"]])
    };
    all.as_array().unwrap().iter().map(of).collect()
}

async fn keeps_out(network: &Network, by: &str, of: &str, whom: &str) {
    let out = format!("keepOut(input: {{ serviceUser: {of:?}, whom: {{ {whom} }} }})");
    assert_eq!(network.change(by, &out).await, json!([]));
}

/// What is still to come with a worker is called off at the service user's wish as they are kept out, and with the agency all of
/// it; what is past or with somebody else stays as it is.
#[tokio::test]
async fn what_is_booked_with_whom_they_keep_out_is_called_off() {
    let network = Network::new().await;
    let ida = network.person_called("Ida").await;
    let (ann, bea) = (network.account(&network.ann).await, network.account(&network.bea).await);
    let sam = network.account(&network.sam).await;
    let link = format!("linkAccount(input: {{ serviceUser: {ida:?}, account: {sam:?} }})");
    assert_eq!(network.change(&network.ann, &link).await, json!([]));
    for (with, day) in [(&bea, "2026-11-21"), (&bea, "2026-11-23"), (&ann, "2026-11-24"), (&bea, "2026-11-25")] {
        books(&network, &ida, with, day).await;
    }
    let own = agency(Network::agency(0));
    let booked = |day: &str| json!([day, "BOOKED", null, ann, own]);
    let begun = booked("2026-11-21");
    assert_eq!(
        standing(&network, &network.sam, &ida).await,
        [begun.clone(), booked("2026-11-23"), booked("2026-11-24"), booked("2026-11-25")]
    );
    keeps_out(&network, &network.sam, &ida, &format!("account: {bea:?}")).await;
    let off = |day: &str| json!([day, "CANCELLED", "SERVICE_USER", sam, null]);
    let with_bea = [begun.clone(), off("2026-11-23"), booked("2026-11-24"), off("2026-11-25")];
    assert_eq!(standing(&network, &network.sam, &ida).await, with_bea);
    assert_eq!(standing(&network, &network.ann, &ida).await, with_bea, "their worker sees it too");
    // A worker writes it down: the wish is theirs all the same.
    keeps_out(&network, &network.ann, &ida, &format!("agency: {own:?}")).await;
    let on_their_word = json!(["2026-11-24", "CANCELLED", "SERVICE_USER", ann, own]);
    assert_eq!(
        standing(&network, &network.sam, &ida).await,
        [begun, off("2026-11-23"), on_their_word, off("2026-11-25")]
    );
}

/// A session of a group that was moved to a worker is called off with them, though the group is another's; the place stays.
#[tokio::test]
async fn a_session_that_was_moved_to_whom_they_keep_out_is_called_off() {
    let network = Network::new().await;
    let (group, _) = network.group_of(1).await;
    let una = network.person_called("Una").await;
    let bea = network.account(&network.bea).await;
    let joined = network.joins_group(&network.ann, &una, &group, "").await;
    assert_eq!(joined["errors"], json!([]));
    let ids = "query($id: ID!) { appointmentsOf(serviceUser: $id) { id } }";
    let first = network.ask(&network.ann, ids, json!({ "id": una })).await["appointmentsOf"][0]["id"].take();
    let moved = format!(
        "rescheduleAppointment(input: {{ appointment: {first}, startsAt: \"2026-11-24T10:00:00Z\", \
         endsAt: \"2026-11-24T11:00:00Z\", with: {bea:?} }})"
    );
    assert_eq!(network.change(&network.ann, &moved).await, json!([]));
    keeps_out(&network, &network.ann, &una, &format!("account: {bea:?}")).await;
    let meetings = network.meetings_of(&network.ann, &una).await;
    let told = [("11-23", "SUPERSEDED"), ("11-24", "CANCELLED"), ("11-30", "BOOKED"), ("12-07", "BOOKED")];
    assert_eq!(meetings, told.map(|(day, state)| (day.to_owned(), state.to_owned())));
    let place = joined["groupPlace"]["id"].as_str().unwrap();
    assert_eq!(network.group_place(&network.ann, place).await["state"], "PLACED", "it is with Ann");
}

/// Joined, whom one of them keeps out the other does not meet either.
#[tokio::test]
async fn joined_records_meet_nobody_whom_one_of_them_keeps_out() {
    let network = Network::new().await;
    let (one, two) = (network.person_called("Una").await, network.person_called("Una").await);
    let (ann, bea) = (network.account(&network.ann).await, network.account(&network.bea).await);
    books(&network, &two, &bea, "2026-11-23").await;
    books(&network, &two, &ann, "2026-11-24").await;
    keeps_out(&network, &network.ann, &one, &format!("account: {bea:?}")).await;
    let own = agency(Network::agency(0));
    let booked = |day: &str| json!([day, "BOOKED", null, ann, own]);
    assert_eq!(standing(&network, &network.ann, &two).await, [booked("2026-11-23"), booked("2026-11-24")]);
    let merge = format!(
        "mutation {{ mergeServiceUsers(input: {{ keep: {one:?}, other: {two:?} }}) {{ id errors {{ code }} }} }}"
    );
    let merged = network.ask(&network.ann, &merge, json!({})).await["mergeServiceUsers"].take();
    assert_eq!(merged["errors"], json!([]));
    let off = json!(["2026-11-23", "CANCELLED", "SERVICE_USER", ann, own]);
    assert_eq!(standing(&network, &network.ann, &one).await, [off, booked("2026-11-24")]);
}

/// Parting two records costs the same however many are kept out again by it, however much is called off, and however many caseloads
/// both are on.
#[tokio::test]
async fn parting_costs_the_same_whatever_it_calls_off() {
    let mut counted = Vec::new();
    for many in [1, 3] {
        let network = Network::new().await;
        let (one, two) = (network.person_called("Ada").await, network.person_called("Beth").await);
        let mut workers = Vec::new();
        for number in 0..many {
            let email = format!("worker{number}@example.org");
            let token = network.app.signed_in(&email, Role::LinkWorker, Some(Network::agency(0))).await;
            workers.push(network.account(&token).await);
        }
        for worker in &workers {
            keeps_out(&network, &network.ann, &one, &format!("account: {worker:?}")).await;
        }
        made(&network, &network.ann, &link(&network, &two, &network.sam).await).await;
        let id = joined(&network, &one, &two).await;
        // By mistake they are let in, met, and have them on their caseload.
        for _ in &workers {
            made(&network, &network.sam, &let_in(&network, &network.sam, &one).await).await;
        }
        let bea = network.account(&network.bea).await;
        assert_eq!(assign(&network, &network.ann, &one, &format!("account: {bea:?}"), true).await, json!([]));
        for (worker, day) in workers.iter().zip(["2026-11-23", "2026-11-24", "2026-11-25"]) {
            let book = format!(
                "bookAppointment(input: {{ serviceUser: {one:?}, kind: ONE_TO_ONE, delivery: IN_PERSON, with: {worker:?}, \
                 startsAt: \"{day}T10:00:00Z\", endsAt: \"{day}T11:00:00Z\" }})"
            );
            made(&network, &network.bea, &book).await;
            let to = format!("account: {worker:?}");
            assert_eq!(assign(&network, &network.bea, &one, &to, false).await, json!([]));
        }
        let before = network.app.db().statements();
        parted(&network, &network.bea, &id).await;
        counted.push(network.app.db().statements() - before);
        let meetings = network.meetings_of(&network.bea, &one).await;
        let off = meetings.iter().filter(|(_, state)| state == "CANCELLED").count();
        assert_eq!((meetings.len(), off), (many, many));
        for of in [&one, &two] {
            let seen = network.see(&network.bea, of).await;
            assert_eq!(seen["caseloads"].as_array().unwrap().len(), many + 1, "Bea's, and each of theirs");
        }
    }
    assert_eq!(counted[0], counted[1]);
}
