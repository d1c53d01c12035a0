//! Accounts as the schema shows them. Hashes and seeds are shown nowhere.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use entity::{account, account_event, api_key, enums as stored, membership, session};

use super::{accounts, parted};
use crate::accounts::recovery::RecoveryCode;
use crate::accounts::second_factor::Begun;
use crate::accounts::sessions::Tokens;
use crate::api::errors::internal;
use crate::api::ids::NodeId;
use crate::api::scalars::DateTime;
use crate::directory::graphql::agency::Agency;
use crate::directory::graphql::nullable;
use crate::directory::loaders::AgencyKey;

/// What an account may be: in an agency, or in the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::Role")]
pub enum Role {
    /// In an agency: works with people, signposts and refers them.
    LinkWorker,
    /// In an agency: edits and confirms its listings.
    ListingEditor,
    /// In an agency: answers for it, its people and its listings.
    AgencyManager,
    /// In an agency: sees who looked at what, and not what they saw.
    DataProtectionOfficer,
    /// In the network: brings agencies in, mends duplicates, hands listings over.
    Coordinator,
    /// In the network: sees figures.
    Commissioner,
    /// In the network: sees what was done, and changes nothing.
    Auditor,
    /// In the network: accounts and settings.
    Administrator,
    /// A person who is supported, in their own name.
    ServiceUser,
}

/// What a program may do with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::KeyScope")]
pub enum KeyScope {
    /// Read the public directory, as a known front-end.
    Directory,
    /// Edit and confirm the listings of its agency.
    Listings,
}

/// What happened to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::AccountHappening")]
pub enum AccountHappening {
    /// It was made.
    Created,
    /// Somebody was invited to take it up.
    Invited,
    /// It was taken up.
    TakenUp,
    /// Somebody signed in.
    SignedIn,
    /// A sign-in ended before its time.
    SessionEnded,
    /// A new password was chosen.
    PasswordChanged,
    /// A second factor was added.
    SecondFactorAdded,
    /// The second factor was removed.
    SecondFactorRemoved,
    /// A recovery code stood in for the second factor.
    RecoveryCodeUsed,
    /// New recovery codes took the place of the old.
    RecoveryCodesRenewed,
    /// A role was given.
    RoleGranted,
    /// A role was ended.
    RoleEnded,
    /// It was disabled.
    Disabled,
    /// It was enabled again.
    Enabled,
    /// It was linked with what an identity provider calls its owner.
    IdentityLinked,
    /// Such a link was taken away.
    IdentityUnlinked,
    /// It made a key for a program.
    KeyMade,
    /// A key for a program was revoked.
    KeyRevoked,
}

/// A person who signs in.
#[derive(Clone, Debug)]
pub struct Account(pub(super) account::Model);

impl From<account::Model> for Account {
    fn from(row: account::Model) -> Self {
        Self(row)
    }
}

/// A person who signs in. Seen by themselves, by managers of their agencies, and by administrators.
#[Object]
impl Account {
    /// Global id.
    async fn id(&self) -> ID {
        NodeId::Account(self.0.id).encode()
    }

    /// What they are called.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// E-mail address; null where only an identity provider knows them.
    async fn email(&self) -> Option<&str> {
        self.0.email.as_deref()
    }

    /// Whether they took up their account, and can sign in with a password.
    async fn has_password(&self) -> bool {
        self.0.password_hash.is_some()
    }

    /// Whether signing in takes a code from their telephone too.
    async fn has_second_factor(&self) -> bool {
        self.0.totp_confirmed_at.is_some()
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it was disabled; null while it is not.
    async fn disabled_at(&self) -> Option<DateTime> {
        self.0.disabled_at.map(DateTime)
    }
}

/// A role that somebody holds, held, or will hold.
#[derive(Clone, Debug)]
pub struct Membership(pub(super) membership::Model);

impl From<membership::Model> for Membership {
    fn from(row: membership::Model) -> Self {
        Self(row)
    }
}

/// A role that somebody holds, held, or will hold. Seen by its holder, by managers of the agency, and by administrators.
#[Object]
impl Membership {
    /// Global id.
    async fn id(&self) -> ID {
        NodeId::Membership(self.0.id).encode()
    }

    /// As what.
    async fn role(&self) -> Role {
        self.0.role.into()
    }

    /// The agency; null for a role in the network.
    async fn agency(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        nullable(ctx, AgencyKey(self.0.agency_id?), Agency).await
    }

    /// Whose.
    async fn account(&self, ctx: &Context<'_>) -> Result<Account> {
        let (found, _) = parted(ctx, accounts(ctx)?.find(self.0.account_id).await)?;
        found.map(Account).ok_or_else(|| internal(ctx, &"a membership without its account"))
    }

    /// From when.
    async fn begins_at(&self) -> DateTime {
        DateTime(self.0.begins_at)
    }

    /// Until when, exclusive; null as long as nobody ends it.
    async fn ends_at(&self) -> Option<DateTime> {
        self.0.ends_at.map(DateTime)
    }
}

/// A sign-in that lasts.
#[derive(Clone, Debug)]
pub struct Session(pub(super) session::Model);

/// A sign-in that lasts. Seen by its owner alone.
#[Object]
impl Session {
    /// Global id.
    async fn id(&self) -> ID {
        NodeId::Session(self.0.id).encode()
    }

    /// What its owner called the device; null where they did not.
    async fn device(&self) -> Option<&str> {
        self.0.device.as_deref()
    }

    /// When somebody signed in.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it was last renewed.
    async fn refreshed_at(&self) -> DateTime {
        DateTime(self.0.refreshed_at)
    }

    /// When it ends, exclusive, if it is not renewed.
    async fn expires_at(&self) -> DateTime {
        DateTime(self.0.refresh_expires_at)
    }
}

/// What a program shows in place of a person.
#[derive(Clone, Debug)]
pub struct ApiKey(pub(super) api_key::Model);

impl From<api_key::Model> for ApiKey {
    fn from(row: api_key::Model) -> Self {
        Self(row)
    }
}

/// What a program shows in place of a person; the key itself is shown once, when it is made. Seen by managers of its
/// agency.
#[Object]
impl ApiKey {
    /// Global id.
    async fn id(&self) -> ID {
        NodeId::ApiKey(self.0.id).encode()
    }

    /// What its maker calls it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it is for.
    async fn scopes(&self) -> Vec<KeyScope> {
        self.0.scopes.0.iter().map(|scope| (*scope).into()).collect()
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// Until when it works, exclusive.
    async fn expires_at(&self) -> DateTime {
        DateTime(self.0.expires_at)
    }

    /// When it was revoked; null while it is not.
    async fn revoked_at(&self) -> Option<DateTime> {
        self.0.revoked_at.map(DateTime)
    }
}

/// Something that happened to an account. Seen by its owner and by auditors.
#[derive(Clone, Debug, SimpleObject)]
pub struct AccountEvent {
    /// What.
    what: AccountHappening,
    /// The role, the device, the key's name; null where there is nothing more to say. Never a secret.
    detail: Option<String>,
    /// When.
    at: DateTime,
}

impl From<account_event::Model> for AccountEvent {
    fn from(row: account_event::Model) -> Self {
        Self { what: row.what.into(), detail: row.detail, at: DateTime(row.at) }
    }
}

/// The tokens of a sign-in. They are shown this once: keep them where nobody else comes.
#[derive(Clone, Debug, SimpleObject)]
pub struct SessionTokens {
    /// For requests, in the header `authorization: Bearer …`.
    access_token: String,
    /// Until when it works, exclusive.
    access_expires_at: DateTime,
    /// For `refreshSession`, once: it gives the next pair.
    refresh_token: String,
    /// Until when it works, exclusive.
    refresh_expires_at: DateTime,
}

impl From<Tokens> for SessionTokens {
    fn from(tokens: Tokens) -> Self {
        Self {
            access_token: tokens.access.expose().to_owned(),
            access_expires_at: DateTime(tokens.access_expires_at),
            refresh_token: tokens.refresh.expose().to_owned(),
            refresh_expires_at: DateTime(tokens.refresh_expires_at),
        }
    }
}

/// A second factor to be, shown this once: put it into an app of codes, and confirm it with a code.
#[derive(Clone, Debug, SimpleObject)]
pub struct SecondFactorSeed {
    /// To be typed: 32 letters and digits in base32.
    seed: String,
    /// The same as an address that an app scans, `otpauth://totp/…`.
    otpauth_url: String,
}

impl From<Begun> for SecondFactorSeed {
    fn from(begun: Begun) -> Self {
        Self { seed: begun.seed.base32(), otpauth_url: begun.url }
    }
}

/// Ten codes that each stand in for the second factor once. They are shown this once: print them.
#[derive(Clone, Debug, SimpleObject)]
pub struct RecoveryCodes {
    /// The codes, as `xxxx-xxxx-xxxx-xxxx`.
    codes: Vec<String>,
}

impl From<Vec<RecoveryCode>> for RecoveryCodes {
    fn from(codes: Vec<RecoveryCode>) -> Self {
        Self { codes: codes.iter().map(RecoveryCode::expose).collect() }
    }
}
