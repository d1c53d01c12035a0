//! Why a text is no place we can find, in words that help.

use std::fmt;

use thiserror::Error;

use super::names::Candidate;

/// An island that is not in the United Kingdom and for which there are no data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrownDependency {
    /// Jersey, postcodes JE.
    Jersey,
    /// Guernsey with Alderney, Sark and Herm, postcodes GY.
    Guernsey,
    /// The Isle of Man, postcodes IM.
    IsleOfMan,
}

impl CrownDependency {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jersey => "Jersey",
            Self::Guernsey => "Guernsey",
            Self::IsleOfMan => "the Isle of Man",
        }
    }
}

/// A code that is written like a postcode and stands for no place in the United Kingdom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NonGeographic {
    /// British forces' post, BFPO and BF1.
    BritishForces,
    /// A single large organisation's or a special code: GIR, BX, XX, XM.
    LargeUser,
    /// A British overseas territory.
    OverseasTerritory,
}

impl fmt::Display for NonGeographic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BritishForces => "a forces' post code",
            Self::LargeUser => "a code of one organisation, not of a place",
            Self::OverseasTerritory => "a code of an overseas territory",
        })
    }
}

/// Why a text is no place we can find. Each message says what would do instead.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum PlaceProblem {
    /// Nothing was typed.
    #[error("type a postcode, a town or another place name, as M14 5RQ or Salford")]
    Empty,
    /// More was typed than any place needs.
    #[error("this is too long for a place: type a postcode or a place name, in {limit} characters at most")]
    TooLong {
        /// The most characters.
        limit: usize,
    },
    /// It is neither a postcode, nor coordinates, nor a name.
    #[error("“{text}” is not a postcode or a place name{}", suggested(suggestion.as_deref()))]
    Malformed {
        /// What was typed.
        text: String,
        /// What may have been meant.
        suggestion: Option<String>,
    },
    /// A postcode without its end.
    #[error("“{text}” is a postcode without its last letter: type all of it, or only {}", or(examples))]
    HalfTyped {
        /// What was typed.
        text: String,
        /// Parts of it that stand by themselves.
        examples: Vec<String>,
    },
    /// Jersey, Guernsey or the Isle of Man.
    #[error("{} is not in the United Kingdom, and this directory does not reach there", which.name())]
    CrownDependency {
        /// Which.
        which: CrownDependency,
    },
    /// A well-formed postcode, or part of one, whose district does not exist.
    #[error("there is no postcode {text}: {district} is not a postcode district{}", suggested(suggestion.as_deref()))]
    UnknownPostcode {
        /// What was typed, in its written form.
        text: String,
        /// The district or area that does not exist.
        district: String,
        /// What may have been meant.
        suggestion: Option<String>,
    },
    /// A code without a place.
    #[error("{text} is {kind}: type the postcode of where the person is, or a town")]
    NonGeographic {
        /// What was typed.
        text: String,
        /// What it is.
        kind: NonGeographic,
    },
    /// Coordinates, or an Irish postcode, outside the United Kingdom.
    #[error("{text} is outside the United Kingdom{}", suggested(suggestion.as_deref()))]
    OutsideUk {
        /// What was typed.
        text: String,
        /// What may have been meant: the same numbers in the other order.
        suggestion: Option<String>,
    },
    /// No place of this name.
    #[error("no place called “{text}” is known{}", suggested_any(suggestions))]
    UnknownPlace {
        /// What was typed.
        text: String,
        /// Names that are spelled nearly so, or the places of this name elsewhere.
        suggestions: Vec<String>,
    },
    /// Several places of this name.
    #[error("there are several places called “{text}”: which one? {}", or(&keys(candidates)))]
    Ambiguous {
        /// What was typed.
        text: String,
        /// The places, largest first.
        candidates: Vec<Candidate>,
    },
    /// A county, region or nation: too large to look near.
    #[error("{name} is too large an area to look near: type a postcode or a town")]
    TooBroad {
        /// Its name.
        name: String,
    },
}

impl PlaceProblem {
    /// The problem as a word that programs can rely on.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "EMPTY",
            Self::TooLong { .. } => "TOO_LONG",
            Self::Malformed { .. } => "MALFORMED",
            Self::HalfTyped { .. } => "HALF_TYPED",
            Self::CrownDependency { .. } => "CROWN_DEPENDENCY",
            Self::UnknownPostcode { .. } => "UNKNOWN_POSTCODE",
            Self::NonGeographic { .. } => "NON_GEOGRAPHIC",
            Self::OutsideUk { .. } => "OUTSIDE_UK",
            Self::UnknownPlace { .. } => "UNKNOWN_PLACE",
            Self::Ambiguous { .. } => "AMBIGUOUS_PLACE",
            Self::TooBroad { .. } => "TOO_BROAD",
        }
    }

    /// What can be sent instead, best first: suggestions, examples, or the candidates' keys.
    #[must_use]
    pub fn suggestions(&self) -> Vec<String> {
        match self {
            Self::Malformed { suggestion, .. }
            | Self::UnknownPostcode { suggestion, .. }
            | Self::OutsideUk { suggestion, .. } => suggestion.iter().cloned().collect(),
            Self::HalfTyped { examples, .. } => examples.clone(),
            Self::UnknownPlace { suggestions, .. } => suggestions.clone(),
            Self::Ambiguous { candidates, .. } => keys(candidates),
            Self::Empty
            | Self::TooLong { .. }
            | Self::CrownDependency { .. }
            | Self::NonGeographic { .. }
            | Self::TooBroad { .. } => Vec::new(),
        }
    }
}

fn keys(candidates: &[Candidate]) -> Vec<String> {
    candidates.iter().map(|candidate| candidate.key.clone()).collect()
}

fn suggested(suggestion: Option<&str>) -> String {
    suggestion.map(|text| format!(": did you mean {text}?")).unwrap_or_default()
}

fn suggested_any(suggestions: &[String]) -> String {
    if suggestions.is_empty() {
        ": try a postcode or a larger place nearby".to_owned()
    } else {
        format!(": did you mean {}?", or(suggestions))
    }
}

/// `a, b or c`; semicolons where the items hold commas.
fn or(items: &[String]) -> String {
    let comma = if items.iter().any(|item| item.contains(',')) { "; " } else { ", " };
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(comma)),
    }
}
