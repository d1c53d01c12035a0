//! Which times of a date are open: spans, clock changes, exceptions and holidays.

use chrono::NaiveDate;
use signpost::hours::{Days, Hours, Instead, Nation, OnHolidays, Opening, Rule, Span, london};

use super::{date, except, plain, shown, span, spans, time, unreliable, weekly, with_exceptions};

#[test]
fn times_of_a_day_and_what_merges() {
    let table: Vec<(&str, Vec<Rule>, &[&str])> = vec![
        ("summer time is an hour ahead", vec![weekly("MO", "09:00-17:00")], &["06-01 08:00 to 06-01 16:00"]),
        (
            "several spans a day",
            vec![weekly("MO", "09:00-12:00"), weekly("MO", "13:30-17:00")],
            &["06-01 08:00 to 06-01 11:00", "06-01 12:30 to 06-01 16:00"],
        ),
        (
            "spans that touch",
            vec![weekly("MO", "09:00-12:00"), weekly("MO", "12:00-17:00")],
            &["06-01 08:00 to 06-01 16:00"],
        ),
        (
            "spans that overlap",
            vec![weekly("MO", "11:00-17:00"), weekly("MO", "09:00-12:00")],
            &["06-01 08:00 to 06-01 16:00"],
        ),
        (
            "one within another",
            vec![weekly("MO", "09:00-17:00"), weekly("MO", "11:00-12:00")],
            &["06-01 08:00 to 06-01 16:00"],
        ),
        (
            "the same twice",
            vec![weekly("MO", "09:00-17:00"), weekly("MO", "09:00-17:00")],
            &["06-01 08:00 to 06-01 16:00"],
        ),
        ("overnight", vec![weekly("MO", "22:00-06:00")], &["06-01 21:00 to 06-02 05:00"]),
        ("closes at its opening", vec![weekly("MO", "09:00-09:00")], &["06-01 08:00 to 06-02 08:00"]),
        ("closes before it opens by a minute", vec![weekly("MO", "09:01-09:00")], &["06-01 08:01 to 06-02 08:00"]),
        ("closes at midnight", vec![weekly("MO", "18:00-00:00")], &["06-01 17:00 to 06-01 23:00"]),
        ("closes at noon, having opened at noon", vec![weekly("MO", "12:00-12:00")], &["06-01 11:00 to 06-02 11:00"]),
        ("all day", vec![weekly("MO", "all day")], &["05-31 23:00 to 06-01 23:00"]),
        ("midnight to midnight", vec![weekly("MO", "00:00-00:00")], &["05-31 23:00 to 06-01 23:00"]),
        ("two whole days are one", vec![weekly("MO,TU", "all day")], &["05-31 23:00 to 06-02 23:00"]),
        (
            "a night into a day",
            vec![weekly("MO", "22:00-06:00"), weekly("TU", "06:00-12:00")],
            &["06-01 21:00 to 06-02 11:00"],
        ),
        (
            "an evening before midnight, a day after it",
            vec![weekly("MO", "20:00-00:00"), weekly("TU", "all day")],
            &["06-01 19:00 to 06-02 23:00"],
        ),
        (
            "the last minute is shut",
            vec![weekly("MO,TU", "00:00-23:59")],
            &["05-31 23:00 to 06-01 22:59", "06-01 23:00 to 06-02 22:59"],
        ),
        (
            "a certain opening over an unreliable one",
            vec![unreliable("MO", "09:00-17:00"), weekly("MO", "11:00-12:00")],
            &[
                "06-01 08:00 to 06-01 10:00 Unreliable",
                "06-01 10:00 to 06-01 11:00",
                "06-01 11:00 to 06-01 16:00 Unreliable",
            ],
        ),
        (
            "an unreliable one within a certain one",
            vec![unreliable("MO", "11:00-12:00"), weekly("MO", "09:00-17:00")],
            &["06-01 08:00 to 06-01 16:00"],
        ),
    ];
    for (name, rules, expected) in table {
        // From Monday's first minute on the wall, 23:00 in UTC.
        let hours = plain(rules);
        assert_eq!(shown(&hours, "2026-05-31 23:00", "2026-06-05 00:00"), expected, "{name}");
    }
}

#[test]
fn a_published_table_of_hours_ends_at_midnight() {
    let table = [
        ("00:00", "23:59", span("00:00-00:00")),
        ("18:00", "23:59", span("18:00-00:00")),
        ("18:00", "23:58", span("18:00-23:58")),
        ("09:00", "17:00", span("09:00-17:00")),
        ("23:59", "23:59", span("23:59-23:59")),
    ];
    for (opens, closes, expected) in table {
        assert_eq!(Span::published(time(opens), time(closes)), expected, "{opens} to {closes}");
    }
}

#[test]
fn a_rule_holds_from_its_first_date_to_its_last() {
    let night = |from: Option<&str>, until: Option<&str>| {
        let days = Days::weekly("MO,TU,WE", 1, None).unwrap();
        plain(vec![Rule::new(days, span("22:00-02:00"), from.map(date), until.map(date), true).unwrap()])
    };
    let [monday, tuesday, wednesday] =
        ["06-01 21:00 to 06-02 01:00", "06-02 21:00 to 06-03 01:00", "06-03 21:00 to 06-04 01:00"];
    let table: [(Option<&str>, Option<&str>, &[&str]); 6] = [
        (None, None, &[monday, tuesday, wednesday]),
        (Some("2026-06-02"), None, &[tuesday, wednesday]),
        // Monday's night ends on Tuesday, and is Monday's all the same.
        (None, Some("2026-06-01"), &[monday]),
        (Some("2026-06-02"), Some("2026-06-02"), &[tuesday]),
        (Some("2026-06-04"), None, &[]),
        (None, Some("2026-05-31"), &[]),
    ];
    for (from, until, expected) in table {
        assert_eq!(shown(&night(from, until), "2026-06-01 00:00", "2026-06-07 00:00"), expected, "{from:?} {until:?}");
    }
}

#[test]
fn on_the_days_when_clocks_change() {
    // In spring 01:00 to 01:59 is left out, at 01:00 UTC; in autumn it comes twice, from 00:00 UTC.
    let table = [
        ("2026-03-29", "all day", "03-29 00:00 to 03-29 23:00"),
        ("2026-03-29", "00:30-02:30", "03-29 00:30 to 03-29 01:30"),
        ("2026-03-29", "01:30-03:00", "03-29 01:00 to 03-29 02:00"),
        ("2026-03-29", "00:00-01:30", "03-29 00:00 to 03-29 01:00"),
        ("2026-03-29", "01:00-02:00", ""),
        ("2026-03-29", "01:15-01:45", ""),
        ("2026-03-29", "01:30-01:30", "03-29 01:00 to 03-30 00:30"),
        ("2026-03-28", "22:00-06:00", "03-28 22:00 to 03-29 05:00"),
        ("2026-03-28", "22:00-01:30", "03-28 22:00 to 03-29 01:00"),
        ("2026-03-28", "12:00-12:00", "03-28 12:00 to 03-29 11:00"),
        ("2026-03-30", "09:00-17:00", "03-30 08:00 to 03-30 16:00"),
        ("2026-10-25", "all day", "10-24 23:00 to 10-26 00:00"),
        ("2026-10-25", "00:30-02:30", "10-24 23:30 to 10-25 02:30"),
        ("2026-10-25", "01:30-03:00", "10-25 00:30 to 10-25 03:00"),
        ("2026-10-25", "00:00-01:30", "10-24 23:00 to 10-25 01:30"),
        ("2026-10-25", "01:00-02:00", "10-25 00:00 to 10-25 02:00"),
        ("2026-10-25", "01:15-01:45", "10-25 00:15 to 10-25 01:45"),
        ("2026-10-25", "01:30-01:30", "10-25 00:30 to 10-26 01:30"),
        ("2026-10-24", "22:00-06:00", "10-24 21:00 to 10-25 06:00"),
        ("2026-10-24", "22:00-01:30", "10-24 21:00 to 10-25 01:30"),
        ("2026-10-24", "22:00-01:00", "10-24 21:00 to 10-25 01:00"),
        ("2026-10-24", "22:00-02:00", "10-24 21:00 to 10-25 02:00"),
        ("2026-10-24", "12:00-12:00", "10-24 11:00 to 10-25 12:00"),
        ("2026-10-26", "09:00-17:00", "10-26 09:00 to 10-26 17:00"),
        ("2027-03-28", "01:30-03:00", "03-28 01:00 to 03-28 02:00"),
        ("2027-10-31", "01:30-03:00", "10-31 00:30 to 10-31 03:00"),
        // Before 1972 the clocks changed an hour later, and once did not go back for winter.
        ("1965-03-21", "02:30-04:00", "03-21 02:00 to 03-21 03:00"),
        ("1969-01-06", "09:00-17:00", "01-06 08:00 to 01-06 16:00"),
        // The last clock changes that are known, and the first summer without.
        ("2099-03-29", "01:30-03:00", "03-29 01:00 to 03-29 02:00"),
        ("2100-07-01", "09:00-17:00", "07-01 09:00 to 07-01 17:00"),
        ("2101-07-01", "09:00-17:00", "07-01 09:00 to 07-01 17:00"),
    ];
    for (on, times, expected) in table {
        let once = Rule::new(Days::Every, span(times), Some(date(on)), Some(date(on)), true).unwrap();
        let year = &on[..4];
        let found = shown(&plain(vec![once]), &format!("{year}-01-01 00:00"), &format!("{year}-12-31 00:00"));
        assert_eq!(found.join(" | "), expected, "{on} {times}");
    }
}

#[test]
fn exceptions_answer_before_anything_else() {
    let open = |times: &[&str]| Instead::Open(spans(times));
    let on = |instead| vec![except("2026-06-02", "2026-06-02", instead)];
    let both = |one, other| vec![except("2026-06-02", "2026-06-02", one), except("2026-06-01", "2026-06-02", other)];
    let table: Vec<(&str, Vec<signpost::hours::Exception>, &[&str])> = vec![
        ("none", vec![], &["06-02 08:00 to 06-02 16:00"]),
        ("closed", on(Instead::Closed), &[]),
        (
            "other times",
            on(open(&["10:00-11:00", "14:00-15:00"])),
            &["06-02 09:00 to 06-02 10:00", "06-02 13:00 to 06-02 14:00"],
        ),
        ("no times", on(open(&[])), &[]),
        ("unknown", on(Instead::Unknown), &["06-01 23:00 to 06-02 23:00 Unreliable"]),
        ("overnight", on(open(&["20:00-03:00"])), &["06-02 19:00 to 06-03 02:00"]),
        ("a period", vec![except("2026-05-20", "2026-06-10", Instead::Closed)], &[]),
        ("over before", vec![except("2026-05-20", "2026-06-01", Instead::Closed)], &["06-02 08:00 to 06-02 16:00"]),
        ("two openings", both(open(&["10:00-11:00"]), open(&["10:30-12:00"])), &["06-02 09:00 to 06-02 11:00"]),
        (
            "closed and open",
            both(Instead::Closed, open(&["10:00-11:00"])),
            &["06-02 09:00 to 06-02 10:00 Contradiction"],
        ),
        ("closed twice", both(Instead::Closed, Instead::Closed), &[]),
        ("closed and unknown", both(Instead::Closed, Instead::Unknown), &["06-01 23:00 to 06-02 23:00 Unreliable"]),
        (
            "open and unknown",
            both(open(&["10:00-11:00"]), Instead::Unknown),
            &[
                "06-01 23:00 to 06-02 09:00 Unreliable",
                "06-02 09:00 to 06-02 10:00",
                "06-02 10:00 to 06-02 23:00 Unreliable",
            ],
        ),
    ];
    for (name, exceptions, expected) in table {
        let hours = with_exceptions(vec![weekly("TU", "09:00-17:00")], exceptions);
        assert_eq!(shown(&hours, "2026-06-01 23:00", "2026-06-04 00:00"), expected, "{name}");
    }
}

#[test]
fn a_night_goes_on_into_a_day_that_is_shut() {
    let night = weekly("FR,SA", "22:00-04:00");
    let saturday_shut = with_exceptions(vec![night.clone()], vec![except("2026-06-06", "2026-06-06", Instead::Closed)]);
    assert_eq!(shown(&saturday_shut, "2026-06-05 00:00", "2026-06-08 00:00"), ["06-05 21:00 to 06-06 03:00"]);
    let friday_shut = with_exceptions(vec![night], vec![except("2026-06-05", "2026-06-05", Instead::Closed)]);
    assert_eq!(shown(&friday_shut, "2026-06-05 00:00", "2026-06-08 00:00"), ["06-06 21:00 to 06-07 03:00"]);
}

#[test]
fn on_holidays() {
    use Nation::{EnglandAndWales, NorthernIreland, Scotland};
    use OnHolidays::{AsUsual, Instead as Other, NotStated};
    let open = || Other(Instead::Open(spans(&["10:00-12:00"])));
    let nine_to_five = "09:00 to 17:00";
    let table: Vec<(&str, OnHolidays, Option<Nation>, &str, &str)> = vec![
        ("Easter Monday", NotStated, Some(EnglandAndWales), "2026-04-06", "09:00 to 17:00 BankHoliday"),
        ("Easter Monday", AsUsual, Some(EnglandAndWales), "2026-04-06", nine_to_five),
        ("Easter Monday", Other(Instead::Closed), Some(EnglandAndWales), "2026-04-06", ""),
        ("Easter Monday", open(), Some(EnglandAndWales), "2026-04-06", "10:00 to 12:00"),
        ("Easter Monday", Other(Instead::Unknown), Some(EnglandAndWales), "2026-04-06", "00:00 to 00:00 BankHoliday"),
        // No holiday in Scotland; where the nation is not stated, perhaps one.
        ("Easter Monday", NotStated, Some(Scotland), "2026-04-06", nine_to_five),
        ("Easter Monday", Other(Instead::Closed), Some(Scotland), "2026-04-06", nine_to_five),
        ("Easter Monday", NotStated, None, "2026-04-06", "09:00 to 17:00 BankHoliday"),
        ("Easter Monday", AsUsual, None, "2026-04-06", nine_to_five),
        ("Easter Monday", Other(Instead::Closed), None, "2026-04-06", "09:00 to 17:00 BankHoliday"),
        ("Easter Monday", open(), None, "2026-04-06", "09:00 to 17:00 BankHoliday"),
        // A holiday of all three.
        ("Good Friday", Other(Instead::Closed), None, "2026-04-03", ""),
        ("Good Friday", open(), None, "2026-04-03", "10:00 to 12:00"),
        ("World Cup", NotStated, Some(Scotland), "2026-06-15", "09:00 to 17:00 BankHoliday"),
        ("World Cup", NotStated, Some(EnglandAndWales), "2026-06-15", nine_to_five),
        ("the Twelfth, on its Monday", NotStated, Some(NorthernIreland), "2026-07-13", "09:00 to 17:00 BankHoliday"),
        // A Saturday that is Boxing Day is no bank holiday, yet nobody should count on it.
        ("Boxing Day itself", NotStated, Some(EnglandAndWales), "2026-12-26", "09:00 to 17:00 BankHoliday"),
        ("Boxing Day's substitute", NotStated, Some(EnglandAndWales), "2026-12-28", "09:00 to 17:00 BankHoliday"),
        ("St Andrew's Day itself", NotStated, Some(Scotland), "2024-11-30", nine_to_five),
        ("an ordinary day", Other(Instead::Closed), None, "2026-04-07", nine_to_five),
    ];
    for (name, on_holidays, nation, on, expected) in table {
        let hours = Hours::new(vec![weekly("MO,TU,FR,SA", "09:00-17:00")], vec![], on_holidays.clone(), nation);
        let (midnight, next) = (date(on), date(on).succ_opt().unwrap());
        let instant = |day: NaiveDate| day.and_hms_opt(0, 0, 0).unwrap().and_utc() - offset(day);
        let found: Vec<String> = hours
            .intervals(instant(midnight), instant(next))
            .iter()
            .map(|one| {
                let why = match one.opening {
                    Opening::Certain => String::new(),
                    Opening::Unknown(why) => format!(" {why:?}"),
                };
                format!("{} to {}{why}", london(one.from).format("%H:%M"), london(one.to).format("%H:%M"))
            })
            .collect();
        assert_eq!(found.join(" | "), expected, "{name} {on_holidays:?} {nation:?}");
    }
}

/// How far the wall is ahead at noon.
fn offset(day: NaiveDate) -> chrono::TimeDelta {
    let noon = day.and_hms_opt(12, 0, 0).unwrap();
    london(noon.and_utc()) - noon
}

#[test]
fn where_reasons_meet_the_holiday_is_told() {
    // Good Friday's own hours are in doubt because of the holiday; Thursday night's, going on
    // into it, because they are unreliable.
    let rules = vec![unreliable("TH", "22:00-12:00"), weekly("FR", "09:00-17:00")];
    let hours = Hours::new(rules, vec![], OnHolidays::NotStated, Some(Nation::Scotland));
    let expected = ["04-02 21:00 to 04-03 08:00 Unreliable", "04-03 08:00 to 04-03 16:00 BankHoliday"];
    assert_eq!(shown(&hours, "2026-04-02 12:00", "2026-04-04 00:00"), expected);
    let contradiction =
        |on| vec![except(on, on, Instead::Closed), except(on, on, Instead::Open(spans(&["22:00-12:00"])))];
    let hours = with_exceptions(vec![unreliable("FR", "09:00-17:00")], contradiction("2026-04-02"));
    let expected = ["04-02 21:00 to 04-03 11:00 Contradiction", "04-03 11:00 to 04-03 16:00 Unreliable"];
    assert_eq!(shown(&hours, "2026-04-02 12:00", "2026-04-04 00:00"), expected);
    let hours = with_exceptions(vec![], contradiction("2026-04-02"));
    let expected = ["04-02 21:00 to 04-03 11:00 Contradiction", "04-03 11:00 to 04-03 12:00 NotStated"];
    assert_eq!(shown(&hours, "2026-04-02 12:00", "2026-04-03 12:00"), expected);
}

#[test]
fn an_exception_beats_a_holiday_and_a_shut_day_stays_shut() {
    let boxing_day = vec![except("2025-12-26", "2025-12-26", Instead::Open(spans(&["10:00-12:00"])))];
    let hours = Hours::new(vec![weekly("FR", "09:00-17:00")], boxing_day, OnHolidays::NotStated, None);
    let expected = ["12-26 10:00 to 12-26 12:00", "01-02 09:00 to 01-02 17:00 BankHoliday"];
    assert_eq!(shown(&hours, "2025-12-20 00:00", "2026-01-03 00:00"), expected);
}

#[test]
fn all_day_and_new_years_night() {
    let always = |on_holidays| {
        Hours::new(vec![weekly("MO,TU,WE,TH,FR,SA,SU", "all day")], vec![], on_holidays, Some(Nation::EnglandAndWales))
    };
    let expected =
        ["12-31 12:00 to 01-01 00:00", "01-01 00:00 to 01-02 00:00 BankHoliday", "01-02 00:00 to 01-02 12:00"];
    assert_eq!(shown(&always(OnHolidays::NotStated), "2025-12-31 12:00", "2026-01-02 12:00"), expected);
    assert_eq!(
        shown(&always(OnHolidays::AsUsual), "2025-12-31 12:00", "2026-01-02 12:00"),
        ["12-31 12:00 to 01-02 12:00"]
    );
    // The night of New Year's Eve is the Wednesday's, which is no holiday; that of the first is unknown.
    let nights = Hours::new(vec![weekly("WE,TH,FR", "22:00-04:00")], vec![], OnHolidays::NotStated, None);
    let expected = [
        "12-31 22:00 to 01-01 04:00",
        "01-01 22:00 to 01-02 04:00 BankHoliday",
        "01-02 22:00 to 01-03 04:00 BankHoliday",
    ];
    assert_eq!(shown(&nights, "2025-12-31 12:00", "2026-01-03 12:00"), expected);
}

#[test]
fn without_rules_only_what_is_excepted_is_known() {
    let two = vec![
        except("2026-12-24", "2026-12-24", Instead::Open(spans(&["22:00-02:00"]))),
        except("2026-12-26", "2026-12-26", Instead::Closed),
    ];
    let hours = Hours::new(vec![], two, OnHolidays::Instead(Instead::Closed), Some(Nation::EnglandAndWales));
    // Christmas Day is a holiday; the night before goes on into it.
    let expected =
        ["12-23 12:00 to 12-24 00:00 NotStated", "12-24 22:00 to 12-25 02:00", "12-27 00:00 to 12-27 12:00 NotStated"];
    assert_eq!(shown(&hours, "2026-12-23 12:00", "2026-12-27 12:00"), expected);
    assert!(!hours.is_stated());
    let holiday = Hours::new(vec![], vec![], OnHolidays::NotStated, None);
    assert_eq!(holiday, Hours::not_stated());
    assert_eq!(shown(&holiday, "2026-12-24 12:00", "2026-12-27 12:00"), ["12-24 12:00 to 12-27 12:00 NotStated"]);
}
