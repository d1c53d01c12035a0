//! The messages of `graphql-transport-ws`, and how a WebSocket is closed.

use async_graphql::{Response as GraphqlResponse, ServerError};
use axum::extract::ws::{CloseFrame, Message};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::super::answer::ResultBody;

/// The name under which the protocol is negotiated.
pub(super) const PROTOCOL: &str = "graphql-transport-ws";
/// Longest id of a subscription, in bytes.
const LONGEST_ID: usize = 128;
/// Most bytes of a reason to close: what a frame holds beside its code.
const LONGEST_REASON: usize = 123;

/// Why a WebSocket is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Closing {
    code: u16,
    reason: String,
}

impl Closing {
    fn new(code: u16, reason: impl Into<String>) -> Self {
        let mut reason = reason.into();
        reason.truncate(reason.floor_char_boundary(LONGEST_REASON));
        Self { code, reason }
    }

    /// What came is no message of the protocol, or not one for this moment.
    pub(super) fn invalid(reason: impl Into<String>) -> Self {
        Self::new(4400, reason)
    }

    /// Something is asked for before it was said who asks.
    pub(super) fn too_early() -> Self {
        Self::new(4401, "Unauthorized: send connection_init first, and wait for connection_ack.")
    }

    /// Whoever asks may not.
    pub(super) fn forbidden(reason: impl Into<String>) -> Self {
        Self::new(4403, reason)
    }

    /// Nobody said in time who asks.
    pub(super) fn too_late() -> Self {
        Self::new(4408, "Connection initialisation timeout")
    }

    /// There is a subscription of this id.
    pub(super) fn twice(id: &str) -> Self {
        Self::new(4409, format!("Subscriber for {id} already exists"))
    }

    /// It was said twice who asks.
    pub(super) fn again() -> Self {
        Self::new(4429, "Too many initialisation requests")
    }

    /// The server is stopping.
    pub(super) fn stopping() -> Self {
        Self::new(1001, "The server is stopping: come back with your last cursor.")
    }

    /// A message is too large, or no text.
    pub(super) fn unreadable(most: usize) -> Self {
        Self::new(1009, format!("A message is a text in UTF-8 of at most {most} bytes."))
    }

    /// Something went wrong inside.
    pub(super) fn internal() -> Self {
        Self::new(1011, "Something went wrong on our side.")
    }

    /// As a frame.
    pub(super) fn frame(self) -> Message {
        Message::Close(Some(CloseFrame { code: self.code, reason: self.reason.into() }))
    }
}

/// What a client sends.
#[derive(Debug)]
pub(super) enum FromClient {
    /// Who asks.
    Init(Map<String, Value>),
    /// A sign of life that wants one back.
    Ping,
    /// A sign of life.
    Pong,
    /// A subscription, with what it asks.
    Subscribe(String, Value),
    /// A subscription is wanted no longer.
    Complete(String),
}

impl FromClient {
    /// Reads a message.
    pub(super) fn read(text: &str) -> Result<Self, Closing> {
        let Ok(Value::Object(mut message)) = serde_json::from_str::<Value>(text) else {
            return Err(Closing::invalid("A message is a JSON object with a type."));
        };
        let payload = message.remove("payload").unwrap_or_default();
        let kind = message.get("type").and_then(Value::as_str).unwrap_or_default();
        Ok(match kind {
            "connection_init" => match payload {
                Value::Null => Self::Init(Map::new()),
                Value::Object(payload) => Self::Init(payload),
                Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                    return Err(Closing::invalid("The payload of connection_init is a JSON object."));
                }
            },
            "ping" => Self::Ping,
            "pong" => Self::Pong,
            "subscribe" => match payload {
                Value::Object(_) => Self::Subscribe(id(&message)?, payload),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                    return Err(Closing::invalid("The payload of subscribe is a JSON object with a query."));
                }
            },
            "complete" => Self::Complete(id(&message)?),
            _ => {
                let known = "connection_init, ping, pong, subscribe, complete";
                return Err(Closing::invalid(format!("The type of a message is one of {known}.")));
            }
        })
    }
}

fn id(message: &Map<String, Value>) -> Result<String, Closing> {
    let id = message.get("id").and_then(Value::as_str).filter(|id| !id.is_empty() && id.len() <= LONGEST_ID);
    id.map(str::to_owned)
        .ok_or_else(|| Closing::invalid(format!("The id of a subscription is a text of 1 to {LONGEST_ID} bytes.")))
}

/// A message without a payload.
pub(super) fn plain(kind: &str) -> Message {
    Message::text(json!({ "type": kind }).to_string())
}

/// Something that a subscription tells.
pub(super) fn next(id: &str, told: &GraphqlResponse) -> Option<Message> {
    #[derive(Serialize)]
    struct Next<'a> {
        id: &'a str,
        #[serde(rename = "type")]
        kind: &'static str,
        payload: ResultBody<'a>,
    }
    serde_json::to_string(&Next { id, kind: "next", payload: ResultBody::of(told) }).ok().map(Message::text)
}

/// A subscription ended for these reasons.
pub(super) fn error(id: &str, errors: &[ServerError]) -> Message {
    Message::text(json!({ "id": id, "type": "error", "payload": errors }).to_string())
}

/// A subscription ended.
pub(super) fn complete(id: &str) -> Message {
    Message::text(json!({ "id": id, "type": "complete" }).to_string())
}
