//! Automatic persisted queries: the protocol as clients speak it, its bounds, and that nothing gets
//! round a rule by it.

use axum::{
    Router,
    body::Body,
    http::{Request, Response, header},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tower::ServiceExt;

use super::site::{GRAPHQL, JSON, get, header_of, json_of, post, post_request, site, text};

pub(super) fn hash(query: &str) -> String {
    Sha256::digest(query).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn named(hash: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } })
}

async fn by_hash(site: &Router, query: &str) -> Response<Body> {
    post(site, json!({ "extensions": named(&hash(query)) }).to_string()).await
}

async fn with_hash(site: &Router, query: &str) -> Response<Body> {
    post(site, json!({ "query": query, "extensions": named(&hash(query)) }).to_string()).await
}

/// Status and code of the first error.
async fn told(response: Response<Body>) -> (u16, String) {
    let status = response.status().as_u16();
    let answer = json_of(response).await;
    (status, answer.pointer("/errors/0/extensions/code").map_or("", |code| code.as_str().unwrap()).to_owned())
}

async fn is_known(site: &Router, query: &str) -> bool {
    told(by_hash(site, query).await).await != (200, "PERSISTED_QUERY_NOT_FOUND".to_owned())
}

#[tokio::test]
async fn a_client_sends_the_hash_then_both_and_from_then_on_the_hash() {
    let site = site().open();
    let query = "{ hello }";
    let first = by_hash(&site, query).await;
    // What clients look for, in the message or in the code; 200, for those that look no further at others.
    assert_eq!((first.status().as_u16(), header_of(&first, "content-type")), (200, JSON));
    assert_eq!(
        json_of(first).await,
        json!({ "errors": [
            { "message": "PersistedQueryNotFound", "extensions": { "code": "PERSISTED_QUERY_NOT_FOUND" } }
        ]})
    );
    assert_eq!(told(with_hash(&site, query).await).await, (200, String::new()));
    let response = by_hash(&site, query).await;
    assert_eq!((response.status().as_u16(), header_of(&response, "content-type")), (200, GRAPHQL));
    assert!(text(response).await.contains(r#"{"hello":"hello"}"#));

    // The same by GET, and by the name that GraphQL over HTTP gives it; digits may be large.
    let extensions = format!("%7B%22persistedQuery%22:%7B%22version%22:1,%22sha256Hash%22:%22{}%22%7D%7D", hash(query));
    let document_id = json!({ "documentId": format!("sha256:{}", hash(query)) }).to_string();
    let large = json!({ "extensions": named(&hash(query).to_uppercase()) }).to_string();
    for response in [
        get(&site, &format!("/graphql?extensions={extensions}")).await,
        get(&site, &format!("/graphql?documentId=sha256%3A{}", hash(query))).await,
        post(&site, document_id).await,
        post(&site, large).await,
    ] {
        assert_eq!(told(response).await, (200, String::new()));
    }
    // Variables and the operation's name go with it.
    let query = "query a($n: Int!) { number(value: $n) } query b { hello }";
    with_hash(&site, &format!("{query} ")).await;
    let body = json!({ "query": query, "operationName": "b", "extensions": named(&hash(query)) });
    assert!(text(post(&site, body.to_string()).await).await.contains("hello"));
    let body = json!({ "variables": { "n": 7 }, "operationName": "a", "extensions": named(&hash(query)) });
    assert!(text(post(&site, body.to_string()).await).await.contains(r#"{"number":7}"#));
}

#[tokio::test]
async fn a_client_that_takes_no_plain_json_gets_the_status_of_the_specification() {
    let site = site().open();
    let rows = [
        ("application/graphql-response+json", 404, GRAPHQL),
        ("application/graphql-response+json, application/json;q=0", 404, GRAPHQL),
        ("application/json", 200, JSON),
        ("application/graphql-response+json, application/json;q=0.1", 200, JSON),
        ("*/*", 200, JSON),
    ];
    for (accept, status, content_type) in rows {
        let mut request = post_request(json!({ "extensions": named(&hash("{ hello }")) }).to_string());
        request.headers_mut().insert(header::ACCEPT, accept.parse().unwrap());
        let response = site.clone().oneshot(request).await.unwrap();
        assert_eq!(
            (response.status().as_u16(), header_of(&response, "content-type")),
            (status, content_type),
            "{accept}"
        );
        assert_eq!(header_of(&response, "cache-control"), "no-store");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_hash_is_told() {
    let site = site().open();
    let right = hash("{ hello }");
    let other = hash("{ hello } ");
    let wrong = "BAD_USER_INPUT";
    let unknown = "PERSISTED_QUERY_NOT_FOUND";
    let unsupported = "PERSISTED_QUERY_NOT_SUPPORTED";
    let with_version = |version: Value| json!({ "persistedQuery": { "version": version, "sha256Hash": right } });
    let rows = [
        // (body, status, code)
        (json!({ "query": "{ hello }", "extensions": named(&other) }), 422, wrong),
        (json!({ "query": "{ hello }", "documentId": format!("sha256:{other}") }), 422, wrong),
        (json!({ "query": "{ hello }", "extensions": with_version(json!(2)) }), 200, unsupported),
        (json!({ "extensions": with_version(json!(0)) }), 200, unsupported),
        (json!({ "extensions": with_version(json!("1")) }), 200, unsupported),
        (json!({ "extensions": with_version(json!(null)) }), 200, unsupported),
        (json!({ "extensions": { "persistedQuery": { "sha256Hash": right } } }), 200, unsupported),
        (json!({ "extensions": { "persistedQuery": { "version": 1 } } }), 422, wrong),
        (json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": 7 } } }), 422, wrong),
        (json!({ "extensions": named("") }), 422, wrong),
        (json!({ "extensions": named(&right[1..]) }), 422, wrong),
        (json!({ "extensions": named(&format!("{}g", &right[1..])) }), 422, wrong),
        (json!({ "extensions": named(&"é".repeat(32)) }), 422, wrong),
        (json!({ "extensions": named(&"a".repeat(100_000)) }), 422, wrong),
        (json!({ "extensions": { "persistedQuery": 7 } }), 422, wrong),
        (json!({ "extensions": { "persistedQuery": [named(&right)] } }), 422, wrong),
        (json!({ "extensions": { "persistedQuery": null } }), 422, wrong),
        (json!({ "documentId": 7 }), 422, wrong),
        (json!({ "documentId": "" }), 422, wrong),
        (json!({ "documentId": "sha256:" }), 422, wrong),
        (json!({ "documentId": format!("sha256:{right}0") }), 422, wrong),
        (json!({ "documentId": right }), 200, unknown),
        (json!({ "documentId": "x-other:1" }), 200, unknown),
        (json!({ "documentId": "a".repeat(100_000) }), 200, unknown),
        (json!({ "documentId": "mine", "query": "{ hello }" }), 422, wrong),
        (json!({ "documentId": format!("sha256:{right}"), "extensions": named(&right) }), 422, wrong),
        (json!({ "query": "", "extensions": named(&right) }), 200, unknown),
        (json!({ "query": null, "extensions": named(&right) }), 200, unknown),
    ];
    for (body, status, code) in rows {
        let short: String = body.to_string().chars().take(200).collect();
        assert_eq!(told(post(&site, body.to_string()).await).await, (status, code.to_owned()), "{short}");
    }
    assert!(!is_known(&site, "{ hello }").await && !is_known(&site, "{ hello } ").await);
    // A null or an empty object beside a query says nothing.
    let body = json!({ "query": "{ hello }", "documentId": null, "extensions": { "persistedQuery": null } });
    assert_eq!(told(post(&site, body.to_string()).await).await, (200, String::new()));
}

#[tokio::test]
async fn every_limit_holds_for_what_is_remembered_and_what_is_refused_is_not() {
    let site = site().with(|config| (config.graphql.max_aliases, config.graphql.max_cost) = (2, 5)).open();
    let refused = [
        ("{", 400),
        ("{ a: hello b: hello c: hello }", 422),
        ("{ hello signpost number(value: 1) brought big counted }", 422),
        ("{ nothing }", 422),
        ("subscription { hello }", 422),
        ("query($n: Int!) { number(value: $n) }", 422),
    ];
    for (query, status) in refused {
        assert_eq!(told(with_hash(&site, query).await).await.0, status, "{query}");
        assert!(!is_known(&site, query).await, "{query}");
    }
    // One that failed inside was no less a query.
    with_hash(&site, "{ broken }").await;
    assert_eq!(told(by_hash(&site, "{ broken }").await).await, (294, "INTERNAL_SERVER_ERROR".to_owned()));
    // By its hash alone neither may be asked by GET.
    for (query, word) in [("mutation { change }", "by POST"), ("{ signpost }", "private")] {
        assert_eq!(told(with_hash(&site, query).await).await, (200, String::new()));
        assert_eq!(told(by_hash(&site, query).await).await, (200, String::new()));
        for id in ["documentId=sha256:", "documentId=sha256%3A"] {
            let response = get(&site, &format!("/graphql?{id}{}", hash(query))).await;
            assert_eq!((response.status().as_u16(), header_of(&response, "allow")), (405, "POST"));
            assert!(text(response).await.contains(word));
        }
    }
}

#[tokio::test]
async fn nothing_of_a_person_is_remembered() {
    let site = site().open();
    let rows = [
        // A text that says itself what somebody lives through is not kept, one with variables is.
        (r#"{ signpost(about: "sofasurfing") }"#, json!({}), false),
        (r#"{ hello ...a } fragment a on Query { other: signpost(about: "x") }"#, json!({}), false),
        (r#"query($about: String = "x") { signpost(about: $about) }"#, json!({}), false),
        ("query($about: String) { signpost(about: $about) }", json!({ "about": "sofasurfing" }), true),
        (r#"{ counted(tag: "no search of anybody's") }"#, json!({}), true),
    ];
    for (query, variables, remembered) in rows {
        let body = json!({ "query": query, "variables": variables, "extensions": named(&hash(query)) });
        assert_eq!(told(post(&site, body.to_string()).await).await, (200, String::new()), "{query}");
        assert_eq!(is_known(&site, query).await, remembered, "{query}");
    }
}

#[tokio::test]
async fn as_many_are_remembered_as_the_settings_allow() {
    let few = site().with(|config| config.persisted.automatic = 2).open();
    let query = |n: u32| format!("{{ number(value: {n}) }}");
    for n in [1, 2] {
        with_hash(&few, &query(n)).await;
    }
    assert!(is_known(&few, &query(1)).await);
    with_hash(&few, &query(3)).await;
    // The second was not asked for longest.
    assert!(is_known(&few, &query(1)).await && !is_known(&few, &query(2)).await && is_known(&few, &query(3)).await);

    let small = site().with(|config| config.persisted.automatic_bytes = 1_024).open();
    let long = format!("{{ hello }} # {}", "x".repeat(1_000));
    with_hash(&small, &query(1)).await;
    assert_eq!(told(with_hash(&small, &long).await).await, (200, String::new()), "answered all the same");
    assert!(is_known(&small, &query(1)).await && !is_known(&small, &long).await);
    for n in 2..10 {
        with_hash(&small, &query(n)).await;
    }
    assert!(!is_known(&small, &query(1)).await && is_known(&small, &query(9)).await);

    let none = site().with(|config| config.persisted.automatic = 0).open();
    assert_eq!(told(with_hash(&none, "{ hello }").await).await, (200, String::new()), "the text is there");
    let response = by_hash(&none, "{ hello }").await;
    assert_eq!(
        json_of(response).await["errors"][0],
        json!({ "message": "PersistedQueryNotSupported", "extensions": { "code": "PERSISTED_QUERY_NOT_SUPPORTED" } })
    );
}

#[tokio::test]
async fn an_address_that_names_its_query_twice_is_refused() {
    let site = site().open();
    let twice = format!("/graphql?documentId=sha256:{0}&documentId=sha256:{0}", hash("{ hello }"));
    assert_eq!(told(get(&site, &twice).await).await, (422, "BAD_USER_INPUT".to_owned()));
    let request = Request::get("/graphql?documentId=%ff").body(Body::empty()).unwrap();
    assert_eq!(told(site.oneshot(request).await.unwrap()).await, (400, "BAD_USER_INPUT".to_owned()));
}

/// A text that was read before is answered by what comes with it now: another operation, other variables, another method. One
/// that is refused stays so.
#[tokio::test]
async fn what_was_read_before_is_held_against_every_rule_anew() {
    let site = site().open();
    let query = "query a($n: Int!) { number(value: $n) } mutation b { change } query c { signpost }";
    let asked = async |name: Option<&str>, variables: Value| {
        let body = json!({ "query": query, "operationName": name, "variables": variables });
        let response = post(&site, body.to_string()).await;
        let status = response.status().as_u16();
        (status, json_of(response).await)
    };
    for number in [3, 4] {
        let (status, answer) = asked(Some("a"), json!({ "n": number })).await;
        assert_eq!((status, &answer["data"]), (200, &json!({ "number": number })));
    }
    for (name, variables) in [(Some("a"), json!({})), (Some("a"), json!({ "n": "x" })), (None, json!({}))] {
        let (_, answer) = asked(name, variables).await;
        assert!(
            answer["errors"][0]["message"].is_string() && answer.get("data").is_none_or(Value::is_null),
            "{answer}"
        );
    }
    assert_eq!(asked(Some("b"), json!({})).await.0, 200);
    assert_eq!(asked(Some("c"), json!({})).await.0, 200);
    let address = |name: &str| {
        let query: String = query.bytes().map(|byte| format!("%{byte:02x}")).collect();
        format!("/graphql?query={query}&operationName={name}")
    };
    for name in ["b", "c"] {
        assert_eq!(get(&site, &address(name)).await.status().as_u16(), 405, "{name}");
    }
    for _ in 0..2 {
        let deep = format!("{{ {} }}", "a { ".repeat(50) + "b" + &" }".repeat(50));
        assert_ne!(told(post(&site, json!({ "query": deep }).to_string()).await).await.1, "");
    }
}
