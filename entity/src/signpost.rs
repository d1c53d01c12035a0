//! Signposts.

use sea_orm::entity::prelude::*;

use crate::enums::Helped;
use crate::ids::{AccountId, AgencyId, ServiceUserId, SignpostId};
use crate::instants::Millis;

/// That somebody was told of services. No agency is sent anything by it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "signpost")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SignpostId,
    /// Who was told, double records joined; absent for somebody who gave no name.
    pub service_user_id: Option<ServiceUserId>,
    /// Who was told, before double records were joined.
    pub recorded_for: Option<ServiceUserId>,
    /// The agency whose worker told them.
    pub agency_id: AgencyId,
    /// The worker.
    pub given_by: AccountId,
    /// When.
    pub given_at: Millis,
    /// The categories that its needs tell of, and those of its services; a bit each.
    pub tells_of: i32,
    /// What somebody who gave no name was told of each service, as JSON; absent for a service user.
    #[sea_orm(column_type = "Text", nullable)]
    pub told: Option<String>,
    /// What a service user was told of each service, and why these, as JSON sealed under their key; absent for somebody who
    /// gave no name.
    #[sea_orm(column_type = "Text", nullable)]
    pub sealed: Option<String>,
    /// Hash of the code under which they see it again; absent where there is none, or it was revoked.
    #[sea_orm(column_type = "Text", nullable, unique)]
    pub link_hash: Option<String>,
    /// Until when the code is good, exclusive.
    pub link_until: Option<Millis>,
    /// Whether it helped.
    pub helped: Option<Helped>,
    /// When that was said.
    pub helped_at: Option<Millis>,
    /// By whom.
    pub helped_by: Option<AccountId>,
}

impl ActiveModelBehavior for ActiveModel {}
