//! The engine against a slow and obvious answer: every minute of a week is decided on its own,
//! from the statements alone, with its own clock changes and the published lists of holidays.

use chrono::{DateTime, Datelike, Days as Day, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc, Weekday};
use proptest::{prelude::*, sample::select};
use signpost::hours::{
    Days, Exception, Hours, Instead, Interval, Nation, NextOpening, OnHolidays, Opening, Rule, Span, State, Unknown,
    WeekdaySet, Window, WindowAnswer,
};

use super::{
    holidays::published,
    stated::{Stated, StatedDays, StatedInstead, StatedRule, Times, cases, minute, minutes, weekdays},
};

/// How sure an opening is, best first; `None` is shut.
type Kind = Option<Opening>;

/// Minutes from some midnight in UTC on, each with what the wall shows and whether it is open.
struct Minutes {
    start: DateTime<Utc>,
    wall: Vec<NaiveDateTime>,
    kinds: Vec<Kind>,
}

impl Minutes {
    /// So many days from `first` on. The first two and the last two are there to reach into the rest.
    fn of(stated: &Stated, first: NaiveDate, days: u64) -> Self {
        let start = first.and_time(NaiveTime::MIN).and_utc();
        // Clocks change on the hour, so one look at the calendar an hour is enough.
        let hours = (0..i64::try_from(days * 24).unwrap()).map(|n| wall(start + TimeDelta::hours(n)));
        let wall: Vec<_> = hours.flat_map(|hour| (0..60).map(move |n| hour + TimeDelta::minutes(n))).collect();
        let mut minutes = Self { start, kinds: vec![None; wall.len()], wall };
        for on in first.iter_days().take(usize::try_from(days).unwrap()) {
            for (times, opening) in said_of(stated, on) {
                let Some((from, to)) = minutes.lasting(on, times) else { continue };
                for kind in &mut minutes.kinds[from..to] {
                    *kind = Some(kind.map_or(opening, |other: Opening| other.min(opening)));
                }
            }
        }
        minutes
    }

    /// The minutes of a span: from the first at which the wall shows the opening to the last at
    /// which it shows the closing; where it never does, the first at which it shows more.
    fn lasting(&self, on: NaiveDate, times: Times) -> Option<(usize, usize)> {
        let (opens, closes) = times.unwrap_or((0, 0));
        let opens_at = on.and_time(minute(opens));
        let last = if closes <= opens { on + Day::new(1) } else { on };
        let closes_at = last.and_time(minute(closes));
        // Nothing of the span is more than a few hours before its date, or three days after it.
        let day = usize::try_from((on.and_time(NaiveTime::MIN).and_utc() - self.start).num_minutes()).ok()?;
        let (near, beyond) = (day.saturating_sub(180), (day + 3 * 24 * 60).min(self.wall.len()));
        let wall = self.wall.get(near..beyond)?;
        let from = wall.iter().position(|wall| *wall >= opens_at)?;
        let to = (wall.iter().rposition(|wall| *wall == closes_at))
            .or_else(|| wall.iter().position(|wall| *wall > closes_at))?;
        let (from, to) = (near + from, near + to);
        (from < to).then_some((from, to))
    }

    fn at(&self, index: usize) -> DateTime<Utc> {
        self.start + TimeDelta::minutes(i64::try_from(index).unwrap())
    }

    fn index(&self, at: DateTime<Utc>) -> usize {
        usize::try_from((at - self.start).num_minutes()).unwrap()
    }

    /// The minutes later than `after` and before `end` at which something else begins.
    fn beginnings(&self, after: usize, end: usize) -> impl Iterator<Item = (DateTime<Utc>, Kind)> {
        (after + 1..end).filter(|n| self.kinds[*n] != self.kinds[n - 1]).map(|n| (self.at(n), self.kinds[n]))
    }
}

/// Summer time since 1996: from the last Sunday of March to that of October, at 01:00 in UTC.
fn wall(at: DateTime<Utc>) -> NaiveDateTime {
    let last_sunday = |month| {
        let mut day = NaiveDate::from_ymd_opt(at.year(), month, 31).unwrap();
        while day.weekday() != Weekday::Sun {
            day = day.pred_opt().unwrap();
        }
        day.and_hms_opt(1, 0, 0).unwrap().and_utc()
    };
    let summer = last_sunday(3) <= at && at < last_sunday(10);
    at.naive_utc() + TimeDelta::hours(i64::from(summer))
}

fn said_of(stated: &Stated, on: NaiveDate) -> Vec<(Times, Opening)> {
    let exceptions: Vec<&StatedInstead> = stated
        .exceptions
        .iter()
        .filter(|(from, length, _)| (0..=*length).any(|n| *from + Day::new(n) == on))
        .map(|(.., instead)| instead)
        .collect();
    if !exceptions.is_empty() {
        let closed = exceptions.iter().any(|one| matches!(one, StatedInstead::Closed));
        let unknown = exceptions.iter().any(|one| matches!(one, StatedInstead::Unknown));
        let sure = if closed { Opening::Unknown(Unknown::Contradiction) } else { Opening::Certain };
        let mut said: Vec<_> = exceptions.iter().flat_map(|one| openings(one)).map(|times| (times, sure)).collect();
        said.extend(unknown.then_some((None, Opening::Unknown(Unknown::Unreliable))));
        return said;
    }
    let mut usual: Vec<(Times, Opening)> =
        stated.rules.iter().filter_map(|rule| Some((rule.times, said_by(rule, on)?))).collect();
    if stated.rules.is_empty() {
        usual.push((None, Opening::Unknown(Unknown::NotStated)));
    }
    let nations = stated.nation.map_or(Nation::ALL.to_vec(), |nation| vec![nation]);
    let kept = nations.iter().filter(|nation| is_kept(**nation, on)).count();
    let doubted = |said: Vec<(Times, Opening)>| -> Vec<(Times, Opening)> {
        let doubt = Opening::Unknown(Unknown::BankHoliday);
        let stays = Opening::Unknown(Unknown::NotStated);
        said.into_iter().map(|(times, sure)| (times, if sure == stays { stays } else { doubt })).collect()
    };
    match (&stated.on_holidays, kept) {
        (_, 0) | (Some(None), _) => usual,
        (None, _) => doubted(usual),
        (Some(Some(instead)), _) => {
            let other = openings(instead).into_iter().map(|times| (times, Opening::Certain));
            let unknown = matches!(instead, StatedInstead::Unknown);
            let other = other.chain(unknown.then_some((None, Opening::Unknown(Unknown::BankHoliday))));
            if kept == nations.len() { other.collect() } else { doubted(usual.into_iter().chain(other).collect()) }
        }
    }
}

fn openings(instead: &StatedInstead) -> Vec<Times> {
    match instead {
        StatedInstead::Open(times) => times.clone(),
        StatedInstead::Closed | StatedInstead::Unknown => Vec::new(),
    }
}

fn is_kept(nation: Nation, on: NaiveDate) -> bool {
    let own = match nation {
        Nation::EnglandAndWales => vec![],
        Nation::Scotland => vec![(1, 2)],
        Nation::NorthernIreland => vec![(3, 17), (7, 12)],
    };
    published(nation, on.year()).contains(&on)
        || [(1, 1), (12, 25), (12, 26)].iter().chain(&own).any(|day| *day == (on.month(), on.day()))
}

fn said_by(rule: &StatedRule, on: NaiveDate) -> Option<Opening> {
    if rule.from.is_some_and(|from| on < from) || rule.until.is_some_and(|until| on > until) {
        return None;
    }
    let (named, counted) = match &rule.days {
        StatedDays::Every => (true, Some(true)),
        StatedDays::Weekly(days, interval, anchor) => {
            let monday = |day: NaiveDate| day - Day::new(day.weekday().num_days_from_monday().into());
            let weeks = anchor.map(|anchor| (monday(on) - monday(anchor)).num_days() / 7 % i64::from(*interval) == 0);
            (days.contains(&on.weekday()), if *interval == 1 { Some(true) } else { weeks })
        }
        StatedDays::Monthly(nth, month_days, interval, anchor) => {
            let month: Vec<NaiveDate> =
                on.with_day(1).unwrap().iter_days().take_while(|day| day.month() == on.month()).collect();
            let by_nth = nth.iter().any(|(n, weekday)| {
                let such = month.iter().copied().filter(|day| day.weekday() == *weekday).collect::<Vec<_>>();
                from_either_end(&such, *n) == Some(on)
            });
            let by_date = month_days.iter().any(|n| from_either_end(&month, *n) == Some(on));
            let named = (nth.is_empty() || by_nth) && (month_days.is_empty() || by_date);
            let months = |day: NaiveDate| day.year() * 12 + i32::try_from(day.month()).unwrap();
            let counted = anchor.map(|anchor| (months(on) - months(anchor)) % i32::from(*interval) == 0);
            (named, if *interval == 1 { Some(true) } else { counted })
        }
    };
    match (named, counted) {
        (false, _) | (_, Some(false)) => None,
        (true, Some(true)) if rule.reliable => Some(Opening::Certain),
        (true, Some(true) | None) => Some(Opening::Unknown(Unknown::Unreliable)),
    }
}

fn from_either_end(days: &[NaiveDate], n: i8) -> Option<NaiveDate> {
    let place = usize::from(n.unsigned_abs());
    if n > 0 { days.get(place - 1).copied() } else { days.iter().rev().nth(place - 1).copied() }
}

/// Days in front of those that are asked about, and behind, so that no span is missed.
const MARGIN: u64 = 2;

proptest! {
    #[test]
    fn every_minute_of_a_week((first, stated) in cases()) {
        let slow = Minutes::of(&stated, first - Day::new(MARGIN), 7 + 2 * MARGIN);
        let hours = stated.hours();
        let (from, to) = (slow.index(first.and_time(NaiveTime::MIN).and_utc()), slow.kinds.len() - 2 * 24 * 60);
        let mut quick = vec![None; slow.kinds.len()];
        for one in hours.intervals(slow.at(from), slow.at(to)) {
            for kind in &mut quick[slow.index(one.from)..slow.index(one.to)] {
                prop_assert_eq!(*kind, None, "intervals overlap");
                *kind = Some(one.opening);
            }
        }
        if let Some(n) = (from..to).find(|n| quick[*n] != slow.kinds[*n]) {
            prop_assert_eq!(quick[n], slow.kinds[n], "{}, on the wall {}", slow.at(n), slow.wall[n]);
        }
    }

    #[test]
    fn every_answer_at_an_instant((first, stated) in cases(), minute in 0..24 * 60_usize, days in 0..5_u16) {
        let slow = Minutes::of(&stated, first - Day::new(MARGIN), 9 + 2 * MARGIN);
        let hours = stated.hours();
        let now = slow.index(first.and_time(NaiveTime::MIN).and_utc()) + minute;
        let at = slow.at(now);

        let next = |changed: fn(Kind) -> bool, end| slow.beginnings(now, end).find(|(_, kind)| changed(*kind));
        let known = slow.kinds.len() - 2 * 24 * 60;
        match (hours.state(at), slow.kinds[now]) {
            (State::Closed, None) => {}
            (State::Unknown(why), Some(Opening::Unknown(expected))) => prop_assert_eq!(why, expected),
            (State::Open { until }, Some(Opening::Certain)) => match next(|_| true, known) {
                Some((closes, _)) => prop_assert_eq!(until, Some(closes)),
                None => prop_assert!(until.is_none_or(|until| until >= slow.at(known))),
            },
            (state, kind) => prop_assert!(false, "{state:?}, and not {kind:?}"),
        }

        let end = now + usize::from(days) * 24 * 60;
        prop_assert_eq!(hours.next_change(at, days), next(|_| true, end).map(|(at, _)| at));

        let certain = next(|kind| kind == Some(Opening::Certain), end).map(|(at, _)| at);
        let perhaps = slow.beginnings(now, end).find_map(|(at, kind)| match kind {
            Some(Opening::Unknown(why)) if why != Unknown::NotStated => Some((at, why)),
            _ => None,
        });
        let expected = match (perhaps, certain) {
            (Some((at, why)), None) => NextOpening::PerhapsAt { at, why, certain },
            (Some((at, why)), Some(sure)) if at < sure => NextOpening::PerhapsAt { at, why, certain },
            (_, Some(sure)) => NextOpening::At(sure),
            (None, None) if stated.rules.is_empty() => NextOpening::NotStated,
            (None, None) => NextOpening::None,
        };
        prop_assert_eq!(hours.next_opening(at, days), expected);
    }

    #[test]
    fn every_window(
        (first, stated) in cases(),
        minute_now in 0..24 * 60_usize,
        days in 0..5_u16,
        (on, times) in (weekdays(), (minutes(), minutes())),
        min_minutes in prop_oneof![Just(0), 1..300_u16],
    ) {
        holds_within(&stated, first, minute_now, days, (&on, times), min_minutes)?;
    }

    #[test]
    fn intervals_are_sorted_apart_and_whole((first, stated) in cases(), cuts in [0..7 * 86_400_i64, 0..7 * 86_400, 0..7 * 86_400]) {
        let mut cuts = cuts.map(|second| first.and_time(NaiveTime::MIN).and_utc() + TimeDelta::seconds(second));
        cuts.sort_unstable();
        let [from, middle, to] = cuts;
        let hours = stated.hours();
        let whole = hours.intervals(from, to);
        prop_assert!(whole.iter().all(|one| from <= one.from && one.from < one.to && one.to <= to));
        for two in whole.windows(2) {
            prop_assert!(two[0].to < two[1].from || (two[0].to == two[1].from && two[0].opening != two[1].opening));
        }
        // Cut in two, the parts are the same once what the cut has parted is put together.
        let mut parts = hours.intervals(from, middle);
        for one in hours.intervals(middle, to) {
            match parts.last_mut() {
                Some(last) if last.to == one.from && last.opening == one.opening => last.to = one.to,
                _ => parts.push(one),
            }
        }
        prop_assert_eq!(parts, whole);
    }

    /// The ends of the calendar, whatever is stated about them: an answer, and no panic.
    #[test]
    fn any_instant_and_any_date(
        seconds in prop_oneof![any::<i64>(), -63_000_000_000..260_000_000_000_i64, Just(i64::MIN), Just(i64::MAX)],
        nanos in 0..2_000_000_000_u32,
        days in prop_oneof![0..40_u16, Just(u16::MAX)],
        anchor in prop_oneof![Just(NaiveDate::MIN), Just(NaiveDate::MAX), Just(NaiveDate::default())],
        (opens, closes) in (0..=86_399_u32, 0..=86_399_u32),
        interval in 1..=u16::MAX,
        on_holidays in select([OnHolidays::NotStated, OnHolidays::Instead(Instead::Closed)].as_slice()),
    ) {
        let at = DateTime::from_timestamp(seconds, 0).unwrap_or(if seconds < 0 { DateTime::<Utc>::MIN_UTC } else { DateTime::<Utc>::MAX_UTC });
        // A leap second is a time of day as well.
        let odd = |seconds| NaiveTime::from_num_seconds_from_midnight_opt(seconds, nanos).unwrap_or(NaiveTime::MIN);
        let span = Span::Between { opens: odd(opens), closes: odd(closes) };
        let rules = [
            Days::Weekly { days: WeekdaySet::ALL, interval, anchor: Some(anchor) },
            Days::Monthly { nth: vec![(-5, Weekday::Sun), (5, Weekday::Mon)], month_days: vec![-31, 31], interval, anchor: Some(anchor) },
            Days::Every,
        ]
        .map(|days| Rule::new(days, span, Some(NaiveDate::MIN), Some(NaiveDate::MAX), true).unwrap());
        let exception = Exception::new(NaiveDate::MIN, anchor, Instead::Open(vec![span, Span::AllDay])).unwrap();
        let hours = Hours::new(rules.to_vec(), vec![exception], on_holidays, None);
        let window = Window { days: WeekdaySet::ALL, from: odd(closes), to: odd(opens), min_minutes: u16::MAX };
        let answered = (1..10_000).contains(&at.year());
        prop_assert_eq!(hours.state(at) == State::Unknown(Unknown::NotStated), !answered);
        let (end, opening) = (at.checked_add_signed(TimeDelta::days(40)).unwrap_or(at), hours.next_opening(at, days));
        prop_assert_eq!(opening == NextOpening::NotStated, !answered);
        prop_assert!(hours.next_change(at, days).is_none_or(|change| change > at));
        prop_assert!(hours.within(&window, at, days.min(40)) != WindowAnswer::Never || answered);
        let sane = |one: &Interval| at <= one.from && one.from < one.to && one.to <= end;
        prop_assert!(hours.intervals(at, end).iter().all(sane));
        for intervals in [hours.intervals(DateTime::<Utc>::MIN_UTC, at), hours.intervals(at, DateTime::<Utc>::MAX_UTC)] {
            prop_assert!(intervals.windows(2).all(|two| two[0].to <= two[1].from));
        }
    }
}

proptest! {
    // A month of minutes takes its time.
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 4, ..ProptestConfig::default() })]

    #[test]
    fn every_window_of_five_weeks(
        (first, stated) in cases(),
        minute_now in 0..24 * 60_usize,
        days in 8..36_u16,
        (on, times) in (weekdays(), (minutes(), minutes())),
        min_minutes in prop_oneof![Just(0), 1..300_u16],
    ) {
        holds_within(&stated, first, minute_now, days, (&on, times), min_minutes)?;
    }
}

/// What is said to a window, against the minutes of all its days.
fn holds_within(
    stated: &Stated,
    first: NaiveDate,
    minute_now: usize,
    days: u16,
    (on, (from, to)): (&[Weekday], (u32, u32)),
    min_minutes: u16,
) -> Result<(), TestCaseError> {
    let all = u64::from(days) + 4;
    let slow = Minutes::of(stated, first - Day::new(MARGIN), all + 2 * MARGIN);
    let now = slow.index(first.and_time(NaiveTime::MIN).and_utc()) + minute_now;
    let end = now + usize::from(days) * 24 * 60;
    let window =
        Window { days: on.iter().copied().collect::<WeekdaySet>(), from: minute(from), to: minute(to), min_minutes };
    let enough = usize::from(min_minutes).max(1);
    let windows: Vec<(usize, usize)> = (first - Day::new(MARGIN))
        .iter_days()
        .take(usize::try_from(all).unwrap())
        .filter(|day| on.contains(&day.weekday()))
        .filter_map(|day| slow.lasting(day, Some((from, to))))
        .filter(|(begins, ends)| *begins < end && *ends > now)
        .map(|(begins, ends)| (begins.max(now), ends))
        .collect();
    // The first run of minutes that all fit, long enough, in the first window that has one.
    let first_run = |fits: fn(Kind) -> bool, wanted: fn(Kind) -> bool| {
        windows.iter().find_map(|(begins, ends)| {
            (*begins..*ends)
                .filter(|n| *n == *begins || !fits(slow.kinds[n - 1]))
                .map(|n| (n, (n..*ends).take_while(|n| fits(slow.kinds[*n])).count()))
                .find(|(n, length)| *length >= enough && slow.kinds[*n..n + length].iter().any(|kind| wanted(*kind)))
        })
    };
    let open = |kind: Kind| kind == Some(Opening::Certain);
    let unknown = |kind: Kind| matches!(kind, Some(Opening::Unknown(_)));
    let expected = match (first_run(open, open), first_run(|kind| kind.is_some(), unknown)) {
        (Some((n, length)), _) => WindowAnswer::Open { from: slow.at(n), to: slow.at(n + length) },
        (None, Some((n, length))) => {
            let why = slow.kinds[n..n + length].iter().find_map(|kind| match kind {
                Some(Opening::Unknown(why)) => Some(*why),
                Some(Opening::Certain) | None => None,
            });
            match why {
                Some(Unknown::NotStated) => WindowAnswer::NotStated,
                Some(why) => WindowAnswer::Unknown { from: slow.at(n), to: slow.at(n + length), why },
                None => unreachable!("a run was asked for that has something unknown in it"),
            }
        }
        (None, None) => WindowAnswer::Never,
    };
    prop_assert_eq!(stated.hours().within(&window, slow.at(now), days), expected);
    Ok(())
}
