//! What was done with versions of information-sharing agreements.

use sea_orm::entity::prelude::*;

use crate::enums::AgreementStep;
use crate::ids::{AccountId, AgencyId, AgreementEventId, AgreementVersionId};
use crate::instants::Millis;

/// One step of a version, by whom, for which agency. Never changed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement_event")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AgreementEventId,
    /// The version.
    pub version_id: AgreementVersionId,
    /// What was done.
    pub step: AgreementStep,
    /// When.
    pub at: Millis,
    /// By whom; absent for the demonstration.
    pub by: Option<AccountId>,
    /// For which agency; absent for the network.
    pub agency_id: Option<AgencyId>,
    /// Why, in their words.
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
