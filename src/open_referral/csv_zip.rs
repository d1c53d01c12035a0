//! Unpacks the tables of a zipped CSV package into one scratch file. Nothing is written under a
//! name that the archive chooses.

use std::cell::Cell;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

use zip::ZipArchive;
use zip::result::ZipError;

use super::csv_table::Window;
use super::item::{Fault, Limits};

/// Bytes of an archive that may be read to learn what is in it. It takes 46 for an entry, so
/// this does for 10,000 and more, and an archive of millions of empty entries stops here.
const DIRECTORY_BYTES: u64 = 1 << 20;

const BUFFER_BYTES: usize = 64 << 10;

/// A table out of an archive: the name of its file, and where its text lies now.
pub(super) struct Unzipped {
    pub(super) name: String,
    pub(super) window: Window,
}

/// Unpacks the tables. The scratch file is there as long as the result is.
pub(super) fn unzip(path: &Path, limits: &Limits) -> Result<(Vec<Unzipped>, Scratch), Fault> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    let left = Rc::new(Cell::new(DIRECTORY_BYTES));
    let mut archive = ZipArchive::new(Metered { file, left: Rc::clone(&left) }).map_err(fault_of)?;
    left.set(u64::MAX);
    let mut scratch = Scratch::new()?;
    let mut tables = Vec::new();
    let mut end = 0;
    for number in 0..archive.len() {
        let entry = archive.by_index_raw(number).map_err(fault_of)?;
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        if entry.enclosed_name().is_none() {
            return Err(Fault::Archive { reason: format!("its entry {name:?} leads out of it") });
        }
        let is_file = entry.is_file();
        drop(entry);
        let Some(name) = name.rsplit(['/', '\\']).next().filter(|name| is_file && is_table(name)) else { continue };
        let mut entry = archive.by_index(number).map_err(fault_of)?;
        let base = end;
        let mut buffer = vec![0; BUFFER_BYTES];
        loop {
            let count = entry.read(&mut buffer).map_err(|error| damaged(name, &error))?;
            if count == 0 {
                break;
            }
            end += count as u64;
            if limits.is_bomb(end, size) {
                return Err(Fault::Bomb { from: size, to: end });
            }
            if end > limits.max_scratch_bytes {
                return Err(Fault::Archive {
                    reason: format!("it unpacks to more than {} bytes", limits.max_scratch_bytes),
                });
            }
            scratch.write_all(buffer.get(..count).unwrap_or_default())?;
        }
        let window = Window { file: Rc::clone(&scratch.file), base, length: end - base };
        tables.push(Unzipped { name: name.to_owned(), window });
    }
    Ok((tables, scratch))
}

/// Whether a file is a table by its name. Names with a dot in front are what other systems leave.
pub(super) fn is_table(name: &str) -> bool {
    !name.starts_with('.') && name.to_ascii_lowercase().ends_with(".csv")
}

fn fault_of(error: ZipError) -> Fault {
    Fault::Archive { reason: error.to_string() }
}

fn damaged(name: &str, error: &io::Error) -> Fault {
    Fault::Archive { reason: format!("its entry {name:?} is damaged: {error}") }
}

/// A file of which only so much may be read.
struct Metered {
    file: File,
    left: Rc<Cell<u64>>,
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        let left = self.left.get().checked_sub(count as u64);
        self.left.set(left.ok_or_else(|| io::Error::other("its list of contents is far too long for a CSV package"))?);
        Ok(count)
    }
}

impl Seek for Metered {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// A file of our own in the system's folder for such, gone when it is dropped.
pub(super) struct Scratch {
    file: Rc<File>,
    path: PathBuf,
}

static SCRATCHES: AtomicU64 = AtomicU64::new(0);

impl Scratch {
    fn new() -> io::Result<Self> {
        loop {
            let number = SCRATCHES.fetch_add(1, Ordering::Relaxed);
            let path = std::env::temp_dir().join(format!("signpost-csv-{}-{number}", std::process::id()));
            match OpenOptions::new().read(true).write(true).create_new(true).open(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
                Ok(file) => {
                    // Where the system allows it the name goes at once, so that not even a
                    // killed process leaves the file behind.
                    fs::remove_file(&path).ok();
                    return Ok(Self { file: Rc::new(file), path });
                }
            }
        }
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.as_ref().write_all(bytes)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        fs::remove_file(&self.path).ok();
    }
}
