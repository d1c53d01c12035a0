//! Root fields of notices, for managers of the agency that the viewer acts for.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::ids::AgencyId;

use super::types::NoticeEndpoint;
use super::{NoticeError, manager, notices, parted};
use crate::api::errors::internal;
use crate::api::ids;
use crate::notices::Trouble;
use crate::notices::endpoints::Seen;
use crate::notices::signing::SigningSecret;

/// Where to be told.
#[derive(Clone, Debug, InputObject)]
pub struct CreateNoticeEndpointInput {
    /// The address, with https://; at most 500 characters.
    url: String,
}

/// Which endpoint to switch, and how.
#[derive(Clone, Debug, InputObject)]
pub struct SwitchNoticeEndpointInput {
    /// The endpoint's global id.
    endpoint: ID,
    /// Whether it is to be on.
    on: bool,
}

/// Of which endpoint to send again what was never taken.
#[derive(Clone, Debug, InputObject)]
pub struct ReplayNoticesInput {
    /// The endpoint's global id.
    endpoint: ID,
}

/// Whom to tell by e-mail.
#[derive(Clone, Debug, InputObject)]
pub struct AddNoticeAddressInput {
    /// The e-mail address.
    address: String,
    /// The sorts of notice to tell it, as `referral.submitted`; empty or absent for every sort.
    #[graphql(default)]
    kinds: Vec<String>,
}

/// That an address agrees.
#[derive(Clone, Debug, InputObject)]
pub struct ConfirmNoticeAddressInput {
    /// The endpoint's global id.
    endpoint: ID,
    /// The code of the letter that was sent to it last.
    code: String,
}

/// Which sorts of notice an endpoint is told.
#[derive(Clone, Debug, InputObject)]
pub struct SetNoticeKindsInput {
    /// The endpoint's global id.
    endpoint: ID,
    /// The sorts, as `referral.submitted`; empty for every sort.
    kinds: Vec<String>,
}

/// What came of a change about an endpoint.
#[derive(Clone, Debug, SimpleObject)]
pub struct NoticeEndpointPayload {
    /// The endpoint as it now is; null where it was refused. Where `addNoticeAddress` answers `NOT_SENT` because the mail server
    /// refused the letter, the address stays named, and stands here; so does one for which `resendNoticeCode` does.
    endpoint: Option<NoticeEndpoint>,
    /// What it was refused for; empty where it was done.
    errors: Vec<NoticeError>,
}

/// What came of a change that makes a secret.
#[derive(Clone, Debug, SimpleObject)]
pub struct NoticeSecretPayload {
    /// The endpoint as it now is; null where it was refused.
    endpoint: Option<NoticeEndpoint>,
    /// What its notices are signed with, as Standard Webhooks write it. It is shown this once; null where it was refused.
    secret: Option<String>,
    /// What it was refused for; empty where it was done.
    errors: Vec<NoticeError>,
}

/// What came of removing an endpoint.
#[derive(Clone, Debug, SimpleObject)]
pub struct RemoveNoticeEndpointPayload {
    /// The agency's endpoints that there are still, the latest first.
    endpoints: Vec<NoticeEndpoint>,
    /// What it was refused for; empty where it was done.
    errors: Vec<NoticeError>,
}

/// What came of sending again.
#[derive(Clone, Debug, SimpleObject)]
pub struct ReplayNoticesPayload {
    /// The endpoint as it now is; null where it was refused.
    endpoint: Option<NoticeEndpoint>,
    /// How many notices are sent again.
    replayed: i32,
    /// What it was refused for; empty where it was done.
    errors: Vec<NoticeError>,
}

fn endpoint(ctx: &Context<'_>, mut done: std::result::Result<Seen, Trouble>) -> Result<NoticeEndpointPayload> {
    let kept = if let Err(Trouble::NotSent { kept, .. }) = &mut done { kept.take() } else { None };
    let (done, errors) = parted(ctx, done)?;
    Ok(NoticeEndpointPayload { endpoint: done.or(kept.map(|seen| *seen)).map(NoticeEndpoint), errors })
}

fn with_secret(
    ctx: &Context<'_>,
    done: std::result::Result<(Seen, SigningSecret), Trouble>,
) -> Result<NoticeSecretPayload> {
    let (done, errors) = parted(ctx, done)?;
    let (endpoint, secret) = done.map(|(seen, secret)| (NoticeEndpoint(seen), secret.expose().to_owned())).unzip();
    Ok(NoticeSecretPayload { endpoint, secret, errors })
}

async fn all(ctx: &Context<'_>, agency: AgencyId) -> Result<Vec<NoticeEndpoint>> {
    let seen = notices(ctx)?.endpoints(agency).await.map_err(|error| internal(ctx, &error))?;
    Ok(seen.into_iter().map(NoticeEndpoint).collect())
}

/// Root fields that ask about notices.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoticeQuery;

/// Root fields that ask about notices.
#[Object]
impl NoticeQuery {
    /// Where the agency that the viewer acts for is told of what happens to its referrals and appointments, the latest
    /// first. For its managers.
    #[graphql(complexity = "crate::api::limits::list_cost(50, child_complexity)")]
    async fn notice_endpoints(&self, ctx: &Context<'_>) -> Result<Vec<NoticeEndpoint>> {
        let (_, agency) = manager(ctx)?;
        all(ctx, agency).await
    }
}

/// Mutations about notices.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoticeMutation;

/// Mutations about notices.
#[Object]
impl NoticeMutation {
    /// Names an e-mail address at which somebody of the agency is told of what happens to its referrals and appointments. A
    /// letter with a code is sent there, and nothing else until `confirmNoticeAddress` has the code. For its managers.
    async fn add_notice_address(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom, and of what.")] input: AddNoticeAddressInput,
    ) -> Result<NoticeEndpointPayload> {
        let (by, agency) = manager(ctx)?;
        endpoint(ctx, notices(ctx)?.add_address(by, agency, &input.address, &input.kinds).await)
    }

    /// Confirms an e-mail address by the code of its letter, and switches it on. For managers of its agency.
    async fn confirm_notice_address(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and the code.")] input: ConfirmNoticeAddressInput,
    ) -> Result<NoticeEndpointPayload> {
        let (_, agency) = manager(ctx)?;
        let id = ids::notice_endpoint("input.endpoint", &input.endpoint)?;
        endpoint(ctx, notices(ctx)?.confirm_address(agency, id, &input.code).await)
    }

    /// Sends another letter with a code to an e-mail address that is not confirmed: ten minutes after the first, and a third a
    /// day after that. The code before it works no more. For managers of its agency.
    async fn resend_notice_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The endpoint's global id.")] id: ID,
    ) -> Result<NoticeEndpointPayload> {
        let (_, agency) = manager(ctx)?;
        let id = ids::notice_endpoint("id", &id)?;
        endpoint(ctx, notices(ctx)?.resend_code(agency, id).await)
    }

    /// Says which sorts of notice an endpoint is told from now on. What was put out before is sent. For managers of its
    /// agency.
    async fn set_notice_kinds(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which endpoint, and of what.")] input: SetNoticeKindsInput,
    ) -> Result<NoticeEndpointPayload> {
        let (_, agency) = manager(ctx)?;
        let id = ids::notice_endpoint("input.endpoint", &input.endpoint)?;
        endpoint(ctx, notices(ctx)?.set_kinds(agency, id, &input.kinds).await)
    }

    /// Names an address at which the agency's own system is told, by signed webhooks (Standard Webhooks), of what happens to
    /// its referrals and appointments. Nothing personal stands in them. For its managers.
    async fn create_notice_endpoint(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where.")] input: CreateNoticeEndpointInput,
    ) -> Result<NoticeSecretPayload> {
        let (by, agency) = manager(ctx)?;
        with_secret(ctx, notices(ctx)?.create_endpoint(by, agency, &input.url).await)
    }

    /// Switches an endpoint off, or on again: what was to be sent waits for it meanwhile, and nothing new is put out. For
    /// managers of its agency.
    async fn switch_notice_endpoint(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and how.")] input: SwitchNoticeEndpointInput,
    ) -> Result<NoticeEndpointPayload> {
        let (_, agency) = manager(ctx)?;
        let id = ids::notice_endpoint("input.endpoint", &input.endpoint)?;
        endpoint(ctx, notices(ctx)?.switch_endpoint(agency, id, input.on).await)
    }

    /// Removes an endpoint, for good: nothing more is sent there, what was to be sent or was never taken is dropped, and its
    /// secret is destroyed. Removing it again is no error. An agency has at most 50 in all, and 5 that are on. For managers of
    /// its agency.
    async fn remove_notice_endpoint(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The endpoint's global id.")] id: ID,
    ) -> Result<RemoveNoticeEndpointPayload> {
        let (_, agency) = manager(ctx)?;
        let id = ids::notice_endpoint("id", &id)?;
        let (_, errors) = parted(ctx, notices(ctx)?.remove_endpoint(agency, id).await)?;
        Ok(RemoveNoticeEndpointPayload { endpoints: all(ctx, agency).await?, errors })
    }

    /// Gives an endpoint another secret. For a day notices are signed with the one before too. An e-mail address has none. For
    /// managers of its agency.
    async fn rotate_notice_secret(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The endpoint's global id.")] id: ID,
    ) -> Result<NoticeSecretPayload> {
        let (_, agency) = manager(ctx)?;
        let id = ids::notice_endpoint("id", &id)?;
        with_secret(ctx, notices(ctx)?.rotate_secret(agency, id).await)
    }

    /// Sends again what an endpoint never took, and what is tried no more. For managers of its agency.
    async fn replay_notices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which endpoint.")] input: ReplayNoticesInput,
    ) -> Result<ReplayNoticesPayload> {
        let (_, agency) = manager(ctx)?;
        let id = ids::notice_endpoint("input.endpoint", &input.endpoint)?;
        let (done, errors) = parted(ctx, notices(ctx)?.replay(agency, id).await)?;
        let (endpoint, replayed) = done.map(|(seen, replayed)| (NoticeEndpoint(seen), replayed)).unzip();
        let replayed = i32::try_from(replayed.unwrap_or_default()).unwrap_or(i32::MAX);
        Ok(ReplayNoticesPayload { endpoint, replayed, errors })
    }

    /// Sends a notice that tells of nothing to an endpoint, to see whether it arrives; `noticeEndpoints` then tells. For
    /// managers of its agency.
    async fn send_test_notice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The endpoint's global id.")] id: ID,
    ) -> Result<NoticeEndpointPayload> {
        let (_, agency) = manager(ctx)?;
        let id = ids::notice_endpoint("id", &id)?;
        endpoint(ctx, notices(ctx)?.send_test(agency, id).await)
    }
}
