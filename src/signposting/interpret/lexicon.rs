//! Reads the lexicon of people's own words (`data/words.toml`): how words are alike, which words do what in a
//! sentence, and what people say about their circumstances. The file's header says how to change it.

use std::collections::BTreeMap;

use entity::enums::{AccessFeature, Characteristic, DeliveryMode, Gender, OffenceType};
use serde::Deserialize;

use super::said::Said;
use crate::signposting::circumstances::SubstanceUse;

/// Longest lexicon that is read, in bytes.
const MAX_BYTES: usize = 512 * 1024;
/// Longest word or phrase of it, in characters.
const MAX_PHRASE: usize = 80;
/// Most words and phrases in all.
const MAX_PHRASES: usize = 20_000;

/// What is wrong with the lexicon of people's own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the lexicon of people's own words, {entry}: {reason}")]
pub struct LexiconError {
    /// The entry it is about, or the line where the file is no TOML.
    pub entry: String,
    /// What is wrong with it, and what would be right.
    pub reason: String,
}

/// The lexicon as its file has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Lexicon {
    /// Words by what they do in a sentence.
    pub(super) roles: BTreeMap<String, Vec<String>>,
    /// Written words by what they do in a sentence.
    pub(super) forms: BTreeMap<String, Vec<String>>,
    /// Words that keep their endings.
    pub(super) whole: Vec<String>,
    /// Ordinary words that look like one of the lexicon's, and are not corrected to it.
    pub(super) ordinary: Vec<String>,
    /// Nouns with which the name of a service or a good ends.
    pub(super) things: Vec<String>,
    /// Needs, or whole areas, all of whose words are things one can have.
    pub(super) needs_of_things: Vec<String>,
    /// Needs, or whole areas, that are over where somebody was in them.
    pub(super) once: Vec<String>,
    /// Needs, or whole areas, that are help for who suffered something.
    pub(super) suffered: Vec<String>,
    /// Needs, or whole areas, where what a partner does is done to the person.
    pub(super) at_home: Vec<String>,
    /// Words of a need that mean other things as often.
    pub(super) weak: Vec<String>,
    /// Words and phrases of a need that people's sentences use too differently to go by.
    pub(super) passed_over: Vec<String>,
    /// Words that tell of no need where they are all that a part of a text says.
    pub(super) not_alone: Vec<String>,
    /// What a need of a relative is to the person who asks.
    pub(super) relatives: BTreeMap<String, String>,
    /// Words that mean the same.
    pub(super) same: Vec<Same>,
    /// What phrases mean.
    pub(super) means: Vec<Means>,
    /// What people say who have a need, by need.
    #[serde(default)]
    pub(super) examples: BTreeMap<String, Vec<String>>,
    /// Languages and their names.
    pub(super) languages: BTreeMap<String, Vec<String>>,
}

/// Words that mean the same.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Same {
    /// The word they stand for.
    pub(super) word: String,
    /// The others; of several words too.
    pub(super) also: Vec<String>,
}

/// What phrases mean.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Means {
    /// What is said of the person by them.
    #[serde(default)]
    pub(super) says: Vec<String>,
    /// Needs that they point to.
    #[serde(default)]
    pub(super) needs: Vec<String>,
    /// How sure that is, in percent.
    #[serde(default = "usually")]
    pub(super) sure: u8,
    /// Whether "not …" says the opposite; else it says nothing.
    #[serde(default)]
    pub(super) flips: bool,
    /// Whether the words must stand alone: "using", but not "using a wheelchair".
    #[serde(default)]
    pub(super) alone: bool,
    /// Whether the words say by themselves who it is about: "he hits me".
    #[serde(default)]
    pub(super) anyone: bool,
    /// Whether the words name a person, who must be the one it is about: "lad", "woman".
    #[serde(default)]
    pub(super) person: bool,
    /// Whether the words must stand at the head of a part of a sentence, or right behind whom it is about: "I'm in
    /// prison", but not "got clean in prison".
    #[serde(default)]
    pub(super) head: bool,
    /// The phrases.
    pub(super) phrases: Vec<String>,
}

/// Something that can be said, as the lexicon names it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Says {
    /// A circumstance.
    Circumstance(Said),
    /// A way of being reached that will do (`true`) or won't (`false`).
    Delivery(DeliveryMode, bool),
}

const fn usually() -> u8 {
    85
}

/// Reads and checks a lexicon.
pub(super) fn read(text: &str) -> Result<Lexicon, LexiconError> {
    let wrong = |entry: String, reason: String| Err(LexiconError { entry, reason });
    if text.len() > MAX_BYTES {
        return wrong("its length".to_owned(), format!("{} bytes; at most {MAX_BYTES} are read", text.len()));
    }
    let mut lexicon: Lexicon = toml::from_str(text).map_err(|error| LexiconError {
        entry: format!("line {}", error.span().map_or(1, |span| line_of(text, span.start))),
        reason: error.message().to_owned(),
    })?;
    let mut spoken = Vec::new();
    for (tag, names) in &lexicon.languages {
        spoken.push(Means {
            says: vec![format!("language {tag}")],
            needs: Vec::new(),
            sure: 80,
            flips: false,
            alone: false,
            anyone: false,
            person: false,
            head: false,
            phrases: names.iter().flat_map(|name| language_phrases(name)).collect(),
        });
    }
    lexicon.means.extend(spoken);
    let phrases = lexicon.means.iter().flat_map(|means| &means.phrases);
    let all = phrases.chain(lexicon.same.iter().flat_map(|same| &same.also)).chain(lexicon.roles.values().flatten());
    let all = all.chain(lexicon.examples.values().flatten());
    let mut count = 0;
    for phrase in all {
        count += 1;
        if phrase.trim().is_empty() || phrase.chars().count() > MAX_PHRASE {
            return wrong(format!("{:?}", phrase.chars().take(MAX_PHRASE).collect::<String>()), {
                format!("a phrase has from 1 to {MAX_PHRASE} characters")
            });
        }
    }
    if count > MAX_PHRASES {
        return wrong("the file".to_owned(), format!("{count} phrases; at most {MAX_PHRASES} are read"));
    }
    for means in &lexicon.means {
        if means.sure == 0 || means.sure > 99 {
            return wrong(named(means), "`sure` is a percentage from 1 to 99".to_owned());
        }
    }
    Ok(lexicon)
}

/// How an entry is named in a message: by its first phrase.
pub(super) fn named(means: &Means) -> String {
    format!("the phrases from {:?} on", means.phrases.first().map_or("", String::as_str))
}

/// How people say that they speak a language.
fn language_phrases(name: &str) -> Vec<String> {
    ["speak {}", "speaks only {}", "{} speaker", "{} speaking", "{} interpreter", "first language {}", "language is {}"]
        .iter()
        .map(|form| form.replace("{}", name))
        .collect()
}

/// Reads what an entry says: `has homeless`, `has_not pet`, `gender woman`, `using`, `abstinent`, `never used`,
/// `offence arson`, `no offences`, `language pl`, `access step_free`, `by telephone`, `not by in_person`.
pub(super) fn says(text: &str) -> Option<Says> {
    let (kind, what) = text.split_once(' ').unwrap_or((text, ""));
    let said = match kind {
        "has" => Said::Characteristic(Characteristic::parse(what)?, true),
        "has_not" => Said::Characteristic(Characteristic::parse(what)?, false),
        "gender" => Said::Gender(Gender::parse(what)?),
        "using" => Said::SubstanceUse(SubstanceUse::Using),
        "abstinent" => Said::SubstanceUse(SubstanceUse::Abstinent { days: None }),
        "never" if what == "used" => Said::SubstanceUse(SubstanceUse::Never),
        "offence" => Said::Offence(OffenceType::parse(what)?),
        "no" if what == "offences" => Said::NoOffences,
        "language" => Said::Language(what.to_owned()),
        "access" => Said::Access(AccessFeature::parse(what)?),
        "by" => return Some(Says::Delivery(DeliveryMode::parse(what)?, true)),
        "not" => return Some(Says::Delivery(DeliveryMode::parse(what.strip_prefix("by ")?)?, false)),
        _ => return None,
    };
    Some(Says::Circumstance(said))
}

fn line_of(text: &str, byte: usize) -> usize {
    1 + text.bytes().take(byte).filter(|byte| *byte == b'\n').count()
}
