//! Mutations about changes that wait, and taking changes back.

use async_graphql::{Context, ID, InputObject, Object, Result};
use entity::enums::VersionAction;

use super::editing::ListingPayload;
use super::types::{seen, version};
use super::{actor, listings, parted};
use crate::api::ids;
use crate::listings::editing::{Change, When};
use crate::listings::waiting::Verdict;

/// Which change to decide about.
#[derive(Clone, Debug, InputObject)]
pub struct DecideChangeInput {
    /// The change, by its global id.
    id: ID,
    /// What there is to say to it, in at most 500 characters.
    note: Option<String>,
}

/// Which change to take back.
#[derive(Clone, Debug, InputObject)]
pub struct UndoChangeInput {
    /// The change, by its global id.
    id: ID,
    /// The version of the listing that was looked at: where it has another by now, nothing is taken back.
    expected_version: i32,
    /// Why, in at most 500 characters.
    reason: Option<String>,
    /// A key of your own, of at most 200 characters: with the same key it is taken back once within 30 days.
    idempotency_key: Option<String>,
}

/// Mutations about changes of listings.
#[derive(Clone, Copy, Debug, Default)]
pub struct DecidingMutation;

async fn decide(ctx: &Context<'_>, input: DecideChangeInput, verdict: Verdict) -> Result<ListingPayload> {
    let id = ids::listing_version("input.id", &input.id)?;
    let done = Box::pin(listings(ctx)?.decide(&actor(ctx)?, id, verdict, input.note.as_deref())).await;
    of_version(ctx, done).await
}

/// The payload of what was done with a version.
async fn of_version(
    ctx: &Context<'_>,
    done: crate::listings::Done<entity::ids::ListingVersionId>,
) -> Result<ListingPayload> {
    let (done, errors) = parted(ctx, done)?;
    let change = match done {
        Some(id) => version(ctx, id).await?,
        None => None,
    };
    let listing = match &change {
        Some(change) => seen(ctx, change.subject()).await?,
        None => None,
    };
    Ok(ListingPayload::of(listing, change, errors))
}

/// Mutations about changes of listings.
#[Object]
impl DecidingMutation {
    /// Publishes a change that waits, in the listing as it is now: a draft by whoever keeps the listing, what awaits
    /// approval by a manager of its agency. One with an hour that is still to come waits for it then.
    async fn publish_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: DecideChangeInput,
    ) -> Result<ListingPayload> {
        decide(ctx, input, Verdict::Publish).await
    }

    /// Declines a change that waits. For managers of its agency.
    async fn decline_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: DecideChangeInput,
    ) -> Result<ListingPayload> {
        decide(ctx, input, Verdict::Decline).await
    }

    /// Gives a change that waits up. For whoever keeps the listing.
    async fn drop_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: DecideChangeInput,
    ) -> Result<ListingPayload> {
        decide(ctx, input, Verdict::Drop).await
    }

    /// Takes a published change back, by a change of its own; what was changed otherwise since stays. For whoever keeps
    /// the listing.
    async fn undo_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: UndoChangeInput,
    ) -> Result<ListingPayload> {
        let id = ids::listing_version("input.id", &input.id)?;
        let change = Change {
            action: VersionAction::Undone,
            expected: input.expected_version,
            reason: input.reason.clone(),
            when: When::Now,
            key: input.idempotency_key.clone(),
            input: format!("{input:?}"),
        };
        let done = Box::pin(listings(ctx)?.undo(&actor(ctx)?, id, change)).await;
        of_version(ctx, done).await
    }
}
