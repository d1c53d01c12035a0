//! Calendars, `/calendar/CODE.ics`: appointments for whoever holds the code, as calendar programs read them. Nobody signs in for
//! it.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::future::BoxFuture;
use sha2::{Digest as _, Sha256};

use super::media::has_etag;

/// Longest code that is looked up.
const LONGEST_CODE: usize = 64;

/// Knows the calendars that codes lead to.
pub trait Feeds: Send + Sync {
    /// The calendar of a code, as text; none where it leads to none, or to none any more. What fails is told in words for the
    /// log.
    fn calendar<'a>(&'a self, code: &'a str) -> BoxFuture<'a, Result<Option<String>, String>>;
}

/// The calendar of the code in the address.
pub(crate) async fn handle(
    State(feeds): State<Arc<dyn Feeds>>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Response {
    let code = file.strip_suffix(".ics").filter(|code| code.len() <= LONGEST_CODE);
    let found = match code {
        Some(code) => feeds.calendar(code).await,
        None => Ok(None),
    };
    let (mut response, kind) = match found {
        Ok(Some(calendar)) => (of_calendar(calendar, &headers), "text/calendar; charset=utf-8"),
        // Whether there ever was such a code is told to nobody.
        Ok(None) => {
            let said = "This calendar has ended. Make another address in Signpost.\n";
            ((StatusCode::NOT_FOUND, said).into_response(), PLAIN)
        }
        Err(error) => {
            tracing::error!(error, "a calendar could not be read");
            let said = "This can't be shown just now. Try again in a few minutes.\n";
            ((StatusCode::INTERNAL_SERVER_ERROR, said).into_response(), PLAIN)
        }
    };
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "private, no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

const PLAIN: &str = "text/plain; charset=utf-8";

/// A calendar, or only that it is the one which the program has already.
fn of_calendar(calendar: String, headers: &HeaderMap) -> Response {
    let digest = Sha256::digest(&calendar);
    let print = digest.iter().take(16).fold(String::new(), |print, byte| format!("{print}{byte:02x}"));
    let Ok(etag) = HeaderValue::from_str(&format!("W/\"{print}\"")) else {
        return (StatusCode::OK, calendar).into_response();
    };
    let mut response = if has_etag(headers, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        (StatusCode::OK, calendar).into_response()
    };
    response.headers_mut().insert(header::ETAG, etag);
    response
}
