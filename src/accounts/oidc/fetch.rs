//! Fetching a small document from an issuer: the trait, and the real thing over HTTP.
//!
//! The client is that of [`crate::outgoing`], and reads no more than it was told to.

use std::time::Duration;

use reqwest::{Client, Response, StatusCode};
use thiserror::Error;
use url::Url;

pub use crate::outgoing::NoClient;

/// How long to wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long a document may take altogether.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Fetches documents.
pub trait Fetch: Send + Sync + 'static {
    /// The document at this address, of at most so many bytes.
    ///
    /// # Errors
    /// [`FetchProblem`] for whatever is not a plain 200 with such a document.
    fn get(&self, url: &Url, most: usize) -> impl Future<Output = Result<Vec<u8>, FetchProblem>> + Send;
}

/// Why there is no document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FetchProblem {
    /// No connection, or one that broke.
    #[error("it cannot be reached")]
    Unreachable,
    /// Too slow.
    #[error("it took too long to answer")]
    TimedOut,
    /// Another address was given instead; it is not followed.
    #[error("it redirects elsewhere, which is not followed")]
    Redirected,
    /// Another status than 200.
    #[error("it answered with status {0}")]
    Status(u16),
    /// More bytes than are taken.
    #[error("its answer is too large")]
    TooLarge,
}

/// Fetches over HTTP.
#[derive(Clone, Debug)]
pub struct HttpFetch(Client);

impl HttpFetch {
    /// A client. One serves all issuers.
    ///
    /// # Errors
    /// [`NoClient`] where the system has no certificates to trust.
    pub fn new() -> Result<Self, NoClient> {
        crate::outgoing::client()?
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .build()
            .map(Self)
            .map_err(|error| NoClient::because(&error))
    }
}

impl Fetch for HttpFetch {
    async fn get(&self, url: &Url, most: usize) -> Result<Vec<u8>, FetchProblem> {
        let request = self.0.get(url.clone()).header("accept", "application/json");
        let response = request.send().await.map_err(|error| problem(&error))?;
        match response.status() {
            StatusCode::OK => body(response, most).await,
            status if status.is_redirection() => Err(FetchProblem::Redirected),
            status => Err(FetchProblem::Status(status.as_u16())),
        }
    }
}

async fn body(mut response: Response, most: usize) -> Result<Vec<u8>, FetchProblem> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| problem(&error))? {
        if chunk.len() > most.saturating_sub(body.len()) {
            return Err(FetchProblem::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn problem(error: &reqwest::Error) -> FetchProblem {
    if error.is_timeout() { FetchProblem::TimedOut } else { FetchProblem::Unreachable }
}
