//! When a version of an agreement is in force.

use sea_orm::entity::prelude::*;

use crate::ids::{AgreementPeriodId, AgreementVersionId};
use crate::instants::Millis;

/// A time in which a version is in force: from its last signature, or the end of a suspension, to the next suspension, termination or version.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement_period")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AgreementPeriodId,
    /// The version.
    pub version_id: AgreementVersionId,
    /// From when.
    pub begins_at: Millis,
    /// Until when, exclusive; absent while nothing ended it.
    pub ends_at: Option<Millis>,
}

impl ActiveModelBehavior for ActiveModel {}
