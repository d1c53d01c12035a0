//! What one sentence states, and the sentences that refuse, welcome or set terms.

use entity::enums::{Characteristic, CharacteristicRule, Gender, OffenceType, SubstanceUseRule};

use super::{
    audience,
    phrases::{ANYBODY, CHARACTERISTICS, OFFENCES},
    words::Reader,
};
use crate::directory::listing::{AgeRule, OffenceRule};

/// Where a sentence stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// In a field about who may come.
    Eligibility,
    /// In a description, which mostly tells what is done.
    Description,
}

/// What a sentence states.
#[derive(Clone, Debug, Default)]
pub(super) struct Statement {
    /// Whether nothing of the sentence is left to say.
    pub(super) complete: bool,
    pub(super) age: Option<AgeRule>,
    pub(super) genders: Option<Vec<Gender>>,
    pub(super) substance_use: Option<(SubstanceUseRule, Option<u16>)>,
    pub(super) offences: Option<OffenceRule>,
    pub(super) characteristics: Vec<(Characteristic, CharacteristicRule)>,
}

impl Statement {
    fn characteristics(found: Vec<Characteristic>, rule: CharacteristicRule) -> Self {
        let characteristics = found.into_iter().map(|characteristic| (characteristic, rule)).collect();
        Self { complete: true, characteristics, ..Self::default() }
    }

    fn substance(rule: SubstanceUseRule, days: Option<u16>) -> Self {
        Self { complete: true, substance_use: Some((rule, days)), ..Self::default() }
    }

    fn offences(offences: OffenceRule) -> Self {
        Self { complete: true, offences: Some(offences), ..Self::default() }
    }
}

/// What a sentence states, or `None` where it states nothing outright.
pub(super) fn read(words: &[String], source: Source) -> Option<Statement> {
    let reader = Reader::new(words);
    substance(reader)
        .or_else(|| refusal(reader))
        .or_else(|| verdict(reader))
        .or_else(|| recourse(reader))
        .or_else(|| audience::read(reader, source))
}

/// Drink and drugs.
fn substance(mut reader: Reader<'_>) -> Option<Statement> {
    let rule = reader.take_any(SUBSTANCE)?;
    let mut days = None;
    if rule == SubstanceUseRule::AbstinenceRequired && !reader.is_done() {
        reader.take("from drugs|alcohol and|or|& drugs|alcohol");
        if reader.take("for at? least? a? minimum? of?") {
            let number = reader.take_number().filter(|n| n.fract() == 0.0 && (1.0..=999.0).contains(n))?;
            let unit = reader.take_any(&[("days|day", 1.0), ("weeks|week", 7.0), ("months|month", 30.0)])?;
            // At most 999 × 30, well inside the type.
            days = Some((number * unit) as u16);
        }
    }
    reader.is_done().then(|| Statement::substance(rule, days))
}

use SubstanceUseRule::{AbstinenceRequired, ActiveUseAccepted, HistoryExcluded, NotWhenIntoxicated};

const SUBSTANCE: &[(&str, SubstanceUseRule)] = &[
    ("all? clients|applicants|residents|people|you|participants|members must have been abstinent", AbstinenceRequired),
    ("must have been abstinent", AbstinenceRequired),
    ("all? clients|applicants|residents|people|you|participants|members must be abstinent", AbstinenceRequired),
    ("must be abstinent", AbstinenceRequired),
    ("must be drug|alcohol and|or|& drug|alcohol free", AbstinenceRequired),
    ("abstinent only", AbstinenceRequired),
    ("abstinence is? required", AbstinenceRequired),
    ("abstinent", AbstinenceRequired),
    ("abstinence is? not required", ActiveUseAccepted),
    ("no need to be abstinent", ActiveUseAccepted),
    ("you do not need|have to be abstinent", ActiveUseAccepted),
    ("active use is? accepted|welcome", ActiveUseAccepted),
    ("active drug|substance? users are? accepted|welcome", ActiveUseAccepted),
    ("we accept people who are still|currently using drugs? or? alcohol?", ActiveUseAccepted),
    ("people who are still|currently using drugs? or? alcohol? are accepted|welcome", ActiveUseAccepted),
    ("people still using drugs? or? alcohol? are accepted|welcome", ActiveUseAccepted),
    (
        "clients|residents|people|you|participants|members? must not be|attend|come? under the influence of? drugs|alcohol? or|and? drugs|alcohol?",
        NotWhenIntoxicated,
    ),
    ("clients|residents|people|you|participants|members? must not be|attend intoxicated", NotWhenIntoxicated),
    ("must be sober when|while attending", NotWhenIntoxicated),
    ("not when intoxicated", NotWhenIntoxicated),
    ("no history of drug|alcohol|substance or|and? drug|alcohol|substance? misuse|use|abuse", HistoryExcluded),
];

/// "We cannot accept …", "No …", "Not suitable for …".
fn refusal(mut reader: Reader<'_>) -> Option<Statement> {
    let bare = reader.take("no");
    if !bare {
        let subject = reader.take_one_of(&["we", "it", "this|the|our service|project|hostel|scheme|programme|house"]);
        let label = !subject
            && reader.take_one_of(&["exclusions :", "exclusion criteria :", "excluded :", "excludes|excluding"]);
        let refused = label || reader.take_one_of(REFUSES);
        if !refused {
            return None;
        }
    }
    if !bare {
        if reader.take("people|anyone|clients who are? under the influence of? drugs|alcohol? or|and? drugs|alcohol?") {
            return reader.is_done().then(|| Statement::substance(NotWhenIntoxicated, None));
        }
        let mut history = reader;
        if people_with(&mut history) && history.take("drug|alcohol|substance or|and? drug|alcohol? misuse|use|abuse") {
            let said = reader.rest().iter().any(|word| word == "history");
            return (said && history.is_done()).then(|| Statement::substance(HistoryExcluded, None));
        }
    }
    let mut offences = reader;
    people_with(&mut offences);
    if let Some(excluded) = offence_list(&mut offences)
        && offences.is_done()
    {
        return Some(Statement::offences(OffenceRule { excluded, considered: Vec::new() }));
    }
    let found = characteristic_list(&mut reader)?;
    // "No recourse to public funds" and "no carers" alone do not say who is refused what.
    let clear = !bare || found == [Characteristic::Pet];
    (clear && reader.is_done()).then(|| Statement::characteristics(found, CharacteristicRule::Excluded))
}

const REFUSES: &[&str] = &[
    "cannot accept|take|house|accommodate|support|consider referrals? from|for?",
    "cannot work with",
    "do|does|will not accept|take|house|accommodate|support|consider referrals? from|for?",
    "do|does|will not work with",
    "is|are? unable to accept|take|house|accommodate|support|consider",
    "is|are? not able to accept|take|house|accommodate|support|consider",
    "is|are? not suitable|available for",
    "is|are? not open|available to",
    "exclude|excludes",
];

/// Goes past "people with convictions for" and its like.
fn people_with(reader: &mut Reader<'_>) -> bool {
    let people = reader.take_one_of(ANYBODY);
    let with = reader.take_one_of(&[
        "with|who? have? a? convictions|conviction for|of",
        "with a? history of",
        "who have a history of",
        "who have been? convicted of",
        "convicted of",
        "with",
    ]);
    people || with
}

/// Kinds of offence joined by commas, *and*, *or*, with the word *offences* once at the end.
fn offence_list(reader: &mut Reader<'_>) -> Option<Vec<OffenceType>> {
    let mut here = *reader;
    let mut found = Vec::new();
    loop {
        let kind = here.take_any(OFFENCES)?;
        if !found.contains(&kind) {
            found.push(kind);
        }
        if !here.take_one_of(&[", and|or", "and / or", ",", "/", "and|or|&|nor"]) {
            break;
        }
        here.take("any|with|for");
    }
    here.take_one_of(&["related? offences|offence|convictions|conviction|offenders"]);
    *reader = here;
    Some(found)
}

/// Characteristics joined in the same way, with or without "people" before each.
fn characteristic_list(reader: &mut Reader<'_>) -> Option<Vec<Characteristic>> {
    let mut here = *reader;
    let mut found = Vec::new();
    loop {
        here.take_one_of(ANYBODY);
        here.take("who are|is");
        let (characteristic, _) = here.take_any(CHARACTERISTICS)?;
        if !found.contains(&characteristic) {
            found.push(characteristic);
        }
        here.take_one_of(ANYBODY);
        if !here.take_one_of(&[", and|or", ",", "/", "and|or|&"]) {
            break;
        }
    }
    *reader = here;
    Some(found)
}

/// "Arson and sexual offences are excluded", "Dogs welcome", "All offences considered".
fn verdict(reader: Reader<'_>) -> Option<Statement> {
    let mut open = reader;
    if open.take_one_of(&[
        "no offences? are? excluded",
        "no exclusions by|on offences|offence types|type?",
        "all offences are? accepted",
    ]) && open.is_done()
    {
        return Some(Statement::offences(OffenceRule::default()));
    }
    let mut offences = reader;
    people_with(&mut offences);
    if let Some(kinds) = offence_list(&mut offences) {
        let refused = offences.take_one_of(NOT_ACCEPTED);
        let weighed = !refused
            && offences.take_one_of(&[
                "are|is? considered individually",
                "are|is? considered on a case by case basis",
                "are|is? considered case by case",
            ]);
        return match (offences.is_done(), refused, weighed) {
            (true, true, _) => Some(Statement::offences(OffenceRule { excluded: kinds, considered: Vec::new() })),
            (true, _, true) => Some(Statement::offences(OffenceRule { excluded: Vec::new(), considered: kinds })),
            _ => None,
        };
    }
    let mut people = reader;
    let found = characteristic_list(&mut people)?;
    people.take(":");
    let rule = if people.take("are|is? also? welcome|welcomed|accepted") {
        CharacteristicRule::Accepted
    } else if people.take_one_of(NOT_ACCEPTED) {
        CharacteristicRule::Excluded
    } else {
        return None;
    };
    people.is_done().then(|| Statement::characteristics(found, rule))
}

const NOT_ACCEPTED: &[&str] = &[
    "are|is? excluded",
    "are|is? not accepted|allowed|considered",
    "cannot be accepted|considered|housed|accommodated",
];

/// Recourse to public funds asked for.
fn recourse(mut reader: Reader<'_>) -> Option<Statement> {
    let asked = reader.take_one_of(&[
        "all? clients|applicants|residents|tenants|people|you? must have recourse to public funds",
        "must have access to public funds",
        "recourse to public funds is? required",
    ]);
    let excluded = || Statement::characteristics(vec![Characteristic::NoRecourse], CharacteristicRule::Excluded);
    (asked && reader.is_done()).then(excluded)
}
