//! One service against one question: its criteria, its group, its score.

use chrono::{DateTime, Utc};
use entity::enums::{DeliveryMode, FieldGroup};

use super::criteria::{self, Criterion, Outcome};
use super::score::{self, Score, ScorePart};
use crate::directory::freshness::FreshnessRules;
use crate::directory::snapshot::text::{Word, holds};
use crate::directory::snapshot::{Offer, ServiceFacts};
use crate::hours::{self, WindowAnswer, london};
use crate::places::{self, Coverage, CoveredArea, WhyUnknown};
use crate::signposting::query::SignpostQuery;

/// How far ahead a time to come is looked for: five weeks, so that a monthly session is found.
pub const DAYS_AHEAD: u16 = 35;

/// Where a service stands for a question. The order is the order of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Every criterion is met.
    Fits,
    /// None fails; something has to be asked.
    FitsIf,
    /// Something fails.
    NoBecause,
}

/// A service's answer to a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessment {
    /// Where it stands.
    pub group: Group,
    /// Its points.
    pub score: Score,
    /// Index of the offer this is about, of the service's.
    pub offer: usize,
    /// Metres from the place asked about, as the crow flies.
    pub distance_m: Option<u32>,
    /// Indexes of the asked needs that it meets.
    pub needs_met: Vec<usize>,
    /// Its criteria, in the order in which they are shown.
    pub criteria: Vec<Criterion>,
}

/// Ranges of the dictionary's words, one for each word asked.
pub type WordRanges = [std::ops::Range<Word>];

/// Whether a service is of interest at all: it runs or is expected back, meets one of the needs,
/// takes one of the forms, and holds all the words.
#[must_use]
pub fn of_interest(service: &ServiceFacts, query: &SignpostQuery, words: &WordRanges) -> bool {
    use entity::enums::ServiceStatus;
    let runs = match service.status {
        ServiceStatus::Active | ServiceStatus::TemporarilyClosed => true,
        ServiceStatus::Inactive | ServiceStatus::Defunct => false,
    };
    runs && (query.needs.is_empty() || !needs_met(service, query).is_empty())
        && (query.formats.is_empty() || query.formats.iter().any(|format| service.formats.contains(format)))
        && words.iter().all(|range| {
            holds(&service.name_words, range)
                || holds(&service.agency_words, range)
                || holds(&service.other_words, range)
        })
}

fn needs_met(service: &ServiceFacts, query: &SignpostQuery) -> Vec<usize> {
    let meets = |(_, asked): &(usize, &crate::signposting::query::AskedNeed)| {
        asked.any_of.iter().any(|need| service.needs.contains(need))
    };
    query.needs.iter().enumerate().filter(meets).map(|(index, _)| index).collect()
}

/// The best of a service's offers for a question, or `None` where none is within reach.
/// The service must be [`of_interest`].
#[must_use]
pub fn assess(
    service: &ServiceFacts,
    query: &SignpostQuery,
    words: &WordRanges,
    rules: &FreshnessRules,
) -> Option<Assessment> {
    let needs_met = needs_met(service, query);
    let shared = shared_criteria(service, query, rules);
    service
        .offers
        .iter()
        .enumerate()
        .filter_map(|(index, offer)| {
            let reach = reach(offer, query)?;
            let mut found = Vec::with_capacity(shared.len() + 4);
            let when = offer_criteria(service, offer, &reach, query, &mut found);
            found.extend(shared.iter().cloned());
            let score = Score::default()
                .with(
                    ScorePart::Needs,
                    score::share(ScorePart::Needs, count(needs_met.len()), count(query.needs.len())),
                )
                .with(
                    ScorePart::Distance,
                    score::distance(reach.distance_m, metres(query.within_km), needs_travel(offer)),
                )
                .with(ScorePart::Time, score::soon(query.at, when))
                .with(ScorePart::Certainty, score::certainty(&found))
                .with(ScorePart::Waiting, score::waiting(service.capacity.as_ref(), &found))
                .with(ScorePart::Freshness, score::freshness(&service.assured, rules, query.at))
                .with(ScorePart::Words, word_points(service, words));
            Some(Assessment {
                group: group(&found),
                score,
                offer: index,
                distance_m: reach.distance_m,
                needs_met: needs_met.clone(),
                criteria: found,
            })
        })
        .min_by_key(|found| {
            (found.group, std::cmp::Reverse(found.score.total()), found.distance_m.unwrap_or(u32::MAX), found.offer)
        })
}

/// Fails beats unknown beats meets.
#[must_use]
pub fn group(criteria: &[Criterion]) -> Group {
    let mut group = Group::Fits;
    for criterion in criteria {
        match criterion.outcome {
            Outcome::Fails => return Group::NoBecause,
            Outcome::Unknown { .. } => group = Group::FitsIf,
            Outcome::Meets => {}
        }
    }
    group
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Whole metres of so many kilometres.
#[must_use]
pub fn metres(km: f64) -> u32 {
    // No distance on this planet exceeds the type; a negative or absent one is none.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the type's range")]
    let metres = (km * 1000.0).round().clamp(0.0, f64::from(u32::MAX)) as u32;
    metres
}

fn needs_travel(offer: &Offer) -> bool {
    offer.modes.is_empty() || offer.modes.contains(&DeliveryMode::InPerson)
}

/// That an offer is within reach, and what is known of the way.
struct Reach {
    distance_m: Option<u32>,
    coverage: Option<Coverage>,
}

/// Whether an offer is within reach: it can be used in a way that will do, and the person can get
/// to it. Where it is a place whose point is known, that is decided by distance; otherwise by the
/// area it covers, and one that is known not to cover the place is out of reach.
fn reach(offer: &Offer, query: &SignpostQuery) -> Option<Reach> {
    let way =
        |mode: &DeliveryMode| offer.modes.contains(mode) || (offer.modes.is_empty() && *mode == DeliveryMode::InPerson);
    if !query.delivery.is_empty() && !query.delivery.iter().any(way) {
        return None;
    }
    let Some(place) = &query.place else { return Some(Reach { distance_m: None, coverage: None }) };
    let distance_m = offer.point.map(|point| metres(places::distance_km(place.point, point)));
    let coverage = places::covers(&offer.areas, place);
    let reached = match distance_m {
        Some(distance) => distance <= metres(query.within_km),
        None => coverage != Coverage::Outside,
    };
    reached.then_some(Reach { distance_m, coverage: Some(coverage) })
}

/// Criteria that are the same for every offer of a service.
fn shared_criteria(service: &ServiceFacts, query: &SignpostQuery, rules: &FreshnessRules) -> Vec<Criterion> {
    let mut found = Vec::new();
    found.extend(criteria::status(service.status, service.reopens_on, london(query.at).date()));
    criteria::eligibility(&service.eligibility, &query.circumstances, &mut found);
    let said = service.capacity.as_ref().and_then(|capacity| capacity.updated_at);
    let assured = said.max(service.assured.at(FieldGroup::Capacity));
    let fresh = rules.is_fresh(FieldGroup::Capacity, assured, query.at);
    found.extend(criteria::capacity(service.capacity.as_ref(), fresh));
    found
}

/// Criteria of one offer, and when the person could come.
fn offer_criteria(
    service: &ServiceFacts,
    offer: &Offer,
    reach: &Reach,
    query: &SignpostQuery,
    found: &mut Vec<Criterion>,
) -> Option<DateTime<Utc>> {
    if let (Some(coverage), Some(place)) = (&reach.coverage, &query.place) {
        let named = match coverage {
            Coverage::Inside { by } => offer.areas.get(*by),
            Coverage::Unknown { why: WhyUnknown::TextOnly } => offer.areas.first(),
            Coverage::Unknown { why: WhyUnknown::NeedFullPostcode | WhyUnknown::Imprecise | WhyUnknown::NotStated }
            | Coverage::Outside => None,
        };
        found.push(criteria::coverage(coverage, &place.label, named.map(CoveredArea::label)));
    }
    let mut when = None;
    if let Some(answer) = best_window(offer, query) {
        when = match answer {
            WindowAnswer::Open { from, .. } => Some(from),
            WindowAnswer::Unknown { .. } | WindowAnswer::Never | WindowAnswer::NotStated => None,
        };
        found.push(criteria::time(&answer));
    } else if let hours::State::Open { .. } = offer.hours.state(query.at) {
        when = Some(query.at);
    } else if let hours::NextOpening::At(at) = offer.hours.next_opening(query.at, 8) {
        when = Some(at);
    }
    found.extend(criteria::language(&service.languages, &offer.access_offered, &query.circumstances.languages));
    for which in &query.circumstances.access {
        found.push(criteria::access(*which, &offer.access_offered, &offer.access_missing));
    }
    when
}

/// The best answer of the windows: the earliest certain one, else one that is unknown, else never.
fn best_window(offer: &Offer, query: &SignpostQuery) -> Option<WindowAnswer> {
    let rank = |answer: &WindowAnswer| match answer {
        WindowAnswer::Open { from, .. } => (0, Some(*from)),
        WindowAnswer::Unknown { from, .. } => (1, Some(*from)),
        WindowAnswer::NotStated => (2, None),
        WindowAnswer::Never => (3, None),
    };
    query.windows.iter().map(|window| offer.hours.within(window, query.at, DAYS_AHEAD)).min_by_key(rank)
}

/// Name before agency before description; nothing where no words were asked.
fn word_points(service: &ServiceFacts, words: &WordRanges) -> u32 {
    if words.is_empty() {
        return 0;
    }
    let most = ScorePart::Words.most();
    let each = words.iter().map(|range| {
        if holds(&service.name_words, range) {
            most
        } else if holds(&service.agency_words, range) {
            most / 2
        } else {
            most / 6
        }
    });
    each.sum::<u32>() / count(words.len()).max(1)
}
