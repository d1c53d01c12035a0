//! What the property tests try: statements about hours as plain data, drawn so that most of
//! them say something about the same few days, and those days lie near something awkward.

use chrono::{Datelike, Days as Day, NaiveDate, NaiveTime, Weekday};
use proptest::{collection::vec, option, prelude::*, sample::select};
use signpost::hours::{Days, Exception, Hours, Instead, Nation, OnHolidays, Rule, Span};

use super::{date, holidays::PUBLISHED_YEARS};

/// What somebody states, as plain data.
#[derive(Clone, Debug)]
pub(super) struct Stated {
    pub(super) rules: Vec<StatedRule>,
    pub(super) exceptions: Vec<(NaiveDate, u64, StatedInstead)>,
    pub(super) on_holidays: Option<Option<StatedInstead>>,
    pub(super) nation: Option<Nation>,
}

#[derive(Clone, Debug)]
pub(super) struct StatedRule {
    pub(super) days: StatedDays,
    pub(super) times: Times,
    pub(super) from: Option<NaiveDate>,
    pub(super) until: Option<NaiveDate>,
    pub(super) reliable: bool,
}

#[derive(Clone, Debug)]
pub(super) enum StatedDays {
    Weekly(Vec<Weekday>, u16, Option<NaiveDate>),
    Monthly(Vec<(i8, Weekday)>, Vec<i8>, u16, Option<NaiveDate>),
    Every,
}

#[derive(Clone, Debug)]
pub(super) enum StatedInstead {
    Closed,
    Open(Vec<Times>),
    Unknown,
}

/// Minutes of the day; none is the whole day.
pub(super) type Times = Option<(u32, u32)>;

impl Stated {
    pub(super) fn hours(&self) -> Hours {
        let rules = self.rules.iter().map(|rule| {
            let days = match rule.days.clone() {
                StatedDays::Weekly(days, interval, anchor) => {
                    Days::Weekly { days: days.into_iter().collect(), interval, anchor }
                }
                StatedDays::Monthly(nth, month_days, interval, anchor) => {
                    Days::Monthly { nth, month_days, interval, anchor }
                }
                StatedDays::Every => Days::Every,
            };
            Rule::new(days, span(rule.times), rule.from, rule.until, rule.reliable).expect("a rule")
        });
        let exceptions = self.exceptions.iter().map(|(from, length, instead)| {
            Exception::new(*from, *from + Day::new(*length), instead.instead()).expect("an exception")
        });
        let on_holidays = match &self.on_holidays {
            None => OnHolidays::NotStated,
            Some(None) => OnHolidays::AsUsual,
            Some(Some(instead)) => OnHolidays::Instead(instead.instead()),
        };
        Hours::new(rules.collect(), exceptions.collect(), on_holidays, self.nation)
    }
}

impl StatedInstead {
    fn instead(&self) -> Instead {
        match self {
            Self::Closed => Instead::Closed,
            Self::Open(times) => Instead::Open(times.iter().map(|times| span(*times)).collect()),
            Self::Unknown => Instead::Unknown,
        }
    }
}

pub(super) fn minute(of_day: u32) -> NaiveTime {
    NaiveTime::from_num_seconds_from_midnight_opt(of_day * 60, 0).expect("a minute of the day")
}

fn span(times: Times) -> Span {
    times.map_or(Span::AllDay, |(opens, closes)| Span::Between { opens: minute(opens), closes: minute(closes) })
}

/// Dates, most of them near something that may go wrong.
fn dates() -> impl Strategy<Value = NaiveDate> {
    const AWKWARD: &[&str] = &[
        "2026-03-29",
        "2026-10-25",
        "2025-03-30",
        "2025-10-26",
        "2024-02-29",
        "2025-12-31",
        "2026-04-05",
        "2021-12-26",
        "2022-06-02",
        "2022-09-19",
        "2023-05-08",
        "2026-06-15",
        "2026-07-12",
        "2024-03-17",
        "2024-11-30",
        "2027-01-02",
        "2025-08-04",
        "2020-05-08",
    ];
    let near = (select(AWKWARD), 0..7_u64).prop_map(|(day, before)| date(day) - Day::new(before));
    let any = (0..365 * 14_u64).prop_map(|n| date("2013-01-08") + Day::new(n));
    prop_oneof![3 => near, 1 => any]
}

pub(super) fn minutes() -> impl Strategy<Value = u32> {
    prop_oneof![2 => (0..16_u32).prop_map(|quarter| quarter * 15), 2 => (0..24_u32).prop_map(|hour| hour * 60), 1 => 0..24 * 60_u32]
}

fn times() -> impl Strategy<Value = Times> {
    option::weighted(0.9, (minutes(), minutes()))
}

pub(super) fn weekdays() -> impl Strategy<Value = Vec<Weekday>> {
    vec(
        select(
            [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun]
                .as_slice(),
        ),
        1..7,
    )
}

fn sides(most: i8) -> impl Strategy<Value = i8> {
    (1..=most, any::<bool>()).prop_map(|(n, from_the_end)| if from_the_end { -n } else { n })
}

fn instead() -> impl Strategy<Value = StatedInstead> {
    prop_oneof![
        Just(StatedInstead::Closed),
        vec(times(), 0..3).prop_map(StatedInstead::Open),
        Just(StatedInstead::Unknown),
    ]
}

/// Statements that say something about the week from `first` on.
fn stated(first: NaiveDate) -> impl Strategy<Value = Stated> {
    let nearby = move || (0..60_u64, 0..30_u64).prop_map(move |(ahead, back)| first + Day::new(ahead) - Day::new(back));
    let this_week = move || (0..10_u64).prop_map(move |ahead| first + Day::new(ahead));
    let days = prop_oneof![
        4 => (weekdays(), 1..4_u16, option::of(nearby())).prop_map(|(days, interval, anchor)| StatedDays::Weekly(days, interval, anchor)),
        2 => (weekdays(), vec(sides(5), 7), 1..4_u16, option::of(nearby())).prop_map(|(days, ns, interval, anchor)| {
            StatedDays::Monthly(ns.into_iter().zip(days).collect(), vec![], interval, anchor)
        }),
        1 => (vec(sides(31), 1..8), 1..3_u16, option::of(nearby())).prop_map(|(days, interval, anchor)| StatedDays::Monthly(vec![], days, interval, anchor)),
        1 => (weekdays(), vec(sides(31), 1..20)).prop_map(|(days, dates)| {
            StatedDays::Monthly(days.into_iter().flat_map(|day| (1..=5).map(move |n| (n, day))).collect(), dates, 1, None)
        }),
        1 => Just(StatedDays::Every),
    ];
    let rule = (
        days,
        times(),
        option::weighted(0.2, this_week()),
        option::weighted(0.2, 0..8_u64),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(move |(days, times, from, length, unlikely, unlikelier)| StatedRule {
            days,
            times,
            from,
            until: length.map(|length| from.unwrap_or(first) + Day::new(length)),
            reliable: !(unlikely && unlikelier),
        });
    let exception = (this_week(), 0..3_u64, instead());
    let nation = option::of(select(Nation::ALL.as_slice()));
    (vec(rule, 0..5), vec(exception, 0..4), option::of(option::of(instead())), nation)
        .prop_map(|(rules, exceptions, on_holidays, nation)| Stated { rules, exceptions, on_holidays, nation })
}

/// Some first date, and statements about the days after it.
pub(super) fn cases() -> impl Strategy<Value = (NaiveDate, Stated)> {
    dates()
        .prop_filter("a year with published holidays", |day| PUBLISHED_YEARS.contains(&day.year()))
        .prop_flat_map(|first| stated(first).prop_map(move |stated| (first, stated)))
}
