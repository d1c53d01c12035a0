//! The HTTP face: the GraphQL endpoint, a page to try it on, health, figures, and the server
//! around them.
//!
//! | path | what |
//! |---|---|
//! | `/graphql` | GraphQL over HTTP, GET and POST (`graphql_http`); subscriptions (`live`) |
//! | `/schema.graphql` | the schema as text, where introspection is on |
//! | `/explorer`, `/` | a page to try queries on, where it is on ([`explorer`]) |
//! | `/health/live`, `/health/ready` | whether it lives and is ready ([`health`]) |
//! | `/s/CODE` | what somebody was told of ([`sheets`]) |
//! | `/calendar/CODE.ics` | somebody's appointments, for calendar programs ([`calendars`]) |
//! | `/metrics` | figures for Prometheus ([`metrics`]) |
//!
//! From outside in, a request passes the envelope (id, log, figures, panics, bounds on its head;
//! `envelope`), compression, on the GraphQL paths CORS, and then the handler.
//!
//! To add a path: a module with its handler, a line in [`router`], a name in `envelope::part`.

mod answer;
pub mod answers;
pub mod bounded;
pub mod calendars;
mod envelope;
mod errors;
pub mod explorer;
mod graphql_http;
pub mod health;
mod limits;
pub mod live;
mod media;
pub mod metrics;
mod parameters;
pub mod peer;
pub mod persisted;
mod question;
pub mod serve;
pub mod sheets;

use std::{net::IpAddr, sync::Arc, time::Duration};

use async_graphql::{Executor, Request as GraphqlRequest};
use axum::{
    Router,
    http::{HeaderMap, HeaderValue, Method, header},
    middleware::from_fn_with_state,
    response::{IntoResponse, Redirect},
    routing::{any, get},
};
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use tokio::sync::watch;
use tower_http::{
    compression::CompressionLayer,
    cors::{AllowHeaders, AllowOrigin, CorsLayer},
};

use self::{
    answers::{Answers, Keeper},
    persisted::Documents,
};
pub use self::{explorer::Example, health::Readiness, metrics::Metrics, persisted::StoredOperations};
use crate::{
    api::{horizon::Horizon, limits::QueryLimits},
    clock::Clock,
    config::Config,
    telemetry::RequestId,
};

/// Time gone by since some fixed moment, on a clock that is never set back.
pub type Uptime = Arc<dyn Fn() -> Duration + Send + Sync>;

/// Gives a GraphQL request what its resolvers need: loaders, and whoever is asking. The request's
/// [`RequestId`] and [`Horizon`](crate::api::horizon::Horizon) are in its data already.
pub type Prepare =
    Arc<dyn for<'a> Fn(GraphqlRequest, Incoming<'a>) -> BoxFuture<'a, Result<GraphqlRequest, Turned>> + Send + Sync>;

/// Why a request is turned away before anything of it is executed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turned {
    /// What it shows to say who asks is not, or no longer, good: this is what to do.
    Unauthenticated(String),
    /// Whoever asks may not ask like this: this is why.
    Forbidden(String),
    /// A header is wrong: this would be right.
    BadInput(&'static str),
    /// Who asks can't be found out now; the reason is for the log.
    Failed(String),
}

/// What is known of a request beside its query.
#[derive(Clone, Copy, Debug)]
pub struct Incoming<'a> {
    /// Its id.
    pub id: &'a RequestId,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// The address it came from; absent where there is no connection, in tests.
    pub from: Option<IpAddr>,
    /// The instant it is answered for.
    pub at: DateTime<Utc>,
    /// How long its answer holds.
    pub horizon: &'a Horizon,
}

/// Root fields that are refused over GET, because what they are asked with is private.
pub const PRIVATE_SEARCHES: &[&str] = &[
    "signpost",
    "signpostPlan",
    "interpretNeeds",
    "suggestions",
    "serviceHappenings",
    "disclosurePreview",
    "findServiceUsers",
    "myRecords",
    "serviceUser",
    "serviceUsers",
];

/// What the HTTP face is put together from.
pub struct Parts<E> {
    /// Executes GraphQL; its schema is made with `api::limits::limit`.
    pub executor: E,
    /// The settings.
    pub config: Arc<Config>,
    /// The figures.
    pub metrics: Metrics,
    /// Knows whether each part is ready.
    pub readiness: Arc<dyn Readiness>,
    /// The schema as text.
    pub schema_text: Arc<str>,
    /// Where request ids and the instants of questions come from.
    pub clock: Clock,
    /// What durations are measured with.
    pub uptime: Uptime,
    /// Gives each request what its resolvers need.
    pub prepare: Prepare,
    /// Root fields that are refused over GET: [`PRIVATE_SEARCHES`].
    pub refused_over_get: &'static [&'static str],
    /// Knows which answers may be kept; without it none are.
    pub keeper: Option<Arc<dyn Keeper>>,
    /// Changes whenever there may be something new to tell those who have subscribed.
    pub news: watch::Receiver<i64>,
    /// The operations on the list of the settings.
    pub operations: Arc<StoredOperations>,
    /// Knows the sheets that codes lead to.
    pub sheets: Arc<dyn sheets::Sheets>,
    /// Knows the calendars that codes lead to.
    pub feeds: Arc<dyn calendars::Feeds>,
    /// What the explorer begins with.
    pub example: Example,
}

/// Puts the HTTP face together.
pub fn router<E: Executor>(parts: Parts<E>) -> Router {
    let settings = &parts.config.graphql;
    let room = usize::try_from(parts.config.answers.cache_bytes).unwrap_or(usize::MAX);
    let keeper = parts.keeper.filter(|_| room > 0);
    let endpoint = Arc::new(graphql_http::Endpoint {
        executor: parts.executor,
        limits: QueryLimits::from(settings),
        request_timeout: parts.config.server.request_timeout(),
        body_limit: usize::try_from(parts.config.server.body_limit_bytes).unwrap_or(usize::MAX),
        refused_over_get: parts.refused_over_get,
        prepare: parts.prepare,
        metrics: parts.metrics.clone(),
        live: live::Streams::new(&parts.config, parts.news),
        clock: parts.clock.clone(),
        forwarded_by: parts.config.server.forwarded_by.clone(),
        documents: Documents::new(&parts.config.persisted, parts.operations),
        answers: keeper.map(|keeper| Answers::new(keeper, room, parts.metrics.clone())),
    });
    let mut open = Router::new().route("/graphql", any(graphql_http::handle::<E>).with_state(endpoint));
    if parts.config.shows_schema() {
        let text = parts.schema_text;
        let plain = [(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"))];
        open = open.route("/schema.graphql", get(move || async move { (plain, text.to_string()) }));
    }
    if let Some(cors) = cors(&parts.config.cors.allowed_origins) {
        open = open.layer(cors);
    }
    let request_timeout = parts.config.server.request_timeout();
    let mut all = open
        .route("/health/live", get(health::live))
        .route(
            "/health/ready",
            get(health::ready).with_state(health::Probe { readiness: parts.readiness, request_timeout }),
        )
        .route("/s/{code}", get(sheets::handle).with_state(parts.sheets))
        .route("/calendar/{file}", get(calendars::handle).with_state(parts.feeds))
        .route("/metrics", get(metrics::handle).with_state(parts.metrics.clone()));
    if parts.config.shows_explorer() {
        all = all
            .route("/", get(|| async { Redirect::temporary("/explorer").into_response() }))
            .merge(explorer::routes(&parts.example, settings.introspection));
    }
    let envelope = envelope::Envelope { clock: parts.clock, uptime: parts.uptime, metrics: parts.metrics };
    all.fallback(envelope::nothing_here)
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(Arc::new(envelope), envelope::wrap))
}

/// Lets other websites' pages call, where any may. Never with credentials.
fn cors(origins: &[String]) -> Option<CorsLayer> {
    let allowed = if origins.iter().any(|origin| origin == "*") {
        AllowOrigin::any()
    } else {
        let origins: Vec<HeaderValue> =
            origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()).collect();
        if origins.is_empty() {
            return None;
        }
        AllowOrigin::list(origins)
    };
    Some(
        CorsLayer::new()
            .allow_origin(allowed)
            .allow_methods([Method::GET, Method::POST])
            .allow_headers(AllowHeaders::mirror_request())
            .expose_headers([envelope::X_REQUEST_ID, header::ETAG])
            .max_age(Duration::from_secs(60 * 60)),
    )
}
