//! The synthetic network: the same from the same spec, real in its shape, storable, and plainly not real.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, NaiveDate, TimeDelta, TimeZone as _, Utc};
use entity::enums::{
    AreaKind, CharacteristicRule, DeliveryMode, LocationKind, ReferralRoute, ServiceStatus, Visibility,
};
use signpost::directory::listing::{Area, Contact, LocationListing, Phone, ServiceListing};
use signpost::directory::needs::NeedList;
use signpost::directory::opening::{self, Standing};
use signpost::directory::synthetic::{CannotGenerate, Spec, Synthetic};
use signpost::places::{CoveredArea, Gazetteer, Point, Postcode, distance_km};

/// How many listings the shares are counted over.
const COUNTED: u32 = 20_000;
/// How many are looked at one by one.
const LOOKED_AT: u32 = 4_000;

static NEEDS: LazyLock<Arc<NeedList>> = LazyLock::new(|| NeedList::embedded().unwrap());

fn spec(services: u32) -> Spec {
    let now = Utc.with_ymd_and_hms(2026, 11, 22, 9, 0, 0).unwrap();
    Spec { services, seed: 7, today: now.date_naive(), now }
}

fn network(spec: Spec) -> Synthetic<'static> {
    Synthetic::new(spec, &NEEDS, Gazetteer::embedded()).unwrap()
}

fn listings(services: u32) -> Vec<ServiceListing> {
    network(spec(services)).listings().collect()
}

#[test]
fn the_same_spec_gives_the_same_network_and_another_seed_another() {
    let once = listings(300);
    assert_eq!(once.len(), 300);
    assert_eq!(once, listings(300));
    let other: Vec<ServiceListing> = network(Spec { seed: 8, ..spec(300) }).listings().collect();
    let same = once.iter().zip(&other).filter(|(a, b)| a.name == b.name).count();
    assert!(same < 30, "{same} names of 300 are the same with another seed");
}

/// Written down, so that a machine on which chance falls otherwise is found out. To be changed with the words of
/// `stock` or the draws of `agencies`.
#[test]
fn chance_falls_the_same_on_every_machine() {
    let network = network(spec(COUNTED));
    for (number, agency, name) in [
        (0, "agency-0", "Pebblestoke Circle (synthetic)"),
        (100, "agency-23", "Lamberinghaven Network (synthetic)"),
        (10_000, "agency-10000", "Brocklea Advice (synthetic)"),
        (19_999, "agency-19999", "Cinderstead Circle (synthetic)"),
        (999_999, "agency-20", "Yewlewade Circle (synthetic)"),
    ] {
        let found = network.listing(number).agency;
        assert_eq!((found.key.as_str(), found.name.as_str()), (agency, name), "service {number}");
    }
}

#[test]
fn a_smaller_network_is_the_beginning_of_a_larger_one_and_parts_make_up_the_whole() {
    let whole = network(spec(3_000));
    let small = listings(200);
    assert_eq!(small, whole.part(0..200).collect::<Vec<_>>());
    let later: Vec<ServiceListing> = whole.listings().skip(2_500).collect();
    assert_eq!(later, whole.part(2_500..3_000).collect::<Vec<_>>());
    assert_eq!(later[17], whole.listing(2_517));
    assert_eq!(whole.part(2_990..9_000).len(), 10, "numbers beyond the last are left out");
    assert_eq!(whole.part(5_000..9_000).len(), 0);
    // Another day moves dates and nothing else.
    let tomorrow = network(Spec { today: spec(0).today.succ_opt().unwrap(), ..spec(200) });
    for (mut now, mut then) in small.into_iter().zip(tomorrow.listings()) {
        for listing in [&mut now, &mut then] {
            listing.schedules.clear();
            listing.reopens_on = None;
        }
        assert_eq!(now, then);
    }
}

#[test]
fn the_ends_of_the_calendar_and_of_the_numbers_do_no_harm() {
    for (today, now) in [(NaiveDate::MIN, DateTime::<Utc>::MIN_UTC), (NaiveDate::MAX, DateTime::<Utc>::MAX_UTC)] {
        for seed in [0, u64::MAX] {
            let network = network(Spec { services: u32::MAX, seed, today, now });
            for listing in network.part(0..150).chain(network.part(u32::MAX - 150..u32::MAX)) {
                check_hours(&listing);
            }
        }
    }
    assert_eq!(listings(0), []);
}

#[test]
fn nowhere_to_be_is_told() {
    let nowhere = Gazetteer::default();
    assert_eq!(Synthetic::new(spec(1), &NEEDS, &nowhere).err(), Some(CannotGenerate::NoSectors));
}

/// What is counted over many listings.
#[derive(Default)]
struct Counts {
    agencies: HashMap<String, u32>,
    places: HashMap<String, u32>,
    needs: BTreeMap<String, u32>,
    districts: HashMap<String, u32>,
    words: HashSet<String>,
    descriptions: Vec<usize>,
    /// Those at a secret address.
    refuges: Vec<ServiceListing>,
    /// How many listings of which something holds.
    of: BTreeMap<&'static str, u32>,
}

static COUNTS: LazyLock<Counts> = LazyLock::new(|| {
    let mut counts = Counts::default();
    let spec = spec(COUNTED);
    for listing in network(spec).listings() {
        counts.add(&listing, spec.now);
    }
    counts
});

impl Counts {
    fn add(&mut self, listing: &ServiceListing, now: DateTime<Utc>) {
        *self.agencies.entry(listing.agency.key.clone()).or_default() += 1;
        if let Some(place) = listing.places.first() {
            *self.places.entry(place.location.key.clone()).or_default() += 1;
        }
        if listing.places.iter().any(|place| place.location.confidential) {
            self.refuges.push(listing.clone());
        }
        for key in &listing.needs {
            *self.needs.entry(key.clone()).or_default() += 1;
        }
        for place in &listing.places {
            let postcode = place.location.address.as_ref().and_then(|address| address.postcode.as_deref());
            if let Some(postcode) = postcode {
                *self.districts.entry(Postcode::parse(postcode).unwrap().district().to_string()).or_default() += 1;
            }
        }
        self.descriptions.extend(listing.description.iter().map(|text| text.chars().count()));
        let names = [&listing.name, &listing.agency.name].into_iter();
        for text in names.chain(&listing.summary).chain(&listing.description) {
            self.words.extend(text.split(|letter: char| !letter.is_alphanumeric()).map(str::to_lowercase));
        }
        let eligibility = &listing.eligibility;
        let silent = eligibility.age.is_none()
            && eligibility.genders.is_none()
            && eligibility.substance_use.is_none()
            && eligibility.offences.is_none()
            && eligibility.characteristics.is_empty()
            && eligibility.other.is_none();
        let reach = |mode| listing.delivery.contains(&mode);
        let from_afar = [DeliveryMode::Telephone, DeliveryMode::Video, DeliveryMode::Online].into_iter().any(reach);
        let goes_out = reach(DeliveryMode::Outreach) || reach(DeliveryMode::InCustody);
        let age = |days| move |at: DateTime<Utc>| now - at > TimeDelta::days(days);
        let assured: Vec<DateTime<Utc>> = listing.assurances.iter().map(|assurance| assurance.at).collect();
        for (what, holds) in [
            ("in person", reach(DeliveryMode::InPerson) || listing.delivery.is_empty()),
            ("remote only", from_afar && !reach(DeliveryMode::InPerson) && !goes_out),
            ("outreach", goes_out),
            ("no place", listing.places.is_empty()),
            ("several places", listing.places.len() > 1),
            ("one need", listing.needs.len() == 1),
            ("six needs", listing.needs.len() == 6),
            ("no hours", listing.schedules.is_empty()),
            ("no rules", silent),
            (
                "rules for people",
                eligibility.characteristics.iter().any(|(_, rule)| rule.rule == CharacteristicRule::Excluded),
            ),
            ("temporarily closed", listing.status == ServiceStatus::TemporarilyClosed),
            ("internal", listing.visibility == Visibility::Internal),
            ("confidential", listing.places.iter().any(|place| place.location.confidential)),
            ("area not stated", listing.areas.is_empty()),
            ("own authority", matches!(listing.areas.as_slice(), [Area { kind: AreaKind::LocalAuthority, .. }])),
            ("capacity", listing.capacity.is_some()),
            ("never assured", assured.is_empty()),
            ("assured lately", assured.iter().any(|at| !age(31)(*at))),
            ("assured years ago", assured.iter().any(|at| age(730)(*at))),
            (
                "named contact and deputy",
                listing.agency.contacts.iter().filter(|one| one.named || one.deputy).count() == 2,
            ),
        ] {
            *self.of.entry(what).or_default() += u32::from(holds);
        }
    }
}

fn sorted(counts: impl IntoIterator<Item = u32>) -> Vec<u32> {
    let mut counts: Vec<u32> = counts.into_iter().collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    counts
}

#[test]
fn each_kind_of_service_has_its_share() {
    for (what, from, to) in [
        ("in person", 73.0, 77.0),
        ("remote only", 13.5, 16.5),
        ("outreach", 9.0, 11.0),
        ("no place", 16.0, 21.0),
        ("several places", 3.0, 8.0),
        ("one need", 26.0, 31.0),
        ("six needs", 1.5, 4.5),
        ("no hours", 13.5, 16.5),
        ("no rules", 38.0, 42.0),
        ("rules for people", 7.0, 20.0),
        ("temporarily closed", 0.7, 1.3),
        ("internal", 0.7, 1.3),
        ("confidential", 0.4, 0.6),
        ("area not stated", 10.0, 14.0),
        ("own authority", 37.0, 50.0),
        ("capacity", 28.0, 32.0),
        ("never assured", 8.5, 11.5),
        ("assured lately", 35.0, 70.0),
        ("assured years ago", 10.0, 40.0),
        ("named contact and deputy", 50.0, 85.0),
    ] {
        let share = f64::from(COUNTS.of[what]) * 100.0 / f64::from(COUNTED);
        assert!((from..to).contains(&share), "{what}: {share}% of the services, not {from} to {to}");
    }
}

#[test]
fn agencies_and_places_have_few_services_or_very_many() {
    let agencies = sorted(COUNTS.agencies.values().copied());
    let share = |most| agencies.iter().filter(|services| **services <= most).count() as f64 / agencies.len() as f64;
    assert!((0.5..0.7).contains(&share(1)) && (0.8..0.9).contains(&share(3)), "{} {}", share(1), share(3));
    // A tail as of a power: each tenfold smaller rank has several times as many, and the first hundreds.
    assert!(agencies[0] >= 200 && agencies[9] >= 40 && agencies[99] >= 8, "{:?}", &agencies[..100]);
    assert!(u64::from(agencies[0]) < u64::from(COUNTED) / 10);

    let places = sorted(COUNTS.places.values().copied());
    assert!((1..=2).contains(&places[places.len() / 2]));
    assert!((12..=100).contains(&places[0]), "{}", places[0]);
    let shared = places.iter().filter(|services| **services > 1).count() as f64 / places.len() as f64;
    assert!((0.15..0.4).contains(&shared), "{shared} of the places have several services");
}

#[test]
fn needs_have_a_long_tail() {
    let met = sorted(NEEDS.needs().map(|need| COUNTS.needs.get(&need.key).copied().unwrap_or_default()));
    let share = |count: u32| f64::from(count) / f64::from(COUNTED);
    assert!((0.035..0.06).contains(&share(met[0])), "commonest {}", share(met[0]));
    assert!((0.003..0.015).contains(&share(met[met.len() / 2])), "middle {}", share(met[met.len() / 2]));
    assert!(share(met[met.len() - 1]) < 0.0003, "rarest {}", share(met[met.len() - 1]));
}

#[test]
fn services_lie_as_densely_as_postcodes() {
    let gazetteer = Gazetteer::embedded();
    let mut districts: Vec<(f64, f64)> = gazetteer
        .districts()
        .map(|district| {
            let postcodes = gazetteer.district(district).unwrap().postcodes;
            let services = COUNTS.districts.get(district.as_str()).copied().unwrap_or_default();
            (f64::from(postcodes), f64::from(services))
        })
        .collect();
    districts.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let (all_postcodes, all_services) = districts.iter().fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    for tenths in [1, 3, 5, 8] {
        let part = &districts[..districts.len() * tenths / 10];
        let postcodes = part.iter().map(|one| one.0).sum::<f64>() / all_postcodes;
        let services = part.iter().map(|one| one.1).sum::<f64>() / all_services;
        assert!(
            (postcodes - services).abs() < 0.03,
            "{tenths} tenths of the districts, the densest: {services} of the services, {postcodes} of the postcodes"
        );
    }
    let empty = districts.iter().filter(|one| one.1 == 0.0).count();
    assert!(empty < districts.len() / 5, "{empty} of {} districts have no service", districts.len());
}

#[test]
fn texts_are_of_real_length_and_of_many_words() {
    let count = COUNTS.descriptions.len();
    let mean = COUNTS.descriptions.iter().sum::<usize>() / count;
    assert!((550..=700).contains(&mean), "{mean}");
    assert!(COUNTS.descriptions.iter().all(|length| (200..=1_500).contains(length)));
    assert!(COUNTS.descriptions.iter().filter(|length| **length > 1_000).count() > count / 50);
    assert!(COUNTS.words.len() > 12_000, "{}", COUNTS.words.len());
}

fn check_hours(listing: &ServiceListing) {
    let tables = std::iter::once((&listing.schedules, Standing::OfTheService))
        .chain(listing.places.iter().map(|place| (&place.schedules, Standing::OfTheService)))
        .chain(listing.places.iter().map(|place| (&place.location.schedules, Standing::OfTheBuilding)));
    for (rows, standing) in tables {
        let hours = opening::compile(rows, None, standing).unwrap_or_else(|error| panic!("{}: {error}", listing.key));
        assert_eq!(hours.is_stated(), !rows.is_empty(), "{}: {rows:?}", listing.key);
        assert!(rows.iter().all(|row| row.valid_from.zip(row.valid_to).is_none_or(|(from, to)| from <= to)));
    }
}

fn check_place(listing: &ServiceListing, location: &LocationListing) {
    let gazetteer = Gazetteer::embedded();
    let postcode = location.address.as_ref().and_then(|address| address.postcode.as_deref());
    let ground = postcode.map(|postcode| {
        let sector = Postcode::parse(postcode).unwrap().sector();
        gazetteer.sector(sector).unwrap_or_else(|| panic!("{}: there is no {sector}", listing.key))
    });
    if let Some((ground, (lat, lon))) = ground.zip(location.point) {
        let far = distance_km(ground.point, Point::new(lat, lon).unwrap());
        assert!(far <= ground.furthest_km, "{}: {far} km from the middle, most {}", location.key, ground.furthest_km);
    }
    assert_eq!(location.kind == LocationKind::Virtual, location.address.is_none(), "{}", location.key);
    assert_eq!(location.confidential, location.public_area.is_some());
    assert!(location.access_offered.iter().all(|feature| !location.access_missing.contains(feature)));
}

/// What `store::save` and the readers of the other ways in ask of a listing.
#[test]
fn every_listing_can_be_stored() {
    let (mut services, mut pairs) = (HashSet::new(), HashSet::new());
    let (mut agencies, mut locations) = (HashMap::new(), HashMap::new());
    for listing in network(spec(LOOKED_AT)).listings() {
        let key = &listing.key;
        assert!(services.insert(key.clone()), "{key} twice");
        let same =
            agencies.entry(listing.agency.key.clone()).or_insert_with(|| listing.agency.clone()) == &listing.agency;
        assert!(same, "{key}: its agency differs from what another of its services says");
        for place in &listing.places {
            assert!(pairs.insert(place.key.clone()), "{} twice", place.key);
            let same = locations.entry(place.location.key.clone()).or_insert_with(|| place.location.clone());
            assert_eq!(same, &place.location, "{key}: its place differs from what another service there says");
            check_place(&listing, &place.location);
        }
        assert!((1..=6).contains(&listing.needs.len()), "{key}");
        let distinct: BTreeSet<&String> = listing.needs.iter().collect();
        assert_eq!(distinct.len(), listing.needs.len(), "{key}: a need twice");
        assert!(listing.needs.iter().all(|need| NEEDS.need(need).is_some()), "{key}: {:?}", listing.needs);
        for area in listing.areas.iter().chain(listing.places.iter().flat_map(|place| &place.areas)) {
            CoveredArea::compile(area.kind, &area.value).unwrap_or_else(|error| panic!("{key}: {error}"));
        }
        check_hours(&listing);
        assert!(listing.summary.iter().all(|text| (60..=200).contains(&text.chars().count())), "{key}");
        assert_eq!(listing.routes.contains(&ReferralRoute::Gateway), listing.gateway.is_some(), "{key}");
        assert!(listing.reopens_on.is_none() || listing.status == ServiceStatus::TemporarilyClosed, "{key}");
        let capacity = listing.capacity.unwrap_or_default();
        assert!(capacity.available.zip(capacity.maximum).is_none_or(|(free, most)| free <= most), "{key}");
        let rules: BTreeSet<_> = listing.eligibility.characteristics.iter().map(|(what, _)| what).collect();
        assert_eq!(rules.len(), listing.eligibility.characteristics.len(), "{key}: a characteristic twice");
        let earlier = |agency: &str| agencies.contains_key(agency);
        let named = listing.agency.contacts.iter().filter_map(|contact| contact.for_agency_key.as_deref());
        for other in named.chain(listing.agency.parent_key.as_deref()) {
            assert!(earlier(other) && other != listing.agency.key, "{key}: {other} is no agency that came before");
        }
    }
}

/// The starts of the ranges that Ofcom keeps for drama, without spaces, and how long their numbers are.
const DRAMA: [(&str, usize); 17] = [
    ("01134960", 11),
    ("01144960", 11),
    ("01154960", 11),
    ("01164960", 11),
    ("01174960", 11),
    ("01184960", 11),
    ("01214960", 11),
    ("01314960", 11),
    ("01414960", 11),
    ("01514960", 11),
    ("01614960", 11),
    ("01914980", 11),
    ("02079460", 11),
    ("02896496", 11),
    ("02920180", 11),
    ("01632960", 11),
    ("08081570", 11),
];

fn is_drama(number: &str) -> bool {
    let digits: String = number.split(' ').collect();
    let mobile = ("07700900", 11);
    digits.bytes().all(|byte| byte.is_ascii_digit())
        && DRAMA.iter().chain([&mobile]).any(|(start, length)| digits.starts_with(start) && digits.len() == *length)
}

/// Organisations that the words of the list of needs, or a careless stock, could have brought in.
const REAL: [&str; 22] = [
    "Samaritans",
    "Citizens Advice",
    "Shelter",
    "YMCA",
    "Crisis UK",
    "St Mungo",
    "Turning Point",
    "Nacro",
    "Mind charity",
    "Salvation Army",
    "Alcoholics Anonymous",
    "Narcotics Anonymous",
    "GamCare",
    "StepChange",
    "Jobcentre",
    "NHS",
    "Refuge ",
    "Women's Aid",
    "Cruse",
    "Shannon Trust",
    "StreetLink",
    "Trussell",
];

#[test]
fn nothing_looks_real() {
    for listing in network(spec(LOOKED_AT)).listings() {
        let key = &listing.key;
        let agency = &listing.agency;
        let names = [&listing.name, &agency.name].into_iter();
        for name in names.chain(&listing.alternate_name).chain(&agency.alternate_name) {
            assert!(name.ends_with(" (synthetic)"), "{key}: {name}");
        }
        let contacts: Vec<&Contact> = agency.contacts.iter().chain(&listing.contacts).collect();
        let phones: Vec<&Phone> = (agency.phones.iter())
            .chain(&listing.phones)
            .chain(listing.places.iter().flat_map(|place| place.phones.iter().chain(&place.location.phones)))
            .collect();
        let direct = contacts.iter().filter_map(|contact| contact.phone.as_deref());
        for number in phones.iter().map(|phone| phone.number.as_str()).chain(direct) {
            assert!(is_drama(number), "{key}: {number}");
        }
        let mail = contacts.iter().filter_map(|contact| contact.email.as_deref());
        for address in mail.chain(listing.email.as_deref()).chain(agency.email.as_deref()) {
            assert!(address.ends_with(".example") && address.matches('@').count() == 1, "{key}: {address}");
            assert!(address.is_ascii() && !address.contains(' '), "{key}: {address}");
        }
        for url in listing.url.iter().chain(&agency.website) {
            let host = url.strip_prefix("https://").and_then(|rest| rest.split('/').next());
            assert!(host.is_some_and(|host| host.ends_with(".example")), "{key}: {url}");
        }
        let numbers = [&agency.charity_number, &agency.company_number];
        assert!(numbers.into_iter().flatten().all(|number| number.starts_with('X')), "{key}");
        // The needs' own summaries are ours and may name a scheme; what is written around them may not.
        let mut text = [&listing.summary, &listing.description, &agency.description]
            .map(Option::as_deref)
            .map(Option::unwrap_or_default)
            .join(" ");
        for need in &listing.needs {
            let need = NEEDS.need(need).unwrap();
            text = text.replace(&need.summary, "").replace(&need.name, "");
        }
        assert!(!text.contains(['{', '}']), "{key}: a word was not filled in: {text}");
        let found = REAL.iter().find(|name| text.contains(**name) || agency.name.contains(**name));
        assert_eq!(found, None, "{key}: {text}");
    }
}

#[test]
fn a_refuge_is_alone_at_its_place_and_nothing_around_it_tells_where() {
    for refuge in &COUNTS.refuges {
        let mut listing = refuge.clone();
        let places = std::mem::take(&mut listing.places);
        let [place] = places.as_slice() else { panic!("{}: {} places", listing.key, places.len()) };
        let location = &place.location;
        assert_eq!(COUNTS.places[&location.key], 1, "{}", listing.key);
        assert!(listing.needs.contains(&"housing.refuge".to_owned()), "{}", listing.key);
        assert!(place.areas.is_empty(), "{}", listing.key);
        let narrow = [AreaKind::Postcode, AreaKind::Sector, AreaKind::District, AreaKind::Geojson];
        assert!(listing.areas.iter().all(|area| !narrow.contains(&area.kind)), "{}: {:?}", listing.key, listing.areas);
        let said = format!("{listing:?}");
        let address = location.address.as_ref().unwrap();
        let street = address.lines.last().unwrap().split_once(' ').unwrap().1;
        for secret in [Some(street), location.name.as_deref(), address.postcode.as_deref()] {
            assert!(secret.is_none_or(|secret| !said.contains(secret)), "{}: tells {secret:?}", listing.key);
        }
    }
}
