//! Which services: as many needs as possible, then as few agencies as possible, and so on.
//!
//! # The rule
//! Of all sets of at most `most_steps` services the one is taken that is best by [`Cost`], read
//! from the top: no later line is ever weighed against an earlier one.
//!
//! One agency for everything is worth much, but not everything. So a service counts as *good
//! enough* for a need only if it stands as well as the best that meets it (nobody is sent to a
//! "fits if" while there is a "fits") and has at least half the points of the best that stands so
//! (nobody is sent to a far, poor or stale place while there is one twice as good). That comes before
//! the number of agencies: one agency takes the place of two only if it is good enough for what both did. Where
//! the steps are enough, every need that can be met is met by a service that is good enough.
//!
//! # The work
//! Services are first reduced to the best few (the field's `width`) of each agency and set of
//! needs. A first pass, agency by agency, finds the best few ways in which one agency meets each
//! set of needs; a second the best few ways to meet all, by the lowest need that is left. For n
//! needs that are at most 2^n sets and 3^n pairs of a set and what is left, times the square of
//! the width, whatever the number of services. Down to the open questions `Cost` only adds up, so that
//! keeping the best for each set is exact there; from the visits on, where agencies may share a
//! building, it is the best of the few ways that are kept.

use std::collections::BTreeMap;
use std::rc::Rc;

use entity::ids::AgencyId;

use super::field::{Cost, Field, Way};
use super::{Candidate, NeedSet};

/// Most joins of a service to others of its agency that are tried. Past it only single services
/// are added, so that every need that can be met still is, though no longer by provably the fewest agencies. 8 needs
/// and 5,000 candidates take a third of it at most; only a question made to be hard (12 needs, agencies
/// with hundreds of services for them each) comes there.
const MOST_JOINS: usize = 1_000_000;

/// A service that was chosen.
#[derive(Clone, Debug)]
pub(super) struct Chosen<'a> {
    /// The service.
    pub(super) candidate: &'a Candidate,
    /// What for.
    pub(super) covers: NeedSet,
    /// Those of these for which it is not good enough, and something else would be.
    pub(super) settled: NeedSet,
}

/// Ways by the needs they meet and, where steps are scarce, the number of their services.
type Ways = BTreeMap<(NeedSet, usize), Vec<Way>>;

/// Every state of the second pass that was reached: the needs left, the steps left.
type Memory = BTreeMap<(NeedSet, usize), Rc<Vec<Way>>>;

impl<'a> Field<'a> {
    /// The best choice, each service with the needs for which it is there.
    pub(super) fn choose(&self) -> Vec<Chosen<'a>> {
        let steps = self.most_steps.min(self.coverable().len());
        let ways = self.ways_of_one_agency(steps);
        let best = self.best(self.coverable(), steps, &ways, &mut Memory::new());
        let services = best.first().map(|way| way.services.clone()).unwrap_or_default();
        let mut covers = vec![NeedSet::default(); services.len()];
        for need in self.coverable().iter() {
            let by = self.server(&services, need);
            if let Some(covers) =
                by.and_then(|by| services.iter().position(|one| *one == by)).and_then(|at| covers.get_mut(at))
            {
                *covers = covers.or(only(need));
            }
        }
        services
            .iter()
            .zip(covers)
            .filter(|(_, covers)| !covers.is_empty())
            .filter_map(|(service, covers)| {
                let candidate = *self.candidates().get(*service)?;
                Some(Chosen { candidate, covers, settled: covers.without(self.good(*service)) })
            })
            .collect()
    }

    /// The first pass: the best ways in which any one agency meets any set of needs that some of
    /// its services make up.
    fn ways_of_one_agency(&self, steps: usize) -> Ways {
        let scarce = steps < self.coverable().len();
        let mut joins = 0;
        let mut by_agency: BTreeMap<AgencyId, Vec<usize>> = BTreeMap::new();
        for (service, candidate) in self.candidates().iter().enumerate() {
            by_agency.entry(candidate.agency).or_default().push(service);
        }
        let mut all = Ways::new();
        for services in by_agency.values() {
            let nothing = Ways::from([((NeedSet::default(), 0), vec![self.way(Vec::new(), NeedSet::default())])]);
            let mut own = nothing.clone();
            for service in self.reduced(services) {
                let before = if joins > MOST_JOINS { nothing.clone() } else { own.clone() };
                for needs in self.blocks(service, scarce) {
                    for ((met, many), ways) in &before {
                        let (together, many) = (met.or(needs), if scarce { many + 1 } else { 0 });
                        joins += 1;
                        if together == *met || many > steps {
                            continue;
                        }
                        let kept = own.entry((together, many)).or_default();
                        kept.extend(ways.iter().map(|way| self.way(joined(&way.services, &[service]), together)));
                        self.keep_best(kept);
                    }
                }
            }
            own.remove(&(NeedSet::default(), 0));
            for (key, ways) in own {
                let kept = all.entry(key).or_default();
                kept.extend(ways);
                self.keep_best(kept);
            }
        }
        self.spread(&mut all);
        all
    }

    /// What meets a set of needs meets each part of it.
    fn spread(&self, all: &mut Ways) {
        for need in self.coverable().iter().map(only) {
            let larger: Vec<_> =
                all.range(..).filter(|((met, _), _)| !met.and(need).is_empty() && *met != need).collect();
            let parts: Vec<_> = larger
                .into_iter()
                .map(|((met, many), ways)| {
                    let part = met.without(need);
                    ((part, *many), ways.iter().map(|way| self.way(way.services.clone(), part)).collect::<Vec<_>>())
                })
                .collect();
            for (key, ways) in parts {
                let kept = all.entry(key).or_default();
                kept.extend(ways);
                self.keep_best(kept);
            }
        }
    }

    /// The best few services of one agency for each set of needs; where these are in one
    /// building, only the best of that building.
    fn reduced(&self, services: &[usize]) -> Vec<usize> {
        let mut alike: BTreeMap<(NeedSet, NeedSet), Vec<usize>> = BTreeMap::new();
        for service in services {
            alike.entry((self.meets(*service), self.good(*service))).or_default().push(*service);
        }
        let mut reduced = Vec::new();
        for mut alike in alike.into_values() {
            alike.sort_by_key(|service| self.rank(*service));
            let mut buildings = Vec::new();
            alike.retain(|service| {
                let building = self.candidates().get(*service).and_then(|one| one.location);
                let known = buildings.contains(&building);
                buildings.push(building);
                !known
            });
            alike.truncate(self.width);
            reduced.extend(alike);
        }
        reduced.sort_unstable();
        reduced
    }

    /// The sets of needs that one service can be chosen for: those for which it is good enough,
    /// and where steps are scarce any of the others besides.
    fn blocks(&self, service: usize, scarce: bool) -> Vec<NeedSet> {
        let good = self.good(service);
        let mut blocks = vec![good];
        if scarce {
            for need in self.meets(service).without(good).iter() {
                let besides: Vec<NeedSet> = blocks.iter().map(|block| block.or(only(need))).collect();
                blocks.extend(besides);
            }
        }
        blocks
    }

    fn keep_best(&self, ways: &mut Vec<Way>) {
        ways.sort_unstable();
        ways.dedup();
        ways.truncate(self.width);
    }

    /// Whether two ways together could be among the best found, by what only adds up. Ways that
    /// share an agency may be refused though they cost less than their sum: what that agency does
    /// alone for both is a way of its own.
    fn can_be_kept(&self, found: &[Way], one: &Way, other: &Way) -> bool {
        let Some(last) = self.width.checked_sub(1).and_then(|last| found.get(last)) else { return true };
        let Cost { uncovered, urgency, settled, agencies, maybes, questions, .. } = last.cost;
        together(&one.cost, &other.cost) <= [uncovered, urgency, settled, agencies, maybes, questions]
    }

    /// The second pass: the best ways to meet these needs with so many steps.
    fn best(&self, needs: NeedSet, steps: usize, ways: &Ways, memory: &mut Memory) -> Rc<Vec<Way>> {
        // More steps than needs are of no use: so that states with enough are one.
        let steps = steps.min(needs.len());
        if let Some(known) = memory.get(&(needs, steps)) {
            return Rc::clone(known);
        }
        let (mut found, mut joins) = (Vec::new(), Vec::new());
        match needs.iter().next() {
            None => found.push(self.way(Vec::new(), needs)),
            Some(lowest) => {
                let enough = steps == needs.len();
                let rest = needs.without(only(lowest));
                if !enough {
                    let without = self.best(rest, steps, ways, memory);
                    found.extend(without.iter().map(|way| self.way(way.services.clone(), needs)));
                }
                for met in parts(rest).map(|part| part.or(only(lowest))) {
                    for many in 0..=steps.min(met.len()) {
                        let Some(options) = ways.get(&(met, many)) else { continue };
                        let rest = self.best(needs.without(met), steps - many, ways, memory);
                        for option in options.iter().filter(|option| !enough || option.cost.settled == 0) {
                            for way in rest.iter().filter(|way| self.can_be_kept(&found, option, way)) {
                                joins.push(self.way(joined(&way.services, &option.services), needs));
                            }
                            found.append(&mut joins);
                            self.keep_best(&mut found);
                        }
                    }
                }
            }
        }
        self.keep_best(&mut found);
        let found = Rc::new(found);
        memory.insert((needs, steps), Rc::clone(&found));
        found
    }
}

/// What two ways for different needs cost together, down to the questions: no less than that, and
/// no more where they share no agency and no service.
fn together(one: &Cost, other: &Cost) -> [u32; 6] {
    [
        one.uncovered + other.uncovered,
        one.urgency + other.urgency,
        one.settled + other.settled,
        one.agencies + other.agencies,
        one.maybes + other.maybes,
        one.questions + other.questions,
    ]
}

fn joined(some: &[usize], others: &[usize]) -> Vec<usize> {
    let mut all = [some, others].concat();
    all.sort_unstable();
    all.dedup();
    all
}

/// The set of one need.
fn only(need: usize) -> NeedSet {
    [need].into_iter().collect()
}

/// Every part of a set, the whole first and nothing last.
fn parts(whole: NeedSet) -> impl Iterator<Item = NeedSet> {
    let next = move |part: &NeedSet| part.0.checked_sub(1).map(|less| NeedSet(less & whole.0));
    std::iter::successors(Some(whole), next)
}
