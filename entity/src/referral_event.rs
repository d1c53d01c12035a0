//! The history of referrals.

use sea_orm::entity::prelude::*;

use crate::enums::{ReferralReason, ReferralState, ReferralStep};
use crate::ids::{AccountId, AgencyId, ReferralEventId, ReferralId};
use crate::instants::Millis;

/// Something that was done with a referral.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "referral_event")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReferralEventId,
    /// The referral.
    pub referral_id: ReferralId,
    /// The how manieth of the referral, from 1; no two are the same.
    pub number: i32,
    /// What.
    pub step: ReferralStep,
    /// How far it had come by it.
    pub state: ReferralState,
    /// When.
    pub at: Millis,
    /// Who; absent where it followed of itself.
    pub by: Option<AccountId>,
    /// For which agency; absent for the service user and who stands for them.
    pub agency_id: Option<AgencyId>,
    /// Why, of the closed list.
    pub reason: Option<ReferralReason>,
    /// What was said, sealed.
    #[sea_orm(column_type = "Text", nullable)]
    pub sealed: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
