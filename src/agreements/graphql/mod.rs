//! Agreements in the graph. Thin: what may be done by whom is decided in the room, who may call in `access::operations`.

pub mod enums;
pub mod inputs;
pub mod root;
pub mod types;

use async_graphql::{Context, Enum, Result, SimpleObject};
use entity::enums::Role;

use super::{Agreements, Hand, KEY, Side, Trouble};
use crate::access::Viewer;
use crate::api::errors::{bad_input, internal};

/// Why something about an agreement is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum AgreementErrorCode {
    /// There is no such thing, or it is not yours.
    NotFound,
    /// A value is not of the form it must have.
    BadValue,
    /// It has not come so far, has come too far, or is not yours to do.
    NotNow,
}

/// What a change about an agreement was refused for.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct AgreementError {
    /// Why.
    code: AgreementErrorCode,
    #[graphql(skip)]
    message: String,
    #[graphql(skip)]
    field: Option<String>,
}

#[async_graphql::ComplexObject]
impl AgreementError {
    /// What is wrong, and what would be right.
    pub(crate) async fn message(&self) -> String {
        self.message.clone()
    }

    /// The field of the input that is wrong, as `input.flows`; null where none is to blame.
    pub(crate) async fn field(&self) -> Option<String> {
        self.field.clone()
    }
}

/// What was done, or what it was refused for.
fn parted<T>(ctx: &Context<'_>, done: std::result::Result<T, Trouble>) -> Result<(Option<T>, Vec<AgreementError>)> {
    let refused = |code, message: String, field| Ok((None, vec![AgreementError { code, message, field }]));
    match done {
        Ok(done) => Ok((Some(done), Vec::new())),
        Err(Trouble::NotFound) => {
            let message = "There is no such agreement, or your agency is no party to it.".to_owned();
            refused(AgreementErrorCode::NotFound, message, None)
        }
        Err(Trouble::Wrong(wrong)) => {
            let field = if wrong.field == KEY { wrong.field } else { format!("input.{}", wrong.field) };
            refused(AgreementErrorCode::BadValue, wrong.message, Some(field))
        }
        Err(Trouble::NotNow(message)) => refused(AgreementErrorCode::NotNow, message, None),
        Err(failed @ (Trouble::Database(_) | Trouble::Failed(_))) => Err(internal(ctx, &failed)),
    }
}

fn agreements<'c>(ctx: &Context<'c>) -> Result<&'c Agreements> {
    ctx.data::<Agreements>()
}

/// Who asks, and for whom: a manager of the agency that they act for, a coordinator of the network, or a member of the
/// agency; the operations table let nobody else in.
fn hand(ctx: &Context<'_>) -> Result<Hand> {
    let viewer = ctx.data::<Viewer>()?;
    let account = viewer.person().map(|person| person.account);
    let side = match viewer.agency() {
        Some(agency) if viewer.holds(Role::AgencyManager) => Side::Manager(agency),
        Some(_) | None if viewer.holds(Role::Coordinator) => Side::Network,
        Some(agency) => Side::Member(agency),
        None => return Err(bad_input("signpost-agency", "Say for which agency you act.")),
    };
    Ok(Hand { account, side })
}
