//! Postcodes and their parts, as text: what is well-formed, and its one written form.
//!
//! `M14 5RQ` is a postcode, `M14 5` its sector, `M14` its district (outward code), `M` its area. Well-formed is not in
//! use: which districts and sectors there are, the gazetteer knows.
//!
//! Shapes and excluded letters: BS 7666, as Royal Mail's Programmer's Guide to the Postcode Address File gives them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Up to eight ASCII characters held in place, so that codes are cheap to copy and compare.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
struct Code {
    bytes: [u8; 8],
    len: u8,
}

impl Code {
    /// From ASCII text of at most eight characters, which the callers have made sure of; more is cut off.
    fn new(text: &[u8]) -> Self {
        let mut bytes = [0; 8];
        let mut len = 0;
        for (to, from) in bytes.iter_mut().zip(text) {
            *to = *from;
            len += 1;
        }
        Self { bytes, len }
    }

    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}

/// A text is not the code that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("expected {expected}")]
pub struct NotAPostcode {
    /// What would be right, with an example.
    pub expected: &'static str,
}

macro_rules! code {
    ($(#[$meta:meta])* $name:ident, $variant:ident, $expected:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(Code);

        impl $name {
            /// Reads one in any case and spacing; letters and digits that look alike are not exchanged.
            pub fn parse(text: &str) -> Result<Self, NotAPostcode> {
                match PostcodeText::parse(text) {
                    Some(PostcodeText::$variant(code)) => Ok(code),
                    Some(_) | None => Err(NotAPostcode { expected: $expected }),
                }
            }

            /// The one written form.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl FromStr for $name {
            type Err = NotAPostcode;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.as_str())
            }
        }
    };
}

code! {
    /// A full postcode, as `M14 5RQ`.
    Postcode, Full, "a full postcode, as M14 5RQ"
}
code! {
    /// A postcode sector, as `M14 5`.
    Sector, Sector, "a postcode sector, as M14 5"
}
code! {
    /// A postcode district (outward code), as `M14`.
    District, District, "a postcode district, as M14"
}
code! {
    /// A postcode area, as `M`: the letters with which a postcode begins.
    PostcodeArea, Area, "a postcode area, as M"
}

impl Postcode {
    /// Its sector: all but the last two letters.
    #[must_use]
    pub fn sector(self) -> Sector {
        let bytes = self.0.as_bytes();
        Sector(Code::new(bytes.get(..bytes.len().saturating_sub(2)).unwrap_or_default()))
    }

    /// Its district: what stands before the space.
    #[must_use]
    pub fn district(self) -> District {
        self.sector().district()
    }

    /// Its area: the letters with which it begins.
    #[must_use]
    pub fn area(self) -> PostcodeArea {
        self.district().area()
    }
}

impl Sector {
    /// Reads one that is already in its written form, as the embedded tables are; faster than [`Sector::parse`].
    pub(super) fn written(text: &str) -> Option<Self> {
        let (outward, digit) = text.split_once(' ')?;
        let fits =
            is_outward(outward.as_bytes()) && digit.len() == 1 && digit.as_bytes().iter().all(u8::is_ascii_digit);
        fits.then(|| Self(Code::new(text.as_bytes())))
    }

    /// Its district: what stands before the space.
    #[must_use]
    pub fn district(self) -> District {
        let bytes = self.0.as_bytes();
        District(Code::new(bytes.get(..bytes.len().saturating_sub(2)).unwrap_or_default()))
    }
}

impl District {
    /// Reads one that is already in its written form, as the embedded tables are; faster than [`District::parse`].
    pub(super) fn written(text: &str) -> Option<Self> {
        is_outward(text.as_bytes()).then(|| Self(Code::new(text.as_bytes())))
    }

    /// Its area: the letters with which it begins.
    #[must_use]
    pub fn area(self) -> PostcodeArea {
        let letters = self.0.as_bytes().iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        PostcodeArea(Code::new(self.0.as_bytes().get(..letters).unwrap_or_default()))
    }
}

/// A postcode or a part of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PostcodeText {
    /// All of it.
    Full(Postcode),
    /// All but the last two letters.
    Sector(Sector),
    /// What stands before the space.
    District(District),
    /// The letters with which it begins; any one or two letters are well-formed.
    Area(PostcodeArea),
}

impl PostcodeText {
    /// Reads a postcode or a part of one, in any case and spacing, or `None`.
    ///
    /// The space matters only where it must: `M1 45RQ` can only be M14 5RQ, but `M1 4` is a sector and `M14` a district.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match read(text) {
            Reading::Code(code) => Some(code),
            Reading::HalfTyped(_) | Reading::Other => None,
        }
    }
}

impl fmt::Display for PostcodeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full(code) => code.fmt(f),
            Self::Sector(code) => code.fmt(f),
            Self::District(code) => code.fmt(f),
            Self::Area(code) => code.fmt(f),
        }
    }
}

/// What a text is, read as a postcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// A postcode or a part of one that stands by itself.
    Code(PostcodeText),
    /// A postcode whose last letter is missing.
    HalfTyped(Sector),
    /// None of it.
    Other,
}

/// Reads a text as a postcode or a part of one.
pub(super) fn read(text: &str) -> Reading {
    let Some(compact) = compact(text) else { return Reading::Other };
    let compact = compact.as_slice();
    if let Some((outward, inward)) = compact.split_last_chunk::<3>()
        && is_outward(outward)
        && is_inward(inward)
    {
        return Reading::Code(PostcodeText::Full(Postcode(join(outward, inward))));
    }
    let mut words = text.split_whitespace();
    let first_word = words.next().unwrap_or_default().len();
    let in_one_word = words.next().is_none();
    // A part of a postcode: the space says where the outward code ends, if there is one.
    let splits_at = |at: usize| in_one_word || first_word == at;
    if in_one_word && is_outward(compact) {
        return Reading::Code(PostcodeText::District(District(Code::new(compact))));
    }
    if let Some((digit, outward)) = compact.split_last()
        && digit.is_ascii_digit()
        && is_outward(outward)
        && splits_at(outward.len())
    {
        return Reading::Code(PostcodeText::Sector(Sector(join(outward, &[*digit]))));
    }
    if let Some((outward, [digit, letter])) = compact.split_last_chunk::<2>()
        && digit.is_ascii_digit()
        && is_inward_letter(*letter)
        && is_outward(outward)
        && splits_at(outward.len())
    {
        return Reading::HalfTyped(Sector(join(outward, &[*digit])));
    }
    if in_one_word && compact.len() <= 2 && !compact.is_empty() && compact.iter().all(u8::is_ascii_alphabetic) {
        return Reading::Code(PostcodeText::Area(PostcodeArea(Code::new(compact))));
    }
    Reading::Other
}

/// Letters and digits in capitals without spaces, if there is nothing else and no more than a postcode has.
pub(super) fn compact(text: &str) -> Option<Vec<u8>> {
    let mut compact = Vec::with_capacity(8);
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        if !c.is_ascii_alphanumeric() || compact.len() == 8 {
            return None;
        }
        compact.push(c.to_ascii_uppercase() as u8);
    }
    Some(compact)
}

fn join(outward: &[u8], inward: &[u8]) -> Code {
    let mut bytes = outward.to_vec();
    bytes.push(b' ');
    bytes.extend_from_slice(inward);
    Code::new(&bytes)
}

fn is_outward(bytes: &[u8]) -> bool {
    let letters = bytes.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let Some((area, rest)) = bytes.split_at_checked(letters) else { return false };
    let area_fits = area.iter().all(u8::is_ascii_uppercase)
        && match area {
            [first] => !b"QVX".contains(first),
            [first, second] => !b"QVX".contains(first) && !b"IJZ".contains(second),
            _ => false,
        };
    area_fits
        && match rest {
            [digit] => digit.is_ascii_digit(),
            [digit, last] => digit.is_ascii_digit() && (last.is_ascii_digit() || last.is_ascii_uppercase()),
            _ => false,
        }
}

fn is_inward(bytes: &[u8; 3]) -> bool {
    let [digit, first, second] = bytes;
    digit.is_ascii_digit() && is_inward_letter(*first) && is_inward_letter(*second)
}

/// The last two letters of a postcode are never ones that are misread by hand.
const fn is_inward_letter(byte: u8) -> bool {
    byte.is_ascii_uppercase() && !matches!(byte, b'C' | b'I' | b'K' | b'M' | b'O' | b'V')
}

/// What the text may have meant, where characters that look alike were exchanged (O and 0, I or L and 1, S and 5, Z and
/// 2, B and 8, G and 6): the code with the fewest changes among those whose district exists, or `None`.
pub(super) fn meant(text: &str, exists: impl Fn(District) -> bool) -> Option<PostcodeText> {
    let compact = compact(text)?;
    let mut spellings: Vec<(usize, Vec<u8>)> = vec![(0, Vec::with_capacity(compact.len()))];
    for byte in compact {
        let mut longer = Vec::with_capacity(spellings.len() * 2);
        for (changes, spelling) in spellings {
            for (at, other) in std::iter::once(&byte).chain(look_alikes(byte)).enumerate() {
                let mut spelling = spelling.clone();
                spelling.push(*other);
                longer.push((changes + usize::from(at > 0), spelling));
            }
        }
        spellings = longer;
    }
    spellings
        .into_iter()
        .filter(|(changes, _)| *changes > 0)
        .filter_map(|(changes, spelling)| {
            let code = PostcodeText::parse(std::str::from_utf8(&spelling).ok()?)?;
            let (rank, district) = match code {
                PostcodeText::Full(full) => (0, full.district()),
                PostcodeText::Sector(sector) => (1, sector.district()),
                PostcodeText::District(district) => (2, district),
                PostcodeText::Area(_) => return None,
            };
            exists(district).then_some((rank, changes, code))
        })
        .min()
        .map(|(_, _, code)| code)
}

const fn look_alikes(byte: u8) -> &'static [u8] {
    match byte {
        b'O' => b"0",
        b'0' => b"O",
        b'I' | b'L' => b"1",
        b'1' => b"IL",
        b'S' => b"5",
        b'5' => b"S",
        b'Z' => b"2",
        b'2' => b"Z",
        b'B' => b"8",
        b'8' => b"B",
        b'G' => b"6",
        b'6' => b"G",
        _ => b"",
    }
}
