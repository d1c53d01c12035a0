//! Naming who keeps an agency's listings true, and finding out who is asked at an instant.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use entity::enums::{DutyRank, Role};
use entity::ids::{AccountId, AgencyId};
use entity::{account, agency, agency_duty, membership};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};

use super::duty::{Asked, Belongs, Named, line};
use crate::access::Viewer;
use crate::listings::{Done, Listings, Refused, Why};

/// Who is asked to keep an agency's listings true.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Duty {
    /// Everybody who answers, in the order in which they are asked: the first is asked now.
    pub line: Vec<Asked>,
    /// Who was named, whether they can be asked or not.
    pub named: Vec<Named>,
    /// What these people are called.
    pub names: HashMap<AccountId, String>,
}

/// What is known of duties and belongings: of one agency, or of all.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) named: BTreeMap<AgencyId, Vec<Named>>,
    /// Of each agency, and of the network where that is absent.
    pub(super) belongs: BTreeMap<Option<AgencyId>, Vec<Belongs>>,
    pub(super) accounts: HashMap<AccountId, account::Model>,
}

impl Known {
    /// Who answers for an agency.
    pub(super) fn line(&self, agency: AgencyId, at: DateTime<Utc>) -> Vec<Asked> {
        let named = self.named.get(&agency).map_or(&[][..], Vec::as_slice);
        let of = |within| self.belongs.get(&within).map_or(&[][..], Vec::as_slice);
        line(agency, named, &[of(Some(agency)), of(None)].concat(), at)
    }

    /// Reads what holds at an instant: of one agency and the network, or of all.
    pub(super) async fn read(db: &impl ConnectionTrait, only: Option<AgencyId>, at: DateTime<Utc>) -> Done<Self> {
        let mut known = Self::default();
        let lasts = agency_duty::Column::EndsAt.is_null().or(agency_duty::Column::EndsAt.gt(at));
        let duties = agency_duty::Entity::find()
            .filter(lasts)
            .filter(Condition::all().add_option(only.map(|agency| agency_duty::Column::AgencyId.eq(agency))));
        for row in duties.all(db).await? {
            let agency_duty::Model { account_id: account, rank, begins_at, ends_at, .. } = row;
            known.named.entry(row.agency_id).or_default().push(Named { account, rank, begins_at, ends_at });
        }
        let of_network = membership::Column::AgencyId.is_null().and(membership::Column::Role.eq(Role::Coordinator));
        let of_agencies = match only {
            Some(agency) => membership::Column::AgencyId.eq(agency),
            None => membership::Column::AgencyId.is_not_null(),
        };
        let lasts = membership::Column::EndsAt.is_null().or(membership::Column::EndsAt.gt(at));
        let held = membership::Entity::find()
            .filter(of_network.or(of_agencies))
            .filter(lasts)
            .filter(membership::Column::BeginsAt.lte(at));
        let mut theirs = held.clone().select_only().column(membership::Column::AccountId);
        let theirs = account::Column::Id.in_subquery(QuerySelect::query(&mut theirs).to_owned());
        let accounts = account::Entity::find().filter(theirs).all(db).await?;
        known.accounts = accounts.into_iter().map(|row| (row.id, row)).collect();
        for row in held.order_by_asc(membership::Column::Id).all(db).await? {
            let membership::Model { account_id: account, agency_id: agency, role, begins_at, ends_at, .. } = row;
            // Who became a member between the two is asked next time.
            let Some(owner) = known.accounts.get(&account) else { continue };
            let belongs = Belongs { account, agency, role, begins_at, ends_at, disabled_at: owner.disabled_at };
            known.belongs.entry(agency).or_default().push(belongs);
        }
        Ok(known)
    }
}

/// Whose duty a viewer may set: their own agency's as its manager, any agency's as a coordinator or an administrator.
/// Another agency is to others one that does not exist.
///
/// # Errors
/// [`Why::NotFound`]; [`Why::BadValue`] where it is not said which.
pub fn agency_to_set(viewer: &Viewer, named: Option<AgencyId>) -> Done<AgencyId> {
    let network = viewer.holds(Role::Coordinator) || viewer.holds(Role::Administrator);
    let own = viewer.agency().filter(|_| network || viewer.holds(Role::AgencyManager));
    match (named.or(own), own) {
        (Some(wanted), _) if network => Ok(wanted),
        (Some(wanted), Some(own)) if wanted == own => Ok(own),
        (Some(_), _) => Err(no_such_agency()),
        (None, _) => Err(Refused::field(Why::BadValue, "input.agency", "Say for which agency.")),
    }
}

/// Whose duty a viewer may see: that of the agency they act for, and any agency's as a coordinator or an administrator.
#[must_use]
pub fn agency_to_see(viewer: &Viewer, named: Option<AgencyId>) -> Option<AgencyId> {
    let network = viewer.holds(Role::Coordinator) || viewer.holds(Role::Administrator);
    let wanted = named.or(viewer.agency())?;
    (network || viewer.agency() == Some(wanted)).then_some(wanted)
}

fn no_such_agency() -> crate::listings::Trouble {
    Refused::field(Why::NotFound, "input.agency", "There is no such agency.")
}

impl Listings {
    /// Names who keeps an agency's listings true, and who stands in for them. Whoever was named before is it no more.
    ///
    /// # Errors
    /// [`Why::NotFound`] for the agency, and for an account that does not belong to it now; [`Why::BadValue`] where both
    /// are the same.
    pub async fn set_duty(
        &self,
        by: AccountId,
        agency: AgencyId,
        named_contact: AccountId,
        deputy: Option<AccountId>,
    ) -> Done<AgencyId> {
        if deputy == Some(named_contact) {
            let message = "Nobody stands in for themselves: name somebody else, or nobody.";
            return Err(Refused::field(Why::BadValue, "input.deputy", message));
        }
        let now = self.now();
        let transaction = self.database.begin_write().await?;
        // Held, so that of two who name somebody at once the second finds whom the first named.
        let held = agency::Entity::find_by_id(agency).lock_exclusive().one(&transaction).await?;
        held.ok_or_else(no_such_agency)?;
        let known = Known::read(&transaction, Some(agency), now).await?;
        let members = known.belongs.get(&Some(agency)).map_or(&[][..], Vec::as_slice);
        let wanted = [
            (DutyRank::NamedContact, "input.namedContact", Some(named_contact)),
            (DutyRank::Deputy, "input.deputy", deputy),
        ];
        let is_member = |account| members.iter().any(|one| one.account == account && one.disabled_at.is_none());
        for (_, field, account) in &wanted {
            if account.is_some_and(|account| !is_member(account)) {
                let message = "Nobody with this account belongs to the agency now.";
                return Err(Refused::field(Why::NotFound, *field, message));
            }
        }
        let before = known.named.get(&agency).map_or(&[][..], Vec::as_slice);
        for (rank, _, account) in wanted {
            let is_so = |one: &&Named| one.rank == rank && one.begins_at <= now;
            let was: Vec<AccountId> = before.iter().filter(is_so).map(|one| one.account).collect();
            if was.as_slice() == account.as_slice() {
                continue;
            }
            agency_duty::Entity::update_many()
                .col_expr(agency_duty::Column::EndsAt, Expr::value(now))
                .filter(agency_duty::Column::AgencyId.eq(agency))
                .filter(agency_duty::Column::Rank.eq(rank))
                .filter(agency_duty::Column::EndsAt.is_null())
                .exec(&transaction)
                .await?;
            let Some(account) = account else { continue };
            let row = agency_duty::ActiveModel {
                id: Set(self.clock.new_id()),
                agency_id: Set(agency),
                account_id: Set(account),
                rank: Set(rank),
                begins_at: Set(now),
                ends_at: Set(None),
                set_by: Set(Some(by)),
            };
            agency_duty::Entity::insert(row).exec_without_returning(&transaction).await?;
        }
        transaction.commit().await?;
        Ok(agency)
    }

    /// Who is asked now to keep an agency's listings true; `None` where there is no such agency.
    ///
    /// # Errors
    /// The database failed.
    pub async fn duty(&self, agency: AgencyId) -> Done<Option<Duty>> {
        let (db, now) = (self.database.connection(), self.now());
        if agency::Entity::find_by_id(agency).one(db).await?.is_none() {
            return Ok(None);
        }
        let mut known = Known::read(db, Some(agency), now).await?;
        let line = known.line(agency, now);
        let named = known.named.remove(&agency).unwrap_or_default();
        let people: BTreeSet<AccountId> =
            line.iter().map(|one| one.account).chain(named.iter().map(|one| one.account)).collect();
        Ok(Some(Duty { line, named, names: self.names_of(people).await? }))
    }
}
