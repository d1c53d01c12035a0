//! A service user is entered.

use entity::enums::RelationshipKind;
use entity::ids::{AccountId, AgencyId, AssignmentId, RelationshipId, ServiceUserId};
use entity::instants::Millis;
use entity::{assignment, relationship, service_user};
use sea_orm::ActiveValue::Set;
use sea_orm::{ConnectionTrait, EntityTrait};

use super::contents::{Contents, Identity};
use super::{People, Trouble};
use crate::hours::london;
use crate::vault::index::IndexKey;
use crate::vault::sealed::DataKey;

/// Somebody who works for an agency with service users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worker {
    /// Their account.
    pub account: AccountId,
    /// The agency they act for.
    pub agency: AgencyId,
}

impl People {
    /// Enters a service user, on the caseload of who does it. That they may is for who calls this: the operations table
    /// lets link workers alone.
    ///
    /// # Errors
    /// [`Trouble::Wrong`]; the database or the vault failed, and nothing is entered.
    pub async fn enter(&self, by: Worker, identity: Identity) -> Result<ServiceUserId, Trouble> {
        let (now, id) = (self.clock.now(), ServiceUserId(self.clock.new_id()));
        let identity = Contents::Identity(identity);
        identity.check(london(now).date())?;
        let index = self.vault.index_key(self.database.connection()).await?;
        let transaction = self.database.begin_write().await?;
        if let Some(before) = self.made_before(&transaction).await? {
            return Ok(ServiceUserId(before));
        }
        self.enter_in(&transaction, by, (id, by.account), &index, &identity, now.into()).await?;
        self.made(&transaction, &[id.0]).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// The same within a transaction, under an id, on the caseload of a link worker of the agency; gives their key. That the
    /// identity is of the form it must have is for who calls this.
    ///
    /// # Errors
    /// The database or the vault failed.
    pub(super) async fn enter_in(
        &self,
        db: &impl ConnectionTrait,
        by: Worker,
        (id, on): (ServiceUserId, AccountId),
        index: &IndexKey,
        identity: &Contents,
        since: Millis,
    ) -> Result<DataKey, Trouble> {
        let key = self.vault.new_key(db).await?;
        let person = service_user::ActiveModel {
            id: Set(id),
            account_id: Set(None),
            linked_by: Set(None),
            unlinked_by: Set(None),
            unlinked_at: Set(None),
            agency_id: Set(by.agency),
            key_id: Set(key.id()),
            epoch: Set(0),
            changed_at: Set(since),
            merged_into: Set(None),
            created_at: Set(since),
        };
        service_user::Entity::insert(person).exec_without_returning(db).await?;
        let caseload = assignment::ActiveModel {
            id: Set(AssignmentId(self.clock.new_id())),
            service_user_id: Set(id),
            recorded_for: Set(id),
            agency_id: Set(by.agency),
            account_id: Set(Some(on)),
            team_id: Set(None),
            begins_at: Set(since),
            ends_at: Set(None),
            named_by: Set(Some(by.account)),
        };
        assignment::Entity::insert(caseload).exec_without_returning(db).await?;
        self.deal(db, id, by.agency, RelationshipKind::Assignment, since).await?;
        self.put(db, by, id, &key, index, identity, None, since).await?;
        Ok(key)
    }

    /// An agency has to do with a service user from now on.
    pub(super) async fn deal(
        &self,
        db: &impl ConnectionTrait,
        of: ServiceUserId,
        agency: AgencyId,
        kind: RelationshipKind,
        since: Millis,
    ) -> Result<RelationshipId, Trouble> {
        let id = RelationshipId(self.clock.new_id());
        let dealing = relationship::ActiveModel {
            id: Set(id),
            service_user_id: Set(of),
            recorded_for: Set(of),
            agency_id: Set(agency),
            kind: Set(kind),
            opened_at: Set(since),
            closed_at: Set(None),
        };
        relationship::Entity::insert(dealing).exec_without_returning(db).await?;
        Ok(id)
    }
}
