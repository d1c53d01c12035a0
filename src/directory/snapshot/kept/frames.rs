//! Bytes behind their lengths, and at the end what tells whether all of them are there as they were written.
//!
//! The file begins with records, which carry sums of their own and are read when they are asked for. Then come the
//! frames, read in order and all at once, and a trailer of fixed length: what it is, the two lengths and the digest of
//! the frames.

use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

/// What the trailer begins with.
const MAGIC: [u8; 16] = *b"signpost index 1";
/// Bytes of a trailer: what it is, who wrote it, two lengths, the digest.
pub(super) const TRAILER: usize = 16 + 8 + 8 + 8 + 32;
/// A frame of a list holds about so many bytes; as many are checked at once.
const BLOCK: usize = 1024 * 1024;

/// The end of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Trailer {
    /// Who wrote it; see [`super::FORM`].
    pub(super) form: u64,
    /// How many bytes of records come first.
    pub(super) records: u64,
    /// How many bytes of frames come then.
    pub(super) frames: u64,
    digest: [u8; 32],
}

impl Trailer {
    /// Reads it; `None` where these bytes are none.
    pub(super) fn read(bytes: &[u8; TRAILER]) -> Option<Self> {
        let (magic, rest) = bytes.split_first_chunk::<16>()?;
        let (form, rest) = rest.split_first_chunk::<8>()?;
        let (records, rest) = rest.split_first_chunk::<8>()?;
        let (frames, rest) = rest.split_first_chunk::<8>()?;
        let (records, frames) = (u64::from_le_bytes(*records), u64::from_le_bytes(*frames));
        let digest = rest.try_into().ok()?;
        (*magic == MAGIC).then_some(Self { form: u64::from_le_bytes(*form), records, frames, digest })
    }

    /// Whether the frames are as they were written: looked at before anything is made of them.
    pub(super) fn check(&self, frames: impl Read) -> io::Result<()> {
        let mut digest = Sha256::new();
        let mut frames = frames.take(self.frames);
        let mut block = vec![0; BLOCK];
        let mut seen = 0;
        loop {
            let read = frames.read(&mut block)?;
            if read == 0 {
                break;
            }
            digest.update(block.get(..read).unwrap_or_default());
            seen += read as u64;
        }
        digest.update(Self::head(self.form, self.records, self.frames));
        let same = seen == self.frames && digest.finalize()[..] == self.digest;
        if same { Ok(()) } else { Err(damaged()) }
    }

    /// What stands before the digest, which is of it too.
    fn head(form: u64, records: u64, frames: u64) -> Vec<u8> {
        [&MAGIC[..], &form.to_le_bytes(), &records.to_le_bytes(), &frames.to_le_bytes()].concat()
    }
}

/// Something is not as it was written.
pub(super) fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it is damaged")
}

/// Writes frames.
pub(super) struct Writer<W> {
    out: W,
    digest: Sha256,
    length: u64,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, digest: Sha256::new(), length: 0 }
    }

    /// Bytes as they are.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        let length = bytes.len() as u64;
        for part in [&length.to_le_bytes()[..], bytes] {
            self.digest.update(part);
            self.out.write_all(part)?;
            self.length += part.len() as u64;
        }
        Ok(())
    }

    /// One value.
    pub(super) fn value(&mut self, value: &impl Serialize) -> io::Result<()> {
        self.bytes(&postcard::to_stdvec(value).map_err(io::Error::other)?)
    }

    /// Values, many to a frame; a frame with nothing in it ends them.
    pub(super) fn list<T: Serialize>(&mut self, values: impl IntoIterator<Item = T>) -> io::Result<()> {
        let mut frame = Vec::new();
        for value in values {
            frame = postcard::to_extend(&value, frame).map_err(io::Error::other)?;
            if frame.len() >= BLOCK {
                self.bytes(&frame)?;
                frame.clear();
            }
        }
        if !frame.is_empty() {
            self.bytes(&frame)?;
        }
        self.bytes(&[])
    }

    /// Ends the file, which began with so many bytes of records.
    pub(super) fn finish(mut self, form: u64, records: u64) -> io::Result<()> {
        let head = Trailer::head(form, records, self.length);
        self.digest.update(&head);
        self.out.write_all(&head)?;
        self.out.write_all(&self.digest.finalize())?;
        self.out.flush()
    }
}

/// Reads frames.
pub(super) struct Reader<R> {
    input: R,
    left: u64,
}

impl<R: Read> Reader<R> {
    /// Reads so many bytes of them.
    pub(super) fn new(input: R, left: u64) -> Self {
        Self { input, left }
    }

    /// Bytes as they are.
    pub(super) fn bytes(&mut self) -> io::Result<Vec<u8>> {
        let mut length = [0; 8];
        self.input.read_exact(&mut length)?;
        let long = u64::from_le_bytes(length);
        // No frame is longer than what is left of them: by a length that is not so nothing is set aside.
        self.left = self.left.checked_sub(8).and_then(|left| left.checked_sub(long)).ok_or_else(damaged)?;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(usize::try_from(long).map_err(|_| damaged())?).map_err(|_| damaged())?;
        if self.input.by_ref().take(long).read_to_end(&mut bytes)? as u64 != long {
            return Err(damaged());
        }
        Ok(bytes)
    }

    /// One value.
    pub(super) fn value<T: DeserializeOwned>(&mut self) -> io::Result<T> {
        postcard::from_bytes(&self.bytes()?).map_err(|_| damaged())
    }

    /// Values of a list, one after the other.
    pub(super) fn list<T: DeserializeOwned, V>(&mut self, make: impl Fn(T) -> Option<V>) -> io::Result<Vec<V>> {
        let mut values = Vec::new();
        loop {
            let frame = self.bytes()?;
            let mut rest = frame.as_slice();
            if rest.is_empty() {
                values.shrink_to_fit();
                return Ok(values);
            }
            while !rest.is_empty() {
                let (value, behind) = postcard::take_from_bytes(rest).map_err(|_| damaged())?;
                values.push(make(value).ok_or_else(damaged)?);
                rest = behind;
            }
        }
    }

    /// Whether all there was has been read.
    pub(super) fn finish(self) -> io::Result<()> {
        if self.left == 0 { Ok(()) } else { Err(damaged()) }
    }
}
