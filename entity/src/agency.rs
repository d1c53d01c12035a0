//! Agencies.

use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, SourceId};

/// An agency.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, serde::Serialize, serde::Deserialize)]
#[sea_orm(table_name = "agency")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AgencyId,
    /// Where it came from.
    pub source_id: SourceId,
    /// Its key there.
    #[sea_orm(column_type = "Text")]
    pub source_key: String,
    /// Hash of what the source last said of it; the same hash again changes nothing.
    #[sea_orm(column_type = "Text")]
    pub content_hash: String,
    /// Name.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// Another name.
    #[sea_orm(column_type = "Text", nullable)]
    pub alternate_name: Option<String>,
    /// What it does.
    #[sea_orm(column_type = "Text", nullable)]
    pub description: Option<String>,
    /// General e-mail address.
    #[sea_orm(column_type = "Text", nullable)]
    pub email: Option<String>,
    /// Website.
    #[sea_orm(column_type = "Text", nullable)]
    pub website: Option<String>,
    /// Charity, company, council…, in words.
    #[sea_orm(column_type = "Text", nullable)]
    pub legal_status: Option<String>,
    /// Charity number.
    #[sea_orm(column_type = "Text", nullable)]
    pub charity_number: Option<String>,
    /// Company number.
    #[sea_orm(column_type = "Text", nullable)]
    pub company_number: Option<String>,
    /// The agency it is a part of.
    pub parent_id: Option<AgencyId>,
    /// When it was first stored.
    pub created_at: DateTimeUtc,
    /// When it last changed.
    pub updated_at: DateTimeUtc,
    /// Another listing of the same agency, which is shown in its place.
    pub merged_into: Option<AgencyId>,
    /// Whether what its editors change waits for a manager.
    pub needs_approval: bool,
    /// Which version of it this is: one more with each change.
    pub version: i32,
    /// Since when its agency keeps it here itself, so that its source changes it no more; absent where the source does.
    pub kept_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
