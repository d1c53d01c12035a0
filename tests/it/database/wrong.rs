//! Addresses that lead to no database of ours. Each says what is wrong, and none its password.

use std::path::Path;
use std::time::Duration;

use sea_orm::ConnectionTrait;
use signpost::config::{DatabaseUrl, DatabaseUrlError};
use signpost::database::{Database, DatabaseError};

use crate::support::database::{TestDatabase, postgres, settings};

async fn refused(url: &str) -> DatabaseError {
    let mut settings = settings(url);
    settings.busy_timeout = Duration::from_secs(1);
    match Database::connect(&settings).await {
        Ok(_) => panic!("{url} was opened"),
        Err(error) => error,
    }
}

fn sqlite(path: &Path) -> String {
    format!("sqlite://{}", path.display())
}

#[tokio::test]
async fn a_file_that_is_something_else_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let png = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &[7; 5_000]].concat();
    for (name, bytes) in [("a.png", png), ("a.txt", b"Dear Sir, ".repeat(800)), ("a.zip", b"PK\x03\x04".repeat(2_000))]
    {
        let path = folder.path().join(name);
        std::fs::write(&path, &bytes).unwrap();
        let error = refused(&sqlite(&path)).await;
        assert!(matches!(error, DatabaseError::NotADatabase(_)), "{error:?}");
        assert!(error.to_string().contains(name) && error.to_string().contains("is not an SQLite database"), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
    }
}

#[tokio::test]
async fn a_path_that_can_be_no_file_is_told() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    for path in [folder.path().to_owned(), folder.path().join("nowhere/a.sqlite"), folder.path().join("file/a.sqlite")]
    {
        let error = refused(&sqlite(&path)).await;
        assert!(matches!(error, DatabaseError::Unreachable { .. }), "{error:?}");
        let text = error.to_string();
        assert!(text.contains(&path.display().to_string()) && text.starts_with("database.url: "), "{text}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_that_nobody_may_write_to_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o555)).unwrap();
    if std::fs::write(folder.path().join("probe"), "").is_ok() {
        eprintln!("SKIPPED an unwritable folder: whoever runs this may write everywhere (root)");
        return;
    }
    let error = refused(&sqlite(&folder.path().join("a.sqlite"))).await;
    assert!(matches!(error, DatabaseError::Unreachable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_database_with_holes_is_told_and_stops_nobody() {
    if postgres().is_some() {
        return;
    }
    let test = TestDatabase::new().await;
    let database = test.open().await;
    database.connection().execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
    database.connection().clone().close().await.unwrap();
    let file = test.file().unwrap();
    let whole = std::fs::read(&file).unwrap();
    // The first page says what tables there are; the rest is their rows and indexes.
    let mut holed = whole.clone();
    holed[4096..].fill(0xa5);
    for bytes in [holed, whole[..whole.len() / 3].to_vec()] {
        std::fs::write(&file, bytes).unwrap();
        let told = match Database::connect(&test.settings()).await {
            Err(error) => error.to_string(),
            Ok(database) => {
                let pending = database.pending_migrations().await;
                let needs = signpost::app::need_list(&signpost::config::Config::default()).unwrap();
                let read = signpost::directory::snapshot::refresh::Live::open(&database, needs).await;
                let told = [pending.err().map(|error| error.to_string()), read.err().map(|error| error.to_string())];
                told.into_iter().flatten().next().expect("holes were not seen")
            }
        };
        assert!(told.contains("malformed") || told.contains("is not a"), "{told}");
    }
}

#[test]
fn an_address_of_another_engine_is_refused() {
    for url in ["mysql://u:geheim@h/d", "http://u:geheim@h/", "geheim", "", "SQLITE:x", "postgres:/u:geheim@h"] {
        let error = DatabaseUrl::try_from(url.to_owned()).unwrap_err();
        assert_eq!(error, DatabaseUrlError::Scheme, "{url}");
        assert!(!error.to_string().contains("geheim") && error.to_string().contains("sqlite:"), "{error}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_without_the_password() {
    // A port of this machine that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for url in [
        format!("postgres://ann:geheim@{free}/signpost"),
        format!("postgres://ann@{free}/signpost?password=geheim"),
        "postgres://ann:geheim@no-such-host.invalid/signpost".to_owned(),
    ] {
        let error = refused(&url).await;
        assert!(matches!(error, DatabaseError::Unreachable { .. }), "{error:?}");
        for text in [error.to_string(), format!("{error:?}"), format!("{:?}", settings(&url))] {
            assert!(!text.contains("geheim"), "{text}");
        }
        assert!(error.to_string().contains("postgres://ann"), "{error}");
    }
}

#[tokio::test]
async fn a_server_without_the_database_is_told_without_the_password() {
    let Some(server) = postgres() else { return };
    let (_, rest) = server.split_once("://").unwrap();
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host).split('/').next().unwrap();
    let user = rest.split([':', '@']).next().unwrap();
    for url in [
        format!("postgres://{user}:geheim@{host}/no_such_database"),
        format!("postgres://nobody_here:geheim@{host}/postgres"),
    ] {
        let error = refused(&url).await;
        assert!(!error.to_string().contains("geheim"), "{error}");
        assert!(error.to_string().contains("no_such_database") || error.to_string().contains("nobody_here"), "{error}");
    }
}
