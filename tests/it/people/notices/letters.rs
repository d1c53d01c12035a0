//! Notices by e-mail over the whole way: an address agrees first, is sent short letters that name nobody, and the mail server
//! may be good, slow, dead or refuse.

use chrono::TimeDelta;
use entity::enums::{NoticeFailure, NoticeState};
use entity::ids::NoticeEndpointId;
use entity::notice_endpoint;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use signpost::config::{Config, NoticeSettings};
use signpost::notices::Notices;
use signpost::notices::backoff::WAITS;
use signpost::notices::gathering::GATHERING;
use signpost::notices::sending::{OFF_AFTER, Round, Sender};
use signpost::post::Post;
use uuid::Uuid;

use super::mail::{MailServer, Mood};
use super::receiver::Receiver;
use super::{ENDPOINT, endpoint_of, global, kinds};
use crate::people::graph::Network;
use crate::support::TestApp;

pub(super) const TEAM: &str = "team@harbour.example.org";

pub(super) async fn network(mail: &MailServer) -> Network {
    network_with(mail, "").await
}

/// The same, with a page of the front-end for links.
pub(super) async fn network_with(mail: &MailServer, page: &str) -> Network {
    let mut config = Config::default();
    config.server.public_address = "https://signpost.example.org/".to_owned();
    config.notices.allow_private = true;
    config.notices.page_url = page.to_owned();
    config.post.from = "post@signpost.example.org".to_owned();
    config.post.smtp_url.clone_from(&mail.url);
    Network::over(TestApp::with_config(config).await).await
}

impl Network {
    pub(super) async fn names_address(&self, manager: &str, address: &str, kinds: &[&str]) -> Value {
        let query =
            format!("mutation($input: AddNoticeAddressInput!) {{ addNoticeAddress(input: $input) {{ {ENDPOINT} }} }}");
        let input = json!({ "input": { "address": address, "kinds": kinds } });
        self.ask(manager, &query, input).await["addNoticeAddress"].take()
    }

    pub(super) async fn confirms(&self, manager: &str, endpoint: &str, code: &str) -> Value {
        let field =
            format!("confirmNoticeAddress(input: {{ endpoint: {endpoint:?}, code: {code:?} }}) {{ {ENDPOINT} }}");
        self.manages(manager, &field).await
    }

    /// Names an address that agrees.
    pub(super) async fn writes_to(
        &self,
        manager: &str,
        mail: &MailServer,
        address: &str,
        kinds: &[&str],
    ) -> NoticeEndpointId {
        let added = self.names_address(manager, address, kinds).await;
        assert_eq!(added["errors"], json!([]), "{address}");
        let to = endpoint_of(&added);
        let confirmed = self.confirms(manager, &global(to), &mail.last().code()).await;
        assert_eq!((&confirmed["errors"], &confirmed["endpoint"]["isOn"]), (&json!([]), &json!(true)));
        to
    }

    pub(super) async fn mo(&self) -> String {
        self.app.token("mo@example.org").await
    }

    /// Lets as much time go by as a notice to an e-mail address waits for others.
    pub(super) fn gathers(&self) {
        self.app.clock.advance(TimeDelta::milliseconds(GATHERING));
    }
}

pub(super) fn code_of(payload: &Value) -> (&str, Option<&str>) {
    (payload["errors"][0]["code"].as_str().unwrap(), payload["errors"][0]["field"].as_str())
}

/// Nothing but the letter with the code is sent before the code has come back; then each step is told once, and no word of
/// anybody stands in it.
#[tokio::test]
async fn an_address_is_told_once_it_agrees_and_nothing_of_anybody() {
    let mail = MailServer::new().await;
    let network = network(&mail).await;
    let (id, _) = network.agreed().await;
    let max = network.app.token("max@example.org").await;
    let added = network.names_address(&network.manager, " Team@Harbour.example.org", &[]).await;
    let to = endpoint_of(&added);
    let endpoint = &added["endpoint"];
    assert_eq!(endpoint["url"], "mailto:Team@harbour.example.org");
    assert_eq!((&endpoint["isOn"], &endpoint["offReason"]), (&json!(false), &json!("UNCONFIRMED")));
    let asked = mail.last();
    assert_eq!(
        (asked.to.as_str(), asked.subject().as_str()),
        ("Team@harbour.example.org", "A code for notices from Signpost")
    );
    // Before it agrees.
    let referral = network.sent(&id).await;
    assert!(network.notices(to).await.is_empty());
    let id_of = global(to);
    for field in [
        format!("sendTestNotice(id: {id_of:?})"),
        format!("switchNoticeEndpoint(input: {{ endpoint: {id_of:?}, on: true }})"),
        format!("rotateNoticeSecret(id: {id_of:?})"),
    ] {
        let refused = network.manages(&network.manager, &format!("{field} {{ {ENDPOINT} }}")).await;
        assert_eq!(code_of(&refused), ("BAD_VALUE", None), "{field}");
    }
    assert_eq!(network.sender().send_due().await.unwrap(), Round::default());
    assert_eq!(mail.letters().len(), 1);
    // The code, of who manages it alone.
    let code = asked.code();
    for wrong in ["", "0000-0000-0000-0000-0000", &code[..23]] {
        let refused = network.confirms(&network.manager, &id_of, wrong).await;
        assert_eq!(code_of(&refused), ("BAD_VALUE", Some("input.code")), "{wrong:?}");
    }
    assert_eq!(code_of(&network.confirms(&max, &id_of, &code).await).0, "NOT_FOUND");
    let row = format!("{:?}", network.endpoint(to).await);
    assert!(!row.contains(&code) && !row.contains(&code.replace('-', "")), "the code is not kept");
    let confirmed = network.confirms(&network.manager, &id_of, &code.to_uppercase()).await;
    assert_eq!((&confirmed["endpoint"]["isOn"], &confirmed["endpoint"]["offReason"]), (&json!(true), &Value::Null));
    assert_eq!(code_of(&network.confirms(&network.manager, &id_of, &code).await).0, "BAD_VALUE", "it works once");
    let rotated =
        network.manages(&network.manager, &format!("rotateNoticeSecret(id: {id_of:?}) {{ {ENDPOINT} }}")).await;
    assert_eq!(code_of(&rotated), ("BAD_VALUE", None), "letters are not signed");
    // Each step from now on, once.
    let done = network.stepped(&network.cal, "acceptReferral", &referral, ", words: \"Welcome, Ida.\"").await;
    assert_eq!(done["errors"], json!([]));
    let rows = network.notices(to).await;
    assert_eq!(kinds(&rows), ["referral.accepted"]);
    assert_eq!(network.sender().send_due().await.unwrap(), Round::default(), "it waits for others");
    network.gathers();
    assert_eq!(network.sender().send_due().await.unwrap(), Round { delivered: 1, ..Round::default() });
    assert_eq!(network.sender().send_due().await.unwrap(), Round::default());
    let letter = mail.last();
    assert_eq!((mail.letters().len(), letter.to.as_str()), (2, "Team@harbour.example.org"));
    assert_eq!(letter.id(), rows[0].id.0.to_string());
    assert_eq!(letter.subject(), "A notice from Signpost");
    let text = letter.text();
    assert!(text.contains("A referral was accepted. Open Signpost to see it."), "{text}");
    assert!(text.contains(&format!("Its id: {referral}")), "what webhooks tell too: {text}");
    assert!(text.contains("When: 20:00 on Saturday 21 November 2026"), "{text}");
    assert!(!text.contains("://"), "no page is set: {text}");
    for word in ["Ida", "Crow", "ann", "cal@", "hous", "HOUS", "hostel", "Welcome", "Robin", id.as_str()] {
        assert!(!letter.raw.contains(word), "{word}: {}", letter.raw);
    }
    // A test tells of nothing.
    let test = network.manages(&network.manager, &format!("sendTestNotice(id: {id_of:?}) {{ {ENDPOINT} }}")).await;
    assert_eq!(test["errors"], json!([]));
    assert_eq!(network.sender().send_due().await.unwrap().delivered, 1);
    assert!(mail.last().text().contains("This is a test") && !mail.last().text().contains("Its id"));
}

#[tokio::test]
async fn an_address_is_told_the_sorts_that_were_asked_for() {
    let mail = MailServer::new().await;
    let network = network(&mail).await;
    let (id, _) = network.agreed().await;
    for wrong in ["referral.nonsense", "notice.test", "", "referral.accepted referral.held"] {
        let refused = network.names_address(&network.manager, TEAM, &[wrong]).await;
        assert_eq!(code_of(&refused), ("BAD_VALUE", Some("input.kinds")), "{wrong:?}");
    }
    assert!(mail.letters().is_empty());
    let told = ["referral.accepted", "appointment.booked", "referral.accepted"];
    let to = network.writes_to(&network.manager, &mail, TEAM, &told).await;
    let all = network.writes_to(&network.manager, &mail, "all@harbour.example.org", &[]).await;
    let listed = network.ask(&network.manager, "{ noticeEndpoints { kinds channel } }", json!({})).await;
    assert_eq!(
        listed["noticeEndpoints"],
        json!([{ "kinds": [], "channel": "EMAIL" },
            { "kinds": ["appointment.booked", "referral.accepted"], "channel": "EMAIL" }])
    );
    let referral = network.sent(&id).await;
    network.stepped(&network.cal, "acceptReferral", &referral, "").await;
    assert_eq!(kinds(&network.notices(to).await), ["referral.accepted"]);
    assert_eq!(network.notices(all).await.len(), 3);
    let set = |kinds: &str| {
        format!("setNoticeKinds(input: {{ endpoint: {:?}, kinds: {kinds} }}) {{ {ENDPOINT} }}", global(to))
    };
    let refused = network.manages(&network.manager, &set("[\"referral\"]")).await;
    assert_eq!(code_of(&refused), ("BAD_VALUE", Some("input.kinds")));
    assert_eq!(network.manages(&network.manager, &set("[]")).await["errors"], json!([]));
    let done = network.stepped(&network.cal, "startReferral", &referral, "").await;
    assert_eq!(done["errors"], json!([]));
    assert_eq!(kinds(&network.notices(to).await), ["referral.accepted", "referral.started"]);
}

/// Refused for now it is tried again, refused for good it is dead at once; a manager has it sent again, and it is the same
/// letter.
#[tokio::test]
async fn a_refusal_for_good_is_dead_at_once_and_can_be_sent_again() {
    let mail = MailServer::new().await;
    let network = network(&mail).await;
    let to = network.writes_to(&network.manager, &mail, TEAM, &[]).await;
    network.happens(to, 0..1, 1).await;
    network.gathers();
    let sender = network.sender();
    mail.is(Mood::Says("450 4.2.0 greylisted\r\n"));
    assert_eq!(sender.send_due().await.unwrap(), Round { later: 1, ..Round::default() });
    assert_eq!(sender.send_due().await.unwrap(), Round::default(), "not before its time");
    let row = network.endpoint(to).await;
    assert_eq!((row.last_error, row.last_status), (Some(NoticeFailure::MailRefused), Some(450)));
    network.app.clock.advance(TimeDelta::seconds(6));
    mail.is(Mood::Says("550 5.1.1 no such user\r\n"));
    assert_eq!(sender.send_due().await.unwrap(), Round { dead: 1, ..Round::default() });
    let row = &network.notices(to).await[0];
    assert_eq!((row.state, row.attempts, row.last_status), (NoticeState::Dead, 2, Some(550)));
    mail.is(Mood::Takes);
    network.app.clock.advance(TimeDelta::days(2));
    assert_eq!(sender.send_due().await.unwrap(), Round::default(), "it is tried no more");
    let replay = format!("replayNotices(input: {{ endpoint: {:?} }}) {{ replayed {ENDPOINT} }}", global(to));
    assert_eq!(network.manages(&network.mo().await, &replay).await["replayed"], 1);
    assert_eq!(sender.send_due().await.unwrap(), Round { delivered: 1, ..Round::default() });
    assert_eq!(mail.last().id(), row.id.0.to_string());
    let row = network.endpoint(to).await;
    assert_eq!((row.failing_since, row.last_error, row.last_status), (None, None, None));
    // Taken, and no word of it: it comes again, and whoever has both can tell.
    network.happens(to, 1..2, 1).await;
    network.gathers();
    mail.is(Mood::HangsUp);
    assert_eq!(sender.send_due().await.unwrap(), Round { later: 1, ..Round::default() });
    network.app.clock.advance(TimeDelta::seconds(6));
    mail.is(Mood::Takes);
    assert_eq!(sender.send_due().await.unwrap(), Round { delivered: 1, ..Round::default() });
    let ids: Vec<String> = mail.letters().iter().map(|letter| letter.id()).collect();
    assert_eq!(ids.len(), 4, "the code, the one that was replayed, and one twice");
    assert_eq!(ids[2], ids[3]);
    // What takes nothing for five days is switched off, as any endpoint.
    network.happens(to, 2..3, 1).await;
    network.gathers();
    mail.is(Mood::Says("550 5.1.1 no such user\r\n"));
    assert_eq!(sender.send_due().await.unwrap(), Round { dead: 1, ..Round::default() });
    network.happens(to, 3..4, 1).await;
    network.app.clock.advance(TimeDelta::milliseconds(OFF_AFTER));
    assert_eq!(sender.send_due().await.unwrap(), Round { dead: 1, switched_off: 1, ..Round::default() });
}

/// Where our own mail server is away, it is tried as long as anything is; the address is not switched off for it.
#[tokio::test]
async fn an_address_is_not_to_blame_for_our_mail_server() {
    let mail = MailServer::new().await;
    let network = network(&mail).await;
    let to = network.writes_to(&network.manager, &mail, TEAM, &[]).await;
    network.happens(to, 0..1, 1).await;
    network.gathers();
    mail.is(Mood::TurnsAway("554 5.3.2 not now\r\n"));
    let sender = network.sender();
    for wait in WAITS {
        assert_eq!(sender.send_due().await.unwrap(), Round { later: 1, ..Round::default() });
        network.app.clock.advance(TimeDelta::milliseconds(wait + wait / 10));
    }
    assert_eq!(sender.send_due().await.unwrap(), Round { dead: 1, ..Round::default() });
    network.app.clock.advance(TimeDelta::milliseconds(OFF_AFTER));
    network.happens(to, 1..2, 1).await;
    network.gathers();
    assert_eq!(sender.send_due().await.unwrap(), Round { later: 1, ..Round::default() });
    let row = network.endpoint(to).await;
    assert_eq!((row.is_on, row.failing_since), (true, None));
    assert_eq!((row.last_error, row.last_status), (Some(NoticeFailure::MailServer), Some(554)));
    mail.is(Mood::Takes);
    network.app.clock.advance(TimeDelta::seconds(6));
    assert_eq!(sender.send_due().await.unwrap(), Round { delivered: 1, ..Round::default() });
    assert_eq!(network.endpoint(to).await.last_error, None);
}

/// As many letters hang as endpoints are sent to at once; the system that stands behind them has its notices all the same.
#[tokio::test]
async fn a_silent_mail_server_holds_up_no_system() {
    let mail = MailServer::new().await;
    let network = network(&mail).await;
    let max = network.other_manager().await;
    let mut all = Vec::new();
    for manager in [&network.manager, &max] {
        for number in 0..4 {
            let address = format!("team{number}@harbour.example.org");
            all.push(network.writes_to(manager, &mail, &address, &[]).await);
        }
    }
    let good = Receiver::new(200).await;
    all.push(network.tells(&network.manager, &good).await.0);
    for (number, to) in (0_u128..).zip(&all) {
        network.happens(*to, number * 10..number * 10 + 3, 1).await;
    }
    network.gathers();
    mail.is(Mood::Silent);
    let sender = network.sender();
    tokio::select! {
        done = sender.send_due() => panic!("the silent one ended first: {done:?}"),
        () = async { tokio::join!(good.has(3), mail.was_asked(16)); } => {}
    }
    assert_eq!((good.got().len(), mail.letters().len()), (3, 8));
}

#[tokio::test]
async fn what_would_be_more_than_an_address_is_refused() {
    let mail = MailServer::new().await;
    let network = network(&mail).await;
    for text in [
        "a@b.example\r\nBcc: everybody@c.example",
        "a@b.example\nSubject: x",
        "a\r\nBcc:everybody@c.example",
        "a@b.example, c@d.example",
        "a@b.example c@d.example",
        "Ann <a@b.example>",
        "<a@b.example>",
        "mailto:a@b.example",
        "a@b.example?bcc=c@d.example",
        "a@localhost",
        "a@127.0.0.1",
        "\"a b\"@c.example",
        "@b.example",
        "",
        &format!("{}@b.example", "a".repeat(255)),
    ] {
        assert_eq!(
            code_of(&network.names_address(&network.manager, text, &[]).await),
            ("BAD_VALUE", Some("input.address")),
            "{text:?}"
        );
    }
    assert!(mail.letters().is_empty());
    assert!(notice_endpoint::Entity::find().all(network.app.db().connection()).await.unwrap().is_empty());
}

/// Where there is no mail server, that is said; and what was agreed to while there was one waits.
#[tokio::test]
async fn without_a_mail_server_it_is_said_that_there_is_none() {
    let network = Network::new().await;
    let refused = network.names_address(&network.manager, TEAM, &[]).await;
    assert_eq!(code_of(&refused), ("NO_MAIL_SERVER", None));
    assert!(refused["errors"][0]["message"].as_str().unwrap().contains("post.smtp_url"));
    assert!(network.app.letters().is_empty());
    let mail = MailServer::new().await;
    let network = self::network(&mail).await;
    let to = network.writes_to(&network.manager, &mail, TEAM, &[]).await;
    network.happens(to, 0..1, 1).await;
    network.gathers();
    let (db, clock, vault) = (network.app.db().clone(), network.app.clock.clone(), network.app.app.vault.clone());
    let folder = signpost::config::Post {
        outbox_folder: network.app.outbox.path().to_str().unwrap().to_owned(),
        ..signpost::config::Post::default()
    };
    let without = Notices::new(db, clock, vault, Post::new(&folder).unwrap(), &NoticeSettings::default());
    let sender = Sender::new(without).unwrap();
    assert_eq!(sender.send_due().await.unwrap(), Round { later: 1, ..Round::default() });
    assert_eq!(network.endpoint(to).await.last_error, Some(NoticeFailure::MailServer));
    assert!(network.app.letters().is_empty() && mail.letters().len() == 1);
}

/// Another agency's address is as good as none.
#[tokio::test]
async fn addresses_are_their_agencys_alone() {
    let mail = MailServer::new().await;
    let network = network(&mail).await;
    let max = network.other_manager().await;
    let id = global(endpoint_of(&network.names_address(&network.manager, TEAM, &[]).await));
    let nobody = global(NoticeEndpointId(Uuid::from_u128(99_999)));
    for field in [
        "confirmNoticeAddress(input: { endpoint: \"ID\", code: \"0000-0000-0000-0000-0000\" })",
        "resendNoticeCode(id: \"ID\")",
        "setNoticeKinds(input: { endpoint: \"ID\", kinds: [] })",
    ] {
        let mut answers = Vec::new();
        for id in [&id, &nobody] {
            answers.push(network.manages(&max, &format!("{} {{ {ENDPOINT} }}", field.replace("ID", id))).await);
        }
        assert_eq!(code_of(&answers[0]).0, "NOT_FOUND", "{field}");
        assert_eq!(answers[0], answers[1], "{field}");
    }
    // The same address may be another agency's too, and agrees for each by itself.
    assert_eq!(network.names_address(&max, TEAM, &[]).await["errors"], json!([]));
    let code = mail.last().code();
    assert_eq!(code_of(&network.confirms(&network.manager, &id, &code).await), ("BAD_VALUE", Some("input.code")));
}
