//! Whose caseload a service user is on.

use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, AgencyId, AssignmentId, ServiceUserId, TeamId};
use crate::instants::Millis;

/// That a service user is on the caseload of a key worker or a team of an agency.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "assignment")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AssignmentId,
    /// Who.
    pub service_user_id: ServiceUserId,
    /// Whom it was recorded for, before double records were joined.
    pub recorded_for: ServiceUserId,
    /// The agency.
    pub agency_id: AgencyId,
    /// The key worker; absent where it is a team.
    pub account_id: Option<AccountId>,
    /// The team; absent where it is a key worker.
    pub team_id: Option<TeamId>,
    /// From when.
    pub begins_at: Millis,
    /// Until when, exclusive; absent for as long as nobody ends it.
    pub ends_at: Option<Millis>,
    /// Who put them there; absent for the demonstration.
    pub named_by: Option<AccountId>,
}

impl ActiveModelBehavior for ActiveModel {}
