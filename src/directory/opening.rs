//! From the rows of an hours table to the hours engine, and what of its answers is shown. Pure.

use chrono::{DateTime, TimeDelta, Utc};
use entity::enums::{ScheduleDays, ScheduleEffect, ScheduleKind};

use super::listing::Schedule;
use crate::hours::{
    CLOSING_WITHIN_DAYS, Days, Exception, Hours, HoursError, Instead, Nation, NextOpening, OnHolidays, Rule, Span,
    State,
};

/// How far a table of hours is to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is about the service itself.
    OfTheService,
    /// It is about the building only: outside its hours the service is shut, within them nobody
    /// has said that it is open.
    OfTheBuilding,
}

/// The hours that rows state. Events are left out: an event is not an open door. A row that
/// makes no sense makes the whole table unknown, for nobody can say what it would have changed.
#[must_use]
pub fn hours_of(rows: &[Schedule], nation: Option<Nation>, standing: Standing) -> Hours {
    compile(rows, nation, standing).unwrap_or_else(|_| Hours::not_stated())
}

/// The same, telling why rows make no sense.
///
/// # Errors
/// The first row that says something impossible.
pub fn compile(rows: &[Schedule], nation: Option<Nation>, standing: Standing) -> Result<Hours, HoursError> {
    let mut rules = Vec::new();
    let mut exceptions = Vec::new();
    let mut on_holidays: Option<OnHolidays> = None;
    for row in rows.iter().filter(|row| row.kind == ScheduleKind::Hours) {
        match row.days {
            ScheduleDays::Weekly => {
                let by_day = row.by_day.as_deref().unwrap_or("MO,TU,WE,TH,FR,SA,SU");
                rules.extend(rule(row, Days::weekly(by_day, row.interval, row.anchor)?, standing)?);
            }
            ScheduleDays::Monthly => {
                let days = Days::monthly(row.by_day.as_deref(), row.by_month_day.as_deref(), row.interval, row.anchor)?;
                rules.extend(rule(row, days, standing)?);
            }
            ScheduleDays::Dates => {
                // A dated row without a first date names no day at all.
                if let Some(from) = row.valid_from.or(row.anchor) {
                    exceptions.push(Exception::new(from, row.valid_to.unwrap_or(from), instead(row, standing))?);
                }
            }
            ScheduleDays::BankHolidays => on_holidays = Some(add_holiday(on_holidays, row, standing)),
        }
    }
    Ok(Hours::new(rules, exceptions, on_holidays.unwrap_or_default(), nation))
}

fn span(row: &Schedule) -> Option<Span> {
    match (row.opens_at, row.closes_at) {
        (Some(opens), Some(closes)) => Some(Span::published(opens, closes)),
        (None, _) | (_, None) => None,
    }
}

fn rule(row: &Schedule, days: Days, standing: Standing) -> Result<Option<Rule>, HoursError> {
    let reliable = standing == Standing::OfTheService;
    let (span, reliable) = match row.effect {
        // A weekday that is said to be shut is shut already where no rule opens it.
        ScheduleEffect::Closes => return Ok(None),
        ScheduleEffect::OpensAllDay => (Span::AllDay, reliable),
        ScheduleEffect::Opens => match span(row) {
            Some(span) => (span, reliable),
            None => (Span::AllDay, false),
        },
        ScheduleEffect::Unknown => (Span::AllDay, false),
    };
    Rule::new(days, span, row.valid_from, row.valid_to, reliable).map(Some)
}

fn instead(row: &Schedule, standing: Standing) -> Instead {
    match row.effect {
        ScheduleEffect::Closes => Instead::Closed,
        ScheduleEffect::Unknown => Instead::Unknown,
        ScheduleEffect::Opens | ScheduleEffect::OpensAllDay if standing == Standing::OfTheBuilding => Instead::Unknown,
        ScheduleEffect::OpensAllDay => Instead::Open(vec![Span::AllDay]),
        ScheduleEffect::Opens => span(row).map_or(Instead::Unknown, |span| Instead::Open(vec![span])),
    }
}

fn add_holiday(before: Option<OnHolidays>, row: &Schedule, standing: Standing) -> OnHolidays {
    if row.effect == ScheduleEffect::Opens && row.opens_at.is_none() && row.closes_at.is_none() {
        return OnHolidays::AsUsual;
    }
    match (before, instead(row, standing)) {
        (Some(OnHolidays::Instead(Instead::Open(mut spans))), Instead::Open(more)) => {
            spans.extend(more);
            OnHolidays::Instead(Instead::Open(spans))
        }
        // Two statements that can't both hold.
        (Some(OnHolidays::Instead(before)), now) if before != now => OnHolidays::Instead(Instead::Unknown),
        (_, now) => OnHolidays::Instead(now),
    }
}

/// How far ahead the next opening is shown, in days.
pub const SHOWN_DAYS: u16 = 35;

/// The first instant at which what is shown of hours at another (whether it is open, until when,
/// when it opens next) may be different. Never too late; too early where nothing changes within
/// the next day, for nobody looks further.
#[must_use]
pub fn shown_until(hours: &Hours, at: DateTime<Utc>) -> DateTime<Utc> {
    holds_until(hours, at, SHOWN_DAYS)
}

/// The same where the next opening is looked for so many days ahead.
#[must_use]
pub fn holds_until(hours: &Hours, at: DateTime<Utc>, days: u16) -> DateTime<Utc> {
    let mut until = hours.next_change(at, 1).unwrap_or_else(|| later(at, 1));
    // What lies beyond the days that are looked at comes into sight as time goes by.
    if matches!(hours.state(at), State::Open { until: None }) {
        until = until.min(comes_into_sight(hours, at, CLOSING_WITHIN_DAYS));
    }
    match hours.next_opening(at, days) {
        NextOpening::At(_) | NextOpening::PerhapsAt { certain: Some(_), .. } => until,
        NextOpening::PerhapsAt { certain: None, .. } | NextOpening::None | NextOpening::NotStated => {
            until.min(comes_into_sight(hours, at, days))
        }
    }
}

/// When the next opening or closing that is now so many days away, or more, no longer will be;
/// tomorrow where there is none on that day.
fn comes_into_sight(hours: &Hours, at: DateTime<Utc>, days: u16) -> DateTime<Utc> {
    // One that is exactly so far away is not in sight yet, and is at once.
    let (from, to) = (later(at, days) - TimeDelta::milliseconds(1), later(at, days + 1));
    let intervals = hours.intervals(from, to);
    let edges = intervals.iter().flat_map(|interval| [interval.from, interval.to]);
    let first = edges.filter(|edge| from < *edge && *edge < to).min().unwrap_or(to);
    first - TimeDelta::days(i64::from(days))
}

fn later(at: DateTime<Utc>, days: u16) -> DateTime<Utc> {
    at.checked_add_signed(TimeDelta::days(i64::from(days))).unwrap_or(DateTime::<Utc>::MAX_UTC)
}
