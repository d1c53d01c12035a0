//! Of whom a word speaks, and what reaches it from before: a denial, a wish, a doubt.
//!
//! Of whom: sentences speak of the person unless they say otherwise. "I" speaks of the person; a relative at the head
//! of a clause ("my son", "worried about my partner") takes over until the sentence ends or "I" comes; "he", "she" and
//! "they" go back to the relative that was named, and where nobody writes of themselves, or a worker writes of a
//! client, they are the person. "My ex threw me out, …" speaks of the person again after the comma.
//!
//! What reaches a word: the nearest denial before it in the same part of the sentence, unless a word that ends its
//! reach stands between. The table is `Scope::hold`; which words do what is data (`[roles]` of the lexicon).

use super::tokens::{Gap, Tokens};
use super::vocabulary::{
    AND, BESIDE, BREAK, CANT, CLIENT, GONE, HAVE, I, IF, KIN, LACK, LIGHT, ME, MINE, NEVER, NOT, OR, PAST, THEY, TOPIC,
    WANT, Word,
};

/// How many words back a denial is looked for.
const REACH: usize = 7;
/// How many words that say something may stand between "no" and what is missing.
const REACH_OF_LACK: usize = 2;
/// How many words on a list may go until its "or".
const REACH_OF_LIST: usize = 6;

/// Of whom something is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// The one who writes, or whom a telegram of a sentence is about.
    Person,
    /// The person, as a worker writes of them: "he", "client".
    Client,
    /// Somebody close to the person.
    Relative,
    /// Anybody else.
    Other,
}

/// Whether something is so, or only feared or supposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// It is so.
    None,
    /// It is feared: "scared I'll …", "might …".
    Feared,
    /// It is supposed: "if …".
    Supposed,
}

/// What a word is held by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    /// Nothing.
    Free,
    /// A wish: "need …".
    Wanted,
    /// "I have …", right before it.
    Had,
    /// "not …".
    Denied,
    /// "never …".
    Never,
    /// "no …", "without …".
    Lacking,
    /// "can't …".
    Cant,
    /// "don't need …".
    NotNeeded,
    /// "don't want …".
    NotWanted,
    /// "used to …".
    Past,
}

/// Of whom and in which light each word of a text speaks.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    words: &'a [Word],
    tokens: &'a Tokens,
    who: Vec<Who>,
    /// Whether the text speaks of the person in the third person.
    pub(super) described: bool,
    /// Whether a relative is spoken of.
    pub(super) relatives: bool,
}

impl<'a> Scope<'a> {
    /// Looks through a text once.
    pub(super) fn of(words: &'a [Word], tokens: &'a Tokens) -> Self {
        let client = words.iter().any(|word| word.is(CLIENT));
        let described = client || !words.iter().any(|word| word.is(I | ME | MINE));
        let usual = if client { Who::Client } else { Who::Person };
        let mut scope = Self { words, tokens, who: Vec::with_capacity(words.len()), described, relatives: false };
        let mut now = usual;
        // Whether what the relative does, it does to the person, or the relative is only what it is about.
        let mut passing = false;
        // Where the relative took over.
        let mut since = 0;
        for (at, word) in words.iter().enumerate() {
            if word.gap == Gap::Stop || (passing && (word.gap == Gap::Pause || word.is(AND))) {
                (now, passing) = (usual, false);
            }
            if word.is(I) {
                (now, passing) = (usual, false);
            } else if word.is(THEY) {
                passing = false;
                now = match (scope.relatives, described) {
                    (true, _) => Who::Relative,
                    (false, true) => Who::Client,
                    (false, false) => Who::Other,
                };
            } else if word.is(KIN) {
                if let Some(topic) = scope.heads(at) {
                    (now, passing, since) = (Who::Relative, topic, at);
                    scope.relatives = true;
                }
            } else if word.is(ME) && now == Who::Relative {
                // "My partner kicked me out": what happened to the person.
                scope.who.iter_mut().skip(since).for_each(|who| *who = usual);
                passing = true;
            } else if word.is(GONE) {
                passing = true;
            }
            scope.who.push(now);
        }
        scope
    }

    /// Whether a relative stands at the head of a clause; `true` inside where it is only what the clause is about.
    fn heads(&self, at: usize) -> Option<bool> {
        // "Mum of two", "I'm a dad" are the person.
        if self.words.get(at + 1).is_some_and(|next| self.tokens.at(next.token as usize) == "of") {
            return None;
        }
        let mut index = at;
        loop {
            let word = self.words.get(index)?;
            if index == 0 || word.gap != Gap::None {
                return Some(false);
            }
            index -= 1;
            let before = self.words.get(index)?;
            if before.is(TOPIC) {
                return Some(true);
            }
            if before.is(AND | BREAK | OR | IF) {
                return Some(false);
            }
            if before.is(BESIDE | I) || !before.is(LIGHT | MINE) {
                return None;
            }
        }
    }

    /// Of whom a word speaks.
    pub(super) fn who(&self, at: usize) -> Who {
        self.who.get(at).copied().unwrap_or(Who::Person)
    }

    /// Of whom a phrase speaks: one that begins with "he" or "my son" says so itself, and speaks to the person.
    pub(super) fn who_of_phrase(&self, first: usize) -> Who {
        match self.words.get(first) {
            Some(word) if word.is(THEY | KIN) => Who::Person,
            Some(_) | None => self.who(first),
        }
    }

    /// Whether a word stands under "worried that" or "scared of" (`Feared`), or under "if" (`Supposed`).
    pub(super) fn doubt(&self, at: usize) -> Doubt {
        if self.words.get(at).is_some_and(|word| word.is(BREAK) && !word.is(LIGHT)) {
            return Doubt::None;
        }
        let mut index = at;
        for _ in 0..REACH {
            match self.words.get(index) {
                Some(word) if index > 0 && word.gap == Gap::None => index -= 1,
                Some(_) | None => return Doubt::None,
            }
            match self.words.get(index) {
                Some(word) if word.is(IF) && self.tokens.at(word.token as usize) == "if" => return Doubt::Supposed,
                Some(word) if word.is(IF) => return Doubt::Feared,
                Some(word) if word.is(BREAK) => return Doubt::None,
                Some(_) | None => {}
            }
        }
        Doubt::None
    }

    /// What holds the word at `at`. Words that are part of a phrase before it deny nothing outside that phrase; `taken`
    /// has for each word where its phrase ends (the index behind its last word), and 0 where it is part of none.
    pub(super) fn hold(&self, at: usize, taken: &[usize]) -> Hold {
        let (mut wanted, mut wish_is_need, mut had) = (false, true, false);
        // "Not seen a doctor since release": such a word ends what "not" reaches.
        if self.words.get(at).is_some_and(|word| word.is(BREAK) && !word.is(LIGHT)) {
            return Hold::Free;
        }
        if let Some(word) = self.words.get(at).filter(|word| word.is(WANT)) {
            (wanted, wish_is_need) = (true, self.is_need(word));
        }
        let (mut said, mut and, mut or, mut pause) = (0_usize, false, false, false);
        let denies = self.words.get(at).is_some_and(|word| word.is(NOT | NEVER | LACK | CANT));
        let mut index = at;
        for _ in 0..REACH {
            let Some(here) = self.words.get(index) else { break };
            if index == 0 || here.gap == Gap::Stop {
                break;
            }
            if here.gap == Gap::Pause {
                if !(or || self.in_list(at)) {
                    break;
                }
                pause = true;
            }
            index -= 1;
            let Some(word) = self.words.get(index) else { break };
            let own = taken.get(index).is_some_and(|end| (1..=at).contains(end));
            if word.is(BREAK) || (word.is(I) && said > 0) {
                break;
            }
            if word.is(WANT) {
                wanted = true;
                wish_is_need = self.is_need(word);
            } else if word.is(NOT | NEVER | LACK | CANT | PAST) && !own {
                // "No family, no friends": a phrase that denies for itself is denied no further, only refused.
                if denies && !wanted {
                    return Hold::Free;
                }
                return self.held_by(word, said, wanted, wish_is_need, had, and, pause);
            } else if word.is(AND) {
                and = true;
            } else if word.is(OR) {
                or = true;
            } else if word.is(HAVE) && said == 0 {
                had = true;
            } else if own && !or && !pause {
                break;
            } else if !word.is(LIGHT) {
                said += 1;
            }
        }
        match (wanted, had) {
            (true, _) => Hold::Wanted,
            (false, true) => Hold::Had,
            (false, false) => Hold::Free,
        }
    }

    /// Whether a wish is for what is needed: one may not want to be homeless and need not refuse help.
    fn is_need(&self, wish: &Word) -> bool {
        let wish = self.tokens.at(wish.token as usize);
        !wish.starts_with("wan") && !wish.starts_with("lik")
    }

    #[expect(clippy::too_many_arguments, reason = "the columns of one table of rules")]
    fn held_by(
        &self,
        word: &Word,
        said: usize,
        wanted: bool,
        wish_is_need: bool,
        had: bool,
        and: bool,
        pause: bool,
    ) -> Hold {
        if word.is(CANT) {
            return if had { Hold::Lacking } else { Hold::Cant };
        }
        if wanted && word.is(NOT | LACK | NEVER) {
            return if wish_is_need { Hold::NotNeeded } else { Hold::NotWanted };
        }
        // "No money and using": what comes after "and" or a comma is said for itself.
        if and || pause {
            return Hold::Free;
        }
        if word.is(LACK) {
            return if said <= REACH_OF_LACK { Hold::Lacking } else { Hold::Free };
        }
        if word.is(NEVER) {
            return if had { Hold::Lacking } else { Hold::Never };
        }
        if word.is(PAST) {
            return Hold::Past;
        }
        if had { Hold::Lacking } else { Hold::Denied }
    }

    /// Whether the words from `at` on go on to an "or": the list of "don't need housing, food or clothes".
    fn in_list(&self, at: usize) -> bool {
        for word in self.words.iter().skip(at).take(REACH_OF_LIST) {
            if word.is(OR) {
                return true;
            }
            if word.gap == Gap::Stop || word.is(BREAK | I | WANT) {
                return false;
            }
        }
        false
    }
}
