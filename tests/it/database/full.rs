//! A disk that is full: what was asked for fails with a clear word, what is there can be read,
//! nothing is half written, and when there is room again the same import goes on to its end.

use std::path::Path;

use sea_orm::{ConnectOptions, ConnectionTrait, Database as SeaDatabase};
use serde_json::json;
use signpost::clock::Clock;
use signpost::database::Database;
use signpost::open_referral::import::ImportError;

use crate::import::contents::{assert_same, content, count, number, strings};
use crate::import::feeds::{BATCH, feed, try_path};
use crate::support::database::{TestDatabase, postgres, settings};
use crate::support::{config, now};

const RECORDS: usize = 2_000;

/// The import fails for want of room; returns how many records are there, which is whole batches.
async fn fails_for_want_of_room(database: &Database, clock: &Clock, path: &Path) -> i64 {
    let (done, _) = try_path(database, clock, path).await;
    let error = done.unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, ImportError::Database(_)), "{text}");
    let words = ["full", "No space left on device", "could not extend file"];
    assert!(words.iter().any(|words| text.contains(words)), "{text}");
    assert!(text.contains("run it again to go on"), "{text}");

    let stored = count(database, "source_record").await;
    assert_eq!(stored % BATCH as i64, 0, "only whole batches");
    assert_eq!(count(database, "service").await, stored);
    assert_eq!(count(database, "service_place").await, stored);
    assert_eq!(count(database, "directory_change").await, stored / BATCH as i64);
    assert_eq!(number(database, "SELECT COUNT(*) FROM import_run WHERE finished_at IS NOT NULL").await, 0);
    // Whoever asks is answered from what is there.
    let needs = signpost::app::need_list(&config()).unwrap();
    let app = signpost::app::App::with_database(config(), clock.clone(), database.clone(), needs).await.unwrap();
    let answer =
        super::away::ask(&app.router(), "{ services(first: 1) { totalCount nodes { name phones { number } } } }").await;
    assert_eq!(answer["errors"], json!(null), "{answer:#}");
    assert_eq!(answer["data"]["services"]["totalCount"], stored);
    stored
}

/// With room again the same import comes to the same as one that never failed.
async fn goes_on(database: &Database, clock: &Clock, path: &Path, stored: i64) {
    let (done, _) = try_path(database, clock, path).await;
    let done = done.unwrap();
    assert_eq!(done.saved.created as i64 + stored, RECORDS as i64);
    let alone = TestDatabase::new().await;
    let alone = alone.open().await;
    try_path(&alone, clock, path).await.0.unwrap();
    assert_same(&content(&alone).await, &content(database).await);
}

fn written(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("feed.ndjson");
    std::fs::write(&path, feed(RECORDS)).unwrap();
    path
}

#[tokio::test]
async fn a_file_that_may_not_grow() {
    if postgres().is_some() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (path, clock) = (written(folder.path()), Clock::manual(now()));
    for room in [2, 400, 1_500] {
        let test = TestDatabase::new().await;
        let mut settings = test.settings();
        let pages = {
            let database = test.open().await;
            number(&database, "PRAGMA page_count").await
        };
        settings.sqlite_max_page_count = Some(u32::try_from(pages).unwrap() + room);
        let limited = Database::connect(&settings).await.unwrap();
        let stored = fails_for_want_of_room(&limited, &clock, &path).await;
        assert!(stored < RECORDS as i64);
        assert_eq!(stored > 0, room == 1_500, "{room} pages took {stored}");
        assert_eq!(strings(&limited, "PRAGMA integrity_check").await, [["ok"]]);
        assert_eq!(
            strings(&limited, "SELECT \"table\" FROM pragma_foreign_key_check").await,
            Vec::<Vec<String>>::new()
        );
        limited.connection().clone().close().await.unwrap();
        if room == 1_500 {
            let roomy = test.open().await;
            goes_on(&roomy, &clock, &path, stored).await;
            assert_eq!(strings(&roomy, "PRAGMA integrity_check").await, [["ok"]]);
        }
    }
}

/// A server of its own on a file system of some 100 to 200 MB, whose write-ahead log lies on
/// another (`initdb --waldir`): a full log stops the server itself, which is not ours to test.
#[tokio::test]
async fn a_file_system_that_is_full() {
    if postgres().is_none() {
        return;
    }
    let Ok(server) = std::env::var("SIGNPOST_TEST_POSTGRES_SMALL") else {
        eprintln!(
            "SKIPPED a full file system: SIGNPOST_TEST_POSTGRES_SMALL (a server on a small file system) is not set"
        );
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (path, clock) = (written(folder.path()), Clock::manual(now()));
    let admin = SeaDatabase::connect(ConnectOptions::new(server.clone())).await.unwrap();
    for name in ["signpost_full", "signpost_ballast"] {
        admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name}")).await.unwrap();
        admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    }
    let (base, _) = server.rsplit_once('/').unwrap();
    let database = Database::connect(&settings(&format!("{base}/signpost_full"))).await.unwrap();
    database.migrate_up().await.unwrap();

    // A checkpoint for which there is no room stops the server too. The next comes by itself in minutes.
    admin.execute_unprepared("CHECKPOINT").await.unwrap();
    // A megabyte at a time until there is no more, then some of it given back.
    let ballast = SeaDatabase::connect(ConnectOptions::new(format!("{base}/signpost_ballast"))).await.unwrap();
    let mut pieces = 0;
    loop {
        let made = ballast
            .execute_unprepared(&format!(
                "CREATE TABLE piece_{pieces} AS SELECT n, md5(n::text) FROM generate_series(1, 15000) AS n"
            ))
            .await;
        if let Err(error) = made {
            let text = error.to_string();
            assert!(text.contains("No space left on device") || text.contains("could not extend file"), "{text}");
            break;
        }
        pieces += 1;
        assert!(pieces < 5_000, "the file system is not small");
    }
    assert!(pieces > 20, "{pieces}");
    let drop = async |pieces: std::ops::Range<usize>| {
        for piece in pieces {
            ballast.execute_unprepared(&format!("DROP TABLE piece_{piece}")).await.unwrap();
        }
    };
    drop(0..8).await;
    let stored = fails_for_want_of_room(&database, &clock, &path).await;
    // Table by table: to drop the database at once is a checkpoint.
    drop(8..pieces).await;
    ballast.clone().close().await.unwrap();
    admin.execute_unprepared("DROP DATABASE signpost_ballast").await.unwrap();
    goes_on(&database, &clock, &path, stored).await;
    database.connection().clone().close().await.unwrap();
    admin.execute_unprepared("DROP DATABASE signpost_full").await.unwrap();
}
