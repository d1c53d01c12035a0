//! What a query may ask for, decided before any of it is executed.
//!
//! Three looks at a query, each cheap for what the one before let through: its words and signs
//! (`scan`, before the parser, which recurses), its shape with fragments written out
//! (`shape`, before the engine's validation, which expands them), and its cost, which the
//! engine adds up out of the `complexity` of the fields while it validates.
//!
//! A field that gives a list says what it costs with [`page_cost`] or [`list_cost`]:
//!
//! ```text
//! #[graphql(complexity = "page_cost(first, 20, child_complexity)")]
//! ```
//!
//! Everything else costs 1 and what is asked for inside it.

mod scan;
mod shape;

use std::{
    any::TypeId,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use async_graphql::{
    ErrorExtensionValues, ObjectType, Pos, Request, Response, SchemaBuilder, ServerError, ServerResult,
    SubscriptionType, ValidationMode, ValidationResult, Value,
    async_trait::async_trait,
    extensions::{
        Extension, ExtensionContext, ExtensionFactory, NextExecute, NextPrepareRequest, NextRequest, NextValidation,
    },
    parser::{self, parse_query, types::ExecutableDocument},
    value,
};

use super::errors::bad_input;
use super::scalars::right;
use crate::config::Graphql;

/// Code of an error that refuses a query for its size or cost.
pub const RESOURCE_EXHAUSTED: &str = "RESOURCE_EXHAUSTED";
/// Code of an error that refuses a query for not being one, or not one of this schema.
pub const GRAPHQL_VALIDATION_FAILED: &str = "GRAPHQL_VALIDATION_FAILED";

/// Deepest nesting of selection sets and fragments: the engine's own default bound on its
/// recursion, which is not to be met first, since it answers without a code.
const MAX_NESTING: usize = 32;
/// Most validation errors told of one query; the rest are counted.
const MAX_ERRORS: usize = 20;
/// Most that a single field may be reckoned to cost. Keeps the engine's sums, which do not check
/// for overflow, far from it.
const COST_CEILING: usize = 1_000_000_000;

/// What a query may ask for. The settings of the section `[graphql]`, see [`Graphql`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryLimits {
    /// Most fields nested in one another.
    pub max_depth: usize,
    /// Most cost.
    pub max_cost: usize,
    /// Most aliases.
    pub max_aliases: usize,
    /// Most fields at the top of an operation.
    pub max_root_fields: usize,
    /// Most directives.
    pub max_directives: usize,
    /// Most words and signs; with the fragments written out, most fields.
    pub max_tokens: usize,
    /// Whether the schema may be asked for.
    pub introspection: bool,
}

impl From<&Graphql> for QueryLimits {
    fn from(settings: &Graphql) -> Self {
        let size = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        Self {
            max_depth: size(settings.max_depth),
            max_cost: size(settings.max_cost),
            max_aliases: size(settings.max_aliases),
            max_root_fields: size(settings.max_root_fields),
            max_directives: size(settings.max_directives),
            max_tokens: size(settings.max_tokens),
            introspection: settings.introspection,
        }
    }
}

/// Why a query was refused before it reached the engine.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Rejection {
    /// Which sort of reason.
    pub kind: RejectionKind,
    /// The reason, in plain words.
    pub message: String,
    /// Where in the query.
    pub position: Option<Pos>,
}

/// Which sort of reason a query was refused for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectionKind {
    /// It cannot be read.
    Syntax,
    /// It can be read and is not allowed.
    Invalid,
    /// It is too much.
    Exhausted,
}

impl Rejection {
    fn new(kind: RejectionKind, message: impl Into<String>, position: Option<Pos>) -> Self {
        Self { kind, message: message.into(), position }
    }

    /// The error code, as clients see it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self.kind {
            RejectionKind::Syntax | RejectionKind::Invalid => GRAPHQL_VALIDATION_FAILED,
            RejectionKind::Exhausted => RESOURCE_EXHAUSTED,
        }
    }
}

impl From<Rejection> for ServerError {
    fn from(rejection: Rejection) -> Self {
        let code = rejection.code();
        with_code(Self::new(rejection.message, rejection.position), code)
    }
}

impl QueryLimits {
    /// Reads a query and holds it against every limit but that of its cost, which takes the
    /// schema to know.
    ///
    /// # Errors
    /// When it cannot be read or is too much; takes time and memory in proportion to its length
    /// at most, whatever it holds.
    pub fn parse(&self, query: &str) -> Result<ExecutableDocument, Rejection> {
        scan::scan(query, self.max_tokens)?;
        let document = parse_query(query).map_err(|error| {
            let position = error.positions().next();
            Rejection::new(RejectionKind::Syntax, plain(&error), position)
        })?;
        shape::check(&document, self)?;
        Ok(document)
    }
}

/// Gives a request the document that [`QueryLimits::parse`] read from its query, so that it is
/// not read again.
#[must_use]
pub fn with_document(mut request: Request, document: ExecutableDocument) -> Request {
    request.set_parsed_query(document);
    request.data(Parsed)
}

/// Has a request held against the schema and every limit, and nothing of it executed: what is wrong
/// stands in the errors of the answer.
#[must_use]
pub fn only_checked(request: Request) -> Request {
    request.data(OnlyChecked)
}

/// Whether nothing of a request is to be executed.
#[must_use]
pub fn is_only_checked(request: &Request) -> bool {
    request.data.contains_key(&TypeId::of::<OnlyChecked>())
}

/// The same question as a request, to be [`only_checked`].
///
/// # Errors
/// Its query can't be read.
pub fn to_check(request: &mut Request) -> ServerResult<Request> {
    let is_within = request.data.contains_key(&TypeId::of::<Parsed>());
    let copy = again(request)?;
    Ok(only_checked(if is_within { copy.data(Parsed) } else { copy }))
}

/// The same question once more, without its data.
///
/// # Errors
/// Its query can't be read.
pub fn again(request: &mut Request) -> ServerResult<Request> {
    let document = request.parsed_query()?.clone();
    let mut copy = Request::new(request.query.clone()).variables(request.variables.clone());
    copy.operation_name.clone_from(&request.operation_name);
    copy.introspection_mode = request.introspection_mode;
    copy.set_parsed_query(document);
    Ok(copy)
}

/// Says that the same question has been held against the schema and every limit before, and passed.
#[must_use]
pub fn passed_before(request: Request) -> Request {
    request.data(PassedBefore)
}

/// Whether that was said.
#[must_use]
pub fn has_passed_before(request: &Request) -> bool {
    request.data.contains_key(&TypeId::of::<PassedBefore>())
}

/// Marks a request that is not to be executed.
struct OnlyChecked;

/// Marks a request whose question is a run of a subscription that has begun.
struct PassedBefore;

/// Marks a request whose document is there and within the limits.
struct Parsed;

/// Puts the limits on a schema: the extension, and without introspection also silence about what
/// the schema holds.
#[must_use]
pub fn limit<Q, M, S>(schema: SchemaBuilder<Q, M, S>, limits: QueryLimits) -> SchemaBuilder<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    bounded(schema, &limits).extension(Limits(Arc::new(limits)))
}

/// A schema for questions that another one, with the same limits, has let pass: the engine leaves out what it checked
/// there already. With an extension, whichever, it takes half as long again for every field of an answer.
#[must_use]
pub fn already_checked<Q, M, S>(schema: SchemaBuilder<Q, M, S>, limits: &QueryLimits) -> SchemaBuilder<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    bounded(schema, limits).validation_mode(ValidationMode::Fast)
}

fn bounded<Q, M, S>(schema: SchemaBuilder<Q, M, S>, limits: &QueryLimits) -> SchemaBuilder<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    let schema = if limits.introspection { schema } else { schema.disable_introspection().disable_suggestions() };
    schema.limit_recursive_depth(MAX_NESTING)
}

/// The largest page that any setting allows.
const LARGEST_PAGE: i32 = 1_000;

/// What a page of a list costs: its size times what is asked for in each row.
///
/// `first` is the argument, `default` the page size without one. A size that is out of bounds is
/// refused elsewhere; here it only must not upset the sum.
#[must_use]
pub fn page_cost(first: Option<i32>, default: u32, child_complexity: usize) -> usize {
    // A size beyond any page is refused by its field, which can say what would be right.
    let rows = first.map_or_else(|| usize::try_from(default), |first| usize::try_from(first.clamp(0, LARGEST_PAGE)));
    list_cost(rows.unwrap_or(usize::MAX), child_complexity)
}

/// What a list of so many rows costs.
#[must_use]
pub fn list_cost(rows: usize, child_complexity: usize) -> usize {
    rows.max(1).saturating_mul(child_complexity).saturating_add(1).min(COST_CEILING)
}

/// The limits as an extension of the engine. Made once for a schema; makes a [`Watch`] for each
/// request.
struct Limits(Arc<QueryLimits>);

impl ExtensionFactory for Limits {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Watch { limits: Arc::clone(&self.0), cost: AtomicU64::new(UNKNOWN) })
    }
}

/// Watches one request.
struct Watch {
    limits: Arc<QueryLimits>,
    /// What it costs, once the engine has added it up.
    cost: AtomicU64,
}

/// A cost that was not reckoned, because the query was refused before.
const UNKNOWN: u64 = u64::MAX;

#[async_trait]
impl Extension for Watch {
    async fn prepare_request(
        &self,
        ctx: &ExtensionContext<'_>,
        request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        let request = if request.data.contains_key(&TypeId::of::<Parsed>()) {
            request
        } else {
            let document = self.limits.parse(&request.query)?;
            with_document(request, document)
        };
        next.run(ctx, request).await
    }

    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let result = next.run(ctx).await.map_err(validation_errors)?;
        self.cost.store(u64::try_from(result.complexity).unwrap_or(UNKNOWN - 1), Ordering::Relaxed);
        if result.complexity > self.limits.max_cost {
            let rejection = Rejection::new(
                RejectionKind::Exhausted,
                format!(
                    "The query costs {}; at most {} is allowed. Ask for smaller pages or fewer fields.",
                    result.complexity, self.limits.max_cost
                ),
                None,
            );
            return Err(vec![rejection.into()]);
        }
        Ok(result)
    }

    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        match ctx.data_opt::<OnlyChecked>() {
            Some(OnlyChecked) => Response::new(Value::Null),
            None => next.run(ctx, operation_name).await,
        }
    }

    async fn request(&self, ctx: &ExtensionContext<'_>, next: NextRequest<'_>) -> Response {
        let response = next.run(ctx).await;
        match self.cost.load(Ordering::Relaxed) {
            UNKNOWN => response,
            requested => {
                let maximum = u64::try_from(self.limits.max_cost).unwrap_or(UNKNOWN);
                response.extension("cost", value!({ "requested": requested, "maximum": maximum }))
            }
        }
    }
}

/// The engine's validation errors with their code, and no more of them than anybody reads.
fn validation_errors(mut errors: Vec<ServerError>) -> Vec<ServerError> {
    let more = errors.len().saturating_sub(MAX_ERRORS);
    errors.truncate(MAX_ERRORS);
    if more > 0 {
        errors.push(ServerError::new(format!("There are {more} more errors like these."), None));
    }
    let told = |error| match of_scalar(&error) {
        Some(told) => told,
        None => with_code(error, GRAPHQL_VALIDATION_FAILED),
    };
    errors.into_iter().map(told).collect()
}

/// What the engine says of a value that a scalar of ours would not take, told as of any other argument that is wrong: with its field,
/// which the engine has in its words alone, and with what would be right, which it has not.
fn of_scalar(error: &ServerError) -> Option<ServerError> {
    let rest = error.message.strip_prefix("Invalid value for argument \"")?;
    let (field, scalar) = rest.split_once("\", expected type \"")?;
    let told = bad_input(field, right(scalar.strip_suffix('"')?)?).into_server_error(Pos::default());
    Some(ServerError { locations: error.locations.clone(), ..told })
}

/// The error with this code, unless it has one.
fn with_code(mut error: ServerError, code: &str) -> ServerError {
    let extensions = error.extensions.get_or_insert_with(ErrorExtensionValues::default);
    if extensions.get("code").is_none() {
        extensions.set("code", Value::from(code));
    }
    error
}

/// The parser's complaint in one line. Its own form shows the line of the query with an arrow
/// below, which says little where the whole query is one line.
fn plain(error: &parser::Error) -> String {
    let text = error.to_string();
    let what = text.lines().last().unwrap_or_default().trim().trim_start_matches("= ").trim_end_matches('.');
    match error.positions().next() {
        Some(at) => format!("The query cannot be read at line {}, column {}: {what}.", at.line, at.column),
        None => format!("The query cannot be read: {what}."),
    }
}
