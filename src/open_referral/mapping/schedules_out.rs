//! Writes tables of hours as the standard has them.

use entity::enums::{ScheduleDays, ScheduleEffect, ScheduleKind};
use serde_json::{Value, json};

use super::{
    facts::{self, Fact},
    read::{Node, Object, Remarks},
    schedules::{self, is_closure},
    times,
    vocabulary::spaced,
};
use crate::directory::listing::Schedule;

/// A whole table, for an object that has none. Rows that would not read back to the same say
/// the rest in facts; all of them do where the table as a whole would not.
pub(super) fn write(rows: &[Schedule], owner: &str) -> Vec<Value> {
    let plain: Vec<Value> = rows.iter().enumerate().map(|(at, row)| write_row(row, owner, at, false)).collect();
    if read_back(&plain) == rows {
        return plain;
    }
    rows.iter().enumerate().map(|(at, row)| write_row(row, owner, at, true)).collect()
}

/// What a table reads as.
pub(super) fn read_back(rows: &[Value]) -> Vec<Schedule> {
    let mut owner = Object::new();
    owner.insert("schedules".to_owned(), Value::Array(rows.to_vec()));
    schedules::read(&Node::of(&owner), &mut Remarks::default())
}

fn write_row(schedule: &Schedule, owner: &str, at: usize, facts_too: bool) -> Value {
    let mut row = standard(schedule);
    let reads_as = |row: &Object| schedules::read_row(&Node::of(row), &mut Remarks::default()).schedule;
    if schedule.effect == ScheduleEffect::Unknown
        && reads_as(&row).is_some_and(|read| read.effect != ScheduleEffect::Unknown)
    {
        // Others must not take it for opening hours.
        row.remove("opens_at");
        row.remove("closes_at");
    }
    facts::identify(&mut row, owner, &format!("schedule/{at}"));
    if facts_too || reads_as(&row).as_ref() != Some(schedule) {
        facts::replace(&mut row, "schedule", "schedule", all_facts(schedule), false);
    }
    Value::Object(row)
}

/// The row in the standard's own fields, as far as they go.
fn standard(schedule: &Schedule) -> Object {
    let mut row = Object::new();
    let mut put = |field: &str, value: Option<String>| {
        if let Some(value) = value {
            row.insert(field.to_owned(), Value::String(value));
        }
    };
    let freq = match schedule.days {
        ScheduleDays::Weekly | ScheduleDays::Dates => Some("WEEKLY"),
        ScheduleDays::Monthly => Some("MONTHLY"),
        ScheduleDays::BankHolidays => None,
    };
    put("freq", freq.map(str::to_owned));
    put("byday", schedule.by_day.clone());
    put("bymonthday", schedule.by_month_day.clone());
    // In the standard the first occurrence is a beginning; ours is only what weeks count from.
    put("dtstart", schedule.anchor.filter(|anchor| schedule.valid_from >= Some(*anchor)).map(|date| date.to_string()));
    put("valid_from", schedule.valid_from.map(|date| date.to_string()));
    put("valid_to", schedule.valid_to.map(|date| date.to_string()));
    let times = match schedule.effect {
        // Bank holidays have no field; their times would be taken for those of every day.
        _ if schedule.days == ScheduleDays::BankHolidays => (None, None),
        ScheduleEffect::Opens | ScheduleEffect::Unknown => (schedule.opens_at, schedule.closes_at),
        ScheduleEffect::OpensAllDay => {
            (chrono::NaiveTime::from_hms_opt(0, 0, 0), chrono::NaiveTime::from_hms_opt(23, 59, 0))
        }
        ScheduleEffect::Closes => (None, None),
    };
    put("opens_at", times.0.map(times::written));
    put("closes_at", times.1.map(times::written));
    let note = schedule.note.clone();
    match (schedule.effect, schedule.days) {
        (effect, ScheduleDays::BankHolidays) => {
            let hours = match (effect, schedule.opens_at, schedule.closes_at) {
                (ScheduleEffect::Closes, ..) => "Closed on bank holidays".to_owned(),
                (ScheduleEffect::OpensAllDay, ..) => "Open all day and night on bank holidays".to_owned(),
                (ScheduleEffect::Opens, Some(opens), Some(closes)) => {
                    format!("On bank holidays {} to {}", times::written(opens), times::written(closes))
                }
                (ScheduleEffect::Opens | ScheduleEffect::Unknown, ..) => "Ask about bank holidays".to_owned(),
            };
            put("description", Some(hours));
            put("notes", note);
        }
        (ScheduleEffect::Closes, _) => match note {
            Some(note) if is_closure(&spaced(&note)) => put("description", Some(note)),
            note => {
                put("description", Some("Closed".to_owned()));
                put("notes", note);
            }
        },
        (ScheduleEffect::Opens | ScheduleEffect::OpensAllDay | ScheduleEffect::Unknown, _) => put("description", note),
    }
    if schedule.interval != 1 {
        row.insert("interval".to_owned(), json!(schedule.interval));
    }
    row
}

fn all_facts(schedule: &Schedule) -> Vec<Fact> {
    let mut facts: Vec<Fact> = vec![
        ("schedule.days", schedule.days.as_str().to_owned()),
        ("schedule.effect", schedule.effect.as_str().to_owned()),
    ];
    let mut put = |code: &'static str, value: Option<String>| facts.extend(value.map(|value| (code, value)));
    put("schedule.kind", (schedule.kind == ScheduleKind::Event).then(|| schedule.kind.as_str().to_owned()));
    put("schedule.by_day", schedule.by_day.clone());
    put("schedule.by_month_day", schedule.by_month_day.clone());
    put("schedule.interval", (schedule.interval != 1).then(|| schedule.interval.to_string()));
    put("schedule.anchor", schedule.anchor.map(|date| date.to_string()));
    put("schedule.valid_from", schedule.valid_from.map(|date| date.to_string()));
    put("schedule.valid_to", schedule.valid_to.map(|date| date.to_string()));
    put("schedule.opens_at", schedule.opens_at.map(times::written));
    put("schedule.closes_at", schedule.closes_at.map(times::written));
    put("schedule.note", schedule.note.clone());
    facts
}
