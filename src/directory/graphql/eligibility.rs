//! Who a service takes, as the schema shows it.

use async_graphql::SimpleObject;

use super::life_enums::{Characteristic, CharacteristicRule, Gender, OffenceType, RuleEvidence, SubstanceUseRule};
use crate::directory::listing;

/// Who is taken and who is not. What is null is *not stated*, which is not the same as *anyone*.
#[derive(Clone, Debug, Default, SimpleObject)]
pub struct Eligibility {
    /// Ages taken; null where not stated.
    pub age: Option<AgeRule>,
    /// Genders taken; null where not stated.
    pub gender: Option<GenderRule>,
    /// The rule about drink and drugs; null where not stated.
    pub substance_use: Option<SubstanceUsePolicy>,
    /// The rule about offences; null where not stated.
    pub offences: Option<OffenceRule>,
    /// Rules about other characteristics, one each; those not stated are not here.
    pub characteristics: Vec<CharacteristicPolicy>,
    /// The rest in the agency's own words: somebody has to ask. Null where there is no more.
    pub other: Option<String>,
}

/// Ages that are taken.
#[derive(Clone, Debug, SimpleObject)]
pub struct AgeRule {
    /// Youngest, in years; null for no lower bound.
    pub minimum: Option<f64>,
    /// Oldest, in years, until the next birthday; null for no upper bound.
    pub maximum: Option<f64>,
    /// Where the rule comes from.
    pub evidence: RuleEvidence,
    /// The words it was read from; null where it was stated outright.
    pub quote: Option<String>,
}

/// Genders that are taken.
#[derive(Clone, Debug, SimpleObject)]
pub struct GenderRule {
    /// Those taken; all of them where it is for anyone.
    pub accepts: Vec<Gender>,
    /// Where the rule comes from.
    pub evidence: RuleEvidence,
    /// The words it was read from; null where it was stated outright.
    pub quote: Option<String>,
}

/// What a service says about drink and drugs.
#[derive(Clone, Debug, SimpleObject)]
pub struct SubstanceUsePolicy {
    /// The rule.
    pub rule: SubstanceUseRule,
    /// Days of abstinence asked for; null where it asks for none.
    pub abstinent_days: Option<i32>,
    /// Where the rule comes from.
    pub evidence: RuleEvidence,
    /// The words it was read from; null where it was stated outright.
    pub quote: Option<String>,
}

/// What a service says about offences. Both lists empty: no offence excludes.
#[derive(Clone, Debug, SimpleObject)]
pub struct OffenceRule {
    /// These exclude.
    pub excluded: Vec<OffenceType>,
    /// These are looked at one by one.
    pub considered: Vec<OffenceType>,
    /// Where the rule comes from.
    pub evidence: RuleEvidence,
    /// The words it was read from; null where it was stated outright.
    pub quote: Option<String>,
}

/// What a service says about one characteristic.
#[derive(Clone, Debug, SimpleObject)]
pub struct CharacteristicPolicy {
    /// The characteristic.
    pub characteristic: Characteristic,
    /// The rule.
    pub rule: CharacteristicRule,
    /// Where the rule comes from.
    pub evidence: RuleEvidence,
    /// The words it was read from; null where it was stated outright.
    pub quote: Option<String>,
}

impl From<&listing::Eligibility> for Eligibility {
    fn from(stated: &listing::Eligibility) -> Self {
        let offences = |list: &[entity::enums::OffenceType]| list.iter().map(|offence| (*offence).into()).collect();
        Self {
            age: stated.age.as_ref().map(|ruled| AgeRule {
                minimum: ruled.rule.min,
                maximum: ruled.rule.max,
                evidence: ruled.evidence.into(),
                quote: ruled.quote.clone(),
            }),
            gender: stated.genders.as_ref().map(|ruled| GenderRule {
                accepts: ruled.rule.iter().map(|gender| (*gender).into()).collect(),
                evidence: ruled.evidence.into(),
                quote: ruled.quote.clone(),
            }),
            substance_use: stated.substance_use.as_ref().map(|ruled| SubstanceUsePolicy {
                rule: ruled.rule.rule.into(),
                abstinent_days: ruled.rule.abstinent_days.map(i32::from),
                evidence: ruled.evidence.into(),
                quote: ruled.quote.clone(),
            }),
            offences: stated.offences.as_ref().map(|ruled| OffenceRule {
                excluded: offences(&ruled.rule.excluded),
                considered: offences(&ruled.rule.considered),
                evidence: ruled.evidence.into(),
                quote: ruled.quote.clone(),
            }),
            characteristics: stated
                .characteristics
                .iter()
                .map(|(which, ruled)| CharacteristicPolicy {
                    characteristic: (*which).into(),
                    rule: ruled.rule.into(),
                    evidence: ruled.evidence.into(),
                    quote: ruled.quote.clone(),
                })
                .collect(),
            other: stated.other.clone(),
        }
    }
}
