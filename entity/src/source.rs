//! Sources of listings.

use sea_orm::entity::prelude::*;

use crate::ids::SourceId;

/// Where listings come from.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, serde::Serialize, serde::Deserialize)]
#[sea_orm(table_name = "source")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SourceId,
    /// Short name, unique.
    #[sea_orm(column_type = "Text")]
    pub key: String,
    /// Name to show.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// Licence of the data.
    #[sea_orm(column_type = "Text", nullable)]
    pub licence: Option<String>,
    /// Words the licence asks to be shown.
    #[sea_orm(column_type = "Text", nullable)]
    pub attribution: Option<String>,
    /// When it was first seen.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
