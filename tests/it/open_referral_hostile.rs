//! Reading feeds of JSON that are broken, or made to do harm.

use std::cell::Cell;
use std::io::{self, Read};
use std::path::Path;

use signpost::open_referral::reader::{Fault, Item, Limits, Progress, ReadError, read, read_stream};
use signpost::open_referral::validate::{Code, validate};

use super::open_referral_feed::{A, B, C, Got, got, got_stream, got_with, gzip};

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
            let told = got.rejections()[0];
            assert_eq!((told.0, told.1, told.2, told.4), (name, 2, 2, code), "{}", told.5);
            assert!(got.rejected.len() == 1 && told.5.contains(reason), "{name}: {}", told.5);
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
        let got = got_stream(name, &open, &limits);
        assert_eq!(got.names(), ["A", "C"]);
        assert_eq!(got.rejections(), [(name, 2, 2, "", Code::TooLarge, "is longer than 1048576 bytes")]);
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
        other @ (Item::Record(_) | Item::Rejected(_)) => got.take(other),
    };
    read_stream("feed.ndjson", &open, &Limits::default(), &Progress::default(), &mut sink).unwrap();
    assert_eq!(got.names(), ["A", "A"]);
    let Some(Fault::Unreadable { at, source }) = fault else { panic!("{fault:?}") };
    assert_eq!((at, source.to_string().as_str()), (2 * (A.len() as u64 + 1), "cable pulled"));
}
