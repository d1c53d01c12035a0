//! Offers in brief: all that decides about each, in little more than a line of memory, with numbers in place of what many
//! share. Those with a place lie in the order of the map, the others by the areas that they cover, so that what can be
//! reached from somewhere lies together: to weigh a town's services takes mostly the time to fetch them. Pure.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use entity::enums::{FieldGroup, ServiceStatus};
use entity::ids::ServiceId;
use foldhash::fast::FixedState;

use super::facts::{Assured, Manner, Offer, ServiceFacts, ServiceIndex, Way};
use super::near::{self, AreaSet, Cell, Perhaps, SetsByAuthority};
use crate::directory::listing::{Capacity, Eligibility};
use crate::directory::needs::NeedIndex;
use crate::hours::Hours;
use crate::places::{CoveredArea, Point, ResolvedPlace};

/// Number of an offer among those in brief.
pub type Row = u32;

/// What decides about one way in which a service is offered.
#[derive(Clone, Copy, Debug)]
pub struct Brief {
    /// The service.
    pub id: ServiceId,
    /// Its index among those of the part.
    pub service: ServiceIndex,
    /// Which of the service's offers.
    pub offer: u32,
    /// Where that is, where anybody may know.
    pub point: Option<Point>,
    /// Number of the areas it covers.
    pub areas: AreaSet,
    hours: u32,
    way: u32,
    eligibility: u32,
    manner: u32,
    assured: u32,
    capacity: Option<u32>,
    /// Whether the service runs.
    pub status: ServiceStatus,
}

/// The offers of a part.
#[derive(Debug, Default)]
pub struct Briefs {
    rows: Vec<Brief>,
    /// The first offer of each cell of the map in which there is one.
    cells: Vec<(Cell, Row)>,
    /// How many have a place: they come first.
    placed: usize,
    /// The first offer of each set of areas of those without.
    sets: Vec<(AreaSet, Row)>,
    /// Of each need the offers of the services that meet it, in order.
    by_need: Vec<Vec<Row>>,
    areas: Vec<Arc<[CoveredArea]>>,
    /// How many sets of areas those without a place cover: they come first.
    of_unplaced: usize,
    by_authority: OnceLock<SetsByAuthority>,
    hours: Vec<Arc<Hours>>,
    ways: Vec<Arc<Way>>,
    eligibilities: Vec<Arc<Eligibility>>,
    manners: Vec<Arc<Manner>>,
    assured: Vec<Arc<Assured>>,
    capacities: Vec<Capacity>,
}

/// What is shared, numbered as it is met, by its address: it is kept once each.
struct Numbered<T: ?Sized> {
    numbers: HashMap<usize, u32, FixedState>,
    values: Vec<Arc<T>>,
}

impl<T: ?Sized> Default for Numbered<T> {
    fn default() -> Self {
        Self { numbers: HashMap::default(), values: Vec::new() }
    }
}

impl<T: ?Sized> Numbered<T> {
    fn of(&mut self, value: &Arc<T>) -> u32 {
        *self.numbers.entry(Arc::as_ptr(value).addr()).or_insert_with(|| {
            self.values.push(Arc::clone(value));
            number(self.values.len() - 1)
        })
    }

    fn values(mut self) -> Vec<Arc<T>> {
        self.values.shrink_to_fit();
        self.values
    }
}

impl Briefs {
    /// The offers of these services in brief.
    #[must_use]
    pub fn of(services: &[ServiceFacts]) -> Self {
        let offers = || {
            let each = (0..).zip(services);
            each.flat_map(|(index, facts): (ServiceIndex, _)| {
                (0..).zip(&facts.offers).map(move |(number, offer): (u32, &Offer)| (index, facts, number, offer))
            })
        };
        let mut areas: Numbered<[CoveredArea]> = Numbered::default();
        for (.., offer) in offers().filter(|(.., offer)| offer.point.is_none()) {
            areas.of(&offer.areas);
        }
        let of_unplaced = areas.values.len();
        let mut order: Vec<(bool, u32, ServiceIndex, u32)> = offers()
            .map(|(index, _, number, offer)| match offer.point {
                Some(point) => (false, near::cell(point), index, number),
                None => (true, areas.of(&offer.areas), index, number),
            })
            .collect();
        order.sort_unstable();
        let mut briefs = Self { of_unplaced, rows: Vec::with_capacity(order.len()), ..Self::default() };
        let mut capacities = Vec::new();
        let number_capacity = |facts: &ServiceFacts| {
            facts.capacity.as_deref().map(|capacity| {
                capacities.push(*capacity);
                number(capacities.len() - 1)
            })
        };
        let capacity_of: Vec<Option<u32>> = services.iter().map(number_capacity).collect();
        let (mut hours, mut ways) = (Numbered::default(), Numbered::default());
        let (mut eligibilities, mut manners, mut assured) =
            (Numbered::default(), Numbered::default(), Numbered::default());
        for (unplaced, at, index, number_of_offer) in order {
            let Some(facts) = services.get(index as usize) else { continue };
            let Some(offer) = facts.offers.get(number_of_offer as usize) else { continue };
            let row = number(briefs.rows.len());
            briefs.placed += usize::from(!unplaced);
            let firsts = if unplaced { &mut briefs.sets } else { &mut briefs.cells };
            if firsts.last().is_none_or(|(before, _)| *before != at) {
                firsts.push((at, row));
            }
            for need in &facts.needs {
                let need = usize::from(need.0);
                if briefs.by_need.len() <= need {
                    briefs.by_need.resize_with(need + 1, Vec::new);
                }
                briefs.by_need.get_mut(need).into_iter().for_each(|list| list.push(row));
            }
            briefs.rows.push(Brief {
                id: facts.id,
                service: index,
                offer: number_of_offer,
                point: offer.point,
                areas: areas.of(&offer.areas),
                hours: hours.of(&offer.hours),
                way: ways.of(&offer.way),
                eligibility: eligibilities.of(&facts.eligibility),
                manner: manners.of(&facts.manner),
                assured: assured.of(&facts.assured),
                capacity: capacity_of.get(index as usize).copied().flatten(),
                status: facts.status,
            });
        }
        briefs.by_need.iter_mut().for_each(Vec::shrink_to_fit);
        briefs.cells.shrink_to_fit();
        briefs.sets.shrink_to_fit();
        capacities.shrink_to_fit();
        Self {
            areas: areas.values(),
            hours: hours.values(),
            ways: ways.values(),
            eligibilities: eligibilities.values(),
            manners: manners.values(),
            assured: assured.values(),
            capacities,
            ..briefs
        }
    }

    /// An offer in brief.
    #[must_use]
    pub fn at(&self, row: Row) -> Option<&Brief> {
        self.rows.get(row as usize)
    }

    /// When it is open.
    #[must_use]
    pub fn hours(&self, of: &Brief) -> Option<&Hours> {
        Some(self.hours.get(of.hours as usize)?)
    }

    /// How it reaches people, and what it takes to get in.
    #[must_use]
    pub fn way(&self, of: &Brief) -> Option<&Way> {
        Some(self.ways.get(of.way as usize)?)
    }

    /// The areas it covers.
    #[must_use]
    pub fn areas(&self, set: AreaSet) -> Option<&[CoveredArea]> {
        Some(self.areas.get(set as usize)?)
    }

    /// Who is taken.
    #[must_use]
    pub fn eligibility(&self, of: &Brief) -> Option<&Eligibility> {
        Some(self.eligibilities.get(of.eligibility as usize)?)
    }

    /// Ways in, cost, languages and forms.
    #[must_use]
    pub fn manner(&self, of: &Brief) -> Option<&Manner> {
        Some(self.manners.get(of.manner as usize)?)
    }

    /// When each field group was last assured.
    #[must_use]
    pub fn assured(&self, of: &Brief) -> Option<&Assured> {
        Some(self.assured.get(of.assured as usize)?)
    }

    /// Places and waiting time.
    #[must_use]
    pub fn capacity(&self, of: &Brief) -> Option<&Capacity> {
        self.capacities.get(of.capacity? as usize)
    }

    /// Looks at what is about to be weighed. What offers point at lies elsewhere, and most of what it took to weigh one was to
    /// wait for the next piece of it: a loop that only looks lets the processor fetch many at once.
    pub fn fetch<'a>(&self, offers: impl Iterator<Item = &'a Brief>) {
        let looks = offers.map(|of| {
            let rules = self.eligibility(of).map_or(0, |rules| {
                usize::from(rules.age.is_some())
                    + usize::from(rules.substance_use.is_some())
                    + rules.characteristics.len()
            });
            let told = self.assured(of).map_or(0, |assured| usize::from(assured.at(FieldGroup::Capacity).is_some()));
            rules + told + self.hours(of).map_or(0, Hours::look)
        });
        std::hint::black_box(looks.fold(0, usize::wrapping_add));
    }

    /// The sets of areas without a place that may hold a place.
    #[must_use]
    pub fn sets_perhaps_at(&self, place: &ResolvedPlace) -> Perhaps {
        let of_unplaced = self.areas.get(..self.of_unplaced).unwrap_or_default();
        let sets = self.by_authority.get_or_init(|| SetsByAuthority::of(of_unplaced));
        sets.perhaps(place.authorities.iter().map(|share| share.code))
    }

    /// The offers of the services that meet a need, in order; all there are where none is named.
    fn list(&self, need: Option<NeedIndex>) -> List<'_> {
        match need {
            None => List::All(number(self.rows.len())),
            Some(need) => List::Of(self.by_need.get(usize::from(need.0)).map_or(&[], Vec::as_slice)),
        }
    }

    /// Tells of every offer of the services that meet a need, or of all.
    pub fn each(&self, need: Option<NeedIndex>, told: impl FnMut(Row)) {
        self.list(need).between(0, Row::MAX, told);
    }

    /// Tells of every offer of the services that meet a need, or of all, at a place within so many kilometres of a point,
    /// and of some a little farther away.
    pub fn near(&self, need: Option<NeedIndex>, from: Point, km: f64, mut told: impl FnMut(Row)) {
        let list = self.list(need);
        let first_of = |begin: usize| self.cells.get(begin).map_or(number(self.placed), |(_, row)| *row);
        for cells in near::stretches(from, km) {
            let begin = self.cells.partition_point(|(cell, _)| cell < cells.start());
            let end = self.cells.partition_point(|(cell, _)| cell <= cells.end());
            list.between(first_of(begin), first_of(end), &mut told);
        }
    }

    /// Tells of every such offer without a place whose areas may hold one: `perhaps` is asked of every set, `may_cover` only of
    /// those that are left.
    pub fn unplaced(
        &self,
        need: Option<NeedIndex>,
        perhaps: impl Fn(AreaSet) -> bool,
        mut may_cover: impl FnMut(AreaSet) -> bool,
        mut told: impl FnMut(Row),
    ) {
        let list = self.list(need);
        let ends = self.sets.iter().skip(1).map(|(_, row)| *row).chain([number(self.rows.len())]);
        for ((set, begin), end) in self.sets.iter().zip(ends) {
            if perhaps(*set) && list.has_between(*begin, end) && may_cover(*set) {
                list.between(*begin, end, &mut told);
            }
        }
    }

    /// The services that meet a need, or all there are: each once, in order.
    #[must_use]
    pub fn services(&self, need: Option<NeedIndex>) -> Vec<ServiceIndex> {
        let mut found = Vec::new();
        self.each(need, |row| found.extend(self.at(row).map(|brief| brief.service)));
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Numbers of offers, in order.
#[derive(Clone, Copy)]
enum List<'a> {
    /// So many, from the first.
    All(Row),
    Of(&'a [Row]),
}

impl List<'_> {
    /// Whether there are any from one number up to another.
    fn has_between(self, begin: Row, end: Row) -> bool {
        match self {
            Self::All(count) => begin < end.min(count),
            Self::Of(rows) => rows.get(rows.partition_point(|row| *row < begin)).is_some_and(|row| *row < end),
        }
    }

    /// Tells of those from one number up to another.
    fn between(self, begin: Row, end: Row, told: impl FnMut(Row)) {
        match self {
            Self::All(count) => (begin..end.min(count)).for_each(told),
            Self::Of(rows) => {
                let from = rows.partition_point(|row| *row < begin);
                let rows = rows.get(from..).unwrap_or_default();
                rows.iter().copied().take_while(|row| *row < end).for_each(told);
            }
        }
    }
}

/// A place in a list as a number: none is as long as numbers go.
fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
