//! A question against the whole directory: candidates by need, assessed, ranked, and cut into
//! pages that neither overlap nor leave anything out.

use entity::ids::ServiceId;

use super::query::SignpostQuery;
use super::rules::assess::{self, Assessment, Group};
use crate::directory::freshness::FreshnessRules;
use crate::directory::snapshot::{ServiceFacts, Snapshot};

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

/// One service of an answer.
#[derive(Debug)]
pub struct Found<'a> {
    /// The service.
    pub service: &'a ServiceFacts,
    /// Its place in the order.
    pub rank: Rank,
    /// Its assessment.
    pub assessment: Assessment,
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
    /// All of them.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.fits + self.fits_if + self.no_because
    }
}

/// The whole ranked answer to a question.
#[must_use]
pub fn search<'a>(snapshot: &'a Snapshot, query: &SignpostQuery, rules: &FreshnessRules) -> Vec<Found<'a>> {
    let words: Vec<_> = query.words.iter().map(|word| snapshot.dictionary.beginning_with(word)).collect();
    let mut found: Vec<Found<'a>> = candidates(snapshot, query)
        .filter(|service| assess::of_interest(service, query, &words))
        .filter_map(|service| {
            let assessment = assess::assess(service, query, &words, rules)?;
            let rank = Rank {
                group: assessment.group,
                score: std::cmp::Reverse(assessment.score.total()),
                distance_m: assessment.distance_m.unwrap_or(u32::MAX),
                service: service.id,
            };
            Some(Found { service, rank, assessment })
        })
        .collect();
    found.sort_unstable_by_key(|found| found.rank);
    found
}

/// How many stand in each group.
#[must_use]
pub fn counts(found: &[Found<'_>]) -> Counts {
    found.iter().fold(Counts::default(), |mut counts, found| {
        match found.rank.group {
            Group::Fits => counts.fits += 1,
            Group::FitsIf => counts.fits_if += 1,
            Group::NoBecause => counts.no_because += 1,
        }
        counts
    })
}

/// Services that may meet one of the needs: those of the need's own lists, or all.
fn candidates<'a>(snapshot: &'a Snapshot, query: &SignpostQuery) -> Box<dyn Iterator<Item = &'a ServiceFacts> + 'a> {
    if query.needs.is_empty() {
        return Box::new(snapshot.services.iter());
    }
    let mut indexes: Vec<_> = query
        .needs
        .iter()
        .flat_map(|asked| &asked.any_of)
        .filter_map(|need| snapshot.by_need.get(need))
        .flatten()
        .copied()
        .collect();
    indexes.sort_unstable();
    indexes.dedup();
    Box::new(indexes.into_iter().filter_map(|index| snapshot.services.get(index as usize)))
}
