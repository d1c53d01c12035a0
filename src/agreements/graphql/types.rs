//! Agreements and their versions, as the schema shows them.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, Object, Result, SimpleObject};
use entity::ids::{AccountId, AgencyId};
use entity::instants::Millis;

use super::enums::{AgreementState, AgreementStep, DataCategory, LawfulBasis, PartyRole, Purpose};
use crate::agreements::reading::{AgreementSeen, VersionSeen};
use crate::agreements::terms::{Document, Flow};
use crate::api::ids::NodeId;
use crate::api::scalars::{Date, DateTime};
use crate::directory::graphql::agency::Agency;
use crate::directory::graphql::nullable;
use crate::directory::loaders::AgencyKey;

/// An agreement, with its versions.
#[derive(Clone, Debug)]
pub struct Agreement(pub(super) Arc<AgreementSeen>);

/// A version of an agreement.
#[derive(Clone, Debug)]
pub struct AgreementVersion(Arc<AgreementSeen>, usize);

/// An information-sharing agreement: what its parties let flow between them, on which basis. Seen by everybody who works for
/// a party, and by coordinators.
#[Object]
impl Agreement {
    /// Global id.
    async fn id(&self) -> ID {
        NodeId::Agreement(self.0.id).encode()
    }

    /// What its newest version is called.
    async fn title(&self) -> &str {
        self.0.versions.first().map_or("", |version| version.terms.title.as_str())
    }

    /// The version under which something flows now; null where none does.
    async fn in_force(&self) -> Option<AgreementVersion> {
        let at = self.0.versions.iter().position(|version| version.standing.is_in_force())?;
        Some(AgreementVersion(Arc::clone(&self.0), at))
    }

    /// Its versions, the newest first.
    #[graphql(complexity = "crate::api::limits::list_cost(5, child_complexity)")]
    async fn versions(&self) -> Vec<AgreementVersion> {
        (0..self.0.versions.len()).map(|at| AgreementVersion(Arc::clone(&self.0), at)).collect()
    }
}

/// What is written down beside the flows.
#[derive(Clone, Debug, SimpleObject)]
pub struct AgreementDocument {
    /// What it is for, and why it is necessary and proportionate.
    pub necessity: String,
    /// The condition for special categories of data; null where none flow.
    pub special_category_condition: Option<String>,
    /// The condition for criminal offences; null where none flow.
    pub criminal_offence_condition: Option<String>,
    /// For how long what was received is kept, and what becomes of it.
    pub retention: String,
    /// How it is kept safe.
    pub security: String,
    /// How requests of people for their rights are handled.
    pub rights_requests: String,
    /// Whom to tell of a breach.
    pub breach_contact: String,
    /// How it ends, and what becomes then of what was received.
    pub ending: String,
}

impl From<&Document> for AgreementDocument {
    fn from(it: &Document) -> Self {
        let it = it.clone();
        Self {
            necessity: it.necessity,
            special_category_condition: it.special_category_condition,
            criminal_offence_condition: it.criminal_offence_condition,
            retention: it.retention,
            security: it.security,
            rights_requests: it.rights_requests,
            breach_contact: it.breach_contact,
            ending: it.ending,
        }
    }
}

/// A party of a version.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct AgreementParty {
    /// As what it handles the data.
    pub role: PartyRole,
    /// Whom to ask there about data protection.
    pub contact: String,
    /// When it signed this version; null while it has not.
    pub signed_at: Option<DateTime>,
    /// The name of who signed for it.
    pub signed_by: Option<String>,
    #[graphql(skip)]
    agency: AgencyId,
}

#[ComplexObject]
impl AgreementParty {
    /// The agency.
    async fn agency(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        nullable(ctx, AgencyKey(self.agency), Agency).await
    }
}

/// What may flow from one party to another.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct AgreementFlow {
    /// On which basis.
    pub basis: LawfulBasis,
    /// The categories.
    pub categories: Vec<DataCategory>,
    /// The purposes.
    pub purposes: Vec<Purpose>,
    #[graphql(skip)]
    from_to: (AgencyId, AgencyId),
}

#[ComplexObject]
impl AgreementFlow {
    /// Whose rows.
    async fn from(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        nullable(ctx, AgencyKey(self.from_to.0), Agency).await
    }

    /// Who may see them.
    async fn to(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        nullable(ctx, AgencyKey(self.from_to.1), Agency).await
    }
}

impl From<&Flow> for AgreementFlow {
    fn from(flow: &Flow) -> Self {
        Self {
            basis: flow.basis.into(),
            categories: flow.categories.iter().map(|category| (*category).into()).collect(),
            purposes: flow.purposes.iter().map(|purpose| (*purpose).into()).collect(),
            from_to: (flow.from, flow.to),
        }
    }
}

/// Something that was done with a version.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct AgreementEvent {
    /// What.
    pub step: AgreementStep,
    /// When.
    pub at: DateTime,
    /// The name of who did it; null where nobody in particular did.
    pub by: Option<String>,
    /// Why, in their words.
    pub reason: Option<String>,
    #[graphql(skip)]
    agency: Option<AgencyId>,
}

#[ComplexObject]
impl AgreementEvent {
    /// For which agency; null where it was done for the network.
    async fn agency(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        nullable(ctx, AgencyKey(self.agency?), Agency).await
    }
}

fn date_time(at: Millis) -> DateTime {
    DateTime(at.to_utc())
}

impl AgreementVersion {
    pub(super) fn of(agreement: &Agreement, id: entity::ids::AgreementVersionId) -> Option<Self> {
        let at = agreement.0.versions.iter().position(|version| version.row.id == id)?;
        Some(Self(Arc::clone(&agreement.0), at))
    }

    fn seen(&self) -> Result<&VersionSeen> {
        self.0.versions.get(self.1).ok_or_else(|| async_graphql::Error::new("There is no such version."))
    }
}

fn name(names: &BTreeMap<AccountId, String>, of: Option<AccountId>) -> Option<String> {
    names.get(&of?).cloned()
}

/// A version of an agreement: what its parties sign. Nothing of it is ever changed; an edit makes a new version.
#[Object]
impl AgreementVersion {
    /// Global id.
    async fn id(&self) -> Result<ID> {
        Ok(NodeId::AgreementVersion(self.seen()?.row.id).encode())
    }

    /// Its number, from 1.
    async fn number(&self) -> Result<i32> {
        Ok(self.seen()?.row.number)
    }

    /// How far it has come.
    async fn state(&self) -> Result<AgreementState> {
        Ok(self.seen()?.standing.state.into())
    }

    /// Whether something flows under it now: every party has signed it, and it has neither been suspended nor run out.
    async fn is_in_force(&self) -> Result<bool> {
        Ok(self.seen()?.standing.is_in_force())
    }

    /// Whether it has run out.
    async fn is_expired(&self) -> Result<bool> {
        Ok(self.seen()?.standing.expired)
    }

    /// Whether the day by which it was to be looked at again is past.
    async fn is_review_overdue(&self) -> Result<bool> {
        Ok(self.seen()?.standing.review_overdue)
    }

    /// What it is called.
    async fn title(&self) -> Result<&str> {
        Ok(self.seen()?.terms.title.as_str())
    }

    /// What is written down beside the flows.
    async fn document(&self) -> Result<AgreementDocument> {
        Ok((&self.seen()?.terms.document).into())
    }

    /// The hash of all that is signed (SHA-256, in hexadecimal): give it when signing.
    async fn document_hash(&self) -> Result<Option<&str>> {
        Ok(self.seen()?.row.document_hash.as_deref())
    }

    /// Who agrees, and who signed.
    async fn parties(&self) -> Result<Vec<AgreementParty>> {
        let seen = self.seen()?;
        let party = |row: &entity::agreement_party::Model| AgreementParty {
            role: row.role.into(),
            contact: row.contact.clone(),
            signed_at: row.signed_at.map(date_time),
            signed_by: name(&seen.names, row.signed_by),
            agency: row.agency_id,
        };
        Ok(seen.parties.iter().map(party).collect())
    }

    /// What may flow.
    #[graphql(complexity = "crate::api::limits::list_cost(5, child_complexity)")]
    async fn flows(&self) -> Result<Vec<AgreementFlow>> {
        Ok(self.seen()?.terms.flows.iter().map(Into::into).collect())
    }

    /// Until when it holds, exclusive.
    async fn expires_at(&self) -> Result<DateTime> {
        Ok(date_time(self.seen()?.row.expires_at))
    }

    /// By which day it is to be looked at again.
    async fn review_on(&self) -> Result<Date> {
        Ok(Date(self.seen()?.terms.review_on))
    }

    /// For how many days of 24 hours a relationship that was closed still counts.
    async fn related_days(&self) -> Result<i32> {
        Ok(self.seen()?.row.related_days)
    }

    /// What was done with it, the oldest first.
    #[graphql(complexity = "crate::api::limits::list_cost(8, child_complexity)")]
    async fn history(&self) -> Result<Vec<AgreementEvent>> {
        let seen = self.seen()?;
        let event = |row: &entity::agreement_event::Model| AgreementEvent {
            step: row.step.into(),
            at: date_time(row.at),
            by: name(&seen.names, row.by),
            reason: row.reason.clone(),
            agency: row.agency_id,
        };
        Ok(seen.events.iter().map(event).collect())
    }
}
