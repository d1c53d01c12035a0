//! The one way in which places in groups leave the tables: decided, written into the ledger, opened. In this order. And who
//! has a place in a cohort or waits for a group, where the rule is part of the statement.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use entity::enums::{DataCategory, GroupEndReason, GroupPlaceState, GroupPlaceStep};
use entity::ids::{AccountId, AgencyId, CohortId, GroupId, GroupPlaceId, ServiceUserId};
use entity::instants::Millis;
use entity::lists::Words;
use entity::{group_place, group_place_event, support_group};
use sea_orm::sea_query::{Expr, ExprTrait, Func, Order, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::AT_ONCE;
use super::holding::is_held;
use super::listing::{CohortSeen, GroupSeen, Showing};
use super::terms::{leads_to, tells_of};
use super::{place_of_reason, place_of_words};
use crate::access::ledger::Pending;
use crate::access::rule::decide::Ground;
use crate::access::rule::load::among;
use crate::access::rule::predicate::{Columns, condition, group_place_visible};
use crate::access::rule::{APPOINTMENT, Ask, KEPT_OUT, Row};
use crate::hours::london;
use crate::people::deciding::{Again, Deciding, whom};
use crate::people::reading::{Reader, TRIES};
use crate::people::teams::names_of;
use crate::people::{People, Trouble};
use crate::vault::VaultError;
use crate::vault::sealed::{DataKey, Place, key_of};

/// Which places are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhichGroupPlaces {
    /// These.
    Of(Vec<GroupPlaceId>),
    /// All of these service users.
    About(Vec<ServiceUserId>),
}

/// Whose places of a group are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InGroup {
    /// The group.
    pub group: GroupId,
    /// Of those who have a place in this cohort; of those who wait where none is named.
    pub cohort: Option<CohortId>,
}

/// Something that happened to a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceStepSeen {
    /// What. That they passed others is not told to whom it is only shared with: they moved up.
    pub step: GroupPlaceStep,
    /// How far it had come by it.
    pub state: GroupPlaceState,
    /// When.
    pub at: Millis,
    /// Who, with their name; absent for whom it is only shared with.
    pub by: Option<(AccountId, String)>,
    /// For which agency.
    pub agency: Option<AgencyId>,
    /// The cohort in which they got a place by it, or had one until then.
    pub cohort: Option<CohortId>,
    /// Why the group was closed, or the cohort called off.
    pub reason: Option<GroupEndReason>,
    /// Why they passed those who waited longer; absent for whom it is only shared with.
    pub words: Option<String>,
}

/// A place in a group, or the waiting for one, as far as somebody sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupPlaceSeen {
    /// Id.
    pub id: GroupPlaceId,
    /// Whom.
    pub service_user: ServiceUserId,
    /// Whose it is.
    pub agency: AgencyId,
    /// The group.
    pub group: Arc<GroupSeen>,
    /// The cohort, once they have a place.
    pub cohort: Option<CohortSeen>,
    /// The how manieth who joined the group.
    pub number: i32,
    /// How far it has come.
    pub state: GroupPlaceState,
    /// The how manieth they are of those who wait, from 1; for their agency, of those who do not keep out whoever asks. Absent
    /// unless they wait.
    pub in_line: Option<u64>,
    /// When they joined.
    pub joined_at: Millis,
    /// Who wrote that down, with their name; absent for whom it is only shared with.
    pub joined_by: Option<(AccountId, String)>,
    /// When they got a place.
    pub placed_at: Option<Millis>,
    /// Who gave it to them, with their name; absent where it was free, and for whom it is only shared with.
    pub offered_by: Option<(AccountId, String)>,
    /// Why they passed those who waited longer; absent for whom it is only shared with.
    pub reason: Option<String>,
    /// When they left.
    pub left_at: Option<Millis>,
    /// Everything that happened to it, the first first.
    pub history: Vec<PlaceStepSeen>,
    /// On which ground it is seen.
    pub ground: Ground,
}

impl GroupPlaceSeen {
    /// Whether it is seen by who works with them at the agency whose it is: the agency's own counts are theirs to see.
    #[must_use]
    pub fn is_of_own_agency(&self) -> bool {
        is_counted(self.ground)
    }
}

/// Whether the counts of the agency whose it is are theirs to see.
fn is_counted(ground: Ground) -> bool {
    match ground {
        Ground::OwnAgency => true,
        Ground::OwnRecord | Ground::Proxy | Ground::Shared { .. } | Ground::Party { .. } => false,
    }
}

/// Whether who wrote it down, and why, is theirs to see: the agency's whose it is, and the service user's.
fn is_theirs(ground: Ground) -> bool {
    match ground {
        Ground::OwnRecord | Ground::Proxy | Ground::OwnAgency => true,
        Ground::Shared { .. } | Ground::Party { .. } => false,
    }
}

/// The rows that a place tells of, its own first: that they come, and what the group is for. It is shown to who may see all.
pub(crate) fn place_as_rows(row: &group_place::Model, group: &support_group::Model) -> Vec<Row> {
    let Words(needs) = &group.needs;
    let categories = std::iter::once(APPOINTMENT).chain(tells_of(needs));
    categories.map(|category| Row::of(row.service_user_id, row.agency_id, category)).collect()
}

/// The groups of these places.
///
/// # Errors
/// The database failed.
pub(crate) async fn groups_of(
    db: &impl ConnectionTrait,
    places: &[group_place::Model],
) -> Result<HashMap<GroupId, support_group::Model>, Trouble> {
    let ids: BTreeSet<Uuid> = places.iter().map(|row| row.group_id.0).collect();
    let these = among(db.get_database_backend(), support_group::Column::Id, ids);
    let rows = support_group::Entity::find().filter(these).all(db).await?;
    Ok(rows.into_iter().map(|group| (group.id, group)).collect())
}

/// The groups in which a service user has, or had, a place, or waits for one, whoever may see it: whose each is, and of what it
/// tells beside that they come.
///
/// # Errors
/// The database failed.
pub(crate) async fn groups_of_person(
    db: &impl ConnectionTrait,
    of: ServiceUserId,
) -> Result<Vec<(GroupId, AgencyId, Vec<DataCategory>)>, Trouble> {
    let theirs = Query::select()
        .column(group_place::Column::GroupId)
        .from(group_place::Entity)
        .and_where(group_place::Column::ServiceUserId.eq(of))
        .to_owned();
    let rows = support_group::Entity::find()
        .filter(support_group::Column::Id.in_subquery(theirs))
        .order_by_asc(support_group::Column::Id)
        .all(db)
        .await?;
    let group = |row: support_group::Model| {
        let Words(needs) = &row.needs;
        (row.id, row.agency_id, tells_of(needs))
    };
    Ok(rows.into_iter().map(group).collect())
}

/// What a service user waits for and has in groups, whoever may see it: the rows that each tells of.
///
/// # Errors
/// The database failed.
pub(crate) async fn rows_of_held(
    db: &impl ConnectionTrait,
    of: ServiceUserId,
    at: Millis,
) -> Result<Vec<Vec<Row>>, Trouble> {
    let held = group_place::Entity::find()
        .filter(group_place::Column::ServiceUserId.eq(of))
        .filter(is_held(london(at.to_utc()).date()))
        .order_by_asc(group_place::Column::Id)
        .all(db)
        .await?;
    let groups = groups_of(db, &held).await?;
    Ok(held.iter().filter_map(|row| Some(place_as_rows(row, groups.get(&row.group_id)?))).collect())
}

impl People {
    /// The places that somebody may see of those that are looked for, with when the cohorts meet where that is asked for: those
    /// of several groups in the order in which they were joined; the others are not among them, as if they were not there.
    /// Every decision stands in the ledger before this comes back, or is put to those of the request that are written before
    /// its answer leaves; refusals too.
    ///
    /// # Errors
    /// [`Trouble::Changing`] where what it rests on keeps changing; the database, the ledger or the vault failed, and
    /// nothing is shown.
    pub async fn read_group_places(
        &self,
        reader: Reader,
        which: &WhichGroupPlaces,
        sessions: bool,
        pending: Option<&Pending>,
    ) -> Result<Vec<GroupPlaceSeen>, Trouble> {
        for _ in 0..TRIES {
            if let Some(seen) = self.try_to_read_group_places(reader, which, sessions, pending).await? {
                return Ok(seen);
            }
        }
        Err(Trouble::Changing)
    }

    async fn try_to_read_group_places(
        &self,
        reader: Reader,
        which: &WhichGroupPlaces,
        sessions: bool,
        pending: Option<&Pending>,
    ) -> Result<Option<Vec<GroupPlaceSeen>>, Trouble> {
        let (db, backend) = (self.database.connection(), self.database.engine());
        let of = self.whom_group_places_are_about(which).await?;
        if of.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let mut deciding = Deciding::begin(self, db, reader, &of).await?;
        let (these, order) = match which {
            WhichGroupPlaces::Of(ids) => {
                (among(backend, group_place::Column::Id, ids.iter().map(|id| id.0)), group_place::Column::Number)
            }
            WhichGroupPlaces::About(_) => {
                let these = among(backend, group_place::Column::ServiceUserId, of.iter().map(|id| id.0));
                (these, group_place::Column::JoinedAt)
            }
        };
        let rows = group_place::Entity::find()
            .filter(these)
            .filter(group_place_visible(&deciding.ask))
            .order_by_asc(order)
            .order_by_asc(group_place::Column::Id)
            .all(db)
            .await?;
        // Asked for be there rows or not: the statements are the same.
        let groups = groups_of(db, &rows).await?;
        let mut shown = Vec::with_capacity(rows.len());
        for row in rows {
            let Some(group) = groups.get(&row.group_id) else { return Ok(None) };
            let tells = place_as_rows(&row, group);
            // Both readings of the rule have to agree; where they do not, one saw what the other did not see yet.
            if tells.first().is_none_or(|own| deciding.ground(own).is_none()) {
                return Ok(None);
            }
            match deciding.shows_all(&tells) {
                Ok(Some(ground)) => shown.push((row, ground)),
                // What the group is for tells of them: shared it is with who may see that as well.
                Ok(None) => {}
                Err(Again) => return Ok(None),
            }
        }
        if deciding.release(db, pending).await? == Err(Again) {
            return Ok(None);
        }
        let groups = groups.into_values().collect();
        Ok(Some(self.opened_group_places(reader, shown, groups, sessions).await?))
    }

    /// Whom these places are about, joined records as the one that stands for them; of a place that is not there, nobody: the
    /// statements that follow are the same.
    async fn whom_group_places_are_about(&self, which: &WhichGroupPlaces) -> Result<Vec<ServiceUserId>, Trouble> {
        match which {
            WhichGroupPlaces::About(of) => self.standing(of).await,
            WhichGroupPlaces::Of(ids) if ids.is_empty() => Ok(Vec::new()),
            WhichGroupPlaces::Of(ids) => {
                let these = among(self.database.engine(), group_place::Column::Id, ids.iter().map(|id| id.0));
                let rows = group_place::Entity::find().filter(these).all(self.database.connection()).await?;
                let found = rows.into_iter().map(|row| (row.id.0, row.service_user_id));
                Ok(whom(ids.iter().map(|id| id.0), found))
            }
        }
    }

    /// Opens places about which is decided, and written, for whom it was; with when their cohorts meet where that is asked for.
    pub(crate) async fn opened_group_places(
        &self,
        reader: Reader,
        shown: Vec<(group_place::Model, Ground)>,
        groups: Vec<support_group::Model>,
        sessions: bool,
    ) -> Result<Vec<GroupPlaceSeen>, Trouble> {
        if shown.is_empty() {
            return Ok(Vec::new());
        }
        let db = self.database.connection();
        let of_shown: BTreeSet<GroupId> = shown.iter().map(|(row, _)| row.group_id).collect();
        let groups = groups.into_iter().filter(|group| of_shown.contains(&group.id)).collect();
        let cohorts: BTreeSet<CohortId> = shown.iter().filter_map(|(row, _)| row.cohort_id).collect();
        let showing = Showing { ask: ask_of(reader, self.clock.now().into()), sessions };
        let groups = self.seen_groups(db, groups, &cohorts, &showing).await?;
        let groups: BTreeMap<GroupId, Arc<GroupSeen>> =
            groups.into_iter().map(|group| (group.id, Arc::new(group))).collect();
        let theirs: BTreeMap<GroupPlaceId, bool> =
            shown.iter().map(|(row, ground)| (row.id, is_theirs(*ground))).collect();
        let events = events_of(db, &theirs.keys().copied().collect::<Vec<_>>()).await?;
        let is_open = |event: &group_place_event::Model| theirs.get(&event.place_id).copied().unwrap_or(false);
        let own = || shown.iter().filter(|(_, ground)| is_theirs(*ground)).map(|(row, _)| row);
        // What is not theirs to see is not opened either.
        let said = events.iter().filter(|event| is_open(event)).filter_map(|event| event.sealed.as_deref());
        let keys: Vec<_> = own().filter_map(|row| row.sealed.as_deref()).chain(said).filter_map(key_of).collect();
        let mut accounts: BTreeSet<AccountId> = own().map(|row| row.joined_by).collect();
        accounts.extend(own().filter_map(|row| row.offered_by));
        accounts.extend(events.iter().filter(|event| is_open(event)).map(|event| event.by));
        let keys = self.vault.keys(db, &keys).await?;
        let names = names_of(db, accounts.into_iter()).await?;
        let named = |account: AccountId| (account, names.get(&account).cloned().unwrap_or_default());
        let open = |sealed: Option<&str>, place: Place| -> Result<Option<String>, Trouble> {
            // Whose key was destroyed is gone: there is nothing to show.
            match sealed.and_then(|sealed| Some((keys.get(&key_of(sealed)?)?, sealed))) {
                Some((key, sealed)) => Ok(Some(opened(key, place, sealed)?)),
                None => Ok(None),
            }
        };
        let mut history: HashMap<GroupPlaceId, Vec<PlaceStepSeen>> = HashMap::new();
        for event in &events {
            let own = is_open(event);
            let is_told = own || event.step != GroupPlaceStep::Preferred;
            let step = if is_told { event.step } else { GroupPlaceStep::MovedUp };
            let words = open(event.sealed.as_deref().filter(|_| own), place_of_words(event.id))?;
            history.entry(event.place_id).or_default().push(PlaceStepSeen {
                step,
                state: leads_to(step),
                at: event.at,
                by: own.then(|| named(event.by)),
                agency: event.agency_id,
                cohort: event.cohort_id,
                reason: event.reason,
                words,
            });
        }
        let waiting = |own: bool| -> Vec<GroupPlaceId> {
            let waits = shown.iter().filter(|(row, _)| row.state == GroupPlaceState::Waiting);
            waits.filter(|(_, ground)| is_counted(*ground) == own).map(|(row, _)| row.id).collect()
        };
        let mut in_line = ahead(db, &waiting(false), None).await?;
        // Whoever is told how many wait is told both without those who keep them out: each would tell of these by the other.
        in_line.extend(ahead(db, &waiting(true), Some(&showing.ask)).await?);
        let mut all = Vec::with_capacity(shown.len());
        for (row, ground) in &shown {
            let Some(group) = groups.get(&row.group_id) else { continue };
            let own = is_theirs(*ground);
            let reason = open(row.sealed.as_deref().filter(|_| own), place_of_reason(row.id))?;
            let cohort = row.cohort_id.and_then(|id| group.cohorts.iter().find(|cohort| cohort.id == id));
            all.push(GroupPlaceSeen {
                id: row.id,
                service_user: row.service_user_id,
                agency: row.agency_id,
                group: Arc::clone(group),
                cohort: cohort.cloned(),
                number: row.number,
                state: row.state,
                in_line: in_line.get(&row.id).map(|ahead| ahead.unsigned_abs() + 1),
                joined_at: row.joined_at,
                joined_by: own.then(|| named(row.joined_by)),
                placed_at: row.placed_at,
                offered_by: row.offered_by.filter(|_| own).map(named),
                reason,
                left_at: row.left_at,
                history: history.remove(&row.id).unwrap_or_default(),
                ground: *ground,
            });
        }
        Ok(all)
    }

    /// A page of who has a place in a cohort, or waits for a group, of the reader's agency, and whom the reader may see: in the
    /// order in which they joined, behind one of them, each with its number; one more than asked for where more follow.
    ///
    /// # Errors
    /// The database failed.
    pub async fn page_of_group_places(
        &self,
        reader: Reader,
        which: InGroup,
        after: Option<i32>,
        first: usize,
    ) -> Result<Vec<(i32, GroupPlaceId)>, Trouble> {
        let Some(agency) = reader.agency else { return Ok(Vec::new()) };
        let mut select = those(&ask_of(reader, self.clock.now().into()), agency, which);
        select
            .expr_as(group_place::Column::Number.into_expr(), "number")
            .expr_as(group_place::Column::Id.into_expr(), "id");
        if let Some(after) = after {
            select.and_where(group_place::Column::Number.gt(after));
        }
        let limit = u64::try_from(first).unwrap_or(u64::MAX).saturating_add(1);
        select.order_by_expr(group_place::Column::Number.into_expr(), Order::Asc).limit(limit);
        let rows = self.database.connection().query_all(&select).await?;
        let mut page = Vec::with_capacity(rows.len());
        for row in rows {
            page.push((row.try_get("", "number")?, row.try_get("", "id")?));
        }
        Ok(page)
    }

    /// How many have a place in a cohort, or wait for a group, of those whom the reader may see.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_group_places(&self, reader: Reader, which: InGroup) -> Result<u64, Trouble> {
        let Some(agency) = reader.agency else { return Ok(0) };
        let mut select = those(&ask_of(reader, self.clock.now().into()), agency, which);
        select.expr_as(Func::count(group_place::Column::Id.into_expr()), "places");
        let Some(row) = self.database.connection().query_one(&select).await? else { return Ok(0) };
        let places: i64 = row.try_get("", "places")?;
        Ok(places.unsigned_abs())
    }
}

/// The places of a group that somebody may see; only those of the agency itself, of whose rows who works with a service user
/// sees every category.
fn those(ask: &Ask, agency: AgencyId, which: InGroup) -> SelectStatement {
    let mut select = Query::select();
    select
        .from(group_place::Entity)
        .and_where(group_place::Column::AgencyId.eq(agency))
        .and_where(group_place::Column::GroupId.eq(which.group));
    match which.cohort {
        Some(cohort) => select
            .and_where(group_place::Column::CohortId.eq(cohort))
            .and_where(group_place::Column::State.eq(GroupPlaceState::Placed)),
        None => select.and_where(group_place::Column::State.eq(GroupPlaceState::Waiting)),
    };
    select.and_where(group_place_visible(ask));
    select
}

/// What happened to these places, of each the first first.
async fn events_of(db: &impl ConnectionTrait, ids: &[GroupPlaceId]) -> Result<Vec<group_place_event::Model>, Trouble> {
    let mut events = Vec::new();
    for some in ids.chunks(AT_ONCE) {
        let of = among(db.get_database_backend(), group_place_event::Column::PlaceId, some.iter().map(|id| id.0));
        let these = group_place_event::Entity::find().filter(of).order_by_asc(group_place_event::Column::Number);
        events.extend(these.all(db).await?);
    }
    Ok(events)
}

/// How many wait before each of these who wait; but for those who keep out whoever asks, where it is said who does.
async fn ahead(
    db: &impl ConnectionTrait,
    ids: &[GroupPlaceId],
    told: Option<&Ask>,
) -> Result<HashMap<GroupPlaceId, i64>, Trouble> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let other = |column: group_place::Column| Expr::col(("ahead", column));
    let this = |column: group_place::Column| Expr::col((group_place::Entity, column));
    let keeps_out = told.map(|ask| {
        let (service_user, agency) = (other(group_place::Column::ServiceUserId), other(group_place::Column::AgencyId));
        let columns = Columns { service_user, agency, category: Expr::value(APPOINTMENT), party: None };
        condition(&KEPT_OUT, ask, &columns)
    });
    let before = Query::select()
        .expr(Func::count(other(group_place::Column::Id)))
        .from_as(group_place::Entity, "ahead")
        .and_where_option(keeps_out.map(|keeps_out| keeps_out.not()))
        .and_where(other(group_place::Column::GroupId).eq(this(group_place::Column::GroupId)))
        .and_where(other(group_place::Column::State).eq(GroupPlaceState::Waiting))
        .and_where(other(group_place::Column::Number).lt(this(group_place::Column::Number)))
        .to_owned();
    let line = Query::select()
        .expr(this(group_place::Column::Id))
        .expr_as(Expr::expr(before), "before")
        .from(group_place::Entity)
        .and_where(among(db.get_database_backend(), group_place::Column::Id, ids.iter().map(|id| id.0)))
        .to_owned();
    let rows = db.query_all(&line).await?;
    let counted = rows.iter().map(|row| Ok((row.try_get("", "id")?, row.try_get("", "before")?)));
    Ok(counted.collect::<Result<_, DbErr>>()?)
}

fn opened(key: &DataKey, place: Place, sealed: &str) -> Result<String, Trouble> {
    Ok(key.open(place, sealed).map_err(VaultError::from)?)
}

fn ask_of(reader: Reader, at: Millis) -> Ask {
    let Reader { account, agency, purpose, operation: _ } = reader;
    Ask { account, agency, purpose, at }
}
