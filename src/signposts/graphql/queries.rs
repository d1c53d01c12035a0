//! Root fields that ask for signposts that were given.

use async_graphql::{Context, ID, Lookahead, Object, Result};
use entity::enums as stored;
use entity::ids::SignpostId;
use serde::{Deserialize, Serialize};

use super::{SignpostGiven, SignpostGivenConnection, shown};
use crate::agreements::graphql::enums::Purpose;
use crate::api::AskedAt;
use crate::api::ids;
use crate::api::paging::{Cursor, First, PageArgs, PageInfo, PageSize};
use crate::directory::graphql::filters::print_of;
use crate::people::graphql::{found, reader};
use crate::people::reading::Reader;
use crate::signposts::Signposts;
use crate::signposts::reading::WhichSignposts;

/// The key of a row: the latest stands first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct RowKey(uuid::Uuid);

/// Root fields that ask for signposts that were given.
#[derive(Clone, Copy, Debug, Default)]
pub struct SignpostGivenQuery;

/// Root fields that ask for signposts that were given.
#[Object]
impl SignpostGivenQuery {
    /// A signpost that was given; null where the viewer may not see it, and where there is none of that id, which is the
    /// same. For link workers, service users and those who stand for them.
    async fn signpost_given(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the signpost.")] id: ID,
        #[graphql(desc = "What it is looked at for.")] purpose: Purpose,
    ) -> Result<Option<SignpostGiven>> {
        let which = WhichSignposts::Of(vec![ids::signpost_given("id", &id)?]);
        Ok(shown(ctx, reader(ctx, purpose.into(), "signpostGiven")?, &which).await?.pop())
    }

    /// Everything that a service user was ever told of, as far as the viewer may see it, the first first. For link workers,
    /// service users and those who stand for them.
    #[graphql(complexity = "crate::api::limits::list_cost(10, child_complexity)")]
    async fn signposts_given_to(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the service user.")] service_user: ID,
        #[graphql(desc = "What it is looked at for.")] purpose: Purpose,
    ) -> Result<Vec<SignpostGiven>> {
        let which = WhichSignposts::To(ids::service_user("serviceUser", &service_user)?);
        shown(ctx, reader(ctx, purpose.into(), "signpostsGivenTo")?, &which).await
    }

    /// What the viewer told people of, for the agency that they act for, the latest first; those who gave no name among
    /// them. For link workers.
    #[graphql(complexity = "crate::api::limits::page_cost(first, 20, child_complexity)")]
    async fn my_signposts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those of which nobody said whether they helped.", default)] unanswered: bool,
        #[graphql(desc = "How many; the settings say how many at the most.")] first: Option<i32>,
        #[graphql(desc = "Cursor behind which to begin.")] after: Option<String>,
    ) -> Result<SignpostGivenConnection> {
        let reader = reader(ctx, stored::Purpose::CareCoordination, "mySignposts")?;
        let args = PageArgs::<RowKey>::check(first, after.as_deref(), *ctx.data::<PageSize>()?)?;
        let print = print_of(&[b"mySignposts", &[u8::from(unanswered)]]);
        args.belongs_to(print, ctx.data::<AskedAt>()?.0)?;
        let has_previous_page = args.after.is_some();
        let behind = args.after.map(|after| SignpostId(after.key.0));
        let signposts = ctx.data::<Signposts>()?;
        let mut rows = found(ctx, signposts.given_by(reader, unanswered, behind, args.first).await)?;
        let has_next_page = rows.len() > args.first;
        rows.truncate(args.first);
        let mut nodes = shown(ctx, reader, &WhichSignposts::Of(rows.clone())).await?;
        nodes.sort_by_key(|node| std::cmp::Reverse(node.seen.id));
        let total = if ctx.look_ahead().field("totalCount").exists() {
            let all = found(ctx, signposts.count_given_by(reader, unanswered).await)?;
            usize::try_from(all).unwrap_or(usize::MAX)
        } else {
            0
        };
        let cursor = |id: SignpostId| Cursor::timeless(print, RowKey(id.0)).encode();
        let cursors: Vec<String> = nodes.iter().map(|node| cursor(node.seen.id)).collect();
        let page_info = PageInfo {
            has_next_page,
            has_previous_page,
            start_cursor: cursors.first().cloned(),
            // The last that was looked at, be they seen or not: the next page begins behind them.
            end_cursor: rows.last().map(|id| cursor(*id)),
        };
        Ok(SignpostGivenConnection { nodes, cursors, page_info, total })
    }
}

/// The first signposts that the viewer gave and has to look after, where they are asked for.
pub(crate) async fn to_follow_up(
    ctx: &Context<'_>,
    reader: Reader,
    first: usize,
    asked: &Lookahead<'_>,
) -> Result<First<SignpostGiven>> {
    let page = found(ctx, ctx.data::<Signposts>()?.to_follow_up(reader, first).await)?;
    let First { rows, more } = First::of(page, first);
    if !asked.exists() || rows.is_empty() {
        return Ok(First { rows: Vec::new(), more });
    }
    Ok(First { rows: shown(ctx, reader, &WhichSignposts::Of(rows)).await?, more })
}
