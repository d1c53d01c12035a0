//! Kept answers of the directory: each ends at the very instant at which something it shows changes,
//! and at once when the directory does.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use chrono::{DateTime, TimeDelta, Utc};
use entity::enums::{AssuranceEvidence, FieldGroup, ServiceStatus};
use http_body_util::BodyExt;
use proptest::{collection::vec, prelude::*, test_runner::TestRunner};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use signpost::{
    app::App,
    directory::listing::{Assurance, ServiceListing},
};
use tower::ServiceExt;

use crate::support::{
    TestApp,
    listings::{at, location, service, weekly},
    now,
};

const MS: TimeDelta = TimeDelta::milliseconds(1);

/// A service in Manchester that is open on Saturdays until half past eight in the evening, whose
/// contact was assured so long ago that it counts for half an hour more.
fn drop_in() -> ServiceListing {
    let mut listing = service("drop-in", "Drop-in", "housing.emergency");
    let mut place = at(location("a", "M14 5RQ", Some((53.45, -2.22))));
    place.schedules = vec![weekly("SA", "09:00", "20:30"), weekly("SU", "10:00", "12:00")];
    listing.places = vec![place];
    let confirmed = now() - TimeDelta::days(90) + TimeDelta::minutes(30);
    listing.assurances = vec![Assurance {
        group: FieldGroup::Contact,
        at: confirmed,
        by: None,
        evidence: AssuranceEvidence::AgencyConfirmed,
    }];
    listing
}

async fn ask(router: &Router, query: &str, variables: &Value) -> String {
    let body = json!({ "query": query, "variables": variables }).to_string();
    let request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json").body(Body::from(body));
    let response = router.clone().oneshot(request.unwrap()).await.unwrap();
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

/// The same application, which keeps nothing.
fn without_cache(app: &App) -> Router {
    let mut config = (*app.config).clone();
    config.answers.cache_bytes = 0;
    App { config: Arc::new(config), ..app.clone() }.router()
}

/// How many questions were answered with a kept answer so far.
fn hits(app: &TestApp) -> u64 {
    let figures = app.app.metrics.text();
    let line = figures.lines().find_map(|line| line.strip_prefix("signpost_answer_cache_hits_total ")).unwrap();
    line.parse().unwrap()
}

const OPEN_NOW: &str = "{ services { nodes { name places { openNow { state until nextOpens perhapsOpens } } } } }";
const FRESHNESS: &str = "{ services { nodes { name freshness { group freshness } } } }";

#[tokio::test]
async fn an_answer_ends_when_a_door_closes_or_opens_and_when_a_confirmation_grows_old() {
    let rows = [
        // (question, the instants at which the answer changes, words that come with each)
        (
            OPEN_NOW,
            vec![
                ("2026-11-21T20:30:00Z", r#""state":"CLOSED","until":null,"nextOpens":"2026-11-22T10:00:00Z""#),
                (
                    "2026-11-22T10:00:00Z",
                    r#""state":"OPEN","until":"2026-11-22T12:00:00Z","nextOpens":"2026-11-28T09:00:00Z""#,
                ),
                ("2026-11-22T12:00:00Z", r#""state":"CLOSED""#),
                ("2026-11-28T09:00:00Z", r#""state":"OPEN","until":"2026-11-28T20:30:00Z""#),
            ],
        ),
        // Fresh for ninety days, the last instant among them.
        (FRESHNESS, vec![("2026-11-21T20:30:00.001Z", r#"{"group":"CONTACT","freshness":"STALE"}"#)]),
    ];
    for (query, changes) in rows {
        let app = TestApp::of(&[drop_in()]).await;
        let mut shown = app.text(query, json!({})).await;
        for (instant, words) in changes {
            let instant: DateTime<Utc> = instant.parse().unwrap();
            // Half an hour before it is asked anew, since nothing is kept for longer than an hour.
            app.clock.advance((instant - app.clock.now() - TimeDelta::minutes(30)).max(TimeDelta::zero()));
            assert_eq!(app.text(query, json!({})).await, shown, "{instant}");
            let before = hits(&app);
            app.clock.advance(instant - app.clock.now() - MS);
            assert_eq!(app.text(query, json!({})).await, shown, "a millisecond before {instant}");
            assert_eq!(hits(&app), before + 1, "{instant}");
            app.clock.advance(MS);
            let then = app.text(query, json!({})).await;
            assert_eq!(hits(&app), before + 1, "at {instant}");
            assert!(then != shown && then.contains(words), "{instant}: {then}");
            shown = then;
        }
    }
}

#[tokio::test]
async fn what_does_not_turn_on_the_instant_is_kept_whatever_the_clock_says() {
    let app = TestApp::of(&[drop_in()]).await;
    let open_at =
        "query($at: DateTime!) { services(filter: { openAt: $at }) { nodes { name } pageInfo { endCursor } } }";
    let rows = [
        (open_at, json!({ "at": "2026-11-22T11:00:00Z" })),
        (open_at, json!({ "at": "2026-11-22T12:00:00Z" })),
        (
            "{ services(first: 1) { edges { cursor node { name status reopensOn } } pageInfo { endCursor } } }",
            json!({}),
        ),
        ("{ agencies { edges { cursor } nodes { services { pageInfo { startCursor } } } } }", json!({})),
        ("{ locations { nodes { name openingHours { opensAt } } pageInfo { endCursor } } }", json!({})),
        ("{ needs(first: 3) { nodes { key serviceCount } pageInfo { endCursor } } }", json!({})),
        ("{ serviceConfig { maxCost } __typename }", json!({})),
    ];
    for (query, variables) in rows {
        let first = app.text(query, variables.clone()).await;
        assert!(!first.contains("errors"), "{first}");
        let before = hits(&app);
        app.clock.advance(TimeDelta::minutes(59));
        assert_eq!(app.text(query, variables.clone()).await, first);
        assert_eq!(hits(&app), before + 1, "{query}");
        app.clock.advance(TimeDelta::days(300));
        // Made again, it is the same to the byte: not even a cursor knows when it was asked for.
        assert_eq!(app.text(query, variables).await, first);
    }
}

#[tokio::test]
async fn what_is_never_kept_is_executed_each_time() {
    let app = TestApp::of(&[drop_in()]).await;
    let input = json!({ "needs": ["housing.emergency"], "where": { "place": "M14 5RQ" } });
    let rows = [
        ("query($input: SignpostInput!) { signpost(input: $input) { nodes { group } } }", json!({ "input": input })),
        (
            "query($input: SignpostInput!) { needs { totalCount } ...a } fragment a on Query { signpost(input: $input) { nodes { group } } }",
            json!({ "input": input }),
        ),
        ("{ __schema { queryType { name } } }", json!({})),
        ("{ services(first: 0) { totalCount } }", json!({})),
        ("{ nothing }", json!({})),
    ];
    for (query, variables) in rows {
        assert_eq!(
            app.text(query, variables.clone()).await.replace(char::is_numeric, ""),
            app.text(query, variables).await.replace(char::is_numeric, "")
        );
    }
    assert_eq!(hits(&app), 0);
    // A cookie may make somebody of anybody; a token does, or the request is turned away.
    let token = format!("Bearer {}", app.signed_in("ann@example.org", entity::enums::Role::Auditor, None).await);
    for (name, value) in [(header::COOKIE, "x".to_owned()), (header::AUTHORIZATION, token)] {
        for _ in 0..2 {
            let request =
                Request::post("/graphql").header(header::CONTENT_TYPE, "application/json").header(&name, &value);
            let (status, _) =
                app.send(request.body(Body::from(r#"{"query":"{ needs { totalCount } }"}"#)).unwrap()).await;
            assert_eq!(status.as_u16(), 200);
        }
    }
    assert_eq!(hits(&app), 0);
}

#[tokio::test]
async fn a_change_is_seen_by_the_next_question() {
    let app = TestApp::of(&[drop_in()]).await;
    let query = "{ services { nodes { name source { name } needs { serviceCount } } } }";
    for name in ["Drop-in", "Night shelter", "Drop-in"] {
        let mut listing = drop_in();
        listing.name = name.to_owned();
        app.save(&[listing]).await;
        for _ in 0..2 {
            let shown = app.text(query, json!({})).await;
            assert!(shown.contains(name), "{shown}");
        }
    }
    assert_eq!(hits(&app), 3);

    // Until this process knows of another's change it goes on giving what it has, all of one version.
    let mut listing = drop_in();
    listing.name = "Elsewhere".to_owned();
    app.save_quietly(&[listing]).await;
    assert!(app.text(query, json!({})).await.contains("Drop-in"));
    let other = "{ services { nodes { name status } } }";
    for _ in 0..2 {
        assert!(app.text(other, json!({})).await.contains("Drop-in"));
    }
    assert_eq!(hits(&app), 5);
    app.refresh().await;
    assert!(app.text(query, json!({})).await.contains("Elsewhere"));
    assert!(app.text(other, json!({})).await.contains("Elsewhere"));
    assert_eq!(hits(&app), 5);
}

#[tokio::test]
async fn what_comes_from_memory_alone_is_kept_whether_or_not_the_database_is_there() {
    let app = TestApp::of(&[drop_in()]).await;
    let popular = app.text(OPEN_NOW, json!({})).await;
    let rename = async |from: &str, to: &str| {
        app.db().connection().execute_unprepared(&format!("ALTER TABLE {from} RENAME TO {to}")).await.unwrap();
    };
    rename("directory_change", "away").await;
    for (query, kept) in [
        ("{ services { totalCount } agencies { totalCount } }", true),
        ("{ services { nodes { name } } }", true),
        ("{ services(filter: { near: { place: \"M14 5RQ\" } }) { totalCount } }", false),
    ] {
        let before = hits(&app);
        let first = app.text(query, json!({})).await;
        assert!(!first.contains("errors"), "{first}");
        assert_eq!(app.text(query, json!({})).await, first);
        assert_eq!(hits(&app) - before, u64::from(kept), "{query}");
    }
    // And what was asked before is answered still.
    rename("service", "service_away").await;
    assert_eq!(app.text(OPEN_NOW, json!({})).await, popular);
    let other = "{ services { nodes { name status } } }";
    assert!(app.text(other, json!({})).await.contains("Drop-in"));
    // Once it has looked and found nobody there, nobody knows what was withdrawn since: nothing is shown unasked.
    assert!(app.app.live.refresh(app.db()).await.is_err());
    assert!(app.text(other, json!({})).await.contains("INTERNAL_SERVER_ERROR"));
}

#[tokio::test]
async fn the_words_of_a_source_count_as_a_change() {
    let app = TestApp::of(&[drop_in()]).await;
    let query = "{ services { nodes { source { name attribution } } } }";
    app.text(query, json!({})).await;
    let transaction = app.db().begin_write().await.unwrap();
    let mut source = crate::support::source();
    source.attribution = Some("Other words".to_owned());
    signpost::directory::store::save_source(&transaction, &source, now()).await.unwrap();
    transaction.commit().await.unwrap();
    app.refresh().await;
    assert!(app.text(query, json!({})).await.contains("Other words"));
    // The same words again are none.
    let version = app.app.live.current().version;
    signpost::directory::store::save_source(app.db().connection(), &source, now()).await.unwrap();
    app.refresh().await;
    assert_eq!(app.app.live.current().version, version);
}

/// What is asked: everything that turns on the instant, on the directory, on both or on neither.
const QUESTIONS: &[&str] = &[
    OPEN_NOW,
    FRESHNESS,
    "query($n: Int) { services(first: $n) { edges { cursor node { name updatedAt } } pageInfo { endCursor hasNextPage } totalCount } }",
    "query($at: DateTime) { services(filter: { openAt: $at }) { totalCount nodes { name places { openNow { state } } } } }",
    "{ needs(filter: { area: \"housing\" }) { nodes { key serviceCount } } }",
    "{ agencies { nodes { name services { nodes { name freshness { freshness confirmedAt } } } } } }",
    "{ locations(filter: { near: { place: \"M14\" } }) { nodes { name address { lines } } } }",
    "query($t: String) { a: services(filter: { text: $t }) { totalCount } b: services { nodes { status reopensOn } } }",
    "{ services(first: 0) { totalCount } }",
    "query($n: Int) { needs(first: $n) { nodes { name } } services { nodes { capacity { available } } } }",
];

#[derive(Clone, Debug)]
enum Step {
    Ask(usize, usize, usize),
    Wait(i64),
    Change(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let minute = 60_000_i64;
    let wait = prop_oneof![
        3 => prop_oneof![Just(1), Just(minute), Just(30 * minute), Just(30 * minute - 1), Just(60 * minute), Just(24 * 60 * minute)],
        1 => 0..48 * 60 * minute,
    ];
    let step = prop_oneof![
        12 => (0..QUESTIONS.len(), 0..3_usize, 1..4_usize).prop_map(|(question, variables, times)| Step::Ask(question, variables, times)),
        3 => wait.prop_map(Step::Wait),
        1 => (0..4_usize).prop_map(Step::Change),
    ];
    vec(step, 30..80)
}

/// One of a few directories.
fn directory(which: usize, at: DateTime<Utc>) -> Vec<ServiceListing> {
    let mut first = drop_in();
    let mut second = service("second", "Second", "money.benefits-advice");
    second.schedules = vec![weekly("MO,TU,WE,TH,FR,SA,SU", "00:00", "23:00")];
    match which {
        0 => {}
        1 => first.name = "Changed".to_owned(),
        2 => first.assurances.iter_mut().for_each(|one| one.at = at),
        _ => {
            first.status = ServiceStatus::TemporarilyClosed;
            first.reopens_on = Some((at + TimeDelta::days(1)).date_naive());
            first.places[0].schedules = vec![weekly("SA,SU", "08:00", "22:00")];
        }
    }
    vec![first, second]
}

/// The same sequence of questions, of time and of changes, with answers kept and without: the same
/// bytes each time.
#[test]
fn kept_or_not_the_answers_are_the_same() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 12,
        max_shrink_iters: 40,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let kept = std::sync::atomic::AtomicU64::new(0);
    let result = runner.run(&steps(), |steps| {
        runtime.block_on(async {
            let app = TestApp::of(&directory(0, now())).await;
            let (with, without) = (app.app.router(), without_cache(&app.app));
            for step in steps {
                match step {
                    Step::Ask(question, which, times) => {
                        let at = now() + TimeDelta::hours(14 * i64::try_from(which).unwrap());
                        let variables = [
                            json!({}),
                            json!({ "n": 1, "at": at, "t": "drop" }),
                            json!({ "n": 2, "at": at, "t": "changed" }),
                        ];
                        let (query, variables) = (QUESTIONS[question], &variables[which]);
                        for _ in 0..times {
                            let one = ask(&with, query, variables).await;
                            let other = ask(&without, query, variables).await;
                            prop_assert_eq!(one, other, "{} {}", query, variables);
                        }
                    }
                    Step::Wait(ms) => app.clock.advance(TimeDelta::milliseconds(ms)),
                    Step::Change(which) => {
                        app.save(&directory(which, app.clock.now())).await;
                    }
                }
            }
            kept.fetch_add(hits(&app), std::sync::atomic::Ordering::Relaxed);
            Ok(())
        })
    });
    result.unwrap();
    // It was the cache that answered, often enough to mean something.
    assert!(kept.into_inner() > 50);
}
