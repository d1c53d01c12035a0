//! Refresh tokens that were used.

use sea_orm::entity::prelude::*;

use crate::ids::SessionId;

/// A refresh token that was used.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "spent_refresh")]
pub struct Model {
    /// Its hash.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub hash: String,
    /// The sign-in it renewed.
    pub session_id: SessionId,
    /// When.
    pub spent_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
