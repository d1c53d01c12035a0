//! Calendar feeds in the graph. Thin: what stands in a calendar is decided by the rule, in `calendars::reading`.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::Calendars;
use super::feeds::{FeedSeen, Made, Making};
use crate::api::ids::{self, NodeId};
use crate::api::scalars::DateTime;
use crate::directory::graphql::agency::Agency;
use crate::directory::graphql::location::Location;
use crate::directory::graphql::nullable;
use crate::directory::loaders::{AgencyKey, LocationKey};
use crate::people::graphql::{ServiceUserError, found, parted, worker};

/// An address at which the viewer's calendar program reads appointments.
#[derive(Clone, Debug)]
pub struct CalendarFeed(FeedSeen);

/// An address at which the viewer's calendar program reads appointments of an agency, from 30 days ago to 180 days ahead:
/// what sort each is, how it is held, when, and the hub; of a hub not how, where that is a place; and where names are wanted
/// nothing of a place. It is read at most once a minute. Seen by its owner alone. It ends at once when it is revoked, when
/// another of its sort is made, when the account is disabled, and with the membership by which it was made. One of a hub whose
/// address is a secret leads nowhere.
#[Object]
impl CalendarFeed {
    /// Global id, to revoke it by.
    async fn id(&self) -> ID {
        NodeId::CalendarFeed(self.0.row.id).encode()
    }

    /// The agency; null where it is not shown.
    async fn agency(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        nullable(ctx, AgencyKey(self.0.row.agency_id), Agency).await
    }

    /// Whether it is that of a hub; otherwise it holds the appointments that are with its owner.
    async fn is_of_hub(&self) -> bool {
        self.0.row.location_id.is_some()
    }

    /// The hub; null where it is of none, and where that is not shown.
    async fn hub(&self, ctx: &Context<'_>) -> Option<Result<Location>> {
        nullable(ctx, LocationKey(self.0.row.location_id?), Location).await
    }

    /// Whether given names are wanted in it.
    async fn with_names(&self) -> bool {
        self.0.row.with_names
    }

    /// Whether given names may stand in it now: they are wanted, and the agency allows them. Even then they stand only beside
    /// appointments of people whom its owner may see.
    async fn shows_names(&self) -> bool {
        self.0.names
    }

    /// When it was made.
    async fn made_at(&self) -> DateTime {
        DateTime(self.0.row.made_at.to_utc())
    }
}

/// Of what a calendar feed is made.
#[derive(Clone, Debug, InputObject)]
pub struct MakeCalendarFeedInput {
    /// A hub, by the location's global id: what the agency has there, for its managers. Where nothing is said, the
    /// appointments that are with the viewer, for link workers.
    pub hub: Option<ID>,
    /// Whether given names are wanted in it, where the agency allows them. Then it says nothing of places, be there names or
    /// not: together they would tell who is in custody.
    #[graphql(default)]
    pub with_names: bool,
}

/// What came of making a calendar feed.
#[derive(Clone, Debug, SimpleObject)]
pub struct MakeCalendarFeedPayload {
    /// The feed; null where it was refused.
    pub feed: Option<CalendarFeed>,
    /// Its address, to be given to a calendar program and to nobody else: whoever holds it reads the calendar. It is told
    /// here and never again. It is a path without a server where the settings do not say where this server is reached; null
    /// where the feed was refused.
    pub address: Option<String>,
    /// What it was refused for; empty where it was made.
    pub errors: Vec<ServiceUserError>,
}

/// What came of revoking a calendar feed.
#[derive(Clone, Debug, SimpleObject)]
pub struct RevokeCalendarFeedPayload {
    /// The viewer's feeds that were not ended.
    pub feeds: Vec<CalendarFeed>,
    /// What it was refused for; empty where it was done.
    pub errors: Vec<ServiceUserError>,
}

/// What came of a choice about names in calendars.
#[derive(Clone, Debug, SimpleObject)]
pub struct AllowNamesInCalendarsPayload {
    /// Whether given names may stand in the calendar feeds of the agency; null where nothing was done.
    pub allowed: Option<bool>,
    /// What it was refused for; empty where it was done.
    pub errors: Vec<ServiceUserError>,
}

fn calendars<'c>(ctx: &Context<'c>) -> Result<&'c Calendars> {
    ctx.data::<Calendars>()
}

async fn mine(ctx: &Context<'_>) -> Result<Vec<CalendarFeed>> {
    let feeds = found(ctx, calendars(ctx)?.mine(worker(ctx)?).await)?;
    Ok(feeds.into_iter().map(CalendarFeed).collect())
}

/// Root fields that ask for calendar feeds.
#[derive(Clone, Copy, Debug, Default)]
pub struct CalendarQuery;

/// Root fields that ask for calendar feeds.
#[Object]
impl CalendarQuery {
    /// The viewer's own calendar feeds of the agency that they act for, as far as they were not ended, the first first. Their
    /// addresses are not told again. For link workers and managers.
    #[graphql(complexity = "crate::api::limits::list_cost(5, child_complexity)")]
    async fn my_calendar_feeds(&self, ctx: &Context<'_>) -> Result<Vec<CalendarFeed>> {
        mine(ctx).await
    }
}

/// Mutations about calendar feeds.
#[derive(Clone, Copy, Debug, Default)]
pub struct CalendarMutation;

/// Mutations about calendar feeds.
#[Object]
impl CalendarMutation {
    /// Makes a secret address at which a calendar program reads appointments; the one of the same sort that the viewer had
    /// before works no more. Nobody is named in it, unless the agency allows given names and they are wanted. For link
    /// workers of their own appointments, and for managers of a hub.
    async fn make_calendar_feed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of what, and how.")] input: MakeCalendarFeedInput,
    ) -> Result<MakeCalendarFeedPayload> {
        let making = Making {
            hub: input.hub.as_ref().map(|id| ids::location("input.hub", id)).transpose()?,
            with_names: input.with_names,
        };
        let done = calendars(ctx)?.make(worker(ctx)?, making).await;
        let (done, errors) = parted(ctx, done.map(|Made { feed, address }| (CalendarFeed(feed), address)))?;
        let (feed, address) = done.unzip();
        Ok(MakeCalendarFeedPayload { feed, address, errors })
    }

    /// Ends a calendar feed of the viewer's own at once. For link workers and managers.
    async fn revoke_calendar_feed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the feed.")] id: ID,
    ) -> Result<RevokeCalendarFeedPayload> {
        let id = ids::calendar_feed("id", &id)?;
        let (_, errors) = parted(ctx, calendars(ctx)?.revoke(worker(ctx)?, id).await)?;
        Ok(RevokeCalendarFeedPayload { feeds: mine(ctx).await?, errors })
    }

    /// Lets given names stand in those calendar feeds of the agency whose owners want them and may see the person, or takes
    /// that back; from the next look of a calendar program on. Without it no name stands in any. For managers.
    async fn allow_names_in_calendars(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whether they may.")] allowed: bool,
    ) -> Result<AllowNamesInCalendarsPayload> {
        let done = calendars(ctx)?.allow_names(worker(ctx)?, allowed).await;
        let (allowed, errors) = parted(ctx, done.map(|()| allowed))?;
        Ok(AllowNamesInCalendarsPayload { allowed, errors })
    }
}
