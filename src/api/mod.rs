//! What every GraphQL type shares, below the rooms: errors, ids, paging, scalars, limits, and
//! until when an answer holds.

pub mod breaks;
pub mod course;
pub mod errors;
pub mod horizon;
pub mod html;
pub mod ids;
pub mod keys;
pub mod leaves;
pub mod limits;
pub mod nul;
pub mod omitted;
pub mod paging;
pub mod scalars;

use std::time::Duration;

use async_graphql::runtime::Timer;
use chrono::{DateTime, Utc};
use futures_util::future::{BoxFuture, FutureExt};

/// The instant at which a request came: every "now" of its answer is this one. Whoever reads it
/// says in [`horizon::Horizon`] how long what it showed stays true.
#[derive(Clone, Copy, Debug)]
pub struct AskedAt(pub DateTime<Utc>);

/// A timer for loaders that lets everything that is ready run first and then goes on at once:
/// batches are whole, and nobody waits for a clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct YieldTimer;

impl Timer for YieldTimer {
    fn delay(&self, _: Duration) -> BoxFuture<'static, ()> {
        tokio::task::yield_now().boxed()
    }
}
