//! The table of every full postcode, read row by row from a CSV file, plain or gzip, in constant memory.
//!
//! Columns by name, in any order: `postcode, lat, lon, lad_code`, or as the ONS Postcode Directory has them. Rows of
//! retired postcodes, of the Crown dependencies and without a position are skipped and counted.

use std::io::{BufRead, BufReader, Chain, Cursor, Read};

use flate2::read::MultiGzDecoder;
use thiserror::Error;

use super::authority::LadCode;
use super::geo::Point;
use super::postcode::Postcode;
use super::resolve::ExactPostcode;

/// The longest line that is read, bytes.
const MAX_LINE: u64 = 8 * 1024;
/// The most bytes that are read, unpacked; the whole directory of the ONS has some 1.4 thousand million.
const MAX_BYTES: u64 = 6_000_000_000;

/// A row that is no postcode, or a file that cannot be read on.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}, {field}: {reason}")]
pub struct RowProblem {
    /// The line in the file, from 1.
    pub line: u64,
    /// The field.
    pub field: &'static str,
    /// What is wrong with it, and what would be right.
    pub reason: RowReason,
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RowReason {
    /// The header lacks a column. Nothing more is read.
    #[error("the header has no such column; it needs {expected}")]
    MissingColumn {
        /// The names under which the column is known.
        expected: &'static str,
    },
    /// The row ends before the field.
    #[error("the row has no such field")]
    MissingField,
    /// The line is too long.
    #[error("the line is longer than {limit} bytes")]
    TooLong {
        /// The most bytes.
        limit: u64,
    },
    /// The line is not text.
    #[error("the line is not UTF-8")]
    NotText,
    /// Not a postcode.
    #[error("“{value}” is not a full postcode, as M14 5RQ")]
    NotAPostcode {
        /// The value, cut short if it is long.
        value: String,
    },
    /// Not a number of degrees in the United Kingdom.
    #[error("“{value}” is not a {what} in the United Kingdom, in degrees")]
    NotInUk {
        /// Latitude or longitude.
        what: &'static str,
        /// The value, cut short if it is long.
        value: String,
    },
    /// Not the code of a local authority.
    #[error("“{value}” is not the code of a local authority, as E08000003")]
    NotAnAuthority {
        /// The value, cut short if it is long.
        value: String,
    },
    /// The file breaks off or cannot be read. Nothing more is read.
    #[error("the file cannot be read on: {message}")]
    Unreadable {
        /// What the system says.
        message: String,
    },
    /// The file is larger than any such table. Nothing more is read.
    #[error("the file is larger than {limit} bytes")]
    TooLarge {
        /// The most bytes, unpacked.
        limit: u64,
    },
}

impl RowReason {
    /// Whether nothing more can be read after this.
    #[must_use]
    pub const fn ends_reading(&self) -> bool {
        match self {
            Self::MissingColumn { .. } | Self::Unreadable { .. } | Self::TooLarge { .. } => true,
            Self::MissingField
            | Self::TooLong { .. }
            | Self::NotText
            | Self::NotAPostcode { .. }
            | Self::NotInUk { .. }
            | Self::NotAnAuthority { .. } => false,
        }
    }
}

/// How many rows were passed over in silence, because they are as they should be and name no postcode to keep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SkippedRows {
    /// Retired postcodes.
    pub retired: u64,
    /// Postcodes of Jersey, Guernsey and the Isle of Man.
    pub crown_dependency: u64,
    /// Postcodes in use to which the source gives no position or authority.
    pub without_position: u64,
}

/// Reads a table of postcodes. What the stream holds shows as the rows are asked for.
pub fn read_postcodes<R: Read>(reader: R) -> PostcodeRows<R> {
    PostcodeRows {
        input: Input::Unopened(Some(reader)),
        columns: None,
        line: 0,
        bytes: 0,
        ended: false,
        skipped: SkippedRows::default(),
    }
}

/// The rows of a table of postcodes.
pub struct PostcodeRows<R: Read> {
    input: Input<R>,
    columns: Option<Columns>,
    line: u64,
    bytes: u64,
    ended: bool,
    skipped: SkippedRows,
}

/// The stream with the bytes that were read to see what it is.
type Stream<R> = Chain<Cursor<Vec<u8>>, R>;

enum Input<R: Read> {
    Unopened(Option<R>),
    Plain(BufReader<Stream<R>>),
    Packed(Box<BufReader<MultiGzDecoder<Stream<R>>>>),
}

struct Columns {
    postcode: usize,
    lat: usize,
    lon: usize,
    authority: usize,
    ended: Option<usize>,
}

impl<R: Read> PostcodeRows<R> {
    /// The rows passed over so far.
    #[must_use]
    pub fn skipped(&self) -> SkippedRows {
        self.skipped
    }

    /// The line read last, from 1; 0 before the first.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The bytes read so far, unpacked.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    fn problem(&mut self, field: &'static str, reason: RowReason) -> RowProblem {
        self.ended |= reason.ends_reading();
        RowProblem { line: self.line, field, reason }
    }

    /// The next line without its end, or `None` at the end of the file. A line that is too long is read past.
    fn next_line(&mut self) -> Result<Option<Vec<u8>>, RowProblem> {
        self.line += 1;
        let unreadable = |error: std::io::Error| RowReason::Unreadable { message: error.to_string() };
        let mut line = Vec::new();
        let reader = match self.input.open() {
            Ok(reader) => reader,
            Err(error) => return Err(self.problem("file", unreadable(error))),
        };
        let read = Read::take(&mut *reader, MAX_LINE + 1).read_until(b'\n', &mut line);
        let mut read = match read {
            Ok(0) => return Ok(None),
            Ok(read) => read as u64,
            Err(error) => return Err(self.problem("file", unreadable(error))),
        };
        let too_long = read > MAX_LINE && !line.ends_with(b"\n");
        while too_long && self.bytes + read <= MAX_BYTES {
            let passed = match pass_over(reader) {
                Ok(passed) => passed,
                Err(error) => return Err(self.problem("file", unreadable(error))),
            };
            read += passed.bytes;
            if passed.line_ended {
                break;
            }
        }
        self.bytes += read;
        if self.bytes > MAX_BYTES {
            return Err(self.problem("file", RowReason::TooLarge { limit: MAX_BYTES }));
        }
        if too_long {
            return Err(self.problem("line", RowReason::TooLong { limit: MAX_LINE }));
        }
        while line.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
            line.pop();
        }
        Ok(Some(line))
    }

    /// The next row that is a postcode to keep; `None` at the end.
    fn next_row(&mut self) -> Result<Option<ExactPostcode>, RowProblem> {
        while let Some(line) = self.next_line()? {
            let Ok(line) = std::str::from_utf8(&line) else {
                return Err(self.problem("line", RowReason::NotText));
            };
            let line = line.strip_prefix('\u{feff}').unwrap_or(line);
            if line.trim().is_empty() {
                continue;
            }
            let fields = fields(line);
            let Some(columns) = &self.columns else {
                let columns = Columns::find(&fields).map_err(|(field, reason)| self.problem(field, reason))?;
                self.columns = Some(columns);
                continue;
            };
            match columns.row(&fields) {
                Ok(Row::Postcode(row)) => return Ok(Some(row)),
                Ok(Row::Retired) => self.skipped.retired += 1,
                Ok(Row::CrownDependency) => self.skipped.crown_dependency += 1,
                Ok(Row::WithoutPosition) => self.skipped.without_position += 1,
                Err((field, reason)) => return Err(self.problem(field, reason)),
            }
        }
        Ok(None)
    }
}

impl<R: Read> Iterator for PostcodeRows<R> {
    type Item = Result<ExactPostcode, RowProblem>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let row = self.next_row().transpose();
        self.ended |= row.is_none();
        row
    }
}

struct Passed {
    bytes: u64,
    line_ended: bool,
}

/// Reads on towards the end of a line, one buffer at a time, and keeps nothing. The end of the file ends a line.
fn pass_over(reader: &mut dyn BufRead) -> std::io::Result<Passed> {
    let buffer = reader.fill_buf()?;
    let newline = buffer.iter().position(|byte| *byte == b'\n');
    let passed = Passed {
        bytes: newline.map_or(buffer.len(), |at| at + 1) as u64,
        line_ended: newline.is_some() || buffer.is_empty(),
    };
    reader.consume(passed.bytes as usize);
    Ok(passed)
}

impl<R: Read> Input<R> {
    fn open(&mut self) -> std::io::Result<&mut dyn BufRead> {
        if let Self::Unopened(reader) = self
            && let Some(mut reader) = reader.take()
        {
            let mut start = Vec::with_capacity(2);
            reader.by_ref().take(2).read_to_end(&mut start)?;
            let packed = start == [0x1f, 0x8b];
            let stream = Cursor::new(start).chain(reader);
            *self = if packed {
                Self::Packed(Box::new(BufReader::new(MultiGzDecoder::new(stream))))
            } else {
                Self::Plain(BufReader::new(stream))
            };
        }
        match self {
            Self::Plain(reader) => Ok(reader),
            Self::Packed(reader) => Ok(reader.as_mut()),
            Self::Unopened(_) => Err(std::io::Error::other("the file could not be opened")),
        }
    }
}

/// The fields of one line: between commas, in quotes or not. Quotes within a field are not looked for; no field of
/// such a table has them.
fn fields(line: &str) -> Vec<&str> {
    let mut fields = Vec::with_capacity(8);
    let mut rest = line;
    loop {
        let quoted = rest.trim_start().strip_prefix('"').and_then(|inner| inner.split_once('"'));
        let (field, after) = match quoted {
            Some((field, after)) => (field, after.split_once(',').map(|(_, after)| after)),
            None => rest.split_once(',').map_or((rest, None), |(field, after)| (field, Some(after))),
        };
        fields.push(field.trim());
        match after {
            Some(after) => rest = after,
            None => return fields,
        }
    }
}

enum Row {
    Postcode(ExactPostcode),
    Retired,
    CrownDependency,
    WithoutPosition,
}

type Wrong = (&'static str, RowReason);

impl Columns {
    fn find(header: &[&str]) -> Result<Self, Wrong> {
        let find = |names: &[&str]| {
            names.iter().find_map(|name| header.iter().position(|column| column.eq_ignore_ascii_case(name)))
        };
        let need = |at: Option<usize>, field, expected| at.ok_or((field, RowReason::MissingColumn { expected }));
        // The directory's column of authorities has the year in its name, as lad25cd.
        let of_year = |column: &&str| {
            let column = column.to_ascii_lowercase();
            let year = column.strip_prefix("lad").and_then(|rest| rest.strip_suffix("cd"));
            year.is_some_and(|year| year.len() == 2 && year.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let authority = find(&["lad_code", "oslaua", "laua"]).or_else(|| header.iter().position(of_year));
        Ok(Self {
            postcode: need(find(&["postcode", "pcds", "pcd8", "pcd7", "pcd", "pcd2"]), "postcode", "postcode or pcds")?,
            lat: need(find(&["lat", "latitude"]), "lat", "lat")?,
            lon: need(find(&["lon", "long", "lng", "longitude"]), "lon", "lon or long")?,
            authority: need(authority, "lad_code", "lad_code, oslaua, laua or lad25cd")?,
            ended: find(&["doterm"]),
        })
    }

    fn row(&self, fields: &[&str]) -> Result<Row, Wrong> {
        let get = |at: usize, field| fields.get(at).copied().ok_or((field, RowReason::MissingField));
        let cut = |value: &str| value.chars().take(40).collect::<String>();
        if let Some(at) = self.ended
            && !get(at, "doterm")?.is_empty()
        {
            return Ok(Row::Retired);
        }
        let postcode = get(self.postcode, "postcode")?;
        let postcode =
            Postcode::parse(postcode).map_err(|_| ("postcode", RowReason::NotAPostcode { value: cut(postcode) }))?;
        if ["JE", "GY", "IM"].contains(&postcode.area().as_str()) {
            return Ok(Row::CrownDependency);
        }
        let (lat, lon) = (get(self.lat, "lat")?, get(self.lon, "lon")?);
        let authority = get(self.authority, "lad_code")?;
        let wrong = |field, what, value| (field, RowReason::NotInUk { what, value: cut(value) });
        let degrees = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
        if lat.is_empty() || lon.is_empty() || authority.is_empty() {
            return Ok(Row::WithoutPosition);
        }
        let north = degrees(lat).ok_or_else(|| wrong("lat", "latitude", lat))?;
        // The directory writes 99.999999 and 0 for no position.
        if north > 99.0 {
            return Ok(Row::WithoutPosition);
        }
        let east = degrees(lon).ok_or_else(|| wrong("lon", "longitude", lon))?;
        let in_uk = |north, east| Point::new(north, east).ok().filter(|point| point.in_uk_box());
        let point = in_uk(north, east).ok_or_else(|| {
            // Which of the two is at fault: the latitude, if another longitude would not mend it.
            let lat_fits = in_uk(north, 0.0).is_some();
            if lat_fits { wrong("lon", "longitude", lon) } else { wrong("lat", "latitude", lat) }
        })?;
        let lad_code = LadCode::parse(authority)
            .ok_or_else(|| ("lad_code", RowReason::NotAnAuthority { value: cut(authority) }))?;
        Ok(Row::Postcode(ExactPostcode { postcode, point, lad_code }))
    }
}
