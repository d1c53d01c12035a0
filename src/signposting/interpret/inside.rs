//! Prison and care: who is inside, who is to come out, and whose children are in care.

use std::ops::Range;

use super::clock::weekday;
use super::forms::{CHILD, NO_STAY, OUT};
use super::numbers::Duration;
use super::scope::Scope;
use super::tokens::Gap;
use super::vocabulary::{AND, KIN, LIGHT, NUMBER, OR, SKIP, VAGUE, Word};

/// How many words a prison's name may have.
const NAME: usize = 3;
/// How many words may stand between "when" and "released".
const NEAR: usize = 3;

impl Scope<'_> {
    /// Whether "been" stands before "in", and nothing says that it goes on: who has been in prison is perhaps out, who
    /// has been in prison since June, or for three weeks, is not, unless they go on to say that they are out.
    pub(super) fn been(&self, first: usize, last: usize, durations: &[Duration]) -> bool {
        let is_in = |word: &&Word| word.gap == Gap::None && self.tokens.at(word.token as usize) == "in";
        let linked = self.words.get(first).filter(is_in);
        let before = linked.and_then(|word| word.token.checked_sub(1));
        if before.is_none_or(|before| self.tokens.at(before as usize) != "been") {
            return false;
        }
        // A phrase may have its "since".
        let last =
            last - usize::from(last > first && self.words.get(last).is_some_and(|word| self.token(word) == "since"));
        let Some(next) = self.words.get(last + 1).filter(|next| next.gap == Gap::None) else { return true };
        let next = next.token as usize;
        let goes_on =
            self.tokens.at(next) == "since" || durations.iter().any(|one| (next..=next + 1).contains(&one.first));
        let out = (next..self.tokens.list.len()).any(|at| self.forms.is(self.tokens.at(at), OUT));
        !goes_on || out
    }

    /// Whether a release is still to come here: "when I'm released", "being released on Friday"; not "when I was
    /// released", nor "since being released".
    pub(super) fn is_to_be_released(&self, at: usize) -> bool {
        let Some(word) = self.words.get(at) else { return false };
        let mut index = word.token as usize;
        if !matches!(self.tokens.at(index), "released" | "liberated") {
            return false;
        }
        // "When released I had nothing" is told of the past.
        let rest = self.words.iter().skip(at + 1).take_while(|word| word.gap != Gap::Stop);
        if rest
            .into_iter()
            .any(|word| matches!(self.token(word), "had" | "was" | "were" | "went" | "ended" | "did" | "bail"))
        {
            return false;
        }
        let linked = |at: usize| self.tokens.list.get(at).is_some_and(|token| at > 0 && token.gap == Gap::None);
        // "He's released Friday".
        let soon = (index + 1..=index + 2).any(|at| {
            linked(at)
                && (weekday(self.tokens.at(at)).is_some() || matches!(self.tokens.at(at), "tomorrow" | "next" | "soon"))
        });
        let is = |word: &str| matches!(word, "i" | "im" | "hes" | "shes" | "theyre" | "is");
        let mut ahead = linked(index) && soon && is(self.tokens.at(index - 1));
        for _ in 0..=NEAR {
            if !linked(index) {
                return ahead;
            }
            index -= 1;
            match self.tokens.at(index) {
                "when" | "once" | "until" | "till" | "til" | "before" => return true,
                "be" | "being" | "bein" | "getting" | "gets" => ahead = true,
                "i" | "im" | "he" | "hes" | "she" | "shes" | "they" | "theyre" | "is" | "am" | "are" | "client"
                | "gonna" | "will" | "to" | "get" => {}
                "since" | "after" | "following" | "on" | "upon" | "not" | "never" => return false,
                _ => return ahead,
            }
        }
        ahead
    }

    /// Whether somebody is still to come out by these words: "when I get out of prison".
    pub(super) fn is_to_come_out(&self, first: usize, last: usize) -> bool {
        let out = (first..=last).filter_map(|at| self.words.get(at)).find(|word| self.token(word) == "out");
        let Some(out) = out.map(|word| word.token as usize) else { return false };
        let before = |back: usize| out.checked_sub(back).map_or("", |at| self.tokens.at(at));
        let coming = matches!(before(1), "get" | "gets" | "getting" | "come" | "comes" | "coming");
        coming
            && (2..=NEAR + 1).any(|back| matches!(before(back), "when" | "once" | "until" | "till" | "til" | "before"))
    }

    /// Where the name of a prison ends that somebody is in, if one begins here: "currently HMP Forest Bank".
    pub(super) fn in_named_prison(&self, at: usize) -> Option<usize> {
        let word = self.words.get(at)?;
        let here = word.token as usize;
        if !matches!(self.tokens.at(here), "hmp" | "hmyoi") || !self.heads_part(at) {
            return None;
        }
        // "Was HMP Leeds".
        let before = here.checked_sub(1).filter(|_| word.gap == Gap::None).map_or("", |before| self.tokens.at(before));
        if matches!(before, "was" | "were" | "been" | "of" | "not") {
            return None;
        }
        let goes_on = |at: &usize| self.words.get(*at).is_some_and(|word| word.gap == Gap::None);
        let part: Vec<usize> = (at + 1..self.words.len()).take_while(goes_on).collect();
        if part.iter().any(|at| self.forms.is(self.token_at(*at), NO_STAY | OUT)) {
            return None;
        }
        let name = |at: &&usize| self.words.get(**at).is_some_and(|word| word.role == 0 && word.sym != NUMBER);
        let long = part.iter().take_while(name).count();
        let dated = part.get(long).and_then(|at| self.words.get(*at)).is_some_and(|next| next.sym == NUMBER);
        ((1..=NAME).contains(&long) && !dated).then_some(at + long)
    }

    /// The parts of sentences that say that children are in care: "Children: 2, both in care".
    pub(super) fn children_in_care(&self) -> Vec<Range<usize>> {
        let gap = |at: usize| self.words.get(at).map_or(Gap::Stop, |word| if at == 0 { Gap::Stop } else { word.gap });
        let care = (1..self.words.len()).filter(|at| self.token_at(*at) == "care" && self.token_before(*at) == "in");
        // "In care as a child herself".
        let care = care.filter(|at| self.token_at(at + 1) != "as");
        let part = care.map(|care| (0..=care).rev().find(|at| gap(*at) != Gap::None).unwrap_or(0)..care + 1);
        let of_children = |part: &Range<usize>| {
            let sentence = (0..=part.start).rev().find(|at| gap(*at) == Gap::Stop).unwrap_or(0);
            let they = part.clone().all(|at| self.is_small(at) || at + 1 == part.end);
            they && (sentence..part.end).any(|at| self.is_child(self.token_at(at)))
        };
        part.filter(of_children).collect()
    }

    /// The written word before a word; empty where another part of the sentence ends there.
    fn token_before(&self, at: usize) -> &str {
        let linked = self.words.get(at).filter(|word| word.gap == Gap::None);
        linked.and_then(|word| word.token.checked_sub(1)).map_or("", |before| self.tokens.at(before as usize))
    }

    /// Whether a word says no more than that somebody is: the words of "both are now in".
    fn is_small(&self, at: usize) -> bool {
        let past = matches!(self.token_at(at), "was" | "were" | "been" | "my" | "i" | "im" | "ive");
        let small = |word: &Word| word.is(LIGHT | SKIP | VAGUE | AND | OR | KIN) || word.sym == NUMBER;
        !past && self.words.get(at).is_some_and(|word| small(word) || self.is_child(self.token(word)))
    }

    fn is_child(&self, word: &str) -> bool {
        word == "children"
            || self.forms.is(word, CHILD)
            || word.strip_suffix('s').is_some_and(|one| self.forms.is(one, CHILD))
    }
}
