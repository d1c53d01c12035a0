//! When somebody is free, held against when it is open.

use chrono::{DateTime, Datelike, Days, NaiveTime, TimeDelta, Utc};

use super::timeline::PlainDays;
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

/// The times at which somebody could come, laid out over the days ahead: one question is held against many tables.
#[derive(Clone, Debug)]
pub struct Ahead {
    /// From when on; none where nothing is answered at all.
    from: Option<DateTime<Utc>>,
    /// Each window, without what of it is over.
    windows: Vec<Laid>,
    /// How many minutes it must be open.
    enough: u16,
    /// When the next window comes into sight.
    next: DateTime<Utc>,
}

/// One window, laid out.
#[derive(Clone, Debug)]
struct Laid {
    begins: DateTime<Utc>,
    ends: DateTime<Utc>,
    /// Its days, where no clock changes in it.
    days: Option<PlainDays>,
    /// Which of the windows before it looks the same from its midnight, where neither has a holiday: hours that are
    /// the same every week say the same to both.
    like: Option<usize>,
}

impl Window {
    /// How long it is, in minutes of the wall clock.
    #[must_use]
    pub fn minutes(&self) -> u16 {
        let day = 24 * 60;
        let minutes = (self.to - self.from).num_minutes().rem_euclid(day);
        u16::try_from(if minutes == 0 { day } else { minutes }).unwrap_or(u16::MAX)
    }

    /// The same, of use when it is open throughout, where it is shorter than it would have to be open.
    #[must_use]
    pub fn no_longer_than_itself(self) -> Self {
        Self { min_minutes: self.min_minutes.min(self.minutes()), ..self }
    }

    /// The windows that begin before so many days from `from` are over. What of a window lies before `from` does not
    /// count; a window that begins in time counts to its end.
    #[must_use]
    pub fn ahead(&self, from: DateTime<Utc>, days: u16) -> Ahead {
        let enough = self.min_minutes;
        if !timeline::answers(from) {
            return Ahead { from: None, windows: Vec::new(), enough, next: from };
        }
        let end = timeline::days_after(from, days);
        let span = Span::Between { opens: self.from, closes: self.to };
        let today = wall::london(from).date();
        let yesterday = today.checked_sub_days(Days::new(1)).unwrap_or(today);
        let windows = yesterday
            .iter_days()
            // Bounded first: of a window without a day there is none to stop at.
            .take(usize::from(days.min(MAX_DAYS)) + 3)
            .filter(|date| self.days.contains(date.weekday()))
            .map(|date| (date, span.instants(date)))
            .take_while(|(_, (begins, _))| *begins < end)
            .map(|(date, (begins, ends))| (date, begins < from, begins.max(from), ends))
            .filter(|(.., begins, ends)| begins < ends);
        // By weekday, the first that is whole.
        let mut whole = [None; 7];
        let windows = windows.enumerate().map(|(place, (date, is_cut, begins, ends))| {
            let days = PlainDays::of(begins, ends);
            let usual = !is_cut && days.as_ref().is_some_and(PlainDays::have_no_holiday);
            let first = whole.get_mut(date.weekday().num_days_from_monday() as usize).filter(|_| usual);
            let like = first.and_then(|first| {
                let like = *first;
                first.get_or_insert(place);
                like
            });
            Laid { begins, ends, days, like }
        });
        let last = wall::london(end).date();
        let dates = last.checked_sub_days(Days::new(1)).unwrap_or(last).iter_days().take(3);
        // One that begins at the very end is not in sight yet, and is at once.
        let next = dates.map(|date| span.instants(date).0).find(|begins| *begins >= end);
        let next = next.map_or(from, |begins| begins - TimeDelta::days(i64::from(days.min(MAX_DAYS))));
        Ahead { from: Some(from), windows: windows.collect(), enough, next }
    }
}

impl Hours {
    /// Whether it is open for long enough in any of the windows that begin before so many days from `from` are over; see
    /// [`Window::ahead`].
    #[must_use]
    pub fn within(&self, window: &Window, from: DateTime<Utc>, days: u16) -> WindowAnswer {
        self.within_any(&window.ahead(from, days))
    }

    /// The same of windows that are laid out already.
    #[must_use]
    pub fn within_any(&self, ahead: &Ahead) -> WindowAnswer {
        if ahead.from.is_none() {
            return WindowAnswer::NotStated;
        }
        let enough = i64::from(ahead.enough) * 60 * 1_000_000_000;
        let (mut edges, mut spans, mut plain) = (Vec::new(), Vec::new(), Vec::new());
        let (mut perhaps, mut weekly) = (None, None);
        for Laid { begins, ends, days, like } in &ahead.windows {
            // Whatever there was in the first, it was not open for certain, or the answer would have been given.
            let first = like.and_then(|like| ahead.windows.get(like)).and_then(|first| first.days.as_ref());
            let same = first.zip(days.as_ref()).is_some_and(|(first, days)| {
                *weekly.get_or_insert_with(|| ahead.plain().is_some_and(|(first, last)| self.are_weekly(first, last)))
                    && self.have_no_exception(first)
                    && self.have_no_exception(days)
            });
            if same {
                continue;
            }
            let intervals = match days {
                Some(days) => {
                    self.on_plain_days(days, &mut edges, &mut spans, &mut plain);
                    let instant = DateTime::from_timestamp_nanos;
                    let mut certain = plain.iter().filter(|(.., opening)| *opening == Opening::Certain);
                    if let Some((from, to, _)) = certain.find(|(from, to, _)| to - from >= enough) {
                        return WindowAnswer::Open { from: instant(*from), to: instant(*to) };
                    }
                    let intervals = plain.iter().map(|(from, to, opening)| Interval {
                        from: instant(*from),
                        to: instant(*to),
                        opening: *opening,
                    });
                    intervals.collect()
                }
                None => self.intervals(*begins, *ends),
            };
            let enough = TimeDelta::minutes(i64::from(ahead.enough));
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

impl Ahead {
    /// The days of the first window and of the last that have plain ones: between them lies every one that is like another.
    fn plain(&self) -> Option<(&PlainDays, &PlainDays)> {
        let mut plain = self.windows.iter().filter_map(|window| window.days.as_ref());
        let first = plain.next()?;
        Some((first, plain.next_back().unwrap_or(first)))
    }

    /// The first instant at which what [`Hours::within`] says may be different from what it said. Never too late. What
    /// begins later than that instant is given until it begins, for what comes before it was too short and only grows
    /// shorter; where nothing is open for certain, the next window that comes into sight may be.
    #[must_use]
    pub fn holds_until(&self, answer: &WindowAnswer) -> DateTime<Utc> {
        let Some(from) = self.from else { return self.next };
        let begins = match answer {
            WindowAnswer::Open { from: begins, .. } => return *begins.max(&from),
            WindowAnswer::Unknown { from: begins, .. } => *begins,
            WindowAnswer::Never => DateTime::<Utc>::MAX_UTC,
            // It is open all day, perhaps: of a window that has begun ever less is left.
            WindowAnswer::NotStated => from,
        };
        begins.min(self.next).max(from)
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
