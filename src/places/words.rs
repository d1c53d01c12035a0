//! Areas named in words: "Salford", "Greater Manchester", "Kent", "Devon, Plymouth and Torbay".
//!
//! Words are read as an area only where they name authorities exactly. Some names have more than one reading ("Kent"
//! with Medway or without, "West Midlands" the region or the combined authority): what every reading holds is certain,
//! what only some hold is possible, and what none holds is outside. Anything else stays words.

use entity::enums::AreaKind;
use serde::{Deserialize, Serialize};

use super::area::CoveredArea;
use super::authority::{Authority, LadCode, Nation, Tier};
use super::fold::fold;
use super::gazetteer::Gazetteer;
use super::postcode::PostcodeText;

/// Longer texts are descriptions, not names.
const MAX_CHARS: usize = 400;
/// More names than this in one text are not read.
const MAX_PARTS: usize = 40;

/// The authorities that words name: all `certain` ones are also `possible`. Both in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Meaning {
    pub(super) certain: Vec<LadCode>,
    pub(super) possible: Vec<LadCode>,
}

/// One way to understand a name.
struct Reading {
    meaning: Meaning,
    /// The kind and value that say the same, if there is one.
    stored: Option<(AreaKind, String)>,
}

/// The areas that a text names, if it names known ones and nothing else; `None` where it is, even in part, anything
/// else. A name with more than one reading comes back as [`AreaKind::Text`], which [`CoveredArea::compile`] understands
/// again when it is stored; a county without a council of its own as its authorities.
#[must_use]
pub fn resolve_words(text: &str) -> Option<Vec<CoveredArea>> {
    let mut areas: Vec<CoveredArea> = Vec::new();
    for area in each_name(text, &named_areas)?.into_iter().flatten() {
        if !areas.contains(&area) {
            areas.push(area);
        }
    }
    Some(areas)
}

/// What a text means, if it names authorities and nothing else.
pub(super) fn meaning(text: &str) -> Option<Meaning> {
    let mut whole = Meaning::default();
    for part in each_name(text, &|name| unite(&readings(name)))? {
        whole.certain.extend(part.certain);
        whole.possible.extend(part.possible);
    }
    for codes in [&mut whole.certain, &mut whole.possible] {
        codes.sort_unstable();
        codes.dedup();
    }
    Some(whole)
}

/// Understands a text as one name; else as names between semicolons, lines and the like; each of these as one name, else
/// as names between commas; each of these as one name, else as two joined by "and".
fn each_name<T>(text: &str, understand: &dyn Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    if text.len() > MAX_CHARS {
        return None;
    }
    if let Some(one) = understand(text) {
        return Some(vec![one]);
    }
    let mut found = Vec::new();
    for part in text.split([';', '\n', '/', '|']).filter(|part| !part.trim().is_empty()) {
        if let Some(one) = understand(part) {
            found.push(one);
            continue;
        }
        for part in part.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let part = part.strip_prefix("and ").unwrap_or(part);
            match understand(part) {
                Some(one) => found.push(one),
                // "Telford and Wrekin and Shropshire": the cut that leaves two names.
                None => found.extend(joined(part, understand)?),
            }
            if found.len() > MAX_PARTS {
                return None;
            }
        }
    }
    (!found.is_empty()).then_some(found)
}

fn joined<T>(text: &str, understand: &dyn Fn(&str) -> Option<T>) -> Option<[T; 2]> {
    [" and ", " & "].into_iter().find_map(|join| {
        text.match_indices(join).find_map(|(at, _)| {
            let (first, second) = (text.get(..at)?, text.get(at + join.len()..)?);
            Some([understand(first)?, understand(second)?])
        })
    })
}

/// The areas that one name stands for.
fn named_areas(name: &str) -> Option<Vec<CoveredArea>> {
    let compile = |kind, value: &str| CoveredArea::compile(kind, value).ok();
    match PostcodeText::parse(name) {
        Some(PostcodeText::Full(code)) => return Some(vec![compile(AreaKind::Postcode, code.as_str())?]),
        Some(PostcodeText::Sector(code)) => return Some(vec![compile(AreaKind::Sector, code.as_str())?]),
        Some(PostcodeText::District(code)) => return Some(vec![compile(AreaKind::District, code.as_str())?]),
        Some(PostcodeText::Area(_)) | None => {}
    }
    let folded = fold(name);
    if ["uk", "the uk", "united kingdom", "the united kingdom", "uk wide", "all of the uk"].contains(&folded.as_str()) {
        return Some(vec![compile(AreaKind::UnitedKingdom, "")?]);
    }
    if ["great britain", "britain", "gb"].contains(&folded.as_str()) {
        let nations = [Nation::England, Nation::Scotland, Nation::Wales];
        return nations.into_iter().map(|nation| compile(AreaKind::Nation, nation.name())).collect();
    }
    let readings = readings(name);
    let meaning = unite(&readings)?;
    if meaning.certain != meaning.possible {
        return Some(vec![compile(AreaKind::Text, name)?]);
    }
    match readings.iter().find_map(|reading| reading.stored.as_ref()) {
        Some((kind, value)) => Some(vec![compile(*kind, value)?]),
        None => meaning.certain.iter().map(|code| compile(AreaKind::LocalAuthority, code.as_str())).collect(),
    }
}

/// What all readings hold, and what any holds. `None` without a reading.
fn unite(readings: &[Reading]) -> Option<Meaning> {
    let (first, rest) = readings.split_first()?;
    let mut united = first.meaning.clone();
    for Reading { meaning, .. } in rest {
        united.certain.retain(|code| meaning.certain.contains(code));
        united.possible.extend(&meaning.possible);
    }
    united.possible.sort_unstable();
    united.possible.dedup();
    Some(united)
}

/// Every way to understand a name.
fn readings(name: &str) -> Vec<Reading> {
    let folded = fold(name);
    let whole = folded.strip_prefix("the ").unwrap_or(&folded);
    let mut readings = authorities_called(whole);
    let (core, body) = without_body(whole);
    match body {
        Body::Any => {
            readings.extend(combined_called(core));
            readings.extend(regions_called(core));
            readings.extend(nations_called(core));
            readings.extend(counties_called(core.strip_prefix("county ").unwrap_or(core)));
        }
        // A council's full name is its own; only without one is the rest of the name looked at.
        Body::Council if readings.is_empty() => readings.extend(authorities_called(core)),
        Body::CountyCouncil if readings.is_empty() => readings.extend(county_council(core)),
        Body::Combined => readings.extend(combined_called(core)),
        Body::Region => readings.extend(regions_called(core)),
        Body::Council | Body::CountyCouncil => {}
    }
    readings
}

/// What the words around a name say of whose it is.
enum Body {
    Any,
    Council,
    CountyCouncil,
    Combined,
    Region,
}

/// The name without the words that say whose it is.
fn without_body(name: &str) -> (&str, Body) {
    const ENDS: [(&str, Body); 11] = [
        (" mayoral combined authority", Body::Combined),
        (" combined county authority", Body::Combined),
        (" combined authority", Body::Combined),
        (" county council", Body::CountyCouncil),
        (" metropolitan borough council", Body::Council),
        (" borough council", Body::Council),
        (" district council", Body::Council),
        (" city council", Body::Council),
        (" council", Body::Council),
        (" borough", Body::Council),
        (" region", Body::Region),
    ];
    const STARTS: [&str; 7] = [
        "london borough of ",
        "royal borough of ",
        "metropolitan borough of ",
        "borough of ",
        "city and county of ",
        "city of ",
        "county of ",
    ];
    for (end, body) in ENDS {
        if let Some(core) = name.strip_suffix(end) {
            let start = STARTS.into_iter().find_map(|start| core.strip_prefix(start));
            return (start.unwrap_or(core), body);
        }
    }
    match STARTS.into_iter().find_map(|start| name.strip_prefix(start)) {
        Some(core) if !name.starts_with("county of ") => (core, Body::Council),
        Some(core) => (core, Body::Any),
        None => (name, Body::Any),
    }
}

fn reading(codes: Vec<LadCode>, kind: AreaKind, value: &str) -> Reading {
    let meaning = Meaning { certain: codes.clone(), possible: codes };
    Reading { meaning, stored: Some((kind, value.to_owned())) }
}

fn authorities_called(name: &str) -> Vec<Reading> {
    let found = Gazetteer::embedded().authorities_named(name);
    found.map(|authority| reading(vec![authority.code], AreaKind::LocalAuthority, authority.code.as_str())).collect()
}

fn combined_called(name: &str) -> Vec<Reading> {
    let gazetteer = Gazetteer::embedded();
    let combined = gazetteer.combined().iter();
    let called = combined
        .filter(|combined| fold(combined.code) == name || combined.names.iter().any(|other| fold(other) == name));
    called
        .map(|combined| {
            let members = gazetteer.codes_where(|authority| authority.combined == Some(combined.code));
            reading(members, AreaKind::CombinedAuthority, combined.code)
        })
        .collect()
}

fn regions_called(name: &str) -> Vec<Reading> {
    let gazetteer = Gazetteer::embedded();
    let name = name.strip_suffix(" of england").or_else(|| name.strip_suffix(" england")).unwrap_or(name);
    let called = |region: &str| {
        let region = fold(region);
        region == name || region.strip_suffix(" of england") == Some(name)
    };
    let regions = gazetteer.regions().into_iter().filter(|region| called(region));
    regions
        .map(|region| reading(gazetteer.codes_where(|authority| authority.region == region), AreaKind::Region, region))
        .collect()
}

fn nations_called(name: &str) -> Option<Reading> {
    let nation = Nation::parse(name)?;
    let members = Gazetteer::embedded().codes_where(|authority| authority.nation == nation);
    Some(reading(members, AreaKind::Nation, nation.name()))
}

/// A ceremonial county; and, where a county council covers less than that, the council's area too.
fn counties_called(name: &str) -> Vec<Reading> {
    let gazetteer = Gazetteer::embedded();
    let within = |authority: &Authority| authority.counties.iter().any(|county| fold(county) == name);
    let possible = gazetteer.codes_where(within);
    if possible.is_empty() {
        return Vec::new();
    }
    // An authority that lies in two counties is only in part in either.
    let certain = gazetteer.codes_where(|authority| within(authority) && authority.counties.len() == 1);
    let council = gazetteer.codes_where(|authority| within(authority) && authority.tier == Tier::District);
    let mut readings = vec![Reading { meaning: Meaning { certain, possible }, stored: None }];
    if !council.is_empty() {
        readings.push(Reading { meaning: Meaning { certain: council.clone(), possible: council }, stored: None });
    }
    readings
}

/// The districts beneath a county council.
fn county_council(name: &str) -> Option<Reading> {
    let council = Gazetteer::embedded().codes_where(|authority| {
        authority.tier == Tier::District && authority.counties.iter().any(|county| fold(county) == name)
    });
    let meaning = Meaning { certain: council.clone(), possible: council };
    (!meaning.certain.is_empty()).then_some(Reading { meaning, stored: None })
}
