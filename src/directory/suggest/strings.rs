//! Many texts in one, so that each costs its letters and four bytes.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

/// Texts by number.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Strings {
    /// Adds a text; its number is how many there were. `None` if all of them together would pass 4 GiB.
    pub(super) fn push(&mut self, text: &str) -> Option<u32> {
        let number = u32::try_from(self.ends.len()).ok()?;
        let end = u32::try_from(self.text.len().checked_add(text.len())?).ok()?;
        self.text.push_str(text);
        self.ends.push(end);
        Some(number)
    }

    /// A text; empty if there is none of this number.
    pub(super) fn get(&self, number: u32) -> &str {
        let at = number as usize;
        let start = at.checked_sub(1).map_or(0, |before| self.ends.get(before).copied().unwrap_or_default());
        let end = self.ends.get(at).copied().unwrap_or(start);
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    /// Whether the texts end within all there is.
    pub(super) fn is_sound(&self) -> bool {
        self.ends.is_empty() || super::rises_to(&self.ends, self.text.len())
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// Bytes of memory.
    pub(super) fn bytes(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * size_of::<u32>()
    }

    /// The first number in `from..to` for which the test fails, where it holds for all before and for none after.
    pub(super) fn first_not(&self, from: u32, to: u32, test: impl Fn(&str) -> bool) -> u32 {
        let (mut low, mut high) = (from, to);
        while low < high {
            let middle = low + (high - low) / 2;
            if test(self.get(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Like [`Self::first_not`], sooner where it is near `from`.
    pub(super) fn run(&self, from: u32, to: u32, test: impl Fn(&str) -> bool) -> u32 {
        let (mut low, mut step) = (from, 1);
        while low < to && step < to - low && test(self.get(low + step - 1)) {
            low += step;
            step *= 2;
        }
        self.first_not(low, to.min(low.saturating_add(step)), test)
    }

    /// The number of a text, if the texts are in order.
    pub(super) fn find(&self, text: &str) -> Option<u32> {
        let all = u32::try_from(self.len()).unwrap_or(u32::MAX);
        let at = self.first_not(0, all, |known| known.cmp(text) == Ordering::Less);
        (at < all && self.get(at) == text).then_some(at)
    }
}
