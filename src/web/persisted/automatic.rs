//! Queries that clients sent once and then call by their hash: Apollo's automatic persisted
//! queries. What is remembered is the text alone, as much of it as the settings allow, and no
//! text that tells of somebody.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::parser::types::ExecutableDocument;
use async_graphql_value::{ConstValue, Value};

use super::super::{
    bounded::{Bounded, Digest},
    question::root_fields,
};
use crate::config::Persisted;

/// Queries by their hash.
pub(super) struct Automatic(Mutex<Bounded<Arc<str>>>);

impl Automatic {
    /// Nothing where the settings allow none.
    pub(super) fn new(settings: &Persisted) -> Option<Self> {
        let size = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        let bounded = Bounded::new(size(settings.automatic), size(settings.automatic_bytes));
        (settings.automatic > 0).then(|| Self(Mutex::new(bounded)))
    }

    pub(super) fn get(&self, digest: &Digest) -> Option<Arc<str>> {
        self.lock().get(digest).map(Arc::clone)
    }

    pub(super) fn put(&self, digest: Digest, text: Arc<str>) {
        let bytes = text.len();
        self.lock().put(digest, text, bytes);
    }

    fn lock(&self) -> MutexGuard<'_, Bounded<Arc<str>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the text of a private search says itself what somebody lives through, instead of having
/// it in its variables. Such a text is nobody else's, and nothing of a question is kept.
pub(super) fn tells_of_somebody(document: &ExecutableDocument, private: &[&str]) -> bool {
    document.operations.iter().any(|(_, operation)| {
        let mut fields = Vec::new();
        root_fields(document, &operation.node.selection_set.node, &mut fields);
        let searches: Vec<_> = fields.into_iter().filter(|field| private.contains(&field.name.node.as_str())).collect();
        let defaults = operation.node.variable_definitions.iter().filter_map(|one| one.node.default_value.as_ref());
        !searches.is_empty()
            && (searches
                .iter()
                .flat_map(|field| &field.arguments)
                // A number by itself is the size of a page.
                .any(|(_, value)| !matches!(value.node, Value::Number(_)) && says_something(&value.node))
                || defaults.into_iter().any(|default| match &default.node {
                    ConstValue::Null | ConstValue::Number(_) => false,
                    ConstValue::List(items) => !items.is_empty(),
                    ConstValue::String(_)
                    | ConstValue::Boolean(_)
                    | ConstValue::Binary(_)
                    | ConstValue::Enum(_)
                    | ConstValue::Object(_) => true,
                }))
    })
}

/// Whether a value is more than variables put together.
pub(super) fn says_something(value: &Value) -> bool {
    match value {
        Value::Variable(_) | Value::Null => false,
        Value::List(items) => items.iter().any(says_something),
        Value::Object(fields) => fields.values().any(says_something),
        Value::Number(_) | Value::String(_) | Value::Boolean(_) | Value::Binary(_) | Value::Enum(_) => true,
    }
}
