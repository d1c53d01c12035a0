//! Bank holidays that were proclaimed, or moved, in one year only.
//!
//! To add one: a row with its source. `moves` names the standing holiday that it replaces that
//! year; without it the day is given in addition.
//!
//! Sources of all from 2012 on, besides those at the rows: the lists of
//! <https://www.gov.uk/bank-holidays>. Rows before that without a source of their own are as
//! other published calendars have them (<https://en.wikipedia.org/wiki/Bank_holiday>); their
//! proclamations have not been looked up.

use super::holidays::{Feast, Nation};

/// A day of one year.
pub(super) struct Proclaimed {
    pub(super) year: i32,
    pub(super) month: u32,
    pub(super) day: u32,
    pub(super) name: &'static str,
    pub(super) nations: &'static [Nation],
    pub(super) moves: Option<Feast>,
}

const UNITED_KINGDOM: &[Nation] = &Nation::ALL;
const NOT_SCOTLAND: &[Nation] = &[Nation::EnglandAndWales, Nation::NorthernIreland];
const SCOTLAND: &[Nation] = &[Nation::Scotland];

const fn extra((year, month, day): (i32, u32, u32), name: &'static str, nations: &'static [Nation]) -> Proclaimed {
    Proclaimed { year, month, day, name, nations, moves: None }
}

const fn moved(
    feast: Feast,
    (year, month, day): (i32, u32, u32),
    name: &'static str,
    nations: &'static [Nation],
) -> Proclaimed {
    Proclaimed { year, month, day, name, nations, moves: Some(feast) }
}

pub(super) const PROCLAIMED: &[Proclaimed] = &[
    extra((1981, 7, 29), "Wedding of the Prince of Wales", UNITED_KINGDOM),
    // Hansard, HC Deb 2 March 1995 vol 255 c709W: moved from 1 May, but in Scotland, where the
    // first Monday of May is in the Act itself, given in addition.
    moved(Feast::EarlyMay, (1995, 5, 8), "Early May bank holiday (VE day)", NOT_SCOTLAND),
    extra((1995, 5, 8), "VE day", SCOTLAND),
    // Announced for the whole country in April 1998 (The Sunday Times, 17 April 1998).
    extra((1999, 12, 31), "Millennium bank holiday", UNITED_KINGDOM),
    extra((2002, 6, 3), "Queen’s Golden Jubilee", UNITED_KINGDOM),
    moved(Feast::Spring, (2002, 6, 4), "Spring bank holiday", UNITED_KINGDOM),
    // Announced by Downing Street and by the Scottish Government, 23 November 2010.
    extra((2011, 4, 29), "Royal wedding", UNITED_KINGDOM),
    // Moved in Scotland too (Scottish Government, Queen's Diamond Jubilee, January 2010).
    moved(Feast::Spring, (2012, 6, 4), "Spring bank holiday", UNITED_KINGDOM),
    extra((2012, 6, 5), "Queen’s Diamond Jubilee", UNITED_KINGDOM),
    // The Gazette, notice 3326938 (July 2019); for Scotland a proclamation of its own.
    moved(Feast::EarlyMay, (2020, 5, 8), "Early May bank holiday (VE day)", UNITED_KINGDOM),
    moved(Feast::Spring, (2022, 6, 2), "Spring bank holiday", UNITED_KINGDOM),
    extra((2022, 6, 3), "Platinum Jubilee bank holiday", UNITED_KINGDOM),
    // The Gazette, notice 4158896; for Scotland a proclamation of its own, on the same day.
    extra((2022, 9, 19), "Bank Holiday for the State Funeral of Queen Elizabeth II", UNITED_KINGDOM),
    // 10 Downing Street, 6 November 2022: across the United Kingdom.
    extra((2023, 5, 8), "Bank holiday for the coronation of King Charles III", UNITED_KINGDOM),
    // Proclamation of 3 February 2026 under section 1(3) of the Act of 1971;
    // <https://www.gov.scot/news/world-cup-bank-holiday-confirmed/>.
    extra((2026, 6, 15), "World Cup bank holiday", SCOTLAND),
];
