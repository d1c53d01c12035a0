//! How far a referral has come, and what may be done with it by which side: one table of data. Pure.

use entity::enums::{ReferralReason, ReferralState as S, ReferralStep as T};
use entity::instants::Millis;

/// On whose side somebody acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The agency that sends.
    Sender,
    /// The agency that it was sent to.
    Receiver,
    /// The service user, or who stands for them.
    ServiceUser,
    /// Nobody: it follows from something else that happened.
    Itself,
}

/// What has to be said with a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// Something may be said.
    Anything,
    /// Words.
    Words,
    /// A reason of the closed list; and words, where it is another one.
    Reason,
}

/// Where a step leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leads {
    /// To this state.
    To(S),
    /// Back to where it was before it was put on hold.
    Back,
}

/// A transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// What is done.
    pub step: T,
    /// From where.
    pub from: &'static [S],
    /// To where.
    pub leads: Leads,
    /// By whom.
    pub by: &'static [Side],
    /// What has to be said.
    pub says: Says,
    /// Whether there has to be a lawful route for everything that it discloses.
    pub wants_route: bool,
    /// From a referral on hold only where it was in one of these before.
    pub held_from: &'static [S],
}

/// States in which the receiver has not taken it on or declined: time may run out, and it may be taken back.
pub const UNANSWERED: &[S] = &[S::Submitted, S::InfoRequested, S::Waitlisted];

/// States in which the receiver has taken it on and goes on with it.
pub const TAKEN_ON: &[S] = &[S::Accepted, S::InProgress];

/// States of which something is still to come, once it was sent.
pub const OPEN: &[S] =
    &[S::Submitted, S::InfoRequested, S::Waitlisted, S::Accepted, S::InProgress, S::OnHold, S::OutcomeRecorded];

/// States in which it waits for nobody any more.
pub const OVER: &[S] = &[S::Rejected, S::Withdrawn, S::Expired, S::Rerouted, S::Closed, S::EnteredInError];

const fn step(step: T, from: &'static [S], to: S, by: &'static [Side], says: Says) -> Transition {
    Transition { step, from, leads: Leads::To(to), by, says, wants_route: false, held_from: S::ALL }
}

/// States in which a referral may be made to disclose more: it was sent, and the receiver has to do with it.
pub const WIDENED_FROM: &[S] = &[S::Submitted, S::InfoRequested, S::Waitlisted, S::Accepted, S::InProgress];

/// Every transition. From a state that stands nowhere in it nothing leads on.
pub const TRANSITIONS: &[Transition] = &[
    Transition { wants_route: true, ..step(T::Submitted, &[S::Draft], S::Submitted, &[Side::Sender], Says::Anything) },
    step(T::Edited, &[S::Draft], S::Draft, &[Side::Sender], Says::Anything),
    step(T::InformationRequested, &[S::Submitted], S::InfoRequested, &[Side::Receiver], Says::Words),
    Transition {
        wants_route: true,
        ..step(T::InformationGiven, &[S::InfoRequested], S::Submitted, &[Side::Sender], Says::Words)
    },
    step(T::Waitlisted, &[S::Submitted, S::Waitlisted], S::Waitlisted, &[Side::Receiver], Says::Anything),
    Transition {
        wants_route: true,
        ..step(T::Accepted, &[S::Submitted, S::Waitlisted], S::Accepted, &[Side::Receiver], Says::Anything)
    },
    step(T::Rejected, &[S::Submitted], S::Rejected, &[Side::Receiver], Says::Reason),
    // What was taken on is the receiver's to end.
    Transition {
        held_from: UNANSWERED,
        ..step(
            T::Withdrawn,
            &[S::Draft, S::Submitted, S::InfoRequested, S::Waitlisted, S::OnHold],
            S::Withdrawn,
            &[Side::Sender, Side::ServiceUser],
            Says::Anything,
        )
    },
    step(T::Rerouted, UNANSWERED, S::Rerouted, &[Side::Sender, Side::Receiver], Says::Anything),
    step(T::Started, &[S::Accepted], S::InProgress, &[Side::Receiver], Says::Anything),
    step(T::Held, &[S::InProgress], S::OnHold, &[Side::Receiver, Side::Sender], Says::Words),
    step(
        T::Held,
        &[S::Submitted, S::InfoRequested, S::Waitlisted, S::Accepted, S::InProgress],
        S::OnHold,
        &[Side::Itself],
        Says::Anything,
    ),
    Transition {
        leads: Leads::Back,
        wants_route: true,
        ..step(T::Resumed, &[S::OnHold], S::InProgress, &[Side::Receiver, Side::Sender], Says::Anything)
    },
    Transition {
        held_from: TAKEN_ON,
        ..step(T::OutcomeRecorded, &[S::InProgress, S::OnHold], S::OutcomeRecorded, &[Side::Receiver], Says::Anything)
    },
    step(T::Closed, &[S::OutcomeRecorded], S::Closed, &[Side::Receiver, Side::Sender], Says::Anything),
    step(
        T::EnteredInError,
        &[
            S::Draft,
            S::Submitted,
            S::InfoRequested,
            S::Waitlisted,
            S::Accepted,
            S::Rejected,
            S::Withdrawn,
            S::Expired,
            S::Rerouted,
            S::InProgress,
            S::OnHold,
            S::OutcomeRecorded,
            S::Closed,
        ],
        S::EnteredInError,
        &[Side::Sender],
        Says::Words,
    ),
];

/// How far a referral has come at an instant: what nobody answered in time has expired.
#[must_use]
pub fn standing(state: S, expires: Option<Millis>, now: Millis) -> S {
    if UNANSWERED.contains(&state) && expires.is_some_and(|expires| expires <= now) { S::Expired } else { state }
}

/// Why something can't be done with a referral.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Not from where it is.
    NotNow(S),
    /// Not by this side.
    NotTheirs,
}

/// The transition that a step of a side is, from where a referral is, and where it leads.
///
/// # Errors
/// There is none.
pub fn transition(by: Side, asked: T, state: S, held_from: Option<S>) -> Result<(&'static Transition, S), Refused> {
    let of_step = || TRANSITIONS.iter().filter(|one| one.step == asked);
    if !of_step().any(|one| one.by.contains(&by)) {
        return Err(Refused::NotTheirs);
    }
    let was = |one: &Transition| state != S::OnHold || held_from.is_some_and(|was| one.held_from.contains(&was));
    let found = of_step().find(|one| one.by.contains(&by) && one.from.contains(&state) && was(one));
    let found = found.ok_or(Refused::NotNow(state))?;
    let to = match found.leads {
        Leads::To(to) => to,
        Leads::Back => held_from.unwrap_or(S::InProgress),
    };
    Ok((found, to))
}

/// Reasons that are said by hand.
#[must_use]
pub fn is_given_by_hand(reason: ReferralReason) -> bool {
    reason != ReferralReason::NoLawfulRoute
}
