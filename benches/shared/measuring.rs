//! What the benches about service users share: the whole program over a database of its own, asked as somebody asks it who
//! works for an agency, and what its answers cost. CPU is what the kernel reckons for this process, and for those of
//! PostgreSQL where that is the database (Linux, on the same machine); SQLite runs within this process.

#[path = "../pages/cpu.rs"]
#[expect(dead_code, reason = "some of it is for the other bench")]
mod cpu;

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_graphql::{Executor, Request, Variables};
use entity::enums::Role;
use entity::ids::{AccountId, AgencyId};
use sea_orm::DbBackend;
use serde_json::Value;
use signpost::access::Viewer;
use signpost::access::viewer::{Acts, Held, Person};
use signpost::api::AskedAt;
use signpost::api::horizon::Horizon;
use signpost::app::{App, need_list};
use signpost::clock::Clock;
use signpost::config::{Config, DatabaseUrl, VaultSettings};
use signpost::database::{Database, Settings};
use signpost::directory::loaders::Loaders;
use signpost::schema::Guarded;
use signpost::vault::file::make_if_absent;

use self::cpu::{of_process, of_processes};

pub(crate) type Outcome<T> = Result<T, Box<dyn Error>>;

/// Rounds that are run before any is measured.
const WARM: u32 = 20;

/// The program over a database, and how often it is asked.
pub(crate) struct Bench {
    pub(crate) app: App,
    pub(crate) rounds: u32,
    executor: Guarded,
    // There as long as the program that was told of it.
    _letters: tempfile::TempDir,
}

impl Bench {
    /// Opens a database, with its schema brought up to date; master keys are made where this file has none.
    pub(crate) async fn open(url: &str, keys: &str, rounds: u32) -> Outcome<Self> {
        let letters = tempfile::tempdir()?;
        let clock = Clock::system();
        make_if_absent(Path::new(keys), &clock)?;
        let vault = VaultSettings { keys_file: keys.to_owned() };
        let mut config = Config { vault, ..Config::default() };
        config.database.url = DatabaseUrl::try_from(url.to_owned())?;
        config.post.outbox_folder = letters.path().display().to_string();
        let database = Database::connect(&Settings::from(&config)).await?;
        database.migrate_up().await?;
        let needs = need_list(&config)?;
        let app = App::with_database(config.clone(), clock, database, needs).await?;
        let executor = Guarded::new(
            &config,
            app.database.clone(),
            app.live.clone(),
            app.interpreter.clone(),
            app.accounts.clone(),
            app.listings.clone(),
            app.people.clone(),
        );
        Ok(Self { app, rounds, executor, _letters: letters })
    }

    /// The answer to a question of a link worker.
    pub(crate) async fn answer(
        &self,
        (account, agency): (AccountId, AgencyId),
        question: &str,
        variables: Value,
    ) -> Outcome<Value> {
        let roles = vec![Held { agency: Some(agency), role: Role::LinkWorker }];
        let person = Person { account, session: None, acts: Acts::For(agency), roles };
        let loaders = Loaders::new(self.app.database.clone(), Horizon::default(), &self.app.live);
        let request = Request::new(question)
            .variables(Variables::from_json(variables))
            .data(Viewer::Person(Arc::new(person)))
            .data(AskedAt(self.app.clock.now()))
            .data(Horizon::default())
            .data(loaders);
        let answer = self.executor.execute(request).await;
        if let Some(error) = answer.errors.first() {
            return Err(error.message.clone().into());
        }
        Ok(answer.data.into_json()?)
    }

    /// CPU of the database's own processes so far.
    fn of_database(&self) -> Duration {
        if self.app.database.engine() == DbBackend::Postgres { of_processes("postgres") } else { Duration::ZERO }
    }

    /// Runs something so often, and prints what it costs each time.
    pub(crate) async fn measured<T>(&self, what: &str, rounds: u32, run: impl AsyncFn() -> Outcome<T>) -> Outcome<()> {
        for _ in 0..WARM.min(rounds) {
            run().await?;
        }
        let (own, database) = (of_process(std::process::id()), self.of_database());
        let statements = self.app.database.statements();
        let mut wall = Vec::new();
        for _ in 0..rounds {
            let began = Instant::now();
            run().await?;
            wall.push(began.elapsed());
        }
        let own = of_process(std::process::id()).saturating_sub(own);
        let database = self.of_database().saturating_sub(database);
        line(what, rounds, &mut wall, (own, database), self.app.database.statements() - statements);
        Ok(())
    }
}

/// A line of the table.
fn line(what: &str, rounds: u32, wall: &mut [Duration], (own, database): (Duration, Duration), statements: u64) {
    wall.sort_unstable();
    let median = wall.get(wall.len() / 2).copied().unwrap_or_default();
    let each = |total: Duration| total.as_secs_f64() * 1e3 / f64::from(rounds.max(1));
    println!(
        "{what:<26} CPU here {:>7.3} ms, of the database {:>7.3} ms; wall median {:>7.3} ms; {} statements",
        each(own),
        each(database),
        median.as_secs_f64() * 1e3,
        statements / u64::from(rounds.max(1))
    );
}
