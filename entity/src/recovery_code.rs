//! Codes for when the second factor is lost.

use sea_orm::entity::prelude::*;

use crate::ids::AccountId;

/// A code that stands in for the second factor, once.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "recovery_code")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose.
    pub account_id: AccountId,
    /// Its hash.
    #[sea_orm(column_type = "Text")]
    pub hash: String,
    /// When it was used.
    pub used_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
