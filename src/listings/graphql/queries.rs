//! Questions about listings, by those whose they are.

use async_graphql::{Context, ID, Object, Result};

use super::types::{Listing, ListingVersion, seen, subject_of, version};
use super::{actor, listings, refused};
use crate::api::errors::bad_input;
use crate::api::ids;

/// Most changes that are told to be waiting.
const MOST_WAITING: u64 = 200;

/// Root fields of listings.
#[derive(Clone, Copy, Debug, Default)]
pub struct ListingQuery;

/// Root fields of listings.
#[Object]
impl ListingQuery {
    /// A listing as those see it whose it is; null for everybody else, and where there is none. For the editors, managers
    /// and programs of its agency. Coordinators see what agencies and services say, but nothing of what is said at a
    /// service's places, and of places only those that are nobody's and no secret.
    async fn listing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the agency, service or location.")] id: ID,
    ) -> Result<Option<Listing>> {
        seen(ctx, subject_of("id", &id, "listing")?).await
    }

    /// A change of a listing; null for those whose listing it is not, and where there is none.
    async fn listing_version(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the change.")] id: ID,
    ) -> Result<Option<ListingVersion>> {
        version(ctx, ids::listing_version("id", &id)?).await
    }

    /// Changes of the listings of the agency that the viewer acts for that wait: drafts, what awaits approval, what is to
    /// hold from an hour on; the oldest first, 200 at the most. For its editors, managers and programs.
    #[graphql(complexity = "20 * (child_complexity + 1)")]
    async fn waiting_changes(&self, ctx: &Context<'_>) -> Result<Vec<ListingVersion>> {
        let agency = actor(ctx)?.agency.ok_or_else(|| bad_input("signpost-agency", "Say for which agency you act."))?;
        let waiting = refused(ctx, listings(ctx)?.waiting(agency, MOST_WAITING).await)?;
        Ok(waiting.unwrap_or_default().into_iter().map(ListingVersion::of).collect())
    }
}
