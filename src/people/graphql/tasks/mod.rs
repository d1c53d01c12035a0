//! Days of release, easements and dated tasks in the graph. Thin: who sees what is decided by the rule, in
//! `people::tasks::reading` and `people::tasks::dates`; what may be done is in the tables of `people::tasks::gate`.

pub mod covers;
pub mod due;
pub mod enums;
pub mod inputs;
pub mod mutations;
pub mod queries;

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::{Context, ID, Lookahead, Object, Result, SimpleObject};
use entity::enums::Purpose;
use entity::ids::{AccountId, ServiceUserId};

use self::enums::{EasementKind, FirstContactState, TaskKind, TaskState, TaskStep};
use super::caseloads::{NamedAccount, named};
use super::service_user::ServiceUser;
use super::{found, pending, people, wanted};
use crate::agreements::graphql::enums::DataCategory;
use crate::api::ids::NodeId;
use crate::api::scalars::{Date, DateTime};
use crate::connection;
use crate::directory::graphql::agency::Agency;
use crate::directory::graphql::nullable;
use crate::directory::loaders::AgencyKey;
use crate::people::reading::{Reader, Wanted};
use crate::people::tasks::dates::{EasementSeen, ReleaseSeen, WhichEasements, WhichReleases};
use crate::people::tasks::reading::{TaskSeen, TaskStepSeen, WhichTasks};

/// What these are looked at for: to work with others for the service user.
const PURPOSE: Purpose = Purpose::CareCoordination;

/// Something that a worker has to do for a service user by a day.
#[derive(Clone, Debug)]
pub struct Task {
    seen: TaskSeen,
    service_user: Option<ServiceUser>,
    /// For whom the viewer covers, in a list of what the viewer has to do.
    covering_for: Option<(AccountId, String)>,
}

/// A day of release.
#[derive(Clone, Debug)]
pub struct Release {
    seen: ReleaseSeen,
    service_user: Option<ServiceUser>,
}

/// An easement of benefits.
#[derive(Clone, Debug)]
pub struct Easement {
    seen: EasementSeen,
    service_user: Option<ServiceUser>,
}

impl Task {
    /// A task without whom it is about.
    pub(crate) fn alone(seen: TaskSeen) -> Self {
        Self { seen, service_user: None, covering_for: None }
    }
}

impl Release {
    /// A day of release without whom it is about.
    pub(crate) fn alone(seen: ReleaseSeen) -> Self {
        Self { seen, service_user: None }
    }
}

impl Easement {
    /// An easement without whom it is about.
    pub(crate) fn alone(seen: EasementSeen) -> Self {
        Self { seen, service_user: None }
    }
}

/// A step of a task.
#[derive(Clone, Debug, SimpleObject)]
pub struct TaskEvent {
    /// What was done.
    pub step: TaskStep,
    /// How far it had come by it.
    pub state: TaskState,
    /// When.
    pub at: DateTime,
    /// Who; null to agencies with which it is only shared.
    pub by: Option<NamedAccount>,
    /// What was said; null where nothing was, and to agencies with which it is only shared.
    pub words: Option<String>,
}

impl From<&TaskStepSeen> for TaskEvent {
    fn from(seen: &TaskStepSeen) -> Self {
        Self {
            step: seen.step.into(),
            state: seen.state.into(),
            at: DateTime(seen.at.to_utc()),
            by: seen.by.as_ref().map(named),
            words: seen.words.clone(),
        }
    }
}

/// The first contact after a release.
#[derive(Clone, Debug, SimpleObject)]
pub struct FirstContact {
    /// Whether it was made.
    pub state: FirstContactState,
    /// Until when it has to be made, exclusive: the end of the day after release, in London.
    pub due_by: DateTime,
    /// On which day it was made; null until it was.
    pub made_on: Option<Date>,
}

/// Something that a worker has to do for a service user by a day. Shown to who works with them at the agency, to the service
/// user and who stands for them; and, without a word of it, to agencies with which its category is shared.
#[Object]
impl Task {
    /// Global id.
    async fn id(&self) -> ID {
        NodeId::Task(self.seen.id).encode()
    }

    /// Whom it is about, as far as the viewer may see them for the coordination of care; null where that is nothing.
    async fn service_user(&self) -> Option<&ServiceUser> {
        self.service_user.as_ref()
    }

    /// The agency whose it is; null where it is not shown.
    async fn agency(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        nullable(ctx, AgencyKey(self.seen.agency), Agency).await
    }

    /// Of which category of data it is.
    async fn category(&self) -> DataCategory {
        self.seen.category.into()
    }

    /// What is to be done.
    async fn kind(&self) -> TaskKind {
        self.seen.kind.into()
    }

    /// What is to be done in the worker's words; null where there are none, and to agencies with which it is only shared.
    async fn words(&self) -> Option<&str> {
        self.seen.words.as_deref()
    }

    /// Global id of the release that it belongs to; null where it belongs to none, and to agencies with which it is only
    /// shared.
    async fn release(&self) -> Option<ID> {
        self.seen.release.map(|id| NodeId::Release(id).encode())
    }

    /// Global id of the easement that it belongs to; null where it belongs to none, and to agencies with which it is only
    /// shared.
    async fn easement(&self) -> Option<ID> {
        self.seen.easement.map(|id| NodeId::Easement(id).encode())
    }

    /// By which day it is to be done.
    async fn due_on(&self) -> Date {
        Date(self.seen.due_on)
    }

    /// How far it has come.
    async fn state(&self) -> TaskState {
        self.seen.state.into()
    }

    /// The worker who answers for it; null to agencies with which it is only shared.
    async fn owner(&self) -> Option<NamedAccount> {
        self.seen.owner.as_ref().map(named)
    }

    /// For whom the viewer covers today; null where the viewer answers for it themselves, where it is left to all who work with
    /// the service user, and outside of `myTasks` and `myDay`.
    async fn covering_for(&self) -> Option<NamedAccount> {
        self.covering_for.as_ref().map(named)
    }

    /// On which day it was done; null unless it was.
    async fn done_on(&self) -> Option<Date> {
        self.seen.done_on.map(Date)
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.seen.created_at.to_utc())
    }

    /// Everything that was done with it, the first first.
    #[graphql(complexity = "crate::api::limits::list_cost(4, child_complexity)")]
    async fn history(&self) -> Vec<TaskEvent> {
        self.seen.history.iter().map(TaskEvent::from).collect()
    }
}

/// On which day a service user is released, as an agency knows it. Shown to who works with them there, to the service user
/// and who stands for them; and to agencies with which offending is shared for the coordination of care.
#[Object]
impl Release {
    /// Global id.
    async fn id(&self) -> ID {
        NodeId::Release(self.seen.id).encode()
    }

    /// Whom it is about, as far as the viewer may see them for the coordination of care; null where that is nothing.
    async fn service_user(&self) -> Option<&ServiceUser> {
        self.service_user.as_ref()
    }

    /// The agency that recorded it; null where it is not shown.
    async fn agency(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        nullable(ctx, AgencyKey(self.seen.agency), Agency).await
    }

    /// The day.
    async fn release_on(&self) -> Date {
        Date(self.seen.release_on)
    }

    /// From where; null where nobody said, and to agencies with which it is only shared.
    async fn from_place(&self) -> Option<&str> {
        self.seen.from_place.as_deref()
    }

    /// The first contact after it; null to agencies with which it is only shared.
    async fn first_contact(&self) -> Option<FirstContact> {
        self.seen.first_contact.map(|contact| FirstContact {
            state: contact.state.into(),
            due_by: DateTime(contact.due_by.to_utc()),
            made_on: contact.made_on.map(Date),
        })
    }

    /// Who recorded it; null to agencies with which it is only shared.
    async fn recorded_by(&self) -> Option<NamedAccount> {
        self.seen.recorded_by.as_ref().map(named)
    }

    /// When it was recorded.
    async fn recorded_at(&self) -> DateTime {
        DateTime(self.seen.recorded_at.to_utc())
    }

    /// Until when it held; null while it holds.
    async fn ended_at(&self) -> Option<DateTime> {
        self.seen.ended_at.map(|at| DateTime(at.to_utc()))
    }

    /// Global id of the day of release that it says anew; null where it says none anew, and to agencies with which it is only
    /// shared.
    async fn replaces(&self) -> Option<ID> {
        self.seen.replaces.map(|id| NodeId::Release(id).encode())
    }
}

/// That less is asked of a service user for their benefits in a time. Shown to who works with them at the agency, to the
/// service user and who stands for them; and to agencies with which benefits are shared for the coordination of care.
#[Object]
impl Easement {
    /// Global id.
    async fn id(&self) -> ID {
        NodeId::Easement(self.seen.id).encode()
    }

    /// Whom it is about, as far as the viewer may see them for the coordination of care; null where that is nothing.
    async fn service_user(&self) -> Option<&ServiceUser> {
        self.service_user.as_ref()
    }

    /// The agency that recorded it; null where it is not shown.
    async fn agency(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        nullable(ctx, AgencyKey(self.seen.agency), Agency).await
    }

    /// For what reason.
    async fn kind(&self) -> EasementKind {
        self.seen.kind.into()
    }

    /// The first day.
    async fn begins_on(&self) -> Date {
        Date(self.seen.begins_on)
    }

    /// The last day.
    async fn ends_on(&self) -> Date {
        Date(self.seen.ends_on)
    }

    /// When it was recorded.
    async fn recorded_at(&self) -> DateTime {
        DateTime(self.seen.recorded_at.to_utc())
    }

    /// When it was taken back; null while it stands.
    async fn ended_at(&self) -> Option<DateTime> {
        self.seen.ended_at.map(|at| DateTime(at.to_utc()))
    }
}

connection!(TaskConnection, TaskEdge, Task, "tasks");

/// Whom these are about, where that is asked for: all of them at once.
async fn persons(
    ctx: &Context<'_>,
    reader: Reader,
    whom: BTreeSet<ServiceUserId>,
    asked: &[Lookahead<'_>],
) -> Result<BTreeMap<ServiceUserId, ServiceUser>> {
    let wants: Vec<_> = asked.iter().map(|asked| asked.field("serviceUser")).filter(Lookahead::exists).collect();
    let mut of = BTreeMap::new();
    if wants.is_empty() || whom.is_empty() {
        return Ok(of);
    }
    let mut kinds = Wanted::default();
    wants.iter().for_each(|asked| kinds.add(wanted(asked)));
    let whom: Vec<_> = whom.into_iter().collect();
    for person in found(ctx, people(ctx)?.read(reader, &whom, &kinds, pending(ctx)).await)? {
        of.insert(person.service_user, ServiceUser::of(person, reader));
    }
    Ok(of)
}

/// Tasks as the viewer sees them.
async fn shown(ctx: &Context<'_>, reader: Reader, which: &WhichTasks, asked: &[Lookahead<'_>]) -> Result<Vec<Task>> {
    let seen = found(ctx, people(ctx)?.read_tasks(reader, which, pending(ctx)).await)?;
    let of = persons(ctx, reader, seen.iter().map(|seen| seen.service_user).collect(), asked).await?;
    let task = |seen: TaskSeen| Task { service_user: of.get(&seen.service_user).cloned(), seen, covering_for: None };
    Ok(seen.into_iter().map(task).collect())
}

/// Tasks of the viewer's own list, with for whom the viewer covers.
async fn shown_as_mine(
    ctx: &Context<'_>,
    reader: Reader,
    which: &WhichTasks,
    asked: &[Lookahead<'_>],
) -> Result<Vec<Task>> {
    let mut tasks = shown(ctx, reader, which, asked).await?;
    let is_others = |task: &Task| task.seen.owner.as_ref().is_some_and(|(owner, _)| *owner != reader.account);
    if tasks.iter().any(is_others) {
        let covered = found(ctx, people(ctx)?.covered_by(reader).await)?;
        for task in &mut tasks {
            task.covering_for = task.seen.owner.clone().filter(|(owner, _)| covered.contains(owner));
        }
    }
    Ok(tasks)
}

/// Days of release as the viewer sees them.
async fn shown_releases(
    ctx: &Context<'_>,
    reader: Reader,
    which: &WhichReleases,
    asked: &[Lookahead<'_>],
) -> Result<Vec<Release>> {
    let seen = found(ctx, people(ctx)?.read_releases(reader, which, pending(ctx)).await)?;
    let of = persons(ctx, reader, seen.iter().map(|seen| seen.service_user).collect(), asked).await?;
    let release = |seen: ReleaseSeen| Release { service_user: of.get(&seen.service_user).cloned(), seen };
    Ok(seen.into_iter().map(release).collect())
}

/// Easements as the viewer sees them.
async fn shown_easements(
    ctx: &Context<'_>,
    reader: Reader,
    which: &WhichEasements,
    asked: &[Lookahead<'_>],
) -> Result<Vec<Easement>> {
    let seen = found(ctx, people(ctx)?.read_easements(reader, which, pending(ctx)).await)?;
    let of = persons(ctx, reader, seen.iter().map(|seen| seen.service_user).collect(), asked).await?;
    let easement = |seen: EasementSeen| Easement { service_user: of.get(&seen.service_user).cloned(), seen };
    Ok(seen.into_iter().map(easement).collect())
}
