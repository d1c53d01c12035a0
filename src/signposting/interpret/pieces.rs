//! Days and parts of the day, as people write them: "Mon-Fri", "weekends", "after 5", "Thursday evening".

use chrono::{NaiveTime, Weekday};

use super::clock::{clock, of_time, range, weekday};
use super::numbers;
use super::tokens::{Gap, Tokens};
use crate::hours::WeekdaySet;

/// A part of the day, from one time to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) from: NaiveTime,
    pub(super) to: NaiveTime,
}

/// A piece of a text that says something about when.
#[derive(Clone, Copy, Debug)]
pub(super) enum Piece {
    /// Days, and whether they are said as regular ones ("Mondays", "weekends").
    Days(WeekdaySet, bool),
    Part(Part),
}

/// What a token and those behind it say about when, and how many they are.
pub(super) fn piece(tokens: &Tokens, index: usize) -> Option<(Piece, usize)> {
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
        ("weekends", _) if is_suffered(tokens, index) => return None,
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
            let onward = matches!(onwards, "onwards" | "onward") || onwards == "on" && weekday(near(2)).is_none();
            if onward && clear {
                return Some((Piece::Part(part(from, midnight)?), 2));
            }
            // "9-5", "10am-2pm".
            let (to, to_clear) = clock(onwards, near(2))?;
            // "9-12 months", "aged 9-12", "a 2-3 bed house".
            let counted = of_time(near(2))
                || numbers::counts(near(2))
                || matches!(near(2), "times" | "bed" | "beds" | "bedroom" | "bedrooms" | "boys" | "girls")
                || matches!(before, "aged" | "age" | "ages" | "scored" | "score" | "scores");
            // "01-02-99".
            let figures = |at: usize| tokens.at(at).starts_with(|c: char| c.is_ascii_digit());
            let date = joined(tokens, index + 1) && figures(index + 2)
                || index > 0 && joined(tokens, index - 1) && figures(index - 1);
            if date || counted && !(clear || to_clear) {
                return None;
            }
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

/// Whether it is what a time is like, and none to come at: "nights are the worst", "weekends are a nightmare".
fn is_suffered(tokens: &Tokens, index: usize) -> bool {
    let is = matches!(tokens.at(index + 1), "are" | "is");
    let like = |at: usize| {
        let like = matches!(
            tokens.at(at),
            "worst" | "worse" | "nightmare" | "hell" | "awful" | "horrible" | "lonely" | "long"
        );
        like && tokens.list.get(at).is_some_and(|token| token.gap == Gap::None)
    };
    is && (like(index + 2) || matches!(tokens.at(index + 2), "the" | "a" | "so" | "really" | "very") && like(index + 3))
}

/// A part of the day by its name: regular ("mornings"), or beside a day ("Thursday evening").
fn named_part(word: &str, before: &str, tokens: &Tokens, index: usize) -> Option<Part> {
    let beside_day = weekday(before).is_some() || before == "weekday" || before == "weekend";
    let counted = before.bytes().all(|byte| byte.is_ascii_digit()) && !before.is_empty();
    let (name, regular) = match word.strip_suffix('s') {
        Some(name) => (name, !counted && !matches!(before, "work" | "working" | "few" | "some" | "good")),
        None => (word, false),
    };
    // "I'm on nights", and what they are like.
    if name == "night" && before == "on" || is_suffered(tokens, index) {
        return None;
    }
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
