//! Which dates a rule names, and what of it is refused.

use chrono::Weekday;
use signpost::hours::{Days, Exception, HoursError, Instead, Rule, Span, WeekdaySet, london};

use super::{date, plain, rule, shown, utc};

/// The dates in a period on which a rule opens, as numbers of day and month.
fn dates(days: Days, from: &str, until: &str) -> Vec<String> {
    plain(vec![rule(days, "12:00-13:00")])
        .intervals(utc(&format!("{from} 00:00")), utc(&format!("{until} 23:59")))
        .iter()
        .map(|one| london(one.from).format("%d.%m.").to_string())
        .collect()
}

#[test]
fn days_of_the_week_and_of_the_month() {
    let weekly = |by_day, interval, anchor: Option<&str>| Days::weekly(by_day, interval, anchor.map(date));
    let monthly = |by_day, by_month_day| Days::monthly(by_day, by_month_day, 1, None);
    let every_month = |by_day, interval, anchor| Days::monthly(Some(by_day), None, interval, Some(date(anchor)));
    type Row<'a> = (&'a str, Result<Days, HoursError>, &'a str, &'a str, &'a [&'a str]);
    let table: Vec<Row<'_>> = vec![
        ("weekdays", weekly("MO,WE", 1, None), "2026-06-01", "2026-06-10", &["01.06.", "03.06.", "08.06.", "10.06."]),
        ("case and spaces", weekly(" mo , We", 1, None), "2026-06-01", "2026-06-03", &["01.06.", "03.06."]),
        ("fortnightly", weekly("MO", 2, Some("2026-06-08")), "2026-06-01", "2026-06-30", &["08.06.", "22.06."]),
        // The anchor is not a beginning.
        (
            "fortnightly, before the anchor",
            weekly("MO", 2, Some("2026-06-08")),
            "2026-05-01",
            "2026-05-31",
            &["11.05.", "25.05."],
        ),
        (
            "every third week, far before",
            weekly("TU", 3, Some("2026-06-09")),
            "1999-06-01",
            "1999-06-30",
            &["01.06.", "22.06."],
        ),
        // A week begins on Monday: the Monday after a Sunday is in the next one.
        ("anchor on a Sunday", weekly("MO", 2, Some("2026-06-14")), "2026-06-01", "2026-06-30", &["08.06.", "22.06."]),
        (
            "anchor on another day of the week",
            weekly("MO,FR", 2, Some("2026-06-10")),
            "2026-06-01",
            "2026-06-30",
            &["08.06.", "12.06.", "22.06.", "26.06."],
        ),
        (
            "across the year",
            weekly("TH", 2, Some("2026-12-24")),
            "2026-12-20",
            "2027-01-31",
            &["24.12.", "07.01.", "21.01."],
        ),
        ("second Tuesday", monthly(Some("2TU"), None), "2026-06-01", "2026-08-31", &["09.06.", "14.07.", "11.08."]),
        ("first of a month that begins on it", monthly(Some("1MO"), None), "2026-06-01", "2026-06-30", &["01.06."]),
        (
            "last Friday",
            monthly(Some("-1FR"), None),
            "2026-01-01",
            "2026-05-31",
            &["30.01.", "27.02.", "27.03.", "24.04.", "29.05."],
        ),
        ("last but one", monthly(Some("-2FR"), None), "2026-05-01", "2026-05-31", &["22.05."]),
        (
            "fifth Monday, where there is one",
            monthly(Some("5MO"), None),
            "2026-01-01",
            "2026-06-30",
            &["30.03.", "29.06."],
        ),
        ("fifth from the end", monthly(Some("-5MO"), None), "2026-01-01", "2026-06-30", &["02.03.", "01.06."]),
        ("first and third", monthly(Some("1TH,3TH"), None), "2026-06-01", "2026-06-30", &["04.06.", "18.06."]),
        (
            "each Sunday",
            monthly(Some("SU"), None),
            "2026-05-01",
            "2026-05-31",
            &["03.05.", "10.05.", "17.05.", "24.05.", "31.05."],
        ),
        ("by date", monthly(None, Some("1,15")), "2026-06-01", "2026-07-15", &["01.06.", "15.06.", "01.07.", "15.07."]),
        (
            "the last day",
            monthly(None, Some("-1")),
            "2026-01-01",
            "2026-04-30",
            &["31.01.", "28.02.", "31.03.", "30.04."],
        ),
        (
            "the 31st, where there is one",
            monthly(None, Some("31")),
            "2026-01-01",
            "2026-06-30",
            &["31.01.", "31.03.", "31.05."],
        ),
        ("31st from the end", monthly(None, Some("-31")), "2026-01-01", "2026-04-30", &["01.01.", "01.03."]),
        ("29 February", monthly(None, Some("29")), "2028-02-01", "2028-03-31", &["29.02.", "29.03."]),
        ("no 29 February", monthly(None, Some("29")), "2026-02-01", "2026-03-31", &["29.03."]),
        ("the last day of a leap February", monthly(Some("-1TU"), None), "2028-02-01", "2028-02-29", &["29.02."]),
        (
            "Friday the 13th",
            monthly(Some("FR"), Some("13")),
            "2026-01-01",
            "2026-12-31",
            &["13.02.", "13.03.", "13.11."],
        ),
        (
            "every other month",
            every_month("1MO", 2, "2026-01-05"),
            "2026-01-01",
            "2026-06-30",
            &["05.01.", "02.03.", "04.05."],
        ),
        (
            "every other month, before",
            every_month("1MO", 2, "2026-01-05"),
            "2025-09-01",
            "2025-12-31",
            &["01.09.", "03.11."],
        ),
        (
            "each quarter",
            every_month("-1FR", 3, "2026-02-27"),
            "2026-01-01",
            "2026-12-31",
            &["27.02.", "29.05.", "28.08.", "27.11."],
        ),
        ("every date", Ok(Days::Every), "2026-02-27", "2026-03-02", &["27.02.", "28.02.", "01.03.", "02.03."]),
    ];
    for (name, days, from, until, expected) in table {
        assert_eq!(dates(days.expect(name), from, until), expected, "{name}");
    }
}

#[test]
fn an_interval_without_an_anchor_is_unreliable() {
    let fortnightly = plain(vec![rule(Days::weekly("MO", 2, None).unwrap(), "09:00-10:00")]);
    let expected = ["06-01 08:00 to 06-01 09:00 Unreliable", "06-08 08:00 to 06-08 09:00 Unreliable"];
    assert_eq!(shown(&fortnightly, "2026-06-01 00:00", "2026-06-12 00:00"), expected);
    let monthly = plain(vec![rule(Days::monthly(Some("1MO"), None, 2, None).unwrap(), "09:00-10:00")]);
    assert_eq!(shown(&monthly, "2026-06-01 00:00", "2026-06-30 00:00"), ["06-01 08:00 to 06-01 09:00 Unreliable"]);
}

#[test]
fn what_is_refused_says_what_would_be_right() {
    let rule = |days: Result<Days, HoursError>| {
        days.and_then(|days| Rule::new(days, Span::AllDay, None, None, true)).map(drop)
    };
    let monthly = |nth: Vec<(i8, Weekday)>, month_days: Vec<i8>, interval| {
        rule(Ok(Days::Monthly { nth, month_days, interval, anchor: None }))
    };
    let week = |days, interval| rule(Ok(Days::Weekly { days, interval, anchor: None }));
    let (late, early) = (date("2026-06-02"), date("2026-06-01"));
    let table: Vec<(Result<(), HoursError>, &str)> = vec![
        (week(WeekdaySet::ALL, 0), "interval: 0 never comes round; use 1 for every week or month, 2 for every other"),
        (
            monthly(vec![(1, Weekday::Mon)], vec![], 0),
            "interval: 0 never comes round; use 1 for every week or month, 2 for every other",
        ),
        (week(WeekdaySet::EMPTY, 1), "days: no day is named; name at least one"),
        (monthly(vec![], vec![], 1), "days: no day is named; name at least one"),
        (rule(Days::weekly("", 1, None)), "days: no day is named; name at least one"),
        (rule(Days::monthly(Some(" "), None, 1, None)), "days: no day is named; name at least one"),
        (
            monthly(vec![(0, Weekday::Mon)], vec![], 1),
            "by_day: 0 does not number a weekday of a month; use 1 to 5, or -1 to -5 counting from the end",
        ),
        (
            monthly(vec![(6, Weekday::Mon)], vec![], 1),
            "by_day: 6 does not number a weekday of a month; use 1 to 5, or -1 to -5 counting from the end",
        ),
        (
            monthly(vec![(i8::MIN, Weekday::Mon)], vec![], 1),
            "by_day: -128 does not number a weekday of a month; use 1 to 5, or -1 to -5 counting from the end",
        ),
        (
            rule(Days::monthly(Some("1MO,-6FR"), None, 1, None)),
            "by_day: -6 does not number a weekday of a month; use 1 to 5, or -1 to -5 counting from the end",
        ),
        (
            monthly(vec![], vec![0], 1),
            "by_month_day: 0 is not a day of a month; use 1 to 31, or -1 to -31 counting from the end",
        ),
        (
            monthly(vec![], vec![1, -32], 1),
            "by_month_day: -32 is not a day of a month; use 1 to 31, or -1 to -31 counting from the end",
        ),
        (
            rule(Days::monthly(None, Some("32"), 1, None)),
            "by_month_day: 32 is not a day of a month; use 1 to 31, or -1 to -31 counting from the end",
        ),
        (
            rule(Days::monthly(None, Some("1,,2"), 1, None)),
            "by_month_day: \"\" is not a day of a month; write numbers such as 1 or -1, separated by commas",
        ),
        (
            rule(Days::monthly(None, Some("1000"), 1, None)),
            "by_month_day: \"1000\" is not a day of a month; write numbers such as 1 or -1, separated by commas",
        ),
        (
            rule(Days::weekly("MO,MON", 1, None)),
            "by_day: \"MON\" is not a day; write MO, TU, WE, TH, FR, SA or SU, separated by commas",
        ),
        (
            rule(Days::weekly("MO,", 1, None)),
            "by_day: \"\" is not a day; write MO, TU, WE, TH, FR, SA or SU, separated by commas",
        ),
        (
            rule(Days::weekly("M\u{f6}", 1, None)),
            "by_day: \"M\u{f6}\" is not a day; write MO, TU, WE, TH, FR, SA or SU, separated by commas",
        ),
        (
            rule(Days::weekly("\u{1f600}", 1, None)),
            "by_day: \"\u{1f600}\" is not a day; write MO, TU, WE, TH, FR, SA or SU, separated by commas",
        ),
        (
            rule(Days::weekly("2MO", 1, None)),
            "by_day: \"2MO\" numbers a weekday of the month, which only a monthly rule can do; write the day alone",
        ),
        (
            rule(Days::monthly(Some("1000MO"), None, 1, None)),
            "by_day: \"1000MO\" is not a day; write MO, TU, WE, TH, FR, SA or SU, separated by commas",
        ),
        (
            Rule::new(Days::Every, Span::AllDay, Some(late), Some(early), true).map(drop),
            "until: 2026-06-01 lies before from, 2026-06-02; the last date must be the first or a later one",
        ),
        (
            Exception::new(late, early, Instead::Closed).map(drop),
            "until: 2026-06-01 lies before from, 2026-06-02; the last date must be the first or a later one",
        ),
    ];
    for (result, message) in table {
        assert_eq!(result.map_err(|error| error.to_string()), Err(message.to_owned()));
    }
    let long = format!("MO,{}", "X".repeat(1_000_000));
    assert!(Days::weekly(&long, 1, None).unwrap_err().to_string().len() < 200);
}

#[test]
fn sets_of_weekdays() {
    let set = WeekdaySet::parse("FR,mo, FR").unwrap();
    assert_eq!(set.iter().collect::<Vec<_>>(), [Weekday::Mon, Weekday::Fri]);
    assert_eq!(set, [Weekday::Fri, Weekday::Mon].into_iter().collect());
    assert!(set.contains(Weekday::Mon) && !set.contains(Weekday::Tue));
    assert_eq!(WeekdaySet::ALL.iter().count(), 7);
    assert_eq!(WeekdaySet::EMPTY.with(Weekday::Sun), WeekdaySet::parse("SU").unwrap());
    assert!(WeekdaySet::default().is_empty());
}
