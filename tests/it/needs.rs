//! The list of needs: the one that comes with Signpost, and what is refused in another.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use proptest::prelude::*;
use signpost::directory::needs::{NeedList, Taxonomy};

const SMALL: &str = r#"
[[area]]
key = "housing"
name = "Housing"
summary = "A place to live."
open_eligibility = ["1103"]

[[area.need]]
key = "emergency"
name = "Tonight"
summary = "A bed for tonight."
synonyms = ["night shelter"]
phrases = ["nowhere to sleep"]
open_eligibility = ["1121", "1206 Primary Care", "1206 Medical Care"]

[[area.need]]
key = "dry-house"
name = "A dry house"
summary = "Housing without drink."
synonyms = ["recovery house"]
phrases = ["somewhere dry"]
lgsl = ["107"]
"#;

fn embedded() -> Arc<NeedList> {
    NeedList::embedded().unwrap()
}

fn small() -> NeedList {
    NeedList::parse(SMALL).unwrap()
}

/// The list with one piece of text replaced, which must be there.
fn changed(from: &str, to: &str) -> String {
    assert!(SMALL.contains(from), "{from:?} is not in the list");
    SMALL.replacen(from, to, 1)
}

fn keys_for(list: &NeedList, taxonomy: &str, code: &str, name: &str) -> Vec<String> {
    list.needs_for_term(taxonomy, code, name).into_iter().map(|need| need.key.clone()).collect()
}

fn shared(what: &str) -> Option<PathBuf> {
    let root = std::env::var_os("SIGNPOST_TEST_SHARED");
    if root.is_none() {
        eprintln!("SKIPPED {what}: SIGNPOST_TEST_SHARED is not set");
    }
    root.map(PathBuf::from)
}

#[test]
fn the_embedded_list_is_whole() {
    let list = embedded();
    assert_eq!(list.areas().len(), 14);
    assert_eq!(list.needs().count(), 190);
    for area in list.areas() {
        assert!((4..=25).contains(&area.needs.len()), "{} has {} needs", area.key, area.needs.len());
        assert_eq!(list.area(&area.key), Some(area));
        let expanded: Vec<_> = list.expand(&area.key).unwrap().into_iter().cloned().collect();
        assert_eq!(expanded, area.needs);
        for need in &area.needs {
            assert_eq!(need.area_key(), area.key);
            assert_eq!(list.need(&need.key), Some(need));
            assert_eq!(list.expand(&need.key).unwrap(), [need]);
        }
    }
}

#[test]
fn the_embedded_list_is_written_with_care() {
    let list = embedded();
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    for need in list.needs() {
        assert!(need.synonyms.len() >= 3, "{} has few synonyms", need.key);
        assert!(need.phrases.len() >= 2, "{} has few phrases", need.key);
        assert!(need.summary.ends_with('.'), "{}: {}", need.key, need.summary);
        for word in need.words() {
            assert!(!word.ends_with('.'), "{}: {word}", need.key);
            let other = owners.insert(word.to_lowercase(), &need.key);
            assert_eq!(other, None, "{word:?} also stands under {}", need.key);
        }
    }
}

#[test]
fn what_people_say_leads_to_the_need() {
    let list = embedded();
    for (said, key) in [
        ("sofa surfing", "housing.council-duty"),
        ("Dry house", "housing.dry-house"),
        ("on tag", "justice.licence-and-recall"),
        ("sanctioned", "money.sanction"),
        ("CAB", "money.benefits-advice"),
        ("nicked", "justice.arrest-and-court"),
        ("skint", "money.emergency-grant"),
        ("on a script", "drugs-alcohol.prescribing"),
        ("roofless", "housing.emergency"),
        ("bidding and getting nowhere", "housing.social-housing"),
        ("hep C", "physical-health.blood-borne-viruses"),
    ] {
        assert_eq!(list.suggest(said), [key], "{said}");
    }
}

#[test]
fn keys_are_unknown_unless_exact() {
    let list = small();
    for key in
        ["", "Housing", "emergency", "housing.", "housing.emergency ", ".emergency", "housing.*", "housing.dry house"]
    {
        assert!(list.expand(key).is_err(), "{key:?}");
        assert!(list.need(key).is_none() && list.area(key).is_none(), "{key:?}");
    }
    assert!(list.need("housing").is_none());
    assert!(list.area("housing.emergency").is_none());
}

#[test]
fn an_unknown_key_is_answered_with_what_was_meant() {
    let list = small();
    for (given, meant) in [
        ("emergency", vec!["housing.emergency"]),
        ("Housing.Emergency", vec!["housing.emergency"]),
        ("housing.emergancy", vec!["housing.emergency"]),
        ("dry house", vec!["housing.dry-house"]),
        ("recovery house", vec!["housing.dry-house"]),
        ("Nowhere to sleep", vec!["housing.emergency"]),
        ("housng", vec!["housing"]),
        ("helicopter", vec![]),
        ("", vec![]),
    ] {
        assert_eq!(list.expand(given).unwrap_err().suggestions, meant, "{given:?}");
    }
    let error = list.expand("housing.emergancy").unwrap_err();
    assert_eq!(error.to_string(), r#"there is no need "housing.emergancy"; did you mean housing.emergency?"#);
    assert_eq!(list.expand(&"é".repeat(100_000)).unwrap_err().key.chars().count(), 80);
}

#[test]
fn a_slip_of_the_hand_is_forgiven_for_every_key() {
    let list = embedded();
    let keys = list.needs().map(|need| &need.key).chain(list.areas().iter().map(|area| &area.key));
    for key in keys {
        let slip = format!("{key}{}", key.chars().last().unwrap());
        assert_eq!(list.suggest(&slip).first(), Some(&key.as_str()), "{slip}");
    }
}

#[test]
fn taxonomies_are_known_by_their_names() {
    for (name, expected) in [
        ("openEligibility", Some(Taxonomy::OpenEligibility)),
        ("Open Eligibility", Some(Taxonomy::OpenEligibility)),
        ("OPEN_ELIGIBILITY v2", Some(Taxonomy::OpenEligibility)),
        ("lgsl", Some(Taxonomy::Lgsl)),
        ("Local Government Service List", Some(Taxonomy::Lgsl)),
        ("openEligibilitySituations", None),
        ("SNOMED", None),
        ("", None),
    ] {
        assert_eq!(Taxonomy::named(name), expected, "{name:?}");
    }
}

#[test]
fn terms_of_other_taxonomies_find_their_needs() {
    let list = embedded();
    for (code, name, keys) in [
        ("1204", "Prescription Assistance", vec!["physical-health.pharmacy"]),
        ("1206", "Primary Care", vec!["physical-health.gp"]),
        ("1206", "medical care", vec!["physical-health.clinic"]),
        ("1206", "", vec!["physical-health.gp", "physical-health.clinic"]),
        ("1206", "Something else", vec![]),
        (" 1184 ", "Dental Care", vec!["physical-health.dentist"]),
        ("1216", "Vision Tests", vec!["physical-health.opticians"]),
        ("1126", "Psychiatric Emergency Services", vec!["mental-health.crisis"]),
        ("1178", "Addiction & Recovery", vec!["drugs-alcohol.drug-treatment", "drugs-alcohol.alcohol"]),
        ("1142", "Housing Advice", vec!["housing.advice"]),
        ("1103", "Housing", vec![]),
        ("9999", "No such thing", vec![]),
    ] {
        assert_eq!(keys_for(&list, "openEligibility", code, name), keys, "{code} {name}");
    }
    assert_eq!(keys_for(&list, "LGSL", "1373", "Needle exchange"), ["drugs-alcohol.needle-exchange"]);
    assert_eq!(
        keys_for(&list, "LGSL", "1204", ""),
        Vec::<String>::new(),
        "codes of one taxonomy mean nothing in another"
    );
    assert_eq!(keys_for(&list, "SNOMED", "1204", "Prescription Assistance"), Vec::<String>::new());
    let areas: Vec<_> =
        list.areas_for_term("Open Eligibility", "1103", "Housing").iter().map(|area| &area.key).collect();
    assert_eq!(areas, ["housing"]);
    assert_eq!(keys_for(&small(), "openEligibility", "1206", ""), ["housing.emergency"], "each need once");
}

#[test]
fn a_wrong_list_is_refused_with_the_place_and_the_reason() {
    let again = SMALL.to_owned() + SMALL.trim_start();
    let area_without_need = SMALL.to_owned() + "[[area]]\nkey = \"work\"\nname = \"Work\"\nsummary = \"Work.\"\n";
    let long_name = format!("name = \"{}\"", "x".repeat(81));
    let nested = SMALL.to_owned() + "[[area.need.need]]\nkey = \"x\"\nname = \"x\"\nsummary = \"x\"\n";
    let many = format!("lgsl = [{}]", (0..61).map(|n| format!("\"{n}\"")).collect::<Vec<_>>().join(", "));
    for (text, line, entry, field, reason) in [
        (String::new(), 1, "the file", "area", "stands 0 times"),
        ("[[area]".to_owned(), 1, "the file", "syntax", ""),
        ("x = 1".to_owned(), 1, "the file", "syntax", "unknown field"),
        ("#".repeat(600_000), 1, "the file", "length", "600000 bytes"),
        (changed("synonyms = [\"night", "synonims = [\"night"), 12, "the file", "syntax", "unknown field"),
        (changed("summary = \"A bed for tonight.\"", "sumary = 3"), 11, "the file", "syntax", "unknown field"),
        (
            changed("key = \"dry-house\"", "key = \"Dry_House\""),
            16,
            "need \"housing.Dry_House\"",
            "key",
            "small letters",
        ),
        (
            changed("key = \"dry-house\"", "key = \"dry--house\""),
            16,
            "need \"housing.dry--house\"",
            "key",
            "small letters",
        ),
        (changed("key = \"dry-house\"", "key = \"\""), 16, "need \"housing.\"", "key", "small letters"),
        (
            changed("key = \"dry-house\"", "key = \"emergency\""),
            16,
            "need \"housing.emergency\"",
            "key",
            "is used twice",
        ),
        (again, 23, "area \"housing\"", "key", "is used twice"),
        (area_without_need, 23, "area \"work\"", "need", "is missing"),
        (nested, 16, "need \"housing.dry-house\"", "need", "two levels only"),
        (changed("name = \"Housing\"", "name = \"\""), 2, "area \"housing\"", "name", "is empty"),
        (
            changed("name = \"A dry house\"", "name = \" A dry house\""),
            16,
            "need \"housing.dry-house\"",
            "name",
            "a space",
        ),
        (changed("name = \"A dry house\"", &long_name), 16, "need \"housing.dry-house\"", "name", "longer than 80"),
        (changed("A bed for", "A bed\\nfor"), 8, "need \"housing.emergency\"", "summary", "a line break"),
        (changed("[\"night shelter\"]", "[]"), 8, "need \"housing.emergency\"", "synonyms", "at least one"),
        (changed("[\"somewhere dry\"]", "[\"\"]"), 16, "need \"housing.dry-house\"", "phrases", "is empty"),
        (
            changed("night shelter", "Nowhere to  sleep"),
            8,
            "need \"housing.emergency\"",
            "name, synonyms or phrases",
            "twice",
        ),
        (changed("[\"107\"]", "[\"107\", \"107\"]"), 16, "need \"housing.dry-house\"", "lgsl", "twice"),
        (changed("lgsl = [\"107\"]", &many), 16, "need \"housing.dry-house\"", "lgsl", "more than 60"),
    ] {
        let error = NeedList::parse(&text).expect_err(reason);
        assert_eq!((error.line, error.entry.as_str(), error.field.as_str()), (line, entry, field), "{error}");
        assert!(error.reason.contains(reason), "{error}");
    }
    let error = NeedList::parse(&changed("name = \"Housing\"", "name = \"\"")).unwrap_err();
    assert_eq!(error.to_string(), r#"the list of needs, line 2, area "housing": name is empty"#);
}

#[test]
fn a_list_without_end_is_refused() {
    use std::fmt::Write as _;
    let mut text = SMALL.to_owned();
    for n in 0..1_000 {
        write!(text, "[[area.need]]\nkey=\"n{n}\"\nname=\"n\"\nsummary=\"s\"\nsynonyms=[\"a\"]\nphrases=[\"b\"]\n")
            .unwrap();
    }
    let error = NeedList::parse(&text).unwrap_err();
    assert_eq!((error.field.as_str(), error.line), ("area.need", 1));
    assert!(error.reason.contains("1002 times"), "{error}");
    let deep = "[[area]]\nneed = ".to_owned() + &"[{ need = ".repeat(20_000);
    assert_eq!(NeedList::parse(&deep).unwrap_err().field, "syntax");
}

proptest! {
    #[test]
    fn a_spoilt_list_is_an_error_and_never_a_crash(from in 0..SMALL.len(), len in 0..60_usize, with in ".{0,12}") {
        let to = (from + len).min(SMALL.len());
        let text = format!("{}{with}{}", &SMALL[..from], &SMALL[to..]);
        if let Err(error) = NeedList::parse(&text) {
            prop_assert!(error.line >= 1 && error.line <= text.lines().count() + 1, "{error}");
        }
    }

    #[test]
    fn suggestions_are_few_and_exist(unknown in ".{0,100}") {
        let list = embedded();
        let suggestions = list.suggest(&unknown);
        prop_assert!(suggestions.len() <= 3);
        prop_assert_eq!(suggestions.iter().collect::<BTreeSet<_>>().len(), suggestions.len());
        for key in suggestions {
            prop_assert!(list.expand(key).is_ok());
        }
    }

    /// Against the definition of the edit distance, written as it stands in the books.
    #[test]
    fn suggestions_are_the_nearest(unknown in "[a-d]{1,7}", keys in prop::collection::btree_set("[a-d]{1,6}", 1..6)) {
        let mut text = "[[area]]\nkey = \"zzzzzzzzzzzzzzzzzzzz\"\nname = \"zzzzzzzzzzzzzzzzzzzz\"\nsummary = \"z\"\n".to_owned();
        for key in &keys {
            text += &format!("[[area.need]]\nkey = \"{key}\"\nname = \"{key}\"\nsummary = \"z\"\n");
            text += &format!("synonyms = [\"{key} 1\"]\nphrases = [\"{key} 2\"]\n");
        }
        let list = NeedList::parse(&text).unwrap();
        let letters: Vec<char> = unknown.chars().collect();
        let mut expected: Vec<(usize, String)> = keys
            .iter()
            .map(|key| (slow_distance(&letters, &key.chars().collect::<Vec<_>>()), format!("zzzzzzzzzzzzzzzzzzzz.{key}")))
            .filter(|(distance, _)| *distance <= letters.len() / 3)
            .collect();
        expected.sort();
        if expected.first().is_some_and(|(distance, _)| *distance == 0) {
            expected.truncate(1);
        }
        let expected: Vec<&str> = expected.iter().take(3).map(|(_, key)| key.as_str()).collect();
        prop_assert_eq!(list.suggest(&unknown), expected);
    }
}

fn slow_distance(a: &[char], b: &[char]) -> usize {
    match (a, b) {
        ([], rest) | (rest, []) => rest.len(),
        ([x, a_rest @ ..], [y, b_rest @ ..]) => {
            let change = slow_distance(a_rest, b_rest) + usize::from(x != y);
            change.min(slow_distance(a_rest, b) + 1).min(slow_distance(a, b_rest) + 1)
        }
    }
}

#[test]
fn every_code_exists_in_its_taxonomy() {
    let Some(root) = shared("codes of other taxonomies") else { return };
    let read = |file: &str| -> Vec<(String, String)> {
        let text = std::fs::read(root.join("data/taxonomies").join(file)).unwrap();
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_slice());
        let last = if file.starts_with("open") { 4 } else { 1 };
        let rows = reader.byte_records().map(|row| row.unwrap());
        rows.map(|row| [0, last].map(|n| String::from_utf8_lossy(&row[n]).into_owned()).into()).collect()
    };
    let (open_eligibility, lgsl) = (read("openeligibility_v2.csv"), read("lgsl_england_wales.csv"));
    let list = embedded();
    let of_areas = list.areas().iter().map(|area| (&area.key, &area.open_eligibility, &area.lgsl));
    let of_needs = list.needs().map(|need| (&need.key, &need.open_eligibility, &need.lgsl));
    for (key, eligibility_codes, lgsl_codes) in of_areas.chain(of_needs) {
        for (codes, terms) in [(eligibility_codes, &open_eligibility), (lgsl_codes, &lgsl)] {
            for code in codes {
                let found = terms.iter().any(|(known, title)| {
                    *known == code.code && code.title.as_ref().is_none_or(|wanted| wanted == title)
                });
                assert!(found, "{key}: {code:?}");
            }
        }
    }
}

#[test]
fn every_term_of_the_real_feeds_means_something() {
    let Some(root) = shared("terms of real feeds") else { return };
    let list = embedded();
    let mut terms: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    for file in ["england-health-2014.ndjson.gz", "greater-manchester-and-justice.ndjson.gz"] {
        let file = std::fs::File::open(root.join("data/open-referral").join(file)).unwrap();
        let lines = std::io::BufReader::new(flate2::read::GzDecoder::new(file));
        for line in std::io::BufRead::lines(lines) {
            let service: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
            for attribute in service["attributes"].as_array().into_iter().flatten() {
                let [taxonomy, code, name] = ["taxonomy", "code", "name"]
                    .map(|field| attribute["taxonomy_term"][field].as_str().unwrap().to_owned());
                *terms.entry((taxonomy, code, name)).or_default() += 1;
            }
        }
    }
    assert_eq!(terms.values().sum::<usize>(), 46_457);
    for (taxonomy, code, name) in terms.keys() {
        let known = !list.needs_for_term(taxonomy, code, name).is_empty();
        assert!(known || !list.areas_for_term(taxonomy, code, name).is_empty(), "{taxonomy} {code} {name}");
    }
}
