//! The ledger: what was decided about service users, and what was disclosed of them. Rows are added, and never changed.

use sea_orm::entity::prelude::*;

use crate::enums::LedgerDecision;
use crate::ids::{AccountId, AgencyId, LedgerEntryId, ServiceUserId};
use crate::instants::Millis;

/// One decision about one service user, in one request.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_entry")]
pub struct Model {
    /// Id, later ones after earlier ones of the same process.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LedgerEntryId,
    /// Who was asked about, be there anybody of that number or not: a pseudonym.
    pub service_user_id: ServiceUserId,
    /// Who asked.
    pub account_id: AccountId,
    /// For which agency.
    pub agency_id: Option<AgencyId>,
    /// Whether anything was shown.
    pub decision: LedgerDecision,
    /// Whether anything was shown that a denial stands against.
    pub despite_denial: bool,
    /// For which instant it was decided.
    pub decided_at: Millis,
    /// All of it, as text that is never written anew: what proofs are reckoned over.
    #[sea_orm(column_type = "Text")]
    pub entry: String,
}

impl ActiveModelBehavior for ActiveModel {}
