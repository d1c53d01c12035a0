//! Local authorities: which there are, and to which nation, region, combined authority and county each belongs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::fold::fold;
use super::geo::Point;

/// The nine-character code that the Office for National Statistics gives a local authority, as `E08000003`.
///
/// Always of the right form; whether the code is in the embedded table, [`super::Gazetteer::authority`] says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LadCode([u8; 9]);

impl LadCode {
    /// Reads a code: `E`, `N`, `S` or `W` and eight digits. `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 9] = text.as_bytes().try_into().ok()?;
        let [first, digits @ ..] = &bytes;
        (b"ENSW".contains(first) && digits.iter().all(u8::is_ascii_digit)).then_some(Self(bytes))
    }

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The nation, which the first letter tells even of a code that is not in the table.
    #[must_use]
    pub const fn nation(self) -> Nation {
        match self.0[0] {
            b'S' => Nation::Scotland,
            b'W' => Nation::Wales,
            b'N' => Nation::NorthernIreland,
            _ => Nation::England,
        }
    }
}

impl FromStr for LadCode {
    type Err = NotALadCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text).ok_or(NotALadCode)
    }
}

/// A text is not the code of a local authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected the nine-character code of a local authority, as E08000003")]
pub struct NotALadCode;

impl fmt::Display for LadCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for LadCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LadCode({})", self.as_str())
    }
}

/// A nation of the United Kingdom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Nation {
    /// England.
    England,
    /// Scotland.
    Scotland,
    /// Wales.
    Wales,
    /// Northern Ireland.
    NorthernIreland,
}

impl Nation {
    /// All four.
    pub const ALL: [Self; 4] = [Self::England, Self::Scotland, Self::Wales, Self::NorthernIreland];

    /// Its English name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::England => "England",
            Self::Scotland => "Scotland",
            Self::Wales => "Wales",
            Self::NorthernIreland => "Northern Ireland",
        }
    }

    /// The nation of this name, in any case; Wales also as Cymru.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let name = fold(text);
        match name.as_str() {
            "cymru" => Some(Self::Wales),
            _ => Self::ALL.into_iter().find(|nation| fold(nation.name()) == name),
        }
    }
}

/// How much of a place lies in one local authority.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AuthorityShare {
    /// The authority.
    pub code: LadCode,
    /// The share of the place's live postcodes that lie in it, above 0 and at most 1; 1 when that is certain.
    pub share: f64,
}

/// Where an authority stands in local government.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// A district council beneath a county council.
    District,
    /// A metropolitan district.
    Metropolitan,
    /// A London borough, or the City of London.
    London,
    /// The only council of its area: the unitary authorities of England, and all of Wales, Scotland and Northern Ireland.
    Unitary,
}

/// A local authority.
#[derive(Clone, Debug)]
pub struct Authority {
    /// Its code.
    pub code: LadCode,
    /// Its everyday name.
    pub name: &'static str,
    /// Its nation.
    pub nation: Nation,
    /// Its region; outside England the nation's name.
    pub region: &'static str,
    /// The abbreviation of its combined authority, if it belongs to one.
    pub combined: Option<&'static str>,
    /// Its ceremonial county or counties; only in England.
    pub counties: Vec<&'static str>,
    /// Counties that are none any more and that people still write.
    pub former_counties: Vec<&'static str>,
    /// Where it stands.
    pub tier: Tier,
    /// The middle of its live postcodes.
    pub point: Point,
    /// 95% of its live postcodes lie within so many km of that.
    pub within_km: f64,
    /// All of them do within so many.
    pub furthest_km: f64,
    /// How many live postcodes it has.
    pub postcodes: u32,
    /// Codes that it had before its boundary was changed a little.
    pub former_codes: Vec<LadCode>,
    /// Other names: the council's full name, Welsh, Gaelic, short.
    pub other_names: Vec<&'static str>,
}

impl Authority {
    /// One line of `authorities.tsv`; `None` if it is not of that form.
    pub(super) fn read(line: &'static str) -> Option<Self> {
        let mut fields = line.split('\t');
        let mut next = || fields.next();
        let list = |text: &'static str| text.split(';').filter(|item| !item.is_empty());
        let (code, name, nation, region, combined) = (next()?, next()?, next()?, next()?, next()?);
        let (counties, tier, lat, lon) = (next()?, next()?, next()?, next()?);
        let (within, furthest, postcodes, former, others) = (next()?, next()?, next()?, next()?, next()?);
        Some(Self {
            code: LadCode::parse(code)?,
            name,
            nation: Nation::parse(nation)?,
            region,
            combined: (!combined.is_empty()).then_some(combined),
            counties: list(counties).filter(|county| !county.starts_with('+')).collect(),
            former_counties: list(counties).filter_map(|county| county.strip_prefix('+')).collect(),
            tier: match tier {
                "district" => Tier::District,
                "metropolitan" => Tier::Metropolitan,
                "london" => Tier::London,
                "unitary" => Tier::Unitary,
                _ => return None,
            },
            point: Point::new(lat.parse().ok()?, lon.parse().ok()?).ok()?,
            within_km: within.parse().ok()?,
            furthest_km: furthest.parse().ok()?,
            postcodes: postcodes.parse().ok()?,
            former_codes: list(former).map(LadCode::parse).collect::<Option<_>>()?,
            other_names: list(others).collect(),
        })
    }

    /// Every name that it goes by.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.other_names.iter().copied())
    }

    /// Every name of an area that holds all or most of it: its own, its counties', combined authority's, region's.
    pub(super) fn area_names(&self) -> impl Iterator<Item = &'static str> {
        let areas = self.counties.iter().chain(&self.former_counties).copied();
        self.names().chain(areas).chain(self.combined).chain([self.region, self.nation.name()])
    }
}
