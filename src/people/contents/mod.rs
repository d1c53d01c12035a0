//! What a row about a service user says, and of what form it must be. Pure.
//!
//! | module | what |
//! |---|---|
//! | [`personal`] | who they are, how to reach them, who is around them |
//! | [`circumstances`] | what signposting asks about, each part in its category |
//! | [`work`] | what workers find and write: needs, assessments, flags, notes |
//!
//! To add a kind: a variant here and of `RecordKind`, its struct in the module where it belongs, its checks beside it.

pub mod circumstances;
pub mod personal;
pub mod work;

use std::fmt;

use chrono::NaiveDate;
use entity::enums::{DataCategory, RecordKind};
use serde::{Deserialize, Serialize};

pub use self::circumstances::Circumstances;
pub use self::personal::{Contact, Identity, PersonAround};
pub use self::work::{Assessment, Flag, Need, Note};
use crate::post::is_invisible;

/// Longest name, in characters.
pub const LONGEST_NAME: usize = 100;
/// Longest line: an address, a number, an identifier.
pub const LONGEST_LINE: usize = 200;
/// Longest note, in characters.
pub const LONGEST_NOTE: usize = 10_000;
/// Most lines of an address, identifiers, answers of an assessment.
pub const MOST: usize = 50;

/// What a row says. Printed, it shows only what it is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Contents {
    /// Who they are.
    Identity(Identity),
    /// How to reach them.
    Contact(Contact),
    /// What signposting asks about.
    Circumstances(Circumstances),
    /// Something they want help with.
    Need(Need),
    /// What somebody found out, in a structured way.
    Assessment(Assessment),
    /// What everybody who meets them has to mind.
    Flag(Flag),
    /// A note.
    Note(Note),
    /// Somebody around them.
    PersonAround(PersonAround),
}

impl fmt::Debug for Contents {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Contents::{:?}(..)", self.kind())
    }
}

/// What is wrong, and what would be right; never what was given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct Wrong {
    /// The field.
    pub field: String,
    /// What is wrong.
    pub message: String,
}

impl Wrong {
    pub(crate) fn new(field: &'static str, message: impl Into<String>) -> Self {
        Self { field: field.to_owned(), message: message.into() }
    }
}

/// Whether a sign shows nothing itself, and can make others read as something else: blanks without width, changes of the
/// direction, tags. Joiners stay, for Persian and the scripts of India are written with them.
fn is_unseen(sign: char) -> bool {
    matches!(
        sign,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    )
}

/// A line of text, which may be empty.
pub(crate) fn line(field: &'static str, text: &str, most: usize) -> Result<(), Wrong> {
    if text.chars().count() > most {
        return Err(Wrong::new(field, format!("It has more than {most} characters.")));
    }
    if text.chars().any(|sign| sign.is_control() || is_unseen(sign)) {
        return Err(Wrong::new(field, "It holds signs that can't be seen: leave them out."));
    }
    if text.trim() != text {
        return Err(Wrong::new(field, "It begins or ends with blanks: leave them out."));
    }
    Ok(())
}

/// A line of text that says something.
pub(crate) fn filled(field: &'static str, text: &str, most: usize) -> Result<(), Wrong> {
    line(field, text, most)?;
    if text.is_empty() {
        return Err(Wrong::new(field, "It is empty: leave it out, or fill it in."));
    }
    Ok(())
}

/// A name by which something is told from others: it shows a letter or a digit at the least. Some letters show nothing.
pub(crate) fn named(field: &'static str, text: &str, most: usize) -> Result<(), Wrong> {
    filled(field, text, most)?;
    if text.chars().any(|sign| sign.is_alphanumeric() && !is_invisible(sign)) {
        return Ok(());
    }
    Err(Wrong::new(field, "It shows no letter and no digit: give a name that can be read."))
}

/// A line that says something where it is there at all.
pub(crate) fn if_any(field: &'static str, text: Option<&String>, most: usize) -> Result<(), Wrong> {
    text.map_or(Ok(()), |text| filled(field, text, most))
}

/// A text of several lines that says something.
pub(crate) fn paragraphs(field: &'static str, text: &str) -> Result<(), Wrong> {
    let without_breaks: String = text.chars().filter(|sign| !"\n\t".contains(*sign)).collect();
    filled(field, &without_breaks, LONGEST_NOTE)
}

impl Contents {
    /// What it is.
    #[must_use]
    pub const fn kind(&self) -> RecordKind {
        match self {
            Self::Identity(_) => RecordKind::Identity,
            Self::Contact(_) => RecordKind::Contact,
            Self::Circumstances(_) => RecordKind::Circumstances,
            Self::Need(_) => RecordKind::Need,
            Self::Assessment(_) => RecordKind::Assessment,
            Self::Flag(_) => RecordKind::Flag,
            Self::Note(_) => RecordKind::Note,
            Self::PersonAround(_) => RecordKind::PersonAround,
        }
    }

    /// The category that it belongs to.
    #[must_use]
    pub fn category(&self) -> DataCategory {
        match self {
            Self::Identity(_) => DataCategory::Identity,
            Self::Contact(_) => DataCategory::Contact,
            Self::Circumstances(circumstances) => circumstances.category,
            Self::Need(need) => work::category_of(&need.key),
            Self::Assessment(assessment) => assessment.category,
            Self::Flag(flag) => flag.category(),
            Self::Note(_) => DataCategory::CaseNotes,
            Self::PersonAround(_) => DataCategory::Family,
        }
    }

    /// Whether an agency says it once of each service user, in each category: saying it anew replaces what was said.
    #[must_use]
    pub const fn is_said_once(&self) -> bool {
        match self {
            Self::Identity(_) | Self::Contact(_) | Self::Circumstances(_) => true,
            // Of each need once, which goes by its key.
            Self::Need(_) => true,
            Self::Assessment(_) | Self::Flag(_) | Self::Note(_) | Self::PersonAround(_) => false,
        }
    }

    /// Holds it against its form, on a day.
    ///
    /// # Errors
    /// The first field that is wrong.
    pub fn check(&self, today: NaiveDate) -> Result<(), Wrong> {
        match self {
            Self::Identity(identity) => identity.check(today),
            Self::Contact(contact) => contact.check(),
            Self::Circumstances(circumstances) => circumstances.check(today),
            Self::Need(need) => need.check(),
            Self::Assessment(assessment) => assessment.check(today),
            Self::Flag(flag) => flag.check(today),
            Self::Note(note) => paragraphs("text", &note.text),
            Self::PersonAround(person) => person.check(),
        }
    }
}
