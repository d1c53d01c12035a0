//! A database for each test, cloned from a template that was migrated once.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sea_orm::{ConnectOptions, ConnectionTrait, Database as SeaDatabase, DbBackend, Statement};
use signpost::config::{DatabaseUrl, Synchronous};
use signpost::database::{Database, Settings};
use tempfile::TempDir;
use tokio::sync::{Mutex, OnceCell};

/// Whether the suite runs on PostgreSQL, and where that is.
pub(crate) fn postgres() -> Option<String> {
    std::env::var("SIGNPOST_TEST_POSTGRES").ok()
}

/// A database that nobody else uses.
pub(crate) struct TestDatabase {
    url: String,
    folder: Option<TempDir>,
}

impl TestDatabase {
    /// A migrated, empty one.
    pub(crate) async fn new() -> Self {
        match postgres() {
            Some(server) => Self { url: postgres_clone(&server).await, folder: None },
            None => {
                let folder = tempfile::tempdir().unwrap();
                let file = folder.path().join("test.sqlite");
                std::fs::copy(sqlite_template().await, &file).unwrap();
                Self { url: format!("sqlite://{}", file.display()), folder: Some(folder) }
            }
        }
    }

    /// One without any table.
    pub(crate) async fn bare() -> Self {
        match postgres() {
            Some(server) => Self { url: postgres_create(&server, "template0").await, folder: None },
            None => {
                let folder = tempfile::tempdir().unwrap();
                let file = folder.path().join("bare.sqlite");
                Self { url: format!("sqlite://{}", file.display()), folder: Some(folder) }
            }
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The SQLite file, on SQLite.
    pub(crate) fn file(&self) -> Option<PathBuf> {
        self.folder.as_ref()?;
        Some(PathBuf::from(self.url.trim_start_matches("sqlite://")))
    }

    pub(crate) fn settings(&self) -> Settings {
        settings(&self.url)
    }

    /// A pool of connections to it.
    pub(crate) async fn open(&self) -> Database {
        Database::connect(&self.settings()).await.unwrap()
    }
}

/// Settings for a test's database.
pub(crate) fn settings(url: &str) -> Settings {
    Settings {
        url: DatabaseUrl::try_from(url.to_owned()).unwrap(),
        max_connections: 4,
        busy_timeout: Duration::from_secs(30),
        create: true,
        sqlite_synchronous: Synchronous::Normal,
        sqlite_max_page_count: None,
        in_bulk: false,
    }
}

async fn sqlite_template() -> PathBuf {
    // The folder lives as long as the process, whose tests it serves.
    static TEMPLATE: OnceCell<(TempDir, PathBuf)> = OnceCell::const_new();
    let (_, file) = TEMPLATE
        .get_or_init(|| async {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("template.sqlite");
            let database = Database::connect(&settings(&format!("sqlite://{}", file.display()))).await.unwrap();
            database.migrate_up().await.unwrap();
            // Everything into the one file that is copied.
            database.connection().execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
            database.connection().clone().close().await.unwrap();
            (folder, file)
        })
        .await;
    file.clone()
}

/// The template has to be left alone while it is copied.
static COPYING: Mutex<()> = Mutex::const_new(());

async fn postgres_clone(server: &str) -> String {
    static TEMPLATE: OnceCell<String> = OnceCell::const_new();
    let template = TEMPLATE
        .get_or_init(|| async {
            let url = postgres_create(server, "template0").await;
            let database = Database::connect(&settings(&url)).await.unwrap();
            database.migrate_up().await.unwrap();
            database.connection().clone().close().await.unwrap();
            name_of(&url).to_owned()
        })
        .await;
    postgres_create(server, template).await
}

fn name_of(url: &str) -> &str {
    url.split('?').next().unwrap().rsplit('/').next().unwrap()
}

async fn postgres_create(server: &str, template: &str) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let name = format!("signpost_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let _alone = COPYING.lock().await;
    let admin = SeaDatabase::connect(ConnectOptions::new(server.to_owned())).await.unwrap();
    for statement in [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name} TEMPLATE {template}")]
    {
        admin.execute_raw(Statement::from_string(DbBackend::Postgres, statement)).await.unwrap();
    }
    admin.close().await.unwrap();
    let (base, options) =
        server.split_once('?').map_or((server, String::new()), |(base, rest)| (base, format!("?{rest}")));
    let (prefix, _) = base.rsplit_once('/').unwrap();
    format!("{prefix}/{name}{options}")
}
