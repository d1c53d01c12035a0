//! Errors as clients may see them: with a code always, and nothing from inside ever.

use async_graphql::{ErrorExtensionValues, PathSegment, ServerError, Value};
use axum::http::StatusCode;

use crate::{
    api::limits::{GRAPHQL_VALIDATION_FAILED, RESOURCE_EXHAUSTED},
    telemetry::RequestId,
};

/// The request itself is wrong.
pub(crate) const BAD_USER_INPUT: &str = "BAD_USER_INPUT";
/// It took too long.
pub(crate) const REQUEST_TIMEOUT: &str = "REQUEST_TIMEOUT";
/// Something went wrong inside.
pub(crate) const INTERNAL: &str = "INTERNAL_SERVER_ERROR";
/// A query is named by a hash or an id that is not known here: send its text.
pub(crate) const PERSISTED_QUERY_NOT_FOUND: &str = "PERSISTED_QUERY_NOT_FOUND";
/// Queries are not remembered here: always send their text.
pub(crate) const PERSISTED_QUERY_NOT_SUPPORTED: &str = "PERSISTED_QUERY_NOT_SUPPORTED";
/// Only operations on the server's list are answered.
pub(crate) const PERSISTED_QUERY_NOT_IN_LIST: &str = "PERSISTED_QUERY_NOT_IN_LIST";
/// Nobody is signed in.
pub(crate) const UNAUTHENTICATED: &str = "UNAUTHENTICATED";
/// Whoever is signed in may not.
pub(crate) const FORBIDDEN: &str = "FORBIDDEN";

/// All a client is told of what went wrong inside.
pub(crate) const INTERNAL_MESSAGE: &str =
    "Something went wrong on our side. If it happens again, tell us and quote the correlation id.";

/// Every code that the metrics count by name.
pub(crate) const CODES: &[&str] = &[
    BAD_USER_INPUT,
    FORBIDDEN,
    GRAPHQL_VALIDATION_FAILED,
    INTERNAL,
    PERSISTED_QUERY_NOT_FOUND,
    PERSISTED_QUERY_NOT_IN_LIST,
    PERSISTED_QUERY_NOT_SUPPORTED,
    REQUEST_TIMEOUT,
    RESOURCE_EXHAUSTED,
    UNAUTHENTICATED,
];

/// The code of an error, where it has one.
pub(crate) fn code(error: &ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code),
        Value::Enum(code) => Some(code),
        Value::Null | Value::Number(_) | Value::Boolean(_) | Value::Binary(_) | Value::List(_) | Value::Object(_) => {
            None
        }
    }
}

/// The error as a client may see it. One with a code was made to be seen. One without is either
/// the engine's complaint about an argument, or it comes from inside and is logged and masked.
pub(crate) fn fit_to_show(mut error: ServerError, id: &RequestId) -> ServerError {
    match code(&error) {
        Some(INTERNAL) => masked(&error, id),
        Some(_) => error,
        None if is_about_input(&error) => {
            error.extensions.get_or_insert_with(ErrorExtensionValues::default).set("code", BAD_USER_INPUT);
            error
        }
        None => masked(&error, id),
    }
}

fn masked(error: &ServerError, id: &RequestId) -> ServerError {
    tracing::error!(correlation_id = %id, path = dotted(&error.path), error = error.message, "a field failed");
    let mut shown = ServerError::new(INTERNAL_MESSAGE, None);
    shown.path = error.path.clone();
    shown.locations = error.locations.clone();
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", INTERNAL);
    extensions.set("correlationId", id.as_str());
    shown.extensions = Some(extensions);
    shown
}

/// Whether the engine made this of an argument that its type would not take. Such errors hold no
/// source and begin in one of two ways; anything else without a code could be from inside.
fn is_about_input(error: &ServerError) -> bool {
    error.source.is_none()
        && (error.message.starts_with("Failed to parse \"") || error.message.starts_with("Expected input type \""))
}

fn dotted(path: &[PathSegment]) -> String {
    let parts: Vec<String> = path
        .iter()
        .map(|segment| match segment {
            PathSegment::Field(name) => name.clone(),
            PathSegment::Index(index) => index.to_string(),
        })
        .collect();
    parts.join(".")
}

/// The status of an answer in which nothing was executed, told from an error in it.
pub(crate) fn status_of(error: &ServerError) -> StatusCode {
    match code(error) {
        Some(UNAUTHENTICATED) => StatusCode::UNAUTHORIZED,
        Some(FORBIDDEN) => StatusCode::FORBIDDEN,
        Some(REQUEST_TIMEOUT) => StatusCode::GATEWAY_TIMEOUT,
        Some(INTERNAL) | None => StatusCode::INTERNAL_SERVER_ERROR,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
