//! Service users: who is entered, what is recorded of them, and what of it somebody may see.
//!
//! | module | what |
//! |---|---|
//! | [`contents`] | what a row about a service user says, and of what form it must be; no database |
//! | [`names`] | what somebody is found by; no database |
//! | [`entering`] | a service user is entered |
//! | [`acting`] | who may change something about them: they themselves, who stands for them, who works with them |
//! | [`teams`], [`caseload`], [`reopening`] | whose caseload they are on |
//! | [`around`] | what stands around them now: caseloads, whom they keep out, who stands for them |
//! | [`wishes`] | whom they keep out, who stands for them, which account is theirs |
//! | `proxies` | it ends that somebody stands for them, and holds again |
//! | `lifting` | who lifts it that they keep somebody out, where it is not they themselves |
//! | [`unlinking`] | an account that was said to be theirs is taken back |
//! | [`merging`] | double records are joined, and parted again |
//! | `parting` | what was said by who had nothing to do with them is put right |
//! | `said` | what was said, told by who said it and when; conditions on rows |
//! | [`recording`] | something is recorded of them, said anew, taken back |
//! | [`finding`] | whom somebody may see: of a caseload, of a name |
//! | [`reviews`] | whose care is due to be looked at again |
//! | `deciding` | decisions about rows of theirs, gathered for the ledger |
//! | [`reading`] | the one way in which rows about service users leave the tables |
//! | [`consents`] | what they permit and deny |
//! | [`appointments`] | when they and an agency are to meet, and what became of it |
//! | [`groups`] | several service users at once: cohorts, places in them, who waits for one |
//! | [`referrals`] | one agency asks another to take them on |
//! | [`importing`] | a caseload of an old system is taken over |
//! | [`keyed`] | what is created with a key is created once |
//! | [`tasks`] | through the gate: days of release, and what workers have to do by a day |
//! | [`demonstration`] | fictional service users, each a case of who may see what |
//! | [`graphql`] | all of it in the graph |
//!
//! Everything that a row says is sealed under the key of whom it is about, from the first row on.

pub mod acting;
pub mod appointments;
pub mod around;
pub mod caseload;
pub mod consents;
pub mod contents;
pub(crate) mod deciding;
pub mod demonstration;
pub mod entering;
pub mod finding;
pub mod graphql;
pub mod groups;
pub mod importing;
pub mod keyed;
mod lifting;
pub mod merging;
pub mod names;
mod parting;
mod proxies;
pub mod reading;
pub mod recording;
pub mod referrals;
pub mod reopening;
pub mod reviews;
mod said;
pub mod tasks;
pub mod teams;
pub mod unlinking;
pub mod wishes;

use std::sync::Arc;

use sea_orm::DbErr;

use self::contents::Wrong;
use crate::access::ledger::NotWritten;
use crate::agreements::Agreements;
use crate::clock::Clock;
use crate::database::Database;
use crate::once::Asked;
use crate::vault::{Vault, VaultError};

/// Service users, over a database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct People {
    database: Database,
    clock: Clock,
    vault: Vault,
    agreements: Agreements,
    /// With which key it is asked for what is created next; none where it is asked for without.
    asked: Option<Arc<Asked>>,
}

/// Why something about a service user could not be done. Holds nothing of what anybody said.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// There is nobody, or nothing, of that id; or it is not theirs to see or to change, which is the same.
    #[error("there is no such thing")]
    NotFound,
    /// What was given is not of the form it must have.
    #[error(transparent)]
    Wrong(#[from] Wrong),
    /// It is of another version by now than was seen.
    #[error(transparent)]
    Changed(Wrong),
    /// It is all of what it is to become already.
    #[error("it is all of that already")]
    NothingChanges,
    /// What it rests on changes faster than it can be decided.
    #[error("what it was decided on has changed, several times in a row")]
    Changing,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The operating system has no random bytes, or text is not what it must be.
    #[error("{0}")]
    Failed(String),
}

impl Trouble {
    /// That something is of this version by now, and not of the one that was seen.
    pub(crate) fn changed(version: i32) -> Self {
        let message = format!(
            "It was changed meanwhile: it is at version {version} by now. Look at what it is, and ask again with that version."
        );
        Self::Changed(Wrong::new("expectedVersion", message))
    }

    /// The same, where what is wrong is a field of this part; the key stands beside all parts.
    #[must_use]
    pub fn within(self, part: &str) -> Self {
        self.with_field(|field| if field == keyed::FIELD { field } else { format!("{part}.{field}") })
    }

    /// The same, where this field is called something else.
    #[must_use]
    pub fn called(self, field: &str, name: &str) -> Self {
        self.with_field(|wrong| if wrong == field { name.to_owned() } else { wrong })
    }

    /// The same, where the field that is wrong is called something else.
    #[must_use]
    pub fn with_field(self, named: impl FnOnce(String) -> String) -> Self {
        match self {
            Self::Wrong(wrong) => Self::Wrong(Wrong { field: named(wrong.field), ..wrong }),
            Self::Changed(wrong) => Self::Changed(Wrong { field: named(wrong.field), ..wrong }),
            other @ (Self::NotFound
            | Self::NothingChanges
            | Self::Changing
            | Self::Database(_)
            | Self::Vault(_)
            | Self::Failed(_)) => other,
        }
    }
}

impl From<NotWritten> for Trouble {
    fn from(error: NotWritten) -> Self {
        match error {
            NotWritten::Changed => Self::Changing,
            NotWritten::Database(error) => Self::Database(error),
        }
    }
}

impl From<serde_json::Error> for Trouble {
    fn from(error: serde_json::Error) -> Self {
        // Where it stumbled may quote what stands there.
        Self::Failed(format!("what was sealed is not what it must be (line {})", error.line()))
    }
}

impl People {
    /// Service users of a database, sealed by a vault.
    #[must_use]
    pub fn new(database: Database, clock: Clock, vault: Vault) -> Self {
        let agreements = Agreements::new(database.clone(), clock.clone());
        Self { database, clock, vault, agreements, asked: None }
    }

    /// Where they are kept.
    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    /// The time.
    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// What seals what is said of service users.
    pub(crate) fn vault(&self) -> &Vault {
        &self.vault
    }

    /// The agreements of the same database.
    #[must_use]
    pub fn agreements(&self) -> &Agreements {
        &self.agreements
    }
}
