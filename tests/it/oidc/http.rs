//! The real fetch, against a server on loopback that answers as badly as it is told to.

use serde_json::json;
use signpost::accounts::oidc::discovery::{DiscoveryProblem, MAX_DOCUMENT, keys};
use signpost::accounts::oidc::{Fetch, FetchProblem, HttpFetch};
use signpost::config::Issuer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

use super::fixtures::{key_set, settings};

/// Answers requests by `answer(address, path)`, for as long as the test runs.
pub(super) async fn serve(answer: impl Fn(&str, &str) -> Vec<u8> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let own = base.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            let mut buffer = [0; 1024];
            while !request.ends_with(b"\r\n\r\n") {
                match stream.read(&mut buffer).await {
                    Ok(read) if read > 0 => request.extend_from_slice(&buffer[..read]),
                    _ => break,
                }
            }
            let request = String::from_utf8_lossy(&request).into_owned();
            let path = request.split(' ').nth(1).unwrap_or_default();
            // Whoever refuses a long answer hangs up in the middle.
            let _ = stream.write_all(&answer(&own, path)).await;
            let _ = stream.shutdown().await;
        }
    });
    base
}

pub(super) fn ok(body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// Without a length: it lasts until the connection ends.
fn endless(size: usize) -> Vec<u8> {
    [b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".as_slice(), &vec![b' '; size]].concat()
}

async fn get(answer: impl Fn(&str, &str) -> Vec<u8> + Send + 'static) -> Result<usize, FetchProblem> {
    let base = serve(answer).await;
    let url = Url::parse(&base).expect("an address");
    HttpFetch::new().expect("a client").get(&url, MAX_DOCUMENT).await.map(|document| document.len())
}

#[tokio::test]
async fn sizes() {
    for (size, right) in [(0, Ok(0)), (MAX_DOCUMENT, Ok(MAX_DOCUMENT)), (MAX_DOCUMENT + 1, Err(FetchProblem::TooLarge))]
    {
        assert_eq!(get(move |_, _| ok(&vec![b' '; size])).await, right, "{size} with a length");
        assert_eq!(get(move |_, _| endless(size)).await, right, "{size} without one");
    }
}

#[tokio::test]
async fn statuses() {
    let head = |head: &'static str| move |_: &str, _: &str| format!("HTTP/1.1 {head}\r\n\r\n").into_bytes();
    assert_eq!(get(head("404 Not Found\r\ncontent-length: 0")).await, Err(FetchProblem::Status(404)));
    assert_eq!(get(head("500 No\r\ncontent-length: 0")).await, Err(FetchProblem::Status(500)));
    assert_eq!(get(head("204 No Content")).await, Err(FetchProblem::Status(204)));
    assert_eq!(get(|_, _| b"not HTTP".to_vec()).await, Err(FetchProblem::Unreachable));
    assert_eq!(get(|_, _| Vec::new()).await, Err(FetchProblem::Unreachable));
    assert_eq!(get(head("200 OK\r\ncontent-length: 10")).await, Err(FetchProblem::Unreachable));
}

#[tokio::test]
async fn nobody_there() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = Url::parse(&format!("http://{}", listener.local_addr().expect("an address"))).expect("an address");
    drop(listener);
    let fetched = HttpFetch::new().expect("a client").get(&url, MAX_DOCUMENT).await;
    assert_eq!(fetched, Err(FetchProblem::Unreachable));
}

/// An issuer whose documents are served whole, and where told to, from behind a redirect.
async fn discover(redirected: &'static str, keys_size: usize) -> Option<DiscoveryProblem> {
    let base = serve(move |base, path| {
        if path == redirected {
            return format!("HTTP/1.1 302 Found\r\nlocation: {base}/moved{path}\r\ncontent-length: 0\r\n\r\n")
                .into_bytes();
        }
        match path.trim_start_matches("/moved") {
            "/.well-known/openid-configuration" => {
                ok(json!({"issuer": base, "jwks_uri": format!("{base}/keys")}).to_string().as_bytes())
            }
            "/keys" => {
                let mut set = key_set().to_string().into_bytes();
                set.resize(set.len().max(keys_size), b' ');
                ok(&set)
            }
            _ => b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_vec(),
        }
    })
    .await;
    let settings = Issuer { issuer: base, ..settings() };
    assert_eq!(settings.check(), []);
    keys(&settings, &HttpFetch::new().expect("a client")).await.err()
}

#[tokio::test]
async fn whole_discovery() {
    use DiscoveryProblem::{Discovery, Keys};
    assert_eq!(discover("", 0).await, None);
    assert_eq!(discover("", MAX_DOCUMENT).await, None);
    assert_eq!(discover("", MAX_DOCUMENT + 1).await, Some(Keys(FetchProblem::TooLarge)));
    let redirected = discover("/.well-known/openid-configuration", 0).await;
    assert_eq!(redirected, Some(Discovery(FetchProblem::Redirected)));
    assert_eq!(discover("/keys", 0).await, Some(Keys(FetchProblem::Redirected)));
}
