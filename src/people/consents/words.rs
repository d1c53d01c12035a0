//! The words that are read to a service user before they say yes or no. They are data, `data/consent.toml`. Pure.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use entity::enums::{ConsentKind, DataCategory, Purpose};
use entity::instants::Millis;
use serde::Deserialize;

use super::asked::Asked;
use crate::hours::london;

/// The words that come with Signpost.
static EMBEDDED: LazyLock<Result<Words, toml::de::Error>> =
    LazyLock::new(|| toml::from_str(include_str!("../../../data/consent.toml")));

/// The key of the text on which data is shared.
pub const SHARING: &str = "sharing";

/// All words.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// The texts, in versions.
    pub text: Vec<Text>,
    /// What each category is called.
    pub categories: BTreeMap<DataCategory, String>,
    /// What each purpose is called.
    pub purposes: BTreeMap<Purpose, String>,
}

/// A version of a text.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Its key.
    pub key: String,
    /// Its number, from 1.
    pub version: i32,
    /// What stands above it.
    pub title: String,
    /// What is said of a permit.
    pub permit: Vec<String>,
    /// What is said of a denial.
    pub deny: Vec<String>,
    /// What everybody may do, whatever they say.
    pub rights: Vec<String>,
}

/// A text as it is read to somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// Its key.
    pub key: String,
    /// Its version.
    pub version: i32,
    /// What stands above it.
    pub title: String,
    /// Its paragraphs, in their order.
    pub paragraphs: Vec<String>,
}

/// The words that come with Signpost.
///
/// # Errors
/// They are not of their form, which a test rules out.
pub fn embedded() -> Result<&'static Words, String> {
    EMBEDDED.as_ref().map_err(ToString::to_string)
}

/// "a", "a; and b", "a; b; and c": what is listed may hold an "and" itself.
fn listed(all: &[String]) -> String {
    match all {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] => format!("{}; and {last}", before.join("; ")),
    }
}

/// A day as it is said.
fn day(at: Millis) -> String {
    london(at.to_utc()).date().format("%-d %B %Y").to_string()
}

impl Words {
    /// The newest version of a text.
    #[must_use]
    pub fn newest(&self, key: &str) -> Option<&Text> {
        self.text.iter().filter(|text| text.key == key).max_by_key(|text| text.version)
    }

    /// What is read to somebody of whom this is asked, where the agencies are called so, in their order.
    #[must_use]
    pub fn read(&self, text: &Text, asked: &Asked, agencies: &[String]) -> Read {
        let name = |words: Option<&String>| words.cloned().unwrap_or_default();
        let things: Vec<String> = asked.categories.iter().map(|it| name(self.categories.get(it))).collect();
        let reasons: Vec<String> = asked.purposes.iter().map(|it| name(self.purposes.get(it))).collect();
        let until = asked.until.map_or_else(|| "you change it".to_owned(), |until| day(Millis(until)));
        let said = match asked.kind {
            ConsentKind::Permit => &text.permit,
            ConsentKind::Deny => &text.deny,
        };
        let fill = |paragraph: &String| {
            paragraph
                .replace("{agencies}", &listed(agencies))
                .replace("{things}", &listed(&things))
                .replace("{reasons}", &listed(&reasons))
                .replace("{until}", &until)
        };
        Read {
            key: text.key.clone(),
            version: text.version,
            title: text.title.clone(),
            paragraphs: said.iter().chain(&text.rights).map(fill).collect(),
        }
    }
}
