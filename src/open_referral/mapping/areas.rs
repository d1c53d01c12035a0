//! Areas covered, both ways.
//!
//! Feeds mostly have words here. They stay words: which area they mean is resolved elsewhere,
//! with the tables of places at hand. Only codes and shapes are taken for what they are.

use entity::enums::AreaKind;
use serde_json::Value;

use super::{
    facts::{self, Fact, identify},
    read::{Node, Object, Remarks, once},
};
use crate::directory::listing::Area;

/// Where an ONS code can be looked up; the code is its last part.
const ONS_CODE: &str = "http://statistics.data.gov.uk/id/statistical-geography/";

/// The areas that an object covers.
pub(super) fn read(owner: &Node<'_>, remarks: &mut Remarks) -> Vec<Area> {
    once(owner.list("service_areas").flat_map(|node| read_area(&node, remarks)))
}

/// The areas of one row; a list of postcodes makes several.
pub(super) fn read_area(node: &Node<'_>, remarks: &mut Remarks) -> Vec<Area> {
    let name = node.text("name").or_else(|| node.text("service_area"));
    let extent = node.text("extent");
    if let Some(kind) = node.facts().value("area.kind").and_then(AreaKind::parse) {
        let value = extent.or_else(|| name.clone());
        let name = name.filter(|name| value.as_ref() != Some(name));
        return value.map(|value| Area { kind, value, name }).into_iter().collect();
    }
    let code = [node.str("identifier"), node.str("uri"), extent.as_deref()].into_iter().flatten().find_map(ons_area);
    if let Some((kind, value)) = code {
        let name = name.filter(|name| *name != value);
        return vec![Area { kind, value, name }];
    }
    let kind = node.str("extent_type").map(str::to_ascii_lowercase);
    let words = || name.clone().or_else(|| extent.clone()).or_else(|| node.text("description"));
    match (kind.as_deref(), &extent) {
        (Some("geojson"), Some(shape)) if is_geojson(shape) => {
            return vec![Area { kind: AreaKind::Geojson, value: shape.clone(), name }];
        }
        (Some("geojson"), Some(_)) => {
            remarks.tell(node.path("extent"), "is no GeoJSON geometry; the name is read as words")
        }
        (Some("topojson" | "kml"), _) => {
            remarks.tell(node.path("extent_type"), "is a format that we cannot read; the name is read as words")
        }
        (Some("postcode" | "postcodes"), listed) => {
            let pieces: Vec<Option<Area>> = listed
                .as_ref()
                .or(name.as_ref())
                .map(|list| list.split([',', ';', '\n']).map(postcode).collect())
                .unwrap_or_default();
            if let Some(areas) = pieces.into_iter().collect::<Option<Vec<_>>>().filter(|areas| !areas.is_empty()) {
                return areas;
            }
            remarks.tell(node.path("extent"), "is no postcode, sector or district; read as words");
        }
        _ => {}
    }
    match words() {
        Some(value) => vec![Area { kind: AreaKind::Text, value, name: None }],
        None => {
            remarks.tell(node.path(""), "names no area; left out");
            Vec::new()
        }
    }
}

fn is_geojson(text: &str) -> bool {
    const SHAPES: [&str; 5] = ["Polygon", "MultiPolygon", "Feature", "FeatureCollection", "GeometryCollection"];
    text.starts_with('{')
        && serde_json::from_str::<Value>(text)
            .is_ok_and(|shape| shape.get("type").and_then(Value::as_str).is_some_and(|kind| SHAPES.contains(&kind)))
}

/// The area of a nine-character ONS code, alone or at the end of a URI, where its kind is one of
/// ours. Codes: ONS Register of Geographic Codes.
fn ons_area(text: &str) -> Option<(AreaKind, String)> {
    const REGIONS: [(&str, &str); 9] = [
        ("E12000001", "North East"),
        ("E12000002", "North West"),
        ("E12000003", "Yorkshire and The Humber"),
        ("E12000004", "East Midlands"),
        ("E12000005", "West Midlands"),
        ("E12000006", "East of England"),
        ("E12000007", "London"),
        ("E12000008", "South East"),
        ("E12000009", "South West"),
    ];
    let code = text.trim_end_matches('/').rsplit(['/', '#', '=']).next()?.trim().to_ascii_uppercase();
    let shaped = code.len() == 9 && code.is_char_boundary(1) && code[1..].bytes().all(|byte| byte.is_ascii_digit());
    if !shaped {
        return None;
    }
    let nation = |name: &str| Some((AreaKind::Nation, name.to_owned()));
    match (code.as_str(), &code[..3]) {
        ("E92000001", _) => nation("England"),
        ("S92000003", _) => nation("Scotland"),
        ("W92000004", _) => nation("Wales"),
        ("N92000002", _) => nation("Northern Ireland"),
        ("K02000001", _) => Some((AreaKind::UnitedKingdom, "United Kingdom".to_owned())),
        (_, "E06" | "E07" | "E08" | "E09" | "W06" | "S12" | "N09") => Some((AreaKind::LocalAuthority, code)),
        (code, "E12") => {
            REGIONS.iter().find(|(known, _)| *known == code).map(|(_, name)| (AreaKind::Region, (*name).to_owned()))
        }
        _ => None,
    }
}

/// A postcode, sector or district by its shape.
fn postcode(text: &str) -> Option<Area> {
    let value = text.trim().to_ascii_uppercase();
    let compact: String = value.split_whitespace().collect();
    let is_unit = |unit: &str| unit.len() == 2 && unit.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_outward = |outward: &str| {
        let letters = outward.bytes().take_while(u8::is_ascii_uppercase).count();
        let rest = outward.as_bytes().get(letters..).unwrap_or_default();
        (1..=2).contains(&letters)
            && match rest {
                [digit] => digit.is_ascii_digit(),
                [digit, last] => digit.is_ascii_digit() && last.is_ascii_alphanumeric(),
                _ => false,
            }
    };
    if !compact.is_ascii() {
        return None;
    }
    let full = compact.len().checked_sub(3).filter(|at| is_outward(&compact[..*at]));
    let area = |kind| Some(Area { kind, value: value.clone(), name: None });
    if full.is_some_and(|at| compact.as_bytes()[at].is_ascii_digit() && is_unit(&compact[at + 1..])) {
        return area(AreaKind::Postcode);
    }
    match value.split_once(' ') {
        Some((outward, sector))
            if is_outward(outward) && sector.len() == 1 && sector.bytes().all(|b| b.is_ascii_digit()) =>
        {
            area(AreaKind::Sector)
        }
        None if is_outward(&value) => area(AreaKind::District),
        _ => None,
    }
}

/// An area as the standard has it. The profile's `service_area` repeats the name.
pub(super) fn write(area: &Area, owner: &str) -> Value {
    let mut written = Object::new();
    let mut put = |field: &str, value: &str| written.insert(field.to_owned(), value.into());
    let shape = area.kind == AreaKind::Geojson;
    if let Some(name) = area.name.as_deref().or_else(|| (!shape).then_some(area.value.as_str())) {
        put("name", name);
        put("service_area", name);
    }
    put("extent", &area.value);
    put("extent_type", if shape { "geojson" } else { "text" });
    if area.kind == AreaKind::LocalAuthority && ons_area(&area.value).is_some() {
        put("uri", &format!("{ONS_CODE}{}", area.value));
    }
    identify(&mut written, owner, "area");
    if read_area(&Node::of(&written), &mut Remarks::default()) != [area.clone()] {
        let kind: Fact = ("area.kind", area.kind.as_str().to_owned());
        facts::replace(&mut written, "service_area", "area", vec![kind], false);
    }
    Value::Object(written)
}
