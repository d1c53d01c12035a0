//! Keeping the snapshot true: built at start, renewed when the directory's version moves.
//!
//! A new snapshot is built beside the old one and put in its place in one step; a question that
//! has begun keeps the one it began with.

use std::sync::Arc;

use arc_swap::ArcSwap;
use sea_orm::DbErr;

use super::{Snapshot, build};
use crate::database::Database;
use crate::directory::needs::NeedList;
use crate::directory::store::load;

/// The current snapshot. Cheap to clone; clones share it.
#[derive(Clone, Debug)]
pub struct Live {
    current: Arc<ArcSwap<Snapshot>>,
    needs: Arc<NeedList>,
}

impl Live {
    /// The snapshot of what the database holds now.
    ///
    /// # Errors
    /// The database failed.
    pub async fn open(database: &Database, needs: Arc<NeedList>) -> Result<Self, DbErr> {
        let live = Self { current: Arc::new(ArcSwap::from_pointee(Snapshot::empty(Arc::clone(&needs)))), needs };
        live.rebuild(database).await?;
        Ok(live)
    }

    /// The snapshot to answer a question with.
    #[must_use]
    pub fn current(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// The list of needs it is built with.
    #[must_use]
    pub fn needs(&self) -> &Arc<NeedList> {
        &self.needs
    }

    /// Renews the snapshot where the directory changed; says whether it did.
    ///
    /// # Errors
    /// The database failed; the old snapshot stays.
    pub async fn refresh(&self, database: &Database) -> Result<bool, DbErr> {
        let version = load::version(database.connection()).await?;
        if version == self.current().version {
            return Ok(false);
        }
        self.rebuild(database).await?;
        Ok(true)
    }

    async fn rebuild(&self, database: &Database) -> Result<(), DbErr> {
        let transaction = database.begin_read().await?;
        let rows = load::everything(&transaction).await?;
        transaction.commit().await?;
        let needs = Arc::clone(&self.needs);
        // Seconds of work at a large directory: not on a thread that answers questions.
        let snapshot = tokio::task::spawn_blocking(move || build(rows, needs))
            .await
            .map_err(|error| DbErr::Custom(format!("building the snapshot failed: {error}")))?;
        self.current.store(Arc::new(snapshot));
        Ok(())
    }
}
