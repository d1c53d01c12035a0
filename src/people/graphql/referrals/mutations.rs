//! Mutations about referrals: a step each, never a state.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::enums::Purpose;
use entity::ids::{ReferralId, ServiceUserId};

use super::editing::{EditReferralDraftInput, WidenReferralInput};
use super::enums::{Achievement, ReferralReason, ReferralUrgency};
use super::{Referral, referral_id, service_id, shown};
use crate::agreements::graphql::enums::DataCategory;
use crate::api::ids;
use crate::api::scalars::Date;
use crate::directory::snapshot::refresh::Live;
use crate::people::Trouble;
use crate::people::graphql::caseloads::service_user;
use crate::people::graphql::inputs::need_key;
use crate::people::graphql::wishes::actor;
use crate::people::graphql::{ServiceUserError, keyed, parted, people, person, reader, worker};
use crate::people::referrals::drafting::Draft;
use crate::people::referrals::moving::{ANSWER_WITHIN, Doing};
use crate::people::referrals::reading::WhichReferrals;

/// A new referral.
#[derive(Clone, Debug, InputObject)]
pub struct DraftReferralInput {
    /// Whom, by their global id.
    pub service_user: ID,
    /// The agency that it is to be sent to.
    pub receiver: ID,
    /// The service of that agency, where it is for a certain one.
    pub service: Option<ID>,
    /// What it is about, by the keys or ids of needs: 1 to 20.
    pub needs: Vec<ID>,
    /// What it discloses: at least one category, and those of its needs; OFFENDING with a day of release.
    pub discloses: Vec<DataCategory>,
    /// How soon it matters.
    #[graphql(default)]
    pub urgency: ReferralUrgency,
    /// The day of release from custody, where there is one.
    pub release_on: Option<Date>,
    /// A key of your own, of 1 to 200 characters: with the same key and input it is made once within 30 days.
    pub idempotency_key: Option<String>,
}

/// A step of a referral with which something may be said.
#[derive(Clone, Debug, InputObject)]
pub struct ReferralStepInput {
    /// Which referral, by its global id.
    pub referral: ID,
    /// What there is to say: both parties and the service user see it.
    pub words: Option<String>,
}

/// A step of a referral with which something has to be said.
#[derive(Clone, Debug, InputObject)]
pub struct ReferralWordsInput {
    /// Which referral, by its global id.
    pub referral: ID,
    /// What is said: both parties and the service user see it.
    pub words: String,
}

/// A referral is sent.
#[derive(Clone, Debug, InputObject)]
pub struct SubmitReferralInput {
    /// Which, by its global id.
    pub referral: ID,
    /// Within how many days of 24 hours it is to be answered, 1 to 365; 28 where nothing is said.
    pub answer_within_days: Option<i32>,
    /// The hash of `referralPreview`, as the viewer saw it: where the receiver would see something else by now, or the draft was
    /// written anew, nothing is done.
    pub preview_hash: Option<String>,
    /// What there is to say.
    pub words: Option<String>,
}

/// A referral is put on the waiting list.
#[derive(Clone, Debug, InputObject)]
pub struct WaitlistReferralInput {
    /// Which, by its global id.
    pub referral: ID,
    /// The day on which a place is expected to be free.
    pub expected_on: Option<Date>,
    /// What there is to say.
    pub words: Option<String>,
}

/// A referral is taken on.
#[derive(Clone, Debug, InputObject)]
pub struct AcceptReferralInput {
    /// Which, by its global id.
    pub referral: ID,
    /// Who answers for it then: a link worker of the receiver; the viewer where nothing is said.
    pub owner: Option<ID>,
    /// What there is to say.
    pub words: Option<String>,
}

/// A referral is not taken on.
#[derive(Clone, Debug, InputObject)]
pub struct RejectReferralInput {
    /// Which, by its global id.
    pub referral: ID,
    /// Why.
    pub reason: ReferralReason,
    /// What there is to say; it has to be said where the reason is OTHER.
    pub words: Option<String>,
}

/// A referral is taken back.
#[derive(Clone, Debug, InputObject)]
pub struct WithdrawReferralInput {
    /// Which, by its global id.
    pub referral: ID,
    /// Why.
    pub reason: Option<ReferralReason>,
    /// What there is to say; it has to be said where the reason is OTHER.
    pub words: Option<String>,
}

/// It is said what came of a referral.
#[derive(Clone, Debug, InputObject)]
pub struct RecordReferralOutcomeInput {
    /// Which, by its global id.
    pub referral: ID,
    /// How far what was wanted came about.
    pub achieved: Achievement,
    /// Why it did not, where it did not.
    pub reason: Option<ReferralReason>,
    /// What there is to say; it has to be said where the reason is OTHER.
    pub words: Option<String>,
}

/// Another referral stands in the place of one.
#[derive(Clone, Debug, InputObject)]
pub struct RerouteReferralInput {
    /// Which, by its global id.
    pub referral: ID,
    /// The agency that the other one is for.
    pub receiver: ID,
    /// The service of that agency, where it is for a certain one.
    pub service: Option<ID>,
    /// What there is to say.
    pub words: Option<String>,
    /// A key of your own, of 1 to 200 characters: with the same key and input it is made once within 30 days.
    pub idempotency_key: Option<String>,
}

/// A referral is offered to somebody else of the agency that answers for it.
#[derive(Clone, Debug, InputObject)]
pub struct OfferReferralInput {
    /// Which, by its global id.
    pub referral: ID,
    /// To whom, by the global id of their account.
    pub to: ID,
    /// What there is to say.
    pub words: Option<String>,
}

/// What became of a step of a referral.
#[derive(Clone, Debug, SimpleObject)]
pub struct ReferralPayload {
    /// The referral as the viewer now sees it; null where nothing was done, and where the viewer sees it no more. Of a
    /// referral in whose place another was drafted, the other, where the viewer may see it.
    pub referral: Option<Referral>,
    /// What it was refused for; empty where it was done.
    pub errors: Vec<ServiceUserError>,
}

async fn payload(
    ctx: &Context<'_>,
    done: std::result::Result<ReferralId, Trouble>,
    operation: &'static str,
) -> Result<ReferralPayload> {
    let (done, errors) = parted(ctx, done)?;
    let asked = ctx.look_ahead().field("referral");
    let referral = match done {
        Some(id) if asked.exists() => {
            let reader = reader(ctx, Purpose::Referral, operation)?;
            Box::pin(shown(ctx, reader, &WhichReferrals::Of(vec![id]), &[asked])).await?.pop()
        }
        Some(_) | None => None,
    };
    Ok(ReferralPayload { referral, errors })
}

/// Does something with a referral, for whoever may.
async fn step(
    ctx: &Context<'_>,
    referral: &ID,
    doing: Doing,
    words: Option<String>,
    operation: &'static str,
) -> Result<ReferralPayload> {
    let id = referral_id("input.referral", referral)?;
    let done = Box::pin(people(ctx)?.move_referral(actor(ctx)?, id, doing, words)).await;
    payload(ctx, done.map(|_: ServiceUserId| id), operation).await
}

/// Mutations about referrals.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReferralMutation;

/// Mutations about referrals.
#[Object]
impl ReferralMutation {
    /// Writes a referral of a service user whom the viewer works with; the receiver does not see it yet. For link workers.
    async fn draft_referral(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom, to whom, for what.")] input: DraftReferralInput,
    ) -> Result<ReferralPayload> {
        let of = service_user(&input.service_user)?;
        let list = ctx.data::<Live>()?.needs();
        let keys = input.needs.iter().map(|id| need_key(list, "input.needs", id));
        let draft = Draft {
            to: ids::agency("input.receiver", &input.receiver)?,
            service: service_id("input.service", input.service.as_ref())?,
            needs: keys.collect::<Result<_>>()?,
            discloses: input.discloses.iter().map(|category| (*category).into()).collect(),
            urgency: input.urgency.into(),
            release_on: input.release_on.map(|date| date.0),
        };
        let people = keyed(ctx, input.idempotency_key.as_deref(), "draftReferral").await?;
        let done = Box::pin(people.draft_referral(worker(ctx)?, of, &draft)).await;
        payload(ctx, done.map_err(|trouble| trouble.called("to", "receiver")), "draftReferral").await
    }

    /// Writes a draft anew, where it is still the version that the viewer saw; of two who do it from the same version one wins.
    /// A lawful route it needs when it is sent. For link workers of the sender who work with the service user.
    async fn edit_referral_draft(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and what is changed.")] input: EditReferralDraftInput,
    ) -> Result<ReferralPayload> {
        let (id, edit) = input.read(ctx)?;
        let edited = people(ctx)?.edit_referral_draft(worker(ctx)?, id, input.expected_version, &edit, input.words);
        let done =
            Box::pin(edited).await.map(|_: ServiceUserId| id).map_err(|trouble| trouble.called("to", "receiver"));
        payload(ctx, done, "editReferralDraft").await
    }

    /// Makes a referral that was sent disclose more: a disclosure of its own, for which each category needs a lawful route now,
    /// and which stands in its history. For link workers of the sender who work with the service user.
    async fn widen_referral(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and by what.")] input: WidenReferralInput,
    ) -> Result<ReferralPayload> {
        let id = referral_id("input.referral", &input.referral)?;
        let add = input.discloses.iter().map(|category| (*category).into()).collect();
        let done = Box::pin(people(ctx)?.widen_referral(worker(ctx)?, id, &add, input.words)).await;
        payload(ctx, done.map(|_: ServiceUserId| id), "widenReferral").await
    }

    /// Sends a referral: from now on the receiver sees it, and what it discloses as far as agreement and consent let them, and
    /// by way of it nothing else. Each category needs a lawful route. For link workers of the sender who work with the service
    /// user.
    async fn submit_referral(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: SubmitReferralInput,
    ) -> Result<ReferralPayload> {
        let id = referral_id("input.referral", &input.referral)?;
        let doing = Doing::Submit { within: input.answer_within_days.map_or(ANSWER_WITHIN, i64::from) };
        let previewed = input.preview_hash.as_deref();
        let done = Box::pin(people(ctx)?.move_as_previewed(actor(ctx)?, id, doing, input.words, previewed)).await;
        payload(ctx, done.map(|_: ServiceUserId| id), "submitReferral").await
    }

    /// Asks the sender for something. For link workers of the receiver.
    async fn request_referral_information(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What.")] input: ReferralWordsInput,
    ) -> Result<ReferralPayload> {
        let words = Some(input.words);
        step(ctx, &input.referral, Doing::AskForInformation, words, "requestReferralInformation").await
    }

    /// Answers what the receiver asked for. For link workers of the sender who work with the service user.
    async fn give_referral_information(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What.")] input: ReferralWordsInput,
    ) -> Result<ReferralPayload> {
        let words = Some(input.words);
        step(ctx, &input.referral, Doing::GiveInformation, words, "giveReferralInformation").await
    }

    /// Puts a referral on the waiting list; or, where it is on it, says anew when a place is expected. For link workers of the
    /// receiver.
    async fn waitlist_referral(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: WaitlistReferralInput,
    ) -> Result<ReferralPayload> {
        let expected_on = input.expected_on.map(|date| date.0);
        step(ctx, &input.referral, Doing::Waitlist { expected_on }, input.words, "waitlistReferral").await
    }

    /// Takes a referral on: from now on somebody of the receiver answers for it, and has the service user on their
    /// caseload. For link workers of the receiver.
    async fn accept_referral(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: AcceptReferralInput,
    ) -> Result<ReferralPayload> {
        let owner = match &input.owner {
            Some(id) => ids::account("input.owner", id)?,
            None => person(ctx)?.account,
        };
        step(ctx, &input.referral, Doing::Accept { owner }, input.words, "acceptReferral").await
    }

    /// Does not take a referral on. For link workers of the receiver.
    async fn reject_referral(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: RejectReferralInput,
    ) -> Result<ReferralPayload> {
        let doing = Doing::Reject { reason: input.reason.into() };
        step(ctx, &input.referral, doing, input.words, "rejectReferral").await
    }

    /// Takes a referral back that was not taken on yet; what was taken on is the receiver's to end. For link workers of the sender who work with the service user, and
    /// for the service user and who stands for them.
    async fn withdraw_referral(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: WithdrawReferralInput,
    ) -> Result<ReferralPayload> {
        let doing = Doing::Withdraw { reason: input.reason.map(Into::into) };
        step(ctx, &input.referral, doing, input.words, "withdrawReferral").await
    }

    /// Drafts another referral in the place of one that was not answered: to be sent by the sender, on a lawful route of its
    /// own. For link workers of the receiver, and of the sender who work with the service user.
    async fn reroute_referral(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and where to.")] input: RerouteReferralInput,
    ) -> Result<ReferralPayload> {
        let id = referral_id("input.referral", &input.referral)?;
        let to = ids::agency("input.receiver", &input.receiver)?;
        let service = service_id("input.service", input.service.as_ref())?;
        let people = keyed(ctx, input.idempotency_key.as_deref(), "rerouteReferral").await?;
        let done = Box::pin(people.reroute_referral(actor(ctx)?, id, to, service, input.words)).await;
        let done = done.map(|(_, child)| child).map_err(|trouble| trouble.called("to", "receiver"));
        let made = done.is_ok();
        let mut paid = payload(ctx, done, "rerouteReferral").await?;
        let asked = ctx.look_ahead().field("referral");
        if made && paid.referral.is_none() && asked.exists() {
            // Who may not see the sender's draft sees what became of the other.
            let reader = reader(ctx, Purpose::Referral, "rerouteReferral")?;
            paid.referral = Box::pin(shown(ctx, reader, &WhichReferrals::Of(vec![id]), &[asked])).await?.pop();
        }
        Ok(paid)
    }

    /// Says that support has begun. For link workers of the receiver.
    async fn start_referral(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: ReferralStepInput,
    ) -> Result<ReferralPayload> {
        step(ctx, &input.referral, Doing::Start, input.words, "startReferral").await
    }

    /// Lets support rest for a while. For link workers of the receiver, and of the sender who work with the service user.
    async fn hold_referral(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: ReferralWordsInput,
    ) -> Result<ReferralPayload> {
        step(ctx, &input.referral, Doing::Hold, Some(input.words), "holdReferral").await
    }

    /// Lets what rests go on from where it was; it needs its lawful route again. For link workers of the receiver, and of
    /// the sender who work with the service user.
    async fn resume_referral(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: ReferralStepInput,
    ) -> Result<ReferralPayload> {
        step(ctx, &input.referral, Doing::Resume, input.words, "resumeReferral").await
    }

    /// Says what came of a referral. For link workers of the receiver.
    async fn record_referral_outcome(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and what.")] input: RecordReferralOutcomeInput,
    ) -> Result<ReferralPayload> {
        let doing = Doing::RecordOutcome { achieved: input.achieved.into(), reason: input.reason.map(Into::into) };
        step(ctx, &input.referral, doing, input.words, "recordReferralOutcome").await
    }

    /// Closes a referral of which it was said what came of it. For link workers of the receiver, and of the sender who work
    /// with the service user.
    async fn close_referral(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: ReferralStepInput,
    ) -> Result<ReferralPayload> {
        step(ctx, &input.referral, Doing::Close, input.words, "closeReferral").await
    }

    /// Says that a referral should never have been: the receiver sees it no more. For link workers of the sender who work
    /// with the service user.
    async fn enter_referral_in_error(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: ReferralWordsInput,
    ) -> Result<ReferralPayload> {
        step(ctx, &input.referral, Doing::EnterInError, Some(input.words), "enterReferralInError").await
    }

    /// Asks somebody else of the agency that answers for a referral to take it over; until they do, whoever answers for it
    /// does. For link workers of that agency.
    async fn offer_referral(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and to whom.")] input: OfferReferralInput,
    ) -> Result<ReferralPayload> {
        let id = referral_id("input.referral", &input.referral)?;
        let to = ids::account("input.to", &input.to)?;
        let done = Box::pin(people(ctx)?.offer_referral(worker(ctx)?, id, to, input.words)).await;
        payload(ctx, done.map(|_: ServiceUserId| id), "offerReferral").await
    }

    /// Takes over a referral that was offered to the viewer. For link workers of the agency that answers for it.
    async fn take_over_referral(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, by its global id.")] id: ID,
    ) -> Result<ReferralPayload> {
        let id = referral_id("id", &id)?;
        let done = Box::pin(people(ctx)?.take_over_referral(worker(ctx)?, id)).await;
        let done = done.map(|_: ServiceUserId| id).map_err(|trouble| trouble.called("referral", "id"));
        payload(ctx, done, "takeOverReferral").await
    }
}
