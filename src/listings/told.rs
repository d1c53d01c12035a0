//! What is told of a listing and its versions to those who see it but do not keep it: coordinators. Nothing of what a
//! service says at its places, for a place may be a secret; and of a place nothing from the time when it was one. Pure.

use entity::listing_version;
use serde_json::Value;

use super::changes::FieldChange;

/// Where a service says what holds at its places.
const AT_PLACES: &str = "places";
/// Where a place says that it is a secret.
const SECRET: &str = "confidential";

/// Changes, as somebody is told of them: all, or those that may be told to whoever does not keep the listing.
pub(super) fn changes(whole: bool, mut changes: Vec<FieldChange>) -> Vec<FieldChange> {
    if !whole {
        // A place that became a secret, or was one: what else was changed with that tells where it is.
        if changes.iter().any(|change| change.field == SECRET) {
            return Vec::new();
        }
        changes.retain(|change| change.field.split(['.', '[']).next() != Some(AT_PLACES));
    }
    changes
}

/// All that a listing says, as somebody is told of it.
pub(super) fn document(whole: bool, mut document: Value) -> Value {
    if !whole && let Some(fields) = document.as_object_mut() {
        fields.remove(AT_PLACES);
    }
    document
}

/// Whether a listing as it once stood was a place that was a secret.
pub(super) fn was_secret(document: &Value) -> bool {
    document.get(SECRET).and_then(Value::as_bool) == Some(true)
}

/// A version, as somebody is told of it; `None` where it is of a time when the place was a secret.
pub(super) fn version(
    whole: bool,
    row: listing_version::Model,
) -> Result<Option<listing_version::Model>, serde_json::Error> {
    if whole {
        return Ok(Some(row));
    }
    let document: Option<Value> = row.document.as_deref().map(serde_json::from_str).transpose()?;
    if document.as_ref().is_some_and(was_secret) {
        return Ok(None);
    }
    let told = changes(whole, serde_json::from_str(&row.changes)?);
    let document = document.map(|document| self::document(whole, document).to_string());
    Ok(Some(listing_version::Model { changes: serde_json::to_string(&told)?, document, ..row }))
}
