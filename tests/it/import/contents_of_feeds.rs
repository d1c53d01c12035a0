//! What becomes of a document: kept to the letter, read with care, withheld where it must be.

use serde_json::{Value, json};
use signpost::clock::Clock;
use signpost::directory::duplicates::Compared;

use super::contents::{count, strings};
use super::feeds::{feed, id, record, run, run_file};
use crate::support::database::TestDatabase;
use crate::support::{TestApp, now};

#[tokio::test]
async fn a_document_is_kept_to_the_letter() {
    let odd = format!(
        r#"{{ "x_first":  [1.50, -0.0, 1e3, {{"deep" : null}}],	"status":"active","name" : "Caf\u00e9 \ud83c\udf75 – Tee",
 "id":"{}" , "x_last":"\/ \" \\ " }}"#,
        id("odd")
    );
    let plain = record(1).to_string();
    let test = TestDatabase::new().await;
    let (database, clock) = (test.open().await, Clock::manual(now()));
    let (done, report) = run_file(&database, &clock, "kept.json", format!("[{odd},\n\n {plain}]")).await;
    assert_eq!((done.counts.accepted, report), (2, vec![]));
    let mut kept: Vec<String> =
        strings(&database, "SELECT document FROM source_record").await.into_iter().flatten().collect();
    let mut wanted = vec![odd, plain];
    kept.sort();
    wanted.sort();
    assert_eq!(kept, wanted);
    assert_eq!(strings(&database, "SELECT name FROM service ORDER BY name").await[0], ["Café 🍵 – Tee"]);
}

#[tokio::test]
async fn a_nul_in_a_text_stops_nobody() {
    let mut odd = record(0);
    odd["name"] = json!("Kettle\u{0} on");
    odd["organization"]["name"] = json!("\u{0}Trust");
    odd["x_of_the_source"] = json!({ "a\u{0}": "\u{0}" });
    let test = TestDatabase::new().await;
    let (database, clock) = (test.open().await, Clock::manual(now()));
    let (done, _) = run(&database, &clock, &[odd.clone(), record(1)]).await;
    assert_eq!(done.saved.created, 2);
    let names = strings(
        &database,
        "SELECT service.name, agency.name FROM service JOIN agency ON agency.id = service.agency_id ORDER BY 1",
    );
    assert_eq!(names.await, [["Kettle on", "Trust"], ["Kettle on, number 1", "Trust"]]);
    let documents: Vec<Value> = strings(&database, "SELECT document FROM source_record")
        .await
        .iter()
        .map(|row| serde_json::from_str(&row[0]).unwrap())
        .collect();
    assert!(documents.contains(&odd), "the document keeps it");
}

#[tokio::test]
async fn what_was_read_from_a_text_is_marked_as_such() {
    let app = TestApp::new().await;
    let mut stated = record(1);
    stated["minimum_age"] = json!(30);
    stated["eligibility_description"] = json!("Ask us.");
    stated["description"] = json!("Tea.");
    run(app.db(), &app.clock, &[record(0), stated]).await;
    app.refresh().await;
    let query = "{ services { nodes { name eligibility {
        age { minimum maximum evidence quote } gender { accepts evidence quote } substanceUse { evidence } other } } } }";
    let data = app.data(query, json!({})).await;
    assert_eq!(
        data["services"]["nodes"],
        json!([
            { "name": "Kettle on, number 0", "eligibility": {
                "age": { "minimum": 18.0, "maximum": 25.0, "evidence": "READ_FROM_TEXT", "quote": "Aged 18 to 25." },
                "gender": { "accepts": ["WOMAN"], "evidence": "READ_FROM_TEXT", "quote": "Women only." },
                "substanceUse": null, "other": null } },
            { "name": "Kettle on, number 1", "eligibility": {
                "age": { "minimum": 30.0, "maximum": null, "evidence": "STATED", "quote": null },
                "gender": null, "substanceUse": null, "other": "Ask us." } },
        ])
    );
}

/// Words that stand nowhere but in the secret house.
const SECRETS: [&str; 6] = ["Quince", "Marmalade", "M16 0RA", "53.46256", "2.29103", "960777"];

/// A house whose address is a secret, said in its description.
fn secret_house() -> Value {
    json!({
        "id": id("secret house"), "location_type": "physical", "name": "Quince Lodge", "latitude": 53.46256, "longitude": -2.29103,
        "description": "The address is confidential.",
        "addresses": [{
            "id": id("secret address"), "address_type": "physical", "address_1": "7 Marmalade Street", "city": "Manchester",
            "state_province": "Trafford", "postal_code": "M16 0RA", "country": "GB"
        }],
        "phones": [{ "id": id("secret phone"), "number": "01632 960777" }]
    })
}

/// Everything that the public can ask about places, in one text.
async fn all_that_is_told(app: &TestApp) -> String {
    let place = "location { id name alternateName description confidential kind publicArea transport address { lines town region postcode }
        point { latitude longitude } localAuthority { name } phones { number } openingHours { opensAt } }";
    let query = format!(
        "{{ services {{ nodes {{ id name description places {{ id description phones {{ number }} contacts {{ name }} areas {{ name }} {place} }} }} }}
            locations {{ nodes {{ name address {{ lines postcode }} }} totalCount }}
            signpost(input: {{ where: {{ place: \"M14 5RQ\", withinKm: 30 }} }}) {{
                nodes {{ distanceKm service {{ name }} at {{ id {place} }} criteria {{ reason ask }} }} }} }}"
    );
    let answer = app.data(&query, json!({})).await;
    assert!(answer["services"]["nodes"].as_array().is_some_and(|nodes| !nodes.is_empty()));
    answer.to_string()
}

#[tokio::test]
async fn a_confidential_place_of_a_feed_is_told_to_nobody() {
    let app = TestApp::new().await;
    let mut refuge = record(0);
    refuge["service_at_locations"][0]["location"] = secret_house();
    let (done, _) = run(app.db(), &app.clock, &[refuge]).await;
    assert_eq!((done.saved.created, count(app.db(), "location").await), (1, 1));
    app.refresh().await;
    let told = all_that_is_told(&app).await;
    for secret in SECRETS {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
    assert!(told.contains("\"confidential\":true") && told.contains("\"distanceKm\":null"), "{told}");
    for text in ["Quince", "Marmalade", "Lodge"] {
        let query = "query($text: String) { services(filter: { text: $text }) { totalCount } locations(filter: { text: $text }) { totalCount } }";
        let data = app.data(query, json!({ "text": text })).await;
        assert_eq!(data, json!({ "services": { "totalCount": 0 }, "locations": { "totalCount": 0 } }), "{text}");
    }
    let near =
        app.data("{ services(filter: { near: { place: \"M16 0RA\", withinKm: 1 } }) { totalCount } }", json!({})).await;
    assert_eq!(near["services"]["totalCount"], 0);
}

/// A feed may say so in one record and forget it in the other; whoever reads only one of them
/// must still not be told.
#[tokio::test]
async fn a_place_that_is_a_secret_in_any_record_is_one_in_all() {
    for secret_first in [true, false] {
        let app = TestApp::new().await;
        let mut open = secret_house();
        open.as_object_mut().unwrap().remove("description");
        let mut records = vec![record(0), record(1)];
        let order = if secret_first { [secret_house(), open] } else { [open, secret_house()] };
        for (record, house) in records.iter_mut().zip(order) {
            record["service_at_locations"][0]["location"] = house;
        }
        for _ in 0..2 {
            run(app.db(), &app.clock, &records).await;
            app.refresh().await;
            let told = all_that_is_told(&app).await;
            for secret in SECRETS {
                assert!(!told.contains(secret), "secret first: {secret_first}: {secret} in {told}");
            }
        }
    }
}

#[tokio::test]
async fn duplicates_are_found_and_told_and_left_alone() {
    let app = TestApp::new().await;
    let mut records: Vec<Value> = (0..6).map(record).collect();
    // One name at one postcode, whatever its case; the rest is of another name.
    records[3]["name"] = json!("KETTLE ON, Number 2!");
    // One name elsewhere is another service.
    records[5]["name"] = json!("Kettle on, number 2");
    records[5]["service_at_locations"][0]["location"]["addresses"][0]["postal_code"] = json!("M16 0RA");
    run(app.db(), &app.clock, &records).await;
    app.refresh().await;
    let found = Compared::services(app.db().connection(), &app.app.live.current()).await.unwrap().groups();
    assert_eq!(found.len(), 1, "{found:?}");
    let mut names: Vec<&str> = found[0].services.iter().map(|(_, name)| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["KETTLE ON, Number 2!", "Kettle on, number 2"]);
    assert_eq!(count(app.db(), "service").await, 6, "nothing is merged");
    let rules = signpost::schema::freshness_rules(&app.app.config.freshness);
    let quality = signpost::directory::quality::look(app.db(), &app.app.live.current(), &rules, now()).await.unwrap();
    let finding = quality.findings.iter().find(|finding| finding.what.contains("one and the same")).unwrap();
    assert_eq!((finding.count, finding.examples.len()), (1, 1));
    assert!(finding.examples[0].contains("one name, in one building"), "{finding:?}");
}

#[tokio::test]
async fn the_quality_of_an_imported_feed_is_told() {
    let app = TestApp::new().await;
    let bare = json!({ "id": id("bare"), "name": "Bare", "status": "active" });
    run_file(app.db(), &app.clock, "feed.ndjson", format!("{}{bare}\n", feed(3))).await;
    app.refresh().await;
    let rules = signpost::schema::freshness_rules(&app.app.config.freshness);
    let quality = signpost::directory::quality::look(app.db(), &app.app.live.current(), &rules, now()).await.unwrap();
    let counted = |words: &str| quality.findings.iter().find(|finding| finding.what.contains(words)).unwrap().count;
    assert!(quality.overview.contains("4 public services (0 internal)"), "{}", quality.overview);
    assert!(quality.overview.contains("full postcodes are not loaded"), "{}", quality.overview);
    for (words, services) in [
        ("meet no need", 1),
        ("do not say when they are open", 1),
        ("do not say that they need none", 1),
        ("do not say which area", 1),
        ("confirmed too long ago", 3),
        ("never confirmed in any part", 1),
        ("used by no service", 0),
    ] {
        assert_eq!(counted(words), services, "{words}");
    }
}
