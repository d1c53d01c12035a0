//! A service user is entered; something is recorded of them.

use entity::enums::{Purpose, RelationshipKind};
use entity::ids::{AccountId, AgencyId, AssignmentId, RecordId, RelationshipId, ServiceUserId};
use entity::instants::Millis;
use entity::{assignment, person_record, relationship, service_user};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::contents::{Contents, Identity};
use super::{People, Trouble};
use crate::access::rule::facts::Facts;
use crate::access::rule::{Ask, Row, decide};
use crate::hours::london;
use crate::vault::sealed::{DataKey, Place};

/// Where what a row says stands.
pub(super) fn place(row: RecordId) -> Place {
    Place { column: "person_record.sealed", row: row.0 }
}

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
        let transaction = self.database.begin_write().await?;
        let key = self.vault.new_key(&transaction).await?;
        let since = Millis::from(now);
        let person = service_user::ActiveModel {
            id: Set(id),
            account_id: Set(None),
            agency_id: Set(by.agency),
            key_id: Set(key.id()),
            epoch: Set(0),
            merged_into: Set(None),
            created_at: Set(since),
        };
        service_user::Entity::insert(person).exec_without_returning(&transaction).await?;
        let on = assignment::ActiveModel {
            id: Set(AssignmentId(self.clock.new_id())),
            service_user_id: Set(id),
            recorded_for: Set(id),
            agency_id: Set(by.agency),
            account_id: Set(Some(by.account)),
            team_id: Set(None),
            begins_at: Set(since),
            ends_at: Set(None),
        };
        assignment::Entity::insert(on).exec_without_returning(&transaction).await?;
        let dealing = relationship::ActiveModel {
            id: Set(RelationshipId(self.clock.new_id())),
            service_user_id: Set(id),
            recorded_for: Set(id),
            agency_id: Set(by.agency),
            kind: Set(RelationshipKind::Assignment),
            opened_at: Set(since),
            closed_at: Set(None),
        };
        relationship::Entity::insert(dealing).exec_without_returning(&transaction).await?;
        self.put(&transaction, by, id, &key, &identity, since).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Records something of a service user who is on the worker's caseload, or on that of a team of theirs.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for anybody else; [`Trouble::Wrong`]; the database or the vault failed.
    pub async fn record(&self, by: Worker, of: ServiceUserId, contents: &Contents) -> Result<RecordId, Trouble> {
        let now = self.clock.now();
        contents.check(london(now).date())?;
        let transaction = self.database.begin_write().await?;
        // Who writes for an agency is who reads its own rows: the same rule, asked of the row to be.
        let ask =
            Ask { account: by.account, agency: Some(by.agency), purpose: Purpose::CareCoordination, at: now.into() };
        let facts = Facts::load(&transaction, &ask, &[of]).await?;
        let row = Row { service_user: of, agency: by.agency, category: contents.category() };
        if decide::ground(&ask, &row, &facts) != Some(decide::Ground::OwnAgency) {
            return Err(Trouble::NotFound);
        }
        let person = service_user::Entity::find().filter(service_user::Column::Id.eq(of)).one(&transaction).await?;
        let key = self.vault.key(&transaction, person.ok_or(Trouble::NotFound)?.key_id).await?;
        let id = self.put(&transaction, by, of, &key, contents, now.into()).await?;
        transaction.commit().await?;
        Ok(id)
    }

    async fn put(
        &self,
        db: &impl ConnectionTrait,
        by: Worker,
        of: ServiceUserId,
        key: &DataKey,
        contents: &Contents,
        at: Millis,
    ) -> Result<RecordId, Trouble> {
        let id = RecordId(self.clock.new_id());
        let row = person_record::ActiveModel {
            id: Set(id),
            service_user_id: Set(of),
            recorded_for: Set(of),
            agency_id: Set(by.agency),
            category: Set(contents.category()),
            kind: Set(contents.kind()),
            need_key: Set(None),
            priority: Set(None),
            sealed: Set(self.vault.seal(key, place(id), &serde_json::to_string(contents)?)?),
            recorded_at: Set(at),
            recorded_by: Set(Some(by.account)),
            replaces: Set(None),
            ended_at: Set(None),
        };
        person_record::Entity::insert(row).exec_without_returning(db).await?;
        Ok(id)
    }
}
