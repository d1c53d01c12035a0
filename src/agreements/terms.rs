//! What an agreement says, and of what form it must be. Pure.
//!
//! What is written down beside the flows is what the Information Commissioner's data sharing code of practice (2021) asks
//! for in "Data sharing agreements": who, what for, on which basis and condition, why it is necessary, how long data is kept,
//! how it is kept safe, how rights requests and breaches are handled, when it is reviewed, how it ends.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use entity::enums::{DataCategory, LawfulBasis, PartyRole, Purpose};
use entity::ids::{AgencyId, AgreementId};
use entity::instants::Millis;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::post::{is_unseen, shows};

/// Longest title, in characters.
const LONGEST_TITLE: usize = 200;
/// Longest text of a part, in characters.
const LONGEST_TEXT: usize = 5_000;
/// Most parties, and most flows.
const MOST: usize = 200;
/// Most days for which a relationship that was closed may still count.
const MOST_RELATED_DAYS: i32 = 365;
/// Longest that a version may hold, in days of 24 hours: three years and a leap day. What is agreed is looked at anew then.
const LONGEST_DAYS: i64 = 3 * 365 + 1;

/// Categories that article 9(1) of the UK GDPR protects especially: health, and characteristics.
pub const SPECIAL: &[DataCategory] =
    &[DataCategory::SubstanceUse, DataCategory::MentalHealth, DataCategory::PhysicalHealth, DataCategory::Equality];

/// The category of criminal offences, which article 10 protects.
pub const CRIMINAL: DataCategory = DataCategory::Offending;

/// What is wrong, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct Wrong {
    /// The field.
    pub field: String,
    /// What is wrong.
    pub message: String,
}

impl Wrong {
    pub(crate) fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// What is written down beside the flows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// What it is for, and why it is necessary and proportionate.
    pub necessity: String,
    /// The condition of article 9(2), and of schedule 1 to the Data Protection Act 2018, for special categories; absent
    /// where none flow.
    pub special_category_condition: Option<String>,
    /// The condition of schedule 1 to the Data Protection Act 2018 for criminal offences; absent where none flow.
    pub criminal_offence_condition: Option<String>,
    /// For how long what was received is kept, and what becomes of it.
    pub retention: String,
    /// How it is kept safe.
    pub security: String,
    /// How requests of people for their rights are handled.
    pub rights_requests: String,
    /// Whom to tell of a breach.
    pub breach_contact: String,
    /// How it ends, and what becomes then of what was received.
    pub ending: String,
}

/// A party.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Party {
    /// The agency.
    pub agency: AgencyId,
    /// As what it handles the data.
    pub role: PartyRole,
    /// Whom to ask there about data protection.
    pub contact: String,
}

/// What may flow from one party to another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Flow {
    /// Whose rows.
    pub from: AgencyId,
    /// Who may see them.
    pub to: AgencyId,
    /// On which basis.
    pub basis: LawfulBasis,
    /// The categories.
    pub categories: BTreeSet<DataCategory>,
    /// The purposes.
    pub purposes: BTreeSet<Purpose>,
}

/// All that a version says, and that its parties sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// What it is called.
    pub title: String,
    /// Beside the flows.
    pub document: Document,
    /// Who agrees.
    pub parties: Vec<Party>,
    /// What may flow.
    pub flows: Vec<Flow>,
    /// Until when it holds, exclusive.
    pub expires_at: i64,
    /// By which day it is to be looked at again.
    pub review_on: NaiveDate,
    /// For how many days of 24 hours a relationship that was closed still counts.
    pub related_days: i32,
}

/// That a text, with plain line breaks, says something, and nothing else than it shows to who signs it.
fn text(field: &str, text: &str, most: usize) -> Result<(), Wrong> {
    if text.trim().is_empty() {
        return Err(Wrong::new(field, "It is empty: say it."));
    }
    if text.chars().count() > most {
        return Err(Wrong::new(field, format!("It has more than {most} characters.")));
    }
    if text.chars().any(|sign| (sign.is_control() && sign != '\n') || is_unseen(sign)) {
        return Err(Wrong::new(field, "It holds signs that can't be seen: leave them out."));
    }
    if !shows(text) {
        return Err(Wrong::new(field, "It shows nothing: say it."));
    }
    Ok(())
}

impl Terms {
    /// Holds it against its form, at an instant that falls on a day.
    ///
    /// # Errors
    /// The first field that is wrong.
    pub fn check(&self, now: Millis, today: NaiveDate) -> Result<(), Wrong> {
        text("title", &self.title, LONGEST_TITLE)?;
        self.check_parties()?;
        self.check_flows()?;
        self.check_document()?;
        let days = (self.expires_at - now.0) / (24 * 60 * 60 * 1_000);
        if self.expires_at <= now.0 || days > LONGEST_DAYS {
            return Err(Wrong::new("expiresAt", "It lies in the past, or more than three years ahead."));
        }
        let expires = Millis(self.expires_at).to_utc().date_naive();
        if self.review_on < today || self.review_on > expires {
            return Err(Wrong::new("reviewOn", "It is past, or after the agreement has run out."));
        }
        if !(0..=MOST_RELATED_DAYS).contains(&self.related_days) {
            return Err(Wrong::new("relatedDays", format!("It is from 0 to {MOST_RELATED_DAYS} days.")));
        }
        Ok(())
    }

    fn check_parties(&self) -> Result<(), Wrong> {
        let agencies: BTreeSet<AgencyId> = self.parties.iter().map(|party| party.agency).collect();
        if agencies.len() != self.parties.len() || !(2..=MOST).contains(&agencies.len()) {
            return Err(Wrong::new("parties", format!("There are from 2 to {MOST} parties, each once.")));
        }
        self.parties.iter().try_for_each(|party| text("parties.contact", &party.contact, LONGEST_TITLE))
    }

    fn check_flows(&self) -> Result<(), Wrong> {
        if !(1..=MOST).contains(&self.flows.len()) {
            return Err(Wrong::new("flows", format!("There are from 1 to {MOST} flows.")));
        }
        let is_party = |agency: AgencyId| self.parties.iter().any(|party| party.agency == agency);
        for flow in &self.flows {
            if flow.from == flow.to || !is_party(flow.from) || !is_party(flow.to) {
                return Err(Wrong::new("flows", "A flow goes from one party to another."));
            }
            // An empty scope would be nothing, and is a slip.
            if flow.categories.is_empty() {
                return Err(Wrong::new("flows.categories", "It is empty: say what may flow."));
            }
            if flow.purposes.is_empty() {
                return Err(Wrong::new("flows.purposes", "It is empty: say what for."));
            }
        }
        Ok(())
    }

    fn check_document(&self) -> Result<(), Wrong> {
        let it = &self.document;
        for (field, said) in [
            ("document.necessity", &it.necessity),
            ("document.retention", &it.retention),
            ("document.security", &it.security),
            ("document.rightsRequests", &it.rights_requests),
            ("document.breachContact", &it.breach_contact),
            ("document.ending", &it.ending),
        ] {
            text(field, said, LONGEST_TEXT)?;
        }
        let flows = |category: &DataCategory| self.flows.iter().any(|flow| flow.categories.contains(category));
        for (field, needed, said) in [
            ("document.specialCategoryCondition", SPECIAL.iter().any(flows), &it.special_category_condition),
            ("document.criminalOffenceCondition", flows(&CRIMINAL), &it.criminal_offence_condition),
        ] {
            match said {
                Some(said) => text(field, said, LONGEST_TEXT)?,
                None if needed => {
                    let message = "Such data flows: say on which condition of the Data Protection Act 2018.";
                    return Err(Wrong::new(field, message));
                }
                None => {}
            }
        }
        Ok(())
    }

    /// The same in one order, whatever the order in which it was given.
    #[must_use]
    pub fn in_order(mut self) -> Self {
        self.parties.sort();
        self.flows.sort();
        self
    }

    /// The hash of all of it as a version of an agreement, in hexadecimal: what a party signs. SHA-256 of its canonical text,
    /// with which agreement it is and the number of the version, so that a signature is for no other.
    ///
    /// # Errors
    /// It is no text, which plain words, ids and numbers always are.
    pub fn hash(&self, agreement: AgreementId, number: i32) -> Result<String, serde_json::Error> {
        let text = serde_json::to_vec(&(agreement, number, self.clone().in_order()))?;
        Ok(Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect())
    }
}
