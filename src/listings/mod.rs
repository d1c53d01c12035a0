//! The life of a listing: changed by those whose it is, seen by others when it should be, taken back when wrong.
//!
//! | module | what |
//! |---|---|
//! | [`editing`] | changing a listing, making one |
//! | [`waiting`] | drafts, approval, changes that wait for their hour |
//! | [`undoing`] | taking a change back |
//! | [`joining`] | what coordinators do: join duplicates, part them, hand over |
//! | [`history`] | versions, read |
//! | [`corrections`] | what those say of a listing whose it is not |
//! | [`freshness`] | confirming, what is due, who is asked |
//! | [`acting`], [`changes`], [`check`], [`subject`] | who may, what changes, of what form it must be; no database |
//! | [`graphql`] | the graph's part of it |
//!
//! Every change is a version: who, when, what from what to what, why. It is made in one transaction that holds the
//! listing's row and asks for the version it was thought of for, so of two that change one listing at once one is told
//! that it changed. What was published is never changed again; taking it back is another version.
//!
//! To add a way to change a listing: an action in `entity::enums`, a mutation in [`graphql`] that hands
//! [`Listings::edit`] what it does to the listing, a line in `access::operations`.

pub mod acting;
pub mod changes;
pub mod check;
pub mod corrections;
pub mod editing;
pub mod freshness;
pub mod graphql;
pub mod history;
pub mod joining;
pub mod making;
mod store;
pub mod subject;
mod told;
pub mod undoing;
pub mod waiting;

use std::fmt::Display;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::DbErr;

use self::changes::FieldChange;
use self::corrections::refusals;
use crate::clock::Clock;
use crate::database::Database;
use crate::directory::needs::NeedList;
use crate::directory::snapshot::refresh::Live;

/// Everything that changing listings needs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Listings {
    database: Database,
    clock: Clock,
    live: Live,
    drafting: refusals::Rule,
}

/// Why something could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// It may not be, or not like this: whoever asked can put it right.
    #[error("{}", .0.first().map(|refused| refused.message.as_str()).unwrap_or_default())]
    Refused(Vec<Refused>),
    /// Something on this side failed.
    #[error("{0}")]
    Failed(String),
}

/// A refusal, in words for whoever asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// Why.
    pub why: Why,
    /// The field of the input that is wrong; absent where none is.
    pub field: Option<String>,
    /// What is wrong, and what would be right.
    pub message: String,
    /// The version that the listing has now, where it is not the one that was expected.
    pub version: Option<i32>,
    /// What has changed since that one, as far as it is known.
    pub changed: Vec<FieldChange>,
}

/// Why something about a listing is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// There is no such thing, or it is not theirs.
    NotFound,
    /// A value is not of the form it must have.
    BadValue,
    /// The listing has changed since the version that was expected.
    Changed,
    /// It is so already.
    NothingChanges,
    /// It is for a manager of the agency.
    ForManagers,
    /// Several agencies have it in common: it is for a coordinator.
    Shared,
    /// It has come too far for that: published, declined or dropped.
    Decided,
    /// The idempotency key was used for something else.
    KeyUsed,
}

impl Refused {
    /// A refusal for one field of the input.
    pub fn field(why: Why, field: impl Into<String>, message: impl Into<String>) -> Trouble {
        Trouble::Refused(vec![Self {
            why,
            field: Some(field.into()),
            message: message.into(),
            version: None,
            changed: Vec::new(),
        }])
    }

    /// A refusal that no one field is to blame for.
    pub fn whole(why: Why, message: impl Into<String>) -> Trouble {
        Trouble::Refused(vec![Self { why, field: None, message: message.into(), version: None, changed: Vec::new() }])
    }
}

impl From<DbErr> for Trouble {
    fn from(error: DbErr) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<serde_json::Error> for Trouble {
    fn from(error: serde_json::Error) -> Self {
        Self::Failed(format!("a listing as JSON: {error}"))
    }
}

/// What can be done, or why not.
pub type Done<T> = Result<T, Trouble>;

impl Listings {
    /// The lives of the listings of a directory.
    #[must_use]
    pub fn new(database: Database, clock: Clock, live: Live) -> Self {
        Self { database, clock, live, drafting: refusals::Rule::default() }
    }

    /// The same, with another rule for when refusals become a correction.
    #[must_use]
    pub fn drafting(self, drafting: refusals::Rule) -> Self {
        Self { drafting, ..self }
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    fn needs(&self) -> &Arc<NeedList> {
        self.live.needs()
    }

    /// Lets whoever wrote see what they wrote in the next answer. What was written stands, whether or not this
    /// succeeds: every process looks again soon.
    async fn show(&self) {
        if let Err(error) = self.live.refresh(&self.database).await {
            tell_late(&error);
        }
    }
}

fn tell_late(error: &dyn Display) {
    tracing::warn!(%error, "listings.shown: later");
}
