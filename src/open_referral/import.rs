//! Importing a feed: one thread reads, checks and maps; the database takes what is good in
//! batches, each whole or not there. A run that is cut off and run again ends the same.

use std::collections::HashMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use entity::ids::SourceId;
use entity::{import_run, source_record};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::mapping;
use super::reader::{self, Item, Limits, Progress, ReadError, Record, Stop, Summary};
use super::report::{Counts, Report};
use super::validate::validate;
use crate::clock::Clock;
use crate::database::Database;
use crate::directory::listing::ServiceListing;
use crate::directory::store::save::{self, Saved, Seen, hex};
use crate::directory::store::{Source, note_change, save_source, service_id};

/// Records that are stored together.
const BATCH: usize = 400;
/// Bytes of records that are stored together: a few huge ones are a batch too.
const BATCH_BYTES: usize = 8 << 20;
/// Batches that may wait for the database.
const WAITING: usize = 2;

/// What to import, and how.
#[derive(Clone, Debug)]
pub struct Import {
    /// A file or a folder.
    pub path: PathBuf,
    /// Whose data it is.
    pub source: Source,
    /// Bounds on what a feed may do.
    pub limits: Limits,
}

/// What an import did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Records read, accepted and rejected.
    pub counts: Counts,
    /// Files read, and files left alone.
    pub summary: Summary,
    /// What became of the services.
    pub saved: Saved,
    /// Records whose id came earlier in the same run; the first was kept.
    pub repeated: u64,
    /// Things that could not be mapped as they stand, by their kind of place in the document.
    pub remarks: u64,
}

/// Why an import ended early. What was stored until then stays, and the same import run again
/// goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The feed can't be opened.
    #[error(transparent)]
    Feed(#[from] ReadError),
    /// The database failed.
    #[error("the database failed, and the import ended early; run it again to go on: {0}")]
    Database(#[from] DbErr),
    /// The report can't be written.
    #[error("the report can't be written, and the import ended early; run it again to go on: {0}")]
    Report(#[from] std::io::Error),
    /// The reading thread ended without saying why.
    #[error("reading ended unexpectedly")]
    Reading,
}

/// A record that is good.
struct Good {
    key: String,
    raw: String,
    listing: ServiceListing,
}

/// What the reading thread comes to.
struct Reading {
    counts: Counts,
    summary: Summary,
    remarks: u64,
}

/// Imports a feed. `progress` may be watched meanwhile; `report` receives a line for each problem.
///
/// # Errors
/// [`ImportError`], with what to do about it.
pub async fn import<W: Write + Send + 'static>(
    database: &Database,
    clock: &Clock,
    import: Import,
    progress: Arc<Progress>,
    report: W,
) -> Result<Imported, ImportError> {
    let source = save_source(database.connection(), &import.source, clock.now()).await?;
    let (sender, mut batches) = mpsc::channel::<Vec<Good>>(WAITING);
    let limits = import.limits.clone();
    let path = import.path.clone();
    let reading =
        tokio::task::spawn_blocking(move || read_all(&path, &limits, &progress, Report::new(report), &sender));

    let mut run = Run::begin(database, clock, source).await?;
    let mut failed = None;
    while let Some(batch) = batches.recv().await {
        if let Err(error) = run.store(batch).await {
            // Closing the channel stops the reader.
            failed = Some(error);
            break;
        }
    }
    drop(batches);
    let read = reading.await.map_err(|_| ImportError::Reading)?;
    if let Some(error) = failed {
        return Err(error.into());
    }
    let read = read?;
    run.end(&read.counts).await?;
    Ok(Imported {
        counts: read.counts,
        summary: read.summary,
        saved: run.saved,
        repeated: run.repeated,
        remarks: read.remarks,
    })
}

fn read_all<W: Write>(
    path: &std::path::Path,
    limits: &Limits,
    progress: &Progress,
    mut report: Report<W>,
    sender: &mpsc::Sender<Vec<Good>>,
) -> Result<Reading, ImportError> {
    let mut batch = Vec::with_capacity(BATCH);
    let mut remarks = 0;
    let mut trouble = None;
    let summary = reader::read(path, limits, progress, &mut |item| {
        let written = match item {
            Item::Record(record) => take(record, &mut report, &mut remarks, &mut batch),
            Item::Rejected(rejected) => report.rejected(&rejected),
            Item::Failed(error) => report.failed(&error),
        };
        if let Err(error) = written {
            trouble = Some(error);
            return Err(Stop);
        }
        if batch.len() >= BATCH || batch.iter().map(|good: &Good| good.raw.len()).sum::<usize>() >= BATCH_BYTES {
            let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
            sender.blocking_send(full).map_err(|_| Stop)?;
        }
        Ok(())
    });
    if let Some(error) = trouble {
        return Err(error.into());
    }
    let summary = summary?;
    if !batch.is_empty() && sender.blocking_send(batch).is_err() {
        return Err(ReadError::Stopped.into());
    }
    Ok(Reading { counts: report.finish()?, summary, remarks })
}

fn take<W: Write>(
    mut record: Record,
    report: &mut Report<W>,
    remarks: &mut u64,
    batch: &mut Vec<Good>,
) -> std::io::Result<()> {
    match validate(&record.value) {
        Ok(accepted) => {
            report.accepted(&accepted);
            // PostgreSQL can't hold a NUL in a text. The document itself keeps it, written as \u0000.
            if record.raw.contains("\\u0000") {
                remove_nul(&mut record.value);
            }
            let mapped = mapping::listing_from(&record.value);
            *remarks += mapped.remarks.len() as u64;
            batch.push(Good { key: mapped.listing.key.clone(), raw: record.raw, listing: mapped.listing });
            Ok(())
        }
        Err(problems) => report.rejected(&record.rejected(problems)),
    }
}

fn remove_nul(value: &mut Value) {
    match value {
        Value::String(text) => text.retain(|letter| letter != '\0'),
        Value::Array(items) => items.iter_mut().for_each(remove_nul),
        Value::Object(fields) => fields.values_mut().for_each(remove_nul),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A run, from its first batch to its end.
struct Run<'a> {
    database: &'a Database,
    clock: &'a Clock,
    source: SourceId,
    row: import_run::Model,
    seen: Seen,
    saved: Saved,
    repeated: u64,
}

impl<'a> Run<'a> {
    async fn begin(database: &'a Database, clock: &'a Clock, source: SourceId) -> Result<Self, DbErr> {
        let row = import_run::ActiveModel {
            id: Set(entity::ids::ImportRunId(clock.new_id())),
            source_id: Set(source),
            started_at: Set(clock.now()),
            finished_at: Set(None),
            records_read: Set(0),
            records_rejected: Set(0),
            services_created: Set(0),
            services_changed: Set(0),
            services_unchanged: Set(0),
        };
        let row = row.insert(database.connection()).await?;
        Ok(Self { database, clock, source, row, seen: Seen::default(), saved: Saved::default(), repeated: 0 })
    }

    async fn store(&mut self, batch: Vec<Good>) -> Result<(), DbErr> {
        let before = batch.len();
        let (seen, source) = (&mut self.seen, self.source);
        let batch: Vec<Good> = batch.into_iter().filter(|good| seen.first_of(source, &good.key)).collect();
        self.repeated += (before - batch.len()) as u64;
        let (records, listings): (Vec<(String, String)>, Vec<ServiceListing>) =
            batch.into_iter().map(|good| ((good.key, good.raw), good.listing)).unzip();
        let now = self.clock.now();
        let transaction = self.database.begin_write().await?;
        let saved = save::save(&transaction, self.source, &listings, &mut self.seen, now).await?;
        let documents = store_documents(&transaction, self.source, records, now).await?;
        if saved.wrote() || documents > 0 {
            note_change(&transaction, "import", now).await?;
        }
        transaction.commit().await?;
        self.saved.add(saved);
        Ok(())
    }

    async fn end(&mut self, counts: &Counts) -> Result<(), DbErr> {
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let mut row: import_run::ActiveModel = self.row.clone().into();
        row.finished_at = Set(Some(self.clock.now()));
        row.records_read = Set(number(counts.read));
        row.records_rejected = Set(number(counts.rejected));
        row.services_created = Set(number(self.saved.created));
        row.services_changed = Set(number(self.saved.changed));
        row.services_unchanged = Set(number(self.saved.unchanged));
        self.row = row.update(self.database.connection()).await?;
        Ok(())
    }
}

/// Keeps each document to the letter, where it is new or differs. Says how many were written.
async fn store_documents(
    db: &impl ConnectionTrait,
    source: SourceId,
    records: Vec<(String, String)>,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<usize, DbErr> {
    use source_record::Column;
    let keys: Vec<String> = records.iter().map(|(key, _)| key.clone()).collect();
    let known: Vec<(String, String)> = source_record::Entity::find()
        .filter(Column::SourceId.eq(source))
        .filter(Column::RecordKey.is_in(keys))
        .select_only()
        .columns([Column::RecordKey, Column::ContentHash])
        .into_tuple()
        .all(db)
        .await?;
    let known: HashMap<String, String> = known.into_iter().collect();
    let rows: Vec<source_record::ActiveModel> = records
        .into_iter()
        .filter_map(|(key, raw)| {
            let hash = hex(&Sha256::digest(&raw));
            (known.get(&key) != Some(&hash)).then(|| source_record::ActiveModel {
                source_id: Set(source),
                service_id: Set(service_id(source, &key)),
                record_key: Set(key),
                content_hash: Set(hash),
                document: Set(raw),
                first_imported_at: Set(now),
                changed_at: Set(now),
            })
        })
        .collect();
    let written = rows.len();
    let replace = OnConflict::columns([Column::SourceId, Column::RecordKey])
        .update_columns([Column::ContentHash, Column::Document, Column::ChangedAt])
        .to_owned();
    save::insert(db, rows, Some(replace)).await?;
    Ok(written)
}
