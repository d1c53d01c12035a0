//! Listings as those see them whose they are.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Enum, ID, Json, Object, Result, SimpleObject};
use entity::{enums as stored, listing_merge, listing_version};
use serde_json::Value;

use super::{ListingFieldChange, actor, listings, refused};
use crate::accounts::Accounts;
use crate::api::errors::{bad_input, internal};
use crate::api::ids::{NodeId, wrong_kind};
use crate::api::paging::PageSize;
use crate::api::scalars::DateTime;
use crate::directory::graphql::agency::Agency;
use crate::directory::graphql::location::Location;
use crate::directory::graphql::nullable;
use crate::directory::graphql::service::Service;
use crate::directory::loaders::{AgencyKey, LocationKey, ServiceKey};
use crate::listings::history::Seen;
use crate::listings::subject::Subject;

/// What a listing tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::ListingKind")]
pub enum ListingKind {
    /// An agency.
    Agency,
    /// A service.
    Service,
    /// A location.
    Location,
}

/// How far a change of a listing has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::VersionState")]
pub enum VersionState {
    /// Kept aside until somebody publishes it.
    Draft,
    /// Waiting for a manager of the agency.
    AwaitingApproval,
    /// Waiting for its hour.
    Scheduled,
    /// Made: the listing has been so since, or until the next.
    Published,
    /// Not made: a manager said no.
    Declined,
    /// Not made: whoever keeps the listing gave it up.
    Dropped,
}

/// What a change of a listing did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::VersionAction")]
pub enum VersionAction {
    /// It was as its source told it, when it was first changed here.
    Imported,
    /// It was made here.
    Created,
    /// Some of it was written anew.
    Edited,
    /// Its hours were.
    HoursSet,
    /// Whom it takes was.
    EligibilitySet,
    /// Its places and waiting time were.
    CapacitySet,
    /// It was closed for a while.
    ClosedTemporarily,
    /// It was opened again.
    Reopened,
    /// It ended for good.
    Ended,
    /// An earlier change was taken back.
    Undone,
    /// A suggestion from the field was taken over.
    CorrectionApplied,
    /// Another listing of the same was joined to it, or it to another.
    Merged,
    /// They were parted again.
    Parted,
    /// It was given to another agency.
    HandedOver,
}

/// A global id of what a listing tells of.
fn global(subject: Subject) -> ID {
    match subject {
        Subject::Agency(id) => NodeId::Agency(id).encode(),
        Subject::Service(id) => NodeId::Service(id).encode(),
        Subject::Location(id) => NodeId::Location(id).encode(),
    }
}

/// What a global id names: `what`, in the words of the refusal, is what is asked for.
pub(super) fn subject_of(field: &str, id: &ID, what: &'static str) -> Result<Subject> {
    Ok(match NodeId::parse(field, id)? {
        NodeId::Agency(id) => Subject::Agency(id),
        NodeId::Service(id) => Subject::Service(id),
        NodeId::Location(id) => Subject::Location(id),
        other @ (NodeId::ServiceAtLocation(_)
        | NodeId::Need(_)
        | NodeId::Account(_)
        | NodeId::Membership(_)
        | NodeId::Session(_)
        | NodeId::ApiKey(_)
        | NodeId::ListingVersion(_)
        | NodeId::ListingMerge(_)
        | NodeId::Correction(_)
        | NodeId::ServiceUser(_)
        | NodeId::ServiceUserMerge(_)
        | NodeId::Record(_)
        | NodeId::Team(_)
        | NodeId::Assignment(_)
        | NodeId::Exclusion(_)
        | NodeId::Proxy(_)
        | NodeId::Agreement(_)
        | NodeId::AgreementVersion(_)
        | NodeId::ConsentProposal(_)
        | NodeId::Consent(_)
        | NodeId::Referral(_)
        | NodeId::SignpostGiven(_)
        | NodeId::NoticeEndpoint(_)
        | NodeId::Appointment(_)
        | NodeId::Release(_)
        | NodeId::Task(_)
        | NodeId::Easement(_)
        | NodeId::Cover(_)
        | NodeId::CalendarFeed(_)
        | NodeId::Group(_)
        | NodeId::Cohort(_)
        | NodeId::GroupPlace(_)) => return Err(wrong_kind(field, what, &other)),
    })
}

/// A listing as those see it whose it is: all that it says, and what was done with it.
#[derive(Clone, Debug)]
pub struct Listing(pub(super) Seen);

/// A listing as those see it whose it is: all that it says, what is secret to others among it, and what was done with it.
#[Object]
impl Listing {
    /// Global id of the agency, service or location that it tells of.
    async fn id(&self) -> ID {
        global(self.0.subject)
    }

    /// What it tells of.
    async fn kind(&self) -> ListingKind {
        self.0.subject.kind().into()
    }

    /// Its version: what a change of it expects.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// Since when its agency keeps it here itself, so that its source changes it no more; null while the source does.
    async fn kept_since(&self) -> Option<DateTime> {
        self.0.kept_at.map(DateTime)
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }

    /// All that it says, as its versions keep it: the fields of the inputs, with values in lower case, times to the second
    /// and ids of tables. A secret address stands here; for coordinators nothing that is said at a service's places.
    async fn document(&self) -> Json<Value> {
        Json(self.0.document.clone())
    }

    /// The agency as everybody sees it; null for other listings.
    async fn agency(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        match self.0.subject {
            Subject::Agency(id) => nullable(ctx, AgencyKey(id), Agency).await,
            Subject::Service(_) | Subject::Location(_) => None,
        }
    }

    /// The service as everybody sees it; null for other listings, and where it is not public.
    async fn service(&self, ctx: &Context<'_>) -> Option<Result<Service>> {
        match self.0.subject {
            Subject::Service(id) => nullable(ctx, ServiceKey(id), Service).await,
            Subject::Agency(_) | Subject::Location(_) => None,
        }
    }

    /// The location as everybody sees it; null for other listings, and where no public service uses it.
    async fn location(&self, ctx: &Context<'_>) -> Option<Result<Location>> {
        match self.0.subject {
            Subject::Location(id) => nullable(ctx, LocationKey(id), Location).await,
            Subject::Agency(_) | Subject::Service(_) => None,
        }
    }

    /// What was done with it, the latest first: so many published versions at the most, before a version.
    #[graphql(complexity = "usize::try_from(first.unwrap_or(20)).unwrap_or_default() * (child_complexity + 1)")]
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at the most; 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only versions before this one.")] before_version: Option<i32>,
    ) -> Result<Vec<ListingVersion>> {
        let most = ctx.data::<PageSize>()?.most;
        let first = first.unwrap_or(20);
        let fits = u32::try_from(first).ok().filter(|first| (1..=most).contains(first));
        let first = fits.ok_or_else(|| bad_input("first", format!("A page has 1 to {most} versions.")))?;
        let versions = listings(ctx)?.versions(&self.0, before_version, first.into()).await;
        let versions = refused(ctx, versions)?;
        Ok(versions.unwrap_or_default().into_iter().map(ListingVersion::of).collect())
    }

    /// How many published versions there are.
    async fn version_count(&self, ctx: &Context<'_>) -> Result<i32> {
        let count = refused(ctx, listings(ctx)?.version_count(self.0.subject).await)?;
        Ok(i32::try_from(count.unwrap_or_default()).unwrap_or(i32::MAX))
    }

    /// What changed from one published version to another; null where there is no such version.
    async fn difference(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The version to begin with.")] from: i32,
        #[graphql(desc = "The version to end with; an earlier one tells the way back.")] to: i32,
    ) -> Result<Option<ListingDifference>> {
        let changes = refused(ctx, listings(ctx)?.difference(&self.0, from, to).await)?;
        let changes = changes.map(|changes| changes.into_iter().map(Into::into).collect());
        Ok(changes.map(|changes| ListingDifference { from, to, changes }))
    }

    /// What was joined to it, or it to what, the latest first; what was parted again among it.
    async fn joinings(&self, ctx: &Context<'_>) -> Result<Vec<ListingJoining>> {
        let joinings = refused(ctx, listings(ctx)?.joinings(self.0.subject).await)?;
        Ok(joinings.unwrap_or_default().into_iter().map(Into::into).collect())
    }
}

/// What changed from one version of a listing to another.
#[derive(Clone, Debug, SimpleObject)]
pub struct ListingDifference {
    /// The version it begins with.
    from: i32,
    /// The version it ends with.
    to: i32,
    /// What changed, in the order of the fields.
    changes: Vec<ListingFieldChange>,
}

/// One change of a listing: made, waiting, or given up.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct ListingVersion {
    /// What the listing tells of.
    kind: ListingKind,
    /// Which version of the listing it made; null as long as it is not published.
    version: Option<i32>,
    /// The version it was made from.
    base_version: i32,
    /// How far it has come.
    state: VersionState,
    /// What it did.
    action: VersionAction,
    /// Why, in the words of whoever made it; null where they said nothing.
    reason: Option<String>,
    /// When it was made.
    made_at: DateTime,
    /// From when on it is to hold; null for at once.
    publish_at: Option<DateTime>,
    /// When it was published, declined or dropped; null while it waits.
    decided_at: Option<DateTime>,
    /// What was said to it when it was decided about; null where nothing was.
    decision_note: Option<String>,
    #[graphql(skip)]
    row: Arc<listing_version::Model>,
}

impl ListingVersion {
    pub(super) fn of(row: listing_version::Model) -> Self {
        Self {
            kind: row.kind.into(),
            version: row.number,
            base_version: row.base,
            state: row.state.into(),
            action: row.action.into(),
            reason: row.reason.clone(),
            made_at: DateTime(row.made_at),
            publish_at: row.publish_at.map(DateTime),
            decided_at: row.decided_at.map(DateTime),
            decision_note: row.decision_note.clone(),
            row: Arc::new(row),
        }
    }

    /// What the listing tells of.
    pub(super) fn subject(&self) -> Subject {
        Subject::of(self.row.kind, self.row.listing_id)
    }
}

#[ComplexObject]
impl ListingVersion {
    /// Global id.
    async fn id(&self) -> ID {
        NodeId::ListingVersion(self.row.id).encode()
    }

    /// Global id of the agency, service or location that the listing tells of.
    async fn listing_id(&self) -> ID {
        global(self.subject())
    }

    /// What it changes, from what to what, in the order of the fields; empty for how a listing began.
    async fn changes(&self, ctx: &Context<'_>) -> Result<Vec<ListingFieldChange>> {
        let changes: Vec<crate::listings::changes::FieldChange> =
            serde_json::from_str(&self.row.changes).map_err(|error| internal(ctx, &error))?;
        Ok(changes.into_iter().map(Into::into).collect())
    }

    /// Who made it, by name; null for a source and for a program.
    async fn made_by(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        name_of(ctx, self.row.made_by).await
    }

    /// Who published, approved, declined or dropped it, by name; null where that was whoever made it, at once, or its
    /// hour.
    async fn decided_by(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        name_of(ctx, self.row.decided_by).await
    }

    /// Global id of the change that it takes back; null where it takes none back.
    async fn undoes(&self) -> Option<ID> {
        self.row.undoes.map(|id| NodeId::ListingVersion(id).encode())
    }
}

async fn name_of(ctx: &Context<'_>, account: Option<entity::ids::AccountId>) -> Result<Option<String>> {
    let Some(account) = account else { return Ok(None) };
    let names = ctx.data::<Accounts>()?.names(&[account]).await.map_err(|error| internal(ctx, &error))?;
    Ok(names.into_values().next())
}

/// That two listings of one thing were joined.
#[derive(Clone, Debug, SimpleObject)]
pub struct ListingJoining {
    /// Global id.
    id: ID,
    /// What they tell of.
    kind: ListingKind,
    /// Global id of the one that is shown.
    kept: ID,
    /// Global id of the one that is not shown while they are joined.
    duplicate: ID,
    /// Why they are one.
    reason: String,
    /// When they were joined.
    made_at: DateTime,
    /// When they were parted again; null as long as they are one.
    parted_at: Option<DateTime>,
}

impl From<listing_merge::Model> for ListingJoining {
    fn from(row: listing_merge::Model) -> Self {
        Self {
            id: NodeId::ListingMerge(row.id).encode(),
            kind: row.kind.into(),
            kept: global(Subject::of(row.kind, row.kept_id)),
            duplicate: global(Subject::of(row.kind, row.merged_id)),
            reason: row.reason,
            made_at: DateTime(row.made_at),
            parted_at: row.undone_at.map(DateTime),
        }
    }
}

/// A listing, for whoever keeps it; null for others.
pub(super) async fn seen(ctx: &Context<'_>, subject: Subject) -> Result<Option<Listing>> {
    Ok(refused(ctx, Box::pin(listings(ctx)?.see(&actor(ctx)?, subject)).await)?.flatten().map(Listing))
}

/// A change by its id, for whoever keeps the listing; null for others.
pub(super) async fn version(ctx: &Context<'_>, id: entity::ids::ListingVersionId) -> Result<Option<ListingVersion>> {
    refused(ctx, listings(ctx)?.find_version(&actor(ctx)?, id).await.map(ListingVersion::of))
}
