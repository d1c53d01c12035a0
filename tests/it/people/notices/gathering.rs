//! Several notices in one letter: gathered, counted, tried and given up together, each with its own row.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use entity::enums::NoticeState;
use entity::ids::{NoticeEndpointId, ReferralId};
use entity::instants::Millis;
use entity::notice;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use signpost::api::ids::NodeId;
use signpost::notices::backoff::WAITS;
use signpost::notices::gathering::{MOST_IN_A_LETTER, MOST_LETTERS_AN_HOUR};
use signpost::notices::sending::Round;
use uuid::Uuid;

use super::letters::{TEAM, network, network_with};
use super::mail::{Letter, MailServer, Mood};
use super::{ENDPOINT, global};
use crate::people::graph::Network;

/// The global id of a referral that `happens` makes up.
fn referral(number: u128) -> String {
    NodeId::Referral(ReferralId(Uuid::from_u128(0xf000_0000 + number))).encode().0
}

/// The referrals that a letter tells of, in its order.
fn told(letter: &Letter) -> Vec<String> {
    letter.text().lines().filter_map(|line| line.strip_prefix("Its id: ")).map(|id| id.trim_end().to_owned()).collect()
}

impl Network {
    async fn tests(&self, to: NoticeEndpointId) {
        let field = format!("sendTestNotice(id: {:?}) {{ {ENDPOINT} }}", global(to));
        assert_eq!(self.manages(&self.mo().await, &field).await["errors"], json!([]));
    }
}

#[tokio::test]
async fn a_burst_is_one_letter() {
    let mail = MailServer::new().await;
    let network = network(&mail).await;
    let to = network.writes_to(&network.manager, &mail, TEAM, &[]).await;
    let sender = network.sender();
    network.happens(to, 0..3, 3).await;
    network.app.clock.advance(TimeDelta::seconds(59));
    network.happens(to, 3..4, 1).await;
    assert_eq!(sender.send_due().await.unwrap(), Round::default(), "the first waits for others");
    network.app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(sender.send_due().await.unwrap(), Round { delivered: 10, ..Round::default() });
    assert_eq!(sender.send_due().await.unwrap(), Round::default());
    assert_eq!(mail.letters().len(), 2, "the code, and one letter");
    let letter = mail.last();
    assert_eq!((letter.to.as_str(), letter.subject().as_str()), (TEAM, "10 notices from Signpost"));
    let text = letter.text();
    assert!(text.contains("There are 10 notices.") && !text.contains("more") && !text.contains("://"), "{text}");
    assert_eq!(text.matches("A referral was put on the waiting list. Open Signpost to see it.").count(), 10);
    assert_eq!(text.matches("When: 20:0").count(), 10, "{text}");
    let wanted = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3].map(referral);
    assert_eq!(told(&letter), wanted, "what happened to one stands together");
    for row in network.notices(to).await {
        assert_eq!((row.state, row.attempts), (NoticeState::Delivered, 1));
        assert_eq!(row.letter_id.map(|id| id.to_string()), Some(letter.id()));
    }
    // A test does not wait, and takes with it what does.
    network.happens(to, 4..5, 1).await;
    network.tests(to).await;
    assert_eq!(sender.send_due().await.unwrap(), Round { delivered: 2, ..Round::default() });
    let letter = mail.last();
    assert_eq!((mail.letters().len(), letter.subject().as_str()), (3, "2 notices from Signpost"));
    assert!(letter.text().contains("This is a test") && told(&letter) == [referral(4)], "{}", letter.text());
}

/// What is beyond a full letter is said, and comes in the next; nothing of a referral comes before what was before it.
#[tokio::test]
async fn a_full_letter_says_how_many_more_come() {
    let mail = MailServer::new().await;
    let network = network(&mail).await;
    let to = network.writes_to(&network.manager, &mail, TEAM, &[]).await;
    network.happens(to, 0..9, 3).await;
    network.gathers();
    assert_eq!(network.sender().send_due().await.unwrap(), Round { delivered: 27, ..Round::default() });
    let letters = mail.letters();
    let [_, full, rest] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!((told(full).len(), told(rest).len()), (MOST_IN_A_LETTER, 27 - MOST_IN_A_LETTER));
    assert!(full.text().contains("And 7 more, which come in another letter."), "{}", full.text());
    assert!(!rest.text().contains("more"), "{}", rest.text());
    let mut rows = network.notices(to).await;
    rows.sort_by_key(|row| (row.subject_id, row.number));
    for pair in rows.windows(2).filter(|pair| pair[0].subject_id == pair[1].subject_id) {
        let [earlier, later] = [&pair[0], &pair[1]].map(|row| row.letter_id.unwrap().to_string() == rest.id());
        assert!(!earlier || later, "{pair:#?}");
    }
}

/// What waits for an earlier notice of its referral, which is tried again tomorrow, does not come in the next letter.
#[tokio::test]
async fn what_does_not_come_next_is_not_counted() {
    let mail = MailServer::new().await;
    let network = network(&mail).await;
    let to = network.writes_to(&network.manager, &mail, TEAM, &[]).await;
    network.happens(to, 0..1, 3).await;
    let tomorrow = Millis::from(network.app.clock.now() + TimeDelta::days(1));
    notice::Entity::update_many()
        .set(notice::ActiveModel { due_at: Set(tomorrow), ..Default::default() })
        .filter(notice::Column::EndpointId.eq(to))
        .filter(notice::Column::Number.eq(1))
        .exec(network.app.db().connection())
        .await
        .unwrap();
    network.happens(to, 1..9, 3).await;
    network.gathers();
    assert_eq!(network.sender().send_due().await.unwrap(), Round { delivered: 24, ..Round::default() });
    let letters = mail.letters();
    let [_, full, rest] = letters.as_slice() else { panic!("{letters:?}") };
    assert!(full.text().contains("And 4 more, which come in another letter."), "{}", full.text());
    assert_eq!((told(full).len(), told(rest).len()), (MOST_IN_A_LETTER, 4));
}

/// An address gets so many letters in an hour, however many stand in each; the rest waits, and is not lost.
#[tokio::test]
async fn an_address_is_not_flooded() {
    let mail = MailServer::new().await;
    let network = network(&mail).await;
    let to = network.writes_to(&network.manager, &mail, TEAM, &[]).await;
    let fits = MOST_LETTERS_AN_HOUR * MOST_IN_A_LETTER;
    network.happens(to, 0..fits as u128 + 5, 1).await;
    network.gathers();
    let sender = network.sender();
    let mut delivered = 0;
    loop {
        let round = sender.send_due().await.unwrap();
        if round == Round::default() {
            break;
        }
        assert_eq!((round.later, round.dead), (0, 0));
        delivered += round.delivered;
    }
    assert_eq!((delivered, mail.letters().len()), (fits as u64, 1 + MOST_LETTERS_AN_HOUR));
    // Nobody looks at it before there is room.
    let rests_until = Millis::from(network.app.clock.now() + TimeDelta::hours(1));
    assert_eq!(network.endpoint(to).await.busy_until, Some(rests_until));
    assert!(mail.last().text().contains("And 5 more"), "{}", mail.last().text());
    network.app.clock.advance(TimeDelta::hours(1));
    assert_eq!(sender.send_due().await.unwrap(), Round { delivered: 5, ..Round::default() });
    let ids: BTreeSet<String> = mail.letters().iter().map(Letter::id).collect();
    assert_eq!(ids.len(), 2 + MOST_LETTERS_AN_HOUR, "each once");
    let referrals: Vec<String> = mail.letters().iter().flat_map(told).collect();
    assert_eq!(referrals.len(), fits + 5);
    assert_eq!(referrals.into_iter().collect::<BTreeSet<_>>().len(), fits + 5, "each once");
}

/// A letter that is not taken is a try of each that stands in it; they come back together, and are dead together. One that is
/// dead is sent again by itself.
#[tokio::test]
async fn what_stands_in_a_letter_is_tried_and_given_up_together() {
    let mail = MailServer::new().await;
    let network = network(&mail).await;
    let to = network.writes_to(&network.manager, &mail, TEAM, &[]).await;
    network.happens(to, 0..2, 5).await;
    network.gathers();
    let sender = network.sender();
    mail.is(Mood::Says("450 4.2.0 greylisted\r\n"));
    for (tries, wait) in (1..).zip(WAITS) {
        assert_eq!(sender.send_due().await.unwrap(), Round { later: 10, ..Round::default() });
        assert_eq!(sender.send_due().await.unwrap(), Round::default(), "not before its time");
        let rows = network.notices(to).await;
        assert!(rows.iter().all(|row| (row.attempts, row.last_status) == (tries, Some(450))), "{rows:#?}");
        assert_eq!(rows.iter().map(|row| row.due_at.0).collect::<BTreeSet<_>>().len(), 1, "they come back together");
        network.app.clock.advance(TimeDelta::milliseconds(wait + wait / 10));
    }
    assert_eq!(sender.send_due().await.unwrap(), Round { dead: 10, ..Round::default() });
    let rows = network.notices(to).await;
    assert!(rows.iter().all(|row| (row.state, row.attempts) == (NoticeState::Dead, 9) && row.letter_id.is_none()));
    mail.is(Mood::Takes);
    network.app.clock.advance(TimeDelta::days(1));
    assert_eq!(sender.send_due().await.unwrap(), Round::default(), "they are tried no more");
    // All of them again, in one letter.
    let replay = format!("replayNotices(input: {{ endpoint: {:?} }}) {{ replayed {ENDPOINT} }}", global(to));
    assert_eq!(network.manages(&network.mo().await, &replay).await["replayed"], 10);
    assert_eq!(sender.send_due().await.unwrap(), Round { delivered: 10, ..Round::default() });
    assert_eq!((mail.letters().len(), told(&mail.last()).len()), (2, 10));
    // Of several one is dead, and is sent again alone.
    mail.is(Mood::Says("550 5.7.1 not this one\r\n"));
    network.happens(to, 2..3, 1).await;
    network.gathers();
    assert_eq!(sender.send_due().await.unwrap(), Round { dead: 1, ..Round::default() });
    mail.is(Mood::Takes);
    network.happens(to, 3..5, 1).await;
    network.gathers();
    assert_eq!(sender.send_due().await.unwrap(), Round { delivered: 2, ..Round::default() });
    assert_eq!(network.manages(&network.mo().await, &replay).await["replayed"], 1);
    assert_eq!(sender.send_due().await.unwrap(), Round { delivered: 1, ..Round::default() });
    let letter = mail.last();
    let row = network.notices(to).await.into_iter().find(|row| row.subject_id == Uuid::from_u128(0xf000_0002)).unwrap();
    assert_eq!((told(&letter), letter.id()), (vec![referral(2)], row.id.0.to_string()));
}

/// The same that come again are the same letter; with another among them it is another letter, which nobody may throw away for
/// a double.
#[tokio::test]
async fn a_letter_is_known_again_by_what_stands_in_it() {
    let mail = MailServer::new().await;
    let network = network(&mail).await;
    let to = network.writes_to(&network.manager, &mail, TEAM, &[]).await;
    let sender = network.sender();
    network.happens(to, 0..3, 1).await;
    network.gathers();
    mail.is(Mood::HangsUp);
    assert_eq!(sender.send_due().await.unwrap(), Round { later: 3, ..Round::default() });
    network.app.clock.advance(TimeDelta::seconds(6));
    mail.is(Mood::Takes);
    assert_eq!(sender.send_due().await.unwrap(), Round { delivered: 3, ..Round::default() });
    network.happens(to, 4..7, 1).await;
    network.gathers();
    mail.is(Mood::HangsUp);
    assert_eq!(sender.send_due().await.unwrap(), Round { later: 3, ..Round::default() });
    // New ones go with what is tried again, though they have not waited; those of the same referral behind it.
    network.happens(to, 4..5, 2).await;
    network.app.clock.advance(TimeDelta::seconds(6));
    mail.is(Mood::Takes);
    network.happens(to, 7..8, 1).await;
    assert_eq!(sender.send_due().await.unwrap(), Round { delivered: 5, ..Round::default() });
    let letters = mail.letters();
    let [_, first, again, second, another] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!((first.id(), first.text()), (again.id(), again.text()));
    assert_ne!(second.id(), another.id());
    assert_eq!(
        (told(second), told(another)),
        ([4, 5, 6].map(referral).to_vec(), [4, 4, 5, 6, 7].map(referral).to_vec())
    );
}

/// Two processes send at once: each notice goes once, in one letter of each address.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_senders_write_one_letter() {
    let mail = MailServer::new().await;
    let network = network(&mail).await;
    let mut all = Vec::new();
    for number in 0..3 {
        let address = format!("team{number}@harbour.example.org");
        let to = network.writes_to(&network.manager, &mail, &address, &[]).await;
        network.happens(to, number * 10..number * 10 + 4, 3).await;
        all.push((to, address));
    }
    network.gathers();
    let (one, other) = (network.sender(), network.sender());
    let (one, other) = tokio::join!(
        tokio::spawn(async move { one.send_due().await.unwrap() }),
        tokio::spawn(async move { other.send_due().await.unwrap() })
    );
    assert_eq!(one.unwrap().delivered + other.unwrap().delivered, 36);
    let letters = mail.letters();
    assert_eq!(letters.len(), 6, "three codes, and a letter each");
    for (number, (to, address)) in (0_u128..).zip(&all) {
        let rows = network.notices(*to).await;
        assert!(rows.iter().all(|row| row.attempts == 1 && row.state == NoticeState::Delivered), "{rows:#?}");
        let letter = letters[3..].iter().find(|letter| letter.to == *address).unwrap();
        let wanted: Vec<String> = (0..12).map(|one| referral(number * 10 + one / 3)).collect();
        assert_eq!(told(letter), wanted);
        assert_eq!(network.endpoint(*to).await.busy_until, None, "it is given back");
    }
}

/// With a page of the front-end each notice has its link, which holds the id that stands beside it and nothing else.
#[tokio::test]
async fn a_link_leads_to_what_it_happened_to() {
    let mail = MailServer::new().await;
    let network = network_with(&mail, "https://app.example.org/open/{id}?from=letter").await;
    let to = network.writes_to(&network.manager, &mail, TEAM, &[]).await;
    network.happens(to, 0..2, 1).await;
    network.tests(to).await;
    assert_eq!(network.sender().send_due().await.unwrap(), Round { delivered: 3, ..Round::default() });
    let text = mail.last().text();
    let links: Vec<&str> = text.lines().map(str::trim_end).filter(|line| line.contains("://")).collect();
    let wanted = [0, 1].map(|number| format!("https://app.example.org/open/{}?from=letter", referral(number)));
    assert_eq!(links, wanted, "a test has none, and each stands on a line of its own");
    assert_eq!(text.matches("{id}").count(), 0);
}
