//! Mutations about service users: who is entered, what is recorded of them.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::ids::ServiceUserId;

use super::inputs::{PersonIdentityInput, RecordContentsInput};
use super::service_user::ServiceUser;
use super::{ServiceUserError, afterwards, keyed, parted, people, worker};
use crate::api::ids::{self, NodeId};
use crate::directory::snapshot::refresh::Live;
use crate::people::Trouble;
use crate::people::keyed::FIELD;

/// A new service user.
#[derive(Clone, InputObject)]
pub struct EnterServiceUserInput {
    /// Who they are.
    pub identity: PersonIdentityInput,
    /// A key of your own, of 1 to 200 characters: with the same key and input it is made once within 30 days.
    pub idempotency_key: Option<String>,
}

/// What to record of a service user.
#[derive(Clone, InputObject)]
pub struct RecordInput {
    /// Whom it is about, by their global id.
    pub service_user: ID,
    /// What to record.
    pub contents: RecordContentsInput,
    /// The row that this one says anew; for what is said once of somebody it is found without.
    pub replaces: Option<ID>,
    /// A key of your own, of 1 to 200 characters: with the same key and input it is made once within 30 days.
    pub idempotency_key: Option<String>,
}

/// What became of a change about a service user.
#[derive(Clone, Debug, SimpleObject)]
pub struct ServiceUserPayload {
    /// The service user as the viewer now sees them, for the coordination of care; null where they see nothing of them,
    /// and where nothing was done.
    pub service_user: Option<ServiceUser>,
    /// What it was refused for; empty where it was done.
    pub errors: Vec<ServiceUserError>,
}

/// What became of something that was to be recorded.
#[derive(Clone, Debug, SimpleObject)]
pub struct RecordPayload {
    /// The service user as the viewer now sees them, for the coordination of care; null where nothing was done.
    pub service_user: Option<ServiceUser>,
    /// Global ids of the new rows: one, of circumstances one for each category; empty where nothing was done.
    pub records: Vec<ID>,
    /// What it was refused for; empty where it was done.
    pub errors: Vec<ServiceUserError>,
}

/// The payload of what was done about a service user.
pub(super) async fn payload(
    ctx: &Context<'_>,
    done: Result<ServiceUserId, Trouble>,
    operation: &'static str,
) -> Result<ServiceUserPayload> {
    let (done, errors) = parted(ctx, done)?;
    let service_user = match done {
        Some(id) => afterwards(ctx, id, operation).await?,
        None => None,
    };
    Ok(ServiceUserPayload { service_user, errors })
}

/// Mutations about service users.
#[derive(Clone, Copy, Debug, Default)]
pub struct ServiceUserMutation;

/// Mutations about service users.
#[Object]
impl ServiceUserMutation {
    /// Enters a service user, on the caseload of who does it. Ask first whether the agency knows them already
    /// (`findServiceUsers`). For link workers.
    async fn enter_service_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who.")] input: EnterServiceUserInput,
    ) -> Result<ServiceUserPayload> {
        let people = keyed(ctx, input.idempotency_key.as_deref(), "enterServiceUser").await?;
        let done = Box::pin(people.enter(worker(ctx)?, input.identity.into())).await;
        payload(ctx, done.map_err(|trouble| trouble.within("identity")), "enterServiceUser").await
    }

    /// Records something of a service user who is on the viewer's caseload, or on that of a team of theirs. For link
    /// workers.
    async fn record_of_service_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What, and of whom.")] input: RecordInput,
    ) -> Result<RecordPayload> {
        let of = ids::service_user("input.serviceUser", &input.service_user)?;
        let replaces = input.replaces.as_ref().map(|id| ids::record("input.replaces", id)).transpose()?;
        let field = input.contents.field();
        let contents = input.contents.into_contents(ctx.data::<Live>()?.needs(), "input.contents")?;
        let people = keyed(ctx, input.idempotency_key.as_deref(), "recordOfServiceUser").await?;
        let done = Box::pin(people.record(worker(ctx)?, of, &contents, replaces)).await;
        let (done, errors) = parted(ctx, done.map_err(|trouble| within_contents(trouble, field)))?;
        let Some(records) = done else { return Ok(RecordPayload { service_user: None, records: Vec::new(), errors }) };
        let records = records.into_iter().map(|id| NodeId::Record(id).encode()).collect();
        Ok(RecordPayload { service_user: afterwards(ctx, of, "recordOfServiceUser").await?, records, errors })
    }

    /// Takes back something that the viewer's agency recorded of a service user on the viewer's caseload, or on that of a
    /// team of theirs: nobody is shown it any more. For link workers.
    async fn take_back_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The row, by its global id.")] id: ID,
    ) -> Result<ServiceUserPayload> {
        let done = Box::pin(people(ctx)?.take_back(worker(ctx)?, ids::record("id", &id)?)).await;
        payload(ctx, done, "takeBackRecord").await
    }
}

/// The same trouble, where what is wrong is a field of what was to be recorded; of the row itself only `replaces` and the key
/// are said.
fn within_contents(trouble: Trouble, part: &str) -> Trouble {
    let is_of_row = matches!(&trouble, Trouble::Wrong(wrong) if ["replaces", FIELD].contains(&wrong.field.as_str()));
    if is_of_row { trouble } else { trouble.within(&format!("contents.{part}")) }
}
