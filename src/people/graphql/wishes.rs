//! Whom service users keep out, who stands for them, which account is their own, which records are double.

use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Object, OneofObject, Result, SimpleObject};
use entity::enums as stored;
use entity::ids::AgencyId;

use super::caseloads::{NamedAccount, named, service_user};
use super::mutations::{ServiceUserPayload, payload};
use super::service_user::ServiceUser;
use super::{ServiceUserError, afterwards, keyed, parted, people, person, shown_in, worker};
use crate::access::Viewer;
use crate::api::ids::{self, NodeId};
use crate::api::scalars::DateTime;
use crate::directory::graphql::agency::Agency;
use crate::directory::graphql::nullable;
use crate::directory::loaders::AgencyKey;
use crate::people::acting::Actor;
use crate::people::around::{Around, JoinedTo, KeptOutNow, StandsFor};
use crate::people::wishes::KeptOut;

/// On what authority somebody stands for a service user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::ProxyAuthority")]
pub enum ProxyAuthority {
    /// The service user named them themselves.
    Named,
    /// The service user told a worker.
    OnTheirWord,
    /// A lasting power of attorney, a deputyship, parental responsibility.
    Legal,
}

/// Somebody whom a service user keeps out: they see nothing of them, whatever else holds.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct KeptOutEntry {
    /// Global id, to lift it by.
    pub id: ID,
    /// The account; null where a whole agency is kept out.
    pub account: Option<NamedAccount>,
    /// From when.
    pub since: DateTime,
    #[graphql(skip)]
    agency: Option<AgencyId>,
}

#[ComplexObject]
impl KeptOutEntry {
    /// The agency; null where one account is kept out.
    async fn agency(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        nullable(ctx, AgencyKey(self.agency?), Agency).await
    }
}

/// Somebody who stands for a service user, and sees what they see.
#[derive(Clone, Debug, SimpleObject)]
pub struct ServiceUserProxy {
    /// Global id, to end it by.
    pub id: ID,
    /// Who.
    pub account: NamedAccount,
    /// On what authority; null where nobody said.
    pub authority: Option<ProxyAuthority>,
    /// From when.
    pub since: DateTime,
    /// Until when, exclusive; null where nobody said.
    pub until: Option<DateTime>,
}

/// That a double record was joined to that of a service user.
#[derive(Clone, Debug, SimpleObject)]
pub struct ServiceUserMerge {
    /// Global id, to undo it by.
    pub id: ID,
    /// Global id of the double; asked for by it, the service user is who stands for both.
    pub other: ID,
    /// When they were joined.
    pub merged_at: DateTime,
    /// Who joined them; null where it was no person.
    pub merged_by: Option<NamedAccount>,
}

pub(super) fn merges(around: &Around) -> Vec<ServiceUserMerge> {
    let entry = |joined: &JoinedTo| ServiceUserMerge {
        id: NodeId::ServiceUserMerge(joined.id).encode(),
        other: NodeId::ServiceUser(joined.other).encode(),
        merged_at: DateTime(joined.at.to_utc()),
        merged_by: joined.by.as_ref().map(named),
    };
    around.merges.iter().map(entry).collect()
}

pub(super) fn kept_out(around: &Around) -> Vec<KeptOutEntry> {
    let entry = |kept: &KeptOutNow| KeptOutEntry {
        id: NodeId::Exclusion(kept.id).encode(),
        account: kept.account.as_ref().map(named),
        since: DateTime(kept.since.to_utc()),
        agency: kept.agency,
    };
    around.kept_out.iter().map(entry).collect()
}

pub(super) fn proxies(around: &Around) -> Vec<ServiceUserProxy> {
    let entry = |stands: &StandsFor| ServiceUserProxy {
        id: NodeId::Proxy(stands.id).encode(),
        account: named(&stands.account),
        authority: stands.authority.map(Into::into),
        since: DateTime(stands.since.to_utc()),
        until: stands.until.map(|until| DateTime(until.to_utc())),
    };
    around.proxies.iter().map(entry).collect()
}

/// Whom to keep out: exactly one of these.
#[derive(Clone, Debug, OneofObject)]
pub enum KeepOutWhom {
    /// An agency, with all who work there, by its global id.
    Agency(ID),
    /// One account, by its global id.
    Account(ID),
}

/// Whom a service user keeps out.
#[derive(Clone, Debug, InputObject)]
pub struct KeepOutInput {
    /// Whose wish it is.
    pub service_user: ID,
    /// Whom.
    pub whom: KeepOutWhom,
}

/// Who stands for a service user.
#[derive(Clone, Debug, InputObject)]
pub struct NameProxyInput {
    /// For whom.
    pub service_user: ID,
    /// Whose account: one with the role SERVICE_USER and no other.
    pub account: ID,
    /// On what authority: NAMED by the service user themselves, the others by who works with them.
    pub authority: ProxyAuthority,
    /// Until when, a year ahead at the most.
    pub until: DateTime,
    /// A key of your own, of 1 to 200 characters: with the same key and input it is made once within 30 days.
    pub idempotency_key: Option<String>,
}

/// Which account is a service user's own.
#[derive(Clone, Debug, InputObject)]
pub struct LinkAccountInput {
    /// Whose.
    pub service_user: ID,
    /// The account: one with the role SERVICE_USER and no other.
    pub account: ID,
}

/// Whose account is taken back.
#[derive(Clone, Debug, InputObject)]
pub struct UnlinkAccountInput {
    /// Whose.
    pub service_user: ID,
}

/// Which two records are of one service user.
#[derive(Clone, Debug, InputObject)]
pub struct MergeServiceUsersInput {
    /// The one that is to stand for both.
    pub keep: ID,
    /// The other.
    pub other: ID,
}

/// What became of two records that were to be joined.
#[derive(Clone, Debug, SimpleObject)]
pub struct MergePayload {
    /// Global id of the joining, to undo it by, of two that were joined so already that of their joining; null where it was
    /// refused.
    pub id: Option<ID>,
    /// The service user as the viewer now sees them.
    pub service_user: Option<ServiceUser>,
    /// What it was refused for; empty where it was done.
    pub errors: Vec<ServiceUserError>,
}

/// What became of two records that were to be parted.
#[derive(Clone, Debug, SimpleObject)]
pub struct UndoMergePayload {
    /// The one that stood for both, as the viewer now sees them, for the coordination of care; null where they see nothing of
    /// them, and where nothing was done.
    pub service_user: Option<ServiceUser>,
    /// The other, in the same way.
    pub other: Option<ServiceUser>,
    /// What it was refused for; empty where it was done.
    pub errors: Vec<ServiceUserError>,
}

/// Who acts, for the agency that they act for, where for one.
pub(crate) fn actor(ctx: &Context<'_>) -> Result<Actor> {
    Ok(Actor { account: person(ctx)?.account, agency: ctx.data::<Viewer>()?.agency() })
}

/// Mutations about what service users wish, and who they are.
#[derive(Clone, Copy, Debug, Default)]
pub struct WishesMutation;

/// Mutations about what service users wish, and who they are.
#[Object]
impl WishesMutation {
    /// Keeps an agency or an account out at the service user's wish: from the next read on they see nothing of them. What is
    /// booked with them is called off, and places in their groups are given up. For the service user, who stands for them,
    /// and link workers who work with them. The agency that entered them, and a worker's own, is kept out only where the service
    /// user has an account of their own by which to lift it.
    async fn keep_out(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom, and whose wish it is.")] input: KeepOutInput,
    ) -> Result<ServiceUserPayload> {
        let of = service_user(&input.service_user)?;
        let whom = match &input.whom {
            KeepOutWhom::Agency(id) => KeptOut::Agency(ids::agency("input.whom.agency", id)?),
            KeepOutWhom::Account(id) => KeptOut::Account(ids::account("input.whom.account", id)?),
        };
        let done = people(ctx)?.keep_out(actor(ctx)?, of, whom).await.map_err(|trouble| trouble.within("whom"));
        payload(ctx, done.map(|_| of), "keepOut").await
    }

    /// Lets somebody in again who was kept out, as far as that is the viewer's to lift: each lifts what their own said, and who is
    /// kept out is so until nobody says it any more. The service user lifts all of it; who stands for them what one who does said;
    /// on their word a link worker does it where one of the same agency wrote the wish down, or where one said it who stood for them
    /// and nobody does any more, or, for the agency that entered them, where the one that wrote it down has them on no caseload any
    /// more; and never of an agency that the worker works for, be it another than the one they act for, or of somebody who works
    /// there.
    async fn let_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to lift, by its global id.")] id: ID,
    ) -> Result<ServiceUserPayload> {
        let done = people(ctx)?.let_in(actor(ctx)?, ids::exclusion("id", &id)?).await;
        payload(ctx, done, "letIn").await
    }

    /// Names somebody who stands for the service user and sees what they see. For the service user, and link workers of the
    /// agency that entered them who work with them.
    async fn name_proxy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, for whom, until when.")] input: NameProxyInput,
    ) -> Result<ServiceUserPayload> {
        let of = service_user(&input.service_user)?;
        let account = ids::account("input.account", &input.account)?;
        let (authority, until) = (input.authority.into(), input.until.0.into());
        let people = keyed(ctx, input.idempotency_key.as_deref(), "nameProxy").await?;
        let done = Box::pin(people.name_proxy(actor(ctx)?, of, account, authority, until)).await;
        payload(ctx, done.map(|_| of), "nameProxy").await
    }

    /// Somebody stands for the service user no longer. For the service user, link workers of the agency that entered them who
    /// work with them, and who stands for them of themselves.
    async fn end_proxy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to end, by its global id.")] id: ID,
    ) -> Result<ServiceUserPayload> {
        let done = people(ctx)?.end_proxy(actor(ctx)?, ids::proxy("id", &id)?).await;
        payload(ctx, done, "endProxy").await
    }

    /// Says which account is the service user's own: by it they see all that is recorded of them. For link workers of the
    /// agency that entered them who work with them.
    async fn link_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose, and which.")] input: LinkAccountInput,
    ) -> Result<ServiceUserPayload> {
        let of = service_user(&input.service_user)?;
        let account = ids::account("input.account", &input.account)?;
        let done = people(ctx)?.link_account(worker(ctx)?, of, account).await;
        payload(ctx, done.map(|()| of), "linkAccount").await
    }

    /// Takes back that an account is the service user's own: by it they see nothing of them any more, and another one can be
    /// linked. What was permitted by it ends, and who was named by it stands for them no more, nor does what these permitted hold;
    /// what was denied by it, and who is kept out, stays so until they say otherwise by another, and what others denied or barred
    /// and it ended holds again. What it denied another link worker of the same agency ends on their word meanwhile. Who stands
    /// for them by law does so again where it ended that. For link workers of the agency that entered them who work with them.
    async fn unlink_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose.")] input: UnlinkAccountInput,
    ) -> Result<ServiceUserPayload> {
        let of = service_user(&input.service_user)?;
        let done = people(ctx)?.unlink_account(worker(ctx)?, of).await;
        payload(ctx, done.map(|()| of), "unlinkAccount").await
    }

    /// Joins two records of one service user: what either denied, or whom either kept out, then holds for both. Asked again, it
    /// gives the joining that there is. For link workers who work with both, where their agency entered both.
    async fn merge_service_users(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which two.")] input: MergeServiceUsersInput,
    ) -> Result<MergePayload> {
        let keep = ids::service_user("input.keep", &input.keep)?;
        let other = ids::service_user("input.other", &input.other)?;
        let done = people(ctx)?.merge(worker(ctx)?, keep, other).await;
        let (done, errors) = parted(ctx, done)?;
        let service_user = match done {
            Some(_) => afterwards(ctx, keep, "mergeServiceUsers").await?,
            None => None,
        };
        Ok(MergePayload { id: done.map(|id| NodeId::ServiceUserMerge(id).encode()), service_user, errors })
    }

    /// Parts two records again that were joined by mistake: each row goes back to whom it was recorded for, and what was said
    /// anew since holds again of the other; what was recorded since stays with the one that stood for both. Neither is left on
    /// no caseload, and whom either kept out stays so. For link workers who work with them, of the agency that joined them.
    async fn undo_merge(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The joining, by its global id.")] id: ID,
    ) -> Result<UndoMergePayload> {
        let done = people(ctx)?.undo_merge(worker(ctx)?, ids::service_user_merge("id", &id)?).await;
        let (done, errors) = parted(ctx, done)?;
        let (service_user, other) = match done {
            Some(both) => {
                (afterwards(ctx, both.kept, "undoMerge").await?, shown_in(ctx, "other", both.other, "undoMerge").await?)
            }
            None => (None, None),
        };
        Ok(UndoMergePayload { service_user, other, errors })
    }
}
