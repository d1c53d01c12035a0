//! What a page of `signpost` costs: index alone, schema in this process, over HTTP, and beside them one statement of
//! SQL, written by hand, that returns the same fields on PostgreSQL. All in one run, for machines swing.
//!
//! ```text
//! signpost generate --services 100000 --database sqlite://big.sqlite
//! cargo bench --bench pages -- --database sqlite://big.sqlite [--postgres postgres://…/a-filled-one] [--seconds 5]
//! ```
//!
//! CPU is what the kernel reckons for threads and processes (Linux); without it, columns of CPU are empty.

#![expect(clippy::print_stdout, reason = "figures are what it is for")]

mod cpu;
mod http;
mod questions;
mod sql;

use std::collections::HashSet;
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_graphql::{Executor, Request, Variables};
use signpost::api::AskedAt;
use signpost::api::horizon::Horizon;
use signpost::app::App;
use signpost::clock::Clock;
use signpost::config::Config;
use signpost::directory::loaders::Loaders;
use signpost::schema::{Guarded, freshness_rules};
use signpost::signposting::rules::assess::Assessor;
use signpost::signposting::search::{counts, search};

use self::cpu::{of_process, of_thread, resident_mb};
use self::questions::{Kind, Question, SIZE, questions};

/// The same as the program's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What the command line asks for.
struct Args {
    database: String,
    postgres: Option<String>,
    seconds: u64,
}

fn args() -> Outcome<Option<Args>> {
    let mut args = Args { database: String::new(), postgres: None, seconds: 5 };
    let mut given = std::env::args().skip(1);
    while let Some(name) = given.next() {
        let mut value = || given.next().ok_or(format!("{name} wants a value"));
        match name.as_str() {
            "--database" => args.database = value()?,
            "--postgres" => args.postgres = Some(value()?),
            "--seconds" => args.seconds = value()?.parse()?,
            // What cargo itself adds.
            "--bench" => {}
            other => return Err(format!("{other} is not known").into()),
        }
    }
    Ok((!args.database.is_empty()).then_some(args))
}

/// A line of the table.
fn line(what: &str, kind: Kind, rounds: &[(f64, f64)]) {
    let mut cpu: Vec<f64> = rounds.iter().map(|(cpu, _)| *cpu).collect();
    let mut wall: Vec<f64> = rounds.iter().map(|(_, wall)| *wall).collect();
    cpu.sort_by(f64::total_cmp);
    wall.sort_by(f64::total_cmp);
    let at = |list: &[f64], part: usize| list.get(list.len() * part / 100).copied().unwrap_or(f64::NAN) * 1e3;
    println!(
        "{what:<28} {kind:<8} CPU median {:>7.3} ms  p95 {:>7.3} ms   wall median {:>7.3} ms  ({} asked)",
        at(&cpu, 50),
        at(&cpu, 95),
        at(&wall, 50),
        rounds.len(),
    );
}

fn main() -> Outcome<()> {
    let Some(args) = args()? else {
        println!("pages: no --database given, nothing measured (see the head of benches/pages/main.rs)");
        return Ok(());
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let mut config = Config::default();
    config.database.url = signpost::config::DatabaseUrl::try_from(args.database.clone())?;
    let keys = std::env::temp_dir().join(format!("signpost-bench-{}.keys", std::process::id()));
    signpost::vault::file::make_if_absent(&keys, &Clock::system())?;
    config.vault.keys_file = keys.display().to_string();
    let (began, before) = (Instant::now(), of_process(std::process::id()));
    let app = runtime.block_on(App::open(config.clone(), Clock::system()))?;
    let snapshot = app.live.current();
    println!(
        "{} services; ready after {:.1} s ({:.1} s of CPU); {} MB resident, what pages show {}",
        snapshot.service_count(),
        began.elapsed().as_secs_f64(),
        (of_process(std::process::id()) - before).as_secs_f64(),
        resident_mb(std::process::id()),
        if snapshot.views().iter().any(|view| view.part.shown.is_in_a_file()) { "in a file" } else { "in memory" },
    );
    let asked = questions(&snapshot, Clock::system().now());
    drop(snapshot);

    index_alone(&app, &config, &asked);
    let single = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let bytes = single.block_on(in_process(&app, &config, &asked))?;
    println!("{:<28} {bytes} bytes a page on average", "");
    drop(app);

    let time = Duration::from_secs(args.seconds);
    let typical: Vec<&Question> = asked.iter().filter(|question| question.kind == Kind::Typical).collect();
    // Three rounds each, in turn.
    for round in 1..=3 {
        let http = http::throughput(&runtime, &args.database, &typical, time)?;
        println!("round {round}: over HTTP            {http}");
        if let Some(url) = &args.postgres {
            let sql = runtime.block_on(sql::throughput(url, &typical, time))?;
            println!("round {round}: SQL on PostgreSQL    {sql}   ratio {:.2}", http.per_second / sql.per_second);
        }
    }
    Ok(())
}

/// Candidates, rules, order and the reasons of a page: no GraphQL.
fn index_alone(app: &App, config: &Config, asked: &[Question]) {
    let rules = freshness_rules(&config.freshness);
    let snapshot = app.live.current();
    for kind in Kind::ALL {
        let (mut rounds, mut weighed, mut tables) = (Vec::new(), 0, 0);
        for question in asked.iter().filter(|question| question.kind == *kind) {
            let (began, cpu) = (Instant::now(), of_thread());
            let mut assessor = Assessor::new(&question.query, &rules);
            let mut found = search(&snapshot, &question.query, &mut assessor);
            let all = found.clone();
            std::hint::black_box(counts(&found));
            let most = SIZE.min(found.len());
            if most < found.len() {
                found.select_nth_unstable_by(most, |one, other| one.rank.cmp(&other.rank));
            }
            found.truncate(most);
            found.sort_unstable_by_key(|found| found.rank);
            for found in &found {
                std::hint::black_box(assessor.assess(found.service, found.word_points));
            }
            rounds.push(((of_thread() - cpu).as_secs_f64(), began.elapsed().as_secs_f64()));
            weighed += all.len();
            let offers = all.iter().flat_map(|found| &found.service.offers);
            tables += offers.map(|offer| Arc::as_ptr(&offer.hours)).collect::<HashSet<_>>().len();
        }
        line("index alone", *kind, &rounds);
        let each = |sum: usize| sum / rounds.len().max(1);
        println!("{:<28} {} services in an answer, {} tables of hours", "", each(weighed), each(tables));
    }
}

/// The whole page through the schema, to the bytes of its JSON; tells how many bytes.
async fn in_process(app: &App, config: &Config, asked: &[Question]) -> Outcome<usize> {
    let guarded = Guarded::new(
        config,
        app.database.clone(),
        app.live.clone(),
        app.interpreter.clone(),
        app.accounts.clone(),
        app.listings.clone(),
        app.people.clone(),
    );
    let (mut bytes, mut pages) = (0, 0);
    for kind in Kind::ALL {
        let mut rounds = Vec::new();
        for question in asked.iter().filter(|question| question.kind == *kind) {
            let (began, cpu) = (Instant::now(), of_thread());
            let at = Clock::system().now();
            let horizon = Horizon::default();
            let request = Request::new(questions::PAGE)
                .variables(Variables::from_json(question.variables()))
                .data(AskedAt(at))
                .data(Loaders::new(app.database.clone(), horizon.clone(), &app.live))
                .data(horizon);
            let response = guarded.execute(request).await;
            let body = serde_json::to_vec(&response)?;
            rounds.push(((of_thread() - cpu).as_secs_f64(), began.elapsed().as_secs_f64()));
            if let Some(error) = response.errors.first() {
                return Err(format!("the page failed: {}", error.message).into());
            }
            bytes += body.len();
            pages += 1;
        }
        line("schema in process", *kind, &rounds);
    }
    Ok(bytes / pages.max(1))
}
