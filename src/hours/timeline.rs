//! The hours as intervals of real time: what every date says, painted over one another.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::{Hours, MAX_DAYS, Opening, day::Calendar, wall};

/// A time during which it is open, or unknown whether it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Its first instant.
    pub from: DateTime<Utc>,
    /// The first instant that is no longer part of it.
    pub to: DateTime<Utc>,
    /// Whether it is open.
    pub opening: Opening,
}

/// The years that are answered: far from the ends of the calendar, so that no sum overflows.
const FIRST: DateTime<Utc> = start_of_year(1);
const LAST: DateTime<Utc> = start_of_year(10_000);

const fn start_of_year(year: i32) -> DateTime<Utc> {
    match NaiveDate::from_ymd_opt(year, 1, 1) {
        Some(date) => date.and_time(NaiveTime::MIN).and_utc(),
        None => DateTime::<Utc>::MIN_UTC,
    }
}

/// Whether anything is known of an instant.
pub(super) fn answers(at: DateTime<Utc>) -> bool {
    FIRST <= at && at < LAST
}

/// The instant so many days of 24 hours later, no more than [`MAX_DAYS`].
pub(super) fn days_after(at: DateTime<Utc>, days: u16) -> DateTime<Utc> {
    let ahead = TimeDelta::days(i64::from(days.min(MAX_DAYS)));
    at.checked_add_signed(ahead).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

impl Hours {
    /// The intervals within `from` (included) and `to` (not), cut off at both: sorted, disjoint,
    /// and each as long as it is. No further than [`MAX_DAYS`] from `from`, and only within the
    /// years that are answered.
    #[must_use]
    pub fn intervals(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Interval> {
        let (from, to) = (from.max(FIRST), to.min(LAST).min(days_after(from, MAX_DAYS)));
        if from >= to {
            return Vec::new();
        }
        let (first, last) = (wall::london(from).date(), wall::london(to).date());
        // A night that began the day before may still be going on.
        let first = first.checked_sub_days(Days::new(1)).unwrap_or(first);
        let calendar = Calendar::new(self, first, last);
        let mut spans = Vec::new();
        let mut edges = Vec::new();
        for date in first.iter_days().take_while(|date| *date <= last) {
            calendar.say(date, &mut spans);
            for (span, opening) in spans.drain(..) {
                let (opens, closes) = span.instants(date);
                let (opens, closes) = (opens.max(from), closes.min(to));
                if opens < closes {
                    edges.push((opens, opening, 1));
                    edges.push((closes, opening, -1));
                }
            }
        }
        paint(edges)
    }
}

/// The surest of what is under way between any two edges. An edge adds or takes away one span.
fn paint(mut edges: Vec<(DateTime<Utc>, Opening, i32)>) -> Vec<Interval> {
    edges.sort_unstable_by_key(|(at, ..)| *at);
    let mut intervals = Vec::new();
    let mut under_way = BTreeMap::<Opening, i32>::new();
    let mut shown: Option<(DateTime<Utc>, Opening)> = None;
    for here in edges.chunk_by(|one, next| one.0 == next.0) {
        for (_, opening, step) in here {
            *under_way.entry(*opening).or_default() += step;
        }
        let surest = under_way.iter().find(|(_, spans)| **spans > 0).map(|(opening, _)| *opening);
        if surest == shown.map(|(_, opening)| opening) {
            continue;
        }
        let Some((to, ..)) = here.first().copied() else { continue };
        intervals.extend(shown.map(|(from, opening)| Interval { from, to, opening }));
        shown = surest.map(|opening| (to, opening));
    }
    intervals
}
