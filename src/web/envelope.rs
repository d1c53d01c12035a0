//! What is done around every request, whatever it asks for: an id, a log line, the figures, the
//! bounds on its head, headers that keep browsers careful, and an answer even to a panic.

use std::{
    any::Any,
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::Arc,
    task::Poll,
};

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};
use tracing::{Instrument, info, info_span};

use super::{Uptime, answer::Refusal, errors::BAD_USER_INPUT, limits, metrics::Metrics};
use crate::{clock::Clock, telemetry::RequestId};

/// The header that tells a request's id.
pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Headers on every answer that does not set them itself.
const CAREFUL: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// What the envelope needs.
pub(crate) struct Envelope {
    pub(crate) clock: Clock,
    pub(crate) uptime: Uptime,
    pub(crate) metrics: Metrics,
}

/// Which part of the server a path leads to. The path itself goes into no log and no figure.
fn part(path: &str) -> &'static str {
    match path {
        "/graphql" => "graphql",
        "/schema.graphql" => "schema",
        "/" | "/explorer" | "/explorer.js" | "/explorer.css" => "explorer",
        "/health/live" | "/health/ready" => "health",
        "/metrics" => "metrics",
        path if path.starts_with("/s/") => "sheets",
        path if path.starts_with("/calendar/") => "calendars",
        _ => "other",
    }
}

/// Wraps one request.
pub(crate) async fn wrap(State(envelope): State<Arc<Envelope>>, mut request: Request, next: Next) -> Response {
    let id = RequestId::from(envelope.clock.new_id());
    let part = part(request.uri().path());
    let span = info_span!("request", request_id = %id, method = request.method().as_str(), part);
    let _in_flight = envelope.metrics.enter();
    let started = (envelope.uptime)();
    request.extensions_mut().insert(id.clone());

    let mut response = match limits::check_head(&request) {
        Err(refusal) => refusal.into_answer(),
        Ok(()) => match unless_panicked(next.run(request)).instrument(span.clone()).await {
            Ok(response) => response,
            Err(panic) => {
                let message = panic_message(&*panic);
                span.in_scope(|| tracing::error!(correlation_id = %id, error = message, "a request panicked"));
                Refusal::internal(&id).into_answer()
            }
        },
    };

    let headers = response.headers_mut();
    for (name, value) in CAREFUL {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if let Ok(id) = HeaderValue::from_str(id.as_str()) {
        headers.insert(X_REQUEST_ID, id);
    }
    let took = (envelope.uptime)().saturating_sub(started);
    envelope.metrics.answered(part, response.status(), took);
    span.in_scope(|| {
        info!(
            status = response.status().as_u16(),
            took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            "answered"
        )
    });
    response
}

/// Runs a future to its end or to its panic. A panicked future is not run on.
async fn unless_panicked<T>(future: impl Future<Output = T>) -> Result<T, Box<dyn Any + Send>> {
    let mut future = pin!(future);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("(no message)")
}

/// What is said where there is nothing.
pub(crate) async fn nothing_here() -> Response {
    let message = "There is nothing at this address. GraphQL is at /graphql.";
    Refusal::new(StatusCode::NOT_FOUND, BAD_USER_INPUT, message).into_answer()
}
