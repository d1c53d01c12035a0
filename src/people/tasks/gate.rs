//! Through the gate, as data: which tasks a day of release makes and by when, what may be done with a task, until when the
//! first contact has to be made, how long easements of benefits are. Pure.

use chrono::{Days, Months, NaiveDate};
use entity::enums::{DataCategory, EasementKind, TaskKind, TaskState as S, TaskStep as T};
use entity::instants::Millis;

use crate::hours::{london, midnight};
use crate::people::contents::Wrong;

/// How far ahead a day of release, a task or an easement may lie, in months.
const FARTHEST: u32 = 24;
/// How long ago somebody may have been released, in days: who comes in after release is written down afterwards.
const LATEST: u64 = 30;
/// How long ago a task may have been done, in days.
const DONE_WITHIN: u64 = 366;
/// How many days before an easement ends its task is due: time to arrange what comes then.
const BEFORE_EASEMENT_ENDS: u64 = 14;

/// A task that a day of release makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GateTask {
    /// What is to be done.
    pub kind: TaskKind,
    /// By how many days from the release; before it where negative.
    pub days: i64,
    /// Of which category of data it is.
    pub category: DataCategory,
}

/// The tasks that a day of release makes. Which they are, and that the first contact is due by the day after, is said by the
/// specification of the pathway; the days of the others are ours.
pub const GATE_TASKS: &[GateTask] = &[
    // Four weeks: half of the 56 days in which who is about to be homeless counts as threatened with homelessness (Housing Act
    // 1996, section 175), so that a place can be found in the other half.
    GateTask { kind: TaskKind::HousingMet, days: -28, category: DataCategory::Housing },
    // Two weeks: papers and a bank account can still be got, and the first payment waits for the claim.
    GateTask { kind: TaskKind::BenefitClaimStarted, days: -14, category: DataCategory::Benefits },
    // A week: the prison's prescriber and the one outside have to speak, and no dose may be missed on the day.
    GateTask { kind: TaskKind::PrescribingContinuity, days: -7, category: DataCategory::SubstanceUse },
    GateTask { kind: TaskKind::MetAtTheGate, days: 0, category: DataCategory::Offending },
    GateTask { kind: TaskKind::FirstContact, days: 1, category: DataCategory::CaseNotes },
];

/// A day so many days from another; beyond every calendar the other itself.
fn days_from(day: NaiveDate, days: i64) -> NaiveDate {
    let count = Days::new(days.unsigned_abs());
    let moved = if days < 0 { day.checked_sub_days(count) } else { day.checked_add_days(count) };
    moved.unwrap_or(day)
}

/// By which day a task is due that is due so many days from a release; one that would be past is due today.
#[must_use]
pub fn due_on(release_on: NaiveDate, days: i64, today: NaiveDate) -> NaiveDate {
    days_from(release_on, days).max(today)
}

/// By which day a task of a kind is due where the day of release is this one; none for kinds that no release makes.
#[must_use]
pub fn due_by_release(kind: TaskKind, release_on: NaiveDate, today: NaiveDate) -> Option<NaiveDate> {
    GATE_TASKS.iter().find(|one| one.kind == kind).map(|one| due_on(release_on, one.days, today))
}

/// Whether a day of release may be recorded.
///
/// # Errors
/// It may not.
pub fn check_release(release_on: NaiveDate, today: NaiveDate) -> Result<(), Wrong> {
    if today.checked_sub_days(Days::new(LATEST)).is_some_and(|first| release_on < first) {
        return Err(Wrong::new("releaseOn", format!("It is too long ago: {LATEST} days at the most.")));
    }
    check_ahead("releaseOn", release_on, today)
}

/// Whether a task may be due by a day.
///
/// # Errors
/// It may not.
pub fn check_due(due_on: NaiveDate, today: NaiveDate) -> Result<(), Wrong> {
    if due_on < today {
        return Err(Wrong::new("dueOn", "It is past: today at the earliest."));
    }
    check_ahead("dueOn", due_on, today)
}

/// Whether a task may have been done on a day.
///
/// # Errors
/// It may not.
pub fn check_done(done_on: NaiveDate, today: NaiveDate) -> Result<(), Wrong> {
    if done_on > today {
        return Err(Wrong::new("doneOn", "It lies ahead: today at the latest."));
    }
    if today.checked_sub_days(Days::new(DONE_WITHIN)).is_some_and(|first| done_on < first) {
        return Err(Wrong::new("doneOn", "It is too long ago: a year at the most."));
    }
    Ok(())
}

/// Whether an easement, or the time in which a worker is away, may run from one day to another.
///
/// # Errors
/// It may not.
pub fn check_span(begins_on: NaiveDate, ends_on: NaiveDate, today: NaiveDate) -> Result<(), Wrong> {
    if ends_on < begins_on {
        return Err(Wrong::new("endsOn", "It lies before the first day: the last day is that one or a later one."));
    }
    if ends_on < today {
        return Err(Wrong::new("endsOn", "It is past: today at the earliest."));
    }
    check_ahead("endsOn", ends_on, today)
}

fn check_ahead(field: &'static str, day: NaiveDate, today: NaiveDate) -> Result<(), Wrong> {
    match today.checked_add_months(Months::new(FARTHEST)) {
        Some(last) if day > last => Err(Wrong::new(field, "It is too far ahead: two years at the most.")),
        Some(_) | None => Ok(()),
    }
}

/// A transition of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// What is done.
    pub step: T,
    /// From where.
    pub from: &'static [S],
    /// To where.
    pub to: S,
    /// Whether something has to be said with it.
    pub wants_words: bool,
}

/// Every transition of a task that was made. From a state that stands nowhere in it nothing leads on.
pub const TRANSITIONS: &[Transition] = &[
    Transition { step: T::Completed, from: &[S::Open], to: S::Done, wants_words: false },
    Transition { step: T::Dropped, from: &[S::Open], to: S::NotNeeded, wants_words: true },
    Transition { step: T::Reopened, from: &[S::Done, S::NotNeeded], to: S::Open, wants_words: false },
    Transition { step: T::HandedOver, from: &[S::Open], to: S::Open, wants_words: false },
    // These two follow of themselves, from what becomes of the release or the easement.
    Transition { step: T::Moved, from: &[S::Open], to: S::Open, wants_words: false },
    Transition { step: T::Cancelled, from: &[S::Open], to: S::Cancelled, wants_words: false },
];

/// The transition that a step is, from where a task is.
///
/// # Errors
/// There is none: it is here.
pub fn transition(step: T, from: S) -> Result<&'static Transition, S> {
    TRANSITIONS.iter().find(|one| one.step == step && one.from.contains(&from)).ok_or(from)
}

/// Whether the first contact after a release was made in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Contact {
    /// They are not released yet.
    NotYetDue,
    /// It is to be made.
    Due,
    /// It was made, in time or late.
    Made,
    /// It was not made in time, and not since.
    Overdue,
}

/// The first contact after a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstContact {
    /// Whether it was made.
    pub state: Contact,
    /// Until when it has to be made, exclusive: the end of the day after release, in London.
    pub due_by: Millis,
    /// On which day it was made.
    pub made_on: Option<NaiveDate>,
}

/// The first instant of a day in London.
#[must_use]
pub fn day_begins_at(day: NaiveDate) -> Millis {
    midnight(day).into()
}

/// The first contact after a release, at an instant: made with the task that says so done on the day of release or later, or
/// with an appointment of the same agency that began on that day or later and that they came to; the first of all counts.
#[must_use]
pub fn first_contact(release_on: NaiveDate, done: &[NaiveDate], came: &[Millis], now: Millis) -> FirstContact {
    let came = came.iter().map(|at| london(at.to_utc()).date());
    let made_on = done.iter().copied().chain(came).filter(|day| *day >= release_on).min();
    let due_by = day_begins_at(days_from(release_on, 2));
    let state = match made_on {
        Some(_) => Contact::Made,
        None if now >= due_by => Contact::Overdue,
        None if now >= day_begins_at(release_on) => Contact::Due,
        None => Contact::NotYetDue,
    };
    FirstContact { state, due_by, made_on }
}

/// The last day of release of which the first contact is overdue where it was not made.
#[must_use]
pub fn overdue_if_released_by(today: NaiveDate) -> NaiveDate {
    days_from(today, -2)
}

/// How long an easement usually is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// So many weeks.
    Weeks(u32),
    /// So many months.
    Months(u32),
    /// Nobody says: the work coach does, and the worker writes it down.
    Open,
}

/// How long easements usually are: where the worker names no last day, it is reckoned from here. They are defaults, which the
/// worker may change: the work coach decides. Universal Credit Regulations 2013: regulation 98 (recent domestic violence: 13
/// weeks); regulation 99, where structured recovery-oriented treatment for drink or drugs counts for up to six months, and
/// what is asked of the homeless is at the work coach's discretion.
pub const EASEMENTS: &[(EasementKind, Length)] = &[
    (EasementKind::PrisonLeaverPreReleaseClaim, Length::Open),
    (EasementKind::DrugAlcoholTreatment, Length::Months(6)),
    (EasementKind::Homelessness, Length::Open),
    (EasementKind::DomesticAbuse, Length::Weeks(13)),
    (EasementKind::Other, Length::Open),
];

/// The last day of an easement that begins on a day, where there is a usual one.
#[must_use]
pub fn usual_end(kind: EasementKind, begins_on: NaiveDate) -> Option<NaiveDate> {
    let (_, length) = EASEMENTS.iter().find(|(of, _)| *of == kind)?;
    let after = match length {
        Length::Weeks(weeks) => begins_on.checked_add_days(Days::new(u64::from(*weeks) * 7))?,
        Length::Months(months) => begins_on.checked_add_months(Months::new(*months))?,
        Length::Open => return None,
    };
    after.pred_opt()
}

/// By which day the task is due that an easement makes: two weeks before its end, today where that is past.
#[must_use]
pub fn due_before_end(ends_on: NaiveDate, today: NaiveDate) -> NaiveDate {
    ends_on.checked_sub_days(Days::new(BEFORE_EASEMENT_ENDS)).unwrap_or(ends_on).max(today)
}
