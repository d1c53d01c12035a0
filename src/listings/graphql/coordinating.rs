//! Mutations of coordinators: joining, parting, handing over; and of managers about how their agency works.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::editing::ListingPayload;
use super::types::{ListingJoining, seen, subject_of};
use super::{ListingError, actor, listings, parted};
use crate::api::errors::bad_input;
use crate::api::ids;
use crate::directory::graphql::agency::Agency;
use crate::directory::graphql::nullable;
use crate::directory::loaders::AgencyKey;
use crate::listings::Done;
use crate::listings::subject::Subject;

/// Which two listings of one agency, or of one service, to join.
#[derive(Clone, Debug, InputObject)]
pub struct JoinListingsInput {
    /// The one that stays, by its global id: an agency or a service.
    keep: ID,
    /// The other of the same kind, by its global id.
    duplicate: ID,
    /// Why they are one, in at most 500 characters.
    reason: String,
}

/// What to part again.
#[derive(Clone, Debug, InputObject)]
pub struct PartListingsInput {
    /// The joining, by its global id.
    id: ID,
    /// Why they are two, in at most 500 characters.
    reason: String,
}

/// Which service to hand over, to whom.
#[derive(Clone, Debug, InputObject)]
pub struct HandOverServiceInput {
    /// The service, by its global id.
    service: ID,
    /// The agency that offers it from now on, by its global id.
    to: ID,
    /// The version that was looked at.
    expected_version: i32,
    /// Why, in at most 500 characters.
    reason: String,
}

/// What came of joining or parting.
#[derive(Clone, Debug, SimpleObject)]
pub struct ListingJoiningPayload {
    /// The joining; null where it was refused.
    joining: Option<ListingJoining>,
    /// What it was refused for; empty where it was done.
    errors: Vec<ListingError>,
}

/// What came of saying how an agency works.
#[derive(Clone, Debug, SimpleObject)]
pub struct AgencyApprovalPayload {
    /// The agency; null where it was refused.
    agency: Option<Agency>,
    /// What it was refused for; empty where it was done.
    errors: Vec<ListingError>,
}

/// Mutations of coordinators and managers.
#[derive(Clone, Copy, Debug, Default)]
pub struct CoordinatingMutation;

async fn joined(ctx: &Context<'_>, done: Done<entity::ids::ListingMergeId>) -> Result<ListingJoiningPayload> {
    let (id, errors) = parted(ctx, done)?;
    let joining = match id {
        Some(id) => parted(ctx, listings(ctx)?.joining(id).await)?.0.map(Into::into),
        None => None,
    };
    Ok(ListingJoiningPayload { joining, errors })
}

/// Mutations of coordinators and managers.
#[Object]
impl CoordinatingMutation {
    /// Joins two listings of one agency or of one service: one stays, the other is shown no more, and its services become
    /// the first one's. Nothing is lost: `partListings` parts them again. For coordinators.
    async fn join_listings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: JoinListingsInput,
    ) -> Result<ListingJoiningPayload> {
        let (keep, duplicate) = (subject_of("input.keep", &input.keep, "agency or service")?, &input.duplicate);
        let (listings, actor, reason) = (listings(ctx)?, actor(ctx)?, Some(input.reason.as_str()));
        let done = match keep {
            Subject::Agency(keep) => {
                let other = ids::agency("input.duplicate", duplicate)?;
                Box::pin(listings.join_agencies(&actor, keep, other, reason)).await
            }
            Subject::Service(keep) => {
                let other = ids::service("input.duplicate", duplicate)?;
                Box::pin(listings.join_services(&actor, keep, other, reason)).await
            }
            Subject::Location(_) => {
                return Err(bad_input("input.keep", "Agencies and services are joined; a place is what is there."));
            }
        };
        joined(ctx, done).await
    }

    /// Parts two listings that were joined: what was moved goes back. For coordinators.
    async fn part_listings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: PartListingsInput,
    ) -> Result<ListingJoiningPayload> {
        let id = ids::listing_merge("input.id", &input.id)?;
        let done = Box::pin(listings(ctx)?.part(&actor(ctx)?, id, Some(&input.reason))).await;
        joined(ctx, done).await
    }

    /// Gives a service to another agency, with its history: that one's people keep it from then on. For coordinators.
    async fn hand_over_service(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, to whom, and why.")] input: HandOverServiceInput,
    ) -> Result<ListingPayload> {
        let service = ids::service("input.service", &input.service)?;
        let to = ids::agency("input.to", &input.to)?;
        let reason = Some(input.reason.as_str());
        let done = Box::pin(listings(ctx)?.hand_over(&actor(ctx)?, service, to, input.expected_version, reason)).await;
        let (done, errors) = parted(ctx, done)?;
        let listing = match done {
            Some(id) => seen(ctx, Subject::Service(id)).await?,
            None => None,
        };
        Ok(ListingPayload::of(listing, None, errors))
    }

    /// Says whether what the agency's editors change waits for a manager. What is urgent (closing, opening again, what is
    /// free) never waits. For its managers.
    async fn require_approval(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The agency's global id.")] agency: ID,
        #[graphql(desc = "Whether changes wait.")] required: bool,
    ) -> Result<AgencyApprovalPayload> {
        let id = ids::agency("agency", &agency)?;
        let (done, errors) = parted(ctx, listings(ctx)?.want_approval(&actor(ctx)?, id, required).await)?;
        let agency = match done {
            Some(id) => nullable(ctx, AgencyKey(id), Agency).await.transpose()?,
            None => None,
        };
        Ok(AgencyApprovalPayload { agency, errors })
    }
}
