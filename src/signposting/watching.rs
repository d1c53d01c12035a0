//! What happened to services, held against a question that somebody keeps asking: does it concern them? Pure.
//!
//! A saved search is watched by what stays: its needs, words and forms, where the person is and how they can be
//! reached, and what is known of them. What comes and goes is not held against a service, for that is what is told of:
//! a service that has just closed answers no question any more, and its closing matters to whoever had found it. So a
//! service is also told of that would not be open when the person can come, or is full. Where whom it takes has
//! changed, what is known of the person is not held against it either: it may have taken them until now.
//!
//! Of a service that the public sees no more nothing is known that could be held against a question: that it has gone
//! is told to everybody who watches one, by its id.

use std::collections::{HashMap, HashSet};

use entity::enums::HappeningKind;
use entity::ids::ServiceId;

use super::query::SignpostQuery;
use super::rules::assess::Assessor;
use super::rules::criterion::{Outcome, Subject};
use crate::directory::freshness::FreshnessRules;
use crate::directory::happenings::Happening;
use crate::directory::snapshot::Snapshot;

/// Which of what happened concerns whoever asks a question, by number.
#[must_use]
pub fn concerning(
    snapshot: &Snapshot,
    query: &SignpostQuery,
    rules: &FreshnessRules,
    happened: &[Happening],
) -> HashSet<i64> {
    let mut assessor = Assessor::new(query, rules);
    let with_words = (!query.words.is_empty()).then(|| with_words(snapshot, query));
    let mut known: HashMap<ServiceId, Concern> = HashMap::new();
    let mut concern_of = |id: ServiceId| {
        *known.entry(id).or_insert_with(|| match &with_words {
            _ if query.meaningless => Concern::None,
            Some(with_words) if !with_words.contains(&id) => Concern::None,
            Some(_) | None => snapshot.service(id).map_or(Concern::None, |service| {
                if !assessor.is_asked_for(service) {
                    return Concern::None;
                }
                let mut concern = Concern::None;
                assessor.each_way(service, 0, |_, way| {
                    let against = way.criteria.iter().filter(|one| one.outcome == Outcome::Fails);
                    let worst = against.map(|one| passing(one.subject)).max().unwrap_or(Passing::ComesAndGoes);
                    concern = concern.max(match worst {
                        Passing::ComesAndGoes => Concern::All,
                        Passing::OfThePerson => Concern::WhomItTakes,
                        Passing::Stays => Concern::None,
                    });
                });
                concern
            }),
        })
    };
    let concerns = |happening: &&Happening| match happening.kind {
        HappeningKind::Withdrawn => {
            snapshot.service(happening.service).is_none() || {
                // It is back already.
                concern_of(happening.service) == Concern::All
            }
        }
        HappeningKind::EligibilityChanged => concern_of(happening.service) >= Concern::WhomItTakes,
        HappeningKind::Closed
        | HappeningKind::Reopened
        | HappeningKind::CapacityGained
        | HappeningKind::CapacityGone
        | HappeningKind::HoursChanged
        | HappeningKind::Listed => concern_of(happening.service) == Concern::All,
    };
    happened.iter().filter(concerns).map(|happening| happening.id).collect()
}

/// How far what happens to a service concerns whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Concern {
    /// Not at all.
    None,
    /// Only where whom it takes has changed.
    WhomItTakes,
    /// Whatever happens.
    All,
}

/// How lasting it is that a service fails a criterion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Passing {
    ComesAndGoes,
    OfThePerson,
    Stays,
}

const fn passing(subject: Subject) -> Passing {
    match subject {
        Subject::Status | Subject::Time | Subject::Capacity => Passing::ComesAndGoes,
        Subject::Age
        | Subject::Gender
        | Subject::SubstanceUse
        | Subject::Offences
        | Subject::Characteristic(_)
        | Subject::Other => Passing::OfThePerson,
        Subject::Coverage | Subject::Language | Subject::Access(_) => Passing::Stays,
    }
}

/// The services in which every word of the question is found.
fn with_words(snapshot: &Snapshot, query: &SignpostQuery) -> HashSet<ServiceId> {
    let words = snapshot.understand(&query.words, |part| &part.service_words, |view, service| view.holds(service));
    let mut found = HashSet::new();
    for view in snapshot.views() {
        let hits = view.part.service_words.find(&words);
        let holding = hits.iter().filter(|hit| view.holds(hit.text));
        found.extend(holding.filter_map(|hit| Some(view.part.services.get(hit.text as usize)?.id)));
    }
    found
}
