//! The demonstration files: what the reader makes of one; in `hours` its grammar, in `errors` its
//! refusals, in `data` and `awkward` what has to be in the files inside the binary.

mod awkward;
mod data;
mod errors;
mod hours;

use chrono::{DateTime, Duration, NaiveTime, TimeZone as _, Utc};
use entity::enums::{
    AreaKind, AssuranceEvidence, Characteristic, CharacteristicRule, ContactVisibility, FieldGroup, Gender,
    OffenceType, ServiceStatus, SubstanceUseRule, Visibility,
};
use proptest::prelude::*;
use signpost::directory::demonstration::{DemonstrationError, embedded, read};
use signpost::directory::listing::{Area, Phone, Schedule, ServiceListing};

fn loaded_at() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 21, 9, 0, 0).unwrap()
}

/// Knows two authorities.
fn authority(name: &str) -> Option<String> {
    match name {
        "Manchester" => Some("E08000003".to_owned()),
        "Salford" => Some("E08000006".to_owned()),
        _ => None,
    }
}

/// The listings inside the binary. Any name is taken for an authority's here; one test in `data` looks closer.
fn embedded_listings() -> Vec<ServiceListing> {
    let listings = read(embedded().iter().copied(), loaded_at(), |name| Some(name.to_owned()));
    listings.unwrap_or_else(|error| panic!("{error}"))
}

fn read_one(text: &str) -> Result<Vec<ServiceListing>, DemonstrationError> {
    read([("test/a.toml", text)], loaded_at(), authority)
}

/// A file with everything that the tests below change.
const BASE: &str = r#"
key = "gm-a"
name = "A"
description = "What A does."
phone = "0161 496 0001"

[named_contact]
name = "Nina"
role = "Referrals"

[deputy]
name = "Dan"
role = "Deputy"

[[location]]
key = "hub"
address = ["1 Test Street"]
town = "Manchester"
postcode = "M14 5RQ"
hours = ["Mon-Fri 08:00-18:00"]

[[location]]
key = "annex"
postcode = "M14 5HU"

[[service]]
key = "advice"
name = "Advice"
summary = "Advice."
needs = ["housing.advice"]
routes = ["self_referral"]
areas = ["la:Manchester"]
at = ["hub", "annex"]
hours = ["Thu 17:00-20:00"]
holidays = "closed"

[[service.elsewhere]]
at = "annex"
hours = ["Sat 10:00-12:00"]
areas = ["district:M14"]

[service.eligibility]
age = "18+"
genders = ["woman"]
substance_use = "abstinence_required"
abstinent_days = 14
offences_excluded = ["arson"]
offences_considered = ["violence"]
required = ["veteran"]
accepted = ["pet"]
excluded = ["no_recourse"]

[service.capacity]
maximum = 4
available = 1

[service.confirmed_days_ago]
all = 10
hours = 400
"#;

/// A schedule row in one line, to compare by.
fn compact(row: &Schedule) -> String {
    let time = |time: NaiveTime| time.format("%H:%M").to_string();
    let mut words = vec![row.kind.as_str().to_owned(), row.days.as_str().to_owned(), row.effect.as_str().to_owned()];
    words.extend(row.by_day.clone());
    words.extend((row.interval != 1).then(|| format!("/{}", row.interval)));
    words.extend(row.anchor.map(|date| format!("at {date}")));
    words.extend(row.valid_from.map(|date| format!("from {date}")));
    words.extend(row.valid_to.map(|date| format!("to {date}")));
    words.extend(row.opens_at.map(time));
    words.extend(row.closes_at.map(time));
    words.extend(row.note.clone());
    assert_eq!(row.by_month_day, None);
    words.join(" ")
}

/// The rows that one field of a service with nothing else to say about time gives.
fn rows(line: &str) -> Result<Vec<String>, DemonstrationError> {
    let text = format!(
        "key = \"a\"\nname = \"A\"\ndescription = \"d\"\n[[service]]\nkey = \"s\"\nname = \"S\"\nsummary = \"s\"\n\
         needs = [\"housing.advice\"]\n{line}\n"
    );
    Ok(read_one(&text)?.first().unwrap().schedules.iter().map(compact).collect())
}

#[test]
fn a_file_becomes_a_listing() {
    let listings = read_one(BASE).unwrap();
    assert_eq!(listings.len(), 1);
    let listing = listings.first().unwrap();
    assert_eq!((listing.key.as_str(), listing.agency.key.as_str()), ("gm-a/advice", "gm-a"));
    assert_eq!((listing.status, listing.visibility), (ServiceStatus::Active, Visibility::Public));
    assert_eq!(listing.agency.phones, [Phone { number: "0161 496 0001".to_owned(), ..Phone::default() }]);
    assert!(listing.agency.contacts.iter().all(|contact| contact.visibility == ContactVisibility::SignedIn));
    let flags: Vec<_> = listing.agency.contacts.iter().map(|contact| (contact.named, contact.deputy)).collect();
    assert_eq!(flags, [(true, false), (false, true)]);
    let manchester =
        Area { kind: AreaKind::LocalAuthority, value: "E08000003".to_owned(), name: Some("Manchester".to_owned()) };
    assert_eq!(listing.areas, [manchester]);

    // A service's own hours hold wherever a place does not say otherwise; its holidays hold there too.
    let [hub, annex] = listing.places.as_slice() else { panic!("two places") };
    assert_eq!((hub.key.as_str(), hub.location.key.as_str()), ("gm-a/advice@hub", "gm-a/hub"));
    assert_eq!((hub.location.point, hub.areas.len()), (None, 0));
    let of = |rows: &[Schedule]| rows.iter().map(compact).collect::<Vec<_>>();
    assert_eq!(of(&listing.schedules), ["hours weekly opens TH 17:00 20:00", "hours bank_holidays closes"]);
    assert_eq!(of(&hub.schedules), Vec::<String>::new());
    assert_eq!(of(&annex.schedules), ["hours weekly opens SA 10:00 12:00", "hours bank_holidays closes"]);
    assert_eq!(annex.areas.first().map(|area| (area.kind, area.value.as_str())), Some((AreaKind::District, "M14")));
    // A building's hours stay the building's.
    assert_eq!(of(&hub.location.schedules), ["hours weekly opens MO,TU,WE,TH,FR 08:00 18:00"]);

    let rules = &listing.eligibility;
    assert_eq!(rules.age.as_ref().map(|age| (age.rule.min, age.rule.max)), Some((Some(18.0), None)));
    assert_eq!(rules.genders.as_ref().map(|genders| genders.rule.as_slice()), Some([Gender::Woman].as_slice()));
    let using = rules.substance_use.as_ref().unwrap().rule;
    assert_eq!((using.rule, using.abstinent_days), (SubstanceUseRule::AbstinenceRequired, Some(14)));
    let offences = &rules.offences.as_ref().unwrap().rule;
    assert_eq!(
        (offences.excluded.as_slice(), offences.considered.as_slice()),
        ([OffenceType::Arson].as_slice(), [OffenceType::Violence].as_slice())
    );
    let characteristics: Vec<_> = rules.characteristics.iter().map(|(of, ruled)| (*of, ruled.rule)).collect();
    assert_eq!(
        characteristics,
        [
            (Characteristic::Veteran, CharacteristicRule::Required),
            (Characteristic::Pet, CharacteristicRule::Accepted),
            (Characteristic::NoRecourse, CharacteristicRule::Excluded),
        ]
    );

    let days: Vec<_> =
        listing.assurances.iter().map(|found| (found.group, (loaded_at() - found.at).num_days())).collect();
    let expected = FieldGroup::ALL.iter().map(|group| (*group, if *group == FieldGroup::Hours { 400 } else { 10 }));
    assert_eq!(days, expected.collect::<Vec<_>>());
    assert!(listing.assurances.iter().all(|found| found.evidence == AssuranceEvidence::AgencyConfirmed));
    assert_eq!(listing.capacity.unwrap().updated_at, Some(loaded_at() - Duration::days(10)));
}

#[test]
fn ages_are_read_as_services_write_them() {
    for (text, expected) in [
        ("any", (None, None)),
        ("18+", (Some(18.0), None)),
        ("16-25", (Some(16.0), Some(25.0))),
        ("up to 25", (None, Some(25.0))),
        ("0-4.5", (Some(0.0), Some(4.5))),
    ] {
        let listings = read_one(&BASE.replacen("18+", text, 1)).unwrap();
        let age = listings.first().unwrap().eligibility.age.clone().unwrap().rule;
        assert_eq!((age.min, age.max), expected, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_text_makes_the_reader_panic(hours in "[0-9:,. \\-a-zMTWFS]{0,40}", line in 0..70usize, junk in "\\PC{0,30}") {
        // Whatever is refused names its file; what is taken is taken as rows.
        match rows(&format!("hours = [{hours:?}]")) {
            Ok(rows) => prop_assert!(!rows.is_empty()),
            Err(error) => prop_assert_eq!(error.file, "test/a.toml"),
        }
        let mut lines: Vec<&str> = BASE.lines().collect();
        lines.insert(line.min(lines.len()), &junk);
        if let Err(error) = read_one(&lines.join("\n")) {
            prop_assert!(!error.field.is_empty() && error.file == "test/a.toml");
        }
    }
}
