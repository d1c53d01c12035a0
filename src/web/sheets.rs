//! Sheets, `/s/CODE`: what somebody was told of, for whoever holds the code. Nobody signs in for it.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::future::BoxFuture;

/// The page has a style of its own, and that is all.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Longest code that is looked up.
const LONGEST_CODE: usize = 64;

/// A sheet, in both its forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetPage {
    /// As a page.
    pub html: String,
    /// As text.
    pub text: String,
}

/// Knows the sheets that codes lead to.
pub trait Sheets: Send + Sync {
    /// The sheet of a code; none where it leads to none, or to none any more. What fails is told in words for the log.
    fn sheet<'a>(&'a self, code: &'a str) -> BoxFuture<'a, Result<Option<SheetPage>, String>>;
}

/// The sheet of the code in the address.
pub(crate) async fn handle(
    State(sheets): State<Arc<dyn Sheets>>,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Response {
    let found = if code.len() <= LONGEST_CODE { sheets.sheet(&code).await } else { Ok(None) };
    let accepts = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let is_text = accepts.contains("text/plain") && !accepts.contains("text/html");
    let (status, page) = match found {
        Ok(Some(page)) => (StatusCode::OK, page),
        // Whether there ever was such a code is told to nobody.
        Ok(None) => (StatusCode::NOT_FOUND, plain("This link has ended. Ask whoever gave it to you for a new one.")),
        Err(error) => {
            tracing::error!(error, "a sheet could not be read");
            (StatusCode::INTERNAL_SERVER_ERROR, plain("This can't be shown just now. Try again in a few minutes."))
        }
    };
    let (kind, body) =
        if is_text { ("text/plain; charset=utf-8", page.text) } else { ("text/html; charset=utf-8", page.html) };
    let mut response = (status, body).into_response();
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        // On a telephone that is lent, or a computer in a library.
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "accept"),
        (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn plain(said: &str) -> SheetPage {
    let html = format!(
        "<!doctype html>\n<html lang=\"en-GB\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{said}</title><p>{said}</p></html>\n"
    );
    SheetPage { html, text: format!("{said}\n") }
}
