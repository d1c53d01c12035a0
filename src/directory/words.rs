//! The directory's closed sets in plain words, as a worker would say them aloud.

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use entity::enums::{AccessFeature, Characteristic, Gender, OffenceType};

use crate::hours::{Unknown, london};

/// How one speaks of people with a characteristic, and asks somebody about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// "care leavers".
    pub people: &'static str,
    /// "Were you in care as a child?"
    pub question: &'static str,
}

/// A characteristic in words.
#[must_use]
pub const fn characteristic(which: Characteristic) -> Named {
    let (people, question) = match which {
        Characteristic::Veteran => {
            ("people who have served in the armed forces", "Have you served in the armed forces?")
        }
        Characteristic::CareLeaver => ("care leavers", "Were you in council care as a child?"),
        Characteristic::UnderSupervision => ("people on probation", "Are you on probation or licence?"),
        Characteristic::InCustody => ("people who are in prison", "Are you in prison now?"),
        Characteristic::PrisonLeaver => ("people who have left prison", "Have you been in prison in the last year?"),
        Characteristic::DualDiagnosis => (
            "people with both a mental health problem and a drug or alcohol problem",
            "Do you have a mental health problem as well as a problem with drugs or alcohol?",
        ),
        Characteristic::SubstitutePrescribing => (
            "people on a methadone or buprenorphine prescription",
            "Are you on a methadone or buprenorphine prescription?",
        ),
        Characteristic::DependentChildren => {
            ("people with children living with them", "Do any children live with you?")
        }
        Characteristic::Pregnant => ("people who are pregnant", "Are you pregnant?"),
        Characteristic::NoRecourse => (
            "people with no recourse to public funds",
            "Does your visa or immigration paper say “no recourse to public funds”?",
        ),
        Characteristic::AsylumOrRefugee => {
            ("people seeking asylum and refugees", "Are you seeking asylum, or a refugee?")
        }
        Characteristic::Homeless => ("people who are homeless or about to be", "Are you homeless, or about to be?"),
        Characteristic::DomesticAbuse => {
            ("people who have lived with domestic abuse", "Has somebody close to you hurt or controlled you?")
        }
        Characteristic::SexWork => ("people who sell sex", "Do you sell sex, or have you?"),
        Characteristic::Carer => ("people who look after somebody", "Do you look after somebody?"),
        Characteristic::LearningDisability => {
            ("people with a learning disability", "Do you have a learning disability?")
        }
        Characteristic::PhysicalDisability => {
            ("people with a physical disability", "Do you have a physical disability?")
        }
        Characteristic::Lgbt => ("LGBT people", "Are you lesbian, gay, bisexual or trans?"),
        Characteristic::Unemployed => ("people who are out of work", "Are you out of work?"),
        Characteristic::Pet => ("people who bring a pet", "Would you bring a pet?"),
    };
    Named { people, question }
}

/// A barrier removed, in words that complete "They have this: …".
#[must_use]
pub const fn access(which: AccessFeature) -> &'static str {
    match which {
        AccessFeature::StepFree => "step-free access",
        AccessFeature::AccessibleToilet => "an accessible toilet",
        AccessFeature::HearingLoop => "a hearing loop",
        AccessFeature::BritishSignLanguage => "British Sign Language",
        AccessFeature::Interpreter => "an interpreter",
        AccessFeature::Creche => "a crèche, or room for children",
        AccessFeature::Evening => "evening times",
        AccessFeature::Weekend => "weekend times",
        AccessFeature::PetsWelcome => "room for a pet",
        AccessFeature::NoIdNeeded => "no ID needed",
        AccessFeature::NoAddressNeeded => "no address needed",
        AccessFeature::TravelPaid => "fares paid back",
        AccessFeature::WomenOnlySpace => "a space for women only",
        AccessFeature::QuietSpace => "a quiet space",
        AccessFeature::HelpWithReading => "help with reading and writing",
        AccessFeature::LivedExperience => "workers who have been through it themselves",
        AccessFeature::SeveralAgencies => "several agencies under one roof",
    }
}

/// Genders as a rule names them: "women", "men and non-binary people".
#[must_use]
pub fn genders(genders: &[Gender]) -> String {
    list(
        genders.iter().map(|gender| match gender {
            Gender::Woman => "women",
            Gender::Man => "men",
            Gender::NonBinary => "non-binary people",
        }),
        "and",
    )
}

/// Offences as a rule names them: "arson or sexual offences".
#[must_use]
pub fn offences(offences: &[OffenceType]) -> String {
    list(
        offences.iter().map(|offence| match offence {
            OffenceType::Sexual => "sexual offences",
            OffenceType::Arson => "arson",
            OffenceType::Violence => "violence",
            OffenceType::DomesticAbuse => "domestic abuse",
            OffenceType::AgainstChildren => "offences against children",
            OffenceType::DrugSupply => "supplying drugs",
            OffenceType::Weapons => "weapons",
            OffenceType::Acquisitive => "theft, burglary, robbery or fraud",
            OffenceType::HateCrime => "hate crime",
            OffenceType::Terrorism => "terrorism",
            OffenceType::Other => "other offences",
        }),
        "or",
    )
}

/// "a", "a and b", "a, b and c".
fn list<'a>(items: impl Iterator<Item = &'a str>, word: &str) -> String {
    let items: Vec<&str> = items.collect();
    match items.split_last() {
        None => String::new(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, before)) => format!("{} {word} {last}", before.join(", ")),
    }
}

/// An age: whole years without a fraction.
#[must_use]
pub fn years(age: f64) -> String {
    format!("{age}")
}

/// "1 day", "12 days"; from two weeks on "6 weeks".
#[must_use]
pub fn days(days: u32) -> String {
    match days {
        0..=13 => count(days, "day", "days"),
        _ => count(days.div_ceil(7), "week", "weeks"),
    }
}

/// A number with its noun.
#[must_use]
pub fn count(number: u32, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

/// "Thursday 26 November 2026".
#[must_use]
pub fn date(date: NaiveDate) -> String {
    format!("{} {} {} {}", weekday(date.weekday()), date.day(), month(date.month()), date.year())
}

/// "Thursday 26 November, 18:00 to 20:00", in London's wall time; the second day is named where
/// it is another.
#[must_use]
pub fn span(from: DateTime<Utc>, to: DateTime<Utc>) -> String {
    let (from, to) = (london(from), london(to));
    let start = format!(
        "{} {} {}, {:02}:{:02}",
        weekday(from.weekday()),
        from.day(),
        month(from.month()),
        from.hour(),
        from.minute()
    );
    if from.date() == to.date() {
        format!("{start} to {:02}:{:02}", to.hour(), to.minute())
    } else {
        format!("{start} to {:02}:{:02} on {}", to.hour(), to.minute(), weekday(to.weekday()))
    }
}

/// Why hours are in doubt.
#[must_use]
pub const fn doubt(why: Unknown) -> &'static str {
    match why {
        Unknown::NotStated => "they do not say",
        Unknown::BankHoliday => "it is a bank holiday, and they do not say what they do then",
        Unknown::Contradiction => "what they say about that day contradicts itself",
        Unknown::Unreliable => "what they say about that time can't be relied upon",
    }
}

const fn weekday(day: chrono::Weekday) -> &'static str {
    match day {
        chrono::Weekday::Mon => "Monday",
        chrono::Weekday::Tue => "Tuesday",
        chrono::Weekday::Wed => "Wednesday",
        chrono::Weekday::Thu => "Thursday",
        chrono::Weekday::Fri => "Friday",
        chrono::Weekday::Sat => "Saturday",
        chrono::Weekday::Sun => "Sunday",
    }
}

const fn month(number: u32) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    NAMES[(number as usize + 11) % 12]
}
