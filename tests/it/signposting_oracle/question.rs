//! Questions to ask, as plain data; what the graph is asked is made of it.

use chrono::{DateTime, Duration, NaiveTime, Utc, Weekday};
use entity::enums::{AccessFeature, Characteristic, DeliveryMode, Gender, OffenceType, SessionFormat};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

use super::world::{ACCESS, LANGUAGES, LIVES, OFFENCES, later};

/// Places that are asked about: exact ones, and ones that could be in or out of an area.
pub(crate) const WHERE: &[&str] = &[
    "M14 5RQ",
    "M14 7LU",
    "M1 1AE",
    "LS1 4AP",
    "BS1 5TR",
    "EH1 1BB",
    "M14 5",
    "M14",
    "BS1",
    "LS2",
    "M",
    "Manchester",
    "Leeds",
    "Bristol",
    "53.4600,-2.2250",
];

/// Words that are looked for, and so are parts of words.
pub(crate) const TEXTS: &[&str] =
    &["bread", "elan", "HARB", "o’hara", "ohara’s", "attic open", "trust", "hostel", "24", "direct acc", "zzz"];

/// A signposting question.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) needs: Vec<&'static str>,
    pub(crate) place: Option<(&'static str, f64)>,
    pub(crate) times: Vec<Slot>,
    pub(crate) person: Person,
    pub(crate) delivery: Vec<DeliveryMode>,
    pub(crate) formats: Vec<SessionFormat>,
    pub(crate) text: Option<&'static str>,
    pub(crate) at: Option<DateTime<Utc>>,
}

/// When somebody can come.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) days: Vec<Weekday>,
    pub(crate) from: Option<NaiveTime>,
    pub(crate) to: Option<NaiveTime>,
    pub(crate) minutes: u16,
}

/// Drink and drugs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Using {
    Now,
    NotFor(Option<u16>),
    Never,
}

/// What somebody said of their life.
#[derive(Clone, Debug, Default)]
pub(crate) struct Person {
    pub(crate) age: Option<f64>,
    pub(crate) gender: Option<Gender>,
    pub(crate) using: Option<Using>,
    pub(crate) offences: Option<Vec<OffenceType>>,
    pub(crate) lives: Vec<(Characteristic, bool)>,
    pub(crate) languages: Vec<&'static str>,
    pub(crate) access: Vec<AccessFeature>,
}

/// How often each part of a question is there, of ten times.
#[derive(Clone, Copy)]
pub(crate) struct Often {
    pub(crate) narrowing: u8,
    pub(crate) person: u8,
}

/// Questions that say of each thing something or nothing.
pub(crate) fn questions() -> impl Strategy<Value = Question> {
    questions_that(Often { narrowing: 3, person: 4 })
}

/// Questions that say as much as this.
pub(crate) fn questions_that(often: Often) -> impl Strategy<Value = Question> {
    let narrowing = f64::from(often.narrowing) / 10.0;
    let needs = subsequence(
        &["housing", "housing.emergency", "housing.hostel", "mental-health.crisis", "money", "work"][..],
        0..=3,
    );
    let places = (select(WHERE), select(&[0.4, 2.0, 8.0, 60.0, 600.0][..]));
    let modes = prop_oneof![3 => Just(Vec::new()), 1 => subsequence(DeliveryMode::ALL, 1..=2)];
    let formats = prop_oneof![5 => Just(Vec::new()), 1 => subsequence(SessionFormat::ALL, 1..=2)];
    let at = prop::option::weighted(
        0.4,
        select(&[0_i64, 14, 38, 121, 300, 800, 980][..]).prop_map(|hours| later() + Duration::hours(hours)),
    );
    (
        prop_oneof![1 => Just(Vec::new()), 2 => needs],
        prop::option::weighted(0.8, places),
        prop_oneof![6 => Just(Vec::new()), u32::from(often.narrowing) => prop::collection::vec(slots(), 1..=2)],
        people(often.person),
        modes,
        formats,
        prop::option::weighted(narrowing / 3.0, select(TEXTS)),
        at,
    )
        .prop_map(|(needs, place, times, person, delivery, formats, text, at)| Question {
            needs,
            place,
            times,
            person,
            delivery,
            formats,
            text,
            at,
        })
}

fn slots() -> impl Strategy<Value = Slot> {
    let days = [Weekday::Mon, Weekday::Thu, Weekday::Fri, Weekday::Sat];
    let time = |hours: &'static [u32]| {
        prop::option::of(select(hours).prop_map(|hour| NaiveTime::from_hms_opt(hour, 30, 0).unwrap()))
    };
    (subsequence(days.to_vec(), 0..=2), time(&[8, 17, 23]), time(&[3, 9, 19]), select(&[1_u16, 30, 60, 720][..]))
        .prop_map(|(days, from, to, minutes)| {
            // Nobody asks for more than there is.
            let begins = from.unwrap_or(NaiveTime::MIN);
            let ends = to.unwrap_or(NaiveTime::MIN);
            let long = if ends > begins { ends - begins } else { ends - begins + Duration::days(1) };
            Slot { days, from, to, minutes: minutes.min(u16::try_from(long.num_minutes()).unwrap()) }
        })
}

fn people(often: u8) -> impl Strategy<Value = Person> {
    let often = f64::from(often) / 10.0;
    let using = prop_oneof![
        1 => Just(Using::Now),
        1 => Just(Using::Never),
        2 => prop::option::of(select(&[0_u16, 29, 30, 365][..])).prop_map(Using::NotFor),
    ];
    let lives = subsequence(LIVES, 0..=LIVES.len()).prop_flat_map(|lives| {
        lives.into_iter().map(|which| any::<bool>().prop_map(move |holds| (which, holds))).collect::<Vec<_>>()
    });
    (
        prop::option::weighted(often, select(&[0.5, 15.9, 16.0, 17.5, 18.0, 25.0, 25.4, 25.9, 26.0, 64.99, 65.0][..])),
        prop::option::weighted(often, select(Gender::ALL)),
        prop::option::weighted(often, using),
        prop::option::weighted(often, subsequence(OFFENCES, 0..=2)),
        prop::option::weighted(often, lives),
        prop::option::weighted(often / 2.0, subsequence(LANGUAGES, 1..=2)),
        prop::option::weighted(often / 2.0, subsequence(ACCESS, 1..=2)),
    )
        .prop_map(|(age, gender, using, offences, lives, languages, access)| Person {
            age,
            gender,
            using,
            offences,
            lives: lives.unwrap_or_default(),
            languages: languages.unwrap_or_default(),
            access: access.unwrap_or_default(),
        })
}

/// A closed set's value as the schema spells it.
pub(crate) fn spelt(stored: &str) -> String {
    stored.to_ascii_uppercase()
}

impl Question {
    /// The instant it is about.
    pub(crate) fn instant(&self) -> DateTime<Utc> {
        self.at.unwrap_or_else(later)
    }

    /// The `SignpostInput` that asks it.
    pub(crate) fn input(&self) -> Value {
        let mut input = json!({
            "needs": self.needs,
            "delivery": self.delivery.iter().map(|mode| spelt(mode.as_str())).collect::<Vec<_>>(),
            "formats": self.formats.iter().map(|format| spelt(format.as_str())).collect::<Vec<_>>(),
            "when": self.times.iter().map(Slot::input).collect::<Vec<_>>(),
            "circumstances": self.person.input(),
        });
        if let Some((place, within)) = self.place {
            input["where"] = json!({ "place": place, "withinKm": within });
        }
        if let Some(text) = self.text {
            input["search"] = json!(text);
        }
        if let Some(at) = self.at {
            input["at"] = json!(at.to_rfc3339());
        }
        input
    }
}

impl Slot {
    fn input(&self) -> Value {
        let names = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];
        let days: Vec<_> = self.days.iter().map(|day| names[day.num_days_from_monday() as usize]).collect();
        let time = |time: Option<NaiveTime>| time.map(|time| time.format("%H:%M").to_string());
        json!({ "days": days, "from": time(self.from), "to": time(self.to), "minimumMinutes": self.minutes })
    }
}

impl Person {
    fn input(&self) -> Value {
        let (using, days) = match self.using {
            None => (None, None),
            Some(Using::Now) => (Some("USING"), None),
            Some(Using::NotFor(days)) => (Some("ABSTINENT"), days),
            Some(Using::Never) => (Some("NEVER"), None),
        };
        let lives = |said: bool| -> Vec<String> {
            self.lives.iter().filter(|(_, holds)| *holds == said).map(|(which, _)| spelt(which.as_str())).collect()
        };
        let offences =
            self.offences.as_ref().map(|list| list.iter().map(|which| spelt(which.as_str())).collect::<Vec<_>>());
        json!({
            "age": self.age,
            "gender": self.gender.map(|gender| spelt(gender.as_str())),
            "substanceUse": using,
            "abstinentDays": days,
            "offences": offences,
            "has": lives(true),
            "hasNot": lives(false),
            "languages": self.languages,
            "access": self.access.iter().map(|which| spelt(which.as_str())).collect::<Vec<_>>(),
        })
    }
}
