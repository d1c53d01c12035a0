//! The small notations of an hours table: times of day, day lists, and what a span can mean.

use chrono::{NaiveTime, TimeDelta, Timelike, Weekday};
use entity::enums::ScheduleEffect;

/// Shorter openings than this are blanks that a form has filled (`00:00` to `00:01`).
const SHORTEST: TimeDelta = TimeDelta::minutes(5);

/// An opening that runs past midnight begins in the evening: `09:00` to `05:30` is a slip for
/// 17:30, `12:00` to `02:00` may be either.
const EVENING: u32 = 16;

/// No opening past midnight is believed to be longer.
const LONGEST_NIGHT: TimeDelta = TimeDelta::hours(16);

/// The last minute of a day, by which many forms mean midnight.
const LAST_MINUTE: (u32, u32) = (23, 59);

/// A time of day: `09:00`, `9:00`, `0900`, with seconds, as a part of an instant, with an offset
/// or `Z`. The offset is passed over: hours on a door are wall time, and a feed that writes `Z`
/// beside them has not moved its door in spring. `24:00` is midnight.
pub(super) fn time(text: &str) -> Option<NaiveTime> {
    let text = text.trim();
    let clock = text.rsplit_once(['T', 't']).map_or(text, |(_, clock)| clock);
    let clock = clock.split(['Z', 'z', '+', '-', '.']).next()?.trim();
    let short = clock.len() == 4 && clock.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = if short { vec![&clock[..2], &clock[2..]] } else { clock.split(':').collect() };
    let number = |part: &str| part.parse::<u32>().ok().filter(|_| part.len() <= 2 && !part.starts_with('+'));
    let (hour, minute, second) = match parts.as_slice() {
        [hour, minute] => (number(hour)?, number(minute)?, 0),
        [hour, minute, second] => (number(hour)?, number(minute)?, number(second)?),
        _ => return None,
    };
    if (hour, minute, second) == (24, 0, 0) {
        return Some(NaiveTime::MIN);
    }
    NaiveTime::from_hms_opt(hour, minute, second)
}

/// A time of day as we write it: without seconds where there are none.
pub(super) fn written(time: NaiveTime) -> String {
    let seconds = time.second() != 0;
    time.format(if seconds { "%H:%M:%S" } else { "%H:%M" }).to_string()
}

/// What an opening from one time to another means, or why it is not to be believed.
pub(super) fn span(opens: NaiveTime, closes: NaiveTime) -> Result<ScheduleEffect, &'static str> {
    if opens == closes {
        return if opens == NaiveTime::MIN {
            Ok(ScheduleEffect::OpensAllDay)
        } else {
            Err("opens and closes at the same time")
        };
    }
    if opens == NaiveTime::MIN && (closes.hour(), closes.minute()) == LAST_MINUTE {
        return Ok(ScheduleEffect::OpensAllDay);
    }
    if closes > opens {
        let blank = closes - opens < SHORTEST;
        return if blank { Err("is open for less than five minutes") } else { Ok(ScheduleEffect::Opens) };
    }
    let length = TimeDelta::hours(24) - (opens - closes);
    if closes == NaiveTime::MIN || (opens.hour() >= EVENING && length <= LONGEST_NIGHT) {
        Ok(ScheduleEffect::Opens)
    } else {
        Err("closes before it opens, and not as a night would")
    }
}

/// A `BYDAY`: days with their ordinals. Also accepts lower case, spaces, names of days and
/// `MO-FR`.
pub(super) fn by_day(text: &str) -> Option<Vec<(i8, Weekday)>> {
    let mut days = Vec::new();
    for piece in text.split([',', ';', ' ', '/']).filter(|piece| !piece.is_empty()) {
        let letters = piece.find(|c: char| c.is_ascii_alphabetic())?;
        let (ordinal, name) = piece.split_at(letters);
        let ordinal =
            if ordinal.is_empty() { 0 } else { ordinal.parse::<i8>().ok().filter(|n| (1..=5).contains(&n.abs()))? };
        match name.split_once('-') {
            None => days.push((ordinal, weekday(name)?)),
            Some((first, last)) if ordinal == 0 => {
                let (first, last) = (weekday(first)?, weekday(last)?);
                days.extend(
                    std::iter::successors(Some(first), |day| (*day != last).then(|| day.succ())).map(|day| (0, day)),
                );
            }
            Some(_) => return None,
        }
    }
    let mut seen = std::collections::HashSet::new();
    days.retain(|day| seen.insert(*day));
    (!days.is_empty()).then_some(days)
}

fn weekday(name: &str) -> Option<Weekday> {
    match name.to_ascii_lowercase().as_str() {
        "mo" => Some(Weekday::Mon),
        "tu" => Some(Weekday::Tue),
        "we" => Some(Weekday::Wed),
        "th" => Some(Weekday::Thu),
        "fr" => Some(Weekday::Fri),
        "sa" => Some(Weekday::Sat),
        "su" => Some(Weekday::Sun),
        name => name.parse().ok(),
    }
}

/// A `BYDAY` as RFC 5545 writes it.
pub(super) fn written_days(days: &[(i8, Weekday)]) -> String {
    let one = |(ordinal, day): &(i8, Weekday)| {
        let ordinal = if *ordinal == 0 { String::new() } else { ordinal.to_string() };
        format!("{ordinal}{}", code(*day))
    };
    days.iter().map(one).collect::<Vec<_>>().join(",")
}

fn code(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "MO",
        Weekday::Tue => "TU",
        Weekday::Wed => "WE",
        Weekday::Thu => "TH",
        Weekday::Fri => "FR",
        Weekday::Sat => "SA",
        Weekday::Sun => "SU",
    }
}

/// A `BYMONTHDAY`, each day once: `1,15,-1`.
pub(super) fn by_month_day(text: &str) -> Option<String> {
    let mut days: Vec<i8> = Vec::new();
    for piece in text.split([',', ';', ' ']).filter(|piece| !piece.is_empty()) {
        let day = piece.parse::<i8>().ok().filter(|day| (1..=31).contains(&day.abs()))?;
        if !days.contains(&day) {
            days.push(day);
        }
    }
    (!days.is_empty()).then(|| days.iter().map(i8::to_string).collect::<Vec<_>>().join(","))
}
