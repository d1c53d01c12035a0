//! CSV files: read whole and bounded, in UTF-8, and looked through before any row is believed.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Component, Path};

use csv::{ReaderBuilder, StringRecord};

use super::mapping::{Column, Flaw};
use super::rows::{Cells, Header};
use crate::people::Trouble;

/// Most bytes of a file.
const MOST_BYTES: u64 = 128 << 20;
/// Most columns of a file.
const MOST_COLUMNS: usize = 200;
/// Most rows of a file, but the first.
const MOST_ROWS: u64 = 200_000;

/// A file, from its first row on.
pub(super) struct Sheet {
    /// What it is called.
    pub(super) name: String,
    header: Header,
    reader: csv::Reader<Cursor<Vec<u8>>>,
    record: StringRecord,
    row: u64,
}

/// Signs that a file may begin with to say that it is UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// The bytes of a file, without its mark.
fn bytes_of(path: &Path) -> Result<Vec<u8>, String> {
    // What the system says names no more than the file.
    let file = File::open(path).map_err(|error| format!("it can't be read: {error}"))?;
    let mut bytes = Vec::new();
    let read =
        file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| format!("it can't be read: {error}"))?;
    if u64::try_from(read).unwrap_or(u64::MAX) > MOST_BYTES {
        return Err(format!("it is larger than {} MiB: part it", MOST_BYTES >> 20));
    }
    if let Err(error) = std::str::from_utf8(&bytes) {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        return Err(format!(
            "line {line} is not UTF-8: save it as \"CSV UTF-8\"; windows-1252, Latin-1 and UTF-16 are not read"
        ));
    }
    // A mark that is open to the end would swallow every row behind it.
    if bytes.iter().filter(|byte| **byte == b'"').count() % 2 != 0 {
        return Err(
            "a quotation mark is not closed: they stand in pairs, and one within a cell is written twice".to_owned()
        );
    }
    if bytes.starts_with(MARK) {
        bytes.drain(..MARK.len());
    }
    Ok(bytes)
}

fn next_record(reader: &mut csv::Reader<Cursor<Vec<u8>>>, record: &mut StringRecord) -> Result<bool, Trouble> {
    // What the library says may quote what it stumbled over.
    reader.read_record(record).map_err(|_| Trouble::Failed("a file can't be read as CSV".to_owned()))
}

impl Sheet {
    /// Opens a file of a part of the mapping that names these columns.
    pub(super) fn open(
        folder: &Path,
        (part, name): (&'static str, &str),
        separator: u8,
        columns: &[Column<'_>],
    ) -> Result<Self, Vec<Flaw>> {
        let flaw = |message: String| vec![Flaw::new(name, message)];
        // Beside the mapping and nowhere else: whoever wrote it may not be whose the other folders are.
        let mut parts = Path::new(name).components();
        let (Some(Component::Normal(_)), None) = (parts.next(), parts.next()) else {
            return Err(flaw("it must be the name of a file beside the mapping".to_owned()));
        };
        let bytes = bytes_of(&folder.join(name)).map_err(flaw)?;
        let reader = |bytes: Vec<u8>| {
            let mut dialect = ReaderBuilder::new();
            dialect.has_headers(false).flexible(true).delimiter(separator).from_reader(Cursor::new(bytes))
        };
        let (mut count, mut record) = (0, StringRecord::new());
        let mut counting = reader(bytes);
        while next_record(&mut counting, &mut record).map_err(|error| flaw(error.to_string()))? {
            count += 1;
        }
        let mut reader = reader(counting.into_inner().into_inner());
        if count > MOST_ROWS + 1 {
            return Err(flaw(format!("it has more than {MOST_ROWS} rows: part it")));
        }
        if !next_record(&mut reader, &mut record).map_err(|error| flaw(error.to_string()))? {
            return Err(flaw("it is empty: its first row has the names of the columns".to_owned()));
        }
        if record.len() > MOST_COLUMNS {
            return Err(flaw(format!("it has more than {MOST_COLUMNS} columns")));
        }
        let header = Header::of(&record).map_err(|twice| {
            let each = |number: usize| Flaw::new(name, format!("column {number} has the name of an earlier one"));
            twice.into_iter().map(each).collect::<Vec<_>>()
        })?;
        let absent: Vec<Flaw> = columns
            .iter()
            .filter(|(_, column)| !header.has(column))
            .map(|(field, column)| Flaw::new(format!("{part}.{field}"), format!("{name} has no column \"{column}\"")))
            .collect();
        if !absent.is_empty() {
            return Err(absent);
        }
        Ok(Self { name: name.to_owned(), header, reader, record, row: 1 })
    }

    /// The next row with its number, as a spreadsheet counts them: the names of the columns are row 1. Rows that are wholly
    /// empty are not counted.
    pub(super) fn next_row(&mut self) -> Result<Option<(u64, Cells<'_>)>, Trouble> {
        if !next_record(&mut self.reader, &mut self.record)? {
            return Ok(None);
        }
        self.row += 1;
        Ok(Some((self.row, Cells::new(&self.header, &self.record))))
    }
}
