//! The rule of who may see a row about a service user, once, as a tree of clauses.
//!
//! | module | what |
//! |---|---|
//! | here | the tree: what has to hold |
//! | [`facts`], [`flows`] | what the rule rests on, as plain values |
//! | [`clause`] | each clause: one comparison of facts |
//! | [`decide`] | the rule over facts: may they, and on what ground |
//! | [`sight`] | the rule over facts, of all that there may be of a service user |
//! | [`load`] | the facts for some service users, from the tables |
//! | [`predicate`] | the rule, clause by clause, as a condition of SQL, for whatever reads rows |
//!
//! Both readings walk the same tree, so a rule that is changed here is changed in both. Whatever is not said is not
//! allowed: an absent agency, an empty scope, a purpose that no flow has match nothing.
//!
//! To add a clause: a variant of [`Clause`], its two readings in [`clause`] and [`predicate`], its place in the tree, and the
//! same in the words of the oracle in `tests/it/access/`; the harness there fails until all of them agree.

pub mod clause;
pub mod decide;
pub mod facts;
pub mod flows;
pub mod load;
pub mod predicate;
pub mod sight;

use std::sync::LazyLock;

use entity::enums::{DataCategory, Purpose, Role};
use entity::ids::{AccountId, AgencyId, ServiceUserId};
use entity::instants::Millis;

pub use self::clause::Clause;

/// Which categories of data a role may read about the service users of its agency, and of those shared with it. Who is
/// not here reads nothing: managers answer for agreements and teams, data-protection officers for the ledger, and neither
/// needs anybody's record for it.
pub const READERS: &[(Role, &[DataCategory])] = &[(Role::LinkWorker, DataCategory::ALL)];

/// The category of the header of a referral: state, dates, reason, outcome.
pub const REFERRAL_HEADER: DataCategory = DataCategory::Outcomes;

/// The category of an appointment, and of what became of it.
pub const APPOINTMENT: DataCategory = DataCategory::Attendance;

/// The category of a day of release: it tells that somebody is in prison.
pub const RELEASE: DataCategory = DataCategory::Offending;

/// The category of an easement of benefits.
pub const EASEMENT: DataCategory = DataCategory::Benefits;

/// Who wants to see, for which agency, for which purpose, when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The account.
    pub account: AccountId,
    /// The agency they act for; none for somebody who acts for none, as service users and carers do.
    pub agency: Option<AgencyId>,
    /// What for.
    pub purpose: Purpose,
    /// When.
    pub at: Millis,
}

/// What the rule has to know of a row about a service user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Row {
    /// Whom it is about.
    pub service_user: ServiceUserId,
    /// Whose it is: the source agency.
    pub agency: AgencyId,
    /// Its category.
    pub category: DataCategory,
    /// The other agency whose it is too: whom a referral was sent to.
    pub party: Option<AgencyId>,
}

impl Row {
    /// A row that is one agency's alone.
    #[must_use]
    pub fn of(service_user: ServiceUserId, agency: AgencyId, category: DataCategory) -> Self {
        Self { service_user, agency, category, party: None }
    }
}

/// What a part of the rule ranges over: one kind of fact each, which is a table or a few that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Over {
    /// Who belongs to which agency, as what.
    Memberships,
    /// Whose own account an account is.
    ServiceUsers,
    /// Who stands for whom.
    Proxies,
    /// Whom a service user keeps out.
    Exclusions,
    /// Whose caseload a service user is on.
    Assignments,
    /// Who belongs to which team.
    TeamPlaces,
    /// What may flow under agreements: a category for a purpose, in a time in which the version is in force.
    Flows,
    /// What service users permit and deny: a category for a purpose to an agency.
    Consents,
    /// What makes an agency somebody to a service user.
    Relationships,
}

impl Over {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Memberships,
        Self::ServiceUsers,
        Self::Proxies,
        Self::Exclusions,
        Self::Assignments,
        Self::TeamPlaces,
        Self::Flows,
        Self::Consents,
        Self::Relationships,
    ];
}

/// A rule, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// All of these hold.
    All(Vec<Self>),
    /// One of these holds.
    Any(Vec<Self>),
    /// This does not hold.
    Not(Box<Self>),
    /// There is a fact of this kind of which this holds.
    Some(Over, Box<Self>),
    /// This clause holds.
    Is(Clause),
}

impl From<Clause> for Rule {
    fn from(clause: Clause) -> Self {
        Self::Is(clause)
    }
}

/// All of these parts.
fn all<const N: usize>(parts: [Rule; N]) -> Rule {
    Rule::All(parts.into())
}

/// One of these parts.
fn any<const N: usize>(parts: [Rule; N]) -> Rule {
    Rule::Any(parts.into())
}

fn not(part: Rule) -> Rule {
    Rule::Not(Box::new(part))
}

/// A fact for which all of these clauses hold.
fn some<const N: usize>(over: Over, clauses: [Clause; N]) -> Rule {
    Rule::Some(over, Box::new(Rule::All(clauses.into_iter().map(Rule::Is).collect())))
}

/// The ways in which somebody may see a row; each is enough. The order is that in which they are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ways {
    /// It is about themselves.
    pub own_record: Rule,
    /// They stand for whom it is about.
    pub proxy: Rule,
    /// It is their agency's, and the service user is on their caseload, or on that of a team of theirs.
    pub own_agency: Rule,
    /// It is another agency's, which shares it with theirs.
    pub shared: Rule,
    /// It is the header of a referral to their agency.
    pub party: Rule,
}

impl Ways {
    /// The whole rule of rows that are one agency's alone.
    #[must_use]
    pub fn rule(&self) -> Rule {
        let Self { own_record, proxy, own_agency, shared, party: _ } = self.clone();
        any([own_record, proxy, own_agency, shared])
    }

    /// The whole rule of referrals, which are two agencies'.
    #[must_use]
    pub fn rule_of_referrals(&self) -> Rule {
        // Not what is shared: a header is its parties', whatever else of the category may flow.
        let Self { own_record, proxy, own_agency, shared: _, party } = self.clone();
        any([own_record, proxy, own_agency, party])
    }
}

/// The ways as the rule has them.
pub static WAYS: LazyLock<Ways> = LazyLock::new(|| Ways {
    own_record: own_record(),
    proxy: all([proxy(), not(excluded_account())]),
    own_agency: all([works_there(), own_agency()]),
    shared: all([works_there(), Rule::Some(Over::Flows, Box::new(shared()))]),
    party: all([works_there(), party()]),
});

/// The rule: whether a row may be seen.
pub static VISIBLE: LazyLock<Rule> = LazyLock::new(|| WAYS.rule());

/// The rule of referrals: whether the header of one may be seen.
pub static REFERRAL_VISIBLE: LazyLock<Rule> = LazyLock::new(|| WAYS.rule_of_referrals());

/// Whether a referral that was sent to an agency is the agency's to count: the header may flow to it, and the service user does
/// not keep it out. For figures alone, which show no row: who works there is not asked.
pub static COUNTED_AS_PARTY: LazyLock<Rule> = LazyLock::new(|| all([not(excluded_agency()), party()]));

/// Their own record: nobody keeps themselves out.
fn own_record() -> Rule {
    some(Over::ServiceUsers, [Clause::SelfOfRow, Clause::SelfIsAccount])
}

fn proxy() -> Rule {
    some(Over::Proxies, [Clause::ProxyOfRow, Clause::ProxyIsAccount, Clause::ProxyBegun, Clause::ProxyNotEnded])
}

/// They are a member of the agency now, in a role that may, and neither it nor they are kept out.
fn works_there() -> Rule {
    let membership = [
        Clause::MembershipOfAccount,
        Clause::MembershipOfAgency,
        Clause::MembershipBegun,
        Clause::MembershipNotEnded,
        Clause::MembershipMayRead,
    ];
    all([
        Clause::PurposeShowsRows.into(),
        some(Over::Memberships, membership),
        not(excluded_account()),
        not(excluded_agency()),
    ])
}

fn excluded_account() -> Rule {
    let of = [Clause::ExclusionOfRow, Clause::ExclusionOfAccount, Clause::ExclusionBegun, Clause::ExclusionNotEnded];
    some(Over::Exclusions, of)
}

fn excluded_agency() -> Rule {
    let of = [Clause::ExclusionOfRow, Clause::ExclusionOfAgency, Clause::ExclusionBegun, Clause::ExclusionNotEnded];
    some(Over::Exclusions, of)
}

/// The row is the agency's own, and the service user on the account's caseload or a team's of theirs.
fn own_agency() -> Rule {
    let team = some(
        Over::TeamPlaces,
        [Clause::TeamPlaceOfAssignment, Clause::TeamPlaceOfAccount, Clause::TeamPlaceBegun, Clause::TeamPlaceNotEnded],
    );
    let caseload = all([
        Clause::AssignmentOfRow.into(),
        Clause::AssignmentOfAgency.into(),
        Clause::AssignmentBegun.into(),
        Clause::AssignmentNotEnded.into(),
        any([Clause::AssignmentOfAccount.into(), team]),
    ]);
    all([Clause::RowOfAgency.into(), Rule::Some(Over::Assignments, Box::new(caseload))])
}

/// Of a flow: it is in force from the row's agency to theirs and covers category and purpose; where it rests on consent
/// there is a permit; no denial stands against it, unless its basis binds whatever the service user says; and there is a
/// relationship that counts, and counts for the category: by way of a referral only what it discloses is seen.
fn shared() -> Rule {
    all([
        Clause::FlowFromRow.into(),
        Clause::FlowToAgency.into(),
        Clause::FlowOfCategory.into(),
        Clause::FlowForPurpose.into(),
        Clause::FlowBegun.into(),
        Clause::FlowNotEnded.into(),
        Clause::FlowNotExpired.into(),
        any([not(Clause::FlowRestsOnConsent.into()), consent(Clause::ConsentPermits)]),
        any([Clause::FlowBindsAnyway.into(), not(consent(Clause::ConsentDenies))]),
        some(
            Over::Relationships,
            [
                Clause::RelationshipOfRow,
                Clause::RelationshipWithAgency,
                Clause::RelationshipBegun,
                Clause::RelationshipCounts,
                Clause::RelationshipOfCategory,
            ],
        ),
    ])
}

/// The referral was sent to the agency, and something may flow to it from whoever sent it: the agreement is in force.
fn party() -> Rule {
    let in_force = [
        Clause::FlowFromRow,
        Clause::FlowToAgency,
        Clause::FlowForPurpose,
        Clause::FlowBegun,
        Clause::FlowNotEnded,
        Clause::FlowNotExpired,
    ];
    all([Clause::PartyIsAgency.into(), some(Over::Flows, in_force)])
}

/// There is a consent that says so, holds now and covers recipient, category and purpose.
fn consent(says: Clause) -> Rule {
    some(
        Over::Consents,
        [
            says,
            Clause::ConsentOfRow,
            Clause::ConsentToAgency,
            Clause::ConsentOfCategory,
            Clause::ConsentForPurpose,
            Clause::ConsentBegun,
            Clause::ConsentNotEnded,
            Clause::ConsentNotExpired,
        ],
    )
}

/// A denial that stands against a flow: what a read under a flow that binds anyway is marked by.
pub static DENIED: LazyLock<Rule> = LazyLock::new(|| consent(Clause::ConsentDenies));
/// The permit that a flow rests on.
pub static PERMITTED: LazyLock<Rule> = LazyLock::new(|| consent(Clause::ConsentPermits));
/// Whom a row is about keeps the account out, or the agency that it acts for: what is left out even where nothing is told of
/// anybody.
pub static KEPT_OUT: LazyLock<Rule> = LazyLock::new(|| any([excluded_account(), excluded_agency()]));
