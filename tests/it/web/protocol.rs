//! GraphQL over HTTP: methods, media types, status codes.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::site::{GRAPHQL, JSON, get, header_of, post, post_request, site, text};

#[tokio::test]
async fn a_post_is_answered_as_the_specification_says() {
    let site = site().open();
    let invalid = "GRAPHQL_VALIDATION_FAILED";
    let wrong = "BAD_USER_INPUT";
    let rows: &[(&str, u16, &str, &str)] = &[
        // (body, status, code of the first error, a word of the body)
        (r#"{"query":"{ hello }"}"#, 200, "", r#"{"data":{"hello":"hello"}"#),
        (r#"{"query":"{ hello }","operationName":null,"variables":null,"extensions":null}"#, 200, "", "hello"),
        (r#"{"query":"{ hello }","operationName":"","variables":{},"extensions":{"a":1},"other":1}"#, 200, "", "hello"),
        (r#"{"query":"query a { hello } query b { signpost }","operationName":"b"}"#, 200, "", r#"{"signpost":1}"#),
        (r#"{"query":"query a { hello }"}"#, 200, "", "hello"),
        (r#"{"query":"query($n: Int!) { number(value: $n) }","variables":{"n":7}}"#, 200, "", r#"{"number":7}"#),
        (r#"{"query":"mutation { change }"}"#, 200, "", r#"{"change":1}"#),
        ("", 400, wrong, "not JSON"),
        ("NONSENSE", 400, wrong, "not JSON"),
        (r#"{"query":"#, 400, wrong, "not JSON"),
        (r#"{"query":"{ hello }"} {}"#, 400, wrong, "not JSON"),
        (r#"{"query":"{ number(value: 1) }","variables":{"a":1e999}}"#, 400, wrong, "not JSON"),
        (r#"{"query":"{"}"#, 400, invalid, "cannot be read at line 1"),
        (r#"{"query":"\u0000"}"#, 400, invalid, "cannot be read"),
        ("7", 422, wrong, "JSON object"),
        ("null", 422, wrong, "JSON object"),
        (r#""{ hello }""#, 422, wrong, "JSON object"),
        (r#"[{"query":"{ hello }"}]"#, 422, wrong, "each by itself"),
        ("{}", 422, wrong, "no query"),
        (r#"{"qeury":"{ hello }"}"#, 422, wrong, "no query"),
        (r#"{"query":null}"#, 422, wrong, "no query"),
        (r#"{"query":""}"#, 422, wrong, "no query"),
        (r#"{"query":7}"#, 422, wrong, "query must be a text"),
        (r#"{"query":["{ hello }"]}"#, 422, wrong, "query must be a text"),
        (r#"{"query":"{ hello }","operationName":7}"#, 422, wrong, "operationName must be a text"),
        (r#"{"query":"{ hello }","variables":[7]}"#, 422, wrong, "variables must be a JSON object"),
        (r#"{"query":"{ hello }","variables":"{}"}"#, 422, wrong, "variables must be a JSON object"),
        (r#"{"query":"{ hello }","extensions":7}"#, 422, wrong, "extensions must be a JSON object"),
        (r#"{"query":"{ hello }","operationName":"a"}"#, 422, invalid, "has no name"),
        (r#"{"query":"query a { hello }","operationName":"b"}"#, 422, invalid, "no operation of the name"),
        (r#"{"query":"query a { hello } query b { hello }"}"#, 422, invalid, "2 operations"),
        (r#"{"query":"fragment a on Query { hello }"}"#, 400, invalid, "cannot be read"),
        (r#"{"query":"subscription { hello }"}"#, 422, invalid, "Subscriptions"),
        (r#"{"query":"{ nothing }"}"#, 422, invalid, "nothing"),
        (
            r#"{"query":"query($n: Int!) { number(value: $n) }"}"#,
            422,
            wrong,
            "variable $n is missing; its type is Int!",
        ),
        (
            r#"{"query":"query($n: Int!) { number(value: $n) }","variables":{"n":null}}"#,
            422,
            wrong,
            "variable $n is missing",
        ),
        (r#"{"query":"query($n: Int! = 3) { number(value: $n) }"}"#, 200, "", r#"{"number":3}"#),
        (
            r#"{"query":"query($n: Int! = 3) { number(value: $n) }","variables":{"n":null}}"#,
            422,
            wrong,
            "variable $n is missing",
        ),
        (r#"{"query":"query($n: Int!) { number(value: $n) }","variables":{"n":"x"}}"#, 422, invalid, "expected type"),
        (r#"{"query":"{ colour(value: BLUE) }"}"#, 422, invalid, "BLUE"),
        (r#"{"query":"{ a:hello b:hello }"}"#, 200, "", r#"{"a":"hello","b":"hello"}"#),
        (r#"{"query":"{ ...a } fragment a on Query { ...a }"}"#, 422, invalid, "itself"),
        (r#"{"query":"{ refused }"}"#, 294, wrong, r#""data":{"refused":null}"#),
        (r#"{"query":"{ hello broken }"}"#, 294, "INTERNAL_SERVER_ERROR", r#""data":{"hello":"hello","broken":null}"#),
        (r#"{"query":"{ hello required }"}"#, 294, "INTERNAL_SERVER_ERROR", r#""data":null"#),
    ];
    for (body, status, code, word) in rows {
        let response = post(&site, *body).await;
        assert_eq!(response.status().as_u16(), *status, "{body}");
        assert_eq!(header_of(&response, "content-type"), GRAPHQL, "{body}");
        assert_eq!(header_of(&response, "cache-control"), "no-store", "{body}");
        let answer = text(response).await;
        assert!(answer.contains(word), "{body}: {answer}");
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let told = answer.pointer("/errors/0/extensions/code").map_or("", |code| code.as_str().unwrap());
        assert_eq!(told, *code, "{body}: {answer}");
        assert_eq!(answer.get("errors").is_some(), *status != 200, "{body}: {answer}");
        // Data stands there exactly where something was executed.
        assert_eq!(answer.get("data").is_some(), matches!(status, 200 | 294), "{body}: {answer}");
    }
}

#[tokio::test]
async fn a_client_that_takes_plain_json_only_gets_its_successes_as_such() {
    let site = site().open();
    let rows = [
        ("{ hello }", 200, JSON),
        ("{ hello broken }", 200, JSON),
        ("{ required }", 200, JSON),
        ("{ nothing }", 422, GRAPHQL),
        ("{", 400, GRAPHQL),
    ];
    for (query, status, content_type) in rows {
        let mut request = post_request(json!({ "query": query }).to_string());
        request.headers_mut().insert(header::ACCEPT, "application/json".parse().unwrap());
        let response = site.clone().oneshot(request).await.unwrap();
        assert_eq!(
            (response.status().as_u16(), header_of(&response, "content-type")),
            (status, content_type),
            "{query}"
        );
    }
}

#[tokio::test]
async fn the_answer_comes_in_the_form_that_is_wanted_most() {
    let site = site().open();
    let rows: &[(&[&str], u16, &str)] = &[
        (&[], 200, GRAPHQL),
        (&[""], 200, GRAPHQL),
        (&["*/*"], 200, GRAPHQL),
        (&["application/*"], 200, GRAPHQL),
        (&["application/json"], 200, JSON),
        (&["APPLICATION/JSON; charset=UTF-8"], 200, JSON),
        (&["application/json;charset=\"utf-8\""], 200, JSON),
        (&["application/graphql-response+json"], 200, GRAPHQL),
        (&["application/graphql-response+json, application/json;q=0.9"], 200, GRAPHQL),
        (&["application/graphql-response+json;q=0.5, application/json;q=0.9"], 200, JSON),
        (&["application/graphql-response+json;q=0, application/json"], 200, JSON),
        (&["application/json, */*;q=0.1"], 200, JSON),
        (&["application/json;q=0, */*"], 200, GRAPHQL),
        (&["*/*;q=0.5, application/graphql-response+json;q=0.4"], 200, JSON),
        (&["text/html, application/json"], 200, JSON),
        (&["text/html", "application/json"], 200, JSON),
        (&["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"], 200, GRAPHQL),
        (&["application/json; charset=utf-16"], 406, GRAPHQL),
        (&["text/html"], 406, GRAPHQL),
        (&["text/*"], 406, GRAPHQL),
        (&["*/*;q=0"], 406, GRAPHQL),
        (&["application/json;q=x"], 406, GRAPHQL),
        (&["application/graphql+json"], 406, GRAPHQL),
        (&["nonsense"], 406, GRAPHQL),
    ];
    for (accept, status, content_type) in rows {
        let mut request = post_request(r#"{"query":"{ hello }"}"#);
        for value in *accept {
            request.headers_mut().append(header::ACCEPT, value.parse().unwrap());
        }
        let response = site.clone().oneshot(request).await.unwrap();
        assert_eq!(
            (response.status().as_u16(), header_of(&response, "content-type")),
            (*status, *content_type),
            "{accept:?}"
        );
    }
}

#[tokio::test]
async fn a_body_is_taken_as_plain_json_in_utf_8_only() {
    let site = site().open();
    let rows: &[(&[(&str, &str)], u16)] = &[
        (&[("content-type", "application/json")], 200),
        (&[("content-type", "Application/JSON; charset=UTF-8")], 200),
        (&[("content-type", "application/json"), ("content-encoding", "identity")], 200),
        (&[], 415),
        (&[("content-type", "")], 415),
        (&[("content-type", "application/json; charset=iso-8859-1")], 415),
        (&[("content-type", "application/graphql")], 415),
        (&[("content-type", "application/graphql-response+json")], 415),
        (&[("content-type", "text/plain")], 415),
        (&[("content-type", "application/x-www-form-urlencoded")], 415),
        (&[("content-type", "multipart/form-data; boundary=x")], 415),
        (&[("content-type", "application/json"), ("content-encoding", "gzip")], 415),
    ];
    for (headers, status) in rows {
        let mut request = Request::post("/graphql");
        for (name, value) in *headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(r#"{"query":"{ hello }"}"#)).unwrap();
        assert_eq!(site.clone().oneshot(request).await.unwrap().status().as_u16(), *status, "{headers:?}");
    }
}

#[tokio::test]
async fn a_query_may_come_by_get_unless_it_changes_something_or_is_private() {
    let site = site().open();
    let rows: &[(&str, u16, &str)] = &[
        ("query=%7B+hello%20%7D", 200, r#"{"hello":"hello"}"#),
        ("query={hello}&operationName=&variables=&extensions=", 200, "hello"),
        ("query=query+null{hello}&operationName=null", 200, "hello"),
        ("query=query($n:Int!){number(value:$n)}&variables=%7B%22n%22:7%7D", 200, r#"{"number":7}"#),
        ("query={hello}&variables=null&other=1&", 200, "hello"),
        // A mutation beside what is asked for changes nothing.
        ("query=query+a{hello}+mutation+b{change}&operationName=a", 200, "hello"),
        ("", 422, "no query"),
        ("query", 422, "no query"),
        ("query={hello}&query={hello}", 422, "twice"),
        ("query={hello}&variables=[]", 422, "variables must be a JSON object"),
        ("query={hello}&variables={", 400, "variables is not JSON"),
        ("query=%ff", 400, "not UTF-8"),
        ("query=%", 400, "cannot be read"),
        ("query=%7", 400, "cannot be read"),
        ("query=mutation{change}", 405, "by POST"),
        ("query=query+a{hello}+mutation+b{change}&operationName=b", 405, "by POST"),
        ("query={signpost}", 405, "private"),
        ("query={hello+other:signpost}", 405, "private"),
        ("query={...{signpost}}", 405, "private"),
        ("query={...a}+fragment+a+on+Query{...b}+fragment+b+on+Query{signpost}", 405, "private"),
        ("query=query+a{hello}+query+b{signpost}&operationName=b", 405, "private"),
    ];
    for (address, status, word) in rows {
        let response = get(&site, &format!("/graphql?{address}")).await;
        assert_eq!(response.status().as_u16(), *status, "{address}");
        assert_eq!(header_of(&response, "allow"), if *status == 405 { "POST" } else { "" }, "{address}");
        assert_eq!(header_of(&response, "cache-control"), "no-store", "{address}");
        let answer = text(response).await;
        assert!(answer.contains(word), "{address}: {answer}");
    }
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        let request = Request::builder().method(method.clone()).uri("/graphql").body(Body::empty()).unwrap();
        let response = site.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(header_of(&response, "allow"), "GET, HEAD, POST", "{method}");
    }
    let head = Request::head("/graphql?query={hello}").body(Body::empty()).unwrap();
    let response = site.clone().oneshot(head).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
}
