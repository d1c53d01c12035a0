//! Requests made to hurt, failures inside, and what comes too late.

use std::io;

use axum::{
    body::{Body, Bytes},
    http::{Request, StatusCode},
};
use futures_util::stream;
use serde_json::json;
use signpost::config::Config;
use tower::ServiceExt;

use super::site::{ask, get, header_of, json_of, post, site};

#[tokio::test]
async fn bodies_made_to_hurt_are_refused() {
    let site = site().open();
    let large = || "x".repeat(5 * 1024 * 1024);
    let query = |query: String| json!({ "query": query }).to_string();
    let aliases: String = (0..10_000).map(|n| format!("a{n}: hello ")).collect();
    let bomb: String = (0..28).map(|n| format!(" fragment f{n} on Query {{ ...f{m} ...f{m} }}", m = n + 1)).collect();
    let rows: Vec<(&str, Body, u16, &str)> = vec![
        ("5 MB", large().into(), 413, "RESOURCE_EXHAUSTED"),
        ("5 MB that do not say how many they are", chunked(large()), 413, "RESOURCE_EXHAUSTED"),
        ("a query of 5 MB", query(large()).into(), 413, "RESOURCE_EXHAUSTED"),
        ("not UTF-8", vec![b'{', b'"', 0xff, b'"', b'}'].into(), 400, "BAD_USER_INPUT"),
        ("UTF-16", vec![0xff, 0xfe, b'{', 0].into(), 400, "BAD_USER_INPUT"),
        ("100,000 brackets", "[".repeat(100_000).into(), 400, "BAD_USER_INPUT"),
        ("100,000 braces", query("{a".repeat(100_000)).into(), 422, "RESOURCE_EXHAUSTED"),
        ("10,000 aliases", query(format!("{{ {aliases} }}")).into(), 422, "RESOURCE_EXHAUSTED"),
        (
            "fragments that double",
            query(format!("{{ ...f0 }}{bomb} fragment f28 on Query {{ hello }}")).into(),
            422,
            "RESOURCE_EXHAUSTED",
        ),
        ("a body that breaks off", broken_off(), 400, "BAD_USER_INPUT"),
    ];
    for (what, body, status, code) in rows {
        let response = post(&site, body).await;
        assert_eq!(response.status().as_u16(), status, "{what}");
        let answer = json_of(response).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{what}: {answer}");
        assert!(answer.get("data").is_none(), "{what}: {answer}");
    }
    // Exactly as large as it may be, and one byte more.
    let limit = usize::try_from(Config::default().server.body_limit_bytes).unwrap();
    let start = r#"{"query":"{ hello }"}"#;
    for (length, status) in [(limit, 200), (limit + 1, 413)] {
        let body = format!("{start}{}", " ".repeat(length - start.len()));
        assert_eq!(post(&site, body.clone()).await.status().as_u16(), status);
        assert_eq!(post(&site, chunked(body)).await.status().as_u16(), status);
    }
}

/// A body in pieces, which does not say how long it is.
fn chunked(text: String) -> Body {
    let pieces: Vec<Result<Bytes, io::Error>> =
        text.as_bytes().chunks(10_000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    Body::from_stream(stream::iter(pieces))
}

fn broken_off() -> Body {
    let pieces: Vec<Result<Bytes, io::Error>> =
        vec![Ok(Bytes::from_static(b"{\"query\":")), Err(io::Error::other("gone"))];
    Body::from_stream(stream::iter(pieces))
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused() {
    let site = site().open();
    let response = get(&site, &format!("/graphql?query={{hello}}&other={}", "x".repeat(20_000))).await;
    assert_eq!(response.status(), StatusCode::URI_TOO_LONG);
    assert_eq!(json_of(response).await["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    let request = Request::get("/health/live").header("x-long", "x".repeat(40_000)).body(Body::empty()).unwrap();
    let response = site.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
}

#[tokio::test]
async fn nothing_from_inside_is_told() {
    let site = site().open();
    for (query, path) in [("{ hello broken }", "broken"), ("{ required }", "required"), ("{ admitted }", "admitted")] {
        let response = ask(&site, query).await;
        let id = header_of(&response, "x-request-id").to_owned();
        let answer = json_of(response).await;
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"], json!({ "code": "INTERNAL_SERVER_ERROR", "correlationId": id }), "{query}");
        assert_eq!(error["path"], json!([path]));
        assert!(!id.is_empty() && !answer.to_string().contains("secrets"), "{answer}");
    }
    // What was made to be told is told as it is.
    let answer = json_of(ask(&site, "{ refused }").await).await;
    assert_eq!(answer["errors"][0]["message"], "That need is not known.");
    assert_eq!(answer["errors"][0]["extensions"], json!({ "code": "BAD_USER_INPUT" }));
    // An argument that passes validation and is out of range all the same is the client's doing.
    let answer = json_of(ask(&site, "{ number(value: 99999999999) }").await).await;
    assert_eq!(answer["errors"][0]["extensions"], json!({ "code": "BAD_USER_INPUT" }), "{answer}");
}

#[tokio::test]
async fn a_panic_is_answered_and_the_next_request_too() {
    let site = site().open();
    let response = ask(&site, "{ hello panics }").await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let id = header_of(&response, "x-request-id").to_owned();
    let answer = json_of(response).await;
    let error = &answer["errors"][0];
    assert_eq!(error["extensions"], json!({ "code": "INTERNAL_SERVER_ERROR", "correlationId": id }));
    assert!(!answer.to_string().contains("secrets"), "{answer}");
    assert_eq!(ask(&site, "{ hello }").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn what_takes_too_long_is_ended() {
    // No time at all: whatever is not there when first looked for comes too late.
    let site = site().with(|config| config.server.request_timeout_s = 0).open();
    assert_eq!(ask(&site, "{ hello }").await.status(), StatusCode::OK);
    let response = ask(&site, "{ never }").await;
    assert_eq!(response.status(), StatusCode::GATEWAY_TIMEOUT);
    let answer = json_of(response).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "REQUEST_TIMEOUT");
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("within 0 seconds"), "{answer}");

    let never = Body::from_stream(stream::pending::<Result<Bytes, io::Error>>());
    let response = post(&site, never).await;
    assert_eq!(response.status(), StatusCode::REQUEST_TIMEOUT);
    assert_eq!(json_of(response).await["errors"][0]["extensions"]["code"], "REQUEST_TIMEOUT");
}
