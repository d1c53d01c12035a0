//! What a worker has to do by a day, and whose first contact was missed: the first of each.

use async_graphql::{Context, Lookahead, Result};

use super::{Release, Task, shown_as_mine, shown_releases};
use crate::api::paging::First;
use crate::people::graphql::{found, people};
use crate::people::reading::Reader;
use crate::people::tasks::dates::WhichReleases;
use crate::people::tasks::listing::Mine;
use crate::people::tasks::reading::WhichTasks;

/// The first tasks of the viewer, where they are asked for.
pub(crate) async fn tasks(
    ctx: &Context<'_>,
    reader: Reader,
    mine: Mine,
    first: usize,
    asked: &Lookahead<'_>,
) -> Result<First<Task>> {
    let page = found(ctx, people(ctx)?.page_of_tasks(reader, mine, None, first).await)?;
    let First { rows, more } = First::of(page, first);
    if !asked.exists() {
        return Ok(First { rows: Vec::new(), more });
    }
    let which = WhichTasks::Of(rows.into_iter().map(|(_, id)| id).collect());
    Ok(First { rows: shown_as_mine(ctx, reader, &which, std::slice::from_ref(asked)).await?, more })
}

/// The first releases of which the first contact is overdue, where they are asked for.
pub(crate) async fn first_contacts(
    ctx: &Context<'_>,
    reader: Reader,
    first: usize,
    asked: &Lookahead<'_>,
) -> Result<First<Release>> {
    let page = found(ctx, people(ctx)?.first_contact_alerts(reader, first).await)?;
    let First { rows, more } = First::of(page, first);
    if !asked.exists() {
        return Ok(First { rows: Vec::new(), more });
    }
    let which = WhichReleases::Of(rows);
    Ok(First { rows: shown_releases(ctx, reader, &which, std::slice::from_ref(asked)).await?, more })
}
