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
//! | what it shows to say who asks is not, or no longer, good | 401 |
//! | not on the list of operations, where only these are answered; acting for an agency of others | 403 |
//! | subscription that is not asked for as a stream of events | 422 |
//! | hash or id of a query that is not known | 404 (200 for a client that takes `application/json`) |
//! | kept answer by GET that the client has already | 304 |
//! | body did not come in time; body too large; not JSON | 408, 413, 415 |
//! | something went wrong inside; no answer in time | 500, 504 |

use std::{net::IpAddr, sync::Arc, time::Duration};

use async_graphql::{
    Executor, Request as GraphqlRequest, Response as GraphqlResponse, ServerError,
    parser::types::{ExecutableDocument, OperationDefinition, OperationType},
};
use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::Response,
};
use chrono::{DateTime, Utc};
use futures_util::StreamExt;
use tokio::time::timeout;

use super::{
    Incoming, Prepare, Turned,
    answer::{self, Outcome, Refusal},
    answers::{Answers, Ask, Kept, Made, Trial, Wanted},
    bounded::Digest,
    errors::{self, BAD_USER_INPUT, FORBIDDEN, REQUEST_TIMEOUT, UNAUTHENTICATED},
    live::{self, Seat, Stopping, Streams, Subscriber},
    media::{self, ResponseType},
    metrics::Metrics,
    parameters::Parameters,
    peer::{self, Peer},
    persisted::{self, Document, Documents},
    question::{Question, check_variables, operation, root_fields},
};
use crate::{
    api::{
        horizon::Horizon,
        limits::{self, GRAPHQL_VALIDATION_FAILED, QueryLimits},
    },
    clock::Clock,
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
    pub(crate) clock: Clock,
    pub(crate) forwarded_by: Vec<IpAddr>,
    pub(crate) documents: Documents,
    pub(crate) answers: Option<Answers>,
    pub(crate) live: Streams,
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

/// Where a question came from.
#[derive(Clone, Copy)]
struct Asker<'a> {
    id: &'a RequestId,
    from: Option<IpAddr>,
}

/// Answers a request to the endpoint.
pub(crate) async fn handle<E: Executor>(
    State(endpoint): State<Arc<Endpoint<E>>>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    let takes_json = media::takes_json(request.headers());
    if live::socket::is_wanted(&request) {
        let opened = live::socket::open(&endpoint, request, &id).await;
        return opened.unwrap_or_else(|refusal| {
            endpoint.metrics.error(refusal.code);
            refusal.into_answer()
        });
    }
    let (mut response, operation, outcome) = match endpoint.answer(request, &id).await {
        Ok(answered) => answered,
        Err(Refused { refusal, operation, allow }) => {
            let (outcome, code) = (Outcome::of_refusal(refusal.status), refusal.code);
            endpoint.metrics.error(code);
            let mut response = refusal.into_answer();
            // The first step of a protocol, to clients that look no further than the status.
            if takes_json && persisted::is_handshake(code) {
                *response.status_mut() = StatusCode::OK;
                response.headers_mut().insert(header::CONTENT_TYPE, ResponseType::Json.header());
            }
            if let Some(allow) = allow {
                response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
            }
            (response, operation, outcome)
        }
    };
    // Whether a token was not good or a field wants one: RFC 9110, section 15.5.2, has it say what to show.
    if response.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    endpoint.metrics.operation(operation, outcome);
    response
}

impl<E: Executor> Endpoint<E> {
    async fn answer(
        self: &Arc<Self>,
        request: Request,
        id: &RequestId,
    ) -> Result<(Response, Option<OperationType>, Outcome), Refused> {
        let streams = media::takes_stream(request.headers());
        let (media, only_streams) = match media::negotiate(request.headers()) {
            Ok(media) => (media, None),
            Err(refusal) if streams => (ResponseType::Graphql, Some(refusal)),
            Err(refusal) => return Err(refusal.into()),
        };
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
        let found = self.documents.find(&parameters)?;
        let wanted = Wanted { media, by_get, headers: &parts.headers };
        let peer = parts.extensions.get::<Peer>().copied();
        let asker = Asker { id, from: peer::address(peer, &parts.headers, &self.forwarded_by) };
        let key = self.key(&found, &parameters, &parts.headers);
        // A text that is still to be remembered has to be read first.
        if only_streams.is_none()
            && !self.documents.is_new(&found)
            && let Some(answered) = self.kept(key.as_ref(), &wanted)
        {
            return Ok(answered);
        }
        let document = self.documents.read(&found, &self.limits, self.refused_over_get).map_err(Refusal::from)?;
        let operation = operation(&document, parameters.operation_name.as_deref())?;
        let kind = operation.ty;
        let refused = |refused: Refused| Refused { operation: Some(kind), ..refused };
        let private = self.private_search(&document, operation);
        match kind {
            OperationType::Query => {
                if let Some(field) = private.filter(|_| by_get) {
                    return Err(refused(Refused::method(
                        "POST",
                        format!(
                            "{field} is asked by POST only: what somebody needs is private, and addresses are kept \
                             in browsers' histories and servers' logs."
                        ),
                    )));
                }
            }
            OperationType::Mutation if by_get => {
                return Err(refused(Refused::method(
                    "POST",
                    "A mutation is sent by POST; GET must not change anything.",
                )));
            }
            OperationType::Mutation => {}
            OperationType::Subscription if by_get => {
                let message = "A subscription is sent by POST, or over a WebSocket.";
                return Err(refused(Refused::method("POST", message)));
            }
            OperationType::Subscription if streams => {
                let place = self.live.enter().map_err(|refusal| refused(refusal.into()))?;
                let remember = self.documents.is_to_remember(&found, &document, self.refused_over_get);
                let question = self.question(document, parameters);
                let stopping = parts.extensions.get::<Stopping>().cloned().unwrap_or_else(Stopping::never);
                let seat = parts.extensions.get::<Seat>().cloned();
                let Asker { from, .. } = asker;
                let subscriber =
                    Subscriber { id: id.clone(), headers: Arc::new(parts.headers), from, stopping, transport: "sse" };
                return Ok(match live::answer(self, question, subscriber, place).await {
                    Ok(mut response) => {
                        if remember {
                            self.documents.remember(&found);
                        }
                        if let Some(seat) = seat {
                            seat.leave();
                            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
                        }
                        (response, Some(kind), Outcome::Ok)
                    }
                    Err(errors) => {
                        let response = GraphqlResponse::from_errors(errors);
                        let (response, outcome) = answer::result(&response, ResponseType::Graphql, id);
                        (response, Some(kind), outcome)
                    }
                });
            }
            OperationType::Subscription => {
                let message = "Subscriptions are answered as streams: accept text/event-stream, or open a WebSocket \
                               that speaks graphql-transport-ws.";
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                return Err(refused(Refusal::new(status, GRAPHQL_VALIDATION_FAILED, message).into()));
            }
        }
        if let Some(refusal) = only_streams {
            return Err(refused(refusal.into()));
        }
        check_variables(operation, &parameters.variables).map_err(|refusal| refused(refusal.into()))?;
        let over_get = private.is_none();
        let remember = self.documents.is_to_remember(&found, &document, self.refused_over_get);
        let question = Question { document, parameters, over_get };
        let (response, outcome) = self.in_time(self.ask(question, key, asker, &wanted)).await.map_err(refused)?;
        if remember && matches!(outcome, Outcome::Ok | Outcome::Partial) {
            self.documents.remember(&found);
        }
        Ok((response, Some(kind), outcome))
    }

    /// Under what the answer to a request is kept, if it may be at all.
    fn key(&self, document: &Document, parameters: &Parameters, headers: &HeaderMap) -> Option<Digest> {
        let name = parameters.operation_name.as_deref();
        self.answers.as_ref()?.key(headers, &document.digest, name, &parameters.variables)
    }

    /// The kept answer, where there is one. Whoever asked for it first was held against every rule.
    fn kept(&self, key: Option<&Digest>, wanted: &Wanted<'_>) -> Option<(Response, Option<OperationType>, Outcome)> {
        let (key, answers) = (key?, self.answers.as_ref()?);
        let kept = answers.look(key, self.now_millis()).filter(|kept| kept.over_get || !wanted.by_get)?;
        Some((give(answers, key, &kept, wanted), Some(OperationType::Query), Outcome::Ok))
    }

    fn now_millis(&self) -> i64 {
        self.clock.now().timestamp_millis()
    }

    /// The private search that an operation holds.
    fn private_search<'a>(
        &self,
        document: &'a ExecutableDocument,
        operation: &'a OperationDefinition,
    ) -> Option<&'a str> {
        let mut asked = Vec::new();
        root_fields(document, &operation.selection_set.node, &mut asked);
        asked.into_iter().map(|field| field.name.node.as_str()).find(|name| self.refused_over_get.contains(name))
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

    /// Answers a question: with a kept answer, or with what comes of executing it.
    async fn ask(
        &self,
        question: Question,
        key: Option<Digest>,
        asker: Asker<'_>,
        wanted: &Wanted<'_>,
    ) -> Result<(Response, Outcome), Refused> {
        let keeping = self.answers.as_ref().zip(key).filter(|(answers, _)| answers.keeps(&question.document));
        let Some((answers, key)) = keeping else {
            let (response, _) = self.execute(question, asker, wanted.headers).await?;
            return Ok(answer::result(&response, wanted.media, asker.id));
        };
        let trial = match answers.ask(key, || self.now_millis()).await {
            Ask::Answered(kept) => return Ok((give(answers, &key, &kept, wanted), Outcome::Ok)),
            Ask::Execute(trial) => trial,
        };
        let (response, made) = match self.execute(question, asker, wanted.headers).await {
            Ok(executed) => executed,
            Err(turned) => {
                trial.end();
                return Err(turned);
            }
        };
        Ok(match keep(answers, key, trial, &response, made).await {
            Some(kept) => (give(answers, &key, &kept, wanted), Outcome::Ok),
            None => answer::result(&response, wanted.media, asker.id),
        })
    }

    /// Executes a question; says also how long the answer holds.
    async fn execute(
        &self,
        question: Question,
        Asker { id, from }: Asker<'_>,
        headers: &HeaderMap,
    ) -> Result<(GraphqlResponse, Made), Refused> {
        let over_get = question.over_get;
        let (request, (at, horizon)) =
            self.prepare(&question, id, headers, from).await.map_err(|turned| Turning(turned, id).into_refusal())?;
        let mut response = self.executor.execute(request).await;
        response.errors = response.errors.into_iter().map(|error| errors::fit_to_show(error, id)).collect();
        for error in &response.errors {
            self.metrics.error(errors::code(error).unwrap_or_default());
        }
        let made =
            Made { at: at.timestamp_millis(), end: horizon.end_millis(), of_rows: horizon.is_of_rows(), over_get };
        Ok((response, made))
    }

    /// A question out of a document and what came with it.
    pub(crate) fn question(&self, document: ExecutableDocument, parameters: Parameters) -> Question {
        Question { document, parameters, over_get: false }
    }

    /// A request that asks a question now, with whoever asks; and the instant, and how long the answer holds.
    pub(crate) async fn prepare(
        &self,
        question: &Question,
        id: &RequestId,
        headers: &HeaderMap,
        from: Option<IpAddr>,
    ) -> Result<(GraphqlRequest, (DateTime<Utc>, Horizon)), Turned> {
        let Question { document, parameters, .. } = question.clone();
        let horizon = Horizon::default();
        // The text is not needed any more: what was read from it is there.
        let mut request =
            GraphqlRequest::new("").variables(parameters.variables).data(id.clone()).data(horizon.clone());
        request.operation_name = parameters.operation_name;
        let extensions = parameters.extensions.into_iter();
        request
            .extensions
            .0
            .extend(extensions.filter_map(|(name, value)| Some((name, async_graphql::Value::from_json(value).ok()?))));
        let at = self.clock.now();
        let incoming = Incoming { id, headers, from, at, horizon: &horizon };
        let request = (self.prepare)(limits::with_document(request, document), incoming).await?;
        Ok((request, (at, horizon)))
    }

    /// What comes of it, if it does in time.
    async fn in_time<T>(&self, answer: impl Future<Output = Result<T, Refused>>) -> Result<T, Refused> {
        timeout(self.request_timeout, answer).await.unwrap_or_else(|_| {
            let message = format!(
                "The answer was not there within {} seconds. Ask for less at once, or try again later.",
                self.request_timeout.as_secs()
            );
            Err(Refusal::new(StatusCode::GATEWAY_TIMEOUT, REQUEST_TIMEOUT, message).into())
        })
    }
}

/// A request that is turned away, and its id.
pub(crate) struct Turning<'a>(pub(crate) Turned, pub(crate) &'a RequestId);

impl Turning<'_> {
    fn into_refusal(self) -> Refusal {
        let Self(turned, id) = self;
        match turned {
            Turned::Unauthenticated(why) => Refusal::new(StatusCode::UNAUTHORIZED, UNAUTHENTICATED, why),
            Turned::Forbidden(why) => Refusal::new(StatusCode::FORBIDDEN, FORBIDDEN, why),
            Turned::BadInput(why) => Refusal::new(StatusCode::BAD_REQUEST, BAD_USER_INPUT, why),
            Turned::Failed(reason) => {
                tracing::error!(correlation_id = %id, error = reason, "who asks could not be found out");
                Refusal::internal(id)
            }
        }
    }

    /// As an error that stands among others.
    pub(crate) fn into_error(self) -> ServerError {
        self.into_refusal().into_error()
    }
}

/// A kept answer as somebody wants it.
fn give(answers: &Answers, key: &Digest, kept: &Arc<Kept>, wanted: &Wanted<'_>) -> Response {
    answers.compress(key, kept, wanted);
    kept.response(wanted)
}

/// Keeps an answer where it is whole.
async fn keep(
    answers: &Answers,
    key: Digest,
    trial: Trial,
    response: &GraphqlResponse,
    made: Made,
) -> Option<Arc<Kept>> {
    match answer::whole(response) {
        Some(body) => answers.keep(key, trial, &body, made).await,
        None => {
            trial.end();
            None
        }
    }
}
