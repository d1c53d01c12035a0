//! Root fields that ask about accounts.

use async_graphql::{Context, Enum, ID, Object, Result};

use super::types::{Account, AccountEvent, ApiKey, Membership, Role, Session};
use super::{accounts, parted, viewer};
use crate::access::Viewer;
use crate::access::viewer::{Held, Person};
use crate::accounts::Done;
use crate::api::errors::internal;
use crate::directory::graphql::agency::Agency;
use crate::directory::graphql::nullable;
use crate::directory::loaders::AgencyKey;

/// Root fields that ask about accounts.
#[derive(Clone, Copy, Debug, Default)]
pub struct AccountQuery;

/// What sort of viewer asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ViewerKind {
    /// A person who signed in.
    Person,
    /// A program with a key.
    Program,
}

/// Who asks.
#[derive(Clone, Debug)]
pub struct CurrentViewer(Viewer);

fn found<T>(ctx: &Context<'_>, done: Done<T>) -> Result<T> {
    let (found, _) = parted(ctx, done)?;
    found.ok_or_else(|| internal(ctx, &"what a viewer has was not there"))
}

impl CurrentViewer {
    fn person(&self) -> Option<&Person> {
        self.0.person()
    }
}

/// Who asks: what a front-end shows at its top. Seen by themselves alone.
#[Object(name = "Viewer")]
impl CurrentViewer {
    /// A person or a program.
    async fn kind(&self) -> ViewerKind {
        match self.0 {
            Viewer::Program(_) => ViewerKind::Program,
            Viewer::Anyone | Viewer::Person(_) => ViewerKind::Person,
        }
    }

    /// Their account; null for a program.
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<Account>> {
        match self.person() {
            Some(person) => Ok(Some(Account(found(ctx, accounts(ctx)?.find(person.account).await)?))),
            None => Ok(None),
        }
    }

    /// The agency they act for in this request: their only one, or the one that the header `signpost-agency` names;
    /// null where they belong to none, or to several and named none.
    async fn acts_for(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        nullable(ctx, AgencyKey(self.0.agency()?), Agency).await
    }

    /// The roles they hold in this request: the network's, and those in the agency they act for.
    async fn roles(&self) -> Vec<Role> {
        let all = entity::enums::Role::ALL.iter();
        all.filter(|role| self.0.holds(**role)).map(|role| (*role).into()).collect()
    }

    /// Every role that they hold, held or will hold, the latest first; empty for a program.
    async fn memberships(&self, ctx: &Context<'_>) -> Result<Vec<Membership>> {
        let Some(person) = self.person() else { return Ok(Vec::new()) };
        let rows = found(ctx, accounts(ctx)?.memberships(person.account).await)?;
        Ok(rows.into_iter().map(Membership).collect())
    }

    /// The agencies that they can act for, by the ids that the header `signpost-agency` takes.
    async fn agencies(&self, ctx: &Context<'_>) -> Result<Vec<Agency>> {
        let mut ids: Vec<_> = match &self.0 {
            Viewer::Anyone => Vec::new(),
            Viewer::Person(person) => person.roles.iter().filter_map(|Held { agency, .. }| *agency).collect(),
            Viewer::Program(program) => vec![program.agency],
        };
        ids.dedup();
        let keys = ids.into_iter().map(AgencyKey).collect();
        let loaded = crate::directory::graphql::load_these(ctx, keys).await?;
        Ok(loaded.into_iter().flatten().map(Agency).collect())
    }

    /// Their sign-ins that last, the latest renewed first; empty for a program.
    async fn sessions(&self, ctx: &Context<'_>) -> Result<Vec<Session>> {
        let Some(person) = self.person() else { return Ok(Vec::new()) };
        let rows = found(ctx, accounts(ctx)?.sessions(person.account).await)?;
        Ok(rows.into_iter().map(Session).collect())
    }

    /// The last hundred things that happened to their account, the latest first; empty for a program.
    async fn events(&self, ctx: &Context<'_>) -> Result<Vec<AccountEvent>> {
        let Some(person) = self.person() else { return Ok(Vec::new()) };
        let rows = found(ctx, accounts(ctx)?.events(person.account).await)?;
        Ok(rows.into_iter().map(AccountEvent::from).collect())
    }
}

/// Root fields that ask about accounts.
#[Object]
impl AccountQuery {
    /// Who asks; null for somebody who has not signed in.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<CurrentViewer>> {
        let viewer = viewer(ctx)?.clone();
        Ok((viewer != Viewer::Anyone).then_some(CurrentViewer(viewer)))
    }

    /// The roles that people hold or will hold in the agency that the viewer acts for. For its managers.
    async fn agency_members(&self, ctx: &Context<'_>) -> Result<Vec<Membership>> {
        let Some(agency) = viewer(ctx)?.agency() else { return Ok(Vec::new()) };
        let rows = found(ctx, accounts(ctx)?.members(agency).await)?;
        Ok(rows.into_iter().map(Membership).collect())
    }

    /// The keys of the agency that the viewer acts for, those that work no more among them. For its managers.
    async fn api_keys(&self, ctx: &Context<'_>) -> Result<Vec<ApiKey>> {
        let Some(agency) = viewer(ctx)?.agency() else { return Ok(Vec::new()) };
        let rows = found(ctx, accounts(ctx)?.keys(agency).await)?;
        Ok(rows.into_iter().map(ApiKey).collect())
    }

    /// An account with its roles and what happened to it; null where there is none. For administrators and auditors.
    async fn account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: ID,
    ) -> Result<Option<AccountRecord>> {
        let id = crate::api::ids::account("id", &id)?;
        let (account, _) = parted(ctx, accounts(ctx)?.find(id).await)?;
        Ok(account.map(|account| AccountRecord { account: Account(account) }))
    }
}

/// An account with its roles and what happened to it.
#[derive(Clone, Debug)]
pub struct AccountRecord {
    account: Account,
}

/// An account with its roles and what happened to it. Seen by administrators and auditors.
#[Object]
impl AccountRecord {
    /// The account.
    async fn account(&self) -> &Account {
        &self.account
    }

    /// Its roles, those that ended among them, the latest first.
    async fn memberships(&self, ctx: &Context<'_>) -> Result<Vec<Membership>> {
        let rows = found(ctx, accounts(ctx)?.memberships(self.account.0.id).await)?;
        Ok(rows.into_iter().map(Membership).collect())
    }

    /// The last hundred things that happened to it, the latest first.
    async fn events(&self, ctx: &Context<'_>) -> Result<Vec<AccountEvent>> {
        let rows = found(ctx, accounts(ctx)?.events(self.account.0.id).await)?;
        Ok(rows.into_iter().map(AccountEvent::from).collect())
    }
}
