//! Signposts that were given, in the graph. Thin: who sees what is decided by the rule, in `signposts::reading`.

pub mod mutations;
pub mod queries;

use async_graphql::{ComplexObject, Context, Enum, ID, Object, Result, SimpleObject};
use entity::enums as stored;

use super::giving::{Group, Why};
use super::reading::{SignpostSeen, WhichSignposts};
use super::sheet::{Then, changes};
use super::{Signposts, telling};
use crate::api::AskedAt;
use crate::api::errors::internal;
use crate::api::ids::NodeId;
use crate::api::scalars::{Date, DateTime};
use crate::connection;
use crate::directory::graphql::agency::Agency;
use crate::directory::graphql::need::Need;
use crate::directory::graphql::nullable;
use crate::directory::graphql::service::Service;
use crate::directory::loaders::{AgencyKey, Loaders, ServiceKey};
use crate::directory::snapshot::refresh::Live;
use crate::people::graphql::caseloads::{NamedAccount, named};
use crate::people::graphql::{found, pending};
use crate::people::reading::Reader;
use crate::signposting::graphql::output::SignpostGroup;

/// Whether a signpost helped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::Helped")]
pub enum Helped {
    /// It did.
    Yes,
    /// In part.
    Partly,
    /// They went or rang, and it did not.
    No,
    /// They have not tried.
    NotTried,
}

/// In what form a sheet is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum SheetForm {
    /// A whole page that prints well, without script and without anything from elsewhere.
    Html,
    /// Plain text.
    Text,
}

/// What spoke for a service or against it, as it was shown.
#[derive(Clone, Debug, SimpleObject)]
pub struct SignpostGivenReason {
    /// Whether it was met; null where nobody could say.
    pub met: Option<bool>,
    /// The rule in plain words.
    pub reason: String,
    /// What would have settled it; null where nothing had to be.
    pub ask: Option<String>,
}

/// A service that somebody was told of.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct SignpostGivenService {
    /// Its name, as it was.
    pub name: String,
    /// The name of its agency, as it was.
    pub agency_name: String,
    /// The day on which somebody had last confirmed when it is open; null where nobody had.
    pub confirmed_on: Option<Date>,
    /// Where it stood for the question; null for who gave no name, and to other agencies.
    pub group: Option<SignpostGroup>,
    /// Why: what spoke for it and against it; empty for who gave no name, and to other agencies.
    pub reasons: Vec<SignpostGivenReason>,
    /// What has changed since, in short sentences; empty where nothing has.
    pub changes: Vec<String>,
    #[graphql(skip)]
    then: Then,
}

#[ComplexObject]
impl SignpostGivenService {
    /// The service as it is now; null where it is listed no more.
    async fn service(&self, ctx: &Context<'_>) -> Option<Result<Service>> {
        nullable(ctx, ServiceKey(self.then.service), Service).await
    }
}

/// That somebody was told of services. No agency was sent anything by it. Shown to who works with them at the agency that
/// told them, to themselves, and to agencies with which everything that its needs tell of is shared; of somebody who gave no
/// name to the agency that told them alone.
#[derive(Clone, Debug)]
pub struct SignpostGiven {
    seen: SignpostSeen,
}

/// That somebody was told of services. No agency was sent anything by it. Shown to who works with them at the agency that
/// told them, to themselves, and to agencies with which everything that its needs tell of is shared; of somebody who gave no
/// name to the agency that told them alone.
#[Object]
impl SignpostGiven {
    /// Global id.
    async fn id(&self) -> ID {
        NodeId::SignpostGiven(self.seen.id).encode()
    }

    /// Global id of who was told; null for somebody who gave no name.
    async fn service_user_id(&self) -> Option<ID> {
        self.seen.service_user.map(|id| NodeId::ServiceUser(id).encode())
    }

    /// The agency whose worker told them; null where it is not shown.
    async fn agency(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        nullable(ctx, AgencyKey(self.seen.agency), Agency).await
    }

    /// The worker; null to other agencies.
    async fn given_by(&self) -> Option<NamedAccount> {
        self.seen.given_by.as_ref().map(named)
    }

    /// When.
    async fn given_at(&self) -> DateTime {
        DateTime(self.seen.given_at.to_utc())
    }

    /// For which needs.
    #[graphql(complexity = "crate::api::limits::list_cost(4, child_complexity)")]
    async fn needs(&self, ctx: &Context<'_>) -> Result<Vec<Need>> {
        let list = ctx.data::<Live>()?.needs();
        Ok(self.seen.needs.iter().filter_map(|key| Need::of_key(list, key)).collect())
    }

    /// The services, in the order in which they were told of.
    #[graphql(complexity = "crate::api::limits::list_cost(10, child_complexity)")]
    async fn services(&self, ctx: &Context<'_>) -> Result<Vec<SignpostGivenService>> {
        let asked = ctx.look_ahead();
        let mut now = std::collections::HashMap::new();
        if asked.field("changes").exists() {
            let (loaders, at) = (ctx.data::<Loaders>()?, ctx.data::<AskedAt>()?.0);
            now = telling::told(loaders, &self.seen.doors(), at).await.map_err(|error| internal(ctx, &error))?;
        }
        let salt = self.seen.salt();
        let service = |(then, why): &(Then, Option<Why>)| SignpostGivenService {
            name: then.name.clone(),
            agency_name: then.agency.clone(),
            confirmed_on: then.confirmed_on.map(Date),
            group: why.as_ref().map(|why| group(why.group)),
            reasons: why.iter().flat_map(|why| &why.criteria).map(reason).collect(),
            changes: if asked.field("changes").exists() {
                changes(then, now.get(&(then.service, then.at)), &salt)
            } else {
                Vec::new()
            },
            then: then.clone(),
        };
        Ok(self.seen.services.iter().map(service).collect())
    }

    /// Until when its link is good, exclusive; null where it has none, and to other agencies.
    async fn link_until(&self) -> Option<DateTime> {
        self.seen.link_until.map(|at| DateTime(at.to_utc()))
    }

    /// Whether it helped; null until somebody says.
    async fn helped(&self) -> Option<Helped> {
        self.seen.helped.map(Into::into)
    }

    /// When that was said; null until somebody says.
    async fn helped_at(&self) -> Option<DateTime> {
        self.seen.helped_at.map(|at| DateTime(at.to_utc()))
    }

    /// The sheet for whoever was told, as it is now, with what has changed since: no name of theirs stands on it, and nothing
    /// of why.
    #[graphql(complexity = "50 + child_complexity")]
    async fn sheet(&self, ctx: &Context<'_>, #[graphql(desc = "In what form.")] form: SheetForm) -> Result<String> {
        let sheet = ctx.data::<Signposts>()?.sheet(ctx.data::<Loaders>()?, &self.seen).await;
        let sheet = found(ctx, sheet)?;
        Ok(match form {
            SheetForm::Html => sheet.html(),
            SheetForm::Text => sheet.text(),
        })
    }
}

impl From<SignpostSeen> for SignpostGiven {
    fn from(seen: SignpostSeen) -> Self {
        Self { seen }
    }
}

connection!(SignpostGivenConnection, SignpostGivenEdge, SignpostGiven, "signposts");

fn group(group: Group) -> SignpostGroup {
    match group {
        Group::Fits => SignpostGroup::Fits,
        Group::FitsIf => SignpostGroup::FitsIf,
        Group::NoBecause => SignpostGroup::NoBecause,
    }
}

fn reason(said: &super::giving::WhyCriterion) -> SignpostGivenReason {
    SignpostGivenReason { met: said.met, reason: said.reason.clone(), ask: said.ask.clone() }
}

/// Signposts as the viewer sees them.
async fn shown(ctx: &Context<'_>, reader: Reader, which: &WhichSignposts) -> Result<Vec<SignpostGiven>> {
    let seen = found(ctx, ctx.data::<Signposts>()?.read(reader, which, pending(ctx)).await)?;
    Ok(seen.into_iter().map(|seen| SignpostGiven { seen }).collect())
}
