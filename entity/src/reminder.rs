//! That somebody was asked to confirm what is due.

use sea_orm::entity::prelude::*;

use crate::enums::DutyRank;
use crate::ids::{AccountId, AgencyId};

/// That somebody was asked, in a period, to confirm what is due of an agency.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "reminder")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Of which agency.
    pub agency_id: AgencyId,
    /// The period, as `2026-W47`; an agency is asked once in each.
    #[sea_orm(column_type = "Text")]
    pub period: String,
    /// Who was asked.
    pub account_id: AccountId,
    /// As what.
    pub asked_as: DutyRank,
    /// How many listings were due.
    pub overdue: i32,
    /// How many more were soon to be.
    pub soon: i32,
    /// When the letter was begun.
    pub begun_at: DateTimeUtc,
    /// When it was sent; absent while it is, and for good where nobody can say whether it was.
    pub sent_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
