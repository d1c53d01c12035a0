//! What happened to services: read before and after something is written, noted with it, and read again in its order.
//!
//! Whoever writes services asks for their [`facts`] before and calls [`note_between`] after, within the transaction
//! that writes; `save` does so for what comes from feeds.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::enums::{HappeningKind, ServiceStatus, Visibility};
use entity::ids::{LocationId, PlaceId, ServiceId};
use entity::{capacity, characteristic_rule, eligibility, schedule, service, service_happening, service_place};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::load::{self, group, schedule_line};
use super::save::insert;
use crate::database::one_at_a_time;
use crate::directory::happenings::{Facts, Happening, Takes, Whose, between, lines};
use crate::directory::listing::Schedule;

/// An advisory lock of PostgreSQL that whoever numbers happenings holds until it has committed. Any constant does; this
/// spells "happened".
const NUMBERING: i64 = 0x6861_7070_656e_6564;
/// Services read in one statement.
const AT_ONCE: usize = 500;

/// What is known of services before something is written that may touch them.
#[derive(Debug, Default)]
pub struct Before(HashMap<ServiceId, Facts>);

impl Before {
    /// Reads what is known of services, unless that is known already.
    ///
    /// # Errors
    /// The database failed.
    pub async fn of_services(&mut self, db: &impl ConnectionTrait, ids: Vec<ServiceId>) -> Result<(), DbErr> {
        let new: Vec<ServiceId> = ids.into_iter().filter(|id| !self.0.contains_key(id)).collect();
        self.0.extend(facts(db, &new).await?);
        Ok(())
    }

    /// The same of the services at these locations, whose hours may stand in for theirs.
    ///
    /// # Errors
    /// The database failed.
    pub async fn at_locations(&mut self, db: &impl ConnectionTrait, ids: &[LocationId]) -> Result<(), DbErr> {
        let mut here = HashSet::new();
        for ids in ids.chunks(AT_ONCE) {
            let at = service_place::Entity::find().filter(service_place::Column::LocationId.is_in(ids.iter().copied()));
            let services: Vec<ServiceId> =
                at.select_only().column(service_place::Column::ServiceId).into_tuple().all(db).await?;
            here.extend(services);
        }
        self.of_services(db, here.into_iter().collect()).await
    }

    /// Notes what happened since.
    ///
    /// # Errors
    /// The database failed.
    pub async fn note(self, db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<(), DbErr> {
        note_between(db, self.0, now).await
    }
}

/// What decides whether anything happened, of each of these services; one that is not there is [`Facts::absent`].
///
/// # Errors
/// The database failed.
pub async fn facts(db: &impl ConnectionTrait, ids: &[ServiceId]) -> Result<HashMap<ServiceId, Facts>, DbErr> {
    let mut found: HashMap<ServiceId, Facts> = ids.iter().map(|id| (*id, Facts::absent())).collect();
    for ids in ids.chunks(AT_ONCE) {
        read(db, ids, &mut found).await?;
    }
    Ok(found)
}

async fn read(
    db: &impl ConnectionTrait,
    ids: &[ServiceId],
    found: &mut HashMap<ServiceId, Facts>,
) -> Result<(), DbErr> {
    let these = || ids.iter().copied();
    let rows = service::Entity::find().filter(service::Column::Id.is_in(these()));
    let columns = [service::Column::Id, service::Column::Visibility, service::Column::Status];
    let rows: Vec<(ServiceId, Visibility, ServiceStatus)> =
        rows.select_only().columns(columns).into_tuple().all(db).await?;
    for (id, visibility, status) in rows {
        if let Some(facts) = found.get_mut(&id) {
            (facts.public, facts.status) = (visibility == Visibility::Public, status);
        }
    }
    for row in capacity::Entity::find().filter(capacity::Column::ServiceId.is_in(these())).all(db).await? {
        if let Some(facts) = found.get_mut(&row.service_id) {
            facts.available = load::capacity_of(&row).available;
        }
    }
    let stated = eligibility::Entity::find().filter(eligibility::Column::ServiceId.is_in(these())).all(db).await?;
    let rules = characteristic_rule::Entity::find().filter(characteristic_rule::Column::ServiceId.is_in(these()));
    for (id, stated) in load::eligibilities(stated, rules.all(db).await?) {
        if let Some(facts) = found.get_mut(&id) {
            facts.takes = Takes::from(&stated);
        }
    }
    for (id, hours) in hours(db, ids).await? {
        if let Some(facts) = found.get_mut(&id) {
            facts.hours = hours;
        }
    }
    Ok(())
}

type Tables = BTreeMap<Whose, Vec<String>>;

/// The tables of hours that say when these services are open.
async fn hours(db: &impl ConnectionTrait, ids: &[ServiceId]) -> Result<HashMap<ServiceId, Tables>, DbErr> {
    let places = service_place::Entity::find().filter(service_place::Column::ServiceId.is_in(ids.iter().copied()));
    let columns = [service_place::Column::ServiceId, service_place::Column::Id, service_place::Column::LocationId];
    let places: Vec<(ServiceId, PlaceId, LocationId)> =
        places.select_only().columns(columns).into_tuple().all(db).await?;
    let of_services = tables(db, schedule::Column::ServiceId, ids, |row| row.service_id).await?;
    let pairs: Vec<PlaceId> = places.iter().map(|(_, pair, _)| *pair).collect();
    let of_pairs = tables(db, schedule::Column::PlaceId, &pairs, |row| row.place_id).await?;
    // The building's stand in only where neither of the others says anything.
    let is_silent =
        |service: &ServiceId, pair: &PlaceId| !of_services.contains_key(service) && !of_pairs.contains_key(pair);
    let silent = places.iter().filter(|(service, pair, _)| is_silent(service, pair));
    let buildings: HashSet<LocationId> = silent.map(|(_, _, location)| *location).collect();
    let buildings: Vec<LocationId> = buildings.into_iter().collect();
    let of_buildings = tables(db, schedule::Column::LocationId, &buildings, |row| row.location_id).await?;
    let mut found: HashMap<ServiceId, Tables> = HashMap::new();
    for (service, pair, location) in places {
        if let Some(lines) = of_pairs.get(&pair) {
            found.entry(service).or_default().insert(Whose::Place(pair), lines.clone());
        } else if let Some(lines) = of_buildings.get(&location).filter(|_| !of_services.contains_key(&service)) {
            found.entry(service).or_default().insert(Whose::Building(location), lines.clone());
        }
    }
    for (service, lines) in of_services {
        found.entry(service).or_default().insert(Whose::Service, lines);
    }
    Ok(found)
}

/// Tables of hours by whose they are; none for whoever has no line.
async fn tables<I>(
    db: &impl ConnectionTrait,
    column: schedule::Column,
    ids: &[I],
    whose: impl Fn(&schedule::Model) -> Option<I>,
) -> Result<HashMap<I, Vec<String>>, DbErr>
where
    I: Into<sea_orm::Value> + std::hash::Hash + Eq + Copy,
{
    let mut found = HashMap::new();
    for ids in ids.chunks(AT_ONCE) {
        let rows = schedule::Entity::find().filter(column.is_in(ids.iter().copied())).all(db).await?;
        for (whose, rows) in group(rows, |row| whose(row), schedule_line) {
            let lines = lines(&rows as &[Schedule]);
            if let Some(whose) = whose.filter(|_| !lines.is_empty()) {
                found.insert(whose, lines);
            }
        }
    }
    Ok(found)
}

/// Reads what is known of the same services now, and notes what happened to them since.
///
/// # Errors
/// The database failed; nothing of the transaction may then be kept.
pub async fn note_between(
    db: &impl ConnectionTrait,
    before: HashMap<ServiceId, Facts>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let mut ids: Vec<ServiceId> = before.keys().copied().collect();
    ids.sort_unstable();
    let after = facts(db, &ids).await?;
    let mut happened = Vec::new();
    for id in ids {
        if let (Some(before), Some(after)) = (before.get(&id), after.get(&id)) {
            happened.extend(between(before, after).into_iter().map(|kind| (id, kind)));
        }
    }
    note(db, &happened, now).await
}

/// Notes what happened, in this order. Numbers become visible in their order: whoever numbers waits until whoever
/// numbered before has committed, so that nobody who has seen a later number has missed an earlier one. Call it as
/// late in the transaction as can be.
///
/// # Errors
/// The database failed.
pub async fn note(
    db: &impl ConnectionTrait,
    happened: &[(ServiceId, HappeningKind)],
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    if happened.is_empty() {
        return Ok(());
    }
    one_at_a_time(db, NUMBERING).await?;
    let rows = happened.iter().map(|(service, kind)| service_happening::ActiveModel {
        id: NotSet,
        service_id: Set(*service),
        kind: Set(*kind),
        at: Set(now),
    });
    insert(db, rows.collect(), None).await
}

/// The number of the last happening; 0 where nothing happened yet.
///
/// # Errors
/// The database failed.
pub async fn last(db: &impl ConnectionTrait) -> Result<i64, DbErr> {
    let last = service_happening::Entity::find().select_only().expr(Expr::col(service_happening::Column::Id).max());
    let found: Option<Option<i64>> = last.into_tuple().one(db).await?;
    Ok(found.flatten().unwrap_or_default())
}

/// What happened behind one number and up to another, in its order, so much at the most.
///
/// # Errors
/// The database failed.
pub async fn after(db: &impl ConnectionTrait, behind: i64, through: i64, most: usize) -> Result<Vec<Happening>, DbErr> {
    let rows = service_happening::Entity::find()
        .filter(service_happening::Column::Id.gt(behind))
        .filter(service_happening::Column::Id.lte(through))
        .order_by_asc(service_happening::Column::Id)
        .limit(u64::try_from(most).unwrap_or(u64::MAX))
        .all(db)
        .await?;
    let happening =
        |row: service_happening::Model| Happening { id: row.id, service: row.service_id, kind: row.kind, at: row.at };
    Ok(rows.into_iter().map(happening).collect())
}
