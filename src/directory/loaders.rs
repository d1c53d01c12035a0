//! Loaders: every edge of the graph reads through one, so that the statements of a question do
//! not grow with its rows. Made anew for each request: nothing read for one caller is ever shown
//! to another.
//!
//! What a public page shows stands in the request's snapshot, and what stands there is taken from
//! there ([`Known`]); the rest is read from the database.
//!
//! To add one: a key and a line in the list below, the function it names in `store::edges`, and
//! what the snapshot knows of it in `known`.

mod known;

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use arc_swap::ArcSwap;
use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
use async_graphql::runtime::TokioSpawner;
use entity::ids::{AgencyId, LocationId, PlaceId, ServiceId, SourceId};
use entity::{agency, assurance, contact, external_identifier, phone, service, service_place, source};

pub use self::known::{Directory, Known};
use super::listing::{Area, Capacity, Eligibility, Schedule};
use super::snapshot::Snapshot;
use super::snapshot::refresh::Live;
use super::store::contacts::{Whose, contacts_of};
use super::store::edges::{self, PublicLocation};
use super::store::pairs;
pub use super::store::pairs::Pair;
use crate::api::YieldTimer;
use crate::api::errors::LoadError;
use crate::api::horizon::Horizon;
use crate::database::Database;

/// The loaders of one request, with the snapshot it is answered from.
pub struct Loaders {
    database: Database,
    horizon: Horizon,
    live: Live,
    /// What the request is answered from now: the same throughout, but for a request that changes something.
    view: ArcSwap<View>,
}

/// One state of the directory, and what was read of it.
struct View {
    /// The number of the last happening that the snapshot shows.
    told: i64,
    directory: Directory,
    /// Whether the snapshot is known to be what the database holds.
    in_touch: bool,
    rows: DataLoader<Reader, HashMapCache>,
}

impl View {
    fn of(database: Database, horizon: Horizon, live: &Live) -> Self {
        let reader = Reader { database, horizon };
        // Before the snapshot, which then shows that too.
        let told = live.told();
        Self {
            told,
            directory: Directory::of(live.current()),
            in_touch: live.is_in_touch(),
            rows: DataLoader::with_cache(reader, TokioSpawner::current(), YieldTimer, HashMapCache::default()),
        }
    }

    fn known<K: Known>(&self, key: K) -> Option<Option<Arc<K::Shown>>> {
        self.in_touch.then(|| key.known(&self.directory)).flatten()
    }
}

impl Loaders {
    /// The loaders for a new request. Must be called within the asynchronous runtime.
    #[must_use]
    pub fn new(database: Database, horizon: Horizon, live: &Live) -> Self {
        let view = ArcSwap::from_pointee(View::of(database.clone(), horizon.clone(), live));
        Self { database, horizon, live: live.clone(), view }
    }

    /// Forgets what was read: whoever changed something sees it in what comes behind the change. Must be called within
    /// the asynchronous runtime.
    pub fn look_again(&self) {
        self.view.store(Arc::new(View::of(self.database.clone(), self.horizon.clone(), &self.live)));
    }

    /// The number of the last happening that this request may tell of: everything up to it is in the snapshot.
    #[must_use]
    pub fn told(&self) -> i64 {
        self.view.load().told
    }

    /// The directory that the request is answered from.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.view.load().directory.snapshot)
    }

    /// One thing.
    ///
    /// # Errors
    /// The database failed.
    pub async fn one<K: Known>(&self, key: K) -> Result<Option<Arc<K::Shown>>, LoadError>
    where
        Reader: Loader<K, Value = Arc<K::Shown>, Error = LoadError>,
    {
        let view = self.view.load_full();
        match view.known(key) {
            Some(known) => Ok(known),
            None => view.rows.load_one(key).await,
        }
    }

    /// One thing as the database has it, of which the snapshot holds nothing.
    ///
    /// # Errors
    /// The database failed.
    pub async fn row<K>(&self, key: K) -> Result<Option<<Reader as Loader<K>>::Value>, LoadError>
    where
        K: Eq + Hash + Clone + Send + Sync + 'static,
        Reader: Loader<K, Error = LoadError>,
    {
        self.view.load_full().rows.load_one(key).await
    }

    /// Several things, in the order given.
    ///
    /// # Errors
    /// The database failed.
    pub async fn many<K: Known>(&self, keys: &[K]) -> Result<Vec<Option<Arc<K::Shown>>>, LoadError>
    where
        Reader: Loader<K, Value = Arc<K::Shown>, Error = LoadError>,
    {
        let view = self.view.load_full();
        let known: Vec<Option<Option<Arc<K::Shown>>>> = keys.iter().map(|key| view.known(*key)).collect();
        let missing: Vec<K> =
            keys.iter().zip(&known).filter(|(_, known)| known.is_none()).map(|(key, _)| *key).collect();
        let rows = if missing.is_empty() { HashMap::new() } else { view.rows.load_many(missing).await? };
        Ok(keys.iter().zip(known).map(|(key, known)| known.unwrap_or_else(|| rows.get(key).cloned())).collect())
    }
}

/// The people to ask as an agency's workers are told of them: the snapshot holds nothing of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ContactsFor {
    /// Whose.
    pub whose: Whose,
    /// The agency whose worker asks; none for the network's own people.
    pub asking: Option<AgencyId>,
}

impl Loader<ContactsFor> for Reader {
    type Value = Arc<Vec<contact::Model>>;
    type Error = LoadError;

    async fn load(&self, keys: &[ContactsFor]) -> Result<HashMap<ContactsFor, Self::Value>, LoadError> {
        self.horizon.rows_were_read();
        let mut by_asking: HashMap<Option<AgencyId>, Vec<Whose>> = HashMap::new();
        for key in keys {
            by_asking.entry(key.asking).or_default().push(key.whose);
        }
        let mut found = HashMap::with_capacity(keys.len());
        for (asking, whose) in by_asking {
            let rows = contacts_of(self.database.connection(), &whose, asking).await?;
            found.extend(rows.into_iter().map(|(whose, rows)| (ContactsFor { whose, asking }, Arc::new(rows))));
        }
        Ok(found)
    }
}

/// What loaders read with.
#[derive(Debug)]
pub struct Reader {
    database: Database,
    horizon: Horizon,
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
    SchedulesOfPlace(Pair) => Vec<Schedule>: pairs::schedules_of_pairs;
    /// A building's hours.
    SchedulesOfLocation(LocationId) => Vec<Schedule>: edges::schedules_of_locations;
    /// An agency's numbers.
    PhonesOfAgency(AgencyId) => Vec<phone::Model>: edges::phones_of_agencies;
    /// A service's numbers.
    PhonesOfService(ServiceId) => Vec<phone::Model>: edges::phones_of_services;
    /// A pair's numbers.
    PhonesOfPlace(Pair) => Vec<phone::Model>: pairs::phones_of_pairs;
    /// A building's numbers.
    PhonesOfLocation(LocationId) => Vec<phone::Model>: edges::phones_of_locations;
    /// People to ask at an agency.
    ContactsOfAgency(AgencyId) => Vec<contact::Model>: edges::contacts_of_agencies;
    /// People to ask about a service.
    ContactsOfService(ServiceId) => Vec<contact::Model>: edges::contacts_of_services;
    /// People to ask at a pair.
    ContactsOfPlace(Pair) => Vec<contact::Model>: pairs::contacts_of_pairs;
    /// An agency's ids elsewhere.
    IdentifiersOfAgency(AgencyId) => Vec<external_identifier::Model>: edges::identifiers_of_agencies;
    /// A service's ids elsewhere.
    IdentifiersOfService(ServiceId) => Vec<external_identifier::Model>: edges::identifiers_of_services;
}
