//! Bytes that are written once and read in pieces: in memory while they are few, and in a file without a name when they
//! are many. Such a file is gone with the process, however that ends; nothing of it has to be cleaned up or trusted.
//! They may also be the beginning of a file that outlives the process (see [`super::kept`]).

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::PathBuf;

use arc_swap::ArcSwap;

/// From so many bytes on they are in a file: less than an empty server takes is not worth one.
pub const IN_MEMORY: usize = 32 * 1024 * 1024;
/// Bytes written to the file at once.
const BLOCK: usize = 1024 * 1024;

/// Bytes that are there for good.
#[derive(Debug)]
pub struct Segment(Kept);

#[derive(Debug)]
enum Kept {
    Memory(Vec<u8>),
    File(ArcSwap<File>),
}

impl Default for Segment {
    fn default() -> Self {
        Self(Kept::Memory(Vec::new()))
    }
}

impl Segment {
    /// The first so many bytes of a file; read at once where they are few.
    ///
    /// # Errors
    /// The file can't be read, or has not so many.
    pub fn of_file(file: File, length: u64) -> io::Result<Self> {
        let segment = Self(Kept::File(ArcSwap::from_pointee(file)));
        match usize::try_from(length) {
            Ok(few) if few <= IN_MEMORY => Ok(Self(Kept::Memory(segment.read(0, length)?.into_owned()))),
            Ok(_) | Err(_) => Ok(segment),
        }
    }

    /// Writes the first so many bytes to somewhere else.
    ///
    /// # Errors
    /// They can't be read there, or written here.
    pub fn copy(&self, length: u64, to: &mut impl io::Write) -> io::Result<()> {
        let mut from = 0;
        while from < length {
            let end = length.min(from + BLOCK as u64);
            to.write_all(&self.read(from, end)?)?;
            from = end;
        }
        Ok(())
    }

    /// Reads from this file from now on, which begins with the same bytes; the one before is let go. What is in memory
    /// stays there.
    pub fn move_to(&self, file: File) {
        if let Kept::File(held) = &self.0 {
            held.store(file.into());
        }
    }

    /// The bytes from one place to another.
    ///
    /// # Errors
    /// There are none there, or the file can't be read.
    pub fn read(&self, from: u64, to: u64) -> io::Result<Cow<'_, [u8]>> {
        let beyond = || io::Error::from(io::ErrorKind::UnexpectedEof);
        let number = |at: u64| usize::try_from(at).map_err(|_| beyond());
        match &self.0 {
            Kept::Memory(bytes) => bytes.get(number(from)?..number(to)?).map(Cow::Borrowed).ok_or_else(beyond),
            Kept::File(file) => {
                let mut bytes = vec![0; number(to.checked_sub(from).ok_or_else(beyond)?)?];
                read_exact_at(&file.load(), &mut bytes, from)?;
                Ok(Cow::Owned(bytes))
            }
        }
    }

    /// Whether they are in a file.
    #[must_use]
    pub fn is_file(&self) -> bool {
        matches!(self.0, Kept::File(_))
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, bytes: &mut [u8], from: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, from)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut bytes: &mut [u8], mut from: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, bytes, from)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes = bytes.get_mut(read..).unwrap_or_default();
        from += read as u64;
    }
    Ok(())
}

/// Writes a segment from its beginning to its end.
#[derive(Debug)]
pub struct SegmentWriter {
    folder: Option<PathBuf>,
    in_memory: usize,
    waiting: Vec<u8>,
    written: u64,
    file: Option<File>,
}

impl SegmentWriter {
    /// A segment that goes into a file of this folder (or the system's for temporary files) from so many bytes on.
    #[must_use]
    pub fn new(folder: Option<PathBuf>, in_memory: usize) -> Self {
        Self { folder, in_memory, waiting: Vec::new(), written: 0, file: None }
    }

    /// Where the next byte goes.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.written + self.waiting.len() as u64
    }

    /// Adds bytes at the end.
    ///
    /// # Errors
    /// The file can't be made or written.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.waiting.extend_from_slice(bytes);
        let bound = if self.file.is_some() { BLOCK } else { self.in_memory };
        if self.waiting.len() > bound { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(match &self.folder {
                Some(folder) => tempfile::tempfile_in(folder)?,
                None => tempfile::tempfile()?,
            }),
        };
        file.write_all(&self.waiting)?;
        self.written += self.waiting.len() as u64;
        self.waiting.clear();
        self.waiting.shrink_to(BLOCK);
        Ok(())
    }

    /// The finished segment.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn finish(mut self) -> io::Result<Segment> {
        if self.file.is_some() {
            self.flush()?;
        }
        self.waiting.shrink_to_fit();
        Ok(Segment(match self.file {
            Some(file) => Kept::File(ArcSwap::from_pointee(file)),
            None => Kept::Memory(self.waiting),
        }))
    }
}
