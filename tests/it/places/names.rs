//! Places by name: which one is meant, or the question which.

use signpost::places::{Gazetteer, PlaceKind, PlaceNote, PlaceProblem, Precision};

use super::{MANCHESTER, lad, place, problem, resolve};

#[test]
fn names_mean_one_place_or_ask_which() {
    // text, label
    for (text, label) in [
        ("Hulme, Manchester", "Hulme, Manchester"),
        ("hulme manchester", "Hulme, Manchester"),
        ("Hulme, M15", "Hulme, Manchester"),
        ("Ashford, Kent", "Ashford, Kent"),
        ("Ashford Kent", "Ashford, Kent"),
        ("Ashford (Surrey)", "Ashford, Spelthorne"),
        ("Ashford, Middlesex", "Ashford, Spelthorne"),
        ("Newport, Shropshire", "Newport, Telford and Wrekin"),
        ("Newport in Shropshire", "Newport, Telford and Wrekin"),
        ("Newport, Isle of Wight", "Newport, Isle of Wight"),
        ("NEWCASTLE-UPON-TYNE", "Newcastle upon Tyne, Tyne and Wear"),
        ("Newcastle, Co. Down", "Newcastle, Newry, Mourne and Down"),
        ("Jesmond, Newcastle", "Jesmond, Newcastle upon Tyne"),
        ("Hucknall, Nottingham", "Hucknall, Ashfield"),
        ("Saint Albans", "St Albans, Hertfordshire"),
        ("kings lynn", "King's Lynn, King's Lynn and West Norfolk"),
        ("Hull", "Hull, Kingston upon Hull"),
        ("Inverness", "Inverness, Highland"),
        ("Inbhir Nis", "Inbhir Nis, Highland"),
        ("Steornabhagh", "Steòrnabhagh, Eilean Siar"),
        ("Hay on Wye", "Hay-on-Wye, Powys"),
        ("Londonderry", "Londonderry, Derry City and Strabane"),
        ("Belfast", "Belfast, Northern Ireland"),
        ("Manchester", "Manchester, Greater Manchester"),
        ("London", "London, Greater London"),
        ("Wells", "Wells, Somerset"),
        ("Clacton", "Clacton-on-Sea, Tendring"),
        ("Trafford", "Trafford"),
        ("Newry, Mourne and Down", "Newry, Mourne and Down"),
        // The name is not known there, so its postcode district says where.
        ("Curry Mile, M14", "M14"),
        ("Manchester M14", "M14"),
    ] {
        assert_eq!(place(text).label, label, "{text:?}");
    }
    // The one that dwarfs the rest of its name is taken, and it is said.
    for (text, label, others) in [
        ("Leeds", "Leeds, West Yorkshire", 1),
        ("Bradford", "Bradford, West Yorkshire", 3),
        ("Bury", "Bury, Greater Manchester", 3),
        ("Alton", "Alton, East Hampshire", 3),
        ("Croydon", "Croydon, Greater London", 1),
        ("Halton", "Halton", 5),
    ] {
        let place = place(text);
        assert_eq!(place.label, label);
        let [PlaceNote::SameName { others: noted, .. }] = place.notes.as_slice() else { panic!("{text}") };
        assert_eq!(noted.len(), others, "{text}: {noted:?}");
    }
    // Town against town, and a short name that is nobody's own, is a question.
    for (text, first, second) in [
        ("Ashford", "Ashford, Kent", "Ashford, Spelthorne"),
        ("Newport", "Newport, NP20", "Newport, Isle of Wight"),
        ("Newcastle", "Newcastle upon Tyne, Tyne and Wear", "Newcastle-under-Lyme, Staffordshire"),
        ("Bangor", "Bangor, Ards and North Down", "Bangor, Gwynedd"),
        ("St. Ives", "St Ives, Huntingdonshire", "St Ives, Cornwall"),
        ("Richmond", "London Borough of Richmond upon Thames", "Richmond, North Yorkshire"),
        ("Gillingham", "Gillingham, Medway", "Gillingham, Dorset"),
    ] {
        let PlaceProblem::Ambiguous { candidates, .. } = problem(text) else { panic!("{text}") };
        let keys: Vec<&str> = candidates.iter().map(|candidate| candidate.key.as_str()).take(2).collect();
        assert_eq!(keys, [first, second], "{text}");
        assert!(candidates.len() <= 12);
        for candidate in candidates {
            assert_eq!(place(&candidate.key).point, candidate.point, "{candidate:?}");
        }
    }
    let PlaceProblem::Ambiguous { candidates, .. } = problem("Ashford") else { panic!() };
    assert_eq!((candidates[1].district.as_str(), candidates[1].kind), ("Spelthorne, Surrey", PlaceKind::Town));
    // A name that is known, only not there.
    let PlaceProblem::UnknownPlace { suggestions, .. } = problem("Hulme, Kent") else { panic!() };
    assert!(suggestions.contains(&"Hulme, Manchester".to_owned()), "{suggestions:?}");
    for text in ["Kent", "West Midlands", "Scotland", "Greater Manchester", "UK", "north east"] {
        assert_eq!(problem(text).code(), "TOO_BROAD", "{text}");
    }
}

#[test]
fn names_do_not_claim_one_authority_without_ground() {
    let hulme = place("Hulme, Manchester");
    assert_eq!((hulme.precision, hulme.authority()), (Precision::PlaceName, Some(lad(MANCHESTER))));
    assert_eq!((hulme.sector, hulme.district, hulme.postcode_area), (None, None, None));
    // People in Salford and Trafford say that they live in Manchester.
    let manchester = place("Manchester");
    let codes: Vec<&str> = manchester.authorities.iter().map(|share| share.code.as_str()).collect();
    assert_eq!(codes, [MANCHESTER, "E08000006", "E08000009"]);
    assert!(manchester.error_km > 3.0 && manchester.furthest_km > manchester.error_km);
    assert_eq!(place("London").authorities.len(), 33);
    let trafford = place("Trafford");
    assert_eq!((trafford.precision, trafford.authority()), (Precision::Authority, Some(lad("E08000009"))));
}

#[test]
fn every_place_has_a_key_that_means_it_alone() {
    // All of them would take a debug build half a minute; every seventh is still some 6,000.
    for candidate in Gazetteer::embedded().places().step_by(7) {
        let found = resolve(&candidate.key);
        assert_eq!(found.as_ref().map(|place| place.point), Ok(candidate.point), "{candidate:?}");
    }
    for authority in Gazetteer::embedded().authorities() {
        assert!(
            resolve(authority.name).is_ok() || problem(authority.name).code() == "AMBIGUOUS_PLACE",
            "{}",
            authority.name
        );
    }
}
