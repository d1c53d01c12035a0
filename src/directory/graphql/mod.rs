//! The directory in the graph: agencies, services, locations, needs. Thin: selection is the
//! snapshot's, rows come through loaders.
//!
//! To add a field: here; to add an edge: a loader first.

pub mod agency;
pub mod eligibility;
pub mod filters;
pub mod life_enums;
pub mod listing_enums;
pub mod location;
pub mod need;
pub mod parts;
pub mod queries;
pub mod service;
pub mod suggestions;

use std::hash::Hash;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Result};

use super::loaders::{Loaders, Reader};
use crate::api::errors::{LoadError, internal};

/// One thing through its loader.
pub(crate) async fn load_one<K, V>(ctx: &Context<'_>, key: K) -> Result<Option<Arc<V>>>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    V: Send + Sync + 'static,
    Reader: Loader<K, Value = Arc<V>, Error = LoadError>,
{
    ctx.data::<Loaders>()?.load_one(key).await.map_err(|error| internal(ctx, &error))
}

/// One thing through its loader, for a field that may be null: where it fails the field is null
/// and the error stands beside it, and the rest of the answer is whole.
pub(crate) async fn nullable<K, V, T>(ctx: &Context<'_>, key: K, make: impl FnOnce(Arc<V>) -> T) -> Option<Result<T>>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    V: Send + Sync + 'static,
    Reader: Loader<K, Value = Arc<V>, Error = LoadError>,
{
    load_one(ctx, key).await.map(|found| found.map(make)).transpose()
}

/// A list through its loader; empty where there is nothing.
pub(crate) async fn load_list<K, V, T>(ctx: &Context<'_>, key: K, make: impl Fn(&V) -> T) -> Result<Vec<T>>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    V: Send + Sync + 'static,
    Reader: Loader<K, Value = Arc<Vec<V>>, Error = LoadError>,
{
    let rows = load_one(ctx, key).await?;
    Ok(rows.map(|rows| rows.iter().map(make).collect()).unwrap_or_default())
}

/// Whether a question for a page asks for its rows, and not for counts and cursors alone: these
/// the snapshot answers by itself, without the database.
fn asks_for_rows(ctx: &Context<'_>) -> bool {
    let asked = ctx.look_ahead();
    asked.field("nodes").exists() || asked.field("edges").exists()
}

/// The rows of a page through their loader, where the question asks for rows at all; in the order
/// given. What has gone since it was selected is left out.
pub(crate) async fn load_page<K, V>(ctx: &Context<'_>, keys: Vec<K>) -> Result<Vec<Option<Arc<V>>>>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    V: Send + Sync + 'static,
    Reader: Loader<K, Value = Arc<V>, Error = LoadError>,
{
    if asks_for_rows(ctx) { load_many(ctx, keys).await } else { Ok(Vec::new()) }
}

/// Several things through their loader, each once; in the order given, without what is not there.
pub(crate) async fn load_these<K, V>(ctx: &Context<'_>, keys: Vec<K>) -> Result<Vec<Option<Arc<V>>>>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    V: Send + Sync + 'static,
    Reader: Loader<K, Value = Arc<V>, Error = LoadError>,
{
    load_many(ctx, keys).await
}

async fn load_many<K, V>(ctx: &Context<'_>, keys: Vec<K>) -> Result<Vec<Option<Arc<V>>>>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    V: Send + Sync + 'static,
    Reader: Loader<K, Value = Arc<V>, Error = LoadError>,
{
    let found = ctx.data::<Loaders>()?.load_many(keys.clone()).await.map_err(|error| internal(ctx, &error))?;
    Ok(keys.iter().map(|key| found.get(key).map(Arc::clone)).collect())
}
