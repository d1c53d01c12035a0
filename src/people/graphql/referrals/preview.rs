//! What the receiver would see by way of a referral, as the schema shows it.

use async_graphql::{Context, ID, Object, Result};

use crate::agreements::graphql::enums::{DataCategory, Purpose};
use crate::api::ids::NodeId;
use crate::directory::graphql::agency::Agency;
use crate::directory::graphql::{load_these, nullable};
use crate::directory::loaders::AgencyKey;
use crate::people::referrals::preview::{self, Shown};

/// What the receiver of a referral would see of one category by way of it.
#[derive(Clone, Debug)]
pub struct ReferralDisclosure(Shown);

/// What the receiver of a referral would see of one category by way of it.
#[Object]
impl ReferralDisclosure {
    /// The category.
    async fn category(&self) -> DataCategory {
        self.0.category.into()
    }

    /// For which purposes they would see it.
    async fn purposes(&self) -> Vec<Purpose> {
        self.0.purposes.iter().map(|purpose| (*purpose).into()).collect()
    }

    /// Whose rows, whether or not there are any now: the sender's alone. What others share with the receiver is not the
    /// sender's to know.
    #[graphql(complexity = "crate::api::limits::list_cost(3, child_complexity)")]
    async fn sources(&self, ctx: &Context<'_>) -> Result<Vec<Agency>> {
        Ok(load_these(ctx, vec![AgencyKey(self.0.source)]).await?.into_iter().flatten().map(Agency).collect())
    }

    /// Global ids of the sender's records that there are now. What is no record, as an appointment, goes by its category.
    async fn records(&self) -> Vec<ID> {
        self.0.records.iter().map(|id| NodeId::Record(*id).encode()).collect()
    }
}

/// Exactly what whoever works at the receiver would see of the sender's rows by way of a referral, as of now.
#[derive(Clone, Debug)]
pub struct ReferralPreview(pub(super) preview::ReferralPreview);

/// Exactly what whoever works at the receiver would see of the sender's rows by way of a referral, as of now: the rule itself,
/// asked as if nothing else made the receiver somebody to the service user. What others share with the receiver is not told.
#[Object]
impl ReferralPreview {
    /// The agency that it goes to; null where it is not shown.
    async fn receiver(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        nullable(ctx, AgencyKey(self.0.to), Agency).await
    }

    /// What they would see, category by category, for whichever purpose they look. Of the sender's rows of a category that is not
    /// here they would see nothing by way of it.
    #[graphql(complexity = "crate::api::limits::list_cost(16, child_complexity)")]
    async fn seen(&self) -> Vec<ReferralDisclosure> {
        self.0.shown.iter().cloned().map(ReferralDisclosure).collect()
    }

    /// What it discloses and has no lawful route now for referrals: while there is any it can't be sent.
    async fn without_route(&self) -> Vec<DataCategory> {
        self.0.without_route.iter().map(|category| (*category).into()).collect()
    }

    /// The hash of all this and of the version of the draft, to give back with `submitReferral`: it is sent only if they would
    /// see just that, and nobody has written the draft anew.
    async fn hash(&self) -> &str {
        &self.0.hash
    }

    /// Whether they would see now just what they would have seen when it was sent, or last made to disclose more; null for a
    /// draft. What was recorded since is something else.
    async fn is_as_sent(&self) -> Option<bool> {
        self.0.was.as_ref().map(|was| *was == self.0.hash)
    }
}
