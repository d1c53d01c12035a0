//! What reaches a word from before: a denial, a wish, a doubt, the past.
//!
//! The nearest denial before a word in the same part of the sentence reaches it, unless a word that ends its reach
//! stands between. Who denies a thing counts: "client denies drug use" denies it, "the council denies I'm homeless"
//! does not, and what is denied *to* somebody ("denied me my methadone") is what they need.
//!
//! What was is over ("was homeless"), but for what was done or going on ("was evicted") and for what is said to last
//! ("was homeless, still am"). "Former" and "previous" reach only what stands right behind them: who was evicted from a
//! previous flat was evicted. "History of" says that something was, and leaves open how it is.

use super::forms::{BE, BETWEEN, CHILDHOOD, DESCRIBES, LASTING, NOW, USAGE};
use super::scope::{Scope, Who};
use super::tokens::{Gap, Mark};
use super::vocabulary::{
    AND, BREAK, CANT, CLIENT, CLOSE, DENIES, HAVE, I, IF, KIN, LACK, LIGHT, ME, NEVER, NOT, OR, PAST, RECORD, SEMI,
    SKIP, STRANGER, TELLS, THEY, UNKNOWN, VAGUE, WANT, WHOM, Word,
};

/// How many words back a denial is looked for.
const REACH: usize = 7;
/// How many words that say something may stand between "no" or "history of" and what it is about.
const REACH_OF_LACK: usize = 2;
/// How many words on a list may go until its "or".
const REACH_OF_LIST: usize = 6;
/// How many words behind a question mark it queries.
const REACH_OF_QUERY: usize = 3;

/// Whether something is so, or only feared or supposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// It is so.
    None,
    /// It is feared: "scared I'll …", "might …".
    Feared,
    /// It is supposed: "if …".
    Supposed,
    /// It is queried: "?domestic abuse".
    Queried,
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
    /// "history of …".
    Record,
    /// Denied to the person by somebody else: "denied me …".
    Refused,
}

/// Who denies something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Denier {
    /// The one whom the text is about.
    Person,
    /// A word that is not known: a name, perhaps of that one.
    Name,
    /// Somebody else, or an office.
    Other,
}

/// What stands between a word and what may hold it.
#[derive(Clone, Copy, Debug, Default)]
struct Way {
    /// How many words that say something.
    said: usize,
    /// How many of them do more than describe what follows them, as "heavy" does.
    named: usize,
    /// A wish.
    wanted: bool,
    /// Whether the wish is a need, which can be refused.
    refusable: bool,
    /// "I have", right before the word.
    had: bool,
    /// An "and".
    and: bool,
    /// A comma.
    pause: bool,
    /// Somebody who does or is what the word says: "denies I'm …".
    somebody: bool,
    /// A relative, a stranger or a thing.
    other: bool,
    /// "Now", "still".
    now: bool,
}

impl Way {
    /// What holds a word where no denial does.
    const fn unheld(self) -> Hold {
        match (self.wanted, self.had) {
            (true, _) => Hold::Wanted,
            (false, true) => Hold::Had,
            (false, false) => Hold::Free,
        }
    }
}

impl Scope<'_> {
    /// Whether something was so: "was homeless", "were on methadone". What was done or going on ("was evicted", "was
    /// sleeping rough") may still be so, and what is said to last is: "was homeless, still am".
    pub(super) fn was(&self, first: usize, last: usize) -> bool {
        let Some(word) = self.words.get(first) else { return false };
        let mut at = word.token as usize;
        if ["ed", "ing"].iter().any(|end| self.tokens.at(at).ends_with(end)) || self.lasts(first, last) {
            return false;
        }
        while at > 0 && self.tokens.list.get(at).is_some_and(|token| token.gap == Gap::None) {
            at -= 1;
            match self.tokens.at(at) {
                "was" => return true,
                // At the head of a sentence, "were homeless" is "we're homeless".
                "were" => return self.tokens.list.get(at).is_some_and(|token| at > 0 && token.gap == Gap::None),
                word if self.forms.is(word, BETWEEN) => {}
                _ => return false,
            }
        }
        false
    }

    /// Whether something that was is said to last: "from today", "last night", "still", and "…, still am" later on.
    fn lasts(&self, first: usize, last: usize) -> bool {
        let token = |at: usize| self.token_at(at);
        let part = |at: &usize| self.words.get(*at).is_some_and(|word| word.gap == Gap::None && !word.is(AND));
        let before = (0..first).rev().take_while(|at| part(&(at + 1)));
        let after = (last + 1..self.words.len()).take_while(part);
        let lasting =
            |at: usize| self.forms.is(token(at), LASTING) || token(at) == "night" && at > 0 && token(at - 1) == "last";
        if before.chain(after).any(lasting) {
            return true;
        }
        let sentence =
            (last + 1..self.words.len()).take_while(|at| self.words.get(*at).is_some_and(|word| word.gap != Gap::Stop));
        let mut sentence = sentence.skip_while(|at| token(*at) != "still").skip(1);
        sentence.next().is_some_and(|at| self.forms.is(token(at), BE))
    }

    /// Whether what ends here was in somebody's childhood: "… when I was a kid", "… as a child".
    pub(super) fn in_childhood(&self, last: usize) -> bool {
        let mut sentence = (last + 1..self.words.len())
            .take_while(|at| self.words.get(*at).is_some_and(|word| word.gap != Gap::Stop && !word.is(AND)));
        sentence.any(|at| {
            let young = self.forms.is(self.token_at(at), CHILDHOOD);
            let mut was = (1..=3).filter_map(|back| at.checked_sub(back)).filter(|at| *at > last);
            self.token_at(at) == "childhood" || young && was.any(|at| matches!(self.token_at(at), "was" | "as"))
        })
    }

    /// Whether "was" stands before in the same part of a sentence: "was drinking two bottles of vodka a day".
    pub(super) fn was_before(&self, first: usize) -> bool {
        let mut at = first;
        while let Some(word) =
            self.words.get(at).filter(|word| at > 0 && word.gap == Gap::None && !word.is(BREAK | AND))
        {
            if word.is(I | THEY) && at != first {
                return false;
            }
            at -= 1;
            let before = self.words.get(at).map_or("", |word| self.tokens.at(word.token as usize));
            if matches!(before, "was" | "were") {
                return true;
            }
        }
        false
    }

    /// Whether what is said here was before something else or long ago: "… before prison", "… 10 years ago".
    pub(super) fn before(&self, last: usize) -> bool {
        let end =
            |at: &usize| self.words.get(*at).is_some_and(|word| word.gap == Gap::None && !word.is(BREAK | I | AND));
        let mut part = (last + 1..self.words.len()).take(REACH).take_while(end);
        part.any(|at| {
            let years = matches!(self.token_at(at - 1), "year" | "years" | "yr" | "yrs");
            self.token_at(at) == "before" || self.token_at(at) == "ago" && years
        })
    }

    /// Whether it is said later in the sentence that it is not so now: "… but not now".
    pub(super) fn not_now(&self, last: usize) -> bool {
        let mut rest =
            (last + 1..self.words.len()).take_while(|at| self.words.get(*at).is_some_and(|word| word.gap != Gap::Stop));
        rest.any(|at| self.token_at(at) == "not" && self.token_at(at + 1) == "now")
    }

    /// Whether a phrase that ends here is a question of a form, answered with none: "substance misuse: none", "veteran?
    /// No", "dependents: 0".
    fn answered_no(&self, last: usize) -> bool {
        let Some(answer) = self.words.get(last + 1) else { return false };
        // "Nil disclosed".
        let told = matches!(
            self.token_at(last + 2),
            "disclosed" | "reported" | "known" | "noted" | "stated" | "identified" | "declared" | "recorded" | "yet"
        );
        // "Do you drink? No never".
        let told = told || self.words.get(last + 2).is_some_and(|word| word.gap == Gap::None && word.is(NEVER | LACK));
        let ends = self.words.get(last + 2 + usize::from(told)).is_none_or(|word| word.gap != Gap::None);
        let no = answer.is(LACK | NEVER | DENIES)
            || matches!(self.token(answer), "na" | "n" | "0" | "nope" | "nah" | "naw" | "nae")
            || self.token(answer) == "not"
                && (self.token_at(last + 2) == "yet" || answer.span.end > self.end_of(answer));
        let asked = self.tokens.list.get(answer.token as usize).is_some_and(|token| token.mark == Mark::Answers);
        ends && no && (answer.gap != Gap::Stop || asked)
    }

    /// Where the first written word of a word ends: before the end of "not really".
    fn end_of(&self, word: &Word) -> usize {
        self.tokens.list.get(word.token as usize).map_or(usize::MAX, |token| token.span.end)
    }

    /// Whether a professional queries what stands here: "?domestic abuse".
    fn queried(&self, at: usize) -> bool {
        let mut index = at;
        for _ in 0..=REACH_OF_QUERY {
            let Some(word) = self.words.get(index) else { return false };
            let marked = self.tokens.list.get(word.token as usize).is_some_and(|token| token.mark == Mark::Queries);
            if marked || self.token(word) == "query" {
                return true;
            }
            if index == 0 || word.gap != Gap::None || word.is(AND | BREAK | WANT) {
                return false;
            }
            index -= 1;
        }
        false
    }

    /// Whether a word stands under "worried that" or "scared of" (`Feared`), under "if" (`Supposed`), or is `Queried`.
    pub(super) fn doubt(&self, at: usize) -> Doubt {
        if self.queried(at) {
            return Doubt::Queried;
        }
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

    /// What holds a phrase; see `hold`.
    pub(super) fn hold_of(&self, first: usize, last: usize, taken: &[usize]) -> Hold {
        if self.answered_no(last) {
            Hold::Lacking
        } else if self.not_told(first, last) {
            Hold::NotNeeded
        } else {
            self.hold(first, taken)
        }
    }

    /// What holds the word at `at`. Words that are part of a phrase before it deny nothing outside that phrase; `taken`
    /// has for each word where its phrase ends (the index behind its last word), and 0 where it is part of none.
    pub(super) fn hold(&self, at: usize, taken: &[usize]) -> Hold {
        // "Not seen a doctor since release": such a word ends what "not" reaches.
        if self.words.get(at).is_some_and(|word| word.is(BREAK) && !word.is(LIGHT)) {
            return Hold::Free;
        }
        let mut way = Way::default();
        if let Some(word) = self.words.get(at) {
            way.other = word.is(KIN | STRANGER);
            way.somebody = word.is(I | THEY);
            if word.is(WANT) {
                (way.wanted, way.refusable) = (true, self.is_need(word));
            }
        }
        let mut or = false;
        let denies = self.words.get(at).is_some_and(|word| word.is(NOT | NEVER | LACK | CANT | DENIES));
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
                way.pause = true;
            }
            index -= 1;
            let Some(word) = self.words.get(index) else { break };
            let own = taken.get(index).is_some_and(|end| (1..=at).contains(end));
            if word.is(BREAK) || (word.is(I) && way.said > 0) {
                break;
            }
            if word.is(WANT) {
                way.wanted = true;
                way.refusable = self.is_need(word);
            } else if word.is(NOT | NEVER | LACK | CANT | DENIES | PAST | RECORD) && !own {
                // "No family, no friends": a phrase that denies for itself is denied no further, only refused.
                if denies && !way.wanted {
                    return Hold::Free;
                }
                return if word.is(DENIES) { self.held_by_denier(index, at, way) } else { self.held_by(word, at, way) };
            } else if word.is(AND) {
                way.and = true;
            } else if word.is(OR) {
                or = true;
            } else if word.is(HAVE) && way.said == 0 {
                way.had = true;
            } else if own && !or && !way.pause {
                break;
            } else if !word.is(LIGHT) {
                way.said += 1;
                let form = self.tokens.at(word.token as usize);
                way.named += usize::from(!word.is(SKIP) && !self.forms.is(form, DESCRIBES | USAGE));
            }
            way.somebody |= word.is(I | THEY);
            way.other |= word.is(KIN | STRANGER) || word.thing;
            way.now |= self.forms.is(self.tokens.at(word.token as usize), NOW);
        }
        way.unheld()
    }

    /// Whether a wish is for what is needed: one may not want to be homeless and need not refuse help.
    fn is_need(&self, wish: &Word) -> bool {
        let wish = self.tokens.at(wish.token as usize);
        !wish.starts_with("wan") && !wish.starts_with("lik")
    }

    fn held_by(&self, word: &Word, at: usize, way: Way) -> Hold {
        if word.is(CANT) {
            return if way.had { Hold::Lacking } else { Hold::Cant };
        }
        if way.wanted && word.is(NOT | LACK | NEVER) {
            return if way.refusable { Hold::NotNeeded } else { Hold::NotWanted };
        }
        // "No money and using": what comes after "and" or a comma is said for itself.
        if way.and || way.pause {
            return Hold::Free;
        }
        if word.is(LACK) {
            return if way.said <= REACH_OF_LACK { Hold::Lacking } else { Hold::Free };
        }
        if word.is(NEVER) {
            return if way.had { Hold::Lacking } else { Hold::Never };
        }
        if word.is(PAST | RECORD) {
            return if self.is_past(word, at, way) {
                if word.is(PAST) { Hold::Past } else { Hold::Record }
            } else {
                way.unheld()
            };
        }
        if way.had { Hold::Lacking } else { Hold::Denied }
    }

    /// Whether "former", "history of" or "used to" reaches so far.
    fn is_past(&self, word: &Word, at: usize, way: Way) -> bool {
        if way.now {
            return false;
        }
        if word.is(CLOSE) {
            return way.named == 0 && !way.other;
        }
        let doing = self.words.get(at).is_some_and(|word| self.tokens.at(word.token as usize).ends_with("ing"));
        !word.is(RECORD) || way.named == 0 || (way.named <= REACH_OF_LACK && !way.other && !doing)
    }

    /// What a denial at `denies` makes of the word at `at`.
    fn held_by_denier(&self, denies: usize, at: usize, way: Way) -> Hold {
        let denier = self.denier(denies);
        let to_somebody = (denies + 1..=at)
            .filter_map(|at| self.words.get(at))
            .find(|word| !word.is(LIGHT) || word.is(ME | WHOM))
            .is_some_and(|word| word.is(ME | WHOM | CLIENT));
        match denier {
            Denier::Person | Denier::Name | Denier::Other if to_somebody => Hold::Refused,
            // "The council denies I'm homeless": then somebody says that it is so.
            Denier::Other if way.somebody || way.and || way.pause => way.unheld(),
            Denier::Other => Hold::Refused,
            Denier::Person | Denier::Name if way.wanted => Hold::NotNeeded,
            Denier::Person | Denier::Name if way.and || way.pause => {
                // "Denies alcohol and drug use", but "denies drug use and is homeless", "… and uses crack".
                let and = at.checked_sub(1).and_then(|before| self.words.get(before)).is_some_and(|word| word.is(AND));
                let third = self.words.get(at).is_none_or(|word| self.is_third(word));
                if and && !third && !way.pause { Hold::NotNeeded } else { Hold::Free }
            }
            Denier::Person => Hold::Lacking,
            Denier::Name => Hold::NotNeeded,
        }
    }

    /// Who denies: the one at whose name or "I" the denial stands, or nobody that is named.
    fn denier(&self, denies: usize) -> Denier {
        let of = |at: usize| match self.who(at) {
            Who::Person | Who::Client | Who::Other => Denier::Person,
            Who::Relative | Who::Partner | Who::Stranger => Denier::Other,
        };
        let token = |at: usize| self.token_at(at);
        let denied = token(denies) == "denied";
        let mut at = denies;
        while let Some(here) = self.words.get(at) {
            if at == 0 || here.gap != Gap::None {
                return of(denies);
            }
            at -= 1;
            let Some(before) = self.words.get(at) else { break };
            // "Was denied", "been denied": by somebody else.
            if denied && (self.forms.is(token(at), BE) || before.is(HAVE) && token(at) == "got") {
                return Denier::Other;
            }
            if before.is(KIN | STRANGER) {
                return Denier::Other;
            }
            if before.is(I | THEY | CLIENT | TELLS | AND | OR | BREAK) && !token(at).ends_with("ly") {
                return of(denies);
            }
            let passed = before.is(LIGHT | NOT | NEVER | SKIP | SEMI | VAGUE | HAVE) || token(at).ends_with("ly");
            if !passed {
                let name = before.sym == UNKNOWN || before.slips > 0;
                return if name { Denier::Name } else { Denier::Other };
            }
        }
        Denier::Person
    }

    /// Whether the part of a sentence in which this stands goes on with what was denied before its commas: "denies
    /// suicidal thoughts, self harm, drug use".
    pub(super) fn listed_denial(&self, first: usize) -> bool {
        let mut at = first;
        while let Some(here) = self.words.get(at).filter(|here| at > 0 && here.gap != Gap::Stop) {
            if here.is(I | THEY | CLIENT | BREAK | KIN | STRANGER | HAVE | WANT) && !here.is(DENIES)
                || self.is_third(here)
            {
                return false;
            }
            at -= 1;
            if self.words.get(at).is_some_and(|word| word.is(DENIES)) {
                return self.denier(at) != Denier::Other;
            }
        }
        false
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
