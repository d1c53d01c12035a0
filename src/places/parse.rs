//! What sort of text somebody typed for a place: a postcode or a part of one, coordinates, or a name.

use super::fold::fold;
use super::gazetteer::Gazetteer;
use super::geo::Point;
use super::postcode::{District, PostcodeText, Reading, compact, meant, read};
use super::problem::{CrownDependency, NonGeographic, PlaceProblem};

/// The most characters that a place may have.
pub const MAX_PLACE_CHARS: usize = 120;

/// More words of where a place is than this are left unread.
const MAX_QUALIFIERS: usize = 4;

/// A text recognised, not yet placed.
#[derive(Clone, Debug, PartialEq)]
pub enum Parsed {
    /// A postcode or a part of one, well-formed; perhaps not in use.
    Postcode(PostcodeText),
    /// Coordinates in or near the United Kingdom.
    Coordinates(Point),
    /// The name of a place; perhaps of none.
    Name(PlaceQuery),
}

/// A place by its name, with what was said of where it is.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaceQuery {
    /// As typed, for messages.
    pub(super) text: String,
    /// The name, folded.
    pub(super) name: String,
    /// What followed it, each folded: `kent` of "Ashford, Kent".
    pub(super) within: Vec<String>,
    /// A part of a postcode that followed it: M14 of "Rusholme M14".
    pub(super) code: Option<PostcodeText>,
}

impl PlaceQuery {
    /// As it was typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Recognises what somebody typed for a place.
///
/// An address that ends in a full postcode is read as that postcode. Letters and digits that look alike are never
/// exchanged here, only suggested. Anything at all may be given: whatever is no place is a [`PlaceProblem`].
pub fn parse(text: &str) -> Result<Parsed, PlaceProblem> {
    // No character takes more than four bytes, so nothing long is ever walked through.
    if text.len() > 4 * MAX_PLACE_CHARS || text.chars().count() > MAX_PLACE_CHARS {
        return Err(PlaceProblem::TooLong { limit: MAX_PLACE_CHARS });
    }
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let text = text.trim();
    if text.is_empty() {
        return Err(PlaceProblem::Empty);
    }
    if let Some(numbers) = two_numbers(text) {
        return coordinates(text, numbers);
    }
    if let Some(problem) = no_place_here(text) {
        return Err(problem);
    }
    match read(text) {
        Reading::Code(PostcodeText::Area(area)) if Gazetteer::embedded().districts_of(area).next().is_none() => {
            name(text)
        }
        Reading::Code(code) => Ok(Parsed::Postcode(code)),
        Reading::HalfTyped(sector) => Err(half_typed(text, sector.as_str(), sector.district())),
        Reading::Other => name(text),
    }
}

/// Latitude and longitude, as `53.45,-2.22`, `53.45 -2.22` or `53.45N 2.22W`.
fn two_numbers(text: &str) -> Option<(f64, f64)> {
    let text = text.strip_prefix("geo:").unwrap_or(text);
    let mut words = text.split([',', ';', ' ']).filter(|word| !word.is_empty());
    let (first, second) = (words.next()?, words.next()?);
    let degrees = |word: &str, negative: char| {
        let (number, sign) = match word.strip_suffix(['N', 'E', 'n', 'e']) {
            Some(number) => (number, 1.0),
            None => word
                .strip_suffix([negative, negative.to_ascii_lowercase()])
                .map_or((word, 1.0), |number| (number, -1.0)),
        };
        let number = number.strip_suffix('°').unwrap_or(number);
        // Words such as "inf" are numbers to the standard library.
        number.chars().all(|c| c.is_ascii_digit() || "+-.".contains(c)).then_some(())?;
        number.parse::<f64>().ok().map(|number| number * sign)
    };
    let numbers = (degrees(first, 'S')?, degrees(second, 'W')?);
    words.next().is_none().then_some(numbers)
}

fn coordinates(text: &str, (lat, lon): (f64, f64)) -> Result<Parsed, PlaceProblem> {
    let point = Point::new(lat, lon);
    if let Ok(point) = point
        && point.in_uk_box()
    {
        return Ok(Parsed::Coordinates(point));
    }
    let exchanged = Point::new(lon, lat).ok().filter(|point| point.in_uk_box());
    let suggestion = exchanged.map(|point| format!("{}, {}", point.lat(), point.lon()));
    let text = text.to_owned();
    match point {
        Ok(point) => Err(match crown_dependency_at(point) {
            Some(which) => PlaceProblem::CrownDependency { which },
            None => PlaceProblem::OutsideUk { text, suggestion },
        }),
        Err(_) => Err(PlaceProblem::Malformed { text, suggestion }),
    }
}

/// The Crown dependency that a point lies in, by boxes around their coasts.
pub(super) fn crown_dependency_at(point: Point) -> Option<CrownDependency> {
    let within = |south: f64, north: f64, west: f64, east: f64| {
        (south..=north).contains(&point.lat()) && (west..=east).contains(&point.lon())
    };
    if within(54.02, 54.43, -4.87, -4.28) {
        Some(CrownDependency::IsleOfMan)
    } else if within(49.15, 49.30, -2.28, -1.98) {
        Some(CrownDependency::Jersey)
    } else if within(49.38, 49.76, -2.72, -2.12) {
        Some(CrownDependency::Guernsey)
    } else {
        None
    }
}

/// Codes that are written like postcodes and stand for no place in the United Kingdom.
fn no_place_here(text: &str) -> Option<PlaceProblem> {
    let compact = String::from_utf8(compact(text)?).ok()?;
    let code = compact.as_str();
    let digit_after =
        |start: &str| code.strip_prefix(start).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let crown = |letters: &str| code == letters || digit_after(letters);
    let which = if crown("JE") {
        Some(CrownDependency::Jersey)
    } else if crown("GY") {
        Some(CrownDependency::Guernsey)
    } else if crown("IM") {
        Some(CrownDependency::IsleOfMan)
    } else {
        None
    };
    if let Some(which) = which {
        return Some(PlaceProblem::CrownDependency { which });
    }
    const TERRITORIES: [&str; 10] =
        ["AI2640", "ASCN1ZZ", "BBND1ZZ", "BIQQ1ZZ", "FIQQ1ZZ", "PCRN1ZZ", "SIQQ1ZZ", "STHL1ZZ", "TDCU1ZZ", "TKCA1ZZ"];
    let kind = if code.starts_with("BFPO") || digit_after("BF") {
        Some(NonGeographic::BritishForces)
    } else if code == "GIR" || code == "GIR0AA" || ["BX", "XX", "XM"].into_iter().any(digit_after) {
        Some(NonGeographic::LargeUser)
    } else if TERRITORIES.contains(&code) || digit_after("GX") {
        Some(NonGeographic::OverseasTerritory)
    } else {
        None
    };
    if let Some(kind) = kind {
        return Some(PlaceProblem::NonGeographic { text: text.to_owned(), kind });
    }
    is_eircode(code.as_bytes())
        .then(|| PlaceProblem::OutsideUk { text: format!("{text} (an Irish Eircode)"), suggestion: None })
}

/// A postcode of the Republic of Ireland, as `D02 X285`.
fn is_eircode(code: &[u8]) -> bool {
    let letter = |byte: &u8| b"ACDEFHKNPRTVWXY".contains(byte);
    match code {
        [a, b, c, unique @ ..] if unique.len() == 4 => {
            letter(a)
                && b.is_ascii_digit()
                && (c.is_ascii_digit() || *c == b'W')
                && unique.iter().all(|byte| byte.is_ascii_digit() || letter(byte))
        }
        _ => false,
    }
}

fn half_typed(text: &str, sector: &str, district: District) -> PlaceProblem {
    if Gazetteer::embedded().district(district).is_none() {
        return unknown_postcode(text.to_owned(), district.as_str());
    }
    PlaceProblem::HalfTyped { text: text.to_owned(), examples: vec![sector.to_owned(), district.as_str().to_owned()] }
}

/// The answer for a code whose district, or area, there is none.
pub(super) fn unknown_postcode(text: String, district: &str) -> PlaceProblem {
    let suggestion = suggestion(&text);
    PlaceProblem::UnknownPostcode { text, district: district.to_owned(), suggestion }
}

/// A postcode that may have been meant, with letters and digits that look alike exchanged.
pub(super) fn suggestion(text: &str) -> Option<String> {
    let gazetteer = Gazetteer::embedded();
    meant(text, |district| gazetteer.district(district).is_some()).map(|code| code.to_string())
}

/// A text that is no code: a name, perhaps with the rest of an address around it.
fn name(text: &str) -> Result<Parsed, PlaceProblem> {
    let (before, code) = ends_in_code(text);
    if let Some(code) = code {
        if let Some(problem) = no_place_here(&code.to_string()) {
            return Err(problem);
        }
        if matches!(code, PostcodeText::Full(_)) {
            return Ok(Parsed::Postcode(code));
        }
    }
    let mut parts = before.split([',', ';', '(', ')']).map(fold).filter(|part| !part.is_empty());
    match parts.next() {
        Some(name) if name.chars().any(char::is_alphabetic) && !name.contains(|c: char| c.is_ascii_digit()) => {
            let within = parts.take(MAX_QUALIFIERS).collect();
            Ok(Parsed::Name(PlaceQuery { text: text.to_owned(), name, within, code }))
        }
        Some(_) | None => Err(PlaceProblem::Malformed { text: text.to_owned(), suggestion: suggestion(text) }),
    }
}

/// The end of a longer text, where that is a postcode, sector or district, and what stands before it.
fn ends_in_code(text: &str) -> (&str, Option<PostcodeText>) {
    let is_gap = |c: char| c.is_whitespace() || c == ',' || c == ';';
    // The last two words, then the last alone: "Hulme M15 5RQ" before "Hulme M15".
    let last = text.rfind(is_gap);
    let last_but_one =
        last.and_then(|at| text.get(..at)).and_then(|before| before.trim_end_matches(is_gap).rfind(is_gap));
    for at in [last_but_one, last].into_iter().flatten() {
        let (before, after) = text.split_at(at);
        match PostcodeText::parse(after.trim_start_matches(is_gap)) {
            Some(PostcodeText::Area(_)) | None => {}
            Some(code) => return (before, Some(code)),
        }
    }
    (text, None)
}
