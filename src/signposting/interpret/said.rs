//! What a text says of a person's life, and what several such statements come to together.

use entity::enums::{AccessFeature, Characteristic, Gender, OffenceType};

use super::tokens::Span;
use crate::signposting::circumstances::{Circumstances, SubstanceUse};

/// Something that was found in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Found<T> {
    /// What.
    pub what: T,
    /// How sure that is, in percent, from 1 to 99.
    pub confidence: u8,
    /// The words it was read from, in the order of the text.
    pub words: Vec<Span>,
}

/// One statement about a person's circumstances.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// Age in years.
    Age(f64),
    /// Gender.
    Gender(Gender),
    /// Drink and drugs.
    SubstanceUse(SubstanceUse),
    /// An offence that a service may ask about.
    Offence(OffenceType),
    /// That there is no offence.
    NoOffences,
    /// That a characteristic holds (`true`) or does not (`false`).
    Characteristic(Characteristic, bool),
    /// A language that is spoken, as a BCP 47 tag.
    Language(String),
    /// What the person needs in order to come at all.
    Access(AccessFeature),
}

impl Said {
    /// The opposite, where there is one: of "using" it is that one has stopped.
    pub(super) fn opposite(&self) -> Option<Self> {
        match self {
            Self::Characteristic(which, holds) => Some(Self::Characteristic(*which, !holds)),
            Self::SubstanceUse(SubstanceUse::Using) => Some(Self::SubstanceUse(SubstanceUse::Abstinent { days: None })),
            Self::SubstanceUse(SubstanceUse::Abstinent { .. }) => Some(Self::SubstanceUse(SubstanceUse::Using)),
            Self::SubstanceUse(SubstanceUse::Never)
            | Self::Age(_)
            | Self::Gender(_)
            | Self::Offence(_)
            | Self::NoOffences
            | Self::Language(_)
            | Self::Access(_) => None,
        }
    }

    /// Whether two statements cannot both be true.
    fn contradicts(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Age(a), Self::Age(b)) => a.total_cmp(b).is_ne(),
            (Self::Gender(a), Self::Gender(b)) => a != b,
            (
                Self::SubstanceUse(SubstanceUse::Abstinent { days: Some(a) }),
                Self::SubstanceUse(SubstanceUse::Abstinent { days: Some(b) }),
            ) => a != b,
            (
                Self::SubstanceUse(SubstanceUse::Abstinent { .. }),
                Self::SubstanceUse(SubstanceUse::Abstinent { .. }),
            ) => false,
            (Self::SubstanceUse(a), Self::SubstanceUse(b)) => a != b,
            (Self::Offence(_), Self::NoOffences) | (Self::NoOffences, Self::Offence(_)) => true,
            (Self::Characteristic(a, a_holds), Self::Characteristic(b, b_holds)) => a == b && a_holds != b_holds,
            (
                Self::Age(_)
                | Self::Gender(_)
                | Self::SubstanceUse(_)
                | Self::Offence(_)
                | Self::NoOffences
                | Self::Characteristic(..)
                | Self::Language(_)
                | Self::Access(_),
                _,
            ) => false,
        }
    }
}

/// Two grounds for one thing: it is in doubt only if both are.
pub(super) fn together(one: f64, other: f64) -> f64 {
    1.0 - (1.0 - one) * (1.0 - other)
}

/// A probability as a percentage; never certain either way.
pub(super) fn percent(sure: f64) -> u8 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "rounded and held between 1 and 99 first"
    )]
    let percent = (sure * 100.0).round().clamp(1.0, 99.0) as u8;
    percent
}

/// Puts findings of one thing together, the surest first, then in the order of the text. Of two from the same words the
/// surer counts.
pub(super) fn gather<T: PartialEq>(found: Vec<(T, f64, Vec<Span>)>) -> Vec<Found<T>> {
    let mut whole: Vec<(T, f64, Vec<Span>)> = Vec::with_capacity(found.len());
    for (what, sure, words) in found {
        match whole.iter_mut().find(|(held, ..)| *held == what) {
            Some((_, held, spans)) => {
                let same = |one: &Span| spans.iter().any(|other| one.start < other.end && other.start < one.end);
                *held = if words.iter().any(same) { held.max(sure) } else { together(*held, sure) };
                spans.extend(words);
            }
            None => whole.push((what, sure, words)),
        }
    }
    let mut out: Vec<Found<T>> = whole
        .into_iter()
        .map(|(what, sure, words)| Found { what, confidence: percent(sure), words: in_order(words) })
        .collect();
    out.sort_by(|a, b| b.confidence.cmp(&a.confidence).then_with(|| a.words.cmp(&b.words)));
    out
}

/// Spans by their place, each once, and none inside another.
pub(super) fn in_order(mut words: Vec<Span>) -> Vec<Span> {
    words.sort_unstable_by_key(|span| (span.start, usize::MAX - span.end));
    let mut end = 0;
    words.retain(|span| {
        let news = span.end > end;
        end = end.max(span.end);
        news
    });
    words
}

/// What the statements come to. Of two that contradict each other the less certain is left out; where both are
/// equally certain, both are, and that part stays *not said*.
pub(super) fn merged(said: &[Found<Said>]) -> Circumstances {
    let mut whole = Circumstances::default();
    for one in said {
        let beaten = said.iter().any(|other| one.what.contradicts(&other.what) && other.confidence >= one.confidence);
        if beaten {
            continue;
        }
        match &one.what {
            Said::Age(age) => whole.age = Some(*age),
            Said::Gender(gender) => whole.gender = Some(*gender),
            // Days that were said are kept beside a statement without them.
            Said::SubstanceUse(SubstanceUse::Abstinent { days: None })
                if matches!(whole.substance_use, Some(SubstanceUse::Abstinent { .. })) => {}
            Said::SubstanceUse(state) => whole.substance_use = Some(*state),
            Said::Offence(kind) => {
                let kinds = whole.offences.get_or_insert_default();
                if !kinds.contains(kind) {
                    kinds.push(*kind);
                }
            }
            Said::NoOffences => whole.offences = Some(Vec::new()),
            Said::Characteristic(which, holds) => drop(whole.characteristics.insert(*which, *holds)),
            Said::Language(tag) => whole.languages.push(tag.clone()),
            Said::Access(feature) => whole.access.push(*feature),
        }
    }
    if let Some(offences) = &mut whole.offences {
        offences.sort_unstable();
    }
    whole.languages.sort_unstable();
    whole.access.sort_unstable();
    whole
}
