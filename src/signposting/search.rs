//! A question against the whole directory: candidates by need, assessed, ranked, and cut into
//! pages that neither overlap nor leave anything out.

use std::cmp::Reverse;

use entity::enums::FieldGroup;
use entity::ids::ServiceId;

use super::query::SignpostQuery;
use super::rules::assess::{Assessor, Group};
use super::rules::score;
use crate::directory::snapshot::near::Offered;
use crate::directory::snapshot::postings::Understood;
use crate::directory::snapshot::{Offer, ServiceFacts, ServiceIndex, Snapshot, View};

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
    let words = snapshot.understand(&query.words, |part| &part.service_words, |view, service| view.holds(service));
    let words_decide = query.needs.is_empty();
    let (mut found, mut of_interest) = (Vec::new(), Vec::new());
    for view in snapshot.views() {
        of_interest.clear();
        of_interest.extend(candidates(view, query, &words, assessor).into_iter().filter_map(|(index, word_points)| {
            let service = view.part.services.get(index as usize)?;
            (view.holds(index) && assessor.of_interest(service)).then_some((service, word_points))
        }));
        fetch(&of_interest);
        for (service, word_points) in &of_interest {
            found.extend(assessor.weigh(service, *word_points).map(|weighed| Found {
                service,
                rank: Rank {
                    group: weighed.group,
                    words: Reverse(if words_decide { *word_points } else { 0 }),
                    score: Reverse(weighed.score.total()),
                    distance_m: weighed.distance_m.unwrap_or(u32::MAX),
                    service: service.id,
                },
                word_points: *word_points,
            }));
        }
    }
    found
}

/// Looks at what is about to be weighed. Services of one town lie far apart in memory, and most of what it took to weigh
/// one was to wait for the next piece of it: a loop that only looks lets the processor fetch many at once.
fn fetch(services: &[(&ServiceFacts, u32)]) {
    let look = |offer: &Offer| offer.way.modes.len() + offer.areas.len() + offer.hours.look();
    let looks = services.iter().map(|(service, _)| {
        let about = service.assured.at(FieldGroup::Capacity).is_some() || service.manner.languages.is_empty();
        usize::from(about) + service.offers.iter().map(look).sum::<usize>()
    });
    std::hint::black_box(looks.fold(0, usize::wrapping_add));
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
        return hits.iter().map(|hit| (hit.text, score::words(hit.found(words.len())))).collect();
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
