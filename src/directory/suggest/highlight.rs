//! Where in a text, as it is written, the words that were typed stand.

use std::ops::Range;

use crate::directory::snapshot::text::written;

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
