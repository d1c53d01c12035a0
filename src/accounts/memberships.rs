//! Who belongs to which agency, as what, from when until when. A membership is never deleted: it ends.

use chrono::{DateTime, Utc};
use entity::enums::{AccountHappening, Role, SessionEnd};
use entity::ids::{AccountId, AgencyId, MembershipId, TeamPlaceId};
use entity::instants::Millis;
use entity::{account, agency, assignment, calendar_feed, membership, team, team_place};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
};

use super::events::Event;
use super::sessions::Which;
use super::{Accounts, Done, Refused, Why, held};
use crate::access::epochs::raise_service_users_of;
use crate::access::viewer::{Held, is_of_an_agency};
use crate::database::one_at_a_time;

/// An advisory lock of PostgreSQL under which administrators are taken away. Any constant does.
const ADMINISTRATORS: i64 = 0x6164_6d69_6e73_0001;

/// Those that hold at an instant: begun, and not ended.
fn holding(at: DateTime<Utc>) -> Condition {
    let lasts = membership::Column::EndsAt.is_null().or(membership::Column::EndsAt.gt(at));
    Condition::all().add(membership::Column::BeginsAt.lte(at)).add(lasts)
}

impl Accounts {
    /// Every role that an account holds at an instant.
    ///
    /// # Errors
    /// The database failed.
    pub async fn held(&self, account: AccountId, at: DateTime<Utc>) -> Done<Vec<Held>> {
        let of_account = membership::Entity::find().filter(membership::Column::AccountId.eq(account));
        let rows = of_account.filter(holding(at)).all(self.database.connection()).await?;
        let mut held: Vec<Held> = rows.iter().map(|row| Held { agency: row.agency_id, role: row.role }).collect();
        held.sort_unstable();
        held.dedup();
        Ok(held)
    }

    /// The same now.
    ///
    /// # Errors
    /// The database failed.
    pub async fn held_now(&self, account: AccountId) -> Done<Vec<Held>> {
        self.held(account, self.now()).await
    }

    /// Memberships of an account, those to come and those that ended among them, the latest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn memberships(&self, account: AccountId) -> Done<Vec<membership::Model>> {
        let of_account = membership::Entity::find().filter(membership::Column::AccountId.eq(account));
        let ordered = of_account.order_by_desc(membership::Column::BeginsAt).order_by_desc(membership::Column::Id);
        Ok(ordered.all(self.database.connection()).await?)
    }

    /// Memberships of an agency that hold now or are still to begin, the latest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn members(&self, agency: AgencyId) -> Done<Vec<membership::Model>> {
        let now = self.now();
        let lasting = membership::Column::EndsAt.is_null().or(membership::Column::EndsAt.gt(now));
        let of_agency = membership::Entity::find().filter(membership::Column::AgencyId.eq(agency)).filter(lasting);
        let ordered = of_agency.order_by_desc(membership::Column::BeginsAt).order_by_desc(membership::Column::Id);
        Ok(ordered.all(self.database.connection()).await?)
    }

    /// A membership.
    ///
    /// # Errors
    /// [`Why::NotFound`].
    pub async fn membership(&self, id: MembershipId) -> Done<membership::Model> {
        let found = membership::Entity::find_by_id(id).one(self.database.connection()).await?;
        found.ok_or_else(|| Refused::field(Why::NotFound, "id", "There is no such membership."))
    }

    /// Gives an account a role from now on. A link worker who comes back to an agency belongs to no team of it.
    ///
    /// # Errors
    /// [`Why::NotFound`] for account or agency; [`Why::BadValue`] for a role where it can't be held, or an end that is
    /// past; [`Why::Already`] where it is held.
    pub async fn grant(
        &self,
        by: Option<AccountId>,
        account: AccountId,
        agency: Option<AgencyId>,
        role: Role,
        ends_at: Option<DateTime<Utc>>,
    ) -> Done<MembershipId> {
        let transaction = self.database.begin_write().await?;
        let granted = self.grant_in(&transaction, by, account, agency, role, ends_at).await?;
        transaction.commit().await?;
        Ok(granted)
    }

    pub(super) async fn grant_in(
        &self,
        db: &impl ConnectionTrait,
        by: Option<AccountId>,
        account: AccountId,
        agency: Option<AgencyId>,
        role: Role,
        ends_at: Option<DateTime<Utc>>,
    ) -> Done<MembershipId> {
        let now = self.now();
        if is_of_an_agency(role) != agency.is_some() {
            let message = match agency {
                Some(_) => "This role is held in the network, not in an agency: leave the agency out.",
                None => "This role is held in an agency: say in which.",
            };
            return Err(Refused::field(Why::BadValue, "input.agency", message));
        }
        if ends_at.is_some_and(|ends_at| ends_at <= now) {
            return Err(Refused::field(Why::BadValue, "input.endsAt", "The end lies in the past."));
        }
        // Held, so that of two who give the same role at once one finds it given.
        if held(db, account).await?.is_none() {
            return Err(Refused::field(Why::NotFound, "input.account", "There is no such account."));
        }
        if let Some(id) = agency
            && agency::Entity::find_by_id(id).one(db).await?.is_none()
        {
            return Err(Refused::field(Why::NotFound, "input.agency", "There is no such agency."));
        }
        let of_agency = match agency {
            Some(agency) => membership::Column::AgencyId.eq(agency),
            None => membership::Column::AgencyId.is_null(),
        };
        let same = membership::Entity::find()
            .filter(membership::Column::AccountId.eq(account))
            .filter(membership::Column::Role.eq(role))
            .filter(of_agency)
            .filter(holding(now));
        if same.one(db).await?.is_some() {
            return Err(Refused::field(Why::Already, "input.role", "They hold this role already."));
        }
        // A membership that ran out by itself left places in teams behind.
        leave_teams(db, (account, agency), role, now).await?;
        let id = MembershipId(self.clock.new_id());
        let row = membership::ActiveModel {
            id: Set(id),
            account_id: Set(account),
            agency_id: Set(agency),
            role: Set(role),
            begins_at: Set(now),
            ends_at: Set(ends_at),
            granted_by: Set(by),
            granted_at: Set(now),
        };
        membership::Entity::insert(row).exec_without_returning(db).await?;
        let detail = Some(role.as_str().to_owned());
        self.note(db, Event { account, by, what: AccountHappening::RoleGranted, detail }, now).await?;
        Ok(id)
    }

    /// Ends a membership now: it gives no access from the next request on, and with a link worker's end their places in teams
    /// of the agency. Where `within` is named, one of another agency is as good as none.
    ///
    /// # Errors
    /// [`Why::NotFound`]; [`Why::Already`] where it has ended.
    pub async fn end_membership(
        &self,
        by: Option<AccountId>,
        id: MembershipId,
        within: Option<AgencyId>,
    ) -> Done<membership::Model> {
        let now = self.now();
        let transaction = self.database.begin_write().await?;
        let found = membership::Entity::find_by_id(id).one(&transaction).await?;
        let found = found.filter(|found| within.is_none() || found.agency_id == within);
        let not_found = || Refused::field(Why::NotFound, "id", "There is no such membership.");
        let mut found = found.ok_or_else(not_found)?;
        if found.ends_at.is_some_and(|ends_at| ends_at <= now) {
            return Err(Refused::field(Why::Already, "id", "This membership has ended."));
        }
        if by.is_some() && found.role == Role::Administrator {
            self.another_administrator(&transaction, found.account_id).await?;
        }
        let same = membership::Entity::find()
            .filter(membership::Column::AccountId.eq(found.account_id))
            .filter(membership::Column::AgencyId.eq(found.agency_id))
            .filter(membership::Column::Role.eq(found.role))
            .filter(membership::Column::Id.ne(id))
            .filter(holding(now));
        if same.one(&transaction).await?.is_none() {
            leave_teams(&transaction, (found.account_id, found.agency_id), found.role, now).await?;
        }
        membership::Entity::update_many()
            .col_expr(membership::Column::EndsAt, Expr::value(now))
            .filter(membership::Column::Id.eq(id))
            .exec(&transaction)
            .await?;
        let detail = Some(found.role.as_str().to_owned());
        let event = Event { account: found.account_id, by, what: AccountHappening::RoleEnded, detail };
        self.note(&transaction, event, now).await?;
        transaction.commit().await?;
        found.ends_at = Some(now);
        Ok(found)
    }

    /// Ends a role that an account holds now; says whether it held it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn end_role(&self, account: AccountId, agency: Option<AgencyId>, role: Role) -> Done<bool> {
        let now = self.now();
        let rows = self.memberships(account).await?;
        let holds = |row: &membership::Model| {
            row.role == role
                && row.agency_id == agency
                && row.begins_at <= now
                && row.ends_at.is_none_or(|ends_at| ends_at > now)
        };
        let mut ended = false;
        for row in rows.iter().filter(|row| holds(row)) {
            self.end_membership(None, row.id, None).await?;
            ended = true;
        }
        Ok(ended)
    }

    /// That the network keeps an administrator when this account is one no more; the command line may do without.
    async fn another_administrator(&self, db: &DatabaseTransaction, but: AccountId) -> Done<()> {
        one_at_a_time(db, ADMINISTRATORS).await?;
        let held = membership::Entity::find()
            .filter(membership::Column::Role.eq(Role::Administrator))
            .filter(membership::Column::AgencyId.is_null())
            .filter(membership::Column::AccountId.ne(but))
            .filter(holding(self.now()));
        let ids: Vec<AccountId> = held.all(db).await?.into_iter().map(|row| row.account_id).collect();
        let enabled = account::Entity::find()
            .filter(account::Column::Id.is_in(ids))
            .filter(account::Column::DisabledAt.is_null())
            .one(db)
            .await?;
        let message = "Nobody else is an administrator: make somebody one first.";
        enabled.map(|_| ()).ok_or_else(|| Refused::field(Why::BadValue, "id", message))
    }

    /// Disables an account, and ends every sign-in and every calendar feed of it; or enables it again.
    ///
    /// # Errors
    /// [`Why::NotFound`]; [`Why::Already`].
    pub async fn set_disabled(&self, by: Option<AccountId>, account: AccountId, disabled: bool) -> Done<()> {
        let now = self.now();
        let transaction = self.database.begin_write().await?;
        let found = account::Entity::find_by_id(account).one(&transaction).await?;
        let found = found.ok_or_else(|| Refused::field(Why::NotFound, "id", "There is no such account."))?;
        if found.disabled_at.is_some() == disabled {
            let message = if disabled { "The account is disabled already." } else { "The account is enabled already." };
            return Err(Refused::field(Why::Already, "id", message));
        }
        if disabled && by.is_some() {
            self.another_administrator(&transaction, account).await?;
        }
        account::Entity::update_many()
            .col_expr(account::Column::DisabledAt, Expr::value(disabled.then_some(now)))
            .filter(account::Column::Id.eq(account))
            .exec(&transaction)
            .await?;
        if disabled {
            self.spend_links(&transaction, account, None).await?;
            self.end_in(&transaction, account, Which::All, SessionEnd::Disabled, by).await?;
            end_calendars(&transaction, account, now).await?;
        }
        let what = if disabled { AccountHappening::Disabled } else { AccountHappening::Enabled };
        self.note(&transaction, Event { account, by, what, detail: None }, now).await?;
        Ok(transaction.commit().await?)
    }
}

/// Ends the places of a link worker in teams of their agency, so that they do not come back to them by working there again. On
/// their own caseload people stay, until it is moved: somebody has to be theirs.
async fn leave_teams(
    db: &impl ConnectionTrait,
    (account, agency): (AccountId, Option<AgencyId>),
    role: Role,
    now: DateTime<Utc>,
) -> Done<()> {
    let (Role::LinkWorker, Some(agency)) = (role, agency) else { return Ok(()) };
    let of_agency = Query::select()
        .column(team::Column::Id)
        .from(team::Entity)
        .and_where(team::Column::AgencyId.eq(agency))
        .to_owned();
    let places = team_place::Entity::find()
        .filter(team_place::Column::AccountId.eq(account))
        .filter(team_place::Column::TeamId.in_subquery(of_agency))
        .filter(team_place::Column::EndsAt.is_null())
        .all(db)
        .await?;
    if places.is_empty() {
        return Ok(());
    }
    let (at, ids): (Millis, Vec<TeamPlaceId>) = (now.into(), places.iter().map(|place| place.id).collect());
    // First the counts of all whom they could see, then the end.
    let teams = assignment::Column::TeamId.is_in(places.iter().map(|place| place.team_id));
    raise_service_users_of(db, Condition::all().add(teams), at).await?;
    team_place::Entity::update_many()
        .col_expr(team_place::Column::EndsAt, Expr::value(at))
        .filter(team_place::Column::Id.is_in(ids))
        .exec(db)
        .await?;
    Ok(())
}

/// Ends the calendar feeds of an account. Their addresses are secrets that somebody may hold: with an account that is enabled
/// again they do not come back.
async fn end_calendars(db: &impl ConnectionTrait, account: AccountId, now: DateTime<Utc>) -> Done<()> {
    let ended = calendar_feed::ActiveModel {
        code_hash: Set(None),
        ended_at: Set(Some(Millis::from(now))),
        ..Default::default()
    };
    calendar_feed::Entity::update_many()
        .set(ended)
        .filter(calendar_feed::Column::AccountId.eq(account))
        .filter(calendar_feed::Column::EndedAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}
