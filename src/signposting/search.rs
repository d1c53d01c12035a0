//! A question against the whole directory: candidates by need, assessed, ranked, and cut into
//! pages that neither overlap nor leave anything out.

use std::cmp::Reverse;

use entity::ids::ServiceId;

use super::query::SignpostQuery;
use super::rules::assess::{Assessment, Assessor, Group, NeedsMet};
use super::rules::score;
use crate::directory::needs::NeedIndex;
use crate::directory::snapshot::briefs::{Brief, Row};
use crate::directory::snapshot::{ServiceFacts, ServiceIndex, Snapshot, View};

/// Where a service stands in an answer; the order of the answer is the order of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    /// Fits first.
    pub group: Group,
    /// Then, where words are looked for and no need, what has them in the better place: the points for them. None
    /// otherwise.
    pub words: Reverse<u32>,
    /// Then the highest score.
    pub score: Reverse<u32>,
    /// Then the nearest; what has no distance last.
    pub distance_m: u32,
    /// Then by id, so that no two are equal.
    pub service: ServiceId,
}

/// One service of an answer, weighed.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// The service.
    pub service: &'a ServiceFacts,
    /// Its place in the order.
    pub rank: Rank,
    /// Points for the words that it was found by.
    pub word_points: u32,
}

/// How many services stand in each group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Fits.
    pub fits: u32,
    /// Fits if.
    pub fits_if: u32,
    /// No, because.
    pub no_because: u32,
}

impl Counts {
    /// Counts one more.
    pub fn add(&mut self, group: Group) {
        match group {
            Group::Fits => self.fits += 1,
            Group::FitsIf => self.fits_if += 1,
            Group::NoBecause => self.no_because += 1,
        }
    }

    /// All of them.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.fits + self.fits_if + self.no_because
    }
}

/// Every service of the answer to a question, weighed and in no order.
#[must_use]
pub fn search<'a>(snapshot: &'a Snapshot, query: &SignpostQuery, assessor: &mut Assessor<'_>) -> Vec<Found<'a>> {
    if query.meaningless {
        return Vec::new();
    }
    if !query.words.is_empty() {
        return with_words(snapshot, query, assessor);
    }
    let mut found = Vec::new();
    for view in snapshot.views() {
        // The best of each service's offers: those of one stand beside each other.
        let mut best: Vec<(ServiceIndex, Row, Rank)> = Vec::new();
        let briefs = &view.part.briefs;
        let candidates = candidates(view, query, assessor).into_iter().filter_map(|(row, needs_met)| {
            let brief = briefs.at(row)?;
            let asked = view.holds(brief.service) && assessor.brief_of_interest(view.part, brief);
            (asked && assessor.may_reach(brief)).then_some((brief, needs_met))
        });
        let candidates: Vec<(&Brief, NeedsMet)> = candidates.collect();
        briefs.fetch(candidates.iter().map(|(brief, _)| *brief));
        for (brief, needs_met) in candidates {
            let weighed = assessor.weigh_brief(view.part, brief, needs_met);
            best.extend(weighed.map(|weighed| (brief.service, brief.offer, rank(brief.id, &weighed, 0))));
        }
        best.sort_unstable_by_key(|(service, offer, rank)| (*service, *rank, *offer));
        best.dedup_by_key(|(service, ..)| *service);
        let services = best.into_iter().filter_map(|(service, _, rank)| {
            Some(Found { service: view.part.services.get(service as usize)?, rank, word_points: 0 })
        });
        found.extend(services);
    }
    found
}

/// Where a service stands, by its best offer; the points are those for words that decide the order.
fn rank(service: ServiceId, best: &Assessment, words: u32) -> Rank {
    Rank {
        group: best.group,
        words: Reverse(words),
        score: Reverse(best.score.total()),
        distance_m: best.distance_m.unwrap_or(u32::MAX),
        service,
    }
}

/// Those with all the words that are looked for.
fn with_words<'a>(snapshot: &'a Snapshot, query: &SignpostQuery, assessor: &mut Assessor<'_>) -> Vec<Found<'a>> {
    let words = snapshot.understand(&query.words, |part| &part.service_words, |view, service| view.holds(service));
    let words_decide = query.needs.is_empty();
    let mut found = Vec::new();
    for view in snapshot.views() {
        for hit in view.part.service_words.find(&words) {
            let service = view.part.services.get(hit.text as usize);
            let Some(service) = service.filter(|service| view.holds(hit.text) && assessor.of_interest(service)) else {
                continue;
            };
            let word_points = score::words(hit.found(words.len()));
            found.extend(assessor.weigh(service, word_points).map(|weighed| Found {
                service,
                rank: rank(service.id, &weighed, if words_decide { word_points } else { 0 }),
                word_points,
            }));
        }
    }
    found
}

/// How many stand in each group.
#[must_use]
pub fn counts(found: &[Found<'_>]) -> Counts {
    found.iter().fold(Counts::default(), |mut counts, found| {
        counts.add(found.rank.group);
        counts
    })
}

/// Offers of a part that may be an answer, each once and in order: those of the needs' own lists, or all, that may be
/// within reach; with the needs that their services meet.
fn candidates(view: View<'_>, query: &SignpostQuery, assessor: &mut Assessor<'_>) -> Vec<(Row, NeedsMet)> {
    let briefs = &view.part.briefs;
    let mut lists: Vec<NeedIndex> = query.needs.iter().flat_map(|asked| asked.any_of.iter().copied()).collect();
    lists.sort_unstable();
    lists.dedup();
    let lists = lists.into_iter().map(Some).chain(query.needs.is_empty().then_some(None));
    let perhaps = query.place.as_ref().map(|place| briefs.sets_perhaps_at(place));
    let mut found: Vec<(Row, NeedsMet)> = Vec::new();
    for need in lists {
        let met = need.map(|need| assessor.met_by(need)).unwrap_or_default();
        match query.place.as_ref().zip(perhaps.as_ref()) {
            None => briefs.each(need, |row| found.push((row, met))),
            Some((place, perhaps)) => {
                briefs.near(need, place.point, query.within_km, |row| found.push((row, met)));
                let may_cover = |set| briefs.areas(set).is_some_and(|areas| assessor.may_cover(areas));
                briefs.unplaced(need, |set| perhaps.contains(set), may_cover, |row| found.push((row, met)));
            }
        }
    }
    found.sort_unstable_by_key(|(row, _)| *row);
    found.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 = kept.1.and(next.1);
        }
        same
    });
    found
}
