//! Importing a feed: what comes in, what stays out and is told, and that the same again changes nothing.

mod contents_of_feeds;
mod hostile;
mod killed;
mod real;

pub(crate) mod contents;
pub(crate) mod feeds;

use chrono::TimeDelta;
use sea_orm::{DbBackend, EntityTrait};
use serde_json::{Value, json};
use signpost::clock::Clock;
use signpost::directory::store::save::Saved;

use self::contents::{assert_same, content, count, everything, number, strings};
use self::feeds::{BATCH, feed, id, lines, record, run, run_file, try_path};
use crate::open_referral_feed::gzip;
use crate::support::database::TestDatabase;
use crate::support::now;

#[tokio::test]
async fn every_shape_of_a_feed_comes_in_alike() {
    let test = TestDatabase::new().await;
    let (database, clock) = (test.open().await, Clock::manual(now()));
    let records: Vec<Value> = (0..12).map(record).collect();
    let (first, _) = run(&database, &clock, &records).await;
    assert_eq!((first.saved.created, first.counts.rejected, first.repeated), (12, 0, 0));
    assert_eq!(first.saved.around, 2 + 3, "two agencies and three houses");
    let before = everything(&database).await;
    clock.advance(TimeDelta::days(1));

    let list = json!(records).to_string();
    let folder = tempfile::tempdir().unwrap();
    for (index, record) in records.iter().enumerate() {
        std::fs::write(folder.path().join(format!("{index:02}.json")), record.to_string()).unwrap();
    }
    std::fs::write(folder.path().join("read me.txt"), "not a feed").unwrap();
    let mut runs = vec![
        ("a list", run_file(&database, &clock, "list.json", &list).await.0),
        ("a page", run_file(&database, &clock, "page.json", format!(r#"{{"contents":{list},"total":12}}"#)).await.0),
        ("gzip", run_file(&database, &clock, "feed.ndjson.gz", gzip(lines(&records))).await.0),
    ];
    let (from_folder, _) = try_path(&database, &clock, folder.path()).await;
    let from_folder = from_folder.unwrap();
    assert_eq!(
        (from_folder.summary.files, from_folder.summary.ignored.as_slice()),
        (12, &["read me.txt".to_owned()][..])
    );
    runs.push(("a folder", from_folder));
    for (shape, done) in runs {
        assert_eq!(done.saved, Saved { unchanged: 12, ..Saved::default() }, "{shape}");
        assert_same(&before, &everything(&database).await);
    }

    // Turned round, the document differs to the letter, and the service does not.
    let owned: Vec<Value> = records
        .chunks(10)
        .map(|services| {
            let mut owner = services[0]["organization"].clone();
            let inner = services.iter().map(|service| {
                let mut service = service.clone();
                service.as_object_mut().unwrap().remove("organization");
                service
            });
            owner["services"] = inner.collect();
            owner
        })
        .collect();
    let (done, _) = run(&database, &clock, &owned).await;
    assert_eq!(done.saved, Saved { unchanged: 12, ..Saved::default() }, "organizations");
}

#[tokio::test]
async fn a_csv_package_comes_in() {
    let folder = tempfile::tempdir().unwrap();
    let tables = [
        (
            "services.csv",
            "id,organization_id,name,status,description\ns1,o1,Warm room,active,Women only.\ns2,o1,Soup,active,\n",
        ),
        ("organizations.csv", "id,name,description\no1,Trust,A charity\n"),
        ("service_at_locations.csv", "id,service_id,location_id\nx1,s1,l1\n"),
        ("locations.csv", "id,location_type,name\nl1,physical,The Hall\n"),
        (
            "addresses.csv",
            "id,location_id,address_1,city,state_province,postal_code,country,address_type\na1,l1,1 Row,Manchester,GM,M14 5RQ,GB,physical\n",
        ),
        ("phones.csv", "id,service_id,number\np1,s1,01632 960001\n"),
    ];
    for (name, text) in tables {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let test = TestDatabase::new().await;
    let (database, clock) = (test.open().await, Clock::manual(now()));
    for saved in [Saved { created: 2, around: 2, ..Saved::default() }, Saved { unchanged: 2, ..Saved::default() }] {
        let (done, report) = try_path(&database, &clock, folder.path()).await;
        assert_eq!((done.unwrap().saved, report), (saved, vec![]));
    }
    let rows = strings(
        &database,
        "SELECT service.name, agency.name, location.name, location.postcode, phone.number FROM service \
         JOIN agency ON agency.id = service.agency_id JOIN service_place ON service_place.service_id = service.id \
         JOIN location ON location.id = service_place.location_id JOIN phone ON phone.service_id = service.id",
    );
    assert_eq!(rows.await, [["Warm room", "Trust", "The Hall", "M14 5RQ", "01632 960001"]]);
}

#[tokio::test]
async fn the_same_feed_again_changes_nothing() {
    let test = TestDatabase::new().await;
    let (database, clock) = (test.open().await, Clock::manual(now()));
    let records: Vec<Value> = (0..30).map(record).collect();
    let (first, _) = run(&database, &clock, &records).await;
    assert_eq!(first.saved.created, 30);
    let before = everything(&database).await;
    let changes = count(&database, "directory_change").await;
    for (table, rows) in [
        ("service", 30),
        ("agency", 3),
        ("location", 6),
        ("service_place", 30),
        ("source_record", 30),
        ("phone", 30 + 3 + 6),
        ("contact", 3),
        ("schedule", 30 + 6),
        ("external_identifier", 3 + 6),
        ("service_term", 30),
        ("area_covered", 30),
        ("eligibility", 30),
    ] {
        assert_eq!(before[table].len(), rows, "{table}");
    }

    clock.advance(TimeDelta::days(1));
    let (second, _) = run(&database, &clock, &records).await;
    assert_eq!(second.saved, Saved { unchanged: 30, ..Saved::default() });
    assert_same(&before, &everything(&database).await);
    assert_eq!(count(&database, "directory_change").await, changes, "nobody need renew anything");

    let mut runs = entity::import_run::Entity::find().all(database.connection()).await.unwrap();
    runs.sort_by_key(|run| run.started_at);
    let figures = runs.iter().map(|run| {
        assert_eq!(run.finished_at, Some(run.started_at));
        (run.records_read, run.services_created, run.services_changed, run.services_unchanged)
    });
    assert_eq!(figures.collect::<Vec<_>>(), [(30, 30, 0, 0), (30, 0, 0, 30)]);
}

#[tokio::test]
async fn a_changed_record_changes_its_own_service_alone() {
    let test = TestDatabase::new().await;
    let (database, clock) = (test.open().await, Clock::manual(now()));
    let mut records: Vec<Value> = (0..20).map(record).collect();
    run(&database, &clock, &records).await;
    let before = everything(&database).await;

    clock.advance(TimeDelta::days(1));
    records[7]["description"] = json!("Someone to talk to. Men only.");
    records[7]["phones"] = json!([]);
    let (done, _) = run(&database, &clock, &records).await;
    assert_eq!(done.saved, Saved { changed: 1, unchanged: 19, ..Saved::default() });
    assert_eq!(count(&database, "directory_change").await, 2);
    let after = everything(&database).await;
    for (table, rows) in &before {
        let gone = rows.iter().filter(|row| !after[table].contains(row)).count();
        let come = after[table].iter().filter(|row| !rows.contains(row)).count();
        // What hangs on the service is written anew; nothing of any other is touched.
        let most = match table.as_str() {
            "agency" | "location" | "source" | "postcode" | "contact" | "external_identifier" => 0,
            _ => 1,
        };
        assert!(gone <= most && come <= most, "{table}: {gone} gone, {come} come");
    }
    let changed = |contents: &contents::Contents, table: &str| contents[table].len();
    assert_eq!(changed(&after, "phone") + 1, changed(&before, "phone"));
    let times = strings(
        &database,
        "SELECT CASE WHEN created_at < updated_at THEN name ELSE '' END FROM service ORDER BY 1 DESC",
    );
    assert_eq!(times.await[..2], [["Kettle on, number 7"], [""]]);

    // What a service is part of changes without it.
    clock.advance(TimeDelta::days(1));
    for record in &mut records {
        if record["organization"]["id"] == json!(id("agency 1")) {
            record["organization"]["phones"][0]["number"] = json!("01632 960000");
        }
    }
    let (done, _) = run(&database, &clock, &records).await;
    // Each document of the agency's services tells of it.
    assert_eq!(done.saved, Saved { changed: 10, unchanged: 10, around: 1, ..Saved::default() });
    let phones = strings(&database, "SELECT number FROM phone WHERE agency_id IS NOT NULL ORDER BY number").await;
    assert_eq!(phones, [["01632 960000"], ["01632 960000"]]);
}

#[tokio::test]
async fn broken_records_are_told_and_the_good_ones_kept() {
    let good = |index| record(index).to_string();
    let mut nameless = record(90);
    nameless.as_object_mut().unwrap().remove("name");
    let mut odd = record(91);
    odd["status"] = json!("sleeping");
    odd["name"] = json!(7);
    let mut bytes = format!("{}\n{{\"id\": \"cut\n{nameless}\n{odd}\n[]\n", good(0)).into_bytes();
    bytes.extend_from_slice(b"{\"id\":\"\xff\"}\n");
    bytes.extend_from_slice(good(1).as_bytes());

    let test = TestDatabase::new().await;
    let (database, clock) = (test.open().await, Clock::manual(now()));
    let (done, report) = run_file(&database, &clock, "mixed.ndjson", bytes).await;
    assert_eq!((done.counts.read, done.counts.accepted, done.counts.rejected), (7, 2, 5), "{report:#?}");
    assert_eq!(
        (done.saved.created, count(&database, "service").await, count(&database, "source_record").await),
        (2, 2, 2)
    );
    let told: Vec<[String; 6]> = report
        .iter()
        .map(|line| {
            ["file", "record", "line", "id", "field", "code"]
                .map(|key| line[key].as_str().map_or_else(|| line[key].to_string(), str::to_owned))
        })
        .collect();
    let (third, fourth) = (id("service 90"), id("service 91"));
    let expected = [
        ["mixed.ndjson", "2", "2", "null", "", "invalid_json"],
        ["mixed.ndjson", "3", "3", third.as_str(), "/name", "missing"],
        ["mixed.ndjson", "4", "4", fourth.as_str(), "/status", "unknown_word"],
        ["mixed.ndjson", "4", "4", fourth.as_str(), "/name", "wrong_type"],
        ["mixed.ndjson", "5", "5", "null", "", "wrong_type"],
        ["mixed.ndjson", "6", "6", "null", "", "invalid_utf8"],
    ];
    let mut sorted = told.clone();
    sorted.sort();
    let mut wanted: Vec<[String; 6]> = expected.map(|line| line.map(str::to_owned)).into();
    wanted.sort();
    assert_eq!(sorted, wanted, "{report:#?}");
    assert!(report.iter().all(|line| line["reason"].as_str().is_some_and(|reason| reason.len() > 10)), "{report:#?}");
    assert_eq!(number(&database, "SELECT records_rejected FROM import_run").await, 5);

    // A file that breaks off: what came before stays, and the break is told.
    let packed = gzip(feed(900));
    let (done, report) = run_file(&database, &clock, "cut.ndjson.gz", &packed[..packed.len() * 2 / 3]).await;
    assert_eq!(done.counts.failed_files, 1);
    let stored = count(&database, "service").await;
    assert!(stored > 100 && stored < 900, "{stored}");
    assert!(
        report.iter().any(|line| line["code"] == "file_failed" && line["reason"].as_str().unwrap().contains("cut off")),
        "{report:#?}"
    );
}

#[tokio::test]
async fn what_stands_twice_is_passed_over_and_two_under_one_id_are_both_kept() {
    let test = TestDatabase::new().await;
    let (database, clock) = (test.open().await, Clock::manual(now()));
    // The second of each stands beyond the first batch as well as within it.
    let mut records: Vec<Value> = (0..BATCH + 20).map(record).collect();
    for (at, first) in [(1, 0), (BATCH + 2, 3)] {
        records[at] = records[first].clone();
    }
    for (at, first) in [(31, 30), (BATCH + 3, 33)] {
        records[at]["id"] = records[first]["id"].clone();
    }
    for (at, first) in [(15, 10), (BATCH + 5, 20)] {
        let agency = records[first]["organization"]["id"].clone();
        records[at]["organization"] = json!({ "id": agency, "name": "Another name", "description": "Another" });
        let house = records[first]["service_at_locations"][0]["location"]["id"].clone();
        records[at]["service_at_locations"][0]["location"] =
            json!({ "id": house, "location_type": "physical", "name": "Another house" });
    }
    let (first, report) = run(&database, &clock, &records).await;
    assert_eq!((first.repeated, first.saved.created), (2, BATCH as u64 + 18));
    let told: Vec<_> =
        report.iter().map(|line| (&line["record"], &line["field"], &line["code"], &line["id"])).collect();
    let (field, code) = (json!("/id"), json!("repeated_id"));
    let (one, other) = (json!(id("service 30")), json!(id("service 33")));
    assert_eq!(told, [(&json!(32), &field, &code, &one), (&json!(BATCH + 4), &field, &code, &other)]);
    for (query, rows) in [
        ("SELECT COUNT(*) FROM service WHERE name = 'Kettle on, number 31' AND source_key LIKE '%#2'", 1),
        ("SELECT COUNT(*) FROM service WHERE name = 'Kettle on, number 30' AND source_key NOT LIKE '%#%'", 1),
        ("SELECT COUNT(*) FROM service WHERE name = 'Kettle on, number 0'", 1),
        ("SELECT COUNT(*) FROM agency WHERE name = 'Another name'", 0),
        ("SELECT COUNT(*) FROM location WHERE name = 'Another house' AND source_key LIKE '%#2'", 2),
        (
            "SELECT COUNT(*) FROM service_place WHERE location_id IN (SELECT id FROM location WHERE name = 'Another house')",
            2,
        ),
    ] {
        assert_eq!(number(&database, query).await, rows, "{query}");
    }
    let before = everything(&database).await;
    clock.advance(TimeDelta::days(1));
    let (second, again) = run(&database, &clock, &records).await;
    assert_eq!((second.repeated, second.saved), (2, Saved { unchanged: BATCH as u64 + 18, ..Saved::default() }));
    assert_eq!(again, report);
    assert_same(&before, &everything(&database).await);
}

#[tokio::test]
async fn a_feed_of_several_batches_comes_in_whole() {
    let test = TestDatabase::new().await;
    let (database, clock) = (test.open().await, Clock::manual(now()));
    let records: Vec<Value> = (0..2 * BATCH + 1).map(record).collect();
    let (done, _) = run(&database, &clock, &records).await;
    assert_eq!((done.saved.created, done.saved.around), (801, 81 + 161));
    for (table, rows) in
        [("service", 801), ("source_record", 801), ("agency", 81), ("location", 161), ("directory_change", 3)]
    {
        assert_eq!(count(&database, table).await, rows, "{table}");
    }
}

#[tokio::test]
async fn two_that_import_one_feed_at_once_come_to_the_same_as_one() {
    let text = feed(60);
    let (alone, together) = (TestDatabase::new().await, TestDatabase::new().await);
    let clock = Clock::system();
    let single = alone.open().await;
    run_file(&single, &clock, "feed.ndjson", &text).await;
    let tasks: Vec<_> = (0..4)
        .map(|_| {
            let (settings, clock, text) = (together.settings(), clock.clone(), text.clone());
            tokio::spawn(async move {
                let database = signpost::database::Database::connect(&settings).await.unwrap();
                run_file(&database, &clock, "feed.ndjson", &text).await.0.saved
            })
        })
        .collect();
    let mut created = 0;
    for task in tasks {
        created += task.await.unwrap().created;
    }
    assert_eq!(created, 60, "each service was new to one of them");
    assert_same(&content(&single).await, &content(&together.open().await).await);
}

#[tokio::test]
async fn foreign_keys_hold_after_everything() {
    let test = TestDatabase::new().await;
    let (database, clock) = (test.open().await, Clock::manual(now()));
    run(&database, &clock, &(0..5).map(record).collect::<Vec<_>>()).await;
    if database.engine() == DbBackend::Sqlite {
        assert_eq!(
            strings(&database, "SELECT \"table\" FROM pragma_foreign_key_check").await,
            Vec::<Vec<String>>::new()
        );
    }
    // What hangs on a service goes with it.
    entity::service::Entity::delete_many().exec(database.connection()).await.unwrap();
    for table in ["service_place", "source_record", "eligibility", "service_term", "area_covered", "assurance"] {
        assert_eq!(count(&database, table).await, 0, "{table}");
    }
}
