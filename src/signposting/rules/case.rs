//! What of a service is held against a question.

use chrono::NaiveDate;
use entity::enums::ServiceStatus;

use crate::directory::listing::{Capacity, Eligibility};
use crate::directory::snapshot::briefs::Brief;
use crate::directory::snapshot::{Assured, Manner, Offer, Part, ServiceFacts, Way};
use crate::hours::Hours;
use crate::places::{CoveredArea, Point};

/// All that decides about one way in which a service is offered, wherever it stands.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    pub(super) status: ServiceStatus,
    pub(super) reopens_on: Option<NaiveDate>,
    pub(super) eligibility: &'a Eligibility,
    pub(super) manner: &'a Manner,
    pub(super) capacity: Option<&'a Capacity>,
    pub(super) assured: &'a Assured,
    /// Which of the service's offers this is.
    pub(super) offer: usize,
    pub(super) way: &'a Way,
    pub(super) point: Option<Point>,
    pub(super) areas: &'a [CoveredArea],
    pub(super) hours: &'a Hours,
}

impl<'a> Case<'a> {
    pub(super) fn of(service: &'a ServiceFacts, index: usize, offer: &'a Offer) -> Self {
        Self {
            status: service.status,
            reopens_on: service.reopens_on,
            eligibility: &service.eligibility,
            manner: &service.manner,
            capacity: service.capacity.as_deref(),
            assured: &service.assured,
            offer: index,
            way: &offer.way,
            point: offer.point,
            areas: &offer.areas,
            hours: &offer.hours,
        }
    }

    /// The same from what lies together with its neighbours.
    pub(super) fn in_brief(part: &'a Part, brief: &Brief) -> Option<Self> {
        let briefs = &part.briefs;
        Some(Self {
            status: brief.status,
            reopens_on: match brief.status {
                ServiceStatus::Active => None,
                ServiceStatus::TemporarilyClosed | ServiceStatus::Inactive | ServiceStatus::Defunct => {
                    part.services.get(brief.service as usize)?.reopens_on
                }
            },
            eligibility: briefs.eligibility(brief)?,
            manner: briefs.manner(brief)?,
            capacity: briefs.capacity(brief),
            assured: briefs.assured(brief)?,
            offer: brief.offer as usize,
            way: briefs.way(brief)?,
            point: brief.point,
            areas: briefs.areas(brief.areas)?,
            hours: briefs.hours(brief)?,
        })
    }
}
