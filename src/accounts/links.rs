//! Links that let somebody in once: invitations to an account, and new passwords.
//!
//! Whoever holds such a link is the owner of the mailbox it was sent to. Only its hash is kept; a later link of the same
//! kind puts the earlier ones out of use.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use entity::enums::{AccountHappening, LinkKind, Role};
use entity::ids::{AccountId, AgencyId};
use entity::{account, agency, secret_link};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::events::Event;
use super::secret::{Secret, SecretKind};
use super::sessions::Which;
use super::{Accounts, Done, Refused, Trouble, Why, by_email, email_of, held, name_of};
use crate::config::SECRET_IN_LINK;
use crate::database::one_at_a_time;
use crate::post::{Letter, MailAddress, SecretLink, invitation, password_reset};

/// Whom somebody invites.
#[derive(Clone, Debug)]
pub struct Invitee {
    /// Their e-mail address, as typed.
    pub email: String,
    /// What they are called.
    pub name: String,
    /// As what.
    pub role: Role,
    /// For which agency; absent for the network.
    pub agency: Option<AgencyId>,
}

/// An invitation that was made.
#[derive(Clone, Debug)]
pub struct Invited {
    /// The account, new or known.
    pub account: AccountId,
    /// The link; absent where the account was taken up before, and only the role is new.
    pub link: Option<SecretLink>,
    /// Until when it works, exclusive.
    pub expires_at: DateTime<Utc>,
}

/// How long after a link to a new password the next one is sent, in minutes.
const MINUTES_BETWEEN_RESETS: i64 = 5;
/// An advisory lock of PostgreSQL under which people are invited. Any constant does.
const INVITING: i64 = 0x696e_7669_7469_6e67;

/// A link before it is sent.
struct Ready {
    link: SecretLink,
    expires_at: DateTime<Utc>,
}

impl Accounts {
    /// Invites somebody to an account, with a role, and sends them the link. A known account is only given the role.
    ///
    /// # Errors
    /// [`Why::BadValue`], [`Why::Already`], [`Why::NotFound`] for the agency, [`Why::NotSent`].
    pub async fn invite(&self, by: Option<AccountId>, invitee: Invitee) -> Done<Invited> {
        self.invite_by(by, invitee, true).await
    }

    /// The same without a letter: whoever typed the command hands the link over.
    ///
    /// # Errors
    /// As [`Self::invite`], and no letter can fail.
    pub async fn invite_quietly(&self, invitee: Invitee) -> Done<Invited> {
        self.invite_by(None, invitee, false).await
    }

    async fn invite_by(&self, by: Option<AccountId>, invitee: Invitee, send: bool) -> Done<Invited> {
        let email = email_of("input.email", &invitee.email)?;
        let name = name_of("input.name", &invitee.name)?;
        let now = self.now();
        let transaction = self.database.begin_write().await?;
        // Of two who invite the same person at once one waits for the other.
        one_at_a_time(&transaction, INVITING).await?;
        let (id, taken_up) = match by_email(&transaction, &email).await? {
            Some(known) if known.disabled_at.is_some() => {
                let message = "This account is disabled: an administrator can enable it.";
                return Err(Refused::field(Why::BadValue, "input.email", message));
            }
            Some(known) => (known.id, known.password_hash.is_some()),
            None => (self.create_in(&transaction, by, Some(&email), &name).await?, false),
        };
        match self.grant_in(&transaction, by, id, invitee.agency, invitee.role, None).await {
            Ok(_) => {}
            // Whoever did not take up their account is sent another link.
            Err(Trouble::Refused(refused)) if refused.why == Why::Already && !taken_up => {}
            Err(trouble) => return Err(trouble),
        }
        if taken_up {
            transaction.commit().await?;
            return Ok(Invited { account: id, link: None, expires_at: now });
        }
        let Ready { link, expires_at } = self.make_link(&transaction, LinkKind::Invitation, id, by).await?;
        self.note(&transaction, Event { account: id, by, what: AccountHappening::Invited, detail: None }, now).await?;
        let agency_name = match invitee.agency {
            Some(agency) => agency::Entity::find_by_id(agency).one(&transaction).await?.map(|agency| agency.name),
            None => None,
        };
        transaction.commit().await?;
        if send {
            // What was written stands: who was not reached is invited again.
            let letter = invitation(email, agency_name.as_deref().unwrap_or("Signpost"), &link, expires_at);
            self.send(&letter).await?;
        }
        Ok(Invited { account: id, link: Some(link), expires_at })
    }

    /// Makes an account that nobody has taken up yet, in a transaction.
    pub(super) async fn create_in(
        &self,
        db: &impl ConnectionTrait,
        by: Option<AccountId>,
        email: Option<&MailAddress>,
        name: &str,
    ) -> Done<AccountId> {
        let (id, now) = (AccountId(self.clock.new_id()), self.now());
        let row = account::ActiveModel {
            id: Set(id),
            email: Set(email.map(|email| email.as_str().to_owned())),
            email_key: Set(email.map(MailAddress::key)),
            name: Set(name.to_owned()),
            password_hash: Set(None),
            totp_seed: Set(None),
            totp_confirmed_at: Set(None),
            totp_last_step: Set(None),
            created_at: Set(now),
            disabled_at: Set(None),
        };
        account::Entity::insert(row).exec_without_returning(db).await?;
        self.note(db, Event { account: id, by, what: AccountHappening::Created, detail: None }, now).await?;
        Ok(id)
    }

    async fn make_link(
        &self,
        db: &impl ConnectionTrait,
        kind: LinkKind,
        to: AccountId,
        by: Option<AccountId>,
    ) -> Done<Ready> {
        let now = self.now();
        let (works_for, page) = match kind {
            LinkKind::Invitation => {
                (TimeDelta::days(self.settings.invitation_days.into()), &self.settings.invitation_url)
            }
            LinkKind::PasswordReset => {
                (TimeDelta::minutes(self.settings.reset_minutes.into()), &self.settings.reset_url)
            }
        };
        // Of two at once one waits for the other, and puts its link out of use.
        held(db, to).await?;
        self.spend_links(db, to, Some(kind)).await?;
        let secret = self.new_secret(SecretKind::Link)?;
        let expires_at = now + works_for;
        let row = secret_link::ActiveModel {
            id: Set(self.clock.new_id()),
            kind: Set(kind),
            hash: Set(secret.hash().to_hex()),
            account_id: Set(to),
            made_by: Set(by),
            created_at: Set(now),
            expires_at: Set(expires_at),
            used_at: Set(None),
        };
        secret_link::Entity::insert(row).exec_without_returning(db).await?;
        let link = SecretLink::new(page.replace(SECRET_IN_LINK, secret.expose()));
        Ok(Ready { link: link.map_err(|error| Trouble::Failed(error.to_string()))?, expires_at })
    }

    /// Puts links of an account out of use: of one kind, or of every kind.
    pub(super) async fn spend_links(
        &self,
        db: &impl ConnectionTrait,
        of: AccountId,
        kind: Option<LinkKind>,
    ) -> Done<()> {
        let unused = secret_link::Entity::update_many()
            .col_expr(secret_link::Column::UsedAt, Expr::value(self.now()))
            .filter(secret_link::Column::AccountId.eq(of))
            .filter(secret_link::Column::UsedAt.is_null());
        let unused = match kind {
            Some(kind) => unused.filter(secret_link::Column::Kind.eq(kind)),
            None => unused,
        };
        unused.exec(db).await?;
        Ok(())
    }

    async fn send(&self, letter: &Letter) -> Done<()> {
        Ok(self.post.send(letter, self.now(), self.clock.new_id()).await?)
    }

    /// Sends a link to a new password to an address, if there is an account with it. Whether there is, nobody is told:
    /// the letter is made and sent behind the answer.
    pub fn ask_for_new_password(&self, email: &str) {
        let Ok(email) = MailAddress::parse(email) else { return };
        // More than these at once are not for people who forgot something; whoever is among them asks again.
        let Ok(place) = Arc::clone(&self.letters_under_way).try_acquire_owned() else {
            tracing::warn!("accounts.new_password: too many at once");
            return;
        };
        let accounts = self.clone();
        tokio::spawn(async move {
            let _place = place;
            if let Err(trouble) = accounts.send_new_password(email).await {
                tracing::warn!(reason = %trouble, "accounts.new_password");
            }
        });
    }

    /// The same, to its end.
    ///
    /// # Errors
    /// [`Why::NotSent`].
    pub async fn send_new_password(&self, email: MailAddress) -> Done<()> {
        let found = self.by_email(&email).await?;
        let Some(owner) = found.filter(|owner| owner.disabled_at.is_none()) else { return Ok(()) };
        let transaction = self.database.begin_write().await?;
        held(&transaction, owner.id).await?;
        // A link that was just sent stays the one that works: nobody can put it out of use, or fill a mailbox, by asking
        // again and again.
        let lately = secret_link::Entity::find()
            .filter(secret_link::Column::AccountId.eq(owner.id))
            .filter(secret_link::Column::Kind.eq(LinkKind::PasswordReset))
            .filter(secret_link::Column::CreatedAt.gt(self.now() - TimeDelta::minutes(MINUTES_BETWEEN_RESETS)));
        if lately.one(&transaction).await?.is_some() {
            return Ok(());
        }
        // Whoever has not taken up the account is sent the same way in.
        let Ready { link, expires_at } = self.make_link(&transaction, LinkKind::PasswordReset, owner.id, None).await?;
        transaction.commit().await?;
        self.send(&password_reset(email, &link, expires_at)).await
    }

    /// Takes up an account with an invitation: its owner's name and password.
    ///
    /// # Errors
    /// [`Why::NotGood`] for the link; [`Why::WeakPassword`]; [`Why::BadValue`].
    pub async fn accept_invitation(&self, link: &str, name: &str, password: &str) -> Done<AccountId> {
        let name = name_of("input.name", name)?;
        self.use_link(LinkKind::Invitation, link, Some(name), password).await
    }

    /// Chooses a new password by a link; every sign-in of the account ends.
    ///
    /// # Errors
    /// [`Why::NotGood`] for the link; [`Why::WeakPassword`].
    pub async fn reset_password(&self, link: &str, password: &str) -> Done<AccountId> {
        self.use_link(LinkKind::PasswordReset, link, None, password).await
    }

    async fn use_link(&self, kind: LinkKind, link: &str, name: Option<String>, password: &str) -> Done<AccountId> {
        let not_good = || {
            let message = "This link was used already, has run out, or never was one. Ask for a new one.";
            Refused::field(Why::NotGood, "input.secret", message)
        };
        let secret = Secret::parse(link).filter(|secret| secret.kind() == SecretKind::Link).ok_or_else(not_good)?;
        let hash = secret.hash().to_hex();
        // Before the password is hashed, which is work that nobody without a link is to cause.
        let good = secret_link::Entity::find()
            .filter(secret_link::Column::Hash.eq(&hash))
            .filter(secret_link::Column::Kind.eq(kind))
            .filter(secret_link::Column::UsedAt.is_null())
            .filter(secret_link::Column::ExpiresAt.gt(self.now()));
        let good = good.one(self.database.connection()).await?.ok_or_else(not_good)?;
        let owner = account::Entity::find_by_id(good.account_id).one(self.database.connection()).await?;
        let owner = owner.filter(|owner| owner.disabled_at.is_none()).ok_or_else(not_good)?;
        let email = owner.email.clone().unwrap_or_default();
        let called = name.as_deref().unwrap_or(&owner.name);
        let hash_of_new = self.new_hash("input.password", password, &[called, &email]).await?;
        let now = self.now();
        let transaction = self.database.begin_write().await?;
        let used = secret_link::Entity::update_many()
            .col_expr(secret_link::Column::UsedAt, Expr::value(now))
            .filter(secret_link::Column::Hash.eq(&hash))
            .filter(secret_link::Column::UsedAt.is_null())
            .filter(secret_link::Column::ExpiresAt.gt(now))
            .exec(&transaction)
            .await?;
        if used.rows_affected != 1 {
            return Err(not_good());
        }
        self.set_password(&transaction, owner.id, &hash_of_new, Which::All).await?;
        // The mailbox is stronger than a password: after it, no earlier link is a way in; a password that is changed by
        // somebody who knows the old one leaves the owner's links as they are.
        self.spend_links(&transaction, owner.id, None).await?;
        self.forgive(&transaction, &email).await?;
        if let Some(name) = name {
            account::Entity::update_many()
                .col_expr(account::Column::Name, Expr::value(name))
                .filter(account::Column::Id.eq(owner.id))
                .exec(&transaction)
                .await?;
        }
        let what = match kind {
            LinkKind::Invitation => AccountHappening::TakenUp,
            LinkKind::PasswordReset => AccountHappening::PasswordChanged,
        };
        self.note(&transaction, Event { by: None, ..Event::own(owner.id, what) }, now).await?;
        transaction.commit().await?;
        Ok(owner.id)
    }

    /// Removes links that work no more; says how many.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget_old_links(&self) -> Done<u64> {
        let gone = secret_link::Entity::delete_many().filter(secret_link::Column::ExpiresAt.lt(self.now()));
        Ok(gone.exec(self.database.connection()).await?.rows_affected)
    }
}
