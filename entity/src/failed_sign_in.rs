//! Sign-ins that failed.

use sea_orm::entity::prelude::*;

/// Failed sign-ins of an account or an address since the last that did not fail.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "failed_sign_in")]
pub struct Model {
    /// `account:` and the account's key, or `address:` and the address's.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub key: String,
    /// How many.
    pub count: i32,
    /// When the last was.
    pub last_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
