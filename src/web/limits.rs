//! Bounds on the head of a request. Those on its body and on the time it takes stand with the
//! endpoint that reads it; those on a query in `api::limits`.

use axum::{extract::Request, http::StatusCode};

use super::{answer::Refusal, errors::BAD_USER_INPUT};

/// Longest address, in bytes. A longer query goes by POST.
pub(crate) const MAX_ADDRESS: usize = 16 * 1024;
/// Most bytes of all headers together, names and values.
pub(crate) const MAX_HEADERS: usize = 32 * 1024;

/// Holds the head of a request against its bounds.
pub(crate) fn check_head(request: &Request) -> Result<(), Refusal> {
    let address = request.uri().path().len() + request.uri().query().map_or(0, str::len);
    if address > MAX_ADDRESS {
        let message = format!("The address is longer than {MAX_ADDRESS} bytes. Send the query by POST.");
        return Err(Refusal::new(StatusCode::URI_TOO_LONG, BAD_USER_INPUT, message));
    }
    let headers: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if headers > MAX_HEADERS {
        let message = format!("The headers are more than {MAX_HEADERS} bytes together.");
        return Err(Refusal::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, BAD_USER_INPUT, message));
    }
    Ok(())
}
