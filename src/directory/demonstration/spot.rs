//! Where a value stands, and the checks that name it when they refuse.

use std::collections::BTreeSet;

use super::terms_text::{area, is_key};
use super::{DemonstrationError, wrong};
use crate::directory::listing::Area;

/// What everything here answers.
pub(super) type Result<T> = std::result::Result<T, DemonstrationError>;

/// Gives the ONS code of the local authority of an exact name.
pub(super) type Authorities<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Where in which file a value stands.
pub(super) struct Spot<'a> {
    pub(super) file: &'a str,
    /// Empty, or `service evening-drop-in: ` and the like.
    pub(super) within: String,
}

impl Spot<'_> {
    pub(super) fn wrong(&self, field: &str, reason: impl Into<String>) -> DemonstrationError {
        wrong(self.file, &format!("{}{field}", self.within), reason.into())
    }

    /// Refuses unless `holds`.
    pub(super) fn check(&self, holds: bool, field: &str, reason: impl Fn() -> String) -> Result<()> {
        if holds { Ok(()) } else { Err(self.wrong(field, reason())) }
    }

    pub(super) fn check_key(&self, key: &str) -> Result<()> {
        self.check(is_key(key), "key", || {
            format!("`{key}`: write small letters, digits and hyphens, as `evening-drop-in`")
        })
    }

    pub(super) fn check_filled(&self, field: &str, text: &str) -> Result<()> {
        self.check(!text.trim().is_empty(), field, || "must not be empty".to_owned())
    }

    /// Reads a list of texts of one grammar, each giving some rows.
    pub(super) fn each<T>(
        &self,
        field: &str,
        texts: &[String],
        parse: impl Fn(&str) -> std::result::Result<Vec<T>, String>,
    ) -> Result<Vec<T>> {
        let mut all = Vec::new();
        for text in texts {
            all.extend(parse(text).map_err(|reason| self.wrong(field, reason))?);
        }
        Ok(all)
    }

    pub(super) fn areas(&self, texts: &[String], resolve_authority: Authorities<'_>) -> Result<Vec<Area>> {
        self.each("areas", texts, |text| area(text, resolve_authority).map(|area| vec![area]))
    }

    pub(super) fn check_unrepeated<T: Ord>(&self, field: &str, values: &[T]) -> Result<()> {
        let unique: BTreeSet<&T> = values.iter().collect();
        self.check(unique.len() == values.len(), field, || "a value stands there twice; write it once".to_owned())
    }
}
