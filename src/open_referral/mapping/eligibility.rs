//! Eligibility, both ways: the standard has two ages and a text; the rest are facts of ours.

use entity::enums::{Characteristic, CharacteristicRule, Gender, OffenceType, RuleEvidence, SubstanceUseRule};

use super::{
    facts::{Fact, Facts},
    read::{Node, Remarks},
};
use crate::{
    directory::listing::{AgeRule, Eligibility, OffenceRule, Ruled, SubstanceUse},
    open_referral::from_text,
};

/// An age above this in a feed stands for no upper limit (999 and its like).
const NO_LIMIT: f64 = 130.0;

/// What a service document says of who may come. Facts come first; then the fields for ages,
/// the text on eligibility, and last what a description says in so many words.
pub(super) fn read(service: &Node<'_>, remarks: &mut Remarks) -> Eligibility {
    let facts = service.facts();
    let ages = ages(service, remarks).map(|rule| Ruled { rule, evidence: RuleEvidence::Stated, quote: None });
    if facts.has("eligibility") {
        let stated = from_facts(&facts);
        return Eligibility { age: stated.age.or(ages), ..stated };
    }
    let text = service.str("eligibility_description").unwrap_or_default();
    let reading = from_text::eligibility(text);
    let mut found = Eligibility { other: reading.leftover, ..reading.eligibility };
    if let Some(stated) = ages {
        if found.age.as_ref().is_some_and(|read| read.rule != stated.rule) {
            remarks.tell(
                service.path("eligibility_description"),
                "gives another age than minimum_age and maximum_age, which are kept",
            );
            // Its words are then all there is of it.
            found = Eligibility { other: (!text.is_empty()).then(|| text.to_owned()), ..found };
        }
        found.age = Some(stated);
    }
    let described = from_text::description(service.str("description").unwrap_or_default());
    found.age = found.age.or(described.age);
    found.genders = found.genders.or(described.genders);
    found.substance_use = found.substance_use.or(described.substance_use);
    found.offences = found.offences.or(described.offences);
    for (characteristic, rule) in described.characteristics {
        if !found.characteristics.iter().any(|(known, _)| *known == characteristic) {
            found.characteristics.push((characteristic, rule));
        }
    }
    found
}

/// The two fields for ages, where they can be ages.
fn ages(service: &Node<'_>, remarks: &mut Remarks) -> Option<AgeRule> {
    let (min, max) = (service.number("minimum_age"), service.number("maximum_age"));
    if min.is_none() && max.is_none() {
        return None;
    }
    let max_open = max.filter(|max| *max <= NO_LIMIT);
    let possible = min.is_none_or(|min| (0.0..=NO_LIMIT).contains(&min))
        && max_open.is_none_or(|max| max > 0.0 && min.is_none_or(|min| min <= max));
    if !possible {
        remarks
            .tell(service.path("minimum_age"), "and maximum_age are no range of ages that anybody can have; left out");
        return None;
    }
    if max_open != max {
        remarks.tell(service.path("maximum_age"), "is older than anybody; read as no upper limit");
    }
    Some(AgeRule { min, max: max_open })
}

/// The text for `eligibility_description`: the sentences that were read, sentences of ours for
/// the other rules (but for ages in years, which have their fields), and whatever else is said.
pub(super) fn words(eligibility: Eligibility) -> Option<String> {
    let mut said: Vec<String> = Vec::new();
    let mut say = |quote: &Option<String>, ours: String| {
        let sentence = quote.clone().unwrap_or(ours);
        let known = |all: &str| all.contains(&sentence);
        if !sentence.is_empty()
            && !said.iter().any(|all| known(all))
            && !eligibility.other.as_deref().is_some_and(known)
        {
            said.push(sentence);
        }
    };
    if let Some(age) = &eligibility.age {
        let any = age.rule == AgeRule::default();
        say(&age.quote, if any { "All ages.".to_owned() } else { String::new() });
    }
    if let Some(genders) = &eligibility.genders {
        let all = Gender::ALL.iter().all(|gender| genders.rule.contains(gender));
        let named = |gender: &Gender| match gender {
            Gender::Woman => "women",
            Gender::Man => "men",
            Gender::NonBinary => "non-binary people",
        };
        let list = genders.rule.iter().map(named).collect::<Vec<_>>().join(" and ");
        say(&genders.quote, if all { "All genders.".to_owned() } else { format!("Only {list}.") });
    }
    if let Some(substance) = &eligibility.substance_use {
        let days = substance.rule.abstinent_days.map_or(String::new(), |days| format!(" for at least {days} days"));
        let ours = match substance.rule.rule {
            SubstanceUseRule::ActiveUseAccepted => "Active use accepted.".to_owned(),
            SubstanceUseRule::NotWhenIntoxicated => "Not when intoxicated.".to_owned(),
            SubstanceUseRule::AbstinenceRequired => format!("Must have been abstinent{days}."),
            SubstanceUseRule::HistoryExcluded => "No history of substance misuse.".to_owned(),
        };
        say(&substance.quote, ours);
    }
    if let Some(offences) = &eligibility.offences {
        let list = |kinds: &[OffenceType]| kinds.iter().map(|kind| offence(*kind)).collect::<Vec<_>>().join(" or ");
        let mut ours = Vec::new();
        if offences.rule == OffenceRule::default() {
            ours.push("No offences are excluded.".to_owned());
        }
        if !offences.rule.excluded.is_empty() {
            ours.push(format!("We cannot accept {}.", list(&offences.rule.excluded)));
        }
        if !offences.rule.considered.is_empty() {
            ours.push(format!("Considered case by case: {}.", list(&offences.rule.considered)));
        }
        say(&offences.quote, ours.join(" "));
    }
    for (characteristic, rule) in &eligibility.characteristics {
        let people = people(*characteristic);
        let ours = match rule.rule {
            CharacteristicRule::Required => format!("Only {people}."),
            CharacteristicRule::Accepted => format!("Also {people}."),
            CharacteristicRule::Excluded => format!("We cannot accept {people}."),
        };
        say(&rule.quote, ours);
    }
    said.extend(eligibility.other);
    (!said.is_empty()).then(|| said.join(" "))
}

const fn offence(kind: OffenceType) -> &'static str {
    match kind {
        OffenceType::Sexual => "sexual offences",
        OffenceType::Arson => "arson",
        OffenceType::Violence => "violent offences",
        OffenceType::DomesticAbuse => "domestic abuse offences",
        OffenceType::AgainstChildren => "offences against children",
        OffenceType::DrugSupply => "drug supply",
        OffenceType::Weapons => "weapon offences",
        OffenceType::Acquisitive => "acquisitive crime",
        OffenceType::HateCrime => "hate crime",
        OffenceType::Terrorism => "terrorism",
        OffenceType::Other => "other offences",
    }
}

const fn people(characteristic: Characteristic) -> &'static str {
    match characteristic {
        Characteristic::Veteran => "veterans",
        Characteristic::CareLeaver => "care leavers",
        Characteristic::UnderSupervision => "people under probation supervision",
        Characteristic::InCustody => "people in prison",
        Characteristic::PrisonLeaver => "prison leavers",
        Characteristic::DualDiagnosis => "people with dual diagnosis",
        Characteristic::SubstitutePrescribing => "people on a substitute prescription",
        Characteristic::DependentChildren => "people with dependent children",
        Characteristic::Pregnant => "pregnant women",
        Characteristic::NoRecourse => "people with no recourse to public funds",
        Characteristic::AsylumOrRefugee => "asylum seekers and refugees",
        Characteristic::Homeless => "homeless people",
        Characteristic::DomesticAbuse => "survivors of domestic abuse",
        Characteristic::SexWork => "sex workers",
        Characteristic::Carer => "carers",
        Characteristic::LearningDisability => "people with a learning disability",
        Characteristic::PhysicalDisability => "people with a physical disability",
        Characteristic::Lgbt => "LGBT people",
        Characteristic::Unemployed => "unemployed people",
        Characteristic::Pet => "pets",
    }
}

/// Every rule as facts. Ages that the standard's fields hold are left to them.
pub(super) fn all_facts(eligibility: &Eligibility) -> Vec<Fact> {
    let mut facts: Vec<Fact> = Vec::new();
    if let Some(age) = eligibility.age.as_ref().filter(|age| !is_in_fields(age)) {
        let year = |bound: Option<f64>| bound.map_or(String::new(), |years| years.to_string());
        let value = format!("{}-{}", year(age.rule.min), year(age.rule.max));
        put(&mut facts, ["eligibility.age", "eligibility.age.evidence", "eligibility.age.quote"], value, age);
    }
    if let Some(genders) = &eligibility.genders {
        let none = genders.rule.is_empty().then_some("none");
        let value = join(genders.rule.iter().map(|gender| gender.as_str()).chain(none));
        put(
            &mut facts,
            ["eligibility.gender", "eligibility.gender.evidence", "eligibility.gender.quote"],
            value,
            genders,
        );
    }
    if let Some(substance) = &eligibility.substance_use {
        let days = substance.rule.abstinent_days.map(|days| days.to_string());
        let value = join([substance.rule.rule.as_str()].into_iter().chain(days.as_deref()));
        let codes =
            ["eligibility.substance_use", "eligibility.substance_use.evidence", "eligibility.substance_use.quote"];
        put(&mut facts, codes, value, substance);
    }
    if let Some(offences) = &eligibility.offences {
        let all = |kinds: &[OffenceType]| join(kinds.iter().map(|kind| kind.as_str()));
        let value = format!("excluded:{};considered:{}", all(&offences.rule.excluded), all(&offences.rule.considered));
        put(
            &mut facts,
            ["eligibility.offences", "eligibility.offences.evidence", "eligibility.offences.quote"],
            value,
            offences,
        );
    }
    for (characteristic, rule) in &eligibility.characteristics {
        let evidence = rule.evidence.as_str();
        let quote = rule.quote.as_deref().map_or(String::new(), |quote| format!(" {quote}"));
        let value = format!("{} {} {evidence}{quote}", characteristic.as_str(), rule.rule.as_str());
        facts.push(("eligibility.characteristic", value));
    }
    facts.extend(eligibility.other.clone().map(|other| ("eligibility.other", other)));
    facts
}

/// Whether a rule on age is wholly told by `minimum_age` and `maximum_age`.
fn is_in_fields(age: &Ruled<AgeRule>) -> bool {
    stated_ages(Some(age)) != AgeRule::default()
}

/// What is left to be said in words and facts when the ages stand in their fields.
pub(super) fn without_stated_ages(eligibility: &Eligibility) -> Eligibility {
    let age = eligibility.age.clone().filter(|age| !is_in_fields(age));
    Eligibility { age, ..eligibility.clone() }
}

/// What stands in `minimum_age` and `maximum_age`: only what the agency itself stated.
pub(super) fn stated_ages(age: Option<&Ruled<AgeRule>>) -> AgeRule {
    age.filter(|age| age.evidence == RuleEvidence::Stated && age.quote.is_none())
        .map(|age| age.rule)
        .unwrap_or_default()
}

fn join<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(" ")
}

fn put<T>(facts: &mut Vec<Fact>, codes: [&'static str; 3], value: String, ruled: &Ruled<T>) {
    let [code, evidence, quote] = codes;
    facts.push((code, value));
    match ruled.evidence {
        RuleEvidence::Stated => {}
        RuleEvidence::ReadFromText => facts.push((evidence, ruled.evidence.as_str().to_owned())),
    }
    facts.extend(ruled.quote.clone().map(|words| (quote, words)));
}

fn from_facts(facts: &Facts<'_>) -> Eligibility {
    // "nan" and "inf" are numbers to the standard library, and no ages.
    let year = |bound: &str| match bound {
        "" => Some(None),
        bound => bound.parse::<f64>().ok().filter(|years| (0.0..=NO_LIMIT).contains(years)).map(Some),
    };
    let kinds = |list: &str| list.split(' ').filter_map(OffenceType::parse).collect();
    Eligibility {
        age: ruled(facts, "eligibility.age", |value| {
            let (min, max) = value.split_once('-')?;
            Some(AgeRule { min: year(min)?, max: year(max)? })
        }),
        genders: ruled(facts, "eligibility.gender", |value| Some(value.split(' ').filter_map(Gender::parse).collect())),
        substance_use: ruled(facts, "eligibility.substance_use", |value| {
            let mut words = value.split(' ');
            let rule = SubstanceUseRule::parse(words.next()?)?;
            Some(SubstanceUse { rule, abstinent_days: words.next().and_then(|days| days.parse().ok()) })
        }),
        offences: ruled(facts, "eligibility.offences", |value| {
            let (excluded, considered) = value.split_once(';')?;
            let (excluded, considered) = (excluded.strip_prefix("excluded:")?, considered.strip_prefix("considered:")?);
            Some(OffenceRule { excluded: kinds(excluded), considered: kinds(considered) })
        }),
        characteristics: facts.values("eligibility.characteristic").filter_map(characteristic).collect(),
        other: facts.value("eligibility.other").map(str::to_owned),
    }
}

fn ruled<T>(facts: &Facts<'_>, code: &str, parse: impl Fn(&str) -> Option<T>) -> Option<Ruled<T>> {
    let rule = parse(facts.value(code)?)?;
    let evidence =
        facts.value(&format!("{code}.evidence")).and_then(RuleEvidence::parse).unwrap_or(RuleEvidence::Stated);
    Some(Ruled { rule, evidence, quote: facts.value(&format!("{code}.quote")).map(str::to_owned) })
}

fn characteristic(value: &str) -> Option<(Characteristic, Ruled<CharacteristicRule>)> {
    let mut words = value.splitn(4, ' ');
    let characteristic = Characteristic::parse(words.next()?)?;
    let rule = CharacteristicRule::parse(words.next()?)?;
    let evidence = RuleEvidence::parse(words.next()?)?;
    Some((characteristic, Ruled { rule, evidence, quote: words.next().map(str::to_owned) }))
}
