//! The places of the gazetteer as something to suggest.
//!
//! `places` finds places by whole names and, on a slip, by reading all 44,000 of them; for as-you-type they are a
//! [`Suggester`] like the rest, made once, and asked beside it by [`super::suggest_over`].

use super::{Entry, Kind, Suggester};
use crate::places::{Gazetteer, PlaceKind};

/// Every place of the list, by a label that means this place and no other when it is sent back ("Newport, Shropshire");
/// its number is its place in [`Gazetteer::places`].
///
/// Cities come before towns and these before the rest, for want of a figure of how many people look for each.
#[must_use]
pub fn places(gazetteer: &Gazetteer) -> Suggester {
    let all: Vec<(String, u32)> = gazetteer.places().map(|place| (place.key, weight(place.kind))).collect();
    let numbered = (0..).zip(&all);
    Suggester::build(numbered.map(|(id, (label, weight))| Entry {
        kind: Kind::Place,
        id,
        label,
        also: &[],
        weight: *weight,
    }))
}

const fn weight(kind: PlaceKind) -> u32 {
    match kind {
        PlaceKind::City => 5,
        PlaceKind::Town => 4,
        PlaceKind::Authority => 3,
        PlaceKind::Suburb | PlaceKind::Settlement => 2,
        PlaceKind::Village => 1,
        PlaceKind::Hamlet => 0,
    }
}
