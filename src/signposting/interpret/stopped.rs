//! Whether somebody who has stopped drinking or using has: "stopped in March, started again in June", "last used
//! yesterday".

use super::hold::Hold;
use super::scope::Scope;
use super::tokens::{Gap, Mark};
use super::vocabulary::{IF, NEVER, NOT, NUMBER, WANT};

/// How many words behind "last used" may say when.
const WHEN: usize = 3;
/// How many words before "started again" may deny it.
const DENIED: usize = 3;

impl Scope<'_> {
    /// Whether somebody of whom a phrase says that they have stopped uses all the same.
    pub(super) fn uses_after_all(&self, first: usize, last: usize) -> bool {
        self.used_just_now(first, last) || self.started_again(last)
    }

    /// Whether a phrase with "last" only asks: "when did you last use?".
    pub(super) fn asks_when(&self, first: usize) -> bool {
        let mut part = (0..=first)
            .rev()
            .take_while(|at| self.words.get(at + 1).is_none_or(|next| *at == first || next.gap == Gap::None));
        part.any(|at| {
            self.token_at(at) == "when"
                && self.words.get(at).is_some_and(|word| {
                    matches!(self.tokens.at(word.token as usize + 1), "did" | "was" | "do" | "have")
                })
        })
    }

    /// Whether somebody only wants to be or to stay what begins here, or is asked to be: "trying to stay off the drink",
    /// "do I have to be clean?". "I want to be clean" says by itself that they are not.
    pub(super) fn only_strives(&self, first: usize, hold: Hold) -> bool {
        let Some(word) = self.words.get(first) else { return false };
        let here = word.token as usize;
        let linked = |at: usize| self.tokens.list.get(at).is_some_and(|token| at > 0 && token.gap == Gap::None);
        let stays = |word: &str| matches!(word, "stay" | "staying" | "keep" | "keeping" | "remain" | "remaining");
        let before = if linked(here) { self.tokens.at(here - 1) } else { "" };
        if hold == Hold::Wanted {
            return stays(before) || stays(self.tokens.at(here));
        }
        let to = linked(here) && linked(here - 1) && self.tokens.at(here - 2) == "to";
        to && matches!(before, "be" | "stay" | "get")
    }

    /// "Last used yesterday", "when did you last use? Today".
    pub(super) fn used_just_now(&self, first: usize, last: usize) -> bool {
        if !(first..=last).any(|at| self.token_at(at) == "last") {
            return false;
        }
        let goes_on = |at: &usize| {
            let word = self.words.get(*at);
            word.is_some_and(|word| {
                word.gap != Gap::Stop
                    || self.tokens.list.get(word.token as usize).is_some_and(|token| token.mark == Mark::Answers)
            })
        };
        let mut rest = (last + 1..=last + WHEN).take_while(goes_on);
        rest.any(|at| match self.token_at(at) {
            "yesterday" | "today" | "tonight" | "earlier" | "hours" | "hour" | "hrs" => true,
            "morning" => self.token_at(at - 1) == "this",
            "night" => self.token_at(at - 1) == "last",
            _ => false,
        })
    }

    /// "… started again", said of nothing else and not denied.
    fn started_again(&self, last: usize) -> bool {
        let rest: Vec<usize> = (last + 1..self.words.len())
            .take_while(|at| self.words.get(*at).is_some_and(|word| word.gap != Gap::Stop))
            .collect();
        let again = rest.iter().zip(rest.iter().skip(1)).position(|(begun, again)| {
            let begun = self.token_at(*begun);
            self.token_at(*again) == "again"
                && matches!(begun, "started" | "restarted" | "began" | "drinking" | "using")
        });
        let Some(started) = again else { return false };
        let between = rest.get(..started).unwrap_or_default();
        // "But the panic attacks started again".
        let named = between.iter().any(|at| {
            let word = self.words.get(*at);
            let when = matches!(
                self.token_at(at - 1),
                "in" | "on" | "at" | "over" | "since" | "last" | "until" | "for" | "by"
            );
            word.is_some_and(|word| word.role == 0 && word.sym != NUMBER) && !when
        });
        let denied = between.iter().rev().take(DENIED).any(|at| {
            self.words.get(*at).is_some_and(|word| word.is(NOT | NEVER | IF | WANT)) || self.token_at(*at) == "nearly"
        });
        !named && !denied
    }
}
