//! What is sent back: GraphQL results, and refusals in the same form, so that a client has one
//! shape to read whatever happens.

use async_graphql::{Pos, Response as GraphqlResponse, ServerError, Value};
use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{errors, media::ResponseType};
use crate::{api::limits, telemetry::RequestId};

/// A request that cannot or may not be answered.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    /// The status of the answer.
    pub(crate) status: StatusCode,
    /// The error code.
    pub(crate) code: &'static str,
    /// What is wrong and what would be right.
    pub(crate) message: String,
    /// Where in the query.
    pub(crate) position: Option<Pos>,
    /// What to quote when asking about it.
    pub(crate) correlation: Option<RequestId>,
}

impl Refusal {
    /// A refusal for something the client can put right.
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), position: None, correlation: None }
    }

    /// Something went wrong inside, and the log says what.
    pub(crate) fn internal(id: &RequestId) -> Self {
        let refusal = Self::new(StatusCode::INTERNAL_SERVER_ERROR, errors::INTERNAL, errors::INTERNAL_MESSAGE);
        Self { correlation: Some(id.clone()), ..refusal }
    }

    /// The same as an error that stands among others.
    pub(crate) fn into_error(self) -> ServerError {
        let mut error = ServerError::new(self.message, self.position);
        let extensions = error.extensions.get_or_insert_default();
        extensions.set("code", self.code);
        if let Some(id) = &self.correlation {
            extensions.set("correlationId", id.as_str());
        }
        error
    }

    /// The answer. It is a well-formed GraphQL result and says so, to legacy clients too: they can
    /// trust that type where they cannot trust `application/json` from any proxy on the way.
    pub(crate) fn into_answer(self) -> Response {
        let error = ErrorBody {
            message: &self.message,
            locations: self.position.into_iter().collect(),
            extensions: ErrorExtensions {
                code: self.code,
                correlation_id: self.correlation.as_ref().map(RequestId::as_str),
            },
        };
        let body = serde_json::to_vec(&RefusalBody { errors: [error] }).unwrap_or_default();
        let mut response = (self.status, Body::from(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, ResponseType::Graphql.header());
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

impl From<limits::Rejection> for Refusal {
    fn from(rejection: limits::Rejection) -> Self {
        let status = match rejection.kind {
            limits::RejectionKind::Syntax => StatusCode::BAD_REQUEST,
            limits::RejectionKind::Invalid | limits::RejectionKind::Exhausted => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self { position: rejection.position, ..Self::new(status, rejection.code(), rejection.message) }
    }
}

#[derive(Serialize)]
struct RefusalBody<'a> {
    errors: [ErrorBody<'a>; 1],
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    message: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Pos>,
    extensions: ErrorExtensions<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorExtensions<'a> {
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlation_id: Option<&'a str>,
}

/// How a request ended, as the metrics count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Answered whole.
    Ok,
    /// Answered, with errors beside the data.
    Partial,
    /// Refused: the client's doing.
    Refused,
    /// Not in time.
    TimedOut,
    /// Something went wrong inside.
    Failed,
}

impl Outcome {
    /// As the metrics write it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Partial => "partial",
            Self::Refused => "refused",
            Self::TimedOut => "timed_out",
            Self::Failed => "failed",
        }
    }

    /// Told from the status of a refusal.
    pub(crate) fn of_refusal(status: StatusCode) -> Self {
        match status {
            StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => Self::TimedOut,
            status if status.is_server_error() => Self::Failed,
            _ => Self::Refused,
        }
    }
}

/// A GraphQL result as it is sent. `data` is left out where nothing was executed, as the
/// specification asks; the engine's own form has it `null` there.
#[derive(Serialize)]
pub(crate) struct ResultBody<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    extensions: &'a std::collections::BTreeMap<String, Value>,
}

impl<'a> ResultBody<'a> {
    /// Of a message of a subscription, which was executed.
    pub(crate) fn of(response: &'a GraphqlResponse) -> Self {
        Self { errors: &response.errors, data: Some(&response.data), extensions: &response.extensions }
    }

    /// Of what was not executed.
    pub(crate) fn failed(errors: &'a [ServerError]) -> Self {
        const NONE: &std::collections::BTreeMap<String, Value> = &std::collections::BTreeMap::new();
        Self { errors, data: None, extensions: NONE }
    }
}

/// The body of a whole answer, which may be kept: executed, without errors or headers of its own.
pub(crate) fn whole(response: &GraphqlResponse) -> Option<Bytes> {
    let is_whole = response.errors.is_empty() && response.data != Value::Null && response.http_headers.is_empty();
    let body = ResultBody { errors: &[], data: Some(&response.data), extensions: &response.extensions };
    is_whole.then(|| serde_json::to_vec(&body).ok().map(Bytes::from))?
}

/// The answer to a request that reached the engine. Its errors are fit to be shown already.
pub(crate) fn result(response: &GraphqlResponse, media: ResponseType, id: &RequestId) -> (Response, Outcome) {
    let executed = was_executed(response);
    let (status, outcome) = if executed {
        executed_status(response, media)
    } else {
        let status = response.errors.iter().map(errors::status_of).max_by_key(StatusCode::as_u16);
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Outcome::of_refusal(status))
    };
    let body = ResultBody {
        errors: &response.errors,
        data: executed.then_some(&response.data),
        extensions: &response.extensions,
    };
    let Ok(body) = serde_json::to_vec(&body) else {
        return (Refusal::internal(id).into_answer(), Outcome::Failed);
    };
    let mut answer = (status, Body::from(body)).into_response();
    let media = if status.is_success() { media } else { ResponseType::Graphql };
    let headers = answer.headers_mut();
    headers.extend(response.http_headers.clone());
    headers.insert(header::CONTENT_TYPE, media.header());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    (answer, outcome)
}

/// Whether execution began. Errors from before it have no path; those from within always have.
fn was_executed(response: &GraphqlResponse) -> bool {
    response.data != Value::Null
        || response.errors.is_empty()
        || response.errors.iter().any(|error| !error.path.is_empty())
}

/// 200, or 294 (partial success), which the GraphQL-over-HTTP specification of September 2026
/// defines for its own media type only.
fn executed_status(response: &GraphqlResponse, media: ResponseType) -> (StatusCode, Outcome) {
    if response.errors.is_empty() {
        return (StatusCode::OK, Outcome::Ok);
    }
    let status = match media {
        ResponseType::Graphql => StatusCode::from_u16(294).unwrap_or(StatusCode::OK),
        ResponseType::Json => StatusCode::OK,
    };
    (status, Outcome::Partial)
}
