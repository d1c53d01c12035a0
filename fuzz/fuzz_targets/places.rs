//! What people type for a place, the table of every postcode, and areas by word or drawn as GeoJSON.

#![no_main]

use std::io::{self, Read};

use entity::enums::AreaKind;
use libfuzzer_sys::fuzz_target;
use signpost::places::{
    CoveredArea, District, Gazetteer, MAX_PLACE_CHARS, Parsed, PlaceProblem, Point, Postcode, PostcodeArea,
    PostcodeText, Region, Sector, covers, parse, read_postcodes, resolve_words,
};

/// Gives so many bytes at a time.
struct Dribble<'a>(&'a [u8], usize);

impl Read for Dribble<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(self.1);
        let count = self.0.read(&mut buffer[..most])?;
        Ok(count)
    }
}

fn check_postcode(code: PostcodeText) {
    let written = code.to_string();
    assert_eq!(PostcodeText::parse(&written), Some(code), "{written} does not read back");
    for spelling in [written.to_lowercase(), format!("\t{written} "), written.replace(' ', "  ")] {
        assert_eq!(PostcodeText::parse(&spelling), Some(code), "{spelling:?} is not {written}");
    }
    let canonical = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    let mut parts = written.split(' ');
    assert!(parts.next().is_some_and(|part| (1..=4).contains(&part.len()) && part.chars().all(canonical)), "{written}");
    assert!(parts.next().is_none_or(|part| [1, 3].contains(&part.len()) && part.chars().all(canonical)), "{written}");
    assert_eq!(parts.next(), None, "{written}");
    let (sector, district) = match code {
        PostcodeText::Full(full) => {
            assert_eq!(Postcode::parse(&written), Ok(full));
            // Without its space it can be nothing else.
            assert_eq!(PostcodeText::parse(&written.replace(' ', "")), Some(code));
            assert!(written.starts_with(full.sector().as_str()) && full.area() == full.district().area());
            (Some(full.sector()), Some(full.district()))
        }
        PostcodeText::Sector(sector) => (Some(sector), Some(sector.district())),
        PostcodeText::District(district) => (None, Some(district)),
        PostcodeText::Area(area) => {
            assert_eq!(PostcodeArea::parse(&written), Ok(area));
            (None, None)
        }
    };
    for sector in sector {
        assert_eq!(Sector::parse(sector.as_str()), Ok(sector));
    }
    for district in district {
        assert_eq!(District::parse(district.as_str()), Ok(district));
        assert_eq!(PostcodeArea::parse(district.area().as_str()), Ok(district.area()));
    }
}

fn check_point(point: Point) {
    assert!(point.in_uk_box() && (49.0..=61.0).contains(&point.lat()) && (-9.0..=2.0).contains(&point.lon()));
    let written = format!("{}, {}", point.lat(), point.lon());
    assert_eq!(parse(&written), Ok(Parsed::Coordinates(point)), "{written}");
}

/// Whatever a message offers instead can be sent back.
fn check_problem(problem: &PlaceProblem) {
    let told = problem.to_string();
    assert!(!told.is_empty() && told.len() < 4_000, "{told}");
    let ours = |text: &str| assert!(parse(text).is_ok(), "{text:?} was suggested in {told:?}, and is refused");
    match problem {
        PlaceProblem::Malformed { suggestion, .. }
        | PlaceProblem::UnknownPostcode { suggestion, .. }
        | PlaceProblem::OutsideUk { suggestion, .. } => suggestion.iter().for_each(|text| ours(text)),
        PlaceProblem::HalfTyped { examples, .. } => examples.iter().for_each(|text| ours(text)),
        PlaceProblem::UnknownPlace { suggestions, .. } => suggestions.iter().for_each(|text| ours(text)),
        PlaceProblem::Ambiguous { candidates, .. } => {
            assert!(candidates.len() > 1, "{told}");
            for candidate in candidates {
                let parsed = parse(&candidate.key).unwrap_or_else(|refused| panic!("{:?}: {refused}", candidate.key));
                let found = Gazetteer::embedded().resolve(&parsed, None, false);
                let found = found.unwrap_or_else(|refused| panic!("{:?}: {refused}", candidate.key));
                assert_eq!(found.point, candidate.point, "{:?} is another place", candidate.key);
            }
        }
        PlaceProblem::Empty
        | PlaceProblem::TooLong { .. }
        | PlaceProblem::CrownDependency { .. }
        | PlaceProblem::NonGeographic { .. }
        | PlaceProblem::TooBroad { .. } => {}
    }
}

fn check_text(text: &str) {
    if let Some(code) = PostcodeText::parse(text) {
        check_postcode(code);
    }
    let parsed = parse(text);
    assert_eq!(
        parse(text),
        parse(&format!(" {text}")).or_else(|refused| match refused {
            // One character more may be one too many.
            PlaceProblem::TooLong { .. } => parse(text),
            refused => Err(refused),
        })
    );
    let parsed = match parsed {
        Ok(parsed) => parsed,
        Err(problem) => {
            let too_long = matches!(problem, PlaceProblem::TooLong { .. });
            assert_eq!(too_long, text.chars().count() > MAX_PLACE_CHARS);
            return check_problem(&problem);
        }
    };
    match &parsed {
        Parsed::Postcode(code) => {
            check_postcode(*code);
            assert_eq!(parse(&code.to_string()).as_ref(), Ok(&parsed));
        }
        Parsed::Coordinates(point) => check_point(*point),
        Parsed::Name(query) => assert!(!query.text().is_empty()),
    }
    match Gazetteer::embedded().resolve(&parsed, None, false) {
        Ok(place) => {
            assert!(!place.label.is_empty() && place.point.in_uk_box());
            assert!(place.error_km > 0.0 && place.error_km <= place.furthest_km, "{place:?}");
            let shares: f64 = place.authorities.iter().map(|authority| authority.share).sum();
            assert!(!place.authorities.is_empty() && (shares - 1.0).abs() < 1e-3, "{place:?}");
        }
        Err(problem) => check_problem(&problem),
    }
}

fn check_table(bytes: &[u8], step: usize) {
    let collect = |rows: &mut dyn Iterator<Item = _>| rows.map(|row| format!("{row:?}")).collect::<Vec<_>>();
    let mut rows = read_postcodes(bytes);
    let whole = collect(&mut rows);
    let mut slowly = read_postcodes(Dribble(bytes, step));
    let pieces = collect(&mut slowly);
    // How much is read of damaged gzip before it shows depends on the pieces.
    if !whole.iter().chain(&pieces).any(|row| row.contains("Unreadable")) {
        assert_eq!(pieces, whole, "{step} bytes at a time");
        assert_eq!((rows.line(), rows.bytes(), rows.skipped()), (slowly.line(), slowly.bytes(), slowly.skipped()));
    }
    for row in read_postcodes(bytes) {
        match row {
            Ok(row) => {
                check_postcode(PostcodeText::Full(row.postcode));
                assert!(row.point.in_uk_box());
            }
            Err(problem) => assert!(problem.line > 0 && problem.to_string().len() < 1_000, "{problem}"),
        }
    }
}

fn check_region(text: &str) {
    let here = Point::new(53.45, -2.22).expect("a point");
    match Region::parse(text) {
        Ok(region) => {
            let distance = region.edge_distance_km(here);
            assert!(distance >= 0.0, "{distance} km");
            if region.contains(here) {
                let all = r#"{"type":"FeatureCollection","features":[{"type":"Feature","geometry":"#;
                let again = Region::parse(&format!("{all}{text}}}]}}"));
                assert!(!matches!(&again, Ok(again) if !again.contains(here)), "a collection of it holds less");
            }
        }
        Err(refused) => assert!(!refused.to_string().is_empty()),
    }
}

fn check_area(kind: u8, text: &str) {
    let kind = AreaKind::ALL[usize::from(kind) % AreaKind::ALL.len()];
    let manchester = Gazetteer::embedded().resolve(&parse("M14 5RQ").expect("a postcode"), None, false);
    let manchester = manchester.expect("a place");
    match CoveredArea::compile(kind, text) {
        Ok(area) => {
            assert!(!area.label().is_empty() && area.kind() == kind);
            if kind == AreaKind::Geojson {
                // A drawing is not kept a second time as text.
                return;
            }
            let again = CoveredArea::compile(kind, area.value()).expect("its own value is refused");
            assert_eq!((again.value(), again.label()), (area.value(), area.label()));
            assert_eq!(covers(std::slice::from_ref(&area), &manchester), covers(&[again], &manchester));
        }
        Err(refused) => assert!(refused.to_string().len() < 1_000, "{refused}"),
    }
    if let Some(areas) = resolve_words(text) {
        covers(&areas, &manchester);
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((form, rest)) = data.split_first() else { return };
    let text = String::from_utf8_lossy(rest);
    match form {
        b't' => check_table(rest, usize::from(rest.first().copied().unwrap_or(0) % 7) + 1),
        b'r' => check_region(&text),
        b'0'..=b'9' => check_area(form - b'0', &text),
        _ => check_text(&text),
    }
});
