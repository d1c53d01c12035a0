//! What a service user's life is like, as far as signposting asks about it. Each part belongs to a category of its own, so
//! that who may know that somebody sleeps rough need not know what they were sentenced for. Pure.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use entity::enums::{AccessFeature, Characteristic, DataCategory, Gender, OffenceType};
use serde::{Deserialize, Serialize};

use super::{MOST, Wrong};

/// Longest tag of a language, as BCP 47 allows in practice.
const LONGEST_TAG: usize = 35;

/// Where somebody stands with drink and drugs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubstanceUse {
    /// Using or drinking now.
    Using,
    /// Not now, but there is a history; with the day since which, where that was said.
    Abstinent {
        /// The day of the last use.
        since: Option<NaiveDate>,
    },
    /// No history at all.
    Never,
}

/// What was said of one category. What is absent was not said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Circumstances {
    /// The category; what belongs to another does not stand here.
    pub category: DataCategory,
    /// Gender.
    #[serde(default)]
    pub gender: Option<Gender>,
    /// Drink and drugs.
    #[serde(default)]
    pub substance_use: Option<SubstanceUse>,
    /// Offences that a service may ask about; an empty list says: none.
    #[serde(default)]
    pub offences: Option<Vec<OffenceType>>,
    /// What was said to hold, or not to hold.
    #[serde(default)]
    pub characteristics: BTreeMap<Characteristic, bool>,
    /// Languages spoken well enough for an appointment, as BCP 47 tags.
    #[serde(default)]
    pub languages: Vec<String>,
    /// What they need in order to come at all.
    #[serde(default)]
    pub access: Vec<AccessFeature>,
}

/// What was said of somebody, of whichever category.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Gender.
    pub gender: Option<Gender>,
    /// Drink and drugs.
    pub substance_use: Option<SubstanceUse>,
    /// Offences that a service may ask about; an empty list says: none.
    pub offences: Option<Vec<OffenceType>>,
    /// What was said to hold, or not to hold.
    pub characteristics: BTreeMap<Characteristic, bool>,
    /// Languages spoken well enough for an appointment, as BCP 47 tags.
    pub languages: Vec<String>,
    /// What they need in order to come at all.
    pub access: Vec<AccessFeature>,
}

/// The category that a characteristic belongs to: the one whose readers have to know it for their work.
#[must_use]
pub const fn category_of(which: Characteristic) -> DataCategory {
    match which {
        Characteristic::UnderSupervision | Characteristic::InCustody | Characteristic::PrisonLeaver => {
            DataCategory::Offending
        }
        Characteristic::DualDiagnosis => DataCategory::MentalHealth,
        Characteristic::SubstitutePrescribing => DataCategory::SubstanceUse,
        Characteristic::DependentChildren | Characteristic::Carer | Characteristic::CareLeaver => DataCategory::Family,
        Characteristic::Pregnant | Characteristic::LearningDisability | Characteristic::PhysicalDisability => {
            DataCategory::PhysicalHealth
        }
        Characteristic::NoRecourse => DataCategory::Benefits,
        Characteristic::AsylumOrRefugee | Characteristic::Lgbt => DataCategory::Equality,
        Characteristic::Homeless | Characteristic::Pet => DataCategory::Housing,
        Characteristic::DomesticAbuse | Characteristic::SexWork => DataCategory::Safeguarding,
        Characteristic::Veteran | Characteristic::Unemployed => DataCategory::Employment,
    }
}

/// The category of gender and languages.
const OF_WHO_THEY_ARE: DataCategory = DataCategory::Equality;
/// The category of what somebody needs in order to come at all.
const OF_ACCESS: DataCategory = DataCategory::PhysicalHealth;

impl Said {
    /// The same, parted by category, in the order of categories; what says nothing is none.
    #[must_use]
    pub fn by_category(self) -> Vec<Circumstances> {
        let Self { gender, substance_use, offences, characteristics, languages, access } = self;
        let of = |category: DataCategory| Circumstances {
            category,
            gender: gender.filter(|_| category == OF_WHO_THEY_ARE),
            substance_use: substance_use.filter(|_| category == DataCategory::SubstanceUse),
            offences: offences.clone().filter(|_| category == DataCategory::Offending),
            characteristics: characteristics
                .iter()
                .filter(|(which, _)| category_of(**which) == category)
                .map(|(which, holds)| (*which, *holds))
                .collect(),
            languages: if category == OF_WHO_THEY_ARE { languages.clone() } else { Vec::new() },
            access: if category == OF_ACCESS { access.clone() } else { Vec::new() },
        };
        DataCategory::ALL.iter().map(|category| of(*category)).filter(|part| !part.says_nothing()).collect()
    }

    /// Adds what one row says: what is there already stays, so the newest row comes first.
    pub fn add(&mut self, row: &Circumstances) {
        self.gender = self.gender.or(row.gender);
        self.substance_use = self.substance_use.or(row.substance_use);
        self.offences = self.offences.take().or_else(|| row.offences.clone());
        for (which, holds) in &row.characteristics {
            self.characteristics.entry(*which).or_insert(*holds);
        }
        if self.languages.is_empty() {
            self.languages.clone_from(&row.languages);
        }
        if self.access.is_empty() {
            self.access.clone_from(&row.access);
        }
    }
}

impl Circumstances {
    fn says_nothing(&self) -> bool {
        self.gender.is_none()
            && self.substance_use.is_none()
            && self.offences.is_none()
            && self.characteristics.is_empty()
            && self.languages.is_empty()
            && self.access.is_empty()
    }

    pub(super) fn check(&self, today: NaiveDate) -> Result<(), Wrong> {
        if self.says_nothing() {
            return Err(Wrong::new("circumstances", "It says nothing: leave it out, or fill it in."));
        }
        if let Some(SubstanceUse::Abstinent { since: Some(since) }) = self.substance_use
            && since > today
        {
            return Err(Wrong::new("abstinentSince", "The day lies ahead: give the day of the last use."));
        }
        let many = |field, number: usize| {
            let wrong = Wrong::new(field, format!("There are more than {MOST}."));
            if number > MOST { Err(wrong) } else { Ok(()) }
        };
        many("offences", self.offences.as_ref().map_or(0, Vec::len))?;
        many("languages", self.languages.len())?;
        many("access", self.access.len())?;
        let part = |part: &str| !part.is_empty() && part.len() <= 8 && part.chars().all(|c| c.is_ascii_alphanumeric());
        let is_tag = |tag: &String| tag.len() <= LONGEST_TAG && tag.split('-').all(part);
        if !self.languages.iter().all(is_tag) {
            return Err(Wrong::new("languages", "A language is written as a BCP 47 tag: `en`, `ur`, `zh-Hant`."));
        }
        Ok(())
    }
}
