//! Versions of information-sharing agreements.

use sea_orm::entity::prelude::*;

use crate::enums::AgreementState;
use crate::ids::{AccountId, AgencyId, AgreementId, AgreementVersionId};
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
    /// What it says beside its flows, as JSON; absent for what only the rule was given.
    #[sea_orm(column_type = "Text", nullable)]
    pub document: Option<String>,
    /// The hash of all that is signed: document, parties, flows, period.
    #[sea_orm(column_type = "Text", nullable)]
    pub document_hash: Option<String>,
    /// How far it has come; what time alone brings is not stored.
    pub state: Option<AgreementState>,
    /// By which day it is to be looked at again.
    pub review_on: Option<Date>,
    /// The agency that suspended it; absent where the network did, and while it is not suspended.
    pub suspended_for: Option<AgencyId>,
    /// Who drafted it; absent for the demonstration.
    pub drafted_by: Option<AccountId>,
    /// When it was drafted.
    pub drafted_at: Option<Millis>,
}

impl ActiveModelBehavior for ActiveModel {}
