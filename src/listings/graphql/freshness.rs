//! Freshness in the graph: confirming, the worklist of what is due, who is asked.

use std::collections::HashMap;

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use entity::enums as stored;
use entity::ids::{AccountId, AgencyId};

use super::{ListingError, actor, listings, parted};
use crate::access::Viewer;
use crate::api::AskedAt;
use crate::api::errors::internal;
use crate::api::ids::{self, NodeId};
use crate::api::paging::{Cursor, First, PageArgs, PageInfo, PageSize, page};
use crate::api::scalars::DateTime;
use crate::connection;
use crate::directory::graphql::agency::Agency;
use crate::directory::graphql::filters::print_of;
use crate::directory::graphql::listing_enums::{AssuranceEvidence, FieldGroup};
use crate::directory::graphql::service::Service;
use crate::directory::graphql::{load_one, load_page, nullable, snapshot};
use crate::directory::loaders::{AgencyKey, ServiceKey};
use crate::listings::Done;
use crate::listings::acting::Actor;
use crate::listings::freshness::due::{self, DueRules};
use crate::listings::freshness::keeping::{Duty, agency_to_see, agency_to_set};
use crate::listings::freshness::{Confirm, Confirmed, DueKey, due_services, overdue_services};

/// How due a part of a listing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "due::DueState")]
pub enum DueState {
    /// Nobody ever confirmed it.
    NeverConfirmed,
    /// It was confirmed, too long ago.
    Overdue,
    /// It is fresh, and will not be for long.
    Soon,
}

/// As what somebody is asked to keep an agency's listings true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::DutyRank")]
pub enum DutyRank {
    /// They were named for it.
    NamedContact,
    /// They stand in for the named contact, who can't be asked.
    Deputy,
    /// They manage the agency, and nobody who was named can be asked.
    Manager,
    /// They coordinate the network, and nobody of the agency can be asked.
    Coordinator,
}

/// What to confirm.
#[derive(Clone, Debug, InputObject)]
pub struct ConfirmListingInput {
    /// Of which service, by its global id.
    service: ID,
    /// Which parts, each once. None named confirms none: it is an error.
    groups: Vec<FieldGroup>,
    /// What was looked at, for the agency's own people; at most 500 characters.
    note: Option<String>,
    /// The version that was looked at. Where the listing has changed since, it is refused: nobody confirms what they have
    /// not seen.
    expected_version: i32,
    /// A key of your own, of 1 to 200 characters: the same again within 30 days confirms nothing anew.
    idempotency_key: Option<String>,
}

/// What came of confirming.
#[derive(Clone, Debug, SimpleObject)]
pub struct ConfirmListingPayload {
    /// The service as it is shown now; null where it was refused, and where not everybody sees the service.
    service: Option<Service>,
    /// What it was refused for; empty where it was done.
    errors: Vec<ListingError>,
}

/// Whom to name.
#[derive(Clone, Debug, InputObject)]
pub struct SetListingDutyInput {
    /// Of which agency, by its global id. The one that the viewer acts for where absent.
    agency: Option<ID>,
    /// Who is asked, by their account's global id: somebody who belongs to the agency now.
    named_contact: ID,
    /// Who stands in for them; null for nobody.
    deputy: Option<ID>,
}

/// What came of naming somebody.
#[derive(Clone, Debug, SimpleObject)]
pub struct SetListingDutyPayload {
    /// Who is asked now; null where it was refused.
    duty: Option<ListingDuty>,
    /// What it was refused for; empty where it was done.
    errors: Vec<ListingError>,
}

/// Somebody who was named, or is asked.
#[derive(Clone, Debug, SimpleObject)]
pub struct DutyHolder {
    /// The global id of their account.
    account: ID,
    /// What they are called.
    name: String,
    /// As what.
    rank: DutyRank,
    /// Whether they can be asked: whoever left the agency can't, and what was theirs has passed on.
    answers: bool,
}

/// Who is asked to keep an agency's listings true.
#[derive(Clone, Debug)]
pub struct ListingDuty {
    agency: AgencyId,
    duty: Duty,
}

impl ListingDuty {
    fn holder(&self, account: AccountId, rank: stored::DutyRank) -> DutyHolder {
        let name = self.duty.names.get(&account).cloned().unwrap_or_default();
        let answers = self.duty.line.iter().any(|one| one.account == account && one.rank == rank);
        DutyHolder { account: NodeId::Account(account).encode(), name, rank: rank.into(), answers }
    }

    fn named(&self, rank: stored::DutyRank) -> Option<DutyHolder> {
        let found = self.duty.named.iter().find(|one| one.rank == rank);
        found.map(|one| self.holder(one.account, rank))
    }
}

/// Who is asked to keep an agency's listings true. Seen by the agency's own people, coordinators and administrators. It is
/// reckoned anew each time: when somebody leaves, the duty has passed on.
#[Object]
impl ListingDuty {
    /// The agency.
    async fn agency(&self, ctx: &Context<'_>) -> Result<Agency> {
        let found = load_one(ctx, AgencyKey(self.agency)).await?;
        found.map(Agency).ok_or_else(|| internal(ctx, &"a duty without its agency"))
    }

    /// Who is asked now, and as what; null where there is nobody in the whole network.
    async fn asked(&self) -> Option<DutyHolder> {
        self.duty.line.first().map(|one| self.holder(one.account, one.rank))
    }

    /// Who was named, whether they can be asked or not; null where nobody was.
    async fn named_contact(&self) -> Option<DutyHolder> {
        self.named(stored::DutyRank::NamedContact)
    }

    /// Who was named to stand in, whether they can be asked or not; null where nobody was.
    async fn deputy(&self) -> Option<DutyHolder> {
        self.named(stored::DutyRank::Deputy)
    }

    /// Whether the viewer may name somebody.
    async fn viewer_can_set(&self, ctx: &Context<'_>) -> Result<bool> {
        let viewer = ctx.data::<Viewer>()?;
        Ok(viewer.person().is_some() && agency_to_set(viewer, Some(self.agency)).is_ok())
    }
}

/// A part of a listing that is due.
#[derive(Clone, Debug, SimpleObject)]
pub struct DueGroup {
    /// Which part.
    group: FieldGroup,
    /// How due it is.
    state: DueState,
    /// When it was last confirmed; null where it never was.
    last_confirmed_at: Option<DateTime>,
    /// The last instant at which it is fresh; null where it never was confirmed.
    due_at: Option<DateTime>,
    /// What the person is called who last confirmed it here; null where a program or a source did, or nobody.
    last_confirmed_by: Option<String>,
    /// What they said they looked at; null where they said nothing.
    note: Option<String>,
    /// On what evidence it was last confirmed; null where it never was.
    evidence: Option<AssuranceEvidence>,
}

impl DueGroup {
    fn is_due_now(&self) -> bool {
        match self.state {
            DueState::NeverConfirmed | DueState::Overdue => true,
            DueState::Soon => false,
        }
    }

    fn of(due: due::Due, confirmed: &[Confirmed]) -> Self {
        let last = confirmed.iter().find(|one| one.row.field_group == due.group);
        Self {
            group: due.group.into(),
            state: due.state.into(),
            last_confirmed_at: due.confirmed_at.map(DateTime),
            due_at: due.due_at.map(DateTime),
            last_confirmed_by: last.and_then(|one| one.account.clone()),
            note: last.and_then(|one| one.row.note.clone()),
            evidence: last.map(|one| one.row.evidence.into()),
        }
    }
}

/// A listing of which something is due to be confirmed.
#[derive(Clone, Debug, SimpleObject)]
pub struct DueListing {
    /// The service.
    service: Service,
    /// The version that is shown: give it as `expectedVersion`.
    version: i32,
    /// What is due, the longest first; empty where it was confirmed a moment ago.
    groups: Vec<DueGroup>,
}

connection!(DueListingConnection, DueListingEdge, DueListing, "listings that are due");

/// Mutations about freshness.
#[derive(Clone, Copy, Debug, Default)]
pub struct FreshnessMutation;

/// Mutations about freshness.
#[Object]
impl FreshnessMutation {
    /// Confirms that parts of a service are true now. It makes no version: confirming is not editing. For editors, managers
    /// and programs of its agency.
    async fn confirm_listing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What, of which version.")] input: ConfirmListingInput,
    ) -> Result<ConfirmListingPayload> {
        let wanted = Confirm {
            service: ids::service("input.service", &input.service)?,
            groups: input.groups.into_iter().map(Into::into).collect(),
            note: input.note,
            expected: input.expected_version,
            key: input.idempotency_key,
        };
        let (done, errors) = parted(ctx, listings(ctx)?.confirm(&actor(ctx)?, wanted).await)?;
        let service = match done {
            Some(id) => nullable(ctx, ServiceKey(id), Service).await.transpose()?,
            None => None,
        };
        Ok(ConfirmListingPayload { service, errors })
    }

    /// Names who is asked to keep an agency's listings true, and who stands in for them. For managers in their agency,
    /// coordinators and administrators in any.
    async fn set_listing_duty(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom.")] input: SetListingDutyInput,
    ) -> Result<SetListingDutyPayload> {
        let viewer = ctx.data::<Viewer>()?;
        let by = viewer.person().ok_or_else(|| internal(ctx, &"a field for persons was let through to another"))?;
        let named = input.agency.as_ref().map(|id| ids::agency("input.agency", id)).transpose()?;
        let contact = ids::account("input.namedContact", &input.named_contact)?;
        let deputy = input.deputy.as_ref().map(|id| ids::account("input.deputy", id)).transpose()?;
        let listings = listings(ctx)?;
        let done: Done<AgencyId> = match agency_to_set(viewer, named) {
            Ok(agency) => listings.set_duty(by.account, agency, contact, deputy).await,
            Err(refused) => Err(refused),
        };
        let (done, errors) = parted(ctx, done)?;
        let duty = match done {
            Some(agency) => duty_of(ctx, agency).await?,
            None => None,
        };
        Ok(SetListingDutyPayload { duty, errors })
    }
}

/// What was read, where nothing can be refused.
fn read<T>(ctx: &Context<'_>, done: Done<T>) -> Result<T> {
    done.map_err(|trouble| internal(ctx, &trouble))
}

async fn duty_of(ctx: &Context<'_>, agency: AgencyId) -> Result<Option<ListingDuty>> {
    let found = read(ctx, listings(ctx)?.duty(agency).await)?;
    Ok(found.map(|duty| ListingDuty { agency, duty }))
}

/// What is due of these services of an agency, in their order; none where a service has gone since it was selected, or was
/// given to another agency. Empty where no rows are asked for.
async fn shown(
    ctx: &Context<'_>,
    agency: Option<AgencyId>,
    rows: &[DueKey],
    at: chrono::DateTime<chrono::Utc>,
) -> Result<Vec<Option<DueListing>>> {
    let rules = *ctx.data::<DueRules>()?;
    let services = load_page(ctx, rows.iter().map(|row| ServiceKey(row.service())).collect()).await?;
    let ids: Vec<_> = services.iter().flatten().map(|service| service.id).collect();
    let confirmed = if ids.is_empty() { HashMap::new() } else { read(ctx, listings(ctx)?.confirmations(&ids).await)? };
    let mut found = Vec::with_capacity(services.len());
    for (row, service) in rows.iter().zip(services) {
        let Some(service) = service.filter(|service| Some(service.agency_id) == agency) else {
            found.push(None);
            continue;
        };
        let confirmed = confirmed.get(&row.service()).map_or(&[][..], Vec::as_slice);
        let at_group = |group| confirmed.iter().find(|one| one.row.field_group == group);
        let due =
            rules.due(service.status, service.visibility, |group| at_group(group).map(|one| one.row.assured_at), at);
        let groups = due.into_iter().map(|due| DueGroup::of(due, confirmed)).collect();
        let version = service.version;
        found.push(Some(DueListing { service: Service(service), version, groups }));
    }
    Ok(found)
}

/// The first services of the agency whose listings the viewer keeps of which something is due to be confirmed now, those that
/// have been due longest first; of who keeps none, none.
pub(crate) async fn overdue(ctx: &Context<'_>, first: usize) -> Result<First<DueListing>> {
    let Some(agency) = Actor::of(ctx.data::<Viewer>()?).and_then(|actor| actor.agency) else {
        return Ok(First::none());
    };
    let (rules, at) = (*ctx.data::<DueRules>()?, ctx.data::<AskedAt>()?.0);
    let directory = snapshot(ctx)?;
    let mut rows = overdue_services(directory.services(), agency, &rules, at);
    rows.sort_unstable();
    let First { rows, more } = First::of(rows, first);
    let mut rows: Vec<DueListing> = shown(ctx, Some(agency), &rows, at).await?.into_iter().flatten().collect();
    // What was confirmed a moment ago is due no more.
    rows.retain(|listing| listing.groups.iter().any(DueGroup::is_due_now));
    Ok(First { rows, more })
}

/// Root fields about freshness.
#[derive(Clone, Copy, Debug, Default)]
pub struct FreshnessQuery;

/// Root fields about freshness.
#[Object]
impl FreshnessQuery {
    /// The worklist of the agency that the viewer acts for: its public services of which something is due to be confirmed,
    /// or soon will be, those that have been due longest first. For its editors, managers and programs.
    #[graphql(complexity = "crate::api::limits::page_cost(first, 20, child_complexity)")]
    async fn listings_due(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many; the settings say how many at the most.")] first: Option<i32>,
        #[graphql(desc = "Cursor behind which to begin.")] after: Option<String>,
    ) -> Result<DueListingConnection> {
        let rules = *ctx.data::<DueRules>()?;
        let now = ctx.data::<AskedAt>()?.0;
        let args = PageArgs::<DueKey>::check(first, after.as_deref(), *ctx.data::<PageSize>()?)?;
        let agency = actor(ctx)?.agency;
        let print = print_of(&[b"listingsDue", format!("{agency:?}").as_bytes()]);
        args.belongs_to(print, now)?;
        let at = args.asked_at(now);
        let snapshot = snapshot(ctx)?;
        let rows = match agency {
            Some(agency) => due_services(snapshot.services(), agency, &rules, at),
            None => Vec::new(),
        };
        let behind = |row: &DueKey| args.after.as_ref().is_none_or(|after| *row > after.key);
        let page = page(rows, Ord::cmp, behind, args.first);
        let cursors: Vec<String> = page.rows.iter().map(|row| Cursor::new(print, at, *row).encode()).collect();
        let page_info = PageInfo::of(&page, &cursors);
        let total = page.total;
        let found = shown(ctx, agency, &page.rows, at).await?;
        let found = found.into_iter().zip(cursors).filter_map(|(due, cursor)| Some((due?, cursor)));
        let (nodes, cursors) = found.unzip();
        Ok(DueListingConnection { nodes, cursors, page_info, total })
    }

    /// Who is asked now to keep an agency's listings true, and as what; null where there is no such agency, or the viewer
    /// is none of its people. For members of the agency, coordinators and administrators.
    async fn listing_duty(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The agency's global id; the one that the viewer acts for where absent.")] agency: Option<ID>,
    ) -> Result<Option<ListingDuty>> {
        let named = agency.as_ref().map(|id| ids::agency("agency", id)).transpose()?;
        match agency_to_see(ctx.data::<Viewer>()?, named) {
            Some(agency) => duty_of(ctx, agency).await,
            None => Ok(None),
        }
    }
}
