//! Reading the directory back: rows into the same plain data that listings are made of, and the
//! whole of it at once for the snapshot.

use std::collections::HashMap;
use std::hash::Hash;

use entity::ids::{AgencyId, LocationId, PlaceId, ServiceId};
use entity::{
    agency, area_covered, assurance, capacity, characteristic_rule, directory_change, eligibility, location, schedule,
    service, service_need, service_place, service_term,
};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde::{Deserialize, Serialize};

use entity::enums::Visibility;

use super::assurances::told;
use crate::directory::listing::{AgeRule, Area, Capacity, Eligibility, OffenceRule, Ruled, Schedule, SubstanceUse};

/// Which state of the directory something was read from. Two differ when anything changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Version {
    /// The newest change.
    pub last: i64,
    /// How many changes there were: tells a change that was written late but numbered early.
    pub count: i64,
}

/// The directory's version now.
///
/// # Errors
/// The database failed.
pub async fn version(db: &impl ConnectionTrait) -> Result<Version, DbErr> {
    let found: Option<(Option<i64>, i64)> = directory_change::Entity::find()
        .select_only()
        .expr(Expr::col(directory_change::Column::Id).max())
        .expr(Expr::col(directory_change::Column::Id).count())
        .into_tuple()
        .one(db)
        .await?;
    let (last, count) = found.unwrap_or_default();
    Ok(Version { last: last.unwrap_or_default(), count })
}

/// Services with what hangs on them, as it stands in the tables.
#[derive(Debug, Default)]
pub struct Rows {
    /// Public services, by id.
    pub services: Vec<service::Model>,
    /// Locations that they use.
    pub locations: HashMap<LocationId, location::Model>,
    /// Services at locations, by service, in their order.
    pub places: HashMap<ServiceId, Vec<service_place::Model>>,
    /// Areas that hold for the whole service.
    pub service_areas: HashMap<ServiceId, Vec<Area>>,
    /// Areas that hold for one pair.
    pub place_areas: HashMap<PlaceId, Vec<Area>>,
    /// Hours of services.
    pub service_hours: HashMap<ServiceId, Vec<Schedule>>,
    /// Hours of pairs.
    pub place_hours: HashMap<PlaceId, Vec<Schedule>>,
    /// Hours of buildings.
    pub location_hours: HashMap<LocationId, Vec<Schedule>>,
    /// Who is taken.
    pub eligibilities: HashMap<ServiceId, Eligibility>,
    /// Places and waiting times.
    pub capacities: HashMap<ServiceId, Capacity>,
    /// Keys of needs, in their order.
    pub needs: HashMap<ServiceId, Vec<String>>,
    /// Terms of other taxonomies.
    pub terms: HashMap<ServiceId, Vec<service_term::Model>>,
    /// Freshness.
    pub assurances: HashMap<ServiceId, Vec<assurance::Model>>,
}

/// Which services are read together.
#[derive(Clone, Debug)]
enum Scope {
    /// All from one id to another: what the tables' indexes like best.
    Between(ServiceId, ServiceId),
    /// These, a few.
    These(Vec<ServiceId>),
}

impl Scope {
    fn holds(&self, column: impl ColumnTrait) -> SimpleExpr {
        match self {
            Self::Between(first, last) => column.between(*first, *last),
            Self::These(ids) => column.is_in(ids.iter().copied()),
        }
    }
}

/// The next public services in the order of their ids, so many at the most, with what hangs on them; nothing behind
/// the last. Run it in a transaction that reads one state throughout.
///
/// # Errors
/// The database failed.
pub async fn services_after(db: &impl ConnectionTrait, after: Option<ServiceId>, most: u64) -> Result<Rows, DbErr> {
    let behind = after.map(|after| service::Column::Id.gt(after));
    let services = public_services().filter(Condition::all().add_option(behind)).limit(most).all(db).await?;
    match (services.first().map(|row| row.id), services.last().map(|row| row.id)) {
        (Some(first), Some(last)) => hanging_on(db, services, &Scope::Between(first, last)).await,
        (None, _) | (_, None) => Ok(Rows::default()),
    }
}

/// Those of these services that are public, with what hangs on them.
///
/// # Errors
/// The database failed.
pub async fn these_services(db: &impl ConnectionTrait, ids: Vec<ServiceId>) -> Result<Rows, DbErr> {
    let services = public_services().filter(service::Column::Id.is_in(ids.iter().copied())).all(db).await?;
    hanging_on(db, services, &Scope::These(ids)).await
}

fn public_services() -> Select<service::Entity> {
    shown_services().order_by_asc(service::Column::Id)
}

/// Services that the public may see: those that are public, but for any that stands under an agency which is shown as
/// another, for it would have none.
pub(super) fn shown_services() -> Select<service::Entity> {
    let hidden = agency::Entity::find().filter(agency::Column::MergedInto.is_not_null()).select_only();
    let hidden = QuerySelect::query(&mut hidden.column(agency::Column::Id)).to_owned();
    service::Entity::find()
        .filter(service::Column::Visibility.eq(Visibility::Public))
        .filter(service::Column::AgencyId.not_in_subquery(hidden))
}

/// The next agencies in the order of their ids.
///
/// # Errors
/// The database failed.
pub async fn agencies_after(
    db: &impl ConnectionTrait,
    after: Option<AgencyId>,
    most: u64,
) -> Result<Vec<agency::Model>, DbErr> {
    let behind = after.map(|after| agency::Column::Id.gt(after));
    let rows = shown_agencies().filter(Condition::all().add_option(behind)).order_by_asc(agency::Column::Id);
    rows.limit(most).all(db).await
}

/// These agencies, in the order of their ids.
///
/// # Errors
/// The database failed.
pub async fn these_agencies(db: &impl ConnectionTrait, ids: Vec<AgencyId>) -> Result<Vec<agency::Model>, DbErr> {
    shown_agencies().filter(agency::Column::Id.is_in(ids)).order_by_asc(agency::Column::Id).all(db).await
}

/// Agencies but for those that are shown as another.
pub(super) fn shown_agencies() -> Select<agency::Entity> {
    agency::Entity::find().filter(agency::Column::MergedInto.is_null())
}

/// The next locations in the order of their ids.
///
/// # Errors
/// The database failed.
pub async fn locations_after(
    db: &impl ConnectionTrait,
    after: Option<LocationId>,
    most: u64,
) -> Result<Vec<location::Model>, DbErr> {
    let behind = after.map(|after| location::Column::Id.gt(after));
    let rows = location::Entity::find().filter(Condition::all().add_option(behind)).order_by_asc(location::Column::Id);
    rows.limit(most).all(db).await
}

async fn hanging_on(db: &impl ConnectionTrait, services: Vec<service::Model>, scope: &Scope) -> Result<Rows, DbErr> {
    let mut rows = Rows { services, ..Rows::default() };
    let places = service_place::Entity::find()
        .filter(scope.holds(service_place::Column::ServiceId))
        .order_by_asc(service_place::Column::Position)
        .order_by_asc(service_place::Column::Id)
        .all(db)
        .await?;
    let pairs = |column| {
        let of = service_place::Entity::find().filter(scope.holds(service_place::Column::ServiceId));
        QuerySelect::query(&mut of.select_only().column(column)).to_owned()
    };
    let locations = location::Entity::find()
        .filter(location::Column::Id.in_subquery(pairs(service_place::Column::LocationId)))
        .all(db)
        .await?;
    rows.locations = locations.into_iter().map(|row| (row.id, row)).collect();
    rows.places = group(places, |row| row.service_id, |row| row);
    let areas = area_covered::Entity::find()
        .filter(scope.holds(area_covered::Column::ServiceId))
        .order_by_asc(area_covered::Column::Id)
        .all(db)
        .await?;
    for row in areas {
        match row.place_id {
            Some(place) => rows.place_areas.entry(place).or_default().push(area(row)),
            None => rows.service_areas.entry(row.service_id).or_default().push(area(row)),
        }
    }
    let in_order = |of: SimpleExpr| {
        let rows = schedule::Entity::find().filter(of);
        rows.order_by_asc(schedule::Column::Position).order_by_asc(schedule::Column::Id)
    };
    let hours = |of: SimpleExpr| in_order(of).all(db);
    for row in hours(scope.holds(schedule::Column::ServiceId)).await? {
        if let Some(id) = row.service_id {
            rows.service_hours.entry(id).or_default().push(schedule_line(row));
        }
    }
    for row in hours(schedule::Column::PlaceId.in_subquery(pairs(service_place::Column::Id))).await? {
        if let Some(id) = row.place_id {
            rows.place_hours.entry(id).or_default().push(schedule_line(row));
        }
    }
    for row in hours(schedule::Column::LocationId.in_subquery(pairs(service_place::Column::LocationId))).await? {
        if let Some(id) = row.location_id {
            rows.location_hours.entry(id).or_default().push(schedule_line(row));
        }
    }
    let stated = eligibility::Entity::find().filter(scope.holds(eligibility::Column::ServiceId)).all(db).await?;
    let characteristics = characteristic_rule::Entity::find()
        .filter(scope.holds(characteristic_rule::Column::ServiceId))
        .order_by_asc(characteristic_rule::Column::ServiceId)
        .order_by_asc(characteristic_rule::Column::Characteristic)
        .all(db)
        .await?;
    rows.eligibilities = eligibilities(stated, characteristics);
    let capacities = capacity::Entity::find().filter(scope.holds(capacity::Column::ServiceId)).all(db).await?;
    rows.capacities = capacities.into_iter().map(|row| (row.service_id, capacity_of(&row))).collect();
    let needs = service_need::Entity::find()
        .filter(scope.holds(service_need::Column::ServiceId))
        .order_by_asc(service_need::Column::Position)
        .all(db)
        .await?;
    rows.needs = group(needs, |row| row.service_id, |row| row.need_key);
    let terms = service_term::Entity::find()
        .filter(scope.holds(service_term::Column::ServiceId))
        .order_by_asc(service_term::Column::Taxonomy)
        .order_by_asc(service_term::Column::Code)
        .all(db)
        .await?;
    rows.terms = group(terms, |row| row.service_id, |row| row);
    let assurances = assurance::Entity::find().filter(scope.holds(assurance::Column::ServiceId)).all(db).await?;
    rows.assurances = group(assurances, |row| row.service_id, told);
    Ok(rows)
}

/// Rows by a key, each group in the rows' order.
pub(crate) fn group<R, K: Hash + Eq, V>(
    rows: impl IntoIterator<Item = R>,
    key: impl Fn(&R) -> K,
    value: impl Fn(R) -> V,
) -> HashMap<K, Vec<V>> {
    let mut groups: HashMap<K, Vec<V>> = HashMap::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(value(row));
    }
    groups
}

/// An area as a listing has it.
pub(crate) fn area(row: area_covered::Model) -> Area {
    Area { kind: row.kind, value: row.value, name: row.name }
}

/// A line of hours as a listing has it.
pub(crate) fn schedule_line(row: schedule::Model) -> Schedule {
    Schedule {
        kind: row.kind,
        days: row.days,
        effect: row.effect,
        by_day: row.by_day,
        by_month_day: row.by_month_day,
        interval: u16::try_from(row.interval).unwrap_or(1),
        anchor: row.anchor,
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        opens_at: row.opens_at,
        closes_at: row.closes_at,
        note: row.note,
    }
}

/// Capacity as a listing has it.
pub(crate) fn capacity_of(row: &capacity::Model) -> Capacity {
    let count = |stored: Option<i32>| stored.and_then(|number| u32::try_from(number).ok());
    Capacity {
        funded: count(row.funded),
        maximum: count(row.maximum),
        available: count(row.available),
        wait_days: count(row.wait_days),
        waiting_list: row.waiting_list,
        updated_at: row.updated_at,
    }
}

/// The rules of services as listings have them, from both of their tables.
pub(crate) fn eligibilities(
    rows: Vec<eligibility::Model>,
    characteristics: Vec<characteristic_rule::Model>,
) -> HashMap<ServiceId, Eligibility> {
    let mut found: HashMap<ServiceId, Eligibility> =
        rows.into_iter().map(|row| (row.service_id, eligibility_of(row))).collect();
    for row in characteristics {
        found
            .entry(row.service_id)
            .or_default()
            .characteristics
            .push((row.characteristic, Ruled { rule: row.rule, evidence: row.evidence, quote: row.quote }));
    }
    found
}

fn eligibility_of(row: eligibility::Model) -> Eligibility {
    let age = row.age_evidence.map(|evidence| Ruled {
        rule: AgeRule { min: row.age_min, max: row.age_max },
        evidence,
        quote: row.age_quote,
    });
    let genders =
        row.genders_evidence.map(|evidence| Ruled { rule: row.genders.0, evidence, quote: row.genders_quote });
    let substance_use = row.substance_use.zip(row.substance_use_evidence).map(|(rule, evidence)| Ruled {
        rule: SubstanceUse { rule, abstinent_days: row.abstinent_days.and_then(|days| u16::try_from(days).ok()) },
        evidence,
        quote: row.substance_use_quote,
    });
    let offences = row.offences_evidence.map(|evidence| Ruled {
        rule: OffenceRule { excluded: row.offences_excluded.0, considered: row.offences_considered.0 },
        evidence,
        quote: row.offences_quote,
    });
    Eligibility { age, genders, substance_use, offences, characteristics: Vec::new(), other: row.other }
}
