//! Reading feeds of JSON: every shape they come in, and the report of what was refused.

use std::io::{self, Read};

use proptest::prelude::*;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use signpost::open_referral::reader::{Item, Limits, Progress, ReadError, Stop, read, read_stream};
use signpost::open_referral::report::{Counts, Report};
use signpost::open_referral::validate::validate;

use super::open_referral_feed::{A, B, C, Got, got, got_from, got_stream, gzip};

#[test]
fn every_shape_gives_the_same_services() {
    let pretty = |text: &str| serde_json::to_string_pretty(&serde_json::from_str::<Value>(text).unwrap()).unwrap();
    let table = [
        ("feed.ndjson", format!("{A}\n{B}\n{C}\n")),
        ("feed.jsonl", format!("{A}\n{B}\n{C}")),
        ("crlf.ndjson", format!("{A}\r\n{B}\r\n{C}\r\n")),
        ("blank.ndjson", format!("\n\n{A}\n  \n{B}\n\t\n{C}\n\n")),
        ("mark.ndjson", format!("\u{feff}{A}\n{B}\n{C}")),
        ("lines.json", format!("{A}\n{B}\n{C}\n")),
        ("list.json", format!("[{A},{B},{C}]")),
        ("list.ndjson", format!("\n [ {A}\n,{B} ,\r\n {C} ]\n ")),
        ("mark.json", format!("\u{feff}[{A},{B},{C}]")),
        ("pretty.json", pretty(&format!("[{A},{B},{C}]"))),
        ("sequence.json", format!("{}\n{}{}", pretty(A), pretty(B), pretty(C))),
        ("page.json", format!(r#"{{"total_items":3,"contents":[{A},{B},{C}],"empty":false}}"#)),
        ("NoEnding", format!("{A}\n{B}\n{C}")),
    ];
    for (name, text) in table {
        for (name, bytes) in [(name.to_owned(), text.clone().into_bytes()), (format!("{name}.gz"), gzip(&text))] {
            let got = got(&name, bytes);
            assert_eq!(got.names(), ["A", "B", "C"], "{name}");
            assert!(got.rejected.is_empty() && got.failed.is_empty(), "{name}: {:?}", got.failed);
            let numbers: Vec<_> = got.records.iter().map(|record| record.number).collect();
            assert_eq!(numbers, [1, 2, 3], "{name}");
            assert!(got.records.iter().all(|record| record.file == name));
        }
    }
}

#[test]
fn one_document_is_kept_to_the_letter() {
    // Twice the same field: the last counts, and the text keeps both. White space stays too.
    let text = "{ \"name\" : \"first\",\n\t\"name\":\"Caf\\u00e9 \\\"é\\\" {\", \"fee\": 1.10 }";
    let got = got("one.json", format!("\n{text}\n"));
    assert_eq!(got.records[0].raw, text);
    assert_eq!(got.records[0].value["name"], "Café \"é\" {");
    assert_eq!((got.records[0].number, got.records[0].line), (1, Some(2)));
}

#[test]
fn lines_are_counted_from_one() {
    let lines = |got: &Got| got.records.iter().map(|record| record.line.unwrap()).collect::<Vec<_>>();
    assert_eq!(lines(&got("feed.ndjson", format!("\n{A}\n\n{B}\n"))), [2, 4]);
    assert_eq!(lines(&got("feed.json", format!("[\n{A},\n\n{B}]"))), [2, 4]);
}

#[test]
fn an_organization_is_turned_round() {
    let own = r#"{"id":"c","name":"C","organization":{"id":"other"}}"#;
    let texts = [
        format!(r#"{{"id":"o","name":"Trust","services":[{A},{{}},{own}],"tags":["x", 1.0]}}"#),
        format!(r#"{{"services":[{A},{{}},{own}],"id":"o","tags":["x", 1.0] , "name":"Trust"}}"#),
        format!(r#"[{{"id":"o","services":[{A},{{ }},{own}],"name":"Trust","tags":["x", 1.0]}}]"#),
    ];
    for text in texts {
        let got = got("organization.json", &text);
        assert_eq!(got.names(), ["A", "?", "C"], "{text}");
        for record in &got.records[..2] {
            assert_eq!(record.value["organization"], json!({"id": "o", "name": "Trust", "tags": ["x", 1.0]}), "{text}");
            assert!(record.raw.contains(r#""tags":["x", 1.0]"#), "{}", record.raw);
        }
        assert!(got.records[0].raw.starts_with(A.strip_suffix('}').unwrap()), "{}", got.records[0].raw);
        assert_eq!(got.records[2].raw, own);
        assert_eq!(got.records.iter().map(|record| record.number).collect::<Vec<_>>(), [1, 2, 3]);
    }
}

#[test]
fn organizations_and_services_may_be_mixed() {
    let organization = format!(r#"{{"id":"o","name":"Trust","services":[{B}]}}"#);
    let got = got("mixed.ndjson", format!("{A}\n{organization}\n{C}\n"));
    assert_eq!(got.names(), ["A", "B", "C"]);
    assert_eq!(got.records[1].value["organization"]["name"], "Trust");
    assert_eq!(got.records.iter().map(|record| record.number).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn a_service_with_a_field_called_services_stays_a_service() {
    let text = r#"{"id":"a","name":"A","status":"active","services":[{"name":"within"}],"contents":[]}"#;
    for name in ["one.json", "lines.ndjson"] {
        assert_eq!(got(name, text).names(), ["A"], "{name}");
    }
    // Written so that the cutter doesn't see it: taken for a service, and not lost.
    assert_eq!(got("odd.ndjson", r#"{"name":"A","\u0073ervices":[{"name":"within"}]}"#).names(), ["A"]);
}

#[test]
fn a_gzip_of_several_members_is_read_to_its_end() {
    let parts = [gzip(format!("{A}\n{{\"na")), gzip(format!("me\":\"B\"}}\n{C}\n"))].concat();
    assert_eq!(got("feed.ndjson.gz", &parts).names(), ["A", "B", "C"]);
    let behind = got("feed.ndjson.gz", [parts, b"something else".to_vec()].concat());
    assert_eq!(behind.names(), ["A", "B", "C"]);
    assert!(behind.failed[0].contains("is damaged near byte"), "{:?}", behind.failed);
}

#[test]
fn a_folder_is_read_in_the_order_of_names() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    write("2.json", format!("[{B}]").as_bytes());
    write("10.NDJSON.gz", &gzip(A));
    write("broken.json", b"[{\"name\":");
    write("c.jsonl", C.as_bytes());
    write("README.md", b"not a feed");
    std::fs::create_dir(folder.path().join("old")).unwrap();
    let got = got_from(folder.path(), &Limits::default()).unwrap();
    assert_eq!(got.names(), ["A", "B", "C"]);
    assert_eq!(got.failed.len(), 1);
    assert!(got.failed[0].starts_with("broken.json has the end of the text"), "{:?}", got.failed);
    assert_eq!((got.summary.files, &got.summary.ignored[..]), (4, &["README.md".to_owned(), "old".to_owned()][..]));
}

#[test]
fn the_receiver_can_stop() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("feed.ndjson");
    std::fs::write(&path, format!("{A}\n{B}\n{C}\n")).unwrap();
    let mut seen = 0;
    let stopped = read(&path, &Limits::default(), &Progress::default(), &mut |_| {
        seen += 1;
        if seen == 2 { Err(Stop) } else { Ok(()) }
    });
    assert!(matches!(stopped, Err(ReadError::Stopped)));
    assert_eq!(seen, 2);
}

#[test]
fn the_report_is_a_line_for_each_problem() {
    let good = r#"{"id":"0b6c5a1e-7d2f-4c8a-9e3b-5f4d2c1b0a99","name":"A","status":"active","url":"none"}"#;
    let text = format!("{good}\n{{\"id\":\"b\",\"status\":\"open\"}}\nbroken\n");
    let mut written = Vec::new();
    let mut report = Report::new(&mut written);
    for (name, text) in [("feed.ndjson", text.as_str()), ("none.json", "")] {
        let open = || Ok(Box::new(text.as_bytes()) as Box<dyn Read>);
        let mut sink = |item| {
            match &item {
                Item::Record(record) => match validate(&record.value) {
                    Ok(accepted) => report.accepted(&accepted),
                    Err(problems) => report.rejected(&record.rejected(problems)).unwrap(),
                },
                Item::Rejected(rejected) => report.rejected(rejected).unwrap(),
                Item::Failed(error) => report.failed(error).unwrap(),
            }
            Ok(())
        };
        read_stream(name, &open, &Limits::default(), &Progress::default(), &mut sink).unwrap();
    }
    let counts = Counts { read: 3, accepted: 1, remarked: 1, rejected: 2, failed_files: 1 };
    assert_eq!((report.counts(), report.finish().unwrap()), (counts, counts));
    let lines: Vec<Value> =
        String::from_utf8(written).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let missing = json!({"file": "feed.ndjson", "record": 2, "line": 2, "id": "b", "field": "/name",
        "code": "missing", "reason": "is missing; must be text"});
    let unknown = json!({"file": "feed.ndjson", "record": 2, "line": 2, "id": "b", "field": "/status",
        "code": "unknown_word", "reason": "is \"open\"; must be one of: active, inactive, defunct, temporarily closed"});
    let strange = json!({"file": "feed.ndjson", "record": 3, "line": 3, "field": "", "code": "invalid_json",
        "reason": "is not JSON: broken is no JSON value (leave the field out) in line 3, column 1"});
    let empty = json!({"file": "none.json", "field": "", "code": "file_failed", "reason":
        "is empty; a feed is JSON or NDJSON, gzip of these, or a CSV package (a folder or a .zip with services.csv)"});
    assert_eq!(lines, [missing, unknown, strange, empty]);
}

/// Bytes that arrive in pieces of a few sizes, over and over.
struct Pieces<'a> {
    bytes: &'a [u8],
    sizes: std::iter::Cycle<std::slice::Iter<'a, usize>>,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = self.sizes.next().copied().unwrap_or(1).min(buffer.len());
        self.bytes.read(&mut buffer[..size])
    }
}

fn got_in_pieces(name: &str, bytes: &[u8], sizes: &[usize]) -> Got {
    let open = || Ok(Box::new(Pieces { bytes, sizes: sizes.iter().cycle() }) as Box<dyn Read + '_>);
    got_stream(name, &open, &Limits::default())
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[\\[\\]{}\",:\\\\a-c\n é]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map("[a-c\"\\\\{]{0,3}", inner, 0..5).prop_map(|members| json!(members)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_list_is_cut_as_the_parser_cuts_it(
        values in prop::collection::vec(any_json(), 0..6),
        pretty in any::<bool>(),
        sizes in prop::collection::vec(1..9_usize, 1..4),
    ) {
        let text = if pretty { serde_json::to_string_pretty(&values) } else { serde_json::to_string(&values) }.unwrap();
        let expected: Vec<&RawValue> = serde_json::from_str(&text).unwrap();
        let expected: Vec<_> = expected.iter().map(|raw| raw.get()).collect();
        for text in [text.clone(), format!("{{\"contents\":{text}}}")] {
            let got = got_in_pieces("feed.json", text.as_bytes(), &sizes);
            let raws: Vec<_> = got.records.iter().map(|record| record.raw.as_str()).collect();
            prop_assert_eq!(&raws, &expected);
            prop_assert!(got.failed.is_empty() && got.rejected.is_empty());
        }
    }

    #[test]
    fn nonsense_neither_panics_nor_hangs_nor_is_accepted(
        bytes in prop::collection::vec(prop::sample::select(b"[]{}\",:\\ \n\t1aN-\xEF\xBB\xBF\xFF".to_vec()), 0..60),
        prefix in prop::sample::select(vec!["", "[", "{", "{\"contents\":[", "{\"services\":[", "\u{feff}["]),
        ending in prop::sample::select(vec![".json", ".ndjson"]),
    ) {
        let bytes = [prefix.as_bytes(), &bytes].concat();
        let got = got_in_pieces(&format!("feed{ending}"), &bytes, &[3]);
        // Whatever was given out is a part of what came in, or a service with its organization.
        let text = String::from_utf8_lossy(&bytes);
        for record in &got.records {
            prop_assert!(text.contains(&record.raw) || record.value.get("organization").is_some());
        }
    }
}
