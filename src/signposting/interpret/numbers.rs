//! Ages and lengths of time in a text.

use entity::enums::Gender;

use super::forms::{CHILD, Form, Forms, HAD, OWNER, PARENT, PERSON, SUPPORTS};
use super::scope::{Scope, Who};
use super::tokens::{Gap, Span, Tokens};
use super::vocabulary::{AND, BREAK, CLIENT, KIN, ME, NUMBER, THEY, VAGUE, Word};

/// Ages that are believed where somebody only says a number, in years.
const LIKELY_AGES: std::ops::RangeInclusive<u16> = 12..=99;
/// Ages that are believed where "years old" is said; who is younger asks nothing here.
const AGES: std::ops::RangeInclusive<u16> = 10..=110;
/// Under this age somebody whom one has is one's child.
const GROWN: u16 = 18;
/// From this age on somebody may leave home, and so be somebody's client as well as their child.
const LEAVING: u16 = 16;
/// How many words behind an age say who is that old.
const DESCRIBED: usize = 3;

/// A length of time that was said.
#[derive(Clone, Copy, Debug)]
pub(super) struct Duration {
    /// Its first token.
    pub(super) first: usize,
    /// Its last.
    pub(super) last: usize,
    /// Days.
    pub(super) days: u16,
}

/// A number written in figures, or in words up to twenty.
fn number(word: &str) -> Option<u16> {
    const WORDS: [&str; 21] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
    ];
    if word.len() <= 4 && word.bytes().all(|byte| byte.is_ascii_digit()) {
        return word.parse().ok();
    }
    WORDS.iter().position(|known| *known == word).and_then(|at| u16::try_from(at).ok())
}

/// The days of a unit of time; months are 30 days, years 365.
fn unit(word: &str) -> Option<u16> {
    match word {
        "day" | "days" => Some(1),
        "week" | "weeks" | "wk" | "wks" => Some(7),
        "fortnight" | "fortnights" => Some(14),
        "month" | "months" | "mth" | "mths" | "mnth" | "mnths" => Some(30),
        "year" | "years" | "yr" | "yrs" => Some(365),
        _ => None,
    }
}

/// Letters behind the figures of one word: `6wks`, `19yo`.
fn figures(word: &str) -> Option<(u16, &str)> {
    let len = word.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = word.split_at_checked(len)?;
    Some((number(digits).filter(|_| !digits.is_empty())?, rest))
}

/// Every length of time that is said: "3 months", "a fortnight", "six weeks", "6wks".
pub(super) fn durations(tokens: &Tokens) -> Vec<Duration> {
    let mut found = Vec::new();
    for index in 0..tokens.list.len() {
        let word = tokens.at(index);
        if let Some((count, rest)) = figures(word)
            && let Some(days) = unit(rest)
        {
            found.push(Duration { first: index, last: index, days: count.saturating_mul(days) });
            continue;
        }
        let Some(days) = unit(word) else { continue };
        let before = |back: usize| index.checked_sub(back).map_or("", |at| tokens.at(at));
        let (count, back) = match (before(2), before(1)) {
            ("couple" | "cpl", "of") => (2, 2),
            (_, "couple" | "cpl") => (2, 1),
            ("few" | "several", "of") => (3, 2),
            (_, "few" | "several") => (3, 1),
            (_, "a" | "an" | "last" | "past") => (1, 1),
            (_, word) => match number(word) {
                Some(count) => (count, 1),
                None => continue,
            },
        };
        found.push(Duration { first: index - back, last: index, days: count.saturating_mul(days) });
    }
    found
}

/// Every age of the person that is said, in years, with how sure it is.
pub(super) fn ages(tokens: &Tokens, words: &[Word], scope: &Scope<'_>) -> Vec<(f64, Option<Gender>, f64, Vec<Span>)> {
    let mut found = Vec::new();
    for (index, token) in tokens.list.iter().enumerate() {
        let Some((age, rest)) = figures(tokens.word(token)).or_else(|| number(tokens.word(token)).map(|n| (n, "")))
        else {
            continue;
        };
        let at = words.partition_point(|word| word.token as usize <= index).saturating_sub(1);
        let about = scope.who(at);
        if matches!(about, Who::Relative | Who::Other) {
            continue;
        }
        let Some((sure, first, last)) = age_at(tokens, index, age, rest) else { continue };
        let text = (tokens, words, scope.forms);
        if (age < GROWN && whose(index, last, age, text) != Young::Own) || is_of_thing(tokens, words, scope.forms, at) {
            continue;
        }
        // "My 19 year old son".
        let ahead = words.iter().skip(at + 1).take_while(|word| word.gap == Gap::None).take(5);
        if ahead.clone().any(|word| word.is(KIN)) && last > index {
            continue;
        }
        let sure = if about == Who::Client { sure * 0.9 } else { sure };
        let span = |at: usize| tokens.list.get(at).map_or(token.span, |token| token.span);
        let letter = |at: Option<usize>| at.map_or("", |at| tokens.at(at));
        let gender = match (letter(index.checked_sub(1)), rest, letter(Some(index + 1))) {
            ("m", "", _) | (_, "m", _) | (_, "", "m") => Some(Gender::Man),
            ("f", "", _) | (_, "f", _) | (_, "", "f") => Some(Gender::Woman),
            _ => None,
        };
        found.push((f64::from(age), gender, sure, vec![span(first).to(span(last))]));
    }
    found
}

/// How sure it is that a number is an age, and the tokens that say so.
fn age_at(tokens: &Tokens, index: usize, age: u16, rest: &str) -> Option<(f64, usize, usize)> {
    let next = |on: usize| {
        let token = tokens.list.get(index + on).filter(|token| token.gap == Gap::None || on > 1);
        token.map_or("", |token| tokens.word(token))
    };
    let before = |back: usize| index.checked_sub(back).map_or("", |at| tokens.at(at));
    let years = AGES.contains(&age);
    // "19 years old", "19 yr old", "19 y/o", "19yo".
    match (rest, next(1), next(2)) {
        ("", "year" | "years" | "yr" | "yrs" | "y", "old" | "o") if years => return Some((0.95, index, index + 2)),
        ("yr" | "yrs" | "year" | "years" | "y", "old" | "o", _) if years => return Some((0.95, index, index + 1)),
        ("yo", ..) if years => return Some((0.95, index, index)),
        ("", "yo", _) if years => return Some((0.95, index, index + 1)),
        ("", "years" | "yrs", "of") if years && next(3) == "age" => return Some((0.95, index, index + 3)),
        _ => {}
    }
    if matches!(rest, "m" | "f") && LIKELY_AGES.contains(&age) {
        return Some((0.6, index, index));
    }
    if !rest.is_empty() || !LIKELY_AGES.contains(&age) || counts(next(1)) {
        return None;
    }
    match (before(2), before(1)) {
        (_, "aged" | "age" | "now") => return Some((0.92, index - 1, index)),
        ("just" | "have" | "ive" | "hes" | "shes" | "i" | "he" | "she", "turned") => {
            return Some((0.88, index - 1, index));
        }
        (_, "i" | "im" | "ah") | ("i", "am" | "m" | "only" | "just") | ("im", "only" | "just") => {
            return Some((0.85, index - 1, index));
        }
        (_, "hes" | "shes") | ("he" | "she" | "client" | "they", "is" | "are") => {
            return Some((0.8, index - 1, index));
        }
        _ => {}
    }
    if before(1) == "is" {
        return Some((0.65, index - 1, index));
    }
    let is_sex =
        |word: &str| matches!(word, "male" | "female" | "man" | "woman" | "lad" | "m" | "f" | "bloke" | "lady");
    if is_sex(next(1)) {
        return Some((0.75, index, index + 1));
    }
    if is_sex(before(1)) {
        return Some((0.75, index - 1, index));
    }
    // "Veteran, 55, Glasgow": a number between commas.
    let between = |at: usize| tokens.list.get(at).is_none_or(|token| token.gap != Gap::None);
    if index > 0 && between(index) && between(index + 1) && age >= 16 && !is_of_date(tokens, index) {
        return Some((0.55, index, index));
    }
    // "34, just out of prison": a number at the head of a text, with nothing that it counts.
    let alone =
        tokens.list.get(index + 1).is_some_and(|token| token.gap == Gap::Pause) || matches!(next(1), "and" | "with");
    (index == 0 && alone && age >= 16).then_some((0.6, index, index))
}

/// Whether a number goes on with another: the 88 of "14/2/88", the 80 of "120/80".
fn is_of_date(tokens: &Tokens, index: usize) -> bool {
    let goes_on = |one: usize, next: usize| {
        let (Some(one), Some(next)) = (tokens.list.get(one), tokens.list.get(next)) else { return false };
        next.span.start - one.span.end == 1
            && figures(tokens.word(one)).is_some()
            && figures(tokens.word(next)).is_some()
    };
    index.checked_sub(1).is_some_and(|before| goes_on(before, index)) || goes_on(index, index + 1)
}

/// Whose age a young one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Young {
    /// That of the one whom the text is about: "I'm a 17 year old", "referral of a 16 year old".
    Own,
    /// That of a child of theirs: "with a 14 year old", "got a 4yo", "my 12 year old".
    Child,
    /// That of somebody else, or of nobody knows whom: "my 16 year old sister", "I have a 17 year old lad".
    Other,
}

/// Whose age stands from `index` on; its last token is `last`, and the word it is in is at `at`.
fn whose(index: usize, last: usize, age: u16, text: (&Tokens, &[Word], &Forms)) -> Young {
    let (tokens, words, forms) = text;
    let before = |back: usize| index.checked_sub(back).map_or("", |at| tokens.at(at));
    let is = |back: usize, which: Form| forms.is(before(back), which);
    let mut behind = words.iter().skip_while(|word| word.token as usize <= last).take(DESCRIBED);
    let named: Vec<&Word> = behind.by_ref().take_while(|word| word.gap == Gap::None && !word.is(AND | BREAK)).collect();
    let child = named.iter().any(|word| forms.is(tokens.at(word.token as usize), CHILD));
    let on = if matches!(before(1), "a" | "an" | "and" | "our" | "one") { 2 } else { 1 };
    // "A 9 year old and a 12 year old", but "I'm homeless and a 17 year old".
    let listed = |back: usize| {
        let young = |back: &usize| figures(before(*back)).is_some_and(|(age, _)| age < GROWN);
        let aged = matches!(before(back), "old" | "yo" | "o") || figures(before(back)).is_some();
        is(back, CHILD)
            || aged && (back..=back + 2).find(|back| figures(before(*back)).is_some()).is_some_and(|at| young(&at))
    };
    let had = match (before(on), before(1)) {
        // "Mum of a 10 year old", but "on behalf of a 17 year old".
        ("of", _) => is(on + 1, PARENT),
        ("and", _) => listed(on + 1),
        (_, "and") => listed(2),
        (word, _) => forms.is(word, HAD),
    };
    if !had || is(on + 1, SUPPORTS) {
        return Young::Own;
    }
    if named.first().is_some_and(|word| word.is(CLIENT)) {
        return Young::Own;
    }
    if !child && named.iter().any(|word| word.is(KIN)) {
        return Young::Other;
    }
    // A worker has a client, a parent a child: who says no more has either.
    let owned = is(on, OWNER) || is(1, OWNER) || before(on) == "of";
    let person = named.first().is_some_and(|word| forms.is(tokens.at(word.token as usize), PERSON));
    if age >= LEAVING && !owned && person { Young::Other } else { Young::Child }
}

/// Whether the number at `index` is the age of a child of theirs, or of somebody else.
pub(super) fn is_of_another(tokens: &Tokens, words: &[Word], forms: &Forms, index: usize) -> bool {
    let age = figures(tokens.at(index)).map(|(age, rest)| (age, if rest.is_empty() { index + 2 } else { index }));
    age.is_some_and(|(age, last)| age < GROWN && whose(index, last, age, (tokens, words, forms)) != Young::Own)
}

/// Whether it is no person who is this old: "the flat is 40 years old".
fn is_of_thing(tokens: &Tokens, words: &[Word], forms: &Forms, at: usize) -> bool {
    let Some(index) = words.get(at).map(|word| word.token as usize) else { return false };
    let is = index.checked_sub(1).is_some_and(|before| matches!(tokens.at(before), "is" | "was" | "are"));
    let Some(named) = at.checked_sub(2).and_then(|before| words.get(before)) else { return false };
    let person = named.is(CLIENT | THEY | KIN | ME) || forms.is(tokens.at(named.token as usize), PERSON);
    is && !person && named.sym > NUMBER && (named.role == 0 || named.is(VAGUE))
}

/// Children of the person, by their age: "with a 3 year old", "got a 4yo"; "my daughter's 8 and lives with me".
pub(super) fn children(tokens: &Tokens, words: &[Word], forms: &Forms) -> Vec<Span> {
    let mut found = Vec::new();
    for (index, token) in tokens.list.iter().enumerate() {
        let Some((age, rest)) = figures(tokens.word(token)).or_else(|| number(tokens.word(token)).map(|n| (n, "")))
        else {
            continue;
        };
        if !(1..GROWN).contains(&age) {
            continue;
        }
        let next = |on: usize| tokens.at(index + on);
        let old = match (rest, next(1), next(2)) {
            ("", "year" | "years" | "yr" | "yrs" | "y", "old" | "o") => Some(index + 2),
            ("yr" | "yrs" | "year" | "years" | "y", "old" | "o", _) => Some(index + 1),
            ("", "yo", _) => Some(index + 1),
            ("yo", ..) => Some(index),
            _ => None,
        };
        let at = words.partition_point(|word| word.token as usize <= index).saturating_sub(1);
        let last = match old {
            Some(last) if whose(index, last, age, (tokens, words, forms)) == Young::Child => last,
            // With somebody's age, that they live with "me" says whose child it is.
            _ if words.iter().take(at).rev().take(2).any(|word| is_child(tokens.at(word.token as usize), forms)) => {
                let mut on = words.iter().skip(at + 1).take(6).take_while(|word| word.gap != Gap::Stop);
                let Some(me) = on.find(|word| word.is(ME)) else { continue };
                if tokens.at((me.token as usize).saturating_sub(1)) != "with" {
                    continue;
                }
                me.token as usize
            }
            _ => continue,
        };
        found.extend(tokens.list.get(last).map(|last| token.span.to(last.span)));
    }
    found
}

fn is_child(word: &str, forms: &Forms) -> bool {
    forms.is(word, CHILD) || word.strip_suffix('s').is_some_and(|one| forms.is(one, CHILD))
}

/// Words for what a number counts, where it is no age.
pub(super) fn counts(word: &str) -> bool {
    const COUNTED: [&str; 40] = [
        "miles", "mile", "stone", "pounds", "pound", "quid", "times", "kids", "children", "grand", "minutes", "mins",
        "hours", "hour", "hrs", "people", "pm", "am", "percent", "days", "day", "weeks", "week", "wks", "months",
        "month", "mths", "years", "year", "yrs", "yr", "nights", "pints", "cans", "units", "bags", "dogs", "k", "p",
        "more",
    ];
    COUNTED.contains(&word)
}
