//! Sign-ins: a short-lived token for requests, and a longer one that gets the next pair, once.

use chrono::{DateTime, TimeDelta, Utc};
use entity::enums::{AccountHappening, SessionEnd};
use entity::ids::{AccountId, SessionId};
use entity::{account, session, spent_refresh};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::events::Event;
use super::secret::{Secret, SecretKind};
use super::{Accounts, Done, Refused, Why};

/// How long a sign-in is kept when it is over, in days: for whoever looks into what happened to an account. Its owner's
/// list shows only what lasts, and what happened ([`super::events`]) tells of it for longer.
const DAYS_KEPT_WHEN_OVER: i64 = 30;

/// The tokens of a sign-in, as its owner is given them, once.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// The sign-in.
    pub session: SessionId,
    /// Whose.
    pub account: AccountId,
    /// For requests.
    pub access: Secret,
    /// Until when that one works, exclusive.
    pub access_expires_at: DateTime<Utc>,
    /// For the next pair.
    pub refresh: Secret,
    /// Until when that one works, exclusive.
    pub refresh_expires_at: DateTime<Utc>,
}

/// Which sign-ins of an account end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// This one.
    Only(SessionId),
    /// All but this one.
    AllBut(SessionId),
    /// All.
    All,
}

impl Accounts {
    /// Begins a sign-in, in a transaction.
    pub(super) async fn begin_session(
        &self,
        db: &impl ConnectionTrait,
        account: AccountId,
        device: Option<String>,
    ) -> Done<Tokens> {
        let now = self.now();
        let tokens = self.tokens(SessionId(self.clock.new_id()), account, now, now)?;
        let row = session::ActiveModel {
            id: Set(tokens.session),
            account_id: Set(account),
            device: Set(device.clone()),
            access_hash: Set(tokens.access.hash().to_hex()),
            access_expires_at: Set(tokens.access_expires_at),
            refresh_hash: Set(tokens.refresh.hash().to_hex()),
            refresh_expires_at: Set(tokens.refresh_expires_at),
            created_at: Set(now),
            refreshed_at: Set(now),
            ended_at: Set(None),
            ended_why: Set(None),
        };
        session::Entity::insert(row).exec_without_returning(db).await?;
        self.note(db, Event { detail: device, ..Event::own(account, AccountHappening::SignedIn) }, now).await?;
        Ok(tokens)
    }

    fn tokens(&self, session: SessionId, account: AccountId, began: DateTime<Utc>, now: DateTime<Utc>) -> Done<Tokens> {
        let last = began + TimeDelta::days(self.settings.session_days.into());
        Ok(Tokens {
            session,
            account,
            access: self.new_secret(SecretKind::Session)?,
            access_expires_at: last.min(now + TimeDelta::minutes(self.settings.access_minutes.into())),
            refresh: self.new_secret(SecretKind::Refresh)?,
            refresh_expires_at: last.min(now + TimeDelta::hours(self.settings.idle_hours.into())),
        })
    }

    /// The next pair of tokens for a refresh token, which is spent with it. One that comes a second time was copied:
    /// then the sign-in ends, whoever has the newer pair.
    ///
    /// # Errors
    /// [`Why::NotGood`].
    pub async fn refresh(&self, token: &str) -> Done<Tokens> {
        let not_good = || {
            let message = "This token does not, or no longer, renew a sign-in. Please sign in again.";
            Refused::field(Why::NotGood, "refreshToken", message)
        };
        let secret = Secret::parse(token).filter(|secret| secret.kind() == SecretKind::Refresh);
        let hash = secret.ok_or_else(not_good)?.hash().to_hex();
        let now = self.now();
        let transaction = self.database.begin_write().await?;
        let of_token = session::Entity::find().filter(session::Column::RefreshHash.eq(&hash));
        let Some(found) = of_token.one(&transaction).await? else {
            if let Some(spent) = spent_refresh::Entity::find_by_id(hash).one(&transaction).await? {
                let copied = session::Entity::find_by_id(spent.session_id).one(&transaction).await?;
                if let Some(copied) = copied.filter(|copied| copied.ended_at.is_none()) {
                    let which = Which::Only(copied.id);
                    self.end_in(&transaction, copied.account_id, which, SessionEnd::RefreshReused, None).await?;
                    transaction.commit().await?;
                }
            }
            return Err(not_good());
        };
        let owner = account::Entity::find_by_id(found.account_id).one(&transaction).await?;
        let enabled = owner.is_some_and(|owner| owner.disabled_at.is_none());
        if !enabled || found.ended_at.is_some() || found.refresh_expires_at <= now {
            return Err(not_good());
        }
        let tokens = self.tokens(found.id, found.account_id, found.created_at, now)?;
        // Of two at once one is first: it alone finds the token as it was.
        let renewed = session::Entity::update_many()
            .col_expr(session::Column::AccessHash, Expr::value(tokens.access.hash().to_hex()))
            .col_expr(session::Column::AccessExpiresAt, Expr::value(tokens.access_expires_at))
            .col_expr(session::Column::RefreshHash, Expr::value(tokens.refresh.hash().to_hex()))
            .col_expr(session::Column::RefreshExpiresAt, Expr::value(tokens.refresh_expires_at))
            .col_expr(session::Column::RefreshedAt, Expr::value(now))
            .filter(session::Column::Id.eq(found.id))
            .filter(session::Column::RefreshHash.eq(&hash))
            .filter(session::Column::EndedAt.is_null())
            .exec(&transaction)
            .await?;
        if renewed.rows_affected != 1 {
            return Err(not_good());
        }
        let spent = spent_refresh::ActiveModel { hash: Set(hash), session_id: Set(found.id), spent_at: Set(now) };
        spent_refresh::Entity::insert(spent).exec_without_returning(&transaction).await?;
        transaction.commit().await?;
        Ok(tokens)
    }

    /// Ends sign-ins of an account; says how many. Those of others are none of its.
    ///
    /// # Errors
    /// The database failed.
    pub async fn end_sessions(
        &self,
        account: AccountId,
        which: Which,
        why: SessionEnd,
        by: Option<AccountId>,
    ) -> Done<u64> {
        let transaction = self.database.begin_write().await?;
        let ended = self.end_in(&transaction, account, which, why, by).await?;
        transaction.commit().await?;
        Ok(ended)
    }

    pub(super) async fn end_in(
        &self,
        db: &impl ConnectionTrait,
        account: AccountId,
        which: Which,
        why: SessionEnd,
        by: Option<AccountId>,
    ) -> Done<u64> {
        let now = self.now();
        let of_account = session::Entity::update_many()
            .col_expr(session::Column::EndedAt, Expr::value(now))
            .col_expr(session::Column::EndedWhy, Expr::value(why.as_str()))
            .filter(session::Column::AccountId.eq(account))
            .filter(session::Column::EndedAt.is_null())
            .filter(session::Column::RefreshExpiresAt.gt(now));
        let chosen = match which {
            Which::Only(id) => of_account.filter(session::Column::Id.eq(id)),
            Which::AllBut(id) => of_account.filter(session::Column::Id.ne(id)),
            Which::All => of_account,
        };
        let ended = chosen.exec(db).await?.rows_affected;
        if ended > 0 {
            let detail = Some(format!("{ended}: {}", why.as_str()));
            self.note(db, Event { account, by, what: AccountHappening::SessionEnded, detail }, now).await?;
        }
        Ok(ended)
    }

    /// The sign-ins of an account that last, the latest renewed first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn sessions(&self, account: AccountId) -> Done<Vec<session::Model>> {
        let lasting = session::Entity::find()
            .filter(session::Column::AccountId.eq(account))
            .filter(session::Column::EndedAt.is_null())
            .filter(session::Column::RefreshExpiresAt.gt(self.now()));
        let ordered = lasting.order_by_desc(session::Column::RefreshedAt).order_by_desc(session::Column::Id);
        Ok(ordered.all(self.database.connection()).await?)
    }
    /// Removes sign-ins that ended, or could be renewed no more, [`DAYS_KEPT_WHEN_OVER`] days ago, and with them the
    /// refresh tokens they spent; says how many sign-ins. Those tokens renew nothing after it either.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget_old_sessions(&self) -> Done<u64> {
        let old = self.now() - TimeDelta::days(DAYS_KEPT_WHEN_OVER);
        let over =
            Condition::any().add(session::Column::EndedAt.lt(old)).add(session::Column::RefreshExpiresAt.lt(old));
        let gone = session::Entity::delete_many().filter(over).exec(self.database.connection()).await?;
        Ok(gone.rows_affected)
    }
}
