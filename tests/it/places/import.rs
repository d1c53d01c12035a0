//! The table of every postcode, read from a file.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use signpost::places::{ExactPostcode, RowProblem, RowReason, SkippedRows, read_postcodes};

fn read(bytes: &[u8]) -> (Vec<ExactPostcode>, Vec<RowProblem>, SkippedRows) {
    let mut rows = read_postcodes(bytes);
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for row in &mut rows {
        match row {
            Ok(row) => good.push(row),
            Err(problem) => bad.push(problem),
        }
    }
    assert!(rows.next().is_none(), "an ended reader stays ended");
    (good, bad, rows.skipped())
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

const PLAIN: &str =
    "postcode,lat,lon,lad_code\nM14 5RQ,53.4532,-2.2195,E08000003\nAB10 1AB,57.14961,-2.09692,S12000033\n";

#[test]
fn plain_packed_and_the_directory_of_the_ons_read_alike() {
    let (plain, bad, skipped) = read(PLAIN.as_bytes());
    assert_eq!((plain.len(), bad, skipped), (2, vec![], SkippedRows::default()));
    assert_eq!(plain[0].postcode.as_str(), "M14 5RQ");
    assert_eq!(
        (plain[0].point.lat(), plain[0].point.lon(), plain[0].lad_code.as_str()),
        (53.4532, -2.2195, "E08000003")
    );
    let two_parts = [packed(&PLAIN.as_bytes()[..40]), packed(&PLAIN.as_bytes()[40..])].concat();
    let directory = "\u{feff}\"pcd\",\"pcds\",\"doterm\",\"oslaua\",\"lat\",\"long\"\r\n\
        \"M14 5RQ\",\"M14 5RQ\",\"\",\"E08000003\",53.4532,-2.2195\r\n\
        \"AB101AB\",\"AB10 1AB\",,\"S12000033\",57.14961,-2.09692\r\n";
    let by_year = PLAIN.replace("lad_code", "lad25cd").replace("lon", "LONG");
    for bytes in [packed(PLAIN.as_bytes()), two_parts, directory.as_bytes().to_vec(), by_year.into_bytes()] {
        assert_eq!(read(&bytes), (plain.clone(), vec![], SkippedRows::default()));
    }
    assert_eq!(read(PLAIN.trim_end().as_bytes()).0, plain, "the last line may lack its end");
}

#[test]
fn rows_that_are_no_postcode_to_keep_are_counted() {
    let table = "pcds,lat,long,laua,doterm\n\
        M14 5RQ,53.4532,-2.2195,E08000003,\n\
        M14 5ZZ,53.4532,-2.2195,E08000003,199606\n\
        JE2 3AB,99.999999,0,L99999999,\n\
        IM1 1AA,,,M99999999,\n\
        BT1 1AA,99.999999,0.000000,N09000003,\n\
        BT1 1AB,,,,\n\n";
    let (good, bad, skipped) = read(table.as_bytes());
    assert_eq!((good.len(), bad), (1, vec![]));
    assert_eq!(skipped, SkippedRows { retired: 1, crown_dependency: 2, without_position: 2 });
}

#[test]
fn each_bad_row_is_told_and_the_rest_kept() {
    let long = "x".repeat(20_000);
    let table = format!(
        "postcode,lat,lon,lad_code\n\
         M14,53.4,-2.2,E08000003\n\
         M14 5RQ,north,-2.2,E08000003\n\
         M14 5RQ,53.4,22.2,E08000003\n\
         M14 5RQ,-2.2,53.4,E08000003\n\
         M14 5RQ,53.4,NaN,E08000003\n\
         M14 5RQ,53.4,-2.2,Manchester\n\
         M14 5RQ,53.4\n\
         {long}\n\
         M14 5RQ,53.4532,-2.2195,E08000003\n"
    );
    let mut bytes = table.into_bytes();
    bytes.extend_from_slice(b"M14 5R\xff,53.4,-2.2,E08000003\nAB10 1AB,57.1,-2.0,S12000033\n");
    let (good, bad, _) = read(&bytes);
    assert_eq!(good.len(), 2);
    let told: Vec<String> = bad.iter().map(RowProblem::to_string).collect();
    assert_eq!(
        told,
        [
            "line 2, postcode: “M14” is not a full postcode, as M14 5RQ",
            "line 3, lat: “north” is not a latitude in the United Kingdom, in degrees",
            "line 4, lon: “22.2” is not a longitude in the United Kingdom, in degrees",
            "line 5, lat: “-2.2” is not a latitude in the United Kingdom, in degrees",
            "line 6, lon: “NaN” is not a longitude in the United Kingdom, in degrees",
            "line 7, lad_code: “Manchester” is not the code of a local authority, as E08000003",
            "line 8, lon: the row has no such field",
            "line 9, line: the line is longer than 8192 bytes",
            "line 11, line: the line is not UTF-8",
        ]
    );
}

#[test]
fn a_file_that_is_no_table_ends_at_once() {
    let first = |bytes: &[u8]| {
        let (good, bad, _) = read(bytes);
        assert_eq!((good.len(), bad.len()), (0, 1));
        (bad[0].field, bad[0].reason.clone())
    };
    assert_eq!(first(b"id,name\n1,x\n").0, "postcode");
    assert_eq!(first(b"postcode,lat,lon\nM14 5RQ,1,2\n").0, "lad_code");
    assert!(matches!(first(b"{\"postcode\": 1}"), ("postcode", RowReason::MissingColumn { .. })));
    assert!(matches!(first(b"\x1f\x8bnot really gzip"), ("file", RowReason::Unreadable { .. })));
    assert_eq!(read(b""), (vec![], vec![], SkippedRows::default()));
    // Broken off in the middle: what came before is kept, the break is told, and nothing follows.
    let whole = packed(PLAIN.repeat(50).as_bytes());
    let (_, bad, _) = read(&whole[..whole.len() - 12]);
    assert!(matches!(bad.last().map(|problem| &problem.reason), Some(RowReason::Unreadable { .. })), "{bad:?}");
}

/// A reader that fails in the middle, as a disk or a network does.
struct Failing<'a>(&'a [u8]);

impl Read for Failing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(std::io::Error::other("the disk went away")),
            read => Ok(read),
        }
    }
}

#[test]
fn a_failing_disk_is_told() {
    let rows: Vec<_> = read_postcodes(Failing(PLAIN.as_bytes())).collect();
    assert_eq!(rows.len(), 3);
    let problem = rows[2].as_ref().unwrap_err();
    assert_eq!(problem.to_string(), "line 4, file: the file cannot be read on: the disk went away");
}

#[test]
fn an_endless_line_is_read_past_without_being_kept() {
    // Sixty-four megabytes without a line end, from sixty-four kilobytes of gzip.
    let header = packed(b"postcode,lat,lon,lad_code\n");
    let bomb = packed(&vec![b'x'; 64 * 1024 * 1024]);
    let rest = packed(b"\nM14 5RQ,53.4532,-2.2195,E08000003\n");
    let (good, bad, _) = read(&[header, bomb, rest].concat());
    assert_eq!(good.len(), 1);
    assert!(matches!(bad.as_slice(), [RowProblem { line: 2, reason: RowReason::TooLong { .. }, .. }]), "{bad:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused(mut bytes in prop::collection::vec(any::<u8>(), 0..300), header in any::<bool>(), pack in any::<bool>()) {
        if header {
            bytes.splice(0..0, b"postcode,lat,lon,lad_code\n".iter().copied());
        }
        let (good, bad, _) = read(&if pack { packed(&bytes) } else { bytes.clone() });
        prop_assert!(good.len() + bad.len() <= bytes.len() + 2);
    }

    /// Every good row comes back, whatever stands between.
    #[test]
    fn good_rows_survive_bad_ones(rows in prop::collection::vec(prop_oneof![Just(None), "[ -~]{0,40}".prop_map(Some)], 0..40)) {
        let mut table = "postcode,lat,lon,lad_code\n".to_owned();
        for row in &rows {
            table.push_str(row.as_deref().unwrap_or("M14 5RQ,53.4532,-2.2195,E08000003"));
            table.push('\n');
        }
        prop_assert_eq!(read(table.as_bytes()).0.len(), rows.iter().filter(|row| row.is_none()).count());
    }
}
