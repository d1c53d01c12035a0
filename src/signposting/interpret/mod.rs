//! A person's own words, interpreted: what they need, and what they say of their life.
//!
//! "Kicked out, sleeping on mates' sofas, sanctioned, nobody will see me till I'm clean" becomes needs and
//! circumstances, each with the words it came from and how sure it is. No network, no model: phrases of the list of
//! needs and of a lexicon (`data/words.toml`), and few rules. The same text always gives the same answer.
//!
//! 1. `tokens` cuts a text into folded words; `vocabulary` makes numbers of them, one for all that mean the same
//!    (`stem`, and what the lexicon says is alike), with slips of the hand forgiven (`spelling`).
//! 2. `phrases` finds every phrase, with words that say little passed over; the longest wins (`reading`).
//! 3. `scope` says of whom each word speaks, and `hold` in which light: denied, wished for, only feared, past ("was
//!    homeless", "former", "used to") or of somebody's history ("history of"). Both go by what words do in a sentence:
//!    the roles of `vocabulary`, and `forms` where just the written form tells. `accused` tells what is only said of
//!    somebody or asked, `inside` who is in prison, `stopped` who uses after all, `meant` which times are to come at.
//! 4. `needs` and `circumstances` weigh what was found, and `gist` tells by its words what a part of a text is about;
//!    `numbers`, `when` and `place` read ages, lengths of time, days and postcodes. `said` puts statements together.
//!
//! # Confidence
//! Each piece of evidence has a strength. A phrase of a need: 0.72 with one word that counts, 0.85 with two, 0.92 with
//! more; 0.45 where the lexicon calls the word weak; where an entry of the lexicon points to a need, what the entry
//! says (`sure`); a phrase of a family: 0.80. A phrase found in another order or with words between: 0.60; nearly all
//! of a long one: 0.42; words that go with a need: from 0.46 to 0.75, by how near they are to it. Each misspelt word
//! takes a tenth of it. A wish ("need …") takes away three tenths of the doubt; a doubt ("if", "worried") leaves 0.85 of
//! it, a professional's query ("?DV") 0.6; what a relative needs 0.6, what a worker writes of a client 0.95. What is
//! "history" leaves 0.7, and what is over 0.4: a home for who "was homeless" (`once` in the lexicon says of which needs),
//! being hit "when I was a kid". Several pieces of evidence for one thing leave it in doubt only if all are wrong:
//! 1 − Π(1 − strength). What is under [`LEAST_CONFIDENCE`] percent is left out; nothing is ever 100.
//!
//! To teach it a word, change the data, not the code: `data/needs.toml` for what people want, `data/families.toml` for
//! the many ways in which they say it, `data/words.toml` for everything else. To add something it can say: a variant of
//! [`Said`], its name in `lexicon::says`.

mod accused;
mod circumstances;
mod clock;
mod families;
mod forms;
mod gist;
mod hold;
mod inside;
mod lexicon;
mod meant;
mod needs;
mod numbers;
mod phrases;
mod pieces;
mod place;
mod reading;
mod said;
mod scope;
mod spelling;
mod stem;
mod stopped;
mod tokens;
mod vocabulary;
mod when;

use entity::enums::DeliveryMode;

use self::circumstances::Statements;
use self::needs::Evidence;
use self::reading::Reading;
use self::scope::Scope;
use self::tokens::Tokens;
use self::vocabulary::{UNKNOWN, Word};
use crate::directory::needs::NeedList;
use crate::hours::Window;
use crate::places::PostcodeText;
use crate::signposting::circumstances::Circumstances;

pub use self::lexicon::LexiconError;
pub use self::said::{Found, Said};
pub use self::tokens::Span;

/// The longest text that is interpreted, in characters.
pub const MAX_TEXT: usize = 2_000;
/// What is less sure than this is left out, in percent.
pub const LEAST_CONFIDENCE: u8 = 30;

/// The lexicon that comes with Signpost.
const EMBEDDED: &str = include_str!("../../../data/words.toml");

/// A text was too long to be interpreted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text has more than {limit} characters; say it in {limit} or fewer")]
pub struct TextTooLong {
    /// The most characters that are read.
    pub limit: usize,
}

/// A need that a text speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundNeed {
    /// Its full key, as `housing.emergency`.
    pub key: String,
    /// How sure that is, in percent, from [`LEAST_CONFIDENCE`] to 99.
    pub confidence: u8,
    /// The words it was read from, in the order of the text.
    pub words: Vec<Span>,
}

/// What a text was understood to say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Interpretation {
    /// Needs, the surest first, then in the order of the text.
    pub needs: Vec<FoundNeed>,
    /// Statements about the person, in the same order.
    pub circumstances: Vec<Found<Said>>,
    /// Times at which the person can come, in the order of the text.
    pub when: Vec<Found<Window>>,
    /// Ways of being reached that will do, the surest first.
    pub delivery: Vec<Found<DeliveryMode>>,
    /// Where the person is: a postcode or a part of one.
    pub place: Option<Found<PostcodeText>>,
    /// Words that say something of which nothing was made.
    pub not_understood: Vec<Span>,
}

impl Interpretation {
    /// The circumstances, put together. Of two statements that contradict each other the less certain is left out;
    /// where both are equally certain both are, and that part stays *not said*.
    #[must_use]
    pub fn circumstances(&self) -> Circumstances {
        said::merged(&self.circumstances)
    }
}

/// Reads people's own words. Made once; holds nothing of what it reads.
#[derive(Debug)]
pub struct Interpreter {
    reading: Reading,
}

impl Interpreter {
    /// For a list of needs, with the lexicon that comes with Signpost.
    ///
    /// # Errors
    /// When the lexicon it was built with is wrong, which a test rules out.
    pub fn new(needs: &NeedList) -> Result<Self, LexiconError> {
        Self::with_words(needs, EMBEDDED)
    }

    /// For a list of needs and another lexicon, in the form of `data/words.toml`. Needs that the lexicon names and the
    /// list does not have are passed over, so that either can be changed without the other.
    ///
    /// # Errors
    /// The first thing in the lexicon that is wrong.
    pub fn with_words(needs: &NeedList, words: &str) -> Result<Self, LexiconError> {
        Ok(Self { reading: Reading::new(needs, lexicon::read(words)?, families::embedded()?)? })
    }

    /// The same with other families of phrases, in the form of `data/families.toml`; all must be of needs of the list.
    ///
    /// # Errors
    /// The first thing in the lexicon or the families that is wrong.
    pub fn with_families(needs: &NeedList, words: &str, families: &str) -> Result<Self, LexiconError> {
        let families = families::read(families)?;
        families::all_known(&families, needs)?;
        Ok(Self { reading: Reading::new(needs, lexicon::read(words)?, families)? })
    }

    /// Keys of needs that the lexicon names and the list does not have.
    #[must_use]
    pub fn unknown_needs(&self) -> &[String] {
        &self.reading.unknown_needs
    }

    /// Phrases of the list of needs of which nothing is left but words that stand in every sentence, so that they are
    /// not read.
    #[must_use]
    pub fn too_little(&self) -> &[String] {
        &self.reading.too_little
    }

    /// What a text says.
    ///
    /// # Errors
    /// When it has more than [`MAX_TEXT`] characters.
    pub fn interpret(&self, text: &str) -> Result<Interpretation, TextTooLong> {
        // No character takes more than four bytes, so nothing long is ever walked through.
        if text.len() > 4 * MAX_TEXT || text.chars().count() > MAX_TEXT {
            return Err(TextTooLong { limit: MAX_TEXT });
        }
        let tokens = Tokens::of(text);
        let words = self.reading.vocabulary.words(&tokens);
        let scope = Scope::of(&words, &tokens, &self.reading.forms);
        let found = self.reading.find(&words);
        let mut understood = vec![false; tokens.list.len()];

        let when = when::find(&tokens, &self.reading.forms);
        let times: Vec<Span> = when.iter().flat_map(|found| &found.words).copied().collect();
        let mut evidence = Evidence::new(&self.reading, &words, &scope, &found);
        evidence.phrases();
        evidence.loose();
        evidence.gist(&times);
        let needs = evidence.found(&mut understood);

        let mut statements = Statements::new(&self.reading, &tokens, &words, &scope, &found);
        statements.phrases();
        statements.inside();
        statements.numbers();
        statements.pronouns();
        let (circumstances, delivery) = statements.found();

        let place = place::find(text, &tokens, &self.reading.forms).filter(|place| {
            let inside = |one: &Span| place.words.iter().any(|span| one.start <= span.start && span.end <= one.end);
            place.confidence > 80 || !needs.iter().flat_map(|need| &need.words).any(inside)
        });

        let spans = needs.iter().flat_map(|need| &need.words);
        let spans = spans.chain(circumstances.iter().flat_map(|found| &found.words));
        let spans = spans.chain(delivery.iter().flat_map(|found| &found.words));
        let spans = spans.chain(when.iter().flat_map(|found| &found.words));
        let mut spans: Vec<Span> = spans.chain(place.iter().flat_map(|found| &found.words)).copied().collect();
        for found in &found {
            spans.extend(words.get(found.first).zip(words.get(found.last)).map(|(a, b)| a.span.to(b.span)));
        }
        let not_understood = left_over(&words, text, &said::in_order(spans));
        Ok(Interpretation { needs, circumstances, when, delivery, place, not_understood })
    }
}

/// Words that say something and are in none of these spans, which are in order.
fn left_over(words: &[Word], text: &str, spans: &[Span]) -> Vec<Span> {
    let inside = |word: &Word| {
        let behind = spans.partition_point(|span| span.start <= word.span.start);
        behind.checked_sub(1).and_then(|at| spans.get(at)).is_some_and(|span| word.span.end <= span.end)
    };
    words
        .iter()
        .filter(|word| word.role == 0 && (word.sym == UNKNOWN || word.sym > vocabulary::NUMBER))
        .filter(|word| word.span.of(text).chars().filter(|c| c.is_alphabetic()).count() > 2)
        .filter(|word| !inside(word))
        .map(|word| word.span)
        .collect()
}
