//! Slips of the hand: the known word that a misspelt one was meant to be.
//!
//! A slip is a letter too many, one missing, one wrong, or two exchanged (optimal string alignment). Words of fewer
//! than five letters are never corrected, five to seven letters are forgiven one slip, longer ones two. The second
//! slip, and any in a word of five letters, must leave the first letter as it is.

use super::vocabulary::Sym;

/// Shortest word that is corrected, in letters.
const SHORTEST: usize = 5;
/// From this length on two slips are forgiven.
const LONG: usize = 8;
/// Longest word that is corrected.
const LONGEST: usize = 24;

/// Every word of the lexicon, by length.
#[derive(Debug, Default)]
pub(super) struct Spelling {
    text: String,
    words: Vec<Known>,
    /// Where the words of each length begin in `words`.
    lengths: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    from: u32,
    len: u8,
    sym: Sym,
    /// A bit for each letter that occurs.
    letters: u32,
}

impl Spelling {
    /// Of words with what they stand for; the earlier of two that are equally near is taken.
    pub(super) fn new<'a>(words: impl Iterator<Item = (&'a str, Sym)>) -> Self {
        let mut kept: Vec<(&str, Sym)> = words
            .filter(|(word, _)| (SHORTEST - 1..=LONGEST).contains(&word.len()))
            .filter(|(word, _)| word.bytes().all(|byte| byte.is_ascii_lowercase()))
            .collect();
        kept.sort_by_key(|(word, _)| word.len());
        let mut spelling = Self::default();
        for (word, sym) in kept {
            while spelling.lengths.len() <= word.len() {
                spelling.lengths.push(u32::try_from(spelling.words.len()).unwrap_or(u32::MAX));
            }
            let from = u32::try_from(spelling.text.len()).unwrap_or(u32::MAX);
            let len = u8::try_from(word.len()).unwrap_or(u8::MAX);
            spelling.text.push_str(word);
            spelling.words.push(Known { from, len, sym, letters: letters(word) });
        }
        spelling
    }

    /// The known word that is nearest within what is forgiven, and its slips.
    pub(super) fn nearest(&self, word: &str) -> Option<(Sym, u8)> {
        let len = word.len();
        if !(SHORTEST..=LONGEST).contains(&len) || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return None;
        }
        let forgiven = if len >= LONG { 2 } else { 1 };
        let mask = letters(word);
        let (first, last) = (word.as_bytes().first(), word.as_bytes().last());
        let mut best: Option<((usize, bool, bool), Sym)> = None;
        for known in self.of_lengths(len - forgiven, len + forgiven) {
            // Each slip changes at most two letters of the set.
            if (known.letters ^ mask).count_ones() as usize > 2 * forgiven {
                continue;
            }
            let other = self.word(known);
            let Some(slips) = slips(word.as_bytes(), other.as_bytes(), forgiven) else { continue };
            let begins = other.as_bytes().first() == first;
            let exchanged = other.as_bytes().get(1) == first && other.as_bytes().first() == word.as_bytes().get(1);
            if !begins && (slips > 1 || (len == SHORTEST && !exchanged)) {
                continue;
            }
            let rank = (slips, !begins, other.as_bytes().last() != last);
            if best.is_none_or(|(held, _)| rank < held) {
                best = Some((rank, known.sym));
            }
        }
        best.map(|((slips, ..), sym)| (sym, u8::try_from(slips).unwrap_or(u8::MAX)))
    }

    fn of_lengths(&self, from: usize, to: usize) -> impl Iterator<Item = &Known> {
        let begin = |len: usize| self.lengths.get(len).map_or(self.words.len(), |at| *at as usize);
        self.words.get(begin(from)..begin(to + 1)).unwrap_or_default().iter()
    }

    fn word(&self, known: &Known) -> &str {
        let from = known.from as usize;
        self.text.get(from..from + usize::from(known.len)).unwrap_or_default()
    }
}

fn letters(word: &str) -> u32 {
    word.bytes().fold(0, |set, byte| set | 1 << (byte.wrapping_sub(b'a') & 31))
}

/// The slips between two words, if there are no more than `most`.
fn slips(a: &[u8], b: &[u8], most: usize) -> Option<usize> {
    // Three rows of the table of distances between the beginnings of both.
    let mut rows = [[0_usize; LONGEST + 2]; 3];
    for (column, cell) in rows[1].iter_mut().enumerate() {
        *cell = column;
    }
    for (i, x) in a.iter().enumerate() {
        let (above, here, next) = ((i + 1) % 3, (i + 2) % 3, i % 3);
        rows[here][0] = i + 1;
        let mut least = i + 1;
        for (j, y) in b.iter().enumerate() {
            let mut cell = (rows[above][j] + usize::from(x != y)).min(rows[above][j + 1] + 1).min(rows[here][j] + 1);
            if i > 0 && j > 0 && Some(x) == b.get(j - 1) && a.get(i - 1) == Some(y) {
                cell = cell.min(rows[next][j - 1] + 1);
            }
            rows[here][j + 1] = cell;
            least = least.min(cell);
        }
        // Two exchanged letters look one row further back, so one slip of grace is left.
        if least > most + 1 {
            return None;
        }
    }
    let slips = rows[(a.len() + 1) % 3][b.len()];
    (slips <= most).then_some(slips)
}
