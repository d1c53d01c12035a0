//! What is only said of somebody: of what they are accused, and what they deny in the same breath.

use super::forms::{ACCUSED, ALLEGES};
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
        let [but, who, not] = rest[..] else { return false };
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
}
