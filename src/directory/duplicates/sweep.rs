//! Pairs that look like one among very many, without comparing each with each. Pure.
//!
//! Two that can reach [`POSSIBLE`](super::score::POSSIBLE) have a number or an address in common, or a similar name at
//! one postcode or within 250 metres. So only those are compared that stand in one *block*: of a value, or of how a word
//! of the name begins and a postcode or a piece of the map. A block that is large is put in the order of names, and each
//! is compared with the few behind it: what is equal stands side by side there.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::BuildHasher;

use entity::enums::DuplicateKeyKind;
use entity::ids::AgencyId;
use foldhash::fast::FixedState;

use super::normal::{Key, Name};
use super::score::{Facts, Match, Spot, compare};
use crate::places::Point;

/// A telephone number or website that more agencies than this have is a switchboard's, a federation's or a directory's,
/// and tells nothing.
pub const MOST_AGENCIES: usize = 20;
/// Up to so many in a block each is compared with each.
const LARGE: usize = 50;
/// With so many behind it each is compared in a larger one.
const BEHIND: usize = 10;
/// Degrees of a piece of the map from south to north: about a kilometre. From west to east it is twice as many.
const PIECE: f64 = 0.009;
/// Degrees from south to north of 250 metres, a little more.
const QUARTER_KM: f64 = 0.0023;

/// Two that look like one, by their places in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The one that stands first.
    pub one: usize,
    /// The other.
    pub other: usize,
    /// How much, and why.
    pub found: Match,
}

/// Whether a value of this kind may be common, and then tells nothing.
#[must_use]
pub const fn may_be_common(kind: DuplicateKeyKind) -> bool {
    match kind {
        DuplicateKeyKind::Phone | DuplicateKeyKind::Website => true,
        DuplicateKeyKind::CharityNumber
        | DuplicateKeyKind::CompanyNumber
        | DuplicateKeyKind::Uprn
        | DuplicateKeyKind::Rules => false,
    }
}

/// The telephone numbers and websites that more than [`MOST_AGENCIES`] have.
#[must_use]
pub fn common<'a>(held: impl Iterator<Item = (&'a Key, AgencyId)>) -> HashSet<Key> {
    let mut agencies: HashMap<&Key, BTreeSet<AgencyId>, FixedState> = HashMap::default();
    for (key, agency) in held.filter(|(key, _)| may_be_common(key.kind)) {
        let those = agencies.entry(key).or_default();
        // One more than may be is all that matters.
        if those.len() <= MOST_AGENCIES {
            those.insert(agency);
        }
    }
    let too_many = agencies.into_iter().filter(|(_, agencies)| agencies.len() > MOST_AGENCIES);
    too_many.map(|(key, _)| key.clone()).collect()
}

/// All pairs that look like one, of those that `may` be asked about; each once, in the order of the list.
#[must_use]
pub fn sweep(all: &[Facts], may: impl Fn(usize, usize) -> bool) -> Vec<Pair> {
    let held = all.iter().flat_map(|facts| facts.keys.iter().filter_map(|key| Some((key, facts.agency?))));
    let common = common(held);
    let mut members: Vec<(u64, u32)> = Vec::new();
    for (facts, index) in all.iter().zip(0_u32..) {
        members.extend(blocks(facts, &common).into_iter().map(|block| (block, index)));
    }
    members.sort_unstable();
    let mut asked: HashSet<(u32, u32), FixedState> = HashSet::default();
    let mut found = Vec::new();
    let mut ask = |one: u32, other: u32| {
        let (one, other) = (one.min(other), one.max(other));
        let (first, second) = (one as usize, other as usize);
        if one == other || !may(first, second) || !asked.insert((one, other)) {
            return;
        }
        let Some((mine, theirs)) = all.get(first).zip(all.get(second)) else { return };
        // What is common tells nothing, so it must not count between two that share something else.
        let is_common = |key: &Key| common.contains(key) && theirs.keys.contains(key);
        let lighter = mine.keys.iter().any(is_common).then(|| Facts {
            keys: mine.keys.iter().filter(|key| !common.contains(*key)).cloned().collect(),
            ..mine.clone()
        });
        let same = compare(lighter.as_ref().unwrap_or(mine), theirs);
        found.extend(same.map(|same| Pair { one: first, other: second, found: same }));
    };
    let name_of = |index: u32| all.get(index as usize).and_then(|facts| facts.names.first()).map(Name::text);
    for block in members.chunk_by(|one, next| one.0 == next.0) {
        let reach = if block.len() > LARGE { BEHIND } else { LARGE };
        let mut block: Vec<u32> = block.iter().map(|(_, index)| *index).collect();
        if reach == BEHIND {
            block.sort_by_cached_key(|index| name_of(*index));
        }
        for (position, one) in block.iter().enumerate() {
            block.iter().skip(position + 1).take(reach).for_each(|other| ask(*one, *other));
        }
    }
    found.sort_unstable_by_key(|pair| (pair.one, pair.other));
    found
}

/// The blocks in which something stands, by number.
fn blocks(facts: &Facts, common: &HashSet<Key>) -> BTreeSet<u64> {
    let hasher = FixedState::default();
    let mut found: BTreeSet<u64> = BTreeSet::new();
    for key in facts.keys.iter().filter(|key| !common.contains(*key)) {
        found.insert(hasher.hash_one(key));
    }
    let beginnings: BTreeSet<String> = facts.names.iter().flat_map(Name::beginnings).collect();
    for (spot, beginning) in facts.spots.iter().flat_map(|spot| beginnings.iter().map(move |word| (spot, word))) {
        let Spot { postcode, point } = spot;
        if let Some(postcode) = postcode {
            found.insert(hasher.hash_one((postcode.as_str(), beginning)));
        }
        for piece in point.map(pieces).unwrap_or_default() {
            found.insert(hasher.hash_one((piece, beginning)));
        }
    }
    found
}

/// The pieces of the map that anything within 250 metres of a point may share with it.
fn pieces(point: Point) -> BTreeSet<(i32, i32)> {
    // The farther north, the shorter a degree from west to east: at most 2.2 times in these islands.
    let (north, east) = (QUARTER_KM, QUARTER_KM * 2.2);
    let mut found = BTreeSet::new();
    for lat in [point.lat() - north, point.lat() + north] {
        for lon in [point.lon() - east, point.lon() + east] {
            found.insert((steps(lat / PIECE), steps(lon / (PIECE * 2.0))));
        }
    }
    found
}

#[expect(clippy::cast_possible_truncation, reason = "at most 360 degrees in steps of a hundredth")]
fn steps(number: f64) -> i32 {
    number.floor() as i32
}

/// Whatever hangs together by pairs, each group in the order of the list.
#[must_use]
pub fn groups(pairs: &[Pair]) -> Vec<Vec<usize>> {
    // Each points towards the first of its group.
    let mut towards: BTreeMap<usize, usize> = BTreeMap::new();
    let first_of = |towards: &BTreeMap<usize, usize>, member: usize| {
        std::iter::successors(Some(member), |at| towards.get(at).copied()).last().unwrap_or(member)
    };
    for pair in pairs {
        let (one, other) = (first_of(&towards, pair.one), first_of(&towards, pair.other));
        if one != other {
            towards.insert(one.max(other), one.min(other));
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let members: BTreeSet<usize> = pairs.iter().flat_map(|pair| [pair.one, pair.other]).collect();
    for member in members {
        groups.entry(first_of(&towards, member)).or_default().push(member);
    }
    groups.into_values().collect()
}
