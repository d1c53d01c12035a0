//! Reads a feed, whatever shape it comes in, as a stream of full service documents: JSON,
//! NDJSON, gzip of these, a CSV package (a folder or a zip), or a folder of any of them.
//!
//! Memory holds one record and some buffers, whatever the size of the feed; a CSV package also
//! needs an index of its rows ([`Limits::max_csv_rows`]). Whether a document is any good, this
//! doesn't ask: [`super::validate`] does.
//!
//! To add a shape: a module that hands records to the outlet, and a line in `Source::read`.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

pub use super::item::{Fault, FileError, Item, Limits, Progress, ReadError, Record, Rejected, Stop, Summary};

use super::csv_package;
use super::documents;
use super::item::{Halt, Outlet};
use super::unpack::head_of;

/// Endings of the names by which feeds in a folder are told from other files.
const FEEDS: [&str; 5] = [".json", ".ndjson", ".jsonl", ".gz", ".zip"];

/// Reads the file or folder at `path` and hands what it finds to `sink`, in the order of the
/// files' names and of the records in them. It blocks; `progress` may be watched meanwhile
/// from elsewhere.
///
/// A broken record is handed over as [`Item::Rejected`] and reading goes on. A broken file is
/// handed over as [`Item::Failed`] behind the records it gave before, and the next file is read.
///
/// # Errors
/// When the path cannot be opened or holds no feed at all, or `sink` returned [`Stop`].
pub fn read(
    path: &Path,
    limits: &Limits,
    progress: &Progress,
    sink: &mut dyn FnMut(Item) -> Result<(), Stop>,
) -> Result<Summary, ReadError> {
    let unreadable = |source| ReadError::Unreadable { path: path.display().to_string(), source };
    let mut outlet = Outlet { limits, progress, sink, summary: Summary::default() };
    let kind = fs::metadata(path).map_err(unreadable)?;
    let mut sources = Vec::new();
    if kind.is_dir() {
        sources = folder(path, &mut outlet.summary.ignored).map_err(unreadable)?;
    } else if path.file_name().is_some_and(|name| name == "datapackage.json") {
        let folder = path.parent().filter(|parent| is_package(parent));
        sources.extend(folder.map(|folder| Source::package(folder.to_owned(), String::new())));
    } else if kind.is_file() {
        sources.push(Source::file(path.to_owned()));
    }
    if sources.is_empty() {
        return Err(ReadError::NoFeed { path: path.display().to_string() });
    }
    for source in &sources {
        progress.add_total(source.size());
    }
    for source in sources {
        outlet.summary.files += 1;
        let read = source.read(&mut outlet);
        settle(&source.label, read, &mut outlet)?;
    }
    Ok(outlet.summary)
}

/// Reads one stream of JSON, NDJSON or gzip of these. `open` is called twice: the shape of a
/// text shows only when all of it was seen once.
///
/// # Errors
/// When `sink` returned [`Stop`].
pub fn read_stream<'a>(
    name: &str,
    open: &(dyn Fn() -> io::Result<Box<dyn Read + 'a>> + 'a),
    limits: &Limits,
    progress: &Progress,
    sink: &mut dyn FnMut(Item) -> Result<(), Stop>,
) -> Result<Summary, ReadError> {
    let mut outlet = Outlet { limits, progress, sink, summary: Summary { files: 1, ..Summary::default() } };
    let read = documents::read(name, open, &mut outlet);
    settle(name, read, &mut outlet)?;
    Ok(outlet.summary)
}

/// Tells the receiver of a file that failed.
fn settle(label: &str, read: Result<(), Halt>, outlet: &mut Outlet<'_>) -> Result<(), ReadError> {
    let told = match read {
        Ok(()) => Ok(()),
        Err(Halt::Stopped) => Err(Stop),
        Err(Halt::Fault(fault)) => outlet.failed(label, fault),
    };
    told.map_err(|Stop| ReadError::Stopped)
}

/// Something to read.
struct Source {
    path: PathBuf,
    /// What it is called.
    label: String,
    /// For a CSV package, what goes before the names of its tables.
    package: Option<String>,
}

impl Source {
    fn file(path: PathBuf) -> Self {
        Self { label: name_of(&path), path, package: None }
    }

    fn package(path: PathBuf, prefix: String) -> Self {
        Self { label: name_of(&path), path, package: Some(prefix) }
    }

    fn size(&self) -> u64 {
        if self.package.is_some() {
            csv_package::size_of_folder(&self.path)
        } else {
            fs::metadata(&self.path).map_or(0, |kind| kind.len())
        }
    }

    fn read(&self, outlet: &mut Outlet<'_>) -> Result<(), Halt> {
        if let Some(prefix) = &self.package {
            return csv_package::read_folder(&self.path, prefix, outlet);
        }
        let head = File::open(&self.path).and_then(|mut file| head_of(&mut file))?;
        if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
            return csv_package::read_zip(&self.path, &self.label, outlet);
        }
        let open = || File::open(&self.path).map(|file| Box::new(file) as Box<dyn Read>);
        documents::read(&self.label, &open, outlet)
    }
}

/// What there is to read in a folder, in the order of names. A folder within it is read when it
/// is a CSV package, and no deeper.
fn folder(path: &Path, ignored: &mut Vec<String>) -> io::Result<Vec<Source>> {
    if is_package(path) {
        return Ok(vec![Source::package(path.to_owned(), String::new())]);
    }
    let mut paths = fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    let mut sources = Vec::new();
    for path in paths {
        let label = name_of(&path);
        let lower = label.to_ascii_lowercase();
        if path.is_file() && FEEDS.iter().any(|ending| lower.ends_with(ending)) {
            sources.push(Source::file(path));
        } else if is_package(&path) {
            sources.push(Source::package(path, format!("{label}/")));
        } else {
            ignored.push(label);
        }
    }
    Ok(sources)
}

fn is_package(path: &Path) -> bool {
    ["services.csv", "service.csv"].iter().any(|name| path.join(name).is_file())
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
