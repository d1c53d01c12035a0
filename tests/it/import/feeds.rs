//! A feed of our own making, as large as is asked for, and one run over a feed.

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use signpost::clock::Clock;
use signpost::database::Database;
use signpost::directory::store::Source;
use signpost::open_referral::import::{Import, ImportError, Imported, import};
use signpost::open_referral::reader::{Limits, Progress};
use uuid::Uuid;

/// Records that the import stores together.
pub(crate) const BATCH: usize = 400;

/// An id, the same for the same words.
pub(crate) fn id(words: &str) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, words.as_bytes()).to_string()
}

/// A service of an agency that has ten, in a house that has five, with a row for every table.
pub(crate) fn record(index: usize) -> Value {
    let (agency, house) = (index / 10, index / 5);
    json!({
        "id": id(&format!("service {index}")),
        "name": format!("Kettle on, number {index}"),
        "status": "active",
        "description": "Someone to talk to. Women only.",
        "eligibility_description": "Aged 18 to 25.",
        "application_process": "Ring, or come in.",
        "fees_description": "Free",
        "last_modified": "2026-05-01T09:00:00Z",
        "organization": {
            "id": id(&format!("agency {agency}")),
            "name": format!("Kettle Trust {agency}"),
            "description": "Tea and company.",
            "phones": [{ "id": id(&format!("agency phone {agency}")), "number": format!("01632 9600{:02}", agency % 100) }],
            "contacts": [{ "id": id(&format!("contact {agency}")), "title": "Reception" }],
            "organization_identifiers": [
                { "id": id(&format!("charity {agency}")), "identifier_type": "register", "identifier": format!("R{agency}") }
            ],
        },
        "phones": [{ "id": id(&format!("phone {index}")), "number": "01632 960999" }],
        "schedules": [{
            "id": id(&format!("hours {index}")), "freq": "WEEKLY", "byday": "MO,TH",
            "opens_at": "09:00", "closes_at": "17:00"
        }],
        "service_areas": [{ "id": id(&format!("area {index}")), "name": "Manchester" }],
        "languages": [{ "id": id(&format!("language {index}")), "code": "en" }],
        "attributes": [{
            "id": id(&format!("attribute {index}")), "link_id": id(&format!("service {index}")), "link_entity": "service",
            "taxonomy_term": { "id": id("term"), "code": "1120", "name": "Emergency Food", "description": "Food.", "taxonomy": "openEligibility" }
        }],
        "service_at_locations": [{
            "id": id(&format!("pair {index}")),
            "location": {
                "id": id(&format!("house {house}")), "location_type": "physical", "name": format!("House {house}"),
                "addresses": [{
                    "id": id(&format!("address {house}")), "address_type": "physical", "address_1": format!("{house} Tea Row"),
                    "city": "Manchester", "state_province": "Greater Manchester", "postal_code": "M14 5RQ", "country": "GB"
                }],
                "schedules": [{
                    "id": id(&format!("house hours {house}")), "freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR",
                    "opens_at": "08:00", "closes_at": "20:00"
                }],
                "phones": [{ "id": id(&format!("house phone {house}")), "number": "01632 960111" }],
                "external_identifier": format!("1000{house}"), "external_identifier_type": "UPRN"
            }
        }],
        "x_of_the_source": { "kept": [1, null, "as it is"] },
    })
}

/// The records, one a line.
pub(crate) fn lines(records: &[Value]) -> String {
    records.iter().map(|record| format!("{record}\n")).collect()
}

/// That many records, one a line.
pub(crate) fn feed(records: usize) -> String {
    lines(&(0..records).map(record).collect::<Vec<_>>())
}

/// The source of feeds that tests import.
pub(crate) fn source(key: &str) -> Source {
    Source { key: key.to_owned(), name: key.to_owned(), licence: None, attribution: None }
}

/// Bytes that can still be read when their writer is gone.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What a run says, and the lines of its report.
pub(crate) type Told = (Result<Imported, ImportError>, Vec<Value>);

/// Imports a path as the source `feed`, whatever comes of it.
pub(crate) async fn try_path(database: &Database, clock: &Clock, path: &Path) -> Told {
    let report = Kept::default();
    let job = Import { path: path.to_owned(), source: source("feed"), limits: Limits::default() };
    let done = import(database, clock, job, Arc::new(Progress::default()), report.clone()).await;
    let text = String::from_utf8(report.0.lock().unwrap().clone()).unwrap();
    (done, text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// Imports a file of this name and content, which must come to its end.
pub(crate) async fn run_file(
    database: &Database,
    clock: &Clock,
    name: &str,
    bytes: impl AsRef<[u8]>,
) -> (Imported, Vec<Value>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let (done, report) = try_path(database, clock, &path).await;
    (done.unwrap(), report)
}

/// Imports these records, which must come to their end.
pub(crate) async fn run(database: &Database, clock: &Clock, records: &[Value]) -> (Imported, Vec<Value>) {
    run_file(database, clock, "feed.ndjson", lines(records)).await
}
