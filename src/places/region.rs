//! Areas drawn as GeoJSON (RFC 7946): read once with every check, then asked whether they hold a point.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use super::geo::{BoundingBox, Point, UK_BOX};

/// The largest GeoJSON text that is read, bytes.
const MAX_BYTES: usize = 4 * 1024 * 1024;
/// The most corners that an area may have, all rings together.
const MAX_CORNERS: usize = 100_000;
/// How deep collections may lie in one another.
const MAX_DEPTH: usize = 8;
/// A point this near to an edge lies on it: degrees, about a tenth of a millimetre.
const ON_EDGE: f64 = 1e-9;
/// Length of a degree of latitude, km, on the sphere that distances here are measured on.
const KM_PER_DEGREE: f64 = 111.195;

/// An area of one or more polygons, each with its holes. Its edges belong to it, those of its holes too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Region {
    polygons: Vec<Polygon>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Polygon {
    bounds: BoundingBox,
    /// The outer ring first, then the holes.
    rings: Vec<Vec<Corner>>,
}

/// Longitude and latitude, as GeoJSON has them.
type Corner = [f64; 2];

/// Why a text is no area drawn as GeoJSON.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RegionProblem {
    /// Too long.
    #[error("the GeoJSON is longer than {limit} bytes: simplify the area")]
    TooLong {
        /// The most bytes.
        limit: usize,
    },
    /// Too many corners.
    #[error("the area has more than {limit} corners: simplify it")]
    TooManyCorners {
        /// The most corners.
        limit: usize,
    },
    /// Collections within collections within collections.
    #[error("collections lie more than {limit} deep in one another")]
    TooDeep {
        /// The most levels.
        limit: usize,
    },
    /// Not JSON at all.
    #[error("not JSON: {message}")]
    NotJson {
        /// What the reader says, with line and column.
        message: String,
    },
    /// A member is missing or of another form.
    #[error("expected `{member}` to be {expected}")]
    Malformed {
        /// The member.
        member: &'static str,
        /// What would be right.
        expected: &'static str,
    },
    /// A geometry that is no area.
    #[error("a {kind} is not an area: use Polygon, MultiPolygon, GeometryCollection, Feature or FeatureCollection")]
    NotAnArea {
        /// Its type, cut short if it is long.
        kind: String,
    },
    /// A ring of fewer than four positions.
    #[error("a ring needs at least four positions, the last the same as the first")]
    RingTooShort,
    /// A ring whose last position is not its first.
    #[error("a ring must end where it begins")]
    RingNotClosed,
    /// Nothing in it.
    #[error("the area is empty")]
    Empty,
    /// No part of it in the United Kingdom.
    #[error("the area lies outside the United Kingdom: positions are longitude first, then latitude")]
    OutsideUk,
}

impl Region {
    /// Reads a geometry, a feature, or a collection of either.
    pub fn parse(text: &str) -> Result<Self, RegionProblem> {
        if text.len() > MAX_BYTES {
            return Err(RegionProblem::TooLong { limit: MAX_BYTES });
        }
        // The reader itself refuses JSON nested too deep for the stack.
        let value: Value =
            serde_json::from_str(text).map_err(|error| RegionProblem::NotJson { message: error.to_string() })?;
        let mut reader = Reader::default();
        reader.read(&value, 0)?;
        if reader.polygons.is_empty() {
            return Err(RegionProblem::Empty);
        }
        if !reader.polygons.iter().any(|polygon| polygon.bounds.touches(&UK_BOX)) {
            return Err(RegionProblem::OutsideUk);
        }
        Ok(Self { polygons: reader.polygons })
    }

    /// Whether a point lies within it or on its edge.
    #[must_use]
    pub fn contains(&self, point: Point) -> bool {
        self.polygons.iter().any(|polygon| polygon.contains(point))
    }

    /// How far a point, within or without, is from the nearest edge, km. Good to some 2% up to a few hundred km.
    #[must_use]
    pub fn edge_distance_km(&self, point: Point) -> f64 {
        let rings = self.polygons.iter().flat_map(|polygon| &polygon.rings);
        let edges = rings.flat_map(|ring| ring.iter().zip(ring.iter().skip(1)));
        let squares = edges.map(|(from, to)| edge_distance_squared(point, *from, *to));
        squares.min_by(f64::total_cmp).unwrap_or(f64::INFINITY).sqrt()
    }
}

impl Polygon {
    fn contains(&self, point: Point) -> bool {
        if !self.bounds.contains(point) {
            return false;
        }
        let mut inside = false;
        for (from, to) in self.rings.iter().flat_map(|ring| ring.iter().zip(ring.iter().skip(1))) {
            if on_edge(point, *from, *to) {
                return true;
            }
            // A ray to the east: each edge that it crosses, of outer ring and holes alike, changes sides.
            let ([x1, y1], [x2, y2]) = (*from, *to);
            if (y1 > point.lat()) != (y2 > point.lat()) && point.lon() < (x2 - x1) * (point.lat() - y1) / (y2 - y1) + x1
            {
                inside = !inside;
            }
        }
        inside
    }
}

/// The point of an edge that is nearest to the origin, all in one plane.
fn nearest_to_origin([x1, y1]: [f64; 2], [x2, y2]: [f64; 2]) -> [f64; 2] {
    let (dx, dy) = (x2 - x1, y2 - y1);
    let length = dx * dx + dy * dy;
    let along = if length > 0.0 { (-(x1 * dx + y1 * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    [x1 + along * dx, y1 + along * dy]
}

fn on_edge(point: Point, from: Corner, to: Corner) -> bool {
    let shift = |[x, y]: Corner| [x - point.lon(), y - point.lat()];
    let [x, y] = nearest_to_origin(shift(from), shift(to));
    x.abs() <= ON_EDGE && y.abs() <= ON_EDGE
}

fn edge_distance_squared(point: Point, from: Corner, to: Corner) -> f64 {
    // On a plane that touches the earth at the point: true there, and near enough as far as an edge matters.
    let narrow = point.lat().to_radians().cos();
    let flat = |[lon, lat]: Corner| [(lon - point.lon()) * KM_PER_DEGREE * narrow, (lat - point.lat()) * KM_PER_DEGREE];
    let [x, y] = nearest_to_origin(flat(from), flat(to));
    x * x + y * y
}

#[derive(Default)]
struct Reader {
    polygons: Vec<Polygon>,
    corners: usize,
}

impl Reader {
    fn read(&mut self, value: &Value, depth: usize) -> Result<(), RegionProblem> {
        if depth > MAX_DEPTH {
            return Err(RegionProblem::TooDeep { limit: MAX_DEPTH });
        }
        let kind = value.get("type").and_then(Value::as_str);
        let kind = kind.ok_or(RegionProblem::Malformed { member: "type", expected: "the name of a GeoJSON type" })?;
        match kind {
            "Polygon" => self.polygon(list(value, "coordinates", "a list of rings")?),
            "MultiPolygon" => {
                for polygon in list(value, "coordinates", "a list of polygons")? {
                    self.polygon(as_list(polygon, "coordinates", "a list of lists of rings")?)?;
                }
                Ok(())
            }
            "GeometryCollection" => self.each(list(value, "geometries", "a list of geometries")?, depth),
            "FeatureCollection" => self.each(list(value, "features", "a list of features")?, depth),
            "Feature" => {
                let geometry = value.get("geometry").filter(|geometry| geometry.is_object());
                let expected = RegionProblem::Malformed { member: "geometry", expected: "a geometry" };
                self.read(geometry.ok_or(expected)?, depth + 1)
            }
            other => Err(RegionProblem::NotAnArea { kind: other.chars().take(40).collect() }),
        }
    }

    fn each(&mut self, values: &[Value], depth: usize) -> Result<(), RegionProblem> {
        values.iter().try_for_each(|value| self.read(value, depth + 1))
    }

    fn polygon(&mut self, rings: &[Value]) -> Result<(), RegionProblem> {
        let rings: Vec<Vec<Corner>> = rings.iter().map(|ring| self.ring(ring)).collect::<Result<_, _>>()?;
        let outer = rings.first().ok_or(RegionProblem::Empty)?;
        let (mut south, mut west, mut north, mut east) = (90.0_f64, 180.0_f64, -90.0_f64, -180.0_f64);
        for [lon, lat] in outer {
            (south, north) = (south.min(*lat), north.max(*lat));
            (west, east) = (west.min(*lon), east.max(*lon));
        }
        let bounds =
            BoundingBox { south: south - ON_EDGE, west: west - ON_EDGE, north: north + ON_EDGE, east: east + ON_EDGE };
        self.polygons.push(Polygon { bounds, rings });
        Ok(())
    }

    fn ring(&mut self, ring: &Value) -> Result<Vec<Corner>, RegionProblem> {
        let positions = as_list(ring, "coordinates", "a ring: a list of positions")?;
        self.corners = self.corners.saturating_add(positions.len());
        if self.corners > MAX_CORNERS {
            return Err(RegionProblem::TooManyCorners { limit: MAX_CORNERS });
        }
        if positions.len() < 4 {
            return Err(RegionProblem::RingTooShort);
        }
        let corners: Vec<Corner> = positions.iter().map(corner).collect::<Result<_, _>>()?;
        if corners.first() == corners.last() { Ok(corners) } else { Err(RegionProblem::RingNotClosed) }
    }
}

fn list<'a>(value: &'a Value, member: &'static str, expected: &'static str) -> Result<&'a [Value], RegionProblem> {
    as_list(value.get(member).unwrap_or(&Value::Null), member, expected)
}

fn as_list<'a>(value: &'a Value, member: &'static str, expected: &'static str) -> Result<&'a [Value], RegionProblem> {
    value.as_array().map(Vec::as_slice).ok_or(RegionProblem::Malformed { member, expected })
}

fn corner(position: &Value) -> Result<Corner, RegionProblem> {
    let wrong = RegionProblem::Malformed {
        member: "coordinates",
        expected: "positions of two numbers: longitude from -180 to 180, then latitude from -90 to 90",
    };
    match as_list(position, "coordinates", "positions of two numbers")? {
        // A third number is the height.
        [lon, lat] | [lon, lat, _] => match (lon.as_f64(), lat.as_f64()) {
            (Some(lon), Some(lat)) => Point::new(lat, lon).map(|point| [point.lon(), point.lat()]).map_err(|_| wrong),
            _ => Err(wrong),
        },
        _ => Err(wrong),
    }
}
