//! A text as words: folded, each with where it stands and what stands before it.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// A range of bytes in the text that was interpreted. Both ends stand on character boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Its first byte.
    pub start: usize,
    /// The byte behind its last.
    pub end: usize,
}

impl Span {
    /// The text it stands for; empty where it is not of that text.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or_default()
    }

    pub(super) fn to(self, last: Self) -> Self {
        Self { start: self.start, end: last.end.max(self.end) }
    }
}

/// What separates a word from the one before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gap {
    /// A space, a hyphen, or nothing.
    #[default]
    None,
    /// A comma, a dash, a bracket: another part of the same sentence.
    Pause,
    /// The end of a sentence or of a line.
    Stop,
}

/// A question mark before a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mark {
    /// There is none.
    #[default]
    None,
    /// The word may answer a question: "Veteran? No".
    Answers,
    /// The word is itself in question, as professionals note it: "?domestic abuse".
    Queries,
}

/// One word.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    /// Where it stands in the text.
    pub(super) span: Span,
    /// What separates it from the word before.
    pub(super) gap: Gap,
    /// What question mark stands before it.
    pub(super) mark: Mark,
    /// Whether it ends in an apostrophe and an s: "pal's".
    pub(super) owns: bool,
    folded: (u32, u32),
}

/// All words of a text.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    folded: String,
    pub(super) list: Vec<Token>,
}

const APOSTROPHES: [char; 6] = ['\'', '’', '‘', '`', '´', 'ʼ'];
/// What an apostrophe may cut from a pronoun without changing of whom it speaks: I'll, they're, could've.
const CONTRACTED: [&str; 5] = ["ll", "d", "re", "ve", "m"];

impl Tokens {
    /// The words of a text. Case, accents and apostrophes are gone; "I'm" and "I'll" are `i`, "don't" is `dont`.
    pub(super) fn of(text: &str) -> Self {
        let mut tokens = Self { folded: String::with_capacity(text.len()), list: Vec::with_capacity(text.len() / 5) };
        let (mut gap, mut mark) = (Gap::None, Mark::None);
        let mut chars = text.char_indices().peekable();
        while let Some((start, c)) = chars.next() {
            if !c.is_alphanumeric() {
                let (before, after) = (text.get(..start), text.get(start + c.len_utf8()..));
                gap = gap.max(separation(c, before, after));
                // "Pregnant: N  Veteran: Y": forms part their questions by space.
                if c == '\t' || c == ' ' && before.is_some_and(|before| before.ends_with(' ')) {
                    gap = gap.max(Gap::Pause);
                }
                if c == '?' {
                    mark = if queries(before, after) { Mark::Queries } else { Mark::Answers };
                }
                if (c == '&' || c == '+') && !tokens.list.is_empty() {
                    let from = tokens.folded.len();
                    tokens.folded.push_str("and");
                    tokens.push(Span { start, end: start + c.len_utf8() }, (gap, mark), from);
                    (gap, mark) = (Gap::None, Mark::None);
                }
                continue;
            }
            let from = tokens.folded.len();
            let mut end = start + c.len_utf8();
            // Where the letters behind the last apostrophe begin, in the folded text.
            let mut cut = None;
            fold(c, &mut tokens.folded);
            while let Some(&(at, next)) = chars.peek() {
                if APOSTROPHES.contains(&next) {
                    cut = Some(tokens.folded.len());
                } else if next.is_alphanumeric() {
                    fold(next, &mut tokens.folded);
                } else if joins(text, at, next) {
                    // The points of a time are kept, those of N.F.A. are not.
                    if tokens.folded.ends_with(|c: char| c.is_ascii_digit()) {
                        tokens.folded.push(next);
                    }
                } else if !is_combining_mark(next) {
                    break;
                }
                // An apostrophe at the end of a word is none of it.
                if !APOSTROPHES.contains(&next) {
                    end = at + next.len_utf8();
                }
                chars.next();
            }
            if let Some(cut) = cut.filter(|cut| *cut > from)
                && tokens.folded.get(cut..).is_some_and(|rest| CONTRACTED.contains(&rest))
            {
                tokens.folded.truncate(cut);
            }
            if tokens.folded.len() > from {
                tokens.push(Span { start, end }, (gap, mark), from);
                (gap, mark) = (Gap::None, Mark::None);
                if let (Some(cut), Some(token)) = (cut.filter(|cut| *cut > from), tokens.list.last_mut()) {
                    token.owns = tokens.folded.get(cut..) == Some("s");
                }
            }
        }
        tokens
    }

    fn push(&mut self, span: Span, (gap, mark): (Gap, Mark), from: usize) {
        // A text is far shorter than 4 GiB: its length was checked.
        let folded = (u32::try_from(from).unwrap_or(0), u32::try_from(self.folded.len()).unwrap_or(0));
        self.list.push(Token { span, gap, mark, owns: false, folded });
    }

    /// A word as it is compared.
    pub(super) fn word(&self, token: &Token) -> &str {
        self.folded.get(token.folded.0 as usize..token.folded.1 as usize).unwrap_or_default()
    }

    /// The word at a place; empty where there is none.
    pub(super) fn at(&self, index: usize) -> &str {
        self.list.get(index).map_or("", |token| self.word(token))
    }
}

/// Adds the lower-case letters of a character, without accents.
fn fold(c: char, out: &mut String) {
    if c.is_ascii() {
        out.push(c.to_ascii_lowercase());
    } else {
        for lower in c.to_lowercase() {
            decompose_compatible(lower, |part| {
                if part.is_alphanumeric() && !is_combining_mark(part) {
                    out.push(part);
                }
            });
        }
    }
}

/// Whether a character between two of a word belongs to it: the points of 10.30, 10:30 and N.F.A.
fn joins(text: &str, at: usize, c: char) -> bool {
    let (Some(before), Some(after)) = (text.get(..at), text.get(at + c.len_utf8()..)) else { return false };
    let (mut back, mut on) = (before.chars().rev(), after.chars());
    let (last, next) = (back.next().unwrap_or(' '), on.next().unwrap_or(' '));
    match c {
        '.' | ':' if last.is_ascii_digit() && next.is_ascii_digit() => true,
        '.' => {
            last.is_alphabetic()
                && next.is_alphabetic()
                && !back.next().is_some_and(char::is_alphanumeric)
                && !on.next().is_some_and(char::is_alphanumeric)
        }
        _ => false,
    }
}

/// How the names of web sites end.
const DOMAINS: [&str; 5] = ["uk", "co", "org", "com", "gov"];

/// Whether a text goes on with a part of a web site's name.
fn is_domain(text: &str) -> bool {
    let end = text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len());
    text.get(..end).is_some_and(|label| DOMAINS.iter().any(|domain| label.eq_ignore_ascii_case(domain)))
}

/// Whether a text goes on with the "o" of "y/o".
fn is_of_old(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|c| c.eq_ignore_ascii_case(&'o')) && !letters.next().is_some_and(char::is_alphanumeric)
}

/// Whether a question mark queries the word behind it ("?DV", "? DV" at the head of a line) and does not end a question.
fn queries(before: Option<&str>, after: Option<&str>) -> bool {
    let before = before.unwrap_or_default().trim_end_matches('?');
    let after = after.unwrap_or_default().trim_start_matches('?');
    let apart =
        before.chars().next_back().is_none_or(|c| c.is_whitespace() || matches!(c, '(' | ',' | ';' | ':' | '/' | '-'));
    let heads = before.trim_end_matches(' ').chars().next_back().is_none_or(|c| matches!(c, '\n' | ',' | ';' | '('));
    apart && after.starts_with(char::is_alphanumeric) || heads && after.trim_start().starts_with(char::is_alphanumeric)
}

fn separation(c: char, before: Option<&str>, after: Option<&str>) -> Gap {
    match c {
        '.' if after.is_some_and(is_domain) => Gap::None,
        '.' | '!' | '?' | '\n' | '\r' | '\u{2028}' | '\u{2029}' | '•' => Gap::Stop,
        // "19 y/o" is one age.
        '/' if before.is_some_and(|text| text.ends_with(['y', 'Y'])) && after.is_some_and(is_of_old) => Gap::None,
        ',' | ';' | ':' | '(' | ')' | '[' | ']' | '–' | '—' | '…' | '/' | '|' => Gap::Pause,
        '-' => {
            let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            let inside = word(before.and_then(|text| text.chars().next_back()))
                && word(after.and_then(|text| text.chars().next()));
            if inside { Gap::None } else { Gap::Pause }
        }
        _ => Gap::None,
    }
}
