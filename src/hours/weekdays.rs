//! Sets of weekdays, and the day lists of RFC 5545 (`BYDAY`, `BYMONTHDAY`) that feeds use.

use chrono::Weekday;
use serde::{Deserialize, Serialize};

use super::error::{HoursError, quoted};

/// Days of the week.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct WeekdaySet(u8);

impl WeekdaySet {
    /// No day.
    pub const EMPTY: Self = Self(0);
    /// Every day.
    pub const ALL: Self = Self(0b111_1111);

    /// Whether `day` is in the set.
    #[must_use]
    pub fn contains(self, day: Weekday) -> bool {
        self.0 & bit(day) != 0
    }

    /// The set with `day` in it.
    #[must_use]
    pub fn with(self, day: Weekday) -> Self {
        Self(self.0 | bit(day))
    }

    /// Whether no day is in the set.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self == Self::EMPTY
    }

    /// The days in the set, from Monday on.
    pub fn iter(self) -> impl Iterator<Item = Weekday> {
        WEEK.into_iter().filter(move |day| self.contains(*day))
    }

    /// Reads a `BYDAY` without ordinals: `MO,TU,FR`. Case and spaces do not matter.
    ///
    /// # Errors
    /// A piece that is not a day, a numbered day (`2MO`), or no day at all.
    pub fn parse(by_day: &str) -> Result<Self, HoursError> {
        pieces(by_day)
            .map(|piece| match numbered_day(piece)? {
                (None, day) => Ok(day),
                (Some(_), _) => Err(HoursError::OrdinalInAWeek(quoted(piece))),
            })
            .collect::<Result<Self, _>>()
            .and_then(|days| if days.is_empty() { Err(HoursError::NoDays) } else { Ok(days) })
    }
}

impl FromIterator<Weekday> for WeekdaySet {
    fn from_iter<I: IntoIterator<Item = Weekday>>(days: I) -> Self {
        days.into_iter().fold(Self::EMPTY, Self::with)
    }
}

const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

fn bit(day: Weekday) -> u8 {
    1 << day.num_days_from_monday()
}

/// Reads a monthly `BYDAY`: `2MO,-1FR`. A day without a number is each such day of the month.
pub(super) fn parse_nth(by_day: &str) -> Result<Vec<(i8, Weekday)>, HoursError> {
    let mut nth = Vec::new();
    for piece in pieces(by_day) {
        let (ordinal, day) = numbered_day(piece)?;
        let ordinals = ordinal.map_or(1..=5, |n| n..=n);
        for one in ordinals.map(|n| (n, day)) {
            if !nth.contains(&one) {
                check_ordinal(one.0)?;
                nth.push(one);
            }
        }
    }
    Ok(nth)
}

/// Reads a `BYMONTHDAY`: `1,15,-1`.
pub(super) fn parse_month_days(by_month_day: &str) -> Result<Vec<i8>, HoursError> {
    let mut days = Vec::new();
    for piece in pieces(by_month_day) {
        let day = piece.parse().map_err(|_| HoursError::NotAMonthDay(quoted(piece)))?;
        if !days.contains(&day) {
            check_month_day(day)?;
            days.push(day);
        }
    }
    Ok(days)
}

/// Refuses a number that no weekday of a month has.
pub(super) fn check_ordinal(ordinal: i8) -> Result<(), HoursError> {
    if matches!(ordinal.unsigned_abs(), 1..=5) { Ok(()) } else { Err(HoursError::Ordinal(ordinal)) }
}

/// Refuses a day that no month has.
pub(super) fn check_month_day(day: i8) -> Result<(), HoursError> {
    if matches!(day.unsigned_abs(), 1..=31) { Ok(()) } else { Err(HoursError::MonthDay(day)) }
}

/// The pieces of a comma-separated list; none of an empty text.
fn pieces(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(move |_| !list.trim().is_empty())
}

/// `2MO` as a number and a day, `MO` as a day alone.
fn numbered_day(piece: &str) -> Result<(Option<i8>, Weekday), HoursError> {
    let refused = || HoursError::NotADay(quoted(piece));
    let (number, day) = piece.len().checked_sub(2).and_then(|at| piece.split_at_checked(at)).ok_or_else(refused)?;
    let day = match day.to_ascii_uppercase().as_str() {
        "MO" => Weekday::Mon,
        "TU" => Weekday::Tue,
        "WE" => Weekday::Wed,
        "TH" => Weekday::Thu,
        "FR" => Weekday::Fri,
        "SA" => Weekday::Sat,
        "SU" => Weekday::Sun,
        _ => return Err(refused()),
    };
    let number = match number {
        "" => None,
        text => Some(text.parse().map_err(|_| refused())?),
    };
    Ok((number, day))
}
