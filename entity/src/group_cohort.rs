//! Cohorts of groups.

use sea_orm::entity::prelude::*;

use crate::enums::GroupEndReason;
use crate::ids::{AccountId, AgencyId, CohortId, GroupId};
use crate::instants::Millis;

/// Those who go through a group together, from one day to another.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "group_cohort")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CohortId,
    /// The group.
    pub group_id: GroupId,
    /// Whose the group is.
    pub agency_id: AgencyId,
    /// The first day, in London.
    pub begins_on: Date,
    /// The last day, in London.
    pub ends_on: Date,
    /// How many places it has.
    pub places: i32,
    /// The worker with whom its sessions are.
    pub with_id: AccountId,
    /// Who opened it.
    pub opened_by: AccountId,
    /// When.
    pub opened_at: Millis,
    /// Since when nobody is taken into it any more.
    pub closed_at: Option<Millis>,
    /// The how manieth writing of it, from 1.
    pub version: i32,
    /// Since when it is called off: nobody has a place in it.
    pub called_off_at: Option<Millis>,
    /// Who called it off.
    pub called_off_by: Option<AccountId>,
    /// Why.
    pub end_reason: Option<GroupEndReason>,
}

impl ActiveModelBehavior for ActiveModel {}
