//! Words of a text, folded so that case, accents and apostrophes do not matter.

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

/// The folded words of a text, in its order.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    fold(text)
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
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
    let mut is_within = false;
    for (start, letter) in text.char_indices() {
        let end = start + letter.len_utf8();
        let folded = fold(letter.encode_utf8(&mut [0; 4]));
        for letter in folded.chars() {
            if !letter.is_alphanumeric() {
                is_within = false;
                continue;
            }
            match words.last_mut().filter(|_| is_within) {
                Some(word) => {
                    word.text.push(letter);
                    word.letters.push(start..end);
                }
                None => words.push(Written { text: letter.into(), letters: std::iter::once(start..end).collect() }),
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
    words
}
