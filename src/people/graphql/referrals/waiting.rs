//! Referrals that wait for the viewer, and what for.

use std::collections::BTreeMap;

use async_graphql::{Context, Enum, Lookahead, Result, SimpleObject};
use entity::ids::ReferralId;

use super::{Referral, shown};
use crate::api::paging::First;
use crate::people::graphql::{found, people};
use crate::people::reading::Reader;
use crate::people::referrals::reading::WhichReferrals;
use crate::people::referrals::worklist::{self, Waiting};

/// What a referral waits for of the viewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "worklist::WaitsFor")]
pub enum ReferralWaitsFor {
    /// It was sent to the viewer's agency, which has not answered.
    Answer,
    /// The viewer's agency sent it and was asked something; the viewer answers for it, or covers today for who does, or works
    /// with the service user, and nobody who answers for it does any more.
    Information,
    /// The viewer was asked to take it over.
    TakingOver,
}

/// A referral that waits for the viewer.
#[derive(Clone, Debug, SimpleObject)]
pub struct WaitingReferral {
    /// What it waits for; of several things all of them.
    pub waits_for: Vec<ReferralWaitsFor>,
    /// The referral.
    pub referral: Referral,
}

/// The first referrals that wait for the viewer, where they are asked for.
pub(crate) async fn waiting(
    ctx: &Context<'_>,
    reader: Reader,
    first: usize,
    asked: &Lookahead<'_>,
) -> Result<First<WaitingReferral>> {
    let page = found(ctx, people(ctx)?.waiting_referrals(reader, first).await)?;
    let First { rows, more } = First::of(page, first);
    if !asked.exists() {
        return Ok(First { rows: Vec::new(), more });
    }
    let which = WhichReferrals::Listed(rows.iter().map(|row| (row.id, row.of)).collect());
    let seen = shown(ctx, reader, &which, &[asked.field("referral")]).await?;
    let mut seen: BTreeMap<ReferralId, Referral> =
        seen.into_iter().map(|referral| (referral.seen.id, referral)).collect();
    // They are read in the order in which they were written, and shown in that in which they were sent.
    let one = |row: Waiting| {
        let referral = seen.remove(&row.id)?;
        Some(WaitingReferral { waits_for: row.waits_for.into_iter().map(Into::into).collect(), referral })
    };
    Ok(First { rows: rows.into_iter().filter_map(one).collect(), more })
}
