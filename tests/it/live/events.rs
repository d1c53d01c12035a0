//! Subscriptions as server-sent events, over the router in process.

use entity::enums::{HappeningKind, Role};
use entity::service_happening;
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use signpost::config::Config;
use signpost::directory::store::service_id;

use super::client::{Event, Events, WATCH, changed, global, listing, of, soon};
use crate::support::accounts::As;
use crate::support::{TestApp, source};

const EACH: [HappeningKind; 8] = [
    HappeningKind::Closed,
    HappeningKind::Reopened,
    HappeningKind::CapacityGone,
    HappeningKind::CapacityGained,
    HappeningKind::HoursChanged,
    HappeningKind::EligibilityChanged,
    HappeningKind::Withdrawn,
    HappeningKind::Listed,
];

async fn open(app: &TestApp, variables: Value, headers: &[(&str, &str)]) -> Events {
    Events::open(&app.app.router(), variables, headers).await.map_err(|wrong| format!("{wrong:?}")).unwrap()
}

#[tokio::test]
async fn whoever_watches_a_shortlist_is_told_what_happens_with_the_service_as_it_is_now() {
    let app = TestApp::of(&[listing("mine"), listing("other")]).await;
    let mut events = open(&app, json!({ "services": [global("mine")] }), &[]).await;
    let first = events.event().await.unwrap();
    let now = app.data("{ happeningsCursor }", json!({})).await["happeningsCursor"].as_str().unwrap().to_owned();
    assert_eq!(first, Event { event: None, id: Some(now), data: None }, "a cursor before anything has happened");
    let mut mine = listing("mine");
    for kind in EACH {
        mine = changed(mine, kind);
        app.save(&[mine.clone(), changed(listing("other"), kind)]).await;
        let told = events.happening().await;
        assert_eq!(super::client::brief(&told), of(&kind.as_str().to_uppercase(), "mine"));
        assert_eq!(told["at"], "2026-11-21T20:00:00Z");
        let service = &told["service"];
        match kind {
            HappeningKind::Withdrawn => assert_eq!(*service, Value::Null, "nothing of what the public sees no more"),
            HappeningKind::Closed => assert_eq!(service["status"], "TEMPORARILY_CLOSED"),
            HappeningKind::Reopened => assert_eq!(service["status"], "ACTIVE"),
            HappeningKind::CapacityGone => assert_eq!(service["capacity"]["available"], 0),
            HappeningKind::CapacityGained => assert_eq!(service["capacity"]["available"], 3),
            HappeningKind::HoursChanged => assert_eq!(service["openingHours"][0]["opensAt"], "09:30"),
            HappeningKind::EligibilityChanged | HappeningKind::Listed => assert_eq!(service["name"], "Beds mine"),
        }
    }
}

#[tokio::test]
async fn a_client_that_comes_back_with_its_last_cursor_is_told_what_it_missed_once_and_in_order() {
    let app = TestApp::of(&[listing("a"), listing("b"), listing("c")]).await;
    let watched = json!([global("a"), global("c")]);
    let mut events = open(&app, json!({ "services": watched }), &[]).await;
    events.event().await.unwrap();
    let mut cursors = vec![events.last_id.clone().unwrap()];
    let mut all = [listing("a"), listing("b"), listing("c")];
    for kind in EACH {
        all = all.map(|listing| changed(listing, kind));
        app.save(&all).await;
    }
    let expected: Vec<Value> = {
        let mut expected = Vec::new();
        for _ in 0..EACH.len() * 2 {
            let happening = events.happening().await;
            cursors.push(happening["cursor"].as_str().unwrap().to_owned());
            expected.push(json!([happening["kind"], happening["serviceId"], happening["cursor"]]));
        }
        expected
    };
    let router = app.app.router();
    for (from, cursor) in cursors.iter().enumerate() {
        let by_argument = (json!({ "services": watched, "after": cursor }), Vec::new());
        // What the browser remembers is newer than what it once began with.
        let by_header = (json!({ "services": watched, "after": cursors[0] }), vec![("last-event-id", cursor.as_str())]);
        for (variables, headers) in [by_argument, by_header] {
            let mut again = Events::open(&router, variables, &headers).await.map_err(|_| ()).unwrap();
            let mut found = Vec::new();
            // Whatever it was told last, a sign of life among it, it never is beyond what it was told.
            while found.len() < expected.len() - from {
                let event = soon(again.event()).await.unwrap();
                match &event.event {
                    Some(_) => {
                        let happening = &event.json()["data"]["serviceHappenings"];
                        found.push(json!([happening["kind"], happening["serviceId"], happening["cursor"]]));
                    }
                    None => assert!(event.id.is_none_or(|id| found.last().is_some_and(|last| last[2] == id.as_str()))),
                }
            }
            assert_eq!(found, expected[from..], "from {from}");
            // And nothing twice: the next thing is the next thing that happens.
            if from == cursors.len() - 1 {
                all = all.map(|listing| changed(listing, HappeningKind::HoursChanged));
                app.save(&all).await;
                let mut found = again.kinds(2).await;
                found.sort();
                let mut wanted = [of("HOURS_CHANGED", "a"), of("HOURS_CHANGED", "c")];
                wanted.sort();
                assert_eq!(found, wanted);
            }
        }
    }
}

/// More has happened than is read at once: it is told in one go, and nothing falls between two reads.
#[tokio::test]
async fn whoever_was_away_for_long_is_told_all_of_it() {
    let app = TestApp::of(&[listing("a"), listing("b")]).await;
    let mut events = open(&app, json!({ "services": [global("a")] }), &[]).await;
    events.event().await.unwrap();
    let cursor = events.last_id.clone().unwrap();
    let rows = (0..2_500).map(|at: u32| service_happening::ActiveModel {
        service_id: Set(service_id(source().id(), if at.is_multiple_of(3) { "b" } else { "a" })),
        kind: Set(HappeningKind::HoursChanged),
        at: Set(app.app.clock.now()),
        ..Default::default()
    });
    let rows: Vec<_> = rows.collect();
    for rows in rows.chunks(500) {
        service_happening::Entity::insert_many(rows.to_vec()).exec(app.db().connection()).await.unwrap();
    }
    app.save(&[changed(listing("a"), HappeningKind::Closed), listing("b")]).await;
    let mut again = open(&app, json!({ "services": [global("a")], "after": cursor }), &[]).await;
    let told = again.kinds(1_667).await;
    assert!(told[..1_666].iter().all(|one| *one == of("HOURS_CHANGED", "a")));
    assert_eq!(told[1_666], of("CLOSED", "a"));
}

#[tokio::test]
async fn only_the_kinds_that_are_wanted_are_told() {
    let app = TestApp::of(&[listing("a")]).await;
    let mut events = open(&app, json!({ "services": [global("a")], "kinds": ["REOPENED", "LISTED"] }), &[]).await;
    let mut one = listing("a");
    for kind in EACH {
        one = changed(one, kind);
        app.save(&[one.clone()]).await;
    }
    assert_eq!(events.kinds(2).await, [of("REOPENED", "a"), of("LISTED", "a")]);
}

#[tokio::test]
async fn what_is_wrong_is_told_before_anything_else_and_with_its_status() {
    let app = TestApp::of(&[listing("a")]).await;
    let router = app.app.router();
    let a = global("a");
    let beyond = "eyJxIjpbMTA0LDk3LDExMiwxMTIsMTAxLDExMCwxMDEsMTAwXSwidCI6MCwiayI6OTk5OTk5fQ";
    let page = app.data("{ services { pageInfo { endCursor } } }", json!({})).await;
    let of_a_list = page["services"]["pageInfo"]["endCursor"].clone();
    let agency = app.data("{ agencies { nodes { id } } }", json!({})).await["agencies"]["nodes"][0]["id"].clone();
    let rows = [
        (json!({}), "services"),
        (json!({ "services": [] }), "services"),
        (json!({ "services": vec![a.clone(); 201] }), "services"),
        (json!({ "services": ["nonsense"] }), "services[0]"),
        (json!({ "services": [a, agency] }), "services[1]"),
        (json!({ "services": [a], "kinds": vec!["CLOSED"; 9] }), "kinds"),
        (json!({ "services": [a], "after": "nonsense" }), "after"),
        (json!({ "services": [a], "after": "x".repeat(5_000) }), "after"),
        (json!({ "services": [a], "after": of_a_list }), "after"),
        (json!({ "services": [a], "after": beyond }), "after"),
    ];
    for (variables, field) in rows {
        let (status, answer) = Events::open(&router, variables.clone(), &[]).await.err().unwrap();
        let extensions = &answer["errors"][0]["extensions"];
        let found = (status.as_u16(), extensions["code"].as_str(), extensions["field"].as_str());
        assert_eq!(found, (422, Some("BAD_USER_INPUT"), Some(field)), "{variables} {answer:#}");
    }
    let wrong =
        Events::open(&router, json!({ "services": [a] }), &[("last-event-id", "nonsense")]).await.err().unwrap();
    assert_eq!(wrong.1["errors"][0]["extensions"]["field"], "Last-Event-ID");
    let (status, answer) =
        Events::open(&router, json!({ "services": [a] }), &[("authorization", "Bearer nonsense")]).await.err().unwrap();
    assert_eq!((status.as_u16(), answer["errors"][0]["extensions"]["code"].as_str()), (401, Some("UNAUTHENTICATED")));
}

#[tokio::test]
async fn limits_and_rules_of_documents_hold_for_subscriptions_too() {
    let mut config = Config::default();
    config.graphql.max_depth = 5;
    config.graphql.max_cost = 40;
    let app = TestApp::with_config(config).await;
    let router = app.app.router();
    let deep =
        "subscription { serviceHappenings(search: {}) { service { places { location { address { town } } } } } }";
    let dear =
        "subscription { serviceHappenings(search: {}) { service { agency { services(first: 50) { totalCount } } } } }";
    let aliases: String = (0..31).map(|n| format!("a{n}: kind ")).collect();
    let many = format!("subscription {{ serviceHappenings(search: {{}}) {{ {aliases} }} }}");
    let rows = [
        (deep, 422, "RESOURCE_EXHAUSTED", "deep"),
        (dear, 422, "RESOURCE_EXHAUSTED", "costs"),
        (many.as_str(), 422, "RESOURCE_EXHAUSTED", "aliases"),
        ("subscription { nothing }", 422, "GRAPHQL_VALIDATION_FAILED", "nothing"),
        ("subscription { __typename }", 422, "GRAPHQL_VALIDATION_FAILED", "one field"),
        (
            "subscription { a: serviceHappenings(search: {}) { kind } b: serviceHappenings(search: {}) { kind } }",
            422,
            "GRAPHQL_VALIDATION_FAILED",
            "one field",
        ),
        (
            "subscription { ...f } fragment f on Subscription { serviceHappenings(search: {}) { kind } }",
            422,
            "GRAPHQL_VALIDATION_FAILED",
            "no fragment",
        ),
        (
            "subscription { serviceHappenings(search: {}) @skip(if: true) { kind } }",
            422,
            "GRAPHQL_VALIDATION_FAILED",
            "@skip",
        ),
        ("subscription { serviceHappenings(search: {}) { nothing } }", 422, "GRAPHQL_VALIDATION_FAILED", "nothing"),
        ("subscription($s: SignpostInput!) { serviceHappenings(search: $s) { kind } }", 422, "BAD_USER_INPUT", "$s"),
        ("{ happeningsCursor }", 406, "BAD_USER_INPUT", "accept"),
        ("mutation { signOut { ended } }", 406, "BAD_USER_INPUT", "accept"),
    ];
    for (query, status, code, word) in rows {
        let (found, answer) = Events::ask(&router, json!({ "query": query }), &[]).await.err().expect(query);
        let error = &answer["errors"][0];
        let message = error["message"].as_str().unwrap_or_default();
        assert_eq!(error["extensions"]["code"], code, "{query} {answer:#}");
        assert!(message.contains(word), "{query} {message}");
        assert_eq!(found.as_u16(), status, "{query} {answer:#}");
    }
}

#[tokio::test]
async fn subscriptions_are_called_by_their_hash_and_held_to_the_list() {
    let app = TestApp::of(&[listing("a")]).await;
    let router = app.app.router();
    let hash = sha256(WATCH);
    let by_hash = json!({
        "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hash } },
        "variables": { "services": [global("a")] },
    });
    let (status, answer) = Events::ask(&router, by_hash.clone(), &[]).await.err().unwrap();
    assert_eq!((status.as_u16(), &answer["errors"][0]["message"]), (404, &json!("PersistedQueryNotFound")));
    let mut with_text = by_hash.clone();
    with_text["query"] = WATCH.into();
    Events::ask(&router, with_text, &[]).await.map_err(|wrong| format!("{wrong:?}")).unwrap();
    let mut events = Events::ask(&router, by_hash, &[]).await.map_err(|wrong| format!("{wrong:?}")).unwrap();
    app.save(&[changed(listing("a"), HappeningKind::Closed)]).await;
    assert_eq!(events.kinds(1).await, [of("CLOSED", "a")]);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("operations.json");
    std::fs::write(&file, json!({ "watch": WATCH }).to_string()).unwrap();
    let mut config = Config::default();
    config.persisted.operations_file = file.to_str().unwrap().to_owned();
    config.persisted.only_listed = true;
    let app = TestApp::with_config(config).await;
    let router = app.app.router();
    let listed = json!({ "documentId": "watch", "variables": { "search": {} } });
    Events::ask(&router, listed, &[]).await.map_err(|wrong| format!("{wrong:?}")).unwrap();
    let other = json!({ "query": "subscription { serviceHappenings(search: {}) { kind } }" });
    let (status, answer) = Events::ask(&router, other, &[]).await.err().unwrap();
    let code = answer["errors"][0]["extensions"]["code"].as_str();
    assert_eq!((status.as_u16(), code), (403, Some("PERSISTED_QUERY_NOT_IN_LIST")));
}

fn sha256(text: &str) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn a_sign_in_that_has_ended_ends_the_stream_with_the_next_message() {
    let app = TestApp::of(&[listing("a")]).await;
    let token = app.signed_in("robin@example.org", Role::Commissioner, None).await;
    let bearer = format!("Bearer {token}");
    let mut theirs = open(&app, json!({ "services": [global("a")] }), &[("authorization", &bearer)]).await;
    let mut anybodys = open(&app, json!({ "services": [global("a")] }), &[]).await;
    app.save(&[changed(listing("a"), HappeningKind::Closed)]).await;
    assert_eq!(theirs.kinds(1).await, [of("CLOSED", "a")]);
    app.data_as(As::token(&token), "mutation { signOut { ended } }", json!({})).await;
    app.save(&[listing("a")]).await;
    let last = theirs.told().await;
    assert_eq!(last.event.as_deref(), Some("next"));
    let answer = last.json();
    assert_eq!(answer.get("data"), None, "{answer:#}");
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{answer:#}");
    assert_eq!(theirs.told().await.event.as_deref(), Some("complete"));
    assert_eq!(theirs.event().await, None);
    assert_eq!(anybodys.kinds(2).await, [of("CLOSED", "a"), of("REOPENED", "a")], "others go on");
}

#[tokio::test]
async fn there_are_as_many_streams_as_the_settings_say_and_each_is_counted() {
    let mut config = Config::default();
    config.live.max_streams = 2;
    config.live.heartbeat_s = 1;
    let app = TestApp::with_config(config).await;
    let router = app.app.router();
    let variables = json!({ "search": {} });
    let mut first = Events::open(&router, variables.clone(), &[]).await.map_err(|_| ()).unwrap();
    let second = Events::open(&router, variables.clone(), &[]).await.map_err(|_| ()).unwrap();
    let open = "signpost_subscriptions_open{transport=\"sse\"}";
    assert!(app.app.metrics.text().contains(&format!("{open} 2")), "{}", app.app.metrics.text());
    let (status, answer) = Events::open(&router, variables.clone(), &[]).await.err().unwrap();
    let code = answer["errors"][0]["extensions"]["code"].as_str();
    assert_eq!((status.as_u16(), code), (503, Some("RESOURCE_EXHAUSTED")));
    // One that is refused holds no place, nor does one whose client went away.
    let wrong = Events::open(&router, json!({ "search": {}, "after": "x" }), &[]).await.err().unwrap();
    assert_eq!(wrong.0.as_u16(), 503);
    drop(second);
    let third = soon(async {
        loop {
            match Events::open(&router, variables.clone(), &[]).await {
                Ok(events) => break events,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    });
    let _third = third.await;
    // Where nothing happens a sign of life comes, with the cursor.
    for _ in 0..2 {
        let event = first.event().await.unwrap();
        assert!(event.event.is_none() && event.id.is_some(), "{event:?}");
    }
}

#[tokio::test]
async fn subscriptions_are_not_asked_in_addresses_nor_answered_as_one_answer() {
    let app = TestApp::new().await;
    let query = "subscription { serviceHappenings(search: {}) { kind } }";
    let answer = app.answer(query, json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("text/event-stream"));
    let address = "/graphql?query=subscription%7BserviceHappenings(search%3A%7B%7D)%7Bkind%7D%7D";
    let request = axum::http::Request::get(address).header("accept", "text/event-stream");
    let (status, _) = app.send(request.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(status.as_u16(), 405);
}
