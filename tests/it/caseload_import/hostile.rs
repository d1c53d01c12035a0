//! Files that no honest program writes, and those that some do.

use signpost::people::importing::running::{ImportError, Job};

use super::{HEADER, IDS, Office, PEOPLE, counts, mapping};
use crate::import::contents::{assert_same, everything};

#[tokio::test]
async fn files_that_cannot_be_believed_are_refused_whole() {
    let office = Office::new().await;
    let before = everything(office.app.db()).await;
    let columns: Vec<String> = (0..201).map(|number| format!("c{number}")).collect();
    let many = format!("{HEADER}{}", "x,,,,,,,,,,\n".repeat(200_001));
    for (bytes, words) in [
        (b"Client,Forename\nC-1,Zo\xeb\n".to_vec(), "line 2 is not UTF-8"),
        (b"\xff\xfeC\0l\0".to_vec(), "line 1 is not UTF-8"),
        (format!("{HEADER}C-1,\"Ida,Crow\nC-2,Tom,Alder\n").into_bytes(), "a quotation mark is not closed"),
        (format!("Client,{HEADER}").into_bytes(), "column 2 has the name of an earlier one"),
        (columns.join(",").into_bytes(), "more than 200 columns"),
        (many.into_bytes(), "more than 200000 rows"),
        (Vec::new(), "it is empty"),
    ] {
        office.file("people.csv", bytes);
        for write in [false, true] {
            match office.try_import(write).await {
                Err(ImportError::Flaws(flaws)) => {
                    assert!(flaws.iter().any(|flaw| flaw.message.contains(words)), "{words}: {flaws:?}");
                    assert!(!format!("{flaws:?}").contains("Ida"));
                }
                other => panic!("{words}: {other:?}"),
            }
        }
    }
    assert_same(&before, &everything(office.app.db()).await);
}

/// A mapping that somebody sent along reads nothing but what lies beside it.
#[tokio::test]
async fn files_of_other_folders_are_not_read() {
    let office = Office::new().await;
    let outside = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(outside.path(), format!("{HEADER}{PEOPLE}")).unwrap();
    for name in [outside.path().to_str().unwrap(), "../people.csv", "./../people.csv", "..", "", "a/people.csv"] {
        let text = mapping(IDS.agency(0)).replace("people.csv", name);
        let Ok(mapping) = Office::read(&text) else { continue };
        let job = Job { mapping: &mapping, folder: office.folder.path(), write: false };
        match office.people.import_caseload(&job).await {
            Err(ImportError::Flaws(flaws)) => {
                assert!(flaws[0].message.contains("beside the mapping"), "{name}: {flaws:?}")
            }
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn cells_that_cannot_be_believed_are_refused_row_by_row() {
    let office = Office::new().await;
    let huge = "x".repeat(1 << 20);
    for cell in [huge.as_str(), "I\0da", "Id\u{202e}a", "\"I\nda\"", "=HYPERLINK(1)", &"x".repeat(101)] {
        office.file("people.csv", format!("{HEADER}C-9,{cell},Crow,,,,,,,,\n{PEOPLE}"));
        let report = office.import(false).await;
        assert_eq!(counts(&report)[0], [2, 0, 0, 1], "{report}");
        assert!(report.to_string().starts_with("people.csv:2 given_names: "), "{report}");
        assert!(report.to_string().len() < 2_000);
    }
}

#[tokio::test]
async fn marks_blanks_and_line_ends_of_other_systems_are_taken() {
    let office = Office::new().await;
    office.import(true).await;
    let header = HEADER.replace(",Forename,", ", Forename ,");
    let plain = format!("{header}{PEOPLE}").replace("Ida", " Ida ").replace('\n', "\r\n");
    office.file("people.csv", [b"\xef\xbb\xbf".as_slice(), plain.as_bytes()].concat());
    assert_eq!(counts(&office.import(true).await)[0], [0, 0, 2, 0], "the same as without them");
}
