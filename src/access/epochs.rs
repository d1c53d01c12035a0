//! The counts that decisions are made on. Whatever changes who may see a service user, or what an agreement allows, raises a
//! count first, in the transaction of the change: whoever disclosed on the old one waits for it, or decides again.

use entity::ids::{AgreementId, ServiceUserId};
use entity::instants::Millis;
use entity::{agreement, assignment, service_user};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

/// The later of what a column holds and an instant.
fn no_earlier(column: impl ColumnTrait, than: Millis) -> Expr {
    CaseStatement::new().case(column.gt(than), column.into_expr()).finally(Expr::value(than)).into()
}

/// Raises the count of a service user; gives the instant from which the change is to hold, which is no earlier than that of
/// the change before, whatever the clock says. None where there is nobody of that id.
///
/// # Errors
/// The database failed.
pub async fn raise_service_user(
    db: &impl ConnectionTrait,
    id: ServiceUserId,
    now: Millis,
) -> Result<Option<Millis>, DbErr> {
    service_user::Entity::update_many()
        .col_expr(service_user::Column::Epoch, service_user::Column::Epoch.into_expr().add(1))
        .col_expr(service_user::Column::ChangedAt, no_earlier(service_user::Column::ChangedAt, now))
        .filter(service_user::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(service_user::Entity::find_by_id(id).one(db).await?.map(|row| row.changed_at))
}

/// The same of an agreement.
///
/// # Errors
/// The database failed.
pub async fn raise_agreement(db: &impl ConnectionTrait, id: AgreementId, now: Millis) -> Result<Option<Millis>, DbErr> {
    agreement::Entity::update_many()
        .col_expr(agreement::Column::Epoch, agreement::Column::Epoch.into_expr().add(1))
        .col_expr(agreement::Column::ChangedAt, no_earlier(agreement::Column::ChangedAt, now))
        .filter(agreement::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(agreement::Entity::find_by_id(id).one(db).await?.map(|row| row.changed_at))
}

/// Raises the counts of all that are on the caseload of a team, or of an account in an agency, or were.
///
/// # Errors
/// The database failed.
pub async fn raise_service_users_of(db: &impl ConnectionTrait, on: Condition, now: Millis) -> Result<(), DbErr> {
    let theirs =
        Query::select().column(assignment::Column::ServiceUserId).from(assignment::Entity).cond_where(on).to_owned();
    // Held in one order, so that of two who raise many at once one waits for the other.
    let held = service_user::Entity::find()
        .filter(service_user::Column::Id.in_subquery(theirs))
        .order_by_asc(service_user::Column::Id)
        .lock_exclusive()
        .all(db)
        .await?;
    let ids: Vec<ServiceUserId> = held.into_iter().map(|row| row.id).collect();
    for some in ids.chunks(500) {
        service_user::Entity::update_many()
            .col_expr(service_user::Column::Epoch, service_user::Column::Epoch.into_expr().add(1))
            .col_expr(service_user::Column::ChangedAt, no_earlier(service_user::Column::ChangedAt, now))
            .filter(service_user::Column::Id.is_in(some.iter().copied()))
            .exec(db)
            .await?;
    }
    Ok(())
}
