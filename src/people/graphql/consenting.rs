//! Consents are asked for, previewed, given, answered, withdrawn.

use async_graphql::{ComplexObject, Context, ID, InputObject, Lookahead, Object, Result, SimpleObject};
use entity::enums as stored;
use entity::ids::{ConsentId, ServiceUserId};

use super::caseloads::service_user;
use super::consents::{Consent, ConsentKind, ConsentMethod, DisclosurePreview};
use super::service_user::ServiceUser;
use super::wishes::actor;
use super::{ServiceUserError, afterwards, keyed, parted, pending, people, worker};
use crate::agreements::graphql::enums::{DataCategory, Purpose};
use crate::api::ids::{self, NodeId};
use crate::api::paging::First;
use crate::api::scalars::DateTime;
use crate::people::Trouble;
use crate::people::consents::asked::Asked;
use crate::people::consents::giving::Manner;
use crate::people::consents::running_out::{MOST, RunningOut};
use crate::people::reading::Reader;

/// What is asked of a service user: who may see, or may not, which categories, what for, until when. Nothing that is not
/// named is covered.
#[derive(Clone, Debug, InputObject)]
pub struct ConsentTermsInput {
    /// Whose consent, by their global id.
    pub service_user: ID,
    /// To permit, or to deny.
    pub kind: ConsentKind,
    /// Whom, by global ids; from 1 to 20.
    pub agencies: Vec<ID>,
    /// The categories; at least one.
    pub categories: Vec<DataCategory>,
    /// The purposes; at least one.
    pub purposes: Vec<Purpose>,
    /// Until when, exclusive; of a permit always, two years ahead at the most.
    pub until: Option<DateTime>,
}

impl ConsentTermsInput {
    fn checked(&self) -> Result<Asked> {
        let agency = |(at, id): (usize, &ID)| ids::agency(&format!("input.agencies[{at}]"), id);
        Ok(Asked {
            kind: self.kind.into(),
            agencies: self.agencies.iter().enumerate().map(agency).collect::<Result<_>>()?,
            categories: self.categories.iter().map(|category| (*category).into()).collect(),
            purposes: self.purposes.iter().map(|purpose| (*purpose).into()).collect(),
            until: self.until.map(|until| until.0.timestamp_millis()),
        })
    }
}

/// How a consent was given.
#[derive(Clone, Default, InputObject)]
pub struct ConsentMannerInput {
    /// How: SPOKEN, SIGNED or TELEPHONE, as whoever writes it down heard it; left out, or ONLINE, where they give it
    /// themselves.
    pub method: Option<ConsentMethod>,
    /// Whether who stands for them gave it, to whom it was said.
    #[graphql(default)]
    pub by_proxy: bool,
    /// Who bore witness, in at most 200 characters.
    pub witness: Option<String>,
    /// What there is to say of their capacity to decide this now, in at most 200 characters.
    pub capacity_note: Option<String>,
}

impl From<ConsentMannerInput> for Manner {
    fn from(input: ConsentMannerInput) -> Self {
        let ConsentMannerInput { method, by_proxy, witness, capacity_note } = input;
        Self { method: method.map(Into::into), by_proxy, witness, capacity_note }
    }
}

/// A consent as it is given.
#[derive(Clone, InputObject)]
pub struct GiveConsentInput {
    /// What is permitted or denied.
    pub terms: ConsentTermsInput,
    /// The hash of the preview that they were shown.
    pub preview_hash: String,
    /// How it was given.
    #[graphql(default)]
    pub manner: ConsentMannerInput,
    /// A consent of theirs in whose place this one stands.
    pub supersedes: Option<ID>,
    /// A key of your own, of 1 to 200 characters: with the same key and input it is made once within 30 days.
    pub idempotency_key: Option<String>,
}

/// What a service user is asked.
#[derive(Clone, Debug, InputObject)]
pub struct ProposeConsentInput {
    /// What they are to permit or to deny.
    pub terms: ConsentTermsInput,
    /// The hash of the preview.
    pub preview_hash: String,
    /// A key of your own, of 1 to 200 characters: with the same key and input it is made once within 30 days.
    pub idempotency_key: Option<String>,
}

/// What a service user answers.
#[derive(Clone, InputObject)]
pub struct AnswerConsentInput {
    /// What they were asked, by its global id.
    pub proposal: ID,
    /// Yes: the hash of the preview that they were shown now. Left out: no.
    pub yes_to_preview_hash: Option<String>,
    /// How it was given.
    #[graphql(default)]
    pub manner: ConsentMannerInput,
}

/// What became of a change about a consent.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct ConsentPayload {
    /// The service user as the viewer now sees them; null where nothing was done.
    pub service_user: Option<ServiceUser>,
    /// What it was refused for; empty where it was done.
    pub errors: Vec<ServiceUserError>,
    #[graphql(skip)]
    id: Option<NodeId>,
}

#[ComplexObject]
impl ConsentPayload {
    /// Global id of the consent, or of what was asked; null where none was made.
    async fn id(&self) -> Option<ID> {
        self.id.as_ref().map(NodeId::encode)
    }
}

async fn payload(
    ctx: &Context<'_>,
    done: std::result::Result<(ServiceUserId, Option<NodeId>), Trouble>,
    operation: &'static str,
) -> Result<ConsentPayload> {
    let (done, errors) = parted(ctx, done)?;
    let Some((of, id)) = done else { return Ok(ConsentPayload { service_user: None, errors, id: None }) };
    Ok(ConsentPayload { service_user: afterwards(ctx, of, operation).await?, errors, id })
}

/// Fields of what is asked.
const OF_TERMS: [&str; 4] = ["agencies", "categories", "purposes", "until"];
/// Fields of how it was given.
const OF_MANNER: [&str; 4] = ["method", "byProxy", "witness", "capacityNote"];

/// The same trouble, where what is wrong is a part of the terms or of how it was given.
fn placed(trouble: Trouble) -> Trouble {
    trouble.with_field(|field| match field.as_str() {
        of_terms if OF_TERMS.contains(&of_terms) => format!("terms.{field}"),
        of_manner if OF_MANNER.contains(&of_manner) => format!("manner.{field}"),
        _ => field,
    })
}

/// The same trouble of an answer, which calls the hash by what it is a yes to, and names what was asked as a whole.
fn answered(trouble: Trouble) -> Trouble {
    let trouble = trouble.called("previewHash", "yesToPreviewHash");
    placed(trouble.with_field(|field| if OF_TERMS.contains(&field.as_str()) { "proposal".to_owned() } else { field }))
}

/// Root fields that ask about consents.
#[derive(Clone, Copy, Debug, Default)]
pub struct ConsentQuery;

/// Root fields that ask about consents.
#[Object]
impl ConsentQuery {
    /// Exactly what each agency would see if the service user said so now, and the words to read to them; to who works with them
    /// what their own agency would see, and what others would see of its rows. Null for who neither is them, nor stands for
    /// them, nor works with them. Nothing is opened by it; that it was looked at stands in the ledger.
    async fn disclosure_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked.")] input: ConsentTermsInput,
        #[graphql(desc = "A consent of theirs in whose place it would stand.")] supersedes: Option<ID>,
    ) -> Result<Option<DisclosurePreview>> {
        let (of, asked) = (service_user(&input.service_user)?, input.checked()?);
        let before = supersedes.as_ref().map(|id| ids::consent("supersedes", id)).transpose()?;
        match people(ctx)?.preview(actor(ctx)?, of, &asked, before, pending(ctx)).await {
            Err(Trouble::NotFound) => Ok(None),
            other => Ok(Some(DisclosurePreview(super::found(ctx, other.map_err(|trouble| trouble.within("input")))?))),
        }
    }

    /// Permits that run out soon, of service users whom the viewer works with, the soonest first and 200 at the most; as far
    /// as their agency wrote them down, or they name it or one to which its rows may flow. For link workers.
    #[graphql(complexity = "crate::api::limits::list_cost(20, child_complexity)")]
    async fn consents_running_out(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Within how many days of 24 hours, from 1 to 366.", default = 14)] within_days: i32,
    ) -> Result<Vec<ConsentRunningOut>> {
        let reader = super::reader(ctx, stored::Purpose::CareCoordination, "consentsRunningOut")?;
        Ok(running_out(ctx, reader, i64::from(within_days), MOST, &ctx.look_ahead()).await?.rows)
    }
}

/// The first permits that run out within so many days, where they are asked for.
pub(crate) async fn running_out(
    ctx: &Context<'_>,
    reader: Reader,
    days: i64,
    first: usize,
    asked: &Lookahead<'_>,
) -> Result<First<ConsentRunningOut>> {
    let people = people(ctx)?;
    let page = super::found(ctx, people.page_running_out(reader, days, first).await)?;
    let First { rows, more } = First::of(page, first);
    if !asked.exists() {
        return Ok(First { rows: Vec::new(), more });
    }
    let wanted = super::wanted(&asked.field("serviceUser"));
    let found = super::found(ctx, people.read_running_out(reader, rows, wanted, pending(ctx)).await)?;
    let one = |one: RunningOut| ConsentRunningOut {
        service_user: ServiceUser::of(one.person, reader),
        consent: one.consent.into(),
    };
    Ok(First { rows: found.into_iter().map(one).collect(), more })
}

/// A permit that runs out soon.
#[derive(Clone, Debug, SimpleObject)]
pub struct ConsentRunningOut {
    /// Whose.
    pub service_user: ServiceUser,
    /// The permit.
    pub consent: Consent,
}

/// Mutations about consents.
#[derive(Clone, Copy, Debug, Default)]
pub struct ConsentMutation;

/// Mutations about consents.
#[Object]
impl ConsentMutation {
    /// A service user permits or denies: by themselves, by who stands for them, or on their word by a link worker who works
    /// with them. It holds from the next read on.
    async fn give_consent(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What, on which preview, and how.")] input: GiveConsentInput,
    ) -> Result<ConsentPayload> {
        let terms = &input.terms;
        let (of, asked) = (ids::service_user("input.terms.serviceUser", &terms.service_user)?, terms.checked()?);
        let before = input.supersedes.as_ref().map(|id| ids::consent("input.supersedes", id)).transpose()?;
        let manner = input.manner.into();
        let people = keyed(ctx, input.idempotency_key.as_deref(), "giveConsent").await?;
        let done = Box::pin(people.give(actor(ctx)?, of, &asked, &input.preview_hash, &manner, before)).await;
        payload(ctx, done.map(|id| (of, Some(NodeId::Consent(id)))).map_err(placed), "giveConsent").await
    }

    /// Asks a service user, who answers later. What the same agency asked already, and they have not answered, is not asked
    /// twice. For link workers who work with them.
    async fn propose_consent(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What.")] input: ProposeConsentInput,
    ) -> Result<ConsentPayload> {
        let terms = &input.terms;
        let (of, asked) = (ids::service_user("input.terms.serviceUser", &terms.service_user)?, terms.checked()?);
        let people = keyed(ctx, input.idempotency_key.as_deref(), "proposeConsent").await?;
        let done = Box::pin(people.propose(worker(ctx)?, of, &asked, &input.preview_hash)).await;
        payload(ctx, done.map(|id| (of, Some(NodeId::ConsentProposal(id)))).map_err(placed), "proposeConsent").await
    }

    /// A service user answers what they were asked; a no is kept. By themselves, by who stands for them, or on their word by
    /// a link worker who works with them.
    async fn answer_consent(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What they answer.")] input: AnswerConsentInput,
    ) -> Result<ConsentPayload> {
        let id = ids::consent_proposal("input.proposal", &input.proposal)?;
        let hash = input.yes_to_preview_hash.as_deref();
        let done = Box::pin(people(ctx)?.answer(actor(ctx)?, id, hash, &input.manner.clone().into())).await;
        let named = |(of, id): (_, Option<ConsentId>)| (of, id.map(NodeId::Consent));
        payload(ctx, done.map(named).map_err(answered), "answerConsent").await
    }

    /// Takes back what a service user was asked and has not answered. For link workers of the agency that asked, who work with
    /// them.
    async fn take_back_proposal(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, by its global id.")] id: ID,
    ) -> Result<ConsentPayload> {
        let id = ids::consent_proposal("id", &id)?;
        let done = Box::pin(people(ctx)?.take_back_proposal(worker(ctx)?, id)).await;
        payload(ctx, done.map(|of| (of, Some(NodeId::ConsentProposal(id)))), "takeBackProposal").await
    }

    /// Withdraws a consent, without a reason: from the next read on nothing is shown on it. By the service user, by who
    /// stands for them, or on their word by a link worker who works with them. A denial, which keeps something shut, is
    /// withdrawn by the service user; by who stands for them where one who does said it; on their word by a link worker
    /// where it names no agency that the worker works for, and one of the same agency wrote it down, or one said it who stood for
    /// them and nobody does any more. What an account denied of which it was taken back that it is theirs a link worker of the
    /// agency that entered them withdraws on their word while they have none, but not the one who took it back.
    async fn withdraw_consent(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, by its global id.")] id: ID,
    ) -> Result<ConsentPayload> {
        let id = ids::consent("id", &id)?;
        let done = Box::pin(people(ctx)?.withdraw(actor(ctx)?, id)).await;
        payload(ctx, done.map(|of| (of, Some(NodeId::Consent(id)))), "withdrawConsent").await
    }
}
