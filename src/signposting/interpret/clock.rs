//! Days of the week and times of the clock, as people write them.

use chrono::Weekday;

use crate::hours::WeekdaySet;

/// The days from one to another.
pub(super) fn range(first: Weekday, last: Weekday) -> WeekdaySet {
    let mut days = WeekdaySet::EMPTY.with(first);
    let mut day = first;
    while day != last {
        day = day.succ();
        days = days.with(day);
    }
    days
}

/// A day of the week, and whether it is said as a regular one. "Sat", "Sun" and "Wed" are words too, and are none.
pub(super) fn weekday(word: &str) -> Option<(Weekday, bool)> {
    let (one, regular) = match word.strip_suffix('s') {
        Some(one) if one.ends_with("day") => (one, true),
        Some("mon" | "thur" | "fri") => (word.strip_suffix('s')?, false),
        Some(_) | None => (word, false),
    };
    let day = match one {
        "monday" | "mon" => Weekday::Mon,
        "tuesday" | "tues" | "tue" => Weekday::Tue,
        "wednesday" | "weds" | "wendsday" | "wensday" => Weekday::Wed,
        "thursday" | "thur" | "thurs" | "thu" => Weekday::Thu,
        "friday" | "fri" => Weekday::Fri,
        "saturday" => Weekday::Sat,
        "sunday" => Weekday::Sun,
        _ => return None,
    };
    Some((day, regular))
}

/// Whether a number before it counts time, and is none of the clock.
pub(super) fn of_time(word: &str) -> bool {
    ["day", "week", "wk", "month", "mth", "year", "yr", "hour", "hr", "min", "night"]
        .iter()
        .any(|unit| word.starts_with(unit))
}

/// A time of the clock: 5pm, 10:30, 17.00, "5 pm", 5. Whether it is clear that it is one; what is not is taken as the
/// time of day at which people do things: one to six is after noon.
pub(super) fn clock(word: &str, next: &str) -> Option<((u32, u32), bool)> {
    let digits = word.bytes().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.')).count();
    let (figures, rest) = word.split_at_checked(digits)?;
    if figures.is_empty() && !matches!(word, "noon" | "midday") {
        return None;
    }
    if figures.is_empty() {
        return Some(((12, 0), true));
    }
    let (hour, minute) = match figures.split_once([':', '.']) {
        Some((hour, minute)) => (hour.parse::<u32>().ok()?, minute.parse::<u32>().ok()?),
        None => (figures.parse().ok()?, 0),
    };
    let half = match (rest, next) {
        ("pm", _) | ("", "pm") => Some(true),
        ("am", _) | ("", "am") => Some(false),
        ("", _) => None,
        _ => return None,
    };
    if hour > 23 || minute > 59 || (half.is_some() && !(1..=12).contains(&hour)) {
        return None;
    }
    let clear = half.is_some() || figures.contains([':', '.']) || next == "oclock";
    let hour = match half {
        Some(true) => hour % 12 + 12,
        Some(false) => hour % 12,
        None if (1..=6).contains(&hour) => hour + 12,
        None => hour,
    };
    Some(((hour, minute), clear))
}
