//! The built base in a file, so that the next start reads it instead of the whole directory.
//!
//! It is written when a base was built, behind the scenes, under another name first, and put in its place in one step.
//! It is believed only where it is whole, was written by this very program for this very list of needs ([`Label`]), and
//! the database has the state that it was built from among its own ([`Mark`]): what changed since then is read as any
//! change is (see [`super::refresh`]). Everything else is as if it were not there. It holds what the base holds in
//! memory: public facts only, some of which may have been withdrawn since; so only its owner may read it.

mod form;
mod frames;

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufReader, BufWriter, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use self::frames::{Reader, TRAILER, Trailer, Writer};
use super::part::Part;
use super::segment::Segment;
use crate::directory::needs::NeedList;
use crate::directory::store::changes::Mark;
use crate::directory::store::load::Version;

/// What wrote a file: a print of all source text and data by which a base comes out as it does (see `build.rs`). Nobody
/// has to think of raising a number.
const FORM: &str = env!("FORM_OF_THE_INDEX");
/// The name of the file in a folder that the settings name.
const NAME: &str = "signpost.index";
/// How the name of a file ends that is not finished.
const UNFINISHED: &str = ".unfinished";
/// Bytes read or written at once.
const BLOCK: usize = 1024 * 1024;
/// How often a name is taken for a new file before something is wrong.
const TRIES: usize = 5;

/// What a kept base was built from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// The version of the directory.
    pub version: Version,
    /// The history of changes that led to it.
    pub mark: Mark,
    needs: [u8; 32],
}

impl Label {
    /// The label of a base.
    #[must_use]
    pub fn new(version: Version, mark: Mark, needs: &NeedList) -> Self {
        Self { version, mark, needs: print_of(needs) }
    }
}

/// A print of a list of needs.
fn print_of(needs: &NeedList) -> [u8; 32] {
    Sha256::digest(format!("{:?}", needs.areas())).into()
}

/// Why a kept base is not used.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// There is none.
    #[error("there is none")]
    Absent,
    /// Another program wrote it, or for other needs.
    #[error("it is of another release of Signpost, or of another list of needs")]
    Strange,
    /// The database is not of that state, nor does it tell what changed since.
    #[error("the database does not tell what changed since")]
    Apart,
    /// Somebody else can write it.
    #[error("others than its owner may write it")]
    Exposed,
    /// It can't be read, or is not whole.
    #[error("{0}")]
    Unreadable(#[from] io::Error),
}

/// Where a base is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexFile {
    path: PathBuf,
    writes: bool,
}

impl IndexFile {
    /// The file for a database: in the folder of the settings or else beside the database's own, if it has one.
    #[must_use]
    pub fn of(folder: Option<&Path>, database: Option<&Path>) -> Option<Self> {
        let beside = |file: &Path| {
            let mut name = OsString::from(file);
            name.push(".index");
            PathBuf::from(name)
        };
        let path = folder.map(|folder| folder.join(NAME)).or_else(|| database.map(beside))?;
        Some(Self { path, writes: true })
    }

    /// The same for somebody who only looks.
    #[must_use]
    pub fn only_read(self) -> Self {
        Self { writes: false, ..self }
    }

    /// Whether a base that was built is to be kept here.
    #[must_use]
    pub fn writes(&self) -> bool {
        self.writes
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the kept base as far as its label.
    ///
    /// # Errors
    /// Why it is not used.
    pub fn open(&self, needs: &NeedList) -> Result<Opened, Unusable> {
        let about = match fs::metadata(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Unusable::Absent),
            about => about?,
        };
        // Looked at before it is opened: some things that are no files are waited for without end.
        if !about.is_file() {
            return Err(io::Error::other("it is no file").into());
        }
        let mut file = File::open(&self.path)?;
        let about = file.metadata()?;
        if others_may_write(&about) {
            return Err(Unusable::Exposed);
        }
        let frames_end = about.len().checked_sub(TRAILER as u64).ok_or_else(frames::damaged)?;
        let mut trailer = [0; TRAILER];
        file.seek(SeekFrom::Start(frames_end))?;
        file.read_exact(&mut trailer)?;
        let trailer = Trailer::read(&trailer).ok_or_else(frames::damaged)?;
        if trailer.form != form() {
            return Err(Unusable::Strange);
        }
        if trailer.records.checked_add(trailer.frames) != Some(frames_end) {
            return Err(frames::damaged().into());
        }
        let label: Label = frames_of(&file, &trailer)?.value()?;
        if label.needs != print_of(needs) {
            return Err(Unusable::Strange);
        }
        Ok(Opened { label, trailer, file })
    }

    /// Keeps a base. Seconds of work where it is large.
    ///
    /// # Errors
    /// It can't be written; what was kept before stays.
    pub fn keep(&self, label: &Label, part: &Part) -> io::Result<()> {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        self.remove_leftovers(folder);
        let file = self.unfinished(folder)?;
        let (records, length) = part.shown.records();
        let mut out = BufWriter::with_capacity(BLOCK, file.as_file());
        records.copy(length, &mut out)?;
        let mut writer = Writer::new(out);
        writer.value(label)?;
        form::write(part, &mut writer)?;
        writer.finish(form(), length)?;
        file.as_file().sync_all()?;
        let file = file.persist(&self.path).map_err(|error| error.error)?;
        // Without it the next start finds the old file after a power cut, or none: both are right.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
        let _ = file.unlock();
        records.move_to(file);
        Ok(())
    }

    /// A new file that is seen to be at work on, and gone when it is dropped.
    fn unfinished(&self, folder: &Path) -> io::Result<NamedTempFile> {
        let prefix = self.prefix();
        for _ in 0..TRIES {
            let file = tempfile::Builder::new().prefix(&prefix).suffix(UNFINISHED).tempfile_in(folder)?;
            // Whoever clears up may have come between; then another name is taken.
            let taken = matches!(file.as_file().try_lock(), Err(TryLockError::WouldBlock));
            if !taken && file.path().exists() {
                return Ok(file);
            }
        }
        Err(io::Error::other("somebody removes what is written"))
    }

    /// Removes what writers left that were killed. Whoever is alive holds a lock.
    fn remove_leftovers(&self, folder: &Path) {
        let prefix = self.prefix();
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let name = name.as_encoded_bytes();
            let is_ours = name.starts_with(prefix.as_encoded_bytes()) && name.ends_with(UNFINISHED.as_bytes());
            if is_ours && entry.file_type().is_ok_and(|kind| kind.is_file()) {
                let held = File::open(entry.path()).map(|file| file.try_lock().map(|()| file));
                if let Ok(Ok(_held)) = held {
                    let _ = fs::remove_file(entry.path());
                }
            }
        }
    }

    fn prefix(&self) -> OsString {
        let mut prefix = self.path.file_name().unwrap_or_default().to_owned();
        prefix.push(".");
        prefix
    }
}

fn form() -> u64 {
    // Sixteen digits, which `build.rs` wrote.
    u64::from_str_radix(FORM, 16).unwrap_or_default()
}

#[cfg(unix)]
fn others_may_write(about: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::mode(about) & 0o022 != 0
}

#[cfg(not(unix))]
fn others_may_write(_: &fs::Metadata) -> bool {
    false
}

/// The frames of a file, from their beginning.
fn frames_of<'a>(mut file: &'a File, trailer: &Trailer) -> io::Result<Reader<BufReader<&'a File>>> {
    file.seek(SeekFrom::Start(trailer.records))?;
    Ok(Reader::new(BufReader::with_capacity(BLOCK, file), trailer.frames))
}

/// A kept base of which nothing but the label was read. It is held open: by its name it may be another meanwhile.
pub struct Opened {
    label: Label,
    trailer: Trailer,
    file: File,
}

impl Opened {
    /// What it was built from; not to be relied upon before all was read.
    #[must_use]
    pub fn label(&self) -> &Label {
        &self.label
    }

    /// The base.
    ///
    /// # Errors
    /// It is not whole.
    pub fn read(self) -> Result<Part, Unusable> {
        let Self { label, trailer, mut file } = self;
        file.seek(SeekFrom::Start(trailer.records))?;
        trailer.check(&file)?;
        let segment = Segment::of_file(file.try_clone()?, trailer.records)?;
        let mut frames = frames_of(&file, &trailer)?;
        // What was asked of the database was of this label.
        if frames.value::<Label>()? != label {
            return Err(frames::damaged().into());
        }
        let part = form::read(&mut frames, segment, trailer.records)?;
        frames.finish()?;
        Ok(part)
    }
}
