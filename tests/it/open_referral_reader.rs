//! Reading feeds of JSON: every shape they come in, and what hostile and broken ones lead to.

use std::cell::Cell;
use std::io::{self, Read, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use signpost::open_referral::reader::{
    Fault, Item, Limits, Progress, ReadError, Record, Rejected, Stop, Summary, read, read_stream,
};
use signpost::open_referral::report::{Counts, Report};
use signpost::open_referral::validate::{Code, validate};

/// All that came out of a feed.
#[derive(Default)]
struct Got {
    records: Vec<Record>,
    rejected: Vec<Rejected>,
    failed: Vec<String>,
    summary: Summary,
}

impl Got {
    fn take(&mut self, item: Item) -> Result<(), Stop> {
        match item {
            Item::Record(record) => {
                let parsed: Value = serde_json::from_str(&record.raw).unwrap();
                assert_eq!(parsed, record.value, "the text and the value say the same");
                self.records.push(record);
            }
            Item::Rejected(rejected) => self.rejected.push(rejected),
            Item::Failed(error) => self.failed.push(error.to_string()),
        }
        Ok(())
    }

    fn names(&self) -> Vec<&str> {
        self.records.iter().map(|record| record.value["name"].as_str().unwrap_or("?")).collect()
    }

    fn reason(&self) -> (u64, Option<u64>, Code, &str) {
        assert_eq!(self.rejected.len(), 1, "{:?}", self.rejected);
        let rejected = &self.rejected[0];
        (rejected.record, rejected.line, rejected.problems[0].code, &rejected.problems[0].reason)
    }
}

fn got_from(path: &Path, limits: &Limits) -> Got {
    let (mut got, progress) = (Got::default(), Progress::default());
    let summary = read(path, limits, &progress, &mut |item| got.take(item)).unwrap();
    assert_eq!(summary.records, got.records.len() as u64);
    assert_eq!(summary.rejected, got.rejected.len() as u64);
    assert_eq!(summary.failed, got.failed.len() as u64);
    if got.failed.is_empty() {
        let (done, total) = progress.bytes();
        assert_eq!(done, total, "the bar is full at the end");
    }
    got.summary = summary;
    got
}

fn got_with(name: &str, bytes: impl AsRef<[u8]>, limits: &Limits) -> Got {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    got_from(&path, limits)
}

fn got(name: &str, bytes: impl AsRef<[u8]>) -> Got {
    got_with(name, bytes, &Limits::default())
}

fn gzip(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes.as_ref()).unwrap();
    encoder.finish().unwrap()
}

const A: &str = r#"{"id":"a","name":"A","status":"active"}"#;
const B: &str = r#"{"id":"b","name":"B","status":"active"}"#;
const C: &str = r#"{"id":"c","name":"C","status":"active"}"#;

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
fn a_broken_record_is_rejected_and_the_others_are_kept() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let table: Vec<(Vec<u8>, Code, &str)> = vec![
        (br#"{"id":"x","minimum_age":NaN}"#.to_vec(), Code::InvalidJson, "NaN is no JSON value (leave the field out)"),
        (br#"{"id":"x","minimum_age":-Infinity}"#.to_vec(), Code::InvalidJson, "Infinity is no JSON value"),
        (br#"{"id":"x","minimum_age":None}"#.to_vec(), Code::InvalidJson, "None is no JSON value"),
        (br#"{"id" "x"}"#.to_vec(), Code::InvalidJson, "expected `:`"),
        (br#"{"id":"x",}"#.to_vec(), Code::InvalidJson, "trailing comma"),
        (b"{'id':'x'}".to_vec(), Code::InvalidJson, "key must be a string"),
        (br#"{"name":"\ud800"}"#.to_vec(), Code::InvalidJson, "is not JSON"),
        (b"{\"name\":\"a\tb\"}".to_vec(), Code::InvalidJson, "control character"),
        (b"{\"name\":\"Caf\xE9\"}".to_vec(), Code::InvalidUtf8, "is not UTF-8 from its byte 12 on"),
        (deep.into_bytes(), Code::TooDeep, "nests more than 127 deep"),
    ];
    for (broken, code, reason) in table {
        for (name, parts) in [("feed.ndjson", ["", "\n", "\n", ""]), ("feed.json", ["[", ",\n", ",\n", "]"])] {
            let mut bytes = Vec::new();
            for (part, text) in parts.iter().zip([A.as_bytes(), &broken, C.as_bytes(), b""]) {
                bytes.extend(part.as_bytes());
                bytes.extend(text);
            }
            let got = got(name, bytes);
            assert_eq!(got.names(), ["A", "C"], "{name} {reason} {:?}", got.failed);
            let told = got.reason();
            assert_eq!((told.0, told.1, told.2), (2, Some(2), code), "{name}: {}", told.3);
            assert!(told.3.contains(reason), "{name}: {}", told.3);
            assert!(got.failed.is_empty());
        }
    }
}

#[test]
fn a_bad_line_does_not_swallow_the_next() {
    for broken in [r#"{"id":"x"#, r#"{"id":["#, "}", "plain words", "7 8", r#""text""#] {
        let got = got("feed.ndjson", format!("{A}\n{broken}\n{C}\n"));
        assert_eq!(got.names().first(), Some(&"A"));
        assert_eq!(got.names().last(), Some(&"C"), "{broken}");
        assert_eq!(got.summary.records + got.summary.rejected, 3, "{broken}");
    }
    // What is JSON and no object goes on to the checker, which says so.
    let got = got("feed.ndjson", "7\n[]\nnull\n");
    assert_eq!(got.records.len(), 3);
    assert!(got.records.iter().all(|record| validate(&record.value).is_err()));
}

#[test]
fn a_list_that_loses_its_brackets_fails_where_it_does() {
    let table = [
        (format!("[{A},\n{{\"id\":\"x\", {B},\n{C}]"), "has ']' in line 3 (byte "),
        (format!("[{A},\n{{\"id\":\"x,{B}]"), "has the end of the text in line 2"),
        (format!("[{A}\n{B}]"), "has '{' in line 2 (byte 41 of the text) where ',' or ']' should be"),
        (format!("[{A},"), "has the end of the text in line 1 (byte 41 of the text) where a document should be"),
        (format!("[{A},]"), "has ']' in line 1 (byte 41 of the text) where a document should be"),
        (format!("[{A}] extra"), "has 'e' in line 1"),
        (format!("[{A},:,{B}]"), "has ':' in line 1"),
        (format!(r#"{{"contents":[{A}],"page" 7}}"#), "has '7' in line 1"),
        (format!(r#"{{"contents":[{A}],"#), "has the end of the text in line 1"),
        (format!(r#"{{"services":[{A}],"id":}}"#), "where a value should be"),
    ];
    for (text, fault) in table {
        let got = got("list.json", &text);
        assert_eq!(got.names(), ["A"], "{text}");
        assert_eq!(got.failed.len(), 1, "{text}: {:?}", got.failed);
        assert!(got.failed[0].starts_with("list.json ") && got.failed[0].contains(fault), "{}", got.failed[0]);
    }
}

#[test]
fn a_truncated_gzip_gives_what_came_before_and_says_where_it_ends() {
    // Records that don't compress, so that some come through before the cut.
    let noise =
        |seed: u64| (0..200_u64).map(move |n| format!("{:x}", (seed * 1_000 + n).wrapping_mul(0x9E37_79B9_7F4A_7C15)));
    let lines: Vec<_> = (0..500).map(|seed| format!(r#"{{"name":"{}"}}"#, noise(seed).collect::<String>())).collect();
    for (name, text) in [("feed.ndjson.gz", lines.join("\n")), ("feed.json.gz", format!("[{}]", lines.join(",")))] {
        let whole = gzip(&text);
        let cut = got(name, &whole[..whole.len() / 2]);
        assert!((100..400).contains(&cut.records.len()), "{}", cut.records.len());
        assert!(cut.records.iter().zip(&lines).all(|(record, line)| record.raw == *line));
        let said =
            format!("{name} is cut off at byte {}, in the middle of compressed data; fetch it again", whole.len() / 2);
        assert_eq!(cut.failed, [said]);
        assert!(cut.rejected.is_empty());

        let mut damaged = whole.clone();
        let middle = whole.len() / 2;
        damaged[middle..middle + 200].fill(0xAA);
        let damaged = got(name, damaged);
        assert!((100..500).contains(&damaged.records.len()));
        // Damage shows as such, or first as text that makes no sense any more.
        assert_eq!(damaged.failed.len(), 1);
        let (near, by) = (&damaged.failed[0], damaged.failed[0].contains("is damaged near byte"));
        assert!(by || (name == "feed.json.gz" && near.contains("nothing after it is read")), "{near}");
    }
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
fn an_archive_bomb_is_stopped() {
    let limits = Limits { growth_free_bytes: 1 << 20, ..Limits::default() };
    let bomb = gzip(format!("{A}\n{}", " ".repeat(4 << 20)));
    let got = got_with("feed.ndjson.gz", &bomb, &limits);
    assert_eq!(got.names(), ["A"]);
    assert!(got.failed[0].contains("beyond what honest data does"), "{:?}", got.failed);
    // The same text, not packed, is merely odd; and what packs well without being a bomb passes.
    assert!(got_with("feed.ndjson", format!("{A}\n{}", " ".repeat(4 << 20)), &limits).failed.is_empty());
    let same = format!("{A}\n").repeat(60_000);
    assert_eq!(got_with("same.ndjson.gz", gzip(&same), &Limits { max_growth: 1_000, ..limits }).records.len(), 60_000);
}

#[test]
fn an_organization_that_would_be_copied_a_thousandfold_is_stopped() {
    let limits = Limits { growth_free_bytes: 1 << 20, ..Limits::default() };
    let text = format!(r#"{{"id":"o","name":"{}","services":[{}{{}}]}}"#, "x".repeat(100_000), "{},".repeat(1_000));
    for text in [text.clone(), format!("[{text}]")] {
        let got = got_with("organization.json", &text, &limits);
        assert!((100..300).contains(&got.records.len()), "{}", got.records.len());
        assert!(got.failed[0].contains("beyond what honest data does"), "{:?}", got.failed);
    }
    // Many small organizations are no such thing.
    let many = format!(r#"{{"id":"o","name":"{}","services":[{A},{B}]}}"#, "x".repeat(1_000)) + "\n";
    assert_eq!(got_with("organizations.ndjson", many.repeat(1_000), &limits).records.len(), 2_000);
}

/// A hundred million bytes of one text, made as they are read.
struct Endless {
    head: &'static [u8],
    left: u64,
    tail: &'static [u8],
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        for part in [&mut self.head, &mut self.tail] {
            if part.is_empty() && self.left > 0 {
                let count = buffer.len().min(usize::try_from(self.left).unwrap());
                buffer[..count].fill(b'x');
                self.left -= count as u64;
                return Ok(count);
            }
            if !part.is_empty() {
                return part.read(buffer);
            }
        }
        Ok(0)
    }
}

#[test]
fn a_record_of_a_hundred_megabytes_is_passed_over() {
    let texts: [(&str, &'static [u8], u64, &'static [u8]); 2] = [
        ("feed.ndjson", b"{\"name\":\"A\"}\n{\"name\":\"", 100_000_000, b"\"}\n{\"name\":\"C\"}\n"),
        ("feed.json", b"[{\"name\":\"A\"},\n{\"name\":\"", 20_000_000, b"\"},{\"name\":\"C\"}]"),
    ];
    for (name, head, left, tail) in texts {
        let open = || Ok(Box::new(Endless { head, left, tail }) as Box<dyn Read>);
        let limits = Limits { max_record_bytes: 1 << 20, ..Limits::default() };
        let mut got = Got::default();
        read_stream(name, &open, &limits, &Progress::default(), &mut |item| got.take(item)).unwrap();
        assert_eq!(got.names(), ["A", "C"]);
        assert_eq!(got.reason(), (2, Some(2), Code::TooLarge, "is longer than 1048576 bytes"));
    }
}

#[test]
fn what_is_no_feed_is_named() {
    let utf16: Vec<u8> = "\u{feff}{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let table: [(&[u8], &str); 12] = [
        (b"", "is empty"),
        (b" \n\t\r\n", "is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is a picture (PNG)"),
        (b"SQLite format 3\0\x10\0\x01\x01", "is an SQLite database"),
        (b"%PDF-1.7", "is a PDF document"),
        (b"  <!doctype html>", "is a web page or XML"),
        (&utf16, "is text in UTF-16 (save it as UTF-8)"),
        (&gzip(gzip(A)), "is gzip within gzip"),
        (&gzip(b""), "is empty"),
        (b"\0\x01\x02\x03", "is binary data"),
        (b"id,name\n1,A\n", "is text that is not JSON"),
        (b"null", "is text that is not JSON"),
    ];
    for (bytes, found) in table {
        let got = got("thing.json", bytes);
        assert!(got.records.is_empty() && got.rejected.is_empty());
        assert_eq!(got.failed.len(), 1, "{found}");
        assert!(got.failed[0].starts_with(&format!("thing.json {found}; a feed is JSON")), "{}", got.failed[0]);
    }
    assert!(got("none.json", "[]").failed.is_empty());
    assert!(got("none.json", r#"{"contents":[]}"#).failed.is_empty());
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
    let got = got_from(folder.path(), &Limits::default());
    assert_eq!(got.names(), ["A", "B", "C"]);
    assert_eq!(got.failed.len(), 1);
    assert!(got.failed[0].starts_with("broken.json has the end of the text"), "{:?}", got.failed);
    assert_eq!((got.summary.files, &got.summary.ignored[..]), (4, &["README.md".to_owned(), "old".to_owned()][..]));
}

#[test]
fn a_path_without_a_feed_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("notes.txt"), "x").unwrap();
    let limits = Limits::default();
    let attempt = |path: &Path| read(path, &limits, &Progress::default(), &mut |_| Ok(())).unwrap_err();
    assert!(matches!(attempt(folder.path()), ReadError::NoFeed { .. }));
    let missing = attempt(&folder.path().join("missing.json"));
    assert!(matches!(missing, ReadError::Unreadable { .. }));
    assert!(missing.to_string().contains("missing.json cannot be read"), "{missing}");
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
fn a_stream_that_fails_midway_says_so() {
    struct Failing(Cell<bool>);
    impl Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.replace(true) {
                return Err(io::Error::new(io::ErrorKind::ConnectionReset, "cable pulled"));
            }
            let line = format!("{A}\n");
            buffer[..line.len()].copy_from_slice(line.as_bytes());
            Ok(line.len())
        }
    }
    let open = || Ok(Box::new(A.as_bytes().chain(&b"\n"[..]).chain(Failing(Cell::new(false)))) as Box<dyn Read>);
    let mut got = Got::default();
    let mut fault = None;
    let mut sink = |item| match item {
        Item::Failed(error) => {
            fault = Some(error.fault);
            Ok(())
        }
        other => got.take(other),
    };
    read_stream("feed.ndjson", &open, &Limits::default(), &Progress::default(), &mut sink).unwrap();
    assert_eq!(got.names(), ["A", "A"]);
    let Some(Fault::Unreadable { at, source }) = fault else { panic!("{fault:?}") };
    assert_eq!((at, source.to_string().as_str()), (2 * (A.len() as u64 + 1), "cable pulled"));
}

#[test]
fn the_report_is_a_line_for_each_problem() {
    let mut report = Report::new(Vec::new());
    let text = format!(
        "{}\n{{\"id\":\"b\",\"status\":\"open\"}}\nbroken\n",
        r#"{"id":"0b6c5a1e-7d2f-4c8a-9e3b-5f4d2c1b0a99","name":"A","status":"active","url":"none"}"#
    );
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
    for text in [text.as_str(), ""] {
        let open = || Ok(Box::new(text.as_bytes()) as Box<dyn Read>);
        read_stream("feed.ndjson", &open, &Limits::default(), &Progress::default(), &mut sink).unwrap();
    }
    assert_eq!(report.counts(), Counts { read: 3, accepted: 1, remarked: 1, rejected: 2, failed_files: 1 });
    let mut written = Vec::new();
    let mut report = Report::new(&mut written);
    let open = || Ok(Box::new(text.as_bytes()) as Box<dyn Read>);
    let mut sink = |item| {
        match &item {
            Item::Record(record) => {
                if let Err(problems) = validate(&record.value) {
                    report.rejected(&record.rejected(problems)).unwrap();
                }
            }
            Item::Rejected(rejected) => report.rejected(rejected).unwrap(),
            Item::Failed(error) => report.failed(error).unwrap(),
        }
        Ok(())
    };
    read_stream("feed.ndjson", &open, &Limits::default(), &Progress::default(), &mut sink).unwrap();
    let empty = || Ok(Box::new(io::empty()) as Box<dyn Read>);
    read_stream("none.json", &empty, &Limits::default(), &Progress::default(), &mut sink).unwrap();
    report.finish().unwrap();
    let lines: Vec<Value> =
        String::from_utf8(written).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let unknown = "is \"open\"; must be one of: active, inactive, defunct, temporarily closed";
    let strange = "is not JSON: broken is no JSON value (leave the field out) in line 3, column 1";
    let empty =
        "is empty; a feed is JSON or NDJSON, gzip of these, or a CSV package (a folder or a .zip with services.csv)";
    assert_eq!(
        lines,
        [
            json!({"file": "feed.ndjson", "record": 2, "line": 2, "id": "b", "field": "/name", "code": "missing", "reason": "is missing; must be text"}),
            json!({"file": "feed.ndjson", "record": 2, "line": 2, "id": "b", "field": "/status", "code": "unknown_word", "reason": unknown}),
            json!({"file": "feed.ndjson", "record": 3, "line": 3, "field": "", "code": "invalid_json", "reason": strange}),
            json!({"file": "none.json", "field": "", "code": "file_failed", "reason": empty}),
        ]
    );
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
    let mut got = Got::default();
    let mut sink = |item| got.take(item);
    read_stream(name, &open, &Limits::default(), &Progress::default(), &mut sink).unwrap();
    got
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
