//! The page over HTTP: a server of its own process, asked by 32 connections that are kept open.

use std::fmt;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

use super::Outcome;
use super::cpu::{of_process, resident_mb};
use super::questions::{PAGE, Question};

/// Connections at once.
pub(crate) const CONNECTIONS: usize = 32;

/// Pages in a second, and what they took.
pub(crate) struct Throughput {
    pub(crate) per_second: f64,
    pub(crate) cpu_ms: f64,
    pub(crate) note: String,
}

impl fmt::Display for Throughput {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:>8.0} pages/s  {:>6.3} ms of CPU each{}", self.per_second, self.cpu_ms, self.note)
    }
}

/// A server that ends with its owner.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Asks for so long.
pub(crate) fn throughput(
    runtime: &Runtime,
    database: &str,
    asked: &[&Question],
    time: Duration,
) -> Outcome<Throughput> {
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_signpost"));
    command.args(["serve", "--database", database, "--listen", &address.to_string()]);
    let keys = std::env::temp_dir().join(format!("signpost-bench-{}.keys", std::process::id()));
    command.env("SIGNPOST_VAULT__KEYS_FILE", keys);
    let server = Server(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?);
    let bodies: Arc<Vec<Vec<u8>>> = Arc::new(
        asked
            .iter()
            .map(|question| {
                let body = json!({ "query": PAGE, "variables": question.variables() }).to_string();
                let head = format!(
                    "POST /graphql HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\naccept: application/json\r\ncontent-length: {}\r\n\r\n",
                    body.len()
                );
                [head.into_bytes(), body.into_bytes()].concat()
            })
            .collect(),
    );
    runtime.block_on(async move {
        let deadline = Instant::now() + Duration::from_secs(600);
        while TcpStream::connect(address).await.is_err() {
            if Instant::now() > deadline {
                return Err("the server did not come up".into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let (next, answered) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicU64::new(0)));
        let id = server.0.id();
        let mut cpu = Duration::ZERO;
        let mut seconds = 0.0;
        // Once to get warm, once to count.
        for length in [time / 4, time] {
            answered.store(0, Ordering::Relaxed);
            let (began, before) = (Instant::now(), of_process(id));
            let end = began + length;
            let workers: Vec<_> = (0..CONNECTIONS)
                .map(|_| {
                    let (bodies, next, answered) = (Arc::clone(&bodies), Arc::clone(&next), Arc::clone(&answered));
                    tokio::spawn(async move {
                        let mut stream = TcpStream::connect(address).await?;
                        stream.set_nodelay(true)?;
                        let mut buffer = Vec::new();
                        while Instant::now() < end {
                            let Some(body) = bodies.get(next.fetch_add(1, Ordering::Relaxed) % bodies.len()) else {
                                break;
                            };
                            stream.write_all(body).await?;
                            read_answer(&mut stream, &mut buffer).await?;
                            answered.fetch_add(1, Ordering::Relaxed);
                        }
                        Ok::<_, std::io::Error>(())
                    })
                })
                .collect();
            for worker in workers {
                worker.await??;
            }
            cpu = of_process(id).saturating_sub(before);
            seconds = began.elapsed().as_secs_f64();
        }
        #[expect(clippy::cast_precision_loss, reason = "a count of pages is far below")]
        let pages = answered.load(Ordering::Relaxed) as f64;
        Ok(Throughput {
            per_second: pages / seconds,
            cpu_ms: cpu.as_secs_f64() * 1e3 / pages,
            note: format!(", server {} MB resident", resident_mb(id)),
        })
    })
}

/// Reads one answer; only what succeeded counts.
async fn read_answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> std::io::Result<()> {
    let broken = |what: &str| std::io::Error::other(what.to_owned());
    buffer.clear();
    let head = loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err(broken("the server hung up"));
        }
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let text = String::from_utf8_lossy(buffer.get(..head).unwrap_or_default()).to_ascii_lowercase();
    if !text.starts_with("http/1.1 200") {
        return Err(broken(&text));
    }
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    let whole = head + length.ok_or_else(|| broken("an answer without a length"))?;
    while buffer.len() < whole {
        if stream.read_buf(buffer).await? == 0 {
            return Err(broken("the server hung up"));
        }
    }
    if buffer.get(head..).unwrap_or_default().windows(9).any(|nine| nine == b"\"errors\":") {
        return Err(broken("the page failed"));
    }
    Ok(())
}
