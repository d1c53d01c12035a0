//! Who covers for workers who are away.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use crate::api::ids::{self, NodeId};
use crate::api::scalars::Date;
use crate::people::Trouble;
use crate::people::graphql::caseloads::{NamedAccount, named};
use crate::people::graphql::{ServiceUserError, found, keyed, parted, people, person, worker};
use crate::people::tasks::covering::{Away, CoverSeen};

/// That a worker covers for another one who is away. Seen by link workers and managers of their agency.
#[derive(Clone, Debug, SimpleObject)]
pub struct Cover {
    /// Global id, to end it by.
    pub id: ID,
    /// Who is away.
    pub away: NamedAccount,
    /// Who covers for them.
    pub covered_by: NamedAccount,
    /// The first day.
    pub begins_on: Date,
    /// The last day.
    pub ends_on: Date,
}

impl From<CoverSeen> for Cover {
    fn from(seen: CoverSeen) -> Self {
        Self {
            id: NodeId::Cover(seen.id).encode(),
            away: named(&seen.away),
            covered_by: named(&seen.covered_by),
            begins_on: Date(seen.begins_on),
            ends_on: Date(seen.ends_on),
        }
    }
}

/// Who is to cover for whom.
#[derive(Clone, Debug, InputObject)]
pub struct SetCoverInput {
    /// Who is away, a link worker of the agency; the viewer where nothing is said. For somebody else managers alone say it.
    pub away: Option<ID>,
    /// Who covers for them: another link worker of the agency.
    pub covered_by: ID,
    /// The first day.
    pub begins_on: Date,
    /// The last day: today at the earliest, two years ahead at the latest.
    pub ends_on: Date,
    /// A key of your own, of 1 to 200 characters: with the same key and input it is made once within 30 days.
    pub idempotency_key: Option<String>,
}

/// What became of a change to who covers for whom.
#[derive(Clone, Debug, SimpleObject)]
pub struct CoverPayload {
    /// Who covers for whom in the agency, now and later.
    pub cover: Vec<Cover>,
    /// What it was refused for; empty where it was done.
    pub errors: Vec<ServiceUserError>,
}

async fn cover_of(ctx: &Context<'_>) -> Result<Vec<Cover>> {
    let agency = worker(ctx)?.agency;
    Ok(found(ctx, people(ctx)?.covers(agency).await)?.into_iter().map(Into::into).collect())
}

async fn payload<T>(ctx: &Context<'_>, done: std::result::Result<T, Trouble>) -> Result<CoverPayload> {
    let (_, errors) = parted(ctx, done.map(|_| ()))?;
    Ok(CoverPayload { cover: cover_of(ctx).await?, errors })
}

/// Root fields that ask who covers for whom.
#[derive(Clone, Copy, Debug, Default)]
pub struct CoverQuery;

/// Root fields that ask who covers for whom.
#[Object]
impl CoverQuery {
    /// Who covers for whom in the agency that the viewer acts for, now and later, in the order in which it begins. For its
    /// link workers and managers.
    #[graphql(complexity = "crate::api::limits::list_cost(20, child_complexity)")]
    async fn cover(&self, ctx: &Context<'_>) -> Result<Vec<Cover>> {
        cover_of(ctx).await
    }
}

/// Mutations about who covers for whom.
#[derive(Clone, Copy, Debug, Default)]
pub struct CoverMutation;

/// Mutations about who covers for whom.
#[Object]
impl CoverMutation {
    /// Says that somebody covers for a worker who is away. They see what that one has to do, as far as they work with the
    /// service user too: it widens nothing. For link workers of themselves, and for managers of their agency.
    async fn set_cover(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who for whom, and when.")] input: SetCoverInput,
    ) -> Result<CoverPayload> {
        let away = Away {
            account: match &input.away {
                Some(id) => ids::account("input.away", id)?,
                None => person(ctx)?.account,
            },
            covered_by: ids::account("input.coveredBy", &input.covered_by)?,
            begins_on: input.begins_on.0,
            ends_on: input.ends_on.0,
        };
        let people = keyed(ctx, input.idempotency_key.as_deref(), "setCover").await?;
        payload(ctx, people.set_cover(worker(ctx)?, &away).await).await
    }

    /// Ends a cover at once. For the worker who is away, and for managers of their agency.
    async fn end_cover(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The cover, by its global id.")] id: ID,
    ) -> Result<CoverPayload> {
        payload(ctx, people(ctx)?.end_cover(worker(ctx)?, ids::cover("id", &id)?).await).await
    }
}
