//! The directory's tables, written and read through SeaORM.
//!
//! `save` is the one way listings get in; `assurances` writes what was confirmed; `changes` tells what was done, and
//! `happenings` what of that matters; `load` reads for the snapshot; `edges` reads the rows that hang on a page of things,
//! one statement each; `duplicate_keys` is what duplicates are found by.

pub mod assurances;
pub mod changes;
mod children;
pub mod contacts;
pub mod current;
pub mod duplicate_keys;
pub mod edges;
pub mod happenings;
pub mod load;
pub mod pairs;
mod rows;
pub mod save;
pub mod shown;
pub mod write;

use chrono::{DateTime, Utc};
use entity::ids::{AgencyId, LocationId, PlaceId, ServiceId, SourceId};
use entity::source;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait};
use uuid::Uuid;

/// The namespace under which ids of sources are derived from their keys.
const SOURCES: Uuid = Uuid::from_u128(0x51c5_2a3e_7b0d_4c1a_9e8f_0d2b_6a47_31c9);

/// Where listings come from.
#[derive(Clone, Debug)]
pub struct Source {
    /// Short name, unique: `demonstration`, a feed's name.
    pub key: String,
    /// Name to show.
    pub name: String,
    /// Licence of the data.
    pub licence: Option<String>,
    /// Words the licence asks to be shown.
    pub attribution: Option<String>,
}

impl Source {
    /// Its id, the same for the same key everywhere.
    #[must_use]
    pub fn id(&self) -> SourceId {
        SourceId(Uuid::new_v5(&SOURCES, self.key.as_bytes()))
    }
}

/// The id of a source's agency, from the source's own key for it.
#[must_use]
pub fn agency_id(source: SourceId, key: &str) -> AgencyId {
    AgencyId(derive(source.0, "agency", key))
}

/// The id of a source's service.
#[must_use]
pub fn service_id(source: SourceId, key: &str) -> ServiceId {
    ServiceId(derive(source.0, "service", key))
}

/// The id of a source's location.
#[must_use]
pub fn location_id(source: SourceId, key: &str) -> LocationId {
    LocationId(derive(source.0, "location", key))
}

/// The id of a service at a location. It hangs on the service, so that a feed which gives two
/// services one pair id can't make them overwrite each other.
#[must_use]
pub fn place_id(service: ServiceId, key: &str) -> PlaceId {
    PlaceId(derive(service.0, "place", key))
}

fn derive(namespace: Uuid, kind: &str, key: &str) -> Uuid {
    Uuid::new_v5(&namespace, format!("{kind}:{key}").as_bytes())
}

/// Makes the row of a source, or brings its words up to date; notes a change of words, which are
/// shown. Run it in a transaction, so that neither is there without the other.
///
/// # Errors
/// The database failed.
pub async fn save_source(db: &impl ConnectionTrait, source: &Source, now: DateTime<Utc>) -> Result<SourceId, DbErr> {
    let words = |row: &source::Model| (row.name.clone(), row.licence.clone(), row.attribution.clone());
    let now_said = (source.name.clone(), source.licence.clone(), source.attribution.clone());
    let before = source::Entity::find_by_id(source.id()).one(db).await?.as_ref().map(words);
    if before.as_ref() == Some(&now_said) {
        return Ok(source.id());
    }
    let row = source::ActiveModel {
        id: Set(source.id()),
        key: Set(source.key.clone()),
        name: Set(source.name.clone()),
        licence: Set(source.licence.clone()),
        attribution: Set(source.attribution.clone()),
        created_at: Set(now),
    };
    source::Entity::insert(row)
        .on_conflict(
            OnConflict::column(source::Column::Id)
                .update_columns([source::Column::Name, source::Column::Licence, source::Column::Attribution])
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    // Nothing is of a new source yet.
    if before.is_some() {
        changes::note(db, "source", Some(&changes::Touched::default()), now).await?;
    }
    Ok(source.id())
}
