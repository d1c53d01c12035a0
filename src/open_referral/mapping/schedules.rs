//! Reads the standard's tables of hours.
//!
//! Feeds say little about what they mean: a row without days may be a holiday, a closing time
//! before the opening a night or a slip. Where a row can only mean one thing it is read so;
//! where it might call a closed door open its effect is *unknown*, and a remark says why.

use chrono::{Datelike, NaiveDate, NaiveTime};
use entity::enums::{ScheduleDays, ScheduleEffect, ScheduleKind};

use super::{
    facts::Facts,
    read::{Node, Remarks},
    times,
    vocabulary::{has, spaced},
};
use crate::directory::listing::Schedule;

/// Dates that one row without a weekday may name one by one; a longer period of open doors is a
/// season whose weekdays nobody stated.
const MOST_DATES: i64 = 31;

/// Days through which a `COUNT` is followed, some 40 years.
const MOST_DAYS: usize = 15_000;

/// Every day of the week.
const ALL_WEEK: &str = "MO,TU,WE,TH,FR,SA,SU";

/// What one row says.
#[derive(Debug, Default)]
pub(super) struct Row {
    pub(super) schedule: Option<Schedule>,
    /// Whether its words say that bank holidays are closed.
    holidays_closed: bool,
    /// Whether it opens and closes at 00:00, which may also be a form left blank.
    midnight_to_midnight: bool,
}

/// The hours of a service, a place or a pair of them.
pub(super) fn read(owner: &Node<'_>, remarks: &mut Remarks) -> Vec<Schedule> {
    let rows: Vec<(String, Row)> =
        owner.list("schedules").map(|row| (row.path("opens_at"), read_row(&row, remarks))).collect();
    let holidays_closed = rows.iter().any(|(_, row)| row.holidays_closed);
    let ordinary =
        rows.iter().any(|(_, row)| row.schedule.as_ref().is_some_and(|row| row.effect == ScheduleEffect::Opens));
    let lone = rows.iter().filter(|(_, row)| row.midnight_to_midnight).count() == 1 && ordinary;
    let mut found = Vec::with_capacity(rows.len());
    for (path, row) in rows {
        let Some(mut schedule) = row.schedule else { continue };
        if lone && row.midnight_to_midnight {
            remarks.tell(path, "a single day from 00:00 to 00:00 among ordinary hours may be a blank; read as unknown");
            schedule.effect = ScheduleEffect::Unknown;
        }
        found.push(schedule);
    }
    found.extend(owner.list("holiday_schedules").filter_map(|row| read_holiday(&row, remarks)));
    let closes =
        |schedule: &Schedule| (schedule.days, schedule.effect) == (ScheduleDays::BankHolidays, ScheduleEffect::Closes);
    if holidays_closed && !found.iter().any(closes) {
        found.push(Schedule::blank(ScheduleKind::Hours, ScheduleDays::BankHolidays, ScheduleEffect::Closes));
    }
    found
}

/// What one row of `schedules` says.
pub(super) fn read_row(row: &Node<'_>, remarks: &mut Remarks) -> Row {
    let facts = row.facts();
    if facts.has("schedule") {
        let schedule = from_facts(&facts);
        if schedule.is_none() {
            remarks.tell(row.path("attributes"), "the schedule facts lack days or effect; the row is left out");
        }
        return Row { schedule, ..Row::default() };
    }
    Reading { row, remarks, doubtful: false }.read()
}

struct Reading<'a, 'r> {
    row: &'r Node<'a>,
    remarks: &'r mut Remarks,
    /// Whether something was found that makes the row unreliable.
    doubtful: bool,
}

impl Reading<'_, '_> {
    fn doubt(&mut self, field: &str, reason: &str) {
        self.doubtful = true;
        self.remarks.tell(self.row.path(field), format!("{reason}; the row is read as unknown"));
    }

    fn date(&mut self, field: &str) -> Option<NaiveDate> {
        self.row.date(field).unwrap_or_else(|_| {
            self.doubt(field, "is no date; must be as 2026-03-01");
            None
        })
    }

    fn time(&mut self, field: &str) -> Option<NaiveTime> {
        let text = self.row.str(field)?;
        let time = times::time(text);
        if time.is_none() {
            self.doubt(field, "is no time of day; must be as 09:00");
        }
        time
    }

    fn read(mut self) -> Row {
        let words = Words::of(self.row);
        let (opens, closes) = (self.time("opens_at"), self.time("closes_at"));
        let timed = ["opens_at", "closes_at"].iter().any(|field| self.row.str(field).is_some());
        let closed = words.closed && !timed;
        let mut row = Row { holidays_closed: words.holidays_closed, ..Row::default() };
        let Some(mut schedule) = self.days(closed, timed, &words) else { return row };

        schedule.effect = match (opens, closes) {
            _ if closed => ScheduleEffect::Closes,
            _ if words.closed => {
                self.doubt("description", "says closed beside an opening time");
                ScheduleEffect::Unknown
            }
            (Some(opens), Some(closes)) => match times::span(opens, closes) {
                Ok(effect) => effect,
                Err(reason) => {
                    self.doubt("closes_at", reason);
                    ScheduleEffect::Unknown
                }
            },
            (None, None) if !timed && words.whole_day => ScheduleEffect::OpensAllDay,
            _ => {
                self.doubt("opens_at", "the times are missing or incomplete");
                ScheduleEffect::Unknown
            }
        };
        if self.doubtful {
            schedule.effect = ScheduleEffect::Unknown;
        }
        row.midnight_to_midnight = schedule.effect == ScheduleEffect::OpensAllDay && opens.is_some() && opens == closes;
        if matches!(schedule.effect, ScheduleEffect::Opens | ScheduleEffect::Unknown) {
            (schedule.opens_at, schedule.closes_at) = (opens, closes);
        }
        schedule.note = words.note;
        row.schedule = Some(schedule);
        row
    }

    /// Which days the row names and how long it holds; `None` when it names none at all.
    fn days(&mut self, closed: bool, timed: bool, words: &Words) -> Option<Schedule> {
        let mut schedule = Schedule::blank(ScheduleKind::Hours, ScheduleDays::Weekly, ScheduleEffect::Unknown);
        let anchor = self.date("dtstart");
        let stated = (self.date("valid_from"), self.date("valid_to"));
        let until = self.date("until");
        let listed = self.row.str("byday").map(times::by_day);
        let month_days = self.row.str("bymonthday").map(times::by_month_day);
        if listed == Some(None) {
            self.doubt("byday", "is no list of days; must be as MO,TU or 2MO,-1FR");
        }
        if month_days == Some(None) {
            self.doubt("bymonthday", "is no list of days of the month; must be as 1,15,-1");
        }
        let (listed, month_days) = (listed.flatten(), month_days.flatten());
        for field in ["byweekno", "byyearday"] {
            if self.row.label(field).is_some() {
                self.doubt(field, "narrows the days in a way that we cannot hold");
            }
        }
        schedule.interval = self.interval();
        schedule.anchor = anchor;
        schedule.valid_from = stated.0.max(anchor);
        schedule.valid_to = earliest(stated.1, until);
        schedule.kind = if words.event { ScheduleKind::Event } else { ScheduleKind::Hours };
        if self.row.str("wkst").is_some_and(|day| day != "MO") && schedule.interval > 1 {
            self.doubt("wkst", "counts weeks from another day than Monday");
        }

        let freq = self.row.str("freq").map(str::to_ascii_uppercase);
        let freq = freq.as_deref();
        let numbered = listed.as_ref().is_some_and(|days| days.iter().any(|(ordinal, _)| *ordinal != 0));
        let unnamed = listed.is_none() && month_days.is_none();
        if freq == Some("MONTHLY") || numbered || (freq.is_none() && month_days.is_some() && listed.is_none()) {
            if freq == Some("WEEKLY") {
                self.remarks.tell(self.row.path("byday"), "numbers the days of a week; read as days of the month");
            }
            schedule.days = ScheduleDays::Monthly;
            schedule.by_day = listed.as_deref().map(times::written_days);
            schedule.by_month_day =
                month_days.or_else(|| unnamed.then(|| anchor.map(|day| day.day().to_string())).flatten());
        } else if let Some(days) = &listed {
            schedule.by_day = Some(times::written_days(days));
            if month_days.is_some() {
                self.doubt("bymonthday", "stands beside days of the week");
            }
        } else if freq == Some("WEEKLY")
            && let Some(day) = anchor
        {
            schedule.by_day = Some(times::written_days(&[(0, day.weekday())]));
        }
        self.count(&mut schedule, freq);
        if schedule.valid_from.is_some() && schedule.valid_to.is_some_and(|to| Some(to) < schedule.valid_from) {
            self.remarks
                .tell(self.row.path("valid_to"), "lies before valid_from; the row holds on no date and is left out");
            return None;
        }
        if freq.is_none()
            && unnamed
            && let Some(day) = anchor
        {
            // Without a rule, an iCalendar entry takes place once.
            (schedule.valid_from, schedule.valid_to) = (Some(day), Some(day));
        }
        let named = schedule.by_day.is_some() || schedule.by_month_day.is_some();
        match (schedule.valid_from, schedule.valid_to) {
            (Some(from), Some(to)) if from == to => {
                self.single_date(&mut schedule, from, stated == (Some(from), Some(to)), timed)
            }
            (Some(from), Some(to))
                if !named && (closed || (freq != Some("MONTHLY") && (to - from).num_days() < MOST_DATES)) =>
            {
                if freq == Some("WEEKLY") && !closed && (to - from).num_days() >= 7 {
                    self.doubt("byday", "the days of the week are not stated");
                }
                (schedule.days, schedule.interval, schedule.anchor) = (ScheduleDays::Dates, 1, None);
            }
            _ if named => {}
            _ if freq.is_none() && !timed => {
                if !words.holidays_closed {
                    self.remarks.tell(self.row.path(""), "names neither days nor times; the row is left out");
                }
                return None;
            }
            _ => {
                if matches!(freq, Some(freq) if freq != "DAILY") || (freq == Some("DAILY") && schedule.interval > 1) {
                    self.doubt("byday", "the days are not stated");
                }
                (schedule.days, schedule.interval) = (ScheduleDays::Weekly, 1);
                schedule.by_day = Some(ALL_WEEK.to_owned());
            }
        }
        if schedule.interval > 1 && schedule.anchor.is_none() {
            self.remarks
                .tell(self.row.path("dtstart"), "is missing, so that nobody can tell which weeks or months are meant");
        }
        Some(schedule)
    }

    fn interval(&mut self) -> u16 {
        match self.row.number("interval") {
            None => 1,
            Some(number) if number.fract() == 0.0 && (1.0..=999.0).contains(&number) => number as u16,
            Some(_) => {
                self.doubt("interval", "must be a whole number from 1");
                1
            }
        }
    }

    /// A row that holds on one date only is an exception on that date.
    fn single_date(&mut self, schedule: &mut Schedule, date: NaiveDate, stated: bool, timed: bool) {
        let listed = schedule.by_day.take().and_then(|days| times::by_day(&days)).unwrap_or_default();
        let month_days = schedule.by_month_day.take();
        let elsewhere = !listed.is_empty() && !listed.iter().any(|(_, day)| *day == date.weekday());
        let other_day = month_days.is_some_and(|days| !days.split(',').any(|day| day == date.day().to_string()));
        if elsewhere || (other_day && listed.is_empty()) {
            self.doubt("byday", "is none of the days on which the row holds");
        }
        (schedule.days, schedule.interval, schedule.anchor) = (ScheduleDays::Dates, 1, None);
        // A single occurrence, rather than a day for which other hours are stated.
        if !stated && timed {
            schedule.kind = ScheduleKind::Event;
        }
    }

    /// Follows a `COUNT` to the last date.
    fn count(&mut self, schedule: &mut Schedule, freq: Option<&str>) {
        let Some(count) = self.row.number("count") else { return };
        let whole = count.fract() == 0.0 && (1.0..=f64::from(u32::MAX)).contains(&count);
        let last = schedule
            .valid_from
            .filter(|_| whole && freq.is_some())
            .and_then(|from| last_of(schedule, from, count as u32));
        match last {
            Some(last) => schedule.valid_to = earliest(schedule.valid_to, Some(last)),
            None => self.doubt("count", "cannot be counted from here"),
        }
    }
}

fn earliest(one: Option<NaiveDate>, other: Option<NaiveDate>) -> Option<NaiveDate> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// The date of the `count`th occurrence of a rule from `from` on.
fn last_of(schedule: &Schedule, from: NaiveDate, count: u32) -> Option<NaiveDate> {
    let days = schedule.by_day.as_deref().and_then(times::by_day).unwrap_or_default();
    let numbers: Vec<i8> =
        schedule.by_month_day.iter().flat_map(|list| list.split(',').filter_map(|n| n.parse().ok())).collect();
    let week = |date: NaiveDate| (date.num_days_from_ce() - 1).div_euclid(7);
    let month = |date: NaiveDate| date.year() * 12 + date.month0() as i32;
    let step = if schedule.days == ScheduleDays::Monthly { &month as &dyn Fn(NaiveDate) -> i32 } else { &week };
    let first = step(schedule.anchor.unwrap_or(from));
    // Which of its kind from the start (positive) or the end (negative) of the month.
    let places = |date: NaiveDate, size: u32| {
        let left = u32::from(date.num_days_in_month()) + 1 - date.day();
        [date.day().div_ceil(size) as i8, -(left.div_ceil(size) as i8)]
    };
    let takes_place = |date: NaiveDate| {
        let day = days.iter().any(|(n, day)| *day == date.weekday() && (*n == 0 || places(date, 7).contains(n)));
        (days.is_empty() || day)
            && (numbers.is_empty() || numbers.iter().any(|n| places(date, 1).contains(n)))
            && (step(date) - first).rem_euclid(i32::from(schedule.interval)) == 0
    };
    if days.is_empty() && numbers.is_empty() {
        return None;
    }
    from.iter_days().take(MOST_DAYS).filter(|date| takes_place(*date)).nth(count.checked_sub(1)? as usize)
}

/// What the words of a row say.
struct Words {
    closed: bool,
    whole_day: bool,
    holidays_closed: bool,
    event: bool,
    /// What is worth keeping of them.
    note: Option<String>,
}

impl Words {
    fn of(row: &Node<'_>) -> Self {
        let description = row.str("description");
        let said = description.map(spaced).unwrap_or_default();
        let plain = ["closed", "closed all day", "shut", "shut all day", "not open"].contains(&said.trim());
        let whole_day =
            ["open 24 hours", "24 hours", "open all day and night", "open 24 hours a day"].contains(&said.trim());
        let kept = description.filter(|_| !plain && !whole_day && said.trim() != HOLIDAYS_CLOSED);
        let notes = row.str("notes");
        let about_holidays = |text: &str| text.split(['.', '!', '\n']).any(closes_on_holidays);
        Self {
            closed: plain || is_closure(&said),
            whole_day,
            holidays_closed: description.is_some_and(about_holidays) || notes.is_some_and(about_holidays),
            event: ["event", "workshop", "open day", "open evening", "one off"]
                .iter()
                .any(|word| said.starts_with(&format!(" {word} "))),
            note: match (kept, notes) {
                (Some(kept), Some(notes)) => Some(format!("{kept} {notes}")),
                (kept, notes) => kept.or(notes).map(str::to_owned),
            },
        }
    }
}

/// What we write for closed bank holidays, as [`spaced`] leaves it.
const HOLIDAYS_CLOSED: &str = "closed on bank holidays";

/// "Closed for Easter", but not "Closed 12 to 1" or "Closed on bank holidays".
pub(super) fn is_closure(spaced: &str) -> bool {
    let partly =
        ["lunch", "early", "between", "from", "until", "holiday", "holidays", "except", "if", "when", "unless", "some"];
    spaced.starts_with(" closed ")
        && !spaced.contains(|c: char| c.is_ascii_digit())
        && !partly.iter().any(|word| has(spaced, word))
}

fn closes_on_holidays(sentence: &str) -> bool {
    let said = spaced(sentence);
    let holidays =
        ["bank holidays", "bank holiday", "public holidays", "public holiday"].iter().any(|word| has(&said, word));
    let shut = ["closed", "not available", "not open", "no service", "unavailable"].iter().any(|word| has(&said, word));
    let bent = ["not closed", "except", "some", "may", "open on", "unless", "before", "after", "if"]
        .iter()
        .any(|word| has(&said, word));
    holidays && shut && !bent
}

/// A row of the holiday tables of HSDS 1 and 2.
fn read_holiday(row: &Node<'_>, remarks: &mut Remarks) -> Option<Schedule> {
    let date = |field: &str| row.date(field).ok().flatten();
    let (from, to) = (date("start_date"), date("end_date"));
    let (Some(from), Some(to)) = (from, to.or(from)) else {
        remarks.tell(row.path("start_date"), "is no date; must be as 2026-12-25. The row is left out");
        return None;
    };
    let mut schedule = Schedule {
        valid_from: Some(from),
        valid_to: Some(to),
        ..Schedule::blank(ScheduleKind::Hours, ScheduleDays::Dates, ScheduleEffect::Unknown)
    };
    schedule.note = row.text("description");
    let shut = row.members.get("closed").is_some_and(|closed| {
        closed.as_bool() == Some(true)
            || closed.as_str().is_some_and(|said| ["true", "yes", "y", "t", "1"].contains(&said))
    });
    let times = (row.str("opens_at").and_then(times::time), row.str("closes_at").and_then(times::time));
    match times {
        _ if to < from => return None,
        (None, None) if shut => schedule.effect = ScheduleEffect::Closes,
        (Some(opens), Some(closes)) if !shut => {
            schedule.effect = times::span(opens, closes).unwrap_or(ScheduleEffect::Unknown);
            if schedule.effect != ScheduleEffect::OpensAllDay {
                (schedule.opens_at, schedule.closes_at) = (Some(opens), Some(closes));
            }
        }
        _ => {}
    }
    if schedule.effect == ScheduleEffect::Unknown {
        remarks.tell(row.path("closed"), "says neither closed nor believable times; the row is read as unknown");
    }
    Some(schedule)
}

fn from_facts(facts: &Facts<'_>) -> Option<Schedule> {
    let text = |code: &str| facts.value(code).map(str::to_owned);
    let date = |code: &str| facts.value(code)?.parse().ok();
    let time = |code: &str| times::time(facts.value(code)?);
    Some(Schedule {
        kind: facts.value("schedule.kind").and_then(ScheduleKind::parse).unwrap_or(ScheduleKind::Hours),
        days: ScheduleDays::parse(facts.value("schedule.days")?)?,
        effect: ScheduleEffect::parse(facts.value("schedule.effect")?)?,
        by_day: text("schedule.by_day"),
        by_month_day: text("schedule.by_month_day"),
        interval: facts
            .value("schedule.interval")
            .and_then(|interval| interval.parse().ok())
            .filter(|n| *n > 0)
            .unwrap_or(1),
        anchor: date("schedule.anchor"),
        valid_from: date("schedule.valid_from"),
        valid_to: date("schedule.valid_to"),
        opens_at: time("schedule.opens_at"),
        closes_at: time("schedule.closes_at"),
        note: text("schedule.note"),
    })
}
