//! The map in cells, and sets of areas by the authorities that they touch: by which whatever can't be reached from a place
//! is not looked at.

use std::collections::{BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::sync::Arc;

use foldhash::fast::FixedState;

use crate::places::{CoveredArea, LadCode, Point};

/// Cells to a degree: of about 5.5 km from south to north, and 3.5 km from west to east in the middle of England.
const PER_DEGREE: f64 = 20.0;
/// Cells around the Earth.
const COLUMNS: u32 = 7_200;
/// A little less than the kilometres of a degree from south to north, so that no cell is left out.
const KM_PER_DEGREE: f64 = 110.5;

/// A cell of the map: rows from south to north, in each row columns from west to east.
pub(super) type Cell = u32;

/// Number of a set of areas in [`super::briefs::Briefs`].
pub type AreaSet = u32;

/// Sets of areas by the authorities that they touch, so that of thousands of sets only those are looked at that may hold
/// a place.
#[derive(Debug)]
pub struct SetsByAuthority {
    within: HashMap<LadCode, Vec<AreaSet>, FixedState>,
    /// Those that do not hang on authorities alone.
    anywhere: Vec<AreaSet>,
    all: usize,
}

/// Which sets of areas may hold a place.
#[derive(Debug)]
pub struct Perhaps(Vec<u64>);

impl SetsByAuthority {
    /// Of all sets, in their order.
    #[must_use]
    pub fn of(sets: &[Arc<[CoveredArea]>]) -> Self {
        let mut by = Self { within: HashMap::default(), anywhere: Vec::new(), all: sets.len() };
        for (set, areas) in (0..).zip(sets) {
            // Of a set without an area nobody knows what it covers.
            let within: Option<Vec<&[LadCode]>> = areas.iter().map(CoveredArea::only_within).collect();
            match within.filter(|within| !within.is_empty()) {
                None => by.anywhere.push(set),
                Some(within) => {
                    let touched: BTreeSet<LadCode> = within.into_iter().flatten().copied().collect();
                    touched.into_iter().for_each(|code| by.within.entry(code).or_default().push(set));
                }
            }
        }
        by
    }

    /// Those that may hold a place that lies in one of these authorities.
    pub fn perhaps(&self, authorities: impl Iterator<Item = LadCode>) -> Perhaps {
        let mut bits = vec![0; self.all.div_ceil(64)];
        let touched = authorities.filter_map(|code| self.within.get(&code)).flatten();
        for set in touched.chain(&self.anywhere) {
            bits.get_mut(*set as usize / 64).into_iter().for_each(|word: &mut u64| *word |= 1 << (set % 64));
        }
        Perhaps(bits)
    }
}

impl Perhaps {
    /// Whether a set is among them.
    #[must_use]
    pub fn contains(&self, set: AreaSet) -> bool {
        self.0.get(set as usize / 64).is_some_and(|word| word >> (set % 64) & 1 == 1)
    }
}

/// The cell in which a point lies.
pub(super) fn cell(point: Point) -> Cell {
    row(point.lat()) * COLUMNS + column(point.lon())
}

/// The cells in which every point within so many kilometres lies, in stretches.
pub(super) fn stretches(point: Point, km: f64) -> impl Iterator<Item = RangeInclusive<Cell>> {
    let (rows, columns) = cells_around(point, km);
    rows.map(move |row| row * COLUMNS + columns.start()..=row * COLUMNS + columns.end())
}

fn row(latitude: f64) -> u32 {
    steps(latitude + 90.0)
}

fn column(longitude: f64) -> u32 {
    steps(longitude + 180.0).min(COLUMNS - 1)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what there is on a globe")]
fn steps(degrees: f64) -> u32 {
    (degrees * PER_DEGREE).floor().clamp(0.0, f64::from(COLUMNS)) as u32
}

/// The rows and columns that hold every point within so many kilometres.
fn cells_around(point: Point, km: f64) -> (RangeInclusive<u32>, RangeInclusive<u32>) {
    // Distances are compared in whole metres.
    let north = (km + 0.001) / KM_PER_DEGREE;
    let (south, top) = (point.lat() - north, point.lat() + north);
    let narrowest = south.abs().max(top.abs()).min(90.0).to_radians().cos();
    // Towards a pole a degree to the east comes to nothing, and every column may be near.
    let east = if narrowest > 0.01 { north / narrowest } else { 360.0 };
    (row(south)..=row(top), column(point.lon() - east)..=column(point.lon() + east))
}
