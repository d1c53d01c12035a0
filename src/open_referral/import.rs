//! Importing a feed: one thread reads, checks and maps; the database takes what is good in
//! batches, each whole or not there. A run that is cut off and run again ends the same.

use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
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
use super::validate::{Code, Problem, validate};
use crate::clock::Clock;
use crate::database::Database;
use crate::directory::listing::{LocationListing, ServiceListing};
use crate::directory::store::changes::{self, Touched};
use crate::directory::store::save::{self, Saved, Seen, hex};
use crate::directory::store::{Source, location_id, save_source, service_id};

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
    /// Records that stood to the letter in this run before, and were passed over.
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
    /// Locations of earlier records that this one calls a secret.
    hidden: Vec<String>,
}

/// What the reading thread comes to.
struct Reading {
    counts: Counts,
    summary: Summary,
    remarks: u64,
    repeated: u64,
}

/// A digest, short enough to keep one for each record.
type Print = [u8; 16];

fn print_of(text: &str) -> Print {
    let mut print = [0; 16];
    print.copy_from_slice(&Sha256::digest(text)[..16]);
    print
}

/// What stood under an id earlier in this run. Feeds give one id to two things, though the
/// standard forbids it; neither may be lost, and no service may be shown at the address of
/// another. So the second thing under an id is called `id#2`, the third `id#3`, which is the same
/// in every run over the same feed.
#[derive(Default)]
struct Variants(HashMap<Print, Vec<Print>>);

/// Whether something is new under its id.
enum Variant {
    /// It is the first.
    First,
    /// It is another one, with this number.
    Another(usize),
    /// It stood there before, as this number.
    Again(usize),
}

impl Variants {
    fn of(&mut self, id: &str, content: &str) -> Variant {
        let known = self.0.entry(print_of(id)).or_default();
        let print = print_of(content);
        if let Some(index) = known.iter().position(|other| *other == print) {
            return Variant::Again(index + 1);
        }
        known.push(print);
        match known.len() {
            1 => Variant::First,
            number => Variant::Another(number),
        }
    }
}

/// An id with the number of its variant.
fn numbered(id: &str, number: usize) -> String {
    if number == 1 { id.to_owned() } else { format!("{id}#{number}") }
}

/// Reads, checks and maps, and gathers what is good.
struct Taker<W: Write> {
    report: Report<W>,
    remarks: u64,
    repeated: u64,
    services: Variants,
    locations: Variants,
    /// Ids of locations that some record calls a secret: under any number they are one.
    secrets: HashSet<Print>,
    batch: Vec<Good>,
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
    let (sender, mut batches) = mpsc::channel::<Vec<Good>>(WAITING);
    let limits = import.limits.clone();
    let path = import.path.clone();
    let reading =
        tokio::task::spawn_blocking(move || read_all(&path, &limits, &progress, Report::new(report), &sender));

    let mut reading = pin!(reading);
    let mut next = batches.recv().await;
    // Nothing came: what is no feed at all leaves no trace.
    let nothing = match next {
        None => Some(reading.as_mut().await.map_err(|_| ImportError::Reading)??),
        Some(_) => None,
    };
    let transaction = database.begin_write().await?;
    let source = save_source(&transaction, &import.source, clock.now()).await?;
    transaction.commit().await?;
    let mut run = Run::begin(database, clock, source).await?;
    let mut failed = None;
    while let Some(batch) = next {
        if let Err(error) = run.store(batch).await {
            // Closing the channel stops the reader.
            failed = Some(error);
            break;
        }
        next = batches.recv().await;
    }
    drop(batches);
    let read = match nothing {
        Some(read) => read,
        None => {
            let read = reading.await.map_err(|_| ImportError::Reading)?;
            if let Some(error) = failed {
                return Err(error.into());
            }
            read?
        }
    };
    run.end(&read.counts).await?;
    Ok(Imported {
        counts: read.counts,
        summary: read.summary,
        saved: run.saved,
        repeated: read.repeated,
        remarks: read.remarks,
    })
}

fn read_all<W: Write>(
    path: &std::path::Path,
    limits: &Limits,
    progress: &Progress,
    report: Report<W>,
    sender: &mpsc::Sender<Vec<Good>>,
) -> Result<Reading, ImportError> {
    let mut taker = Taker {
        report,
        remarks: 0,
        repeated: 0,
        services: Variants::default(),
        locations: Variants::default(),
        secrets: HashSet::new(),
        batch: Vec::with_capacity(BATCH),
    };
    let mut trouble = None;
    let summary = reader::read(path, limits, progress, &mut |item| {
        let written = match item {
            Item::Record(record) => taker.take(record),
            Item::Rejected(rejected) => taker.report.rejected(&rejected),
            Item::Failed(error) => taker.report.failed(&error),
        };
        if let Err(error) = written {
            trouble = Some(error);
            return Err(Stop);
        }
        if taker.batch.len() >= BATCH || taker.batch.iter().map(|good| good.raw.len()).sum::<usize>() >= BATCH_BYTES {
            let full = std::mem::replace(&mut taker.batch, Vec::with_capacity(BATCH));
            sender.blocking_send(full).map_err(|_| Stop)?;
        }
        Ok(())
    });
    if let Some(error) = trouble {
        return Err(error.into());
    }
    let summary = summary?;
    if !taker.batch.is_empty() && sender.blocking_send(taker.batch).is_err() {
        return Err(ReadError::Stopped.into());
    }
    Ok(Reading { counts: taker.report.finish()?, summary, remarks: taker.remarks, repeated: taker.repeated })
}

impl<W: Write> Taker<W> {
    fn take(&mut self, mut record: Record) -> std::io::Result<()> {
        let accepted = match validate(&record.value) {
            Ok(accepted) => accepted,
            Err(problems) => return self.report.rejected(&record.rejected(problems)),
        };
        // PostgreSQL can't hold a NUL in a text. The document itself keeps it, written as \u0000.
        if record.raw.contains("\\u0000") {
            remove_nul(&mut record.value);
        }
        let mapped = mapping::listing_from(&record.value);
        let problems = unstorable(&mapped.listing);
        if !problems.is_empty() {
            return self.report.rejected(&record.rejected(problems));
        }
        self.report.accepted(&accepted);
        self.remarks += mapped.remarks.len() as u64;
        let mut listing = mapped.listing;
        match self.services.of(&listing.key, &record.raw) {
            Variant::First => {}
            Variant::Another(number) => {
                listing.key = numbered(&listing.key, number);
                let reason = format!("another record had this id before; both are kept, this one as {}", listing.key);
                let problem = Problem { path: "/id".to_owned(), code: Code::Repeated, reason };
                self.report.remarked(&record.rejected(vec![problem]))?;
            }
            Variant::Again(_) => {
                self.repeated += 1;
                return Ok(());
            }
        }
        let mut hidden = Vec::new();
        for place in &mut listing.places {
            let location = &mut place.location;
            let id = print_of(&location.key);
            if location.confidential && self.secrets.insert(id) {
                let before = self.locations.0.get(&id).map_or(0, Vec::len);
                hidden.extend((1..=before).map(|number| numbered(&location.key, number)));
            }
            match self.locations.of(&location.key, &format!("{location:?}")) {
                Variant::First => {}
                Variant::Another(number) | Variant::Again(number) => location.key = numbered(&location.key, number),
            }
            location.confidential = self.secrets.contains(&id);
        }
        self.batch.push(Good { key: listing.key.clone(), raw: record.raw, listing, hidden });
        Ok(())
    }
}

/// The longest text that is looked up in an index, in bytes: one of PostgreSQL's holds 2,700, for
/// at most two such texts and an id.
const LONGEST_KEY: usize = 1_000;
/// Problems told of one record.
const MOST_TOLD: usize = 20;
/// Years that either engine can hold, and that anybody can mean.
const YEARS: RangeInclusive<i32> = 1..=9_999;

/// What the standard allows and no directory can hold: keys of pages or of nothing, and dates before history.
fn unstorable(listing: &ServiceListing) -> Vec<Problem> {
    let locations = || listing.places.iter().map(|place| &place.location);
    let identifiers = || {
        let own = listing.agency.identifiers.iter().chain(&listing.identifiers);
        own.chain(locations().flat_map(|location| &location.identifiers))
    };
    let schedules = || {
        let elsewhere = listing.places.iter().flat_map(|place| place.schedules.iter().chain(&place.location.schedules));
        listing.schedules.iter().chain(elsewhere)
    };
    let postcode =
        |location: &'_ LocationListing| location.address.as_ref().and_then(|address| address.postcode.clone());
    let mut problems = Vec::new();
    let mut blank = |field: &str, key: &str| {
        if key.is_empty() {
            let reason = "is blank; must be an id that nothing else has".to_owned();
            problems.push(Problem { path: field.to_owned(), code: Code::Missing, reason });
        }
    };
    blank("/id", &listing.key);
    blank("/organization/id", &listing.agency.key);
    locations().for_each(|location| blank("/service_at_locations/location/id", &location.key));
    let mut long = |field: &str, text: &str| {
        if text.len() > LONGEST_KEY {
            let reason = format!("is {} bytes long; must be at most {LONGEST_KEY}", text.len());
            problems.push(Problem { path: field.to_owned(), code: Code::TooLarge, reason });
        }
    };
    long("/id", &listing.key);
    long("/organization/id", &listing.agency.key);
    locations().for_each(|location| long("/service_at_locations/location/id", &location.key));
    locations()
        .filter_map(postcode)
        .for_each(|text| long("/service_at_locations/location/addresses/postal_code", &text));
    identifiers().for_each(|identifier| long("/identifiers", &identifier.value));
    listing.terms.iter().for_each(|term| long("/attributes/taxonomy_term/code", &term.code));
    listing.terms.iter().for_each(|term| long("/attributes/taxonomy_term/taxonomy", &term.taxonomy));
    listing.needs.iter().for_each(|need| long("/attributes/taxonomy_term/code", need));
    let mut far = |field: &str, date: Option<NaiveDate>| {
        if let Some(date) = date.filter(|date| !YEARS.contains(&date.year())) {
            let reason = format!("is the year {}; must be from 1 to 9999", date.year());
            problems.push(Problem { path: field.to_owned(), code: Code::TooLarge, reason });
        }
    };
    let day = |at: DateTime<Utc>| at.date_naive();
    far("/last_modified", listing.source_changed_at.map(day));
    listing.assurances.iter().for_each(|assurance| far("/assured_date", Some(day(assurance.at))));
    far("/attributes", listing.capacity.and_then(|capacity| capacity.updated_at).map(day));
    far("/attributes", listing.reopens_on);
    for schedule in schedules() {
        [schedule.anchor, schedule.valid_from, schedule.valid_to].into_iter().for_each(|date| far("/schedules", date));
    }
    problems.dedup();
    problems.truncate(MOST_TOLD);
    problems
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
        Ok(Self { database, clock, source, row, seen: Seen::default(), saved: Saved::default() })
    }

    async fn store(&mut self, batch: Vec<Good>) -> Result<(), DbErr> {
        let hidden = batch.iter().flat_map(|good| &good.hidden).map(|key| location_id(self.source, key)).collect();
        let (records, listings): (Vec<(String, String)>, Vec<ServiceListing>) =
            batch.into_iter().map(|good| ((good.key, good.raw), good.listing)).unzip();
        let now = self.clock.now();
        let transaction = self.database.begin_write().await?;
        let mut touched = Touched::default();
        let mut saved = save::save(&transaction, self.source, &listings, &mut self.seen, &mut touched, now).await?;
        saved.around += save::hide(&transaction, hidden, &mut touched, now).await?;
        let documents = store_documents(&transaction, self.source, records, now).await?;
        if saved.wrote() || documents > 0 {
            changes::note(&transaction, "import", Some(&touched), now).await?;
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
    now: DateTime<Utc>,
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
