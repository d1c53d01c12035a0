//! One criterion at a time: what a service's rule says to what a person said.
//!
//! Each function answers `None` where there is nothing to tell (the rule lets everybody in and
//! nothing hangs on it, or neither side said anything), and otherwise an outcome with the words
//! to say it in. The words are read aloud by a worker to the person beside them.
//!
//! `WORDS` says whether anybody will read them. Thousands of services are weighed for a page of
//! twenty, and those that are only weighed are weighed without words: what would have to be made
//! up is then empty. No outcome depends on it.

use chrono::NaiveDate;
use entity::enums::{
    AccessFeature, Characteristic, CharacteristicRule, Gender, OffenceType, ServiceStatus, SubstanceUseRule,
    WaitingList,
};

pub use super::criterion::{Asked, Criterion, Outcome, Subject, Tally};

use super::criterion::{ask_person, ask_service, say};
use crate::directory::listing::{AgeRule, Capacity, Eligibility, OffenceRule, Ruled};
use crate::directory::words;
use crate::hours::WindowAnswer;
use crate::places::{Coverage, WhyUnknown};
use crate::signposting::circumstances::{Circumstances, SubstanceUse};

/// Every criterion of who is taken, in the order in which they are shown.
pub fn eligibility<const WORDS: bool>(
    stated: &Eligibility,
    person: &Circumstances,
    found: &mut impl Extend<Criterion>,
) {
    found.extend(age::<WORDS>(stated.age.as_ref(), person.age));
    found.extend(gender::<WORDS>(stated.genders.as_ref(), person.gender));
    found.extend(substance_use::<WORDS>(stated.substance_use.as_ref(), person.substance_use));
    found.extend(offences::<WORDS>(stated.offences.as_ref(), person.offences.as_deref()));
    let either = if stated.characteristics.is_empty() && person.characteristics.is_empty() {
        &[][..]
    } else {
        Characteristic::ALL
    };
    for which in either {
        let rule = stated.characteristics.iter().find(|(stated, _)| stated == which).map(|(_, ruled)| ruled);
        found.extend(characteristic::<WORDS>(*which, rule, person.characteristics.get(which).copied()));
    }
    found.extend(stated.other.as_ref().map(|words| {
        Criterion::plain(
            Subject::Other,
            ask_service("Read them their own words and ask whether they would take this person."),
            say::<WORDS>(|| format!("They also say: “{words}”")),
        )
    }));
}

/// Age. Both bounds are inclusive, and the upper one in whole years as services mean it:
/// "up to 25" takes somebody until the day before the 26th birthday.
#[must_use]
pub fn age<const WORDS: bool>(rule: Option<&Ruled<AgeRule>>, age: Option<f64>) -> Option<Criterion> {
    let Some(ruled) = rule else {
        let age = age?;
        return Some(Criterion::plain(
            Subject::Age,
            ask_service(say::<WORDS>(|| format!("Do you take somebody aged {}?", words::years(age)))),
            "They do not say which ages they take.",
        ));
    };
    let reason = match (ruled.rule.min, ruled.rule.max) {
        (None, None) => "They take any age.".into(),
        (Some(min), None) => say::<WORDS>(|| format!("They take people aged {} and over.", words::years(min))),
        (None, Some(max)) => say::<WORDS>(|| format!("They take people up to the age of {}.", words::years(max))),
        (Some(min), Some(max)) => {
            say::<WORDS>(|| format!("They take people aged {} to {}.", words::years(min), words::years(max)))
        }
    };
    if ruled.rule.min.is_none() && ruled.rule.max.is_none() {
        age?;
        return Some(Criterion::of_rule::<WORDS, _>(Subject::Age, Outcome::Meets, reason, ruled));
    }
    let outcome = match age {
        None => ask_person("How old are you?"),
        Some(age) if within(&ruled.rule, age) => Outcome::Meets,
        Some(_) => Outcome::Fails,
    };
    Some(Criterion::of_rule::<WORDS, _>(Subject::Age, outcome, reason, ruled))
}

/// Whether an age lies within a rule. A whole upper bound runs to the next birthday; a bound
/// with a fraction means exactly what it says.
#[must_use]
pub fn within(rule: &AgeRule, age: f64) -> bool {
    let old_enough = rule.min.is_none_or(|min| age >= min);
    let young_enough = rule.max.is_none_or(|max| if max.fract() == 0.0 { age < max + 1.0 } else { age <= max });
    old_enough && young_enough
}

/// Gender. Somebody whose gender a rule does not name is asked about, never turned away by us.
#[must_use]
pub fn gender<const WORDS: bool>(rule: Option<&Ruled<Vec<Gender>>>, gender: Option<Gender>) -> Option<Criterion> {
    let Some(ruled) = rule else {
        let gender = gender?;
        return Some(Criterion::plain(
            Subject::Gender,
            ask_service(say::<WORDS>(|| format!("Do you take {}?", words::genders(&[gender])))),
            "They do not say whether this is for everybody.",
        ));
    };
    let everybody = Gender::ALL.iter().all(|gender| ruled.rule.contains(gender));
    let reason = if everybody {
        "They take people of any gender.".into()
    } else {
        say::<WORDS>(|| format!("They take only {}.", words::genders(&ruled.rule)))
    };
    let outcome = match gender {
        None if everybody => return None,
        None => ask_person("Which gender do you go by?"),
        Some(gender) if ruled.rule.contains(&gender) => Outcome::Meets,
        Some(Gender::NonBinary) => ask_service("Would you take somebody who is non-binary?"),
        Some(Gender::Woman | Gender::Man) => Outcome::Fails,
    };
    Some(Criterion::of_rule::<WORDS, _>(Subject::Gender, outcome, reason, ruled))
}

/// Drink and drugs: the service's rule against where the person stands.
#[must_use]
pub fn substance_use<const WORDS: bool>(
    rule: Option<&Ruled<crate::directory::listing::SubstanceUse>>,
    person: Option<SubstanceUse>,
) -> Option<Criterion> {
    let Some(ruled) = rule else {
        return match person? {
            SubstanceUse::Using => Some(Criterion::plain(
                Subject::SubstanceUse,
                ask_service("Do you take somebody who is still using or drinking?"),
                "They do not say whether they take people who are using.",
            )),
            SubstanceUse::Abstinent { .. } | SubstanceUse::Never => None,
        };
    };
    let needed = ruled.rule.abstinent_days;
    let reason = match (ruled.rule.rule, needed) {
        (SubstanceUseRule::ActiveUseAccepted, _) => "They take people who are using or drinking.".into(),
        (SubstanceUseRule::NotWhenIntoxicated, _) => {
            "They take people who are using, but not when intoxicated at the appointment.".into()
        }
        (SubstanceUseRule::AbstinenceRequired, None) => "They ask people to be abstinent.".into(),
        (SubstanceUseRule::AbstinenceRequired, Some(days)) => {
            say::<WORDS>(|| format!("They ask people to have been abstinent for {days} days."))
        }
        (SubstanceUseRule::HistoryExcluded, _) => "They turn away anyone with a history of drug or alcohol use.".into(),
    };
    let outcome = match (ruled.rule.rule, person) {
        (SubstanceUseRule::ActiveUseAccepted, None) => return None,
        (SubstanceUseRule::ActiveUseAccepted, Some(_))
        | (SubstanceUseRule::NotWhenIntoxicated | SubstanceUseRule::AbstinenceRequired, Some(SubstanceUse::Never))
        | (SubstanceUseRule::NotWhenIntoxicated, Some(SubstanceUse::Abstinent { .. }))
        | (SubstanceUseRule::HistoryExcluded, Some(SubstanceUse::Never)) => Outcome::Meets,
        (SubstanceUseRule::NotWhenIntoxicated, Some(SubstanceUse::Using) | None) => {
            ask_person("Could you come without having used or drunk that day?")
        }
        (SubstanceUseRule::AbstinenceRequired, Some(SubstanceUse::Using))
        | (SubstanceUseRule::HistoryExcluded, Some(SubstanceUse::Using | SubstanceUse::Abstinent { .. })) => {
            Outcome::Fails
        }
        (SubstanceUseRule::AbstinenceRequired, Some(SubstanceUse::Abstinent { days })) => match (needed, days) {
            (None | Some(0), _) => Outcome::Meets,
            (Some(_), None) => ask_person("How many days is it since you last used or drank?"),
            (Some(needed), Some(days)) if days >= needed => Outcome::Meets,
            (Some(_), Some(_)) => Outcome::Fails,
        },
        (SubstanceUseRule::AbstinenceRequired, None) => ask_person("Are you using or drinking at the moment?"),
        (SubstanceUseRule::HistoryExcluded, None) => {
            ask_person("Have you ever had a problem with drugs or alcohol? They would ask.")
        }
    };
    Some(Criterion::of_rule::<WORDS, _>(Subject::SubstanceUse, outcome, reason, ruled))
}

/// Offences: what excludes, what is looked at one by one, and what nobody said.
#[must_use]
pub fn offences<const WORDS: bool>(
    rule: Option<&Ruled<OffenceRule>>,
    person: Option<&[OffenceType]>,
) -> Option<Criterion> {
    let Some(ruled) = rule else {
        let person = person.filter(|offences| !offences.is_empty())?;
        return Some(Criterion::plain(
            Subject::Offences,
            ask_service(say::<WORDS>(|| {
                format!("Do you take somebody with a conviction for {}?", words::offences(person))
            })),
            "They do not say which offences they turn away.",
        ));
    };
    let OffenceRule { excluded, considered } = &ruled.rule;
    let reason = match (excluded.is_empty(), considered.is_empty()) {
        (true, true) => "No offence excludes anybody here.".into(),
        (false, true) => {
            say::<WORDS>(|| format!("They turn away people with convictions for {}.", words::offences(excluded)))
        }
        (true, false) => {
            say::<WORDS>(|| format!("They look at convictions for {} one by one.", words::offences(considered)))
        }
        (false, false) => say::<WORDS>(|| {
            format!(
                "They turn away people with convictions for {}, and look at {} one by one.",
                words::offences(excluded),
                words::offences(considered)
            )
        }),
    };
    let outcome = match person {
        None if excluded.is_empty() && considered.is_empty() => return None,
        None => {
            let all = || excluded.iter().chain(considered).copied().collect::<Vec<_>>();
            ask_person(say::<WORDS>(|| format!("Do you have any convictions for {}?", words::offences(&all()))))
        }
        Some(person) if person.iter().any(|offence| excluded.contains(offence)) => Outcome::Fails,
        Some(person) if person.iter().any(|offence| considered.contains(offence)) => {
            ask_service("They decide one by one: tell them about the conviction and ask.")
        }
        // "Other" may be anything, among it what the rule names.
        Some(person) if person.contains(&OffenceType::Other) && !(excluded.is_empty() && considered.is_empty()) => {
            ask_service("Tell them about the conviction and ask.")
        }
        Some(_) => Outcome::Meets,
    };
    Some(Criterion::of_rule::<WORDS, _>(Subject::Offences, outcome, reason, ruled))
}

/// A characteristic: required, accepted or excluded, against what was said.
#[must_use]
pub fn characteristic<const WORDS: bool>(
    which: Characteristic,
    rule: Option<&Ruled<CharacteristicRule>>,
    person: Option<bool>,
) -> Option<Criterion> {
    let subject = Subject::Characteristic(which);
    let named = words::characteristic(which);
    let Some(ruled) = rule else {
        // A service may make a rule that it does not state; only somebody it could bear on need ask.
        return person?.then(|| {
            Criterion::plain(
                subject,
                ask_service(say::<WORDS>(|| format!("Do you take {}?", named.people))),
                say::<WORDS>(|| format!("They say nothing about {}.", named.people)),
            )
        });
    };
    let reason = match ruled.rule {
        CharacteristicRule::Required => say::<WORDS>(|| format!("They take only {}.", named.people)),
        CharacteristicRule::Accepted => say::<WORDS>(|| format!("They take {}.", named.people)),
        CharacteristicRule::Excluded => say::<WORDS>(|| format!("They do not take {}.", named.people)),
    };
    let outcome = match (ruled.rule, person) {
        (CharacteristicRule::Accepted, None | Some(false)) => return None,
        (CharacteristicRule::Required | CharacteristicRule::Accepted, Some(true))
        | (CharacteristicRule::Excluded, Some(false)) => Outcome::Meets,
        (CharacteristicRule::Required, Some(false)) | (CharacteristicRule::Excluded, Some(true)) => Outcome::Fails,
        (CharacteristicRule::Required | CharacteristicRule::Excluded, None) => ask_person(named.question),
    };
    Some(Criterion::of_rule::<WORDS, _>(subject, outcome, reason, ruled))
}

/// A language in common, or an interpreter.
#[must_use]
pub fn language<const WORDS: bool>(
    stated: &[String],
    offered: &[AccessFeature],
    person: &[String],
) -> Option<Criterion> {
    if person.is_empty() {
        return None;
    }
    let shared = stated.iter().any(|tag| person.iter().any(|wanted| same_language(tag, wanted)));
    let (outcome, reason) = if shared {
        (Outcome::Meets, say::<WORDS>(|| format!("They speak {}.", stated.join(", "))))
    } else if offered.contains(&AccessFeature::Interpreter) {
        (Outcome::Meets, "They can get an interpreter.".into())
    } else if stated.is_empty() {
        // Every service of this country can be had in English unless it says otherwise.
        if person.iter().any(|tag| same_language(tag, "en")) {
            return None;
        }
        (
            ask_service("Is there somebody who speaks the person's language, or an interpreter?"),
            "They do not say which languages they speak.".into(),
        )
    } else {
        (ask_service("Could you get an interpreter?"), say::<WORDS>(|| format!("They speak {}.", stated.join(", "))))
    };
    Some(Criterion::plain(Subject::Language, outcome, reason))
}

/// Whether two tags are of one language, wherever it is spoken.
fn same_language(one: &str, other: &str) -> bool {
    fn primary(tag: &str) -> &str {
        tag.split('-').next().unwrap_or_default()
    }
    primary(one).eq_ignore_ascii_case(primary(other))
}

/// Something the person needs in order to come.
#[must_use]
pub fn access<const WORDS: bool>(
    which: AccessFeature,
    offered: &[AccessFeature],
    missing: &[AccessFeature],
) -> Criterion {
    let named = words::access(which);
    let (outcome, reason) = if offered.contains(&which) {
        (Outcome::Meets, say::<WORDS>(|| format!("They have this: {named}.")))
    } else if missing.contains(&which) {
        (Outcome::Fails, say::<WORDS>(|| format!("They do not have this: {named}.")))
    } else {
        (
            ask_service(say::<WORDS>(|| format!("Do you have this: {named}?"))),
            say::<WORDS>(|| format!("They do not say whether they have this: {named}.")),
        )
    };
    Criterion::plain(Subject::Access(which), outcome, reason)
}

/// Whether the service runs.
#[must_use]
pub fn status<const WORDS: bool>(
    status: ServiceStatus,
    reopens_on: Option<NaiveDate>,
    today: NaiveDate,
) -> Option<Criterion> {
    match status {
        ServiceStatus::Active => None,
        ServiceStatus::TemporarilyClosed => Some(match reopens_on {
            Some(date) if date <= today => Criterion::plain(
                Subject::Status,
                ask_service("Have you opened again?"),
                say::<WORDS>(|| format!("They were closed for a while and expected back on {}.", words::date(date))),
            ),
            Some(date) => Criterion::plain(
                Subject::Status,
                Outcome::Fails,
                say::<WORDS>(|| format!("They are closed for now and expected back on {}.", words::date(date))),
            ),
            None => Criterion::plain(Subject::Status, Outcome::Fails, "They are closed for now."),
        }),
        ServiceStatus::Inactive => Some(Criterion::plain(Subject::Status, Outcome::Fails, "This is not running now.")),
        ServiceStatus::Defunct => Some(Criterion::plain(Subject::Status, Outcome::Fails, "This has ended.")),
    }
}

/// Whether the service covers the place asked about. Coverage is containment: an address nearby
/// says nothing about who is taken.
#[must_use]
pub fn coverage<const WORDS: bool>(answer: &Coverage, place: &str, area: Option<&str>) -> Criterion {
    let (outcome, reason) = match answer {
        Coverage::Inside { .. } => (
            Outcome::Meets,
            area.map_or_else(
                || say::<WORDS>(|| format!("They cover {place}.")),
                |area| say::<WORDS>(|| format!("They cover {area}.")),
            ),
        ),
        Coverage::Outside => (Outcome::Fails, say::<WORDS>(|| format!("They do not cover {place}."))),
        Coverage::Unknown { why: WhyUnknown::NeedFullPostcode } => (
            ask_person("What is your full postcode?"),
            say::<WORDS>(|| format!("They cover only a part of what {place} could mean.")),
        ),
        Coverage::Unknown { why: WhyUnknown::Imprecise } => (
            ask_person("What is your full postcode?"),
            say::<WORDS>(|| format!("{place} lies near the edge of the area they cover.")),
        ),
        Coverage::Unknown { why: WhyUnknown::TextOnly } => (
            ask_service(say::<WORDS>(|| format!("Do you cover {place}?"))),
            area.map_or_else(
                || "They describe their area in words.".into(),
                |area| say::<WORDS>(|| format!("They say they cover “{area}”.")),
            ),
        ),
        Coverage::Unknown { why: WhyUnknown::NotStated } => (
            ask_service(say::<WORDS>(|| format!("Do you take people from {place}?"))),
            "They do not say which area they cover.".into(),
        ),
    };
    Criterion::plain(Subject::Coverage, outcome, reason)
}

/// Whether it is open when the person can come.
#[must_use]
pub fn time<const WORDS: bool>(answer: &WindowAnswer) -> Criterion {
    let (outcome, reason) = match answer {
        WindowAnswer::Open { from, to } => {
            (Outcome::Meets, say::<WORDS>(|| format!("Open {}.", words::span(*from, *to))))
        }
        WindowAnswer::Unknown { from, to, why } => (
            ask_service(say::<WORDS>(|| format!("Are you open {}?", words::span(*from, *to)))),
            say::<WORDS>(|| format!("They may be open {}: {}.", words::span(*from, *to), words::doubt(*why))),
        ),
        WindowAnswer::Never => (Outcome::Fails, "They are not open at the times asked for.".into()),
        WindowAnswer::NotStated => (ask_service("When are you open?"), "They do not say when they are open.".into()),
    };
    Criterion::plain(Subject::Time, outcome, reason)
}

/// Whether there is a place. `fresh` says whether the figures are recent enough to be believed.
#[must_use]
pub fn capacity<const WORDS: bool>(stated: Option<&Capacity>, fresh: bool) -> Option<Criterion> {
    let stated = stated?;
    let wait = stated.wait_days.map(|days| move || words::days(days));
    let (outcome, reason) = match (stated.available, stated.waiting_list) {
        (Some(0), Some(WaitingList::Closed)) if fresh => {
            (Outcome::Fails, "They are full, and the waiting list is closed.".into())
        }
        (Some(0), Some(WaitingList::Open)) => (
            ask_person(match &wait {
                Some(wait) => say::<WORDS>(|| format!("Could you wait about {}?", wait())),
                None => "Could you wait? Nobody says how long.".into(),
            }),
            match &wait {
                Some(wait) => say::<WORDS>(|| format!("They are full; the waiting list is open, about {}.", wait())),
                None => "They are full; the waiting list is open.".into(),
            },
        ),
        (Some(0), Some(WaitingList::None | WaitingList::Closed) | None) => {
            (ask_service("Has a place come free?"), "They were full when they last said.".into())
        }
        (Some(free), _) if fresh => {
            (Outcome::Meets, say::<WORDS>(|| format!("They have {} free.", words::count(free, "place", "places"))))
        }
        (Some(_), _) => {
            (ask_service("Is there still a place?"), "They had a place when they last said, a while ago.".into())
        }
        (None, Some(WaitingList::Closed)) => {
            (ask_service("Has a place come free?"), "Their waiting list was closed when they last said.".into())
        }
        (None, _) => return None,
    };
    Some(Criterion::plain(Subject::Capacity, outcome, reason))
}
