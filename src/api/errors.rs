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
}

impl Code {
    /// As it stands in `extensions.code`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::Internal => "INTERNAL_SERVER_ERROR",
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
    let correlation = ctx.data_opt::<RequestId>().map(ToString::to_string).unwrap_or_default();
    tracing::error!(correlation.id = %correlation, field = %ctx.path_node.map(|path| path.to_string()).unwrap_or_default(), %reason, "graphql.internal");
    Error::new("Something went wrong on our side. Please try again; if it stays, tell us the correlation id.")
        .extend_with(|_, extensions| {
            extensions.set("code", Code::Internal.as_str());
            extensions.set("correlationId", correlation);
        })
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
