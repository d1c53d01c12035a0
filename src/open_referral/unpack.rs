//! Opens a stream: counts what is read of it, unpacks gzip, turns away what is no text, and
//! stops archive bombs.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use flate2::bufread::MultiGzDecoder;

use super::item::{Fault, Limits, Progress};

/// Bytes by which a kind of file is told.
const HEAD_BYTES: u64 = 16;

const BUFFER_BYTES: usize = 64 << 10;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What files of other kinds begin with.
const OTHERS: [(&[u8], &str); 14] = [
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1F\x8B", "gzip within gzip"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xFF\xD8\xFF", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"%PDF", "a PDF document"),
    (b"BZh", "compressed with bzip2"),
    (b"\xFD7zXZ", "compressed with xz"),
    (b"\x28\xB5\x2F\xFD", "compressed with zstd"),
    (b"\xFF\xFE", "text in UTF-16 (save it as UTF-8)"),
    (b"\xFE\xFF", "text in UTF-16 (save it as UTF-8)"),
    (b"<", "a web page or XML"),
    (b"\xD0\xCF\x11\xE0", "a document of an office program"),
];

/// The text of a stream, unpacked if it was packed, and the byte at which it begins (behind a
/// byte order mark). Every error it gives carries a [`Fault`].
pub(super) fn text<'a>(
    mut raw: Box<dyn Read + 'a>,
    limits: &'a Limits,
    progress: Option<&'a Progress>,
) -> Result<(Box<dyn BufRead + 'a>, u64), Fault> {
    let head = head_of(&mut raw)?;
    let packed = head.starts_with(b"\x1F\x8B");
    let counted =
        BufReader::with_capacity(BUFFER_BYTES, Counted { input: Cursor::new(head).chain(raw), count: 0, progress });
    let mut unpacked = if packed {
        Unpacked::Gzip { decoder: MultiGzDecoder::new(counted), unpacked: 0, limits }
    } else {
        Unpacked::Plain(counted)
    };
    let head = head_of(&mut unpacked)?;
    if let Some((_, found)) = OTHERS.iter().find(|(magic, _)| head.trim_ascii_start().starts_with(magic)) {
        return Err(Fault::NotAFeed { found });
    }
    if head.contains(&0) {
        return Err(Fault::NotAFeed { found: "binary data" });
    }
    let begin = if head.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() as u64 } else { 0 };
    let mut head = Cursor::new(head);
    head.set_position(begin);
    Ok((Box::new(BufReader::with_capacity(BUFFER_BYTES, head.chain(unpacked))), begin))
}

/// The first bytes, as many as there are.
pub(super) fn head_of(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    input.by_ref().take(HEAD_BYTES).read_to_end(&mut head)?;
    Ok(head)
}

/// Counts the bytes that go through.
struct Counted<'a, R> {
    input: R,
    count: u64,
    progress: Option<&'a Progress>,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.count += count as u64;
        if let Some(progress) = self.progress {
            progress.add_done(count as u64);
        }
        Ok(count)
    }
}

type Source<'a> = BufReader<Counted<'a, io::Chain<Cursor<Vec<u8>>, Box<dyn Read + 'a>>>>;

enum Unpacked<'a> {
    Plain(Source<'a>),
    Gzip { decoder: MultiGzDecoder<Source<'a>>, unpacked: u64, limits: &'a Limits },
}

impl Read for Unpacked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(source) => {
                let count = source.read(buffer);
                let at = source.get_ref().count;
                count.map_err(|error| placed(error, |source| Fault::Unreadable { at, source }))
            }
            Self::Gzip { decoder, unpacked, limits } => {
                let count = decoder.read(buffer);
                let at = decoder.get_ref().get_ref().count;
                let count = count.map_err(|error| placed(error, |source| gzip_fault(at, source)))?;
                *unpacked += count as u64;
                if limits.is_bomb(*unpacked, at) {
                    return Err(io::Error::other(Fault::Bomb { from: at, to: *unpacked }));
                }
                Ok(count)
            }
        }
    }
}

/// The error with a fault in it; an interruption is none and stays as it is.
fn placed(error: io::Error, fault: impl FnOnce(io::Error) -> Fault) -> io::Error {
    if error.kind() == io::ErrorKind::Interrupted { error } else { io::Error::other(fault(error)) }
}

fn gzip_fault(at: u64, error: io::Error) -> Fault {
    let kind = error.kind();
    if kind == io::ErrorKind::UnexpectedEof {
        Fault::CutOff { at }
    } else if matches!(kind, io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) {
        Fault::Damaged { at, reason: error.to_string() }
    } else {
        Fault::Unreadable { at, source: error }
    }
}
