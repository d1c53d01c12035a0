//! What a worker has to do by a day, and alerts where the first contact after release was not made. The rule is part of the
//! statements: whoever covers for somebody sees of that one's tasks those that they may see themselves; and what nobody answers
//! for any more who works with the service user is everybody's who does.

use chrono::NaiveDate;
use entity::enums::{AppointmentState, TaskKind, TaskState};
use entity::ids::{AgencyId, ReleaseId, TaskId};
use entity::instants::Millis;
use entity::{appointment, release, task};
use sea_orm::sea_query::{Expr, ExprTrait, Func, Order, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr};

use super::covering::covers_for;
use super::gate::overdue_if_released_by;
use crate::access::rule::Ask;
use crate::access::rule::predicate::{Columns, left_to_all, release_visible, task_visible};
use crate::hours::london;
use crate::people::reading::Reader;
use crate::people::{People, Trouble};

/// Most alerts that are told at once.
pub const MOST_ALERTS: usize = 200;

/// Which tasks of a worker. Those that are left to all who work with somebody are always among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mine {
    /// Those that are due by this day.
    pub until: NaiveDate,
    /// Also those of whom the worker covers for today.
    pub covered: bool,
}

/// The open tasks that somebody answers for, or covers for today, or that are left to all, and that they may see.
fn those(ask: &Ask, agency: AgencyId, mine: Mine) -> SelectStatement {
    let own = task::Column::OwnerId.eq(ask.account);
    let whose = if mine.covered {
        let today = london(ask.at.to_utc()).date();
        own.or(task::Column::OwnerId.in_subquery(covers_for(agency, ask.account, today)))
    } else {
        own
    };
    let left = left_to_all(ask, &Columns::of_tasks(), &task::Column::OwnerId.into_expr());
    let mut select = Query::select();
    select
        .from(task::Entity)
        .and_where(task::Column::AgencyId.eq(agency))
        .and_where(task::Column::State.eq(TaskState::Open))
        .and_where(task::Column::DueOn.lte(mine.until))
        .and_where(whose.or(left))
        .and_where(task_visible(ask));
    select
}

fn ask_of(reader: Reader, at: Millis) -> Ask {
    let Reader { account, agency, purpose, operation: _ } = reader;
    Ask { account, agency, purpose, at }
}

impl People {
    /// A page of the open tasks of the reader, those that are due first first, behind one of them, each with its day; one more
    /// than asked for where more follow.
    ///
    /// # Errors
    /// The database failed.
    pub async fn page_of_tasks(
        &self,
        reader: Reader,
        mine: Mine,
        after: Option<(NaiveDate, TaskId)>,
        first: usize,
    ) -> Result<Vec<(NaiveDate, TaskId)>, Trouble> {
        let Some(agency) = reader.agency else { return Ok(Vec::new()) };
        let mut select = those(&ask_of(reader, self.clock.now().into()), agency, mine);
        select.expr_as(task::Column::DueOn.into_expr(), "due_on").expr_as(task::Column::Id.into_expr(), "id");
        if let Some((due_on, id)) = after {
            let later = task::Column::DueOn.gt(due_on);
            let behind = task::Column::DueOn.eq(due_on).and(task::Column::Id.gt(id));
            select.and_where(later.or(behind));
        }
        let limit = u64::try_from(first).unwrap_or(u64::MAX).saturating_add(1);
        select
            .order_by_expr(task::Column::DueOn.into_expr(), Order::Asc)
            .order_by_expr(task::Column::Id.into_expr(), Order::Asc)
            .limit(limit);
        let rows = self.database.connection().query_all(&select).await?;
        let mut page = Vec::with_capacity(rows.len());
        for row in rows {
            page.push((row.try_get("", "due_on")?, row.try_get("", "id")?));
        }
        Ok(page)
    }

    /// How many open tasks the reader has by a day.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_tasks(&self, reader: Reader, mine: Mine) -> Result<u64, Trouble> {
        let Some(agency) = reader.agency else { return Ok(0) };
        let mut select = those(&ask_of(reader, self.clock.now().into()), agency, mine);
        select.expr_as(Func::count(task::Column::Id.into_expr()), "number");
        let Some(row) = self.database.connection().query_one(&select).await? else { return Ok(0) };
        let number: i64 = row.try_get("", "number")?;
        Ok(number.unsigned_abs())
    }

    /// The first releases that the reader's agency recorded, of whom the reader works with, of which the first contact is
    /// overdue: the longest first; one more than asked for where more follow.
    ///
    /// # Errors
    /// The database failed.
    pub async fn first_contact_alerts(&self, reader: Reader, first: usize) -> Result<Vec<ReleaseId>, Trouble> {
        let Some(agency) = reader.agency else { return Ok(Vec::new()) };
        let ask = ask_of(reader, self.clock.now().into());
        let today = london(ask.at.to_utc()).date();
        let done = Query::select()
            .expr(Expr::value(1))
            .from(task::Entity)
            .and_where(task::Column::ReleaseId.into_expr().eq(release::Column::Id.into_expr()))
            .and_where(task::Column::ServiceUserId.into_expr().eq(release::Column::ServiceUserId.into_expr()))
            .and_where(task::Column::Kind.eq(TaskKind::FirstContact))
            .and_where(task::Column::State.eq(TaskState::Done))
            .and_where(task::Column::DoneOn.into_expr().gte(release::Column::ReleaseOn.into_expr()))
            .to_owned();
        let came = Query::select()
            .expr(Expr::value(1))
            .from(appointment::Entity)
            .and_where(appointment::Column::ServiceUserId.into_expr().eq(release::Column::ServiceUserId.into_expr()))
            .and_where(appointment::Column::AgencyId.into_expr().eq(release::Column::AgencyId.into_expr()))
            .and_where(appointment::Column::State.eq(AppointmentState::Attended))
            .and_where(appointment::Column::StartsAt.into_expr().gte(release::Column::DayBeginsAt.into_expr()))
            .to_owned();
        let mut select = Query::select();
        select
            .expr_as(release::Column::Id.into_expr(), "id")
            .from(release::Entity)
            .and_where(release::Column::AgencyId.eq(agency))
            .and_where(release::Column::EndedAt.is_null())
            .and_where(release::Column::ReleaseOn.lte(overdue_if_released_by(today)))
            .and_where(Expr::exists(done).not())
            .and_where(Expr::exists(came).not())
            .and_where(release_visible(&ask))
            .order_by_expr(release::Column::ReleaseOn.into_expr(), Order::Asc)
            .order_by_expr(release::Column::Id.into_expr(), Order::Asc)
            .limit(u64::try_from(first).unwrap_or(u64::MAX).saturating_add(1));
        let rows = self.database.connection().query_all(&select).await?;
        Ok(rows.iter().map(|row| row.try_get("", "id")).collect::<Result<_, DbErr>>()?)
    }
}
