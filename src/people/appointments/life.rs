//! How far an appointment has come, what may be done with it by whom, and when: one table of data, and the instants that
//! bear on it. Pure.

use entity::enums::{AppointmentState as S, AppointmentStep as T};
use entity::instants::Millis;

use crate::people::contents::Wrong;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// Longest appointment, in days of 24 hours.
const LONGEST: i64 = 1;
/// How far ahead one may be booked, in days of 24 hours: two years.
const FARTHEST: i64 = 2 * 366;
/// How long ago it may have begun, in days of 24 hours: who walks in is written down afterwards.
const LATEST: i64 = 1;

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Whoever works with the service user at the agency whose it is.
    Worker,
    /// The service user, or who stands for them.
    ServiceUser,
}

/// A transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// What is done.
    pub step: T,
    /// From where.
    pub from: &'static [S],
    /// To where: to one of these.
    pub to: &'static [S],
    /// By whom.
    pub by: &'static [Side],
    /// Whether something has to be said with it.
    pub wants_words: bool,
    /// In which time.
    pub when: When,
}

/// In which time something may be done with an appointment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Before it begins.
    Before,
    /// From its beginning on.
    Since,
}

const KEPT: &[S] = &[S::Attended, S::DidNotAttend];

/// Every transition of an appointment that was booked. From a state that stands nowhere in it nothing leads on. That it is with
/// another worker follows from whose caseload the service user is on: it stays as far as it has come.
pub const TRANSITIONS: &[Transition] = &[
    Transition {
        step: T::Attended,
        from: &[S::Booked],
        to: &[S::Attended],
        by: &[Side::Worker],
        wants_words: false,
        when: When::Since,
    },
    Transition {
        step: T::DidNotAttend,
        from: &[S::Booked],
        to: &[S::DidNotAttend],
        by: &[Side::Worker],
        wants_words: false,
        when: When::Since,
    },
    Transition {
        step: T::Cancelled,
        from: &[S::Booked],
        to: &[S::Cancelled],
        by: &[Side::Worker, Side::ServiceUser],
        wants_words: false,
        when: When::Before,
    },
    // Moved once it has begun, nobody could tell any more that they did not come.
    Transition {
        step: T::Rescheduled,
        from: &[S::Booked],
        to: &[S::Superseded],
        by: &[Side::Worker],
        wants_words: false,
        when: When::Before,
    },
    Transition { step: T::Amended, from: KEPT, to: KEPT, by: &[Side::Worker], wants_words: true, when: When::Since },
];

/// Why something can't be done with an appointment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Not from where it is.
    NotNow(S),
    /// Not by them.
    NotTheirs,
}

/// The transition that a step is, from where an appointment is to where it is to lead.
///
/// # Errors
/// There is none.
pub fn transition(by: Side, asked: T, from: S, to: S) -> Result<&'static Transition, Refused> {
    let of_step = || TRANSITIONS.iter().filter(|one| one.step == asked);
    if !of_step().any(|one| one.by.contains(&by)) {
        return Err(Refused::NotTheirs);
    }
    let found = of_step().find(|one| one.by.contains(&by) && one.from.contains(&from) && one.to.contains(&to));
    found.ok_or(Refused::NotNow(from))
}

/// Whether now is the time for something.
///
/// # Errors
/// It is not.
pub fn in_time(when: When, starts: Millis, now: Millis) -> Result<(), Wrong> {
    match when {
        When::Before if now >= starts => {
            Err(Wrong::new("appointment", "It has begun: record whether they came, and book another one."))
        }
        When::Since if now < starts => {
            Err(Wrong::new("appointment", "It has not begun: what became of it is recorded from then on."))
        }
        When::Before | When::Since => Ok(()),
    }
}

/// Whether an appointment may be booked for this time.
///
/// # Errors
/// It may not.
pub fn check_time(starts: Millis, ends: Millis, now: Millis) -> Result<(), Wrong> {
    if ends <= starts {
        return Err(Wrong::new("endsAt", "It ends before it begins: it ends after that."));
    }
    if ends.0.saturating_sub(starts.0) > LONGEST * DAY {
        return Err(Wrong::new("endsAt", "It is longer than 24 hours: book several."));
    }
    if starts.0 < now.0.saturating_sub(LATEST * DAY) {
        return Err(Wrong::new(
            "startsAt",
            "It is past: an appointment is booked at the latest 24 hours after it began.",
        ));
    }
    if starts.0 > now.0.saturating_add(FARTHEST * DAY) {
        return Err(Wrong::new("startsAt", "It is too far ahead: two years at the most."));
    }
    Ok(())
}

/// How much notice was given when it was called off, in whole hours.
#[must_use]
pub fn notice_hours(starts: Millis, cancelled: Millis) -> i64 {
    starts.0.saturating_sub(cancelled.0).max(0) / HOUR
}
