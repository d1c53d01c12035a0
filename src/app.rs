//! The running whole: settings, database, snapshot, schema and HTTP face, put together once for
//! the command line and once for each test.

mod calendars;
mod corrections;
mod notices;

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_graphql::Request;
use async_graphql::parser::types::ExecutableDocument;
use axum::Router;
use axum::http::{HeaderMap, header};
use futures_util::future::BoxFuture;
use tokio::sync::Notify;
use tokio::time::timeout;

pub use self::corrections::NotDrafted;
use crate::access::Viewer;
use crate::accounts::credentials::Unknown;
use crate::accounts::signing_in::CameFrom;
use crate::accounts::{Accounts, Trouble};
use crate::api::AskedAt;
use crate::api::ids::NodeId;
use crate::api::limits::QueryLimits;
use crate::api::paging::PageSize;
use crate::clock::Clock;
use crate::config::{Config, RemindEvery};
use crate::database::{Database, DatabaseError, Settings};
use crate::directory::loaders::Loaders;
use crate::directory::needs::NeedList;
use crate::directory::snapshot::kept::IndexFile;
use crate::directory::snapshot::refresh::Live;
use crate::directory::store::changes::CHANNEL;
use crate::directory::store::load::{self, Version};
use crate::listings::Listings;
use crate::listings::corrections::refusals::Rule;
use crate::listings::freshness::due::Period;
use crate::listings::freshness::reminding::{Reminded, Reminding};
use crate::people::People;
use crate::post::{Post, PostSettingsError, SecretLink};
use crate::schema::{self, Guarded, due_rules};
use crate::signposting::interpret::Interpreter;
use crate::signposts::Signposts;
use crate::vault::Vault;
use crate::vault::file::FileError;
use crate::web::answers::{Edition, Keeper, StillThere};
use crate::web::health::{Check, Checks};
use crate::web::sheets::{SheetPage, Sheets};
use crate::web::{self, Example, Incoming, Metrics, Parts, Readiness, StoredOperations, Turned};

/// The question that the explorer and `demo` begin with: the one at the top of the README.
pub const EXAMPLE_QUERY: &str = include_str!("example.graphql");

/// How long the database may take to answer before it is said not to. Less than readiness as a
/// whole waits, which could not say which part it waited for.
const PING: Duration = Duration::from_secs(2);

/// How long is waited before PostgreSQL is listened to again after that failed.
const BETWEEN_LISTENING: Duration = Duration::from_secs(1);

/// How long what signing in needs no more may lie about.
const BETWEEN_TIDYING: Duration = Duration::from_secs(60 * 60);

/// How long what could not be sent waits, and what has become due.
const BETWEEN_REMINDING: Duration = Duration::from_secs(60 * 60);

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
    /// What reads people's own words.
    pub interpreter: Arc<Interpreter>,
    /// Signing in.
    pub accounts: Accounts,
    /// The lives of listings.
    pub listings: Listings,
    /// What is sealed, and the keys for it.
    pub vault: Vault,
    /// Service users.
    pub people: People,
    /// What sends letters.
    pub post: Post,
    /// The figures.
    pub metrics: Metrics,
    /// The operations on the list of the settings.
    pub operations: Arc<StoredOperations>,
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
    /// The list of operations.
    #[error("persisted.operations_file: {0}")]
    Operations(String),
    /// Letters.
    #[error(transparent)]
    Post(#[from] PostSettingsError),
    /// The keys under which what is personal is sealed.
    #[error(transparent)]
    Vault(#[from] FileError),
    /// Signing in.
    #[error("accounts: {0}")]
    Accounts(String),
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
        let vault = Vault::open(config.vault.keys_file().ok_or(FileError::Unnamed)?, clock.clone())?;
        let interpreter = Interpreter::new(&needs).map_err(|error| StartError::Needs(error.to_string()))?;
        let file = database.file().await.map_err(DatabaseError::from)?;
        let kept = IndexFile::of(config.directory.index_folder(), file.as_deref());
        let began = Instant::now();
        let live = Live::open_with(&database, needs, config.directory.scratch_folder(), kept);
        let live = live.await.map_err(DatabaseError::from)?;
        let (services, took) = (live.current().service_count(), began.elapsed());
        tracing::info!(index = %live.origin(), services, took_ms = took.as_millis(), "directory.ready");
        let metrics = Metrics::new(env!("CARGO_PKG_VERSION"));
        let interpreter = Arc::new(interpreter);
        let post = Post::new(&config.post)?;
        let settings = config.accounts.clone();
        let accounts = Accounts::new(database.clone(), clock.clone(), settings, post.clone(), vault.clone());
        let people = People::new(database.clone(), clock.clone(), vault.clone());
        let accounts = accounts.map_err(|error| StartError::Accounts(error.to_string()))?;
        let of = &config.corrections;
        let rule = Rule { refusals: of.refusals, authors: of.workers, days: of.days };
        let listings = Listings::new(database.clone(), clock.clone(), live.clone()).drafting(rule);
        let executor = Guarded::new(
            &config,
            database.clone(),
            live.clone(),
            Arc::clone(&interpreter),
            accounts.clone(),
            listings.clone(),
            people.clone(),
        );
        let operations = Arc::new(stored_operations(&config, &executor).await?);
        let config = Arc::new(config);
        let app = Self {
            config,
            clock,
            database,
            live,
            interpreter,
            accounts,
            listings,
            people,
            vault,
            post,
            metrics,
            operations,
        };
        app.tell_directory();
        Ok(app)
    }

    /// Keeps the snapshot true for ever: at once where PostgreSQL tells of a change, and by looking from time to time,
    /// which is all there is on SQLite.
    pub async fn follow_directory(self) {
        let told = Notify::new();
        tokio::join!(self.listen_for_changes(&told), self.look_for_changes(&told));
    }

    async fn look_for_changes(&self, told: &Notify) {
        let mut failing = false;
        loop {
            // What was told meanwhile is found as well, and what can't be told is found in time.
            let _ = timeout(self.config.directory.refresh(), told.notified()).await;
            match self.live.refresh(&self.database).await {
                Ok(changed) => {
                    if changed {
                        self.tell_directory();
                        tracing::info!(services = self.live.current().service_count(), "directory.renewed");
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

    async fn listen_for_changes(&self, told: &Notify) {
        loop {
            let listening = async {
                let Some(mut listener) = self.database.listen(CHANNEL).await? else { return Ok(()) };
                loop {
                    // First of all for what was told while nobody listened.
                    told.notify_one();
                    listener.heard().await?;
                }
            };
            match listening.await {
                Ok(()) => return,
                Err::<(), DatabaseError>(error) => {
                    tracing::warn!(%error, "directory.changes: not heard for now; looked for from time to time");
                }
            }
            tokio::time::sleep(BETWEEN_LISTENING).await;
        }
    }

    /// Publishes for ever the changes of listings whose hour has come.
    pub async fn publish_changes(self) {
        loop {
            match self.listings.publish_due().await {
                Ok(0) => {}
                Ok(published) => tracing::info!(published, "listings.published"),
                Err(error) => tracing::debug!(%error, "listings.published: not now"),
            }
            tokio::time::sleep(self.config.directory.refresh()).await;
        }
    }

    /// Removes for ever what signing in needs no more: tries that count no more, links that work no more, sign-ins that
    /// were over long ago, and idempotency keys that count no more.
    pub async fn tidy_accounts(self) {
        loop {
            let accounts = &self.accounts;
            let tidied = async {
                let (tries, links) = (accounts.forget_old_tries().await?, accounts.forget_old_links().await?);
                Ok((tries, links, accounts.forget_old_sessions().await?, self.people.forget_old_keys().await?))
            };
            match tidied.await {
                Ok((tries, links, sessions, keys)) => {
                    tracing::debug!(tries, links, sessions, keys, "accounts.tidied");
                }
                Err::<_, Trouble>(error) => tracing::warn!(%error, "accounts.tidied: not now"),
            }
            tokio::time::sleep(BETWEEN_TIDYING).await;
        }
    }

    /// Asks those who keep listings true to look at what is due, as often as the settings say.
    pub async fn remind(self) {
        let settings = &self.config.freshness;
        if !settings.remind {
            return;
        }
        let how = Reminding {
            rules: due_rules(settings),
            period: match settings.remind_every {
                RemindEvery::Week => Period::Week,
                RemindEvery::Month => Period::Month,
            },
            link: SecretLink::new(settings.worklist_url.clone()).ok(),
        };
        loop {
            match self.listings.remind_due(&self.post, &how).await {
                Ok(Reminded { sent, later, unclear, unanswered }) => {
                    tracing::debug!(sent, later, unclear, unanswered, "listings.reminded");
                }
                Err(error) => tracing::warn!(%error, "listings.reminded: not now"),
            }
            tokio::time::sleep(BETWEEN_REMINDING).await;
        }
    }

    fn tell_directory(&self) {
        let snapshot = self.live.current();
        let services = i64::try_from(snapshot.service_count()).unwrap_or(i64::MAX);
        self.metrics.set_directory(snapshot.version.last, services);
    }

    /// The HTTP face.
    pub fn router(&self) -> Router {
        let (database, live) = (self.database.clone(), self.live.clone());
        let began = Instant::now();
        let interpreter = Arc::clone(&self.interpreter);
        let accounts = self.accounts.clone();
        let listings = self.listings.clone();
        let people = self.people.clone();
        let executor =
            Guarded::new(&self.config, database.clone(), live.clone(), interpreter, accounts.clone(), listings, people);
        web::router(Parts {
            news: live.news(),
            keeper: Some(Arc::new(PublicAnswers { app: self.clone(), executor: executor.clone() })),
            operations: Arc::clone(&self.operations),
            executor,
            config: Arc::clone(&self.config),
            metrics: self.metrics.clone(),
            readiness: Arc::new(self.clone()),
            schema_text: schema::text().into(),
            clock: self.clock.clone(),
            uptime: Arc::new(move || began.elapsed()),
            prepare: Arc::new(move |request: Request, incoming: Incoming<'_>| {
                let loaders = Loaders::new(database.clone(), incoming.horizon.clone(), &live);
                let request = request.data(AskedAt(incoming.at)).data(CameFrom(incoming.from)).data(loaders);
                let accounts = accounts.clone();
                Box::pin(async move { Ok(request.data(who_asks(&accounts, &incoming).await?)) })
            }),
            sheets: Arc::new(self.clone()),
            feeds: Arc::new(self.clone()),
            refused_over_get: web::PRIVATE_SEARCHES,
            example: Example { query: EXAMPLE_QUERY.to_owned(), variables: "{}".to_owned() },
        })
    }
}

/// The header that names the agency somebody acts for, by its global id.
const FOR_AGENCY: &str = "signpost-agency";
/// Longest credentials that are read, in bytes.
const LONGEST_CREDENTIALS: usize = 16 * 1024;

/// Who a request comes from: whoever its bearer token says, and nobody in particular where it shows none. One that is
/// not good turns the whole request away: an answer for nobody in particular would not be what was meant.
async fn who_asks(accounts: &Accounts, incoming: &Incoming<'_>) -> Result<Viewer, Turned> {
    const WRONG: Turned = Turned::BadInput("The header `authorization` must be `Bearer` and one token.");
    const NOT_AN_AGENCY: Turned =
        Turned::BadInput("The header `signpost-agency` must be one agency's global id, as `viewer.agencies` gives it.");
    let only = |name: &str, wrong: Turned| {
        let mut given = incoming.headers.get_all(name).iter();
        match (given.next(), given.next()) {
            (None, _) => Ok(None),
            (Some(one), None) if one.len() <= LONGEST_CREDENTIALS => one.to_str().map(Some).map_err(|_| wrong),
            (Some(_), _) => Err(wrong),
        }
    };
    let Some(credentials) = only(header::AUTHORIZATION.as_str(), WRONG)? else { return Ok(Viewer::Anyone) };
    let (scheme, token) = credentials.split_once(' ').ok_or(WRONG)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(WRONG);
    }
    let agency = match only(FOR_AGENCY, NOT_AN_AGENCY)? {
        Some(id) => match NodeId::decode(id.trim()) {
            Some(NodeId::Agency(id)) => Some(id),
            Some(_) | None => return Err(NOT_AN_AGENCY),
        },
        None => None,
    };
    accounts.viewer(token.trim(), agency, incoming.at).await.map_err(|unknown| match unknown {
        Unknown::Token => Turned::Unauthenticated(unknown.to_string()),
        Unknown::Agency => Turned::Forbidden(unknown.to_string()),
        Unknown::Failed(reason) => Turned::Failed(reason),
    })
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
                detail: format!("{} public services at version {}", snapshot.service_count(), snapshot.version.last),
            };
            vec![database, directory]
        })
    }
}

impl Sheets for App {
    fn sheet<'a>(&'a self, code: &'a str) -> BoxFuture<'a, Result<Option<SheetPage>, String>> {
        let address = &self.config.server.public_address;
        let signposts = Signposts::new(self.people.clone(), self.live.clone(), address);
        Box::pin(async move {
            let sheet = signposts.sheet_by_code(code).await.map_err(|error| error.to_string())?;
            Ok(sheet.map(|sheet| SheetPage { html: sheet.html(), text: sheet.text() }))
        })
    }
}

/// Which answers may be kept: those that everybody would be given, of one version of the directory.
struct PublicAnswers {
    app: App,
    executor: Guarded,
}

impl PublicAnswers {
    fn edition_of(&self, version: Version) -> Edition {
        Edition { directory: (version.last, version.count), touch: self.app.live.touch() }
    }
}

impl Keeper for PublicAnswers {
    fn edition(&self) -> Edition {
        self.edition_of(self.app.live.current().version)
    }

    fn is_public(&self, headers: &HeaderMap) -> bool {
        // Whoever says who they are is not nobody in particular.
        !headers.contains_key(header::AUTHORIZATION) && !headers.contains_key(header::COOKIE)
    }

    fn may_keep(&self, document: &ExecutableDocument) -> bool {
        self.executor.may_keep(document)
    }

    fn is_still(&self, edition: Edition, of_rows: bool) -> StillThere<'_> {
        Box::pin(async move {
            if !of_rows {
                return self.edition() == edition;
            }
            // What was shown came from the snapshot and, a moment later perhaps, from the database.
            // Versions only rise: if both still have this one, they had it all the while.
            let stored = load::version(self.app.database.connection()).await;
            stored.is_ok_and(|version| self.edition_of(version) == edition) && self.edition() == edition
        })
    }
}

/// Largest list of operations, in bytes.
const LARGEST_LIST: u64 = 16 * 1024 * 1024;
/// Most wrong operations of a list that are told.
const MOST_TOLD: usize = 20;

/// The list of operations by the settings, each held against the schema and every limit.
async fn stored_operations(config: &Config, executor: &Guarded) -> Result<StoredOperations, StartError> {
    let Some(path) = config.persisted.operations_file() else { return Ok(StoredOperations::default()) };
    let wrong = |what: String| StartError::Operations(format!("{}: {what}", path.display()));
    let unreadable = |error: std::io::Error| wrong(format!("it can't be read: {error}"));
    if std::fs::metadata(path).map_err(unreadable)?.len() > LARGEST_LIST {
        return Err(wrong(format!("it is larger than {LARGEST_LIST} bytes")));
    }
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    let list = StoredOperations::read(&text).map_err(|error| wrong(error.to_string()))?;
    let limits = QueryLimits::from(&config.graphql);
    let pages = PageSize { default: config.graphql.default_page_size, most: config.graphql.max_page_size };
    let mut problems = Vec::new();
    for (id, text) in list.all() {
        if let Err(problem) = executor.check(text, &limits, pages).await {
            problems.push(format!("the operation {id:?}: {problem}"));
        }
    }
    match problems.len() {
        0 => Ok(list),
        all => {
            problems.truncate(MOST_TOLD);
            let rest = all - problems.len();
            let more = if rest > 0 { format!("\n  and {rest} more") } else { String::new() };
            Err(wrong(format!("{}{more}", problems.join("\n  "))))
        }
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
