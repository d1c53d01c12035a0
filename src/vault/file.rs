//! The file that holds the master keys. Whoever reads it and the database reads everything: it belongs in no backup of the
//! database, and to nobody but the account that the server runs as.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::master::{KEY_BYTES, KeysError, MasterKeys, new_line};
use crate::clock::Clock;

/// Largest file of keys, in bytes.
const LARGEST: u64 = 64 * 1024;

/// Why the file of the master keys (`vault.keys_file`) cannot be used. Never holds what stands there.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// No file is named.
    #[error(
        "vault.keys_file: no file is named; name one, make it with `signpost vault new-key`, and keep it apart from the database's backups"
    )]
    Unnamed,
    /// It cannot be read or written.
    #[error("vault.keys_file: {} {doing}: {source}", .path.display())]
    System {
        /// The file.
        path: PathBuf,
        /// What could not be done, as `can't be read`.
        doing: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// It holds something else.
    #[error("vault.keys_file: {}: {why}", .path.display())]
    NoKeys {
        /// The file.
        path: PathBuf,
        /// What stands there instead.
        why: KeysError,
    },
    /// It is larger than any file of keys.
    #[error("vault.keys_file: {} is larger than 64 KiB: it is no file of keys", .0.display())]
    TooLarge(PathBuf),
    /// Another is at it.
    #[error("vault.keys_file: {} is there: another is adding a key, or was stopped while it did; if none is, remove that file", .0.display())]
    Another(PathBuf),
    /// The operating system has no random bytes.
    #[error("no random bytes: {0}")]
    Random(#[from] getrandom::Error),
}

fn failed(path: &Path, doing: &'static str) -> impl FnOnce(std::io::Error) -> FileError {
    let path = path.to_owned();
    move |source| FileError::System { path, doing, source }
}

fn text(path: &Path) -> Result<String, FileError> {
    let unreadable = || failed(path, "can't be read");
    if fs::metadata(path).map_err(unreadable())?.len() > LARGEST {
        return Err(FileError::TooLarge(path.to_owned()));
    }
    fs::read_to_string(path).map_err(unreadable())
}

/// The keys of a file.
///
/// # Errors
/// It cannot be read, or holds something else.
pub fn read(path: &Path) -> Result<MasterKeys, FileError> {
    MasterKeys::parse(&text(path)?).map_err(|why| FileError::NoKeys { path: path.to_owned(), why })
}

/// Puts a new key before the others of a file, which is made where it is not there; gives its name. The file is whole at
/// every moment, and nobody else's to read.
///
/// # Errors
/// The file cannot be read or written, holds something else, or another is at it.
pub fn add_key(path: &Path, clock: &Clock) -> Result<String, FileError> {
    let beside = path.with_added_extension("new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut new = match options.open(&beside) {
        Ok(new) => new,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(FileError::Another(beside)),
        Err(error) => return Err(failed(&beside, "can't be made")(error)),
    };
    let added = with_one_more(path, clock).and_then(|(name, text)| {
        let written = new.write_all(text.as_bytes()).and_then(|()| new.sync_all());
        written.and_then(|()| fs::rename(&beside, path)).map_err(failed(path, "can't be written"))?;
        Ok(name)
    });
    if added.is_err() {
        // What went wrong before is told; that this is left, too, by whoever comes next.
        let _ = fs::remove_file(&beside);
    }
    added
}

/// The name of a new key, and the file's text with it.
fn with_one_more(path: &Path, clock: &Clock) -> Result<(String, String), FileError> {
    let old = match text(path) {
        Ok(old) => old,
        Err(FileError::System { source, .. }) if source.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    if !old.is_empty() {
        MasterKeys::parse(&old).map_err(|why| FileError::NoKeys { path: path.to_owned(), why })?;
    }
    let [one, two] = clock.random::<2>()?;
    let name = format!("{}-{one:02x}{two:02x}", clock.now().format("%Y-%m-%d"));
    let line = new_line(&name, clock.random::<KEY_BYTES>()?);
    Ok((name, format!("{line}\n{old}")))
}

/// Makes a file with a key where there is none. For the demonstration.
///
/// # Errors
/// As [`add_key`].
pub fn make_if_absent(path: &Path, clock: &Clock) -> Result<(), FileError> {
    if path.exists() {
        return Ok(());
    }
    match add_key(path, clock) {
        // Another process made it in this moment, or is about to.
        Err(FileError::Another(_)) if path.exists() => Ok(()),
        made => made.map(|_| ()),
    }
}
