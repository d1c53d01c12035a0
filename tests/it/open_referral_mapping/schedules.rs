//! Rows of hours as feeds have them, and what they are read as.

use serde_json::{Value, json};
use signpost::{directory::listing::Schedule, open_referral::mapping::listing_from};

/// A schedule in one line: kind where it is an event, days, effect, and what else is set.
fn line(row: &Schedule) -> String {
    let mut parts = Vec::new();
    if row.kind.as_str() == "event" {
        parts.push("event".to_owned());
    }
    parts.push(format!("{} {}", row.days.as_str(), row.effect.as_str()));
    parts.extend(row.by_day.clone());
    parts.extend(row.by_month_day.as_ref().map(|days| format!("day {days}")));
    if row.interval != 1 || row.anchor.is_some() {
        parts.push(format!("every {} from {:?}", row.interval, row.anchor));
    }
    if row.valid_from.is_some() || row.valid_to.is_some() {
        let date = |date: Option<chrono::NaiveDate>| date.map_or("…".to_owned(), |date| date.to_string());
        parts.push(format!("{}..{}", date(row.valid_from), date(row.valid_to)));
    }
    if row.opens_at.is_some() || row.closes_at.is_some() {
        let time =
            |time: Option<chrono::NaiveTime>| time.map_or("…".to_owned(), |time| time.format("%H:%M").to_string());
        parts.push(format!("{}-{}", time(row.opens_at), time(row.closes_at)));
    }
    parts.extend(row.note.as_ref().map(|note| format!("({note})")));
    parts.join(" ").replace("every 1 from Some", "from").replace("from Some", "from")
}

/// The rows of a service, and how many remarks there were.
fn read(rows: Value) -> (Vec<String>, usize) {
    let document = json!({
        "id": "0b6c5a1e-7d2f-4c8a-9e3b-5f4d2c1b0a99",
        "name": "Drop-in",
        "status": "active",
        "organization": { "id": "0b6c5a1e-7d2f-4c8a-9e3b-5f4d2c1b0a98", "name": "Harbour", "description": "Harbour" },
        "schedules": rows,
    });
    let mapped = listing_from(&document);
    (mapped.listing.schedules.iter().map(line).collect(), mapped.remarks.len())
}

#[test]
fn each_row_is_read_as_it_must_be_meant_or_as_unknown() {
    // Row, what it reads as (empty: left out), remarks.
    let table: Vec<(Value, &str, usize)> = vec![
        // Ordinary weeks.
        (
            json!({"freq": "WEEKLY", "byday": "MO", "opens_at": "09:00", "closes_at": "17:00"}),
            "weekly opens MO 09:00-17:00",
            0,
        ),
        (
            json!({"freq": "WEEKLY", "byday": "th, fr", "opens_at": "10:00:00", "closes_at": "18:00:00"}),
            "weekly opens TH,FR 10:00-18:00",
            0,
        ),
        (
            json!({"freq": "WEEKLY", "byday": "MO-FR", "opens_at": "9:00", "closes_at": "1700"}),
            "weekly opens MO,TU,WE,TH,FR 09:00-17:00",
            0,
        ),
        (
            json!({"byday": "Monday Tuesday", "opens_at": "09:00Z", "closes_at": "17:00+01:00"}),
            "weekly opens MO,TU 09:00-17:00",
            0,
        ),
        (
            json!({"freq": "WEEKLY", "byday": "SA", "opens_at": "09:00", "closes_at": "12:00", "description": "Family day", "notes": "Ring first"}),
            "weekly opens SA 09:00-12:00 (Family day Ring first)",
            0,
        ),
        (
            json!({"freq": "WEEKLY", "dtstart": "2026-11-05", "opens_at": "09:00", "closes_at": "12:00"}),
            "weekly opens TH from(2026-11-05) 2026-11-05..… 09:00-12:00",
            0,
        ),
        (
            json!({"freq": "WEEKLY", "interval": 2, "dtstart": "2026-11-05", "byday": "TH", "opens_at": "09:00", "closes_at": "12:00"}),
            "weekly opens TH every 2 from(2026-11-05) 2026-11-05..… 09:00-12:00",
            0,
        ),
        (
            json!({"freq": "WEEKLY", "interval": 2, "byday": "TH", "opens_at": "09:00", "closes_at": "12:00"}),
            "weekly opens TH every 2 from None 09:00-12:00",
            1,
        ),
        (
            json!({"freq": "WEEKLY", "byday": "MO,TU", "valid_from": "2026-06-01", "valid_to": "2026-08-31", "opens_at": "09:00", "closes_at": "12:00"}),
            "weekly opens MO,TU 2026-06-01..2026-08-31 09:00-12:00",
            0,
        ),
        (
            json!({"freq": "WEEKLY", "byday": "MO", "valid_to": "2026-08-31", "until": "2026-07-31", "opens_at": "09:00", "closes_at": "12:00"}),
            "weekly opens MO …..2026-07-31 09:00-12:00",
            0,
        ),
        (
            json!({"freq": "WEEKLY", "byday": "MO,TH", "dtstart": "2026-11-05", "count": 3, "opens_at": "09:00", "closes_at": "12:00"}),
            "weekly opens MO,TH from(2026-11-05) 2026-11-05..2026-11-12 09:00-12:00",
            0,
        ),
        (json!({"opens_at": "09:00", "closes_at": "17:00"}), "weekly opens MO,TU,WE,TH,FR,SA,SU 09:00-17:00", 0),
        // Months.
        (
            json!({"freq": "MONTHLY", "byday": "2MO,-1FR", "opens_at": "18:00", "closes_at": "20:00"}),
            "monthly opens 2MO,-1FR 18:00-20:00",
            0,
        ),
        (
            json!({"freq": "MONTHLY", "bymonthday": "1, 15", "opens_at": "18:00", "closes_at": "20:00"}),
            "monthly opens day 1,15 18:00-20:00",
            0,
        ),
        (
            json!({"freq": "MONTHLY", "dtstart": "2026-11-05", "opens_at": "18:00", "closes_at": "20:00"}),
            "monthly opens day 5 from(2026-11-05) 2026-11-05..… 18:00-20:00",
            0,
        ),
        (
            json!({"freq": "MONTHLY", "byday": "1MO", "dtstart": "2026-11-02", "count": 2, "opens_at": "18:00", "closes_at": "20:00"}),
            "monthly opens 1MO from(2026-11-02) 2026-11-02..2026-12-07 18:00-20:00",
            0,
        ),
        (
            json!({"freq": "WEEKLY", "byday": "2MO", "opens_at": "18:00", "closes_at": "20:00"}),
            "monthly opens 2MO 18:00-20:00",
            1,
        ),
        (
            json!({"freq": "MONTHLY", "opens_at": "18:00", "closes_at": "20:00"}),
            "weekly unknown MO,TU,WE,TH,FR,SA,SU 18:00-20:00",
            1,
        ),
        // Single dates and periods.
        (
            json!({"freq": "WEEKLY", "valid_from": "2014-04-18", "valid_to": "2014-04-18", "description": "Closed"}),
            "dates closes 2014-04-18..2014-04-18",
            0,
        ),
        (
            json!({"freq": "WEEKLY", "valid_from": "2014-12-24", "valid_to": "2014-12-24", "opens_at": "09:00", "closes_at": "13:00"}),
            "dates opens 2014-12-24..2014-12-24 09:00-13:00",
            0,
        ),
        (
            json!({"freq": "WEEKLY", "valid_from": "2014-12-24", "valid_to": "2015-01-02", "description": "Closed for Christmas"}),
            "dates closes 2014-12-24..2015-01-02 (Closed for Christmas)",
            0,
        ),
        (
            json!({"freq": "WEEKLY", "byday": "FR", "valid_from": "2014-04-18", "valid_to": "2014-04-18", "description": "closed."}),
            "dates closes 2014-04-18..2014-04-18",
            0,
        ),
        (
            json!({"freq": "WEEKLY", "byday": "MO", "valid_from": "2014-04-18", "valid_to": "2014-04-18", "description": "Closed"}),
            "dates unknown 2014-04-18..2014-04-18",
            1,
        ),
        (
            json!({"freq": "WEEKLY", "valid_from": "2014-01-01", "valid_to": "2014-12-31", "opens_at": "09:00", "closes_at": "13:00"}),
            "weekly unknown MO,TU,WE,TH,FR,SA,SU 2014-01-01..2014-12-31 09:00-13:00",
            1,
        ),
        (
            json!({"freq": "WEEKLY", "valid_from": "2014-05-02", "valid_to": "2014-05-01", "description": "Closed"}),
            "",
            1,
        ),
        (
            json!({"dtstart": "2026-11-05", "opens_at": "18:00", "closes_at": "20:00", "description": "Open evening"}),
            "event dates opens 2026-11-05..2026-11-05 18:00-20:00 (Open evening)",
            0,
        ),
        // Closed, open all day, and neither.
        (json!({"freq": "WEEKLY", "byday": "SU", "description": "Closed"}), "weekly closes SU", 0),
        (json!({"freq": "WEEKLY", "byday": "SU", "description": "Open 24 hours"}), "weekly opens_all_day SU", 0),
        (
            json!({"freq": "WEEKLY", "byday": "MO", "opens_at": "00:00", "closes_at": "23:59"}),
            "weekly opens_all_day MO",
            0,
        ),
        (
            json!({"freq": "WEEKLY", "byday": "MO", "opens_at": "00:00", "closes_at": "00:00"}),
            "weekly opens_all_day MO",
            0,
        ),
        (
            json!({"freq": "WEEKLY", "byday": "MO", "opens_at": "00:00", "closes_at": "24:00"}),
            "weekly opens_all_day MO",
            0,
        ),
        (json!({"freq": "WEEKLY", "byday": "MO"}), "weekly unknown MO", 1),
        (
            json!({"freq": "WEEKLY", "byday": "MO", "description": "Closed 12 to 1"}),
            "weekly unknown MO (Closed 12 to 1)",
            1,
        ),
        (
            json!({"freq": "WEEKLY", "byday": "MO", "description": "Closed", "opens_at": "09:00", "closes_at": "17:00"}),
            "weekly unknown MO 09:00-17:00",
            1,
        ),
        (json!({"freq": "WEEKLY", "byday": "MO", "opens_at": "09:00"}), "weekly unknown MO 09:00-…", 1),
        // Over midnight: a night, or a slip of the pen.
        (
            json!({"freq": "WEEKLY", "byday": "MO", "opens_at": "21:00", "closes_at": "08:00"}),
            "weekly opens MO 21:00-08:00",
            0,
        ),
        (
            json!({"freq": "WEEKLY", "byday": "MO", "opens_at": "18:00", "closes_at": "02:00"}),
            "weekly opens MO 18:00-02:00",
            0,
        ),
        (
            json!({"freq": "WEEKLY", "byday": "MO", "opens_at": "08:00", "closes_at": "00:00"}),
            "weekly opens MO 08:00-00:00",
            0,
        ),
        (
            json!({"freq": "WEEKLY", "byday": "MO", "opens_at": "06:00", "closes_at": "00:00"}),
            "weekly opens MO 06:00-00:00",
            0,
        ),
        (
            json!({"freq": "WEEKLY", "byday": "MO", "opens_at": "09:00", "closes_at": "08:30"}),
            "weekly unknown MO 09:00-08:30",
            1,
        ),
        (
            json!({"freq": "WEEKLY", "byday": "MO", "opens_at": "14:00", "closes_at": "13:00"}),
            "weekly unknown MO 14:00-13:00",
            1,
        ),
        (
            json!({"freq": "WEEKLY", "byday": "MO", "opens_at": "09:00", "closes_at": "05:30"}),
            "weekly unknown MO 09:00-05:30",
            1,
        ),
        (
            json!({"freq": "WEEKLY", "byday": "MO", "opens_at": "12:00", "closes_at": "02:00"}),
            "weekly unknown MO 12:00-02:00",
            1,
        ),
        (
            json!({"freq": "WEEKLY", "byday": "MO", "opens_at": "17:00", "closes_at": "16:00"}),
            "weekly unknown MO 17:00-16:00",
            1,
        ),
        (
            json!({"freq": "WEEKLY", "byday": "MO", "opens_at": "09:00", "closes_at": "09:00"}),
            "weekly unknown MO 09:00-09:00",
            1,
        ),
        (
            json!({"freq": "WEEKLY", "byday": "MO", "opens_at": "00:00", "closes_at": "00:01"}),
            "weekly unknown MO 00:00-00:01",
            1,
        ),
        // What cannot be held, or is no such thing.
        (
            json!({"freq": "WEEKLY", "byday": "MO", "byweekno": "41,42", "opens_at": "09:00", "closes_at": "12:00"}),
            "weekly unknown MO 09:00-12:00",
            1,
        ),
        (
            json!({"freq": "WEEKLY", "byday": "TH", "bymonthday": "2,3", "opens_at": "09:00", "closes_at": "12:00"}),
            "weekly unknown TH 09:00-12:00",
            1,
        ),
        (
            json!({"freq": "WEEKLY", "opens_at": "09:00", "closes_at": "12:00"}),
            "weekly unknown MO,TU,WE,TH,FR,SA,SU 09:00-12:00",
            1,
        ),
        (
            json!({"freq": "WEEKLY", "byday": "Mittwoch", "opens_at": "09:00", "closes_at": "12:00"}),
            "weekly unknown MO,TU,WE,TH,FR,SA,SU 09:00-12:00",
            2,
        ),
        (
            json!({"freq": "WEEKLY", "byday": "MO", "opens_at": "9am", "closes_at": "12:00"}),
            "weekly unknown MO …-12:00",
            2,
        ),
        (
            json!({"freq": "WEEKLY", "byday": "MO", "valid_from": "spring", "opens_at": "09:00", "closes_at": "12:00"}),
            "weekly unknown MO 09:00-12:00",
            1,
        ),
        (
            json!({"freq": "WEEKLY", "byday": "MO", "interval": 0, "opens_at": "09:00", "closes_at": "12:00"}),
            "weekly unknown MO 09:00-12:00",
            1,
        ),
        (
            json!({"freq": "WEEKLY", "byday": "MO", "count": 1e300, "dtstart": "2026-11-05", "opens_at": "09:00", "closes_at": "12:00"}),
            "weekly unknown MO from(2026-11-05) 2026-11-05..… 09:00-12:00",
            1,
        ),
        (json!({"description": "By appointment"}), "", 1),
        // Bank holidays and events.
        (json!({"description": "Closed on bank holidays"}), "bank_holidays closes", 0),
    ];
    let mut wrong = Vec::new();
    for (row, expected, remarks) in table {
        let (found, told) = read(json!([row]));
        if found.join("; ") != expected || told != remarks {
            wrong.push(format!(
                "{row}\n  expected {expected} ({remarks} remarks)\n  found    {} ({told})",
                found.join("; ")
            ));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn words_that_close_bank_holidays_close_them_once() {
    let row = |day: &str, words: &str| json!({"freq": "WEEKLY", "byday": day, "opens_at": "09:00", "closes_at": "17:00", "description": words});
    let (rows, _) =
        read(json!([row("MO", "Not available on public holidays."), row("TU", "Not available on public holidays.")]));
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[2], "bank_holidays closes");
    for words in [
        "Open on bank holidays",
        "Closed on some bank holidays",
        "Not closed on bank holidays",
        "Ask about bank holidays",
    ] {
        assert_eq!(read(json!([row("MO", words)])).0.len(), 1, "{words}");
    }
}

#[test]
fn a_lone_day_from_midnight_to_midnight_is_a_blank_and_a_week_of_them_is_not() {
    let row = |day: &str, opens: &str, closes: &str| json!({"freq": "WEEKLY", "byday": day, "opens_at": opens, "closes_at": closes});
    let (lone, remarks) = read(json!([row("TH", "07:30", "18:30"), row("FR", "00:00", "00:00")]));
    assert_eq!((lone[1].as_str(), remarks), ("weekly unknown FR", 1));
    let (week, remarks) =
        read(json!([row("TH", "07:30", "18:30"), row("FR", "00:00", "00:00"), row("SA", "00:00", "00:00")]));
    assert_eq!(
        (week[1].as_str(), week[2].as_str(), remarks),
        ("weekly opens_all_day FR", "weekly opens_all_day SA", 0)
    );
}

#[test]
fn holiday_tables_of_earlier_versions_are_dates() {
    let document = json!({
        "id": "0b6c5a1e-7d2f-4c8a-9e3b-5f4d2c1b0a99", "name": "Drop-in", "status": "active",
        "holiday_schedules": [
            {"closed": true, "start_date": "2026-12-25", "end_date": "2026-12-26"},
            {"closed": false, "start_date": "2026-12-31", "end_date": "2026-12-31", "opens_at": "10:00", "closes_at": "12:00"},
            {"closed": false, "start_date": "2027-01-01"},
            {"closed": true},
        ],
    });
    let mapped = listing_from(&document);
    let rows: Vec<String> = mapped.listing.schedules.iter().map(line).collect();
    assert_eq!(
        rows,
        [
            "dates closes 2026-12-25..2026-12-26",
            "dates opens 2026-12-31..2026-12-31 10:00-12:00",
            "dates unknown 2027-01-01..2027-01-01"
        ]
    );
    let told: Vec<&str> = mapped.remarks.iter().map(|remark| remark.path.as_str()).collect();
    assert_eq!(told, ["/holiday_schedules/2/closed", "/holiday_schedules/3/start_date", "/organization"]);
}
