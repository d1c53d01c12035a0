//! Who is taken and who is not, straight from a listing's rules: age, gender, drink and drugs,
//! offences, what life is like.

use entity::enums::{CharacteristicRule, Gender, OffenceType, SubstanceUseRule};
use signpost::directory::listing::ServiceListing;

use super::naive::Verdict;
use super::question::{Person, Using};

pub(super) fn age(listing: &ServiceListing, person: &Person) -> Option<Verdict> {
    let Some(rule) = listing.eligibility.age.as_ref().map(|ruled| ruled.rule) else {
        return person.age.map(|_| Verdict::Ask);
    };
    match (rule.min.or(rule.max), person.age) {
        (None, age) => age.map(|_| Verdict::Yes),
        (Some(_), None) => Some(Verdict::Ask),
        (Some(_), Some(age)) => {
            let young_enough = |max: f64| if max == max.floor() { age.floor() <= max } else { age <= max };
            Some((rule.min.is_none_or(|min| min <= age) && rule.max.is_none_or(young_enough)).into())
        }
    }
}

pub(super) fn gender(listing: &ServiceListing, person: &Person) -> Option<Verdict> {
    let Some(taken) = listing.eligibility.genders.as_ref().map(|ruled| &ruled.rule) else {
        return person.gender.map(|_| Verdict::Ask);
    };
    match person.gender {
        None => (taken.len() < 3).then_some(Verdict::Ask),
        Some(gender) if taken.contains(&gender) => Some(Verdict::Yes),
        Some(Gender::NonBinary) => Some(Verdict::Ask),
        Some(_) => Some(Verdict::No),
    }
}

pub(super) fn using(listing: &ServiceListing, person: &Person) -> Option<Verdict> {
    let Some(rule) = listing.eligibility.substance_use.as_ref().map(|ruled| ruled.rule) else {
        return (person.using == Some(Using::Now)).then_some(Verdict::Ask);
    };
    let needed = rule.abstinent_days.unwrap_or(0);
    match rule.rule {
        SubstanceUseRule::ActiveUseAccepted => person.using.map(|_| Verdict::Yes),
        SubstanceUseRule::NotWhenIntoxicated => {
            Some(if matches!(person.using, None | Some(Using::Now)) { Verdict::Ask } else { Verdict::Yes })
        }
        SubstanceUseRule::AbstinenceRequired => Some(match person.using {
            None => Verdict::Ask,
            Some(Using::Now) => Verdict::No,
            Some(Using::Never) => Verdict::Yes,
            Some(Using::NotFor(_)) if needed == 0 => Verdict::Yes,
            Some(Using::NotFor(None)) => Verdict::Ask,
            Some(Using::NotFor(Some(days))) => (days >= needed).into(),
        }),
        SubstanceUseRule::HistoryExcluded => {
            Some(person.using.map_or(Verdict::Ask, |using| (using == Using::Never).into()))
        }
    }
}

pub(super) fn offences(listing: &ServiceListing, person: &Person) -> Option<Verdict> {
    let Some(rule) = listing.eligibility.offences.as_ref().map(|ruled| &ruled.rule) else {
        return person.offences.as_ref().filter(|list| !list.is_empty()).map(|_| Verdict::Ask);
    };
    let names_any = !rule.excluded.is_empty() || !rule.considered.is_empty();
    let Some(person) = &person.offences else { return names_any.then_some(Verdict::Ask) };
    let each = person.iter().map(|offence| {
        if rule.excluded.contains(offence) {
            Verdict::No
        } else if rule.considered.contains(offence) || (*offence == OffenceType::Other && names_any) {
            Verdict::Ask
        } else {
            Verdict::Yes
        }
    });
    Some(each.max().unwrap_or(Verdict::Yes))
}

pub(super) fn life(rule: Option<CharacteristicRule>, said: Option<bool>) -> Option<Verdict> {
    match (rule, said) {
        (None, Some(true)) => Some(Verdict::Ask),
        (None | Some(CharacteristicRule::Accepted), None | Some(false)) => None,
        (Some(_), None) => Some(Verdict::Ask),
        (Some(CharacteristicRule::Excluded), Some(holds)) => Some((!holds).into()),
        (Some(_), Some(holds)) => Some(holds.into()),
    }
}
