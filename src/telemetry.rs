//! Logging: its form, and what is in it.
//!
//! Never logged, at any level: the text of a query, its variables, anything a person searches
//! for, the address of a request beyond which part of the server it went to, headers, bodies,
//! passwords. What is logged of a request is its id, its method, its part, its status and its
//! time; of a failure also the dotted path of the field. Whoever adds a log line keeps to that.

use std::{
    fmt,
    io::{self, IsTerminal},
    panic,
    sync::Arc,
};

use thiserror::Error;
use tracing::Subscriber;
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};
use uuid::Uuid;

use crate::config::{Log, LogFormat};

/// The id of a request: in its log lines, in the header `x-request-id` of its answer, and as
/// `correlationId` in an answer that says that something went wrong inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The id as text: hexadecimal digits and hyphens.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Uuid> for RequestId {
    fn from(id: Uuid) -> Self {
        Self(id.hyphenated().to_string().into())
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why logging could not be set up.
#[derive(Debug, Error)]
pub enum TelemetryError {
    /// The filter is none. The settings refuse it before it comes here.
    #[error("log.filter: {0}")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// It was set up before.
    #[error("logging is set up already")]
    Twice(#[from] tracing::subscriber::SetGlobalDefaultError),
}

/// Sets up logging for the whole process, to standard error, panics among it.
///
/// # Errors
/// When the filter is none, or logging is set up already.
pub fn init(log: &Log) -> Result<(), TelemetryError> {
    let colours = io::stderr().is_terminal();
    tracing::subscriber::set_global_default(subscriber(log, io::stderr, colours)?)?;
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let message = panic.payload_as_str().unwrap_or("(no message)");
        tracing::error!(place, "panicked: {message}");
    }));
    Ok(())
}

/// What turns log lines into text and writes them there.
///
/// # Errors
/// When the filter is none.
pub fn subscriber<W>(log: &Log, writer: W, colours: bool) -> Result<Box<dyn Subscriber + Send + Sync>, TelemetryError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_new(&log.filter)?)
        .with_writer(writer)
        .with_ansi(colours);
    Ok(match log.format {
        LogFormat::Pretty => Box::new(lines.finish()),
        LogFormat::Json => Box::new(lines.json().flatten_event(true).finish()),
    })
}
