//! Days and times of the week at which somebody can come.
//!
//! Days and times that stand together make one window ("Thursday evenings", "after 5 on Mondays"). A single day is
//! availability only with some likelihood (a hearing is on one day too), unless the words say so ("can only come
//! Friday"), and none where they say what happens on it ("court on Thursday"). What takes up regular days and hours
//! ("probation Tuesdays", "drinks at weekends") makes them none, and with a day goes the time beside it. Days that are
//! denied ("can't do Fridays") are taken out of the week, and of a part of the day that is refused ("not before 11")
//! what is left of the day is taken, on the days that stand before it. A day or a time that is only told of ("the centre
//! is busy on Mondays") is little sure, and shuts nothing: see `meant`.

use chrono::NaiveTime;

use super::forms::{ABLE, ATTEND, DENIAL, EVENT, FREE, Form, Forms, HELD_ON, HELPS, PARTS, TAKEN_UP, USAGE};
use super::meant::{is_busy, is_meant, is_refusal, leads};
use super::pieces::{Part, Piece, piece};
use super::said::Found;
use super::tokens::{Gap, Span, Tokens};
use crate::hours::{WeekdaySet, Window};

/// How much of a window must be open, in minutes, as where nothing is said.
const MIN_MINUTES: u16 = 30;
/// How many words back a denial is looked for, and what takes up a day.
const BACK: usize = 4;
/// How many words back an event is looked for.
const BACK_TO_EVENT: usize = 6;
/// How many words may stand between a day and its time.
const NEAR: usize = 3;
/// How sure a single day is, one that is asked for, and one that is said to be free or regular, in percent.
const SURE_OF_DAY: (u8, u8, u8) = (50, 70, 80);
/// How sure a part of the day is, in percent.
const SURE_OF_PART: u8 = 85;
/// How sure a regular day or a part of one is that is only told of, in percent: less than a question goes by.
const TOLD: u8 = 55;

/// Days that wait for their time.
#[derive(Debug)]
struct Waiting {
    days: WeekdaySet,
    sure: u8,
    words: Vec<Span>,
    /// The last token they were read from.
    last: usize,
}

/// Windows being collected.
#[derive(Debug)]
struct Finding<'a> {
    tokens: &'a Tokens,
    forms: &'a Forms,
    found: Vec<Found<Window>>,
    waiting: Option<Waiting>,
    /// Days that are denied, and their words.
    shut: WeekdaySet,
    shut_words: Vec<Span>,
    /// The last token of days that were denied, and of days that were dropped.
    denied: Option<usize>,
    dropped: Option<usize>,
    /// The last token of the window that was made last, while days may still follow: "evenings on weekdays".
    open_to_days: Option<usize>,
    /// The same where the window is what a refusal leaves: "not before 11 on Mondays".
    refused: Option<usize>,
    /// The last token of a part of the day that was refused.
    refused_part: Option<usize>,
}

/// Windows in a text, in its order.
pub(super) fn find(tokens: &Tokens, forms: &Forms) -> Vec<Found<Window>> {
    let mut finding = Finding {
        tokens,
        forms,
        found: Vec::new(),
        waiting: None,
        shut: WeekdaySet::EMPTY,
        shut_words: Vec::new(),
        denied: None,
        dropped: None,
        open_to_days: None,
        refused: None,
        refused_part: None,
    };
    let mut index = 0;
    while index < tokens.list.len() {
        let Some((piece, len)) = piece(tokens, index) else {
            index += 1;
            continue;
        };
        match piece {
            Piece::Days(days, regular) => finding.days(days, regular, index, index + len - 1),
            Piece::Part(part) => finding.part(part, index, index + len - 1),
        }
        index += len;
    }
    finding.found()
}

impl Finding<'_> {
    fn is(&self, at: usize, forms: Form) -> bool {
        self.forms.is(self.tokens.at(at), forms)
    }

    /// Whether nothing parts a token from the one before it.
    fn linked(&self, at: usize) -> bool {
        at > 0 && self.tokens.list.get(at).is_some_and(|token| token.gap == Gap::None)
    }

    fn days(&mut self, days: WeekdaySet, regular: bool, first: usize, last: usize) {
        let words = span(self.tokens, first, last);
        // "Not before 11 on Mondays" refuses no Monday.
        if let Some(end) = self.refused.take()
            && first <= end + 2
            && (end + 1..=first).all(|at| self.linked(at))
            && (first == end + 1 || self.tokens.at(first - 1) == "on")
            && let Some(Found { what: Window { days: held, .. }, words: spans, .. }) = self.found.last_mut()
        {
            *held = days;
            spans.push(words);
            return;
        }
        let denied = self.is_denied(first) || is_excepted(self.tokens, first) || self.is_no_good(last);
        if denied && !self.is_refusal(first, last) {
            self.dropped = Some(last);
            return;
        }
        if denied || self.joins(self.denied, first) {
            self.shut = days.iter().fold(self.shut, WeekdaySet::with);
            self.shut_words.push(words);
            self.denied = Some(last);
            return;
        }
        let near = |at: usize| first <= at + NEAR;
        let sure = if is_meant(self.tokens, self.forms, first, last) { SURE_OF_DAY.2 } else { TOLD };
        // "Evenings or weekends" are two, "evenings on weekdays" one.
        let other = self.open_to_days.is_some_and(|end| {
            first == end + 2
                && matches!(self.tokens.at(end + 1), "and" | "or")
                && self.linked(end + 1)
                && self.linked(first)
        });
        if other {
            self.open_to_days = None;
        }
        match (&mut self.waiting, self.open_to_days) {
            (None, Some(at)) if near(at) => {
                if let Some(Found { what: Window { days: held, .. }, words: spans, .. }) = self.found.last_mut() {
                    *held = days;
                    spans.push(words);
                }
                self.open_to_days = None;
            }
            (Some(waiting), _) if near(waiting.last) => {
                waiting.days = days.iter().fold(waiting.days, WeekdaySet::with);
                if regular {
                    waiting.sure = sure;
                }
                waiting.words.push(words);
                waiting.last = last;
            }
            _ => {
                self.flush();
                let happens = !regular && self.said_before(first, BACK_TO_EVENT, EVENT);
                if happens || self.is_taken_up(first) || self.joins(self.dropped, first) {
                    self.dropped = Some(last);
                } else {
                    let sure = if regular || other { sure } else { self.sure_of_day(first, last) };
                    self.waiting = Some(Waiting { days, sure, words: vec![words], last });
                }
            }
        }
    }

    fn part(&mut self, part: Part, first: usize, last: usize) {
        let words = span(self.tokens, first, last);
        // "Can't come before 10 or after 3": what is left between.
        if self.joins(self.refused_part, first)
            && let Some(rest) = rest(part)
            && let Some(held) = self.found.last_mut()
        {
            held.what.from = held.what.from.max(rest.from);
            held.what.to =
                [held.what.to, rest.to].into_iter().filter(|to| *to != NaiveTime::MIN).min().unwrap_or_default();
            held.words.push(words);
            return;
        }
        let no_good = self.is_no_good(last);
        let meant = is_meant(self.tokens, self.forms, first, last);
        if self.is_denied(first) || is_excepted(self.tokens, first) || no_good {
            let refused = (no_good || self.is_refused(first)) && self.is_refusal(first, last);
            // "Not before 11": the rest of the day, where there is one rest.
            if let Some(rest) = rest(part).filter(|_| refused) {
                let (days, mut spans) =
                    self.waiting.take().map_or((WeekdaySet::ALL, Vec::new()), |held| (held.days, held.words));
                spans.push(words);
                let what = Window { days, from: rest.from, to: rest.to, min_minutes: MIN_MINUTES };
                self.found.push(Found { what, confidence: 75, words: spans });
                self.refused_part = Some(last);
                self.refused = (days == WeekdaySet::ALL).then_some(last);
            }
            return;
        }
        // With "work at Tesco on Monday evenings" go the evenings.
        let beside = |day: usize| {
            let between = day + 1..=first;
            first <= day + NEAR
                && between.clone().all(|at| self.linked(at))
                && !between.into_iter().any(|at| self.is(at, PARTS))
        };
        if self.is_taken_up(first) || self.dropped.is_some_and(beside) {
            return;
        }
        // "Saturdays and evenings" are two, "Saturday evenings" one.
        let beside = first > 0 && matches!(self.tokens.at(first - 1), "and" | "or") && self.linked(first - 1);
        if let Some(held) = self.waiting.as_mut()
            && first == held.last + 2
            && beside
        {
            held.sure = if meant { SURE_OF_DAY.2 } else { TOLD };
            self.flush();
        }
        let (days, mut spans) = match self.waiting.take() {
            Some(held) if first <= held.last + NEAR => (held.days, held.words),
            earlier => {
                self.waiting = earlier;
                self.flush();
                (WeekdaySet::EMPTY, Vec::new())
            }
        };
        spans.push(words);
        self.open_to_days = days.is_empty().then_some(last);
        let days = if days.is_empty() { WeekdaySet::ALL } else { days };
        let what = Window { days, from: part.from, to: part.to, min_minutes: MIN_MINUTES };
        self.found.push(Found { what, confidence: if meant { SURE_OF_PART } else { TOLD }, words: spans });
    }

    /// What waited for a time, as whole days.
    fn flush(&mut self) {
        if let Some(Waiting { days, sure, words, .. }) = self.waiting.take() {
            self.found.push(Found { what: whole_days(days), confidence: sure, words });
        }
    }

    fn found(mut self) -> Vec<Found<Window>> {
        self.flush();
        if !self.shut.is_empty() {
            let shut = self.shut;
            let keep = |days: WeekdaySet| days.iter().filter(|day| !shut.contains(*day)).collect::<WeekdaySet>();
            if self.found.is_empty() {
                let words = self.shut_words;
                self.found.push(Found { what: whole_days(WeekdaySet::ALL), confidence: 75, words });
            }
            for window in &mut self.found {
                window.what.days = keep(window.what.days);
            }
            self.found.retain(|window| !window.what.days.is_empty());
        }
        self.found
    }

    /// Whether a day only goes on with days of which that is said: "Mondays and Tuesdays".
    fn joins(&self, last: Option<usize>, first: usize) -> bool {
        let joined = |last: usize| {
            first == last + 2
                && matches!(self.tokens.at(last + 1), "and" | "or" | "nor")
                && self.linked(last + 1)
                && self.linked(first)
        };
        last.is_some_and(joined)
    }

    /// Whether somebody cannot come then, where days or times between these tokens are denied.
    fn is_refusal(&self, first: usize, last: usize) -> bool {
        is_refusal(self.tokens, self.forms, first, last)
            || self.is_no_good(last) && leads(self.tokens, self.forms, first)
    }

    /// Whether a word that denies stands before, in the same part of the sentence.
    fn is_denied(&self, index: usize) -> bool {
        self.said_before(index, BACK, DENIAL) || is_busy(self.tokens, index, BACK)
    }

    /// Whether it is said behind a day or a time that it will not do: "mornings are no good".
    fn is_no_good(&self, last: usize) -> bool {
        let mut at = last + 1;
        if self.linked(at) && matches!(self.tokens.at(at), "are" | "is") {
            at += 1;
        }
        if self.linked(at) && matches!(self.tokens.at(at), "really" | "very" | "too" | "just" | "always") {
            at += 1;
        }
        let bad =
            matches!(self.tokens.at(at), "bad" | "hard" | "difficult" | "impossible" | "tricky" | "awkward" | "busy");
        if self.linked(at) && (bad || at > last + 1 && self.tokens.at(at) == "out") {
            return true;
        }
        let no = matches!(self.tokens.at(at), "no" | "not" | "arent" | "isnt" | "dont" | "doesnt" | "wont");
        no && self.linked(at)
            && self.linked(at + 1)
            && matches!(self.tokens.at(at + 1), "good" | "use" | "work" | "suit" | "possible" | "ok" | "great")
    }

    /// Whether one of these words stands before, so many words back, in the same part of the sentence.
    fn said_before(&self, index: usize, back: usize, forms: Form) -> bool {
        let mut at = index;
        for _ in 0..back {
            if !self.linked(at) {
                return false;
            }
            at -= 1;
            if self.is(at, forms | PARTS) {
                return self.is(at, forms);
            }
        }
        false
    }

    /// Whether somebody is busy then, or uses then: "probation Tuesdays", "drinks only at weekends"; not where they can
    /// come then: "on probation, can do Thursdays".
    fn is_taken_up(&self, index: usize) -> bool {
        let before = |back: usize| index.checked_sub(back).map_or("", |at| self.tokens.at(at));
        // "Have to be in evenings".
        if self.linked(index) && before(1) == "in" && matches!(before(2), "be" | "stay") {
            return true;
        }
        let mut at = index;
        for _ in 0..BACK {
            if !self.linked(at) {
                return false;
            }
            at -= 1;
            if self.is(at, TAKEN_UP | USAGE) && !self.is_asked_for(at) {
                return true;
            }
            let still_busy = self.tokens.at(at) == "only" && self.linked(at) && self.is(at - 1, TAKEN_UP | USAGE);
            if self.is(at, FREE | ABLE | ATTEND) || (self.is(at, PARTS) && !still_busy) {
                return false;
            }
        }
        false
    }

    /// Whether what could take up a day is what somebody wants help with, or is over by then: "contact me", "help with
    /// my drinking", "after work", "a group that works evenings".
    fn is_asked_for(&self, at: usize) -> bool {
        let next = self.tokens.at(at + 1);
        if (self.tokens.at(at) == "contact" && matches!(next, "me" | "us")) || self.is(at + 1, HELD_ON) {
            return true;
        }
        let mut before = at;
        for _ in 0..BACK {
            if !self.linked(before) {
                return false;
            }
            before -= 1;
            let small =
                matches!(self.tokens.at(before), "with" | "my" | "the" | "for" | "from" | "to" | "that" | "which");
            if self.is(before, HELPS | HELD_ON) {
                return true;
            }
            if !small && !self.is(before, USAGE) {
                return false;
            }
        }
        false
    }

    /// How sure it is that somebody can come on a single day: "can only come Friday", "Friday please", "Friday".
    fn sure_of_day(&self, first: usize, last: usize) -> u8 {
        let (mut at, mut comes) = (first, false);
        for _ in 0..BACK_TO_EVENT {
            if !self.linked(at) {
                break;
            }
            at -= 1;
            let only = self.tokens.at(at) == "only";
            if self.is(at, FREE) || (comes && (only || self.is(at, ABLE))) {
                return SURE_OF_DAY.2;
            }
            if self.is(at, PARTS) && !only {
                break;
            }
            comes |= only || self.is(at, ATTEND);
        }
        let next = if self.linked(last + 1) { self.tokens.at(last + 1) } else { "" };
        if matches!(next, "only" | "please" | "pls" | "plz") { SURE_OF_DAY.1 } else { SURE_OF_DAY.0 }
    }

    /// Whether a part of the day is itself refused, and not what happens in it: "can't do mornings", "not before 11".
    fn is_refused(&self, index: usize) -> bool {
        let before = |back: usize| index.checked_sub(back).map_or("", |at| self.tokens.at(at));
        let on = (1..=BACK).find(|back| !matches!(before(*back), "in" | "the" | "on" | "any" | "at")).unwrap_or(BACK);
        let can = matches!(before(on), "do" | "make" | "manage" | "come" | "attend");
        matches!(before(on), "not" | "except" | "never") || (can && self.forms.is(before(on + 1), DENIAL))
    }
}

const fn whole_days(days: WeekdaySet) -> Window {
    Window { days, from: NaiveTime::MIN, to: NaiveTime::MIN, min_minutes: MIN_MINUTES }
}

fn span(tokens: &Tokens, first: usize, last: usize) -> Span {
    let at = |index: usize| tokens.list.get(index).map_or(Span { start: 0, end: 0 }, |token| token.span);
    at(first).to(at(last))
}

/// Whether it is what is left out: "any day but Friday".
fn is_excepted(tokens: &Tokens, index: usize) -> bool {
    let before = |back: usize| index.checked_sub(back).map_or("", |at| tokens.at(at));
    before(1) == "but" && matches!(before(2), "day" | "days" | "time" | "anytime" | "anyday")
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
