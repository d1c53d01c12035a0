//! Wall time in Europe/London and the instants it stands for: the only place that knows the
//! time zone.

use chrono::{DateTime, LocalResult, NaiveDateTime, NaiveTime, Offset, TimeZone, Utc};
use chrono_tz::{Europe::London, GapInfo};

/// What a clock on a wall in London shows at an instant. At the very ends of the calendar,
/// where the shifted time could not be written, it is the time in UTC.
#[must_use]
pub fn london(at: DateTime<Utc>) -> NaiveDateTime {
    let utc = at.naive_utc();
    let ahead = London.offset_from_utc_datetime(&utc).fix();
    utc.checked_add_offset(ahead).unwrap_or(utc)
}

/// The first instant of the next day in London.
#[must_use]
pub fn next_midnight(at: DateTime<Utc>) -> DateTime<Utc> {
    let tomorrow = london(at).date().succ_opt();
    tomorrow.map_or(at, |date| instants(date.and_time(NaiveTime::MIN)).0)
}

/// The first and the last instant at which the wall shows `local`: one and the same, but for
/// the hour that comes twice in autumn. A time that spring leaves out stands for the first
/// instant after the gap.
pub(super) fn instants(local: NaiveDateTime) -> (DateTime<Utc>, DateTime<Utc>) {
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
