//! Root fields of agreements.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_graphql::{Context, ID, Lookahead, Object, Result, SimpleObject};
use entity::ids::{AgreementId, AgreementVersionId};

use super::inputs::{AgreementTermsInput, MoveAgreementInput, ReviseAgreementInput, SignAgreementInput};
use super::types::{Agreement, AgreementVersion};
use super::{AgreementError, agreements, hand, parted};
use crate::agreements::Trouble;
use crate::agreements::reading::AgreementSeen;
use crate::api::errors::internal;
use crate::api::ids;
use crate::api::keys::input_without_key;
use crate::api::paging::First;

/// Root fields that ask for agreements.
#[derive(Clone, Copy, Debug, Default)]
pub struct AgreementQuery;

/// Root fields that ask for agreements.
#[Object]
impl AgreementQuery {
    /// Agreements to which the agency that the viewer acts for is party, the newest first; for coordinators all of them.
    /// For everybody who works for an agency, and coordinators.
    #[graphql(complexity = "crate::api::limits::list_cost(20, child_complexity)")]
    async fn agreements(&self, ctx: &Context<'_>) -> Result<Vec<Agreement>> {
        let seen = agreements(ctx)?.seen(hand(ctx)?.side, None).await.map_err(|error| internal(ctx, &error))?;
        Ok(seen.into_iter().map(|seen| Agreement(Arc::new(seen))).collect())
    }

    /// An agreement; null for who works for none of its parties, and where there is none.
    async fn agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: ID,
    ) -> Result<Option<Agreement>> {
        let id = ids::agreement("id", &id)?;
        let seen = agreements(ctx)?.seen(hand(ctx)?.side, Some(&[id])).await;
        let seen = seen.map_err(|error| internal(ctx, &error))?.pop();
        Ok(seen.map(|seen| Agreement(Arc::new(seen))))
    }
}

/// An agreement whose day of review is past.
#[derive(Clone, Debug, SimpleObject)]
pub struct AgreementReview {
    /// The agreement.
    pub agreement: Agreement,
    /// The version that was to be looked at again by its `reviewOn`.
    pub version: AgreementVersion,
}

/// The first agreements whose day of review is past, where they are asked for.
pub(crate) async fn reviews(ctx: &Context<'_>, first: usize, asked: &Lookahead<'_>) -> Result<First<AgreementReview>> {
    let (agreements, side) = (agreements(ctx)?, hand(ctx)?.side);
    let page = agreements.page_of_reviews(side, first).await.map_err(|error| internal(ctx, &error))?;
    let First { rows, more } = First::of(page, first);
    if !asked.exists() || rows.is_empty() {
        return Ok(First { rows: Vec::new(), more });
    }
    let named: Vec<AgreementId> = rows.iter().map(|(agreement, _)| *agreement).collect();
    let seen = agreements.seen(side, Some(&named)).await.map_err(|error| internal(ctx, &error))?;
    let seen: BTreeMap<AgreementId, Arc<AgreementSeen>> =
        seen.into_iter().map(|seen| (seen.id, Arc::new(seen))).collect();
    let one = |(of, version): (AgreementId, AgreementVersionId)| {
        let agreement = Agreement(Arc::clone(seen.get(&of)?));
        let version = AgreementVersion::of(&agreement, version)?;
        Some(AgreementReview { agreement, version })
    };
    Ok(First { rows: rows.into_iter().filter_map(one).collect(), more })
}

/// What became of a change about an agreement.
#[derive(Clone, Debug, SimpleObject)]
pub struct AgreementPayload {
    /// The agreement as it now is; null where nothing was done.
    pub agreement: Option<Agreement>,
    /// The version that it was about; null where nothing was done.
    pub version: Option<AgreementVersion>,
    /// What it was refused for; empty where it was done.
    pub errors: Vec<AgreementError>,
}

async fn payload(
    ctx: &Context<'_>,
    done: std::result::Result<AgreementVersionId, Trouble>,
) -> Result<AgreementPayload> {
    let (done, errors) = parted(ctx, done)?;
    let Some(id) = done else { return Ok(AgreementPayload { agreement: None, version: None, errors }) };
    let (seen, mut errors) = parted(ctx, agreements(ctx)?.of_version(hand(ctx)?.side, id).await)?;
    errors.clear();
    let agreement = seen.map(|seen| Agreement(Arc::new(seen)));
    let version = agreement.as_ref().and_then(|agreement| AgreementVersion::of(agreement, id));
    Ok(AgreementPayload { agreement, version, errors })
}

/// Mutations about agreements.
#[derive(Clone, Copy, Debug, Default)]
pub struct AgreementMutation;

/// Mutations about agreements.
#[Object]
impl AgreementMutation {
    /// Drafts an agreement. For managers of an agency that is to be party to it, and coordinators.
    async fn draft_agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "All that it says.")] input: AgreementTermsInput,
        #[graphql(
            desc = "A key of your own, of 1 to 200 characters: with it and this input it is drafted once in 30 days."
        )]
        idempotency_key: Option<String>,
    ) -> Result<AgreementPayload> {
        let (agreements, by) = (agreements(ctx)?, hand(ctx)?);
        let keyed = match &idempotency_key {
            Some(key) => agreements.keyed(by, "draftAgreement", key, &input_without_key(ctx)?),
            None => agreements.clone(),
        };
        payload(ctx, keyed.draft(by, input.into_terms("input")?).await).await
    }

    /// Drafts a new version of an agreement; one in force stays so until every party has signed the new one. For managers of
    /// its parties, and coordinators.
    async fn revise_agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and all that the new version says.")] input: ReviseAgreementInput,
    ) -> Result<AgreementPayload> {
        let id = ids::agreement("input.agreement", &input.agreement)?;
        let terms = input.terms.into_terms("input.terms")?;
        payload(ctx, agreements(ctx)?.revise(hand(ctx)?, id, input.expected_version, terms).await).await
    }

    /// Submits, returns, approves, suspends, resumes or ends a version. For managers of its parties, and coordinators.
    async fn move_agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and what.")] input: MoveAgreementInput,
    ) -> Result<AgreementPayload> {
        let id = ids::agreement_version("input.version", &input.version)?;
        let done = agreements(ctx)?.make(hand(ctx)?, id, input.asked.into(), input.reason).await;
        payload(ctx, done.map(|()| id)).await
    }

    /// Signs a version for the agency that the viewer acts for. With the last signature it comes into force. For managers of
    /// its parties.
    async fn sign_agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and what it said when it was read.")] input: SignAgreementInput,
    ) -> Result<AgreementPayload> {
        let id = ids::agreement_version("input.version", &input.version)?;
        let done = agreements(ctx)?.sign(hand(ctx)?, id, &input.document_hash).await;
        payload(ctx, done.map(|()| id)).await
    }
}
