//! Figures for whoever watches the server, in the text form that Prometheus reads.
//!
//! Labels have few values each, all from closed sets: never a name, a path or a word of a query,
//! which would tell what people ask and let anybody fill the memory.

use std::{fmt, sync::Arc, time::Duration};

use async_graphql::parser::types::OperationType;
use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram, info::Info},
    registry::{Registry, Unit},
};

use super::{answer::Outcome, errors::CODES};

/// Upper bounds of the histogram of durations, in seconds: from a page out of memory to the
/// default time limit.
const DURATIONS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// The figures of one server. Cheap to clone; clones count together.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    durations: Family<PartLabels, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
    operations: Family<OperationLabels, Counter>,
    errors: Family<ErrorLabels, Counter>,
    answer_hits: Counter,
    answer_misses: Counter,
    answer_evictions: Counter,
    answer_bytes: Gauge,
    subscriptions: Family<TransportLabels, Gauge>,
    directory_version: Gauge,
    directory_services: Gauge,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TransportLabels {
    transport: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    part: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PartLabels {
    part: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OperationLabels {
    operation: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ErrorLabels {
    code: &'static str,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    /// Everything at nought. `version` is the program's.
    #[must_use]
    pub fn new(version: &'static str) -> Self {
        let mut registry = Registry::with_prefix("signpost");
        let requests = Family::default();
        registry.register("http_requests", "Requests answered, by part of the server and status", requests.clone());
        let durations: Family<PartLabels, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(DURATIONS));
        let help = "How long requests took, by part of the server";
        registry.register_with_unit("http_request_duration", help, Unit::Seconds, durations.clone());
        let in_flight = Gauge::default();
        registry.register("http_requests_in_flight", "Requests being answered", in_flight.clone());
        let operations = Family::default();
        let help = "GraphQL operations, by kind and by how they ended";
        registry.register("graphql_operations", help, operations.clone());
        let errors = Family::default();
        registry.register("graphql_errors", "Errors in GraphQL answers, by code", errors.clone());
        let answer_hits = Counter::default();
        registry.register("answer_cache_hits", "Questions answered with a kept answer", answer_hits.clone());
        let answer_misses = Counter::default();
        let help = "Questions executed though their answers may be kept";
        registry.register("answer_cache_misses", help, answer_misses.clone());
        let answer_evictions = Counter::default();
        let help = "Answers that made room for others while they still held";
        registry.register("answer_cache_evictions", help, answer_evictions.clone());
        let answer_bytes = Gauge::default();
        registry.register_with_unit("answer_cache", "Size of the kept answers", Unit::Bytes, answer_bytes.clone());
        let subscriptions = Family::default();
        registry.register("subscriptions_open", "Subscriptions that are open, by transport", subscriptions.clone());
        let directory_version = Gauge::default();
        let help = "Version of the directory that queries are answered from";
        registry.register("directory_version", help, directory_version.clone());
        let directory_services = Gauge::default();
        let help = "Services in the directory that queries are answered from";
        registry.register("directory_services", help, directory_services.clone());
        registry.register("build", "What this server was built from", Info::new([("version", version)]));
        let inner = Inner {
            registry,
            requests,
            durations,
            in_flight,
            operations,
            errors,
            answer_hits,
            answer_misses,
            answer_evictions,
            answer_bytes,
            subscriptions,
            directory_version,
            directory_services,
        };
        Self(Arc::new(inner))
    }

    /// Says which directory queries are answered from: its version, and how many services are in it.
    pub fn set_directory(&self, version: i64, services: i64) {
        self.0.directory_version.set(version);
        self.0.directory_services.set(services);
    }

    /// All figures as text (OpenMetrics).
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        match encode(&mut text, &self.0.registry) {
            Ok(()) => text,
            // Writing to a string does not fail.
            Err(fmt::Error) => String::new(),
        }
    }

    /// Counts a request as in flight for as long as what is returned lives.
    pub(crate) fn enter(&self) -> InFlight {
        self.0.in_flight.inc();
        InFlight(self.0.in_flight.clone())
    }

    /// Counts a subscription as open for as long as what is returned lives.
    pub(crate) fn subscribe(&self, transport: &'static str) -> InFlight {
        let open = self.0.subscriptions.get_or_create(&TransportLabels { transport }).clone();
        open.inc();
        InFlight(open)
    }

    pub(crate) fn answered(&self, part: &'static str, status: StatusCode, took: Duration) {
        self.0.requests.get_or_create(&RequestLabels { part, status: status.as_u16() }).inc();
        self.0.durations.get_or_create(&PartLabels { part }).observe(took.as_secs_f64());
    }

    pub(crate) fn operation(&self, kind: Option<OperationType>, outcome: Outcome) {
        let operation = match kind {
            Some(OperationType::Query) => "query",
            Some(OperationType::Mutation) => "mutation",
            Some(OperationType::Subscription) => "subscription",
            None => "unknown",
        };
        self.0.operations.get_or_create(&OperationLabels { operation, outcome: outcome.as_str() }).inc();
    }

    pub(crate) fn error(&self, code: &str) {
        let code = CODES.iter().find(|known| **known == code).copied().unwrap_or("OTHER");
        self.0.errors.get_or_create(&ErrorLabels { code }).inc();
    }

    pub(crate) fn answer_hit(&self) {
        self.0.answer_hits.inc();
    }

    pub(crate) fn answer_miss(&self) {
        self.0.answer_misses.inc();
    }

    pub(crate) fn answers_evicted(&self, answers: usize) {
        self.0.answer_evictions.inc_by(u64::try_from(answers).unwrap_or(u64::MAX));
    }

    pub(crate) fn answers_hold(&self, bytes: usize) {
        self.0.answer_bytes.set(i64::try_from(bytes).unwrap_or(i64::MAX));
    }
}

/// A request in flight, or a subscription that is open. It counts until it is dropped, also when its client goes away.
pub(crate) struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// `/metrics`.
pub(crate) async fn handle(State(metrics): State<Metrics>) -> Response {
    let content_type = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    (
        [(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))],
        metrics.text(),
    )
        .into_response()
}
