//! What happened to accounts: added to, never changed.

use chrono::{DateTime, Utc};
use entity::account_event;
use entity::enums::AccountHappening;
use entity::ids::AccountId;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{Accounts, Done};

/// Most that are told at once.
const MOST: u64 = 100;

/// Something that happened to an account.
#[derive(Clone, Debug)]
pub struct Event {
    /// To which.
    pub account: AccountId,
    /// Through whom; absent where nobody was signed in.
    pub by: Option<AccountId>,
    /// What.
    pub what: AccountHappening,
    /// The role, the device, the key's name: never a secret.
    pub detail: Option<String>,
}

impl Event {
    /// Something that the account's owner did.
    #[must_use]
    pub fn own(account: AccountId, what: AccountHappening) -> Self {
        Self { account, by: Some(account), what, detail: None }
    }
}

impl Accounts {
    /// Notes what happened, in the transaction in which it does.
    pub(super) async fn note(&self, db: &impl ConnectionTrait, event: Event, at: DateTime<Utc>) -> Result<(), DbErr> {
        let row = account_event::ActiveModel {
            id: Set(self.clock.new_id()),
            account_id: Set(event.account),
            by_account_id: Set(event.by),
            what: Set(event.what),
            detail: Set(event.detail),
            at: Set(at),
        };
        account_event::Entity::insert(row).exec_without_returning(db).await.map(|_| ())
    }

    /// What happened to an account last, the latest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn events(&self, account: AccountId) -> Done<Vec<account_event::Model>> {
        let of = account_event::Entity::find().filter(account_event::Column::AccountId.eq(account));
        let latest = of.order_by_desc(account_event::Column::At).order_by_desc(account_event::Column::Id);
        Ok(latest.limit(MOST).all(self.database.connection()).await?)
    }
}
