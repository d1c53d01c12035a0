//! Signing in, in the graph. Thin: what may be is decided in the room, who may call in `access::operations`.

pub mod managing;
pub mod queries;
pub mod signing_in;
pub mod types;

use async_graphql::{Context, Enum, Result, SimpleObject};

use super::{Accounts, Done, Refused, Trouble, Why};
use crate::access::Viewer;
use crate::access::viewer::Person;
use crate::api::errors::internal;
use crate::api::scalars::DateTime;

/// Why something about an account is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Why")]
pub enum AccountErrorCode {
    /// The e-mail address, the password, or both are wrong; which of them is not told.
    WrongCredentials,
    /// The password is right; a code of the second factor is wanted too.
    CodeNeeded,
    /// The code is wrong, or was used already.
    WrongCode,
    /// It was tried too often: again from `retryAt` on.
    TryLater,
    /// A token or link is not, or no longer, good.
    NotGood,
    /// The password is too weak; the message says what would be better.
    WeakPassword,
    /// A value is not of the form it must have.
    BadValue,
    /// There is no such thing, or it is not yours.
    NotFound,
    /// It is so already.
    Already,
    /// A letter could not be sent.
    NotSent,
}

/// What a change to an account was refused for.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct AccountError {
    /// Why.
    code: AccountErrorCode,
    /// From when on it may be tried again; null where it was not tried too often.
    retry_at: Option<DateTime>,
    #[graphql(skip)]
    refused: Refused,
}

#[async_graphql::ComplexObject]
impl AccountError {
    /// What is wrong, and what would be right; never anything personal.
    pub(crate) async fn message(&self) -> String {
        self.refused.message.clone()
    }

    /// The field of the input that is wrong, as `input.email`; null where none is to blame.
    pub(crate) async fn field(&self) -> Option<String> {
        self.refused.field.map(ToOwned::to_owned)
    }
}

impl From<Refused> for AccountError {
    fn from(refused: Refused) -> Self {
        Self { code: refused.why.into(), retry_at: refused.until.map(DateTime), refused }
    }
}

/// What was done, or what it was refused for; a failure on this side is an error of the whole field.
fn parted<T>(ctx: &Context<'_>, done: Done<T>) -> Result<(Option<T>, Vec<AccountError>)> {
    match done {
        Ok(done) => Ok((Some(done), Vec::new())),
        Err(Trouble::Refused(refused)) => Ok((None, vec![refused.into()])),
        Err(Trouble::Failed(reason)) => Err(internal(ctx, &reason)),
    }
}

/// Declares payloads: what was made, null where it was refused, and what it was refused for.
macro_rules! payloads {
    ($($(#[$meta:meta])* $name:ident { $(#[$fmeta:meta])* $field:ident: $of:ty }),+ $(,)?) => { $(
        $(#[$meta])*
        #[derive(Clone, Debug, async_graphql::SimpleObject)]
        pub struct $name {
            $(#[$fmeta])*
            pub $field: Option<$of>,
            /// What it was refused for; empty where it was done.
            pub errors: Vec<$crate::accounts::graphql::AccountError>,
        }

        impl $name {
            /// The payload of what was done or refused.
            pub(super) fn of<T: Into<$of>>(
                ctx: &async_graphql::Context<'_>,
                done: $crate::accounts::Done<T>,
            ) -> async_graphql::Result<Self> {
                let (done, errors) = $crate::accounts::graphql::parted(ctx, done)?;
                Ok(Self { $field: done.map(Into::into), errors })
            }
        }
    )+ };
}
use payloads;

fn accounts<'c>(ctx: &Context<'c>) -> Result<&'c Accounts> {
    ctx.data::<Accounts>()
}

/// Who asks; the operations table let them.
fn viewer<'c>(ctx: &Context<'c>) -> Result<&'c Viewer> {
    ctx.data::<Viewer>()
}

/// The person who asks, where only persons are let in.
fn person<'c>(ctx: &Context<'c>) -> Result<&'c Person> {
    viewer(ctx)?.person().ok_or_else(|| internal(ctx, &"a field for persons was let through to somebody else"))
}
