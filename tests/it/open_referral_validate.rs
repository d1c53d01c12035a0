//! The checker of service documents, held against the official schemas with a JSON Schema
//! validator that is not ours.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use flate2::read::MultiGzDecoder;
use jsonschema::Validator;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};
use signpost::open_referral::validate::{Code, Problem, Profiles, validate};

/// The folder with the specifications and the real feeds.
fn shared(what: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("SIGNPOST_TEST_SHARED").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("SKIPPED {what}: SIGNPOST_TEST_SHARED is not set");
    }
    folder
}

/// The schemas as they are, and with their formats asserted.
struct Official {
    hsds: [Validator; 2],
    uk: [Validator; 2],
}

impl Official {
    fn load(shared: &std::path::Path) -> Self {
        let load = |path: &str| {
            let text = std::fs::read(shared.join("open-referral").join(path)).unwrap();
            let schema: Value = serde_json::from_slice(&text).unwrap();
            [false, true].map(|formats| jsonschema::options().should_validate_formats(formats).build(&schema).unwrap())
        };
        // The definitions say the same as `service.json`, which repeats them 392 times over.
        Self { hsds: load("hsds-3.1/service_with_definitions.json"), uk: load("uk-3.0/service.json") }
    }

    /// Which accept it, and which do with formats asserted.
    fn verdict(&self, document: &Value) -> [Profiles; 2] {
        [0, 1]
            .map(|which| Profiles { hsds: self.hsds[which].is_valid(document), uk: self.uk[which].is_valid(document) })
    }
}

const NEITHER: Profiles = Profiles { hsds: false, uk: false };

fn verdict(document: &Value) -> [Profiles; 2] {
    validate(document).map_or([NEITHER; 2], |accepted| {
        assert_eq!(accepted.remarks.is_empty(), accepted.by == accepted.well_formed_by, "{document}");
        [accepted.by, accepted.well_formed_by]
    })
}

fn service(more: Value) -> Value {
    let mut service = json!({"id": "0b6c5a1e-7d2f-4c8a-9e3b-5f4d2c1b0a99", "name": "Drop-in", "status": "active"});
    service.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    service
}

fn problems(document: &Value) -> Vec<(String, &'static str, String)> {
    let told = |problem: Problem| (problem.path, problem.code.as_str(), problem.reason);
    validate(document).unwrap_err().into_iter().map(told).collect()
}

#[test]
fn says_which_specification_accepts() {
    let by = |more| validate(&service(more)).unwrap().by;
    let both = Profiles { hsds: true, uk: true };
    assert_eq!(by(json!({})), both);
    assert_eq!(by(json!({"our_own": [1, null], "metadata": []})), both);
    // The UK profile knows no phones, so it takes any; `service_area` within a service area is theirs alone.
    let uk = Profiles { hsds: false, uk: true };
    assert_eq!(by(json!({"phones": "0161 496 0000"})), uk);
    assert_eq!(by(json!({"phones": [{"number": "0161 496 0000"}]})), uk);
    let hsds = Profiles { hsds: true, uk: false };
    let id = "0b6c5a1e-7d2f-4c8a-9e3b-5f4d2c1b0a99";
    assert_eq!(by(json!({"service_areas": [{"id": id, "service_area": 7}]})), hsds);
}

#[test]
fn tells_where_what_and_what_would_be_right() {
    let document = service(json!({
        "name": null,
        "status": "open",
        "email": "us at example.org",
        "minimum_age": "18",
        "organization": {"id": "7", "name": "Trust"},
        "service_at_locations": [{"id": "0b6c5a1e-7d2f-4c8a-9e3b-5f4d2c1b0a99"}, {"location": []}],
        "schedules": {},
    }));
    let told = problems(&document);
    let told: Vec<_> = told.iter().map(|(path, code, reason)| (path.as_str(), *code, reason.as_str())).collect();
    assert_eq!(
        told,
        [
            ("/name", "wrong_type", "is null (an empty field is left out); must be text"),
            ("/status", "unknown_word", "is \"open\"; must be one of: active, inactive, defunct, temporarily closed"),
            ("/minimum_age", "wrong_type", "is text; must be a number"),
            ("/schedules", "wrong_type", "is an object; must be a list"),
            (
                "/service_at_locations/1/id",
                "missing",
                "is missing; must be a UUID, as 0b6c5a1e-7d2f-4c8a-9e3b-5f4d2c1b0a99"
            ),
            ("/service_at_locations/1/location", "wrong_type", "is a list; must be an object"),
            ("/organization/description", "missing", "is missing; must be text"),
        ]
    );
}

#[test]
fn a_text_out_of_format_is_remarked_upon_and_accepted() {
    let document = service(json!({"url": "www.example.org", "phones": [{"id": "7", "number": "0161 496 0000"}]}));
    let accepted = validate(&document).unwrap();
    let told: Vec<_> =
        accepted.remarks.iter().map(|problem| (problem.path.as_str(), problem.code, problem.reason.as_str())).collect();
    assert_eq!(
        told,
        [
            (
                "/url",
                Code::BadFormat,
                "is \"www.example.org\"; should be a full web address, as https://example.org/help"
            ),
            ("/phones/0/id", Code::BadFormat, "is \"7\"; should be a UUID, as 0b6c5a1e-7d2f-4c8a-9e3b-5f4d2c1b0a99"),
        ]
    );
    assert_eq!((accepted.by, accepted.well_formed_by), (Profiles { hsds: true, uk: true }, NEITHER));
}

#[test]
fn a_document_that_is_no_object_is_refused_as_a_whole() {
    for document in [json!(null), json!([]), json!("service"), json!(7), json!(true)] {
        let told = problems(&document);
        assert_eq!(told.len(), 1, "{document}");
        assert_eq!((told[0].0.as_str(), told[0].1), ("", "wrong_type"), "{document}");
    }
}

#[test]
fn millions_of_problems_are_counted_and_not_all_told() {
    let told = validate(&service(json!({"languages": vec![json!(1); 1_000]}))).unwrap_err();
    assert_eq!(told.len(), 51);
    assert_eq!((told[50].code, told[50].reason.as_str()), (Code::More, "and 950 more"));
    // Whatever comes first, HSDS must not be accepted for want of room.
    let mixed = service(json!({"phones": vec![json!(1); 1_000], "service_areas": 1}));
    let told = validate(&mixed).unwrap_err();
    assert_eq!(told.iter().map(|problem| problem.path.as_str()).collect::<Vec<_>>(), ["/service_areas"]);
    let accepted = validate(&service(json!({"phones": vec![json!(1); 1_000]}))).unwrap();
    assert_eq!(accepted.by, Profiles { hsds: false, uk: true });
}

#[test]
fn a_long_wrong_value_is_cut() {
    let told = problems(&service(json!({"status": "é".repeat(10_000)})));
    assert!(told[0].2.len() < 300, "{}", told[0].2);
}

/// Text that is nearly right for one format or the other. Without display names and Punycode,
/// which the validator we compare with reads its own way.
fn nearly() -> impl Strategy<Value = String> {
    let texts = prop_oneof![
        "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
        "[0-9a-gA-F-]{36}",
        "(urn:uuid:|\\{)?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\\}?",
        "(19|20|00)[0-9]{2}-[01][0-9]-[0-3][0-9][Tt ][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,3})?(Z|z|[+-][0-2][0-9]:[0-6][0-9]|)",
        "20(00|23|24)-0[12]-(28|29|30)T(23|00|10):59:(59|60)(Z|[+-]1[0-3]:[03]0)",
        "[a-zA-Z0-9+.-]{0,6}:(//)?[a-z0-9.:@%/?#é \\[\\]'<-]{0,16}",
        "https?://([a-z:%4f]{0,4}@)?([a-z0-9.-]{0,8}|\\[[0-9a-f:.v]{0,12}\\])(:[0-9a]{0,3})?(/[a-z%20^~]{0,6})?(\\?[a-z=&/?]{0,6})?(#[a-z#]{0,4})?",
        "[a-z0-9.+'\"\\\\ @é-]{0,10}@[a-z0-9.é_-]{0,12}",
        "(\"[a-z \\\\\"@.]{0,8}\"|[a-z]{1,3}(\\.[a-z]{0,2}){0,2})@([a-z0-9-]{0,4}\\.){0,2}[a-z-]{0,4}",
        "[a-z]{1,3}@\\[(IPv6:|ipv6:)?[0-9a-f:.]{0,10}\\]",
        "[a-z]{60,66}@([a-z]{50,64}\\.){1,4}uk",
        "\\PC{0,12}",
    ];
    texts.prop_filter("read differently", |text| !text.contains('<') && !text.to_ascii_lowercase().contains("xn--"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn formats_are_those_of_the_standard(text in nearly()) {
        let official = |format: &str| {
            let schema = json!({"format": format});
            jsonschema::options().should_validate_formats(true).build(&schema).unwrap().is_valid(&json!(text))
        };
        let ours = |field: &str| validate(&service(json!({ field: text.clone() }))).unwrap().remarks.is_empty();
        prop_assert_eq!(ours("organization_id"), official("uuid"), "uuid {:?}", text);
        prop_assert_eq!(ours("last_modified"), official("date-time"), "date-time {:?}", text);
        prop_assert_eq!(ours("url"), official("uri"), "uri {:?}", text);
        prop_assert_eq!(ours("email"), official("email"), "email {:?}", text);
    }
}

#[test]
fn formats_at_their_edges() {
    let table = [
        ("url", "https://example.org/a?b=c#d", true),
        ("url", "tel:+441614960000", true),
        ("url", "http://[::1]:80/", true),
        ("url", "http://[v7.a:b]/", true),
        ("url", "example.org", false),
        ("url", "www.example.org/help", false),
        ("url", "http://example.org/two words", false),
        ("url", "http://[::1/", false),
        ("url", "http://example.org/<id>", false),
        ("url", "", false),
        ("email", "help@example.org", true),
        ("email", "o'neil+x@mail.example.org", true),
        ("email", "\"two words\"@example.org", true),
        ("email", "help@xn--caf-dma.example", true),
        ("email", "help@[127.0.0.1]", true),
        ("email", "help@example..org", false),
        ("email", "help@-example.org", false),
        ("email", "help.@example.org", false),
        ("email", "help", false),
        // The validator we compare with takes a display name; RFC 5321, which the format names, does not.
        ("email", "Help <help@example.org>", false),
        ("last_modified", "2024-02-29T23:59:59.123+01:00", true),
        ("last_modified", "2016-12-31T23:59:60Z", true),
        ("last_modified", "2017-01-01T00:59:60+01:00", true),
        ("last_modified", "2016-12-31T22:59:60Z", false),
        ("last_modified", "2023-02-29T00:00:00Z", false),
        ("last_modified", "2024-01-01T24:00:00Z", false),
        ("last_modified", "2024-01-01T00:00:00", false),
        ("last_modified", "2024-01-01", false),
        ("id", "0B6C5A1E-7D2F-4C8A-9E3B-5F4D2C1B0A99", true),
        ("id", "{0b6c5a1e-7d2f-4c8a-9e3b-5f4d2c1b0a99}", false),
        ("id", "0b6c5a1e7d2f4c8a9e3b5f4d2c1b0a99", false),
        // A date is a hint to CSV tools and asserted by no schema.
        ("assured_date", "last Tuesday", true),
    ];
    for (field, text, right) in table {
        let accepted = validate(&service(json!({ field: text }))).unwrap();
        assert_eq!(accepted.remarks.is_empty(), right, "{field} {text:?}");
    }
}

/// A change to a document.
#[derive(Clone, Debug)]
enum Change {
    Drop,
    Set(Value),
    Add(&'static str, Value),
    Repeat,
}

fn changes() -> impl Strategy<Value = Vec<(Index, Change)>> {
    let values = prop_oneof![
        select(vec![
            json!(null),
            json!(true),
            json!(7),
            json!(-1.5),
            json!(""),
            json!("active"),
            json!("MO"),
            json!("physical"),
            json!([]),
            json!([[]]),
            json!({}),
            json!([{}]),
            json!([1, "two"]),
            json!("0b6c5a1e-7d2f-4c8a-9e3b-5f4d2c1b0a99"),
        ]),
        nearly().prop_map(Value::from),
    ];
    let names = select(vec![
        "unheard_of",
        "phones",
        "location",
        "accessibility",
        "service_area",
        "term",
        "metadata",
        "organization",
        "taxonomy_detail",
        "attributes",
        "email",
        "url",
        "timezone",
        "wkst",
        "services",
        "name",
    ]);
    let change = prop_oneof![
        2 => Just(Change::Drop),
        3 => values.clone().prop_map(Change::Set),
        2 => (names, values).prop_map(|(name, value)| Change::Add(name, value)),
        1 => Just(Change::Repeat),
    ];
    prop::collection::vec((any::<Index>(), change), 1..5)
}

/// Every place in a document, as a JSON pointer.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| places(value, &format!("{at}/{name}"), found))
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| places(value, &format!("{at}/{index}"), found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn changed(mut document: Value, changes: &[(Index, Change)]) -> Value {
    for (index, change) in changes {
        let mut found = Vec::new();
        places(&document, "", &mut found);
        let place = index.get(&found);
        let (parent, name) = place.rsplit_once('/').unwrap_or(("", ""));
        match change {
            Change::Set(value) => *document.pointer_mut(place).unwrap() = value.clone(),
            // The whole of it stays.
            Change::Drop if place.is_empty() => {}
            Change::Drop => match document.pointer_mut(parent).unwrap() {
                Value::Object(members) => drop(members.remove(name)),
                Value::Array(items) => drop(items.remove(name.parse().unwrap())),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            },
            Change::Add(name, value) => {
                if let Value::Object(members) = document.pointer_mut(place).unwrap() {
                    members.insert((*name).to_owned(), value.clone());
                }
            }
            Change::Repeat => {
                if let Value::Array(items) = document.pointer_mut(place).unwrap() {
                    items.extend(items.clone());
                }
            }
        }
    }
    document
}

#[test]
fn agrees_with_the_official_schemas_on_changed_examples() {
    let Some(shared) = shared("checking against the official schemas") else { return };
    let official = Official::load(&shared);
    let example = |path: &str| -> Value {
        serde_json::from_slice(&std::fs::read(shared.join("open-referral").join(path)).unwrap()).unwrap()
    };
    let examples = [example("hsds-3.1/examples/service_full.json"), example("uk-3.0/examples/service_full.json")];
    for example in &examples {
        assert_eq!(verdict(example), official.verdict(example));
        assert!(verdict(example)[1].any());
        // Every field dropped, and every field given each type, one at a time.
        let mut found = Vec::new();
        places(example, "", &mut found);
        for place in &found {
            let (parent, name) = place.rsplit_once('/').unwrap_or(("", ""));
            let mut dropped = example.clone();
            if let Value::Object(members) = dropped.pointer_mut(parent).unwrap() {
                members.remove(name);
                assert_eq!(verdict(&dropped), official.verdict(&dropped), "without {place}");
            }
            for value in [json!(null), json!(false), json!(7), json!("x"), json!([]), json!({})] {
                let mut set = example.clone();
                *set.pointer_mut(place).unwrap() = value;
                assert_eq!(verdict(&set), official.verdict(&set), "changed {place}");
            }
        }
    }
    let config = ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() };
    proptest::test_runner::TestRunner::new(config)
        .run(&(0..2_usize, changes()), |(which, changes)| {
            let document = changed(examples[which].clone(), &changes);
            let expected = official.verdict(&document);
            prop_assert_eq!(verdict(&document), expected, "{}", document);
            Ok(())
        })
        .unwrap();
}

#[test]
fn agrees_with_the_official_schemas_on_real_services() {
    let Some(shared) = shared("checking real services against the official schemas") else { return };
    let official = Official::load(&shared);
    let nameless = "7f33d57c-76e6-5676-856a-c71c51a12075";
    // All of them take some minutes without optimisation.
    let step = if cfg!(debug_assertions) { 40 } else { 1 };
    let (mut seen, mut remarked, mut refused) = (0, 0, Vec::new());
    for feed in ["england-health-2014.ndjson.gz", "greater-manchester-and-justice.ndjson.gz"] {
        let file = std::fs::File::open(shared.join("data/open-referral").join(feed)).unwrap();
        for (number, line) in BufReader::new(MultiGzDecoder::new(file)).lines().enumerate() {
            let line = line.unwrap();
            if number % step == 0 || line.starts_with(&format!("{{\"id\":\"{nameless}\"")) {
                let document: Value = serde_json::from_str(&line).unwrap();
                assert_eq!(verdict(&document), official.verdict(&document), "{feed} {number}");
                seen += 1;
                match validate(&document) {
                    Ok(accepted) => remarked += usize::from(!accepted.remarks.is_empty()),
                    Err(problems) => refused.push((document["id"].as_str().unwrap().to_owned(), problems)),
                }
            }
        }
    }
    assert!(seen >= 45_297 / step, "{seen}");
    assert!(remarked > 0);
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!((refused[0].0.as_str(), refused[0].1[0].path.as_str()), (nameless, "/name"));
}
