//! Root fields that ask for appointments.

use async_graphql::{Context, ID, Lookahead, Object, Result};
use entity::ids::AppointmentId;
use entity::instants::Millis;
use serde::{Deserialize, Serialize};

use super::{Appointment, AppointmentConnection, PURPOSE, shown};
use crate::api::AskedAt;
use crate::api::errors::bad_input;
use crate::api::ids;
use crate::api::paging::{Cursor, First, PageArgs, PageInfo, PageSize};
use crate::api::scalars::DateTime;
use crate::directory::graphql::filters::print_of;
use crate::people::appointments::reading::{Diary, WhichAppointments};
use crate::people::graphql::{found, people, reader};
use crate::people::reading::Reader;

/// The key of a row: appointments stand in the order in which they begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct RowKey(i64, uuid::Uuid);

/// Root fields that ask for appointments.
#[derive(Clone, Copy, Debug, Default)]
pub struct AppointmentQuery;

/// Root fields that ask for appointments.
#[Object]
impl AppointmentQuery {
    /// An appointment, looked at for the coordination of care; null where the viewer may not see it, and where there is none
    /// of that id, which is the same. For link workers, service users and those who stand for them.
    async fn appointment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the appointment.")] id: ID,
    ) -> Result<Option<Appointment>> {
        let which = WhichAppointments::Of(vec![ids::appointment("id", &id)?]);
        let reader = reader(ctx, PURPOSE, "appointment")?;
        Ok(shown(ctx, reader, &which, &[ctx.look_ahead()]).await?.pop())
    }

    /// Every appointment of a service user that the viewer may see for the coordination of care, in the order in which they
    /// begin; those among them that were called off, and in whose place another stands. For link workers, service users and
    /// those who stand for them.
    #[graphql(complexity = "crate::api::limits::list_cost(20, child_complexity)")]
    async fn appointments_of(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the service user.")] service_user: ID,
    ) -> Result<Vec<Appointment>> {
        let which = WhichAppointments::About(vec![ids::service_user("serviceUser", &service_user)?]);
        let reader = reader(ctx, PURPOSE, "appointmentsOf")?;
        shown(ctx, reader, &which, &[ctx.look_ahead()]).await
    }

    /// The diary of the viewer's agency: its own appointments that begin in a time, of service users whom the viewer works
    /// with, in the order in which they begin. For link workers.
    #[graphql(complexity = "crate::api::limits::page_cost(first, 20, child_complexity)")]
    async fn appointments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Those that begin at this instant or later.")] from: DateTime,
        #[graphql(desc = "And before this one.")] until: DateTime,
        #[graphql(desc = "Only those with the viewer, or with nobody who still works with the service user.", default)]
        mine: bool,
        #[graphql(desc = "How many; the settings say how many at the most.")] first: Option<i32>,
        #[graphql(desc = "Cursor behind which to begin.")] after: Option<String>,
    ) -> Result<AppointmentConnection> {
        let reader = reader(ctx, PURPOSE, "appointments")?;
        let diary = Diary { from: from.0.into(), until: until.0.into(), mine, booked: false };
        if diary.until <= diary.from {
            return Err(bad_input("until", "It is not after `from`: name a later instant."));
        }
        let args = PageArgs::<RowKey>::check(first, after.as_deref(), *ctx.data::<PageSize>()?)?;
        let print = print_of(&[b"appointments", format!("{diary:?}").as_bytes()]);
        args.belongs_to(print, ctx.data::<AskedAt>()?.0)?;
        let has_previous_page = args.after.is_some();
        let behind = args.after.map(|after| (Millis(after.key.0), AppointmentId(after.key.1)));
        let people = people(ctx)?;
        let asked = ctx.look_ahead();
        let mut rows = found(ctx, people.page_of_appointments(reader, &diary, behind, args.first).await)?;
        let has_next_page = rows.len() > args.first;
        rows.truncate(args.first);
        let which = WhichAppointments::Of(rows.iter().map(|(_, id)| *id).collect());
        let nodes_asked = [asked.field("nodes"), asked.field("edges").field("node")];
        let nodes = shown(ctx, reader, &which, &nodes_asked).await?;
        let total = if asked.field("totalCount").exists() {
            let count = found(ctx, people.count_appointments(reader, &diary).await)?;
            usize::try_from(count).unwrap_or(usize::MAX)
        } else {
            0
        };
        let cursor = |at: Millis, id: AppointmentId| Cursor::timeless(print, RowKey(at.0, id.0)).encode();
        let cursors: Vec<String> = nodes.iter().map(|node| cursor(node.seen.starts_at, node.seen.id)).collect();
        let page_info = PageInfo {
            has_next_page,
            has_previous_page,
            start_cursor: cursors.first().cloned(),
            // The last that was looked at, be they seen or not: the next page begins behind them.
            end_cursor: rows.last().map(|(at, id)| cursor(*at, *id)),
        };
        Ok(AppointmentConnection { nodes, cursors, page_info, total })
    }
}

/// The first appointments of a diary, where they are asked for.
pub(crate) async fn first_of_diary(
    ctx: &Context<'_>,
    reader: Reader,
    diary: &Diary,
    first: usize,
    asked: &Lookahead<'_>,
) -> Result<First<Appointment>> {
    let page = found(ctx, people(ctx)?.page_of_appointments(reader, diary, None, first).await)?;
    let First { rows, more } = First::of(page, first);
    if !asked.exists() {
        return Ok(First { rows: Vec::new(), more });
    }
    let which = WhichAppointments::Of(rows.into_iter().map(|(_, id)| id).collect());
    Ok(First { rows: shown(ctx, reader, &which, std::slice::from_ref(asked)).await?, more })
}
