//! Whom a service user keeps out.

use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, AgencyId, ExclusionId, ServiceUserId};
use crate::instants::Millis;

/// That a service user wants an agency, or one account, to see nothing of them.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "exclusion")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ExclusionId,
    /// Who.
    pub service_user_id: ServiceUserId,
    /// Whom it was recorded for, before double records were joined.
    pub recorded_for: ServiceUserId,
    /// The agency; absent where it is an account.
    pub agency_id: Option<AgencyId>,
    /// The account; absent where it is an agency.
    pub account_id: Option<AccountId>,
    /// From when.
    pub begins_at: Millis,
    /// Until when, exclusive; absent for as long as nobody ends it.
    pub ends_at: Option<Millis>,
    /// Who wrote it down; absent for the demonstration.
    pub named_by: Option<AccountId>,
    /// The agency that wrote it down, or to which it was handed on; absent where they said so themselves.
    pub written_for: Option<AgencyId>,
    /// Who lifted it; absent while it holds.
    pub ended_by: Option<AccountId>,
}

impl ActiveModelBehavior for ActiveModel {}
