//! Languages as questions name them.

use async_graphql::Result;

use super::filters::check_entries;
use crate::api::errors::bad_input;

/// Longest tag, in characters.
const LONGEST: usize = 35;

/// Checks languages of a question: how many, and that each is written as one.
///
/// # Errors
/// `BAD_USER_INPUT` naming the entry.
pub fn check_languages(field: &str, tags: &[String]) -> Result<()> {
    check_entries(field, tags.len())?;
    let letters = |part: &str| !part.is_empty() && part.len() <= 8 && part.chars().all(|c| c.is_ascii_alphanumeric());
    match tags.iter().position(|tag| tag.len() > LONGEST || !tag.split('-').all(letters)) {
        None => Ok(()),
        Some(index) => {
            let right = "A language is written as a BCP 47 tag: `en`, `ur`, `zh-Hant`.";
            Err(bad_input(format!("{field}[{index}]"), right))
        }
    }
}

/// The language of a tag, without script and region.
pub(super) fn primary(tag: &str) -> String {
    tag.split('-').next().unwrap_or_default().to_ascii_lowercase()
}
