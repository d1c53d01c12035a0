//! Mutations by which agencies look after their people and programs, and administrators after accounts.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::enums as stored;
use entity::ids::AgencyId;

use super::signing_in::AccountPayload;
use super::types::{Account, ApiKey, KeyScope, Membership, Role};
use super::{AccountError, accounts, parted, payloads, person, viewer};
use crate::access::Viewer;
use crate::access::viewer::is_of_an_agency;
use crate::accounts::keys::NewKey;
use crate::accounts::links::Invitee;
use crate::accounts::{Done, Refused, Why};
use crate::api::errors::bad_input;
use crate::api::ids;
use crate::api::scalars::DateTime;

/// Whom to invite, as what.
#[derive(Clone, Debug, InputObject)]
pub struct InviteInput {
    /// Their e-mail address.
    email: String,
    /// What they are called.
    name: String,
    /// As what.
    role: Role,
    /// In which agency, by its global id; null for a role in the network. A manager's own where absent.
    agency: Option<ID>,
}

/// Which role to give to whom.
#[derive(Clone, Debug, InputObject)]
pub struct GrantRoleInput {
    /// To whom, by their account's global id.
    account: ID,
    /// As what.
    role: Role,
    /// In which agency, by its global id; null for a role in the network. A manager's own where absent.
    agency: Option<ID>,
    /// Until when, exclusive; null for as long as nobody ends it.
    ends_at: Option<DateTime>,
}

/// Which key to make.
#[derive(Clone, Debug, InputObject)]
pub struct CreateApiKeyInput {
    /// What to call it: the front-end or feed that will use it.
    name: String,
    /// What it is for; at least one.
    scopes: Vec<KeyScope>,
    /// Until when it works, exclusive; null for as long as the settings allow.
    expires_at: Option<DateTime>,
}

payloads! {
    /// What came of a change to somebody's role.
    MembershipPayload {
        /// The membership; null where it was refused.
        membership: Membership
    },
    /// What came of revoking a key.
    ApiKeyPayload {
        /// The key; null where it was refused.
        api_key: ApiKey
    },
}

/// What came of an invitation.
#[derive(Clone, Debug, SimpleObject)]
pub struct InvitePayload {
    /// The account, new or known; null where it was refused.
    account: Option<Account>,
    /// Whether a letter with a link went out: whoever has taken up their account needs none.
    letter_sent: bool,
    /// What it was refused for; empty where it was done.
    errors: Vec<AccountError>,
}

/// What came of making a key.
#[derive(Clone, Debug, SimpleObject)]
pub struct CreateApiKeyPayload {
    /// The key; null where it was refused.
    api_key: Option<ApiKey>,
    /// What the program shows, in the header `authorization: Bearer …`. It is shown this once; null where it was refused.
    secret: Option<String>,
    /// What it was refused for; empty where it was done.
    errors: Vec<AccountError>,
}

/// Mutations about others' accounts.
#[derive(Clone, Copy, Debug, Default)]
pub struct ManagingMutation;

/// Where this viewer may give this role: the agency, or none for the network.
///
/// An administrator may give any role. A coordinator may give agencies' roles, and a manager those of their own: another
/// agency is to them one that does not exist.
fn where_to(viewer: &Viewer, role: stored::Role, named: Option<AgencyId>) -> Done<Option<AgencyId>> {
    if viewer.holds(stored::Role::Administrator) {
        return Ok(named);
    }
    if !is_of_an_agency(role) {
        return Err(Refused::field(Why::BadValue, "input.role", "Only an administrator gives a role in the network."));
    }
    if viewer.holds(stored::Role::Coordinator) && named.is_some() {
        return Ok(named);
    }
    match (viewer.agency(), named) {
        (Some(own), None) => Ok(Some(own)),
        (Some(own), Some(named)) if own == named => Ok(Some(own)),
        (_, Some(_)) => Err(Refused::field(Why::NotFound, "input.agency", "There is no such agency.")),
        (None, None) => Err(Refused::field(Why::BadValue, "input.agency", "Say in which agency.")),
    }
}

fn agency_of(named: Option<&ID>) -> Result<Option<AgencyId>> {
    named.map(|id| ids::agency("input.agency", id)).transpose()
}

/// Mutations about others' accounts.
#[Object]
impl ManagingMutation {
    /// Invites somebody: gives them a role, and where they have not taken up an account, sends them a link to it. For
    /// managers in their agency, coordinators in any, administrators everywhere.
    async fn invite(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom, as what.")] input: InviteInput,
    ) -> Result<InvitePayload> {
        let accounts = accounts(ctx)?;
        let (by, role) = (person(ctx)?.account, input.role.into());
        let done = match where_to(viewer(ctx)?, role, agency_of(input.agency.as_ref())?) {
            Ok(agency) => {
                let invitee = Invitee { email: input.email, name: input.name, role, agency };
                accounts.invite(Some(by), invitee).await
            }
            Err(refused) => Err(refused),
        };
        let (invited, errors) = parted(ctx, done)?;
        let letter_sent = invited.as_ref().is_some_and(|invited| invited.link.is_some());
        let account = match invited {
            Some(invited) => parted(ctx, accounts.find(invited.account).await)?.0,
            None => None,
        };
        Ok(InvitePayload { account: account.map(Account), letter_sent, errors })
    }

    /// Gives somebody a role. For managers in their agency, coordinators in any, administrators everywhere.
    async fn grant_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, to whom.")] input: GrantRoleInput,
    ) -> Result<MembershipPayload> {
        let accounts = accounts(ctx)?;
        let (by, role) = (person(ctx)?.account, input.role.into());
        let to = ids::account("input.account", &input.account)?;
        if to == by && !viewer(ctx)?.holds(stored::Role::Administrator) {
            return Err(bad_input("input.account", "Nobody gives a role to themselves: ask somebody else who may."));
        }
        let done = match where_to(viewer(ctx)?, role, agency_of(input.agency.as_ref())?) {
            Ok(agency) => accounts.grant(Some(by), to, agency, role, input.ends_at.map(|at| at.0)).await,
            Err(refused) => Err(refused),
        };
        let done = match done {
            Ok(id) => accounts.membership(id).await,
            Err(trouble) => Err(trouble),
        };
        MembershipPayload::of(ctx, done)
    }

    /// Ends a role now: it gives no access from the next request on. For managers in their agency, administrators
    /// everywhere.
    async fn end_membership(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The membership's global id.")] id: ID,
    ) -> Result<MembershipPayload> {
        let viewer = viewer(ctx)?;
        let id = ids::membership("id", &id)?;
        let within = if viewer.holds(stored::Role::Administrator) { None } else { viewer.agency() };
        MembershipPayload::of(ctx, accounts(ctx)?.end_membership(Some(person(ctx)?.account), id, within).await)
    }

    /// Disables an account: every sign-in of it ends, and none begins. For administrators.
    async fn disable_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account's global id.")] id: ID,
    ) -> Result<AccountPayload> {
        let by = person(ctx)?.account;
        let id = ids::account("id", &id)?;
        if id == by {
            return Err(bad_input("id", "You can't disable your own account: nobody could undo it."));
        }
        let accounts = accounts(ctx)?;
        let done = match accounts.set_disabled(Some(by), id, true).await {
            Ok(()) => accounts.find(id).await,
            Err(trouble) => Err(trouble),
        };
        AccountPayload::of(ctx, done)
    }

    /// Enables an account again. For administrators.
    async fn enable_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account's global id.")] id: ID,
    ) -> Result<AccountPayload> {
        let id = ids::account("id", &id)?;
        let accounts = accounts(ctx)?;
        let done = match accounts.set_disabled(Some(person(ctx)?.account), id, false).await {
            Ok(()) => accounts.find(id).await,
            Err(trouble) => Err(trouble),
        };
        AccountPayload::of(ctx, done)
    }

    /// Makes a key for a front-end or a feed of the agency that the viewer acts for. For its managers.
    async fn create_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: CreateApiKeyInput,
    ) -> Result<CreateApiKeyPayload> {
        let by = person(ctx)?.account;
        let done = match viewer(ctx)?.agency() {
            Some(agency) => {
                let scopes = input.scopes.into_iter().map(Into::into).collect();
                let new = NewKey { agency, name: input.name, scopes, expires_at: input.expires_at.map(|at| at.0) };
                accounts(ctx)?.make_key(by, new).await
            }
            None => Err(Refused::whole(Why::NotFound, "There is no agency to make it for.")),
        };
        let (made, errors) = parted(ctx, done)?;
        let (api_key, secret) = made.map(|(row, secret)| (ApiKey(row), secret.expose().to_owned())).unzip();
        Ok(CreateApiKeyPayload { api_key, secret, errors })
    }

    /// Revokes a key of the agency that the viewer acts for: it works no more from the next request on. For its managers.
    async fn revoke_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key's global id.")] id: ID,
    ) -> Result<ApiKeyPayload> {
        let id = ids::api_key("id", &id)?;
        let done = match viewer(ctx)?.agency() {
            Some(agency) => accounts(ctx)?.revoke_key(person(ctx)?.account, agency, id).await,
            None => Err(Refused::field(Why::NotFound, "id", "There is no such key.")),
        };
        ApiKeyPayload::of(ctx, done)
    }
}
