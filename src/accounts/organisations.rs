//! People whom an organisation's identity provider vouches for: from its token to an account.
//!
//! An account is found by issuer and subject together, and by nothing else that a token says. An operator links the two;
//! where the issuer's settings have `link_by_email`, its first token of somebody does, by an e-mail address that it has
//! verified. No sign-in of ours begins: the provider vouches for each request, and who is unlinked or disabled is out
//! with the next.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::enums::AccountHappening;
use entity::external_identity;
use entity::ids::{AccountId, AgencyId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder};

use super::credentials::Unknown;
use super::events::Event;
use super::oidc::claims::is_subject;
use super::oidc::{HttpFetch, Issuers, NoClient, Verified};
use super::{Accounts, Done, Refused, Why, held};
use crate::access::Viewer;
use crate::config::Issuer;
use crate::post::MailAddress;

/// The identity providers of the settings. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Organisations(Option<Arc<Issuers<HttpFetch>>>);

impl Organisations {
    /// Those of these settings, which must have been checked.
    ///
    /// # Errors
    /// There are some, and HTTPS cannot be set up.
    pub(super) fn of(settings: &[Issuer]) -> Result<Self, NoClient> {
        if settings.is_empty() {
            return Ok(Self(None));
        }
        Ok(Self(Some(Arc::new(Issuers::new(settings.to_vec(), HttpFetch::new()?)))))
    }
}

impl Accounts {
    /// Who shows this token of an identity provider, and acts for this agency, at an instant.
    ///
    /// # Errors
    /// [`Unknown`]; of a token no more is told than that it is not good.
    pub(super) async fn viewer_by_issuer(
        &self,
        token: &str,
        agency: Option<AgencyId>,
        at: DateTime<Utc>,
    ) -> Result<Viewer, Unknown> {
        let Some(issuers) = &self.organisations.0 else { return Err(Unknown::Token) };
        let verified = issuers.verify(token, at).await.map_err(|refusal| {
            tracing::debug!(reason = refusal.reason(), "accounts.issuer_token_refused");
            Unknown::Token
        })?;
        let known = known_as(self.database.connection(), &verified.issuer, &verified.subject).await?;
        let account = match known {
            Some(account) => account,
            None => self.link_by_email(&verified).await?.ok_or_else(|| {
                tracing::debug!(reason = "the subject is nobody's here", "accounts.issuer_token_refused");
                Unknown::Token
            })?,
        };
        self.person(account, None, agency, at).await
    }

    /// Links somebody who comes for the first time with the account that has their e-mail address, where the issuer's
    /// settings let it.
    async fn link_by_email(&self, verified: &Verified) -> Done<Option<AccountId>> {
        let may = self.settings.issuers.iter().any(|one| one.link_by_email && one.issuer == verified.issuer);
        let email = verified.email.as_deref().filter(|_| may).and_then(|email| MailAddress::parse(email).ok());
        let Some(email) = email else { return Ok(None) };
        // Most who are nobody's here have no account either: they are not to keep others from writing.
        let Some(owner) = self.by_email(&email).await? else { return Ok(None) };
        let transaction = self.database.begin_write().await?;
        let Some(owner) = held(&transaction, owner.id).await? else { return Ok(None) };
        // What was read before the row was held may be so no more.
        if owner.disabled_at.is_some() || owner.email_key != Some(email.key()) {
            return Ok(None);
        }
        let of_issuer = external_identity::Entity::find()
            .filter(external_identity::Column::AccountId.eq(owner.id))
            .filter(external_identity::Column::Issuer.eq(&verified.issuer));
        let Verified { issuer, subject, .. } = verified;
        if of_issuer.one(&transaction).await?.is_none() && self.link_in(&transaction, owner.id, issuer, subject).await?
        {
            transaction.commit().await?;
            return Ok(Some(owner.id));
        }
        // Of two first requests at once the other may have been quicker; else somebody else is linked.
        known_as(&transaction, issuer, subject).await
    }

    /// Links an account with somebody as an issuer knows them, whatever its settings say of e-mail addresses.
    ///
    /// # Errors
    /// [`Why::BadValue`] for an issuer that is not in the settings, or what is no subject; [`Why::NotFound`] for the
    /// account; [`Why::Already`] where that issuer's subject is linked, with this account or another.
    pub async fn link_identity(&self, account: AccountId, issuer: &str, subject: &str) -> Done<()> {
        if !self.settings.issuers.iter().any(|one| one.issuer == issuer) {
            let message = "The settings have no such issuer: it must be one of accounts.issuers, to the last slash.";
            return Err(Refused::field(Why::BadValue, "issuer", message));
        }
        if !is_subject(subject) {
            let message = "A subject is what the issuer's tokens have for a person: 1 to 255 bytes, no line breaks.";
            return Err(Refused::field(Why::BadValue, "subject", message));
        }
        let transaction = self.database.begin_write().await?;
        let not_found = || Refused::field(Why::NotFound, "account", "There is no such account.");
        held(&transaction, account).await?.ok_or_else(not_found)?;
        if !self.link_in(&transaction, account, issuer, subject).await? {
            let message = match known_as(&transaction, issuer, subject).await? {
                Some(known) if known == account => "This account is linked with this subject already.",
                Some(_) | None => "Another account is linked with this subject: unlink that first.",
            };
            return Err(Refused::field(Why::Already, "subject", message));
        }
        Ok(transaction.commit().await?)
    }

    /// Ends the link of an account with somebody as an issuer knows them: that issuer's tokens let them in no more from
    /// the next request on. An issuer with `link_by_email` links them again when they come again: disable the account,
    /// or change the settings first.
    ///
    /// # Errors
    /// [`Why::NotFound`] where the two are not linked.
    pub async fn unlink_identity(&self, account: AccountId, issuer: &str, subject: &str) -> Done<()> {
        let transaction = self.database.begin_write().await?;
        let gone = external_identity::Entity::delete_many()
            .filter(external_identity::Column::AccountId.eq(account))
            .filter(external_identity::Column::Issuer.eq(issuer))
            .filter(external_identity::Column::Subject.eq(subject))
            .exec(&transaction)
            .await?;
        if gone.rows_affected == 0 {
            return Err(Refused::field(Why::NotFound, "subject", "This account is not linked with this subject."));
        }
        let what = AccountHappening::IdentityUnlinked;
        let event = Event { account, by: None, what, detail: Some(issuer.to_owned()) };
        self.note(&transaction, event, self.now()).await?;
        Ok(transaction.commit().await?)
    }

    /// As whom identity providers know an account, the earliest linked first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn identities(&self, account: AccountId) -> Done<Vec<external_identity::Model>> {
        let of_account = external_identity::Entity::find().filter(external_identity::Column::AccountId.eq(account));
        let ordered = of_account.order_by_asc(external_identity::Column::CreatedAt);
        let ordered = ordered.order_by_asc(external_identity::Column::Id);
        Ok(ordered.all(self.database.connection()).await?)
    }

    /// Links, in a transaction, and notes it; says whether it could: a subject is one account's at most.
    async fn link_in(&self, db: &DatabaseTransaction, account: AccountId, issuer: &str, subject: &str) -> Done<bool> {
        let now = self.now();
        let row = external_identity::ActiveModel {
            id: Set(self.clock.new_id()),
            account_id: Set(account),
            issuer: Set(issuer.to_owned()),
            subject: Set(subject.to_owned()),
            created_at: Set(now),
        };
        let identity = [external_identity::Column::Issuer, external_identity::Column::Subject];
        let unless_there = OnConflict::columns(identity).do_nothing().to_owned();
        let linked =
            external_identity::Entity::insert(row).on_conflict(unless_there).exec_without_returning(db).await?;
        if linked != 1 {
            return Ok(false);
        }
        let event =
            Event { account, by: None, what: AccountHappening::IdentityLinked, detail: Some(issuer.to_owned()) };
        self.note(db, event, now).await?;
        Ok(true)
    }
}

/// The account that somebody has whom an issuer knows by this subject.
async fn known_as(db: &impl ConnectionTrait, issuer: &str, subject: &str) -> Done<Option<AccountId>> {
    let identity = external_identity::Entity::find()
        .filter(external_identity::Column::Issuer.eq(issuer))
        .filter(external_identity::Column::Subject.eq(subject));
    Ok(identity.one(db).await?.map(|found| found.account_id))
}
