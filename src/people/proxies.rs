//! It ends that somebody stands for a service user; and it holds again where who ended it spoke for them by mistake.

use std::collections::BTreeMap;

use entity::enums::ProxyAuthority;
use entity::ids::{AccountId, ProxyId, ServiceUserId};
use entity::instants::Millis;
use entity::proxy;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::Trouble;
use crate::access::rule::load::among;

/// Ends that some stand for service users, of those who do at an instant; says how many. Until when they were named to is kept.
///
/// # Errors
/// The database failed.
pub(super) async fn end_proxies(
    db: &impl ConnectionTrait,
    which: Condition,
    (by, at): (AccountId, Millis),
) -> Result<u64, Trouble> {
    let lasts = Condition::any().add(proxy::Column::EndsAt.is_null()).add(proxy::Column::EndsAt.gt(at));
    let done = proxy::Entity::update_many()
        .col_expr(proxy::Column::NamedUntil, proxy::Column::EndsAt.into_expr())
        .col_expr(proxy::Column::EndsAt, Expr::value(at))
        .col_expr(proxy::Column::EndedBy, Expr::value(by))
        .filter(which)
        .filter(lasts)
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// Lets those stand for a service user again who do so by law, where an account that is not the service user's ended it as if it
/// were, since an instant where one is said: what they said is theirs to lift then, and no worker's. Not whom a worker named
/// again since: what became of that is what counts.
///
/// Whom the service user named, or told a worker to, is named anew: if the account was theirs after all, whom they sent away would
/// see everything of them again.
///
/// # Errors
/// The database failed.
pub(super) async fn stand_again(
    db: &DatabaseTransaction,
    of: ServiceUserId,
    (by, since): (AccountId, Option<Millis>),
    at: Millis,
) -> Result<(), Trouble> {
    let rows = proxy::Entity::find().filter(proxy::Column::ServiceUserId.eq(of)).all(db).await?;
    let who = |row: &proxy::Model| (row.recorded_for, row.account_id);
    let when = |row: &proxy::Model| (row.begins_at, row.id);
    let mut last: BTreeMap<(ServiceUserId, AccountId), (Millis, ProxyId)> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.authority != Some(ProxyAuthority::Named)) {
        let last = last.entry(who(row)).or_insert_with(|| when(row));
        *last = Ord::max(*last, when(row));
    }
    let was_ended = |row: &proxy::Model| {
        row.authority == Some(ProxyAuthority::Legal)
            && row.ended_by == Some(by)
            && row.ends_at > since
            && row.named_until.is_none_or(|until| until > at)
    };
    let again = rows.iter().filter(|row| was_ended(row) && last.get(&who(row)) == Some(&when(row)));
    let again: Vec<Uuid> = again.map(|row| row.id.0).collect();
    if again.is_empty() {
        return Ok(());
    }
    let stands = proxy::ActiveModel { ended_by: Set(None), named_until: Set(None), ..Default::default() };
    let these = among(db.get_database_backend(), proxy::Column::Id, again);
    proxy::Entity::update_many()
        .set(stands)
        .col_expr(proxy::Column::EndsAt, proxy::Column::NamedUntil.into_expr())
        .filter(these)
        .exec(db)
        .await?;
    Ok(())
}
