//! Letters of which nobody can say whether they arrived, and mail servers that take nothing from us.

use chrono::TimeDelta;
use entity::enums::{NoticeFailure, NoticeState};
use sea_orm::EntityTrait;
use signpost::notices::gathering::MOST_LETTERS_AN_HOUR;
use signpost::notices::sending::{LETTER_TAKEN_FOR, Round};
use signpost::post::outbox::LONGEST_S;

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
    assert_eq!(sender.send_due().await.unwrap(), Round { delivered: 2, ..Round::default() });
    network.app.clock.advance(TimeDelta::days(2));
    assert_eq!(sender.send_due().await.unwrap(), Round::default());
    let letters = mail.letters();
    let [_, first, again] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!((first.id(), first.text()), (again.id(), again.text()));
    for row in network.notices(to).await {
        assert_eq!((row.state, row.attempts), (NoticeState::Delivered, 2));
        assert_eq!(row.letter_id.map(|id| id.to_string()), Some(first.id()));
    }
    let row = network.endpoint(to).await;
    assert_eq!((row.failing_since, row.last_error), (None, None));
    // In a letter with another, which was in none: each by itself.
    network.happens(to, 2..3, 1).await;
    network.gathers();
    assert_eq!(sender.send_due().await.unwrap(), Round { later: 1, ..Round::default() });
    network.happens(to, 3..4, 1).await;
    network.app.clock.advance(TimeDelta::seconds(6));
    assert_eq!(sender.send_due().await.unwrap(), Round { delivered: 1, later: 1, ..Round::default() });
    network.gathers();
    assert_eq!(sender.send_due().await.unwrap(), Round { delivered: 1, ..Round::default() });
    assert_eq!(mail.letters().len(), 6);
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
    ] {
        mail.is(mood);
        assert_eq!(sender.send_due().await.unwrap(), Round { later: 1, ..Round::default() }, "{mood:?}");
        let row = network.endpoint(to).await;
        assert_eq!((row.failing_since, row.last_error), (None, Some(NoticeFailure::MailServer)), "{mood:?}");
        assert_eq!(row.last_status, status, "{mood:?}");
        network.app.clock.advance(TimeDelta::minutes(6));
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
