//! Caseloads from old systems: tried without a trace, written once, known again; what is refused is told by row and column,
//! and nothing that stands there.

mod hostile;
mod program;
mod random;

use std::path::Path;

use entity::appointment;
use entity::enums::{AppointmentState, Role};
use entity::ids::AgencyId;
use sea_orm::{ConnectionTrait, EntityTrait};
use serde_json::Value;
use signpost::config::NoticeSettings;
use signpost::directory::needs::NeedList;
use signpost::notices::Notices;
use signpost::people::People;
use signpost::people::contents::Contents;
use signpost::people::importing::mapping::{Flaw, Mapping};
use signpost::people::importing::report::Report;
use signpost::people::importing::running::{ImportError, Job};
use signpost::people::reading::{Reader, Wanted};

use crate::access::stored::{self, Ids, store};
use crate::access::world::World;
use crate::import::contents::{assert_same, count, everything};
use crate::support::TestApp;
use crate::support::accounts::global;

const IDS: Ids = Ids(23);

/// A mapping of an agency, in the words of an old system.
pub(super) fn mapping(agency: AgencyId) -> String {
    format!(
        r#"
agency = "{}"
worker = "ann@example.org"
date_format = "%d/%m/%Y"
date_time_format = "%d/%m/%Y %H:%M"

[people]
file = "people.csv"
key = "Client"
given_names = "Forename"
family_name = "Surname"
born_on = "DOB"
telephone = "Mobile"
address_lines = ["Address 1", "Address 2"]
postcode = "Postcode"
worker = "Worker"
needs = "Needs"

[people.need_values]
"Roof" = "housing.emergency"
"Money" = "money.benefits-advice"

[[people.identifiers]]
scheme = "NHS number"
column = "NHS"

[referrals]
file = "referrals.csv"
key = "Id"
person = "Client"
direction = "Way"
agency = "Agency"
on = "Day"
reason = "For"
outcome = "Outcome"

[referrals.direction_values]
"Out" = "sent"
"In" = "received"

[appointments]
file = "appointments.csv"
key = "Id"
person = "Client"
starts_at = "Start"
minutes_if_empty = 60
kind = "Type"
state = "Result"

[appointments.kind_values]
"1:1" = "one_to_one"

[appointments.delivery_values]
"" = "in_person"

[appointments.state_values]
"" = "booked"
"Came" = "attended"
"DNA" = "did_not_attend"
"#,
        global(agency)
    )
}

pub(super) const HEADER: &str = "Client,Forename,Surname,DOB,Mobile,Address 1,Address 2,Postcode,Worker,Needs,NHS\n";
pub(super) const PEOPLE: &str = "\
C-1,Ida,Crow,14/08/1991,07700 900461,1 Mill Lane,,M14 5RQ,,Roof; Money,943 476 5919\n\
C-2,Tom,Alder,,,,,,bea@example.org,,\n";
const REFERRALS: &str = "Id,Client,Way,Agency,Day,For,Outcome\nR-1,C-1,Out,Canalside Homes,01/05/2024,a room,Housed\n";
const APPOINTMENTS: &str = "Id,Client,Start,Type,Result\n\
A-1,C-1,03/06/2024 10:00,1:1,Came\nA-2,C-2,04/06/2024 10:00,1:1,DNA\nA-3,C-1,01/12/2026 10:00,1:1,\n";

/// An agency with link workers Ann and Bea, and a folder of files.
pub(super) struct Office {
    pub(super) app: TestApp,
    pub(super) people: People,
    pub(super) folder: tempfile::TempDir,
}

impl Office {
    pub(super) async fn new() -> Self {
        let app = TestApp::new().await;
        let transaction = app.db().begin_write().await.unwrap();
        let source = stored::ground(&transaction).await;
        store(&World::default(), IDS, source, &transaction).await;
        transaction.commit().await.unwrap();
        for email in ["ann@example.org", "bea@example.org"] {
            app.account(email, Role::LinkWorker, Some(IDS.agency(0))).await;
        }
        let people = People::new(app.db().clone(), app.clock.clone(), app.app.vault.clone());
        let this = Self { app, people, folder: tempfile::tempdir().unwrap() };
        this.file("people.csv", format!("{HEADER}{PEOPLE}"));
        this.file("referrals.csv", REFERRALS);
        this.file("appointments.csv", APPOINTMENTS);
        this
    }

    /// The agency's own system is told of what happens.
    async fn is_told(&self) {
        let app = &self.app.app;
        let settings = NoticeSettings { allow_private: true, ..NoticeSettings::default() };
        let notices = Notices::new(
            self.app.db().clone(),
            self.app.clock.clone(),
            app.vault.clone(),
            app.accounts.post().clone(),
            &settings,
        );
        let ann = app.accounts.by_email(&signpost::post::MailAddress::parse("ann@example.org").unwrap()).await;
        let by = ann.unwrap().unwrap().id;
        notices.create_endpoint(by, IDS.agency(0), "http://127.0.0.1:9/").await.unwrap();
    }

    pub(super) fn file(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    pub(super) fn read(text: &str) -> Result<Mapping, Vec<Flaw>> {
        Mapping::read(text, &NeedList::embedded().unwrap())
    }

    pub(super) async fn try_import(&self, write: bool) -> Result<Report, ImportError> {
        let mapping = Self::read(&mapping(IDS.agency(0))).unwrap();
        let folder: &Path = self.folder.path();
        self.people.import_caseload(&Job { mapping: &mapping, folder, write }).await
    }

    pub(super) async fn import(&self, write: bool) -> Report {
        self.try_import(write).await.unwrap()
    }

    /// Everything that the agency's workers may see of those whom they work with.
    async fn seen(&self, email: &str) -> Vec<Contents> {
        let account =
            self.app.app.accounts.by_email(&signpost::post::MailAddress::parse(email).unwrap()).await.unwrap();
        let reader = Reader {
            account: account.unwrap().id,
            agency: Some(IDS.agency(0)),
            purpose: entity::enums::Purpose::CareCoordination,
            operation: "serviceUser",
        };
        let all = entity::service_user::Entity::find().all(self.app.db().connection()).await.unwrap();
        let all: Vec<_> = all.into_iter().map(|row| row.id).collect();
        let seen = self.people.read(reader, &all, &Wanted::everything(), None).await.unwrap();
        seen.into_iter().flat_map(|seen| seen.records).map(|record| record.contents).collect()
    }
}

/// New, updated, unchanged, refused: of each file.
pub(super) fn counts(report: &Report) -> Vec<[u64; 4]> {
    report.files.iter().map(|of| [of.new, of.updated, of.unchanged, of.refused]).collect()
}

#[tokio::test]
async fn a_caseload_is_tried_without_a_trace_written_once_and_known_again() {
    let office = Office::new().await;
    office.is_told().await;
    let before = everything(office.app.db()).await;
    let tried = office.import(false).await;
    assert_eq!(counts(&tried), [[2, 0, 0, 0], [1, 0, 0, 0], [3, 0, 0, 0]], "{tried}");
    assert!(!tried.written && tried.is_whole());
    assert_same(&before, &everything(office.app.db()).await);

    let written = office.import(true).await;
    assert_eq!(counts(&written), counts(&tried), "what was tried is what comes");
    let after = everything(office.app.db()).await;
    for tries in [true, false, true] {
        let again = office.import(tries).await;
        assert_eq!(counts(&again), [[0, 0, 2, 0], [0, 0, 1, 0], [0, 0, 3, 0]], "{again}");
        assert_same(&after, &everything(office.app.db()).await);
    }
    assert_eq!(count(office.app.db(), "notice").await, 0, "what is long past is news to nobody");
    assert_eq!(count(office.app.db(), "referral").await, 0, "no referral is made of a referral of the past");

    let seen = office.seen("ann@example.org").await;
    let notes: Vec<&str> = seen
        .iter()
        .filter_map(|it| match it {
            Contents::Note(note) => Some(note.text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(
        notes,
        ["From the system before. Referred to Canalside Homes on 2024-05-01 for a room.\nOutcome: Housed"]
    );
    let name = |seen: &[Contents]| {
        let names = seen.iter().filter_map(|it| match it {
            Contents::Identity(identity) => Some(identity.name()),
            _ => None,
        });
        names.collect::<Vec<_>>()
    };
    assert_eq!(name(&seen), ["Ida Crow"]);
    assert_eq!(
        name(&office.seen("bea@example.org").await),
        ["Tom Alder"],
        "each is on the caseload that the row names"
    );
    let states = appointment::Entity::find().all(office.app.db().connection()).await.unwrap();
    let mut states: Vec<_> = states.into_iter().map(|row| (row.starts_at, row.state, row.is_late)).collect();
    states.sort_by_key(|(at, ..)| *at);
    let states: Vec<_> = states.into_iter().map(|(_, state, late)| (state, late)).collect();
    let expected = [AppointmentState::Attended, AppointmentState::DidNotAttend, AppointmentState::Booked];
    assert_eq!(states, expected.map(|state| (state, None)), "what was not said is not made up");
}

#[tokio::test]
async fn only_what_has_changed_is_said_anew() {
    let office = Office::new().await;
    office.import(true).await;
    let rows = count(office.app.db(), "person_record").await;
    office.file("people.csv", format!("{HEADER}{}", PEOPLE.replace("07700 900461", "07700 900462")));
    office.file("referrals.csv", REFERRALS.replace("Housed", "Moved on"));
    let tried = office.import(false).await;
    assert_eq!(counts(&tried)[..2], [[0, 1, 1, 0], [0, 1, 0, 0]], "{tried}");
    assert_eq!(count(office.app.db(), "person_record").await, rows);
    assert_eq!(counts(&office.import(true).await), counts(&tried));
    assert_eq!(count(office.app.db(), "person_record").await, rows + 2, "a contact and a note");
    assert_eq!(counts(&office.import(true).await)[..2], [[0, 0, 2, 0], [0, 0, 1, 0]]);

    // What became of an appointment is taken; another time of it is not.
    office.app.clock.advance(chrono::TimeDelta::days(30));
    office.file("appointments.csv", APPOINTMENTS.replace("1:1,\n", "1:1,Came\n"));
    assert_eq!(counts(&office.import(true).await)[2], [0, 1, 2, 0]);
    office.file("appointments.csv", APPOINTMENTS.replace("03/06/2024 10:00", "03/06/2024 11:00"));
    let report = office.import(true).await;
    assert_eq!(counts(&report)[2], [0, 0, 1, 2], "{report}");
    assert!(report.to_string().contains("appointments.csv:2 row: it was taken before"), "{report}");
}

/// A run that breaks off at a row leaves whole rows; the next goes on.
#[tokio::test]
async fn a_run_that_broke_off_is_run_again() {
    let office = Office::new().await;
    let db = office.app.db();
    // The first somebody is written, and no appointment.
    db.connection().execute_unprepared("ALTER TABLE appointment RENAME TO gone").await.unwrap();
    assert!(matches!(office.try_import(true).await, Err(ImportError::Trouble(_))));
    db.connection().execute_unprepared("ALTER TABLE gone RENAME TO appointment").await.unwrap();
    assert_eq!(count(db, "imported_row").await, 3);
    let rest = office.import(true).await;
    assert_eq!(counts(&rest), [[0, 0, 2, 0], [0, 0, 1, 0], [3, 0, 0, 0]]);
    assert_eq!(count(db, "service_user").await - i64::try_from(crate::access::world::PEOPLE).unwrap(), 2);
}

#[tokio::test]
async fn every_wrong_field_of_a_row_is_named_and_none_of_what_it_says() {
    let office = Office::new().await;
    office.file(
        "people.csv",
        format!(
            "{HEADER}{PEOPLE}C-1,Zebedaia,Quux,1/1/1990,,,,,,,\n\
             C-4,,Plumage,31/02/1990,=cmd|'x',,,,cal@example.org,Frobs,---\n\
             ,Vexil,,01/01/2090,,,,,,,\n\
             C-6,Mothwing,Short,,\n\
             C-7,Ida,Crow,14/08/1991,,,,,,,\n"
        ),
    );
    office.file(
        "appointments.csv",
        "Id,Client,Start,Type,Result\nA-1,C-99,28/03/2027 01:30,Blip,Came\nA-2,C-99,03/06/2024 10:00,1:1,DNA\n",
    );
    let report = office.import(true).await;
    assert_eq!(counts(&report), [[3, 0, 0, 4], [1, 0, 0, 0], [0, 0, 0, 2]], "{report}");
    let text = report.to_string();
    for line in [
        "people.csv:4 key: row 2 has the same",
        "people.csv:5 given_names: it is empty",
        "people.csv:5 born_on: it is not a day of the form %d/%m/%Y",
        "people.csv:5 telephone: it begins as a formula",
        "people.csv:5 identifiers: it has neither",
        "people.csv:5 needs: it has a word that is none of people.need_values",
        "people.csv:6 key: it is empty",
        "people.csv:6 born_on: It is no date of birth",
        "people.csv:7 row: it has 5 cells where the first row has 11",
        "people.csv:8 may be the same as row 2",
        "appointments.csv:2 starts_at: there was no such time on that day",
        "appointments.csv:2 kind: it is none of the words of appointments.kind_values",
        "appointments.csv:3 person: there is nobody with this key",
        "referrals.csv: referrals are kept as case notes",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let json = serde_json::to_string(&report).unwrap();
    for said in ["Zebedaia", "Quux", "Plumage", "cal@", "Frobs", "Vexil", "2090", "Mothwing", "C-1", "C-99", "Blip"] {
        assert!(!text.contains(said) && !json.contains(said), "{said}\n{text}");
    }
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["refused"][1]["row"], 5);
    assert_eq!(json["refused"][1]["faults"][1]["column"], "DOB");
}

/// A mapping is refused whole, with all that is wrong with it, before a row is read.
#[tokio::test]
async fn a_mapping_is_checked_before_any_row() {
    let office = Office::new().await;
    let (good, id) = (mapping(IDS.agency(0)), global(IDS.agency(0)));
    assert!(Office::read(&good).is_ok());
    for (from, to, place, words) in [
        ("born_on =", "born_no =", "line 1", "born_no"),
        ("%d/%m/%Y\"", "%d/%m/%y\"", "date_format", "whole year"),
        ("%d/%m/%Y\"", "%d/%Q/%Y\"", "date_format", "whole year"),
        ("%Y %H:%M", "%Y", "date_time_format", "minute"),
        ("housing.emergency", "housing.castle", "people.need_values.\"Roof\"", "no word of ours"),
        ("minutes_if_empty = 60", "minutes_if_empty = 0", "appointments.minutes_if_empty", "1 to 1440"),
        (id.as_str(), "elsewhere", "agency", "no agency's id"),
        ("\"DNA\" = \"did_not_attend\"", "\"DNA\" = \"superseded\"", "appointments.state_values.\"DNA\"", "no word"),
    ] {
        let flaws = Office::read(&good.replacen(from, to, 1)).unwrap_err();
        let told = |flaw: &Flaw| flaw.place.starts_with(place.trim_end_matches('1')) && flaw.message.contains(words);
        assert!(flaws.iter().any(told), "{to}: {flaws:?}");
    }
    for (from, to, words) in [
        ("ann@example.org", "cal@example.org", "worker: there is no link worker"),
        ("\"Forename\"", "\"First name\"", "people.given_names: people.csv has no column \"First name\""),
        ("referrals.csv", "nowhere.csv", "nowhere.csv: it can't be read"),
    ] {
        let mapping = Office::read(&good.replacen(from, to, 1)).unwrap();
        let job = Job { mapping: &mapping, folder: office.folder.path(), write: true };
        let error = office.people.import_caseload(&job).await.unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
    assert_eq!(count(office.app.db(), "imported_row").await, 0);
}
