//! Which texts hold which words: a dictionary of all words, and for each the texts that hold it.
//!
//! A word that is asked for stands for every word that begins with it and every word of the same stem ("benefits"
//! finds "benefit"). Only where nothing known is meant that way, what is nearest in spelling is taken. Each find says
//! where in its text it stands (its [`Field`]: name before agency before needs before the rest) and [`How`] it stands for
//! the word.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use frostem::{Algorithm, Stemmer};
use fst::automaton::{Levenshtein, Str};
use fst::{Automaton, IntoStreamer, Map, Set, Streamer};

use super::text::words;
use crate::directory::needs::distance_within;

/// A text's number; texts are added in the order of their numbers, from 0.
pub type TextNumber = u32;

/// Where in a text a word stands; the better place comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// In its name.
    Name,
    /// In the name of its agency.
    Agency,
    /// In the name of a need that it meets, or another word for one.
    Need,
    /// Anywhere else: summary, description.
    Other,
}

impl Field {
    /// Every field, best first.
    pub const ALL: &'static [Self] = &[Self::Name, Self::Agency, Self::Need, Self::Other];
}

/// How a word of a text stands for a word of the question; the plainest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// It is that word.
    Exact,
    /// It is another form of it.
    Form,
    /// It begins with it.
    Beginning,
    /// It is spelt nearly like it.
    Spelling,
}

impl How {
    /// Every way, the plainest first.
    pub const ALL: &'static [Self] = &[Self::Exact, Self::Form, Self::Beginning, Self::Spelling];
}

/// From this length on one slip is forgiven, in letters: of shorter words there are too many neighbours.
const ONE_SLIP_FROM: usize = 4;
/// From this length on two are.
const TWO_SLIPS_FROM: usize = 8;
/// The most words that a question may look for.
pub const MOST_WORDS: usize = 32;

/// How an asked word is understood. It is the same for all parts of a directory, so that what is found
/// does not depend on which part holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Understood {
    /// As words that begin with it or share its stem.
    AsWritten,
    /// As words so many slips of the hand away.
    Slips(u8),
    /// Not at all: nothing is near it.
    Unknown,
}

/// Texts as they are added, one after the other.
#[derive(Debug, Default)]
pub struct PostingsBuilder {
    numbers: HashMap<Box<str>, u32, FixedState>,
    lists: Vec<List>,
    texts: TextNumber,
    /// The words of the text that is being added, with their best fields.
    here: HashMap<u32, Field, FixedState>,
}

/// The texts of one word, as gaps between their numbers.
#[derive(Debug, Default)]
struct List {
    next: TextNumber,
    bytes: Vec<u8>,
}

impl PostingsBuilder {
    /// Adds the next text.
    pub fn add<'a>(&mut self, text: impl IntoIterator<Item = (Field, &'a str)>) {
        let mut here = std::mem::take(&mut self.here);
        for (field, part) in text {
            for word in words(part) {
                let number = self.number(word);
                here.entry(number).and_modify(|best| *best = field.min(*best)).or_insert(field);
            }
        }
        for (number, field) in here.drain() {
            if let Some(list) = self.lists.get_mut(number as usize) {
                let gap = u64::from(self.texts - list.next);
                write_number(&mut list.bytes, (gap << 2) | field as u64);
                list.next = self.texts + 1;
            }
        }
        self.here = here;
        self.texts += 1;
    }

    fn number(&mut self, word: String) -> u32 {
        if let Some(number) = self.numbers.get(word.as_str()) {
            return *number;
        }
        let number = u32::try_from(self.lists.len()).unwrap_or(u32::MAX);
        self.numbers.insert(word.into_boxed_str(), number);
        self.lists.push(List::default());
        number
    }

    /// The finished postings.
    #[must_use]
    pub fn finish(self) -> Postings {
        let mut sorted: Vec<(Box<str>, u32)> = self.numbers.into_iter().collect();
        sorted.sort_unstable();
        let mut starts = Vec::with_capacity(sorted.len() + 1);
        let mut bytes = Vec::with_capacity(self.lists.iter().map(|list| list.bytes.len()).sum());
        for (_, number) in &sorted {
            starts.push(bytes.len() as u64);
            bytes.extend(self.lists.get(*number as usize).map_or(&[][..], |list| &list.bytes));
        }
        starts.push(bytes.len() as u64);
        let stemmer = Stemmer::new(Algorithm::English);
        let mut stems: Vec<String> = sorted.iter().map(|(word, _)| stem_key(&stemmer, word)).collect();
        stems.sort_unstable();
        // Sorted and each once, which is all that could go wrong; an empty dictionary finds nothing.
        let numbered = sorted.iter().zip(0_u64..).map(|((word, _), number)| (word.as_bytes(), number));
        Postings {
            words: Map::from_iter(numbered).unwrap_or_default(),
            stems: Set::from_iter(stems).unwrap_or_default(),
            starts,
            bytes,
            texts: self.texts,
        }
    }
}

/// A word's stem, a separator that no word has, and the word.
fn stem_key(stemmer: &Stemmer, word: &str) -> String {
    format!("{}\0{word}", stemmer.stem(word))
}

/// Seven bits a byte, lowest first; the highest bit says that more follow.
fn write_number(bytes: &mut Vec<u8>, mut number: u64) {
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}

/// All words with their texts.
#[derive(Debug)]
pub struct Postings {
    /// From the folded word to its number, in alphabetical order.
    words: Map<Vec<u8>>,
    /// Words behind their stems.
    stems: Set<Vec<u8>>,
    /// Where each word's list begins in `bytes`; one more at the end.
    starts: Vec<u64>,
    bytes: Vec<u8>,
    texts: TextNumber,
}

/// What postings are made of.
#[derive(Debug)]
pub struct KeptPostings<B, N> {
    /// The dictionary of all words.
    pub words: B,
    /// The dictionary of their stems.
    pub stems: B,
    /// The lists of texts, one behind the other.
    pub lists: B,
    /// Where each list begins.
    pub starts: N,
}

/// A text that holds all the words that were asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The text.
    pub text: TextNumber,
    /// Four bits a word: see [`Found`].
    found: u128,
}

impl Hit {
    /// Where each of so many words stands at its best, and how what stands there stands for it.
    pub fn found(self, words: usize) -> impl Iterator<Item = (Field, How)> {
        (0..words.min(MOST_WORDS)).filter_map(move |word| Found((self.found >> (4 * word) & 0xf) as u8).read())
    }
}

/// A field and how a word in it stands for the one that was asked for, in four bits: the better the less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Found(u8);

impl Found {
    /// More than any.
    const NOWHERE: Self = Self(u8::MAX);

    const fn of(field: Field, how: How) -> Self {
        Self(((field as u8) << 2) | how as u8)
    }

    fn read(self) -> Option<(Field, How)> {
        Some((*Field::ALL.get(usize::from(self.0 >> 2))?, *How::ALL.get(usize::from(self.0 & 3))?))
    }
}

/// The number of a word that may be meant, and how it stands for the one that was asked for.
type Meant = (u64, How);

impl Postings {
    /// Postings of no text at all.
    #[must_use]
    pub fn empty() -> Self {
        PostingsBuilder::default().finish()
    }

    /// All of it as bytes, and where each word's list begins: what [`Self::of_kept`] makes postings of.
    #[must_use]
    pub fn kept(&self) -> KeptPostings<&[u8], &[u64]> {
        KeptPostings {
            words: self.words.as_fst().as_bytes(),
            stems: self.stems.as_fst().as_bytes(),
            lists: &self.bytes,
            starts: &self.starts,
        }
    }

    /// Postings of so many texts as they were kept; `None` where these are none.
    #[must_use]
    pub fn of_kept(kept: KeptPostings<Vec<u8>, Vec<u64>>, texts: usize) -> Option<Self> {
        let KeptPostings { words, stems, lists, starts } = kept;
        let (words, stems) = (Map::new(words).ok()?, Set::new(stems).ok()?);
        // Every word is walked to once: whoever searches later meets nothing that was not met here.
        let mut stream = words.stream();
        for number in 0..starts.len().checked_sub(1)? {
            let (_, found) = stream.next()?;
            (found == number as u64).then_some(())?;
        }
        let mut stems_left = stems.stream();
        let stemmed = (1..starts.len()).all(|_| stems_left.next().is_some());
        let whole = stream.next().is_none() && stemmed && stems_left.next().is_none();
        let counted = starts.is_sorted() && starts.last() == Some(&(lists.len() as u64));
        let texts = TextNumber::try_from(texts).ok()?;
        drop((stream, stems_left));
        (whole && counted).then_some(Self { words, stems, starts, bytes: lists, texts })
    }

    /// Every word of every text with where it stands, word by word.
    pub fn each(&self, mut tell: impl FnMut(&str, TextNumber, Field)) {
        let mut stream = self.words.stream();
        while let Some((word, number)) = stream.next() {
            let word = std::str::from_utf8(word).unwrap_or_default();
            self.list(number).into_iter().flat_map(entries).for_each(|(text, field)| tell(word, text, field));
        }
    }

    /// How this part of the directory understands a folded word, by those of its texts that hold.
    #[must_use]
    pub fn understand(&self, word: &str, holds: impl Fn(TextNumber) -> bool) -> Understood {
        let known = |meant: Vec<Meant>| {
            meant.into_iter().filter_map(|(number, _)| self.list(number)).flat_map(entries).any(|(text, _)| holds(text))
        };
        if known(self.as_written(word)) {
            return Understood::AsWritten;
        }
        let mut slips = 1..=forgiven(word);
        slips.find(|slips| known(self.slipped(word, *slips))).map_or(Understood::Unknown, Understood::Slips)
    }

    /// The texts that hold all of these words, in the order of their numbers.
    #[must_use]
    pub fn find(&self, asked: &[(String, Understood)]) -> Vec<Hit> {
        let mut found: Option<Vec<Hit>> = None;
        for (place, (word, understood)) in asked.iter().enumerate().take(MOST_WORDS) {
            let meant = match understood {
                Understood::AsWritten => self.as_written(word),
                Understood::Slips(slips) => self.slipped(word, *slips),
                Understood::Unknown => Vec::new(),
            };
            let texts = self.union(&meant);
            let here = |found: Found| u128::from(found.0) << (4 * place);
            found = Some(match found {
                None => texts.iter().map(|(text, best)| Hit { text: *text, found: here(*best) }).collect(),
                Some(before) => before
                    .into_iter()
                    .filter_map(|hit| {
                        let index = texts.binary_search_by_key(&hit.text, |(text, _)| *text).ok()?;
                        Some(Hit { found: hit.found | here(texts.get(index)?.1), ..hit })
                    })
                    .collect(),
            });
        }
        found.unwrap_or_default()
    }

    /// The words that begin with this one or share its stem, each once, as the plainest of what it is.
    fn as_written(&self, word: &str) -> Vec<Meant> {
        let mut meant = Vec::new();
        let mut stream = self.words.search(Str::new(word).starts_with()).into_stream();
        while let Some((begun, number)) = stream.next() {
            meant.push((number, if begun == word.as_bytes() { How::Exact } else { How::Beginning }));
        }
        let stemmer = Stemmer::new(Algorithm::English);
        let stem = format!("{}\0", stemmer.stem(word));
        let mut stream = self.stems.search(Str::new(&stem).starts_with()).into_stream();
        while let Some(key) = stream.next() {
            meant.extend(key.get(stem.len()..).and_then(|word| self.words.get(word)).map(|number| (number, How::Form)));
        }
        meant.sort_unstable();
        meant.dedup_by_key(|(number, _)| *number);
        meant
    }

    /// The words exactly so many slips away; two letters that changed places are one slip.
    fn slipped(&self, word: &str, slips: u8) -> Vec<Meant> {
        let mut meant = Vec::new();
        if slips == 1 {
            let letters: Vec<char> = word.chars().collect();
            for at in 1..letters.len() {
                let mut swapped = letters.clone();
                swapped.swap(at - 1, at);
                meant.extend(self.words.get(swapped.into_iter().collect::<String>()));
            }
        }
        // A word too long for an automaton is no word that somebody mistyped.
        if let Ok(near) = Levenshtein::new(word, u32::from(slips)) {
            let mut stream = self.words.search(near).into_stream();
            while let Some((_, number)) = stream.next() {
                meant.push(number);
            }
        }
        meant.sort_unstable();
        meant.dedup();
        meant.into_iter().map(|number| (number, How::Spelling)).collect()
    }

    /// The texts that hold any of these words, each with the best that is found in it, in order.
    fn union(&self, meant: &[Meant]) -> Vec<(TextNumber, Found)> {
        let lists: Vec<(&[u8], How)> =
            meant.iter().filter_map(|(number, how)| Some((self.list(*number)?, *how))).collect();
        let long: usize = lists.iter().map(|(list, _)| list.len()).sum();
        if lists.len() > 1 && long > self.texts as usize / 8 {
            return self.union_of_many(&lists);
        }
        let mut all: Vec<(TextNumber, Found)> = lists.into_iter().flat_map(found_in).collect();
        if meant.len() > 1 {
            all.sort_unstable();
            all.dedup_by_key(|(text, _)| *text);
        }
        all
    }

    /// The same by a mark for every text there is: what a beginning of one letter comes to.
    fn union_of_many(&self, lists: &[(&[u8], How)]) -> Vec<(TextNumber, Found)> {
        let mut best = vec![Found::NOWHERE; self.texts as usize];
        for (text, found) in lists.iter().copied().flat_map(found_in) {
            if let Some(best) = best.get_mut(text as usize) {
                *best = found.min(*best);
            }
        }
        (0..).zip(best).filter(|(_, best)| *best != Found::NOWHERE).collect()
    }

    fn list(&self, number: u64) -> Option<&[u8]> {
        let number = usize::try_from(number).ok()?;
        let (from, to) = (*self.starts.get(number)?, *self.starts.get(number + 1)?);
        self.bytes.get(usize::try_from(from).ok()?..usize::try_from(to).ok()?)
    }
}

/// What words of one stem have in common.
pub(super) struct Stems(Stemmer);

impl Default for Stems {
    fn default() -> Self {
        Self(Stemmer::new(Algorithm::English))
    }
}

impl Stems {
    /// The stem of a folded word.
    pub(super) fn stem(&self, word: &str) -> String {
        self.0.stem(word).into_owned()
    }
}

/// Whether one word is the other but for at most so many slips, as [`Postings::slipped`] finds them.
pub(super) fn slips_between(asked: &str, word: &str, slips: u8) -> bool {
    let letters: Vec<char> = asked.chars().collect();
    if distance_within(&letters, word, slips.into()).is_some() {
        return true;
    }
    let exchanged = |at: &usize| {
        let mut swapped = letters.clone();
        swapped.swap(at - 1, *at);
        word.chars().eq(swapped)
    };
    slips == 1 && (1..letters.len()).any(|at| exchanged(&at))
}

/// How many slips are forgiven in a word.
fn forgiven(word: &str) -> u8 {
    match word.chars().count() {
        letters if letters >= TWO_SLIPS_FROM => 2,
        letters if letters >= ONE_SLIP_FROM => 1,
        _ => 0,
    }
}

/// The entries of a list whose word stands for the one that was asked for in this way.
fn found_in((list, how): (&[u8], How)) -> impl Iterator<Item = (TextNumber, Found)> {
    entries(list).map(move |(text, field)| (text, Found::of(field, how)))
}

/// The entries of a list.
fn entries(bytes: &[u8]) -> impl Iterator<Item = (TextNumber, Field)> {
    let mut rest = bytes.iter();
    let mut next: TextNumber = 0;
    std::iter::from_fn(move || {
        let (mut number, mut shift) = (0_u64, 0_u32);
        loop {
            let byte = *rest.next()?;
            number |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                break;
            }
            shift += 7;
        }
        let field = *Field::ALL.get((number & 3) as usize)?;
        let text = next.checked_add(u32::try_from(number >> 2).ok()?)?;
        next = text.checked_add(1)?;
        Some((text, field))
    })
}
