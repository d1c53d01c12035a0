//! Where things are: postcode sectors, drawn as often as they have live postcodes.

use std::ops::Range;

use super::random::Random;
use crate::places::{Authority, Gazetteer, Point, Sector};

/// Kilometres in a degree of latitude, on the sphere of the rest of the program.
const KM_PER_DEGREE: f64 = 111.195;
/// Letters with which a postcode may end.
const INWARD: &[u8] = b"ABDEFGHJLNPQRSTUWXYZ";
/// Authorities that count as an authority's neighbours: those whose middles are nearest.
const NEIGHBOURS: usize = 4;

/// The sectors, ordered so that each region and each authority is one run of them.
pub(super) struct Ground<'g> {
    sectors: Vec<SectorRow>,
    /// Live postcodes up to and with each sector.
    ends: Vec<u32>,
    pub(super) authorities: Vec<AuthorityRow<'g>>,
}

/// A sector.
pub(super) struct SectorRow {
    pub(super) sector: Sector,
    /// The place of its authority, which is that of most of its postcodes, in [`Ground::authorities`].
    pub(super) authority: usize,
    middle: Point,
    within_km: f64,
    furthest_km: f64,
}

/// A local authority.
pub(super) struct AuthorityRow<'g> {
    pub(super) facts: &'g Authority,
    /// Places of the nearest others, nearest first.
    pub(super) neighbours: Vec<usize>,
    sectors: Range<usize>,
    region: Range<usize>,
}

impl<'g> Ground<'g> {
    pub(super) fn new(gazetteer: &'g Gazetteer) -> Self {
        let mut found: Vec<_> = gazetteer
            .sectors()
            .filter_map(|sector| {
                let ground = gazetteer.sector(sector)?;
                let authority = gazetteer.authority(ground.authorities.first()?.code)?;
                Some((authority, sector, ground))
            })
            .collect();
        found.sort_unstable_by_key(|(authority, sector, _)| (authority.region, authority.code, *sector));

        let mut made = Self { sectors: Vec::new(), ends: Vec::new(), authorities: Vec::new() };
        let mut end = 0;
        for (authority, sector, ground) in found {
            let position = made.sectors.len();
            if made.authorities.last().is_none_or(|last| last.facts.code != authority.code) {
                let empty = position..position;
                let (neighbours, sectors) = (Vec::new(), empty.clone());
                made.authorities.push(AuthorityRow { facts: authority, neighbours, sectors, region: empty });
            }
            if let Some(last) = made.authorities.last_mut() {
                last.sectors.end = position + 1;
            }
            end += ground.postcodes;
            made.ends.push(end);
            made.sectors.push(SectorRow {
                sector,
                authority: made.authorities.len() - 1,
                middle: ground.point,
                within_km: ground.within_km,
                furthest_km: ground.furthest_km,
            });
        }
        made.join_regions();
        made.find_neighbours();
        made
    }

    fn join_regions(&mut self) {
        for run in self.authorities.chunk_by_mut(|a, b| a.facts.region == b.facts.region) {
            let start = run.first().map_or(0, |first| first.sectors.start);
            let end = run.last().map_or(0, |last| last.sectors.end);
            run.iter_mut().for_each(|authority| authority.region = start..end);
        }
    }

    fn find_neighbours(&mut self) {
        let middles: Vec<Point> = self.authorities.iter().map(|authority| authority.facts.point).collect();
        for (position, authority) in self.authorities.iter_mut().enumerate() {
            let here = authority.facts.point;
            let narrow = cosine(here.lat());
            let mut others: Vec<(f64, usize)> = (middles.iter().enumerate())
                .filter(|(other, _)| *other != position)
                .map(|(other, there)| {
                    let (north, east) = (there.lat() - here.lat(), (there.lon() - here.lon()) * narrow);
                    (north * north + east * east, other)
                })
                .collect();
            others.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            authority.neighbours = others.into_iter().take(NEIGHBOURS).map(|(_, other)| other).collect();
        }
    }

    /// Whether there is nowhere to be.
    pub(super) fn is_empty(&self) -> bool {
        self.ends.last().is_none_or(|end| *end == 0)
    }

    /// The sector at a place in the order; the last for what lies beyond.
    pub(super) fn sector(&self, position: usize) -> &SectorRow {
        &self.sectors[position.min(self.sectors.len() - 1)]
    }

    /// The authority in which a sector lies.
    pub(super) fn authority_of(&self, sector: usize) -> &AuthorityRow<'g> {
        &self.authorities[self.sector(sector).authority]
    }

    /// A sector of anywhere.
    pub(super) fn anywhere(&self, random: &mut Random) -> usize {
        self.drawn(&(0..self.sectors.len()), random)
    }

    /// A sector of the authority in which this one lies.
    pub(super) fn in_authority_of(&self, sector: usize, random: &mut Random) -> usize {
        self.drawn(&self.authority_of(sector).sectors, random)
    }

    /// A sector of the region in which this one lies; of the nation outside England.
    pub(super) fn in_region_of(&self, sector: usize, random: &mut Random) -> usize {
        self.drawn(&self.authority_of(sector).region, random)
    }

    fn drawn(&self, run: &Range<usize>, random: &mut Random) -> usize {
        let before =
            |position: usize| position.checked_sub(1).and_then(|last| self.ends.get(last)).copied().unwrap_or(0);
        let (start, end) = (before(run.start), before(run.end));
        let drawn = start + random.below(end - start);
        self.ends.partition_point(|end| *end <= drawn)
    }
}

impl SectorRow {
    /// A point of the sector, degrees north and east to five places (a metre). As with the postcodes
    /// of a sector, 19 of 20 lie no further from its middle than `within_km`, and none further than `furthest_km`.
    pub(super) fn point(&self, random: &mut Random) -> (f64, f64) {
        let reach = if random.chance(950) { self.within_km } else { self.furthest_km };
        let (east, north) = loop {
            let (x, y) = (i64::from(random.below(2001)) - 1000, i64::from(random.below(2001)) - 1000);
            if x * x + y * y <= 1_000_000 {
                break (x, y);
            }
        };
        // A little less than the whole, so that rounding leads no point outside.
        let degrees = |thousandths: i64| thousandths as f64 / 1000.0 * reach * 0.99 / KM_PER_DEGREE;
        let five_places = |degrees: f64| (degrees * 1e5).round() / 1e5;
        let lat = self.middle.lat() + degrees(north);
        (five_places(lat), five_places(self.middle.lon() + degrees(east) / cosine(lat)))
    }

    /// A square around the middle as GeoJSON, its sides so many km from there.
    pub(super) fn drawing(&self, km: u32) -> String {
        let north = f64::from(km) / KM_PER_DEGREE;
        let east = north / cosine(self.middle.lat());
        let at = |x: f64, y: f64| {
            let four_places = |degrees: f64| (degrees * 1e4).round() / 1e4;
            format!("[{},{}]", four_places(self.middle.lon() + x * east), four_places(self.middle.lat() + y * north))
        };
        let corners = [at(-1.0, -1.0), at(1.0, -1.0), at(1.0, 1.0), at(-1.0, 1.0), at(-1.0, -1.0)].join(",");
        format!(r#"{{"type":"Polygon","coordinates":[[{corners}]]}}"#)
    }

    /// A full postcode of the sector: well-formed, and in use or not.
    pub(super) fn postcode(&self, random: &mut Random) -> String {
        let mut letter = || INWARD.get(random.index(INWARD.len())).map_or('A', |letter| char::from(*letter));
        format!("{}{}{}", self.sector, letter(), letter())
    }
}

/// The cosine of an angle between -90 and 90 degrees, to five places. A library's cosine may differ between machines
/// in the last binary digit; sums and products do not.
fn cosine(degrees: f64) -> f64 {
    let angle = degrees * (std::f64::consts::PI / 180.0);
    let square = angle * angle;
    1.0 - square / 2.0 * (1.0 - square / 12.0 * (1.0 - square / 30.0 * (1.0 - square / 56.0 * (1.0 - square / 90.0))))
}
