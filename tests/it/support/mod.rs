//! What tests share: a database of their own, the whole application over it, and listings to fill it with.

pub(crate) mod accounts;
pub(crate) mod database;
pub(crate) mod listings;
pub(crate) mod logs;

use std::sync::Once;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use chrono::{DateTime, Utc};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use signpost::app::{App, need_list};
use signpost::clock::Clock;
use signpost::config::{Config, VaultSettings};
use signpost::database::Database;
use signpost::directory::demonstration;
use signpost::directory::listing::ServiceListing;
use signpost::directory::store::changes::{self, Touched};
use signpost::directory::store::save::{Saved, Seen, save};
use signpost::directory::store::{Source, save_source};
use signpost::vault::file::make_if_absent;
use tower::ServiceExt;

use self::database::TestDatabase;

/// The instant at which every test stands unless it moves: Saturday 21 November 2026, 20:00 in London.
pub(crate) fn now() -> DateTime<Utc> {
    "2026-11-21T20:00:00Z".parse().unwrap()
}

/// The folder of real data, or `None` with a word about what is skipped.
pub(crate) fn shared(what: &str) -> Option<std::path::PathBuf> {
    let found = std::env::var_os("SIGNPOST_TEST_SHARED").map(std::path::PathBuf::from);
    if found.is_none() {
        eprintln!("SKIPPED {what}: SIGNPOST_TEST_SHARED is not set");
    }
    found
}

/// The settings of a vault: a file of master keys that all tests share.
pub(crate) fn vault() -> VaultSettings {
    const FILE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/test.keys");
    static MADE: Once = Once::new();
    MADE.call_once(|| make_if_absent(FILE.as_ref(), &Clock::system()).unwrap());
    VaultSettings { keys_file: FILE.to_owned() }
}

/// Settings as they come, with a vault.
pub(crate) fn config() -> Config {
    Config { vault: vault(), ..Config::default() }
}

/// The whole application over a database of its own.
pub(crate) struct TestApp {
    pub(crate) app: App,
    pub(crate) clock: Clock,
    router: Router,
    /// Where its letters lie.
    pub(crate) outbox: tempfile::TempDir,
    #[expect(dead_code, reason = "held for its end: the database goes after everything that uses it")]
    database: TestDatabase,
}

impl TestApp {
    /// An empty directory.
    pub(crate) async fn new() -> Self {
        Self::with_config(Config::default()).await
    }

    /// An empty directory under other settings.
    pub(crate) async fn with_config(config: Config) -> Self {
        logs::keep();
        let database = TestDatabase::new().await;
        let clock = Clock::manual(now());
        let outbox = tempfile::tempdir().unwrap();
        let mut config = config;
        config.post.outbox_folder = outbox.path().to_str().unwrap().to_owned();
        config.vault = vault();
        let needs = need_list(&config).unwrap();
        let app = App::with_database(config, clock.clone(), database.open().await, needs).await.unwrap();
        Self { router: app.router(), app, clock, outbox, database }
    }

    /// The demonstration network.
    pub(crate) async fn demonstration() -> Self {
        let this = Self::new().await;
        demonstration::load(this.db(), &this.clock).await.unwrap();
        this.refresh().await;
        this
    }

    /// A directory of these listings.
    pub(crate) async fn of(listings: &[ServiceListing]) -> Self {
        let this = Self::new().await;
        this.save(listings).await;
        this
    }

    pub(crate) fn db(&self) -> &Database {
        &self.app.database
    }

    /// Saves listings of the source `test`, and renews the snapshot.
    pub(crate) async fn save(&self, listings: &[ServiceListing]) -> Saved {
        let saved = self.save_quietly(listings).await;
        self.refresh().await;
        saved
    }

    /// Saves listings and leaves the snapshot as it was.
    pub(crate) async fn save_quietly(&self, listings: &[ServiceListing]) -> Saved {
        let transaction = self.db().begin_write().await.unwrap();
        let id = save_source(&transaction, &source(), self.clock.now()).await.unwrap();
        let (mut seen, mut touched, now) = (Seen::default(), Touched::default(), self.clock.now());
        let saved = save(&transaction, id, listings, &mut seen, &mut touched, now).await.unwrap();
        changes::note(&transaction, "test", Some(&touched), now).await.unwrap();
        transaction.commit().await.unwrap();
        saved
    }

    /// Brings the snapshot up to the database.
    pub(crate) async fn refresh(&self) {
        self.app.live.refresh(self.db()).await.unwrap();
    }

    /// One request to the router.
    pub(crate) async fn send(&self, request: Request<Body>) -> (StatusCode, Vec<u8>) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        (status, response.into_body().collect().await.unwrap().to_bytes().to_vec())
    }

    /// The whole answer to a question, errors and all, as text: its fields stand in their order.
    pub(crate) async fn text(&self, query: &str, variables: Value) -> String {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
        let (_, answer) = self.send(request.body(Body::from(body)).unwrap()).await;
        String::from_utf8(answer).unwrap()
    }

    /// The whole answer to a question, errors and all.
    pub(crate) async fn answer(&self, query: &str, variables: Value) -> Value {
        serde_json::from_str(&self.text(query, variables).await).unwrap()
    }

    /// The data of an answer that must have no errors.
    pub(crate) async fn data(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.answer(query, variables).await;
        assert_eq!(answer.get("errors"), None, "{query}\n{answer:#}");
        answer["data"].take()
    }

    /// The one error of an answer that must have one: its code, its field, its message.
    pub(crate) async fn error(&self, query: &str, variables: Value) -> (String, String, String) {
        let answer = self.answer(query, variables).await;
        let errors = answer["errors"].as_array().unwrap_or_else(|| panic!("no errors: {answer:#}"));
        assert_eq!(errors.len(), 1, "{answer:#}");
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let extensions = &errors[0]["extensions"];
        (word(&extensions["code"]), word(&extensions["field"]), word(&errors[0]["message"]))
    }
}

/// The source of listings that tests save.
pub(crate) fn source() -> Source {
    Source { key: "test".to_owned(), name: "Test".to_owned(), licence: None, attribution: None }
}
