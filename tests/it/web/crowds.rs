//! A crowd that asks the same costs one execution, and nobody waits for one who is gone.

use std::time::Duration;

use axum::{Router, http::StatusCode};

use super::{
    kept::{keeping, keeping_with},
    site::{ask, site, text},
};

#[tokio::test]
async fn a_crowd_that_asks_the_same_costs_one_execution() {
    let all = keeping();
    let crowd: Vec<_> = (0..50).map(|_| all.at_the_door("a")).collect();
    let another = all.at_the_door("b");
    all.settle().await;
    assert_eq!(all.executed(), 2);
    all.open_door(2);
    let mut answers = Vec::new();
    for one in crowd {
        answers.push(one.await.unwrap());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_ne!(another.await.unwrap(), answers[0]);
    assert_eq!(all.executed(), 2);
    assert_eq!(all.figure("signpost_answer_cache_misses_total").await, 2);
    assert_eq!(all.figure("signpost_answer_cache_hits_total").await, 49);
}

#[tokio::test]
async fn nobody_waits_for_a_leader_who_is_gone() {
    let all = keeping();
    let leader = all.at_the_door("a");
    all.settle().await;
    let crowd: Vec<_> = (0..20).map(|_| all.at_the_door("a")).collect();
    all.settle().await;
    assert_eq!(all.executed(), 1);
    // The leader's client hangs up: another leads, once.
    leader.abort();
    assert!(leader.await.unwrap_err().is_cancelled());
    all.settle().await;
    assert_eq!(all.executed(), 2);
    all.open_door(1);
    for one in crowd {
        assert!(one.await.unwrap().contains("a 2"));
    }
    assert_eq!(all.executed(), 2);

    // One that panics does not take the others with it, nor what comes later.
    let panics: Vec<_> = (0..5).map(|_| ask(&all.site, "{ counted panics }")).collect();
    for answer in futures_util::future::join_all(panics).await {
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}

#[tokio::test]
async fn a_crowd_whose_answer_is_not_kept_is_answered_side_by_side() {
    let all = keeping();
    let asked = |site: Router| {
        tokio::spawn(async move { text(ask(&site, "{ counted(nowOnly: true, door: true) }").await).await })
    };
    let crowd: Vec<_> = (0..10).map(|_| asked(all.site.clone())).collect();
    all.settle().await;
    assert_eq!(all.executed(), 1);
    all.open_door(1);
    all.settle().await;
    // Once it is known that it will not be kept nobody waits for anybody.
    assert_eq!(all.executed(), 10);
    all.open_door(9);
    let mut answers = Vec::new();
    for one in crowd {
        answers.push(one.await.unwrap());
    }
    answers.sort();
    answers.dedup();
    assert_eq!(answers.len(), 10);
}

#[tokio::test]
async fn whoever_waits_waits_no_longer_than_a_request_may_take() {
    let all = keeping_with(site().with(|config| config.server.request_timeout_s = 1));
    let leader = all.at_the_door("a");
    all.settle().await;
    let follower = all.at_the_door("a");
    let both = async { (leader.await.unwrap(), follower.await.unwrap()) };
    let (leader, follower) = tokio::time::timeout(Duration::from_secs(20), both).await.unwrap();
    // The leader came too late; whoever followed led then, and came too late by its own time.
    assert!(leader.contains("REQUEST_TIMEOUT") && follower.contains("REQUEST_TIMEOUT"), "{leader} {follower}");
    all.open_door(1);
    assert!(all.at_the_door("a").await.unwrap().contains("\"a "));
}
