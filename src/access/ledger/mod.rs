//! The ledger: every decision about a service user, written before anything is released.
//!
//! What a request may see is decided on counts: each service user has one that rises with every change of who may see them,
//! each agreement one that rises with every change of what it allows. [`append`] writes all the decisions of a request in one
//! insert, and only if every count that they were made on is still the same; whoever withdraws raises the count in the same
//! transaction. So a disclosure stands in the ledger either before the withdrawal or not at all: then it is decided again.
//! On PostgreSQL the insert holds what it counts on against changes, and not against other readers, until it is written.
//!
//! Order comes from the counts, not from the clocks of processes: an entry has the count that it was decided on.

pub mod entry;
mod pending;

use std::collections::BTreeSet;

use entity::ledger_entry;
use sea_orm::sea_query::{
    Asterisk, CommonTableExpression, Expr, ExprTrait, Func, LockType, Order, Query, SelectStatement, Value, ValueTuple,
    WithClause,
};
use sea_orm::{ConnectionTrait, DbErr, Iterable};

use self::entry::Decisions;
pub use self::pending::Pending;

/// Why nothing may be released.
#[derive(Debug, thiserror::Error)]
pub enum NotWritten {
    /// What it was decided on has changed since: decide again, at another instant.
    #[error("what it was decided on has changed")]
    Changed,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Writes the decisions of a request, all of them or none. Only when this came back may anything of them leave the process.
///
/// # Errors
/// [`NotWritten::Changed`] where a count is another one now; nothing is written then. The database failed.
pub async fn append(db: &impl ConnectionTrait, decisions: &[Decisions]) -> Result<(), NotWritten> {
    let mut rows = Vec::new();
    for of_one in decisions {
        rows.extend(of_one.entries().map_err(|error| DbErr::Custom(error.to_string()))?);
    }
    if rows.is_empty() {
        return Ok(());
    }
    let wanted = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    let values = rows.iter().map(|row| {
        ValueTuple::Many(vec![
            row.id.into(),
            row.service_user.into(),
            row.account.into(),
            row.agency.into(),
            row.decision.into(),
            row.despite_denial.into(),
            row.decided_at.into(),
            Value::from(row.entry.as_str()),
        ])
    });
    let mut written = Query::select();
    for place in 1..=ledger_entry::Column::iter().count() {
        written.column(("v", format!("column{place}")));
    }
    written.from_values(values, "v");
    let mut with = WithClause::new();
    // Whoever was decided on with two counts changed meanwhile: one of them will not be found.
    let users: BTreeSet<_> = decisions.iter().flat_map(Decisions::service_users).collect();
    let agreements: BTreeSet<_> = decisions.iter().flat_map(Decisions::agreements).collect();
    let rests_on_any = !users.is_empty() || !agreements.is_empty();
    let users: Vec<ValueTuple> =
        users.into_iter().map(|(id, epoch)| ValueTuple::Two(id.into(), epoch.into())).collect();
    let agreements: Vec<ValueTuple> =
        agreements.into_iter().map(|(id, epoch)| ValueTuple::Two(id.into(), epoch.into())).collect();
    for (name, table, counts) in [("held_users", "service_user", users), ("held_agreements", "agreement", agreements)] {
        if counts.is_empty() {
            continue;
        }
        let wanted = i64::try_from(counts.len()).unwrap_or(i64::MAX);
        let mut counted = Query::select();
        counted.expr(Func::count(Expr::col(Asterisk))).from(name);
        written.and_where(Expr::expr(counted).eq(wanted));
        with.cte(CommonTableExpression::from_select(held(table, counts)).table_name(name).to_owned());
    }
    let mut insert = Query::insert();
    insert.into_table(ledger_entry::Entity).columns(ledger_entry::Column::iter());
    insert.select_from(written).map_err(|error| DbErr::Custom(error.to_string()))?;
    if rests_on_any {
        insert.with_cte(with);
    }
    let done = db.execute(&insert).await?;
    if done.rows_affected() == wanted { Ok(()) } else { Err(NotWritten::Changed) }
}

/// Rows with these ids and counts, held against changes until the end of the statement. They are joined as a list of values:
/// a condition for each would grow with them, deeper than an engine takes.
fn held(table: &'static str, counts: Vec<ValueTuple>) -> SelectStatement {
    let of = |column: &'static str| Expr::col((table, column));
    let given = |place: &'static str| Expr::col(("given", place));
    let mut select = Query::select();
    select
        .expr(of("id"))
        .from(table)
        .from_values(counts, "given")
        .and_where(of("id").eq(given("column1")))
        .and_where(of("epoch").eq(given("column2")))
        .order_by_expr(of("id"), Order::Asc)
        .lock_with_tables(LockType::Share, [table]);
    select
}
