//! Listings of one thing that were joined.

use sea_orm::entity::prelude::*;

use crate::enums::ListingKind;
use crate::ids::{AccountId, ListingMergeId};

/// That two listings of one thing were joined.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "listing_merge")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ListingMergeId,
    /// What they tell of.
    pub kind: ListingKind,
    /// The one that is shown.
    pub kept_id: Uuid,
    /// The one that is not any more.
    pub merged_id: Uuid,
    /// What was moved from one to the other, as JSON: ids of services.
    #[sea_orm(column_type = "Text")]
    pub moved: String,
    /// Why they are one.
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    /// Who joined them.
    pub made_by: Option<AccountId>,
    /// When.
    pub made_at: DateTimeUtc,
    /// Who parted them again.
    pub undone_by: Option<AccountId>,
    /// When; absent as long as they are one.
    pub undone_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
