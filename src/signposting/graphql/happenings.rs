//! What happens to services, in the graph: a subscription, and the query that says where to begin.
//!
//! A subscription is answered in short runs (see [`Course`]): each tells what happened up to what its own snapshot
//! shows, held against the arguments by that snapshot, and ends.

use std::collections::HashSet;

use async_graphql::{Context, Enum, Error, ID, Object, Result, Subscription, Value};
use entity::enums as stored;
use entity::ids::ServiceId;
use futures_util::stream::{self, Stream, StreamExt};

use super::input::SignpostInput;
use super::understood::Understood;
use crate::api::AskedAt;
use crate::api::course::Course;
use crate::api::errors::{bad_input, internal};
use crate::api::horizon::Horizon;
use crate::api::ids::{self, NodeId};
use crate::api::paging::Cursor;
use crate::api::scalars::DateTime;
use crate::database::Database;
use crate::directory::freshness::FreshnessRules;
use crate::directory::graphql::service::Service;
use crate::directory::graphql::{nullable, snapshot};
use crate::directory::happenings::Happening;
use crate::directory::loaders::{Loaders, ServiceKey};
use crate::directory::snapshot::refresh::Live;
use crate::signposting::query::SignpostQuery;
use crate::signposting::watching::concerning;

/// Most services on a list that is watched.
const MOST_SERVICES: usize = 200;
/// Most that one run looks at; the next goes on behind it.
const MOST_IN_A_RUN: usize = 1_000;
/// By which cursors of happenings are told from those of lists.
const PRINT: [u8; 8] = *b"happened";

/// What happened to a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::HappeningKind")]
pub enum HappeningKind {
    /// It does not run any more, or will not for longer than was said.
    Closed,
    /// It runs again.
    Reopened,
    /// It has places free, where it had none or nobody knew.
    CapacityGained,
    /// It has no places free any more.
    CapacityGone,
    /// It is open at other times.
    HoursChanged,
    /// It takes other people.
    EligibilityChanged,
    /// The public sees it no more.
    Withdrawn,
    /// The public sees it for the first time, or again.
    Listed,
}

/// Something that happened to a service.
#[derive(Clone, Copy, Debug)]
pub struct ServiceHappening(Happening);

/// Something that happened to a service. Public; in words it says only what the service's listing says now.
#[Object]
impl ServiceHappening {
    /// Where to go on: give it as `after` to miss nothing that came later.
    async fn cursor(&self) -> String {
        cursor(self.0.id)
    }

    /// What happened.
    async fn kind(&self) -> HappeningKind {
        self.0.kind.into()
    }

    /// When it was written here, which may be later than it happened.
    async fn at(&self) -> DateTime {
        DateTime(self.0.at)
    }

    /// The id of the service, also of one that the public sees no more.
    async fn service_id(&self) -> ID {
        NodeId::Service(self.0.service).encode()
    }

    /// The service as it is now, which may be later than what happened; null where the public sees it no more.
    async fn service(&self, ctx: &Context<'_>) -> Option<Result<Service>> {
        nullable(ctx, ServiceKey(self.0.service), Service).await
    }
}

fn cursor(number: i64) -> String {
    Cursor::timeless(PRINT, number).encode()
}

/// The number a cursor stands for, if it is one of what this request may tell of.
fn number(field: &str, text: &str, told: i64) -> Result<i64> {
    let number = Cursor::<i64>::key_of(text, PRINT).filter(|number| *number >= 0).ok_or_else(|| {
        bad_input(
            field,
            "This is not a cursor of ours: use `cursor` of what happened, or `happeningsCursor`, unchanged.",
        )
    })?;
    if number > told {
        return Err(bad_input(
            field,
            "This cursor is of another history than this directory's: begin again with `happeningsCursor`.",
        ));
    }
    Ok(number)
}

/// Root field of happenings.
#[derive(Clone, Copy, Debug, Default)]
pub struct HappeningQuery;

/// Root field of happenings.
#[Object]
impl HappeningQuery {
    /// Where the happenings stand that this answer shows: with it as `after`, `serviceHappenings` tells everything that
    /// comes later, and nothing that the rest of this answer shows already is missing. Public.
    async fn happenings_cursor(&self, ctx: &Context<'_>) -> Result<String> {
        Horizon::of(ctx).now_only();
        Ok(cursor(ctx.data::<Loaders>()?.told()))
    }
}

/// Root field of happenings.
#[derive(Clone, Copy, Debug, Default)]
pub struct HappeningSubscription;

/// Root field of happenings.
#[Subscription]
impl HappeningSubscription {
    /// What happens to services: to those of a list (a shortlist), and to those that a question finds (a saved search).
    /// At least one of the two is given; with both, what concerns either is told. Public; nothing of the question is
    /// stored. Everything is decided anew for each message, and told in the order in which it happened.
    ///
    /// A saved search is watched by what stays: needs, words, forms, delivery, place, and what is known of the person.
    /// Whether a service runs, is open or has places is not held against it, for that is what is told of; and that a
    /// service was withdrawn is told of any, by its id.
    async fn service_happenings<'c>(
        &self,
        ctx: &Context<'c>,
        #[graphql(desc = "Services to watch, by their ids; at least one and at most 200.")] services: Option<Vec<ID>>,
        #[graphql(desc = "A question to watch, as `signpost` takes it but without `at`; `{}` finds every service.")]
        search: Option<SignpostInput>,
        #[graphql(desc = "What to tell; empty: everything.", default)] kinds: Vec<HappeningKind>,
        #[graphql(desc = "Cursor behind which to begin: what happened since is told first. From now on where absent.")]
        after: Option<String>,
    ) -> Result<impl Stream<Item = ServiceHappening> + use<'c>> {
        let course = ctx.data_opt::<Course>().cloned().unwrap_or_default();
        let watched = Watched::of(ctx, services, search, &kinds).await?;
        let told = ctx.data::<Loaders>()?.told();
        let from = match (course.reached(), course.resumed(), after) {
            (Some(reached), ..) if reached > told => number("after", &cursor(reached), told)?,
            (Some(reached), ..) => reached,
            // What the transport remembers is newer than what the client once began with.
            (None, Some(resumed), _) => number("Last-Event-ID", &resumed, told)?,
            (None, None, Some(after)) => number("after", &after, told)?,
            (None, None, None) => told,
        };
        let (live, database) = (ctx.data::<Live>()?, ctx.data::<Database>()?);
        let happened = if from < told {
            live.happened_between(database, from, told, MOST_IN_A_RUN).await.map_err(|error| internal(ctx, &error))?
        } else {
            Vec::new()
        };
        let is_full = happened.len() >= MOST_IN_A_RUN;
        let through = happened.last().filter(|_| is_full).map_or(told, |last| last.id);
        if through < told {
            course.leave_more();
        }
        let concerning = watched.concerning(ctx, &happened)?;
        let theirs = happened.into_iter().filter(move |happening| concerning.contains(&happening.id));
        let steps = theirs.map(Some).chain(std::iter::once(None));
        // The course is reached step by step, as each is told, and at the end also what was told to nobody.
        Ok(stream::iter(steps).filter_map(move |step| {
            let number = step.map_or(through, |happening| happening.id);
            course.reach(number, cursor(number));
            std::future::ready(step.map(ServiceHappening))
        }))
    }
}

/// What somebody watches.
struct Watched {
    services: HashSet<ServiceId>,
    search: Option<SignpostQuery>,
    kinds: Vec<stored::HappeningKind>,
}

impl Watched {
    async fn of(
        ctx: &Context<'_>,
        services: Option<Vec<ID>>,
        search: Option<SignpostInput>,
        kinds: &[HappeningKind],
    ) -> Result<Self> {
        if kinds.len() > stored::HappeningKind::ALL.len() {
            return Err(bad_input("kinds", "There are not that many kinds: name each once."));
        }
        let kinds = kinds.iter().map(|kind| (*kind).into()).collect();
        if services.is_none() && search.is_none() {
            return Err(bad_input(
                "services",
                "Say what to watch: `services`, a list of ids, or `search`, a question; `search: {}` is every service.",
            ));
        }
        let services = match services {
            None => HashSet::new(),
            Some(ids) if ids.is_empty() || ids.len() > MOST_SERVICES => {
                let message = format!("{} services: at least 1 and at most {MOST_SERVICES} can be watched.", ids.len());
                return Err(bad_input("services", message));
            }
            Some(ids) => {
                let each = ids.iter().enumerate();
                each.map(|(index, id)| ids::service(&format!("services[{index}]"), id)).collect::<Result<_>>()?
            }
        };
        let search = match search {
            None => None,
            Some(search) => Some(question(ctx, search).await.map_err(|error| as_of(error, "search"))?),
        };
        Ok(Self { services, search, kinds })
    }

    /// The numbers of what concerns them, by the request's own snapshot.
    fn concerning(&self, ctx: &Context<'_>, happened: &[Happening]) -> Result<HashSet<i64>> {
        let told = |happening: &&Happening| self.kinds.is_empty() || self.kinds.contains(&happening.kind);
        let happened: Vec<Happening> = happened.iter().filter(told).copied().collect();
        let mut found = match &self.search {
            Some(query) if !happened.is_empty() => {
                concerning(&*snapshot(ctx)?, query, ctx.data::<FreshnessRules>()?, &happened)
            }
            Some(_) | None => HashSet::new(),
        };
        let listed = happened.iter().filter(|happening| self.services.contains(&happening.service));
        found.extend(listed.map(|happening| happening.id));
        Ok(found)
    }
}

/// The question as it stands at this instant.
async fn question(ctx: &Context<'_>, search: SignpostInput) -> Result<SignpostQuery> {
    if search.at.is_some() {
        return Err(bad_input("input.at", "What is watched is watched from now on: leave the instant out."));
    }
    let now = ctx.data::<AskedAt>()?.0;
    let text = search.text.clone();
    let understood = text.map(|text| Understood::of(ctx, "input.text", &text)).transpose()?;
    let live = ctx.data::<Live>()?;
    search.into_query(ctx, live.needs(), understood.as_ref().map(Understood::found), now).await
}

/// The error of a question that stands in an argument of another name.
fn as_of(mut error: Error, argument: &str) -> Error {
    if let Some(extensions) = &mut error.extensions
        && let Some(Value::String(field)) = extensions.get("field")
        && let Some(rest) = field.strip_prefix("input")
    {
        let field = format!("{argument}{rest}");
        extensions.set("field", field);
    }
    error
}
