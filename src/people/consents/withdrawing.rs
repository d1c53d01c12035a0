//! A consent is withdrawn: in one call, without a reason, from the very next read on.

use entity::enums::{ConsentEnd, ConsentGiver, ConsentKind};
use entity::ids::{AccountId, AgencyId, ConsentId, ServiceUserId};
use entity::{consent, consent_scope, service_user};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::giving::has_proxy;
use crate::people::acting::{Actor, Begun, Stands, agencies_of};
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
        self.may_end(&begun, actor.account, id).await?;
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
    /// them, for nobody sees more by it. To end a denial is to open something: they do so themselves, a proxy what a proxy said,
    /// and a worker on their word what is left to workers of the agency; but never what names an agency that the worker works
    /// for, be it another than the one they act for.
    pub(super) async fn may_end(&self, begun: &Begun, by: AccountId, id: ConsentId) -> Result<(), Trouble> {
        let db = &begun.transaction;
        let found = consent::Entity::find_by_id(id).one(db).await?;
        let found = found.filter(|found| found.service_user_id == begun.of).ok_or(Trouble::NotFound)?;
        let may = match (found.kind, begun.stands) {
            (ConsentKind::Permit, _) | (ConsentKind::Deny, Stands::Themselves) => true,
            (ConsentKind::Deny, Stands::Proxy) => found.given_by == Some(ConsentGiver::Proxy),
            (ConsentKind::Deny, Stands::Worker(agency)) => {
                is_left_to(begun, (by, agency), &found).await? && !names_one_of_theirs(begun, (by, agency), id).await?
            }
        };
        may.then_some(()).ok_or(Trouble::NotFound)
    }
}

/// Whether a denial is left to workers of an agency: one of them wrote it down; or a proxy said it, and nobody stands for the
/// service user any more. Or the service user said it by an account of which it was taken back that it is theirs, and they have
/// no other by which to lift it: then it is for the agency that entered them, and for somebody else than who took the account
/// back, so that no worker gets rid of a denial alone.
async fn is_left_to(
    begun: &Begun,
    (by, agency): (AccountId, AgencyId),
    denial: &consent::Model,
) -> Result<bool, Trouble> {
    match (denial.agency_id, denial.given_by) {
        (Some(writer), _) if writer == agency => Ok(true),
        (_, Some(ConsentGiver::Proxy)) => Ok(!has_proxy(&begun.transaction, begun).await?),
        (None, Some(ConsentGiver::Themselves)) => {
            let person = service_user::Entity::find_by_id(begun.of).one(&begun.transaction).await?;
            let person = person.ok_or(Trouble::NotFound)?;
            Ok(person.account_id.is_none() && person.agency_id == agency && person.unlinked_by != Some(by))
        }
        (_, Some(ConsentGiver::Themselves) | None) => Ok(false),
    }
}

/// Whether a consent names an agency that a worker works for.
async fn names_one_of_theirs(
    begun: &Begun,
    (by, agency): (AccountId, AgencyId),
    id: ConsentId,
) -> Result<bool, Trouble> {
    let mut works_for = agencies_of(&begun.transaction, by, begun.at).await?;
    works_for.insert(agency);
    let named = consent_scope::Entity::find()
        .filter(consent_scope::Column::ConsentId.eq(id))
        .filter(consent_scope::Column::AgencyId.is_in(works_for));
    Ok(named.one(&begun.transaction).await?.is_some())
}
