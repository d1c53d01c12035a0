//! Versions of the directory.

use sea_orm::entity::prelude::*;

/// That the directory changed: what tells processes to renew their snapshots.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "directory_change")]
pub struct Model {
    /// Order of writing.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// When.
    pub changed_at: DateTimeUtc,
    /// What changed, in words.
    #[sea_orm(column_type = "Text")]
    pub what: String,
    /// Which services, agencies and locations it touched, as JSON; absent where nobody can say: then anything.
    #[sea_orm(column_type = "Text", nullable)]
    pub touched: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
