//! A mail server of a few lines that says what it is told to and records what it hears.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// What it does instead of answering as it should.
#[derive(Clone, Copy)]
pub(super) enum Trouble {
    /// Answers with these words.
    Says(&'static str),
    /// Closes the connection.
    HangsUp,
    /// Never answers again.
    Silent,
    /// Answers as it should, after as long.
    Slow(Duration),
}

/// One that listens.
pub(super) struct Server {
    /// Its port on loopback.
    pub(super) port: u16,
    in_trouble: Arc<Notify>,
    heard: JoinHandle<Vec<String>>,
}

impl Server {
    /// One that is all right, and names these extensions.
    pub(super) async fn good(extensions: &'static str) -> Self {
        Self::with(extensions, "never", Trouble::Silent).await
    }

    /// One that makes trouble at a command; at the greeting for `connect`, at the end of a letter for `.`.
    pub(super) async fn with(extensions: &'static str, at: &'static str, trouble: Trouble) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let in_trouble = Arc::new(Notify::new());
        let heard = tokio::spawn(serve(listener, extensions, at, trouble, Arc::clone(&in_trouble)));
        Self { port, in_trouble, heard }
    }

    /// Waits until it begins to make trouble.
    pub(super) async fn is_in_trouble(&self) {
        self.in_trouble.notified().await;
    }

    /// Everything it heard in one connection, line by line.
    pub(super) async fn heard(self) -> Vec<String> {
        self.heard.await.expect("no panic")
    }
}

async fn serve(
    listener: TcpListener,
    extensions: &'static str,
    at: &'static str,
    trouble: Trouble,
    in_trouble: Arc<Notify>,
) -> Vec<String> {
    let (stream, _) = listener.accept().await.expect("a connection");
    let mut stream = BufReader::new(stream);
    let (mut heard, mut in_letter, mut command) = (Vec::new(), false, "connect".to_owned());
    loop {
        let answer = if in_letter && command != "." {
            None
        } else if command.starts_with(at) {
            match trouble {
                Trouble::Says(words) => Some(words.to_owned()),
                Trouble::HangsUp => return heard,
                Trouble::Silent => {
                    in_trouble.notify_one();
                    None
                }
                Trouble::Slow(long) => {
                    // It is late from now on, whatever it waits for first.
                    let slow = sleep(long);
                    in_trouble.notify_one();
                    slow.await;
                    Some(proper(&command, extensions))
                }
            }
        } else {
            Some(proper(&command, extensions))
        };
        in_letter =
            if in_letter { command != "." } else { command == "DATA" && answer.as_deref() == Some("354 go ahead\r\n") };
        if let Some(answer) = answer
            && stream.get_mut().write_all(answer.as_bytes()).await.is_err()
        {
            return heard;
        }
        let mut line = Vec::new();
        match stream.read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return heard,
            Ok(_) => command = String::from_utf8_lossy(&line).trim_end_matches("\r\n").to_owned(),
        }
        heard.push(command.clone());
    }
}

/// What one that is all right answers.
fn proper(command: &str, extensions: &str) -> String {
    match command.split([' ', ':']).next().unwrap_or_default() {
        "connect" => "220 fake.example ESMTP\r\n".to_owned(),
        "EHLO" => format!("250-fake.example\r\n{extensions}250 HELP\r\n"),
        "AUTH" => "235 2.7.0 welcome\r\n".to_owned(),
        "DATA" => "354 go ahead\r\n".to_owned(),
        "STARTTLS" => "220 ready\r\n".to_owned(),
        "QUIT" => "221 bye\r\n".to_owned(),
        _ => "250 2.0.0 ok\r\n".to_owned(),
    }
}
