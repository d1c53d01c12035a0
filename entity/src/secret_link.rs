//! Links that work once.

use sea_orm::entity::prelude::*;

use crate::enums::LinkKind;
use crate::ids::AccountId;

/// A link that lets somebody in once.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "secret_link")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What for.
    pub kind: LinkKind,
    /// Hash of its secret.
    #[sea_orm(column_type = "Text")]
    pub hash: String,
    /// Whom it lets in.
    pub account_id: AccountId,
    /// Who made it; absent where nobody signed in did.
    pub made_by: Option<AccountId>,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// Until when it works, exclusive.
    pub expires_at: DateTimeUtc,
    /// When it was used, or replaced by another.
    pub used_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
