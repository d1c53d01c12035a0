//! Of what form a group and a cohort must be, what they tell of who is in them, and how long one waits for a place. Pure.

use std::ops::RangeInclusive;

use chrono::{Days, NaiveDate};
use entity::enums::{AppointmentDelivery, DataCategory, GroupPlaceState, GroupPlaceStep};
use entity::ids::{AccountId, GroupId, LocationId, ServiceId};
use entity::instants::Millis;

use crate::hours::london;
use crate::people::contents::work::category_of;
use crate::people::contents::{LONGEST_NAME, MOST, Wrong, named};
use crate::people::referrals::editing::Change;

/// Most groups of an agency that are open.
pub const MOST_GROUPS: usize = 200;
/// Most groups of an agency that are open or were closed within the last 26 weeks: those that are told of.
pub const MOST_GROUPS_TOLD: usize = 400;
/// Most cohorts of a group that run or are to come.
pub const MOST_COHORTS: usize = 50;
/// Most cohorts of a group that run, are to come, or were over or called off within the last 26 weeks: those that are told of.
pub const MOST_COHORTS_TOLD: usize = 200;
/// How many places a cohort may have.
pub const PLACES: RangeInclusive<i32> = 1..=200;
/// How many sessions a cohort may have.
pub const SESSIONS: RangeInclusive<usize> = 1..=60;
/// Most that wait for one group.
pub const MOST_WAITING: usize = 1_000;
/// How far ahead a cohort may end, in days: an appointment is booked two years ahead at the most.
const FARTHEST: u64 = 730;
/// How long ago a cohort may have begun that is opened now, in days.
const LATEST: u64 = 366;
/// Longest session, in milliseconds: that of an appointment, 24 hours.
const LONGEST: i64 = DAY;
/// Of how many days the waiting time is reckoned, and what was closed or called off is told of: 26 weeks of seven.
pub const WAITING_DAYS: i64 = 26 * 7;
/// From how many on it is told: of fewer one could tell how long a single person waited. The number is this program's own
/// choice against small counts.
pub const FEWEST: usize = 5;

const DAY: i64 = 86_400_000;

/// What a group is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupTerms {
    /// Name.
    pub name: String,
    /// The service of the agency that it belongs to, where it belongs to one.
    pub service: Option<ServiceId>,
    /// The hub, where it is at one.
    pub location: Option<LocationId>,
    /// Keys of the needs that it is for. That there are such needs is for who calls this.
    pub needs: Vec<String>,
    /// How it is held.
    pub delivery: AppointmentDelivery,
    /// How many places a cohort has where nothing else is said of it.
    pub places: i32,
}

/// What a cohort is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CohortTerms {
    /// Of which group.
    pub group: GroupId,
    /// The first day, in London.
    pub begins_on: NaiveDate,
    /// The last day, in London.
    pub ends_on: NaiveDate,
    /// How many places it has; the group's where nothing is said.
    pub places: Option<i32>,
    /// The worker with whom its sessions are.
    pub with: AccountId,
    /// When it meets: from when until when, exclusive.
    pub sessions: Vec<(Millis, Millis)>,
}

/// What is changed of a group. What is absent stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupEdit {
    /// Name.
    pub name: Option<String>,
    /// The service that it belongs to.
    pub service: Change<ServiceId>,
    /// The hub.
    pub location: Change<LocationId>,
    /// Keys of the needs that it is for. That there are such needs is for who calls this.
    pub needs: Option<Vec<String>>,
    /// How it is held.
    pub delivery: Option<AppointmentDelivery>,
    /// How many places a cohort has that is opened from now on, where nothing else is said of it.
    pub places: Option<i32>,
}

impl GroupEdit {
    /// The group that it makes of another.
    #[must_use]
    pub fn of(&self, before: &GroupTerms) -> GroupTerms {
        GroupTerms {
            name: self.name.clone().unwrap_or_else(|| before.name.clone()),
            service: self.service.of(before.service),
            location: self.location.of(before.location),
            needs: self.needs.clone().unwrap_or_else(|| before.needs.clone()),
            delivery: self.delivery.unwrap_or(before.delivery),
            places: self.places.unwrap_or(before.places),
        }
    }
}

/// What is changed of a cohort. What is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CohortEdit {
    /// The first day.
    pub begins_on: Option<NaiveDate>,
    /// The last day.
    pub ends_on: Option<NaiveDate>,
    /// How many places it has.
    pub places: Option<i32>,
    /// The worker with whom its sessions are.
    pub with: Option<AccountId>,
    /// The sessions that are still to come, all of them, in their order.
    pub sessions: Option<Vec<(Millis, Millis)>>,
}

impl CohortEdit {
    /// The cohort that it makes of another at an instant: sessions that have begun stay as they are.
    ///
    /// # Errors
    /// A session is named that is not to come.
    pub fn of(&self, before: &CohortTerms, at: Millis) -> Result<CohortTerms, Wrong> {
        let mut sessions = before.sessions.clone();
        if let Some(named) = &self.sessions {
            if named.iter().any(|(starts, _)| *starts <= at) {
                return Err(Wrong::new(
                    "sessions",
                    "What has begun stays as it is: name those that are still to come.",
                ));
            }
            sessions.retain(|(starts, _)| *starts <= at);
            sessions.extend(named.iter().copied());
        }
        Ok(CohortTerms {
            group: before.group,
            begins_on: self.begins_on.unwrap_or(before.begins_on),
            ends_on: self.ends_on.unwrap_or(before.ends_on),
            places: self.places.or(before.places),
            with: self.with.unwrap_or(before.with),
            sessions,
        })
    }
}

/// How long somebody waited for a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExpectedWait {
    /// The median, in days of 24 hours, to a tenth.
    pub median_days: f64,
    /// Of how many who got a place.
    pub number: usize,
}

impl ExpectedWait {
    /// The median for those who are told no counts, in days: of weeks that have begun, so that it says nothing of a single day.
    #[must_use]
    pub fn days_of_weeks(self) -> f64 {
        (self.median_days / 7.0).ceil() * 7.0
    }
}

fn check_places(field: &'static str, places: i32) -> Result<(), Wrong> {
    if PLACES.contains(&places) {
        return Ok(());
    }
    let (least, most) = PLACES.into_inner();
    Err(Wrong::new(field, format!("It is from {least} to {most}.")))
}

impl GroupTerms {
    /// Holds a group against its form.
    ///
    /// # Errors
    /// The first field that is wrong.
    pub fn check(&self) -> Result<(), Wrong> {
        named("name", &self.name, LONGEST_NAME)?;
        check_places("placesPerCohort", self.places)?;
        if self.needs.len() > MOST {
            return Err(Wrong::new("needs", format!("There are more than {MOST}.")));
        }
        Ok(())
    }
}

impl CohortTerms {
    /// Holds a cohort against its form, on a day in London.
    ///
    /// # Errors
    /// The first field that is wrong.
    pub fn check(&self, today: NaiveDate) -> Result<(), Wrong> {
        if self.begins_on < today.checked_sub_days(Days::new(LATEST)).unwrap_or(NaiveDate::MIN) {
            return Err(Wrong::new("beginsOn", "It is longer ago than a year."));
        }
        self.check_again(today)
    }

    /// The same of one that was opened before, however long ago it began.
    ///
    /// # Errors
    /// The first field that is wrong.
    pub fn check_again(&self, today: NaiveDate) -> Result<(), Wrong> {
        if self.ends_on < self.begins_on {
            return Err(Wrong::new("endsOn", "It ends before it begins: it ends on that day or later."));
        }
        if self.ends_on < today {
            return Err(Wrong::new("endsOn", "It is over: nobody could join it."));
        }
        if self.ends_on > today.checked_add_days(Days::new(FARTHEST)).unwrap_or(NaiveDate::MAX) {
            return Err(Wrong::new("endsOn", "It is too far ahead: two years at the most."));
        }
        self.places.map_or(Ok(()), |places| check_places("places", places))?;
        if !SESSIONS.contains(&self.sessions.len()) {
            let (least, most) = SESSIONS.into_inner();
            return Err(Wrong::new("sessions", format!("There are from {least} to {most} sessions.")));
        }
        let days = self.begins_on..=self.ends_on;
        let mut before: Option<Millis> = None;
        for (starts, ends) in &self.sessions {
            if ends <= starts || ends.0.saturating_sub(starts.0) > LONGEST {
                return Err(Wrong::new("sessions", "Each ends after it begins, and is 24 hours long at the most."));
            }
            if before.is_some_and(|before| *starts < before) {
                return Err(Wrong::new(
                    "sessions",
                    "Name them in their order: each begins when the one before has ended.",
                ));
            }
            if !days.contains(&london(starts.to_utc()).date()) {
                return Err(Wrong::new("sessions", "Each begins on a day between the first and the last, in London."));
            }
            before = Some(*ends);
        }
        Ok(())
    }
}

/// What it tells of a service user that they are in a group, beside that they come: what its needs are of; where none is
/// stated its name may tell anything, and it counts among case notes, which are shared the least.
#[must_use]
pub fn tells_of(needs: &[String]) -> Vec<DataCategory> {
    if needs.is_empty() {
        return vec![DataCategory::CaseNotes];
    }
    let mut categories: Vec<DataCategory> = needs.iter().map(|need| category_of(need)).collect();
    categories.sort_unstable();
    categories.dedup();
    categories
}

/// Whether it tells less of who is in a group that these are its needs than that those were: whoever joined it did so while more
/// had to be shared for others to see it.
#[must_use]
pub fn tells_less(before: &[String], after: &[String]) -> bool {
    let after = tells_of(after);
    tells_of(before).iter().any(|category| !after.contains(category))
}

/// How far a place has come by a step.
#[must_use]
pub const fn leads_to(step: GroupPlaceStep) -> GroupPlaceState {
    match step {
        GroupPlaceStep::Asked | GroupPlaceStep::PutBack => GroupPlaceState::Waiting,
        GroupPlaceStep::Given | GroupPlaceStep::MovedUp | GroupPlaceStep::Preferred => GroupPlaceState::Placed,
        GroupPlaceStep::Left | GroupPlaceStep::Ended => GroupPlaceState::Left,
    }
}

/// How long those waited who got a place, from milliseconds each; none where they are fewer than [`FEWEST`]. Of an even number
/// the median is half way between the two in the middle.
#[must_use]
pub fn expected_wait(mut waits: Vec<i64>) -> Option<ExpectedWait> {
    let number = waits.len();
    if number < FEWEST {
        return None;
    }
    waits.sort_unstable();
    let (upper, lower) = (waits.get(number / 2)?, waits.get((number - 1) / 2)?);
    // In tenths of a day, rounded; half of both, which is exact in twentieths.
    let tenths = (i128::from(*upper) + i128::from(*lower)) * 10 + i128::from(DAY);
    let tenths = i32::try_from(tenths.div_euclid(2 * i128::from(DAY))).unwrap_or(i32::MAX);
    Some(ExpectedWait { median_days: f64::from(tenths) / 10.0, number })
}
