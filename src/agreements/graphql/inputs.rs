//! What is said of an agreement when it is drafted.

use async_graphql::{ID, InputObject, Result};

use super::enums::{AgreementMove, DataCategory, LawfulBasis, PartyRole, Purpose};
use crate::agreements::terms::{Document, Flow, Party, Terms};
use crate::api::breaks::plain_breaks;
use crate::api::ids;
use crate::api::scalars::{Date, DateTime};

/// A party of an agreement.
#[derive(Clone, Debug, InputObject)]
pub struct AgreementPartyInput {
    /// The agency, by its global id.
    pub agency: ID,
    /// As what it handles the data.
    pub role: PartyRole,
    /// Whom to ask there about data protection: a name or a post, and how to reach them. At most 200 characters.
    pub contact: String,
}

/// What may flow from one party to another.
#[derive(Clone, Debug, InputObject)]
pub struct AgreementFlowInput {
    /// Whose rows.
    pub from: ID,
    /// Who may see them.
    pub to: ID,
    /// On which basis.
    pub basis: LawfulBasis,
    /// The categories; at least one.
    pub categories: Vec<DataCategory>,
    /// The purposes; at least one.
    pub purposes: Vec<Purpose>,
}

/// What is written down beside the flows: what the Information Commissioner's data sharing code asks for. Each text has at
/// most 5,000 characters.
#[derive(Clone, Debug, InputObject)]
pub struct AgreementDocumentInput {
    /// What it is for, and why it is necessary and proportionate.
    pub necessity: String,
    /// The condition for special categories of data; needed where health or characteristics flow.
    pub special_category_condition: Option<String>,
    /// The condition for criminal offences; needed where such data flows.
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

/// All that a version of an agreement says.
#[derive(Clone, Debug, InputObject)]
pub struct AgreementTermsInput {
    /// What it is called, in at most 200 characters.
    pub title: String,
    /// Beside the flows.
    pub document: AgreementDocumentInput,
    /// Who agrees: two at least.
    pub parties: Vec<AgreementPartyInput>,
    /// What may flow: one flow at least.
    pub flows: Vec<AgreementFlowInput>,
    /// Until when it holds, exclusive; three years ahead at the most.
    pub expires_at: DateTime,
    /// By which day it is to be looked at again.
    pub review_on: Date,
    /// For how many days a relationship that was closed still counts; from 0 to 365.
    #[graphql(default = 30)]
    pub related_days: i32,
}

/// A new version of an agreement.
#[derive(Clone, Debug, InputObject)]
pub struct ReviseAgreementInput {
    /// The agreement, by its global id.
    pub agreement: ID,
    /// The number of the version that was looked at: where it has another by now, nothing is drafted.
    pub expected_version: i32,
    /// All that the new version says.
    pub terms: AgreementTermsInput,
}

/// A move with a version of an agreement.
#[derive(Clone, Debug, InputObject)]
pub struct MoveAgreementInput {
    /// The version, by its global id.
    pub version: ID,
    /// What is to be done with it.
    #[graphql(name = "move")]
    pub asked: AgreementMove,
    /// Why, in at most 500 characters.
    pub reason: Option<String>,
}

/// Which version is signed.
#[derive(Clone, Debug, InputObject)]
pub struct SignAgreementInput {
    /// The version, by its global id.
    pub version: ID,
    /// Its `documentHash`, as it was read: nobody signs another text.
    pub document_hash: String,
}

impl AgreementTermsInput {
    /// # Errors
    /// `BAD_USER_INPUT` for what is no id of an agency.
    pub(super) fn into_terms(self, within: &str) -> Result<Terms> {
        let it = self.document;
        let document = Document {
            necessity: plain_breaks(&it.necessity),
            special_category_condition: it.special_category_condition.as_deref().map(plain_breaks),
            criminal_offence_condition: it.criminal_offence_condition.as_deref().map(plain_breaks),
            retention: plain_breaks(&it.retention),
            security: plain_breaks(&it.security),
            rights_requests: plain_breaks(&it.rights_requests),
            breach_contact: plain_breaks(&it.breach_contact),
            ending: plain_breaks(&it.ending),
        };
        let party = |(at, party): (usize, AgreementPartyInput)| {
            let agency = ids::agency(&format!("{within}.parties[{at}].agency"), &party.agency)?;
            Ok(Party { agency, role: party.role.into(), contact: plain_breaks(&party.contact) })
        };
        let flow = |(at, flow): (usize, AgreementFlowInput)| {
            Ok(Flow {
                from: ids::agency(&format!("{within}.flows[{at}].from"), &flow.from)?,
                to: ids::agency(&format!("{within}.flows[{at}].to"), &flow.to)?,
                basis: flow.basis.into(),
                categories: flow.categories.into_iter().map(Into::into).collect(),
                purposes: flow.purposes.into_iter().map(Into::into).collect(),
            })
        };
        Ok(Terms {
            title: plain_breaks(&self.title),
            document,
            parties: self.parties.into_iter().enumerate().map(party).collect::<Result<_>>()?,
            flows: self.flows.into_iter().enumerate().map(flow).collect::<Result<_>>()?,
            expires_at: self.expires_at.0.timestamp_millis(),
            review_on: self.review_on.0,
            related_days: self.related_days,
        })
    }
}
