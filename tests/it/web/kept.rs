//! Kept answers on a site of their own: who shares one, when it ends, in which form it is given.

use std::{
    io::Read,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use async_graphql::parser::types::{ExecutableDocument, OperationType};
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, Response, StatusCode, header},
};
use chrono::TimeDelta;
use flate2::read::GzDecoder;
use serde_json::{Value, json};
use signpost::{
    clock::Clock,
    web::answers::{Edition, Keeper, StillThere},
};
use tokio::task::JoinHandle;
use tower::ServiceExt;

use super::{
    persisted::hash,
    site::{Counter, GRAPHQL, JSON, Site, ask, bytes, get, header_of, post, post_request, site, text},
};

/// A directory that the test turns over, and which lets everything be kept that only asks.
#[derive(Default)]
struct Shelf {
    edition: AtomicI64,
    moved_on: AtomicBool,
}

impl Keeper for Shelf {
    fn edition(&self) -> Edition {
        Edition { directory: (self.edition.load(Ordering::SeqCst), 0), touch: 0 }
    }

    fn is_public(&self, headers: &HeaderMap) -> bool {
        !headers.contains_key(header::AUTHORIZATION)
    }

    fn may_keep(&self, document: &ExecutableDocument) -> bool {
        document.operations.iter().all(|(_, operation)| operation.node.ty == OperationType::Query)
    }

    fn is_still(&self, edition: Edition, _: bool) -> StillThere<'_> {
        Box::pin(async move { !self.moved_on.load(Ordering::SeqCst) && self.edition() == edition })
    }
}

/// An open site that keeps answers, and what moves it.
pub(super) struct Keeping {
    pub(super) site: Router,
    shelf: Arc<Shelf>,
    clock: Clock,
    counter: Counter,
}

pub(super) fn keeping() -> Keeping {
    keeping_with(site())
}

pub(super) fn keeping_with(mut site: Site) -> Keeping {
    let shelf = Arc::new(Shelf::default());
    site.keeper = Some(Arc::clone(&shelf) as Arc<dyn Keeper>);
    let (clock, counter) = (site.clock.clone(), site.counter.clone());
    Keeping { site: site.open(), shelf, clock, counter }
}

impl Keeping {
    async fn body(&self, body: Value) -> String {
        text(post(&self.site, body.to_string()).await).await
    }

    /// The data of an answer.
    async fn ask(&self, query: &str) -> Value {
        serde_json::from_str::<Value>(&self.body(json!({ "query": query })).await).unwrap()["data"].take()
    }

    pub(super) fn executed(&self) -> u64 {
        self.counter.0.load(Ordering::SeqCst)
    }

    pub(super) async fn figure(&self, name: &str) -> i64 {
        let all = text(get(&self.site, "/metrics").await).await;
        let line = all.lines().find(|line| line.split(' ').next() == Some(name)).unwrap_or_else(|| panic!("{all}"));
        line.rsplit(' ').next().unwrap().parse().unwrap()
    }

    /// A question that waits at the door, on its way.
    pub(super) fn at_the_door(&self, tag: &str) -> JoinHandle<String> {
        let (site, query) = (self.site.clone(), format!("{{ counted(tag: {tag:?}, door: true) }}"));
        tokio::spawn(async move { text(ask(&site, &query).await).await })
    }

    /// Lets everything go on that can.
    pub(super) async fn settle(&self) {
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
    }

    pub(super) fn open_door(&self, executions: usize) {
        self.counter.1.add_permits(executions);
    }
}

#[tokio::test]
async fn the_same_question_is_executed_once_and_another_never_shares_its_answer() {
    let all = keeping();
    let document = "query a($tag: String, $x: Int! = 3) { counted(tag: $tag) number(value: $x) } query b($tag: String) { counted(tag: $tag) }";
    let rows = [
        json!({ "query": document, "operationName": "a" }),
        json!({ "query": document, "operationName": "b" }),
        json!({ "query": document, "operationName": "a", "variables": { "tag": "1" } }),
        json!({ "query": document, "operationName": "b", "variables": { "tag": "1" } }),
        json!({ "query": document, "operationName": "a", "variables": { "tag": null } }),
        json!({ "query": document, "operationName": "a", "variables": { "tag": "1", "x": 1 } }),
        json!({ "query": document, "operationName": "a", "variables": { "tag": "1", "x": 2 } }),
        json!({ "query": format!("{document} "), "operationName": "a" }),
        json!({ "query": "{ counted }" }),
        json!({ "query": "query a { counted }", "operationName": "a" }),
        json!({ "query": "{ counted(tag: \"a\") }" }),
        json!({ "query": "{ counted(tag: \"b\") }" }),
    ];
    let mut first = Vec::new();
    for (number, body) in rows.iter().enumerate() {
        first.push(all.body(body.clone()).await);
        assert_eq!(all.executed(), u64::try_from(number).unwrap() + 1, "{body}");
    }
    for (body, first) in rows.iter().zip(&first) {
        assert_eq!(&all.body(body.clone()).await, first, "{body}");
    }
    assert_eq!(all.executed(), 12);
    // The same values in another spelling are the same question.
    for body in [
        r#"{"variables":{"x":1,"tag":"1"},"operationName":"a","query":"QUERY"}"#,
        r#"{"query":"QUERY","operationName":"a","variables":{"tag":"\u0031","x":1},"extensions":{"other":1}}"#,
    ] {
        let body = body.replace("QUERY", document);
        assert_eq!(text(post(&all.site, body).await).await, first[5]);
    }
    assert_eq!(all.executed(), 12);
}

#[tokio::test]
async fn what_is_somebodys_or_went_wrong_or_changes_something_is_not_kept() {
    let all = keeping();
    let ask_as = |who: &'static str| {
        let mut request = post_request(r#"{"query":"{ counted }"}"#);
        request.headers_mut().insert(header::AUTHORIZATION, who.parse().unwrap());
        all.site.clone().oneshot(request)
    };
    let public = all.ask("{ counted }").await;
    assert_ne!(text(ask_as("Bearer a").await.unwrap()).await, text(ask_as("Bearer a").await.unwrap()).await);
    assert_eq!(all.ask("{ counted }").await, public);
    assert_eq!(all.executed(), 3);
    for query in [
        "{ counted broken }",
        "{ counted refused }",
        "mutation { counted }",
        "{ counted(nowOnly: true) }",
        "query a { counted } mutation b { change }",
    ] {
        let body = json!({ "query": query, "operationName": query.starts_with("query").then_some("a") });
        assert_ne!(all.body(body.clone()).await, all.body(body).await, "{query}");
    }
    assert_eq!(all.executed(), 13);
    // A refusal is told each time, and panics are none of anybody else's.
    for query in ["{ nothing }", "{", "{ panics }"] {
        let (one, two) = (ask(&all.site, query).await, ask(&all.site, query).await);
        assert_eq!(one.status(), two.status());
        assert!(one.status().as_u16() >= 400);
    }
    let before = all.figure("signpost_answer_cache_hits_total").await;
    all.ask("{ counted }").await;
    assert_eq!(all.figure("signpost_answer_cache_hits_total").await, before + 1);
}

#[tokio::test]
async fn an_answer_ends_at_its_instant_and_with_its_edition() {
    let all = keeping();
    let ms = TimeDelta::milliseconds;
    all.clock.advance(ms(1_000));
    let query = "{ counted(until: 5000) }";
    let first = all.ask(query).await;
    for (step, executed) in [(3_999, 1), (1, 2), (0, 3), (-2_000, 4), (0, 4), (1_999, 4), (-2_000, 5)] {
        all.clock.advance(ms(step));
        let then = all.ask(query).await;
        assert_eq!((all.executed(), then == first), (executed, executed == 1), "after {step}");
    }
    // Two facts: the nearer one decides. One of an hour and more is looked at again after an hour.
    let all = keeping();
    all.ask("{ a: counted(until: 20000) b: counted(until: 10000) }").await;
    all.clock.advance(ms(9_999));
    all.ask("{ a: counted(until: 20000) b: counted(until: 10000) }").await;
    assert_eq!(all.executed(), 2);
    all.clock.advance(ms(1));
    all.ask("{ a: counted(until: 20000) b: counted(until: 10000) }").await;
    assert_eq!(all.executed(), 4);
    for (step, executed) in [(0, 5), (3_599_999, 5), (1, 6)] {
        all.clock.advance(ms(step));
        all.ask("{ counted }").await;
        assert_eq!(all.executed(), executed, "after {step}");
    }

    let all = keeping();
    let first = all.ask("{ counted }").await;
    assert_ne!(all.figure("signpost_answer_cache_bytes").await, 0);
    all.shelf.edition.store(1, Ordering::SeqCst);
    let second = all.ask("{ counted }").await;
    assert_ne!(first, second);
    assert_eq!(all.ask("{ counted }").await, second);
    // What was kept of another edition is gone, wherever it comes from.
    all.shelf.edition.store(0, Ordering::SeqCst);
    ask(&all.site, "{ hello }").await;
    assert_ne!(all.ask("{ counted }").await, first);
    // An answer that came while the directory moved on is given and not kept.
    all.shelf.moved_on.store(true, Ordering::SeqCst);
    let executed = all.executed();
    assert_ne!(all.ask("{ counted(tag: \"moving\") }").await, all.ask("{ counted(tag: \"moving\") }").await);
    assert_eq!(all.executed(), executed + 2);
}

#[tokio::test]
async fn an_edition_that_turns_while_a_question_is_answered_keeps_nothing_of_it() {
    let all = keeping();
    let under_way = all.at_the_door("a");
    all.settle().await;
    all.shelf.edition.store(1, Ordering::SeqCst);
    all.open_door(1);
    let first = under_way.await.unwrap();
    all.open_door(1);
    assert_ne!(all.at_the_door("a").await.unwrap(), first);
    assert_eq!(all.executed(), 2);
}

#[tokio::test]
async fn the_form_of_an_answer_is_what_each_wants() {
    let all = keeping();
    let wanting = |name: header::HeaderName, value: &'static str| {
        let mut request = post_request(r#"{"query":"{ counted big }"}"#);
        request.headers_mut().insert(name, value.parse().unwrap());
        all.site.clone().oneshot(request)
    };
    let plain = bytes(ask(&all.site, "{ counted big }").await).await;
    assert!(plain.len() > 13_000);
    for round in 0..2 {
        for (accept, content_type) in [("application/json", JSON), ("application/graphql-response+json", GRAPHQL)] {
            let response = wanting(header::ACCEPT, accept).await.unwrap();
            assert_eq!(header_of(&response, "content-type"), content_type, "{round}");
            assert_eq!(header_of(&response, "cache-control"), "no-store");
            assert!(header_of(&response, "vary").contains("accept"));
            assert_eq!(bytes(response).await, plain);
        }
        assert_eq!(wanting(header::ACCEPT, "text/html").await.unwrap().status(), StatusCode::NOT_ACCEPTABLE);
        for (accepted, coding) in [
            ("gzip", "gzip"),
            ("br", "br"),
            ("gzip, br", "br"),
            ("gzip, deflate, br, zstd", "br"),
            ("br;q=0.5, gzip", "gzip"),
            ("br;q=0, gzip;q=0.1", "gzip"),
            ("identity, gzip;q=0.5", ""),
            ("identity", ""),
            ("br;q=0, gzip;q=0", ""),
            ("*", "br"),
        ] {
            let response = wanting(header::ACCEPT_ENCODING, accepted).await.unwrap();
            assert_eq!(header_of(&response, "content-encoding"), coding, "{accepted}");
            assert_eq!(header_of(&response, "vary").matches("accept-encoding").count(), 1, "{accepted}");
            let body = bytes(response).await;
            let mut whole = Vec::new();
            match coding {
                "gzip" => GzDecoder::new(&body[..]).read_to_end(&mut whole).unwrap(),
                "br" => brotli::Decompressor::new(&body[..], 4096).read_to_end(&mut whole).unwrap(),
                _ => (&body[..]).read_to_end(&mut whole).unwrap(),
            };
            assert_eq!(whole, plain, "{accepted}");
            assert!(coding.is_empty() || body.len() < 1_000);
        }
    }
    assert_eq!(all.executed(), 1);
}

#[tokio::test]
async fn a_client_that_has_an_answer_is_told_so() {
    let all = keeping();
    let asking = |tag: &str, method: &str| {
        let mut request = Request::builder().method(method).uri("/graphql?query={counted}");
        if !tag.is_empty() {
            request = request.header(header::IF_NONE_MATCH, tag);
        }
        all.site.clone().oneshot(request.body(Body::empty()).unwrap())
    };
    let first = asking("", "GET").await.unwrap();
    let etag = header_of(&first, "etag").to_owned();
    assert!(etag.starts_with("W/\"") && etag.len() == 36, "{etag}");
    assert_eq!(header_of(&first, "cache-control"), "no-cache");
    assert_eq!(first.status(), StatusCode::OK);
    let strong = etag.trim_start_matches("W/").to_owned();
    let list = format!("\"other\", {etag}");
    for (tag, status) in [
        (etag.as_str(), 304),
        (strong.as_str(), 304),
        (list.as_str(), 304),
        ("*", 304),
        ("W/\"other\"", 200),
        ("nonsense", 200),
        ("", 200),
    ] {
        for method in ["GET", "HEAD"] {
            let response = asking(tag, method).await.unwrap();
            assert_eq!(response.status().as_u16(), status, "{tag}");
            assert_eq!(header_of(&response, "etag"), etag);
            assert_eq!(header_of(&response, "cache-control"), "no-cache");
            assert!(header_of(&response, "vary").contains("accept, accept-encoding"));
            assert_eq!(bytes(response).await.is_empty(), status == 304 || method == "HEAD", "{tag} {method}");
        }
    }
    // By POST nothing of the kind; nor where nothing is kept.
    let mut request = post_request(r#"{"query":"{counted}"}"#);
    request.headers_mut().insert(header::IF_NONE_MATCH, etag.parse().unwrap());
    let response = all.site.clone().oneshot(request).await.unwrap();
    assert_eq!((response.status().as_u16(), header_of(&response, "etag")), (200, ""));
    assert_eq!(header_of(&response, "cache-control"), "no-store");
    for query in ["{counted(nowOnly:true)}", "{broken}"] {
        let response = get(&all.site, &format!("/graphql?query={query}")).await;
        assert_eq!((header_of(&response, "etag"), header_of(&response, "cache-control")), ("", "no-store"), "{query}");
    }
    assert_eq!(all.executed(), 2);
    // Another answer has another tag.
    all.shelf.edition.store(1, Ordering::SeqCst);
    let response = asking(&etag, "GET").await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_ne!(header_of(&response, "etag"), etag);
}

#[tokio::test]
async fn a_private_search_is_refused_by_get_also_where_its_answer_is_kept() {
    let all = keeping();
    let query = "{ signpost counted }";
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash(query) } });
    for _ in 0..2 {
        all.body(json!({ "query": query, "extensions": extensions })).await;
    }
    assert_eq!(all.executed(), 1);
    let refused = |response: Response<Body>| (response.status().as_u16(), header_of(&response, "allow").to_owned());
    for address in
        ["/graphql?query={+signpost+counted+}".to_owned(), format!("/graphql?documentId=sha256:{}", hash(query))]
    {
        assert_eq!(refused(get(&all.site, &address).await), (405, "POST".to_owned()), "{address}");
    }
    let etag = Request::get(format!("/graphql?documentId=sha256:{}", hash(query))).header(header::IF_NONE_MATCH, "*");
    assert_eq!(refused(all.site.clone().oneshot(etag.body(Body::empty()).unwrap()).await.unwrap()).0, 405);
    // One that came by GET first is given by POST, and the other way round.
    get(&all.site, "/graphql?query={counted}").await;
    ask(&all.site, "{counted}").await;
    assert_eq!(all.executed(), 2);
}

#[tokio::test]
async fn a_query_is_remembered_also_where_its_answer_is_there_already() {
    let all = keeping();
    let query = "{ counted }";
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash(query) } });
    let first = all.body(json!({ "query": query })).await;
    assert!(all.body(json!({ "extensions": extensions })).await.contains("PERSISTED_QUERY_NOT_FOUND"));
    assert_eq!(all.body(json!({ "query": query, "extensions": extensions })).await, first);
    assert_eq!(all.body(json!({ "extensions": extensions })).await, first);
    assert_eq!(all.body(json!({ "documentId": format!("sha256:{}", hash(query)) })).await, first);
    assert_eq!(all.executed(), 1);
}

#[tokio::test]
async fn the_room_for_answers_is_bounded_and_the_figures_tell_what_happens_in_it() {
    let all = keeping_with(site().with(|config| config.answers.cache_bytes = 4_000));
    let query = |n: u32| format!("{{ counted(tag: \"{n}\") }}");
    for n in 0..50 {
        all.ask(&query(n)).await;
    }
    let (bytes, evictions) = ("signpost_answer_cache_bytes", "signpost_answer_cache_evictions_total");
    let held = all.figure(bytes).await;
    assert!((3_000..=4_000).contains(&held), "{held}");
    let gone = all.figure(evictions).await;
    assert!((35..50).contains(&gone), "{gone}");
    assert_eq!(all.figure("signpost_answer_cache_misses_total").await, 50);
    assert_eq!(all.figure("signpost_answer_cache_hits_total").await, 0);
    all.ask(&query(49)).await;
    assert_eq!((all.executed(), all.figure("signpost_answer_cache_hits_total").await), (50, 1));
    all.ask(&query(0)).await;
    assert_eq!(all.executed(), 51);
    // Compressed forms take their room too.
    let before = all.figure(bytes).await;
    let mut request = post_request(json!({ "query": query(0) }).to_string());
    request.headers_mut().insert(header::ACCEPT_ENCODING, "gzip".parse().unwrap());
    all.site.clone().oneshot(request).await.unwrap();
    let after = all.figure(bytes).await;
    assert!(after != before && after <= 4_000, "{before} {after}");
    // What takes too large a part of the room is not kept.
    all.ask("{ counted big }").await;
    all.ask("{ counted big }").await;
    assert_eq!(all.executed(), 53);
    assert!(all.figure(bytes).await <= 4_000);

    let off = keeping_with(site().with(|config| config.answers.cache_bytes = 0));
    assert_ne!(off.ask("{ counted }").await, off.ask("{ counted }").await);
}
