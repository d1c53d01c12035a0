//! What doors say, and when it has been said often enough to draft a correction of it. Pure.
//!
//! To add a reason: a variant of [`RefusalReason`]; the compiler asks for its words and for what it is about. To let another
//! reason of refused referrals draft a correction: its line in [`of_referral`].

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use entity::enums::{FieldGroup, ReferralReason, RefusalReason};
use entity::ids::{AccountId, AgencyId};

use super::proposing::Proposed;

/// How often something must have been said before a correction is drafted of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// So many refusals.
    pub refusals: u32,
    /// By at least so many workers.
    pub authors: u32,
    /// Within so many days, today among them.
    pub days: u32,
}

impl Default for Rule {
    fn default() -> Self {
        Self { refusals: 3, authors: 2, days: 60 }
    }
}

/// When referrals that a service refused become a draft. The draft says that they met this rule, and no number that grows: what
/// changed between two looks at it would tell of one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReferralRule {
    /// So many people were refused for one reason, however often each.
    pub people: u32,
    /// Within so many days, today not among them.
    pub days: u32,
}

/// A refusal that somebody told of and that is not answered yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The day on which it happened.
    pub day: NaiveDate,
    /// Who told of it.
    pub author: AccountId,
    /// For which agency.
    pub agency: Option<AgencyId>,
}

/// Enough refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// How many.
    pub refusals: usize,
    /// By how many workers.
    pub authors: usize,
    /// Of how many agencies.
    pub agencies: usize,
    /// The day of the first.
    pub since: NaiveDate,
}

/// What refusals of one service with one reason come to; `None` where they are not enough. What is answered is not among
/// them, so that after an answer only what comes later counts.
#[must_use]
pub fn tally(told: &[Refusal], rule: Rule, today: NaiveDate) -> Option<Tally> {
    let counts = |day: NaiveDate| today.checked_sub_days(Days::new(rule.days.into())).is_none_or(|before| day > before);
    let told: Vec<&Refusal> = told.iter().filter(|one| counts(one.day)).collect();
    let authors: BTreeSet<AccountId> = told.iter().map(|one| one.author).collect();
    let agencies: BTreeSet<AgencyId> = told.iter().filter_map(|one| one.agency).collect();
    let enough = told.len() >= rule.refusals as usize && authors.len() >= rule.authors as usize;
    let since = told.iter().map(|one| one.day).min().filter(|_| enough)?;
    Some(Tally { refusals: told.len(), authors: authors.len(), agencies: agencies.len(), since })
}

/// The draft in words.
#[must_use]
pub fn words(tally: Tally, reason: RefusalReason) -> String {
    let many = |count: usize, one: &str, several: &str| format!("{count} {}", if count == 1 { one } else { several });
    let workers = many(tally.authors, "worker", "workers");
    let of =
        if tally.agencies == 0 { String::new() } else { format!(" of {}", many(tally.agencies, "agency", "agencies")) };
    let were = if tally.authors == 1 { "was" } else { "were" };
    let times = many(tally.refusals, "time", "times");
    let since = tally.since.format("%-d %B %Y");
    format!("{workers}{of} {were} turned away {times} since {since}, because {}.", because(reason))
}

/// What a draft says of referrals: the rule that they met, and nothing of them.
#[must_use]
pub fn words_of_referrals(rule: ReferralRule, reason: RefusalReason) -> String {
    let ReferralRule { people, days } = rule;
    let because = because(reason);
    format!("At least {people} people who were referred to it within {days} days were refused, because {because}.")
}

/// What a reason for which a referral is refused says of the listing. Only where the service helps is said of all whom it
/// refuses; anything else is of a person, of the day or of money, and a listing may be right in spite of it.
#[must_use]
pub const fn of_referral(reason: ReferralReason) -> Option<RefusalReason> {
    match reason {
        ReferralReason::OutOfArea => Some(RefusalReason::AreaNotCovered),
        ReferralReason::Age
        | ReferralReason::Gender
        | ReferralReason::NoCapacity
        | ReferralReason::NotFundedForArea
        | ReferralReason::ActiveUse
        | ReferralReason::OffenceType
        | ReferralReason::RiskTooHigh
        | ReferralReason::NeedNotMetHere
        | ReferralReason::AlreadySupported
        | ReferralReason::CouldNotContact
        | ReferralReason::DeclinedByServiceUser
        | ReferralReason::NoLawfulRoute
        | ReferralReason::Other => None,
    }
}

/// A reason as the end of a sentence.
const fn because(reason: RefusalReason) -> &'static str {
    match reason {
        RefusalReason::NotTakingNewPeople => "the service takes no new people now",
        RefusalReason::ClosedAtTheTime => "it was shut when the listing says that it is open",
        RefusalReason::MovedOrGone => "it is not there any more",
        RefusalReason::NobodyAnswered => "nobody answered",
        RefusalReason::NotOffered => "it does not do what the listing says",
        RefusalReason::AreaNotCovered => "it does not cover where people came from",
        RefusalReason::NoLocalConnection => "it wants a local connection",
        RefusalReason::Age => "people were too young or too old",
        RefusalReason::Gender => "it is for another gender",
        RefusalReason::UsingNow => "it takes nobody who uses or drinks, or not so soon",
        RefusalReason::SubstitutePrescribing => "it takes nobody on a substitute prescription",
        RefusalReason::Offences => "of offences",
        RefusalReason::MentalHealth => "of people's mental health",
        RefusalReason::NoRecourse => "it takes nobody without recourse to public funds",
        RefusalReason::Children => "it takes nobody with children",
        RefusalReason::Pets => "it takes nobody with a pet",
        RefusalReason::NoId => "it wants papers that people do not have",
        RefusalReason::RouteNotAccepted => "it takes nobody who comes this way",
        RefusalReason::Cost => "it wants money that people do not have",
        RefusalReason::NotAccessible => "people could not get in or be understood",
        RefusalReason::Other => "of something else",
    }
}

/// The part of the listing that a reason is about: what whoever keeps it looks at first.
#[must_use]
pub const fn about(reason: RefusalReason) -> Option<FieldGroup> {
    match reason {
        RefusalReason::NotTakingNewPeople => Some(FieldGroup::Capacity),
        RefusalReason::ClosedAtTheTime => Some(FieldGroup::Hours),
        RefusalReason::NobodyAnswered => Some(FieldGroup::Contact),
        RefusalReason::MovedOrGone | RefusalReason::AreaNotCovered | RefusalReason::NotAccessible => {
            Some(FieldGroup::Place)
        }
        RefusalReason::NotOffered | RefusalReason::RouteNotAccepted | RefusalReason::Cost => {
            Some(FieldGroup::Description)
        }
        RefusalReason::NoLocalConnection
        | RefusalReason::Age
        | RefusalReason::Gender
        | RefusalReason::UsingNow
        | RefusalReason::SubstitutePrescribing
        | RefusalReason::Offences
        | RefusalReason::MentalHealth
        | RefusalReason::NoRecourse
        | RefusalReason::Children
        | RefusalReason::Pets
        | RefusalReason::NoId => Some(FieldGroup::Eligibility),
        RefusalReason::Other => None,
    }
}

/// What a reason honestly says that the listing should say. A door that was shut once says nothing of the hours, nor
/// that somebody was too old at what age: of most reasons nothing can be proposed, and somebody has to look.
#[must_use]
pub fn proposes(reason: RefusalReason) -> Proposed {
    match reason {
        RefusalReason::NotTakingNewPeople => Proposed { available: Some(0), ..Proposed::default() },
        RefusalReason::ClosedAtTheTime
        | RefusalReason::MovedOrGone
        | RefusalReason::NobodyAnswered
        | RefusalReason::NotOffered
        | RefusalReason::AreaNotCovered
        | RefusalReason::NoLocalConnection
        | RefusalReason::Age
        | RefusalReason::Gender
        | RefusalReason::UsingNow
        | RefusalReason::SubstitutePrescribing
        | RefusalReason::Offences
        | RefusalReason::MentalHealth
        | RefusalReason::NoRecourse
        | RefusalReason::Children
        | RefusalReason::Pets
        | RefusalReason::NoId
        | RefusalReason::RouteNotAccepted
        | RefusalReason::Cost
        | RefusalReason::NotAccessible
        | RefusalReason::Other => Proposed::default(),
    }
}
