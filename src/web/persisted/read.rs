//! Queries that were read lately: a front-end sends the same few again and again, and to read one takes longer than much of
//! answering it. However often one was read, it is held against every rule anew. Kept are those that say nothing themselves:
//! what they ask with stands in variables, which are not kept.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::parser::types::ExecutableDocument;
use async_graphql_value::Value;

use super::super::{
    bounded::{Bounded, Digest},
    question::root_fields,
};
use super::automatic::says_something;

/// Most queries.
const MOST: usize = 1_000;
/// Most bytes of all of them, as they are reckoned.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// What a byte of text takes when it is read: a field of few letters is some hundred bytes.
const TIMES: usize = 60;

/// Queries as they were read, by their hash.
pub(super) struct Read(Mutex<Bounded<Arc<ExecutableDocument>>>);

impl Read {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Bounded::new(MOST, MOST_BYTES)))
    }

    pub(super) fn get(&self, digest: &Digest) -> Option<Arc<ExecutableDocument>> {
        self.lock().get(digest).map(Arc::clone)
    }

    pub(super) fn put(&self, digest: Digest, text: &str, document: ExecutableDocument) {
        let document = Arc::new(document);
        self.lock().put(digest, document, text.len().saturating_mul(TIMES));
    }

    fn lock(&self) -> MutexGuard<'_, Bounded<Arc<ExecutableDocument>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a query says nothing itself: no text stands in it, be it a name, a note or an id, and none of its fields at the top
/// is asked with more than variables put together. A word or a number alone is a purpose or the size of a page.
pub(super) fn says_nothing(text: &str, document: &ExecutableDocument) -> bool {
    let mut fields = Vec::new();
    for (_, operation) in document.operations.iter() {
        root_fields(document, &operation.node.selection_set.node, &mut fields);
    }
    let is_put_together = |value: &Value| matches!(value, Value::Object(_) | Value::List(_)) && says_something(value);
    !text.contains('"')
        && !fields.iter().flat_map(|field| &field.arguments).any(|(_, value)| is_put_together(&value.node))
}
