//! Notices over the whole way: put out with each step, signed, sent in order to receivers that are good, slow, dead or lying.

mod codes;
mod gathering;
mod letters;
mod mail;
mod receiver;
mod removing;
mod slow;
mod unclear;

use std::collections::BTreeSet;

use chrono::TimeDelta;
use entity::enums::{NoticeFailure, NoticeOff, NoticeState, ReferralState, ReferralStep};
use entity::ids::{NoticeEndpointId, ReferralEventId, ReferralId};
use entity::{notice, notice_endpoint};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use signpost::api::ids::NodeId;
use signpost::config::NoticeSettings;
use signpost::notices::backoff::WAITS;
use signpost::notices::event::{Event, Happened};
use signpost::notices::outbox::put;
use signpost::notices::sending::{OFF_AFTER, Round, Sender};
use signpost::notices::{Notices, Trouble};
use tokio::net::TcpListener;
use uuid::Uuid;

use self::receiver::{Receiver, SILENT};
use super::consents::agency;
use super::graph::Network;
use crate::support::accounts::As;

const ENDPOINT: &str = "endpoint { id url isOn offReason pending delivered dead lastError lastStatus failingSince \
    oldSecretUntil } errors { code field message }";

impl Network {
    async fn named(&self, manager: &str, url: &str) -> Value {
        let query = format!(
            "mutation($input: CreateNoticeEndpointInput!) {{ createNoticeEndpoint(input: $input) {{ secret {ENDPOINT} }} }}"
        );
        self.ask(manager, &query, json!({ "input": { "url": url } })).await["createNoticeEndpoint"].take()
    }

    /// Names a receiver; its endpoint's id, and the secret.
    async fn tells(&self, manager: &str, receiver: &Receiver) -> (NoticeEndpointId, String) {
        let named = self.named(manager, &receiver.url).await;
        assert_eq!(named["errors"], json!([]));
        (endpoint_of(&named), named["secret"].as_str().unwrap().to_owned())
    }

    async fn manages(&self, manager: &str, field: &str) -> Value {
        let query = format!("mutation {{ done: {field} }}");
        self.ask(manager, &query, json!({})).await["done"].take()
    }

    fn sender(&self) -> Sender {
        Sender::new(self.app.app.notices()).unwrap()
    }

    /// What was put out for an endpoint, in its order.
    async fn notices(&self, endpoint: NoticeEndpointId) -> Vec<notice::Model> {
        notice::Entity::find()
            .filter(notice::Column::EndpointId.eq(endpoint))
            .order_by_asc(notice::Column::Id)
            .all(self.app.db().connection())
            .await
            .unwrap()
    }

    async fn endpoint(&self, id: NoticeEndpointId) -> notice_endpoint::Model {
        notice_endpoint::Entity::find_by_id(id).one(self.app.db().connection()).await.unwrap().unwrap()
    }

    /// Puts out events of so many referrals, of each as many steps.
    async fn happens(&self, to: NoticeEndpointId, referrals: std::ops::Range<u128>, steps: i32) {
        for referral in referrals {
            for number in 1..=steps {
                let event =
                    ReferralEventId(Uuid::from_u128(0xe000_0000 + referral * 100 + u128::from(number.unsigned_abs())));
                let referral = ReferralId(Uuid::from_u128(0xf000_0000 + referral));
                let (step, state) = (ReferralStep::Waitlisted, ReferralState::Waitlisted);
                let happened = Happened::Referral { event, referral, step, state };
                let event = Event { happened, number, at: self.app.clock.now().into() };
                put(self.app.db().connection(), &self.app.clock, &event, &[to]).await.unwrap();
            }
        }
    }
}

fn endpoint_of(payload: &Value) -> NoticeEndpointId {
    match NodeId::decode(payload["endpoint"]["id"].as_str().unwrap()) {
        Some(NodeId::NoticeEndpoint(id)) => id,
        other => panic!("{other:?}"),
    }
}

fn global(id: NoticeEndpointId) -> String {
    NodeId::NoticeEndpoint(id).encode().0
}

fn kinds(notices: &[notice::Model]) -> Vec<&str> {
    notices.iter().map(|notice| notice.kind.as_str()).collect()
}

/// Both parties are told of each step, once; the receiver from when it was sent; whoever is kept out no more. No word of
/// anybody stands in it.
#[tokio::test]
async fn each_step_is_put_out_once_for_each_party() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let max = network.app.token("max@example.org").await;
    let (ours, theirs) = (Receiver::new(200).await, Receiver::new(200).await);
    let (sends, _) = network.tells(&network.manager, &ours).await;
    let (receives, _) = network.tells(&max, &theirs).await;
    let referral = network.sent(&id).await;
    assert_eq!(kinds(&network.notices(sends).await), ["referral.drafted", "referral.submitted"]);
    assert_eq!(kinds(&network.notices(receives).await), ["referral.submitted"]);
    for (token, step, words) in [
        (&network.cal, "requestReferralInformation", "Does Ida drink?"),
        (&network.ann, "giveReferralInformation", "Ida Crow does not."),
        (&network.cal, "acceptReferral", "Welcome, Ida."),
    ] {
        let done = network.stepped(token, step, &referral, &format!(", words: {words:?}")).await;
        assert_eq!(done["errors"], json!([]), "{step}");
    }
    // What is refused is no event.
    let again = network.stepped(&network.cal, "acceptReferral", &referral, "").await;
    assert_eq!(again["errors"][0]["code"], "BAD_VALUE");
    assert_eq!(network.notices(sends).await.len(), 5);
    assert_eq!(
        kinds(&network.notices(receives).await),
        ["referral.submitted", "referral.information_requested", "referral.information_given", "referral.accepted"]
    );
    // Kept out, they are told nothing more; the other side is told that it rests.
    let other = agency(Network::agency(1));
    let out = format!("keepOut(input: {{ serviceUser: {id:?}, whom: {{ agency: {other:?} }} }})");
    assert_eq!(network.change(&network.ann, &out).await, json!([]));
    assert_eq!(network.notices(receives).await.len(), 4);
    assert_eq!(kinds(&network.notices(sends).await)[5..], ["referral.held"]);
    // One that is put out again stands there once.
    let before = network.notices(sends).await;
    network.happens(sends, 0..2, 2).await;
    network.happens(sends, 0..2, 2).await;
    assert_eq!(network.notices(sends).await.len(), before.len() + 4);
    let events: BTreeSet<Uuid> = before.iter().map(|notice| notice.event_id).collect();
    assert_eq!(events.len(), before.len());
    let all = [network.notices(sends).await, network.notices(receives).await].concat();
    for word in ["Ida", "Crow", "housing", "HOUSING", "hostel", "IDENTITY", "drink", "Welcome", id.as_str()] {
        assert!(all.iter().all(|notice| !notice.body.contains(word)), "{word}: {all:#?}");
    }
}

/// A referral's notices arrive in their order, though the first of them fails at first; others' do not wait for it.
#[tokio::test]
async fn notices_of_a_referral_arrive_in_their_order() {
    let network = Network::new().await;
    let receiver = Receiver::new(500).await;
    let (to, secret) = network.tells(&network.manager, &receiver).await;
    network.happens(to, 0..1, 3).await;
    let sender = network.sender();
    assert_eq!(sender.send_due().await.unwrap(), Round { later: 1, ..Round::default() });
    receiver.answers(204);
    assert_eq!(sender.send_due().await.unwrap(), Round::default(), "the others wait for the first");
    network.happens(to, 1..2, 1).await;
    assert_eq!(sender.send_due().await.unwrap(), Round { delivered: 1, ..Round::default() }, "of another referral");
    network.app.clock.advance(TimeDelta::seconds(6));
    assert_eq!(sender.send_due().await.unwrap(), Round { delivered: 3, ..Round::default() });
    let got = receiver.got();
    let numbers: Vec<i64> = got.iter().map(|got| got.json()["data"]["number"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [1, 1, 1, 2, 3]);
    assert_eq!(got[0].id, got[2].id, "the same id at each try");
    assert_ne!(got[0].seconds, got[2].seconds);
    assert!(got.iter().all(|got| got.is_signed_with(&secret) && got.signatures.len() == 1));
    assert_eq!(network.endpoint(to).await.failing_since, None);
}

/// Slow, dead, lying and redirecting receivers: the good one has all of its notices while they are still waited for.
#[tokio::test]
async fn a_bad_receiver_harms_nobody_elses_notices() {
    let network = Network::new().await;
    let nobody = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}/", listener.local_addr().unwrap())
    };
    let (slow, moved, good) = (Receiver::new(SILENT).await, Receiver::new(307).await, Receiver::new(200).await);
    let mut all = Vec::new();
    for url in [&slow.url, &nobody, &moved.url, &good.url] {
        all.push(endpoint_of(&network.named(&network.manager, url).await));
    }
    for (number, to) in (0_u128..).zip(&all) {
        network.happens(*to, number * 10..number * 10 + 3, 2).await;
    }
    let sender = network.sender();
    tokio::select! {
        done = sender.send_due() => panic!("the silent one ended first: {done:?}"),
        () = async { tokio::join!(good.has(6), moved.has(1), slow.has(1)); } => {}
    }
    assert_eq!(good.got().len(), 6, "its own, and nothing that was sent on");
    assert_eq!((slow.got().len(), moved.got().len()), (1, 1), "one that fails ends the turn");
}

#[tokio::test]
async fn what_a_receiver_did_is_told_in_words_of_ours() {
    let network = Network::new().await;
    let nobody = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}/", listener.local_addr().unwrap())
    };
    let (moved, lying) = (Receiver::new(302).await, Receiver::new(418).await);
    let mut all = Vec::new();
    for url in [&nobody, &moved.url, &lying.url] {
        let to = endpoint_of(&network.named(&network.manager, url).await);
        let test =
            network.manages(&network.manager, &format!("sendTestNotice(id: {:?}) {{ {ENDPOINT} }}", global(to))).await;
        assert_eq!((&test["errors"], &test["endpoint"]["pending"]), (&json!([]), &json!(1)));
        all.push(to);
    }
    assert_eq!(network.sender().send_due().await.unwrap(), Round { later: 3, ..Round::default() });
    let wanted = [
        (NoticeFailure::Unreachable, None),
        (NoticeFailure::Redirected, Some(302)),
        (NoticeFailure::Status, Some(418)),
    ];
    for (to, (why, status)) in all.iter().zip(wanted) {
        let row = network.endpoint(*to).await;
        assert_eq!((row.last_error, row.last_status), (Some(why), status));
    }
    assert_eq!(lying.got()[0].json()["type"], "notice.test");
    let again =
        network.manages(&network.manager, &format!("sendTestNotice(id: {:?}) {{ {ENDPOINT} }}", global(all[2]))).await;
    assert_eq!(again["errors"][0]["code"], "BAD_VALUE", "one at a time");
    let listed = network.ask(&network.manager, "{ noticeEndpoints { id pending lastError } }", json!({})).await;
    assert_eq!(
        listed["noticeEndpoints"][0],
        json!({ "id": global(all[2]), "pending": 1, "lastError": "STATUS" }),
        "the latest first"
    );
}

/// After the last try it is dead; a manager has it sent again, with the same id. What takes nothing for five days is
/// switched off.
#[tokio::test]
async fn what_is_never_taken_is_dead_and_can_be_sent_again() {
    let network = Network::new().await;
    let receiver = Receiver::new(503).await;
    let (to, _) = network.tells(&network.manager, &receiver).await;
    network.happens(to, 0..1, 1).await;
    let sender = network.sender();
    for wait in WAITS {
        assert_eq!(sender.send_due().await.unwrap(), Round { later: 1, ..Round::default() });
        assert_eq!(sender.send_due().await.unwrap(), Round::default(), "not before its time");
        network.app.clock.advance(TimeDelta::milliseconds(wait + wait / 10));
    }
    assert_eq!(sender.send_due().await.unwrap(), Round { dead: 1, ..Round::default() });
    let row = &network.notices(to).await[0];
    assert_eq!((row.state, row.attempts, row.last_status), (NoticeState::Dead, 9, Some(503)));
    let mo = network.app.token("mo@example.org").await;
    let replay = format!("replayNotices(input: {{ endpoint: {:?} }}) {{ replayed {ENDPOINT} }}", global(to));
    let done = network.manages(&mo, &replay).await;
    assert_eq!((&done["replayed"], &done["endpoint"]["pending"]), (&json!(1), &json!(1)));
    receiver.answers(200);
    assert_eq!(sender.send_due().await.unwrap(), Round { delivered: 1, ..Round::default() });
    let ids: BTreeSet<String> = receiver.got().into_iter().map(|got| got.id).collect();
    assert_eq!((ids.len(), receiver.got().len()), (1, 10));
    assert_eq!(network.manages(&mo, &replay).await["replayed"], 0, "what was taken is not sent again");
    // Days later.
    receiver.answers(503);
    network.happens(to, 1..2, 1).await;
    assert_eq!(sender.send_due().await.unwrap().later, 1);
    network.app.clock.advance(TimeDelta::milliseconds(OFF_AFTER));
    assert_eq!(sender.send_due().await.unwrap(), Round { later: 1, switched_off: 1, ..Round::default() });
    let row = network.endpoint(to).await;
    assert_eq!((row.is_on, row.off_reason), (false, Some(NoticeOff::Failing)));
    network.app.clock.advance(TimeDelta::days(2));
    assert_eq!(sender.send_due().await.unwrap(), Round::default(), "it is off");
    let mo = network.app.token("mo@example.org").await;
    let on = format!("switchNoticeEndpoint(input: {{ endpoint: {:?}, on: true }}) {{ {ENDPOINT} }}", global(to));
    assert_eq!(network.manages(&mo, &on).await["endpoint"]["isOn"], true);
    receiver.answers(200);
    assert_eq!(sender.send_due().await.unwrap().delivered, 1, "what waited is sent");
    // What was delivered is kept for a while.
    assert_eq!(network.app.app.notices().tidy().await.unwrap(), 0);
    network.app.clock.advance(TimeDelta::days(31));
    assert_eq!(network.app.app.notices().tidy().await.unwrap(), 2);
}

/// A secret is given another: for a day both sign.
#[tokio::test]
async fn a_secret_is_changed_without_a_gap() {
    let network = Network::new().await;
    let receiver = Receiver::new(200).await;
    let (to, old) = network.tells(&network.manager, &receiver).await;
    let rotate = format!("rotateNoticeSecret(id: {:?}) {{ secret {ENDPOINT} }}", global(to));
    let rotated = network.manages(&network.manager, &rotate).await;
    let new = rotated["secret"].as_str().unwrap().to_owned();
    assert_ne!(old, new);
    let sender = network.sender();
    network.happens(to, 0..1, 1).await;
    sender.send_due().await.unwrap();
    network.app.clock.advance(TimeDelta::hours(24) - TimeDelta::milliseconds(1));
    network.happens(to, 1..2, 1).await;
    sender.send_due().await.unwrap();
    network.app.clock.advance(TimeDelta::milliseconds(1));
    network.happens(to, 2..3, 1).await;
    sender.send_due().await.unwrap();
    let signed: Vec<(bool, bool, usize)> = receiver
        .got()
        .iter()
        .map(|got| (got.is_signed_with(&old), got.is_signed_with(&new), got.signatures.len()))
        .collect();
    assert_eq!(signed, [(true, true, 2), (true, true, 2), (false, true, 1)]);
    // Kept sealed: neither lies in the open, and the old one is removed.
    let row = format!("{:?}", network.endpoint(to).await);
    assert!(!row.contains(&old[6..]) && !row.contains(&new[6..]), "{row}");
    network.app.app.notices().tidy().await.unwrap();
    assert_eq!(network.endpoint(to).await.old_secret, None);
}

/// A name that leads to a private address may be named, and nothing is sent there.
#[tokio::test]
async fn private_targets_are_refused_where_they_are_sent_to() {
    let network = Network::new().await;
    let Some(NodeId::Account(by)) = NodeId::decode(&network.account(&network.manager).await) else { panic!() };
    let (db, clock, vault) = (network.app.db().clone(), network.app.clock.clone(), network.app.app.vault.clone());
    let notices = Notices::new(db, clock, vault, network.app.app.post.clone(), &NoticeSettings::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    for url in [format!("https://127.0.0.1:{port}/"), format!("http://localhost:{port}/")] {
        let refused = notices.create_endpoint(by, Network::agency(0), &url).await;
        assert!(matches!(refused, Err(Trouble::Wrong { field: Some("url"), .. })), "{url}");
    }
    let url = format!("https://localhost:{port}/");
    let (named, _) = notices.create_endpoint(by, Network::agency(0), &url).await.unwrap();
    network.happens(named.row.id, 0..1, 1).await;
    // One that was named while it was allowed is refused once it is not.
    let literal = endpoint_of(&network.named(&network.manager, &format!("http://127.0.0.1:{port}/")).await);
    network.happens(literal, 1..2, 1).await;
    let sender = Sender::new(notices).unwrap();
    assert_eq!(sender.send_due().await.unwrap(), Round { later: 2, ..Round::default() });
    for to in [named.row.id, literal] {
        assert_eq!(network.endpoint(to).await.last_error, Some(NoticeFailure::RefusedTarget));
    }
    let nobody_came = tokio::select! {
        biased;
        _ = listener.accept() => false,
        () = std::future::ready(()) => true,
    };
    assert!(nobody_came);
}

/// Two processes send at once: each notice goes once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_senders_deliver_each_notice_once() {
    let network = Network::new().await;
    let receivers = [Receiver::new(200).await, Receiver::new(200).await, Receiver::new(200).await];
    let mut all = Vec::new();
    for (number, receiver) in (0_u128..).zip(&receivers) {
        let (to, _) = network.tells(&network.manager, receiver).await;
        network.happens(to, number * 10..number * 10 + 4, 3).await;
        all.push(to);
    }
    let (one, other) = (network.sender(), network.sender());
    let (one, other) = tokio::join!(
        tokio::spawn(async move { one.send_due().await.unwrap() }),
        tokio::spawn(async move { other.send_due().await.unwrap() })
    );
    assert_eq!(one.unwrap().delivered + other.unwrap().delivered, 36);
    for (to, receiver) in all.iter().zip(&receivers) {
        let rows = network.notices(*to).await;
        assert!(rows.iter().all(|row| row.attempts == 1 && row.state == NoticeState::Delivered), "{rows:#?}");
        let ids: BTreeSet<String> = receiver.got().into_iter().map(|got| got.id).collect();
        assert_eq!((ids.len(), receiver.got().len()), (12, 12));
        assert_eq!(network.endpoint(*to).await.busy_until, None, "it is given back");
    }
}

/// Another agency's endpoint is as good as none; there are five at the most; nobody else is let in.
#[tokio::test]
async fn endpoints_are_their_agencys_alone() {
    let network = Network::new().await;
    let max = network.other_manager().await;
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.push(endpoint_of(&network.named(&network.manager, &format!("https://a.example/{number}")).await));
    }
    let sixth = network.named(&network.manager, "https://a.example/5").await;
    assert_eq!((&sixth["errors"][0]["code"], &sixth["secret"]), (&json!("BAD_VALUE"), &Value::Null));
    let wrong = network.named(&network.manager, "gopher://a.example/").await;
    assert_eq!(wrong["errors"][0]["field"], "input.url");
    let (id, nobody) = (global(ids[0]), global(NoticeEndpointId(Uuid::from_u128(99_999))));
    for field in [
        "switchNoticeEndpoint(input: { endpoint: \"ID\", on: false })",
        "replayNotices(input: { endpoint: \"ID\" })",
        "rotateNoticeSecret(id: \"ID\")",
        "sendTestNotice(id: \"ID\")",
    ] {
        let mut answers = Vec::new();
        for id in [&id, &nobody] {
            answers.push(network.manages(&max, &format!("{} {{ {ENDPOINT} }}", field.replace("ID", id))).await);
        }
        assert_eq!(answers[0]["errors"][0]["code"], "NOT_FOUND", "{field}");
        assert_eq!(answers[0], answers[1], "{field}");
    }
    assert_eq!(network.ask(&max, "{ noticeEndpoints { id } }", json!({})).await["noticeEndpoints"], json!([]));
    let off = format!("switchNoticeEndpoint(input: {{ endpoint: {id:?}, on: false }}) {{ {ENDPOINT} }}");
    let off = network.manages(&network.manager, &off).await["endpoint"].take();
    assert_eq!((&off["isOn"], &off["offReason"]), (&json!(false), &json!("MANAGER")));
    assert_eq!(network.named(&network.manager, "https://a.example/5").await["errors"], json!([]));
    let on = format!("switchNoticeEndpoint(input: {{ endpoint: {id:?}, on: true }}) {{ {ENDPOINT} }}");
    assert_eq!(network.manages(&network.manager, &on).await["errors"][0]["code"], "BAD_VALUE", "five are on");
    let refused = network.app.refused(As::token(&network.ann), "{ noticeEndpoints { id } }", json!({})).await;
    assert_eq!(refused, "FORBIDDEN");
}

/// The agency whose appointment it is is told of each step, and nobody else.
#[tokio::test]
async fn an_appointment_is_told_to_whose_it_is() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let max = network.app.token("max@example.org").await;
    let (ours, theirs) = (Receiver::new(200).await, Receiver::new(200).await);
    let (to, _) = network.tells(&network.manager, &ours).await;
    let (other, _) = network.tells(&max, &theirs).await;
    let book = "mutation($input: BookAppointmentInput!) { bookAppointment(input: $input) { appointment { id } errors { message } } }";
    let input = json!({ "serviceUser": id, "kind": "ONE_TO_ONE", "delivery": "IN_PERSON", "words": "Bring Ida's papers.",
        "startsAt": "2026-11-23T10:00:00Z", "endsAt": "2026-11-23T11:00:00Z" });
    let booked = network.ask(&network.ann, book, json!({ "input": input })).await["bookAppointment"].take();
    assert_eq!(booked["errors"], json!([]));
    let rows = network.notices(to).await;
    assert_eq!(kinds(&rows), ["appointment.booked"]);
    let body: Value = serde_json::from_str(&rows[0].body).unwrap();
    assert_eq!(body["data"], json!({ "appointment": booked["appointment"]["id"], "state": "BOOKED", "number": 1 }));
    assert!(network.notices(other).await.is_empty());
}
