//! What of counts of people may be told, so that nobody finds out what stands behind a small one: not by reading it, nor by
//! taking what is told from what is told besides, nor by knowing how it is done. Pure.
//!
//! Counts under [`LEAST`] are held back. Where the others and the total would give one away, the next larger ones are held
//! back too, all that are as large as one another together; and where that is not enough, the total. What is held back of a
//! figure always may be several things: a test goes through all small tables and looks.

use std::collections::{BTreeMap, BTreeSet};

/// The least count that is told, but for nothing at all: what health statistics in England go by.
pub const LEAST: u64 = 5;

/// What of some counts is told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Told<T> {
    /// Of how many; absent where it is held back.
    pub total: Option<u64>,
    /// What there is any of, with how many, the most first; those that are held back at the end, in their own order.
    pub cells: Vec<(T, Option<u64>)>,
}

/// What is told of counts of which each person is in one: the total is their sum.
#[must_use]
pub fn whole<T: Ord + Clone>(counts: &BTreeMap<T, u64>) -> Told<T> {
    let total: u64 = counts.values().sum();
    let mut held = small(counts);
    loop {
        let behind: Vec<u64> = held.iter().filter_map(|of| counts.get(of).copied()).collect();
        if is_whole_safe(&behind) {
            return told(counts, &held, Some(total));
        }
        if !hold_the_least(counts, &mut held) {
            return told(counts, &held, None);
        }
    }
}

/// What is told of counts of which a person may be in several, and is in one at least, where there are so many people.
#[must_use]
pub fn overlapping<T: Ord + Clone>(total: u64, counts: &BTreeMap<T, u64>) -> Told<T> {
    if (1..LEAST).contains(&total) {
        return nothing(counts);
    }
    let mut held = small(counts);
    let others: u64 = counts.iter().filter(|(of, _)| !held.contains(*of)).map(|(_, number)| *number).sum();
    // Who is in none of the others is in one that is held back.
    if !held.is_empty() && total > others {
        hold_the_least(counts, &mut held);
        if counts.iter().all(|(of, number)| *number == 0 || held.contains(of)) {
            return nothing(counts);
        }
    }
    told(counts, &held, Some(total))
}

/// What there is any of, and of nothing how many.
#[must_use]
pub fn nothing<T: Ord + Clone>(counts: &BTreeMap<T, u64>) -> Told<T> {
    let cells = counts.iter().filter(|(_, number)| **number > 0).map(|(of, _)| (of.clone(), None)).collect();
    Told { total: None, cells }
}

/// Those that are too small to be told.
fn small<T: Ord + Clone>(counts: &BTreeMap<T, u64>) -> BTreeSet<T> {
    counts.iter().filter(|(_, number)| (1..LEAST).contains(*number)).map(|(of, _)| of.clone()).collect()
}

/// Whether what is held back may be several things, though its sum is known: there are two at least, each may be one and may
/// be more than one; and where all are small, each may be less than it could be at the most.
fn is_whole_safe(behind: &[u64]) -> bool {
    let (sum, many): (u64, u64) = (behind.iter().sum(), behind.iter().map(|_| 1).sum());
    let has_large = behind.iter().any(|number| *number >= LEAST);
    many == 0 || (many >= 2 && sum >= LEAST.max(2 * many) && (has_large || sum < (LEAST - 1) * many))
}

/// Holds the smallest of those back that are told, and whatever is as large; whether there was any.
fn hold_the_least<T: Ord + Clone>(counts: &BTreeMap<T, u64>, held: &mut BTreeSet<T>) -> bool {
    let is_told = |(of, number): &(&T, &u64)| **number > 0 && !held.contains(*of);
    let least = counts.iter().filter(is_told).map(|(_, number)| *number).min();
    held.extend(counts.iter().filter(|(_, number)| Some(**number) == least).map(|(of, _)| of.clone()));
    least.is_some()
}

fn told<T: Ord + Clone>(counts: &BTreeMap<T, u64>, held: &BTreeSet<T>, total: Option<u64>) -> Told<T> {
    let is_there = counts.iter().filter(|(_, number)| **number > 0);
    let cell = |(of, number): (&T, &u64)| (of.clone(), (!held.contains(of)).then_some(*number));
    let mut cells: Vec<(T, Option<u64>)> = is_there.map(cell).collect();
    // None comes before every number, and so last where the most comes first; what is equal keeps its order.
    cells.sort_by(|(_, one), (_, other)| other.cmp(one));
    Told { total, cells }
}
