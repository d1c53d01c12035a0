//! Queries that the server has, so that clients need not send them.
//!
//! | what a client sends | what it means |
//! |---|---|
//! | `query` | the text itself |
//! | `extensions.persistedQuery` `{ version: 1, sha256Hash }` | the query with this hash, one on the list or one that was sent before (Apollo's automatic persisted queries) |
//! | both | the same, and remember it |
//! | `documentId: "sha256:…"` | the same by GraphQL over HTTP's appendix on persisted documents |
//! | `documentId`, anything else | the operation that the list has under this id |
//!
//! However a query came, it is then held against every rule and limit alike.

mod automatic;
mod read;
pub mod stored;

use std::sync::Arc;

use async_graphql::parser::types::ExecutableDocument;
use axum::http::StatusCode;
use serde_json::{Map, Value};

use self::automatic::Automatic;
use self::read::Read;
pub use self::stored::{StoredError, StoredOperations};
use super::{
    answer::Refusal,
    bounded::{Digest, digest},
    errors::{BAD_USER_INPUT, PERSISTED_QUERY_NOT_FOUND, PERSISTED_QUERY_NOT_IN_LIST, PERSISTED_QUERY_NOT_SUPPORTED},
    parameters::Parameters,
};
use crate::api::limits::{QueryLimits, Rejection};
use crate::config::Persisted;

/// What begins a document's id that is its hash.
const SHA256: &str = "sha256:";

/// All queries that the server has.
pub(crate) struct Documents {
    listed: Arc<StoredOperations>,
    only_listed: bool,
    automatic: Option<Automatic>,
    read: Read,
}

/// A query that was found or sent.
#[derive(Debug)]
pub(crate) struct Document {
    /// Its text.
    pub(crate) text: Arc<str>,
    /// The text's digest.
    pub(crate) digest: Digest,
    /// Whether the client wants it remembered.
    remember: bool,
}

/// What a client calls a query by.
enum Name {
    Digest(Digest),
    Id(String),
}

/// Whether a refusal is a step of the protocol and no mistake: the client then sends the text.
pub(crate) fn is_handshake(code: &str) -> bool {
    code == PERSISTED_QUERY_NOT_FOUND || code == PERSISTED_QUERY_NOT_SUPPORTED
}

fn ill_formed(message: impl Into<String>) -> Refusal {
    Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, BAD_USER_INPUT, message)
}

/// Clients know these two by their messages, which are therefore not ours.
fn not_found() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, PERSISTED_QUERY_NOT_FOUND, "PersistedQueryNotFound")
}

fn not_supported() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, PERSISTED_QUERY_NOT_SUPPORTED, "PersistedQueryNotSupported")
}

impl Documents {
    pub(crate) fn new(settings: &Persisted, listed: Arc<StoredOperations>) -> Self {
        Self { listed, only_listed: settings.only_listed, automatic: Automatic::new(settings), read: Read::new() }
    }

    /// The query that a request means.
    pub(crate) fn find(&self, parameters: &Parameters) -> Result<Document, Refusal> {
        let name = name(parameters)?;
        let document = match (parameters.query.as_deref(), name) {
            (None, None) => return Err(ill_formed(MISSING)),
            (Some(text), None) => Document { text: text.into(), digest: digest(text), remember: false },
            (Some(text), Some(Name::Digest(named))) => {
                let digest = digest(text);
                if digest != named {
                    return Err(ill_formed("The hash is not the SHA-256 of the query, in hexadecimal digits."));
                }
                Document { text: text.into(), digest, remember: true }
            }
            (Some(_), Some(Name::Id(_))) => {
                return Err(ill_formed("Send the query or the documentId of a listed one, not both."));
            }
            (None, Some(Name::Digest(digest))) => {
                let remembered = || self.automatic.as_ref()?.get(&digest);
                match self.listed.by_digest(&digest).or_else(remembered) {
                    Some(text) => Document { text, digest, remember: false },
                    None if self.automatic.is_none() && self.listed.is_empty() => return Err(not_supported()),
                    None => return Err(not_found()),
                }
            }
            (None, Some(Name::Id(id))) => {
                let (text, digest) = self.listed.by_id(&id).ok_or_else(not_found)?;
                Document { text, digest, remember: false }
            }
        };
        if self.only_listed && self.listed.by_digest(&document.digest).is_none() {
            let message = "Only the operations on this server's list are answered, and this is not one of them.";
            return Err(Refusal::new(StatusCode::FORBIDDEN, PERSISTED_QUERY_NOT_IN_LIST, message));
        }
        Ok(document)
    }

    /// Reads a query, or gives it as it was read before. `private` are root fields that are asked with what somebody lives
    /// through.
    pub(crate) fn read(
        &self,
        document: &Document,
        limits: &QueryLimits,
        private: &[&str],
    ) -> Result<ExecutableDocument, Rejection> {
        if let Some(known) = self.read.get(&document.digest) {
            return Ok(ExecutableDocument::clone(&known));
        }
        let found = limits.parse(&document.text)?;
        if read::says_nothing(&document.text, &found) && !automatic::tells_of_somebody(&found, private) {
            self.read.put(document.digest, &document.text, found.clone());
        }
        Ok(found)
    }

    /// Whether a client wants a query remembered which is not there yet.
    pub(crate) fn is_new(&self, document: &Document) -> bool {
        document.remember
            && self.listed.by_digest(&document.digest).is_none()
            && self.automatic.as_ref().is_some_and(|automatic| automatic.get(&document.digest).is_none())
    }

    /// Whether a query is to be remembered once it was answered: its client wants it, and it tells
    /// nothing of anybody. `private` are root fields that are asked with what somebody lives through.
    pub(crate) fn is_to_remember(&self, document: &Document, read: &ExecutableDocument, private: &[&str]) -> bool {
        self.is_new(document) && !automatic::tells_of_somebody(read, private)
    }

    /// Remembers a query.
    pub(crate) fn remember(&self, document: &Document) {
        if let Some(automatic) = &self.automatic {
            automatic.put(document.digest, Arc::clone(&document.text));
        }
    }
}

/// What is said where there is nothing to answer.
const MISSING: &str = "There is no query. Send one as the JSON body {\"query\": \"{ … }\"}.";

/// What the request calls its query, if it does.
fn name(parameters: &Parameters) -> Result<Option<Name>, Refusal> {
    let by_hash = match parameters.extensions.get("persistedQuery") {
        None | Some(Value::Null) => None,
        Some(Value::Object(given)) => Some(hash(given)?),
        Some(_) => return Err(ill_formed("extensions.persistedQuery must be a JSON object.")),
    };
    let by_id = parameters.document_id.as_deref().map(|id| match id.strip_prefix(SHA256) {
        Some(hex) => read_digest(hex)
            .map(Name::Digest)
            .ok_or_else(|| ill_formed("documentId must have 64 hexadecimal digits behind sha256:.")),
        None => Ok(Name::Id(id.to_owned())),
    });
    match (by_hash, by_id.transpose()?) {
        (Some(_), Some(_)) => Err(ill_formed("Send extensions.persistedQuery or documentId, not both.")),
        (Some(digest), None) => Ok(Some(Name::Digest(digest))),
        (None, by_id) => Ok(by_id),
    }
}

/// The hash of Apollo's protocol, of which there is one version.
fn hash(given: &Map<String, Value>) -> Result<Digest, Refusal> {
    if given.get("version").and_then(Value::as_u64) != Some(1) {
        return Err(not_supported());
    }
    given.get("sha256Hash").and_then(Value::as_str).and_then(read_digest).ok_or_else(|| {
        ill_formed("extensions.persistedQuery.sha256Hash must be the SHA-256 of the query, as 64 hexadecimal digits.")
    })
}

/// A digest out of its 64 hexadecimal digits.
fn read_digest(hex: &str) -> Option<Digest> {
    let mut digest = Digest::default();
    if hex.len() != 2 * digest.len() {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    for (byte, pair) in digest.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = digit(*high)? * 16 + digit(*low)?;
    }
    Some(digest)
}
