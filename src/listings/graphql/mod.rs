//! Listings in the graph, for those whose they are. Thin: what may be is decided in the room, who may call in
//! `access::operations`.

pub mod acts;
pub mod coordinating;
pub mod correcting;
pub mod corrections;
pub mod deciding;
pub mod editing;
pub mod fields;
pub mod freshness;
pub mod inputs;
pub mod queries;
pub mod types;

use async_graphql::{Context, Enum, Result, SimpleObject};
use serde_json::Value;

use super::acting::Actor;
use super::changes::FieldChange;
use super::{Done, Listings, Refused, Trouble, Why};
use crate::access::Viewer;
use crate::api::errors::internal;
use crate::directory::loaders::Loaders;

/// Why something about a listing is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Why")]
pub enum ListingErrorCode {
    /// There is no such thing, or it is not yours.
    NotFound,
    /// A value is not of the form it must have.
    BadValue,
    /// The listing has changed since the version that was expected: `currentVersion` and `changed` say to what.
    Changed,
    /// It says so already.
    NothingChanges,
    /// It is for a manager of the agency.
    ForManagers,
    /// Several agencies have it in common: it is for a coordinator.
    Shared,
    /// It has come too far for that: published, declined or dropped.
    Decided,
    /// The idempotency key was used for something else.
    KeyUsed,
}

/// One field of a listing, from what to what.
#[derive(Clone, Debug, SimpleObject)]
pub struct ListingFieldChange {
    /// Its path in the listing's `document`, as `eligibility.age`.
    pub field: String,
    /// What it was; null where it was absent.
    pub from: Option<async_graphql::Json<Value>>,
    /// What it is from then on; null where it was taken away.
    pub to: Option<async_graphql::Json<Value>>,
}

impl From<FieldChange> for ListingFieldChange {
    fn from(change: FieldChange) -> Self {
        let some = |value: Value| (!value.is_null()).then_some(async_graphql::Json(value));
        Self { field: change.field, from: some(change.from), to: some(change.to) }
    }
}

/// What a change to a listing was refused for.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct ListingError {
    /// Why.
    code: ListingErrorCode,
    /// The version that the listing has now; null where that is not what stands in the way.
    current_version: Option<i32>,
    /// What has changed since the version that was expected, as far as it is known.
    changed: Vec<ListingFieldChange>,
    #[graphql(skip)]
    message: String,
    #[graphql(skip)]
    field: Option<String>,
}

#[async_graphql::ComplexObject]
impl ListingError {
    /// What is wrong, and what would be right; never anything personal.
    pub(crate) async fn message(&self) -> String {
        self.message.clone()
    }

    /// The field of the input that is wrong, as `input.email`; null where none is to blame.
    pub(crate) async fn field(&self) -> Option<String> {
        self.field.clone()
    }
}

impl From<Refused> for ListingError {
    fn from(refused: Refused) -> Self {
        Self {
            code: refused.why.into(),
            current_version: refused.version,
            changed: refused.changed.into_iter().map(Into::into).collect(),
            message: refused.message,
            field: refused.field,
        }
    }
}

/// What was done, or what it was refused for; a failure on this side is an error of the whole field. What is shown after
/// it was done is shown as it then is.
pub(super) fn parted<T>(ctx: &Context<'_>, done: Done<T>) -> Result<(Option<T>, Vec<ListingError>)> {
    match done {
        Ok(done) => {
            ctx.data::<Loaders>()?.look_again();
            Ok((Some(done), Vec::new()))
        }
        Err(Trouble::Refused(refused)) => Ok((None, refused.into_iter().map(Into::into).collect())),
        Err(Trouble::Failed(reason)) => Err(internal(ctx, &reason)),
    }
}

/// What is there, or null where it is not, or not for whoever asks.
pub(super) fn refused<T>(ctx: &Context<'_>, done: Done<T>) -> Result<Option<T>> {
    match done {
        Ok(found) => Ok(Some(found)),
        Err(Trouble::Refused(_)) => Ok(None),
        Err(Trouble::Failed(reason)) => Err(internal(ctx, &reason)),
    }
}

pub(super) fn listings<'c>(ctx: &Context<'c>) -> Result<&'c Listings> {
    ctx.data::<Listings>()
}

/// Who acts; the operations table let them.
pub(super) fn actor(ctx: &Context<'_>) -> Result<Actor> {
    let actor = Actor::of(ctx.data::<Viewer>()?);
    actor.ok_or_else(|| internal(ctx, &"a field for those who keep listings was let through to somebody else"))
}
