//! The command line: one file a command.
//!
//! Everything a command says goes to standard output, everything that goes wrong to standard
//! error with a non-zero status. To add a command: a file here, a variant of [`Command`].

mod account;
mod demo;
mod doctor;
mod generate;
mod import;
mod import_caseload;
mod migrate;
mod schema;
mod serve;
mod vault;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use tokio::runtime::Builder;

use crate::clock::Clock;
use crate::config::{Config, Override};
use crate::database::{Database, DatabaseError, Settings};
use crate::directory::store::duplicate_keys;
use crate::telemetry;
use crate::vault::Vault;
use crate::vault::file::FileError;

/// What went wrong, in words for whoever typed the command.
type Failure = Box<dyn std::error::Error + Send + Sync>;
type Outcome = Result<(), Failure>;

/// Signpost: who will really take this person?
#[derive(Debug, Parser)]
#[command(name = "signpost", version, about)]
struct Cli {
    #[command(flatten)]
    settings: SettingsArgs,
    #[command(subcommand)]
    command: Command,
}

/// Where the settings come from: this file, then SIGNPOST_… in the environment, then flags.
#[derive(Debug, Args)]
struct SettingsArgs {
    /// A settings file; `signpost.example.toml` tells of every setting.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The database: `sqlite://FILE` or `postgres://USER@HOST/NAME`.
    #[arg(long, global = true, value_name = "URL")]
    database: Option<String>,
    /// The address to listen on, as `127.0.0.1:8000`.
    #[arg(long, global = true, value_name = "ADDRESS")]
    listen: Option<String>,
}

impl SettingsArgs {
    /// The settings; `database` is used where neither file, environment nor flag names one.
    fn load(&self, database: Option<&str>) -> Result<Config, Failure> {
        let mut overrides = Vec::new();
        let mut flag = |flag: &str, setting: &str, value: &Option<String>| {
            if let Some(value) = value {
                overrides.push(Override { flag: flag.to_owned(), setting: setting.to_owned(), value: value.clone() });
            }
        };
        flag("--database", "database.url", &self.database);
        flag("--listen", "server.listen", &self.listen);
        let environment =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let config = Config::load(self.config.as_deref(), environment, overrides)?;
        Ok(match database {
            Some(url) if config.database == Config::default().database => Config {
                database: crate::config::Database { url: url.to_owned().try_into()?, ..config.database },
                ..config
            },
            Some(_) | None => config,
        })
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves the directory over HTTP.
    Serve(serve::ServeArgs),
    /// Serves a fictional network to try things on, in an SQLite file of its own.
    Demo,
    /// Brings the database's schema up to date, or takes it back.
    Migrate(migrate::MigrateArgs),
    /// Imports listings or postcodes.
    Import(import::ImportArgs),
    /// Takes over the people whom an agency works with from its old system: tried first, written with --write. Ends with 2
    /// where some rows were not taken.
    ImportCaseload(import_caseload::ImportCaseloadArgs),
    /// Fills the database with a synthetic network, for measuring and for trying things at size.
    Generate(generate::GenerateArgs),
    /// Prints the GraphQL schema, or compares it with a file.
    Schema(schema::SchemaArgs),
    /// Accounts: the first administrator, roles, and help for who can't sign in.
    Account(account::AccountArgs),
    /// The keys under which what is personal is sealed.
    Vault(vault::VaultArgs),
    /// Looks at settings, database, migrations, the index and the quality of the data.
    Doctor(doctor::DoctorArgs),
}

/// The stack of a thread, in bytes. Unoptimised, a mutation stands on it with room for what any other would wait for, which is
/// more than half of the two megabytes that are usual.
const STACK: usize = 4 << 20;

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // Help and version are no failures, and clap knows where each belongs.
        Err(error) => error.exit(),
    };
    let runtime = match Builder::new_multi_thread().thread_stack_size(STACK).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    match runtime.block_on(run(cli)) {
        Ok(code) => code,
        Err(error) => fail(error.as_ref()),
    }
}

fn fail(error: &dyn std::error::Error) -> ExitCode {
    // Where standard error is gone, nobody is left to be told.
    let _ = writeln!(std::io::stderr(), "signpost: {error}");
    ExitCode::FAILURE
}

async fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let done = match cli.command {
        Command::ImportCaseload(args) => return import_caseload::run(&cli.settings.load(None)?, args).await,
        Command::Serve(args) => serve::run(cli.settings.load(None)?, args).await,
        Command::Demo => demo::run(&cli.settings).await,
        Command::Migrate(args) => migrate::run(&cli.settings.load(None)?, args).await,
        Command::Import(args) => import::run(&cli.settings.load(None)?, args).await,
        Command::Generate(args) => generate::run(&cli.settings.load(None)?, args).await,
        Command::Account(args) => account::run(cli.settings.load(None)?, args).await,
        Command::Vault(args) => vault::run(&cli.settings.load(None)?, args).await,
        Command::Schema(args) => schema::run(&args),
        Command::Doctor(args) => doctor::run(cli.settings.load(None), args).await,
    };
    done.map(|()| ExitCode::SUCCESS)
}

/// Prints a line.
fn say(line: impl std::fmt::Display) -> Result<(), std::io::Error> {
    writeln!(std::io::stdout().lock(), "{line}")
}

/// Opens the database with its schema up to date, and starts logging.
async fn open_migrated(config: &Config) -> Result<Database, Failure> {
    open_with(config, Settings::from(config)).await
}

/// The same, to write very much.
async fn open_in_bulk(config: &Config) -> Result<Database, Failure> {
    open_with(config, Settings { in_bulk: true, ..Settings::from(config) }).await
}

/// Opens a database that is there with its schema up to date, and changes nothing of it; starts logging.
async fn open_unchanged(config: &Config) -> Result<Database, Failure> {
    telemetry::init(&config.log)?;
    let database = Database::connect(&Settings { create: false, ..Settings::from(config) }).await?;
    match database.pending_migrations().await? {
        0 => Ok(database),
        pending => Err(DatabaseError::Behind(pending).into()),
    }
}

/// The vault with the master keys of the settings.
fn open_vault(config: &Config, clock: &Clock) -> Result<Vault, FileError> {
    Vault::open(config.vault.keys_file().ok_or(FileError::Unnamed)?, clock.clone())
}

/// Gives what was stored before them the keys by which duplicates are found; once, after an upgrade.
async fn fill_keys(database: &Database) -> Outcome {
    let filled = duplicate_keys::fill(database).await?;
    if filled > 0 {
        tracing::info!(filled, "directory.duplicate_keys");
    }
    Ok(())
}

async fn open_with(config: &Config, settings: Settings) -> Result<Database, Failure> {
    telemetry::init(&config.log)?;
    let database = Database::connect(&settings).await?;
    database.migrate_up().await?;
    fill_keys(&database).await?;
    Ok(database)
}
