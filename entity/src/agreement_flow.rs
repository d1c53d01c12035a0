//! What may flow under a version of an agreement.

use sea_orm::entity::prelude::*;

use crate::enums::LawfulBasis;
use crate::ids::{AgencyId, AgreementFlowId, AgreementVersionId};

/// From which party to which, on which lawful basis.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement_flow")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AgreementFlowId,
    /// The version.
    pub version_id: AgreementVersionId,
    /// Whose rows.
    pub from_agency_id: AgencyId,
    /// Who may see them.
    pub to_agency_id: AgencyId,
    /// On which lawful basis.
    pub basis: LawfulBasis,
}

impl ActiveModelBehavior for ActiveModel {}
