//! Takes the service documents out of JSON text of any of the shapes in which feeds come: one
//! document a line, one document, several after each other, a list, a page of an API, or an
//! organization with its services, which are then turned round.

use std::io::{self, BufRead, Read};

use serde_json::Value;

use super::item::{Fault, Halt, Outlet, Record, Rejected};
use super::scanner::{Scanner, Taken};
use super::unpack::text;
use super::validate::{Code, Problem};

/// Opens the stream once more, from its beginning.
pub(super) type Open<'a> = dyn Fn() -> io::Result<Box<dyn Read + 'a>> + 'a;

/// Bytes of a field name that are looked at.
const KEY_BYTES: usize = 256;

const SERVICES: &[u8] = b"\"services\"";

/// The shapes of JSON text.
enum Shape {
    /// A document a line.
    Lines,
    /// Documents one after the other, however they are broken into lines; most often just one.
    Sequence,
    /// A list of documents.
    List,
    /// A page of an API: the documents are under `contents`.
    Page,
    /// An organization: the documents are under `services`, and this is the rest of it.
    Organization(Owner),
}

/// The organization of services that are listed within it.
struct Owner {
    raw: String,
    value: Value,
}

/// Reads one stream. `file` is the name that its records get.
pub(super) fn read(file: &str, open: &Open<'_>, outlet: &mut Outlet<'_>) -> Result<(), Halt> {
    let (limits, progress) = (outlet.limits, outlet.progress);
    let opened = || open().map_err(|source| Fault::Unreadable { at: 0, source });
    // The shape shows only at the end: an organization may name itself after its services.
    let (input, begin) = text(opened()?, limits, None)?;
    let shape = survey(&mut Scanner::new(input, begin, 1), file, limits.max_record_bytes)?;
    let (input, begin) = text(opened()?, limits, Some(progress))?;
    let mut documents =
        Documents { file, number: 0, before: 0, copied: 0, outlet, text: Scanner::new(input, begin, 1) };
    match shape {
        Shape::Lines => documents.lines(),
        Shape::Sequence => documents.sequence(),
        Shape::List => documents.list(None).and_then(|()| documents.end()),
        Shape::Page => documents.under(b"\"contents\"", None).and_then(|()| documents.end()),
        Shape::Organization(owner) => documents.under(SERVICES, Some(&owner)).and_then(|()| documents.end()),
    }
}

/// Finds out the shape of a text.
fn survey(text: &mut Scanner<impl BufRead>, file: &str, most: usize) -> Result<Shape, Fault> {
    let first = text.next_token()?;
    let stem = file.strip_suffix(".gz").unwrap_or(file).to_ascii_lowercase();
    match first {
        None => Err(Fault::NotAFeed { found: "empty" }),
        Some(b'[') => Ok(Shape::List),
        Some(_) if stem.ends_with(".ndjson") || stem.ends_with(".jsonl") => Ok(Shape::Lines),
        Some(b'{') => {
            let first_line = text.line;
            let mut members = Members::default();
            // What is wrong here is met again when the documents are read, and told then.
            let whole = members.survey(text, most).is_ok();
            if let Some(shape) = members.shape()? {
                return Ok(shape);
            }
            let another = whole && text.line == first_line && matches!(text.next_token(), Ok(Some(b'{')));
            Ok(if another && text.line > first_line { Shape::Lines } else { Shape::Sequence })
        }
        Some(_) => Err(Fault::NotAFeed { found: "text that is not JSON" }),
    }
}

/// What the members of an object tell about it.
#[derive(Default)]
struct Members {
    has_id: bool,
    has_status: bool,
    has_contents: bool,
    has_services: bool,
    /// All but the services, without the braces.
    rest: Vec<u8>,
    /// Whether the rest is longer than a record may be.
    rest_too_long: bool,
}

impl Members {
    fn survey(&mut self, text: &mut Scanner<impl BufRead>, most: usize) -> Result<(), Fault> {
        let (mut key, mut value) = (Vec::new(), Vec::new());
        text.skip()?;
        while let Some(first) = next_member(text, &mut key)? {
            let listed = first == b'[';
            self.has_id |= key == b"\"id\"";
            self.has_status |= key == b"\"status\"";
            self.has_contents |= listed && key == b"\"contents\"";
            let services = listed && key == SERVICES;
            self.has_services |= services;
            let room = if services { 0 } else { most - self.rest.len().min(most) };
            let taken = text.value(&mut value, room)?;
            if !services {
                self.rest_too_long |= taken == Taken::TooLong || key.len() >= KEY_BYTES;
                self.rest.extend(if self.rest.is_empty() { b"".as_slice() } else { b"," });
                self.rest.extend(key.iter().chain(b":").chain(&value));
            }
        }
        Ok(())
    }

    /// What it is, where it is more than one service. A service has a status, which neither a
    /// page nor an organization has.
    fn shape(self) -> Result<Option<Shape>, Fault> {
        if self.has_status {
            return Ok(None);
        }
        if self.has_contents && !self.has_id {
            return Ok(Some(Shape::Page));
        }
        self.owner().map(|owner| owner.map(Shape::Organization))
    }

    /// The organization, if it is one.
    fn owner(self) -> Result<Option<Owner>, Fault> {
        if self.has_status || !self.has_services {
            return Ok(None);
        }
        if self.rest_too_long {
            return Err(Fault::Organization { reason: "its own fields are longer than a record may be".to_owned() });
        }
        let raw = [b"{".as_slice(), &self.rest, b"}"].concat();
        match parse(&raw, 1) {
            Ok((raw, value)) => Ok(Some(Owner { raw, value })),
            Err(problem) => Err(Fault::Organization { reason: problem.reason }),
        }
    }
}

/// Goes to the next member of an object: its name, in quotation marks, into `key`, and the
/// first byte of its value, where the scanner then stands. `None` behind the closing brace.
fn next_member(text: &mut Scanner<impl BufRead>, key: &mut Vec<u8>) -> Result<Option<u8>, Fault> {
    let mut token = text.next_token()?;
    if token == Some(b',') {
        text.skip()?;
        token = text.next_token()?;
    }
    match token {
        Some(b'"') => {}
        Some(b'}') => {
            text.skip()?;
            return Ok(None);
        }
        other => return Err(text.misplaced(other, "the name of a field, in quotation marks")),
    }
    text.value(key, KEY_BYTES)?;
    match text.next_token()? {
        Some(b':') => text.skip()?,
        other => return Err(text.misplaced(other, "':'")),
    }
    match text.next_token()? {
        Some(first) if !b",:]}".contains(&first) => Ok(Some(first)),
        other => Err(text.misplaced(other, "a value")),
    }
}

/// One stream on its way through.
struct Documents<'a, 'o, R> {
    file: &'a str,
    number: u64,
    /// Bytes of text read before this text, which is then a part of another.
    before: u64,
    /// Bytes of organizations written into services.
    copied: u64,
    outlet: &'a mut Outlet<'o>,
    text: Scanner<R>,
}

impl<R: BufRead> Documents<'_, '_, R> {
    fn lines(&mut self) -> Result<(), Halt> {
        let mut kept = Vec::new();
        loop {
            let line = self.text.line;
            let Some(taken) = self.text.line(&mut kept, self.outlet.limits.max_record_bytes)? else { return Ok(()) };
            if taken == Taken::TooLong || !kept.trim_ascii().is_empty() {
                self.document(&kept, taken, line, None)?;
            }
        }
    }

    fn sequence(&mut self) -> Result<(), Halt> {
        let mut kept = Vec::new();
        while let Some(first) = self.text.next_token()? {
            if b",:]}".contains(&first) {
                return Err(self.text.misplaced(Some(first), "a document").into());
            }
            self.next(&mut kept, None)?;
        }
        Ok(())
    }

    fn list(&mut self, owner: Option<&Owner>) -> Result<(), Halt> {
        let mut kept = Vec::new();
        self.text.next_token()?;
        self.text.skip()?;
        if self.text.next_token()? == Some(b']') {
            return Ok(self.text.skip()?);
        }
        loop {
            match self.text.next_token()? {
                Some(first) if !b",:]}".contains(&first) => self.next(&mut kept, owner)?,
                other => return Err(self.text.misplaced(other, "a document").into()),
            }
            match self.text.next_token()? {
                Some(b',') => self.text.skip()?,
                Some(b']') => return Ok(self.text.skip()?),
                other => return Err(self.text.misplaced(other, "',' or ']'").into()),
            }
        }
    }

    /// The documents in the list under `key`; the other members of the object are passed over.
    fn under(&mut self, key: &[u8], owner: Option<&Owner>) -> Result<(), Halt> {
        let (mut found, mut passed) = (Vec::new(), Vec::new());
        self.text.next_token()?;
        self.text.skip()?;
        while let Some(first) = next_member(&mut self.text, &mut found)? {
            if found == key && first == b'[' {
                self.list(owner)?;
            } else {
                self.text.value(&mut passed, 0)?;
            }
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), Halt> {
        let token = self.text.next_token()?;
        token.map_or(Ok(()), |_| Err(self.text.misplaced(token, "the end of the text").into()))
    }

    fn next(&mut self, kept: &mut Vec<u8>, owner: Option<&Owner>) -> Result<(), Halt> {
        let line = self.text.line;
        let taken = self.text.value(kept, self.outlet.limits.max_record_bytes)?;
        self.document(kept, taken, line, owner)
    }

    fn document(&mut self, kept: &[u8], taken: Taken, line: u64, owner: Option<&Owner>) -> Result<(), Halt> {
        let parsed = match taken {
            Taken::Whole => parse(kept, line),
            Taken::TooLong => {
                let reason = format!("is longer than {} bytes", self.outlet.limits.max_record_bytes);
                Err(Problem { path: String::new(), code: Code::TooLarge, reason })
            }
        };
        if let (Ok((_, value)), None) = (&parsed, owner)
            && value.get("services").is_some_and(Value::is_array)
            && let Some(owner) = organization(kept, line)?
        {
            return self.services_of(&owner, kept, line);
        }
        self.number += 1;
        match parsed {
            Ok((raw, value)) => {
                self.copied += owner.map_or(0, |owner| owner.raw.len() as u64);
                let read = self.before.max(self.text.at);
                if self.outlet.limits.is_bomb(self.copied, read) {
                    return Err(Fault::Bomb { from: read, to: self.copied }.into());
                }
                let (raw, value) = owned(raw, value, owner);
                let record = Record { file: self.file.to_owned(), number: self.number, line: Some(line), raw, value };
                Ok(self.outlet.record(record)?)
            }
            Err(problem) => Ok(self.outlet.rejected(Rejected {
                file: self.file.to_owned(),
                record: self.number,
                line: Some(line),
                id: None,
                problems: vec![problem],
            })?),
        }
    }

    /// The services of an organization that is one of several.
    fn services_of(&mut self, owner: &Owner, kept: &[u8], line: u64) -> Result<(), Halt> {
        let text = Scanner::new(kept, 0, line);
        let (number, before, copied) = (self.number, self.text.at, self.copied);
        let mut within = Documents { file: self.file, number, before, copied, outlet: self.outlet, text };
        within.under(SERVICES, Some(owner))?;
        (self.number, self.copied) = (within.number, within.copied);
        Ok(())
    }
}

/// The organization that this document is, if it is one.
fn organization(kept: &[u8], line: u64) -> Result<Option<Owner>, Fault> {
    let mut members = Members::default();
    members.survey(&mut Scanner::new(kept, 0, line), kept.len())?;
    members.owner()
}

/// The service with its organization written into it, if it doesn't name its own.
fn owned(raw: String, mut value: Value, owner: Option<&Owner>) -> (String, Value) {
    let (Some(owner), Some(members)) = (owner, value.as_object_mut()) else { return (raw, value) };
    let Some(open) = raw.trim_ascii().strip_suffix('}') else { return (raw, value) };
    if members.contains_key("organization") {
        return (raw, value);
    }
    let comma = if members.is_empty() { "" } else { "," };
    members.insert("organization".to_owned(), owner.value.clone());
    (format!("{open}{comma}\"organization\":{}}}", owner.raw), value)
}

/// Understands one record that begins on this line.
fn parse(kept: &[u8], line: u64) -> Result<(String, Value), Problem> {
    let problem = |code, reason| Problem { path: String::new(), code, reason };
    let raw = str::from_utf8(kept).map_err(|error| {
        let reason = format!("is not UTF-8 from its byte {} on; save the feed as UTF-8", error.valid_up_to());
        problem(Code::InvalidUtf8, reason)
    })?;
    let value = serde_json::from_str(raw).map_err(|error| {
        let said = error.to_string();
        let what = said.split(" at line ").next().unwrap_or_default();
        if what.contains("recursion limit") {
            return problem(Code::TooDeep, "nests more than 127 deep".to_owned());
        }
        let misread = ["expected value", "expected ident", "invalid number"].contains(&what);
        let word = strange_word(raw, &error).filter(|_| misread);
        let what =
            word.map_or_else(|| what.to_owned(), |word| format!("{word} is no JSON value (leave the field out)"));
        let (line, column) = (line + error.line().saturating_sub(1) as u64, error.column());
        problem(Code::InvalidJson, format!("is not JSON: {what} in line {line}, column {column}"))
    })?;
    Ok((raw.to_owned(), value))
}

/// The bare word at which the parser stopped: `NaN`, `None`, `Infinity`.
fn strange_word<'a>(raw: &'a str, error: &serde_json::Error) -> Option<&'a str> {
    let line = raw.split('\n').nth(error.line().checked_sub(1)?)?;
    let at = error.column().min(line.len());
    let is_word = |byte: &u8| byte.is_ascii_alphabetic();
    let bytes = line.as_bytes();
    let begin = bytes.get(..at)?.iter().rposition(|byte| !is_word(byte)).map_or(0, |before| before + 1);
    let length = bytes.get(begin..)?.iter().take(20).take_while(|byte| is_word(byte)).count();
    line.get(begin..begin + length).filter(|word| !word.is_empty())
}
