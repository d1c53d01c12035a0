//! Mutations by which an agency changes its listings, each for one act.

use async_graphql::{Context, Object, Result};
use entity::enums::{ServiceStatus, VersionAction};
use entity::ids::{AgencyId, ListingVersionId};

use super::acts::{
    CloseTemporarilyInput, CreateAgencyInput, CreateLocationInput, CreateServiceInput, EndServiceInput, ReopenInput,
    SetCapacityInput, SetServiceEligibilityInput, SetServiceHoursInput, UpdateAgencyInput, UpdateLocationInput,
    UpdateServiceInput,
};
use super::inputs::{bad, named, schedules};
use super::types::{Listing, ListingVersion, seen, version};
use super::{ListingError, actor, listings, parted};
use crate::api::AskedAt;
use crate::api::ids;
use crate::api::scalars::DateTime;
use crate::directory::graphql::duplicates::{self, PossibleDuplicate};
use crate::directory::listing::{AgencyListing, LocationListing, ServiceListing, StoredService};
use crate::listings::editing::{Change, When};
use crate::listings::making::Made;
use crate::listings::subject::{Listing as Stored, Subject};
use crate::listings::{Done, Refused, Trouble, Why};

/// What comes of a change.
#[derive(Clone, Debug, async_graphql::SimpleObject)]
pub struct ListingPayload {
    /// The listing as it is now: as it was, where the change waits; null where it was refused.
    pub listing: Option<Listing>,
    /// The change; null where it was refused, and where a listing was made.
    pub change: Option<ListingVersion>,
    /// What was there already and looks like the agency or service that was made, best first: it stands beside it until
    /// a coordinator joins the two. Empty for a change of what is there.
    pub possible_duplicates: Vec<PossibleDuplicate>,
    /// What it was refused for, all of it; empty where it was done.
    pub errors: Vec<ListingError>,
}

impl ListingPayload {
    /// What is there as it is now, and the change.
    pub(super) fn of(listing: Option<Listing>, change: Option<ListingVersion>, errors: Vec<ListingError>) -> Self {
        Self { listing, change, possible_duplicates: Vec::new(), errors }
    }
}

/// The payload of a change to a listing.
pub(super) async fn payload(
    ctx: &Context<'_>,
    subject: Subject,
    done: Done<ListingVersionId>,
) -> Result<ListingPayload> {
    let (done, errors) = parted(ctx, done)?;
    let Some(id) = done else { return Ok(ListingPayload::of(None, None, errors)) };
    Ok(ListingPayload::of(seen(ctx, subject).await?, version(ctx, id).await?, errors))
}

/// The payload of a listing that was made.
async fn made(ctx: &Context<'_>, done: Done<Subject>) -> Result<ListingPayload> {
    let (done, errors) = parted(ctx, of_fields(done))?;
    let Some(subject) = done else { return Ok(ListingPayload::of(None, None, errors)) };
    let possible_duplicates = match subject {
        Subject::Agency(id) => duplicates::like_agency(ctx, id).await?,
        Subject::Service(id) => duplicates::like_service(ctx, id).await?,
        Subject::Location(_) => Vec::new(),
    };
    Ok(ListingPayload { possible_duplicates, ..ListingPayload::of(seen(ctx, subject).await?, None, errors) })
}

/// What was refused, each by its name in an input whose field `fields` says what the listing is to say.
fn of_fields<T>(done: Done<T>) -> Done<T> {
    const BESIDE: [&str; 7] = ["draft", "expectedVersion", "fields", "id", "idempotencyKey", "publishAt", "reason"];
    done.map_err(|trouble| match trouble {
        Trouble::Refused(mut refused) => {
            for one in &mut refused {
                let within = one.field.as_deref().and_then(|field| field.strip_prefix("input."));
                if let Some(within) = within
                    && !BESIDE.contains(&within.split(['.', '[']).next().unwrap_or_default())
                {
                    one.field = Some(format!("input.fields.{within}"));
                }
            }
            Trouble::Refused(refused)
        }
        failed @ Trouble::Failed(_) => failed,
    })
}

fn when(publish_at: Option<DateTime>, draft: bool) -> Done<When> {
    match (publish_at, draft) {
        (None, false) => Ok(When::Now),
        (Some(at), false) => Ok(When::From(at.0)),
        (None, true) => Ok(When::Draft),
        (Some(_), true) => Err(bad("input.draft", "A draft has no hour: leave one of the two out.")),
    }
}

/// What a change is, from an input of it.
macro_rules! change {
    ($input:expr, $action:expr, $when:expr) => {
        Change {
            action: $action,
            expected: $input.expected_version,
            reason: $input.reason.clone(),
            when: $when,
            key: $input.idempotency_key.clone(),
            input: format!("{:?}", $input),
        }
    };
}

/// The service that a listing is of.
fn service(listing: &mut Stored) -> Done<&mut StoredService> {
    match listing {
        Stored::Service(service) => Ok(service),
        Stored::Agency(_) | Stored::Location(_) => Err(Refused::whole(Why::NotFound, "There is no such service.")),
    }
}

async fn edit(
    ctx: &Context<'_>,
    subject: Subject,
    change: Done<Change>,
    does: impl FnOnce(&mut Stored) -> Done<()>,
) -> Result<ListingPayload> {
    let by_fields = change.as_ref().is_ok_and(|change| change.action == VersionAction::Edited);
    let done = match change {
        // What a listing is made of is large, and so is what works on it.
        Ok(change) => Box::pin(listings(ctx)?.edit(&actor(ctx)?, subject, change, does)).await,
        Err(trouble) => Err(trouble),
    };
    Box::pin(payload(ctx, subject, if by_fields { of_fields(done) } else { done })).await
}

/// The agency that whoever makes something acts for.
fn own(ctx: &Context<'_>) -> Result<Done<AgencyId>> {
    let agency = actor(ctx)?.agency;
    Ok(agency.ok_or_else(|| Refused::whole(Why::NotFound, "There is no agency to make it for.")))
}

/// Mutations of listings.
#[derive(Clone, Copy, Debug, Default)]
pub struct EditingMutation;

/// Mutations of listings.
#[Object]
impl EditingMutation {
    /// Makes an agency. For coordinators; its manager is then invited.
    async fn create_agency(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its fields.")] input: CreateAgencyInput,
    ) -> Result<ListingPayload> {
        let told =
            Made { reason: input.reason.clone(), key: input.idempotency_key.clone(), input: format!("{input:?}") };
        let mut agency = AgencyListing::new(String::new(), String::new());
        let done = match input.fields.onto(&mut agency) {
            Ok(()) => Box::pin(listings(ctx)?.make_agency(&actor(ctx)?, told, agency)).await.map(Subject::Agency),
            Err(trouble) => Err(trouble),
        };
        made(ctx, done).await
    }

    /// Makes a service of the agency that the viewer acts for. For its editors, managers and programs.
    async fn create_service(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its fields.")] input: CreateServiceInput,
    ) -> Result<ListingPayload> {
        let told =
            Made { reason: input.reason.clone(), key: input.idempotency_key.clone(), input: format!("{input:?}") };
        let at = ctx.data::<AskedAt>()?.0;
        let new = own(ctx)?.and_then(|agency| {
            let mut service = ServiceListing::new(String::new(), agency, String::new());
            input.fields.onto(&mut service, at).map(|()| service)
        });
        let done = match new {
            Ok(service) => {
                Box::pin(listings(ctx)?.make_service(&actor(ctx)?, told, service)).await.map(Subject::Service)
            }
            Err(trouble) => Err(trouble),
        };
        made(ctx, done).await
    }

    /// Makes a location of the agency that the viewer acts for: nobody sees it before a public service is there. For its
    /// editors, managers and programs.
    async fn create_location(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its fields.")] input: CreateLocationInput,
    ) -> Result<ListingPayload> {
        let told =
            Made { reason: input.reason.clone(), key: input.idempotency_key.clone(), input: format!("{input:?}") };
        let new = own(ctx)?.and_then(|_| {
            let mut location = LocationListing::new(String::new());
            input.fields.onto(&mut location).map(|()| location)
        });
        let done = match new {
            Ok(location) => {
                Box::pin(listings(ctx)?.make_location(&actor(ctx)?, told, location)).await.map(Subject::Location)
            }
            Err(trouble) => Err(trouble),
        };
        made(ctx, done).await
    }

    /// Changes what an agency says of itself. For its editors, managers and programs.
    async fn update_agency(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and what.")] input: UpdateAgencyInput,
    ) -> Result<ListingPayload> {
        let subject = Subject::Agency(ids::agency("input.id", &input.id)?);
        let change = when(input.publish_at, input.draft).map(|when| change!(input, VersionAction::Edited, when));
        let fields = input.fields;
        edit(ctx, subject, change, |listing| match listing {
            Stored::Agency(agency) => fields.onto(agency),
            Stored::Service(_) | Stored::Location(_) => Err(Refused::whole(Why::NotFound, "There is no such agency.")),
        })
        .await
    }

    /// Changes what is said of a service. For the editors, managers and programs of its agency.
    async fn update_service(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and what.")] input: UpdateServiceInput,
    ) -> Result<ListingPayload> {
        let subject = Subject::Service(ids::service("input.id", &input.id)?);
        let change = when(input.publish_at, input.draft).map(|when| change!(input, VersionAction::Edited, when));
        let (fields, at) = (input.fields, ctx.data::<AskedAt>()?.0);
        edit(ctx, subject, change, |listing| fields.onto(service(listing)?, at)).await
    }

    /// Changes what is said of a location. For the editors, managers and programs of the agency that made it or was there
    /// first; for coordinators where a source put several agencies there at once.
    async fn update_location(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and what.")] input: UpdateLocationInput,
    ) -> Result<ListingPayload> {
        let subject = Subject::Location(ids::location("input.id", &input.id)?);
        let change = when(input.publish_at, input.draft).map(|when| change!(input, VersionAction::Edited, when));
        let fields = input.fields;
        edit(ctx, subject, change, |listing| match listing {
            Stored::Location(location) => fields.onto(location),
            Stored::Agency(_) | Stored::Service(_) => Err(Refused::whole(Why::NotFound, "There is no such location.")),
        })
        .await
    }

    /// Sets the hours of a service, or of one of its places. For the editors, managers and programs of its agency.
    async fn set_service_hours(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and what.")] input: SetServiceHoursInput,
    ) -> Result<ListingPayload> {
        let subject = Subject::Service(ids::service("input.id", &input.id)?);
        let change = when(input.publish_at, input.draft).map(|when| change!(input, VersionAction::HoursSet, when));
        let SetServiceHoursInput { schedules: lines, location, .. } = input;
        edit(ctx, subject, change, |listing| {
            let service = service(listing)?;
            let lines = schedules("input.schedules", lines)?;
            match location {
                None => service.schedules = lines,
                Some(location) => {
                    let location = named("input.location", &location, ids::location)?;
                    let place = service.places.iter_mut().find(|place| place.location == location);
                    let none = || Refused::field(Why::NotFound, "input.location", "The service is not offered there.");
                    place.ok_or_else(none)?.schedules = lines;
                }
            }
            Ok(())
        })
        .await
    }

    /// Sets whom a service takes. For the editors, managers and programs of its agency.
    async fn set_service_eligibility(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and what.")] input: SetServiceEligibilityInput,
    ) -> Result<ListingPayload> {
        let subject = Subject::Service(ids::service("input.id", &input.id)?);
        let change =
            when(input.publish_at, input.draft).map(|when| change!(input, VersionAction::EligibilitySet, when));
        let stated = input.eligibility;
        edit(ctx, subject, change, |listing| {
            service(listing)?.eligibility = stated.stated()?;
            Ok(())
        })
        .await
    }

    /// Sets the places and the waiting time of a service: at once, whatever the agency wants looked at. For the editors,
    /// managers and programs of its agency.
    async fn set_capacity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and what.")] input: SetCapacityInput,
    ) -> Result<ListingPayload> {
        let subject = Subject::Service(ids::service("input.id", &input.id)?);
        let change = Ok(change!(input, VersionAction::CapacitySet, When::Now));
        let (capacity, at) = (input.capacity, ctx.data::<AskedAt>()?.0);
        edit(ctx, subject, change, |listing| {
            service(listing)?.capacity = Some(capacity.at(at)?);
            Ok(())
        })
        .await
    }

    /// Says that a service is closed for a while: at once, whatever the agency wants looked at. For the editors, managers
    /// and programs of its agency.
    async fn close_temporarily(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and until when.")] input: CloseTemporarilyInput,
    ) -> Result<ListingPayload> {
        let subject = Subject::Service(ids::service("input.id", &input.id)?);
        let change = Ok(change!(input, VersionAction::ClosedTemporarily, When::Now));
        let CloseTemporarilyInput { reopens_on, alert, .. } = input;
        let today = ctx.data::<AskedAt>()?.0.date_naive();
        edit(ctx, subject, change, |listing| {
            let service = service(listing)?;
            if service.status == ServiceStatus::Defunct {
                return Err(Refused::field(Why::BadValue, "input.id", "The service has ended for good."));
            }
            if reopens_on.is_some_and(|date| date.0 < today) {
                return Err(bad("input.reopensOn", "That day is past: name one to come, or leave it out."));
            }
            service.status = ServiceStatus::TemporarilyClosed;
            service.reopens_on = reopens_on.map(|date| date.0);
            service.alert = alert.or(service.alert.take());
            Ok(())
        })
        .await
    }

    /// Says that a service is open again: at once. For the editors, managers and programs of its agency.
    async fn reopen(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: ReopenInput,
    ) -> Result<ListingPayload> {
        let subject = Subject::Service(ids::service("input.id", &input.id)?);
        let change = Ok(change!(input, VersionAction::Reopened, When::Now));
        let keep_alert = input.keep_alert;
        edit(ctx, subject, change, |listing| {
            let service = service(listing)?;
            if service.status == ServiceStatus::Active {
                let message = "It is not closed: to change what stands beside it, use `updateService`.";
                return Err(Refused::whole(Why::NothingChanges, message));
            }
            service.status = ServiceStatus::Active;
            service.reopens_on = None;
            if !keep_alert {
                service.alert = None;
            }
            Ok(())
        })
        .await
    }

    /// Says that a service has ended for good. It stays, so that whoever knew it finds out. For the editors, managers and
    /// programs of its agency.
    async fn end_service(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and from when on.")] input: EndServiceInput,
    ) -> Result<ListingPayload> {
        let subject = Subject::Service(ids::service("input.id", &input.id)?);
        let change = when(input.publish_at, false).map(|when| change!(input, VersionAction::Ended, when));
        edit(ctx, subject, change, |listing| {
            let service = service(listing)?;
            service.status = ServiceStatus::Defunct;
            service.reopens_on = None;
            Ok(())
        })
        .await
    }
}
