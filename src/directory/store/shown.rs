//! What hangs on many things at once and is only shown: read for the snapshot by the same functions as for a page, so
//! that both show the same.

use std::collections::HashMap;

use entity::ids::{AgencyId, LocationId, PlaceId, ServiceId};
use entity::{agency, contact, external_identifier, location, phone, source};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait};

use super::edges;
use super::load::Rows;
use crate::directory::listing::Schedule;

/// Ids named in one statement: each engine allows several times as many.
const NAMED_AT_ONCE: usize = 5_000;

/// What hangs on services, beside what [`Rows`] holds.
#[derive(Debug, Default)]
pub struct ServiceEdges {
    /// Telephone numbers.
    pub phones: HashMap<ServiceId, Vec<phone::Model>>,
    /// Telephone numbers of pairs.
    pub place_phones: HashMap<PlaceId, Vec<phone::Model>>,
    /// People to ask.
    pub contacts: HashMap<ServiceId, Vec<contact::Model>>,
    /// People to ask at pairs.
    pub place_contacts: HashMap<PlaceId, Vec<contact::Model>>,
    /// Ids elsewhere.
    pub identifiers: HashMap<ServiceId, Vec<external_identifier::Model>>,
}

/// What hangs on agencies.
#[derive(Debug, Default)]
pub struct AgencyEdges {
    /// Telephone numbers.
    pub phones: HashMap<AgencyId, Vec<phone::Model>>,
    /// People to ask.
    pub contacts: HashMap<AgencyId, Vec<contact::Model>>,
    /// Ids elsewhere.
    pub identifiers: HashMap<AgencyId, Vec<external_identifier::Model>>,
}

/// What hangs on locations.
#[derive(Debug, Default)]
pub struct LocationEdges {
    /// Hours of buildings.
    pub schedules: HashMap<LocationId, Vec<Schedule>>,
    /// Telephone numbers.
    pub phones: HashMap<LocationId, Vec<phone::Model>>,
}

/// Reads what hangs on many ids, so many at once.
macro_rules! of {
    ($db:expr, $ids:expr, $read:path) => {{
        let mut all = HashMap::new();
        for ids in $ids.chunks(NAMED_AT_ONCE) {
            all.extend($read($db, ids).await?);
        }
        all
    }};
}

/// What hangs on these services.
///
/// # Errors
/// The database failed; so for every function here.
pub async fn of_services(db: &impl ConnectionTrait, rows: &Rows) -> Result<ServiceEdges, DbErr> {
    let services: Vec<ServiceId> = rows.services.iter().map(|row| row.id).collect();
    let places: Vec<PlaceId> = rows.places.values().flatten().map(|row| row.id).collect();
    Ok(ServiceEdges {
        phones: of!(db, services, edges::phones_of_services),
        place_phones: of!(db, places, edges::phones_of_places),
        contacts: of!(db, services, edges::contacts_of_services),
        place_contacts: of!(db, places, edges::contacts_of_places),
        identifiers: of!(db, services, edges::identifiers_of_services),
    })
}

/// What hangs on these agencies.
///
/// # Errors
/// The database failed.
pub async fn of_agencies(db: &impl ConnectionTrait, rows: &[agency::Model]) -> Result<AgencyEdges, DbErr> {
    let agencies: Vec<AgencyId> = rows.iter().map(|row| row.id).collect();
    Ok(AgencyEdges {
        phones: of!(db, agencies, edges::phones_of_agencies),
        contacts: of!(db, agencies, edges::contacts_of_agencies),
        identifiers: of!(db, agencies, edges::identifiers_of_agencies),
    })
}

/// What hangs on these locations.
///
/// # Errors
/// The database failed.
pub async fn of_locations(db: &impl ConnectionTrait, rows: &[location::Model]) -> Result<LocationEdges, DbErr> {
    let locations: Vec<LocationId> = rows.iter().map(|row| row.id).collect();
    Ok(LocationEdges {
        schedules: of!(db, locations, edges::schedules_of_locations),
        phones: of!(db, locations, edges::phones_of_locations),
    })
}

/// Every source: a handful.
///
/// # Errors
/// The database failed.
pub async fn sources(db: &impl ConnectionTrait) -> Result<Vec<source::Model>, DbErr> {
    source::Entity::find().all(db).await
}
