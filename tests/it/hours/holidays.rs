//! Bank holidays against the lists that GOV.UK has published, and what follows for any year.
//!
//! The dates are public sector information licensed under the Open Government Licence v3.0
//! (<https://www.gov.uk/bank-holidays>).

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};
use proptest::prelude::*;
use signpost::hours::{Nation, STANDING_SINCE, bank_holiday, bank_holidays, days_kept};

use super::date;

/// The years that the published lists cover.
pub(super) const PUBLISHED_YEARS: std::ops::RangeInclusive<i32> = 2012..=2028;

/// The dates published for a nation in a year, as months and days.
pub(super) fn published(nation: Nation, year: i32) -> Vec<NaiveDate> {
    let all = match nation {
        Nation::EnglandAndWales => ENGLAND_AND_WALES,
        Nation::Scotland => SCOTLAND,
        Nation::NorthernIreland => NORTHERN_IRELAND,
    };
    let line = all.lines().find(|line| line.starts_with(&format!("{year}:"))).expect("a published year");
    line[5..].split_whitespace().map(|day| date(&format!("{year}-{day}"))).collect()
}

const ENGLAND_AND_WALES: &str = "\
2012: 01-02 04-06 04-09 05-07 06-04 06-05 08-27 12-25 12-26
2013: 01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26
2014: 01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26
2015: 01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28
2016: 01-01 03-25 03-28 05-02 05-30 08-29 12-26 12-27
2017: 01-02 04-14 04-17 05-01 05-29 08-28 12-25 12-26
2018: 01-01 03-30 04-02 05-07 05-28 08-27 12-25 12-26
2019: 01-01 04-19 04-22 05-06 05-27 08-26 12-25 12-26
2020: 01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28
2021: 01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28
2022: 01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27
2023: 01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26
2024: 01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26
2025: 01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26
2026: 01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28
2027: 01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28
2028: 01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26";

const SCOTLAND: &str = "\
2012: 01-02 01-03 04-06 05-07 06-04 06-05 08-06 11-30 12-25 12-26
2013: 01-01 01-02 03-29 05-06 05-27 08-05 12-02 12-25 12-26
2014: 01-01 01-02 04-18 05-05 05-26 08-04 12-01 12-25 12-26
2015: 01-01 01-02 04-03 05-04 05-25 08-03 11-30 12-25 12-28
2016: 01-01 01-04 03-25 05-02 05-30 08-01 11-30 12-26 12-27
2017: 01-02 01-03 04-14 05-01 05-29 08-07 11-30 12-25 12-26
2018: 01-01 01-02 03-30 05-07 05-28 08-06 11-30 12-25 12-26
2019: 01-01 01-02 04-19 05-06 05-27 08-05 12-02 12-25 12-26
2020: 01-01 01-02 04-10 05-08 05-25 08-03 11-30 12-25 12-28
2021: 01-01 01-04 04-02 05-03 05-31 08-02 11-30 12-27 12-28
2022: 01-03 01-04 04-15 05-02 06-02 06-03 08-01 09-19 11-30 12-26 12-27
2023: 01-02 01-03 04-07 05-01 05-08 05-29 08-07 11-30 12-25 12-26
2024: 01-01 01-02 03-29 05-06 05-27 08-05 12-02 12-25 12-26
2025: 01-01 01-02 04-18 05-05 05-26 08-04 12-01 12-25 12-26
2026: 01-01 01-02 04-03 05-04 05-25 06-15 08-03 11-30 12-25 12-28
2027: 01-01 01-04 03-26 05-03 05-31 08-02 11-30 12-27 12-28
2028: 01-03 01-04 04-14 05-01 05-29 08-07 11-30 12-25 12-26";

const NORTHERN_IRELAND: &str = "\
2012: 01-02 03-19 04-06 04-09 05-07 06-04 06-05 07-12 08-27 12-25 12-26
2013: 01-01 03-18 03-29 04-01 05-06 05-27 07-12 08-26 12-25 12-26
2014: 01-01 03-17 04-18 04-21 05-05 05-26 07-14 08-25 12-25 12-26
2015: 01-01 03-17 04-03 04-06 05-04 05-25 07-13 08-31 12-25 12-28
2016: 01-01 03-17 03-25 03-28 05-02 05-30 07-12 08-29 12-26 12-27
2017: 01-02 03-17 04-14 04-17 05-01 05-29 07-12 08-28 12-25 12-26
2018: 01-01 03-19 03-30 04-02 05-07 05-28 07-12 08-27 12-25 12-26
2019: 01-01 03-18 04-19 04-22 05-06 05-27 07-12 08-26 12-25 12-26
2020: 01-01 03-17 04-10 04-13 05-08 05-25 07-13 08-31 12-25 12-28
2021: 01-01 03-17 04-02 04-05 05-03 05-31 07-12 08-30 12-27 12-28
2022: 01-03 03-17 04-15 04-18 05-02 06-02 06-03 07-12 08-29 09-19 12-26 12-27
2023: 01-02 03-17 04-07 04-10 05-01 05-08 05-29 07-12 08-28 12-25 12-26
2024: 01-01 03-18 03-29 04-01 05-06 05-27 07-12 08-26 12-25 12-26
2025: 01-01 03-17 04-18 04-21 05-05 05-26 07-14 08-25 12-25 12-26
2026: 01-01 03-17 04-03 04-06 05-04 05-25 07-13 08-31 12-25 12-28
2027: 01-01 03-17 03-26 03-29 05-03 05-31 07-12 08-30 12-27 12-28
2028: 01-03 03-17 04-14 04-17 05-01 05-29 07-12 08-28 12-25 12-26";

#[test]
fn every_published_list() {
    for nation in Nation::ALL {
        for year in PUBLISHED_YEARS {
            let computed: Vec<NaiveDate> = bank_holidays(nation, year).iter().map(|holiday| holiday.date).collect();
            assert_eq!(computed, published(nation, year), "{nation:?} {year}");
        }
    }
}

/// The dates outside the published lists that have a source, and their neighbours that are none.
#[test]
fn proclaimed_and_moved_days() {
    use Nation::{EnglandAndWales, NorthernIreland, Scotland};
    let table: &[(&str, &str, &[Nation])] = &[
        ("1981-07-29", "Wedding of the Prince of Wales", &Nation::ALL),
        ("1995-05-01", "Early May bank holiday", &[Scotland]),
        ("1995-05-08", "Early May bank holiday (VE day)", &[EnglandAndWales, NorthernIreland]),
        ("1995-05-08", "VE day", &[Scotland]),
        // The Gazette, L-55182-5SI: the proclamation for 1998 and 1999.
        ("1998-12-28", "Boxing Day", &Nation::ALL),
        ("1999-01-01", "New Year’s Day", &Nation::ALL),
        ("1999-01-04", "2nd January", &[Scotland]),
        ("1999-05-03", "Early May bank holiday", &Nation::ALL),
        ("1999-05-31", "Spring bank holiday", &Nation::ALL),
        ("1999-12-27", "Christmas Day", &Nation::ALL),
        ("1999-12-28", "Boxing Day", &Nation::ALL),
        ("1999-12-31", "Millennium bank holiday", &Nation::ALL),
        ("2000-01-03", "New Year’s Day", &Nation::ALL),
        ("2000-01-04", "2nd January", &[Scotland]),
        ("2002-05-27", "", &[]),
        ("2002-06-03", "Queen’s Golden Jubilee", &Nation::ALL),
        ("2002-06-04", "Spring bank holiday", &Nation::ALL),
        ("2006-11-30", "", &[]),
        ("2007-11-30", "St Andrew’s Day", &[Scotland]),
        ("2008-12-01", "St Andrew’s Day", &[Scotland]),
        ("2011-04-29", "Royal wedding", &Nation::ALL),
        ("2012-05-28", "", &[]),
        ("2012-06-05", "Queen’s Diamond Jubilee", &Nation::ALL),
        ("2020-05-04", "", &[]),
        ("2020-05-08", "Early May bank holiday (VE day)", &Nation::ALL),
        ("2022-05-30", "", &[]),
        ("2022-06-03", "Platinum Jubilee bank holiday", &Nation::ALL),
        ("2022-09-19", "Bank Holiday for the State Funeral of Queen Elizabeth II", &Nation::ALL),
        ("2023-05-08", "Bank holiday for the coronation of King Charles III", &Nation::ALL),
        ("2026-06-15", "World Cup bank holiday", &[Scotland]),
        ("2026-03-17", "St Patrick’s Day", &[NorthernIreland]),
        ("2026-07-13", "Battle of the Boyne (Orangemen’s Day)", &[NorthernIreland]),
        ("2026-08-03", "Summer bank holiday", &[Scotland]),
        ("2026-08-31", "Summer bank holiday", &[EnglandAndWales, NorthernIreland]),
        ("2026-04-06", "Easter Monday", &[EnglandAndWales, NorthernIreland]),
    ];
    let on: BTreeSet<&str> = table.iter().map(|(on, ..)| *on).collect();
    for on in on {
        for nation in Nation::ALL {
            let name = bank_holiday(nation, date(on)).map(|holiday| holiday.name);
            let expected = table.iter().find(|row| row.0 == on && row.2.contains(&nation)).map(|row| row.1);
            assert_eq!(name, expected, "{on} {nation:?}");
        }
    }
}

#[test]
fn substitutes_say_so() {
    let table = [
        (Nation::EnglandAndWales, "2021-12-27", "Christmas Day", true),
        (Nation::EnglandAndWales, "2021-12-28", "Boxing Day", true),
        // Boxing Day keeps its Monday, and Christmas Day is given the Tuesday.
        (Nation::EnglandAndWales, "2022-12-26", "Boxing Day", false),
        (Nation::EnglandAndWales, "2022-12-27", "Christmas Day", true),
        // So the Act has it for New Year in Scotland.
        (Nation::Scotland, "2017-01-02", "2nd January", false),
        (Nation::Scotland, "2017-01-03", "New Year’s Day", true),
        (Nation::Scotland, "2022-01-03", "New Year’s Day", true),
        (Nation::Scotland, "2022-01-04", "2nd January", true),
        (Nation::Scotland, "2025-12-01", "St Andrew’s Day", true),
        (Nation::NorthernIreland, "2024-03-18", "St Patrick’s Day", true),
        (Nation::EnglandAndWales, "2020-05-08", "Early May bank holiday (VE day)", false),
    ];
    for (nation, on, name, substitute) in table {
        let holiday = bank_holiday(nation, date(on)).expect(on);
        assert_eq!((holiday.name, holiday.substitute), (name, substitute), "{on}");
    }
}

#[test]
fn a_holiday_on_a_weekend_is_kept_and_its_substitute_too() {
    let days = |nation, year| {
        days_kept(nation, year).iter().map(|day| day.format("%m-%d").to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        days(Nation::EnglandAndWales, 2022),
        "01-01 01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-25 12-26 12-27"
    );
    assert_eq!(
        days(Nation::Scotland, 2022),
        "01-01 01-02 01-03 01-04 04-15 05-02 06-02 06-03 08-01 09-19 11-30 12-25 12-26 12-27"
    );
    // St Andrew's Day is not: 30 November 2024 is a Saturday.
    assert_eq!(days(Nation::Scotland, 2024), "01-01 01-02 03-29 05-06 05-27 08-05 12-02 12-25 12-26");
    assert_eq!(
        days(Nation::NorthernIreland, 2024),
        "01-01 03-17 03-18 03-29 04-01 05-06 05-27 07-12 08-26 12-25 12-26"
    );
    assert_eq!(
        days(Nation::NorthernIreland, 2026),
        "01-01 03-17 04-03 04-06 05-04 05-25 07-12 07-13 08-31 12-25 12-26 12-28"
    );
}

/// Easter as the calendar itself defines it (Knuth, The Art of Computer Programming, 1.3.2): the
/// Sunday after the full moon that golden number and epact give, found day by day.
fn easter_by_the_moon(year: i32) -> NaiveDate {
    let golden = year.rem_euclid(19) + 1;
    let century = year.div_euclid(100) + 1;
    let leap_years_left_out = (3 * century).div_euclid(4) - 12;
    let moon = (8 * century + 5).div_euclid(25) - 5;
    let epact = match (11 * golden + 20 + moon - leap_years_left_out).rem_euclid(30) {
        25 if golden > 11 => 26,
        24 => 25,
        other => other,
    };
    let of_march = if 44 - epact < 21 { 74 - epact } else { 44 - epact };
    let mut day = NaiveDate::from_ymd_opt(year, 3, 1).expect("a year in range") + TimeDelta::days(i64::from(of_march));
    while day.weekday() != Weekday::Sun {
        day += TimeDelta::days(1);
    }
    day
}

proptest! {
    #[test]
    fn good_friday_and_easter_monday_stand_around_easter(year in -262_000..262_000_i32) {
        let named = |nation, name| {
            bank_holidays(nation, year).iter().find(|holiday| holiday.name == name).map(|holiday| holiday.date)
        };
        let easter = easter_by_the_moon(year);
        for nation in Nation::ALL {
            prop_assert_eq!(named(nation, "Good Friday"), Some(easter - TimeDelta::days(2)));
            let monday = (nation != Nation::Scotland).then_some(easter + TimeDelta::days(1));
            prop_assert_eq!(named(nation, "Easter Monday"), monday);
        }
    }

    #[test]
    fn of_any_year(year in any::<i32>(), near in 1900..2200_i32) {
        for nation in Nation::ALL {
            // Nothing is found, and nothing breaks, where the calendar ends.
            for year in [year, NaiveDate::MIN.year(), NaiveDate::MAX.year(), i32::MIN, i32::MAX] {
                prop_assert!(bank_holidays(nation, year).len() <= 14);
                prop_assert!(days_kept(nation, year).len() <= 20);
            }
            let holidays = bank_holidays(nation, near);
            let standing = match nation {
                Nation::EnglandAndWales => 8,
                Nation::Scotland => 8 + usize::from(near >= 2007),
                Nation::NorthernIreland => 10,
            };
            if !(STANDING_SINCE..=2026).contains(&near) {
                prop_assert_eq!(holidays.len(), standing);
            }
            prop_assert!(holidays.windows(2).all(|two| two[0].date < two[1].date), "sorted, and each on a day of its own");
            prop_assert!(holidays.iter().all(|holiday| holiday.date.weekday().num_days_from_monday() < 5));
            prop_assert!(holidays.iter().all(|holiday| bank_holiday(nation, holiday.date) == Some(*holiday)));
            let kept = days_kept(nation, near);
            prop_assert!(holidays.iter().all(|holiday| kept.contains(&holiday.date)));
            prop_assert!(kept.windows(2).all(|two| two[0] < two[1]));
        }
    }
}
