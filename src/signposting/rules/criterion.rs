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
        let quote = if WORDS { ruled.quote.clone() } else { None };
        Self { subject, outcome, reason: reason.into(), evidence: Some(ruled.evidence), quote }
    }
}

/// What several criteria come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Whether one fails.
    pub fails: bool,
    /// How many questions are open.
    pub questions: u8,
    /// Whether there is a place for certain.
    pub has_place: bool,
}

impl Tally {
    /// The same with what others come to.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            fails: self.fails || other.fails,
            questions: self.questions.saturating_add(other.questions),
            has_place: self.has_place || other.has_place,
        }
    }
}

impl Extend<Criterion> for Tally {
    fn extend<I: IntoIterator<Item = Criterion>>(&mut self, criteria: I) {
        for criterion in criteria {
            *self = self.and((&criterion).into());
        }
    }
}

impl From<&Criterion> for Tally {
    fn from(criterion: &Criterion) -> Self {
        Self {
            fails: criterion.outcome == Outcome::Fails,
            questions: u8::from(matches!(criterion.outcome, Outcome::Unknown { .. })),
            has_place: criterion.subject == Subject::Capacity && criterion.outcome == Outcome::Meets,
        }
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
