//! Who somebody is, how to reach them, who is around them. Pure.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{LONGEST_LINE, LONGEST_NAME, MOST, Wrong, filled, if_any, is_readable, named, readable};
use crate::api::scalars::FIRST_YEAR;

/// Most lines of an address.
const MOST_LINES: usize = 10;

/// Who somebody is.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// First names, as they are written.
    pub given_names: String,
    /// Family name; empty where there is none. Whoever has but one name may have a dot or a dash for the other.
    pub family_name: String,
    /// What they want to be called; absent where that is their first name.
    pub known_as: Option<String>,
    /// Date of birth; absent where nobody knows.
    pub born_on: Option<NaiveDate>,
    /// Numbers by which others know them.
    #[serde(default)]
    pub identifiers: Vec<Identifier>,
}

/// A number by which others know somebody.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identifier {
    /// Whose number it is: "NHS number", "prison number".
    pub scheme: String,
    /// The number.
    pub value: String,
}

impl Identity {
    /// What they go by: what they want to be called, and the family name.
    #[must_use]
    pub fn name(&self) -> String {
        let first = self.known_as.as_deref().unwrap_or(&self.given_names);
        format!("{first} {}", self.family_name).trim_end().to_owned()
    }

    pub(super) fn check(&self, today: NaiveDate) -> Result<(), Wrong> {
        filled("givenNames", &self.given_names, LONGEST_NAME)?;
        if !self.family_name.is_empty() {
            filled("familyName", &self.family_name, LONGEST_NAME)?;
        }
        self.known_as.as_ref().map_or(Ok(()), |name| named("knownAs", name, LONGEST_NAME))?;
        let known_as = self.known_as.as_deref().unwrap_or_default();
        readable("givenNames", &format!("{} {} {known_as}", self.given_names, self.family_name))?;
        let believed = |born: NaiveDate| born.year() >= FIRST_YEAR && born <= today;
        if self.born_on.is_some_and(|born| !believed(born)) {
            let message = format!("It is no date of birth of anybody alive: give one from {FIRST_YEAR} until today.");
            return Err(Wrong::new("bornOn", message));
        }
        if self.identifiers.len() > MOST {
            return Err(Wrong::new("identifiers", format!("There are more than {MOST}.")));
        }
        self.identifiers.iter().try_for_each(|identifier| {
            named("identifiers.scheme", &identifier.scheme, LONGEST_NAME)?;
            filled("identifiers.value", &identifier.value, LONGEST_NAME)?;
            // By what has neither nobody would ever be found.
            if is_readable(&identifier.value) {
                return Ok(());
            }
            Err(Wrong::new("identifiers.value", "It has neither a letter nor a digit."))
        })
    }
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
    /// Postcode, as it was given.
    #[serde(default)]
    pub postcode: Option<String>,
    /// What to mind: "text first", "never leave a message".
    pub safe_to: Option<String>,
}

impl Contact {
    pub(super) fn check(&self) -> Result<(), Wrong> {
        let given = [
            ("telephone", &self.telephone),
            ("email", &self.email),
            ("postcode", &self.postcode),
            ("safeTo", &self.safe_to),
        ];
        given.iter().try_for_each(|(field, text)| if_any(field, text.as_ref(), LONGEST_LINE))?;
        if self.address_lines.len() > MOST_LINES {
            return Err(Wrong::new("addressLines", format!("There are more than {MOST_LINES} lines.")));
        }
        self.address_lines.iter().try_for_each(|text| filled("addressLines", text, LONGEST_LINE))?;
        if given.iter().all(|(_, text)| text.is_none()) && self.address_lines.is_empty() {
            return Err(Wrong::new("telephone", "There is no way to reach them in it."));
        }
        Ok(())
    }
}

/// Somebody around a service user.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonAround {
    /// Their name.
    pub name: String,
    /// Who they are to the service user: "mother", "probation officer".
    pub relation: String,
    /// How to reach them.
    pub telephone: Option<String>,
    /// Whether they look after the service user, unpaid.
    pub is_carer: bool,
    /// What there is to know: "may be told of appointments".
    pub remark: Option<String>,
}

impl PersonAround {
    pub(super) fn check(&self) -> Result<(), Wrong> {
        named("name", &self.name, LONGEST_NAME)?;
        filled("relation", &self.relation, LONGEST_NAME)?;
        if_any("telephone", self.telephone.as_ref(), LONGEST_LINE)?;
        if_any("remark", self.remark.as_ref(), LONGEST_LINE)
    }
}
