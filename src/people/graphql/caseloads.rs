//! Teams, and whose caseload service users are on.

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, OneofObject, Result, SimpleObject};
use entity::ids::{AgencyId, ServiceUserId};

use super::mutations::{ServiceUserPayload, payload};
use super::{ServiceUserError, found, keyed, parted, people, worker};
use crate::api::ids::{self, NodeId};
use crate::api::scalars::DateTime;
use crate::directory::graphql::agency::Agency;
use crate::directory::graphql::nullable;
use crate::directory::loaders::AgencyKey;
use crate::people::around::{Around, OnCaseload};
use crate::people::caseload::{CaseloadMoved, Whose};
use crate::people::teams::TeamSeen;

/// An account, by id and name.
#[derive(Clone, Debug, SimpleObject)]
pub struct NamedAccount {
    /// Global id.
    pub id: ID,
    /// Name.
    pub name: String,
}

pub(crate) fn named((id, name): &(entity::ids::AccountId, String)) -> NamedAccount {
    NamedAccount { id: NodeId::Account(*id).encode(), name: name.clone() }
}

/// A member of a team.
#[derive(Clone, Debug, SimpleObject)]
pub struct TeamMember {
    /// Who.
    pub account: NamedAccount,
    /// From when.
    pub since: DateTime,
}

/// A team of an agency. Seen by its link workers and managers.
#[derive(Clone, Debug, SimpleObject)]
pub struct Team {
    /// Global id.
    pub id: ID,
    /// Name.
    pub name: String,
    /// Who belongs to it and works there now, by name.
    pub members: Vec<TeamMember>,
    /// How many service users are on its caseload now.
    pub caseload: i32,
}

impl From<TeamSeen> for Team {
    fn from(seen: TeamSeen) -> Self {
        let member = |member: crate::people::teams::Member| TeamMember {
            account: named(&(member.account, member.name)),
            since: DateTime(member.since.to_utc()),
        };
        Self {
            id: NodeId::Team(seen.team.id).encode(),
            name: seen.team.name,
            members: seen.members.into_iter().map(member).collect(),
            caseload: i32::try_from(seen.caseload).unwrap_or(i32::MAX),
        }
    }
}

/// A caseload that a service user is on.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct CaseloadPlace {
    /// Global id, to end it by.
    pub id: ID,
    /// The key worker; null where it is a team's.
    pub key_worker: Option<NamedAccount>,
    /// The name of the team; null where it is a key worker's.
    pub team: Option<String>,
    /// From when.
    pub since: DateTime,
    #[graphql(skip)]
    agency: AgencyId,
}

#[ComplexObject]
impl CaseloadPlace {
    /// Of which agency.
    async fn agency(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        nullable(ctx, AgencyKey(self.agency), Agency).await
    }
}

pub(super) fn caseloads(around: &Around) -> Vec<CaseloadPlace> {
    let place = |on: &OnCaseload| CaseloadPlace {
        id: NodeId::Assignment(on.id).encode(),
        key_worker: on.key_worker.as_ref().map(named),
        team: on.team.as_ref().map(|(_, name)| name.clone()),
        since: DateTime(on.since.to_utc()),
        agency: on.agency,
    };
    around.caseloads.iter().map(place).collect()
}

/// Whose caseload: exactly one of these.
#[derive(Clone, Debug, OneofObject)]
pub enum CaseloadOwner {
    /// A key worker's, by the global id of their account.
    Account(ID),
    /// A team's, by its global id.
    Team(ID),
}

impl CaseloadOwner {
    fn checked(&self, field: &str) -> Result<Whose> {
        Ok(match self {
            Self::Account(id) => Whose::Account(ids::account(&format!("{field}.account"), id)?),
            Self::Team(id) => Whose::Team(ids::team(&format!("{field}.team"), id)?),
        })
    }
}

/// On whose caseload to put a service user.
#[derive(Clone, Debug, InputObject)]
pub struct AssignServiceUserInput {
    /// Whom.
    pub service_user: ID,
    /// On whose.
    pub to: CaseloadOwner,
    /// Whether to take them off every other caseload of the agency. What the workers there had still to do for them goes to the
    /// key worker: open tasks, appointments to come but for sessions of groups, referrals that are not over.
    #[graphql(default)]
    pub alone: bool,
}

/// Which caseload to move, and where.
#[derive(Clone, Debug, InputObject)]
pub struct MoveCaseloadInput {
    /// Whose.
    pub from: CaseloadOwner,
    /// To whom.
    pub to: CaseloadOwner,
}

/// Whose case to open again.
#[derive(Clone, Debug, InputObject)]
pub struct ReopenCaseInput {
    /// Whom.
    pub service_user: ID,
    /// On whose caseload.
    pub to: CaseloadOwner,
}

/// What became of a change to a team, or to a whole caseload.
#[derive(Clone, Debug, SimpleObject)]
pub struct TeamsPayload {
    /// The teams of the agency as they now are.
    pub teams: Vec<Team>,
    /// How many service users were moved; null unless `moveCaseload` was asked, and done.
    pub moved: Option<i32>,
    /// How many stayed, for they keep out whoever was to have them; null unless `moveCaseload` was asked, and done, and where it
    /// was to go to who asks. They stay on the old caseload: move them to somebody else; who they are is not told.
    pub stayed: Option<i32>,
    /// What it was refused for; empty where it was done.
    pub errors: Vec<ServiceUserError>,
}

async fn teams_of(ctx: &Context<'_>) -> Result<Vec<Team>> {
    let agency = worker(ctx)?.agency;
    Ok(found(ctx, people(ctx)?.teams(agency).await)?.into_iter().map(Into::into).collect())
}

async fn of_teams<T>(
    ctx: &Context<'_>,
    done: std::result::Result<T, crate::people::Trouble>,
    moved: impl Fn(T) -> Option<CaseloadMoved>,
) -> Result<TeamsPayload> {
    let (done, errors) = parted(ctx, done)?;
    let done = done.and_then(moved);
    let number = |number: u64| i32::try_from(number).unwrap_or(i32::MAX);
    let (moved, stayed) = (done.map(|done| number(done.moved)), done.and_then(|done| done.stayed).map(number));
    Ok(TeamsPayload { teams: teams_of(ctx).await?, moved, stayed, errors })
}

/// The service user whom an input names.
pub(super) fn service_user(id: &ID) -> Result<ServiceUserId> {
    ids::service_user("input.serviceUser", id)
}

/// Root fields that ask for teams.
#[derive(Clone, Copy, Debug, Default)]
pub struct TeamQuery;

/// Root fields that ask for teams.
#[Object]
impl TeamQuery {
    /// The teams of the agency that the viewer acts for, by name. For its link workers and managers.
    #[graphql(complexity = "crate::api::limits::list_cost(20, child_complexity)")]
    async fn teams(&self, ctx: &Context<'_>) -> Result<Vec<Team>> {
        teams_of(ctx).await
    }
}

/// Mutations about teams and caseloads.
#[derive(Clone, Copy, Debug, Default)]
pub struct CaseloadMutation;

/// Mutations about teams and caseloads.
#[Object]
impl CaseloadMutation {
    /// Makes a team of the agency that the viewer acts for. For its managers.
    async fn create_team(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its name, in at most 100 characters.")] name: String,
        #[graphql(
            desc = "A key of your own, of 1 to 200 characters: with it and this name it is made once in 30 days."
        )]
        idempotency_key: Option<String>,
    ) -> Result<TeamsPayload> {
        let people = keyed(ctx, idempotency_key.as_deref(), "createTeam").await?;
        of_teams(ctx, people.create_team(worker(ctx)?, &name).await, |_| None).await
    }

    /// Closes a team on whose caseload nobody is. For managers of its agency.
    async fn close_team(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, by its global id.")] id: ID,
    ) -> Result<TeamsPayload> {
        of_teams(ctx, people(ctx)?.close_team(worker(ctx)?, ids::team("id", &id)?).await, |()| None).await
    }

    /// Takes a link worker of the agency into a team: they see what the agency recorded of everybody on its caseload. For
    /// managers of its agency.
    async fn add_to_team(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The team, by its global id.")] team: ID,
        #[graphql(desc = "The link worker's account, by its global id.")] account: ID,
    ) -> Result<TeamsPayload> {
        let (team, account) = (ids::team("team", &team)?, ids::account("account", &account)?);
        of_teams(ctx, people(ctx)?.add_to_team(worker(ctx)?, team, account).await, |()| None).await
    }

    /// Takes somebody out of a team: they see its caseload no longer, from the next read on. For managers of its agency.
    async fn remove_from_team(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The team, by its global id.")] team: ID,
        #[graphql(desc = "The member's account, by its global id.")] account: ID,
    ) -> Result<TeamsPayload> {
        let (team, account) = (ids::team("team", &team)?, ids::account("account", &account)?);
        of_teams(ctx, people(ctx)?.remove_from_team(worker(ctx)?, team, account).await, |()| None).await
    }

    /// Moves a whole caseload to another key worker or team of the agency: when a worker leaves, when an area goes to
    /// another team. What is still to be done for them goes to a key worker with them: open tasks, appointments to come but for
    /// sessions of groups, referrals that are not over. Who keeps whoever was to have them out stays where they are. For its
    /// managers, who are not shown who is on it.
    async fn move_caseload(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose, and to whom.")] input: MoveCaseloadInput,
    ) -> Result<TeamsPayload> {
        let (from, to) = (input.from.checked("input.from")?, input.to.checked("input.to")?);
        of_teams(ctx, people(ctx)?.move_caseload(worker(ctx)?, from, to).await, Some).await
    }

    /// Puts a service user on another caseload of the agency, of a key worker or of a team in which somebody works. For link
    /// workers who work with them.
    async fn assign_service_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom, and on whose.")] input: AssignServiceUserInput,
    ) -> Result<ServiceUserPayload> {
        let (of, to) = (service_user(&input.service_user)?, input.to.checked("input.to")?);
        let done = people(ctx)?.assign(worker(ctx)?, of, to, input.alone).await;
        payload(ctx, done.map(|()| of), "assignServiceUser").await
    }

    /// Takes a service user off a caseload of the agency; never off the last. For link workers who work with them.
    async fn end_assignment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The place on the caseload, by its global id.")] id: ID,
    ) -> Result<ServiceUserPayload> {
        let done = people(ctx)?.end_assignment(worker(ctx)?, ids::assignment("id", &id)?).await;
        payload(ctx, done, "endAssignment").await
    }

    /// Ends all that the agency does for a service user: they are on none of its caseloads any more, and nobody there sees
    /// them. For link workers who work with them.
    async fn close_case(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The service user, by their global id.")] service_user: ID,
    ) -> Result<ServiceUserPayload> {
        let of = ids::service_user("serviceUser", &service_user)?;
        payload(ctx, people(ctx)?.close_case(worker(ctx)?, of).await.map(|()| of), "closeCase").await
    }

    /// Puts a service user whom nobody of the agency sees on one of its caseloads again: whose case it closed, when they come
    /// back; and who is only on caseloads of those who work there no more, or whom they keep out. An agency to which they were
    /// only referred opens a closed case while a referral of them counts, and sees no more than that discloses; afterwards it
    /// takes a new referral. For its managers, who are not shown them.
    async fn reopen_case(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom, and on whose.")] input: ReopenCaseInput,
    ) -> Result<TeamsPayload> {
        let (of, to) = (service_user(&input.service_user)?, input.to.checked("input.to")?);
        of_teams(ctx, people(ctx)?.reopen_case(worker(ctx)?, of, to).await, |()| None).await
    }
}
