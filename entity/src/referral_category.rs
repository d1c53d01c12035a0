//! What referrals disclose.

use sea_orm::entity::prelude::*;

use crate::enums::DataCategory;
use crate::ids::{AgreementVersionId, ConsentId, ReferralCategoryId, ReferralEventId, ReferralId};

/// A category that a referral discloses, and the lawful route on which it was sent. By way of the referral the receiver sees
/// nothing of another one; what of this one it sees is decided anew at each read.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "referral_category")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReferralCategoryId,
    /// The referral.
    pub referral_id: ReferralId,
    /// The category.
    pub category: DataCategory,
    /// The version of the agreement under which it was sent; absent before.
    pub version_id: Option<AgreementVersionId>,
    /// The consent on which it was sent; absent before, and where the basis is another.
    pub consent_id: Option<ConsentId>,
    /// The step by which it was disclosed: it was sent, or widened; absent before.
    pub event_id: Option<ReferralEventId>,
}

impl ActiveModelBehavior for ActiveModel {}
