//! A second factor: codes from an app on a telephone, and ten on paper for when it is lost.

use entity::enums::{AccountHappening, SessionEnd};
use entity::ids::{AccountId, SessionId};
use entity::{account, recovery_code};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::events::Event;
use super::recovery::{CODE_BYTES, CODES, RecoveryCode};
use super::sessions::Which;
use super::totp::{SEED_BYTES, TotpSeed};
use super::{Accounts, Done, Refused, Trouble, Why, held};
use crate::vault::sealed::{Place, key_of};
use crate::vault::{self, VaultError};

/// What this server is called in an app of codes.
const ISSUER: &str = "Signpost";

/// What every sealed seed is like.
const ALL_SEALED: &str = "v1.%";

/// Where the seed of an account stands.
fn place_of_seed(id: AccountId) -> Place {
    Place { column: "account.totp_seed", row: id.0 }
}

/// A second factor to be, until a code shows that it arrived.
#[derive(Clone, Debug)]
pub struct Begun {
    /// The seed, to be typed into the app.
    pub seed: TotpSeed,
    /// The same, to be scanned.
    pub url: String,
}

impl Accounts {
    /// Gives an account a seed. Until it is confirmed with a code of it, nothing is asked for.
    ///
    /// # Errors
    /// [`Why::WrongCredentials`] for another password than theirs; [`Why::Already`] where there is a second factor.
    pub async fn begin_second_factor(&self, id: AccountId, password: &str) -> Done<Begun> {
        let (transaction, owner) = self.begin_proved(id, password).await?;
        let seed = TotpSeed::new(self.clock.random::<SEED_BYTES>()?);
        let sealed = self.sealed(&transaction, id, &seed.base32()).await?;
        let given = account::Entity::update_many()
            .col_expr(account::Column::TotpSeed, Expr::value(sealed))
            .col_expr(account::Column::TotpLastStep, Expr::value(None::<i64>))
            .filter(account::Column::Id.eq(id))
            .filter(account::Column::TotpConfirmedAt.is_null())
            .exec(&transaction)
            .await?;
        if given.rows_affected != 1 {
            return Err(Refused::whole(Why::Already, "Your account has a second factor. Remove it first."));
        }
        self.destroy_seed(&transaction, &owner).await?;
        transaction.commit().await?;
        let shown = owner.email.as_deref().unwrap_or(&owner.name).replace(':', " ");
        let url = seed.otpauth_url(ISSUER, &shown).map_err(|error| Trouble::Failed(error.to_string()))?;
        Ok(Begun { seed, url })
    }

    /// Confirms the second factor with a code of it; from then on it is asked for. Gives the recovery codes, once, and
    /// ends every other sign-in.
    ///
    /// # Errors
    /// [`Why::WrongCode`]; [`Why::NotFound`] where none was begun; [`Why::Already`] where it is confirmed.
    pub async fn confirm_second_factor(
        &self,
        id: AccountId,
        session: Option<SessionId>,
        code: &str,
    ) -> Done<Vec<RecoveryCode>> {
        let now = self.now();
        let transaction = self.database.begin_write().await?;
        let owner = held(&transaction, id).await?;
        let owner = owner.filter(|owner| owner.totp_seed.is_some());
        let none = || Refused::whole(Why::NotFound, "No second factor was begun.");
        let owner = owner.ok_or_else(none)?;
        if owner.totp_confirmed_at.is_some() {
            return Err(Refused::whole(Why::Already, "The second factor is confirmed already."));
        }
        if !self.spend_code(&transaction, &owner, code).await? {
            let message = "The code is wrong. Look at the clock of the telephone, and wait for the next code.";
            return Err(Refused::field(Why::WrongCode, "code", message));
        }
        account::Entity::update_many()
            .col_expr(account::Column::TotpConfirmedAt, Expr::value(now))
            .filter(account::Column::Id.eq(id))
            .exec(&transaction)
            .await?;
        let codes = self.new_codes(&transaction, id).await?;
        self.note(&transaction, Event::own(id, AccountHappening::SecondFactorAdded), now).await?;
        self.end_others(&transaction, id, session).await?;
        transaction.commit().await?;
        Ok(codes)
    }

    /// Takes the second factor from an account, with its recovery codes, and ends every other sign-in.
    ///
    /// # Errors
    /// [`Why::WrongCredentials`]; [`Why::NotFound`] where there is none.
    pub async fn remove_second_factor(&self, id: AccountId, session: Option<SessionId>, password: &str) -> Done<()> {
        let (transaction, _) = self.begin_proved(id, password).await?;
        self.take_second_factor(&transaction, id, Some(id)).await?;
        self.end_others(&transaction, id, session).await?;
        Ok(transaction.commit().await?)
    }

    /// Takes the second factor from an account whose owner lost it, and ends every sign-in. For administrators.
    ///
    /// # Errors
    /// [`Why::NotFound`] where there is none.
    pub async fn remove_lost_second_factor(&self, id: AccountId) -> Done<()> {
        let transaction = self.database.begin_write().await?;
        self.take_second_factor(&transaction, id, None).await?;
        self.end_others(&transaction, id, None).await?;
        Ok(transaction.commit().await?)
    }

    async fn take_second_factor(&self, db: &impl ConnectionTrait, id: AccountId, by: Option<AccountId>) -> Done<()> {
        let none = || Refused::whole(Why::NotFound, "The account has no second factor.");
        let owner = held(db, id).await?.filter(|owner| owner.totp_seed.is_some()).ok_or_else(none)?;
        self.destroy_seed(db, &owner).await?;
        account::Entity::update_many()
            .col_expr(account::Column::TotpSeed, Expr::value(None::<String>))
            .col_expr(account::Column::TotpConfirmedAt, Expr::value(None::<chrono::DateTime<chrono::Utc>>))
            .col_expr(account::Column::TotpLastStep, Expr::value(None::<i64>))
            .filter(account::Column::Id.eq(id))
            .exec(db)
            .await?;
        recovery_code::Entity::delete_many().filter(recovery_code::Column::AccountId.eq(id)).exec(db).await?;
        let what = AccountHappening::SecondFactorRemoved;
        Ok(self.note(db, Event { account: id, by, what, detail: None }, self.now()).await?)
    }

    /// A seed, sealed under a new key.
    async fn sealed(&self, db: &impl ConnectionTrait, id: AccountId, seed: &str) -> Done<String> {
        let key = self.vault.new_key(db).await?;
        Ok(self.vault.seal(&key, place_of_seed(id), seed)?)
    }

    async fn destroy_seed(&self, db: &impl ConnectionTrait, owner: &account::Model) -> Done<()> {
        if let Some(key) = owner.totp_seed.as_deref().and_then(key_of) {
            vault::destroy(db, key, self.now()).await?;
        }
        Ok(())
    }

    /// The seed of an account's second factor, opened; none where it has none.
    pub(super) async fn seed_of(&self, db: &impl ConnectionTrait, owner: &account::Model) -> Done<Option<TotpSeed>> {
        let Some(sealed) = &owner.totp_seed else { return Ok(None) };
        let Some(key) = key_of(sealed) else { return Ok(None) };
        let seed = self.vault.key(db, key).await?.open(place_of_seed(owner.id), sealed).map_err(VaultError::from)?;
        Ok(TotpSeed::from_base32(&seed))
    }

    /// Seals the seeds that lie about in the open from before there was a vault; says how many. At every start.
    ///
    /// # Errors
    /// The database, or the vault.
    pub async fn seal_old_seeds(&self) -> Done<u64> {
        // Where there is no seed, this is not true either.
        let open = account::Column::TotpSeed.not_like(ALL_SEALED);
        let found = account::Entity::find().filter(open).all(self.database.connection()).await?;
        let mut sealed = 0;
        for owner in found {
            let Some(seed) = &owner.totp_seed else { continue };
            let transaction = self.database.begin_write().await?;
            let text = self.sealed(&transaction, owner.id, seed).await?;
            // Whoever removed it meanwhile, or sealed it, was quicker.
            let result = account::Entity::update_many()
                .col_expr(account::Column::TotpSeed, Expr::value(text))
                .filter(account::Column::Id.eq(owner.id))
                .filter(account::Column::TotpSeed.eq(seed.as_str()))
                .exec(&transaction)
                .await?;
            if result.rows_affected == 1 {
                transaction.commit().await?;
                sealed += 1;
            }
        }
        Ok(sealed)
    }

    /// New recovery codes in place of the old.
    ///
    /// # Errors
    /// [`Why::WrongCredentials`]; [`Why::NotFound`] where there is no second factor.
    pub async fn renew_recovery_codes(&self, id: AccountId, password: &str) -> Done<Vec<RecoveryCode>> {
        let (transaction, owner) = self.begin_proved(id, password).await?;
        if owner.totp_confirmed_at.is_none() {
            return Err(Refused::whole(Why::NotFound, "The account has no second factor."));
        }
        let codes = self.new_codes(&transaction, id).await?;
        self.note(&transaction, Event::own(id, AccountHappening::RecoveryCodesRenewed), self.now()).await?;
        transaction.commit().await?;
        Ok(codes)
    }

    async fn new_codes(&self, db: &impl ConnectionTrait, id: AccountId) -> Done<Vec<RecoveryCode>> {
        recovery_code::Entity::delete_many().filter(recovery_code::Column::AccountId.eq(id)).exec(db).await?;
        let mut random = [[0; CODE_BYTES]; CODES];
        for bytes in &mut random {
            *bytes = self.clock.random()?;
        }
        let codes = RecoveryCode::ten(random).to_vec();
        let rows = codes.iter().map(|code| recovery_code::ActiveModel {
            id: Set(self.clock.new_id()),
            account_id: Set(id),
            hash: Set(code.hash().to_hex()),
            used_at: Set(None),
        });
        recovery_code::Entity::insert_many(rows).exec_without_returning(db).await?;
        Ok(codes)
    }

    /// Ends every sign-in but the one that is used, after what proves somebody was changed.
    pub(super) async fn end_others(
        &self,
        db: &impl ConnectionTrait,
        id: AccountId,
        session: Option<SessionId>,
    ) -> Done<u64> {
        let which = session.map_or(Which::All, Which::AllBut);
        self.end_in(db, id, which, SessionEnd::CredentialsChanged, Some(id)).await
    }
}
