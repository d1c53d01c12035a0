//! In which order: what gives before what asks, then what cannot wait, then what opens first.
//!
//! Steps are placed one by one. Of those whose asked documents are had, or are given by a step
//! already placed, the most urgent is taken, then the one that opens first, the nearest, the
//! lowest id. A step is as urgent as the most urgent step that waits for it. Two things give way:
//!
//! - What is [`Urgency::Now`] waits for no paper: nobody spends a night outside because an ID
//!   office opens on Monday.
//! - Where steps ask for each other's documents in a circle, the one that would be taken first
//!   among them goes without, and says so.
//!
//! At most 12 steps, so everything is bit sets and small loops: at worst the cube of 12.

use chrono::{DateTime, Utc};
use entity::enums::ReferralRoute;
use entity::ids::ServiceId;

use super::choose::Chosen;
use super::documents::{Document, Documents};
use super::urgency::{Urgency, urgency};
use super::{Candidate, PlanQuestion, Waits};

/// A chosen service at its place in the order, which is its index.
#[derive(Debug)]
pub(super) struct Placed<'a> {
    /// The service, and what for.
    pub(super) chosen: Chosen<'a>,
    /// The most urgent of the needs for which it is there.
    pub(super) urgency: Urgency,
    /// How to get in.
    pub(super) route: Option<ReferralRoute>,
    /// What earlier steps give it.
    pub(super) waits_for: Vec<Waits>,
    /// Asked for, given by a later step, and not waited for because it is urgent.
    pub(super) hurried: Vec<Documents>,
    /// Asked for, given by a later step, and not waited for because that would be a circle.
    pub(super) circle: Vec<(Documents, Waits)>,
    /// Asked for, and given by no step.
    pub(super) missing: Vec<Documents>,
    /// Not before this.
    pub(super) earliest: Option<DateTime<Utc>>,
}

/// Steps, as bits by the index in which they were chosen.
type Steps = u16;

/// One thing that is asked for and not had, with the steps that give it.
struct Lack {
    any_of: Documents,
    given_by: Steps,
}

/// A chosen service before it has its place.
struct Waiting<'a> {
    chosen: Chosen<'a>,
    route: Option<ReferralRoute>,
    own_urgency: Urgency,
    /// Its own urgency, or that of the most urgent step that waits for it.
    urgency: Urgency,
    opens: Option<DateTime<Utc>>,
    lacks: Vec<Lack>,
}

/// Puts the chosen services in order.
pub(super) fn order<'a>(question: &PlanQuestion, chosen: Vec<Chosen<'a>>) -> Vec<Placed<'a>> {
    let waiting = waiting(question, chosen);
    let mut order: Vec<usize> = Vec::with_capacity(waiting.len());
    let mut placed: Steps = 0;
    while order.len() < waiting.len() {
        let open = || (0..waiting.len()).filter(|step| placed & bit(*step) == 0);
        let reach = reach(&waiting, placed);
        let reached = |from: usize| reach.get(from).copied().unwrap_or_default();
        // It waits for nothing, or only for what waits for it in turn: nothing else can set it free.
        let can_be_next = |step: &usize| bits(reached(*step)).all(|other| reached(other) & bit(*step) != 0);
        let turns = open().filter(can_be_next).filter_map(|step| Some((turn(waiting.get(step)?), step)));
        let Some((_, next)) = turns.min() else { break };
        placed |= bit(next);
        order.push(next);
    }
    place(question, waiting, &order)
}

fn waiting<'a>(question: &PlanQuestion, chosen: Vec<Chosen<'a>>) -> Vec<Waiting<'a>> {
    let given: Vec<Documents> = chosen.iter().map(|one| one.candidate.provides).collect();
    let mut waiting: Vec<Waiting<'a>> = chosen
        .into_iter()
        .enumerate()
        .map(|(step, chosen)| {
            let urgency =
                chosen.covers.iter().filter_map(|need| question.needs.get(need)).map(|need| urgency(&need.key));
            let own_urgency = urgency.min().unwrap_or(Urgency::Later);
            let lacks = lacks(question.has, chosen.candidate)
                .into_iter()
                .map(|any_of| {
                    let gives = |other: &usize| {
                        *other != step && given.get(*other).is_some_and(|given| !given.and(any_of).is_empty())
                    };
                    Lack { any_of, given_by: (0..given.len()).filter(gives).fold(0, |set, other| set | bit(other)) }
                })
                .collect();
            Waiting {
                route: route(chosen.candidate),
                own_urgency,
                urgency: own_urgency,
                opens: chosen.candidate.opens.map(|opens| opens.max(question.at)),
                lacks,
                chosen,
            }
        })
        .collect();
    // A chain is no longer than the steps, so that after so many rounds urgency has come all the way.
    for _ in 0..waiting.len() {
        for step in 0..waiting.len() {
            let Some((urgency, before)) = waiting.get(step).map(|one| (one.urgency, one.waits_on(0))) else { continue };
            for other in bits(before) {
                if let Some(other) = waiting.get_mut(other) {
                    other.urgency = other.urgency.min(urgency);
                }
            }
        }
    }
    waiting
}

impl Waiting<'_> {
    /// Steps that give something it waits for and that none of those placed has given.
    fn waits_on(&self, placed: Steps) -> Steps {
        let open = self.lacks.iter().filter(|lack| lack.given_by & placed == 0);
        match self.own_urgency {
            Urgency::Now => 0,
            Urgency::Today | Urgency::Soon | Urgency::Later => open.fold(0, |steps, lack| steps | lack.given_by),
        }
    }
}

/// What a step is taken by among those that can be: the least first.
fn turn(one: &Waiting<'_>) -> (Urgency, Urgency, bool, Option<DateTime<Utc>>, u32, ServiceId) {
    let Candidate { distance_m, remote, service, .. } = one.chosen.candidate;
    let metres = distance_m.unwrap_or(if *remote { 0 } else { u32::MAX });
    (one.urgency, one.own_urgency, one.opens.is_none(), one.opens, metres, *service)
}

/// For each step the steps that it waits on, directly or through others, when so many are placed
/// already. What a placed step has given, nobody waits for.
fn reach(waiting: &[Waiting<'_>], placed: Steps) -> Vec<Steps> {
    let open = |one: &Waiting<'_>| one.waits_on(placed);
    let mut reach: Vec<Steps> = waiting.iter().map(open).collect();
    for _ in 0..reach.len() {
        let further: Vec<Steps> = reach
            .iter()
            .map(|there| bits(*there).fold(*there, |all, step| all | reach.get(step).copied().unwrap_or_default()))
            .collect();
        reach = further;
    }
    reach
}

/// Tells for each step what it waits for, what it goes without, and when it can be.
fn place<'a>(question: &PlanQuestion, waiting: Vec<Waiting<'a>>, order: &[usize]) -> Vec<Placed<'a>> {
    let mut by_order: Vec<(usize, Waiting<'a>)> = waiting
        .into_iter()
        .enumerate()
        .filter_map(|(step, one)| Some((order.iter().position(|placed| *placed == step)?, one)))
        .collect();
    by_order.sort_by_key(|(position, _)| *position);
    let given: Vec<Documents> = by_order.iter().map(|(_, one)| one.chosen.candidate.provides).collect();
    let mut all: Vec<Placed<'a>> = Vec::with_capacity(by_order.len());
    for (index, (_, one)) in by_order.into_iter().enumerate() {
        let mut step = Placed {
            urgency: one.own_urgency,
            route: one.route,
            waits_for: Vec::new(),
            hurried: Vec::new(),
            circle: Vec::new(),
            missing: Vec::new(),
            earliest: one.opens,
            chosen: one.chosen,
        };
        for lack in one.lacks {
            let giver = given.iter().enumerate().find_map(|(other, given)| {
                let what = given.and(lack.any_of).iter().next()?;
                (other != index).then_some(Waits { step: other, what })
            });
            match giver {
                None => step.missing.push(lack.any_of),
                Some(waits) if waits.step < index => step.waits_for.push(waits),
                Some(waits) => match one.own_urgency {
                    Urgency::Now => step.hurried.push(lack.any_of),
                    Urgency::Today | Urgency::Soon | Urgency::Later => step.circle.push((lack.any_of, waits)),
                },
            }
        }
        step.waits_for.sort_unstable_by_key(|waits| (waits.step, waits.what));
        step.waits_for.dedup();
        for waits in &step.waits_for {
            let before = all.get(waits.step).and_then(|before| before.earliest);
            step.earliest = step.earliest.zip(before).map(|(own, before)| own.max(before).max(question.at));
        }
        all.push(step);
    }
    all
}

/// How to get in: the way that needs nobody else first.
fn route(candidate: &Candidate) -> Option<ReferralRoute> {
    [ReferralRoute::SelfReferral, ReferralRoute::AgencyReferral, ReferralRoute::Gateway]
        .into_iter()
        .find(|route| candidate.routes.contains(route))
}

/// What it asks for that the person has not and that it does not give itself. Where only an
/// agency can refer, that is asked for too.
fn lacks(has: Documents, candidate: &Candidate) -> Vec<Documents> {
    let referral = Documents::of(&[Document::Referral]);
    let by_agency = route(candidate) == Some(ReferralRoute::AgencyReferral);
    let mut lacks: Vec<Documents> = candidate
        .asks
        .iter()
        .copied()
        .chain(by_agency.then_some(referral))
        .filter(|asked| !asked.is_empty() && asked.and(has.or(candidate.provides)).is_empty())
        .collect();
    lacks.sort_unstable();
    lacks.dedup();
    lacks
}

fn bit(step: usize) -> Steps {
    1 << (step % 16)
}

fn bits(steps: Steps) -> impl Iterator<Item = usize> {
    (0..16).filter(move |step| steps & bit(*step) != 0)
}
