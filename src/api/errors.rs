//! Top-level errors of the GraphQL face: a code, a message that a person can act on, and nothing
//! of the inside.

use async_graphql::{Context, Error, ErrorExtensions};
use sea_orm::DbErr;

use crate::telemetry::RequestId;

/// Codes of top-level errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// An argument is wrong; `field` names it.
    BadUserInput,
    /// Something on this side failed; `correlationId` finds it in the log.
    Internal,
    /// What it was decided on changed several times meanwhile.
    Changing,
}

impl Code {
    /// As it stands in `extensions.code`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::Internal => "INTERNAL_SERVER_ERROR",
            Self::Changing => "CHANGING",
        }
    }
}

/// An argument is wrong. `field` is its path as the caller wrote it (`input.where.postcode`);
/// the message says what would be right.
#[must_use]
pub fn bad_input(field: impl Into<String>, message: impl Into<String>) -> Error {
    let field = field.into();
    Error::new(message).extend_with(|_, extensions| {
        extensions.set("code", Code::BadUserInput.as_str());
        extensions.set("field", field);
    })
}

/// Something on this side failed. The caller is given a number, the log the reason.
#[must_use]
pub fn internal(ctx: &Context<'_>, reason: &dyn std::fmt::Display) -> Error {
    let field = ctx.path_node.map(|path| path.to_string()).unwrap_or_default();
    failed(ctx.data_opt::<RequestId>(), &field, reason)
}

/// The same where the whole answer is concerned, and no field of it.
#[must_use]
pub fn failed_on_our_side(id: Option<&RequestId>, reason: &dyn std::fmt::Display) -> Error {
    failed(id, "", reason)
}

fn failed(id: Option<&RequestId>, field: &str, reason: &dyn std::fmt::Display) -> Error {
    let correlation = id.map(ToString::to_string).unwrap_or_default();
    tracing::error!(correlation.id = %correlation, %field, %reason, "graphql.internal");
    Error::new("Something went wrong on our side. Please try again; if it stays, tell us the correlation id.")
        .extend_with(|_, extensions| {
            extensions.set("code", Code::Internal.as_str());
            extensions.set("correlationId", correlation);
        })
}

/// Who may see what changed several times while it was read.
#[must_use]
pub fn changing() -> Error {
    Error::new("Who may see this changed several times while it was read. Please ask again.")
        .extend_with(|_, extensions| extensions.set("code", Code::Changing.as_str()))
}

/// The error of a loader: cheap to clone, told once for a batch.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct LoadError(std::sync::Arc<str>);

impl From<DbErr> for LoadError {
    fn from(error: DbErr) -> Self {
        Self(error.to_string().into())
    }
}
