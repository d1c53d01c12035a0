//! A database that goes away and comes back: the process lives, says so, and is well again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use sea_orm::{ConnectOptions, ConnectionTrait, Database as SeaDatabase};
use serde_json::{Value, json};
use signpost::app::{App, need_list};
use signpost::clock::Clock;
use signpost::database::Database;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::ServiceExt;

use crate::import::contents::number;
use crate::import::feeds::{record, run};
use crate::support::database::{TestDatabase, postgres};
use crate::support::{config, now};

async fn send(router: &Router, request: Request<Body>) -> (StatusCode, Value) {
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap())
}

/// The whole answer to a question.
pub(super) async fn ask(router: &Router, query: &str) -> Value {
    let request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
    send(router, request.body(Body::from(json!({ "query": query }).to_string())).unwrap()).await.1
}

async fn ready(router: &Router) -> (StatusCode, Value) {
    send(router, Request::get("/health/ready").body(Body::empty()).unwrap()).await
}

/// Which parts are not ready, by name.
fn not_ready(report: &Value) -> Vec<&str> {
    let checks = report["checks"].as_array().unwrap();
    checks.iter().filter(|check| check["ok"] == false).map(|check| check["name"].as_str().unwrap()).collect()
}

/// Needs rows, of several tables.
const ROWS: &str = "{ services(first: 5) { totalCount nodes { name phones { number } agency { name } places { location { name } } } } }";
/// Is answered from memory.
const MEMORY: &str = "{ signpost(input: { needs: [\"essentials\"] }) { totalCount nodes { group score } } needs(first: 1) { nodes { name } } }";

/// An application over its own connections, with a few services in it.
async fn app(database: Database) -> App {
    let clock = Clock::manual(now());
    run(&database, &clock, &(0..5).map(record).collect::<Vec<_>>()).await;
    let mut config = config();
    // What was asked before would be answered, whatever is away.
    config.answers.cache_bytes = 0;
    let needs = need_list(&config).unwrap();
    App::with_database(config, clock, database, needs).await.unwrap()
}

/// That the question fails as it should: a code, a number to quote, and nothing of the inside.
fn assert_masked(answer: &Value) {
    let errors = answer["errors"].as_array().unwrap_or_else(|| panic!("no errors: {answer:#}"));
    assert!(!errors.is_empty());
    for error in errors {
        assert_eq!(error["extensions"]["code"], "INTERNAL_SERVER_ERROR", "{answer:#}");
        let correlation = error["extensions"]["correlationId"].as_str().unwrap();
        assert!(correlation.len() >= 8, "{answer:#}");
        let keys: Vec<&String> = error["extensions"].as_object().unwrap().keys().collect();
        assert_eq!(keys.len(), 2, "{answer:#}");
        assert!(error["message"].as_str().unwrap().starts_with("Something went wrong on our side."), "{answer:#}");
    }
    let told: Vec<&Value> =
        errors.iter().flat_map(|error| [&error["message"], &error["extensions"]["correlationId"]]).collect();
    let text = json!(told).to_string().to_lowercase();
    for inside in ["sql", "phone", "table", "select", "database", "connection", "pool", "signpost_test", "127.0.0.1"] {
        assert!(!text.contains(inside), "{inside} in {text}");
    }
}

async fn assert_well(router: &Router) {
    let answer = ask(router, ROWS).await;
    assert_eq!(answer["errors"], json!(null), "{answer:#}");
    assert_eq!(answer["data"]["services"]["nodes"].as_array().unwrap().len(), 5);
    let (status, report) = ready(router).await;
    assert_eq!((status, not_ready(&report)), (StatusCode::OK, vec![]), "{report:#}");
}

#[tokio::test]
async fn a_table_that_goes_away_and_comes_back() {
    let test = TestDatabase::new().await;
    let app = app(test.open().await).await;
    let router = app.router();
    assert_well(&router).await;
    let rename = async |from: &str, to: &str| {
        app.database.connection().execute_unprepared(&format!("ALTER TABLE {from} RENAME TO {to}")).await.unwrap();
    };
    rename("phone", "phone_away").await;
    // What everybody may see stands in memory, and the database is still looked at.
    assert!(!app.live.refresh(&app.database).await.unwrap());
    assert_well(&router).await;
    rename("directory_change", "directory_change_away").await;
    assert!(app.live.refresh(&app.database).await.is_err());
    assert_masked(&ask(&router, ROWS).await);
    assert_eq!(ask(&router, MEMORY).await["errors"], json!(null));
    rename("phone_away", "phone").await;
    assert_well(&router).await;
    rename("directory_change_away", "directory_change").await;
    assert!(!app.live.refresh(&app.database).await.unwrap(), "nothing had changed");
    assert_well(&router).await;
}

#[tokio::test]
async fn a_server_that_lets_nobody_in_for_a_while() {
    let Some(server) = postgres() else { return };
    let test = TestDatabase::new().await;
    let app = app(test.open().await).await;
    let router = app.router();
    assert_well(&router).await;
    let admin = SeaDatabase::connect(ConnectOptions::new(server)).await.unwrap();
    let name = test.url().split('?').next().unwrap().rsplit('/').next().unwrap();
    for _ in 0..2 {
        admin.execute_unprepared(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).await.unwrap();
        admin
            .execute_unprepared(&format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
            ))
            .await
            .unwrap();
        let (status, report) = ready(&router).await;
        assert_eq!((status, not_ready(&report)), (StatusCode::SERVICE_UNAVAILABLE, vec!["database"]), "{report:#}");
        assert!(app.live.refresh(&app.database).await.is_err());
        assert_masked(&ask(&router, ROWS).await);
        let answer = ask(&router, MEMORY).await;
        assert_eq!(answer["errors"], json!(null), "the last snapshot answers: {answer:#}");
        assert_eq!(answer["data"]["signpost"]["totalCount"], 5);
        assert!(app.live.refresh(&app.database).await.is_err());
        admin.execute_unprepared(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")).await.unwrap();
        assert_well(&router).await;
        assert!(!app.live.refresh(&app.database).await.unwrap(), "nothing had changed");
    }
}

/// How a server on the far side of a line behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Good,
    /// Takes the call and says nothing.
    Silent,
    /// Every call is cut off.
    Cut,
}

/// A line to a server, that can be cut or fall silent.
async fn line_to(server: String) -> (std::net::SocketAddr, watch::Sender<Line>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (say, state) = watch::channel(Line::Good);
    tokio::spawn(async move {
        loop {
            let (mut near, _) = listener.accept().await.unwrap();
            let (server, mut state) = (server.clone(), state.clone());
            tokio::spawn(async move {
                if *state.borrow_and_update() == Line::Good {
                    let mut far = TcpStream::connect(&server).await.unwrap();
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => return,
                        _ = state.changed() => {}
                    }
                }
                // Held open without a word until the line is another.
                if *state.borrow_and_update() == Line::Silent {
                    let _ = state.changed().await;
                }
            });
        }
    });
    (address, say)
}

#[tokio::test]
async fn a_server_behind_a_line_that_is_cut_or_falls_silent() {
    let Some(server) = postgres() else { return };
    let test = TestDatabase::new().await;
    let (_, rest) = server.split_once("://").unwrap();
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host).split('/').next().unwrap();
    let (address, line) = line_to(host.to_owned()).await;
    let mut settings = crate::support::database::settings(&test.url().replace(host, &address.to_string()));
    // As the settings have it by default: as long as readiness is patient.
    settings.busy_timeout = Duration::from_secs(5);
    let app = Arc::new(app(Database::connect(&settings).await.unwrap()).await);
    let router = app.router();
    assert_well(&router).await;
    for state in [Line::Cut, Line::Silent] {
        line.send(state).unwrap();
        let asked = Instant::now();
        let (status, report) = ready(&router).await;
        assert_eq!(
            (status, not_ready(&report)),
            (StatusCode::SERVICE_UNAVAILABLE, vec!["database"]),
            "{state:?} {report:#}"
        );
        assert!(asked.elapsed() < Duration::from_secs(10), "{state:?}");
        assert!(app.live.refresh(&app.database).await.is_err(), "{state:?}");
        assert_masked(&ask(&router, ROWS).await);
        assert_eq!(ask(&router, MEMORY).await["errors"], json!(null));
        line.send(Line::Good).unwrap();
        // The pool may still be waiting for a connection that fell silent.
        let deadline = Instant::now() + Duration::from_secs(60);
        while ready(&router).await.0 != StatusCode::OK {
            assert!(Instant::now() < deadline, "{state:?}: it never came back");
        }
        assert_well(&router).await;
        assert!(!app.live.refresh(&app.database).await.unwrap(), "{state:?}: nothing had changed");
    }
}

/// SQLite's one writer's place is taken for longer than anybody waits: whoever writes is told,
/// whoever reads notices nothing.
#[tokio::test]
async fn a_writer_who_does_not_let_go() {
    if postgres().is_some() {
        return;
    }
    let test = TestDatabase::new().await;
    let (holder, mut settings) = (test.open().await, test.settings());
    settings.busy_timeout = Duration::from_millis(100);
    let app = app(Database::connect(&settings).await.unwrap()).await;
    let router = app.router();
    let held = holder.begin_write().await.unwrap();
    held.execute_unprepared("DELETE FROM phone").await.unwrap();
    let error = app.database.begin_write().await.unwrap_err().to_string();
    assert!(error.contains("locked"), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("feed.ndjson");
    std::fs::write(&path, crate::import::feeds::feed(3)).unwrap();
    let (done, _) = crate::import::feeds::try_path(&app.database, &app.clock, &path).await;
    let error = done.unwrap_err().to_string();
    assert!(error.contains("locked") && error.contains("run it again"), "{error}");
    assert_well(&router).await;
    held.rollback().await.unwrap();
    let again = app.database.begin_write().await.unwrap();
    again.execute_unprepared("DELETE FROM phone").await.unwrap();
    again.commit().await.unwrap();
    assert_eq!(number(&app.database, "SELECT COUNT(*) FROM phone").await, 0);
    assert_well(&router).await;
}
