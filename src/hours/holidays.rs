//! Bank holidays of the three jurisdictions of the United Kingdom, for any year.
//!
//! The standing rules are Schedule 1 of the Banking and Financial Dealings Act 1971
//! (<https://www.legislation.gov.uk/ukpga/1971/80>), as amended by the St Andrew's Day Bank
//! Holiday (Scotland) Act 2007 (<https://www.legislation.gov.uk/asp/2007/2>); Good Friday and
//! Christmas Day at common law; and the days proclaimed alike every year: New Year's Day and
//! the first Monday of May in England, Wales and Northern Ireland, the last Monday of May and
//! Boxing Day in Scotland, 12 July in Northern Ireland, and a weekday for each holiday that
//! falls on a weekend. What was proclaimed once is in `proclaimed.rs`.
//!
//! How far they are right: equal to the lists of <https://www.gov.uk/bank-holidays> for every
//! year those have covered, 2012 to 2028. They are held to be right from [`STANDING_SINCE`];
//! for earlier years they only tell what today's rules would give, and for later ones what they
//! give unless something is proclaimed. (The proclamation for 1998 and 1999, The Gazette
//! L-55182-5SI, is among the tests.) Two substitutes, 4 January 2010 and 4 January 2011 in
//! Scotland, are given although no proclamation of them is known
//! (<https://dracos.co.uk/wrote/bad-bank-holidays>). Local holidays are not known here.

use std::{ops::RangeInclusive, sync::LazyLock};

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::proclaimed::PROCLAIMED;

/// The year of the first early May holiday outside Scotland: from then on the rules are held to
/// be right.
pub const STANDING_SINCE: i32 = 1978;

/// A jurisdiction with bank holidays of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Nation {
    /// England, and Wales.
    EnglandAndWales,
    /// Scotland.
    Scotland,
    /// Northern Ireland.
    NorthernIreland,
}

impl Nation {
    /// All three, in the order in which they are declared.
    pub const ALL: [Self; 3] = [Self::EnglandAndWales, Self::Scotland, Self::NorthernIreland];
}

/// A bank holiday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holiday {
    /// The date.
    pub date: NaiveDate,
    /// Its name, as GOV.UK has it.
    pub name: &'static str,
    /// Whether it is given for a holiday that falls on a weekend.
    pub substitute: bool,
}

/// The holidays that come every year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Feast {
    NewYear,
    SecondJanuary,
    StPatrick,
    GoodFriday,
    EasterMonday,
    EarlyMay,
    Spring,
    Boyne,
    Summer,
    StAndrew,
    Christmas,
    Boxing,
}

impl Feast {
    const fn name(self) -> &'static str {
        match self {
            Self::NewYear => "New Year’s Day",
            Self::SecondJanuary => "2nd January",
            Self::StPatrick => "St Patrick’s Day",
            Self::GoodFriday => "Good Friday",
            Self::EasterMonday => "Easter Monday",
            Self::EarlyMay => "Early May bank holiday",
            Self::Spring => "Spring bank holiday",
            Self::Boyne => "Battle of the Boyne (Orangemen’s Day)",
            Self::Summer => "Summer bank holiday",
            Self::StAndrew => "St Andrew’s Day",
            Self::Christmas => "Christmas Day",
            Self::Boxing => "Boxing Day",
        }
    }
}

/// The bank holidays of a nation in a year, in order of date, as GOV.UK lists them: a holiday
/// that falls on a weekend is there with its substitute day only. None for a year that the
/// calendar does not reach.
#[must_use]
pub fn bank_holidays(nation: Nation, year: i32) -> Vec<Holiday> {
    let proclaimed = || PROCLAIMED.iter().filter(|once| once.year == year && once.nations.contains(&nation));
    let mut holidays: Vec<Holiday> = standing(nation, year)
        .filter(|(feast, _)| !proclaimed().any(|once| once.moves == Some(*feast)))
        .map(|(_, holiday)| holiday)
        .collect();
    holidays.extend(proclaimed().filter_map(|once| {
        let date = NaiveDate::from_ymd_opt(year, once.month, once.day)?;
        Some(Holiday { date, name: once.name, substitute: false })
    }));
    holidays.sort_by_key(|holiday| holiday.date);
    holidays
}

/// The bank holiday of a nation on a date, if it is one.
#[must_use]
pub fn bank_holiday(nation: Nation, date: NaiveDate) -> Option<Holiday> {
    bank_holidays(nation, date.year()).into_iter().find(|holiday| holiday.date == date)
}

/// The dates in a year on which the regular hours may not hold: the bank holidays, and the
/// holiday itself where that is on a weekend and the bank holiday on its substitute. A Saturday
/// that is Christmas Day is no bank holiday, and yet nobody should count on Saturday's hours.
/// (Not so St Andrew's Day: the Act moves the holiday itself to the Monday.)
#[must_use]
pub fn days_kept(nation: Nation, year: i32) -> Vec<NaiveDate> {
    let mut dates: Vec<NaiveDate> = bank_holidays(nation, year).iter().map(|holiday| holiday.date).collect();
    dates.extend(fixed(nation, year).filter(|(feast, _)| *feast != Feast::StAndrew).map(|(_, date)| date));
    dates.sort_unstable();
    dates.dedup();
    dates
}

/// In which nations a date is among the [`days_kept`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct KeptIn(u8);

impl KeptIn {
    /// The years that people ask about are laid out once for all, because every answer asks about several dates.
    pub(super) fn of(date: NaiveDate) -> Self {
        const LAID_OUT: RangeInclusive<i32> = STANDING_SINCE..=2099;
        static KEPT: LazyLock<Vec<KeptIn>> = LazyLock::new(|| {
            let mut days = vec![KeptIn::default(); LAID_OUT.count() * DAYS];
            for (nation, year) in Nation::ALL.into_iter().flat_map(|nation| LAID_OUT.map(move |year| (nation, year))) {
                for place in days_kept(nation, year).into_iter().filter_map(place) {
                    days.get_mut(place).into_iter().for_each(|day| day.add(nation));
                }
            }
            days
        });
        /// Room for the days of a year.
        const DAYS: usize = 366;
        fn place(date: NaiveDate) -> Option<usize> {
            Some(usize::try_from(date.year() - LAID_OUT.start()).ok()? * DAYS + date.ordinal0() as usize)
        }
        if LAID_OUT.contains(&date.year()) {
            return place(date).and_then(|place| KEPT.get(place)).copied().unwrap_or_default();
        }
        let mut kept = Self::default();
        for nation in Nation::ALL.into_iter().filter(|nation| days_kept(*nation, date.year()).contains(&date)) {
            kept.add(nation);
        }
        kept
    }

    fn add(&mut self, nation: Nation) {
        self.0 |= 1 << nation as u8;
    }

    /// Whether it is in a nation.
    pub(super) fn contains(self, nation: Nation) -> bool {
        self.0 & 1 << nation as u8 != 0
    }

    /// Whether it is in none.
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// The holidays by the standing rules.
fn standing(nation: Nation, year: i32) -> impl Iterator<Item = (Feast, Holiday)> {
    let movable = movable(nation, year).map(|(feast, date)| (feast, date, false));
    movable
        .chain(on_weekdays(fixed(nation, year).collect()))
        .map(|(feast, date, substitute)| (feast, Holiday { date, name: feast.name(), substitute }))
}

/// Holidays that are set to a weekday.
fn movable(nation: Nation, year: i32) -> impl Iterator<Item = (Feast, NaiveDate)> {
    let easter = easter(year);
    let (easter_monday, summer) = match nation {
        Nation::EnglandAndWales | Nation::NorthernIreland => (easter, last_monday(year, 8)),
        Nation::Scotland => (None, first_monday(year, 8)),
    };
    [
        (Feast::GoodFriday, easter.and_then(|sunday| sunday.checked_sub_days(Days::new(2)))),
        (Feast::EasterMonday, easter_monday.and_then(|sunday| sunday.succ_opt())),
        (Feast::EarlyMay, first_monday(year, 5)),
        (Feast::Spring, last_monday(year, 5)),
        (Feast::Summer, summer),
    ]
    .into_iter()
    .filter_map(|(feast, date)| Some((feast, date?)))
}

/// Holidays that are set to a date, in the order in which they are given substitutes.
fn fixed(nation: Nation, year: i32) -> impl Iterator<Item = (Feast, NaiveDate)> {
    let own: &[(Feast, u32, u32)] = match nation {
        Nation::EnglandAndWales => &[],
        Nation::Scotland if year < 2007 => &[(Feast::SecondJanuary, 1, 2)],
        Nation::Scotland => &[(Feast::SecondJanuary, 1, 2), (Feast::StAndrew, 11, 30)],
        Nation::NorthernIreland => &[(Feast::StPatrick, 3, 17), (Feast::Boyne, 7, 12)],
    };
    [(Feast::NewYear, 1, 1)]
        .into_iter()
        .chain(own.iter().copied())
        .chain([(Feast::Christmas, 12, 25), (Feast::Boxing, 12, 26)])
        .filter_map(move |(feast, month, day)| Some((feast, NaiveDate::from_ymd_opt(year, month, day)?)))
}

/// Sets each holiday to a weekday. One on a weekday stays; one on a weekend goes to the next
/// weekday that none of the others has: with Christmas on a Sunday, Boxing Day keeps its Monday
/// and Christmas is given the Tuesday.
fn on_weekdays(fixed: Vec<(Feast, NaiveDate)>) -> Vec<(Feast, NaiveDate, bool)> {
    let (weekend, mut placed): (Vec<_>, Vec<_>) =
        fixed.into_iter().map(|(feast, date)| (feast, date, false)).partition(|(_, date, _)| is_weekend(*date));
    for (feast, date, _) in weekend {
        let free = |day: &NaiveDate| !is_weekend(*day) && placed.iter().all(|(_, taken, _)| taken != day);
        if let Some(substitute) = date.iter_days().find(free) {
            placed.push((feast, substitute, true));
        }
    }
    placed
}

fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

fn first_monday(year: i32, month: u32) -> Option<NaiveDate> {
    NaiveDate::from_weekday_of_month_opt(year, month, Weekday::Mon, 1)
}

fn last_monday(year: i32, month: u32) -> Option<NaiveDate> {
    [5, 4].into_iter().find_map(|n| NaiveDate::from_weekday_of_month_opt(year, month, Weekday::Mon, n))
}

/// Easter Sunday of the Gregorian calendar, by the algorithm of Meeus, Jones and Butcher
/// (J. Meeus, Astronomical Algorithms, chapter 8), whose letters these are.
fn easter(year: i32) -> Option<NaiveDate> {
    let (a, b, c) = (year.rem_euclid(19), year.div_euclid(100), year.rem_euclid(100));
    let (d, e) = (b.div_euclid(4), b.rem_euclid(4));
    let f = (b + 8).div_euclid(25);
    let g = (b - f + 1).div_euclid(3);
    let h = (19 * a + b - d - g + 15).rem_euclid(30);
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k).rem_euclid(7);
    let m = (a + 11 * h + 22 * l) / 451;
    let from_march = h + l - 7 * m + 114;
    NaiveDate::from_ymd_opt(year, (from_march / 31).try_into().ok()?, (from_march % 31 + 1).try_into().ok()?)
}
