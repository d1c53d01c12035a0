//! What a page of a caseload costs: 50 service users with their names and needs, of 1,000,000 with 3,000,000 consents and 500
//! agencies in PostgreSQL; once for their own agency, once for one that they are shared with. Beside it, in the same run, the
//! same rows by a statement without any rule, and opened.
//!
//! ```text
//! createdb caseloads
//! cargo bench --bench caseload -- --postgres postgres://…/caseloads [--people 1000000] [--rounds 200]
//! ```
//!
//! The database is filled where it is empty, which takes some minutes and asks for a superuser; it is of no other use.
//! CPU is what the kernel reckons for this process and for the database's (Linux, on the same machine).

#![expect(clippy::print_stdout, reason = "figures are what it is for")]

#[path = "../pages/cpu.rs"]
#[expect(dead_code, reason = "some of it is for the other bench")]
mod cpu;
mod fill;

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_graphql::{Executor, Request};
use entity::enums::Role;
use entity::ids::{AccountId, AgencyId};
use sea_orm::ConnectionTrait;
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
use self::fill::{Filled, fill};

/// The same as the program's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Outcome<T> = Result<T, Box<dyn Error>>;

const PAGE: &str = "{ serviceUsers(purpose: REFERRAL, caseload: CASELOAD, first: 50) { nodes { id name needs { priority need { key } } } } }";

struct Args {
    postgres: String,
    people: u32,
    rounds: u32,
}

fn args() -> Outcome<Option<Args>> {
    let mut args = Args { postgres: String::new(), people: 1_000_000, rounds: 200 };
    let mut given = std::env::args().skip(1);
    while let Some(name) = given.next() {
        let mut value = || given.next().ok_or(format!("{name} wants a value"));
        match name.as_str() {
            "--postgres" => args.postgres = value()?,
            "--people" => args.people = value()?.parse()?,
            "--rounds" => args.rounds = value()?.parse()?,
            // What cargo itself adds.
            "--bench" => {}
            other => return Err(format!("{other} is not known").into()),
        }
    }
    Ok((!args.postgres.is_empty()).then_some(args))
}

struct Bench {
    app: App,
    executor: Guarded,
    rounds: u32,
}

impl Bench {
    async fn page(&self, account: AccountId, agency: AgencyId, caseload: &str) -> Outcome<usize> {
        let roles = vec![Held { agency: Some(agency), role: Role::LinkWorker }];
        let person = Person { account, session: None, acts: Acts::For(agency), roles };
        let loaders = Loaders::new(self.app.database.clone(), Horizon::default(), &self.app.live);
        let request = Request::new(PAGE.replace("CASELOAD", caseload))
            .data(Viewer::Person(Arc::new(person)))
            .data(AskedAt(self.app.clock.now()))
            .data(Horizon::default())
            .data(loaders);
        let answer = self.executor.execute(request).await;
        if let Some(error) = answer.errors.first() {
            return Err(error.message.clone().into());
        }
        let answer = answer.data.into_json()?;
        let nodes = answer.pointer("/serviceUsers/nodes").and_then(|nodes| nodes.as_array());
        let named = nodes.into_iter().flatten().filter(|node| node["name"].is_string());
        Ok(named.count())
    }

    /// The rows of the same page by a statement that holds no rule against anything; opened all the same.
    async fn bare(&self, filled: &Filled) -> Outcome<usize> {
        let statement = format!(
            "SELECT r.id, r.service_user_id, r.kind, r.sealed FROM person_record r JOIN (SELECT DISTINCT service_user_id FROM assignment \
             WHERE account_id = '{}' ORDER BY service_user_id LIMIT 50) a USING (service_user_id) \
             WHERE r.kind IN ('identity', 'need') AND r.ended_at IS NULL",
            filled.own.0.0
        );
        let db = self.app.database.connection();
        let rows = db.query_all_raw(sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, statement)).await?;
        let mut sealed = Vec::with_capacity(rows.len());
        for row in rows {
            sealed.push((row.try_get::<uuid::Uuid>("", "id")?, row.try_get::<String>("", "sealed")?));
        }
        let keys: Vec<_> = sealed.iter().filter_map(|(_, text)| signpost::vault::sealed::key_of(text)).collect();
        let keys = self.app.vault.keys(db, &keys).await?;
        let mut opened = 0;
        for (row, text) in sealed {
            let Some(key) = signpost::vault::sealed::key_of(&text).and_then(|id| keys.get(&id)) else { continue };
            let place = signpost::vault::sealed::Place { column: "person_record.sealed", row };
            opened += usize::from(!key.open(place, &text)?.is_empty());
        }
        Ok(opened)
    }
}

/// A line of the table.
fn line(what: &str, rounds: u32, wall: &mut [Duration], own: Duration, database: Duration, statements: u64) {
    wall.sort_unstable();
    let median = wall.get(wall.len() / 2).copied().unwrap_or_default();
    let each = |total: Duration| total.as_secs_f64() * 1e3 / f64::from(rounds);
    println!(
        "{what:<26} CPU here {:>7.3} ms, of the database {:>7.3} ms; wall median {:>7.3} ms; {} statements",
        each(own),
        each(database),
        median.as_secs_f64() * 1e3,
        statements / u64::from(rounds)
    );
}

macro_rules! measured {
    ($bench:expr, $what:expr, $run:expr) => {{
        for _ in 0..20 {
            $run;
        }
        let (own, database) = (of_process(std::process::id()), of_processes("postgres"));
        let statements = $bench.app.database.statements();
        let mut wall = Vec::new();
        for _ in 0..$bench.rounds {
            let began = Instant::now();
            $run;
            wall.push(began.elapsed());
        }
        line(
            $what,
            $bench.rounds,
            &mut wall,
            of_process(std::process::id()) - own,
            of_processes("postgres") - database,
            $bench.app.database.statements() - statements,
        );
    }};
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let Some(args) = args()? else {
        println!("Nothing is measured without a database: --postgres postgres://…");
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let keys = std::path::Path::new("target/caseload-bench.keys");
    let clock = Clock::system();
    make_if_absent(keys, &clock)?;
    let vault = VaultSettings { keys_file: keys.display().to_string() };
    let mut config = Config { vault, ..Config::default() };
    config.database.url = DatabaseUrl::try_from(args.postgres.clone())?;
    config.post.outbox_folder = folder.path().display().to_string();
    let database = Database::connect(&Settings::from(&config)).await?;
    database.migrate_up().await?;
    let needs = need_list(&config)?;
    let app = App::with_database(config.clone(), clock, database, needs).await?;
    let filled = fill(&app, args.people).await?;
    app.live.refresh(&app.database).await?;
    let executor = Guarded::new(
        &config,
        app.database.clone(),
        app.live.clone(),
        app.interpreter.clone(),
        app.accounts.clone(),
        app.listings.clone(),
        app.people.clone(),
    );
    let bench = Bench { app, executor, rounds: args.rounds };
    println!("{} service users, {} consents, {} agencies", filled.people, filled.consents, filled.agencies);
    let ((own, agency), (other, elsewhere)) = (filled.own, filled.shared);
    let seen = (bench.page(own, agency, "MINE").await?, bench.page(other, elsewhere, "AGENCY").await?);
    println!(
        "seen by their own worker {}, by another agency's {}, bare rows {}",
        seen.0,
        seen.1,
        bench.bare(&filled).await?
    );
    measured!(bench, "own caseload", bench.page(own, agency, "MINE").await?);
    measured!(bench, "shared with another", bench.page(other, elsewhere, "AGENCY").await?);
    measured!(bench, "bare rows, no rule", bench.bare(&filled).await?);
    Ok(())
}
