//! What an import tells of its new services.

use std::path::Path;

use serde_json::{Value, json};
use signpost::directory::duplicates::{Compared, Newcomers};
use signpost::directory::store::service_id;

use crate::cli::program::{said, signpost};
use crate::import::feeds::{id, record, run};
use crate::support::listings::{at, location, service};
use crate::support::{TestApp, source};

#[tokio::test]
async fn new_services_that_look_like_another_sources_are_found() {
    let mut there = service("there", "KETTLE ON, number 0", "housing.emergency");
    there.places = vec![at(location("place", "M14 5RQ", None))];
    let app = TestApp::of(&[there]).await;
    let mut records: Vec<Value> = (0..3).map(record).collect();
    for one in &mut records {
        one["service_at_locations"][0]["location"]["addresses"][0]["postal_code"] = json!("M14 5RQ");
    }
    // Two new ones of one source that look like each other are no business of another's.
    records[2]["name"] = records[1]["name"].clone();
    app.clock.advance(chrono::TimeDelta::minutes(1));
    let began = app.clock.now();
    let done = run(app.db(), &app.clock, &records).await.0;
    app.refresh().await;
    assert_eq!(done.saved.created, 3);
    let feed = crate::import::feeds::source("feed").id();
    let compared = Compared::services(app.db().connection(), &app.app.live.current()).await.unwrap();
    let newcomers = |since| Newcomers::of(app.db().connection(), feed, since);
    assert_eq!(compared.groups().len(), 2);
    let found = compared.alike(&newcomers(began).await.unwrap());
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (found[0].new.0, found[0].other.0),
        (service_id(feed, &id("service 0")), service_id(source().id(), "there"))
    );
    assert!(found[0].found.is_likely() && found[0].found.to_string().contains("one name, at one postcode"));
    // The same again is not new, and what is of one source is no other's.
    app.clock.advance(chrono::TimeDelta::minutes(1));
    assert_eq!(compared.alike(&newcomers(app.clock.now()).await.unwrap()), []);
    let of_test = Newcomers::of(app.db().connection(), source().id(), crate::support::now()).await.unwrap();
    let other_way: Vec<_> = compared.alike(&of_test);
    assert_eq!((other_way.len(), other_way[0].new.1.as_str()), (1, "KETTLE ON, number 0"));
}

fn program(folder: &Path, arguments: &[&str]) -> String {
    said(signpost(folder).args(["--database", "sqlite://network.db"]).args(arguments))
}

#[test]
fn the_import_tells_them_with_their_reasons_and_keeps_all() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, names: [&str; 2]| {
        let lines: Vec<String> = names
            .iter()
            .enumerate()
            .map(|(index, title)| {
                let mut one = record(index);
                one["name"] = json!(title);
                one["service_at_locations"][0]["location"]["addresses"][0]["postal_code"] = json!("M14 5RQ");
                one.to_string()
            })
            .collect();
        std::fs::write(folder.path().join(name), lines.join("\n")).unwrap();
    };
    write("one.ndjson", ["Kettle on", "Umbrella"]);
    write("two.ndjson", ["The Kettle On Ltd", "Lantern"]);
    let first = program(folder.path(), &["import", "open-referral", "one.ndjson"]);
    assert!(first.contains("0 group(s)") && !first.contains("another source"), "{first}");
    let second = program(folder.path(), &["import", "open-referral", "two.ndjson", "--report", "report.ndjson"]);
    assert!(second.contains("1 group(s) of services in the directory look like one"), "{second}");
    assert!(second.contains("1 new service(s) look like ones of another source:"), "{second}");
    assert!(second.contains("The Kettle On Ltd – Kettle on (93%"), "{second}");
    assert!(second.contains("Services: 2 new"), "{second}");
    let report = std::fs::read_to_string(folder.path().join("report.ndjson")).unwrap();
    let lines: Vec<Value> = report.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let codes: Vec<&str> = lines.iter().map(|line| line["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["possible_duplicate", "like_another_source"]);
    assert_eq!(lines[1]["services"][0]["name"], "The Kettle On Ltd");
    assert!(
        lines
            .iter()
            .all(|line| line["score"] == 93 && line["reason"].as_str().unwrap().contains("one name, in one building"))
    );
    let again = program(folder.path(), &["import", "open-referral", "two.ndjson"]);
    assert!(again.contains("1 group(s)") && !again.contains("another source"), "{again}");
}
