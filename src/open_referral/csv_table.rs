//! One table of a CSV package: where each of its rows lies in the file, and which rows carry a
//! key. The rows themselves stay on disk and are fetched when a service needs them.

use std::collections::BTreeSet;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::rc::Rc;

use csv::{ByteRecord, ReaderBuilder};
use serde_json::{Map, Number, Value};

use super::item::{Fault, Progress};
use super::schema::{Kind, Shape};
use super::validate::{Code, Problem};

const BUFFER_BYTES: usize = 64 << 10;

/// A part of a file that is a table.
#[derive(Clone)]
pub(super) struct Window {
    pub(super) file: Rc<File>,
    pub(super) base: u64,
    pub(super) length: u64,
}

impl Window {
    fn read_at(&self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.length.saturating_sub(at)).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        let mut file = self.file.as_ref();
        file.seek(SeekFrom::Start(self.base + at))?;
        file.read(buffer.get_mut(..wanted).unwrap_or_default())
    }
}

/// Reads a window from its beginning, and gives up on a row that does not end.
struct Bounded<'a> {
    window: Window,
    at: u64,
    /// Bytes that may still be read for the present row.
    left: usize,
    fault: Option<Fault>,
    progress: Option<&'a Progress>,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::other(self.fault.take().unwrap_or(Fault::NotAFeed { found: "an endless row" })));
        }
        let wanted = buffer.len().min(self.left);
        let count = self.window.read_at(self.at, buffer.get_mut(..wanted).unwrap_or_default())?;
        self.at += count as u64;
        self.left -= count;
        if let Some(progress) = self.progress {
            progress.add_done(count as u64);
        }
        Ok(count)
    }
}

/// Goes through the rows of a table in their order.
pub(super) struct Rows<'a> {
    reader: csv::Reader<Bounded<'a>>,
    record: ByteRecord,
    number: u64,
    limit: usize,
}

/// A row on its way through.
pub(super) struct Passing<'a> {
    /// Which row after the header, from 1.
    pub(super) number: u64,
    /// The line on which the row before it ends, from 1.
    line: u64,
    at: u64,
    end: u64,
    record: &'a ByteRecord,
}

impl<'a> Rows<'a> {
    fn new(window: &Window, limit: usize, progress: Option<&'a Progress>) -> Self {
        let bounded = Bounded { window: window.clone(), at: 0, left: 0, fault: None, progress };
        let reader = dialect().buffer_capacity(BUFFER_BYTES).from_reader(bounded);
        Self { reader, record: ByteRecord::new(), number: 0, limit }
    }

    /// The next row; the header is number 0.
    pub(super) fn next(&mut self) -> Result<Option<Passing<'_>>, Fault> {
        let line = self.reader.position().line();
        let input = self.reader.get_mut();
        input.left = self.limit + BUFFER_BYTES;
        input.fault = Some(Fault::EndlessRow { line, limit: self.limit });
        if !self.reader.read_byte_record(&mut self.record).map_err(fault_of)? {
            return Ok(None);
        }
        let number = self.number;
        self.number += 1;
        let at = self.record.position().map_or(0, csv::Position::byte);
        let line = self.record.position().map_or(0, csv::Position::line);
        Ok(Some(Passing { number, line, at, end: self.reader.position().byte(), record: &self.record }))
    }
}

/// Headers and ragged rows are looked at here and not by the parser.
fn dialect() -> ReaderBuilder {
    let mut dialect = ReaderBuilder::new();
    dialect.has_headers(false).flexible(true);
    dialect
}

fn fault_of(error: csv::Error) -> Fault {
    let said = error.to_string();
    if let csv::ErrorKind::Io(error) = error.into_kind() {
        return error.into();
    }
    Fault::Unreadable { at: 0, source: io::Error::other(said) }
}

/// Where a row lies.
struct Row {
    at: u64,
    length: u32,
    number: u32,
    line: u32,
    used: bool,
}

/// Which rows have which key in one column.
struct Index {
    column: usize,
    /// Hash of the key and number of the row, in order.
    entries: Vec<(u64, u32)>,
}

/// A table.
pub(super) struct Table {
    /// What its file is called.
    pub(super) label: String,
    /// Its name: the file's, without ending.
    pub(super) name: String,
    /// What its rows are, where the standard knows it.
    pub(super) kind: Option<&'static Kind>,
    /// Columns by which its rows could have been joined.
    pub(super) wanted: BTreeSet<String>,
    window: Window,
    columns: Vec<Column>,
    indexes: Vec<Index>,
    rows: Vec<Row>,
    /// Understands one fetched row after the other: making a new one costs more than the rest.
    parser: csv::Reader<Cursor<Vec<u8>>>,
    record: ByteRecord,
}

struct Column {
    name: String,
    is_number: bool,
}

impl Table {
    /// Opens a table by reading its header.
    pub(super) fn open(
        label: String,
        name: String,
        kind: Option<&'static Kind>,
        window: Window,
        limit: usize,
    ) -> Result<Self, Fault> {
        let mut columns = Vec::new();
        if let Some(header) = Rows::new(&window, limit, None).next()? {
            columns.extend(header.record.iter().map(|cell| {
                let name = String::from_utf8_lossy(cell).trim().to_owned();
                let mut fields = kind.iter().flat_map(|kind| kind.fields);
                let is_number = fields.any(|field| field.name == name && matches!(field.shape, Shape::Number));
                Column { name, is_number }
            }));
        }
        let parser = dialect().from_reader(Cursor::new(Vec::new()));
        let (wanted, indexes, rows, record) = (BTreeSet::new(), Vec::new(), Vec::new(), ByteRecord::new());
        Ok(Self { label, name, kind, wanted, window, columns, indexes, rows, parser, record })
    }

    pub(super) fn has_column(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column.name == name)
    }

    /// Sees to an index on this column; its number, if there is such a column.
    pub(super) fn index_on(&mut self, name: &str) -> Option<usize> {
        let column = self.columns.iter().position(|column| column.name == name)?;
        let known = self.indexes.iter().position(|index| index.column == column);
        Some(known.unwrap_or_else(|| {
            self.indexes.push(Index { column, entries: Vec::new() });
            self.indexes.len() - 1
        }))
    }

    pub(super) fn is_indexed(&self) -> bool {
        !self.indexes.is_empty()
    }

    /// All rows behind the header, in their order.
    pub(super) fn rows<'a>(&self, limit: usize, progress: &'a Progress) -> Result<Rows<'a>, Fault> {
        let mut rows = Rows::new(&self.window, limit, Some(progress));
        rows.next()?;
        Ok(rows)
    }

    /// Whether a row can be used, and why not.
    pub(super) fn check(&self, row: &Passing<'_>) -> Result<(), Problem> {
        let problem = |code, path, reason| Err(Problem { path, code, reason });
        if row.record.len() != self.columns.len() {
            let (found, expected) = (row.record.len(), self.columns.len());
            let reason = format!("has {found} cells where the header has {expected}");
            return problem(Code::RaggedRow, String::new(), reason);
        }
        for (cell, column) in row.record.iter().zip(&self.columns) {
            if str::from_utf8(cell).is_err() {
                let reason = "is not UTF-8; save the table as UTF-8".to_owned();
                return problem(Code::InvalidUtf8, format!("/{}", column.name), reason);
            }
        }
        Ok(())
    }

    /// Notes where a row lies and which keys it has.
    pub(super) fn note(&mut self, row: &Passing<'_>) {
        let short = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let place = short(self.rows.len() as u64);
        for index in &mut self.indexes {
            let key = row.record.get(index.column).unwrap_or_default();
            if !key.is_empty() {
                index.entries.push((hash(key), place));
            }
        }
        let (at, length) = (row.at, short(row.end - row.at));
        self.rows.push(Row { at, length, number: short(row.number), line: short(row.line), used: false });
    }

    /// To be called when the last row is noted.
    pub(super) fn noted(&mut self) {
        for index in &mut self.indexes {
            index.entries.sort_unstable();
        }
    }

    /// The rows that have this key, in their order. A few others may be among them: see
    /// [`Table::has_key`].
    pub(super) fn find(&self, index: usize, key: &str) -> Vec<usize> {
        let Some(index) = self.indexes.get(index) else { return Vec::new() };
        let hash = hash(key.as_bytes());
        let first = index.entries.partition_point(|entry| entry.0 < hash);
        let entries = index.entries.get(first..).unwrap_or_default();
        entries.iter().take_while(|entry| entry.0 == hash).map(|entry| entry.1 as usize).collect()
    }

    /// Whether a fetched row really has this key: two keys can share a hash.
    pub(super) fn has_key(&self, index: usize, row: &Map<String, Value>, key: &str) -> bool {
        let column = self.indexes.get(index).and_then(|index| self.columns.get(index.column));
        column.and_then(|column| row.get(&column.name)) == Some(&Value::from(key))
    }

    /// Bytes of a row.
    pub(super) fn length(&self, row: usize) -> usize {
        self.rows.get(row).map_or(0, |row| row.length as usize)
    }

    /// Fetches a row from disk.
    pub(super) fn fetch(&mut self, row: usize) -> Result<Map<String, Value>, Fault> {
        let (begin, length) = self.rows.get(row).map_or((0, 0), |row| (row.at, row.length as usize));
        let mut text = std::mem::take(self.parser.get_mut().get_mut());
        text.resize(length, 0);
        let mut filled = 0;
        while filled < length {
            let at = begin + filled as u64;
            match self.window.read_at(at, text.get_mut(filled..).unwrap_or_default())? {
                0 => return Err(Fault::CutOff { at }),
                count => filled += count,
            }
        }
        *self.parser.get_mut().get_mut() = text;
        self.parser.seek_raw(SeekFrom::Start(0), csv::Position::new()).map_err(fault_of)?;
        let mut record = std::mem::take(&mut self.record);
        self.parser.read_byte_record(&mut record).map_err(fault_of)?;
        let object = self.object(&record);
        self.record = record;
        Ok(object)
    }

    /// The line on which a row begins, from 1.
    pub(super) fn line(&self, row: &Passing<'_>) -> u64 {
        self.line_behind(row.at, row.line)
    }

    /// A row begins behind the line breaks that follow the one before. Where they cannot be read
    /// again, their line will do.
    fn line_behind(&self, mut at: u64, mut line: u64) -> u64 {
        let mut buffer = [0; 64];
        loop {
            let count = self.window.read_at(at, &mut buffer).unwrap_or(0);
            let read = buffer.iter().take(count);
            let breaks = read.take_while(|byte| matches!(byte, b'\n' | b'\r'));
            let (passed, lines) =
                breaks.fold((0, 0), |(all, lines), &byte| (all + 1, lines + u64::from(byte == b'\n')));
            at += passed;
            line += lines;
            if passed < buffer.len() as u64 {
                return line;
            }
        }
    }

    /// A row that passes by, as an object.
    pub(super) fn passing(&self, row: &Passing<'_>) -> Map<String, Value> {
        self.object(row.record)
    }

    /// A row as an object: typed as the standard says, empty cells left out.
    fn object(&self, record: &ByteRecord) -> Map<String, Value> {
        let cells =
            record.iter().zip(&self.columns).filter(|(cell, column)| !cell.is_empty() && !column.name.is_empty());
        cells
            .map(|(cell, column)| {
                let text = String::from_utf8_lossy(cell).into_owned();
                let number = if column.is_number { number(text.trim()) } else { None };
                (column.name.clone(), number.map_or(Value::String(text), Value::Number))
            })
            .collect()
    }

    pub(super) fn mark_used(&mut self, row: usize) {
        if let Some(row) = self.rows.get_mut(row) {
            row.used = true;
        }
    }

    /// How many rows were noted.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Number and line of a row, if nothing led to it.
    pub(super) fn unused(&self, row: usize) -> Option<(u64, u64)> {
        let row = self.rows.get(row).filter(|row| !row.used)?;
        Some((u64::from(row.number), self.line_behind(row.at, u64::from(row.line))))
    }
}

/// What a cell says as a number; text that is none stays text, and the check will tell.
fn number(text: &str) -> Option<Number> {
    text.parse::<i64>().ok().map(Number::from).or_else(|| Number::from_f64(text.parse().ok()?))
}

fn hash(key: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}
