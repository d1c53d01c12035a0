//! One notice, one try: signed, posted, and the answer's status looked at. Nothing of an answer is read but that.

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use entity::enums::NoticeFailure;
use entity::instants::Millis;
use entity::{notice, notice_endpoint};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, StatusCode};
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP};
use tokio::net::lookup_host;

use super::signing::{SigningSecret, signatures};
use super::target::{is_refused, read};
use crate::outgoing::{NoClient, client};

/// How long to wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a try may take altogether.
pub const TIMEOUT: Duration = Duration::from_secs(10);

/// That a name resolves to an address that is not public.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it resolves to an address that is not public")]
struct NotPublic;

/// Resolves names by the system, and refuses those of which any address is not public. The connection goes to what this
/// gives, and to nothing else.
struct PublicOnly {
    allow_private: bool,
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(resolved(name, self.allow_private))
    }
}

async fn resolved(name: Name, allow_private: bool) -> Result<Addrs, Box<dyn Error + Send + Sync>> {
    let found: Vec<SocketAddr> = lookup_host((name.as_str(), 0)).await?.collect();
    if !allow_private && found.iter().any(|address| is_refused(address.ip())) {
        return Err(NotPublic.into());
    }
    Ok(Box::new(found.into_iter()))
}

/// Why a notice was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotTaken {
    /// In a word of ours.
    pub why: NoticeFailure,
    /// The status of the answer, where that was the reason.
    pub status: Option<i32>,
    /// Whether it is of no use to try again.
    pub is_final: bool,
    /// Whether it may have arrived all the same, for all of it was said and no answer came.
    pub perhaps_there: bool,
}

impl NotTaken {
    /// For a reason that is no status.
    #[must_use]
    pub const fn because(why: NoticeFailure) -> Self {
        Self { why, status: None, is_final: false, perhaps_there: false }
    }
}

/// Posts notices.
#[derive(Clone, Debug)]
pub struct Poster {
    client: Client,
    allow_private: bool,
}

impl Poster {
    /// One serves all endpoints.
    ///
    /// # Errors
    /// [`NoClient`] where the system has no certificates to trust.
    pub fn new(allow_private: bool) -> Result<Self, NoClient> {
        let client = client()?
            .dns_resolver(PublicOnly { allow_private })
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .build()
            .map_err(|error| NoClient::because(&error))?;
        Ok(Self { client, allow_private })
    }

    /// Tries once. Only a status of success counts as taken; a redirect is not followed.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub async fn post(
        &self,
        to: &notice_endpoint::Model,
        secrets: &[SigningSecret],
        notice: &notice::Model,
        at: Millis,
    ) -> Result<(), NotTaken> {
        // Looked at again: a setting may have become stricter since it was named.
        let url = read(&to.url, self.allow_private).map_err(|_| NotTaken::because(NoticeFailure::RefusedTarget))?;
        let (id, seconds) = (notice.id.0.to_string(), at.0.div_euclid(1_000));
        let signatures =
            signatures(secrets, &id, seconds, &notice.body).map_err(|_| NotTaken::because(NoticeFailure::NotSigned))?;
        let request = self
            .client
            .post(url)
            .header("content-type", "application/json")
            .header(HEADER_WEBHOOK_ID, id)
            .header(HEADER_WEBHOOK_TIMESTAMP, seconds.to_string())
            .header(HEADER_WEBHOOK_SIGNATURE, signatures)
            .body(notice.body.clone());
        match request.send().await {
            Ok(answer) => judged(answer.status()),
            Err(error) => Err(NotTaken::because(why(&error))),
        }
    }
}

fn judged(status: StatusCode) -> Result<(), NotTaken> {
    if status.is_success() {
        return Ok(());
    }
    let why = if status.is_redirection() { NoticeFailure::Redirected } else { NoticeFailure::Status };
    Err(NotTaken { status: Some(status.as_u16().into()), ..NotTaken::because(why) })
}

/// In a word: what the library says of it may quote the receiver.
fn why(error: &reqwest::Error) -> NoticeFailure {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(this) = cause {
        if this.is::<NotPublic>() {
            return NoticeFailure::RefusedTarget;
        }
        cause = this.source();
    }
    if error.is_timeout() { NoticeFailure::TimedOut } else { NoticeFailure::Unreachable }
}
