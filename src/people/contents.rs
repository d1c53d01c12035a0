//! What a row about a service user says, and of what form it must be. Pure.

use std::fmt;

use chrono::NaiveDate;
use entity::enums::{DataCategory, RecordKind};
use serde::{Deserialize, Serialize};

/// Longest name, in characters.
const LONGEST_NAME: usize = 100;
/// Longest line: an address, a number, an identifier.
const LONGEST_LINE: usize = 200;
/// Longest note, in characters.
const LONGEST_NOTE: usize = 10_000;
/// Most lines of an address, identifiers, ways to be reached.
const MOST: usize = 10;

/// What a row says. Printed, it shows only what it is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Contents {
    /// Who they are.
    Identity(Identity),
    /// How to reach them.
    Contact(Contact),
    /// A note.
    Note(Note),
}

/// Who somebody is.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// First names, as they are written.
    pub given_names: String,
    /// Family name; empty where there is none.
    pub family_name: String,
    /// What they want to be called; absent where that is their first name.
    pub known_as: Option<String>,
    /// Date of birth; absent where nobody knows.
    pub born_on: Option<NaiveDate>,
}

/// How to reach somebody.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Telephone number, as it was given.
    pub telephone: Option<String>,
    /// E-mail address, as it was given.
    pub email: Option<String>,
    /// Lines of the address.
    pub address_lines: Vec<String>,
    /// What to mind: "text first", "never leave a message".
    pub safe_to: Option<String>,
}

/// A note.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// What it says.
    pub text: String,
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
    pub field: &'static str,
    /// What is wrong.
    pub message: String,
}

fn line(field: &'static str, text: &str, most: usize) -> Result<(), Wrong> {
    let wrong = |message: String| Err(Wrong { field, message });
    if text.chars().count() > most {
        return wrong(format!("It has more than {most} characters."));
    }
    if text.chars().any(char::is_control) {
        return wrong("It holds signs that can't be seen: leave them out.".to_owned());
    }
    if text.trim() != text {
        return wrong("It begins or ends with blanks: leave them out.".to_owned());
    }
    Ok(())
}

fn filled(field: &'static str, text: &str, most: usize) -> Result<(), Wrong> {
    line(field, text, most)?;
    if text.is_empty() {
        return Err(Wrong { field, message: "It is empty: leave it out, or fill it in.".to_owned() });
    }
    Ok(())
}

impl Contents {
    /// What it is.
    #[must_use]
    pub const fn kind(&self) -> RecordKind {
        match self {
            Self::Identity(_) => RecordKind::Identity,
            Self::Contact(_) => RecordKind::Contact,
            Self::Note(_) => RecordKind::Note,
        }
    }

    /// The category that it belongs to.
    #[must_use]
    pub const fn category(&self) -> DataCategory {
        match self {
            Self::Identity(_) => DataCategory::Identity,
            Self::Contact(_) => DataCategory::Contact,
            Self::Note(_) => DataCategory::CaseNotes,
        }
    }

    /// Holds it against its form, on a day.
    ///
    /// # Errors
    /// The first field that is wrong.
    pub fn check(&self, today: NaiveDate) -> Result<(), Wrong> {
        match self {
            Self::Identity(identity) => {
                filled("givenNames", &identity.given_names, LONGEST_NAME)?;
                line("familyName", &identity.family_name, LONGEST_NAME)?;
                identity.known_as.as_ref().map_or(Ok(()), |name| filled("knownAs", name, LONGEST_NAME))?;
                let old = |born: NaiveDate| today.years_since(born).is_some_and(|years| years <= 130);
                match identity.born_on {
                    Some(born) if !old(born) => Err(Wrong {
                        field: "bornOn",
                        message: "It is no date of birth of anybody alive: give one from the last 130 years."
                            .to_owned(),
                    }),
                    Some(_) | None => Ok(()),
                }
            }
            Self::Contact(contact) => {
                let given =
                    [("telephone", &contact.telephone), ("email", &contact.email), ("safeTo", &contact.safe_to)];
                for (field, text) in given {
                    text.as_ref().map_or(Ok(()), |text| filled(field, text, LONGEST_LINE))?;
                }
                if contact.address_lines.len() > MOST {
                    return Err(Wrong { field: "addressLines", message: format!("There are more than {MOST} lines.") });
                }
                contact.address_lines.iter().try_for_each(|text| filled("addressLines", text, LONGEST_LINE))?;
                if given.iter().all(|(_, text)| text.is_none()) && contact.address_lines.is_empty() {
                    return Err(Wrong {
                        field: "telephone",
                        message: "There is no way to reach them in it.".to_owned(),
                    });
                }
                Ok(())
            }
            Self::Note(note) => {
                let without_breaks: String = note.text.chars().filter(|sign| !"\n\t".contains(*sign)).collect();
                filled("text", &without_breaks, LONGEST_NOTE)
            }
        }
    }
}
