//! What a change of a listing changes: fields by their path, each from what to what. Pure.
//!
//! A listing is compared as JSON. Objects are compared field by field, everything else, lists among it, as a whole: of
//! two that change one list at once it can't be told what both of them mean together.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One field, from what to what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Its path in the listing, as `eligibility.age`.
    pub field: String,
    /// What it was; null where it was absent.
    pub from: Value,
    /// What it becomes; null where it is taken away.
    pub to: Value,
}

/// A field that is not any more what a change was made from, nor what it was to become.
#[derive(Clone, Debug, PartialEq)]
pub struct Clash {
    /// The change that can't be made.
    pub change: FieldChange,
    /// What the field is now.
    pub found: Value,
}

/// What leads from one state to another, in the order of the fields' paths.
#[must_use]
pub fn between(before: &Value, after: &Value) -> Vec<FieldChange> {
    let mut found = Vec::new();
    compare("", before, after, &mut found);
    found
}

fn compare(path: &str, before: &Value, after: &Value, found: &mut Vec<FieldChange>) {
    if before == after {
        return;
    }
    // A field that comes or goes is one change, not one for each of its parts.
    let (Value::Object(old), Value::Object(new)) = (before, after) else {
        found.push(FieldChange { field: path.to_owned(), from: before.clone(), to: after.clone() });
        return;
    };
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let part = |of: &Map<String, Value>| of.get(name).cloned().unwrap_or(Value::Null);
        compare(&path, &part(old), &part(new), found);
    }
}

/// Makes changes in a listing that may have changed otherwise since they were thought of: all of them, or none. What is
/// already as it is to become is left.
///
/// # Errors
/// The fields that are neither as they were nor as they are to become.
pub fn apply(onto: &Value, changes: &[FieldChange]) -> Result<Value, Vec<Clash>> {
    let mut changed = onto.clone();
    let mut clashes = Vec::new();
    for change in changes {
        let found = look(&changed, &change.field).cloned().unwrap_or(Value::Null);
        if found == change.to {
            continue;
        }
        if found != change.from || !set(&mut changed, &change.field, change.to.clone()) {
            clashes.push(Clash { change: change.clone(), found });
        }
    }
    if clashes.is_empty() { Ok(changed) } else { Err(clashes) }
}

/// The changes that take these back.
#[must_use]
pub fn back(changes: &[FieldChange]) -> Vec<FieldChange> {
    let turned = |change: &FieldChange| FieldChange {
        field: change.field.clone(),
        from: change.to.clone(),
        to: change.from.clone(),
    };
    changes.iter().map(turned).collect()
}

fn look<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, name| value.as_object()?.get(name))
}

/// Sets a field whose parent is there; says whether it is.
fn set(value: &mut Value, path: &str, to: Value) -> bool {
    let (parents, name) = path.rsplit_once('.').map_or((None, path), |(parents, name)| (Some(parents), name));
    let parent = match parents {
        Some(parents) => parents.split('.').try_fold(value, |value, name| value.as_object_mut()?.get_mut(name)),
        None => Some(value),
    };
    parent.and_then(Value::as_object_mut).map(|fields| fields.insert(name.to_owned(), to)).is_some()
}
