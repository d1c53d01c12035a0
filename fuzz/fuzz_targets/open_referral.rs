//! Feeds in every form: JSON, NDJSON, gzip of these, zipped CSV packages, and folders of tables.

#![no_main]

use std::fs;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::LazyLock;

use flate2::Compression;
use flate2::write::GzEncoder;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use signpost::open_referral::reader::{Fault, Item, Limits, Progress, ReadError, Summary, read, read_stream};
use signpost_fuzz::{documents, memory};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

#[global_allocator]
static MEMORY: memory::Counting = memory::Counting;

/// Where files of this process lie.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("signpost-fuzz-{}", std::process::id()));
    fs::create_dir_all(folder.join("tables")).expect("a folder for scratch files");
    folder
});

/// Limits small enough that a small input can reach them.
const TIGHT: Limits = Limits {
    max_record_bytes: 2_000,
    max_growth: 20,
    growth_free_bytes: 20_000,
    max_csv_rows: 40,
    max_scratch_bytes: 30_000,
};

/// What one byte of a record may take, as the limits say, and what the buffers do.
const MOST_A_BYTE: usize = 100;
const BUFFERS: usize = 4 << 20;

/// What a reading came to: each item in words, how it ended, and whether it ended in what depends on the pieces in
/// which the bytes came: how much of damaged data, or of a bomb, is read before it shows.
#[derive(Debug, PartialEq)]
struct Told {
    items: Vec<String>,
    summary: Option<Summary>,
    depends: bool,
}

fn told(
    limits: &Limits,
    read: impl FnOnce(
        &mut dyn FnMut(Item) -> Result<(), signpost::open_referral::reader::Stop>,
    ) -> Result<Summary, ReadError>,
) -> Told {
    let mut told = Told { items: Vec::new(), summary: None, depends: false };
    let (mut records, mut rejected, mut failed) = (0, 0, 0);
    let (result, held) = memory::most_held(|| {
        read(&mut |item| {
            match &item {
                Item::Record(record) => {
                    records += 1;
                    let again: Value = serde_json::from_str(&record.raw).expect("the text of a record is JSON");
                    assert_eq!(again, record.value, "its text says something else: {}", record.raw);
                    assert!(record.number > 0 && record.line.is_none_or(|line| line > 0), "{record:?}");
                    documents::check(&record.value);
                }
                Item::Rejected(one) => {
                    rejected += 1;
                    assert!(!one.problems.is_empty() && one.record > 0, "{one:?}");
                    assert!(one.problems.iter().all(|problem| problem.reason.len() < 2_000 + 4 * 65_536), "{one:?}");
                }
                Item::Failed(error) => {
                    failed += 1;
                    told.depends |= matches!(error.fault, Fault::Bomb { .. } | Fault::Damaged { .. });
                    assert!(!error.to_string().is_empty());
                }
            }
            told.items.push(format!("{item:?}"));
            Ok(())
        })
    });
    // What is told is held by us.
    let ours: usize = told.items.iter().map(String::len).sum::<usize>() * 2;
    let most = BUFFERS + ours + MOST_A_BYTE * limits.max_record_bytes.min(1 << 17);
    assert!(held <= most, "{held} bytes were held at once, and {most} are the most");
    if let Ok(summary) = result {
        assert_eq!((summary.records, summary.rejected, summary.failed), (records, rejected, failed));
        told.summary = Some(summary);
    }
    told
}

/// Gives so many bytes at a time.
struct Dribble<'a>(&'a [u8], usize);

impl Read for Dribble<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(self.1);
        self.0.read(&mut buffer[..most])
    }
}

fn stream(name: &str, bytes: &[u8], step: usize, limits: &Limits) -> Told {
    let progress = Progress::default();
    let open = || Ok(Box::new(Dribble(bytes, step)) as Box<dyn Read + '_>);
    let told = told(limits, |sink| read_stream(name, &open, limits, &progress, sink));
    assert!(told.summary.is_some(), "a stream that nobody stopped was stopped");
    told
}

/// In whatever pieces the bytes come, they say the same.
fn check_stream(name: &str, bytes: &[u8], step: usize, limits: &Limits) -> Told {
    let whole = stream(name, bytes, usize::MAX, limits);
    let pieces = stream(name, bytes, step, limits);
    if !whole.depends && !pieces.depends {
        assert_eq!(pieces, whole, "{step} bytes at a time");
    }
    whole
}

fn check_packed(name: &str, bytes: &[u8], step: usize, limits: &Limits) {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).expect("room");
    let packed = packed.finish().expect("room");
    // Each is called the same, so that the same is told of each.
    let unpacked = stream(name, bytes, usize::MAX, limits);
    let told = check_stream(name, &packed, step, limits);
    if !told.depends && !bytes.starts_with(b"\x1F\x8B") {
        assert_eq!(told, unpacked, "packed it says something else");
    }
}

fn read_path(path: PathBuf, limits: &Limits) -> Told {
    let progress = Progress::default();
    told(limits, |sink| read(&path, limits, &progress, sink))
}

fn check_zip(bytes: &[u8], limits: &Limits) -> Told {
    let path = FOLDER.join("feed.zip");
    fs::write(&path, bytes).expect("room");
    read_path(path, limits)
}

/// Tables, each behind a line with its name: `=services`.
fn check_tables(text: &[u8], limits: &Limits) {
    let folder = FOLDER.join("tables");
    for entry in fs::read_dir(&folder).expect("our own folder").flatten() {
        fs::remove_file(entry.path()).expect("our own file");
    }
    let mut zip = ZipWriter::new(io::Cursor::new(Vec::new()));
    let mut tables: Vec<(String, &[u8])> = Vec::new();
    for part in split(text) {
        let end = part.iter().position(|byte| *byte == b'\n').unwrap_or(part.len());
        let name: String = String::from_utf8_lossy(&part[..end]).chars().filter(char::is_ascii_lowercase).collect();
        let name = format!("{}.csv", name.get(..30).unwrap_or(&name));
        if tables.len() < 12 && tables.iter().all(|(known, _)| *known != name) {
            tables.push((name, part.get(end + 1..).unwrap_or_default()));
        }
    }
    tables.sort();
    for (name, rows) in &tables {
        fs::write(folder.join(name), rows).expect("room");
        zip.start_file(name.as_str(), SimpleFileOptions::default()).expect("room");
        zip.write_all(rows).expect("room");
    }
    let zipped = check_zip(&zip.finish().expect("room").into_inner(), limits);
    let unzipped = read_path(folder, limits);
    // A folder without services is none; a zip without them fails.
    if !tables.iter().any(|(name, _)| name == "services.csv" || name == "service.csv")
        || zipped.depends
        || unzipped.depends
    {
        return;
    }
    let too_much = |item: &String| item.contains("it unpacks to more than");
    if !zipped.items.iter().any(too_much) {
        let bare = |items: &[String]| items.iter().map(|item| item.replace("feed.zip/", "")).collect::<Vec<_>>();
        assert_eq!(bare(&zipped.items), unzipped.items, "zipped it says something else");
    }
    // Nothing is lost in silence: every service is a record or is rejected, unless a file failed.
    assert!(unzipped.summary.is_some());
}

fn split(text: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut begin = None;
    for at in 0..text.len() {
        if text[at] == b'=' && (at == 0 || text[at - 1] == b'\n') {
            if let Some(begin) = begin {
                parts.push(&text[begin..at]);
            }
            begin = Some(at + 1);
        }
    }
    parts.extend(begin.map(|begin| &text[begin..]));
    parts
}

fuzz_target!(
    // What is made once and kept is no part of what an input holds.
    init: check_tables(b"=services\nid,name,status\n1,x,active\n", &TIGHT),
    |data: &[u8]| {
    let Some(([form, how], rest)) = data.split_first_chunk::<2>() else { return };
    let limits = if how % 2 == 0 { &TIGHT } else { &Limits::default() };
    let step = usize::from(how / 2 % 16) + 1;
    match form {
        b'n' => drop(check_stream("feed.ndjson", rest, step, limits)),
        b'g' => check_packed("feed.json", rest, step, limits),
        b'G' => check_packed("feed.ndjson", rest, step, limits),
        b'z' => drop(check_zip(rest, limits)),
        b'c' => check_tables(rest, limits),
        _ => drop(check_stream("feed.json", rest, step, limits)),
    }
}
);
