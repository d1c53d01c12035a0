//! A page to try queries on, `/explorer`. Our own, of three small files, so that it works where
//! nothing else can be reached and no other website learns that it was opened.

use std::sync::Arc;

use axum::{
    Router,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::api::html::escaped;

const PAGE: &str = include_str!("explorer/explorer.html");
const SCRIPT: &str = include_str!("explorer/explorer.js");
const STYLE: &str = include_str!("explorer/explorer.css");

/// The page runs its own script and speaks with its own server, and that is all.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A query to begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The query.
    pub query: String,
    /// Its variables, as JSON.
    pub variables: String,
}

/// The page and its two files.
pub(crate) fn routes(example: &Example, schema_is_told: bool) -> Router {
    let link = if schema_is_told { r#"<a href="schema.graphql">The schema as text</a>"# } else { "" };
    let page: Arc<str> = PAGE
        .replace("<!-- schema -->", link)
        // Last, so that nothing in the example is taken for a place to fill.
        .replace("<!-- variables -->", &escaped(&example.variables))
        .replace("<!-- query -->", &escaped(&example.query))
        .into();
    Router::new()
        .route("/explorer", get(move || async move { asset("text/html; charset=utf-8", page.to_string()) }))
        .route("/explorer.js", get(|| async { asset("text/javascript; charset=utf-8", SCRIPT) }))
        .route("/explorer.css", get(|| async { asset("text/css; charset=utf-8", STYLE) }))
}

fn asset(content_type: &'static str, text: impl IntoResponse) -> Response {
    let mut response = text.into_response();
    let mut set = |name: HeaderName, value: &'static str| {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    };
    set(header::CONTENT_TYPE, content_type);
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::CACHE_CONTROL, "no-cache");
    response
}
