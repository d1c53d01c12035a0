//! Loaders: every edge of the graph reads through one, so that the statements of a question do
//! not grow with its rows. Made anew for each request: nothing read for one caller is ever shown
//! to another.
//!
//! To add one: a key and a line in the list below, and the function it names in `store::edges`.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
use async_graphql::runtime::TokioSpawner;
use entity::ids::{AgencyId, LocationId, PlaceId, ServiceId, SourceId};
use entity::{agency, assurance, contact, external_identifier, phone, service, service_place, source};

use super::listing::{Area, Capacity, Eligibility, Schedule};
use super::store::edges::{self, PublicLocation};
use crate::api::YieldTimer;
use crate::api::errors::LoadError;
use crate::api::horizon::Horizon;
use crate::database::Database;

/// The loaders of one request.
pub type Loaders = DataLoader<Reader, HashMapCache>;

/// What loaders read with.
#[derive(Debug)]
pub struct Reader {
    database: Database,
    horizon: Horizon,
}

/// The loaders for a new request. Must be called within the asynchronous runtime.
#[must_use]
pub fn for_request(database: Database, horizon: Horizon) -> Loaders {
    DataLoader::with_cache(Reader { database, horizon }, TokioSpawner::current(), YieldTimer, HashMapCache::default())
}

macro_rules! loaders {
    ($($(#[$meta:meta])* $key:ident($id:ty) => $value:ty: $read:path;)+) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $key(pub $id);

        impl Loader<$key> for Reader {
            type Value = Arc<$value>;
            type Error = LoadError;

            async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, Self::Value>, LoadError> {
                self.horizon.rows_were_read();
                let ids: Vec<$id> = keys.iter().map(|key| key.0).collect();
                let found = $read(self.database.connection(), &ids).await?;
                Ok(found.into_iter().map(|(id, value)| ($key(id), Arc::new(value))).collect())
            }
        }
    )+ };
}

loaders! {
    /// An agency.
    AgencyKey(AgencyId) => agency::Model: edges::agencies;
    /// A public service.
    ServiceKey(ServiceId) => service::Model: edges::services;
    /// A location that a public service uses.
    LocationKey(LocationId) => PublicLocation: edges::locations;
    /// A pair of a public service.
    PlaceKey(PlaceId) => service_place::Model: edges::places;
    /// A source.
    SourceKey(SourceId) => source::Model: edges::sources;
    /// The pairs of a service.
    PlacesOf(ServiceId) => Vec<service_place::Model>: edges::places_of;
    /// The areas of a service.
    AreasOf(ServiceId) => Vec<(Option<PlaceId>, Area)>: edges::areas_of;
    /// Who a service takes.
    EligibilityOf(ServiceId) => Eligibility: edges::eligibilities_of;
    /// A service's places and waiting time.
    CapacityOf(ServiceId) => Capacity: edges::capacities_of;
    /// A service's freshness.
    AssurancesOf(ServiceId) => Vec<assurance::Model>: edges::assurances_of;
    /// A service's hours and events.
    SchedulesOfService(ServiceId) => Vec<Schedule>: edges::schedules_of_services;
    /// A pair's hours and events.
    SchedulesOfPlace(PlaceId) => Vec<Schedule>: edges::schedules_of_places;
    /// A building's hours.
    SchedulesOfLocation(LocationId) => Vec<Schedule>: edges::schedules_of_locations;
    /// An agency's numbers.
    PhonesOfAgency(AgencyId) => Vec<phone::Model>: edges::phones_of_agencies;
    /// A service's numbers.
    PhonesOfService(ServiceId) => Vec<phone::Model>: edges::phones_of_services;
    /// A pair's numbers.
    PhonesOfPlace(PlaceId) => Vec<phone::Model>: edges::phones_of_places;
    /// A building's numbers.
    PhonesOfLocation(LocationId) => Vec<phone::Model>: edges::phones_of_locations;
    /// People to ask at an agency.
    ContactsOfAgency(AgencyId) => Vec<contact::Model>: edges::contacts_of_agencies;
    /// People to ask about a service.
    ContactsOfService(ServiceId) => Vec<contact::Model>: edges::contacts_of_services;
    /// People to ask at a pair.
    ContactsOfPlace(PlaceId) => Vec<contact::Model>: edges::contacts_of_places;
    /// An agency's ids elsewhere.
    IdentifiersOfAgency(AgencyId) => Vec<external_identifier::Model>: edges::identifiers_of_agencies;
    /// A service's ids elsewhere.
    IdentifiersOfService(ServiceId) => Vec<external_identifier::Model>: edges::identifiers_of_services;
}
