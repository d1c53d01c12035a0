//! The grammar of hours, holidays, closures and events.

use super::rows;

#[test]
fn hours_are_read_as_the_grammar_says() {
    let table: &[(&str, &[&str])] = &[
        (r#"hours = ["Mon-Fri 09:00-17:00"]"#, &["hours weekly opens MO,TU,WE,TH,FR 09:00 17:00"]),
        (r#"hours = ["Sat 09:00-09:30"]"#, &["hours weekly opens SA 09:00 09:30"]),
        (r#"hours = ["Fri,Mon,Wed 10:00-12:00"]"#, &["hours weekly opens MO,WE,FR 10:00 12:00"]),
        (r#"hours = ["Fri-Mon 10:00-12:00"]"#, &["hours weekly opens MO,FR,SA,SU 10:00 12:00"]),
        (r#"hours = ["daily 21:00-08:00"]"#, &["hours weekly opens MO,TU,WE,TH,FR,SA,SU 21:00 08:00"]),
        (r#"hours = ["daily 24h"]"#, &["hours weekly opens_all_day MO,TU,WE,TH,FR,SA,SU"]),
        (
            r#"hours = ["Sun 09:00-12:30,13:30-17:00"]"#,
            &["hours weekly opens SU 09:00 12:30", "hours weekly opens SU 13:30 17:00"],
        ),
        (
            r#"hours = ["Mon 09:00-12:00,21:00-00:00"]"#,
            &["hours weekly opens MO 09:00 12:00", "hours weekly opens MO 21:00 00:00"],
        ),
        (r#"hours = ["1st Tue 18:00-20:00"]"#, &["hours monthly opens 1TU 18:00 20:00"]),
        (r#"hours = ["2nd,4th Thu 18:00-20:00"]"#, &["hours monthly opens 2TH,4TH 18:00 20:00"]),
        (r#"hours = ["last Fri 24h"]"#, &["hours monthly opens_all_day -1FR"]),
        (
            r#"hours = ["every 2 weeks Mon from 2026-11-02 10:00-12:00"]"#,
            &["hours weekly opens MO /2 at 2026-11-02 10:00 12:00"],
        ),
        (
            r#"hours = ["from 2026-12-01 until 2027-02-28: daily 20:00-08:00"]"#,
            &["hours weekly opens MO,TU,WE,TH,FR,SA,SU from 2026-12-01 to 2027-02-28 20:00 08:00"],
        ),
        (
            r#"hours = ["until 2027-02-28: 1st Sat 10:00-12:00"]"#,
            &["hours monthly opens 1SA to 2027-02-28 10:00 12:00"],
        ),
        (r#"hours = ["from 2026-12-01: Sat 24h"]"#, &["hours weekly opens_all_day SA from 2026-12-01"]),
        (r#"holidays = "closed""#, &["hours bank_holidays closes"]),
        (r#"holidays = "10:00-14:00""#, &["hours bank_holidays opens 10:00 14:00"]),
        (r#"holidays = "24h""#, &["hours bank_holidays opens_all_day"]),
        (
            "hours = [\"Mon 24h\"]\nholidays = \"as usual\"",
            &["hours weekly opens_all_day MO", "hours bank_holidays opens"],
        ),
        (r#"closures = ["2026-12-24..2027-01-01 closed"]"#, &["hours dates closes from 2026-12-24 to 2027-01-01"]),
        (r#"closures = ["2026-12-31 10:00-12:00"]"#, &["hours dates opens from 2026-12-31 to 2026-12-31 10:00 12:00"]),
        (r#"events = ["Wed 14:00-15:00 Women's group"]"#, &["event weekly opens WE 14:00 15:00 Women's group"]),
        (
            r#"events = ["3rd Wed 17:00-18:30  Volunteers   meet"]"#,
            &["event monthly opens 3WE 17:00 18:30 Volunteers meet"],
        ),
    ];
    for (line, expected) in table {
        assert_eq!(rows(line).unwrap(), *expected, "{line}");
    }
}

#[test]
fn hours_that_are_not_of_the_grammar_say_what_would_be() {
    let table = [
        (r#"hours = [""]"#, "hours", "`Mon-Fri 09:00-17:00`"),
        (r#"hours = ["Mon-Fri"]"#, "hours", "write days and times"),
        (r#"hours = ["Monday 09:00-17:00"]"#, "hours", "`Monday` is not a day"),
        (r#"hours = ["mon 09:00-17:00"]"#, "hours", "write Mon, Tue"),
        (r#"hours = ["Mon,Mon 09:00-17:00"]"#, "hours", "twice"),
        (r#"hours = ["Mon-Wed,Tue 09:00-17:00"]"#, "hours", "twice"),
        (r#"hours = ["Mon 9:00-17:00"]"#, "hours", "`9:00` is not a time of day"),
        (r#"hours = ["Mon 09:00-24:00"]"#, "hours", "midnight is 00:00"),
        (r#"hours = ["Mon 09:00"]"#, "hours", "`24h`"),
        (r#"hours = ["Mon 09:00-09:00"]"#, "hours", "`24h` for the whole day"),
        (r#"hours = ["Mon 09:00-12:00,11:00-13:00"]"#, "hours", "without overlapping"),
        (r#"hours = ["Mon 21:00-08:00,09:00-10:00"]"#, "hours", "without overlapping"),
        (r#"hours = ["Mon 09:00-17:00 Advice"]"#, "hours", "nothing may follow"),
        (r#"hours = ["1st,1st Tue 10:00-12:00"]"#, "hours", "twice"),
        (r#"hours = ["1st,6th Tue 10:00-12:00"]"#, "hours", "write 1st, 2nd"),
        (r#"hours = ["every 1 weeks Mon from 2026-11-02 10:00-12:00"]"#, "hours", "between 2 and 52"),
        (r#"hours = ["every 2 weeks Mon from 2026-11-03 10:00-12:00"]"#, "hours", "that is a Tuesday"),
        (r#"hours = ["every 2 weeks Mon 10:00-12:00"]"#, "hours", "`every 2 weeks Mon from 2026-11-02"),
        (r#"hours = ["from 2026-13-01: Mon 24h"]"#, "hours", "is not a date"),
        (r#"hours = ["from 2027-01-01 until 2026-01-01: Mon 24h"]"#, "hours", "must not lie after"),
        (r#"hours = ["from 2027-01-01 Mon 24h"]"#, "hours", "write it as in `from"),
        (r#"holidays = "as usual""#, "holidays", "needs `hours`"),
        (r#"holidays = "shut""#, "holidays", "or write `closed`, or `as usual`"),
        (r#"closures = ["2026-12-24"]"#, "closures", "what holds then"),
        (r#"closures = ["2026-12-24..2026-12-23 closed"]"#, "closures", "must not lie after"),
        (r#"closures = ["24.12.2026 closed"]"#, "closures", "as in `2026-12-24`"),
        (r#"closures = ["2026-12-24 open"]"#, "closures", "or write `closed`"),
        (r#"events = ["Wed 14:00-15:00"]"#, "events", "a title must follow"),
    ];
    for (line, field, reason) in table {
        let error = rows(line).unwrap_err();
        assert_eq!(
            (error.file.as_str(), error.field.as_str()),
            ("test/a.toml", &*format!("service s: {field}")),
            "{line}"
        );
        assert!(error.reason.contains(reason), "{line}: {error}");
    }
}
