//! Sentences that name the audience: `Women only.`, `We work with men aged 18 to 25.`
//!
//! The whole sentence must be understood. One word that is not, and nothing is read from it:
//! it may be the word that matters ("women only *on Tuesdays*", "*usually* 18 to 25").

use entity::enums::{Characteristic, CharacteristicRule, Gender, SubstanceUseRule};

use super::{
    ages::{self, Age},
    phrases::{ANYBODY, CHARACTERISTICS, Form, GENDERS, LEADS, LOOSE, Lead, NARROWS, SAID_BY_AGE, WIDENS},
    statement::{Source, Statement},
    words::Reader,
};

/// Leads that one sentence may have in a row ("This service is – open to –").
const MOST_LEADS: usize = 4;

/// What the sentence says of its audience, or `None` where it is no such sentence.
pub(super) fn read(mut reader: Reader<'_>, source: Source) -> Option<Statement> {
    let mut found = Found::default();
    for _ in 0..MOST_LEADS {
        let Some(lead) = reader.take_any(LEADS) else { break };
        found.limits |= lead == Lead::Limits;
        found.ages |= lead == Lead::Ages;
        found.works |= lead == Lead::Works;
        found.accepts |= lead == Lead::Accepts;
    }
    while !reader.is_done() {
        found.next(&mut reader)?;
    }
    found.statement(source)
}

/// What joins two parts of a sentence.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Join {
    /// A comma or a bracket.
    Comma,
    /// "And".
    And,
    /// "Who are", which leads on to a clause about the same people.
    Who,
}

#[derive(Default)]
struct Found {
    limits: bool,
    ages: bool,
    works: bool,
    accepts: bool,
    /// Whether people of some kind have been named.
    named: bool,
    /// What stands just before, if it joins.
    joined: Option<Join>,
    /// Words that narrow by something we have no field for.
    loose: bool,
    /// Words that only an age would explain (`adults`).
    loose_without_age: bool,
    /// Whether *only* stands just before.
    just_only: bool,
    age: Option<Age>,
    gender: Option<&'static [Gender]>,
    characteristics: Vec<Characteristic>,
    abstinent: bool,
}

impl Found {
    /// Goes past the next part of the sentence; `None` when it is not understood.
    fn next(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        let (joined, just_only) = (self.joined, self.just_only);
        (self.joined, self.just_only) = (None, false);
        if reader.take("only|exclusively|solely|strictly") {
            (self.limits, self.just_only) = (true, true);
            return Some(());
        }
        if let Some(age) = ages::take(reader) {
            return self.age.replace(age).is_none().then_some(());
        }
        if let Some(gender) = self.at_head(joined).then(|| reader.take_any(GENDERS)).flatten() {
            self.named = true;
            return self.gender.replace(gender).is_none().then_some(());
        }
        // "Homeless, on probation" and "homeless and on probation" may be two sorts of people.
        let list = matches!(joined, Some(Join::Comma | Join::And)) && !self.characteristics.is_empty();
        if list && { *reader }.take_any(CHARACTERISTICS).is_some() {
            return None;
        }
        if let Some((characteristic, form)) = self.characteristic(reader, joined) {
            self.named |= matches!(form, Form::Noun | Form::NarrowNoun);
            self.loose |= matches!(form, Form::NarrowClause | Form::NarrowNoun);
            let new = !self.characteristics.contains(&characteristic);
            self.characteristics.push(characteristic);
            return new.then_some(());
        }
        if self.abstinence(reader) {
            self.abstinent = true;
            return Some(());
        }
        if self.at_head(joined) && reader.take_one_of(ANYBODY) {
            self.named = true;
            return Some(());
        }
        if self.at_head(joined) && reader.take_one_of(SAID_BY_AGE) {
            self.loose_without_age |= true;
            return Some(());
        }
        if self.at_head(joined) && reader.take_one_of(LOOSE) {
            self.loose = true;
            return Some(());
        }
        if let Some(join) = reader.take_any(JOINS) {
            let twice = joined.is_some_and(|before| before != Join::Comma) && join != Join::Who;
            self.joined = Some(join);
            return (!twice).then_some(());
        }
        // "This is a women-only service."
        if self.limits && reader.take("service|services|project|programme|hostel|accommodation|refuge|house|provision")
        {
            return reader.is_done().then_some(());
        }
        if !just_only && !list && (self.named || self.age.is_some()) && narrows(reader) {
            self.loose = true;
            return Some(());
        }
        None
    }

    /// Whether people may be named here. Not after "women, …" or "over 50s and …": those would
    /// be others beside the first. After "over 18s, …" they are the same.
    fn at_head(&self, joined: Option<Join>) -> bool {
        match joined {
            None => true,
            Some(Join::Comma) => !self.named,
            Some(Join::And | Join::Who) => !self.named && self.age.is_none(),
        }
    }

    fn characteristic(&self, reader: &mut Reader<'_>, joined: Option<Join>) -> Option<(Characteristic, Form)> {
        let mut here = *reader;
        let (characteristic, form) = here.take_any(CHARACTERISTICS)?;
        let noun = matches!(form, Form::Noun | Form::NarrowNoun);
        // "No recourse …" alone does not say whether it is asked for or refused.
        let unclear = characteristic == Characteristic::Pet || reader.peek() == Some("no");
        if unclear || (noun && !self.at_head(joined)) {
            return None;
        }
        *reader = here;
        Some((characteristic, form))
    }

    fn abstinence(&self, reader: &mut Reader<'_>) -> bool {
        !self.abstinent
            && reader.take_one_of(&[
                "abstinent from drugs|alcohol and|or|& drugs|alcohol",
                "drug|alcohol and|or|& drug|alcohol free",
                "abstinent",
            ])
    }

    fn statement(self, source: Source) -> Option<Statement> {
        let outright = self.limits || self.ages;
        // A description tells what a service does; only a limit in so many words is a rule there.
        let allowed = match source {
            Source::Eligibility => true,
            Source::Description => self.limits || (self.works && self.age.is_some_and(|age| age.named)),
        };
        let bare_age = self.age.is_some_and(|age| !age.named) && !outright && source == Source::Description;
        // "All ages" says that age is no limit, and is no limit of anything else.
        if !allowed || bare_age {
            return None;
        }
        let nothing = self.age.is_none()
            && self.gender.is_none_or(<[_]>::is_empty)
            && self.characteristics.is_empty()
            && !self.abstinent;
        if nothing {
            return None;
        }
        let accepted = self.accepts && !self.limits;
        if accepted && self.age.is_none() && self.gender.is_some() {
            return None;
        }
        let rule = if accepted { CharacteristicRule::Accepted } else { CharacteristicRule::Required };
        let both = self.gender.is_some_and(<[_]>::is_empty);
        Some(Statement {
            complete: !(self.loose || both || (self.loose_without_age && self.age.is_none())),
            age: self.age.map(|age| age.rule),
            genders: self.gender.filter(|genders| !genders.is_empty()).map(<[Gender]>::to_vec),
            substance_use: self.abstinent.then_some((SubstanceUseRule::AbstinenceRequired, None)),
            characteristics: self.characteristics.into_iter().map(|characteristic| (characteristic, rule)).collect(),
            ..Statement::default()
        })
    }
}

const JOINS: &[(&str, Join)] = &[
    ("who|that are|is currently?", Join::Who),
    ("and|& are|is currently?", Join::And),
    ("and|&", Join::And),
    (",", Join::Comma),
    ("(", Join::Comma),
    (")", Join::Comma),
];

/// Goes to the end of the sentence if all that is left only narrows what was said.
fn narrows(reader: &mut Reader<'_>) -> bool {
    let rest = reader.rest();
    let narrowing = reader.peek().is_some_and(|first| NARROWS.contains(&first))
        && !rest.iter().any(|word| WIDENS.contains(&word.as_str()) || word.starts_with(|c: char| c.is_ascii_digit()));
    if narrowing {
        *reader = Reader::new(&[]);
    }
    narrowing
}
