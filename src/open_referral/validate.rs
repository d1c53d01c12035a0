//! Checks a service document against the standard: HSDS 3.1 (which holds whatever HSDS 3.0
//! held) and its UK profile 3.0. A document that satisfies either is accepted.
//!
//! The verdict is that of the official `service` schemas, from a table of our own
//! ([`super::schema`]); beyond it every problem says where it is, what is there and what would
//! be right. The schemas' `format` words are notes and not assertions (JSON Schema 2020-12
//! § 7.2.1), and one real service in fifteen has a web address without `https://`: a text that is
//! not in its format is remarked upon and the document accepted.

use serde_json::{Map, Value};

use super::formats::{is_date_time, is_email, is_uri, is_uuid};
use super::schema::{Field, Kind, SERVICE, Shape};

/// Problems told of one document. A hostile one can hold millions; the rest are counted.
const MOST_PROBLEMS: usize = 50;

/// Characters of a wrong value that a reason quotes.
const MOST_QUOTED: usize = 60;

/// Which of the two specifications a document satisfies (or a rule belongs to).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profiles {
    /// HSDS 3.0 or 3.1.
    pub hsds: bool,
    /// The UK profile 3.0.
    pub uk: bool,
}

impl Profiles {
    const BOTH: Self = Self { hsds: true, uk: true };

    /// Whether it is at least one.
    #[must_use]
    pub const fn any(self) -> bool {
        self.hsds || self.uk
    }

    const fn and(self, other: Self) -> Self {
        Self { hsds: self.hsds && other.hsds, uk: self.uk && other.uk }
    }
}

/// Why a record, or a part of it, was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where in the record, as a JSON pointer (RFC 6901); empty for the whole record.
    pub path: String,
    /// What sort of problem, for machines.
    pub code: Code,
    /// What is wrong and what would be right, for people.
    pub reason: String,
}

/// Sorts of problems, with the words that a report has for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// A required field is not there.
    Missing,
    /// A field holds another type of value than it should.
    WrongType,
    /// A field holds a word that is not in its list.
    UnknownWord,
    /// A text is not in the format of its field. A remark; nothing is refused for it.
    BadFormat,
    /// More problems than are told one by one.
    More,
    /// The record is not JSON.
    InvalidJson,
    /// The record is not UTF-8.
    InvalidUtf8,
    /// The record nests deeper than anything sensible does.
    TooDeep,
    /// The record is longer than the limit.
    TooLarge,
    /// A CSV row has more or fewer cells than its header.
    RaggedRow,
    /// A CSV row belongs to nothing that leads to a service.
    Unjoined,
    /// Another record had its id before. A remark; nothing is refused for it.
    Repeated,
}

impl Code {
    /// The word that a report has for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::WrongType => "wrong_type",
            Self::UnknownWord => "unknown_word",
            Self::BadFormat => "bad_format",
            Self::More => "more",
            Self::InvalidJson => "invalid_json",
            Self::InvalidUtf8 => "invalid_utf8",
            Self::TooDeep => "too_deep",
            Self::TooLarge => "too_large",
            Self::RaggedRow => "ragged_row",
            Self::Unjoined => "unjoined",
            Self::Repeated => "repeated_id",
        }
    }
}

/// A document that is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Which of the specifications accept it; at least one.
    pub by: Profiles,
    /// Which of them would accept it if they asserted formats.
    pub well_formed_by: Profiles,
    /// Texts that are not in the format of their field ([`Code::BadFormat`]).
    pub remarks: Vec<Problem>,
}

/// Checks one service document.
///
/// # Errors
/// When neither specification accepts it: the problems under the one that finds fewer, which is
/// what at least must be repaired. Of problems and of remarks, at most 50 are told, then one that
/// counts the rest.
pub fn validate(document: &Value) -> Result<Accepted, Vec<Problem>> {
    let mut check = Check { path: Vec::new(), refusals: Found::default(), remarks: Found::default() };
    check.object(document, &SERVICE, Profiles::BOTH);
    let by = check.refusals.none();
    if by.any() {
        let well_formed_by = by.and(check.remarks.none());
        return Ok(Accepted { by, well_formed_by, remarks: check.remarks.told(by) });
    }
    let uk = check.refusals.uk <= check.refusals.hsds;
    Err(check.refusals.told(Profiles { hsds: !uk, uk }))
}

/// Problems of one sort.
#[derive(Default)]
struct Found {
    /// Those that are told, with the specifications whose rules they break.
    told: Vec<(Profiles, Problem)>,
    /// How many break a rule of HSDS, told or not.
    hsds: usize,
    /// How many break a rule of the UK profile, told or not.
    uk: usize,
}

impl Found {
    fn add(&mut self, profiles: Profiles, problem: impl FnOnce() -> Problem) {
        if (profiles.hsds && self.hsds < MOST_PROBLEMS) || (profiles.uk && self.uk < MOST_PROBLEMS) {
            self.told.push((profiles, problem()));
        }
        self.hsds += usize::from(profiles.hsds);
        self.uk += usize::from(profiles.uk);
    }

    /// The specifications no rule of which is broken.
    const fn none(&self) -> Profiles {
        Profiles { hsds: self.hsds == 0, uk: self.uk == 0 }
    }

    /// The problems under these specifications.
    fn told(self, under: Profiles) -> Vec<Problem> {
        let count = if under.hsds { self.hsds } else { self.uk };
        let told = self.told.into_iter().filter(|(profiles, _)| profiles.and(under).any());
        let mut told: Vec<Problem> = told.map(|(_, problem)| problem).take(MOST_PROBLEMS).collect();
        if count > told.len() {
            let reason = format!("and {} more", count - told.len());
            told.push(Problem { path: String::new(), code: Code::More, reason });
        }
        told
    }
}

/// One step of the way into a document.
#[derive(Clone, Copy)]
enum Step {
    Field(&'static str),
    Item(usize),
}

struct Check {
    /// Where we are.
    path: Vec<Step>,
    refusals: Found,
    remarks: Found,
}

impl Check {
    /// `profiles` are those that look at this value at all: a profile that doesn't know a field
    /// accepts whatever stands in it.
    fn object(&mut self, value: &Value, kind: &'static Kind, profiles: Profiles) {
        let Value::Object(members) = value else {
            return self.wrong_type(value, Shape::One(kind), profiles);
        };
        for field in kind.fields {
            let profiles = profiles.and(field.profiles);
            if profiles.any() {
                self.path.push(Step::Field(field.name));
                self.field(members, field, profiles);
                self.path.pop();
            }
        }
    }

    fn field(&mut self, members: &Map<String, Value>, field: &'static Field, profiles: Profiles) {
        let shape = field.shape;
        let Some(value) = members.get(field.name) else {
            if field.required {
                self.refuse(Code::Missing, profiles, || format!("is missing; must be {}", expected(shape)));
            }
            return;
        };
        match (shape, value) {
            (Shape::One(kind), _) => self.object(value, kind, profiles),
            (Shape::Many(kind), Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.path.push(Step::Item(index));
                    self.object(item, kind, profiles);
                    self.path.pop();
                }
            }
            (Shape::Number, Value::Number(_)) | (Shape::Text, Value::String(_)) => {}
            (Shape::Uuid, Value::String(text)) => self.format(is_uuid(text), text, shape, profiles),
            (Shape::Uri, Value::String(text)) => self.format(is_uri(text), text, shape, profiles),
            (Shape::Email, Value::String(text)) => self.format(is_email(text), text, shape, profiles),
            (Shape::DateTime, Value::String(text)) => self.format(is_date_time(text), text, shape, profiles),
            (Shape::Word(words), Value::String(text)) => {
                if !words.contains(&text.as_str()) {
                    let reason = || format!("is {}; must be {}", quoted(text), expected(shape));
                    self.refuse(Code::UnknownWord, profiles, reason);
                }
            }
            (_, other) => self.wrong_type(other, shape, profiles),
        }
    }

    fn format(&mut self, right: bool, text: &str, shape: Shape, profiles: Profiles) {
        let path = &self.path;
        if !right {
            self.remarks.add(profiles, || {
                let reason = format!("is {}; should be {}", quoted(text), expected(shape));
                Problem { path: pointer(path), code: Code::BadFormat, reason }
            });
        }
    }

    fn wrong_type(&mut self, value: &Value, shape: Shape, profiles: Profiles) {
        let reason = || format!("is {}; must be {}", type_of(value), expected(shape));
        self.refuse(Code::WrongType, profiles, reason);
    }

    fn refuse(&mut self, code: Code, profiles: Profiles, reason: impl FnOnce() -> String) {
        let path = &self.path;
        self.refusals.add(profiles, || Problem { path: pointer(path), code, reason: reason() });
    }
}

/// Field names of the standard hold neither `~` nor `/`, so nothing needs escaping.
fn pointer(path: &[Step]) -> String {
    path.iter().fold(String::new(), |pointer, step| match step {
        Step::Field(name) => pointer + "/" + name,
        Step::Item(index) => pointer + "/" + &index.to_string(),
    })
}

fn expected(shape: Shape) -> String {
    match shape {
        Shape::Text => "text".to_owned(),
        Shape::Uuid => "a UUID, as 0b6c5a1e-7d2f-4c8a-9e3b-5f4d2c1b0a99".to_owned(),
        Shape::Uri => "a full web address, as https://example.org/help".to_owned(),
        Shape::Email => "an e-mail address, as help@example.org".to_owned(),
        Shape::DateTime => "a date and time with its offset, as 2026-03-01T09:00:00Z".to_owned(),
        Shape::Word(words) => format!("one of: {}", words.join(", ")),
        Shape::Number => "a number".to_owned(),
        Shape::One(_) => "an object".to_owned(),
        Shape::Many(_) => "a list".to_owned(),
    }
}

const fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null (an empty field is left out)",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The value in quotation marks, cut where it grows long.
fn quoted(text: &str) -> String {
    match text.char_indices().nth(MOST_QUOTED) {
        None => format!("{text:?}"),
        Some((end, _)) => format!("{:?}…", &text[..end]),
    }
}
