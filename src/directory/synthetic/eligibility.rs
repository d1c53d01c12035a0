//! Whom services take and whom they do not.

use entity::enums::{Characteristic, CharacteristicRule, Gender, OffenceType, RuleEvidence, SubstanceUseRule};

use super::random::Random;
use super::stock;
use crate::directory::listing::{AgeRule, Eligibility, OffenceRule, Ruled, SubstanceUse};

/// From and to, both included, in tenths of years.
type Ages = (Option<u32>, Option<u32>);

/// Ages taken, each with its weight.
const AGES: [(u32, Ages); 14] = [
    (34, (Some(180), None)),
    (16, (Some(160), None)),
    (18, (None, None)),
    (7, (Some(160), Some(250))),
    (6, (Some(180), Some(250))),
    (4, (Some(110), Some(170))),
    (4, (Some(500), None)),
    (2, (Some(550), None)),
    (2, (Some(180), Some(650))),
    (2, (Some(250), None)),
    (2, (None, Some(180))),
    (1, (Some(175), Some(245))),
    (1, (Some(650), None)),
    (1, (Some(180), Some(350))),
];

/// The rules of a service. Four services of ten say nothing.
pub(super) fn of_service(random: &mut Random) -> Eligibility {
    if random.chance(400) {
        return Eligibility::default();
    }
    let age = random.chance(700).then(|| random.weighted(&AGES));
    let genders = random.chance(550).then(|| genders(random));
    let substance_use = random.chance(350).then(|| substance_use(random));
    let offences = random.chance(250).then(|| offences(random));
    let characteristics = if random.chance(550) { characteristics(random) } else { Vec::new() };
    let years = |tenths: u32| f64::from(tenths) / 10.0;
    Eligibility {
        age: age.map(|(min, max)| {
            let rule = AgeRule { min: min.map(years), max: max.map(years) };
            ruled(random, rule, "Ages as in the text.")
        }),
        genders: genders.map(|rule| ruled(random, rule, "For those named in the text.")),
        substance_use: substance_use.map(|rule| ruled(random, rule, "About drink and drugs as in the text.")),
        offences: offences.map(|rule| ruled(random, rule, "Some offences are looked at.")),
        characteristics: characteristics.into_iter().map(|(what, rule)| (what, stated(rule))).collect(),
        other: random.chance(200).then(|| random.word(stock::OTHER_RULES).to_owned()),
    }
}

/// The rules of a refuge.
pub(super) fn of_refuge(random: &mut Random) -> Eligibility {
    let children = if random.chance(500) { CharacteristicRule::Required } else { CharacteristicRule::Accepted };
    Eligibility {
        age: Some(stated(AgeRule { min: Some(16.0), max: None })),
        genders: Some(stated(vec![if random.chance(900) { Gender::Woman } else { Gender::Man }])),
        characteristics: vec![
            (Characteristic::DomesticAbuse, stated(CharacteristicRule::Required)),
            (Characteristic::DependentChildren, stated(children)),
        ],
        ..Eligibility::default()
    }
}

/// For whom it is, in words, where one gender alone is taken.
pub(super) fn only(eligibility: &Eligibility) -> Option<&'static str> {
    match eligibility.genders.as_ref()?.rule.as_slice() {
        [Gender::Woman] => Some("women"),
        [Gender::Man] => Some("men"),
        [] | [Gender::NonBinary] | [_, _, ..] => None,
    }
}

fn genders(random: &mut Random) -> Vec<Gender> {
    let taken: &[Gender] = random.weighted(&[
        (70, Gender::ALL),
        (14, &[Gender::Woman]),
        (10, &[Gender::Man]),
        (6, &[Gender::Woman, Gender::NonBinary]),
    ]);
    taken.to_vec()
}

fn substance_use(random: &mut Random) -> SubstanceUse {
    let rule = random.weighted(&[
        (40, SubstanceUseRule::ActiveUseAccepted),
        (35, SubstanceUseRule::NotWhenIntoxicated),
        (20, SubstanceUseRule::AbstinenceRequired),
        (5, SubstanceUseRule::HistoryExcluded),
    ]);
    let abstinence = rule == SubstanceUseRule::AbstinenceRequired && random.chance(600);
    SubstanceUse {
        rule,
        abstinent_days: abstinence.then(|| random.weighted(&[(1, 1), (3, 7), (3, 14), (4, 28), (2, 90)])),
    }
}

fn offences(random: &mut Random) -> OffenceRule {
    // Nothing excludes here, and that is said.
    if random.chance(300) {
        return OffenceRule::default();
    }
    let named = random.within(1..=4) as usize;
    // The first five are what services make rules about most.
    let from = if random.chance(750) { &OffenceType::ALL[..5] } else { OffenceType::ALL };
    let (excluded, considered) = random.several(from, named).into_iter().partition(|_| random.chance(450));
    OffenceRule { excluded, considered }
}

fn characteristics(random: &mut Random) -> Vec<(Characteristic, CharacteristicRule)> {
    let named = random.weighted(&[(50, 1), (25, 2), (15, 3), (10, 5)]);
    let found = random.several(Characteristic::ALL, named);
    let rule = |random: &mut Random| {
        random.weighted(&[
            (25, CharacteristicRule::Required),
            (55, CharacteristicRule::Accepted),
            (20, CharacteristicRule::Excluded),
        ])
    };
    let mut rules: Vec<_> = found.into_iter().map(|what| (what, rule(random))).collect();
    // A service for people to whom three things at once must have happened would be for nobody.
    let required = rules.iter_mut().filter(|(_, rule)| *rule == CharacteristicRule::Required);
    required.skip(1).for_each(|(_, rule)| *rule = CharacteristicRule::Accepted);
    rules
}

/// A rule that the agency states, or one that was read from its text.
fn ruled<T>(random: &mut Random, rule: T, quote: &str) -> Ruled<T> {
    if random.chance(850) {
        return stated(rule);
    }
    Ruled { rule, evidence: RuleEvidence::ReadFromText, quote: Some(quote.to_owned()) }
}

const fn stated<T>(rule: T) -> Ruled<T> {
    Ruled { rule, evidence: RuleEvidence::Stated, quote: None }
}
