//! The history of places in groups.

use sea_orm::entity::prelude::*;

use crate::enums::{GroupEndReason, GroupPlaceStep};
use crate::ids::{AccountId, AgencyId, CohortId, GroupPlaceEventId, GroupPlaceId};
use crate::instants::Millis;

/// Something that happened to a place in a group, or to the waiting for one. Never written over.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "group_place_event")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: GroupPlaceEventId,
    /// The place.
    pub place_id: GroupPlaceId,
    /// The how manieth of the place, from 1; no two are the same.
    pub number: i32,
    /// What.
    pub step: GroupPlaceStep,
    /// When.
    pub at: Millis,
    /// Who.
    pub by: AccountId,
    /// For which agency; absent for the service user and who stands for them.
    pub agency_id: Option<AgencyId>,
    /// The cohort in which they got a place by it, or had one until then.
    pub cohort_id: Option<CohortId>,
    /// Why, of the closed list, where the group was closed or the cohort called off.
    pub reason: Option<GroupEndReason>,
    /// Why they passed those who waited longer, sealed.
    #[sea_orm(column_type = "Text", nullable)]
    pub sealed: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
