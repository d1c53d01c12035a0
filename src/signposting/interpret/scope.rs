//! Of whom a word speaks, and what reaches it from before: a denial, a wish, a doubt.
//!
//! Of whom: sentences speak of the person unless they say otherwise. "I" speaks of the person; a relative at the head
//! of a clause ("my son", "worried about my partner") takes over until the sentence ends or "I" comes; "he", "she" and
//! "they" go back to the relative that was named, and where nobody writes of themselves, or a worker writes of a
//! client, they are the person. "My ex threw me out, …" speaks of the person again after the comma, unless it goes on
//! with what the ex does ("and drinks"). A landlord or a cellmate takes over only until the comma. What is done to "me"
//! happens to the person, whoever does it: see `who_of_phrase`.
//!
//! What reaches a word from before, a denial or a wish, is told by `hold`; which words do what is data (`[roles]` and
//! `[forms]` of the lexicon).

use super::forms::{ASKS, BRINGS, FORMERLY, Form, Forms, OWNER, STOPS, THEIRS, THIRD};
use super::tokens::{Gap, Tokens};
use super::vocabulary::{
    AFTER, ALSO, AND, BESIDE, BREAK, CLIENT, GONE, I, IF, KIN, LIGHT, ME, MINE, NEVER, NOT, OR, PARTNER, SEMI, SKIP,
    STRANGER, TELLS, THEY, TOPIC, VAGUE, WHOM, Word,
};

/// How many small words may stand between "got me" and what "me" was brought into.
const BRINGING: usize = 2;
/// How many words may stand between "my" and the relative whom they describe.
const DESCRIBING: usize = 3;
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

/// Of whom and in which light each word of a text speaks.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    pub(super) words: &'a [Word],
    pub(super) tokens: &'a Tokens,
    pub(super) forms: &'a Forms,
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
    pub(super) fn of(words: &'a [Word], tokens: &'a Tokens, forms: &'a Forms) -> Self {
        let client = words.iter().any(|word| word.is(CLIENT));
        let described = client || !words.iter().any(|word| word.is(I | ME | MINE));
        let usual = if client { Who::Client } else { Who::Person };
        let who = Vec::with_capacity(words.len());
        let mut scope = Self { words, tokens, forms, who, described, relatives: false, topic: None };
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
            // "My parents kicked me out for being gay": what comes behind "for" is said of "me".
            let for_what = passing && scope.is_for_doing(at);
            if word.is(I) || for_what || (now == Who::Stranger && word.is(TELLS | CLIENT | ME)) {
                (now, passing) = (usual, false);
            } else if word.is(THEY) {
                passing = false;
                now = match (scope.relatives, described) {
                    (true, _) => relative,
                    (false, true) => Who::Client,
                    (false, false) => Who::Other,
                };
            } else if scope.is_seen(at) {
                (now, passing) = (Who::Stranger, true);
            } else if word.is(KIN | STRANGER) && !scope.is_former(at) || scope.is_my_young_one(at) {
                let kin = !word.is(STRANGER);
                let named = match (kin, word.is(PARTNER)) {
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
                    if kin {
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
        for part in scope.children_in_care() {
            scope.who.iter_mut().take(part.end).skip(part.start).for_each(|who| *who = Who::Relative);
        }
        scope
    }

    /// Whether the part of a sentence that begins here goes on with what somebody else does: "… and drinks", but not
    /// with a question: "…, is there help?".
    fn goes_on(&self, at: usize) -> bool {
        let mut words = self.words.iter().skip(at).skip_while(|word| word.is(AND));
        let third = words.next().is_some_and(|word| self.is_third(word));
        third && !words.next().is_some_and(|word| word.gap == Gap::None && self.is(word, ASKS))
    }

    /// Whether a word is what somebody else does: "uses", "is".
    pub(super) fn is_third(&self, word: &Word) -> bool {
        self.is(word, THIRD)
    }

    /// The first written word of a word.
    pub(super) fn token(&self, word: &Word) -> &str {
        self.tokens.at(word.token as usize)
    }

    /// The same of the word at a place; empty where there is none.
    pub(super) fn token_at(&self, at: usize) -> &str {
        self.words.get(at).map_or("", |word| self.token(word))
    }

    /// Whether the first written word of a word does any of these.
    pub(super) fn is(&self, word: &Word, forms: Form) -> bool {
        self.forms.is(self.tokens.at(word.token as usize), forms)
    }

    /// Whether a word is the number of an age: the 17 of "17 year old" is no section 17.
    pub(super) fn is_age(&self, at: usize) -> bool {
        let token = |at: usize| self.token_at(at);
        token(at).starts_with(|c: char| c.is_ascii_digit())
            && (token(at + 1).starts_with('y') || token(at).ends_with("yo"))
    }

    /// Whether "my 15 year old" ends here, who is a child of theirs as "my son" is.
    fn is_my_young_one(&self, at: usize) -> bool {
        let old = matches!(self.token_at(at), "old" | "olds") || self.token_at(at).ends_with("yo");
        let next = self.words.get(at + 1).filter(|next| next.gap == Gap::None);
        old && (at.saturating_sub(3)..at).any(|at| self.words.get(at).is_some_and(|word| word.is(MINE)))
            && self.described_from(at).is_some_and(|from| self.token_at(from).starts_with(|c: char| c.is_ascii_digit()))
            && !next.is_some_and(|next| next.is(CLIENT))
    }

    /// Whether an "ex" is what somebody was, and no former partner: "ex heroin addict".
    fn is_former(&self, at: usize) -> bool {
        let next = self.words.get(at + 1).filter(|next| next.gap == Gap::None && self.is(next, FORMERLY));
        let owned = at.checked_sub(1).and_then(|at| self.words.get(at)).is_some_and(|word| self.is(word, OWNER));
        self.token_at(at) == "ex" && next.is_some() && !owned
    }

    /// Whether "for" and what was done stand here: "for being gay".
    fn is_for_doing(&self, at: usize) -> bool {
        let token = |at: usize| self.token_at(at);
        token(at) == "for" && token(at + 1).ends_with("ing")
    }

    /// Where the words begin that describe a relative: behind "my", "his", "with" and the like.
    fn described_from(&self, at: usize) -> Option<usize> {
        for back in 1..=DESCRIBING + 1 {
            let from = at.checked_sub(back)?;
            if self.words.get(from + 1).is_none_or(|word| word.gap != Gap::None) {
                return None;
            }
            let word = self.words.get(from)?;
            if word.is(MINE | BESIDE) || self.is(word, THEIRS) {
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
            // "Me and my mate".
            if before.is(AND)
                && index.checked_sub(1).and_then(|at| self.words.get(at)).is_some_and(|word| word.is(I | ME))
            {
                return None;
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
        if self.done_to_me(first, last) || self.brought_me(first) || self.mine_too(last) {
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
        // "They've stopped my methadone": nobody is named but the one who writes.
        let mine = linked_mine(inside, before) && self.who(first) == Who::Other;
        if mine {
            return Who::Person;
        }
        let stranger = self.who(first) == Who::Stranger && inside.iter().any(|word| word.is(STRANGER));
        let they = inside.first().is_some_and(|word| word.is(THEY));
        if !they && !stranger && !inside.iter().any(|word| word.is(KIN)) {
            return self.who(first);
        }
        // "My son hits his girlfriend": what he does to his.
        let to_theirs = inside.first().is_some_and(|word| !word.is(KIN)) && !they && self.names_theirs(first, last);
        if to_theirs && matches!(self.who(first), Who::Relative | Who::Partner) {
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

    /// Whether somebody brought "me" into what begins here: "got me on crack", "left me homeless".
    fn brought_me(&self, first: usize) -> bool {
        let mut at = first;
        for _ in 0..=BRINGING {
            if self.words.get(at).is_none_or(|word| at < 2 || word.gap != Gap::None) {
                return false;
            }
            at -= 1;
            match self.words.get(at) {
                Some(word) if word.is(ME) => {
                    let brings = self.words.get(at - 1).is_some_and(|word| self.is(word, BRINGS));
                    return brings && word.gap == Gap::None;
                }
                Some(word) if word.is(LIGHT | SEMI | SKIP) && !word.is(MINE | WHOM | BREAK | AND) => {}
                Some(_) | None => return false,
            }
        }
        false
    }

    /// Whether what ends here is said of the one who writes too: "… and so do I", "… and I want to stop too".
    fn mine_too(&self, last: usize) -> bool {
        let mut rest =
            self.words.iter().skip(last + 1).take_while(|word| word.gap != Gap::Stop && !word.is(KIN | STRANGER));
        let mut stops = false;
        let mut mine = false;
        rest.any(|word| {
            mine |= word.is(I);
            stops |= mine && self.is(word, STOPS);
            word.is(ALSO) && (word.is(I) || stops)
        })
    }

    /// Whether these words name a relative who is somebody else's: "his girlfriend", "her dad".
    fn names_theirs(&self, first: usize, last: usize) -> bool {
        (first + 1..=last).any(|at| {
            let word = self.words.get(at).filter(|word| word.is(KIN));
            let before = word.and_then(|word| word.token.checked_sub(1));
            before.is_some_and(|before| self.forms.is(self.tokens.at(before as usize), THEIRS))
        })
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
}

/// Whether "my" stands right before a phrase or in it, and no relative whose it could be.
fn linked_mine(inside: &[Word], before: &[Word]) -> bool {
    let linked = inside.first().is_some_and(|word| word.gap == Gap::None);
    let mine = inside.iter().chain(before.last().filter(|_| linked)).any(|word| word.is(MINE));
    mine && !inside.iter().any(|word| word.is(KIN))
}
