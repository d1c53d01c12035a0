//! What service users were asked to permit.

use sea_orm::entity::prelude::*;

use crate::enums::ProposalState;
use crate::ids::{AccountId, AgencyId, ConsentProposalId, ServiceUserId};
use crate::instants::Millis;

/// That a service user was asked, and what they answered. A refusal is kept.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consent_proposal")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConsentProposalId,
    /// Whom.
    pub service_user_id: ServiceUserId,
    /// Whom it was recorded for, before double records were joined.
    pub recorded_for: ServiceUserId,
    /// The agency that asked; absent where they asked for it themselves.
    pub agency_id: Option<AgencyId>,
    /// Who asked.
    pub proposed_by: Option<AccountId>,
    /// How far it has come.
    pub state: ProposalState,
    /// What was asked, as JSON: agencies, categories, purposes, period.
    #[sea_orm(column_type = "Text")]
    pub asked: String,
    /// The hash of what each agency would have seen.
    #[sea_orm(column_type = "Text")]
    pub preview_hash: String,
    /// When they were asked.
    pub proposed_at: Millis,
    /// When they answered.
    pub answered_at: Option<Millis>,
    /// Who answered, or wrote their answer down.
    pub answered_by: Option<AccountId>,
    /// When whoever asked took it back.
    pub taken_back_at: Option<Millis>,
    /// Who took it back.
    pub taken_back_by: Option<AccountId>,
}

impl ActiveModelBehavior for ActiveModel {}
