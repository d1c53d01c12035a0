//! One subscription: a question that is asked again whenever there may be something new.

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, OperationType, Selection};
use async_graphql::{Executor, Response as GraphqlResponse, ServerError, Value};
use axum::http::{HeaderMap, StatusCode};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use tokio::sync::watch;
use tokio::time::{Sleep, sleep, timeout};

use super::super::answer::{Outcome, Refusal};
use super::super::errors::{self, REQUEST_TIMEOUT};
use super::super::graphql_http::{Endpoint, Turning};
use super::super::metrics::InFlight;
use super::super::question::{Question, check_variables};
use super::Stopping;
use crate::api::course::Course;
use crate::api::limits::{self, GRAPHQL_VALIDATION_FAILED};
use crate::telemetry::RequestId;

/// How long a subscription rests at the most: then it is asked again even if nothing happened, so that a right that has
/// ended ends it.
const LONGEST_REST: Duration = Duration::from_secs(60);

/// Who subscribes, and how.
#[derive(Clone)]
pub(crate) struct Subscriber {
    /// The request that it began with.
    pub(crate) id: RequestId,
    /// What they show to say who they are.
    pub(crate) headers: Arc<HeaderMap>,
    /// Where they are.
    pub(crate) from: Option<IpAddr>,
    /// When the server stops.
    pub(crate) stopping: Stopping,
    /// How the metrics call the way.
    pub(crate) transport: &'static str,
}

/// What a subscription gives.
#[derive(Debug)]
pub(crate) enum Told {
    /// Something happened.
    Next(Box<GraphqlResponse>),
    /// It ended, for these reasons.
    Failed(Vec<ServerError>),
}

/// One subscription.
pub(crate) struct Runs<E> {
    endpoint: Arc<Endpoint<E>>,
    question: Question,
    subscriber: Subscriber,
    course: Course,
    news: watch::Receiver<i64>,
    run: Option<BoxStream<'static, GraphqlResponse>>,
    /// What the first run told first.
    first: Option<Box<GraphqlResponse>>,
    /// How far the client has been told, which may be less than the run has come.
    told: Option<String>,
    has_begun: bool,
    /// Whether the question is to be asked again. Stays until it has been, even if whoever waited for that was cut short.
    is_due: bool,
    is_over: bool,
    /// The rest since the last run. Stays until it is over: a transport that gives signs of life meanwhile cuts the wait
    /// short, and not the rest.
    resting: Option<Pin<Box<Sleep>>>,
    _open: InFlight,
}

impl<E: Executor> Runs<E> {
    /// Begins: asks the question for the first time. `resumed` is the cursor that the transport remembers.
    ///
    /// # Errors
    /// What is wrong with it: nothing is told then.
    pub(crate) async fn begin(
        endpoint: &Arc<Endpoint<E>>,
        mut question: Question,
        subscriber: Subscriber,
        resumed: Option<String>,
    ) -> Result<Self, Vec<ServerError>> {
        check(&question).map_err(|refusal| vec![refusal.into_error()])?;
        question.keep_what_is_used();
        let mut runs = Self {
            endpoint: Arc::clone(endpoint),
            question,
            course: Course::resumed_at(resumed),
            news: endpoint.live.news.clone(),
            run: None,
            first: None,
            told: None,
            has_begun: false,
            is_due: true,
            is_over: false,
            resting: None,
            _open: endpoint.metrics.subscribe(subscriber.transport),
            subscriber,
        };
        runs.start().await.map_err(|error| vec![error])?;
        match runs.step().await {
            // Nothing of it was executed: no field is where an error stands.
            Some(Told::Failed(errors)) => {
                return Err(errors.into_iter().map(|error| ServerError { path: Vec::new(), ..error }).collect());
            }
            Some(Told::Next(first)) => {
                runs.told = None;
                runs.first = Some(first);
            }
            None => {}
        }
        runs.has_begun = true;
        Ok(runs)
    }

    /// How far the client has been told, as a cursor; `None` where it goes on from its own.
    pub(crate) fn cursor(&self) -> Option<&str> {
        self.told.as_deref()
    }

    /// What is told next, as soon as there is something; `None` when the server stops, and where there is no more to tell.
    /// Cutting it short loses nothing that has not been told.
    pub(crate) async fn next(&mut self) -> Option<Told> {
        if let Some(first) = self.first.take() {
            self.told = self.course.cursor();
            return Some(Told::Next(first));
        }
        while !self.is_over {
            if let Some(told) = self.step().await {
                self.is_over = matches!(told, Told::Failed(_));
                return Some(told);
            }
            if self.course.has_ended() {
                self.is_over = true;
                break;
            }
            self.is_due = self.is_due || self.course.take_more();
            if !self.is_due {
                self.is_due = self.rest().await;
                if !self.is_due {
                    break;
                }
            }
            if let Err(error) = self.start().await {
                self.is_over = true;
                return Some(Told::Failed(vec![error]));
            }
        }
        None
    }

    /// Waits until there may be something new; says whether to go on at all.
    async fn rest(&mut self) -> bool {
        let rests = self.course.rests();
        let resting = self.resting.get_or_insert_with(|| Box::pin(sleep(rests.unwrap_or(LONGEST_REST))));
        tokio::select! {
            // What happens to services wakes whoever waits for that, and nobody else.
            changed = self.news.changed(), if rests.is_none() => changed.is_ok(),
            () = resting => true,
            () = self.subscriber.stopping.told() => false,
        }
    }

    /// Asks the question again, as a request of its own.
    async fn start(&mut self) -> Result<(), ServerError> {
        self.news.mark_unchanged();
        self.resting = None;
        let Subscriber { id, headers, from, .. } = &self.subscriber;
        let prepared = self.endpoint.prepare(&self.question, id, headers, *from);
        let request = match timeout(self.endpoint.request_timeout, prepared).await {
            Ok(Ok((request, _))) => request.data(self.course.clone()),
            Ok(Err(turned)) => return Err(self.counted(Turning(turned, id).into_error())),
            Err(_) => return Err(self.counted(self.too_late())),
        };
        let request = if self.has_begun { limits::passed_before(request) } else { request };
        self.run = Some(self.endpoint.executor.execute_stream(request, None));
        self.is_due = false;
        Ok(())
    }

    /// What the run tells next; `None` at its end.
    async fn step(&mut self) -> Option<Told> {
        let run = self.run.as_mut()?;
        let Ok(response) = timeout(self.endpoint.request_timeout, run.next()).await else {
            self.run = None;
            return Some(Told::Failed(vec![self.counted(self.too_late())]));
        };
        // What the course has reached by now is told with this, or concerns somebody else.
        self.told = self.course.cursor();
        let Some(mut response) = response else {
            self.run = None;
            return None;
        };
        let errors = std::mem::take(&mut response.errors).into_iter();
        let fit = errors.map(|error| self.counted(errors::fit_to_show(error, &self.subscriber.id)));
        response.errors = fit.collect();
        if response.data == Value::Null && !response.errors.is_empty() {
            self.run = None;
            return Some(Told::Failed(response.errors));
        }
        Some(Told::Next(Box::new(response)))
    }

    fn counted(&self, error: ServerError) -> ServerError {
        self.endpoint.metrics.error(errors::code(&error).unwrap_or_default());
        error
    }

    fn too_late(&self) -> ServerError {
        let seconds = self.endpoint.request_timeout.as_secs();
        let message =
            format!("The answer was not there within {seconds} seconds. Subscribe again with your last cursor.");
        Refusal::new(StatusCode::GATEWAY_TIMEOUT, REQUEST_TIMEOUT, message).into_error()
    }
}

/// How the beginning of a subscription ended, as the metrics count it.
pub(crate) fn outcome(errors: &[ServerError]) -> Outcome {
    let status = errors.iter().map(errors::status_of).max_by_key(StatusCode::as_u16);
    status.map_or(Outcome::Ok, Outcome::of_refusal)
}

/// Holds that a subscription asks for exactly one field, plainly, and has all its variables.
fn check(question: &Question) -> Result<(), Refusal> {
    let refuse =
        |message: &str| Err(Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, GRAPHQL_VALIDATION_FAILED, message));
    let operation = question.operation()?;
    if operation.ty != OperationType::Subscription {
        return refuse("Only subscriptions are answered as streams; send queries and mutations by POST.");
    }
    if !is_plain(operation) || !others_are_none(&question.document) {
        return refuse(
            "A subscription asks for one field, which stands in it directly: no fragment, no @skip or @include, and \
             no other operation beside it.",
        );
    }
    check_variables(operation, &question.parameters.variables)
}

fn is_plain(operation: &OperationDefinition) -> bool {
    match operation.selection_set.node.items.as_slice() {
        [one] => match &one.node {
            Selection::Field(field) => field.node.directives.is_empty() && !field.node.name.node.starts_with("__"),
            Selection::FragmentSpread(_) | Selection::InlineFragment(_) => false,
        },
        [] | [_, ..] => false,
    }
}

/// Every operation of the document is held against the rules, whichever is run; so that is the only one here.
fn others_are_none(document: &ExecutableDocument) -> bool {
    document.operations.iter().count() == 1
}
