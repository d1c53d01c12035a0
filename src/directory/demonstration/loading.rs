//! Writing the demonstration network into a database.

use entity::ids::AgencyId;
use sea_orm::DbErr;

use super::{DemonstrationError, embedded, read};
use crate::clock::Clock;
use crate::database::Database;
use crate::directory::store::changes::{self, Touched};
use crate::directory::store::save::{Saved, Seen, save};
use crate::directory::store::{Source, agency_id, save_source};
use crate::places::Gazetteer;

/// Why it could not be written. Nothing of it is then there.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file is wrong, which a test would have told.
    #[error(transparent)]
    Files(#[from] DemonstrationError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Where the demonstration's listings come from.
fn source() -> Source {
    Source {
        key: "demonstration".to_owned(),
        name: "Demonstration network (fictional)".to_owned(),
        licence: None,
        attribution: Some("Fictional agencies; any likeness to real ones is chance.".to_owned()),
    }
}

/// The id of the demonstration's agency with a key, as its file has it.
#[must_use]
pub fn agency(key: &str) -> AgencyId {
    agency_id(source().id(), key)
}

/// Writes the demonstration network into a database. Loaded again on a later day it is the same
/// network, confirmed as lately as on the first: a demonstration does not grow stale.
///
/// # Errors
/// [`LoadError`].
pub async fn load(database: &Database, clock: &Clock) -> Result<Saved, LoadError> {
    let today = clock.now().date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
    let code = |name: &str| Some(Gazetteer::embedded().authority_by_name(name)?.code.as_str().to_owned());
    let listings = read(embedded().iter().copied(), today, code)?;
    let source = source();
    let transaction = database.begin_write().await?;
    let id = save_source(&transaction, &source, clock.now()).await?;
    let mut touched = Touched::default();
    let saved = save(&transaction, id, &listings, &mut Seen::default(), &mut touched, clock.now()).await?;
    if saved.wrote() {
        changes::note(&transaction, "demonstration", Some(&touched), clock.now()).await?;
    }
    transaction.commit().await?;
    Ok(saved)
}
