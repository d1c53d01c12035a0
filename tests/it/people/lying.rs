//! What is said of somebody lies nowhere in the open: not in the database's file or its log of writes, not in a backup, not in
//! a table of PostgreSQL, not in the program's log.

use std::process::Command;

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::json;
use signpost::config::{Log, LogFormat};
use signpost::telemetry::subscriber;

use super::graph::Network;
use crate::support::logs::Lines;

/// Words that stand nowhere else, in every place where something can be said.
const SAID: &[&str] = &[
    "Zebedaia",
    "Quuxworthy",
    "Zebbie",
    "QX99317Z",
    "07700900987",
    "quux@example.net",
    "Plumage Works",
    "textfirstplease",
    "remarkable-quux",
    "toolquuxia",
    "questionquux",
    "answerquux",
    "flagquuxed",
    "notequuxed",
    "auntquuxina",
    "witnessquux",
    "capacityquux",
    "referralquux",
];

async fn said(network: &Network) -> String {
    let identity = json!({ "givenNames": "Zebedaia", "familyName": "Quuxworthy", "knownAs": "Zebbie",
        "identifiers": [{ "scheme": "prison number", "value": "QX99317Z" }] });
    let id = network.enter(&network.ann, identity).await;
    for contents in [
        json!({ "contact": { "telephone": "07700900987", "email": "quux@example.net", "addressLines": ["Plumage Works"], "safeTo": "textfirstplease" } }),
        json!({ "need": { "need": "housing.hostel", "remark": "remarkable-quux" } }),
        json!({ "assessment": { "category": "HOUSING", "tool": "toolquuxia", "assessedOn": "2026-11-20", "answers": [{ "question": "questionquux", "answer": "answerquux" }] } }),
        json!({ "flag": { "kind": "RISK", "text": "flagquuxed" } }),
        json!({ "note": { "text": "notequuxed" } }),
        json!({ "personAround": { "name": "auntquuxina", "relation": "aunt" } }),
        // What is refused is not told either.
        json!({ "note": { "text": "notequuxed ".repeat(2_000) } }),
    ] {
        network.record(&network.ann, &id, contents).await;
    }
    network
        .permit(
            &network.ann,
            &id,
            json!({ "method": "SPOKEN", "witness": "witnessquux", "capacityNote": "capacityquux" }),
        )
        .await;
    let drafted = network.drafted(&id, json!(["IDENTITY", "HOUSING"])).await["referral"]["id"].take();
    let words = ", words: \"referralquux\"";
    network.stepped(&network.ann, "enterReferralInError", drafted.as_str().unwrap(), words).await;
    let found = network
        .ask(
            &network.ann,
            "{ findServiceUsers(purpose: REFERRAL, input: { name: \"Zebedaja Quuxworthi\" }) { id name } }",
            json!({}),
        )
        .await;
    assert_eq!(found["findServiceUsers"][0]["name"], "Zebbie Quuxworthy");
    id
}

fn assert_silent(bytes: &[u8], place: &str) {
    assert!(!bytes.is_empty(), "{place}");
    let lower = bytes.to_ascii_lowercase();
    for words in SAID {
        let wanted = words.to_lowercase();
        assert!(!lower.windows(wanted.len()).any(|found| found == wanted.as_bytes()), "{words} in {place}");
    }
}

/// Set in the process that listens.
const ALONE: &str = "SIGNPOST_TEST_LYING_ALONE";

/// In a process of its own, where the log that is listened to is the whole process's. Spans are left on the database's threads
/// too, where `tracing` gives them to the process's subscriber whoever made them; beside one that keeps the suite's logs, that
/// takes the thread down.
#[test]
fn nothing_that_was_said_lies_in_the_open() {
    if std::env::var_os(ALONE).is_some() {
        return tokio::runtime::Runtime::new().unwrap().block_on(nothing_lies_in_the_open());
    }
    let name = concat!(module_path!(), "::nothing_that_was_said_lies_in_the_open").split_once("::").unwrap().1;
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", name])
        .env(ALONE, "yes")
        .env_remove("SIGNPOST_TEST_LOGS")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&child.stderr));
}

async fn nothing_lies_in_the_open() {
    let lines = Lines::default();
    let log = Log { format: LogFormat::Json, filter: "trace".to_owned() };
    let written = lines.clone();
    tracing::subscriber::set_global_default(subscriber(&log, move || written.clone(), false).unwrap()).unwrap();
    let network = Network::new().await;
    let id = said(&network).await;
    // It is all there, for who may see it.
    let seen = network.see(&network.ann, &id).await.to_string();
    let mut told = network.consents(&network.ann, &id).await.to_string();
    let referrals = format!("{{ referralsOf(serviceUser: {id:?}) {{ history {{ words }} }} }}");
    told.push_str(&network.ask(&network.ann, &referrals, json!({})).await.to_string());
    for words in SAID {
        assert!(seen.contains(words) || told.contains(words), "{words}: {seen}");
    }
    assert!(lines.text().contains("\"answered\""), "the log was heard");
    assert_silent(lines.text().as_bytes(), "the program's log, at its most talkative");
    let db = network.app.db();
    match db.file().await.unwrap() {
        Some(file) => {
            let mut log = file.clone().into_os_string();
            log.push("-wal");
            assert_silent(&std::fs::read(&file).unwrap(), "the file");
            assert_silent(&std::fs::read(&log).unwrap(), "the log of writes");
            let folder = tempfile::tempdir().unwrap();
            let backup = folder.path().join("backup.sqlite");
            db.connection().execute_unprepared(&format!("VACUUM INTO '{}'", backup.display())).await.unwrap();
            assert_silent(&std::fs::read(&backup).unwrap(), "a backup");
        }
        None => {
            let of_schema = "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'";
            let tables =
                db.connection().query_all_raw(Statement::from_string(DbBackend::Postgres, of_schema)).await.unwrap();
            assert!(tables.len() > 50);
            let mut whole = String::new();
            for table in tables {
                let name: String = table.try_get("", "name").unwrap();
                let rows = format!("SELECT t::text AS row FROM \"{name}\" t");
                let rows =
                    db.connection().query_all_raw(Statement::from_string(DbBackend::Postgres, rows)).await.unwrap();
                rows.iter().for_each(|row| whole.push_str(&row.try_get::<String>("", "row").unwrap()));
            }
            assert_silent(whole.as_bytes(), "a table");
        }
    }
}
