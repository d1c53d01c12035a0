//! Settings: where they come from, which of them wins, and what is said of a wrong one.

use std::{fs, path::PathBuf};

use signpost::config::{Config, ConfigError, DatabaseUrl, Engine, LogFormat, Origin, Override, RANGES, Synchronous};

/// A settings file that goes away with its folder.
struct Written {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn written(text: &str) -> Written {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signpost.toml");
    fs::write(&path, text).unwrap();
    Written { _folder: folder, path }
}

fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn flag(setting: &str, value: &str) -> Override {
    Override { flag: "--some-flag".to_owned(), setting: setting.to_owned(), value: value.to_owned() }
}

fn from_file(text: &str) -> Result<Config, ConfigError> {
    Config::load(Some(&written(text).path), [], [])
}

fn from_env(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::load(None, env(pairs), [])
}

#[test]
fn without_file_environment_and_flags_the_defaults_hold() {
    assert_eq!(Config::load(None, [], []).unwrap(), Config::default());
}

#[test]
fn the_command_line_overrules_the_environment_and_that_the_file() {
    let file = written("[server]\nlisten = '127.0.0.1:1001'\nbody_limit_bytes = 2000\n[log]\nformat = 'json'\n");
    let config = Config::load(
        Some(&file.path),
        env(&[("SIGNPOST_SERVER__LISTEN", "127.0.0.1:1002"), ("SIGNPOST_SERVER__BODY_LIMIT_BYTES", "3000")]),
        [flag("server.listen", "127.0.0.1:1003")],
    )
    .unwrap();
    assert_eq!(config.server.listen.port(), 1003);
    assert_eq!(config.server.body_limit_bytes, 3000);
    assert_eq!(config.log.format, LogFormat::Json);
    // What nobody named keeps its default.
    assert_eq!(config.server.request_timeout_s, Config::default().server.request_timeout_s);
}

#[test]
fn every_kind_of_setting_can_be_given_in_the_environment() {
    let config = from_env(&[
        ("SIGNPOST_DATABASE__URL", "postgres://u:p@h/d"),
        ("SIGNPOST_GRAPHQL__INTROSPECTION", "false"),
        ("SIGNPOST_GRAPHQL__MAX_DEPTH", "7"),
        ("SIGNPOST_CORS__ALLOWED_ORIGINS", "https://a.example, http://localhost:5173"),
        ("SIGNPOST_SQLITE__SYNCHRONOUS", "full"),
        ("SIGNPOST_DIRECTORY__NEEDS_FILE", "7"),
        ("SIGNPOST_TEST_SHARED", "/not/ours"),
        ("PATH", "/bin"),
    ])
    .unwrap();
    assert_eq!(config.database.url.engine(), Engine::Postgres);
    assert!(!config.graphql.introspection);
    assert_eq!(config.graphql.max_depth, 7);
    assert_eq!(config.cors.allowed_origins, ["https://a.example", "http://localhost:5173"]);
    assert_eq!(config.sqlite.synchronous, Synchronous::Full);
    assert_eq!(config.directory.needs_file().unwrap().to_str().unwrap(), "7");
}

/// Each row: a settings file, and what its one problem must say.
#[test]
fn a_wrong_setting_is_told_with_its_name_its_place_what_is_wrong_and_what_would_be_right() {
    let rows: &[(&str, &str, usize, &str, &str)] = &[
        // (file, setting, line, wrong, right)
        ("[server]\nlistn = 'x'", "server.listn", 2, "no such setting", "server.listen"),
        ("[sever]\nlisten = 'x'", "sever.listen", 2, "no such setting", "server.listen"),
        ("[graphql]\nlisten = 'x'", "graphql.listen", 2, "no such setting", "server.listen"),
        ("\n\nlisten = 'x'", "listen", 3, "no such setting", "server.listen"),
        ("[graphql]\n\nmax_deepness = 3", "graphql.max_deepness", 3, "no such setting", "graphql.max_depth"),
        ("server = 5", "server", 1, "a section", "server.listen"),
        ("[server.tls]\nkey = 'x'", "server.tls", 1, "no such setting", "server."),
        ("[server]\nlisten = 8000", "server.listen", 2, "a whole number", "text in quotation marks"),
        ("[server]\nlisten = 'localhost'", "server.listen", 2, "invalid socket address", "127.0.0.1:8000"),
        ("[server]\nrequest_timeout_s = '30'", "server.request_timeout_s", 2, "text", "a whole number"),
        ("[server]\nrequest_timeout_s = 0", "server.request_timeout_s", 2, "0 is out of range", "from 1 to 600"),
        ("[server]\nrequest_timeout_s = -1", "server.request_timeout_s", 2, "-1 is out of range", "from 1 to 600"),
        ("[server]\nrequest_timeout_s = 1.5", "server.request_timeout_s", 2, "a number with a point", "a whole number"),
        ("[server]\nrequest_timeout_s = 99999999999999999999", "server.request_timeout_s", 2, "text", "a whole number"),
        ("[server]\nrequest_timeout_s = 2026-01-01", "server.request_timeout_s", 2, "a date", "a whole number"),
        ("[graphql]\nintrospection = 'yes'", "graphql.introspection", 2, "text", "true or false"),
        ("[graphql]\nmax_depth = 33", "graphql.max_depth", 2, "33 is out of range", "from 1 to 32"),
        ("[log]\nformat = 'xml'", "log.format", 2, "xml", "\"pretty\" or \"json\""),
        ("[log]\nfilter = 'signpost=loud'", "log.filter", 2, "no filter", "debug"),
        ("[sqlite]\nsynchronous = 'off'", "sqlite.synchronous", 2, "off", "\"normal\""),
        ("[cors]\nallowed_origins = 'https://a.example'", "cors.allowed_origins", 2, "text", "a list"),
        ("[cors]\nallowed_origins = [7]", "cors.allowed_origins", 2, "integer", "a list of texts"),
        ("[cors]\nallowed_origins = ['https://a.example/']", "cors.allowed_origins", 2, "no origin", "https://www"),
        ("[cors]\nallowed_origins = ['a.example']", "cors.allowed_origins", 2, "no origin", "https://www"),
        ("[cors]\nallowed_origins = ['*', 'https://a.example']", "cors.allowed_origins", 2, "beside", "alone"),
        ("[freshness]\nremind_every = 'day'", "freshness.remind_every", 2, "day", "\"week\" or \"month\""),
        ("[freshness]\nworklist_url = 'app.example'", "freshness.worklist_url", 2, "no address", "https://"),
        ("[freshness]\nworklist_url = 'https://a b'", "freshness.worklist_url", 2, "no address", "no blanks"),
        ("[notices]\npage_url = 'https://app.example'", "notices.page_url", 2, "no address", "{id}"),
        ("[notices]\npage_url = 'app.example/{id}'", "notices.page_url", 2, "no address", "https://"),
        ("[notices]\npage_url = 'https://app.example/{id}/{id}'", "notices.page_url", 2, "no address", "once"),
        ("[notices]\npage_url = 'https://{id}.example/'", "notices.page_url", 2, "no address", "behind the host"),
        ("[notices]\npage_url = 'https://u:hunter2@a.example/{id}'", "notices.page_url", 2, "no address", "password"),
        (
            "[notices]\npage_url = \"https://a.example/{id}\\nBcc: b@c.example\"",
            "notices.page_url",
            2,
            "no address",
            "blanks",
        ),
        ("[database]\nurl = 'mysql://u:hunter2@h/d'", "database.url", 2, "neither", "postgres://"),
        ("[database]\nurl = 'sqlite://'", "database.url", 2, "no file", "sqlite://signpost.sqlite"),
        ("[database]\nurl = 'postgres://u:hunter2@/d'", "database.url", 2, "no host", "host"),
        ("[database]\nurl = 'postgres://u:hunter2@h /d'", "database.url", 2, "a blank", "host"),
        ("[database]\nurl = ['postgres://u:hunter2@h/d']", "database.url", 2, "a list", "text"),
        ("[database]\npassword = 'hunter2'", "database.password", 2, "no such setting", "database."),
        ("[database]\nmax_connections = 0", "database.max_connections", 2, "0 is out of range", "from 1 to 1000"),
        ("[graphql]\nmax_page_size = 10", "graphql.default_page_size", 0, "graphql.max_page_size", "at most"),
        ("[graphql]\ndefault_page_size = 500", "graphql.default_page_size", 2, "500", "at most"),
    ];
    for (text, setting, line, wrong, right) in rows {
        let error = from_file(text).expect_err(text);
        let ConfigError::Wrong(problems) = &error else { panic!("{text}: {error}") };
        let [problem] = problems.as_slice() else { panic!("{text}: {error}") };
        assert_eq!(problem.setting, *setting, "{text}");
        match &problem.origin {
            Origin::File { path, line: told } => {
                assert!(path.ends_with("signpost.toml"), "{text}");
                assert_eq!(told, line, "{text}");
            }
            Origin::Default => assert_eq!(*line, 0, "{text}"),
            Origin::Environment(_) | Origin::Flag(_) => panic!("{text}: {error}"),
        }
        assert!(problem.wrong.contains(wrong), "{text}: {problem}");
        assert!(problem.right.contains(right), "{text}: {problem}");
        assert!(!error.to_string().contains("hunter2") && !format!("{error:?}").contains("hunter2"), "{error}");
    }
}

#[test]
fn all_that_is_wrong_is_told_at_once_each_with_its_source() {
    let file = written("[server]\nlistn = 'x'\n[log]\nformat = 'xml'\n");
    let error = Config::load(
        Some(&file.path),
        env(&[("SIGNPOST_GRAPHQL__MAX_DEPTH", "deep"), ("SIGNPOST_LISTEN", "127.0.0.1:1")]),
        [flag("server.listen", "nowhere")],
    )
    .unwrap_err();
    let ConfigError::Wrong(problems) = &error else { panic!("{error}") };
    let origins: Vec<String> = problems.iter().map(|problem| problem.origin.to_string()).collect();
    let file = file.path.display();
    assert_eq!(
        origins,
        [
            format!("{file}, line 2"),
            format!("{file}, line 4"),
            "environment variable SIGNPOST_GRAPHQL__MAX_DEPTH".to_owned(),
            "environment variable SIGNPOST_LISTEN".to_owned(),
            "--some-flag on the command line".to_owned(),
        ]
    );
    assert!(error.to_string().contains("did you mean server.listen?"), "{error}");
}

#[test]
fn a_file_that_is_absent_broken_or_no_text_is_told_without_showing_its_content() {
    let absent = Config::load(Some("/no/such/folder/signpost.toml".as_ref()), [], []).unwrap_err();
    assert!(absent.to_string().contains("/no/such/folder/signpost.toml cannot be read"), "{absent}");

    let broken = from_file("[server]\n[database]\nurl = 'postgres://u:hunter2@h/d\n").unwrap_err();
    assert!(matches!(&broken, ConfigError::Syntax { line: 3, .. }), "{broken:?}");
    assert!(!broken.to_string().contains("hunter2"), "{broken}");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signpost.toml");
    fs::write(&path, [0xff, 0xfe, 0x00]).unwrap();
    assert!(matches!(Config::load(Some(&path), [], []).unwrap_err(), ConfigError::Unreadable { .. }));
    fs::write(&path, "#".repeat(1024 * 1024 + 1)).unwrap();
    assert!(matches!(Config::load(Some(&path), [], []).unwrap_err(), ConfigError::Unreadable { .. }));
    assert!(matches!(Config::load(Some(folder.path()), [], []).unwrap_err(), ConfigError::Unreadable { .. }));
}

#[test]
fn a_password_never_shows() {
    let rows = [
        ("sqlite://signpost.sqlite", "sqlite://signpost.sqlite"),
        ("sqlite::memory:", "sqlite::memory:"),
        ("sqlite:///var/lib/sign post.sqlite?mode=rwc", "sqlite:///var/lib/sign post.sqlite?mode=rwc"),
        ("postgres://db.example/signpost", "postgres://db.example/signpost"),
        ("postgres://db.example:5432/signpost?sslmode=require", "postgres://db.example:5432/signpost"),
        ("postgres://app:hunter2@db.example:5432/signpost", "postgres://app:***@db.example:5432/signpost"),
        ("postgresql://app:hunter2@[::1]:5432/signpost", "postgresql://app:***@[::1]:5432/signpost"),
        ("postgresql://app:hunter2@[::1]/signpost", "postgresql://app:***@[::1]/signpost"),
        ("postgres://app@db.example/signpost?password=hunter2", "postgres://app:***@db.example/signpost"),
        ("postgres:///signpost?host=/run/postgresql&password=hunter2", "postgres:///signpost"),
        // Passwords that should have been escaped, and hide nowhere else.
        ("postgres://app:hun@ter2@db.example/signpost", "postgres://***"),
        ("postgres://app:hunter2/x@db.example/signpost", "postgres://***"),
        ("postgres://app:hunter2?x@db.example/signpost", "postgres://***"),
        ("postgres://db.example/signpost?password=hun@ter2", "postgres://***"),
        ("postgres://app:hunter2", "postgres://***"),
    ];
    for (url, shown) in rows {
        let parsed = DatabaseUrl::try_from(url.to_owned()).unwrap_or_else(|error| panic!("{url}: {error}"));
        assert_eq!(parsed.expose_with_password(), url);
        assert_eq!(parsed.to_string(), shown, "{url}");
        let mut config = Config::default();
        config.database.url = parsed;
        for text in [
            format!("{config:?}"),
            toml::Table::try_from(&config).unwrap()["database"]["url"].as_str().unwrap().to_owned(),
        ] {
            assert!(text.contains(shown), "{url}: {text}");
            assert!(!text.contains("ter2"), "{url}: {text}");
        }
    }
}

fn example() -> String {
    fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/signpost.example.toml")).unwrap()
}

#[test]
fn the_example_names_every_setting_with_its_default_and_explains_it() {
    let text = example();
    let defaults = toml::Table::try_from(Config::default()).unwrap();
    assert_eq!(text.parse::<toml::Table>().unwrap(), defaults);
    assert_eq!(from_file(&text).unwrap(), Config::default());
    let lines: Vec<&str> = text.lines().collect();
    for (above, line) in lines.iter().zip(&lines[1..]) {
        if line.contains(" = ") && !line.starts_with('#') {
            assert!(above.starts_with("# "), "nothing explains {line:?}");
        }
    }
}

#[test]
fn every_whole_number_has_a_range_that_holds_its_default() {
    let defaults = toml::Table::try_from(Config::default()).unwrap();
    let mut numbers = Vec::new();
    for (section, settings) in &defaults {
        for (name, value) in settings.as_table().unwrap() {
            if let Some(number) = value.as_integer() {
                let key = format!("{section}.{name}");
                let range = RANGES.iter().find(|(known, _)| *known == key);
                assert!(range.unwrap_or_else(|| panic!("{key} has no range")).1.contains(&number), "{key}");
                numbers.push(key);
            }
        }
    }
    assert_eq!(numbers.len(), RANGES.len(), "a range is of no setting");
}
