//! What a service user was asked is taken back: they need not answer it any more.

use entity::consent_proposal;
use entity::enums::ProposalState;
use entity::ids::{ConsentProposalId, ServiceUserId};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::people::acting::{Begun, Stands};
use crate::people::entering::Worker;
use crate::people::{People, Trouble};

impl People {
    /// Takes back what the worker's agency asked a service user whom the worker works with, and what they have not answered.
    /// It is kept; who did is kept beside it.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for what another agency asked, of anybody whom the worker does not work with, and for what was
    /// answered or taken back already; the database failed, and nothing is taken back.
    pub async fn take_back_proposal(&self, by: Worker, id: ConsentProposalId) -> Result<ServiceUserId, Trouble> {
        let found = consent_proposal::Entity::find_by_id(id).one(self.database.connection()).await?;
        let of = found.map_or(ServiceUserId(id.0), |found| found.service_user_id);
        let Begun { transaction, of, at, stands } = self.begin_step(by.into(), of).await?;
        let Stands::Worker(_) = stands else { return Err(Trouble::NotFound) };
        // Read again, now that nobody else answers it.
        let row = consent_proposal::Entity::find_by_id(id).one(&transaction).await?;
        row.filter(|row| row.service_user_id == of && row.agency_id == Some(by.agency))
            .filter(|row| row.state == ProposalState::Proposed)
            .ok_or(Trouble::NotFound)?;
        let taken_back = consent_proposal::ActiveModel {
            state: Set(ProposalState::TakenBack),
            taken_back_at: Set(Some(at)),
            taken_back_by: Set(Some(by.account)),
            ..Default::default()
        };
        let this = consent_proposal::Column::Id.eq(id);
        consent_proposal::Entity::update_many().set(taken_back).filter(this).exec(&transaction).await?;
        transaction.commit().await?;
        Ok(of)
    }
}
