//! Connections to SQLite and PostgreSQL, transactions, migrations, and what goes wrong with them.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use migration::{Migrator, MigratorTrait};
use sea_orm::sea_query::{Query, SelectStatement, UnionType};
use sea_orm::sqlx;
use sea_orm::sqlx::postgres::{PgListener, PgPoolOptions};
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    QueryResult, RuntimeErr, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

use crate::config::{Config, DatabaseUrl, Engine, Synchronous};

/// An advisory lock of PostgreSQL under which migrations run, so that of two processes that
/// start at once one waits for the other. Any constant does; this spells "signpost".
const MIGRATION_LOCK: i64 = 0x7369_676e_706f_7374;

/// What SQLite holds of its file in memory where very much is written: 256 MiB, told in KiB below zero as it wants it.
const BULK_CACHE: &str = "-262144";
/// The length of its log at which it is copied into the file there, in pages: 64 MiB.
const BULK_LOG: &str = "16384";

/// How to reach the database.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it is. Shows itself without its password.
    pub url: DatabaseUrl,
    /// Most connections held at once.
    pub max_connections: u32,
    /// How long a statement waits for SQLite's one writer, or for a free connection.
    pub busy_timeout: Duration,
    /// Whether an SQLite file is made where there is none. Whoever only looks makes nothing.
    pub create: bool,
    /// How hard SQLite presses a commit onto the disk.
    pub sqlite_synchronous: Synchronous,
    /// Most pages (of 4 KiB) SQLite's file may grow to.
    pub sqlite_max_page_count: Option<u32>,
    /// Whether very much is to be written: SQLite then holds more of its file in memory, and copies its log into the
    /// file less often. Nothing is less safe for it.
    pub in_bulk: bool,
}

impl From<&Config> for Settings {
    fn from(config: &Config) -> Self {
        Self {
            url: config.database.url.clone(),
            max_connections: config.database.max_connections,
            busy_timeout: config.database.busy_timeout(),
            create: true,
            sqlite_synchronous: config.sqlite.synchronous,
            sqlite_max_page_count: config.sqlite.page_cap(),
            in_bulk: false,
        }
    }
}

/// Why the database can't be used. The text is for an operator and never holds a password.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The file exists and is something else.
    #[error("database.url: `{0}` is not an SQLite database; name another file, or move this one away")]
    NotADatabase(String),
    /// It can't be opened or reached.
    #[error("database.url: `{url}` can't be opened: {reason}")]
    Unreachable {
        /// The address without its password.
        url: String,
        /// What the driver says.
        reason: String,
    },
    /// The schema could not be brought up to date.
    #[error("the database's schema can't be migrated: {0}")]
    Migration(DbErr),
    /// The schema is not the one this program knows.
    #[error("the database's schema lacks {0} migration(s); run `signpost migrate up`")]
    Behind(usize),
    /// A statement failed.
    #[error(transparent)]
    Failed(#[from] DbErr),
}

/// A pool of connections. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Database {
    connection: DatabaseConnection,
    statements: Arc<AtomicU64>,
}

/// How long until a new SQLite file that others are opening is tried again.
const LOCKED: Duration = Duration::from_millis(50);
/// How long a connection goes unused before it is asked whether it is still there.
const IDLE: Duration = Duration::from_secs(1);

impl Database {
    /// Opens the database and checks that it answers.
    ///
    /// # Errors
    /// [`DatabaseError`] with what is wrong with the setting or the server.
    pub async fn connect(settings: &Settings) -> Result<Self, DatabaseError> {
        let shown = settings.url.to_string();
        let mut options = ConnectOptions::new(settings.url.expose_with_password());
        options
            .max_connections(settings.max_connections)
            .min_connections(1)
            .acquire_timeout(settings.busy_timeout.max(Duration::from_secs(1)))
            .connect_timeout(Duration::from_secs(10))
            // A connection in use is not asked each time whether it is there: that would double the round trips. One that
            // nobody used for a while may be gone, and is.
            .test_before_acquire_if_idle_for(IDLE)
            .sqlx_logging(false);
        if settings.url.engine() == Engine::Postgres {
            // Statements here are short; compiling one by just-in-time takes longer than it runs. Measured on the rule of
            // who sees what, which is long to read and quick to answer: 2.5 times the time with it.
            //
            // The statements of the rule are long. To plan one anew each time, as PostgreSQL does for those whose plan it thinks
            // may be better by its values, took twice as long as to run it. Measured on a page of a caseload that is shared with
            // another agency: CPU of the database 4.6 to 5.0 ms without, and 3.0 ms with one plan for all values.
            options.map_sqlx_postgres_opts(|postgres| {
                postgres.options([("jit", "off"), ("plan_cache_mode", "force_generic_plan")])
            });
        }
        if settings.url.engine() == Engine::Sqlite {
            let settings = settings.clone();
            options.map_sqlx_sqlite_opts(move |sqlite| {
                let sqlite = sqlite
                    .create_if_missing(settings.create)
                    .foreign_keys(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    .busy_timeout(settings.busy_timeout)
                    .synchronous(match settings.sqlite_synchronous {
                        Synchronous::Normal => SqliteSynchronous::Normal,
                        Synchronous::Full => SqliteSynchronous::Full,
                        Synchronous::Extra => SqliteSynchronous::Extra,
                    });
                let sqlite = if settings.in_bulk {
                    sqlite.pragma("cache_size", BULK_CACHE).pragma("wal_autocheckpoint", BULK_LOG)
                } else {
                    sqlite
                };
                match settings.sqlite_max_page_count {
                    Some(pages) => sqlite.pragma("max_page_count", pages.to_string()),
                    None => sqlite,
                }
            });
        }
        // To turn a file to its log for the first time SQLite asks for all of it, and does not wait for others as it does
        // elsewhere: of several that open a new one at once some would be turned away.
        let in_turn = async {
            loop {
                match sea_orm::Database::connect(options.clone()).await {
                    Err(error) if error.to_string().contains("database is locked") => tokio::time::sleep(LOCKED).await,
                    done => break done,
                }
            }
        };
        let connected = match tokio::time::timeout(settings.busy_timeout, in_turn).await {
            Ok(connected) => connected,
            Err(_) => sea_orm::Database::connect(options).await,
        };
        let mut connection = connected.map_err(|error| explain(&shown, &error))?;
        let statements = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&statements);
        connection.set_metric_callback(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
        });
        let database = Self { connection, statements };
        database.ping().await.map_err(|error| explain(&shown, &error))?;
        Ok(database)
    }

    /// The pool, to run statements on.
    #[must_use]
    pub fn connection(&self) -> &DatabaseConnection {
        &self.connection
    }

    /// Which engine this is.
    #[must_use]
    pub fn engine(&self) -> DbBackend {
        self.connection.get_database_backend()
    }

    /// Statements run since the pool was opened, for metrics and for tests that count them.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// The file it lives in; `None` where that is in memory, or on a server.
    ///
    /// # Errors
    /// The database is gone.
    pub async fn file(&self) -> Result<Option<PathBuf>, DbErr> {
        if self.engine() != DbBackend::Sqlite {
            return Ok(None);
        }
        let statement = Statement::from_string(DbBackend::Sqlite, "PRAGMA database_list");
        let rows = self.connection.query_all_raw(statement).await?;
        let of_main =
            |row: &QueryResult| Some((row.try_get::<String>("", "name").ok()?, row.try_get("", "file").ok()?));
        let main = rows.iter().filter_map(of_main).find(|(name, _): &(_, String)| name == "main");
        Ok(main.map(|(_, file)| file).filter(|file| !file.is_empty()).map(PathBuf::from))
    }

    /// Asks the database for nothing, to see that it is there.
    ///
    /// # Errors
    /// What the driver says when it is not.
    pub async fn ping(&self) -> Result<(), DbErr> {
        let statement = Statement::from_string(self.engine(), "SELECT 1");
        self.connection.query_one_raw(statement).await.map(|_| ())
    }

    /// Begins a transaction that writes. On SQLite it takes the one writer's place at once: a
    /// transaction that reads first and then writes would be turned away instead of waiting.
    ///
    /// # Errors
    /// The database is gone, or the wait for the writer's place ran out.
    pub async fn begin_write(&self) -> Result<DatabaseTransaction, DbErr> {
        self.connection
            .begin_with_options(TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            })
            .await
    }

    /// Begins a transaction that reads one consistent state throughout.
    ///
    /// # Errors
    /// The database is gone.
    pub async fn begin_read(&self) -> Result<DatabaseTransaction, DbErr> {
        let (isolation_level, access_mode) = match self.engine() {
            DbBackend::Postgres => (Some(sea_orm::IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly)),
            // SQLite's deferred transaction is a snapshot from its first read on.
            DbBackend::Sqlite | DbBackend::MySql => (None, None),
            other => return Err(DbErr::Custom(format!("{other:?} is not an engine of ours"))),
        };
        self.connection
            .begin_with_options(TransactionOptions { isolation_level, access_mode, sqlite_transaction_mode: None })
            .await
    }

    /// Brings the schema up to date: all missing migrations or none. Of two processes at once
    /// one does it and the other finds it done.
    ///
    /// # Errors
    /// [`DatabaseError::Migration`] with the statement that failed.
    pub async fn migrate_up(&self) -> Result<(), DatabaseError> {
        let transaction = self.begin_migration().await?;
        Migrator::up(&transaction, None).await.map_err(DatabaseError::Migration)?;
        transaction.commit().await.map_err(DatabaseError::Migration)
    }

    /// Takes back the last `steps` migrations, or all of them.
    ///
    /// # Errors
    /// [`DatabaseError::Migration`] with the statement that failed.
    pub async fn migrate_down(&self, steps: Option<u32>) -> Result<(), DatabaseError> {
        let transaction = self.begin_migration().await?;
        Migrator::down(&transaction, steps).await.map_err(DatabaseError::Migration)?;
        transaction.commit().await.map_err(DatabaseError::Migration)
    }

    /// How many migrations the database lacks.
    ///
    /// # Errors
    /// The database is gone.
    pub async fn pending_migrations(&self) -> Result<usize, DatabaseError> {
        // Only looks: `get_pending_migrations` alone would make the table it looks in. Two that
        // make it at once would stumble over each other, even if neither keeps it.
        let transaction = self.begin_migration().await?;
        let pending = Migrator::get_pending_migrations(&transaction).await.map_err(DatabaseError::Migration)?.len();
        transaction.rollback().await?;
        Ok(pending)
    }

    /// Closes every connection. The last process to do so leaves an SQLite file whole by itself,
    /// with nothing beside it that would have to be copied too.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn close(&self) -> Result<(), DbErr> {
        self.connection.clone().close().await
    }

    async fn begin_migration(&self) -> Result<DatabaseTransaction, DatabaseError> {
        let transaction = self.begin_write().await?;
        one_at_a_time(&transaction, MIGRATION_LOCK).await?;
        Ok(transaction)
    }
}

/// Waits until no other transaction holds this lock, and holds it until this one ends. SQLite has
/// one writer anyway.
///
/// # Errors
/// The database failed.
pub async fn one_at_a_time(db: &impl ConnectionTrait, lock: i64) -> Result<(), DbErr> {
    if db.get_database_backend() == DbBackend::Postgres {
        let lock = format!("SELECT pg_advisory_xact_lock({lock})");
        db.execute_raw(Statement::from_string(DbBackend::Postgres, lock)).await?;
    }
    Ok(())
}

/// Tells every process that [`Listener`]s on a channel, once this transaction has committed. SQLite has no such thing.
///
/// # Errors
/// The database failed.
pub async fn tell(db: &impl ConnectionTrait, channel: &str) -> Result<(), DbErr> {
    if db.get_database_backend() == DbBackend::Postgres {
        let tell = format!("SELECT pg_notify('{channel}', '')");
        db.execute_raw(Statement::from_string(DbBackend::Postgres, tell)).await?;
    }
    Ok(())
}

/// All of these, one after the other, by these of their columns; none where there are none.
#[must_use]
pub fn united(arms: Vec<SelectStatement>, columns: &[&'static str], how: UnionType) -> Option<SelectStatement> {
    let each = arms.into_iter().map(|arm| {
        let mut select = Query::select();
        for column in columns {
            select.column(*column);
        }
        // An arm with an order of its own has to stand within a select on SQLite.
        select.from_subquery(arm, "arm");
        select
    });
    each.reduce(|mut all, arm| {
        all.union(how, arm);
        all
    })
}

/// Hears what is told on a channel of PostgreSQL, over a connection of its own that is no pool's: a pool that is busy
/// does not make it deaf, and it takes no other's place.
pub struct Listener(PgListener);

impl Database {
    /// Listens on a channel; `None` on SQLite, where nothing is told.
    ///
    /// # Errors
    /// The database can't be reached.
    pub async fn listen(&self, channel: &str) -> Result<Option<Listener>, DbErr> {
        if self.engine() != DbBackend::Postgres {
            return Ok(None);
        }
        let options = self.connection.get_postgres_connection_pool().connect_options();
        let options = options.as_ref().clone().application_name(channel);
        let one = PgPoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
        let mut listener = PgListener::connect_with(&one.connect_lazy_with(options)).await.map_err(heard_wrong)?;
        listener.listen(channel).await.map_err(heard_wrong)?;
        Ok(Some(Listener(listener)))
    }
}

impl Listener {
    /// Waits until something is told, or may have been: after a break it listens again first, and then says so, for
    /// nobody knows what was told meanwhile.
    ///
    /// # Errors
    /// The database can't be reached; listen anew.
    pub async fn heard(&mut self) -> Result<(), DbErr> {
        self.0.try_recv().await.map_err(heard_wrong)?;
        // Whatever else was told already is the same to whoever looks now.
        while self.0.next_buffered().is_some() {}
        Ok(())
    }
}

fn heard_wrong(error: sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error)))
}

fn explain(url: &str, error: &DbErr) -> DatabaseError {
    let reason = error.to_string();
    if reason.contains("file is not a database") || reason.contains("(code: 26)") {
        return DatabaseError::NotADatabase(url.to_owned());
    }
    DatabaseError::Unreachable { url: url.to_owned(), reason }
}
