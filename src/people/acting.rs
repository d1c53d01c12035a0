//! Who changes something about a service user: they themselves, who stands for them, or a worker on whose caseload they are.

use std::collections::BTreeSet;

use entity::enums::{DataCategory, Purpose, Role};
use entity::ids::{AccountId, AgencyId, ServiceUserId};
use entity::instants::Millis;
use entity::{account, membership, service_user};
use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter, QuerySelect,
};

use super::{People, Trouble};
use crate::access::epochs::raise_service_user;
use crate::access::rule::facts::Facts;
use crate::access::rule::load::among;
use crate::access::rule::{Ask, Row, WAYS, decide};

/// Who acts, and for which agency, where for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Their account.
    pub account: AccountId,
    /// The agency they act for; none for service users and carers.
    pub agency: Option<AgencyId>,
}

/// As what somebody acts about a service user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// They are the service user.
    Themselves,
    /// They stand for them.
    Proxy,
    /// They work with them, for this agency.
    Worker(AgencyId),
}

/// A change of who may see a service user, begun: their count is raised, and whoever disclosed on the old one waits.
pub(crate) struct Begun {
    pub(crate) transaction: DatabaseTransaction,
    /// Whose: who stands for whoever was named, where they were joined to another.
    pub(crate) of: ServiceUserId,
    /// From when the change is to hold.
    pub(crate) at: Millis,
    /// As what whoever makes it acts.
    pub(crate) stands: Stands,
}

impl People {
    /// Begins a change of who may see a service user.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for whoever neither is them, nor stands for them, nor works with them; the statements are the
    /// same where there is nobody. The database failed.
    pub(crate) async fn begin_change(&self, actor: Actor, of: ServiceUserId) -> Result<Begun, Trouble> {
        let now = Millis::from(self.clock.now());
        let of = self.stands_for(of).await?;
        let transaction = self.database.begin_write().await?;
        let at = raise_service_user(&transaction, of, now).await?;
        let stands = self.stands(&transaction, actor, of, at.unwrap_or(now)).await?;
        let (at, stands) = (at.ok_or(Trouble::NotFound)?, stands.ok_or(Trouble::NotFound)?);
        Ok(Begun { transaction, of, at, stands })
    }

    /// Begins a step that changes nothing about who may see a service user: they are held against other changes, and their
    /// count is not raised, so that whoever reads meanwhile has not to decide again.
    ///
    /// # Errors
    /// As [`Self::begin_change`].
    pub(crate) async fn begin_step(&self, actor: Actor, of: ServiceUserId) -> Result<Begun, Trouble> {
        let of = self.stands_for(of).await?;
        let transaction = self.database.begin_write().await?;
        let at = self.hold(&transaction, of).await?;
        let stands = self.stands(&transaction, actor, of, at.unwrap_or_else(|| self.clock.now().into())).await?;
        let (at, stands) = (at.ok_or(Trouble::NotFound)?, stands.ok_or(Trouble::NotFound)?);
        Ok(Begun { transaction, of, at, stands })
    }

    /// Holds a service user against other changes until the end of the transaction; gives the instant as of which it is
    /// decided, which is none before the last change. None where there is nobody of that id.
    pub(crate) async fn hold(&self, db: &DatabaseTransaction, of: ServiceUserId) -> Result<Option<Millis>, Trouble> {
        let held = service_user::Entity::find_by_id(of).lock_exclusive().one(db).await?;
        Ok(held.map(|held| Ord::max(held.changed_at, self.clock.now().into())))
    }

    /// As what somebody may act about a service user; none where they may not.
    pub(super) async fn stands(
        &self,
        db: &impl ConnectionTrait,
        actor: Actor,
        of: ServiceUserId,
        at: Millis,
    ) -> Result<Option<Stands>, Trouble> {
        let Actor { account, agency } = actor;
        let ask = Ask { account, agency, purpose: Purpose::CareCoordination, at };
        let facts = Facts::load(db, &ask, &[of]).await?;
        // A row of theirs as it might be; whoever acts for no agency has none of an agency's.
        let row = Row::of(of, agency.unwrap_or(AgencyId(uuid::Uuid::nil())), DataCategory::Identity);
        let holds = |way| decide::holds(way, &ask, &row, &facts);
        Ok(match agency {
            _ if holds(&WAYS.own_record) => Some(Stands::Themselves),
            _ if holds(&WAYS.proxy) => Some(Stands::Proxy),
            Some(agency) if holds(&WAYS.own_agency) => Some(Stands::Worker(agency)),
            Some(_) | None => None,
        })
    }
}

/// Whether an account works with service users for an agency at an instant.
pub(super) async fn is_link_worker(
    db: &impl ConnectionTrait,
    account: AccountId,
    agency: AgencyId,
    at: Millis,
) -> Result<bool, Trouble> {
    holds_role(db, account, agency, Role::LinkWorker, at).await
}

/// Of these accounts those that work with service users for an agency at an instant, and can sign in.
pub(super) async fn at_work(
    db: &impl ConnectionTrait,
    accounts: &BTreeSet<AccountId>,
    agency: AgencyId,
    at: Millis,
) -> Result<BTreeSet<AccountId>, Trouble> {
    let ids = accounts.iter().map(|account| account.0);
    let open = Query::select()
        .column(account::Column::Id)
        .from(account::Entity)
        .and_where(account::Column::DisabledAt.is_null())
        .to_owned();
    let held = membership::Entity::find()
        .filter(among(db.get_database_backend(), membership::Column::AccountId, ids))
        .filter(membership::Column::AccountId.in_subquery(open))
        .filter(membership::Column::AgencyId.eq(agency))
        .filter(membership::Column::Role.eq(Role::LinkWorker))
        .filter(holding(at))
        .all(db)
        .await?;
    Ok(held.into_iter().map(|row| row.account_id).collect())
}

/// Whether a service user has an account by which they can say something themselves at an instant.
pub(super) async fn signs_in(
    db: &impl ConnectionTrait,
    person: &service_user::Model,
    at: Millis,
) -> Result<bool, Trouble> {
    let Some(id) = person.account_id else { return Ok(false) };
    let open = account::Entity::find_by_id(id).filter(account::Column::DisabledAt.is_null()).one(db).await?.is_some();
    Ok(open && is_of_somebody_themselves(db, id, at).await?)
}

/// Whether an account holds a role of an agency at an instant.
pub(super) async fn holds_role(
    db: &impl ConnectionTrait,
    account: AccountId,
    agency: AgencyId,
    role: Role,
    at: Millis,
) -> Result<bool, Trouble> {
    let found = membership::Entity::find()
        .filter(membership::Column::AccountId.eq(account))
        .filter(membership::Column::AgencyId.eq(agency))
        .filter(membership::Column::Role.eq(role))
        .filter(holding(at))
        .one(db)
        .await?;
    Ok(found.is_some())
}

/// The agencies of which an account holds a role at an instant, whichever it is.
pub(super) async fn agencies_of(
    db: &impl ConnectionTrait,
    account: AccountId,
    at: Millis,
) -> Result<BTreeSet<AgencyId>, Trouble> {
    let held = membership::Entity::find().filter(membership::Column::AccountId.eq(account)).filter(holding(at));
    Ok(held.all(db).await?.into_iter().filter_map(|row| row.agency_id).collect())
}

/// Whether an account is for somebody of their own, and not for work: it holds the role of service users, and none of an
/// agency or of the network besides.
pub(super) async fn is_of_somebody_themselves(
    db: &impl ConnectionTrait,
    account: AccountId,
    at: Millis,
) -> Result<bool, Trouble> {
    let held = membership::Entity::find().filter(membership::Column::AccountId.eq(account)).filter(holding(at));
    let roles: Vec<Role> = held.all(db).await?.into_iter().map(|row| row.role).collect();
    Ok(!roles.is_empty() && roles.iter().all(|role| *role == Role::ServiceUser))
}

fn holding(at: Millis) -> Condition {
    let lasts = membership::Column::EndsAt.is_null().or(membership::Column::EndsAt.gt(at.to_utc()));
    Condition::all().add(membership::Column::BeginsAt.lte(at.to_utc())).add(lasts)
}
