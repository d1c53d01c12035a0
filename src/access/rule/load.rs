//! The facts that decisions about some service users rest on, in a constant number of statements.

use chrono::{DateTime, Utc};
use entity::enums::{ConsentKind, DataCategory, LawfulBasis, Purpose, Role};
use entity::ids::{AccountId, AgencyId, AgreementId, AgreementVersionId, ConsentId, ServiceUserId, TeamId};
use entity::instants::Millis;
use entity::{
    agreement, agreement_flow, agreement_period, agreement_version, assignment, consent, consent_scope, exclusion,
    flow_scope, membership, proxy, referral, referral_category, relationship, service_user, team_place,
};
use sea_orm::sea_query::extension::postgres::PgFunc;
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement, UnionType};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, DbErr, QueryResult, Value};
use uuid::Uuid;

use super::facts::{
    Assignment, Consent, Exclusion, Facts, Flow, Membership, Proxy, Relationship, TeamPlace, Themselves,
};
use super::predicate::{brought_by, tables};
use super::{Ask, Over};

impl Facts {
    /// Everything that bears on what somebody may see of these service users, whenever it holds: in one statement, so that all
    /// of it, and the counts among it, is of one instant.
    ///
    /// # Errors
    /// The database failed.
    pub async fn load(db: &impl ConnectionTrait, ask: &Ask, of: &[ServiceUserId]) -> Result<Self, DbErr> {
        Self::load_for(db, ask, &[ask.purpose], of).await
    }

    /// The same for several purposes at once, whichever it is asked for: a decision for one of them looks at nothing that is
    /// for another.
    ///
    /// # Errors
    /// The database failed.
    pub async fn load_for(
        db: &impl ConnectionTrait,
        ask: &Ask,
        purposes: &[Purpose],
        of: &[ServiceUserId],
    ) -> Result<Self, DbErr> {
        let mut facts = Self::default();
        let mut flows = Vec::new();
        for row in db.query_all(&everything(db.get_database_backend(), ask, purposes, of)).await? {
            facts.add(ask, &row, &mut flows)?;
        }
        facts.flows = flows.into_iter().collect();
        facts.consents.sort_unstable_by_key(|consent| (consent.consent, consent.category, consent.purpose));
        Ok(facts)
    }

    /// Adds a fact; flows apart.
    fn add(&mut self, ask: &Ask, row: &QueryResult, flows: &mut Vec<Flow>) -> Result<(), DbErr> {
        let uuid = |place: usize| row.try_get_by_index::<Option<Uuid>>(place);
        let instant = |place: usize| Ok::<_, DbErr>(row.try_get_by_index::<Option<i64>>(place)?.map(Millis));
        let kind: i32 = row.try_get_by_index(0)?;
        let whose: Uuid = row.try_get_by_index(1)?;
        let service_user = ServiceUserId(whose);
        let (one, two, three) = (uuid(2)?, uuid(3)?, uuid(4)?);
        let (begins, ends) = (instant(5)?.unwrap_or(Millis(0)), instant(6)?);
        let (account, agency) = (AccountId(one.unwrap_or_default()), AgencyId(one.unwrap_or_default()));
        match Kind::ALL.get(usize::try_from(kind).unwrap_or(usize::MAX)) {
            Some(Kind::Themselves) => self.themselves.push(Themselves {
                service_user,
                epoch: ends.map_or(0, |epoch| epoch.0),
                changed: begins,
                account: one.map(AccountId),
                is_joined: two.is_some(),
            }),
            Some(Kind::Proxy) => self.proxies.push(Proxy { service_user, account, begins, ends }),
            Some(Kind::Exclusion) => self.exclusions.push(Exclusion {
                service_user,
                agency: one.map(AgencyId),
                account: two.map(AccountId),
                begins,
                ends,
            }),
            Some(Kind::Membership) => {
                self.memberships.push(Membership {
                    account: AccountId(whose),
                    agency: one.map(AgencyId),
                    role: row.try_get_by_index::<Role>(8)?,
                    begins: row.try_get_by_index::<DateTime<Utc>>(14)?.into(),
                    ends: row.try_get_by_index::<Option<DateTime<Utc>>>(15)?.map(Millis::from),
                });
            }
            Some(Kind::Assignment) => self.assignments.push(Assignment {
                service_user,
                agency,
                account: two.map(AccountId),
                team: three.map(TeamId),
                begins,
                ends,
            }),
            Some(Kind::TeamPlace) => {
                self.team_places.push(TeamPlace { team: TeamId(whose), account, begins, ends });
            }
            Some(Kind::Relationship) => {
                let only = row.try_get_by_index::<Option<DataCategory>>(9)?;
                // A referral that discloses nothing opens nothing.
                if two.is_none() || only.is_some() {
                    self.relationships.push(Relationship { service_user, agency, only, opened: begins, closed: ends });
                }
            }
            Some(Kind::Consent) => self.consents.push(Consent {
                consent: ConsentId(two.unwrap_or_default()),
                service_user,
                kind: row.try_get_by_index::<ConsentKind>(8)?,
                agency,
                category: row.try_get_by_index::<DataCategory>(9)?,
                purpose: row.try_get_by_index::<Purpose>(10)?,
                begins,
                expires: ends,
                ended: instant(7)?,
            }),
            Some(Kind::Flow) => {
                // To whoever it is asked for: of other flows none is read.
                let Some(to) = ask.agency else { return Ok(()) };
                flows.push(Flow {
                    agreement: AgreementId(whose),
                    epoch: row.try_get_by_index(11)?,
                    changed: row.try_get_by_index(12)?,
                    version: AgreementVersionId(two.unwrap_or_default()),
                    from: agency,
                    to,
                    basis: row.try_get_by_index::<LawfulBasis>(8)?,
                    category: row.try_get_by_index::<DataCategory>(9)?,
                    purpose: row.try_get_by_index::<Purpose>(10)?,
                    related_days: i32::try_from(row.try_get_by_index::<i64>(13)?).unwrap_or(i32::MAX),
                    begins,
                    ends,
                    expires: row.try_get_by_index(7)?,
                });
            }
            None => return Err(DbErr::Custom(format!("there is no kind of fact {kind}"))),
        }
        Ok(())
    }
}

/// A kind of fact.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Themselves,
    Proxy,
    Exclusion,
    Membership,
    Assignment,
    TeamPlace,
    Relationship,
    Consent,
    Flow,
}

impl Kind {
    const ALL: &'static [Self] = &[
        Self::Themselves,
        Self::Proxy,
        Self::Exclusion,
        Self::Membership,
        Self::Assignment,
        Self::TeamPlace,
        Self::Relationship,
        Self::Consent,
        Self::Flow,
    ];

    fn number(self) -> i32 {
        let place = Self::ALL.iter().position(|kind| *kind == self).unwrap_or(Self::ALL.len());
        i32::try_from(place).unwrap_or(i32::MAX)
    }
}

/// What stands in a row of the statement, whichever kind of fact it is. What is left out is absent.
struct Shape {
    kind: Kind,
    /// Whom or what it is of.
    of: Expr,
    uuids: [Option<Expr>; 3],
    begins: Option<Expr>,
    ends: Option<Expr>,
    ended: Option<Expr>,
    words: [Option<Expr>; 3],
    /// Of an agreement: its count, when that was last raised, and for how many days a relationship that was closed counts.
    agreed: [Option<Expr>; 3],
    /// From when until when, where it is no number.
    moments: [Option<Expr>; 2],
}

impl Shape {
    fn of(kind: Kind, of: impl ColumnTrait, begins: impl ColumnTrait, ends: impl ColumnTrait) -> Self {
        let (begins, ends) = (Some(begins.into_expr()), Some(ends.into_expr()));
        Self { begins, ends, ..Self::bare(kind, of.into_expr()) }
    }

    fn bare(kind: Kind, of: Expr) -> Self {
        let none = || [None, None, None];
        let (begins, ends, ended) = (None, None, None);
        Self { kind, of, uuids: none(), begins, ends, ended, words: none(), agreed: none(), moments: [None, None] }
    }

    /// Puts it into a statement: of each kind the same columns, of the same types.
    fn put(self, select: &mut SelectStatement) -> SelectStatement {
        let number = |expr: Option<Expr>| expr.unwrap_or_else(|| Expr::value(None::<i64>));
        let moment = |expr: Option<Expr>| expr.unwrap_or_else(|| Expr::value(None::<DateTime<Utc>>));
        select
            .expr(Expr::value(self.kind.number()))
            .expr(self.of)
            .exprs(self.uuids.map(|expr| expr.unwrap_or_else(|| Expr::value(None::<Uuid>))))
            .exprs([self.begins, self.ends, self.ended].map(number))
            .exprs(self.words.map(|expr| expr.unwrap_or_else(|| Expr::value(None::<String>))))
            .exprs(self.agreed.map(number))
            .exprs(self.moments.map(moment))
            .to_owned()
    }
}

/// That a column holds one of these ids. On PostgreSQL they go as one list: however many they are, the statement is the same
/// text, which is planned once, and as little is bound. So it is where there are none of them: the index is asked for nothing.
pub(crate) fn among(backend: DbBackend, column: impl ColumnTrait, ids: impl IntoIterator<Item = Uuid>) -> Expr {
    if backend == DbBackend::Postgres {
        in_list(column, ids.into_iter().collect::<Vec<_>>())
    } else {
        column.is_in(ids)
    }
}

/// The same of words of a closed set, as they are stored.
pub(crate) fn among_words(
    backend: DbBackend,
    column: impl ColumnTrait,
    words: impl IntoIterator<Item = &'static str>,
) -> Expr {
    if backend == DbBackend::Postgres {
        in_list(column, words.into_iter().map(str::to_owned).collect::<Vec<_>>())
    } else {
        column.is_in(words)
    }
}

/// That a column holds something of a list of PostgreSQL's. What the library has for it puts `$1 = $2` in the place of an empty
/// list: another statement, and one that may read the whole table to find nothing.
fn in_list(column: impl ColumnTrait, list: impl Into<Value>) -> Expr {
    column.into_expr().eq(PgFunc::any(Expr::val(list)))
}

/// Everything that bears on what somebody may see of these service users for these purposes, in one statement: of one instant.
fn everything(backend: DbBackend, ask: &Ask, purposes: &[Purpose], of: &[ServiceUserId]) -> SelectStatement {
    let mut parts = about_themselves(backend, ask, of).into_iter();
    let mut whole = parts.next().unwrap_or_default();
    let of_agency = ask.agency.map(|agency| about_agency(backend, (ask, agency), purposes, of));
    // Whoever acts for no agency sees nothing of an agency's.
    for part in parts.chain(of_agency.into_iter().flatten()) {
        whole.union(UnionType::All, part);
    }
    whole
}

/// Who they are, who stands for them, whom they keep out; and to what the account belongs.
fn about_themselves(backend: DbBackend, ask: &Ask, of: &[ServiceUserId]) -> [SelectStatement; 4] {
    let these = || of.iter().map(|id| id.0);
    let themselves = Shape {
        uuids: [
            Some(service_user::Column::AccountId.into_expr()),
            Some(service_user::Column::MergedInto.into_expr()),
            None,
        ],
        ..Shape::of(
            Kind::Themselves,
            service_user::Column::Id,
            service_user::Column::ChangedAt,
            service_user::Column::Epoch,
        )
    }
    .put(Query::select().from(service_user::Entity).and_where(among(backend, service_user::Column::Id, these())));
    let proxies = Shape {
        uuids: [Some(proxy::Column::AccountId.into_expr()), None, None],
        ..Shape::of(Kind::Proxy, proxy::Column::ServiceUserId, proxy::Column::BeginsAt, proxy::Column::EndsAt)
    }
    .put(Query::select().from(proxy::Entity).and_where(proxy::Column::AccountId.eq(ask.account)).and_where(among(
        backend,
        proxy::Column::ServiceUserId,
        these(),
    )));
    let exclusions = Shape {
        uuids: [Some(exclusion::Column::AgencyId.into_expr()), Some(exclusion::Column::AccountId.into_expr()), None],
        ..Shape::of(
            Kind::Exclusion,
            exclusion::Column::ServiceUserId,
            exclusion::Column::BeginsAt,
            exclusion::Column::EndsAt,
        )
    }
    .put(Query::select().from(exclusion::Entity).and_where(among(
        backend,
        exclusion::Column::ServiceUserId,
        these(),
    )));
    let memberships = Shape {
        uuids: [Some(membership::Column::AgencyId.into_expr()), None, None],
        words: [Some(membership::Column::Role.into_expr()), None, None],
        moments: [Some(membership::Column::BeginsAt.into_expr()), Some(membership::Column::EndsAt.into_expr())],
        ..Shape::bare(Kind::Membership, membership::Column::AccountId.into_expr())
    }
    .put(Query::select().from(membership::Entity).and_where(membership::Column::AccountId.eq(ask.account)));
    [themselves, proxies, exclusions, memberships]
}

/// What the agency has to do with them, what they permit and deny it, and what flows to it.
fn about_agency(
    backend: DbBackend,
    (ask, agency): (&Ask, AgencyId),
    purposes: &[Purpose],
    of: &[ServiceUserId],
) -> [SelectStatement; 5] {
    let these = || of.iter().map(|id| id.0);
    let purposes = || purposes.iter().copied();
    let assignments = Shape {
        uuids: [
            Some(assignment::Column::AgencyId.into_expr()),
            Some(assignment::Column::AccountId.into_expr()),
            Some(assignment::Column::TeamId.into_expr()),
        ],
        ..Shape::of(
            Kind::Assignment,
            assignment::Column::ServiceUserId,
            assignment::Column::BeginsAt,
            assignment::Column::EndsAt,
        )
    }
    .put(
        Query::select().from(assignment::Entity).and_where(assignment::Column::AgencyId.eq(agency)).and_where(among(
            backend,
            assignment::Column::ServiceUserId,
            these(),
        )),
    );
    // A team where the others have the service user: whose teams they are hangs on nobody.
    let team_places = Shape {
        uuids: [Some(team_place::Column::AccountId.into_expr()), None, None],
        ..Shape::of(
            Kind::TeamPlace,
            team_place::Column::TeamId,
            team_place::Column::BeginsAt,
            team_place::Column::EndsAt,
        )
    }
    .put(Query::select().from(team_place::Entity).and_where(team_place::Column::AccountId.eq(ask.account)));
    let relationships = Shape {
        uuids: [Some(relationship::Column::AgencyId.into_expr()), Some(brought_by(referral::Column::Id)), None],
        words: [None, Some(referral_category::Column::Category.into_expr()), None],
        ..Shape::of(
            Kind::Relationship,
            relationship::Column::ServiceUserId,
            relationship::Column::OpenedAt,
            relationship::Column::ClosedAt,
        )
    }
    .put(tables(Over::Relationships).and_where(relationship::Column::AgencyId.eq(agency)).and_where(among(
        backend,
        relationship::Column::ServiceUserId,
        these(),
    )));
    let consents = Shape {
        uuids: [Some(consent_scope::Column::AgencyId.into_expr()), Some(consent::Column::Id.into_expr()), None],
        ended: Some(consent::Column::EndedAt.into_expr()),
        words: [
            Some(consent::Column::Kind.into_expr()),
            Some(consent_scope::Column::Category.into_expr()),
            Some(consent_scope::Column::Purpose.into_expr()),
        ],
        ..Shape::of(
            Kind::Consent,
            consent::Column::ServiceUserId,
            consent::Column::BeginsAt,
            consent::Column::ExpiresAt,
        )
    }
    .put(
        tables(Over::Consents)
            .and_where(among(backend, consent::Column::ServiceUserId, these()))
            .and_where(consent_scope::Column::AgencyId.eq(agency))
            .and_where(consent_scope::Column::Purpose.is_in(purposes())),
    );
    [assignments, team_places, relationships, consents, flows(agency, purposes())]
}

/// Flows to an agency for these purposes, whenever they are in force.
fn flows(agency: AgencyId, purposes: impl Iterator<Item = Purpose>) -> SelectStatement {
    let mut select = tables(Over::Flows);
    select
        .inner_join(
            agreement::Entity,
            agreement::Column::Id.into_expr().eq(agreement_version::Column::AgreementId.into_expr()),
        )
        .and_where(agreement_flow::Column::ToAgencyId.eq(agency))
        .and_where(flow_scope::Column::Purpose.is_in(purposes));
    Shape {
        uuids: [
            Some(agreement_flow::Column::FromAgencyId.into_expr()),
            Some(agreement_version::Column::Id.into_expr()),
            None,
        ],
        ended: Some(agreement_version::Column::ExpiresAt.into_expr()),
        words: [
            Some(agreement_flow::Column::Basis.into_expr()),
            Some(flow_scope::Column::Category.into_expr()),
            Some(flow_scope::Column::Purpose.into_expr()),
        ],
        agreed: [
            Some(agreement::Column::Epoch.into_expr()),
            Some(agreement::Column::ChangedAt.into_expr()),
            Some(agreement_version::Column::RelatedDays.into_expr()),
        ],
        ..Shape::of(
            Kind::Flow,
            agreement::Column::Id,
            agreement_period::Column::BeginsAt,
            agreement_period::Column::EndsAt,
        )
    }
    .put(&mut select)
}
