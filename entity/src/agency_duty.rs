//! Who is to keep an agency's listings true.

use sea_orm::entity::prelude::*;

use crate::enums::DutyRank;
use crate::ids::{AccountId, AgencyId};

/// That somebody is to keep an agency's listings true, or to stand in for whoever is. Never deleted: it ends.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "agency_duty")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Of which agency.
    pub agency_id: AgencyId,
    /// Who.
    pub account_id: AccountId,
    /// As what: the named contact, or the deputy.
    pub rank: DutyRank,
    /// From when.
    pub begins_at: DateTimeUtc,
    /// Until when, exclusive; absent until somebody else is named.
    pub ends_at: Option<DateTimeUtc>,
    /// Who said so.
    pub set_by: Option<AccountId>,
}

impl ActiveModelBehavior for ActiveModel {}
