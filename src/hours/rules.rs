//! What is stated about opening: which days, between which times, for how long it holds, and
//! what replaces it on single dates.
//!
//! To add a way of naming days: add a variant to [`Days`], say in `Days::hold` on which dates
//! it holds and in `Days::checked` what of it is refused.

use chrono::{DateTime, Datelike, Days as Day, NaiveDate, NaiveTime, Timelike, Utc, Weekday};
use serde::{Deserialize, Serialize};

use super::{
    Opening, Unknown,
    error::HoursError,
    wall,
    weekdays::{WeekdaySet, check_month_day, check_ordinal, parse_month_days, parse_nth},
};

/// Which dates a rule names.
///
/// `interval` counts weeks (which begin on Monday) or months from those of `anchor`, a date on
/// which it takes place; it counts backwards as well, because the anchor is not a beginning.
/// An interval of 2 or more *without* an anchor says that only some of the weeks or months are
/// meant and not which: every one of them then counts as unreliable.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Days {
    /// Days of the week.
    Weekly {
        /// Which.
        days: WeekdaySet,
        /// Every how many weeks.
        interval: u16,
        /// What the weeks are counted from.
        anchor: Option<NaiveDate>,
    },
    /// Days of the month. Where both lists are given a date must be in both, as RFC 5545 has
    /// it: `FR` and `13` together are Friday the 13th. A day that a month does not have (a
    /// fifth Monday, the 31st) is left out.
    Monthly {
        /// The nth weekday of the month, 1 to 5, or -1 to -5 counting from the end.
        nth: Vec<(i8, Weekday)>,
        /// Dates of the month, 1 to 31, or -1 to -31 counting from the end.
        month_days: Vec<i8>,
        /// Every how many months.
        interval: u16,
        /// What the months are counted from.
        anchor: Option<NaiveDate>,
    },
    /// Every date; with a period of validity, single dates.
    Every,
}

/// Whether something holds on a date.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Holds {
    /// It does not.
    No,
    /// It may.
    Perhaps,
    /// It does.
    Yes,
}

impl Days {
    /// Days of the week, from a `BYDAY` such as `MO,TU`.
    ///
    /// # Errors
    /// See [`WeekdaySet::parse`].
    pub fn weekly(by_day: &str, interval: u16, anchor: Option<NaiveDate>) -> Result<Self, HoursError> {
        Self::Weekly { days: WeekdaySet::parse(by_day)?, interval, anchor }.checked()
    }

    /// Days of the month, from a `BYDAY` such as `2MO,-1FR` (a weekday without a number is each
    /// one of the month), a `BYMONTHDAY` such as `1,-1`, or both.
    ///
    /// # Errors
    /// A piece of either list that is not a day, or no day at all.
    pub fn monthly(
        by_day: Option<&str>,
        by_month_day: Option<&str>,
        interval: u16,
        anchor: Option<NaiveDate>,
    ) -> Result<Self, HoursError> {
        let nth = by_day.map(parse_nth).transpose()?.unwrap_or_default();
        let month_days = by_month_day.map(parse_month_days).transpose()?.unwrap_or_default();
        Self::Monthly { nth, month_days, interval, anchor }.checked()
    }

    /// The same days, each named once, or why they cannot be.
    fn checked(mut self) -> Result<Self, HoursError> {
        match &mut self {
            Self::Weekly { interval: 0, .. } | Self::Monthly { interval: 0, .. } => {
                return Err(HoursError::ZeroInterval);
            }
            Self::Weekly { days, .. } if days.is_empty() => return Err(HoursError::NoDays),
            Self::Monthly { nth, month_days, .. } => {
                if nth.is_empty() && month_days.is_empty() {
                    return Err(HoursError::NoDays);
                }
                nth.iter().try_for_each(|(ordinal, _)| check_ordinal(*ordinal))?;
                month_days.iter().copied().try_for_each(check_month_day)?;
                nth.sort_unstable_by_key(|(ordinal, day)| (*ordinal, day.num_days_from_monday()));
                nth.dedup();
                month_days.sort_unstable();
                month_days.dedup();
            }
            Self::Weekly { .. } | Self::Every => {}
        }
        Ok(self)
    }

    /// Whether it is the same days every week.
    fn are_weekly(&self) -> bool {
        match self {
            Self::Every => true,
            // Without an anchor nobody knows of any week whether it is its turn.
            Self::Weekly { interval, anchor, .. } => *interval == 1 || anchor.is_none(),
            Self::Monthly { .. } => false,
        }
    }

    fn hold(&self, date: NaiveDate) -> Holds {
        match self {
            Self::Every => Holds::Yes,
            Self::Weekly { days, interval, anchor } => {
                if days.contains(date.weekday()) {
                    turn(week(date), anchor.map(week), *interval)
                } else {
                    Holds::No
                }
            }
            Self::Monthly { nth, month_days, interval, anchor } => {
                let named = (nth.is_empty() || nth.iter().any(|(n, day)| is_nth(date, *n, *day)))
                    && (month_days.is_empty() || month_days.iter().any(|n| is_month_day(date, *n)));
                if named { turn(month(date), anchor.map(month), *interval) } else { Holds::No }
            }
        }
    }
}

/// Whether it is the turn of the week or month numbered `this`, counting from `anchor`.
fn turn(this: i32, anchor: Option<i32>, interval: u16) -> Holds {
    match anchor {
        _ if interval == 1 => Holds::Yes,
        None => Holds::Perhaps,
        Some(anchor) if (this - anchor).checked_rem_euclid(interval.into()) == Some(0) => Holds::Yes,
        Some(_) => Holds::No,
    }
}

/// Weeks from Monday to Sunday, numbered. Day 1 of the common era was a Monday.
fn week(date: NaiveDate) -> i32 {
    (date.num_days_from_ce() - 1).div_euclid(7)
}

/// Months, numbered.
fn month(date: NaiveDate) -> i32 {
    date.year() * 12 + date.month0().cast_signed()
}

/// How many days from `date` to the end of its month, `date` among them.
fn days_left(date: NaiveDate) -> u32 {
    u32::from(date.num_days_in_month()) + 1 - date.day()
}

fn is_nth(date: NaiveDate, ordinal: i8, day: Weekday) -> bool {
    let place = if ordinal > 0 { date.day() } else { days_left(date) }.div_ceil(7);
    date.weekday() == day && place == u32::from(ordinal.unsigned_abs())
}

fn is_month_day(date: NaiveDate, number: i8) -> bool {
    let place = if number > 0 { date.day() } else { days_left(date) };
    place == u32::from(number.unsigned_abs())
}

/// Between which wall times of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Span {
    /// From `opens` to `closes`. A closing at or before the opening lies on the next day: equal
    /// times are a whole day and night.
    Between {
        /// Opening.
        opens: NaiveTime,
        /// Closing; this minute is no longer open.
        closes: NaiveTime,
    },
    /// From midnight to midnight.
    AllDay,
}

impl Span {
    /// The span that a published table of hours means: a closing at 23:59 is midnight, because
    /// many forms cannot say 24:00. One row in four hundred of real feeds does so.
    #[must_use]
    pub fn published(opens: NaiveTime, closes: NaiveTime) -> Self {
        let midnight = opens < closes && (closes.hour(), closes.minute()) == (23, 59);
        Self::Between { opens, closes: if midnight { NaiveTime::MIN } else { closes } }
    }

    /// How long after midnight it begins and ends on a day without a clock change, in nanoseconds.
    pub(super) fn nanoseconds(self) -> (i64, i64) {
        const DAY: i64 = 24 * 60 * 60 * 1_000_000_000;
        let since_midnight = |time: NaiveTime| {
            i64::from(time.num_seconds_from_midnight()) * 1_000_000_000 + i64::from(time.nanosecond())
        };
        match self {
            Self::AllDay => (0, DAY),
            Self::Between { opens, closes } => {
                let next_day = if closes <= opens { DAY } else { 0 };
                (since_midnight(opens), since_midnight(closes) + next_day)
            }
        }
    }

    /// The instants at which the span of `date` begins and ends. Where the wall shows a time
    /// twice it opens at the first and closes at the last; a time that spring leaves out is the
    /// first instant after the gap.
    pub(super) fn instants(self, date: NaiveDate) -> (DateTime<Utc>, DateTime<Utc>) {
        let (opens, closes) = match self {
            Self::Between { opens, closes } => (opens, closes),
            Self::AllDay => (NaiveTime::MIN, NaiveTime::MIN),
        };
        // The last date of the calendar has no next one; its nights end with it.
        let last = if closes <= opens { date.checked_add_days(Day::new(1)).unwrap_or(date) } else { date };
        (wall::instants(date.and_time(opens)).0, wall::instants(last.and_time(closes)).1)
    }
}

/// A period of dates, both ends included; an open end has no date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Period {
    from: Option<NaiveDate>,
    until: Option<NaiveDate>,
}

impl Period {
    fn new(from: Option<NaiveDate>, until: Option<NaiveDate>) -> Result<Self, HoursError> {
        match (from, until) {
            (Some(from), Some(until)) if until < from => Err(HoursError::EndsBeforeItBegins { from, until }),
            _ => Ok(Self { from, until }),
        }
    }

    fn covers(self, first: NaiveDate, last: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= first) && self.until.is_none_or(|until| last <= until)
    }

    fn meets(self, first: NaiveDate, last: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= last) && self.until.is_none_or(|until| first <= until)
    }
}

/// A regular opening: on these days, between these times, while it holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rule {
    days: Days,
    span: Span,
    holds: Period,
    reliable: bool,
}

impl Rule {
    /// A rule that holds from the date `from` to the date `until`, both included; it is the
    /// date on which a span begins that counts. One that is not `reliable` says something that
    /// cannot be relied upon: during its spans it is unknown whether anything is open.
    ///
    /// # Errors
    /// An interval of 0, no day named, a day that no month has, `until` before `from`.
    pub fn new(
        days: Days,
        span: Span,
        from: Option<NaiveDate>,
        until: Option<NaiveDate>,
        reliable: bool,
    ) -> Result<Self, HoursError> {
        Ok(Self { days: days.checked()?, span, holds: Period::new(from, until)?, reliable })
    }

    /// See [`super::Hours::look`].
    pub(super) fn look(&self) -> usize {
        usize::from(self.reliable)
    }

    /// Whether it says the same in every week from one date to another.
    pub(super) fn is_weekly(&self, first: NaiveDate, last: NaiveDate) -> bool {
        self.days.are_weekly() && (self.holds.covers(first, last) || !self.holds.meets(first, last))
    }

    /// What the rule says of `date`.
    pub(super) fn on(&self, date: NaiveDate) -> Option<(Span, Opening)> {
        if !self.holds.meets(date, date) {
            return None;
        }
        match self.days.hold(date) {
            Holds::No => None,
            Holds::Yes if self.reliable => Some((self.span, Opening::Certain)),
            Holds::Yes | Holds::Perhaps => Some((self.span, Opening::Unknown(Unknown::Unreliable))),
        }
    }
}

/// What takes the place of the regular hours.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Instead {
    /// Shut.
    Closed,
    /// Open between these times, and shut otherwise.
    Open(Vec<Span>),
    /// Different, and nobody says how.
    Unknown,
}

/// What takes the place of the regular hours on every date of a period.
///
/// Several on one date: their openings add up. `Closed` beside an opening contradicts it, so
/// the time is unknown. `Unknown` leaves the rest of the date unknown.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Exception {
    period: Period,
    instead: Instead,
}

impl Exception {
    /// An exception from the date `from` to the date `until`, both included.
    ///
    /// # Errors
    /// `until` before `from`.
    pub fn new(from: NaiveDate, until: NaiveDate, instead: Instead) -> Result<Self, HoursError> {
        Ok(Self { period: Period::new(Some(from), Some(until))?, instead })
    }

    /// Whether it touches any date from `first` to `last`.
    pub(super) fn meets(&self, first: NaiveDate, last: NaiveDate) -> bool {
        self.period.meets(first, last)
    }

    pub(super) fn instead(&self) -> &Instead {
        &self.instead
    }
}
