//! The rule as a condition of SQL: part of the statement of whatever reads rows about service users, be it one, a page, a
//! count or a search. It is built from the same tree that [`super::decide`] walks.

use entity::enums::{ConsentKind, LawfulBasis, Purpose};
use entity::{
    agreement_flow, agreement_period, agreement_version, appointment, assignment, consent, consent_scope, easement,
    exclusion, flow_scope, group_place, membership, person_record, proxy, referral, referral_category, relationship,
    release, service_user, signpost, task, team_place,
};
use sea_orm::sea_query::{Expr, ExprTrait, JoinType, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition};

use super::clause::{BINDING, Clause, DAY};
use super::{
    APPOINTMENT, Ask, COUNTED_AS_PARTY, EASEMENT, Over, READERS, REFERRAL_HEADER, REFERRAL_VISIBLE, RELEASE, Rule,
    VISIBLE, WAYS,
};

/// What the referral is called that brought a relationship about: what is asked about may be a referral itself.
const BROUGHT_BY: &str = "brought_by";

/// Where the row that is asked about has what the rule has to know: columns of the outer statement.
#[derive(Clone, Debug)]
pub struct Columns {
    /// Whom it is about.
    pub service_user: Expr,
    /// Whose it is.
    pub agency: Expr,
    /// Its category.
    pub category: Expr,
    /// The other agency whose it is too; none where there is no such column.
    pub party: Option<Expr>,
}

impl Columns {
    /// Those of `person_record`.
    #[must_use]
    pub fn of_records() -> Self {
        Self {
            service_user: person_record::Column::ServiceUserId.into_expr(),
            agency: person_record::Column::AgencyId.into_expr(),
            category: person_record::Column::Category.into_expr(),
            party: None,
        }
    }

    /// Those of `referral`.
    #[must_use]
    pub fn of_referrals() -> Self {
        Self {
            service_user: referral::Column::ServiceUserId.into_expr(),
            agency: referral::Column::AgencyId.into_expr(),
            category: Expr::value(REFERRAL_HEADER),
            party: Some(referral::Column::PartyId.into_expr()),
        }
    }

    /// Those of `appointment`.
    #[must_use]
    pub fn of_appointments() -> Self {
        Self {
            service_user: appointment::Column::ServiceUserId.into_expr(),
            agency: appointment::Column::AgencyId.into_expr(),
            category: Expr::value(APPOINTMENT),
            party: None,
        }
    }

    /// Those of `group_place`: it is of the category of the appointments that follow from it.
    #[must_use]
    pub fn of_group_places() -> Self {
        Self {
            service_user: group_place::Column::ServiceUserId.into_expr(),
            agency: group_place::Column::AgencyId.into_expr(),
            category: Expr::value(APPOINTMENT),
            party: None,
        }
    }

    /// Those of `release`.
    #[must_use]
    pub fn of_releases() -> Self {
        Self {
            service_user: release::Column::ServiceUserId.into_expr(),
            agency: release::Column::AgencyId.into_expr(),
            category: Expr::value(RELEASE),
            party: None,
        }
    }

    /// Those of `easement`.
    #[must_use]
    pub fn of_easements() -> Self {
        Self {
            service_user: easement::Column::ServiceUserId.into_expr(),
            agency: easement::Column::AgencyId.into_expr(),
            category: Expr::value(EASEMENT),
            party: None,
        }
    }

    /// Those of `task`.
    #[must_use]
    pub fn of_tasks() -> Self {
        Self {
            service_user: task::Column::ServiceUserId.into_expr(),
            agency: task::Column::AgencyId.into_expr(),
            category: task::Column::Category.into_expr(),
            party: None,
        }
    }
}

/// Whether a row of `person_record` may be seen.
#[must_use]
pub fn visible(ask: &Ask) -> Expr {
    condition(&VISIBLE, ask, &Columns::of_records())
}

/// Whether the header of a row of `referral` may be seen.
#[must_use]
pub fn referral_visible(ask: &Ask) -> Expr {
    condition(&REFERRAL_VISIBLE, ask, &Columns::of_referrals())
}

/// The same for a statement that looks at very many rows, as one that counts them: whom an account stands for, and who keeps out
/// whom, is looked up once, and not with each row.
#[must_use]
pub fn referral_visible_of_many(ask: &Ask) -> Expr {
    let (who, row) = (Expr::value(ask.account), Columns::of_referrals());
    Said { ask, who: &who, row: &row, of_many: true }.rule(&REFERRAL_VISIBLE)
}

/// Whether a row of `referral` that was sent to the agency is its to count; for figures, which show no row.
#[must_use]
pub fn counted_visible(ask: &Ask) -> Expr {
    condition(&COUNTED_AS_PARTY, ask, &Columns::of_referrals())
}

/// Whether a row of `appointment` may be seen.
#[must_use]
pub fn appointment_visible(ask: &Ask) -> Expr {
    condition(&VISIBLE, ask, &Columns::of_appointments())
}

/// Whether a row of `group_place` may be seen, as far as it tells of attendance; what the group is for is asked beside it.
#[must_use]
pub fn group_place_visible(ask: &Ask) -> Expr {
    condition(&VISIBLE, ask, &Columns::of_group_places())
}

/// Whether a row of `release` may be seen.
#[must_use]
pub fn release_visible(ask: &Ask) -> Expr {
    condition(&VISIBLE, ask, &Columns::of_releases())
}

/// Whether a row of `easement` may be seen.
#[must_use]
pub fn easement_visible(ask: &Ask) -> Expr {
    condition(&VISIBLE, ask, &Columns::of_easements())
}

/// Whether a row of `task` may be seen.
#[must_use]
pub fn task_visible(ask: &Ask) -> Expr {
    condition(&VISIBLE, ask, &Columns::of_tasks())
}

/// Whether a row of `signpost` is of a service user whom somebody works with, for the agency that gave it.
#[must_use]
pub fn signpost_visible_to_worker(ask: &Ask) -> Expr {
    let columns = Columns {
        service_user: signpost::Column::ServiceUserId.into_expr(),
        agency: signpost::Column::AgencyId.into_expr(),
        // Who works with somebody sees their agency's rows whatever they are of.
        category: Expr::value(REFERRAL_HEADER),
        party: None,
    };
    condition(&WAYS.own_agency, ask, &columns)
}

/// Whether an account works with whom a row of the agency is about, for the agency that is acted for, be it the account of who
/// asks or one that a column names. It says whose a thing is to do, and shows nothing: that is for who asks.
#[must_use]
pub fn works_with(ask: &Ask, row: &Columns, who: &Expr) -> Expr {
    condition_for(&WAYS.own_agency, ask, who, row)
}

/// Whether what somebody answers for is left to all who work with whom it is about: who asks is one of them, and who answers
/// for it is none, for they left, or are kept out, or have them on no caseload of theirs. Which rows may be shown is for the
/// rule besides.
#[must_use]
pub fn left_to_all(ask: &Ask, row: &Columns, answers: &Expr) -> Expr {
    works_with(ask, row, &Expr::value(ask.account)).and(works_with(ask, row, answers).not())
}

/// A rule as a condition.
#[must_use]
pub fn condition(rule: &Rule, ask: &Ask, row: &Columns) -> Expr {
    condition_for(rule, ask, &Expr::value(ask.account), row)
}

/// The same for another account than that of who asks.
fn condition_for(rule: &Rule, ask: &Ask, who: &Expr, row: &Columns) -> Expr {
    Said { ask, who, row, of_many: false }.rule(rule)
}

/// How a rule is said.
#[derive(Clone, Copy)]
struct Said<'a> {
    ask: &'a Ask,
    who: &'a Expr,
    row: &'a Columns,
    /// Whether very many rows are held against it.
    of_many: bool,
}

impl Said<'_> {
    fn rule(self, rule: &Rule) -> Expr {
        let part_for = |part: &Rule| self.rule(part);
        match rule {
            Rule::All(parts) => all_of(parts.iter(), &part_for).into(),
            Rule::Any(parts) => one_of(parts, &part_for),
            Rule::Not(part) => part_for(part).not(),
            Rule::Some(over, part) => self.looked_up_once(*over, part).unwrap_or_else(|| {
                let there_is = tables(*over).expr(Expr::value(1)).and_where(part_for(part)).to_owned();
                Expr::exists(there_is)
            }),
            Rule::Is(clause) => compared(*clause, self.ask, self.who, self.row),
        }
    }

    /// That whom a row is about is one of those of whom there is a fact of this kind, which an engine looks up once for all rows.
    /// Said of few alone, and of what hangs on the row by its service user and nothing else: an engine holds all of them.
    fn looked_up_once(self, over: Over, part: &Rule) -> Option<Expr> {
        let (of_row, whose) = match over {
            Over::Proxies => (Clause::ProxyOfRow, proxy::Column::ServiceUserId.into_expr()),
            Over::Exclusions => (Clause::ExclusionOfRow, exclusion::Column::ServiceUserId.into_expr()),
            Over::Memberships
            | Over::ServiceUsers
            | Over::Assignments
            | Over::TeamPlaces
            | Over::Flows
            | Over::Consents
            | Over::Relationships => return None,
        };
        let parts = needed(part);
        let others = parts.iter().copied().filter(|part| **part != Rule::Is(of_row));
        let is_of_row = self.of_many && parts.iter().any(|part| **part == Rule::Is(of_row));
        is_of_row.then(|| {
            let those = all_of(others, &|part: &Rule| self.rule(part));
            let those = tables(over).expr(whose).cond_where(those).to_owned();
            self.row.service_user.clone().in_subquery(those)
        })
    }
}

/// That one of these ways is open. What several of them begin with, and have in common, is asked once and not with each: "this
/// and that, or this and the other" is "this, and that or the other".
fn one_of(ways: &[Rule], said: &impl Fn(&Rule) -> Expr) -> Expr {
    let mut left: Vec<Vec<&Rule>> = ways.iter().map(needed).collect();
    let mut any = Condition::any();
    while let Some(way) = left.first().cloned() {
        let (alike, others): (Vec<_>, Vec<_>) = left.into_iter().partition(|other| other.first() == way.first());
        left = others;
        let is_common = |part: &Rule| alike.iter().all(|other| other.contains(&part));
        let mut all = all_of(way.iter().copied().filter(|part| is_common(part)), said);
        if alike.len() > 1 {
            let apart = |other: &Vec<&Rule>| all_of(other.iter().copied().filter(|part| !is_common(part)), said);
            all = all.add(alike.iter().map(apart).fold(Condition::any(), Condition::add));
        }
        any = any.add(all);
    }
    any.into()
}

/// That all of these hold.
fn all_of<'a>(parts: impl Iterator<Item = &'a Rule>, said: &impl Fn(&Rule) -> Expr) -> Condition {
    parts.fold(Condition::all(), |all, part| all.add(said(part)))
}

/// What a rule needs, part by part.
fn needed(rule: &Rule) -> Vec<&Rule> {
    match rule {
        Rule::All(parts) => parts.iter().flat_map(needed).collect(),
        Rule::Any(_) | Rule::Not(_) | Rule::Some(..) | Rule::Is(_) => vec![rule],
    }
}

/// The tables of a kind of fact, joined.
pub(super) fn tables(over: Over) -> SelectStatement {
    let mut select = Query::select();
    match over {
        Over::Memberships => select.from(membership::Entity),
        Over::ServiceUsers => select.from(service_user::Entity),
        Over::Proxies => select.from(proxy::Entity),
        Over::Exclusions => select.from(exclusion::Entity),
        Over::Assignments => select.from(assignment::Entity),
        Over::TeamPlaces => select.from(team_place::Entity),
        // What a referral brought about is there once for each category that it discloses.
        Over::Relationships => select
            .from(relationship::Entity)
            .join_as(
                JoinType::LeftJoin,
                referral::Entity,
                BROUGHT_BY,
                brought_by(referral::Column::RelationshipId).eq(relationship::Column::Id.into_expr()),
            )
            .left_join(
                referral_category::Entity,
                referral_category::Column::ReferralId.into_expr().eq(brought_by(referral::Column::Id)),
            ),
        Over::Consents => select.from(consent::Entity).inner_join(
            consent_scope::Entity,
            consent_scope::Column::ConsentId.into_expr().eq(consent::Column::Id.into_expr()),
        ),
        Over::Flows => select
            .from(agreement_flow::Entity)
            .inner_join(
                flow_scope::Entity,
                flow_scope::Column::FlowId.into_expr().eq(agreement_flow::Column::Id.into_expr()),
            )
            .inner_join(
                agreement_version::Entity,
                agreement_version::Column::Id.into_expr().eq(agreement_flow::Column::VersionId.into_expr()),
            )
            .inner_join(
                agreement_period::Entity,
                agreement_period::Column::VersionId.into_expr().eq(agreement_version::Column::Id.into_expr()),
            ),
    };
    select
}

/// A column of the referral that brought a relationship about.
pub(super) fn brought_by(column: referral::Column) -> Expr {
    Expr::col((BROUGHT_BY, column))
}

/// An end, exclusive, that is later than the instant; none is later than all.
fn later(end: impl ColumnTrait, ask: &Ask) -> Expr {
    end.is_null().or(end.gt(ask.at))
}

/// Whether a column holds the agency that is acted for; where none is, nothing does.
fn is_agency(column: impl ColumnTrait, ask: &Ask) -> Expr {
    ask.agency.map_or_else(|| Expr::value(false), |agency| column.eq(agency))
}

fn compared(clause: Clause, ask: &Ask, who: &Expr, row: &Columns) -> Expr {
    let is_row = |column: Expr| column.eq(row.service_user.clone());
    let is_who = |column: Expr| column.eq(who.clone());
    match clause {
        Clause::SelfOfRow => is_row(service_user::Column::Id.into_expr()),
        Clause::SelfIsAccount => is_who(service_user::Column::AccountId.into_expr()),
        Clause::ProxyOfRow => is_row(proxy::Column::ServiceUserId.into_expr()),
        Clause::ProxyIsAccount => is_who(proxy::Column::AccountId.into_expr()),
        Clause::ProxyBegun => proxy::Column::BeginsAt.lte(ask.at),
        Clause::ProxyNotEnded => later(proxy::Column::EndsAt, ask),
        Clause::PurposeShowsRows => Expr::value(ask.purpose != Purpose::Evaluation),
        Clause::MembershipOfAccount => is_who(membership::Column::AccountId.into_expr()),
        Clause::MembershipOfAgency => is_agency(membership::Column::AgencyId, ask),
        Clause::MembershipBegun => membership::Column::BeginsAt.lte(ask.at.to_utc()),
        Clause::MembershipNotEnded => {
            membership::Column::EndsAt.is_null().or(membership::Column::EndsAt.gt(ask.at.to_utc()))
        }
        Clause::MembershipMayRead => {
            let may = READERS.iter().map(|(role, categories)| {
                membership::Column::Role.eq(*role).and(row.category.clone().is_in(categories.iter().copied()))
            });
            may.fold(Condition::any(), Condition::add).into()
        }
        Clause::ExclusionOfRow => is_row(exclusion::Column::ServiceUserId.into_expr()),
        Clause::ExclusionOfAccount => is_who(exclusion::Column::AccountId.into_expr()),
        Clause::ExclusionOfAgency => is_agency(exclusion::Column::AgencyId, ask),
        Clause::ExclusionBegun => exclusion::Column::BeginsAt.lte(ask.at),
        Clause::ExclusionNotEnded => later(exclusion::Column::EndsAt, ask),
        Clause::PartyIsAgency => match (&row.party, ask.agency) {
            (Some(party), Some(agency)) => party.clone().eq(agency),
            (None, _) | (_, None) => Expr::value(false),
        },
        Clause::RowOfAgency => ask.agency.map_or_else(|| Expr::value(false), |agency| row.agency.clone().eq(agency)),
        Clause::AssignmentOfRow => is_row(assignment::Column::ServiceUserId.into_expr()),
        Clause::AssignmentOfAgency => is_agency(assignment::Column::AgencyId, ask),
        Clause::AssignmentBegun => assignment::Column::BeginsAt.lte(ask.at),
        Clause::AssignmentNotEnded => later(assignment::Column::EndsAt, ask),
        Clause::AssignmentOfAccount => is_who(assignment::Column::AccountId.into_expr()),
        Clause::TeamPlaceOfAssignment => {
            team_place::Column::TeamId.into_expr().eq(assignment::Column::TeamId.into_expr())
        }
        Clause::TeamPlaceOfAccount => is_who(team_place::Column::AccountId.into_expr()),
        Clause::TeamPlaceBegun => team_place::Column::BeginsAt.lte(ask.at),
        Clause::TeamPlaceNotEnded => later(team_place::Column::EndsAt, ask),
        Clause::FlowFromRow => agreement_flow::Column::FromAgencyId.into_expr().eq(row.agency.clone()),
        Clause::FlowToAgency => is_agency(agreement_flow::Column::ToAgencyId, ask),
        Clause::FlowOfCategory => flow_scope::Column::Category.into_expr().eq(row.category.clone()),
        Clause::FlowForPurpose => flow_scope::Column::Purpose.eq(ask.purpose),
        Clause::FlowBegun => agreement_period::Column::BeginsAt.lte(ask.at),
        Clause::FlowNotEnded => later(agreement_period::Column::EndsAt, ask),
        Clause::FlowNotExpired => agreement_version::Column::ExpiresAt.gt(ask.at),
        Clause::FlowRestsOnConsent => agreement_flow::Column::Basis.eq(LawfulBasis::Consent),
        Clause::FlowBindsAnyway => agreement_flow::Column::Basis.is_in(BINDING.iter().copied()),
        Clause::ConsentPermits => consent::Column::Kind.eq(ConsentKind::Permit),
        Clause::ConsentDenies => consent::Column::Kind.eq(ConsentKind::Deny),
        Clause::ConsentOfRow => is_row(consent::Column::ServiceUserId.into_expr()),
        Clause::ConsentToAgency => is_agency(consent_scope::Column::AgencyId, ask),
        Clause::ConsentOfCategory => consent_scope::Column::Category.into_expr().eq(row.category.clone()),
        Clause::ConsentForPurpose => consent_scope::Column::Purpose.eq(ask.purpose),
        Clause::ConsentBegun => consent::Column::BeginsAt.lte(ask.at),
        Clause::ConsentNotEnded => later(consent::Column::EndedAt, ask),
        Clause::ConsentNotExpired => later(consent::Column::ExpiresAt, ask),
        Clause::RelationshipOfRow => is_row(relationship::Column::ServiceUserId.into_expr()),
        Clause::RelationshipWithAgency => is_agency(relationship::Column::AgencyId, ask),
        Clause::RelationshipBegun => relationship::Column::OpenedAt.lte(ask.at),
        Clause::RelationshipCounts => {
            let days = agreement_version::Column::RelatedDays.into_expr().mul(DAY);
            let counts = relationship::Column::ClosedAt.into_expr().add(days).gt(ask.at);
            relationship::Column::ClosedAt.is_null().or(counts)
        }
        Clause::RelationshipOfCategory => {
            let disclosed = referral_category::Column::Category.into_expr().eq(row.category.clone());
            brought_by(referral::Column::Id).is_null().or(disclosed)
        }
    }
}
