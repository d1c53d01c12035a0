//! Whatever the rows say: to import them twice is to import them once.

use proptest::prelude::*;

use super::{HEADER, Office, counts};
use crate::import::contents::{assert_same, everything};
use crate::signposting_oracle::for_all;

/// A cell: plain, odd, or wrong.
fn cells() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[A-Za-zéł '-]{0,12}",
        1 => Just("14/08/1991".to_owned()),
        1 => Just("Roof;Money".to_owned()),
        1 => "\\PC{0,8}",
    ]
}

fn rows() -> impl Strategy<Value = Vec<(u8, Vec<String>)>> {
    prop::collection::vec((0..12_u8, prop::collection::vec(cells(), 7)), 0..10)
}

#[test]
fn a_second_import_changes_nothing() {
    for_all(12, &rows(), async |rows: Vec<(u8, Vec<String>)>| {
        let office = Office::new().await;
        let mut text = HEADER.to_owned();
        for (key, cells) in &rows {
            let quoted: Vec<String> = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
            let [given, family, born, mobile, first, second, needs] = &quoted[..] else { panic!("seven cells") };
            text.push_str(&format!("C-{key},{given},{family},{born},{mobile},{first},{second},,,{needs},\n"));
        }
        office.file("people.csv", &text);
        let tried = office.import(false).await;
        let first = office.import(true).await;
        assert_eq!(counts(&tried), counts(&first));
        assert_eq!(tried.refused, first.refused);
        let after = everything(office.app.db()).await;
        let again = office.import(true).await;
        for (before, now) in counts(&first).iter().zip(counts(&again)) {
            assert_eq!(now, [0, 0, before[0], before[3]], "{again}");
        }
        assert_eq!(first.refused, again.refused);
        assert_same(&after, &everything(office.app.db()).await);
    });
}
