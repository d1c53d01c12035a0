//! What the snapshot knows of the edges of the graph. What it does not know is left to the database, which also has
//! what is newer and what is not public.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use entity::ids::{AgencyId, LocationId, PlaceId, ServiceId};
use entity::{agency, assurance, contact, external_identifier, phone, service, service_place, source};
use foldhash::fast::RandomState;
use serde::de::DeserializeOwned;

use super::{
    AgencyKey, AreasOf, AssurancesOf, CapacityOf, ContactsOfAgency, ContactsOfPlace, ContactsOfService, EligibilityOf,
    IdentifiersOfAgency, IdentifiersOfService, LocationKey, Pair, PhonesOfAgency, PhonesOfLocation, PhonesOfPlace,
    PhonesOfService, PlaceKey, PlacesOf, SchedulesOfLocation, SchedulesOfPlace, SchedulesOfService, ServiceKey,
    SourceKey,
};
use crate::directory::listing::{Area, Capacity, Eligibility, Schedule};
use crate::directory::snapshot::Snapshot;
use crate::directory::snapshot::shown::{OfAgency, OfLocation, OfService, Record};
use crate::directory::store::edges::PublicLocation;

/// The snapshot that a request is answered from, with the records that were read of it: a page shows several pieces of each.
#[derive(Debug)]
pub struct Directory {
    pub(super) snapshot: Arc<Snapshot>,
    services: Records<ServiceId, OfService>,
    agencies: Records<AgencyId, OfAgency>,
    locations: Records<LocationId, OfLocation>,
}

/// A record; `None` for what has none that can be read.
type Readable<P> = Option<Arc<Record<P>>>;

/// Records by id.
#[derive(Debug)]
struct Records<K, P>(Mutex<HashMap<K, Readable<P>, RandomState>>);

impl<K: Eq + Hash, P> Records<K, P> {
    fn new() -> Self {
        Self(Mutex::default())
    }

    fn get(&self, key: K, read: impl FnOnce() -> Option<Record<P>>) -> Readable<P> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(key).or_insert_with(|| read().map(Arc::new)).clone()
    }
}

impl Directory {
    /// Of a snapshot of which nothing was read yet.
    #[must_use]
    pub fn of(snapshot: Arc<Snapshot>) -> Self {
        Self { snapshot, services: Records::new(), agencies: Records::new(), locations: Records::new() }
    }

    fn service(&self, id: ServiceId) -> Option<Arc<Record<OfService>>> {
        self.services.get(id, || self.snapshot.shown_of_service(id))
    }

    fn agency(&self, id: AgencyId) -> Option<Arc<Record<OfAgency>>> {
        self.agencies.get(id, || self.snapshot.shown_of_agency(id))
    }

    fn location(&self, id: LocationId) -> Option<Arc<Record<OfLocation>>> {
        self.locations.get(id, || self.snapshot.shown_of_location(id))
    }
}

/// A key of a loader whose value the snapshot may know.
pub trait Known: Copy + Eq + Hash + Send + Sync + 'static {
    /// What is shown.
    type Shown: Send + Sync + 'static;

    /// What the snapshot knows: `None` where it knows nothing, `Some(None)` where it knows that there is nothing.
    fn known(self, directory: &Directory) -> Option<Option<Arc<Self::Shown>>>;
}

macro_rules! known {
    ($($key:ident => $shown:ty: $find:ident($piece:expr);)+) => { $(
        impl Known for $key {
            type Shown = $shown;

            fn known(self, directory: &Directory) -> Option<Option<Arc<Self::Shown>>> {
                Some(Some(Arc::new(directory.$find(self.0)?.piece($piece)?)))
            }
        }
    )+ };
}

known! {
    AgencyKey => agency::Model: agency(OfAgency::Row);
    PhonesOfAgency => Vec<phone::Model>: agency(OfAgency::Phones);
    ContactsOfAgency => Vec<contact::Model>: agency(OfAgency::Contacts);
    IdentifiersOfAgency => Vec<external_identifier::Model>: agency(OfAgency::Identifiers);
    ServiceKey => service::Model: service(OfService::Row);
    PlacesOf => Vec<service_place::Model>: service(OfService::Places);
    AreasOf => Vec<(Option<PlaceId>, Area)>: service(OfService::Areas);
    AssurancesOf => Vec<assurance::Model>: service(OfService::Assurances);
    SchedulesOfService => Vec<Schedule>: service(OfService::Schedules);
    PhonesOfService => Vec<phone::Model>: service(OfService::Phones);
    ContactsOfService => Vec<contact::Model>: service(OfService::Contacts);
    IdentifiersOfService => Vec<external_identifier::Model>: service(OfService::Identifiers);
    LocationKey => PublicLocation: location(OfLocation::Row);
    SchedulesOfLocation => Vec<Schedule>: location(OfLocation::Schedules);
    PhonesOfLocation => Vec<phone::Model>: location(OfLocation::Phones);
}

macro_rules! of_pairs {
    ($($key:ident => $shown:ty: $piece:expr;)+) => { $(
        impl Known for $key {
            type Shown = Vec<$shown>;

            fn known(self, directory: &Directory) -> Option<Option<Arc<Self::Shown>>> {
                Some(Some(Arc::new(of_pair(directory, self.0, $piece)?)))
            }
        }
    )+ };
}

of_pairs! {
    SchedulesOfPlace => Schedule: OfService::PlaceSchedules;
    PhonesOfPlace => phone::Model: OfService::PlacePhones;
    ContactsOfPlace => contact::Model: OfService::PlaceContacts;
}

/// What hangs on a pair; nothing, where the service is known and has nothing there.
fn of_pair<T: DeserializeOwned>(directory: &Directory, pair: Pair, piece: OfService) -> Option<Vec<T>> {
    let places: Vec<(PlaceId, Vec<T>)> = directory.service(pair.service)?.piece(piece)?;
    Some(places.into_iter().find(|(place, _)| *place == pair.place).map(|(_, found)| found).unwrap_or_default())
}

impl Known for EligibilityOf {
    type Shown = Eligibility;

    fn known(self, directory: &Directory) -> Option<Option<Arc<Eligibility>>> {
        Some(Some(Arc::clone(&directory.snapshot.service(self.0)?.eligibility)))
    }
}

impl Known for CapacityOf {
    type Shown = Capacity;

    fn known(self, directory: &Directory) -> Option<Option<Arc<Capacity>>> {
        Some(directory.snapshot.service(self.0)?.capacity.as_deref().map(|capacity| Arc::new(*capacity)))
    }
}

impl Known for SourceKey {
    type Shown = source::Model;

    fn known(self, directory: &Directory) -> Option<Option<Arc<source::Model>>> {
        Some(Some(Arc::clone(directory.snapshot.source(self.0)?)))
    }
}

/// A pair alone is asked for by id only, which is rare: the database knows it.
impl Known for PlaceKey {
    type Shown = service_place::Model;

    fn known(self, _: &Directory) -> Option<Option<Arc<service_place::Model>>> {
        None
    }
}
