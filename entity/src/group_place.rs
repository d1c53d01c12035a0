//! Places in groups, and waiting for them.

use sea_orm::entity::prelude::*;

use crate::enums::GroupPlaceState;
use crate::ids::{AccountId, AgencyId, CohortId, GroupId, GroupPlaceId, ServiceUserId};
use crate::instants::Millis;

/// That a service user waits for a place in a group, has one, or had one.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "group_place")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: GroupPlaceId,
    /// Whom.
    pub service_user_id: ServiceUserId,
    /// Whom it was recorded for, before double records were joined.
    pub recorded_for: ServiceUserId,
    /// Whose it is: the agency whose the group is.
    pub agency_id: AgencyId,
    /// The group.
    pub group_id: GroupId,
    /// The how manieth who joined the group, from 1: those who wait stand in this order.
    pub number: i32,
    /// The cohort, once they have a place.
    pub cohort_id: Option<CohortId>,
    /// How far it has come.
    pub state: GroupPlaceState,
    /// When they joined.
    pub joined_at: Millis,
    /// Who wrote down that they join.
    pub joined_by: AccountId,
    /// When they got a place.
    pub placed_at: Option<Millis>,
    /// Who gave them the place; absent where it was free when they joined.
    pub offered_by: Option<AccountId>,
    /// Why they passed those who waited longer, sealed.
    #[sea_orm(column_type = "Text", nullable)]
    pub sealed: Option<String>,
    /// When they left.
    pub left_at: Option<Millis>,
    /// Who wrote down that they left.
    pub left_by: Option<AccountId>,
}

impl ActiveModelBehavior for ActiveModel {}
