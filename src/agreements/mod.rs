//! Information-sharing agreements: what agencies agree to let flow, on which basis, until when; who signed which version;
//! what is in force.
//!
//! | module | what |
//! |---|---|
//! | [`terms`] | what an agreement says, and of what form it must be; no database |
//! | [`life`] | how far a version has come, and what may be done with it by whom; no database |
//! | [`drafting`] | versions are written |
//! | [`steps`] | versions are reviewed, signed, suspended, ended |
//! | [`reading`] | agreements as those see them whom they concern |
//! | [`graphql`] | all of it in the graph |
//!
//! What the rule of who sees what reads of them are flows, and the periods in which a version is in force: every step that
//! changes those raises the agreement's count first, in its own transaction.

pub mod drafting;
pub mod graphql;
pub mod life;
pub mod reading;
pub mod steps;
pub mod terms;

use std::sync::Arc;

use entity::ids::{AccountId, AgencyId};
use sea_orm::DbErr;
use uuid::Uuid;

use self::terms::Wrong;
use crate::clock::Clock;
use crate::database::Database;
use crate::once::{Asked, By, NotOnce, open_hash};

/// Agreements, over a database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Agreements {
    database: Database,
    clock: Clock,
    /// With which key it is asked for what is drafted next; none where it is asked for without.
    asked: Option<Arc<Asked>>,
}

/// Who does something with agreements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hand {
    /// Their account; absent for the demonstration.
    pub account: Option<AccountId>,
    /// For whom.
    pub side: Side,
}

/// For whom somebody acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// For an agency, as its manager.
    Manager(AgencyId),
    /// For an agency, as somebody who works there and decides nothing about agreements.
    Member(AgencyId),
    /// For the network, as a coordinator.
    Network,
}

impl Side {
    /// The agency, where it is one.
    #[must_use]
    pub const fn agency(self) -> Option<AgencyId> {
        match self {
            Self::Manager(agency) | Self::Member(agency) => Some(agency),
            Self::Network => None,
        }
    }
}

/// The argument that holds the key: it stands beside what is said.
const KEY: &str = "idempotencyKey";

/// Why something about an agreement could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// There is no such thing, or it is not theirs.
    #[error("there is no such thing")]
    NotFound,
    /// What was given is not of the form it must have.
    #[error(transparent)]
    Wrong(#[from] Wrong),
    /// It has not come so far, or too far, or is not theirs to do; in words.
    #[error("{0}")]
    NotNow(String),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// What is stored is not what it must be.
    #[error("what is stored of an agreement is not what it must be: {0}")]
    Failed(#[from] serde_json::Error),
}

impl From<NotOnce> for Trouble {
    fn from(error: NotOnce) -> Self {
        match error {
            wrong @ (NotOnce::Form | NotOnce::Used) => Wrong::new(KEY, wrong.to_string()).into(),
            NotOnce::Database(error) => error.into(),
        }
    }
}

impl Agreements {
    /// Agreements of a database.
    #[must_use]
    pub fn new(database: Database, clock: Clock) -> Self {
        Self { database, clock, asked: None }
    }

    /// The same agreements, where what is drafted next is drafted once with this key and this input: it counts for one account
    /// and one agency. What an agreement says lies in the open, and so does the hash of it.
    #[must_use]
    pub fn keyed(&self, by: Hand, operation: &'static str, key: &str, input: &str) -> Self {
        let asker = by.account.map_or(Uuid::nil(), |account| account.0);
        let by = By { asker, agency: by.side.agency(), operation };
        Self { asked: Some(Arc::new(Asked::hashed(by, key, input, open_hash))), ..self.clone() }
    }
}
