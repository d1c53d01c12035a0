//! What somebody has typed so far, as words to look for.

use crate::directory::snapshot::text::words;

/// Letters read of what was typed; what follows is left unread.
const MOST_LETTERS: usize = 80;
/// Words read.
pub(super) const MOST_WORDS: usize = 8;
/// Words longer than this are looked for as they stand: nobody knows them by heart.
pub(super) const LONGEST_WITH_SLIPS: usize = 32;

/// What was typed.
#[derive(Debug)]
pub(super) struct Typed {
    /// All of it in its order.
    pub(super) sequence: Vec<String>,
    /// Each word once, the longest first: of two words of which one begins the other, the longer has
    /// fewer words to choose from and so chooses first.
    pub(super) words: Vec<TypedWord>,
}

/// A word that was typed, perhaps only in part.
#[derive(Debug)]
pub(super) struct TypedWord {
    pub(super) text: String,
    pub(super) letters: Vec<char>,
    /// Slips forgiven in it: one from four letters, two from eight.
    pub(super) slips: u8,
}

impl Typed {
    pub(super) fn read(typed: &str) -> Self {
        let cut = typed.char_indices().nth(MOST_LETTERS).map_or(typed, |(end, _)| typed.get(..end).unwrap_or_default());
        let mut sequence = words(cut);
        sequence.truncate(MOST_WORDS);
        let mut words: Vec<TypedWord> = Vec::with_capacity(sequence.len());
        for word in &sequence {
            if !words.iter().any(|other| other.text == *word) {
                words.push(TypedWord::new(word));
            }
        }
        words.sort_by_key(|word| std::cmp::Reverse(word.letters.len()));
        Self { sequence, words }
    }
}

impl TypedWord {
    fn new(word: &str) -> Self {
        let letters: Vec<char> = word.chars().collect();
        let slips = match letters.len() {
            0..=3 => 0,
            4..=7 => 1,
            8..=LONGEST_WITH_SLIPS => 2,
            _ => 0,
        };
        Self { text: word.to_owned(), letters, slips }
    }
}
