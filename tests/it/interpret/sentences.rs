//! Sentences with what must be read from them, from `sentences.txt`: one a line, its parts between bars.
//!
//! The text; the needs that must be found at 50 percent or more; those that must not be found at all, by key or by
//! area, or `*` for all but the ones that must; the circumstances, exactly.

use super::{interpret, line, needs};

const SENTENCES: &str = include_str!("sentences.txt");

#[test]
fn what_people_write_is_understood() {
    let mut wrong = Vec::new();
    let mut rows = 0;
    for row in SENTENCES.lines().filter(|row| !row.is_empty() && !row.starts_with('#')) {
        rows += 1;
        let parts: Vec<&str> = row.split('|').map(str::trim).collect();
        let [text, must, must_not, life] = parts[..] else { panic!("{row:?} has not four parts") };
        let found = interpret(text);
        let (likely, any) = (needs(&found, 50), needs(&found, 0));
        for key in must.split_whitespace().filter(|key| !likely.contains(key)) {
            wrong.push(format!("{text:?} lacks {key}: {likely:?}"));
        }
        for no in must_not.split_whitespace() {
            let bad = |key: &&&str| match no {
                "*" => !must.split_whitespace().any(|must| must == **key),
                no => **key == no || key.split('.').next() == Some(no),
            };
            wrong.extend(any.iter().filter(bad).map(|key| format!("{text:?} has {key}")));
        }
        let said = line(&found.circumstances());
        if said != life {
            wrong.push(format!("{text:?} says {said:?}, not {life:?}"));
        }
    }
    assert!(rows >= 200, "{rows}");
    assert!(wrong.is_empty(), "{} wrong in {rows}:\n{}", wrong.len(), wrong.join("\n"));
}
