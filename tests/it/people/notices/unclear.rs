//! Letters of which nobody can say whether they arrived, and mail servers that take nothing from us.

use std::time::Duration;

use chrono::TimeDelta;
use entity::enums::{NoticeFailure, NoticeState};
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait};
use serde_json::json;
use signpost::notices::gathering::MOST_LETTERS_AN_HOUR;
use signpost::notices::sending::{LETTER_TAKEN_FOR, Round};
use signpost::post::outbox::LONGEST_S;
use tokio::time::sleep;

use super::letters::{TEAM, code_of, network};
use super::mail::{MailServer, Mood};

/// It may be lost, and goes once more, as the same letter; and then no more, for it may not be.
#[tokio::test]
async fn a_letter_that_may_have_arrived_goes_once_more_and_no_more() {
    let mail = MailServer::new().await;
    let network = network(&mail).await;
    let to = network.writes_to(&network.manager, &mail, TEAM, &[]).await;
    let sender = network.sender();
    network.happens(to, 0..2, 1).await;
    network.gathers();
    mail.is(Mood::HangsUp);
    assert_eq!(sender.send_due().await.unwrap(), Round { later: 2, ..Round::default() });
    assert_eq!(network.endpoint(to).await.last_error, Some(NoticeFailure::MailServer));
    network.app.clock.advance(TimeDelta::seconds(6));
    assert_eq!(sender.send_due().await.unwrap(), Round { dead: 2, ..Round::default() });
    network.app.clock.advance(TimeDelta::days(2));
    assert_eq!(sender.send_due().await.unwrap(), Round::default());
    let letters = mail.letters();
    let [_, first, again] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!((first.id(), first.text()), (again.id(), again.text()));
    for row in network.notices(to).await {
        // Nobody can say that they were delivered.
        assert_eq!((row.state, row.attempts), (NoticeState::Dead, 2));
        assert_eq!(row.last_error, Some(NoticeFailure::Unclear));
        assert_eq!(row.letter_id.map(|id| id.to_string()), Some(first.id()));
    }
    let row = network.endpoint(to).await;
    assert_eq!((row.failing_since, row.last_error), (None, Some(NoticeFailure::Unclear)));
    let told = network.ask(&network.mo().await, "{ noticeEndpoints { delivered dead lastError } }", json!({})).await;
    assert_eq!(told["noticeEndpoints"], json!([{ "delivered": 0, "dead": 2, "lastError": "UNCLEAR" }]));
    // In a letter with another, which was in none: each by itself.
    network.happens(to, 2..3, 1).await;
    network.gathers();
    assert_eq!(sender.send_due().await.unwrap(), Round { later: 1, ..Round::default() });
    network.happens(to, 3..4, 1).await;
    network.app.clock.advance(TimeDelta::seconds(6));
    assert_eq!(sender.send_due().await.unwrap(), Round { dead: 1, later: 1, ..Round::default() });
    network.gathers();
    assert_eq!(sender.send_due().await.unwrap(), Round { dead: 1, ..Round::default() });
    assert_eq!(mail.letters().len(), 6);
}

/// What came of a letter is written down though the database fails just then: nobody sends it again.
#[tokio::test]
async fn a_letter_that_was_taken_while_the_database_failed_does_not_go_again() {
    let mail = MailServer::new().await;
    let network = network(&mail).await;
    let to = network.writes_to(&network.manager, &mail, TEAM, &[]).await;
    network.happens(to, 0..2, 1).await;
    network.gathers();
    let rename = async |from: &str, into: &str| {
        let rename = format!("ALTER TABLE {from} RENAME TO {into}");
        network.app.db().connection().execute_unprepared(&rename).await.unwrap();
    };
    mail.is(Mood::Holds);
    let sender = network.sender();
    let sends = tokio::spawn(async move { sender.send_due().await });
    while mail.letters().len() < 2 {
        sleep(Duration::from_millis(5)).await;
    }
    rename("notice", "notice_away").await;
    mail.is(Mood::Takes);
    sleep(Duration::from_millis(100)).await;
    rename("notice_away", "notice").await;
    assert_eq!(sends.await.unwrap().unwrap(), Round { delivered: 2, ..Round::default() });
    network.app.clock.advance(TimeDelta::days(1));
    assert_eq!(network.sender().send_due().await.unwrap(), Round::default());
    assert_eq!(mail.letters().len(), 2, "the code, and one letter");
}

/// Where the database fails before a letter goes, its address is not silent for as long as it was taken for.
#[tokio::test]
async fn an_address_is_given_back_where_the_database_fails() {
    let mail = MailServer::new().await;
    let network = network(&mail).await;
    let to = network.writes_to(&network.manager, &mail, TEAM, &[]).await;
    network.happens(to, 0..2, 1).await;
    network.gathers();
    let db = network.app.db();
    let (break_it, mend_it) = if db.engine() == DbBackend::Postgres {
        (
            "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$; \
             CREATE TRIGGER broken BEFORE UPDATE OF attempts ON notice FOR EACH ROW EXECUTE FUNCTION broken()",
            "DROP TRIGGER broken ON notice",
        )
    } else {
        (
            "CREATE TRIGGER broken BEFORE UPDATE OF attempts ON notice BEGIN SELECT RAISE(ABORT, 'broken'); END",
            "DROP TRIGGER broken",
        )
    };
    db.connection().execute_unprepared(break_it).await.unwrap();
    let sender = network.sender();
    sender.send_due().await.unwrap_err();
    assert_eq!((network.endpoint(to).await.busy_until, mail.letters().len()), (None, 1));
    db.connection().execute_unprepared(mend_it).await.unwrap();
    network.app.clock.advance(TimeDelta::seconds(6));
    assert_eq!(sender.send_due().await.unwrap(), Round { delivered: 2, ..Round::default() });
    assert_eq!(mail.letters().len(), 2);
}

/// An address that perhaps got so many letters in an hour gets no more.
#[tokio::test]
async fn letters_that_may_have_arrived_are_counted() {
    let mail = MailServer::new().await;
    let network = network(&mail).await;
    let to = network.writes_to(&network.manager, &mail, TEAM, &[]).await;
    let sender = network.sender();
    mail.is(Mood::HangsUp);
    for number in 0..20 {
        network.happens(to, number..number + 1, 1).await;
        network.gathers();
        sender.send_due().await.unwrap();
        network.app.clock.advance(TimeDelta::seconds(6));
        sender.send_due().await.unwrap();
    }
    assert_eq!(mail.letters().len(), 1 + MOST_LETTERS_AN_HOUR, "the code, and each of so many twice");
    mail.is(Mood::Takes);
    network.app.clock.advance(TimeDelta::hours(1));
    assert_eq!(sender.send_due().await.unwrap(), Round { delivered: 5, ..Round::default() });
}

/// No other process takes an address while a mail server is waited for.
#[test]
fn an_address_is_taken_for_longer_than_a_letter_takes() {
    assert!(LETTER_TAKEN_FOR > i64::try_from(LONGEST_S).unwrap() * 1_000);
}

/// What is wrong with us, or with the mail server, ends no notice and is held against no address.
#[tokio::test]
async fn an_address_is_not_to_blame_for_what_is_wrong_with_us() {
    let mail = MailServer::new().await;
    let network = network(&mail).await;
    let to = network.writes_to(&network.manager, &mail, TEAM, &[]).await;
    let sender = network.sender();
    network.happens(to, 0..1, 1).await;
    network.gathers();
    for (mood, status) in [
        (Mood::SaysOfUs("553 5.7.1 not your address\r\n"), Some(553)),
        (Mood::SaysOfUs("530 5.7.0 sign in first\r\n"), None),
        (Mood::Says("421 4.3.2 closing\r\n"), Some(421)),
        // Said of the sender, though only where it is told to whom a letter goes.
        (
            Mood::Says("553 5.7.1 <post@signpost.example.org>: Sender address rejected: not owned by user\r\n"),
            Some(553),
        ),
        (Mood::Says("450 4.1.8 <post@signpost.example.org>: Sender address rejected: Domain not found\r\n"), Some(450)),
    ] {
        mail.is(mood);
        assert_eq!(sender.send_due().await.unwrap(), Round { later: 1, ..Round::default() }, "{mood:?}");
        let row = network.endpoint(to).await;
        assert_eq!((row.failing_since, row.last_error), (None, Some(NoticeFailure::MailServer)), "{mood:?}");
        assert_eq!(row.last_status, status, "{mood:?}");
        network.app.clock.advance(TimeDelta::hours(3));
    }
    // Nor is it one that cannot be named.
    mail.is(Mood::SaysOfUs("553 5.7.1 not your address\r\n"));
    let mo = network.mo().await;
    let not_asked = network.names_address(&mo, "other@harbour.example.org", &[]).await;
    assert_eq!((code_of(&not_asked), &not_asked["endpoint"]), (("NOT_SENT", None), &serde_json::Value::Null));
    let named = entity::notice_endpoint::Entity::find().all(network.app.db().connection()).await.unwrap();
    assert_eq!(named.len(), 1, "as if it had not been named");
    mail.is(Mood::Takes);
    assert_eq!(sender.send_due().await.unwrap(), Round { delivered: 1, ..Round::default() });
    assert_eq!(network.names_address(&mo, "other@harbour.example.org", &[]).await["errors"], serde_json::json!([]));
}
