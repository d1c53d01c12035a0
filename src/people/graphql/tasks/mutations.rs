//! Mutations about releases, easements and tasks: a step each, never a state.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use entity::ids::{AccountId, EasementId, ReleaseId, ServiceUserId, TaskId};

use super::inputs::{
    AddEasementInput, AddTaskInput, CompleteTaskInput, DropTaskInput, HandOverTaskInput, ReopenTaskInput,
    SetReleaseDateInput,
};
use super::{Easement, PURPOSE, Release, Task, shown, shown_easements, shown_releases};
use crate::api::ids;
use crate::directory::snapshot::refresh::Live;
use crate::people::Trouble;
use crate::people::graphql::caseloads::service_user;
use crate::people::graphql::inputs::need_key;
use crate::people::graphql::{ServiceUserError, keyed, parted, people, person, reader, worker};
use crate::people::tasks::dates::{WhichEasements, WhichReleases};
use crate::people::tasks::doing::Doing;
use crate::people::tasks::making::{EasementSaid, FreeTask, ReleaseSaid};
use crate::people::tasks::reading::WhichTasks;

/// What became of a step of a task.
#[derive(Clone, Debug, SimpleObject)]
pub struct TaskPayload {
    /// The task as the viewer now sees it; null where nothing was done.
    pub task: Option<Task>,
    /// What it was refused for; empty where it was done.
    pub errors: Vec<ServiceUserError>,
}

/// What became of a change to a day of release.
#[derive(Clone, Debug, SimpleObject)]
pub struct ReleasePayload {
    /// The day of release as the viewer now sees it; null where nothing was done.
    pub release: Option<Release>,
    /// What it was refused for; empty where it was done.
    pub errors: Vec<ServiceUserError>,
}

/// What became of a change to an easement.
#[derive(Clone, Debug, SimpleObject)]
pub struct EasementPayload {
    /// The easement as the viewer now sees it; null where nothing was done.
    pub easement: Option<Easement>,
    /// What it was refused for; empty where it was done.
    pub errors: Vec<ServiceUserError>,
}

async fn of_task(
    ctx: &Context<'_>,
    done: std::result::Result<TaskId, Trouble>,
    operation: &'static str,
) -> Result<TaskPayload> {
    let (done, errors) = parted(ctx, done)?;
    let asked = ctx.look_ahead().field("task");
    let task = match done {
        Some(id) if asked.exists() => {
            let reader = reader(ctx, PURPOSE, operation)?;
            Box::pin(shown(ctx, reader, &WhichTasks::Of(vec![id]), &[asked])).await?.pop()
        }
        Some(_) | None => None,
    };
    Ok(TaskPayload { task, errors })
}

async fn of_release(
    ctx: &Context<'_>,
    done: std::result::Result<ReleaseId, Trouble>,
    operation: &'static str,
) -> Result<ReleasePayload> {
    let (done, errors) = parted(ctx, done)?;
    let asked = ctx.look_ahead().field("release");
    let release = match done {
        Some(id) if asked.exists() => {
            let reader = reader(ctx, PURPOSE, operation)?;
            Box::pin(shown_releases(ctx, reader, &WhichReleases::Of(vec![id]), &[asked])).await?.pop()
        }
        Some(_) | None => None,
    };
    Ok(ReleasePayload { release, errors })
}

async fn of_easement(
    ctx: &Context<'_>,
    done: std::result::Result<EasementId, Trouble>,
    operation: &'static str,
) -> Result<EasementPayload> {
    let (done, errors) = parted(ctx, done)?;
    let asked = ctx.look_ahead().field("easement");
    let easement = match done {
        Some(id) if asked.exists() => {
            let reader = reader(ctx, PURPOSE, operation)?;
            Box::pin(shown_easements(ctx, reader, &WhichEasements::Of(vec![id]), &[asked])).await?.pop()
        }
        Some(_) | None => None,
    };
    Ok(EasementPayload { easement, errors })
}

/// The worker whom an input names; the viewer where it names none.
fn owner(ctx: &Context<'_>, owner: Option<&ID>) -> Result<AccountId> {
    match owner {
        Some(id) => ids::account("input.owner", id),
        None => Ok(person(ctx)?.account),
    }
}

/// Does something with a task.
async fn step(
    ctx: &Context<'_>,
    task: &ID,
    doing: Doing,
    words: Option<String>,
    operation: &'static str,
) -> Result<TaskPayload> {
    let id = ids::task("input.task", task)?;
    let done = Box::pin(people(ctx)?.do_task(worker(ctx)?, id, doing, words)).await;
    of_task(ctx, done.map(|_: ServiceUserId| id), operation).await
}

/// Mutations about releases, easements and tasks.
#[derive(Clone, Copy, Debug, Default)]
pub struct TaskMutation;

/// Mutations about releases, easements and tasks.
#[Object]
impl TaskMutation {
    /// Says on which day a service user is released; tasks follow from it, each due so many days before or after, today at the
    /// earliest. Said again it replaces what the agency said before: what is still open is due by the new day, what was done
    /// stays. For link workers who work with the service user.
    async fn set_release_date(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom, and on which day.")] input: SetReleaseDateInput,
    ) -> Result<ReleasePayload> {
        let of = service_user(&input.service_user)?;
        let said = ReleaseSaid {
            release_on: input.release_on.0,
            from_place: input.from_place,
            owner: owner(ctx, input.owner.as_ref())?,
            anew: input.anew,
        };
        let people = keyed(ctx, input.idempotency_key.as_deref(), "setReleaseDate").await?;
        let done = Box::pin(people.set_release_date(worker(ctx)?, of, &said)).await;
        of_release(ctx, done, "setReleaseDate").await
    }

    /// Takes a day of release back; what is open of its tasks is cancelled. For link workers of its agency who work with the
    /// service user.
    async fn take_back_release_date(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day of release, by its global id.")] id: ID,
    ) -> Result<ReleasePayload> {
        let id = ids::release("id", &id)?;
        let done = Box::pin(people(ctx)?.take_back_release(worker(ctx)?, id)).await;
        of_release(ctx, done.map(|_: ServiceUserId| id), "takeBackReleaseDate").await
    }

    /// Writes down that less is asked of a service user for their benefits in a time; a task is due two weeks before it ends.
    /// For link workers who work with the service user.
    async fn add_easement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of whom, for what reason, in which time.")] input: AddEasementInput,
    ) -> Result<EasementPayload> {
        let of = service_user(&input.service_user)?;
        let said = EasementSaid {
            kind: input.kind.into(),
            begins_on: input.begins_on.0,
            ends_on: input.ends_on.map(|day| day.0),
            owner: owner(ctx, input.owner.as_ref())?,
        };
        let people = keyed(ctx, input.idempotency_key.as_deref(), "addEasement").await?;
        let done = Box::pin(people.add_easement(worker(ctx)?, of, &said)).await;
        of_easement(ctx, done, "addEasement").await
    }

    /// Takes an easement back: it was never given, or ended early. Its task is cancelled where it is open. For link workers of
    /// its agency who work with the service user.
    async fn take_back_easement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The easement, by its global id.")] id: ID,
    ) -> Result<EasementPayload> {
        let id = ids::easement("id", &id)?;
        let done = Box::pin(people(ctx)?.take_back_easement(worker(ctx)?, id)).await;
        of_easement(ctx, done.map(|_: ServiceUserId| id), "takeBackEasement").await
    }

    /// Makes a task about a service user. For link workers who work with them.
    async fn add_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "About whom, what, and by which day.")] input: AddTaskInput,
    ) -> Result<TaskPayload> {
        let of = service_user(&input.service_user)?;
        let list = ctx.data::<Live>()?.needs();
        let free = FreeTask {
            words: input.words,
            due_on: input.due_on.0,
            owner: owner(ctx, input.owner.as_ref())?,
            need: input.need.as_ref().map(|id| need_key(list, "input.need", id)).transpose()?,
        };
        let people = keyed(ctx, input.idempotency_key.as_deref(), "addTask").await?;
        let done = Box::pin(people.add_task(worker(ctx)?, of, &free)).await;
        of_task(ctx, done, "addTask").await
    }

    /// Says that a task is done. For link workers of its agency who work with the service user.
    async fn complete_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: CompleteTaskInput,
    ) -> Result<TaskPayload> {
        let doing = Doing::Complete { done_on: input.done_on.map(|day| day.0) };
        step(ctx, &input.task, doing, input.words, "completeTask").await
    }

    /// Says that a task need not be done, and why. For link workers of its agency who work with the service user.
    async fn drop_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: DropTaskInput,
    ) -> Result<TaskPayload> {
        step(ctx, &input.task, Doing::Drop, Some(input.words), "dropTask").await
    }

    /// Says that a task that was done, or need not be, is to be done after all. For link workers of its agency who work with
    /// the service user.
    async fn reopen_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: ReopenTaskInput,
    ) -> Result<TaskPayload> {
        step(ctx, &input.task, Doing::Reopen, input.words, "reopenTask").await
    }

    /// Hands a task over to another link worker of the agency, whom the service user does not keep out. It puts the service
    /// user on no caseload: who is not to see them anyway does not see the task either. For link workers of its agency who
    /// work with the service user.
    async fn hand_over_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and to whom.")] input: HandOverTaskInput,
    ) -> Result<TaskPayload> {
        let doing = Doing::HandOver { to: ids::account("input.to", &input.to)? };
        step(ctx, &input.task, doing, input.words, "handOverTask").await
    }
}
