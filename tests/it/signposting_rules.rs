//! The tables of the rules: every rule against every state a person or a service can be in.
//!
//! In a table each letter is one outcome: `m` meets, `f` fails, `p` unknown, ask the person, `s`
//! unknown, ask the service, and `-` nothing to tell.

mod scores;
mod services;

use entity::enums::{Characteristic, CharacteristicRule, Gender, OffenceType, RuleEvidence, SubstanceUseRule};
use proptest::prelude::*;
use signpost::directory::listing::{AgeRule, Eligibility, OffenceRule, Ruled, SubstanceUse as StatedUse};
use signpost::signposting::circumstances::{Circumstances, SubstanceUse};
use signpost::signposting::rules::criteria::{self, Asked, Criterion, Outcome, Subject};

const QUOTE: &str = "as the leaflet has it";

/// A rule that was read from a text.
fn ruled<T>(rule: T) -> Ruled<T> {
    Ruled { rule, evidence: RuleEvidence::ReadFromText, quote: Some(QUOTE.to_owned()) }
}

/// The letter of a criterion, which must be about this, and be told in whole sentences.
fn letter(found: Option<&Criterion>, subject: Subject) -> char {
    let Some(found) = found else { return '-' };
    assert_eq!(found.subject, subject);
    assert!(found.reason.ends_with(['.', '”']) && found.reason.len() > 10, "{found:?}");
    match &found.outcome {
        Outcome::Meets => 'm',
        Outcome::Fails => 'f',
        Outcome::Unknown { ask, of } => {
            assert!(ask.ends_with(['?', '.']) && ask.starts_with(char::is_uppercase), "{found:?}");
            match of {
                Asked::Person => 'p',
                Asked::Service => 's',
            }
        }
    }
}

/// The letter of a criterion made of a rule, or of the absence of one; where there is a rule its
/// source is told, and where there is none nothing is said to be a source.
fn letter_of_rule(found: Option<&Criterion>, subject: Subject, stated: bool) -> char {
    if let Some(found) = found {
        let source = (found.evidence, found.quote.as_deref());
        let expected = if stated { (Some(RuleEvidence::ReadFromText), Some(QUOTE)) } else { (None, None) };
        assert_eq!(source, expected, "{found:?}");
    }
    letter(found, subject)
}

/// Holds one row of a table against what is found column by column.
fn check_row<C: std::fmt::Debug>(row: &str, columns: &[C], expected: &str, found: impl Fn(&C) -> char) {
    let expected: Vec<char> = expected.chars().filter(|letter| !letter.is_whitespace()).collect();
    assert_eq!(expected.len(), columns.len(), "the row {row} is as long as the table is wide");
    for (column, expected) in columns.iter().zip(expected) {
        assert_eq!(found(column), expected, "{row}, {column:?}");
    }
}

#[test]
fn drink_and_drugs() {
    let away = |days| Some(SubstanceUse::Abstinent { days });
    let people = [
        None,
        Some(SubstanceUse::Using),
        away(None),
        away(Some(0)),
        away(Some(29)),
        away(Some(30)),
        away(Some(365)),
        Some(SubstanceUse::Never),
    ];
    let rule = |rule, abstinent_days| Some(ruled(StatedUse { rule, abstinent_days }));
    let rows = [
        //                                                                        not said, using, abstinent: ? 0 29 30 365, never
        ("not stated", None, "- s - - - - - -"),
        ("active use", rule(SubstanceUseRule::ActiveUseAccepted, None), "- m m m m m m m"),
        ("active use, days", rule(SubstanceUseRule::ActiveUseAccepted, Some(30)), "- m m m m m m m"),
        ("not intoxicated", rule(SubstanceUseRule::NotWhenIntoxicated, None), "p p m m m m m m"),
        ("abstinent", rule(SubstanceUseRule::AbstinenceRequired, None), "p f m m m m m m"),
        ("abstinent for 0 days", rule(SubstanceUseRule::AbstinenceRequired, Some(0)), "p f m m m m m m"),
        ("abstinent for 30 days", rule(SubstanceUseRule::AbstinenceRequired, Some(30)), "p f p f f m m m"),
        ("abstinent for 366 days", rule(SubstanceUseRule::AbstinenceRequired, Some(366)), "p f p f f f f m"),
        ("no history", rule(SubstanceUseRule::HistoryExcluded, None), "p f f f f f f m"),
    ];
    for (name, rule, expected) in rows {
        check_row(name, &people, expected, |person| {
            letter_of_rule(
                criteria::substance_use::<true>(rule.as_ref(), *person).as_ref(),
                Subject::SubstanceUse,
                rule.is_some(),
            )
        });
    }
}

#[test]
fn characteristics_each_of_them() {
    for which in Characteristic::ALL {
        let rows = [
            //                        not said, does not hold, holds
            (None, "- - s"),
            (Some(CharacteristicRule::Required), "p f m"),
            (Some(CharacteristicRule::Accepted), "- - m"),
            (Some(CharacteristicRule::Excluded), "p m f"),
        ];
        for (rule, expected) in rows {
            let stated = rule.map(ruled);
            check_row(&format!("{which:?} {rule:?}"), &[None, Some(false), Some(true)], expected, |said| {
                let found = criteria::characteristic::<true>(*which, stated.as_ref(), *said);
                letter_of_rule(found.as_ref(), Subject::Characteristic(*which), rule.is_some())
            });
        }
    }
}

#[test]
fn genders() {
    const W: Gender = Gender::Woman;
    const M: Gender = Gender::Man;
    const N: Gender = Gender::NonBinary;
    let rows: [(Option<&[Gender]>, &str); 10] = [
        //              not said, woman, man, non-binary
        (None, "- s s s"),
        (Some(&[W]), "p m f s"),
        (Some(&[M]), "p f m s"),
        (Some(&[N]), "p f f m"),
        (Some(&[W, M]), "p m m s"),
        (Some(&[M, W]), "p m m s"),
        (Some(&[W, N]), "p m f m"),
        (Some(&[M, N]), "p f m m"),
        (Some(&[W, M, N]), "- m m m"),
        (Some(&[N, M, W]), "- m m m"),
    ];
    for (rule, expected) in rows {
        let stated = rule.map(|genders| ruled(genders.to_vec()));
        check_row(&format!("{rule:?}"), &[None, Some(W), Some(M), Some(N)], expected, |person| {
            letter_of_rule(criteria::gender::<true>(stated.as_ref(), *person).as_ref(), Subject::Gender, rule.is_some())
        });
    }
}

#[test]
fn ages_with_decimals_and_birthdays() {
    let said = |age| Some(age);
    let table: &[(Option<(Option<f64>, Option<f64>)>, &[(Option<f64>, char)])] = &[
        (None, &[(None, '-'), (said(0.0), 's'), (said(40.0), 's')]),
        (Some((None, None)), &[(None, '-'), (said(0.0), 'm'), (said(130.0), 'm')]),
        // The day before the birthday, the birthday.
        (Some((Some(18.0), None)), &[(None, 'p'), (said(17.997), 'f'), (said(18.0), 'm'), (said(130.0), 'm')]),
        // "Up to 25" takes somebody until the day before the 26th birthday.
        (
            Some((None, Some(25.0))),
            &[(None, 'p'), (said(0.0), 'm'), (said(25.0), 'm'), (said(25.997), 'm'), (said(26.0), 'f')],
        ),
        (
            Some((Some(18.0), Some(25.0))),
            &[(said(17.9), 'f'), (said(18.0), 'm'), (said(25.99), 'm'), (said(26.0), 'f')],
        ),
        (
            Some((Some(18.0), Some(18.0))),
            &[(said(17.99), 'f'), (said(18.0), 'm'), (said(18.99), 'm'), (said(19.0), 'f')],
        ),
        (Some((Some(0.0), Some(0.0))), &[(None, 'p'), (said(0.0), 'm'), (said(0.99), 'm'), (said(1.0), 'f')]),
        // A bound with a fraction means exactly what it says.
        (
            Some((Some(17.5), Some(25.5))),
            &[(said(17.49), 'f'), (said(17.5), 'm'), (said(25.5), 'm'), (said(25.51), 'f')],
        ),
        (Some((None, Some(25.99))), &[(said(25.99), 'm'), (said(25.991), 'f'), (said(26.0), 'f')]),
        // Bounds that cross take nobody.
        (Some((Some(30.0), Some(20.0))), &[(None, 'p'), (said(20.0), 'f'), (said(25.0), 'f'), (said(30.0), 'f')]),
    ];
    for (rule, ages) in table {
        let stated = rule.map(|(min, max)| ruled(AgeRule { min, max }));
        for (age, expected) in *ages {
            let found = criteria::age::<true>(stated.as_ref(), *age);
            assert_eq!(letter_of_rule(found.as_ref(), Subject::Age, rule.is_some()), *expected, "{rule:?}, {age:?}");
        }
    }
}

#[test]
fn offences_each_against_each() {
    use OffenceType::Other;
    let named: Vec<OffenceType> = OffenceType::ALL.iter().copied().filter(|offence| *offence != Other).collect();
    for (index, x) in named.iter().enumerate() {
        for y in named.iter().filter(|y| *y != x) {
            let x = *x;
            let y = *y;
            let z = named.iter().copied().cycle().skip(index).find(|z| *z != x && *z != y).unwrap();
            let people = [
                None,
                Some(vec![]),
                Some(vec![x]),
                Some(vec![y]),
                Some(vec![z]),
                Some(vec![Other]),
                Some(vec![x, y]),
                Some(vec![y, Other]),
                Some(vec![z, Other, x]),
            ];
            let rule = |excluded: &[_], considered: &[_]| {
                Some(ruled(OffenceRule { excluded: excluded.to_vec(), considered: considered.to_vec() }))
            };
            let rows = [
                //                             not said, none, x, y, z, other, x and y, y and other, z and other and x
                ("not stated", None, "- - s s s s s s s"),
                ("none excludes", rule(&[], &[]), "- m m m m m m m m"),
                ("x excludes", rule(&[x], &[]), "p m f m m s f s f"),
                ("x is looked at", rule(&[], &[x]), "p m s m m s s s s"),
                ("x excludes, y is looked at", rule(&[x], &[y]), "p m f s m s f s f"),
                ("x and y exclude", rule(&[x, y], &[]), "p m f f m s f f f"),
                ("x does both", rule(&[x], &[x]), "p m f m m s f s f"),
                ("other excludes", rule(&[Other], &[]), "p m m m m f m f f"),
                ("other is looked at", rule(&[], &[Other]), "p m m m m s m s s"),
            ];
            for (name, rule, expected) in rows {
                check_row(&format!("{name}, x {x:?} y {y:?}"), &people, expected, |person| {
                    let found = criteria::offences::<true>(rule.as_ref(), person.as_deref());
                    letter_of_rule(found.as_ref(), Subject::Offences, rule.is_some())
                });
            }
        }
    }
}

#[test]
fn every_rule_of_a_listing_is_told_once_and_in_one_order() {
    let stated = Eligibility {
        age: Some(ruled(AgeRule { min: Some(18.0), max: None })),
        genders: Some(ruled(vec![Gender::Woman])),
        substance_use: Some(ruled(StatedUse { rule: SubstanceUseRule::HistoryExcluded, abstinent_days: None })),
        offences: Some(ruled(OffenceRule { excluded: vec![OffenceType::Arson], considered: Vec::new() })),
        characteristics: Characteristic::ALL
            .iter()
            .rev()
            .map(|which| (*which, ruled(CharacteristicRule::Required)))
            .collect(),
        other: Some("Bring a towel.".to_owned()),
    };
    let mut found = Vec::new();
    criteria::eligibility::<true>(&stated, &Circumstances::default(), &mut found);
    let characteristics = Characteristic::ALL.iter().map(|which| Subject::Characteristic(*which));
    let mut subjects = vec![Subject::Age, Subject::Gender, Subject::SubstanceUse, Subject::Offences];
    subjects.extend(characteristics);
    subjects.push(Subject::Other);
    assert_eq!(found.iter().map(|criterion| criterion.subject).collect::<Vec<_>>(), subjects);
    assert!(found.last().unwrap().reason.contains("Bring a towel."), "the words themselves are told");

    let mut nothing = Vec::new();
    criteria::eligibility::<true>(&Eligibility::default(), &Circumstances::default(), &mut nothing);
    assert_eq!(nothing, [], "nobody said anything");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the bounds: within is what both bounds let through, and growing older never lets
    /// somebody in past the upper bound nor out past the lower.
    #[test]
    fn ages_between_two_bounds_are_one_stretch(min in prop::option::of(0.0..60.0_f64), max in prop::option::of(0.0..100.0_f64), ages in prop::collection::vec(0.0..130.0_f64, 3)) {
        let within = |age: f64| criteria::within(&AgeRule { min, max }, age);
        let mut ages = ages;
        ages.sort_by(f64::total_cmp);
        prop_assert!(!(within(ages[0]) && within(ages[2])) || within(ages[1]), "{:?}", ages);
        for age in ages {
            let whole = max.map(f64::floor);
            let rounded = AgeRule { min, max: whole };
            prop_assert_eq!(criteria::within(&rounded, age), min.is_none_or(|min| min <= age) && whole.is_none_or(|max| age.floor() <= max));
        }
    }

    /// Saying more never turns an answer that is certain into another: only what is unknown moves.
    #[test]
    fn an_unsaid_thing_is_never_held_against_anybody(which in 0..Characteristic::ALL.len(), rule in 0..3_usize) {
        let which = Characteristic::ALL[which];
        let stated = ruled(CharacteristicRule::ALL[rule]);
        let unsaid = criteria::characteristic::<true>(which, Some(&stated), None);
        prop_assert_ne!(unsaid.map(|criterion| criterion.outcome), Some(Outcome::Fails));
    }
}
