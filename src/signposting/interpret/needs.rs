//! From the phrases of a text to needs, each with how sure it is.
//!
//! What holds a phrase decides what it is worth. A *thing* (a service, a passport, a bed) is needed where it is
//! lacking and not where one has it; a *trouble* (debts, drinking) the other way round. See `worth`.

use super::hold::{Doubt, Hold};
use super::reading::{Entry, FoundPhrase, Reading};
use super::said::{in_order, percent, together};
use super::scope::{Scope, Who};
use super::tokens::{Gap, Span};
use super::vocabulary::{AFTER, AND, BREAK, CANT, DENIES, I, LACK, LIGHT, NEVER, NOT, NUMBER, OR, TROUBLE, Word};
use super::{FoundNeed, LEAST_CONFIDENCE};

/// What each misspelt word leaves of the evidence.
pub(super) const MISSPELT: f64 = 0.9;
/// What a doubt leaves of it.
const DOUBTED: f64 = 0.85;
/// What is left where a professional queries it: "?domestic abuse".
const QUERIED: f64 = 0.6;
/// What is left where it is a relative's need.
const OF_RELATIVE: f64 = 0.6;
/// What is left where a worker writes of a client.
const OF_CLIENT: f64 = 0.95;
/// How much of the doubt a wish takes away.
const WISHED: f64 = 0.3;
/// What "not" leaves of a thing: "not seen a dentist for years" may well be a need.
const DENIED_THING: f64 = 0.6;
/// What is left of a need that is over, as for a home where somebody "was homeless".
const WAS: f64 = 0.4;
/// What "history of" leaves of it.
const RECORDED: f64 = 0.7;
/// How strong it is where all words of a phrase stand near each other, in any order.
const LOOSE: f64 = 0.6;
/// How strong it is where nearly all of a long one do.
const NEARLY: f64 = 0.42;
/// How much of a long phrase's weight "nearly all" is.
const NEARLY_ALL: f32 = 0.72;
/// How many words may stand among those of a phrase found loosely.
const AMONG: usize = 4;

/// Evidence for needs, being collected.
#[derive(Debug)]
pub(super) struct Evidence<'a> {
    pub(super) reading: &'a Reading,
    pub(super) words: &'a [Word],
    pub(super) scope: &'a Scope<'a>,
    pub(super) found: &'a [FoundPhrase],
    /// Where the phrases end that words are part of.
    pub(super) taken: Vec<usize>,
    pub(super) pieces: Vec<(u16, f64, Span)>,
}

impl<'a> Evidence<'a> {
    pub(super) fn new(reading: &'a Reading, words: &'a [Word], scope: &'a Scope<'a>, found: &'a [FoundPhrase]) -> Self {
        Self {
            reading,
            words,
            scope,
            found,
            taken: taken(words, found.iter().filter(|phrase| phrase.for_needs)),
            pieces: Vec::new(),
        }
    }

    /// Takes the phrases that stand in the text word by word.
    pub(super) fn phrases(&mut self) {
        for phrase in self.found.iter().filter(|phrase| phrase.for_needs) {
            match phrase.entry {
                Entry::Need { need, strength, thing } => {
                    self.weigh(need, strength, thing, phrase.first, phrase.last);
                }
                Entry::Means(_, thing) => {
                    let Some(meaning) = self.reading.meaning(phrase.entry) else { continue };
                    if meaning.alone && !alone(self.words, phrase.last) {
                        continue;
                    }
                    for need in &meaning.needs {
                        self.weigh(*need, meaning.sure, thing, phrase.first, phrase.last);
                    }
                }
            }
        }
    }

    fn weigh(&mut self, need: u16, strength: f64, thing: bool, first: usize, last: usize) {
        let hold = self.scope.hold_of(first, last, &self.taken);
        let trouble = self.words.get(last + 1).is_some_and(|word| word.gap == Gap::None && word.is(TROUBLE));
        let Some(share) = worth(hold, thing && !trouble) else { return };
        // Who was arrested for it did not suffer it.
        let suffered = self.reading.suffered.get(usize::from(need)) == Some(&true);
        if suffered && self.scope.is_accused(first) && !self.scope.done_to_me(first, last) {
            return;
        }
        let mut sure = strength * share;
        let past = self.reading.once.get(usize::from(need)) == Some(&true) && self.scope.was(first, last);
        if past || (self.is_at_home(need) && self.scope.in_childhood(last)) {
            sure *= WAS;
        }
        if hold == Hold::Wanted {
            sure += (1.0 - sure) * WISHED;
        }
        let instead = self.reading.relatives.get(usize::from(need)).copied().flatten();
        let (need, sure) = match (self.scope.who_of_phrase(first, last), instead) {
            (Who::Person, _) | (Who::Stranger, None) => (need, sure),
            (Who::Client, _) => (need, sure * OF_CLIENT),
            // What a landlord takes is no need of anybody's here.
            (Who::Stranger, Some(_)) => return,
            (Who::Partner | Who::Other, Some(_)) if self.is_at_home(need) => (need, sure),
            (Who::Relative | Who::Partner | Who::Other, Some(instead)) => (instead, sure * OF_CLIENT),
            (Who::Relative | Who::Partner | Who::Other, None) => (need, sure * OF_RELATIVE),
        };
        self.add(need, sure, first, last);
    }

    /// Whether what a partner does is done to the person: hitting, but not the drugs.
    pub(super) fn is_at_home(&self, need: u16) -> bool {
        self.reading.at_home.get(usize::from(need)) == Some(&true)
    }

    /// Adds evidence, less what doubts and slips of the hand take off.
    pub(super) fn add(&mut self, mut need: u16, mut sure: f64, first: usize, last: usize) {
        sure *= match self.scope.doubt(first) {
            Doubt::None => 1.0,
            Doubt::Feared | Doubt::Supposed => DOUBTED,
            Doubt::Queried => QUERIED,
        };
        let Some(words) = self.words.get(first..=last) else { return };
        for word in words {
            sure *= MISSPELT.powi(i32::from(word.slips));
        }
        if usize::from(need) >= self.reading.keys.len() {
            need = 0;
        }
        if let (Some(start), Some(end)) = (words.first(), words.last()) {
            self.pieces.push((need, sure, start.span.to(end.span)));
        }
    }

    /// Takes phrases whose words stand near each other in another order, or with other words among them, where a word
    /// of them is part of nothing else.
    pub(super) fn loose(&mut self) {
        let mut from = 0;
        while from < self.words.len() {
            let rest = self.words.get(from + 1..).unwrap_or_default();
            let to = rest.iter().position(|word| word.gap == Gap::Stop).map_or(self.words.len(), |at| from + 1 + at);
            self.loose_in(from, to);
            from = to;
        }
    }

    fn loose_in(&mut self, from: usize, to: usize) {
        let mut hits: Vec<(u32, usize, u16, f32)> = Vec::new();
        for (at, word) in self.words.iter().enumerate().take(to).skip(from) {
            for (which, weight) in self.reading.holding.get(&word.sym).into_iter().flatten() {
                hits.push((*which, at, word.sym, *weight));
            }
        }
        hits.sort_unstable_by_key(|hit| (hit.0, hit.1));
        for group in hits.chunk_by(|a, b| a.0 == b.0) {
            let Some((which, ..)) = group.first() else { continue };
            let Some(phrase) = self.reading.loose.get(*which as usize) else { continue };
            let wanted = usize::from(phrase.words);
            if group.len() < 2 || group.len() + 1 < wanted {
                continue;
            }
            // Two words alone must stand side by side, or nearly.
            let among = if wanted > 2 { AMONG } else { 1 };
            if let Some((strength, first, last)) = nearest(group, phrase.weight, wanted, among) {
                self.take_loosely(phrase.entry, phrase.denies, strength, first, last, group);
            }
        }
    }

    fn take_loosely(
        &mut self,
        entry: u32,
        denies: bool,
        strength: f64,
        first: usize,
        last: usize,
        group: &[(u32, usize, u16, f32)],
    ) {
        let Some(Entry::Need { need, strength: full, thing }) = self.reading.entries.get(entry as usize).copied()
        else {
            return;
        };
        let mut own = group.iter().map(|hit| hit.1).filter(|at| (first..=last).contains(at));
        let news = own.any(|at| self.taken.get(at).is_none_or(|end| *end == 0));
        let around = self.words.get(first.saturating_sub(1)..=last).unwrap_or_default();
        let denied = around.iter().any(|word| word.is(NOT | LACK | CANT | DENIES | NEVER));
        // Two words alone are a phrase only where no comma parts them.
        let pair = group.chunk_by(|a, b| a.2 == b.2).count() == 2;
        let paused = self.words.get(first + 1..=last).unwrap_or_default().iter().any(|word| word.gap != Gap::None);
        if news && denies == denied && !(pair && paused) {
            self.weigh(need, strength.min(full), thing, first, last);
        }
    }

    /// The needs, the surest first.
    pub(super) fn found(mut self, understood: &mut [bool]) -> Vec<FoundNeed> {
        for word in self.words.iter().zip(&self.taken).filter(|(_, end)| **end > 0).map(|(word, _)| word) {
            if let Some(one) = understood.get_mut(word.token as usize) {
                *one = true;
            }
        }
        self.pieces.sort_by_key(|(need, _, span)| (*need, *span));
        let mut found: Vec<FoundNeed> = Vec::new();
        for pieces in self.pieces.chunk_by(|a, b| a.0 == b.0) {
            // Of two pieces from the same words the stronger counts.
            let mut spans: Vec<(Span, f64)> = Vec::new();
            for (_, sure, span) in pieces {
                match spans.iter_mut().find(|(held, _)| held.start < span.end && span.start < held.end) {
                    Some((held, strongest)) => {
                        *strongest = strongest.max(*sure);
                        *held = held.to(*span);
                    }
                    None => spans.push((*span, *sure)),
                }
            }
            let confidence = percent(spans.iter().fold(0.0, |whole, (_, sure)| together(whole, *sure)));
            if let Some(key) = pieces.first().and_then(|piece| self.reading.keys.get(usize::from(piece.0)))
                && confidence >= LEAST_CONFIDENCE
            {
                let words = in_order(spans.into_iter().map(|(span, _)| span).collect());
                found.push(FoundNeed { key: key.clone(), confidence, words });
            }
        }
        found.sort_by(|a, b| {
            b.confidence.cmp(&a.confidence).then_with(|| a.words.cmp(&b.words)).then_with(|| a.key.cmp(&b.key))
        });
        found
    }
}

/// For each word where the phrase ends that it is part of, of several the last: the index behind its last word; 0 where
/// it is part of none.
pub(super) fn taken<'a>(words: &[Word], found: impl Iterator<Item = &'a FoundPhrase>) -> Vec<usize> {
    let mut taken = vec![0; words.len()];
    for phrase in found {
        for (word, one) in words.iter().zip(&mut taken).take(phrase.last + 1).skip(phrase.first) {
            if !word.is(LIGHT) || phrase.first == phrase.last {
                *one = (*one).max(phrase.last + 1);
            }
        }
    }
    taken
}

/// Whether a phrase that must stand alone does: nothing follows but the end, a pause, or a word that cannot be what
/// it is about.
pub(super) fn alone(words: &[Word], last: usize) -> bool {
    words.get(last + 1).is_none_or(|next| {
        next.gap != Gap::None
            || next.is(AFTER | AND | BREAK | I | OR | NOT | LACK | CANT | DENIES)
            || next.sym == NUMBER
    })
}

/// What is left of a phrase for a need by what holds it; `None`: nothing.
pub(super) const fn worth(hold: Hold, thing: bool) -> Option<f64> {
    match (hold, thing) {
        // What is denied to somebody is needed.
        (Hold::Free | Hold::Wanted | Hold::Cant | Hold::Refused, _) | (Hold::Had | Hold::NotWanted, false) => Some(1.0),
        (Hold::Lacking | Hold::Never, true) => Some(0.97),
        (Hold::Denied, true) => Some(DENIED_THING),
        (Hold::Record, _) => Some(RECORDED),
        (Hold::NotNeeded | Hold::Past, _)
        | (Hold::NotWanted | Hold::Had, true)
        | (Hold::Denied | Hold::Never | Hold::Lacking, false) => None,
    }
}

/// The closest place where enough of a phrase's words stand: how strong that is, and the first and last of them.
fn nearest(group: &[(u32, usize, u16, f32)], weight: f32, wanted: usize, among: usize) -> Option<(f64, usize, usize)> {
    let mut best: Option<(f64, usize, usize)> = None;
    for (start, hit) in group.iter().enumerate() {
        let (mut covered, mut seen): (f32, Vec<u16>) = (0.0, Vec::new());
        for other in group.iter().skip(start).take_while(|other| other.1 < hit.1 + wanted + among) {
            if !seen.contains(&other.2) {
                seen.push(other.2);
                covered += other.3;
            }
            let strength = if seen.len() == wanted {
                LOOSE
            } else if seen.len() >= 3 && covered >= NEARLY_ALL * weight {
                NEARLY
            } else {
                continue;
            };
            if best.is_none_or(|(held, first, last)| {
                strength > held || (strength >= held && other.1 - hit.1 < last - first)
            }) {
                best = Some((strength, hit.1, other.1));
            }
        }
    }
    best
}
