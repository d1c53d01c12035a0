//! The clauses of the rule: each one comparison. Pure.

use entity::enums::{ConsentKind, LawfulBasis, Purpose};
use entity::instants::Millis;

use super::facts::{Assignment, Consent, Exclusion, Flow, Membership, Proxy, Relationship, TeamPlace, Themselves};
use super::{Ask, READERS, Row};

/// Bases that bind whatever the service user says: a denial does not stop them. A read under one that was denied is
/// marked and told.
pub const BINDING: &[LawfulBasis] = &[LawfulBasis::LegalObligation, LawfulBasis::SafeguardingDuty];

/// Milliseconds of a day of 24 hours.
pub const DAY: i64 = 24 * 60 * 60 * 1_000;

/// What is compared: the question, the row, and the facts that are chosen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound<'a> {
    pub(super) ask: &'a Ask,
    pub(super) row: &'a Row,
    pub(super) membership: Option<&'a Membership>,
    pub(super) themselves: Option<&'a Themselves>,
    pub(super) proxy: Option<&'a Proxy>,
    pub(super) exclusion: Option<&'a Exclusion>,
    pub(super) assignment: Option<&'a Assignment>,
    pub(super) team_place: Option<&'a TeamPlace>,
    pub(super) flow: Option<&'a Flow>,
    pub(super) consent: Option<&'a Consent>,
    pub(super) relationship: Option<&'a Relationship>,
}

impl<'a> Bound<'a> {
    /// A question and a row, and no fact chosen yet.
    pub(super) fn new(ask: &'a Ask, row: &'a Row) -> Self {
        Self {
            ask,
            row,
            membership: None,
            themselves: None,
            proxy: None,
            exclusion: None,
            assignment: None,
            team_place: None,
            flow: None,
            consent: None,
            relationship: None,
        }
    }
}

/// One comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Clause {
    /// The service user is whom the row is about.
    SelfOfRow,
    /// The account is their own.
    SelfIsAccount,
    /// Somebody stands for whom the row is about.
    ProxyOfRow,
    /// It is the account.
    ProxyIsAccount,
    /// It has begun.
    ProxyBegun,
    /// It has not ended.
    ProxyNotEnded,
    /// It is asked for a purpose for which rows are shown; figures are reckoned, and never shown.
    PurposeShowsRows,
    /// The role is the account's.
    MembershipOfAccount,
    /// It is held in the agency.
    MembershipOfAgency,
    /// It has begun.
    MembershipBegun,
    /// It has not ended.
    MembershipNotEnded,
    /// The role may read the category.
    MembershipMayRead,
    /// Whom the row is about keeps somebody out.
    ExclusionOfRow,
    /// It is the account.
    ExclusionOfAccount,
    /// It is the agency.
    ExclusionOfAgency,
    /// It has begun.
    ExclusionBegun,
    /// It has not ended.
    ExclusionNotEnded,
    /// The row is the agency's own.
    RowOfAgency,
    /// The referral was sent to the agency.
    PartyIsAgency,
    /// Whom the row is about is on a caseload.
    AssignmentOfRow,
    /// It is one of the agency.
    AssignmentOfAgency,
    /// It has begun.
    AssignmentBegun,
    /// It has not ended.
    AssignmentNotEnded,
    /// It is the account's.
    AssignmentOfAccount,
    /// The team is that of the caseload.
    TeamPlaceOfAssignment,
    /// The account belongs to it.
    TeamPlaceOfAccount,
    /// That has begun.
    TeamPlaceBegun,
    /// That has not ended.
    TeamPlaceNotEnded,
    /// It flows from the row's agency.
    FlowFromRow,
    /// It flows to the agency.
    FlowToAgency,
    /// It covers the category.
    FlowOfCategory,
    /// It covers the purpose.
    FlowForPurpose,
    /// The version is in force already.
    FlowBegun,
    /// It is in force still.
    FlowNotEnded,
    /// It has not run out.
    FlowNotExpired,
    /// The basis is consent.
    FlowRestsOnConsent,
    /// The basis binds whatever the service user says.
    FlowBindsAnyway,
    /// It is a permit.
    ConsentPermits,
    /// It is a denial.
    ConsentDenies,
    /// It is that of whom the row is about.
    ConsentOfRow,
    /// It names the agency.
    ConsentToAgency,
    /// It covers the category.
    ConsentOfCategory,
    /// It covers the purpose.
    ConsentForPurpose,
    /// It has begun.
    ConsentBegun,
    /// It was not withdrawn or superseded.
    ConsentNotEnded,
    /// It has not run out.
    ConsentNotExpired,
    /// Whom the row is about has to do with an agency.
    RelationshipOfRow,
    /// It is the agency.
    RelationshipWithAgency,
    /// It has begun.
    RelationshipBegun,
    /// It is open, or was closed less than the agreement's days ago.
    RelationshipCounts,
    /// The referral that brought it about discloses the category; or none brought it about.
    RelationshipOfCategory,
}

impl Clause {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::SelfOfRow,
        Self::SelfIsAccount,
        Self::ProxyOfRow,
        Self::ProxyIsAccount,
        Self::ProxyBegun,
        Self::ProxyNotEnded,
        Self::PurposeShowsRows,
        Self::MembershipOfAccount,
        Self::MembershipOfAgency,
        Self::MembershipBegun,
        Self::MembershipNotEnded,
        Self::MembershipMayRead,
        Self::ExclusionOfRow,
        Self::ExclusionOfAccount,
        Self::ExclusionOfAgency,
        Self::ExclusionBegun,
        Self::ExclusionNotEnded,
        Self::RowOfAgency,
        Self::PartyIsAgency,
        Self::AssignmentOfRow,
        Self::AssignmentOfAgency,
        Self::AssignmentBegun,
        Self::AssignmentNotEnded,
        Self::AssignmentOfAccount,
        Self::TeamPlaceOfAssignment,
        Self::TeamPlaceOfAccount,
        Self::TeamPlaceBegun,
        Self::TeamPlaceNotEnded,
        Self::FlowFromRow,
        Self::FlowToAgency,
        Self::FlowOfCategory,
        Self::FlowForPurpose,
        Self::FlowBegun,
        Self::FlowNotEnded,
        Self::FlowNotExpired,
        Self::FlowRestsOnConsent,
        Self::FlowBindsAnyway,
        Self::ConsentPermits,
        Self::ConsentDenies,
        Self::ConsentOfRow,
        Self::ConsentToAgency,
        Self::ConsentOfCategory,
        Self::ConsentForPurpose,
        Self::ConsentBegun,
        Self::ConsentNotEnded,
        Self::ConsentNotExpired,
        Self::RelationshipOfRow,
        Self::RelationshipWithAgency,
        Self::RelationshipBegun,
        Self::RelationshipCounts,
        Self::RelationshipOfCategory,
    ];

    /// Whether it holds. A clause over a fact that is not chosen does not.
    pub(super) fn holds(self, b: &Bound<'_>) -> bool {
        let (ask, row) = (b.ask, b.row);
        match self {
            Self::SelfOfRow => b.themselves.is_some_and(|it| it.service_user == row.service_user),
            Self::SelfIsAccount => b.themselves.is_some_and(|it| it.account == Some(ask.account)),
            Self::ProxyOfRow => b.proxy.is_some_and(|it| it.service_user == row.service_user),
            Self::ProxyIsAccount => b.proxy.is_some_and(|it| it.account == ask.account),
            Self::ProxyBegun => b.proxy.is_some_and(|it| it.begins <= ask.at),
            Self::ProxyNotEnded => b.proxy.is_some_and(|it| later(it.ends, ask.at)),
            Self::PurposeShowsRows => ask.purpose != Purpose::Evaluation,
            Self::MembershipOfAccount => b.membership.is_some_and(|it| it.account == ask.account),
            Self::MembershipOfAgency => b.membership.is_some_and(|it| it.agency.is_some() && it.agency == ask.agency),
            Self::MembershipBegun => b.membership.is_some_and(|it| it.begins <= ask.at),
            Self::MembershipNotEnded => b.membership.is_some_and(|it| later(it.ends, ask.at)),
            Self::MembershipMayRead => b
                .membership
                .is_some_and(|it| READERS.iter().any(|(role, may)| *role == it.role && may.contains(&row.category))),
            Self::ExclusionOfRow => b.exclusion.is_some_and(|it| it.service_user == row.service_user),
            Self::ExclusionOfAccount => b.exclusion.is_some_and(|it| it.account == Some(ask.account)),
            Self::ExclusionOfAgency => b.exclusion.is_some_and(|it| it.agency.is_some() && it.agency == ask.agency),
            Self::ExclusionBegun => b.exclusion.is_some_and(|it| it.begins <= ask.at),
            Self::ExclusionNotEnded => b.exclusion.is_some_and(|it| later(it.ends, ask.at)),
            Self::PartyIsAgency => row.party.is_some() && row.party == ask.agency,
            Self::RowOfAgency => ask.agency == Some(row.agency),
            Self::AssignmentOfRow => b.assignment.is_some_and(|it| it.service_user == row.service_user),
            Self::AssignmentOfAgency => b.assignment.is_some_and(|it| ask.agency == Some(it.agency)),
            Self::AssignmentBegun => b.assignment.is_some_and(|it| it.begins <= ask.at),
            Self::AssignmentNotEnded => b.assignment.is_some_and(|it| later(it.ends, ask.at)),
            Self::AssignmentOfAccount => b.assignment.is_some_and(|it| it.account == Some(ask.account)),
            Self::TeamPlaceOfAssignment => {
                b.team_place.is_some_and(|it| b.assignment.is_some_and(|assignment| assignment.team == Some(it.team)))
            }
            Self::TeamPlaceOfAccount => b.team_place.is_some_and(|it| it.account == ask.account),
            Self::TeamPlaceBegun => b.team_place.is_some_and(|it| it.begins <= ask.at),
            Self::TeamPlaceNotEnded => b.team_place.is_some_and(|it| later(it.ends, ask.at)),
            Self::FlowFromRow => b.flow.is_some_and(|it| it.from == row.agency),
            Self::FlowToAgency => b.flow.is_some_and(|it| ask.agency == Some(it.to)),
            Self::FlowOfCategory => b.flow.is_some_and(|it| it.category == row.category),
            Self::FlowForPurpose => b.flow.is_some_and(|it| it.purpose == ask.purpose),
            Self::FlowBegun => b.flow.is_some_and(|it| it.begins <= ask.at),
            Self::FlowNotEnded => b.flow.is_some_and(|it| later(it.ends, ask.at)),
            Self::FlowNotExpired => b.flow.is_some_and(|it| ask.at < it.expires),
            Self::FlowRestsOnConsent => b.flow.is_some_and(|it| it.basis == LawfulBasis::Consent),
            Self::FlowBindsAnyway => b.flow.is_some_and(|it| BINDING.contains(&it.basis)),
            Self::ConsentPermits => b.consent.is_some_and(|it| it.kind == ConsentKind::Permit),
            Self::ConsentDenies => b.consent.is_some_and(|it| it.kind == ConsentKind::Deny),
            Self::ConsentOfRow => b.consent.is_some_and(|it| it.service_user == row.service_user),
            Self::ConsentToAgency => b.consent.is_some_and(|it| ask.agency == Some(it.agency)),
            Self::ConsentOfCategory => b.consent.is_some_and(|it| it.category == row.category),
            Self::ConsentForPurpose => b.consent.is_some_and(|it| it.purpose == ask.purpose),
            Self::ConsentBegun => b.consent.is_some_and(|it| it.begins <= ask.at),
            Self::ConsentNotEnded => b.consent.is_some_and(|it| later(it.ended, ask.at)),
            Self::ConsentNotExpired => b.consent.is_some_and(|it| later(it.expires, ask.at)),
            Self::RelationshipOfRow => b.relationship.is_some_and(|it| it.service_user == row.service_user),
            Self::RelationshipWithAgency => b.relationship.is_some_and(|it| ask.agency == Some(it.agency)),
            Self::RelationshipBegun => b.relationship.is_some_and(|it| it.opened <= ask.at),
            Self::RelationshipCounts => b.relationship.is_some_and(|it| {
                b.flow
                    .is_some_and(|flow| later(it.closed.map(|closed| counts_until(closed, flow.related_days)), ask.at))
            }),
            Self::RelationshipOfCategory => {
                b.relationship.is_some_and(|it| it.only.is_none_or(|category| category == row.category))
            }
        }
    }
}

/// Whether an end, exclusive, is later than an instant; none is later than all.
fn later(end: Option<Millis>, at: Millis) -> bool {
    end.is_none_or(|end| at < end)
}

/// Until when a relationship that was closed counts, exclusive.
fn counts_until(closed: Millis, days: i32) -> Millis {
    Millis(closed.0.saturating_add(i64::from(days) * DAY))
}
