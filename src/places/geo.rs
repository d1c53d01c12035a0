//! Points on the earth, distances between them, and boxes around them.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Mean radius of the earth in km (IUGG).
const EARTH_RADIUS_KM: f64 = 6371.0;

/// A point on the earth, in WGS 84 degrees. Always a real one: finite, and within the ranges of latitude and longitude.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Degrees")]
pub struct Point {
    lat: f64,
    lon: f64,
}

/// A point as it is written down, before anybody has looked whether it is one.
#[derive(Deserialize)]
struct Degrees {
    lat: f64,
    lon: f64,
}

impl TryFrom<Degrees> for Point {
    type Error = PointProblem;

    fn try_from(Degrees { lat, lon }: Degrees) -> Result<Self, PointProblem> {
        Self::new(lat, lon)
    }
}

/// Why two numbers are no point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PointProblem {
    /// The latitude is not a number from -90 to 90.
    #[error("the latitude must be a number from -90 to 90")]
    Latitude,
    /// The longitude is not a number from -180 to 180.
    #[error("the longitude must be a number from -180 to 180")]
    Longitude,
}

impl Point {
    /// A point from degrees of latitude and longitude, or what is wrong with them.
    pub fn new(lat: f64, lon: f64) -> Result<Self, PointProblem> {
        if !(-90.0..=90.0).contains(&lat) {
            return Err(PointProblem::Latitude);
        }
        if !(-180.0..=180.0).contains(&lon) {
            return Err(PointProblem::Longitude);
        }
        Ok(Self { lat, lon })
    }

    /// Degrees north.
    #[must_use]
    pub const fn lat(self) -> f64 {
        self.lat
    }

    /// Degrees east; negative in most of the United Kingdom.
    #[must_use]
    pub const fn lon(self) -> f64 {
        self.lon
    }

    /// Whether it lies in the box around the United Kingdom, islands and near seas included. A first sieve: the box
    /// holds all of the Isle of Man and much of Ireland too.
    #[must_use]
    pub fn in_uk_box(self) -> bool {
        UK_BOX.contains(self)
    }
}

/// The box around the United Kingdom: from Scilly to Shetland, from Fermanagh and St Kilda to Lowestoft.
pub(super) const UK_BOX: BoundingBox = BoundingBox { south: 49.8, west: -8.8, north: 60.95, east: 1.9 };

/// The great-circle distance between two points in km, by the haversine formula (at worst some 0.5% from the ellipsoid).
#[must_use]
pub fn distance_km(a: Point, b: Point) -> f64 {
    let (lat_a, lat_b) = (a.lat.to_radians(), b.lat.to_radians());
    let half_lat = ((lat_b - lat_a) / 2.0).sin();
    let half_lon = ((b.lon - a.lon).to_radians() / 2.0).sin();
    let chord = half_lat * half_lat + lat_a.cos() * lat_b.cos() * half_lon * half_lon;
    2.0 * EARTH_RADIUS_KM * chord.sqrt().min(1.0).asin()
}

/// Less than the kilometres between two points, or just as many: those to the north or south. Quickly told.
#[must_use]
pub fn least_km(a: Point, b: Point) -> f64 {
    // A little less, for the other is rounded too.
    (a.lat - b.lat).abs().to_radians() * EARTH_RADIUS_KM * 0.999_999
}

/// A box of latitudes and longitudes, edges included.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BoundingBox {
    /// Southern edge, degrees.
    pub south: f64,
    /// Western edge, degrees.
    pub west: f64,
    /// Northern edge, degrees.
    pub north: f64,
    /// Eastern edge, degrees.
    pub east: f64,
}

impl BoundingBox {
    /// A box that holds every point within so many km of a point, and some more in its corners. Where the circle would
    /// reach a pole or cross the 180th meridian the box takes all longitudes.
    #[must_use]
    pub fn around(centre: Point, km: f64) -> Self {
        // A hair more than the circle needs, so that rounding never leaves a point of its rim outside.
        let angle = (km.max(0.0) / EARTH_RADIUS_KM) * (1.0 + 1e-9) + 1e-12;
        let (south, north) = (centre.lat - angle.to_degrees(), centre.lat + angle.to_degrees());
        let mut bounds = Self { south: south.max(-90.0), west: -180.0, north: north.min(90.0), east: 180.0 };
        if south > -90.0 && north < 90.0 {
            // The rim is furthest east not level with the centre but a little nearer the pole.
            let half = (angle.sin() / centre.lat.to_radians().cos()).min(1.0).asin().to_degrees() + 1e-9;
            if centre.lon - half >= -180.0 && centre.lon + half <= 180.0 {
                (bounds.west, bounds.east) = (centre.lon - half, centre.lon + half);
            }
        }
        bounds
    }

    /// Whether a point lies in the box or on its edge.
    #[must_use]
    pub fn contains(&self, point: Point) -> bool {
        (self.south..=self.north).contains(&point.lat) && (self.west..=self.east).contains(&point.lon)
    }

    /// Whether two boxes have a point in common.
    #[must_use]
    pub fn touches(&self, other: &Self) -> bool {
        self.south <= other.north && other.south <= self.north && self.west <= other.east && other.west <= self.east
    }
}
