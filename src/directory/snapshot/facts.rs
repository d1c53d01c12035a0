//! What the index holds of each thing, in as little room as it takes: whatever many services share (a rule of
//! eligibility, a table of hours, a set of areas) is there once and pointed at.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use entity::enums::{AccessFeature, CostKind, DeliveryMode, FieldGroup, ReferralRoute, ServiceStatus, SessionFormat};
use entity::ids::{AgencyId, LocationId, PlaceId, ServiceId};
use serde::{Deserialize, Serialize};

use crate::directory::door::Door;
use crate::directory::listing::{Capacity, Eligibility};
use crate::directory::needs::NeedIndex;
use crate::hours::Hours;
use crate::places::{CoveredArea, LadCode, Point};

/// Index of a service among those of its part.
pub type ServiceIndex = u32;

/// What is known of a public service, as far as questions are asked about it.
#[derive(Debug)]
pub struct ServiceFacts {
    /// Its id.
    pub id: ServiceId,
    /// Whose it is.
    pub agency: AgencyId,
    /// Its name.
    pub name: Box<str>,
    /// Its name as it is put in order.
    pub sort_key: Box<str>,
    /// Whether it runs.
    pub status: ServiceStatus,
    /// When it is expected back.
    pub reopens_on: Option<NaiveDate>,
    /// The needs it meets: those it states and those its terms map to.
    pub needs: Box<[NeedIndex]>,
    /// Who is taken.
    pub eligibility: Arc<Eligibility>,
    /// Ways in, cost, languages and forms.
    pub manner: Arc<Manner>,
    /// Places and waiting time.
    pub capacity: Option<Box<Capacity>>,
    /// When each field group was last assured.
    pub assured: Arc<Assured>,
    /// When it last changed here.
    pub updated_at: DateTime<Utc>,
    /// The ways in which it is offered; never empty.
    pub offers: Box<[Offer]>,
}

impl ServiceFacts {
    /// The door of one of its offers.
    #[must_use]
    pub fn door(&self, offer: &Offer) -> Door {
        Door::of(self.status, self.reopens_on, Arc::clone(&offer.hours))
    }
}

/// How a service goes about it: combinations that many services share.
#[derive(Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Manner {
    /// Ways in.
    pub routes: Vec<ReferralRoute>,
    /// Cost.
    pub cost: Option<CostKind>,
    /// Languages.
    pub languages: Vec<String>,
    /// How it reaches people; empty: not stated.
    pub delivery: Vec<DeliveryMode>,
    /// Forms of session.
    pub formats: Vec<SessionFormat>,
    /// The name of the gateway, where one of the ways in is one.
    pub gateway: Option<String>,
    /// Papers to bring, in the listing's words.
    pub documents: Vec<String>,
}

/// One way in which a service is offered: at a place, from afar, or where the person is.
#[derive(Clone, Debug)]
pub struct Offer {
    /// How it reaches people this way, and what it takes to get in.
    pub way: Arc<Way>,
    /// The pair, where it is at a place.
    pub place: Option<PlaceId>,
    /// The location, where it is at a place.
    pub location: Option<LocationId>,
    /// Where that is; absent when nobody knows, when there is no place, and when it is a secret.
    pub point: Option<Point>,
    /// The areas it covers; empty: not stated.
    pub areas: Arc<[CoveredArea]>,
    /// When it is open.
    pub hours: Arc<Hours>,
}

/// What many offers share.
#[derive(Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Way {
    /// How it reaches people this way; empty: not stated.
    pub modes: Vec<DeliveryMode>,
    /// Barriers removed, by the service and the place.
    pub access_offered: Vec<AccessFeature>,
    /// Barriers that are there.
    pub access_missing: Vec<AccessFeature>,
}

/// When each field group was last assured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
#[derive(Debug, Serialize, Deserialize)]
pub struct AgencyFacts {
    /// Its id.
    pub id: AgencyId,
    /// Its name.
    pub name: Box<str>,
    /// Its name as it is put in order.
    pub sort_key: Box<str>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// What is known of a location that is no secret.
#[derive(Debug, Serialize, Deserialize)]
pub struct LocationFacts {
    /// Its id.
    pub id: LocationId,
    /// Its name, or what stands for it, as it is put in order.
    pub sort_key: Box<str>,
    /// Where it is.
    pub point: Option<Point>,
    /// ONS code of its local authority, where that is settled.
    pub authority: Option<LadCode>,
    /// Postcode, in canonical form, where it is one.
    pub postcode: Option<Box<str>>,
}
