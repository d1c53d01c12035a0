//! The public part of the directory, held in process: compact, immutable, replaced whole.
//!
//! Matching needs answers that SQL gives badly and differently on each engine (three-valued
//! eligibility, opening hours across clock changes, ranking). So the facts that decide are read
//! from the database into a [`Snapshot`], and whatever is selected, counted or put in order is
//! selected there. What is then *shown* of the selected rows is loaded from the database.
//!
//! It holds public facts only. **Invariant: nothing of a confidential location but what the
//! agency chose to say is copied in** (see `build`), so that no rule above can leak what it
//! never had.

mod build;
pub mod refresh;
pub mod text;

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use entity::enums::{AccessFeature, CostKind, DeliveryMode, FieldGroup, ReferralRoute, ServiceStatus, SessionFormat};
use entity::ids::{AgencyId, LocationId, PlaceId, ServiceId};

pub use build::build;

use super::listing::{Capacity, Eligibility};
use super::needs::NeedList;
use super::store::load::Version;
use crate::hours::Hours;
use crate::places::{CoveredArea, LadCode, Point};
use text::{Dictionary, Word};

/// Index of a service in [`Snapshot::services`].
pub type ServiceIndex = u32;

/// The public directory at one version.
#[derive(Debug)]
pub struct Snapshot {
    /// The version it was built from.
    pub version: Version,
    /// The list of needs it was built with.
    pub need_list: Arc<NeedList>,
    /// Public services, by id.
    pub services: Vec<ServiceFacts>,
    /// Agencies, by id.
    pub agencies: Vec<AgencyFacts>,
    /// Locations with a public service and without a secret, by id.
    pub locations: Vec<LocationFacts>,
    /// Services that meet a need, by the need's full key.
    pub by_need: HashMap<String, Vec<ServiceIndex>>,
    /// All words of public text.
    pub dictionary: Dictionary,
}

impl Snapshot {
    /// An empty directory.
    #[must_use]
    pub fn empty(need_list: Arc<NeedList>) -> Self {
        Self {
            version: Version::default(),
            need_list,
            services: Vec::new(),
            agencies: Vec::new(),
            locations: Vec::new(),
            by_need: HashMap::new(),
            dictionary: Dictionary::default(),
        }
    }

    /// The facts of a public service.
    #[must_use]
    pub fn service(&self, id: ServiceId) -> Option<&ServiceFacts> {
        let index = self.services.binary_search_by_key(&id, |service| service.id).ok()?;
        self.services.get(index)
    }

    /// The facts of an agency.
    #[must_use]
    pub fn agency(&self, id: AgencyId) -> Option<&AgencyFacts> {
        let index = self.agencies.binary_search_by_key(&id, |agency| agency.id).ok()?;
        self.agencies.get(index)
    }
}

/// What is known of a public service, as far as questions are asked about it.
#[derive(Debug)]
pub struct ServiceFacts {
    /// Its id.
    pub id: ServiceId,
    /// Whose it is.
    pub agency: AgencyId,
    /// Its name.
    pub name: String,
    /// Its name as it is put in order.
    pub sort_key: String,
    /// Whether it runs.
    pub status: ServiceStatus,
    /// When it is expected back.
    pub reopens_on: Option<NaiveDate>,
    /// Full keys of the needs it meets: those it states and those its terms map to.
    pub needs: Box<[String]>,
    /// Who is taken.
    pub eligibility: Eligibility,
    /// Ways in.
    pub routes: Box<[ReferralRoute]>,
    /// Cost.
    pub cost: Option<CostKind>,
    /// Languages.
    pub languages: Box<[String]>,
    /// How it reaches people; empty: not stated.
    pub delivery: Box<[DeliveryMode]>,
    /// Forms of session.
    pub formats: Box<[SessionFormat]>,
    /// Places and waiting time.
    pub capacity: Option<Capacity>,
    /// When each field group was last assured.
    pub assured: Assured,
    /// When it last changed here.
    pub updated_at: DateTime<Utc>,
    /// The ways in which it is offered; never empty.
    pub offers: Box<[Offer]>,
    /// Words of its name.
    pub name_words: Box<[Word]>,
    /// Words of its agency's name.
    pub agency_words: Box<[Word]>,
    /// Words of its summary, its description, and the needs it meets.
    pub other_words: Box<[Word]>,
}

/// One way in which a service is offered: at a place, from afar, or where the person is.
#[derive(Debug)]
pub struct Offer {
    /// How it reaches people this way; empty: not stated.
    pub modes: Box<[DeliveryMode]>,
    /// The pair, where it is at a place.
    pub place: Option<PlaceId>,
    /// The location, where it is at a place.
    pub location: Option<LocationId>,
    /// Where that is; absent when nobody knows, when there is no place, and when it is a secret.
    pub point: Option<Point>,
    /// The areas it covers; empty: not stated.
    pub areas: Box<[CoveredArea]>,
    /// When it is open.
    pub hours: Hours,
    /// Barriers removed, by the service and the place.
    pub access_offered: Box<[AccessFeature]>,
    /// Barriers that are there.
    pub access_missing: Box<[AccessFeature]>,
}

/// When each field group was last assured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Assured([Option<DateTime<Utc>>; FieldGroup::ALL.len()]);

impl Assured {
    /// When this group was.
    #[must_use]
    pub fn at(&self, group: FieldGroup) -> Option<DateTime<Utc>> {
        self.0[group as usize]
    }

    /// The same, with this group assured then.
    #[must_use]
    pub fn with(mut self, group: FieldGroup, at: DateTime<Utc>) -> Self {
        self.0[group as usize] = Some(at);
        self
    }
}

/// What is known of an agency.
#[derive(Debug)]
pub struct AgencyFacts {
    /// Its id.
    pub id: AgencyId,
    /// Its name as it is put in order.
    pub sort_key: String,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// Its public services.
    pub services: Vec<ServiceIndex>,
    /// Words of its name, other name and description.
    pub words: Box<[Word]>,
}

/// What is known of a location that is no secret.
#[derive(Debug)]
pub struct LocationFacts {
    /// Its id.
    pub id: LocationId,
    /// Its name, or what stands for it, as it is put in order.
    pub sort_key: String,
    /// Where it is.
    pub point: Option<Point>,
    /// ONS code of its local authority, where that is settled.
    pub authority: Option<LadCode>,
    /// Postcode, in canonical form, where it is one.
    pub postcode: Option<String>,
    /// Its public services.
    pub services: Vec<ServiceIndex>,
    /// Words of its name and address.
    pub words: Box<[Word]>,
}
