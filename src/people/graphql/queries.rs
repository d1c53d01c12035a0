//! Root fields that ask for service users.

use async_graphql::{Context, ID, InputObject, Lookahead, Object, Result};
use entity::ids::ServiceUserId;
use serde::{Deserialize, Serialize};

use super::enums::Caseload;
use super::service_user::{ServiceUser, ServiceUserConnection};
use super::{found, pending, people, reader, wanted};
use crate::agreements::graphql::enums::Purpose;
use crate::api::AskedAt;
use crate::api::ids;
use crate::api::paging::{Cursor, First, PageArgs, PageInfo, PageSize};
use crate::api::scalars::Date;
use crate::directory::graphql::filters::{expand_needs, print_of};
use crate::directory::snapshot::refresh::Live;
use crate::people::finding::{LookedFor, OWN, Which};
use crate::people::reading::Reader;

/// Whom a service user is looked for by; what is left out says nothing, and all of what is said must be so.
#[derive(Clone, InputObject)]
pub struct FindServiceUsersInput {
    /// A name, as it was heard: each of its words may be misspelt by a letter, and apostrophes and dashes do not matter. A
    /// letter or a digit at the least, and 200 characters at the most.
    pub name: Option<String>,
    /// Date of birth.
    pub born_on: Option<Date>,
    /// A number by which others know them: a letter or a digit at the least; signs and blanks do not matter.
    pub identifier: Option<String>,
}

/// The key of a row: service users stand in the order in which they were entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct RowKey(uuid::Uuid);

/// Root fields that ask for service users.
#[derive(Clone, Copy, Debug, Default)]
pub struct ServiceUserQuery;

/// Root fields that ask for service users.
#[Object]
impl ServiceUserQuery {
    /// A service user, as far as the viewer may see them for this purpose; null where that is nothing, and where there is
    /// nobody of that id, which is the same. For link workers, service users and those who stand for them.
    async fn service_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the service user.")] id: ID,
        #[graphql(desc = "What they are looked at for.")] purpose: Purpose,
    ) -> Result<Option<ServiceUser>> {
        let id = ids::service_user("id", &id)?;
        let reader = reader(ctx, purpose.into(), "serviceUser")?;
        let asked = wanted(&ctx.look_ahead());
        let seen = found(ctx, people(ctx)?.read(reader, &[id], &asked, pending(ctx)).await)?.pop();
        Ok(seen.map(|seen| ServiceUser::of(seen, reader)))
    }

    /// Service users of whom the viewer may see something for this purpose, in the order in which they were entered. For
    /// link workers, of the agency that they act for.
    #[graphql(complexity = "crate::api::limits::page_cost(first, 20, child_complexity)")]
    async fn service_users(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What they are looked at for.")] purpose: Purpose,
        #[graphql(desc = "Whose.", default)] caseload: Caseload,
        #[graphql(
            desc = "Only those who want help with one of these, as far as the viewer may see that: keys or ids of needs, a whole area among them; empty: all.",
            default
        )]
        needs: Vec<ID>,
        #[graphql(desc = "How many; the settings say how many at the most.")] first: Option<i32>,
        #[graphql(desc = "Cursor behind which to begin.")] after: Option<String>,
    ) -> Result<ServiceUserConnection> {
        let reader = reader(ctx, purpose.into(), "serviceUsers")?;
        let keys = needs_of(ctx, &needs)?;
        let which = Which { caseload: caseload.into(), needs: keys };
        let args = PageArgs::<RowKey>::check(first, after.as_deref(), *ctx.data::<PageSize>()?)?;
        let print = print_of(&[b"serviceUsers", format!("{:?} {which:?}", reader.purpose).as_bytes()]);
        args.belongs_to(print, ctx.data::<AskedAt>()?.0)?;
        let has_previous_page = args.after.is_some();
        let behind = args.after.map(|after| ServiceUserId(after.key.0));
        let people = people(ctx)?;
        let asked = ctx.look_ahead();
        let mut rows = found(ctx, people.page(reader, &which, behind, args.first).await)?;
        let has_next_page = rows.len() > args.first;
        rows.truncate(args.first);
        let mut kinds = wanted(&asked.field("nodes"));
        kinds.add(wanted(&asked.field("edges").field("node")));
        let seen = found(ctx, people.read(reader, &rows, &kinds, pending(ctx)).await)?;
        let total =
            if asked.field("totalCount").exists() { found(ctx, people.count(reader, &which).await)? } else { 0 };
        let cursor = |id: ServiceUserId| Cursor::timeless(print, RowKey(id.0)).encode();
        let with_cursors = if asked.field("edges").exists() { seen.as_slice() } else { &[] };
        let cursors: Vec<String> = with_cursors.iter().map(|seen| cursor(seen.service_user)).collect();
        let page_info = PageInfo {
            has_next_page,
            has_previous_page,
            start_cursor: seen.first().map(|seen| cursor(seen.service_user)),
            // The last that was looked at, be they seen or not: the next page begins behind them.
            end_cursor: rows.last().map(|id| cursor(*id)),
        };
        let nodes = seen.into_iter().map(|seen| ServiceUser::of(seen, reader)).collect();
        let total = usize::try_from(total).unwrap_or(usize::MAX);
        Ok(ServiceUserConnection { nodes, cursors, page_info, total })
    }

    /// Service users who answer to a name, a date of birth or an identifier, of those whom the viewer may see for this
    /// purpose; the likeliest first, 50 at the most. Their identities are opened for it, and stand in the ledger as seen.
    /// For link workers, of the agency that they act for.
    #[graphql(complexity = "crate::api::limits::list_cost(20, child_complexity)")]
    async fn find_service_users(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What they are looked at for.")] purpose: Purpose,
        #[graphql(desc = "By what.")] input: FindServiceUsersInput,
    ) -> Result<Vec<ServiceUser>> {
        let reader = reader(ctx, purpose.into(), "findServiceUsers")?;
        let looked_for =
            LookedFor { name: input.name, born_on: input.born_on.map(|date| date.0), identifier: input.identifier };
        let asked = wanted(&ctx.look_ahead());
        let seen = people(ctx)?.find(reader, &looked_for, &asked, pending(ctx)).await;
        let seen = found(ctx, seen.map_err(|trouble| trouble.within("input")))?;
        Ok(seen.into_iter().map(|seen| ServiceUser::of(seen, reader)).collect())
    }

    /// What is recorded of the viewer themselves, and of those for whom they stand: all of it, by whichever agency. Empty
    /// for who is no service user and stands for none.
    #[graphql(complexity = "crate::api::limits::list_cost(2, child_complexity)")]
    async fn my_records(&self, ctx: &Context<'_>) -> Result<Vec<ServiceUser>> {
        let reader = reader(ctx, OWN, "myRecords")?;
        let people = people(ctx)?;
        let own = found(ctx, people.own(reader).await)?;
        let asked = wanted(&ctx.look_ahead());
        let seen = found(ctx, people.read(reader, &own, &asked, pending(ctx)).await)?;
        Ok(seen.into_iter().map(|seen| ServiceUser::of(seen, reader)).collect())
    }
}

/// The first service users whose care is due to be looked at again, where they are asked for.
pub(crate) async fn reviews(
    ctx: &Context<'_>,
    reader: Reader,
    first: usize,
    asked: &Lookahead<'_>,
) -> Result<First<ServiceUser>> {
    let people = people(ctx)?;
    let page = found(ctx, people.page_of_reviews(reader, first).await)?;
    let First { rows, more } = First::of(page, first);
    if !asked.exists() {
        return Ok(First { rows: Vec::new(), more });
    }
    let seen = found(ctx, people.read(reader, &rows, &wanted(asked), pending(ctx)).await)?;
    Ok(First { rows: seen.into_iter().map(|seen| ServiceUser::of(seen, reader)).collect(), more })
}

/// The keys of needs, a whole area's among them, in their order and each once.
fn needs_of(ctx: &Context<'_>, needs: &[ID]) -> Result<Vec<String>> {
    let list = ctx.data::<Live>()?.needs();
    let expanded = expand_needs(list, "needs", needs)?;
    let mut keys: Vec<String> = expanded
        .into_iter()
        .flat_map(|(_, any_of)| any_of)
        .filter_map(|index| list.at(index).map(|need| need.key.clone()))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    Ok(keys)
}
