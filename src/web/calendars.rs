//! Calendars, `/calendar/CODE.ics`: appointments for whoever holds the code, as calendar programs read them. Nobody signs in for
//! it.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::future::BoxFuture;
use sha2::{Digest as _, Sha256};

use super::media::has_etag;

/// Longest code that is looked up.
const LONGEST_CODE: usize = 64;

/// What comes of a look at an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// The calendar, as text.
    Calendar(String),
    /// There is one, and nobody asked for what stands in it.
    There,
    /// It was looked at just before: the next look may be after so many seconds.
    TooSoon(u64),
    /// The code leads to none, or to none any more.
    Nothing,
}

/// Knows the calendars that codes lead to.
pub trait Feeds: Send + Sync {
    /// Whether there is a calendar of a code. What fails is told in words for the log.
    fn is_there<'a>(&'a self, code: &'a str) -> BoxFuture<'a, Result<bool, String>>;

    /// Takes a look at the calendar of a code. What fails is told in words for the log.
    fn calendar<'a>(&'a self, code: &'a str) -> BoxFuture<'a, Result<Looked, String>>;
}

/// The calendar of the code in the address. To ask whether it has changed is a look too: what stands in it is decided all the
/// same. To ask for its head alone is none: that tells nothing of what stands in it.
pub(crate) async fn handle(
    State(feeds): State<Arc<dyn Feeds>>,
    Path(file): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let code = file.strip_suffix(".ics").filter(|code| code.len() <= LONGEST_CODE);
    let found = match code {
        Some(code) if method == Method::HEAD => {
            let there = feeds.is_there(code).await;
            there.map(|there| if there { Looked::There } else { Looked::Nothing })
        }
        Some(code) => feeds.calendar(code).await,
        None => Ok(Looked::Nothing),
    };
    let (mut response, kind) = match found {
        Ok(Looked::Calendar(calendar)) => (of_calendar(calendar, &headers), CALENDAR),
        Ok(Looked::There) => (StatusCode::OK.into_response(), CALENDAR),
        Ok(Looked::TooSoon(seconds)) => {
            let said = "This calendar was read a moment ago. Once an hour is enough.\n";
            let mut response = (StatusCode::TOO_MANY_REQUESTS, said).into_response();
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            (response, PLAIN)
        }
        // Whether there ever was such a code is told to nobody.
        Ok(Looked::Nothing) => {
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

const CALENDAR: &str = "text/calendar; charset=utf-8";
const PLAIN: &str = "text/plain; charset=utf-8";

/// A calendar, or only that it is the one which the program has already. As of when it is (DTSTAMP) makes it no other.
fn of_calendar(calendar: String, headers: &HeaderMap) -> Response {
    let mut digest = Sha256::new();
    for line in calendar.split("\r\n").filter(|line| !line.starts_with("DTSTAMP:")) {
        digest.update(line);
        digest.update("\r\n");
    }
    let digest = digest.finalize();
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
