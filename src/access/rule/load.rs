//! The facts that decisions about some service users rest on, in a constant number of statements.

use entity::ids::{AgencyId, ServiceUserId};
use entity::instants::Millis;
use entity::{
    agreement, agreement_flow, agreement_period, agreement_version, assignment, consent, consent_scope, exclusion,
    flow_scope, membership, proxy, relationship, service_user, team_place,
};
use sea_orm::sea_query::{ExprTrait, Order};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryResult, TryGetError, TryGetableMany,
};

use super::facts::{
    Assignment, Consent, Exclusion, Facts, Flow, Membership, Proxy, Relationship, TeamPlace, Themselves,
};
use super::predicate::tables;
use super::{Ask, Over};

impl Facts {
    /// Everything that bears on what somebody may see of these service users, whenever it holds.
    ///
    /// # Errors
    /// The database failed.
    pub async fn load(db: &impl ConnectionTrait, ask: &Ask, of: &[ServiceUserId]) -> Result<Self, DbErr> {
        let agency = ask.agency;
        let mut facts = Self {
            // First of all, with their counts: what changes while the rest is read is seen to have changed.
            themselves: themselves(db, of).await?,
            memberships: memberships(db, ask).await?,
            proxies: proxies(db, ask, of).await?,
            exclusions: exclusions(db, of).await?,
            ..Self::default()
        };
        // Whoever acts for no agency sees nothing of an agency's.
        if let Some(agency) = agency {
            facts.assignments = assignments(db, agency, of).await?;
            facts.team_places = team_places(db, ask).await?;
            facts.flows = flows(db, ask, agency).await?;
            facts.consents = consents(db, ask, agency, of).await?;
            facts.relationships = relationships(db, agency, of).await?;
        }
        Ok(facts)
    }
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

async fn themselves(db: &impl ConnectionTrait, of: &[ServiceUserId]) -> Result<Vec<Themselves>, DbErr> {
    let rows = service_user::Entity::find().filter(service_user::Column::Id.is_in(of.iter().copied())).all(db).await?;
    let fact = |row: service_user::Model| Themselves {
        service_user: row.id,
        epoch: row.epoch,
        changed: row.changed_at,
        account: row.account_id,
    };
    Ok(rows.into_iter().map(fact).collect())
}

async fn proxies(db: &impl ConnectionTrait, ask: &Ask, of: &[ServiceUserId]) -> Result<Vec<Proxy>, DbErr> {
    let rows = proxy::Entity::find()
        .filter(proxy::Column::AccountId.eq(ask.account))
        .filter(proxy::Column::ServiceUserId.is_in(of.iter().copied()))
        .all(db)
        .await?;
    let fact = |row: proxy::Model| Proxy {
        service_user: row.service_user_id,
        account: row.account_id,
        begins: row.begins_at,
        ends: row.ends_at,
    };
    Ok(rows.into_iter().map(fact).collect())
}

async fn exclusions(db: &impl ConnectionTrait, of: &[ServiceUserId]) -> Result<Vec<Exclusion>, DbErr> {
    let theirs = exclusion::Column::ServiceUserId.is_in(of.iter().copied());
    let fact = |row: exclusion::Model| Exclusion {
        service_user: row.service_user_id,
        agency: row.agency_id,
        account: row.account_id,
        begins: row.begins_at,
        ends: row.ends_at,
    };
    Ok(exclusion::Entity::find().filter(theirs).all(db).await?.into_iter().map(fact).collect())
}

async fn assignments(
    db: &impl ConnectionTrait,
    agency: AgencyId,
    of: &[ServiceUserId],
) -> Result<Vec<Assignment>, DbErr> {
    let rows = assignment::Entity::find()
        .filter(assignment::Column::AgencyId.eq(agency))
        .filter(assignment::Column::ServiceUserId.is_in(of.iter().copied()))
        .all(db)
        .await?;
    let fact = |row: assignment::Model| Assignment {
        service_user: row.service_user_id,
        agency: row.agency_id,
        account: row.account_id,
        team: row.team_id,
        begins: row.begins_at,
        ends: row.ends_at,
    };
    Ok(rows.into_iter().map(fact).collect())
}

async fn team_places(db: &impl ConnectionTrait, ask: &Ask) -> Result<Vec<TeamPlace>, DbErr> {
    let rows = team_place::Entity::find().filter(team_place::Column::AccountId.eq(ask.account)).all(db).await?;
    let fact = |row: team_place::Model| TeamPlace {
        team: row.team_id,
        account: row.account_id,
        begins: row.begins_at,
        ends: row.ends_at,
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

/// What service users permit and deny an agency for the purpose, whenever it holds.
async fn consents(
    db: &impl ConnectionTrait,
    ask: &Ask,
    agency: AgencyId,
    of: &[ServiceUserId],
) -> Result<Vec<Consent>, DbErr> {
    let mut select = tables(Over::Consents);
    select
        .exprs([
            consent::Column::Id.into_expr(),
            consent::Column::ServiceUserId.into_expr(),
            consent::Column::Kind.into_expr(),
            consent_scope::Column::AgencyId.into_expr(),
            consent_scope::Column::Category.into_expr(),
            consent_scope::Column::Purpose.into_expr(),
            consent::Column::BeginsAt.into_expr(),
            consent::Column::ExpiresAt.into_expr(),
            consent::Column::EndedAt.into_expr(),
        ])
        .and_where(consent::Column::ServiceUserId.is_in(of.iter().copied()))
        .and_where(consent_scope::Column::AgencyId.eq(agency))
        .and_where(consent_scope::Column::Purpose.eq(ask.purpose))
        .order_by_expr(consent::Column::Id.into_expr(), Order::Asc);
    let fact = |row: &QueryResult| {
        let (consent, service_user, kind, agency, category, purpose, begins, expires, ended) =
            TryGetableMany::try_get_many_by_index(row)?;
        Ok(Consent { consent, service_user, kind, agency, category, purpose, begins, expires, ended })
    };
    db.query_all(&select).await?.iter().map(fact).collect::<Result<_, TryGetError>>().map_err(DbErr::from)
}

async fn relationships(
    db: &impl ConnectionTrait,
    agency: AgencyId,
    of: &[ServiceUserId],
) -> Result<Vec<Relationship>, DbErr> {
    let rows = relationship::Entity::find()
        .filter(relationship::Column::AgencyId.eq(agency))
        .filter(relationship::Column::ServiceUserId.is_in(of.iter().copied()))
        .all(db)
        .await?;
    let fact = |row: relationship::Model| Relationship {
        service_user: row.service_user_id,
        agency: row.agency_id,
        opened: row.opened_at,
        closed: row.closed_at,
    };
    Ok(rows.into_iter().map(fact).collect())
}
