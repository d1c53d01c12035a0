//! Names are found as they are heard, however they were written, and whenever they were entered.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use proptest::prelude::*;
use serde_json::{Value, json};
use signpost::people::contents::Identity;
use signpost::people::names::{Term, keys, keys_of_word, terms, words};

use super::graph::Network;
use crate::support::accounts::As;

fn called(name: &str) -> Identity {
    Identity { given_names: name.to_owned(), ..Identity::default() }
}

/// The words of a name as they were parted before apostrophes and dashes were thought of, written anew.
fn words_before(name: &str) -> Vec<String> {
    use unicode_normalization::UnicodeNormalization as _;
    use unicode_normalization::char::is_combining_mark;
    let mut words: Vec<String> = Vec::new();
    for word in name.split(|letter: char| letter.is_whitespace() || letter == '-') {
        let letters = word.nfkd().filter(|letter| letter.is_alphanumeric() && !is_combining_mark(*letter));
        let word: String = letters.flat_map(char::to_lowercase).take(16).collect();
        if !word.is_empty() && !words.contains(&word) && words.len() < 8 {
            words.push(word);
        }
    }
    words
}

/// What somebody was found by then.
fn keys_before(name: &str) -> BTreeSet<String> {
    words_before(name).iter().flat_map(|word| keys_of_word(word)).collect()
}

/// Whether somebody who is found by these is found.
fn found(looked_for: &[Term], by: &BTreeSet<String>) -> bool {
    let answers = |term: &Term| {
        let mut readings = term.readings.iter();
        readings.any(|reading| reading.iter().all(|sought| sought.keys.iter().any(|key| by.contains(key))))
    };
    !looked_for.is_empty() && looked_for.iter().all(answers)
}

/// Names that are one name, however they are written.
const ALIKE: &[&[&str]] = &[
    &[
        "O'Connell",
        "OConnell",
        "O Connell",
        "o\u{2019}connell",
        "O\u{2bc}Connell",
        "O` Connell",
        "O' Connell",
        "\u{d3} Connell",
    ],
    &["D'Sa", "DSa", "D Sa", "D\u{2018}Sa", "D\u{b4}Sa"],
    &[
        "Smith-Jones",
        "Smith\u{2010}Jones",
        "Smith\u{2011}Jones",
        "Smith \u{2013} Jones",
        "Smith Jones",
        "Smith\u{2212}Jones",
    ],
    &["Al-Hassan", "Al\u{2010}Hassan", "AlHassan"],
    &["O'Brien-Smith", "O Brien-Smith", "OBrien\u{2010}Smith", "O\u{2019}Brien Smith"],
    &["J. R. Tolkien", "J R Tolkien", "j r TOLKIEN"],
];

#[test]
fn names_are_found_however_they_are_written() {
    for alike in ALIKE {
        for stored in *alike {
            for heard in *alike {
                let (looked_for, all) = (terms(heard), format!("Mary {stored}"));
                assert!(found(&looked_for, &keys(&called(&all))), "{heard:?} in {all:?}");
            }
        }
    }
    // Misspelt by a letter all the same.
    for heard in ["O'Conell", "O Conell", "OConnel", "O'Connall"] {
        for stored in ["O'Connell", "OConnell"] {
            assert!(found(&terms(heard), &keys(&called(stored))), "{heard} in {stored}");
        }
    }
}

/// A letter that stands alone says something: nobody else is found for it.
#[test]
fn nobody_is_found_by_less_than_was_said() {
    for (heard, stored) in [
        ("J Smith", "Anna Smith"),
        ("S Smith", "Anna Smith"),
        ("O Connell", "Anna Connell"),
        ("J Smith", "Smith"),
        ("Smith-Jones", "Smith"),
        ("O'Brien-Smith", "O'Brien"),
        ("Anna O'Hara", "Anna"),
    ] {
        assert!(!found(&terms(heard), &keys(&called(stored))), "{heard:?} in {stored:?}");
    }
    for nothing in ["", "!!!", " - ' ", "\u{301}", "\u{200d}"] {
        assert_eq!(terms(nothing), Vec::new(), "{nothing:?}");
    }
}

/// Letters, and all that stands between them.
fn a_name() -> impl Strategy<Value = String> {
    let pieces = [
        "a", "O", "Con", "nell", "\u{e9}", "J", "Smith", "\u{738b}", "1", " ", " ", "-", "'", "\u{2019}", "\u{2010}",
        "\u{2bc}", "\u{3164}", ".", "\u{301}",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    /// Whatever somebody is called, they are found by it; whoever was found before is found still, by whom was entered then and
    /// by whom is entered now.
    #[test]
    fn whoever_was_found_is_found(name in a_name(), other in a_name()) {
        prop_assert_eq!(words(&name), words_before(&name));
        let (before, now) = (keys_before(&name), keys(&called(&name)));
        prop_assert!(before.is_subset(&now));
        if !words(&name).is_empty() {
            prop_assert!(found(&terms(&name), &now));
            prop_assert!(found(&terms(&name), &before));
        }
        let other_words = words_before(&other);
        let was_found = |by: &BTreeSet<String>| {
            !other_words.is_empty() && other_words.iter().all(|word| keys_of_word(word).iter().any(|key| by.contains(key)))
        };
        prop_assert!(!was_found(&before) || found(&terms(&other), &before));
        prop_assert!(!was_found(&before) || found(&terms(&other), &now));
    }

    /// An apostrophe and a dash are heard by nobody, whichever they are.
    #[test]
    fn every_apostrophe_and_every_dash_is_as_good(
        before in "[A-Z][a-z]{0,5}", after in "[A-Z][a-z]{1,7}",
        one in prop::sample::select(vec!['\'', '\u{2019}', '\u{2018}', '`', '\u{2bc}', '\u{ff07}']),
        dash in prop::sample::select(vec!['-', '\u{2010}', '\u{2011}', '\u{2013}', '\u{2014}', '\u{2212}', '\u{ff0d}']),
    ) {
        let written = [format!("{before}{one}{after}"), format!("{before}'{after}"), format!("{before}{dash}{after}"),
            format!("{before}-{after}"), format!("{before}{after}")];
        for stored in &written {
            for heard in &written {
                prop_assert!(found(&terms(heard), &keys(&called(stored))), "{heard} in {stored}");
            }
        }
        for stored in &written[..4] {
            let parted = terms(&format!("{before} {after}"));
            prop_assert!(found(&parted, &keys(&called(stored))));
        }
    }
}

const FIND: &str =
    "query($input: FindServiceUsersInput!) { findServiceUsers(purpose: CARE_COORDINATION, input: $input) { id } }";

#[tokio::test]
async fn somebody_is_found_with_and_without_an_apostrophe() {
    let network = Network::new().await;
    let mut ids = Vec::new();
    for name in ["O'Connell", "OConnell", "O Connell", "Smith\u{2010}Jones"] {
        let identity = json!({ "givenNames": "Mary", "familyName": name, "bornOn": "1979-05-04" });
        ids.push(network.enter(&network.ann, identity).await);
    }
    network.enter(&network.ann, json!({ "givenNames": "Anna", "familyName": "Connell" })).await;
    let find = async |input: Value| -> BTreeSet<String> {
        let found = network.ask(&network.ann, FIND, json!({ "input": input })).await["findServiceUsers"].take();
        found.as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
    };
    let of_connell: BTreeSet<String> = ids[..3].iter().cloned().collect();
    for name in ["Mary O'Connell", "OConnell, Mary", "o connell mary", "MARY O\u{2019}CONNELL", "Mary O\u{2bc} Connel"]
    {
        assert_eq!(find(json!({ "name": name })).await, of_connell, "{name}");
        let born = json!({ "name": name, "bornOn": "1979-05-04" });
        assert_eq!(find(born).await, of_connell, "{name}");
        let another = json!({ "name": name, "bornOn": "1979-05-05" });
        assert_eq!(find(another).await, BTreeSet::new(), "{name}");
    }
    for name in ["Smith-Jones", "Smith Jones", "Jones", "smith\u{2014}jones", "SmithJones"] {
        assert_eq!(find(json!({ "name": name })).await, BTreeSet::from([ids[3].clone()]), "{name}");
    }
}

/// All of what is said must be so: what nobody could answer to is not passed over.
#[tokio::test]
async fn what_nobody_is_found_by_is_not_passed_over() {
    let network = Network::new().await;
    let born = NaiveDate::from_ymd_opt(1979, 5, 4).unwrap().to_string();
    network.enter(&network.ann, json!({ "givenNames": "Mary", "bornOn": born })).await;
    for (input, field) in [
        (json!({ "name": "!!!", "bornOn": born }), "input.name"),
        (json!({ "name": "", "bornOn": born }), "input.name"),
        (json!({ "name": "a".repeat(201) }), "input.name"),
        (json!({ "identifier": "---", "bornOn": born }), "input.identifier"),
        (json!({ "identifier": "\u{3164}", "bornOn": born }), "input.identifier"),
        (json!({}), "input.name"),
    ] {
        let (_, answer) = network.app.ask(As::token(&network.ann), FIND, json!({ "input": input })).await;
        assert_eq!(answer["errors"][0]["extensions"]["field"], field, "{input}");
    }
}
