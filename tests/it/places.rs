//! Places: from what somebody types to a point, an area and an honest word about both.

#[path = "places/coverage.rs"]
mod coverage;
#[path = "places/geometry.rs"]
mod geometry;
#[path = "places/import.rs"]
mod import;
#[path = "places/names.rs"]
mod names;
#[path = "places/oracle.rs"]
mod oracle;

use proptest::prelude::*;
use signpost::places::{
    CrownDependency, District, ExactPostcode, Gazetteer, LadCode, MAX_PLACE_CHARS, Nation, NonGeographic, Parsed,
    PlaceNote, PlaceProblem, Point, Postcode, PostcodeArea, PostcodeText, Precision, ResolvedPlace, Sector,
    distance_km, parse,
};

const MANCHESTER: &str = "E08000003";

fn resolve(text: &str) -> Result<ResolvedPlace, PlaceProblem> {
    parse(text).and_then(|parsed| Gazetteer::embedded().resolve(&parsed, None, false))
}

fn place(text: &str) -> ResolvedPlace {
    resolve(text).unwrap_or_else(|problem| panic!("{text:?}: {problem}"))
}

fn problem(text: &str) -> PlaceProblem {
    match resolve(text) {
        Ok(place) => panic!("{text:?} was placed at {}", place.label),
        Err(problem) => problem,
    }
}

fn lad(code: &str) -> LadCode {
    LadCode::parse(code).unwrap()
}

fn exact(postcode: &str, lat: f64, lon: f64, authority: &str) -> ExactPostcode {
    ExactPostcode {
        postcode: Postcode::parse(postcode).unwrap(),
        point: Point::new(lat, lon).unwrap(),
        lad_code: lad(authority),
    }
}

#[test]
fn postcodes_have_one_written_form() {
    let full = |text: &str| match PostcodeText::parse(text) {
        Some(PostcodeText::Full(code)) => code.to_string(),
        other => format!("{other:?}"),
    };
    for (typed, written) in [
        ("M14 5RQ", "M14 5RQ"),
        ("m145rq", "M14 5RQ"),
        ("  m14   5rq ", "M14 5RQ"),
        ("M1 45RQ", "M14 5RQ"),
        ("m 1 4 5 r q", "M14 5RQ"),
        ("sw1a1aa", "SW1A 1AA"),
        ("W1A 0AX", "W1A 0AX"),
        ("b33 8th", "B33 8TH"),
        ("CR2 6XH", "CR2 6XH"),
        ("dn55 1pt", "DN55 1PT"),
        ("M1 1AE", "M1 1AE"),
    ] {
        assert_eq!(full(typed), written, "{typed:?}");
    }
    for (typed, sector) in
        [("M14 5", "M14 5"), ("m145", "M14 5"), ("m1 4", "M1 4"), ("SW1A1", "SW1A 1"), ("ls123", "LS12 3")]
    {
        assert_eq!(PostcodeText::parse(typed), Some(PostcodeText::Sector(Sector::parse(sector).unwrap())), "{typed:?}");
        assert_eq!(Sector::parse(typed).unwrap().as_str(), sector);
    }
    for (typed, district) in [("m14", "M14"), ("M1", "M1"), ("sw1a", "SW1A"), ("E1W", "E1W"), ("LS12", "LS12")] {
        assert_eq!(District::parse(typed).unwrap().as_str(), district);
    }
    for text in [
        "M14 5RO",
        "M14 5CA",
        "M14 5",
        "M14",
        "MI4 5RQ",
        "M14 SRQ",
        "Q1 1AA",
        "AI1 1AA",
        "M145 5RQ",
        "M14-5RQ",
        "",
        "M14 5RQ M14 5RQ",
    ] {
        assert!(Postcode::parse(text).is_err(), "{text:?}");
    }
    // A space that cuts the outward code in two is no reason to guess.
    for text in ["M1 45", "LS 12", "M14 5 R", "M 14"] {
        assert_eq!(PostcodeText::parse(text), None, "{text:?}");
    }
}

#[test]
fn a_postcode_knows_its_parts() {
    let postcode = Postcode::parse("sw1a 1aa").unwrap();
    assert_eq!(postcode.sector(), Sector::parse("SW1A 1").unwrap());
    assert_eq!(postcode.district(), District::parse("SW1A").unwrap());
    assert_eq!(postcode.area(), PostcodeArea::parse("SW").unwrap());
    assert_eq!(postcode.sector().district(), postcode.district());
    assert_eq!(format!("{postcode:?}"), "Postcode(SW1A 1AA)");
}

#[test]
fn every_sort_of_text_is_recognised() {
    let kind = |text: &str| match parse(text) {
        Ok(Parsed::Postcode(PostcodeText::Full(_))) => "postcode",
        Ok(Parsed::Postcode(PostcodeText::Sector(_))) => "sector",
        Ok(Parsed::Postcode(PostcodeText::District(_))) => "district",
        Ok(Parsed::Postcode(PostcodeText::Area(_))) => "area",
        Ok(Parsed::Coordinates(_)) => "coordinates",
        Ok(Parsed::Name(_)) => "name",
        Err(problem) => problem.code(),
    };
    for (text, expected) in [
        ("m14 5rq", "postcode"),
        ("12 Acacia Avenue, Manchester M14 5RQ", "postcode"),
        ("Manchester,M14 5RQ", "postcode"),
        ("M14 5", "sector"),
        ("M14", "district"),
        ("M", "area"),
        ("Ae", "name"),
        ("53.45,-2.22", "coordinates"),
        ("53.45 -2.22", "coordinates"),
        ("geo:53.45,-2.22", "coordinates"),
        ("53.45°N 2.22°W", "coordinates"),
        ("Hulme", "name"),
        ("Ashford, Kent", "name"),
        ("Y Gelli Gandryll", "name"),
        ("", "EMPTY"),
        (" \t\n", "EMPTY"),
        ("!!!", "MALFORMED"),
        ("🦀", "MALFORMED"),
        ("91.5,-200", "MALFORMED"),
        ("inf,nan", "name"),
        ("MI4 5RQ", "MALFORMED"),
        ("M14 5RQX", "MALFORMED"),
        ("12 Acacia Avenue", "MALFORMED"),
        ("M14 5R", "HALF_TYPED"),
        ("M145R", "HALF_TYPED"),
        ("JE2 3AB", "CROWN_DEPENDENCY"),
        ("St Helier JE2 3AB", "CROWN_DEPENDENCY"),
        ("St Helier, JE2", "CROWN_DEPENDENCY"),
        ("gy11aa", "CROWN_DEPENDENCY"),
        ("IM", "CROWN_DEPENDENCY"),
        ("54.2,-4.5", "coordinates"),
        ("49.2,-2.1", "CROWN_DEPENDENCY"),
        ("BFPO 12", "NON_GEOGRAPHIC"),
        ("BF1 2AU", "NON_GEOGRAPHIC"),
        ("GIR 0AA", "NON_GEOGRAPHIC"),
        ("XM4 5HQ", "NON_GEOGRAPHIC"),
        ("FIQQ 1ZZ", "NON_GEOGRAPHIC"),
        ("D02 X285", "OUTSIDE_UK"),
        ("48.85,2.35", "OUTSIDE_UK"),
    ] {
        assert_eq!(kind(text), expected, "{text:?}");
    }
    assert_eq!(kind(&"a".repeat(MAX_PLACE_CHARS)), "name");
    assert_eq!(kind(&"a".repeat(MAX_PLACE_CHARS + 1)), "TOO_LONG");
    assert_eq!(kind(&"€".repeat(1_000_000)), "TOO_LONG");
}

#[test]
fn look_alike_letters_are_suggested_and_never_taken() {
    for (typed, suggestion) in [
        ("MI4 5RQ", Some("M14 5RQ")),
        ("M14 SRQ", Some("M14 5RQ")),
        ("0L1 1AA", Some("OL1 1AA")),
        ("1S1 1AA", Some("LS1 1AA")),
        ("W1A OAX", Some("W1A 0AX")),
        ("MI4", Some("M14")),
        ("MI4 5", Some("M14 5")),
        ("M14 5RO", None),
        ("2222222", None),
    ] {
        let PlaceProblem::Malformed { suggestion: found, .. } = problem(typed) else { panic!("{typed}") };
        assert_eq!(found.as_deref(), suggestion, "{typed:?}");
    }
    // Written in letters alone it might be a name; only when there is no such name is a postcode suggested.
    assert_eq!(problem("OLI IAA").suggestions().first().map(String::as_str), Some("OL1 1AA"));
    // Well-formed, but I and 1 exchanged: no such district, and what was meant.
    let PlaceProblem::UnknownPostcode { district, suggestion, .. } = problem("IP99 1AA") else { panic!() };
    assert_eq!((district.as_str(), suggestion), ("IP99", None));
}

#[test]
fn each_problem_helps() {
    let told = |text: &str| problem(text).to_string();
    assert_eq!(told("M14 5R"), "“M14 5R” is a postcode without its last letter: type all of it, or only M14 5 or M14");
    assert_eq!(told("MI4 5RQ"), "“MI4 5RQ” is not a postcode or a place name: did you mean M14 5RQ?");
    assert_eq!(told("JE2 3AB"), "Jersey is not in the United Kingdom, and this directory does not reach there");
    assert_eq!(told("M88 1AA"), "there is no postcode M88 1AA: M88 is not a postcode district");
    assert_eq!(told("M88"), "there is no postcode M88: M88 is not a postcode district");
    assert_eq!(told("-2.22, 53.45"), "-2.22, 53.45 is outside the United Kingdom: did you mean 53.45, -2.22?");
    assert_eq!(told("Manchster"), "no place called “Manchster” is known: did you mean Manchester?");
    assert_eq!(told("xyzzyplugh"), "no place called “xyzzyplugh” is known: try a postcode or a larger place nearby");
    assert_eq!(
        told("Hulme"),
        "there are several places called “Hulme”: which one? Hulme, Manchester; Hulme, Warrington or Hulme, \
         Staffordshire Moorlands"
    );
    assert_eq!(told("Kent"), "Kent is too large an area to look near: type a postcode or a town");
    assert_eq!(told("BFPO 12"), "BFPO 12 is a forces' post code: type the postcode of where the person is, or a town");
    assert_eq!(problem("Isle of Man"), PlaceProblem::CrownDependency { which: CrownDependency::IsleOfMan });
    assert_eq!(problem("54.2,-4.5"), PlaceProblem::CrownDependency { which: CrownDependency::IsleOfMan });
    let PlaceProblem::NonGeographic { kind, .. } = problem("GX11 1AA") else { panic!() };
    assert_eq!(kind, NonGeographic::OverseasTerritory);
    // Half-typed in a district that is none is not half-typed but unknown.
    assert_eq!(problem("M88 5R").code(), "UNKNOWN_POSTCODE");
    // Dublin and Calais lie in the box around the United Kingdom, and not in it.
    assert_eq!(problem("53.35,-6.26").code(), "OUTSIDE_UK");
    assert_eq!(problem("50.95,1.86").code(), "OUTSIDE_UK");
}

#[test]
fn the_tables_are_whole() {
    let gazetteer = Gazetteer::embedded();
    assert_eq!(gazetteer.authorities().len(), 361);
    assert!(gazetteer.authorities().is_sorted_by_key(|authority| authority.code));
    assert_eq!(gazetteer.districts().count(), 2_947);
    assert_eq!(gazetteer.sectors().count(), 11_119);
    assert_eq!(gazetteer.places().count(), 43_000);
    assert_eq!(gazetteer.regions().len(), 9);
    assert_eq!(gazetteer.combined_authorities().len(), 14);
    for authority in gazetteer.authorities() {
        assert_eq!(authority.code.nation(), authority.nation, "{}", authority.name);
        assert_eq!(gazetteer.authority_by_name(authority.name).map(|found| found.code), Some(authority.code));
        let combined = gazetteer.combined_authorities();
        assert!(authority.combined.is_none_or(|code| combined.contains(&code)), "{}", authority.name);
        assert_eq!(authority.counties.is_empty(), authority.nation != Nation::England, "{}", authority.name);
    }
    // The names that the source spells, and councils' full names, are known too; codes from before small changes also.
    for (name, code) in [
        ("City of Bristol", "E06000023"),
        ("Dorset Council", "E06000059"),
        ("manchester city council", MANCHESTER),
        ("St Helens", "E08000013"),
        ("Newry, Mourne and Down ", "N09000010"),
        ("Abertawe", "W06000011"),
    ] {
        assert_eq!(gazetteer.authority_by_name(name).map(|found| found.code), Some(lad(code)), "{name}");
    }
    assert_eq!(gazetteer.authority(lad("E08000019")).map(|found| found.name), Some("Sheffield"));
    assert!(gazetteer.authority(lad("E06999999")).is_none());
    let members = |code| gazetteer.authorities().iter().filter(|authority| authority.combined == Some(code)).count();
    assert_eq!((members("GMCA"), members("GLA"), members("EMCA"), members("NECA")), (10, 33, 17, 7));
}

#[test]
fn every_district_and_sector_resolves_to_itself() {
    let gazetteer = Gazetteer::embedded();
    let codes = gazetteer.districts().map(|code| (code.to_string(), Precision::District));
    for (text, precision) in codes.chain(gazetteer.sectors().map(|code| (code.to_string(), Precision::Sector))) {
        let place = place(&text);
        assert_eq!((place.label.as_str(), place.precision), (text.as_str(), precision));
        assert!(place.point.in_uk_box(), "{text}");
        assert!(place.error_km >= 0.1 && place.error_km <= place.furthest_km, "{text}");
        let total: f64 = place.authorities.iter().map(|share| share.share).sum();
        assert!((total - 1.0).abs() < 1e-9, "{text}: {total}");
        assert!(place.authorities.is_sorted_by(|a, b| a.share >= b.share), "{text}");
        assert!(place.authorities.iter().all(|share| gazetteer.authority(share.code).is_some()), "{text}");
        assert!(place.notes.is_empty() && place.nation.is_some() || place.authorities.len() > 1, "{text}");
    }
    // What a district's sectors lie in, the district lies in.
    for sector in gazetteer.sectors() {
        let of_district = gazetteer.authorities_of_district(sector.district());
        for share in gazetteer.authorities_of_sector(sector) {
            assert!(of_district.iter().any(|other| other.code == share.code), "{sector}");
        }
    }
    assert_eq!(gazetteer.authorities_of_district(District::parse("M88").unwrap()), []);
}

#[test]
fn several_districts_under_one_name() {
    let north = place("M");
    assert_eq!((north.precision, north.postcode_area), (Precision::PostcodeArea, PostcodeArea::parse("M").ok()));
    assert_eq!(north.authorities.first().map(|share| share.code), Some(lad(MANCHESTER)));
    let m14 = place("M14").point;
    assert!(distance_km(north.point, m14) < north.error_km);
    // SW1 is not a district any more, and people write it.
    let westminster = place("SW1");
    assert_eq!((westminster.label.as_str(), westminster.precision), ("SW1", Precision::PostcodeArea));
    assert!(distance_km(westminster.point, place("SW1A").point) < 3.0);
}

#[test]
fn a_full_postcode_as_exact_as_is_known() {
    let gazetteer = Gazetteer::embedded();
    let parsed = parse("m145rq").unwrap();
    let row = exact("M14 5RQ", 53.4532, -2.2195, MANCHESTER);

    let found = gazetteer.resolve(&parsed, Some(&row), true).unwrap();
    assert_eq!((found.label.as_str(), found.precision, found.error_km), ("M14 5RQ", Precision::Postcode, 0.1));
    assert_eq!(
        (found.point, found.authority(), found.nation),
        (row.point, Some(lad(MANCHESTER)), Some(Nation::England))
    );
    assert_eq!((found.postcode, found.sector, found.notes), (Some(row.postcode), Sector::parse("M14 5").ok(), vec![]));

    let by_sector = gazetteer.resolve(&parsed, None, false).unwrap();
    assert_eq!((by_sector.precision, by_sector.postcode), (Precision::Sector, Some(row.postcode)));
    assert_eq!(by_sector.notes, [PlaceNote::PostcodesNotLoaded]);
    assert_eq!(by_sector.label, "M14 5RQ");

    // Loaded, and not there: its letters stand for nothing any more.
    let retired = gazetteer.resolve(&parsed, None, true).unwrap();
    assert_eq!((retired.precision, retired.postcode), (Precision::Sector, None));
    assert_eq!(retired.notes, [PlaceNote::NotInUse { postcode: row.postcode }]);
    assert_eq!(
        retired.notes[0].message(),
        "M14 5RQ is not a postcode in use: retired, very new, or mistyped. Placed by its first part."
    );
    // A row of another postcode is no answer for this one.
    let other = exact("M1 1AE", 53.48, -2.23, MANCHESTER);
    assert_eq!(gazetteer.resolve(&parsed, Some(&other), true), Ok(retired));

    // A sector that there is none of falls back to its district, a district of which there is none is an error.
    let no_sector = parse("M14 9ZZ").unwrap();
    let by_district = gazetteer.resolve(&no_sector, None, true).unwrap();
    assert_eq!((by_district.precision, by_district.sector), (Precision::District, None));
    assert_eq!(by_district.notes.len(), 2);
    assert_eq!(gazetteer.resolve(&parse("M88 1AA").unwrap(), None, true).unwrap_err().code(), "UNKNOWN_POSTCODE");
    // Unless the table of those in use knows better than the embedded ones.
    let new_district = exact("M88 1AA", 53.4532, -2.2195, MANCHESTER);
    let found = gazetteer.resolve(&parse("M88 1AA").unwrap(), Some(&new_district), true).unwrap();
    assert_eq!((found.precision, found.label.as_str(), found.notes), (Precision::Postcode, "M88 1AA", vec![]));

    // An authority younger than this release: the sector's are given, and it is said.
    let young = exact("M14 5RQ", 53.4532, -2.2195, "E06999999");
    let found = gazetteer.resolve(&parsed, Some(&young), true).unwrap();
    assert_eq!(found.authority(), Some(lad(MANCHESTER)));
    assert_eq!(found.notes, [PlaceNote::UnknownAuthority { code: lad("E06999999") }]);
    // One whose code was changed is the same authority.
    let sheffield = exact("S1 2HH", 53.3804, -1.4699, "E08000019");
    let found = gazetteer.resolve(&parse("S1 2HH").unwrap(), Some(&sheffield), true).unwrap();
    assert_eq!(found.authority(), Some(lad("E08000039")));
}

#[test]
fn coordinates_say_what_they_cannot_tell() {
    let gazetteer = Gazetteer::embedded();
    // Deep in Manchester every sector around is Manchester's.
    let sure = place("53.45,-2.22");
    assert_eq!((sure.precision, sure.authority(), sure.error_km), (Precision::Coordinates, Some(lad(MANCHESTER)), 0.1));
    assert_eq!((sure.postcode, sure.sector, sure.district), (None, None, None));
    // Beside the Irwell it may be Manchester's or Salford's.
    let river = place("53.4830,-2.2500");
    let codes: Vec<&str> = river.authorities.iter().map(|share| share.code.as_str()).collect();
    assert!(codes.contains(&MANCHESTER) && codes.contains(&"E08000006"), "{codes:?}");
    assert_eq!(river.authority(), None);
    // A postcode within a hundred metres settles it, one further off does not.
    let beside = exact("M3 5AS", 53.4834, -2.2507, "E08000006");
    let parsed = parse("53.4830,-2.2500").unwrap();
    let settled = gazetteer.resolve(&parsed, Some(&beside), true).unwrap();
    assert_eq!(settled.authority(), Some(lad("E08000006")));
    assert!(matches!(settled.notes.as_slice(), [PlaceNote::NearestPostcode { .. }]), "{:?}", settled.notes);
    let far = exact("M3 5AS", 53.4850, -2.2507, "E08000006");
    assert_eq!(gazetteer.resolve(&parsed, Some(&far), true).unwrap().authority(), None);
    // A loch in the Highlands is in the United Kingdom, the middle of the Irish Sea is not.
    assert_eq!(place("57.4,-5.0").nation, Some(Nation::Scotland));
    assert_eq!(problem("53.8,-5.2").code(), "OUTSIDE_UK");
    let near = gazetteer.near(Point::new(53.45434, -2.21928).unwrap()).unwrap();
    assert_eq!((near.nearest_sector.as_str(), near.beyond_postcodes), ("M14 5", false));
    assert!(near.distance_km < 0.01);
}

fn texts() -> impl Strategy<Value = String> {
    let code = "[A-Za-z]{1,2}[0-9OIL]{0,2}[A-Za-z]? {0,2}[0-9OIlS]{0,2}[A-Za-z]{0,2}";
    let words = prop::sample::select(vec![
        "Ashford",
        "Kent",
        "Newcastle",
        "upon",
        "Tyne",
        "St",
        "Saint",
        "M14",
        "5RQ",
        "JE2",
        ",",
        "(",
        ")",
        ";",
        "in",
        "-",
        "'",
        "ŵ",
        "53.4",
        "-2.2",
        "co",
        "county",
        "and",
        "\u{0}",
        "\u{202e}",
        "İ",
        "ß",
        "BFPO",
        "UK",
    ]);
    prop_oneof![
        any::<String>(),
        code,
        "[-+0-9.,;° NSEWe]{0,24}",
        prop::collection::vec(words, 0..8).prop_map(|words| words.join(" ")),
        "\\PC{0,200}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    /// Anything at all is placed or refused, and both are sane.
    #[test]
    fn any_text_is_placed_or_refused(text in texts(), loaded in any::<bool>()) {
        match parse(&text).and_then(|parsed| Gazetteer::embedded().resolve(&parsed, None, loaded)) {
            Ok(place) => {
                prop_assert!(place.point.in_uk_box());
                prop_assert!(!place.label.is_empty() && place.error_km > 0.0 && place.furthest_km >= place.error_km);
                let total: f64 = place.authorities.iter().map(|share| share.share).sum();
                prop_assert!((total - 1.0).abs() < 1e-9);
                prop_assert!(place.authorities.iter().all(|share| share.share > 0.0));
            }
            Err(problem) => {
                let told = problem.to_string();
                prop_assert!(!told.chars().any(char::is_control) && told.chars().count() < 2_000, "{}", told);
                prop_assert!(problem.suggestions().len() <= 12);
            }
        }
    }

    /// A written code reads back as itself, however it is spaced and cased.
    #[test]
    fn codes_read_back(text in "[A-Z]{1,2}[0-9][0-9A-Z]?[0-9][A-Z]{2}", gap in 0_usize..4) {
        if let Ok(code) = Postcode::parse(&text) {
            let (outward, inward) = text.split_at(text.len() - 3);
            prop_assert_eq!(code.to_string(), format!("{outward} {inward}"));
            let spaced = format!(" {}{}{} ", outward.to_lowercase(), " ".repeat(gap), inward);
            prop_assert_eq!(Postcode::parse(&spaced), Ok(code));
            prop_assert_eq!(Sector::parse(code.sector().as_str()), Ok(code.sector()));
            prop_assert_eq!(District::parse(code.district().as_str()), Ok(code.district()));
            prop_assert!(code.as_str().starts_with(code.sector().as_str()) && code.as_str().starts_with(code.area().as_str()));
        }
    }
}
