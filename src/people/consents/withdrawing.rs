//! A consent is withdrawn: in one call, without a reason, from the very next read on.

use entity::enums::{ConsentEnd, ConsentGiver, ConsentKind};
use entity::ids::{ConsentId, ServiceUserId};
use entity::{consent, consent_scope};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::giving::has_proxy;
use crate::people::acting::{Actor, Begun, Stands};
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
        self.may_end(&begun, id).await?;
        let ended = consent::ActiveModel {
            ended_at: Set(Some(begun.at)),
            ended_as: Set(Some(ConsentEnd::Withdrawn)),
            ended_by: Set(Some(actor.account)),
            ..Default::default()
        };
        consent::Entity::update_many()
            .set(ended)
            .filter(consent::Column::Id.eq(id))
            .filter(consent::Column::ServiceUserId.eq(begun.of))
            .filter(consent::Column::EndedAt.is_null())
            .exec(&begun.transaction)
            .await?;
        self.hold_without_route(&begun.transaction, begun.of, begun.at).await?;
        begun.transaction.commit().await?;
        Ok(begun.of)
    }

    /// That whoever has begun a change may end a consent of the service user. A permit is ended by everybody who may act for
    /// them, for nobody sees more by it. To end a denial is to open something: they do so themselves; a worker on their word
    /// only where it does not name the worker's agency, and it was a worker of the same agency who wrote it down, or it was a
    /// proxy who said it, and nobody stands for them any more; a proxy what a proxy said.
    pub(super) async fn may_end(&self, begun: &Begun, id: ConsentId) -> Result<(), Trouble> {
        let db = &begun.transaction;
        let found = consent::Entity::find_by_id(id).one(db).await?;
        let found = found.filter(|found| found.service_user_id == begun.of).ok_or(Trouble::NotFound)?;
        let may = match (found.kind, begun.stands) {
            (ConsentKind::Permit, _) | (ConsentKind::Deny, Stands::Themselves) => true,
            (ConsentKind::Deny, Stands::Proxy) => found.given_by == Some(ConsentGiver::Proxy),
            (ConsentKind::Deny, Stands::Worker(agency)) => {
                let named = consent_scope::Entity::find()
                    .filter(consent_scope::Column::ConsentId.eq(id))
                    .filter(consent_scope::Column::AgencyId.eq(agency));
                // Who said it for them can take it back no more: then it is theirs to say.
                let nobody_else = found.given_by == Some(ConsentGiver::Proxy) && !has_proxy(db, begun).await?;
                (found.agency_id == Some(agency) || nobody_else) && named.one(db).await?.is_none()
            }
        };
        may.then_some(()).ok_or(Trouble::NotFound)
    }
}
