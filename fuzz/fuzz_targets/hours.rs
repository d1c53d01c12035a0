//! Opening hours: whatever rules, exceptions and holidays are stated, the answers agree with each other.

#![no_main]

use arbitrary::{Arbitrary, Result, Unstructured};
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use libfuzzer_sys::fuzz_target;
use signpost::directory::opening::{SHOWN_DAYS, shown_until};
use signpost::hours::{
    Days, Exception, Hours, Instead, Interval, MAX_DAYS, Nation, NextOpening, OnHolidays, Opening, Rule, Span, State,
    Unknown, WeekdaySet, Window, WindowAnswer,
};

const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

#[derive(Debug)]
struct Input {
    hours: Hours,
    at: DateTime<Utc>,
    /// How far ahead, in days, shorter and longer.
    days: (u16, u16),
    /// Instants between now and the end at which the answers are held against each other, in 65536ths of the way.
    between: Vec<u16>,
    window: Window,
}

/// Some date: most of them within a year of the change of the clocks in March 2026, some anywhere.
fn date(u: &mut Unstructured<'_>) -> Result<NaiveDate> {
    let near = NaiveDate::from_ymd_opt(2026, 3, 29).unwrap();
    Ok(match u.int_in_range(0..=9)? {
        0 => NaiveDate::from_epoch_days(u.arbitrary()?).unwrap_or(near),
        1 => NaiveDate::from_epoch_days(u.int_in_range(-719_162..=2_932_896)?).unwrap_or(near),
        2..=5 => near + TimeDelta::days(u.int_in_range(-8..=8)?),
        _ => near + TimeDelta::days(u.int_in_range(-400..=400)?),
    })
}

fn time(u: &mut Unstructured<'_>) -> Result<NaiveTime> {
    let (seconds, nanos) = match u.int_in_range(0..=9)? {
        // Any time that can be held, those of leap seconds among them.
        0 => (u.int_in_range(0..=86_399)?, u.int_in_range(0..=1_999_999_999)?),
        1..=4 => (u.int_in_range(0..=3)? * 3_600 + u.int_in_range(0..=3)? * 900, 0),
        5..=7 => (u.int_in_range(0..=23)? * 3_600, 0),
        _ => (u.int_in_range(0..=1_439)? * 60, 0),
    };
    Ok(NaiveTime::from_num_seconds_from_midnight_opt(seconds, nanos).unwrap_or(NaiveTime::MIN))
}

fn span(u: &mut Unstructured<'_>) -> Result<Span> {
    Ok(match u.int_in_range(0..=8)? {
        0 => Span::AllDay,
        1 => Span::published(time(u)?, time(u)?),
        _ => Span::Between { opens: time(u)?, closes: time(u)? },
    })
}

fn few<T>(
    u: &mut Unstructured<'_>,
    most: usize,
    mut one: impl FnMut(&mut Unstructured<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let count = u.int_in_range(0..=most)?;
    (0..count).map(|_| one(u)).collect()
}

fn weekdays(u: &mut Unstructured<'_>) -> Result<WeekdaySet> {
    let bits: u8 = u.arbitrary()?;
    Ok(WEEK.into_iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|(_, day)| day).collect())
}

fn maybe<T>(u: &mut Unstructured<'_>, one: impl FnOnce(&mut Unstructured<'_>) -> Result<T>) -> Result<Option<T>> {
    if u.ratio(1_u8, 3_u8)? { one(u).map(Some) } else { Ok(None) }
}

fn interval(u: &mut Unstructured<'_>) -> Result<u16> {
    Ok(if u.ratio(1_u8, 10_u8)? { u.arbitrary()? } else { u.int_in_range(1..=3)? })
}

fn days(u: &mut Unstructured<'_>) -> Result<Days> {
    Ok(match u.int_in_range(0..=5)? {
        0 => Days::Every,
        1 => Days::Monthly {
            nth: few(u, 4, |u| Ok((u.int_in_range(-6..=6)?, *u.choose(&WEEK)?)))?,
            month_days: few(u, 4, |u| u.int_in_range(-32..=32))?,
            interval: interval(u)?,
            anchor: maybe(u, date)?,
        },
        _ => Days::Weekly { days: weekdays(u)?, interval: interval(u)?, anchor: maybe(u, date)? },
    })
}

fn instead(u: &mut Unstructured<'_>) -> Result<Instead> {
    Ok(match u.int_in_range(0..=3)? {
        0 => Instead::Closed,
        1 => Instead::Unknown,
        _ => Instead::Open(few(u, 3, span)?),
    })
}

impl<'a> Arbitrary<'a> for Input {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let at = match u.int_in_range(0..=19)? {
            0 => DateTime::from_timestamp(u.arbitrary()?, u.int_in_range(0..=1_999_999_999)?).unwrap_or_default(),
            1 => date(u)?.and_time(time(u)?).and_utc(),
            _ => date(u)?.and_hms_opt(u.int_in_range(0..=23)?, u.int_in_range(0..=3)? * 15, 0).unwrap().and_utc(),
        };
        let mut ahead = || Ok(if u.ratio(1_u8, 20_u8)? { u.arbitrary()? } else { u.int_in_range(0..=40)? });
        let (one, other): (u16, u16) = (ahead()?, ahead()?);
        let window = Window { days: weekdays(u)?, from: time(u)?, to: time(u)?, min_minutes: u.int_in_range(0..=300)? };
        let between = few(u, 6, |u| u.arbitrary())?;
        let nation =
            *u.choose(&[None, Some(Nation::EnglandAndWales), Some(Nation::Scotland), Some(Nation::NorthernIreland)])?;
        let on_holidays = match u.int_in_range(0..=2)? {
            0 => OnHolidays::NotStated,
            1 => OnHolidays::AsUsual,
            _ => OnHolidays::Instead(instead(u)?),
        };
        // What is impossible is refused, with a reason, and no rule.
        let rules = few(u, 5, |u| {
            let (days, span, from, until) = (days(u)?, span(u)?, maybe(u, date)?, maybe(u, date)?);
            let rule = Rule::new(days, span, from, until, !u.ratio(1_u8, 4_u8)?);
            Ok(rule.map_err(|refused| assert!(!refused.to_string().is_empty())).ok())
        })?;
        let exceptions = few(u, 4, |u| {
            let from = date(u)?;
            let until = from.checked_add_signed(TimeDelta::days(u.int_in_range(-1..=20)?)).unwrap_or(from);
            Ok(Exception::new(from, until, instead(u)?).ok())
        })?;
        let (rules, exceptions) = (rules.into_iter().flatten().collect(), exceptions.into_iter().flatten().collect());
        let hours = Hours::new(rules, exceptions, on_holidays, nation);
        Ok(Self { hours, at, days: (one.min(other), one.max(other)), between, window })
    }
}

/// Later by so much, or as late as there are dates.
fn later(at: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    at.checked_add_signed(by).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

fn later_days(at: DateTime<Utc>, days: u16) -> DateTime<Utc> {
    later(at, TimeDelta::days(i64::from(days.min(MAX_DAYS))))
}

/// The state without its end.
fn kind(state: State) -> Option<Opening> {
    match state {
        State::Open { .. } => Some(Opening::Certain),
        State::Unknown(why) => Some(Opening::Unknown(why)),
        State::Closed => None,
    }
}

/// Years 1 to 9999 are answered.
fn is_answered(at: DateTime<Utc>) -> bool {
    (1..=9_999).contains(&at.year())
}

/// The instants that are looked at within a stretch, its first among them.
fn points(input: &Input, from: DateTime<Utc>, to: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
    let length = (to - from).num_milliseconds().max(0);
    let steps = input.between.iter().map(move |part| i128::from(length) * i128::from(*part) / 65_536);
    let ends = [0, i128::from(length) - 1];
    steps.chain(ends).filter_map(move |step| {
        let at = from.checked_add_signed(TimeDelta::milliseconds(i64::try_from(step).ok()?))?;
        (from <= at && at < to && is_answered(at)).then_some(at)
    })
}

fn check_intervals(input: &Input, to: DateTime<Utc>) {
    let (hours, at) = (&input.hours, input.at);
    let intervals = hours.intervals(at, to);
    for one in &intervals {
        assert!(at <= one.from && one.from < one.to && one.to <= to, "{one:?} is not within {at} to {to}");
    }
    for pair in intervals.windows(2) {
        assert!(pair[0].to <= pair[1].from, "{pair:?} overlap");
        assert!(pair[0].to < pair[1].from || pair[0].opening != pair[1].opening, "{pair:?} are one");
    }
    // Wherever a stretch is cut in two, the parts are those of the whole.
    for cut in points(input, at, to) {
        let mut parts: Vec<Interval> = hours.intervals(at, cut);
        for one in hours.intervals(cut, to) {
            match parts.last_mut() {
                Some(last) if last.to == one.from && last.opening == one.opening => last.to = one.to,
                _ => parts.push(one),
            }
        }
        assert_eq!(parts, intervals, "cut at {cut}");
        let now = intervals.iter().find(|one| one.from <= cut && cut < one.to).map(|one| one.opening);
        assert_eq!(kind(hours.state(cut)), now, "at {cut}");
    }
}

fn check_change(input: &Input, days: u16) {
    let (hours, at) = (&input.hours, input.at);
    let (change, end) = (hours.next_change(at, days), later_days(at, days));
    if let Some(change) = change {
        assert!(at < change && change < end, "{change} is not within {days} days");
        assert_ne!(kind(hours.state(change)), kind(hours.state(at)), "nothing changes at {change}");
    }
    for between in points(input, at, change.unwrap_or(end)) {
        assert_eq!(kind(hours.state(between)), kind(hours.state(at)), "{between} is before {change:?}");
    }
    if let State::Open { until } = hours.state(at) {
        assert_eq!(until, hours.next_change(at, 14), "open until");
    }
}

fn check_opening(input: &Input, days: u16) {
    let (hours, at, end) = (&input.hours, input.at, later_days(input.at, days));
    let begins = |opens: DateTime<Utc>, wanted: Opening| {
        assert!(at < opens && opens < end, "{opens} is not within {days} days");
        assert_eq!(kind(hours.state(opens)), Some(wanted), "at {opens}");
        if let Some(before) = opens.checked_sub_signed(TimeDelta::nanoseconds(1)).filter(|before| *before > at) {
            assert_ne!(kind(hours.state(before)), Some(wanted), "{opens} is not where it begins");
        }
    };
    let next = hours.next_opening(at, days);
    let certain = match next {
        NextOpening::At(opens) => {
            begins(opens, Opening::Certain);
            Some(opens)
        }
        NextOpening::PerhapsAt { at: opens, why, certain } => {
            assert_ne!(why, Unknown::NotStated, "hours that are not stated are no news");
            begins(opens, Opening::Unknown(why));
            certain.inspect(|certain| {
                assert!(opens < *certain);
                begins(*certain, Opening::Certain);
            })
        }
        NextOpening::None => {
            assert!(hours.is_stated());
            None
        }
        NextOpening::NotStated => None,
    };
    // Before the first opening it is not open, but for the one under way.
    let first = hours.intervals(at, end).into_iter().find(|one| one.from > at && one.opening == Opening::Certain);
    assert_eq!(first.map(|one| one.from), certain, "the first certain one of {next:?}");
}

/// Looking further ahead changes nothing of what is near.
fn check_further(input: &Input) {
    let (hours, at, (near, far)) = (&input.hours, input.at, input.days);
    if let Some(change) = hours.next_change(at, near) {
        assert_eq!(hours.next_change(at, far), Some(change));
    }
    match (hours.next_opening(at, near), hours.next_opening(at, far)) {
        (NextOpening::At(one), other) => assert_eq!(other, NextOpening::At(one)),
        (NextOpening::PerhapsAt { at: one, certain, .. }, NextOpening::PerhapsAt { at: other, certain: far, .. }) => {
            assert_eq!(one, other);
            assert!(certain.is_none() || certain == far);
        }
        (NextOpening::PerhapsAt { .. }, other) => panic!("forgets what is near: {other:?}"),
        (NextOpening::None | NextOpening::NotStated, _) => {}
    }
}

fn check_window(input: &Input, days: u16) {
    let (hours, at, window) = (&input.hours, input.at, &input.window);
    let enough = TimeDelta::minutes(i64::from(window.min_minutes));
    let stretch = |from: DateTime<Utc>, to: DateTime<Utc>, wanted: fn(Option<Opening>) -> bool| {
        assert!(at <= from && from < to && to - from >= enough, "{from} to {to} is too short, or over");
        for between in points(input, from, to) {
            assert!(wanted(kind(hours.state(between))), "{:?} at {between}", hours.state(between));
        }
    };
    match hours.within(window, at, days) {
        WindowAnswer::Open { from, to } => {
            assert!(!window.days.is_empty());
            stretch(from, to, |kind| kind == Some(Opening::Certain));
        }
        WindowAnswer::Unknown { from, to, why } => {
            assert_ne!(why, Unknown::NotStated);
            stretch(from, to, |kind| kind.is_some());
        }
        WindowAnswer::Never | WindowAnswer::NotStated => {}
    }
}

/// What is shown of hours stays as it is until it is said to.
fn check_shown(input: &Input) {
    let (hours, at) = (&input.hours, input.at);
    let until = shown_until(hours, at);
    let shown = |at| (hours.state(at), hours.next_opening(at, SHOWN_DAYS));
    for between in points(input, at, until) {
        assert_eq!(shown(between), shown(at), "{between} is before {until}");
    }
}

fuzz_target!(|input: Input| {
    if !is_answered(input.at) {
        assert_eq!(input.hours.state(input.at), State::Unknown(Unknown::NotStated));
        assert_eq!(input.hours.next_change(input.at, input.days.1), None);
        assert_eq!(input.hours.next_opening(input.at, input.days.1), NextOpening::NotStated);
        assert_eq!(input.hours.within(&input.window, input.at, input.days.1), WindowAnswer::NotStated);
        shown_until(&input.hours, input.at);
        return;
    }
    // A look over years takes long, and shows nothing else.
    let to = later(input.at, TimeDelta::days(i64::from(input.days.1.min(60))));
    check_intervals(&input, to);
    for days in [input.days.0, input.days.1] {
        check_change(&input, days);
        check_opening(&input, days);
        check_window(&input, days);
    }
    check_further(&input);
    check_shown(&input);
});
