//! What is put on hold: referrals for which the lawful route is gone, because something that was permitted was taken back,
//! or somebody is kept out.

use entity::enums::{ReferralReason, ReferralState, ReferralStep};
use entity::ids::ServiceUserId;
use entity::instants::Millis;
use entity::referral;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::drafting::Done;
use super::life::{Side, standing, transition};
use super::moving::discloses;
use super::route::{Between, routes};
use crate::people::{People, Trouble};

impl People {
    /// Puts every referral of a service user on hold for which there is a lawful route no more. Whoever calls this holds
    /// the service user against other changes, and has made the change already.
    pub(in crate::people) async fn hold_without_route(
        &self,
        db: &impl ConnectionTrait,
        of: ServiceUserId,
        at: Millis,
    ) -> Result<(), Trouble> {
        let open = referral::Entity::find()
            .filter(referral::Column::ServiceUserId.eq(of))
            .filter(referral::Column::PartyId.is_not_null())
            .order_by_asc(referral::Column::Id)
            .all(db)
            .await?;
        for row in open {
            let state = standing(row.state, row.expires_at, at);
            let Ok((_, to)) = transition(Side::Itself, ReferralStep::Held, state, None) else { continue };
            let between = Between { from: row.agency_id, to: row.to_agency_id };
            if routes(db, of, between, &discloses(db, row.id).await?, at).await?.is_ok() {
                continue;
            }
            let next = referral::ActiveModel {
                state: Set(ReferralState::OnHold),
                held_from: Set(Some(state)),
                reason: Set(Some(ReferralReason::NoLawfulRoute)),
                changed_at: Set(at),
                ..Default::default()
            };
            self.change_referral(db, row.id, next).await?;
            let reason = Some(ReferralReason::NoLawfulRoute);
            let done = Done { step: ReferralStep::Held, state: to, at, by: None, agency: None, reason };
            self.note_referral(db, of, row.id, done, None).await?;
        }
        Ok(())
    }
}
