//! Letters kept as files, one a letter: for trying the program out, and for agencies whose letters another program
//! fetches. A letter is there whole or not at all, and only the user who runs the program can read it.

use std::{
    fs::DirBuilder,
    io::{self, Write as _},
    path::Path,
};

/// Makes the folder where there is none, and tries whether it takes a file; nothing of that stays.
pub(crate) fn prepare(folder: &Path) -> io::Result<()> {
    make(folder)?;
    unnamed(folder)?.close()
}

/// Makes the folder where there is none, for its owner only.
fn make(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Puts a file into the folder and onto the disk. One of the same name is replaced.
pub(crate) fn keep(folder: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    make(folder)?;
    let mut file = unnamed(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(folder.join(name)).map_err(|error| error.error)?;
    sync_folder(folder)
}

/// A file that has no letter's name yet: readable by its owner only from the start, and removed if anything fails.
fn unnamed(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    tempfile::Builder::new().prefix(".").suffix(".part").tempfile_in(folder)
}

/// Presses the new name onto the disk, which is a thing of its own on Unix.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
