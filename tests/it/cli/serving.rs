//! Servers: on a fresh folder, on a port in use, two on one database.

use std::net::TcpListener;
use std::process::Stdio;

use entity::enums::Role;
use serde_json::{Value, json};
use signpost::access::viewer::is_of_an_agency;

use super::program::{Server, failed, said, signpost, wait_for};
use crate::import::feeds::feed;
use crate::support::database::TestDatabase;

#[test]
fn demo_starts_on_a_fresh_folder_and_answers_its_own_question() {
    let folder = tempfile::tempdir().unwrap();
    let demo = || {
        let mut command = signpost(folder.path());
        command.arg("demo").env_remove("SIGNPOST_VAULT__KEYS_FILE");
        command
    };
    for _ in ["fresh", "and again on what is there"] {
        let mut server = Server::start(demo());
        let text = server.read_until("curl -s");
        assert!(text.contains("/explorer") && text.contains(signpost::app::EXAMPLE_QUERY), "{text}");
        assert!(text.contains(&format!("http://{}/graphql", server.address)), "{text}");
        let text = server.read_until("`authorization: Bearer …`");
        let tokens: Vec<(&str, &str)> = text.lines().filter_map(|line| line.trim().split_once(' ')).collect();
        let tokens: Vec<_> = tokens.into_iter().filter(|(_, rest)| rest.contains(" sps_")).collect();
        let printed: Vec<&str> = tokens.iter().map(|(role, _)| *role).collect();
        assert_eq!(printed, Role::ALL.iter().map(|role| role.as_str()).collect::<Vec<_>>(), "{text}");
        for ((role, rest), of_agency) in tokens.iter().zip(Role::ALL.iter().copied().map(is_of_an_agency)) {
            let (name, token) = rest.rsplit_once(' ').unwrap();
            let asked = "{ viewer { kind roles account { name } actsFor { name } } }";
            let who = server.data_as(Some(token), asked, &json!({}))["viewer"].take();
            let agency = if of_agency { json!({ "name": "Brightmoor Advice" }) } else { Value::Null };
            let expected = json!({ "kind": "PERSON", "roles": [role.to_uppercase()],
                                   "account": { "name": name.trim() }, "actsFor": agency });
            assert_eq!(who, expected, "{role}");
        }
        let text = server.read_until("The service user Sam Okoro is");
        let first = text.rsplit("The service user Sam Okoro is ").next().unwrap().lines().next().unwrap().trim();
        let others: Vec<&str> = text.lines().filter_map(|line| line.rsplit_once(" sps_").map(|(who, _)| who)).collect();
        assert_eq!(others.len(), 3, "two workers and a carer: {text}");
        // Everybody of the demonstration sees of the first what they are to see.
        let sam = format!("{{ serviceUser(id: {first:?}, purpose: REFERRAL) {{ name needs {{ need {{ key }} }} }} }}");
        let token_of = |who: &str| -> String {
            let line = text.lines().find(|line| line.contains(who)).unwrap();
            line.rsplit_once(' ').unwrap().1.to_owned()
        };
        let needs = |token: &str| {
            server.data_as(Some(token), &sam, &json!({}))["serviceUser"]["needs"].as_array().unwrap().len()
        };
        let of_role =
            |role: &str| tokens.iter().find(|(known, _)| *known == role).unwrap().1.rsplit_once(' ').unwrap().1;
        assert_eq!(needs(of_role("link_worker")), 3, "their own agency");
        assert_eq!(needs(of_role("service_user")), 3, "they themselves");
        assert_eq!((needs(&token_of("Hal Brennan")), needs(&token_of("Tess Moran"))), (1, 1), "housing, treatment");
        let list = "{ serviceUsers(purpose: REFERRAL, caseload: AGENCY) { totalCount } }";
        let count = |token: &str| server.data_as(Some(token), list, &json!({}))["serviceUsers"]["totalCount"].clone();
        assert_eq!(count(of_role("link_worker")), 14, "theirs; who was entered twice is one");
        assert_eq!(count(&token_of("Hal Brennan")), 4, "three who permit it, and their own");
        let data = server.data(signpost::app::EXAMPLE_QUERY);
        let counts = &data["signpost"]["counts"];
        assert!(counts["fits"].as_u64().unwrap() > 0, "{counts}");
        assert!(counts["fitsIf"].as_u64().unwrap() > 0 && counts["noBecause"].as_u64().unwrap() > 0, "{counts}");
        assert_eq!(data["signpost"]["nodes"][0]["group"], "FITS", "{data:#}");
        let (status, body) = server.send("GET /health/ready", "");
        assert_eq!(status, 200, "{body}");
        let (status, text) = server.stop();
        assert_eq!(status.code(), Some(0), "{text}");
        assert!(text.contains("Stopped; everything in flight was answered."), "{text}");
    }
    let mut files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    files.sort_unstable();
    let database = "signpost-demo.sqlite";
    let wanted = ["signpost-demo.keys", database, "signpost-demo.sqlite.index"];
    assert_eq!(files, wanted, "the database, its index, the keys of what is sealed, and nothing else beside them");
}

/// Nothing is kept open for want of a key, and no key is made in silence.
#[tokio::test]
async fn a_server_without_master_keys_does_not_start_and_makes_nothing() {
    let test = TestDatabase::bare().await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("geheim"), "geheim").unwrap();
    for (file, why) in [("", "signpost vault new-key"), ("nowhere", "can't be read"), ("geheim", "line 1")] {
        for command in [&["serve"][..], &["vault", "rewrap"], &["account", "list"]] {
            let mut program = signpost(folder.path());
            program.args(["--database", test.url()]).args(command).env("SIGNPOST_VAULT__KEYS_FILE", file);
            let error = failed(&mut program);
            assert!(error.contains("vault.keys_file") && error.contains(why), "{error}");
            assert_eq!(
                error.matches("geheim").count(),
                usize::from(file == "geheim"),
                "the file's name alone: {error}"
            );
        }
    }
    assert!(test.file().is_none_or(|file| !file.exists()), "no database");
}

#[tokio::test]
async fn master_keys_are_made_and_changed_by_commands() {
    let test = TestDatabase::bare().await;
    let folder = tempfile::tempdir().unwrap();
    let command = |words: &[&str]| {
        let mut command = signpost(folder.path());
        command.args(["--database", test.url()]).args(words).env("SIGNPOST_VAULT__KEYS_FILE", "master.keys");
        said(&mut command)
    };
    let name = |text: &str| text.split(' ').nth(3).unwrap().to_owned();
    let first = name(&command(&["vault", "new-key"]));
    let second = name(&command(&["vault", "new-key"]));
    let keys = std::fs::read_to_string(folder.path().join("master.keys")).unwrap();
    assert!(keys.starts_with(&format!("{second} ")) && keys.contains(&format!("\n{first} ")), "two, the new one first");
    let told = command(&["vault", "rewrap"]);
    assert!(told.starts_with("Wrapped anew: 0.\n") && told.contains(&format!("{first} wraps 0: it may be")), "{told}");
    assert!(told.contains(&format!("{second} wraps 0.")), "the one that wraps stays: {told}");
}

#[tokio::test]
async fn a_port_in_use_is_told() {
    let test = TestDatabase::new().await;
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let error = failed(signpost(folder.path()).args(["--database", test.url(), "--listen", &address, "serve"]));
    assert!(error.contains(&address) && error.contains("in use already") && error.contains("server.listen"), "{error}");
}

#[tokio::test]
async fn an_outbox_that_takes_no_letter_stops_the_start_before_anything_is_made() {
    let test = TestDatabase::bare().await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("taken"), "in the way").unwrap();
    // Where it were not looked at, the start would fail at the port, and say so.
    let port = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = port.local_addr().unwrap().to_string();
    let kernels = cfg!(target_os = "linux").then_some(("/proc", ""));
    for (outbox, why) in [("taken", "no folder"), ("taken/inside", "no folder")].into_iter().chain(kernels) {
        let mut command = signpost(folder.path());
        command.args(["--database", test.url(), "--listen", &address, "serve"]);
        let error = failed(command.env("SIGNPOST_POST__OUTBOX_FOLDER", outbox));
        assert!(error.contains("post.outbox_folder") && error.contains(outbox) && error.contains(why), "{error}");
    }
    assert!(test.file().is_none_or(|file| !file.exists()), "no database");
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["taken"]);
}

#[tokio::test]
async fn two_servers_on_one_database_both_see_what_either_is_told() {
    let test = TestDatabase::bare().await;
    let folder = tempfile::tempdir().unwrap();
    let serve = || {
        let mut command = signpost(folder.path());
        command.args(["--database", test.url(), "serve"]).env("SIGNPOST_DIRECTORY__REFRESH_MS", "50");
        command
    };
    // Both find a database without any table, and start at once.
    let start = |command| std::thread::spawn(move || Server::start(command));
    let servers: Vec<Server> = [start(serve()), start(serve())].map(|thread| thread.join().unwrap()).into();
    let total =
        |server: &Server| server.data("{ services { totalCount } }")["services"]["totalCount"].as_u64().unwrap();
    for server in &servers {
        assert_eq!(total(server), 0);
    }
    let path = folder.path().join("feed.ndjson");
    for records in [5, 900] {
        std::fs::write(&path, feed(records)).unwrap();
        let import = signpost(folder.path())
            .args(["--database", test.url(), "import", "open-referral", "feed.ndjson"])
            .stdout(Stdio::null())
            .spawn();
        // Both answer while it runs, and see all of it in the end.
        for server in &servers {
            wait_for("what was imported", || total(server) == records as u64);
        }
        assert!(import.unwrap().wait().unwrap().success());
        let found = servers[1].data("{ signpost(input: { where: { place: \"M14 5RQ\" } }, first: 1) { totalCount nodes { service { phones { number } } } } }");
        assert_eq!(found["signpost"]["totalCount"], records);
    }
    for server in servers {
        let (status, text) = server.stop();
        assert_eq!(status.code(), Some(0), "{text}");
    }
    let text = said(signpost(folder.path()).args(["--database", test.url(), "doctor"]));
    assert!(text.contains("900 public services"), "{text}");
}
