//! What a service user is found by. Pure.
//!
//! Each word of a name stands for itself and for what is left of it when one letter is missing; so does each word that is
//! looked for. Two words that differ by one letter, by one more or one less, or by two that changed places have something
//! of this in common (Garbe's symmetric deletion, 2012). What comes out is hashed and compared, and never seen.
//!
//! Nobody hears an apostrophe or a dash: what was written with one can be read as one word or as several, and so can a letter
//! that stands alone before a word. Everything that was said of somebody is found by each of its readings, and whoever looks
//! for O'Connell, O Connell or OConnell finds each of them. The words as [`words`] parts them are always one of the readings:
//! whoever was entered before there were others has only those in the index.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::contents::Identity;
use crate::post::is_invisible;

/// Most words of an identity that it is found by, and most that are looked for.
const MOST_WORDS: usize = 8;
/// Letters of a word that are looked at.
const LONGEST_WORD: usize = 16;
/// Letters that a word must have for one of them to be allowed to be wrong.
const LONG_ENOUGH: usize = 4;
/// What stands for a dash: Unicode's dashes (property Dash), and what looks like one.
const DASHES: &str = "-\u{ad}\u{2d7}\u{58a}\u{5be}\u{1400}\u{1806}\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2015}\u{2043}\
    \u{2053}\u{207b}\u{208b}\u{2212}\u{2e17}\u{2e1a}\u{2e3a}\u{2e3b}\u{2e40}\u{2e5d}\u{301c}\u{3030}\u{30a0}\u{fe31}\u{fe32}\
    \u{fe58}\u{fe63}\u{ff0d}\u{10ead}";
/// What stands for an apostrophe, whatever it was made for.
const APOSTROPHES: &str = "'`\u{b4}\u{2b9}\u{2bb}\u{2bc}\u{2bd}\u{2be}\u{2bf}\u{2c8}\u{2ca}\u{2cb}\u{55a}\u{5f3}\u{7f4}\u{1fbd}\
    \u{1fbf}\u{1fef}\u{1ffd}\u{1ffe}\u{2018}\u{2019}\u{201a}\u{201b}\u{2032}\u{2035}\u{a78b}\u{a78c}\u{ff07}\u{ff40}";

/// A part of a name that is looked for. It is there where all words of one of its readings are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// How it can be read; there is one at the least, and none is empty.
    pub readings: Vec<Vec<Sought>>,
}

/// A word that is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought {
    /// The word.
    pub word: String,
    /// What it is found by.
    pub keys: BTreeSet<String>,
}

/// A part of a name as it was written: what stands between blanks, and before it the letters that stand alone.
struct Written(Vec<String>);

/// The letters of a word as they were always kept: small, without accents and signs.
fn letters(word: &str) -> impl Iterator<Item = char> {
    word.nfkd().filter(|letter| letter.is_alphanumeric() && !is_combining_mark(*letter)).flat_map(char::to_lowercase)
}

fn always(word: &str) -> String {
    letters(word).take(LONGEST_WORD).collect()
}

/// The same without what is a letter by name alone: some apostrophes are, and what shows nothing.
fn plain(word: &str) -> String {
    letters(word).filter(|letter| !is_apostrophe(*letter) && !is_invisible(*letter)).take(LONGEST_WORD).collect()
}

fn is_apostrophe(sign: char) -> bool {
    APOSTROPHES.contains(sign)
}

fn is_dash(sign: char) -> bool {
    DASHES.contains(sign)
}

/// The parts of a name as they were written, with no more words than are looked at.
fn written(name: &str) -> Vec<Written> {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut parts: Vec<Written> = Vec::new();
    // Whether what comes next belongs to what came last.
    let mut goes_on = false;
    for part in name.split_whitespace() {
        let kept: Vec<&str> = part
            .split('-')
            .filter(|piece| {
                let word = always(piece);
                if word.is_empty() || (seen.len() >= MOST_WORDS && !seen.contains(&word)) {
                    return false;
                }
                seen.insert(word);
                true
            })
            .collect();
        if kept.is_empty() {
            continue;
        }
        let part = kept.join("-");
        let stands_alone = plain(&part).chars().count() == 1 || part.ends_with(is_apostrophe);
        match parts.last_mut().filter(|_| goes_on) {
            Some(Written(last)) => last.push(part),
            None => parts.push(Written(vec![part])),
        }
        goes_on = stands_alone;
    }
    parts
}

impl Written {
    /// Its words as they were always parted, at blanks and plain dashes, each once.
    fn always(&self) -> Vec<String> {
        let words = self.0.iter().flat_map(|part| part.split('-')).map(always);
        once(words.filter(|word| !word.is_empty()))
    }

    /// The words of everything that it can be read as, a few of each at the most; first as they were always parted.
    fn readings(&self) -> Vec<Vec<String>> {
        // A letter that stands alone is heard as one with an apostrophe.
        let whole = self.0.join("'");
        let parted = |at: &dyn Fn(char) -> bool| -> Vec<String> {
            once(whole.split(at).map(plain).filter(|word| !word.is_empty())).into_iter().take(MOST_WORDS).collect()
        };
        let mut readings = vec![self.always()];
        for words in [parted(&is_dash), parted(&|sign| is_dash(sign) || is_apostrophe(sign)), parted(&|_| false)] {
            if !words.is_empty() && !readings.contains(&words) {
                readings.push(words);
            }
        }
        readings
    }

    fn term(&self) -> Term {
        let readings = self.readings();
        let apart: BTreeSet<String> = if self.0.len() > 1 {
            self.0.iter().flat_map(|part| Self(vec![part.clone()]).readings()).flatten().collect()
        } else {
            BTreeSet::new()
        };
        let sought = |word: &String| {
            let mut keys = keys_of_word(word);
            // Of a letter that stands alone nothing would be left: whoever looks for J Smith does not look for every Smith.
            if !apart.is_empty() && !apart.contains(word) {
                keys.remove(&key_of_name(&word.chars().skip(1).collect::<String>()));
            }
            Sought { word: word.clone(), keys }
        };
        Term { readings: readings.iter().map(|words| words.iter().map(sought).collect()).collect() }
    }
}

/// The words of a name as they were always parted, at blanks and plain dashes: in small letters, without accents and signs,
/// each once, in their order. Everybody is found by them, whenever they were entered.
#[must_use]
pub fn words(name: &str) -> Vec<String> {
    once(written(name).iter().flat_map(Written::always))
}

/// Each of these once, in their order.
fn once<T: PartialEq>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut each: Vec<T> = Vec::new();
    for one in all {
        if !each.contains(&one) {
            each.push(one);
        }
    }
    each
}

/// What is looked for by a name: all of these have to be there. None where it has neither a letter nor a digit.
#[must_use]
pub fn terms(name: &str) -> Vec<Term> {
    once(written(name).iter().map(Written::term))
}

/// What a word is found by where it is spelt as it was said.
#[must_use]
pub fn key_of_name(word: &str) -> String {
    format!("name {word}")
}

/// What a word is found by.
#[must_use]
pub fn keys_of_word(word: &str) -> BTreeSet<String> {
    let letters: Vec<char> = word.chars().collect();
    let mut keys = BTreeSet::from([key_of_name(word)]);
    if letters.len() >= LONG_ENOUGH {
        keys.extend((0..letters.len()).map(|left_out| {
            let rest = letters.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, letter)| *letter);
            key_of_name(&rest.collect::<String>())
        }));
    }
    keys
}

/// What a date of birth is found by.
#[must_use]
pub fn key_of_birth(born_on: NaiveDate) -> String {
    format!("born {born_on}")
}

/// What an identifier is found by, whoever's it is: letters and digits alone.
#[must_use]
pub fn key_of_identifier(value: &str) -> String {
    let plain: String = value.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    format!("identifier {plain}")
}

/// The words of somebody's names, in every reading.
fn words_of(identity: &Identity) -> BTreeSet<String> {
    let known_as = identity.known_as.as_deref().unwrap_or_default();
    let parts = written(&format!("{} {known_as} {}", identity.given_names, identity.family_name));
    parts.iter().flat_map(Written::readings).flatten().collect()
}

/// Everything that an identity is found by.
#[must_use]
pub fn keys(identity: &Identity) -> BTreeSet<String> {
    let mut keys: BTreeSet<String> = words_of(identity).iter().flat_map(|word| keys_of_word(word)).collect();
    keys.extend(identity.born_on.map(key_of_birth));
    keys.extend(identity.identifiers.iter().map(|identifier| key_of_identifier(&identifier.value)));
    keys
}

/// How well an identity answers to what is looked for: for each word how far it is from the nearest of theirs, added up, in the
/// reading that answers best; less is better.
#[must_use]
pub fn distance(looked_for: &[Term], identity: &Identity) -> usize {
    let theirs = words_of(identity);
    let nearest = |sought: &Sought| theirs.iter().map(|their| edits(&sought.word, their)).min().unwrap_or(LONGEST_WORD);
    let of_reading = |reading: &Vec<Sought>| reading.iter().map(nearest).sum::<usize>();
    looked_for.iter().map(|term| term.readings.iter().map(of_reading).min().unwrap_or(LONGEST_WORD)).sum()
}

/// How many letters have to be changed, added or taken away to make one word of the other (Levenshtein 1966).
fn edits(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.chars().enumerate() {
        let mut diagonal = at;
        let mut left = at + 1;
        for (place, their) in row.iter_mut().skip(1).zip(&other) {
            let above = *place;
            left = (diagonal + usize::from(letter != *their)).min(above + 1).min(left + 1);
            diagonal = above;
            *place = left;
        }
        if let Some(first) = row.first_mut() {
            *first = at + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}
