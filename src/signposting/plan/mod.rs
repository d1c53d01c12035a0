//! Several needs together: few agencies that meet them all, in an order that works.
//!
//! Somebody with six needs should not tell their story six times, nor stand at a door that asks
//! for a paper which the next door would have given. [`plan`] takes the services that fit or
//! that fit if something is asked, chooses (`choose`), puts the steps in order (`order`) and says
//! why in words that can be read aloud (`words`). What doors ask for and give is in `documents`,
//! how a listing says it in `papers`, what cannot wait in `urgency`.
//!
//! Plain values in, plain values out; the same question and the same candidates, in whatever
//! order, give the same plan.

mod choose;
mod documents;
mod fallbacks;
mod field;
mod order;
mod papers;
mod urgency;
mod words;

use chrono::{DateTime, Utc};
use entity::enums::ReferralRoute;
use entity::ids::{AgencyId, LocationId, ServiceId};
use thiserror::Error;

pub use documents::{Document, Documents, needs_that_provide, provides};
pub use papers::{asked_for, documents_of};
pub use urgency::{Urgency, keys_with_a_rank, urgency};

/// The most needs of one plan.
pub const MOST_NEEDS: usize = 12;

/// The most other ways that are shown for a step.
pub const MOST_FALLBACKS: usize = 3;

/// What is to be planned.
#[derive(Clone, Debug)]
pub struct PlanQuestion {
    /// The needs, at least one and at most [`MOST_NEEDS`].
    pub needs: Vec<PlanNeed>,
    /// The instant at which it is asked.
    pub at: DateTime<Utc>,
    /// What the person has already. [`Document::Referral`] belongs here when an agency that can refer is asking.
    pub has: Documents,
    /// The most steps the person can manage; as many as there are needs is never too few.
    pub most_steps: usize,
}

/// One need of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanNeed {
    /// Its key, as `housing.emergency`, or the key of an area of needs.
    pub key: String,
    /// Its name, as people see it.
    pub name: String,
    /// Whether some service would meet it if something gave: only asked where no candidate meets it.
    pub nearly: bool,
}

/// Some of the needs of a plan, by their index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NeedSet(u16);

impl NeedSet {
    /// Whether it holds the need with this index.
    #[must_use]
    pub const fn contains(self, need: usize) -> bool {
        need < MOST_NEEDS && self.0 & (1 << need) != 0
    }

    /// How many.
    #[must_use]
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The indexes, rising.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        (0..MOST_NEEDS).filter(move |need| self.contains(*need))
    }

    /// Those in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those in either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that are not in the other.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The first so many needs; all of them from [`MOST_NEEDS`] on.
    #[must_use]
    fn first(many: usize) -> Self {
        (0..many).collect()
    }
}

impl FromIterator<usize> for NeedSet {
    /// Indexes from [`MOST_NEEDS`] on are left out: no plan has such a need.
    fn from_iter<I: IntoIterator<Item = usize>>(needs: I) -> Self {
        Self(needs.into_iter().filter(|need| *need < MOST_NEEDS).fold(0, |set, need| set | 1 << need))
    }
}

/// How sure it is that a service takes this person. Surer is less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// It does, as far as anybody knows.
    Fits,
    /// It does if the answers to these are right.
    FitsIf {
        /// How many questions are open.
        questions: u8,
    },
}

/// A service that a plan may use: it fits, or fits if, and is within reach.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The service. Of two candidates for one service the better is taken.
    pub service: ServiceId,
    /// Its name.
    pub service_name: String,
    /// Who offers it.
    pub agency: AgencyId,
    /// The agency's name.
    pub agency_name: String,
    /// The building one goes to, to tell "the same building"; none for a service without one, and
    /// none for a confidential place, of which nothing may be told.
    pub location: Option<LocationId>,
    /// The asked needs that it meets.
    pub needs: NeedSet,
    /// How sure it is.
    pub standing: Standing,
    /// Its points, without those for how many needs it meets: the plan counts these itself.
    pub score: u32,
    /// Metres from the person; none where there is no way to go, or nobody may know it.
    pub distance_m: Option<u32>,
    /// Whether it needs no travel.
    pub remote: bool,
    /// The first time at which the person could come.
    pub opens: Option<DateTime<Utc>>,
    /// Days from asking to starting, as the agency reckons.
    pub wait_days: Option<u32>,
    /// How one gets in; empty: not stated.
    pub routes: Vec<ReferralRoute>,
    /// The name of the gateway, where one of the routes is a gateway.
    pub gateway: Option<String>,
    /// What it asks for: of each set any one will do. See [`asked_for`].
    pub asks: Vec<Documents>,
    /// What a visit gives. See [`provides`].
    pub provides: Documents,
}

/// A plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What to do, in order.
    pub steps: Vec<Step>,
    /// The needs that no step meets, in the order in which they were asked.
    pub uncovered: Vec<Uncovered>,
    /// How many agencies the steps lead to.
    pub agencies: usize,
    /// The whole in a sentence or two.
    pub summary: String,
}

/// One step: a service to go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The service.
    pub service: ServiceId,
    /// Who offers it.
    pub agency: AgencyId,
    /// The needs for which it is in the plan. Each need is so in one step at most.
    pub covers: NeedSet,
    /// Needs it meets besides, for which another step is in the plan.
    pub also_covers: NeedSet,
    /// Why, and what to know.
    pub why: Vec<Reason>,
    /// What earlier steps have to give first.
    pub waits_for: Vec<Waits>,
    /// What it asks for that the person will not have by then; any one of each set will do.
    pub missing: Vec<Documents>,
    /// How to get in; none where nobody says.
    pub route: Option<ReferralRoute>,
    /// Not before this: the first time at which the person could come, or at which what it waits
    /// for can be had. None where either is unknown.
    pub earliest: Option<DateTime<Utc>>,
    /// What to bring; any one of each set will do.
    pub bring: Vec<Documents>,
    /// How many questions are to be asked before it is sure.
    pub still_to_ask: u8,
    /// Other ways, should this fail; from another agency first.
    pub fallbacks: Vec<Fallback>,
}

/// That a step comes after another, and for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waits {
    /// Index of the earlier step.
    pub step: usize,
    /// What it gives.
    pub what: Document,
}

/// Another way to meet what a step meets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fallback {
    /// The service, which is no step of the plan.
    pub service: ServiceId,
    /// Who offers it.
    pub agency: AgencyId,
    /// Those of the step's needs that it meets.
    pub covers: NeedSet,
    /// Why this one, in a sentence.
    pub why: String,
}

/// A need without a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncovered {
    /// Index of the need.
    pub need: usize,
    /// Why.
    pub because: NoStep,
    /// The same in a sentence.
    pub words: String,
}

/// Why a need has no step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoStep {
    /// Nothing within reach meets it.
    Nothing,
    /// Something does, but not as things are: see what would have to give.
    SomethingHasToGive,
    /// Something does, but the plan has no step left for it.
    TooFewSteps,
}

/// One reason, with its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// What it is about.
    pub about: Why,
    /// One or two sentences, to be read aloud to the person. Steps are counted from one in them.
    pub words: String,
}

/// What a reason of a step is about. Steps are indexes of the plan's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// It meets these.
    Covers(NeedSet),
    /// It cannot wait.
    Urgent(Urgency),
    /// It gives what later steps ask for.
    Gives {
        /// What.
        what: Document,
        /// To which steps.
        to: Vec<usize>,
    },
    /// It asks for what an earlier step gives.
    After(Waits),
    /// It asks for one of these, which the person has not and which could come later: too urgent to wait for it.
    DoNotWait(Documents),
    /// It and a later step each ask for what the other gives, one way or another round.
    Circle(Waits),
    /// It asks for one of these, which the person has not and no step gives.
    Missing(Documents),
    /// An earlier step leads to the same agency.
    SameAgency(usize),
    /// An earlier step leads to the same building.
    SameBuilding(usize),
    /// Nothing else meets these.
    NobodyElse(NeedSet),
    /// Something surer or much better meets these, but the plan has no step left for it.
    SecondBest(NeedSet),
    /// How to get in.
    Route(Option<ReferralRoute>),
    /// So many questions are open.
    StillToAsk(u8),
    /// There is a wait of so many days.
    Wait(u32),
}

/// Why there is no plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PlanError {
    /// No need was given.
    #[error("needs: name at least one need")]
    NoNeeds,
    /// Too many needs were given.
    #[error("needs: {given} are too many for one plan; name {MOST_NEEDS} at most, those that cannot wait first")]
    TooManyNeeds {
        /// How many.
        given: usize,
    },
    /// A plan without steps was asked for.
    #[error("mostSteps: a plan has at least 1 step")]
    NoSteps,
}

/// The plan for these needs from these candidates.
///
/// # Errors
/// No needs, too many of them, or no step allowed.
pub fn plan(question: &PlanQuestion, candidates: &[Candidate]) -> Result<Plan, PlanError> {
    match question.needs.len() {
        0 => return Err(PlanError::NoNeeds),
        given if given > MOST_NEEDS => return Err(PlanError::TooManyNeeds { given }),
        _ if question.most_steps == 0 => return Err(PlanError::NoSteps),
        _ => {}
    }
    let field = field::Field::new(question, candidates);
    let ordered = order::order(question, field.choose());
    Ok(words::tell(question, &field, &ordered))
}
