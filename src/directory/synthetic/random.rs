//! Chance that falls the same way on every machine: whole numbers only, from a seed.
//!
//! SplitMix64 (Steele, Lea and Flood, “Fast splittable pseudorandom number generators”, 2014),
//! begun anew for each thing and each kind of question about it, so that any thing can be made
//! without making those before it, and one question more does not change the others' answers.

use std::ops::RangeInclusive;

/// What is being decided. The numbers are part of what a seed means: never give one away twice.
#[derive(Clone, Copy)]
pub(super) enum Stream {
    Origin = 1,
    Secret = 2,
    Agency = 3,
    AgencyText = 4,
    Place = 5,
    Needs = 6,
    Service = 7,
    Words = 8,
    Hours = 9,
    Eligibility = 10,
    Areas = 11,
    Upkeep = 12,
    Elsewhere = 13,
    Seat = 14,
}

/// A run of chance.
pub(super) struct Random {
    state: u64,
}

impl Random {
    /// The run for one kind of question about the thing of one number.
    pub(super) fn new(seed: u64, stream: Stream, number: u32) -> Self {
        let stream = mixed(seed).wrapping_add(mixed(stream as u64));
        Self { state: mixed(stream ^ mixed(u64::from(number))) }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mixed(self.state)
    }

    /// A number from 0 to `end`, `end` left out; 0 when there is none. No end is so large that
    /// the numbers' being a hair unequally likely would show.
    pub(super) fn below(&mut self, end: u32) -> u32 {
        (((self.next() >> 32) * u64::from(end)) >> 32) as u32
    }

    /// The same for a place in a list.
    pub(super) fn index(&mut self, length: usize) -> usize {
        self.below(u32::try_from(length).unwrap_or(u32::MAX)) as usize
    }

    /// A number of the range, its ends included.
    pub(super) fn within(&mut self, range: RangeInclusive<u32>) -> u32 {
        range.start() + self.below(range.end().saturating_sub(*range.start()).saturating_add(1))
    }

    /// True so many times in a thousand.
    pub(super) fn chance(&mut self, in_a_thousand: u32) -> bool {
        self.below(1000) < in_a_thousand
    }

    /// One of a stock of words.
    pub(super) fn word(&mut self, stock: &[&'static str]) -> &'static str {
        stock.get(self.index(stock.len())).copied().unwrap_or_default()
    }

    /// One of several, each as likely as its weight says.
    pub(super) fn weighted<T: Copy, const N: usize>(&mut self, table: &[(u32, T); N]) -> T {
        const { assert!(N > 0, "there must be something to choose from") }
        let mut rest = self.below(table.iter().map(|(weight, _)| weight).sum());
        for (weight, value) in table {
            if rest < *weight {
                return *value;
            }
            rest -= weight;
        }
        table[0].1
    }

    /// So many of several, in their order; all of them where there are no more.
    pub(super) fn several<T: Copy>(&mut self, items: &[T], how_many: usize) -> Vec<T> {
        let mut wanted = how_many.min(items.len());
        let mut taken = Vec::with_capacity(wanted);
        for (position, item) in items.iter().enumerate() {
            if self.index(items.len() - position) < wanted {
                taken.push(*item);
                wanted -= 1;
            }
        }
        taken
    }
}

/// The output function of SplitMix64.
const fn mixed(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}
