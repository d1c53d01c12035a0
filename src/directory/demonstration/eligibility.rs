//! Who is taken and who is not.

use entity::enums::{CharacteristicRule, RuleEvidence, SubstanceUseRule};

use super::file::EligibilityFile;
use super::spot::{Result, Spot};
use super::terms_text::age;
use crate::directory::listing::{Eligibility, OffenceRule, Ruled, SubstanceUse};

/// The rules of one service.
pub(super) fn eligibility(spot: &Spot<'_>, file: &EligibilityFile) -> Result<Eligibility> {
    let spot = Spot { file: spot.file, within: format!("{}eligibility: ", spot.within) };
    let age = file.age.as_deref().map(age).transpose().map_err(|reason| spot.wrong("age", reason))?;
    if let Some(genders) = &file.genders {
        spot.check_unrepeated("genders", genders)?;
        spot.check(!genders.is_empty(), "genders", || "name those that are taken, or leave it out".to_owned())?;
    }
    let abstinence = file.substance_use == Some(SubstanceUseRule::AbstinenceRequired);
    spot.check(file.abstinent_days.is_none() || abstinence, "abstinent_days", || {
        "only with `substance_use = \"abstinence_required\"`".to_owned()
    })?;
    let substance_use = file.substance_use.map(|rule| SubstanceUse { rule, abstinent_days: file.abstinent_days });

    let mut characteristics = Vec::new();
    for (rule, named) in [
        (CharacteristicRule::Required, &file.required),
        (CharacteristicRule::Accepted, &file.accepted),
        (CharacteristicRule::Excluded, &file.excluded),
    ] {
        characteristics.extend(named.iter().map(|characteristic| (*characteristic, stated(rule))));
    }
    let named: Vec<_> = characteristics.iter().map(|(characteristic, _)| characteristic).collect();
    spot.check_unrepeated("required, accepted, excluded", &named)?;

    Ok(Eligibility {
        age: age.map(stated),
        genders: file.genders.clone().map(stated),
        substance_use: substance_use.map(stated),
        offences: offences(&spot, file)?.map(stated),
        characteristics,
        other: file.other.clone(),
    })
}

fn offences(spot: &Spot<'_>, file: &EligibilityFile) -> Result<Option<OffenceRule>> {
    let both_stated = file.offences_excluded.is_some() && file.offences_considered.is_some();
    if file.offences_excluded.is_none() && file.offences_considered.is_none() {
        return Ok(None);
    }
    let rule = OffenceRule {
        excluded: file.offences_excluded.clone().unwrap_or_default(),
        considered: file.offences_considered.clone().unwrap_or_default(),
    };
    let all = [rule.excluded.as_slice(), &rule.considered].concat();
    spot.check_unrepeated("offences_excluded, offences_considered", &all)?;
    spot.check(!all.is_empty() || both_stated, "offences_excluded, offences_considered", || {
        "to say that an offence never excludes, write both as `[]`".to_owned()
    })?;
    Ok(Some(rule))
}

const fn stated<T>(rule: T) -> Ruled<T> {
    Ruled { rule, evidence: RuleEvidence::Stated, quote: None }
}
