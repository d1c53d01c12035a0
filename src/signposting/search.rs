//! A question against the whole directory: candidates by need, assessed, ranked, and cut into
//! pages that neither overlap nor leave anything out.

use entity::ids::ServiceId;

use super::query::SignpostQuery;
use super::rules::assess::{Assessor, Group};
use super::rules::score;
use crate::directory::snapshot::near::Offered;
use crate::directory::snapshot::postings::Understood;
use crate::directory::snapshot::{ServiceFacts, ServiceIndex, Snapshot, View};

/// Where a service stands in an answer; the order of the answer is the order of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    /// Fits first.
    pub group: Group,
    /// Then the highest score.
    pub score: std::cmp::Reverse<u32>,
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
    let words = snapshot.understand(&query.words, |part| &part.service_words, |view, service| view.holds(service));
    let mut found = Vec::new();
    for view in snapshot.views() {
        for (index, word_points) in candidates(view, query, &words, assessor) {
            let Some(service) = view.part.services.get(index as usize) else { continue };
            if !view.holds(index) || !assessor.of_interest(service) {
                continue;
            }
            found.extend(assessor.weigh(service, word_points).map(|weighed| Found {
                service,
                rank: Rank {
                    group: weighed.group,
                    score: std::cmp::Reverse(weighed.score.total()),
                    distance_m: weighed.distance_m.unwrap_or(u32::MAX),
                    service: service.id,
                },
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

/// Services of a part that may be an answer, each once, with the points for the words they were found by: those with
/// all the words, or those of the needs' own lists (or of all) that may be within reach.
fn candidates(
    view: View<'_>,
    query: &SignpostQuery,
    words: &[(String, Understood)],
    assessor: &mut Assessor<'_>,
) -> Vec<(ServiceIndex, u32)> {
    if !words.is_empty() {
        let hits = view.part.service_words.find(words);
        return hits.iter().map(|hit| (hit.text, score::words(hit.fields(words.len())))).collect();
    }
    let needs = query.needs.iter().flat_map(|asked| &asked.any_of);
    let mut lists: Vec<&Offered> = needs.filter_map(|need| view.part.meeting(*need)).collect();
    if query.needs.is_empty() {
        lists.push(&view.part.all);
    }
    let (mut found, mut perhaps) = (Vec::new(), None);
    for list in lists {
        match &query.place {
            None => found.extend(list.all()),
            Some(place) => {
                let sets = &view.part.area_sets;
                let perhaps = perhaps.get_or_insert_with(|| view.part.sets_perhaps_at(place));
                let mut may_cover = |set: u32| {
                    perhaps.contains(set) && sets.get(set as usize).is_some_and(|areas| assessor.may_cover(areas))
                };
                list.reachable(place.point, query.within_km, &mut may_cover, &mut found);
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(|index| (index, 0)).collect()
}
