//! A row of a file becomes what is to be written, or all that is wrong in it: every field, and never what stands there. Pure.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use csv::StringRecord;
use entity::enums::{AppointmentDelivery, AppointmentKind, AppointmentState};
use entity::instants::Millis;
use serde::Serialize;

use super::mapping::{AppointmentsFile, Direction, Mapping, PeopleFile, ReferralsFile, Words};
use crate::hours::{instants, london};
use crate::people::appointments::life::check_time;
use crate::people::contents::personal::Identifier;
use crate::people::contents::{Contact, Contents, Identity, LONGEST_LINE, LONGEST_NAME, Need, Note, is_readable, line};

/// Most characters of a cell.
pub const LONGEST_CELL: usize = 10_000;
/// Longest appointment, in minutes: a day.
const LONGEST_MEETING: i64 = 1_440;
/// The years that are believed of an appointment.
const YEARS: RangeInclusive<i32> = 1950..=2200;

/// What is wrong in a row, and what would be right; never what stands there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The field of the mapping; `row` for the whole of it.
    pub field: String,
    /// The column, where the field has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What is wrong.
    pub message: String,
}

impl Fault {
    pub(super) fn new(field: &str, message: impl Into<String>) -> Self {
        Self { field: field.to_owned(), column: None, message: message.into() }
    }
}

/// The columns of a file.
#[derive(Clone, Debug)]
pub struct Header {
    at: BTreeMap<String, usize>,
    width: usize,
}

impl Header {
    /// The columns by the first row of a file.
    ///
    /// # Errors
    /// Which columns have the name of an earlier one, from 1; names themselves are not told, for a file without a first row of
    /// names has people there.
    pub fn of(cells: &StringRecord) -> Result<Self, Vec<usize>> {
        let (mut at, mut twice) = (BTreeMap::new(), Vec::new());
        for (number, cell) in cells.iter().enumerate() {
            let name = cell.trim();
            if !name.is_empty() && at.insert(name.to_owned(), number).is_some() {
                twice.push(number + 1);
            }
        }
        if twice.is_empty() { Ok(Self { at, width: cells.len() }) } else { Err(twice) }
    }

    /// Whether there is such a column.
    #[must_use]
    pub fn has(&self, column: &str) -> bool {
        self.at.contains_key(column.trim())
    }
}

/// The cells of a row, as they are read, and what is found to be wrong with them.
pub struct Cells<'a> {
    header: &'a Header,
    record: &'a StringRecord,
    faults: Vec<Fault>,
}

impl<'a> Cells<'a> {
    /// The cells of a row under their header.
    #[must_use]
    pub fn new(header: &'a Header, record: &'a StringRecord) -> Self {
        let mut faults = Vec::new();
        if record.len() != header.width {
            let message = format!("it has {} cells where the first row has {}", record.len(), header.width);
            faults.push(Fault::new("row", message));
        }
        Self { header, record, faults }
    }

    fn wrong(&mut self, field: &str, column: Option<&str>, message: impl Into<String>) {
        let fault = Fault { column: column.map(str::to_owned), ..Fault::new(field, message) };
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// A cell that may be empty.
    fn text(&mut self, field: &'static str, column: Option<&str>, most: usize) -> Option<String> {
        let (header, record, name) = (self.header, self.record, column?);
        let cell = header.at.get(name.trim()).and_then(|at| record.get(*at))?.trim();
        if cell.is_empty() {
            return None;
        }
        if cell.chars().count() > LONGEST_CELL {
            self.wrong(field, column, format!("it has more than {LONGEST_CELL} characters"));
            return None;
        }
        if cell.starts_with('=') {
            self.wrong(field, column, "it begins as a formula of a spreadsheet does: export what it comes to");
            return None;
        }
        match line(field, cell, most) {
            Ok(()) => Some(cell.to_owned()),
            Err(wrong) => {
                self.wrong(field, column, wrong.message);
                None
            }
        }
    }

    /// A cell that says something in every row.
    fn required(&mut self, field: &'static str, column: &str, most: usize) -> Option<String> {
        let before = self.faults.len();
        let text = self.text(field, Some(column), most);
        if text.is_none() && self.faults.len() == before {
            self.wrong(field, Some(column), "it is empty: every row needs one");
        }
        text
    }

    fn day(&mut self, field: &'static str, column: Option<&str>, format: &str) -> Option<NaiveDate> {
        let text = self.text(field, column, LONGEST_LINE)?;
        let day = NaiveDate::parse_from_str(&text, format).ok();
        if day.is_none() {
            self.wrong(field, column, format!("it is not a day of the form {format}"));
        }
        day
    }

    /// An instant, by a clock on a wall in London; of an hour that comes twice the first.
    fn instant(&mut self, field: &'static str, column: &str, format: &str) -> Option<Millis> {
        let text = self.required(field, column, LONGEST_LINE)?;
        let Ok(local) = NaiveDateTime::parse_from_str(&text, format) else {
            self.wrong(field, Some(column), format!("it is not a day and a time of the form {format}"));
            return None;
        };
        if !YEARS.contains(&local.year()) {
            self.wrong(field, Some(column), "it lies before 1950 or after 2200: write the whole year");
            return None;
        }
        let (at, _) = instants(local);
        if london(at) != local {
            self.wrong(field, Some(column), "there was no such time on that day: the clocks went forward");
            return None;
        }
        Some(at.into())
    }

    /// A word of theirs as what it means here.
    fn word<T: Clone>(
        &mut self,
        field: &'static str,
        column: Option<&str>,
        words: &Words<T>,
        table: &str,
    ) -> Option<T> {
        let before = self.faults.len();
        let text = self.text(field, column, LONGEST_LINE);
        if self.faults.len() > before {
            return None;
        }
        let found = words.find(text.as_deref().unwrap_or_default());
        if found.is_none() {
            let message = match text {
                Some(_) => format!("it is none of the words of {table} in the mapping"),
                None => format!("it is empty, and {table} in the mapping has no \"\" for that"),
            };
            self.wrong(field, column, message);
        }
        found
    }

    /// The same where nothing need be said.
    fn word_if_any<T: Clone>(
        &mut self,
        field: &'static str,
        column: Option<&str>,
        words: &Words<T>,
        table: &str,
    ) -> Option<T> {
        match column {
            Some(_) => self.word(field, column, words, table),
            None => words.find(""),
        }
    }

    /// Holds contents against their form.
    fn check(&mut self, field: &str, contents: &Contents, today: NaiveDate) {
        if let Err(wrong) = contents.check(today) {
            self.wrong(field, None, wrong.message);
        }
    }
}

/// Somebody as a row tells of them.
pub struct Person {
    /// The old system's id.
    pub key: String,
    /// Who they are.
    pub identity: Identity,
    /// How to reach them; none where the row has no way.
    pub contact: Option<Contact>,
    /// What they want help with.
    pub needs: Vec<Need>,
    /// E-mail address of the worker on whose caseload they are put.
    pub worker: Option<String>,
}

/// Reads a row of the file of people.
///
/// # Errors
/// Everything that is wrong in it.
pub fn person(
    mapping: &Mapping,
    file: &PeopleFile,
    mut cells: Cells<'_>,
    today: NaiveDate,
) -> Result<Person, Vec<Fault>> {
    let key = cells.required("key", &file.key, LONGEST_LINE);
    let given_names = cells.required("given_names", &file.given_names, LONGEST_NAME);
    let family_name = cells.text("family_name", file.family_name.as_deref(), LONGEST_NAME).unwrap_or_default();
    let known_as = cells.text("known_as", file.known_as.as_deref(), LONGEST_NAME);
    let born_on = cells.day("born_on", file.born_on.as_deref(), &mapping.date_format);
    // The day alone, so that it is told whatever else is wrong.
    let born = Identity { given_names: "A".to_owned(), born_on, ..Identity::default() };
    if let Err(wrong) = Contents::Identity(born).check(today) {
        cells.wrong("born_on", file.born_on.as_deref(), wrong.message);
    }
    let mut identifiers = Vec::new();
    for it in &file.identifiers {
        let Some(value) = cells.text("identifiers", Some(&it.column), LONGEST_NAME) else { continue };
        if is_readable(&value) {
            identifiers.push(Identifier { scheme: it.scheme.clone(), value });
        } else {
            cells.wrong("identifiers", Some(&it.column), "it has neither a letter nor a digit");
        }
    }
    let mut lines = Vec::new();
    for column in &file.address_lines {
        lines.extend(cells.text("address_lines", Some(column), LONGEST_LINE));
    }
    let contact = Contact {
        telephone: cells.text("telephone", file.telephone.as_deref(), LONGEST_LINE),
        email: cells.text("email", file.email.as_deref(), LONGEST_LINE),
        address_lines: lines,
        postcode: cells.text("postcode", file.postcode.as_deref(), LONGEST_LINE),
        safe_to: cells.text("safe_to", file.safe_to.as_deref(), LONGEST_LINE),
    };
    let contact = Some(contact).filter(|contact| *contact != Contact::default());
    let needs = needs(mapping, file, &mut cells);
    let worker = cells.text("worker", file.worker.as_deref(), LONGEST_LINE);
    let (Some(key), Some(given_names), true) = (key, given_names, cells.faults.is_empty()) else {
        return Err(cells.faults);
    };
    let identity = Identity { given_names, family_name, known_as, born_on, identifiers };
    cells.check("row", &Contents::Identity(identity.clone()), today);
    if let Some(contact) = &contact {
        cells.check("row", &Contents::Contact(contact.clone()), today);
    }
    for need in &needs {
        cells.check("needs", &Contents::Need(need.clone()), today);
    }
    if cells.faults.is_empty() { Ok(Person { key, identity, contact, needs, worker }) } else { Err(cells.faults) }
}

fn needs(mapping: &Mapping, file: &PeopleFile, cells: &mut Cells<'_>) -> Vec<Need> {
    let column = file.needs.as_deref();
    let said = cells.text("needs", column, LONGEST_CELL).unwrap_or_default();
    let mut needs: Vec<Need> = Vec::new();
    for word in said.split(file.needs_separator.as_str()).map(str::trim).filter(|word| !word.is_empty()) {
        match mapping.needs.find(word) {
            Some(key) if needs.iter().any(|need| need.key == key) => {}
            Some(key) => needs.push(Need { key, priority: file.need_priority, remark: None }),
            None => cells.wrong("needs", column, "it has a word that is none of people.need_values in the mapping"),
        }
    }
    needs
}

/// A referral of the past as a row tells of it.
pub struct PastReferral {
    /// The old system's id.
    pub key: String,
    /// The old system's id of whom it was about.
    pub person: String,
    /// What is kept of it.
    pub note: Note,
}

/// Reads a row of the file of referrals.
///
/// # Errors
/// Everything that is wrong in it.
pub fn referral(
    mapping: &Mapping,
    file: &ReferralsFile,
    mut cells: Cells<'_>,
    today: NaiveDate,
) -> Result<PastReferral, Vec<Fault>> {
    let key = cells.required("key", &file.key, LONGEST_LINE);
    let person = cells.required("person", &file.person, LONGEST_LINE);
    let (column, table) = (file.direction.as_deref(), "referrals.direction_values");
    let direction = cells.word_if_any("direction", column, &mapping.directions, table);
    let agency = cells.text("agency", file.agency.as_deref(), LONGEST_LINE);
    let on = cells.day("on", file.on.as_deref(), &mapping.date_format);
    if on.is_some_and(|on| on > today) {
        cells.wrong("on", file.on.as_deref(), "the day lies ahead: give the day of the referral");
    }
    let reason = cells.text("reason", file.reason.as_deref(), LONGEST_CELL);
    let outcome = cells.text("outcome", file.outcome.as_deref(), LONGEST_CELL);
    let (which, way) = match direction {
        Some(Direction::Sent) => ("Referred", "to"),
        Some(Direction::Received) => ("Referred here", "from"),
        None => ("Referral", "with"),
    };
    let mut text = format!("From the system before. {which}");
    for (word, said) in [(way, agency), ("on", on.map(|on| on.to_string())), ("for", reason)] {
        if let Some(said) = said {
            text.push_str(&format!(" {word} {said}"));
        }
    }
    text.push('.');
    if let Some(outcome) = outcome {
        text.push_str(&format!("\nOutcome: {outcome}"));
    }
    let note = Note { text };
    cells.check("row", &Contents::Note(note.clone()), today);
    let (Some(key), Some(person), true) = (key, person, cells.faults.is_empty()) else { return Err(cells.faults) };
    Ok(PastReferral { key, person, note })
}

/// An appointment as a row tells of it.
pub struct Meeting {
    /// The old system's id.
    pub key: String,
    /// The old system's id of whom it was with.
    pub person: String,
    /// When it begins.
    pub starts_at: Millis,
    /// When it ends.
    pub ends_at: Millis,
    /// What for.
    pub kind: AppointmentKind,
    /// How it is held.
    pub delivery: AppointmentDelivery,
    /// What became of it.
    pub state: AppointmentState,
    /// E-mail address of the worker with whom it is.
    pub worker: Option<String>,
}

/// Reads a row of the file of appointments.
///
/// # Errors
/// Everything that is wrong in it.
pub fn meeting(
    mapping: &Mapping,
    file: &AppointmentsFile,
    mut cells: Cells<'_>,
    now: Millis,
) -> Result<Meeting, Vec<Fault>> {
    let key = cells.required("key", &file.key, LONGEST_LINE);
    let person = cells.required("person", &file.person, LONGEST_LINE);
    let starts_at = cells.instant("starts_at", &file.starts_at, &mapping.date_time_format);
    let minutes = minutes(file, &mut cells);
    let kind = cells.word("kind", file.kind.as_deref(), &mapping.kinds, "appointments.kind_values");
    let (column, table) = (file.delivery.as_deref(), "appointments.delivery_values");
    let delivery = cells.word("delivery", column, &mapping.deliveries, table);
    let state = cells.word("state", file.state.as_deref(), &mapping.states, "appointments.state_values");
    let worker = cells.text("worker", file.worker.as_deref(), LONGEST_LINE);
    let ends_at = starts_at.zip(minutes).map(|(starts, minutes)| Millis(starts.0 + minutes * 60_000));
    if let Some((starts, ends)) = starts_at.zip(ends_at).filter(|(starts, _)| *starts > now) {
        if let Err(wrong) = check_time(starts, ends, now) {
            cells.wrong("starts_at", Some(&file.starts_at), wrong.message);
        }
        if state.is_some_and(is_over) {
            let message = "it has not begun: what became of it is said from then on";
            cells.wrong("state", file.state.as_deref(), message);
        }
    }
    if let (Some(key), Some(person), Some(starts_at), Some(ends_at), true) =
        (key, person, starts_at, ends_at, cells.faults.is_empty())
        && let (Some(kind), Some(delivery), Some(state)) = (kind, delivery, state)
    {
        return Ok(Meeting { key, person, starts_at, ends_at, kind, delivery, state, worker });
    }
    Err(cells.faults)
}

/// Whether a state says what became of an appointment that has begun.
fn is_over(state: AppointmentState) -> bool {
    match state {
        AppointmentState::Attended | AppointmentState::DidNotAttend => true,
        AppointmentState::Booked | AppointmentState::Cancelled | AppointmentState::Superseded => false,
    }
}

fn minutes(file: &AppointmentsFile, cells: &mut Cells<'_>) -> Option<i64> {
    let (before, column) = (cells.faults.len(), file.minutes.as_deref());
    let Some(text) = cells.text("minutes", column, LONGEST_LINE) else {
        if cells.faults.len() == before && file.minutes_if_empty.is_none() {
            cells.wrong("minutes", column, "it is empty, and the mapping has no minutes_if_empty");
        }
        return file.minutes_if_empty;
    };
    let minutes = text.parse::<i64>().ok().filter(|minutes| (1..=LONGEST_MEETING).contains(minutes));
    if minutes.is_none() {
        cells.wrong("minutes", column, format!("it is a whole number from 1 to {LONGEST_MEETING}"));
    }
    minutes
}
