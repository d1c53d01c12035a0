//! Double records of service users that were joined.

use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, AgencyId, ServiceUserId, ServiceUserMergeId};
use crate::instants::Millis;

/// That one record turned out to be double to another, and whether that was undone.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "service_user_merge")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ServiceUserMergeId,
    /// The one that stands for both.
    pub kept_id: ServiceUserId,
    /// The other.
    pub merged_id: ServiceUserId,
    /// The agency whose worker joined them.
    pub agency_id: AgencyId,
    /// Whether the account of the other became that of the one that is kept.
    pub moved_account: bool,
    /// When they were joined.
    pub merged_at: Millis,
    /// By whom.
    pub merged_by: Option<AccountId>,
    /// When they were parted again; absent while they are one.
    pub undone_at: Option<Millis>,
    /// By whom.
    pub undone_by: Option<AccountId>,
}

impl ActiveModelBehavior for ActiveModel {}
