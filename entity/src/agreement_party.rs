//! Parties of information-sharing agreements.

use sea_orm::entity::prelude::*;

use crate::enums::PartyRole;
use crate::ids::{AccountId, AgencyId, AgreementPartyId, AgreementVersionId};
use crate::instants::Millis;

/// That an agency is party to a version, and whether it signed it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement_party")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AgreementPartyId,
    /// The version.
    pub version_id: AgreementVersionId,
    /// The agency.
    pub agency_id: AgencyId,
    /// As what it handles the data.
    pub role: PartyRole,
    /// Whom to ask there about data protection.
    #[sea_orm(column_type = "Text")]
    pub contact: String,
    /// When it signed this version; absent while it has not.
    pub signed_at: Option<Millis>,
    /// Who signed for it.
    pub signed_by: Option<AccountId>,
}

impl ActiveModelBehavior for ActiveModel {}
