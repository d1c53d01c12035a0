//! Notices in the graph. Thin: what may be is decided in the room, who may call in `access::operations`.

pub mod root;
pub mod types;

use async_graphql::{Context, Enum, Result, SimpleObject};
use entity::ids::{AccountId, AgencyId};

use super::{Notices, Trouble};
use crate::access::Viewer;
use crate::api::errors::{bad_input, internal};

/// Why something about notices is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum NoticeErrorCode {
    /// There is no such endpoint, or it is not your agency's.
    NotFound,
    /// A value is not of the form it must have, or it can't be done now.
    BadValue,
    /// This server sends no e-mail: whoever runs it has to set a mail server first.
    NoMailServer,
    /// The letter could not be sent.
    NotSent,
}

/// What a change about notices was refused for.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct NoticeError {
    /// Why.
    code: NoticeErrorCode,
    #[graphql(skip)]
    message: String,
    #[graphql(skip)]
    field: Option<String>,
}

#[async_graphql::ComplexObject]
impl NoticeError {
    /// What is wrong, and what would be right; never anything personal.
    pub(crate) async fn message(&self) -> String {
        self.message.clone()
    }

    /// The field of the input that is wrong, as `input.url`; null where none is to blame.
    pub(crate) async fn field(&self) -> Option<String> {
        self.field.clone()
    }
}

/// What was done, or what it was refused for.
fn parted<T>(ctx: &Context<'_>, done: std::result::Result<T, Trouble>) -> Result<(Option<T>, Vec<NoticeError>)> {
    let refused = |code, message: String, field| Ok((None, vec![NoticeError { code, message, field }]));
    match done {
        Ok(done) => Ok((Some(done), Vec::new())),
        Err(Trouble::NotFound) => {
            let message = "There is no such endpoint of your agency.".to_owned();
            refused(NoticeErrorCode::NotFound, message, None)
        }
        Err(Trouble::Wrong { field, message }) => {
            refused(NoticeErrorCode::BadValue, message, field.map(|field| format!("input.{field}")))
        }
        Err(Trouble::NoMail) => {
            let message = "This server sends no e-mail: whoever runs it has to name a mail server, post.smtp_url.";
            refused(NoticeErrorCode::NoMailServer, message.to_owned(), None)
        }
        Err(Trouble::NotSent { was_refused, kept: _ }) => {
            let message = if was_refused {
                "The mail server did not take a letter to this address: see whether it is right. Another letter can be sent there \
                 after ten minutes (resendNoticeCode)."
            } else {
                "The letter could not be sent now: try again later."
            };
            refused(NoticeErrorCode::NotSent, message.to_owned(), None)
        }
        Err(failed @ (Trouble::Database(_) | Trouble::Vault(_) | Trouble::Random(_))) => Err(internal(ctx, &failed)),
    }
}

fn notices<'c>(ctx: &Context<'c>) -> Result<&'c Notices> {
    ctx.data::<Notices>()
}

/// The manager who asks, and the agency that they act for; the operations table let nobody else in.
fn manager(ctx: &Context<'_>) -> Result<(AccountId, AgencyId)> {
    let viewer = ctx.data::<Viewer>()?;
    match (viewer.person(), viewer.agency()) {
        (Some(person), Some(agency)) => Ok((person.account, agency)),
        (Some(_) | None, _) => Err(bad_input("signpost-agency", "Say for which agency you act.")),
    }
}
