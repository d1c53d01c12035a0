//! The embedded tables: local authorities, districts, sectors, place names; and lookups in them.
//!
//! Read once, when first asked for. How they are made, and from what: `data/places/README.md`.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::io::Read;
use std::sync::LazyLock;

use super::authority::{Authority, AuthorityShare, LadCode};
use super::fold::fold;
use super::geo::{Point, distance_km, least_km};
use super::names::{Names, is_in_full, read_shares};
use super::postcode::{District, PostcodeArea, Sector};

/// The embedded facts about places.
#[derive(Debug, Default)]
pub struct Gazetteer {
    authorities: Vec<Authority>,
    /// Folded names, each with the authorities that go by it.
    authority_names: HashMap<String, Vec<usize>>,
    combined: Vec<Combined>,
    districts: Grounds<District>,
    sectors: Grounds<Sector>,
    pub(super) names: Names,
}

/// A combined authority.
#[derive(Debug)]
pub(super) struct Combined {
    pub(super) code: &'static str,
    pub(super) names: Vec<&'static str>,
}

/// Where a sector or district lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ground<'a> {
    /// The middle of its live postcodes.
    pub point: Point,
    /// 95% of its live postcodes lie within so many km of that.
    pub within_km: f64,
    /// All of them do within so many.
    pub furthest_km: f64,
    /// How many live postcodes it has.
    pub postcodes: u32,
    /// The authorities in which they lie, most of them first. Never empty.
    pub authorities: &'a [AuthorityShare],
}

/// What lies around a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Near {
    /// Every authority in which the point may lie, likeliest first; one with a share of 1 when that is certain.
    pub authorities: Vec<AuthorityShare>,
    /// The sector whose middle is nearest; the point need not lie in it.
    pub nearest_sector: Sector,
    /// How far that is, km.
    pub distance_km: f64,
    /// Whether the point lies further from every sector's middle than any live postcode of that sector does.
    pub beyond_postcodes: bool,
}

/// A point this far beyond the last live postcode of every sector is taken to lie outside the United Kingdom.
const BEYOND_KM: f64 = 5.0;

static EMBEDDED: LazyLock<Gazetteer> = LazyLock::new(|| {
    // The tables are part of the program, so that they can be read is for a test to show, not for a caller to handle.
    Gazetteer::read().unwrap_or_default()
});

impl Gazetteer {
    /// The embedded tables.
    #[must_use]
    pub fn embedded() -> &'static Self {
        &EMBEDDED
    }

    fn read() -> Option<Self> {
        let authorities = include_str!("../../data/places/authorities.tsv");
        let authorities: Vec<Authority> = authorities.lines().map(Authority::read).collect::<Option<_>>()?;
        let mut authority_names: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, authority) in authorities.iter().enumerate() {
            for name in authority.names() {
                let same = authority_names.entry(fold(name)).or_default();
                if !same.contains(&at) {
                    same.push(at);
                }
            }
        }
        let combined = include_str!("../../data/places/combined.tsv");
        Some(Self {
            authorities,
            authority_names,
            combined: combined
                .lines()
                .filter(|line| !line.starts_with('#'))
                .map(Combined::read)
                .collect::<Option<_>>()?,
            districts: Grounds::read(include_bytes!("../../data/places/districts.tsv.gz"), District::written)?,
            sectors: Grounds::read(include_bytes!("../../data/places/sectors.tsv.gz"), Sector::written)?,
            names: Names::read(unpack(include_bytes!("../../data/places/names.tsv.gz"))?)?,
        })
    }

    /// Every local authority, by code.
    #[must_use]
    pub fn authorities(&self) -> &[Authority] {
        &self.authorities
    }

    /// The authority of this code, or of which it was the code before its boundary was changed a little.
    #[must_use]
    pub fn authority(&self, code: LadCode) -> Option<&Authority> {
        let exact = self.authorities.binary_search_by_key(&code, |authority| authority.code);
        match exact {
            Ok(at) => self.authorities.get(at),
            Err(_) => self.authorities.iter().find(|authority| authority.former_codes.contains(&code)),
        }
    }

    /// The authority of this name: its everyday name, its council's full name, or another that it goes by, in any
    /// case, with or without accents and hyphens. `None` if there is none, or more than one.
    #[must_use]
    pub fn authority_by_name(&self, name: &str) -> Option<&Authority> {
        let name = fold(name);
        let mut found = self.authorities_named(&name);
        found.next().filter(|_| found.next().is_none())
    }

    pub(super) fn authorities_named(&self, folded: &str) -> impl Iterator<Item = &Authority> {
        let found = self.authority_names.get(folded).map(Vec::as_slice).unwrap_or_default();
        found.iter().filter_map(|at| self.authorities.get(*at))
    }

    /// The authorities for whose name a folded one is short.
    pub(super) fn authorities_in_full(&self, short: &str) -> impl Iterator<Item = &Authority> {
        let long = self.authority_names.iter().filter(move |(name, _)| is_in_full(name, short));
        long.flat_map(|(_, found)| found).filter_map(|at| self.authorities.get(*at))
    }

    /// The names of the regions of England, each once.
    #[must_use]
    pub fn regions(&self) -> Vec<&'static str> {
        let english = self.authorities.iter().filter(|authority| authority.region != authority.nation.name());
        let mut regions: Vec<&'static str> = english.map(|authority| authority.region).collect();
        regions.sort_unstable();
        regions.dedup();
        regions
    }

    /// The abbreviations of the combined authorities.
    #[must_use]
    pub fn combined_authorities(&self) -> Vec<&'static str> {
        self.combined.iter().map(|combined| combined.code).collect()
    }

    pub(super) fn combined(&self) -> &[Combined] {
        &self.combined
    }

    /// The codes of the authorities for which something holds, in order.
    pub(super) fn codes_where(&self, holds: impl Fn(&Authority) -> bool) -> Vec<LadCode> {
        self.authorities.iter().filter(|authority| holds(authority)).map(|authority| authority.code).collect()
    }

    /// Every district there is, in order.
    pub fn districts(&self) -> impl Iterator<Item = District> + '_ {
        self.districts.rows.iter().map(|row| row.0)
    }

    /// Every sector there is, in order.
    pub fn sectors(&self) -> impl Iterator<Item = Sector> + '_ {
        self.sectors.rows.iter().map(|row| row.0)
    }

    /// Where a district lies, or `None` if there is no such district.
    #[must_use]
    pub fn district(&self, district: District) -> Option<Ground<'_>> {
        self.districts.get(district)
    }

    /// Where a sector lies, or `None` if there is no such sector.
    #[must_use]
    pub fn sector(&self, sector: Sector) -> Option<Ground<'_>> {
        self.sectors.get(sector)
    }

    /// The authorities in which a district's live postcodes lie, most of them first; empty if there is no such district.
    #[must_use]
    pub fn authorities_of_district(&self, district: District) -> &[AuthorityShare] {
        self.district(district).map(|ground| ground.authorities).unwrap_or_default()
    }

    /// The authorities in which a sector's live postcodes lie, most of them first; empty if there is no such sector.
    #[must_use]
    pub fn authorities_of_sector(&self, sector: Sector) -> &[AuthorityShare] {
        self.sector(sector).map(|ground| ground.authorities).unwrap_or_default()
    }

    /// The districts of a postcode area, with where they lie; none if there is no such area.
    pub(super) fn districts_of(&self, area: PostcodeArea) -> impl Iterator<Item = Ground<'_>> {
        let from = self.districts.rows.partition_point(|row| row.0.as_str() < area.as_str());
        self.districts
            .rows
            .iter()
            .skip(from)
            .take_while(move |row| row.0.as_str().starts_with(area.as_str()))
            .filter(move |row| row.0.area() == area)
            .map(|row| self.districts.ground(row))
    }

    /// What lies around a point, or `None` if it lies outside the United Kingdom.
    ///
    /// An authority is certain only if every sector that has a postcode as far off as the point is lies wholly in it;
    /// else all authorities of these sectors are given, weighted by how near each sector's middle is (a rough guess).
    #[must_use]
    pub fn near(&self, point: Point) -> Option<Near> {
        let overshoot = |far: f64, row: &Row<Sector>| far - row.1.furthest_km;
        let mut around: Vec<(f64, &Row<Sector>)> = Vec::new();
        let mut nearest: Option<(f64, &Row<Sector>)> = None;
        let mut beyond = f64::INFINITY;
        for row in &self.sectors.rows {
            // Nearly all of the country is too far to the north or south to matter.
            let least = least_km(point, row.1.point);
            if nearest.is_some_and(|(far, _)| least > far) && overshoot(least, row) > beyond.max(0.0) {
                continue;
            }
            let far = distance_km(point, row.1.point);
            if nearest.is_none_or(|(nearest, _)| far < nearest) {
                nearest = Some((far, row));
            }
            beyond = beyond.min(overshoot(far, row));
            around.push((far, row));
        }
        let (distance_km, nearest) = nearest?;
        if beyond > BEYOND_KM {
            return None;
        }
        let mut weights: Vec<AuthorityShare> = Vec::new();
        for (far, row) in around.iter().filter(|(far, row)| overshoot(*far, row) <= 0.0 || row.0 == nearest.0) {
            let weight = 1.0 / (0.25 + far * far);
            for AuthorityShare { code, share } in self.sectors.ground(row).authorities {
                match weights.iter_mut().find(|known| known.code == *code) {
                    Some(known) => known.share += share * weight,
                    None => weights.push(AuthorityShare { code: *code, share: share * weight }),
                }
            }
        }
        normalise(&mut weights);
        Some(Near { authorities: weights, nearest_sector: nearest.0, distance_km, beyond_postcodes: beyond > 0.0 })
    }
}

/// Makes weights into shares of 1, the largest first; of equal ones the lower code.
pub(super) fn normalise(weights: &mut [AuthorityShare]) {
    if let [only] = weights {
        only.share = 1.0;
        return;
    }
    let total: f64 = weights.iter().map(|weight| weight.share).sum();
    weights.iter_mut().for_each(|weight| weight.share /= total);
    weights.sort_unstable_by(|a, b| match b.share.total_cmp(&a.share) {
        Ordering::Equal => a.code.cmp(&b.code),
        order @ (Ordering::Less | Ordering::Greater) => order,
    });
}

impl Combined {
    fn read(line: &'static str) -> Option<Self> {
        let (code, names) = line.split_once('\t')?;
        Some(Self { code, names: names.split("; ").collect() })
    }
}

/// A table of sectors or districts, in order of their codes.
#[derive(Debug)]
struct Grounds<Key> {
    rows: Vec<Row<Key>>,
    shares: Vec<AuthorityShare>,
}

/// The code, where it lies, and its part of the shares.
type Row<Key> = (Key, Middle, std::ops::Range<u32>);

#[derive(Clone, Copy, Debug)]
struct Middle {
    point: Point,
    within_km: f64,
    furthest_km: f64,
    postcodes: u32,
}

impl<Key> Default for Grounds<Key> {
    fn default() -> Self {
        Self { rows: Vec::new(), shares: Vec::new() }
    }
}

impl<Key: Copy + Ord> Grounds<Key> {
    fn read(packed: &[u8], key: impl Fn(&str) -> Option<Key>) -> Option<Self> {
        let mut table = Self::default();
        for line in unpack(packed)?.lines() {
            let mut fields = line.split('\t');
            let mut next = || fields.next();
            let (code, lat, lon, within) = (next()?, next()?, next()?, next()?);
            let (furthest, postcodes, shares) = (next()?, next()?, next()?);
            let from = u32::try_from(table.shares.len()).ok()?;
            read_shares(shares, &mut table.shares)?;
            let middle = Middle {
                point: Point::new(lat.parse().ok()?, lon.parse().ok()?).ok()?,
                within_km: within.parse().ok()?,
                furthest_km: furthest.parse().ok()?,
                postcodes: postcodes.parse().ok()?,
            };
            table.rows.push((key(code)?, middle, from..u32::try_from(table.shares.len()).ok()?));
        }
        table.rows.sort_unstable_by_key(|row| row.0);
        Some(table)
    }

    fn get(&self, key: Key) -> Option<Ground<'_>> {
        let at = self.rows.binary_search_by_key(&key, |row| row.0).ok()?;
        self.rows.get(at).map(|row| self.ground(row))
    }

    fn ground(&self, (_, middle, shares): &Row<Key>) -> Ground<'_> {
        Ground {
            point: middle.point,
            within_km: middle.within_km,
            furthest_km: middle.furthest_km,
            postcodes: middle.postcodes,
            authorities: self.shares.get(shares.start as usize..shares.end as usize).unwrap_or_default(),
        }
    }
}

fn unpack(packed: &[u8]) -> Option<String> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed).read_to_string(&mut text).ok()?;
    Some(text)
}
