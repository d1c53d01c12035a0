//! What workers find and write: needs, assessments, flags, notes. Pure.

use std::ops::RangeInclusive;

use chrono::NaiveDate;
use entity::enums::{DataCategory, FlagKind};
use serde::{Deserialize, Serialize};

use super::{LONGEST_LINE, LONGEST_NAME, MOST, Wrong, filled, if_any, said};

/// How urgent a need may be: 1 before 5.
const PRIORITIES: RangeInclusive<i32> = 1..=5;

/// The need of a refuge, which lies in the area of housing.
const REFUGE: &str = "housing.refuge";

/// Something a service user wants help with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// Its key in the list of needs. That there is one of this key is for who calls this.
    pub key: String,
    /// How urgent it is to them, from 1, the most urgent, to 5.
    pub priority: i32,
    /// What there is to say of it.
    pub remark: Option<String>,
}

/// The category of a need: that of its area, `housing.emergency` being of `housing`. But that somebody looks for a refuge tells
/// that they are hurt at home as loudly as `safety.domestic-abuse` does. Areas that the table does not have,
/// from a list of an operator's own, count among case notes, which are shared the least.
#[must_use]
pub fn category_of(need: &str) -> DataCategory {
    if need == REFUGE {
        return DataCategory::Safeguarding;
    }
    match need.split('.').next().unwrap_or_default() {
        "housing" => DataCategory::Housing,
        "work" | "digital" => DataCategory::Employment,
        "mental-health" => DataCategory::MentalHealth,
        "money" | "essentials" | "legal" | "travel" => DataCategory::Benefits,
        "drugs-alcohol" => DataCategory::SubstanceUse,
        "physical-health" => DataCategory::PhysicalHealth,
        "family" | "belonging" => DataCategory::Family,
        "justice" => DataCategory::Offending,
        "safety" => DataCategory::Safeguarding,
        _ => DataCategory::CaseNotes,
    }
}

impl Need {
    pub(super) fn check(&self) -> Result<(), Wrong> {
        filled("need", &self.key, LONGEST_NAME)?;
        if !PRIORITIES.contains(&self.priority) {
            return Err(Wrong::new("priority", "It is from 1, the most urgent, to 5."));
        }
        if_any("remark", self.remark.as_ref(), LONGEST_LINE)
    }
}

/// What somebody found out about a service user in a structured way, for others to use again instead of asking again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// The category that it belongs to.
    pub category: DataCategory,
    /// What was used: "Outcomes Star", "AUDIT", "initial assessment".
    pub tool: String,
    /// The day of it.
    pub assessed_on: NaiveDate,
    /// What it comes to.
    pub summary: Option<String>,
    /// What was asked, and answered.
    pub answers: Vec<Answer>,
}

/// An answer of an assessment.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What was asked.
    pub question: String,
    /// What was answered.
    pub answer: String,
}

impl Assessment {
    pub(super) fn check(&self, today: NaiveDate) -> Result<(), Wrong> {
        filled("tool", &self.tool, LONGEST_NAME)?;
        if self.assessed_on > today {
            return Err(Wrong::new("assessedOn", "The day lies ahead: give the day of the assessment."));
        }
        self.summary.as_ref().map_or(Ok(()), |text| said("summary", text))?;
        if self.answers.len() > MOST {
            return Err(Wrong::new("answers", format!("There are more than {MOST}.")));
        }
        self.answers.iter().try_for_each(|answer| {
            filled("answers.question", &answer.question, LONGEST_LINE)?;
            said("answers.answer", &answer.answer)
        })?;
        if self.summary.is_none() && self.answers.is_empty() {
            return Err(Wrong::new("summary", "It says nothing: give a summary, or answers."));
        }
        Ok(())
    }
}

/// What everybody who meets a service user has to mind.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flag {
    /// Of risk, or of safeguarding: each a category of its own.
    pub of: FlagKind,
    /// What to mind.
    pub text: String,
    /// When it is to be looked at again; absent where nobody said.
    pub review_on: Option<NaiveDate>,
}

impl Flag {
    /// The category that it belongs to.
    #[must_use]
    pub const fn category(&self) -> DataCategory {
        match self.of {
            FlagKind::Risk => DataCategory::Risk,
            FlagKind::Safeguarding => DataCategory::Safeguarding,
        }
    }

    pub(super) fn check(&self, today: NaiveDate) -> Result<(), Wrong> {
        said("text", &self.text)?;
        if self.review_on.is_some_and(|on| on < today) {
            return Err(Wrong::new("reviewOn", "The day is past: give the day on which it is to be looked at again."));
        }
        Ok(())
    }
}

/// A note.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// What it says.
    pub text: String,
}
