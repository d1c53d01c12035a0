//! People's own words and names half typed, as a client sends them.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use signpost::config::Config;

use crate::support::TestApp;
use crate::support::listings::service;

const INTERPRET: &str = "query($text: String!) { interpretNeeds(text: $text) {
    needs { need { key } confidence words { start end text } }
    circumstances { kind substanceUse abstinentDays age gender characteristic holds confidence words { text } }
    when { days from to words { text } }
    delivery { mode }
    where { place words { text } }
    notUnderstood { text }
} }";

fn keys(needs: &Value) -> Vec<&str> {
    needs.as_array().unwrap().iter().map(|need| need["need"]["key"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn words_become_needs_and_circumstances_with_what_they_came_from() {
    let app = TestApp::new().await;
    let text =
        "💔 kicked out, sofa surfing at mates in M14 5RQ, sanctioned, still using. thursday evening. frobnicating";
    let data = app.data(INTERPRET, json!({ "text": text })).await;
    let said = &data["interpretNeeds"];
    let needs = keys(&said["needs"]);
    assert!(needs.contains(&"money.sanction") && needs.iter().any(|key| key.starts_with("housing.")), "{said:#}");
    // Positions are those of JavaScript: the broken heart is two units long.
    let units: Vec<u16> = text.encode_utf16().collect();
    for need in said["needs"].as_array().unwrap() {
        assert!((30..=99).contains(&need["confidence"].as_i64().unwrap()), "{need}");
        for words in need["words"].as_array().unwrap() {
            let at = |name: &str| usize::try_from(words[name].as_i64().unwrap()).unwrap();
            assert_eq!(String::from_utf16(&units[at("start")..at("end")]).unwrap(), words["text"].as_str().unwrap());
        }
    }
    let using = said["circumstances"].as_array().unwrap().iter().find(|said| said["kind"] == "SUBSTANCE_USE").unwrap();
    assert_eq!(
        (&using["substanceUse"], &using["abstinentDays"], &using["age"]),
        (&json!("USING"), &json!(null), &json!(null))
    );
    assert_eq!(said["where"]["place"], "M14 5RQ");
    assert_eq!(said["when"][0]["days"], json!(["THURSDAY"]));
    assert!(said["notUnderstood"].to_string().contains("frobnicating"), "{said:#}");
}

#[tokio::test]
async fn a_text_that_cannot_be_read_is_refused_with_its_field() {
    let app = TestApp::new().await;
    for (text, words) in [(" \n", "nothing in the text"), (&*"a ".repeat(1_001), "at most 2000 characters")] {
        let (code, field, message) = app.error(INTERPRET, json!({ "text": text })).await;
        assert_eq!((code.as_str(), field.as_str()), ("BAD_USER_INPUT", "text"), "{message}");
        assert!(message.contains(words), "{message}");
    }
    for path in [
        "/graphql?query=%7BinterpretNeeds(text:%22x%22)%7BnotUnderstood%7Btext%7D%7D%7D",
        "/graphql?query=%7Bsuggestions(typed:%22x%22)%7Blabel%7D%7D",
    ] {
        let (status, body) = app.send(Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{}", String::from_utf8_lossy(&body));
    }
}

const SIGNPOST: &str = "query($input: SignpostInput!) { signpost(input: $input, first: 100) {
    totalCount understood { needs { need { key } } circumstances { substanceUse } notUnderstood { text } }
    where { label } nodes { group service { name } needsMet { key } criteria { subject outcome } }
} }";

#[tokio::test]
async fn signpost_takes_the_same_words_and_boxes_have_the_last_word() {
    let app = TestApp::demonstration().await;
    let text = "no money, been sanctioned, still using. M14 5RQ thursday evening";
    let ask = async |input: Value| app.data(SIGNPOST, json!({ "input": input })).await["signpost"].clone();

    let answer = ask(json!({ "text": text })).await;
    assert_eq!(answer["where"]["label"], "M14 5RQ");
    assert!(keys(&answer["understood"]["needs"]).contains(&"money.sanction"), "{answer:#}");
    let nodes = answer["nodes"].as_array().unwrap();
    let evening = nodes.iter().find(|node| node["service"]["name"] == "Evening benefits session").unwrap();
    assert_eq!(evening["group"], "FITS", "{evening:#}");
    assert!(evening["needsMet"].to_string().contains("money.sanction"), "{evening:#}");

    // What stands in a box is believed before what was read from the text.
    let input = json!({ "text": text, "where": { "place": "LS1 4AP", "withinKm": 5 }, "circumstances": { "substanceUse": "NEVER" } });
    let elsewhere = ask(input).await;
    assert_ne!(elsewhere["where"]["label"], "M14 5RQ");
    let names = |answer: &Value| {
        answer["nodes"].as_array().unwrap().iter().map(|node| node["service"]["name"].to_string()).collect::<Vec<_>>()
    };
    assert!(!names(&elsewhere).contains(&"\"Evening benefits session\"".to_owned()), "{elsewhere:#}");

    // In what nobody can make anything of nothing is found, rather than everything.
    let nothing = ask(json!({ "text": "frobnicate the gostak", "where": { "place": "M14 5RQ" } })).await;
    assert_eq!((&nothing["totalCount"], &nothing["understood"]["needs"]), (&json!(0), &json!([])));
    assert_ne!(nothing["understood"]["notUnderstood"], json!([]));
    // A need from a box is looked for all the same.
    let boxed = ask(json!({ "text": "frobnicate the gostak", "needs": ["money.sanction"] })).await;
    assert!(boxed["totalCount"].as_i64().unwrap() > 0);
    // Without a text nothing was understood, and so nothing is told.
    assert_eq!(ask(json!({ "needs": ["money.sanction"] })).await["understood"], json!(null));
}

#[tokio::test]
async fn a_day_that_is_only_named_is_told_and_shuts_no_door() {
    let app = TestApp::demonstration().await;
    let said = "no money, been sanctioned, still using. M14 5RQ.";
    // The session is on Thursday evenings.
    for (day, confidence, fits) in [
        ("heard back on Monday", 50, true),
        ("is the advice centre busy on Mondays?", 55, true),
        ("can only come Monday", 80, false),
    ] {
        let text = format!("{said} {day}");
        let query = "query($text: String!) { interpretNeeds(text: $text) { when { days confidence } } }";
        let when = app.data(query, json!({ "text": text })).await["interpretNeeds"]["when"].clone();
        assert_eq!(when, json!([{ "days": ["MONDAY"], "confidence": confidence }]), "{text}");
        let answer = app.data(SIGNPOST, json!({ "input": { "text": text } })).await;
        let nodes = answer["signpost"]["nodes"].as_array().unwrap();
        let evening = nodes.iter().find(|node| node["service"]["name"] == "Evening benefits session");
        assert_eq!(evening.is_some_and(|node| node["group"] == "FITS"), fits, "{text}: {evening:#?}");
    }
}

const SUGGEST: &str = "query($typed: String!, $first: Int) { suggestions(typed: $typed, first: $first) {
    kind id label alias count highlights { start end }
} }";

#[tokio::test]
async fn names_are_suggested_while_somebody_types_and_follow_every_change() {
    // All place names are laid out when somebody first types: seconds of work, and on a busy machine more.
    let mut config = Config::default();
    config.server.request_timeout_s = 300;
    let app = TestApp::with_config(config).await;
    app.save(&[service("1", "Harbour Kitchen", "essentials.hot-meal")]).await;
    let ask = async |typed: &str| app.data(SUGGEST, json!({ "typed": typed })).await["suggestions"].clone();
    let labels = |found: &Value| {
        found.as_array().unwrap().iter().map(|one| one["label"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };

    let found = ask("harb").await;
    let kitchen = found.as_array().unwrap().iter().find(|one| one["label"] == "Harbour Kitchen").unwrap();
    assert_eq!((&kitchen["kind"], &kitchen["alias"], &kitchen["count"]), (&json!("SERVICE"), &json!(null), &json!(1)));
    assert_eq!(kitchen["highlights"], json!([{ "start": 0, "end": 4 }]));
    let node =
        app.data("query($id: ID!) { node(id: $id) { ... on Service { name } } }", json!({ "id": kitchen["id"] })).await;
    assert_eq!(node["node"]["name"], "Harbour Kitchen", "its id is the service's");

    // Needs by other words for them, agencies, places, and slips of the hand.
    let need = ask("foodbank").await;
    assert!(need[0]["kind"] == "NEED" && need[0]["id"].is_string(), "{need:#}");
    assert!(labels(&ask("the agen").await).contains(&"The Agency".to_owned()));
    let place = ask("todmord").await;
    assert_eq!((&place[0]["kind"], &place[0]["id"]), (&json!("PLACE"), &json!(null)));
    let input = json!({ "needs": ["essentials"], "where": { "place": place[0]["label"] } });
    let asked = app.data(SIGNPOST, json!({ "input": input })).await;
    assert!(asked["signpost"]["where"]["label"].as_str().unwrap().starts_with("Todmorden"), "its label is a place");
    assert!(labels(&ask("habrour kit").await).contains(&"Harbour Kitchen".to_owned()));

    // A new name is there at once, and an old one gone.
    app.save(&[
        service("1", "Quayside Kitchen", "essentials.hot-meal"),
        service("2", "Quayside Kitchen", "essentials.hot-meal"),
    ])
    .await;
    assert!(!labels(&ask("harbour kit").await).contains(&"Harbour Kitchen".to_owned()));
    let both = ask("quaysid").await;
    let both = both.as_array().unwrap().iter().find(|one| one["label"] == "Quayside Kitchen").unwrap();
    assert_eq!(both["count"], 2);

    for (first, typed, field) in [(0, "x", "first"), (101, "x", "first"), (5, &*"x".repeat(201), "typed")] {
        let (code, at, message) = app.error(SUGGEST, json!({ "typed": typed, "first": first })).await;
        assert_eq!((code.as_str(), at.as_str()), ("BAD_USER_INPUT", field), "{message}");
    }
    assert_eq!(ask("!!!").await, json!([]), "no word, no suggestion, no error");
}
