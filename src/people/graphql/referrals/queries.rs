//! Root fields that ask for referrals.

use std::collections::HashMap;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::enums::Purpose;
use entity::ids::ReferralId;
use entity::instants::Millis;
use serde::{Deserialize, Serialize};

use super::enums::{ReferralAge, ReferralDirection, ReferralState, ReferralUrgency};
use super::preview::ReferralPreview;
use super::{Referral, ReferralConnection, referral_id, service_id, shown};
use crate::api::AskedAt;
use crate::api::ids;
use crate::api::paging::{Cursor, PageArgs, PageInfo, PageSize};
use crate::directory::graphql::filters::print_of;
use crate::people::graphql::{found, pending, people, reader};
use crate::people::referrals::reading::WhichReferrals;
use crate::people::referrals::worklist::{Listed, Order, Place, Work};

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

/// The key of a row: since when it waits, in milliseconds, and its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct RowKey(i64, uuid::Uuid);

/// What referrals of an agency are narrowed by.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ReferralFilter {
    /// Of one of these ages; empty: of any.
    #[graphql(default)]
    pub ages: Vec<ReferralAge>,
    /// As urgent as one of these; empty: however urgent.
    #[graphql(default)]
    pub urgencies: Vec<ReferralUrgency>,
    /// To this service alone, by its global id.
    pub service: Option<ID>,
}

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

    /// Exactly what whoever works at the receiver would see of the sender's rows by way of a referral, as of now: of a draft
    /// before it is sent, and of one that was sent to hold it against what was shown then. Null where the viewer does not work
    /// with the service user at the sender, and where there is none of that id, which is the same. For link workers.
    async fn referral_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the referral.")] referral: ID,
    ) -> Result<Option<ReferralPreview>> {
        let id = referral_id("referral", &referral)?;
        let reader = reader(ctx, Purpose::Referral, "referralPreview")?;
        let shows = found(ctx, people(ctx)?.preview_referral(reader, id, pending(ctx)).await)?;
        Ok(shows.map(ReferralPreview))
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

    /// The worklist of the viewer's agency: its referrals that the viewer may see, those that were written first first, or who
    /// has waited longest first. For link workers.
    #[graphql(complexity = "crate::api::limits::page_cost(first, 20, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn referrals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "On which side the agency stands.")] direction: ReferralDirection,
        #[graphql(desc = "In one of these states; empty: in any.", default)] states: Vec<ReferralState>,
        #[graphql(desc = "Only those for which the viewer answers, or that were offered to them.", default)] mine: bool,
        #[graphql(desc = "What to narrow by besides.")] filter: Option<ReferralFilter>,
        #[graphql(desc = "Those that were sent first first, and not those that were written first.", default)]
        longest_waiting_first: bool,
        #[graphql(desc = "How many; the settings say how many at the most.")] first: Option<i32>,
        #[graphql(desc = "Cursor behind which to begin.")] after: Option<String>,
    ) -> Result<ReferralConnection> {
        let reader = reader(ctx, Purpose::Referral, "referrals")?;
        let work = work(direction, &states, mine, filter)?;
        let order = if longest_waiting_first { Order::Waiting } else { Order::Written };
        let args = PageArgs::<RowKey>::check(first, after.as_deref(), *ctx.data::<PageSize>()?)?;
        let print = print_of(&[b"referrals", format!("{work:?} {order:?}").as_bytes()]);
        args.belongs_to(print, ctx.data::<AskedAt>()?.0)?;
        let has_previous_page = args.after.is_some();
        let place = |RowKey(since, id): RowKey| Place { since: Millis(since), id: ReferralId(id) };
        let behind = args.after.map(|after| place(after.key));
        let people = people(ctx)?;
        let asked = ctx.look_ahead();
        let mut rows = found(ctx, people.page_of_referrals(reader, &work, order, behind, args.first).await)?;
        let has_next_page = rows.len() > args.first;
        rows.truncate(args.first);
        let nodes_asked = [asked.field("nodes"), asked.field("edges").field("node")];
        let which = WhichReferrals::Listed(rows.iter().map(|row| (row.place.id, row.of)).collect());
        let mut nodes = shown(ctx, reader, &which, &nodes_asked).await?;
        let placed: HashMap<ReferralId, usize> = rows.iter().zip(0..).map(|(row, at)| (row.place.id, at)).collect();
        nodes.sort_by_key(|node| placed.get(&node.seen.id).copied());
        let total = if asked.field("totalCount").exists() {
            let counts = found(ctx, people.count_referrals(reader, &work).await)?;
            counts.iter().map(|count| usize::try_from(count.number).unwrap_or(usize::MAX)).sum()
        } else {
            0
        };
        let cursor = |row: &Listed| Cursor::timeless(print, RowKey(row.place.since.0, row.place.id.0)).encode();
        let row_of = |node: &Referral| rows.get(*placed.get(&node.seen.id)?);
        let cursors: Vec<String> = nodes.iter().filter_map(|node| row_of(node).map(cursor)).collect();
        let page_info = PageInfo {
            has_next_page,
            has_previous_page,
            start_cursor: cursors.first().cloned(),
            // The last that was looked at, be they seen or not: the next page begins behind them.
            end_cursor: rows.last().map(cursor),
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
        #[graphql(desc = "What to narrow by besides.")] filter: Option<ReferralFilter>,
    ) -> Result<Vec<ReferralCount>> {
        let reader = reader(ctx, Purpose::Referral, "referralCounts")?;
        let work = work(direction, &[], mine, filter)?;
        let counts = found(ctx, people(ctx)?.count_referrals(reader, &work).await)?;
        let count = |count: &crate::people::referrals::worklist::Count| ReferralCount {
            state: count.state.into(),
            age: count.age.into(),
            number: i32::try_from(count.number).unwrap_or(i32::MAX),
        };
        Ok(counts.iter().map(count).collect())
    }
}

fn work(
    direction: ReferralDirection,
    states: &[ReferralState],
    mine: bool,
    filter: Option<ReferralFilter>,
) -> Result<Work> {
    let filter = filter.unwrap_or_default();
    Ok(Work {
        direction: direction.into(),
        states: states.iter().map(|state| (*state).into()).collect(),
        ages: filter.ages.iter().map(|age| (*age).into()).collect(),
        urgencies: filter.urgencies.iter().map(|urgency| (*urgency).into()).collect(),
        service: service_id("filter.service", filter.service.as_ref())?,
        mine,
    })
}
