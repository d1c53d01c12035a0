//! Choosing a password, changing it, and showing that one knows it before something about the account is changed.

use entity::account;
use entity::enums::{AccountHappening, SessionEnd};
use entity::ids::AccountId;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use super::events::Event;
use super::hasher::PasswordHash;
use super::password::{Password, check_strength};
use super::sessions::Which;
use super::{Accounts, Done, Refused, Trouble, Why, held};

fn no_longer() -> Trouble {
    Refused::whole(Why::WrongCredentials, "The password was changed in this moment. Please sign in again.")
}

impl Accounts {
    /// The hash of a password that somebody chooses.
    pub(super) async fn new_hash(&self, field: &'static str, password: &str, own: &[&str]) -> Done<PasswordHash> {
        let weak = |error: String| Refused::field(Why::WeakPassword, field, error);
        let password = Password::new(password).map_err(|error| weak(error.to_string()))?;
        let known: Vec<String> = own.iter().copied().chain(["Signpost"]).map(ToOwned::to_owned).collect();
        let judged = password.clone();
        // It may take a quarter of a second of a processor.
        let strong = tokio::task::spawn_blocking(move || {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            check_strength(&judged, &known)
        });
        strong.await.map_err(|error| Trouble::Failed(error.to_string()))?.map_err(|error| weak(error.to_string()))?;
        Ok(self.hasher.hash(&password, self.clock.random()?).await?)
    }

    /// Sets a password, in a transaction, and ends the sign-ins that the old one began.
    pub(super) async fn set_password(
        &self,
        db: &impl ConnectionTrait,
        id: AccountId,
        hash: &PasswordHash,
        ends: Which,
    ) -> Done<()> {
        account::Entity::update_many()
            .col_expr(account::Column::PasswordHash, Expr::value(hash.to_phc()))
            .filter(account::Column::Id.eq(id))
            .exec(db)
            .await?;
        self.end_in(db, id, ends, SessionEnd::CredentialsChanged, None).await.map(|_| ())
    }

    /// Changes a password, by somebody who knows the old one; every other sign-in ends.
    ///
    /// # Errors
    /// [`Why::WrongCredentials`]; [`Why::WeakPassword`].
    pub async fn change_password(&self, id: AccountId, keep: Which, old: &str, new: &str) -> Done<()> {
        let owner = self.proved(id, old).await?;
        let email = owner.email.clone().unwrap_or_default();
        let hash = self.new_hash("input.newPassword", new, &[&owner.name, &email]).await?;
        let transaction = self.database.begin_write().await?;
        held_still(&transaction, &owner).await?.ok_or_else(no_longer)?;
        self.set_password(&transaction, id, &hash, keep).await?;
        self.note(&transaction, Event::own(id, AccountHappening::PasswordChanged), self.now()).await?;
        Ok(transaction.commit().await?)
    }

    /// A transaction that holds an account whose password somebody showed, and whose password it still is.
    pub(super) async fn begin_proved(
        &self,
        id: AccountId,
        password: &str,
    ) -> Done<(DatabaseTransaction, account::Model)> {
        let owner = self.proved(id, password).await?;
        let transaction = self.database.begin_write().await?;
        let owner = held_still(&transaction, &owner).await?.ok_or_else(no_longer)?;
        Ok((transaction, owner))
    }

    /// The account, of somebody who shows that they know its password. Tries count as tries to sign in do.
    pub(super) async fn proved(&self, id: AccountId, password: &str) -> Done<account::Model> {
        let owner = self.find(id).await?;
        let wrong = || Refused::whole(Why::WrongCredentials, "The password is wrong.");
        let counted = owner.email.clone().unwrap_or_else(|| owner.id.0.to_string());
        let typed = Password::new(password).map_err(|_| wrong())?;
        let tried = self.count_try(&counted, None).await?;
        let hash = owner.password_hash.as_deref().and_then(|hash| PasswordHash::parse(hash).ok());
        if !self.hasher.verify(&typed, hash.as_ref()).await?.matches {
            return Err(wrong());
        }
        self.did_not_fail(self.database.connection(), &tried).await?;
        Ok(owner)
    }
}

/// An account as it stands now, held until the end of the transaction; none where it was disabled meanwhile, or its
/// password is another: what was shown to be theirs is then not.
pub(super) async fn held_still(
    transaction: &DatabaseTransaction,
    proved: &account::Model,
) -> Done<Option<account::Model>> {
    let now = held(transaction, proved.id).await?;
    Ok(now.filter(|now| now.disabled_at.is_none() && now.password_hash == proved.password_hash))
}
