//! The GraphQL endpoint, as the GraphQL-over-HTTP specification of September 2026 has it.
//!
//! | what comes | status |
//! |---|---|
//! | data, no errors | 200 |
//! | data and errors | 294 (200 for a client that takes `application/json` only) |
//! | body that is not UTF-8 or JSON; query that cannot be read | 400 |
//! | no query, parameters of the wrong form, several requests in one | 422 |
//! | query not of this schema or over a limit; operation not to be determined | 422 |
//! | mutation by GET, private search by GET, any other method | 405 with `allow` |
//! | neither form of answer wanted | 406 |
//! | body did not come in time; body too large; not JSON | 408, 413, 415 |
//! | something went wrong inside; no answer in time | 500, 504 |

use std::{sync::Arc, time::Duration};

use async_graphql::{
    Executor, Name, Request as GraphqlRequest, Variables,
    parser::types::{
        DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet,
    },
};
use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::Response,
};
use futures_util::StreamExt;
use tokio::time::timeout;

use super::{
    Incoming, Prepare,
    answer::{self, Outcome, Refusal},
    errors::{self, BAD_USER_INPUT, REQUEST_TIMEOUT},
    media::{self, ResponseType},
    metrics::Metrics,
    parameters::Parameters,
};
use crate::{
    api::limits::{self, GRAPHQL_VALIDATION_FAILED, QueryLimits},
    telemetry::RequestId,
};

/// What the endpoint needs.
pub(crate) struct Endpoint<E> {
    pub(crate) executor: E,
    pub(crate) limits: QueryLimits,
    pub(crate) request_timeout: Duration,
    pub(crate) body_limit: usize,
    pub(crate) refused_over_get: &'static [&'static str],
    pub(crate) prepare: Prepare,
    pub(crate) metrics: Metrics,
}

/// A request that was refused, and what sort of operation it would have been.
struct Refused {
    refusal: Refusal,
    operation: Option<OperationType>,
    /// Whether another method would do.
    allow: Option<&'static str>,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, operation: None, allow: None }
    }
}

impl Refused {
    fn method(allow: &'static str, message: impl Into<String>) -> Self {
        let refusal = Refusal::new(StatusCode::METHOD_NOT_ALLOWED, BAD_USER_INPUT, message);
        Self { allow: Some(allow), ..refusal.into() }
    }
}

/// Answers a request to the endpoint.
pub(crate) async fn handle<E: Executor>(
    State(endpoint): State<Arc<Endpoint<E>>>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    let (response, operation, outcome) = match endpoint.answer(request, &id).await {
        Ok(answered) => answered,
        Err(Refused { refusal, operation, allow }) => {
            let outcome = Outcome::of_refusal(refusal.status);
            endpoint.metrics.error(refusal.code);
            let mut response = refusal.into_answer();
            if let Some(allow) = allow {
                response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
            }
            (response, operation, outcome)
        }
    };
    endpoint.metrics.operation(operation, outcome);
    response
}

impl<E: Executor> Endpoint<E> {
    async fn answer(
        &self,
        request: Request,
        id: &RequestId,
    ) -> Result<(Response, Option<OperationType>, Outcome), Refused> {
        let media = media::negotiate(request.headers())?;
        let (parts, body) = request.into_parts();
        let by_get = matches!(parts.method, Method::GET | Method::HEAD);
        let parameters = if by_get {
            Parameters::from_address(parts.uri.query().unwrap_or_default())?
        } else if parts.method == Method::POST {
            media::check_body_is_json(&parts.headers)?;
            Parameters::from_json(&self.body(&parts.headers, body).await?)?
        } else {
            return Err(Refused::method("GET, HEAD, POST", "GraphQL is asked by POST, or by GET for a query."));
        };
        let document = self.limits.parse(&parameters.query).map_err(Refusal::from)?;
        let operation = operation(&document, parameters.operation_name.as_deref())?;
        let kind = operation.ty;
        let refused = |refused: Refused| Refused { operation: Some(kind), ..refused };
        match kind {
            OperationType::Query if by_get => self.check_get(&document, operation).map_err(refused)?,
            OperationType::Mutation if by_get => {
                return Err(refused(Refused::method(
                    "POST",
                    "A mutation is sent by POST; GET must not change anything.",
                )));
            }
            OperationType::Query | OperationType::Mutation => {}
            OperationType::Subscription => {
                let message = "Subscriptions are not answered here.";
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                return Err(refused(Refusal::new(status, GRAPHQL_VALIDATION_FAILED, message).into()));
            }
        }
        check_variables(operation, &parameters.variables).map_err(|refusal| refused(refusal.into()))?;
        let incoming = Incoming { id, headers: &parts.headers };
        let (response, outcome) = self.execute(parameters, document, &incoming, media).await.map_err(refused)?;
        Ok((response, Some(kind), outcome))
    }

    /// Refuses by GET what is nobody else's business.
    fn check_get(&self, document: &ExecutableDocument, operation: &OperationDefinition) -> Result<(), Refused> {
        let mut asked = Vec::new();
        root_fields(document, &operation.selection_set.node, &mut asked);
        match asked.into_iter().find(|field| self.refused_over_get.contains(&field.as_str())) {
            Some(field) => Err(Refused::method(
                "POST",
                format!(
                    "{field} is asked by POST only: what somebody needs is private, and addresses are kept \
                     in browsers' histories and servers' logs."
                ),
            )),
            None => Ok(()),
        }
    }

    /// The body, as far as it is allowed to go and as long as it may take.
    async fn body(&self, headers: &HeaderMap, body: Body) -> Result<Bytes, Refusal> {
        let too_large = || {
            let message = format!("The body is larger than {} bytes, which is the most taken.", self.body_limit);
            Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, limits::RESOURCE_EXHAUSTED, message)
        };
        let announced =
            headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if announced.is_some_and(|length| usize::try_from(length).map_or(true, |length| length > self.body_limit)) {
            return Err(too_large());
        }
        let whole = async {
            let mut whole = Vec::new();
            let mut chunks = body.into_data_stream();
            while let Some(chunk) = chunks.next().await {
                let chunk = chunk.map_err(|_| {
                    Refusal::new(StatusCode::BAD_REQUEST, BAD_USER_INPUT, "The body broke off before its end.")
                })?;
                if whole.len() + chunk.len() > self.body_limit {
                    return Err(too_large());
                }
                whole.extend_from_slice(&chunk);
            }
            Ok(Bytes::from(whole))
        };
        timeout(self.request_timeout, whole).await.unwrap_or_else(|_| {
            let message = format!("The body did not come within {} seconds.", self.request_timeout.as_secs());
            Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, REQUEST_TIMEOUT, message))
        })
    }

    async fn execute(
        &self,
        parameters: Parameters,
        document: ExecutableDocument,
        incoming: &Incoming<'_>,
        media: ResponseType,
    ) -> Result<(Response, Outcome), Refused> {
        let mut request =
            GraphqlRequest::new(parameters.query).variables(parameters.variables).data(incoming.id.clone());
        request.operation_name = parameters.operation_name;
        let extensions = parameters.extensions.into_iter();
        request
            .extensions
            .0
            .extend(extensions.filter_map(|(name, value)| Some((name, async_graphql::Value::from_json(value).ok()?))));
        let request = (self.prepare)(limits::with_document(request, document), incoming);
        let executed = timeout(self.request_timeout, self.executor.execute(request)).await;
        let Ok(mut response) = executed else {
            let message = format!(
                "The answer was not there within {} seconds. Ask for less at once, or try again later.",
                self.request_timeout.as_secs()
            );
            return Err(Refusal::new(StatusCode::GATEWAY_TIMEOUT, REQUEST_TIMEOUT, message).into());
        };
        response.errors = response.errors.into_iter().map(|error| errors::fit_to_show(error, incoming.id)).collect();
        for error in &response.errors {
            self.metrics.error(errors::code(error).unwrap_or_default());
        }
        Ok(answer::result(&response, media, incoming.id))
    }
}

/// The operation that is meant.
fn operation<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> Result<&'a OperationDefinition, Refusal> {
    let refuse = |message: String| Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, GRAPHQL_VALIDATION_FAILED, message);
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Ok(&operation.node),
        (DocumentOperations::Single(_), Some(_)) => {
            Err(refuse("operationName names an operation; the only one in the query has no name.".to_owned()))
        }
        (DocumentOperations::Multiple(operations), Some(name)) => operations
            .get(name)
            .map(|operation| &operation.node)
            .ok_or_else(|| refuse("The query has no operation of the name in operationName.".to_owned())),
        (DocumentOperations::Multiple(operations), None) => {
            let mut all = operations.values();
            match (all.next(), all.next()) {
                (Some(only), None) => Ok(&only.node),
                _ => Err(refuse(format!(
                    "The query has {} operations; operationName must say which is meant.",
                    operations.len()
                ))),
            }
        }
    }
}

/// Holds that every variable that must have a value has one. The engine looks at the values that
/// are there, but takes one that is missing for a failure of the field that wants it.
fn check_variables(operation: &OperationDefinition, variables: &Variables) -> Result<(), Refusal> {
    for definition in &operation.variable_definitions {
        let (name, kind) = (&definition.node.name.node, &definition.node.var_type.node);
        let missing = match variables.get(name) {
            Some(value) => *value == async_graphql::Value::Null,
            None => definition.node.default_value.is_none(),
        };
        if missing && !kind.nullable {
            let message = format!("The variable ${name} is missing; its type is {kind}.");
            let refusal = Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, BAD_USER_INPUT, message);
            return Err(Refusal { position: Some(definition.pos), ..refusal });
        }
    }
    Ok(())
}

/// The fields at the top, those in fragments among them. The document's limits bound the walk.
fn root_fields<'a>(document: &'a ExecutableDocument, set: &'a SelectionSet, found: &mut Vec<&'a Name>) {
    for item in &set.items {
        match &item.node {
            Selection::Field(field) => found.push(&field.node.name.node),
            Selection::InlineFragment(fragment) => root_fields(document, &fragment.node.selection_set.node, found),
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                    root_fields(document, &fragment.node.selection_set.node, found);
                }
            }
        }
    }
}
