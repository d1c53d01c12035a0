//! The grammar of hours: `<days> <times>`, as people write it on a door.
//!
//! | what | examples |
//! |---|---|
//! | days of the week | `Mon-Fri`, `Sat`, `Mon,Wed,Fri`, `Fri-Mon`, `daily` |
//! | days of the month | `1st Tue`, `2nd,4th Thu`, `last Fri` |
//! | every so many weeks | `every 2 weeks Mon from 2026-11-02` (a date on which it takes place) |
//! | times | `09:00-17:00`, `09:00-12:30,13:30-17:00`, overnight `21:00-08:00`, `24h` |
//! | only for a while | `from 2026-12-01 until 2027-02-28: daily 20:00-08:00`, dates inclusive; either may be left out |
//!
//! An event is the same with a title behind it. Each refusal says what would be right.

use chrono::{Datelike, NaiveDate, NaiveTime, Weekday};
use entity::enums::{ScheduleDays, ScheduleEffect, ScheduleKind};

use crate::directory::listing::Schedule;

const DAYS: [(&str, &str, Weekday); 7] = [
    ("Mon", "MO", Weekday::Mon),
    ("Tue", "TU", Weekday::Tue),
    ("Wed", "WE", Weekday::Wed),
    ("Thu", "TH", Weekday::Thu),
    ("Fri", "FR", Weekday::Fri),
    ("Sat", "SA", Weekday::Sat),
    ("Sun", "SU", Weekday::Sun),
];

const ORDINALS: [(&str, i8); 6] = [("1st", 1), ("2nd", 2), ("3rd", 3), ("4th", 4), ("5th", 5), ("last", -1)];

const MAXIMUM_WEEKS: u16 = 52;

/// One line of opening hours; a row for each span.
pub(super) fn hours(text: &str) -> Result<Vec<Schedule>, String> {
    match rows(text, ScheduleKind::Hours)? {
        (rows, title) if title.is_empty() => Ok(rows),
        (_, title) => Err(format!("`{text}`: nothing may follow the times, but `{title}` does")),
    }
}

/// One event; a row for each span, with the title as its note.
pub(super) fn event(text: &str) -> Result<Vec<Schedule>, String> {
    let (mut rows, title) = rows(text, ScheduleKind::Event)?;
    if title.is_empty() {
        return Err(format!("`{text}`: a title must follow the times, as in `Wed 14:00-15:00 Women's group`"));
    }
    for row in &mut rows {
        row.note = Some(title.clone());
    }
    Ok(rows)
}

/// What happens on bank holidays: `closed`, `as usual` (a row that opens, without times), or times.
pub(super) fn holidays(text: &str) -> Result<Vec<Schedule>, String> {
    let base = Schedule::blank(ScheduleKind::Hours, ScheduleDays::BankHolidays, ScheduleEffect::Opens);
    match text {
        "closed" => Ok(vec![Schedule { effect: ScheduleEffect::Closes, ..base }]),
        "as usual" => Ok(vec![base]),
        times => spans(times)
            .map(|spans| with_spans(&base, &spans))
            .map_err(|reason| format!("{reason}; or write `closed`, or `as usual`")),
    }
}

/// A dated exception: `2026-12-24..2027-01-01 closed`, or one date, or times in place of `closed`.
pub(super) fn closure(text: &str) -> Result<Vec<Schedule>, String> {
    let (dates, what) = text.split_once(' ').ok_or_else(|| {
        format!("`{text}`: write a date or two and what holds then, as in `2026-12-24..2027-01-01 closed`")
    })?;
    let (from, to) = dates.split_once("..").unwrap_or((dates, dates));
    let (from, to) = (date(from)?, date(to)?);
    if to < from {
        return Err(format!("`{text}`: the first date must not lie after the last"));
    }
    let base = Schedule {
        valid_from: Some(from),
        valid_to: Some(to),
        ..Schedule::blank(ScheduleKind::Hours, ScheduleDays::Dates, ScheduleEffect::Opens)
    };
    match what.trim() {
        "closed" => Ok(vec![Schedule { effect: ScheduleEffect::Closes, ..base }]),
        times => {
            spans(times).map(|spans| with_spans(&base, &spans)).map_err(|reason| format!("{reason}; or write `closed`"))
        }
    }
}

/// The rows, and whatever stands behind the times.
fn rows(text: &str, kind: ScheduleKind) -> Result<(Vec<Schedule>, String), String> {
    let (valid_from, valid_to, rule) = validity(text)?;
    let words: Vec<&str> = rule.split_whitespace().collect();
    let unclear = || format!("`{text}`: write days and times, as in `Mon-Fri 09:00-17:00` or `1st Tue 18:00-20:00`");
    let (base, rest) = match words.as_slice() {
        ["every", weeks, "weeks", days, "from", anchor, rest @ ..] => (fortnightly(kind, weeks, days, anchor)?, rest),
        ["every", ..] => {
            return Err(format!("`{text}`: write it as in `every 2 weeks Mon from 2026-11-02 10:00-12:00`"));
        }
        [ordinals, days, rest @ ..] if is_ordinal(ordinals) => (monthly(kind, ordinals, days)?, rest),
        [days, rest @ ..] => {
            let by_day = Some(codes(&weekdays(days)?).join(","));
            (Schedule { by_day, ..Schedule::blank(kind, ScheduleDays::Weekly, ScheduleEffect::Opens) }, rest)
        }
        [] => return Err(unclear()),
    };
    let (times, title) = rest.split_first().ok_or_else(unclear)?;
    let base = Schedule { valid_from, valid_to, ..base };
    Ok((with_spans(&base, &spans(times)?), title.join(" ")))
}

/// Takes `from … until …:` off the front.
fn validity(text: &str) -> Result<(Option<NaiveDate>, Option<NaiveDate>, &str), String> {
    let text = text.trim();
    if !(text.starts_with("from ") || text.starts_with("until ")) {
        return Ok((None, None, text));
    }
    let shape = || format!("`{text}`: write it as in `from 2026-12-01 until 2027-02-28: daily 20:00-08:00`");
    let (dates, rule) = text.split_once(": ").ok_or_else(shape)?;
    let words: Vec<&str> = dates.split_whitespace().collect();
    let (from, until) = match words.as_slice() {
        ["from", from, "until", until] => (Some(date(from)?), Some(date(until)?)),
        ["from", from] => (Some(date(from)?), None),
        ["until", until] => (None, Some(date(until)?)),
        _ => return Err(shape()),
    };
    if from.zip(until).is_some_and(|(from, until)| until < from) {
        return Err(format!("`{text}`: the first date must not lie after the last"));
    }
    Ok((from, until, rule))
}

fn fortnightly(kind: ScheduleKind, weeks: &str, days: &str, anchor: &str) -> Result<Schedule, String> {
    let interval = weeks.parse().ok().filter(|weeks| (2..=MAXIMUM_WEEKS).contains(weeks)).ok_or_else(|| {
        format!("`every {weeks} weeks`: the number must lie between 2 and {MAXIMUM_WEEKS}; leave it out for every week")
    })?;
    let days = weekdays(days)?;
    let anchor = date(anchor)?;
    if !days.iter().any(|(_, _, day)| *day == anchor.weekday()) {
        return Err(format!("`from {anchor}`: that is a {}, on which it doesn't take place", anchor.format("%A")));
    }
    let by_day = Some(codes(&days).join(","));
    Ok(Schedule {
        by_day,
        interval,
        anchor: Some(anchor),
        ..Schedule::blank(kind, ScheduleDays::Weekly, ScheduleEffect::Opens)
    })
}

fn is_ordinal(word: &str) -> bool {
    word.split(',').next().is_some_and(|first| ORDINALS.iter().any(|(ordinal, _)| *ordinal == first))
}

fn monthly(kind: ScheduleKind, ordinals: &str, days: &str) -> Result<Schedule, String> {
    let codes = codes(&weekdays(days)?);
    let mut by_day: Vec<String> = Vec::new();
    for word in ordinals.split(',') {
        let (_, number) = ORDINALS
            .iter()
            .find(|(ordinal, _)| *ordinal == word)
            .ok_or_else(|| format!("`{word}`: write 1st, 2nd, 3rd, 4th, 5th or last"))?;
        for code in &codes {
            let entry = format!("{number}{code}");
            if by_day.contains(&entry) {
                return Err(format!("`{ordinals}`: `{word}` stands there twice"));
            }
            by_day.push(entry);
        }
    }
    Ok(Schedule {
        by_day: Some(by_day.join(",")),
        ..Schedule::blank(kind, ScheduleDays::Monthly, ScheduleEffect::Opens)
    })
}

type Day = (&'static str, &'static str, Weekday);

/// The days named, each once, from Monday on.
fn weekdays(text: &str) -> Result<Vec<Day>, String> {
    if text == "daily" {
        return Ok(DAYS.to_vec());
    }
    let position = |word: &str| {
        DAYS.iter().position(|(name, _, _)| *name == word).ok_or_else(|| {
            format!("`{word}` is not a day: write Mon, Tue, Wed, Thu, Fri, Sat, Sun or daily, joined as in Mon-Fri or Mon,Wed")
        })
    };
    let mut named = [false; DAYS.len()];
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (position(first)?, position(last)?);
        let count = (last + DAYS.len() - first) % DAYS.len() + 1;
        // A range may run over the end of the week: Fri-Mon is four days.
        for at in (0..DAYS.len()).cycle().skip(first).take(count) {
            if let Some(day) = named.get_mut(at) {
                if *day {
                    return Err(format!("`{text}`: a day stands there twice"));
                }
                *day = true;
            }
        }
    }
    Ok(DAYS.into_iter().zip(named).filter_map(|(day, named)| named.then_some(day)).collect())
}

fn codes(days: &[Day]) -> Vec<&'static str> {
    days.iter().map(|(_, code, _)| *code).collect()
}

/// The spans of one day; none stands for all 24 hours.
fn spans(text: &str) -> Result<Vec<(NaiveTime, NaiveTime)>, String> {
    if text == "24h" {
        return Ok(Vec::new());
    }
    let mut spans: Vec<(NaiveTime, NaiveTime)> = Vec::new();
    for part in text.split(',') {
        let (opens, closes) = part
            .split_once('-')
            .ok_or_else(|| format!("`{part}` is not a span of time: write it as in `09:00-17:00`, or `24h`"))?;
        let (opens, closes) = (time(opens)?, time(closes)?);
        if opens == closes {
            return Err(format!("`{part}` opens and closes at the same time: write `24h` for the whole day"));
        }
        if let Some((previous_opens, previous_closes)) = spans.last()
            && (previous_closes <= previous_opens || opens < *previous_closes)
        {
            return Err(format!("`{text}`: the spans of a day must follow each other without overlapping"));
        }
        spans.push((opens, closes));
    }
    Ok(spans)
}

fn with_spans(base: &Schedule, spans: &[(NaiveTime, NaiveTime)]) -> Vec<Schedule> {
    if spans.is_empty() {
        return vec![Schedule { effect: ScheduleEffect::OpensAllDay, ..base.clone() }];
    }
    let row = |&(opens, closes): &(NaiveTime, NaiveTime)| Schedule {
        opens_at: Some(opens),
        closes_at: Some(closes),
        ..base.clone()
    };
    spans.iter().map(row).collect()
}

fn time(text: &str) -> Result<NaiveTime, String> {
    // chrono alone would also take `9:5`.
    (text.len() == 5).then(|| NaiveTime::parse_from_str(text, "%H:%M").ok()).flatten().ok_or_else(|| {
        format!(
            "`{text}` is not a time of day: write hours and minutes, 00:00 to 23:59, as in `09:00`; midnight is 00:00"
        )
    })
}

fn date(text: &str) -> Result<NaiveDate, String> {
    (text.len() == 10)
        .then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok())
        .flatten()
        .ok_or_else(|| format!("`{text}` is not a date: write year, month and day, as in `2026-12-24`"))
}
