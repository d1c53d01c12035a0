//! What is answered: the state at an instant, the next opening and change, and windows.

use chrono::{DateTime, TimeDelta, Utc};
use signpost::hours::{
    CLOSING_WITHIN_DAYS, Days, Hours, Instead, MAX_DAYS, Nation, NextOpening, OnHolidays, Rule, State, Unknown,
    WeekdaySet, Window, WindowAnswer, london,
};

use super::{date, except, plain, rule, span, spans, time, unreliable, utc, weekly, with_exceptions};

fn every_day(times: &str) -> Rule {
    weekly("MO,TU,WE,TH,FR,SA,SU", times)
}

fn open_until(text: &str) -> State {
    State::Open { until: Some(utc(text)) }
}

#[test]
fn the_wall_in_london() {
    let table = [
        ("2026-01-01 12:00", "2026-01-01 12:00"),
        ("2026-03-29 00:59", "2026-03-29 00:59"),
        ("2026-03-29 01:00", "2026-03-29 02:00"),
        ("2026-10-25 00:59", "2026-10-25 01:59"),
        ("2026-10-25 01:00", "2026-10-25 01:00"),
    ];
    for (at, wall) in table {
        assert_eq!(london(utc(at)), utc(wall).naive_utc(), "{at}");
    }
    for end in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        assert!((london(end) - end.naive_utc()).abs() < TimeDelta::hours(1));
    }
}

#[test]
fn open_from_the_first_instant_and_closed_at_the_last() {
    let hours = plain(vec![weekly("MO", "09:00-17:00")]);
    let instant = TimeDelta::nanoseconds(1);
    let (opens, closes) = (utc("2026-06-01 08:00"), utc("2026-06-01 16:00"));
    let open = State::Open { until: Some(closes) };
    let table = [
        (opens - instant, State::Closed),
        (opens, open),
        (opens + instant, open),
        (closes - instant, open),
        (closes, State::Closed),
        (closes + TimeDelta::days(1), State::Closed),
    ];
    for (at, expected) in table {
        assert_eq!(hours.state(at), expected, "{at}");
    }
}

#[test]
fn states() {
    let shut = |from, until| vec![except(from, until, Instead::Closed)];
    let holidays =
        |on_holidays| Hours::new(vec![every_day("09:00-17:00")], vec![], on_holidays, Some(Nation::Scotland));
    let table = [
        ("not stated", Hours::not_stated(), "2026-06-01 12:00", State::Unknown(Unknown::NotStated)),
        ("in the night", plain(vec![weekly("MO", "22:00-06:00")]), "2026-06-02 04:59", open_until("2026-06-02 05:00")),
        ("after the night", plain(vec![weekly("MO", "22:00-06:00")]), "2026-06-02 05:00", State::Closed),
        ("the evening after", plain(vec![weekly("MO", "22:00-06:00")]), "2026-06-02 21:30", State::Closed),
        (
            "until the end of what merges",
            plain(vec![weekly("MO,TU", "all day"), weekly("WE", "00:00-09:00")]),
            "2026-06-01 12:00",
            open_until("2026-06-03 08:00"),
        ),
        ("always", plain(vec![every_day("all day")]), "2026-06-01 12:00", State::Open { until: None }),
        (
            "always, as 00:00 to 00:00",
            plain(vec![every_day("00:00-00:00")]),
            "2026-06-01 12:00",
            State::Open { until: None },
        ),
        (
            "always, but for tomorrow",
            with_exceptions(vec![every_day("all day")], shut("2026-06-02", "2026-06-02")),
            "2026-06-01 12:00",
            open_until("2026-06-01 23:00"),
        ),
        (
            "always, but for the last day looked at",
            with_exceptions(vec![every_day("all day")], shut("2026-06-15", "2026-06-15")),
            "2026-06-01 12:00",
            open_until("2026-06-14 23:00"),
        ),
        (
            "always, but for a day beyond it",
            with_exceptions(vec![every_day("all day")], shut("2026-06-16", "2026-06-16")),
            "2026-06-01 12:00",
            State::Open { until: None },
        ),
        (
            "always, into a holiday",
            Hours::new(vec![every_day("all day")], vec![], OnHolidays::NotStated, None),
            "2025-12-31 12:00",
            open_until("2026-01-01 00:00"),
        ),
        (
            "unreliable",
            plain(vec![unreliable("MO", "09:00-17:00")]),
            "2026-06-01 12:00",
            State::Unknown(Unknown::Unreliable),
        ),
        ("outside what is unreliable", plain(vec![unreliable("MO", "09:00-17:00")]), "2026-06-01 16:00", State::Closed),
        (
            "contradiction",
            with_exceptions(
                vec![],
                vec![
                    except("2026-06-01", "2026-06-01", Instead::Closed),
                    except("2026-06-01", "2026-06-01", Instead::Open(spans(&["all day"]))),
                ],
            ),
            "2026-06-01 12:00",
            State::Unknown(Unknown::Contradiction),
        ),
        ("on a holiday", holidays(OnHolidays::NotStated), "2026-11-30 12:00", State::Unknown(Unknown::BankHoliday)),
        ("on a holiday, after hours", holidays(OnHolidays::NotStated), "2026-11-30 17:00", State::Closed),
        ("on a holiday, as usual", holidays(OnHolidays::AsUsual), "2026-11-30 12:00", open_until("2026-11-30 17:00")),
        ("on a holiday, shut", holidays(OnHolidays::Instead(Instead::Closed)), "2026-11-30 12:00", State::Closed),
        (
            "the first hour that comes twice",
            plain(vec![weekly("SU", "01:00-02:00")]),
            "2026-10-25 00:30",
            open_until("2026-10-25 02:00"),
        ),
        ("the hour that is left out", plain(vec![weekly("SU", "01:00-02:00")]), "2026-03-29 01:00", State::Closed),
        (
            "29 February",
            plain(vec![rule(Days::monthly(Some("TU"), Some("29"), 1, None).unwrap(), "09:00-17:00")]),
            "2028-02-29 12:00",
            open_until("2028-02-29 17:00"),
        ),
        ("long ago", plain(vec![every_day("09:00-17:00")]), "1850-06-03 12:00", open_until("1850-06-03 17:00")),
    ];
    for (name, hours, at, expected) in table {
        assert_eq!(hours.state(utc(at)), expected, "{name}");
    }
}

#[test]
fn outside_the_years_that_are_answered() {
    let hours = plain(vec![every_day("all day")]);
    for at in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC, utc("0001-01-01 00:00") - TimeDelta::seconds(1)] {
        assert_eq!(hours.state(at), State::Unknown(Unknown::NotStated), "{at}");
        assert_eq!(hours.next_opening(at, u16::MAX), NextOpening::NotStated, "{at}");
        assert_eq!(hours.next_change(at, 1), None, "{at}");
        assert_eq!(hours.within(&window("MO", "09:00", "17:00", 0), at, u16::MAX), WindowAnswer::NotStated, "{at}");
    }
    assert_eq!(hours.intervals(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC), [], "the look ends before year 1");
    assert_eq!(hours.intervals(utc("2026-06-02 00:00"), utc("2026-06-01 00:00")), []);
    assert_eq!(hours.intervals(utc("2026-06-01 00:00"), utc("2026-06-01 00:00")), []);
}

#[test]
fn no_look_goes_further_than_the_furthest() {
    let hours = plain(vec![every_day("09:00-17:00")]);
    let from = utc("2026-06-01 00:00");
    let all = hours.intervals(from, DateTime::<Utc>::MAX_UTC);
    assert_eq!(all.len(), usize::from(MAX_DAYS));
    assert!(all.last().unwrap().to <= from + TimeDelta::days(i64::from(MAX_DAYS)));
    // The longest wait there is: 29 February, eight years from one to the next.
    let leap_day =
        plain(vec![rule(Days::monthly(None, Some("29"), 12, Some(date("2096-02-29"))).unwrap(), "09:00-17:00")]);
    assert_eq!(leap_day.next_opening(utc("2096-03-01 00:00"), u16::MAX), NextOpening::At(utc("2104-02-29 09:00")));
    let over = Rule::new(Days::Every, span("all day"), None, Some(date("2020-01-01")), true).unwrap();
    assert_eq!(plain(vec![over]).next_opening(from, u16::MAX), NextOpening::None);
    const { assert!(CLOSING_WITHIN_DAYS < MAX_DAYS) };
}

#[test]
fn the_next_opening() {
    use NextOpening::{At, NotStated, PerhapsAt};
    let perhaps = |at, why, certain: Option<&str>| PerhapsAt { at: utc(at), why, certain: certain.map(utc) };
    let at = |text| At(utc(text));
    let holiday = |on_holidays| {
        Hours::new(vec![weekly("MO,TU", "09:00-17:00")], vec![], on_holidays, Some(Nation::EnglandAndWales))
    };
    let only_excepted =
        |instead| Hours::new(vec![], vec![except("2026-06-03", "2026-06-03", instead)], OnHolidays::NotStated, None);
    let monday = || plain(vec![weekly("MO", "09:00-17:00")]);
    let table = [
        ("today", monday(), "2026-06-01 07:59", 7, at("2026-06-01 08:00")),
        ("at the opening itself, the next", monday(), "2026-06-01 08:00", 14, at("2026-06-08 08:00")),
        ("while open, the next", monday(), "2026-06-01 12:00", 14, at("2026-06-08 08:00")),
        ("after the last look", monday(), "2026-06-01 12:00", 6, NextOpening::None),
        ("the opening at the end of the look is beyond it", monday(), "2026-06-01 08:00", 7, NextOpening::None),
        ("no look", monday(), "2026-06-01 07:00", 0, NextOpening::None),
        (
            "the second span of the day",
            plain(vec![weekly("MO", "09:00-12:00"), weekly("MO", "13:00-17:00")]),
            "2026-06-01 09:00",
            7,
            at("2026-06-01 12:00"),
        ),
        (
            "spans that touch are one",
            plain(vec![weekly("MO", "09:00-12:00"), weekly("MO", "12:00-17:00")]),
            "2026-06-01 09:00",
            8,
            at("2026-06-08 08:00"),
        ),
        ("never shut, never opens", plain(vec![every_day("all day")]), "2026-06-01 12:00", 30, NextOpening::None),
        (
            "after the clocks go forward",
            plain(vec![weekly("SU", "01:30-04:00")]),
            "2026-03-28 12:00",
            7,
            at("2026-03-29 01:00"),
        ),
        (
            "before the clocks go back",
            plain(vec![weekly("SU", "01:30-04:00")]),
            "2026-10-24 12:00",
            7,
            at("2026-10-25 00:30"),
        ),
        (
            "last Friday",
            plain(vec![rule(Days::monthly(Some("-1FR"), None, 1, None).unwrap(), "10:00-12:00")]),
            "2026-02-27 12:00",
            60,
            at("2026-03-27 10:00"),
        ),
        (
            "past a closure",
            with_exceptions(
                vec![weekly("MO", "09:00-17:00")],
                vec![except("2026-06-01", "2026-06-14", Instead::Closed)],
            ),
            "2026-05-30 12:00",
            60,
            at("2026-06-15 08:00"),
        ),
        (
            "holiday, certain on the day after",
            holiday(OnHolidays::NotStated),
            "2026-05-24 12:00",
            7,
            perhaps("2026-05-25 08:00", Unknown::BankHoliday, Some("2026-05-26 08:00")),
        ),
        ("holiday, as usual", holiday(OnHolidays::AsUsual), "2026-05-24 12:00", 7, at("2026-05-25 08:00")),
        ("holiday, shut", holiday(OnHolidays::Instead(Instead::Closed)), "2026-05-24 12:00", 7, at("2026-05-26 08:00")),
        ("while unknown, the next", holiday(OnHolidays::NotStated), "2026-05-25 12:00", 7, at("2026-05-26 08:00")),
        (
            "nothing certain in sight",
            holiday(OnHolidays::NotStated),
            "2026-05-24 12:00",
            1,
            perhaps("2026-05-25 08:00", Unknown::BankHoliday, None),
        ),
        (
            "the certain one is found far away",
            Hours::new(
                vec![
                    unreliable("MO", "09:00-17:00"),
                    rule(Days::monthly(None, Some("29"), 12, Some(date("2028-02-29"))).unwrap(), "09:00-17:00"),
                ],
                vec![],
                OnHolidays::AsUsual,
                None,
            ),
            "2026-05-30 12:00",
            3000,
            perhaps("2026-06-01 08:00", Unknown::Unreliable, Some("2028-02-29 09:00")),
        ),
        ("not stated", Hours::not_stated(), "2026-06-01 12:00", 7, NotStated),
        (
            "not stated, but for an exception",
            only_excepted(Instead::Open(spans(&["10:00-12:00"]))),
            "2026-06-01 12:00",
            7,
            at("2026-06-03 09:00"),
        ),
        (
            "not stated, and the exception unknown",
            only_excepted(Instead::Unknown),
            "2026-06-01 12:00",
            7,
            perhaps("2026-06-02 23:00", Unknown::Unreliable, None),
        ),
        ("not stated, and the exception shut", only_excepted(Instead::Closed), "2026-06-01 12:00", 7, NotStated),
    ];
    for (name, hours, after, days, expected) in table {
        assert_eq!(hours.next_opening(utc(after), days), expected, "{name}");
    }
}

#[test]
fn the_next_change() {
    let monday = || plain(vec![weekly("MO", "09:00-17:00")]);
    let doubtful = || plain(vec![weekly("MO", "09:00-12:00"), unreliable("MO", "12:00-17:00")]);
    let table = [
        ("opens", monday(), "2026-05-31 12:00", 7, Some("2026-06-01 08:00")),
        ("closes", monday(), "2026-06-01 08:00", 7, Some("2026-06-01 16:00")),
        ("opens again", monday(), "2026-06-01 16:00", 8, Some("2026-06-08 08:00")),
        ("too far away", monday(), "2026-06-01 16:00", 6, None),
        ("grows uncertain", doubtful(), "2026-06-01 09:00", 7, Some("2026-06-01 11:00")),
        ("never", plain(vec![every_day("all day")]), "2026-06-01 16:00", 400, None),
        ("not stated", Hours::not_stated(), "2026-06-01 16:00", 400, None),
    ];
    for (name, hours, after, days, expected) in table {
        assert_eq!(hours.next_change(utc(after), days), expected.map(utc), "{name}");
    }
}

fn window(by_day: &str, from: &str, to: &str, min_minutes: u16) -> Window {
    Window { days: WeekdaySet::parse(by_day).unwrap(), from: time(from), to: time(to), min_minutes }
}

/// A rule that begins after the first day that was asked for, and the next of those days a holiday: it is found on the third.
#[test]
fn hours_that_begin_among_the_days_asked_for_are_found() {
    let days = Days::weekly("MO", 1, None).unwrap();
    let rule = Rule::new(days, span("18:00-20:00"), Some(date("2027-05-01")), None, true).unwrap();
    let closed = OnHolidays::Instead(Instead::Closed);
    let hours = Hours::new(vec![rule], vec![], closed, Some(Nation::EnglandAndWales));
    let answer = hours.within(&window("MO,SU", "18:00", "20:00", 30), utc("2027-04-26 08:00"), 35);
    assert_eq!(answer, WindowAnswer::Open { from: utc("2027-05-10 17:00"), to: utc("2027-05-10 19:00") });
}

#[test]
fn within_a_window() {
    use WindowAnswer::{Never, NotStated};
    let open = |from, to| WindowAnswer::Open { from: utc(from), to: utc(to) };
    let unknown = |from, to, why| WindowAnswer::Unknown { from: utc(from), to: utc(to), why };
    let thursday = || plain(vec![weekly("TH", "17:00-19:00")]);
    let evening = |min| window("TH", "18:00", "21:00", min);
    let doubtful = || plain(vec![unreliable("TH", "17:00-19:00"), weekly("TH", "18:30-19:00")]);
    let holiday =
        Hours::new(vec![weekly("TH,FR", "09:00-17:00")], vec![], OnHolidays::NotStated, Some(Nation::EnglandAndWales));
    let shut =
        with_exceptions(vec![weekly("TH", "17:00-19:00")], vec![except("2026-06-04", "2026-06-04", Instead::Closed)]);
    let table = [
        (
            "what the two have in common",
            thursday(),
            evening(60),
            "2026-06-01 12:00",
            7,
            open("2026-06-04 17:00", "2026-06-04 18:00"),
        ),
        ("too short", thursday(), evening(61), "2026-06-01 12:00", 7, Never),
        (
            "any length",
            thursday(),
            window("TH", "18:59", "19:30", 0),
            "2026-06-01 12:00",
            7,
            open("2026-06-04 17:59", "2026-06-04 18:00"),
        ),
        ("they only touch", thursday(), window("TH", "19:00", "21:00", 0), "2026-06-01 12:00", 7, Never),
        ("the wrong day", thursday(), window("FR", "18:00", "21:00", 0), "2026-06-01 12:00", 7, Never),
        ("no day", thursday(), Window { days: WeekdaySet::EMPTY, ..evening(0) }, "2026-06-01 12:00", 7, Never),
        (
            "too late today, in time next week",
            thursday(),
            evening(60),
            "2026-06-04 17:30",
            8,
            open("2026-06-11 17:00", "2026-06-11 18:00"),
        ),
        (
            "what is left today is enough",
            thursday(),
            evening(30),
            "2026-06-04 17:30",
            7,
            open("2026-06-04 17:30", "2026-06-04 18:00"),
        ),
        (
            "a window that begins in time counts to its end",
            thursday(),
            evening(60),
            "2026-06-04 17:30",
            7,
            open("2026-06-11 17:00", "2026-06-11 18:00"),
        ),
        ("one that begins too late does not count", thursday(), evening(60), "2026-06-04 17:30", 6, Never),
        ("nor one that begins at the end", thursday(), evening(60), "2026-06-05 17:00", 6, Never),
        (
            "a window past midnight",
            plain(vec![weekly("FR", "00:00-02:00")]),
            window("TH", "22:00", "03:00", 90),
            "2026-06-01 12:00",
            7,
            open("2026-06-04 23:00", "2026-06-05 01:00"),
        ),
        (
            "one that began yesterday",
            plain(vec![weekly("FR", "00:00-02:00")]),
            window("TH", "22:00", "03:00", 30),
            "2026-06-05 00:00",
            1,
            open("2026-06-05 00:00", "2026-06-05 01:00"),
        ),
        (
            "a whole day",
            thursday(),
            window("TH", "12:00", "12:00", 120),
            "2026-06-01 12:00",
            7,
            open("2026-06-04 16:00", "2026-06-04 18:00"),
        ),
        (
            "hours across two spans do not add up",
            plain(vec![weekly("TH", "17:00-18:30"), weekly("TH", "19:00-20:00")]),
            evening(61),
            "2026-06-01 12:00",
            7,
            Never,
        ),
        (
            "the second span is long enough",
            plain(vec![weekly("TH", "17:00-18:30"), weekly("TH", "19:00-20:00")]),
            evening(60),
            "2026-06-01 12:00",
            7,
            open("2026-06-04 18:00", "2026-06-04 19:00"),
        ),
        (
            "unreliable",
            plain(vec![unreliable("TH", "17:00-19:00")]),
            evening(60),
            "2026-06-01 12:00",
            7,
            unknown("2026-06-04 17:00", "2026-06-04 18:00", Unknown::Unreliable),
        ),
        (
            "certain for long enough",
            doubtful(),
            evening(30),
            "2026-06-01 12:00",
            7,
            open("2026-06-04 17:30", "2026-06-04 18:00"),
        ),
        (
            "long enough only if the unknown part is open",
            doubtful(),
            evening(60),
            "2026-06-01 12:00",
            7,
            unknown("2026-06-04 17:00", "2026-06-04 18:00", Unknown::Unreliable),
        ),
        ("too short even so", doubtful(), evening(61), "2026-06-01 12:00", 7, Never),
        (
            "a later certain one before an unknown one",
            holiday.clone(),
            window("TH,FR", "10:00", "12:00", 60),
            "2025-12-24 12:00",
            14,
            open("2026-01-02 10:00", "2026-01-02 12:00"),
        ),
        (
            "only the unknown one in sight",
            holiday,
            window("TH,FR", "10:00", "12:00", 60),
            "2025-12-24 12:00",
            7,
            unknown("2025-12-25 10:00", "2025-12-25 12:00", Unknown::BankHoliday),
        ),
        ("shut just then", shut, evening(60), "2026-06-01 12:00", 7, Never),
        ("not stated", Hours::not_stated(), evening(60), "2026-06-01 12:00", 7, NotStated),
        (
            "the window has no hour in spring",
            plain(vec![every_day("all day")]),
            window("SU", "01:00", "02:00", 0),
            "2026-03-28 12:00",
            7,
            Never,
        ),
        (
            "and two in autumn",
            plain(vec![every_day("all day")]),
            window("SU", "01:00", "02:00", 120),
            "2026-10-24 12:00",
            7,
            open("2026-10-25 00:00", "2026-10-25 02:00"),
        ),
    ];
    for (name, hours, window, from, days, expected) in table {
        assert_eq!(hours.within(&window, utc(from), days), expected, "{name}");
    }
}
