//! Subscriptions as server-sent events: `next` for each thing that is told, `complete` at the end, and the cursor of
//! each as the event's id, which browsers send back as `Last-Event-ID` when they come again. A sign of life carries the
//! cursor too, so that nothing has to be looked through twice.

use std::convert::Infallible;
use std::fmt::Write;
use std::sync::Arc;

use async_graphql::{Executor, ServerError};
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::timeout;
use tracing::Instrument;

use super::super::answer::ResultBody;
use super::super::graphql_http::Endpoint;
use super::super::question::Question;
use super::runs::{Runs, Subscriber, Told};

/// The header in which a client says which event it saw last.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Answers a subscription with a stream of events.
///
/// # Errors
/// What is wrong with it, before anything is told.
pub(crate) async fn answer<E: Executor>(
    endpoint: &Arc<Endpoint<E>>,
    question: Question,
    subscriber: Subscriber,
    place: OwnedSemaphorePermit,
) -> Result<Response, Vec<ServerError>> {
    let resumed = last_event_id(&subscriber.headers);
    let mut stopping = subscriber.stopping.clone();
    let mut runs = Runs::begin(endpoint, question, subscriber, resumed).await?;
    let (heartbeat, patience) = (endpoint.live.heartbeat, endpoint.live.patience);
    // One event lies ready at the most.
    let (sender, receiver) = mpsc::channel::<String>(1);
    let telling = async move {
        let _place = place;
        let mut event = sign_of_life(runs.cursor());
        // Whoever takes nothing for so long is let go, and comes back with the last cursor.
        while let Ok(Ok(())) = timeout(patience, sender.send(event)).await {
            event = tokio::select! {
                told = timeout(heartbeat, runs.next()) => match told {
                    Err(_) => sign_of_life(runs.cursor()),
                    Ok(Some(Told::Next(response))) => next(&ResultBody::of(&response), runs.cursor()),
                    Ok(Some(Told::Failed(errors))) => {
                        let last = next(&ResultBody::failed(&errors), None) + COMPLETE;
                        let _ = timeout(patience, sender.send(last)).await;
                        return;
                    }
                    Ok(None) => {
                        let _ = timeout(patience, sender.send(COMPLETE.to_owned())).await;
                        return;
                    }
                },
                () = sender.closed() => return,
                () = stopping.told() => {
                    let _ = timeout(patience, sender.send(COMPLETE.to_owned())).await;
                    return;
                }
            };
        }
    };
    tokio::spawn(telling.in_current_span());
    let events = stream::unfold(receiver, async |mut receiver| {
        let event = receiver.recv().await?;
        Some((Ok::<_, Infallible>(Bytes::from(event)), receiver))
    });
    let mut response = (StatusCode::OK, Body::from_stream(events)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // A proxy that waits for more before it passes anything on would keep it for itself.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

const COMPLETE: &str = "event: complete\ndata:\n\n";

fn last_event_id(headers: &HeaderMap) -> Option<String> {
    // What is no text is no cursor of ours either, and is told so.
    let value = headers.get(LAST_EVENT_ID).filter(|value| !value.is_empty())?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// A comment, with the cursor: browsers note an id also of an event without data, and tell nobody of it.
fn sign_of_life(cursor: Option<&str>) -> String {
    let mut event = ":\n".to_owned();
    id(&mut event, cursor);
    event.push('\n');
    event
}

fn next(told: &ResultBody<'_>, cursor: Option<&str>) -> String {
    let mut event = "event: next\n".to_owned();
    id(&mut event, cursor);
    // JSON without line breaks: one line of data.
    let data = serde_json::to_string(told).unwrap_or_default();
    let _ = write!(event, "data: {data}\n\n");
    event
}

/// Cursors are letters of base64url: nothing in them ends a line.
fn id(event: &mut String, cursor: Option<&str>) {
    if let Some(cursor) = cursor {
        let _ = writeln!(event, "id: {cursor}");
    }
}
