//! What to do when a step fails: other services for the same, from another agency first.

use std::cmp::Reverse;

use super::choose::Chosen;
use super::field::{Field, merit};
use super::{Candidate, MOST_FALLBACKS, NeedSet};

/// The best few other ways to meet what a step is there for, with the needs each meets: from
/// another agency, then those that meet more of it, then by merit. Services that are steps
/// themselves are none.
pub(super) fn fallbacks<'a>(
    field: &Field<'a>,
    step: &Chosen<'_>,
    is_step: impl Fn(&Candidate) -> bool,
) -> Vec<(&'a Candidate, NeedSet)> {
    let mut others: Vec<(&Candidate, NeedSet)> = field
        .candidates()
        .iter()
        .map(|other| (*other, other.needs.and(step.covers)))
        .filter(|(other, covers)| !covers.is_empty() && !is_step(other))
        .collect();
    let order = |(other, covers): &(&Candidate, NeedSet)| {
        (other.agency == step.candidate.agency, Reverse(covers.len()), merit(other))
    };
    others.sort_by_cached_key(order);
    others.truncate(MOST_FALLBACKS);
    others
}

/// Those of a step's needs that no other candidate meets at all.
pub(super) fn nobody_else(field: &Field<'_>, step: &Chosen<'_>) -> NeedSet {
    let others = field.candidates().iter().filter(|other| other.service != step.candidate.service);
    others.fold(step.covers, |alone, other| alone.without(other.needs))
}
