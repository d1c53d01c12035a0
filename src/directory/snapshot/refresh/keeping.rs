//! What was built is kept in a file for the next start, and found there.

use std::io;
use std::sync::Arc;

use sea_orm::DbErr;
use tokio::task::{JoinError, spawn_blocking};

use super::{Live, whole};
use crate::database::Database;
use crate::directory::snapshot::Part;
use crate::directory::snapshot::kept::{IndexFile, Label, Unusable};
use crate::directory::store::changes;
use crate::directory::store::load::{self, Version};

impl Live {
    /// The base that was kept, where the database can tell all that changed since.
    pub(super) async fn kept_base(&self, database: &Database) -> Result<Option<(Version, Arc<Part>)>, DbErr> {
        let Some(file) = &self.kept else { return Ok(None) };
        match self.read(database, file).await? {
            Ok(read) => Ok(Some(read)),
            Err(Unusable::Absent) => Ok(None),
            Err(why) => {
                let file = file.path().display();
                tracing::warn!(%file, %why, "directory.index: the kept file is not used, the tables are read");
                Ok(None)
            }
        }
    }

    async fn read(
        &self,
        database: &Database,
        file: &Arc<IndexFile>,
    ) -> Result<Result<(Version, Arc<Part>), Unusable>, DbErr> {
        let (file, needs) = (Arc::clone(file), Arc::clone(&self.needs));
        let opened = match apart(spawn_blocking(move || file.open(&needs)).await) {
            Ok(opened) => opened,
            Err(why) => return Ok(Err(why)),
        };
        let label = opened.label().clone();
        if !is_known(database, &label).await? {
            return Ok(Err(Unusable::Apart));
        }
        let part = apart(spawn_blocking(move || opened.read()).await);
        Ok(part.map(|part| (label.version, Arc::new(part))))
    }

    /// The whole directory as a base, which is kept for the next start behind the scenes.
    pub(super) async fn build(&self, database: &Database) -> Result<(Version, Arc<Part>), DbErr> {
        let (version, mark, base) = whole(database, &self.needs, self.scratch.as_deref()).await?;
        let kept = self.kept.clone().filter(|file| file.writes());
        // Without any change on record nothing would tell this database from another.
        if let Some((file, mark)) = kept.zip(mark) {
            let (label, base) = (Label::new(version, mark, &self.needs), Arc::clone(&base));
            let keeping = Arc::clone(&self.keeping);
            let turn = Arc::clone(&keeping).try_lock_owned();
            tokio::spawn(async move {
                let turn = match turn {
                    Ok(turn) => turn,
                    Err(_) => keeping.lock_owned().await,
                };
                let path = file.path().to_path_buf();
                let done = spawn_blocking(move || {
                    let done = file.keep(&label, &base);
                    drop(turn);
                    done
                });
                match done.await.map_err(io::Error::other).flatten() {
                    Ok(()) => tracing::info!(file = %path.display(), version = version.last, "directory.index: kept"),
                    Err(error) => tracing::warn!(
                        file = %path.display(), %error,
                        "directory.index: not kept, so the next start reads the tables; the folder must be writable \
                         and have room, or directory.index_folder must name another"
                    ),
                }
            });
        }
        Ok((version, base))
    }

    /// Returns when nothing is being kept.
    pub async fn until_kept(&self) {
        drop(self.keeping.lock().await);
    }
}

/// What came of reading the kept file on a thread of its own; one that failed there has found something odd in it.
fn apart<T>(read: Result<Result<T, Unusable>, JoinError>) -> Result<T, Unusable> {
    read.unwrap_or_else(|failed| Err(Unusable::Unreadable(io::Error::other(failed))))
}

/// Whether the database once was in the state of this label, and tells all that changed since.
async fn is_known(database: &Database, label: &Label) -> Result<bool, DbErr> {
    let transaction = database.begin_read().await?;
    let now = load::version(&transaction).await?;
    let known = changes::mark(&transaction, label.version).await? == Some(label.mark);
    let told = known && changes::since(&transaction, label.version, now).await?.is_some();
    transaction.commit().await?;
    Ok(told)
}
