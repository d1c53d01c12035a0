//! Root fields that ask for groups and places in them.

use async_graphql::{Context, ID, Object, Result};
use serde::{Deserialize, Serialize};

use super::{Group, GroupPlace, GroupPlaceConnection, PURPOSE, sessions_asked, shown};
use crate::api::AskedAt;
use crate::api::ids;
use crate::api::paging::{Cursor, PageArgs, PageInfo, PageSize};
use crate::directory::graphql::filters::print_of;
use crate::people::graphql::{found, people, reader, worker};
use crate::people::groups::reading::{InGroup, WhichGroupPlaces};

/// The key of a row: places stand in the order in which they were joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct RowKey(i32);

/// Root fields that ask for groups and places in them.
#[derive(Clone, Copy, Debug, Default)]
pub struct GroupQuery;

/// Root fields that ask for groups and places in them.
#[Object]
impl GroupQuery {
    /// The groups of the agency that the viewer acts for, by name, with how many have a place and wait: its own counts, whole
    /// but for those who keep the viewer out. For its link workers and managers.
    #[graphql(complexity = "crate::api::limits::list_cost(20, child_complexity)")]
    async fn groups(&self, ctx: &Context<'_>) -> Result<Vec<Group>> {
        let sessions = sessions_asked(&ctx.look_ahead());
        let groups = found(ctx, people(ctx)?.groups(worker(ctx)?, sessions).await)?;
        Ok(groups.into_iter().map(Group::of_agency).collect())
    }

    /// A group of the agency that the viewer acts for; null where it is another's, and where there is none of that id, which is
    /// the same. For its link workers and managers.
    async fn group(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the group.")] id: ID,
    ) -> Result<Option<Group>> {
        let id = ids::group("id", &id)?;
        let sessions = sessions_asked(&ctx.look_ahead());
        let group = found(ctx, people(ctx)?.group(worker(ctx)?, id, sessions).await)?;
        Ok(group.map(Group::of_agency))
    }

    /// A place in a group, or the waiting for one, looked at for the coordination of care; null where the viewer may not see
    /// it, and where there is none of that id, which is the same. For link workers, service users and those who stand for
    /// them.
    async fn group_place(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the place.")] id: ID,
    ) -> Result<Option<GroupPlace>> {
        let which = WhichGroupPlaces::Of(vec![ids::group_place("id", &id)?]);
        let reader = reader(ctx, PURPOSE, "groupPlace")?;
        Ok(shown(ctx, reader, &which, &[ctx.look_ahead()]).await?.pop())
    }

    /// Every place of a service user in a group, and every waiting for one, that the viewer may see for the coordination of
    /// care, in the order in which they joined; what they have left among them. For link workers, service users and those who
    /// stand for them.
    #[graphql(complexity = "crate::api::limits::list_cost(8, child_complexity)")]
    async fn group_places_of(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the service user.")] service_user: ID,
    ) -> Result<Vec<GroupPlace>> {
        let which = WhichGroupPlaces::About(vec![ids::service_user("serviceUser", &service_user)?]);
        let reader = reader(ctx, PURPOSE, "groupPlacesOf")?;
        shown(ctx, reader, &which, &[ctx.look_ahead()]).await
    }

    /// Who waits for a group of the viewer's agency, or who has a place in one of its cohorts, of those whom the viewer works
    /// with: in the order in which they joined. For link workers.
    #[graphql(complexity = "crate::api::limits::page_cost(first, 20, child_complexity)")]
    async fn group_places(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the group.")] group: ID,
        #[graphql(desc = "Global id of the cohort in which they have a place; who waits where none is named.")]
        cohort: Option<ID>,
        #[graphql(desc = "How many; the settings say how many at the most.")] first: Option<i32>,
        #[graphql(desc = "Cursor behind which to begin.")] after: Option<String>,
    ) -> Result<GroupPlaceConnection> {
        let reader = reader(ctx, PURPOSE, "groupPlaces")?;
        let which = InGroup {
            group: ids::group("group", &group)?,
            cohort: cohort.as_ref().map(|id| ids::cohort("cohort", id)).transpose()?,
        };
        let args = PageArgs::<RowKey>::check(first, after.as_deref(), *ctx.data::<PageSize>()?)?;
        let print = print_of(&[b"groupPlaces", format!("{which:?}").as_bytes()]);
        args.belongs_to(print, ctx.data::<AskedAt>()?.0)?;
        let has_previous_page = args.after.is_some();
        let behind = args.after.map(|after| after.key.0);
        let people = people(ctx)?;
        let asked = ctx.look_ahead();
        let mut rows = found(ctx, people.page_of_group_places(reader, which, behind, args.first).await)?;
        let has_next_page = rows.len() > args.first;
        rows.truncate(args.first);
        let these = WhichGroupPlaces::Of(rows.iter().map(|(_, id)| *id).collect());
        let nodes_asked = [asked.field("nodes"), asked.field("edges").field("node")];
        let nodes = shown(ctx, reader, &these, &nodes_asked).await?;
        let total = if asked.field("totalCount").exists() {
            let count = found(ctx, people.count_group_places(reader, which).await)?;
            usize::try_from(count).unwrap_or(usize::MAX)
        } else {
            0
        };
        let cursor = |number: i32| Cursor::timeless(print, RowKey(number)).encode();
        let cursors: Vec<String> = nodes.iter().map(|node| cursor(node.seen.number)).collect();
        let page_info = PageInfo {
            has_next_page,
            has_previous_page,
            start_cursor: cursors.first().cloned(),
            // The last that was looked at, be they seen or not: the next page begins behind them.
            end_cursor: rows.last().map(|(number, _)| cursor(*number)),
        };
        Ok(GroupPlaceConnection { nodes, cursors, page_info, total })
    }
}
