//! Cursors: what callers send back as `after`, and what we gave them.

#![no_main]

use arbitrary::Arbitrary;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use libfuzzer_sys::fuzz_target;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use signpost::api::paging::{Cursor, PageArgs, PageSize};

const SIZE: PageSize = PageSize { default: 20, most: 100 };

/// The shapes of the keys that lists have.
#[derive(Arbitrary, Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Key {
    Name(String, [u8; 16]),
    UpdatedAt(i64, [u8; 16]),
    Position(u32),
    Rank(u8, u32, u32),
}

#[derive(Arbitrary, Debug)]
enum Input {
    /// Whatever a caller sends.
    Sent(String),
    /// A cursor whose JSON somebody changed.
    Forged(Vec<u8>),
    /// One of ours: print of its question, instant, key.
    Ours { print: [u8; 8], at: i64, now: i64, key: Key, first: Option<i32> },
}

fn read<K: Serialize + DeserializeOwned>(text: &str) -> Option<Cursor<K>> {
    PageArgs::<K>::check(None, Some(text), SIZE).ok().map(|args| args.after.expect("a page after a cursor"))
}

fn check_any<K: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug + Clone>(text: &str) {
    let Some(cursor) = read::<K>(text) else { return };
    let again = cursor.encode();
    assert_eq!(read::<K>(&again).as_ref(), Some(&cursor), "what was read does not read back: {again}");
    // Whatever instant it holds, the question is asked at one that can be.
    let args = PageArgs { first: 1, after: Some(cursor) };
    let now = DateTime::<Utc>::UNIX_EPOCH;
    let asked = args.asked_at(now);
    if args.belongs_to([0; 8], now).is_ok() {
        assert!(asked <= now, "{asked} is to come");
    }
}

fuzz_target!(|input: Input| match input {
    Input::Sent(text) => {
        check_any::<Key>(&text);
        check_any::<u32>(&text);
        check_any::<String>(&text);
    }
    Input::Forged(json) => {
        let text = URL_SAFE_NO_PAD.encode(json);
        check_any::<Key>(&text);
        check_any::<u32>(&text);
        check_any::<String>(&text);
    }
    Input::Ours { print, at, now, key, first } => {
        let (Some(at), Some(now)) = (DateTime::from_timestamp_millis(at), DateTime::from_timestamp_millis(now)) else {
            return;
        };
        let args = PageArgs::<Key>::check(first, None, SIZE);
        assert_eq!(args.is_ok(), first.is_none_or(|first| (1..=100).contains(&first)));
        for cursor in [Cursor::new(print, at, key.clone()), Cursor::timeless(print, key)] {
            let text = cursor.encode();
            let Some(read) = read::<Key>(&text) else {
                assert!(text.len() > 2_000, "one of ours is refused: {text}");
                return;
            };
            assert_eq!(read, cursor);
            let args = PageArgs { first: 1, after: Some(cursor) };
            let mut other = print;
            other[0] ^= 1;
            assert!(args.belongs_to(other, now).is_err(), "another question's is taken");
            assert_eq!(args.belongs_to(print, now).is_ok(), args.asked_at(now) <= now);
        }
    }
});
