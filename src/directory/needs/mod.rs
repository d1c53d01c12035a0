//! The list of needs: what people want help with, in plain words, on two levels.
//!
//! The list is data, `data/needs.toml`; its header says how a coordinator adds a need. `reading`
//! reads and checks it; this module answers three questions: which need has this key, which needs
//! does a term of another taxonomy mean, and what could an unknown key have been meant to be.
//! To add a taxonomy: a variant of [`Taxonomy`] and its names, and a field of areas and needs.

mod reading;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, LazyLock};

pub use reading::NeedListError;
use serde::{Deserialize, Serialize};

/// Longest part of an unknown key that is looked at, in characters.
const MAX_UNKNOWN: usize = 80;
/// Most keys suggested for an unknown one.
const MAX_SUGGESTIONS: usize = 3;

/// The list that comes with Signpost.
static EMBEDDED: LazyLock<Result<Arc<NeedList>, NeedListError>> =
    LazyLock::new(|| NeedList::parse(include_str!("../../../data/needs.toml")).map(Arc::new));

/// A key that stands for no need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownNeed {
    /// The key as it was given, cut short if it was long.
    pub key: String,
    /// Keys that may have been meant, likeliest first; empty when nothing comes near.
    pub suggestions: Vec<String>,
}

impl std::error::Error for UnknownNeed {}

impl fmt::Display for UnknownNeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no need {:?}", self.key)?;
        match self.suggestions.as_slice() {
            [] => f.write_str("; `needs` lists them all"),
            some => write!(f, "; did you mean {}?", some.join(" or ")),
        }
    }
}

/// A taxonomy whose terms the list maps to needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Taxonomy {
    /// Open Eligibility, version 2.
    OpenEligibility,
    /// The Local Government Service List of the Local Government Association.
    Lgsl,
}

impl Taxonomy {
    /// The taxonomy a feed means by this name, whatever its capitals, spaces and version:
    /// `openEligibility`, `Open Eligibility v2`, `LGSL`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let letters: String =
            name.chars().filter(char::is_ascii_alphabetic).take(MAX_UNKNOWN).map(|c| c.to_ascii_lowercase()).collect();
        match letters.as_str() {
            "openeligibility" | "openeligibilityv" | "openeligibilityversion" => Some(Self::OpenEligibility),
            "lgsl" | "localgovernmentservicelist" | "localgovernmentserviceslist" => Some(Self::Lgsl),
            _ => None,
        }
    }
}

/// A code of another taxonomy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermCode {
    /// The code.
    pub code: String,
    /// The title the term must have, where the taxonomy uses one code for two things.
    pub title: Option<String>,
}

impl TermCode {
    fn read(text: &str) -> Self {
        match text.split_once(char::is_whitespace) {
            Some((code, title)) => Self { code: code.to_owned(), title: Some(title.trim().to_owned()) },
            None => Self { code: text.to_owned(), title: None },
        }
    }

    /// A term without a name cannot contradict the title.
    fn admits(&self, name: &str) -> bool {
        self.title.as_deref().is_none_or(|title| name.is_empty() || title.to_lowercase() == name.to_lowercase())
    }
}

/// An area: needs that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeedArea {
    /// Its key, as `housing`; stable.
    pub key: String,
    /// Its name in plain words.
    pub name: String,
    /// What it is about, in one sentence.
    pub summary: String,
    /// Terms of Open Eligibility that mean something in this area, and no one need of it.
    pub open_eligibility: Vec<TermCode>,
    /// The same of the Local Government Service List.
    pub lgsl: Vec<TermCode>,
    /// Its needs, in the order in which people see them.
    pub needs: Vec<Need>,
}

/// Something a person wants help with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Its full key, as `housing.emergency`; stable.
    pub key: String,
    /// Its name in plain words.
    pub name: String,
    /// What a person gets from a service that meets it, in one sentence.
    pub summary: String,
    /// Other names for it, the trade's words among them.
    pub synonyms: Vec<String>,
    /// What people really say.
    pub phrases: Vec<String>,
    /// Terms of Open Eligibility whose services meet it.
    pub open_eligibility: Vec<TermCode>,
    /// The same of the Local Government Service List.
    pub lgsl: Vec<TermCode>,
}

impl Need {
    /// The key of its area.
    #[must_use]
    pub fn area_key(&self) -> &str {
        self.key.split_once('.').map_or(self.key.as_str(), |(area, _)| area)
    }

    /// Every word and phrase it goes by: name, synonyms, phrases.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.name).chain(&self.synonyms).chain(&self.phrases).map(String::as_str)
    }
}

/// A need's position among all needs of a list, area by area: what the index holds in place of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NeedIndex(pub u16);

/// Where an area, or a need of it, stands in the list.
#[derive(Clone, Copy, Debug)]
struct Place {
    area: usize,
    need: Option<usize>,
}

/// The list, checked: keys are unique and well formed, nothing is empty.
#[derive(Clone, Debug)]
pub struct NeedList {
    areas: Vec<NeedArea>,
    by_key: BTreeMap<String, Place>,
    by_term: HashMap<(Taxonomy, String), Vec<(TermCode, Place)>>,
    /// Keys by folded word: names, synonyms, phrases, and the keys themselves.
    by_word: HashMap<String, BTreeSet<String>>,
}

impl NeedList {
    /// The list that comes with Signpost.
    ///
    /// # Errors
    /// When the list it was built with is wrong, which a test rules out.
    pub fn embedded() -> Result<Arc<Self>, NeedListError> {
        EMBEDDED.clone()
    }

    /// Reads and checks a list.
    ///
    /// # Errors
    /// The first thing that is wrong: the file is too long or is not TOML; a field is missing,
    /// empty, too long or unknown; a key is malformed or used twice; there are too many of something.
    pub fn parse(text: &str) -> Result<Self, NeedListError> {
        Ok(Self::index(reading::read(text)?))
    }

    fn index(areas: Vec<NeedArea>) -> Self {
        let mut by_key = BTreeMap::new();
        let mut by_term: HashMap<_, Vec<_>> = HashMap::new();
        let mut by_word: HashMap<_, BTreeSet<_>> = HashMap::new();
        let mut add = |key: &str, place, codes: [&[TermCode]; 2], words: &mut dyn Iterator<Item = &str>| {
            by_key.insert(key.to_owned(), place);
            for (taxonomy, codes) in [Taxonomy::OpenEligibility, Taxonomy::Lgsl].into_iter().zip(codes) {
                for code in codes {
                    by_term.entry((taxonomy, code.code.clone())).or_default().push((code.clone(), place));
                }
            }
            for word in words {
                by_word.entry(fold(word)).or_default().insert(key.to_owned());
            }
        };
        for (number, area) in areas.iter().enumerate() {
            let codes = [area.open_eligibility.as_slice(), area.lgsl.as_slice()];
            let words = &mut [area.key.as_str(), area.name.as_str()].into_iter();
            add(&area.key, Place { area: number, need: None }, codes, words);
            for (index, need) in area.needs.iter().enumerate() {
                let codes = [need.open_eligibility.as_slice(), need.lgsl.as_slice()];
                let words = &mut need.words().chain([need.key.as_str(), own_key(&need.key)]);
                add(&need.key, Place { area: number, need: Some(index) }, codes, words);
            }
        }
        Self { areas, by_key, by_term, by_word }
    }

    /// The areas, in the list's order.
    #[must_use]
    pub fn areas(&self) -> &[NeedArea] {
        &self.areas
    }

    /// All needs, area by area, in the list's order.
    pub fn needs(&self) -> impl Iterator<Item = &Need> {
        self.areas.iter().flat_map(|area| &area.needs)
    }

    /// The area with this key.
    #[must_use]
    pub fn area(&self, key: &str) -> Option<&NeedArea> {
        self.by_key.get(key).filter(|place| place.need.is_none()).and_then(|place| self.areas.get(place.area))
    }

    /// The need with this full key.
    #[must_use]
    pub fn need(&self, full_key: &str) -> Option<&Need> {
        self.by_key.get(full_key).and_then(|place| self.need_at(*place))
    }

    /// The position of the need with this full key.
    #[must_use]
    pub fn index_of(&self, full_key: &str) -> Option<NeedIndex> {
        let Place { area, need } = *self.by_key.get(full_key)?;
        let before: usize = self.areas.iter().take(area).map(|area| area.needs.len()).sum();
        u16::try_from(before + need?).ok().map(NeedIndex)
    }

    /// The need at a position.
    #[must_use]
    pub fn at(&self, index: NeedIndex) -> Option<&Need> {
        let mut index = usize::from(index.0);
        for area in &self.areas {
            match area.needs.get(index) {
                Some(need) => return Some(need),
                None => index -= area.needs.len(),
            }
        }
        None
    }

    /// The needs a key means: the one with this full key, or all needs of the area with this key.
    ///
    /// # Errors
    /// When it is the key of neither, with what may have been meant.
    pub fn expand(&self, key: &str) -> Result<Vec<&Need>, UnknownNeed> {
        if let Some(area) = self.area(key) {
            return Ok(area.needs.iter().collect());
        }
        self.need(key).map(|need| vec![need]).ok_or_else(|| UnknownNeed {
            key: key.chars().take(MAX_UNKNOWN).collect(),
            suggestions: self.suggest(key).into_iter().map(str::to_owned).collect(),
        })
    }

    /// The needs that services with this term meet, in the list's order; none when the term or
    /// its taxonomy is not known. The name decides only where the taxonomy gives one code to two things.
    #[must_use]
    pub fn needs_for_term(&self, taxonomy: &str, code: &str, name: &str) -> Vec<&Need> {
        let mut needs: Vec<&Need> =
            self.places_for_term(taxonomy, code, name).filter_map(|place| self.need_at(place)).collect();
        // One need may list both titles of a code.
        needs.dedup_by_key(|need| &need.key);
        needs
    }

    /// The areas a term belongs to that is too broad for any one need ("Housing").
    #[must_use]
    pub fn areas_for_term(&self, taxonomy: &str, code: &str, name: &str) -> Vec<&NeedArea> {
        self.places_for_term(taxonomy, code, name)
            .filter(|place| place.need.is_none())
            .filter_map(|place| self.areas.get(place.area))
            .collect()
    }

    /// Up to three keys of needs or areas that somebody may have meant by an unknown one, likeliest
    /// first: what has it for its name, a synonym or a phrase, else the keys and names nearest in spelling.
    #[must_use]
    pub fn suggest(&self, unknown: &str) -> Vec<&str> {
        let wanted = fold(&unknown.chars().take(MAX_UNKNOWN).collect::<String>());
        if let Some(keys) = self.by_word.get(&wanted) {
            return keys.iter().take(MAX_SUGGESTIONS).map(String::as_str).collect();
        }
        let letters: Vec<char> = wanted.chars().collect();
        // A third of the letters wrong is a slip of the hand; more is another word.
        let most = letters.len() / 3;
        let mut near: Vec<(usize, &str)> = self
            .by_key
            .iter()
            .filter_map(|(key, place)| {
                let name = self.need_at(*place).map(|need| need.name.as_str());
                let name = name.or_else(|| self.areas.get(place.area).map(|area| area.name.as_str()));
                let distance = [Some(key.as_str()), Some(own_key(key)), name]
                    .into_iter()
                    .flatten()
                    .filter_map(|candidate| distance_within(&letters, &fold(candidate), most))
                    .min()?;
                Some((distance, key.as_str()))
            })
            .collect();
        near.sort_unstable();
        near.into_iter().take(MAX_SUGGESTIONS).map(|(_, key)| key).collect()
    }

    fn need_at(&self, place: Place) -> Option<&Need> {
        self.areas.get(place.area)?.needs.get(place.need?)
    }

    fn places_for_term(&self, taxonomy: &str, code: &str, name: &str) -> impl Iterator<Item = Place> {
        Taxonomy::named(taxonomy)
            .and_then(|taxonomy| self.by_term.get(&(taxonomy, code.trim().to_owned())))
            .into_iter()
            .flatten()
            .filter(move |(term, _)| term.admits(name.trim()))
            .map(|(_, place)| *place)
    }
}

/// What stands behind the full stop of a need's full key; an area's key as it is.
fn own_key(key: &str) -> &str {
    key.split_once('.').map_or(key, |(_, own)| own)
}

/// Small letters and digits, everything else one space: `Dry-House` and `dry house` are one word.
fn fold(text: &str) -> String {
    let plain: String =
        text.to_lowercase().chars().map(|c| if c.is_alphanumeric() || c == '+' { c } else { ' ' }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The Levenshtein distance of two texts, or nothing when it is more than `most`.
pub(crate) fn distance_within(a: &[char], b: &str, most: usize) -> Option<usize> {
    let b: Vec<char> = b.chars().collect();
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        let mut left = i + 1;
        next.push(left);
        for (y, pair) in b.iter().zip(row.windows(2)) {
            let [diagonal, above] = pair else { continue };
            left = (left + 1).min(above + 1).min(diagonal + usize::from(x != y));
            next.push(left);
        }
        row = next;
    }
    row.last().copied().filter(|distance| *distance <= most)
}
