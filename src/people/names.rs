//! What a service user is found by. Pure.
//!
//! Each word of a name stands for itself and for what is left of it when one letter is missing; so does each word that is
//! looked for. Two words that differ by one letter, by one more or one less, or by two that changed places have something
//! of this in common (Garbe's symmetric deletion, 2012). What comes out is hashed and compared, and never seen.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::contents::Identity;

/// Most words of an identity that it is found by, and most that are looked for.
const MOST_WORDS: usize = 8;
/// Letters of a word that are looked at.
const LONGEST_WORD: usize = 16;
/// Letters that a word must have for one of them to be allowed to be wrong.
const LONG_ENOUGH: usize = 4;

/// The words of a name: in small letters, without accents and signs, each once, in their order.
#[must_use]
pub fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in name.split(|letter: char| letter.is_whitespace() || letter == '-') {
        let word: String = word
            .nfkd()
            .filter(|letter| letter.is_alphanumeric() && !is_combining_mark(*letter))
            .flat_map(char::to_lowercase)
            .take(LONGEST_WORD)
            .collect();
        if !word.is_empty() && !words.contains(&word) && words.len() < MOST_WORDS {
            words.push(word);
        }
    }
    words
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

/// The words of somebody's names.
fn words_of(identity: &Identity) -> Vec<String> {
    let known_as = identity.known_as.as_deref().unwrap_or_default();
    words(&format!("{} {known_as} {}", identity.given_names, identity.family_name))
}

/// Everything that an identity is found by.
#[must_use]
pub fn keys(identity: &Identity) -> BTreeSet<String> {
    let mut keys: BTreeSet<String> = words_of(identity).iter().flat_map(|word| keys_of_word(word)).collect();
    keys.extend(identity.born_on.map(key_of_birth));
    keys.extend(identity.identifiers.iter().map(|identifier| key_of_identifier(&identifier.value)));
    keys
}

/// How well an identity answers to the words that are looked for: for each word how far it is from the nearest of theirs,
/// added up; less is better.
#[must_use]
pub fn distance(looked_for: &[String], identity: &Identity) -> usize {
    let theirs = words_of(identity);
    let nearest = |word: &String| theirs.iter().map(|their| edits(word, their)).min().unwrap_or(LONGEST_WORD);
    looked_for.iter().map(nearest).sum()
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
