//! Signing in: accounts and what proves that somebody is theirs, sign-ins, memberships, keys of programs.
//!
//! | module | what |
//! |---|---|
//! | [`credentials`] | who a request comes from |
//! | [`signing_in`], [`sessions`] | from a password to a sign-in, and its life |
//! | [`passwords`] | choosing one, changing it, and showing that one knows it |
//! | [`second_factor`] | codes from a telephone, and for when it is lost |
//! | [`links`] | invitations and new passwords, by links that work once |
//! | [`memberships`] | who belongs to which agency, as what |
//! | [`keys`] | what programs show in place of a person |
//! | [`organisations`], [`oidc`] | people whom an organisation's identity provider vouches for, and its tokens |
//! | [`events`] | what happened to an account |
//! | [`secret`], [`password`], [`hasher`], [`recovery`], [`throttle`], [`totp`] | what these are made of; no database |
//!
//! Passwords, tokens, keys and links are kept as hashes only, and shown once. Whatever an unknown account is answered,
//! a known one is, after the same work.
//!
//! To add something that can be done to an account: a method of [`Accounts`] in the module it belongs to, a mutation in
//! [`graphql`], a line in `access::operations`.

pub mod credentials;
pub mod demonstration;
pub mod events;
pub mod graphql;
pub mod hasher;
pub mod keys;
pub mod links;
pub mod memberships;
pub mod oidc;
pub mod organisations;
pub mod password;
pub mod passwords;
pub mod recovery;
pub mod second_factor;
pub mod secret;
pub mod sessions;
pub mod signing_in;
pub mod throttle;
pub mod totp;

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::account;
use entity::ids::AccountId;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::sync::Semaphore;

use self::hasher::{Cost, CostError, Hasher, HashingError};
use self::oidc::NoClient;
use self::organisations::Organisations;
use self::secret::{Secret, SecretKind};
use crate::clock::Clock;
use crate::config;
use crate::database::Database;
use crate::post::{MailAddress, Post, PostError, is_invisible};
use crate::vault::{Vault, VaultError};

/// Passwords that are hashed at once: each takes a processor and 19 MiB.
const HASHED_AT_ONCE: NonZeroU32 = NonZeroU32::MIN.saturating_add(1);
/// People who show a password at once: some half a second's work. More are told to come again, so that they take neither
/// the database's connections nor the processors from everybody else.
const MOST_AT_THE_DOOR: usize = 32;
/// Letters that are sent behind an answer at once.
const MOST_LETTERS: usize = 8;
/// Longest name of a person, a key, a device, in characters.
const LONGEST_NAME: usize = 100;

/// Everything that signing in needs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Accounts {
    database: Database,
    clock: Clock,
    settings: config::Accounts,
    hasher: Hasher,
    post: Post,
    vault: Vault,
    organisations: Organisations,
    /// Places for those who show a password.
    doors: Arc<Semaphore>,
    /// Places for letters that are sent behind an answer.
    letters_under_way: Arc<Semaphore>,
}

/// Why nobody could sign in here.
#[derive(Debug, thiserror::Error)]
pub enum NotReady {
    /// Passwords cannot be hashed.
    #[error(transparent)]
    Hashing(#[from] CostError),
    /// Identity providers cannot be asked for their keys.
    #[error(transparent)]
    Issuers(#[from] NoClient),
}

/// Why something could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// It may not be, or not like this: whoever asked can put it right.
    #[error("{}", .0.message)]
    Refused(Refused),
    /// Something on this side failed.
    #[error("{0}")]
    Failed(String),
}

/// A refusal, in words for whoever asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub why: Why,
    /// The field of the input that is wrong; absent where none is.
    pub field: Option<&'static str>,
    /// What is wrong, and what would be right.
    pub message: String,
    /// From when on it may be tried again, where it was tried too often.
    pub until: Option<DateTime<Utc>>,
}

/// Why something about an account is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// The address, the password, or both are wrong; which of them is not told.
    WrongCredentials,
    /// The password is right; a code of the second factor is wanted too.
    CodeNeeded,
    /// The code is wrong, or was used already.
    WrongCode,
    /// It was tried too often.
    TryLater,
    /// A token or link is not, or no longer, good.
    NotGood,
    /// The password is too weak.
    WeakPassword,
    /// A value is not of the form it must have.
    BadValue,
    /// There is no such thing, or it is not theirs.
    NotFound,
    /// It is so already.
    Already,
    /// The letter could not be sent.
    NotSent,
}

impl Refused {
    /// A refusal for one field of the input.
    pub fn field(why: Why, field: &'static str, message: impl Into<String>) -> Trouble {
        Trouble::Refused(Self { why, field: Some(field), message: message.into(), until: None })
    }

    /// A refusal that no one field is to blame for.
    pub fn whole(why: Why, message: impl Into<String>) -> Trouble {
        Trouble::Refused(Self { why, field: None, message: message.into(), until: None })
    }
}

macro_rules! failures {
    ($($of:ty),+ $(,)?) => { $(
        impl From<$of> for Trouble {
            fn from(error: $of) -> Self {
                Self::Failed(error.to_string())
            }
        }
    )+ };
}

failures!(DbErr, HashingError, VaultError, getrandom::Error);

/// What can be done, or why not.
pub type Done<T> = Result<T, Trouble>;

impl From<PostError> for Trouble {
    fn from(error: PostError) -> Self {
        tracing::warn!(%error, "post.failed");
        Refused::whole(Why::NotSent, "The letter could not be sent. Please try again later.")
    }
}

impl Accounts {
    /// Signing in, over a database.
    ///
    /// # Errors
    /// Where the settings have identity providers: the system has no certificates to know them by.
    pub fn new(
        database: Database,
        clock: Clock,
        settings: config::Accounts,
        post: Post,
        vault: Vault,
    ) -> Result<Self, NotReady> {
        let hasher = Hasher::new(Cost::default(), HASHED_AT_ONCE)?;
        let organisations = Organisations::of(&settings.issuers)?;
        let doors = Arc::new(Semaphore::new(MOST_AT_THE_DOOR));
        let letters_under_way = Arc::new(Semaphore::new(MOST_LETTERS));
        Ok(Self { database, clock, settings, hasher, post, vault, organisations, doors, letters_under_way })
    }

    /// What hashes passwords, so that it can be told how often it did.
    #[must_use]
    pub fn hasher(&self) -> &Hasher {
        &self.hasher
    }

    /// What sends its letters.
    #[must_use]
    pub fn post(&self) -> &Post {
        &self.post
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    fn new_secret(&self, kind: SecretKind) -> Done<Secret> {
        Ok(Secret::new(kind, self.clock.random()?))
    }

    /// The account with an id.
    ///
    /// # Errors
    /// [`Why::NotFound`].
    pub async fn find(&self, id: AccountId) -> Done<account::Model> {
        let found = account::Entity::find_by_id(id).one(self.database.connection()).await?;
        found.ok_or_else(|| Refused::whole(Why::NotFound, "There is no such account."))
    }

    /// The names of these accounts.
    ///
    /// # Errors
    /// The database failed.
    pub async fn names(&self, ids: &[AccountId]) -> Done<HashMap<AccountId, String>> {
        let of = account::Entity::find().filter(account::Column::Id.is_in(ids.iter().copied())).select_only();
        let named = of.columns([account::Column::Id, account::Column::Name]).into_tuple();
        let named: Vec<(AccountId, String)> = named.all(self.database.connection()).await?;
        Ok(named.into_iter().collect())
    }

    /// Every account, by name.
    ///
    /// # Errors
    /// The database failed.
    pub async fn all(&self) -> Done<Vec<account::Model>> {
        let ordered = account::Entity::find().order_by_asc(account::Column::Name).order_by_asc(account::Column::Id);
        Ok(ordered.all(self.database.connection()).await?)
    }

    /// The account with an e-mail address.
    ///
    /// # Errors
    /// The database failed.
    pub async fn by_email(&self, email: &MailAddress) -> Done<Option<account::Model>> {
        by_email(self.database.connection(), email).await
    }
}

async fn by_email(db: &impl ConnectionTrait, email: &MailAddress) -> Done<Option<account::Model>> {
    Ok(account::Entity::find().filter(account::Column::EmailKey.eq(email.key())).one(db).await?)
}

/// An account as it stands now, held until the end of the transaction: of two that change it one waits for the other.
async fn held(db: &impl ConnectionTrait, id: AccountId) -> Done<Option<account::Model>> {
    Ok(account::Entity::find_by_id(id).lock_exclusive().one(db).await?)
}

/// An e-mail address as it was typed.
///
/// # Errors
/// [`Why::BadValue`], naming the field.
pub fn email_of(field: &'static str, text: &str) -> Done<MailAddress> {
    MailAddress::parse(text).map_err(|error| Refused::field(Why::BadValue, field, error.to_string()))
}

/// A name as it was typed, without the blanks around it.
///
/// # Errors
/// [`Why::BadValue`], naming the field.
pub fn name_of(field: &'static str, text: &str) -> Done<String> {
    let name = text.trim();
    let fits = !name.is_empty() && name.chars().count() <= LONGEST_NAME && shows_itself(name);
    let refused = || {
        let message =
            format!("A name has 1 to {LONGEST_NAME} characters, and no line breaks or signs that can't be seen.");
        Refused::field(Why::BadValue, field, message)
    };
    fits.then(|| name.to_owned()).ok_or_else(refused)
}

/// Whether everything in a name can be seen, on one line and in one direction: else one name could pass for another.
#[must_use]
pub fn shows_itself(name: &str) -> bool {
    let mut before = ' ';
    name.chars().all(|c| {
        let fits = match c {
            // Joiners and variants: Persian, scripts of India and emoji cannot do without them, in their midst. Behind a
            // letter of ASCII, or one behind the other, they do nothing but hide.
            '\u{200c}' | '\u{200d}' => !before.is_ascii() && !matches!(before, '\u{200c}' | '\u{200d}'),
            '\u{fe00}'..='\u{fe0f}' => !before.is_ascii() && !is_invisible(before),
            '\u{2028}' | '\u{2029}' => false,
            c => !c.is_control() && !is_invisible(c),
        };
        before = c;
        fits
    })
}
