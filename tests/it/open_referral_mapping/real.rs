//! The real documents and the standard's own examples: read and written again they are the
//! same, and what is written afresh satisfies both schemas and reads back.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
};

use flate2::read::GzDecoder;
use serde_json::Value;
use signpost::open_referral::mapping::{document_from, listing_from};

use super::{from_text::summary, leaves::what_may_leave};

/// Every how many of the 45,297 real documents a test looks at: all when optimised.
const STEP: usize = if cfg!(debug_assertions) { 97 } else { 1 };

/// The folder of shared data, or a plain word that the test was skipped.
pub(super) fn shared(what: &str) -> Option<PathBuf> {
    let found = std::env::var_os("SIGNPOST_TEST_SHARED").map(PathBuf::from);
    if found.is_none() {
        eprintln!("SKIPPED {what}: SIGNPOST_TEST_SHARED is not set");
    }
    found
}

fn each_real(shared: &Path, mut look: impl FnMut(Value)) -> usize {
    let mut seen = 0;
    for file in ["england-health-2014.ndjson.gz", "greater-manchester-and-justice.ndjson.gz"] {
        let path = shared.join("data/open-referral").join(file);
        // The small file is looked at whole.
        let step = if file.starts_with("england") { STEP } else { 1 };
        let lines = BufReader::new(GzDecoder::new(File::open(path).unwrap())).lines();
        for line in lines.step_by(step) {
            look(serde_json::from_str(&line.unwrap()).unwrap());
            seen += 1;
        }
    }
    seen
}

fn examples(shared: &Path) -> Vec<Value> {
    ["uk-3.0", "hsds-3.1"]
        .map(|profile| shared.join("open-referral").join(profile).join("examples/service_full.json"))
        .iter()
        .map(|path| serde_json::from_reader(File::open(path).unwrap()).unwrap())
        .collect()
}

#[test]
fn a_document_that_is_read_and_written_again_is_the_same_document() {
    let Some(shared) = shared("identity of real documents") else { return };
    let seen = each_real(&shared, |document| {
        let listing = listing_from(&document).listing;
        let written = document_from(&listing, Some(&document)).unwrap();
        assert_eq!(written, document);
    });
    assert!(seen > 1_400, "{seen}");
}

#[test]
fn the_standards_examples_come_back_but_for_their_persons() {
    let Some(shared) = shared("identity of examples") else { return };
    for document in examples(&shared) {
        let listing = listing_from(&document).listing;
        let written = document_from(&listing, Some(&document)).unwrap();
        assert_eq!(written, without_persons(document));
    }
}

/// By another way than the library's: every contact of the examples is one Ann Persona.
fn without_persons(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let stays = |(field, member): &(String, Value)| {
                field != "contacts" && member.as_str().is_none_or(|text| !text.contains("A. Persona"))
            };
            Value::Object(
                members.into_iter().filter(stays).map(|(field, member)| (field, without_persons(member))).collect(),
            )
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_persons).collect()),
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => plain,
    }
}

#[test]
fn real_listings_written_afresh_satisfy_both_schemas_and_read_back() {
    let Some(shared) = shared("fresh documents of real listings") else { return };
    let schemas = super::leaves::Schemas::load(&shared);
    let mut at = 0;
    let mut check = |document: &Value| {
        let listing = listing_from(document).listing;
        let written = document_from(&listing, None).unwrap();
        assert_eq!(listing_from(&written).listing, what_may_leave(&listing), "{document}");
        at += 1;
        if at % 20 == 0 {
            schemas.check(&written);
        }
    };
    examples(&shared).iter().for_each(&mut check);
    each_real(&shared, |document| {
        // One has no name, which the schemas refuse.
        if document.get("name").is_some() {
            check(&document);
        }
    });
}

#[test]
fn the_rules_read_from_the_real_documents_are_these() {
    let Some(shared) = shared("eligibility of real documents") else { return };
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    each_real(&shared, |document| {
        let eligibility = listing_from(&document).listing.eligibility;
        let rules = summary(&eligibility);
        if !rules.is_empty() {
            assert_eq!(eligibility.other, None, "{document}");
            *found.entry(rules).or_default() += 1;
        }
    });
    // Every document with the fields says the same in its text; the rest are said in descriptions.
    let expected = [
        ("age 18-; man; required under_supervision", 55),
        ("age 18-; required under_supervision", 17),
        ("age 18-; woman; required under_supervision", 27),
        ("age 18-25; man; required under_supervision", 3),
        ("age 26-; man; required under_supervision", 3),
    ];
    let expected: BTreeMap<String, usize> = expected.map(|(rules, count)| (rules.to_owned(), count)).into();
    assert_eq!(found, expected);
}
