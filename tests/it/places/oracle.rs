//! Containment against brute force: what a place's answer says must hold of every postcode that the place can mean.

use std::f64::consts::TAU;
use std::fs::File;

use entity::enums::AreaKind;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use signpost::places::{
    Coverage, District, ExactPostcode, Gazetteer, LadCode, Parsed, Point, PostcodeText, Region, ResolvedPlace, Sector,
    covers, distance_km, read_postcodes,
};

use super::coverage::area;
use super::exact;

/// Whether one area holds one live postcode: the rule, as plainly as it can be said.
fn holds(kind: AreaKind, value: &str, drawn: Option<&Region>, row: &ExactPostcode) -> bool {
    let authority = Gazetteer::embedded().authority(row.lad_code).unwrap();
    match kind {
        AreaKind::Postcode => row.postcode.as_str() == value,
        AreaKind::Sector => row.postcode.as_str().starts_with(value),
        AreaKind::District => row.postcode.as_str().split(' ').next() == Some(value),
        AreaKind::LocalAuthority => row.lad_code.as_str() == value,
        AreaKind::CombinedAuthority => authority.combined == Some(value),
        AreaKind::Region => authority.region == value,
        AreaKind::Nation => authority.nation.name() == value,
        AreaKind::UnitedKingdom => true,
        AreaKind::Geojson => drawn.unwrap().contains(row.point),
        AreaKind::Text => unreachable!("not drawn at random"),
    }
}

/// A place's answer must be that of every postcode it can mean; and unknown only where these differ or where no table
/// could tell.
fn agrees(place: &ResolvedPlace, kind: AreaKind, value: &str, rows: &[&ExactPostcode]) -> Result<(), String> {
    let compiled = area(kind, value);
    let drawn = (kind == AreaKind::Geojson).then(|| Region::parse(value).unwrap());
    let inside = rows.iter().filter(|row| holds(kind, value, drawn.as_ref(), row)).count();
    let answer = covers(&[compiled], place);
    let by_authority = matches!(
        kind,
        AreaKind::LocalAuthority
            | AreaKind::CombinedAuthority
            | AreaKind::Region
            | AreaKind::Nation
            | AreaKind::UnitedKingdom
    );
    let fits = match answer {
        Coverage::Inside { .. } => inside == rows.len(),
        Coverage::Outside => inside == 0,
        // Authorities are known for all that a code can mean, so there unknown has to have its reason.
        Coverage::Unknown { .. } => {
            let coded = place.district.is_some();
            !(by_authority && coded) || (inside > 0 && inside < rows.len())
        }
    };
    if fits {
        Ok(())
    } else {
        Err(format!("{}: {kind:?} {value}: {answer:?}, {inside} of {}", place.label, rows.len()))
    }
}

/// Areas worth asking about a handful of rows: those that hold one of them, their neighbours, and drawings about them.
fn random_area(rng: &mut TestRng, rows: &[&ExactPostcode], others: &[LadCode]) -> (AreaKind, String) {
    let mut below = |most: usize| rng.random_range_usize(most);
    let row = rows[below(rows.len())];
    let code = if below(3) == 0 { others[below(others.len())] } else { row.lad_code };
    let authority = Gazetteer::embedded().authority(code).unwrap();
    match below(9) {
        0 => (AreaKind::Postcode, row.postcode.to_string()),
        1 => (AreaKind::Sector, row.postcode.sector().to_string()),
        2 => (AreaKind::District, row.postcode.district().to_string()),
        3 | 4 => (AreaKind::LocalAuthority, code.to_string()),
        5 => match authority.combined {
            Some(combined) => (AreaKind::CombinedAuthority, combined.to_owned()),
            None => (AreaKind::Nation, authority.nation.name().to_owned()),
        },
        6 if authority.region != authority.nation.name() => (AreaKind::Region, authority.region.to_owned()),
        6 => (AreaKind::Nation, authority.nation.name().to_owned()),
        _ => {
            let (lat, lon) = (row.point.lat(), row.point.lon());
            let size = [0.002, 0.02, 0.1, 0.5][below(4)];
            let corners: Vec<String> = (0..5)
                .map(|i| {
                    let angle = (f64::from(i) + 0.1 * below(8) as f64) * TAU / 5.0;
                    format!("[{},{}]", lon + size * angle.cos() * 1.6, lat + size * angle.sin())
                })
                .collect();
            (
                AreaKind::Geojson,
                format!(r#"{{"type":"Polygon","coordinates":[[{},{}]]}}"#, corners.join(","), corners[0]),
            )
        }
    }
}

trait Below {
    fn random_range_usize(&mut self, below: usize) -> usize;
}

impl Below for TestRng {
    fn random_range_usize(&mut self, below: usize) -> usize {
        self.next_u64() as usize % below
    }
}

/// Every way in which a set of live postcodes of one district can be asked about.
fn places_of(rows: &[ExactPostcode]) -> Vec<(ResolvedPlace, Vec<&ExactPostcode>)> {
    let gazetteer = Gazetteer::embedded();
    let resolve = |code| gazetteer.resolve(&Parsed::Postcode(code), None, false).unwrap();
    let district = rows[0].postcode.district();
    let mut places = vec![(resolve(PostcodeText::District(district)), rows.iter().collect())];
    let mut sectors: Vec<Sector> = rows.iter().map(|row| row.postcode.sector()).collect();
    sectors.dedup();
    for sector in sectors {
        let inside = rows.iter().filter(|row| row.postcode.sector() == sector).collect();
        places.push((resolve(PostcodeText::Sector(sector)), inside));
    }
    for row in rows.iter().step_by(rows.len() / 5 + 1) {
        let full = Parsed::Postcode(PostcodeText::Full(row.postcode));
        places.push((gazetteer.resolve(&full, Some(row), true).unwrap(), vec![row]));
        places.push((gazetteer.resolve(&Parsed::Coordinates(row.point), None, true).unwrap(), vec![row]));
    }
    places
}

/// Whether the table says the same of this row as the row itself; made-up rows are made so.
fn check(rows: &[ExactPostcode], rng: &mut TestRng, rounds: usize) -> Result<usize, String> {
    let others: Vec<LadCode> = Gazetteer::embedded().authorities().iter().map(|authority| authority.code).collect();
    let mut asked = 0;
    for (place, rows) in places_of(rows) {
        for _ in 0..rounds {
            let (kind, value) = random_area(rng, &rows, &others);
            agrees(&place, kind, &value, &rows)?;
            asked += 1;
        }
    }
    Ok(asked)
}

/// Made-up postcodes that keep to the embedded tables: in each sector one in every authority it has, at random points
/// no further from its middle than its furthest, and within the United Kingdom.
fn made_up(district: District, angles: &[f64]) -> Vec<ExactPostcode> {
    let gazetteer = Gazetteer::embedded();
    let mut rows = Vec::new();
    for sector in gazetteer.sectors().filter(|sector| sector.district() == district) {
        let ground = gazetteer.sector(sector).unwrap();
        let whole = gazetteer.district(district).unwrap();
        for (n, share) in ground.authorities.iter().enumerate() {
            let angle = angles[(rows.len() + n) % angles.len()];
            let reach = ground.furthest_km * (angle * 7.0).fract() / 111.3;
            let lat = ground.point.lat() + reach * angle.sin();
            let lon = ground.point.lon() + reach * angle.cos() / ground.point.lat().to_radians().cos();
            let point = Point::new(lat, lon).unwrap();
            let unit = ["AA", "BB", "DD", "EE", "FF", "GG", "HH", "JJ", "LL"][n % 9];
            // The tables' circles reach beyond the last islands into the sea, where no postcode is.
            if point.in_uk_box() && distance_km(point, whole.point) <= whole.furthest_km {
                rows.push(exact(&format!("{sector}{unit}"), lat, lon, share.code.as_str()));
            }
        }
    }
    rows
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    /// Sound against every made-up postcode that a place can mean.
    #[test]
    fn answers_hold_for_every_postcode_that_is_meant(
        at in 0_usize..2_947,
        angles in prop::collection::vec(0.0..TAU, 5..12),
        seed in any::<[u8; 32]>(),
    ) {
        let rows = made_up(Gazetteer::embedded().districts().nth(at).unwrap(), &angles);
        if !rows.is_empty() {
            let mut rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
            // Made-up rows do not fill every authority of the district evenly; one-sided answers are checked, and that
            // unknown has a reason is left to the real table below.
            for (place, rows) in places_of(&rows) {
                let others: Vec<LadCode> = Gazetteer::embedded().authorities().iter().map(|authority| authority.code).collect();
                for _ in 0..6 {
                    let (kind, value) = random_area(&mut rng, &rows, &others);
                    let answer = covers(&[area(kind, &value)], &place);
                    if !matches!(answer, Coverage::Unknown { .. }) {
                        prop_assert_eq!(agrees(&place, kind, &value, &rows), Ok(()));
                    }
                }
            }
        }
    }
}

/// The same against every real postcode of one district in forty, and the whole table counted on the way.
#[test]
fn answers_hold_for_every_live_postcode() {
    let Ok(shared) = std::env::var("SIGNPOST_TEST_SHARED") else {
        eprintln!("SKIPPED coverage against the table of live postcodes: SIGNPOST_TEST_SHARED is not set");
        return;
    };
    let gazetteer = Gazetteer::embedded();
    let sampled: Vec<District> = gazetteer.districts().skip(7).step_by(40).collect();
    let mut table = read_postcodes(File::open(format!("{shared}/data/geo/postcodes_live.csv.gz")).unwrap());
    let mut groups: Vec<Vec<ExactPostcode>> = vec![Vec::new(); sampled.len()];
    let mut kept = 0_u64;
    for row in &mut table {
        let row = row.unwrap();
        kept += 1;
        if let Ok(at) = sampled.binary_search(&row.postcode.district()) {
            groups[at].push(row);
        }
    }
    let skipped = table.skipped();
    assert_eq!((skipped.retired, skipped.crown_dependency, skipped.without_position), (0, 11_262, 1_724));
    assert_eq!(kept + 11_262 + 1_724, 1_816_152);

    let mut rng = TestRunner::deterministic().new_rng();
    let mut asked = 0;
    for rows in &groups {
        asked += check(rows, &mut rng, 12).unwrap();
        // Coordinates never leave out the authority they are in.
        for row in rows.iter().step_by(rows.len() / 3 + 1) {
            let near = gazetteer.near(row.point).unwrap();
            assert!(near.authorities.iter().any(|share| share.code == row.lad_code), "{row:?}");
            assert!(!near.beyond_postcodes);
        }
        // What the tables say of the district is what its postcodes say.
        let district = rows[0].postcode.district();
        for share in gazetteer.authorities_of_district(district) {
            let inside = rows.iter().filter(|row| row.lad_code == share.code).count();
            assert!((share.share - inside as f64 / rows.len() as f64).abs() < 1e-9, "{district}");
        }
        let ground = gazetteer.district(district).unwrap();
        let far = rows.iter().map(|row| distance_km(row.point, ground.point));
        let within = far.clone().filter(|far| *far <= ground.within_km).count();
        assert!(
            within as f64 >= 0.95 * rows.len() as f64 && far.clone().all(|far| far <= ground.furthest_km),
            "{district}"
        );
    }
    assert!(asked > 10_000, "{asked}");
}
