//! The words the interpreter knows, as small numbers: one for all that mean the same.

use std::collections::{HashMap, HashSet};

use super::lexicon::{Lexicon, LexiconError};
use super::phrases::{Trie, TrieBuilder};
use super::spelling::Spelling;
use super::stem::stem;
use super::tokens::{Gap, Span, Tokens};

/// A word, or several that mean the same.
pub(super) type Sym = u16;

/// A word that is in no entry.
pub(super) const UNKNOWN: Sym = 0;
/// A number.
pub(super) const NUMBER: Sym = 1;

/// What a word does in a sentence; a set of bits.
pub(super) type Role = u64;

macro_rules! roles {
    ($($(#[$meta:meta])* $name:ident = $bit:literal, $text:literal;)+) => {
        $($(#[$meta])* pub(super) const $name: Role = 1 << $bit;)+
        fn role(name: &str) -> Option<Role> {
            match name { $($text => Some($name),)+ _ => None }
        }
    };
}

roles! {
    /// Says nothing: left out of phrases and passed over in texts.
    LIGHT = 0, "light";
    /// Says little: left out of phrases with two other words or more, passed over in texts.
    SEMI = 1, "semi";
    /// Passed over in texts where a phrase does not have it.
    SKIP = 2, "skip";
    /// Denies what follows: not, never, no longer.
    NOT = 3, "not";
    /// Says that something is missing: no, without.
    LACK = 4, "lack";
    /// Says that something cannot be done or had.
    CANT = 5, "cant";
    /// Wishes: need, want, looking for.
    WANT = 6, "want";
    /// Has.
    HAVE = 7, "have";
    /// Ends what a denial reaches: but, just, until.
    BREAK = 8, "break";
    /// And.
    AND = 9, "and";
    /// Or, nor.
    OR = 10, "or";
    /// The one who writes.
    I = 11, "i";
    /// Somebody spoken of.
    THEY = 12, "they";
    /// A relative or friend.
    KIN = 13, "kin";
    /// Says that it is not so yet, or might not be: if, worried, scared.
    IF = 14, "if";
    /// Says that it was so once.
    PAST = 15, "past";
    /// Somebody on whose behalf a worker writes.
    CLIENT = 16, "client";
    /// Trouble with something that one has.
    TROUBLE = 17, "trouble";
    /// A preposition before which a relative is not who it is about.
    BESIDE = 18, "beside";
    /// Shows that a phrase which must stand alone does.
    AFTER = 19, "after";
    /// The one who writes, as the object of what another does.
    ME = 20, "me";
    /// Has died, or is gone for good.
    GONE = 21, "gone";
    /// Denies that something ever was.
    NEVER = 22, "never";
    /// Belongs to the one who writes: my.
    MINE = 23, "mine";
    /// A word after which a relative is who it is about: for, about, help.
    TOPIC = 24, "topic";
    /// Light, but kept in a phrase that would have one word without it: "losing it".
    HELD = 25, "held";
    /// Names nothing by itself: someone, day, thing.
    VAGUE = 26, "vague";
    /// Somebody as the object of what another does, kept where a phrase says who does it: "he hits me".
    WHOM = 27, "whom";
    /// Somebody the person has to do with, who is neither a relative nor a friend: landlord, cellmate.
    STRANGER = 28, "stranger";
    /// Says that it is known of somebody's past, and leaves open how it is now: "history of".
    RECORD = 29, "record";
    /// What others say of the person comes after it: "my landlord says".
    TELLS = 30, "tells";
    /// A partner or former one.
    PARTNER = 31, "partner";
    /// Denies what is said of somebody: "denies drug use".
    DENIES = 32, "denies";
    /// Says of the past only of what stands right behind it: "former", "previous".
    CLOSE = 33, "close";
    /// Says that something is so of another too: "too", "so do I".
    ALSO = 34, "also";
    /// Kept before somebody who did it: "hit by my partner" is not "hit my partner".
    BY = 35, "by";
}

/// Words that do something in a sentence and name nothing.
pub(super) const FUNCTION: Role = LIGHT
    | SEMI
    | SKIP
    | NOT
    | LACK
    | DENIES
    | CANT
    | WANT
    | HAVE
    | BREAK
    | AND
    | OR
    | I
    | THEY
    | IF
    | PAST
    | BESIDE
    | AFTER
    | ME
    | NEVER
    | MINE
    | TOPIC
    | VAGUE
    | RECORD;

/// Words of which no phrase can be made: they stand in nearly every sentence.
pub(super) const LITTLE: Role = LIGHT | SEMI | WANT | HAVE | AND | OR | I | ME | MINE | THEY;

/// A word of a text, or several that stand for one of the lexicon.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    /// What it is.
    pub(super) sym: Sym,
    /// What it does.
    pub(super) role: Role,
    /// What stands before it.
    pub(super) gap: Gap,
    /// Where it stands.
    pub(super) span: Span,
    /// The first of its tokens.
    pub(super) token: u32,
    /// Slips that were forgiven in it.
    pub(super) slips: u8,
    /// Whether it is something that one has or lacks: a flat, a worker.
    pub(super) thing: bool,
}

impl Word {
    /// Whether it does any of these.
    pub(super) const fn is(&self, role: Role) -> bool {
        self.role & role != 0
    }
}

/// All words.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    exact: HashMap<Box<str>, Sym>,
    stems: HashMap<Box<str>, Sym>,
    whole: HashSet<Box<str>>,
    ordinary: HashSet<Box<str>>,
    roles: Vec<Role>,
    things: HashSet<Sym>,
    several: Trie,
    /// What each phrase of `several` stands for.
    stand_for: Vec<Sym>,
    spelling: Spelling,
    /// The words in the order in which they came, until the spelling is made of them.
    came: Vec<(Box<str>, Sym)>,
}

impl Vocabulary {
    /// The lexicon's own words: what is alike and what does something in a sentence.
    pub(super) fn new(lexicon: &Lexicon) -> Result<Self, LexiconError> {
        let mut words = Self { roles: vec![0, SKIP], ..Self::default() };
        words.whole = lexicon.whole.iter().map(|word| word.as_str().into()).collect();
        words.ordinary = lexicon.ordinary.iter().map(|word| word.as_str().into()).collect();
        for same in &lexicon.same {
            let sym = words.learn(&same.word);
            for also in same.also.iter().filter(|also| !also.contains([' ', '&'])) {
                let folded = Tokens::of(also).at(0).to_owned();
                if words.exact.get(folded.as_str()).is_some_and(|held| *held != sym) {
                    return Err(LexiconError {
                        entry: format!("{also:?}"),
                        reason: "it is said to mean two things; leave one".to_owned(),
                    });
                }
                words.put(&folded, sym);
                if !words.whole.contains(folded.as_str()) {
                    words.stems.entry(stem(&folded).into()).or_insert(sym);
                }
            }
        }
        for (name, list) in &lexicon.roles {
            let role = role(name).ok_or_else(|| LexiconError {
                entry: format!("roles.{name}"),
                reason: "there is no such role; the header lists them".to_owned(),
            })?;
            for word in list {
                if word.contains(' ') {
                    return Err(LexiconError {
                        entry: format!("roles.{name}"),
                        reason: format!("{word:?} is several words; make them one under [[same]]"),
                    });
                }
                let sym = words.learn(word);
                if let Some(held) = words.roles.get_mut(usize::from(sym)) {
                    *held |= role;
                }
            }
        }
        let mut several = TrieBuilder::default();
        for same in &lexicon.same {
            let sym = words.learn(&same.word);
            for also in same.also.iter().filter(|also| also.contains([' ', '&'])) {
                let tokens = Tokens::of(also);
                let syms: Vec<Sym> = tokens.list.iter().map(|token| words.learn(tokens.word(token))).collect();
                several.add(&syms, u32::try_from(words.stand_for.len()).unwrap_or(u32::MAX));
                words.stand_for.push(sym);
            }
        }
        words.several = several.build();
        Ok(words)
    }

    /// The number of a word, a new one where it is new.
    pub(super) fn learn(&mut self, word: &str) -> Sym {
        let tokens = Tokens::of(word);
        let word = tokens.at(0);
        if let Some(sym) = self.known(word) {
            self.put(word, sym);
            return sym;
        }
        let sym = Sym::try_from(self.roles.len()).unwrap_or(UNKNOWN);
        self.roles.push(0);
        self.put(word, sym);
        if !self.whole.contains(word) {
            self.stems.entry(stem(word).into()).or_insert(sym);
        }
        sym
    }

    fn put(&mut self, word: &str, sym: Sym) {
        if self.exact.insert(word.into(), sym).is_none() {
            self.came.push((word.into(), sym));
        }
    }

    fn known(&self, word: &str) -> Option<Sym> {
        self.exact
            .get(word)
            .or_else(|| if self.whole.contains(word) { None } else { self.stems.get(stem(word)) })
            .copied()
    }

    /// No more words will come.
    pub(super) fn close(&mut self) {
        self.spelling = Spelling::new(self.came.iter().map(|(word, sym)| (word.as_ref(), *sym)));
        self.came = Vec::new();
    }

    /// What a word is, and the slips that were forgiven in it.
    fn find(&self, word: &str) -> (Sym, u8) {
        if let Some(sym) = self.known(word) {
            return (sym, 0);
        }
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            return (NUMBER, 0);
        }
        if self.ordinary.contains(word) {
            return (UNKNOWN, 0);
        }
        self.spelling.nearest(word).unwrap_or((UNKNOWN, 0))
    }

    /// Somebody behind whose name an apostrophe and an s stand: "pal's" is no PALS.
    fn owner(&self, word: &str, owns: bool) -> Option<(Sym, u8)> {
        let sym = self.known(word.strip_suffix('s').filter(|_| owns)?)?;
        (self.role(sym) & (KIN | STRANGER) != 0 || self.whole.contains(word)).then_some((sym, 0))
    }

    /// The words of a text, with those that are said in several words as one.
    pub(super) fn words(&self, tokens: &Tokens) -> Vec<Word> {
        let mut words: Vec<Word> = Vec::with_capacity(tokens.list.len());
        for (index, token) in tokens.list.iter().enumerate() {
            let (sym, slips) =
                self.owner(tokens.word(token), token.owns).unwrap_or_else(|| self.find(tokens.word(token)));
            words.push(self.word(sym, token.gap, token.span, index, slips));
        }
        // "Ma weans": in Scots "ma" is "my" as well as mum.
        for at in 1..words.len() {
            let Some([one, next]) = words.get_mut(at - 1..=at).and_then(|pair| <&mut [Word; 2]>::try_from(pair).ok())
            else {
                break;
            };
            let mine = tokens.at(one.token as usize) == "ma" && next.gap == Gap::None;
            if mine
                && (next.is(KIN) || self.known("kid") == Some(next.sym))
                && let Some(my) = self.known("my")
            {
                (one.sym, one.role, one.thing) = (my, self.role(my), false);
            }
        }
        self.joined(words)
    }

    /// The words of a phrase of the lexicon, which are all learnt.
    pub(super) fn learn_words(&mut self, phrase: &str) -> Vec<Word> {
        let tokens = Tokens::of(phrase);
        let mut words = Vec::with_capacity(tokens.list.len());
        for (index, token) in tokens.list.iter().enumerate() {
            let sym = self.learn(tokens.word(token));
            words.push(self.word(sym, Gap::None, token.span, index, 0));
        }
        self.joined(words)
    }

    fn word(&self, sym: Sym, gap: Gap, span: Span, index: usize, slips: u8) -> Word {
        let token = u32::try_from(index).unwrap_or(u32::MAX);
        Word { sym, role: self.role(sym), gap, span, token, slips, thing: self.is_thing(sym) }
    }

    /// Learns a word for something that one has or lacks.
    pub(super) fn learn_thing(&mut self, word: &str) {
        let sym = self.learn(word);
        self.things.insert(sym);
    }

    /// Whether this is something that one has or lacks.
    pub(super) fn is_thing(&self, sym: Sym) -> bool {
        self.things.contains(&sym)
    }

    fn role(&self, sym: Sym) -> Role {
        self.roles.get(usize::from(sym)).copied().unwrap_or_default()
    }

    fn joined(&self, words: Vec<Word>) -> Vec<Word> {
        let mut out = Vec::with_capacity(words.len());
        let mut at = 0;
        while let Some(word) = words.get(at) {
            let rest = words.get(at..).unwrap_or_default();
            match self.several.longest(rest) {
                Some((len, which)) if len > 0 => {
                    let last = rest.get(len - 1).unwrap_or(word);
                    let sym = self.stand_for.get(which as usize).copied().unwrap_or(UNKNOWN);
                    let slips = rest.iter().take(len).map(|word| word.slips).sum();
                    let (role, thing) = (self.role(sym), self.is_thing(sym));
                    out.push(Word { sym, role, thing, span: word.span.to(last.span), slips, ..*word });
                    at += len;
                }
                Some(_) | None => {
                    out.push(*word);
                    at += 1;
                }
            }
        }
        out
    }
}
