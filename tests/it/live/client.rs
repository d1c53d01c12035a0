//! Clients of subscriptions: events in process, and WebSockets over real sockets.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, BodyDataStream};
use axum::http::{Request, StatusCode, header};
use entity::enums::{HappeningKind, ServiceStatus};
use futures_util::{SinkExt, StreamExt};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use signpost::api::ids::NodeId;
use signpost::app::App;
use signpost::directory::listing::{Capacity, ServiceListing};
use signpost::directory::store::changes::{self, Touched};
use signpost::directory::store::save::{Seen, save};
use signpost::directory::store::{save_source, service_id};
use signpost::web::serve::{ServeLimits, Stopped, bind, serve};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Response as Handshake;
use tokio_tungstenite::{WebSocketStream, client_async};
use tower::ServiceExt;

use crate::support::listings::{service, weekly};
use crate::support::source;

/// What most tests ask.
pub(crate) const WATCH: &str =
    "subscription($services: [ID!], $search: SignpostInput, $kinds: [HappeningKind!]! = [], $after: String) {
    serviceHappenings(services: $services, search: $search, kinds: $kinds, after: $after) {
        cursor kind at serviceId service { name status capacity { available } openingHours { opensAt } }
    }
}";

/// Something that is awaited happens long before this.
pub(crate) async fn soon<T>(awaited: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(300), awaited).await.expect("it comes in time")
}

/// The global id of the service that tests save under this key.
pub(crate) fn global(key: &str) -> String {
    NodeId::Service(service_id(source().id(), key)).encode().0
}

/// A plain listing: running, with places, open on Mondays.
pub(crate) fn listing(key: &str) -> ServiceListing {
    let mut listing = service(key, &format!("Beds {key}"), "housing.emergency");
    listing.capacity = Some(Capacity { available: Some(2), ..Capacity::default() });
    listing.schedules = vec![weekly("MO", "09:00", "17:00")];
    listing
}

/// What can be done to it, by the kind of happening that comes of it, from the listing before.
pub(crate) fn changed(mut listing: ServiceListing, kind: HappeningKind) -> ServiceListing {
    match kind {
        HappeningKind::Closed => listing.status = ServiceStatus::TemporarilyClosed,
        HappeningKind::Reopened => listing.status = ServiceStatus::Active,
        HappeningKind::CapacityGained => {
            listing.capacity = Some(Capacity { available: Some(3), ..Capacity::default() });
        }
        HappeningKind::CapacityGone => listing.capacity = Some(Capacity { available: Some(0), ..Capacity::default() }),
        HappeningKind::HoursChanged => {
            let opens = listing.schedules.first().and_then(|row| row.opens_at).unwrap();
            let later = opens.overflowing_add_signed(chrono::TimeDelta::minutes(30)).0;
            listing.schedules[0].opens_at = Some(later);
        }
        HappeningKind::EligibilityChanged => listing.eligibility.other = Some(format!("Ask {}", listing.name.len())),
        HappeningKind::Withdrawn => listing.visibility = entity::enums::Visibility::Internal,
        HappeningKind::Listed => listing.visibility = entity::enums::Visibility::Public,
    }
    listing
}

/// Saves listings over an application's own connection, and tells nobody in this process.
pub(crate) async fn write(app: &App, listings: &[ServiceListing]) {
    let transaction = app.database.begin_write().await.unwrap();
    let id = save_source(&transaction, &source(), app.clock.now()).await.unwrap();
    let (mut seen, mut touched, now) = (Seen::default(), Touched::default(), app.clock.now());
    save(&transaction, id, listings, &mut seen, &mut touched, now).await.unwrap();
    changes::note(&transaction, "test", Some(&touched), now).await.unwrap();
    transaction.commit().await.unwrap();
}

/// A stream of events, as a browser reads it.
pub(crate) struct Events {
    body: BodyDataStream,
    text: String,
    /// What a browser would send as `Last-Event-ID`.
    pub(crate) last_id: Option<String>,
}

/// One event.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Event {
    pub(crate) event: Option<String>,
    pub(crate) id: Option<String>,
    pub(crate) data: Option<String>,
}

impl Event {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(self.data.as_deref().unwrap_or_default()).unwrap_or_default()
    }
}

impl Events {
    /// Subscribes; gives the answer where it is no stream.
    pub(crate) async fn open(
        router: &Router,
        variables: Value,
        headers: &[(&str, &str)],
    ) -> Result<Self, (StatusCode, Value)> {
        Self::ask(router, json!({ "query": WATCH, "variables": variables }), headers).await
    }

    /// The same with any body.
    pub(crate) async fn ask(
        router: &Router,
        body: Value,
        headers: &[(&str, &str)],
    ) -> Result<Self, (StatusCode, Value)> {
        let request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
        let request =
            headers.iter().fold(request.header(header::ACCEPT, "text/event-stream"), |request, (name, value)| {
                request.header(*name, *value)
            });
        let response = router.clone().oneshot(request.body(Body::from(body.to_string())).unwrap()).await.unwrap();
        let status = response.status();
        if status != StatusCode::OK || response.headers()[header::CONTENT_TYPE] != "text/event-stream; charset=utf-8" {
            let body = response.into_body().collect().await.unwrap().to_bytes();
            return Err((status, serde_json::from_slice(&body).unwrap_or_default()));
        }
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        Ok(Self { body: response.into_body().into_data_stream(), text: String::new(), last_id: None })
    }

    /// The next event, a sign of life among them; `None` at the end.
    pub(crate) async fn event(&mut self) -> Option<Event> {
        let whole = loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let event = event.to_owned();
                self.text = rest.to_owned();
                break event;
            }
            let chunk = soon(self.body.next()).await?.unwrap();
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        };
        let mut found = Event::default();
        for line in whole.lines() {
            match line.split_once(':').map(|(name, value)| (name, value.trim_start().to_owned())) {
                Some(("event", value)) => found.event = Some(value),
                Some(("id", value)) => found.id = Some(value),
                Some(("data", value)) => found.data = Some(value),
                Some(("", _)) => {}
                other => panic!("a line that is no event's: {other:?}"),
            }
        }
        self.last_id = found.id.clone().or(self.last_id.take());
        Some(found)
    }

    /// The next thing that is told, past signs of life.
    pub(crate) async fn told(&mut self) -> Event {
        loop {
            let event = self.event().await.expect("the stream goes on");
            if event.event.is_some() {
                return event;
            }
        }
    }

    /// The next happening; its cursor is the event's id.
    pub(crate) async fn happening(&mut self) -> Value {
        let event = self.told().await;
        assert_eq!(event.event.as_deref(), Some("next"), "{event:?}");
        let mut body = event.json();
        assert_eq!(body.get("errors"), None, "{body:#}");
        let happening = body["data"]["serviceHappenings"].take();
        assert_eq!(happening["cursor"].as_str(), event.id.as_deref());
        happening
    }

    /// What the next few happenings are.
    pub(crate) async fn kinds(&mut self, many: usize) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for _ in 0..many {
            found.push(brief(&self.happening().await));
        }
        found
    }
}

/// A happening in short: kind, and id of the service.
pub(crate) fn brief(happening: &Value) -> (String, String) {
    (happening["kind"].as_str().unwrap().to_owned(), happening["serviceId"].as_str().unwrap().to_owned())
}

/// The kind as the schema writes it, and the service, as [`brief`] gives them.
pub(crate) fn of(kind: &str, key: &str) -> (String, String) {
    (kind.to_owned(), global(key))
}

/// Where an application listens, and how it is stopped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: tokio::task::JoinHandle<Stopped>,
}

impl Server {
    pub(crate) async fn start(router: Router) -> Self {
        Self::with(router, 100).await
    }

    /// The same where so many connections may be open at once.
    pub(crate) async fn with(router: Router, max_connections: usize) -> Self {
        let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async move {
            let _ = stopped.await;
        };
        let minute = Duration::from_secs(60);
        let limits = ServeLimits { max_connections, head_timeout: minute, grace: minute };
        Self { address, stop, ended: tokio::spawn(serve(listener, router, shutdown, limits)) }
    }

    /// Says that it is to stop; what comes of it is awaited later.
    pub(crate) fn stop(self) -> tokio::task::JoinHandle<Stopped> {
        self.stop.send(()).unwrap();
        self.ended
    }

    /// Opens a WebSocket with these headers; gives the status where it is refused.
    pub(crate) async fn connect(&self, headers: &[(&'static str, &str)]) -> Result<Socket, (u16, String)> {
        let mut request = format!("ws://{}/graphql", self.address).into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().append(*name, value.parse().unwrap());
        }
        let stream = TcpStream::connect(self.address).await.unwrap();
        match soon(client_async(request, stream)).await {
            Ok((stream, handshake)) => Ok(Socket { stream, handshake }),
            Err(tokio_tungstenite::tungstenite::Error::Http(response)) => {
                let body = response.body().clone().unwrap_or_default();
                Err((response.status().as_u16(), String::from_utf8(body).unwrap()))
            }
            Err(other) => panic!("{other}"),
        }
    }

    /// The same by the protocol.
    pub(crate) async fn open(&self) -> Socket {
        self.connect(&[PROTOCOL]).await.unwrap()
    }
}

/// The header that names the protocol.
pub(crate) const PROTOCOL: (&str, &str) = ("sec-websocket-protocol", "graphql-transport-ws");

/// A WebSocket.
pub(crate) struct Socket {
    stream: WebSocketStream<TcpStream>,
    pub(crate) handshake: Handshake,
}

/// What comes over a WebSocket.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Came {
    Message(Value),
    Closed(u16, String),
    Gone,
}

impl Socket {
    pub(crate) async fn send(&mut self, message: impl Into<String>) {
        self.stream.send(Message::text(message.into())).await.unwrap();
    }

    pub(crate) async fn send_raw(&mut self, message: Message) {
        // A server that closes meanwhile is told by what comes.
        let _ = self.stream.send(message).await;
    }

    pub(crate) async fn came(&mut self) -> Came {
        loop {
            return match soon(self.stream.next()).await {
                Some(Ok(Message::Text(text))) => Came::Message(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(Some(frame)))) => {
                    Came::Closed(frame.code.into(), frame.reason.as_str().to_owned())
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                None | Some(_) => Came::Gone,
            };
        }
    }

    /// The next WebSocket ping of the server.
    pub(crate) async fn ping(&mut self) {
        while !matches!(soon(self.stream.next()).await, Some(Ok(Message::Ping(_)))) {}
    }

    pub(crate) async fn message(&mut self) -> Value {
        match self.came().await {
            Came::Message(message) => message,
            other => panic!("{other:?}"),
        }
    }

    /// Says who asks; with a token where there is one.
    pub(crate) async fn init(&mut self, token: Option<&str>) {
        let payload = token.map(|token| json!({ "Authorization": format!("Bearer {token}") }));
        self.send(json!({ "type": "connection_init", "payload": payload }).to_string()).await;
        assert_eq!(self.message().await, json!({ "type": "connection_ack" }));
    }

    pub(crate) async fn subscribe(&mut self, id: &str, variables: Value) {
        let payload = json!({ "query": WATCH, "variables": variables });
        self.send(json!({ "id": id, "type": "subscribe", "payload": payload }).to_string()).await;
    }

    /// The next happening that a subscription tells.
    pub(crate) async fn happening(&mut self, id: &str) -> Value {
        let mut message = self.message().await;
        assert_eq!((&message["type"], &message["id"]), (&json!("next"), &json!(id)), "{message:#}");
        assert_eq!(message["payload"].get("errors"), None, "{message:#}");
        message["payload"]["data"]["serviceHappenings"].take()
    }
}
