//! The running whole: settings, database, snapshot, schema and HTTP face, put together once for
//! the command line and once for each test.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_graphql::Request;
use axum::Router;
use tokio::time::timeout;

use crate::api::AskedAt;
use crate::api::horizon::Horizon;
use crate::clock::Clock;
use crate::config::Config;
use crate::database::{Database, DatabaseError, Settings};
use crate::directory::loaders;
use crate::directory::needs::NeedList;
use crate::directory::snapshot::refresh::Live;
use crate::schema::{self, Guarded};
use crate::web::health::{Check, Checks};
use crate::web::{self, Example, Incoming, Metrics, Parts, Readiness};

/// The question that the explorer and `demo` begin with: the one at the top of the README.
pub const EXAMPLE_QUERY: &str = include_str!("example.graphql");

/// How long the database may take to answer before it is said not to. Less than readiness as a
/// whole waits, which could not say which part it waited for.
const PING: Duration = Duration::from_secs(2);

/// Everything a server runs on.
#[derive(Clone, Debug)]
pub struct App {
    /// The settings.
    pub config: Arc<Config>,
    /// The time.
    pub clock: Clock,
    /// The database.
    pub database: Database,
    /// The directory in process.
    pub live: Live,
    /// The figures.
    pub metrics: Metrics,
}

/// Why the server can't start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The list of needs.
    #[error("directory.needs_file: {0}")]
    Needs(String),
}

impl App {
    /// Opens the database and reads the directory. The schema of the database must be up to date.
    ///
    /// # Errors
    /// What stands in the way, in words for an operator.
    pub async fn open(config: Config, clock: Clock) -> Result<Self, StartError> {
        let needs = need_list(&config)?;
        let database = Database::connect(&Settings::from(&config)).await?;
        Self::with_database(config, clock, database, needs).await
    }

    /// The same over a database that is open already.
    ///
    /// # Errors
    /// What stands in the way, in words for an operator.
    pub async fn with_database(
        config: Config,
        clock: Clock,
        database: Database,
        needs: Arc<NeedList>,
    ) -> Result<Self, StartError> {
        match database.pending_migrations().await? {
            0 => {}
            behind => return Err(DatabaseError::Behind(behind).into()),
        }
        let live = Live::open(&database, needs).await.map_err(DatabaseError::from)?;
        let metrics = Metrics::new(env!("CARGO_PKG_VERSION"));
        let app = Self { config: Arc::new(config), clock, database, live, metrics };
        app.tell_directory();
        Ok(app)
    }

    /// Keeps the snapshot true for ever.
    pub async fn follow_directory(self) {
        let mut failing = false;
        loop {
            tokio::time::sleep(self.config.directory.refresh()).await;
            match self.live.refresh(&self.database).await {
                Ok(changed) => {
                    if changed {
                        self.tell_directory();
                        tracing::info!(services = self.live.current().services.len(), "directory.renewed");
                    }
                    if failing {
                        tracing::info!("directory.database: back");
                    }
                    failing = false;
                }
                // Told once, not every second; readiness tells it all the while.
                Err(error) => {
                    if !failing {
                        tracing::warn!(%error, "directory.database: away; the last snapshot answers");
                    }
                    failing = true;
                }
            }
        }
    }

    fn tell_directory(&self) {
        let snapshot = self.live.current();
        let services = i64::try_from(snapshot.services.len()).unwrap_or(i64::MAX);
        self.metrics.set_directory(snapshot.version.last, services);
    }

    /// The HTTP face.
    pub fn router(&self) -> Router {
        let clock = self.clock.clone();
        let database = self.database.clone();
        let began = Instant::now();
        web::router(Parts {
            executor: Guarded(schema::build(&self.config, self.database.clone(), self.live.clone())),
            config: Arc::clone(&self.config),
            metrics: self.metrics.clone(),
            readiness: Arc::new(self.clone()),
            schema_text: schema::text().into(),
            clock: self.clock.clone(),
            uptime: Arc::new(move || began.elapsed()),
            prepare: Arc::new(move |request: Request, _: &Incoming<'_>| {
                let horizon = Horizon::default();
                let loaders = loaders::for_request(database.clone(), horizon.clone());
                request.data(AskedAt(clock.now())).data(horizon).data(loaders)
            }),
            refused_over_get: web::PRIVATE_SEARCHES,
            example: Example { query: EXAMPLE_QUERY.to_owned(), variables: "{}".to_owned() },
        })
    }
}

impl Readiness for App {
    fn checks(&self) -> Checks<'_> {
        Box::pin(async move {
            let database = match timeout(PING, self.database.ping()).await {
                Ok(Ok(())) => Check { name: "database", ok: true, detail: "answers".to_owned() },
                Ok(Err(_)) | Err(_) => Check { name: "database", ok: false, detail: "does not answer".to_owned() },
            };
            let snapshot = self.live.current();
            let directory = Check {
                name: "directory",
                ok: true,
                detail: format!("{} public services at version {}", snapshot.services.len(), snapshot.version.last),
            };
            vec![database, directory]
        })
    }
}

/// The list of needs by the settings.
///
/// # Errors
/// [`StartError::Needs`] with the place and what is wrong there.
pub fn need_list(config: &Config) -> Result<Arc<NeedList>, StartError> {
    let Some(path) = config.directory.needs_file() else {
        return NeedList::embedded().map_err(|error| StartError::Needs(error.to_string()));
    };
    let text = std::fs::read_to_string(path)
        .map_err(|error| StartError::Needs(format!("{} can't be read: {error}", path.display())))?;
    NeedList::parse(&text).map(Arc::new).map_err(|error| StartError::Needs(format!("{}: {error}", path.display())))
}
