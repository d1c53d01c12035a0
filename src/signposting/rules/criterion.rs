//! What one criterion says: its subject, how rule and life go together, and the words.

use std::borrow::Cow;

use entity::enums::{AccessFeature, Characteristic, RuleEvidence};

use crate::directory::listing::Ruled;

/// What a criterion is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// Whether the service runs at all.
    Status,
    /// Whether it covers the place asked about.
    Coverage,
    /// Whether it is open when the person can come.
    Time,
    /// Age.
    Age,
    /// Gender.
    Gender,
    /// Drink and drugs.
    SubstanceUse,
    /// Offences.
    Offences,
    /// A characteristic of the person.
    Characteristic(Characteristic),
    /// A language in common.
    Language,
    /// Something the person needs in order to come.
    Access(AccessFeature),
    /// Whether there is a place.
    Capacity,
    /// Whatever the service says in words of its own.
    Other,
}

/// Who can answer a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Asked {
    /// The person in the room.
    Person,
    /// The service.
    Service,
}

/// How a service's rule and a person's life go together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// They do.
    Meets,
    /// They do not.
    Fails,
    /// Nobody can say yet; this would settle it.
    Unknown {
        /// The question.
        ask: Cow<'static, str>,
        /// Whom to ask.
        of: Asked,
    },
}

/// One criterion's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Criterion {
    /// What it is about.
    pub subject: Subject,
    /// The answer.
    pub outcome: Outcome,
    /// The rule in plain words.
    pub reason: Cow<'static, str>,
    /// Where the rule comes from; absent where no rule was stated.
    pub evidence: Option<RuleEvidence>,
    /// The listing's own words, where the rule was read from them.
    pub quote: Option<String>,
}

impl Criterion {
    pub(super) fn plain(subject: Subject, outcome: Outcome, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { subject, outcome, reason: reason.into(), evidence: None, quote: None }
    }

    pub(super) fn of_rule<const WORDS: bool, T>(
        subject: Subject,
        outcome: Outcome,
        reason: impl Into<Cow<'static, str>>,
        ruled: &Ruled<T>,
    ) -> Self {
        let quote = ruled.quote.clone().filter(|_| WORDS);
        Self { subject, outcome, reason: reason.into(), evidence: Some(ruled.evidence), quote }
    }
}

/// Words that have to be made up, where anybody will read them.
pub(super) fn say<const WORDS: bool>(words: impl FnOnce() -> String) -> Cow<'static, str> {
    if WORDS { Cow::Owned(words()) } else { Cow::Borrowed("") }
}

pub(super) fn ask_person(question: impl Into<Cow<'static, str>>) -> Outcome {
    Outcome::Unknown { ask: question.into(), of: Asked::Person }
}

pub(super) fn ask_service(question: impl Into<Cow<'static, str>>) -> Outcome {
    Outcome::Unknown { ask: question.into(), of: Asked::Service }
}
