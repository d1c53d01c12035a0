//! What a part of a text is about, from its single words: where no phrase says it.
//!
//! People say what they need in more ways than anybody can list, but with much the same words. Each need has a
//! direction among words: how often each word, and each two that follow one another, stand in its phrases, in its
//! summary and in the lexicon's examples, weighed by how few needs share them. A part of a text has a direction too, and
//! the need whose direction is nearest is what it is about: the cosine between them says how surely. That is never as
//! sure as a phrase, and words that are refused ("don't need …") count for nothing.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::hold::Hold;
use super::lexicon::Says;
use super::needs::{Evidence, worth};
use super::reading::{Entry, FoundPhrase, Meaning};
use super::said::Said as Statement;
use super::scope::Who;
use super::tokens::{Gap, Span};
use super::vocabulary::{
    AND, BREAK, BY, CLIENT, DENIES, HAVE, I, KIN, LACK, LIGHT, ME, MINE, NEVER, NOT, NUMBER, OR, Role, SEMI, SKIP, Sym,
    THEY, UNKNOWN, VAGUE, Word,
};

/// What the words of a need's summary count, against those of a phrase: it is written about it, not said.
const SUMMARY: f32 = 0.5;
/// How near the nearest need must be where nothing was found in a part, and where something was.
const NEAR: (f32, f32) = (0.11, 0.16);
/// How near it must be where a single word is all there is to go by, or most words are not known.
const NEAR_ALONE: f32 = 0.25;
/// From here on evidence is enough to look for services by.
const ENOUGH: f64 = 0.45;

/// What stands for all words that deny.
const DENIAL: Sym = NUMBER;

/// A word of a text.
#[derive(Clone, Copy, Debug)]
struct Said {
    sym: Sym,
    /// Whether it names something, and not only somebody.
    names: bool,
    /// Whether it is denied: then it counts only together with the denial before it.
    denied: bool,
    /// Whether it only parts what was done from who did it: "by".
    parts: bool,
}

impl Said {
    /// All words that deny are one.
    const fn of(word: &Word, denied: bool) -> Self {
        let sym = if word.is(NOT | NEVER | LACK | DENIES) { DENIAL } else { word.sym };
        Self { sym, names: !word.is(KIN | THEY | CLIENT), denied, parts: word.is(BY) }
    }
}

/// A word, or two that follow one another; [`UNKNOWN`] stands for no second one.
type Feature = (Sym, Sym);

/// The directions of all needs among words.
#[derive(Debug, Default)]
pub(super) struct Gist {
    /// By word: how rare it is, and how much of the direction of each need that has it.
    features: HashMap<Feature, (f32, Vec<(u16, f32)>)>,
}

/// The same, being collected.
#[derive(Debug, Default)]
pub(super) struct GistBuilder {
    counts: HashMap<Feature, BTreeMap<u16, f32>>,
}

impl GistBuilder {
    /// A phrase that speaks of needs, and how surely it does.
    pub(super) fn phrase(&mut self, words: &[Word], needs: &[u16], sure: f32) {
        if needs.is_empty() {
            return;
        }
        #[expect(clippy::cast_precision_loss, reason = "a phrase speaks of few needs")]
        let each = sure / needs.len() as f32;
        let said = (0..words.len()).filter(|at| says(words, *at)).filter_map(|at| words.get(at));
        let said = said.map(|word| Said::of(word, false));
        for feature in features(said) {
            let counts = self.counts.entry(feature).or_default();
            for need in needs {
                *counts.entry(*need).or_default() += each;
            }
        }
    }

    /// The summary of a need.
    pub(super) fn summary(&mut self, words: &[Word], need: u16) {
        self.phrase(words, &[need], SUMMARY);
    }

    /// The directions, for so many needs.
    pub(super) fn build(self, needs: usize) -> Gist {
        let mut lengths = vec![0.0_f32; needs];
        let mut all = HashMap::with_capacity(self.counts.len());
        for (feature, counts) in self.counts {
            #[expect(clippy::cast_precision_loss, reason = "there are few needs")]
            let rare = (needs as f32 / counts.len() as f32).ln();
            let shares: Vec<(u16, f32)> =
                counts.into_iter().map(|(need, count)| (need, count.ln_1p() * rare)).collect();
            for (need, share) in &shares {
                if let Some(length) = lengths.get_mut(usize::from(*need)) {
                    *length += share * share;
                }
            }
            all.insert(feature, (rare, shares));
        }
        for (need, share) in all.values_mut().flat_map(|(_, shares)| shares) {
            *share /= lengths.get(usize::from(*need)).copied().unwrap_or_default().sqrt().max(f32::MIN_POSITIVE);
        }
        Gist { features: all }
    }
}

impl Gist {
    /// How near these words are to each need, the nearest first; and how many of them count.
    fn of(&self, words: &[Said]) -> (Vec<(u16, f32)>, usize) {
        let (mut near, mut length, mut count): (BTreeMap<u16, f32>, f32, usize) = (BTreeMap::new(), 0.0, 0);
        let named: HashSet<Sym> = words.iter().filter(|word| word.names).map(|word| word.sym).collect();
        for feature in features(words.iter().copied()) {
            let Some((rare, shares)) = self.features.get(&feature) else { continue };
            length += rare * rare;
            count += usize::from(feature.1 == UNKNOWN && named.contains(&feature.0));
            for (need, share) in shares {
                *near.entry(*need).or_default() += rare * share;
            }
        }
        let length = length.sqrt().max(f32::MIN_POSITIVE);
        let mut near: Vec<(u16, f32)> = near.into_iter().map(|(need, sum)| (need, sum / length)).collect();
        near.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        (near, count)
    }
}

/// Words and pairs of them, each once, in the order in which they come.
fn features(words: impl Iterator<Item = Said>) -> Vec<Feature> {
    let (mut all, mut seen, mut before) = (Vec::new(), HashSet::new(), UNKNOWN);
    for word in words {
        if word.parts {
            before = UNKNOWN;
            continue;
        }
        for feature in [(word.sym, UNKNOWN), (before, word.sym)] {
            let counts = if feature.1 == UNKNOWN {
                !word.denied && word.sym != DENIAL
            } else {
                before != UNKNOWN && (!word.denied || before == DENIAL)
            };
            if counts && seen.insert(feature) {
                all.push(feature);
            }
        }
        before = word.sym;
    }
    all
}

/// Whether a word says anything about what is needed; "by" parts what was done from who did it.
fn says(words: &[Word], at: usize) -> bool {
    const NOTHING: Role = LIGHT | SEMI | SKIP | VAGUE | AND | OR | I | ME | MINE | HAVE | BREAK;
    let says = |word: &Word| !word.is(NOTHING) && word.sym != UNKNOWN && word.sym != NUMBER;
    words.get(at).is_some_and(|word| says(word) || word.is(BY) && is_doer(words, at))
}

/// Whether somebody who did something stands behind a "by".
pub(super) fn is_doer(words: &[Word], by: usize) -> bool {
    words.iter().skip(by + 1).find(|next| !next.is(LIGHT)).is_some_and(|next| next.gap == Gap::None && next.is(KIN))
}

impl Evidence<'_> {
    /// Takes what each part of a text is about by its words, but for those that say when the person can come: that
    /// somebody is "free thurs evening" is no need.
    pub(super) fn gist(&mut self, times: &[Span]) {
        let of_time = |word: &Word| times.iter().any(|time| time.start <= word.span.start && word.span.end <= time.end);
        let found: Vec<Span> = self.pieces.iter().filter(|piece| piece.1 >= ENOUGH).map(|piece| piece.2).collect();
        let (mut from, mut refused) = (0, false);
        while let Some(head) = self.words.get(from) {
            let rest = self.words.get(from + 1..).unwrap_or_default();
            let ends = |word: &Word| word.gap != Gap::None || word.is(BREAK | AND);
            let to = rest.iter().position(ends).map_or(self.words.len(), |at| from + 1 + at);
            let counts = |at: &usize| {
                let times = self.words.get(*at).is_none_or(of_time);
                says(self.words, *at) && !times && !self.scope.is_age(*at)
            };
            let said: Vec<usize> = (from..to).filter(counts).collect();
            let part = self.words.get(from..to).unwrap_or_default();
            let holds: Vec<Hold> = said.iter().map(|at| self.scope.hold(*at, &self.taken)).collect();
            // A refusal goes on until the sentence ends, something is wished for, or the person says more.
            refused &= head.gap != Gap::Stop && !holds.contains(&Hold::Wanted) && !part.iter().any(|word| word.is(I));
            refused |= holds.iter().any(|hold| matches!(hold, Hold::NotNeeded | Hold::NotWanted | Hold::Past));
            if !refused {
                let unknown = part.iter().filter(|word| word.sym == UNKNOWN && word.role == 0).count();
                self.gist_of(&said, unknown, &found);
            }
            from = to;
        }
    }

    /// The same for a part of which these words say something, and so many others are not known.
    fn gist_of(&mut self, said: &[usize], unknown: usize, found: &[Span]) {
        let (Some(first), Some(last)) = (said.first().copied(), said.last().copied()) else { return };
        let words = said.iter().filter_map(|at| self.words.get(*at));
        let inside = |word: &Word| found.iter().any(|span| span.start < word.span.end && word.span.start < span.end);
        let least = if words.clone().any(inside) { NEAR.1 } else { NEAR.0 };
        let words: Vec<Said> = said.iter().filter_map(|at| self.said(*at)).collect();
        // "Sorry", "same", "number".
        if words.iter().all(|word| !word.names || self.reading.not_alone.contains(&word.sym)) {
            return;
        }
        let (near, count) = self.reading.gist.of(&words);
        let least = if count > 1 && count >= unknown { least } else { NEAR_ALONE };
        let Some((need, near)) = near.first().copied().filter(|nearest| nearest.1 >= least) else { return };
        let instead = self.reading.relatives.get(usize::from(need)).copied().flatten();
        let who = if self.scope.done_to_me(first, last) { Who::Person } else { self.scope.who(last) };
        let instead = match (who, instead) {
            (Who::Person | Who::Client, _) | (Who::Stranger, None) => need,
            (Who::Partner | Who::Other, Some(_)) if self.is_at_home(need) => need,
            (Who::Relative | Who::Partner | Who::Other, Some(instead)) => instead,
            (Who::Relative | Who::Partner | Who::Other, None) if self.reading.relatives.contains(&Some(need)) => need,
            (Who::Relative | Who::Partner | Who::Stranger | Who::Other, _) => return,
        };
        if self.reading.suffered.get(usize::from(instead)) == Some(&true) && self.scope.tells_of_accused(first, last) {
            return;
        }
        self.add(instead, strength(near), first, last);
    }

    /// A word that says something, as it counts here: not at all where it is part of what is said to mean nothing, or of
    /// a phrase that is no need as it stands ("I have a GP").
    fn said(&self, at: usize) -> Option<Said> {
        let word = self.words.get(at)?;
        // "Female, 32" says who asks.
        let numbered = |at: Option<usize>| at.and_then(|at| self.words.get(at)).is_some_and(|word| word.sym == NUMBER);
        let next = self.words.get(at + 1);
        let alone = at == 0 && next.is_none_or(|next| next.gap != Gap::None || next.role != 0);
        let described = alone || numbered(at.checked_sub(1)) || numbered(Some(at + 1));
        let holds = |phrase: &&FoundPhrase| (phrase.first..=phrase.last).contains(&at);
        let no_need = |phrase: &FoundPhrase| match phrase.entry {
            Entry::Need { thing, .. } | Entry::Means(_, thing) => {
                self.reading
                    .meaning(phrase.entry)
                    .is_some_and(|meaning| meaning.nothing || all_is_well(meaning) || (meaning.person && described))
                    || (phrase.for_needs
                        && worth(self.scope.hold_of(phrase.first, phrase.last, &self.taken), thing).is_none())
            }
        };
        if self.found.iter().filter(holds).any(no_need) {
            return None;
        }
        let hold = self.scope.hold(at, &self.taken);
        Some(Said::of(word, matches!(hold, Hold::Denied | Hold::Never | Hold::Lacking)))
    }
}

/// Whether all that is said is that something does not hold: "I work nights" says that somebody is not out of work.
fn all_is_well(meaning: &Meaning) -> bool {
    let not = |says: &Says| matches!(says, Says::Circumstance(Statement::Characteristic(_, false)));
    !meaning.says.is_empty() && meaning.needs.is_empty() && meaning.says.iter().all(not)
}

/// How strong the evidence is that a need so near gives: about half at 0.13, three quarters from 0.41 on.
fn strength(near: f32) -> f64 {
    (0.36 + f64::from(near) * 0.95).min(0.75)
}
