//! Words of a text, folded so that case, accents and apostrophes do not matter.

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
