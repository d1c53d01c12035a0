//! When somebody is free, held against when it is open.

use chrono::{DateTime, Datelike, Days, NaiveTime, TimeDelta, Utc};

use super::{Hours, Interval, MAX_DAYS, Opening, Span, Unknown, WeekdaySet, timeline, wall};

/// Times at which somebody could come, in the wall time of Europe/London.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The days on which it begins.
    pub days: WeekdaySet,
    /// When it begins.
    pub from: NaiveTime,
    /// When it ends; at or before `from` it ends on the next day.
    pub to: NaiveTime,
    /// How long it must be open within one window to be of use, in minutes without a break.
    pub min_minutes: u16,
}

/// Whether something is open when somebody could come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowAnswer {
    /// It is: the first time that is long enough and certain.
    Open {
        /// Its beginning.
        from: DateTime<Utc>,
        /// Its end.
        to: DateTime<Utc>,
    },
    /// None is certain; this is the first that would be long enough if it is open.
    Unknown {
        /// Its beginning.
        from: DateTime<Utc>,
        /// Its end.
        to: DateTime<Utc>,
        /// Why its first unknown part is unknown.
        why: Unknown,
    },
    /// It is known not to be.
    Never,
    /// No regular hours are stated.
    NotStated,
}

impl Hours {
    /// Whether it is open for long enough in any of the windows that begin before so many days
    /// from `from` are over. What of a window lies before `from` does not count; a window that
    /// begins in time counts to its end.
    #[must_use]
    pub fn within(&self, window: &Window, from: DateTime<Utc>, days: u16) -> WindowAnswer {
        if !timeline::answers(from) {
            return WindowAnswer::NotStated;
        }
        let end = timeline::days_after(from, days);
        let enough = TimeDelta::minutes(i64::from(window.min_minutes));
        let span = Span::Between { opens: window.from, closes: window.to };
        let today = wall::london(from).date();
        let yesterday = today.checked_sub_days(Days::new(1)).unwrap_or(today);
        let windows = yesterday
            .iter_days()
            // Bounded first: of a window without a day there is none to stop at.
            .take(usize::from(days.min(MAX_DAYS)) + 3)
            .filter(|date| window.days.contains(date.weekday()))
            .map(|date| span.instants(date))
            .take_while(|(begins, _)| *begins < end);
        let mut perhaps = None;
        for (begins, ends) in windows {
            let intervals = self.intervals(begins.max(from), ends);
            let long_enough = |one: &&Interval| one.to - one.from >= enough;
            if let Some(open) = intervals.iter().filter(|one| one.opening == Opening::Certain).find(long_enough) {
                return WindowAnswer::Open { from: open.from, to: open.to };
            }
            perhaps = perhaps.or_else(|| {
                intervals
                    .chunk_by(|one, next| one.to == next.from)
                    .filter_map(unknown_stretch)
                    .find(|(from, to, _)| *to - *from >= enough)
            });
        }
        match perhaps {
            None => WindowAnswer::Never,
            Some((_, _, Unknown::NotStated)) => WindowAnswer::NotStated,
            Some((from, to, why)) => WindowAnswer::Unknown { from, to, why },
        }
    }
}

impl Window {
    /// The first instant at which what [`Hours::within`] says may be different from what it says at another. Never too
    /// late. What begins later than that instant is given until it begins, for what comes before it was too short and
    /// only grows shorter; where nothing is open for certain, the next window that comes into sight may be.
    #[must_use]
    pub fn holds_until(&self, answer: &WindowAnswer, from: DateTime<Utc>, days: u16) -> DateTime<Utc> {
        let begins = match answer {
            WindowAnswer::Open { from: begins, .. } => return *begins.max(&from),
            WindowAnswer::Unknown { from: begins, .. } => *begins,
            WindowAnswer::Never => DateTime::<Utc>::MAX_UTC,
            // It is open all day, perhaps: of a window that has begun ever less is left.
            WindowAnswer::NotStated => from,
        };
        let ahead = TimeDelta::days(i64::from(days.min(MAX_DAYS)));
        let Some(end) = from.checked_add_signed(ahead) else { return from };
        let span = Span::Between { opens: self.from, closes: self.to };
        let first = wall::london(end).date();
        let dates = first.checked_sub_days(Days::new(1)).unwrap_or(first).iter_days().take(3);
        // One that begins at the very end is not in sight yet, and is at once.
        let next = dates.map(|date| span.instants(date).0).find(|begins| *begins >= end).map(|begins| begins - ahead);
        begins.min(next.unwrap_or(from)).max(from)
    }
}

/// The whole of a stretch without a break, if any of it is unknown, and why.
fn unknown_stretch(stretch: &[Interval]) -> Option<(DateTime<Utc>, DateTime<Utc>, Unknown)> {
    let why = stretch.iter().find_map(|one| match one.opening {
        Opening::Certain => None,
        Opening::Unknown(why) => Some(why),
    })?;
    Some((stretch.first()?.from, stretch.last()?.to, why))
}
