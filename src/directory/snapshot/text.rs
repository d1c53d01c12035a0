//! Words of a text, folded so that case, accents and apostrophes do not matter, and a dictionary
//! of all of them in which "begins with" is a range.

use std::collections::BTreeSet;
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

/// The number of a word in a [`Dictionary`].
pub type Word = u32;

/// Every word of the directory's public text, numbered in alphabetical order.
#[derive(Debug, Default)]
pub struct Dictionary {
    sorted: Vec<Box<str>>,
}

impl Dictionary {
    /// A dictionary of these words.
    #[must_use]
    pub fn new(words: BTreeSet<String>) -> Self {
        Self { sorted: words.into_iter().map(String::into_boxed_str).collect() }
    }

    /// The numbers of these texts' words, each once, in order. Words that are not in the
    /// dictionary are left out.
    #[must_use]
    pub fn numbers<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> Box<[Word]> {
        let found: BTreeSet<Word> = texts
            .into_iter()
            .flat_map(words)
            .filter_map(|word| self.sorted.binary_search_by(|known| known.as_ref().cmp(&word)).ok())
            .filter_map(|index| Word::try_from(index).ok())
            .collect();
        found.into_iter().collect()
    }

    /// The numbers of the words that begin with this one.
    #[must_use]
    pub fn beginning_with(&self, start: &str) -> Range<Word> {
        let from = self.sorted.partition_point(|known| known.as_ref() < start);
        let length = self.sorted[from..].partition_point(|known| known.starts_with(start));
        let number = |index: usize| Word::try_from(index).unwrap_or(Word::MAX);
        number(from)..number(from + length)
    }
}

/// Whether any of the ordered numbers lies in the range.
#[must_use]
pub fn holds(numbers: &[Word], range: &Range<Word>) -> bool {
    let first = numbers.partition_point(|number| *number < range.start);
    numbers.get(first).is_some_and(|number| *number < range.end)
}
