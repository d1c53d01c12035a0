//! Referrals go with the caseload: whoever has a service user on theirs answers for what they are referred to, and nobody is
//! left answering for somebody whom they do not see any more. That it happened stands in the history.

use entity::enums::ReferralStep;
use entity::referral;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::drafting::Done;
use super::life::{OVER, standing};
use crate::people::caseload::HandsOn;
use crate::people::{People, Trouble};

impl People {
    /// Gives the referrals that are not over of workers who do not have a service user on their caseload any more to the one
    /// who has; what was offered of them is offered no more. Whoever calls this holds the service user, and has seen that they
    /// may answer for them.
    ///
    /// # Errors
    /// The database failed.
    pub(in crate::people) async fn hand_referrals_on(
        &self,
        db: &impl ConnectionTrait,
        handing: HandsOn<'_>,
    ) -> Result<(), Trouble> {
        let HandsOn { by, of, from, to, at } = handing;
        let theirs = referral::Entity::find()
            .filter(referral::Column::ServiceUserId.eq(of))
            .filter(referral::Column::OwnerAgencyId.eq(by.agency))
            .filter(referral::Column::OwnerId.is_in(from.iter().copied()))
            .order_by_asc(referral::Column::Id)
            .all(db)
            .await?;
        for row in theirs {
            // Of what is over nobody has anything to do, and its history is closed.
            if OVER.contains(&standing(row.state, row.expires_at, at)) {
                continue;
            }
            let next = referral::ActiveModel {
                owner_id: Set(to),
                offered_to: Set(None),
                changed_at: Set(at),
                ..Default::default()
            };
            self.change_referral(db, row.id, next).await?;
            let (account, agency) = (Some(by.account), Some(by.agency));
            let done = Done { step: ReferralStep::HandedOver, state: row.state, at, by: account, agency, reason: None };
            self.note_referral(db, of, row.id, done, None).await?;
        }
        Ok(())
    }
}
