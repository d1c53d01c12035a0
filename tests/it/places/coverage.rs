//! Areas that services cover: containment, against brute force over every postcode a place can mean.

use entity::enums::AreaKind;
use proptest::prelude::*;
use signpost::places::{
    AreaProblem, AuthorityShare, Coverage, CoveredArea, Gazetteer, LadCode, Precision, RegionProblem, ResolvedPlace,
    WhyUnknown, covers, parse, resolve_words,
};

use super::{exact, lad, place};

const INSIDE: Coverage = Coverage::Inside { by: 0 };
const OUTSIDE: Coverage = Coverage::Outside;
const NEED_POSTCODE: Coverage = Coverage::Unknown { why: WhyUnknown::NeedFullPostcode };
const IMPRECISE: Coverage = Coverage::Unknown { why: WhyUnknown::Imprecise };
const TEXT_ONLY: Coverage = Coverage::Unknown { why: WhyUnknown::TextOnly };
const NOT_STATED: Coverage = Coverage::Unknown { why: WhyUnknown::NotStated };

pub(super) fn area(kind: AreaKind, value: &str) -> CoveredArea {
    CoveredArea::compile(kind, value).unwrap_or_else(|problem| panic!("{kind:?} {value}: {problem}"))
}

/// `district:M14` and its like, as the demonstration files write them.
fn stated(text: &str) -> CoveredArea {
    let (kind, value) = text.split_once(':').unwrap_or((text, ""));
    let kind = match kind {
        "la" => AreaKind::LocalAuthority,
        "combined" => AreaKind::CombinedAuthority,
        "uk" => AreaKind::UnitedKingdom,
        other => AreaKind::parse(other).unwrap(),
    };
    area(kind, value)
}

fn known(text: &str, lat: f64, lon: f64, authority: &str) -> ResolvedPlace {
    let row = exact(text, lat, lon, authority);
    Gazetteer::embedded().resolve(&parse(text).unwrap(), Some(&row), true).unwrap()
}

#[test]
fn containment_by_the_table() {
    let rusholme = known("M14 5RQ", 53.4532, -2.2195, "E08000003");
    // M3 lies in Manchester and Salford, and so does the sector M7 4; M14 in Manchester alone.
    let straddling = place("M7 4");
    assert_eq!(straddling.authorities.len(), 2);
    for (place, area, expected) in [
        (&rusholme, "la:Manchester", INSIDE),
        (&rusholme, "la:Salford", OUTSIDE),
        (&rusholme, "combined:GMCA", INSIDE),
        (&rusholme, "combined:LCR", OUTSIDE),
        (&rusholme, "region:North West", INSIDE),
        (&rusholme, "nation:Wales", OUTSIDE),
        (&rusholme, "uk", INSIDE),
        (&rusholme, "postcode:M14 5RQ", INSIDE),
        (&rusholme, "postcode:M14 5RP", OUTSIDE),
        (&rusholme, "sector:M14 5", INSIDE),
        (&rusholme, "sector:M14 6", OUTSIDE),
        (&rusholme, "district:M14", INSIDE),
        (&rusholme, "district:M1", OUTSIDE),
        (&rusholme, "text:the Curry Mile and about", TEXT_ONLY),
        (&place("M14"), "la:Manchester", INSIDE),
        (&place("M14"), "la:Salford", OUTSIDE),
        (&place("M14"), "district:M14", INSIDE),
        (&place("M14"), "sector:M14 5", NEED_POSTCODE),
        (&place("M14"), "sector:M15 5", OUTSIDE),
        (&place("M14"), "postcode:M14 5RQ", NEED_POSTCODE),
        (&place("M14"), "postcode:M15 5RQ", OUTSIDE),
        (&place("M14 5"), "district:M14", INSIDE),
        (&place("M14 5"), "sector:M14 5", INSIDE),
        (&place("M14 5"), "sector:M14 6", OUTSIDE),
        (&place("M14 5"), "postcode:M14 5RQ", NEED_POSTCODE),
        (&place("M14 5"), "postcode:M14 6RQ", OUTSIDE),
        (&straddling, "la:Manchester", NEED_POSTCODE),
        (&straddling, "la:Salford", NEED_POSTCODE),
        (&straddling, "la:Trafford", OUTSIDE),
        (&straddling, "combined:GMCA", INSIDE),
        (&place("M3"), "la:Salford", NEED_POSTCODE),
        (&place("M"), "la:Manchester", NEED_POSTCODE),
        (&place("M"), "district:M14", NEED_POSTCODE),
        (&place("M"), "district:LS1", OUTSIDE),
        (&place("M"), "region:North West", INSIDE),
        (&place("Hulme, Manchester"), "la:Manchester", INSIDE),
        (&place("Hulme, Manchester"), "district:M15", NEED_POSTCODE),
        (&place("Hulme, Manchester"), "district:LS1", OUTSIDE),
        (&place("Manchester"), "la:Manchester", NEED_POSTCODE),
        (&place("Manchester"), "combined:GMCA", INSIDE),
        (&place("Trafford"), "la:Trafford", INSIDE),
        (&place("53.45,-2.22"), "la:Manchester", INSIDE),
        (&place("53.45,-2.22"), "district:M14", NEED_POSTCODE),
        (&place("53.45,-2.22"), "district:M40", OUTSIDE),
        (&place("53.4830,-2.2500"), "la:Salford", NEED_POSTCODE),
    ] {
        assert_eq!(covers(&[stated(area)], place), expected, "{} and {area}", place.label);
    }
}

#[test]
fn any_inside_wins_then_unknown_then_outside() {
    let areas = |texts: &[&str]| texts.iter().map(|text| stated(text)).collect::<Vec<_>>();
    let m14 = place("M14");
    assert_eq!(covers(&[], &m14), NOT_STATED);
    assert_eq!(covers(&areas(&["la:Salford", "la:Trafford"]), &m14), OUTSIDE);
    assert_eq!(covers(&areas(&["la:Salford", "text:and about", "sector:M14 5"]), &m14), NEED_POSTCODE);
    assert_eq!(covers(&areas(&["la:Salford", "text:and about"]), &m14), TEXT_ONLY);
    let all = areas(&["la:Salford", "text:and about", "sector:M14 5", "district:M14", "uk"]);
    assert_eq!(covers(&all, &m14), Coverage::Inside { by: 3 });
}

#[test]
fn the_postcode_is_not_asked_for_twice() {
    // Given in full, and the table is not loaded: more cannot be asked for.
    let by_sector = place("M7 4AY");
    assert_eq!(by_sector.precision, Precision::Sector);
    assert_eq!(covers(&[stated("la:Salford")], &by_sector), IMPRECISE);
    assert_eq!(covers(&[stated("postcode:M7 4AY")], &by_sector), INSIDE);
    assert_eq!(covers(&[stated("postcode:M7 4AX")], &by_sector), OUTSIDE);
    // Not in use: the last letters may be wrong, so the question is open.
    let retired = Gazetteer::embedded().resolve(&parse("M7 4ZZ").unwrap(), None, true).unwrap();
    assert_eq!(covers(&[stated("postcode:M7 4AY")], &retired), NEED_POSTCODE);
    assert_eq!(covers(&[stated("la:Salford")], &retired), NEED_POSTCODE);
}

fn square(lat: f64, lon: f64, half: f64) -> CoveredArea {
    let (s, n, w, e) = (lat - half, lat + half, lon - half, lon + half);
    area(
        AreaKind::Geojson,
        &format!(r#"{{"type":"Polygon","coordinates":[[[{w},{s}],[{e},{s}],[{e},{n}],[{w},{n}],[{w},{s}]]]}}"#),
    )
}

#[test]
fn drawings_are_sure_only_away_from_their_edge() {
    let wide = [square(53.45, -2.22, 0.5)];
    let tight = [square(53.4532, -2.2195, 0.002)];
    let rusholme = known("M14 5RQ", 53.4532, -2.2195, "E08000003");
    assert_eq!(covers(&wide, &rusholme), INSIDE);
    assert_eq!(covers(&tight, &rusholme), INSIDE);
    assert_eq!(covers(&tight, &place("M14")), NEED_POSTCODE);
    assert_eq!(covers(&wide, &place("M14")), INSIDE);
    assert_eq!(covers(&wide, &place("Inverness")), OUTSIDE);
    assert_eq!(covers(&[square(53.4532, -2.2195, 0.0005)], &rusholme), IMPRECISE);
    assert_eq!(covers(&[square(53.4532, -2.2215, 0.002)], &place("53.4532,-2.2195")), IMPRECISE);
}

#[test]
fn what_makes_no_area_is_told() {
    for (kind, value, told) in [
        (AreaKind::Postcode, "", "an area of kind postcode needs a value"),
        (AreaKind::Postcode, "M14", "“M14” is not a full postcode in an existing district, as M14 5RQ"),
        (AreaKind::Postcode, "M88 1AA", "“M88 1AA” is not a full postcode in an existing district, as M14 5RQ"),
        (AreaKind::Sector, "M14 9", "“M14 9” is not an existing postcode sector, as M14 5"),
        (AreaKind::District, "M88", "“M88” is not an existing postcode district, as M14"),
        (
            AreaKind::LocalAuthority,
            "Atlantis",
            "“Atlantis” is not the code or name of a local authority, as E08000003 or Manchester",
        ),
        (
            AreaKind::LocalAuthority,
            "E06999999",
            "“E06999999” is not the code or name of a local authority, as E08000003 or Manchester",
        ),
        (AreaKind::CombinedAuthority, "XXCA", "“XXCA” is not the abbreviation of a combined authority, as GMCA"),
        (AreaKind::Region, "Northwest", "“Northwest” is not the name of a region of England, as North West"),
        (AreaKind::Region, "Scotland", "“Scotland” is not the name of a region of England, as North West"),
        (AreaKind::Nation, "Cornwall", "“Cornwall” is not England, Scotland, Wales or Northern Ireland"),
        (AreaKind::Text, "  ", "an area of kind text needs a value"),
    ] {
        assert_eq!(CoveredArea::compile(kind, value).unwrap_err().to_string(), told);
    }
    let drawing = CoveredArea::compile(AreaKind::Geojson, r#"{"type":"Point","coordinates":[1,2]}"#);
    assert!(matches!(drawing, Err(AreaProblem::Drawing(RegionProblem::NotAnArea { .. }))), "{drawing:?}");
    let told = CoveredArea::compile(AreaKind::District, &"x".repeat(1_000_000)).unwrap_err().to_string();
    assert!(told.len() < 200);
}

#[test]
fn areas_have_one_stored_form() {
    for (kind, value, stored, label) in [
        (AreaKind::Postcode, "m145rq", "M14 5RQ", "M14 5RQ"),
        (AreaKind::Sector, "m145", "M14 5", "M14 5"),
        (AreaKind::District, " m14 ", "M14", "M14"),
        (AreaKind::LocalAuthority, "Newry, Mourne and Down ", "N09000010", "Newry, Mourne and Down"),
        (AreaKind::LocalAuthority, "E08000019", "E08000039", "Sheffield"),
        (AreaKind::CombinedAuthority, "gmca", "GMCA", "Greater Manchester"),
        (AreaKind::CombinedAuthority, "West Yorkshire", "WYCA", "West Yorkshire"),
        (AreaKind::Region, "yorkshire and the humber", "Yorkshire and The Humber", "Yorkshire and The Humber"),
        (AreaKind::Nation, "Cymru", "Wales", "Wales"),
        (AreaKind::UnitedKingdom, "whatever", "United Kingdom", "the United Kingdom"),
    ] {
        let compiled = area(kind, value);
        assert_eq!((compiled.kind(), compiled.value(), compiled.label()), (kind, stored, label));
        assert_eq!(area(kind, compiled.value()), compiled, "{value}");
    }
}

fn words(text: &str) -> Option<Vec<String>> {
    let tell = |area: &CoveredArea| format!("{}:{}", area.kind().as_str(), area.label());
    resolve_words(text).map(|areas| areas.iter().map(tell).collect())
}

#[test]
fn words_are_areas_only_where_they_name_one() {
    for (text, areas) in [
        ("Salford", &["local_authority:Salford"][..]),
        ("Salford City Council", &["local_authority:Salford"]),
        ("London Borough of Hackney", &["local_authority:Hackney"]),
        ("City of London", &["local_authority:City of London"]),
        ("greater-manchester", &["combined_authority:Greater Manchester"]),
        ("West Midlands Combined Authority", &["combined_authority:West Midlands"]),
        ("West Midlands region", &["region:West Midlands"]),
        ("north-west", &["region:North West"]),
        ("North West England", &["region:North West"]),
        ("Cymru", &["nation:Wales"]),
        ("England & Wales", &["nation:England", "nation:Wales"]),
        ("Great Britain", &["nation:England", "nation:Scotland", "nation:Wales"]),
        ("United Kingdom", &["united_kingdom:the United Kingdom"]),
        (
            "Manchester, Salford and Trafford",
            &["local_authority:Manchester", "local_authority:Salford", "local_authority:Trafford"],
        ),
        ("Telford and Wrekin", &["local_authority:Telford and Wrekin"]),
        ("Bournemouth, Christchurch and Poole", &["local_authority:Bournemouth, Christchurch and Poole"]),
        ("Cumbria", &["local_authority:Cumberland", "local_authority:Westmorland and Furness"]),
        ("M14, M15", &["district:M14", "district:M15"]),
        ("Salford; Salford", &["local_authority:Salford"]),
        ("Dorset Council", &["local_authority:Dorset"]),
        // More than one reading: kept as words, understood as far as the readings agree.
        ("Kent", &["text:Kent"]),
        ("West Midlands", &["text:West Midlands"]),
    ] {
        assert_eq!(
            words(text).as_deref(),
            Some(areas.iter().map(ToString::to_string).collect::<Vec<_>>().as_slice()),
            "{text}"
        );
    }
    assert_eq!(words("Surrey").map(|areas| areas.len()), Some(11));
    assert_eq!(words("Kent County Council").map(|areas| areas.len()), Some(12));
    for text in [
        "south-wales",
        "NPS region L",
        "Devon excluding Plymouth",
        "Avon & Somerset",
        "Salford and about",
        "Hulme",
        "M",
        "",
        ",",
        "and",
        "XXCA Council",
    ] {
        assert_eq!(words(text), None, "{text}");
    }
}

#[test]
fn words_with_two_readings_hold_what_both_hold() {
    for (text, place_text, expected) in [
        ("Kent", "ME15", INSIDE),
        ("Kent", "Leeds", OUTSIDE),
        ("Kent", "Medway", TEXT_ONLY),
        ("Dorset", "BH1", TEXT_ONLY),
        ("Dorset", "DT1", INSIDE),
        ("West Midlands", "CV1", INSIDE),
        ("West Midlands", "SY1", TEXT_ONLY),
        ("West Midlands", "M14", OUTSIDE),
        ("Kent and Medway", "Medway", INSIDE),
    ] {
        assert_eq!(covers(&[area(AreaKind::Text, text)], &place(place_text)), expected, "{text}, {place_text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_an_area_or_refused(text in any::<String>(), kind in prop::sample::select(AreaKind::ALL.to_vec())) {
        let compiled = CoveredArea::compile(kind, &text);
        if let Ok(compiled) = &compiled {
            prop_assert_ne!(covers(std::slice::from_ref(compiled), &place("M14")), NOT_STATED);
        }
        if let Some(areas) = resolve_words(&text) {
            prop_assert!(!areas.is_empty());
        }
    }

    /// Words joined from known names are understood, and mean all of these.
    #[test]
    fn lists_of_names_are_read(picks in prop::collection::vec(0_usize..361, 1..5), join in prop::sample::select(vec!["; ", "\n", " | "])) {
        let authorities = Gazetteer::embedded().authorities();
        let names: Vec<&str> = picks.iter().map(|at| authorities[*at].name).collect();
        let areas = resolve_words(&names.join(join));
        prop_assert!(areas.is_some(), "{:?}", names);
        for at in picks {
            let mut inside = place("M14");
            inside.authorities = vec![AuthorityShare { code: authorities[at].code, share: 1.0 }];
            let answer = covers(areas.as_deref().unwrap(), &inside);
            prop_assert!(matches!(answer, Coverage::Inside { .. }), "{:?}: {:?}", names, answer);
        }
    }
}

/// What `lad` reads is a code; here so that a slip in the helper shows.
#[test]
fn codes_of_authorities() {
    assert_eq!(lad("E08000003").to_string(), "E08000003");
    for text in ["", "E0800000", "E080000033", "X08000003", "e08000003", "E0800000é", "L99999999"] {
        assert_eq!(LadCode::parse(text), None, "{text}");
    }
}
