//! Whether a day or a time is one at which somebody wants to come, or only stands in what they tell.
//!
//! "Mondays are best" and "can come Mondays" say when, "the centre is busy on Mondays" does not. What says when has a
//! word of being free, able or coming beside it, asks for something, or says nothing else.

use std::ops::RangeInclusive;

use super::forms::{ABLE, ATTEND, DENIAL, FREE, Form, Forms, HELD_ON, TAKEN_UP, TIMELY, USAGE, WISHES};
use super::pieces::piece;
use super::tokens::{Gap, Tokens};

/// Whether somebody wants to come at the days or times between these tokens.
pub(super) fn is_meant(tokens: &Tokens, forms: &Forms, first: usize, last: usize) -> bool {
    let part = part(tokens, first, last);
    let asks = |at: usize| asks(tokens, forms, at);
    if part.clone().any(asks) {
        return true;
    }
    if !only_times(tokens, forms, part.clone(), TIMELY) {
        return false;
    }
    // "Drinks: weekends", but "need help with my drinking, weekends".
    let Some(before) = part.start().checked_sub(1).filter(|_| pauses(tokens, *part.start())) else { return true };
    let earlier = self::part(tokens, before, before);
    let only = part.into_iter().any(|at| tokens.at(at) == "only");
    let heads = |at: usize| forms.is(tokens.at(at), TAKEN_UP | USAGE);
    let heading = earlier.clone().any(heads) && !earlier.clone().any(|at| piece(tokens, at).is_some());
    only || !heading || earlier.into_iter().any(asks)
}

/// Whether a denial beside these days or times says that somebody cannot come then: "can't do Fridays", "not Mondays",
/// but not "nobody's home on Mondays".
pub(super) fn is_refusal(tokens: &Tokens, forms: &Forms, first: usize, last: usize) -> bool {
    let part = part(tokens, first, last);
    let cant = |at: usize| matches!(tokens.at(at), "cant" | "cannot" | "wont" | "unavailable" | "busy" | "except");
    part.clone().any(|at| asks(tokens, forms, at) || cant(at) && !is_told_of(tokens, at))
        || only_times(tokens, forms, part, TIMELY | DENIAL)
}

/// Whether nothing but days and times stands before these in their part of a sentence: "mornings are hard with my meds".
pub(super) fn leads(tokens: &Tokens, forms: &Forms, first: usize) -> bool {
    first == 0 || only_times(tokens, forms, *part(tokens, first, first).start()..=first, TIMELY)
}

/// Whether it is said so many words before a day or less that somebody is busy: "I'm busy on Mondays".
pub(super) fn is_busy(tokens: &Tokens, index: usize, back: usize) -> bool {
    let from = *part(tokens, index, index).start();
    (index.saturating_sub(back).max(from)..index).any(|at| tokens.at(at) == "busy" && !is_told_of(tokens, at))
}

/// Whether what is "busy" or the like is somebody else than the one who is to come: "the centre is busy".
fn is_told_of(tokens: &Tokens, at: usize) -> bool {
    if tokens.at(at) != "busy" {
        return false;
    }
    let from = *part(tokens, at, at).start();
    let small =
        |word: &str| matches!(word, "is" | "am" | "are" | "always" | "usually" | "really" | "very" | "too" | "so");
    let who = (from..at).rev().map(|at| tokens.at(at)).find(|word| !small(word));
    // "Mondays are busy": the day itself.
    let day = piece(tokens, from).is_some_and(|(_, len)| from + len <= at);
    let person = |who| matches!(who, "i" | "im" | "we" | "he" | "hes" | "she" | "shes" | "client" | "but" | "and");
    !day && !who.is_none_or(person)
}

/// Whether a word asks for something, or says that somebody is free, able or coming.
fn asks(tokens: &Tokens, forms: &Forms, at: usize) -> bool {
    let is = |at: usize, which: Form| forms.is(tokens.at(at), which);
    let (word, next) = (tokens.at(at), tokens.at(at + 1));
    let before = at.checked_sub(1).map_or("", |before| tokens.at(before));
    // "Do you open", and "the support".
    let question = word == "do" && matches!(next, "you" | "they" | "we" | "i" | "he" | "she" | "it" | "the");
    let group =
        is(at, HELD_ON) && (matches!(before, "a" | "any" | "another" | "some") || matches!(next, "that" | "which"));
    let like = word == "like" && matches!(before, "i" | "would" | "id" | "wed" | "hed" | "shed");
    let named = matches!(before, "the" | "my" | "his" | "her" | "their" | "our" | "this" | "that");
    (is(at, FREE | ABLE | ATTEND | WISHES) && !question && !named) || group || like
}

/// Whether nothing but days, times and words that go with them stands here.
fn only_times(tokens: &Tokens, forms: &Forms, part: RangeInclusive<usize>, small: Form) -> bool {
    let (mut at, last) = part.into_inner();
    while at <= last {
        match piece(tokens, at) {
            Some((_, len)) => at += len,
            // A postcode says where.
            None if forms.is(tokens.at(at), small) || tokens.at(at).bytes().any(|byte| byte.is_ascii_digit()) => {
                at += 1
            }
            None => return false,
        }
    }
    true
}

/// The part of a sentence in which these tokens stand, until a comma, "so", "but" or "because".
fn part(tokens: &Tokens, first: usize, last: usize) -> RangeInclusive<usize> {
    let ends = |at: usize| {
        tokens.list.get(at).is_none_or(|token| {
            token.gap != Gap::None || matches!(tokens.word(token), "so" | "but" | "cos" | "coz" | "because")
        })
    };
    let from = (1..=first).rev().find(|at| ends(*at)).unwrap_or(0);
    let to = (last + 1..tokens.list.len()).find(|at| ends(*at)).unwrap_or(tokens.list.len());
    from..=to.saturating_sub(1)
}

/// Whether a comma, a colon or the like stands before a token.
fn pauses(tokens: &Tokens, at: usize) -> bool {
    tokens.list.get(at).is_some_and(|token| token.gap == Gap::Pause)
}
