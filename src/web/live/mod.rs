//! Subscriptions: over WebSockets (`graphql-transport-ws`, [`socket`]) and as server-sent events (the `graphql-sse`
//! protocol's distinct connections, [`events`]).
//!
//! Nothing is buffered for anybody. A subscription is a position and a question ([`runs`]): whenever there may be
//! something new the question is asked again from there, as a request of its own, so that who asks, what they may and
//! what they are shown is decided anew each time. A client that is slow is asked for less often, and one that takes
//! nothing at all is let go: it comes back with its last cursor and misses nothing.

mod events;
mod messages;
mod origin;
mod runs;
pub(super) mod socket;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

pub(super) use self::events::answer;
pub(super) use self::runs::Subscriber;
use super::answer::Refusal;
use crate::api::limits::RESOURCE_EXHAUSTED;
use crate::config::Config;

/// What all subscriptions share.
pub(crate) struct Streams {
    news: watch::Receiver<i64>,
    places: Arc<Semaphore>,
    allowed_origins: Vec<String>,
    max_subscriptions: usize,
    init_timeout: Duration,
    heartbeat: Duration,
    patience: Duration,
}

impl Streams {
    /// By the settings; `news` changes whenever there may be something new.
    pub(crate) fn new(config: &Config, news: watch::Receiver<i64>) -> Self {
        let size = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        Self {
            news,
            places: Arc::new(Semaphore::new(size(config.live.max_streams).min(Semaphore::MAX_PERMITS))),
            allowed_origins: config.cors.allowed_origins.clone(),
            max_subscriptions: size(config.live.max_subscriptions),
            init_timeout: config.live.init_timeout(),
            heartbeat: config.live.heartbeat(),
            patience: config.live.patience(),
        }
    }

    /// A place for one more WebSocket or stream.
    pub(crate) fn enter(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        Arc::clone(&self.places).try_acquire_owned().map_err(|_| {
            let message = "As many subscriptions are open on this server as there may be. Try again later.";
            Refusal::new(StatusCode::SERVICE_UNAVAILABLE, RESOURCE_EXHAUSTED, message)
        })
    }
}

/// A connection's place among all that may be open at once. A stream of events has a place of its own, among streams, and
/// gives this one back: else as many streams as there may be connections would leave nobody a way in.
#[derive(Clone, Debug)]
pub struct Seat(Arc<Mutex<Option<OwnedSemaphorePermit>>>);

impl Seat {
    /// The seat of a connection that was given a place.
    #[must_use]
    pub fn of(place: Option<OwnedSemaphorePermit>) -> Self {
        Self(Arc::new(Mutex::new(place)))
    }

    /// Gives the place back before the connection ends, which then serves nothing more.
    pub(crate) fn leave(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// Knows when the server is to stop: what would go on for ever ends then. The server waits for all that hold one.
#[derive(Clone, Debug)]
pub struct Stopping(watch::Receiver<bool>);

impl Stopping {
    /// When this becomes true.
    #[must_use]
    pub fn when(stopping: watch::Receiver<bool>) -> Self {
        Self(stopping)
    }

    /// Never: for requests that came over no connection, in tests.
    pub(crate) fn never() -> Self {
        Self(watch::channel(false).1)
    }

    /// Waits until the server is to stop.
    pub(crate) async fn told(&mut self) {
        if self.0.wait_for(|stopping| *stopping).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
