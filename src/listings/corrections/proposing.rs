//! What a correction proposes, as a change of the listing that can be made in one step. Pure.
//!
//! To add a field: here, in [`Proposed::onto`] and in the input of the graph. What has no field is said in words.

use chrono::NaiveTime;
use entity::enums::{ScheduleDays, ScheduleEffect, ScheduleKind, ServiceStatus};

use crate::directory::listing::{Phone, Schedule, StoredService};

/// What would be right. What is absent is not spoken of; what is `Some(None)` should be taken away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposed {
    /// Its name.
    pub name: Option<String>,
    /// One or two plain sentences.
    pub summary: Option<Option<String>>,
    /// Its own page.
    pub url: Option<Option<String>>,
    /// Its own e-mail address.
    pub email: Option<Option<String>>,
    /// Its telephone numbers, all of them.
    pub phones: Option<Vec<String>>,
    /// Its regular weekly hours, all of them.
    pub hours: Option<Vec<HoursLine>>,
    /// Places free now.
    pub available: Option<u32>,
    /// Days from referral to start.
    pub wait_days: Option<u32>,
    /// Whether it runs.
    pub status: Option<ServiceStatus>,
}

/// One line of weekly hours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoursLine {
    /// Days as `MO,TU`.
    pub days: String,
    /// Opening, wall time in Europe/London.
    pub opens_at: NaiveTime,
    /// Closing; at or before the opening it lies on the next day.
    pub closes_at: NaiveTime,
}

/// Whether a line is one of the regular week: what is proposed takes the place of these, and of nothing else.
fn is_weekly(line: &Schedule) -> bool {
    line.kind == ScheduleKind::Hours && line.days == ScheduleDays::Weekly
}

fn weekly(line: &HoursLine) -> Schedule {
    Schedule {
        by_day: Some(line.days.trim().to_owned()),
        opens_at: Some(line.opens_at),
        closes_at: Some(line.closes_at),
        ..Schedule::blank(ScheduleKind::Hours, ScheduleDays::Weekly, ScheduleEffect::Opens)
    }
}

impl Proposed {
    /// Whether nothing is proposed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The service as it would be.
    #[must_use]
    pub fn onto(&self, service: &StoredService) -> StoredService {
        let mut after = service.clone();
        let clean = |text: &String| text.trim().to_owned();
        if let Some(name) = &self.name {
            after.name = clean(name);
        }
        for (field, proposed) in
            [(&mut after.summary, &self.summary), (&mut after.url, &self.url), (&mut after.email, &self.email)]
        {
            if let Some(proposed) = proposed {
                *field = proposed.as_ref().map(clean);
            }
        }
        if let Some(numbers) = &self.phones {
            // What is known of a number that stays, stays.
            let phone = |number: &String| {
                let known = service.phones.iter().find(|phone| phone.number == number.trim());
                known.cloned().unwrap_or_else(|| Phone { number: clean(number), ..Phone::default() })
            };
            after.phones = numbers.iter().map(phone).collect();
        }
        if let Some(lines) = &self.hours {
            // The new lines first, as they were given: what is wrong with one is told by its place.
            let others = service.schedules.iter().filter(|line| !is_weekly(line)).cloned();
            after.schedules = lines.iter().map(weekly).chain(others).collect();
        }
        if self.available.is_some() || self.wait_days.is_some() {
            let capacity = after.capacity.get_or_insert_default();
            capacity.available = self.available.or(capacity.available);
            capacity.wait_days = self.wait_days.or(capacity.wait_days);
        }
        if let Some(status) = self.status {
            after.status = status;
            // Open again: when it is expected back, and the word why it was shut, hold no more.
            if status == ServiceStatus::Active && service.status != ServiceStatus::Active {
                (after.reopens_on, after.alert) = (None, None);
            }
        }
        after
    }
}

/// The field of the input that a field of the listing was proposed by.
#[must_use]
pub fn input_of(field: &str) -> String {
    let field = field.strip_prefix("capacity.").unwrap_or(field);
    match field.strip_prefix("schedules") {
        Some(rest) => format!("input.proposed.hours{rest}"),
        None => format!("input.proposed.{field}"),
    }
}
