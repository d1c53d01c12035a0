//! The hours as intervals of real time: what every date says, painted over one another.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::{Hours, MAX_DAYS, Opening, Span, day::Calendar, holidays::KeptIn, wall};

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
        paint(&mut edges).map(|(from, to, opening)| Interval { from, to, opening }).collect()
    }

    /// The same of a stretch of plain days, in nanoseconds of UTC.
    pub(super) fn on_plain_days(
        &self,
        stretch: &PlainDays,
        edges: &mut Vec<(i64, Opening, i32)>,
        spans: &mut Vec<(Span, Opening)>,
        intervals: &mut Vec<(i64, i64, Opening)>,
    ) {
        edges.clear();
        intervals.clear();
        let (Some((first, _)), Some((last, _))) = (stretch.days.first(), stretch.days.last()) else { return };
        let calendar = Calendar::new(self, *first, *last);
        for (date, midnight) in &stretch.days {
            calendar.say(*date, spans);
            for (span, opening) in spans.drain(..) {
                let (opens, closes) = span.nanoseconds();
                let (opens, closes) = ((midnight + opens).max(stretch.from), (midnight + closes).min(stretch.to));
                if opens < closes {
                    edges.push((opens, opening, 1));
                    edges.push((closes, opening, -1));
                }
            }
        }
        intervals.extend(paint(edges));
    }

    /// Whether the rules say the same in every week from the first of one stretch to the last of another.
    pub(super) fn are_weekly(&self, from: &PlainDays, to: &PlainDays) -> bool {
        let ends = from.days.first().zip(to.days.last());
        ends.is_some_and(|((first, _), (last, _))| self.rules.iter().all(|rule| rule.is_weekly(*first, *last)))
    }

    /// Whether no exception touches a stretch.
    pub(super) fn have_no_exception(&self, stretch: &PlainDays) -> bool {
        let ends = stretch.days.first().zip(stretch.days.last());
        ends.is_some_and(|((first, _), (last, _))| self.exceptions.iter().all(|one| !one.meets(*first, *last)))
    }
}

/// A stretch of time in which no clock changes, laid out once for many tables of hours.
#[derive(Clone, Debug)]
pub(super) struct PlainDays {
    from: i64,
    to: i64,
    /// Each date, from the one before the first, with its midnight.
    days: Vec<(NaiveDate, i64)>,
}

impl PlainDays {
    /// From one instant to another; none where a clock changes between, or it lies far off.
    pub(super) fn of(from: DateTime<Utc>, to: DateTime<Utc>) -> Option<Self> {
        let (first, last) = (wall::london(from).date().pred_opt()?, wall::london(to).date());
        let days =
            first.iter_days().take_while(|date| *date <= last).map(|date| Some((date, wall::plain_midnight(date)?)));
        Some(Self {
            from: from.timestamp_nanos_opt()?,
            to: to.timestamp_nanos_opt()?,
            days: days.collect::<Option<_>>()?,
        })
    }

    /// Whether none of its dates is a holiday anywhere.
    pub(super) fn have_no_holiday(&self) -> bool {
        self.days.iter().all(|(date, _)| KeptIn::of(*date).is_empty())
    }
}

/// The surest of what is under way between any two edges. An edge adds or takes away one span.
fn paint<T: Ord + Copy>(edges: &mut [(T, Opening, i32)]) -> impl Iterator<Item = (T, T, Opening)> {
    edges.sort_unstable_by_key(|(at, ..)| *at);
    // How many spans of each sort are under way, the surest first.
    let mut under_way = Opening::ALL.map(|opening| (opening, 0_i32));
    let mut shown: Option<(T, Opening)> = None;
    edges.chunk_by(|one, next| one.0 == next.0).filter_map(move |here| {
        for (_, opening, step) in here {
            under_way.iter_mut().filter(|(sort, _)| sort == opening).for_each(|(_, spans)| *spans += step);
        }
        let surest = under_way.iter().find(|(_, spans)| *spans > 0).map(|(opening, _)| *opening);
        let (to, ..) = here.first().copied()?;
        if surest == shown.map(|(_, opening)| opening) {
            return None;
        }
        let before = std::mem::replace(&mut shown, surest.map(|opening| (to, opening)));
        before.map(|(from, opening)| (from, to, opening))
    })
}
