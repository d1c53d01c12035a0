//! What a consent covers.

use sea_orm::entity::prelude::*;

use crate::enums::{DataCategory, Purpose};
use crate::ids::{AgencyId, ConsentId, ConsentScopeId};

/// One agency, category and purpose; a consent without any row covers nothing.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consent_scope")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConsentScopeId,
    /// The consent.
    pub consent_id: ConsentId,
    /// Who may see, or may not.
    pub agency_id: AgencyId,
    /// The category.
    pub category: DataCategory,
    /// The purpose.
    pub purpose: Purpose,
}

impl ActiveModelBehavior for ActiveModel {}
