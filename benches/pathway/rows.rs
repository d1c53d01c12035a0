//! Rows of people, gathered and written together: in few statements, on either engine.

use entity::signpost as given;
use entity::{
    appointment, appointment_event, assignment, consent, consent_scope, person_record, referral, referral_category,
    referral_event, referral_need, relationship, service_user, signpost_need,
};
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Iterable, ModelTrait};

use crate::measuring::Outcome;

/// Most values bound in one statement: SQLite takes 32,766, PostgreSQL 65,535.
const MOST_VALUES: usize = 30_000;

/// Rows that are to be written.
#[derive(Default)]
pub(crate) struct Rows {
    pub(crate) service_users: Vec<service_user::Model>,
    pub(crate) assignments: Vec<assignment::Model>,
    pub(crate) relationships: Vec<relationship::Model>,
    pub(crate) consents: Vec<consent::Model>,
    pub(crate) scopes: Vec<consent_scope::Model>,
    pub(crate) records: Vec<person_record::Model>,
    pub(crate) referrals: Vec<referral::Model>,
    pub(crate) needs: Vec<referral_need::Model>,
    pub(crate) categories: Vec<referral_category::Model>,
    pub(crate) steps: Vec<referral_event::Model>,
    pub(crate) appointments: Vec<appointment::Model>,
    pub(crate) appointment_steps: Vec<appointment_event::Model>,
    pub(crate) signposts: Vec<given::Model>,
    pub(crate) signpost_needs: Vec<signpost_need::Model>,
}

impl Rows {
    /// Writes all of them, what others hang on first.
    pub(crate) async fn write(self, db: &impl ConnectionTrait) -> Outcome<()> {
        put(db, self.service_users).await?;
        put(db, self.assignments).await?;
        put(db, self.relationships).await?;
        put(db, self.consents).await?;
        put(db, self.scopes).await?;
        put(db, self.records).await?;
        put(db, self.referrals).await?;
        put(db, self.needs).await?;
        put(db, self.categories).await?;
        put(db, self.steps).await?;
        put(db, self.appointments).await?;
        put(db, self.appointment_steps).await?;
        put(db, self.signposts).await?;
        put(db, self.signpost_needs).await
    }
}

/// Inserts rows of a table.
pub(crate) async fn put<M>(db: &impl ConnectionTrait, rows: Vec<M>) -> Outcome<()>
where
    M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    <M::Entity as EntityTrait>::ActiveModel: ActiveModelTrait<Entity = M::Entity>,
{
    let columns = <M::Entity as EntityTrait>::Column::iter().count().max(1);
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let some: Vec<M> = rows.by_ref().take(MOST_VALUES / columns).collect();
        let some = some.into_iter().map(IntoActiveModel::into_active_model);
        M::Entity::insert_many(some).exec_without_returning(db).await?;
    }
    Ok(())
}
