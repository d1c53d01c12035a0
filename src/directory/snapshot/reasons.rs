//! Why a text was found: which of its words stand for which word of the question, where, and how. Pure.
//!
//! The texts are cut into words as they were when they were indexed, and a word stands for another by the rules of
//! [`super::postings`]: whatever the index finds can be explained, and nothing else is.

use std::ops::Range;

use super::postings::{Field, How, Stems, Understood, slips_between};
use super::text::{Written, written};
use crate::directory::needs::NeedIndex;

/// Longest excerpt, in bytes, but for the marks that something was left out; texts up to this length stand whole.
const EXCERPT: usize = 160;
/// How much of the text stands before the word, where it is cut, in bytes.
const BEFORE: usize = 50;
/// What stands for text that was left out.
const LEFT_OUT: &str = "…";

/// Which text of a service a word stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Its name, or another name of it.
    Name,
    /// A name of its agency.
    Agency,
    /// The name of a need that it meets.
    Need(NeedIndex),
    /// Another word for a need that it meets.
    Synonym(NeedIndex),
    /// Its summary.
    Summary,
    /// Its description.
    Description,
}

impl Place {
    /// What the index has it as.
    #[must_use]
    pub const fn field(self) -> Field {
        match self {
            Self::Name => Field::Name,
            Self::Agency => Field::Agency,
            Self::Need(_) | Self::Synonym(_) => Field::Need,
            Self::Summary | Self::Description => Field::Other,
        }
    }
}

/// Why one word of the question was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The word, folded.
    pub word: String,
    /// Where the best of the words that stand for it is.
    pub place: Place,
    /// How that stands for it.
    pub how: How,
    /// The text around that, as it is written; `…` stands for what was left out.
    pub excerpt: String,
    /// The words of the excerpt that stand for it: bytes, in order, never overlapping.
    pub spans: Vec<Range<usize>>,
}

/// A word of a text with its stem.
struct Word {
    written: Written,
    stem: String,
}

/// A word that was asked for.
struct Asked<'a> {
    word: &'a str,
    stem: String,
    understood: Understood,
}

impl Asked<'_> {
    /// How this word of a text stands for it, if it does.
    fn how(&self, word: &Word) -> Option<How> {
        let text = word.written.text.as_str();
        match self.understood {
            Understood::AsWritten if text == self.word => Some(How::Exact),
            Understood::AsWritten if word.stem == self.stem => Some(How::Form),
            Understood::AsWritten => text.starts_with(self.word).then_some(How::Beginning),
            Understood::Slips(slips) => slips_between(self.word, text, slips).then_some(How::Spelling),
            Understood::Unknown => None,
        }
    }
}

/// Why a service with these texts was found by these words: for each word the best place, by the plainest word of it.
/// Words that none of the texts answers to are left out.
#[must_use]
pub fn reasons(asked: &[(String, Understood)], texts: &[(Place, &str)]) -> Vec<Reason> {
    let stems = Stems::default();
    let word = |written: Written| Word { stem: stems.stem(&written.text), written };
    let texts: Vec<(Place, &str, Vec<Word>)> =
        texts.iter().map(|(place, text)| (*place, *text, written(text).into_iter().map(word).collect())).collect();
    let mut found: Vec<Reason> = Vec::with_capacity(asked.len());
    for (word, understood) in asked {
        if found.iter().any(|known| known.word == *word) {
            continue;
        }
        let asked = Asked { word, stem: stems.stem(word), understood: *understood };
        let best = texts
            .iter()
            .enumerate()
            .filter_map(|(number, (place, _, words))| {
                let ways = words.iter().filter_map(|word| Some((asked.how(word)?, word.written.span().start)));
                let (how, at) = ways.min()?;
                Some((place.field(), how, *place, number, at))
            })
            .min();
        let Some((_, how, place, number, at)) = best else { continue };
        let Some((_, text, words)) = texts.get(number) else { continue };
        let spans = words.iter().filter(|word| asked.how(word).is_some()).map(|word| word.written.span());
        let (excerpt, spans) = excerpt(text, at, spans);
        found.push(Reason { word: word.clone(), place, how, excerpt, spans });
    }
    found
}

/// The text around the word that begins at this byte, with those of these spans that stand in it.
fn excerpt(text: &str, at: usize, spans: impl Iterator<Item = Range<usize>>) -> (String, Vec<Range<usize>>) {
    let window = window(text, at);
    let before = if window.start > 0 { LEFT_OUT } else { "" };
    let after = if window.end < text.len() { LEFT_OUT } else { "" };
    let shown = text.get(window.clone()).unwrap_or_default();
    let mut moved: Vec<Range<usize>> = Vec::new();
    for span in spans {
        // A word without an end is cut with the excerpt; any other is in it whole or not at all.
        let whole = window.start <= span.start && span.end <= window.end;
        if !whole && span.start != at {
            continue;
        }
        let span = span.start.max(window.start)..span.end.min(window.end);
        let span = span.start - window.start + before.len()..span.end - window.start + before.len();
        // One letter as written can be several words once folded, as ½ is.
        if span.start < span.end && moved.last().is_none_or(|last| last.end <= span.start) {
            moved.push(span);
        }
    }
    (format!("{before}{shown}{after}"), moved)
}

/// The part of a text to show around a byte: cut between words where there is a gap.
fn window(text: &str, at: usize) -> Range<usize> {
    if text.len() <= EXCERPT {
        return 0..text.len();
    }
    let part = |range: Range<usize>| text.get(range).unwrap_or_default();
    let from = text.ceil_char_boundary(at.saturating_sub(BEFORE).min(text.len() - EXCERPT));
    let to = text.floor_char_boundary(from + EXCERPT);
    let gap = if from == 0 { None } else { part(from..at).find(char::is_whitespace) };
    let start = gap.map_or(from, |gap| at - part(from + gap..at).trim_start().len());
    let gap = if to == text.len() { None } else { part(at..to).rfind(char::is_whitespace) };
    let end = gap.map_or(to, |gap| at + part(at..at + gap).trim_end().len());
    start..end
}
