//! What a listing tells of, and the listing itself.

use chrono::{DateTime, Utc};
use entity::enums::ListingKind;
use entity::ids::{AgencyId, LocationId, ServiceId};
use serde_json::Value;
use uuid::Uuid;

use super::changes::{self, Clash, FieldChange};
use crate::directory::listing::{LocationListing, StoredAgency, StoredService};

/// What a listing tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An agency.
    Agency(AgencyId),
    /// A service.
    Service(ServiceId),
    /// A location.
    Location(LocationId),
}

impl Subject {
    /// What a row of `listing_version` is about.
    #[must_use]
    pub const fn of(kind: ListingKind, id: Uuid) -> Self {
        match kind {
            ListingKind::Agency => Self::Agency(AgencyId(id)),
            ListingKind::Service => Self::Service(ServiceId(id)),
            ListingKind::Location => Self::Location(LocationId(id)),
        }
    }

    /// Its kind.
    #[must_use]
    pub const fn kind(self) -> ListingKind {
        match self {
            Self::Agency(_) => ListingKind::Agency,
            Self::Service(_) => ListingKind::Service,
            Self::Location(_) => ListingKind::Location,
        }
    }

    /// Its id, without its kind.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        match self {
            Self::Agency(AgencyId(id)) | Self::Service(ServiceId(id)) | Self::Location(LocationId(id)) => id,
        }
    }
}

/// A listing as it stands in the tables.
#[derive(Clone, Debug, PartialEq)]
pub enum Listing {
    /// Of an agency.
    Agency(StoredAgency),
    /// Of a service.
    Service(Box<StoredService>),
    /// Of a location.
    Location(LocationListing),
}

/// Leaves out when places were said to be free: it goes with what is said, whoever else said something since.
fn forget_when(capacity: &mut Value) {
    if let Some(fields) = capacity.as_object_mut() {
        fields.remove("updatedAt");
    }
}

/// Parts that say where a listing came from, and when it was assured: no part of what is changed.
const NOT_CHANGED: &[&str] = &["key", "assurances", "sourceChangedAt", "terms"];

impl Listing {
    /// It as JSON, as its versions keep it.
    ///
    /// # Errors
    /// It can't be written as JSON, which does not happen to plain data.
    pub fn to_json(&self) -> Result<Value, serde_json::Error> {
        match self {
            Self::Agency(listing) => serde_json::to_value(listing),
            Self::Service(listing) => serde_json::to_value(listing),
            Self::Location(listing) => serde_json::to_value(listing),
        }
    }

    /// It from JSON.
    ///
    /// # Errors
    /// It was kept by another release, in whose listings something was of another form.
    pub fn from_json(kind: ListingKind, json: Value) -> Result<Self, serde_json::Error> {
        match kind {
            ListingKind::Agency => serde_json::from_value(json).map(Self::Agency),
            ListingKind::Service => serde_json::from_value(json).map(|listing| Self::Service(Box::new(listing))),
            ListingKind::Location => serde_json::from_value(json).map(Self::Location),
        }
    }

    /// It with changes made in it at an instant. When its places were last said to be free goes with what is said of them.
    ///
    /// # Errors
    /// It was kept by another release, in whose listings something was of another form.
    pub fn with(
        &self,
        mut wanted: Vec<FieldChange>,
        at: DateTime<Utc>,
    ) -> Result<Result<Self, Vec<Clash>>, serde_json::Error> {
        wanted.retain(|change| change.field != "capacity.updatedAt");
        for change in wanted.iter_mut().filter(|change| change.field == "capacity") {
            forget_when(&mut change.from);
            forget_when(&mut change.to);
        }
        let mut json = self.to_json()?;
        if let Some(capacity) = json.get_mut("capacity") {
            forget_when(capacity);
        }
        let json = match changes::apply(&json, &wanted) {
            Ok(json) => json,
            Err(clashes) => return Ok(Err(clashes)),
        };
        let mut after = Self::from_json(self.kind(), json)?;
        if let (Self::Service(before), Self::Service(after)) = (self, &mut after)
            && let Some(capacity) = &mut after.capacity
        {
            let said = before.capacity.as_ref().and_then(|before| before.updated_at);
            capacity.updated_at = said;
            if before.capacity.as_ref() != Some(capacity) {
                capacity.updated_at = Some(at);
            }
        }
        Ok(Ok(after))
    }

    const fn kind(&self) -> ListingKind {
        match self {
            Self::Agency(_) => ListingKind::Agency,
            Self::Service(_) => ListingKind::Service,
            Self::Location(_) => ListingKind::Location,
        }
    }

    /// It as whoever keeps it sees it: without what is no part of it.
    ///
    /// # Errors
    /// As [`Self::to_json`].
    pub fn to_show(&self) -> Result<Value, serde_json::Error> {
        let mut json = self.to_json()?;
        if let Some(fields) = json.as_object_mut() {
            fields.retain(|name, _| !NOT_CHANGED.contains(&name.as_str()));
        }
        Ok(json)
    }
}
