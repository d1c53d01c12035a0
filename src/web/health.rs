//! Whether the server lives, and whether it is ready: `/health/live` and `/health/ready`.
//!
//! A server that is alive and not ready is to be left alone and asked nothing; one that is not
//! alive is to be started again. Liveness therefore looks at nothing that could be away.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use tokio::time::timeout;

/// How long the parts may take to say whether they are ready, if a request may take as long.
const PATIENCE: Duration = Duration::from_secs(5);

/// What `/health/ready` needs.
#[derive(Clone)]
pub(crate) struct Probe {
    pub(crate) readiness: Arc<dyn Readiness>,
    pub(crate) request_timeout: Duration,
}

/// Whether one part is ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The part: `database`, `migrations`, `directory`.
    pub name: &'static str,
    /// Whether it is ready.
    pub ok: bool,
    /// In words; seen by anybody, so without addresses, paths or passwords.
    pub detail: String,
}

/// What [`Readiness::checks`] gives.
pub type Checks<'a> = Pin<Box<dyn Future<Output = Vec<Check>> + Send + 'a>>;

/// Knows whether each part is ready.
pub trait Readiness: Send + Sync {
    /// Looks at every part. Need not watch the time: whoever asks does.
    fn checks(&self) -> Checks<'_>;
}

#[derive(Serialize)]
struct Report {
    status: &'static str,
    checks: Vec<Check>,
}

/// `/health/live`: it answers, so it lives.
pub(crate) async fn live() -> Response {
    answer(StatusCode::OK, &Report { status: "live", checks: Vec::new() })
}

/// `/health/ready`: 200 when every part is ready, otherwise 503; which part is not, in the body.
pub(crate) async fn ready(State(probe): State<Probe>) -> Response {
    let patience = PATIENCE.min(probe.request_timeout);
    let checks = timeout(patience, probe.readiness.checks()).await.unwrap_or_else(|_| {
        let detail = format!("no answer within {} seconds", patience.as_secs());
        vec![Check { name: "readiness", ok: false, detail }]
    });
    if checks.iter().all(|check| check.ok) {
        answer(StatusCode::OK, &Report { status: "ready", checks })
    } else {
        answer(StatusCode::SERVICE_UNAVAILABLE, &Report { status: "not ready", checks })
    }
}

fn answer(status: StatusCode, report: &Report) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, serde_json::to_vec(report).unwrap_or_default()).into_response()
}
