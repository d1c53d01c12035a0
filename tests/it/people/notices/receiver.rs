//! A system of an agency's own, for tests: a small server on loopback that keeps what it is sent.

use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use standardwebhooks::Webhook;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Takes a connection and says nothing.
pub(super) const SILENT: u16 = 0;

/// What a receiver was sent.
#[derive(Clone, Debug)]
pub(super) struct Got {
    pub(super) id: String,
    pub(super) seconds: i64,
    pub(super) signatures: Vec<String>,
    body: String,
}

impl Got {
    pub(super) fn is_signed_with(&self, secret: &str) -> bool {
        let signed = Webhook::new(secret).unwrap().sign(&self.id, self.seconds, self.body.as_bytes()).unwrap();
        self.signatures.contains(&signed)
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// A system of an agency's own, on loopback; it answers with a status that the test sets.
pub(super) struct Receiver {
    pub(super) url: String,
    status: Arc<AtomicU16>,
    got: Arc<Mutex<Vec<Got>>>,
    count: watch::Receiver<usize>,
    held: watch::Sender<bool>,
}

impl Receiver {
    /// One that takes everything, and says so once it is let go.
    pub(super) async fn holding() -> Self {
        let this = Self::new(200).await;
        this.held.send_replace(true);
        this
    }

    pub(super) fn lets_go(&self) {
        self.held.send_replace(false);
    }

    pub(super) async fn new(status: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/notices", listener.local_addr().unwrap());
        let (told, count) = watch::channel(0);
        let (held, holds) = watch::channel(false);
        let this = Self { url, status: Arc::new(status.into()), got: Arc::default(), count, held };
        let (status, got, told) = (Arc::clone(&this.status), Arc::clone(&this.got), Arc::new(told));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (status, got, told) = (Arc::clone(&status), Arc::clone(&got), Arc::clone(&told));
                let holds = holds.clone();
                tokio::spawn(async move { answer(stream, &status, &got, &told, holds).await });
            }
        });
        this
    }

    pub(super) fn answers(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    pub(super) fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }

    /// Waits until it was sent so many.
    pub(super) async fn has(&self, number: usize) {
        self.count.clone().wait_for(|count| *count >= number).await.unwrap();
    }
}

async fn answer(
    mut stream: TcpStream,
    status: &AtomicU16,
    got: &Mutex<Vec<Got>>,
    told: &watch::Sender<usize>,
    mut holds: watch::Receiver<bool>,
) {
    let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
    let (head, length) = loop {
        let read = stream.read(&mut buffer).await.unwrap_or_default();
        if read == 0 {
            return;
        }
        request.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length: usize = field(head, "content-length").parse().unwrap();
        if body.len() >= length {
            break (head.to_owned(), length);
        }
    };
    let body = String::from_utf8(request[request.len() - length..].to_vec()).unwrap();
    assert_eq!(field(&head, "content-type"), "application/json");
    let status = status.load(Ordering::SeqCst);
    {
        let mut got = got.lock().unwrap();
        got.push(Got {
            id: field(&head, "webhook-id"),
            seconds: field(&head, "webhook-timestamp").parse().unwrap(),
            signatures: field(&head, "webhook-signature").split(' ').map(ToOwned::to_owned).collect(),
            body,
        });
        told.send_modify(|count| *count = got.len());
    }
    if status == SILENT {
        std::future::pending::<()>().await;
    }
    let _ = holds.wait_for(|holds| !*holds).await;
    let answer =
        format!("HTTP/1.1 {status} So\r\nlocation: /elsewhere\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}

fn field(head: &str, name: &str) -> String {
    let of = |line: &str| line.split_once(':').map(|(key, value)| (key.to_ascii_lowercase(), value.trim().to_owned()));
    head.lines().filter_map(of).find(|(key, _)| key == name).map(|(_, value)| value).unwrap_or_default()
}
