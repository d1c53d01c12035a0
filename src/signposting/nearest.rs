//! Where nothing fits: what is nearest to fitting, and the one thing that would have to give. Pure.

use std::cmp::Reverse;

use entity::enums::DeliveryMode;

use super::query::SignpostQuery;
use super::rules::assess::{Assessment, Assessor, Group, metres};
use super::rules::criteria::{Outcome, Subject};
use super::search::search;
use crate::directory::freshness::FreshnessRules;
use crate::directory::snapshot::{Offer, ServiceFacts, Snapshot};

/// How much farther than asked is looked: so many times as far, and at least so many kilometres.
const FARTHER: f64 = 5.0;
const AT_LEAST_KM: f64 = 50.0;
/// Nobody is sent farther than this, in kilometres.
const FARTHEST_KM: f64 = 200.0;

/// A service that would fit, or might, but for one thing.
#[derive(Clone, Debug)]
pub struct NearMiss<'a> {
    /// The service.
    pub service: &'a ServiceFacts,
    /// Its assessment where that one thing does not count against reach.
    pub assessment: Assessment,
    /// What would have to give.
    pub gives: Gives,
}

/// The one thing that would have to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gives {
    /// The person would have to travel so many metres farther than they said.
    Distance {
        /// Metres beyond what they said.
        beyond_m: u32,
    },
    /// Another way of being reached would have to do.
    Delivery,
    /// Another form of session would have to do.
    Format,
    /// This criterion fails.
    Criterion(Subject),
}

/// Up to so many services, nearest to fitting first: those that fail in exactly one thing, with the fewest open
/// questions, then with most points. What fits, or fits if, is not among them.
#[must_use]
pub fn nearest<'a>(
    snapshot: &'a Snapshot,
    query: &SignpostQuery,
    rules: &FreshnessRules,
    most: usize,
) -> Vec<NearMiss<'a>> {
    let wider = SignpostQuery {
        within_km: (query.within_km * FARTHER).clamp(AT_LEAST_KM, FARTHEST_KM).max(query.within_km),
        delivery: Vec::new(),
        formats: Vec::new(),
        ..query.clone()
    };
    let (mut strict, mut relaxed) = (Assessor::new(query, rules), Assessor::new(&wider, rules));
    let found = search(snapshot, &wider, &mut relaxed);
    let mut misses: Vec<NearMiss<'a>> = Vec::new();
    for found in found {
        let fits = strict.of_interest(found.service)
            && strict.weigh(found.service, found.word_points).is_some_and(|weighed| weighed.group != Group::NoBecause);
        if fits {
            continue;
        }
        let mut best: Option<NearMiss<'a>> = None;
        relaxed.each_way(found.service, found.word_points, |offer, assessment| {
            let Some(gives) = the_one_thing(found.service, offer, assessment, query) else { return };
            let here = NearMiss { service: found.service, assessment: assessment.clone(), gives };
            if best.as_ref().is_none_or(|best| order(&here) < order(best)) {
                best = Some(here);
            }
        });
        misses.extend(best);
    }
    misses.sort_unstable_by_key(order);
    misses.truncate(most);
    misses
}

/// Fewest questions first, then most points, then the nearest; by id, so that no two are equal.
fn order(miss: &NearMiss<'_>) -> impl Ord + use<> {
    let assessment = &miss.assessment;
    (
        assessment.questions,
        Reverse(assessment.score.total()),
        assessment.distance_m.unwrap_or(u32::MAX),
        miss.service.id,
        assessment.offer,
    )
}

/// What would have to give, where it is one thing.
fn the_one_thing(
    service: &ServiceFacts,
    offer: &Offer,
    assessment: &Assessment,
    query: &SignpostQuery,
) -> Option<Gives> {
    let limit = metres(query.within_km);
    let beyond = assessment.distance_m.filter(|_| query.place.is_some()).and_then(|m| m.checked_sub(limit));
    let modes = &offer.way.modes;
    let will_do = |mode: &DeliveryMode| modes.contains(mode) || (modes.is_empty() && *mode == DeliveryMode::InPerson);
    let other_way = !query.delivery.is_empty() && !query.delivery.iter().any(will_do);
    let other_form =
        !query.formats.is_empty() && !query.formats.iter().any(|form| service.manner.formats.contains(form));
    let mut things = beyond
        .filter(|beyond| *beyond > 0)
        .map(|beyond_m| Gives::Distance { beyond_m })
        .into_iter()
        .chain(other_way.then_some(Gives::Delivery))
        .chain(other_form.then_some(Gives::Format))
        .chain(
            assessment
                .criteria
                .iter()
                .filter(|criterion| criterion.outcome == Outcome::Fails)
                .map(|criterion| Gives::Criterion(criterion.subject)),
        );
    let one = things.next()?;
    things.next().is_none().then_some(one)
}
