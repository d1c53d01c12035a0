//! One service against one question: its criteria, its group, its score.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use entity::enums::{DeliveryMode, FieldGroup, ServiceStatus};
use foldhash::fast::FixedState;

use super::criteria::{self, Criterion, Tally};
use super::score::{self, Score, ScorePart};
use crate::directory::freshness::FreshnessRules;
use crate::directory::opening;
use crate::directory::snapshot::{Offer, ServiceFacts};
use crate::hours::{self, Ahead, Hours, WindowAnswer, london};
use crate::places::{self, Coverage, CoveredArea, ResolvedPlace, WhyUnknown};
use crate::signposting::query::SignpostQuery;

/// How far ahead a time to come is looked for: five weeks, so that a monthly session is found.
pub const DAYS_AHEAD: u16 = 35;
/// Tables of hours that a question in a town meets.
const MANY: usize = 512;
/// How far ahead an opening is looked for where no time was asked for, in days.
const SOON_DAYS: u16 = 8;

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

/// When the person could come.
#[derive(Clone, Copy, Debug)]
struct Times {
    /// What there is to say to the windows that were asked for.
    answer: Option<WindowAnswer>,
    /// The first time that is certain.
    first: Option<DateTime<Utc>>,
    /// The first instant at which either may be different.
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
        let runs = match service.status {
            ServiceStatus::Active | ServiceStatus::TemporarilyClosed => true,
            ServiceStatus::Inactive | ServiceStatus::Defunct => false,
        };
        runs && self.is_asked_for(service)
    }

    /// Whether a service, running or not, meets one of the needs and takes one of the forms.
    #[must_use]
    pub fn is_asked_for(&self, service: &ServiceFacts) -> bool {
        let formats = &self.query.formats;
        (self.query.needs.is_empty() || self.needs_met(service).count() > 0)
            && (formats.is_empty() || formats.iter().any(|format| service.manner.formats.contains(format)))
    }

    /// What the needs that are met count together.
    fn weight(&self, met: NeedsMet) -> u32 {
        let needs = self.query.needs.iter().enumerate().filter(|(place, _)| met.contains(*place));
        needs.map(|(_, need)| u32::from(need.weight)).sum()
    }

    fn needs_met(&self, service: &ServiceFacts) -> NeedsMet {
        let bits = service.needs.iter().filter_map(|need| self.asked.get(usize::from(need.0)));
        NeedsMet(bits.fold(0, |all, bits| all | bits))
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
        let query = self.query;
        let mut of_service: Option<OfService<WORDS>> = None;
        let mut heard = Heard::<WORDS>::default();
        for (index, offer) in service.offers.iter().enumerate() {
            let Some(reach) = self.reach(offer) else { continue };
            heard.forget();
            let when = self.offer_criteria::<WORDS>(service, offer, &reach, &mut heard);
            self.note_time(when);
            let of_service = of_service.get_or_insert_with(|| self.of_service::<WORDS>(service));
            heard.add(&of_service.heard);
            let tally = heard.tally;
            let score = Score::default()
                .with(ScorePart::Needs, of_service.need_points)
                .with(
                    ScorePart::Distance,
                    score::distance(reach.distance_m, metres(query.within_km), needs_travel(offer)),
                )
                .with(ScorePart::Time, score::soon(query.at, when))
                .with(ScorePart::Certainty, score::certainty(&tally))
                .with(ScorePart::Waiting, score::waiting(service.capacity.as_deref(), &tally))
                .with(ScorePart::Freshness, of_service.freshness_points)
                .with(ScorePart::Words, word_points);
            let here = Assessment {
                group: group(&tally),
                score,
                offer: index,
                distance_m: reach.distance_m,
                needs_met: of_service.needs_met,
                questions: tally.questions,
                opens: when,
                criteria: Vec::new(),
            };
            told(offer, here, &heard.told);
        }
    }

    /// What is the same for every offer of a service.
    fn of_service<const WORDS: bool>(&mut self, service: &ServiceFacts) -> OfService<WORDS> {
        let (query, rules) = (self.query, self.rules);
        let mut heard = Heard::<WORDS>::default();
        if service.status != ServiceStatus::Active {
            let today = london(query.at).date();
            heard.extend(criteria::status::<WORDS>(service.status, service.reopens_on, today));
            self.until = self.until.min(hours::next_midnight(query.at));
        }
        if WORDS {
            criteria::eligibility::<WORDS>(&service.eligibility, &query.circumstances, &mut heard);
        } else {
            let known = self.eligibility.entry(Arc::as_ptr(&service.eligibility).addr());
            heard.tally = heard.tally.and(*known.or_insert_with(|| {
                let mut tally = Tally::default();
                criteria::eligibility::<false>(&service.eligibility, &query.circumstances, &mut tally);
                tally
            }));
        }
        let said = service.capacity.as_ref().and_then(|capacity| capacity.updated_at);
        let assured = said.max(service.assured.at(FieldGroup::Capacity));
        let fresh = rules.is_fresh(FieldGroup::Capacity, assured, query.at);
        heard.extend(criteria::capacity::<WORDS>(service.capacity.as_deref(), fresh));
        let (fresh_groups, through) = rules.fresh_groups(|group| service.assured.at(group), query.at);
        let ends = [through, rules.fresh_through(FieldGroup::Capacity, said, query.at)];
        ends.into_iter().flatten().for_each(|last| self.holds_through(last));
        let needs_met = self.needs_met(service);
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
    fn reach(&mut self, offer: &Offer) -> Option<Reach> {
        let query = self.query;
        let modes = &offer.way.modes;
        let way = |mode: &DeliveryMode| modes.contains(mode) || (modes.is_empty() && *mode == DeliveryMode::InPerson);
        if !query.delivery.is_empty() && !query.delivery.iter().any(way) {
            return None;
        }
        let Some(place) = &query.place else { return Some(Reach { distance_m: None, coverage: None }) };
        // A metre more, for distances are compared in whole ones.
        if offer.point.is_some_and(|point| places::least_km(place.point, point) > query.within_km + 0.001) {
            return None;
        }
        let distance_m = offer.point.map(|point| metres(places::distance_km(place.point, point)));
        if distance_m.is_some_and(|distance| distance > metres(query.within_km)) {
            return None;
        }
        let coverage = self.coverage_of(&offer.areas, place);
        let reached = distance_m.is_some() || coverage != Coverage::Outside;
        reached.then_some(Reach { distance_m, coverage: Some(coverage) })
    }

    /// Criteria of one offer, and when the person could come.
    fn offer_criteria<const WORDS: bool>(
        &mut self,
        service: &ServiceFacts,
        offer: &Offer,
        reach: &Reach,
        found: &mut Heard<WORDS>,
    ) -> Option<DateTime<Utc>> {
        let query = self.query;
        if let (Some(coverage), Some(place)) = (&reach.coverage, &query.place) {
            let named = match coverage {
                Coverage::Inside { by } => offer.areas.get(*by),
                Coverage::Unknown { why: WhyUnknown::TextOnly } => offer.areas.first(),
                Coverage::Unknown {
                    why: WhyUnknown::NeedFullPostcode | WhyUnknown::Imprecise | WhyUnknown::NotStated,
                }
                | Coverage::Outside => None,
            };
            let named = named.map(CoveredArea::label);
            found.extend([criteria::coverage::<WORDS>(coverage, &place.label, named)]);
        }
        let known = self.times.entry(Arc::as_ptr(&offer.hours).addr());
        let times = *known.or_insert_with(|| times(&offer.hours, &self.windows, query.at));
        self.until = self.until.min(times.until);
        found.extend(times.answer.map(|answer| criteria::time::<WORDS>(&answer)));
        let (offered, missing) = (&offer.way.access_offered, &offer.way.access_missing);
        found.extend(criteria::language::<WORDS>(&service.manner.languages, offered, &query.circumstances.languages));
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

fn needs_travel(offer: &Offer) -> bool {
    offer.way.modes.is_empty() || offer.way.modes.contains(&DeliveryMode::InPerson)
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

/// When the person could come, by a table of hours.
fn times(hours: &Hours, windows: &[Ahead], at: DateTime<Utc>) -> Times {
    let answers: Vec<_> = windows.iter().map(|window| (window, hours.within_any(window))).collect();
    if let Some(answer) = best(&answers) {
        let first = match answer {
            WindowAnswer::Open { from, .. } => Some(from),
            WindowAnswer::Unknown { .. } | WindowAnswer::Never | WindowAnswer::NotStated => None,
        };
        let ends = answers.iter().map(|(window, answer)| window.holds_until(answer));
        return Times { answer: Some(answer), first, until: ends.min().unwrap_or(at) };
    }
    let first = match (hours.state(at), hours.next_opening(at, SOON_DAYS)) {
        (hours::State::Open { .. }, _) => Some(at),
        (_, hours::NextOpening::At(at)) => Some(at),
        (_, hours::NextOpening::PerhapsAt { .. } | hours::NextOpening::None | hours::NextOpening::NotStated) => None,
    };
    Times { answer: None, first, until: opening::holds_until(hours, at, SOON_DAYS) }
}

/// The best answer of the windows: the earliest certain one, else one that is unknown, else never.
fn best(answers: &[(&Ahead, WindowAnswer)]) -> Option<WindowAnswer> {
    let rank = |answer: &WindowAnswer| match answer {
        WindowAnswer::Open { from, .. } => (0, Some(*from)),
        WindowAnswer::Unknown { from, .. } => (1, Some(*from)),
        WindowAnswer::NotStated => (2, None),
        WindowAnswer::Never => (3, None),
    };
    answers.iter().map(|(_, answer)| *answer).min_by_key(rank)
}
