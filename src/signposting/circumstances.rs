//! What a person's life is like, as far as services make rules about it. Nothing here names a
//! person, and nothing of it is stored: it comes with a question and goes with the answer.

use std::collections::BTreeMap;

use entity::enums::{AccessFeature, Characteristic, Gender, OffenceType};

/// A person's circumstances. Everything absent is *not said*, and nobody guesses.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Circumstances {
    /// Age in years; decimals are allowed.
    pub age: Option<f64>,
    /// Gender.
    pub gender: Option<Gender>,
    /// Drink and drugs.
    pub substance_use: Option<SubstanceUse>,
    /// Offences that a service may ask about; an empty list says: none.
    pub offences: Option<Vec<OffenceType>>,
    /// Characteristics that were said to hold (`true`) or not to hold (`false`).
    pub characteristics: BTreeMap<Characteristic, bool>,
    /// Languages spoken well enough for an appointment, as BCP 47 tags. Empty: not said.
    pub languages: Vec<String>,
    /// What the person needs in order to come at all.
    pub access: Vec<AccessFeature>,
}

impl Circumstances {
    /// Adds what was said elsewhere, less exactly: what is known already stays as it is.
    pub fn add(&mut self, said: Self) {
        let Self { age, gender, substance_use, offences, characteristics, languages, access } = said;
        self.age = self.age.or(age);
        self.gender = self.gender.or(gender);
        self.substance_use = self.substance_use.or(substance_use);
        self.offences = self.offences.take().or(offences);
        for (which, holds) in characteristics {
            self.characteristics.entry(which).or_insert(holds);
        }
        if self.languages.is_empty() {
            self.languages = languages;
        }
        for feature in access {
            if !self.access.contains(&feature) {
                self.access.push(feature);
            }
        }
    }
}

/// Where a person stands with drink and drugs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubstanceUse {
    /// Using or drinking now.
    Using,
    /// Not now, but there is a history; with the days of abstinence where they were said.
    Abstinent {
        /// Days since the last use.
        days: Option<u16>,
    },
    /// No history at all.
    Never,
}
