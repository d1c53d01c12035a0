//! Opening hours: open, closed or unknown at any instant, and when it opens next.
//!
//! Hours are stated in the wall time of Europe/London and asked about in UTC. An answer is
//! never guessed: what is not stated, or contradicts itself, is *unknown*, with the reason.
//! Pure: it knows no clock and no database.
//!
//! How a date is decided, the first of these that applies:
//! 1. **Exceptions** on that date answer, whatever else is stated.
//! 2. On a **holiday** (see [`days_kept`]) what is stated for holidays answers. If nothing is,
//!    the regular hours may or may not hold: it is unknown while they would open it, and closed
//!    otherwise. Where the nation is not stated a holiday of any of the three counts, and what
//!    is stated for holidays is certain only on those that all three have.
//! 3. The **rules** that name the date. Without any rule at all every date is unknown.
//!
//! A span belongs to the date on which it begins: the tail of Friday night goes on into a
//! Saturday that is shut. Openings that touch or overlap are one. Where a certain opening
//! meets an unknown one it is open.
//!
//! On the days when clocks change, a wall time that comes twice is the first of the two for an
//! opening and the last for a closing; one that is left out is the first instant after the gap.
//! All lengths are real ones: 24 hours are 23 or 25 on those days. Clock changes are known
//! until 2099, and taken to be none afterwards.
//!
//! Years 1 to 9999 are answered; outside them everything is unknown. No answer looks further
//! ahead than [`MAX_DAYS`].

mod day;
mod error;
mod holidays;
mod proclaimed;
mod rules;
mod timeline;
mod wall;
mod weekdays;
mod window;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use self::{
    error::HoursError,
    holidays::{Holiday, Nation, STANDING_SINCE, bank_holiday, bank_holidays, days_kept},
    rules::{Days, Exception, Instead, Rule, Span},
    timeline::Interval,
    wall::{instants, london, midnight, next_midnight},
    weekdays::WeekdaySet,
    window::{Ahead, Window, WindowAnswer},
};

/// The furthest that any answer looks ahead, in days: a little over ten years, so that the
/// next 29 February is always within it.
pub const MAX_DAYS: u16 = 3_660;

/// How far ahead a closing is looked for before an opening counts as without end, in days.
pub const CLOSING_WITHIN_DAYS: u16 = 14;

/// What is stated about when something is open.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Hours {
    rules: Vec<Rule>,
    exceptions: Vec<Exception>,
    on_holidays: OnHolidays,
    nation: Option<Nation>,
}

/// What is stated about bank holidays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum OnHolidays {
    /// Nothing.
    #[default]
    NotStated,
    /// The regular hours hold.
    AsUsual,
    /// Something else holds.
    Instead(Instead),
}

/// Why it is unknown whether something is open. Where several reasons meet, the first in this
/// order is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unknown {
    /// It is a bank holiday, and what happens then is not stated or not known.
    BankHoliday,
    /// Two statements of equal weight contradict each other.
    Contradiction,
    /// What is stated cannot be relied upon.
    Unreliable,
    /// No regular hours are stated.
    NotStated,
}

/// How sure an opening is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Opening {
    /// Open.
    Certain,
    /// Perhaps open.
    Unknown(Unknown),
}

impl Opening {
    /// Every sort, the surest first.
    const ALL: [Self; 5] = [
        Self::Certain,
        Self::Unknown(Unknown::BankHoliday),
        Self::Unknown(Unknown::Contradiction),
        Self::Unknown(Unknown::Unreliable),
        Self::Unknown(Unknown::NotStated),
    ];
}

/// Whether it is open at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Open.
    Open {
        /// The end of what is known to be open; absent when there is none within
        /// [`CLOSING_WITHIN_DAYS`].
        until: Option<DateTime<Utc>>,
    },
    /// Closed.
    Closed,
    /// Not known.
    Unknown(Unknown),
}

/// When it opens next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextOpening {
    /// Then.
    At(DateTime<Utc>),
    /// Perhaps then.
    PerhapsAt {
        /// The beginning of a time that is unknown.
        at: DateTime<Utc>,
        /// Why it is.
        why: Unknown,
        /// The first opening that is certain, within the same period.
        certain: Option<DateTime<Utc>>,
    },
    /// Not within the period.
    None,
    /// No regular hours are stated, nor any opening within the period.
    NotStated,
}

impl Hours {
    /// Hours made of regular rules, dated exceptions and what holds on the bank holidays of a
    /// nation. Without a rule they are not stated, though exceptions still answer for their
    /// dates.
    #[must_use]
    pub fn new(rules: Vec<Rule>, exceptions: Vec<Exception>, on_holidays: OnHolidays, nation: Option<Nation>) -> Self {
        Self { rules, exceptions, on_holidays, nation }
    }

    /// Hours of which nothing is stated.
    #[must_use]
    pub fn not_stated() -> Self {
        Self::new(Vec::new(), Vec::new(), OnHolidays::NotStated, None)
    }

    /// Whether regular hours are stated.
    #[must_use]
    pub fn is_stated(&self) -> bool {
        !self.rules.is_empty()
    }

    /// Fetches what answers are made of into the processor's reach, and says something of no meaning about it.
    #[must_use]
    pub fn look(&self) -> usize {
        let rules = self.rules.first().map_or(0, Rule::look);
        rules.wrapping_add(self.exceptions.len())
    }

    /// Whether it is open at an instant.
    #[must_use]
    pub fn state(&self, at: DateTime<Utc>) -> State {
        if !timeline::answers(at) {
            return State::Unknown(Unknown::NotStated);
        }
        // Nearly every opening ends within a day, so the longer look is taken only if need be.
        for days in [1, CLOSING_WITHIN_DAYS] {
            let end = timeline::days_after(at, days);
            match self.intervals(at, end).first() {
                Some(now) if now.from == at => match now.opening {
                    Opening::Unknown(why) => return State::Unknown(why),
                    Opening::Certain if now.to < end => return State::Open { until: Some(now.to) },
                    Opening::Certain => {}
                },
                Some(_) | None => return State::Closed,
            }
        }
        State::Open { until: None }
    }

    /// The first opening that begins later than `after` and within so many days of it. One
    /// that is under way at `after` is not the next.
    #[must_use]
    pub fn next_opening(&self, after: DateTime<Utc>, days: u16) -> NextOpening {
        if !timeline::answers(after) {
            return NextOpening::NotStated;
        }
        let mut found = if self.is_stated() { NextOpening::None } else { NextOpening::NotStated };
        for days in looks(days) {
            let intervals = self.intervals(after, timeline::days_after(after, days));
            let mut perhaps = None;
            for next in intervals.iter().filter(|interval| interval.from > after) {
                match (next.opening, perhaps) {
                    (Opening::Certain, None) => return NextOpening::At(next.from),
                    (Opening::Certain, Some((at, why))) => {
                        return NextOpening::PerhapsAt { at, why, certain: Some(next.from) };
                    }
                    // Hours that are not stated begin again after each exception: no news.
                    (Opening::Unknown(Unknown::NotStated), _) | (Opening::Unknown(_), Some(_)) => {}
                    (Opening::Unknown(why), None) => perhaps = Some((next.from, why)),
                }
            }
            if let Some((at, why)) = perhaps {
                found = NextOpening::PerhapsAt { at, why, certain: None };
            }
        }
        found
    }

    /// The first instant later than `after`, within so many days of it, at which it opens,
    /// closes, or becomes known or unknown.
    #[must_use]
    pub fn next_change(&self, after: DateTime<Utc>, days: u16) -> Option<DateTime<Utc>> {
        if !timeline::answers(after) {
            return None;
        }
        looks(days).find_map(|days| {
            let end = timeline::days_after(after, days);
            let intervals = self.intervals(after, end);
            let first = intervals.first()?;
            let change = if first.from == after { first.to } else { first.from };
            (change < end).then_some(change)
        })
    }
}

/// Longer and longer looks ahead, the last of so many days: most answers are near.
fn looks(days: u16) -> impl Iterator<Item = u16> {
    let last = days.min(MAX_DAYS);
    [8, 64, 512].into_iter().filter(move |days| *days < last).chain([last])
}
