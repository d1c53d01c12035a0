//! The facts that decisions about some service users rest on, in a constant number of statements.

use entity::enums::{ConsentKind, DataCategory};
use entity::ids::{AccountId, AgencyId, ConsentId, ServiceUserId, TeamId};
use entity::instants::Millis;
use entity::{
    agreement, agreement_flow, agreement_period, agreement_version, assignment, consent, consent_scope, exclusion,
    flow_scope, membership, proxy, referral, referral_category, relationship, service_user, team_place,
};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement, UnionType};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryResult, TryGetError, TryGetableMany,
};
use uuid::Uuid;

use super::facts::{
    Assignment, Consent, Exclusion, Facts, Flow, Membership, Proxy, Relationship, TeamPlace, Themselves,
};
use super::predicate::{brought_by, tables};
use super::{Ask, Over};

impl Facts {
    /// Everything that bears on what somebody may see of these service users, whenever it holds: in three statements.
    ///
    /// # Errors
    /// The database failed.
    pub async fn load(db: &impl ConnectionTrait, ask: &Ask, of: &[ServiceUserId]) -> Result<Self, DbErr> {
        let mut facts = Self::default();
        // First of all, with their counts: what changes while the rest is read is seen to have changed.
        for row in db.query_all(&about(ask, of)).await? {
            facts.add(ask, &row)?;
        }
        facts.consents.sort_unstable_by_key(|consent| (consent.consent, consent.category));
        facts.memberships = memberships(db, ask).await?;
        // Whoever acts for no agency sees nothing of an agency's.
        if let Some(agency) = ask.agency {
            facts.flows = flows(db, ask, agency).await?;
        }
        Ok(facts)
    }

    /// Adds a fact about a service user.
    fn add(&mut self, ask: &Ask, row: &QueryResult) -> Result<(), DbErr> {
        let uuid = |place: usize| row.try_get_by_index::<Option<Uuid>>(place);
        let number = |place: usize| Ok::<_, DbErr>(row.try_get_by_index::<Option<i64>>(place)?.map(Millis));
        let kind: i32 = row.try_get_by_index(0)?;
        let service_user = ServiceUserId(row.try_get_by_index(1)?);
        let (one, two, three) = (uuid(2)?, uuid(3)?, uuid(4)?);
        let (begins, ends) = (number(5)?.unwrap_or(Millis(0)), number(6)?);
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
            Some(Kind::Assignment) => self.assignments.push(Assignment {
                service_user,
                agency,
                account: two.map(AccountId),
                team: three.map(TeamId),
                begins,
                ends,
            }),
            Some(Kind::TeamPlace) => {
                self.team_places.push(TeamPlace { team: TeamId(service_user.0), account, begins, ends });
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
                purpose: ask.purpose,
                begins,
                expires: ends,
                ended: number(7)?,
            }),
            None => return Err(DbErr::Custom(format!("there is no kind of fact {kind}"))),
        }
        Ok(())
    }
}

/// A kind of fact about a service user.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Themselves,
    Proxy,
    Exclusion,
    Assignment,
    TeamPlace,
    Relationship,
    Consent,
}

impl Kind {
    const ALL: &'static [Self] = &[
        Self::Themselves,
        Self::Proxy,
        Self::Exclusion,
        Self::Assignment,
        Self::TeamPlace,
        Self::Relationship,
        Self::Consent,
    ];

    fn number(self) -> i32 {
        let place = Self::ALL.iter().position(|kind| *kind == self).unwrap_or(Self::ALL.len());
        i32::try_from(place).unwrap_or(i32::MAX)
    }
}

/// What stands in a row of the statement, whichever kind of fact it is.
struct Shape {
    kind: Kind,
    service_user: Expr,
    uuids: [Option<Expr>; 3],
    begins: Expr,
    ends: Option<Expr>,
    ended: Option<Expr>,
    words: Option<[Expr; 2]>,
}

impl Shape {
    /// Puts it into a statement: of each kind the same columns, of the same types.
    fn put(self, select: &mut SelectStatement) -> SelectStatement {
        let instant = |expr: Option<Expr>| expr.unwrap_or_else(|| Expr::value(None::<i64>));
        let uuids = self.uuids.map(|expr| expr.unwrap_or_else(|| Expr::value(None::<Uuid>)));
        let words = self.words.unwrap_or_else(|| [Expr::value(None::<String>), Expr::value(None::<String>)]);
        select
            .expr(Expr::value(self.kind.number()))
            .expr(self.service_user)
            .exprs(uuids)
            .expr(self.begins)
            .expr(instant(self.ends))
            .expr(instant(self.ended))
            .exprs(words)
            .to_owned()
    }
}

/// Everything about these service users that bears on what somebody may see of them, in one statement: of one instant.
fn about(ask: &Ask, of: &[ServiceUserId]) -> SelectStatement {
    let these = || of.iter().copied();
    let shape = |kind, service_user: Expr, begins: Expr, ends: Expr| Shape {
        kind,
        service_user,
        uuids: [None, None, None],
        begins,
        ends: Some(ends),
        ended: None,
        words: None,
    };
    let mut whole = Shape {
        uuids: [
            Some(service_user::Column::AccountId.into_expr()),
            Some(service_user::Column::MergedInto.into_expr()),
            None,
        ],
        ..shape(
            Kind::Themselves,
            service_user::Column::Id.into_expr(),
            service_user::Column::ChangedAt.into_expr(),
            service_user::Column::Epoch.into_expr(),
        )
    }
    .put(Query::select().from(service_user::Entity).and_where(service_user::Column::Id.is_in(these())));
    let proxies = Shape {
        uuids: [Some(proxy::Column::AccountId.into_expr()), None, None],
        ..shape(
            Kind::Proxy,
            proxy::Column::ServiceUserId.into_expr(),
            proxy::Column::BeginsAt.into_expr(),
            proxy::Column::EndsAt.into_expr(),
        )
    }
    .put(
        Query::select()
            .from(proxy::Entity)
            .and_where(proxy::Column::AccountId.eq(ask.account))
            .and_where(proxy::Column::ServiceUserId.is_in(these())),
    );
    let exclusions = Shape {
        uuids: [Some(exclusion::Column::AgencyId.into_expr()), Some(exclusion::Column::AccountId.into_expr()), None],
        ..shape(
            Kind::Exclusion,
            exclusion::Column::ServiceUserId.into_expr(),
            exclusion::Column::BeginsAt.into_expr(),
            exclusion::Column::EndsAt.into_expr(),
        )
    }
    .put(Query::select().from(exclusion::Entity).and_where(exclusion::Column::ServiceUserId.is_in(these())));
    whole.union(UnionType::All, proxies).union(UnionType::All, exclusions);
    let Some(agency) = ask.agency else { return whole };
    let assignments = Shape {
        uuids: [
            Some(assignment::Column::AgencyId.into_expr()),
            Some(assignment::Column::AccountId.into_expr()),
            Some(assignment::Column::TeamId.into_expr()),
        ],
        ..shape(
            Kind::Assignment,
            assignment::Column::ServiceUserId.into_expr(),
            assignment::Column::BeginsAt.into_expr(),
            assignment::Column::EndsAt.into_expr(),
        )
    }
    .put(
        Query::select()
            .from(assignment::Entity)
            .and_where(assignment::Column::AgencyId.eq(agency))
            .and_where(assignment::Column::ServiceUserId.is_in(these())),
    );
    // A team where the others have the service user: whose teams they are hangs on nobody.
    let team_places = Shape {
        uuids: [Some(team_place::Column::AccountId.into_expr()), None, None],
        ..shape(
            Kind::TeamPlace,
            team_place::Column::TeamId.into_expr(),
            team_place::Column::BeginsAt.into_expr(),
            team_place::Column::EndsAt.into_expr(),
        )
    }
    .put(Query::select().from(team_place::Entity).and_where(team_place::Column::AccountId.eq(ask.account)));
    let relationships = Shape {
        uuids: [Some(relationship::Column::AgencyId.into_expr()), Some(brought_by(referral::Column::Id)), None],
        words: Some([Expr::value(None::<String>), referral_category::Column::Category.into_expr()]),
        ..shape(
            Kind::Relationship,
            relationship::Column::ServiceUserId.into_expr(),
            relationship::Column::OpenedAt.into_expr(),
            relationship::Column::ClosedAt.into_expr(),
        )
    }
    .put(
        tables(Over::Relationships)
            .and_where(relationship::Column::AgencyId.eq(agency))
            .and_where(relationship::Column::ServiceUserId.is_in(these())),
    );
    let consents = Shape {
        uuids: [Some(consent_scope::Column::AgencyId.into_expr()), Some(consent::Column::Id.into_expr()), None],
        ended: Some(consent::Column::EndedAt.into_expr()),
        words: Some([consent::Column::Kind.into_expr(), consent_scope::Column::Category.into_expr()]),
        ..shape(
            Kind::Consent,
            consent::Column::ServiceUserId.into_expr(),
            consent::Column::BeginsAt.into_expr(),
            consent::Column::ExpiresAt.into_expr(),
        )
    }
    .put(
        tables(Over::Consents)
            .and_where(consent::Column::ServiceUserId.is_in(these()))
            .and_where(consent_scope::Column::AgencyId.eq(agency))
            .and_where(consent_scope::Column::Purpose.eq(ask.purpose)),
    );
    for part in [assignments, team_places, relationships, consents] {
        whole.union(UnionType::All, part);
    }
    whole
}

async fn memberships(db: &impl ConnectionTrait, ask: &Ask) -> Result<Vec<Membership>, DbErr> {
    let rows = membership::Entity::find().filter(membership::Column::AccountId.eq(ask.account)).all(db).await?;
    let fact = |row: membership::Model| Membership {
        account: row.account_id,
        agency: row.agency_id,
        role: row.role,
        begins: row.begins_at.into(),
        ends: row.ends_at.map(Millis::from),
    };
    Ok(rows.into_iter().map(fact).collect())
}

/// Flows to an agency for the purpose, whenever they are in force.
async fn flows(db: &impl ConnectionTrait, ask: &Ask, agency: AgencyId) -> Result<Vec<Flow>, DbErr> {
    let mut select = tables(Over::Flows);
    select
        .inner_join(
            agreement::Entity,
            agreement::Column::Id.into_expr().eq(agreement_version::Column::AgreementId.into_expr()),
        )
        .exprs([
            agreement::Column::Id.into_expr(),
            agreement::Column::Epoch.into_expr(),
            agreement::Column::ChangedAt.into_expr(),
            agreement_version::Column::Id.into_expr(),
            agreement_version::Column::ExpiresAt.into_expr(),
            agreement_version::Column::RelatedDays.into_expr(),
            agreement_flow::Column::FromAgencyId.into_expr(),
            agreement_flow::Column::ToAgencyId.into_expr(),
            agreement_flow::Column::Basis.into_expr(),
            flow_scope::Column::Category.into_expr(),
            agreement_period::Column::BeginsAt.into_expr(),
            agreement_period::Column::EndsAt.into_expr(),
        ])
        .and_where(agreement_flow::Column::ToAgencyId.eq(agency))
        .and_where(flow_scope::Column::Purpose.eq(ask.purpose));
    let fact = |row: &QueryResult| {
        let (agreement, epoch, changed, version, expires, related_days, from, to, basis, category, begins, ends) =
            TryGetableMany::try_get_many_by_index(row)?;
        let purpose = ask.purpose;
        Ok(Flow {
            agreement,
            epoch,
            changed,
            version,
            from,
            to,
            basis,
            category,
            purpose,
            related_days,
            begins,
            ends,
            expires,
        })
    };
    db.query_all(&select).await?.iter().map(fact).collect::<Result<_, TryGetError>>().map_err(DbErr::from)
}
