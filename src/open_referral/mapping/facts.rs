//! What the standard has no field for, as attributes under a taxonomy of our own, so that it is
//! not lost between two directories that know it. Others may pass over it.
//!
//! A fact is a code and a value, both text. The facts of one [`Group`] are written together,
//! and only when the standard's own fields do not already read back to the same; then they are
//! the only thing that is read. A group whose one fact has the group's own code and no value
//! says: nothing is stated here, whatever the other fields seem to say.
//!
//! To add a fact: a line in the group's function in `to_hsds` or `to_place`, and one where the
//! field is read.

use serde_json::{Value, json};
use uuid::Uuid;

use super::read::Object;

/// The name of the taxonomy of facts.
pub(super) const TAXONOMY: &str = "signpost";

/// Namespace of the ids that this module and the whole mapping derive from keys (UUID version 5).
const NAMESPACE: Uuid = Uuid::from_u128(0x6f0b_7a52_31c9_4e0d_9c6e_52a7_1d84_b3f0);

/// An id that the same words always give.
pub(super) fn derived_id(words: &str) -> String {
    Uuid::new_v5(&NAMESPACE, words.as_bytes()).to_string()
}

/// Gives an object that is a part of another an id that follows from what it says.
pub(super) fn identify(members: &mut Object, owner: &str, kind: &str) {
    let said = Value::Object(std::mem::take(members));
    let id = derived_id(&format!("{owner}/{kind}/{said}"));
    if let Value::Object(said) = said {
        *members = said;
    }
    members.insert("id".to_owned(), id.into());
}

/// A fact to be written.
pub(super) type Fact = (&'static str, String);

/// Facts that are written and read together.
pub(super) struct Group<T> {
    /// The beginning of their codes: `route` or, with a dot and more after it, `capacity`.
    pub(super) name: &'static str,
    /// The facts of a listing.
    pub(super) facts: fn(&T) -> Vec<Fact>,
}

/// The facts that stand in an object's attributes.
#[derive(Debug, Default)]
pub(super) struct Facts<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Facts<'a> {
    pub(super) fn of(members: &'a Object) -> Self {
        let attributes = members.get("attributes").and_then(Value::as_array).map_or(&[] as &[Value], Vec::as_slice);
        Self(attributes.iter().filter_map(Value::as_object).filter_map(fact).collect())
    }

    /// Whether the group is stated here at all.
    pub(super) fn has(&self, group: &str) -> bool {
        self.0.iter().any(|(code, _)| is_of(code, group))
    }

    /// The first value of a code that is not empty.
    pub(super) fn value(&self, code: &str) -> Option<&'a str> {
        self.values(code).find(|value| !value.is_empty())
    }

    /// The values of a code.
    pub(super) fn values(&self, code: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(theirs, _)| *theirs == code).map(|(_, value)| *value)
    }

    /// The values of a code that `parse` knows, when the group of that name is stated.
    pub(super) fn stated<T>(&self, code: &str, parse: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
        self.has(code).then(|| self.values(code).filter_map(parse).collect())
    }
}

/// Whether an attribute is a fact rather than a term of somebody's taxonomy.
pub(super) fn is_fact(attribute: &Object) -> bool {
    fact(attribute).is_some()
}

/// Whether an attribute is a fact whose value is a word, date or time of a schedule.
pub(super) fn is_of_schedule(attribute: &Object) -> bool {
    fact(attribute).is_some_and(|(code, _)| is_of(code, "schedule") && code != "schedule.note")
}

fn fact(attribute: &Object) -> Option<(&str, &str)> {
    let term = attribute.get("taxonomy_term")?;
    let ours = term.get("taxonomy")?.as_str()? == TAXONOMY;
    let code = term.get("code")?.as_str()?;
    ours.then(|| (code, attribute.get("value").and_then(Value::as_str).unwrap_or_default()))
}

fn is_of(code: &str, group: &str) -> bool {
    code.strip_prefix(group).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Puts the facts of a group into an object, in place of those of the group that are there.
/// Where none are left, says so, if that `must_be_said`.
pub(super) fn replace(
    members: &mut Object,
    entity: &str,
    group: &'static str,
    mut facts: Vec<Fact>,
    must_be_said: bool,
) {
    let owner = members.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut attributes = match members.remove("attributes") {
        Some(Value::Array(attributes)) => attributes,
        _ => Vec::new(),
    };
    attributes.retain(|attribute| !attribute.as_object().and_then(fact).is_some_and(|(code, _)| is_of(code, group)));
    if facts.is_empty() && must_be_said {
        facts.push((group, String::new()));
    }
    for (at, (code, value)) in facts.into_iter().enumerate() {
        attributes.push(json!({
            "id": derived_id(&format!("{owner}/fact/{group}/{at}")),
            "link_type": TAXONOMY,
            "link_entity": entity,
            "value": value,
            "taxonomy_term": {
                "id": derived_id(&format!("fact/{code}")),
                "code": code,
                "name": code,
                "description": code,
                "taxonomy": TAXONOMY,
            },
        }));
    }
    if !attributes.is_empty() {
        members.insert("attributes".to_owned(), Value::Array(attributes));
    }
}
