//! Where in a text, as it is written, the words that were typed stand.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use crate::directory::snapshot::text::fold;

/// A folded word of a text: for each of its letters the bytes of the text that it comes from.
struct Written {
    letters: Vec<Range<usize>>,
}

/// The bytes of the words at these positions, of each so many letters or all; in order and without overlap.
pub(super) fn highlight(text: &str, taken: &[(usize, Option<usize>)]) -> Vec<Range<usize>> {
    let words = written(text);
    let of = |(at, letters): &(usize, Option<usize>)| {
        let word = words.get(*at)?;
        let last = letters.map_or(word.letters.len(), |letters| letters.min(word.letters.len())).checked_sub(1)?;
        Some(word.letters.first()?.start..word.letters.get(last)?.end)
    };
    let mut ranges: Vec<Range<usize>> = taken.iter().filter_map(of).collect();
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    // One letter as written can be several words once folded, as ½ is.
    ranges.dedup_by(|next, last| {
        let is_one = next.start < last.end;
        if is_one {
            last.end = last.end.max(next.end);
        }
        is_one
    });
    ranges
}

/// The words of a text, as `directory::snapshot::text::words` finds them.
fn written(text: &str) -> Vec<Written> {
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
                Some(word) => word.letters.push(start..end),
                None => words.push(Written { letters: std::iter::once(start..end).collect() }),
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
