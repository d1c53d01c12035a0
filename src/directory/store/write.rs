//! Writing a single listing as it is to stand in the tables, by those whose it is. What its source says of it is not
//! taken from then on (`save`).
//!
//! Whoever calls this holds the listing's row, has asked for its version, and notes the change (`changes::note`).

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::ids::{AgencyId, LocationId, ServiceId, SourceId};
use entity::{agency, location, service};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel};

use super::children::{Children, clear_agencies, clear_locations, clear_services};
use super::duplicate_keys;
use super::rows;
use super::save::{exact_postcodes, written_postcode};
use crate::directory::listing::{LocationListing, StoredAgency, StoredService};
use crate::directory::placing;

/// Whether a listing is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is.
    There {
        /// The version that it becomes.
        version: i32,
        /// Since when its agency keeps it, if it does already.
        kept_at: Option<DateTime<Utc>>,
    },
    /// It is made now.
    New,
}

impl Standing {
    fn version(self) -> i32 {
        match self {
            Self::There { version, .. } => version,
            Self::New => 1,
        }
    }

    fn kept_at(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::There { kept_at, .. } => kept_at.unwrap_or(now),
            Self::New => now,
        }
    }
}

/// What a source says of a listing has a hash; what is made here was said by none.
const NO_SOURCE: &str = "";

async fn put<A>(db: &impl ConnectionTrait, row: A, standing: Standing) -> Result<(), DbErr>
where
    A: ActiveModelTrait + sea_orm::ActiveModelBehavior + Send,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A> + Sync,
{
    match standing {
        Standing::New => row.insert(db).await.map(|_| ()),
        Standing::There { .. } => row.update(db).await.map(|_| ()),
    }
}

/// Writes an agency.
///
/// # Errors
/// The database failed.
pub async fn agency(
    db: &impl ConnectionTrait,
    id: AgencyId,
    source: SourceId,
    listing: &StoredAgency,
    standing: Standing,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let mut row = rows::agency(id, source, listing, NO_SOURCE.to_owned(), now);
    if let Standing::There { .. } = standing {
        row = agency::ActiveModel {
            source_id: NotSet,
            source_key: NotSet,
            content_hash: NotSet,
            created_at: NotSet,
            ..row
        };
        clear_agencies(db, &[id]).await?;
    }
    put(
        db,
        agency::ActiveModel { version: Set(standing.version()), kept_at: Set(Some(standing.kept_at(now))), ..row },
        standing,
    )
    .await?;
    let mut children = Children::default();
    children.take_agency(id, source, listing);
    children.insert(db).await?;
    duplicate_keys::of_agencies(db, &[(id, listing)], &[id]).await
}

/// Writes a location. `of` is the agency that makes it here, where it is new.
///
/// # Errors
/// The database failed.
pub async fn location(
    db: &impl ConnectionTrait,
    id: LocationId,
    source: SourceId,
    of: Option<AgencyId>,
    listing: &LocationListing,
    standing: Standing,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let exact = exact_postcodes(db, written_postcode(listing).into_iter()).await?;
    let spot = placing::place(listing.point, written_postcode(listing), &exact);
    let mut row = rows::location(id, source, listing, &spot, NO_SOURCE.to_owned(), now);
    match standing {
        Standing::New => row.agency_id = Set(of),
        Standing::There { .. } => {
            row = location::ActiveModel {
                source_id: NotSet,
                source_key: NotSet,
                content_hash: NotSet,
                created_at: NotSet,
                ..row
            };
            clear_locations(db, &[id]).await?;
        }
    }
    let row =
        location::ActiveModel { version: Set(standing.version()), kept_at: Set(Some(standing.kept_at(now))), ..row };
    put(db, row, standing).await?;
    let mut children = Children::default();
    children.take_location(id, listing);
    children.insert(db).await?;
    duplicate_keys::of_locations(db, [(id, listing)].into_iter(), &BTreeSet::new(), &[id]).await
}

/// Writes a service. When its parts were assured stays as it is.
///
/// # Errors
/// The database failed.
pub async fn service(
    db: &impl ConnectionTrait,
    id: ServiceId,
    source: SourceId,
    listing: &StoredService,
    standing: Standing,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let mut row = rows::service(id, listing.agency, source, listing, NO_SOURCE.to_owned(), now);
    if let Standing::There { .. } = standing {
        row = service::ActiveModel {
            source_id: NotSet,
            source_key: NotSet,
            content_hash: NotSet,
            created_at: NotSet,
            ..row
        };
        clear_services(db, &[id]).await?;
    }
    put(
        db,
        service::ActiveModel { version: Set(standing.version()), kept_at: Set(Some(standing.kept_at(now))), ..row },
        standing,
    )
    .await?;
    let mut children = Children::default();
    children.take_service(id, source, listing);
    children.insert(db).await?;
    duplicate_keys::of_services(db, source, &[(id, listing)], &[id]).await
}
