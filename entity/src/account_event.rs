//! What happened to accounts.

use sea_orm::entity::prelude::*;

use crate::enums::AccountHappening;
use crate::ids::AccountId;

/// What happened to an account.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "account_event")]
pub struct Model {
    /// Id, later ones greater.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// To which.
    pub account_id: AccountId,
    /// Through whom; absent where nobody was signed in.
    pub by_account_id: Option<AccountId>,
    /// What.
    pub what: AccountHappening,
    /// The role, the device, the key's name: never a secret.
    #[sea_orm(column_type = "Text", nullable)]
    pub detail: Option<String>,
    /// When.
    pub at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
