//! Subscriptions over a WebSocket, by the protocol `graphql-transport-ws`.
//!
//! | closed with | because |
//! |---|---|
//! | 4400 | what came is no message of the protocol |
//! | 4401 | something was asked for before `connection_ack` |
//! | 4403 | who asks, by `connection_init`, is not or no longer good, or may not |
//! | 4408 | no `connection_init` came in time |
//! | 4409 | two subscriptions with one id |
//! | 4429 | a second `connection_init` |
//! | 1001, 1009, 1011 | the server stops; a message is too large or no text; something went wrong inside |

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use async_graphql::{Executor, Request as GraphqlRequest, ServerError};
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts, Request};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use serde_json::{Map, Value};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{interval, sleep, timeout};
use tracing::Instrument;

use super::super::answer::{Outcome, Refusal};
use super::super::errors::{BAD_USER_INPUT, FORBIDDEN};
use super::super::graphql_http::Endpoint;
use super::super::parameters::Parameters;
use super::super::peer::{self, Peer};
use super::super::{Incoming, Turned};
use super::messages::{self, Closing, FromClient, PROTOCOL};
use super::runs::{Runs, Subscriber, Told, outcome};
use super::{Stopping, origin};
use crate::api::horizon::Horizon;
use crate::api::limits::RESOURCE_EXHAUSTED;
use crate::telemetry::RequestId;

/// What a client may say in `connection_init`, under the names of headers.
const SAID: [&str; 2] = ["authorization", "signpost-agency"];
/// Signs of life that may be missed.
const MISSED: u8 = 2;

/// Whether a request wants to become a WebSocket.
pub(crate) fn is_wanted(request: &Request) -> bool {
    let upgrade = request.headers().get(header::UPGRADE).and_then(|upgrade| upgrade.to_str().ok());
    request.method() == Method::GET && upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket"))
}

/// Makes a WebSocket of a request.
///
/// # Errors
/// What stands against it.
pub(crate) async fn open<E: Executor>(
    endpoint: &Arc<Endpoint<E>>,
    request: Request,
    id: &RequestId,
) -> Result<Response, Refusal> {
    if !origin::may_come(request.headers(), &endpoint.live.allowed_origins) {
        let message = "This website may not open WebSockets here; it is not among cors.allowed_origins.";
        return Err(Refusal::new(StatusCode::FORBIDDEN, FORBIDDEN, message));
    }
    let (mut parts, _) = request.into_parts();
    let wrong = |status, message: String| Refusal::new(status, BAD_USER_INPUT, message);
    let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &()).await;
    let upgrade = upgrade.map_err(|rejection| wrong(rejection.status(), rejection.body_text()))?.protocols([PROTOCOL]);
    if upgrade.selected_protocol().is_none() {
        let message =
            format!("The protocol spoken over WebSockets here is {PROTOCOL}; sec-websocket-protocol must name it.");
        return Err(wrong(StatusCode::BAD_REQUEST, message));
    }
    let place = endpoint.live.enter()?;
    let peer = parts.extensions.get::<Peer>().copied();
    let subscriber = Subscriber {
        id: id.clone(),
        from: peer::address(peer, &parts.headers, &endpoint.forwarded_by),
        headers: Arc::new(parts.headers),
        stopping: parts.extensions.get::<Stopping>().cloned().unwrap_or_else(Stopping::never),
        transport: "websocket",
    };
    let endpoint = Arc::clone(endpoint);
    let most = endpoint.body_limit;
    let span = tracing::Span::current();
    let upgrade = upgrade.max_message_size(most).max_frame_size(most);
    Ok(upgrade.on_upgrade(move |socket| Connection::new(endpoint, socket, subscriber, place).serve().instrument(span)))
}

/// Something that a subscription says, with its serial number: one that was ended meanwhile is heard no more.
struct Said {
    id: String,
    serial: u64,
    message: Message,
    is_last: bool,
}

struct Connection<E> {
    endpoint: Arc<Endpoint<E>>,
    socket: WebSocket,
    subscriber: Subscriber,
    is_known: bool,
    /// Those that are open, by their ids.
    open: HashMap<String, (u64, AbortHandle)>,
    serial: u64,
    tasks: JoinSet<()>,
    says: mpsc::Sender<Said>,
    said: mpsc::Receiver<Said>,
    _place: OwnedSemaphorePermit,
}

/// The client is gone, or takes nothing any more.
struct Gone;

impl<E: Executor> Connection<E> {
    fn new(endpoint: Arc<Endpoint<E>>, socket: WebSocket, subscriber: Subscriber, place: OwnedSemaphorePermit) -> Self {
        // One message lies ready at the most: whoever is slow is told later, not more at once.
        let (says, said) = mpsc::channel(1);
        Self {
            endpoint,
            socket,
            subscriber,
            is_known: false,
            open: HashMap::new(),
            serial: 0,
            tasks: JoinSet::new(),
            says,
            said,
            _place: place,
        }
    }

    async fn serve(mut self) {
        if let Ok(closing) = self.talk().await {
            self.tasks.abort_all();
            if self.send(closing.frame()).await.is_ok() {
                // So that the frame arrives before the connection is gone.
                let patience = self.endpoint.live.patience;
                let _ = timeout(patience, async { while let Some(Ok(_)) = self.socket.recv().await {} }).await;
            }
        }
    }

    /// Talks until it is to be closed, or is closed already.
    async fn talk(&mut self) -> Result<Closing, Gone> {
        let mut too_late = std::pin::pin!(sleep(self.endpoint.live.init_timeout));
        let mut heartbeat = interval(self.endpoint.live.heartbeat);
        heartbeat.reset();
        let mut missed = 0;
        let mut stopping = self.subscriber.stopping.clone();
        loop {
            tokio::select! {
                () = stopping.told() => return Ok(Closing::stopping()),
                () = &mut too_late, if !self.is_known => return Ok(Closing::too_late()),
                _ = heartbeat.tick() => {
                    if missed >= MISSED {
                        return Err(Gone);
                    }
                    missed += 1;
                    self.send(Message::Ping(axum::body::Bytes::new())).await?;
                }
                Some(said) = self.said.recv() => self.pass_on(said).await?,
                Some(ended) = self.tasks.join_next(), if !self.tasks.is_empty() => {
                    if ended.is_err_and(|error| error.is_panic()) {
                        return Ok(Closing::internal());
                    }
                }
                received = self.socket.recv() => {
                    missed = 0;
                    let text = match received {
                        Some(Ok(Message::Text(text))) => text,
                        // Of a close the answer goes out with the next look, which then finds the end.
                        Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Close(_))) => continue,
                        Some(Ok(Message::Binary(_))) => return Ok(Closing::invalid("Messages are texts.")),
                        None => return Err(Gone),
                        // Either way nothing that follows can be read.
                        Some(Err(_)) => return Ok(Closing::unreadable(self.endpoint.body_limit)),
                    };
                    match FromClient::read(&text) {
                        Ok(message) => if let Some(closing) = self.hear(message).await? {
                            return Ok(closing);
                        },
                        Err(closing) => return Ok(closing),
                    }
                }
            }
        }
    }

    /// Passes on what a subscription says, unless it was ended meanwhile.
    async fn pass_on(&mut self, said: Said) -> Result<(), Gone> {
        if self.open.get(&said.id).is_some_and(|(serial, _)| *serial == said.serial) {
            if said.is_last {
                self.open.remove(&said.id);
            }
            self.send(said.message).await?;
        }
        Ok(())
    }

    async fn send(&mut self, message: Message) -> Result<(), Gone> {
        match timeout(self.endpoint.live.patience, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Gone),
        }
    }

    /// Does what a message wants; says if the WebSocket is to be closed for it.
    async fn hear(&mut self, message: FromClient) -> Result<Option<Closing>, Gone> {
        match message {
            FromClient::Init(_) if self.is_known => return Ok(Some(Closing::again())),
            FromClient::Init(payload) => {
                if let Err(closing) = self.learn(&payload).await {
                    return Ok(Some(closing));
                }
                self.is_known = true;
                self.send(messages::plain("connection_ack")).await?;
            }
            FromClient::Ping => self.send(messages::plain("pong")).await?,
            FromClient::Pong => {}
            FromClient::Subscribe(..) if !self.is_known => return Ok(Some(Closing::too_early())),
            FromClient::Subscribe(id, _) if self.open.contains_key(&id) => return Ok(Some(Closing::twice(&id))),
            FromClient::Subscribe(id, _) if self.open.len() >= self.endpoint.live.max_subscriptions => {
                let most = self.endpoint.live.max_subscriptions;
                let message = format!("{most} subscriptions are open over this WebSocket, which is the most.");
                let refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, RESOURCE_EXHAUSTED, message);
                self.send(messages::error(&id, &[refusal.into_error()])).await?;
            }
            FromClient::Subscribe(id, payload) => self.subscribe(id, payload),
            FromClient::Complete(id) => {
                if let Some((_, task)) = self.open.remove(&id) {
                    task.abort();
                }
            }
        }
        Ok(None)
    }

    /// Learns who asks, and looks whether that is good.
    async fn learn(&mut self, payload: &Map<String, Value>) -> Result<(), Closing> {
        for (name, value) in payload {
            let Some(name) = SAID.into_iter().find(|said| name.eq_ignore_ascii_case(said)) else { continue };
            let value = value.as_str().and_then(|text| HeaderValue::from_str(text).ok());
            let value = value.ok_or_else(|| Closing::invalid(format!("`{name}` in connection_init is no header.")))?;
            Arc::make_mut(&mut self.subscriber.headers).insert(HeaderName::from_static(name), value);
        }
        let endpoint = &self.endpoint;
        let horizon = Horizon::default();
        let Subscriber { id, headers, from, .. } = &self.subscriber;
        let incoming = Incoming { id, headers, from: *from, at: endpoint.clock.now(), horizon: &horizon };
        let request = GraphqlRequest::new("").data(id.clone()).data(horizon.clone());
        match timeout(endpoint.request_timeout, (endpoint.prepare)(request, incoming)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(Turned::Unauthenticated(why) | Turned::Forbidden(why))) => Err(Closing::forbidden(why)),
            Ok(Err(Turned::BadInput(why))) => Err(Closing::forbidden(why)),
            Ok(Err(Turned::Failed(reason))) => {
                tracing::error!(correlation_id = %id, error = reason, "who asks could not be found out");
                Err(Closing::internal())
            }
            Err(_) => Err(Closing::internal()),
        }
    }

    fn subscribe(&mut self, id: String, payload: Value) {
        self.serial += 1;
        let serial = self.serial;
        let (endpoint, subscriber, says) = (Arc::clone(&self.endpoint), self.subscriber.clone(), self.says.clone());
        let named = id.clone();
        let telling = async move {
            let say =
                async |message, is_last| says.send(Said { id: named.clone(), serial, message, is_last }).await.is_ok();
            let begun = begin(&endpoint, payload, subscriber).await;
            let result = begun.as_ref().map_or_else(|errors| outcome(errors), |_| Outcome::Ok);
            endpoint.metrics.operation(Some(OperationType::Subscription), result);
            let mut runs = match begun {
                Ok(runs) => runs,
                Err(errors) => {
                    say(messages::error(&named, &errors), true).await;
                    return;
                }
            };
            while let Some(told) = runs.next().await {
                let message = match told {
                    Told::Next(response) => messages::next(&named, &response),
                    Told::Failed(errors) => {
                        say(messages::error(&named, &errors), true).await;
                        return;
                    }
                };
                let Some(message) = message else { break };
                if !say(message, false).await {
                    return;
                }
            }
            say(messages::complete(&named), true).await;
        };
        let task = self.tasks.spawn(telling.in_current_span());
        self.open.insert(id, (serial, task));
    }
}

/// Begins a subscription out of what a client sent.
async fn begin<E: Executor>(
    endpoint: &Arc<Endpoint<E>>,
    payload: Value,
    subscriber: Subscriber,
) -> Result<Runs<E>, Vec<ServerError>> {
    let told = |refusal: Refusal| {
        endpoint.metrics.error(refusal.code);
        vec![refusal.into_error()]
    };
    let parameters = Parameters::from_value(payload).map_err(told)?;
    let found = endpoint.documents.find(&parameters).map_err(told)?;
    let document = endpoint.documents.read(&found, &endpoint.limits, endpoint.refused_over_get);
    let document = document.map_err(|rejection| told(rejection.into()))?;
    let question = endpoint.question(document, parameters);
    let remember = endpoint.documents.is_to_remember(&found, &question.document, endpoint.refused_over_get);
    let runs = Runs::begin(endpoint, question, subscriber, None).await?;
    if remember {
        endpoint.documents.remember(&found);
    }
    Ok(runs)
}
