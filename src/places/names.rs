//! Place names: the list, searched by exact name, by the long form of a short name, and by near spelling.

use std::collections::HashSet;

use super::authority::{AuthorityShare, LadCode};
use super::fold::{fold, fold_into};
use super::geo::Point;
use super::postcode::District;

/// What sort of place a name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlaceKind {
    /// A city.
    City,
    /// A town.
    Town,
    /// A village.
    Village,
    /// A hamlet.
    Hamlet,
    /// A suburb or other part of a town.
    Suburb,
    /// Another settlement; the middles of London boroughs are among them.
    Settlement,
    /// All of a local authority.
    Authority,
}

impl PlaceKind {
    /// In words, for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::City => "city",
            Self::Town => "town",
            Self::Village => "village",
            Self::Hamlet => "hamlet",
            Self::Suburb => "part of a town",
            Self::Settlement => "settlement",
            Self::Authority => "local authority",
        }
    }

    fn read(letter: &str) -> Option<Self> {
        match letter {
            "c" => Some(Self::City),
            "t" => Some(Self::Town),
            "v" => Some(Self::Village),
            "h" => Some(Self::Hamlet),
            "a" => Some(Self::Suburb),
            "o" => Some(Self::Settlement),
            _ => None,
        }
    }
}

/// One of several places of a name, to choose from.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Its name.
    pub name: String,
    /// Where it is, in words: its authority, and its county where that says more.
    pub district: String,
    /// What it is.
    pub kind: PlaceKind,
    /// Where it is.
    pub point: Point,
    /// What to send back to mean this one and no other.
    pub key: String,
}

/// A place of the list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named<'a> {
    row: &'a Row,
    names: &'a Names,
}

/// Coordinates in the list have four decimals.
const UNITS_PER_DEGREE: f64 = 10_000.0;

#[derive(Debug)]
struct Row {
    name: (u32, u32),
    other_names: (u32, u32),
    kind: PlaceKind,
    lat: i32,
    lon: i32,
    within_km: f32,
    postcodes: u32,
    district: District,
    shares: (u32, u32),
}

/// All places of the list.
#[derive(Debug, Default)]
pub(super) struct Names {
    text: String,
    keys: String,
    rows: Vec<Row>,
    shares: Vec<AuthorityShare>,
    /// Folded names in order, each with the place it names; a place with two names stands twice.
    index: Vec<(u32, u32, u32)>,
}

impl Names {
    /// Reads `names.tsv`. `None` if a line is not of its form.
    pub(super) fn read(text: String) -> Option<Self> {
        let mut names = Self { rows: Vec::with_capacity(44_000), ..Self::default() };
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let trimmed = line.trim_end_matches('\n');
            let mut fields = trimmed.split('\t');
            let mut next = || fields.next();
            let (name, kind, lat, lon, within) = (next()?, next()?, next()?, next()?, next()?);
            let (postcodes, district, shares, others) = (next()?, next()?, next()?, next()?);
            let from = u32::try_from(names.shares.len()).ok()?;
            read_shares(shares, &mut names.shares)?;
            let row = u32::try_from(names.rows.len()).ok()?;
            for name in std::iter::once(name).chain(others.split(';').filter(|other| !other.is_empty())) {
                let from = u32::try_from(names.keys.len()).ok()?;
                fold_into(&mut names.keys, name);
                names.index.push((from, u32::try_from(names.keys.len()).ok()?, row));
            }
            let span = |from: usize, to: usize| Some((u32::try_from(from).ok()?, u32::try_from(to).ok()?));
            names.rows.push(Row {
                name: span(at, at + name.len())?,
                other_names: span(at + trimmed.len() - others.len(), at + trimmed.len())?,
                kind: PlaceKind::read(kind)?,
                lat: units(lat)?,
                lon: units(lon)?,
                within_km: within.parse().ok()?,
                postcodes: postcodes.parse().ok()?,
                district: District::written(district)?,
                shares: (from, u32::try_from(names.shares.len()).ok()?),
            });
            at += line.len();
        }
        let mut index = std::mem::take(&mut names.index);
        index.sort_unstable_by_key(|entry| (names.key(entry), entry.2));
        Some(Self { text, index, ..names })
    }

    fn key(&self, entry: &(u32, u32, u32)) -> &str {
        self.keys.get(entry.0 as usize..entry.1 as usize).unwrap_or_default()
    }

    fn named(&self, entry: &(u32, u32, u32)) -> Option<Named<'_>> {
        self.rows.get(entry.2 as usize).map(|row| Named { row, names: self })
    }

    /// Every place of the list.
    pub(super) fn iter(&self) -> impl Iterator<Item = Named<'_>> {
        self.rows.iter().map(|row| Named { row, names: self })
    }

    /// The places of exactly this folded name.
    pub(super) fn exactly<'a>(&'a self, key: &str) -> impl Iterator<Item = Named<'a>> {
        let from = self.index.partition_point(|entry| self.key(entry) < key);
        self.index
            .iter()
            .skip(from)
            .take_while(move |entry| self.key(entry) == key)
            .filter_map(|entry| self.named(entry))
    }

    /// The places for whose name this folded one is short: `newcastle` for Newcastle upon Tyne.
    pub(super) fn in_full<'a>(&'a self, key: &str) -> impl Iterator<Item = Named<'a>> {
        let from = self.index.partition_point(|entry| self.key(entry) < key);
        self.index
            .iter()
            .skip(from)
            .take_while(move |entry| self.key(entry).starts_with(key))
            .filter(move |entry| is_in_full(self.key(entry), key))
            .filter_map(|entry| self.named(entry))
    }

    /// The names that differ least from a folded one, by a slip or two at most, the largest first.
    pub(super) fn near(&self, key: &str, most: usize) -> Vec<&str> {
        let slips = slips_allowed(key);
        let mut found: Vec<(usize, u32, &str)> = self
            .index
            .iter()
            .filter_map(|entry| {
                let slips = slips_between(self.key(entry), key, slips)?;
                let place = self.named(entry)?;
                // The spelling that is near may be one of its other names, which is kept only folded: give its own.
                Some((slips, place.row.postcodes, place.name()))
            })
            .collect();
        found.sort_unstable_by(|a, b| (a.0, b.1, a.2).cmp(&(b.0, a.1, b.2)));
        let fewest = found.first().map(|(slips, ..)| *slips);
        found.retain(|(slips, ..)| Some(*slips) == fewest);
        let mut seen = HashSet::new();
        found.retain(|(_, _, name)| seen.insert(*name));
        found.into_iter().take(most).map(|(_, _, name)| name).collect()
    }
}

impl<'a> Named<'a> {
    /// The name in the list.
    pub(super) fn name(&self) -> &'a str {
        self.text(self.row.name)
    }

    /// The name among its names that folds to a key; else the one in the list.
    pub(super) fn name_as(&self, key: &str) -> &'a str {
        let mut others = self.text(self.row.other_names).split(';');
        others.find(|other| fold(other) == key).unwrap_or(self.name())
    }

    fn text(&self, (from, to): (u32, u32)) -> &'a str {
        self.names.text.get(from as usize..to as usize).unwrap_or_default()
    }

    pub(super) fn kind(&self) -> PlaceKind {
        self.row.kind
    }

    pub(super) fn point(&self) -> Option<Point> {
        Point::new(f64::from(self.row.lat) / UNITS_PER_DEGREE, f64::from(self.row.lon) / UNITS_PER_DEGREE).ok()
    }

    /// 95% of the postcodes of its cell lie within so many km.
    pub(super) fn within_km(&self) -> f64 {
        // The list has one decimal; so it should read after the trip through 32 bits.
        (f64::from(self.row.within_km) * 10.0).round() / 10.0
    }

    /// How many live postcodes are nearest to it: a measure of its size.
    pub(super) fn postcodes(&self) -> u32 {
        self.row.postcodes
    }

    /// The district of the postcode that is nearest to it.
    pub(super) fn district(&self) -> District {
        self.row.district
    }

    pub(super) fn shares(&self) -> &'a [AuthorityShare] {
        self.names.shares.get(self.row.shares.0 as usize..self.row.shares.1 as usize).unwrap_or_default()
    }

    /// The authority in which most of it lies; the list is ordered so.
    pub(super) fn authority(&self) -> Option<LadCode> {
        self.shares().first().map(|share| share.code)
    }
}

fn units(text: &str) -> Option<i32> {
    let degrees: f64 = text.parse().ok()?;
    let units = (degrees * UNITS_PER_DEGREE).round();
    // In range before it is cut, so the cast loses nothing.
    (units.abs() <= 180.0 * UNITS_PER_DEGREE).then_some(units as i32)
}

/// Reads `code`, or `code:postcodes` of each authority, into shares of the whole. `None` for anything else.
pub(super) fn read_shares(text: &str, into: &mut Vec<AuthorityShare>) -> Option<()> {
    if let Some(code) = LadCode::parse(text) {
        into.push(AuthorityShare { code, share: 1.0 });
        return Some(());
    }
    let from = into.len();
    let mut total = 0.0;
    for item in text.split(' ') {
        let (code, count) = item.split_once(':')?;
        let share = f64::from(count.parse::<u32>().ok()?);
        total += share;
        into.push(AuthorityShare { code: LadCode::parse(code)?, share });
    }
    into.iter_mut().skip(from).for_each(|share| share.share /= total);
    Some(())
}

/// Whether the longer of two folded names is the shorter with one of the small words by which English names go on.
pub(super) fn is_in_full(long: &str, short: &str) -> bool {
    const SMALL_WORDS: [&str; 12] =
        ["upon", "on", "under", "in", "by", "le", "cum", "next", "juxta", "super", "sub", "and"];
    long.strip_prefix(short)
        .and_then(|rest| rest.strip_prefix(' '))
        .and_then(|rest| rest.split(' ').next())
        .is_some_and(|word| SMALL_WORDS.contains(&word))
}

/// How many slips a name may hold and still be recognised: none in three letters, two in nine or more.
pub(super) fn slips_allowed(key: &str) -> usize {
    match key.len() {
        0..=3 => 0,
        4..=8 => 1,
        _ => 2,
    }
}

/// The number of letters wrong, missing, too many or exchanged with their neighbour, if no more than `most`.
pub(super) fn slips_between(a: &str, b: &str, most: usize) -> Option<usize> {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len().abs_diff(b.len()) > most || a.len().max(b.len()) > MOST_COMPARED {
        return None;
    }
    let mut before = [0; MOST_COMPARED + 1];
    let mut last: [u8; MOST_COMPARED + 1] = std::array::from_fn(|i| i as u8);
    let mut letter_before = None;
    for x in a {
        let mut row = [0; MOST_COMPARED + 1];
        row[0] = last[0] + 1;
        for (j, y) in b.iter().enumerate() {
            let mut slips = (last[j] + u8::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if j > 0 && letter_before == Some(*y) && b[j - 1] == *x {
                slips = slips.min(before[j - 1] + 1);
            }
            row[j + 1] = slips;
        }
        if row.iter().take(b.len() + 1).all(|slips| usize::from(*slips) > most) {
            return None;
        }
        (before, last, letter_before) = (last, row, Some(*x));
    }
    Some(usize::from(last[b.len()])).filter(|slips| *slips <= most)
}

/// Names longer than this many bytes are not compared for slips; the longest in the list has fewer.
const MOST_COMPARED: usize = 48;
