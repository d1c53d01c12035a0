//! Days and times of the week at which somebody can come.
//!
//! Days and times that stand together make one window ("Thursday evenings", "after 5 on Mondays"). A single day is
//! availability only with some likelihood (a hearing is on one day too), and none where the words say what happens on
//! it ("court on Thursday"). Days that are denied ("can't do Fridays") are taken out of the week, and of a part of the day
//! that is refused ("not before 11") what is left of the day is taken.

use chrono::{NaiveTime, Weekday};

use super::said::Found;
use super::tokens::{Gap, Span, Tokens};
use crate::hours::{WeekdaySet, Window};

/// How much of a window must be open, in minutes, as where nothing is said.
const MIN_MINUTES: u16 = 30;
/// How many words back an event or a denial is looked for.
const BACK: usize = 4;
/// Words for what happens on a day: then the day is not when somebody can come.
const EVENTS: [&str; 22] = [
    "court",
    "release",
    "released",
    "hearing",
    "appointment",
    "interview",
    "evicted",
    "eviction",
    "funeral",
    "out",
    "since",
    "last",
    "meeting",
    "assessment",
    "tribunal",
    "move",
    "moving",
    "bailiffs",
    "happened",
    "due",
    "visit",
    "by",
];
/// Words for what takes up regular days and hours too: "probation Tuesdays at 2", "curfew from 7pm".
const TAKEN_UP: [&str; 24] = [
    "court",
    "hearing",
    "sentenced",
    "probation",
    "curfew",
    "tag",
    "sign",
    "signing",
    "contact",
    "work",
    "works",
    "working",
    "shift",
    "shifts",
    "relapse",
    "relapsed",
    "drink",
    "drinking",
    "drank",
    "drunk",
    "used",
    "using",
    "slip",
    "slipped",
];
const DENIALS: [&str; 9] = ["not", "cant", "dont", "except", "never", "no", "wont", "cannot", "apart"];

/// A part of the day, from one time to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part {
    from: NaiveTime,
    to: NaiveTime,
}

/// A piece of a text that says something about when.
#[derive(Clone, Copy, Debug)]
enum Piece {
    /// Days, and whether they are said as regular ones ("Mondays", "weekends").
    Days(WeekdaySet, bool),
    Part(Part),
}

/// Windows in a text, in its order.
pub(super) fn find(tokens: &Tokens) -> Vec<Found<Window>> {
    let mut found = Vec::new();
    let mut shut = WeekdaySet::EMPTY;
    let mut shut_words = Vec::new();
    // Days that wait for their time, with the last token they were read from.
    let mut waiting: Option<(WeekdaySet, bool, Vec<Span>, usize)> = None;
    // The window that was made last, while days may still follow: "evenings on weekdays".
    let mut open_to_days: Option<usize> = None;
    let mut index = 0;
    while index < tokens.list.len() {
        let Some((piece, len)) = piece(tokens, index) else {
            index += 1;
            continue;
        };
        let words = span(tokens, index, index + len - 1);
        let denied = said_before(tokens, index, &DENIALS) || is_excepted(tokens, index);
        let taken_up = !denied && said_before(tokens, index, &TAKEN_UP);
        match piece {
            Piece::Days(days, _) if denied => {
                shut = days.iter().fold(shut, WeekdaySet::with);
                shut_words.push(words);
            }
            Piece::Days(days, regular) => {
                let near = |at: usize| index <= at + 3;
                match (&mut waiting, open_to_days) {
                    (None, Some(at)) if near(at) => {
                        if let Some(Found { what: Window { days: held, .. }, words: spans, .. }) = found.last_mut() {
                            *held = days;
                            spans.push(words);
                        }
                        open_to_days = None;
                    }
                    (Some((held, held_regular, spans, last)), _) if near(*last) => {
                        *held = days.iter().fold(*held, WeekdaySet::with);
                        *held_regular |= regular;
                        spans.push(words);
                        *last = index + len - 1;
                    }
                    _ => {
                        flush(waiting.take(), &mut found);
                        if !taken_up && (regular || !said_before(tokens, index, &EVENTS)) {
                            waiting = Some((days, regular, vec![words], index + len - 1));
                        }
                    }
                }
            }
            Piece::Part(_) if taken_up => {}
            Piece::Part(part) if denied => {
                // "Not before 11": the rest of the day, where there is one rest.
                if let Some(rest) = rest(part).filter(|_| is_refused(tokens, index)) {
                    let what = Window { days: WeekdaySet::ALL, from: rest.from, to: rest.to, min_minutes: MIN_MINUTES };
                    found.push(Found { what, confidence: 75, words: vec![words] });
                }
            }
            Piece::Part(part) => {
                let (days, mut spans) = match waiting.take() {
                    Some((days, _, spans, last)) if index <= last + 3 => (days, spans),
                    earlier => {
                        flush(earlier, &mut found);
                        (WeekdaySet::EMPTY, Vec::new())
                    }
                };
                spans.push(words);
                open_to_days = days.is_empty().then_some(index + len - 1);
                let days = if days.is_empty() { WeekdaySet::ALL } else { days };
                let what = Window { days, from: part.from, to: part.to, min_minutes: MIN_MINUTES };
                found.push(Found { what, confidence: 85, words: spans });
            }
        }
        index += len;
    }
    flush(waiting, &mut found);
    if !shut.is_empty() {
        let keep = |days: WeekdaySet| days.iter().filter(|day| !shut.contains(*day)).collect::<WeekdaySet>();
        if found.is_empty() {
            found.push(Found { what: whole_days(WeekdaySet::ALL), confidence: 75, words: shut_words });
        }
        for window in &mut found {
            window.what.days = keep(window.what.days);
        }
        found.retain(|window| !window.what.days.is_empty());
    }
    found
}

fn flush(waiting: Option<(WeekdaySet, bool, Vec<Span>, usize)>, found: &mut Vec<Found<Window>>) {
    if let Some((days, regular, words, _)) = waiting {
        found.push(Found { what: whole_days(days), confidence: if regular { 80 } else { 50 }, words });
    }
}

const fn whole_days(days: WeekdaySet) -> Window {
    Window { days, from: NaiveTime::MIN, to: NaiveTime::MIN, min_minutes: MIN_MINUTES }
}

fn span(tokens: &Tokens, first: usize, last: usize) -> Span {
    let at = |index: usize| tokens.list.get(index).map_or(Span { start: 0, end: 0 }, |token| token.span);
    at(first).to(at(last))
}

/// Whether one of these words stands before, in the same part of the sentence.
fn said_before(tokens: &Tokens, index: usize, words: &[&str]) -> bool {
    let mut at = index;
    for _ in 0..BACK {
        match tokens.list.get(at) {
            Some(token) if at > 0 && token.gap == Gap::None => at -= 1,
            Some(_) | None => return false,
        }
        if matches!(tokens.at(at), "but" | "and" | "only" | "so") {
            return false;
        }
        if words.contains(&tokens.at(at)) {
            return true;
        }
    }
    false
}

/// Whether it is what is left out: "any day but Friday".
fn is_excepted(tokens: &Tokens, index: usize) -> bool {
    let before = |back: usize| index.checked_sub(back).map_or("", |at| tokens.at(at));
    before(1) == "but" && matches!(before(2), "day" | "days" | "time" | "anytime" | "anyday")
}

/// Whether a part of the day is itself refused, and not what happens in it: "can't do mornings", "not before 11".
fn is_refused(tokens: &Tokens, index: usize) -> bool {
    let before = |back: usize| index.checked_sub(back).map_or("", |at| tokens.at(at));
    let on = (1..=BACK).find(|back| !matches!(before(*back), "in" | "the" | "on" | "any" | "at")).unwrap_or(BACK);
    let can = matches!(before(on), "do" | "make" | "manage" | "come" | "attend");
    matches!(before(on), "not" | "except" | "never") || (can && DENIALS.contains(&before(on + 1)))
}

/// What is left of a day without a part at its beginning or its end.
fn rest(part: Part) -> Option<Part> {
    let midnight = NaiveTime::MIN;
    let (early, late) = (NaiveTime::from_hms_opt(6, 0, 0)?, NaiveTime::from_hms_opt(22, 0, 0)?);
    if part.from <= early {
        Some(Part { from: part.to, to: midnight })
    } else {
        (part.to == midnight || part.to >= late).then_some(Part { from: midnight, to: part.from })
    }
}

/// What a token and those behind it say about when, and how many they are.
fn piece(tokens: &Tokens, index: usize) -> Option<(Piece, usize)> {
    let near = |on: usize| {
        let ahead = tokens.list.get(index + 1..=index + on);
        if ahead.is_some_and(|ahead| ahead.iter().all(|token| token.gap != Gap::Stop)) {
            tokens.at(index + on)
        } else {
            ""
        }
    };
    let word = tokens.at(index);
    let before = index.checked_sub(1).map_or("", |at| tokens.at(at));
    if let Some((day, regular)) = weekday(word) {
        // "Monday to Friday", "Mon-Fri".
        let (to, len) = if matches!(near(1), "to" | "till" | "til" | "until" | "thru" | "through") {
            (weekday(near(2)), 3)
        } else {
            (weekday(near(1)).filter(|_| joined(tokens, index)), 2)
        };
        return Some(match to {
            Some((last, _)) => (Piece::Days(range(day, last), true), len),
            None => (Piece::Days(WeekdaySet::EMPTY.with(day), regular || before == "every"), 1),
        });
    }
    let weekend = WeekdaySet::EMPTY.with(Weekday::Sat).with(Weekday::Sun);
    match (word, near(1)) {
        ("weekend", _) if matches!(before, "this" | "last") => return None,
        // At "the weekend" something may have happened.
        ("weekend", next) => {
            let regular = before == "every" || matches!(next, "only" | "appointment" | "appointments" | "please");
            return Some((Piece::Days(weekend, regular), 1));
        }
        ("weekends", _) => return Some((Piece::Days(weekend, true), 1)),
        ("weekday" | "weekdays", _) => return Some((Piece::Days(range(Weekday::Mon, Weekday::Fri), true), 1)),
        ("school", "hours" | "time") => return Some((Piece::Part(part((9, 30), (14, 30))?), 2)),
        ("office", "hours") => return Some((Piece::Part(part((9, 0), (17, 0))?), 2)),
        ("after", "work") => return Some((Piece::Part(part((17, 30), (22, 0))?), 2)),
        _ => {}
    }
    if let Some(part) = named_part(word, before, tokens, index) {
        return Some((Piece::Part(part), 1));
    }
    let midnight = (0, 0);
    match word {
        "after" | "from" => {
            let (from, clear) = clock(near(1), near(2))?;
            if matches!(near(2), "to" | "till" | "til" | "until")
                && let Some((to, _)) = clock(near(3), near(4))
            {
                return Some((Piece::Part(part(from, to)?), 4));
            }
            (clear || (word == "after" && !of_time(near(2)))).then_some(())?;
            Some((Piece::Part(part(from, midnight)?), 2))
        }
        "before" | "until" | "till" | "til" => {
            let (to, clear) = clock(near(1), near(2))?;
            (clear || (word == "before" && !of_time(near(2)))).then_some((Piece::Part(part(midnight, to)?), 2))
        }
        "between" if matches!(near(2), "and" | "to") => {
            let ((from, _), (to, _)) = (clock(near(1), "")?, clock(near(3), near(4))?);
            Some((Piece::Part(part(from, to)?), 4))
        }
        _ => {
            let ((from, clear), onwards) = (clock(word, near(1))?, near(1));
            if matches!(onwards, "onwards" | "on" | "onward") && clear {
                return Some((Piece::Part(part(from, midnight)?), 2));
            }
            // "9-5", "10am-2pm".
            let (to, to_clear) = clock(onwards, near(2))?;
            (joined(tokens, index) && (clear || to_clear || (from.0 >= 7 && to.0 >= 12)))
                .then_some((Piece::Part(part(from, to)?), 2))
        }
    }
}

/// Whether a token is joined to the next by a hyphen or a dash, not by a space alone.
fn joined(tokens: &Tokens, index: usize) -> bool {
    match (tokens.list.get(index), tokens.list.get(index + 1)) {
        (Some(one), Some(next)) => {
            next.gap == Gap::None && next.span.start - one.span.end == 1 && {
                // A space would leave the words as two of a sentence; figures and days side by side are a range.
                one.span.end + 1 == next.span.start
            }
        }
        _ => false,
    }
}

fn range(first: Weekday, last: Weekday) -> WeekdaySet {
    let mut days = WeekdaySet::EMPTY.with(first);
    let mut day = first;
    while day != last {
        day = day.succ();
        days = days.with(day);
    }
    days
}

/// A day of the week, and whether it is said as a regular one. "Sat", "Sun" and "Wed" are words too, and are none.
fn weekday(word: &str) -> Option<(Weekday, bool)> {
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

/// A part of the day by its name: regular ("mornings"), or beside a day ("Thursday evening").
fn named_part(word: &str, before: &str, tokens: &Tokens, index: usize) -> Option<Part> {
    let beside_day = weekday(before).is_some() || before == "weekday" || before == "weekend";
    let counted = before.bytes().all(|byte| byte.is_ascii_digit()) && !before.is_empty();
    let (name, regular) = match word.strip_suffix('s') {
        Some(name) => (name, !counted && !matches!(before, "work" | "working" | "few" | "some" | "good")),
        None => (word, false),
    };
    let only = matches!(tokens.at(index + 1), "only" | "appointment" | "appointments" | "session" | "sessions");
    if !(regular || beside_day || only) {
        return None;
    }
    match name {
        "morning" => part((6, 0), (12, 0)),
        "afternoon" => part((12, 0), (17, 0)),
        "evening" | "eve" => part((17, 0), (22, 0)),
        "night" => part((18, 0), (0, 0)),
        "lunchtime" => part((12, 0), (14, 0)),
        _ => None,
    }
}

fn part(from: (u32, u32), to: (u32, u32)) -> Option<Part> {
    Some(Part { from: NaiveTime::from_hms_opt(from.0, from.1, 0)?, to: NaiveTime::from_hms_opt(to.0, to.1, 0)? })
}

/// Whether a number before it counts time, and is none of the clock.
fn of_time(word: &str) -> bool {
    ["day", "week", "wk", "month", "mth", "year", "yr", "hour", "hr", "min", "night"]
        .iter()
        .any(|unit| word.starts_with(unit))
}

/// A time of the clock: 5pm, 10:30, 17.00, "5 pm", 5. Whether it is clear that it is one; what is not is taken as the
/// time of day at which people do things: one to six is after noon.
fn clock(word: &str, next: &str) -> Option<((u32, u32), bool)> {
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
