//! Rows that hang on a page of things: one statement for all parents together.
//!
//! What is read here is shown to the public, so this is where the public's view is made: only
//! public services, only locations that a public service uses, and of a confidential location
//! nothing but what [`PublicLocation`] can hold.

use std::collections::HashMap;
use std::hash::Hash;

use entity::enums::{LocationKind, PlacedBy};
use entity::ids::{AgencyId, LocationId, PlaceId, ServiceId, SourceId};
use entity::lists::{AccessFeatures, Words};
use entity::{
    agency, area_covered, assurance, capacity, characteristic_rule, contact, eligibility, external_identifier,
    location, phone, schedule, service, service_place, source,
};
use sea_orm::sea_query::{Query, SelectStatement, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};

use super::{assurances, load};
use crate::directory::listing::{Area, Capacity, Eligibility, Schedule};
use crate::places::Point;

/// A location as the public may see it. Of a confidential one the constructor keeps nothing but
/// that it exists, its kind, and the area its agency chose to name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PublicLocation {
    /// Id.
    pub id: LocationId,
    /// What sort of place.
    pub kind: LocationKind,
    /// Whether everything else is withheld.
    pub confidential: bool,
    /// The area its agency chose to name.
    pub public_area: Option<String>,
    /// What is no secret; absent where everything is one.
    pub open: Option<OpenLocation>,
}

/// What may be told of a location that is no secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenLocation {
    /// Name.
    pub name: Option<String>,
    /// Another name.
    pub alternate_name: Option<String>,
    /// How to find it.
    pub description: Option<String>,
    /// Lines of the address above the town.
    pub address_lines: Vec<String>,
    /// Town.
    pub town: Option<String>,
    /// County.
    pub region: Option<String>,
    /// Postcode.
    pub postcode: Option<String>,
    /// Country code.
    pub country: Option<String>,
    /// Where it is.
    pub point: Option<Point>,
    /// How the point was found.
    pub placed_by: Option<PlacedBy>,
    /// ONS code of its local authority.
    pub authority_code: Option<String>,
    /// How to get there.
    pub transport: Option<String>,
    /// Barriers removed.
    pub access_offered: AccessFeatures,
    /// Barriers that are there.
    pub access_missing: AccessFeatures,
}

impl From<location::Model> for PublicLocation {
    fn from(row: location::Model) -> Self {
        let open = (!row.confidential).then(|| {
            let Words(address_lines) = row.address_lines;
            OpenLocation {
                name: row.name,
                alternate_name: row.alternate_name,
                description: row.description,
                address_lines,
                town: row.town,
                region: row.region,
                postcode: row.postcode,
                country: row.country,
                point: row.latitude.zip(row.longitude).and_then(|(lat, lon)| Point::new(lat, lon).ok()),
                placed_by: row.placed_by,
                authority_code: row.authority_code,
                transport: row.transport,
                access_offered: row.access_offered,
                access_missing: row.access_missing,
            }
        });
        Self { id: row.id, kind: row.kind, confidential: row.confidential, public_area: row.public_area, open }
    }
}

/// Services that the public may see.
fn public_services() -> SelectStatement {
    QuerySelect::query(&mut load::shown_services().select_only().column(service::Column::Id)).to_owned()
}

fn by_id<R, K: Hash + Eq, V>(rows: Vec<R>, key: impl Fn(&R) -> K, value: impl Fn(R) -> V) -> HashMap<K, V> {
    rows.into_iter().map(|row| (key(&row), value(row))).collect()
}

/// Agencies.
///
/// # Errors
/// The database failed; so for every function here.
pub async fn agencies(db: &impl ConnectionTrait, ids: &[AgencyId]) -> Result<HashMap<AgencyId, agency::Model>, DbErr> {
    let rows = load::shown_agencies().filter(agency::Column::Id.is_in(ids.to_vec())).all(db).await?;
    Ok(by_id(rows, |row| row.id, |row| row))
}

/// Public services.
///
/// # Errors
/// The database failed.
pub async fn services(
    db: &impl ConnectionTrait,
    ids: &[ServiceId],
) -> Result<HashMap<ServiceId, service::Model>, DbErr> {
    let rows = load::shown_services().filter(service::Column::Id.is_in(ids.to_vec())).all(db).await?;
    Ok(by_id(rows, |row| row.id, |row| row))
}

/// Locations that a public service uses.
///
/// # Errors
/// The database failed.
pub async fn locations(
    db: &impl ConnectionTrait,
    ids: &[LocationId],
) -> Result<HashMap<LocationId, PublicLocation>, DbErr> {
    let used = Query::select()
        .column(service_place::Column::LocationId)
        .from(service_place::Entity)
        .and_where(service_place::Column::ServiceId.in_subquery(public_services()))
        .to_owned();
    let rows = location::Entity::find()
        .filter(location::Column::Id.is_in(ids.to_vec()))
        .filter(location::Column::Id.in_subquery(used))
        .all(db)
        .await?;
    Ok(by_id(rows, |row| row.id, PublicLocation::from))
}

/// Pairs of public services.
///
/// # Errors
/// The database failed.
pub async fn places(
    db: &impl ConnectionTrait,
    ids: &[PlaceId],
) -> Result<HashMap<PlaceId, service_place::Model>, DbErr> {
    let rows = service_place::Entity::find()
        .filter(service_place::Column::Id.is_in(ids.to_vec()))
        .filter(service_place::Column::ServiceId.in_subquery(public_services()))
        .all(db)
        .await?;
    Ok(by_id(rows, |row| row.id, |row| row))
}

/// Pairs of each service, in their order.
///
/// # Errors
/// The database failed.
pub async fn places_of(
    db: &impl ConnectionTrait,
    ids: &[ServiceId],
) -> Result<HashMap<ServiceId, Vec<service_place::Model>>, DbErr> {
    let rows = service_place::Entity::find()
        .filter(service_place::Column::ServiceId.is_in(ids.to_vec()))
        .order_by_asc(service_place::Column::Position)
        .order_by_asc(service_place::Column::Id)
        .all(db)
        .await?;
    Ok(load::group(rows, |row| row.service_id, |row| row))
}

/// Areas of each service: the pair they are for, and the area.
///
/// # Errors
/// The database failed.
pub async fn areas_of(
    db: &impl ConnectionTrait,
    ids: &[ServiceId],
) -> Result<HashMap<ServiceId, Vec<(Option<PlaceId>, Area)>>, DbErr> {
    let rows = area_covered::Entity::find()
        .filter(area_covered::Column::ServiceId.is_in(ids.to_vec()))
        .order_by_asc(area_covered::Column::Id)
        .all(db)
        .await?;
    Ok(load::group(rows, |row| row.service_id, |row| (row.place_id, load::area(row))))
}

/// Rules of each service about who is taken.
///
/// # Errors
/// The database failed.
pub async fn eligibilities_of(
    db: &impl ConnectionTrait,
    ids: &[ServiceId],
) -> Result<HashMap<ServiceId, Eligibility>, DbErr> {
    let rows = eligibility::Entity::find().filter(eligibility::Column::ServiceId.is_in(ids.to_vec())).all(db).await?;
    let characteristics = characteristic_rule::Entity::find()
        .filter(characteristic_rule::Column::ServiceId.is_in(ids.to_vec()))
        .order_by_asc(characteristic_rule::Column::Characteristic)
        .all(db)
        .await?;
    Ok(load::eligibilities(rows, characteristics))
}

/// Places and waiting time of each service.
///
/// # Errors
/// The database failed.
pub async fn capacities_of(
    db: &impl ConnectionTrait,
    ids: &[ServiceId],
) -> Result<HashMap<ServiceId, Capacity>, DbErr> {
    let rows = capacity::Entity::find().filter(capacity::Column::ServiceId.is_in(ids.to_vec())).all(db).await?;
    Ok(by_id(rows, |row| row.service_id, |row| load::capacity_of(&row)))
}

/// Freshness of each service.
///
/// # Errors
/// The database failed.
pub async fn assurances_of(
    db: &impl ConnectionTrait,
    ids: &[ServiceId],
) -> Result<HashMap<ServiceId, Vec<assurance::Model>>, DbErr> {
    let rows = assurance::Entity::find().filter(assurance::Column::ServiceId.is_in(ids.to_vec())).all(db).await?;
    Ok(load::group(rows, |row| row.service_id, assurances::told))
}

/// Sources.
///
/// # Errors
/// The database failed.
pub async fn sources(db: &impl ConnectionTrait, ids: &[SourceId]) -> Result<HashMap<SourceId, source::Model>, DbErr> {
    let rows = source::Entity::find().filter(source::Column::Id.is_in(ids.to_vec())).all(db).await?;
    Ok(by_id(rows, |row| row.id, |row| row))
}

/// Contacts that are for everybody: that two agencies have one of their own is between them.
fn for_everybody() -> SimpleExpr {
    contact::Column::ForAgencyId.is_null()
}

/// Rows that carry the id of what they hang on in one of several columns.
macro_rules! hanging {
    ($($(#[$meta:meta])* $function:ident: $table:ident.$column:ident by $field:ident: $id:ty => $value:ty, $order:ident, $make:expr $(, where $shown:expr)?;)+) => { $(
        $(#[$meta])*
        ///
        /// # Errors
        /// The database failed.
        pub async fn $function(
            db: &impl ConnectionTrait,
            ids: &[$id],
        ) -> Result<HashMap<$id, Vec<$value>>, DbErr> {
            let rows = $table::Entity::find()
                .filter($table::Column::$column.is_in(ids.to_vec()))
                $(.filter($shown))?
                .order_by_asc($table::Column::$order)
                .order_by_asc($table::Column::Id)
                .all(db)
                .await?;
            let mut found: HashMap<$id, Vec<$value>> = HashMap::new();
            for row in rows {
                if let Some(id) = row.$field {
                    found.entry(id).or_default().push($make(row));
                }
            }
            Ok(found)
        }
    )+ };
}

hanging! {
    /// Hours and events of each service.
    schedules_of_services: schedule.ServiceId by service_id: ServiceId => Schedule, Position, load::schedule_line;
    /// Hours and events of each pair.
    schedules_of_places: schedule.PlaceId by place_id: PlaceId => Schedule, Position, load::schedule_line;
    /// Hours of each building.
    schedules_of_locations: schedule.LocationId by location_id: LocationId => Schedule, Position, load::schedule_line;
    /// Telephone numbers of each agency.
    phones_of_agencies: phone.AgencyId by agency_id: AgencyId => phone::Model, Position, |row| row;
    /// Telephone numbers of each service.
    phones_of_services: phone.ServiceId by service_id: ServiceId => phone::Model, Position, |row| row;
    /// Telephone numbers of each pair.
    phones_of_places: phone.PlaceId by place_id: PlaceId => phone::Model, Position, |row| row;
    /// Telephone numbers of each building.
    phones_of_locations: phone.LocationId by location_id: LocationId => phone::Model, Position, |row| row;
    /// People to ask at each agency.
    contacts_of_agencies: contact.AgencyId by agency_id: AgencyId => contact::Model, Position, |row| row, where for_everybody();
    /// People to ask about each service.
    contacts_of_services: contact.ServiceId by service_id: ServiceId => contact::Model, Position, |row| row, where for_everybody();
    /// People to ask at each pair.
    contacts_of_places: contact.PlaceId by place_id: PlaceId => contact::Model, Position, |row| row, where for_everybody();
    /// Ids of each agency in other registers.
    identifiers_of_agencies: external_identifier.AgencyId by agency_id: AgencyId => external_identifier::Model, Scheme, |row| row;
    /// Ids of each service in other registers.
    identifiers_of_services: external_identifier.ServiceId by service_id: ServiceId => external_identifier::Model, Scheme, |row| row;
}
