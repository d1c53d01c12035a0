//! What the snapshot knows of the edges of the graph. What it does not know is left to the database, which also has
//! what is newer and what is not public.

use std::hash::Hash;
use std::sync::Arc;

use entity::ids::PlaceId;
use entity::{agency, assurance, contact, external_identifier, phone, service, service_place, source};
use serde::de::DeserializeOwned;

use super::{
    AgencyKey, AreasOf, AssurancesOf, CapacityOf, ContactsOfAgency, ContactsOfPlace, ContactsOfService, EligibilityOf,
    IdentifiersOfAgency, IdentifiersOfService, LocationKey, Pair, PhonesOfAgency, PhonesOfLocation, PhonesOfPlace,
    PhonesOfService, PlaceKey, PlacesOf, SchedulesOfLocation, SchedulesOfPlace, SchedulesOfService, ServiceKey,
    SourceKey,
};
use crate::directory::listing::{Area, Capacity, Eligibility, Schedule};
use crate::directory::snapshot::Snapshot;
use crate::directory::snapshot::shown::{OfAgency, OfLocation, OfService};
use crate::directory::store::edges::PublicLocation;

/// A key of a loader whose value the snapshot may know.
pub trait Known: Copy + Eq + Hash + Send + Sync + 'static {
    /// What is shown.
    type Shown: Send + Sync + 'static;

    /// What the snapshot knows: `None` where it knows nothing, `Some(None)` where it knows that there is nothing.
    fn known(self, snapshot: &Snapshot) -> Option<Option<Arc<Self::Shown>>>;
}

macro_rules! known {
    ($($key:ident => $shown:ty: $find:ident($piece:expr);)+) => { $(
        impl Known for $key {
            type Shown = $shown;

            fn known(self, snapshot: &Snapshot) -> Option<Option<Arc<Self::Shown>>> {
                Some(Some(Arc::new(snapshot.$find(self.0, $piece)?)))
            }
        }
    )+ };
}

known! {
    AgencyKey => agency::Model: shown_of_agency(OfAgency::Row);
    PhonesOfAgency => Vec<phone::Model>: shown_of_agency(OfAgency::Phones);
    ContactsOfAgency => Vec<contact::Model>: shown_of_agency(OfAgency::Contacts);
    IdentifiersOfAgency => Vec<external_identifier::Model>: shown_of_agency(OfAgency::Identifiers);
    ServiceKey => service::Model: shown_of_service(OfService::Row);
    PlacesOf => Vec<service_place::Model>: shown_of_service(OfService::Places);
    AreasOf => Vec<(Option<PlaceId>, Area)>: shown_of_service(OfService::Areas);
    AssurancesOf => Vec<assurance::Model>: shown_of_service(OfService::Assurances);
    SchedulesOfService => Vec<Schedule>: shown_of_service(OfService::Schedules);
    PhonesOfService => Vec<phone::Model>: shown_of_service(OfService::Phones);
    ContactsOfService => Vec<contact::Model>: shown_of_service(OfService::Contacts);
    IdentifiersOfService => Vec<external_identifier::Model>: shown_of_service(OfService::Identifiers);
    LocationKey => PublicLocation: shown_of_location(OfLocation::Row);
    SchedulesOfLocation => Vec<Schedule>: shown_of_location(OfLocation::Schedules);
    PhonesOfLocation => Vec<phone::Model>: shown_of_location(OfLocation::Phones);
}

macro_rules! of_pairs {
    ($($key:ident => $shown:ty: $piece:expr;)+) => { $(
        impl Known for $key {
            type Shown = Vec<$shown>;

            fn known(self, snapshot: &Snapshot) -> Option<Option<Arc<Self::Shown>>> {
                Some(Some(Arc::new(of_pair(snapshot, self.0, $piece)?)))
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
fn of_pair<T: DeserializeOwned>(snapshot: &Snapshot, pair: Pair, piece: OfService) -> Option<Vec<T>> {
    let places: Vec<(PlaceId, Vec<T>)> = snapshot.shown_of_service(pair.service, piece)?;
    Some(places.into_iter().find(|(place, _)| *place == pair.place).map(|(_, found)| found).unwrap_or_default())
}

impl Known for EligibilityOf {
    type Shown = Eligibility;

    fn known(self, snapshot: &Snapshot) -> Option<Option<Arc<Eligibility>>> {
        Some(Some(Arc::clone(&snapshot.service(self.0)?.eligibility)))
    }
}

impl Known for CapacityOf {
    type Shown = Capacity;

    fn known(self, snapshot: &Snapshot) -> Option<Option<Arc<Capacity>>> {
        Some(snapshot.service(self.0)?.capacity.as_deref().map(|capacity| Arc::new(*capacity)))
    }
}

impl Known for SourceKey {
    type Shown = source::Model;

    fn known(self, snapshot: &Snapshot) -> Option<Option<Arc<source::Model>>> {
        Some(Some(Arc::clone(snapshot.source(self.0)?)))
    }
}

/// A pair alone is asked for by id only, which is rare: the database knows it.
impl Known for PlaceKey {
    type Shown = service_place::Model;

    fn known(self, _: &Snapshot) -> Option<Option<Arc<service_place::Model>>> {
        None
    }
}
