//! Words that do something in a sentence in just the form in which they are written: "my ex drinks" goes on with what
//! the ex does, "I drink" does not. Which word does what is data (`[forms]` of the lexicon).

use std::collections::HashMap;

use super::lexicon::{Lexicon, LexiconError};
use super::tokens::Tokens;

/// What a written word does; a set of bits.
pub(super) type Form = u64;

macro_rules! forms {
    ($($(#[$meta:meta])* $name:ident = $bit:literal, $text:literal;)+) => {
        $($(#[$meta])* pub(super) const $name: Form = 1 << $bit;)+
        fn form(name: &str) -> Option<Form> {
            match name { $($text => Some($name),)+ _ => None }
        }
    };
}

forms! {
    /// Says whose somebody or something is.
    OWNER = 0, "owner";
    /// The same, of somebody else than the one who writes.
    THEIRS = 1, "theirs";
    /// What somebody else does or is: "uses", "lives".
    THIRD = 2, "third";
    /// Makes a question of "is" or "has" before it: "is there …", "has anyone …".
    ASKS = 3, "asks";
    /// Brings somebody into a state: "got me …", "left me …".
    BRINGS = 4, "brings";
    /// A form of "to be".
    BE = 5, "be";
    /// May stand between "was" and what somebody was.
    BETWEEN = 6, "between";
    /// Says that what was still is.
    LASTING = 7, "lasting";
    /// Says that it is so now.
    NOW = 8, "now";
    /// Says that somebody is no longer inside.
    OUT = 9, "out";
    /// Describes the drugs or the trouble that follows it.
    DESCRIBES = 10, "describes";
    /// Giving something up.
    STOPS = 11, "stops";
    /// A person, where an age could be a thing's.
    PERSON = 12, "person";
    /// Says before an age that somebody has somebody that old.
    HAD = 13, "had";
    /// A parent: "mum of a 10 year old".
    PARENT = 14, "parent";
    /// A child.
    CHILD = 15, "child";
    /// Says that somebody works for somebody: "working with a 16 year old".
    SUPPORTS = 16, "supports";
    /// Says before a postcode that somebody is there.
    PLACED = 17, "placed";
    /// Says before it that somebody is not to be there.
    NOT_THERE = 18, "not_there";
    /// Happens on a day, so that it is none on which somebody can come.
    EVENT = 19, "event";
    /// Takes up regular days and hours too.
    TAKEN_UP = 20, "taken_up";
    /// What is taken or drunk on a day, or taking it.
    USAGE = 21, "usage";
    /// Denies a day or a time.
    DENIAL = 22, "denial";
    /// Says that somebody is free then.
    FREE = 23, "free";
    /// Says that somebody can do something.
    ABLE = 27, "able";
    /// Coming to something.
    ATTEND = 28, "attend";
    /// Says that somebody was young then: "when I was a kid".
    CHILDHOOD = 29, "childhood";
    /// Says that others say so.
    ALLEGES = 30, "alleges";
    /// Ends the part of a sentence that a day or a time belongs to.
    PARTS = 24, "parts";
    /// Something that is held on days: a group.
    HELD_ON = 25, "held_on";
    /// Help with what follows it.
    HELPS = 26, "helps";
    /// Seeing somebody, of whom is told then: "I saw a man sleeping in a tent".
    SEES = 35, "sees";
    /// What somebody may be an "ex" of, who is no former partner: "ex heroin addict".
    FORMERLY = 36, "formerly";
    /// Says that somebody is said to have done what follows.
    ACCUSED = 34, "accused";
    /// Says behind the name of a prison that somebody is not there: "HMP Leeds healthcare".
    NO_STAY = 33, "no_stay";
    /// Asks for something, so that a day or a time beside it is one to come at.
    WISHES = 31, "wishes";
    /// May stand beside days and times where nothing else is said: "Mondays are best for me".
    TIMELY = 32, "timely";
}

/// Which written word does what.
#[derive(Debug, Default)]
pub(super) struct Forms(HashMap<Box<str>, Form>);

impl Forms {
    /// Those of a lexicon.
    ///
    /// # Errors
    /// A list that there is not, or a word that no text can have as it is written there.
    pub(super) fn new(lexicon: &Lexicon) -> Result<Self, LexiconError> {
        let mut forms: HashMap<Box<str>, Form> = HashMap::new();
        for (name, words) in &lexicon.forms {
            let wrong = |reason: String| LexiconError { entry: format!("forms.{name}"), reason };
            let form = form(name).ok_or_else(|| wrong("there is no such list; the header names them".to_owned()))?;
            for word in words {
                let tokens = Tokens::of(word);
                if tokens.list.len() != 1 || tokens.at(0) != word {
                    return Err(wrong(format!("{word:?} is not one word, in small letters and without apostrophe")));
                }
                let held = forms.entry(word.as_str().into()).or_default();
                if *held & form != 0 {
                    return Err(wrong(format!("{word:?} stands there twice")));
                }
                *held |= form;
            }
        }
        Ok(Self(forms))
    }

    /// Whether a word does any of these.
    pub(super) fn is(&self, word: &str, forms: Form) -> bool {
        self.0.get(word).is_some_and(|held| held & forms != 0)
    }
}
