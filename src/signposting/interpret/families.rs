//! Families of phrases (`data/families.toml`): what people say in many ways that differ by a word.
//!
//! "{owe,owing} the {landlord,council} rent" is four phrases. Written out they would be hundreds of thousands; here each
//! place has its words, and a text that takes one of them in each place says the phrase.

use std::collections::BTreeMap;

use super::lexicon::LexiconError;
use super::vocabulary::{FUNCTION, LIGHT, SEMI, Sym, Vocabulary, WHOM, Word};
use crate::directory::needs::NeedList;

/// The families that come with Signpost.
const EMBEDDED: &str = include_str!("../../../data/families.toml");

/// Most phrases of a family, written out.
const MOST_PHRASES: usize = 50_000;
/// Most places of one.
const MOST_PLACES: usize = 8;
/// How much of a family is told in a message, in characters.
const TOLD: usize = 60;

/// A family: a need, and what may stand in each place. An empty text says that the place may be left out.
#[derive(Debug)]
pub(super) struct Family {
    /// The need, by its key.
    pub(super) need: String,
    written: String,
    places: Vec<Vec<String>>,
}

/// What may stand in one place of a family.
#[derive(Debug)]
pub(super) struct Place {
    /// Whether it may be left out.
    pub(super) optional: bool,
    /// The ways of saying it, as words.
    pub(super) ways: Vec<Vec<Sym>>,
}

/// The families that come with Signpost.
///
/// # Errors
/// When the file is wrong, which a test rules out.
pub(super) fn embedded() -> Result<Vec<Family>, LexiconError> {
    read(EMBEDDED)
}

/// Reads families: keys of needs with lists of phrases, in which braces hold what may stand in a place.
///
/// # Errors
/// What is no TOML, and the first family whose braces are wrong or that is too wide.
pub(super) fn read(text: &str) -> Result<Vec<Family>, LexiconError> {
    let all: BTreeMap<String, Vec<String>> = toml::from_str(text)
        .map_err(|error| LexiconError { entry: "the families".to_owned(), reason: error.message().to_owned() })?;
    let mut families = Vec::new();
    for (need, patterns) in all {
        for written in patterns {
            let places = places(&written).ok_or_else(|| LexiconError {
                entry: named(&need, &written),
                reason: "a brace is not closed, or stands in another".to_owned(),
            })?;
            let phrases = places.iter().fold(1_usize, |phrases, ways| phrases.saturating_mul(ways.len()));
            if phrases > MOST_PHRASES || places.len() > MOST_PLACES {
                let reason = format!(
                    "it is too wide, {phrases} phrases of {} places; at most {MOST_PHRASES} phrases of {MOST_PLACES} \
                     places are read, so make two of it",
                    places.len()
                );
                return Err(LexiconError { entry: named(&need, &written), reason });
            }
            families.push(Family { need: need.clone(), written, places });
        }
    }
    Ok(families)
}

/// Whether all families are of needs of a list.
///
/// # Errors
/// The first that is not.
pub(super) fn all_known(families: &[Family], needs: &NeedList) -> Result<(), LexiconError> {
    let known = |family: &&Family| needs.needs().any(|need| need.key == family.need);
    match families.iter().find(|family| !known(family)) {
        None => Ok(()),
        Some(family) => Err(LexiconError {
            entry: named(&family.need, &family.written),
            reason: format!("the list of needs has no {:?}", family.need),
        }),
    }
}

/// How a family is named in a message: by its need and how it begins.
fn named(need: &str, written: &str) -> String {
    format!("the family of {need} {:?}", written.chars().take(TOLD).collect::<String>())
}

/// The places of a phrase with braces.
fn places(written: &str) -> Option<Vec<Vec<String>>> {
    let mut places = Vec::new();
    let mut rest = written;
    while let Some((before, after)) = rest.split_once('{') {
        let (inside, behind) = after.split_once('}')?;
        if before.contains('}') || inside.contains('{') {
            return None;
        }
        places.push(vec![before.trim().to_owned()]);
        places.push(inside.split(',').map(|way| way.trim().to_owned()).collect());
        rest = behind;
    }
    if rest.contains('}') {
        return None;
    }
    places.push(vec![rest.trim().to_owned()]);
    places.retain(|ways| ways.iter().any(|way| !way.is_empty()));
    Some(places)
}

impl Family {
    /// Its places as words. Words that say little are left out where others stand beside them.
    ///
    /// # Errors
    /// When a phrase of it says too little: it has no word that names something, or a single word beside places that may
    /// be left out.
    pub(super) fn learn(&self, vocabulary: &mut Vocabulary) -> Result<(Vec<Place>, Vec<Word>), LexiconError> {
        let (mut places, mut lasts): (Vec<Place>, Vec<Word>) = (Vec::new(), Vec::new());
        let (mut naming, mut least) = (0, 0);
        let alone = self.places.len() == 1;
        for written in &self.places {
            let mut said: Vec<Vec<Word>> = Vec::new();
            let mut optional = false;
            for way in written {
                let all = vocabulary.learn_words(way);
                let mut words = telling(&all);
                // "Had a fall" is no "fall", where nothing else is said.
                if alone && words.len() == 1 {
                    words = all.iter().filter(|word| !word.is(LIGHT) || word.role & FUNCTION == 0).copied().collect();
                }
                optional |= way.is_empty();
                if !words.is_empty() {
                    said.push(words);
                }
            }
            if said.is_empty() {
                continue;
            }
            if !optional {
                let names = |words: &Vec<Word>| words.iter().filter(|word| word.role & FUNCTION == 0).count();
                naming += said.iter().map(names).min().unwrap_or_default();
                least += said.iter().map(Vec::len).min().unwrap_or_default();
                lasts.clear();
            }
            lasts.extend(said.iter().filter_map(|words| words.last()).copied());
            let ways = said.iter().map(|words| words.iter().map(|word| word.sym).collect()).collect();
            places.push(Place { optional, ways });
        }
        if naming == 0 || (least < 2 && !alone) {
            return Err(LexiconError {
                entry: named(&self.need, &self.written),
                reason: "a phrase of this family says too little; say more in each of its places".to_owned(),
            });
        }
        Ok((places, lasts))
    }
}

/// The words that say something, and to whom it is done ("hits me", but not "her tablets"); where no word does, those that
/// say a little.
fn telling(all: &[Word]) -> Vec<Word> {
    let mut says: Vec<Word> = Vec::new();
    for word in all {
        if !word.is(LIGHT | SEMI) || (word.is(WHOM) && !says.is_empty()) {
            says.push(*word);
        }
    }
    if says.is_empty() { all.iter().copied().filter(|word| !word.is(LIGHT)).collect() } else { says }
}
