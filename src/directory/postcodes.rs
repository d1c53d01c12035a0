//! Importing the table of every full postcode, and placing again what it places better.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use entity::ids::LocationId;
use entity::{location, postcode};
use sea_orm::ActiveValue::{Set, Unchanged};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use tokio::sync::mpsc;

use super::placing;
use super::store::changes::{self, Touched};
use super::store::save;
use crate::clock::Clock;
use crate::database::Database;
use crate::places::{ExactPostcode, Postcode, RowProblem, read_postcodes};

/// Rows that are stored in one transaction.
const BATCH: usize = 20_000;
/// Locations that are placed in one transaction.
const PLACED: u64 = 2_000;
/// Problems that are told one by one.
const TOLD: usize = 10;
/// Of what is known, the share (in hundredths) that a file must have for what it lacks to count
/// as gone: a file of one county is not the news that the rest of the country went away.
const WHOLE_TABLE: usize = 90;

/// A postcode table that was opened.
#[derive(Debug)]
pub struct PostcodesImport {
    file: File,
    progress: Arc<FileProgress>,
}

/// How much of a file was read.
#[derive(Debug, Default)]
pub struct FileProgress {
    done: AtomicU64,
    total: u64,
}

impl FileProgress {
    /// Bytes read, and bytes there are.
    #[must_use]
    pub fn bytes(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.total)
    }
}

impl PostcodesImport {
    /// Opens the file.
    ///
    /// # Errors
    /// It can't be opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        let explain = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        let file = File::open(path).map_err(explain)?;
        let total = file.metadata().map_err(explain)?.len();
        Ok(Self { file, progress: Arc::new(FileProgress { done: AtomicU64::new(0), total }) })
    }

    /// How far it has come.
    #[must_use]
    pub fn progress(&self) -> Arc<FileProgress> {
        Arc::clone(&self.progress)
    }
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Rows that could be used.
    pub read: u64,
    /// Postcodes that were new.
    pub created: u64,
    /// Postcodes that had moved.
    pub changed: u64,
    /// Postcodes as they were.
    pub unchanged: u64,
    /// Postcodes that are no longer in use.
    pub removed: u64,
    /// Rows that could not be used.
    pub rejected: u64,
    /// The first of their problems.
    pub problems: Vec<RowProblem>,
    /// Locations that have another point or authority now.
    pub placed: u64,
}

/// Why an import ended early. What was stored stays; the same import again goes on.
#[derive(Debug, thiserror::Error)]
pub enum PostcodesError {
    /// The file can't be read on, or is no such table.
    #[error("the file can't be used: {0}")]
    File(RowProblem),
    /// The file holds no postcode at all.
    #[error("the file holds no postcode: it needs the columns postcode, lat, lon, lad_code")]
    Empty,
    /// The database failed.
    #[error("the database failed, and the import ended early; run it again to go on: {0}")]
    Database(#[from] DbErr),
    /// The reading thread ended without saying why.
    #[error("reading ended unexpectedly")]
    Reading,
}

struct Counted<R> {
    inner: R,
    progress: Arc<FileProgress>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.progress.done.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// What is known of a postcode, in few bytes: of 1.8 million there is one each in memory.
type Print = u64;

fn print(lat: f64, lon: f64, authority: &str) -> Print {
    // Any mixing does: it tells a row from its former self, not from an enemy's.
    // A minus zero, which SQLite does not keep, is a zero here too.
    let mut mixed = (lat + 0.0).to_bits().rotate_left(17) ^ (lon + 0.0).to_bits().rotate_left(41);
    for byte in authority.bytes() {
        mixed = (mixed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    mixed
}

/// Imports the table. The same file again changes nothing.
///
/// # Errors
/// [`PostcodesError`], with what to do about it.
pub async fn import(database: &Database, clock: &Clock, job: PostcodesImport) -> Result<Imported, PostcodesError> {
    let mut known = known(database).await?;
    let before = known.len();
    let mut seen = 0;
    let (sender, mut batches) = mpsc::channel::<Vec<ExactPostcode>>(2);
    let reading = tokio::task::spawn_blocking(move || read_all(job, &sender));
    let mut done = Imported::default();
    let mut failed = None;
    while let Some(batch) = batches.recv().await {
        match store(database, batch, &mut known, &mut done).await {
            Ok(found) => seen += found,
            Err(error) => {
                failed = Some(error);
                break;
            }
        }
    }
    drop(batches);
    // What was stored stays also where the rest failed, and questions near a postcode come out otherwise by it.
    if done.created + done.changed > 0 {
        changes::note(database.connection(), "postcodes", Some(&Touched::default()), clock.now()).await?;
    }
    let (rejected, problems, fatal) = reading.await.map_err(|_| PostcodesError::Reading)?;
    if let Some(error) = failed {
        return Err(error.into());
    }
    if let Some(problem) = fatal {
        return Err(PostcodesError::File(problem));
    }
    if done.read == 0 {
        return Err(PostcodesError::Empty);
    }
    (done.rejected, done.problems) = (rejected, problems);
    if seen * 100 >= before * WHOLE_TABLE {
        let gone = known.into_iter().filter(|(_, known)| known.is_some()).map(|(postcode, _)| postcode);
        done.removed = remove(database, gone.collect()).await?;
        if done.removed > 0 {
            changes::note(database.connection(), "postcodes", Some(&Touched::default()), clock.now()).await?;
        }
    }
    done.placed = place_again(database, clock).await?;
    Ok(done)
}

/// What is known of each postcode before the file has told of it, and nothing more afterwards.
type Known = HashMap<Postcode, Option<Print>>;

async fn known(database: &Database) -> Result<Known, DbErr> {
    let mut known = HashMap::new();
    let mut after = String::new();
    loop {
        let rows: Vec<(String, f64, f64, String)> = postcode::Entity::find()
            .filter(postcode::Column::Postcode.gt(after.clone()))
            .order_by_asc(postcode::Column::Postcode)
            .limit(100_000)
            .select_only()
            .columns([
                postcode::Column::Postcode,
                postcode::Column::Latitude,
                postcode::Column::Longitude,
                postcode::Column::AuthorityCode,
            ])
            .into_tuple()
            .all(database.connection())
            .await?;
        let Some(last) = rows.last() else { return Ok(known) };
        after.clone_from(&last.0);
        for (text, lat, lon, authority) in rows {
            if let Ok(postcode) = Postcode::parse(&text) {
                known.insert(postcode, Some(print(lat, lon, &authority)));
            }
        }
    }
}

/// Rows refused, the first of their problems, and what ended the reading early.
type TableRead = (u64, Vec<RowProblem>, Option<RowProblem>);

fn read_all(job: PostcodesImport, sender: &mpsc::Sender<Vec<ExactPostcode>>) -> TableRead {
    let (mut rejected, mut problems) = (0, Vec::new());
    let mut batch = Vec::with_capacity(BATCH);
    for row in read_postcodes(Counted { inner: job.file, progress: job.progress }) {
        match row {
            Ok(exact) => batch.push(exact),
            Err(problem) if problem.reason.ends_reading() => return (rejected, problems, Some(problem)),
            Err(problem) => {
                rejected += 1;
                if problems.len() < TOLD {
                    problems.push(problem);
                }
            }
        }
        if batch.len() >= BATCH {
            let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
            if sender.blocking_send(full).is_err() {
                return (rejected, problems, None);
            }
        }
    }
    // Where nobody receives any more, the receiver knows why.
    let _ = sender.blocking_send(batch);
    (rejected, problems, None)
}

/// Stores what is new or differs; says how many were known before.
async fn store(
    database: &Database,
    batch: Vec<ExactPostcode>,
    known: &mut Known,
    done: &mut Imported,
) -> Result<usize, DbErr> {
    let mut rows = Vec::new();
    let mut found = 0;
    for exact in batch {
        done.read += 1;
        match known.insert(exact.postcode, None) {
            // A table that has a postcode twice: the first row holds, so that the next run finds it so.
            Some(None) => continue,
            Some(Some(old)) => {
                found += 1;
                if old == print(exact.point.lat(), exact.point.lon(), exact.lad_code.as_str()) {
                    done.unchanged += 1;
                    continue;
                }
                done.changed += 1;
            }
            None => done.created += 1,
        }
        rows.push(postcode::ActiveModel {
            postcode: Set(exact.postcode.to_string()),
            latitude: Set(exact.point.lat()),
            longitude: Set(exact.point.lon()),
            authority_code: Set(exact.lad_code.as_str().to_owned()),
        });
    }
    if rows.is_empty() {
        return Ok(found);
    }
    let replace = OnConflict::column(postcode::Column::Postcode)
        .update_columns([postcode::Column::Latitude, postcode::Column::Longitude, postcode::Column::AuthorityCode])
        .to_owned();
    let transaction = database.begin_write().await?;
    save::insert(&transaction, rows, Some(replace)).await?;
    transaction.commit().await?;
    Ok(found)
}

async fn remove(database: &Database, gone: Vec<Postcode>) -> Result<u64, DbErr> {
    let mut removed = 0;
    for chunk in gone.chunks(BATCH) {
        let transaction = database.begin_write().await?;
        removed += postcode::Entity::delete_many()
            .filter(postcode::Column::Postcode.is_in(chunk.iter().map(ToString::to_string)))
            .exec(&transaction)
            .await?
            .rows_affected;
        transaction.commit().await?;
    }
    Ok(removed)
}

/// Places every location again whose postcode may now say more. Says how many moved.
async fn place_again(database: &Database, clock: &Clock) -> Result<u64, DbErr> {
    let mut after: Option<LocationId> = None;
    let mut placed = 0;
    loop {
        let mut find = location::Entity::find()
            .filter(location::Column::Postcode.is_not_null())
            .order_by_asc(location::Column::Id)
            .limit(PLACED);
        if let Some(after) = after {
            find = find.filter(location::Column::Id.gt(after));
        }
        let transaction = database.begin_write().await?;
        let rows = find.all(&transaction).await?;
        let Some(last) = rows.last() else { return Ok(placed) };
        after = Some(last.id);
        let moved = place_rows(&transaction, rows).await?;
        if moved > 0 {
            changes::note(&transaction, "places", None, clock.now()).await?;
        }
        transaction.commit().await?;
        placed += moved;
    }
}

async fn place_rows(db: &impl ConnectionTrait, rows: Vec<location::Model>) -> Result<u64, DbErr> {
    let written = |row: &location::Model| row.postcode.as_deref().and_then(|text| Postcode::parse(text).ok());
    let exact = save::exact_postcodes(db, rows.iter().filter_map(written)).await?;
    let mut moved = 0;
    for row in rows {
        let spot = placing::place(row.stated_latitude.zip(row.stated_longitude), written(&row), &exact);
        let (latitude, longitude) = spot.point.map(|point| (point.lat(), point.lon())).unzip();
        let same = (row.latitude, row.longitude) == (latitude, longitude)
            && row.placed_by == spot.placed_by
            && row.authority_code == spot.authority_code;
        if !same {
            let change = location::ActiveModel {
                id: Unchanged(row.id),
                latitude: Set(latitude),
                longitude: Set(longitude),
                placed_by: Set(spot.placed_by),
                authority_code: Set(spot.authority_code),
                ..Default::default()
            };
            change.update(db).await?;
            moved += 1;
        }
    }
    Ok(moved)
}
