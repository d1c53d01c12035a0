//! Notices: agencies' own systems are told that something happened to a referral or an appointment of theirs, by signed
//! webhooks in the form of Standard Webhooks; and people of theirs, by e-mail, at addresses that agreed.
//!
//! | module | what |
//! |---|---|
//! | [`event`] | what a notice says, which is never anything personal; no database |
//! | [`outbox`] | a notice is put out, in the transaction in which it happened |
//! | [`target`] | where a notice may go: which addresses are refused |
//! | [`backoff`] | when it is tried again; no database |
//! | [`signing`] | how it is signed; no database |
//! | [`posting`] | one notice, one try, over HTTP |
//! | [`wording`] | what it says in a letter; no database |
//! | [`gathering`] | which notices go in one letter, and how many letters |
//! | [`mailing`] | one letter, one try, by e-mail |
//! | [`lanes`] | who waits for whom: a bounded number at once, those that are quick beside those that are not |
//! | [`sending`] | what is due is sent, in order, and what came of it written down |
//! | [`endpoints`] | where an agency is told: named, switched, tested, sent to again |
//! | [`addresses`] | e-mail addresses: named, asked whether they agree, confirmed |
//! | [`asking`] | how many letters ask that, of a mailbox and of an agency |
//! | [`code`] | what they are confirmed by; no database |
//! | [`secrets`] | what its notices are signed with, kept sealed |
//! | [`graphql`] | all of it in the graph |
//!
//! In the table a notice stands once for each event and endpoint, for a key says so. At the receiver it arrives at least
//! once, with the same id each time, and in the order of its referral: an earlier one that is still to come is waited for.
//! One that is dead is not. By e-mail several go in one letter, and each is still its own row: delivered, tried again or dead
//! as the letter is.

pub mod addresses;
pub mod asking;
pub mod backoff;
pub mod code;
pub mod endpoints;
pub mod event;
pub mod gathering;
pub mod graphql;
pub mod lanes;
pub mod mailing;
pub mod outbox;
pub mod posting;
pub mod secrets;
pub mod sending;
pub mod signing;
pub mod target;
pub mod wording;

use std::sync::Arc;

use chrono::TimeDelta;
use entity::enums::NoticeState;
use entity::instants::Millis;
use entity::{notice, notice_endpoint};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};

use self::endpoints::Seen;
use crate::clock::Clock;
use crate::config::NoticeSettings;
use crate::database::Database;
use crate::post::Post;
use crate::vault::{Vault, VaultError};

/// Notices of a database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Notices {
    database: Database,
    clock: Clock,
    vault: Vault,
    post: Post,
    allow_private: bool,
    keep: TimeDelta,
    /// The page that links in letters lead to, with the place for an id.
    page: Option<Arc<str>>,
}

/// Why something about notices could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// There is no such endpoint, or it is another agency's, which is the same.
    #[error("there is no such endpoint")]
    NotFound,
    /// What was given is not of the form it must have, or not for now.
    #[error("{message}")]
    Wrong {
        /// The field of the input; absent where none is to blame.
        field: Option<&'static str>,
        /// What is wrong, and what would be right.
        message: String,
    },
    /// No letters go from here.
    #[error("there is no mail server")]
    NoMail,
    /// The letter with a code was not sent.
    #[error("the letter was not sent")]
    NotSent {
        /// Whether the mail server refused it, for now or for good.
        was_refused: bool,
        /// The endpoint that it was to confirm, as it stands, where it is named still.
        kept: Option<Box<Seen>>,
    },
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The operating system has no random bytes.
    #[error("no random bytes: {0}")]
    Random(#[from] getrandom::Error),
}

impl Notices {
    /// Notices of a database, their secrets sealed by a vault; letters go by a post.
    #[must_use]
    pub fn new(database: Database, clock: Clock, vault: Vault, post: Post, settings: &NoticeSettings) -> Self {
        let keep = TimeDelta::days(settings.keep_days.into());
        let page = settings.page_url().map(Arc::from);
        Self { database, clock, vault, post, allow_private: settings.allow_private, keep, page }
    }

    fn now(&self) -> Millis {
        Millis::from(self.clock.now())
    }

    /// Removes what was delivered long ago, old secrets that are signed with no more, and addresses that never agreed; says
    /// how many notices went.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tidy(&self) -> Result<u64, DbErr> {
        let db = self.database.connection();
        let gone = notice_endpoint::ActiveModel { old_secret: Set(None), old_until: Set(None), ..Default::default() };
        notice_endpoint::Entity::update_many()
            .set(gone)
            .filter(notice_endpoint::Column::OldUntil.lte(self.now()))
            .exec(db)
            .await?;
        self.forget_unconfirmed().await?;
        self.forget_letters().await?;
        let before = Millis::from(self.clock.now() - self.keep);
        let removed = notice::Entity::delete_many()
            .filter(notice::Column::State.eq(NoticeState::Delivered))
            .filter(notice::Column::DeliveredAt.lt(before))
            .exec(db)
            .await?;
        Ok(removed.rows_affected)
    }
}
