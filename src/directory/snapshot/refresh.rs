//! Keeping the snapshot true: built at start, brought up to date when the directory's version moves.
//!
//! A few changed services are read again and stand beside the base, hidden there; many, or a change that does not say
//! what it touched, build the base anew. Either way the new snapshot is made beside the old one and put in its place
//! in one step: a question that has begun keeps the one it began with, and none ever waits.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwap;
use sea_orm::{DatabaseTransaction, DbErr};
use tokio::sync::{Mutex, OnceCell};
use tokio::task::spawn_blocking;

use super::build::Builder;
use super::names::FixedNames;
use super::{Part, Snapshot};
use crate::database::Database;
use crate::directory::needs::NeedList;
use crate::directory::store::changes::{self, Touched};
use crate::directory::store::load::{self, Version};

/// Rows of one table that are read at once while the base is built.
const CHUNK: u64 = 2_000;
/// From so many changed services on the base is built anew behind the scenes.
const FOLD_FROM: usize = 1_000;
/// More changed services than this are not put beside the base at all.
const MOST_BESIDE: usize = 10_000;
/// Ids named in one statement.
const NAMED_AT_ONCE: usize = 500;

/// The current snapshot. Cheap to clone; clones share it.
#[derive(Clone, Debug)]
pub struct Live {
    current: Arc<ArcSwap<Snapshot>>,
    needs: Arc<NeedList>,
    /// What changed since the base was built. Whoever holds it may put a new snapshot in place.
    since_base: Arc<Mutex<Touched>>,
    folding: Arc<AtomicBool>,
    fixed_names: Arc<OnceCell<FixedNames>>,
}

impl Live {
    /// The snapshot of what the database holds now.
    ///
    /// # Errors
    /// The database failed.
    pub async fn open(database: &Database, needs: Arc<NeedList>) -> Result<Self, DbErr> {
        let (version, base) = whole(database, &needs).await?;
        let snapshot = Snapshot::whole(version, Arc::clone(&needs), base);
        Ok(Self {
            current: Arc::new(ArcSwap::from_pointee(snapshot)),
            needs,
            since_base: Arc::default(),
            folding: Arc::default(),
            fixed_names: Arc::default(),
        })
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

    /// The names that do not change with the directory, for suggestions; made when they are first asked for. `None`
    /// where making them failed.
    pub async fn fixed_names(&self) -> Option<FixedNames> {
        let needs = Arc::clone(&self.needs);
        let make = async || spawn_blocking(move || FixedNames::of(&needs)).await;
        self.fixed_names.get_or_try_init(make).await.ok().cloned()
    }

    /// Brings the snapshot up to the database; says whether there was anything to do. Whoever wrote and has committed
    /// calls it, and sees what was written in the next answer.
    ///
    /// # Errors
    /// The database failed; the old snapshot stays.
    pub async fn refresh(&self, database: &Database) -> Result<bool, DbErr> {
        // A look without waiting for anybody: nearly always there is nothing to do.
        if load::version(database.connection()).await? == self.current().version {
            return Ok(false);
        }
        let mut since_base = self.since_base.lock().await;
        let done = self.catch_up(database, &mut since_base).await?;
        drop(since_base);
        if self.current().changed_since_built() >= FOLD_FROM {
            self.fold_behind(database);
        }
        Ok(done)
    }

    async fn catch_up(&self, database: &Database, since_base: &mut Touched) -> Result<bool, DbErr> {
        let transaction = database.begin_read().await?;
        let version = load::version(&transaction).await?;
        let before = self.current();
        if version == before.version {
            transaction.commit().await?;
            return Ok(false);
        }
        let mut touched = since_base.clone();
        let told = match changes::since(&transaction, before.version, version).await? {
            Some(changed) => {
                touched.add(changes::with_neighbours(&transaction, changed).await?);
                touched.services.len() <= MOST_BESIDE
            }
            None => false,
        };
        if told {
            let since = beside(&transaction, Arc::clone(&self.needs), &touched).await?;
            transaction.commit().await?;
            self.current.store(Arc::new(before.with_changes(version, since, &touched)));
            *since_base = touched;
        } else {
            transaction.commit().await?;
            let (version, base) = whole(database, &self.needs).await?;
            self.current.store(Arc::new(Snapshot::whole(version, Arc::clone(&self.needs), base)));
            *since_base = Touched::default();
        }
        Ok(true)
    }

    /// Builds the base anew while the old one answers; what changes meanwhile stands beside the new one.
    fn fold_behind(&self, database: &Database) {
        if self.folding.swap(true, Ordering::AcqRel) {
            return;
        }
        let (live, database) = (self.clone(), database.clone());
        tokio::spawn(async move {
            // What changed while it was folded may be as much again.
            while live.current().changed_since_built() >= FOLD_FROM {
                match live.fold(&database).await {
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(error) => {
                        // The parts as they are go on answering; the next change tries again.
                        tracing::warn!(%error, "directory.fold: the database failed");
                        break;
                    }
                }
            }
            live.folding.store(false, Ordering::Release);
        });
    }

    /// Says whether the new base was put in place.
    async fn fold(&self, database: &Database) -> Result<bool, DbErr> {
        let (version, base) = whole(database, &self.needs).await?;
        let mut since_base = self.since_base.lock().await;
        let folded = Snapshot::whole(version, Arc::clone(&self.needs), base);
        let now = self.current().version;
        // What was answered already must not be forgotten, not even for a moment.
        let transaction = database.begin_read().await?;
        let Some(changed) = changes::since(&transaction, version, load::version(&transaction).await?).await? else {
            // Something that does not say what it touched: the next refresh builds anew anyway.
            transaction.commit().await?;
            return Ok(false);
        };
        let touched = changes::with_neighbours(&transaction, changed).await?;
        let latest = load::version(&transaction).await?;
        let since = beside(&transaction, Arc::clone(&self.needs), &touched).await?;
        transaction.commit().await?;
        if latest < now {
            return Ok(false);
        }
        self.current.store(Arc::new(folded.with_changes(latest, since, &touched)));
        *since_base = touched;
        Ok(true)
    }
}

/// The whole directory as one part.
///
/// # Errors
/// The database failed.
pub async fn whole(database: &Database, needs: &Arc<NeedList>) -> Result<(Version, Arc<Part>), DbErr> {
    let transaction = database.begin_read().await?;
    let version = load::version(&transaction).await?;
    let mut builder = Builder::new(Arc::clone(needs));
    // Seconds of work at a large directory: not on a thread that answers questions, and the next rows are read
    // while the last are worked in.
    macro_rules! stream {
        ($read:path, $last:expr, $add:expr) => {{
            let mut rows = $read(&transaction, None, CHUNK).await?;
            while let Some(last) = $last(&rows) {
                let work = spawn_blocking(move || {
                    $add(&mut builder, &rows);
                    builder
                });
                let next = $read(&transaction, Some(last), CHUNK).await;
                builder = finished(work.await)?;
                rows = next?;
            }
        }};
    }
    stream!(
        load::agencies_after,
        |rows: &Vec<entity::agency::Model>| rows.last().map(|row| row.id),
        |builder: &mut Builder, rows: &Vec<_>| builder.agencies(rows)
    );
    stream!(
        load::services_after,
        |rows: &load::Rows| rows.services.last().map(|row| row.id),
        |builder: &mut Builder, rows: &load::Rows| builder.services(rows)
    );
    stream!(
        load::locations_after,
        |rows: &Vec<entity::location::Model>| rows.last().map(|row| row.id),
        |builder: &mut Builder, rows: &Vec<_>| builder.locations(rows)
    );
    transaction.commit().await?;
    let part = finished(spawn_blocking(move || builder.finish(false)).await)?;
    Ok((version, Arc::new(part)))
}

fn finished<T>(work: Result<T, tokio::task::JoinError>) -> Result<T, DbErr> {
    work.map_err(|error| DbErr::Custom(format!("building the snapshot failed: {error}")))
}

/// A part of these services, their agencies and their locations, as they are now.
async fn beside(transaction: &DatabaseTransaction, needs: Arc<NeedList>, touched: &Touched) -> Result<Part, DbErr> {
    let ids: Vec<_> = touched.services.iter().copied().collect();
    let mut chunks = Vec::new();
    for ids in ids.chunks(NAMED_AT_ONCE) {
        chunks.push(load::these_services(transaction, ids.to_vec()).await?);
    }
    let of_services = chunks.iter().flat_map(|rows| &rows.services).map(|service| service.agency_id);
    let agencies: HashSet<_> = of_services.chain(touched.agencies.iter().copied()).collect();
    let mut agencies: Vec<_> = agencies.into_iter().collect();
    agencies.sort_unstable();
    let mut builder = Builder::new(needs);
    for ids in agencies.chunks(NAMED_AT_ONCE) {
        builder.agencies(&load::these_agencies(transaction, ids.to_vec()).await?);
    }
    chunks.iter().for_each(|rows| builder.services(rows));
    let mut locations: Vec<_> = chunks.into_iter().flat_map(|rows| rows.locations.into_values()).collect();
    locations.sort_unstable_by_key(|row| row.id);
    locations.dedup_by_key(|row| row.id);
    builder.locations(&locations);
    Ok(builder.finish(true))
}
