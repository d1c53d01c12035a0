//! Telling what happened, once the snapshot shows it.
//!
//! **Invariant: nobody is told of what the snapshot does not show yet.** What happened is read before the snapshot is
//! brought up to date, and told when that has been done: whoever is told of a closing finds the service closed.

use std::sync::{MutexGuard, PoisonError};

use sea_orm::DbErr;
use tokio::sync::watch;

use super::Live;
use crate::database::Database;
use crate::directory::happenings::Happening;
use crate::directory::snapshot::lately::{Lately, MOST_ADDED};
use crate::directory::store::happenings;
use crate::directory::store::load::{self, Version};

/// What was read, to be told.
pub(super) struct Happened {
    /// `None`: more than is held.
    these: Option<Vec<Happening>>,
    last: i64,
    /// The version that was read before them.
    version: Version,
}

impl Live {
    /// The number of the last happening that the snapshot shows. Ask for it before the snapshot itself.
    #[must_use]
    pub fn told(&self) -> i64 {
        self.lately().last()
    }

    /// Changes whenever something happened: to the number of the last.
    #[must_use]
    pub fn news(&self) -> watch::Receiver<i64> {
        self.news.subscribe()
    }

    /// What happened behind one number and up to another that was told, in its order, so much at the most.
    ///
    /// # Errors
    /// The database failed.
    pub async fn happened_between(
        &self,
        database: &Database,
        behind: i64,
        through: i64,
        most: usize,
    ) -> Result<Vec<Happening>, DbErr> {
        let here = self.lately().between(behind, through, most);
        match here {
            Some(here) => Ok(here),
            None => happenings::after(database.connection(), behind, through, most).await,
        }
    }

    /// Begins behind what happened before the first snapshot is made.
    pub(super) async fn begin_telling(&self, database: &Database) -> Result<(), DbErr> {
        let version = load::version(database.connection()).await?;
        let last = happenings::last(database.connection()).await?;
        *self.lately() = Lately::since(last, version);
        self.news.send_replace(last);
        Ok(())
    }

    /// The version at which it was last told.
    pub(super) fn told_version(&self) -> Version {
        self.lately().version()
    }

    /// Reads what happened since; the version was read before.
    pub(super) async fn happened(&self, database: &Database, version: Version) -> Result<Happened, DbErr> {
        let told = self.told();
        let last = happenings::last(database.connection()).await?;
        let these = happenings::after(database.connection(), told, last, MOST_ADDED + 1).await?;
        Ok(Happened { these: Some(these).filter(|these| these.len() <= MOST_ADDED), last, version })
    }

    /// Tells what was read. Nothing is awaited here: whoever brings the snapshot up to date tells of it too, even if
    /// nobody waits for him any more.
    pub(super) fn tell(&self, Happened { these, last, version }: Happened) {
        let mut lately = self.lately();
        match these {
            Some(these) => lately.add(these, last, version),
            None => lately.skip(last, version),
        }
        drop(lately);
        self.news.send_if_modified(|told| std::mem::replace(told, last) != last);
    }

    fn lately(&self) -> MutexGuard<'_, Lately> {
        // Whatever panicked, it is whole.
        self.lately.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
