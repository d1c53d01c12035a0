//! An import that is killed in the middle and run again ends as one that was left alone.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use signpost::clock::Clock;
use signpost::directory::store::duplicate_keys;

use super::contents::{assert_same, content, count, number};
use super::feeds::{BATCH, feed, try_path};
use crate::support::database::TestDatabase;

/// Enough that it is still at work when the first batch is seen.
const RECORDS: usize = 4_000;

fn import(url: &str, feed: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_signpost"))
        .args(["--database", url, "import", "open-referral", "--source", "feed"])
        .arg(feed)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test]
async fn killed_in_the_middle_and_run_again_it_ends_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("feed.ndjson");
    std::fs::write(&path, feed(RECORDS)).unwrap();
    let (killed, whole) = (TestDatabase::new().await, TestDatabase::new().await);
    let database = killed.open().await;

    let mut child = import(killed.url(), &path);
    let deadline = Instant::now() + Duration::from_secs(120);
    while count(&database, "source_record").await == 0 {
        assert!(Instant::now() < deadline, "nothing was stored");
        assert_eq!(child.try_wait().unwrap(), None, "the import ended before anything was seen");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    // SIGKILL on Unix.
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success());

    let stored = count(&database, "source_record").await;
    assert!(stored > 0 && stored < RECORDS as i64, "{stored} of {RECORDS} were stored when it was killed");
    assert_eq!(stored % BATCH as i64, 0, "only whole batches");
    assert_eq!(count(&database, "service").await, stored);
    assert_eq!(count(&database, "service_place").await, stored);
    assert_eq!(count(&database, "directory_change").await, stored / BATCH as i64);
    assert_eq!(number(&database, "SELECT COUNT(*) FROM import_run WHERE finished_at IS NULL").await, 1);

    assert!(import(killed.url(), &path).wait().unwrap().success());
    assert_eq!(number(&database, "SELECT COUNT(*) FROM import_run WHERE finished_at IS NOT NULL").await, 1);
    assert_eq!(
        number(&database, "SELECT services_unchanged FROM import_run WHERE finished_at IS NOT NULL").await,
        stored,
        "what was there was left alone"
    );
    let alone = whole.open().await;
    // As the program does when it opens a database.
    duplicate_keys::fill(&alone).await.unwrap();
    try_path(&alone, &Clock::system(), &path).await.0.unwrap();
    assert_eq!(count(&alone, "service").await, RECORDS as i64);
    assert_same(&content(&alone).await, &content(&database).await);
}
