//! Two processes on one database: each tells what the other wrote, at once on PostgreSQL, and by looking on SQLite; and
//! one that was cut off catches up.

use entity::enums::HappeningKind;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::json;
use signpost::app::{App, need_list};
use signpost::clock::Clock;

use super::client::{Events, changed, global, listing, of, soon, write};
use crate::support::database::{TestDatabase, postgres};
use crate::support::{config, now};

/// An application over the database of others, which follows its changes; aborted when it goes.
struct Process {
    app: App,
    follower: tokio::task::JoinHandle<()>,
}

impl Drop for Process {
    fn drop(&mut self) {
        self.follower.abort();
    }
}

impl Process {
    /// Looks for changes every so many milliseconds, where nobody tells it of them.
    async fn start(database: &TestDatabase, refresh_ms: u32) -> Self {
        let mut config = config();
        config.directory.refresh_ms = refresh_ms;
        let needs = need_list(&config).unwrap();
        let app = App::with_database(config, Clock::manual(now()), database.open().await, needs).await.unwrap();
        Self { follower: tokio::spawn(app.clone().follow_directory()), app }
    }

    async fn watch(&self, key: &str) -> Events {
        let events = Events::open(&self.app.router(), json!({ "services": [global(key)] }), &[]).await;
        let mut events = events.map_err(|wrong| format!("{wrong:?}")).unwrap();
        events.event().await.unwrap();
        events
    }

    async fn write(&self, kind: HappeningKind) {
        write(&self.app, &[changed(listing("a"), kind)]).await;
    }
}

/// So long that whoever is told nothing would be told nothing in time.
const NEVER: u32 = 3_600_000;

/// How often is looked for changes: where PostgreSQL tells of them, never.
fn refresh() -> u32 {
    if postgres().is_some() { NEVER } else { 50 }
}

/// Waits until so many listen.
async fn listening(app: &App, many: usize) -> Vec<i32> {
    let find = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() \
                AND application_name = 'signpost_directory' AND query LIKE 'LISTEN%'";
    soon(async {
        loop {
            let statement = Statement::from_string(DbBackend::Postgres, find);
            let rows = app.database.connection().query_all_raw(statement).await.unwrap();
            if rows.len() == many {
                break rows.iter().map(|row| row.try_get("", "pid").unwrap()).collect();
            }
            tokio::task::yield_now().await;
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_process_writes_every_process_tells() {
    let database = TestDatabase::new().await;
    let (one, other) = (Process::start(&database, refresh()).await, Process::start(&database, refresh()).await);
    write(&one.app, &[listing("a")]).await;
    let (mut here, mut there) = (one.watch("a").await, other.watch("a").await);
    let name = "{ services { nodes { status } } }";
    for (writer, kind) in
        [(&one, HappeningKind::Closed), (&other, HappeningKind::Reopened), (&one, HappeningKind::HoursChanged)]
    {
        writer.write(kind).await;
        let expected = [of(&kind.as_str().to_uppercase(), "a")];
        assert_eq!(here.kinds(1).await, expected);
        assert_eq!(there.kinds(1).await, expected);
        // Whoever was told of it finds it in every answer.
        let status = |app: &App| app.live.current().services().next().map(|service| service.status);
        assert_eq!(status(&one.app), status(&other.app), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_goes_on_at_another_process_with_its_last_cursor() {
    let database = TestDatabase::new().await;
    let one = Process::start(&database, refresh()).await;
    write(&one.app, &[listing("a")]).await;
    let mut here = one.watch("a").await;
    one.write(HappeningKind::Closed).await;
    assert_eq!(here.kinds(1).await, [of("CLOSED", "a")]);
    let last = here.last_id.clone().unwrap();
    drop(here);
    one.write(HappeningKind::Reopened).await;
    one.write(HappeningKind::CapacityGone).await;
    // The other starts only now, and has it from the table.
    let other = Process::start(&database, refresh()).await;
    let headers = [("last-event-id", last.as_str())];
    let there = Events::open(&other.app.router(), json!({ "services": [global("a")] }), &headers).await;
    let mut there = there.map_err(|wrong| format!("{wrong:?}")).unwrap();
    assert_eq!(there.kinds(2).await, [of("REOPENED", "a"), of("CAPACITY_GONE", "a")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_was_cut_off_catches_up() {
    let database = TestDatabase::new().await;
    let one = Process::start(&database, refresh()).await;
    write(&one.app, &[listing("a")]).await;
    if postgres().is_none() {
        // Its database is only ever not there for a moment: what was written meanwhile is told afterwards.
        let mut there = one.watch("a").await;
        one.app.live.set_in_touch(false);
        one.write(HappeningKind::Closed).await;
        assert_eq!(there.kinds(1).await, [of("CLOSED", "a")]);
        return;
    }
    let other = Process::start(&database, NEVER).await;
    let mut there = other.watch("a").await;
    let before = listening(&one.app, 2).await;
    for pid in &before {
        let statement = format!("SELECT pg_terminate_backend({pid})");
        let statement = Statement::from_string(DbBackend::Postgres, statement);
        one.app.database.connection().execute_raw(statement).await.unwrap();
    }
    // Written while nobody, or nobody yet, listens again.
    one.write(HappeningKind::Closed).await;
    assert_eq!(there.kinds(1).await, [of("CLOSED", "a")]);
    let after = listening(&one.app, 2).await;
    assert!(after.iter().all(|pid| !before.contains(pid)), "they listen anew: {before:?} {after:?}");
    one.write(HappeningKind::Reopened).await;
    assert_eq!(there.kinds(1).await, [of("REOPENED", "a")]);
}
