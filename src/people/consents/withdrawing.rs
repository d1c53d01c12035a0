//! A consent is withdrawn: in one call, without a reason, from the very next read on.

use entity::consent;
use entity::enums::ConsentEnd;
use entity::ids::{ConsentId, ServiceUserId};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::people::acting::Actor;
use crate::people::{People, Trouble};

impl People {
    /// Withdraws a consent, by the service user, who stands for them, or on their word to who works with them. One that
    /// has ended already stays as it is.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] where there is none, and for whoever may not act for the service user; the database failed, and
    /// nothing is withdrawn.
    pub async fn withdraw(&self, actor: Actor, id: ConsentId) -> Result<ServiceUserId, Trouble> {
        let found = consent::Entity::find_by_id(id).one(self.database.connection()).await?;
        let of = found.map_or(ServiceUserId(id.0), |found| found.service_user_id);
        // First the count, which makes whoever disclosed on it wait or decide again; then the end.
        let begun = self.begin_change(actor, of).await?;
        let ended = consent::ActiveModel {
            ended_at: Set(Some(begun.at)),
            ended_as: Set(Some(ConsentEnd::Withdrawn)),
            ended_by: Set(Some(actor.account)),
            ..Default::default()
        };
        consent::Entity::update_many()
            .set(ended)
            .filter(consent::Column::Id.eq(id))
            .filter(consent::Column::EndedAt.is_null())
            .exec(&begun.transaction)
            .await?;
        begun.transaction.commit().await?;
        Ok(begun.of)
    }
}
