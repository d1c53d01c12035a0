//! Versions of information-sharing agreements.

use sea_orm::entity::prelude::*;

use crate::ids::{AgreementId, AgreementVersionId};
use crate::instants::Millis;

/// One version of an agreement: what the parties sign.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement_version")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AgreementVersionId,
    /// The agreement.
    pub agreement_id: AgreementId,
    /// Its number, from 1.
    pub number: i32,
    /// Until when it holds, exclusive, whatever else happens.
    pub expires_at: Millis,
    /// For how many days of 24 hours a relationship that was closed still counts.
    pub related_days: i32,
}

impl ActiveModelBehavior for ActiveModel {}
