//! What is said of nobody, or only said: of what somebody is accused, what they deny in the same breath, what they are
//! asked, and whom they saw.

use super::forms::{ACCUSED, ALLEGES, PERSON, SEES};
use super::scope::Scope;
use super::tokens::Gap;
use super::vocabulary::{BREAK, I, KIN, LIGHT, NEVER, NOT, STRANGER, TELLS, THEY};

/// How many words back one who says so is looked for.
const REACH: usize = 7;
/// How many words "but I wasn't" has, and may lead from "accused" to what somebody did.
const NEAR: usize = 3;

impl Scope<'_> {
    /// Whether it is denied right behind what ends here: "they said I was drunk but I wasn't".
    pub(super) fn denied_after(&self, last: usize) -> bool {
        let rest: Vec<usize> = (last + 1..self.words.len())
            .skip_while(|at| self.words.get(*at).is_some_and(|word| word.is(LIGHT) && !word.is(I | BREAK)))
            .take(NEAR)
            .collect();
        let [but, who, not] = *rest.as_slice() else { return false };
        let ends = self.words.get(not + 1).is_none_or(|next| next.gap != Gap::None);
        let is = |at: usize, role| self.words.get(at).is_some_and(|word| word.gap != Gap::Stop && word.is(role));
        self.token_at(but) == "but" && is(who, I | THEY) && is(not, NOT | NEVER) && ends
    }

    /// Whether what begins here is what somebody was accused of or sentenced for: "arrested for DV".
    pub(super) fn is_accused(&self, first: usize) -> bool {
        let mut at = first;
        for _ in 0..NEAR {
            if self.words.get(at).is_none_or(|word| at == 0 || word.gap != Gap::None || word.is(I | KIN | STRANGER)) {
                return false;
            }
            at -= 1;
            if self.words.get(at).is_some_and(|word| self.is(word, ACCUSED)) {
                return true;
            }
        }
        false
    }

    /// Whether what begins here is only what others say of somebody: "my ex says I hit her", "accused of".
    pub(super) fn is_alleged(&self, first: usize) -> bool {
        let (mut at, mut by) = (first, false);
        for _ in 0..REACH {
            if self.words.get(at).is_none_or(|word| at == 0 || word.gap != Gap::None) {
                return false;
            }
            at -= 1;
            let Some(word) = self.words.get(at) else { return false };
            if self.is(word, ALLEGES) || (by && word.is(KIN | STRANGER)) {
                return true;
            }
            by |= word.is(TELLS);
        }
        false
    }

    /// Whether these words say of what somebody was accused, and not that it was done to "me".
    pub(super) fn tells_of_accused(&self, first: usize, last: usize) -> bool {
        let named = (first..=last).any(|at| self.words.get(at).is_some_and(|word| self.is(word, ACCUSED)));
        (named || self.is_accused(first)) && !self.done_to_me(first, last)
    }

    /// Whether nothing is said by a question of a form: "LGBT - not disclosed", nor by one that is asked of somebody:
    /// "are you homeless?", where they do not say yes.
    pub(super) fn not_told(&self, first: usize, last: usize) -> bool {
        let answer = self.words.get(last + 1).filter(|answer| answer.gap != Gap::None);
        let known = matches!(
            self.token_at(last + 2),
            "disclosed" | "known" | "assessed" | "stated" | "recorded" | "asked" | "applicable" | "sure"
        );
        let silent = answer.is_some_and(|answer| {
            self.token(answer) == "not" && known || matches!(self.token(answer), "unknown" | "tbc")
        });
        let yes = answer.is_some_and(|answer| {
            matches!(
                self.token(answer),
                "yes" | "yeah" | "yep" | "yh" | "y" | "aye" | "ye" | "sometimes" | "daily" | "every"
            )
        });
        silent || self.asks_you(first) && !yes
    }

    /// Whether "do you" or "are you" stands right before.
    fn asks_you(&self, first: usize) -> bool {
        let Some(here) = self.words.get(first).map(|word| word.token as usize) else { return false };
        let before = |back: usize| {
            let from = here.checked_sub(back)?;
            let linked =
                (from + 1..=here).all(|at| self.tokens.list.get(at).is_some_and(|token| token.gap == Gap::None));
            linked.then(|| self.tokens.at(from))
        };
        let small =
            |word: Option<&str>| matches!(word, Some("a" | "an" | "any" | "currently" | "ever" | "still" | "on"));
        let on = if small(before(1)) { 2 } else { 1 };
        let head = here
            .checked_sub(on + 1)
            .is_some_and(|at| at == 0 || self.tokens.list.get(at).is_some_and(|token| token.gap != Gap::None));
        matches!(before(on), Some("you" | "u"))
            && matches!(before(on + 1), Some("do" | "are" | "have" | "did" | "were"))
            && head
    }

    /// Whether somebody who was seen stands here: "I saw a man …".
    pub(super) fn is_seen(&self, at: usize) -> bool {
        let person = self.words.get(at).is_some_and(|word| self.is(word, PERSON) && !word.is(I));
        let linked = |at: &usize| self.words.get(at + 1).is_some_and(|next| next.gap == Gap::None);
        let mut before = (at.saturating_sub(NEAR)..at).rev().take_while(linked);
        person && before.any(|at| self.forms.is(self.token_at(at), SEES)) && !self.described
    }
}
