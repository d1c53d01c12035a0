//! A part of the directory that is built in one go and never changes: all of it, or what changed since.

use entity::ids::{AgencyId, LocationId, ServiceId};

use super::briefs::Briefs;
use super::facts::{AgencyFacts, LocationFacts, ServiceFacts, ServiceIndex};
use super::postings::Postings;
use super::shown::Shown;
use crate::directory::suggest::Suggester;

/// Index of a location among those of its part.
pub type LocationIndex = u32;

/// Facts with the structures that find them.
#[derive(Debug)]
pub struct Part {
    /// Public services, by id.
    pub services: Vec<ServiceFacts>,
    /// Agencies, by id.
    pub agencies: Vec<AgencyFacts>,
    /// Locations with a public service and without a secret, by id.
    pub locations: Vec<LocationFacts>,
    /// Which services are at which location, in order.
    pub at_location: Vec<(LocationIndex, ServiceIndex)>,
    /// What decides about their offers, by need and place.
    pub briefs: Briefs,
    /// Names of agencies and services.
    pub names: Suggester,
    /// Words of services, by their index.
    pub service_words: Postings,
    /// Words of agencies, by their index.
    pub agency_words: Postings,
    /// Words of locations, by their index.
    pub location_words: Postings,
    /// What pages show of all that.
    pub shown: Shown,
}

impl Part {
    /// A part with nothing in it.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            services: Vec::new(),
            agencies: Vec::new(),
            locations: Vec::new(),
            at_location: Vec::new(),
            briefs: Briefs::default(),
            names: Suggester::default(),
            service_words: Postings::empty(),
            agency_words: Postings::empty(),
            location_words: Postings::empty(),
            shown: Shown::default(),
        }
    }

    /// The service with this id.
    #[must_use]
    pub fn service(&self, id: ServiceId) -> Option<(ServiceIndex, &ServiceFacts)> {
        let index = self.services.binary_search_by_key(&id, |service| service.id).ok()?;
        Some((ServiceIndex::try_from(index).ok()?, self.services.get(index)?))
    }

    /// Where the agency with this id stands.
    #[must_use]
    pub fn agency_index(&self, id: AgencyId) -> Option<u32> {
        let index = self.agencies.binary_search_by_key(&id, |agency| agency.id).ok()?;
        u32::try_from(index).ok()
    }

    /// The agency with this id.
    #[must_use]
    pub fn agency(&self, id: AgencyId) -> Option<&AgencyFacts> {
        self.agencies.get(self.agency_index(id)? as usize)
    }

    /// The location with this id.
    #[must_use]
    pub fn location(&self, id: LocationId) -> Option<(LocationIndex, &LocationFacts)> {
        let index = self.locations.binary_search_by_key(&id, |location| location.id).ok()?;
        Some((LocationIndex::try_from(index).ok()?, self.locations.get(index)?))
    }

    /// The services at a location.
    pub fn services_at(&self, location: LocationIndex) -> impl Iterator<Item = (ServiceIndex, &ServiceFacts)> {
        let begin = self.at_location.partition_point(|(at, _)| *at < location);
        let here = self.at_location.iter().skip(begin).take_while(move |(at, _)| *at == location);
        here.filter_map(|(_, service)| Some((*service, self.services.get(*service as usize)?)))
    }
}
