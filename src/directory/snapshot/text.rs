//! Words of a text, folded so that case, accents and apostrophes do not matter. Initials with full stops between them are
//! one word, as they are without: "N.A." is "na".

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A text without case, accents and apostrophes.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        // What nearly all text is, and what the rest below comes to for it.
        let mut folded = text.to_ascii_lowercase();
        folded.retain(|letter| letter != '\'');
        return folded;
    }
    text.nfkd()
        .filter(|letter| !is_combining_mark(*letter) && !matches!(letter, '\'' | '’' | '‘'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Stands between initials.
const STOP: char = '.';

/// Whether a word is one letter: the first of another, perhaps.
fn is_initial(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none()
}

/// The folded words of a text, in its order.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let mut found: Vec<String> = Vec::new();
    // Whether an initial and its stop were the last that was read.
    let mut goes_on = false;
    for piece in folded.split_inclusive(|letter: char| !letter.is_alphanumeric()) {
        let word = piece.strip_suffix(|letter: char| !letter.is_alphanumeric()).unwrap_or(piece);
        let initial = is_initial(word);
        match found.last_mut().filter(|_| goes_on && initial) {
            Some(initials) => initials.push_str(word),
            None if word.is_empty() => {}
            None => found.push(word.to_owned()),
        }
        goes_on = initial && piece.ends_with(STOP);
    }
    found
}

/// The key by which names are put in order: folded words, so that "The Élan" and "the elan" stand together.
#[must_use]
pub fn sort_key(name: &str) -> String {
    words(name).join(" ")
}

/// A folded word of a text, and where it stands in the text as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The word, folded.
    pub text: String,
    /// For each of its letters the bytes of the text that it comes from; never empty.
    pub letters: Vec<Range<usize>>,
}

impl Written {
    /// The bytes of the text that the whole word comes from.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        let first = self.letters.first().map_or(0, |letter| letter.start);
        first..self.letters.last().map_or(first, |letter| letter.end)
    }
}

/// The words of a text, the same as [`words`] finds, with where they stand.
#[must_use]
pub fn written(text: &str) -> Vec<Written> {
    let mut words: Vec<Written> = Vec::new();
    // Whether each of them has a stop, and nothing else, between it and the one before.
    let mut behind_stop: Vec<bool> = Vec::new();
    let (mut is_within, mut is_stop) = (false, false);
    for (start, letter) in text.char_indices() {
        let end = start + letter.len_utf8();
        let folded = fold(letter.encode_utf8(&mut [0; 4]));
        for letter in folded.chars() {
            if !letter.is_alphanumeric() {
                is_stop = is_within && letter == STOP;
                is_within = false;
                continue;
            }
            match words.last_mut().filter(|_| is_within) {
                Some(word) => {
                    word.text.push(letter);
                    word.letters.push(start..end);
                }
                None => {
                    words.push(Written { text: letter.into(), letters: std::iter::once(start..end).collect() });
                    behind_stop.push(is_stop);
                }
            }
            is_within = true;
        }
        // An accent that is written apart belongs to its letter.
        if is_within
            && folded.is_empty()
            && is_combining_mark(letter)
            && let Some(last) =
                words.last_mut().and_then(|word| word.letters.last_mut()).filter(|last| last.end == start)
        {
            last.end = end;
        }
    }
    let mut found: Vec<Written> = Vec::with_capacity(words.len());
    let mut goes_on = false;
    for (word, behind_stop) in words.into_iter().zip(behind_stop) {
        let initial = is_initial(&word.text);
        match found.last_mut().filter(|_| goes_on && initial && behind_stop) {
            Some(initials) => {
                initials.text.push_str(&word.text);
                initials.letters.extend(word.letters);
            }
            None => found.push(word),
        }
        goes_on = initial;
    }
    found
}
