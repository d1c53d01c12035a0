//! Service users in the graph. Thin: who sees what is decided by the rule, in `people::reading`; who may call is in
//! `access::operations`.

pub mod appointments;
pub mod caseloads;
pub mod consenting;
pub mod consents;
pub mod enums;
pub mod groups;
pub mod inputs;
pub mod mutations;
pub mod queries;
pub mod records;
pub mod referrals;
pub mod service_user;
pub mod tasks;
pub mod wishes;

use async_graphql::{Context, Enum, Lookahead, Result, SimpleObject};
use entity::enums::{Purpose, RecordKind};
use entity::ids::ServiceUserId;

use self::service_user::ServiceUser;
use super::acting::Actor;
use super::contents::Wrong;
use super::entering::Worker;
use super::reading::{Reader, Wanted};
use super::{People, Trouble};
use crate::access::Viewer;
use crate::access::ledger::Pending;
use crate::access::viewer::Person;
use crate::api::errors::{bad_input, changing, internal};
use crate::api::keys::input_without_key;

/// Why something about a service user is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ServiceUserErrorCode {
    /// There is no such thing, or it is not yours.
    NotFound,
    /// A value is not of the form it must have.
    BadValue,
    /// It has changed since the version that was expected: the message says which it is at now.
    Changed,
    /// It is all of that already.
    NothingChanges,
    /// What it rests on changed several times while it was done: nothing was; try again.
    Changing,
}

/// What a change about a service user was refused for.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct ServiceUserError {
    /// Why.
    code: ServiceUserErrorCode,
    #[graphql(skip)]
    message: String,
    #[graphql(skip)]
    field: Option<String>,
}

#[async_graphql::ComplexObject]
impl ServiceUserError {
    /// What is wrong, and what would be right; never anything personal.
    pub(crate) async fn message(&self) -> String {
        self.message.clone()
    }

    /// The field of the input that is wrong, as `input.identity.givenNames`; null where none is to blame.
    pub(crate) async fn field(&self) -> Option<String> {
        self.field.clone()
    }
}

/// What a trouble is in the graph: something to tell, or a failure on this side. The field that is to blame stands within this
/// argument; where that is empty it is an argument itself.
fn told(ctx: &Context<'_>, trouble: Trouble, within: &str) -> Result<ServiceUserError> {
    let error = |code, message: &str, field| ServiceUserError { code, message: message.to_owned(), field };
    let of_input = |code, wrong: Wrong| {
        let field = if within.is_empty() { wrong.field } else { format!("{within}.{}", wrong.field) };
        error(code, &wrong.message, Some(field))
    };
    match trouble {
        Trouble::NotFound => {
            Ok(error(ServiceUserErrorCode::NotFound, "There is no such thing, or it is not yours.", None))
        }
        Trouble::Wrong(wrong) => Ok(of_input(ServiceUserErrorCode::BadValue, wrong)),
        Trouble::Changed(wrong) => Ok(of_input(ServiceUserErrorCode::Changed, wrong)),
        Trouble::NothingChanges => Ok(error(ServiceUserErrorCode::NothingChanges, "It is all of that already.", None)),
        Trouble::Changing => {
            let message = "Who may see what of them changed several times meanwhile: try again.";
            Ok(error(ServiceUserErrorCode::Changing, message, None))
        }
        failed @ (Trouble::Database(_) | Trouble::Vault(_) | Trouble::Failed(_)) => Err(internal(ctx, &failed)),
    }
}

/// What was done by the mutation that is answered, or what it was refused for.
pub(crate) fn parted<T>(ctx: &Context<'_>, done: Result<T, Trouble>) -> Result<(Option<T>, Vec<ServiceUserError>)> {
    parted_within(ctx, done, ctx.item.node.get_argument("input").map_or("", |_| "input"))
}

/// The same where the fields stand within another argument than `input`.
pub(crate) fn parted_within<T>(
    ctx: &Context<'_>,
    done: Result<T, Trouble>,
    within: &str,
) -> Result<(Option<T>, Vec<ServiceUserError>)> {
    match done {
        Ok(done) => Ok((Some(done), Vec::new())),
        Err(trouble) => Ok((None, vec![told(ctx, trouble, within)?])),
    }
}

/// What was found; what it was refused for is an error of the whole field.
pub(crate) fn found<T>(ctx: &Context<'_>, done: Result<T, Trouble>) -> Result<T> {
    done.map_err(|trouble| match trouble {
        Trouble::Wrong(wrong) | Trouble::Changed(wrong) => bad_input(wrong.field, wrong.message),
        Trouble::Changing => changing(),
        other @ (Trouble::NotFound
        | Trouble::NothingChanges
        | Trouble::Database(_)
        | Trouble::Vault(_)
        | Trouble::Failed(_)) => internal(ctx, &other),
    })
}

pub(crate) fn people<'c>(ctx: &Context<'c>) -> Result<&'c People> {
    ctx.data::<People>()
}

/// Service users, where what is created next is created once with the key that is given; without a key each time.
pub(crate) async fn keyed(ctx: &Context<'_>, key: Option<&str>, operation: &'static str) -> Result<People> {
    let people = people(ctx)?;
    let Some(key) = key else { return Ok(people.clone()) };
    let by = Actor { account: person(ctx)?.account, agency: ctx.data::<Viewer>()?.agency() };
    let keyed = people.keyed(by, operation, key, &input_without_key(ctx)?).await;
    keyed.map_err(|error| internal(ctx, &error))
}

/// The person who asks; the operations table let nobody else in.
pub(crate) fn person<'c>(ctx: &Context<'c>) -> Result<&'c Person> {
    let person = ctx.data::<Viewer>()?.person();
    person.ok_or_else(|| internal(ctx, &"a field for persons was let through to somebody else"))
}

/// Who reads, for the agency that they act for.
pub(crate) fn reader(ctx: &Context<'_>, purpose: Purpose, operation: &'static str) -> Result<Reader> {
    let (account, agency) = (person(ctx)?.account, ctx.data::<Viewer>()?.agency());
    Ok(Reader { account, agency, purpose, operation })
}

/// Who works with service users, for the agency that they act for.
pub(crate) fn worker(ctx: &Context<'_>) -> Result<Worker> {
    let agency = ctx.data::<Viewer>()?.agency();
    let agency = agency.ok_or_else(|| bad_input("signpost-agency", "Say for which agency you act."))?;
    Ok(Worker { account: person(ctx)?.account, agency })
}

/// Where the decisions of this request are gathered; none where each is written at once.
pub(crate) fn pending<'c>(ctx: &Context<'c>) -> Option<&'c Pending> {
    ctx.data_opt::<Pending>()
}

/// The fields of a service user that show rows, with the kind of rows that they show.
const SHOWN: &[(&str, RecordKind)] = &[
    ("name", RecordKind::Identity),
    ("identity", RecordKind::Identity),
    ("contact", RecordKind::Contact),
    ("circumstances", RecordKind::Circumstances),
    ("circumstanceRecords", RecordKind::Circumstances),
    ("needs", RecordKind::Need),
    ("assessments", RecordKind::Assessment),
    ("flags", RecordKind::Flag),
    ("notes", RecordKind::Note),
    ("peopleAround", RecordKind::PersonAround),
];

/// The fields of a service user that show what stands around them.
const AROUND: &[&str] = &["caseloads", "consents", "keptOut", "merges", "proposals", "proxies"];

/// The kinds of rows that a question asks for about a service user: nothing else is opened.
pub(crate) fn wanted(asked: &Lookahead<'_>) -> Wanted {
    let kinds = SHOWN.iter().filter(|(field, _)| asked.field(field).exists()).map(|(_, kind)| *kind).collect();
    let around = AROUND.iter().any(|field| asked.field(field).exists());
    let records = |field: &str| {
        let records = asked.field(field);
        records.field("recordedBy").exists() || records.field("record").field("recordedBy").exists()
    };
    let recorders = SHOWN.iter().any(|(field, _)| records(field));
    let (proxies, withheld) = (asked.field("proxies").exists(), asked.field("withheld").exists());
    Wanted { kinds, around, proxies, withheld, recorders }
}

/// A service user as the viewer sees them after a change; null where they see nothing of them.
pub(crate) async fn afterwards(
    ctx: &Context<'_>,
    id: ServiceUserId,
    operation: &'static str,
) -> Result<Option<ServiceUser>> {
    shown_in(ctx, "serviceUser", id, operation).await
}

/// The same, shown in a field of the payload.
pub(crate) async fn shown_in(
    ctx: &Context<'_>,
    field: &str,
    id: ServiceUserId,
    operation: &'static str,
) -> Result<Option<ServiceUser>> {
    let asked = ctx.look_ahead().field(field);
    if !asked.exists() {
        return Ok(None);
    }
    let reader = reader(ctx, Purpose::CareCoordination, operation)?;
    let seen = found(ctx, people(ctx)?.read(reader, &[id], &wanted(&asked), pending(ctx)).await)?.pop();
    Ok(seen.map(|seen| ServiceUser::of(seen, reader)))
}
