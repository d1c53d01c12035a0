//! Keeping the snapshot true: built at start, brought up to date when the directory's version moves.
//!
//! A few changed services are read again and stand beside the base, hidden there; many, or a change that does not say
//! what it touched, build the base anew. Either way the new snapshot is made beside the old one and put in its place
//! in one step: a question that has begun keeps the one it began with, and none ever waits.

mod keeping;
mod telling;

use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::Mutex as StdMutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use entity::{agency, location};
use sea_orm::{DatabaseTransaction, DbErr};
use tokio::sync::{Mutex, OnceCell, watch};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::build::Builder;
use super::kept::IndexFile;
use super::lately::Lately;
use super::names::FixedNames;
use super::segment::{IN_MEMORY, SegmentWriter};
use super::shown::ShownWriter;
use super::{Part, Snapshot};
use crate::database::Database;
use crate::directory::needs::NeedList;
use crate::directory::store::changes::{self, Mark, Touched};
use crate::directory::store::load::{self, Rows, Version};
use crate::directory::store::shown::{self, AgencyEdges, LocationEdges, ServiceEdges};

/// How long the database may take to say which version it has. A line that has fallen silent never does.
const LOOK: Duration = Duration::from_secs(5);
/// Rows of one table that are read at once while the base is built.
const CHUNK: u64 = 2_000;
/// From so many changed services on the base is built anew behind the scenes.
const FOLD_FROM: usize = 1_000;
/// From so many changes on, however little they touched: `changes::since` does not tell of many more.
const FOLD_FROM_CHANGES: i64 = 1_000;
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
    /// The folder for files without a name that hold what pages show; none: the system's for temporary files.
    scratch: Option<Arc<Path>>,
    /// Where a base that was built is kept for the next start, and who is at it.
    kept: Option<Arc<IndexFile>>,
    keeping: Arc<Mutex<()>>,
    origin: Origin,
    /// How often touch with the database was lost or found again: even while there is touch.
    touch: Arc<AtomicU64>,
    /// What happened lately, and who waits for more.
    lately: Arc<StdMutex<Lately>>,
    news: Arc<watch::Sender<i64>>,
}

/// Where the first base came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Built from the tables, at this version.
    Built(Version),
    /// Read from the file in which it was kept, which was of this version.
    Kept(Version),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Built(version) => write!(f, "built from the tables at version {}", version.last),
            Self::Kept(version) => write!(f, "read from its file of version {}", version.last),
        }
    }
}

impl Live {
    /// The snapshot of what the database holds now.
    ///
    /// # Errors
    /// The database failed.
    pub async fn open(database: &Database, needs: Arc<NeedList>) -> Result<Self, DbErr> {
        Self::open_with(database, needs, None, None).await
    }

    /// The same, with the folder for the file that holds what pages show of a large directory, and the file that keeps
    /// what was built for the next start.
    ///
    /// # Errors
    /// The database failed, or the folder can't be written.
    pub async fn open_with(
        database: &Database,
        needs: Arc<NeedList>,
        scratch: Option<&Path>,
        kept: Option<IndexFile>,
    ) -> Result<Self, DbErr> {
        let mut live = Self {
            current: Arc::new(ArcSwap::from_pointee(Snapshot::empty(Arc::clone(&needs)))),
            needs,
            since_base: Arc::default(),
            folding: Arc::default(),
            fixed_names: Arc::default(),
            scratch: scratch.map(Arc::from),
            kept: kept.map(Arc::new),
            keeping: Arc::default(),
            origin: Origin::Built(Version::default()),
            touch: Arc::default(),
            lately: Arc::default(),
            news: Arc::default(),
        };
        live.begin_telling(database).await?;
        let (version, base) = match live.kept_base(database).await? {
            Some((version, base)) => {
                live.origin = Origin::Kept(version);
                (version, base)
            }
            None => {
                let (version, base) = live.build(database).await?;
                live.origin = Origin::Built(version);
                (version, base)
            }
        };
        live.current.store(Arc::new(Snapshot::whole(version, Arc::clone(&live.needs), base)));
        if matches!(live.origin, Origin::Kept(_)) {
            live.catch_up(database, &mut *live.since_base.lock().await).await?;
            live.fold_if_much(database);
        }
        Ok(live)
    }

    /// Where the first base came from.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// The snapshot to answer a question with.
    #[must_use]
    pub fn current(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// Whether the last look at the database found what the snapshot is of. Where it can't be looked at, nobody knows
    /// what has been withdrawn since, and nothing is shown that the database itself does not give.
    #[must_use]
    pub fn is_in_touch(&self) -> bool {
        self.touch().is_multiple_of(2)
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
        let done = self.look(database).await;
        self.set_in_touch(done.is_ok());
        done
    }

    /// How often that turned: what was answered before it did is of another time.
    #[must_use]
    pub fn touch(&self) -> u64 {
        self.touch.load(Ordering::Acquire)
    }

    /// Says whether the last look at the database succeeded; see [`Self::is_in_touch`].
    pub fn set_in_touch(&self, in_touch: bool) {
        // Whoever says what is so already changes nothing.
        let turned = |touch: u64| (touch.is_multiple_of(2) != in_touch).then_some(touch + 1);
        let _ = self.touch.fetch_update(Ordering::AcqRel, Ordering::Acquire, turned);
    }

    async fn look(&self, database: &Database) -> Result<bool, DbErr> {
        // A look without waiting for anybody: nearly always there is nothing to do.
        let version = timeout(LOOK, load::version(database.connection())).await;
        let version = version.map_err(|_| DbErr::Custom(format!("no answer within {LOOK:?}")))??;
        if version == self.current().version && version == self.told_version() {
            return Ok(false);
        }
        let mut since_base = self.since_base.lock().await;
        // Read before the snapshot is made, so that it shows all of it, and told when it is in its place.
        let happened = self.happened(database, version).await?;
        let done = self.catch_up(database, &mut since_base).await?;
        self.tell(happened);
        drop(since_base);
        self.fold_if_much(database);
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
            let since = beside(&transaction, Arc::clone(&self.needs), &touched, self.scratch.as_deref()).await?;
            transaction.commit().await?;
            self.current.store(Arc::new(before.with_changes(version, since, &touched)));
            *since_base = touched;
        } else {
            transaction.commit().await?;
            let (version, base) = self.build(database).await?;
            self.current.store(Arc::new(Snapshot::whole(version, Arc::clone(&self.needs), base)));
            *since_base = Touched::default();
        }
        Ok(true)
    }

    /// Whether the base is to be built anew: much stands beside it, or the next start could not be told any more what
    /// changed since it was kept.
    fn has_much_beside(&self) -> bool {
        let current = self.current();
        let keeps = self.kept.as_ref().is_some_and(|file| file.writes());
        current.changed_since_built() >= FOLD_FROM || (keeps && current.changes_since_built() >= FOLD_FROM_CHANGES)
    }

    /// Builds the base anew while the old one answers; what changes meanwhile stands beside the new one.
    fn fold_if_much(&self, database: &Database) {
        if !self.has_much_beside() || self.folding.swap(true, Ordering::AcqRel) {
            return;
        }
        let (live, database) = (self.clone(), database.clone());
        tokio::spawn(async move {
            // What changed while it was folded may be as much again.
            while live.has_much_beside() {
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
        let (version, base) = self.build(database).await?;
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
        let since = beside(&transaction, Arc::clone(&self.needs), &touched, self.scratch.as_deref()).await?;
        transaction.commit().await?;
        if latest < now {
            return Ok(false);
        }
        self.current.store(Arc::new(folded.with_changes(latest, since, &touched)));
        *since_base = touched;
        Ok(true)
    }
}

/// Rows of one kind with what hangs on them, so many behind an id.
type Chunk<R, E> = (R, E);

/// A part while it is made.
#[derive(Debug)]
struct Making {
    builder: Builder,
    shown: ShownWriter,
}

impl Making {
    fn new(needs: Arc<NeedList>, scratch: Option<PathBuf>) -> Self {
        Self { builder: Builder::new(needs), shown: ShownWriter::new(SegmentWriter::new(scratch, IN_MEMORY)) }
    }

    fn agencies(&mut self, (rows, edges): &Chunk<Vec<agency::Model>, AgencyEdges>) {
        self.builder.agencies(rows);
        self.shown.agencies(rows, edges);
    }

    fn services(&mut self, (rows, edges): &Chunk<Rows, ServiceEdges>) {
        self.builder.services(rows);
        self.shown.services(rows, edges);
    }

    fn locations(&mut self, (rows, edges): &Chunk<Vec<location::Model>, LocationEdges>) {
        self.builder.locations(rows);
        self.shown.locations(rows, edges);
    }

    fn finish(self, since: bool) -> Result<Part, DbErr> {
        let shown = self.shown.finish();
        let shown = shown.map_err(|error| DbErr::Custom(format!("directory.scratch_folder: {error}")))?;
        Ok(Part { shown, ..self.builder.finish(since) })
    }
}

/// The whole directory as one part, with the mark of the history that led there.
///
/// # Errors
/// The database failed, or the folder for what pages show can't be written.
pub async fn whole(
    database: &Database,
    needs: &Arc<NeedList>,
    scratch: Option<&Path>,
) -> Result<(Version, Option<Mark>, Arc<Part>), DbErr> {
    let transaction = database.begin_read().await?;
    let version = load::version(&transaction).await?;
    let mark = changes::mark(&transaction, version).await?;
    let mut making = Making::new(Arc::clone(needs), scratch.map(Path::to_path_buf));
    making.shown.sources(shown::sources(&transaction).await?);
    // Seconds of work at a large directory: not on a thread that answers questions, and the next rows are read
    // while the last are worked in.
    macro_rules! stream {
        ($read:path, $edges:path, $last:expr, $add:path) => {{
            let rows = $read(&transaction, None, CHUNK).await?;
            let edges = $edges(&transaction, &rows).await?;
            let mut chunk = (rows, edges);
            while let Some(last) = $last(&chunk.0) {
                let work = spawn_blocking(move || {
                    $add(&mut making, &chunk);
                    making
                });
                let next = async {
                    let rows = $read(&transaction, Some(last), CHUNK).await?;
                    let edges = $edges(&transaction, &rows).await?;
                    Ok::<_, DbErr>((rows, edges))
                };
                let next = next.await;
                making = finished(work.await)?;
                chunk = next?;
            }
        }};
    }
    stream!(
        load::agencies_after,
        shown::of_agencies,
        |rows: &Vec<agency::Model>| rows.last().map(|row| row.id),
        Making::agencies
    );
    stream!(
        load::services_after,
        shown::of_services,
        |rows: &Rows| rows.services.last().map(|row| row.id),
        Making::services
    );
    stream!(
        load::locations_after,
        shown::of_locations,
        |rows: &Vec<location::Model>| rows.last().map(|row| row.id),
        Making::locations
    );
    transaction.commit().await?;
    let part = finished(spawn_blocking(move || making.finish(false)).await)??;
    Ok((version, mark, Arc::new(part)))
}

fn finished<T>(work: Result<T, tokio::task::JoinError>) -> Result<T, DbErr> {
    work.map_err(|error| DbErr::Custom(format!("building the snapshot failed: {error}")))
}

/// A part of these services, their agencies and their locations, as they are now.
async fn beside(
    transaction: &DatabaseTransaction,
    needs: Arc<NeedList>,
    touched: &Touched,
    scratch: Option<&Path>,
) -> Result<Part, DbErr> {
    let ids: Vec<_> = touched.services.iter().copied().collect();
    let mut chunks = Vec::new();
    for ids in ids.chunks(NAMED_AT_ONCE) {
        let rows = load::these_services(transaction, ids.to_vec()).await?;
        let edges = shown::of_services(transaction, &rows).await?;
        chunks.push((rows, edges));
    }
    let of_services = chunks.iter().flat_map(|(rows, _)| &rows.services).map(|service| service.agency_id);
    let agencies: HashSet<_> = of_services.chain(touched.agencies.iter().copied()).collect();
    let mut agencies: Vec<_> = agencies.into_iter().collect();
    agencies.sort_unstable();
    let mut making = Making::new(needs, scratch.map(Path::to_path_buf));
    making.shown.sources(shown::sources(transaction).await?);
    for ids in agencies.chunks(NAMED_AT_ONCE) {
        let rows = load::these_agencies(transaction, ids.to_vec()).await?;
        let edges = shown::of_agencies(transaction, &rows).await?;
        making.agencies(&(rows, edges));
    }
    chunks.iter().for_each(|chunk| making.services(chunk));
    let mut locations: Vec<_> = chunks.into_iter().flat_map(|(rows, _)| rows.locations.into_values()).collect();
    locations.sort_unstable_by_key(|row| row.id);
    locations.dedup_by_key(|row| row.id);
    for rows in locations.chunks(NAMED_AT_ONCE) {
        let edges = shown::of_locations(transaction, rows).await?;
        making.locations(&(rows.to_vec(), edges));
    }
    making.finish(true)
}
