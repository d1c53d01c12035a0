//! Distances, boxes and areas drawn on the map, against slow and obvious oracles.

use proptest::prelude::*;
use signpost::places::{BoundingBox, Point, PointProblem, Region, RegionProblem, distance_km, least_km};

fn at(lat: f64, lon: f64) -> Point {
    Point::new(lat, lon).unwrap()
}

#[test]
fn points_are_on_the_earth() {
    assert_eq!(Point::new(90.1, 0.0), Err(PointProblem::Latitude));
    assert_eq!(Point::new(f64::NAN, 0.0), Err(PointProblem::Latitude));
    assert_eq!(Point::new(0.0, f64::INFINITY), Err(PointProblem::Longitude));
    assert!(Point::new(-90.0, 180.0).is_ok());
}

#[test]
fn what_is_no_point_is_not_read_as_one() {
    let read = |text: &str| serde_json::from_str::<Point>(text);
    let written = serde_json::to_string(&at(53.48, -2.24)).unwrap();
    assert_eq!(read(&written).unwrap(), at(53.48, -2.24));
    for (text, why) in [
        (r#"{"lat":90.1,"lon":0.0}"#, "the latitude must be a number from -90 to 90"),
        (r#"{"lat":0.0,"lon":-180.5}"#, "the longitude must be a number from -180 to 180"),
    ] {
        let error = read(text).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
    // In the form of the kept index too, where no text says what is what.
    let bytes = postcard::to_stdvec(&(f64::NAN, 0.0)).unwrap();
    assert!(postcard::from_bytes::<Point>(&bytes).is_err());
    let bytes = postcard::to_stdvec(&at(53.48, -2.24)).unwrap();
    assert_eq!(postcard::from_bytes::<Point>(&bytes).unwrap(), at(53.48, -2.24));
}

#[test]
fn distances_are_those_of_the_sphere() {
    // Manchester to London by the published coordinates of both; a degree of latitude; half way round.
    assert!((distance_km(at(53.4808, -2.2426), at(51.5074, -0.1278)) - 262.0).abs() < 1.0);
    assert!((distance_km(at(53.0, 0.0), at(54.0, 0.0)) - 111.195).abs() < 0.01);
    assert!((distance_km(at(0.0, 0.0), at(0.0, 180.0)) - 20_015.1).abs() < 0.1);
    assert_eq!(distance_km(at(53.0, -2.0), at(53.0, -2.0)), 0.0);
}

const SQUARE: &str = r#"{"type":"Polygon","coordinates":[[[-3,53],[-2,53],[-2,54],[-3,54],[-3,53]],
    [[-2.6,53.4],[-2.4,53.4],[-2.4,53.6],[-2.6,53.6],[-2.6,53.4]]]}"#;

#[test]
fn areas_hold_their_edges_and_not_their_holes() {
    let region = Region::parse(SQUARE).unwrap();
    for (lat, lon, inside) in [
        (53.2, -2.2, true),
        (53.5, -2.5, false),
        (52.9, -2.5, false),
        (53.5, -1.9, false),
        (53.0, -2.5, true),
        (54.0, -3.0, true),
        (53.5, -2.0, true),
        (53.4, -2.5, true),
        (53.5, -2.6, true),
        (53.4, -2.4, true),
    ] {
        assert_eq!(region.contains(at(lat, lon)), inside, "{lat},{lon}");
    }
    // To the hole's edge from its middle: a tenth of a degree of longitude at 53.5 north.
    assert!((region.edge_distance_km(at(53.5, -2.5)) - 6.61).abs() < 0.05);
    assert!((region.edge_distance_km(at(52.9, -2.5)) - 11.12).abs() < 0.05);
    assert_eq!(region.edge_distance_km(at(53.0, -2.5)), 0.0);
}

#[test]
fn every_form_of_area_is_read() {
    let far = r#"{"type":"MultiPolygon","coordinates":[[[[-3,53],[-2,53],[-2,54],[-3,53]]],[[[0,51],[1,51],[1,52],[0,51]]]]}"#;
    let many = Region::parse(far).unwrap();
    assert!(many.contains(at(53.2, -2.2)) && many.contains(at(51.2, 0.8)) && !many.contains(at(52.5, -1.0)));
    for wrapped in [
        format!(r#"{{"type":"Feature","properties":null,"geometry":{SQUARE}}}"#),
        format!(r#"{{"type":"GeometryCollection","geometries":[{SQUARE}]}}"#),
        format!(r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","geometry":{SQUARE}}}]}}"#),
    ] {
        assert_eq!(Region::parse(&wrapped), Region::parse(SQUARE), "{wrapped}");
    }
    // A third number is the height.
    assert!(Region::parse(r#"{"type":"Polygon","coordinates":[[[-3,53,9],[-2,53,9],[-2,54,9],[-3,53,9]]]}"#).is_ok());
}

#[test]
fn what_is_no_area_is_refused_with_its_reason() {
    let polygon = |ring: &str| Region::parse(&format!(r#"{{"type":"Polygon","coordinates":[{ring}]}}"#)).unwrap_err();
    assert_eq!(polygon("[[-3,53],[-2,53],[-3,53]]"), RegionProblem::RingTooShort);
    assert_eq!(polygon("[[-3,53],[-2,53],[-2,54],[-3,54]]"), RegionProblem::RingNotClosed);
    assert_eq!(polygon(""), RegionProblem::Empty);
    assert_eq!(polygon("[[53,-3],[53,-2],[54,-2],[53,-3]]"), RegionProblem::OutsideUk);
    for ring in [
        "[[-300,53],[-2,53],[-2,54],[-300,53]]",
        "[[-3],[-2],[-2],[-3]]",
        "[[-3,53,1,1],[-2,53,1,1],[-2,54,1,1],[-3,53,1,1]]",
        r#"[["-3",53],[-2,53],[-2,54],["-3",53]]"#,
        "7",
        "[1,2,3,4]",
    ] {
        assert!(matches!(polygon(ring), RegionProblem::Malformed { member: "coordinates", .. }), "{ring}");
    }
    let refused = |text: &str| Region::parse(text).unwrap_err();
    assert!(matches!(refused("{"), RegionProblem::NotJson { .. }));
    assert!(matches!(refused("[1e999]"), RegionProblem::NotJson { .. }));
    assert!(matches!(refused(&"[".repeat(100_000)), RegionProblem::NotJson { .. }));
    assert!(matches!(refused("[]"), RegionProblem::Malformed { member: "type", .. }));
    assert!(matches!(
        refused(r#"{"type":"Feature","geometry":null}"#),
        RegionProblem::Malformed { member: "geometry", .. }
    ));
    assert_eq!(
        refused(r#"{"type":"Point","coordinates":[-2,53]}"#),
        RegionProblem::NotAnArea { kind: "Point".to_owned() }
    );
    assert_eq!(refused(r#"{"type":"FeatureCollection","features":[]}"#), RegionProblem::Empty);
    let mut nested = SQUARE.to_owned();
    for _ in 0..9 {
        nested = format!(r#"{{"type":"GeometryCollection","geometries":[{nested}]}}"#);
    }
    assert!(matches!(refused(&nested), RegionProblem::TooDeep { .. }));
    assert!(matches!(refused(&" ".repeat(5_000_000)), RegionProblem::TooLong { .. }));
    let ring = vec!["[-3,53]"; 100_001].join(",");
    assert!(matches!(polygon(&format!("[{ring}]")), RegionProblem::TooManyCorners { .. }));
}

/// Corners on a lattice of tenths of a degree, each with an exact number behind it.
type Lattice = (i64, i64);

fn degrees((x, y): Lattice) -> (f64, f64) {
    (-4.0 + x as f64 / 8.0, 52.0 + y as f64 / 8.0)
}

fn region_of(corners: &[Lattice]) -> Option<Region> {
    let mut ring: Vec<String> =
        corners.iter().map(|c| degrees(*c)).map(|(lon, lat)| format!("[{lon},{lat}]")).collect();
    ring.push(ring.first()?.clone());
    Region::parse(&format!(r#"{{"type":"Polygon","coordinates":[[{}]]}}"#, ring.join(","))).ok()
}

/// Whether a point is inside or on the edge by even and odd, in whole numbers: the parity of the edges that lie to its
/// east, each weighed as a half-open span of rows.
fn oracle(corners: &[Lattice], (px, py): Lattice) -> bool {
    let mut inside = false;
    for (i, (x1, y1)) in corners.iter().copied().enumerate() {
        let (x2, y2) = corners[(i + 1) % corners.len()];
        let cross = (x2 - x1) * (py - y1) - (y2 - y1) * (px - x1);
        let in_span = px >= x1.min(x2) && px <= x1.max(x2) && py >= y1.min(y2) && py <= y1.max(y2);
        if cross == 0 && in_span {
            return true;
        }
        if y1 <= py && y2 > py && cross > 0 || y2 <= py && y1 > py && cross < 0 {
            inside = !inside;
        }
    }
    inside
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn inside_and_outside_as_the_oracle_says(corners in prop::collection::vec((0_i64..12, 0_i64..12), 3..9)) {
        let region = region_of(&corners).unwrap();
        for x in -1..13 {
            for y in -1..13 {
                let (lon, lat) = degrees((x, y));
                prop_assert_eq!(region.contains(at(lat, lon)), oracle(&corners, (x, y)), "{},{} in {:?}", x, y, corners);
            }
        }
    }

    /// The distance to the edge is never more than to any point that lies on it, nor less than by the error it owns to.
    #[test]
    fn the_edge_is_as_far_as_its_nearest_point(
        corners in prop::collection::vec((0_i64..12, 0_i64..12), 3..7),
        lat in 51.5..54.5_f64,
        lon in -5.0..-2.0_f64,
    ) {
        let region = region_of(&corners).unwrap();
        let found = region.edge_distance_km(at(lat, lon));
        let mut nearest = f64::INFINITY;
        for (i, from) in corners.iter().enumerate() {
            let (from, to) = (degrees(*from), degrees(corners[(i + 1) % corners.len()]));
            for step in 0..=2_000 {
                let along = f64::from(step) / 2_000.0;
                let on_edge = at(from.1 + (to.1 - from.1) * along, from.0 + (to.0 - from.0) * along);
                nearest = nearest.min(distance_km(at(lat, lon), on_edge));
            }
        }
        prop_assert!((found - nearest).abs() <= 0.02 * nearest + 0.06, "{} for {}", found, nearest);
    }

    #[test]
    fn a_box_around_a_circle_holds_it(
        lat in -89.0..89.0_f64, lon in -180.0..180.0_f64, km in 0.0..3_000.0_f64,
        lat_off in -30.0..30.0_f64, lon_off in -60.0..60.0_f64,
    ) {
        let bounds = BoundingBox::around(at(lat, lon), km);
        prop_assert!(bounds.contains(at(lat, lon)));
        if let Ok(other) = Point::new(lat + lat_off, lon + lon_off)
            && distance_km(at(lat, lon), other) <= km
        {
            prop_assert!(bounds.contains(other), "{:?} not in {:?}", other, bounds);
        }
    }

    #[test]
    fn distance_is_a_distance(a in (-90.0..90.0_f64, -180.0..180.0_f64), b in (-90.0..90.0_f64, -180.0..180.0_f64)) {
        let (a, b) = (at(a.0, a.1), at(b.0, b.1));
        prop_assert!((distance_km(a, b) - distance_km(b, a)).abs() < 1e-9);
        prop_assert!((0.0..=20_015.2).contains(&distance_km(a, b)));
        prop_assert!(least_km(a, b) <= distance_km(a, b), "what is passed over for its latitude is too far");
        prop_assert!(least_km(a, b) > 110.0 * (a.lat() - b.lat()).abs() - 0.001, "and nearly all of it is");
    }

    #[test]
    fn any_text_is_an_area_or_refused(text in any::<String>(), cut in 0..SQUARE.len()) {
        let _ = Region::parse(&text);
        prop_assert!(Region::parse(&SQUARE[..cut]).is_err());
    }
}
