//! The directory in the graph: agencies, services, locations, needs. Thin: selection is the
//! snapshot's, rows come through loaders.
//!
//! To add a field: here; to add an edge: a loader first.

pub mod agency;
pub mod contacts;
pub mod duplicates;
pub mod eligibility;
pub mod filters;
pub mod languages;
pub mod life_enums;
pub mod listing_enums;
pub mod location;
pub mod matched;
pub mod need;
pub mod parts;
pub mod queries;
pub mod service;
pub mod suggestions;

use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Result};

use super::loaders::{Known, Loaders, Reader};
use super::snapshot::Snapshot;
use crate::api::errors::{LoadError, internal};

/// The directory that the request is answered from: one version throughout.
pub(crate) fn snapshot(ctx: &Context<'_>) -> Result<Arc<Snapshot>> {
    Ok(ctx.data::<Loaders>()?.snapshot())
}

/// One thing through its loader.
pub(crate) async fn load_one<K: Known>(ctx: &Context<'_>, key: K) -> Result<Option<Arc<K::Shown>>>
where
    Reader: Loader<K, Value = Arc<K::Shown>, Error = LoadError>,
{
    ctx.data::<Loaders>()?.one(key).await.map_err(|error| internal(ctx, &error))
}

/// One thing through its loader, for a field that may be null: where it fails the field is null
/// and the error stands beside it, and the rest of the answer is whole.
pub(crate) async fn nullable<K: Known, T>(
    ctx: &Context<'_>,
    key: K,
    make: impl FnOnce(Arc<K::Shown>) -> T,
) -> Option<Result<T>>
where
    Reader: Loader<K, Value = Arc<K::Shown>, Error = LoadError>,
{
    load_one(ctx, key).await.map(|found| found.map(make)).transpose()
}

/// A list through its loader; empty where there is nothing.
pub(crate) async fn load_list<K, V, T>(ctx: &Context<'_>, key: K, make: impl Fn(&V) -> T) -> Result<Vec<T>>
where
    K: Known<Shown = Vec<V>>,
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
pub(crate) async fn load_page<K: Known>(ctx: &Context<'_>, keys: Vec<K>) -> Result<Vec<Option<Arc<K::Shown>>>>
where
    Reader: Loader<K, Value = Arc<K::Shown>, Error = LoadError>,
{
    if asks_for_rows(ctx) { load_these(ctx, keys).await } else { Ok(Vec::new()) }
}

/// Several things through their loader, each once; in the order given, without what is not there.
pub(crate) async fn load_these<K: Known>(ctx: &Context<'_>, keys: Vec<K>) -> Result<Vec<Option<Arc<K::Shown>>>>
where
    Reader: Loader<K, Value = Arc<K::Shown>, Error = LoadError>,
{
    ctx.data::<Loaders>()?.many(&keys).await.map_err(|error| internal(ctx, &error))
}
