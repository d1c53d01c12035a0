//! A site with a schema made for these tests, and ways to ask it.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_graphql::{EmptySubscription, Enum, Error, ErrorExtensions, Object, Schema};
use axum::{
    Router,
    body::{Body, Bytes},
    http::{Request, Response, header},
};
use futures_util::future::BoxFuture;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use signpost::web::calendars::{Feeds, Looked};
use signpost::web::sheets::{SheetPage, Sheets};
use signpost::{
    api::{
        horizon::Horizon,
        limits::{QueryLimits, limit},
    },
    clock::Clock,
    config::Config,
    telemetry::RequestId,
    web::{
        Example, Metrics, PRIVATE_SEARCHES, Parts, StoredOperations,
        answers::Keeper,
        health::{Check, Checks, Readiness},
        router,
    },
};
use tokio::sync::{Notify, Semaphore};
use tower::ServiceExt;

pub(super) struct Query;
pub(super) struct Mutation;

/// How often something was executed, and a door that lets so many executions through.
#[derive(Clone)]
pub(super) struct Counter(pub(super) Arc<AtomicU64>, pub(super) Arc<Semaphore>);

/// A resolver says that it was reached, and waits until the test lets it go on.
#[derive(Clone, Default)]
pub(super) struct Gate {
    pub(super) reached: Arc<Notify>,
    pub(super) opened: Arc<Notify>,
}

#[derive(Clone, Copy, Enum, Eq, PartialEq)]
pub(super) enum Colour {
    Red,
}

#[Object]
impl Query {
    async fn hello(&self) -> &str {
        "hello"
    }

    async fn signpost(&self, about: Option<String>) -> i32 {
        about.map_or(1, |_| 2)
    }

    /// How often this was executed so far. Holds until an instant, or now only, or for ever; goes on
    /// when the door is open.
    async fn counted(
        &self,
        ctx: &async_graphql::Context<'_>,
        tag: Option<String>,
        until: Option<i64>,
        now_only: Option<bool>,
        door: Option<bool>,
    ) -> String {
        let horizon = Horizon::of(ctx);
        if let Some(until) = until {
            horizon.until(chrono::DateTime::from_timestamp_millis(until).unwrap());
        }
        if now_only == Some(true) {
            horizon.now_only();
        }
        let count = ctx.data_unchecked::<Counter>();
        let this = count.0.fetch_add(1, Ordering::SeqCst) + 1;
        if door == Some(true) {
            count.1.acquire().await.unwrap().forget();
        }
        format!("{} {this}", tag.unwrap_or_default())
    }

    async fn number(&self, value: i32) -> i32 {
        value
    }

    async fn colour(&self, value: Colour) -> Colour {
        value
    }

    /// Fails inside, alone. (The engine makes a field null by itself where the result stands
    /// within the option; the other way round the failure takes its parent with it.)
    async fn broken(&self) -> Option<Result<i32, Error>> {
        Some(Err(io::Error::other("database at 10.0.0.7 has lost table secrets").into()))
    }

    /// Fails inside, and takes everything with it.
    async fn required(&self) -> Result<i32, Error> {
        Err(Error::new("SELECT * FROM secrets"))
    }

    /// Fails inside, and says so itself.
    async fn admitted(&self) -> Option<Result<i32, Error>> {
        Some(Err(Error::new("secrets everywhere").extend_with(|_, e| e.set("code", "INTERNAL_SERVER_ERROR"))))
    }

    /// Fails because of what the client asked.
    async fn refused(&self) -> Option<Result<i32, Error>> {
        Some(Err(Error::new("That need is not known.").extend_with(|_, e| e.set("code", "BAD_USER_INPUT"))))
    }

    async fn panics(&self) -> i32 {
        std::hint::black_box(None).expect("secrets in a panic")
    }

    async fn never(&self) -> i32 {
        std::future::pending().await
    }

    async fn gated(&self, ctx: &async_graphql::Context<'_>) -> i32 {
        let gate = ctx.data_unchecked::<Gate>();
        gate.reached.notify_one();
        gate.opened.notified().await;
        1
    }

    /// What the request brought along.
    async fn brought(&self, ctx: &async_graphql::Context<'_>) -> String {
        format!("{} {}", ctx.data_unchecked::<RequestId>(), ctx.data_unchecked::<String>())
    }

    async fn big(&self) -> String {
        "all the same ".repeat(1_000)
    }
}

#[Object]
impl Mutation {
    async fn change(&self) -> i32 {
        1
    }

    async fn counted(&self, ctx: &async_graphql::Context<'_>) -> u64 {
        ctx.data_unchecked::<Counter>().0.fetch_add(1, Ordering::SeqCst) + 1
    }
}

/// Parts that are as ready as the test says; without, they never answer.
struct Fixed(Option<Vec<Check>>);

impl Readiness for Fixed {
    fn checks(&self) -> Checks<'_> {
        Box::pin(async {
            match &self.0 {
                Some(checks) => checks.clone(),
                None => std::future::pending().await,
            }
        })
    }
}

pub(super) fn check(name: &'static str, ok: bool) -> Check {
    Check { name, ok, detail: format!("as the {name} says") }
}

/// A site that is not open yet.
pub(super) struct Site {
    pub(super) config: Config,
    pub(super) ready: Option<Vec<Check>>,
    pub(super) metrics: Metrics,
    pub(super) gate: Gate,
    pub(super) keeper: Option<Arc<dyn Keeper>>,
    pub(super) operations: StoredOperations,
    pub(super) counter: Counter,
    pub(super) clock: Clock,
}

pub(super) fn site() -> Site {
    let ready = Some(vec![check("database", true), check("directory", true)]);
    Site {
        config: Config::default(),
        ready,
        metrics: Metrics::new("1.2.3"),
        gate: Gate::default(),
        keeper: None,
        operations: StoredOperations::default(),
        counter: Counter(Arc::default(), Arc::new(Semaphore::new(0))),
        clock: Clock::manual(chrono::DateTime::UNIX_EPOCH),
    }
}

impl Site {
    pub(super) fn with(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.config);
        self
    }

    pub(super) fn open(self) -> Router {
        let limits = QueryLimits::from(&self.config.graphql);
        let schema =
            limit(Schema::build(Query, Mutation, EmptySubscription).data(self.gate).data(self.counter), limits)
                .finish();
        let schema_text = schema.sdl().into();
        // Each look at this clock is a millisecond after the one before.
        let looks = AtomicU64::new(0);
        router(Parts {
            executor: schema,
            config: Arc::new(self.config),
            metrics: self.metrics,
            readiness: Arc::new(Fixed(self.ready)),
            schema_text,
            clock: self.clock,
            uptime: Arc::new(move || Duration::from_millis(looks.fetch_add(1, Ordering::SeqCst))),
            prepare: Arc::new(|request, incoming| {
                let agent = incoming.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
                let request = request.data(agent.unwrap_or_default().to_owned());
                Box::pin(async move { Ok(request) })
            }),
            refused_over_get: PRIVATE_SEARCHES,
            keeper: self.keeper,
            news: tokio::sync::watch::channel(0).1,
            operations: Arc::new(self.operations),
            sheets: Arc::new(NoSheets),
            feeds: Arc::new(NoSheets),
            example: Example { query: "{ hello } # <b>".to_owned(), variables: "{\"a\": 1}".to_owned() },
        })
    }
}

/// No sheet at all, and no calendar.
struct NoSheets;

impl Sheets for NoSheets {
    fn sheet<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Option<SheetPage>, String>> {
        Box::pin(async { Ok(None) })
    }
}

impl Feeds for NoSheets {
    fn is_there<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<bool, String>> {
        Box::pin(async { Ok(false) })
    }

    fn calendar<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Looked, String>> {
        Box::pin(async { Ok(Looked::Nothing) })
    }
}

pub(super) async fn bytes(response: Response<Body>) -> Bytes {
    response.into_body().collect().await.unwrap().to_bytes()
}

pub(super) async fn text(response: Response<Body>) -> String {
    String::from_utf8(bytes(response).await.to_vec()).unwrap()
}

pub(super) async fn json_of(response: Response<Body>) -> Value {
    serde_json::from_slice(&bytes(response).await).unwrap()
}

pub(super) fn header_of<'a>(response: &'a Response<Body>, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

pub(super) async fn get(site: &Router, address: &str) -> Response<Body> {
    site.clone().oneshot(Request::get(address).body(Body::empty()).unwrap()).await.unwrap()
}

pub(super) fn post_request(body: impl Into<Body>) -> Request<Body> {
    Request::post("/graphql").header(header::CONTENT_TYPE, "application/json").body(body.into()).unwrap()
}

pub(super) async fn post(site: &Router, body: impl Into<Body>) -> Response<Body> {
    site.clone().oneshot(post_request(body)).await.unwrap()
}

pub(super) async fn ask(site: &Router, query: &str) -> Response<Body> {
    post(site, json!({ "query": query }).to_string()).await
}

pub(super) const GRAPHQL: &str = "application/graphql-response+json; charset=utf-8";
pub(super) const JSON: &str = "application/json; charset=utf-8";
