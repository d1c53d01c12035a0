//! What was said of a service user, told by who said it, when, and who ended it: conditions on the rows of bars and consents.

use std::collections::BTreeSet;

use entity::enums::ConsentKind;
use entity::ids::{AccountId, AgencyId, ServiceUserId};
use entity::instants::Millis;
use entity::{consent, exclusion, membership, proxy, service_user_merge};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, Select,
};

use crate::access::rule::load::among;

/// Whom a bar keeps out, and at whose word: an agency's that wrote it down, or an account's.
pub(super) type Barred = (Option<AgencyId>, Option<AccountId>, Option<AgencyId>, Option<AccountId>);

/// The bars of a service user that hold, the oldest first.
pub(super) fn bars_of(of: ServiceUserId) -> Select<exclusion::Entity> {
    exclusion::Entity::find()
        .filter(exclusion::Column::ServiceUserId.eq(of))
        .filter(exclusion::Column::EndsAt.is_null())
        .order_by_asc(exclusion::Column::Id)
}

pub(super) fn barred(bar: &exclusion::Model) -> Barred {
    (bar.agency_id, bar.account_id, bar.written_for, bar.named_by.filter(|_| bar.written_for.is_none()))
}

/// The denials of a service user, whether they hold or not, the oldest first.
pub(super) fn denials_of(of: ServiceUserId) -> Select<consent::Entity> {
    consent::Entity::find()
        .filter(consent::Column::ServiceUserId.eq(of))
        .filter(consent::Column::Kind.eq(ConsentKind::Deny))
        .order_by_asc(consent::Column::Id)
}

/// Those who stand for a service user, or did, as an account named them.
pub(super) fn named_by(of: ServiceUserId, account: AccountId) -> Condition {
    Condition::all().add(proxy::Column::ServiceUserId.eq(of)).add(proxy::Column::NamedBy.eq(account))
}

/// That one of these stood for a service user at an instant.
pub(super) fn stood(these: Condition, at: impl ColumnTrait) -> Expr {
    let begun = proxy::Column::BeginsAt.into_expr().lte(at.into_expr());
    let lasted = Condition::any()
        .add(proxy::Column::EndsAt.is_null())
        .add(proxy::Column::EndsAt.into_expr().gte(at.into_expr()));
    there_is(these.add(begun).add(lasted))
}

fn there_is(proxies: Condition) -> Expr {
    Expr::exists(Query::select().expr(Expr::value(1)).from(proxy::Entity).cond_where(proxies).to_owned())
}

/// That a column names one of these accounts.
pub(super) fn one_of(db: &DatabaseTransaction, column: impl ColumnTrait, these: &BTreeSet<AccountId>) -> Expr {
    among(db.get_database_backend(), column, these.iter().map(|account| account.0))
}

/// That something was done by an account as the service user, or by whom it named to stand for them, while they did.
pub(super) fn done_by(
    (of, account): (ServiceUserId, AccountId),
    by: impl ColumnTrait,
    when: impl ColumnTrait,
) -> Condition {
    let named = named_by(of, account).add(proxy::Column::AccountId.into_expr().eq(by.into_expr()));
    Condition::any().add(by.eq(account)).add(stood(named, when))
}

/// That something was done by anybody else, or nobody knows by whom.
pub(super) fn not_done_by(of: (ServiceUserId, AccountId), by: impl ColumnTrait, when: impl ColumnTrait) -> Condition {
    Condition::any().add(by.is_null()).add(done_by(of, by, when).not())
}

/// That a bar is on somebody else than an agency.
pub(super) fn not_on(agency: AgencyId) -> Condition {
    Condition::any().add(exclusion::Column::AgencyId.is_null()).add(exclusion::Column::AgencyId.ne(agency))
}

/// That a column names somebody else than an account, or nobody.
pub(super) fn not_by(column: impl ColumnTrait, account: AccountId) -> Condition {
    Condition::any().add(column.is_null()).add(column.ne(account))
}

/// That a bar is on nobody who works for an agency, or ever did.
pub(super) fn not_on_workers_of(agency: AgencyId) -> Condition {
    let worked = Query::select()
        .column(membership::Column::AccountId)
        .from(membership::Entity)
        .and_where(membership::Column::AgencyId.eq(agency))
        .to_owned();
    Condition::any()
        .add(exclusion::Column::AccountId.is_null())
        .add(exclusion::Column::AccountId.not_in_subquery(worked))
}

/// That something was not said by one of these accounts of a service user: an agency wrote it down, somebody else said it, nobody
/// knows who did, or it was said of another record.
pub(super) fn said_by_others(
    db: &DatabaseTransaction,
    (by, writer, recorded_for): (impl ColumnTrait, impl ColumnTrait, impl ColumnTrait),
    these: &BTreeSet<AccountId>,
    of: ServiceUserId,
) -> Condition {
    Condition::any()
        .add(writer.is_not_null())
        .add(by.is_null())
        .add(one_of(db, by, these).not())
        .add(recorded_for.ne(of))
}

/// That something was not ended by the account that had said it itself: what an agency wrote down never was.
pub(super) fn not_taken_back(
    (by, writer, ended_by): (impl ColumnTrait, impl ColumnTrait, impl ColumnTrait),
) -> Condition {
    Condition::any()
        .add(writer.is_not_null())
        .add(by.is_null())
        .add(ended_by.is_null())
        .add(by.into_expr().ne(ended_by.into_expr()))
}

/// That something was ended since an instant by somebody else than an account, where there is one.
pub(super) fn ended_by_others(
    (ended_at, ended_by): (impl ColumnTrait, impl ColumnTrait),
    account: Option<AccountId>,
    since: Millis,
) -> Condition {
    let since = Condition::all().add(ended_at.gt(since));
    match account {
        Some(account) => since.add(not_by(ended_by, account)),
        None => since,
    }
}

/// That something was ended since an instant by one of these accounts.
pub(super) fn ended_by_these(
    db: &DatabaseTransaction,
    (ended_at, ended_by): (impl ColumnTrait, impl ColumnTrait),
    these: &BTreeSet<AccountId>,
    since: Millis,
) -> Condition {
    Condition::all().add(ended_at.gt(since)).add(one_of(db, ended_by, these))
}

/// That something began before two were joined. What is said of both is later than their joining, if only by a millisecond: no two
/// processes have to agree on more than that.
pub(super) fn before(begins_at: impl ColumnTrait, joining: &service_user_merge::Model) -> Expr {
    begins_at.lte(joining.merged_at)
}

/// That something began since two were joined.
pub(super) fn since(begins_at: impl ColumnTrait, joining: &service_user_merge::Model) -> Expr {
    begins_at.gt(joining.merged_at)
}
