//! Reading a document field by field: lenient where the standard's checker is lenient (a field
//! that only one of its two profiles knows may hold anything), and telling what it leaves out.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde_json::{Map, Value};

use super::{Remark, facts::Facts};

/// Remarks kept of one document; a hostile one could cause millions.
const MOST_REMARKS: usize = 100;

/// Items of one list that are read. Real ones have some dozens; what is beyond stays in the
/// document.
const MOST_ITEMS: usize = 2_000;

/// An object of a document.
pub(super) type Object = Map<String, Value>;

static NOTHING: std::sync::LazyLock<Object> = std::sync::LazyLock::new(Object::new);

/// Collects remarks, up to a limit.
#[derive(Debug, Default)]
pub(super) struct Remarks {
    told: Vec<Remark>,
    more: usize,
}

impl Remarks {
    pub(super) fn tell(&mut self, path: String, reason: impl Into<String>) {
        if self.told.len() < MOST_REMARKS {
            self.told.push(Remark { path, reason: reason.into() });
        } else {
            self.more += 1;
        }
    }

    pub(super) fn into_list(mut self) -> Vec<Remark> {
        if self.more > 0 {
            self.told.push(Remark { path: String::new(), reason: format!("and {} more remarks", self.more) });
        }
        self.told
    }
}

/// An object of a document, with the way to it.
#[derive(Clone, Debug)]
pub(super) struct Node<'a> {
    pub(super) members: &'a Object,
    path: String,
}

impl<'a> Node<'a> {
    /// The whole document. What is no object is read as an empty one.
    pub(super) fn root(document: &'a Value) -> Self {
        Self::of(document.as_object().unwrap_or(&NOTHING))
    }

    /// An object by itself.
    pub(super) fn of(members: &'a Object) -> Self {
        Self { members, path: String::new() }
    }

    /// The way to a field, as a JSON pointer (RFC 6901).
    pub(super) fn path(&self, field: &str) -> String {
        format!("{}/{field}", self.path)
    }

    /// A text without the white space around it; an empty one is none.
    pub(super) fn text(&self, field: &str) -> Option<String> {
        self.str(field).map(str::to_owned)
    }

    pub(super) fn str(&self, field: &str) -> Option<&'a str> {
        self.members.get(field)?.as_str().map(str::trim).filter(|text| !text.is_empty())
    }

    /// A number, also one that a table has written as text.
    pub(super) fn number(&self, field: &str) -> Option<f64> {
        let value = self.members.get(field)?;
        value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|number: &f64| number.is_finite())
    }

    /// A text or a number, as text.
    pub(super) fn label(&self, field: &str) -> Option<String> {
        self.text(field).or_else(|| self.number(field).map(|number| number.to_string()))
    }

    /// A date; of an instant, its date as written. `Err` when something is there that is none.
    pub(super) fn date(&self, field: &str) -> Result<Option<NaiveDate>, &'a str> {
        let Some(text) = self.str(field) else { return Ok(None) };
        text.get(..10).and_then(|date| date.parse().ok()).map(Some).ok_or(text)
    }

    /// An instant. One without an offset is taken as UTC, a date as its first instant.
    pub(super) fn instant(&self, field: &str, remarks: &mut Remarks) -> Option<DateTime<Utc>> {
        let text = self.str(field)?;
        let found = instant(text);
        if found.is_none() {
            remarks.tell(self.path(field), "is no date or instant; must be as 2026-03-01 or 2026-03-01T09:00:00Z");
        }
        found
    }

    /// The objects of a list.
    pub(super) fn list(&self, field: &str) -> impl Iterator<Item = Node<'a>> + use<'a> {
        let path = self.path(field);
        let items = self.members.get(field).and_then(Value::as_array).map_or(&[] as &[Value], Vec::as_slice);
        items
            .iter()
            .take(MOST_ITEMS)
            .enumerate()
            .filter_map(move |(at, item)| Some(Node { members: item.as_object()?, path: format!("{path}/{at}") }))
    }

    /// Remarks on lists of this object that are longer than what is read of them.
    pub(super) fn tell_of_long_lists(&self, remarks: &mut Remarks) {
        for (field, value) in self.members {
            if value.as_array().is_some_and(|items| items.len() > MOST_ITEMS) {
                remarks.tell(self.path(field), format!("has more than {MOST_ITEMS} items; the rest is not read"));
            }
        }
    }

    pub(super) fn object(&self, field: &str) -> Option<Node<'a>> {
        Some(Node { members: self.members.get(field)?.as_object()?, path: self.path(field) })
    }

    /// What is said here in our own taxonomy.
    pub(super) fn facts(&self) -> Facts<'a> {
        Facts::of(self.members)
    }
}

/// An instant as RFC 3339 has it, without offset as UTC, or a date as its first instant.
pub(super) fn instant(text: &str) -> Option<DateTime<Utc>> {
    let utc = |naive: NaiveDateTime| naive.and_utc();
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.with_timezone(&Utc))
        .ok()
        .or_else(|| text.parse::<NaiveDateTime>().ok().map(utc))
        .or_else(|| text.parse::<NaiveDate>().ok().and_then(|date| date.and_hms_opt(0, 0, 0)).map(utc))
}

/// A placeholder that a form asked for, where nothing was to say.
pub(super) fn is_placeholder(text: &str) -> bool {
    const PLACEHOLDERS: [&str; 9] =
        ["not stated", "not known", "unknown", "n/a", "na", "none", "null", "not applicable", "-"];
    PLACEHOLDERS.iter().any(|placeholder| text.eq_ignore_ascii_case(placeholder))
}

/// Each value once, in the order of first appearance.
pub(super) fn once<T: Clone + Eq + std::hash::Hash>(values: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut seen = HashSet::new();
    values.into_iter().filter(|value| seen.insert(value.clone())).collect()
}
