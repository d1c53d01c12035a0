//! The first look at a query: its words, signs and brackets, in one pass and without recursion.
//!
//! The parser recurses into brackets and builds a tree many times the size of the text, so a
//! query that is too long or too deep is found before it sees it.

use async_graphql::Pos;

use super::{Rejection, RejectionKind};

/// Most brackets of any kind open at once. The parser itself stops at 64 selection sets; lists,
/// objects and types it would follow down without end.
const MAX_OPEN: usize = 64;

/// Counts words, signs and open brackets. A string counts as one word; one that is not closed is
/// left for the parser to complain of.
pub(super) fn scan(query: &str, max_tokens: usize) -> Result<(), Rejection> {
    let bytes = query.as_bytes();
    let (mut next, mut tokens, mut open) = (0, 0_usize, 0_usize);
    while let Some(&byte) = bytes.get(next) {
        let start = next;
        next += 1;
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b',' => continue,
            b'#' => {
                next = end_of(bytes, next, |b| b != b'\n' && b != b'\r');
                continue;
            }
            b'{' | b'(' | b'[' => open += 1,
            b'}' | b')' | b']' => open = open.saturating_sub(1),
            b'"' => next = end_of_string(bytes, start),
            b if is_word(b) => next = end_of(bytes, next, is_word),
            _ => {}
        }
        tokens += 1;
        let exhausted = |message| Err(Rejection::new(RejectionKind::Exhausted, message, Some(position(query, start))));
        if open > MAX_OPEN {
            return exhausted(format!("The query has more than {MAX_OPEN} brackets open at once."));
        }
        if tokens > max_tokens {
            return exhausted(format!(
                "The query has more than {max_tokens} words and signs, which is the most allowed."
            ));
        }
    }
    Ok(())
}

/// What belongs to a name or a number; generously, so that nothing odd counts twice.
const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'.') || byte >= 0x80
}

/// The first place from `start` on where the bytes are no longer as wanted.
fn end_of(bytes: &[u8], start: usize, wanted: impl Fn(u8) -> bool) -> usize {
    bytes.iter().skip(start).position(|&b| !wanted(b)).map_or(bytes.len(), |length| start + length)
}

/// The place after the string that starts here: after its closing quotation marks, or where it
/// breaks off.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    let is_block = rest.starts_with(br#"""""#);
    let mut at = if is_block { 3 } else { 1 };
    while let Some(tail) = rest.get(at..).filter(|tail| !tail.is_empty()) {
        at += match tail {
            [b'\\', b'"', b'"', b'"', ..] if is_block => 4,
            [b'"', b'"', b'"', ..] if is_block => return start + at + 3,
            [b'\\', _, ..] if !is_block => 2,
            [b'"', ..] if !is_block => return start + at + 1,
            [b'\n' | b'\r', ..] if !is_block => return start + at,
            _ => 1,
        };
    }
    bytes.len()
}

/// Line and column of a place, both counted from 1.
fn position(query: &str, offset: usize) -> Pos {
    let before = query.get(..offset).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    Pos {
        line: before.matches('\n').count() + 1,
        column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
    }
}
