//! The list of operations that a server has from its start: which front-ends ask, and no more.
//!
//! Its forms are those that front-end tools write: an object of ids and texts (GraphQL Code
//! Generator's `persisted-documents.json`, the Relay compiler's `persisted_queries.json`), or
//! Apollo's persisted query manifest, `{ "format": "apollo-persisted-query-manifest",
//! "version": 1, "operations": [{ "id", "name", "type", "body" }] }`.

use std::{collections::HashMap, fmt, sync::Arc};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use thiserror::Error;

use super::super::bounded::{Digest, digest};
use super::{SHA256, read_digest};

/// Why a list cannot be used.
#[derive(Debug, Error)]
pub enum StoredError {
    /// It is no JSON, or JSON of another form.
    #[error(
        "it is not a list of operations ({0}); it must be JSON as {{\"<id>\": \"query …\"}}, or Apollo's persisted query manifest"
    )]
    Form(String),
    /// Two operations have one id.
    #[error("two operations have the id {0:?}; each must have its own")]
    Twice(String),
    /// An id that is a hash is another text's.
    #[error("the id {0:?} is not the SHA-256 of its operation; let the tool that wrote the list write it again")]
    NotItsHash(String),
}

/// The operations on the list.
#[derive(Clone, Debug, Default)]
pub struct StoredOperations {
    by_id: HashMap<String, (Arc<str>, Digest)>,
    by_digest: HashMap<Digest, Arc<str>>,
}

impl StoredOperations {
    /// Reads a list. What its operations ask for is not looked at here.
    ///
    /// # Errors
    /// [`StoredError`], naming the operation.
    pub fn read(json: &str) -> Result<Self, StoredError> {
        let form = |error: serde_json::Error| StoredError::Form(error.to_string());
        let value: serde_json::Value = serde_json::from_str(json).map_err(form)?;
        let pairs = if value.get("operations").is_some_and(serde_json::Value::is_array) {
            let manifest: Manifest = serde_json::from_value(value).map_err(form)?;
            if manifest.format != MANIFEST || manifest.version != 1 {
                let message = format!("its format is {:?}, version {}", manifest.format, manifest.version);
                return Err(StoredError::Form(message));
            }
            manifest.operations.into_iter().map(|operation| (operation.id, operation.body)).collect()
        } else {
            serde_json::from_str::<Pairs>(json).map_err(form)?.0
        };
        let mut list = Self::default();
        for (id, text) in pairs {
            let digest = digest(&text);
            // Digits alone are a hash too, if there are as many as a hash has.
            let told = id.strip_prefix(SHA256).map_or_else(|| read_digest(&id).map(Some), |hex| Some(read_digest(hex)));
            if told.is_some_and(|told| told != Some(digest)) {
                return Err(StoredError::NotItsHash(id));
            }
            let text: Arc<str> = text.into();
            list.by_digest.insert(digest, Arc::clone(&text));
            if list.by_id.insert(id.clone(), (text, digest)).is_some() {
                return Err(StoredError::Twice(id));
            }
        }
        Ok(list)
    }

    /// Every operation, as id and text, in the order of the ids.
    #[must_use]
    pub fn all(&self) -> Vec<(&str, &str)> {
        let mut all: Vec<_> = self.by_id.iter().map(|(id, (text, _))| (id.as_str(), &**text)).collect();
        all.sort_unstable();
        all
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    pub(super) fn by_id(&self, id: &str) -> Option<(Arc<str>, Digest)> {
        self.by_id.get(id).cloned()
    }

    pub(super) fn by_digest(&self, digest: &Digest) -> Option<Arc<str>> {
        self.by_digest.get(digest).cloned()
    }
}

const MANIFEST: &str = "apollo-persisted-query-manifest";

#[derive(Deserialize)]
struct Manifest {
    format: String,
    version: u64,
    operations: Vec<Operation>,
}

#[derive(Deserialize)]
struct Operation {
    id: String,
    body: String,
}

/// An object of texts, pair by pair: a key that is there twice is told, where a map would keep one.
struct Pairs(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of ids and texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Each)
    }
}
