//! What is said about groups, cohorts and places in them.

use async_graphql::{ID, InputObject, MaybeUndefined, Result};

use super::enums::GroupEndReason;
use crate::api::ids;
use crate::api::scalars::{Date, DateTime};
use crate::directory::needs::NeedList;
use crate::people::graphql::appointments::enums::AppointmentDelivery;
use crate::people::graphql::inputs::need_key;
use crate::people::groups::terms::{CohortEdit, GroupEdit};
use crate::people::referrals::editing::Change;

/// A new group.
#[derive(Clone, Debug, InputObject)]
pub struct MakeGroupInput {
    /// Its name, in at most 100 characters, a letter or a digit among them: another one than those of the agency's other groups.
    /// It names nobody.
    pub name: String,
    /// The service of the agency that it belongs to, where it belongs to one.
    pub service: Option<ID>,
    /// The hub, where it is at one.
    pub location: Option<ID>,
    /// The needs that it is for, by their keys or ids. Agencies with which a place in it is shared see that only where they may
    /// see what these tell of.
    #[graphql(default)]
    pub needs: Vec<ID>,
    /// How it is held.
    pub delivery: AppointmentDelivery,
    /// How many places a cohort has where nothing else is said of it: from 1 to 200.
    pub places_per_cohort: i32,
    /// A key of your own, of 1 to 200 characters: with the same key and input it is made once within 30 days.
    pub idempotency_key: Option<String>,
}

/// When a cohort meets.
#[derive(Clone, Debug, InputObject)]
pub struct CohortSessionInput {
    /// When it begins: on a day of the cohort.
    pub starts_at: DateTime,
    /// When it ends, exclusive: 24 hours after it begins at the latest.
    pub ends_at: DateTime,
}

/// A new cohort of a group.
#[derive(Clone, Debug, InputObject)]
pub struct OpenCohortInput {
    /// Of which group, by its global id. At most 50 of its cohorts run or are to come, and 200 do so or were over or called off
    /// within the last 26 weeks.
    pub group: ID,
    /// The first day: a year ago at the earliest.
    pub begins_on: Date,
    /// The last day: today at the earliest, two years ahead at the latest.
    pub ends_on: Date,
    /// How many places it has, from 1 to 200; the group's where nothing is said.
    pub places: Option<i32>,
    /// The worker with whom its sessions are, a link worker of the agency; the viewer where nothing is said.
    pub with: Option<ID>,
    /// When it meets: from 1 to 60 sessions in their order, each begun when the one before has ended.
    pub sessions: Vec<CohortSessionInput>,
    /// A key of your own, of 1 to 200 characters: with the same key and input it is made once within 30 days.
    pub idempotency_key: Option<String>,
}

/// What is changed of a group. What is left out stays as it is.
#[derive(Clone, Debug, InputObject)]
pub struct ChangeGroupInput {
    /// Which group, by its global id.
    pub group: ID,
    /// The version that the viewer saw: where it was changed meanwhile, nothing is done.
    pub expected_version: i32,
    /// Its name, in at most 100 characters, a letter or a digit among them: another one than those of the agency's other groups.
    /// It names nobody.
    pub name: Option<String>,
    /// The service of the agency that it belongs to; null takes it away.
    pub service: MaybeUndefined<ID>,
    /// The hub; null: it is at no hub. What was booked for sessions to come is `SUPERSEDED`, and booked anew under another id.
    pub location: MaybeUndefined<ID>,
    /// The needs that it is for, by their keys or ids. Once somebody has joined it, it may not tell of less than it did: who may
    /// see less of them would be shown that they are in it.
    pub needs: Option<Vec<ID>>,
    /// How it is held. What was booked for sessions to come is `SUPERSEDED`, and booked anew under another id.
    pub delivery: Option<AppointmentDelivery>,
    /// How many places a cohort has that is opened from now on, where nothing else is said of it: from 1 to 200.
    pub places_per_cohort: Option<i32>,
}

/// What is changed of a cohort. What is left out stays as it is.
#[derive(Clone, Debug, InputObject)]
pub struct ChangeCohortInput {
    /// Which cohort, by its global id.
    pub cohort: ID,
    /// The version that the viewer saw: where it was changed meanwhile, nothing is done.
    pub expected_version: i32,
    /// The first day: a year ago at the earliest.
    pub begins_on: Option<Date>,
    /// The last day: today at the earliest, two years ahead at the latest.
    pub ends_on: Option<Date>,
    /// How many places it has, from 1 to 200: as many as are taken at the least.
    pub places: Option<i32>,
    /// The worker with whom its sessions are, a link worker of the agency whom nobody in it keeps out. What was booked for
    /// sessions to come is `SUPERSEDED`, and booked anew under another id.
    pub with: Option<ID>,
    /// All sessions that are still to come, in their order. For those that are new appointments are booked; what was booked for
    /// those that are not among them is called off. Sessions that have begun stay. From 1 to 60 with those that have begun; to end
    /// them all, `callOffCohort`.
    pub sessions: Option<Vec<CohortSessionInput>>,
}

/// A group is closed.
#[derive(Clone, Debug, InputObject)]
pub struct CloseGroupInput {
    /// Which group, by its global id.
    pub group: ID,
    /// Why. Whoever waits or has a place sees it.
    pub reason: GroupEndReason,
}

/// A cohort is called off.
#[derive(Clone, Debug, InputObject)]
pub struct CallOffCohortInput {
    /// Which cohort, by its global id.
    pub cohort: ID,
    /// Why. Whoever had a place sees it, in its history.
    pub reason: GroupEndReason,
}

/// An id that may be left out, or taken away.
fn change<T>(of: &MaybeUndefined<ID>, read: impl Fn(&ID) -> Result<T>) -> Result<Change<T>> {
    Ok(match of {
        MaybeUndefined::Undefined => Change::Keep,
        MaybeUndefined::Null => Change::Clear,
        MaybeUndefined::Value(id) => Change::To(read(id)?),
    })
}

/// The keys of needs, each once.
pub(super) fn need_keys(list: &NeedList, ids: &[ID]) -> Result<Vec<String>> {
    let mut needs = Vec::with_capacity(ids.len());
    for id in ids {
        let key = need_key(list, "input.needs", id)?;
        if !needs.contains(&key) {
            needs.push(key);
        }
    }
    Ok(needs)
}

impl ChangeGroupInput {
    /// What is changed of it.
    pub(super) fn read(self, list: &NeedList) -> Result<GroupEdit> {
        Ok(GroupEdit {
            service: change(&self.service, |id| ids::service("input.service", id))?,
            location: change(&self.location, |id| ids::location("input.location", id))?,
            needs: self.needs.as_deref().map(|needs| need_keys(list, needs)).transpose()?,
            name: self.name,
            delivery: self.delivery.map(Into::into),
            places: self.places_per_cohort,
        })
    }
}

impl ChangeCohortInput {
    /// What is changed of it.
    pub(super) fn read(&self) -> Result<CohortEdit> {
        let session = |it: &CohortSessionInput| (it.starts_at.0.into(), it.ends_at.0.into());
        Ok(CohortEdit {
            begins_on: self.begins_on.map(|day| day.0),
            ends_on: self.ends_on.map(|day| day.0),
            places: self.places,
            with: self.with.as_ref().map(|id| ids::account("input.with", id)).transpose()?,
            sessions: self.sessions.as_ref().map(|all| all.iter().map(session).collect()),
        })
    }
}

/// A service user joins a group.
#[derive(Clone, Debug, InputObject)]
pub struct JoinGroupInput {
    /// Whom, by their global id.
    pub service_user: ID,
    /// Which group, by its global id.
    pub group: ID,
    /// Which of its cohorts; any that has a place free, those that begin first first, where nothing is said.
    pub cohort: Option<ID>,
    /// A key of your own, of 1 to 200 characters: with the same key and input it is made once within 30 days.
    pub idempotency_key: Option<String>,
}

/// A service user leaves a group.
#[derive(Clone, Debug, InputObject)]
pub struct LeaveGroupInput {
    /// The place that is given up, or the waiting for one, by its global id.
    pub group_place: ID,
}

/// A place in a cohort is given to somebody who waits.
#[derive(Clone, Debug, InputObject)]
pub struct OfferPlaceInput {
    /// In which cohort, by its global id.
    pub cohort: ID,
    /// To whom, by the global id of the place for which they wait; to who is first in line where nobody is named.
    pub to: Option<ID>,
    /// Why they come before those who wait longer, where they do: whoever works with the service user at the agency sees it, and
    /// the service user.
    pub reason: Option<String>,
    /// A key of your own, of 1 to 200 characters: with the same key and input it is made once within 30 days.
    pub idempotency_key: Option<String>,
}
