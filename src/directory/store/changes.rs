//! The log of changes: what tells every process that the directory changed, and where it can, what.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::ids::{AgencyId, LocationId, ServiceId};
use entity::{directory_change, service, service_place};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::load::Version;
use crate::database::tell;

/// The channel on which PostgreSQL tells every process of a change as soon as it has been committed.
pub const CHANNEL: &str = "signpost_directory";
/// More than this many ids are not named: reading everything again is as quick.
const MOST_NAMED: usize = 2_000;
/// Ids named in one statement.
const NAMED_AT_ONCE: usize = 500;

/// What a change touched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    /// Services that were made, changed, hidden or removed.
    #[serde(default)]
    pub services: BTreeSet<ServiceId>,
    /// The same of agencies.
    #[serde(default)]
    pub agencies: BTreeSet<AgencyId>,
    /// The same of locations.
    #[serde(default)]
    pub locations: BTreeSet<LocationId>,
}

impl Touched {
    /// Adds what another change touched.
    pub fn add(&mut self, other: Self) {
        self.services.extend(other.services);
        self.agencies.extend(other.agencies);
        self.locations.extend(other.locations);
    }

    fn len(&self) -> usize {
        self.services.len() + self.agencies.len() + self.locations.len()
    }
}

/// Notes that the directory changed, so that every process brings its snapshot up to date. `touched` says what
/// changed; where nobody can say, or it is too much to name, everything is read again.
///
/// # Errors
/// The database failed.
pub async fn note(
    db: &impl ConnectionTrait,
    what: &str,
    touched: Option<&Touched>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let named = touched.filter(|touched| touched.len() <= MOST_NAMED).map(serde_json::to_string).transpose();
    let named = named.map_err(|error| DbErr::Json(error.to_string()))?;
    let row = directory_change::ActiveModel {
        id: NotSet,
        changed_at: Set(now),
        what: Set(what.to_owned()),
        touched: Set(named),
    };
    row.insert(db).await?;
    tell(db, CHANNEL).await
}

/// Tells one history of changes from another that has the same numbers: a database that was brought back from a copy
/// and then changed otherwise, or another database in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark([u8; 32]);

/// The mark of the history that led to a version: its first change and its last, with their times. `None` where the
/// database has no such change.
///
/// # Errors
/// The database failed.
pub async fn mark(db: &impl ConnectionTrait, version: Version) -> Result<Option<Mark>, DbErr> {
    let first = directory_change::Entity::find().order_by_asc(directory_change::Column::Id).one(db).await?;
    let last = directory_change::Entity::find_by_id(version.last).one(db).await?;
    let both = first.zip(last);
    Ok(both.map(|both| Mark(Sha256::digest(format!("{both:?} {}", version.count)).into())))
}

/// What changed between two versions; `None` where that can't be told.
///
/// # Errors
/// The database failed.
pub async fn since(db: &impl ConnectionTrait, before: Version, now: Version) -> Result<Option<Touched>, DbErr> {
    let new: Vec<Option<String>> = directory_change::Entity::find()
        .filter(directory_change::Column::Id.gt(before.last))
        .select_only()
        .column(directory_change::Column::Touched)
        .order_by_asc(directory_change::Column::Id)
        .limit(MOST_NAMED as u64)
        .into_tuple()
        .all(db)
        .await?;
    // A change that was numbered early and committed late is not behind the last one that was seen.
    if i64::try_from(new.len()).ok() != now.count.checked_sub(before.count) {
        return Ok(None);
    }
    let mut touched = Touched::default();
    for named in new {
        match named.map(|text| serde_json::from_str::<Touched>(&text)) {
            Some(Ok(named)) => touched.add(named),
            Some(Err(_)) | None => return Ok(None),
        }
    }
    Ok(Some(touched))
}

/// The same with every service that shows something of a touched agency or location.
///
/// # Errors
/// The database failed.
pub async fn with_neighbours(db: &impl ConnectionTrait, mut touched: Touched) -> Result<Touched, DbErr> {
    let agencies: Vec<AgencyId> = touched.agencies.iter().copied().collect();
    for ids in agencies.chunks(NAMED_AT_ONCE) {
        let of = service::Entity::find().filter(service::Column::AgencyId.is_in(ids.iter().copied()));
        let services: Vec<ServiceId> = of.select_only().column(service::Column::Id).into_tuple().all(db).await?;
        touched.services.extend(services);
    }
    let locations: Vec<LocationId> = touched.locations.iter().copied().collect();
    for ids in locations.chunks(NAMED_AT_ONCE) {
        let at = service_place::Entity::find().filter(service_place::Column::LocationId.is_in(ids.iter().copied()));
        let services: Vec<ServiceId> =
            at.select_only().column(service_place::Column::ServiceId).into_tuple().all(db).await?;
        touched.services.extend(services);
    }
    Ok(touched)
}
