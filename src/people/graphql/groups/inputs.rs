//! What is said about groups, cohorts and places in them.

use async_graphql::{ID, InputObject};

use crate::api::scalars::{Date, DateTime};
use crate::people::graphql::appointments::enums::AppointmentDelivery;

/// A new group.
#[derive(Clone, Debug, InputObject)]
pub struct MakeGroupInput {
    /// Its name, in at most 100 characters: another one than those of the agency's other groups. It names nobody.
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
    /// Of which group, by its global id.
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
}
