//! Mutations about groups: a step each, never a state.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use entity::ids::{CohortId, GroupId, GroupPlaceId, ServiceUserId};

use super::inputs::{
    CallOffCohortInput, ChangeCohortInput, ChangeGroupInput, CloseGroupInput, JoinGroupInput, LeaveGroupInput,
    MakeGroupInput, OfferPlaceInput, OpenCohortInput, need_keys,
};
use super::{Group, GroupPlace, PURPOSE, sessions_asked, shown};
use crate::api::ids;
use crate::directory::snapshot::refresh::Live;
use crate::people::Trouble;
use crate::people::graphql::caseloads::service_user;
use crate::people::graphql::wishes::actor;
use crate::people::graphql::{ServiceUserError, found, keyed, parted, people, person, reader, worker};
use crate::people::groups::reading::WhichGroupPlaces;
use crate::people::groups::terms::{CohortTerms, GroupTerms};

/// What became of a change to a group.
#[derive(Clone, Debug, SimpleObject)]
pub struct GroupPayload {
    /// The group as it now is; null where nothing was done.
    pub group: Option<Group>,
    /// What it was refused for; empty where it was done.
    pub errors: Vec<ServiceUserError>,
}

/// What became of a change to a place in a group.
#[derive(Clone, Debug, SimpleObject)]
pub struct GroupPlacePayload {
    /// The place, or the waiting for one, as the viewer now sees it; null where nothing was done.
    pub group_place: Option<GroupPlace>,
    /// What it was refused for; empty where it was done.
    pub errors: Vec<ServiceUserError>,
}

/// What became of a place that was given away.
#[derive(Clone, Debug, SimpleObject)]
pub struct OfferPlacePayload {
    /// The place as the viewer now sees it; null where nothing was done, and where the viewer does not work with whom it was
    /// given to.
    pub group_place: Option<GroupPlace>,
    /// The group as it now is; null where nothing was done.
    pub group: Option<Group>,
    /// What it was refused for; empty where it was done.
    pub errors: Vec<ServiceUserError>,
}

async fn of_group(ctx: &Context<'_>, done: std::result::Result<GroupId, Trouble>) -> Result<GroupPayload> {
    let (done, errors) = parted(ctx, done)?;
    let asked = ctx.look_ahead().field("group");
    let group = match done {
        Some(id) if asked.exists() => {
            found(ctx, people(ctx)?.group(worker(ctx)?, id, sessions_asked(&asked)).await)?.map(Group::of_agency)
        }
        Some(_) | None => None,
    };
    Ok(GroupPayload { group, errors })
}

/// A place as the viewer sees it, where that is asked for.
async fn place_shown(
    ctx: &Context<'_>,
    id: Option<GroupPlaceId>,
    operation: &'static str,
) -> Result<Option<GroupPlace>> {
    let asked = ctx.look_ahead().field("groupPlace");
    match id {
        Some(id) if asked.exists() => {
            let reader = reader(ctx, PURPOSE, operation)?;
            Ok(shown(ctx, reader, &WhichGroupPlaces::Of(vec![id]), &[asked]).await?.pop())
        }
        Some(_) | None => Ok(None),
    }
}

async fn of_place(
    ctx: &Context<'_>,
    done: std::result::Result<GroupPlaceId, Trouble>,
    operation: &'static str,
) -> Result<GroupPlacePayload> {
    let (done, errors) = parted(ctx, done)?;
    Ok(GroupPlacePayload { group_place: place_shown(ctx, done, operation).await?, errors })
}

/// Mutations about groups.
#[derive(Clone, Copy, Debug, Default)]
pub struct GroupMutation;

/// Mutations about groups.
#[Object]
impl GroupMutation {
    /// Makes a group of the agency that the viewer acts for. For its link workers and managers.
    async fn make_group(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is called, what it is for, where it is.")] input: MakeGroupInput,
    ) -> Result<GroupPayload> {
        let needs = need_keys(ctx.data::<Live>()?.needs(), &input.needs)?;
        let terms = GroupTerms {
            name: input.name,
            service: input.service.as_ref().map(|id| ids::service("input.service", id)).transpose()?,
            location: input.location.as_ref().map(|id| ids::location("input.location", id)).transpose()?,
            needs,
            delivery: input.delivery.into(),
            places: input.places_per_cohort,
        };
        let people = keyed(ctx, input.idempotency_key.as_deref(), "makeGroup").await?;
        let done = Box::pin(people.make_group(worker(ctx)?, terms)).await;
        of_group(ctx, done).await
    }

    /// Changes a group of the agency, where it is still the version that was seen. Appointments that were booked for sessions to
    /// come follow its hub and how it is held. For its link workers and managers.
    async fn change_group(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which group, and what is changed of it.")] input: ChangeGroupInput,
    ) -> Result<GroupPayload> {
        let (id, expected) = (ids::group("input.group", &input.group)?, input.expected_version);
        let edit = input.read(ctx.data::<Live>()?.needs())?;
        let done = Box::pin(people(ctx)?.change_group(worker(ctx)?, id, expected, &edit)).await;
        of_group(ctx, done).await
    }

    /// Closes a group of the agency for good: whoever waits for it waits no longer, whoever has a place in a cohort that is not over
    /// has it no longer, and what is still to come of their appointments is called off. What was is kept, and its name with it.
    /// One that is closed stays as it is, with the reason that was said first. For its link workers and managers.
    async fn close_group(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which group, and why.")] input: CloseGroupInput,
    ) -> Result<GroupPayload> {
        let id = ids::group("input.group", &input.group)?;
        let done = Box::pin(people(ctx)?.close_group(worker(ctx)?, id, input.reason.into())).await;
        of_group(ctx, done).await
    }

    /// Opens a cohort of a group of the agency, with its sessions. For its link workers and managers.
    async fn open_cohort(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which group, from when until when, and when it meets.")] input: OpenCohortInput,
    ) -> Result<GroupPayload> {
        let group = ids::group("input.group", &input.group)?;
        let terms = CohortTerms {
            group,
            begins_on: input.begins_on.0,
            ends_on: input.ends_on.0,
            places: input.places,
            with: match &input.with {
                Some(id) => ids::account("input.with", id)?,
                None => person(ctx)?.account,
            },
            sessions: input.sessions.iter().map(|it| (it.starts_at.0.into(), it.ends_at.0.into())).collect(),
        };
        let people = keyed(ctx, input.idempotency_key.as_deref(), "openCohort").await?;
        let done = Box::pin(people.open_cohort(worker(ctx)?, &terms)).await;
        of_group(ctx, done.map(|_: CohortId| group)).await
    }

    /// Changes a cohort of a group of the agency, where it is still the version that was seen: it has as many places as are taken at
    /// the least. Appointments that were booked for sessions to come follow those sessions and its worker. For its link workers
    /// and managers.
    async fn change_cohort(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which cohort, and what is changed of it.")] input: ChangeCohortInput,
    ) -> Result<GroupPayload> {
        let (id, edit) = (ids::cohort("input.cohort", &input.cohort)?, input.read()?);
        let done = people(ctx)?.change_cohort(worker(ctx)?, id, input.expected_version, &edit);
        let done = Box::pin(done).await;
        of_group(ctx, done).await
    }

    /// Calls a cohort off: whoever has a place in it waits again for another, where they stood in line by when they joined, and
    /// what is still to come of their appointments is called off. One that is called off stays as it is, with the reason that was
    /// said first. For link workers and managers of its agency.
    async fn call_off_cohort(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which cohort, and why.")] input: CallOffCohortInput,
    ) -> Result<GroupPayload> {
        let id = ids::cohort("input.cohort", &input.cohort)?;
        let done = Box::pin(people(ctx)?.call_off_cohort(worker(ctx)?, id, input.reason.into())).await;
        of_group(ctx, done).await
    }

    /// Closes a cohort: nobody is taken into it any more. Whoever has a place keeps it. For link workers and managers of its
    /// agency.
    async fn close_cohort(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The cohort, by its global id.")] id: ID,
    ) -> Result<GroupPayload> {
        let done = Box::pin(people(ctx)?.close_cohort(worker(ctx)?, ids::cohort("id", &id)?)).await;
        of_group(ctx, done).await
    }

    /// Puts a service user into a group of the agency. Where a cohort has a place free and nobody waits who could take it they
    /// get it, and appointments for its sessions that are still to come; otherwise they wait, behind those who do. For link
    /// workers who work with them.
    async fn join_group(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom, and into which group.")] input: JoinGroupInput,
    ) -> Result<GroupPlacePayload> {
        let of = service_user(&input.service_user)?;
        let group = ids::group("input.group", &input.group)?;
        let cohort = input.cohort.as_ref().map(|id| ids::cohort("input.cohort", id)).transpose()?;
        let people = keyed(ctx, input.idempotency_key.as_deref(), "joinGroup").await?;
        let done = Box::pin(people.join_group(worker(ctx)?, of, group, cohort)).await;
        of_place(ctx, done, "joinGroup").await
    }

    /// Gives up a place in a group, or the waiting for one; what is still to come of its appointments is called off. For link
    /// workers of its agency who work with the service user, and for the service user and who stands for them.
    async fn leave_group(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which place.")] input: LeaveGroupInput,
    ) -> Result<GroupPlacePayload> {
        let id = ids::group_place("input.groupPlace", &input.group_place)?;
        let done = Box::pin(people(ctx)?.leave_group(actor(ctx)?, id)).await;
        of_place(ctx, done.map(|_: ServiceUserId| id), "leaveGroup").await
    }

    /// Gives a place in a cohort to who is first in line of those who wait for its group and keep out neither its worker nor the
    /// viewer; they get appointments for its sessions that are still to come. For link workers and managers of its agency, who are
    /// shown it only where they work with the service user. To somebody else who waits it is given, for a reason, by link workers
    /// who work with them.
    async fn offer_place(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In which cohort, to whom.")] input: OfferPlaceInput,
    ) -> Result<OfferPlacePayload> {
        let cohort = ids::cohort("input.cohort", &input.cohort)?;
        let to = input.to.as_ref().map(|id| ids::group_place("input.to", id)).transpose()?;
        let keyed = keyed(ctx, input.idempotency_key.as_deref(), "offerPlace").await?;
        let done = Box::pin(keyed.offer_place(worker(ctx)?, cohort, to, input.reason.as_deref())).await;
        let (done, errors) = parted(ctx, done)?;
        let asked = ctx.look_ahead().field("group");
        let group = match done {
            Some(_) if asked.exists() => {
                let group = people(ctx)?.group_of_cohort(worker(ctx)?, cohort, sessions_asked(&asked)).await;
                found(ctx, group)?.map(Group::of_agency)
            }
            Some(_) | None => None,
        };
        Ok(OfferPlacePayload { group_place: place_shown(ctx, done, "offerPlace").await?, group, errors })
    }
}
