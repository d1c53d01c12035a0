//! Texts as people write them: on whichever system, as long as they may be, and showing something. And dates.

use serde_json::{Value, json};

use super::graph::Network;
use super::my_day::done;
use crate::support::accounts::As;

/// What shows nothing though none of it is a blank.
const NOTHING: [&str; 6] = ["\u{200d}", "\u{3164}", "\u{2800}", "\u{301}", "\u{fe0f}", "\u{115f}\u{200c}"];

async fn entered(network: &Network, identity: Value) -> Value {
    let query = "mutation($input: EnterServiceUserInput!) { enterServiceUser(input: $input) \
        { serviceUser { name } errors { code message field } } }";
    network.ask(&network.ann, query, json!({ "input": { "identity": identity } })).await["enterServiceUser"].take()
}

#[tokio::test]
async fn line_breaks_of_every_system_are_kept_as_plain_ones() {
    let network = Network::new().await;
    let id = network.enter(&network.ann, json!({ "givenNames": "Ann" })).await;
    let (written, kept) = ("Came in.\r\n\r\nWants to talk.\rSoon.\n", "Came in.\n\nWants to talk.\nSoon.\n");
    for contents in [
        json!({ "note": { "text": written } }),
        json!({ "flag": { "kind": "RISK", "text": written } }),
        json!({ "assessment": { "category": "HOUSING", "tool": "x", "assessedOn": "2026-11-20", "summary": written,
            "answers": [{ "question": "Sleep", "answer": written }] } }),
    ] {
        assert_eq!(network.record(&network.ann, &id, contents.clone()).await["errors"], json!([]), "{contents}");
    }
    let seen = network.see(&network.ann, &id).await;
    for text in [
        &seen["notes"][0]["text"],
        &seen["flags"][0]["text"],
        &seen["assessments"][0]["summary"],
        &seen["assessments"][0]["answers"][0]["answer"],
    ] {
        assert_eq!(text, kept);
    }
    let add = format!("addTask(input: {{ serviceUser: {id:?}, words: \"Ring.\\r\\nTwice.\", dueOn: \"2026-11-24\" }})");
    let task = done(&network, &network.ann, &add, "task { id words }").await["task"].take();
    assert_eq!(task["words"], "Ring.\nTwice.");
    let drop = format!("dropTask(input: {{ task: {}, words: \"No need.\\r\\nAny more.\" }})", task["id"]);
    let dropped = done(&network, &network.ann, &drop, "task { history { words } }").await;
    assert!(dropped.to_string().contains("No need.\\nAny more."), "{dropped}");
    // What is one line has none.
    let named = entered(&network, json!({ "givenNames": "Ann\r\nMary" })).await;
    assert_eq!(named["errors"][0]["field"], "input.identity.givenNames");
}

#[tokio::test]
async fn line_breaks_count_as_long_as_a_text_may_be() {
    let network = Network::new().await;
    let id = network.enter(&network.ann, json!({ "givenNames": "Ann" })).await;
    let text = |breaks: usize| format!("{}{}{}", "a".repeat(5_000), "\n".repeat(breaks), "b".repeat(1_000));
    for (text, fits) in [(text(4_000), true), (text(4_001), false), (text(4_000).replace('\n', "\r\n"), true)] {
        let errors = network.record(&network.ann, &id, json!({ "note": { "text": text } })).await["errors"].take();
        let fields: Vec<_> = errors.as_array().unwrap().iter().map(|error| error["field"].clone()).collect();
        let expected = if fits { vec![] } else { vec![json!("input.contents.note.text")] };
        assert_eq!(fields, expected);
    }
}

#[tokio::test]
async fn what_shows_nothing_is_said_by_nobody() {
    let network = Network::new().await;
    let id = network.enter(&network.ann, json!({ "givenNames": "Ann" })).await;
    for nothing in NOTHING {
        for (identity, field) in [
            (json!({ "givenNames": nothing }), "givenNames"),
            (json!({ "givenNames": nothing, "familyName": "Crow" }), "givenNames"),
            (json!({ "givenNames": "Ida", "familyName": nothing }), "familyName"),
            (json!({ "givenNames": "Ida", "knownAs": nothing }), "knownAs"),
            (json!({ "givenNames": "Ida", "identifiers": [{ "scheme": "x", "value": nothing }] }), "identifiers.value"),
        ] {
            let refused = entered(&network, identity).await["errors"][0].take();
            let told = (&refused["code"], &refused["field"]);
            assert_eq!(told, (&json!("BAD_VALUE"), &json!(format!("input.identity.{field}"))), "{nothing:?}");
        }
        for (contents, field) in [
            (json!({ "personAround": { "name": nothing, "relation": "mother" } }), "personAround.name"),
            (json!({ "note": { "text": nothing } }), "note.text"),
            (json!({ "note": { "text": format!("{nothing}\n\n{nothing}") } }), "note.text"),
            (json!({ "flag": { "kind": "RISK", "text": nothing } }), "flag.text"),
            (json!({ "contact": { "telephone": nothing } }), "contact.telephone"),
        ] {
            let refused = network.record(&network.ann, &id, contents).await["errors"][0].take();
            assert_eq!(refused["field"], format!("input.contents.{field}"), "{nothing:?}");
        }
    }
    let around = json!({ "personAround": { "name": "...", "relation": "mother" } });
    let refused = network.record(&network.ann, &id, around).await;
    assert_eq!(refused["errors"][0]["field"], "input.contents.personAround.name");
    for text in ["\u{1f44d}", "?", "\u{2764}\u{fe0f}", "e\u{301}"] {
        let done = network.record(&network.ann, &id, json!({ "note": { "text": text } })).await;
        assert_eq!(done["errors"], json!([]), "{text:?} shows something");
    }
}

/// Whoever has but one name has a dot or a dash for the other; together names are read by somebody.
#[tokio::test]
async fn names_show_a_letter_together() {
    let network = Network::new().await;
    for (identity, name) in [
        (json!({ "givenNames": "Sukarno", "familyName": "." }), "Sukarno ."),
        (json!({ "givenNames": "-", "familyName": "Sukarno" }), "- Sukarno"),
        (json!({ "givenNames": ".", "knownAs": "Bunny" }), "Bunny"),
        (json!({ "givenNames": "\u{738b}" }), "\u{738b}"),
    ] {
        let done = entered(&network, identity.clone()).await;
        assert_eq!((&done["errors"], &done["serviceUser"]["name"]), (&json!([]), &json!(name)), "{identity}");
    }
    for (identity, field) in [
        (json!({ "givenNames": "." }), "givenNames"),
        (json!({ "givenNames": "-", "familyName": "." }), "givenNames"),
        (json!({ "givenNames": "Ida", "knownAs": "!" }), "knownAs"),
        (json!({ "givenNames": "Ida", "identifiers": [{ "scheme": "NHS", "value": "---" }] }), "identifiers.value"),
    ] {
        let refused = entered(&network, identity.clone()).await;
        assert_eq!(refused["errors"][0]["field"], format!("input.identity.{field}"), "{identity}");
    }
}

/// A day before anybody who lives was born is refused in the same words wherever it is said; and what is no date is told how
/// one is written.
#[tokio::test]
async fn dates_have_one_bound_and_are_told_how_they_are_written() {
    let network = Network::new().await;
    let find =
        "query($input: FindServiceUsersInput!) { findServiceUsers(purpose: CARE_COORDINATION, input: $input) { id } }";
    let enter =
        "mutation($input: EnterServiceUserInput!) { enterServiceUser(input: $input) { errors { message field } } }";
    for born in [json!("1899-12-31"), json!("23.11.1986"), json!(1986), json!(true)] {
        let identity = json!({ "identity": { "givenNames": "Ida", "bornOn": born } });
        for (query, input, field) in
            [(find, json!({ "bornOn": born }), "input.bornOn"), (enter, identity, "input.identity.bornOn")]
        {
            let (_, answer) = network.app.ask(As::token(&network.ann), query, json!({ "input": input })).await;
            let error = &answer["errors"][0];
            assert_eq!(error["extensions"], json!({ "code": "BAD_USER_INPUT", "field": field }), "{answer}");
            let message = error["message"].as_str().unwrap();
            assert!(message.contains("2026-11-26") && message.contains("1900"), "{message}");
        }
    }
    let ahead = entered(&network, json!({ "givenNames": "Ida", "bornOn": "2026-11-23" })).await["errors"][0].take();
    assert_eq!(ahead["field"], "input.identity.bornOn");
    assert!(ahead["message"].as_str().unwrap().contains("1900"), "{ahead}");
    assert_eq!(entered(&network, json!({ "givenNames": "Ida", "bornOn": "1900-01-01" })).await["errors"], json!([]));
    let until = "{ disclosurePreview(input: { serviceUser: \"x\", kind: DENY, agencies: [], categories: [], purposes: [], \
        until: 7 }) { hash } }";
    let (_, answer) = network.app.ask(As::token(&network.ann), until, json!({})).await;
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("2026-11-26T18:00:00Z"), "{answer}");
    assert_eq!(answer["errors"][0]["extensions"]["field"], "input.until");
}
