//! The short texts for ages (`18+`, `16-25`, `up to 25`, `any`), areas (`la:Salford`,
//! `district:M14`, `uk`, …) and keys. Each refusal says what would be right.

use entity::enums::AreaKind;

use crate::directory::listing::{AgeRule, Area};

/// The regions of England, as the embedded table of local authorities names them.
const REGIONS: [&str; 9] = [
    "East Midlands",
    "East of England",
    "London",
    "North East",
    "North West",
    "South East",
    "South West",
    "West Midlands",
    "Yorkshire and The Humber",
];

const NATIONS: [&str; 4] = ["England", "Northern Ireland", "Scotland", "Wales"];

const OLDEST: f64 = 120.0;

/// Ages taken, in years.
pub(super) fn age(text: &str) -> Result<AgeRule, String> {
    let years = |word: &str| {
        word.trim().parse::<f64>().ok().filter(|years| (0.0..=OLDEST).contains(years)).ok_or_else(|| {
            format!("`{text}`: write ages between 0 and {OLDEST}, as `18+`, `16-25`, `up to 25` or `any`")
        })
    };
    let rule = if text == "any" {
        AgeRule { min: None, max: None }
    } else if let Some(youngest) = text.strip_suffix('+') {
        AgeRule { min: Some(years(youngest)?), max: None }
    } else if let Some(oldest) = text.strip_prefix("up to ") {
        AgeRule { min: None, max: Some(years(oldest)?) }
    } else if let Some((youngest, oldest)) = text.split_once('-') {
        AgeRule { min: Some(years(youngest)?), max: Some(years(oldest)?) }
    } else {
        return Err(format!("`{text}`: write `18+`, `16-25`, `up to 25` or `any`"));
    };
    if rule.min.zip(rule.max).is_some_and(|(youngest, oldest)| oldest < youngest) {
        return Err(format!("`{text}`: the youngest age must not be above the oldest"));
    }
    Ok(rule)
}

/// An area covered. `resolve_authority` gives the ONS code of a local authority's exact name.
pub(super) fn area(text: &str, resolve_authority: &dyn Fn(&str) -> Option<String>) -> Result<Area, String> {
    let plain = |kind, value: &str| Area { kind, value: value.to_owned(), name: None };
    if text == "uk" {
        return Ok(plain(AreaKind::UnitedKingdom, "United Kingdom"));
    }
    let known = || {
        format!(
            "`{text}`: write `la:Salford`, `district:M14`, `sector:M14 5`, `postcode:M14 5RQ`, `combined:GMCA`, \
             `region:North West`, `nation:England`, `uk` or `text:…`"
        )
    };
    let one_of = |kind, value: &str, names: &[&str]| {
        names
            .contains(&value)
            .then(|| plain(kind, value))
            .ok_or_else(|| format!("`{text}`: the name must be one of {}", names.join(", ")))
    };
    let (prefix, value) = text.split_once(':').filter(|(_, value)| !value.trim().is_empty()).ok_or_else(known)?;
    match prefix {
        "la" => resolve_authority(value)
            .map(|code| Area { kind: AreaKind::LocalAuthority, value: code, name: Some(value.to_owned()) })
            .ok_or_else(|| format!("`{text}`: no local authority has exactly this name, as in `la:Salford`")),
        "district" if is_outward(value) => Ok(plain(AreaKind::District, value)),
        "district" => Err(format!("`{text}`: a district is written as in `district:M14`")),
        "sector" if value.split_once(' ').is_some_and(|(outward, rest)| is_outward(outward) && is_digit(rest)) => {
            Ok(plain(AreaKind::Sector, value))
        }
        "sector" => Err(format!("`{text}`: a sector is written as in `sector:M14 5`")),
        "postcode" if is_postcode(value) => Ok(plain(AreaKind::Postcode, value)),
        "postcode" => Err(format!("`{text}`: a postcode is written as in `postcode:M14 5RQ`")),
        "combined" if value.bytes().all(|byte| byte.is_ascii_uppercase()) => {
            Ok(plain(AreaKind::CombinedAuthority, value))
        }
        "combined" => {
            Err(format!("`{text}`: a combined authority is written by its abbreviation, as in `combined:GMCA`"))
        }
        "region" => one_of(AreaKind::Region, value, &REGIONS),
        "nation" => one_of(AreaKind::Nation, value, &NATIONS),
        "text" => Ok(plain(AreaKind::Text, value)),
        _ => Err(known()),
    }
}

/// Whether a postcode is well formed and neatly written: `M14 5RQ`.
pub(super) fn is_postcode(text: &str) -> bool {
    text.split_once(' ').is_some_and(|(outward, inward)| {
        let mut inward = inward.bytes();
        is_outward(outward)
            && inward.next().is_some_and(|byte| byte.is_ascii_digit())
            && inward.len() == 2
            && inward.all(|byte| byte.is_ascii_uppercase())
    })
}

/// One or two letters, a digit, and perhaps a digit or a letter.
fn is_outward(text: &str) -> bool {
    let shape: String = text
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' => 'A',
            b'0'..=b'9' => '9',
            _ => '?',
        })
        .collect();
    ["A9", "A99", "AA9", "AA99", "A9A", "AA9A"].contains(&shape.as_str())
}

fn is_digit(text: &str) -> bool {
    text.len() == 1 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a key is written in small letters, digits and single hyphens.
pub(super) fn is_key(text: &str) -> bool {
    text.split('-')
        .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}
