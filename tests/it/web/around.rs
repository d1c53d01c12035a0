//! What is around the endpoint: ids, headers, compression, CORS, the explorer, health, figures, the log.

use std::{
    collections::BTreeMap,
    io::{self, Read},
};

use axum::{
    Router,
    body::Body,
    http::{Request, Response, StatusCode, header},
};
use flate2::read::GzDecoder;
use serde_json::{Value, json};
use signpost::{
    config::{Config, Log, LogFormat},
    telemetry,
};
use tower::ServiceExt;

use crate::support::logs::Lines;

use super::site::{ask, bytes, check, get, header_of, json_of, post, post_request, site, text};

#[tokio::test]
async fn each_request_has_an_id_of_its_own_and_brings_what_its_resolvers_need() {
    let site = site().open();
    let mut request = post_request(r#"{"query":"{ brought }"}"#);
    request.headers_mut().insert(header::USER_AGENT, "the tests".parse().unwrap());
    // One that the client made up counts for nothing.
    request.headers_mut().insert("x-request-id", "mine".parse().unwrap());
    let response = site.clone().oneshot(request).await.unwrap();
    let first = header_of(&response, "x-request-id").to_owned();
    assert_eq!(json_of(response).await["data"]["brought"], format!("{first} the tests"));
    let second = get(&site, "/nowhere").await;
    assert_eq!(second.status(), StatusCode::NOT_FOUND);
    assert_ne!(header_of(&second, "x-request-id"), first);
    assert_eq!(first, "00000000-0000-0000-0000-000000000001");
}

#[tokio::test]
async fn answers_tell_their_cost_and_browsers_to_be_careful() {
    let site = site().open();
    let response = ask(&site, "{ hello signpost }").await;
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ] {
        assert_eq!(header_of(&response, name), value);
    }
    let maximum = Config::default().graphql.max_cost;
    assert_eq!(json_of(response).await["extensions"]["cost"], json!({ "requested": 2, "maximum": maximum }));
}

#[tokio::test]
async fn answers_are_compressed_for_those_who_take_it() {
    let site = site().open();
    let asked = |encoding: &'static str| {
        let mut request = post_request(r#"{"query":"{ big }"}"#);
        request.headers_mut().insert(header::ACCEPT_ENCODING, encoding.parse().unwrap());
        site.clone().oneshot(request)
    };
    let plain = bytes(asked("identity").await.unwrap()).await;
    assert!(plain.len() > 13_000);
    let gzip = asked("gzip").await.unwrap();
    assert_eq!(header_of(&gzip, "content-encoding"), "gzip");
    assert!(header_of(&gzip, "vary").contains("accept-encoding"));
    let gzip = bytes(gzip).await;
    assert!(gzip.len() < 1_000);
    let mut whole = Vec::new();
    GzDecoder::new(&gzip[..]).read_to_end(&mut whole).unwrap();
    assert_eq!(whole, plain);
    let brotli = asked("br, gzip").await.unwrap();
    assert_eq!(header_of(&brotli, "content-encoding"), "br");
    assert!(bytes(brotli).await.len() < 1_000);
}

#[tokio::test]
async fn other_websites_may_call_where_the_settings_say_so() {
    let preflight = |site: &Router, origin: &'static str| {
        let request = Request::options("/graphql")
            .header(header::ORIGIN, origin)
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
            .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "content-type")
            .body(Body::empty())
            .unwrap();
        site.clone().oneshot(request)
    };
    let allowed = |response: &Response<Body>| header_of(response, "access-control-allow-origin").to_owned();

    let closed = site().open();
    assert_eq!(allowed(&preflight(&closed, "https://a.example").await.unwrap()), "");

    let some = site().with(|config| config.cors.allowed_origins = vec!["https://a.example".to_owned()]).open();
    let response = preflight(&some, "https://a.example").await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(allowed(&response), "https://a.example");
    assert_eq!(header_of(&response, "access-control-allow-methods"), "GET,POST");
    assert_eq!(header_of(&response, "access-control-allow-headers"), "content-type");
    assert_eq!(header_of(&response, "access-control-allow-credentials"), "");
    assert_eq!(allowed(&preflight(&some, "https://b.example").await.unwrap()), "");
    // The answer itself carries it, also when it is a refusal.
    let mut request = post_request(r#"{"query":"{ nothing }"}"#);
    request.headers_mut().insert(header::ORIGIN, "https://a.example".parse().unwrap());
    let response = some.clone().oneshot(request).await.unwrap();
    assert_eq!((response.status().as_u16(), allowed(&response).as_str()), (422, "https://a.example"));
    assert_eq!(header_of(&response, "access-control-expose-headers"), "x-request-id,etag");

    let every = site().with(|config| config.cors.allowed_origins = vec!["*".to_owned()]).open();
    assert_eq!(allowed(&preflight(&every, "https://b.example").await.unwrap()), "*");
    // Not what is for those who run the server.
    let request = Request::get("/metrics").header(header::ORIGIN, "https://b.example").body(Body::empty()).unwrap();
    assert_eq!(allowed(&every.clone().oneshot(request).await.unwrap()), "");
}

#[tokio::test]
async fn the_explorer_and_the_schema_are_there_where_the_settings_say_so() {
    let open = site().open();
    let response = get(&open, "/").await;
    assert_eq!((response.status().as_u16(), header_of(&response, "location")), (307, "/explorer"));
    let response = get(&open, "/explorer").await;
    assert_eq!(header_of(&response, "content-type"), "text/html; charset=utf-8");
    assert!(header_of(&response, "content-security-policy").contains("script-src 'self'"));
    let page = text(response).await;
    assert!(page.contains("{ hello } # &lt;b&gt;</textarea>") && page.contains("{&quot;a&quot;: 1}"), "{page}");
    assert!(page.contains("schema.graphql"));
    // Nothing is fetched from anywhere else, and everything that is fetched is there.
    assert!(!page.contains("://") && !page.contains("<!--"), "{page}");
    for (address, content_type) in [("/explorer.js", "text/javascript"), ("/explorer.css", "text/css")] {
        assert!(page.contains(address.trim_start_matches('/')));
        let response = get(&open, address).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert!(header_of(&response, "content-type").starts_with(content_type));
        assert!(!text(response).await.contains("://"));
    }
    assert!(text(get(&open, "/schema.graphql").await).await.contains("type Query"));

    let secretive = site().with(|config| config.graphql.introspection = false).open();
    assert_eq!(get(&secretive, "/schema.graphql").await.status(), StatusCode::NOT_FOUND);
    assert!(!text(get(&secretive, "/explorer").await).await.contains("schema.graphql"));
    assert_eq!(ask(&secretive, "{ __schema { types { name } } }").await.status().as_u16(), 422);
    let answer = text(ask(&secretive, "{ hell }").await).await;
    assert!(!answer.contains("hello"), "{answer}");

    let bare = site().with(|config| config.graphql.explorer = false).open();
    for address in ["/", "/explorer", "/explorer.js"] {
        assert_eq!(get(&bare, address).await.status(), StatusCode::NOT_FOUND, "{address}");
    }
}

#[tokio::test]
async fn health_says_which_part_is_not_ready() {
    let mut one_away = site();
    one_away.ready = Some(vec![check("database", true), check("directory", false)]);
    let one_away = one_away.open();
    assert_eq!(get(&one_away, "/health/live").await.status(), StatusCode::OK);
    let response = get(&one_away, "/health/ready").await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(header_of(&response, "cache-control"), "no-store");
    assert_eq!(
        json_of(response).await,
        json!({ "status": "not ready", "checks": [
            { "name": "database", "ok": true, "detail": "as the database says" },
            { "name": "directory", "ok": false, "detail": "as the directory says" },
        ]})
    );

    let response = get(&site().open(), "/health/ready").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(json_of(response).await["status"], "ready");

    // A part that says nothing is not ready, and does not keep anybody waiting.
    let mut silent = site().with(|config| config.server.request_timeout_s = 0);
    silent.ready = None;
    let silent = silent.open();
    let response = get(&silent, "/health/ready").await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(json_of(response).await["checks"][0]["detail"], "no answer within 0 seconds");
    assert_eq!(get(&silent, "/health/live").await.status(), StatusCode::OK);
}

/// The figures, by name and labels.
async fn figures(site: &Router) -> BTreeMap<String, f64> {
    let response = get(site, "/metrics").await;
    assert!(header_of(&response, "content-type").starts_with("application/openmetrics-text; version=1.0.0"));
    let text = text(response).await;
    assert!(text.ends_with("# EOF\n"));
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.rsplit_once(' ').unwrap())
        .map(|(name, value)| (name.to_owned(), value.parse().unwrap()))
        .collect()
}

#[tokio::test]
async fn the_figures_count_what_happened() {
    let site = site();
    let metrics = site.metrics.clone();
    let gate = site.gate.clone();
    let site = site.open();
    metrics.set_directory(7, 250);
    for query in ["{ hello }", "{ hello }", "{ broken }", "{ nothing }", "mutation { change }", "{ panics }"] {
        ask(&site, query).await;
    }
    post(&site, "{").await;
    get(&site, "/nowhere/of/importance").await;
    let waiting = tokio::spawn({
        let site = site.clone();
        async move { ask(&site, "{ gated }").await.status() }
    });
    gate.reached.notified().await;

    let told = figures(&site).await;
    let expected = [
        (r#"signpost_graphql_operations_total{operation="query",outcome="ok"}"#, 2.0),
        (r#"signpost_graphql_operations_total{operation="query",outcome="partial"}"#, 1.0),
        (r#"signpost_graphql_operations_total{operation="query",outcome="refused"}"#, 1.0),
        (r#"signpost_graphql_operations_total{operation="mutation",outcome="ok"}"#, 1.0),
        (r#"signpost_graphql_operations_total{operation="unknown",outcome="refused"}"#, 1.0),
        (r#"signpost_graphql_errors_total{code="INTERNAL_SERVER_ERROR"}"#, 1.0),
        (r#"signpost_graphql_errors_total{code="GRAPHQL_VALIDATION_FAILED"}"#, 1.0),
        (r#"signpost_graphql_errors_total{code="BAD_USER_INPUT"}"#, 1.0),
        (r#"signpost_http_requests_total{part="graphql",status="200"}"#, 3.0),
        (r#"signpost_http_requests_total{part="graphql",status="294"}"#, 1.0),
        (r#"signpost_http_requests_total{part="graphql",status="422"}"#, 1.0),
        (r#"signpost_http_requests_total{part="graphql",status="400"}"#, 1.0),
        (r#"signpost_http_requests_total{part="graphql",status="500"}"#, 1.0),
        (r#"signpost_http_requests_total{part="other",status="404"}"#, 1.0),
        (r#"signpost_http_request_duration_seconds_count{part="graphql"}"#, 7.0),
        // The one at the gate, and the asking for the figures itself.
        ("signpost_http_requests_in_flight", 2.0),
        ("signpost_directory_version", 7.0),
        ("signpost_directory_services", 250.0),
        (r#"signpost_build_info{version="1.2.3"}"#, 1.0),
    ];
    for (name, value) in expected {
        assert_eq!(told.get(name), Some(&value), "{name}: {told:#?}");
    }
    // Every request looked at the clock twice, a millisecond apart.
    let sum = told[r#"signpost_http_request_duration_seconds_sum{part="graphql"}"#];
    assert!((sum - 0.007).abs() < 1e-9, "{sum}");

    // Whoever goes away is no longer in flight.
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    assert_eq!(figures(&site).await["signpost_http_requests_in_flight"], 1.0);
}

#[tokio::test]
async fn the_log_tells_what_went_wrong_and_never_what_was_asked() {
    let lines = Lines::default();
    let writer = lines.clone();
    // Everything there is to log, from every crate.
    let log = Log { format: LogFormat::Json, filter: "trace".to_owned() };
    let subscriber = telemetry::subscriber(&log, move || writer.clone(), false).unwrap();
    // Where there is one subscriber only, tracing asks the thread that first comes by an event whether
    // anybody wants it; that may be another test's, and the answer holds for all.
    let _another = tracing::Dispatch::new(telemetry::subscriber(&log, io::sink, false).unwrap());
    let _guard = tracing::subscriber::set_default(subscriber);

    let site = site().open();
    let body = json!({
        "query": "query sofasurfing($n: Int) { hello number(value: 99999999999) broken required panics # sofasurfing",
        "variables": { "sofasurfing": "sofasurfing" },
        "operationName": "sofasurfing",
    });
    for query in
        ["{ hello broken }", "{ panics }", "query sofasurfing { hello }", "{ sofasurfing }", "{ hello } # sofasurfing"]
    {
        let mut request = post_request(json!({ "query": query, "variables": { "a": "sofasurfing" } }).to_string());
        request.headers_mut().insert(header::AUTHORIZATION, "Bearer sofasurfing".parse().unwrap());
        site.clone().oneshot(request).await.unwrap();
    }
    post(&site, body.to_string()).await;
    get(&site, "/graphql?query={hello}&variables={%22sofasurfing%22:1}").await;
    get(&site, "/sofasurfing").await;

    let log = lines.text();
    assert!(!log.contains("sofasurfing"), "{log}");
    assert!(!log.contains("hello"), "{log}");
    let failed: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|line: &Value| line["level"] == "ERROR")
        .collect();
    let [broken, panicked] = failed.as_slice() else { panic!("{failed:#?}") };
    assert_eq!(broken["path"], "broken");
    assert_eq!(broken["error"], "database at 10.0.0.7 has lost table secrets");
    assert_eq!(broken["correlation_id"], "00000000-0000-0000-0000-000000000001");
    assert_eq!(panicked["error"], "secrets in a panic");
    assert_eq!(panicked["correlation_id"], "00000000-0000-0000-0000-000000000002");
    let answered = log.lines().filter(|line| line.contains("\"answered\"")).count();
    assert_eq!(answered, 8, "{log}");
}
