//! Reads from a text who may come, where the text says so *outright*: "Women only.", "18 to 25",
//! "We cannot accept arson or sexual offences."
//!
//! A sentence counts only when every word of it is understood, or when what is left merely
//! narrows it ("women … living in Salford"). Hedges, sessions, alternatives and exceptions
//! therefore leave a rule unknown: an unknown rule becomes a question, a wrong one turns
//! somebody away. What was read is marked as read from text, with the sentence.
//!
//! To teach it a phrase: a line in [`phrases`] or, for ages, in [`ages`], and a line in the
//! table test, with a trap beside it.

mod ages;
mod audience;
mod phrases;
mod statement;
mod words;

use entity::enums::{Characteristic, CharacteristicRule, Gender, RuleEvidence};

use self::{
    phrases::BENDS,
    statement::{Source, Statement},
    words::Sentence,
};
use crate::directory::listing::{Eligibility, Ruled, SubstanceUse};

/// Longest text that is looked at, in bytes; nobody states a rule beyond some pages.
const LONGEST: usize = 20_000;

/// Most sentences that are looked at; each is held against every other. Real texts have some seventy.
const MOST_SENTENCES: usize = 200;

/// What was read from a text, and what was not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TextReading {
    /// The rules; each with [`RuleEvidence::ReadFromText`] and the sentence it was read from.
    /// [`Eligibility::other`] stays empty.
    pub eligibility: Eligibility,
    /// What the rules do not say, in the words of the text; `None` when they say all of it.
    pub leftover: Option<String>,
}

/// Reads a text that is about who may come, such as the standard's `eligibility_description`.
#[must_use]
pub fn eligibility(text: &str) -> TextReading {
    read(text, Source::Eligibility)
}

/// Reads a description, where only a limit in so many words counts ("only", "must be", "we work
/// with people aged …").
#[must_use]
pub fn description(text: &str) -> Eligibility {
    read(text, Source::Description).eligibility
}

fn read(text: &str, source: Source) -> TextReading {
    let text = text.trim();
    let untouched = || TextReading { eligibility: Eligibility::default(), leftover: some(text) };
    if text.len() > LONGEST {
        return untouched();
    }
    let sentences = words::sentences(text);
    if sentences.len() > MOST_SENTENCES {
        return untouched();
    }
    let mut said: Vec<(&Sentence<'_>, Option<Statement>)> =
        sentences.iter().map(|sentence| (sentence, statement::read(&sentence.words, source))).collect();
    let bends = |sentence: &Sentence<'_>| sentence.words.iter().any(|word| BENDS.contains(&word.as_str()));
    let unread = |said: &Option<Statement>| said.is_none();
    if source == Source::Eligibility && said.iter().any(|(sentence, said)| unread(said) && bends(sentence)) {
        return untouched();
    }
    drop_contradicted(&mut said, source);
    if said.iter().all(|(_, statement)| unread(statement)) {
        return untouched();
    }
    let mut reading = TextReading::default();
    for (sentence, statement) in &said {
        if let Some(statement) = statement {
            add(&mut reading.eligibility, statement, sentence.written);
        }
    }
    let left: Vec<&str> = said
        .iter()
        .filter(|(_, statement)| statement.as_ref().is_none_or(|statement| !statement.complete))
        .map(|(sentence, _)| sentence.written)
        .collect();
    reading.leftover = some(&left.join(" "));
    reading
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// Takes back what another sentence contradicts, or speaks about in words that were not
/// understood. The sentence then counts as unread as a whole.
fn drop_contradicted(said: &mut [(&Sentence<'_>, Option<Statement>)], source: Source) {
    loop {
        let doubtful = said.iter().position(|(sentence, statement)| {
            statement.as_ref().is_some_and(|statement| {
                said.iter().any(|(other, theirs)| {
                    !std::ptr::eq(*sentence, *other)
                        && match theirs {
                            Some(theirs) => contradicts(statement, theirs),
                            None => speaks_of(other, statement, source),
                        }
                })
            })
        });
        match doubtful {
            Some(at) => said[at].1 = None,
            None => return,
        }
    }
}

fn contradicts(one: &Statement, other: &Statement) -> bool {
    fn differ<T: PartialEq>(one: &Option<T>, other: &Option<T>) -> bool {
        matches!((one, other), (Some(one), Some(other)) if one != other)
    }
    differ(&one.age, &other.age)
        || differ(&one.genders, &other.genders)
        || differ(&one.substance_use, &other.substance_use)
        || one.characteristics.iter().any(|(what, rule)| {
            other.characteristics.iter().any(|(their_what, their_rule)| what == their_what && rule != their_rule)
        })
}

/// Whether a sentence that was not understood speaks of the matter of one that was.
fn speaks_of(sentence: &Sentence<'_>, statement: &Statement, source: Source) -> bool {
    let has = |wanted: &[&str]| sentence.words.iter().any(|word| wanted.contains(&word.as_str()));
    let pairs = |first: &[&str], number: bool| {
        sentence.words.windows(2).any(|pair| {
            let [one, next] = pair else { return false };
            let digits = |word: &String| word.starts_with(|c: char| c.is_ascii_digit());
            if number {
                first.contains(&one.as_str()) && digits(next)
            } else {
                digits(one) && first.contains(&next.as_str())
            }
        })
    };
    let age = || {
        has(&["age", "aged", "ages"])
            || pairs(&["over", "under", "above", "below"], true)
            || pairs(&["year", "years", "yrs", "+", "plus", "s"], false)
    };
    let women = ["women", "woman", "female", "females", "girls", "mothers", "wives"];
    let men = ["men", "man", "male", "males", "boys", "fathers", "husbands"];
    let anybody = ["gender", "genders", "mixed", "everyone", "anyone", "couples", "partners"];
    let gender = |genders: &[Gender]| {
        genders != Gender::ALL
            && (has(&anybody)
                || (!genders.contains(&Gender::Man) && has(&men))
                || (!genders.contains(&Gender::Woman) && has(&women)))
    };
    let substance = [
        "drug",
        "drugs",
        "alcohol",
        "abstinent",
        "abstinence",
        "substance",
        "substances",
        "sober",
        "using",
        "influence",
    ];
    let offences =
        ["offence", "offences", "arson", "sexual", "convictions", "conviction", "violent", "violence", "offenders"];
    let widens = ["also", "welcome", "welcomes", "anyone", "everyone", "others", "all"];
    let required = |rules: &[(Characteristic, CharacteristicRule)]| {
        rules.iter().any(|(_, rule)| *rule == CharacteristicRule::Required)
    };
    let bends = source == Source::Description && has(&["exception", "exceptions", "discretion"]);
    bends
        || (statement.age.is_some() && age())
        || statement.genders.as_deref().is_some_and(gender)
        || (statement.substance_use.is_some() && has(&substance))
        || (statement.offences.is_some() && has(&offences))
        || (source == Source::Eligibility && required(&statement.characteristics) && has(&widens))
}

/// Adds what a sentence states. Offences and characteristics of several sentences add up.
fn add(eligibility: &mut Eligibility, statement: &Statement, written: &str) {
    fn ruled<T>(rule: T, written: &str) -> Ruled<T> {
        Ruled { rule, evidence: RuleEvidence::ReadFromText, quote: Some(written.to_owned()) }
    }
    if let (None, Some(age)) = (&eligibility.age, statement.age) {
        eligibility.age = Some(ruled(age, written));
    }
    if let (None, Some(genders)) = (&eligibility.genders, &statement.genders) {
        eligibility.genders = Some(ruled(genders.clone(), written));
    }
    if let (None, Some((rule, abstinent_days))) = (&eligibility.substance_use, statement.substance_use) {
        eligibility.substance_use = Some(ruled(SubstanceUse { rule, abstinent_days }, written));
    }
    match (&mut eligibility.offences, &statement.offences) {
        (Some(sum), Some(more)) => {
            sum.rule.excluded.extend(more.excluded.iter().copied());
            sum.rule.considered.extend(more.considered.iter().copied());
            sum.quote = sum.quote.take().map(|quote| format!("{quote} {written}"));
        }
        (sum @ None, Some(offences)) => *sum = Some(ruled(offences.clone(), written)),
        (_, None) => {}
    }
    for (characteristic, rule) in &statement.characteristics {
        if !eligibility.characteristics.iter().any(|(known, _)| known == characteristic) {
            eligibility.characteristics.push((*characteristic, ruled(*rule, written)));
        }
    }
}
