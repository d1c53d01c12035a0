//! What reading a feed yields, what bounds it, and what can go wrong with a file.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;
use thiserror::Error;

use super::validate::{Code, Problem};

/// One thing that came out of a feed.
#[derive(Debug)]
pub enum Item {
    /// A service document, not yet held against the standard.
    Record(Record),
    /// A record, or a row of a CSV table, that could not be made into one.
    Rejected(Rejected),
    /// A file that could not be read, or not to its end. What it gave before stays good, and
    /// the files after it are still read.
    Failed(FileError),
}

/// A service document with the place it came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The file, as a path below the one that was asked for.
    pub file: String,
    /// Which record of the file, from 1. For a CSV package, which row of its services.
    pub number: u64,
    /// The line on which it begins, from 1.
    pub line: Option<u64>,
    /// Its text exactly as the feed has it. A service taken out of an organization document
    /// has that organization written into it; one of a CSV package is written from its rows.
    pub raw: String,
    /// What the text says.
    pub value: Value,
}

impl Record {
    /// The record's own `id`, when it has one.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.value.get("id").and_then(Value::as_str)
    }

    /// The same record as one that is refused for these problems.
    #[must_use]
    pub fn rejected(&self, problems: Vec<Problem>) -> Rejected {
        Rejected {
            file: self.file.clone(),
            record: self.number,
            line: self.line,
            id: self.id().map(str::to_owned),
            problems,
        }
    }
}

/// A record that is refused, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The file, as in [`Record::file`].
    pub file: String,
    /// Which record of the file, from 1; for a CSV table, which row after the header.
    pub record: u64,
    /// The line on which it begins, from 1.
    pub line: Option<u64>,
    /// Its id, where it could be made out.
    pub id: Option<String>,
    /// Why; at least one.
    pub problems: Vec<Problem>,
}

/// What keeps a hostile feed from filling memory, disk or time.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of one record, or of one CSV row. Default: 16 MiB. What an honest record takes in
    /// memory is a few times its text; one made of nothing but brackets takes some forty times.
    pub max_record_bytes: usize,
    /// How many times its own size an archive may unpack to, or a CSV package grow by joining.
    /// Real feeds reach 20; the most that gzip can do is about 1,000. Default: 200.
    pub max_growth: u64,
    /// Bytes that may come out of an archive, or of joining, before `max_growth` counts.
    /// Default: 64 MiB.
    pub growth_free_bytes: u64,
    /// Rows of all side tables of a CSV package. Each takes 24 bytes of memory and 16 more for
    /// each column it is found by; the default of 10 million means about a gigabyte at most.
    pub max_csv_rows: usize,
    /// Bytes of scratch disk that a zipped CSV package may unpack to. Default: 8 GiB.
    pub max_scratch_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_record_bytes: 16 << 20,
            max_growth: 200,
            growth_free_bytes: 64 << 20,
            max_csv_rows: 10_000_000,
            max_scratch_bytes: 8 << 30,
        }
    }
}

impl Limits {
    /// Whether `grown` bytes out of `original` ones are more than honest data makes.
    pub(super) fn is_bomb(&self, grown: u64, original: u64) -> bool {
        grown > self.growth_free_bytes && grown / original.max(1) > self.max_growth
    }
}

/// How far reading has come, for a progress bar on another thread.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicU64,
    total: AtomicU64,
}

impl Progress {
    /// Bytes read and bytes to read, as they lie on disk. The second is 0 while it is unknown.
    #[must_use]
    pub fn bytes(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }

    pub(super) fn add_done(&self, bytes: u64) {
        self.done.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn add_total(&self, bytes: u64) {
        self.total.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// What a reading came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Feed files that were opened; a CSV package counts as one.
    pub files: u64,
    /// Service documents delivered.
    pub records: u64,
    /// Records and rows rejected before they became documents.
    pub rejected: u64,
    /// Files that failed wholly or in part.
    pub failed: u64,
    /// Files of a folder that are no feed by their name, and were left alone.
    pub ignored: Vec<String>,
}

/// The receiver of items wants no more of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop;

/// Why nothing, or not everything, could be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The path itself cannot be opened.
    #[error("{path} cannot be read: {source}")]
    Unreadable {
        /// The path.
        path: String,
        /// What the system says.
        source: io::Error,
    },
    /// The path is there and holds no feed.
    #[error(
        "{path} holds no feed: expected .json, .ndjson or .jsonl, gzip of these, or a CSV package with services.csv"
    )]
    NoFeed {
        /// The path.
        path: String,
    },
    /// The receiver returned [`Stop`].
    #[error("reading was stopped")]
    Stopped,
}

/// A file that failed, wholly or from some point on.
#[derive(Debug, Error)]
#[error("{file} {fault}")]
pub struct FileError {
    /// The file, as in [`Record::file`].
    pub file: String,
    /// What is wrong with it.
    #[source]
    pub fault: Fault,
}

/// What is wrong with a file. Offsets are in bytes from 0.
#[derive(Debug, Error)]
pub enum Fault {
    /// The system could not read it.
    #[error("cannot be read beyond byte {at}: {source}")]
    Unreadable {
        /// Where in the file.
        at: u64,
        /// What the system says.
        source: io::Error,
    },
    /// Compressed data that stops early.
    #[error("is cut off at byte {at}, in the middle of compressed data; fetch it again")]
    CutOff {
        /// Where in the compressed file.
        at: u64,
    },
    /// Compressed data that cannot be right.
    #[error("is damaged near byte {at}: {reason}; fetch it again")]
    Damaged {
        /// Where in the compressed file.
        at: u64,
        /// What the decoder says.
        reason: String,
    },
    /// An archive bomb, or a CSV package made to explode.
    #[error("grew from {from} to more than {to} bytes, beyond what honest data does; nothing more of it is read")]
    Bomb {
        /// Bytes read of it until then.
        from: u64,
        /// Bytes they had become.
        to: u64,
    },
    /// It is something else altogether.
    #[error(
        "is {found}; a feed is JSON or NDJSON, gzip of these, or a CSV package (a folder or a .zip with services.csv)"
    )]
    NotAFeed {
        /// What it looks like.
        found: &'static str,
    },
    /// JSON whose brackets don't match, so that no further record can be told from the next.
    #[error("has {found} in line {line} (byte {at} of the text) where {expected} should be; nothing after it is read")]
    Structure {
        /// Where in the unpacked text.
        at: u64,
        /// On which line, from 1.
        line: u64,
        /// What is there.
        found: String,
        /// What should be.
        expected: String,
    },
    /// An organization document whose own fields cannot be used.
    #[error("has an organization that cannot be used: {reason}")]
    Organization {
        /// Why not.
        reason: String,
    },
    /// A zip archive that cannot be used.
    #[error("is an archive that cannot be used: {reason}")]
    Archive {
        /// Why not.
        reason: String,
    },
    /// A CSV table without the columns that make it part of a package.
    #[error("has none of these columns: {}; its rows cannot be used", .wanted.join(", "))]
    NoColumn {
        /// Any of these would do.
        wanted: Vec<String>,
    },
    /// A CSV package with two tables of one name.
    #[error("is a second table of {table}; keep one")]
    SecondTable {
        /// The name.
        table: String,
    },
    /// A CSV row longer than the limit: most likely a quotation mark that is never closed.
    #[error("has a row after line {line} that is longer than {limit} bytes; is a quotation mark not closed?")]
    EndlessRow {
        /// The last line before it.
        line: u64,
        /// The limit.
        limit: usize,
    },
    /// More rows than the limit.
    #[error("brings the rows of the package above the limit of {limit}")]
    TooManyRows {
        /// The limit.
        limit: usize,
    },
}

/// A fault travels through `std::io` in an [`io::Error`] and is taken out here.
impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(fault) => fault,
            Err(source) => Self::Unreadable { at: 0, source },
        }
    }
}

/// Why a part of the reading ended early.
#[derive(Debug)]
pub(super) enum Halt {
    /// The receiver wants no more.
    Stopped,
    /// The file is at fault.
    Fault(Fault),
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<io::Error> for Halt {
    fn from(error: io::Error) -> Self {
        Self::Fault(error.into())
    }
}

impl From<Stop> for Halt {
    fn from(Stop: Stop) -> Self {
        Self::Stopped
    }
}

/// The way out of the readers: hands items to the receiver and counts them.
pub(super) struct Outlet<'a> {
    pub(super) limits: &'a Limits,
    pub(super) progress: &'a Progress,
    pub(super) sink: &'a mut dyn FnMut(Item) -> Result<(), Stop>,
    pub(super) summary: Summary,
}

impl Outlet<'_> {
    pub(super) fn record(&mut self, record: Record) -> Result<(), Stop> {
        self.summary.records += 1;
        (self.sink)(Item::Record(record))
    }

    pub(super) fn rejected(&mut self, rejected: Rejected) -> Result<(), Stop> {
        self.summary.rejected += 1;
        (self.sink)(Item::Rejected(rejected))
    }

    pub(super) fn failed(&mut self, file: &str, fault: Fault) -> Result<(), Stop> {
        self.summary.failed += 1;
        (self.sink)(Item::Failed(FileError { file: file.to_owned(), fault }))
    }
}

/// A problem of a whole record.
pub(super) fn whole(code: Code, reason: String) -> Vec<Problem> {
    vec![Problem { path: String::new(), code, reason }]
}
