//! Of whom a word speaks, and what reaches it from before: a denial, a wish, a doubt.
//!
//! Of whom: sentences speak of the person unless they say otherwise. "I" speaks of the person; a relative at the head
//! of a clause ("my son", "worried about my partner") takes over until the sentence ends or "I" comes; "he", "she" and
//! "they" go back to the relative that was named, and where nobody writes of themselves, or a worker writes of a
//! client, they are the person. "My ex threw me out, …" speaks of the person again after the comma, unless it goes on
//! with what the ex does ("and drinks"). A landlord or a cellmate takes over only until the comma. What is done to "me"
//! happens to the person, whoever does it: see `who_of_phrase`.
//!
//! What reaches a word: the nearest denial before it in the same part of the sentence, unless a word that ends its
//! reach stands between. The table is `Scope::hold`; which words do what is data (`[roles]` of the lexicon).

use super::tokens::{Gap, Tokens};
use super::vocabulary::{
    AFTER, AND, BESIDE, BREAK, CANT, CLIENT, GONE, HAVE, I, IF, KIN, LACK, LIGHT, ME, MINE, NEVER, NOT, OR, PARTNER,
    PAST, RECORD, SKIP, STRANGER, TELLS, THEY, TOPIC, VAGUE, WANT, WHOM, Word,
};

/// How many words back a denial is looked for.
const REACH: usize = 7;
/// How many words that say something may stand between "no" and what is missing.
const REACH_OF_LACK: usize = 2;
/// How many words on a list may go until its "or".
const REACH_OF_LIST: usize = 6;
/// How many words may stand between "my" and the relative whom they describe.
const DESCRIBING: usize = 3;
/// What somebody else goes on to do after "and" or a comma: who writes of themselves says "I use", or "use".
const THIRD: [&str; 26] = [
    "is", "has", "does", "uses", "drinks", "smokes", "takes", "injects", "sells", "deals", "gambles", "lives", "stays",
    "sleeps", "gets", "goes", "comes", "works", "wants", "needs", "keeps", "hits", "beats", "steals", "shouts", "wont",
];

/// Of whom something is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// The one who writes, or whom a telegram of a sentence is about.
    Person,
    /// The person, as a worker writes of them: "he", "client".
    Client,
    /// Somebody close to the person.
    Relative,
    /// A partner or a former one: what they do may well be done to the person.
    Partner,
    /// Somebody the person has to do with: a landlord, a cellmate.
    Stranger,
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
    /// "history of …".
    Record,
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
    /// The first relative who is what the text is about: "worried about my sister".
    topic: Option<usize>,
}

impl<'a> Scope<'a> {
    /// Looks through a text once.
    pub(super) fn of(words: &'a [Word], tokens: &'a Tokens) -> Self {
        let client = words.iter().any(|word| word.is(CLIENT));
        let described = client || !words.iter().any(|word| word.is(I | ME | MINE));
        let usual = if client { Who::Client } else { Who::Person };
        let who = Vec::with_capacity(words.len());
        let mut scope = Self { words, tokens, who, described, relatives: false, topic: None };
        let mut now = usual;
        // The relative who was named last, for "he" and "she".
        let mut relative = Who::Relative;
        // Whether what the relative does, it does to the person, or the relative is only what it is about.
        let mut passing = false;
        for (at, word) in words.iter().enumerate() {
            let parted = word.gap == Gap::Pause || word.is(AND);
            if word.gap == Gap::Stop || (passing && parted && !scope.goes_on(at)) {
                (now, passing) = (usual, false);
            }
            if word.is(I) || (now == Who::Stranger && word.is(TELLS | CLIENT | ME)) {
                (now, passing) = (usual, false);
            } else if word.is(THEY) {
                passing = false;
                now = match (scope.relatives, described) {
                    (true, _) => relative,
                    (false, true) => Who::Client,
                    (false, false) => Who::Other,
                };
            } else if word.is(KIN | STRANGER) {
                let named = match (word.is(KIN), word.is(PARTNER)) {
                    (true, true) => Who::Partner,
                    (true, false) => Who::Relative,
                    (false, _) => Who::Stranger,
                };
                // "My alcoholic dad": what describes the relative is said of the relative.
                if let Some(from) = scope.described_from(at) {
                    scope.who.iter_mut().skip(from).for_each(|who| *who = named);
                }
                if let Some(topic) = scope.heads(at) {
                    (now, passing) = (named, topic || named == Who::Stranger);
                    if word.is(KIN) {
                        relative = named;
                        scope.relatives = true;
                    }
                    if topic && scope.topic.is_none() {
                        scope.topic = Some(at);
                    }
                }
            } else if word.is(GONE) || (word.is(ME) && matches!(now, Who::Relative | Who::Partner)) {
                passing = true;
            }
            scope.who.push(now);
        }
        scope
    }

    /// Whether the part of a sentence that begins here goes on with what somebody else does.
    fn goes_on(&self, at: usize) -> bool {
        let mut words = self.words.iter().skip(at).skip_while(|word| word.is(AND));
        words.next().is_some_and(|word| THIRD.contains(&self.tokens.at(word.token as usize)))
    }

    /// Where the words begin that describe a relative: behind "my", "his", "with" and the like.
    fn described_from(&self, at: usize) -> Option<usize> {
        for back in 1..=DESCRIBING + 1 {
            let from = at.checked_sub(back)?;
            if self.words.get(from + 1).is_none_or(|word| word.gap != Gap::None) {
                return None;
            }
            let word = self.words.get(from)?;
            let theirs = matches!(self.tokens.at(word.token as usize), "his" | "her" | "their");
            if word.is(MINE | BESIDE) || theirs {
                return (back > 1).then_some(from + 1);
            }
            if word.role & !(VAGUE | LIGHT | SKIP | AFTER) != 0 {
                return None;
            }
        }
        None
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
            let describes = self.described_from(at).is_some_and(|from| from <= index);
            if before.is(BESIDE | I) || !(before.is(LIGHT | MINE | CLIENT) || describes) {
                return None;
            }
        }
    }

    /// Of whom a word speaks.
    pub(super) fn who(&self, at: usize) -> Who {
        self.who.get(at).copied().unwrap_or(Who::Person)
    }

    /// Of whom a phrase speaks. What is done to "me" is the person's ("kicked me out", "evicted us"). One that begins
    /// with "he" or names a relative says so itself, and speaks of the person, but for what is done to a relative who
    /// was named before: "worried about my sister, her husband hits her".
    pub(super) fn who_of_phrase(&self, first: usize, last: usize) -> Who {
        if self.done_to_me(first, last) {
            return Who::Person;
        }
        let inside = self.words.get(first..=last).unwrap_or_default();
        let before = self.words.get(..first).unwrap_or_default();
        // "My sister's husband …", in one part of the sentence.
        let linked = inside.first().is_some_and(|word| word.gap == Gap::None && word.is(KIN));
        let of_relative = linked && before.last().is_some_and(|word| word.is(KIN));
        let to_another = inside.iter().any(|word| word.is(WHOM));
        if to_another && !of_relative && self.described && self.topic.is_none() {
            // A worker writes "his mum kicked him out": what was done to the client.
            return Who::Client;
        }
        let stranger = self.who(first) == Who::Stranger && inside.iter().any(|word| word.is(STRANGER));
        let they = inside.first().is_some_and(|word| word.is(THEY));
        if !they && !stranger && !inside.iter().any(|word| word.is(KIN)) {
            return self.who(first);
        }
        let to_relative = to_another && before.iter().any(|word| word.is(KIN));
        if of_relative || to_relative { Who::Relative } else { Who::Person }
    }

    /// Whether "me" is among these words or follows them.
    pub(super) fn done_to_me(&self, first: usize, last: usize) -> bool {
        let inside = self.words.get(first..=last).unwrap_or_default();
        let next = self.words.get(last + 1).filter(|next| next.gap == Gap::None);
        inside.iter().chain(next).any(|word| word.is(ME))
    }

    /// Whether this is said of a relative who is what the text is about: "worried about my sister, …".
    pub(super) fn of_topic(&self, at: usize) -> bool {
        self.topic.is_some_and(|topic| topic < at) && matches!(self.who(at), Who::Relative | Who::Partner)
    }

    /// Whether a phrase stands at the head of a part of a sentence, or right behind whom it is about.
    pub(super) fn heads_part(&self, first: usize) -> bool {
        let mut at = first;
        while let Some(word) = self.words.get(at) {
            if at == 0 || word.gap != Gap::None {
                return true;
            }
            at -= 1;
            match self.words.get(at) {
                Some(before) if before.is(AND | BREAK | I | THEY | CLIENT | TELLS) => return true,
                Some(before) if before.is(LIGHT | NOT | NEVER) && !before.is(MINE | WHOM) => {}
                Some(_) | None => return false,
            }
        }
        false
    }

    /// Whether something was so: "was homeless", "were on methadone". What was done or going on ("was evicted", "was
    /// sleeping rough") may still be so.
    pub(super) fn was(&self, first: usize) -> bool {
        const BETWEEN: [&str; 12] =
            ["a", "an", "the", "also", "once", "on", "in", "just", "both", "all", "always", "already"];
        let Some(word) = self.words.get(first) else { return false };
        let mut at = word.token as usize;
        if ["ed", "ing"].iter().any(|end| self.tokens.at(at).ends_with(end)) {
            return false;
        }
        while at > 0 && self.tokens.list.get(at).is_some_and(|token| token.gap == Gap::None) {
            at -= 1;
            match self.tokens.at(at) {
                "was" | "were" => return true,
                word if BETWEEN.contains(&word) => {}
                _ => return false,
            }
        }
        false
    }

    /// Whether "been" stands before "in": who has been in prison is perhaps out; who has been on remand since June is not.
    pub(super) fn been(&self, first: usize) -> bool {
        let is_in = |word: &&Word| word.gap == Gap::None && self.tokens.at(word.token as usize) == "in";
        let linked = self.words.get(first).filter(is_in);
        let before = linked.and_then(|word| word.token.checked_sub(1));
        before.is_some_and(|before| self.tokens.at(before as usize) == "been")
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

    /// Whether what is said here was before something else: "… before prison".
    pub(super) fn before(&self, last: usize) -> bool {
        let rest = self.words.get(last + 1..).unwrap_or_default().iter().take(REACH);
        let mut part = rest.take_while(|word| word.gap == Gap::None && !word.is(BREAK | I | AND));
        part.any(|word| self.tokens.at(word.token as usize) == "before")
    }

    /// Whether a phrase that ends here is a question of a form, answered with none: "substance misuse: none".
    fn answered_no(&self, last: usize) -> bool {
        let Some(answer) = self.words.get(last + 1) else { return false };
        let ends = self.words.get(last + 2).is_none_or(|word| word.gap != Gap::None);
        let no = answer.is(LACK | NEVER) || matches!(self.tokens.at(answer.token as usize), "na" | "n");
        ends && no && answer.gap != Gap::Stop
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

    /// What holds a phrase; see `hold`.
    pub(super) fn hold_of(&self, first: usize, last: usize, taken: &[usize]) -> Hold {
        if self.answered_no(last) { Hold::Lacking } else { self.hold(first, taken) }
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
            } else if word.is(NOT | NEVER | LACK | CANT | PAST | RECORD) && !own {
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
        if word.is(RECORD) {
            return Hold::Record;
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
