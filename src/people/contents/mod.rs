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
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

pub use self::circumstances::Circumstances;
pub use self::personal::{Contact, Identity, PersonAround};
pub use self::work::{Assessment, Flag, Need, Note};
use crate::api::breaks::plain_breaks;
use crate::post::{is_invisible, is_unseen, shows};

/// Longest name, in characters.
pub const LONGEST_NAME: usize = 100;
/// Longest line: an address, a number, an identifier.
pub const LONGEST_LINE: usize = 200;
/// Longest note, in characters; line breaks are some.
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

/// A line of text that says something, and shows it.
pub(crate) fn filled(field: &'static str, text: &str, most: usize) -> Result<(), Wrong> {
    line(field, text, most)?;
    if text.is_empty() {
        return Err(Wrong::new(field, "It is empty: leave it out, or fill it in."));
    }
    if !shows(text) {
        return Err(Wrong::new(field, "It shows nothing: leave it out, or fill it in."));
    }
    Ok(())
}

/// Whether a text shows a letter or a digit at the least, as somebody is found by them. Some letters show nothing.
pub(crate) fn is_readable(text: &str) -> bool {
    text.nfkd().any(|sign| sign.is_alphanumeric() && !is_invisible(sign) && !is_combining_mark(sign))
}

/// A name by which something is told from others: it shows a letter or a digit at the least.
pub(crate) fn named(field: &'static str, text: &str, most: usize) -> Result<(), Wrong> {
    filled(field, text, most)?;
    readable(field, text)
}

fn readable(field: &'static str, name: &str) -> Result<(), Wrong> {
    if is_readable(name) {
        return Ok(());
    }
    Err(Wrong::new(field, "It shows no letter and no digit: give a name that can be read."))
}

/// A line that says something where it is there at all.
pub(crate) fn if_any(field: &'static str, text: Option<&String>, most: usize) -> Result<(), Wrong> {
    text.map_or(Ok(()), |text| filled(field, text, most))
}

/// A text of several lines that says something, as it is to be kept: with plain line breaks.
pub(crate) fn paragraphs(field: &'static str, text: &str) -> Result<String, Wrong> {
    let text = plain_breaks(text);
    said(field, &text)?;
    Ok(text)
}

/// That a text of several lines, with plain line breaks, says something.
fn said(field: &'static str, text: &str) -> Result<(), Wrong> {
    if text.chars().count() > LONGEST_NOTE {
        return Err(Wrong::new(field, format!("It has more than {LONGEST_NOTE} characters.")));
    }
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

    /// Holds it against its form, on a day. Line breaks are plain by then: others are refused.
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
            Self::Note(note) => said("text", &note.text),
            Self::PersonAround(person) => person.check(),
        }
    }
}
