//! The whole schema: the rooms' types put together, above them all.

use std::any::TypeId;
use std::sync::Arc;

use async_graphql::{
    Context, Data, Executor, Interface, MergedObject, MergedSubscription, Object, Pos, Request, Response, Result,
    Schema, SchemaBuilder, ServerError, SimpleObject, Variables, parser::types::ExecutableDocument,
};
use entity::enums::FieldGroup;
use futures_util::future::BoxFuture;
use futures_util::stream::{BoxStream, StreamExt, once};

use crate::access::ledger::{self, NotWritten, Pending};
use crate::access::operations::Turned;
use crate::access::{Viewer, operations};
use crate::accounts::Accounts;
use crate::accounts::graphql::AccountError;
use crate::accounts::graphql::managing::ManagingMutation;
use crate::accounts::graphql::queries::AccountQuery;
use crate::accounts::graphql::signing_in::SigningInMutation;
use crate::agreements::graphql::AgreementError;
use crate::agreements::graphql::root::{AgreementMutation, AgreementQuery};
use crate::api::errors::{bad_input, changing, failed_on_our_side};
use crate::api::limits::{self, QueryLimits};
use crate::api::nul::place_of_nul;
use crate::api::omitted::without_omitted;
use crate::api::paging::PageSize;
use crate::calendars::Calendars;
use crate::calendars::graphql::{CalendarMutation, CalendarQuery};
use crate::config::{Config, Freshness};
use crate::database::Database;
use crate::directory::freshness::FreshnessRules;
use crate::directory::graphql::duplicates::DuplicateQuery;
use crate::directory::graphql::filters::{FARTHEST_KM, MOST_ENTRIES, MOST_TEXT};
use crate::directory::graphql::queries::DirectoryQuery;
use crate::directory::graphql::suggestions::SuggestionQuery;
use crate::directory::snapshot::refresh::Live;
use crate::listings::Listings;
use crate::listings::freshness::due::DueRules;
use crate::listings::graphql::ListingError;
use crate::listings::graphql::coordinating::CoordinatingMutation;
use crate::listings::graphql::correcting::CorrectionMutation;
use crate::listings::graphql::corrections::CorrectionQuery;
use crate::listings::graphql::deciding::DecidingMutation;
use crate::listings::graphql::editing::EditingMutation;
use crate::listings::graphql::freshness::{FreshnessMutation, FreshnessQuery};
use crate::listings::graphql::queries::ListingQuery;
use crate::myday::graphql::MyDayQuery;
use crate::notices::Notices;
use crate::notices::graphql::NoticeError;
use crate::notices::graphql::root::{NoticeMutation, NoticeQuery};
use crate::pathway::Pathways;
use crate::pathway::graphql::PathwayQuery;
use crate::pathway::graphql::changed::{LookEvery, PathwaySubscription};
use crate::people::People;
use crate::people::graphql::ServiceUserError;
use crate::people::graphql::appointments::figures::FigureQuery;
use crate::people::graphql::appointments::mutations::AppointmentMutation;
use crate::people::graphql::appointments::queries::AppointmentQuery;
use crate::people::graphql::caseloads::{CaseloadMutation, TeamQuery};
use crate::people::graphql::consenting::{ConsentMutation, ConsentQuery};
use crate::people::graphql::groups::mutations::GroupMutation;
use crate::people::graphql::groups::queries::GroupQuery;
use crate::people::graphql::mutations::ServiceUserMutation;
use crate::people::graphql::queries::ServiceUserQuery;
use crate::people::graphql::referrals::figures::ReferralFiguresQuery;
use crate::people::graphql::referrals::mutations::ReferralMutation;
use crate::people::graphql::referrals::queries::ReferralQuery;
use crate::people::graphql::tasks::covers::{CoverMutation, CoverQuery};
use crate::people::graphql::tasks::mutations::TaskMutation;
use crate::people::graphql::tasks::queries::TaskQuery;
use crate::people::graphql::wishes::WishesMutation;
use crate::people::reading::TRIES;
use crate::signposting::graphql::SignpostingQuery;
use crate::signposting::graphql::happenings::{HappeningQuery, HappeningSubscription};
use crate::signposting::graphql::planned::PlanQuery;
use crate::signposting::graphql::understood::InterpretationQuery;
use crate::signposting::interpret::Interpreter;
use crate::signposts::Signposts;
use crate::signposts::graphql::mutations::SignpostGivenMutation;
use crate::signposts::graphql::queries::SignpostGivenQuery;
use crate::telemetry::RequestId;

/// The root of all queries.
#[derive(Debug, Default, MergedObject)]
#[graphql(name = "Query")]
pub struct Query(
    DirectoryQuery,
    SuggestionQuery,
    DuplicateQuery,
    SignpostingQuery,
    InterpretationQuery,
    PlanQuery,
    HappeningQuery,
    AccountQuery,
    ListingQuery,
    CorrectionQuery,
    FreshnessQuery,
    AgreementQuery,
    ServiceUserQuery,
    TeamQuery,
    ConsentQuery,
    ReferralQuery,
    ReferralFiguresQuery,
    AppointmentQuery,
    FigureQuery,
    GroupQuery,
    TaskQuery,
    CoverQuery,
    SignpostGivenQuery,
    NoticeQuery,
    PathwayQuery,
    MyDayQuery,
    CalendarQuery,
    AboutQuery,
);

/// The root of all mutations.
#[derive(Debug, Default, MergedObject)]
#[graphql(name = "Mutation")]
pub struct Mutation(
    SigningInMutation,
    ManagingMutation,
    EditingMutation,
    DecidingMutation,
    CoordinatingMutation,
    CorrectionMutation,
    FreshnessMutation,
    AgreementMutation,
    ServiceUserMutation,
    CaseloadMutation,
    WishesMutation,
    ConsentMutation,
    ReferralMutation,
    AppointmentMutation,
    GroupMutation,
    TaskMutation,
    CoverMutation,
    SignpostGivenMutation,
    NoticeMutation,
    CalendarMutation,
);

/// What a change was refused for: in words for whoever asked for it.
#[derive(Clone, Debug, Interface)]
#[graphql(
    field(name = "message", ty = "String", desc = "What is wrong, and what would be right; never anything personal."),
    field(
        name = "field",
        ty = "Option<String>",
        desc = "The field of the input that is wrong, as `input.email`; null where none is to blame."
    )
)]
pub enum UserError {
    /// About an account.
    Account(AccountError),
    /// About a listing.
    Listing(ListingError),
    /// About an information-sharing agreement.
    Agreement(AgreementError),
    /// About a service user.
    ServiceUser(ServiceUserError),
    /// About notices.
    Notice(NoticeError),
}

/// The root of all subscriptions.
#[derive(Debug, Default, MergedSubscription)]
#[graphql(name = "Subscription")]
pub struct Subscription(HappeningSubscription, PathwaySubscription);

/// What the server tells of itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct AboutQuery;

/// What the server tells of itself.
#[Object]
impl AboutQuery {
    /// The limits that this server holds questions to.
    async fn service_config(&self, ctx: &Context<'_>) -> Result<ServiceConfig> {
        let pages = *ctx.data::<PageSize>()?;
        let limits = ctx.data::<QueryLimits>()?;
        let whole = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
        Ok(ServiceConfig {
            default_page_size: whole(pages.default as usize),
            max_page_size: whole(pages.most as usize),
            max_depth: whole(limits.max_depth),
            max_cost: whole(limits.max_cost),
            max_aliases: whole(limits.max_aliases),
            max_text_characters: whole(MOST_TEXT),
            max_list_entries: whole(MOST_ENTRIES),
            max_radius_km: FARTHEST_KM,
        })
    }
}

/// The limits that this server holds questions to; what exceeds one is refused, never cut short.
#[derive(Clone, Debug, SimpleObject)]
pub struct ServiceConfig {
    /// Rows of a page where `first` is absent.
    pub default_page_size: i32,
    /// Most rows of a page.
    pub max_page_size: i32,
    /// Most fields nested in one another.
    pub max_depth: i32,
    /// Most cost of a question; what one cost stands in `extensions.cost`.
    pub max_cost: i32,
    /// Most aliases in a question.
    pub max_aliases: i32,
    /// Most characters of a text that is searched for.
    pub max_text_characters: i32,
    /// Most entries of a list in a question.
    pub max_list_entries: i32,
    /// Farthest that is searched, in kilometres.
    pub max_radius_km: f64,
}

type SignpostSchema = Schema<Query, Mutation, Subscription>;

fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query::default(), Mutation::default(), Subscription::default()).register_output_type::<UserError>()
}

/// The schema as text, sorted: what `schema.graphql` holds.
#[must_use]
pub fn text() -> String {
    let options = async_graphql::SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .include_specified_by();
    let text = builder().finish().sdl_with_options(options);
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    format!("{}\n", lines.join("\n").trim_end())
}

/// The days for which confirmations count, from the settings.
#[must_use]
pub fn freshness_rules(days: &Freshness) -> FreshnessRules {
    FreshnessRules::new(|group| match group {
        FieldGroup::Description => days.description,
        FieldGroup::Contact => days.contact,
        FieldGroup::Hours => days.hours,
        FieldGroup::Eligibility => days.eligibility,
        FieldGroup::Capacity => days.capacity,
        FieldGroup::Place => days.place,
    })
}

/// What is due to be confirmed, by the settings.
#[must_use]
pub fn due_rules(settings: &Freshness) -> DueRules {
    DueRules::new(freshness_rules(settings), settings.remind_days_before)
}

/// Runs requests, after the operations table was asked and every limit held against them.
#[derive(Clone)]
pub struct Guarded {
    /// Holds requests against the limits and executes nothing.
    checks: SignpostSchema,
    /// Executes what was let pass.
    executes: SignpostSchema,
    /// Where the decisions of a question are written before its answer leaves.
    database: Database,
}

/// Not an asynchronous function itself, so that the engine is compiled for this schema once, here, and not again in
/// everything that asks it.
fn run(schema: &SignpostSchema, request: Request) -> BoxFuture<'static, Response> {
    let schema = schema.clone();
    Box::pin(async move { schema.execute(request).await })
}

/// Who asks; somebody who has not signed in where nobody says.
fn viewer(request: &Request) -> Viewer {
    let given = request.data.get(&TypeId::of::<Viewer>()).and_then(|given| given.downcast_ref::<Viewer>());
    given.cloned().unwrap_or_default()
}

/// Holds a request against the operations table. What is only to be checked is for whoever may call it later.
fn allowed(request: &mut Request) -> Result<(), Turned> {
    let viewer = viewer(request);
    let only_checked = limits::is_only_checked(request);
    let document = request.parsed_query().map_err(Turned::Refused)?;
    if only_checked { Ok(()) } else { operations::check(&viewer, document) }
}

impl Guarded {
    /// The schema with everything that its resolvers need for all requests.
    #[must_use]
    pub fn new(
        config: &Config,
        database: Database,
        live: Live,
        interpreter: Arc<Interpreter>,
        accounts: Accounts,
        listings: Listings,
        people: People,
    ) -> Self {
        let query_limits = QueryLimits::from(&config.graphql);
        let pages = PageSize { default: config.graphql.default_page_size, most: config.graphql.max_page_size };
        let signposts = Signposts::new(people.clone(), live.clone(), &config.server.public_address);
        let (clock, vault) = (people.clock().clone(), people.vault().clone());
        let notices = Notices::new(database.clone(), clock, vault, accounts.post().clone(), &config.notices);
        let executes = limits::already_checked(builder(), &query_limits)
            .data(query_limits.clone())
            .data(pages)
            .data(freshness_rules(&config.freshness))
            .data(due_rules(&config.freshness))
            .data(database.clone())
            .data(live)
            .data(interpreter)
            .data(accounts)
            .data(listings)
            .data(people.agreements().clone())
            .data(LookEvery(config.live.look_every()))
            .data(Pathways::new(people.clone(), signposts.clone()))
            .data(Calendars::new(people.clone(), &config.server.public_address))
            .data(signposts)
            .data(notices)
            .data(people);
        Self { checks: limits::limit(builder(), query_limits).finish(), executes: executes.finish(), database }
    }

    /// Whether the answer to a document may be kept and shown to whoever asks the same.
    #[must_use]
    pub fn may_keep(&self, document: &ExecutableDocument) -> bool {
        operations::may_keep(document)
    }

    /// Holds an operation against the limits, the operations table and the schema, and executes
    /// nothing. What it costs is reckoned with pages of the default size where it has variables.
    ///
    /// # Errors
    /// What is wrong, in words for whoever wrote it.
    pub async fn check(&self, text: &str, limits: &QueryLimits, pages: PageSize) -> Result<(), String> {
        let document = limits.parse(text).map_err(|rejection| rejection.message)?;
        let mut operations = document.operations.iter();
        let (Some((_, operation)), None) = (operations.next(), operations.next()) else {
            return Err("It holds several operations; each stands on the list by itself.".to_owned());
        };
        let sizes = operation.node.variable_definitions.iter().filter(|variable| {
            variable.node.default_value.is_none() && variable.node.var_type.node.to_string() == "Int!"
        });
        let sizes = sizes.map(|variable| (variable.node.name.node.clone(), pages.default.into()));
        let mut variables = Variables::default();
        variables.extend(sizes);
        let request = limits::with_document(Request::new(text).variables(variables), document);
        let checked = self.execute(limits::only_checked(request)).await;
        match checked.errors.first() {
            None => Ok(()),
            Some(error) => Err(match error.locations.first() {
                Some(at) => format!("{} (line {}, column {})", error.message, at.line, at.column),
                None => error.message.clone(),
            }),
        }
    }
}

impl Guarded {
    /// Lets a request pass, or gives what there is to answer instead: refusals, and what was only to be checked. A
    /// question that passed before is not held against the limits again; who may ask it is looked up every time.
    async fn let_pass(&self, request: &mut Request) -> Result<Response, Response> {
        let given = request.variables.clone();
        let of_nul = request.parsed_query().ok().and_then(|document| place_of_nul(document, &given));
        if let Some(name) = of_nul {
            let error = bad_input(&name, "It holds the sign U+0000, which no text has: leave it out.");
            return Err(Response::from_errors(vec![ServerError {
                locations: Vec::new(),
                ..error.into_server_error(Pos::default())
            }]));
        }
        if let Err(turned) = allowed(request) {
            return Err(Response::from_errors(match turned {
                Turned::Refused(error) => vec![error],
                Turned::Unlisted(error) => {
                    let to_check = limits::to_check(request).map_err(|error| Response::from_errors(vec![error]))?;
                    let checked = run(&self.checks, to_check).await;
                    if checked.errors.is_empty() { vec![error] } else { checked.errors }
                }
            }));
        }
        let lighter = request.parsed_query().ok().and_then(|document| without_omitted(document, &given));
        if let Some(document) = lighter {
            request.set_parsed_query(document);
        }
        if limits::has_passed_before(request) {
            return Ok(Response::default());
        }
        let to_check = limits::to_check(request).map_err(|error| Response::from_errors(vec![error]))?;
        let checked = run(&self.checks, to_check).await;
        if !checked.errors.is_empty() || limits::is_only_checked(request) {
            return Err(checked);
        }
        Ok(checked)
    }
}

/// An answer that is an error and nothing else.
fn without_data(error: ServerError) -> Response {
    Response::from_errors(vec![ServerError { locations: Vec::new(), ..error }])
}

/// Nothing may be released, for the ledger could not be written.
fn not_written(shared: &Data, reason: &dyn std::fmt::Display) -> ServerError {
    let id = shared.get(&TypeId::of::<RequestId>()).and_then(|id| id.downcast_ref::<RequestId>());
    failed_on_our_side(id, reason).into_server_error(Pos::default())
}

/// Runs a question with data that other runs of it share. See [`run`].
fn run_sharing(schema: &SignpostSchema, request: Request, shared: Arc<Data>) -> BoxFuture<'static, Response> {
    let schema = schema.clone();
    Box::pin(async move {
        let answer = schema.execute_stream_with_session_data(request, shared).next().await;
        answer.unwrap_or_default()
    })
}

impl Guarded {
    /// Answers a question that changes nothing: every decision about a service user that it rests on is written in one go
    /// before the answer leaves. Where something that it was decided on has changed, it is asked again.
    async fn answer_privately(&self, mut request: Request) -> Response {
        let shared = Arc::new(std::mem::take(&mut request.data));
        for _ in 0..TRIES {
            let again = match limits::again(&mut request) {
                Ok(again) => again,
                Err(error) => return without_data(error),
            };
            let pending = Pending::default();
            let answer = run_sharing(&self.executes, again.data(pending.clone()), Arc::clone(&shared)).await;
            match ledger::append(self.database.connection(), &pending.take()).await {
                Ok(()) => return answer,
                Err(NotWritten::Changed) => {}
                Err(NotWritten::Database(error)) => return without_data(not_written(&shared, &error)),
            }
        }
        without_data(changing().into_server_error(Pos::default()))
    }
}

impl Executor for Guarded {
    async fn execute(&self, mut request: Request) -> Response {
        let checked = match self.let_pass(&mut request).await {
            Ok(checked) => checked,
            Err(answer) => return answer,
        };
        let viewer = viewer(&request);
        // Whatever everybody may ask is about nobody.
        let about_people = viewer.person().is_some() && request.parsed_query().is_ok_and(operations::asks_privately);
        let request = request.data(viewer);
        let mut response =
            if about_people { self.answer_privately(request).await } else { run(&self.executes, request).await };
        response.extensions.extend(checked.extensions);
        response
    }

    fn execute_stream(
        &self,
        mut request: Request,
        _: Option<std::sync::Arc<async_graphql::Data>>,
    ) -> BoxStream<'static, Response> {
        let guarded = self.clone();
        let begun = async move {
            match guarded.let_pass(&mut request).await {
                Ok(_) => {
                    let viewer = viewer(&request);
                    guarded.executes.execute_stream(request.data(viewer))
                }
                Err(answer) => once(async { answer }).boxed(),
            }
        };
        once(begun).flatten().boxed()
    }
}
