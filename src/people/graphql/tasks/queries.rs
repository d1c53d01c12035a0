//! Root fields that ask for tasks, days of release and easements.

use async_graphql::{Context, ID, Object, Result};
use chrono::{Datelike, NaiveDate};
use entity::ids::TaskId;
use serde::{Deserialize, Serialize};

use super::{Easement, PURPOSE, Release, Task, TaskConnection, due};
use super::{shown, shown_as_mine, shown_easements, shown_releases};
use crate::api::AskedAt;
use crate::api::ids;
use crate::api::paging::{Cursor, PageArgs, PageInfo, PageSize};
use crate::api::scalars::Date;
use crate::directory::graphql::filters::print_of;
use crate::people::graphql::{found, people, reader};
use crate::people::tasks::dates::{WhichEasements, WhichReleases};
use crate::people::tasks::listing::{MOST_ALERTS, Mine};
use crate::people::tasks::reading::WhichTasks;

/// The key of a row: tasks stand in the order in which they are due. The day is counted from the first of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct RowKey(i32, uuid::Uuid);

/// Root fields that ask for tasks, days of release and easements.
#[derive(Clone, Copy, Debug, Default)]
pub struct TaskQuery;

/// Root fields that ask for tasks, days of release and easements.
#[Object]
impl TaskQuery {
    /// A task, looked at for the coordination of care; null where the viewer may not see it, and where there is none of that
    /// id, which is the same. For link workers, service users and those who stand for them.
    async fn task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the task.")] id: ID,
    ) -> Result<Option<Task>> {
        let which = WhichTasks::Of(vec![ids::task("id", &id)?]);
        let reader = reader(ctx, PURPOSE, "task")?;
        Ok(shown(ctx, reader, &which, &[ctx.look_ahead()]).await?.pop())
    }

    /// Every task about a service user that the viewer may see for the coordination of care, in the order in which they are
    /// due; those among them that are done, or need not be. For link workers, service users and those who stand for them.
    #[graphql(complexity = "crate::api::limits::list_cost(20, child_complexity)")]
    async fn tasks_of(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the service user.")] service_user: ID,
    ) -> Result<Vec<Task>> {
        let which = WhichTasks::About(vec![ids::service_user("serviceUser", &service_user)?]);
        let reader = reader(ctx, PURPOSE, "tasksOf")?;
        shown(ctx, reader, &which, &[ctx.look_ahead()]).await
    }

    /// Every day of release of a service user that holds and that the viewer may see for the coordination of care: one of each
    /// agency. For link workers, service users and those who stand for them.
    #[graphql(complexity = "crate::api::limits::list_cost(4, child_complexity)")]
    async fn releases_of(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the service user.")] service_user: ID,
    ) -> Result<Vec<Release>> {
        let which = WhichReleases::About(vec![ids::service_user("serviceUser", &service_user)?]);
        let reader = reader(ctx, PURPOSE, "releasesOf")?;
        shown_releases(ctx, reader, &which, &[ctx.look_ahead()]).await
    }

    /// Every easement of a service user that was not taken back and that the viewer may see for the coordination of care, in
    /// the order in which they end. For link workers, service users and those who stand for them.
    #[graphql(complexity = "crate::api::limits::list_cost(4, child_complexity)")]
    async fn easements_of(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the service user.")] service_user: ID,
    ) -> Result<Vec<Easement>> {
        let which = WhichEasements::About(vec![ids::service_user("serviceUser", &service_user)?]);
        let reader = reader(ctx, PURPOSE, "easementsOf")?;
        shown_easements(ctx, reader, &which, &[ctx.look_ahead()]).await
    }

    /// Days of release that the viewer's agency recorded, of service users whom the viewer works with, of which the first
    /// contact was not made by the end of the day after: the longest ago first, 200 at the most. For link workers.
    #[graphql(complexity = "crate::api::limits::list_cost(20, child_complexity)")]
    async fn first_contact_alerts(&self, ctx: &Context<'_>) -> Result<Vec<Release>> {
        let reader = reader(ctx, PURPOSE, "firstContactAlerts")?;
        Ok(due::first_contacts(ctx, reader, MOST_ALERTS, &ctx.look_ahead()).await?.rows)
    }

    /// What the viewer has to do by a day, what is due first first; and what those have to do who are away today and whom the
    /// viewer covers for, as far as the viewer works with the service user too. What somebody answers for who left, is kept out,
    /// or does not work with the service user any more is among those of everybody who does. For link workers.
    #[graphql(complexity = "crate::api::limits::page_cost(first, 20, child_complexity)")]
    async fn my_tasks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "By which day.")] until: Date,
        #[graphql(desc = "Whether also what the viewer covers for.", default = true)] include_covered: bool,
        #[graphql(desc = "How many; the settings say how many at the most.")] first: Option<i32>,
        #[graphql(desc = "Cursor behind which to begin.")] after: Option<String>,
    ) -> Result<TaskConnection> {
        let reader = reader(ctx, PURPOSE, "myTasks")?;
        let mine = Mine { until: until.0, covered: include_covered };
        let args = PageArgs::<RowKey>::check(first, after.as_deref(), *ctx.data::<PageSize>()?)?;
        let print = print_of(&[b"myTasks", format!("{mine:?}").as_bytes()]);
        args.belongs_to(print, ctx.data::<AskedAt>()?.0)?;
        let has_previous_page = args.after.is_some();
        let behind = args.after.map(|after| (day_of(after.key.0), TaskId(after.key.1)));
        let people = people(ctx)?;
        let asked = ctx.look_ahead();
        let mut rows = found(ctx, people.page_of_tasks(reader, mine, behind, args.first).await)?;
        let has_next_page = rows.len() > args.first;
        rows.truncate(args.first);
        let which = WhichTasks::Of(rows.iter().map(|(_, id)| *id).collect());
        let nodes_asked = [asked.field("nodes"), asked.field("edges").field("node")];
        let nodes = shown_as_mine(ctx, reader, &which, &nodes_asked).await?;
        let total = if asked.field("totalCount").exists() {
            let count = found(ctx, people.count_tasks(reader, mine).await)?;
            usize::try_from(count).unwrap_or(usize::MAX)
        } else {
            0
        };
        let cursor = |day: NaiveDate, id: TaskId| {
            let key = RowKey(day.num_days_from_ce(), id.0);
            Cursor::timeless(print, key).encode()
        };
        let cursors: Vec<String> = nodes.iter().map(|node| cursor(node.seen.due_on, node.seen.id)).collect();
        let page_info = PageInfo {
            has_next_page,
            has_previous_page,
            start_cursor: cursors.first().cloned(),
            // The last that was looked at, be they seen or not: the next page begins behind them.
            end_cursor: rows.last().map(|(day, id)| cursor(*day, *id)),
        };
        Ok(TaskConnection { nodes, cursors, page_info, total })
    }
}

/// The day of a key; beyond every calendar its last.
fn day_of(count: i32) -> NaiveDate {
    NaiveDate::from_num_days_from_ce_opt(count).unwrap_or(NaiveDate::MAX)
}
