//! From an address and a password to a sign-in.
//!
//! A try is counted before anything is looked at, and the count taken back where it succeeds: of a thousand tries at
//! once no more get through than of a thousand in a row.

use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use entity::enums::AccountHappening;
use entity::{account, failed_sign_in, recovery_code};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter, QuerySelect,
};
use sha2::{Digest, Sha256};
use tokio::sync::OwnedSemaphorePermit;

use super::events::Event;
use super::hasher::PasswordHash;
use super::password::Password;
use super::passwords::held_still;
use super::recovery::RecoveryCode;
use super::sessions::Tokens;
use super::throttle::{AddressKey, Failures, Rules, Throttle};
use super::{Accounts, Done, Refused, Trouble, Why, name_of};
use crate::post::MailAddress;

/// The address that a request came from.
#[derive(Clone, Copy, Debug)]
pub struct CameFrom(pub Option<IpAddr>);

/// What somebody signs in with.
#[derive(Clone)]
pub struct SignIn {
    /// E-mail address, as typed.
    pub email: String,
    /// Password, as typed.
    pub password: String,
    /// Code of the second factor, or one of the recovery codes in its place.
    pub code: Option<String>,
    /// What they call the device.
    pub device: Option<String>,
    /// Where the request came from.
    pub from: Option<IpAddr>,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("SignIn(..)")
    }
}

/// A try that was counted: under which keys, and what stood there before.
pub(super) struct Tried {
    account: String,
    address: Option<String>,
    before: Vec<failed_sign_in::Model>,
    /// Held until it is decided.
    place_at_the_door: Option<OwnedSemaphorePermit>,
}

impl Tried {
    fn of(email: &str, from: Option<IpAddr>) -> Self {
        // Of whatever length it was typed; and what is typed there by mistake may be a password.
        let digest = Sha256::digest(email.trim().to_lowercase());
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Self {
            account: format!("account:{hex}"),
            address: from.map(|from| format!("address:{}", AddressKey::of(from))),
            before: Vec::new(),
            place_at_the_door: None,
        }
    }

    fn before(&self, key: &String) -> Option<Failures> {
        let row = self.before.iter().find(|row| row.key == *key)?;
        let count = u32::try_from(row.count).ok().filter(|count| *count > 0)?;
        Some(Failures { count, last: row.last_at })
    }

    /// Always in the same order, so that no two wait for each other.
    fn keys(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.account).chain(&self.address)
    }
}

impl Accounts {
    /// Signs somebody in.
    ///
    /// # Errors
    /// [`Why::WrongCredentials`] whatever is wrong with address or password; [`Why::CodeNeeded`] and
    /// [`Why::WrongCode`] once both are right; [`Why::TryLater`] with the instant.
    pub async fn sign_in(&self, with: SignIn) -> Done<Tokens> {
        let device = with.device.as_deref().map(|device| name_of("input.device", device)).transpose()?;
        let wrong = || Refused::whole(Why::WrongCredentials, "The e-mail address or the password is wrong.");
        // What can't be a password is nobody's.
        let password = Password::new(&with.password).map_err(|_| wrong())?;
        let tried = self.count_try(&with.email, with.from).await?;
        let email = MailAddress::parse(&with.email).ok();
        let found = match &email {
            Some(email) => self.by_email(email).await?,
            None => None,
        };
        let found = found.filter(|account| account.disabled_at.is_none());
        let hash = found.as_ref().and_then(|account| PasswordHash::parse(account.password_hash.as_deref()?).ok());
        let verified = self.hasher.verify(&password, hash.as_ref()).await?;
        let Some(account) = found.filter(|_| verified.matches) else { return Err(wrong()) };
        let renewed = match verified.stale {
            true => Some(self.hasher.hash(&password, self.clock.random()?).await?),
            false => None,
        };
        let transaction = self.database.begin_write().await?;
        let account = held_still(&transaction, &account).await?.ok_or_else(wrong)?;
        match self.second_factor(&transaction, &account, with.code.as_deref()).await {
            Ok(()) => {}
            Err(refused) => {
                // To be asked for the code is no failure, and no success either: what failed before still counts.
                if matches!(&refused, Trouble::Refused(Refused { why: Why::CodeNeeded, .. })) {
                    self.was_no_try(&transaction, &tried).await?;
                    transaction.commit().await?;
                }
                return Err(refused);
            }
        }
        if let Some(hash) = renewed {
            let renewed = account::Entity::update_many()
                .col_expr(account::Column::PasswordHash, Expr::value(hash.to_phc()))
                .filter(account::Column::Id.eq(account.id));
            renewed.exec(&transaction).await?;
        }
        self.did_not_fail(&transaction, &tried).await?;
        let tokens = self.begin_session(&transaction, account.id, device).await?;
        transaction.commit().await?;
        Ok(tokens)
    }

    /// Counts a try as failed, until it is known that it did not.
    pub(super) async fn count_try(&self, email: &str, from: Option<IpAddr>) -> Done<Tried> {
        let (now, rules) = (self.now(), Rules::default());
        let mut tried = Tried::of(email, from);
        let Ok(place) = Arc::clone(&self.doors).try_acquire_owned() else {
            let (why, until) = (Why::TryLater, Some(now + TimeDelta::seconds(1)));
            let message = "Too many people sign in at this moment. Please try again in a second.".to_owned();
            return Err(Trouble::Refused(Refused { why, field: None, message, until }));
        };
        tried.place_at_the_door = Some(place);
        let transaction = self.database.begin_write().await?;
        tried.before = locked(&transaction, &tried, now).await?;
        let of_address = tried.address.as_ref().and_then(|key| tried.before(key));
        if let Throttle::Wait { until } = rules.judge(tried.before(&tried.account), of_address, now) {
            let seconds = Ord::max((until - now).num_seconds(), 1);
            let message = format!("There were too many tries that failed. Please try again in {seconds} s.");
            return Err(Trouble::Refused(Refused { why: Why::TryLater, field: None, message, until: Some(until) }));
        }
        for key in tried.keys() {
            let after = rules.after_failure(tried.before(key), now);
            set(&transaction, key, i32::try_from(after.count).unwrap_or(i32::MAX), now).await?;
        }
        transaction.commit().await?;
        Ok(tried)
    }

    /// Takes back that a try failed, for it succeeded: nothing counts at the account any more, and one less at the
    /// address.
    pub(super) async fn did_not_fail(&self, db: &impl ConnectionTrait, tried: &Tried) -> Done<()> {
        set(db, &tried.account, 0, self.now()).await?;
        match &tried.address {
            Some(address) => self.one_less(db, tried, address).await,
            None => Ok(()),
        }
    }

    /// Takes back a try that neither failed nor succeeded: what failed before it counts on.
    async fn was_no_try(&self, db: &impl ConnectionTrait, tried: &Tried) -> Done<()> {
        for key in tried.keys() {
            self.one_less(db, tried, key).await?;
        }
        Ok(())
    }

    async fn one_less(&self, db: &impl ConnectionTrait, tried: &Tried, key: &String) -> Done<()> {
        let last = tried.before(key).map_or_else(|| self.now(), |before| before.last);
        failed_sign_in::Entity::update_many()
            .col_expr(failed_sign_in::Column::Count, Expr::col(failed_sign_in::Column::Count).sub(1))
            .col_expr(failed_sign_in::Column::LastAt, Expr::value(last))
            .filter(failed_sign_in::Column::Key.eq(key))
            .filter(failed_sign_in::Column::Count.gt(0))
            .exec(db)
            .await?;
        Ok(())
    }

    /// Forgets every failure at an account: its owner showed otherwise who they are.
    pub(super) async fn forgive(&self, db: &impl ConnectionTrait, email: &str) -> Done<()> {
        set(db, &Tried::of(email, None).account, 0, self.now()).await
    }

    /// Forgets tries that count no more; says how many rows went.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget_old_tries(&self) -> Done<u64> {
        let old = self.now() - TimeDelta::from_std(Rules::default().forget_after).unwrap_or(TimeDelta::days(1));
        let none = failed_sign_in::Column::Count.eq(0).and(failed_sign_in::Column::LastAt.lt(self.now()));
        let gone = Condition::any().add(failed_sign_in::Column::LastAt.lt(old)).add(none);
        let gone = failed_sign_in::Entity::delete_many().filter(gone).exec(self.database.connection()).await?;
        Ok(gone.rows_affected)
    }

    /// Holds a code against an account's second factor, where it has one, and spends it.
    async fn second_factor(&self, db: &impl ConnectionTrait, account: &account::Model, code: Option<&str>) -> Done<()> {
        if account.totp_confirmed_at.is_none() {
            return Ok(());
        }
        let Some(code) = code else {
            let message = "Your account has a second factor: send the code from your telephone too, as `code`.";
            return Err(Refused::field(Why::CodeNeeded, "input.code", message));
        };
        let spent = self.spend_code(db, account, code).await? || self.spend_recovery_code(db, account, code).await?;
        let message = "The code is wrong, or it was used already. Wait for the next one.";
        if spent { Ok(()) } else { Err(Refused::field(Why::WrongCode, "input.code", message)) }
    }

    /// Whether a code of the second factor is right; it is then spent.
    pub(super) async fn spend_code(
        &self,
        db: &impl ConnectionTrait,
        account: &account::Model,
        code: &str,
    ) -> Done<bool> {
        let seed = self.seed_of(db, account).await?;
        let last = account.totp_last_step.and_then(|step| u64::try_from(step).ok());
        let Some(step) = seed.and_then(|seed| seed.check(code, self.now(), last)) else { return Ok(false) };
        let step = i64::try_from(step).unwrap_or(i64::MAX);
        let less = account::Column::TotpLastStep.is_null().or(account::Column::TotpLastStep.lt(step));
        let spent = account::Entity::update_many()
            .col_expr(account::Column::TotpLastStep, Expr::value(step))
            .filter(account::Column::Id.eq(account.id))
            .filter(less)
            .exec(db)
            .await?;
        Ok(spent.rows_affected == 1)
    }

    async fn spend_recovery_code(&self, db: &impl ConnectionTrait, account: &account::Model, code: &str) -> Done<bool> {
        let Some(code) = RecoveryCode::parse(code) else { return Ok(false) };
        let now = self.now();
        let spent = recovery_code::Entity::update_many()
            .col_expr(recovery_code::Column::UsedAt, Expr::value(now))
            .filter(recovery_code::Column::AccountId.eq(account.id))
            .filter(recovery_code::Column::Hash.eq(code.hash().to_hex()))
            .filter(recovery_code::Column::UsedAt.is_null())
            .exec(db)
            .await?;
        if spent.rows_affected == 1 {
            self.note(db, Event::own(account.id, AccountHappening::RecoveryCodeUsed), now).await?;
        }
        Ok(spent.rows_affected == 1)
    }
}

/// The rows of a try, made where there are none, and held until the end of the transaction.
async fn locked(
    transaction: &DatabaseTransaction,
    tried: &Tried,
    now: DateTime<Utc>,
) -> Done<Vec<failed_sign_in::Model>> {
    let mut rows = Vec::new();
    for key in tried.keys() {
        let row = failed_sign_in::ActiveModel { key: Set(key.clone()), count: Set(0), last_at: Set(now) };
        let unless_there = OnConflict::column(failed_sign_in::Column::Key).do_nothing().to_owned();
        let made = failed_sign_in::Entity::insert(row).on_conflict(unless_there);
        made.exec_without_returning(transaction).await?;
        rows.extend(failed_sign_in::Entity::find_by_id(key.clone()).lock_exclusive().one(transaction).await?);
    }
    Ok(rows)
}

async fn set(db: &impl ConnectionTrait, key: &str, count: i32, at: DateTime<Utc>) -> Done<()> {
    failed_sign_in::Entity::update_many()
        .col_expr(failed_sign_in::Column::Count, Expr::value(count))
        .col_expr(failed_sign_in::Column::LastAt, Expr::value(at))
        .filter(failed_sign_in::Column::Key.eq(key))
        .exec(db)
        .await?;
    Ok(())
}
