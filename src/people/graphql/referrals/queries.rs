//! Root fields that ask for referrals.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use entity::enums::Purpose;
use entity::ids::ReferralId;
use serde::{Deserialize, Serialize};

use super::enums::{ReferralAge, ReferralDirection, ReferralState};
use super::{Referral, ReferralConnection, referral_id, shown};
use crate::api::AskedAt;
use crate::api::ids;
use crate::api::paging::{Cursor, PageArgs, PageInfo, PageSize};
use crate::directory::graphql::filters::print_of;
use crate::people::graphql::{found, people, reader};
use crate::people::referrals::reading::WhichReferrals;
use crate::people::referrals::worklist::Work;

/// How many referrals are in a state and of an age.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct ReferralCount {
    /// In which state.
    pub state: ReferralState,
    /// How long ago they were sent.
    pub age: ReferralAge,
    /// How many.
    pub number: i32,
}

/// The key of a row: referrals stand in the order in which they were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct RowKey(uuid::Uuid);

/// Root fields that ask for referrals.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReferralQuery;

/// Root fields that ask for referrals.
#[Object]
impl ReferralQuery {
    /// A referral; null where the viewer may not see it, and where there is none of that id, which is the same. For link
    /// workers, service users and those who stand for them.
    async fn referral(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the referral.")] id: ID,
    ) -> Result<Option<Referral>> {
        let which = WhichReferrals::Of(vec![referral_id("id", &id)?]);
        let reader = reader(ctx, Purpose::Referral, "referral")?;
        Ok(shown(ctx, reader, &which, &[ctx.look_ahead()]).await?.pop())
    }

    /// Everything that was ever referred of a service user, as far as the viewer may see it, in the order in which it was
    /// written. For link workers, service users and those who stand for them.
    #[graphql(complexity = "crate::api::limits::list_cost(10, child_complexity)")]
    async fn referrals_of(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the service user.")] service_user: ID,
    ) -> Result<Vec<Referral>> {
        let which = WhichReferrals::About(vec![ids::service_user("serviceUser", &service_user)?]);
        let reader = reader(ctx, Purpose::Referral, "referralsOf")?;
        shown(ctx, reader, &which, &[ctx.look_ahead()]).await
    }

    /// The worklist of the viewer's agency: its referrals that the viewer may see, those that were written first first. For
    /// link workers.
    #[graphql(complexity = "crate::api::limits::page_cost(first, 20, child_complexity)")]
    async fn referrals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "On which side the agency stands.")] direction: ReferralDirection,
        #[graphql(desc = "In one of these states; empty: in any.", default)] states: Vec<ReferralState>,
        #[graphql(desc = "Only those for which the viewer answers, or that were offered to them.", default)] mine: bool,
        #[graphql(desc = "How many; the settings say how many at the most.")] first: Option<i32>,
        #[graphql(desc = "Cursor behind which to begin.")] after: Option<String>,
    ) -> Result<ReferralConnection> {
        let reader = reader(ctx, Purpose::Referral, "referrals")?;
        let work = work(direction, &states, mine);
        let args = PageArgs::<RowKey>::check(first, after.as_deref(), *ctx.data::<PageSize>()?)?;
        let print = print_of(&[b"referrals", format!("{work:?}").as_bytes()]);
        args.belongs_to(print, ctx.data::<AskedAt>()?.0)?;
        let has_previous_page = args.after.is_some();
        let behind = args.after.map(|after| ReferralId(after.key.0));
        let people = people(ctx)?;
        let asked = ctx.look_ahead();
        let mut rows = found(ctx, people.page_of_referrals(reader, &work, behind, args.first).await)?;
        let has_next_page = rows.len() > args.first;
        rows.truncate(args.first);
        let nodes_asked = [asked.field("nodes"), asked.field("edges").field("node")];
        let nodes = shown(ctx, reader, &WhichReferrals::Of(rows.clone()), &nodes_asked).await?;
        let total = if asked.field("totalCount").exists() {
            let counts = found(ctx, people.count_referrals(reader, &work).await)?;
            counts.iter().map(|count| usize::try_from(count.number).unwrap_or(usize::MAX)).sum()
        } else {
            0
        };
        let cursor = |id: ReferralId| Cursor::timeless(print, RowKey(id.0)).encode();
        let cursors: Vec<String> = nodes.iter().map(|node| cursor(node.seen.id)).collect();
        let page_info = PageInfo {
            has_next_page,
            has_previous_page,
            start_cursor: cursors.first().cloned(),
            // The last that was looked at, be they seen or not: the next page begins behind them.
            end_cursor: rows.last().map(|id| cursor(*id)),
        };
        Ok(ReferralConnection { nodes, cursors, page_info, total })
    }

    /// How many of the referrals of the viewer's agency that the viewer may see are in which state and of which age. For
    /// link workers.
    #[graphql(complexity = "crate::api::limits::list_cost(20, child_complexity)")]
    async fn referral_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "On which side the agency stands.")] direction: ReferralDirection,
        #[graphql(desc = "Only those for which the viewer answers, or that were offered to them.", default)] mine: bool,
    ) -> Result<Vec<ReferralCount>> {
        let reader = reader(ctx, Purpose::Referral, "referralCounts")?;
        let counts = found(ctx, people(ctx)?.count_referrals(reader, &work(direction, &[], mine)).await)?;
        let count = |count: &crate::people::referrals::worklist::Count| ReferralCount {
            state: count.state.into(),
            age: count.age.into(),
            number: i32::try_from(count.number).unwrap_or(i32::MAX),
        };
        Ok(counts.iter().map(count).collect())
    }
}

fn work(direction: ReferralDirection, states: &[ReferralState], mine: bool) -> Work {
    Work { direction: direction.into(), states: states.iter().map(|state| (*state).into()).collect(), mine }
}
