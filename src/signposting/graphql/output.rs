//! The answer, as the schema shows it.

use std::sync::Arc;

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use chrono::{DateTime as Instant, Utc};
use entity::ids::{PlaceId, ServiceId};

use super::narrowing::{Answered, NearMiss, SignpostFacets};
use super::place::AskedPlace;
use super::understood::Understood;
use crate::api::errors::{bad_input, internal};
use crate::api::horizon::Horizon;
use crate::api::leaves::Leaves;
use crate::api::paging::PageInfo;
use crate::api::scalars::DateTime;
use crate::directory::door::Door;
use crate::directory::graphql::life_enums::{Characteristic, RuleEvidence};
use crate::directory::graphql::listing_enums::{AccessFeature, DeliveryMode};
use crate::directory::graphql::load_one;
use crate::directory::graphql::location::ServiceAtLocation;
use crate::directory::graphql::matched::{Sought, WordMatch};
use crate::directory::graphql::need::Need;
use crate::directory::graphql::parts::OpenState;
use crate::directory::graphql::service::Service;
use crate::directory::loaders::PlacesOf;
use crate::directory::needs::NeedList;
use crate::directory::snapshot::ServiceFacts;
use crate::plain;
use crate::signposting::rules::assess::{Assessment, Group};
use crate::signposting::rules::criteria::{self, Asked, Outcome, Subject};
use crate::signposting::rules::score::{self, Score};
use crate::signposting::search::Counts;

/// Where a service stands for a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Group")]
pub enum SignpostGroup {
    /// Every criterion is met.
    Fits,
    /// No criterion fails; something has to be asked first.
    FitsIf,
    /// A criterion fails: `criteria` says which, and so what would have to give.
    NoBecause,
}

/// How a service's rule and a person's life go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CriterionOutcome {
    /// They do.
    Meets,
    /// They do not.
    Fails,
    /// Nobody can say yet: `ask` would settle it.
    Unknown,
}

/// What a criterion is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CriterionSubject {
    /// Whether the service runs at all.
    Status,
    /// Whether it covers the place asked about.
    Coverage,
    /// Whether it is open when the person can come.
    Time,
    /// Age.
    Age,
    /// Gender.
    Gender,
    /// Drink and drugs.
    SubstanceUse,
    /// Offences.
    Offences,
    /// The characteristic named in `characteristic`.
    Characteristic,
    /// A language in common.
    Language,
    /// What the person needs in order to come, named in `access`.
    Access,
    /// Whether there is a place.
    Capacity,
    /// What the service says in words of its own.
    Other,
}

/// Who can answer a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Asked")]
pub enum AskOf {
    /// The person in the room.
    Person,
    /// The service.
    Service,
}

/// One criterion: what the service's rule says to what the person said.
#[derive(Clone, Debug, SimpleObject)]
pub struct Criterion {
    /// What it is about.
    pub subject: CriterionSubject,
    /// Which characteristic; null where the subject is another.
    pub characteristic: Option<Characteristic>,
    /// Which access; null where the subject is another.
    pub access: Option<AccessFeature>,
    /// Meets, fails, or unknown.
    pub outcome: CriterionOutcome,
    /// The rule in plain words.
    pub reason: String,
    /// The question that would settle it; null where nothing is unknown.
    pub ask: Option<String>,
    /// Whom to ask; null where nothing is unknown.
    pub ask_of: Option<AskOf>,
    /// Where the rule comes from; null where no rule was stated.
    pub evidence: Option<RuleEvidence>,
    /// The listing's own words, where the rule was read from them; null otherwise.
    pub quote: Option<String>,
}

plain!(Criterion {
    "subject" => subject,
    "characteristic" => characteristic,
    "access" => access,
    "outcome" => outcome,
    "reason" => reason,
    "ask" => ask,
    "askOf" => ask_of,
    "evidence" => evidence,
    "quote" => quote,
});

impl From<Subject> for CriterionSubject {
    fn from(subject: Subject) -> Self {
        match subject {
            Subject::Status => Self::Status,
            Subject::Coverage => Self::Coverage,
            Subject::Time => Self::Time,
            Subject::Age => Self::Age,
            Subject::Gender => Self::Gender,
            Subject::SubstanceUse => Self::SubstanceUse,
            Subject::Offences => Self::Offences,
            Subject::Characteristic(_) => Self::Characteristic,
            Subject::Language => Self::Language,
            Subject::Access(_) => Self::Access,
            Subject::Capacity => Self::Capacity,
            Subject::Other => Self::Other,
        }
    }
}

impl From<&criteria::Criterion> for Criterion {
    fn from(found: &criteria::Criterion) -> Self {
        let characteristic = if let Subject::Characteristic(which) = found.subject { Some(which.into()) } else { None };
        let access = if let Subject::Access(which) = found.subject { Some(which.into()) } else { None };
        let (outcome, ask, ask_of) = match &found.outcome {
            Outcome::Meets => (CriterionOutcome::Meets, None, None),
            Outcome::Fails => (CriterionOutcome::Fails, None, None),
            Outcome::Unknown { ask, of } => {
                (CriterionOutcome::Unknown, Some(ask.clone().into_owned()), Some((*of).into()))
            }
        };
        Self {
            subject: found.subject.into(),
            characteristic,
            access,
            outcome,
            reason: found.reason.clone().into_owned(),
            ask,
            ask_of,
            evidence: found.evidence.map(RuleEvidence::from),
            quote: found.quote.clone(),
        }
    }
}

/// What points are given for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "score::ScorePart")]
pub enum ScorePartKind {
    /// How many of the needs asked about it meets.
    Needs,
    /// How near it is.
    Distance,
    /// How soon the person can come.
    Time,
    /// How little is left to ask.
    Certainty,
    /// How soon there is a place.
    Waiting,
    /// How fresh the listing is.
    Freshness,
    /// Where the words were found: name before agency before needs before description; and how plainly.
    Words,
}

/// Points for one thing.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct ScorePart {
    /// What for.
    pub part: ScorePartKind,
    /// How many.
    pub points: i32,
    /// How many at the most.
    pub most: i32,
}

fn points(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn parts(score: &Score) -> Vec<ScorePart> {
    score::ScorePart::ALL
        .iter()
        .map(|part| ScorePart { part: (*part).into(), points: points(score.part(*part)), most: points(part.most()) })
        .collect()
}

/// One service of an answer.
#[derive(Clone, Debug)]
pub struct SignpostResult {
    id: ServiceId,
    /// There where the question asks for it.
    service: Option<Service>,
    group: Group,
    criteria: Vec<Criterion>,
    place: Option<PlaceId>,
    delivery: Vec<DeliveryMode>,
    distance_m: Option<u32>,
    needs_met: Vec<Need>,
    needs_not_met: Vec<Need>,
    /// Where it has a way to be used.
    door: Option<Door>,
    /// The instant of the question.
    asked_for: Instant<Utc>,
    wait_days: Option<u32>,
    score: Score,
    /// There where the question has words to look for.
    sought: Option<Arc<Sought>>,
}

impl SignpostResult {
    /// The result that shows what was found.
    #[must_use]
    pub fn of(
        facts: &ServiceFacts,
        assessment: &Assessment,
        service: Option<Service>,
        asked: &[String],
        at: Instant<Utc>,
        list: &Arc<NeedList>,
    ) -> Self {
        let offer = facts.offers.get(assessment.offer);
        let of_asked = |met: bool| {
            asked
                .iter()
                .enumerate()
                .filter(|(index, _)| assessment.needs_met.contains(*index) == met)
                .filter_map(|(_, key)| Need::of_key(list, key))
                .collect()
        };
        Self {
            id: facts.id,
            service,
            group: assessment.group,
            criteria: assessment.criteria.iter().map(Criterion::from).collect(),
            place: offer.and_then(|offer| offer.place),
            delivery: offer
                .map(|offer| offer.way.modes.iter().map(|mode| (*mode).into()).collect())
                .unwrap_or_default(),
            distance_m: assessment.distance_m,
            needs_met: of_asked(true),
            needs_not_met: of_asked(false),
            door: offer.map(|offer| facts.door(offer)),
            asked_for: at,
            wait_days: facts.capacity.as_ref().and_then(|capacity| capacity.wait_days),
            score: assessment.score,
            sought: None,
        }
    }

    /// The same, found by these words.
    #[must_use]
    pub fn found_by(self, sought: Option<Arc<Sought>>) -> Self {
        Self { sought, ..self }
    }
}

/// One service of an answer: why it fits, what to ask, or why not.
#[Object]
impl SignpostResult {
    /// The service.
    async fn service(&self, ctx: &Context<'_>) -> Result<&Service> {
        self.service.as_ref().ok_or_else(|| internal(ctx, &"a service that was asked for and not read"))
    }

    /// Where it stands.
    async fn group(&self) -> SignpostGroup {
        self.group.into()
    }

    /// Each criterion that has a bearing, with its answer.
    async fn criteria(&self) -> Leaves<'_, Criterion> {
        self.criteria.as_slice().into()
    }

    /// Where to go: the best of the service's places for this question; null where no travel is needed or there is no place.
    async fn at(&self, ctx: &Context<'_>) -> Option<Result<ServiceAtLocation>> {
        let place = self.place?;
        let pairs = load_one(ctx, PlacesOf(self.id)).await.transpose()?;
        let found = pairs.map(|pairs| pairs.iter().find(|pair| pair.id == place).cloned());
        found.map(|found| found.map(|pair| ServiceAtLocation(Arc::new(pair)))).transpose()
    }

    /// How this way of using it reaches the person; empty where nobody said.
    async fn delivery(&self) -> &[DeliveryMode] {
        &self.delivery
    }

    /// Kilometres as the crow flies, to 0.1; null where no travel is needed, where nobody knows, and where the address is a secret.
    async fn distance_km(&self) -> Option<f64> {
        self.distance_m.map(|metres| f64::from(metres.div_ceil(50) / 2) / 10.0)
    }

    /// Of what was asked for, what it meets.
    async fn needs_met(&self) -> &[Need] {
        &self.needs_met
    }

    /// Of what was asked for, what it does not meet.
    async fn needs_not_met(&self) -> &[Need] {
        &self.needs_not_met
    }

    /// Whether it is open at the instant of the question, and when it opens next.
    async fn open_now(&self, ctx: &Context<'_>) -> OpenState {
        let at = self.asked_for;
        let Some(door) = &self.door else { return OpenState::of(&Door::not_stated(), at) };
        Horizon::of(ctx).until(door.shown_until(at));
        OpenState::of(door, at)
    }

    /// Days from referral to start, as the agency last said; null where nobody said. `service.freshness` tells how fresh that is.
    async fn wait_days(&self) -> Option<i32> {
        self.wait_days.map(points)
    }

    /// All points: the higher, the higher it stands within its group. Where `search` has words and no need is asked for,
    /// the points for the words come first, and all points where these are alike.
    async fn score(&self) -> i32 {
        points(self.score.total())
    }

    /// What the points are for.
    async fn score_parts(&self) -> Vec<ScorePart> {
        parts(&self.score)
    }

    /// Why it was found by words: each word of `search` with the best place where it stands; empty where nothing was
    /// searched for.
    #[graphql(complexity = "crate::api::limits::list_cost(8, child_complexity)")]
    async fn matched(&self, ctx: &Context<'_>) -> Result<Vec<WordMatch>> {
        match &self.sought {
            Some(sought) => sought.matched(ctx, self.id).await,
            None => Ok(Vec::new()),
        }
    }
}

/// How many services stand in each group, over all pages.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct SignpostCounts {
    /// How many fit.
    pub fits: i32,
    /// How many fit if something turns out well.
    pub fits_if: i32,
    /// How many do not fit.
    pub no_because: i32,
}

impl From<Counts> for SignpostCounts {
    fn from(counts: Counts) -> Self {
        Self { fits: points(counts.fits), fits_if: points(counts.fits_if), no_because: points(counts.no_because) }
    }
}

/// A page of an answer.
#[derive(Debug)]
pub struct SignpostConnection {
    pub(super) nodes: Vec<SignpostResult>,
    pub(super) cursors: Vec<String>,
    pub(super) page_info: PageInfo,
    pub(super) counts: Counts,
    /// There where the question asks for them.
    pub(super) facets: Option<SignpostFacets>,
    pub(super) understood: Option<Understood>,
    pub(super) answered: Answered,
}

/// A page of an answer, best first.
#[Object]
impl SignpostConnection {
    /// The services of this page, each with its cursor.
    async fn edges(&self) -> Vec<SignpostEdge> {
        let pairs = self.nodes.iter().zip(&self.cursors);
        pairs.map(|(node, cursor)| SignpostEdge { node: node.clone(), cursor: cursor.clone() }).collect()
    }

    /// The services of this page.
    async fn nodes(&self) -> &[SignpostResult] {
        &self.nodes
    }

    /// Where this page stands in the whole answer.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    /// How many services the whole answer has, over all pages and groups.
    async fn total_count(&self) -> i32 {
        points(self.counts.total())
    }

    /// How many services stand in each group, over all pages.
    async fn counts(&self) -> SignpostCounts {
        self.counts.into()
    }

    /// How many services of the whole answer have what: to narrow by.
    async fn facets(&self, ctx: &Context<'_>) -> Result<&SignpostFacets> {
        self.facets.as_ref().ok_or_else(|| internal(ctx, &"facets that were asked for and not counted"))
    }

    /// What is nearest to fitting and does not, each with the one thing that would have to give: an honest answer where
    /// nothing fits. Looked for wider than was asked: five times as far, in any way and form.
    #[graphql(complexity = "crate::api::limits::page_cost(first, 5, child_complexity)")]
    async fn nearest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at the most, from 1 to 20; 5 where absent.")] first: Option<i32>,
    ) -> Result<Vec<NearMiss>> {
        // It looks wider than the answer, whose horizon it does not tell.
        Horizon::of(ctx).now_only();
        let wanted = first.unwrap_or(5);
        let most = usize::try_from(wanted).ok().filter(|most| (1..=20).contains(most));
        let most = most.ok_or_else(|| bad_input("first", format!("{wanted} is not from 1 to 20.")))?;
        self.answered.nearest(ctx, most).await
    }

    /// The place that was understood; null where none was asked about.
    #[graphql(name = "where")]
    async fn place(&self) -> Option<AskedPlace> {
        self.answered.query.place.as_ref().map(AskedPlace::from)
    }

    /// What the question's text was understood to say; null where it had none. Needs and times of little certainty are told here, and not looked for.
    async fn understood(&self) -> Option<&Understood> {
        self.understood.as_ref()
    }

    /// The instant for which this answers: the same on every page of one answer.
    async fn answered_for(&self, ctx: &Context<'_>) -> DateTime {
        Horizon::of(ctx).now_only();
        DateTime(self.answered.query.at)
    }
}

/// One service of an answer, with its cursor.
#[derive(Clone, Debug, SimpleObject)]
pub struct SignpostEdge {
    /// What stands here.
    pub node: SignpostResult,
    /// Its cursor: give it as `after` to begin behind it.
    pub cursor: String,
}
