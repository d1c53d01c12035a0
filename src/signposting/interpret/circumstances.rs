//! From the phrases of a text to statements about the person.
//!
//! Nothing that is said of somebody else, feared or wished away becomes a statement. Drink and drugs have rules of
//! their own: "not using" is stopped, "never" is never, "used to" is stopped with less certainty, "till I'm clean" (an
//! entry of the lexicon) is using. See `held`.

use entity::enums::{Characteristic, DeliveryMode, Gender, OffenceType};

use super::forms::OWNER;
use super::hold::{Doubt, Hold};
use super::lexicon::Says;
use super::needs::{MISSPELT, alone, taken};
use super::numbers::{self, Duration};
use super::reading::{FoundPhrase, Reading};
use super::said::{Found, Said, gather};
use super::scope::{Scope, Who};
use super::tokens::{Gap, Mark, Span, Tokens};
use super::vocabulary::{BREAK, CLIENT, I, KIN, LIGHT, NUMBER, VAGUE, Word};
use crate::signposting::circumstances::SubstanceUse;

/// What is left where a worker writes of a client.
const OF_CLIENT: f64 = 0.92;
/// What "used to" leaves of having stopped.
const ONCE: f64 = 0.75;
/// What fear leaves of homelessness.
const FEARED: f64 = 0.65;
/// How sure a pronoun is of a gender.
const PRONOUN: f64 = 0.55;
/// How sure a letter beside an age is of one.
const LETTER: f64 = 0.75;
/// How sure the age of a child is that there is one.
const CHILD: f64 = 0.8;
/// How sure the name of a prison is that somebody is in it, and "when I'm released" that they are in one.
const IN_PRISON: f64 = 0.8;
const TO_BE_RELEASED: f64 = 0.75;
/// How many words may stand between "clean" and how long.
const NEAR: usize = 4;
/// What a length of time adds to having stopped: it takes away so much of the doubt.
const SINCE: f64 = 0.5;

/// Statements being collected.
#[derive(Debug)]
pub(super) struct Statements<'a> {
    reading: &'a Reading,
    tokens: &'a Tokens,
    words: &'a [Word],
    scope: &'a Scope<'a>,
    found: &'a [FoundPhrase],
    taken: Vec<usize>,
    durations: Vec<Duration>,
    said: Vec<(Said, f64, Vec<Span>)>,
    /// What may be over: "was using", "was sober".
    once: Vec<(Said, f64, Vec<Span>)>,
    delivery: Vec<(DeliveryMode, f64, Vec<Span>)>,
    refused: Vec<DeliveryMode>,
}

impl<'a> Statements<'a> {
    pub(super) fn new(
        reading: &'a Reading,
        tokens: &'a Tokens,
        words: &'a [Word],
        scope: &'a Scope<'a>,
        found: &'a [FoundPhrase],
    ) -> Self {
        Self {
            reading,
            tokens,
            words,
            scope,
            found,
            taken: taken(words, found.iter().filter(|phrase| phrase.for_life)),
            durations: numbers::durations(tokens),
            said: Vec::new(),
            once: Vec::new(),
            delivery: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// Takes the phrases of the lexicon.
    pub(super) fn phrases(&mut self) {
        for phrase in self.found.iter().filter(|phrase| phrase.for_life) {
            let (first, last) = (phrase.first, phrase.last);
            let Some(meaning) = self.reading.meaning(phrase.entry) else { continue };
            let Some(words) = self.words.get(first..=last) else { continue };
            if meaning.alone && !alone(self.words, last) && !self.scope.used_just_now(first, last)
                || meaning.person && !self.is_the_person(first)
                || meaning.head && !self.scope.heads_part(first)
                // What a neighbour does is no abuse at home.
                || meaning.anyone && self.scope.who(first) == Who::Stranger
            {
                continue;
            }
            let who = match self.scope.who_of_phrase(first, last) {
                Who::Partner | Who::Stranger | Who::Other if meaning.anyone && !self.scope.of_topic(first) => {
                    Who::Person
                }
                who @ (Who::Person | Who::Client | Who::Relative | Who::Partner | Who::Stranger | Who::Other) => who,
            };
            let mut sure = meaning.sure;
            match who {
                Who::Person => {}
                Who::Client => sure *= OF_CLIENT,
                Who::Relative | Who::Partner | Who::Stranger | Who::Other => continue,
            }
            for word in words {
                sure *= MISSPELT.powi(i32::from(word.slips));
            }
            let span = match (words.first(), words.last()) {
                (Some(start), Some(end)) => start.span.to(end.span),
                _ => continue,
            };
            let hold = self.scope.hold_of(first, last, &self.taken);
            if self.scope.only_strives(first, hold) && meaning.says.iter().any(is_abstinent) {
                continue;
            }
            let was_before = self.scope.was_before(first);
            let doubt = self.scope.doubt(first);
            for says in &meaning.says {
                match says {
                    Says::Circumstance(said) => {
                        // Who fears to be homeless may be about to be, which is what services ask.
                        let left = match (doubt, said) {
                            (Doubt::None, _) => 1.0,
                            (Doubt::Feared, Said::Characteristic(Characteristic::Homeless, true)) => FEARED,
                            (Doubt::Feared | Doubt::Supposed | Doubt::Queried, _) => continue,
                        };
                        if self.is_over(said, first, last) {
                            continue;
                        }
                        if let Some((said, share)) = held(said, hold, meaning.flips) {
                            let share = share * left;
                            let mut spans = vec![span];
                            let (said, sure) = self.since(said, sure * share, (first, last), &mut spans);
                            let stopped = matches!(said, Said::SubstanceUse(SubstanceUse::Abstinent { .. }));
                            let again = stopped && self.scope.uses_after_all(first, last);
                            let timed = matches!(said, Said::SubstanceUse(SubstanceUse::Abstinent { days: Some(_) }));
                            if stopped && !again && !timed && self.scope.asks_when(first) {
                                continue;
                            }
                            let said = if again { Said::SubstanceUse(SubstanceUse::Using) } else { said };
                            let once = match said {
                                Said::SubstanceUse(SubstanceUse::Using) => was_before,
                                // "Was on spice but stopped" says itself what is.
                                Said::SubstanceUse(_) => {
                                    self.scope.was(first, last) && !words.iter().any(|word| word.is(BREAK))
                                }
                                Said::Age(_)
                                | Said::Gender(_)
                                | Said::Offence(_)
                                | Said::NoOffences
                                | Said::Characteristic(..)
                                | Said::Language(_)
                                | Said::Access(_) => false,
                            };
                            let into = if once { &mut self.once } else { &mut self.said };
                            into.push((said, sure, spans));
                        }
                    }
                    Says::Delivery(mode, will_do) => match (hold, will_do) {
                        (Hold::Free | Hold::Wanted | Hold::Had | Hold::Past | Hold::Record, true) => {
                            self.delivery.push((*mode, sure, vec![span]));
                        }
                        _ => self.refused.push(*mode),
                    },
                }
            }
        }
    }

    /// Whether a word for a person ("lad", "woman") is for the one it is about: "I'm a …", "19 year old …", or at the
    /// head of a text that speaks of a person.
    fn is_the_person(&self, at: usize) -> bool {
        // "Ma" is "my" as often as it is mum: "I hate ma life".
        if self.words.get(at).is_some_and(|word| self.scope.is(word, OWNER)) {
            return false;
        }
        // "Aged 9-12 boys", "a group for men": several are nobody.
        let several = |word: &Word| {
            let token = self.tokens.at(word.token as usize);
            let owns = self.tokens.list.get(word.token as usize).is_some_and(|token| token.owns);
            matches!(token, "men" | "women") || token.ends_with('s') && !owns
        };
        if self.words.get(at).is_some_and(several) {
            return false;
        }
        // "I'm 17 and my mum …": never one who is somebody's.
        let owned = self.words.get(at).filter(|word| word.gap == Gap::None);
        let before = owned.and_then(|word| (word.token as usize).checked_sub(1));
        if before.is_some_and(|before| self.reading.forms.is(self.tokens.at(before), OWNER)) {
            return false;
        }
        let mut index = at;
        for _ in 0..=NEAR {
            let Some(here) = self.words.get(index) else { return false };
            if here.is(KIN) && index != at {
                return false;
            }
            if index == 0 || here.gap != Gap::None {
                let own = self.words.get(at).is_some_and(|word| !word.is(KIN));
                return own && index == 0 && self.scope.described || here.gap == Gap::Pause && self.is_said_of(index);
            }
            index -= 1;
            match self.words.get(index) {
                // "See my little boy".
                Some(word) if self.scope.is(word, OWNER) => return false,
                Some(word) if word.is(I | CLIENT) => return true,
                Some(word) if word.sym == NUMBER => {
                    let forms = &self.reading.forms;
                    return !numbers::is_of_another(self.tokens, self.words, forms, word.token as usize);
                }
                Some(word) if word.is(LIGHT | VAGUE) || word.role == 0 => {}
                Some(_) | None => return false,
            }
        }
        false
    }

    /// Whether what a phrase says is over, or was done to the person by others.
    fn is_over(&self, said: &Said, first: usize, last: usize) -> bool {
        if self.scope.denied_after(last) {
            return true;
        }
        match said {
            Said::SubstanceUse(SubstanceUse::Using) => {
                let over = self.scope.before(last) || self.scope.not_now(last);
                self.scope.listed_denial(first) || self.scope.was_before(first) && over
            }
            Said::Characteristic(Characteristic::InCustody, true) if self.scope.been(first, last, &self.durations) => {
                true
            }
            Said::Characteristic(Characteristic::PrisonLeaver, true) => {
                self.scope.is_to_come_out(first, last) || (first..=last).any(|at| self.scope.is_to_be_released(at))
            }
            Said::Characteristic(Characteristic::DependentChildren, true) => {
                self.scope.children_in_care().iter().any(|part| first < part.end)
            }
            Said::Characteristic(Characteristic::DomesticAbuse, true) => {
                self.scope.in_childhood(last) || self.is_accused(first, last)
            }
            Said::Offence(_) => self.is_victim(first, last) || self.scope.is_alleged(first),
            Said::Characteristic(..) => passes(said) && self.scope.was(first, last),
            Said::Age(_)
            | Said::Gender(_)
            | Said::SubstanceUse(_)
            | Said::NoOffences
            | Said::Language(_)
            | Said::Access(_) => false,
        }
    }

    /// Whether what a phrase says was done by the one it is about, or so it is said: "arrested for DV".
    fn is_accused(&self, first: usize, last: usize) -> bool {
        self.scope.is_accused(first)
            && !self.scope.done_to_me(first, last)
            && (first..=last).all(|at| self.words.get(at).is_none_or(|word| !word.is(KIN)))
    }

    /// Whether an offence was done to somebody: "victim of arson", "robbery victim".
    fn is_victim(&self, first: usize, last: usize) -> bool {
        let before = self.words.get(first.saturating_sub(NEAR)..first).unwrap_or_default().iter().rev();
        let linked = self.words.get(first).is_some_and(|word| word.gap == Gap::None);
        let before = before.take(if linked { NEAR } else { 0 }).take_while(|word| word.is(LIGHT) || word.role == 0);
        let after = self.words.get(last + 1).filter(|word| word.gap == Gap::None);
        before.chain(after).any(|word| self.tokens.at(word.token as usize).starts_with("victim"))
    }

    /// Whether what stands before a comma is an age or the client: "34, female", "client: male".
    fn is_said_of(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|at| self.words.get(at));
        before.is_some_and(|word| word.sym == NUMBER || word.is(CLIENT))
    }

    /// A statement that somebody has stopped, with how long ago where that stands near by.
    fn since(&self, said: Said, sure: f64, at: (usize, usize), spans: &mut Vec<Span>) -> (Said, f64) {
        let Said::SubstanceUse(SubstanceUse::Abstinent { days: None }) = said else { return (said, sure) };
        let (Some(first), Some(last)) = (self.words.get(at.0), self.words.get(at.1)) else { return (said, sure) };
        let (first, last) = (first.token as usize, last.token as usize);
        let away = |one: &Duration| {
            let (from, to) = if one.first > last { (last, one.first) } else { (one.last, first) };
            // From "clean" to "3 months", with no end of a sentence or a pause between, but perhaps a question's.
            let between = self.tokens.list.get(from + 1..=to).unwrap_or_default();
            let one_part = between.iter().all(|token| token.gap == Gap::None || token.mark == Mark::Answers);
            (one_part && to >= from).then_some(to - from).filter(|away| *away <= NEAR)
        };
        let inside = |one: &&Duration| one.first >= first && one.last <= last;
        let near = self.durations.iter().find(inside).or_else(|| {
            self.durations
                .iter()
                .filter_map(|one| away(one).map(|away| (away, one)))
                .min_by_key(|one| one.0)
                .map(|one| one.1)
        });
        let Some(near) = near else { return (said, sure) };
        if let (Some(first), Some(last)) = (self.tokens.list.get(near.first), self.tokens.list.get(near.last)) {
            spans.push(first.span.to(last.span));
        }
        (Said::SubstanceUse(SubstanceUse::Abstinent { days: Some(near.days) }), sure + (1.0 - sure) * SINCE)
    }

    /// Takes what says that somebody is in prison: its name, and a release that is to come.
    pub(super) fn inside(&mut self) {
        for at in 0..self.words.len() {
            let sure = match self.scope.who(at) {
                Who::Person => 1.0,
                Who::Client => OF_CLIENT,
                Who::Relative | Who::Partner | Who::Stranger | Who::Other => continue,
            };
            let (to, strength) = match self.scope.in_named_prison(at) {
                Some(to) => (to, IN_PRISON),
                None if self.scope.is_to_be_released(at) => (at, TO_BE_RELEASED),
                None => continue,
            };
            if let (Some(first), Some(last)) = (self.words.get(at), self.words.get(to))
                && self.scope.doubt(at) == Doubt::None
                && matches!(self.scope.hold(at, &self.taken), Hold::Free | Hold::Cant | Hold::Had | Hold::Wanted)
            {
                let said = Said::Characteristic(Characteristic::InCustody, true);
                self.said.push((said, strength * sure, vec![first.span.to(last.span)]));
            }
        }
    }

    /// Takes ages, the gender of "F 29" and "42M", and children by their age.
    pub(super) fn numbers(&mut self) {
        for (age, gender, sure, spans) in numbers::ages(self.tokens, self.words, self.scope) {
            if let Some(gender) = gender {
                self.said.push((Said::Gender(gender), LETTER, spans.clone()));
            }
            self.said.push((Said::Age(age), sure, spans));
        }
        for span in numbers::children(self.tokens, self.words, &self.reading.forms) {
            self.said.push((Said::Characteristic(Characteristic::DependentChildren, true), CHILD, vec![span]));
        }
    }

    /// Takes the gender that a worker's pronouns say, where they can only be the client's and are of one gender.
    pub(super) fn pronouns(&mut self) {
        // In "our lad", "my lad" the word for whose he is stands in another.
        let mine = self.tokens.list.iter().any(|token| matches!(self.tokens.word(token), "my" | "our" | "me" | "us"));
        if !self.scope.described || self.scope.relatives || mine {
            return;
        }
        // "Got a staffy, won't go in without her": behind a pet it may be the pet.
        let pets = self.said.iter().filter(|(said, ..)| matches!(said, Said::Characteristic(Characteristic::Pet, _)));
        let pet = pets.flat_map(|(.., spans)| spans).map(|span| span.start).min().unwrap_or(usize::MAX);
        let mut found: Option<(Gender, Vec<Span>)> = None;
        for token in &self.tokens.list {
            if token.span.start > pet && self.tokens.word(token) != "his" {
                continue;
            }
            let gender = match self.tokens.word(token) {
                "he" | "hes" | "him" | "his" => Gender::Man,
                "she" | "shes" | "her" | "hers" => Gender::Woman,
                _ => continue,
            };
            match &mut found {
                None => found = Some((gender, vec![token.span])),
                Some((held, spans)) if *held == gender => spans.push(token.span),
                Some(_) => return,
            }
        }
        if let Some((gender, spans)) = found {
            self.said.push((Said::Gender(gender), PRONOUN, spans));
        }
    }

    /// All of it, put together.
    pub(super) fn found(mut self) -> (Vec<Found<Said>>, Vec<Found<DeliveryMode>>) {
        // "I was using" is over where the text says that it is, and so is "I was sober".
        let state = |(said, ..): &(Said, f64, Vec<Span>)| {
            let Said::SubstanceUse(state) = said else { return None };
            Some(matches!(state, SubstanceUse::Using))
        };
        let now: Vec<bool> = self.said.iter().filter_map(state).collect();
        self.once.retain(|one| state(one).is_some_and(|using| !now.contains(&!using)));
        self.said.append(&mut self.once);
        // "Never had a drink problem, but I've started drinking": who uses has used.
        if now.contains(&true) {
            self.said.retain(|(said, ..)| !matches!(said, Said::SubstanceUse(SubstanceUse::Never)));
        }
        let refused = self.refused;
        let delivery = self.delivery.into_iter().filter(|(mode, ..)| !refused.contains(mode)).collect();
        (gather(self.said), gather(delivery))
    }
}

/// Whether an entry of the lexicon says that somebody does not use.
fn is_abstinent(says: &Says) -> bool {
    matches!(says, Says::Circumstance(Said::SubstanceUse(SubstanceUse::Abstinent { .. })))
}

/// Whether something said of the past is so today.
fn stays(said: &Said) -> bool {
    let lived = |which: &Characteristic| matches!(which, Characteristic::Veteran | Characteristic::CareLeaver);
    matches!(said, Said::Offence(_)) || matches!(said, Said::Characteristic(which, true) if lived(which))
}

/// Whether a state is over where somebody "was" in it; one was in the army for good.
fn passes(said: &Said) -> bool {
    let Said::Characteristic(which, true) = said else { return false };
    matches!(
        which,
        Characteristic::Homeless
            | Characteristic::InCustody
            | Characteristic::UnderSupervision
            | Characteristic::SubstitutePrescribing
            | Characteristic::Pregnant
            | Characteristic::Carer
            | Characteristic::Unemployed
    )
}

/// What a statement comes to by what holds it, and how much of its certainty is left; `None`: it says nothing.
fn held(said: &Said, hold: Hold, flips: bool) -> Option<(Said, f64)> {
    let using = matches!(said, Said::SubstanceUse(SubstanceUse::Using));
    match hold {
        Hold::Free | Hold::Had | Hold::Cant => Some((said.clone(), 1.0)),
        // Who wants to be clean is not; who wants housing may well be homeless.
        Hold::Wanted if matches!(said, Said::SubstanceUse(SubstanceUse::Abstinent { .. })) => {
            said.opposite().map(|opposite| (opposite, 0.9))
        }
        // Who wants to come off a script is on one.
        Hold::Wanted if matches!(said, Said::Characteristic(Characteristic::SubstitutePrescribing, false)) => {
            said.opposite().map(|opposite| (opposite, 0.9))
        }
        Hold::Wanted => Some((said.clone(), 1.0)),
        Hold::Never if using => Some((Said::SubstanceUse(SubstanceUse::Never), 1.0)),
        Hold::Past if using => Some((Said::SubstanceUse(SubstanceUse::Abstinent { days: None }), ONCE)),
        // Who has no drink problem may drink.
        Hold::Lacking if using => None,
        Hold::Never if matches!(said, Said::Offence(OffenceType::Other)) => Some((Said::NoOffences, 0.9)),
        Hold::Denied | Hold::Lacking | Hold::Never if flips => said.opposite().map(|opposite| (opposite, 1.0)),
        // What was done or lived through stays.
        Hold::Past | Hold::Record if stays(said) => Some((said.clone(), 1.0)),
        Hold::Denied
        | Hold::Lacking
        | Hold::NotNeeded
        | Hold::NotWanted
        | Hold::Never
        | Hold::Past
        | Hold::Record
        | Hold::Refused => None,
    }
}
