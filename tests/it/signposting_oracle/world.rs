//! Directories to ask: a few agencies, a few buildings, and services over them that say much or
//! little. Drawn from short lists, so that questions hit them from all sides.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use entity::enums::{
    AccessFeature, AreaKind, AssuranceEvidence, Characteristic, CharacteristicRule, CostKind, DeliveryMode, FieldGroup,
    Gender, OffenceType, ReferralRoute, RuleEvidence, ScheduleDays, ScheduleEffect, ScheduleKind, ServiceStatus,
    SessionFormat, SubstanceUseRule, Visibility, WaitingList,
};
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use signpost::directory::listing::{
    AgeRule, Area, Assurance, Capacity, Eligibility, LocationListing, OffenceRule, Ruled, Schedule, ServiceListing,
    ServicePlace, SubstanceUse, Term,
};

use crate::support::listings::{area, at, location, service, weekly};
use crate::support::{TestApp, now};

/// Full postcodes with the middle of their town: two nations besides England are among them.
const SPOTS: &[(&str, (f64, f64))] = &[
    ("M14 5RQ", (53.46, -2.23)),
    ("m14 7lu", (53.46, -2.23)),
    ("M1 1AE", (53.48, -2.23)),
    ("M6 5FW", (53.49, -2.29)),
    ("M21 9WQ", (53.44, -2.27)),
    ("LS1 4AP", (53.80, -1.55)),
    ("LS2 9JT", (53.80, -1.55)),
    ("BS1 5TR", (51.45, -2.59)),
    ("BS2 8QN", (51.46, -2.58)),
    ("EH1 1BB", (55.95, -3.19)),
    ("CF10 1EP", (51.47, -3.17)),
    ("nowhere", (53.0, -2.0)),
];

/// Areas of every kind, around those towns.
pub(crate) const AREAS: &[(AreaKind, &str)] = &[
    (AreaKind::Postcode, "M14 5RQ"),
    (AreaKind::Sector, "M14 5"),
    (AreaKind::District, "M14"),
    (AreaKind::District, "M1"),
    (AreaKind::District, "BS1"),
    (AreaKind::LocalAuthority, "E08000003"),
    (AreaKind::LocalAuthority, "E08000035"),
    (AreaKind::CombinedAuthority, "GMCA"),
    (AreaKind::Region, "North West"),
    (AreaKind::Nation, "England"),
    (AreaKind::Nation, "Scotland"),
    (AreaKind::UnitedKingdom, ""),
    (AreaKind::Geojson, AROUND_MANCHESTER),
    (AreaKind::Text, "Leeds"),
    (AreaKind::Text, "wherever we are needed"),
    (AreaKind::District, "not a district"),
];

const AROUND_MANCHESTER: &str =
    r#"{"type":"Polygon","coordinates":[[[-2.4,53.4],[-2.1,53.4],[-2.1,53.55],[-2.4,53.55],[-2.4,53.4]]]}"#;

/// Needs that services meet.
pub(crate) const NEEDS: &[&str] =
    &["housing.emergency", "housing.hostel", "mental-health.crisis", "drugs-alcohol.detox", "money.debt"];

/// A term of another taxonomy and the need of the list that it means, by `data/needs.toml`.
pub(crate) const TERM: (&str, &str, &str) = ("openEligibility", "1152", "housing.hostel");

/// Languages that services and people speak.
pub(crate) const LANGUAGES: &[&str] = &["en", "en-GB", "ur", "zh-Hant", "pl"];

/// What services offer and people need in order to come.
pub(crate) const ACCESS: &[AccessFeature] =
    &[AccessFeature::StepFree, AccessFeature::Interpreter, AccessFeature::Creche, AccessFeature::PetsWelcome];

/// What rules and people's lives are about here.
pub(crate) const LIVES: &[Characteristic] =
    &[Characteristic::Veteran, Characteristic::CareLeaver, Characteristic::Pregnant, Characteristic::Pet];

/// Offences that rules and people's lives are about here.
pub(crate) const OFFENCES: &[OffenceType] =
    &[OffenceType::Sexual, OffenceType::Arson, OffenceType::Acquisitive, OffenceType::Other];

const NAMES: &[&str] = &["Bread and Beds", "Élan", "The Harbour", "O’Hara's Attic", "bread-line", "harbour ÉLAN 24"];
const TEXTS: &[&str] = &["A warm attic for everybody.", "Vital élan; open door", "Beds, bread & harbour-side walks"];
const AGENCIES: &[&str] = &["The Harbour Trust", "Open Door", "Élan vital"];

/// A directory, of which a part came an hour later than the rest.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) earlier: Vec<ServiceListing>,
    pub(crate) later: Vec<ServiceListing>,
}

/// When the earlier part came.
pub(crate) fn earlier() -> DateTime<Utc> {
    now()
}

/// When the later part came, and when every question is put.
pub(crate) fn later() -> DateTime<Utc> {
    now() + Duration::hours(1)
}

impl World {
    /// All of it.
    pub(crate) fn all(&self) -> impl Iterator<Item = &ServiceListing> {
        self.earlier.iter().chain(&self.later)
    }

    /// What the public sees of it.
    pub(crate) fn public(&self) -> impl Iterator<Item = &ServiceListing> {
        self.all().filter(|listing| listing.visibility == Visibility::Public)
    }

    /// The application over it, at the time of the question.
    pub(crate) async fn app(&self) -> TestApp {
        let app = TestApp::of(&self.earlier).await;
        app.clock.advance(Duration::hours(1));
        app.save(&self.later).await;
        app
    }
}

/// Directories of six to fourteen services.
pub(crate) fn worlds() -> impl Strategy<Value = World> {
    worlds_of(prop_oneof![2 => services(), 1 => welcoming()])
}

/// Directories of these services.
pub(crate) fn worlds_of(draft: impl Strategy<Value = Draft>) -> impl Strategy<Value = World> {
    let buildings = prop::collection::vec(buildings(), 3..=6);
    (buildings, prop::collection::vec(draft, 6..=14), any::<Index>()).prop_map(|(buildings, drafts, cut)| {
        let buildings: Vec<LocationListing> = buildings
            .into_iter()
            .enumerate()
            .map(|(index, building)| LocationListing { key: format!("l{index}"), ..building })
            .collect();
        let cut = cut.index(drafts.len());
        let mut all: Vec<_> =
            drafts.into_iter().enumerate().map(|(index, draft)| draft.listing(index, &buildings)).collect();
        let later = all.split_off(cut);
        World { earlier: all, later }
    })
}

/// A service before it is known which buildings there are.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) listing: ServiceListing,
    pub(crate) places: Vec<(Index, ServicePlace)>,
}

impl Draft {
    fn listing(self, index: usize, buildings: &[LocationListing]) -> ServiceListing {
        let mut listing = self.listing;
        listing.key = format!("s{index}");
        let mut used = Vec::new();
        for (which, place) in self.places {
            let which = which.index(buildings.len());
            if !used.contains(&which) {
                used.push(which);
                let location = buildings[which].clone();
                listing.places.push(ServicePlace { key: format!("p{which}"), location, ..place });
            }
        }
        listing
    }
}

fn some_of<T: Clone + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = Vec<T>> {
    prop_oneof![2 => Just(Vec::new()), 3 => subsequence(all, 0..=all.len())]
}

/// Half of the time nothing, as in real listings.
fn perhaps<T: std::fmt::Debug + 'static>(
    value: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Option<T>> {
    prop::option::weighted(0.4, value)
}

fn words() -> impl Strategy<Value = Option<String>> {
    perhaps(select(TEXTS).prop_map(str::to_owned))
}

fn buildings() -> impl Strategy<Value = LocationListing> {
    let point = perhaps((-0.03..0.03_f64, -0.03..0.03_f64));
    let said = (select(SPOTS), perhaps(select(NAMES)), prop::bool::weighted(0.2));
    (said, point, some_of(ACCESS), some_of(ACCESS), tables()).prop_map(
        |(((postcode, middle), name, confidential), shift, offered, missing, schedules)| LocationListing {
            name: name.map(str::to_owned),
            confidential,
            access_offered: offered,
            access_missing: missing,
            schedules,
            ..location("any", postcode, shift.map(|(north, east)| (middle.0 + north, middle.1 + east)))
        },
    )
}

/// Every way to fill in a service.
pub(crate) fn services() -> impl Strategy<Value = Draft> {
    let status = prop_oneof![
        12 => Just((ServiceStatus::Active, None)),
        3 => perhaps(select(&[20_u32, 21, 22, 30][..]))
            .prop_map(|day| (ServiceStatus::TemporarilyClosed, day.and_then(|day| NaiveDate::from_ymd_opt(2026, 11, day)))),
        1 => Just((ServiceStatus::Inactive, None)),
        1 => Just((ServiceStatus::Defunct, None)),
    ];
    let visibility = prop_oneof![8 => Just(Visibility::Public), 1 => Just(Visibility::Internal)];
    let said = (select(NAMES), select(AGENCIES), words(), words(), status, visibility);
    let meets = (subsequence(NEEDS, 0..=3), prop::bool::weighted(0.2), perhaps(select(CostKind::ALL)), capacities());
    let lists = (
        some_of(ReferralRoute::ALL),
        some_of(LANGUAGES),
        some_of(DeliveryMode::ALL),
        some_of(SessionFormat::ALL),
        some_of(ACCESS),
        some_of(ACCESS),
    );
    let about = (eligibilities(), areas(), tables(), assurances(), prop::collection::vec(places(), 0..=3));
    (said, meets, lists, about).prop_map(|(said, meets, lists, about)| {
        let (name, agency, summary, description, (status, reopens_on), visibility) = said;
        let (needs, term, cost, capacity) = meets;
        let (routes, languages, delivery, formats, access_offered, access_missing) = lists;
        let (eligibility, areas, schedules, assurances, places) = about;
        let mut listing = service("any", name, "housing.emergency");
        listing.agency.key = agency.to_owned();
        listing.agency.name = agency.to_owned();
        let terms = if term { vec![TERM] } else { Vec::new() };
        let listing = ServiceListing {
            summary,
            description,
            status,
            reopens_on,
            visibility,
            needs: needs.into_iter().map(str::to_owned).collect(),
            terms: terms
                .into_iter()
                .map(|(taxonomy, code, _)| Term { taxonomy: taxonomy.into(), code: code.into(), name: String::new() })
                .collect(),
            cost,
            capacity,
            routes,
            languages: languages.into_iter().map(str::to_owned).collect(),
            delivery,
            formats,
            access_offered,
            access_missing,
            eligibility,
            areas,
            schedules,
            assurances,
            ..listing
        };
        Draft { listing, places }
    })
}

/// Services that welcome everybody, but for a thing here and there about which they say what any
/// service may: one rule then decides where they stand.
pub(crate) fn welcoming() -> impl Strategy<Value = Draft> {
    let welcome = prop::collection::vec(prop::bool::weighted(0.85), 10);
    (services(), welcome).prop_map(|(mut draft, welcome)| {
        let stated = |rule| Ruled { rule, evidence: RuleEvidence::Stated, quote: None };
        let (listing, rules) = (&mut draft.listing, Eligibility::default());
        let mut rules = std::mem::replace(&mut listing.eligibility, rules);
        let everybody = Eligibility {
            age: Some(Ruled { rule: AgeRule::default(), evidence: RuleEvidence::Stated, quote: None }),
            genders: Some(Ruled { rule: Gender::ALL.to_vec(), evidence: RuleEvidence::Stated, quote: None }),
            substance_use: Some(Ruled {
                rule: SubstanceUse { rule: SubstanceUseRule::ActiveUseAccepted, abstinent_days: None },
                evidence: RuleEvidence::Stated,
                quote: None,
            }),
            offences: Some(Ruled { rule: OffenceRule::default(), evidence: RuleEvidence::Stated, quote: None }),
            characteristics: LIVES.iter().map(|which| (*which, stated(CharacteristicRule::Accepted))).collect(),
            other: None,
        };
        let mut welcome = welcome.into_iter();
        let mut next = || welcome.next().unwrap_or(true);
        if next() {
            rules.age = everybody.age
        }
        if next() {
            rules.genders = everybody.genders
        }
        if next() {
            rules.substance_use = everybody.substance_use
        }
        if next() {
            rules.offences = everybody.offences
        }
        if next() {
            rules.characteristics = everybody.characteristics
        }
        listing.eligibility = Eligibility { other: None, ..rules };
        if next() {
            (listing.status, listing.reopens_on) = (ServiceStatus::Active, None)
        }
        if next() {
            listing.capacity = None
        }
        if next() {
            listing.access_offered = ACCESS.to_vec()
        }
        if next() {
            listing.schedules = vec![Schedule {
                effect: ScheduleEffect::OpensAllDay,
                ..weekly("MO,TU,WE,TH,FR,SA,SU", "00:00", "00:00")
            }]
        }
        if next() {
            listing.areas = vec![area(AreaKind::UnitedKingdom, "")];
            for (_, place) in &mut draft.places {
                place.areas.clear();
                place.schedules.clear();
            }
        }
        draft
    })
}

fn places() -> impl Strategy<Value = (Index, ServicePlace)> {
    let place = || at(location("any", "M14 5RQ", None));
    (any::<Index>(), areas(), tables(), words()).prop_map(move |(which, areas, schedules, description)| {
        (which, ServicePlace { areas, schedules, description, ..place() })
    })
}

fn areas() -> impl Strategy<Value = Vec<Area>> {
    let one = select(AREAS).prop_map(|(kind, value)| area(kind, value));
    prop_oneof![2 => Just(Vec::new()), 3 => prop::collection::vec(one, 1..=2)]
}

fn ruled<T: Clone + std::fmt::Debug + 'static>(
    rule: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Ruled<T>> {
    (rule, select(RuleEvidence::ALL), words()).prop_map(|(rule, evidence, quote)| Ruled { rule, evidence, quote })
}

fn eligibilities() -> impl Strategy<Value = Eligibility> {
    let ages = (perhaps(select(&[0.0, 16.0, 18.0, 17.5][..])), perhaps(select(&[25.0, 25.5, 64.0][..])));
    let genders = subsequence(Gender::ALL, 1..=3);
    let use_ = (select(SubstanceUseRule::ALL), prop::option::weighted(0.7, select(&[0_u16, 30, 90][..])));
    let offences = (subsequence(OFFENCES, 0..=2), subsequence(OFFENCES, 0..=2));
    let lives = subsequence(LIVES, 0..=2).prop_flat_map(|lives| {
        lives
            .into_iter()
            .map(|which| ruled(select(CharacteristicRule::ALL)).prop_map(move |rule| (which, rule)))
            .collect::<Vec<_>>()
    });
    (
        perhaps(ruled(ages.prop_map(|(min, max)| AgeRule { min, max }))),
        perhaps(ruled(genders)),
        perhaps(ruled(use_.prop_map(|(rule, days)| SubstanceUse {
            rule,
            abstinent_days: days.filter(|_| rule == SubstanceUseRule::AbstinenceRequired),
        }))),
        perhaps(ruled(offences.prop_map(|(excluded, considered)| OffenceRule { excluded, considered }))),
        lives,
        prop::option::weighted(0.1, Just("Ring the bell twice.".to_owned())),
    )
        .prop_map(|(age, genders, substance_use, offences, characteristics, other)| Eligibility {
            age,
            genders,
            substance_use,
            offences,
            characteristics,
            other,
        })
}

/// Days before the question at which something may have been said: some are on the very edge.
fn said_at() -> impl Strategy<Value = DateTime<Utc>> {
    select(&[0_i64, 24, 13 * 24, 14 * 24, 14 * 24 + 1, 40 * 24][..]).prop_map(|hours| later() - Duration::hours(hours))
}

fn capacities() -> impl Strategy<Value = Option<Capacity>> {
    let all = (
        perhaps(select(&[0_u32, 1, 5][..])),
        perhaps(0_u32..60),
        perhaps(select(WaitingList::ALL)),
        perhaps(said_at()),
    );
    perhaps(all.prop_map(|(available, wait_days, waiting_list, updated_at)| Capacity {
        funded: None,
        maximum: Some(9),
        available,
        wait_days,
        waiting_list,
        updated_at,
    }))
}

fn assurances() -> impl Strategy<Value = Vec<Assurance>> {
    let one = (select(FieldGroup::ALL), said_at()).prop_map(|(group, at)| Assurance {
        group,
        at,
        by: None,
        evidence: AssuranceEvidence::AgencyConfirmed,
    });
    prop::collection::vec(one, 0..=3)
}

/// Hours tables: nothing, or regular lines and perhaps exceptions from them; events among either.
fn tables() -> impl Strategy<Value = Vec<Schedule>> {
    let stated = (prop::collection::vec(regular(), 1..=2), perhaps(exception()), perhaps(holiday()), perhaps(event()))
        .prop_map(|(regular, exception, holiday, event)| {
            regular.into_iter().chain(exception).chain(holiday).chain(event).collect()
        });
    prop_oneof![5 => Just(Vec::new()), 1 => event().prop_map(|event| vec![event]), 4 => stated]
}

fn regular() -> impl Strategy<Value = Schedule> {
    let days = select(&["MO,TU,WE,TH,FR", "TH", "SA,SU", "MO,TU,WE,TH,FR,SA,SU"][..]);
    let times = select(&[("09:00", "17:00"), ("18:00", "21:30"), ("22:00", "06:00"), ("10:00", "10:15")][..]);
    (days, times, 0..10_u8).prop_map(|(days, (opens, closes), kind)| {
        let plain = weekly(days, opens, closes);
        match kind {
            0 => Schedule { effect: ScheduleEffect::OpensAllDay, opens_at: None, closes_at: None, ..plain },
            1 => Schedule { effect: ScheduleEffect::Unknown, opens_at: None, closes_at: None, ..plain },
            2 => Schedule { days: ScheduleDays::Monthly, by_day: Some("1MO,-1FR".to_owned()), ..plain },
            3 => Schedule { interval: 2, anchor: NaiveDate::from_ymd_opt(2026, 11, 16), ..plain },
            4 => Schedule { interval: 2, ..plain },
            5 => Schedule { valid_from: NaiveDate::from_ymd_opt(2026, 11, 25), ..plain },
            _ => plain,
        }
    })
}

fn exception() -> impl Strategy<Value = Schedule> {
    let first = select(&[21_u32, 22, 26][..]).prop_map(|day| NaiveDate::from_ymd_opt(2026, 11, day));
    let effect = select(&[ScheduleEffect::Opens, ScheduleEffect::Closes, ScheduleEffect::Unknown][..]);
    (first, 0..4_u64, effect).prop_map(|(from, length, effect)| Schedule {
        days: ScheduleDays::Dates,
        effect,
        by_day: None,
        valid_from: from,
        valid_to: from.map(|from| from + chrono::Days::new(length)),
        ..weekly("MO", "11:00", "15:00")
    })
}

fn holiday() -> impl Strategy<Value = Schedule> {
    (select(&[ScheduleEffect::Opens, ScheduleEffect::Closes][..]), any::<bool>()).prop_map(|(effect, timed)| {
        let plain = weekly("MO", "11:00", "15:00");
        let times = if timed { (plain.opens_at, plain.closes_at) } else { (None, None) };
        Schedule {
            days: ScheduleDays::BankHolidays,
            effect,
            by_day: None,
            opens_at: times.0,
            closes_at: times.1,
            ..plain
        }
    })
}

fn event() -> impl Strategy<Value = Schedule> {
    Just(Schedule { kind: ScheduleKind::Event, ..weekly("WE,SA", "12:00", "23:00") })
}
