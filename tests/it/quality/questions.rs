//! The questions as the files have them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Where the text goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    OwnWords,
    Search,
}

/// Where somebody lives: in the country travel decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Setting {
    Urban,
    Rural,
}

#[derive(Clone, Debug, Deserialize)]
struct File {
    question: Vec<Question>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Question {
    pub(crate) id: String,
    half: String,
    #[serde(rename = "asked_by")]
    _asked_by: String,
    setting: Setting,
    pub(crate) kind: Kind,
    pub(crate) text: String,
    pub(crate) place: Option<String>,
    within_km: Option<f64>,
    at: String,
    #[serde(default)]
    when: Vec<BTreeMap<String, Value>>,
    #[serde(default)]
    circumstances: Map<String, Value>,
    pub(crate) needs_meant: BTreeSet<String>,
    pub(crate) needs_wrong: BTreeSet<String>,
    #[serde(default)]
    says: Map<String, Value>,
    #[serde(rename = "feed")]
    _feed: Option<String>,
    /// Ids of services that belong in the first five.
    pub(crate) must: Vec<String>,
    pub(crate) may: BTreeSet<String>,
    pub(crate) must_not: BTreeSet<String>,
    #[serde(default)]
    pub(crate) must_not_for_area: BTreeSet<String>,
    #[serde(rename = "why")]
    _why: String,
}

/// Reads a file; `id` makes the id of a service from what the file calls it.
pub(crate) fn read(text: &str, id: impl Fn(&str) -> String) -> Vec<Question> {
    let file: File = toml::from_str(text).unwrap();
    let ids = |keys: BTreeSet<String>| keys.iter().map(|key| id(key)).collect();
    file.question
        .into_iter()
        .map(|question| Question {
            must: question.must.iter().map(|key| id(key)).collect(),
            may: ids(question.may.clone()),
            must_not: ids(question.must_not.clone()),
            must_not_for_area: ids(question.must_not_for_area.clone()),
            ..question
        })
        .collect()
}

impl Question {
    pub(crate) fn is_dev(&self) -> bool {
        self.half == "dev"
    }

    pub(crate) fn is_rural(&self) -> bool {
        self.setting == Setting::Rural
    }

    /// How far is looked, in kilometres.
    pub(crate) fn within_km(&self) -> f64 {
        self.within_km.unwrap_or(10.0)
    }

    /// The question as a client puts it; `perfectly` gives what the text says as if every word had been understood.
    pub(crate) fn input(&self, perfectly: bool) -> Value {
        let mut input = json!({ "at": self.at });
        if let Some(place) = &self.place {
            input["where"] = json!({ "place": place, "withinKm": self.within_km() });
        }
        let when: Vec<Value> = self.when.iter().map(|when| camel(when.clone().into_iter().collect())).collect();
        input["when"] = json!(when);
        let mut ticked = self.circumstances.clone();
        match self.kind {
            Kind::Search => input["search"] = json!(self.text),
            Kind::OwnWords if perfectly => {
                input["needs"] = json!(self.needs_meant);
                for (key, value) in &self.says {
                    ticked.entry(key.clone()).or_insert_with(|| value.clone());
                }
            }
            Kind::OwnWords => input["text"] = json!(self.text),
        }
        if !ticked.is_empty() {
            input["circumstances"] = camel(ticked);
        }
        input
    }
}

/// Names as the schema writes them, and closed sets in capitals; languages are tags and stay as they are.
fn camel(table: Map<String, Value>) -> Value {
    let name = |snake: &str| {
        let mut parts = snake.split('_');
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |name, part| name + &part[..1].to_uppercase() + &part[1..])
    };
    let spelt = |value: Value| match value {
        Value::String(word) if word.contains(':') => Value::String(word),
        Value::String(word) => Value::String(word.to_uppercase()),
        Value::Array(words) => words
            .into_iter()
            .map(|word| word.as_str().map_or_else(|| word.clone(), |word| json!(word.to_uppercase())))
            .collect(),
        other => other,
    };
    let of = |(key, value): (String, Value)| {
        let value = if key == "languages" { value } else { spelt(value) };
        (name(&key), value)
    };
    Value::Object(table.into_iter().map(of).collect())
}
