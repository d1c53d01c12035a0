//! A postcode, or a part of one, in a text.

use super::forms::{Forms, NOT_THERE, PLACED};
use super::said::Found;
use super::tokens::{Gap, Tokens};
use crate::places::{Gazetteer, PostcodeText};

/// Whether a place is one where the person does not want to be or may not be: "not in M14", "banned from M14".
fn is_excluded(tokens: &Tokens, forms: &Forms, index: usize) -> bool {
    index.checked_sub(1).is_some_and(|before| {
        tokens.list.get(index).is_some_and(|token| token.gap == Gap::None) && forms.is(tokens.at(before), NOT_THERE)
    })
}

/// Whether what looks like a district of Birmingham is a vitamin.
fn is_vitamin(tokens: &Tokens, index: usize) -> bool {
    let near = |at: Option<usize>| at.map_or("", |at| tokens.at(at));
    near(index.checked_sub(1)) == "vitamin"
        || ["injection", "jab", "shot", "tablet", "deficien", "level"]
            .iter()
            .any(|word| near(Some(index + 1)).starts_with(word))
}

/// The surest postcode, sector or district in a text whose district exists; of several the first.
///
/// A full postcode is sure at 95 percent, a sector or a district behind a word such as "in" at 85, a district in
/// capitals that stands alone at 70. What is written small and alone is none: `e10` may be anything.
pub(super) fn find(text: &str, tokens: &Tokens, forms: &Forms) -> Option<Found<PostcodeText>> {
    let mut best: Option<Found<PostcodeText>> = None;
    for (index, token) in tokens.list.iter().enumerate() {
        let word = tokens.word(token);
        if !(2..=8).contains(&word.len()) || !word.is_ascii() || !word.bytes().any(|byte| byte.is_ascii_digit()) {
            continue;
        }
        if !word.starts_with(|c: char| c.is_ascii_lowercase()) {
            continue;
        }
        let next = tokens.list.get(index + 1).filter(|next| next.gap == Gap::None);
        let inward = next.filter(|next| {
            let word = tokens.word(next);
            (word.len() == 3 || word.len() == 1) && word.starts_with(|c: char| c.is_ascii_digit())
        });
        let spans = [inward.map(|inward| token.span.to(inward.span)), Some(token.span)];
        for span in spans.into_iter().flatten() {
            let written = span.of(text);
            let Some(code) = PostcodeText::parse(written) else { continue };
            let introduced = index.checked_sub(1).is_some_and(|at| forms.is(tokens.at(at), PLACED));
            let (district, confidence) = match code {
                PostcodeText::Full(code) => (code.district(), 95),
                PostcodeText::Sector(code) if introduced => (code.district(), 85),
                PostcodeText::District(code) if introduced => (code, 85),
                PostcodeText::District(code) if written.chars().all(|c| !c.is_ascii_lowercase()) => (code, 70),
                PostcodeText::Sector(_) | PostcodeText::District(_) | PostcodeText::Area(_) => continue,
            };
            if is_excluded(tokens, forms, if introduced { index - 1 } else { index }) || is_vitamin(tokens, index) {
                break;
            }
            if Gazetteer::embedded().district(district).is_none() {
                continue;
            }
            if best.as_ref().is_none_or(|held| held.confidence < confidence) {
                best = Some(Found { what: code, confidence, words: vec![span] });
            }
            break;
        }
    }
    best
}
