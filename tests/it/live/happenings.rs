//! What of a change matters, and in which order it is told.

use std::collections::BTreeSet;

use entity::enums::HappeningKind::{
    CapacityGained, CapacityGone, Closed, EligibilityChanged, HoursChanged, Listed, Reopened, Withdrawn,
};
use entity::enums::{HappeningKind, RuleEvidence, ServiceStatus};
use entity::ids::ServiceId;
use signpost::directory::happenings::{Facts, Takes, Whose, between};
use signpost::directory::listing::{AgeRule, Eligibility, Ruled, ServiceListing};
use signpost::directory::store::{happenings, service_id};

use super::client::{changed, listing, write};
use crate::support::listings::{at, location, weekly};
use crate::support::{TestApp, source};

fn facts(change: impl FnOnce(&mut Facts)) -> Facts {
    let mut facts = Facts { public: true, status: ServiceStatus::Active, ..Facts::absent() };
    change(&mut facts);
    facts
}

fn aged(min: f64, evidence: RuleEvidence, quote: Option<&str>) -> Eligibility {
    let rule = AgeRule { min: Some(min), max: None };
    Eligibility { age: Some(Ruled { rule, evidence, quote: quote.map(str::to_owned) }), ..Eligibility::default() }
}

#[test]
fn what_matters_is_told_from_what_was_known_before_and_after() {
    use ServiceStatus::{Active, Defunct, Inactive, TemporarilyClosed};
    let status = |status| facts(|facts| facts.status = status);
    let free = |available| facts(|facts| facts.available = available);
    let open = |line: &str| facts(|facts| drop(facts.hours.insert(Whose::Service, vec![line.to_owned()])));
    let takes = |stated: &Eligibility| facts(|facts| facts.takes = Takes::from(stated));
    let hidden = facts(|facts| facts.public = false);
    let (stated, read) =
        (aged(18.0, RuleEvidence::Stated, None), aged(18.0, RuleEvidence::ReadFromText, Some("over 18")));
    let rows: &[(Facts, Facts, &[HappeningKind])] = &[
        (status(Active), status(Active), &[]),
        (status(Active), status(TemporarilyClosed), &[Closed]),
        (status(Active), status(Defunct), &[Closed]),
        (status(TemporarilyClosed), status(Inactive), &[Closed]),
        (status(Inactive), status(TemporarilyClosed), &[]),
        (status(TemporarilyClosed), status(Active), &[Reopened]),
        (status(Defunct), status(Active), &[Reopened]),
        (free(None), free(Some(1)), &[CapacityGained]),
        (free(Some(0)), free(Some(1)), &[CapacityGained]),
        (free(Some(1)), free(Some(5)), &[]),
        (free(Some(1)), free(Some(0)), &[CapacityGone]),
        (free(None), free(Some(0)), &[]),
        (free(Some(1)), free(None), &[]),
        (free(Some(0)), free(None), &[]),
        (open("nine"), open("nine"), &[]),
        (open("nine"), open("ten"), &[HoursChanged]),
        (open("nine"), facts(|_| {}), &[HoursChanged]),
        (takes(&stated), takes(&read), &[]),
        (takes(&stated), takes(&aged(21.0, RuleEvidence::Stated, None)), &[EligibilityChanged]),
        (takes(&Eligibility::default()), takes(&stated), &[EligibilityChanged]),
        (hidden.clone(), status(Active), &[Listed]),
        (Facts::absent(), status(TemporarilyClosed), &[Listed]),
        (status(Active), hidden.clone(), &[Withdrawn]),
        (status(Active), Facts::absent(), &[Withdrawn]),
        (hidden.clone(), facts(|facts| (facts.public, facts.status) = (false, Defunct)), &[]),
        (
            facts(|facts| facts.available = Some(1)),
            facts(|facts| (facts.status, facts.available) = (TemporarilyClosed, Some(0))),
            &[Closed, CapacityGone],
        ),
    ];
    for (number, (before, after, expected)) in rows.iter().enumerate() {
        assert_eq!(between(before, after), *expected, "row {number}: {before:?} {after:?}");
    }
}

/// Every happening so far.
async fn all(app: &TestApp) -> Vec<(ServiceId, HappeningKind)> {
    let rows = happenings::after(app.db().connection(), 0, i64::MAX, 1_000).await.unwrap();
    assert!(rows.is_sorted_by_key(|row| row.id));
    rows.into_iter().map(|row| (row.service, row.kind)).collect()
}

#[tokio::test]
async fn saving_notes_what_happened_to_what_was_known_and_nothing_of_what_is_new() {
    let app = TestApp::new().await;
    let mut first = listing("first");
    let id = service_id(source().id(), "first");
    app.save(&[first.clone(), listing("second")]).await;
    app.save(&[first.clone(), listing("third")]).await;
    assert_eq!(all(&app).await, [], "a feed's first words are no news, nor is what stays the same");
    let each = [Closed, Reopened, CapacityGone, CapacityGained, HoursChanged, EligibilityChanged, Withdrawn, Listed];
    let mut expected = Vec::new();
    for kind in each {
        first = changed(first, kind);
        app.save(&[first.clone(), listing("second")]).await;
        expected.push((id, kind));
        assert_eq!(all(&app).await, expected);
        app.save(&[first.clone()]).await;
        assert_eq!(all(&app).await, expected, "saved again, nothing happens again");
    }
    let mut words = first.clone();
    words.description = Some("Now with curtains.".to_owned());
    words.schedules[0].note = Some("ring twice".to_owned());
    app.save(&[words]).await;
    assert_eq!(all(&app).await, expected, "words alone are no happening");
    // A transaction that is not kept leaves nothing.
    let transaction = app.db().begin_write().await.unwrap();
    happenings::note(&transaction, &[(id, Closed)], app.clock.now()).await.unwrap();
    transaction.rollback().await.unwrap();
    assert_eq!(all(&app).await, expected);
}

#[tokio::test]
async fn a_buildings_hours_count_for_those_who_state_none() {
    let app = TestApp::new().await;
    let building = |opens: &str| {
        let mut house = location("house", "M14 5RQ", Some((53.45, -2.22)));
        house.schedules = vec![weekly("MO,TU", opens, "17:00")];
        at(house)
    };
    let with = |key: &str, opens: &str, own: bool| {
        let mut listing = listing(key);
        listing.schedules.retain(|_| own);
        listing.places = vec![building(opens)];
        listing
    };
    let both = |opens: &str| [with("silent", opens, false), with("stating", opens, true)];
    app.save(&both("09:00")).await;
    app.save(&both("10:00")).await;
    let silent = service_id(source().id(), "silent");
    assert_eq!(all(&app).await, [(silent, HoursChanged)]);
    // Who only shares the building hears of it too, when another's listing brings the news.
    app.save(&[with("stating", "11:00", true)]).await;
    assert_eq!(all(&app).await, [(silent, HoursChanged), (silent, HoursChanged)]);
}

#[tokio::test]
async fn what_is_made_by_hand_is_listed() {
    let app = TestApp::new().await;
    let id = service_id(source().id(), "made");
    let before = happenings::facts(app.db().connection(), &[id]).await.unwrap();
    assert_eq!(before[&id], Facts::absent());
    app.save(&[listing("made")]).await;
    happenings::note_between(app.db().connection(), before, app.clock.now()).await.unwrap();
    assert_eq!(all(&app).await, [(id, Listed)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_has_seen_a_number_has_missed_no_smaller_one() {
    let app = TestApp::new().await;
    let ids: Vec<ServiceId> = (0..6).map(|index: u8| service_id(source().id(), &index.to_string())).collect();
    let writers: Vec<_> = ids
        .iter()
        .map(|id| {
            let (id, database, now) = (*id, app.db().clone(), app.clock.now());
            tokio::spawn(async move {
                for round in 0..25 {
                    let transaction = database.begin_write().await.unwrap();
                    happenings::note(&transaction, &[(id, Closed), (id, Reopened)], now).await.unwrap();
                    // Some commit late.
                    for _ in 0..(round % 4) * 20 {
                        tokio::task::yield_now().await;
                    }
                    transaction.commit().await.unwrap();
                }
            })
        })
        .collect();
    let expected = ids.len() * 25 * 2;
    let (mut seen, mut last) = (BTreeSet::new(), 0);
    while seen.len() < expected {
        let finished = writers.iter().all(tokio::task::JoinHandle::is_finished);
        let rows = happenings::after(app.db().connection(), last, i64::MAX, 1_000).await.unwrap();
        last = rows.last().map_or(last, |row| row.id);
        seen.extend(rows.iter().map(|row| row.id));
        if finished && rows.is_empty() {
            break;
        }
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let all: BTreeSet<i64> = happenings::after(app.db().connection(), 0, i64::MAX, 10_000)
        .await
        .unwrap()
        .into_iter()
        .map(|row| row.id)
        .collect();
    assert_eq!(all.len(), expected);
    assert_eq!(seen, all, "a reader that goes on from the last number sees every number");
}

#[tokio::test]
async fn listings_of_a_whole_feed_are_compared_in_a_constant_number_of_statements() {
    let app = TestApp::new().await;
    let feed = |many: usize, status| -> Vec<ServiceListing> {
        let of = |index: usize| ServiceListing { status, ..listing(&index.to_string()) };
        (0..many).map(of).collect()
    };
    let mut counts = Vec::new();
    for many in [3, 300] {
        write(&app.app, &feed(many, ServiceStatus::Active)).await;
        let before = app.db().statements();
        write(&app.app, &feed(many, ServiceStatus::TemporarilyClosed)).await;
        counts.push(app.db().statements() - before);
    }
    assert_eq!(counts[0], counts[1]);
    assert!(all(&app).await.len() >= 300);
}
