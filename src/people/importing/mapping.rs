//! The mapping file: which files there are, which of their columns is what, and what their words mean here. All of it is
//! checked before any row is read. Pure.

use std::collections::BTreeMap;
use std::fmt::Write;

use chrono::format::{Item, StrftimeItems};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use entity::enums::{AppointmentDelivery, AppointmentKind, AppointmentState};
use entity::ids::AgencyId;
use serde::Deserialize;

use crate::api::ids::NodeId;
use crate::directory::needs::NeedList;

/// How urgent a need is where nothing else is said.
const MIDDLE: i32 = 3;

/// Something that is wrong with the mapping, or with a file as a whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
pub struct Flaw {
    /// Where: a key of the mapping, a line of it, a file.
    pub place: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl Flaw {
    pub(super) fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into() }
    }
}

/// Which way a referral of the past went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To another agency.
    Sent,
    /// From another agency.
    Received,
}

/// What the words of an old system mean here. Great and small letters are the same; our own words are always understood;
/// the empty word stands for empty cells, and for a column that is not there.
#[derive(Clone, Debug)]
pub struct Words<T>(BTreeMap<String, T>);

fn plain(word: &str) -> String {
    word.trim().to_lowercase()
}

impl<T: Clone> Words<T> {
    fn of(
        place: &str,
        own: impl IntoIterator<Item = (String, T)>,
        theirs: &BTreeMap<String, String>,
        flaws: &mut Vec<Flaw>,
    ) -> Self {
        let own: BTreeMap<String, T> = own.into_iter().map(|(word, value)| (plain(&word), value)).collect();
        let (mut words, mut said) = (own.clone(), BTreeMap::new());
        for (word, ours) in theirs {
            let Some(value) = own.get(&plain(ours)) else {
                let some: Vec<&str> = own.keys().take(8).map(String::as_str).collect();
                let message = format!("\"{ours}\" is no word of ours: one of {}", some.join(", "));
                flaws.push(Flaw::new(format!("{place}.\"{word}\""), message));
                continue;
            };
            if said.insert(plain(word), plain(ours)).is_some_and(|before| before != plain(ours)) {
                flaws.push(Flaw::new(
                    format!("{place}.\"{word}\""),
                    "it means two things: great and small letters are the same",
                ));
            }
            words.insert(plain(word), value.clone());
        }
        Self(words)
    }

    /// What a word means.
    #[must_use]
    pub fn find(&self, word: &str) -> Option<T> {
        self.0.get(&plain(word)).cloned()
    }
}

/// A column with a number by which others know somebody.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentifierColumn {
    /// Whose number it is.
    pub scheme: String,
    /// The column.
    pub column: String,
}

/// The file of people. Each field but the first is the name of a column.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeopleFile {
    /// The file, beside the mapping.
    pub file: String,
    /// The old system's id of somebody.
    pub key: String,
    /// First names.
    pub given_names: String,
    /// Family name.
    pub family_name: Option<String>,
    /// What they want to be called.
    pub known_as: Option<String>,
    /// Date of birth.
    pub born_on: Option<String>,
    /// Telephone number.
    pub telephone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Lines of the address, a column each.
    #[serde(default)]
    pub address_lines: Vec<String>,
    /// Postcode.
    pub postcode: Option<String>,
    /// What to mind.
    pub safe_to: Option<String>,
    /// E-mail address of the worker on whose caseload they are put; where it is empty, the mapping's worker.
    pub worker: Option<String>,
    /// Needs, several in one cell.
    pub needs: Option<String>,
    /// What stands between them.
    #[serde(default = "semicolon")]
    pub needs_separator: String,
    /// How urgent they are taken to be.
    #[serde(default = "middle")]
    pub need_priority: i32,
    /// What their words mean: keys of our list of needs.
    #[serde(default)]
    pub need_values: BTreeMap<String, String>,
    /// Numbers by which others know them.
    #[serde(default)]
    pub identifiers: Vec<IdentifierColumn>,
}

/// The file of referrals of the past, which become case notes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReferralsFile {
    /// The file, beside the mapping.
    pub file: String,
    /// The old system's id of a referral.
    pub key: String,
    /// The old system's id of whom it was about.
    pub person: String,
    /// Which way it went.
    pub direction: Option<String>,
    /// What the words for that mean: `sent`, `received`.
    #[serde(default)]
    pub direction_values: BTreeMap<String, String>,
    /// The other agency, by name.
    pub agency: Option<String>,
    /// The day.
    pub on: Option<String>,
    /// What for.
    pub reason: Option<String>,
    /// What came of it.
    pub outcome: Option<String>,
}

/// The file of appointments.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppointmentsFile {
    /// The file, beside the mapping.
    pub file: String,
    /// The old system's id of an appointment.
    pub key: String,
    /// The old system's id of whom it was with.
    pub person: String,
    /// When it began, on a clock in London.
    pub starts_at: String,
    /// How many minutes it took.
    pub minutes: Option<String>,
    /// How many where that is empty.
    pub minutes_if_empty: Option<i64>,
    /// What for.
    pub kind: Option<String>,
    /// What the words for that mean.
    #[serde(default)]
    pub kind_values: BTreeMap<String, String>,
    /// How it was held.
    pub delivery: Option<String>,
    /// What the words for that mean.
    #[serde(default)]
    pub delivery_values: BTreeMap<String, String>,
    /// What became of it.
    pub state: Option<String>,
    /// What the words for that mean: `booked`, `attended`, `did_not_attend`, `cancelled`.
    #[serde(default)]
    pub state_values: BTreeMap<String, String>,
    /// E-mail address of the worker it was with; where it is empty, the mapping's worker.
    pub worker: Option<String>,
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    agency: String,
    worker: String,
    #[serde(default = "comma")]
    separator: String,
    #[serde(default = "iso_date")]
    date_format: String,
    #[serde(default = "iso_date_time")]
    date_time_format: String,
    people: Option<PeopleFile>,
    referrals: Option<ReferralsFile>,
    appointments: Option<AppointmentsFile>,
}

fn comma() -> String {
    ",".to_owned()
}

fn semicolon() -> String {
    ";".to_owned()
}

fn middle() -> i32 {
    MIDDLE
}

fn iso_date() -> String {
    "%Y-%m-%d".to_owned()
}

fn iso_date_time() -> String {
    "%Y-%m-%d %H:%M".to_owned()
}

/// A mapping that is as it must be.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// Whose caseload it is.
    pub agency: AgencyId,
    /// E-mail address of the worker who takes it over.
    pub worker: String,
    /// What stands between two cells.
    pub separator: u8,
    /// How days are written.
    pub date_format: String,
    /// How days with a time are written.
    pub date_time_format: String,
    /// The file of people.
    pub people: Option<PeopleFile>,
    /// The file of referrals.
    pub referrals: Option<ReferralsFile>,
    /// The file of appointments.
    pub appointments: Option<AppointmentsFile>,
    /// What their words for needs mean.
    pub needs: Words<String>,
    /// What their words for the way of a referral mean.
    pub directions: Words<Direction>,
    /// What their words for kinds of appointments mean.
    pub kinds: Words<AppointmentKind>,
    /// What their words for how appointments are held mean.
    pub deliveries: Words<AppointmentDelivery>,
    /// What their words for what became of appointments mean.
    pub states: Words<AppointmentState>,
}

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(text: &str, needs: &NeedList) -> Result<Self, Vec<Flaw>> {
        let written: Written = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            vec![Flaw::new(format!("line {}", before.matches('\n').count() + 1), error.message())]
        })?;
        let Written { agency, worker, separator, date_format, date_time_format, people, referrals, appointments } =
            written;
        let mut flaws = Vec::new();
        let found = match NodeId::decode(&agency) {
            Some(NodeId::Agency(id)) => Some(id),
            Some(_) | None => None,
        };
        if found.is_none() {
            flaws.push(Flaw::new("agency", "it is no agency's id: take it from the field `id` of an agency's answer"));
        }
        let sign = match separator.as_bytes() {
            [sign @ (b',' | b';' | b'\t' | b'|')] => *sign,
            _ => {
                flaws.push(Flaw::new("separator", "it is a comma, a semicolon, a tab or a bar"));
                b','
            }
        };
        check_formats(&date_format, &date_time_format, &mut flaws);
        if people.is_none() && referrals.is_none() && appointments.is_none() {
            flaws
                .push(Flaw::new("people", "no file is named: there is a part [people], [referrals] or [appointments]"));
        }
        let none = BTreeMap::new();
        let theirs = people.as_ref().map_or(&none, |file| &file.need_values);
        let own = needs.needs().map(|need| (need.key.clone(), need.key.clone()));
        let needs = Words::of("people.need_values", own, theirs, &mut flaws);
        let theirs = referrals.as_ref().map_or(&none, |file| &file.direction_values);
        let own = [("sent".to_owned(), Direction::Sent), ("received".to_owned(), Direction::Received)];
        let directions = Words::of("referrals.direction_values", own, theirs, &mut flaws);
        let theirs = appointments.as_ref().map_or(&none, |file| &file.kind_values);
        let own = AppointmentKind::ALL.iter().map(|kind| (kind.as_str().to_owned(), *kind));
        let kinds = Words::of("appointments.kind_values", own, theirs, &mut flaws);
        let theirs = appointments.as_ref().map_or(&none, |file| &file.delivery_values);
        let own = AppointmentDelivery::ALL.iter().map(|delivery| (delivery.as_str().to_owned(), *delivery));
        let deliveries = Words::of("appointments.delivery_values", own, theirs, &mut flaws);
        let theirs = appointments.as_ref().map_or(&none, |file| &file.state_values);
        let own = AppointmentState::ALL.iter().filter(|state| **state != AppointmentState::Superseded);
        let own = own.map(|state| (state.as_str().to_owned(), *state));
        let states = Words::of("appointments.state_values", own, theirs, &mut flaws);
        if let Some(file) = &people {
            check_people(file, &mut flaws);
        }
        if let Some(file) = &appointments {
            check_minutes(file, &mut flaws);
        }
        let (Some(agency), true) = (found, flaws.is_empty()) else { return Err(flaws) };
        Ok(Self {
            agency,
            worker,
            separator: sign,
            date_format,
            date_time_format,
            people,
            referrals,
            appointments,
            needs,
            directions,
            kinds,
            deliveries,
            states,
        })
    }
}

fn check_people(file: &PeopleFile, flaws: &mut Vec<Flaw>) {
    if !(1..=5).contains(&file.need_priority) {
        flaws.push(Flaw::new("people.need_priority", "it is from 1, the most urgent, to 5"));
    }
    if file.needs_separator.is_empty() {
        flaws.push(Flaw::new("people.needs_separator", "it is empty: give what stands between two needs of a cell"));
    }
    if file.identifiers.iter().any(|it| it.scheme.trim().is_empty() || it.scheme.trim() != it.scheme) {
        flaws.push(Flaw::new("people.identifiers.scheme", "it says whose number it is, without blanks around it"));
    }
}

fn check_minutes(file: &AppointmentsFile, flaws: &mut Vec<Flaw>) {
    if file.minutes.is_none() && file.minutes_if_empty.is_none() {
        flaws.push(Flaw::new("appointments.minutes", "name the column, or say how many in minutes_if_empty"));
    }
    if file.minutes_if_empty.is_some_and(|minutes| !(1..=1_440).contains(&minutes)) {
        flaws.push(Flaw::new("appointments.minutes_if_empty", "it is from 1 to 1440"));
    }
}

/// Days that a format must be able to write and to read again: of two centuries, so that a year of two digits is found out.
fn days() -> [Option<NaiveDate>; 2] {
    [NaiveDate::from_ymd_opt(1901, 2, 3), NaiveDate::from_ymd_opt(2024, 11, 30)]
}

fn check_formats(date: &str, date_time: &str, flaws: &mut Vec<Flaw>) {
    let known = |format: &str| !StrftimeItems::new(format).any(|item| matches!(item, Item::Error));
    let written = |arguments: std::fmt::Arguments<'_>| {
        let mut text = String::new();
        text.write_fmt(arguments).ok().map(|()| text)
    };
    let says_day = days().into_iter().flatten().all(|day| {
        let text = written(format_args!("{}", day.format(date)));
        text.is_some_and(|text| NaiveDate::parse_from_str(&text, date) == Ok(day))
    });
    if !known(date) || !says_day {
        flaws.push(Flaw::new("date_format", "it says day, month and the whole year, as %d/%m/%Y does"));
    }
    let times = [NaiveTime::from_hms_opt(16, 5, 0), NaiveTime::from_hms_opt(9, 45, 0)];
    let says_time = days().into_iter().flatten().zip(times.into_iter().flatten()).all(|(day, time)| {
        let at = day.and_time(time);
        let text = written(format_args!("{}", at.format(date_time)));
        text.is_some_and(|text| NaiveDateTime::parse_from_str(&text, date_time) == Ok(at))
    });
    if !known(date_time) || !says_time {
        let message = "it says day, month, the whole year, hour and minute, as %d/%m/%Y %H:%M does";
        flaws.push(Flaw::new("date_time_format", message));
    }
}

/// A field with the column that it stands in.
pub(super) type Column<'a> = (&'static str, &'a str);

fn named<'a>(columns: Vec<(&'static str, Option<&'a String>)>) -> Vec<Column<'a>> {
    columns.into_iter().filter_map(|(field, column)| Some((field, column?.as_str()))).collect()
}

impl PeopleFile {
    /// The columns that it names.
    #[must_use]
    pub fn columns(&self) -> Vec<Column<'_>> {
        let mut columns = named(vec![
            ("key", Some(&self.key)),
            ("given_names", Some(&self.given_names)),
            ("family_name", self.family_name.as_ref()),
            ("known_as", self.known_as.as_ref()),
            ("born_on", self.born_on.as_ref()),
            ("telephone", self.telephone.as_ref()),
            ("email", self.email.as_ref()),
            ("postcode", self.postcode.as_ref()),
            ("safe_to", self.safe_to.as_ref()),
            ("worker", self.worker.as_ref()),
            ("needs", self.needs.as_ref()),
        ]);
        columns.extend(self.address_lines.iter().map(|column| ("address_lines", column.as_str())));
        columns.extend(self.identifiers.iter().map(|it| ("identifiers", it.column.as_str())));
        columns
    }
}

impl ReferralsFile {
    /// The columns that it names.
    #[must_use]
    pub fn columns(&self) -> Vec<Column<'_>> {
        named(vec![
            ("key", Some(&self.key)),
            ("person", Some(&self.person)),
            ("direction", self.direction.as_ref()),
            ("agency", self.agency.as_ref()),
            ("on", self.on.as_ref()),
            ("reason", self.reason.as_ref()),
            ("outcome", self.outcome.as_ref()),
        ])
    }
}

impl AppointmentsFile {
    /// The columns that it names.
    #[must_use]
    pub fn columns(&self) -> Vec<Column<'_>> {
        named(vec![
            ("key", Some(&self.key)),
            ("person", Some(&self.person)),
            ("starts_at", Some(&self.starts_at)),
            ("minutes", self.minutes.as_ref()),
            ("kind", self.kind.as_ref()),
            ("delivery", self.delivery.as_ref()),
            ("state", self.state.as_ref()),
            ("worker", self.worker.as_ref()),
        ])
    }
}
