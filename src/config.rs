//! Every setting, with its default. `signpost.example.toml` tells the same to whoever runs
//! Signpost, and a test holds the two together.
//!
//! A setting comes from the file, is overruled by the environment (`SIGNPOST_SERVER__LISTEN` for
//! `server.listen`) and that by the command line. All of them are checked when they are loaded;
//! whatever is wrong is told at once, with the setting's name, where it came from and what would
//! be right.
//!
//! To add a setting: a field here with its default, a line in `signpost.example.toml`, and for a
//! whole number its range in [`RANGES`]; a test names whichever of these is missing.

mod accounts;
mod corrections;
mod database_url;
mod freshness;
mod issuer;
mod live;
mod load;
mod notices;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    ops::RangeInclusive,
    path::Path,
    time::Duration,
};

use serde::{Deserialize, Serialize};

pub use self::{
    accounts::{Accounts, Post, SECRET_IN_LINK},
    corrections::Corrections,
    database_url::{DatabaseUrl, DatabaseUrlError, Engine},
    freshness::{Freshness, RemindEvery},
    issuer::{Algorithm, Issuer, MAX_ISSUERS, TokenKind, WrongField},
    live::LiveSettings,
    load::{ConfigError, Origin, Override, Problem},
    notices::{ID_IN_LINK, NoticeSettings},
};

/// Every setting.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where everything is kept.
    pub database: Database,
    /// What concerns SQLite only.
    pub sqlite: Sqlite,
    /// The HTTP server.
    pub server: Server,
    /// Which other websites may call this server from a browser.
    pub cors: Cors,
    /// What a GraphQL query may ask for.
    pub graphql: Graphql,
    /// Queries that the server has, so that clients need not send them.
    pub persisted: Persisted,
    /// Answers that are kept and given again.
    pub answers: Answers,
    /// Subscriptions.
    pub live: LiveSettings,
    /// The directory that is held in memory.
    pub directory: Directory,
    /// For how many days each part of a listing counts as fresh, and who is reminded.
    pub freshness: Freshness,
    /// What workers say of listings that are not theirs.
    pub corrections: Corrections,
    /// Signing in.
    pub accounts: Accounts,
    /// Letters by e-mail.
    pub post: Post,
    /// Notices to agencies' own systems.
    pub notices: NoticeSettings,
    /// The keys under which what is personal is sealed.
    pub vault: VaultSettings,
    /// What is logged, and how.
    pub log: Log,
}

/// The keys under which what is personal is sealed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VaultSettings {
    /// The file with the master keys; it has to be named, but for the demonstration.
    pub keys_file: String,
}

impl VaultSettings {
    /// [`Self::keys_file`], where it is named.
    #[must_use]
    pub fn keys_file(&self) -> Option<&Path> {
        (!self.keys_file.is_empty()).then(|| Path::new(&self.keys_file))
    }
}

impl Config {
    /// Whether `/explorer` is there: it asks whatever is typed, which a server of listed operations
    /// would not answer.
    #[must_use]
    pub const fn shows_explorer(&self) -> bool {
        self.graphql.explorer && !self.persisted.only_listed
    }

    /// Whether the whole schema is there to be read, at `/schema.graphql`.
    #[must_use]
    pub const fn shows_schema(&self) -> bool {
        self.graphql.introspection && !self.persisted.only_listed
    }
}

/// Where everything is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// `sqlite://<file>` or `postgres://<user>:<password>@<host>/<database>`.
    pub url: DatabaseUrl,
    /// Most connections held open at once.
    pub max_connections: u32,
    /// How long a write waits for another to finish before it is turned away, in milliseconds.
    pub busy_timeout_ms: u32,
}

impl Default for Database {
    fn default() -> Self {
        Self { url: DatabaseUrl::default(), max_connections: 8, busy_timeout_ms: 5_000 }
    }
}

impl Database {
    /// [`Self::busy_timeout_ms`] as a duration.
    #[must_use]
    pub const fn busy_timeout(&self) -> Duration {
        Duration::from_millis(self.busy_timeout_ms as u64)
    }
}

/// What concerns SQLite only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sqlite {
    /// How hard a commit is pressed onto the disk.
    pub synchronous: Synchronous,
    /// Most pages (of 4096 bytes) the file may grow to; 0 for as many as the disk holds.
    pub max_page_count: u32,
}

impl Sqlite {
    /// The cap on the file, in pages, where there is one.
    #[must_use]
    pub const fn page_cap(&self) -> Option<u32> {
        match self.max_page_count {
            0 => None,
            pages => Some(pages),
        }
    }
}

/// How hard SQLite presses a commit onto the disk.
///
/// `off` is not among them: a power cut may then leave a file that cannot be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Synchronous {
    /// The file is always whole; a power cut may take the last moments' commits.
    #[default]
    Normal,
    /// A commit that was answered is on the disk.
    Full,
    /// As `full`, and the directory entry too.
    Extra,
}

impl Synchronous {
    /// The value SQLite's pragma takes.
    #[must_use]
    pub const fn pragma(self) -> &'static str {
        match self {
            Self::Normal => "NORMAL",
            Self::Full => "FULL",
            Self::Extra => "EXTRA",
        }
    }
}

/// The HTTP server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// Most connections at once; more wait to be accepted.
    pub max_connections: u32,
    /// How long a request may take to arrive, and then to be answered, in seconds.
    pub request_timeout_s: u32,
    /// Largest request body, in bytes.
    pub body_limit_bytes: u32,
    /// How long requests in flight may still take after the order to stop, in seconds.
    pub shutdown_grace_s: u32,
    /// Where it is reached from outside, as links on sheets begin; empty where nobody says, and then there are none.
    pub public_address: String,
    /// Addresses of proxies of one's own: what they say in `x-forwarded-for` of where a request came from is believed.
    pub forwarded_by: Vec<IpAddr>,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8000),
            max_connections: 1_000,
            request_timeout_s: 30,
            body_limit_bytes: 256 * 1024,
            shutdown_grace_s: 30,
            public_address: String::new(),
            forwarded_by: Vec::new(),
        }
    }
}

impl Server {
    /// [`Self::request_timeout_s`] as a duration.
    #[must_use]
    pub const fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.request_timeout_s as u64)
    }

    /// [`Self::shutdown_grace_s`] as a duration.
    #[must_use]
    pub const fn shutdown_grace(&self) -> Duration {
        Duration::from_secs(self.shutdown_grace_s as u64)
    }
}

/// Which other websites may call this server from a browser.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cors {
    /// Origins, as `https://www.example.org`; `*` alone for every website.
    pub allowed_origins: Vec<String>,
}

impl Cors {
    /// Whether every website may call.
    #[must_use]
    pub fn allows_any(&self) -> bool {
        self.allowed_origins.iter().any(|origin| origin == "*")
    }
}

/// What a GraphQL query may ask for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Graphql {
    /// Most fields nested in one another.
    pub max_depth: u32,
    /// Most cost: the fields asked for, times the sizes of the pages they stand in.
    pub max_cost: u32,
    /// Most aliases in a query.
    pub max_aliases: u32,
    /// Most fields at the top of an operation.
    pub max_root_fields: u32,
    /// Most directives in a query.
    pub max_directives: u32,
    /// Most words and signs in a query; with its fragments written out, most fields.
    pub max_tokens: u32,
    /// Page size of a list where the query names none.
    pub default_page_size: u32,
    /// Largest page a query may name. A larger one is refused, never cut short in silence.
    pub max_page_size: u32,
    /// Whether the schema can be asked for (introspection, `/schema.graphql`).
    pub introspection: bool,
    /// Whether `/explorer` is there.
    pub explorer: bool,
}

impl Default for Graphql {
    fn default() -> Self {
        Self {
            max_depth: 12,
            max_cost: 20_000,
            max_aliases: 30,
            max_root_fields: 10,
            max_directives: 50,
            max_tokens: 2_000,
            default_page_size: 20,
            max_page_size: 100,
            introspection: true,
            explorer: true,
        }
    }
}

/// Queries that the server has, so that clients need not send them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Persisted {
    /// Most queries remembered for clients that send a hash; 0 for none.
    pub automatic: u32,
    /// Most bytes of these queries together.
    pub automatic_bytes: u32,
    /// A list of operations that clients call by their id; empty for none.
    pub operations_file: String,
    /// Whether everything is refused that is not on that list.
    pub only_listed: bool,
}

impl Default for Persisted {
    fn default() -> Self {
        Self { automatic: 1_000, automatic_bytes: 4 * 1024 * 1024, operations_file: String::new(), only_listed: false }
    }
}

impl Persisted {
    /// The list of operations.
    #[must_use]
    pub fn operations_file(&self) -> Option<&Path> {
        (!self.operations_file.is_empty()).then(|| Path::new(&self.operations_file))
    }
}

/// Answers that are kept and given again while they hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Answers {
    /// Most bytes of kept answers together; 0 keeps none.
    pub cache_bytes: u32,
}

impl Default for Answers {
    fn default() -> Self {
        Self { cache_bytes: 64 * 1024 * 1024 }
    }
}

/// The directory that is held in memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Directory {
    /// How often other processes' changes are looked for, in milliseconds.
    pub refresh_ms: u32,
    /// A list of needs to use instead of the one that comes with Signpost; empty for that one.
    pub needs_file: String,
    /// The folder for the nameless file that holds what pages show, once that is more than a little; empty for the
    /// system's folder for temporary files.
    pub scratch_folder: String,
    /// The folder for the file that lets the next start be a quick one; empty for beside an SQLite file, and for no
    /// such file with any other database.
    pub index_folder: String,
}

impl Default for Directory {
    fn default() -> Self {
        Self { refresh_ms: 500, needs_file: String::new(), scratch_folder: String::new(), index_folder: String::new() }
    }
}

impl Directory {
    /// [`Self::refresh_ms`] as a duration.
    #[must_use]
    pub const fn refresh(&self) -> Duration {
        Duration::from_millis(self.refresh_ms as u64)
    }

    /// The list of needs to use instead of the one that comes with Signpost.
    #[must_use]
    pub fn needs_file(&self) -> Option<&Path> {
        (!self.needs_file.is_empty()).then(|| Path::new(&self.needs_file))
    }

    /// The folder for what pages show; the system's for temporary files where there is none.
    #[must_use]
    pub fn scratch_folder(&self) -> Option<&Path> {
        (!self.scratch_folder.is_empty()).then(|| Path::new(&self.scratch_folder))
    }

    /// The folder for the file that lets the next start be a quick one, where one is named.
    #[must_use]
    pub fn index_folder(&self) -> Option<&Path> {
        (!self.index_folder.is_empty()).then(|| Path::new(&self.index_folder))
    }
}

/// What is logged, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// For people or for machines.
    pub format: LogFormat,
    /// What is logged: `info`, or by module as `info,signpost::web=debug`.
    pub filter: String,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::default(), filter: "info,sea_orm_migration=warn,sqlx=warn".to_owned() }
    }
}

/// The form of a log line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Pretty,
    /// One JSON object a line, for machines.
    Json,
}

/// What every whole number must lie within, both ends included.
pub const RANGES: &[(&str, RangeInclusive<i64>)] = &[
    ("database.max_connections", 1..=1_000),
    ("database.busy_timeout_ms", 0..=600_000),
    ("sqlite.max_page_count", 0..=4_294_967_294),
    ("server.max_connections", 1..=100_000),
    ("server.request_timeout_s", 1..=600),
    ("server.body_limit_bytes", 1_024..=67_108_864),
    ("server.shutdown_grace_s", 0..=3_600),
    // The engine cannot nest deeper than 32; see `api::limits`.
    ("graphql.max_depth", 1..=32),
    ("graphql.max_cost", 1..=100_000_000),
    ("graphql.max_aliases", 0..=10_000),
    ("graphql.max_root_fields", 1..=1_000),
    ("graphql.max_directives", 0..=10_000),
    ("graphql.max_tokens", 10..=100_000),
    ("graphql.default_page_size", 1..=1_000),
    ("graphql.max_page_size", 1..=1_000),
    ("persisted.automatic", 0..=1_000_000),
    ("persisted.automatic_bytes", 1_024..=1_073_741_824),
    ("answers.cache_bytes", 0..=4_294_967_295),
    ("live.max_streams", 0..=1_000_000),
    ("live.max_subscriptions", 1..=1_000),
    ("live.init_timeout_s", 1..=60),
    ("live.heartbeat_s", 1..=600),
    ("live.patience_s", 1..=600),
    ("live.look_every_s", 1..=60),
    ("directory.refresh_ms", 50..=3_600_000),
    ("freshness.description", 1..=3_650),
    ("freshness.contact", 1..=3_650),
    ("freshness.hours", 1..=3_650),
    ("freshness.eligibility", 1..=3_650),
    ("freshness.capacity", 1..=3_650),
    ("freshness.place", 1..=3_650),
    ("corrections.refusals", 1..=1_000),
    ("corrections.workers", 1..=1_000),
    ("corrections.days", 1..=3_650),
    // What fewer than five people stand behind is told to nobody; see `people::referrals::suppressing`.
    ("corrections.referred_people", 5..=1_000),
    ("corrections.referred_days", 1..=3_650),
    ("freshness.remind_days_before", 0..=3_650),
    ("accounts.access_minutes", 1..=1_440),
    ("accounts.idle_hours", 1..=720),
    ("accounts.session_days", 1..=365),
    ("accounts.invitation_days", 1..=30),
    ("accounts.reset_minutes", 5..=1_440),
    ("accounts.key_days", 1..=3_650),
    ("notices.look_every_s", 1..=3_600),
    ("notices.keep_days", 1..=3_650),
];
