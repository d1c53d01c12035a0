//! The command itself: what it says, and what it ends with.

use entity::agency;
use sea_orm::EntityTrait;
use serde_json::Value;

use super::{HEADER, PEOPLE, mapping};
use crate::cli::program::{failed, said, signpost};
use crate::import::contents::count;
use crate::import::feeds::feed;
use crate::support::accounts::global;
use crate::support::database::TestDatabase;

#[tokio::test]
async fn the_program_tries_writes_and_says_what_it_refused() {
    let test = TestDatabase::new().await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("town.ndjson"), feed(1)).unwrap();
    let run = |words: &[&str]| {
        let mut command = signpost(folder.path());
        command.args(["--database", test.url()]).args(words);
        command
    };
    said(&mut run(&["import", "open-referral", "town.ndjson"]));
    let database = test.open().await;
    let agency = agency::Entity::find().one(database.connection()).await.unwrap().unwrap().id;
    for email in ["ann@example.org", "bea@example.org"] {
        let of = global(agency);
        let words = ["--name", "Ann", "--role", "link_worker", "--agency", of.as_str()];
        said(&mut run(&[&["account", "invite", "--email", email][..], &words[..]].concat()));
    }
    let text = mapping(agency);
    let people_only = text.split("[referrals]").next().unwrap();
    std::fs::write(folder.path().join("mapping.toml"), people_only).unwrap();
    std::fs::write(folder.path().join("people.csv"), format!("{HEADER}{PEOPLE}")).unwrap();
    let tried = said(&mut run(&["import-caseload", "mapping.toml"]));
    assert!(
        tried.starts_with("Dry run: nothing is written.") && tried.trim_end().ends_with("--write to write."),
        "{tried}"
    );
    assert_eq!(count(&database, "imported_row").await, 0);
    let written = said(&mut run(&["import-caseload", "mapping.toml", "--write"]));
    assert_eq!(written, "people.csv: 2 new, 0 updated, 0 unchanged, 0 refused.\n");

    std::fs::write(folder.path().join("people.csv"), format!("{HEADER}{PEOPLE}C-3,,Quux,,,,,,,,\n")).unwrap();
    let output = run(&["import-caseload", "mapping.toml", "--write", "--report", "report.json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "some were refused");
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("people.csv:4 given_names: ") && told.contains("2 unchanged, 1 refused."), "{told}");
    let report = std::fs::read_to_string(folder.path().join("report.json")).unwrap();
    assert!(!report.contains("Quux") && !told.contains("Quux"));
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!((&report["written"], &report["refused"][0]["row"]), (&true.into(), &4.into()));

    let before = std::fs::read(folder.path().join("people.csv")).unwrap();
    let error = failed(&mut run(&["import-caseload", "mapping.toml", "--write", "--report", "people.csv"]));
    assert!(error.contains("--report people.csv"), "what is there is not written over: {error}");
    assert_eq!(std::fs::read(folder.path().join("people.csv")).unwrap(), before);

    std::fs::write(folder.path().join("wrong.toml"), people_only.replace("born_on", "born_no")).unwrap();
    let error = failed(&mut run(&["import-caseload", "wrong.toml"]));
    assert!(error.contains("wrong.toml") && error.contains("born_no"), "{error}");
    let error = failed(&mut run(&["import-caseload", "nowhere.toml"]));
    assert!(error.contains("nowhere.toml"), "{error}");

    // What is only tried makes no database and brings none up to date.
    let nothing = ["--database", "sqlite://missing.db", "import-caseload", "mapping.toml"];
    let error = failed(signpost(folder.path()).args(nothing));
    assert!(error.contains("missing.db") && error.contains("a dry run makes no database"), "{error}");
    assert!(!folder.path().join("missing.db").exists());
    database.migrate_down(Some(1)).await.unwrap();
    let error = failed(&mut run(&["import-caseload", "mapping.toml"]));
    assert!(error.contains("signpost migrate up") && error.contains("a dry run"), "{error}");
    assert_eq!(database.pending_migrations().await.unwrap(), 1);
    let output = run(&["import-caseload", "mapping.toml", "--write"]).output().unwrap();
    assert_eq!((output.status.code(), database.pending_migrations().await.unwrap()), (Some(2), 0));
}
