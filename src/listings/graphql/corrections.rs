//! Corrections from the field in the graph, and the root fields that ask for them.

use async_graphql::{Context, Enum, ID, Object, Result};
use chrono::DateTime as Instant;
use entity::enums as stored;
use entity::ids::CorrectionId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{ListingFieldChange, actor, listings, parted};
use crate::access::Viewer;
use crate::api::AskedAt;
use crate::api::errors::internal;
use crate::api::ids::NodeId;
use crate::api::paging::{Cursor, PageArgs, PageInfo, PageSize};
use crate::api::scalars::{Date, DateTime};
use crate::connection;
use crate::directory::graphql::agency::Agency;
use crate::directory::graphql::filters::print_of;
use crate::directory::graphql::listing_enums::FieldGroup;
use crate::directory::graphql::location::ServiceAtLocation;
use crate::directory::graphql::nullable;
use crate::directory::graphql::service::Service;
use crate::directory::loaders::{AgencyKey, PlaceKey, ServiceKey};
use crate::listings::Done;
use crate::listings::corrections::reading::{Shown, Whose};
use crate::listings::corrections::refusals;

/// How far a correction from the field has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::CorrectionState")]
pub enum CorrectionState {
    /// Waiting for an answer of whoever keeps the service.
    Open,
    /// Taken over into the listing, in one step or by hand.
    Applied,
    /// Not taken over; the reply says why.
    Declined,
    /// Taken back by whoever made it.
    Withdrawn,
}

/// What a correction from the field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::CorrectionKind")]
pub enum CorrectionKind {
    /// A worker says what would be right.
    Suggestion,
    /// A worker tells that the service turned somebody away.
    Refusal,
    /// Drafted by Signpost, of several refusals with one reason, or of referrals that were refused for it.
    Drafted,
}

/// What a service said when it turned somebody away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::RefusalReason")]
pub enum RefusalReason {
    /// It takes no new people now: every place is taken, or the list is closed.
    NotTakingNewPeople,
    /// It was shut when the listing said that it was open.
    ClosedAtTheTime,
    /// It is not there any more.
    MovedOrGone,
    /// Nobody came to the door, the telephone or the e-mail.
    NobodyAnswered,
    /// It does not do what the listing says.
    NotOffered,
    /// It does not cover where the person lives or stays.
    AreaNotCovered,
    /// It wants a connection to its own area.
    NoLocalConnection,
    /// Too young or too old.
    Age,
    /// It is for another gender.
    Gender,
    /// It takes nobody who uses or drinks, or not so soon.
    UsingNow,
    /// It takes nobody on a substitute prescription.
    SubstitutePrescribing,
    /// Because of an offence; which one is not said here.
    Offences,
    /// Because of the person's mental health.
    MentalHealth,
    /// It takes nobody without recourse to public funds.
    NoRecourse,
    /// It takes nobody with children.
    Children,
    /// It takes nobody with a pet.
    Pets,
    /// It wanted papers that the person did not have.
    NoId,
    /// It takes nobody by the way they came: no self-referral, or no referral by this agency.
    RouteNotAccepted,
    /// It wanted money that the person did not have.
    Cost,
    /// The person could not get in or be understood: stairs, no interpreter.
    NotAccessible,
    /// Anything else, told in words.
    Other,
}

/// What a worker said of a service that is not theirs.
#[derive(Clone, Debug)]
pub struct Correction(pub(super) Shown);

/// What a worker said of a service, and what came of it. Seen by its author, and by editors and managers of the agency
/// whose the service is now; never public. It stays, whatever becomes of the service.
#[Object]
impl Correction {
    /// Global id.
    async fn id(&self) -> ID {
        NodeId::Correction(self.0.row.id).encode()
    }

    /// The service; null where it is not public any more.
    async fn service(&self, ctx: &Context<'_>) -> Option<Result<Service>> {
        nullable(ctx, ServiceKey(self.0.row.service_id), Service).await
    }

    /// What the service was called when this was said.
    async fn service_name(&self) -> &str {
        &self.0.row.service_name
    }

    /// The service's version now: the `expectedVersion` of an answer. Null for those who don't keep it, and where it is
    /// gone.
    async fn service_version(&self) -> Option<i32> {
        self.0.service.filter(|_| self.0.as_owner).map(|(_, version)| version)
    }

    /// The agency whose the service is now, or was when this was said, where the service is gone; null where the agency
    /// is not there any more.
    async fn agency(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        let owner = self.0.service.map_or(self.0.row.agency_id, |(owner, _)| owner);
        nullable(ctx, AgencyKey(owner), Agency).await
    }

    /// The place at which somebody was turned away; null where nobody said, and where it is not public any more.
    async fn place(&self, ctx: &Context<'_>) -> Option<Result<ServiceAtLocation>> {
        nullable(ctx, PlaceKey(self.0.row.place_id?), ServiceAtLocation).await
    }

    /// How far it has come.
    async fn state(&self) -> CorrectionState {
        self.0.row.state.into()
    }

    /// What it is.
    async fn kind(&self) -> CorrectionKind {
        self.0.row.kind.into()
    }

    /// When it was made.
    async fn made_at(&self) -> DateTime {
        DateTime(self.0.row.made_at)
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.row.updated_at)
    }

    /// Who made it, by name; null for what was drafted, and for those who may not know.
    async fn author_name(&self) -> Option<&str> {
        self.0.author.as_deref()
    }

    /// The agency its author acted for; null for what was drafted, and for those of the network.
    async fn author_agency(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        nullable(ctx, AgencyKey(self.0.row.author_agency_id?), Agency).await
    }

    /// What was said, in words; null for a refusal of which no more was said. A draft says of referrals that were refused
    /// that there were enough, and neither how many nor whose.
    async fn words(&self) -> Option<String> {
        match (&self.0.row.words, &self.0.row.referrals) {
            (Some(words), Some(referrals)) => Some(format!("{words} {referrals}")),
            (Some(words), None) | (None, Some(words)) => Some(words.clone()),
            (None, None) => None,
        }
    }

    /// What it proposes to change, from what to what; empty where nothing can be changed in one step.
    async fn proposed(&self) -> Vec<ListingFieldChange> {
        self.0.proposed.iter().cloned().map(Into::into).collect()
    }

    /// Why somebody was turned away; null for a suggestion.
    async fn reason(&self) -> Option<RefusalReason> {
        self.0.row.reason.map(Into::into)
    }

    /// The part of the listing that the reason is about; null for a suggestion, and for `OTHER`.
    async fn about(&self) -> Option<FieldGroup> {
        self.0.row.reason.and_then(refusals::about).map(Into::into)
    }

    /// The day on which somebody was turned away; of a draft, the first such day that a worker told of; null for a
    /// suggestion, and for a draft of referrals alone.
    async fn happened_on(&self) -> Option<Date> {
        self.0.row.happened_on.map(Date)
    }

    /// What was answered; null as long as nobody did.
    async fn reply(&self) -> Option<&str> {
        self.0.row.reply.as_deref()
    }

    /// When it was answered; null as long as nobody did.
    async fn answered_at(&self) -> Option<DateTime> {
        self.0.row.answered_at.map(DateTime)
    }

    /// The agency that answered; null as long as none did.
    async fn answered_for(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        nullable(ctx, AgencyKey(self.0.row.answered_for?), Agency).await
    }

    /// Who answered, by name: for those who keep the service. Null for its author, where a program did, and as long as
    /// nobody did.
    async fn answered_by_name(&self) -> Option<&str> {
        self.0.answered_by.as_deref()
    }

    /// Global id of the change of the listing that it became; null where it became none.
    async fn version_id(&self) -> Option<ID> {
        self.0.row.version_id.map(|id| NodeId::ListingVersion(id).encode())
    }

    /// Whether that change is made: false while a manager has yet to look at it, and where it became none.
    async fn published(&self) -> bool {
        self.0.published
    }

    /// Whether the viewer may answer it.
    async fn viewer_can_answer(&self) -> bool {
        self.0.can_answer()
    }

    /// Whether the viewer may take it back.
    async fn viewer_can_withdraw(&self) -> bool {
        self.0.can_withdraw
    }
}

connection!(CorrectionConnection, CorrectionEdge, Correction, "corrections");

/// Where a correction stands in its list.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct RowKey(i64, Uuid);

fn done<T>(ctx: &Context<'_>, done: Done<T>) -> Result<T> {
    let (found, _) = parted(ctx, done)?;
    found.ok_or_else(|| internal(ctx, &"a list of corrections was refused"))
}

/// A correction as it is now, for whoever has just done something with it.
pub(super) async fn as_it_is(ctx: &Context<'_>, id: Option<CorrectionId>) -> Result<Option<Correction>> {
    let Some(id) = id else { return Ok(None) };
    Ok(done(ctx, listings(ctx)?.correction(&actor(ctx)?, id).await)?.map(Correction))
}

async fn list(
    ctx: &Context<'_>,
    whose: Option<Whose>,
    state: Option<CorrectionState>,
    first: Option<i32>,
    after: Option<String>,
) -> Result<CorrectionConnection> {
    let args = PageArgs::<RowKey>::check(first, after.as_deref(), *ctx.data::<PageSize>()?)?;
    let print = print_of(&[b"corrections", format!("{whose:?} {state:?}").as_bytes()]);
    args.belongs_to(print, ctx.data::<AskedAt>()?.0)?;
    let state = state.map(Into::into);
    let listings = listings(ctx)?;
    let has_previous_page = args.after.is_some();
    let behind =
        args.after.and_then(|after| Some((Instant::from_timestamp_millis(after.key.0)?, CorrectionId(after.key.1))));
    let (rows, has_next_page) = match whose {
        Some(whose) => done(ctx, listings.corrections(&actor(ctx)?, whose, state, behind, args.first).await)?,
        None => (Vec::new(), false),
    };
    let total = match whose {
        Some(whose) if ctx.look_ahead().field("totalCount").exists() => {
            done(ctx, listings.correction_count(whose, state).await)?
        }
        Some(_) | None => 0,
    };
    let key = |shown: &Shown| RowKey(shown.row.made_at.timestamp_millis(), shown.row.id.0);
    let cursors: Vec<String> = rows.iter().map(|shown| Cursor::timeless(print, key(shown)).encode()).collect();
    let page_info = PageInfo {
        has_next_page,
        has_previous_page,
        start_cursor: cursors.first().cloned(),
        end_cursor: cursors.last().cloned(),
    };
    let total = usize::try_from(total).unwrap_or(usize::MAX);
    Ok(CorrectionConnection { nodes: rows.into_iter().map(Correction).collect(), cursors, page_info, total })
}

/// Root fields that ask for corrections.
#[derive(Clone, Copy, Debug, Default)]
pub struct CorrectionQuery;

/// Root fields that ask for corrections.
#[Object]
impl CorrectionQuery {
    /// What workers said of the services that are now the agency's the viewer acts for, the latest first. For its editors
    /// and managers.
    #[graphql(complexity = "crate::api::limits::page_cost(first, 20, child_complexity)")]
    async fn corrections(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that have come so far.")] state: Option<CorrectionState>,
        #[graphql(desc = "How many; the settings say how many at the most.")] first: Option<i32>,
        #[graphql(desc = "Cursor behind which to begin.")] after: Option<String>,
    ) -> Result<CorrectionConnection> {
        list(ctx, actor(ctx)?.agency.map(Whose::Agency), state, first, after).await
    }

    /// What the viewer said of services, with what came of it, the latest first; also of services that were joined to
    /// others, hidden or handed over since. For everybody who signed in.
    #[graphql(complexity = "crate::api::limits::page_cost(first, 20, child_complexity)")]
    async fn my_corrections(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many; the settings say how many at the most.")] first: Option<i32>,
        #[graphql(desc = "Cursor behind which to begin.")] after: Option<String>,
    ) -> Result<CorrectionConnection> {
        let account = ctx.data::<Viewer>()?.person().map(|person| person.account);
        list(ctx, account.map(Whose::Author), None, first, after).await
    }
}
