//! What is said of a service user when something is recorded.

use std::collections::BTreeMap;

use async_graphql::{ID, InputObject, OneofObject, Result};

use super::enums::FlagKind;
use super::records::PersonSubstanceUse;
use crate::agreements::graphql::enums::DataCategory;
use crate::api::breaks::plain_breaks;
use crate::api::errors::bad_input;
use crate::api::ids::NodeId;
use crate::api::scalars::Date;
use crate::directory::graphql::life_enums::{Characteristic, Gender, OffenceType};
use crate::directory::graphql::listing_enums::AccessFeature;
use crate::directory::needs::NeedList;
use crate::people::contents::circumstances::{Said, SubstanceUse};
use crate::people::contents::personal::Identifier;
use crate::people::contents::work::Answer;
use crate::people::contents::{Assessment, Contact, Contents, Flag, Identity, Need, Note, PersonAround};

/// A number by which others know somebody.
#[derive(Clone, InputObject)]
pub struct PersonIdentifierInput {
    /// Whose number it is: "NHS number", "prison number". At most 100 characters.
    pub scheme: String,
    /// The number: a letter or a digit at the least. At most 100 characters.
    pub value: String,
}

/// Who somebody is.
#[derive(Clone, InputObject)]
pub struct PersonIdentityInput {
    /// First names, as they are written: all names together show a letter or a digit. At most 100 characters.
    pub given_names: String,
    /// Family name; empty where there is none. At most 100 characters.
    #[graphql(default)]
    pub family_name: String,
    /// What they want to be called; null where that is their first name.
    pub known_as: Option<String>,
    /// Date of birth, from 1900 until today; null where nobody knows.
    pub born_on: Option<Date>,
    /// Numbers by which others know them, 50 at the most.
    #[graphql(default)]
    pub identifiers: Vec<PersonIdentifierInput>,
}

impl From<PersonIdentityInput> for Identity {
    fn from(input: PersonIdentityInput) -> Self {
        let identifier = |it: PersonIdentifierInput| Identifier { scheme: it.scheme, value: it.value };
        Self {
            given_names: input.given_names,
            family_name: input.family_name,
            known_as: input.known_as,
            born_on: input.born_on.map(|date| date.0),
            identifiers: input.identifiers.into_iter().map(identifier).collect(),
        }
    }
}

/// How to reach somebody; one way at least.
#[derive(Clone, InputObject)]
pub struct PersonContactInput {
    /// Telephone number.
    pub telephone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Lines of the address.
    #[graphql(default)]
    pub address_lines: Vec<String>,
    /// Postcode.
    pub postcode: Option<String>,
    /// What to mind: "text first", "never leave a message".
    pub safe_to: Option<String>,
}

/// What somebody's life is like. What is left out was not said. Each part is kept in its own category: gender and languages
/// in EQUALITY, drink and drugs in SUBSTANCE_USE, offences in OFFENDING, access in PHYSICAL_HEALTH, characteristics where
/// each belongs. In each category that something is said of, it replaces what the agency said before.
#[derive(Clone, InputObject)]
pub struct PersonCircumstancesInput {
    /// Gender.
    pub gender: Option<Gender>,
    /// Drink and drugs.
    pub substance_use: Option<PersonSubstanceUse>,
    /// The day of the last use; only beside `substanceUse: ABSTINENT`.
    pub abstinent_since: Option<Date>,
    /// Offences that a service may ask about; an empty list says: none.
    pub offences: Option<Vec<OffenceType>>,
    /// What holds of them.
    #[graphql(default)]
    pub has: Vec<Characteristic>,
    /// What was said not to hold of them.
    #[graphql(default)]
    pub has_not: Vec<Characteristic>,
    /// Languages spoken well enough for an appointment, as BCP 47 tags.
    #[graphql(default)]
    pub languages: Vec<String>,
    /// What they need in order to come at all.
    #[graphql(default)]
    pub access: Vec<AccessFeature>,
}

/// Something that somebody wants help with. Of each need an agency says once how urgent it is.
#[derive(Clone, InputObject)]
pub struct PersonNeedInput {
    /// The need: its key (`housing.emergency`) or its id.
    pub need: ID,
    /// How urgent it is to them, from 1, the most urgent, to 5.
    #[graphql(default = 3)]
    pub priority: i32,
    /// What there is to say of it, in at most 200 characters.
    pub remark: Option<String>,
}

/// An answer of an assessment.
#[derive(Clone, InputObject)]
pub struct AssessmentAnswerInput {
    /// What was asked.
    pub question: String,
    /// What was answered.
    pub answer: String,
}

/// What somebody found out in a structured way.
#[derive(Clone, InputObject)]
pub struct AssessmentInput {
    /// The category that it belongs to, and by which it is shared.
    pub category: DataCategory,
    /// What was used: "Outcomes Star", "AUDIT", "initial assessment".
    pub tool: String,
    /// The day of it.
    pub assessed_on: Date,
    /// What it comes to.
    pub summary: Option<String>,
    /// What was asked, and answered; 50 at the most.
    #[graphql(default)]
    pub answers: Vec<AssessmentAnswerInput>,
}

/// What everybody who meets somebody has to mind.
#[derive(Clone, InputObject)]
pub struct FlagInput {
    /// What it is about.
    pub kind: FlagKind,
    /// What to mind.
    pub text: String,
    /// When it is to be looked at again; null where nobody says.
    pub review_on: Option<Date>,
}

/// A note.
#[derive(Clone, InputObject)]
pub struct NoteInput {
    /// What it says, in at most 10,000 characters with its line breaks.
    pub text: String,
}

/// Somebody around a service user.
#[derive(Clone, InputObject)]
pub struct PersonAroundInput {
    /// Their name.
    pub name: String,
    /// Who they are to the service user: "mother", "probation officer".
    pub relation: String,
    /// How to reach them.
    pub telephone: Option<String>,
    /// Whether they look after the service user, unpaid.
    #[graphql(default)]
    pub is_carer: bool,
    /// What there is to know: "may be told of appointments".
    pub remark: Option<String>,
}

/// What is recorded: exactly one of these.
#[derive(Clone, OneofObject)]
pub enum RecordContentsInput {
    /// Who they are; replaces what the agency said before.
    Identity(PersonIdentityInput),
    /// How to reach them; replaces what the agency said before.
    Contact(PersonContactInput),
    /// What their life is like; replaces what the agency said before, category by category.
    Circumstances(PersonCircumstancesInput),
    /// Something they want help with; replaces what the agency said before of the same need.
    Need(PersonNeedInput),
    /// What was found out.
    Assessment(AssessmentInput),
    /// What everybody who meets them has to mind.
    Flag(FlagInput),
    /// A note.
    Note(NoteInput),
    /// Somebody around them.
    PersonAround(PersonAroundInput),
}

impl PersonCircumstancesInput {
    fn checked(self, within: &str) -> Result<Said> {
        let since = self.abstinent_since.map(|date| date.0);
        let substance_use = match self.substance_use {
            Some(PersonSubstanceUse::Abstinent) => Some(SubstanceUse::Abstinent { since }),
            Some(_) | None if since.is_some() => {
                let message = "The day of the last use goes with `substanceUse: ABSTINENT` only.";
                return Err(bad_input(format!("{within}.abstinentSince"), message));
            }
            Some(PersonSubstanceUse::Using) => Some(SubstanceUse::Using),
            Some(PersonSubstanceUse::Never) => Some(SubstanceUse::Never),
            None => None,
        };
        let mut characteristics = BTreeMap::new();
        characteristics.extend(self.has.into_iter().map(|which| (which.into(), true)));
        for which in self.has_not {
            if characteristics.insert(which.into(), false) == Some(true) {
                let message = "The same thing was said to hold and not to hold.";
                return Err(bad_input(format!("{within}.hasNot"), message));
            }
        }
        Ok(Said {
            gender: self.gender.map(Into::into),
            substance_use,
            offences: self.offences.map(|offences| offences.into_iter().map(Into::into).collect()),
            characteristics,
            languages: self.languages,
            access: self.access.into_iter().map(Into::into).collect(),
        })
    }
}

/// The key of a need, by its key or its id.
pub(super) fn need_key(list: &NeedList, field: &str, id: &ID) -> Result<String> {
    let key = match NodeId::decode(id) {
        Some(NodeId::Need(key)) => key,
        Some(_) | None => id.to_string(),
    };
    if list.need(&key).is_some() {
        return Ok(key);
    }
    let near = list.suggest(&key);
    let hint = if near.is_empty() { String::new() } else { format!(" Did you mean {}?", near.join(" or ")) };
    Err(bad_input(field, format!("There is no such need; `needs` lists them all.{hint}")))
}

impl RecordContentsInput {
    /// What it says; circumstances are parted by category.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` naming the field and what would be right.
    pub(super) fn into_contents(self, list: &NeedList, within: &str) -> Result<Vec<Contents>> {
        Ok(vec![match self {
            Self::Identity(input) => Contents::Identity(input.into()),
            Self::Contact(input) => {
                let PersonContactInput { telephone, email, address_lines, postcode, safe_to } = input;
                Contents::Contact(Contact { telephone, email, address_lines, postcode, safe_to })
            }
            Self::Circumstances(input) => {
                let field = format!("{within}.circumstances");
                let parts = input.checked(&field)?.by_category();
                if parts.is_empty() {
                    return Err(bad_input(field, "It says nothing: fill something in."));
                }
                return Ok(parts.into_iter().map(Contents::Circumstances).collect());
            }
            Self::Need(input) => Contents::Need(Need {
                key: need_key(list, &format!("{within}.need.need"), &input.need)?,
                priority: input.priority,
                remark: input.remark,
            }),
            Self::Assessment(input) => Contents::Assessment(Assessment {
                category: input.category.into(),
                tool: input.tool,
                assessed_on: input.assessed_on.0,
                summary: input.summary.as_deref().map(plain_breaks),
                answers: input
                    .answers
                    .into_iter()
                    .map(|it| Answer { question: it.question, answer: plain_breaks(&it.answer) })
                    .collect(),
            }),
            Self::Flag(input) => Contents::Flag(Flag {
                of: input.kind.into(),
                text: plain_breaks(&input.text),
                review_on: input.review_on.map(|date| date.0),
            }),
            Self::Note(input) => Contents::Note(Note { text: plain_breaks(&input.text) }),
            Self::PersonAround(input) => {
                let PersonAroundInput { name, relation, telephone, is_carer, remark } = input;
                Contents::PersonAround(PersonAround { name, relation, telephone, is_carer, remark })
            }
        }])
    }

    /// The name of the field that was given.
    pub(super) const fn field(&self) -> &'static str {
        match self {
            Self::Identity(_) => "identity",
            Self::Contact(_) => "contact",
            Self::Circumstances(_) => "circumstances",
            Self::Need(_) => "need",
            Self::Assessment(_) => "assessment",
            Self::Flag(_) => "flag",
            Self::Note(_) => "note",
            Self::PersonAround(_) => "personAround",
        }
    }
}
