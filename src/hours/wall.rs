//! Wall time in Europe/London and the instants it stands for: the only place that knows the
//! time zone.

use std::sync::LazyLock;

use chrono::{DateTime, Datelike, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::{Europe::London, GapInfo};

/// The years whose clock changes are laid out once for all, because every answer asks about many times of day.
const FIRST_YEAR: i32 = 1996;
const LAST_YEAR: i32 = 2099;

/// The days of a year, by their number in it, between which the wall is an hour ahead. On both of them it is so for a
/// part of the day.
#[derive(Clone, Copy, Debug)]
struct SummerTime {
    begins_on: u32,
    ends_on: u32,
}

impl SummerTime {
    /// Of a year, where its clocks change in just this way.
    fn of(year: i32) -> Option<Self> {
        let first = NaiveDate::from_ymd_opt(year, 1, 1)?;
        let ahead_at = |date: NaiveDate| ahead(date.and_time(NaiveTime::MIN));
        let days = first.iter_days().take_while(|date| date.year() == year);
        let changes = days.filter_map(|date| {
            let (before, after) = (ahead_at(date), ahead_at(date.succ_opt()?));
            (before != after).then_some((date.ordinal(), before, after))
        });
        let (winter, summer) = (TimeDelta::zero(), TimeDelta::hours(1));
        match changes.collect::<Vec<_>>().as_slice() {
            [(begins_on, from, to), (ends_on, back_from, back_to)]
                if (*from, *to, *back_from, *back_to) == (winter, summer, summer, winter) =>
            {
                Some(Self { begins_on: *begins_on, ends_on: *ends_on })
            }
            _ => None,
        }
    }
}

/// How far the wall is ahead at a time of day in UTC.
fn ahead(utc: NaiveDateTime) -> TimeDelta {
    TimeDelta::seconds(i64::from(London.offset_from_utc_datetime(&utc).fix().local_minus_utc()))
}

/// How far the wall is ahead on all of a day, in UTC as on the wall; none where clocks change on it, or it lies in a
/// year that is not laid out.
fn ahead_all_day(date: NaiveDate) -> Option<TimeDelta> {
    static YEARS: LazyLock<Vec<Option<SummerTime>>> =
        LazyLock::new(|| (FIRST_YEAR..=LAST_YEAR).map(SummerTime::of).collect());
    let year = usize::try_from(date.year() - FIRST_YEAR).ok()?;
    let summer = (*YEARS.get(year)?)?;
    let day = date.ordinal();
    if day == summer.begins_on || day == summer.ends_on {
        return None;
    }
    Some(TimeDelta::hours(i64::from(summer.begins_on < day && day < summer.ends_on)))
}

/// The midnight of a date in nanoseconds of UTC, where no clock changes on it, nor on the day after: an opening of that
/// night is as long as the wall shows.
pub(super) fn plain_midnight(date: NaiveDate) -> Option<i64> {
    let ahead = ahead_all_day(date)?;
    ahead_all_day(date.succ_opt()?)?;
    (date.and_time(NaiveTime::MIN) - ahead).and_utc().timestamp_nanos_opt()
}

/// What a clock on a wall in London shows at an instant. At the very ends of the calendar,
/// where the shifted time could not be written, it is the time in UTC.
#[must_use]
pub fn london(at: DateTime<Utc>) -> NaiveDateTime {
    let utc = at.naive_utc();
    let ahead = ahead_all_day(utc.date()).unwrap_or_else(|| ahead(utc));
    utc.checked_add_signed(ahead).unwrap_or(utc)
}

/// The first instant of the next day in London.
#[must_use]
pub fn next_midnight(at: DateTime<Utc>) -> DateTime<Utc> {
    london(at).date().succ_opt().map_or(at, midnight)
}

/// The first instant of a day in London.
#[must_use]
pub fn midnight(date: NaiveDate) -> DateTime<Utc> {
    instants(date.and_time(NaiveTime::MIN)).0
}

/// The first and the last instant at which the wall shows `local`: one and the same, but for
/// the hour that comes twice in autumn. A time that spring leaves out stands for the first
/// instant after the gap.
#[must_use]
pub fn instants(local: NaiveDateTime) -> (DateTime<Utc>, DateTime<Utc>) {
    if let Some(ahead) = ahead_all_day(local.date()) {
        let at = (local - ahead).and_utc();
        return (at, at);
    }
    match London.from_local_datetime(&local) {
        LocalResult::Single(at) => (at.to_utc(), at.to_utc()),
        LocalResult::Ambiguous(first, last) => (first.to_utc(), last.to_utc()),
        LocalResult::None => {
            let after = GapInfo::new(&local, &London).and_then(|gap| gap.end).map(|at| at.to_utc());
            // No gap either: a time at the very end of the calendar.
            let at = after.unwrap_or_else(|| local.and_utc());
            (at, at)
        }
    }
}
