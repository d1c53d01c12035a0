//! The program itself, as whoever runs it meets it.

mod account;
pub(crate) mod program;
mod serving;

use migration::{Migrator, MigratorTrait};
use std::path::Path;

use serde_json::Value;

use self::program::{failed, said, signpost};
use crate::import::feeds::{feed, record};
use crate::support::database::TestDatabase;

const SCHEMA: &str = include_str!("../../schema.graphql");

#[test]
fn help_tells_of_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let overview = said(signpost(folder.path()).arg("--help"));
    let commands =
        ["serve", "demo", "migrate", "import", "import-caseload", "generate", "account", "vault", "schema", "doctor"];
    for command in commands {
        assert!(overview.contains(command), "{command}: {overview}");
        let help = said(signpost(folder.path()).args([command, "--help"]));
        assert!(
            help.starts_with(|first: char| first.is_uppercase()) && help.contains("Usage: signpost"),
            "{command}: {help}"
        );
        assert!(help.contains("--config") && help.contains("--database"), "{command}: {help}");
    }
    for (command, option) in [
        (&["import", "open-referral"][..], "--report"),
        (&["import", "postcodes"], "<FILE>"),
        (&["import-caseload"], "--write"),
        (&["migrate", "down"], "--yes"),
        (&["migrate", "up"], "--database"),
        (&["migrate", "status"], "--database"),
        (&["account", "invite"], "--role"),
        (&["account", "end"], "--agency"),
        (&["account", "link"], "--issuer"),
    ] {
        let help = said(signpost(folder.path()).args(command).arg("--help"));
        assert!(help.contains(option), "{command:?}: {help}");
    }
    assert!(said(signpost(folder.path()).arg("--version")).starts_with("signpost "));
    let error = failed(signpost(folder.path()).arg("sreve"));
    assert!(error.contains("serve"), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "help makes nothing");
}

#[tokio::test]
async fn a_synthetic_network_is_made_once_and_says_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let test = TestDatabase::new().await;
    let generate = |number: &str| {
        let mut command = signpost(folder.path());
        command.args(["--database", test.url(), "generate", "--services", number]);
        command
    };
    assert!(said(&mut generate("60")).starts_with("Services: 60 new, 0 changed, 0 as they were"));
    // A smaller network is the beginning of a larger one.
    let again = said(&mut generate("90"));
    assert!(again.starts_with("Services: 30 new, ") && again.contains("synthetic"), "{again}");
    let database = test.open().await;
    let names = crate::import::contents::strings(&database, "SELECT name FROM service").await;
    assert_eq!(names.len(), 90);
    assert!(names.iter().flatten().all(|name| name.to_lowercase().contains("synthetic")), "{names:?}");
    let error = failed(&mut generate("0"));
    assert!(error.contains("--services") && error.contains("1..="), "{error}");
}

#[test]
fn a_wrong_setting_is_told_by_its_name_with_what_would_be_right() {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("signpost.toml");
    std::fs::write(&settings, "[server]\nlisten = \"nowhere\"\n[graphql]\nmax_depth = 900\nmax_dept = 3\n").unwrap();
    for command in [&["serve"][..], &["demo"], &["migrate", "status"], &["import", "open-referral", "feed.json"]] {
        let error = failed(signpost(folder.path()).args(command).arg("--config").arg(&settings));
        for words in ["server.listen", "graphql.max_depth", "graphql.max_dept ", "signpost.toml", "line 2", "1 to 32"] {
            assert!(error.contains(words), "{command:?}, {words}: {error}");
        }
        assert!(!error.contains("panicked"), "{error}");
    }
    let error = failed(signpost(folder.path()).arg("serve").env("SIGNPOST_SERVER__LISTEN", "8000"));
    assert!(error.contains("server.listen") && error.contains("SIGNPOST_SERVER__LISTEN"), "{error}");
    let error = failed(signpost(folder.path()).args(["serve", "--database", "mysql://ann:geheim@host/d"]));
    assert!(error.contains("database.url") && error.contains("sqlite:") && !error.contains("geheim"), "{error}");
    let error = failed(signpost(folder.path()).args(["serve", "--config", "nowhere.toml"]));
    assert!(error.contains("nowhere.toml"), "{error}");
    let error = failed(signpost(folder.path()).arg("serve").env("SIGNPOST_DIRECTORY__NEEDS_FILE", "nowhere.toml"));
    assert!(error.contains("directory.needs_file") && error.contains("nowhere.toml"), "{error}");
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["signpost.toml"], "nothing is made where the settings are wrong");
}

#[test]
fn the_schema_is_printed_and_compared() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("schema.graphql");
    let check = |path: &Path| {
        let mut command = signpost(folder.path());
        command.args(["schema", "--check"]).arg(path);
        command
    };
    let printed = said(signpost(folder.path()).arg("schema"));
    std::fs::write(&file, &printed).unwrap();
    assert!(said(&mut check(&file)).contains("is the schema of this program"));
    assert_eq!(printed, SCHEMA, "schema.graphql is not up to date: `signpost schema > schema.graphql`");

    let (at, _) = SCHEMA.lines().enumerate().find(|(_, line)| line.starts_with("type Query")).unwrap();
    std::fs::write(&file, SCHEMA.replace("type Query", "type Question")).unwrap();
    let error = failed(&mut check(&file));
    assert!(error.contains(&format!("from line {}", at + 1)) && error.contains("signpost schema >"), "{error}");
    std::fs::write(&file, &SCHEMA[..SCHEMA.len() / 2]).unwrap();
    assert!(failed(&mut check(&file)).contains("is not the schema"));
    assert!(failed(&mut check(&folder.path().join("nowhere.graphql"))).contains("nowhere.graphql"));
    std::fs::write(&file, b"\xff\xfe").unwrap();
    assert!(failed(&mut check(&file)).contains("schema.graphql"));
}

#[tokio::test]
async fn migrations_are_told_run_and_taken_back() {
    let all = Migrator::migrations().len();
    let test = TestDatabase::bare().await;
    let folder = tempfile::tempdir().unwrap();
    let migrate = |args: &[&str]| {
        let mut command = signpost(folder.path());
        command.args(["--database", test.url(), "migrate"]).args(args);
        command
    };
    if let Some(file) = test.file() {
        assert!(failed(&mut migrate(&["status"])).contains("database.url"), "there is none to look at");
        assert!(!file.exists(), "to look makes nothing");
    }
    test.open().await.close().await.unwrap();
    assert!(said(&mut migrate(&["status"])).starts_with(&format!("{all} migration(s) to run")));
    let error = failed(signpost(folder.path()).args([
        "--database",
        test.url(),
        "serve",
        "--no-migrate",
        "--listen",
        "127.0.0.1:0",
    ]));
    assert!(error.contains("signpost migrate up"), "{error}");
    // Two at once: each ends well.
    let both = [migrate(&["up"]).spawn().unwrap(), migrate(&["up"]).spawn().unwrap()];
    for mut child in both {
        assert!(child.wait().unwrap().success());
    }
    assert!(said(&mut migrate(&["status"])).starts_with("0 migration(s) to run"));
    assert!(said(&mut migrate(&["up"])).contains("0 migration(s) run"));
    let error = failed(&mut migrate(&["down"]));
    assert!(error.contains("--yes") && error.contains("loses the data"), "{error}");
    assert!(said(&mut migrate(&["status"])).starts_with("0 migration(s)"), "without --yes nothing goes");
    assert!(said(&mut migrate(&["down", "--yes"])).starts_with("1 migration(s) taken back"));
    assert!(said(&mut migrate(&["status"])).starts_with("1 migration(s) to run"));
    assert!(
        said(&mut migrate(&["down", "--yes", "--steps", "99"]))
            .starts_with(&format!("{} migration(s) taken back", all - 1))
    );
}

#[tokio::test]
async fn doctor_looks_at_everything_and_changes_nothing() {
    let test = TestDatabase::new().await;
    let folder = tempfile::tempdir().unwrap();
    let doctor = || {
        let mut command = signpost(folder.path());
        command.args(["--database", test.url(), "doctor"]);
        command
    };
    let database = test.open().await;
    signpost::directory::demonstration::load(&database, &signpost::clock::Clock::system()).await.unwrap();
    let before = crate::import::contents::everything(&database).await;
    let text = said(doctor().args(["--examples", "1"]));
    for words in [
        "settings    fine: ",
        "needs       fine: ",
        "database    fine: it answers",
        "migrations  fine: none to run",
        "index       fine: ",
        "full postcodes are not loaded",
        "services meet no need of the list",
        "services do not say when they are open",
        "services have a part that was confirmed too long ago",
        "groups of services look like one and the same",
        "locations are used by no service",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let services = before["service"].len();
    assert!(
        services > 200 && text.contains(&format!(" {services} public services")) || text.contains("internal"),
        "{text}"
    );
    crate::import::contents::assert_same(&before, &crate::import::contents::everything(&database).await);

    // A database that is behind, or none of ours, or in ruins.
    let bare = TestDatabase::bare().await;
    bare.open().await.close().await.unwrap();
    let mut behind = signpost(folder.path());
    let output = behind.args(["--database", bare.url(), "doctor"]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let told = format!("migrations  BEHIND: {} to run", Migrator::migrations().len());
    assert!(!output.status.success() && text.contains(&told), "{text}");
    let picture = folder.path().join("a.png");
    std::fs::write(&picture, [b"\x89PNG\r\n\x1a\n".as_slice(), &[7; 5_000]].concat()).unwrap();
    let output = signpost(folder.path())
        .arg("--database")
        .arg(format!("sqlite://{}", picture.display()))
        .arg("doctor")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        !output.status.success() && text.contains("database    WRONG") && text.contains("is not an SQLite database"),
        "{text}"
    );
    let output = signpost(folder.path()).env("SIGNPOST_SERVER__LISTEN", "x").arg("doctor").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success() && text.contains("settings    WRONG") && text.contains("server.listen"), "{text}");
}

#[tokio::test]
async fn an_import_says_what_came_of_it() {
    let test = TestDatabase::new().await;
    let folder = tempfile::tempdir().unwrap();
    let import = |args: &[&str]| {
        let mut command = signpost(folder.path());
        command.args(["--database", test.url(), "import"]).args(args);
        command
    };
    for what in ["open-referral", "postcodes"] {
        let error = failed(&mut import(&[what, "nowhere.json"]));
        assert!(error.contains("nowhere.json") && !error.contains("panicked"), "{what}: {error}");
    }
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    let error = failed(&mut import(&["open-referral", "empty"]));
    assert!(error.contains("holds no feed"), "{error}");
    let error = failed(&mut import(&["open-referral", "empty", "--report", "nowhere/report.ndjson"]));
    assert!(error.contains("--report nowhere/report.ndjson"), "{error}");

    let mut nameless = record(9);
    nameless.as_object_mut().unwrap().remove("name");
    std::fs::write(folder.path().join("town.ndjson"), format!("{}{nameless}\n", feed(3))).unwrap();
    let text = said(&mut import(&["open-referral", "town.ndjson"]));
    assert!(text.contains("4 records read from 1 file(s): 3 accepted, 1 rejected"), "{text}");
    assert!(text.contains("Services: 3 new, 0 changed, 0 as they were.") && text.contains("--report FILE"), "{text}");
    let text = said(&mut import(&["open-referral", "town.ndjson", "--report", "report.ndjson"]));
    assert!(text.contains("Services: 0 new, 0 changed, 3 as they were.") && text.contains("report.ndjson"), "{text}");
    let report = std::fs::read_to_string(folder.path().join("report.ndjson")).unwrap();
    let lines: Vec<Value> = report.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines.len(), &lines[0]["field"], &lines[0]["record"]), (1, &"/name".into(), &4.into()));
    let database = test.open().await;
    let keys = crate::import::contents::strings(&database, "SELECT key || ' ' || name FROM source").await;
    assert_eq!(keys, [["town town"]], "a source is called after its file");

    // A file that breaks off keeps what came, and does not end well.
    let packed = crate::open_referral_feed::gzip(feed(50));
    std::fs::write(folder.path().join("cut.json.gz"), &packed[..packed.len() - 40]).unwrap();
    let error = failed(&mut import(&["open-referral", "cut.json.gz"]));
    assert!(error.contains("1 file(s) could not be read to their end"), "{error}");
    std::fs::write(
        folder.path().join("p.csv"),
        "postcode,lat,lon,lad_code\nM14 5RQ,53.45561,-2.22121,E08000003\nx,1,2,3\n",
    )
    .unwrap();
    let text = said(&mut import(&["postcodes", "p.csv"]));
    assert!(text.contains("1 postcodes read: 1 new") && text.contains("line 3, postcode"), "{text}");
    assert!(text.contains("location(s) placed anew"), "{text}");
}
