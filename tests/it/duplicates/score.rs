//! What having something in common is worth.

use std::collections::BTreeSet;

use entity::ids::AgencyId;
use proptest::prelude::*;
use signpost::directory::duplicates::normal::{Key, Name};
use signpost::directory::duplicates::score::{
    AGAINST, Facts, LIKELY, Match, NAME_WEIGHTS, Nearness, POSSIBLE, ReasonKind, SIMILAR, Spot, WEIGHTS, What, compare,
    likeness,
};
use signpost::directory::duplicates::sweep::{MOST_AGENCIES, groups, sweep};
use signpost::places::{Gazetteer, Point, Postcode};

fn facts(what: What, name: &str) -> Facts {
    let names = Name::of(name).into_iter().collect();
    Facts { what, agency: None, names, keys: BTreeSet::new(), spots: Vec::new() }
}

fn with(mut facts: Facts, keys: &[Key]) -> Facts {
    facts.keys.extend(keys.iter().cloned());
    facts
}

fn spot(postcode: &str, point: Option<(f64, f64)>) -> Spot {
    let postcode = Postcode::parse(postcode).ok();
    Spot::of(postcode, point.map(|(lat, lon)| Point::new(lat, lon).unwrap()))
}

fn at(mut facts: Facts, spot: Spot) -> Facts {
    facts.spots.push(spot);
    facts
}

fn charity(number: &str) -> Key {
    Key::charities(number).next().unwrap()
}

fn phone() -> Key {
    Key::phone("0161 496 0000").unwrap()
}

fn host() -> Key {
    Key::website("kettle.example").unwrap()
}

fn score(found: Option<Match>) -> u8 {
    found.map_or(0, |found| found.score)
}

#[test]
fn each_reason_is_worth_what_the_table_says() {
    use What::{Agency, Location, Service};
    let uprn = Key::uprn("10001234567").unwrap();
    let company = Key::company("01234567").unwrap();
    let one = [charity("1089464")];
    for (what, shared, expected) in [
        (Agency, &one[..], 90),
        (Agency, std::slice::from_ref(&company), 90),
        (Agency, &[charity("1089464"), company.clone()], 99),
        (Agency, &[phone()], 55),
        (Agency, &[host()], 55),
        (Agency, &[phone(), host()], 80),
        (Agency, std::slice::from_ref(&uprn), 0),
        (Service, &one, 0),
        (Service, &[phone()], 0),
        (Service, &[host()], 0),
        (Service, &[phone(), host()], 0),
        (Service, &[phone(), uprn.clone()], 0),
        (Location, std::slice::from_ref(&uprn), 95),
        (Location, &[phone()], 0),
    ] {
        let (first, second) = (with(facts(what, "Kettle"), shared), with(facts(what, "Umbrella"), shared));
        let found = compare(&first, &second);
        assert_eq!(score(found.clone()), expected, "{what:?} {shared:?}");
        if let Some(found) = found {
            assert_eq!(found.reasons.len(), shared.len(), "{found:?}");
            assert_eq!(found.is_likely(), expected >= LIKELY);
        }
    }
}

#[test]
fn a_similar_name_counts_nearby_or_along_with_something_equal() {
    let here = spot("M14 5RQ", Some((53.450, -2.220)));
    for (other, alone, with_phone, words) in [
        (Some(spot("M14 5RQ", None)), 80, 91, "at one postcode"),
        (Some(spot("M14 5AA", Some((53.451, -2.220)))), 50, 88, "within 250 m"),
        (Some(spot("M14 5AA", Some((53.456, -2.220)))), 0, 82, "within 1 km"),
        (Some(spot("M14 6AA", Some((53.480, -2.220)))), 0, 73, "in one postcode district"),
        (None, 0, 73, "place not known"),
        (Some(spot("BL1 1AA", Some((53.580, -2.430)))), 0, 52, "at different places"),
    ] {
        let one = at(facts(What::Service, "The Kettle"), here);
        let mut two = facts(What::Service, "kettle ltd");
        two.spots.extend(other);
        assert_eq!(score(compare(&one, &two)), alone, "{words}");
        let found = compare(&with(one, &[phone()]), &with(two, &[phone()])).unwrap();
        assert_eq!(found.score, with_phone, "{words}");
        let told: Vec<_> = found.reasons.iter().map(|reason| (reason.kind, reason.shared.as_str())).collect();
        let name = format!("one name, {words}");
        assert_eq!(told, [(ReasonKind::Phone, "+441614960000"), (ReasonKind::Name, name.as_str())]);
    }
    // In one building, wherever each says that it is.
    let built = [Key::uprn("10001234567").unwrap()];
    let (one, two) = (with(facts(What::Service, "Kettle"), &built), with(facts(What::Service, "Kettle"), &built));
    let found = compare(&one, &two).unwrap();
    assert_eq!((found.score, found.reasons[1].shared.as_str()), (85, "one name, in one building"));
    // At different places names that are only similar are branches'.
    let (here, there) = (spot("M14 5RQ", None), spot("BL1 1AA", None));
    let keys = [phone(), host()];
    let branch = |name, spot| at(with(facts(What::Service, name), &keys), spot);
    let towns = ["Kettle Trust Centre Salford", "Kettle Trust Centre Salforde"];
    assert!(compare(&branch(towns[0], here), &branch(towns[1], here)).is_some());
    assert_eq!(compare(&branch(towns[0], here), &branch(towns[1], there)), None);
    // Another name at the same place is another service.
    let (one, two) = (at(facts(What::Service, "Kettle"), here), at(facts(What::Service, "Umbrella"), here));
    assert_eq!(compare(&one, &two), None);
    // A name that is only similar counts for less.
    let alike = at(facts(What::Service, "Kettles and cups"), here);
    let same = at(facts(What::Service, "Kettle and cups"), here);
    let found = compare(&alike, &same).map_or(0, |found| found.score);
    assert!(found < 80, "{found}");
}

#[test]
fn the_middle_of_a_sector_is_nowhere_near() {
    let known = Gazetteer::embedded();
    let (one, two) = (Postcode::parse("M14 5RQ").unwrap(), Postcode::parse("M14 5AA").unwrap());
    let middle = known.sector(one.sector()).unwrap().point;
    assert_eq!(Spot::of(Some(one), Some(middle)).point, None);
    let there = |postcode| at(facts(What::Service, "Kettle"), Spot::of(Some(postcode), Some(middle)));
    assert_eq!(compare(&there(one), &there(two)), None, "they are at one point only because nobody knows better");
}

#[test]
fn different_numbers_of_a_register_speak_against() {
    let here = spot("M14 5RQ", None);
    let one = at(with(facts(What::Agency, "Kettle"), &[phone()]), here);
    let agreed = score(compare(&one, &one.clone()));
    let with_charity = |number: &str| with(one.clone(), &[charity(number)]);
    assert!(score(compare(&with_charity("1089464"), &with_charity("1089464"))) > agreed);
    assert_eq!(score(compare(&with_charity("1089464"), &one)), agreed, "what one does not say speaks for nothing");
    assert_eq!(compare(&with_charity("1089464"), &with_charity("SC038731")), None);
    // Registered in both countries, and one names only one of them.
    let both = with(with_charity("1089464"), &[charity("SC038731")]);
    assert!(score(compare(&both, &with_charity("SC038731"))) > agreed);
}

#[test]
fn services_of_one_agency_share_its_numbers_which_says_nothing() {
    let agency = Some(AgencyId(uuid::Uuid::from_u128(1)));
    let keys = [phone(), host(), charity("1089464")];
    let of = |name, agency| Facts { agency, ..with(facts(What::Service, name), &keys) };
    assert_eq!(compare(&of("Kettle", agency), &of("Kettle", agency)), None);
    let elsewhere = Some(AgencyId(uuid::Uuid::from_u128(2)));
    assert!(compare(&of("Kettle", agency), &of("Kettle", elsewhere)).is_some());
    let here = spot("M14 5RQ", None);
    let found = compare(&at(of("Kettle", agency), here), &at(of("Kettle", agency), here)).unwrap();
    assert_eq!((found.score, found.reasons.len()), (80, 1));
}

#[test]
fn things_of_different_kinds_are_not_compared() {
    let all = [What::Agency, What::Service, What::Location];
    for (one, other) in all.iter().flat_map(|one| all.iter().map(move |other| (*one, *other))) {
        let keys = [charity("1089464"), phone(), Key::uprn("10001234567").unwrap()];
        let found = compare(&with(facts(one, "Kettle"), &keys), &with(facts(other, "Kettle"), &keys));
        assert_eq!(found.is_some(), one == other, "{one:?} {other:?}");
    }
}

#[test]
fn the_tables_are_whole_and_reasonable() {
    let (weights, against): (Vec<_>, Vec<_>) =
        (WEIGHTS.iter().flat_map(|row| row.2).collect(), AGAINST.iter().flat_map(|row| row.1).collect());
    assert!(weights.iter().chain(&against).all(|weight| (0.0..=1.0).contains(weight)));
    assert!(weights.iter().all(|weight| *weight < 1.0), "nothing alone leaves no doubt");
    let order: Vec<Nearness> = NAME_WEIGHTS.iter().map(|row| row.0).collect();
    assert!(order.is_sorted() && order.len() == 7);
    for rows in NAME_WEIGHTS.windows(2) {
        for what in 0..3 {
            assert!(rows[0].1[what] >= rows[1].1[what] && rows[0].2[what] >= rows[1].2[what], "nearer is not less");
        }
    }
    assert!(NAME_WEIGHTS.iter().all(|(_, alone, linked)| (0..3).all(|what| linked[what] >= alone[what])));
    assert!((likeness(1.0) - 1.0).abs() < 1e-9 && likeness(SIMILAR - 0.01) == 0.0 && likeness(SIMILAR) > 0.5);
    const { assert!(POSSIBLE < LIKELY) };
}

#[test]
fn a_sweep_finds_what_comparing_each_with_each_finds() {
    let mut all = Vec::new();
    for index in 0..40_u32 {
        let name = ["Kettle on", "Kettles on", "Umbrella", "The Harbour Trust", "Harbour Trust"][index as usize % 5];
        let metres = f64::from(index % 7) * 0.0012;
        let here = spot(["M14 5RQ", "M14 5AA", "M15 4FA"][index as usize % 3], Some((53.45 + metres, -2.22)));
        let mut one = at(facts(What::Service, name), here);
        one.agency = Some(AgencyId(uuid::Uuid::from_u128(u128::from(index % 9))));
        if index % 4 == 0 {
            one.keys.insert(phone());
        }
        if index % 6 == 0 {
            one.keys.insert(host());
        }
        all.push(one);
    }
    let mut expected = Vec::new();
    for one in 0..all.len() {
        for other in one + 1..all.len() {
            expected.extend(compare(&all[one], &all[other]).map(|found| (one, other, found.score)));
        }
    }
    let found = sweep(&all, |_, _| true);
    assert_eq!(found.iter().map(|pair| (pair.one, pair.other, pair.found.score)).collect::<Vec<_>>(), expected);
    assert!(expected.len() > 20, "{}", expected.len());
    let grouped = groups(&found);
    assert!(grouped.iter().flatten().collect::<BTreeSet<_>>().len() == grouped.iter().flatten().count());
    assert!(
        found
            .iter()
            .all(|pair| { grouped.iter().any(|group| group.contains(&pair.one) && group.contains(&pair.other)) })
    );
    assert!(sweep(&all, |one, other| one == 0 || other == 0).iter().all(|pair| pair.one == 0));
}

#[test]
fn what_many_agencies_share_tells_nothing() {
    let of = |index: usize| Facts {
        agency: Some(AgencyId(uuid::Uuid::from_u128(index as u128))),
        ..with(facts(What::Agency, &format!("Agency {index}")), &[phone()])
    };
    let some: Vec<Facts> = (0..MOST_AGENCIES).map(of).collect();
    assert_eq!(sweep(&some, |_, _| true).len(), MOST_AGENCIES * (MOST_AGENCIES - 1) / 2);
    let many: Vec<Facts> = (0..=MOST_AGENCIES).map(of).collect();
    assert_eq!(sweep(&many, |_, _| true), []);
}

#[test]
fn hundreds_of_one_name_at_one_place_are_all_found_without_comparing_all() {
    let here = spot("M14 5RQ", None);
    let all: Vec<Facts> = (0..300)
        .map(|index| at(facts(What::Service, if index % 3 == 0 { "Kettle on" } else { "Kettle off duty" }), here))
        .collect();
    let found = sweep(&all, |_, _| true);
    assert!(found.len() < 300 * 12, "{}", found.len());
    let sizes: BTreeSet<usize> = groups(&found).iter().map(Vec::len).collect();
    assert_eq!(sizes, BTreeSet::from([100, 200]));
}

/// Facts with keys and spots of a small stock, so that they often have some in common.
fn arbitrary() -> impl Strategy<Value = Facts> {
    let names = prop::sample::select(vec!["Kettle", "The Kettle", "Kettles", "Umbrella", "Kettle 2", "Kettle men"]);
    let keys = prop::collection::btree_set(0..8_usize, 0..5);
    let spots = prop::collection::vec(0..5_usize, 0..3);
    (names, keys, spots, 0..3_u128, 0..3_usize).prop_map(|(name, keys, spots, agency, what)| Facts {
        agency: (agency > 0).then(|| AgencyId(uuid::Uuid::from_u128(agency))),
        keys: keys.into_iter().map(stock_of_keys).collect(),
        spots: spots.into_iter().map(stock_of_spots).collect(),
        ..facts([What::Agency, What::Service, What::Location][what], name)
    })
}

fn stock_of_keys(index: usize) -> Key {
    match index {
        0 => charity("1089464"),
        1 => charity("SC038731"),
        2 => Key::company("01234567").unwrap(),
        3 => Key::company("07654321").unwrap(),
        4 => Key::uprn("10001234567").unwrap(),
        5 => phone(),
        6 => Key::phone("0161 496 0001").unwrap(),
        _ => host(),
    }
}

fn stock_of_spots(index: usize) -> Spot {
    match index {
        0 => spot("M14 5RQ", None),
        1 => spot("M14 5RQ", Some((53.450, -2.220))),
        2 => spot("M14 5AA", Some((53.451, -2.220))),
        3 => spot("M14 6AA", Some((53.457, -2.220))),
        _ => spot("BL1 1AA", Some((53.580, -2.430))),
    }
}

proptest! {
    #[test]
    fn it_does_not_matter_which_comes_first(one in arbitrary(), other in arbitrary()) {
        prop_assert_eq!(compare(&one, &other), compare(&other, &one));
    }

    #[test]
    fn agreeing_evidence_never_lowers_the_score(
        one in arbitrary(), other in arbitrary(), key in 0..8_usize, place in 0..5_usize,
    ) {
        let before = score(compare(&one, &other));
        let key = [stock_of_keys(key)];
        let more = score(compare(&with(one.clone(), &key), &with(other.clone(), &key)));
        prop_assert!(more >= before, "{} is less than {} with {:?}", more, before, key);
        let place = stock_of_spots(place);
        let nearer = score(compare(&at(one.clone(), place), &at(other.clone(), place)));
        prop_assert!(nearer >= before, "{} is less than {} at {:?}", nearer, before, place);
        let named = |mut facts: Facts| { facts.names.extend(Name::of("Harbour Trust")); facts };
        prop_assert!(score(compare(&named(one), &named(other))) >= before);
    }

    #[test]
    fn every_match_has_its_reasons_and_a_score_that_is_told(one in arbitrary(), other in arbitrary()) {
        if let Some(found) = compare(&one, &other) {
            prop_assert!((POSSIBLE..=100).contains(&found.score));
            prop_assert!(!found.reasons.is_empty());
            prop_assert!(found.reasons.iter().map(|reason| reason.kind).is_sorted());
            prop_assert!(found.reasons.iter().all(|reason| !reason.shared.is_empty()));
        }
    }
}
