//! An object of the standard while it is being written: afresh, or over an original of which
//! everything stays that still reads as the listing has it.

use serde_json::Value;

use super::{
    facts::{self, Group},
    read::{Node, Object},
};

/// Longest list of which single items are kept when the list has changed; of a longer one, all
/// items are written anew.
const MOST_KEPT: usize = 500;

/// An object that is being written from a `T`.
pub(super) struct Draft<'a, T> {
    members: Object,
    now: &'a T,
    /// What the original was read as.
    was: Option<&'a T>,
}

impl<'a, T> Draft<'a, T> {
    /// Writes `now` over an original and what that was read as, or afresh.
    pub(super) fn new(now: &'a T, original: Option<(&Object, &'a T)>) -> Self {
        let (members, was) =
            original.map_or_else(|| (Object::new(), None), |(members, was)| (members.clone(), Some(was)));
        Self { members, now, was }
    }

    /// What is being written.
    pub(super) fn now(&self) -> &'a T {
        self.now
    }

    /// Whether what `get` gives is no longer (or not yet) what the object says.
    pub(super) fn changed<V: PartialEq>(&self, get: impl Fn(&'a T) -> V) -> bool {
        self.was.map(&get) != Some(get(self.now))
    }

    /// Writes what `get` gives into `field`, if it changed.
    pub(super) fn put<V: PartialEq>(
        &mut self,
        field: &str,
        get: impl Fn(&'a T) -> V,
        write: impl Fn(V) -> Option<Value>,
    ) {
        self.put_all(&[field], &[], get, write);
    }

    /// Writes it into each of `fields` and takes away those `instead_of`, which said the same.
    pub(super) fn put_all<V: PartialEq>(
        &mut self,
        fields: &[&str],
        instead_of: &[&str],
        get: impl Fn(&'a T) -> V,
        write: impl Fn(V) -> Option<Value>,
    ) {
        if !self.changed(&get) {
            return;
        }
        for field in fields.iter().chain(instead_of) {
            self.members.remove(*field);
        }
        if let Some(value) = write(get(self.now)) {
            for field in fields {
                self.members.insert((*field).to_owned(), value.clone());
            }
        }
    }

    /// Writes a text.
    pub(super) fn text(&mut self, field: &str, get: impl Fn(&'a T) -> &'a Option<String>) {
        self.put(field, get, |text| text.clone().map(Value::String));
    }

    /// Writes a text into a field that has a format, where it is in that format.
    pub(super) fn formatted(&mut self, field: &str, get: impl Fn(&'a T) -> &'a Option<String>, fits: fn(&str) -> bool) {
        self.put(field, get, |text| text.clone().filter(|text| fits(text)).map(Value::String));
    }

    /// Writes a list. Of a list that changed, the items stay that read as an item of the new
    /// one, and those that `read` makes nothing of.
    pub(super) fn list<I: PartialEq + 'a>(
        &mut self,
        field: &str,
        get: impl Fn(&'a T) -> &'a [I],
        read: impl Fn(&Node<'_>) -> Vec<I>,
        write: impl Fn(&I) -> Value,
    ) {
        if !self.changed(&get) {
            return;
        }
        let original = match self.members.remove(field) {
            Some(Value::Array(items)) => items,
            _ => Vec::new(),
        };
        let written = merged(original, get(self.now), read, write);
        if !written.is_empty() {
            self.members.insert(field.to_owned(), Value::Array(written));
        }
    }

    /// Writes, group by group, the facts that the object does not yet read back as.
    pub(super) fn settle(mut self, entity: &str, groups: &[Group<T>], read: impl Fn(&Object) -> T) -> Object {
        let back = read(&self.members);
        for group in groups {
            let facts = (group.facts)(self.now);
            if (group.facts)(&back) != facts {
                facts::replace(&mut self.members, entity, group.name, facts, true);
            }
        }
        self.members
    }

    pub(super) fn members(&mut self) -> &mut Object {
        &mut self.members
    }
}

/// A list anew: the items of the original that read as items of the new one, new ones for the
/// rest, and at the end those of the original that `read` makes nothing of.
pub(super) fn merged<I: PartialEq>(
    original: Vec<Value>,
    now: &[I],
    read: impl Fn(&Node<'_>) -> Vec<I>,
    write: impl Fn(&I) -> Value,
) -> Vec<Value> {
    if original.len() > MOST_KEPT || now.len() > MOST_KEPT {
        return now.iter().map(write).collect();
    }
    let mut originals: Vec<Option<(Vec<I>, Value)>> = original
        .into_iter()
        .map(|value| {
            let items = value.as_object().map(|members| read(&Node::of(members))).unwrap_or_default();
            Some((items, value))
        })
        .collect();
    let mut written = Vec::new();
    let mut rest = now;
    while let Some((first, others)) = rest.split_first() {
        let same = originals
            .iter_mut()
            .find(|original| original.as_ref().is_some_and(|(items, _)| !items.is_empty() && rest.starts_with(items)));
        match same.and_then(Option::take) {
            Some((items, value)) => {
                rest = rest.get(items.len()..).unwrap_or_default();
                written.push(value);
            }
            None => {
                written.push(write(first));
                rest = others;
            }
        }
    }
    written.extend(originals.into_iter().flatten().filter(|(items, _)| items.is_empty()).map(|(_, value)| value));
    written
}
