//! Teams of an agency: who belongs to them, from when until when.

use std::collections::{BTreeMap, BTreeSet};

use entity::ids::{AccountId, AgencyId, TeamId, TeamPlaceId};
use entity::instants::Millis;
use entity::{account, assignment, team, team_place};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::acting::{at_work, is_link_worker};
use super::contents::{LONGEST_NAME, Wrong, named};
use super::entering::Worker;
use super::{People, Trouble};
use crate::access::epochs::raise_service_users_of;
use crate::access::rule::load::among;

/// Most teams of an agency.
const MOST_TEAMS: usize = 500;

/// A team, and who belongs to it now and works there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamSeen {
    /// The team.
    pub team: team::Model,
    /// Its members who work there as link workers now, by name.
    pub members: Vec<Member>,
    /// How many service users are on its caseload now.
    pub caseload: u64,
}

/// A member of a team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Their account.
    pub account: AccountId,
    /// Their name.
    pub name: String,
    /// From when.
    pub since: Millis,
}

pub(super) fn places_at(at: Millis) -> Condition {
    let lasts = team_place::Column::EndsAt.is_null().or(team_place::Column::EndsAt.gt(at));
    Condition::all().add(team_place::Column::BeginsAt.lte(at)).add(lasts)
}

pub(super) fn assigned_at(at: Millis) -> Condition {
    let lasts = assignment::Column::EndsAt.is_null().or(assignment::Column::EndsAt.gt(at));
    Condition::all().add(assignment::Column::BeginsAt.lte(at)).add(lasts)
}

impl People {
    /// Makes a team of an agency.
    ///
    /// # Errors
    /// [`Trouble::Wrong`] for a name that is none or is taken; the database failed.
    pub async fn create_team(&self, by: Worker, name: &str) -> Result<TeamId, Trouble> {
        named("name", name, LONGEST_NAME)?;
        let transaction = self.database.begin_write().await?;
        if let Some(before) = self.made_before(&transaction).await? {
            return Ok(TeamId(before));
        }
        let known = open_teams(&transaction, by.agency).await?;
        if known.iter().any(|team| team.name == name) {
            return Err(Wrong::new("name", "There is a team of this name: give another one.").into());
        }
        if known.len() >= MOST_TEAMS {
            return Err(Wrong::new("name", format!("There are {MOST_TEAMS} teams already: close one first.")).into());
        }
        let id = TeamId(self.clock.new_id());
        let row = team::ActiveModel {
            id: Set(id),
            agency_id: Set(by.agency),
            name: Set(name.to_owned()),
            closed_at: Set(None),
        };
        team::Entity::insert(row).exec_without_returning(&transaction).await?;
        self.made(&transaction, &[id.0]).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Closes a team on whose caseload nobody is.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for one of another agency; [`Trouble::Wrong`] where somebody is on its caseload; the database
    /// failed.
    pub async fn close_team(&self, by: Worker, id: TeamId) -> Result<(), Trouble> {
        let now = Millis::from(self.clock.now());
        let transaction = self.database.begin_write().await?;
        let found = of_agency(&transaction, by.agency, id).await?;
        let on = assignment::Entity::find().filter(assignment::Column::TeamId.eq(id)).filter(assigned_at(now));
        if on.one(&transaction).await?.is_some() {
            let message = "Somebody is on its caseload: move the caseload to another team or worker first.";
            return Err(Wrong::new("id", message).into());
        }
        end_places(&transaction, Condition::all().add(team_place::Column::TeamId.eq(found.id)), now).await?;
        team::Entity::update_many()
            .col_expr(team::Column::ClosedAt, Expr::value(now))
            .filter(team::Column::Id.eq(id))
            .exec(&transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Takes a link worker of the agency into a team.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for a team of another agency; [`Trouble::Wrong`] for who is no link worker of the agency; the
    /// database failed.
    pub async fn add_to_team(&self, by: Worker, id: TeamId, account: AccountId) -> Result<(), Trouble> {
        let now = Millis::from(self.clock.now());
        let transaction = self.database.begin_write().await?;
        // Held, so that of two who add the same person one finds it done.
        team::Entity::find_by_id(id).lock_exclusive().one(&transaction).await?;
        of_agency(&transaction, by.agency, id).await?;
        if !is_link_worker(&transaction, account, by.agency, now).await? {
            return Err(
                Wrong::new("account", "They are no link worker of your agency: give them that role first.").into()
            );
        }
        let same = team_place::Entity::find()
            .filter(team_place::Column::TeamId.eq(id))
            .filter(team_place::Column::AccountId.eq(account))
            .filter(places_at(now));
        if same.one(&transaction).await?.is_none() {
            let row = team_place::ActiveModel {
                id: Set(TeamPlaceId(self.clock.new_id())),
                team_id: Set(id),
                account_id: Set(account),
                begins_at: Set(now),
                ends_at: Set(None),
            };
            team_place::Entity::insert(row).exec_without_returning(&transaction).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Takes somebody out of a team; they see its caseload no longer.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for a team of another agency, and for who is not in it; the database failed.
    pub async fn remove_from_team(&self, by: Worker, id: TeamId, account: AccountId) -> Result<(), Trouble> {
        let now = Millis::from(self.clock.now());
        let transaction = self.database.begin_write().await?;
        of_agency(&transaction, by.agency, id).await?;
        // First the counts of all whom they could see, then the end.
        raise_service_users_of(&transaction, Condition::all().add(assignment::Column::TeamId.eq(id)), now).await?;
        let place =
            Condition::all().add(team_place::Column::TeamId.eq(id)).add(team_place::Column::AccountId.eq(account));
        if end_places(&transaction, place, now).await? == 0 {
            return Err(Trouble::NotFound);
        }
        Ok(transaction.commit().await?)
    }

    /// Teams of an agency that are not closed, by name, with who belongs to them now and still works there.
    ///
    /// # Errors
    /// The database failed.
    pub async fn teams(&self, agency: AgencyId) -> Result<Vec<TeamSeen>, Trouble> {
        let (db, now) = (self.database.connection(), Millis::from(self.clock.now()));
        let teams = open_teams(db, agency).await?;
        let (backend, ids) = (db.get_database_backend(), || teams.iter().map(|team| team.id.0));
        let mut places = team_place::Entity::find()
            .filter(among(backend, team_place::Column::TeamId, ids()))
            .filter(places_at(now))
            .all(db)
            .await?;
        let working = at_work(db, &places.iter().map(|place| place.account_id).collect(), agency, now).await?;
        places.retain(|place| working.contains(&place.account_id));
        let names = names_of(db, places.iter().map(|place| place.account_id)).await?;
        let counts: BTreeMap<TeamId, i64> = assignment::Entity::find()
            .select_only()
            .column(assignment::Column::TeamId)
            // Where double records were joined somebody may be on it twice.
            .column_as(assignment::Column::ServiceUserId.into_expr().count_distinct(), "on")
            .filter(among(backend, assignment::Column::TeamId, ids()))
            .filter(assigned_at(now))
            .group_by(assignment::Column::TeamId)
            .into_tuple()
            .all(db)
            .await?
            .into_iter()
            .collect();
        let mut members: BTreeMap<TeamId, Vec<Member>> = BTreeMap::new();
        for place in places {
            let (account, since) = (place.account_id, place.begins_at);
            let name = names.get(&account).cloned().unwrap_or_default();
            members.entry(place.team_id).or_default().push(Member { account, name, since });
        }
        for of_team in members.values_mut() {
            of_team.sort_by(|one, other| (&one.name, one.account).cmp(&(&other.name, other.account)));
        }
        let seen = |team: team::Model| TeamSeen {
            members: members.remove(&team.id).unwrap_or_default(),
            caseload: counts.get(&team.id).copied().unwrap_or_default().unsigned_abs(),
            team,
        };
        Ok(teams.into_iter().map(seen).collect())
    }
}

/// The names of accounts.
pub(crate) async fn names_of(
    db: &impl ConnectionTrait,
    accounts: impl Iterator<Item = AccountId>,
) -> Result<BTreeMap<AccountId, String>, Trouble> {
    let each: BTreeSet<Uuid> = accounts.map(|account| account.0).collect();
    if each.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<(AccountId, String)> = account::Entity::find()
        .select_only()
        .column(account::Column::Id)
        .column(account::Column::Name)
        .filter(among(db.get_database_backend(), account::Column::Id, each))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Teams of an agency that are not closed, by name.
async fn open_teams(db: &impl ConnectionTrait, agency: AgencyId) -> Result<Vec<team::Model>, Trouble> {
    let teams = team::Entity::find()
        .filter(team::Column::AgencyId.eq(agency))
        .filter(team::Column::ClosedAt.is_null())
        .order_by_asc(team::Column::Name)
        .order_by_asc(team::Column::Id);
    Ok(teams.all(db).await?)
}

/// A team of an agency that is not closed.
pub(super) async fn of_agency(db: &impl ConnectionTrait, agency: AgencyId, id: TeamId) -> Result<team::Model, Trouble> {
    let found = team::Entity::find_by_id(id).one(db).await?;
    found.filter(|team| team.agency_id == agency && team.closed_at.is_none()).ok_or(Trouble::NotFound)
}

/// Ends places in teams that have not ended; says how many.
async fn end_places(db: &impl ConnectionTrait, which: Condition, at: Millis) -> Result<u64, Trouble> {
    let done = team_place::Entity::update_many()
        .col_expr(team_place::Column::EndsAt, Expr::value(at))
        .filter(which)
        .filter(team_place::Column::EndsAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}
