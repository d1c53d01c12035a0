//! A withdrawal and reads at the same moment: a disclosure stands in the ledger before the withdrawal, or not at all.

use std::sync::Arc;

use entity::enums::{ConsentKind, DataCategory, LawfulBasis};
use entity::ids::{AgreementVersionId, LedgerEntryId, ServiceUserId};
use entity::service_user;
use sea_orm::ActiveValue::Set;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, Statement};
use serde_json::json;
use signpost::access::ledger::entry::Decisions;
use signpost::access::ledger::{NotWritten, append};
use signpost::access::rule::decide::Ground;
use signpost::access::rule::{Ask, Row};
use signpost::people::reading::Wanted;

use super::Agencies;

/// Readers at once, and how often it is permitted and withdrawn under them.
const READERS: usize = 4;
const ROUNDS: usize = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_disclosed_on_a_consent_that_was_withdrawn_before() {
    let agencies = Arc::new(Agencies::new().await);
    let id = agencies.entered().await;
    agencies.agree(LawfulBasis::Consent).await;
    agencies.refer(id).await;
    let done = Arc::new(tokio::sync::Notify::new());
    let readers: Vec<_> = (0..READERS)
        .map(|_| {
            let (agencies, done) = (Arc::clone(&agencies), Arc::clone(&done));
            tokio::spawn(async move {
                let (mut shown, mut refused) = (0_u32, 0_u32);
                let over = done.notified();
                tokio::pin!(over);
                over.as_mut().enable();
                while !tokio::select! { biased; () = &mut over => true, () = std::future::ready(()) => false } {
                    // Where it changes faster than it is decided, nothing is shown; that is no failure.
                    match agencies.people.read(Agencies::reader(1), &[id], &Wanted::everything(), None).await {
                        Ok(seen) if seen.is_empty() => refused += 1,
                        Ok(_) => shown += 1,
                        Err(_) => {}
                    }
                }
                (shown, refused)
            })
        })
        .collect();
    let epoch = async || {
        let them = service_user::Entity::find_by_id(id).one(agencies.app.db().connection()).await.unwrap();
        them.unwrap().epoch
    };
    let mut withdrawn = Vec::new();
    for _ in 0..ROUNDS {
        let consent = agencies.say(id, ConsentKind::Permit).await;
        // Until somebody was shown something on it.
        loop {
            let ledger = agencies.ledger().await;
            let shown = |entry: &serde_json::Value| entry["shown"][0]["consent"] == json!(consent);
            if ledger.iter().any(shown) {
                break;
            }
            tokio::task::yield_now().await;
        }
        agencies.people.withdraw(Agencies::worker(0).into(), consent).await.unwrap();
        withdrawn.push((consent, epoch().await));
        assert_eq!(
            agencies.people.read(Agencies::reader(1), &[id], &Wanted::everything(), None).await.unwrap_or_default(),
            [],
            "right after it"
        );
    }
    done.notify_waiters();
    for reader in readers {
        reader.await.unwrap();
    }
    let ledger = agencies.ledger().await;
    for (consent, since) in withdrawn {
        let on_it: Vec<_> = ledger.iter().filter(|entry| entry["shown"][0]["consent"] == json!(consent)).collect();
        assert!(!on_it.is_empty(), "something was shown on each");
        for entry in on_it {
            assert!(entry["epoch"].as_i64().unwrap() < since, "decided after it was withdrawn: {entry}");
        }
    }
    assert!(ledger.iter().any(|entry| entry["decision"] == json!("refused")));
}

/// A decision about the service user, shared under the agreement, on these counts.
fn decided(agencies: &Agencies, id: ServiceUserId, epoch: i64, of_agreement: i64) -> Decisions {
    let reader = Agencies::reader(1);
    let at = agencies.app.clock.now().into();
    let ask = Ask { account: reader.account, agency: reader.agency, purpose: reader.purpose, at };
    let mut decisions = Decisions::new(ask, reader.operation);
    decisions.asked_about(id, Some(epoch), LedgerEntryId(agencies.app.clock.new_id()));
    let row = Row::of(id, Agencies::reader(0).agency.unwrap(), DataCategory::Identity);
    let ground = Ground::Shared {
        agreement: Agencies::agreement(),
        epoch: of_agreement,
        version: AgreementVersionId(Agencies::agreement().0),
        basis: LawfulBasis::Consent,
        consent: None,
        despite: None,
    };
    assert!(decisions.shown(&row, ground));
    decisions
}

/// Counts are looked at again when it is written: of the service user, and of the agreement.
#[tokio::test]
async fn what_was_decided_on_another_count_is_not_written() {
    let agencies = Agencies::new().await;
    let id = agencies.entered().await;
    agencies.agree(LawfulBasis::Consent).await;
    let db = agencies.app.db().connection();
    for (epoch, of_agreement) in [(1, 0), (0, 1), (-1, 0)] {
        let written = append(db, &[decided(&agencies, id, epoch, of_agreement)]).await;
        assert!(matches!(written, Err(NotWritten::Changed)), "{epoch} {of_agreement}: {written:?}");
    }
    assert_eq!(agencies.ledger().await, Vec::<serde_json::Value>::new());
    append(db, &[decided(&agencies, id, 0, 0)]).await.unwrap();
    assert_eq!(agencies.ledger().await.len(), 1);
    // Of several, one that has changed holds all of them up: nothing is written by halves.
    let mut two = decided(&agencies, id, 0, 0);
    let other = agencies.entered().await;
    two.asked_about(other, Some(3), LedgerEntryId(agencies.app.clock.new_id()));
    let own = Row::of(other, Agencies::reader(1).agency.unwrap(), DataCategory::Identity);
    let mut both = two.clone();
    assert!(both.shown(&own, Ground::OwnAgency));
    assert!(matches!(append(db, &[both]).await, Err(NotWritten::Changed)));
    assert_eq!(agencies.ledger().await.len(), 1);
    // Of whom nothing is shown nothing is told by it either: a refusal rests on no count.
    append(db, &[two]).await.unwrap();
    assert_eq!(agencies.ledger().await.len(), 3);
}

/// A withdrawal that is under way is waited for, and then holds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_being_withdrawn_is_waited_for() {
    let agencies = Arc::new(Agencies::new().await);
    let id = agencies.entered().await;
    agencies.agree(LawfulBasis::Consent).await;
    let withdrawal = agencies.app.db().begin_write().await.unwrap();
    let raised = service_user::ActiveModel { id: Set(id), epoch: Set(1), ..Default::default() };
    service_user::Entity::update(raised).exec(&withdrawal).await.unwrap();
    let written = tokio::spawn({
        let agencies = Arc::clone(&agencies);
        async move { append(agencies.app.db().connection(), &[decided(&agencies, id, 0, 0)]).await }
    });
    if agencies.app.db().engine() == DbBackend::Postgres {
        let waits = "SELECT COUNT(*) AS n FROM pg_stat_activity WHERE datname = current_database() \
                     AND wait_event_type = 'Lock'";
        let waits = || Statement::from_string(DbBackend::Postgres, waits);
        while !written.is_finished() {
            let row = agencies.app.db().connection().query_one_raw(waits()).await.unwrap().unwrap();
            if row.try_get::<i64>("", "n").unwrap() > 0 {
                break;
            }
        }
        assert!(!written.is_finished(), "it waits for whoever changes what it counts on");
    }
    withdrawal.commit().await.unwrap();
    let written = written.await.unwrap();
    assert!(matches!(written, Err(NotWritten::Changed)), "{written:?}");
}
