//! The candidates of a plan, and what a set of them costs: the rule of `choose` in figures.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use entity::ids::ServiceId;

use super::urgency::{Urgency, urgency};
use super::{Candidate, NeedSet, PlanQuestion, Standing};

/// How many ways are kept for each set of needs: fewer where there are many sets, to bound the work.
const fn width(needs: usize) -> usize {
    match needs {
        0..=6 => 4,
        7..=9 => 2,
        _ => 1,
    }
}

/// What a choice costs. Less is better, the first line that differs decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cost {
    /// Needs that are not met.
    pub(super) uncovered: u32,
    /// How urgent these are.
    pub(super) urgency: u32,
    /// Needs met by a service that is not good enough.
    pub(super) settled: u32,
    /// Agencies.
    pub(super) agencies: u32,
    /// Needs met by a service that only fits if.
    pub(super) maybes: u32,
    /// Questions that are still to be asked.
    pub(super) questions: u32,
    /// Buildings, and services outside any.
    pub(super) visits: u32,
    /// Services.
    pub(super) steps: u32,
    /// Points of the services, once for each need that they are there for.
    pub(super) score: Reverse<u64>,
}

/// Some services and what they cost for the needs they are to meet. Services are indexes of the
/// field, rising, so that the ids decide between ways that cost the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Way {
    pub(super) cost: Cost,
    pub(super) services: Vec<usize>,
}

/// The candidates, one for each service, in the order of their ids, with what is known of each.
#[derive(Debug)]
pub(super) struct Field<'a> {
    candidates: Vec<&'a Candidate>,
    /// The needs for which each is good enough.
    good: Vec<NeedSet>,
    /// The needs that any of them meets.
    coverable: NeedSet,
    /// The place of each in the order of merit.
    ranks: Vec<usize>,
    /// How much it weighs when a need is left out, by need.
    weights: Vec<u32>,
    pub(super) most_steps: usize,
    /// How many ways are kept for each set of needs.
    pub(super) width: usize,
}

impl<'a> Field<'a> {
    pub(super) fn new(question: &PlanQuestion, candidates: &'a [Candidate]) -> Self {
        let all = NeedSet::first(question.needs.len());
        let mut best: BTreeMap<ServiceId, &'a Candidate> = BTreeMap::new();
        for candidate in candidates.iter().filter(|candidate| !candidate.needs.and(all).is_empty()) {
            let kept = best.entry(candidate.service).or_insert(candidate);
            if print(candidate) < print(kept) {
                *kept = candidate;
            }
        }
        let candidates: Vec<&Candidate> = best.into_values().collect();
        let bars: Vec<Option<(Standing, u32)>> = (0..question.needs.len()).map(|need| bar(&candidates, need)).collect();
        let reaches = |candidate: &Candidate, need: usize| {
            bars.get(need).copied().flatten().is_some_and(|(standing, best)| {
                same_kind(candidate.standing, standing) && u64::from(candidate.score) * 2 >= u64::from(best)
            })
        };
        let good = candidates
            .iter()
            .map(|candidate| candidate.needs.and(all).iter().filter(|need| reaches(candidate, *need)).collect())
            .collect();
        let coverable = candidates.iter().fold(NeedSet::default(), |set, one| set.or(one.needs)).and(all);
        let weights = question.needs.iter().map(|need| weight(urgency(&need.key))).collect();
        let mut by_merit: Vec<usize> = (0..candidates.len()).collect();
        by_merit.sort_by_cached_key(|service| candidates.get(*service).map(|one| merit(one)));
        let mut ranks = vec![usize::MAX; candidates.len()];
        for (rank, service) in by_merit.into_iter().enumerate() {
            if let Some(place) = ranks.get_mut(service) {
                *place = rank;
            }
        }
        let width = width(coverable.len());
        Self { candidates, good, coverable, ranks, weights, most_steps: question.most_steps, width }
    }

    /// All candidates, one for each service.
    pub(super) fn candidates(&self) -> &[&'a Candidate] {
        &self.candidates
    }

    /// The needs that any candidate meets.
    pub(super) fn coverable(&self) -> NeedSet {
        self.coverable
    }

    pub(super) fn good(&self, service: usize) -> NeedSet {
        self.good.get(service).copied().unwrap_or_default()
    }

    pub(super) fn meets(&self, service: usize) -> NeedSet {
        self.candidates.get(service).map(|one| one.needs.and(self.coverable)).unwrap_or_default()
    }

    /// Which of these services a need is met by: the best for it.
    pub(super) fn server(&self, services: &[usize], need: usize) -> Option<usize> {
        let meeting = services.iter().copied().filter(|service| self.meets(*service).contains(need));
        meeting.min_by_key(|service| (!self.good(*service).contains(need), self.rank(*service)))
    }

    pub(super) fn rank(&self, service: usize) -> usize {
        self.ranks.get(service).copied().unwrap_or(usize::MAX)
    }

    /// What these services cost, if they are to meet these needs.
    pub(super) fn way(&self, services: Vec<usize>, needs: NeedSet) -> Way {
        let mut cost = Cost {
            uncovered: 0,
            urgency: 0,
            settled: 0,
            agencies: 0,
            maybes: 0,
            questions: 0,
            visits: 0,
            steps: 0,
            score: Reverse(0),
        };
        for need in needs.iter() {
            let Some(service) = self.server(&services, need) else {
                cost.uncovered += 1;
                cost.urgency += self.weights.get(need).copied().unwrap_or_default();
                continue;
            };
            cost.settled += u32::from(!self.good(service).contains(need));
            if let Some(candidate) = self.candidates.get(service) {
                cost.maybes += u32::from(questions(candidate.standing).is_some());
                cost.score.0 += u64::from(candidate.score);
            }
        }
        let chosen = || services.iter().filter_map(|service| self.candidates.get(*service));
        for (at, candidate) in chosen().enumerate() {
            let Candidate { agency, location, standing, .. } = candidate;
            cost.steps += 1;
            cost.questions += u32::from(questions(*standing).unwrap_or_default());
            cost.agencies += u32::from(chosen().take(at).all(|before| before.agency != *agency));
            let seen = location.is_some() && chosen().take(at).any(|before| before.location == *location);
            cost.visits += u32::from(!seen);
        }
        Way { cost, services }
    }
}

/// The best standing that a need is met with, and the best points with it.
fn bar(candidates: &[&Candidate], need: usize) -> Option<(Standing, u32)> {
    let meeting = || candidates.iter().filter(move |candidate| candidate.needs.contains(need));
    let standing = meeting().map(|candidate| candidate.standing).min()?;
    let of_kind = meeting().filter(|candidate| same_kind(candidate.standing, standing));
    of_kind.map(|candidate| candidate.score).max().map(|score| (standing, score))
}

fn same_kind(one: Standing, other: Standing) -> bool {
    questions(one).is_some() == questions(other).is_some()
}

/// The open questions of a service that only fits if.
fn questions(standing: Standing) -> Option<u8> {
    match standing {
        Standing::Fits => None,
        Standing::FitsIf { questions } => Some(questions),
    }
}

/// The order of services that meet the same: surer, then more points, then nearer, then by id.
pub(super) fn merit(candidate: &Candidate) -> (Standing, Reverse<u32>, u32, ServiceId) {
    let Candidate { standing, score, distance_m, service, .. } = candidate;
    (*standing, Reverse(*score), distance_m.unwrap_or(u32::MAX), *service)
}

/// The order of candidates for one service: by merit, then by all the rest that a plan shows, so that it
/// never matters which came first.
fn print(candidate: &Candidate) -> impl Ord + '_ {
    let Candidate { needs, location, opens, wait_days, remote, routes, gateway, asks, provides, .. } = candidate;
    let names = (&candidate.service_name, &candidate.agency_name, candidate.agency);
    let place = (location, opens.is_none(), opens, wait_days, remote);
    (merit(candidate), Reverse(needs), place, (routes, gateway, asks, provides), names)
}

/// How much a need weighs that is left out: more than all those together that are less urgent.
fn weight(urgency: Urgency) -> u32 {
    match urgency {
        Urgency::Now => 16 * 16 * 16,
        Urgency::Today => 16 * 16,
        Urgency::Soon => 16,
        Urgency::Later => 1,
    }
}
