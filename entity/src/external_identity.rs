//! People as identity providers know them.

use sea_orm::entity::prelude::*;

use crate::ids::AccountId;

/// An account as an identity provider knows it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "external_identity")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The account.
    pub account_id: AccountId,
    /// The provider.
    #[sea_orm(column_type = "Text")]
    pub issuer: String,
    /// Its word for the person.
    #[sea_orm(column_type = "Text")]
    pub subject: String,
    /// Since when.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
