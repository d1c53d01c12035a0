//! Keys by which duplicates are found: written with the listings, read a few or all together, and filled for rows that
//! were there before the keys, or were written by older rules.
//!
//! **Invariant: no key of a confidential location is read**, whether or not it was written: each statement asks the
//! location itself, so that one which became a secret a moment ago is one here too. Where it is known none is written.

mod fill;

pub use self::fill::fill;

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use entity::enums::{DuplicateKeyKind, Visibility};
use entity::ids::{AgencyId, LocationId, ServiceId, SourceId};
use entity::{duplicate_key, location, service};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Condition, IntoCondition, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
};

use super::place_id;
use super::rows::NamesLocation;
use super::save::insert;
use crate::directory::duplicates::normal::Key;
use crate::directory::listing::{AgencyListing, Identifier, LocationListing, Phone, ServiceListing};

/// Ids or values named in one statement.
const AT_ONCE: usize = 5_000;
/// A value that stands more often than this is too common to tell anything, whoever has it.
const MOST_OFTEN: i64 = 1_000;
/// Rows read at once where all are.
const PAGE: u64 = 20_000;

/// Schemes of registers of charities, in small letters.
const CHARITIES: &[&str] = &["gb-chc", "gb-sc", "gb-nic", "charity-commission"];
/// Schemes of Companies House.
const COMPANIES: &[&str] = &["gb-coh", "companies-house"];

/// A key and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The key.
    pub key: Key,
    /// The agency's, …
    pub agency: Option<AgencyId>,
    /// … the service's, …
    pub service: Option<ServiceId>,
    /// … the location's; with a service, the service's there.
    pub location: Option<LocationId>,
}

#[derive(Clone, Copy, Default)]
struct Owner {
    agency: Option<AgencyId>,
    service: Option<ServiceId>,
    location: Option<LocationId>,
}

impl Owner {
    fn rows(self, keys: BTreeSet<Key>) -> impl Iterator<Item = duplicate_key::ActiveModel> {
        keys.into_iter().map(move |key| duplicate_key::ActiveModel {
            id: NotSet,
            kind: Set(key.kind),
            value: Set(key.value),
            agency_id: Set(self.agency),
            service_id: Set(self.service),
            location_id: Set(self.location),
        })
    }
}

/// What something says of itself, as far as keys are made of it.
#[derive(Default)]
struct Said<'a> {
    charity: Option<&'a str>,
    company: Option<&'a str>,
    website: Option<&'a str>,
    phones: Vec<&'a str>,
    /// Each with its scheme.
    identifiers: Vec<(&'a str, &'a str)>,
}

impl Said<'_> {
    fn keys(&self) -> BTreeSet<Key> {
        let mut keys: BTreeSet<Key> = self.phones.iter().filter_map(|number| Key::phone(number)).collect();
        keys.extend(self.charity.into_iter().flat_map(Key::charities));
        keys.extend(self.company.and_then(Key::company));
        keys.extend(self.website.and_then(Key::website));
        for (scheme, value) in &self.identifiers {
            match scheme.to_ascii_lowercase().as_str() {
                scheme if CHARITIES.contains(&scheme) => keys.extend(Key::charities(value)),
                scheme if COMPANIES.contains(&scheme) => keys.extend(Key::company(value)),
                "uprn" => keys.extend(Key::uprn(value)),
                _ => {}
            }
        }
        keys
    }
}

fn numbers(phones: &[Phone]) -> Vec<&str> {
    phones.iter().map(|phone| phone.number.as_str()).collect()
}

fn schemes(identifiers: &[Identifier]) -> Vec<(&str, &str)> {
    identifiers.iter().map(|other| (other.scheme.as_str(), other.value.as_str())).collect()
}

/// Writes the keys of agencies that were saved; `replaced` were there before.
///
/// # Errors
/// The database failed.
pub(super) async fn of_agencies<K>(
    db: &impl ConnectionTrait,
    saved: &[(AgencyId, &AgencyListing<K>)],
    replaced: &[AgencyId],
) -> Result<(), DbErr> {
    let mut rows = Vec::new();
    for (id, listing) in saved {
        let said = Said {
            charity: listing.charity_number.as_deref(),
            company: listing.company_number.as_deref(),
            website: listing.website.as_deref(),
            phones: numbers(&listing.phones),
            identifiers: schemes(&listing.identifiers),
        };
        rows.extend(Owner { agency: Some(*id), ..Owner::default() }.rows(said.keys()));
    }
    for ids in replaced.chunks(AT_ONCE) {
        remove(db, duplicate_key::Column::AgencyId.is_in(ids.iter().copied())).await?;
    }
    insert(db, rows, None).await
}

/// The same of locations; those that are `secret` get none.
///
/// # Errors
/// The database failed.
pub(super) async fn of_locations(
    db: &impl ConnectionTrait,
    saved: impl Iterator<Item = (LocationId, &LocationListing)>,
    secret: &BTreeSet<LocationId>,
    replaced: &[LocationId],
) -> Result<(), DbErr> {
    let mut rows = Vec::new();
    for (id, listing) in saved.filter(|(id, listing)| !listing.confidential && !secret.contains(id)) {
        let (phones, identifiers) = (numbers(&listing.phones), schemes(&listing.identifiers));
        let said = Said { phones, identifiers, ..Said::default() };
        rows.extend(Owner { location: Some(id), ..Owner::default() }.rows(said.keys()));
    }
    for ids in replaced.chunks(AT_ONCE) {
        remove(db, of_locations_themselves(ids)).await?;
    }
    insert(db, rows, None).await
}

/// Keys that are locations' own, not of services there.
fn of_locations_themselves(ids: &[LocationId]) -> Condition {
    Condition::all()
        .add(duplicate_key::Column::LocationId.is_in(ids.iter().copied()))
        .add(duplicate_key::Column::ServiceId.is_null())
}

/// The same of services, and of services at locations.
///
/// # Errors
/// The database failed.
pub(super) async fn of_services<A, K>(
    db: &impl ConnectionTrait,
    source: SourceId,
    saved: &[(ServiceId, &ServiceListing<A, impl NamesLocation, K>)],
    replaced: &[ServiceId],
) -> Result<(), DbErr> {
    let mut rows = Vec::new();
    for (id, listing) in saved {
        let said = Said { website: listing.url.as_deref(), phones: numbers(&listing.phones), ..Said::default() };
        let mut pairs = BTreeSet::new();
        let places = listing.places.iter().filter(|place| pairs.insert(place_id(*id, &place.key)));
        let open = places.filter(|place| !place.location.is_said_to_be_secret());
        let there = open.map(|place| (place.location.location_id(source), numbers(&place.phones)));
        rows.extend(rows_of_service(*id, &said, there));
    }
    for ids in replaced.chunks(AT_ONCE) {
        remove(db, duplicate_key::Column::ServiceId.is_in(ids.iter().copied())).await?;
    }
    insert(db, rows, None).await
}

/// The keys of a service, and those that it has at its locations only.
fn rows_of_service<'a>(
    id: ServiceId,
    said: &Said<'_>,
    there: impl Iterator<Item = (LocationId, Vec<&'a str>)>,
) -> Vec<duplicate_key::ActiveModel> {
    let service = Owner { service: Some(id), ..Owner::default() };
    let own = said.keys();
    let mut rows = Vec::new();
    for (location, phones) in there {
        let keys = Said { phones, ..Said::default() }.keys();
        let there = Owner { location: Some(location), ..service };
        rows.extend(there.rows(keys.difference(&own).cloned().collect()));
    }
    rows.extend(service.rows(own));
    rows
}

/// Removes the keys of locations that became secrets, and of services there.
///
/// # Errors
/// The database failed.
pub(super) async fn forget(db: &impl ConnectionTrait, secret: &[LocationId]) -> Result<(), DbErr> {
    remove(db, duplicate_key::Column::LocationId.is_in(secret.iter().copied())).await
}

async fn remove(db: &impl ConnectionTrait, those: impl IntoCondition) -> Result<(), DbErr> {
    duplicate_key::Entity::delete_many().filter(those).exec(db).await.map(|_| ())
}

/// Keys that may be read: those of no location, or of one that is no secret.
fn open() -> sea_orm::Select<duplicate_key::Entity> {
    let open = Query::select()
        .column(location::Column::Id)
        .from(location::Entity)
        .and_where(location::Column::Confidential.eq(false))
        .to_owned();
    let of_none_or_open = Condition::any()
        .add(duplicate_key::Column::LocationId.is_null())
        .add(duplicate_key::Column::LocationId.in_subquery(open));
    duplicate_key::Entity::find()
        .filter(of_none_or_open)
        .filter(duplicate_key::Column::Kind.ne(DuplicateKeyKind::Rules))
}

fn held(row: duplicate_key::Model) -> Held {
    let key = Key { kind: row.kind, value: row.value };
    Held { key, agency: row.agency_id, service: row.service_id, location: row.location_id }
}

fn any_of<'a>(keys: impl Iterator<Item = &'a Key>) -> Condition {
    let mut values: HashMap<DuplicateKeyKind, Vec<&str>> = HashMap::new();
    keys.for_each(|key| values.entry(key.kind).or_default().push(&key.value));
    values.into_iter().fold(Condition::any(), |any, (kind, values)| {
        let these = duplicate_key::Column::Value.is_in(values);
        any.add(Condition::all().add(duplicate_key::Column::Kind.eq(kind)).add(these))
    })
}

#[derive(FromQueryResult)]
struct Counted {
    kind: DuplicateKeyKind,
    value: String,
    count: i64,
}

/// Who has one of these keys, in two statements; whoever else has one that stands very often is not told.
///
/// # Errors
/// The database failed.
pub async fn sharing(db: &impl ConnectionTrait, keys: &BTreeSet<Key>) -> Result<Vec<Held>, DbErr> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    use duplicate_key::Column;
    let counted = open().filter(any_of(keys.iter())).select_only().columns([Column::Kind, Column::Value]);
    let counted = counted.column_as(Column::Id.count(), "count").group_by(Column::Kind).group_by(Column::Value);
    let counted = counted.into_model::<Counted>().all(db).await?;
    let seldom = counted.into_iter().filter(|found| found.count <= MOST_OFTEN);
    let seldom: BTreeSet<Key> = seldom.map(|found| Key { kind: found.kind, value: found.value }).collect();
    if seldom.is_empty() {
        return Ok(Vec::new());
    }
    let rows = open().filter(any_of(seldom.iter())).order_by_asc(Column::Id).all(db).await?;
    Ok(rows.into_iter().map(held).collect())
}

/// The keys of these, in one statement.
///
/// # Errors
/// The database failed.
pub async fn of_these(
    db: &impl ConnectionTrait,
    agencies: &BTreeSet<AgencyId>,
    services: &BTreeSet<ServiceId>,
    locations: &BTreeSet<LocationId>,
) -> Result<Vec<Held>, DbErr> {
    use duplicate_key::Column;
    if agencies.is_empty() && services.is_empty() && locations.is_empty() {
        return Ok(Vec::new());
    }
    let these = Condition::any()
        .add(Column::AgencyId.is_in(agencies.iter().copied()))
        .add(Column::ServiceId.is_in(services.iter().copied()))
        .add(
            Condition::all().add(Column::LocationId.is_in(locations.iter().copied())).add(Column::ServiceId.is_null()),
        );
    Ok(open().filter(these).all(db).await?.into_iter().map(held).collect())
}

/// All keys, page by page.
///
/// # Errors
/// The database failed.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<Held>, DbErr> {
    let mut found = Vec::new();
    let mut after = i64::MIN;
    loop {
        let behind = open().filter(duplicate_key::Column::Id.gt(after)).order_by_asc(duplicate_key::Column::Id);
        let page = behind.limit(PAGE).all(db).await?;
        let Some(last) = page.last() else { return Ok(found) };
        after = last.id;
        found.extend(page.into_iter().map(held));
    }
}

/// Ids of public services of these agencies, so many at the most.
///
/// # Errors
/// The database failed.
pub async fn services_of(
    db: &impl ConnectionTrait,
    agencies: &BTreeSet<AgencyId>,
    most: u64,
) -> Result<Vec<ServiceId>, DbErr> {
    if agencies.is_empty() {
        return Ok(Vec::new());
    }
    let of = service::Entity::find()
        .filter(service::Column::AgencyId.is_in(agencies.iter().copied()))
        .filter(service::Column::Visibility.eq(Visibility::Public));
    of.select_only()
        .column(service::Column::Id)
        .order_by_asc(service::Column::Id)
        .limit(most)
        .into_tuple()
        .all(db)
        .await
}

/// Ids of the services of a source; with a time only of those that were made then or later.
///
/// # Errors
/// The database failed.
pub async fn services_from(
    db: &impl ConnectionTrait,
    source: SourceId,
    since: Option<DateTime<Utc>>,
) -> Result<Vec<ServiceId>, DbErr> {
    let of = service::Entity::find().filter(service::Column::SourceId.eq(source));
    let of = of.filter(Condition::all().add_option(since.map(|since| service::Column::CreatedAt.gte(since))));
    of.select_only().column(service::Column::Id).into_tuple().all(db).await
}
