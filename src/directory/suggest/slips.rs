//! Which words of a dictionary begin like a typed one, but for a slip or two.
//!
//! A slip is a letter wrong, missing, too many, or exchanged with its neighbour. The ordered dictionary is walked as a
//! tree of letters, with the row of differences between what was typed and the letters walked so far; branches that
//! cannot come near again are not entered.

use std::ops::Range;

use super::strings::Strings;
use super::table::Word;
use super::typed::LONGEST_WITH_SLIPS;

/// Branches that may be entered for one question. Ordinary dictionaries need hundreds for a word; one made to hurt gets
/// an incomplete answer.
pub(super) const MOST_BRANCHES: usize = 3_000;

/// The words whose beginning differs from a typed word by at most one slip, and by at most two, each as ranges in order
/// that do not touch.
#[derive(Debug, Default)]
pub(super) struct Near {
    pub(super) one: Vec<Range<Word>>,
    pub(super) two: Vec<Range<Word>>,
}

/// The words of a range of the dictionary that begin like the typed one but for `most` slips (one or two). `left` is
/// how many branches may still be entered. A word longer than [`LONGEST_WITH_SLIPS`] is not looked for.
pub(super) fn near(dictionary: &Strings, words: Range<Word>, typed: &[char], most: u8, left: &mut usize) -> Near {
    if most == 0 || typed.len() > LONGEST_WITH_SLIPS {
        return Near::default();
    }
    let row = std::array::from_fn(|slips| u8::try_from(slips).unwrap_or(u8::MAX));
    let mut walk = Walk { dictionary, typed, found: Near::default(), left };
    walk.enter(&Branch { words, bytes: 0, letter: None, before: [u8::MAX; WIDTH], row }, most);
    Near { one: joined(walk.found.one), two: joined(walk.found.two) }
}

const WIDTH: usize = LONGEST_WITH_SLIPS + 1;

/// The slips between one beginning and each beginning of what was typed.
type Row = [u8; WIDTH];

struct Walk<'a> {
    dictionary: &'a Strings,
    typed: &'a [char],
    found: Near,
    left: &'a mut usize,
}

/// The words that share a beginning.
struct Branch {
    words: Range<Word>,
    /// Length of the beginning in bytes, and its last letter.
    bytes: usize,
    letter: Option<char>,
    /// The slips without the last letter and with it.
    before: Row,
    row: Row,
}

impl Walk<'_> {
    /// Looks for words of the branch with at most so many slips.
    fn enter(&mut self, branch: &Branch, mut most: u8) {
        let width = self.typed.len() + 1;
        let here = branch.row.get(self.typed.len()).copied().unwrap_or(u8::MAX);
        if here <= most {
            self.found.two.push(branch.words.clone());
            // Everything beneath is found with so many; only fewer would be news, and fewer than one is not asked.
            if here <= 1 {
                self.found.one.push(branch.words.clone());
                return;
            }
            most = here - 1;
        }
        let fewest = |row: &Row| row.iter().take(width).min().copied().unwrap_or(u8::MAX);
        let here = fewest(&branch.row);
        if here.min(fewest(&branch.before).saturating_add(1)) > most {
            return;
        }
        let end = branch.words.end;
        let ended = |word: &str| word.len() <= branch.bytes;
        let mut from = self.dictionary.first_not(branch.words.start, end, ended);
        if here >= most {
            // All slips are used up: what follows is as it was typed.
            for letter in self.expected(branch, most) {
                from = self.dictionary.first_not(from, end, |word| letter_at(word, branch.bytes) < Some(letter));
                from = self.follow(branch, from, letter, most);
            }
            return;
        }
        while from < end && *self.left > 0 {
            let Some(letter) = letter_at(self.dictionary.get(from), branch.bytes) else { return };
            from = self.follow(branch, from, letter, most);
        }
    }

    /// Enters the branch of one more letter, whose words begin at `from` if there are any; where the next begins.
    fn follow(&mut self, branch: &Branch, from: Word, letter: char, most: u8) -> Word {
        let to = self.dictionary.run(from, branch.words.end, |word| letter_at(word, branch.bytes) == Some(letter));
        if from < to && *self.left > 0 {
            *self.left -= 1;
            let (bytes, row) = (branch.bytes + letter.len_utf8(), self.row(branch, letter));
            self.enter(&Branch { words: from..to, bytes, letter: Some(letter), before: branch.row, row }, most);
        }
        to
    }

    /// The letters that add no slip, in order: the next of what was typed, or the two last exchanged.
    fn expected(&self, branch: &Branch, most: u8) -> Vec<char> {
        let mut letters = Vec::with_capacity(4);
        let mut typed_before = None;
        for (at, typed) in self.typed.iter().enumerate() {
            if branch.row.get(at).is_some_and(|slips| *slips <= most) {
                letters.push(*typed);
            }
            let before = at.checked_sub(1).and_then(|at| branch.before.get(at));
            if branch.letter == Some(*typed) && before.is_some_and(|slips| *slips < most) {
                letters.extend(typed_before);
            }
            typed_before = Some(*typed);
        }
        letters.sort_unstable();
        letters.dedup();
        letters
    }

    /// The slips after one more letter.
    fn row(&self, branch: &Branch, letter: char) -> Row {
        let above = |at: usize| branch.row.get(at).copied().unwrap_or(u8::MAX);
        let mut row = [u8::MAX; WIDTH];
        let mut left = above(0).saturating_add(1);
        let mut typed_before = None;
        let (first, rest) = row.split_at_mut(1);
        first.fill(left);
        for ((at, typed), place) in self.typed.iter().enumerate().zip(rest) {
            let wrong = above(at).saturating_add(u8::from(*typed != letter));
            let mut slips = wrong.min(above(at + 1).saturating_add(1)).min(left.saturating_add(1));
            if typed_before == Some(letter) && branch.letter == Some(*typed) {
                let exchanged = at.checked_sub(1).and_then(|at| branch.before.get(at)).copied();
                slips = slips.min(exchanged.unwrap_or(u8::MAX).saturating_add(1));
            }
            *place = slips;
            (left, typed_before) = (slips, Some(*typed));
        }
        row
    }
}

fn letter_at(word: &str, at: usize) -> Option<char> {
    word.get(at..).and_then(|rest| rest.chars().next())
}

/// Ranges in order, those that touch or overlap made one.
pub(super) fn joined(mut ranges: Vec<Range<Word>>) -> Vec<Range<Word>> {
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    let mut joined: Vec<Range<Word>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            Some(_) | None => joined.push(range),
        }
    }
    joined
}
