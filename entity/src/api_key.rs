//! Keys of programs.

use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, AgencyId, ApiKeyId};
use crate::lists::KeyScopes;

/// What a program shows in place of a person.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "api_key")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApiKeyId,
    /// The agency it acts for.
    pub agency_id: AgencyId,
    /// What its maker calls it.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// Hash of the key.
    #[sea_orm(column_type = "Text")]
    pub hash: String,
    /// What it is for.
    #[sea_orm(column_type = "JsonBinary")]
    pub scopes: KeyScopes,
    /// Who made it.
    pub made_by: AccountId,
    /// When.
    pub created_at: DateTimeUtc,
    /// Until when it works, exclusive.
    pub expires_at: DateTimeUtc,
    /// When it was revoked.
    pub revoked_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
