//! How much two sets of facts look like one thing, and why. Pure.
//!
//! Each thing that two have in common is a reason with a weight: how likely it alone makes them one. Reasons are taken
//! for independent, so together they leave the doubt that each of them leaves, multiplied: `1 - Π(1 - w)`. What speaks
//! against lessens the whole. To add a reason: a kind here, its weights in [`WEIGHTS`] with where they come from.

use std::collections::BTreeSet;
use std::fmt;

use entity::enums::DuplicateKeyKind;
use entity::ids::AgencyId;

use super::normal::{Key, Name};
use crate::places::{Gazetteer, Point, Postcode, distance_km};

/// From this score on two are likely one.
pub const LIKELY: u8 = 80;
/// From this score on two are possibly one; below it nothing is told.
pub const POSSIBLE: u8 = 50;
/// From this similarity on names count as similar: a slip of the hand, a word more, another order.
pub const SIMILAR: f64 = 0.8;

/// What a set of facts is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// An agency.
    Agency,
    /// A service, with what is known of its places and its agency.
    Service,
    /// A location.
    Location,
}

/// What two have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReasonKind {
    /// A charity number.
    CharityNumber,
    /// A company number.
    CompanyNumber,
    /// A UPRN: both are in one building.
    Uprn,
    /// A telephone number.
    Phone,
    /// A website.
    Website,
    /// A similar name, nearby or along with something else that is equal.
    Name,
}

impl ReasonKind {
    /// The kind in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::CharityNumber => "charity number",
            Self::CompanyNumber => "company number",
            Self::Uprn => "UPRN",
            Self::Phone => "telephone",
            Self::Website => "website",
            Self::Name => "name",
        }
    }
}

/// A reason to take two for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// What they have in common.
    pub kind: ReasonKind,
    /// The value itself; for a name how alike, and how near.
    pub shared: String,
}

/// How much two look like one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// From [`POSSIBLE`] to 100.
    pub score: u8,
    /// Why, in the order of [`ReasonKind`].
    pub reasons: Vec<Reason>,
}

impl Match {
    /// Whether they are likely one, not only possibly.
    #[must_use]
    pub const fn is_likely(&self) -> bool {
        self.score >= LIKELY
    }
}

impl fmt::Display for Match {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}%", self.score)?;
        self.reasons.iter().try_for_each(|reason| write!(out, ", {}: {}", reason.kind.words(), reason.shared))
    }
}

/// Where something is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// The full postcode.
    pub postcode: Option<Postcode>,
    /// The point, where it is the thing's own or its postcode's: [`Spot::of`] keeps no other.
    pub point: Option<Point>,
}

impl Spot {
    /// Where something is. The middle of a postcode's sector or district is where nothing need be, and all that was
    /// placed by it would be at one point: it is no point here.
    #[must_use]
    pub fn of(postcode: Option<Postcode>, point: Option<Point>) -> Self {
        let is_middle = |point: &Point| {
            let known = Gazetteer::embedded();
            postcode.is_some_and(|postcode| {
                known.sector(postcode.sector()).is_some_and(|ground| ground.point == *point)
                    || known.district(postcode.district()).is_some_and(|ground| ground.point == *point)
            })
        };
        Self { postcode, point: point.filter(|point| !is_middle(point)) }
    }
}

/// What is known of something that may be there twice. Of confidential places it must hold nothing.
#[derive(Clone, Debug)]
pub struct Facts {
    /// What it is.
    pub what: What,
    /// The agency whose service it is, where it is one's that is known.
    pub agency: Option<AgencyId>,
    /// Its names.
    pub names: Vec<Name>,
    /// Its numbers and addresses.
    pub keys: BTreeSet<Key>,
    /// Where it is.
    pub spots: Vec<Spot>,
}

/// How near two are to each other, nearest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nearness {
    /// In one building, by its UPRN.
    SameBuilding,
    /// At one postcode.
    SamePostcode,
    /// Within 250 metres.
    Within250m,
    /// Within a kilometre.
    Within1km,
    /// In one postcode district.
    SameDistrict,
    /// Nobody knows.
    Unknown,
    /// Elsewhere.
    Elsewhere,
}

impl Nearness {
    const fn words(self) -> &'static str {
        match self {
            Self::SameBuilding => "in one building",
            Self::SamePostcode => "at one postcode",
            Self::Within250m => "within 250 m",
            Self::Within1km => "within 1 km",
            Self::SameDistrict => "in one postcode district",
            Self::Unknown => "place not known",
            Self::Elsewhere => "at different places",
        }
    }

    fn between(one: &Spot, other: &Spot) -> Self {
        let postcodes = one.postcode.zip(other.postcode);
        let metres = one.point.zip(other.point).map(|(one, other)| distance_km(one, other) * 1000.0);
        match (postcodes, metres) {
            (Some((one, other)), _) if one == other => Self::SamePostcode,
            (_, Some(metres)) if metres <= 250.0 => Self::Within250m,
            (_, Some(metres)) if metres <= 1000.0 => Self::Within1km,
            (Some((one, other)), _) if one.district() == other.district() => Self::SameDistrict,
            (None, None) => Self::Unknown,
            (Some(_), _) | (None, Some(_)) => Self::Elsewhere,
        }
    }

    /// Of the nearest of their places.
    fn of(one: &[Spot], other: &[Spot]) -> Self {
        let pairs = one.iter().flat_map(|one| other.iter().map(move |other| Self::between(one, other)));
        pairs.min().unwrap_or(Self::Unknown)
    }
}

/// The weights of equal values, for agencies, services and locations. They are judgements, tried on the real feeds (see
/// the tests), not frequencies: no set of pairs that somebody has settled exists yet.
///
/// - Numbers of registers name one organisation; branches that share one are mostly one agency entered twice. An
///   organisation has many services, so for these its numbers say little by themselves.
/// - A UPRN names a building exactly; buildings house several agencies, and those several services.
/// - Telephone and website are mostly an agency's own; its services share them, and switchboards and federations are
///   shared by several, so that one alone makes agencies possible duplicates. Of services, six groups of one
///   organisation in the feed of Manchester shared both: a service is told by its name, and without a similar one there
///   is no match, whatever else is shared.
pub const WEIGHTS: &[(DuplicateKeyKind, ReasonKind, [f64; 3])] = &[
    (DuplicateKeyKind::CharityNumber, ReasonKind::CharityNumber, [0.90, 0.25, 0.0]),
    (DuplicateKeyKind::CompanyNumber, ReasonKind::CompanyNumber, [0.90, 0.25, 0.0]),
    (DuplicateKeyKind::Uprn, ReasonKind::Uprn, [0.25, 0.25, 0.95]),
    (DuplicateKeyKind::Phone, ReasonKind::Phone, [0.55, 0.40, 0.40]),
    (DuplicateKeyKind::Website, ReasonKind::Website, [0.55, 0.15, 0.10]),
];

/// The weights of an equal name, for agencies, services and locations, by nearness: where nothing else is equal, and
/// where a number or address is. A name that is only similar counts for less ([`likeness`]).
///
/// - In one building or at one postcode (some 15 addresses) two of one name are hardly two.
/// - Within 250 metres at another postcode the feed of 2014 has the second shops of chains, hardly anything else: just
///   possible, and only where the name is the very same. Within a kilometre it is not enough alone.
/// - With an equal number or address a name counts wherever it is. Where the places are known and differ it must be the
///   very same: similar ones are how an organisation's branches are called.
pub const NAME_WEIGHTS: &[(Nearness, [f64; 3], [f64; 3])] = &[
    (Nearness::SameBuilding, [0.80, 0.80, 0.80], [0.85, 0.85, 0.85]),
    (Nearness::SamePostcode, [0.80, 0.80, 0.80], [0.85, 0.85, 0.85]),
    (Nearness::Within250m, [0.50, 0.50, 0.50], [0.80, 0.80, 0.80]),
    (Nearness::Within1km, [0.40, 0.40, 0.30], [0.70, 0.70, 0.40]),
    (Nearness::SameDistrict, [0.25, 0.25, 0.10], [0.65, 0.55, 0.30]),
    (Nearness::Unknown, [0.0, 0.0, 0.0], [0.65, 0.55, 0.0]),
    (Nearness::Elsewhere, [0.0, 0.0, 0.0], [0.60, 0.20, 0.0]),
];

/// What is left of a score where both have numbers of a register and none in common: two organisations, or one that is
/// registered twice; for services that is a matter of who offers them, as when one takes over another's.
pub const AGAINST: &[(DuplicateKeyKind, [f64; 3])] =
    &[(DuplicateKeyKind::CharityNumber, [0.35, 0.55, 1.0]), (DuplicateKeyKind::CompanyNumber, [0.50, 0.70, 1.0])];

/// What a similarity of names makes of the weight of an equal name: all of it for equal ones, a little over half for
/// those that are just similar.
#[must_use]
pub fn likeness(similarity: f64) -> f64 {
    if similarity < SIMILAR { 0.0 } else { 0.6 + 0.4 * (similarity - SIMILAR) / (1.0 - SIMILAR) }
}

fn values(keys: &BTreeSet<Key>, kind: DuplicateKeyKind) -> BTreeSet<&str> {
    keys.iter().filter(|key| key.kind == kind).map(|key| key.value.as_str()).collect()
}

/// Whether two look like one, and why; `None` where they do not, or are not of one kind. It does not matter which of the
/// two comes first. Whoever calls it sees to it that they are two: a thing looks exactly like itself.
///
/// Of two services of one agency the numbers and addresses are the agency's, and say nothing: name and place decide.
/// Services without a similar name, nearby or linked by a number or address, are no match.
#[must_use]
pub fn compare(one: &Facts, other: &Facts) -> Option<Match> {
    if one.what != other.what {
        return None;
    }
    let of = |weights: &[f64; 3]| weights.get(one.what as usize).copied().unwrap_or_default();
    let of_one_agency = one.agency.is_some() && one.agency == other.agency;
    let (mut doubt, mut left, mut reasons, mut is_linked) = (1.0, 1.0, Vec::new(), false);
    let mut nearness = Nearness::of(&one.spots, &other.spots);
    for (kind, reason, weights) in WEIGHTS {
        let (mine, theirs) = (values(&one.keys, *kind), values(&other.keys, *kind));
        let is_the_agencys = of_one_agency && *kind != DuplicateKeyKind::Uprn;
        let shared: Vec<&str> = mine.intersection(&theirs).copied().collect();
        if !shared.is_empty() && !is_the_agencys && of(weights) > 0.0 {
            doubt *= 1.0 - of(weights);
            if *reason == ReasonKind::Uprn {
                nearness = Nearness::SameBuilding;
            } else {
                is_linked = true;
            }
            reasons.push(Reason { kind: *reason, shared: shared.join(", ") });
        }
        if shared.is_empty() && !mine.is_empty() && !theirs.is_empty() {
            left *= AGAINST.iter().find(|(against, _)| against == kind).map_or(1.0, |(_, factors)| of(factors));
        }
    }
    let pairs = one.names.iter().flat_map(|mine| other.names.iter().map(|theirs| mine.similarity(theirs)));
    let similarity = pairs.fold(0.0, f64::max);
    let weight = NAME_WEIGHTS.iter().find(|(near, ..)| *near == nearness);
    let weight = weight.map_or(0.0, |(_, alone, linked)| of(if is_linked { linked } else { alone }));
    let is_a_branch = nearness == Nearness::Elsewhere && similarity < 1.0;
    let weight = if is_a_branch { 0.0 } else { weight * likeness(similarity) };
    if weight <= 0.0 && one.what == What::Service {
        return None;
    }
    if weight > 0.0 {
        doubt *= 1.0 - weight;
        let alike = if similarity >= 1.0 { "one name" } else { "similar names" };
        reasons.push(Reason { kind: ReasonKind::Name, shared: format!("{alike}, {}", nearness.words()) });
    }
    let score = whole((1.0 - doubt) * left);
    (score >= POSSIBLE).then_some(Match { score, reasons })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of 100")]
fn whole(share: f64) -> u8 {
    (share * 100.0).round().clamp(0.0, 100.0) as u8
}
