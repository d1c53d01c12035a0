//! Listings of every sort, with words in them that a reader could take for something else.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use entity::enums::{
    AccessFeature, AreaKind, AssuranceEvidence, Characteristic, CharacteristicRule, ContactVisibility, CostKind,
    DeliveryMode, FieldGroup, Gender, LocationKind, OffenceType, ReferralRoute, RuleEvidence, ScheduleDays,
    ScheduleEffect, ScheduleKind, ServiceStatus, SessionFormat, SubstanceUseRule, Visibility, WaitingList,
};
use proptest::{collection::vec, option, prelude::*, sample::select, sample::subsequence};
use signpost::directory::listing::*;

/// Words that mean something to the reader, where it might stand.
const TRAPS: &[&str] = &[
    "Women only.",
    "18 to 25",
    "Free",
    "Free of charge.",
    "Closed",
    "Closed for Easter",
    "Open 24 hours",
    "Closed on bank holidays.",
    "Event: open day",
    "The address is kept confidential",
    "Step-free access.",
    "No hearing loop.",
    "6 weeks",
    "Interpreters can be arranged.",
    "a=b",
    "{\"type\":\"Point\"}",
    "M14 5RQ",
    "http://statistics.data.gov.uk/id/statistical-geography/E08000003",
    "Jane Smith",
    "Reception",
    "line one\nline two",
];

fn text() -> BoxedStrategy<String> {
    prop_oneof![3 => "[A-Za-zéß漢0-9][a-zA-Z0-9 ,.:+'£-]{0,18}[a-z0-9]", 1 => select(TRAPS).prop_map(str::to_owned)]
        .boxed()
}

/// Plain words without meaning.
fn plain() -> BoxedStrategy<String> {
    "[b-z]{4,9}( [b-z]{4,9}){0,2}".boxed()
}

fn key() -> BoxedStrategy<String> {
    prop_oneof![
        any::<u128>().prop_map(|bits| {
            let hex = format!("{bits:032x}");
            format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
        }),
        "[a-z]{3,8}-[a-z0-9]{3,8}",
    ]
    .boxed()
}

fn date() -> BoxedStrategy<NaiveDate> {
    (2000i32..2060, 1u32..=366).prop_map(|(year, day)| NaiveDate::from_yo_opt(year, day.min(365)).unwrap()).boxed()
}

fn time() -> BoxedStrategy<NaiveTime> {
    let on_the_hour = (0u32..24).prop_map(|hour| hour * 3600);
    prop_oneof![on_the_hour, 0u32..86_400]
        .prop_map(|seconds| NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).unwrap())
        .boxed()
}

fn instant() -> BoxedStrategy<DateTime<Utc>> {
    (0i64..4_000_000_000_000).prop_map(|millis| DateTime::from_timestamp_millis(millis).unwrap()).boxed()
}

fn some_of<T: Clone + std::fmt::Debug + 'static>(all: &'static [T]) -> BoxedStrategy<Vec<T>> {
    subsequence(all, 0..=all.len().min(4)).prop_shuffle().boxed()
}

/// Different values, few of them.
fn few<T: PartialEq + Clone + std::fmt::Debug + 'static>(one: BoxedStrategy<T>) -> BoxedStrategy<Vec<T>> {
    vec(one, 0..3)
        .prop_map(|values| {
            let mut different: Vec<T> = Vec::new();
            values.into_iter().for_each(|value| {
                if !different.contains(&value) {
                    different.push(value)
                }
            });
            different
        })
        .boxed()
}

fn phone() -> BoxedStrategy<Phone> {
    let extension = prop_oneof!["[1-9][0-9]{0,5}", "0[0-9]{2}", "x[0-9]{3}"];
    (
        "0[0-9]{3} [0-9]{6}",
        option::of(extension),
        option::of(select(vec!["voice".to_owned(), "text".to_owned()])),
        option::of(text()),
    )
        .prop_map(|(number, extension, kind, description)| Phone { number, extension, kind, description })
        .boxed()
}

fn email() -> BoxedStrategy<String> {
    prop_oneof!["(info|referrals|jane|j\\.smith)@[a-z]{3,8}\\.example", plain()].boxed()
}

fn url() -> BoxedStrategy<String> {
    prop_oneof!["https://[a-z]{3,9}\\.example/[a-z]{0,5}", "www\\.[a-z]{3,9}\\.example", text()].boxed()
}

fn contact() -> BoxedStrategy<Contact> {
    let visibility = select(ContactVisibility::ALL);
    (
        option::of(text()),
        text(),
        option::of(email()),
        option::of("0[0-9]{9}"),
        visibility,
        any::<[bool; 2]>(),
        option::weighted(0.2, key()),
    )
        .prop_map(|(name, role, email, phone, visibility, [named, deputy], for_agency_key)| Contact {
            name,
            role: Some(role),
            email,
            phone,
            visibility,
            named,
            deputy,
            for_agency_key,
        })
        .boxed()
}

fn identifier() -> BoxedStrategy<Identifier> {
    let scheme = select(vec!["uprn", "ods", "UPRN", "other register"]).prop_map(str::to_owned);
    (scheme, "[A-Z0-9=]{1,8}").prop_map(|(scheme, value)| Identifier { scheme, value }).boxed()
}

fn area() -> BoxedStrategy<Area> {
    let value = prop_oneof![
        text(),
        Just("E08000003".to_owned()),
        Just("M14".to_owned()),
        Just("{\"type\":\"Polygon\"}".to_owned())
    ];
    (select(AreaKind::ALL), value, option::of(text()))
        .prop_map(|(kind, value, name)| Area { kind, name: name.filter(|name| *name != value), value })
        .boxed()
}

pub(super) fn schedule() -> BoxedStrategy<Schedule> {
    let by_day = select(vec!["MO", "MO,TU,WE,TH,FR", "SA,SU", "2MO,-1FR", "XX", "mo"]).prop_map(str::to_owned);
    let by_month_day = select(vec!["1", "1,15,-1", "40"]).prop_map(str::to_owned);
    let days = (select(ScheduleKind::ALL), select(ScheduleDays::ALL), select(ScheduleEffect::ALL));
    let named = (option::of(by_day), option::weighted(0.2, by_month_day), prop_oneof![4 => Just(1u16), 1 => 2u16..9]);
    let dates = (option::weighted(0.2, date()), option::weighted(0.4, date()), option::weighted(0.4, date()));
    let times = (option::weighted(0.8, time()), option::weighted(0.8, time()), option::weighted(0.4, text()));
    (days, named, dates, times)
        .prop_map(
            |(
                (kind, days, effect),
                (by_day, by_month_day, interval),
                (anchor, valid_from, valid_to),
                (opens_at, closes_at, note),
            )| {
                Schedule {
                    kind,
                    days,
                    effect,
                    by_day,
                    by_month_day,
                    interval,
                    anchor,
                    valid_from,
                    valid_to,
                    opens_at,
                    closes_at,
                    note,
                }
            },
        )
        .boxed()
}

fn schedules() -> BoxedStrategy<Vec<Schedule>> {
    vec(schedule(), 0..4).boxed()
}

fn ruled<T: Clone + std::fmt::Debug + 'static>(rule: BoxedStrategy<T>) -> BoxedStrategy<Option<Ruled<T>>> {
    let quoted = (rule, select(RuleEvidence::ALL), option::of(text()));
    option::of(quoted.prop_map(|(rule, evidence, quote)| Ruled { rule, evidence, quote })).boxed()
}

fn eligibility() -> BoxedStrategy<Eligibility> {
    let bound = || prop_oneof![(0u8..60).prop_map(f64::from), 0.5f64..60.0];
    let age = (option::of(bound()), option::of(bound())).prop_map(|(min, more)| AgeRule {
        min,
        max: more.map(|more| min.unwrap_or_default() + more).filter(|max| *max > 0.0),
    });
    let substance = (select(SubstanceUseRule::ALL), option::of(any::<u16>()))
        .prop_map(|(rule, abstinent_days)| SubstanceUse { rule, abstinent_days });
    let offences = (some_of(OffenceType::ALL), some_of(OffenceType::ALL))
        .prop_map(|(excluded, considered)| OffenceRule { excluded, considered });
    let rule = (select(CharacteristicRule::ALL), select(RuleEvidence::ALL), option::of(text()))
        .prop_map(|(rule, evidence, quote)| Ruled { rule, evidence, quote });
    let characteristics = (some_of(Characteristic::ALL), vec(rule, 4))
        .prop_map(|(which, rules)| which.into_iter().zip(rules).collect::<Vec<_>>());
    (
        ruled(age.boxed()),
        ruled(some_of(Gender::ALL)),
        ruled(substance.boxed()),
        ruled(offences.boxed()),
        characteristics,
        option::of(text()),
    )
        .prop_map(|(age, genders, substance_use, offences, characteristics, other)| Eligibility {
            age,
            genders,
            substance_use,
            offences,
            characteristics,
            other,
        })
        .boxed()
}

/// Words that stand nowhere else, for what may be a secret.
pub(super) fn secret() -> BoxedStrategy<String> {
    "[qxz]{4,8} [0-9]{1,3}[qxz]{3,6}( [qxz]{4,8}){2,4}".boxed()
}

fn address() -> BoxedStrategy<Address> {
    let country = option::of(select(vec!["GB".to_owned(), "IE".to_owned()]));
    (vec(secret(), 0..4), option::of(plain()), option::of(plain()), Just(Some("QX1 5ZZ".to_owned())), country)
        .prop_map(|(lines, town, region, postcode, country)| Address { lines, town, region, postcode, country })
        .boxed()
}

fn location() -> BoxedStrategy<LocationListing> {
    let said = prop_oneof![4 => secret(), 1 => Just("The address is kept confidential".to_owned())];
    let words =
        (option::of(secret()), option::of(secret()), option::of(said), option::of(secret()), option::of(plain()));
    let place = (
        select(LocationKind::ALL),
        option::of(address()),
        option::of((-90.0f64..90.0, -180.0f64..180.0)),
        prop::bool::weighted(0.3),
    );
    let lists =
        (some_of(AccessFeature::ALL), some_of(AccessFeature::ALL), schedules(), few(phone()), few(identifier()));
    (key(), words, place, lists)
        .prop_map(|(key, words, place, lists)| LocationListing {
            key,
            name: words.0,
            alternate_name: words.1,
            description: words.2,
            kind: place.0,
            address: place.1,
            point: place.2,
            confidential: place.3,
            public_area: words.4,
            transport: words.3,
            access_offered: lists.0,
            access_missing: lists.1,
            schedules: lists.2,
            phones: lists.3,
            identifiers: lists.4,
        })
        .boxed()
}

pub(super) fn place() -> BoxedStrategy<ServicePlace> {
    (key(), location(), option::of(secret()), few(area()), schedules(), few(phone()), few(contact()))
        .prop_map(|(key, location, description, areas, schedules, phones, contacts)| ServicePlace {
            key,
            location,
            description,
            areas,
            schedules,
            phones,
            contacts,
        })
        .boxed()
}

fn agency() -> BoxedStrategy<AgencyListing> {
    let words = (
        key(),
        plain(),
        option::of(text()),
        option::of(text()),
        option::of(email()),
        option::of(url()),
        option::of(text()),
    );
    let numbers = (option::of("(SC|NIC)?[0-9]{5,7}"), option::of("[0-9]{8}"), option::of(key()));
    (words, numbers, few(phone()), few(contact()), few(identifier()))
        .prop_map(|(words, numbers, phones, contacts, identifiers)| AgencyListing {
            key: words.0,
            name: words.1,
            alternate_name: words.2,
            description: words.3,
            email: words.4,
            website: words.5,
            legal_status: words.6,
            charity_number: numbers.0,
            company_number: numbers.1,
            parent_key: numbers.2,
            phones,
            contacts,
            identifiers,
        })
        .boxed()
}

fn capacity() -> BoxedStrategy<Option<Capacity>> {
    let number = || option::of(any::<u32>());
    (number(), number(), number(), number(), option::of(select(WaitingList::ALL)), option::of(instant()))
        .prop_map(|(funded, maximum, available, wait_days, waiting_list, updated_at)| {
            let capacity = Capacity { funded, maximum, available, wait_days, waiting_list, updated_at };
            (capacity != Capacity::default()).then_some(capacity)
        })
        .boxed()
}

fn term() -> BoxedStrategy<Term> {
    let taxonomy = select(vec!["openEligibility".to_owned(), "LGSL".to_owned(), String::new()]);
    (taxonomy, "[0-9]{1,5}", plain()).prop_map(|(taxonomy, code, name)| Term { taxonomy, code, name }).boxed()
}

fn assurance() -> BoxedStrategy<Assurance> {
    (select(FieldGroup::ALL), instant(), option::of(prop_oneof![plain(), email()]), select(AssuranceEvidence::ALL))
        .prop_map(|(group, at, by, evidence)| Assurance { group, at, by, evidence })
        .boxed()
}

/// A public listing.
pub(super) fn listing() -> BoxedStrategy<ServiceListing> {
    let names = (key(), agency(), plain(), option::of(text()), option::of(text()), option::of(text()));
    let state =
        (select(ServiceStatus::ALL), option::of(date()), option::of(text()), option::of(url()), option::of(email()));
    let entry = (
        option::of(text()),
        some_of(ReferralRoute::ALL),
        option::of(text()),
        few("[a-z]{3,7}\\.[a-z]{3,7}".boxed()),
        few(term()),
    );
    let offer = (
        eligibility(),
        option::of(select(CostKind::ALL)),
        option::of(text()),
        some_of(&["en", "cy", "ur", "bfi", "pt-BR", "zh-Hant"])
            .prop_map(|tags| tags.into_iter().map(str::to_owned).collect::<Vec<_>>()),
        some_of(DeliveryMode::ALL),
        some_of(SessionFormat::ALL),
        some_of(AccessFeature::ALL),
        some_of(AccessFeature::ALL),
    );
    let rest = (
        capacity(),
        few(area()),
        schedules(),
        few(phone()),
        few(contact()),
        few(text()),
        few(text()),
        few(identifier()),
    );
    let places = vec(place(), 0..3).prop_map(|places| {
        let mut different: Vec<ServicePlace> = Vec::new();
        for place in places {
            let known = |other: &ServicePlace| other.key == place.key || other.location.key == place.location.key;
            if !different.iter().any(known) {
                different.push(place);
            }
        }
        different
    });
    let places = (places, few(assurance()), option::of(instant()));
    (names, state, entry, offer, rest, places)
        .prop_map(|(names, state, entry, offer, rest, places)| ServiceListing {
            key: names.0,
            agency: names.1,
            name: names.2,
            alternate_name: names.3,
            summary: names.4,
            description: names.5,
            status: state.0,
            reopens_on: state.1,
            alert: state.2,
            visibility: Visibility::Public,
            url: state.3,
            email: state.4,
            how_to_apply: entry.0,
            routes: entry.1,
            gateway: entry.2,
            needs: entry.3,
            terms: entry.4,
            eligibility: offer.0,
            cost: offer.1,
            cost_note: offer.2,
            languages: offer.3,
            delivery: offer.4,
            formats: offer.5,
            access_offered: offer.6,
            access_missing: offer.7,
            capacity: rest.0,
            areas: rest.1,
            schedules: rest.2,
            phones: rest.3,
            contacts: rest.4,
            funding: rest.5,
            documents: rest.6,
            identifiers: rest.7,
            places: places.0,
            assurances: places.1,
            source_changed_at: places.2,
        })
        .boxed()
}
