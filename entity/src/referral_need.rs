//! What referrals are about.

use sea_orm::entity::prelude::*;

use crate::ids::{ReferralId, ReferralNeedId};

/// A need that a referral is about.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "referral_need")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReferralNeedId,
    /// The referral.
    pub referral_id: ReferralId,
    /// The key of the need.
    #[sea_orm(column_type = "Text")]
    pub need_key: String,
}

impl ActiveModelBehavior for ActiveModel {}
