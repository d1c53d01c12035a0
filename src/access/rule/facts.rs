//! What the rule rests on, as plain values: each kind flat, so that a clause is one comparison.

use std::collections::HashMap;

use entity::enums::{ConsentKind, DataCategory, LawfulBasis, Purpose, Role};
use entity::ids::{AccountId, AgencyId, AgreementId, AgreementVersionId, ConsentId, ServiceUserId, TeamId};
use entity::instants::Millis;

use super::flows::Flows;

/// That an account holds a role in an agency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The account.
    pub account: AccountId,
    /// The agency; absent for a role of the network.
    pub agency: Option<AgencyId>,
    /// As what.
    pub role: Role,
    /// From when.
    pub begins: Millis,
    /// Until when, exclusive.
    pub ends: Option<Millis>,
}

/// That a service user signs in by an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Themselves {
    /// The service user.
    pub service_user: ServiceUserId,
    /// The count of changes of who may see them, for what is decided on it.
    pub epoch: i64,
    /// When it was last raised.
    pub changed: Millis,
    /// Their account; absent where they have none.
    pub account: Option<AccountId>,
    /// Whether another stands for them now, to whom they were joined.
    pub is_joined: bool,
}

/// That an account stands for a service user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proxy {
    /// The service user.
    pub service_user: ServiceUserId,
    /// The account.
    pub account: AccountId,
    /// From when.
    pub begins: Millis,
    /// Until when, exclusive.
    pub ends: Option<Millis>,
}

/// That a service user keeps an agency or an account out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exclusion {
    /// The service user.
    pub service_user: ServiceUserId,
    /// The agency, where it is one.
    pub agency: Option<AgencyId>,
    /// The account, where it is one.
    pub account: Option<AccountId>,
    /// From when.
    pub begins: Millis,
    /// Until when, exclusive.
    pub ends: Option<Millis>,
}

/// That a service user is on a caseload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The service user.
    pub service_user: ServiceUserId,
    /// The agency.
    pub agency: AgencyId,
    /// The key worker, where it is one.
    pub account: Option<AccountId>,
    /// The team, where it is one.
    pub team: Option<TeamId>,
    /// From when.
    pub begins: Millis,
    /// Until when, exclusive.
    pub ends: Option<Millis>,
}

/// That an account belongs to a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TeamPlace {
    /// The team.
    pub team: TeamId,
    /// The account.
    pub account: AccountId,
    /// From when.
    pub begins: Millis,
    /// Until when, exclusive.
    pub ends: Option<Millis>,
}

/// That one category may flow for one purpose, in one time in which a version of an agreement is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flow {
    /// The agreement.
    pub agreement: AgreementId,
    /// Its count, for what is decided on it.
    pub epoch: i64,
    /// When it was last raised.
    pub changed: Millis,
    /// The version.
    pub version: AgreementVersionId,
    /// Whose rows.
    pub from: AgencyId,
    /// Who may see them.
    pub to: AgencyId,
    /// On which basis.
    pub basis: LawfulBasis,
    /// The category.
    pub category: DataCategory,
    /// The purpose.
    pub purpose: Purpose,
    /// For how many days of 24 hours a relationship that was closed still counts.
    pub related_days: i32,
    /// From when the version is in force.
    pub begins: Millis,
    /// Until when, exclusive: it was suspended, ended or superseded.
    pub ends: Option<Millis>,
    /// Until when the version holds at all, exclusive.
    pub expires: Millis,
}

/// That a service user permits or denies one category for one purpose to one agency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consent {
    /// The consent.
    pub consent: ConsentId,
    /// The service user.
    pub service_user: ServiceUserId,
    /// Which of the two.
    pub kind: ConsentKind,
    /// The agency that may see, or may not.
    pub agency: AgencyId,
    /// The category.
    pub category: DataCategory,
    /// The purpose.
    pub purpose: Purpose,
    /// From when.
    pub begins: Millis,
    /// Until when, exclusive.
    pub expires: Option<Millis>,
    /// When it was withdrawn or superseded.
    pub ended: Option<Millis>,
}

/// That an agency has to do with a service user. What a referral brought about stands here once for each category that the
/// referral discloses, and for one that discloses nothing not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relationship {
    /// The service user.
    pub service_user: ServiceUserId,
    /// The agency.
    pub agency: AgencyId,
    /// The category for which it counts; absent where no referral brought it about: it counts for every one.
    pub only: Option<DataCategory>,
    /// From when.
    pub opened: Millis,
    /// When it was closed.
    pub closed: Option<Millis>,
}

/// Everything that decisions about some service users rest on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Who belongs to which agency.
    pub memberships: Vec<Membership>,
    /// Whose own account is whose.
    pub themselves: Vec<Themselves>,
    /// Who stands for whom.
    pub proxies: Vec<Proxy>,
    /// Who is kept out.
    pub exclusions: Vec<Exclusion>,
    /// Who is on whose caseload.
    pub assignments: Vec<Assignment>,
    /// Who belongs to which team.
    pub team_places: Vec<TeamPlace>,
    /// What may flow.
    pub flows: Flows,
    /// What is permitted and denied.
    pub consents: Vec<Consent>,
    /// Who has to do with whom.
    pub relationships: Vec<Relationship>,
}

impl Facts {
    /// The same for each of these service users apart, so that a decision about one looks at nothing of the others.
    #[must_use]
    pub fn apart(&self, of: &[ServiceUserId]) -> HashMap<ServiceUserId, Self> {
        let shared = Self {
            memberships: self.memberships.clone(),
            team_places: self.team_places.clone(),
            flows: self.flows.clone(),
            ..Self::default()
        };
        let mut apart: HashMap<ServiceUserId, Self> = of.iter().map(|id| (*id, shared.clone())).collect();
        macro_rules! each {
            ($($kind:ident),+) => { $(for fact in &self.$kind {
                if let Some(theirs) = apart.get_mut(&fact.service_user) {
                    theirs.$kind.push(*fact);
                }
            })+ };
        }
        each!(themselves, proxies, exclusions, assignments, consents, relationships);
        apart
    }

    /// The instant as of which it is decided on these: that of a clock, but none before the last change of who may see
    /// whom. A withdrawal that another process dated holds here too, be the clock here behind its.
    #[must_use]
    pub fn now(&self, clock: Millis) -> Millis {
        let changes = self.themselves.iter().map(|them| them.changed).chain(self.flows.iter().map(|flow| flow.changed));
        changes.fold(clock, Ord::max)
    }
}
