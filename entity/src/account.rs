//! Accounts.

use sea_orm::entity::prelude::*;

use crate::ids::AccountId;

/// A person who signs in.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccountId,
    /// E-mail address, as it was given; absent where only an identity provider knows the person.
    #[sea_orm(column_type = "Text", nullable)]
    pub email: Option<String>,
    /// The same, in the form in which two of them are compared.
    #[sea_orm(column_type = "Text", nullable)]
    pub email_key: Option<String>,
    /// What they are called.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// Their password, hashed (PHC string); absent until they choose one.
    #[sea_orm(column_type = "Text", nullable)]
    pub password_hash: Option<String>,
    /// Seed of their second factor, in base32.
    #[sea_orm(column_type = "Text", nullable)]
    pub totp_seed: Option<String>,
    /// When they showed that they have it; until then it is not asked for.
    pub totp_confirmed_at: Option<DateTimeUtc>,
    /// The last time step of which a code was taken; none is taken twice.
    pub totp_last_step: Option<i64>,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// When it was disabled; absent while it is not.
    pub disabled_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
