//! Importing the table of every postcode, and what it sharpens.

use std::path::PathBuf;

use chrono::TimeDelta;
use entity::enums::{AreaKind, PlacedBy};
use sea_orm::EntityTrait;
use serde_json::json;
use signpost::clock::Clock;
use signpost::database::Database;
use signpost::directory::postcodes::{Imported, PostcodesError, PostcodesImport, import};

use crate::import::contents::{count, everything, strings};
use crate::open_referral_feed::gzip;
use crate::support::database::TestDatabase;
use crate::support::listings::{area, at, location, service};
use crate::support::{TestApp, now, shared};

/// M16 straddles Manchester and Trafford; M16 0RA is in Trafford, M16 7AD in Manchester.
const TRAFFORD: &str = "E08000009";
const MANCHESTER: &str = "E08000003";

fn table(rows: &[(&str, f64, f64, &str)]) -> String {
    rows.iter().fold("postcode,lat,lon,lad_code\n".to_owned(), |text, (postcode, lat, lon, code)| {
        format!("{text}{postcode},{lat},{lon},{code}\n")
    })
}

fn three() -> Vec<(&'static str, f64, f64, &'static str)> {
    vec![
        ("M14 5RQ", 53.45561, -2.22121, MANCHESTER),
        ("M16 0RA", 53.46256, -2.29103, TRAFFORD),
        ("M16 7AD", 53.45902, -2.25312, MANCHESTER),
    ]
}

async fn try_import(database: &Database, clock: &Clock, bytes: impl AsRef<[u8]>) -> Result<Imported, PostcodesError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("postcodes");
    std::fs::write(&path, bytes).unwrap();
    import(database, clock, PostcodesImport::open(&path).unwrap()).await
}

async fn run(database: &Database, clock: &Clock, bytes: impl AsRef<[u8]>) -> Imported {
    try_import(database, clock, bytes).await.unwrap()
}

async fn stored(database: &Database) -> Vec<String> {
    let rows = strings(database, "SELECT postcode || ' ' || authority_code FROM postcode ORDER BY postcode").await;
    rows.into_iter().flatten().collect()
}

#[tokio::test]
async fn every_form_of_the_table_comes_in_and_changes_nothing_again() {
    let test = TestDatabase::new().await;
    let (database, clock) = (test.open().await, Clock::manual(now()));
    let first = run(&database, &clock, table(&three())).await;
    assert_eq!(first, Imported { read: 3, created: 3, ..Imported::default() });
    assert_eq!(stored(&database).await, ["M14 5RQ E08000003", "M16 0RA E08000009", "M16 7AD E08000003"]);
    let before = everything(&database).await;
    clock.advance(TimeDelta::days(1));
    let directory = "\u{feff}\"pcd\",\"pcds\",\"doterm\",\"oslaua\",\"lat\",\"long\"\r\n\
        \"M14 5RQ\",\"M14 5RQ\",\"\",\"E08000003\",53.45561,-2.22121\r\n\
        \"M16 0RA\",\"M16 0RA\",\"\",\"E08000009\",53.46256,-2.29103\r\n\
        \"M16 7AD\",\"M16 7AD\",\"\",\"E08000003\",53.45902,-2.25312\r\n\
        \"M14 5ZZ\",\"M14 5ZZ\",\"199606\",\"E08000003\",53.4532,-2.2195\r\n";
    for bytes in [table(&three()).into_bytes(), gzip(table(&three())), directory.into(), gzip(directory)] {
        assert_eq!(run(&database, &clock, bytes).await, Imported { read: 3, unchanged: 3, ..Imported::default() });
        assert_eq!(everything(&database).await, before);
    }
    // What is near a postcode comes out otherwise once the table is there, and not again.
    assert_eq!(count(&database, "directory_change").await, 1, "one change, by the first import");
}

#[tokio::test]
async fn moved_and_retired_postcodes_follow_the_table() {
    let test = TestDatabase::new().await;
    let (database, clock) = (test.open().await, Clock::manual(now()));
    // A hundred, so that one that is gone leaves a whole table behind.
    let mut rows: Vec<(String, f64, f64, &str)> =
        (0..100).map(|at| (format!("M14 5{}{}", letter(at / 10), letter(at % 10)), 53.45, -2.22, MANCHESTER)).collect();
    let text = |rows: &[(String, f64, f64, &str)]| {
        table(&rows.iter().map(|(postcode, lat, lon, code)| (postcode.as_str(), *lat, *lon, *code)).collect::<Vec<_>>())
    };
    assert_eq!(run(&database, &clock, text(&rows)).await.created, 100);
    rows.remove(0);
    rows[0].1 = 53.46;
    rows[1].2 = -2.23;
    rows[2].3 = TRAFFORD;
    let done = run(&database, &clock, text(&rows)).await;
    assert_eq!(done, Imported { read: 99, changed: 3, unchanged: 96, removed: 1, ..Imported::default() });
    let kept = entity::postcode::Entity::find().all(database.connection()).await.unwrap();
    assert_eq!(kept.len(), 99);
    for (postcode, lat, lon, code) in &rows {
        let row = kept.iter().find(|row| row.postcode == *postcode).unwrap();
        assert_eq!((row.latitude, row.longitude, row.authority_code.as_str()), (*lat, *lon, *code), "{postcode}");
    }
    // A file of one county is not the news that the rest of the country went away.
    let county = run(&database, &clock, text(&rows[..40])).await;
    assert_eq!(county, Imported { read: 40, unchanged: 40, ..Imported::default() });
    let elsewhere = run(&database, &clock, table(&[("AB10 1AB", 57.14961, -2.09692, "S12000033")])).await;
    assert_eq!((elsewhere.created, elsewhere.removed), (1, 0));
    assert_eq!(count(&database, "postcode").await, 100);
}

/// Letters that end postcodes.
fn letter(at: usize) -> char {
    b"ABDEFGHJLN"[at].into()
}

#[tokio::test]
async fn a_table_that_has_a_postcode_twice_comes_to_rest() {
    let test = TestDatabase::new().await;
    let (database, clock) = (test.open().await, Clock::manual(now()));
    // Beyond a batch of 20,000, and within it.
    let mut text =
        "postcode,lat,lon,lad_code\nM14 5RQ,53.45561,-2.22121,E08000003\nM14 5RQ,53.4,-2.2,E08000003\n".to_owned();
    let all: Vec<char> = "ABDEFGHJLNPQRSTUWXYZ".chars().collect();
    for (first, district) in (0..20_400).map(|at| (at, 1 + at / 4_000)) {
        let rest = first % 4_000;
        let (sector, one, other) = (rest / 400, rest / 20 % 20, rest % 20);
        text.push_str(&format!("M{district} {sector}{}{},53.4,-2.2,E08000003\n", all[one], all[other]));
    }
    text.push_str("M14 5RQ,53.5,-2.3,E08000009\n");
    let first = run(&database, &clock, &text).await;
    assert_eq!((first.created, first.changed), (20_401, 0), "{first:?}");
    let second = run(&database, &clock, &text).await;
    assert_eq!((second.created, second.changed, second.unchanged), (0, 0, 20_401), "{second:?}");
    let kept = strings(&database, "SELECT authority_code FROM postcode WHERE postcode = 'M14 5RQ'").await;
    assert_eq!(kept, [[MANCHESTER]], "the first row holds");
}

#[tokio::test]
async fn locations_without_a_point_of_their_own_are_placed_anew() {
    let mut listing = service("s", "Beds", "housing.emergency");
    listing.places = vec![
        at(location("by-sector", "M16 0RA", None)),
        at(location("by-source", "M16 0RA", Some((53.5, -2.3)))),
        at(location("unlisted", "M16 0RE", None)),
        at(location("nowhere", "nonsense", None)),
    ];
    let app = TestApp::of(&[listing]).await;
    let query = "{ services { nodes { places { location { name point { latitude longitude placedBy } localAuthority { code } } } } } }";
    let places = |data: &serde_json::Value| data["services"]["nodes"][0]["places"].clone();
    let before = places(&app.data(query, json!({})).await);
    assert_eq!(before[0]["location"]["point"]["placedBy"], "SECTOR");
    assert_eq!(before[0]["location"]["localAuthority"], json!(null), "M16 straddles a border");
    assert_eq!(before[3]["location"]["point"], json!(null));

    let done = run(app.db(), &app.clock, table(&three())).await;
    assert_eq!((done.created, done.placed), (3, 2), "one has another point, and that of the source another authority");
    assert_eq!(strings(app.db(), "SELECT what FROM directory_change").await.last().unwrap(), &["places"]);
    app.refresh().await;
    let after = places(&app.data(query, json!({})).await);
    let point = json!({ "latitude": 53.46256, "longitude": -2.29103, "placedBy": "POSTCODE" });
    assert_eq!(after[0]["location"]["point"], point);
    assert_eq!(after[0]["location"]["localAuthority"]["code"], TRAFFORD);
    assert_eq!(after[1]["location"]["point"], json!({ "latitude": 53.5, "longitude": -2.3, "placedBy": "SOURCE" }));
    assert_eq!(after[1]["location"]["localAuthority"]["code"], TRAFFORD);
    assert_eq!((&after[2], &after[3]), (&before[2], &before[3]));

    // Again: nothing moves, and nobody need renew anything.
    let changes = count(app.db(), "directory_change").await;
    assert_eq!(run(app.db(), &app.clock, table(&three())).await.placed, 0);
    assert_eq!(count(app.db(), "directory_change").await, changes);
    // A postcode that moves takes its locations along.
    let mut moved = three();
    moved[1].1 = 53.47;
    assert_eq!(run(app.db(), &app.clock, table(&moved)).await.placed, 1);
    let rows = entity::location::Entity::find().all(app.db().connection()).await.unwrap();
    let row = rows.iter().find(|row| row.source_key == "by-sector").unwrap();
    assert_eq!((row.latitude, row.placed_by), (Some(53.47), Some(PlacedBy::Postcode)));
}

#[tokio::test]
async fn coverage_becomes_certain() {
    let mut listing = service("s", "Trafford only", "housing.emergency");
    listing.areas = vec![area(AreaKind::LocalAuthority, TRAFFORD)];
    listing.delivery = vec![entity::enums::DeliveryMode::Telephone];
    let app = TestApp::of(&[listing]).await;
    let query = "query($place: String!) { signpost(input: { where: { place: $place } }) {
        where { precision localAuthorities errorKm } nodes { group criteria { subject outcome } } } }";
    let ask = async |place: &str| app.data(query, json!({ "place": place })).await["signpost"].clone();
    let area_outcome = |answer: &serde_json::Value| {
        let criteria = answer["nodes"][0]["criteria"].as_array().cloned().unwrap_or_default();
        criteria
            .iter()
            .find(|criterion| criterion["subject"] == "COVERAGE")
            .map(|criterion| criterion["outcome"].clone())
    };
    let before = ask("M16 8AA").await;
    assert_eq!(area_outcome(&before), Some(json!("UNKNOWN")), "{before:#}");
    assert_eq!(before["nodes"][0]["group"], "FITS_IF");
    assert!(before["where"]["localAuthorities"].as_array().unwrap().len() == 2, "{before:#}");

    let rows = [("M16 8AA", 53.4486, -2.2568, MANCHESTER), ("M16 0RA", 53.46256, -2.29103, TRAFFORD)];
    run(app.db(), &app.clock, table(&rows)).await;
    let there = ask("M16 0RA").await;
    assert_eq!(
        (area_outcome(&there), &there["nodes"][0]["group"]),
        (Some(json!("MEETS")), &json!("FITS")),
        "{there:#}"
    );
    assert_eq!(there["where"]["localAuthorities"].as_array().unwrap().len(), 1);
    assert!(there["where"]["errorKm"].as_f64() < before["where"]["errorKm"].as_f64(), "{there:#} {before:#}");
    let beside = ask("M16 8AA").await;
    assert_eq!(beside["nodes"], json!([]), "it is not shown to those it does not cover: {beside:#}");
}

#[tokio::test]
async fn bad_rows_are_told_and_the_good_ones_kept() {
    let test = TestDatabase::new().await;
    let (database, clock) = (test.open().await, Clock::manual(now()));
    let bad: String = (0..15).map(|at| format!("nonsense{at},53.4,-2.2,E08000003\n")).collect();
    let done = run(&database, &clock, format!("{}{bad}AB10 1AB,57.14961,-2.09692,S12000033\n", table(&three()))).await;
    assert_eq!((done.read, done.created, done.rejected, done.problems.len()), (4, 4, 15, 10));
    assert_eq!(done.problems[0].to_string(), "line 5, postcode: “nonsense0” is not a full postcode, as M14 5RQ");
}

#[tokio::test]
async fn what_is_no_table_changes_nothing() {
    let test = TestDatabase::new().await;
    let (database, clock) = (test.open().await, Clock::manual(now()));
    let packed = gzip(table(&three()));
    let rows: [(&str, Vec<u8>, &str); 6] = [
        ("empty", Vec::new(), "holds no postcode"),
        ("header only", b"postcode,lat,lon,lad_code\n".to_vec(), "holds no postcode"),
        ("another table", b"id,name\n1,x\n".to_vec(), "the header has no such column"),
        ("an image", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), "can't be used"),
        ("not gzip after all", b"\x1f\x8bnot gzip".to_vec(), "cannot be read on"),
        ("all bad", b"postcode,lat,lon,lad_code\nx,1,2,3\n".to_vec(), "holds no postcode"),
    ];
    for (what, bytes, words) in rows {
        let error = try_import(&database, &clock, bytes).await.unwrap_err().to_string();
        assert!(error.contains(words), "{what}: {error}");
        assert_eq!(count(&database, "postcode").await, 0, "{what}");
    }
    // Broken off: what came in stays, nothing counts as gone, and the break is told.
    run(&database, &clock, table(&three())).await;
    let error = try_import(&database, &clock, &packed[..packed.len() - 10]).await.unwrap_err();
    assert!(matches!(&error, PostcodesError::File(problem) if problem.reason.ends_reading()), "{error}");
    assert_eq!(count(&database, "postcode").await, 3);
    let missing = PostcodesImport::open(&PathBuf::from("/nowhere/postcodes.csv")).unwrap_err().to_string();
    assert!(missing.starts_with("/nowhere/postcodes.csv: "), "{missing}");
    // A folder opens on Unix, and can't be read.
    let folder = tempfile::tempdir().unwrap();
    if let Ok(job) = PostcodesImport::open(folder.path()) {
        let error = import(&database, &clock, job).await.unwrap_err().to_string();
        assert!(error.contains("cannot be read on"), "{error}");
    }
}

/// The whole table takes minutes without optimisation: run it as
/// `SIGNPOST_TEST_SHARED=… cargo test --release --test it every_postcode -- --ignored`.
#[tokio::test]
#[ignore = "minutes without optimisation"]
async fn every_postcode_of_the_united_kingdom_comes_in() {
    let Some(shared) = shared("the postcodes of the United Kingdom") else { return };
    let path = shared.join("data/geo/postcodes_live.csv.gz");
    let test = TestDatabase::new().await;
    let (database, clock) = (test.open().await, Clock::manual(now()));
    let first = import(&database, &clock, PostcodesImport::open(&path).unwrap()).await.unwrap();
    assert_eq!(first, Imported { read: 1_816_152, created: 1_816_152, ..Imported::default() });
    let second = import(&database, &clock, PostcodesImport::open(&path).unwrap()).await.unwrap();
    assert_eq!(second, Imported { read: 1_816_152, unchanged: 1_816_152, ..Imported::default() });
}
