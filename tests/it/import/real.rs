//! The real feeds: 45,297 services, of which exactly one is refused because it has no name.

use chrono::TimeDelta;
use serde_json::json;
use signpost::clock::Clock;
use signpost::directory::store::save::Saved;

use super::contents::{assert_same, count, everything};
use super::feeds::try_path;
use crate::support::database::TestDatabase;
use crate::support::{now, shared};

#[tokio::test]
async fn the_smaller_real_feed_comes_in_and_comes_in_again() {
    let Some(shared) = shared("the real feed of 975") else { return };
    let path = shared.join("data/open-referral/greater-manchester-and-justice.ndjson.gz");
    let test = TestDatabase::new().await;
    let (database, clock) = (test.open().await, Clock::manual(now()));
    let (first, report) = try_path(&database, &clock, &path).await;
    let first = first.unwrap();
    // None is refused. Two ids stand for two services each, at another place; all four are kept.
    let told: Vec<_> = report.iter().map(|line| (&line["line"], &line["field"], &line["code"])).collect();
    let (field, code) = (json!("/id"), json!("repeated_id"));
    assert_eq!(told, [(&json!(231), &field, &code), (&json!(235), &field, &code)]);
    assert_eq!((first.counts.read, first.counts.rejected, first.repeated, first.saved.created), (975, 0, 0, 975));
    assert_eq!((count(&database, "service").await, count(&database, "source_record").await), (975, 975));
    let before = everything(&database).await;
    clock.advance(TimeDelta::days(1));
    let (second, _) = try_path(&database, &clock, &path).await;
    assert_eq!(second.unwrap().saved, Saved { unchanged: 975, ..Saved::default() });
    assert_same(&before, &everything(&database).await);
}

/// Minutes without optimisation: run it as
/// `SIGNPOST_TEST_SHARED=… cargo test --release --test it real -- --ignored`.
#[tokio::test]
#[ignore = "minutes without optimisation"]
async fn the_larger_real_feed_comes_in_and_comes_in_again() {
    let Some(shared) = shared("the real feed of 44,322") else { return };
    let path = shared.join("data/open-referral/england-health-2014.ndjson.gz");
    let test = TestDatabase::new().await;
    let (database, clock) = (test.open().await, Clock::manual(now()));
    let (first, report) = try_path(&database, &clock, &path).await;
    let first = first.unwrap();
    assert_eq!((first.counts.read, first.counts.rejected, first.repeated, first.saved.created), (44_322, 1, 0, 44_321));
    let told: Vec<_> = report.iter().map(|line| (&line["line"], &line["field"], &line["code"])).collect();
    assert_eq!(told, [(&json!(21_110), &json!("/name"), &json!("missing"))]);
    let before = everything(&database).await;
    let (second, _) = try_path(&database, &clock, &path).await;
    assert_eq!(second.unwrap().saved, Saved { unchanged: 44_321, ..Saved::default() });
    assert_same(&before, &everything(&database).await);
}
