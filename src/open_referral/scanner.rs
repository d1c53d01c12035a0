//! Cuts a stream of JSON text into its lines or values without understanding them, so that
//! a file of any length is read one record at a time. Only strings and brackets are followed;
//! whether what lies between them is JSON, the parser decides record by record.

use std::io::{self, BufRead};

use super::item::Fault;

/// Brackets whose kind is remembered. Beyond this depth (which the parser refuses anyway) they
/// are only counted, so that nesting a million deep takes no memory.
const REMEMBERED_DEPTH: usize = 128;

/// A stream of text with the place it has come to.
pub(super) struct Scanner<R> {
    input: R,
    /// Bytes taken so far.
    pub(super) at: u64,
    /// The line we are on, from 1.
    pub(super) line: u64,
}

/// Whether the text taken was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// All of it is in the buffer.
    Whole,
    /// It was longer than allowed and was passed over; the buffer holds its beginning.
    TooLong,
}

impl<R: BufRead> Scanner<R> {
    pub(super) fn new(input: R, at: u64, line: u64) -> Self {
        Self { input, at, line }
    }

    fn fill(&mut self) -> io::Result<&[u8]> {
        loop {
            match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok(_) => break,
            }
        }
        self.input.fill_buf()
    }

    /// Takes `count` bytes of the buffer, keeping as many as fit below `most`.
    fn take(&mut self, count: usize, kept: &mut Vec<u8>, most: usize) -> io::Result<Taken> {
        let chunk = self.fill()?.get(..count).unwrap_or_default();
        let room = most - kept.len().min(most);
        kept.extend_from_slice(chunk.get(..room).unwrap_or(chunk));
        let lines = chunk.iter().filter(|&&byte| byte == b'\n').count();
        self.at += count as u64;
        self.line += lines as u64;
        self.input.consume(count);
        Ok(if count > room { Taken::TooLong } else { Taken::Whole })
    }

    /// Passes over one byte.
    pub(super) fn skip(&mut self) -> io::Result<()> {
        self.take(1, &mut Vec::new(), 0).map(|_| ())
    }

    /// Passes over white space; what then comes, or `None` at the end.
    pub(super) fn next_token(&mut self) -> io::Result<Option<u8>> {
        loop {
            let chunk = self.fill()?;
            if chunk.is_empty() {
                return Ok(None);
            }
            let token = chunk.iter().position(|byte| !byte.is_ascii_whitespace());
            let found = token.and_then(|at| chunk.get(at).copied());
            let white = token.unwrap_or(chunk.len());
            self.take(white, &mut Vec::new(), 0)?;
            if found.is_some() {
                return Ok(found);
            }
        }
    }

    /// Takes a line into `kept`, without its line break; `None` at the end of the text. A line
    /// of more than `most` bytes is passed over to its end.
    pub(super) fn line(&mut self, kept: &mut Vec<u8>, most: usize) -> io::Result<Option<Taken>> {
        kept.clear();
        let mut taken = Taken::Whole;
        let mut begun = false;
        loop {
            let chunk = self.fill()?;
            if chunk.is_empty() {
                return Ok(begun.then_some(taken));
            }
            begun = true;
            let end = chunk.iter().position(|&byte| byte == b'\n');
            let length = end.unwrap_or(chunk.len());
            if self.take(length, kept, most)? == Taken::TooLong {
                taken = Taken::TooLong;
            }
            if end.is_some() {
                self.skip()?;
                if kept.last() == Some(&b'\r') {
                    kept.pop();
                }
                return Ok(Some(taken));
            }
        }
    }

    /// Takes one value into `kept`; the next byte must be its first. A value of more than
    /// `most` bytes is passed over to its end.
    ///
    /// # Errors
    /// When a bracket is closed by one of another kind, or the text ends within the value.
    pub(super) fn value(&mut self, kept: &mut Vec<u8>, most: usize) -> Result<Taken, Fault> {
        kept.clear();
        let first_line = self.line;
        let mut nesting = Nesting::default();
        let mut taken = Taken::Whole;
        loop {
            let chunk = self.fill()?;
            if chunk.is_empty() {
                let expected = format!("the end of the record begun in line {first_line}");
                return if nesting.is_closed() { Ok(taken) } else { Err(self.misplaced(None, expected)) };
            }
            let (count, ended) = match nesting.follow(chunk) {
                Step::Ends(count) => (count, true),
                Step::GoesOn => (chunk.len(), false),
                Step::Mismatch { at, found, expected } => {
                    self.take(at, &mut Vec::new(), 0)?;
                    return Err(self.misplaced(Some(found), format!("{:?}", char::from(expected))));
                }
            };
            if self.take(count, kept, most)? == Taken::TooLong {
                taken = Taken::TooLong;
            }
            if ended {
                return Ok(taken);
            }
        }
    }

    /// The fault of finding here what should not be here; `None` is the end of the text.
    pub(super) fn misplaced(&self, found: Option<u8>, expected: impl Into<String>) -> Fault {
        let found = found.map_or_else(|| "the end of the text".to_owned(), |byte| format!("{:?}", char::from(byte)));
        Fault::Structure { at: self.at, line: self.line, found, expected: expected.into() }
    }
}

/// Where we are within a value.
#[derive(Default)]
struct Nesting {
    /// The brackets that will close what is open, down to [`REMEMBERED_DEPTH`].
    open: Vec<u8>,
    /// How many more are open below that.
    deeper: u64,
    in_string: bool,
    escaped: bool,
}

enum Step {
    /// The value ends before the byte with this number.
    Ends(usize),
    /// The chunk was all value, and more is to come.
    GoesOn,
    /// The wrong bracket.
    Mismatch { at: usize, found: u8, expected: u8 },
}

impl Nesting {
    /// Whether the value is whole if the text ends here.
    fn is_closed(&self) -> bool {
        self.open.is_empty() && !self.in_string
    }

    fn opened(&mut self, closing: u8) {
        if self.open.len() < REMEMBERED_DEPTH {
            self.open.push(closing);
        } else {
            self.deeper += 1;
        }
    }

    fn follow(&mut self, chunk: &[u8]) -> Step {
        for (at, byte) in chunk.iter().copied().enumerate() {
            if self.in_string {
                match (self.escaped, byte) {
                    (true, _) => self.escaped = false,
                    (false, b'\\') => self.escaped = true,
                    (false, b'"') => {
                        self.in_string = false;
                        if self.open.is_empty() {
                            return Step::Ends(at + 1);
                        }
                    }
                    (false, _) => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' => self.opened(b'}'),
                b'[' => self.opened(b']'),
                b'}' | b']' if self.deeper > 0 => self.deeper -= 1,
                b'}' | b']' => match self.open.pop() {
                    None => return Step::Ends(at),
                    Some(expected) if expected != byte => return Step::Mismatch { at, found: byte, expected },
                    Some(_) if self.open.is_empty() => return Step::Ends(at + 1),
                    Some(_) => {}
                },
                b',' | b':' if self.open.is_empty() => return Step::Ends(at),
                _ if self.open.is_empty() && byte.is_ascii_whitespace() => return Step::Ends(at),
                _ => {}
            }
        }
        Step::GoesOn
    }
}
