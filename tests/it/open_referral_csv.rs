//! Reading CSV packages: the join into service documents, and what hostile and broken ones lead to.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use signpost::open_referral::reader::Limits;
use signpost::open_referral::validate::{Code, validate};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::open_referral_feed::{self as feed, Got, got_from, zipped};

type Files = BTreeMap<String, Vec<u8>>;

fn files(tables: &[(&str, &str)]) -> Files {
    tables.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
}

fn got_with(files: &Files, limits: &Limits) -> Got {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    got_from(folder.path(), limits).unwrap()
}

fn got(tables: &[(&str, &str)]) -> Got {
    got_with(&files(tables), &Limits::default())
}

fn got_zip(bytes: &[u8], limits: &Limits) -> Got {
    feed::got_with("feed.zip", bytes, limits)
}

const SERVICES: &str = "id,organization_id,name,status,minimum_age,local_code\n\
    s1,o1,\"Housing, advice\nand more\",active,16.5,007\n\
    s2,o1,Caf\u{e9},active,,\n";

/// A small package with something of every sort of join.
const PACKAGE: [(&str, &str); 13] = [
    ("services.csv", SERVICES),
    ("organizations.csv", "id,name,description\no1,Trust,A charity\n"),
    ("service_at_locations.csv", "id,service_id,location_id\nx1,s1,l1\nx2,s1,l2\n"),
    ("locations.csv", "id,location_type,latitude,organization_id\nl1,physical,53.48,o1\nl2,virtual,,\n"),
    ("addresses.csv", "id,location_id,city\na1,l1,Leeds\n"),
    (
        "phones.csv",
        "id,service_id,location_id,organization_id,contact_id,number,extension\n\
        p1,s1,l1,,,0113,7\np2,,,o1,,0114,\np3,,,,c1,0115,x\n",
    ),
    ("contacts.csv", "id,service_id,name\nc1,s2,Ann\n"),
    ("attribute.csv", "id,link_id,link_entity,taxonomy_term_id\nt1,s1,service,k1\n"),
    ("taxonomy_terms.csv", "id,name,taxonomy_id\nk1,Housing,y1\nk2,Unused,y1\n"),
    ("taxonomies.csv", "id,name\ny1,Needs\n"),
    ("metadata.csv", "id,resource_id,updated_by\nm1,l2,Ann\n"),
    ("waiting_times.csv", "id,service_id,days\nw1,s2,14\nw2,s2,21\n"),
    ("meta_table_descriptions.csv", "id,name\nd1,Tables\n"),
];

fn joined() -> [Value; 2] {
    let organization = json!({
        "id": "o1", "name": "Trust", "description": "A charity",
        "phones": [{"id": "p2", "organization_id": "o1", "number": "0114"}],
    });
    let phone = json!({"id": "p1", "service_id": "s1", "location_id": "l1", "number": "0113", "extension": 7});
    [
        json!({
            "id": "s1", "organization_id": "o1", "name": "Housing, advice\nand more", "status": "active",
            "minimum_age": 16.5, "local_code": "007",
            "organization": organization,
            "phones": [phone],
            "service_at_locations": [
                {"id": "x1", "service_id": "s1", "location_id": "l1", "location": {
                    "id": "l1", "location_type": "physical", "latitude": 53.48, "organization_id": "o1",
                    "addresses": [{"id": "a1", "location_id": "l1", "city": "Leeds"}],
                    "phones": [phone],
                }},
                {"id": "x2", "service_id": "s1", "location_id": "l2", "location": {
                    "id": "l2", "location_type": "virtual",
                    "metadata": [{"id": "m1", "resource_id": "l2", "updated_by": "Ann"}],
                }},
            ],
            "attributes": [{"id": "t1", "link_id": "s1", "link_entity": "service", "taxonomy_term_id": "k1",
                "taxonomy_term": {"id": "k1", "name": "Housing", "taxonomy_id": "y1",
                    "taxonomy_detail": {"id": "y1", "name": "Needs"}}}],
        }),
        json!({
            "id": "s2", "organization_id": "o1", "name": "Café", "status": "active",
            "organization": organization,
            "contacts": [{"id": "c1", "service_id": "s2", "name": "Ann",
                "phones": [{"id": "p3", "contact_id": "c1", "number": "0115", "extension": "x"}]}],
            "waiting_times": [
                {"id": "w1", "service_id": "s2", "days": "14"}, {"id": "w2", "service_id": "s2", "days": "21"},
            ],
        }),
    ]
}

#[test]
fn tables_are_joined_into_documents() {
    let got = got(&PACKAGE);
    assert_eq!(got.values(), joined().iter().collect::<Vec<_>>());
    assert!(got.rejected.is_empty() && got.failed.is_empty(), "{:?} {:?}", got.rejected, got.failed);
    let places: Vec<_> = got.records.iter().map(|record| (record.file.as_str(), record.number, record.line)).collect();
    assert_eq!(places, [("services.csv", 1, Some(2)), ("services.csv", 2, Some(4))]);
    let size = files(&PACKAGE).values().map(|bytes| bytes.len() as u64).sum();
    assert_eq!(got.bar, (size, size));
}

#[test]
fn line_ends_marks_and_names_make_no_difference() {
    let renamed = |name: &str| match name {
        "services.csv" => "Service.CSV".to_owned(),
        "taxonomies.csv" => "taxonomy.csv".to_owned(),
        "addresses.csv" => "address.csv".to_owned(),
        "service_at_locations.csv" => "service_at_location.csv".to_owned(),
        other => other.to_owned(),
    };
    // A line break within a cell is the cell's, so only those at the end of a row are changed.
    let ended = |text: &str| {
        text.replace("and more", "and\u{0}more")
            .replace('\n', "\r\n")
            .replace("advice\r\n", "advice\n")
            .replace('\u{0}', " ")
    };
    let changed: Files = PACKAGE
        .iter()
        .map(|(name, text)| (renamed(name), format!("\u{feff}{}\r\n\r\n", ended(text)).into_bytes()))
        .collect();
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in &changed {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    std::fs::rename(folder.path().join("Service.CSV"), folder.path().join("service.csv")).unwrap();
    std::fs::write(folder.path().join("datapackage.json"), "../../datapackage.json").unwrap();
    for path in [folder.path().to_owned(), folder.path().join("datapackage.json")] {
        let got = got_from(&path, &Limits::default()).unwrap();
        assert_eq!(got.values(), joined().iter().collect::<Vec<_>>());
        assert!(got.rejected.is_empty() && got.failed.is_empty(), "{:?} {:?}", got.rejected, got.failed);
        assert_eq!(got.records.iter().map(|record| record.line).collect::<Vec<_>>(), [Some(2), Some(4)]);
    }
}

#[test]
fn a_zip_gives_the_same() {
    let entries = PACKAGE.map(|(name, text)| (format!("export/{name}"), text));
    let mut entries: Vec<_> = entries.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    entries
        .extend([("export/datapackage.json", &b"{}"[..]), ("__MACOSX/export/._services.csv", &b"\0\x05\x16\x07"[..])]);
    let got = got_zip(&zipped(entries), &Limits::default());
    assert_eq!(got.values(), joined().iter().collect::<Vec<_>>());
    assert!(got.rejected.is_empty() && got.failed.is_empty(), "{:?} {:?}", got.rejected, got.failed);
    assert_eq!(got.records[1].file, "feed.zip/services.csv");
}

#[test]
fn packages_in_a_folder_are_read_in_their_place() {
    let folder = tempfile::tempdir().unwrap();
    let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
    std::fs::write(folder.path().join("a.json"), r#"{"name":"first"}"#).unwrap();
    std::fs::write(folder.path().join("c.zip"), zipped([("services.csv", &b"id,name\n1,third\n"[..])])).unwrap();
    std::fs::create_dir(folder.path().join("b")).unwrap();
    std::fs::write(folder.path().join("b/services.csv"), "id,name\n1,second\n").unwrap();
    let got = got_from(folder.path(), &Limits::default()).unwrap();
    assert_eq!(got.values().into_iter().map(name).collect::<Vec<_>>(), ["first", "second", "third"]);
    let from: Vec<_> = got.records.iter().map(|record| record.file.as_str()).collect();
    assert_eq!(from, ["a.json", "b/services.csv", "c.zip/services.csv"]);
}

#[test]
fn a_bad_row_is_rejected_and_the_others_are_kept() {
    let mut package = files(&[
        ("services.csv", "id,name\ns1,A\ns2,B,more\ns3\ns4,D\n"),
        ("phones.csv", "id,service_id,number\np1,s1,1\np2,s1\np3,s1,3\n"),
    ]);
    package.get_mut("services.csv").unwrap().extend(b"s5,Caf\xE9\ns6,F\n");
    let got = got_with(&package, &Limits::default());
    let ids: Vec<_> = got.records.iter().map(|record| (record.id().unwrap(), record.number)).collect();
    assert_eq!(ids, [("s1", 1), ("s4", 4), ("s6", 6)]);
    assert_eq!(got.records[0].value["phones"].as_array().unwrap().len(), 2);
    assert_eq!(
        got.rejections(),
        [
            ("phones.csv", 2, 3, "", Code::RaggedRow, "has 2 cells where the header has 3"),
            ("services.csv", 2, 3, "", Code::RaggedRow, "has 3 cells where the header has 2"),
            ("services.csv", 3, 4, "", Code::RaggedRow, "has 1 cells where the header has 2"),
            ("services.csv", 5, 6, "", Code::InvalidUtf8, "is not UTF-8; save the table as UTF-8"),
        ]
    );
    assert_eq!(got.rejected[3].problems[0].path, "/name");
}

#[test]
fn rows_that_lead_nowhere_are_told() {
    let got = got(&[
        ("services.csv", "id,organization_id,name,status\ns1,gone,A,active\n"),
        ("organizations.csv", "id,name\no1,Trust\n"),
        ("locations.csv", "id,organization_id\nl1,o1\n"),
        ("phones.csv", "id,service_id,location_id\np1,s1,gone\np2,gone,\np3,,l1\np4,,\n"),
        ("taxonomy_terms.csv", "id,name\nk1,Unused\n"),
        ("attributes.csv", "id,link_id,taxonomy_term_id\nt1,gone,k1\n"),
    ]);
    let expected = json!({"id": "s1", "organization_id": "gone", "name": "A", "status": "active",
        "phones": [{"id": "p1", "service_id": "s1", "location_id": "gone"}]});
    assert_eq!(got.values(), [&expected]);
    let told = got.rejections();
    assert!(told.iter().all(|rejection| rejection.4 == Code::Unjoined));
    let told: Vec<_> = told.into_iter().map(|(file, row, line, id, _, reason)| (file, row, line, id, reason)).collect();
    let reason = |keys: &str| format!("no service leads to this row ({keys}), or an earlier row has its id");
    assert_eq!(
        told,
        [
            ("attributes.csv", 1, 2, "t1", reason("link_id gone").as_str()),
            ("locations.csv", 1, 2, "l1", &reason("id l1")),
            ("organizations.csv", 1, 2, "o1", &reason("id o1")),
            ("phones.csv", 2, 3, "p2", &reason("service_id gone")),
            ("phones.csv", 3, 4, "p3", &reason("location_id l1")),
            ("phones.csv", 4, 5, "p4", &reason("")),
        ]
    );
}

#[test]
fn a_table_without_its_columns_fails_alone() {
    let got = got(&[
        ("services.csv", "id,name\ns1,A\n"),
        ("phones.csv", "id,number\np1,1\n"),
        ("phone.csv", "id,service_id\np1,s1\n"),
        ("notes.csv", "text\nhello\n"),
        ("empty.csv", ""),
    ]);
    assert_eq!(got.values(), [&json!({"id": "s1", "name": "A", "phones": [{"id": "p1", "service_id": "s1"}]})]);
    assert_eq!(got.failed.len(), 3, "{:?}", got.failed);
    let begins = |at: usize, text: &str| assert!(got.failed[at].starts_with(text), "{}", got.failed[at]);
    // In the order of names `phone.csv` is first, so `phones.csv` is the second table.
    begins(0, "phones.csv is a second table of phone; keep one");
    begins(1, "empty.csv has none of these columns: ");
    begins(2, "notes.csv has none of these columns: accessibility_id, address_id, ");
    assert!(got.rejected.is_empty());
}

#[test]
fn services_without_ids_are_no_package() {
    for (text, said) in [
        ("name;status\nA;active\n", "services.csv has none of these columns: id; its rows cannot be used"),
        ("", "services.csv has none of these columns: id; its rows cannot be used"),
    ] {
        let got = got(&[("services.csv", text)]);
        assert_eq!((got.records.len(), got.failed.len()), (0, 1));
        assert_eq!(got.failed[0], said);
    }
    // One that is missing in a row is a matter for the checker.
    let got = got(&[("services.csv", "id,name,status\n,A,active\n")]);
    let problems = validate(&got.records[0].value).unwrap_err();
    assert_eq!((problems[0].path.as_str(), problems[0].code), ("/id", Code::Missing));
    assert!(self::got(&[("services.csv", "id,name\n")]).records.is_empty());
}

#[test]
fn an_unclosed_quotation_mark_does_not_fill_memory() {
    let limits = Limits { max_record_bytes: 100_000, ..Limits::default() };
    let endless = format!("id,name\ns1,A\ns2,\"B\n{}", "s3,C\n".repeat(200_000));
    let got = got_with(&files(&[("services.csv", &endless)]), &limits);
    assert_eq!(got.records.len(), 1);
    let said = "services.csv has a row after line 3 that is longer than 100000 bytes; is a quotation mark not closed?";
    assert_eq!(got.failed, [said]);
    // In a side table the services go on without the rest of it.
    let phones = format!("id,service_id\np1,s1\n\"p2,s1\n{}", "p3,s1\n".repeat(200_000));
    let got = got_with(&files(&[("services.csv", "id,name\ns1,A\n"), ("phones.csv", &phones)]), &limits);
    assert_eq!(got.values(), [&json!({"id": "s1", "name": "A", "phones": [{"id": "p1", "service_id": "s1"}]})]);
    assert_eq!(got.failed.len(), 1);
}

#[test]
fn what_joins_into_too_much_is_stopped() {
    let phones = "id,service_id,note\n".to_owned() + &format!("p,s1,{}\n", "x".repeat(1_000)).repeat(200);
    let package = files(&[("services.csv", "id,name\ns1,A\ns2,B\n"), ("phones.csv", &phones)]);
    let got = got_with(&package, &Limits { max_record_bytes: 100_000, ..Limits::default() });
    assert_eq!(got.values(), [&json!({"id": "s2", "name": "B"})]);
    let too_large =
        ("services.csv", 1, 2, "s1", Code::TooLarge, "is longer than 100000 bytes with all that belongs to it");
    assert_eq!(got.rejections()[0], too_large);

    let got = got_with(&package, &Limits { max_csv_rows: 150, ..Limits::default() });
    assert!(got.records.is_empty() && got.failed[0].contains("above the limit of 150"), "{:?}", got.failed);
    assert!(!got.failed[0].starts_with(' '), "the folder has a name");

    // A thousand services that share one fat organization.
    let services = "id,organization_id\n".to_owned() + &"s,o1\n".repeat(1_000);
    let organizations = format!("id,name\no1,{}\n", "x".repeat(50_000));
    let package = files(&[("services.csv", &services), ("organizations.csv", &organizations)]);
    let got = got_with(&package, &Limits { growth_free_bytes: 1 << 20, ..Limits::default() });
    assert!((100..400).contains(&got.records.len()), "{}", got.records.len());
    assert!(got.failed[0].contains("beyond what honest data does"), "{:?}", got.failed);
}

#[test]
fn hostile_archives_are_refused() {
    let services = ("services.csv", &b"id,name\ns1,A\n"[..]);
    let said = |bytes: &[u8], limits: &Limits| {
        let got = got_zip(bytes, limits);
        assert!(got.records.is_empty());
        assert_eq!(got.failed.len(), 1);
        got.failed[0].clone()
    };
    let limits = Limits { growth_free_bytes: 1 << 20, ..Limits::default() };
    for name in ["../services.csv", "a/../../phones.csv", "../../etc/cron.d/x"] {
        let escaping = said(&zipped([services, (name, b"id\n")]), &limits);
        assert!(escaping.contains("leads out of it") && escaping.contains(name), "{escaping}");
    }
    let bomb = zipped([services, ("phones.csv", &vec![b'x'; 8 << 20][..])]);
    assert!(said(&bomb, &limits).contains("beyond what honest data does"));
    let small = Limits { max_scratch_bytes: 1 << 20, ..Limits::default() };
    assert!(said(&bomb, &small).contains("it unpacks to more than 1048576 bytes"));
    assert!(said(&zipped([("feed.json", &b"[]"[..])]), &limits).contains("it holds no services.csv"));
    assert!(said(&zipped([]), &limits).contains("it holds no services.csv"));

    let whole = zipped([services]);
    assert!(said(&whole[..whole.len() - 30], &limits).starts_with("feed.zip is an archive that cannot be used"));
    let mut damaged =
        zipped([("services.csv", &b"id,name\n".iter().copied().cycle().take(5_000).collect::<Vec<_>>()[..])]);
    damaged[50..60].fill(0xFF);
    let damaged = said(&damaged, &limits);
    assert!(damaged.contains("\"services.csv\" is damaged"), "{damaged}");

    // Thirty thousand entries in the list of contents: more than may be read of it.
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for number in 0..30_000 {
        writer
            .start_file(
                format!("{number}"),
                SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored),
            )
            .unwrap();
    }
    let many = writer.finish().unwrap().into_inner();
    let said = said(&many, &limits);
    assert!(said.contains("far too long"), "{said}");
}

/// Fields of the example that its tables, whose ids do not all meet, cannot lead to.
fn unreachable(example: &mut Value) {
    let at = |value: &mut Value, path: &str, name: &str| {
        value.pointer_mut(path).unwrap().as_object_mut().unwrap().remove(name).unwrap();
    };
    at(example, "", "attributes");
    at(example, "", "metadata");
    at(example, "/organization", "contacts");
    at(example, "/organization", "locations");
    at(example, "/service_at_locations/0", "contacts");
}

/// The document without the keys, which its own nesting makes needless.
fn without_keys(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|name, _| !name.ends_with("_id") || name == "parent_organization_id");
            members.values_mut().for_each(without_keys);
        }
        Value::Array(items) => items.iter_mut().for_each(without_keys),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn the_example_of_the_standard_becomes_its_own_document() {
    let Some(shared) = std::env::var_os("SIGNPOST_TEST_SHARED").map(PathBuf::from) else {
        eprintln!("SKIPPED the standard's CSV example: SIGNPOST_TEST_SHARED is not set");
        return;
    };
    let examples = shared.join("open-referral/hsds-3.1/examples");
    let got = got_from(&examples.join("csv"), &Limits::default()).unwrap();
    let mut expected: Value =
        serde_json::from_slice(&std::fs::read(examples.join("service_full.json")).unwrap()).unwrap();
    unreachable(&mut expected);
    let mut joined = got.values()[0].clone();
    assert!(validate(&joined).unwrap().well_formed_by.hsds);
    without_keys(&mut joined);
    joined["organization"].as_object_mut().unwrap().remove("tax_id");
    let tax_id = expected["organization"].as_object_mut().unwrap().remove("tax_id");
    assert_eq!(tax_id, None, "the example leaves it out");
    assert_eq!(joined, expected);
    let told: Vec<_> = got.rejections().into_iter().map(|rejection| (rejection.0, rejection.4)).collect();
    assert_eq!(told, [("attributes.csv", Code::Unjoined), ("metadata.csv", Code::Unjoined)]);
    assert!(got.failed.is_empty());
}

/// What may hang below what: parent, field, table of the child, whether there are several.
const BRANCHES: [(&str, &str, &str, bool); 16] = [
    ("service", "phones", "phone", true),
    ("service", "contacts", "contact", true),
    ("service", "languages", "language", true),
    ("service", "schedules", "schedule", true),
    ("service", "cost_options", "cost_option", true),
    ("service", "service_at_locations", "service_at_location", true),
    ("service", "organization", "organization", false),
    ("service", "program", "program", false),
    ("contact", "phones", "phone", true),
    ("phone", "languages", "language", true),
    ("service_at_location", "location", "location", false),
    ("service_at_location", "schedules", "schedule", true),
    ("location", "addresses", "address", true),
    ("location", "accessibility", "accessibility", true),
    ("organization", "organization_identifiers", "organization_identifier", true),
    ("organization", "funding", "funding", true),
];

/// A document grown from a supply of numbers, with the tables that must lead to it.
struct Grower<'a> {
    supply: std::iter::Cycle<std::slice::Iter<'a, u32>>,
    texts: &'a [String],
    ids: u32,
    tables: BTreeMap<&'static str, Vec<Map<String, Value>>>,
}

impl Grower<'_> {
    fn pick(&mut self, below: u32) -> u32 {
        self.supply.next().unwrap() % below
    }

    fn grow(&mut self, kind: &'static str, keys: &[(String, String)]) -> Value {
        self.ids += 1;
        let id = format!("{kind}-{}", self.ids);
        let mut object = Map::from_iter([("id".to_owned(), json!(id))]);
        object.extend(keys.iter().map(|(name, key)| (name.clone(), json!(key))));
        let text = &self.texts[self.pick(u32::try_from(self.texts.len()).unwrap()) as usize];
        if !text.is_empty() {
            object.insert("name".to_owned(), json!(text));
        }
        let row = object.clone();
        let place = self.tables.entry(kind).or_default().len();
        self.tables.get_mut(kind).unwrap().push(row);
        for (_, field, child, many) in BRANCHES.into_iter().filter(|(parent, ..)| *parent == kind) {
            let count = self.pick(if many { 3 } else { 2 });
            if !many && count == 1 {
                let part = self.grow(child, &[]);
                let key = format!("{child}_id");
                object.insert(key.clone(), part["id"].clone());
                self.tables.get_mut(kind).unwrap()[place].insert(key, part["id"].clone());
                object.insert(field.to_owned(), part);
            } else if many && count > 0 {
                let key = [(format!("{kind}_id"), id.clone())];
                let parts: Vec<_> = (0..count).map(|_| self.grow(child, &key)).collect();
                object.insert(field.to_owned(), json!(parts));
            }
        }
        Value::Object(object)
    }

    fn files(&self) -> Files {
        let write = |rows: &Vec<Map<String, Value>>| {
            let columns: std::collections::BTreeSet<_> = rows.iter().flat_map(Map::keys).collect();
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(&columns).unwrap();
            for row in rows {
                let cells = columns.iter().map(|name| row.get(*name).and_then(Value::as_str).unwrap_or(""));
                writer.write_record(cells).unwrap();
            }
            writer.into_inner().unwrap()
        };
        self.tables.iter().map(|(kind, rows)| (format!("{kind}.csv"), write(rows))).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn documents_taken_apart_come_together_again(
        supply in prop::collection::vec(any::<u32>(), 20..80),
        texts in prop::collection::vec("[a-z,\"\r\n; é]{0,6}", 1..6),
        services in 1..4_usize,
    ) {
        let mut grower = Grower { supply: supply.iter().cycle(), texts: &texts, ids: 0, tables: BTreeMap::new() };
        let grown: Vec<_> = (0..services).map(|_| grower.grow("service", &[])).collect();
        let files = grower.files();
        let folder = got_with(&files, &Limits::default());
        prop_assert!(folder.rejected.is_empty() && folder.failed.is_empty(), "{:?} {:?}", folder.rejected, folder.failed);
        prop_assert_eq!(folder.values(), grown.iter().collect::<Vec<_>>());
        let zip = got_zip(&zipped(files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()))), &Limits::default());
        prop_assert_eq!(zip.values(), grown.iter().collect::<Vec<_>>());
    }
}
