//! All that the interpreter knows, made once of the list of needs and the lexicon; and what of it occurs in a text.

use std::collections::{HashMap, HashSet};

use super::families::Family;
use super::forms::Forms;
use super::gist::{Gist, GistBuilder};
use super::lexicon::{self, Lexicon, LexiconError, Says, named};
use super::phrases::{Match, Trie, TrieBuilder};
use super::tokens::Tokens;
use super::vocabulary::{
    BY, CANT, DENIES, FUNCTION, HELD, I, KIN, LACK, LIGHT, LITTLE, MINE, NEVER, NOT, SEMI, SKIP, Sym, THEY, VAGUE,
    Vocabulary, WANT, WHOM, Word,
};
use crate::directory::needs::{Need, NeedList};

/// How strong a phrase of a need is, by its words that count.
const STRENGTHS: [f64; 3] = [0.72, 0.85, 0.92];
/// How strong a phrase of a family is.
const OF_FAMILY: f64 = 0.80;
/// How strong a word is that means other things as often.
const WEAK: f64 = 0.45;
/// A word that stands in more phrases than this tells nothing by itself.
const MOST_PHRASES: usize = 70;

/// What a phrase means.
#[derive(Clone, Copy, Debug)]
pub(super) enum Entry {
    /// A need, by its place in the list.
    Need {
        /// Which.
        need: u16,
        /// How strong the evidence is.
        strength: f64,
        /// Whether it names something one can have or lack.
        thing: bool,
    },
    /// An entry of the lexicon, by its place there; with whether it names a thing.
    Means(u16, bool),
}

/// An entry of the lexicon, read.
#[derive(Debug)]
pub(super) struct Meaning {
    pub(super) says: Vec<Says>,
    pub(super) needs: Vec<u16>,
    pub(super) sure: f64,
    pub(super) flips: bool,
    pub(super) alone: bool,
    pub(super) anyone: bool,
    pub(super) person: bool,
    pub(super) head: bool,
    /// Whether it only says that its words mean none of what their parts mean.
    pub(super) nothing: bool,
}

/// A phrase, as words that may stand anywhere near each other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loose {
    pub(super) entry: u32,
    pub(super) words: u8,
    pub(super) weight: f32,
    /// Whether it holds a denial of its own.
    pub(super) denies: bool,
}

/// Phrases by a word that is in them, with what the word weighs.
pub(super) type Holding = HashMap<Sym, Vec<(u32, f32)>>;

/// All that the interpreter knows.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) vocabulary: Vocabulary,
    pub(super) keys: Vec<String>,
    pub(super) unknown_needs: Vec<String>,
    /// Phrases of the list of needs that are too little to be read.
    pub(super) too_little: Vec<String>,
    pub(super) entries: Vec<Entry>,
    pub(super) meanings: Vec<Meaning>,
    /// What a need of a relative is to the person, by need.
    pub(super) relatives: Vec<Option<u16>>,
    /// Whether a need is over where somebody was in it, by need.
    pub(super) once: Vec<bool>,
    /// Whether it is help for who suffered something, by need.
    pub(super) suffered: Vec<bool>,
    /// Whether what a partner does is done to the person, by need.
    pub(super) at_home: Vec<bool>,
    /// What written words do in a sentence.
    pub(super) forms: Forms,
    pub(super) loose: Vec<Loose>,
    /// Phrases by word, with what the word weighs.
    pub(super) holding: Holding,
    /// What single words point to.
    pub(super) gist: Gist,
    /// Words that point to nothing by themselves.
    pub(super) not_alone: HashSet<Sym>,
    trie: Trie,
}

/// A phrase that was found, and is no part of a longer one.
#[derive(Clone, Copy, Debug)]
pub(super) struct FoundPhrase {
    pub(super) entry: Entry,
    pub(super) first: usize,
    pub(super) last: usize,
    /// Whether it counts for needs.
    pub(super) for_needs: bool,
    /// Whether it counts for circumstances.
    pub(super) for_life: bool,
}

struct Making {
    vocabulary: Vocabulary,
    entries: Vec<Entry>,
    trie: TrieBuilder,
    seen: HashSet<(Vec<Sym>, u16)>,
    /// Phrases that may be found loosely: words that name something, whether they deny, and their entry.
    loose: Vec<(Vec<Sym>, bool, u32)>,
    gist: GistBuilder,
    too_little: Vec<String>,
}

impl Reading {
    pub(super) fn new(list: &NeedList, lexicon: Lexicon, families: Vec<Family>) -> Result<Self, LexiconError> {
        let mut making = Making {
            vocabulary: Vocabulary::new(&lexicon)?,
            entries: Vec::new(),
            trie: TrieBuilder::default(),
            seen: HashSet::new(),
            loose: Vec::new(),
            gist: GistBuilder::default(),
            too_little: Vec::new(),
        };
        let keys: Vec<String> = list.needs().map(|need| need.key.clone()).collect();
        let mut unknown_needs = Vec::new();
        for word in &lexicon.things {
            making.vocabulary.learn_thing(word);
        }
        let passed_over: HashSet<Vec<Sym>> = lexicon.passed_over.iter().map(|word| making.whole(word)).collect();
        let weak: HashSet<Vec<Sym>> = lexicon.weak.iter().map(|word| making.whole(word)).collect();
        let not_alone = lexicon.not_alone.iter().map(|word| making.vocabulary.learn(word)).collect();
        let mut twice: HashSet<(Vec<String>, &String)> = HashSet::new();
        let mut meanings = Vec::with_capacity(lexicon.means.len());
        for (index, means) in lexicon.means.iter().enumerate() {
            let says: Option<Vec<Says>> = means.says.iter().map(|text| lexicon::says(text)).collect();
            let says = says.ok_or_else(|| LexiconError {
                entry: named(means),
                reason: format!("`says` has something that cannot be said: {:?}", means.says),
            })?;
            let known = |key: &String| keys.iter().position(|held| held == key).and_then(|at| u16::try_from(at).ok());
            let needs: Vec<u16> = means.needs.iter().filter_map(known).collect();
            unknown_needs.extend(means.needs.iter().filter(|key| known(key).is_none()).cloned());
            let nothing = means.says.is_empty() && means.needs.is_empty();
            meanings.push(Meaning {
                says,
                needs,
                sure: f64::from(means.sure) / 100.0,
                flips: means.flips,
                alone: means.alone,
                anyone: means.anyone,
                person: means.person,
                head: means.head,
                nothing,
            });
            let index = u16::try_from(index)
                .map_err(|_| LexiconError { entry: named(means), reason: "there are too many entries".to_owned() })?;
            for phrase in &means.phrases {
                let tokens = Tokens::of(phrase);
                let as_read: Vec<String> = tokens.list.iter().map(|token| tokens.word(token).to_owned()).collect();
                for what in means.says.iter().chain(&means.needs) {
                    if !twice.insert((as_read.clone(), what)) {
                        return Err(LexiconError {
                            entry: format!("{phrase:?}"),
                            reason: format!("it says {what:?} in two places; leave the surer"),
                        });
                    }
                }
                let said = making.vocabulary.learn_words(phrase);
                if let Some(meaning) = meanings.get(usize::from(index)) {
                    making.gist.phrase(&said, &meaning.needs, f32::from(means.sure) / 100.0);
                }
                let words = kept(said, means.anyone);
                if too_little(&words) {
                    return Err(LexiconError {
                        entry: format!("{phrase:?}"),
                        reason: "all that is left of it are words that stand in every sentence; leave it out, or say \
                            more"
                            .to_owned(),
                    });
                }
                let thing = words.last().is_some_and(|word| making.vocabulary.is_thing(word.sym));
                making.add(&words, Entry::Means(index, thing), u16::MAX - index);
            }
        }
        for (index, need) in list.needs().enumerate() {
            let index = u16::try_from(index).unwrap_or(u16::MAX);
            let all_things = covers(&lexicon.needs_of_things, &need.key);
            making.need(index, need, all_things, &passed_over, &weak);
        }
        for family in families {
            match keys.iter().position(|held| *held == family.need).and_then(|at| u16::try_from(at).ok()) {
                Some(need) => making.family(need, &family, covers(&lexicon.needs_of_things, &family.need))?,
                None => unknown_needs.push(family.need),
            }
        }
        for (key, said) in &lexicon.examples {
            match keys.iter().position(|held| held == key).and_then(|at| u16::try_from(at).ok()) {
                Some(need) => said.iter().for_each(|said| making.example(need, said)),
                None => unknown_needs.push(key.clone()),
            }
        }
        for (index, need) in list.needs().enumerate() {
            let words = making.vocabulary.words(&Tokens::of(&need.summary));
            making.gist.summary(&words, u16::try_from(index).unwrap_or(u16::MAX));
        }
        let needs = keys.len();
        let once = keys.iter().map(|key| covers(&lexicon.once, key)).collect();
        let suffered = keys.iter().map(|key| covers(&lexicon.suffered, key)).collect();
        let at_home = keys.iter().map(|key| covers(&lexicon.at_home, key)).collect();
        let forms = Forms::new(&lexicon)?;
        let relatives = relatives(&keys, &lexicon, &mut unknown_needs);
        making.vocabulary.close();
        let (loose, holding) = loose(making.loose);
        Ok(Self {
            vocabulary: making.vocabulary,
            keys,
            unknown_needs,
            too_little: making.too_little,
            entries: making.entries,
            meanings,
            relatives,
            once,
            at_home,
            suffered,
            forms,
            loose,
            holding,
            gist: making.gist.build(needs),
            not_alone,
            trie: making.trie.build(),
        })
    }

    /// Every phrase that occurs, in order, without those inside a longer one of their sort.
    pub(super) fn find(&self, words: &[Word]) -> Vec<FoundPhrase> {
        let mut matches = Vec::new();
        self.trie.matches(words, &mut matches);
        for one in &mut matches {
            // "My kids" is no longer than "kids", so that it does not stand beside "kids are in care".
            let says = (one.first..=one.last).find(|at| words.get(*at).is_some_and(|word| !word.is(LIGHT)));
            one.first = says.unwrap_or(one.first);
        }
        let nothing = |one: &Match| {
            let entry = self.entries.get(one.which as usize);
            entry.and_then(|entry| self.meaning(*entry)).is_some_and(|meaning| meaning.nothing)
        };
        matches.sort_by_cached_key(|one| (one.first, usize::MAX - one.last, !nothing(one), one.which));
        matches.dedup();
        self.keep_fullest(&mut matches);
        let mut found = Vec::with_capacity(matches.len());
        // The longest so far, of each sort: a later one that ends no further is inside it.
        let (mut needs, mut life) = ((0, 0), (0, 0));
        let mut blocked = None;
        let inside = |held: &mut (usize, usize), one: &Match| {
            let within = one.last < held.1 && (one.first, one.last + 1) != *held;
            let same_end = one.last + 1 == held.1 && one.first > held.0;
            if one.last + 1 > held.1 {
                *held = (one.first, one.last + 1);
            }
            within || same_end
        };
        for one in matches {
            let Some(entry) = self.entries.get(one.which as usize).copied() else { continue };
            let span = (one.first, one.last);
            let (mut for_needs, mut for_life) = match entry {
                Entry::Need { .. } => (true, false),
                Entry::Means(which, _) => self.meanings.get(usize::from(which)).map_or((false, false), |meaning| {
                    (meaning.nothing || !meaning.needs.is_empty(), meaning.nothing || !meaning.says.is_empty())
                }),
            };
            for_needs = for_needs && !inside(&mut needs, &one);
            for_life = for_life && !inside(&mut life, &one) && (blocked != Some(span));
            if for_life && self.meaning(entry).is_some_and(|meaning| meaning.nothing) {
                // What means nothing stands before what means something in the same words.
                blocked = Some(span);
            }
            if for_needs || for_life {
                found.push(FoundPhrase { entry, first: one.first, last: one.last, for_needs, for_life });
            }
        }
        // "Got a job" in "got a job interview": its last word belongs to what means nothing, which goes on.
        let blocks: Vec<(usize, usize)> = found
            .iter()
            .filter(|one| self.meaning(one.entry).is_some_and(|meaning| meaning.nothing))
            .map(|one| (one.first, one.last))
            .collect();
        // "Out on Monday" in "chucked out on Monday": its first word belongs to what was found before.
        let ends: Vec<(usize, usize)> =
            found.iter().filter(|one| one.for_needs && one.first < one.last).map(|one| (one.first, one.last)).collect();
        found.retain(|one| {
            let small = words.get(one.first).is_some_and(|word| word.is(SKIP) && !word.is(SEMI | VAGUE | LIGHT));
            let ended = small
                && one.first < one.last
                && ends.iter().any(|(first, last)| *first < one.first && *last == one.first);
            !ended && !blocks.iter().any(|(first, last)| one.first < *first && (*first..*last).contains(&one.last))
        });
        found
    }

    /// Of phrases for needs over the same words keeps those that pass over the fewest: "get out the house" is not "get
    /// a house" with a word between.
    fn keep_fullest(&self, matches: &mut Vec<Match>) {
        let for_needs = |one: &Match| match self.entries.get(one.which as usize) {
            Some(Entry::Means(which, _)) => {
                self.meanings.get(usize::from(*which)).is_some_and(|meaning| !meaning.needs.is_empty())
            }
            Some(Entry::Need { .. }) => true,
            None => false,
        };
        let mut fullest: HashMap<(usize, usize), u8> = HashMap::new();
        for one in matches.iter().filter(|one| for_needs(one)) {
            let most = fullest.entry((one.first, one.last)).or_default();
            *most = one.words.max(*most);
        }
        matches.retain(|one| {
            let says = self.entries.get(one.which as usize).and_then(|entry| self.meaning(*entry));
            let only_needs = says.is_none_or(|meaning| meaning.says.is_empty() && !meaning.nothing);
            !only_needs || fullest.get(&(one.first, one.last)).is_none_or(|most| one.words >= *most)
        });
    }

    pub(super) fn meaning(&self, entry: Entry) -> Option<&Meaning> {
        match entry {
            Entry::Need { .. } => None,
            Entry::Means(which, _) => self.meanings.get(usize::from(which)),
        }
    }
}

impl Making {
    /// All words of a phrase, for comparing phrases with each other.
    fn whole(&mut self, phrase: &str) -> Vec<Sym> {
        self.vocabulary.learn_words(phrase).iter().map(|word| word.sym).collect()
    }

    /// Adds a phrase, once for each that owns it.
    fn add(&mut self, words: &[Word], entry: Entry, owner: u16) -> Option<u32> {
        let syms: Vec<Sym> = words.iter().map(|word| word.sym).collect();
        if syms.is_empty() || !self.seen.insert((syms.clone(), owner)) {
            return None;
        }
        let which = u32::try_from(self.entries.len()).ok()?;
        self.trie.add(&syms, which);
        self.entries.push(entry);
        Some(which)
    }

    /// Adds a family of phrases of a need.
    fn family(&mut self, need: u16, family: &Family, all_things: bool) -> Result<(), LexiconError> {
        let (places, lasts) = family.learn(&mut self.vocabulary)?;
        let thing = all_things || lasts.iter().all(|word| self.vocabulary.is_thing(word.sym));
        if let Ok(which) = u32::try_from(self.entries.len()) {
            self.trie.family(&places, which);
            self.entries.push(Entry::Need { need, strength: OF_FAMILY, thing });
        }
        Ok(())
    }

    /// What somebody says who has a need.
    fn example(&mut self, need: u16, said: &str) {
        let words = self.vocabulary.learn_words(said);
        self.gist.phrase(&words, &[need], 1.0);
    }

    fn need(
        &mut self,
        index: u16,
        need: &Need,
        all_things: bool,
        passed_over: &HashSet<Vec<Sym>>,
        weak: &HashSet<Vec<Sym>>,
    ) {
        for phrase in need.words() {
            let whole = self.whole(phrase);
            if passed_over.contains(&whole) {
                continue;
            }
            let said = self.vocabulary.learn_words(phrase);
            self.gist.phrase(&said, &[index], 1.0);
            // Who does it and to whom is told by the order of the words.
            let ordered = said.iter().any(|word| word.is(KIN)) && said.iter().any(|word| word.is(I | THEY | WHOM));
            let words = kept(said, false);
            if too_little(&words) {
                self.too_little.push(phrase.to_owned());
                continue;
            }
            let denies = words.iter().any(|word| word.is(NOT | LACK | CANT | DENIES | NEVER));
            let thing = !denies && (all_things || words.last().is_some_and(|word| self.vocabulary.is_thing(word.sym)));
            let strength = if weak.contains(&whole) {
                WEAK
            } else {
                STRENGTHS.get(words.len().saturating_sub(1)).or(STRENGTHS.last()).copied().unwrap_or(WEAK)
            };
            let Some(entry) = self.add(&words, Entry::Need { need: index, strength, thing }, index) else { continue };
            // With more than one word that names nothing ("could work a few hours") too little would be left.
            if !ordered && words.iter().filter(|word| word.role & FUNCTION != 0).count() <= 1 {
                let naming = words.iter().filter(|word| word.role & FUNCTION == 0).map(|word| word.sym).collect();
                self.loose.push((naming, denies, entry));
            }
        }
    }
}

/// Whether a phrase has only words that stand in nearly every sentence ("he needs"): it would be found everywhere.
fn too_little(words: &[Word]) -> bool {
    words.iter().all(|word| word.is(LITTLE) && !word.is(SKIP | VAGUE))
}

/// The words of a phrase that count. A phrase of which too little would be left ("losing it", "didn't do it") keeps
/// what makes it that phrase, and one that says who does something keeps to whom: "he hits me" is not "he hits".
fn kept(all: Vec<Word>, anyone: bool) -> Vec<Word> {
    let done = anyone || all.iter().any(|word| word.is(THEY | KIN));
    let light = |word: &Word| word.is(LIGHT) && !(word.is(WHOM) && (done || word.is(MINE)));
    let says: Vec<Word> = all.iter().copied().filter(|word| !light(word)).collect();
    let naming = says.iter().filter(|word| word.role & FUNCTION == 0).count();
    match (says.len(), naming) {
        (_, 0) => all,
        (1, _) => all.into_iter().filter(|word| !light(word) || word.is(HELD)).collect(),
        (_, ..2) => says,
        _ => {
            // "Don't want to go back": there the wish is what is denied.
            let denies = says.iter().any(|word| word.is(NOT | LACK | CANT | DENIES | NEVER));
            let next = says.iter().skip(1).map(|next| next.is(KIN)).chain([false]);
            let told = says
                .iter()
                .zip(next)
                .filter(|(word, kin)| !word.is(SEMI) || (denies && word.is(WANT)) || (word.is(BY) && *kin));
            told.map(|(word, _)| *word).collect()
        }
    }
}

/// Whether a list of needs and whole areas has a need.
fn covers(list: &[String], need: &str) -> bool {
    list.iter().any(|key| key == need || need.strip_prefix(key.as_str()).is_some_and(|rest| rest.starts_with('.')))
}

fn relatives(keys: &[String], lexicon: &Lexicon, unknown: &mut Vec<String>) -> Vec<Option<u16>> {
    let place = |key: &str| keys.iter().position(|held| held == key).and_then(|at| u16::try_from(at).ok());
    unknown.extend(lexicon.relatives.values().filter(|key| place(key).is_none()).cloned());
    keys.iter()
        .map(|key| {
            let area = key.split_once('.').map_or(key.as_str(), |(area, _)| area);
            lexicon.relatives.get(key).or_else(|| lexicon.relatives.get(area)).and_then(|to| place(to))
        })
        .collect()
}

/// Phrases by their words, rare words weighing more (the logarithm of how rare). Words that are in very many phrases
/// are left out; a phrase of which fewer than two are left cannot be found this way.
fn loose(phrases: Vec<(Vec<Sym>, bool, u32)>) -> (Vec<Loose>, Holding) {
    let mut counts: HashMap<Sym, usize> = HashMap::new();
    for (words, ..) in &phrases {
        for sym in words {
            *counts.entry(*sym).or_default() += 1;
        }
    }
    let mut loose = Vec::new();
    let mut holding = Holding::new();
    #[expect(clippy::cast_precision_loss, reason = "counts of phrases are small")]
    let weight = |count: usize| (phrases.len() as f32 / count as f32).ln();
    for (words, denies, entry) in &phrases {
        let mut distinct = words.clone();
        distinct.sort_unstable();
        distinct.dedup();
        distinct.retain(|sym| counts.get(sym).is_some_and(|count| *count <= MOST_PHRASES));
        if distinct.len() < 2 {
            continue;
        }
        let which = u32::try_from(loose.len()).unwrap_or(u32::MAX);
        let mut total = 0.0;
        for sym in &distinct {
            let weight = weight(counts.get(sym).copied().unwrap_or(1));
            total += weight;
            holding.entry(*sym).or_default().push((which, weight));
        }
        let words = u8::try_from(distinct.len()).unwrap_or(u8::MAX);
        loose.push(Loose { entry: *entry, words, weight: total, denies: *denies });
    }
    (loose, holding)
}
