//! Filling in keys for what was stored before there were any, or by older rules of writing them.

use std::collections::{BTreeSet, HashMap};

use entity::enums::DuplicateKeyKind;
use entity::ids::{AgencyId, LocationId, PlaceId, ServiceId};
use entity::{agency, duplicate_key, external_identifier, location, phone, service, service_place};
use sea_orm::sea_query::{Condition, IntoCondition, LockType, Query};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{Key, Owner, Said, of_locations_themselves, remove, rows_of_service};
use crate::database::{Database, one_at_a_time};
use crate::directory::store::load::group;
use crate::directory::store::save::insert;

/// By which rules keys are written. Raise it where `duplicates::normal` writes something otherwise: the next start then
/// writes all keys anew.
const RULES: &str = "1";
/// A lock of PostgreSQL's under which keys are filled: of two processes one waits for the other.
const FILL_LOCK: i64 = 0x7369_676e_6b65_7973;
/// Things whose keys are filled in one transaction: other writers wait no longer than that takes.
const BATCH: u64 = 500;

/// The last of a batch, where there was one, and how many there were.
type Filled<I> = Result<(Option<I>, u64), DbErr>;

/// Writes the keys of everything, unless they stand there by the rules of this program; says of how many things. Run
/// again after it was cut off it begins anew, and ends the same. Meanwhile listings can be saved.
///
/// # Errors
/// The database failed.
pub async fn fill(database: &Database) -> Result<u64, DbErr> {
    use duplicate_key::Column;
    let mark = duplicate_key::Entity::find().filter(Column::Kind.eq(DuplicateKeyKind::Rules));
    if mark.filter(Column::Value.eq(RULES)).one(database.connection()).await?.is_some() {
        return Ok(0);
    }
    let mut filled = 0;
    macro_rules! each {
        ($($batch:ident),+) => { $(
            let mut after = None;
            loop {
                let transaction = begin(database).await?;
                let (last, count) = $batch(&transaction, after).await?;
                transaction.commit().await?;
                filled += count;
                if last.is_none() {
                    break;
                }
                after = last;
            }
        )+ };
    }
    each!(agencies, locations, services);
    let transaction = begin(database).await?;
    remove(&transaction, Column::Kind.eq(DuplicateKeyKind::Rules)).await?;
    let mark = Key { kind: DuplicateKeyKind::Rules, value: RULES.to_owned() };
    insert(&transaction, Owner::default().rows(BTreeSet::from([mark])).collect(), None).await?;
    transaction.commit().await?;
    Ok(filled)
}

async fn begin(database: &Database) -> Result<DatabaseTransaction, DbErr> {
    let transaction = database.begin_write().await?;
    one_at_a_time(&transaction, FILL_LOCK).await?;
    Ok(transaction)
}

/// Numbers by what they belong to.
async fn phones<I: Eq + std::hash::Hash>(
    db: &DatabaseTransaction,
    of: impl IntoCondition,
    owner: impl Fn(&phone::Model) -> Option<I>,
) -> Result<HashMap<Option<I>, Vec<String>>, DbErr> {
    Ok(group(phone::Entity::find().filter(of).all(db).await?, owner, |row| row.number))
}

/// Ids in other registers by what they belong to, each with its scheme.
async fn identifiers<I: Eq + std::hash::Hash>(
    db: &DatabaseTransaction,
    of: impl IntoCondition,
    owner: impl Fn(&external_identifier::Model) -> Option<I>,
) -> Result<HashMap<Option<I>, Vec<(String, String)>>, DbErr> {
    Ok(group(external_identifier::Entity::find().filter(of).all(db).await?, owner, |row| (row.scheme, row.value)))
}

fn listed<I: Eq + std::hash::Hash>(lists: &HashMap<Option<I>, Vec<String>>, id: I) -> Vec<&str> {
    lists.get(&Some(id)).into_iter().flatten().map(String::as_str).collect()
}

fn named<I: Eq + std::hash::Hash>(lists: &HashMap<Option<I>, Vec<(String, String)>>, id: I) -> Vec<(&str, &str)> {
    lists.get(&Some(id)).into_iter().flatten().map(|(scheme, value)| (scheme.as_str(), value.as_str())).collect()
}

// In each of these the rows are locked while their keys are written: whoever saves one of them meanwhile waits, and then
// writes the newer keys. Rows that only refer to them can be written all the while.

async fn agencies(db: &DatabaseTransaction, after: Option<AgencyId>) -> Filled<AgencyId> {
    let behind = Condition::all().add_option(after.map(|after| agency::Column::Id.gt(after)));
    let next = agency::Entity::find().filter(behind).order_by_asc(agency::Column::Id).limit(BATCH);
    let found = next.lock(LockType::NoKeyUpdate).all(db).await?;
    let ids: Vec<AgencyId> = found.iter().map(|row| row.id).collect();
    let phones = phones(db, phone::Column::AgencyId.is_in(ids.clone()), |row| row.agency_id).await?;
    let of = external_identifier::Column::AgencyId.is_in(ids.clone());
    let identifiers = identifiers(db, of, |row| row.agency_id).await?;
    let mut rows = Vec::new();
    for row in &found {
        let said = Said {
            charity: row.charity_number.as_deref(),
            company: row.company_number.as_deref(),
            website: row.website.as_deref(),
            phones: listed(&phones, row.id),
            identifiers: named(&identifiers, row.id),
        };
        rows.extend(Owner { agency: Some(row.id), ..Owner::default() }.rows(said.keys()));
    }
    remove(db, duplicate_key::Column::AgencyId.is_in(ids.clone())).await?;
    insert(db, rows, None).await?;
    Ok((ids.last().copied(), ids.len() as u64))
}

async fn locations(db: &DatabaseTransaction, after: Option<LocationId>) -> Filled<LocationId> {
    let behind = Condition::all().add_option(after.map(|after| location::Column::Id.gt(after)));
    let next = location::Entity::find().filter(behind).order_by_asc(location::Column::Id).limit(BATCH);
    let found = next.lock(LockType::NoKeyUpdate).all(db).await?;
    let ids: Vec<LocationId> = found.iter().map(|row| row.id).collect();
    let phones = phones(db, phone::Column::LocationId.is_in(ids.clone()), |row| row.location_id).await?;
    let of = external_identifier::Column::LocationId.is_in(ids.clone());
    let identifiers = identifiers(db, of, |row| row.location_id).await?;
    let mut rows = Vec::new();
    for row in found.iter().filter(|row| !row.confidential) {
        let (phones, identifiers) = (listed(&phones, row.id), named(&identifiers, row.id));
        let said = Said { phones, identifiers, ..Said::default() };
        rows.extend(Owner { location: Some(row.id), ..Owner::default() }.rows(said.keys()));
    }
    remove(db, of_locations_themselves(&ids)).await?;
    insert(db, rows, None).await?;
    Ok((ids.last().copied(), ids.len() as u64))
}

async fn services(db: &DatabaseTransaction, after: Option<ServiceId>) -> Filled<ServiceId> {
    let behind = Condition::all().add_option(after.map(|after| service::Column::Id.gt(after)));
    let next = service::Entity::find().filter(behind).order_by_asc(service::Column::Id).limit(BATCH);
    let found = next.lock(LockType::NoKeyUpdate).all(db).await?;
    let ids: Vec<ServiceId> = found.iter().map(|row| row.id).collect();
    let open = Query::select()
        .column(location::Column::Id)
        .from(location::Entity)
        .and_where(location::Column::Confidential.eq(false))
        .to_owned();
    let pairs = service_place::Entity::find()
        .filter(service_place::Column::ServiceId.is_in(ids.clone()))
        .filter(service_place::Column::LocationId.in_subquery(open))
        .all(db)
        .await?;
    let places: Vec<PlaceId> = pairs.iter().map(|row| row.id).collect();
    let there = phones(db, phone::Column::PlaceId.is_in(places), |row| row.place_id).await?;
    let pairs = group(pairs, |row| row.service_id, |row| (row.id, row.location_id));
    let phones = phones(db, phone::Column::ServiceId.is_in(ids.clone()), |row| row.service_id).await?;
    let mut rows = Vec::new();
    for row in &found {
        let said = Said { website: row.url.as_deref(), phones: listed(&phones, row.id), ..Said::default() };
        let pairs = pairs.get(&row.id).into_iter().flatten();
        let there = pairs.map(|(place, location)| (*location, listed(&there, *place)));
        rows.extend(rows_of_service(row.id, &said, there));
    }
    remove(db, duplicate_key::Column::ServiceId.is_in(ids.clone())).await?;
    insert(db, rows, None).await?;
    Ok((ids.last().copied(), ids.len() as u64))
}
