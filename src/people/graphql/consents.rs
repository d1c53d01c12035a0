//! What service users permit and deny, and what each agency would see, as the schema shows it.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use entity::enums as stored;
use entity::ids::AgencyId;

use crate::agreements::graphql::enums::{DataCategory, Purpose};
use crate::api::ids::NodeId;
use crate::api::scalars::DateTime;
use crate::directory::graphql::agency::Agency;
use crate::directory::graphql::{load_these, nullable};
use crate::directory::loaders::AgencyKey;
use crate::people::around::Around;
use crate::people::consents::preview::{Preview, WouldSee};
use crate::people::consents::reading::{ConsentSeen, ProposalSeen};
use crate::people::consents::words::Read;

/// What a consent says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::ConsentKind")]
pub enum ConsentKind {
    /// They may.
    Permit,
    /// They may not, whatever a permit says.
    Deny,
}

/// How a consent was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::ConsentMethod")]
pub enum ConsentMethod {
    /// By word of mouth, face to face.
    Spoken,
    /// By signing.
    Signed,
    /// By telephone.
    Telephone,
    /// By themselves, in an app.
    Online,
}

/// How a consent stands now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::people::consents::reading::ConsentState")]
pub enum ConsentState {
    /// It holds.
    Active,
    /// They took it back.
    Withdrawn,
    /// Another one stands in its place.
    Superseded,
    /// It ran out.
    Expired,
}

/// What became of asking a service user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::people::consents::reading::ProposalStanding")]
pub enum ProposalState {
    /// They have not answered.
    Proposed,
    /// They said yes.
    Accepted,
    /// They said no.
    Refused,
    /// Whoever asked took it back.
    TakenBack,
    /// They have not answered, and what they were asked would have ended by now: nobody says yes to it any more.
    Expired,
}

/// The words that are read to a service user.
#[derive(Clone, Debug, SimpleObject)]
pub struct ConsentWords {
    /// The key of the text.
    pub key: String,
    /// Its version.
    pub version: i32,
    /// What stands above it.
    pub title: String,
    /// Its paragraphs, in short sentences and everyday words.
    pub paragraphs: Vec<String>,
}

impl From<Read> for ConsentWords {
    fn from(read: Read) -> Self {
        let Read { key, version, title, paragraphs } = read;
        Self { key, version, title, paragraphs }
    }
}

/// The agencies of these ids, those that are still there.
async fn agencies(ctx: &Context<'_>, ids: impl Iterator<Item = AgencyId>) -> Result<Vec<Agency>> {
    let found = load_these(ctx, ids.map(AgencyKey).collect()).await?;
    Ok(found.into_iter().flatten().map(Agency).collect())
}

/// What a service user permits or denies.
#[derive(Clone, Debug)]
pub struct Consent(ConsentSeen);

/// What a service user permits or denies. Seen by themselves, by who stands for them, and by who works with them: by workers of
/// another agency than the one that wrote it down as far as it is about their own, or about one to which its rows may flow.
#[Object]
impl Consent {
    /// Global id, to withdraw it by.
    async fn id(&self) -> ID {
        NodeId::Consent(self.0.id).encode()
    }

    /// A permit, or a denial.
    async fn kind(&self) -> ConsentKind {
        self.0.kind.into()
    }

    /// How it stands now.
    async fn state(&self) -> ConsentState {
        self.0.state.into()
    }

    /// Whom it names; to workers of another agency than the one that wrote it down their own, and those to which its rows may
    /// flow.
    #[graphql(complexity = "crate::api::limits::list_cost(3, child_complexity)")]
    async fn agencies(&self, ctx: &Context<'_>) -> Result<Vec<Agency>> {
        agencies(ctx, self.0.agencies.iter().copied()).await
    }

    /// The categories; to workers of another agency than the one that wrote it down those that may flow to it, or from it to
    /// those that are told.
    async fn categories(&self) -> Vec<DataCategory> {
        self.0.categories.iter().map(|category| (*category).into()).collect()
    }

    /// The purposes.
    async fn purposes(&self) -> Vec<Purpose> {
        self.0.purposes.iter().map(|purpose| (*purpose).into()).collect()
    }

    /// From when.
    async fn begins_at(&self) -> DateTime {
        DateTime(self.0.begins.to_utc())
    }

    /// Until when, exclusive; null for a denial without an end.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.expires.map(|at| DateTime(at.to_utc()))
    }

    /// When it was withdrawn or superseded; null where it was not.
    async fn ended_at(&self) -> Option<DateTime> {
        self.0.ended.map(|at| DateTime(at.to_utc()))
    }

    /// The name of who ended it, or wrote down that they did; null where nobody has, for workers of another agency than the one that
    /// wrote it down, and for the service user where it was neither a worker, nor they themselves, nor who stands for them or did.
    async fn ended_by(&self) -> Option<&str> {
        self.0.ended_by.as_deref()
    }

    /// How it was given; null where nobody said.
    async fn method(&self) -> Option<ConsentMethod> {
        self.0.method.map(Into::into)
    }

    /// Whether who stands for them gave it.
    async fn given_by_proxy(&self) -> bool {
        self.0.given_by == Some(stored::ConsentGiver::Proxy)
    }

    /// The name of who wrote it down, or gave it in the app; null for workers of another agency than the one that wrote it down, and
    /// for the service user where it was neither a worker, nor they themselves, nor who stands for them or did.
    async fn recorded_by(&self) -> Option<&str> {
        self.0.recorded_by.as_ref().map(|(_, name)| name.as_str())
    }

    /// Who bore witness; null where nobody did, and for workers of another agency than the one that wrote it down.
    async fn witness(&self) -> Option<&str> {
        self.0.beside.as_ref()?.witness.as_deref()
    }

    /// What there is to say of their capacity to decide this; null where nothing was said, and for workers of another agency
    /// than the one that wrote it down.
    async fn capacity_note(&self) -> Option<&str> {
        self.0.beside.as_ref()?.capacity_note.as_deref()
    }

    /// The words that were read to them; null where they were erased, and for workers of another agency than the one that wrote
    /// it down, for the words name everybody.
    async fn words(&self) -> Option<ConsentWords> {
        let (beside, (key, version)) = self.0.beside.clone().zip(self.0.text.clone())?;
        Some(ConsentWords { key, version, title: beside.title, paragraphs: beside.paragraphs })
    }

    /// The hash of what was shown that each agency would see; null where nobody kept it, and for workers of another agency than
    /// the one that wrote it down.
    async fn preview_hash(&self) -> Option<&str> {
        self.0.preview_hash.as_deref()
    }

    /// What they take home, in plain text: a paragraph each. Without the words, where these are null.
    async fn receipt(&self) -> Vec<String> {
        self.0.receipt()
    }

    /// The same as a page that prints on one sheet.
    async fn receipt_html(&self) -> String {
        self.0.receipt_html()
    }
}

/// What a service user was asked to permit or to deny.
#[derive(Clone, Debug)]
pub struct ConsentProposal(ProposalSeen);

/// What a service user was asked to permit or to deny; a refusal is kept. Seen by themselves, by who stands for them, and by
/// who works with them: by workers of another agency than the one that asked as far as it is about their own, or about one to
/// which its rows may flow.
#[Object]
impl ConsentProposal {
    /// Global id, to answer it by.
    async fn id(&self) -> ID {
        NodeId::ConsentProposal(self.0.id).encode()
    }

    /// The agency that asked; null where nobody in particular did, and for workers of another.
    async fn asked_by(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        nullable(ctx, AgencyKey(self.0.agency?), Agency).await
    }

    /// How far it has come by now.
    async fn state(&self) -> ProposalState {
        self.0.state.into()
    }

    /// To permit, or to deny.
    async fn kind(&self) -> ConsentKind {
        self.0.asked.kind.into()
    }

    /// Whom it names; to workers of another agency than the one that asked their own, and those to which its rows may flow.
    #[graphql(complexity = "crate::api::limits::list_cost(3, child_complexity)")]
    async fn agencies(&self, ctx: &Context<'_>) -> Result<Vec<Agency>> {
        agencies(ctx, self.0.asked.agencies.iter().copied()).await
    }

    /// The categories; to workers of another agency than the one that asked those that may flow to it, or from it to those that
    /// are told.
    async fn categories(&self) -> Vec<DataCategory> {
        self.0.asked.categories.iter().map(|category| (*category).into()).collect()
    }

    /// The purposes.
    async fn purposes(&self) -> Vec<Purpose> {
        self.0.asked.purposes.iter().map(|purpose| (*purpose).into()).collect()
    }

    /// Until when, exclusive; null for a denial without an end.
    async fn until(&self) -> Option<DateTime> {
        self.0.asked.until.map(|until| DateTime(entity::instants::Millis(until).to_utc()))
    }

    /// When they were asked.
    async fn proposed_at(&self) -> DateTime {
        DateTime(self.0.proposed_at.to_utc())
    }

    /// When they answered; null while they have not.
    async fn answered_at(&self) -> Option<DateTime> {
        self.0.answered_at.map(|at| DateTime(at.to_utc()))
    }

    /// When whoever asked took it back; null where nobody did.
    async fn taken_back_at(&self) -> Option<DateTime> {
        self.0.taken_back_at.map(|at| DateTime(at.to_utc()))
    }

    /// The name of who took it back; null where nobody did, and for workers of another agency than the one that asked.
    async fn taken_back_by(&self) -> Option<&str> {
        self.0.taken_back_by.as_deref()
    }
}

impl From<ConsentSeen> for Consent {
    fn from(seen: ConsentSeen) -> Self {
        Self(seen)
    }
}

pub(super) fn consents(around: &Around) -> Vec<Consent> {
    around.consents.iter().cloned().map(Consent).collect()
}

pub(super) fn proposals(around: &Around) -> Vec<ConsentProposal> {
    around.proposals.iter().cloned().map(ConsentProposal).collect()
}

/// What an agency would see of one category for one purpose.
#[derive(Clone, Debug)]
pub struct WouldBeSeen(WouldSee);

/// What an agency would see of one category for one purpose.
#[Object]
impl WouldBeSeen {
    /// The agency.
    async fn agency(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        nullable(ctx, AgencyKey(self.0.agency), Agency).await
    }

    /// The purpose.
    async fn purpose(&self) -> Purpose {
        self.0.purpose.into()
    }

    /// The category.
    async fn category(&self) -> DataCategory {
        self.0.category.into()
    }

    /// Whose rows, whether or not there are any now; to who works with them, of what another agency would see, their own
    /// agency alone.
    #[graphql(complexity = "crate::api::limits::list_cost(3, child_complexity)")]
    async fn sources(&self, ctx: &Context<'_>) -> Result<Vec<Agency>> {
        agencies(ctx, self.0.sources.iter().copied()).await
    }

    /// Global ids of the rows that there are now, of those that the viewer may see themselves.
    async fn records(&self) -> Vec<ID> {
        self.0.records.iter().map(|id| NodeId::Record(*id).encode()).collect()
    }
}

/// Exactly what each agency would see if the service user said so.
#[derive(Clone, Debug)]
pub struct DisclosurePreview(pub(super) Preview);

/// Exactly what each agency would see if the service user said so: the rule itself, asked as if they had. Who works with them is
/// told what their own agency would see, and what others would see of its rows.
#[Object]
impl DisclosurePreview {
    /// The words to read to them.
    async fn words(&self) -> ConsentWords {
        self.0.words.clone().into()
    }

    /// What each agency would see. What is not here it would not see: no agreement lets it flow, or the service user says
    /// no to it. What another agency would see of the rows of a third is not told to who works with them.
    #[graphql(complexity = "crate::api::limits::list_cost(16, child_complexity)")]
    async fn seen(&self) -> Vec<WouldBeSeen> {
        self.0.seen.iter().cloned().map(WouldBeSeen).collect()
    }

    /// Agencies that have to do with the service user already; the others would see it once they have. To who works with them
    /// their own agency alone is told.
    #[graphql(complexity = "crate::api::limits::list_cost(3, child_complexity)")]
    async fn related(&self, ctx: &Context<'_>) -> Result<Vec<Agency>> {
        agencies(ctx, self.0.related.iter().copied()).await
    }

    /// Its hash: give it with the consent, which is then for this and for nothing else. It is for whoever it was shown to:
    /// workers of other agencies, and the service user themselves, have another.
    async fn hash(&self) -> &str {
        &self.0.hash
    }
}
