//! One service against one question: its criteria, its group, its score.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::ptr;

use chrono::{DateTime, TimeDelta, Utc};
use entity::enums::{DeliveryMode, FieldGroup, ServiceStatus};
use foldhash::fast::FixedState;

use super::case::Case;
use super::criteria::{self, Criterion, Tally};
use super::score::{self, Score, ScorePart};
use super::times::{Times, times};
use crate::directory::freshness::FreshnessRules;
use crate::directory::needs::NeedIndex;
use crate::directory::snapshot::briefs::Brief;
use crate::directory::snapshot::{Manner, Offer, Part, ServiceFacts, Way};
use crate::hours::{self, Ahead, london};
use crate::places::{self, Coverage, CoveredArea, Point, ResolvedPlace, WhyUnknown};
use crate::signposting::query::SignpostQuery;

/// How far ahead a time to come is looked for: five weeks, so that a monthly session is found.
pub const DAYS_AHEAD: u16 = 35;
/// Tables of hours that a question in a town meets.
const MANY: usize = 512;

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
    /// Which of the asked needs it meets.
    pub needs_met: NeedsMet,
    /// How many questions are open.
    pub questions: u8,
    /// The first time at which the person could come for certain.
    pub opens: Option<DateTime<Utc>>,
    /// Its criteria, in the order in which they are shown; none where it was only weighed.
    pub criteria: Vec<Criterion>,
}

/// Which of the needs that were asked about are met, by their place in the question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NeedsMet(u64);

impl NeedsMet {
    /// These and those.
    #[must_use]
    pub fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Whether the need at this place is.
    #[must_use]
    pub fn contains(self, place: usize) -> bool {
        u32::try_from(place).ok().and_then(|place| 1_u64.checked_shl(place)).is_some_and(|bit| self.0 & bit != 0)
    }

    /// How many are.
    #[must_use]
    pub fn count(self) -> u32 {
        self.0.count_ones()
    }
}

/// One question, ready to be held against many services: what they share is worked out once.
#[derive(Debug)]
pub struct Assessor<'q> {
    query: &'q SignpostQuery,
    rules: &'q FreshnessRules,
    /// Which places of the question each need of the list stands at, by its index.
    asked: Vec<u64>,
    /// What all of them count together.
    weights: u32,
    /// By the address of the set of areas, for many services cover the same ones. Sets and tables are kept once each
    /// for as long as the snapshot lives, and it outlives the question.
    coverage: HashMap<usize, Coverage, FixedState>,
    /// By the address of the table of hours.
    times: HashMap<usize, Times, FixedState>,
    /// By the address of the rules: what they come to, where nobody reads the words.
    eligibility: HashMap<usize, Tally, FixedState>,
    /// The windows that were asked for, laid out.
    windows: Vec<Ahead>,
    /// What was found holds before this instant.
    until: DateTime<Utc>,
}

impl<'q> Assessor<'q> {
    /// An assessor of a question.
    #[must_use]
    pub fn new(query: &'q SignpostQuery, rules: &'q FreshnessRules) -> Self {
        let any_of = || query.needs.iter().flat_map(|need| &need.any_of).map(|need| usize::from(need.0));
        let mut asked = vec![0; any_of().max().map_or(0, |last| last + 1)];
        for (place, need) in query.needs.iter().enumerate() {
            let bit = u32::try_from(place).ok().and_then(|place| 1_u64.checked_shl(place)).unwrap_or_default();
            for index in &need.any_of {
                asked.get_mut(usize::from(index.0)).into_iter().for_each(|bits| *bits |= bit);
            }
        }
        let weights = query.needs.iter().map(|need| u32::from(need.weight)).sum();
        Self {
            query,
            rules,
            asked,
            weights,
            coverage: HashMap::default(),
            times: HashMap::with_capacity_and_hasher(MANY, FixedState::default()),
            eligibility: HashMap::with_capacity_and_hasher(MANY, FixedState::default()),
            windows: query.windows.iter().map(|window| window.ahead(query.at, DAYS_AHEAD)).collect(),
            until: DateTime::<Utc>::MAX_UTC,
        }
    }

    /// The first instant at which the same question may weigh anything that was weighed differently, or put it in other
    /// words: a door opens or shuts, a time that was far off is nearer by a day, a confirmation grows old, a date comes.
    /// Never too late.
    #[must_use]
    pub fn holds_until(&self) -> DateTime<Utc> {
        self.until
    }

    fn holds_through(&mut self, last: DateTime<Utc>) {
        self.until = self.until.min(last.checked_add_signed(TimeDelta::milliseconds(1)).unwrap_or(last));
    }

    /// Takes note of how long the points for the time at which the person could come hold.
    fn note_time(&mut self, when: Option<DateTime<Utc>>) {
        let at = self.query.at;
        // They change with every whole day.
        if let Some(wait) = when.map(|when| when - at).filter(|wait| *wait > TimeDelta::zero()) {
            let over = wait - TimeDelta::days(wait.num_days());
            self.until = self.until.min(at + over.max(TimeDelta::milliseconds(1)));
        }
    }

    /// Whether a service is of interest at all: it runs or is expected back, meets one of the needs and takes one of
    /// the forms.
    #[must_use]
    pub fn of_interest(&self, service: &ServiceFacts) -> bool {
        may_run(service.status) && self.is_asked_for(service)
    }

    /// The same of an offer in brief whose service meets one of the needs, if any was named.
    #[must_use]
    pub fn brief_of_interest(&self, part: &Part, brief: &Brief) -> bool {
        let manner = || part.briefs.manner(brief);
        may_run(brief.status)
            && (self.query.formats.is_empty() || manner().is_some_and(|manner| self.has_format(manner)))
    }

    /// Whether a service, running or not, meets one of the needs and takes one of the forms.
    #[must_use]
    pub fn is_asked_for(&self, service: &ServiceFacts) -> bool {
        (self.query.needs.is_empty() || self.needs_met(service).count() > 0)
            && (self.query.formats.is_empty() || self.has_format(&service.manner))
    }

    fn has_format(&self, manner: &Manner) -> bool {
        self.query.formats.iter().any(|format| manner.formats.contains(format))
    }

    /// What the needs that are met count together.
    fn weight(&self, met: NeedsMet) -> u32 {
        let needs = self.query.needs.iter().enumerate().filter(|(place, _)| met.contains(*place));
        needs.map(|(_, need)| u32::from(need.weight)).sum()
    }

    fn needs_met(&self, service: &ServiceFacts) -> NeedsMet {
        service.needs.iter().fold(NeedsMet::default(), |all, need| all.and(self.met_by(*need)))
    }

    /// Which of the needs that were asked about a service meets that meets this one of the list.
    #[must_use]
    pub fn met_by(&self, need: NeedIndex) -> NeedsMet {
        NeedsMet(self.asked.get(usize::from(need.0)).copied().unwrap_or_default())
    }

    /// Whether areas may hold the place asked about: they do, or nobody can tell.
    pub fn may_cover(&mut self, areas: &[CoveredArea]) -> bool {
        self.query.place.as_ref().is_none_or(|place| self.coverage_of(areas, place) != Coverage::Outside)
    }

    fn coverage_of(&mut self, areas: &[CoveredArea], place: &ResolvedPlace) -> Coverage {
        *self.coverage.entry(areas.as_ptr().addr()).or_insert_with(|| places::covers(areas, place))
    }

    /// The best of a service's offers for a question, without words, or `None` where none is within reach. The
    /// service must be [`Self::of_interest`]; the points are those of the words that it was found by.
    pub fn weigh(&mut self, service: &ServiceFacts, word_points: u32) -> Option<Assessment> {
        self.best::<false>(service, word_points)
    }

    /// Whether an offer in brief is near enough at the first look, or has no place.
    #[must_use]
    pub fn may_reach(&self, brief: &Brief) -> bool {
        let place = self.query.place.as_ref();
        !place.zip(brief.point).is_some_and(|(place, point)| self.is_too_far(place, point))
    }

    fn is_too_far(&self, place: &ResolvedPlace, point: Point) -> bool {
        // A metre more, for distances are compared in whole ones.
        places::least_km(place.point, point) > self.query.within_km + 0.001
    }

    /// An offer without words, as [`Self::weigh`] does, or `None` where it is out of reach. It must be
    /// [`Self::brief_of_interest`].
    pub fn weigh_brief(&mut self, part: &Part, brief: &Brief, needs_met: NeedsMet) -> Option<Assessment> {
        let case = Case::in_brief(part, brief)?;
        let reach = self.reach(&case)?;
        let of_service = self.of_service::<false>(&case, needs_met);
        Some(self.way::<false>(&case, &reach, &of_service, 0, &mut Heard::default()))
    }

    /// The same with its criteria in words.
    pub fn assess(&mut self, service: &ServiceFacts, word_points: u32) -> Option<Assessment> {
        self.best::<true>(service, word_points)
    }

    /// Every way within reach in which a service is offered, with its assessment in words.
    pub fn each_way(&mut self, service: &ServiceFacts, word_points: u32, mut told: impl FnMut(&Offer, &Assessment)) {
        self.ways::<true>(service, word_points, |offer, here, criteria| {
            told(offer, &Assessment { criteria: criteria.to_vec(), ..here });
        });
    }

    fn best<const WORDS: bool>(&mut self, service: &ServiceFacts, word_points: u32) -> Option<Assessment> {
        let mut best: Option<Assessment> = None;
        self.ways::<WORDS>(service, word_points, |_, here, criteria| {
            if best.as_ref().is_none_or(|best| standing(&here) < standing(best)) {
                best = Some(Assessment { criteria: criteria.to_vec(), ..here });
            }
        });
        best
    }

    /// Tells of each way within reach: the offer, its assessment still without its criteria, and these, where anybody
    /// reads the words.
    fn ways<const WORDS: bool>(
        &mut self,
        service: &ServiceFacts,
        word_points: u32,
        mut told: impl FnMut(&Offer, Assessment, &[Criterion]),
    ) {
        let mut of_service: Option<OfService<WORDS>> = None;
        let mut heard = Heard::<WORDS>::default();
        for (index, offer) in service.offers.iter().enumerate() {
            let case = Case::of(service, index, offer);
            let Some(reach) = self.reach(&case) else { continue };
            let needs_met = self.needs_met(service);
            let of_service = of_service.get_or_insert_with(|| self.of_service::<WORDS>(&case, needs_met));
            let here = self.way::<WORDS>(&case, &reach, of_service, word_points, &mut heard);
            told(offer, here, &heard.told);
        }
    }

    /// The assessment of one way that is within reach, still without its criteria: what was heard are these.
    fn way<const WORDS: bool>(
        &mut self,
        case: &Case<'_>,
        reach: &Reach,
        of_service: &OfService<WORDS>,
        word_points: u32,
        heard: &mut Heard<WORDS>,
    ) -> Assessment {
        let query = self.query;
        heard.forget();
        let when = self.offer_criteria::<WORDS>(case, reach, heard);
        self.note_time(when);
        heard.add(&of_service.heard);
        let tally = heard.tally;
        let travel = needs_travel(case.way);
        let score = Score::default()
            .with(ScorePart::Needs, of_service.need_points)
            .with(ScorePart::Distance, score::distance(reach.distance_m, metres(query.within_km), travel))
            .with(ScorePart::Time, score::soon(query.at, when))
            .with(ScorePart::Certainty, score::certainty(&tally))
            .with(ScorePart::Waiting, score::waiting(case.capacity, &tally))
            .with(ScorePart::Freshness, of_service.freshness_points)
            .with(ScorePart::Words, word_points);
        Assessment {
            group: group(&tally),
            score,
            offer: case.offer,
            distance_m: reach.distance_m,
            needs_met: of_service.needs_met,
            questions: tally.questions,
            opens: when,
            criteria: Vec::new(),
        }
    }

    /// What is the same for every offer of a service.
    fn of_service<const WORDS: bool>(&mut self, case: &Case<'_>, needs_met: NeedsMet) -> OfService<WORDS> {
        let (query, rules) = (self.query, self.rules);
        let mut heard = Heard::<WORDS>::default();
        if case.status != ServiceStatus::Active {
            let today = london(query.at).date();
            heard.extend(criteria::status::<WORDS>(case.status, case.reopens_on, today));
            self.until = self.until.min(hours::next_midnight(query.at));
        }
        if WORDS {
            criteria::eligibility::<WORDS>(case.eligibility, &query.circumstances, &mut heard);
        } else {
            let known = self.eligibility.entry(ptr::from_ref(case.eligibility).addr());
            heard.tally = heard.tally.and(*known.or_insert_with(|| {
                let mut tally = Tally::default();
                criteria::eligibility::<false>(case.eligibility, &query.circumstances, &mut tally);
                tally
            }));
        }
        let said = case.capacity.and_then(|capacity| capacity.updated_at);
        let assured = said.max(case.assured.at(FieldGroup::Capacity));
        let fresh = rules.is_fresh(FieldGroup::Capacity, assured, query.at);
        heard.extend(criteria::capacity::<WORDS>(case.capacity, fresh));
        let (fresh_groups, through) = rules.fresh_groups(|group| case.assured.at(group), query.at);
        let ends = [through, rules.fresh_through(FieldGroup::Capacity, said, query.at)];
        ends.into_iter().flatten().for_each(|last| self.holds_through(last));
        OfService {
            heard,
            needs_met,
            need_points: score::share(ScorePart::Needs, self.weight(needs_met), self.weights),
            freshness_points: score::freshness(fresh_groups),
        }
    }

    /// Whether an offer is within reach: it can be used in a way that will do, and the person can get
    /// to it. Where it is a place whose point is known, that is decided by distance; otherwise by the
    /// area it covers, and one that is known not to cover the place is out of reach.
    fn reach(&mut self, case: &Case<'_>) -> Option<Reach> {
        let query = self.query;
        let modes = &case.way.modes;
        let way = |mode: &DeliveryMode| modes.contains(mode) || (modes.is_empty() && *mode == DeliveryMode::InPerson);
        if !query.delivery.is_empty() && !query.delivery.iter().any(way) {
            return None;
        }
        let Some(place) = &query.place else { return Some(Reach { distance_m: None, coverage: None }) };
        if case.point.is_some_and(|point| self.is_too_far(place, point)) {
            return None;
        }
        let distance_m = case.point.map(|point| metres(places::distance_km(place.point, point)));
        if distance_m.is_some_and(|distance| distance > metres(query.within_km)) {
            return None;
        }
        let coverage = self.coverage_of(case.areas, place);
        let reached = distance_m.is_some() || coverage != Coverage::Outside;
        reached.then_some(Reach { distance_m, coverage: Some(coverage) })
    }

    /// Criteria of one offer, and when the person could come.
    fn offer_criteria<const WORDS: bool>(
        &mut self,
        case: &Case<'_>,
        reach: &Reach,
        found: &mut Heard<WORDS>,
    ) -> Option<DateTime<Utc>> {
        let query = self.query;
        if let (Some(coverage), Some(place)) = (&reach.coverage, &query.place) {
            let named = match coverage {
                Coverage::Inside { by } => case.areas.get(*by),
                Coverage::Unknown { why: WhyUnknown::TextOnly } => case.areas.first(),
                Coverage::Unknown {
                    why: WhyUnknown::NeedFullPostcode | WhyUnknown::Imprecise | WhyUnknown::NotStated,
                }
                | Coverage::Outside => None,
            };
            let named = named.map(CoveredArea::label);
            found.extend([criteria::coverage::<WORDS>(coverage, &place.label, named)]);
        }
        let known = self.times.entry(ptr::from_ref(case.hours).addr());
        let times = *known.or_insert_with(|| times(case.hours, &self.windows, query.at));
        self.until = self.until.min(times.until);
        found.extend(times.answer.map(|answer| criteria::time::<WORDS>(&answer)));
        let (offered, missing) = (&case.way.access_offered, &case.way.access_missing);
        found.extend(criteria::language::<WORDS>(&case.manner.languages, offered, &query.circumstances.languages));
        let access = query.circumstances.access.iter();
        found.extend(access.map(|which| criteria::access::<WORDS>(*which, offered, missing)));
        times.first
    }
}

/// By which the best of several is told: the smallest.
fn standing(of: &Assessment) -> impl Ord + use<> {
    (of.group, Reverse(of.score.total()), of.distance_m.unwrap_or(u32::MAX), of.offer)
}

/// Fails beats unknown beats meets.
#[must_use]
pub fn group(tally: &Tally) -> Group {
    match tally {
        Tally { fails: true, .. } => Group::NoBecause,
        Tally { questions: 1.., .. } => Group::FitsIf,
        Tally { questions: 0, .. } => Group::Fits,
    }
}

/// Whole metres of so many kilometres.
#[must_use]
pub fn metres(km: f64) -> u32 {
    // No distance on this planet exceeds the type; a negative or absent one is none.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the type's range")]
    let metres = (km * 1000.0).round().clamp(0.0, f64::from(u32::MAX)) as u32;
    metres
}

fn needs_travel(way: &Way) -> bool {
    way.modes.is_empty() || way.modes.contains(&DeliveryMode::InPerson)
}

/// Whether a service runs or is expected back.
fn may_run(status: ServiceStatus) -> bool {
    match status {
        ServiceStatus::Active | ServiceStatus::TemporarilyClosed => true,
        ServiceStatus::Inactive | ServiceStatus::Defunct => false,
    }
}

/// That an offer is within reach, and what is known of the way.
struct Reach {
    distance_m: Option<u32>,
    coverage: Option<Coverage>,
}

/// Criteria as they are found: what they come to, and where anybody reads them the criteria themselves.
#[derive(Debug, Default)]
struct Heard<const WORDS: bool> {
    tally: Tally,
    told: Vec<Criterion>,
}

impl<const WORDS: bool> Heard<WORDS> {
    fn forget(&mut self) {
        self.tally = Tally::default();
        self.told.clear();
    }

    fn add(&mut self, other: &Self) {
        self.tally = self.tally.and(other.tally);
        self.told.extend_from_slice(&other.told);
    }
}

impl<const WORDS: bool> Extend<Criterion> for Heard<WORDS> {
    fn extend<I: IntoIterator<Item = Criterion>>(&mut self, criteria: I) {
        for criterion in criteria {
            self.tally = self.tally.and((&criterion).into());
            if WORDS {
                self.told.push(criterion);
            }
        }
    }
}

/// What is the same for every offer of a service.
struct OfService<const WORDS: bool> {
    heard: Heard<WORDS>,
    needs_met: NeedsMet,
    need_points: u32,
    freshness_points: u32,
}
