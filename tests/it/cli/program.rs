//! Running the program: to its end, or as a server that is asked over a socket.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::vault;

/// The program in a folder, without any setting of ours in its environment but the file of master keys.
pub(crate) fn signpost(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_signpost"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("SIGNPOST_")) {
        command.env_remove(name);
    }
    command.env("SIGNPOST_VAULT__KEYS_FILE", vault().keys_file);
    command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What it says on standard output; it must end well.
pub(crate) fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{command:?}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

/// What it says on standard error; it must fail, and by no panic or signal.
pub(crate) fn failed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(matches!(output.status.code(), Some(1 | 2)), "{command:?}: {:?}: {error}", output.status);
    assert!(!error.contains("panicked"), "{command:?}: {error}");
    error
}

/// A server that is stopped when it is no longer needed.
pub(crate) struct Server {
    child: Child,
    out: BufReader<ChildStdout>,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts it, and waits until it says where it listens.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.args(["--listen", "127.0.0.1:0"]).stderr(Stdio::null()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let address =
            line.split("http://").nth(1).and_then(|rest| rest.split('/').next()).and_then(|text| text.parse().ok());
        let Some(address) = address else {
            let _ = child.kill();
            panic!("no address in {line:?}");
        };
        Self { child, out, address }
    }

    /// Reads on until a line that has these words; gives all that was read.
    pub(crate) fn read_until(&mut self, words: &str) -> String {
        let mut text = String::new();
        while !text.contains(words) {
            assert!(self.out.read_line(&mut text).unwrap() > 0, "no {words:?} in {text:?}");
        }
        text
    }

    /// One request over a socket of its own: the status and the body.
    pub(crate) fn send(&self, head: &str, body: &str) -> (u16, String) {
        self.send_as(None, head, body)
    }

    /// The same of somebody who shows a token.
    pub(crate) fn send_as(&self, token: Option<&str>, head: &str, body: &str) -> (u16, String) {
        let shown = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let length = body.len();
        let text = format!(
            "{head} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\n{shown}Content-Length: {length}\r\n\r\n{body}",
            self.address
        );
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(!head.to_ascii_lowercase().contains("chunked"), "{head}");
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    /// The data of an answer that must have no errors.
    pub(crate) fn data(&self, query: &str) -> Value {
        self.data_as(None, query, &json!({}))
    }

    /// The same of somebody who shows a token.
    pub(crate) fn data_as(&self, token: Option<&str>, query: &str, variables: &Value) -> Value {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let (status, body) = self.send_as(token, "POST /graphql", &body);
        let mut answer: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((status, &answer["errors"]), (200, &Value::Null), "{answer:#}");
        answer["data"].take()
    }

    /// Tells it to stop, as a service manager does, and waits until it has; gives what it said.
    pub(crate) fn stop(mut self) -> (ExitStatus, String) {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(told.success());
        let mut text = String::new();
        self.out.read_to_string(&mut text).unwrap();
        (self.child.wait().unwrap(), text)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks until the answer will do, for half a minute.
pub(crate) fn wait_for(what: &str, mut will_do: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !will_do() {
        assert!(Instant::now() < deadline, "{what} never came");
        std::thread::yield_now();
    }
}
