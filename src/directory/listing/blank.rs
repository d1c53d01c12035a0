//! Listings of which nothing is said yet but what they are.

use entity::enums::{LocationKind, ServiceStatus, Visibility};

use super::{AgencyListing, Eligibility, LocationListing, ServiceListing};

impl<A, L, K> ServiceListing<A, L, K> {
    /// An active public service of which nothing more is said.
    #[must_use]
    pub fn new(key: String, agency: A, name: String) -> Self {
        Self {
            key,
            agency,
            name,
            alternate_name: None,
            summary: None,
            description: None,
            status: ServiceStatus::Active,
            reopens_on: None,
            alert: None,
            visibility: Visibility::Public,
            url: None,
            email: None,
            how_to_apply: None,
            routes: Vec::new(),
            gateway: None,
            needs: Vec::new(),
            terms: Vec::new(),
            eligibility: Eligibility::default(),
            cost: None,
            cost_note: None,
            languages: Vec::new(),
            delivery: Vec::new(),
            formats: Vec::new(),
            access_offered: Vec::new(),
            access_missing: Vec::new(),
            capacity: None,
            areas: Vec::new(),
            schedules: Vec::new(),
            phones: Vec::new(),
            contacts: Vec::new(),
            funding: Vec::new(),
            documents: Vec::new(),
            identifiers: Vec::new(),
            places: Vec::new(),
            assurances: Vec::new(),
            source_changed_at: None,
        }
    }
}

impl<K> AgencyListing<K> {
    /// An agency of which nothing more is said.
    #[must_use]
    pub fn new(key: String, name: String) -> Self {
        Self {
            key,
            name,
            alternate_name: None,
            description: None,
            email: None,
            website: None,
            legal_status: None,
            charity_number: None,
            company_number: None,
            parent_key: None,
            phones: Vec::new(),
            contacts: Vec::new(),
            identifiers: Vec::new(),
        }
    }
}

impl LocationListing {
    /// A building of which nothing more is said.
    #[must_use]
    pub fn new(key: String) -> Self {
        Self {
            key,
            name: None,
            alternate_name: None,
            description: None,
            kind: LocationKind::Physical,
            address: None,
            point: None,
            confidential: false,
            public_area: None,
            transport: None,
            access_offered: Vec::new(),
            access_missing: Vec::new(),
            schedules: Vec::new(),
            phones: Vec::new(),
            identifiers: Vec::new(),
        }
    }
}
