//! Ages, as services write them: `18+`, `aged 16 to 24`, `over 18s`, `up to the age of 25`.
//!
//! To add a way of writing an age: a line in the function whose form it takes.

use super::words::Reader;
use crate::directory::listing::AgeRule;

/// The oldest age that a number is taken for; beyond it is a year, a price or a telephone.
const OLDEST: f64 = 120.0;

/// A range without the word *aged* or *years* may be hours; from this upper end on it is not.
const NO_HOUR: f64 = 16.0;

/// An age rule, and whether the words themselves say that it is one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Age {
    pub(super) rule: AgeRule,
    /// `aged`, `years`, `18s`, `18+`…, rather than two bare numbers.
    pub(super) named: bool,
}

/// Goes past an age expression if one stands here.
pub(super) fn take(reader: &mut Reader<'_>) -> Option<Age> {
    let mut here = *reader;
    let age = any_age(&mut here).or_else(|| one_sided(&mut here)).or_else(|| range(&mut here))?;
    here.take("inclusive");
    *reader = here;
    Some(age)
}

fn any_age(reader: &mut Reader<'_>) -> Option<Age> {
    let forms = ["of|for? any age", "of|for? all ages", "any age", "all ages", "all age groups"];
    reader.take_one_of(&forms).then_some(Age { rule: AgeRule::default(), named: true })
}

fn one_sided(reader: &mut Reader<'_>) -> Option<Age> {
    let mut here = *reader;
    let aged = here.take("aged|age|ages");
    let rule = if here.take_one_of(&OVER) {
        let years = number(&mut here)?;
        finish_years(&mut here);
        from(years)
    } else if here.take_one_of(&UNDER) {
        // "Under 25s": up to the day before the 25th birthday.
        let years = number(&mut here)?;
        finish_years(&mut here);
        to((years - 1.0).max(0.0))
    } else if here.take_one_of(&UP_TO) {
        let years = number(&mut here)?;
        finish_years(&mut here);
        to(years)
    } else {
        let from_here = here.take("from");
        let years = number(&mut here)?;
        finish_years(&mut here);
        if here.take_one_of(&AND_OVER) {
            finish_years(&mut here);
            from(years)
        } else if here.take_one_of(&AND_UNDER) {
            to(years)
        } else if from_here && aged && here.is_done() {
            from(years)
        } else {
            return None;
        }
    };
    *reader = here;
    Some(Age { rule, named: true })
}

const OVER: [&str; 6] = [
    "over|above the age|ages of",
    "over|above",
    "at least",
    "minimum age|ages? of? :?",
    "from the age of",
    "a minimum age of",
];
const UNDER: [&str; 2] = ["under|below the age|ages of", "under|below"];
const UP_TO: [&str; 4] = ["up to the age of", "up to age?", "maximum age of? :?", "a maximum age of"];
const AND_OVER: [&str; 6] = [
    "+",
    "plus",
    "and|or|& over|above|older|up|upwards",
    "upwards|onwards",
    "years and|or over|above|older",
    "and|or more",
];
const AND_UNDER: [&str; 1] = ["and|or|& under|below|younger"];

fn range(reader: &mut Reader<'_>) -> Option<Age> {
    let mut here = *reader;
    let mut named = here.take("aged|age|ages");
    let between = if here.take_one_of(&["between the ages of", "between ages"]) {
        named = true;
        true
    } else {
        here.take("between")
    };
    named |= here.take_one_of(&["from the ages|age of", "from ages|age"]);
    here.take("from");
    let youngest = number(&mut here)?;
    named |= finish_years(&mut here);
    let joined =
        here.take("-") || here.take("to") || here.take("up to") || here.take("until") || (between && here.take("and"));
    if !joined {
        return None;
    }
    let oldest = number(&mut here)?;
    named |= finish_years(&mut here);
    let rule = AgeRule { min: Some(youngest), max: Some(oldest) };
    if youngest > oldest || (!named && oldest < NO_HOUR) {
        return None;
    }
    *reader = here;
    Some(Age { rule, named })
}

/// Goes past `years old` and its like, `s` of `18s` among them.
fn finish_years(reader: &mut Reader<'_>) -> bool {
    reader.take_one_of(&["years|year|yrs|yr old|olds", "years|yrs of age", "years|yrs", "y / o", "yo", "s", "year"])
}

fn number(reader: &mut Reader<'_>) -> Option<f64> {
    let mut here = *reader;
    let years = here.take_number().filter(|years| *years <= OLDEST)?;
    *reader = here;
    Some(years)
}

const fn from(years: f64) -> AgeRule {
    AgeRule { min: Some(years), max: None }
}

const fn to(years: f64) -> AgeRule {
    AgeRule { min: None, max: Some(years) }
}
