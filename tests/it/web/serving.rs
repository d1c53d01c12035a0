//! Listening and stopping, over real sockets.

use std::time::Duration;

use serde_json::json;
use signpost::web::serve::{ServeError, ServeLimits, Stopped, bind, serve};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
};

use super::site::{Site, site};

const PATIENT: ServeLimits =
    ServeLimits { max_connections: 10, head_timeout: Duration::from_secs(60), grace: Duration::from_secs(60) };

/// A request as it goes over the wire.
fn wire(query: &str) -> String {
    let body = json!({ "query": query }).to_string();
    format!(
        "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A site on a port of its own: where it listens, what stops it, and how it ended.
async fn listening(
    site: Site,
    limits: ServeLimits,
) -> (std::net::SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<Stopped>) {
    let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async move {
        let _ = stopped.await;
    };
    (address, stop, tokio::spawn(serve(listener, site.open(), shutdown, limits)))
}

#[tokio::test]
async fn stopping_finishes_what_is_in_flight_and_takes_nothing_new() {
    let site = site();
    let gate = site.gate.clone();
    let (address, stop, ended) = listening(site, PATIENT).await;
    let mut idle = TcpStream::connect(address).await.unwrap();
    idle.write_all(wire("{ hello }").as_bytes()).await.unwrap();
    let mut first = [0; 12];
    idle.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");

    let mut busy = TcpStream::connect(address).await.unwrap();
    busy.write_all(wire("{ gated }").as_bytes()).await.unwrap();
    gate.reached.notified().await;
    stop.send(()).unwrap();
    // A connection without a request on it is closed, which also says that the order was heard.
    let mut rest = Vec::new();
    idle.read_to_end(&mut rest).await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
    assert!(!ended.is_finished());

    gate.opened.notify_one();
    let mut answer = String::new();
    busy.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains(r#"{"data":{"gated":1}"#), "{answer}");
    assert_eq!(ended.await.unwrap(), Stopped::Finished);
}

#[tokio::test]
async fn what_is_not_done_within_the_grace_period_is_cut_off() {
    let site = site();
    let gate = site.gate.clone();
    let (address, stop, ended) = listening(site, ServeLimits { grace: Duration::ZERO, ..PATIENT }).await;
    let mut busy = TcpStream::connect(address).await.unwrap();
    busy.write_all(wire("{ gated }").as_bytes()).await.unwrap();
    gate.reached.notified().await;
    stop.send(()).unwrap();
    assert_eq!(ended.await.unwrap(), Stopped::CutOff(1));
    let mut answer = Vec::new();
    // Closed or reset: in no way answered.
    let _ = busy.read_to_end(&mut answer).await;
    assert!(answer.is_empty());
}

#[tokio::test]
async fn a_client_that_never_ends_its_head_is_let_go_and_gives_up_its_place() {
    let strict = ServeLimits { max_connections: 1, head_timeout: Duration::from_millis(250), ..PATIENT };
    let (address, stop, ended) = listening(site(), strict).await;
    let mut dawdler = TcpStream::connect(address).await.unwrap();
    dawdler.write_all(b"POST /graphql HTTP/1.1\r\nhost: local").await.unwrap();
    let mut next = TcpStream::connect(address).await.unwrap();
    next.write_all(wire("{ hello }").replacen("host", "connection: close\r\nhost", 1).as_bytes()).await.unwrap();
    let mut answer = String::new();
    next.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let mut rest = Vec::new();
    dawdler.read_to_end(&mut rest).await.unwrap();
    assert!(!rest.starts_with(b"HTTP/1.1 200"));
    stop.send(()).unwrap();
    assert_eq!(ended.await.unwrap(), Stopped::Finished);
}

#[tokio::test]
async fn an_address_that_cannot_be_had_is_told_with_what_to_do() {
    let taken = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = taken.local_addr().unwrap();
    let error = bind(address).await.unwrap_err();
    assert!(matches!(error, ServeError::InUse { .. }));
    assert!(error.to_string().starts_with(&format!("{address} is in use already")), "{error}");
    // An address that is no machine's own (RFC 5737).
    let error = bind("192.0.2.1:8000".parse().unwrap()).await.unwrap_err();
    assert!(matches!(error, ServeError::Failed { .. }), "{error}");
}
