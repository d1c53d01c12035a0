//! What the tests of reading feeds share: everything that comes out of one, and ways to put one
//! into a file.

use std::io::{self, Cursor, Read, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use signpost::open_referral::reader::{
    Item, Limits, Progress, ReadError, Record, Rejected, Stop, Summary, read, read_stream,
};
use signpost::open_referral::validate::Code;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// All that came out of a feed.
#[derive(Default)]
pub(crate) struct Got {
    pub(crate) records: Vec<Record>,
    pub(crate) rejected: Vec<Rejected>,
    pub(crate) failed: Vec<String>,
    pub(crate) summary: Summary,
    /// Bytes done and bytes in all, at the end.
    pub(crate) bar: (u64, u64),
}

impl Got {
    pub(crate) fn take(&mut self, item: Item) -> Result<(), Stop> {
        match item {
            Item::Record(record) => {
                let parsed: Value = serde_json::from_str(&record.raw).unwrap();
                assert_eq!(parsed, record.value, "the text and the value say the same");
                self.records.push(record);
            }
            Item::Rejected(rejected) => self.rejected.push(rejected),
            Item::Failed(error) => self.failed.push(error.to_string()),
        }
        Ok(())
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.values().into_iter().map(|value| value["name"].as_str().unwrap_or("?")).collect()
    }

    pub(crate) fn values(&self) -> Vec<&Value> {
        self.records.iter().map(|record| &record.value).collect()
    }

    /// File, record, line, id, code and reason of each rejection.
    pub(crate) fn rejections(&self) -> Vec<(&str, u64, u64, &str, Code, &str)> {
        let all = self.rejected.iter().map(|rejected| {
            let problem = &rejected.problems[0];
            let id = rejected.id.as_deref().unwrap_or("");
            (rejected.file.as_str(), rejected.record, rejected.line.unwrap(), id, problem.code, problem.reason.as_str())
        });
        all.collect()
    }
}

/// Reads a path.
pub(crate) fn got_from(path: &Path, limits: &Limits) -> Result<Got, ReadError> {
    let (mut got, progress) = (Got::default(), Progress::default());
    got.summary = read(path, limits, &progress, &mut |item| got.take(item))?;
    got.bar = progress.bytes();
    let counts = [got.records.len(), got.rejected.len(), got.failed.len()].map(|count| count as u64);
    assert_eq!(counts, [got.summary.records, got.summary.rejected, got.summary.failed]);
    if got.failed.is_empty() {
        assert_eq!(got.bar.0, got.bar.1, "the bar is full at the end");
    }
    Ok(got)
}

/// Reads a file of this name and content.
pub(crate) fn got_with(name: &str, bytes: impl AsRef<[u8]>, limits: &Limits) -> Got {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    got_from(&path, limits).unwrap()
}

/// Reads a file of this name and content, within the usual limits.
pub(crate) fn got(name: &str, bytes: impl AsRef<[u8]>) -> Got {
    got_with(name, bytes, &Limits::default())
}

/// Reads a stream.
pub(crate) fn got_stream<'a>(
    name: &str,
    open: &(dyn Fn() -> io::Result<Box<dyn Read + 'a>> + 'a),
    limits: &Limits,
) -> Got {
    let mut got = Got::default();
    got.summary = read_stream(name, open, limits, &Progress::default(), &mut |item| got.take(item)).unwrap();
    got
}

pub(crate) fn gzip(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes.as_ref()).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zipped<'a>(entries: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

pub(crate) const A: &str = r#"{"id":"a","name":"A","status":"active"}"#;
pub(crate) const B: &str = r#"{"id":"b","name":"B","status":"active"}"#;
pub(crate) const C: &str = r#"{"id":"c","name":"C","status":"active"}"#;
