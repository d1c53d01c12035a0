//! Letters with a code are few, whoever's the mailbox is, and whoever names it learns little of it.

use chrono::TimeDelta;
use entity::notice_code_letter;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use signpost::notices::addresses::CODE_FOR;
use signpost::notices::asking::{
    BETWEEN_CODES, COUNTED_FOR, MOST_CODES, MOST_CODES_OF_ALL, MOST_NAMED_A_DAY, MOST_UNANSWERED,
};

use super::letters::{TEAM, code_of, network};
use super::mail::{MailServer, Mood};
use super::{ENDPOINT, endpoint_of, global};
use crate::people::graph::Network;

impl Network {
    async fn resends(&self, manager: &str, id: &str) -> Value {
        self.manages(manager, &format!("resendNoticeCode(id: {id:?}) {{ {ENDPOINT} }}")).await
    }

    async fn listed(&self, manager: &str) -> Value {
        self.ask(manager, "{ noticeEndpoints { url lastError lastStatus } }", json!({})).await["noticeEndpoints"].take()
    }

    fn passes(&self, millis: i64) {
        self.app.clock.advance(TimeDelta::milliseconds(millis));
    }
}

#[tokio::test]
async fn nobody_is_flooded_with_codes() {
    let mail = MailServer::new().await;
    let network = network(&mail).await;
    let begun = network.app.clock.now();
    let added = network.names_address(&network.manager, TEAM, &[]).await;
    let id = global(endpoint_of(&added));
    let again = network.names_address(&network.manager, &TEAM.to_uppercase(), &[]).await;
    assert_eq!(code_of(&again), ("BAD_VALUE", Some("input.address")));
    assert_eq!(code_of(&network.resends(&network.manager, &id).await), ("BAD_VALUE", None));
    network.passes(BETWEEN_CODES);
    let mo = network.mo().await;
    // Where our own mail server is away, the code before it stays as it was, and nothing is counted.
    let first = mail.last().code();
    mail.is(Mood::TurnsAway("554 5.3.2 not now\r\n"));
    let not_sent = network.resends(&mo, &id).await;
    assert_eq!(code_of(&not_sent).0, "NOT_SENT");
    assert_eq!((global(endpoint_of(&not_sent)), &not_sent["endpoint"]["lastError"]), (id.clone(), &Value::Null));
    mail.is(Mood::Takes);
    assert_eq!(network.resends(&mo, &id).await["errors"], json!([]));
    assert_eq!((mail.letters().len(), code_of(&network.confirms(&mo, &id, &first).await).0), (2, "BAD_VALUE"));
    network.passes(BETWEEN_CODES);
    let mo = network.mo().await;
    assert_eq!(code_of(&network.resends(&mo, &id).await).0, "BAD_VALUE", "a day from now on");
    network.app.clock.advance(TimeDelta::days(1));
    let mo = network.mo().await;
    assert_eq!(network.resends(&mo, &id).await["errors"], json!([]));
    let last = mail.last().code();
    // So many, and no more, however long it is waited.
    for _ in 0..6 {
        network.app.clock.advance(TimeDelta::days(1));
        let mo = network.mo().await;
        assert_eq!(code_of(&network.resends(&mo, &id).await), ("BAD_VALUE", None));
    }
    assert_eq!(mail.letters().len(), MOST_CODES);
    // A code that is too old works no more, and its address is forgotten; what was sent there is not.
    network.passes(CODE_FOR);
    let mo = network.mo().await;
    assert_eq!(code_of(&network.confirms(&mo, &id, &last).await), ("BAD_VALUE", Some("input.code")));
    network.app.app.notices().tidy().await.unwrap();
    assert_eq!(network.listed(&mo).await, json!([]));
    for address in [TEAM, "Team+more@harbour.example.org"] {
        assert_eq!(code_of(&network.names_address(&mo, address, &[]).await), ("BAD_VALUE", None), "{address}");
    }
    network.app.clock.advance(begun + TimeDelta::milliseconds(COUNTED_FOR) - network.app.clock.now());
    let mo = network.mo().await;
    network.app.app.notices().tidy().await.unwrap();
    assert_eq!(network.names_address(&mo, TEAM, &[]).await["errors"], json!([]));
    assert_eq!(mail.letters().len(), MOST_CODES + 1);
}

/// However it is written, and whoever names it.
#[tokio::test]
async fn a_mailbox_is_not_flooded_by_way_of_its_many_addresses() {
    let mail = MailServer::new().await;
    let network = network(&mail).await;
    let max = network.other_manager().await;
    network.third_manager().await;
    assert_eq!(network.names_address(&network.manager, "team+a@harbour.example.org", &[]).await["errors"], json!([]));
    for other in ["Team+B@harbour.example.org", TEAM] {
        assert_eq!(code_of(&network.names_address(&network.manager, other, &[]).await), ("BAD_VALUE", None), "{other}");
    }
    // Another agency is asked by itself.
    assert_eq!(network.names_address(&max, TEAM, &[]).await["errors"], json!([]));
    for manager in ["mo@example.org", "max@example.org"] {
        for (number, days) in [(1, 0), (2, 1)] {
            network.app.clock.advance(TimeDelta::days(days));
            network.passes(BETWEEN_CODES);
            let token = network.app.token(manager).await;
            let added = network.names_address(&token, &format!("team+{number}@harbour.example.org"), &[]).await;
            assert_eq!(added["errors"], json!([]), "{manager} {number}");
        }
    }
    assert_eq!(mail.letters().len(), MOST_CODES_OF_ALL);
    network.app.clock.advance(TimeDelta::days(1));
    for manager in ["mo@example.org", "max@example.org", "may@example.org"] {
        let token = network.app.token(manager).await;
        let refused = network.names_address(&token, "team+3@harbour.example.org", &[]).await;
        assert_eq!(code_of(&refused), ("BAD_VALUE", None), "{manager}");
    }
    assert_eq!(mail.letters().len(), MOST_CODES_OF_ALL);
    // Nothing of the mailbox stands there that could be read.
    let rows = notice_code_letter::Entity::find().all(network.app.db().connection()).await.unwrap();
    assert!(rows.len() == MOST_CODES_OF_ALL && rows.iter().all(|row| row.mailbox == rows[0].mailbox), "{rows:?}");
}

/// An agency that names one after another is stopped, and one whose addresses agree is not.
#[tokio::test]
async fn an_agency_asks_few_mailboxes_until_they_answer() {
    let mail = MailServer::new().await;
    let network = network(&mail).await;
    let address = |number: usize| format!("team{number}@harbour.example.org");
    let mut ids = Vec::new();
    for number in 0..MOST_UNANSWERED {
        let added = network.names_address(&network.manager, &address(number), &[]).await;
        assert_eq!(added["errors"], json!([]), "{number}");
        ids.push(global(endpoint_of(&added)));
    }
    let more = address(MOST_UNANSWERED);
    assert_eq!(code_of(&network.names_address(&network.manager, &more, &[]).await), ("BAD_VALUE", None), "in a day");
    network.app.clock.advance(TimeDelta::days(1));
    let mo = network.mo().await;
    assert_eq!(code_of(&network.names_address(&mo, &more, &[]).await), ("BAD_VALUE", None), "they have not answered");
    // To remove one makes no room for another to be asked.
    let remove = format!("removeNoticeEndpoint(id: {:?}) {{ errors {{ code }} }}", ids[0]);
    assert_eq!(network.manages(&mo, &remove).await["errors"], json!([]));
    assert_eq!(code_of(&network.names_address(&mo, &more, &[]).await), ("BAD_VALUE", None));
    assert_eq!(mail.letters().len(), MOST_UNANSWERED);
    let code = mail.letters()[1].code();
    assert_eq!(network.confirms(&mo, &ids[1], &code).await["errors"], json!([]));
    assert_eq!(network.names_address(&mo, &more, &[]).await["errors"], json!([]));
    assert_eq!(mail.letters().len(), MOST_UNANSWERED + 1);
}

/// Whoever names addresses to see which mailboxes there are is answered the same whichever way they are refused, and is stopped
/// as soon as if they were not.
#[tokio::test]
async fn tries_that_are_refused_count_and_tell_nothing() {
    let mail = MailServer::new().await;
    let network = network(&mail).await;
    let refusals = ["550 5.1.1 no such user\r\n", "450 4.2.0 greylisted\r\n", "552 5.2.2 full\r\n"];
    let mut answers = Vec::new();
    for (number, words) in (0..MOST_NAMED_A_DAY).zip(refusals.into_iter().cycle()) {
        mail.is(Mood::Says(words));
        let address = format!("team{number}@harbour.example.org");
        let mut answer = network.names_address(&network.manager, &address, &[]).await;
        assert_eq!(code_of(&answer), ("NOT_SENT", None), "{words}");
        // It stays named, and is told beside the error.
        let named = answer["endpoint"].as_object_mut().unwrap();
        assert_eq!((&named["isOn"], &named["offReason"]), (&json!(false), &json!("UNCONFIRMED")), "{words}");
        for its_own in ["id", "url"] {
            assert!(named.remove(its_own).is_some_and(|value| value.is_string()), "{its_own}");
        }
        answers.push(answer);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:#?}");
    let listed = network.listed(&network.manager).await;
    let listed = listed.as_array().unwrap();
    assert_eq!(listed.len(), MOST_NAMED_A_DAY, "they stay named");
    for one in listed {
        assert_eq!((&one["lastError"], &one["lastStatus"]), (&json!("MAIL_REFUSED"), &Value::Null));
    }
    for days in 0..7 {
        let mo = network.mo().await;
        let refused = network.names_address(&mo, "one.more@harbour.example.org", &[]).await;
        assert_eq!(code_of(&refused), ("BAD_VALUE", None), "{days}");
        network.app.clock.advance(TimeDelta::days(1));
    }
    assert_eq!(mail.times_asked(), MOST_NAMED_A_DAY);
}

/// Where another letter is refused, the code before it works, and the try counts.
#[tokio::test]
async fn a_code_outlives_a_letter_that_is_refused() {
    let mail = MailServer::new().await;
    let network = network(&mail).await;
    let id = global(endpoint_of(&network.names_address(&network.manager, TEAM, &[]).await));
    let code = mail.last().code();
    network.passes(BETWEEN_CODES);
    let mo = network.mo().await;
    mail.is(Mood::Says("451 4.7.1 later\r\n"));
    let not_sent = network.resends(&mo, &id).await;
    assert_eq!(code_of(&not_sent), ("NOT_SENT", None));
    assert_eq!(
        (global(endpoint_of(&not_sent)), &not_sent["endpoint"]["lastError"]),
        (id.clone(), &json!("MAIL_REFUSED"))
    );
    assert_eq!(network.listed(&mo).await[0]["lastError"], "MAIL_REFUSED");
    mail.is(Mood::Takes);
    assert_eq!(code_of(&network.resends(&mo, &id).await), ("BAD_VALUE", None), "it counts");
    let confirmed = network.confirms(&mo, &id, &code).await;
    assert_eq!((&confirmed["errors"], &confirmed["endpoint"]["lastError"]), (&json!([]), &Value::Null));
}
