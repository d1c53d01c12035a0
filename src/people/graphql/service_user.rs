//! A service user, as far as the viewer may see them.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};

use super::caseloads::{self, CaseloadPlace};
use super::consents::{self, Consent, ConsentProposal};
use super::enums::WithheldReason;
use super::records::{
    self, PersonAround, PersonAssessment, PersonCircumstances, PersonContact, PersonFlag, PersonIdentity, PersonNeed,
    PersonNote, Record,
};
use super::wishes::{self, KeptOutEntry, ServiceUserMerge, ServiceUserProxy};
use crate::agreements::graphql::enums::{DataCategory, Purpose};
use crate::api::ids::NodeId;
use crate::api::leaves::Leaves;
use crate::connection;
use crate::directory::snapshot::refresh::Live;
use crate::people::contents::Contents;
use crate::people::reading::{Reader, Seen};

/// A service user, as far as the viewer may see them.
#[derive(Clone, Debug)]
pub struct ServiceUser {
    pub(crate) seen: Arc<Seen>,
    pub(crate) reader: Reader,
}

impl ServiceUser {
    pub(crate) fn of(seen: Seen, reader: Reader) -> Self {
        Self { seen: Arc::new(seen), reader }
    }
}

/// A category of which other agencies may hold something that is not shown to the viewer, whether or not they do.
#[derive(Clone, Debug, SimpleObject)]
pub struct Withheld {
    /// The category.
    pub category: DataCategory,
    /// Why.
    pub reason: WithheldReason,
}

/// A person who is supported, as far as the viewer may see them for the purpose that they said. Whoever may see nothing of
/// them is told that there is nobody. That it was looked at stands in the ledger, which the person is shown.
#[Object]
impl ServiceUser {
    /// Global id: a pseudonym, the same for everybody.
    async fn id(&self) -> ID {
        NodeId::ServiceUser(self.seen.service_user).encode()
    }

    /// The purpose for which they are seen.
    async fn seen_for(&self) -> Purpose {
        self.reader.purpose.into()
    }

    /// What they go by, from the newest identity that is seen; null where none is.
    async fn name(&self) -> Option<String> {
        let name = |contents: &Contents| {
            let Contents::Identity(identity) = contents else { return None };
            Some(identity.name())
        };
        self.seen.records.iter().rev().find_map(|record| name(&record.contents))
    }

    /// Who they are, as each agency recorded it, the newest first.
    #[graphql(complexity = "crate::api::limits::list_cost(3, child_complexity)")]
    async fn identity(&self) -> Vec<PersonIdentity> {
        records::identity(&self.seen)
    }

    /// How to reach them, as each agency recorded it, the newest first.
    #[graphql(complexity = "crate::api::limits::list_cost(3, child_complexity)")]
    async fn contact(&self) -> Vec<PersonContact> {
        records::contact(&self.seen)
    }

    /// What their life is like, from everything that is seen of it; the newest holds.
    async fn circumstances(&self) -> PersonCircumstances {
        records::circumstances(&self.seen)
    }

    /// Whose rows the circumstances come from, the newest first.
    #[graphql(complexity = "crate::api::limits::list_cost(8, child_complexity)")]
    async fn circumstance_records(&self) -> Vec<Record> {
        records::circumstance_records(&self.seen)
    }

    /// What they want help with, the most urgent first.
    #[graphql(complexity = "crate::api::limits::list_cost(8, child_complexity)")]
    async fn needs(&self, ctx: &Context<'_>) -> Result<Leaves<'static, PersonNeed>> {
        Ok(records::needs(&self.seen, ctx.data::<Live>()?.needs()).into())
    }

    /// What was found out, the newest first.
    #[graphql(complexity = "crate::api::limits::list_cost(8, child_complexity)")]
    async fn assessments(&self) -> Vec<PersonAssessment> {
        records::assessments(&self.seen)
    }

    /// What everybody who meets them has to mind, the newest first.
    #[graphql(complexity = "crate::api::limits::list_cost(8, child_complexity)")]
    async fn flags(&self) -> Vec<PersonFlag> {
        records::flags(&self.seen)
    }

    /// Notes, the newest first.
    #[graphql(complexity = "crate::api::limits::list_cost(20, child_complexity)")]
    async fn notes(&self) -> Vec<PersonNote> {
        records::notes(&self.seen)
    }

    /// Who is around them, the newest first.
    #[graphql(complexity = "crate::api::limits::list_cost(8, child_complexity)")]
    async fn people_around(&self) -> Vec<PersonAround> {
        records::people_around(&self.seen)
    }

    /// Whose caseloads they are on now, the longest first: to who works with them those of their own agency; empty for who
    /// neither is them, nor stands for them, nor works with them.
    #[graphql(complexity = "crate::api::limits::list_cost(3, child_complexity)")]
    async fn caseloads(&self) -> Vec<CaseloadPlace> {
        self.seen.around.as_ref().map(caseloads::caseloads).unwrap_or_default()
    }

    /// What they permit and deny, the newest first, what has ended too: to who works with them what their own agency wrote
    /// down, and of what names it or an agency to which its rows may flow that part; empty for who neither is them, nor stands
    /// for them, nor works with them.
    #[graphql(complexity = "crate::api::limits::list_cost(5, child_complexity)")]
    async fn consents(&self) -> Vec<Consent> {
        self.seen.around.as_ref().map(consents::consents).unwrap_or_default()
    }

    /// What they were asked to permit or to deny, the newest first, refusals too: to who works with them as far as their consents
    /// are; empty for who neither is them, nor stands for them, nor works with them.
    #[graphql(complexity = "crate::api::limits::list_cost(3, child_complexity)")]
    async fn proposals(&self) -> Vec<ConsentProposal> {
        self.seen.around.as_ref().map(consents::proposals).unwrap_or_default()
    }

    /// Whom they keep out; empty for who neither is them, nor stands for them, nor works with them.
    #[graphql(complexity = "crate::api::limits::list_cost(3, child_complexity)")]
    async fn kept_out(&self) -> Vec<KeptOutEntry> {
        self.seen.around.as_ref().map(wishes::kept_out).unwrap_or_default()
    }

    /// Which double records were joined to theirs and can be parted again (`undoMerge`), the latest first: to who works with them
    /// for the agency that joined them; empty for everybody else, and for the service user.
    #[graphql(complexity = "crate::api::limits::list_cost(2, child_complexity)")]
    async fn merges(&self) -> Vec<ServiceUserMerge> {
        self.seen.around.as_ref().map(wishes::merges).unwrap_or_default()
    }

    /// Who stands for them now; empty for who neither is them, nor stands for them, nor works with them, and for workers of
    /// another agency than that which entered them unless it shares with theirs what it knows of their family.
    #[graphql(complexity = "crate::api::limits::list_cost(3, child_complexity)")]
    async fn proxies(&self) -> Vec<ServiceUserProxy> {
        self.seen.around.as_ref().map(wishes::proxies).unwrap_or_default()
    }

    /// Categories of which other agencies may hold something that the viewer is not shown, whether or not they do; empty
    /// for the service user themselves and for who stands for them.
    #[graphql(complexity = "crate::api::limits::list_cost(16, child_complexity)")]
    async fn withheld(&self) -> Vec<Withheld> {
        let withheld = self.seen.withheld.iter();
        withheld.map(|it| Withheld { category: it.category.into(), reason: it.reason.into() }).collect()
    }
}

connection!(ServiceUserConnection, ServiceUserEdge, ServiceUser, "service users");
